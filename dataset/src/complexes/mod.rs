//! Lists and reads the complexes of a folder.
//!
//! A complex is a folder in `PDBbind` layout, or a whole entry (PDB, mmCIF, `BinaryCIF`, each also
//! gzipped) from which ligand and pocket are cut ([`cut`]). A cut is written into the set as a
//! folder in `PDBbind` layout and read from there from then on, so the set contains the structure
//! that its render requests refer to.

mod contents;
pub mod cut;
mod ids;
#[cfg(test)]
mod tests;
pub mod unique_names;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use glam::DVec3;
use molshot_molecule::{
    Element, PartRole, ReadLimits, ReadOptions, Residue, ResidueClass, Structure,
};
use molshot_molecule::{FolderOptions, read_file, read_folder};
use sha2::{Digest, Sha256};

use crate::error::DatasetError;
use crate::files::{hash_file, hex, write_file};
use contents::{ComplexFile, Contents};
pub use contents::{LeftOutFile, WhyLeftOut, left_out_texts};
use cut::{CutRecord, CutRule};
use unique_names::{Renamed, with_unique_names};

/// Limit of atoms of a complex; pockets with their ligands have far fewer.
const MAX_ATOMS: usize = 200_000;
/// Limit of atoms of a whole entry; a ribosome is within it.
const MAX_ENTRY_ATOMS: usize = 2_000_000;
/// Limit of bytes of a pocket or ligand file.
const MAX_BYTES: u64 = 64 << 20;
/// Limit of bytes of a whole entry.
const MAX_ENTRY_BYTES: u64 = 1 << 30;

/// A pocket with its ligand.
#[derive(Debug, Clone)]
pub struct Complex {
    /// Name of its folder, or of its file without the extensions.
    pub id: String,
    /// Pocket and ligand as one structure.
    pub structure: Arc<Structure>,
    /// Residues and atoms that have another name there than in their files.
    pub renamed: Vec<Renamed>,
}

/// The reason why a complex cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
#[non_exhaustive]
pub struct ComplexError {
    /// Stable name of the reason.
    ///
    /// One of `unreadable`, `no_ligand`, `no_pocket`, `ligand_without_bonds`,
    /// `ligand_without_heavy_atoms`, `ligand_not_there`, `not_writable`, `two_of_one_name`,
    /// `unusable_name`, `undrawable`.
    pub reason: &'static str,
    /// Description of the problem.
    pub message: String,
}

/// The folders that complexes are read from.
#[derive(Debug, Clone)]
pub struct ComplexSource {
    /// Folder whose subfolders and files are the complexes.
    pub folder: PathBuf,
    /// Folder of the cuts; a complex that has a cut is read from here.
    pub cuts: Option<PathBuf>,
    /// Whether residues and atoms that share their names get unique ones ([`unique_names`]).
    unique_names: bool,
    /// What is in the folder, once it was listed.
    contents: Arc<OnceLock<Contents>>,
}

/// The input of a cut.
#[derive(Debug, Clone, PartialEq, Eq)]
enum CutInput {
    /// A whole entry.
    Entry(PathBuf),
    /// A folder with `ID_protein.pdb` and no `ID_pocket.pdb`.
    Protein(PathBuf),
}

