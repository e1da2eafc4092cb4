//! What drawing a job gives.

use std::time::Duration;

/// How long the stages of one picture took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timings {
    /// Sending a new scene to the device; zero when it was there already.
    pub upload: Duration,
    /// From the first command to the last pixel on the device's side, as seen from outside.
    pub draw: Duration,
    /// Copying the planes into the frame.
    pub read_back: Duration,
}

/// Pixels: rows from top to bottom, without padding. A plane that was not asked for is `None`.
///
/// All planes but `color` hold what the ray through the middle of the pixel meets; `color` is the mean of the job's samples.
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
    /// Unit normal in camera axes (x right, y up, z towards the viewer), turned towards the viewer; zero where nothing is met.
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

impl Frame {
    /// Number of pixels.
    #[must_use]
    pub fn pixel_count(&self) -> usize {
        self.width_px as usize * self.height_px as usize
    }
}
