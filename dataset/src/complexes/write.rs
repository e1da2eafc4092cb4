//! Writes a cut in `PDBbind` layout: the pocket as PDB, the ligand as MOL2.
//!
//! PDB: wwPDB format 3.3, with CONECT records for the bonds of hetero residues, which have no
//! template. MOL2: Tripos MOL2 with the bonds that the reader found; atom types are bare element
//! symbols, because the hybridisation is not known at this point.

use std::collections::BTreeMap;
use std::fmt::Write;

use molshot_molecule::read_bytes;
use molshot_molecule::{BondOrder, Element, Format, PartRole, ReadOptions, Residue, Structure};

use super::{ComplexError, complex_error, residue_number};

/// Precision of the positions in a PDB file.
const SAME_ANGSTROM: f32 = 0.001;

/// Maps atom indices of the structure to serial numbers of the file.
type Serials = BTreeMap<u32, usize>;

/// Writes the residues of the pocket as PDB.
pub(super) fn pocket_pdb(
    structure: &Structure,
    pocket: &[u32],
    remark: &str,
) -> Result<String, ComplexError> {
    let mut text = String::new();
    for line in remark.lines() {
        // Writing to a `String` cannot fail, here and below.
        let _ = writeln!(text, "REMARK 999 {line}");
    }
    let mut serials = Serials::new();
    let mut last: Option<&Residue> = None;
    for index in pocket {
        let residue = &structure.residues()[*index as usize];
        if last.is_some_and(|last| last.chain != residue.chain && !last.hetero) {
            text.push_str("TER\n");
        }
        for atom in residue.atoms.clone() {
            serials.insert(atom, serials.len() + 1);
            atom_line(&mut text, structure, residue, atom, serials.len());
        }
        last = Some(residue);
    }
    text.push_str("TER\n");
    let mut partners: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for bond in structure.bonds() {
        let is_hetero = [bond.a, bond.b]
            .iter()
            .any(|atom| structure.residue_of(*atom).hetero);
        if let (true, Some(a), Some(b)) = (is_hetero, serials.get(&bond.a), serials.get(&bond.b)) {
            partners.entry(*a).or_default().push(*b);
            partners.entry(*b).or_default().push(*a);
        }
    }
    for (serial, partners) in &partners {
        for partners in partners.chunks(4) {
            let _ = write!(text, "CONECT{serial:>5}");
            for partner in partners {
                let _ = write!(text, "{partner:>5}");
            }
            text.push('\n');
        }
    }
    text.push_str("END\n");
    check(structure, pocket, &text)?;
    Ok(text)
}

/// Writes an ATOM or HETATM record.
fn atom_line(
    text: &mut String,
    structure: &Structure,
    residue: &Residue,
    atom: u32,
    serial: usize,
) {
    let atoms = structure.atoms();
    let at = atom as usize;
    let element = atoms.element[at];
    let symbol = if element == Element::UNKNOWN {
        ""
    } else {
        element.symbol()
    };
    let name = atoms.name[at].as_str();
    // Names of atoms with a one-letter element start in the second of the four columns.
    let name = if symbol.len() == 1 && name.len() < 4 {
        format!(" {name:<3}")
    } else {
        format!("{name:<4}")
    };
    let chain = structure.chains()[residue.chain as usize].id.as_str();
    let chain = if chain.is_empty() { " " } else { chain };
    // Columns 18 to 22: a name of three letters, a blank, and a chain of one letter; a longer name
    // takes the blank.
    let owner = if residue.name.len() > 3 {
        format!("{}{chain}", residue.name)
    } else {
        format!("{:>3}{chain:>2}", residue.name)
    };
    let [x, y, z] = atoms.position_angstrom[at];
    let charge = match atoms.formal_charge[at] {
        0 => String::new(),
        charge if charge > 0 => format!("{charge}+"),
        charge => format!("{}-", charge.unsigned_abs()),
    };
    let _ = writeln!(
        text,
        "{:<6}{serial:>5} {name} {owner}{:>4}{}   {x:>8.3}{y:>8.3}{z:>8.3}{:>6.2}{:>6.2}          {symbol:>2}{charge}",
        if residue.hetero { "HETATM" } else { "ATOM" },
        residue.number,
        char::from(residue.insertion_code),
        atoms.occupancy[at],
        atoms.b_factor[at].clamp(-99.99, 999.99),
    );
}

/// Checks that reading the text gives the pocket again.
///
/// Names that are too long for their columns are read differently.
fn check(structure: &Structure, pocket: &[u32], text: &str) -> Result<(), ComplexError> {
    let options = ReadOptions::default().with_format(Format::Pdb);
    let not_writable = |what: String| {
        let message = format!(
            "{what} cannot be written in the columns of a PDB file; give pocket and ligand as separate files"
        );
        complex_error("no_pdb_form", message)
    };
    let written = read_bytes("pocket.pdb", text.as_bytes(), PartRole::Pocket, &options)
        .map_err(|error| not_writable(format!("the pocket ({error})")))?;
    if written.residues().len() != pocket.len() {
        return Err(not_writable("the pocket".to_owned()));
    }
    for (index, back) in pocket.iter().zip(written.residues()) {
        let residue = &structure.residues()[*index as usize];
        let chain = |structure: &Structure, residue: &Residue| {
            structure.chains()[residue.chain as usize].id.clone()
        };
        let (before, after) = (chain(structure, residue), chain(&written, back));
        let same_atoms = residue.atoms.len() == back.atoms.len()
            && residue.atoms.clone().zip(back.atoms.clone()).all(|(a, b)| {
                let (a, b) = (a as usize, b as usize);
                let (from, to) = (structure.atoms(), written.atoms());
                from.name[a] == to.name[b]
                    && from.element[a] == to.element[b]
                    && (0..3).all(|axis| {
                        let moved = from.position_angstrom[a][axis] - to.position_angstrom[b][axis];
                        moved.abs() <= SAME_ANGSTROM
                    })
            });
        if residue.name != back.name
            || residue_number(residue) != residue_number(back)
            || before != after
            || !same_atoms
        {
            return Err(not_writable(format!(
                "residue {} {} of chain \"{before}\"",
                residue.name,
                residue_number(residue)
            )));
        }
    }
    Ok(())
}

/// Writes the residues of the ligand as MOL2.
pub(super) fn ligand_mol2(structure: &Structure, ligand: &[u32], name: &str) -> String {
    let atoms = structure.atoms();
    let word = |text: &str| {
        let text: String = text.split_whitespace().collect();
        if text.is_empty() {
            "****".to_owned()
        } else {
            text
        }
    };
    let mut serials = Serials::new();
    let (mut rows, mut roots) = (String::new(), String::new());
    for (number, index) in (1..).zip(ligand) {
        let residue = &structure.residues()[*index as usize];
        let owner = word(&residue.name);
        let chain = word(&structure.chains()[residue.chain as usize].id);
        let _ = writeln!(
            roots,
            "{number} {owner} {} RESIDUE 0 {chain}",
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
