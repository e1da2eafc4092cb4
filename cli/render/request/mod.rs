//! Flags to the request document. A scene file is taken first, then every flag that was given
//! overrides it.

mod idle;

use std::path::{Path, PathBuf};

use clap::Args;
use molshot_scenes::colors::Rgb;
use molshot_scenes::pseudobonds::PseudobondName;
use molshot_scenes::request::{
    BackgroundRequest, ColorScheme, Compression, ImageFormat, LabelContent, Preset, ProjectionKind,
    StructureSource, format_of_extension,
};
use molshot_scenes::transforms::TransformRequest;
use molshot_scenes::{Keyword, Plane, RenderRequest, Samples, SceneError};
use serde::de::DeserializeOwned;

use super::effects::EffectArgs;
use super::labels::LabelArgs;
use crate::message::Failure;
use crate::scene_file::{self, is_scene_file};
use crate::words::Words;

const STYLES: &[&str] = &[
    "misi",
    "misi-residue",
    "misi-pocket",
    "misi-ligand",
    "ball-and-stick",
    "licorice",
    "spacefill",
];
const PSEUDOBONDS: &[&str] = &["hydrogen-bonds", "metal-coordination", "missing-structure"];
const COLOR_SCHEMES: &[&str] = &[
    "element",
    "chain",
    "residue",
    "b-factor",
    "uniform",
    "alternating-residues",
];
const PROJECTIONS: &[&str] = &["perspective", "orthographic"];
const LABELS: &[&str] = &[
    "auto",
    "none",
    "residues",
    "ligand-atoms",
    "residues-and-ligand-atoms",
    "atoms",
];
const FORMATS: &[&str] = &["png", "jpeg", "webp", "tiff", "bmp", "qoi"];
const COMPRESSIONS: &[&str] = &["fast", "small"];
const PLANES: &[&str] = &[
    "color",
    "depth",
    "normal",
    "atom-id",
    "residue-id",
    "mask-element",
    "mask-residue",
    "mask-chain",
    "mask-role",
];

