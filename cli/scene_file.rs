//! Scene files as inputs.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use molshot_scenes::SceneDocument;
use molshot_scenes::request::StructureSource;

use crate::message::Failure;

/// A scene file or a file of commands is a page of text; a structure that was misnamed is not read
/// to its end.
const MAX_TEXT_BYTES: u64 = 16 << 20;

/// Whether an input is a scene file, by its ending.
pub(crate) fn is_scene_file(input: &Path) -> bool {
    input
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
        && !input.is_dir()
}

/// Reads and checks a scene file. The paths of its structure, which are relative to the scene file,
/// come back relative to the current folder.
pub(crate) fn read(path: &Path) -> Result<SceneDocument, Failure> {
    let bytes = read_text(path, "scene file")?;
    let mut document =
        SceneDocument::from_json(&bytes).map_err(|error| Failure::in_file(path, error))?;
    let folder = path.parent().unwrap_or(Path::new(""));
    if let StructureSource::Paths { paths } = &mut document.structure {
        for path in paths {
            *path = folder.join(&*path).display().to_string();
        }
    }
    Ok(document)
}

/// Bytes of a small text file; `what` names it in messages. Folders and devices are refused; pipes
/// are read, for shells make them of `<(...)`.
pub(crate) fn read_text(path: &Path, what: &str) -> Result<Vec<u8>, Failure> {
    let unreadable = |reason: &dyn std::fmt::Display| {
        Failure::in_file(
            path,
            format_args!("cannot be read: {reason}; give the path of a {what}"),
        )
    };
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_TEXT_BYTES + 1).read_to_end(&mut bytes))
        .map_err(|error| unreadable(&error))?;
    if bytes.len() as u64 > MAX_TEXT_BYTES {
        return Err(Failure::in_file(
            path,
            format_args!("is too large for a {what}; give one of at most {MAX_TEXT_BYTES} bytes"),
        ));
    }
    Ok(bytes)
}
