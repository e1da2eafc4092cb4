//! The inputs of the viewer: what they load, and the files that are watched for changes.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Result, bail};
use flate2::read::MultiGzDecoder;
use molshot::input::{
    InputOptions, STANDARD_INPUT, is_scene_file, read_scene_file, read_source, read_standard_input,
    read_structures,
};
use molshot_molecule::read_bytes;
use molshot_molecule::{Format, PartRole, ReadOptions, Structure};
use molshot_scenes::request::{InlineFile, ReadingRequest, StructureSource};
use molshot_scenes::{RenderRequest, SceneDocument};

/// First bytes of gzipped data (RFC 1952, section 2.3.1).
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];

/// One scene to show.
#[derive(Debug, Clone)]
pub(crate) enum InputSource {
    /// Structure files and folders that make one scene.
    Structures(Vec<PathBuf>),
    /// A scene file.
    SceneFile(PathBuf),
    /// The content of standard input.
    StandardInput(Arc<Vec<u8>>),
}

/// The structure of an input and the request to draw it.
#[derive(Debug, Clone)]
pub(crate) struct LoadedInput {
    pub(crate) structure: Arc<Structure>,
    pub(crate) source: StructureSource,
    pub(crate) reading: ReadingRequest,
    pub(crate) request: RenderRequest,
}

/// Returns the scenes of a command line. Several inputs make one scene unless `each` is set or one
/// of them is a scene file, which names its own structure.
///
/// # Errors
/// When standard input cannot be read.
pub(crate) fn sources(
    inputs: &[PathBuf],
    each: bool,
    options: &InputOptions,
) -> Result<Vec<InputSource>> {
    if inputs
        .iter()
        .any(|input| input == Path::new(STANDARD_INPUT))
    {
        let bytes = read_standard_input(options)?;
        return Ok(vec![InputSource::StandardInput(Arc::new(bytes))]);
    }
    if !each && !inputs.iter().any(|input| is_scene_file(input)) {
        return Ok(vec![InputSource::Structures(inputs.to_vec())]);
    }
    let one = |input: &PathBuf| {
        if is_scene_file(input) {
            InputSource::SceneFile(input.clone())
        } else {
            InputSource::Structures(vec![input.clone()])
        }
    };
    Ok(inputs.iter().map(one).collect())
}

impl InputSource {
    /// Its name in the window's title, in the names of saved files, and as an id on a server.
    pub(crate) fn name(&self) -> String {
        let path = match self {
            Self::Structures(paths) => paths.first().map(PathBuf::as_path),
            Self::SceneFile(path) => Some(path.as_path()),
            Self::StandardInput(_) => None,
        };
        // A folder may be given as `.` or with a trailing slash.
        let path = path.and_then(|path| std::path::absolute(path).ok());
        let name = path.as_deref().and_then(Path::file_name);
        let name = name.map_or_else(|| "molecule".into(), |name| name.to_string_lossy());
        match name.split_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
            _ => name.into_owned(),
        }
    }

    /// Reads the structure and the request, whose paths are absolute.
    ///
    /// # Errors
    /// Errors in its files name the file, line and field.
    pub(crate) fn load(&self, options: &InputOptions) -> Result<LoadedInput> {
        match self {
            Self::Structures(paths) => {
                let structure = Arc::new(read_structures(paths, options)?);
                let paths = paths
                    .iter()
                    .map(|path| absolute(path))
                    .collect::<Result<_>>()?;
                Ok(LoadedInput {
                    structure,
                    source: StructureSource::Paths { paths },
                    reading: ReadingRequest::default(),
                    request: RenderRequest::default(),
                })
            }
            Self::SceneFile(path) => {
                let document = read_scene(path)?;
                let options = options
                    .clone()
                    .with_reading(&document.reading.to_reading()?);
                let structure = Arc::new(read_source(&document.structure, path, &options)?);
                Ok(LoadedInput {
                    structure,
                    source: document.structure,
                    reading: document.reading,
                    request: document.request,
                })
            }
            Self::StandardInput(bytes) => {
                let structure =
                    read_bytes("standard input", bytes, PartRole::Whole, &options.read)?;
                let extension = options.read.format.map_or("pdb", Format::name);
                let file = InlineFile::new(
                    format!("molecule.{extension}"),
                    text_of(bytes).unwrap_or_default(),
                );
                Ok(LoadedInput {
                    structure: Arc::new(structure),
                    source: StructureSource::Files { files: vec![file] },
                    reading: ReadingRequest::default(),
                    request: RenderRequest::default(),
                })
            }
        }
    }

    /// The files and folders to watch, which need not exist yet. Of a scene file that cannot be
    /// read this is the scene file alone.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        match self {
            Self::Structures(paths) => paths.clone(),
            Self::StandardInput(_) => Vec::new(),
            Self::SceneFile(path) => {
                let mut files = vec![path.clone()];
                if let Ok(document) = read_scene(path)
                    && let StructureSource::Paths { paths } = document.structure
                {
                    files.extend(paths.iter().map(PathBuf::from));
                }
                files
            }
        }
    }
}

/// Reads a scene file and makes the paths of its structure absolute.
fn read_scene(path: &Path) -> Result<SceneDocument> {
    // A pipe can be read only once, and opening it would wait for a writer.
    if path
        .metadata()
        .is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
    {
        bail!(
            "{}: is not a regular file; give a scene file",
            path.display()
        );
    }
    let mut request = read_scene_file(path)?;
    if let StructureSource::Paths { paths } = &mut request.structure {
        for path in paths {
            *path = absolute(Path::new(path))?;
        }
    }
    Ok(request)
}

fn absolute(path: &Path) -> Result<String> {
    Ok(std::path::absolute(path)?.display().to_string())
}

/// Returns the text of a file, decompressed if it is gzipped, or `None` if it is not UTF-8 text,
/// which no request can contain.
fn text_of(bytes: &[u8]) -> Option<String> {
    if !bytes.starts_with(GZIP_MAGIC) {
        return String::from_utf8(bytes.to_vec()).ok();
    }
    let mut text = String::new();
    MultiGzDecoder::new(bytes)
        .take(ReadOptions::default().limits.max_bytes)
        .read_to_string(&mut text)
        .ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn standard_input_is_copied_as_decompressed_text_and_never_garbled() {
        let text = "3\n\u{c5}\nO 0 0 0\nH 1 0 0\nH 0 1 0\n";
        assert_eq!(text_of(text.as_bytes()).as_deref(), Some(text));
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text.as_bytes()).expect("packed");
        let packed = packed.finish().expect("packed");
        assert_eq!(text_of(&packed).as_deref(), Some(text));
        assert_eq!(text_of(&[0x82, 0xff, 0xa7]), None);
        assert_eq!(text_of(&packed[..packed.len() / 2]), None);
        // Binary input is drawn, too; its request has no text.
        let mut options = InputOptions::default();
        options.read.format = Some(Format::Xyz);
        for (bytes, copied) in [(packed, text), (b"1\n\xc5\nO 0 0 0\n".to_vec(), "")] {
            let loaded = InputSource::StandardInput(Arc::new(bytes)).load(&options);
            match loaded.expect("a structure").source {
                StructureSource::Files { files } => assert_eq!(files[0].text, copied),
                other => panic!("{other:?}"),
            }
        }
    }
}
