//! Copies of atoms to a structure.

use std::collections::HashMap;
use std::rc::Rc;

use smol_str::format_smolstr;

use crate::structure::{Atoms, Bond, Chain, FileRows, Part, Pseudobond, Residue};
use crate::{Location, MoleculeError, Structure, Warning};

/// Some atoms of a structure, placed once.
pub(super) struct Copy {
    /// Number of the copy among those of the same chains, from 1.
    pub(super) number: u32,
    /// Atoms that are copied, ascending.
    pub(super) atoms: Rc<[u32]>,
    /// Position of each of `atoms`, angstrom.
    pub(super) position_angstrom: Vec<[f32; 3]>,
}

/// Marks an atom that a copy lacks.
const LACKING: u32 = u32::MAX;

/// Checks the number of atoms of a structure that is to be made of copies.
///
/// # Errors
/// [`MoleculeError::Limit`] for more than `max_atoms`.
pub(super) fn check_count(
    source: &Structure,
    count: usize,
    max_atoms: usize,
) -> Result<(), MoleculeError> {
    let max_atoms = max_atoms.min(LACKING as usize - 1);
    if count <= max_atoms {
        return Ok(());
    }
    Err(MoleculeError::Limit {
        location: Location::file(name(source)),
        problem: format!("{count} atoms with all copies are more than the limit of {max_atoms}"),
        remedy: "choose fewer copies, or a part of the structure".to_owned(),
    })
}

/// The part of a structure that was read from one file.
///
/// # Errors
/// [`MoleculeError::Symmetry`] for a structure of several files.
pub(super) fn only_part(source: &Structure) -> Result<&Part, MoleculeError> {
    if let [part] = source.parts.as_slice() {
        return Ok(part);
    }
    Err(MoleculeError::Symmetry {
        file: name(source).to_owned(),
        problem: format!(
            "copies by symmetry are made of one file, and this structure has {}",
            source.parts.len()
        ),
        remedy: "make the copies of each file before it is merged with others".to_owned(),
    })
}

/// The reader's warning that explains why something is missing: the first with one of these words,
/// in parentheses; empty without any.
pub(super) fn cause(source: &Structure, words: &[&str]) -> String {
    let mut warnings = source.warnings.iter();
    warnings
        .find(|warning| words.iter().any(|word| warning.message.contains(word)))
        .map_or(String::new(), |warning| format!(" ({warning})"))
}

/// Name of the source in messages.
pub(super) fn name(source: &Structure) -> &str {
    source.parts.first().map_or("", |part| &part.name)
}

/// The structure of one part that consists of copies of atoms of `source`, which has one part.
/// Bonds and pseudobonds connect atoms of one copy. Copies after the first of a chain have the
/// chain id with the number of the copy: `A`, `A-2`, `A-3`.
pub(super) fn expand(
    source: &Structure,
    atom_count: usize,
    copies: impl Iterator<Item = Copy>,
) -> Structure {
    let mut made = Structure {
        atoms: Atoms::with_capacity(atom_count),
        residues: Vec::new(),
        chains: Vec::new(),
        parts: source.parts.clone(),
        bonds: Vec::new(),
        pseudobonds: Vec::new(),
        warnings: source.warnings.clone(),
        names_in_file: std::collections::BTreeMap::new(),
        // No row of the file stands for one atom any more: a trajectory does not fit.
        file_rows: FileRows::default(),
    };
    let mut new_chains: HashMap<(u32, u32), u32> = HashMap::new();
    let mut new_index = vec![LACKING; source.atoms.len()];
    for copy in copies {
        new_index.fill(LACKING);
        let mut last_residue = None;
        for (&atom, position) in copy.atoms.iter().zip(&copy.position_angstrom) {
            let old = source.atoms.residue[atom as usize];
            let index = made.atoms.len() as u32;
            new_index[atom as usize] = index;
            if last_residue != Some(old) {
                last_residue = Some(old);
                let residue = &source.residues[old as usize];
                let chain = *new_chains
                    .entry((residue.chain, copy.number))
                    .or_insert_with(|| {
                        made.chains.push(numbered(
                            &source.chains[residue.chain as usize],
                            copy.number,
                        ));
                        made.chains.len() as u32 - 1
                    });
                made.residues.push(Residue {
                    chain,
                    atoms: index..index,
                    ..residue.clone()
                });
            }
            if let Some(residue) = made.residues.last_mut() {
                residue.atoms.end = index + 1;
            }
            let residue = made.residues.len() as u32 - 1;
            made.atoms
                .push_copy(&source.atoms, atom as usize, *position, residue);
        }
        let pair = |a: u32, b: u32| {
            let (a, b) = (new_index[a as usize], new_index[b as usize]);
            (a != LACKING && b != LACKING).then_some((a, b))
        };
        made.bonds.extend(source.bonds.iter().filter_map(|bond| {
            let (a, b) = pair(bond.a, bond.b)?;
            Some(Bond { a, b, ..*bond })
        }));
        made.pseudobonds
            .extend(source.pseudobonds.iter().filter_map(|bond| {
                let (a, b) = pair(bond.a, bond.b)?;
                Some(Pseudobond { a, b, ..*bond })
            }));
        for (atom, name) in &source.names_in_file {
            if new_index[*atom as usize] != LACKING {
                made.names_in_file
                    .insert(new_index[*atom as usize], name.clone());
            }
        }
    }
    let mut names = std::collections::HashSet::new();
    let twice = made.chains.iter().find(|chain| !names.insert(&chain.id));
    if let Some(chain) = twice.filter(|chain| chain.copy > 1) {
        made.warnings.push(Warning {
            location: Location::file(name(source)),
            message: format!(
                "two chains are named {}: the file has a chain of the name of a copy",
                chain.id
            ),
        });
    }
    if let Some(part) = made.parts.first_mut() {
        part.atoms = 0..made.atoms.len() as u32;
        part.residues = 0..made.residues.len() as u32;
    }
    made
}

/// A chain's copy of this number.
fn numbered(chain: &Chain, number: u32) -> Chain {
    let name = |id: &smol_str::SmolStr| {
        if number == 1 {
            id.clone()
        } else {
            format_smolstr!("{id}-{number}")
        }
    };
    Chain {
        id: name(&chain.id),
        label_id: name(&chain.label_id),
        part: chain.part,
        copy: number,
    }
}
