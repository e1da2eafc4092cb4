//! Writes residues as PDBx/mmCIF, which has room for every name and number. Bonds of hetero
//! residues, which have no template, are rows of `_struct_conn`.

use std::fmt::Write;

use molshot_molecule::{BondOrder, Residue, Structure};

use super::Serials;

/// Items of `_atom_site`, in the order of the columns.
const ATOM_ITEMS: [&str; 19] = [
    "group_PDB",
    "id",
    "type_symbol",
    "label_atom_id",
    "label_alt_id",
    "label_comp_id",
    "label_asym_id",
    "label_entity_id",
    "label_seq_id",
    "pdbx_PDB_ins_code",
    "Cartn_x",
    "Cartn_y",
    "Cartn_z",
    "occupancy",
    "B_iso_or_equiv",
    "pdbx_formal_charge",
    "auth_seq_id",
    "auth_asym_id",
    "pdbx_PDB_model_num",
];

/// Items of each partner in `_struct_conn`; `N` stands for the number of the partner.
const PARTNER_ITEMS: [&str; 7] = [
    "ptnrN_label_asym_id",
    "ptnrN_label_comp_id",
    "ptnrN_label_seq_id",
    "ptnrN_label_atom_id",
    "pdbx_ptnrN_PDB_ins_code",
    "ptnrN_auth_asym_id",
    "ptnrN_auth_seq_id",
];

/// Writes residues as mmCIF. `remark` becomes a comment at the top.
pub(super) fn mmcif(structure: &Structure, residues: &[u32], id: &str, remark: &str) -> String {
    let mut text = String::new();
    for line in remark.lines() {
        // Writing to a `String` cannot fail, here and below.
        let _ = writeln!(text, "# {line}");
    }
    let plain: String = id
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '_' })
        .collect();
    let _ = writeln!(text, "data_{plain}\n#\nloop_");
    for item in ATOM_ITEMS {
        let _ = writeln!(text, "_atom_site.{item}");
    }
    let mut serials = Serials::new();
    for index in residues {
        let residue = &structure.residues()[*index as usize];
        for atom in residue.atoms.clone() {
            serials.insert(atom, serials.len() + 1);
            atom_row(&mut text, structure, residue, atom, serials.len());
        }
    }
    text.push_str("#\n");
    bond_rows(&mut text, structure, &serials);
    text
}

fn atom_row(text: &mut String, structure: &Structure, residue: &Residue, atom: u32, serial: usize) {
    let atoms = structure.atoms();
    let at = atom as usize;
    let [x, y, z] = atoms.position_angstrom[at];
    let chain = value(&structure.chains()[residue.chain as usize].id);
    let sequence = sequence(residue);
    let _ = writeln!(
        text,
        "{} {serial} {} {} . {} {chain} 1 {sequence} {} {x:.3} {y:.3} {z:.3} {:.2} {:.2} {} {} {chain} 1",
        if residue.hetero { "HETATM" } else { "ATOM" },
        atoms.element[at].symbol(),
        value(&atoms.name[at]),
        value(&residue.name),
        insertion_code(residue),
        atoms.occupancy[at],
        atoms.b_factor[at],
        atoms.formal_charge[at],
        residue.number,
    );
}

/// Writes the bonds of hetero residues.
fn bond_rows(text: &mut String, structure: &Structure, serials: &Serials) {
    let bonds: Vec<_> = structure
        .bonds()
        .iter()
        .filter(|bond| {
            let ends = [bond.a, bond.b];
            ends.iter().all(|atom| serials.contains_key(atom))
                && ends.iter().any(|atom| structure.residue_of(*atom).hetero)
        })
        .collect();
    if bonds.is_empty() {
        return;
    }
    text.push_str("loop_\n_struct_conn.id\n_struct_conn.conn_type_id\n");
    for number in ["1", "2"] {
        for item in PARTNER_ITEMS {
            let _ = writeln!(text, "_struct_conn.{}", item.replace('N', number));
        }
    }
    text.push_str("_struct_conn.pdbx_value_order\n");
    for (number, bond) in (1..).zip(bonds) {
        let _ = write!(text, "covale{number} covale");
        for atom in [bond.a, bond.b] {
            let residue = structure.residue_of(atom);
            let chain = value(&structure.chains()[residue.chain as usize].id);
            let _ = write!(
                text,
                " {chain} {} {} {} {} {chain} {}",
                value(&residue.name),
                sequence(residue),
                value(&structure.atoms().name[atom as usize]),
                insertion_code(residue),
                residue.number,
            );
        }
        let order = match bond.order {
            BondOrder::Single => "sing",
            BondOrder::Double => "doub",
            BondOrder::Triple => "trip",
            // The dictionary has no word for the others.
            _ => "?",
        };
        let _ = writeln!(text, " {order}");
    }
    text.push_str("#\n");
}

/// Returns the position in the sequence, which only polymers have. The number of the author takes
/// its place: the sequence is not known.
fn sequence(residue: &Residue) -> String {
    if residue.hetero {
        ".".to_owned()
    } else {
        residue.number.to_string()
    }
}

fn insertion_code(residue: &Residue) -> String {
    match residue.insertion_code {
        b' ' => "?".to_owned(),
        code => value(&char::from(code).to_string()),
    }
}

/// Returns a text as a CIF value: in quotes where its characters need them, `?` if it is empty.
fn value(text: &str) -> String {
    const SPECIAL: &str = "_#$'\"[];.?";
    const RESERVED: [&str; 5] = ["data_", "save_", "loop_", "stop_", "global_"];
    if text.is_empty() {
        return "?".to_owned();
    }
    let lower = text.to_ascii_lowercase();
    let needs_quotes = text.starts_with(|c| SPECIAL.contains(c))
        || text.contains(|c: char| c.is_whitespace() || c == '\'' || c == '"')
        || RESERVED.iter().any(|word| lower.starts_with(word));
    match (needs_quotes, text.contains('"')) {
        (false, _) => text.to_owned(),
        (true, false) => format!("\"{text}\""),
        (true, true) => format!("'{text}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn values_are_quoted_where_they_need_it() {
        for (text, quoted) in [
            ("CA", "CA"),
            ("", "?"),
            ("O5'", "\"O5'\""),
            ("H1\"", "'H1\"'"),
            ("_", "\"_\""),
            ("?", "\"?\""),
            ("a b", "\"a b\""),
            ("Data_x", "\"Data_x\""),
        ] {
            assert_eq!(value(text), quoted);
        }
    }
}
