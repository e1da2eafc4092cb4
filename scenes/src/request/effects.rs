//! What a request says about silhouettes and ambient occlusion.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::colors::Rgb;
use crate::effects::{AmbientOcclusion, Effects, Silhouettes};
use crate::error::SceneError;

/// Lines where a surface stands in front of another or of the background.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct SilhouetteRequest {
    /// Width of the lines, pixels.
    #[schemars(range(min = 0.25, max = 8.0))]
    pub width_px: f64,
    /// Least difference of depths that makes a line, as a share of the way from the near to the far
    /// plane.
    #[schemars(range(min = 0.0001, max = 1.0))]
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
    #[schemars(range(min = 0.1, max = 50.0))]
    pub radius_angstrom: f64,
    /// How dark it gets: 0 is not at all, 1 is as usual.
    #[schemars(range(min = 0.0, max = 4.0))]
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

/// What the two say, checked.
///
/// # Errors
/// [`SceneError::Invalid`] with a JSON pointer.
pub(crate) fn effects(
    silhouettes: Option<SilhouetteRequest>,
    ambient_occlusion: Option<AmbientOcclusionRequest>,
    shadows: bool,
) -> Result<Effects, SceneError> {
    let check = |pointer: &str, number: f64, least: f64, most: f64| {
        if (least..=most).contains(&number) {
            return Ok(number as f32);
        }
        Err(SceneError::invalid(
            pointer,
            format!("{number:?} is out of range"),
            format!("give {least} to {most}"),
        ))
    };
    let silhouettes = silhouettes.map(|lines| {
        Ok(Silhouettes {
            width_px: check("/style/silhouettes/width_px", lines.width_px, 0.25, 8.0)?,
            depth_jump: check(
                "/style/silhouettes/depth_jump",
                lines.depth_jump,
                0.0001,
                1.0,
            )?,
            color: lines.color.0,
        })
    });
    let ambient_occlusion = ambient_occlusion.map(|occlusion| {
        let (radius, strength) = (occlusion.radius_angstrom, occlusion.strength);
        Ok(AmbientOcclusion {
            radius_angstrom: check(
                "/style/ambient_occlusion/radius_angstrom",
                radius,
                0.1,
                50.0,
            )?,
            strength: check("/style/ambient_occlusion/strength", strength, 0.0, 4.0)?,
        })
    });
    Ok(Effects {
        silhouettes: silhouettes.transpose()?,
        ambient_occlusion: ambient_occlusion.transpose()?,
        shadows,
    })
}
