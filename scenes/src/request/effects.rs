//! The keys of a request for silhouettes and ambient occlusion.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::colors::Rgb;
use crate::effects::{AmbientOcclusion, Effects, Silhouettes};
use crate::error::SceneError;
use crate::ranges;

/// Lines where a surface ends in front of another one or of the background.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct SilhouetteRequest {
    /// Width of the lines, pixels.
    pub width_px: f64,
    /// Least difference of depths that makes a line, as a share of the way from the near to the far
    /// plane.
    pub depth_jump: f64,
    /// Colour of the lines.
    pub color: Rgb,
}

impl Default for SilhouetteRequest {
    /// One pixel, black, 0.03: `ChimeraX`'s.
    fn default() -> Self {
        Self {
            width_px: 1.0,
            depth_jump: 0.03,
            color: Rgb::BLACK,
        }
    }
}

/// Ambient occlusion: darkening of places that little light from around reaches, estimated
/// from the depth plane.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct AmbientOcclusionRequest {
    /// How far away surfaces still darken, angstrom.
    pub radius_angstrom: f64,
    /// How dark it gets: 0 is not at all, 1 is as usual.
    pub strength: f64,
}

impl Default for AmbientOcclusionRequest {
    /// Four angstrom, as dark as estimated.
    fn default() -> Self {
        Self {
            radius_angstrom: 4.0,
            strength: 1.0,
        }
    }
}

/// The effects of a request, with their numbers checked.
///
/// # Errors
/// [`SceneError::Invalid`] with a JSON pointer.
pub(crate) fn effects(
    silhouettes: Option<SilhouetteRequest>,
    ambient_occlusion: Option<AmbientOcclusionRequest>,
    shadows: bool,
) -> Result<Effects, SceneError> {
    let silhouettes = silhouettes.map(|lines| -> Result<_, SceneError> {
        let (width, jump) = (lines.width_px, lines.depth_jump);
        ranges::SILHOUETTE_WIDTH_PX.check("/style/silhouettes/width_px", width)?;
        ranges::SILHOUETTE_DEPTH_JUMP.check("/style/silhouettes/depth_jump", jump)?;
        Ok(Silhouettes {
            width_px: width as f32,
            depth_jump: jump as f32,
            color: lines.color.0,
        })
    });
    let ambient_occlusion = ambient_occlusion.map(|occlusion| -> Result<_, SceneError> {
        let (radius, strength) = (occlusion.radius_angstrom, occlusion.strength);
        let pointer = "/style/ambient_occlusion/radius_angstrom";
        ranges::OCCLUSION_RADIUS_ANGSTROM.check(pointer, radius)?;
        ranges::OCCLUSION_STRENGTH.check("/style/ambient_occlusion/strength", strength)?;
        Ok(AmbientOcclusion {
            radius_angstrom: radius as f32,
            strength: strength as f32,
        })
    });
    Ok(Effects {
        silhouettes: silhouettes.transpose()?,
        ambient_occlusion: ambient_occlusion.transpose()?,
        shadows,
    })
}