/// What the picture looks like. Every flag has its counterpart in the scene file.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Picture")]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(crate) struct RequestArgs {
    /// Size in pixels [default: 1024x1024].
    #[arg(long, value_name = "WxH", value_parser = parse_size, allow_hyphen_values = true)]
    size: Option<(u32, u32)>,
    /// View commands, separated by `;`: view front|left|top|back|right|bottom, roll|turn x|y|z
    /// DEGREES, move x|y|z ANGSTROM, zoom FACTOR, center SELECTION, crop X Y WIDTH HEIGHT. `move z`
    /// changes nothing in orthographic pictures: use zoom.
    #[arg(long, value_name = "COMMANDS", allow_hyphen_values = true)]
    commands: Vec<String>,
    /// misi, misi-residue (with --residue), misi-pocket, misi-ligand, ball-and-stick, licorice or
    /// spacefill [default: misi].
    #[arg(long, value_parser = Words::new(STYLES, word::<Preset>), hide_possible_values = true)]
    style: Option<Preset>,
    /// The residue that `--style misi-residue` shows with the ligand: name, number, and the chain
    /// where that is not enough: "ARG 45 A".
    #[arg(long, value_name = "RESIDUE")]
    residue: Option<String>,
    /// element, chain, residue, b-factor, uniform or alternating-residues [default: the style's
    /// own].
    #[arg(long, value_parser = Words::new(COLOR_SCHEMES, word::<ColorScheme>), hide_possible_values = true)]
    colors: Option<ColorScheme>,
    /// The colour for `--colors uniform`: #RRGGBB or a CSS name.
    #[arg(long)]
    color: Option<Rgb>,
    /// perspective or orthographic [default: perspective].
    #[arg(long, value_parser = Words::new(PROJECTIONS, word::<ProjectionKind>), hide_possible_values = true)]
    projection: Option<ProjectionKind>,
    /// Horizontal field of view in degrees, 1 to 170 [default: 30].
    #[arg(long, value_name = "DEGREES", allow_negative_numbers = true)]
    fov: Option<f64>,
    /// Background: #RRGGBB, a CSS name, or transparent [default: black].
    #[arg(long, value_name = "COLOR")]
    background: Option<BackgroundRequest>,
    /// Colour samples a pixel: 1, 4, 9 (as ChimeraX has them) or 16 [default: 4].
    #[arg(long, value_name = "COUNT", value_parser = Words::new(&["1", "4", "9", "16"], parse_samples), hide_possible_values = true, allow_negative_numbers = true)]
    samples: Option<Samples>,
    /// auto, none, residues, ligand-atoms, residues-and-ligand-atoms or atoms. auto: with the style
    /// misi residues and ligand atoms, where at most 150 residues are drawn [default: auto].
    #[arg(long, value_name = "LABELS", value_parser = Words::new(LABELS, word::<LabelContent>), hide_possible_values = true)]
    labels: Option<LabelContent>,
    #[command(flatten)]
    label_style: LabelArgs,
    /// Draw only these atoms; the camera stays where the whole would have it.
    #[arg(long, value_name = "EXPR")]
    select: Option<String>,
    /// Move atoms by themselves, the camera staying where it is: 'ligand: roll x 30; move y 2'.
    /// roll is about their own centre; screen axes are those of the front view, or of another one
    /// behind `view NAME`. May be given several times.
    #[arg(long, value_name = "SELECTION: COMMANDS", value_parser = parse_transform)]
    transform: Vec<TransformRequest>,
    /// Draw these as dashes, separated by commas: hydrogen-bonds (between ligand and the rest),
    /// metal-coordination, missing-structure.
    #[arg(long, value_name = "KINDS", value_delimiter = ',', value_parser = Words::new(PSEUDOBONDS, word::<PseudobondName>), hide_possible_values = true)]
    pseudobonds: Vec<PseudobondName>,
    /// Draw hydrogen bonds between ligand and the rest as dashes: --pseudobonds hydrogen-bonds.
    #[arg(long)]
    hbonds: bool,
    /// Label the dashes with their length in angstrom. With =DECIMALS so many decimals, 0 to 6
    /// [default: 3].
    #[arg(long, value_name = "DECIMALS", num_args = 0..=1, require_equals = true, default_missing_value = "3")]
    pseudobond_distances: Option<u8>,
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
    #[command(flatten)]
    effects: EffectArgs,
    /// png, jpeg, webp, tiff, bmp or qoi [default: by the output's ending, else png].
    #[arg(long, value_parser = Words::new(FORMATS, format_word), hide_possible_values = true)]
    format: Option<ImageFormat>,
    /// fast or small: how the file is packed. The pixels are the same [default: fast].
    #[arg(long, value_parser = Words::new(COMPRESSIONS, word::<Compression>), hide_possible_values = true)]
    compression: Option<Compression>,
    /// Quality of a JPEG, 1 to 100 [default: 90].
    #[arg(long, value_name = "QUALITY", allow_negative_numbers = true)]
    jpeg_quality: Option<u8>,
    /// Planes to write, separated by commas: color, depth, normal, atom-id, residue-id,
    /// mask-element, mask-residue, mask-chain, mask-role. Those beside color go to OUT's stem with
    /// `.depth.png` and `.depth.npy`, and so on; masks are indexed PNGs with a `.json` legend
    /// [default: color].
    #[arg(long, value_delimiter = ',', value_parser = Words::new(PLANES, word::<Plane>), hide_possible_values = true)]
    planes: Vec<Plane>,
}

/// A word of the request document; its own message lists the others.
pub(super) fn word<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|error| {
        error
            .to_string()
            .replace("unknown variant", "there is no")
            .replace("expected one of", "give one of")
    })
}

fn format_word(text: &str) -> Result<ImageFormat, String> {
    ImageFormat::from_keyword(text).map_err(|error| error.to_string())
}

/// `SELECTION: COMMANDS`. Selections may hold colons, commands never do.
fn parse_transform(text: &str) -> Result<TransformRequest, String> {
    let (select, commands) = text.rsplit_once(':').ok_or_else(|| {
        "give a selection, a colon and commands, as 'ligand: roll x 30; move y 2'".to_owned()
    })?;
    Ok(TransformRequest {
        select: select.trim().to_owned(),
        commands: vec![commands.trim().to_owned()],
    })
}

