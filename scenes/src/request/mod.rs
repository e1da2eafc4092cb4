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
//! Only `schema_version` and `structure` are required; unknown keys are refused by name.
//! [`crate::schema::schema`] writes every default down.

mod document;
mod effects;
mod form_error;
mod format;
mod labels;
mod parse;
mod reading;
mod residue;
mod source;
mod strict_serde;
mod style_words;
mod surface;
#[cfg(test)]
mod tests;
mod tracked;
mod validate;

use std::collections::BTreeSet;
use std::str::FromStr;

use molshot_molecule::Selection;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::colors::{COLOR_REMEDY, Rgb, chain_color, shorten};
use crate::commands::Command;
use crate::error::SceneError;
use crate::job::{Plane, Samples};
use crate::keyword::keywords;
use crate::pseudobonds::PseudobondName;
use crate::texts::{ResidueText, SelectionText, ViewCommands};
use crate::transforms::{MAX_TRANSFORMS, TransformRequest};

pub use crate::labels::LabelAlignment;
pub use document::{PartialDocument, SCHEMA_VERSION, SceneDocument};
pub(crate) use effects::effects;
pub use effects::{AmbientOcclusionRequest, SilhouetteRequest};
pub use format::{ImageFormat, file_extension, format_of_extension};
pub use labels::{LabelContent, LabelStyle, TextRequest};
pub(crate) use parse::document as json_document;
pub use reading::ReadingRequest;
pub(crate) use residue::{RESIDUE_POINTER, needed_residue, residue_key};
pub use source::{InlineFile, StructureSource};
pub use style_words::{ColorScheme, Preset, SecondaryStructureName};
pub(crate) use surface::MAX_OPACITIES;
pub use surface::{OpacityRequest, SurfaceKind, SurfaceRequest};
pub(crate) use validate::check_edge;

/// What to draw of a structure, whichever that is: look, camera, selection, motion, output. Where
/// the structure comes from stands beside it in a [`SceneDocument`].
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct RenderRequest {
    /// How it looks.
    #[serde(deserialize_with = "strict_serde::object")]
    pub style: StyleRequest,
    /// How it is projected.
    #[serde(deserialize_with = "strict_serde::object")]
    pub camera: CameraRequest,
    /// View commands, applied in order: `view front|left|top|back|right|bottom`,
    /// `roll x|y|z DEGREES` (or `turn`), `move x|y|z ANGSTROM`, `zoom FACTOR`, `center SELECTION`,
    /// `crop X Y WIDTH HEIGHT`. An entry may hold several, separated by `;` or a new line.
    pub commands: ViewCommands,
    /// Which atoms to draw, in the selection language. The rest is hidden without moving the
    /// camera.
    pub select: SelectionText,
    /// Atoms that move by themselves, the camera staying where it is; entries apply in order.
    #[serde(deserialize_with = "strict_serde::objects")]
    #[schemars(length(max = MAX_TRANSFORMS))]
    pub transforms: Vec<TransformRequest>,
    /// Size and file format of the picture.
    #[serde(deserialize_with = "strict_serde::object")]
    pub output: OutputRequest,
}

impl Default for RenderRequest {
    /// The whole structure in the preset `misi`, front view, 1024 x 1024 pixels.
    fn default() -> Self {
        Self {
            style: StyleRequest::default(),
            camera: CameraRequest::default(),
            commands: ViewCommands::default(),
            select: SelectionText::default(),
            transforms: Vec::new(),
            output: OutputRequest::default(),
        }
    }
}

/// Most colours of a palette.
pub(crate) const MAX_PALETTE_COLORS: usize = 1000;

