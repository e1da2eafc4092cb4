//! The closed ranges of a request's numbers, each declared once: validation, the table of render
//! options and with it help, URLs and the JSON schema take them from here.

use std::fmt::{Debug, Display};

use molshot_molecule::surface::{
    MAX_PROBE_RADIUS_ANGSTROM, MAX_RESOLUTION_ANGSTROM, MIN_RESOLUTION_ANGSTROM,
};

use crate::error::SceneError;

/// A closed range of numbers.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct NumberRange<T> {
    /// Least value.
    pub min: T,
    /// Largest value.
    pub max: T,
}

/// Horizontal field of view, degrees.
pub const FOV_DEGREES: NumberRange<f64> = NumberRange::new(1.0, 170.0);
/// Width and height of a picture, pixels.
pub const EDGE_PX: NumberRange<u32> = NumberRange::new(1, 16_384);
/// Quality of a JPEG.
pub const JPEG_QUALITY: NumberRange<u8> = NumberRange::new(1, 100);
/// Radius of bonds, angstrom.
pub const STICK_RADIUS_ANGSTROM: NumberRange<f64> = NumberRange::new(0.01, 5.0);
/// Radius of balls as a multiple of the van der Waals radius.
pub const BALL_SCALE: NumberRange<f64> = NumberRange::new(0.01, 5.0);
/// Decimals of the distances of pseudobonds.
pub const DISTANCE_DECIMALS: NumberRange<u8> = NumberRange::new(0, 6);
/// Path segments of a cartoon from one residue to the next.
pub const CARTOON_DIVISIONS: NumberRange<u8> = NumberRange::new(2, 40);
/// Height of a line of text in the scene, angstrom.
pub const LABEL_SIZE_ANGSTROM: NumberRange<f64> = NumberRange::new(0.05, 20.0);
/// Height of a line of text in the picture, pixels.
pub const LABEL_SIZE_PX: NumberRange<f64> = NumberRange::new(2.0, 512.0);
/// Width of the outline of letters, pixels; 0 is none.
pub const LABEL_OUTLINE_PX: NumberRange<f64> = NumberRange::new(0.0, 4.0);
/// Width of silhouette lines, pixels.
pub const SILHOUETTE_WIDTH_PX: NumberRange<f64> = NumberRange::new(0.25, 8.0);
/// Least difference in depth that makes a silhouette line, as a fraction of the distance between
/// the near and the far plane.
pub const SILHOUETTE_DEPTH_JUMP: NumberRange<f64> = NumberRange::new(0.0001, 1.0);
/// Distance up to which surfaces darken each other, angstrom.
pub const OCCLUSION_RADIUS_ANGSTROM: NumberRange<f64> = NumberRange::new(0.1, 50.0);
/// Radius of the probe of a molecular surface, angstrom.
pub const PROBE_RADIUS_ANGSTROM: NumberRange<f64> =
    NumberRange::new(0.0, MAX_PROBE_RADIUS_ANGSTROM);
/// Spacing of the grid of a molecular surface, angstrom.
pub const SURFACE_RESOLUTION_ANGSTROM: NumberRange<f64> =
    NumberRange::new(MIN_RESOLUTION_ANGSTROM, MAX_RESOLUTION_ANGSTROM);
/// Share of what is behind a mesh that it hides.
pub const OPACITY: NumberRange<f64> = NumberRange::new(0.0, 1.0);
/// Strength of ambient occlusion.
pub const OCCLUSION_STRENGTH: NumberRange<f64> = NumberRange::new(0.0, 4.0);

impl<T> NumberRange<T> {
    /// The range from `min` to `max`, both included.
    pub(crate) const fn new(min: T, max: T) -> Self {
        Self { min, max }
    }
}

impl<T: PartialOrd + Copy + Debug + Display> NumberRange<T> {
    /// Whether a number is within the range; not-a-number never is.
    #[must_use]
    pub fn contains(self, number: T) -> bool {
        (self.min..=self.max).contains(&number)
    }

    /// Checks the number that a JSON pointer leads to.
    ///
    /// # Errors
    /// [`SceneError::Invalid`] with the pointer and the range.
    pub(crate) fn check(self, pointer: &str, number: T) -> Result<(), SceneError> {
        self.check_with(pointer, number, || format!("{number:?} is out of range"))
    }

    /// As [`Self::check`], with a message of its own.
    pub(crate) fn check_with(
        self,
        pointer: &str,
        number: T,
        problem: impl FnOnce() -> String,
    ) -> Result<(), SceneError> {
        if self.contains(number) {
            return Ok(());
        }
        let Self { min, max } = self;
        Err(SceneError::invalid(
            pointer,
            problem(),
            format!("give {min} to {max}"),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::{FOV_DEGREES, JPEG_QUALITY};

    #[test]
    fn both_ends_are_within_and_not_a_number_is_not() {
        assert!(FOV_DEGREES.contains(1.0) && FOV_DEGREES.contains(170.0));
        for number in [0.999, 170.001, f64::NAN, f64::INFINITY] {
            let error = FOV_DEGREES.check("/camera/fov_degrees", number);
            let error = error.expect_err("out of range");
            assert_eq!(error.pointer(), Some("/camera/fov_degrees"));
            assert!(error.to_string().ends_with("give 1 to 170"), "{error}");
        }
        assert!(JPEG_QUALITY.check("/output/jpeg_quality", 101).is_err());
    }
}
