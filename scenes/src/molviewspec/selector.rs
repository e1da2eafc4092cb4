//! Selectors to masks of atoms.
//!
//! A selector is a word, an object whose conditions all hold, or a list of such objects, which
//! selects what any of them selects. What the identifiers of the mmCIF dictionary are is stated at
//! [`molshot_molecule::Residue`]; files of other formats have none, and there the author's residue
//! number stands for `label_seq_id`, as it does in Mol*.

use molshot_molecule::{Chain, Residue, ResidueClass, Structure};
use serde_json::{Map, Value};

use super::budget::Budget;
use super::notes::Notes;
use super::tree::whole;
use crate::colors::shorten;
use crate::error::SceneError;
use crate::suggest::give_one_of;

/// Words that are selectors.
const WORDS: [&str; 9] = [
    "all", "polymer", "protein", "nucleic", "branched", "ligand", "ion", "water", "coarse",
];

/// Residues of sugars: names of the Chemical Component Dictionary
/// (<https://www.wwpdb.org/data/ccd>)
/// of the saccharides that glycans of PDB entries are made of.
const SUGARS: [&str; 38] = [
    "A2G", "ARA", "ARB", "BDP", "BGC", "BM3", "BMA", "FCA", "FCB", "FRU", "FUC", "FUL", "GAL",
    "GCS", "GCU", "GL0", "GLA", "GLC", "GUP", "IDR", "IDS", "LGU", "MAN", "NAG", "NDG", "NGA",
    "NGZ", "PA1", "RAM", "RIB", "RM4", "SGN", "SIA", "SLB", "SUS", "XYP", "XYS", "Z9N",
];

/// What a selector selects.
#[derive(Debug, Clone)]
pub(super) enum Selector {
    Word(&'static str),
    AnyOf(Vec<Conditions>),
}

/// Conditions that must all hold; those that are missing hold always.
#[derive(Debug, Clone, Default)]
pub(super) struct Conditions {
    label_chain: Option<String>,
    author_chain: Option<String>,
    label_number: Range,
    author_number: Range,
    insertion_code: Option<String>,
    /// Of `label_comp_id` and `auth_comp_id`.
    residue_names: Vec<String>,
    residue_index: Option<i64>,
    /// Of `label_atom_id` and `auth_atom_id`.
    atom_names: Vec<String>,
    element: Option<String>,
    serial: Option<i64>,
    atom_index: Option<i64>,
    /// A condition that no atom can be tested for.
    never: bool,
}

/// Bounds of a number, both within.
#[derive(Debug, Clone, Copy, Default)]
struct Range {
    first: Option<i64>,
    last: Option<i64>,
}

impl Range {
    fn limit(&mut self, first: Option<i64>, last: Option<i64>) {
        self.first = self.first.max(first);
        self.last = match (self.last, last) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }

    fn is_open(self) -> bool {
        self.first.is_none() && self.last.is_none()
    }

    fn has(self, number: i64) -> bool {
        self.first.is_none_or(|first| first <= number)
            && self.last.is_none_or(|last| number <= last)
    }
}

impl Selector {
    /// Reads a selector, which stands at `pointer`; a missing one selects everything.
    pub(super) fn read(
        value: Option<&Value>,
        pointer: &str,
        notes: &mut Notes,
    ) -> Result<Self, SceneError> {
        let wrong = |problem: String, remedy: String| SceneError::invalid(pointer, problem, remedy);
        Ok(match value {
            None => Self::Word("all"),
            Some(Value::String(word)) => {
                let known = WORDS.iter().find(|known| *known == word);
                let Some(known) = known else {
                    let problem = format!("the selector \"{}\" is not known", shorten(word));
                    return Err(wrong(problem, give_one_of(word, &WORDS)));
                };
                if *known == "coarse" {
                    notes.add(
                        "coarse elements are not read, so \"coarse\" selects nothing",
                        pointer,
                    );
                }
                Self::Word(known)
            }
            Some(Value::Object(object)) => {
                Self::AnyOf(vec![Conditions::read(object, pointer, notes)?])
            }
            Some(Value::Array(list)) => {
                let conditions = list.iter().enumerate().map(|(index, item)| match item {
                    Value::Object(object) => {
                        Conditions::read(object, &format!("{pointer}/{index}"), notes)
                    }
                    _ => Err(SceneError::invalid(
                        format!("{pointer}/{index}"),
                        "this is not an object".into(),
                        "give an object of conditions such as {\"label_asym_id\": \"A\"}".into(),
                    )),
                });
                Self::AnyOf(conditions.collect::<Result<_, _>>()?)
            }
            Some(_) => {
                return Err(wrong(
                    "this is not a selector".into(),
                    "give a word such as \"ligand\", an object, or a list of objects".into(),
                ));
            }
        })
    }