pub(crate) fn parse_size(text: &str) -> Result<(u32, u32), String> {
    let parse = |part: &str| part.trim().parse::<u32>().ok();
    text.split_once(['x', 'X'])
        .and_then(|(width, height)| Some((parse(width)?, parse(height)?)))
        .ok_or_else(|| "give width and height in pixels, as 1024x768".to_owned())
}

pub(crate) fn parse_samples(text: &str) -> Result<Samples, String> {
    text.parse()
        .ok()
        .and_then(Samples::from_count)
        .ok_or_else(|| "give 1, 4, 9 or 16".to_owned())
}

/// The request for one scene: the scene file's, or all defaults for structure files; then the
/// flags.
pub(crate) fn of_inputs(
    inputs: &[PathBuf],
    args: &RequestArgs,
    out: Option<&Path>,
) -> Result<RenderRequest, Failure> {
    let scene_file = inputs.iter().any(|input| is_scene_file(input));
    let mut request = if scene_file {
        let [scene_file] = inputs else {
            return Err(Failure::usage(
                "a scene file names its own structure; give it alone, or use --each",
            ));
        };
        scene_file::read(scene_file)?
    } else {
        RenderRequest::new(StructureSource::Paths {
            paths: inputs
                .iter()
                .map(|input| input.display().to_string())
                .collect(),
        })
    };
    args.apply(&mut request, out, scene_file)?;
    request
        .validate()
        .map_err(|error| args.blame(error, &inputs[0]))?;
    match args.contradiction(&request) {
        Some((flag, why)) if !scene_file => Err(Failure::flag(flag, why)),
        _ => Ok(request),
    }
}

impl RequestArgs {
    /// Overrides the document by what was typed.
    fn apply(
        &self,
        request: &mut RenderRequest,
        out: Option<&Path>,
        from_scene_file: bool,
    ) -> Result<(), Failure> {
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
        self.label_style.apply(style);
        self.effects.apply(style);
        style.residue = self.residue.clone().or(style.residue.take());
        if !self.pseudobonds.is_empty() {
            style.pseudobonds = self.pseudobonds.iter().copied().collect();
        }
        if self.hbonds {
            style.pseudobonds.insert(PseudobondName::HydrogenBonds);
        }
        style.pseudobond_distances = self.pseudobond_distances.or(style.pseudobond_distances);
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
        if !self.transform.is_empty() {
            request.transforms.clone_from(&self.transform);
        }
        if !self.commands.is_empty() {
            request.commands.clone_from(&self.commands);
        }
        let output = &mut request.output;
        if let Some((width_px, height_px)) = self.size {
            (output.width_px, output.height_px) = (width_px, height_px);
        }
        set(&mut output.samples, self.samples.as_ref());
        set(&mut output.compression, self.compression.as_ref());
        set(&mut output.jpeg_quality, self.jpeg_quality.as_ref());
        if !self.planes.is_empty() {
            output.planes = self.planes.iter().copied().collect();
        }
        if let Some(format) = self.format {
            output.format = Some(format);
        } else if let Some(ending) = out.and_then(Path::extension) {
            output.format = Some(format_of_ending(&ending.to_string_lossy())?);
        } else if let Some(out) = out
            && out != Path::new("-")
            && !from_scene_file
        {
            return Err(Failure::flag(
                "--output",
                format_args!(
                    "{} has no ending to tell the picture's format; use .png, .jpg or .webp, or give --format",
                    out.display()
                ),
            ));
        }
        Ok(())
    }

