//! Bonds between residues: peptide and phosphodiester bonds, disulfide bridges, chain gaps.

use super::classes::atom_named;
use super::distance::{bonds_by_distance, squared_distance};
use crate::structure::{Residue, ResidueClass};
use crate::{Element, Structure};

/// Ratio of length to the sum of the covalent radii from which a bond between non-consecutive
/// residues is a gap.
const GAP_FACTOR: f32 = 1.75;

/// Joins adjacent residues of polymers.
///
/// Returns pairs of atoms with a flag: true if the linking atoms (C-N, O3'-P) are not in the file,
/// so that other atoms replace them and the pair is a gap, not a bond.
pub(crate) fn join_chains(structure: &Structure, segment: &[u32]) -> Vec<([u32; 2], bool)> {
    let mut joins = Vec::new();
    for (i, pair) in structure.residues.windows(2).enumerate() {
        let [before, after] = pair else { continue };
        if before.chain != after.chain || segment.get(i) != segment.get(i + 1) {
            continue;
        }
        let ends = match (before.class, after.class) {
            (ResidueClass::AminoAcid, ResidueClass::AminoAcid) => [
                end(structure, before, &["C"], &["CA"]),
                end(structure, after, &["N"], &["CA"]),
            ],
            (ResidueClass::Nucleotide, ResidueClass::Nucleotide) => [
                end(structure, before, &["O3'", "O3*"], &["C3'", "C3*", "P"]),
                end(structure, after, &["P"], &["O5'", "O5*", "C5'", "C5*"]),
            ],
            _ => continue,
        };
        let [Some((a, a_true)), Some((b, b_true))] = ends else {
            continue;
        };
        // Adjacent amino acids among the ligands are joined only if they are near enough for a
        // bond.
        if before.hetero && after.hetero && is_far(structure, [a, b]) {
            continue;
        }
        joins.push(([a.min(b), a.max(b)], !(a_true && b_true)));
    }
    joins
}

/// Finds the linking atom of a residue, and whether it is the regular one.
fn end(
    structure: &Structure,
    residue: &Residue,
    names: &[&str],
    instead: &[&str],
) -> Option<(u32, bool)> {
    match atom_named(structure, residue, names) {
        Some(atom) => Some((atom, true)),
        None => atom_named(structure, residue, instead).map(|atom| (atom, false)),
    }
}

/// Returns true if the distance of two atoms is at least [`GAP_FACTOR`] times the sum of their
/// covalent radii.
fn is_far(structure: &Structure, [a, b]: [u32; 2]) -> bool {
    let atoms = &structure.atoms;
    let (a, b) = (a as usize, b as usize);
    let limit = GAP_FACTOR
        * (atoms.element[a].covalent_radius_angstrom()
            + atoms.element[b].covalent_radius_angstrom());
    squared_distance(atoms.position_angstrom[a], atoms.position_angstrom[b]) >= limit * limit
}

/// Returns true if structure is missing between two residues: the atoms are far apart, and the
/// residues do not have consecutive numbers in one chain.
pub(crate) fn is_gap(structure: &Structure, pair: [u32; 2]) -> bool {
    let [r, s] = pair.map(|atom| structure.residue_of(atom));
    let follow = r.chain == s.chain && r.number.abs_diff(s.number) < 2;
    !follow && is_far(structure, pair)
}

/// Finds disulfide bridges between cysteines of all chains, by distance.
pub(crate) fn disulfides(structure: &Structure) -> Vec<[u32; 2]> {
    let atoms = &structure.atoms;
    let mut sulfurs = Vec::new();
    for residue in &structure.residues {
        if residue.class == ResidueClass::AminoAcid
            && let Some(sulfur) = atom_named(structure, residue, &["SG"])
            && atoms.element[sulfur as usize] == Element::S
        {
            sulfurs.push(sulfur);
        }
    }
    let positions: Vec<_> = sulfurs
        .iter()
        .map(|&i| atoms.position_angstrom[i as usize])
        .collect();
    let found = bonds_by_distance(&positions, &vec![Element::S; sulfurs.len()]);
    found
        .pairs
        .into_iter()
        .map(|pair| pair.map(|i| sulfurs[i as usize]))
        .collect()
}
