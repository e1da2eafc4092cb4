//! Cuts a complex out of a larger structure: selects the ligand and the residues of its pocket.
//!
//! **Ligand**: the residue that a list names, else the one with most heavy atoms that is neither
//! polymer, water, ion, nor a common additive of buffers and crystals; of equally large ones, the
//! first in the file. **Pocket**: every other residue with a heavy atom within a cutoff of a heavy
//! atom of the ligand, without water and additives. The default cutoff, 10 angstrom, is that of
//! `PDBbind`. Residues stay whole and keep their hydrogens.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use molshot_molecule::{Element, PartRole, Residue, ResidueClass, Structure};
use serde::{Deserialize, Serialize};

use super::{ComplexError, chain_name, complex_error, residue_name, residue_number};
use crate::error::DatasetError;

/// Cutoff of the pocket in `PDBbind`, in angstrom.
pub const POCKET_CUTOFF_ANGSTROM: f32 = 10.0;

/// Component ids of common additives: what is in a crystal because of how it was grown.
///
/// These are alcohols and polyethers, salts and acids, buffers, reducing agents, detergents, gases,
/// and unidentified atoms. Where one of them is the ligand of interest, a list of ligands names it.
/// A ligand that has a file of its own is never counted as an additive, whatever its name.
pub const ADDITIVES: &str = "EDO GOL PEG PGE PG4 PG0 PG5 PG6 1PE 2PE P6G PE3 PE4 PE5 PE8 7PE 12P 15P XPE P33 PEU MPD MRD IPA IPH EOH MOH \
    BU1 BU3 PGO PDO PGR PGQ HEZ DMS DMF DIO ACN ACE1 URE GAI \
    SO4 SO3 PO4 PO3 PI 2HP NO3 NH4 SCN AZI BCT CO3 BO3 BO4 CYN PER PEO ACT ACY FMT CAC MLI MLA OXL TAR TLA CIT FLC SIN \
    TRS TAM BTB B3P MES EPE HEP PIP NHE CXS IMD BCN HED BME DTT DTU DTV TCE \
    LDA BOG BNG LMT DMU UMQ SDS C8E OLC OLA MYR \
    OXY O2 CMO NO N2 XE KR UNX UNL UNK DUM";

/// Those of [`ADDITIVES`] that stand for residues of unknown identity. Docking programs give these
/// names to their ligands.
const UNIDENTIFIED: [&str; 2] = ["UNL", "UNK"];

/// The id in a list of ligands that stands for every complex without a line of its own.
pub const EVERY_COMPLEX: &str = "*";

/// Residues that a message lists at most.
const MAX_LISTED: usize = 6;

/// A line of the list of ligands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LigandName {
    /// Residue name, such as `XK2`.
    pub name: String,
    /// Author residue number, with the insertion code if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Author chain; `?` for a chain without a name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<String>,
}

/// The rule by which complexes are cut out of whole entries.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct CutRule {
    /// Cutoff of the pocket, in angstrom.
    pub pocket_cutoff_angstrom: f32,
    /// Ligands by complex id; for other complexes the largest candidate is chosen.
    ///
    /// The one of [`EVERY_COMPLEX`] is that of all other complexes that have such a residue.
    pub ligands: BTreeMap<String, LigandName>,
}

impl Default for CutRule {
    fn default() -> Self {
        Self {
            pocket_cutoff_angstrom: POCKET_CUTOFF_ANGSTROM,
            ligands: BTreeMap::new(),
        }
    }
}

impl CutRule {
    /// Returns the ligand that the list names for a complex of this structure.
    pub(super) fn named(&self, id: &str, structure: &Structure) -> Option<&LigandName> {
        let for_every = || {
            let named = self.ligands.get(EVERY_COMPLEX)?;
            position(structure, named).map(|_| named)
        };
        self.ligands.get(id).or_else(for_every)
    }
}

/// How the ligand was chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum ChosenBy {
    /// As the largest candidate.
    Rule,
    /// By the list of ligands.
    List,
    /// By the ligand file of the folder.
    File,
}

/// What was cut out of which file, as recorded in the plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CutRecord {
    /// Name of the file or folder in the folder of complexes.
    pub from: String,
    /// SHA-256 of its bytes, in lower-case hexadecimal digits.
    pub from_sha256: String,
    /// Name, number and chain of the ligand, such as `XK2 263 A`; `?` for a chain without a name.
    pub ligand: String,
    /// How it was chosen.
    pub chosen_by: ChosenBy,
    /// Number of its heavy atoms.
    pub ligand_heavy_atoms: usize,
    /// Number of other residues that are neither polymer, water, ion nor additive.
    pub other_candidates: usize,
    /// Cutoff of the pocket, in angstrom.
    pub pocket_cutoff_angstrom: f32,
    /// Number of residues of the pocket.
    pub pocket_residues: usize,
    /// Whether the pocket or the ligand has hydrogens.
    ///
    /// If not, hydrogen bonds are found from heavy atoms alone.
    pub has_hydrogens: bool,
}

