//! A folder in PDBbind layout: `ID/ID_pocket.pdb`, `ID/ID_protein.pdb`, `ID/ID_ligand.mol2`,
//! `ID/ID_ligand.sdf`.

use std::collections::BTreeSet;
use std::path::Path;

use super::read_file_as;
use crate::io::gzip::without_gz;
use crate::io::options::ReadOptions;
use crate::structure::PartRole;
use crate::{Location, MoleculeError, Structure, Warning};

/// Number of file names that an error message lists.
const LISTED_NAMES: usize = 8;

/// Options of reading a folder in `PDBbind` layout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct FolderOptions {
    /// True reads `ID_protein.pdb`, false reads `ID_pocket.pdb`. If only the other one exists, it
    /// is read, with a warning.
    pub protein: bool,
}

impl FolderOptions {
    /// Chooses `ID_protein.pdb` (true) or `ID_pocket.pdb` (false).
    #[must_use]
    pub const fn with_protein(mut self, protein: bool) -> Self {
        self.protein = protein;
        self
    }
}

/// Reads a folder `ID/` in `PDBbind` layout into a structure of two parts, pocket and ligand.
///
/// The files are `ID_pocket.pdb` (or `ID_protein.pdb`) and `ID_ligand.mol2` (else `ID_ligand.sdf`),
/// each gzipped or not.
///
/// MOL2 is preferred because it has atom names; if it cannot be read and the SD file can, the SD
/// file is used, with a warning. The prefix of the files may differ from the name of the folder if
/// there is only one such file of each kind. `options.format` is not used; `options.model` selects
/// the record of the ligand.
pub fn read_folder(
    path: &Path,
    folder: FolderOptions,
    options: &ReadOptions,
) -> Result<Structure, MoleculeError> {
    let listing = Listing::of(path)?;
    let mut warnings = Vec::new();
    let (pocket, ligand) = listing.choose(folder, &mut warnings)?;
    let pocket_options = ReadOptions {
        format: None,
        model: None,
        ..*options
    };
    let pocket = read_file_as(&path.join(pocket), PartRole::Pocket, &pocket_options)?;
    let ligand_options = ReadOptions {
        format: None,
        ..*options
    };
    let ligand = listing.read_ligand(path, ligand, &ligand_options, &mut warnings)?;
    let mut structure = Structure::merge(vec![pocket, ligand]);
    warnings.append(&mut structure.warnings);
    structure.warnings = warnings;
    Ok(structure)
}

/// The file names in a folder.
#[derive(Debug)]
struct Listing {
    folder: String,
    /// Name of the folder, empty if it has none (`/`).
    id: String,
    names: BTreeSet<String>,
}

/// The files of the ligand, the preferred one first.
#[derive(Debug, Clone, Copy)]
struct LigandFiles<'a> {
    first: &'a str,
    second: Option<&'a str>,
}

