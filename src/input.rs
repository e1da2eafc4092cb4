//! Reads what the programs take as INPUT: structure files, folders, scene files, standard input.
//!
//! ```
//! use molshot::input::{InputOptions, read_inputs};
//!
//! # let folder = std::env::temp_dir().join(format!("molshot-doc-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! let file = folder.join("water.xyz");
//! std::fs::write(&file, "3\n\nO 0 0 0\nH 0.96 0 0\nH -0.24 0.93 0\n")?;
//! let structure = read_inputs(&[file], &InputOptions::default())?;
//! assert_eq!(structure.atoms().len(), 3);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read};
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use molshot_molecule::copies::{AssemblyChoice, CrystalChoice};
use molshot_molecule::reading::{ModelChoice, Reading};
use molshot_molecule::{
    AlternateLocation, FolderOptions, Format, merge_files, read_bytes, read_file_as, read_folder,
};
use molshot_molecule::{MoleculeError, PartRole, ReadOptions, Structure};
use molshot_scenes::request::StructureSource;
use molshot_scenes::{SceneDocument, SceneError};

pub use molshot_molecule::reading::model_numbers;

/// Scene files and files of view commands are small; a structure file that was given in their place
/// is not read to its end.
pub(crate) const MAX_TEXT_BYTES: u64 = 16 << 20;

/// The INPUT that stands for standard input.
pub const STANDARD_INPUT: &str = "-";

/// How structures are read.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct InputOptions {
    /// Format, model and limits.
    ///
    /// The model applies to the inputs that have several; an input with a single model keeps that
    /// one, if any other input has the model.
    pub read: ReadOptions,
    /// What is read of a folder in PDBbind layout.
    pub folder: FolderOptions,
    /// Biological assembly to make of each file that lists one.
    pub assembly: AssemblyChoice,
    /// Part of the crystal to make of each file that has a unit cell; of an assembly none is made.
    pub crystal: CrystalChoice,
    /// All models within this range are read, each as a part of its own, in place of one.
    pub models: Option<RangeInclusive<u32>>,
}

impl InputOptions {
    /// The models and copies that the options choose.
    fn reading(&self) -> Reading {
        let mut reading = Reading::default();
        reading.models = match (&self.models, self.read.model) {
            (Some(range), _) => ModelChoice::Range(range.clone()),
            (None, Some(number)) => ModelChoice::One(number),
            (None, None) => ModelChoice::First,
        };
        reading.altloc = self.read.altloc;
        reading.assembly = self.assembly.clone();
        reading.crystal = self.crystal;
        reading
    }

    /// The options with what a scene file says about models and copies where they say nothing.
    fn over(self, mut reading: Reading) -> Self {
        let own = self.reading();
        if own.models != ModelChoice::First {
            reading.models = own.models;
        }
        if own.altloc != AlternateLocation::default() {
            reading.altloc = own.altloc;
        }
        if own.assembly != AssemblyChoice::None || own.crystal != CrystalChoice::None {
            (reading.assembly, reading.crystal) = (own.assembly, own.crystal);
        }
        self.with_reading(&reading)
    }

    /// Sets the models and copies.
    #[must_use]
    pub fn with_reading(mut self, reading: &Reading) -> Self {
        (self.read.model, self.models) = match &reading.models {
            ModelChoice::One(number) => (Some(*number), None),
            ModelChoice::Range(range) => (None, Some(range.clone())),
            _ => (None, None),
        };
        self.read.altloc = reading.altloc;
        self.assembly = reading.assembly.clone();
        self.crystal = reading.crystal;
        self
    }
}