impl ComplexSource {
    /// Makes a source of a folder, without cuts and with unique names.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            cuts: None,
            unique_names: true,
            contents: Arc::default(),
        }
    }

    /// Returns the same source with a folder of cuts.
    #[must_use]
    pub fn with_cuts(self, cuts: &Path) -> Self {
        Self {
            cuts: Some(cuts.to_owned()),
            ..self
        }
    }

    /// Returns the same source with unique names, or with the names of the files.
    #[must_use]
    pub fn with_unique_names(self, unique_names: bool) -> Self {
        Self {
            unique_names,
            ..self
        }
    }

    /// Returns the sorted ids of all complexes.
    ///
    /// These are the names of the subfolders and whole entries that do not begin with a dot. The
    /// folder is listed once.
    ///
    /// # Errors
    /// When the folder cannot be read or has no complex.
    pub fn list(&self) -> Result<Vec<String>, DatasetError> {
        let contents = self.contents()?;
        if contents.complexes.is_empty() {
            let left_out = contents.left_out_text();
            return Err(DatasetError::content(
                &self.folder,
                format!(
                    "has no complex; give a folder of folders ID/ with ID_pocket.pdb and ID_ligand.mol2 (or .sdf), or of whole entries ID.cif, ID.pdb, ...{left_out}"
                ),
            ));
        }
        Ok(contents.complexes.keys().cloned().collect())
    }

    /// Returns the files of the folder that are not complexes, sorted by name.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn left_out(&self) -> Result<&[LeftOutFile], DatasetError> {
        Ok(&self.contents()?.left_out)
    }

    fn contents(&self) -> Result<&Contents, DatasetError> {
        if let Some(contents) = self.contents.get() {
            return Ok(contents);
        }
        let contents = Contents::of(&self.folder).map_err(DatasetError::file(&self.folder))?;
        Ok(self.contents.get_or_init(|| contents))
    }

    /// Returns the files and folders of a complex.
    fn named(&self, id: &str) -> Vec<PathBuf> {
        let contents = self.contents().ok();
        let names = contents.and_then(|contents| contents.complexes.get(id));
        let names = names.map(Vec::as_slice).unwrap_or_default();
        names.iter().map(|name| self.folder.join(name)).collect()
    }

    /// Returns the path of a complex, for messages.
    #[must_use]
    pub fn path(&self, id: &str) -> PathBuf {
        let first = self.named(id).into_iter().next();
        first.unwrap_or_else(|| self.folder.join(id))
    }

    /// Returns the folder in `PDBbind` layout that a complex is read from.
    pub(crate) fn folder_of(&self, id: &str) -> PathBuf {
        let cut = self.cuts.as_ref().map(|cuts| cuts.join(id));
        cut.filter(|cut| cut.is_dir())
            .unwrap_or_else(|| self.folder.join(id))
    }

    /// Returns the input of a complex's cut; `None` if it has a pocket file and needs no cut.
    fn cut_input(&self, id: &str) -> Result<Option<CutInput>, ComplexError> {
        ids::check_id(id)?;
        let named = self.named(id);
        let [path] = named.as_slice() else {
            let names: Vec<String> = named
                .iter()
                .filter_map(|path| path.file_name())
                .map(|name| name.to_string_lossy().into_owned())
                .collect();
            return match names.as_slice() {
                // The reader reports what is missing.
                [] => Ok(None),
                names => Err(complex_error(
                    "two_of_one_name",
                    format!(
                        "{} have the same name; keep one of them",
                        names.join(" and ")
                    ),
                )),
            };
        };
        if !path.is_dir() {
            return Ok(Some(CutInput::Entry(path.clone())));
        }
        let parts = contents::parts_of(path)
            .map_err(|error| complex_error("unreadable", error.to_string()))?;
        let has = |wanted: ComplexFile| parts.iter().any(|(_, part)| *part == wanted);
        let is_whole = has(ComplexFile::Protein) && !has(ComplexFile::Pocket);
        Ok(is_whole.then(|| CutInput::Protein(path.clone())))
    }

    /// Cuts a complex and writes the files to the folder of cuts; `None` if it needs no cut.
    ///
    /// # Errors
    /// The inner error says why the complex cannot be cut; the outer one is that of the disk.
    pub fn cut(
        &self,
        id: &str,
        rule: &CutRule,
    ) -> Result<Result<Option<CutRecord>, ComplexError>, DatasetError> {
        let written = self.write_cut(id, rule)?;
        Ok(written.map(|cut| cut.map(|cut| cut.record)))
    }

    /// Does what [`Self::cut`] does, and returns the whole cut.
    pub(crate) fn write_cut(
        &self,
        id: &str,
        rule: &CutRule,
    ) -> Result<Result<Option<Cut>, ComplexError>, DatasetError> {
        let Some(cuts) = &self.cuts else {
            return Ok(Ok(None));
        };
        let cut = self.cut_text(id, rule);
        if let Ok(Some(cut)) = &cut {
            for (name, text) in &cut.files {
                write_file(&cuts.join(id).join(name), text.as_bytes())?;
            }
        }
        Ok(cut)
    }

    /// Cuts a complex in memory; `None` if it needs no cut.
    pub(crate) fn cut_text(&self, id: &str, rule: &CutRule) -> Result<Option<Cut>, ComplexError> {
        let unreadable = |error: String| complex_error("unreadable", error);
        let Some(input) = self.cut_input(id)? else {
            return Ok(None);
        };
        let options =
            ReadOptions::default().with_limits(ReadLimits::new(MAX_ENTRY_BYTES, MAX_ENTRY_ATOMS));
        let (structure, from, from_sha256) = match &input {
            CutInput::Entry(path) => (
                read_file(path, &options),
                path,
                hash_file(path).map(|file| file.sha256),
            ),
            CutInput::Protein(path) => (
                read_folder(path, FolderOptions::default().with_protein(true), &options),
                path,
                hash_folder(path),
            ),
        };
        let structure = structure.map_err(|error| unreadable(error.to_string()))?;
        let from_sha256 = from_sha256.map_err(|error| unreadable(error.to_string()))?;
        let from = from.file_name().unwrap_or_default().to_string_lossy();
        let cutoff = rule.pocket_cutoff_angstrom;
        let selection = cut::select(&structure, rule.named(id, &structure), cutoff)?;
        if selection.pocket.is_empty() {
            let message = format!(
                "nothing but water and additives is within {cutoff} angstrom of the ligand; give a larger cutoff, or name another ligand in the list of ligands (options pocket-cutoff and ligands)"
            );
            return Err(complex_error("no_pocket", message));
        }
        let residues = structure.residues();
        let residue = |index: &u32| &residues[*index as usize];
        let names: Vec<String> = selection
            .ligand
            .iter()
            .map(|index| residue_name(&structure, *index))
            .collect();
        let ligand = names.join(", ");
        let elements = &structure.atoms().element;
        let hydrogens = |indices: &[u32]| {
            let mut atoms = indices
                .iter()
                .flat_map(|index| residue(index).atoms.clone());
            atoms.any(|atom| elements[atom as usize] == Element::H)
        };
        let heavy = selection
            .ligand
            .iter()
            .flat_map(|index| residue(index).atoms.clone())
            .filter(|atom| elements[*atom as usize] != Element::H);
        let record = CutRecord {
            from: from.clone().into_owned(),
            from_sha256,
            ligand: ligand.clone(),
            chosen_by: selection.chosen_by,
            ligand_heavy_atoms: heavy.count(),
            other_candidates: selection.other_candidates,
            pocket_cutoff_angstrom: cutoff,
            pocket_residues: selection.pocket.len(),
            has_hydrogens: hydrogens(&selection.pocket) || hydrogens(&selection.ligand),
        };
        let remark = format!(
            "CUT FROM {from}: RESIDUES WITH A HEAVY ATOM WITHIN\n{cutoff} ANGSTROM OF {ligand}, WITHOUT WATER AND ADDITIVES"
        );
        let (pocket_extension, pocket) = write::pocket(&structure, &selection.pocket, id, &remark)?;
        let (ligand_extension, ligand) = write::ligand(&structure, &selection.ligand, id, &remark)?;
        let folder = self.folder.display().to_string();
        Ok(Some(Cut {
            record,
            warnings: relative_warnings(&structure, &folder),
            files: BTreeMap::from([
                (format!("{id}_pocket.{pocket_extension}"), pocket),
                (format!("{id}_ligand.{ligand_extension}"), ligand),
            ]),
        }))
    }

    /// Reads a complex and checks that it has a pocket and a ligand.
    ///
    /// # Errors
    /// When it cannot be read or used; the error says why.
    pub fn read(&self, id: &str) -> Result<Complex, ComplexError> {
        let options = ReadOptions::default().with_limits(ReadLimits::new(MAX_BYTES, MAX_ATOMS));
        let structure = read_folder(&self.folder_of(id), FolderOptions::default(), &options)
            .map_err(|error| complex_error("unreadable", error.to_string()))?;
        check(&structure)?;
        let named = self.unique_names.then(|| with_unique_names(&structure));
        let (structure, renamed) = named.flatten().unwrap_or((structure, Vec::new()));
        Ok(Complex {
            id: id.to_owned(),
            structure: Arc::new(structure),
            renamed,
        })
    }

    /// Returns the warnings of the readers about a complex, with paths relative to its folder.
    #[must_use]
    pub fn warnings(&self, complex: &Complex) -> Vec<String> {
        let folder = self.folder_of(&complex.id).display().to_string();
        let warnings = relative_warnings(&complex.structure, &folder).into_iter();
        warnings
            .map(|text| text.replace(&folder, &complex.id))
            .collect()
    }

    /// Returns the SHA-256 of the names and bytes of a complex's pocket and ligand files.
    ///
    /// It is written in lower-case hexadecimal digits. A plan is valid for these bytes only.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn hash(&self, id: &str) -> Result<String, DatasetError> {
        hash_folder(&self.folder_of(id))
    }
}

