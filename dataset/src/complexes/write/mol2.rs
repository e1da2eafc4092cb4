//! Writes a ligand as MOL2: Tripos MOL2 with the bonds that the reader found. Atom types are bare
//! element symbols, because the hybridisation is not known at this point.

use std::collections::BTreeSet;
use std::fmt::Write;

use molshot_molecule::{BondOrder, Element, Residue, Structure};

use super::Serials;

/// Returns a text without white space, as a word of a MOL2 row; `****` is the empty word.
pub(super) fn word(text: &str) -> String {
    let text: String = text.split_whitespace().collect();
    if text.is_empty() {
        "****".to_owned()
    } else {
        text
    }
}

/// Returns the number of each residue as its substructure id; if two have the same number, the
/// residues are counted from 1.
pub(super) fn substructure_ids(residues: &[&Residue]) -> Vec<i32> {
    let numbers: Vec<i32> = residues.iter().map(|residue| residue.number).collect();
    let different: BTreeSet<i32> = numbers.iter().copied().collect();
    if different.len() == numbers.len() {
        numbers
    } else {
        (1..).take(numbers.len()).collect()
    }
}

/// Writes the residues of the ligand as MOL2.
pub(super) fn ligand_mol2(structure: &Structure, ligand: &[u32], name: &str) -> String {
    let atoms = structure.atoms();
    let mut serials = Serials::new();
    let (mut rows, mut roots) = (String::new(), String::new());
    let residues: Vec<&Residue> = ligand
        .iter()
        .map(|index| &structure.residues()[*index as usize])
        .collect();
    for (number, residue) in substructure_ids(&residues).into_iter().zip(&residues) {
        let owner = word(&residue.name);
        let chain = word(&structure.chains()[residue.chain as usize].id);
        let _ = writeln!(
            roots,
            "{number} {owner} {} RESIDUE 0 {chain} {owner}",
            serials.len() + 1
        );
        for atom in residue.atoms.clone() {
            serials.insert(atom, serials.len() + 1);
            let at = atom as usize;
            let [x, y, z] = atoms.position_angstrom[at];
            let kind = match atoms.element[at] {
                Element::UNKNOWN => "Du",
                element => element.symbol(),
            };
            // Writing to a `String` cannot fail, here and below.
            let _ = writeln!(
                rows,
                "{:>5} {:<6} {x:>10.4} {y:>10.4} {z:>10.4} {kind:<5} {number} {owner}",
                serials.len(),
                word(&atoms.name[at])
            );
        }
    }
    let mut bonds = String::new();
    let mut count = 0;
    for bond in structure.bonds() {
        let (Some(a), Some(b)) = (serials.get(&bond.a), serials.get(&bond.b)) else {
            continue;
        };
        count += 1;
        let order = match bond.order {
            BondOrder::Single => "1",
            BondOrder::Double => "2",
            BondOrder::Triple => "3",
            BondOrder::Aromatic => "ar",
            BondOrder::Amide => "am",
            _ => "un",
        };
        let _ = writeln!(bonds, "{count:>5} {a:>5} {b:>5} {order}");
    }
    format!(
        "@<TRIPOS>MOLECULE\n{name}\n{} {count} {}\nSMALL\nNO_CHARGES\n\n@<TRIPOS>ATOM\n{rows}@<TRIPOS>BOND\n{bonds}@<TRIPOS>SUBSTRUCTURE\n{roots}",
        serials.len(),
        ligand.len()
    )
}
