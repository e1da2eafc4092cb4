//! The JSON document that is a scene file on disk and the body of a render request alike.
//!
//! ```json
//! { "schema_version": 1,
//!   "structure": {"id": "5ey0"},
//!   "style": {"preset": "misi", "labels": "auto", "background": "#000000"},
//!   "camera": {"projection": "perspective", "fov_degrees": 30},
//!   "commands": ["view front", "roll y 15"],
//!   "select": "all",
//!   "output": {"width_px": 1024, "height_px": 1024, "samples": 4, "format": "png", "planes": ["color"]} }
//! ```
//!
//! Only `schema_version` and `structure` are required; unknown keys are refused by name. [`schema`]
//! writes every default down.

mod effects;
mod form;
mod format;
mod labels;
mod parse;
mod source;
#[cfg(test)]
mod tests;
mod validate;

use std::collections::BTreeSet;
use std::str::FromStr;

use molshot_molecule::Selection;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::colors::{COLOR_REMEDY, Rgb, shorten};
use crate::commands::{Command, parse_list, pieces};
use crate::error::SceneError;
use crate::job::{Plane, Samples};
use crate::pseudobonds::PseudobondName;
use crate::transforms::{MAX_TRANSFORMS, TransformRequest};

pub(crate) use effects::effects;
pub use effects::{AmbientOcclusionRequest, SilhouetteRequest};
pub use format::{ImageFormat, file_extension, format_of_extension};
pub use labels::{LabelAlignment, LabelContent, LabelStyle, TextRequest};
pub use source::{InlineFile, StructureSource};
pub(crate) use validate::check_edge;

/// The version of the document that is read and written here.
pub const SCHEMA_VERSION: u32 = 1;

/// A picture to draw, as a user says it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RenderRequest {
    /// Version of this document's form: 1.
    #[serde(deserialize_with = "parse::schema_version")]
    #[schemars(range(min = 1, max = 1))]
    pub schema_version: u32,
    /// What to draw.
    pub structure: StructureSource,
    /// How it looks.
    #[serde(default, deserialize_with = "form::object")]
    pub style: StyleRequest,
    /// How it is projected.
    #[serde(default, deserialize_with = "form::object")]
    pub camera: CameraRequest,
    /// View commands, applied in order: `view front|left|top|back|right|bottom`,
    /// `roll x|y|z DEGREES` (or `turn`), `move x|y|z ANGSTROM`, `zoom FACTOR`, `center SELECTION`,
    /// `crop X Y WIDTH HEIGHT`. An entry may hold several, separated by `;` or a new line.
    #[serde(default)]
    pub commands: Vec<String>,
    /// Which atoms to draw, in the selection language. The rest is hidden without moving the
    /// camera.
    #[serde(default = "all")]
    pub select: String,
    /// Atoms that move by themselves, the camera staying where it is; entries apply in order.
    #[serde(default, deserialize_with = "form::objects")]
    #[schemars(length(max = MAX_TRANSFORMS))]
    pub transforms: Vec<TransformRequest>,
    /// Size and form of the picture.
    #[serde(default, deserialize_with = "form::object")]
    pub output: OutputRequest,
}

fn all() -> String {
    "all".into()
}

