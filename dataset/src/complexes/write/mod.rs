//! Writes a cut in `PDBbind` layout: the pocket as PDB, the ligand as MOL2, and as mmCIF what has
//! no room in the columns of these formats (a residue number over 9999, a component id of five
//! letters, a chain `AAA`). What was written is read again and compared.

mod mmcif;
mod mol2;
mod pdb;

use std::collections::{BTreeMap, BTreeSet};

use molshot_molecule::{Format, PartRole, ReadOptions, Residue, Structure, read_bytes};

use super::{ComplexError, complex_error, residue_name};

/// Precision of the positions in a file.
const SAME_ANGSTROM: f32 = 0.001;

/// Maps atom indices of the structure to serial numbers of the file.
type Serials = BTreeMap<u32, usize>;

/// Writes the residues of the pocket. Returns the file extension and the text.
///
/// # Errors
/// When no format gives the same pocket back.
pub(super) fn pocket(
    structure: &Structure,
    pocket: &[u32],
    id: &str,
    remark: &str,
) -> Result<(&'static str, String), ComplexError> {
    let role = PartRole::Pocket;
    if pdb::has_room(structure, pocket) {
        let text = pdb::pocket_pdb(structure, pocket, remark);
        if compare(structure, pocket, &text, Format::Pdb, role, Compared::All).is_ok() {
            return Ok(("pdb", text));
        }
    }
    as_mmcif(structure, pocket, id, remark, role)
}

/// Writes the residues of the ligand. Returns the file extension and the text.
///
/// # Errors
/// When no format gives the same ligand back.
pub(super) fn ligand(
    structure: &Structure,
    ligand: &[u32],
    id: &str,
    remark: &str,
) -> Result<(&'static str, String), ComplexError> {
    let text = mol2::ligand_mol2(structure, ligand, id);
    let role = PartRole::Ligand;
    // Residue numbers of a ligand of several residues are those of its own file, where they may
    // repeat: only their names must survive.
    let compared = if ligand.len() > 1 {
        Compared::Names
    } else {
        Compared::All
    };
    if compare(structure, ligand, &text, Format::Mol2, role, compared).is_ok() {
        return Ok(("mol2", text));
    }
    as_mmcif(structure, ligand, id, remark, role)
}

fn as_mmcif(
    structure: &Structure,
    residues: &[u32],
    id: &str,
    remark: &str,
    role: PartRole,
) -> Result<(&'static str, String), ComplexError> {
    let text = mmcif::mmcif(structure, residues, id, remark);
    match compare(
        structure,
        residues,
        &text,
        Format::Mmcif,
        role,
        Compared::All,
    ) {
        Ok(()) => Ok(("cif", text)),
        Err(what) => Err(complex_error(
            "not_writable",
            format!(
                "{what} is another one when it is written and read again; give pocket and ligand as separate files"
            ),
        )),
    }
}

/// What of the residues must survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compared {
    /// Everything.
    All,
    /// Everything but numbers.
    Names,
}

/// Checks that reading a text gives the residues again. The error names what is different.
fn compare(
    structure: &Structure,
    residues: &[u32],
    text: &str,
    format: Format,
    role: PartRole,
    compared: Compared,
) -> Result<(), String> {
    let options = ReadOptions::default().with_format(format);
    let part = match role {
        PartRole::Ligand => "the ligand",
        _ => "the pocket",
    };
    let written = read_bytes("cut", text.as_bytes(), role, &options)
        .map_err(|error| format!("{part} ({error})"))?;
    if written.residues().len() != residues.len() {
        return Err(part.to_owned());
    }
    let mut new_atom = BTreeMap::new();
    for (index, back) in residues.iter().zip(written.residues()) {
        let residue = &structure.residues()[*index as usize];
        if !is_same(structure, residue, &written, back, compared) {
            return Err(format!("residue {}", residue_name(structure, *index)));
        }
        new_atom.extend(residue.atoms.clone().zip(back.atoms.clone()));
    }
    // A PDB file lists bonds by serial numbers, and a MOL2 file lists all of them.
    if format == Format::Mmcif {
        let found: BTreeSet<(u32, u32)> = written.bonds().iter().map(|b| (b.a, b.b)).collect();
        for bond in structure.bonds() {
            let ends = [bond.a, bond.b];
            if let [Some(a), Some(b)] = ends.map(|atom| new_atom.get(&atom))
                && ends.iter().any(|atom| structure.residue_of(*atom).hetero)
                && !found.contains(&(*a.min(b), *a.max(b)))
            {
                let residue = structure.atoms().residue[bond.a as usize];
                return Err(format!(
                    "a bond of residue {}",
                    residue_name(structure, residue)
                ));
            }
        }
    }
    Ok(())
}

/// Returns whether a residue that was read again is the one that was written.
fn is_same(
    structure: &Structure,
    residue: &Residue,
    written: &Structure,
    back: &Residue,
    compared: Compared,
) -> bool {
    fn chain<'a>(structure: &'a Structure, residue: &Residue) -> &'a str {
        &structure.chains()[residue.chain as usize].id
    }
    let is_numbered = compared == Compared::Names
        || (residue.number, residue.insertion_code) == (back.number, back.insertion_code);
    let same_atoms = || {
        residue.atoms.clone().zip(back.atoms.clone()).all(|(a, b)| {
            let (a, b) = (a as usize, b as usize);
            let (from, to) = (structure.atoms(), written.atoms());
            // A reader gives names to atoms and residues without one.
            (from.name[a] == to.name[b] || from.name[a].is_empty())
                && from.element[a] == to.element[b]
                && (0..3).all(|axis| {
                    let moved = from.position_angstrom[a][axis] - to.position_angstrom[b][axis];
                    moved.abs() <= SAME_ANGSTROM
                })
        })
    };
    (residue.name == back.name || residue.name.is_empty())
        && is_numbered
        && chain(structure, residue) == chain(written, back)
        && residue.atoms.len() == back.atoms.len()
        && same_atoms()
}
