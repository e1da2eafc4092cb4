//! Writes a pocket as PDB: wwPDB format 3.3, with CONECT records for the bonds of hetero residues,
//! which have no template.

use std::collections::BTreeMap;
use std::fmt::Write;

use molshot_molecule::{Residue, Structure};

use super::Serials;

/// Largest serial number of five columns.
const MAX_SERIAL: usize = 99_999;

/// Returns whether all fields of the residues fit their columns. Readers guess where a field of
/// neighbouring ones begins, or refuse such lines.
pub(super) fn has_room(structure: &Structure, pocket: &[u32]) -> bool {
    let atoms = structure.atoms();
    let mut count = 0;
    pocket.iter().all(|index| {
        let residue = &structure.residues()[*index as usize];
        count += residue.atoms.len();
        let chain = &structure.chains()[residue.chain as usize].id;
        let fits = |position: &[f32; 3]| position.iter().all(|x| (-999.0..9999.0).contains(x));
        count <= MAX_SERIAL
            && (-999..=9999).contains(&residue.number)
            && residue.name.len() <= 4
            && chain.len() <= 1
            && residue.atoms.clone().all(|atom| {
                atoms.name[atom as usize].len() <= 4
                    && fits(&atoms.position_angstrom[atom as usize])
            })
    })
}

/// Writes the residues of the pocket as PDB.
pub(super) fn pocket_pdb(structure: &Structure, pocket: &[u32], remark: &str) -> String {
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
    text
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
    // `X` for the unknown one.
    let symbol = element.symbol();
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