/// Why an input cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InputError {
    /// A text file cannot be opened or read.
    #[error("{}: cannot be read: {source}; give the path of a {kind}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What kind of file was expected.
        kind: &'static str,
        /// The operating system's reason.
        source: io::Error,
    },
    /// A text file is larger than any of its kind.
    #[error(
        "{}: is too large for a {kind}; give one of at most {max_bytes} bytes",
        path.display()
    )]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// What kind of file was expected.
        kind: &'static str,
        /// The limit.
        max_bytes: u64,
    },
    /// A scene file is not a valid request.
    #[error("{}: {source}", path.display())]
    SceneFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<SceneError>,
    },
    /// A `MolViewSpec` file cannot be read, or its document names a file that cannot be.
    #[error("{}: {}{problem}; {remedy}", path.display(), place(pointer))]
    MolViewSpec {
        /// The file.
        path: PathBuf,
        /// JSON pointer into its document; empty for the file itself.
        pointer: String,
        /// What is wrong.
        problem: String,
        /// What would be right.
        remedy: String,
    },
    /// A file that a `MolViewSpec` document names cannot be read as the document says.
    #[error("{}: {pointer}: {source}{hint}", path.display())]
    MolViewSpecStructure {
        /// The document.
        path: PathBuf,
        /// JSON pointer to the structure in it.
        pointer: String,
        /// What the document asks for, where that may be the mistake; else empty.
        hint: String,
        /// Why the file cannot be read.
        source: Box<MoleculeError>,
    },
    /// A scene file names its structure by an id, which only a server can resolve.
    #[error(
        "{}: /structure/id: only a server knows ids; give {{\"paths\": [...]}} with files beside \
         the scene file",
        path.display()
    )]
    StructureId {
        /// The scene file.
        path: PathBuf,
    },
    /// Standard input is given more than once.
    #[error(
        "- is given twice, but standard input can be read only once; give files for the others"
    )]
    StandardInputTwice,
    /// The format of standard input is not given.
    #[error(
        "standard input has no file extension that tells its format; give {}",
        Format::names_text()
    )]
    StandardInputFormat,
    /// Standard input cannot be read.
    #[error("standard input cannot be read: {0}")]
    StandardInput(io::Error),
    /// A structure cannot be read.
    #[error(transparent)]
    Structure(#[from] MoleculeError),
}

/// A pointer with a colon; nothing for a whole file.
fn place(pointer: &str) -> String {
    if pointer.is_empty() {
        String::new()
    } else {
        format!("{pointer}: ")
    }
}

impl InputError {
    /// Returns a stable, machine-readable name of the error.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Io { .. } | Self::StandardInput(_) => "io",
            Self::TooLarge { .. } => "too-large",
            Self::SceneFile { source, .. } => source.code(),
            Self::MolViewSpec { .. } => "molviewspec",
            Self::MolViewSpecStructure { source, .. } => source.code(),
            Self::StructureId { .. } => "structure-id",
            Self::StandardInputTwice => "standard-input-twice",
            Self::StandardInputFormat => "standard-input-format",
            Self::Structure(error) => error.code(),
        }
    }
}

/// Returns whether an input is a scene file: its file extension is `.json`, and it is not a folder.
#[must_use]
pub fn is_scene_file(input: &Path) -> bool {
    input
        .extension()
        .is_some_and(|extension| extension.eq_ignore_ascii_case("json"))
        && !input.is_dir()
}

/// Reads and validates a scene file.
///
/// A scene file names its structure files relative to itself; the returned document names them
/// relative to the current folder.
///
/// # Errors
/// [`InputError::Io`], [`InputError::TooLarge`] and [`InputError::SceneFile`].
pub fn read_scene_file(path: &Path) -> Result<SceneDocument, InputError> {
    let bytes = read_text_file(path, "scene file")?;
    let mut document =
        SceneDocument::from_json(&bytes).map_err(|source| InputError::SceneFile {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
    let folder = path.parent().unwrap_or(Path::new(""));
    if let StructureSource::Paths { paths } = &mut document.structure {
        for path in paths {
            *path = folder.join(&*path).display().to_string();
        }
    }
    Ok(document)
}

/// Reads a small text file of at most 16 MiB.
///
/// `kind` names what is expected in messages, as in "scene file". Pipes are read, because shells
/// make them of `<(...)`.
///
/// # Errors
/// [`InputError::Io`] and [`InputError::TooLarge`].
pub fn read_text_file(path: &Path, kind: &'static str) -> Result<Vec<u8>, InputError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_TEXT_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|source| InputError::Io {
            path: path.to_owned(),
            kind,
            source,
        })?;
    if bytes.len() as u64 > MAX_TEXT_BYTES {
        return Err(InputError::TooLarge {
            path: path.to_owned(),
            kind,
            max_bytes: MAX_TEXT_BYTES,
        });
    }
    Ok(bytes)
}

/// Reads standard input up to the size limit of structure files.
///
/// # Errors
/// [`InputError::StandardInputFormat`] unless the options name a format, and
/// [`InputError::StandardInput`].
pub fn read_standard_input(options: &InputOptions) -> Result<Vec<u8>, InputError> {
    if options.read.format.is_none() {
        return Err(InputError::StandardInputFormat);
    }
    let mut bytes = Vec::new();
    io::stdin()
        .lock()
        .take(options.read.limits.max_bytes.saturating_add(1))
        .read_to_end(&mut bytes)
        .map_err(InputError::StandardInput)?;
    Ok(bytes)
}

