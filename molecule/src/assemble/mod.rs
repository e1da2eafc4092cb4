//! Rows to columns: alternate locations, residues, chains, limits.

mod altloc;
mod guess;
mod stray;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};

use smol_str::SmolStr;

use crate::chemistry::{FileBonds, perceive};
use crate::parsed::{AtomRecord, BondRecord, ParsedModel};
use crate::read::{MAX_COORDINATE_ANGSTROM, ReadOptions};
use crate::structure::{Atoms, Chain, Part, PartRole, Residue, ResidueClass};
use crate::tally::Tally;
use crate::{Element, Location, MoleculeError, Structure};

/// Stands for "dropped" in the map from rows to atoms.
const DROPPED: u32 = u32::MAX;

/// Makes a structure of one part from the rows of one file.
///
/// Alternate locations are resolved (see [`altloc::kept`]), rows are gathered into residues
/// (neighbouring rows of equal chain, number, insertion code, name and segment) and chains (by
/// author's id, over the whole part), missing elements are guessed from names, and chemistry adds
/// classes and bonds. Atoms keep the order of the file, but for hydrogens that stand apart from
/// their residue (see [`stray::gather`]).
///
/// # Errors
/// No atom; more than `options.limits.max_atoms`; a coordinate that is not finite or whose
/// magnitude is [`MAX_COORDINATE_ANGSTROM`] or more.
pub(crate) fn assemble(
    mut model: ParsedModel,
    part_name: &str,
    file: &str,
    role: PartRole,
    options: &ReadOptions,
) -> Result<Structure, MoleculeError> {
    stray::gather(&mut model, file);
    let ParsedModel {
        atoms: rows,
        bonds,
        bonds_complete,
        models,
        mut warnings,
    } = model;
    let kept = altloc::kept(&rows);
    let (rows, new_index) = drop_rows(rows, kept);
    check(&rows, file, options)?;

    let mut columns = Columns::new(rows.len());
    let mut unguessed = Tally::default();
    let mut repeated = Tally::default();
    let mut names = HashSet::new();
    let mut start = 0;
    while start < rows.len() {
        let first = &rows[start];
        let length = rows[start..]
            .iter()
            .take_while(|row| same_residue(first, row))
            .count();
        let residue = &rows[start..start + length];
        note_repeated_name(residue, &mut names, &mut repeated);
        columns.push_residue(residue, &mut unguessed);
        start += length;
    }
    repeated.report(file, "all atoms of that name are kept", &mut warnings);
    unguessed.report(file, "the element is taken as unknown", &mut warnings);

    let Columns {
        atoms,
        residues,
        residue_segment,
        chains,
        ..
    } = columns;
    let mut structure = Structure {
        parts: vec![Part {
            name: part_name.to_owned(),
            role,
            atoms: 0..atoms.len() as u32,
            residues: 0..residues.len() as u32,
            models: models.max(1),
        }],
        atoms,
        residues,
        chains,
        bonds: Vec::new(),
        pseudobonds: Vec::new(),
        warnings,
    };
    let file_bonds = FileBonds {
        bonds: renumber(bonds, new_index.as_deref(), structure.atoms.len()),
        complete: bonds_complete,
        residue_segment,
    };
    perceive(&mut structure, file, file_bonds);
    Ok(structure)
}

/// Takes out the rows that are not kept; also the new index of every row, where any was dropped.
fn drop_rows(
    rows: Vec<AtomRecord>,
    kept: Option<Vec<bool>>,
) -> (Vec<AtomRecord>, Option<Vec<u32>>) {
    let Some(kept) = kept else {
        return (rows, None);
    };
    let mut next = 0;
    let new_index = kept
        .iter()
        .map(|keep| {
            let index = if *keep { next } else { DROPPED };
            next += u32::from(*keep);
            index
        })
        .collect();
    let rows = rows
        .into_iter()
        .zip(kept)
        .filter_map(|(row, keep)| keep.then_some(row))
        .collect();
    (rows, Some(new_index))
}

/// Bonds between finished atoms, lower index first.
fn renumber(
    bonds: Vec<BondRecord>,
    new_index: Option<&[u32]>,
    atom_count: usize,
) -> Vec<BondRecord> {
    let find = |row: u32| match new_index {
        None => row,
        Some(map) => map.get(row as usize).copied().unwrap_or(DROPPED),
    };
    bonds
        .into_iter()
        .filter_map(|bond| {
            let (a, b) = (find(bond.a), find(bond.b));
            let (a, b) = (a.min(b), a.max(b));
            (a < b && (b as usize) < atom_count).then_some(BondRecord { a, b, ..bond })
        })
        .collect()
}

/// The limits of the crate: number of atoms, finite and near coordinates.
fn check(rows: &[AtomRecord], file: &str, options: &ReadOptions) -> Result<(), MoleculeError> {
    if rows.is_empty() {
        return Err(MoleculeError::Syntax {
            location: Location::file(file),
            problem: "there is no atom".to_owned(),
            remedy: "give a file with at least one atom".to_owned(),
        });
    }
    let max_atoms = options.limits.max_atoms.min(DROPPED as usize - 1);
    if rows.len() > max_atoms {
        return Err(MoleculeError::Limit {
            location: Location::file(file),
            problem: format!(
                "{} atoms are more than the limit of {max_atoms}",
                rows.len()
            ),
            remedy: "give a smaller structure or raise the limit of atoms".to_owned(),
        });
    }
    for row in rows {
        let farthest = row.position_angstrom.iter().fold(0.0_f32, |max, x| {
            if x.is_nan() { *x } else { max.max(x.abs()) }
        });
        if farthest < MAX_COORDINATE_ANGSTROM && row.position_angstrom.iter().all(|x| x.is_finite())
        {
            continue;
        }
        let location = Location {
            file: file.to_owned(),
            line: (row.line > 0).then_some(u64::from(row.line)),
        };
        let remedy = format!(
            "give coordinates in angstrom, each below {MAX_COORDINATE_ANGSTROM} in magnitude"
        );
        if row.position_angstrom.iter().any(|x| !x.is_finite()) {
            return Err(MoleculeError::Syntax {
                location,
                problem: format!("atom {} has a coordinate that is not finite", row.serial),
                remedy,
            });
        }
        return Err(MoleculeError::Limit {
            location,
            problem: format!("atom {} stands {farthest:e} angstrom away", row.serial),
            remedy,
        });
    }
    Ok(())
}

