//! Gives unique names to residues and atoms that share theirs, so that questions can name them.
//!
//! **Residues of the pocket.** Where two have the same name, number and chain, as in a file without
//! chains of a protein with two, the residues of that chain are divided where their numbers start
//! again, and each division becomes a chain of its own: the first keeps the name of the chain, if
//! it has one, and the others get the first letters that no chain has. **Atoms.** Atoms of the
//! ligand, or of one residue, that share a name are numbered in the order of the file: the letters
//! of the name, and the first numbers that no other atom has (`O`, `O` become `O1`, `O2`); the
//! first atom of a name with a number keeps it. Names of hydrogens and water, which are not drawn,
//! stay. The list of changes is in the plan and in the table of complexes, so that the names of the
//! files can be restored.

use std::collections::{BTreeMap, BTreeSet};

use molshot_molecule::{PartRole, ResidueClass, Structure};
use serde::{Deserialize, Serialize};

use super::{ligand_atoms, pocket_atoms, residue_name};

/// A residue or an atom with another name than in its file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Renamed {
    /// Whether it is a residue or an atom.
    pub what: Named,
    /// Its index in the structure, as in the table of complexes.
    pub index: u32,
    /// Name in the file; that of a residue is name, number and chain, such as `HIS 57 ?`.
    pub from: String,
    /// Name in pictures, questions and answers, such as `HIS 57 B`.
    pub to: String,
}

/// What has a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Named {
    /// A residue of the pocket.
    Residue,
    /// An atom of pocket or ligand.
    Atom,
}

impl std::fmt::Display for Renamed {
    /// Writes `residue 12: HIS 57 ? -> HIS 57 B`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let what = match self.what {
            Named::Residue => "residue",
            Named::Atom => "atom",
        };
        let Self {
            index, from, to, ..
        } = self;
        write!(f, "{what} {index}: {from} -> {to}")
    }
}

/// Returns the structure with unique names and the list of changes; `None` if all names are unique.
pub(super) fn with_unique_names(structure: &Structure) -> Option<(Structure, Vec<Renamed>)> {
    let chains = chains_of_residues(structure);
    let atoms = names_of_atoms(structure);
    if chains.is_empty() && atoms.is_empty() {
        return None;
    }
    // Always some: the indices are those of the structure.
    let named = structure.with_names(&atoms, &chains)?;
    let of_residues = chains.keys().map(|index| Renamed {
        what: Named::Residue,
        index: *index,
        from: residue_name(structure, *index),
        to: residue_name(&named, *index),
    });
    let of_atoms = atoms.into_iter().map(|(index, to)| Renamed {
        what: Named::Atom,
        index,
        from: structure.atoms().name[index as usize].to_string(),
        to,
    });
    let renamed = of_residues.chain(of_atoms).collect();
    Some((named, renamed))
}

/// Returns new chains of residues of the pocket, by index.
fn chains_of_residues(structure: &Structure) -> BTreeMap<u32, String> {
    // Residues by chain, in the order of the file.
    let mut by_chain: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (index, residue) in (0_u32..).zip(structure.residues()) {
        let is_pocket = structure.part_of(residue).role != PartRole::Ligand;
        if is_pocket && residue.class != ResidueClass::Water {
            by_chain.entry(residue.chain).or_default().push(index);
        }
    }
    let chains = structure.chains();
    let mut taken: BTreeSet<String> = by_chain
        .keys()
        .map(|chain| chains[*chain as usize].id.to_string())
        .collect();
    let mut renamed = BTreeMap::new();
    for (chain, residues) in by_chain {
        let id = chains[chain as usize].id.as_str();
        let Some(divisions) = divisions(structure, &residues) else {
            continue;
        };
        let mut names: BTreeMap<usize, String> = BTreeMap::new();
        for (index, division) in residues.into_iter().zip(divisions) {
            if division == 0 && !id.is_empty() {
                continue;
            }
            let name = names
                .entry(division)
                .or_insert_with(|| free_chain(&mut taken));
            renamed.insert(index, name.clone());
        }
    }
    renamed
}