/// The selected residues of a cut, by index in the structure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CutSelection {
    pub(super) ligand: Vec<u32>,
    pub(super) pocket: Vec<u32>,
    pub(super) chosen_by: ChosenBy,
    pub(super) other_candidates: usize,
}

/// Reads a list of ligands by complex id.
///
/// Each line is `ID RESNAME [NUMBER [CHAIN]]`; `#` begins a comment. The id `*` stands for every
/// complex that has no line of its own.
///
/// # Errors
/// When the file cannot be read, a line is invalid, or a complex is named twice.
pub fn read_ligands(path: &Path) -> Result<BTreeMap<String, LigandName>, DatasetError> {
    let text = fs::read_to_string(path).map_err(DatasetError::file(path))?;
    let mut all = BTreeMap::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.split('#').next().unwrap_or_default();
        let words: Vec<&str> = line.split_whitespace().collect();
        let wrong = |problem: &str| {
            let remedy = "give ID RESNAME [NUMBER [CHAIN]], such as: 1hvr XK2 263 A";
            DatasetError::line(path, number + 1, format!("{problem}; {remedy}"))
        };
        let (id, name) = match words.as_slice() {
            [] => continue,
            [id, name, rest @ ..] if rest.len() <= 2 => (
                (*id).to_owned(),
                LigandName {
                    name: (*name).to_owned(),
                    number: rest.first().map(|word| (*word).to_owned()),
                    chain: rest.get(1).map(|word| (*word).to_owned()),
                },
            ),
            _ => return Err(wrong(&format!("has {} words", words.len()))),
        };
        let digits = |text: &String| {
            let digits = text.trim_start_matches('-');
            let digits = digits.trim_end_matches(|c: char| c.is_ascii_alphabetic());
            digits.parse::<u32>().is_ok()
        };
        if name.number.as_ref().is_some_and(|text| !digits(text)) {
            return Err(wrong(&format!("\"{}\" is not a residue number", words[2])));
        }
        if all.insert(id.clone(), name).is_some() {
            return Err(wrong(&format!("names {id} for the second time")));
        }
    }
    Ok(all)
}

/// Returns whether a residue is an additive. A residue of a polymer never is: `UNK` is also an
/// amino acid that was not identified.
fn is_additive(residue: &Residue) -> bool {
    !residue.class.is_polymer()
        && ADDITIVES
            .split_ascii_whitespace()
            .any(|name| name.eq_ignore_ascii_case(&residue.name))
}

fn heavy_atoms<'a>(
    structure: &'a Structure,
    residue: &Residue,
) -> impl Iterator<Item = [f32; 3]> + use<'a> {
    let atoms = structure.atoms();
    residue
        .atoms
        .clone()
        .map(|atom| atom as usize)
        .filter(|atom| atoms.element[*atom] != Element::H)
        .map(|atom| atoms.position_angstrom[atom])
}

/// Selects ligand and pocket of a structure; a part with the role of a ligand is the ligand.
pub(super) fn select(
    structure: &Structure,
    named: Option<&LigandName>,
    cutoff_angstrom: f32,
) -> Result<CutSelection, ComplexError> {
    let residues = structure.residues();
    let is_part = |residue: &Residue| structure.part_of(residue).role == PartRole::Ligand;
    let ligand_part: Vec<u32> = (0..residues.len() as u32)
        .filter(|index| is_part(&residues[*index as usize]))
        .collect();
    let mut candidates: Vec<(usize, u32)> = (0_u32..)
        .zip(residues)
        .filter(|(_, residue)| residue.class == ResidueClass::Ligand && !is_additive(residue))
        .map(|(index, residue)| (heavy_atoms(structure, residue).count(), index))
        .filter(|(heavy, _)| *heavy > 1)
        .collect();
    // Largest first; equally large ones in the order of the file.
    candidates.sort_by_key(|(heavy, index)| (std::cmp::Reverse(*heavy), *index));
    let (ligand, chosen_by) = if !ligand_part.is_empty() {
        (ligand_part, ChosenBy::File)
    } else if let Some(named) = named {
        (vec![find(structure, named)?], ChosenBy::List)
    } else {
        match candidates.first() {
            Some((_, index)) => (vec![*index], ChosenBy::Rule),
            None => return Err(no_ligand(structure)),
        }
    };
    let other_candidates = candidates
        .iter()
        .filter(|(_, index)| !ligand.contains(index))
        .count();
    let pocket = pocket(structure, &ligand, cutoff_angstrom);
    Ok(CutSelection {
        ligand,
        pocket,
        chosen_by,
        other_candidates: match chosen_by {
            ChosenBy::File => 0,
            _ => other_candidates,
        },
    })
}

/// Returns the first residue of a name.
fn position(structure: &Structure, named: &LigandName) -> Option<usize> {
    structure.residues().iter().position(|residue| {
        residue.name.eq_ignore_ascii_case(&named.name)
            && named
                .number
                .as_ref()
                .is_none_or(|number| number.eq_ignore_ascii_case(&residue_number(residue)))
            && named
                .chain
                .as_ref()
                .is_none_or(|chain| chain == chain_name(structure, residue))
    })
}