/// How a structure looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[allow(
    clippy::struct_excessive_bools,
    reason = "each is a key of the document, on or off by itself"
)]
#[non_exhaustive]
pub struct StyleRequest {
    /// Representation and colours in one word.
    pub preset: Preset,
    /// Colour scheme; without it the preset's own (`misi`: alternating-residues, `cartoon`: chain,
    /// all others: element).
    pub colors: Option<ColorScheme>,
    /// The colour of the scheme `uniform`; refused with any other.
    pub color: Option<Rgb>,
    /// The colours of the schemes `chain`, `copy` and `model`, in turn, at most 1000; without any
    /// the built-in palette. Refused with any other scheme.
    #[schemars(length(max = MAX_PALETTE_COLORS))]
    pub palette: Vec<Rgb>,
    /// What is labelled.
    pub labels: LabelContent,
    /// How labels look.
    #[serde(deserialize_with = "strict_serde::object")]
    pub label_style: LabelStyle,
    /// Custom labels, at most 1000.
    #[serde(deserialize_with = "strict_serde::objects")]
    pub texts: Vec<TextRequest>,
    /// Background colour, or `transparent`.
    pub background: BackgroundRequest,
    /// Draw hydrogen atoms, too.
    pub hydrogens: bool,
    /// Draw water, too.
    pub solvent: bool,
    /// Draw what is neither a polymer nor water: ligands, ions, sugars.
    pub ligands: bool,
    /// The residues of polymers that are drawn as a cartoon, those with a selected atom. Without it
    /// all in the preset `cartoon`, where their atoms are hidden, and none in other presets.
    pub cartoon: Option<SelectionText>,
    /// Path segments of cartoons from one residue to the next, 2 to 40. Without it 20, and fewer
    /// for more than 2000 residues.
    pub cartoon_divisions: Option<u8>,
    /// Where helices and strands come from, which cartoons and the colour scheme
    /// `secondary-structure` show.
    pub secondary_structure: SecondaryStructureName,
    /// Radius of bonds, and of atoms in `misi` and `licorice`, angstrom. Without it 0.2.
    pub stick_radius_angstrom: Option<f64>,
    /// Radius of balls as a share of the van der Waals radius. Without it 0.25, and 1 in
    /// `spacefill`.
    pub ball_scale: Option<f64>,
    /// Draw double, triple, aromatic and dative bonds as such; not in `spacefill`.
    pub bond_orders: bool,
    /// Fade into the background with depth.
    pub depth_cue: bool,
    /// The residue of the preset `misi-residue`, which needs it: name, number with insertion code,
    /// and the chain where that is not enough, such as `ARG 45 A`. Refused with any other preset.
    pub residue: Option<ResidueText>,
    /// Which pseudobonds are drawn, as dashes between drawn atoms.
    #[serde(deserialize_with = "strict_serde::set")]
    pub pseudobonds: BTreeSet<PseudobondName>,
    /// Label the drawn pseudobonds with the distance of their atoms in angstrom, with so many
    /// decimals; without it they have no labels. `ChimeraX` writes three.
    #[serde(deserialize_with = "strict_serde::distance_decimals")]
    pub pseudobond_distances: Option<u8>,
    /// Silhouettes: lines where a surface ends in front of another one; none without it.
    #[serde(deserialize_with = "strict_serde::optional_object")]
    pub silhouettes: Option<SilhouetteRequest>,
    /// Ambient occlusion: darkening of places that little light reaches; none without it.
    #[serde(deserialize_with = "strict_serde::optional_object")]
    pub ambient_occlusion: Option<AmbientOcclusionRequest>,
    /// The main light casts shadows.
    pub shadows: bool,
    /// Draw the edges of unit cells, for a structure that was made to fill some.
    pub cell_edges: bool,
    /// Molecular surfaces; none without it.
    #[serde(deserialize_with = "strict_serde::optional_object")]
    pub surface: Option<SurfaceRequest>,
    /// Opacities of surfaces and other meshes, at most 100; of several for an atom the last counts.
    #[serde(deserialize_with = "strict_serde::objects")]
    #[schemars(length(max = MAX_OPACITIES))]
    pub opacities: Vec<OpacityRequest>,
}

impl Default for StyleRequest {
    fn default() -> Self {
        Self {
            preset: Preset::default(),
            colors: None,
            color: None,
            palette: Vec::new(),
            labels: LabelContent::default(),
            label_style: LabelStyle::default(),
            texts: Vec::new(),
            background: BackgroundRequest::default(),
            hydrogens: false,
            solvent: false,
            ligands: true,
            cartoon: None,
            cartoon_divisions: None,
            secondary_structure: SecondaryStructureName::default(),
            stick_radius_angstrom: None,
            ball_scale: None,
            bond_orders: false,
            depth_cue: true,
            residue: None,
            pseudobonds: BTreeSet::new(),
            pseudobond_distances: None,
            silhouettes: None,
            ambient_occlusion: None,
            shadows: false,
            cell_edges: true,
            surface: None,
            opacities: Vec::new(),
        }
    }
}

