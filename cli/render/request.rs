//! Flags to the request document. A scene file is taken first, then every flag that was given overrides it.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use molshot_scenes::colors::Rgb;
use molshot_scenes::request::{
    BackgroundRequest, ColorScheme, ImageFormat, Labels, Preset, ProjectionKind, StructureSource,
};
use molshot_scenes::{Plane, RenderRequest, Samples};
use serde::de::DeserializeOwned;

use crate::message::Failure;

/// What the picture looks like. Every flag has its counterpart in the scene file.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Picture")]
pub(super) struct RequestArgs {
    /// Size in pixels [default: 1024x1024].
    #[arg(long, value_name = "WxH", value_parser = parse_size)]
    size: Option<(u32, u32)>,
    /// View commands, separated by `;`: view front|left|top|back|right|bottom, roll|turn x|y|z DEGREES, move x|y|z ANGSTROM,
    /// zoom FACTOR, center SELECTION, crop X Y WIDTH HEIGHT.
    #[arg(long, value_name = "COMMANDS", allow_hyphen_values = true)]
    commands: Vec<String>,
    /// misi, ball-and-stick, licorice or spacefill [default: misi].
    #[arg(long, value_parser = word::<Preset>)]
    style: Option<Preset>,
    /// element, chain, residue, b-factor, uniform or alternating-residues [default: the style's own].
    #[arg(long, value_parser = word::<ColorScheme>)]
    colors: Option<ColorScheme>,
    /// The colour for `--colors uniform`: #RRGGBB or a CSS name.
    #[arg(long)]
    color: Option<Rgb>,
    /// perspective or orthographic [default: perspective].
    #[arg(long, value_parser = word::<ProjectionKind>)]
    projection: Option<ProjectionKind>,
    /// Horizontal field of view in degrees, 1 to 170 [default: 30].
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true)]
    fov: Option<f64>,
    /// Background: #RRGGBB, a CSS name, or transparent [default: #000000].
    #[arg(long, value_name = "COLOR")]
    background: Option<BackgroundRequest>,
    /// Colour samples a pixel: 1, 4 or 16 [default: 4].
    #[arg(long, value_parser = parse_samples)]
    samples: Option<Samples>,
    /// auto or none. Labels are not drawn yet.
    #[arg(long, value_parser = word::<Labels>)]
    labels: Option<Labels>,
    /// Draw only these atoms; the camera stays where the whole would have it.
    #[arg(long, value_name = "EXPR")]
    select: Option<String>,
    /// Draw hydrogen atoms, too.
    #[arg(long)]
    hydrogens: bool,
    /// Draw water, too.
    #[arg(long)]
    solvent: bool,
    /// Radius of sticks in angstrom [default: 0.2].
    #[arg(long, value_name = "ANGSTROM", allow_negative_numbers = true)]
    stick_radius: Option<f64>,
    /// Radius of balls as a share of the van der Waals radius [default: 0.25; spacefill: 1].
    #[arg(long, value_name = "FACTOR", allow_negative_numbers = true)]
    ball_scale: Option<f64>,
    /// Do not fade with depth.
    #[arg(long)]
    no_depth_cue: bool,
    /// png, jpeg or webp [default: by the output's ending, else png].
    #[arg(long, value_parser = word::<ImageFormat>)]
    format: Option<ImageFormat>,
    /// Planes to write, separated by commas: color, depth, normal, atom-id, residue-id. Those beside color go to OUT's stem with
    /// `.depth.png` and `.depth.npy`, and so on [default: color].
    #[arg(long, value_delimiter = ',', value_parser = word::<Plane>)]
    planes: Vec<Plane>,
}

/// A word of the request document; its own message lists the others.
fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| {
        error
            .to_string()
            .replace("unknown variant", "there is no")
            .replace("expected one of", "give one of")
    })
}

fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let parse = |part: &str| part.trim().parse::<u32>().ok();
    text.split_once(['x', 'X'])
        .and_then(|(width, height)| Some((parse(width)?, parse(height)?)))
        .ok_or_else(|| "give width and height in pixels, as 1024x768".to_owned())
}

fn parse_samples(text: &str) -> Result<Samples, String> {
    text.parse()
        .ok()
        .and_then(Samples::from_count)
        .ok_or_else(|| "give 1, 4 or 16".to_owned())
}

