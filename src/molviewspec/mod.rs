//! `MolViewSpec` files: documents (`.mvsj`) with the files that they name, and archives of both
//! (`.mvsx`).
//!
//! What of a document is drawn: [`molshot_scenes::molviewspec`] and `docs/molviewspec.md`. URLs are
//! paths: no network connection is opened. Paths of a `.mvsj` file lead anywhere on the disk, as
//! those of a scene file do; those of a `.mvsx` file only to its members.

mod archive;
mod location;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use molshot_molecule::copies::AssemblyChoice;
use molshot_molecule::{MoleculeError, PartRole, ReadOptions, Structure, read_bytes, read_file_as};
use molshot_scenes::molviewspec::{
    MolViewSpec, Snapshot, SnapshotScene, StructureFile, WantedAssembly,
};
use molshot_scenes::{RenderRequest, SceneError};

use crate::input::{InputError, InputOptions, MAX_TEXT_BYTES, read_text_file};
use archive::{Archive, INDEX, Problem};

/// File extensions of `MolViewSpec` files.
const EXTENSIONS: [&str; 2] = ["mvsj", "mvsx"];

/// Returns whether an input is a `MolViewSpec` file: its file extension is `.mvsj` or `.mvsx`, and
/// it is not a folder.
#[must_use]
pub fn is_molviewspec_file(input: &Path) -> bool {
    let extension = input.extension();
    extension.is_some_and(|own| {
        EXTENSIONS
            .iter()
            .any(|known| own.eq_ignore_ascii_case(known))
    }) && !input.is_dir()
}

/// A `MolViewSpec` file: its document, and where its files are.
#[derive(Debug)]
pub struct MolViewSpecFile {
    path: PathBuf,
    document: MolViewSpec,
    /// The archive; `None` for a document with files beside it. Behind a lock because reading a
    /// member moves the position in the file.
    archive: Option<Mutex<Archive>>,
}

impl MolViewSpecFile {
    /// Reads a document, alone or in its archive.
    ///
    /// # Errors
    /// [`InputError::Io`] and [`InputError::TooLarge`] for a document, [`InputError::MolViewSpec`]
    /// for a broken archive, and [`InputError::SceneFile`] for what is wrong with the document.
    pub fn read(path: &Path) -> Result<Self, InputError> {
        let is_archive = path
            .extension()
            .is_some_and(|own| own.eq_ignore_ascii_case("mvsx"));
        let (bytes, archive) = if is_archive {
            let wrong = |problem| in_file(path, "", problem);
            let mut archive = Archive::open(path).map_err(wrong)?;
            let bytes = archive.read(INDEX, MAX_TEXT_BYTES).map_err(wrong)?;
            (bytes, Some(Mutex::new(archive)))
        } else {
            (read_text_file(path, "MolViewSpec document")?, None)
        };
        let document = MolViewSpec::from_json(&bytes).map_err(|error| scene_error(path, error))?;
        Ok(Self {
            path: path.to_owned(),
            document,
            archive,
        })
    }

    /// The snapshots of the document, at least one.
    #[must_use]
    pub fn snapshots(&self) -> &[Snapshot] {
        self.document.snapshots()
    }

    /// The files on the disk that are read: this one, and those that its document names.
    #[must_use]
    pub fn paths(&self) -> Vec<PathBuf> {
        let mut paths = vec![self.path.clone()];
        if self.archive.is_none() {
            let files = self.snapshots().iter().flat_map(Snapshot::files);
            // A URL that is not a file is an error when it is read.
            paths.extend(files.filter_map(|file| location::on_disk(&file.url, self.folder()).ok()));
            paths.sort();
            paths.dedup();
        }
        paths
    }

    fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new(""))
    }

    /// Reads the structures of a snapshot, one for each of [`Snapshot::files`]. Of the options
    /// alternate locations and limits are looked at. A file that is named several times is read
    /// once.
    ///
    /// # Errors
    /// [`InputError::MolViewSpec`] with a JSON pointer for URLs that are not files,
    /// [`InputError::MolViewSpecStructure`] for files that cannot be read.
    pub fn structures(
        &self,
        snapshot: &Snapshot,
        options: &InputOptions,
    ) -> Result<Vec<Arc<Structure>>, InputError> {
        let mut known = BTreeMap::new();
        let mut atoms_left = options.read.limits.max_atoms;
        let mut structures = Vec::new();
        for file in snapshot.files() {
            let (url, format) = (file.url.as_str(), file.format.name());
            let key = (url, format, file.model, file.assembly.as_ref());
            if let Some(structure) = known.get(&key) {
                structures.push(Arc::clone(structure));
                continue;
            }
            let mut read = options.read.with_format(file.format).with_model(file.model);
            read.limits.max_atoms = atoms_left;
            let structure = self.structure(file, &read)?;
            let structure = match assembly(file, &structure) {
                Some(choice) => {
                    let made = structure.with_assembly(&choice, atoms_left);
                    made.map_err(|error| self.unreadable(file, error))?
                }
                None => structure,
            };
            let structure = Arc::new(structure);
            atoms_left = atoms_left.saturating_sub(structure.atoms().len());
            known.insert(key, Arc::clone(&structure));
            structures.push(structure);
        }
        Ok(structures)
    }

    fn structure(&self, file: &StructureFile, read: &ReadOptions) -> Result<Structure, InputError> {
        let wrong = |problem| in_file(&self.path, &file.url_pointer, problem);
        let Some(archive) = &self.archive else {
            let path = location::on_disk(&file.url, self.folder()).map_err(wrong)?;
            let read = read_file_as(&path, PartRole::Whole, read);
            return read.map_err(|error| self.unreadable(file, error));
        };
        let [as_written, decoded] = location::in_archive(&file.url).map_err(wrong)?;
        let max_bytes = read.limits.max_bytes;
        let bytes = {
            let mut archive = archive.lock().unwrap_or_else(PoisonError::into_inner);
            let member = archive.read(&as_written, max_bytes);
            match member {
                Err(_) if decoded != as_written => archive.read(&decoded, max_bytes),
                member => member,
            }
        };
        let bytes = bytes.map_err(wrong)?;
        let read = read_bytes(&as_written, &bytes, PartRole::Whole, read);
        read.map_err(|error| self.unreadable(file, error))
    }

    /// The error of a file that cannot be read as the document says.
    fn unreadable(&self, file: &StructureFile, source: MoleculeError) -> InputError {
        let hint = match (&source, file.model) {
            (MoleculeError::Io { .. }, _) => String::new(),
            (MoleculeError::Symmetry { .. }, _) => " (assembly_id)".to_owned(),
            (_, None | Some(1)) => {
                format!(" (the document says the format {})", file.format.name())
            }
            (_, Some(number)) => format!(
                " (the document says the format {} and model_index {}, counted from 0, which is model {number})",
                file.format.name(),
                number - 1
            ),
        };
        InputError::MolViewSpecStructure {
            path: self.path.clone(),
            pointer: file.pointer.clone(),
            hint,
            source: Box::new(source),
        }
    }

    /// Builds the scene of a snapshot with the structures of [`Self::structures`].
    ///
    /// # Errors
    /// [`InputError::SceneFile`].
    pub fn scene(
        &self,
        snapshot: &Snapshot,
        structures: &[Arc<Structure>],
        request: &RenderRequest,
    ) -> Result<SnapshotScene, InputError> {
        let built = snapshot.build(structures, request);
        let mut built = built.map_err(|error| scene_error(&self.path, error))?;
        for (file, structure) in std::iter::zip(snapshot.files(), structures) {
            if file.assembly.is_some() && assembly(file, structure).is_none() {
                built.notes.push(format!(
                    "{}: the file lists no assembly; it is drawn as the model in the file",
                    file.pointer
                ));
            }
        }
        Ok(built)
    }
}

/// The assembly of a file that its structure is made into; `None` for none, and where the file
/// lists none that could be the first.
fn assembly(file: &StructureFile, structure: &Structure) -> Option<AssemblyChoice> {
    let mut listed = structure
        .parts()
        .iter()
        .flat_map(|part| &part.symmetry.assemblies);
    let id = match file.assembly.as_ref()? {
        WantedAssembly::First => listed.next()?.id.clone(),
        WantedAssembly::Id(id) => id.clone(),
    };
    Some(AssemblyChoice::Id(id))
}

/// An error of the document.
fn scene_error(path: &Path, source: SceneError) -> InputError {
    InputError::SceneFile {
        path: path.to_owned(),
        source: Box::new(source),
    }
}

/// An error about the file itself, or about a place of its document.
fn in_file(path: &Path, pointer: &str, (problem, remedy): Problem) -> InputError {
    InputError::MolViewSpec {
        path: path.to_owned(),
        pointer: pointer.to_owned(),
        problem,
        remedy,
    }
}