fn same_residue(a: &AtomRecord, b: &AtomRecord) -> bool {
    a.residue_number == b.residue_number
        && a.insertion_code == b.insertion_code
        && a.segment == b.segment
        && a.residue_name == b.residue_name
        && a.chain_id == b.chain_id
}

/// Up to this many rows comparing all names costs less than hashing them.
const FEW_ROWS: usize = 24;

/// Notes the first atom name that a residue holds twice. `names` is scratch space.
fn note_repeated_name<'a>(
    residue: &'a [AtomRecord],
    names: &mut HashSet<&'a str>,
    repeated: &mut Tally,
) {
    let second = if residue.len() <= FEW_ROWS {
        (1..residue.len()).find(|&i| {
            residue[..i]
                .iter()
                .any(|other| other.name == residue[i].name)
        })
    } else {
        names.clear();
        residue.iter().position(|row| !names.insert(&row.name))
    };
    if let Some(second) = second {
        let row = &residue[second];
        repeated.note(row.line, || {
            format!(
                "{} holds the atom name {} twice",
                residue_label(row),
                row.name
            )
        });
    }
}

/// `ALA 12B of chain A`.
fn residue_label(row: &AtomRecord) -> String {
    let insertion = match row.insertion_code {
        b' ' => String::new(),
        code => (code as char).to_string(),
    };
    let chain = if row.chain_id.is_empty() {
        String::new()
    } else {
        format!(" of chain {}", row.chain_id)
    };
    format!(
        "{} {}{insertion}{chain}",
        row.residue_name, row.residue_number
    )
}

/// The columns as they grow.
struct Columns {
    atoms: Atoms,
    residues: Vec<Residue>,
    residue_segment: Vec<u32>,
    chains: Vec<Chain>,
    chain_of_id: HashMap<SmolStr, u32>,
}

impl Columns {
    /// `atoms` rows are really there: room for them is no belief in a declared count.
    fn new(atoms: usize) -> Self {
        Self {
            atoms: Atoms {
                position_angstrom: Vec::with_capacity(atoms),
                element: Vec::with_capacity(atoms),
                name: Vec::with_capacity(atoms),
                serial: Vec::with_capacity(atoms),
                residue: Vec::with_capacity(atoms),
                altloc: Vec::with_capacity(atoms),
                occupancy: Vec::with_capacity(atoms),
                b_factor: Vec::with_capacity(atoms),
                formal_charge: Vec::with_capacity(atoms),
            },
            residues: Vec::new(),
            residue_segment: Vec::new(),
            chains: Vec::new(),
            chain_of_id: HashMap::new(),
        }
    }

    /// Adds the rows of one residue, at least one.
    fn push_residue(&mut self, rows: &[AtomRecord], unguessed: &mut Tally) {
        let Some(first) = rows.first() else { return };
        let index = self.residues.len() as u32;
        let start = self.atoms.len() as u32;
        let mut guess = None;
        for row in rows {
            let element = row.element.or_else(|| {
                guess
                    .get_or_insert_with(|| {
                        guess::Guess::new(&first.residue_name, first.hetero && rows.len() == 1)
                    })
                    .element(&row.name, row.name_is_indented)
            });
            if element.is_none() {
                unguessed.note(row.line, || {
                    format!(
                        "no element can be told from the atom name \"{}\" in {}",
                        row.name,
                        residue_label(row)
                    )
                });
            }
            let atoms = &mut self.atoms;
            atoms.position_angstrom.push(row.position_angstrom);
            atoms.element.push(element.unwrap_or(Element::UNKNOWN));
            atoms.name.push(row.name.clone());
            atoms.serial.push(row.serial);
            atoms.residue.push(index);
            atoms.altloc.push(row.altloc);
            atoms.occupancy.push(row.occupancy);
            atoms.b_factor.push(row.b_factor);
            atoms.formal_charge.push(row.formal_charge);
        }
        let chain = self.chain(first);
        self.residues.push(Residue {
            name: first.residue_name.clone(),
            number: first.residue_number,
            insertion_code: first.insertion_code,
            chain,
            atoms: start..self.atoms.len() as u32,
            // Chemistry decides; this is what an unknown residue is.
            class: ResidueClass::Ligand,
            hetero: first.hetero,
        });
        self.residue_segment.push(first.segment);
    }

    /// Chain of a row's author id, made where it is new.
    fn chain(&mut self, row: &AtomRecord) -> u32 {
        if let Some(last) = self.residues.last()
            && self.chains[last.chain as usize].id == row.chain_id
        {
            return last.chain;
        }
        let chains = &mut self.chains;
        *self
            .chain_of_id
            .entry(row.chain_id.clone())
            .or_insert_with(|| {
                chains.push(Chain {
                    id: row.chain_id.clone(),
                    label_id: row.label_chain_id.clone(),
                    part: 0,
                });
                chains.len() as u32 - 1
            })
    }
}
