//! Van der Waals radii by atom type, as `ChimeraX` gives them.
//!
//! An atom whose bonds are all there, hydrogens counted, has a radius of the Amber force fields;
//! one whose hydrogens are left out has a united atom's, which is larger. Which of them it is
//! decides each atom by itself, in a part that has any hydrogens: in a pocket with polar hydrogens
//! alone, the carbonyl's carbon is whole and the alpha carbon united.
//!
//! Sources: Amber 99 (Wang, Cieplak & Kollman, J. Comput. Chem. 21 (2000) 1049) for whole atoms;
//! Tsai, Taylor, Chothia & Gerstein, J. Mol. Biol. 290 (1999) 253 for united ones; the rule is that
//! of `ChimeraX` ("Atom and bond radii" of its user guide), whose radii of ions and halogens are
//! not taken over.

use super::idatm::{AtomType, Geometry, Typed};
use crate::structure::Neighbours;
use crate::{Element, Structure};

/// Van der Waals radii of all atoms, angstrom. Hydrogen, carbon, nitrogen, oxygen, phosphorus and
/// sulfur have them by atom type and by whether their hydrogens are there, all others by element
/// ([`Element::vdw_radius_angstrom`]). Types all atoms, which is linear in their number.
///
/// ```
/// use molshot_molecule::{PartRole, ReadOptions, perception::vdw_radii_angstrom, read_bytes};
/// let pdb = b"ATOM      1  CA  GLY A   1       0.000   0.000   0.000  1.00  0.00           C\n";
/// let glycine = read_bytes("gly.pdb", pdb, PartRole::Whole, &ReadOptions::default())?;
/// assert!((vdw_radii_angstrom(&glycine)[0] - 1.88).abs() < 1e-6);
/// # Ok::<(), molshot_molecule::MoleculeError>(())
/// ```
#[must_use]
pub fn vdw_radii_angstrom(structure: &Structure) -> Vec<f32> {
    let Typed { molecule, .. } = Typed::new(structure);
    let elements = &structure.atoms().element;
    let mut radii: Vec<f32> = elements.iter().map(|e| e.vdw_radius_angstrom()).collect();
    for part in structure.parts() {
        let atoms = part.atoms.start..part.atoms.end;
        let has_hydrogens =
            elements[atoms.start as usize..atoms.end as usize].contains(&Element::H);
        for atom in atoms {
            let kind = molecule.types[atom as usize];
            let bonds = molecule.neighbours.of(atom).len();
            let is_whole =
                has_hydrogens && kind.geometry().is_some() && kind.substituents() <= bonds;
            let element = elements[atom as usize];
            let radius = if is_whole {
                whole(element, kind)
            } else {
                united(elements, &molecule.neighbours, atom, kind)
            };
            if let Some(radius) = radius {
                radii[atom as usize] = radius;
            }
        }
    }
    radii
}

/// Of an atom with all of its bonds.
fn whole(element: Element, kind: AtomType) -> Option<f32> {
    Some(match element {
        Element::H => 1.0,
        Element::C => 1.70,
        Element::N => 1.625,
        Element::O if kind.geometry() == Some(Geometry::Tetrahedral) => 1.50,
        Element::O => 1.48,
        Element::P => 1.871,
        Element::S => 1.782,
        _ => return None,
    })
}

/// Of an atom that stands for its hydrogens, too.
fn united(elements: &[Element], neighbours: &Neighbours, atom: u32, kind: AtomType) -> Option<f32> {
    Some(match elements[atom as usize] {
        Element::H => 1.0,
        Element::C if !matches!(kind, AtomType::Car | AtomType::C2) => 1.88,
        Element::C => {
            let bonded = neighbours.of(atom);
            let bears = |n: &u32| elements[*n as usize] == Element::H;
            if bonded.len() < 3 || bonded.iter().any(bears) {
                1.76
            } else {
                1.61
            }
        }
        Element::N => 1.64,
        Element::O if kind == AtomType::O3 => 1.46,
        Element::O => 1.42,
        Element::P => 2.1,
        Element::S => 1.77,
        _ => return None,
    })
}
