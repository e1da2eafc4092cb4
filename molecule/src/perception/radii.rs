//! Van der Waals radii by atom type, as in `ChimeraX`.
//!
//! An atom with all of its bonds, including hydrogens, has the radius of the Amber force fields; an
//! atom without some of its hydrogens has the larger radius of a united atom. In a part with any
//! hydrogens this is decided per atom: in a pocket with polar hydrogens only, the carbonyl carbon
//! is complete and the alpha carbon is united.
//!
//! Sources: Amber 99 (Wang, Cieplak & Kollman, J. Comput. Chem. 21 (2000) 1049) for complete atoms;
//! Tsai, Taylor, Chothia & Gerstein, J. Mol. Biol. 290 (1999) 253 for united ones; the rule is that
//! of `ChimeraX` ("Atom and bond radii" in its user guide), but not its radii of ions and halogens.

use super::idatm::{AtomType, Geometry, TypedMolecule};
use crate::structure::Neighbours;
use crate::{Element, Structure};

/// Returns the van der Waals radii of all atoms, in angstrom.
///
/// The radii of hydrogen, carbon, nitrogen, oxygen, phosphorus and sulfur depend on the atom type
/// and on the presence of their hydrogens, all others on the element only
/// ([`Element::vdw_radius_angstrom`]). Takes linear time, for computing the atom types.
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
    let TypedMolecule { molecule, .. } = TypedMolecule::new(structure);
    let elements = &structure.atoms().element;
    let mut radii: Vec<f32> = elements.iter().map(|e| e.vdw_radius_angstrom()).collect();
    for part in structure.parts() {
        let atoms = part.atoms.start..part.atoms.end;
        let has_hydrogens =
            elements[atoms.start as usize..atoms.end as usize].contains(&Element::H);
        for atom in atoms {
            let kind = molecule.types[atom as usize];
            let bonds = molecule.neighbours.of(atom).len();
            let is_complete =
                has_hydrogens && kind.geometry().is_some() && kind.substituents() <= bonds;
            let element = elements[atom as usize];
            let radius = if is_complete {
                complete(element, kind)
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

/// Radius of an atom with all of its bonds.
fn complete(element: Element, kind: AtomType) -> Option<f32> {
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

/// Radius of an atom that includes its missing hydrogens.
fn united(elements: &[Element], neighbours: &Neighbours, atom: u32, kind: AtomType) -> Option<f32> {
    Some(match elements[atom as usize] {
        Element::H => 1.0,
        Element::C if !matches!(kind, AtomType::Car | AtomType::C2) => 1.88,
        Element::C => {
            let bonded = neighbours.of(atom);
            let is_hydrogen = |n: &u32| elements[*n as usize] == Element::H;
            if bonded.len() < 3 || bonded.iter().any(is_hydrogen) {
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