/// Reads one structure from inputs as users name them: what a single scene file draws, or else all
/// of the structure files and folders, merged. Models and copies that `options` choose replace
/// those that a scene file chooses.
///
/// # Errors
/// As [`read_scene_file`], [`read_source`] and [`read_structures`].
pub fn read_inputs(inputs: &[PathBuf], options: &InputOptions) -> Result<Structure, InputError> {
    match inputs {
        [input] if is_scene_file(input) => {
            let document = read_scene_file(input)?;
            let reading = document.reading.to_reading();
            let reading = reading.map_err(|source| InputError::SceneFile {
                path: input.clone(),
                source: Box::new(source),
            })?;
            let options = options.clone().over(reading);
            read_source(&document.structure, input, &options)
        }
        inputs => read_structures(inputs, options),
    }
}

/// Reads structure files, folders in PDBbind layout and standard input (`-`), and merges them.
///
/// Names of several files say their roles ([`PartRole::from_file_name`]), as those of an upload to
/// the server do, so `x_pocket.pdb` and `x_ligand.mol2` are what their folder is.
///
/// # Errors
/// [`InputError::Structure`] and those of standard input.
pub fn read_structures(paths: &[PathBuf], options: &InputOptions) -> Result<Structure, InputError> {
    let is_standard = |path: &Path| path == Path::new(STANDARD_INPUT);
    if paths.iter().filter(|path| is_standard(path)).count() > 1 {
        return Err(InputError::StandardInputTwice);
    }
    let names: Vec<Cow<'_, str>> = paths
        .iter()
        .map(|path| match path.file_name() {
            // A folder has the roles of its files.
            Some(name) if !is_standard(path) && !path.is_dir() => name.to_string_lossy(),
            _ => "".into(),
        })
        .collect();
    let sources: Vec<_> = paths.iter().zip(&names).collect();
    let structures = read_each(&sources, options, |(path, name)| {
        Ok(if is_standard(path) {
            Item::Bytes {
                name: "standard input",
                bytes: Cow::Owned(read_standard_input(options)?),
                role: PartRole::Whole,
            }
        } else {
            Item::Path(path, PartRole::of_file(name, paths.len()))
        })
    })?;
    Ok(merge_files(structures, names.iter().map(|name| &**name))?)
}

/// Reads the structure that a scene file names.
///
/// # Errors
/// [`InputError::StructureId`], [`InputError::Structure`] and those of standard input.
pub fn read_source(
    source: &StructureSource,
    scene_file: &Path,
    options: &InputOptions,
) -> Result<Structure, InputError> {
    match source {
        StructureSource::Paths { paths } => {
            let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            read_structures(&paths, options)
        }
        StructureSource::Files { files } => {
            let structures = read_each(files, options, |file| {
                Ok(Item::Bytes {
                    name: &file.name,
                    bytes: Cow::Borrowed(file.text.as_bytes()),
                    role: PartRole::of_file(&file.name, files.len()),
                })
            })?;
            let names = files.iter().map(|file| file.name.as_str());
            Ok(merge_files(structures, names)?)
        }
        // An id, or a source of a later version.
        _ => Err(InputError::StructureId {
            path: scene_file.to_owned(),
        }),
    }
}

/// One structure to be read.
enum Item<'a> {
    /// A file, which has a role, or a folder.
    Path(&'a Path, PartRole),
    /// A file that is in memory.
    Bytes {
        name: &'a str,
        bytes: Cow<'a, [u8]>,
        role: PartRole,
    },
}

impl Item<'_> {
    fn read(&self, read: &ReadOptions, folder: FolderOptions) -> Result<Structure, MoleculeError> {
        match self {
            Self::Path(path, _) if path.is_dir() => read_folder(path, folder, read),
            Self::Path(path, role) => read_file_as(path, *role, read),
            Self::Bytes { name, bytes, role } => read_bytes(name, bytes, *role, read),
        }
    }
}

/// Reads all `sources`. See [`InputOptions::read`] for which model is read of each.
fn read_each<'a, T>(
    sources: &'a [T],
    options: &InputOptions,
    open: impl Fn(&'a T) -> Result<Item<'a>, InputError>,
) -> Result<Vec<Structure>, InputError> {
    let items = sources
        .iter()
        .map(open)
        .collect::<Result<Vec<Item<'a>>, InputError>>()?;
    let reading = options.reading();
    reading.read(items.len(), options.read, |index, read| {
        Ok(items[index].read(read, options.folder)?)
    })
}
