//! The request of a `MolViewSpec` file, and which flags go with one.

use std::path::Path;

use molshot_scenes::SceneDocument;
use molshot_scenes::options::RenderOption;
use molshot_scenes::request::StructureSource;

use super::RequestArgs;
use crate::cli::message::CliError;
use crate::molviewspec::MolViewSpecFile;

/// JSON pointers to what flags may change about the pictures of a `MolViewSpec` file, and to what
/// is in them.
const CHANGEABLE: [&str; 13] = [
    "/camera",
    "/commands",
    "/output",
    "/style/background",
    "/style/depth_cue",
    "/style/silhouettes",
    "/style/ambient_occlusion",
    "/style/shadows",
    "/style/label_style",
    "/style/label_style/color",
    "/style/label_style/outline_px",
    "/style/label_style/on_top",
    "/style/label_style/declutter",
];

/// The document that stands for a `MolViewSpec` file: its request, and the files that it names.
///
/// # Errors
/// Those of the file, and flags that do not go with it.
pub(super) fn document(path: &Path, args: &RequestArgs) -> Result<SceneDocument, CliError> {
    if let Some(given) = args.given.iter().find(|given| !is_changeable(given.option)) {
        return Err(CliError::flag(
            &format!("--{}", given.option.name),
            format_args!(
                "{} says itself what is drawn and how; leave this out",
                path.display()
            ),
        ));
    }
    let file = MolViewSpecFile::read(path)?;
    let paths = file.paths();
    let paths = paths.iter().map(|path| path.display().to_string());
    let source = StructureSource::Paths {
        paths: paths.collect(),
    };
    Ok(SceneDocument::new(source, file.snapshots()[0].request()))
}

/// Whether an option changes something that is not the document's.
fn is_changeable(option: &RenderOption) -> bool {
    CHANGEABLE.iter().any(|pointer| {
        let rest = option.pointer.strip_prefix(pointer);
        match *pointer {
            // Only the size is set as a whole.
            "/style/label_style" => rest == Some(""),
            _ => rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        }
    })
}
