//! What an INPUT is, and which files it is read from: as `molshot render` has it.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, anyhow, bail};
use flate2::read::MultiGzDecoder;
use molshot_molecule::read::{FolderOptions, read_bytes, read_input};
use molshot_molecule::{Format, PartRole, ReadOptions, Structure};
use molshot_scenes::request::{InlineFile, StructureSource};
use molshot_scenes::{RenderRequest, SceneDocument};

/// A scene file is a page of text; a structure that was misnamed is not read to its end.
const MAX_SCENE_BYTES: u64 = 16 << 20;

/// First bytes of gzipped data (RFC 1952, section 2.3.1).
const GZIP_MAGIC: &[u8] = &[0x1f, 0x8b];

/// One scene to look at.
#[derive(Debug, Clone)]
pub(crate) enum Source {
    /// Structure files and folders that make one scene.
    Structures(Vec<PathBuf>),
    /// A scene file.
    Scene(PathBuf),
    /// Standard input, as it was read.
    Standard(Arc<Vec<u8>>),
}

/// How structures are read.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Reading {
    pub(crate) format: Option<Format>,
    pub(crate) protein: bool,
}

/// What a source holds.
#[derive(Debug, Clone)]
pub(crate) struct Loaded {
    pub(crate) structure: Arc<Structure>,
    pub(crate) source: StructureSource,
    pub(crate) request: RenderRequest,
}

/// The scenes of a command line. Several inputs make one scene unless `each`, or one of them is a
/// scene file, which names its own structure.
///
/// # Errors
/// Standard input that cannot be read.
pub(crate) fn sources(inputs: &[PathBuf], each: bool) -> Result<Vec<Source>> {
    if inputs.iter().any(|input| input == Path::new("-")) {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .take(ReadOptions::default().limits.max_bytes + 1)
            .read_to_end(&mut bytes)
            .context("standard input cannot be read")?;
        return Ok(vec![Source::Standard(Arc::new(bytes))]);
    }
    if !each && !inputs.iter().any(|input| is_scene_file(input)) {
        return Ok(vec![Source::Structures(inputs.to_vec())]);
    }
    let one = |input: &PathBuf| {
        if is_scene_file(input) {
            Source::Scene(input.clone())
        } else {
            Source::Structures(vec![input.clone()])
        }
    };
    Ok(inputs.iter().map(one).collect())
}

/// Whether an input is a scene file, by its ending.
pub(crate) fn is_scene_file(input: &Path) -> bool {
    input
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
        && !input.is_dir()
}

impl Source {
    /// The name it goes by: in the window's title, of its pictures, and as a server's id.
    pub(crate) fn name(&self) -> String {
        let path = match self {
            Self::Structures(paths) => paths.first().map(PathBuf::as_path),
            Self::Scene(path) => Some(path.as_path()),
            Self::Standard(_) => None,
        };
        // A folder may be given as `.` or with a slash at its end.
        let path = path.and_then(|path| std::path::absolute(path).ok());
        let name = path.as_deref().and_then(Path::file_name);
        let name = name.map_or_else(|| "molecule".into(), |name| name.to_string_lossy());
        match name.split_once('.') {
            Some((stem, _)) if !stem.is_empty() => stem.to_owned(),
            _ => name.into_owned(),
        }
    }

    /// Reads it.
    ///
    /// # Errors
    /// Whatever is wrong with its files, named by file, line and field.
    pub(crate) fn load(&self, reading: Reading) -> Result<Loaded> {
        match self {
            Self::Structures(paths) => {
                let structure = read_paths(paths, reading)?;
                let absolute = |path: &PathBuf| -> Result<String> {
                    Ok(std::path::absolute(path)?.display().to_string())
                };
                let paths = paths.iter().map(absolute).collect::<Result<_>>()?;
                Ok(Loaded {
                    structure,
                    source: StructureSource::Paths { paths },
                    request: RenderRequest::default(),
                })
            }
            Self::Scene(path) => load_scene(path, reading),
            Self::Standard(bytes) => {
                let options = options(reading);
                let structure = read_bytes("standard input", bytes, PartRole::Whole, &options)?;
                let ending = reading.format.map_or("pdb", Format::name);
                let file = InlineFile {
                    name: format!("molecule.{ending}"),
                    text: text_of(bytes).unwrap_or_default(),
                };
                Ok(Loaded {
                    structure: Arc::new(structure),
                    source: StructureSource::Files { files: vec![file] },
                    request: RenderRequest::default(),
                })
            }
        }
    }

