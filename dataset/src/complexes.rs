//! The complexes of a folder: which there are, and one of them read.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use molshot_molecule::read::{FolderOptions, read_folder};
use molshot_molecule::{Element, PartRole, ReadLimits, ReadOptions, ResidueClass, Structure};
use sha2::{Digest, Sha256};

use crate::error::DatasetError;

/// A pocket and a ligand have far fewer atoms; whatever has more is no complex.
const MAX_ATOMS: usize = 200_000;
/// Text of such a file.
const MAX_BYTES: u64 = 64 << 20;

/// A complex that was read.
#[derive(Debug, Clone)]
pub struct Complex {
    /// Name of its folder.
    pub id: String,
    /// Pocket and ligand.
    pub structure: Arc<Structure>,
}

/// Why a complex cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Stable name: `unreadable`, `no_ligand`, `no_pocket`, `ligand_without_bonds`, `undrawable`.
    pub reason: &'static str,
    /// For people.
    pub message: String,
}

/// Where complexes are read from.
#[derive(Debug, Clone)]
pub struct Source {
    /// Folder whose subfolders are the complexes.
    pub folder: PathBuf,
}

impl Source {
    /// Names of all complexes, sorted: the subfolders that do not begin with a dot.
    ///
    /// # Errors
    /// When the folder cannot be read, or has no subfolder.
    pub fn list(&self) -> Result<Vec<String>, DatasetError> {
        let fault = |source| DatasetError::file(&self.folder)(source);
        let mut ids = BTreeSet::new();
        for entry in fs::read_dir(&self.folder).map_err(fault)? {
            let entry = entry.map_err(fault)?;
            // A name that is no Unicode has no place in a table.
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if !name.starts_with('.') && entry.path().is_dir() {
                ids.insert(name);
            }
        }
        if ids.is_empty() {
            return Err(DatasetError::content(
                &self.folder,
                "holds no complex; give a folder of folders ID/ with ID_pocket.pdb and ID_ligand.mol2 (or .sdf)",
            ));
        }
        Ok(ids.into_iter().collect())
    }

    /// Where a complex is.
    #[must_use]
    pub fn path(&self, id: &str) -> PathBuf {
        self.folder.join(id)
    }

    /// Reads a complex and checks that it is one.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, id: &str) -> Result<Complex, Fault> {
        let options = ReadOptions {
            limits: ReadLimits {
                max_bytes: MAX_BYTES,
                max_atoms: MAX_ATOMS,
            },
            ..ReadOptions::default()
        };
        let structure = read_folder(&self.path(id), FolderOptions::default(), &options)
            .map_err(|error| fault("unreadable", error.to_string()))?;
        check(&structure)?;
        Ok(Complex {
            id: id.to_owned(),
            structure: Arc::new(structure),
        })
    }

    /// SHA-256 of the names and bytes of a complex's pocket and ligand files, as lower-case hexadecimal digits. Pictures are promised
    /// for these bytes only.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn hash(&self, id: &str) -> Result<String, DatasetError> {
        let folder = self.path(id);
        let mut names = BTreeSet::new();
        for entry in fs::read_dir(&folder).map_err(DatasetError::file(&folder))? {
            let entry = entry.map_err(DatasetError::file(&folder))?;
            if let Ok(name) = entry.file_name().into_string()
                && (name.contains("_pocket.") || name.contains("_ligand."))
            {
                names.insert(name);
            }
        }
        let mut hash = Sha256::new();
        for name in names {
            let path = folder.join(&name);
            let bytes = fs::read(&path).map_err(DatasetError::file(&path))?;
            hash.update((name.len() as u64).to_be_bytes());
            hash.update(name.as_bytes());
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        }
        Ok(hex(&hash.finalize()))
    }
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
    drawn_atoms(structure, true)
}

/// The pocket's drawn atoms: neither hydrogen nor water.
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
    Source {
        folder: std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../scenes/library"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_librarys_complexes_are_read_and_hashed() {
        let source = library();
        assert!(
            source
                .list()
                .expect("a folder")
                .contains(&"1hvr".to_owned())
        );
        let complex = source.read("1hvr").expect("a complex");
        assert!(ligand_atoms(&complex.structure).len() > 20);
        assert!(pocket_atoms(&complex.structure).len() > 200);
        let hash = source.hash("1hvr").expect("readable files");
        assert_eq!(hash.len(), 64);
        assert_eq!(source.hash("1hvr").expect("readable files"), hash);
        assert_eq!(
            source.read("none").expect_err("no folder").reason,
            "unreadable"
        );
        assert!(
            Source {
                folder: "nowhere".into()
            }
            .list()
            .is_err()
        );
    }
}
