//! What a complex consists of, without its name: for grouping like complexes.

use std::collections::BTreeSet;

use molshot_molecule::{BondOrder, Element, PartRole, Structure};
use sha2::{Digest, Sha256};

use crate::complexes::ligand_atoms;
use crate::files::hex;

/// Number of consecutive residues that are compared as one piece of the sequence.
const PIECE_RESIDUES: usize = 3;
/// Ends each text in a hash; no text contains it.
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
/// no round tells more atoms apart. Bond orders are left out, because files write aromatic
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
        // Further rounds tell no more atoms apart, either.
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

#[cfg(test)]
mod tests {
    use molshot_molecule::{ReadOptions, read_bytes};

    use super::*;
    use crate::complexes::library;

    /// An MDL molfile of carbon, oxygen and so on, with bonds of order 1 or 2.
    fn molfile(elements: &[&str], bonds: &[(u32, u32, u32)]) -> String {
        use std::fmt::Write;
        let mut text = format!(
            "title\n\n\n{:3}{:3}  0  0  0  0  0  0  0  0999 V2000\n",
            elements.len(),
            bonds.len()
        );
        for (index, element) in elements.iter().enumerate() {
            let x = index as f32 * 1.5;
            writeln!(text, "{x:10.4}{:10.4}{:10.4} {element:<3} 0  0", 0.0, 0.0).expect("text");
        }
        for (a, b, order) in bonds {
            writeln!(text, "{a:3}{b:3}{order:3}  0").expect("text");
        }
        text + "M  END\n$$$$\n"
    }

    #[test]
    fn ligands_are_the_same_if_their_graphs_are() {
        let graph = |elements: &[&str], bonds: &[(u32, u32, u32)]| {
            let text = molfile(elements, bonds);
            let options = ReadOptions::default();
            let read = read_bytes("x.sdf", text.as_bytes(), PartRole::Ligand, &options);
            Fingerprint::of(&read.expect("a molecule")).ligand_graph
        };
        let acetamide = graph(&["C", "C", "O", "N"], &[(1, 2, 1), (2, 3, 2), (2, 4, 1)]);
        // Other order of atoms, other bond orders, hydrogens.
        let same = graph(
            &["N", "H", "C", "O", "C"],
            &[(1, 2, 1), (1, 3, 2), (3, 4, 1), (3, 5, 1)],
        );
        assert_eq!(acetamide, same);
        // A chain of the same elements; one atom more; another element.
        let others = [
            graph(&["C", "C", "O", "N"], &[(1, 2, 1), (2, 3, 1), (3, 4, 1)]),
            graph(
                &["C", "C", "O", "N", "C"],
                &[(1, 2, 1), (2, 3, 2), (2, 4, 1), (4, 5, 1)],
            ),
            graph(&["C", "C", "O", "O"], &[(1, 2, 1), (2, 3, 2), (2, 4, 1)]),
        ];
        assert!(!others.contains(&acetamide));
        // Two rings of three and a ring of six cannot be told apart atom by atom, but from a chain.
        let ring = |bonds: &[(u32, u32, u32)]| graph(&["C"; 6], bonds);
        let six = ring(&[
            (1, 2, 1),
            (2, 3, 1),
            (3, 4, 1),
            (4, 5, 1),
            (5, 6, 1),
            (1, 6, 1),
        ]);
        let chain = ring(&[(1, 2, 1), (2, 3, 1), (3, 4, 1), (4, 5, 1), (5, 6, 1)]);
        assert_ne!(six, chain);
    }

    #[test]
    fn content_does_not_depend_on_names_and_titles() {
        let source = library();
        let folder = std::env::temp_dir().join(format!("molshot-copy-{}", std::process::id()));
        let copy = |id: &str, change: &dyn Fn(String) -> String| {
            let target = folder.join(id);
            std::fs::create_dir_all(&target).expect("a folder");
            for file in ["pocket.pdb", "ligand.mol2"] {
                let from = source.folder.join(format!("1hvr/1hvr_{file}"));
                let text = std::fs::read_to_string(from).expect("a library file");
                std::fs::write(target.join(format!("{id}_{file}")), change(text)).expect("a file");
            }
            let read = crate::complexes::ComplexSource::new(&folder).read(id);
            Fingerprint::of(&read.expect("a complex").structure)
        };
        let first = copy("first", &|text| text);
        let renamed = copy("other", &|text| text.replace("1hvr_ligand", "other_ligand"));
        assert_eq!(first, renamed);
        let moved = copy("moved", &|text| {
            text.replace("-8.6110   15.0600", "-8.6120   15.0600")
        });
        assert_ne!(first.content_sha256, moved.content_sha256);
        assert_eq!(first.pocket_residues, moved.pocket_residues);
        assert_eq!(first.ligand_graph, moved.ligand_graph);
        assert!(first.pocket_residues.len() > 20 && first.pocket_sequence.len() > 20);
        std::fs::remove_dir_all(folder).expect("the test made this folder");
    }
}
