//! A folder in PDBbind layout: `ID/ID_pocket.pdb`, `ID/ID_protein.pdb`, `ID/ID_ligand.mol2`,
//! `ID/ID_ligand.sdf`.

use std::path::Path;

use super::listing::Listing;
use super::{overlap, read_file_as};
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
    let listing = Listing::of(path)?;
    let mut warnings = Vec::new();
    let chosen = listing.choose(folder.protein, &mut warnings)?;
    let pocket_options = ReadOptions {
        format: None,
        model: None,
        ..*options
    };
    let pocket_path = path.join(chosen.pocket);
    let pocket = read_file_as(&pocket_path, PartRole::Pocket, &pocket_options)?;
    let ligand_options = ReadOptions {
        format: None,
        ..*options
    };
    let ligand = read_ligand(
        path,
        &listing,
        &chosen.ligands,
        &ligand_options,
        &mut warnings,
    )?;
    let mut structure = Structure::merge(vec![pocket, ligand]);
    warnings.append(&mut structure.warnings);
    structure.warnings = warnings;
    overlap::remove_ligand_from_pocket(structure, &pocket_path.display().to_string())
}

/// Reads the preferred ligand file, or the next one if only that can be read.
fn read_ligand(
    path: &Path,
    listing: &Listing,
    files: &[&str],
    options: &ReadOptions,
    warnings: &mut Vec<Warning>,
) -> Result<Structure, MoleculeError> {
    let read = |name: &str| read_file_as(&path.join(name), PartRole::Ligand, options);
    let (first, others) = files.split_first().map_or(("", files), |(a, b)| (*a, b));
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
