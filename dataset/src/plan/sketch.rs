//! Small pictures without labels, by which it is judged whether a question can be answered.
//!
//! A sketch is drawn by the built-in rasteriser from the very scene and camera of the picture, at
//! most [`EDGE_PX`] pixels an edge and one sample a pixel. Two measures tell how far two sketches
//! differ:
//!
//! - **pixel distance**: of the pixels where either shows something, the share that differs by more
//!   than [`CHANGE`] levels in a channel;
//! - **perceptual distance**: the root mean square difference of luminance (ITU-R BT.601 weights)
//!   over a grid of 16 x 16 means: what is left when one squints.

use molshot_renderer::software::SoftwareBackend;
use molshot_renderer::{Backend, RenderError};
use molshot_scenes::{Camera, PreparedScene, parse_commands};

use crate::picture::{Picture, PictureSize};

/// Longer edge of a sketch, pixels.
pub const EDGE_PX: u32 = 64;
/// Levels (of 255) by which a pixel must differ to count.
pub const CHANGE: u8 = 24;
/// Cells of the perceptual grid along an edge.
const GRID: usize = 16;

/// A small picture.
#[derive(Debug, Clone)]
pub struct Sketch {
    rgba: Vec<u8>,
    width: usize,
    grid: [f32; GRID * GRID],
}

/// How far two sketches differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distance {
    /// Share of the pixels that show something.
    pub pixels: f32,
    /// Levels of 255.
    pub perceptual: f32,
}

impl Sketch {
    fn new(rgba: Vec<u8>, width: usize) -> Self {
        let height = rgba.len() / 4 / width.max(1);
        let mut sums = [0_u32; GRID * GRID];
        let mut counts = [0_u32; GRID * GRID];
        let columns: Vec<usize> = (0..width).map(|x| x * GRID / width).collect();
        for (y, row) in rgba.chunks_exact(width * 4).enumerate() {
            let line = y * GRID / height.max(1) * GRID;
            for (column, pixel) in columns.iter().zip(row.chunks_exact(4)) {
                counts[line + column] += 1;
                // Thousandths of a level.
                sums[line + column] += 299 * u32::from(pixel[0])
                    + 587 * u32::from(pixel[1])
                    + 114 * u32::from(pixel[2]);
            }
        }
        let mut grid = [0.0; GRID * GRID];
        for (mean, (sum, count)) in grid.iter_mut().zip(sums.into_iter().zip(counts)) {
            *mean = sum as f32 / (1000 * count.max(1)) as f32;
        }
        Self { rgba, width, grid }
    }

    /// How far this one is from another of the same size.
    #[must_use]
    pub fn distance(&self, other: &Self) -> Distance {
        debug_assert_eq!(
            (self.width, self.rgba.len()),
            (other.width, other.rgba.len())
        );
        let (mut shown, mut changed) = (0_u32, 0_u32);
        // Without branches, so that the compiler takes many pixels at a time.
        for (a, b) in self.rgba.chunks_exact(4).zip(other.rgba.chunks_exact(4)) {
            let something = a[0] | a[1] | a[2] | b[0] | b[1] | b[2] != 0;
            shown += u32::from(something);
            let differs = |channel: usize| a[channel].abs_diff(b[channel]);
            let most = differs(0).max(differs(1)).max(differs(2));
            changed += u32::from(most > CHANGE);
        }
        let squares: f32 = self
            .grid
            .iter()
            .zip(&other.grid)
            .map(|(a, b)| (a - b) * (a - b))
            .sum();
        Distance {
            pixels: changed as f32 / shown.max(1) as f32,
            perceptual: (squares / (GRID * GRID) as f32).sqrt(),
        }
    }
}

/// Draws sketches. Each thread has its own.
#[derive(Debug)]
pub struct Sketcher {
    backend: SoftwareBackend,
    size: PictureSize,
}

impl Sketcher {
    /// For pictures of a size.
    #[must_use]
    pub fn new(size: PictureSize) -> Self {
        let longer = size.width_px.max(size.height_px);
        let scaled = |edge: u32| (edge * EDGE_PX.min(longer)).div_ceil(longer).max(1);
        Self {
            backend: SoftwareBackend::new(),
            size: PictureSize {
                width_px: scaled(size.width_px),
                height_px: scaled(size.height_px),
                samples: 1,
            },
        }
    }

    /// Size of the sketches.
    #[must_use]
    pub fn size(&self) -> PictureSize {
        self.size
    }

    /// Draws what a scene looks like after commands. `None` when the commands lead nowhere, which
    /// is for the asker a picture without anything in it.
    ///
    /// # Errors
    /// When drawing fails.
    pub fn draw(
        &mut self,
        prepared: &PreparedScene,
        fitted: &Camera,
        commands: &[String],
    ) -> Result<Option<Sketch>, RenderError> {
        let mut camera = fitted.clone();
        let Ok(commands) = parse_commands(&commands.join(";")) else {
            return Ok(None);
        };
        if camera
            .apply(&commands, &prepared.scene().structure)
            .is_err()
        {
            return Ok(None);
        }
        let Ok(job) = prepared.job_from(&camera) else {
            return Ok(None);
        };
        let mut frame = self.backend.draw(&job)?;
        let width = frame.width_px as usize;
        let sketch = frame.color_rgba.take().map(|rgba| Sketch::new(rgba, width));
        self.backend.recycle(frame);
        Ok(sketch)
    }

    /// Draws a picture's atom ids: index + 1, 0 where nothing is.
    ///
    /// # Errors
    /// When drawing fails.
    pub fn ids(&mut self, job: &molshot_scenes::RenderJob) -> Result<Vec<u32>, RenderError> {
        let mut frame = self.backend.draw(job)?;
        let ids = frame.atom_id.take().unwrap_or_default();
        self.backend.recycle(frame);
        Ok(ids)
    }
}

/// The request of a picture as a sketch.
#[must_use]
pub fn request(picture: &Picture, size: PictureSize) -> molshot_scenes::RenderRequest {
    let mut request = picture.request(size);
    request.style.labels = molshot_scenes::request::LabelContent::None;
    request
}
