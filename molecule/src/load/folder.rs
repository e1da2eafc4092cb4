//! A folder in PDBbind layout: `ID/ID_pocket.pdb`, `ID/ID_protein.pdb`, `ID/ID_ligand.mol2`,
//! `ID/ID_ligand.sdf`.

use std::path::{Path, PathBuf};

use super::listing::Listing;
use super::{overlap, read_bytes, read_regular_file};
use crate::io::options::ReadOptions;
use crate::structure::PartRole;
use crate::{MoleculeError, Structure, Warning};

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
/// each gzipped or not. Pocket and ligand may also be mmCIF or BinaryCIF files (`ID_pocket.cif`).
///
/// MOL2 is preferred because it has atom names; if it cannot be read and the SD file can, the SD
/// file is used, with a warning. The prefix of the files may differ from the name of the folder if
/// there is only one such file of each kind. `options.format` is not used; `options.model` selects
/// the record of the ligand.
///
/// If the pocket file still holds the ligand, that is removed from the pocket, with a warning (see
/// [`remove_ligand_from_pocket`](super::remove_ligand_from_pocket)).
pub fn read_folder(
    path: &Path,
    folder: FolderOptions,
    options: &ReadOptions,
) -> Result<Structure, MoleculeError> {
    FolderFiles::of(path, folder)?.read(options, |path| {
        read_regular_file(path, options.limits.max_bytes)
    })
}

/// The files of a folder in `PDBbind` layout that are read as its structure: [`read_folder`] in two
/// steps, for a caller that reads the files itself.
#[derive(Debug, Clone)]
pub struct FolderFiles {
    path: PathBuf,
    listing: Listing,
    pocket: String,
    ligands: Vec<String>,
    warnings: Vec<Warning>,
}

impl FolderFiles {
    /// Lists a folder and chooses its files, without reading them.
    ///
    /// # Errors
    /// When the folder cannot be listed or holds no complex.
    pub fn of(path: &Path, folder: FolderOptions) -> Result<Self, MoleculeError> {
        let listing = Listing::of(path)?;
        let mut warnings = Vec::new();
        let chosen = listing.choose(folder.protein, &mut warnings)?;
        let pocket = chosen.pocket.to_owned();
        let ligands = chosen.ligands.into_iter().map(str::to_owned).collect();
        Ok(Self {
            path: path.to_owned(),
            pocket,
            ligands,
            warnings,
            listing,
        })
    }

    /// Returns the paths of the files: the pocket, and the ligand in every format that the folder
    /// has, the preferred one first.
    #[must_use]
    pub fn paths(&self) -> Vec<PathBuf> {
        let names = std::iter::once(&self.pocket).chain(&self.ligands);
        names.map(|name| self.path.join(name)).collect()
    }

    /// Reads the structure. `bytes_of` returns the content of one of [`Self::paths`]; of the
    /// ligand's files it is called for those that are needed.
    ///
    /// # Errors
    /// Those of `bytes_of`, and when the files are not valid.
    pub fn read(
        self,
        options: &ReadOptions,
        bytes_of: impl FnMut(&Path) -> Result<Vec<u8>, MoleculeError>,
    ) -> Result<Structure, MoleculeError> {
        let Self {
            path,
            listing,
            pocket,
            ligands,
            mut warnings,
        } = self;
        let mut bytes_of = bytes_of;
        let mut read = |name: &str, role, options: &ReadOptions| {
            let path = path.join(name);
            let bytes = bytes_of(&path)?;
            read_bytes(&path.display().to_string(), &bytes, role, options)
        };
        let pocket_options = ReadOptions {
            format: None,
            model: None,
            ..*options
        };
        let pocket_path = path.join(&pocket).display().to_string();
        let pocket = read(&pocket, PartRole::Pocket, &pocket_options)?;
        let mut ligand_options = ReadOptions {
            format: None,
            ..*options
        };
        // The limit is that of the whole structure.
        ligand_options.limits.max_atoms -= pocket.atoms().len();
        let ligand = read_ligand(&listing, &ligands, &mut warnings, |name| {
            read(name, PartRole::Ligand, &ligand_options)
        })?;
        let mut structure = Structure::merge(vec![pocket, ligand]);
        warnings.append(&mut structure.warnings);
        structure.warnings = warnings;
        overlap::remove_ligand_from_pocket(structure, &pocket_path)
    }
}

/// Reads the preferred ligand file, or the next one if only that can be read.
fn read_ligand(
    listing: &Listing,
    files: &[String],
    warnings: &mut Vec<Warning>,
    mut read: impl FnMut(&str) -> Result<Structure, MoleculeError>,
) -> Result<Structure, MoleculeError> {
    let (first, others) = files
        .split_first()
        .map_or(("", files), |(a, b)| (a.as_str(), b));
    let error = match read(first) {
        Ok(ligand) => return Ok(ligand),
        Err(error) => error,
    };
    for second in others {
        if let Ok(ligand) = read(second) {
            let names = match crate::Format::from_path(Path::new(second)) {
                Some(crate::Format::Sdf) => ", which has no atom names",
                _ => "",
            };
            warnings.push(listing.warning(format!(
                "{first} cannot be read, so {second} is read{names} ({error})"
            )));
            return Ok(ligand);
        }
    }
    // The error of the preferred file is the most useful one.
    Err(error)
}
