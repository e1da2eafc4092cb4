//! Biological assemblies and crystals: what a file says about copies of its atoms, and structures
//! with these copies.
//!
//! Data flow: the readers fill [`Symmetry`] (`expression` and `triplet` are its small languages,
//! `space_group` the table of groups by name); `assembly`, `crystal` and `packing` choose copies;
//! `expand` makes the structure of them.

mod assembly;
pub(crate) mod cell;
mod crystal;
mod expand;
mod expression;
mod packing;
mod space_group;
#[cfg(test)]
mod tests;
mod transform;
mod triplet;

use smol_str::SmolStr;

pub use assembly::AssemblyChoice;
pub use cell::UnitCell;
pub use crystal::{CrystalChoice, MOST_CELLS};
pub(crate) use expression::parse_expression;
pub use transform::Transform;
pub(crate) use triplet::parse_triplet;

/// What a file says about copies of its atoms.
#[derive(Debug, Clone, PartialEq, Default)]
#[non_exhaustive]
pub struct Symmetry {
    /// Biological assemblies, in file order.
    pub assemblies: Vec<Assembly>,
    /// The unit cell, if the file gives one.
    pub cell: Option<UnitCell>,
    /// Name of the space group, if the file gives one (`P 21 21 21`).
    pub space_group: Option<String>,
    /// Operators of the space group in fractions of the cell's edges; empty if the file lists none.
    pub operators: Vec<Transform>,
    /// True if the coordinates of the file are fractions of the cell's edges, as those of small
    /// molecules and minerals.
    pub has_fractional_coordinates: bool,
}

/// A biological assembly: chains of the file, each once or several times.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Assembly {
    /// Id in the file (`1`, `PAU`).
    pub id: String,
    /// Description in the file; empty if it has none.
    pub details: String,
    /// Chains and their operators.
    pub generators: Vec<Generator>,
}

/// Some chains, and where they are placed.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Generator {
    /// Chains: `label_asym_id` in mmCIF and BinaryCIF, the chain id in PDB.
    pub chains: Vec<SmolStr>,
    /// Operators in Cartesian coordinates; each makes a copy.
    pub operators: Vec<Transform>,
}

impl Symmetry {
    /// Adds an operator of an assembly to its last generator if that has the same chains, else to a
    /// new one.
    pub(crate) fn add_assembly(&mut self, id: &str, details: &str) -> &mut Assembly {
        let index = self
            .assemblies
            .iter()
            .position(|assembly| assembly.id == id)
            .unwrap_or_else(|| {
                self.assemblies.push(Assembly {
                    id: id.to_owned(),
                    details: details.to_owned(),
                    generators: Vec::new(),
                });
                self.assemblies.len() - 1
            });
        &mut self.assemblies[index]
    }
}

impl Generator {
    /// Chains without operators.
    pub(crate) fn new(chains: Vec<SmolStr>) -> Self {
        Self {
            chains,
            operators: Vec::new(),
        }
    }
}
