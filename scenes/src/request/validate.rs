//! Ranges and contradictions: what the form alone does not say.

use molshot_molecule::Selection;

use super::labels::validate_texts;
use super::residue;
use super::surface::validate_opacities;
use super::{
    BackgroundRequest, CameraRequest, ColorScheme, ImageFormat, MAX_PALETTE_COLORS, OutputRequest,
    RenderRequest, SceneDocument, StructureSource, StyleRequest,
};
use crate::error::SceneError;
use crate::job::Plane;
use crate::ranges;
use crate::transforms;

impl RenderRequest {
    /// Checks every value; commands and selection are parsed. Documents read here have passed
    /// already; a request that was put together from flags has not.
    ///
    /// # Errors
    /// [`SceneError::Invalid`] with a JSON pointer, [`SceneError::Command`] or
    /// [`SceneError::Selection`].
    pub fn validate(&self) -> Result<(), SceneError> {
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

impl SceneDocument {
    /// Checks every value. Documents that were read from JSON have passed already.
    ///
    /// # Errors
    /// [`SceneError::Invalid`] for the structure, and as [`RenderRequest::validate`].
    pub fn validate(&self) -> Result<(), SceneError> {
        self.structure.validate()?;
        self.reading.to_reading()?;
        self.request.validate()
    }
}

impl StructureSource {
    pub(super) fn validate(&self) -> Result<(), SceneError> {
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
        if let Some(radius) = self.stick_radius_angstrom {
            ranges::STICK_RADIUS_ANGSTROM.check("/style/stick_radius_angstrom", radius)?;
        }
        if let Some(scale) = self.ball_scale {
            ranges::BALL_SCALE.check("/style/ball_scale", scale)?;
        }
        if let Some(divisions) = self.cartoon_divisions {
            let problem = || format!("{divisions} path segments per residue are out of range");
            let pointer = "/style/cartoon_divisions";
            ranges::CARTOON_DIVISIONS.check_with(pointer, divisions, problem)?;
        }
        self.cartoon_selection()?;
        if let Some(decimals) = self.pseudobond_distances {
            let problem = || format!("{decimals} decimals are too many");
            let pointer = "/style/pseudobond_distances";
            ranges::DISTANCE_DECIMALS.check_with(pointer, decimals, problem)?;
        }
        super::effects(self.silhouettes, self.ambient_occlusion, self.shadows)?;
        residue::validate(self)?;
        if let Some(surface) = &self.surface {
            surface.validate()?;
        }
        validate_opacities(&self.opacities)?;
        self.check_palette()?;
        match (self.colors, self.color) {
            (Some(ColorScheme::Uniform), None) => Err(SceneError::invalid(
                "/style/color",
                "the colour scheme uniform needs a colour".into(),
                "give the option color, such as #4477aa".into(),
            )),
            (Some(ColorScheme::Uniform), Some(_)) | (_, None) => Ok(()),
            (_, Some(_)) => Err(SceneError::invalid(
                "/style/color",
                "this colour would not be used".into(),
                "set the colour scheme to uniform (option colors), or leave the colour out".into(),
            )),
        }
    }
}

impl StyleRequest {
    /// The residues that are drawn as a cartoon, parsed; `None` where the preset decides.
    ///
    /// # Errors
    /// [`SceneError::Selection`].
    pub(crate) fn cartoon_selection(&self) -> Result<Option<&Selection>, SceneError> {
        let text = self.cartoon.as_ref();
        text.map(|text| text.at(|| "/style/cartoon".into()))
            .transpose()
    }

    fn check_palette(&self) -> Result<(), SceneError> {
        let pointer = "/style/palette";
        if self.palette.len() > MAX_PALETTE_COLORS {
            return Err(SceneError::invalid(
                pointer,
                format!("the palette has {} colours", self.palette.len()),
                format!("give at most {MAX_PALETTE_COLORS}"),
            ));
        }
        let takes_palette = matches!(
            self.color_scheme(),
            ColorScheme::Chain | ColorScheme::Copy | ColorScheme::Model
        );
        if self.palette.is_empty() || takes_palette {
            return Ok(());
        }
        Err(SceneError::invalid(
            pointer,
            "this palette would not be used".into(),
            "set the colour scheme to chain, copy or model (option colors), or leave the palette out"
                .into(),
        ))
    }
}

impl CameraRequest {
    /// Checks the field of view.
    pub(crate) fn validate(&self) -> Result<(), SceneError> {
        let degrees = self.fov_degrees;
        ranges::FOV_DEGREES.check_with("/camera/fov_degrees", degrees, || {
            format!("a field of view of {degrees:?} degrees is out of range")
        })
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
        let quality = self.jpeg_quality;
        ranges::JPEG_QUALITY.check_with("/output/jpeg_quality", quality, || {
            format!("a quality of {quality} is out of range")
        })?;
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
    ranges::EDGE_PX.check_with(pointer, edge_px, || {
        format!("the picture cannot be {edge_px} pixels along an edge")
    })
}