impl StyleRequest {
    /// The colour scheme: the one that is named, else the preset's own.
    pub(crate) fn color_scheme(&self) -> ColorScheme {
        self.colors.unwrap_or(match self.preset {
            preset if preset.is_misi() => ColorScheme::AlternatingResidues,
            Preset::Cartoon => ColorScheme::Chain,
            _ => ColorScheme::Element,
        })
    }

    /// The colour of the n-th chain or model, counted from 0.
    pub(crate) fn color_in_turn(&self, number: u32) -> Rgb {
        match self.palette.as_slice() {
            [] => chain_color(number as usize),
            palette => palette[number as usize % palette.len()],
        }
    }
}

/// The background of a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
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
                "\"{}\" is not a colour; {COLOR_REMEDY}, or transparent",
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
#[non_exhaustive]
pub struct CameraRequest {
    /// Central or parallel.
    pub projection: ProjectionKind,
    /// Horizontal field of view, degrees. With `orthographic` it only decides how far away the
    /// camera stands.
    pub fov_degrees: f64,
    /// What the camera is fitted to.
    pub fit: CameraFit,
}

impl Default for CameraRequest {
    /// Perspective, 30 degrees: `ChimeraX`'s default.
    fn default() -> Self {
        Self {
            projection: ProjectionKind::default(),
            fov_degrees: 30.0,
            fit: CameraFit::default(),
        }
    }
}

/// The kind of projection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ProjectionKind {
    /// Central: what is nearer looks larger.
    #[default]
    Perspective,
    /// Parallel: what is nearer does not look larger.
    Orthographic,
}

/// What the camera is fitted to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum CameraFit {
    /// Everything that the style draws.
    #[default]
    Drawn,
    /// The ribbons of all polymers, drawn or not: the camera of `ChimeraX` for a pocket that was
    /// just opened. A structure without any is fitted as it is drawn.
    Ribbons,
}

keywords!(CameraFit { Drawn = "drawn", Ribbons = "ribbons" });

keywords!(ProjectionKind { Perspective = "perspective", Orthographic = "orthographic" });

/// Size and file format of a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct OutputRequest {
    /// Width of the uncropped picture, pixels.
    #[serde(deserialize_with = "strict_serde::edge_px")]
    pub width_px: u32,
    /// Height of the uncropped picture, pixels.
    #[serde(deserialize_with = "strict_serde::edge_px")]
    pub height_px: u32,
    /// Colour samples per pixel.
    #[serde(with = "parse::samples")]
    #[schemars(with = "parse::SamplesSchema")]
    pub samples: Samples,
    /// File format of the colour plane. Without it the output's file extension or URL decides, and
    /// PNG where there is none.
    #[serde(
        deserialize_with = "strict_serde::optional_keyword",
        serialize_with = "strict_serde::write_optional_keyword"
    )]
    #[schemars(with = "Option<format::ImageFormatSchema>")]
    pub format: Option<ImageFormat>,
    /// Whether the file is written fast or small. The pixels are the same.
    pub compression: Compression,
    /// Quality of a JPEG. Other formats are lossless and have none.
    #[serde(deserialize_with = "strict_serde::jpeg_quality")]
    pub jpeg_quality: u8,
    /// Which planes to output, each named once.
    #[serde(deserialize_with = "strict_serde::set")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Compression {
    /// Files in a fraction of the time that drawing takes.
    #[default]
    Fast,
    /// Smaller files: a PNG by a tenth to a half, in forty times the time; a JPEG by a twentieth; a
    /// WebP in some pictures.
    Small,
}

keywords!(Compression { Fast = "fast", Small = "small" });

impl RenderRequest {
    /// A request with every default.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The view commands, parsed.
    ///
    /// # Errors
    /// [`SceneError::Command`], with the command's number over all entries and the pointer of its
    /// entry.
    pub fn view_commands(&self) -> Result<&[Command], SceneError> {
        self.commands.commands()
    }

    /// The selection, parsed.
    ///
    /// # Errors
    /// [`SceneError::Selection`].
    pub fn selection(&self) -> Result<&Selection, SceneError> {
        self.select.at(|| "/select".into())
    }
}