/// The request for one scene: the scene file's, or all defaults for structure files; then the flags.
pub(super) fn of_inputs(
    inputs: &[PathBuf],
    args: &RequestArgs,
    out: Option<&Path>,
) -> Result<RenderRequest, Failure> {
    let mut request = if inputs.iter().any(|input| is_scene_file(input)) {
        let [scene_file] = inputs else {
            return Err(Failure::usage(
                "a scene file names its own structure; give it alone, or use --each",
            ));
        };
        read_scene_file(scene_file)?
    } else {
        RenderRequest::new(StructureSource::Paths {
            paths: inputs
                .iter()
                .map(|input| input.display().to_string())
                .collect(),
        })
    };
    args.apply(&mut request, out)?;
    request.validate()?;
    Ok(request)
}

/// The structure files of a scene file, found relative to it; `None` when the inputs are structures themselves.
pub(super) fn scene_paths(
    inputs: &[PathBuf],
    request: &RenderRequest,
) -> Result<Option<Vec<PathBuf>>, Failure> {
    let [scene_file] = inputs else {
        return Ok(None);
    };
    if !is_scene_file(scene_file) {
        return Ok(None);
    }
    let folder = scene_file.parent().unwrap_or(Path::new(""));
    match &request.structure {
        StructureSource::Paths { paths } => {
            Ok(Some(paths.iter().map(|path| folder.join(path)).collect()))
        }
        StructureSource::Id { .. } | StructureSource::Files { .. } => {
            Err(Failure::Work(anyhow::anyhow!(
                "{}: /structure: only a server knows ids and inline files; give {{\"paths\": [...]}} with files beside the scene file",
                scene_file.display()
            )))
        }
    }
}

fn is_scene_file(input: &Path) -> bool {
    input
        .extension()
        .is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
}

fn read_scene_file(path: &Path) -> Result<RenderRequest, Failure> {
    /// A scene file is a page of text; a structure that was misnamed is not read to its end.
    const MAX_BYTES: u64 = 16 << 20;
    let named = |text: String| Failure::Work(anyhow::anyhow!("{}: {text}", path.display()));
    let size = fs::metadata(path)
        .map_err(|error| {
            named(format!(
                "cannot be read: {error}; give the path of a scene file"
            ))
        })?
        .len();
    if size > MAX_BYTES {
        return Err(named(format!(
            "{size} bytes are too many for a scene file; give one of at most {MAX_BYTES} bytes"
        )));
    }
    let bytes = fs::read(path).map_err(|error| {
        named(format!(
            "cannot be read: {error}; give the path of a scene file"
        ))
    })?;
    RenderRequest::from_json(&bytes).map_err(|error| named(error.to_string()))
}

impl RequestArgs {
    /// Overrides the document by what was typed.
    fn apply(&self, request: &mut RenderRequest, out: Option<&Path>) -> Result<(), Failure> {
        /// Takes a flag's value when it was given.
        fn set<T: Clone>(target: &mut T, flag: Option<&T>) {
            if let Some(value) = flag {
                target.clone_from(value);
            }
        }
        let style = &mut request.style;
        set(&mut style.preset, self.style.as_ref());
        set(&mut style.labels, self.labels.as_ref());
        set(&mut style.background, self.background.as_ref());
        style.colors = self.colors.or(style.colors);
        style.color = self.color.or(style.color);
        style.stick_radius_angstrom = self.stick_radius.or(style.stick_radius_angstrom);
        style.ball_scale = self.ball_scale.or(style.ball_scale);
        style.hydrogens |= self.hydrogens;
        style.solvent |= self.solvent;
        style.depth_cue &= !self.no_depth_cue;
        set(&mut request.camera.projection, self.projection.as_ref());
        set(&mut request.camera.fov_degrees, self.fov.as_ref());
        set(&mut request.select, self.select.as_ref());
        if !self.commands.is_empty() {
            request.commands.clone_from(&self.commands);
        }
        let output = &mut request.output;
        if let Some((width_px, height_px)) = self.size {
            (output.width_px, output.height_px) = (width_px, height_px);
        }
        set(&mut output.samples, self.samples.as_ref());
        if !self.planes.is_empty() {
            output.planes = self.planes.iter().copied().collect();
        }
        if let Some(format) = self.format {
            output.format = format;
        } else if let Some(ending) = out.and_then(Path::extension) {
            output.format = format_of_ending(&ending.to_string_lossy())?;
        }
        Ok(())
    }
}

fn format_of_ending(ending: &str) -> Result<ImageFormat, Failure> {
    match ending.to_ascii_lowercase().as_str() {
        "png" => Ok(ImageFormat::Png),
        "jpg" | "jpeg" => Ok(ImageFormat::Jpeg),
        "webp" => Ok(ImageFormat::Webp),
        _ => Err(Failure::usage(format!(
            "the output's ending .{ending} is no picture format; use .png, .jpg or .webp, or give --format"
        ))),
    }
}
