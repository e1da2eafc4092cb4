//! The peptide backbone: atoms of each residue, and where chains break.

use crate::Structure;
use crate::structure::{Residue, ResidueClass};

/// A point, angstrom.
pub(super) type Point = [f64; 3];

/// Two residues are joined if the bond from C to N is at most so long, in angstrom (DSSP 4,
/// `kMaxPeptideBondLength`).
const LONGEST_PEPTIDE_BOND_ANGSTROM: f64 = 2.5;

/// The backbone of one residue with all four atoms.
#[derive(Debug, Clone)]
pub(super) struct BackboneResidue {
    /// Index of the residue in the structure.
    pub(super) index: u32,
    pub(super) nitrogen: Point,
    pub(super) alpha_carbon: Point,
    pub(super) carbon: Point,
    pub(super) oxygen: Point,
    /// Where the hydrogen of the amide is, whatever the file has; at the nitrogen if there is none.
    pub(super) hydrogen: Point,
    /// Proline does not donate hydrogen bonds.
    pub(super) is_proline: bool,
    /// Number of chain breaks up to this residue: two residues are in one unbroken piece of a chain
    /// if their numbers are equal.
    pub(super) piece: u32,
}

/// Returns the residues of a part with all backbone atoms, in the order of the file.
pub(super) fn backbone(
    structure: &Structure,
    residues: &[Residue],
    first: u32,
) -> Vec<BackboneResidue> {
    let mut found: Vec<BackboneResidue> = Vec::new();
    let mut last_chain = None;
    for (index, residue) in (first..).zip(residues) {
        if residue.class != ResidueClass::AminoAcid {
            continue;
        }
        let Some([nitrogen, alpha_carbon, carbon, oxygen]) = atoms(structure, residue) else {
            continue;
        };
        let mut hydrogen = nitrogen;
        let is_proline = residue.name == "PRO";
        let mut piece = 0;
        if let Some(before) = found.last() {
            let is_joined = last_chain == Some(residue.chain)
                && distance(before.carbon, nitrogen) <= LONGEST_PEPTIDE_BOND_ANGSTROM;
            piece = before.piece + u32::from(!is_joined);
            let length = distance(before.carbon, before.oxygen);
            if is_joined && !is_proline && length > 0.0 {
                // Opposite to the carbonyl group before, at 1 angstrom from the nitrogen (Kabsch &
                // Sander 1983).
                let ends = std::iter::zip(before.carbon, before.oxygen);
                for (place, (carbon, oxygen)) in hydrogen.iter_mut().zip(ends) {
                    *place += (carbon - oxygen) / length;
                }
            }
        }
        last_chain = Some(residue.chain);
        found.push(BackboneResidue {
            index,
            nitrogen,
            alpha_carbon,
            carbon,
            oxygen,
            hydrogen,
            is_proline,
            piece,
        });
    }
    found
}

/// Finds N, CA, C and O in one pass. Chain ends without an atom O have one of the names of force
/// fields.
fn atoms(structure: &Structure, residue: &Residue) -> Option<[Point; 4]> {
    let mut found = [None; 4];
    let columns = structure.atoms();
    for atom in residue.atoms.clone() {
        let place = match columns.name[atom as usize].as_str() {
            "N" => 0,
            "CA" => 1,
            "C" => 2,
            "O" => 3,
            "OT1" | "OC1" if found[3].is_none() => 3,
            _ => continue,
        };
        if found[place].is_none() {
            found[place] = Some(columns.position_angstrom[atom as usize].map(f64::from));
        }
    }
    let [
        Some(nitrogen),
        Some(alpha_carbon),
        Some(carbon),
        Some(oxygen),
    ] = found
    else {
        return None;
    };
    Some([nitrogen, alpha_carbon, carbon, oxygen])
}

pub(super) fn squared_distance(a: Point, b: Point) -> f64 {
    std::iter::zip(a, b).map(|(a, b)| (a - b) * (a - b)).sum()
}

pub(super) fn distance(a: Point, b: Point) -> f64 {
    squared_distance(a, b).sqrt()
}
