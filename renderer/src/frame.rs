//! What drawing a job gives.

use std::time::Duration;

use crate::error::RenderError;

/// How long the stages of one picture took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timings {
    /// Sending a new scene to the device; zero when it was there already.
    pub upload: Duration,
    /// From the first command to the last pixel on the device's side, as seen from outside.
    pub draw: Duration,
    /// Copying the planes into the frame.
    pub read_back: Duration,
    /// Drawing labels over the picture; zero when there are none.
    pub labels: Duration,
}

/// Pixels: rows from top to bottom, without padding. A plane that was not asked for is `None`.
///
/// All planes but `color` hold what the ray through the middle of the pixel meets; `color` is the
/// mean of the job's samples.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Frame {
    /// Width of the drawn region.
    pub width_px: u32,
    /// Height of the drawn region.
    pub height_px: u32,
    /// Four bytes a pixel: sRGB and straight (not premultiplied) alpha.
    pub color_rgba: Option<Vec<u8>>,
    /// True when `color_rgba` may have alpha below 255.
    pub transparent: bool,
    /// Depth along the view axis, angstrom; positive infinity where nothing is met.
    pub depth_angstrom: Option<Vec<f32>>,
    /// Steps of a 16-bit depth picture per angstrom: 100 (hundredths of an angstrom, that is
    /// picometres) where the view's far plane fits into 16 bits, else 10, else 1. It depends on the
    /// view alone, so a crop has the same steps as the whole.
    pub depth_units_per_angstrom: u32,
    /// Unit normal in camera axes (x right, y up, z towards the viewer), turned towards the viewer;
    /// zero where nothing is met.
    pub normal: Option<Vec<[f32; 3]>>,
    /// Atom index + 1; 0 where nothing is met.
    pub atom_id: Option<Vec<u32>>,
    /// Residue index + 1; 0 where nothing is met.
    pub residue_id: Option<Vec<u32>>,
    /// Name of the adapter that drew it.
    pub adapter: String,
    /// How long it took.
    pub timings: Timings,
}

/// Steps of a 16-bit depth picture per angstrom for a view whose far plane has this depth. Beyond
/// 65,535 angstrom even single angstroms do not fit: such depths are 65,535 in the picture, and
/// exact in the array.
pub(crate) fn depth_units_per_angstrom(far_angstrom: f64) -> u32 {
    [100_u32, 10]
        .into_iter()
        .find(|units| far_angstrom * f64::from(*units) <= f64::from(u16::MAX))
        .unwrap_or(1)
}

/// A plane of `count` equal values.
///
/// # Errors
/// [`RenderError::OutOfHostMemory`] instead of ending the program: the size of a picture is its
/// caller's choice.
pub(crate) fn filled<T: Clone>(count: usize, value: T) -> Result<Vec<T>, RenderError> {
    let mut plane = Vec::new();
    plane
        .try_reserve_exact(count)
        .map_err(|_| RenderError::OutOfHostMemory {
            needed_bytes: count.saturating_mul(size_of::<T>()) as u64,
        })?;
    plane.resize(count, value);
    Ok(plane)
}

impl Frame {
    /// What is said of it beside its planes.
    pub(crate) fn without_planes(&self) -> Self {
        Self {
            width_px: self.width_px,
            height_px: self.height_px,
            color_rgba: None,
            transparent: self.transparent,
            depth_angstrom: None,
            depth_units_per_angstrom: self.depth_units_per_angstrom,
            normal: None,
            atom_id: None,
            residue_id: None,
            adapter: self.adapter.clone(),
            timings: self.timings,
        }
    }

    /// What the memory of its planes comes to, bytes.
    pub(crate) fn held_bytes(&self) -> usize {
        fn of<T>(plane: Option<&Vec<T>>) -> usize {
            plane.map_or(0, |plane| plane.capacity() * size_of::<T>())
        }
        of(self.color_rgba.as_ref())
            + of(self.depth_angstrom.as_ref())
            + of(self.normal.as_ref())
            + of(self.atom_id.as_ref())
            + of(self.residue_id.as_ref())
    }

    /// Number of pixels.
    #[must_use]
    pub fn pixel_count(&self) -> usize {
        self.width_px as usize * self.height_px as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_steps_are_the_finest_that_the_far_plane_allows() {
        assert_eq!(depth_units_per_angstrom(100.0), 100);
        assert_eq!(depth_units_per_angstrom(655.35), 100);
        assert_eq!(depth_units_per_angstrom(655.36), 10);
        assert_eq!(depth_units_per_angstrom(6553.5), 10);
        assert_eq!(depth_units_per_angstrom(6553.6), 1);
        assert_eq!(depth_units_per_angstrom(1e9), 1);
    }

    #[test]
    fn memory_that_is_not_there_is_an_error() {
        let error = filled(usize::MAX / 16, [0.0_f32; 3]).expect_err("more than there is");
        assert_eq!(error.code(), "out_of_memory");
        assert_eq!(filled(3, 7_u32).expect("twelve bytes"), [7, 7, 7]);
    }
}