/// How a structure looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a key of the document, on or off by itself"
)]
pub struct StyleRequest {
    /// Representation and colours in one word.
    #[serde(deserialize_with = "form::word")]
    pub preset: Preset,
    /// Colour scheme; without it the preset's own (`misi`: alternating-residues, all others:
    /// element).
    #[serde(deserialize_with = "form::optional_word")]
    pub colors: Option<ColorScheme>,
    /// The colour of the scheme `uniform`; refused with any other.
    pub color: Option<Rgb>,
    /// What is labelled.
    #[serde(deserialize_with = "form::word")]
    pub labels: LabelContent,
    /// How labels look.
    #[serde(deserialize_with = "form::object")]
    pub label_style: LabelStyle,
    /// Texts of one's own, at most 1000.
    #[serde(deserialize_with = "form::objects")]
    pub texts: Vec<TextRequest>,
    /// Background colour, or `transparent`.
    pub background: BackgroundRequest,
    /// Draw hydrogen atoms, too.
    pub hydrogens: bool,
    /// Draw water, too.
    pub solvent: bool,
    /// Radius of bonds, and of atoms in `misi` and `licorice`, angstrom. Without it 0.2.
    #[schemars(range(min = 0.01, max = 5.0))]
    pub stick_radius_angstrom: Option<f64>,
    /// Radius of balls as a share of the van der Waals radius. Without it 0.25, and 1 in
    /// `spacefill`.
    #[schemars(range(min = 0.01, max = 5.0))]
    pub ball_scale: Option<f64>,
    /// Fade into the background with depth.
    pub depth_cue: bool,
    /// The residue of the preset `misi-residue`, which needs it: name, number with insertion code,
    /// and the chain where that is not enough, such as `ARG 45 A`. Refused with any other preset.
    pub residue: Option<String>,
    /// Which pseudobonds are drawn, as dashes between drawn atoms.
    #[serde(deserialize_with = "form::words")]
    pub pseudobonds: BTreeSet<PseudobondName>,
    /// Label the drawn pseudobonds with the distance of their atoms in angstrom, with so many
    /// decimals; without it they have no labels. `ChimeraX` writes three.
    #[schemars(range(min = 0, max = 6))]
    pub pseudobond_distances: Option<u8>,
    /// Lines where one body stands before another; none without it.
    #[serde(deserialize_with = "form::optional_object")]
    pub silhouettes: Option<SilhouetteRequest>,
    /// Darkness where light from around hardly comes to; none without it.
    #[serde(deserialize_with = "form::optional_object")]
    pub ambient_occlusion: Option<AmbientOcclusionRequest>,
    /// The main light casts shadows.
    pub shadows: bool,
}

impl Default for StyleRequest {
    fn default() -> Self {
        Self {
            preset: Preset::default(),
            colors: None,
            color: None,
            labels: LabelContent::default(),
            label_style: LabelStyle::default(),
            texts: Vec::new(),
            background: BackgroundRequest::default(),
            hydrogens: false,
            solvent: false,
            stick_radius_angstrom: None,
            ball_scale: None,
            depth_cue: true,
            residue: None,
            pseudobonds: BTreeSet::new(),
            pseudobond_distances: None,
            silhouettes: None,
            ambient_occlusion: None,
            shadows: false,
        }
    }
}

/// A representation with its colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Preset {
    /// Sticks in the colours of MiSI-Bench: carbons of residues alternate between purple and
    /// orange, the ligand's are gray.
    #[default]
    Misi,
    /// As `misi`: one residue (`style.residue`) and the ligand alone. The camera is fitted to them
    /// and, unless labels are off, to their atoms' labels.
    MisiResidue,
    /// As `misi`: the pocket alone, through the camera of the complex.
    MisiPocket,
    /// As `misi`: the ligand alone, through the camera of the complex.
    MisiLigand,
    /// Small balls and thin sticks, coloured by element.
    BallAndStick,
    /// Sticks, coloured by element.
    Licorice,
    /// Balls of van der Waals radius, coloured by element.
    Spacefill,
}

impl Preset {
    /// True for the picture types of MiSI-Bench.
    #[must_use]
    pub fn is_misi(self) -> bool {
        matches!(
            self,
            Self::Misi | Self::MisiResidue | Self::MisiPocket | Self::MisiLigand
        )
    }
}

/// What decides an atom's colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ColorScheme {
    /// Its element.
    Element,
    /// Its chain: a colour-blind safe palette of seven, over and over.
    Chain,
    /// The name of its residue.
    Residue,
    /// Its temperature factor: blue (lowest shown) over white to red (highest shown).
    BFactor,
    /// One colour for all: `style.color`.
    Uniform,
    /// Carbons alternate from residue to residue between #BF99F2 and #F2B366, ligand carbons are
    /// gray, the rest by element.
    AlternatingResidues,
}

/// What stands behind everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BackgroundRequest {
    /// Nothing: alpha 0. The depth cue fades to black.
    Transparent,
    /// A colour.
    Color(Rgb),
}

impl Default for BackgroundRequest {
    fn default() -> Self {
        Self::Color(Rgb::BLACK)
    }
}

impl FromStr for BackgroundRequest {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim().eq_ignore_ascii_case("transparent") {
            return Ok(Self::Transparent);
        }
        text.parse().map(Self::Color).map_err(|_| {
            format!(
                "\"{}\" is no colour; {COLOR_REMEDY}, or transparent",
                shorten(text)
            )
        })
    }
}

impl Serialize for BackgroundRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Transparent => serializer.serialize_str("transparent"),
            Self::Color(color) => color.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for BackgroundRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for BackgroundRequest {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Background".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "description": "transparent, or a colour: #RRGGBB, #RGB or a basic CSS colour name.",
            "examples": ["#000000", "white", "transparent"]
        })
    }
}