    /// Which atoms it selects.
    pub(super) fn mask(
        &self,
        structure: &Structure,
        pointer: &str,
        budget: &mut Budget,
    ) -> Result<Vec<bool>, SceneError> {
        let count = structure.atoms().len();
        let rows = match self {
            Self::Word(_) => 1,
            Self::AnyOf(rows) => rows.len(),
        };
        budget.spend(rows * structure.residues().len() + count, pointer)?;
        let mut mask = vec![false; count];
        match self {
            Self::Word(word) => {
                let sugars = matches!(*word, "branched" | "ligand").then(|| branched(structure));
                for (index, residue) in structure.residues().iter().enumerate() {
                    let is_branched = sugars.as_ref().is_some_and(|sugars| sugars[index]);
                    if has_class(word, residue.class, is_branched) {
                        fill(&mut mask, residue);
                    }
                }
            }
            Self::AnyOf(rows) => {
                for row in rows {
                    row.add_to(&mut mask, structure);
                }
            }
        }
        Ok(mask)
    }
}

fn fill(mask: &mut [bool], residue: &Residue) {
    mask[residue.atoms.start as usize..residue.atoms.end as usize].fill(true);
}

/// Whether a word selects residues of a class.
fn has_class(word: &str, class: ResidueClass, is_branched: bool) -> bool {
    match word {
        "all" => true,
        "polymer" => class.is_polymer(),
        "protein" => class == ResidueClass::AminoAcid,
        "nucleic" => class == ResidueClass::Nucleotide,
        "branched" => is_branched,
        "ligand" => class == ResidueClass::Ligand && !is_branched,
        "ion" => class == ResidueClass::Ion,
        "water" => class == ResidueClass::Water,
        _ => false,
    }
}

/// Which residues are sugars that are bonded to another sugar.
fn branched(structure: &Structure) -> Vec<bool> {
    let is_sugar: Vec<bool> = structure
        .residues()
        .iter()
        .map(|residue| {
            residue.class == ResidueClass::Ligand && SUGARS.binary_search(&&*residue.name).is_ok()
        })
        .collect();
    let mut branched = vec![false; is_sugar.len()];
    let residue_of = &structure.atoms().residue;
    for bond in structure.bonds() {
        let [a, b] = [bond.a, bond.b].map(|atom| residue_of[atom as usize] as usize);
        if a != b && is_sugar[a] && is_sugar[b] {
            branched[a] = true;
            branched[b] = true;
        }
    }
    branched
}

/// The conditions that can be given.
const KEYS: [&str; 19] = [
    "label_entity_id",
    "label_asym_id",
    "auth_asym_id",
    "label_seq_id",
    "auth_seq_id",
    "label_comp_id",
    "auth_comp_id",
    "pdbx_PDB_ins_code",
    "beg_label_seq_id",
    "end_label_seq_id",
    "beg_auth_seq_id",
    "end_auth_seq_id",
    "residue_index",
    "label_atom_id",
    "auth_atom_id",
    "type_symbol",
    "atom_id",
    "atom_index",
    "instance_id",
];

impl Conditions {
    fn read(
        object: &Map<String, Value>,
        pointer: &str,
        notes: &mut Notes,
    ) -> Result<Self, SceneError> {
        let mut conditions = Self::default();
        for (key, value) in object {
            if value.is_null() {
                continue;
            }
            let at = format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"));
            let text = || match value {
                Value::String(text) => Ok(text.clone()),
                _ => Err(SceneError::invalid(
                    &at,
                    "this is not a text".into(),
                    "give a text in quotes".into(),
                )),
            };
            let number = || {
                whole(value).ok_or_else(|| {
                    SceneError::invalid(
                        &at,
                        "this is not a whole number".into(),
                        "give a whole number".into(),
                    )
                })
            };
            match key.as_str() {
                "label_asym_id" => conditions.label_chain = Some(text()?),
                "auth_asym_id" => conditions.author_chain = Some(text()?),
                "label_seq_id" => conditions
                    .label_number
                    .limit(Some(number()?), Some(number()?)),
                "beg_label_seq_id" => conditions.label_number.limit(Some(number()?), None),
                "end_label_seq_id" => conditions.label_number.limit(None, Some(number()?)),
                "auth_seq_id" => conditions
                    .author_number
                    .limit(Some(number()?), Some(number()?)),
                "beg_auth_seq_id" => conditions.author_number.limit(Some(number()?), None),
                "end_auth_seq_id" => conditions.author_number.limit(None, Some(number()?)),
                "pdbx_PDB_ins_code" => conditions.insertion_code = Some(text()?.trim().to_owned()),
                "label_comp_id" | "auth_comp_id" => conditions.residue_names.push(text()?),
                "residue_index" => conditions.residue_index = Some(number()?),
                "label_atom_id" | "auth_atom_id" => conditions.atom_names.push(text()?),
                "type_symbol" => conditions.element = Some(text()?.to_ascii_uppercase()),
                "atom_id" => conditions.serial = Some(number()?),
                "atom_index" => conditions.atom_index = Some(number()?),
                "label_entity_id" => {
                    conditions.never = true;
                    notes.add(
                        "entities are not read, so label_entity_id selects nothing; name chains",
                        &at,
                    );
                }
                "instance_id" => {
                    notes.add("instance_id is not looked at: all copies are selected", &at);
                }
                _ => {
                    return Err(SceneError::invalid(
                        &at,
                        format!("\"{}\" is not a condition", shorten(key)),
                        give_one_of(key, &KEYS),
                    ));
                }
            }
        }
        Ok(conditions)
    }

