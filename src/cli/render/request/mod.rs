//! Flags to the request. A scene file is taken first, then every flag that was given overrides it.

mod args;
mod molviewspec;
mod unused_flags;

use std::path::{Path, PathBuf};

use molshot_scenes::molviewspec::Snapshot;
use molshot_scenes::options::{self, options_at};
use molshot_scenes::request::{ImageFormat, StructureSource, format_of_extension};
use molshot_scenes::{RenderRequest, SceneDocument, SceneError};

use crate::cli::message::CliError;
use crate::input::{is_scene_file, read_scene_file};
use crate::molviewspec::is_molviewspec_file;
pub(crate) use args::RequestArgs;

/// Values that contradict others: a JSON pointer, and the flags that can be at fault, the first
/// that was given being named. `--format` is named even if it was not given, because the file
/// extension of the output stands for it.
const CONTRADICTIONS: [(&str, &[&str]); 3] = [
    ("/output/format", &["background", "format"]),
    ("/style/residue", &["residue", "style"]),
    ("/style/color", &["color", "colors"]),
];

/// The request for one scene: the scene file's, or all defaults for structure files; then the
/// flags.
pub(crate) fn of_inputs(
    inputs: &[PathBuf],
    args: &RequestArgs,
    out: Option<&Path>,
) -> Result<SceneDocument, CliError> {
    let molviewspec = inputs.iter().any(|input| is_molviewspec_file(input));
    let scene_file = molviewspec || inputs.iter().any(|input| is_scene_file(input));
    let mut document = if molviewspec {
        let [file] = inputs else {
            return Err(CliError::usage(
                "a MolViewSpec file names its own structures; give it alone, or use --each",
            ));
        };
        molviewspec::document(file, args)?
    } else if scene_file {
        let [scene_file] = inputs else {
            return Err(CliError::usage(
                "a scene file names its own structure; give it alone, or use --each",
            ));
        };
        read_scene_file(scene_file)?
    } else {
        let paths = inputs.iter().map(|input| input.display().to_string());
        let structure = StructureSource::Paths {
            paths: paths.collect(),
        };
        SceneDocument::new(structure, RenderRequest::default())
    };
    document.request = options::apply(&document.request, &args.given)
        .map_err(|error| args.attribute(error, &inputs[0]))?;
    args.set_format(&mut document.request, out, scene_file && !molviewspec)?;
    if molviewspec && !args.has("fov") {
        Snapshot::set_field_of_view(&mut document.request);
    }
    document
        .validate()
        .map_err(|error| args.attribute(error, &inputs[0]))?;
    match args.unused_flag(&document.request) {
        Some((flag, why)) if !scene_file => Err(CliError::flag(&format!("--{flag}"), why)),
        _ => Ok(document),
    }
}

impl RequestArgs {
    /// Takes the format from the output's file extension, where no flag gives it.
    fn set_format(
        &self,
        request: &mut RenderRequest,
        out: Option<&Path>,
        from_scene_file: bool,
    ) -> Result<(), CliError> {
        if self.has("format") {
            return Ok(());
        }
        if let Some(extension) = out.and_then(Path::extension) {
            request.output.format = Some(format_of(&extension.to_string_lossy())?);
        } else if let Some(out) = out
            && out != Path::new("-")
            && !from_scene_file
        {
            return Err(CliError::flag(
                "--output",
                format_args!(
                    "{} has no file extension that says the format; use .png, .jpg, .webp, .tiff, .bmp or .qoi, or give --format",
                    out.display()
                ),
            ));
        }
        Ok(())
    }

    /// A mistake in a flag's value is attributed to the flag and makes the command line wrong;
    /// every other one is attributed to the file `input`.
    pub(crate) fn attribute(&self, error: SceneError, input: &Path) -> CliError {
        let is_of_input = |pointer: &str| {
            // What a selection or the style leaves of this input depends on the input.
            matches!(error, SceneError::Empty { .. }) && !pointer.starts_with("/transforms")
        };
        let flag = error
            .pointer()
            .filter(|pointer| !is_of_input(pointer))
            .and_then(|pointer| self.flag_at(pointer));
        match (flag, error) {
            (
                Some(flag),
                SceneError::Invalid {
                    problem, remedy, ..
                },
            ) => CliError::flag(&flag, format_args!("{problem}; {remedy}")),
            (Some(flag), SceneError::Selection { source, .. }) => CliError::flag(&flag, source),
            (Some(flag), error) => CliError::flag(&flag, error),
            (None, error) => CliError::in_file(input, error),
        }
    }

    /// The flag that was given for the value that a JSON pointer leads to.
    fn flag_at(&self, pointer: &str) -> Option<String> {
        let contradicting = CONTRADICTIONS.iter().find(|(place, _)| *place == pointer);
        let name = match contradicting {
            Some((_, names)) => names
                .iter()
                .find(|name| self.has(name))
                .or_else(|| names.last().filter(|name| **name == "format"))
                .copied(),
            None => options_at(pointer)
                .into_iter()
                .map(|option| option.name)
                .find(|name| self.has(name)),
        };
        name.map(|name| format!("--{name}"))
    }

    /// Whether the view commands come from the flag.
    pub(super) fn has_commands(&self) -> bool {
        self.has("commands")
    }
}

fn format_of(extension: &str) -> Result<ImageFormat, CliError> {
    format_of_extension(extension).ok_or_else(|| {
        CliError::flag(
            "--output",
            format_args!(
                "the file extension .{extension} is not a picture format; use .png, .jpg, .webp, .tiff, .bmp or .qoi, or give --format"
            ),
        )
    })
}