/// Returns for each residue of a chain the number of its division; `None` if no two share a name.
fn divisions(structure: &Structure, residues: &[u32]) -> Option<Vec<usize>> {
    let names: Vec<String> = residues
        .iter()
        .map(|index| residue_name(structure, *index))
        .collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    // How many residues before each one have its name.
    let repetitions: Vec<usize> = names
        .iter()
        .map(|name| {
            let count = counts.entry(name).or_default();
            *count += 1;
            *count - 1
        })
        .collect();
    let most = repetitions.iter().max().copied().unwrap_or(0);
    if most == 0 {
        return None;
    }
    let mut divisions = Vec::with_capacity(residues.len());
    let (mut division, mut last) = (0, None);
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    for (index, name) in residues.iter().zip(&names) {
        let residue = &structure.residues()[*index as usize];
        let is_polymer = residue.class.is_polymer();
        let starts_again = is_polymer && last.is_some_and(|last| residue.number < last);
        if starts_again || seen.contains(name.as_str()) {
            division += 1;
            seen.clear();
        }
        if is_polymer {
            last = Some(residue.number);
        }
        seen.insert(name);
        divisions.push(division);
    }
    // Residues that are in no order, such as that of distance from the ligand.
    if division > 2 * most {
        return Some(repetitions);
    }
    Some(divisions)
}

/// Takes the first name that no chain has: `A` to `Z`, then `A1` and so on.
fn free_chain(taken: &mut BTreeSet<String>) -> String {
    let letters = || (b'A'..=b'Z').map(char::from);
    let first = letters().map(String::from);
    let further = (1..).flat_map(|number| letters().map(move |c| format!("{c}{number}")));
    let free = first.chain(further).find(|name| !taken.contains(name));
    let name = free.unwrap_or_default();
    taken.insert(name.clone());
    name
}

/// Returns new names of drawn atoms, by index.
fn names_of_atoms(structure: &Structure) -> BTreeMap<u32, String> {
    let atoms = structure.atoms();
    // Labels of the ligand are names of atoms alone, so that all of its residues count as one
    // owner.
    let mut owners: BTreeMap<Option<u32>, Vec<u32>> = BTreeMap::new();
    for atom in pocket_atoms(structure) {
        let residue = atoms.residue[atom as usize];
        owners.entry(Some(residue)).or_default().push(atom);
    }
    owners.insert(None, ligand_atoms(structure));
    let mut renamed = BTreeMap::new();
    for same_owner in owners.into_values() {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for atom in &same_owner {
            *counts.entry(&atoms.name[*atom as usize]).or_default() += 1;
        }
        let is_numbered = |name: &str| name.contains(|c: char| c.is_ascii_digit());
        let mut taken: BTreeSet<String> = counts
            .iter()
            .filter(|(name, count)| **count == 1 || is_numbered(name))
            .map(|(name, _)| (*name).to_owned())
            .collect();
        let mut kept: BTreeSet<&str> = BTreeSet::new();
        for atom in same_owner {
            let name = atoms.name[atom as usize].as_str();
            let is_unique = counts.get(name) == Some(&1);
            if is_unique || (is_numbered(name) && kept.insert(name)) {
                continue;
            }
            let letters: String = name.chars().take_while(|c| !c.is_ascii_digit()).collect();
            let letters = match letters.as_str() {
                "" => atoms.element[atom as usize].symbol(),
                letters => letters,
            };
            let numbered = (1..).map(|number: u32| format!("{letters}{number}"));
            let new = numbered.into_iter().find(|new| !taken.contains(new));
            let new = new.unwrap_or_default();
            taken.insert(new.clone());
            renamed.insert(atom, new);
        }
    }
    renamed
}
