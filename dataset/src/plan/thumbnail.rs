//! Small pictures without labels, which decide whether a question can be answered.
//!
//! A thumbnail is rendered by the built-in rasteriser from the scene and camera of the picture,
//! with at most [`EDGE_PX`] pixels per edge and one sample per pixel. There are two measures of the
//! difference of two thumbnails:
//!
//! - **pixel distance**: of the pixels that are not black in both, the share that differs by more
//!   than [`CHANGE_LEVELS`] in a channel;
//! - **perceptual distance**: the root mean square difference of luminance (ITU-R BT.601 weights),
//!   averaged over the cells of a grid of 16 x 16. It ignores fine detail.

use molshot_renderer::software::SoftwareBackend;
use molshot_renderer::{Backend, RenderError};
use molshot_scenes::{Camera, PreparedScene, parse_commands};

use crate::picture::{PictureSize, PictureSpec};

/// Longer edge of a thumbnail, in pixels.
pub const EDGE_PX: u32 = 64;
/// Difference in levels (of 255) above which a pixel counts as changed.
pub const CHANGE_LEVELS: u8 = 24;
/// Number of cells of the perceptual grid along an edge.
const GRID: usize = 16;

/// A rendered thumbnail with its perceptual grid.
#[derive(Debug, Clone)]
pub struct Thumbnail {
    rgba: Vec<u8>,
    width: usize,
    grid: [f32; GRID * GRID],
}

/// The difference of two thumbnails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Distance {
    /// Share of changed pixels among those that are not black in both.
    pub pixels: f32,
    /// Root mean square difference of luminance, in levels of 255.
    pub perceptual: f32,
}

impl Thumbnail {
    fn new(rgba: Vec<u8>, width: usize) -> Self {
        let height = rgba.len() / 4 / width.max(1);
        let mut sums = [0_u32; GRID * GRID];
        let mut counts = [0_u32; GRID * GRID];
        let columns: Vec<usize> = (0..width).map(|x| x * GRID / width).collect();
        for (y, row) in rgba.chunks_exact(width * 4).enumerate() {
            let row_start = y * GRID / height.max(1) * GRID;
            for (column, pixel) in columns.iter().zip(row.chunks_exact(4)) {
                counts[row_start + column] += 1;
                // In thousandths of a level.
                sums[row_start + column] += 299 * u32::from(pixel[0])
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

    /// Returns the difference to another thumbnail of the same size.
    #[must_use]
    pub fn distance(&self, other: &Self) -> Distance {
        debug_assert_eq!(
            (self.width, self.rgba.len()),
            (other.width, other.rgba.len())
        );
        let (mut shown, mut changed) = (0_u32, 0_u32);
        // Without branches, so that the compiler vectorises the loop.
        for (a, b) in self.rgba.chunks_exact(4).zip(other.rgba.chunks_exact(4)) {
            let is_shown = a[0] | a[1] | a[2] | b[0] | b[1] | b[2] != 0;
            shown += u32::from(is_shown);
            let differs = |channel: usize| a[channel].abs_diff(b[channel]);
            let most = differs(0).max(differs(1)).max(differs(2));
            changed += u32::from(most > CHANGE_LEVELS);
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

/// Renders thumbnails; each thread has its own.
#[derive(Debug)]
pub struct Thumbnailer {
    backend: SoftwareBackend,
    size: PictureSize,
}

impl Thumbnailer {
    /// Makes a renderer of the thumbnails of pictures of a size.
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

    /// Returns the size of the thumbnails.
    #[must_use]
    pub fn size(&self) -> PictureSize {
        self.size
    }

    /// Renders a scene from a camera after commands; `None` if the commands give an invalid view.
    ///
    /// # Errors
    /// When rendering fails.
    pub fn draw(
        &mut self,
        prepared: &PreparedScene,
        camera: &Camera,
        commands: &[String],
    ) -> Result<Option<Thumbnail>, RenderError> {
        let mut camera = camera.clone();
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
        let thumbnail = frame
            .color_rgba
            .take()
            .map(|rgba| Thumbnail::new(rgba, width));
        self.backend.recycle(frame);
        Ok(thumbnail)
    }

    /// Renders the atom-id plane of a picture: atom index + 1, or 0 for the background.
    ///
    /// # Errors
    /// When rendering fails.
    pub fn atom_ids(&mut self, job: &molshot_scenes::RenderJob) -> Result<Vec<u32>, RenderError> {
        let mut frame = self.backend.draw(job)?;
        let ids = frame.atom_id.take().unwrap_or_default();
        self.backend.recycle(frame);
        Ok(ids)
    }
}

/// Returns the request of a picture as a thumbnail, without labels.
#[must_use]
pub fn request(picture: &PictureSpec, size: PictureSize) -> molshot_scenes::RenderRequest {
    let mut request = picture.request(size);
    request.style.labels = molshot_scenes::request::LabelContent::None;
    request
}
