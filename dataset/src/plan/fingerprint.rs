//! What a complex consists of, without its name: for grouping like complexes.

use std::collections::BTreeSet;

use molshot_molecule::{BondOrder, Element, PartRole, Structure};
use sha2::{Digest, Sha256};

use crate::complexes::ligand_atoms;
use crate::files::hex;

/// Number of consecutive residues that are compared as one piece of the sequence.
const PIECE_RESIDUES: usize = 3;
/// Stands for `-` in a hash: no real text contains it.
const SEPARATOR: [u8; 1] = [0];

/// A short hash of a feature.
type Feature = u64;

/// The features of a complex by which it is compared with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fingerprint {
    /// SHA-256 of pocket and ligand, in lower-case hexadecimal digits.
    ///
    /// It covers residues, atoms, coordinates and bonds as they were read, but neither the id of
    /// the complex nor names of files, titles and remarks. Renamed copies have the same hash.
    pub content_sha256: String,
    /// Names with numbers of the residues of the pocket, without chains.
    pub pocket_residues: BTreeSet<Feature>,
    /// All runs of three consecutive residue names in the sequence of the pocket.
    pub pocket_sequence: BTreeSet<Feature>,
    /// The graph of the ligand's heavy atoms: elements and bonds, without bond orders.
    pub ligand_graph: Feature,
}

impl Fingerprint {
    /// Computes the fingerprint of a complex.
    #[must_use]
    pub fn of(structure: &Structure) -> Self {
        let pocket: Vec<_> = structure
            .residues()
            .iter()
            .filter(|residue| {
                residue.class.is_polymer() && structure.part_of(residue).role != PartRole::Ligand
            })
            .collect();
        let pocket_residues = pocket
            .iter()
            .map(|residue| {
                let number = format!("{}{}", residue.number, char::from(residue.insertion_code));
                feature(&[residue.name.as_bytes(), number.as_bytes()])
            })
            .collect();
        let pocket_sequence = pocket
            .windows(PIECE_RESIDUES)
            .map(|piece| {
                let names: Vec<&[u8]> = piece.iter().map(|r| r.name.as_bytes()).collect();
                feature(&names)
            })
            .collect();
        Self {
            content_sha256: content_sha256(structure),
            pocket_residues,
            pocket_sequence,
            ligand_graph: ligand_graph(structure),
        }
    }
}

/// Hashes words, each followed by a separator.
fn feature(words: &[&[u8]]) -> Feature {
    let mut hash = Sha256::new();
    for word in words {
        hash.update(word);
        hash.update(SEPARATOR);
    }
    first_number(&hash.finalize())
}

fn first_number(digest: &[u8]) -> Feature {
    digest
        .iter()
        .take(size_of::<Feature>())
        .fold(0, |number, byte| number << 8 | Feature::from(*byte))
}

/// Returns the hash of all that was read, without names of the whole.
fn content_sha256(structure: &Structure) -> String {
    let mut hash = Sha256::new();
    let atoms = structure.atoms();
    for residue in structure.residues() {
        let chain = &structure.chains()[residue.chain as usize];
        hash.update([u8::from(
            structure.part_of(residue).role == PartRole::Ligand,
        )]);
        // A ligand's file names its residue and chain after the complex, as often as not.
        if structure.part_of(residue).role != PartRole::Ligand {
            for word in [residue.name.as_str(), chain.id.as_str()] {
                hash.update(word);
                hash.update(SEPARATOR);
            }
            hash.update(residue.number.to_be_bytes());
            hash.update([residue.insertion_code]);
        }
        for atom in residue.atoms.clone() {
            let atom = atom as usize;
            hash.update(atoms.name[atom].as_str());
            hash.update(SEPARATOR);
            hash.update(atoms.element[atom].symbol());
            hash.update(SEPARATOR);
            for part in atoms.position_angstrom[atom] {
                hash.update(part.to_bits().to_be_bytes());
            }
            hash.update(atoms.formal_charge[atom].to_be_bytes());
        }
    }
    for bond in structure.bonds() {
        hash.update(bond.a.to_be_bytes());
        hash.update(bond.b.to_be_bytes());
        hash.update([match bond.order {
            BondOrder::Single => 1,
            BondOrder::Double => 2,
            BondOrder::Triple => 3,
            _ => 0,
        }]);
    }
    hex(&hash.finalize())
}

/// Returns the hash of the ligand's heavy-atom graph, by the method of Weisfeiler and Lehman.
///
/// Each atom starts with its element. In each round it takes up the values of its neighbours, until
/// every atom has heard of every other. Bond orders are left out, because files write aromatic
/// rings in two ways.
fn ligand_graph(structure: &Structure) -> Feature {
    let atoms = ligand_atoms(structure);
    let elements = &structure.atoms().element;
    let neighbours = structure.neighbours();
    let place = |atom: u32| atoms.binary_search(&atom).ok();
    let mut values: Vec<Feature> = atoms
        .iter()
        .map(|atom| feature(&[element_symbol(elements[*atom as usize])]))
        .collect();
    let mut different = 0;
    for _ in 0..atoms.len() {
        values = atoms
            .iter()
            .zip(&values)
            .map(|(atom, value)| {
                let mut near: Vec<Feature> = neighbours
                    .of(*atom)
                    .iter()
                    .filter_map(|other| place(*other))
                    .map(|other| values[other])
                    .collect();
                near.sort_unstable();
                near.insert(0, *value);
                combined(&near)
            })
            .collect();
        // Once no round tells more atoms apart, further ones tell nothing new.
        let now = values.iter().collect::<BTreeSet<_>>().len();
        if now == different {
            break;
        }
        different = now;
    }
    values.sort_unstable();
    combined(&values)
}

fn element_symbol(element: Element) -> &'static [u8] {
    element.symbol().as_bytes()
}

fn combined(numbers: &[Feature]) -> Feature {
    let mut hash = Sha256::new();
    for number in numbers {
        hash.update(number.to_be_bytes());
    }
    first_number(&hash.finalize())
}
