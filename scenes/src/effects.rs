//! What a finished picture's depth can add to it: silhouettes, ambient occlusion and shadows. The
//! renderer makes them on the CPU, from the planes that a backend drew, so that all backends give
//! the same.

use crate::error::SceneError;

/// Lines where a surface ends in front of another one or of the background, on the farther side.
///
/// A point of the picture belongs to a line when some point within `width_px` of it is nearer than
/// it by more than `depth_jump` of the way from the near to the far plane. Lines do not fade with
/// depth, as `ChimeraX`'s do not (user guide, `graphics silhouettes`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Silhouettes {
    /// Width of the lines, pixels; [`Silhouettes::WIDTHS_PX`].
    pub width_px: f32,
    /// Least difference of depths, as a share of the way from the near to the far plane; above 0,
    /// at most 1.
    pub depth_jump: f32,
    /// sRGB colour.
    pub color: [u8; 3],
}

impl Silhouettes {
    /// Narrowest and widest line.
    pub const WIDTHS_PX: [f32; 2] = [0.25, 8.0];
    /// `ChimeraX`'s: one pixel, black, a jump of 0.03.
    pub const DEFAULT: Self = Self {
        width_px: 1.0,
        depth_jump: 0.03,
        color: [0; 3],
    };
}

/// Ambient occlusion: darkening of places that little light from around reaches, such as gaps.
///
/// The share of the half of space above a surface that is hidden by what the picture shows within a
/// distance, estimated from depths and normals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AmbientOcclusion {
    /// How far away surfaces still darken, angstrom; [`AmbientOcclusion::RADII_ANGSTROM`].
    pub radius_angstrom: f32,
    /// How dark it gets: 0 is not at all, 1 is as usual, at most
    /// [`AmbientOcclusion::MAX_STRENGTH`].
    pub strength: f32,
}

impl AmbientOcclusion {
    /// Least and greatest distance.
    pub const RADII_ANGSTROM: [f32; 2] = [0.1, 50.0];
    /// Greatest strength.
    pub const MAX_STRENGTH: f32 = 4.0;
    /// Four angstrom: the neighbours of an atom, and theirs.
    pub const DEFAULT: Self = Self {
        radius_angstrom: 4.0,
        strength: 1.0,
    };
}

/// What is made of a picture's depth. By default nothing.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Effects {
    /// Lines around spheres and cylinders.
    pub silhouettes: Option<Silhouettes>,
    /// Darkness in gaps.
    pub ambient_occlusion: Option<AmbientOcclusion>,
    /// The key light casts shadows.
    pub shadows: bool,
}

impl Effects {
    /// True when there are none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.silhouettes.is_none() && self.ambient_occlusion.is_none() && !self.shadows
    }
}

impl Effects {
    /// Checks all numbers.
    pub(crate) fn check(&self) -> Result<(), SceneError> {
        let mut numbers = Vec::new();
        if let Some(lines) = self.silhouettes {
            let [least, most] = Silhouettes::WIDTHS_PX;
            numbers.push(("/silhouettes/width_px", lines.width_px, least, most));
            // Nothing above 0 is less.
            let least = f32::MIN_POSITIVE;
            numbers.push(("/silhouettes/depth_jump", lines.depth_jump, least, 1.0));
        }
        if let Some(occlusion) = self.ambient_occlusion {
            let [least, most] = AmbientOcclusion::RADII_ANGSTROM;
            let radius = occlusion.radius_angstrom;
            numbers.push(("/ambient_occlusion/radius_angstrom", radius, least, most));
            let most = AmbientOcclusion::MAX_STRENGTH;
            numbers.push(("/ambient_occlusion/strength", occlusion.strength, 0.0, most));
        }
        for (pointer, number, least, most) in numbers {
            if !(least..=most).contains(&number) {
                return Err(SceneError::invalid(
                    pointer,
                    format!("{number:?} is out of range"),
                    format!("give {least:?} to {most:?}"),
                ));
            }
        }
        Ok(())
    }
}
