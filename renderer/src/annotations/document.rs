//! The JSON document of annotations.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::run_length::RunLengthMask;

/// The version of the document that is written here.
pub const SCHEMA_VERSION: u32 = 1;

/// What a picture shows, and where.
///
/// Pixels count from the left top corner of the **uncropped** picture; the centre of its first
/// pixel is (0.5, 0.5). A file of a crop begins at `picture.crop_px[0]`, `picture.crop_px[1]`:
/// subtract these, or take the fields `crop_x_px` and `crop_y_px`. All counts of pixels and boxes
/// are of the drawn region (the crop).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "Annotations")]
pub struct Annotations {
    /// Version of this document's form: 1.
    pub schema_version: u32,
    /// Size and crop.
    pub picture: PictureAnnotation,
    /// The camera.
    pub camera: CameraAnnotation,
    /// Every drawn atom, by index; also those that are hidden by others or out of frame.
    pub atoms: Vec<AtomAnnotation>,
    /// Every residue with a drawn atom, by index.
    pub residues: Vec<ResidueAnnotation>,
    /// Every label that is drawn, in the scene's order.
    pub labels: Vec<LabelAnnotation>,
    /// Run-length masks of what is seen, an empty list where nothing is; left out unless asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<RunLengthMask>")]
    pub masks: Option<Vec<RunLengthMask>>,
}

/// Size of a picture.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PictureAnnotation {
    /// Width of the uncropped picture.
    pub width_px: u32,
    /// Height of the uncropped picture.
    pub height_px: u32,
    /// The drawn region: left edge, top edge, width, height.
    pub crop_px: [u32; 4],
    /// Name of the adapter that drew the ids.
    pub adapter: String,
}

/// A camera. A point `p` of the scene has the camera coordinates `c = transpose(R) (p - position)`,
/// with x to the right, y up and z towards the viewer, and falls on the pixel
/// `(W / 2 + s c.x, H / 2 - s c.y)` with `s = pixel_scale / -c.z` (perspective) or
/// `s = pixel_scale` (orthographic).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CameraAnnotation {
    /// perspective or orthographic.
    pub projection: String,
    /// Where the camera stands, angstrom, axes of the structure files.
    pub position_angstrom: [f64; 3],
    /// `R`: rows of the matrix whose columns are the camera's axes.
    pub rotation: [[f64; 3]; 3],
    /// Pixels per unit of x / depth (perspective) or per angstrom (orthographic).
    pub pixel_scale: f64,
    /// Depth of the near plane; nothing nearer is drawn.
    pub near_angstrom: f64,
    /// Depth of the far plane, to which the depth cue refers.
    pub far_angstrom: f64,
}

/// A residue, as an atom names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ResidueName {
    /// Index of the residue; the residue-id plane holds it plus one.
    pub index: u32,
    /// Name, such as `ARG`.
    #[schemars(with = "String")]
    pub name: SmolStr,
    /// Author's sequence number.
    pub number: i32,
    /// Insertion code; empty where there is none.
    #[schemars(with = "String")]
    pub insertion_code: SmolStr,
}

/// What a residue is in its scene.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Of a pocket file.
    Pocket,
    /// Of a ligand file, or of class ligand in any other.
    Ligand,
    /// Protein or nucleic acid that is in no pocket file.
    Polymer,
    /// Water, of any file but a ligand's.
    Water,
    /// A single-atom ion that is in no pocket file.
    Ion,
    /// Points without any known element that are in no ligand file, such as the markers of a
    /// membrane or of a cavity.
    Marker,
}

impl Role {
    /// All roles, in the order of their declaration.
    pub const ALL: [Self; 6] = [
        Self::Pocket,
        Self::Ligand,
        Self::Polymer,
        Self::Water,
        Self::Ion,
        Self::Marker,
    ];

    /// The word of the JSON form.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pocket => "pocket",
            Self::Ligand => "ligand",
            Self::Polymer => "polymer",
            Self::Water => "water",
            Self::Ion => "ion",
            Self::Marker => "marker",
        }
    }
}