impl Listing {
    fn of(path: &Path) -> Result<Self, MoleculeError> {
        let folder = path.display().to_string();
        let unreadable = |source| MoleculeError::Io {
            file: folder.clone(),
            source,
        };
        let mut names = BTreeSet::new();
        for entry in std::fs::read_dir(path).map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            // Names that are not Unicode cannot match.
            names.extend(entry.file_name().into_string());
        }
        // `.` and `..` are not names.
        let id = match path.file_name() {
            Some(name) => name.to_string_lossy().into_owned(),
            None => std::fs::canonicalize(path)
                .ok()
                .and_then(|full| {
                    full.file_name()
                        .map(|name| name.to_string_lossy().into_owned())
                })
                .unwrap_or_default(),
        };
        Ok(Self { folder, id, names })
    }

    /// Returns the files `ID` + suffix, gzipped or not, in the order of `suffixes`; if there are
    /// none, the files with these suffixes that are the only ones of their suffix.
    fn find(&self, suffixes: &[&str]) -> Vec<&str> {
        let own: Vec<&str> = suffixes
            .iter()
            .filter_map(|suffix| {
                let plain = format!("{}{suffix}", self.id);
                self.names
                    .get(&plain)
                    .or_else(|| self.names.get(&format!("{plain}.gz")))
            })
            .map(String::as_str)
            .collect();
        if !own.is_empty() {
            return own;
        }
        suffixes
            .iter()
            .filter_map(|suffix| {
                let mut files = self
                    .names
                    .iter()
                    .filter(|name| without_gz(name).ends_with(suffix));
                let first = files.next()?;
                files.next().is_none().then_some(first.as_str())
            })
            .collect()
    }

    /// Selects pocket and ligand files. The error lists what is missing and what the folder holds.
    fn choose(
        &self,
        folder: FolderOptions,
        warnings: &mut Vec<Warning>,
    ) -> Result<(&str, LigandFiles<'_>), MoleculeError> {
        const POCKET: &str = "_pocket.pdb";
        const PROTEIN: &str = "_protein.pdb";
        let (wanted, other) = if folder.protein {
            (PROTEIN, POCKET)
        } else {
            (POCKET, PROTEIN)
        };
        let pocket = self.find(&[wanted, other]).first().copied();
        if let Some(found) = pocket.filter(|name| !without_gz(name).ends_with(wanted)) {
            warnings.push(Warning {
                location: Location::file(&self.folder),
                message: format!("has no {}{wanted}; {found} is read instead", self.id),
            });
        }
        let ligands = self.find(&["_ligand.mol2", "_ligand.sdf"]);
        let ligand = ligands.first().map(|first| LigandFiles {
            first,
            second: ligands.get(1).copied(),
        });
        let id = &self.id;
        let mut missing = Vec::new();
        if pocket.is_none() {
            missing.push(format!("{id}{wanted} (or {id}{other})"));
        }
        if ligand.is_none() {
            missing.push(format!("{id}_ligand.mol2 (or {id}_ligand.sdf)"));
        }
        match (pocket, ligand) {
            (Some(pocket), Some(ligand)) => Ok((pocket, ligand)),
            _ => Err(MoleculeError::Format {
                file: self.folder.clone(),
                problem: format!(
                    "the folder has no {}; it holds {}",
                    missing.join(" and no "),
                    self.listed()
                ),
                remedy: "give a folder ID/ with ID_pocket.pdb and ID_ligand.mol2, or a single file"
                    .to_owned(),
            }),
        }
    }

    /// Lists the first names and the number of further ones.
    fn listed(&self) -> String {
        if self.names.is_empty() {
            return "nothing".to_owned();
        }
        let mut text: Vec<&str> = self
            .names
            .iter()
            .take(LISTED_NAMES)
            .map(String::as_str)
            .collect();
        let more = format!("{} more", self.names.len().saturating_sub(LISTED_NAMES));
        if self.names.len() > LISTED_NAMES {
            text.push(&more);
        }
        text.join(", ")
    }

    /// Reads the preferred ligand file, or the other one if only that can be read.
    fn read_ligand(
        &self,
        path: &Path,
        files: LigandFiles<'_>,
        options: &ReadOptions,
        warnings: &mut Vec<Warning>,
    ) -> Result<Structure, MoleculeError> {
        let read = |name: &str| read_file_as(&path.join(name), PartRole::Ligand, options);
        let error = match (read(files.first), files.second) {
            (Ok(ligand), _) => return Ok(ligand),
            (Err(error), None) => return Err(error),
            (Err(error), Some(second)) => match read(second) {
                Ok(ligand) => {
                    warnings.push(Warning {
                        location: Location::file(&self.folder),
                        message: format!(
                            "{} cannot be read, so {second} is read, which has no atom names ({error})",
                            files.first
                        ),
                    });
                    return Ok(ligand);
                }
                // The error of the preferred file is the more useful one.
                Err(_) => error,
            },
        };
        Err(error)
    }
}