fn find(structure: &Structure, named: &LigandName) -> Result<u32, ComplexError> {
    let found = position(structure, named);
    found.map(|index| index as u32).ok_or_else(|| {
        let words = [
            Some(&named.name),
            named.number.as_ref(),
            named.chain.as_ref(),
        ];
        let words: Vec<&str> = words.into_iter().flatten().map(String::as_str).collect();
        let message = format!(
            "the list of ligands names {}, but the structure has {}; correct the line of this complex",
            words.join(" "),
            listed(structure, |residue| !residue.class.is_polymer())
                .unwrap_or_else(|| "only polymers and water".to_owned())
        );
        complex_error("ligand_not_there", message)
    })
}

/// Explains why no residue can be the ligand, and how one is named.
fn no_ligand(structure: &Structure) -> ComplexError {
    let residues = structure.residues();
    // The largest of them is the one that a user most likely means.
    let largest = residues
        .iter()
        .filter(|residue| residue.class == ResidueClass::Ligand && is_additive(residue))
        .max_by_key(|residue| heavy_atoms(structure, residue).count());
    let mut why = Vec::new();
    if let Some(additives) = listed(structure, is_additive) {
        why.push(format!(
            "{additives} (counted as additives of crystals and buffers)"
        ));
    }
    let is_single = |residue: &Residue| !residue.class.is_polymer() && !is_additive(residue);
    if let Some(single) = listed(structure, is_single) {
        why.push(format!("{single} (with a single heavy atom)"));
    }
    let unidentified = UNIDENTIFIED
        .into_iter()
        .find(|name| largest.is_some_and(|residue| residue.name.eq_ignore_ascii_case(name)));
    let remedy = match (largest, unidentified) {
        (Some(_), Some(name)) => format!(
            "{name} is the name of an unidentified residue, and of the ligands of docking programs: if it is the ligand, give a list of ligands (option ligands) with the line \"ID {name}\", or \"{EVERY_COMPLEX} {name}\" for all complexes"
        ),
        (Some(residue), None) => format!(
            "if one of them is the ligand, give a list of ligands (option ligands) with a line such as \"ID {}\"",
            residue.name
        ),
        (None, _) => "a peptide or a nucleotide can be the ligand if a list of ligands (option ligands) names its residue, or if it has a file of its own: give a folder ID/ with ID_protein.pdb and ID_ligand.mol2".to_owned(),
    };
    why.push(
        if why.is_empty() {
            "only polymers and water"
        } else {
            "polymers and water"
        }
        .to_owned(),
    );
    complex_error(
        "no_ligand",
        format!(
            "no residue can be the ligand: the structure has {}; {remedy}",
            why.join(", ")
        ),
    )
}

/// Lists the residues that are wanted and no water, for a message; `None` without any.
fn listed(structure: &Structure, is_wanted: impl Fn(&Residue) -> bool) -> Option<String> {
    let mut names: Vec<String> = (0_u32..)
        .zip(structure.residues())
        .filter(|(_, residue)| {
            !matches!(residue.class, ResidueClass::Water | ResidueClass::Marker)
                && is_wanted(residue)
        })
        .map(|(index, _)| residue_name(structure, index))
        .collect();
    let more = names.len().saturating_sub(MAX_LISTED);
    names.truncate(MAX_LISTED);
    if more > 0 {
        names.push(format!("{more} more"));
    }
    (!names.is_empty()).then(|| names.join(", "))
}

/// Returns the residues near the ligand.
fn pocket(structure: &Structure, ligand: &[u32], cutoff_angstrom: f32) -> Vec<u32> {
    let residues = structure.residues();
    let centers: Vec<[f32; 3]> = ligand
        .iter()
        .flat_map(|index| heavy_atoms(structure, &residues[*index as usize]))
        .collect();
    // A box around the ligand avoids most distance calculations.
    let (mut low, mut high) = ([f32::INFINITY; 3], [f32::NEG_INFINITY; 3]);
    for center in &centers {
        for axis in 0..3 {
            low[axis] = low[axis].min(center[axis] - cutoff_angstrom);
            high[axis] = high[axis].max(center[axis] + cutoff_angstrom);
        }
    }
    let is_near = |atom: [f32; 3]| {
        (0..3).all(|axis| (low[axis]..=high[axis]).contains(&atom[axis]))
            && centers.iter().any(|center| {
                let squares: f32 = (0..3).map(|axis| (atom[axis] - center[axis]).powi(2)).sum();
                squares <= cutoff_angstrom * cutoff_angstrom
            })
    };
    (0_u32..)
        .zip(residues)
        .filter(|(index, residue)| {
            !ligand.contains(index)
                && !matches!(residue.class, ResidueClass::Water | ResidueClass::Marker)
                && !is_additive(residue)
                && heavy_atoms(structure, residue).any(is_near)
        })
        .map(|(index, _)| index)
        .collect()
}
