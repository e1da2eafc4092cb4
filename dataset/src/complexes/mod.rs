//! The complexes of a folder: which there are, and one of them read.
//!
//! A complex is a folder in `PDBbind` layout, or a whole entry (PDB, mmCIF, `BinaryCIF`, each
//! gzipped or not) from which ligand and pocket are cut ([`cut`]). A cut is written into the set as
//! a folder in `PDBbind` layout, and is read from there ever after: so a picture's request names
//! one structure, which whoever has the set has, too.

pub mod cut;
#[cfg(test)]
mod tests;
mod write;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use molshot_molecule::{Element, PartRole, ReadLimits, ReadOptions, ResidueClass, Structure};
use molshot_molecule::{FolderOptions, read_file, read_folder};
use sha2::{Digest, Sha256};

use crate::error::DatasetError;
use crate::files::{hash_file, write_file};
use cut::{CutRecord, CutRule};

/// A pocket and a ligand have far fewer atoms; whatever has more is no complex.
const MAX_ATOMS: usize = 200_000;
/// A whole entry may be a ribosome.
const MAX_ENTRY_ATOMS: usize = 2_000_000;
/// Text of such a file.
const MAX_BYTES: u64 = 64 << 20;
/// Text of a whole entry.
const MAX_ENTRY_BYTES: u64 = 1 << 30;
/// Endings of whole entries; each may be followed by `.gz`.
const ENTRY_ENDINGS: [&str; 5] = ["pdb", "ent", "cif", "mmcif", "bcif"];

/// A complex that was read.
#[derive(Debug, Clone)]
pub struct Complex {
    /// Name of its folder or, without its endings, of its file.
    pub id: String,
    /// Pocket and ligand.
    pub structure: Arc<Structure>,
}

/// Why a complex cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable name: `unreadable`, `no_ligand`, `no_pocket`, `ligand_without_bonds`,
    /// `ligand_not_there`, `no_pdb_form`, `two_of_one_name`, `undrawable`.
    pub reason: &'static str,
    /// For people.
    pub message: String,
}

/// Where complexes are read from.
#[derive(Debug, Clone)]
pub struct Source {
    /// Folder whose subfolders and files are the complexes.
    pub folder: PathBuf,
    /// Folder of the cuts; a complex that is there is read from there.
    pub cuts: Option<PathBuf>,
}

/// What a complex is cut from.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Uncut {
    /// A whole entry.
    Entry(PathBuf),
    /// A folder with `ID_protein.pdb` and no `ID_pocket.pdb`.
    Protein(PathBuf),
}

/// Name of a whole entry without its endings; `None` for other files.
fn entry_id(name: &str) -> Option<&str> {
    let plain = name.strip_suffix(".gz").unwrap_or(name);
    let (id, ending) = plain.rsplit_once('.')?;
    (ENTRY_ENDINGS.contains(&ending) && !id.is_empty()).then_some(id)
}

