//! Cartoons: ribbons through the backbones of proteins and nucleic acids, as triangles.
//!
//! The shape is that of `ChimeraX`'s default ribbons (user guide, command `cartoon`; the numbers
//! and rules are those of its source, RBVI/ChimeraX, `src/bundles/atomic`):
//!
//! 1. `polymer`: residues that are bonded in succession are one ribbon, which does not bridge gaps.
//!    It leads through the alpha carbons, or the atoms C5' of nucleotides. Helices and strands of
//!    one residue are coil.
//! 2. `spline`: strands are smoothed; a cubic spline leads through all points.
//! 3. `frame`: the direction of a ribbon's width at each residue, and in between.
//! 4. `section`, `extrude`: the profile of each half of a residue, drawn along the path. Helices are
//!    2 x 0.4 angstrom and elliptic, strands 2 x 0.4 angstrom with sharp edges and end with an
//!    arrowhead of twice their width, coils are round with a diameter of 0.4 angstrom, and nucleic
//!    acids 2 x 0.4 angstrom with sharp edges, the edge pointing at the base.
//!
//! Each corner has the colour of its residue's guide atom (the alpha carbon, or C5'), and its index:
//! colours change between residues without a transition.

mod extrude;
mod frame;
mod polymer;
mod section;
mod spline;
#[cfg(test)]
mod tests;

use molshot_molecule::{CancelToken, SecondaryStructure, Structure};

use self::extrude::Extruder;
use self::polymer::Polymer;
use crate::error::SceneError;
use crate::mesh::Mesh;

/// Fewest and most path segments from one residue to the next.
pub const DIVISIONS: std::ops::RangeInclusive<u32> = 2..=40;

/// What a cartoon is made of beside the structure.
#[derive(Debug, Clone, Copy)]
pub struct CartoonInput<'a> {
    /// Helices and strands of the structure.
    pub secondary_structure: &'a SecondaryStructure,
    /// One flag per residue: its half segments are drawn. The shape does not depend on it.
    pub drawn: &'a [bool],
    /// sRGB colour of each atom, of which those of the guide atoms are used.
    pub atom_colors: &'a [[u8; 4]],
    /// Path segments from one residue to the next, within [`DIVISIONS`]; see [`divisions_for`].
    pub divisions: u32,
}

/// A cartoon.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Cartoon {
    /// The triangles.
    pub mesh: Mesh,
    /// One flag per residue: it has a segment of the ribbon.
    pub is_ribbon: Vec<bool>,
}

/// Path segments from one residue to the next for a cartoon of so many residues: 20 for up to 2000
/// residues, as many as `ChimeraX` has, then fewer, so that the number of triangles does not grow,
/// down to 6, with which the path through a helix is off by 0.02 angstrom, and to 3 for 40,000
/// residues and more.
#[must_use]
pub fn divisions_for(residues: usize) -> u32 {
    match residues {
        0..=2000 => 20,
        2001..=6666 => (40_000 / residues) as u32,
        6667..=20_000 => 6,
        20_001..=40_000 => 4,
        _ => 3,
    }
}

/// Makes the cartoon of a structure. Residues without a guide atom, or whose polymer has only one
/// residue with one, have no ribbon.
///
/// # Errors
/// [`SceneError::Cancelled`], and [`SceneError::Invalid`] for more triangles than a mesh can have.
pub fn cartoon(
    structure: &Structure,
    input: &CartoonInput<'_>,
    cancel: &CancelToken,
) -> Result<Cartoon, SceneError> {
    let polymers = Polymer::all(structure, input.secondary_structure);
    let mut is_ribbon = vec![false; structure.residues().len()];
    let count = polymers
        .iter()
        .map(|polymer| polymer.drawn_count(input.drawn));
    let mut extruder = Extruder::new(input.divisions, count.sum())?;
    for polymer in &polymers {
        cancel.check()?;
        for residue in polymer.residues() {
            is_ribbon[residue as usize] = input.drawn[residue as usize];
        }
        extruder.add(polymer, input.drawn, input.atom_colors);
    }
    Ok(Cartoon {
        mesh: extruder.finish(),
        is_ribbon,
    })
}