    /// The files and folders that it is read from, those that do not exist yet, too; of a scene
    /// file that cannot be read itself alone.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        match self {
            Self::Structures(paths) => paths.clone(),
            Self::Standard(_) => Vec::new(),
            Self::Scene(path) => {
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

/// The text of a file, unpacked where it is gzipped. `None` where that is no UTF-8 text, which no
/// request can hold.
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

fn options(reading: Reading) -> ReadOptions {
    ReadOptions {
        format: reading.format,
        ..ReadOptions::default()
    }
}

fn read_paths(paths: &[PathBuf], reading: Reading) -> Result<Arc<Structure>> {
    let folder = FolderOptions {
        protein: reading.protein,
    };
    let read = |path: &PathBuf| Ok(read_input(path, folder, &options(reading))?);
    let structures = paths.iter().map(read).collect::<Result<Vec<_>>>()?;
    Ok(Arc::new(Structure::merge(structures)))
}

/// Reads a scene file. The paths of its structure come back absolute.
fn read_scene(path: &Path) -> Result<SceneDocument> {
    let name = path.display();
    let mut bytes = Vec::new();
    // Opening a pipe would wait for a writer.
    let metadata = std::fs::metadata(path).with_context(|| format!("{name}: cannot be read"))?;
    if !metadata.is_file() {
        bail!("{name}: is no regular file; give a scene file");
    }
    std::fs::File::open(path)
        .and_then(|file| file.take(MAX_SCENE_BYTES + 1).read_to_end(&mut bytes))
        .with_context(|| format!("{name}: cannot be read"))?;
    if bytes.len() as u64 > MAX_SCENE_BYTES {
        bail!("{name}: is too large for a scene file; give one of at most {MAX_SCENE_BYTES} bytes");
    }
    let mut document =
        SceneDocument::from_json(&bytes).map_err(|error| anyhow!("{name}: {error}"))?;
    if let StructureSource::Paths { paths } = &mut document.structure {
        let folder = std::path::absolute(path)?;
        let folder = folder.parent().unwrap_or(Path::new(""));
        for path in paths.iter_mut() {
            *path = folder.join(&*path).display().to_string();
        }
    }
    Ok(document)
}

/// Reads a scene file and what it draws.
fn load_scene(path: &Path, reading: Reading) -> Result<Loaded> {
    let name = path.display();
    let SceneDocument {
        structure: source,
        request,
    } = read_scene(path)?;
    let structure = match &source {
        StructureSource::Paths { paths } => {
            let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
            read_paths(&paths, reading)?
        }
        StructureSource::Files { files } => {
            let read = |file: &InlineFile| {
                let role = PartRole::from_file_name(&file.name);
                let bytes = file.text.as_bytes();
                Ok(read_bytes(&file.name, bytes, role, &options(reading))?)
            };
            let structures = files.iter().map(read).collect::<Result<Vec<_>>>()?;
            Arc::new(Structure::merge(structures))
        }
        StructureSource::Id { .. } => bail!(
            "{name}: /structure/id: only a server knows ids; give {{\"paths\": [...]}} with files beside the scene file"
        ),
    };
    Ok(Loaded {
        structure,
        source,
        request,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn standard_input_is_copied_as_text_unpacked_and_never_garbled() {
        let text = "3\n\u{c5}\nO 0 0 0\nH 1 0 0\nH 0 1 0\n";
        assert_eq!(text_of(text.as_bytes()).as_deref(), Some(text));
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(text.as_bytes()).expect("packed");
        let packed = packed.finish().expect("packed");
        assert_eq!(text_of(&packed).as_deref(), Some(text));
        assert_eq!(text_of(&[0x82, 0xff, 0xa7]), None);
        assert_eq!(text_of(&packed[..packed.len() / 2]), None);
        // It is drawn all the same, and the request says that it has no text.
        let reading = Reading {
            format: Some(Format::Xyz),
            protein: false,
        };
        for (bytes, copied) in [(packed, text), (b"1\n\xc5\nO 0 0 0\n".to_vec(), "")] {
            let loaded = Source::Standard(Arc::new(bytes)).load(reading);
            match loaded.expect("a structure").source {
                StructureSource::Files { files } => assert_eq!(files[0].text, copied),
                other => panic!("{other:?}"),
            }
        }
    }
}