    /// Adds the atoms that meet all conditions.
    fn add_to(&self, mask: &mut [bool], structure: &Structure) {
        if self.never {
            return;
        }
        let has_labels = structure
            .residues()
            .iter()
            .any(|residue| residue.label_number.is_some());
        let any_atom = self.atom_names.is_empty()
            && self.element.is_none()
            && self.serial.is_none()
            && self.atom_index.is_none();
        for (index, residue) in structure.residues().iter().enumerate() {
            if !self.has_residue(structure, index, residue, has_labels) {
                continue;
            }
            if any_atom {
                fill(mask, residue);
                continue;
            }
            for atom in residue.atoms.clone() {
                mask[atom as usize] |= self.has_atom(structure, atom);
            }
        }
    }

    fn has_residue(
        &self,
        structure: &Structure,
        index: usize,
        residue: &Residue,
        has_labels: bool,
    ) -> bool {
        let equal =
            |wanted: &Option<String>, is: &str| wanted.as_deref().is_none_or(|wanted| wanted == is);
        let label_number = if has_labels {
            residue.label_number
        } else {
            Some(residue.number)
        };
        let code = match residue.insertion_code {
            b' ' => String::new(),
            code => char::from(code).to_string(),
        };
        self.author_number.has(residue.number.into())
            && (self.label_number.is_open()
                || label_number.is_some_and(|number| self.label_number.has(number.into())))
            && self
                .residue_index
                .is_none_or(|wanted| wanted == index as i64)
            && self.residue_names.iter().all(|name| *name == residue.name)
            && equal(&self.label_chain, &residue.label_chain_id)
            && (self.author_chain.is_none()
                || equal(
                    &self.author_chain,
                    id_in_file(&structure.chains()[residue.chain as usize]),
                ))
            && equal(&self.insertion_code, &code)
    }

    fn has_atom(&self, structure: &Structure, atom: u32) -> bool {
        let (atoms, index) = (structure.atoms(), atom as usize);
        self.atom_names
            .iter()
            .all(|name| *name == atoms.name[index])
            && self
                .serial
                .is_none_or(|serial| serial == i64::from(atoms.serial[index]))
            && self
                .atom_index
                .is_none_or(|wanted| wanted == i64::from(atom))
            && self
                .element
                .as_ref()
                .is_none_or(|symbol| atoms.element[index].symbol().eq_ignore_ascii_case(symbol))
    }
}

/// The id of a chain in its file: those of copies by symmetry end in their number, as `A-2`.
fn id_in_file(chain: &Chain) -> &str {
    match chain.copy {
        1 => &chain.id,
        copy => {
            let end = format!("-{copy}");
            chain.id.strip_suffix(end.as_str()).unwrap_or(&chain.id)
        }
    }
}
