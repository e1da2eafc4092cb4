//! Ranges and contradictions: what the form alone does not say.

use super::labels::validate_texts;
use super::{
    BackgroundRequest, CameraRequest, ColorScheme, ImageFormat, OutputRequest, RenderRequest,
    SCHEMA_VERSION, StructureSource, StyleRequest,
};
use crate::error::SceneError;
use crate::job::{MAX_EDGE_PX, Plane};
use crate::{picture, transforms};

/// Radii and scales lie between this ...
const MIN_SIZE: f64 = 0.01;
/// ... and this.
const MAX_SIZE: f64 = 5.0;
/// Most decimals of a distance.
const MAX_DECIMALS: u8 = 6;

impl RenderRequest {
    /// Checks every value; commands and selection are parsed. Documents read here have passed
    /// already; a request that was put together from flags has not.
    ///
    /// # Errors
    /// [`SceneError::Invalid`] with a JSON pointer, [`SceneError::Command`] or
    /// [`SceneError::Selection`].
    pub fn validate(&self) -> Result<(), SceneError> {
        if self.schema_version != SCHEMA_VERSION {
            return Err(SceneError::invalid(
                "/schema_version",
                format!("schema version {} is not known here", self.schema_version),
                format!("give {SCHEMA_VERSION}"),
            ));
        }
        self.structure.validate()?;
        self.style.validate()?;
        self.camera.validate()?;
        self.output.validate()?;
        self.check_transparency()?;
        self.selection()?;
        self.view_commands()?;
        transforms::validate(&self.transforms)
    }

    fn check_transparency(&self) -> Result<(), SceneError> {
        let transparent = self.style.background == BackgroundRequest::Transparent;
        let colored = self.output.planes.contains(&Plane::Color);
        if transparent && colored && self.output.format == Some(ImageFormat::Jpeg) {
            return Err(SceneError::invalid(
                "/output/format",
                "JPEG has no transparency".into(),
                "use png or webp, or give a background colour".into(),
            ));
        }
        Ok(())
    }
}

impl StructureSource {
    fn validate(&self) -> Result<(), SceneError> {
        let empty = |pointer: &str, remedy: &str| {
            Err(SceneError::invalid(
                pointer,
                "nothing is named".into(),
                remedy.into(),
            ))
        };
        match self {
            Self::Id { id } if id.is_empty() => empty("/structure/id", "give the structure's id"),
            Self::Files { files } if files.is_empty() => {
                empty("/structure/files", "give at least one file")
            }
            Self::Paths { paths } if paths.is_empty() => {
                empty("/structure/paths", "give at least one path")
            }
            Self::Files { files } => match files.iter().position(|file| file.name.is_empty()) {
                Some(index) => empty(
                    &format!("/structure/files/{index}/name"),
                    "give a file name such as x_pocket.pdb",
                ),
                None => Ok(()),
            },
            _ => Ok(()),
        }
    }
}

impl StyleRequest {
    /// Checks sizes and colours.
    pub(crate) fn validate(&self) -> Result<(), SceneError> {
        self.label_style.validate()?;
        validate_texts(&self.texts)?;
        let sizes = [
            ("/style/stick_radius_angstrom", self.stick_radius_angstrom),
            ("/style/ball_scale", self.ball_scale),
        ];
        for (pointer, size) in sizes {
            if let Some(size) = size
                && !(MIN_SIZE..=MAX_SIZE).contains(&size)
            {
                return Err(SceneError::invalid(
                    pointer,
                    format!("{size:?} is out of range"),
                    format!("give {MIN_SIZE} to {MAX_SIZE}"),
                ));
            }
        }
        if let Some(decimals) = self.pseudobond_distances
            && decimals > MAX_DECIMALS
        {
            return Err(SceneError::invalid(
                "/style/pseudobond_distances",
                format!("{decimals} decimals are too many"),
                format!("give 0 to {MAX_DECIMALS}"),
            ));
        }
        super::effects(self.silhouettes, self.ambient_occlusion, self.shadows)?;
        picture::validate(self)?;
        match (self.colors, self.color) {
            (Some(ColorScheme::Uniform), None) => Err(SceneError::invalid(
                "/style/color",
                "the colour scheme uniform needs a colour".into(),
                "give \"color\" (--color on the command line), such as \"#4477aa\"".into(),
            )),
            (Some(ColorScheme::Uniform), Some(_)) | (_, None) => Ok(()),
            (_, Some(_)) => Err(SceneError::invalid(
                "/style/color",
                "this colour would not be used".into(),
                "set \"colors\" to \"uniform\" (--colors uniform on the command line), or leave \"color\" out".into(),
            )),
        }
    }
}

impl CameraRequest {
    /// Checks the field of view.
    pub(crate) fn validate(&self) -> Result<(), SceneError> {
        if (1.0..=170.0).contains(&self.fov_degrees) {
            return Ok(());
        }
        Err(SceneError::invalid(
            "/camera/fov_degrees",
            format!(
                "a field of view of {:?} degrees is out of range",
                self.fov_degrees
            ),
            "give 1 to 170".into(),
        ))
    }
}

impl OutputRequest {
    fn validate(&self) -> Result<(), SceneError> {
        let edges = [
            ("/output/width_px", self.width_px),
            ("/output/height_px", self.height_px),
        ];
        for (pointer, edge) in edges {
            check_edge(pointer, edge)?;
        }
        if !(1..=100).contains(&self.jpeg_quality) {
            return Err(SceneError::invalid(
                "/output/jpeg_quality",
                format!("a quality of {} is out of range", self.jpeg_quality),
                "give 1 to 100".into(),
            ));
        }
        if self.planes.is_empty() {
            return Err(SceneError::invalid(
                "/output/planes",
                "no plane is asked for".into(),
                "name at least one, such as color or depth".into(),
            ));
        }
        Ok(())
    }
}

/// Checks the length of one edge of a picture.
pub(crate) fn check_edge(pointer: &str, edge_px: u32) -> Result<(), SceneError> {
    if (1..=MAX_EDGE_PX).contains(&edge_px) {
        return Ok(());
    }
    Err(SceneError::invalid(
        pointer,
        format!("the picture cannot be {edge_px} pixels along an edge"),
        format!("give 1 to {MAX_EDGE_PX}"),
    ))
}
