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
//! 4. `section`, `extrude`: the profile of each half of a residue, drawn along the path. Helices
//!    are 2 x 0.4 angstrom and elliptic, strands 2 x 0.4 angstrom with sharp edges and end with an
//!    arrowhead of twice their width, coils are round with a diameter of 0.4 angstrom, and nucleic
//!    acids 2 x 0.4 angstrom with sharp edges, the edge pointing at the base.
//!
//! Each corner has the colour of its residue's guide atom (the alpha carbon, or C5'), and its
//! index: colours change between residues without a transition.

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

/// The ribbons that a structure can have.
#[derive(Debug, Clone)]
pub struct Cartoon {
    polymers: Vec<Polymer>,
    guide_atoms: Vec<Option<u32>>,
}

impl Cartoon {
    /// Finds the ribbons. Residues without a guide atom, or whose polymer has only one residue with
    /// one, have none.
    #[must_use]
    pub fn new(structure: &Structure, secondary_structure: &SecondaryStructure) -> Self {
        let polymers = Polymer::all(structure, secondary_structure);
        let mut guide_atoms = vec![None; structure.residues().len()];
        for member in polymers.iter().flat_map(|polymer| &polymer.members) {
            guide_atoms[member.residue as usize] = Some(member.guide_atom);
        }
        Self {
            polymers,
            guide_atoms,
        }
    }

    /// The guide atom of each residue that can have a ribbon.
    #[must_use]
    pub fn guide_atoms(&self) -> &[Option<u32>] {
        &self.guide_atoms
    }

    /// Makes the triangles of the residues whose flag in `drawn` is true. Their shape does not
    /// depend on which residues are drawn. `atom_colors` are the sRGB colours of all atoms, of
    /// which those of the guide atoms are used. `divisions` is the number of path segments from one
    /// residue to the next, within [`crate::ranges::CARTOON_DIVISIONS`]; see [`divisions_for`].
    ///
    /// # Errors
    /// [`SceneError::Cancelled`], and [`SceneError::Invalid`] for more triangles than a mesh can
    /// have.
    pub fn mesh(
        &self,
        drawn: &[bool],
        atom_colors: &[[u8; 4]],
        divisions: u8,
        cancel: &CancelToken,
    ) -> Result<Mesh, SceneError> {
        let counts = self
            .polymers
            .iter()
            .map(|polymer| polymer.drawn_count(drawn));
        let mut extruder = Extruder::new(divisions, counts.sum())?;
        for polymer in &self.polymers {
            cancel.check()?;
            extruder.add(polymer, drawn, atom_colors);
        }
        Ok(extruder.finish())
    }
}

/// Path segments from one residue to the next for a cartoon of so many residues: 20 for up to 2000
/// residues, as many as `ChimeraX` has, then fewer, so that the number of triangles does not grow,
/// down to 6, with which the path through a helix is off by 0.02 angstrom, and to 3 for 40,000
/// residues and more.
#[must_use]
pub fn divisions_for(residues: usize) -> u8 {
    match residues {
        0..=2000 => 20,
        2001..=6666 => (40_000 / residues) as u8,
        6667..=20_000 => 6,
        20_001..=40_000 => 4,
        _ => 3,
    }
}