impl Source {
    /// Of a folder, without cuts.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            cuts: None,
        }
    }

    /// The same with the cuts of a folder.
    #[must_use]
    pub fn with_cuts(self, cuts: &Path) -> Self {
        Self {
            cuts: Some(cuts.to_owned()),
            ..self
        }
    }

    /// Names of all complexes, sorted: the subfolders and whole entries that do not begin with a
    /// dot.
    ///
    /// # Errors
    /// When the folder cannot be read, or has neither.
    pub fn list(&self) -> Result<Vec<String>, DatasetError> {
        let fault = |source| DatasetError::file(&self.folder)(source);
        let mut ids = BTreeSet::new();
        for entry in fs::read_dir(&self.folder).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            // A name that is no Unicode has no place in a table.
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if name.starts_with('.') {
                continue;
            }
            if entry.path().is_dir() {
                ids.insert(name);
            } else if let Some(id) = entry_id(&name) {
                ids.insert(id.to_owned());
            }
        }
        if ids.is_empty() {
            return Err(DatasetError::content(
                &self.folder,
                "holds no complex; give a folder of folders ID/ with ID_pocket.pdb and ID_ligand.mol2 (or .sdf), or of whole entries ID.cif, ID.pdb, ...",
            ));
        }
        Ok(ids.into_iter().collect())
    }

    /// Files and folders that are called `id`.
    fn named(&self, id: &str) -> Vec<PathBuf> {
        let files = ENTRY_ENDINGS
            .iter()
            .flat_map(|ending| [format!("{id}.{ending}"), format!("{id}.{ending}.gz")])
            .map(|name| self.folder.join(name))
            .filter(|path| path.is_file());
        Some(self.folder.join(id))
            .filter(|path| path.is_dir())
            .into_iter()
            .chain(files)
            .collect()
    }

    /// Where a complex is, for messages.
    #[must_use]
    pub fn path(&self, id: &str) -> PathBuf {
        let first = self.named(id).into_iter().next();
        first.unwrap_or_else(|| self.folder.join(id))
    }

    /// The folder in `PDBbind` layout that a complex is read from.
    fn folder_of(&self, id: &str) -> PathBuf {
        let cut = self.cuts.as_ref().map(|cuts| cuts.join(id));
        cut.filter(|cut| cut.is_dir())
            .unwrap_or_else(|| self.folder.join(id))
    }

    /// What a complex has to be cut from; `None` for one that has a pocket's file.
    fn uncut(&self, id: &str) -> Result<Option<Uncut>, Fault> {
        let named = self.named(id);
        let [path] = named.as_slice() else {
            let names: Vec<String> = named
                .iter()
                .filter_map(|path| path.file_name())
                .map(|name| name.to_string_lossy().into_owned())
                .collect();
            return match names.as_slice() {
                // The reader says what is missing.
                [] => Ok(None),
                names => Err(fault(
                    "two_of_one_name",
                    format!("{} have one name; keep one of them", names.join(" and ")),
                )),
            };
        };
        if path.is_file() {
            return Ok(Some(Uncut::Entry(path.clone())));
        }
        let names: Vec<String> = fs::read_dir(path)
            .map_err(|error| fault("unreadable", error.to_string()))?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .collect();
        let has = |ending: &str| {
            names
                .iter()
                .any(|name| name.strip_suffix(".gz").unwrap_or(name).ends_with(ending))
        };
        let whole = has("_protein.pdb") && !has("_pocket.pdb");
        Ok(whole.then(|| Uncut::Protein(path.clone())))
    }

    /// Cuts a complex and writes the cut to the folder of the cuts; `None` for one that needs no
    /// cut.
    ///
    /// # Errors
    /// Why it cannot be cut; the outer error when the disk refuses.
    pub fn cut(
        &self,
        id: &str,
        rule: &CutRule,
    ) -> Result<Result<Option<CutRecord>, Fault>, DatasetError> {
        let Some(cuts) = &self.cuts else {
            return Ok(Ok(None));
        };
        match self.cut_text(id, rule) {
            Ok(Some(cut)) => {
                for (name, text) in &cut.files {
                    write_file(&cuts.join(id).join(name), text.as_bytes())?;
                }
                Ok(Ok(Some(cut.record)))
            }
            Ok(None) => Ok(Ok(None)),
            Err(fault) => Ok(Err(fault)),
        }
    }

    /// The texts of a complex's cut, by file name; `None` for one that needs no cut.
    pub(crate) fn cut_text(&self, id: &str, rule: &CutRule) -> Result<Option<Cut>, Fault> {
        let unreadable = |error: String| fault("unreadable", error);
        let Some(uncut) = self.uncut(id)? else {
            return Ok(None);
        };
        let options =
            ReadOptions::default().with_limits(ReadLimits::new(MAX_ENTRY_BYTES, MAX_ENTRY_ATOMS));
        let (structure, from, from_sha256) = match &uncut {
            Uncut::Entry(path) => (
                read_file(path, &options),
                path,
                hash_file(path).map(|file| file.sha256),
            ),
            Uncut::Protein(path) => (
                read_folder(path, FolderOptions::default().with_protein(true), &options),
                path,
                hash_folder(path),
            ),
        };
        let structure = structure.map_err(|error| unreadable(error.to_string()))?;
        let from_sha256 = from_sha256.map_err(|error| unreadable(error.to_string()))?;
        let from = from.file_name().unwrap_or_default().to_string_lossy();
        let cutoff = rule.pocket_cutoff_angstrom;
        let choice = cut::choose(&structure, rule.ligands.get(id), cutoff)?;
        if choice.pocket.is_empty() {
            let message = format!("nothing is within {cutoff} angstrom of the ligand");
            return Err(fault("no_pocket", message));
        }
        let residues = structure.residues();
        let of = |index: &u32| &residues[*index as usize];
        let names: Vec<String> = choice
            .ligand
            .iter()
            .map(|index| cut::name_of(&structure, of(index)))
            .collect();
        let ligand = names.join(", ");
        let elements = &structure.atoms().element;
        let hydrogens = |indices: &[u32]| {
            let mut atoms = indices.iter().flat_map(|index| of(index).atoms.clone());
            atoms.any(|atom| elements[atom as usize] == Element::H)
        };
        let heavy = choice
            .ligand
            .iter()
            .flat_map(|index| of(index).atoms.clone())
            .filter(|atom| elements[*atom as usize] != Element::H);
        let record = CutRecord {
            from: from.clone().into_owned(),
            from_sha256,
            ligand: ligand.clone(),
            chosen_by: choice.chosen_by,
            ligand_heavy_atoms: heavy.count(),
            other_candidates: choice.other_candidates,
            pocket_cutoff_angstrom: cutoff,
            pocket_residues: choice.pocket.len(),
            has_hydrogens: hydrogens(&choice.pocket) || hydrogens(&choice.ligand),
        };
        let remark = format!(
            "CUT FROM {from}: RESIDUES WITH A HEAVY ATOM WITHIN\n{cutoff} ANGSTROM OF {ligand}, WITHOUT WATER AND ADDITIVES"
        );
        let pocket = write::pocket_pdb(&structure, &choice.pocket, &remark)?;
        Ok(Some(Cut {
            record,
            files: BTreeMap::from([
                (format!("{id}_pocket.pdb"), pocket),
                (
                    format!("{id}_ligand.mol2"),
                    write::ligand_mol2(&structure, &choice.ligand, id),
                ),
            ]),
        }))
    }

    /// Reads a complex and checks that it is one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, id: &str) -> Result<Complex, Fault> {
        let options = ReadOptions::default().with_limits(ReadLimits::new(MAX_BYTES, MAX_ATOMS));
        let structure = read_folder(&self.folder_of(id), FolderOptions::default(), &options)
            .map_err(|error| fault("unreadable", error.to_string()))?;
        check(&structure)?;
        Ok(Complex {
            id: id.to_owned(),
            structure: Arc::new(structure),
        })
    }

    /// SHA-256 of the names and bytes of a complex's pocket and ligand files, as lower-case
    /// hexadecimal digits. Pictures are promised for these bytes only.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn hash(&self, id: &str) -> Result<String, DatasetError> {
        hash_folder(&self.folder_of(id))
    }
}