/// A cut in memory.
#[derive(Debug)]
pub(crate) struct Cut {
    pub(crate) record: CutRecord,
    /// Warnings about the input, with paths relative to the folder of complexes.
    pub(crate) warnings: Vec<String>,
    /// Contents by file name.
    pub(crate) files: BTreeMap<String, String>,
}

/// Returns the SHA-256 of the names and bytes of the files that a complex may be read from.
fn hash_folder(folder: &Path) -> Result<String, DatasetError> {
    let parts = contents::parts_of(folder).map_err(DatasetError::file(folder))?;
    // A protein file is not read if there is a pocket file.
    let has_pocket = parts.iter().any(|(_, part)| *part == ComplexFile::Pocket);
    let mut hash = Sha256::new();
    for (name, part) in parts {
        if has_pocket && part == ComplexFile::Protein {
            continue;
        }
        let path = folder.join(&name);
        let bytes = fs::read(&path).map_err(DatasetError::file(&path))?;
        hash.update((name.len() as u64).to_be_bytes());
        hash.update(name.as_bytes());
        hash.update((bytes.len() as u64).to_be_bytes());
        hash.update(bytes);
    }
    Ok(hex(&hash.finalize()))
}

/// Returns the warnings of a structure with paths relative to a folder.
fn relative_warnings(structure: &Structure, folder: &str) -> Vec<String> {
    let folder = format!("{}/", folder.trim_end_matches('/'));
    let warnings = structure.warnings().iter();
    warnings
        .map(|warning| warning.to_string().replace(&folder, ""))
        .collect()
}