/// One drawn atom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AtomAnnotation {
    /// Index of the atom, counted from 0; the atom-id plane holds it plus one.
    pub index: u32,
    /// Atom name, such as `NH2`.
    #[schemars(with = "String")]
    pub name: SmolStr,
    /// Element symbol.
    #[schemars(with = "String")]
    pub element: SmolStr,
    /// Its residue.
    pub residue: ResidueName,
    /// Author's chain id; empty where the file leaves it blank.
    #[schemars(with = "String")]
    pub chain: SmolStr,
    /// What its residue is.
    pub role: Role,
    /// Where its centre falls, uncropped picture; null for an atom that is not in front of a
    /// perspective camera.
    pub x_px: Option<f64>,
    /// See `x_px`; from the top.
    pub y_px: Option<f64>,
    /// The same in the drawn region: `x_px` less the crop's left edge.
    pub crop_x_px: Option<f64>,
    /// The same in the drawn region: `y_px` less the crop's top edge.
    pub crop_y_px: Option<f64>,
    /// Depth of its centre along the view axis, angstrom.
    pub depth_angstrom: f64,
    /// Its centre in camera axes: x to the right, y up, z towards the viewer (negative in front of
    /// the camera). `ChimeraX`'s `getcrd screen` prints these.
    pub camera_angstrom: [f64; 3],
    /// Radius of its sphere, as drawn, times the scale at its centre; null where `x_px` is.
    pub radius_px: Option<f64>,
    /// True when its centre falls into the drawn region and lies behind the near plane.
    pub in_frame: bool,
    /// Pixels whose centre shows it: of the atom-id plane.
    pub visible_pixels: u64,
    /// Pixels whose centre would show it if its own shapes (its sphere and its halves of bonds;
    /// dashes belong to no atom) were the only ones in the same picture.
    pub unoccluded_pixels: u64,
    /// `visible_pixels / unoccluded_pixels`, at most 1; 0 for an atom that would cover no pixel's
    /// centre.
    pub visible_fraction: f64,
}

/// One residue with a drawn atom.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ResidueAnnotation {
    /// Index of the residue, counted from 0; the residue-id plane holds it plus one.
    pub index: u32,
    /// Name, such as `ARG`.
    #[schemars(with = "String")]
    pub name: SmolStr,
    /// Author's sequence number.
    pub number: i32,
    /// Insertion code; empty where there is none.
    #[schemars(with = "String")]
    pub insertion_code: SmolStr,
    /// Author's chain id.
    #[schemars(with = "String")]
    pub chain: SmolStr,
    /// What it is.
    pub role: Role,
    /// Number of its atoms that are drawn.
    pub drawn_atoms: u32,
    /// Box around the pixels that show it, uncropped picture: left, top, width, height. Null when
    /// none does.
    pub box_px: Option<[u32; 4]>,
    /// Box around the pixels that would show it if it were alone; null when none would.
    pub amodal_box_px: Option<[u32; 4]>,
    /// Where the mean position of its drawn atoms falls: x and y, uncropped picture; null where it
    /// is not in front of a perspective camera.
    pub centroid_px: Option<[f64; 2]>,
    /// Mean position of its drawn atoms in camera axes.
    pub centroid_angstrom: [f64; 3],
    /// Pixels whose centre shows it.
    pub visible_pixels: u64,
    /// Pixels whose centre would show it if it were alone.
    pub unoccluded_pixels: u64,
    /// `visible_pixels / unoccluded_pixels`, at most 1; 0 for a residue that would cover no pixel's
    /// centre.
    pub visible_fraction: f64,
}

/// One label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LabelAnnotation {
    /// What it says.
    #[schemars(with = "String")]
    pub text: SmolStr,
    /// Index of the atom that it names, if it names one.
    pub atom: Option<u32>,
    /// Index of the residue that it names, if it names one.
    pub residue: Option<u32>,
    /// Indices of the two atoms whose distance it shows, if it shows one; of a ring or charged
    /// group, whose centre the distance is measured from, the first atom.
    pub distance_of: Option<[u32; 2]>,
    /// Box of its line of text, uncropped picture: left, top, width, height. May reach out of the
    /// picture.
    pub box_px: [f64; 4],
    /// The smallest box of whole pixels that holds all that its letters, without their outline,
    /// touch: left, top, width, height. Null for blanks.
    pub ink_box_px: Option<[i64; 4]>,
    /// Depth of it along the view axis, angstrom.
    pub depth_angstrom: f64,
    /// True when its ink box lies within the drawn region.
    pub in_frame: bool,
    /// Share of its ink box within the uncropped picture that the ink boxes of labels drawn over
    /// it, nearer ones, cover.
    pub covered_fraction: f64,
}

/// The JSON schema (draft 2020-12) of [`Annotations`].
#[must_use]
pub fn schema() -> serde_json::Value {
    molshot_scenes::schema::schema_of::<Annotations>()
}