    /// Tells a flag's mistake from a file's: a value that was typed is named by its flag and makes
    /// the command line wrong; everything else is a fault of `input`.
    pub(crate) fn blame(&self, error: SceneError, input: &Path) -> Failure {
        let transformed = error
            .pointer()
            .is_some_and(|pointer| pointer.starts_with("/transforms"));
        let flag = match &error {
            _ if transformed => (!self.transform.is_empty()).then_some("--transform"),
            SceneError::Invalid { pointer, .. } => self.flag_of(pointer),
            SceneError::Command { .. } => (!self.commands.is_empty()).then_some("--commands"),
            SceneError::Selection { pointer, .. } if pointer.starts_with("/style/texts/") => {
                self.label_style.has_texts().then_some("--text")
            }
            SceneError::Selection { .. } => self.select.is_some().then_some("--select"),
            _ => None,
        };
        match (flag, error) {
            (
                Some(flag),
                SceneError::Invalid {
                    problem, remedy, ..
                },
            ) => Failure::flag(flag, format_args!("{problem}; {remedy}")),
            (Some(flag), SceneError::Selection { source, .. }) => Failure::flag(flag, source),
            (Some(flag), error) => Failure::flag(flag, error),
            (None, error) => Failure::in_file(input, error),
        }
    }

    /// The flag that was given for a value of the document.
    fn flag_of(&self, pointer: &str) -> Option<&'static str> {
        let table = [
            ("/output/width_px", self.size.is_some(), "--size"),
            ("/output/height_px", self.size.is_some(), "--size"),
            ("/output", self.size.is_some(), "--size"),
            ("/output/format", self.background.is_some(), "--background"),
            ("/output/format", true, "--format"),
            (
                "/output/jpeg_quality",
                self.jpeg_quality.is_some(),
                "--jpeg-quality",
            ),
            ("/output/planes", !self.planes.is_empty(), "--planes"),
            ("/camera/fov_degrees", self.fov.is_some(), "--fov"),
            ("/commands", !self.commands.is_empty(), "--commands"),
            (
                "/style/pseudobond_distances",
                self.pseudobond_distances.is_some(),
                "--pseudobond-distances",
            ),
            ("/style/residue", self.residue.is_some(), "--residue"),
            ("/style/residue", self.style.is_some(), "--style"),
            ("/style/color", self.color.is_some(), "--color"),
            ("/style/color", self.colors.is_some(), "--colors"),
            (
                "/style/stick_radius_angstrom",
                self.stick_radius.is_some(),
                "--stick-radius",
            ),
            (
                "/style/ball_scale",
                self.ball_scale.is_some(),
                "--ball-scale",
            ),
        ];
        let parts = [
            self.label_style.flag_of(pointer),
            self.effects.flag_of(pointer),
        ];
        if let Some(flag) = parts.into_iter().flatten().next() {
            return Some(flag);
        }
        table
            .into_iter()
            .find(|(place, given, _)| *place == pointer && *given)
            .map(|(_, _, flag)| flag)
    }

    /// Whether the view commands come from the flag.
    pub(super) fn has_commands(&self) -> bool {
        !self.commands.is_empty()
    }
}

fn format_of_ending(ending: &str) -> Result<ImageFormat, Failure> {
    format_of_extension(ending).ok_or_else(|| {
        Failure::flag(
            "--output",
            format_args!(
                "the ending .{ending} is no picture format; use .png, .jpg or .webp, or give --format"
            ),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that a type's own message lists.
    fn listed<T: DeserializeOwned>() -> Vec<String> {
        let message = word::<T>("?").err().expect("no such word");
        message
            .split('`')
            .skip(3)
            .step_by(2)
            .map(str::to_owned)
            .collect()
    }

    #[test]
    fn shells_complete_exactly_the_words_that_are_understood() {
        assert_eq!(listed::<Preset>(), STYLES);
        assert_eq!(listed::<ColorScheme>(), COLOR_SCHEMES);
        assert_eq!(listed::<ProjectionKind>(), PROJECTIONS);
        assert_eq!(listed::<LabelContent>(), LABELS);
        assert_eq!(molshot_scenes::keyword::words::<ImageFormat>(), FORMATS);
        assert_eq!(listed::<Compression>(), COMPRESSIONS);
        assert_eq!(listed::<Plane>(), PLANES);
        assert_eq!(listed::<PseudobondName>(), PSEUDOBONDS);
    }
}