/// A cut that is not written yet.
#[derive(Debug)]
pub(crate) struct Cut {
    pub(crate) record: CutRecord,
    /// Texts by file name.
    pub(crate) files: BTreeMap<String, String>,
}

/// SHA-256 of the names and bytes of the files that a folder's complex may be read from.
fn hash_folder(folder: &Path) -> Result<String, DatasetError> {
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(DatasetError::file(folder))? {
        let entry = entry.map_err(DatasetError::file(folder))?;
        if let Ok(name) = entry.file_name().into_string() {
            names.insert(name);
        }
    }
    // A protein's file beside a pocket's is not read.
    let has_pocket = names.iter().any(|name| name.contains("_pocket."));
    let mut hash = Sha256::new();
    for name in names {
        let is_read = name.contains("_ligand.")
            || name.contains(if has_pocket { "_pocket." } else { "_protein." });
        if !is_read {
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

fn fault(reason: &'static str, message: impl Into<String>) -> Fault {
    Fault {
        reason,
        message: message.into(),
    }
}

/// Whether there is something to ask about.
fn check(structure: &Structure) -> Result<(), Fault> {
    let heavy = ligand_atoms(structure);
    if heavy.is_empty() {
        return Err(fault("no_ligand", "the ligand has no atom but hydrogen"));
    }
    let is_ligand: BTreeSet<u32> = heavy.iter().copied().collect();
    let bonded = structure
        .bonds()
        .iter()
        .any(|bond| is_ligand.contains(&bond.a) && is_ligand.contains(&bond.b));
    if heavy.len() > 1 && !bonded {
        return Err(fault(
            "ligand_without_bonds",
            "the ligand's file gives no bond between its atoms; take one that does",
        ));
    }
    let has_pocket = structure.residues().iter().any(|residue| {
        structure.part_of(residue).role != PartRole::Ligand && residue.class.is_polymer()
    });
    if !has_pocket {
        return Err(fault("no_pocket", "the pocket has no residue"));
    }
    Ok(())
}

/// The ligand's drawn atoms: all but hydrogen.
#[must_use]
pub fn ligand_atoms(structure: &Structure) -> Vec<u32> {
    raster_fallback_count(structure, true)
}

/// The pocket's drawn atoms: neither hydrogen nor water.
#[must_use]
pub fn pocket_atoms(structure: &Structure) -> Vec<u32> {
    raster_fallback_count(structure, false)
}

fn raster_fallback_count(structure: &Structure, ligand: bool) -> Vec<u32> {
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

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// Where the project's own complex is, for tests that need no other data.
#[cfg(test)]
pub(crate) fn library() -> Source {
    Source::new(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenes/library"))
}