fn complex_error(reason: &'static str, message: impl Into<String>) -> ComplexError {
    ComplexError {
        reason,
        message: message.into(),
    }
}

/// Checks that a structure has a ligand with bonds and a pocket with residues.
fn check(structure: &Structure) -> Result<(), ComplexError> {
    let heavy = ligand_atoms(structure);
    if heavy.is_empty() {
        return Err(complex_error(
            "ligand_without_heavy_atoms",
            "the ligand has no heavy atom; give a ligand with more than hydrogens",
        ));
    }
    let is_ligand: BTreeSet<u32> = heavy.iter().copied().collect();
    let bonded = structure
        .bonds()
        .iter()
        .any(|bond| is_ligand.contains(&bond.a) && is_ligand.contains(&bond.b));
    if heavy.len() > 1 && !bonded {
        return Err(complex_error(
            "ligand_without_bonds",
            "the file of the ligand has no bond between its atoms; give a file with bonds",
        ));
    }
    let has_pocket = structure.residues().iter().any(|residue| {
        structure.part_of(residue).role != PartRole::Ligand && residue.class.is_polymer()
    });
    if !has_pocket {
        return Err(complex_error(
            "no_pocket",
            "the file of the pocket has no amino acid and no nucleotide; give the residues around the ligand",
        ));
    }
    Ok(())
}

/// Returns the drawn atoms of the ligand: all but hydrogen.
#[must_use]
pub fn ligand_atoms(structure: &Structure) -> Vec<u32> {
    drawn_atoms(structure, true)
}

/// Returns the drawn atoms of the pocket: all but hydrogen and water.
#[must_use]
pub fn pocket_atoms(structure: &Structure) -> Vec<u32> {
    drawn_atoms(structure, false)
}

fn drawn_atoms(structure: &Structure, ligand: bool) -> Vec<u32> {
    let elements = &structure.atoms().element;
    (0..elements.len() as u32)
        .filter(|&atom| {
            let residue = structure.residue_of(atom);
            elements[atom as usize] != Element::H
                && residue.class != ResidueClass::Water
                && (structure.part_of(residue).role == PartRole::Ligand) == ligand
        })
        .collect()
}

/// Returns the position of an atom, in angstrom.
pub(crate) fn position_angstrom(structure: &Structure, atom: u32) -> DVec3 {
    DVec3::from_array(structure.atoms().position_angstrom[atom as usize].map(f64::from))
}

/// Returns the number of a residue with its insertion code, such as `45B`.
fn residue_number(residue: &Residue) -> String {
    match residue.insertion_code {
        b' ' => residue.number.to_string(),
        code => format!("{}{}", residue.number, char::from(code)),
    }
}

/// Returns the chain of a residue; `?` for a chain without a name.
fn chain_name<'a>(structure: &'a Structure, residue: &Residue) -> &'a str {
    match structure.chains()[residue.chain as usize].id.as_str() {
        "" => "?",
        id => id,
    }
}

/// Returns name, number and chain of a residue, such as `ARG 45 A`.
///
/// Requests and questions use this form; a chain without a name is written as `?`.
#[must_use]
pub fn residue_name(structure: &Structure, residue: u32) -> String {
    let residue = &structure.residues()[residue as usize];
    let chain = chain_name(structure, residue);
    format!("{} {} {chain}", residue.name, residue_number(residue))
}

/// Returns the source of the sample structures, for tests that need no other data.
#[cfg(test)]
pub(crate) fn library() -> ComplexSource {
    ComplexSource::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenes/library"))
}