/// How camera coordinates become pixels.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CameraRequest {
    /// Central or parallel.
    #[serde(deserialize_with = "form::word")]
    pub projection: ProjectionKind,
    /// Horizontal field of view, degrees. With `orthographic` it only decides how far away the
    /// camera stands.
    #[schemars(range(min = 1.0, max = 170.0))]
    pub fov_degrees: f64,
}

impl Default for CameraRequest {
    /// Perspective, 30 degrees: `ChimeraX`'s default.
    fn default() -> Self {
        Self {
            projection: ProjectionKind::default(),
            fov_degrees: 30.0,
        }
    }
}

/// The kind of projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProjectionKind {
    /// Central: what is nearer looks larger.
    #[default]
    Perspective,
    /// Parallel: what is nearer does not look larger.
    Orthographic,
}

/// Size and form of a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OutputRequest {
    /// Width of the uncropped picture, pixels.
    #[schemars(range(min = 1, max = 16384))]
    pub width_px: u32,
    /// Height of the uncropped picture, pixels.
    #[schemars(range(min = 1, max = 16384))]
    pub height_px: u32,
    /// Colour samples a pixel.
    #[serde(with = "parse::samples")]
    #[schemars(with = "parse::SamplesSchema")]
    pub samples: Samples,
    /// File format of the colour plane. Without it the output's file extension or URL decides, and
    /// PNG where there is none.
    #[serde(
        deserialize_with = "form::optional_keyword",
        serialize_with = "form::write_optional_keyword"
    )]
    #[schemars(with = "Option<format::ImageFormatSchema>")]
    pub format: Option<ImageFormat>,
    /// Whether the file is to be made fast or small. The pixels are the same.
    #[serde(deserialize_with = "form::word")]
    pub compression: Compression,
    /// Quality of a JPEG. Other formats are lossless and have none.
    #[schemars(range(min = 1, max = 100))]
    pub jpeg_quality: u8,
    /// Which channels to hand out, each named once.
    #[serde(deserialize_with = "form::words")]
    pub planes: BTreeSet<Plane>,
}

impl Default for OutputRequest {
    fn default() -> Self {
        Self {
            width_px: 1024,
            height_px: 1024,
            samples: Samples::default(),
            format: None,
            compression: Compression::default(),
            jpeg_quality: 90,
            planes: BTreeSet::from([Plane::Color]),
        }
    }
}

impl OutputRequest {
    /// The file format: the one that is named, else PNG.
    #[must_use]
    pub fn image_format(&self) -> ImageFormat {
        self.format.unwrap_or(ImageFormat::Png)
    }
}

/// What an encoder spends its time on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Compression {
    /// Files in a fraction of the time that drawing takes.
    #[default]
    Fast,
    /// Smaller files: a PNG by a tenth to a half, in forty times the time; a JPEG by a twentieth; a
    /// WebP in some pictures.
    Small,
}

impl RenderRequest {
    /// A request with every default, for a structure.
    #[must_use]
    pub fn new(structure: StructureSource) -> Self {
        Self {
            schema_version: SCHEMA_VERSION,
            structure,
            style: StyleRequest::default(),
            camera: CameraRequest::default(),
            commands: Vec::new(),
            select: all(),
            transforms: Vec::new(),
            output: OutputRequest::default(),
        }
    }

    /// The view commands, parsed.
    ///
    /// # Errors
    /// [`SceneError::Command`], with the command's number over all entries and the pointer of its
    /// entry.
    pub fn view_commands(&self) -> Result<Vec<Command>, SceneError> {
        parse_list(self.commands.iter().map(String::as_str))
    }

    /// For each view command in turn, the index of the entry of `commands` that it stands in.
    pub(crate) fn command_entries(&self) -> Vec<usize> {
        pieces(self.commands.iter().map(String::as_str))
            .map(|(entry, _)| entry)
            .collect()
    }

    /// The selection, parsed.
    ///
    /// # Errors
    /// [`SceneError::Selection`].
    pub fn selection(&self) -> Result<Selection, SceneError> {
        Selection::parse(&self.select).map_err(|source| SceneError::Selection {
            pointer: "/select".into(),
            source,
        })
    }
}

/// The JSON schema (draft 2020-12) of [`RenderRequest`], with every default and range.
#[must_use]
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(RenderRequest).to_value()
}
