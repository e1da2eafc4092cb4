//! The result of drawing a job: planes of pixels, and how long it took.

use std::time::Duration;

use image::{ImageBuffer, Luma, Rgb, Rgba, RgbaImage};
use molshot_scenes::Plane;

use crate::error::RenderError;
use crate::labels::LabelBox;

/// A frame's colour plane as an image of the crate `image` that borrows the pixels.
pub type RgbaView<'a> = ImageBuffer<Rgba<u8>, &'a [u8]>;
/// A depth plane as an image of the crate `image`: angstrom, infinite where nothing is met.
pub type DepthImage = ImageBuffer<Luma<f32>, Vec<f32>>;
/// A normal plane as an image of the crate `image`: x, y, z from -1 to 1, zero where nothing is
/// met.
pub type NormalImage = ImageBuffer<Rgb<f32>, Vec<f32>>;
/// An id plane as an image of the crate `image`: index + 1, 0 where nothing is met.
pub type IdImage = ImageBuffer<Luma<u32>, Vec<u32>>;

/// How long the stages of one picture took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Timings {
    /// Uploading a new scene to the device; zero when it was there already.
    pub upload: Duration,
    /// Drawing on the device, measured from outside.
    pub draw: Duration,
    /// Copying the planes into the frame.
    pub read_back: Duration,
    /// Drawing labels over the picture; zero without labels.
    pub labels: Duration,
}

/// A drawn picture: planes of rows from top to bottom, without padding. A plane that the job does
/// not ask for is `None`.
///
/// All planes but the colour plane hold what the ray through the centre of the pixel meets; colours
/// are the mean of the job's samples.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Frame {
    /// Width of the drawn region.
    pub width_px: u32,
    /// Height of the drawn region.
    pub height_px: u32,
    /// Four bytes per pixel: sRGB and straight (not premultiplied) alpha.
    pub color_rgba: Option<Vec<u8>>,
    /// True when `color_rgba` may have alpha below 255.
    pub transparent: bool,
    /// Depth along the view axis, angstrom; positive infinity where nothing is met.
    pub depth_angstrom: Option<Vec<f32>>,
    /// Steps of a 16-bit depth picture per angstrom: 100 (one step is a picometre) where the view's
    /// far plane fits into 16 bits, else 10, else 1. It depends only on the view, so a crop has the
    /// same steps as the whole picture.
    pub depth_units_per_angstrom: u32,
    /// Unit normal in camera axes (x right, y up, z towards the viewer), turned towards the viewer;
    /// zero where nothing is met.
    pub normal: Option<Vec<[f32; 3]>>,
    /// Atom index + 1; 0 where nothing is met.
    pub atom_id: Option<Vec<u32>>,
    /// Residue index + 1; 0 where nothing is met.
    pub residue_id: Option<Vec<u32>>,
    /// Places of the labels that were drawn, for a job that asks for colours and atom ids, as
    /// annotations do; `None` for others, and without labels.
    pub label_boxes: Option<Vec<LabelBox>>,
    /// Name of the adapter that drew it.
    pub adapter: String,
    /// How long the stages took.
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
/// [`RenderError::OutOfHostMemory`]. The allocation must not abort the program, because the caller
/// chooses the size of a picture.
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
    /// The frame without its planes.
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
            label_boxes: None,
            adapter: self.adapter.clone(),
            timings: self.timings,
        }
    }

    /// Memory of its planes, bytes.
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

    /// The colour plane as an image that borrows its pixels.
    ///
    /// # Errors
    /// [`RenderError::Encode`] when the plane was not drawn.
    pub fn color_view(&self) -> Result<RgbaView<'_>, RenderError> {
        let rgba = self.color_rgba.as_deref();
        let rgba = rgba.ok_or_else(|| RenderError::missing_plane(Plane::Color))?;
        // A longer buffer would be accepted.
        let fits = rgba.len() == self.pixel_count() * 4;
        fits.then(|| ImageBuffer::from_raw(self.width_px, self.height_px, rgba))
            .flatten()
            .ok_or_else(|| self.wrong_size(Plane::Color))
    }

    /// A copy of the colour plane as an image.
    ///
    /// # Errors
    /// As [`Self::color_view`].
    pub fn to_image(&self) -> Result<RgbaImage, RenderError> {
        let view = self.color_view()?;
        ImageBuffer::from_raw(view.width(), view.height(), view.to_vec())
            .ok_or_else(|| self.wrong_size(Plane::Color))
    }

    /// Takes the colour plane as an image, without a copy.
    ///
    /// # Errors
    /// As [`Self::color_view`].
    pub fn into_image(mut self) -> Result<RgbaImage, RenderError> {
        let plane = self.color_rgba.take();
        self.image_of(Plane::Color, plane)
    }

    /// Takes the depth plane as an image, without a copy.
    ///
    /// # Errors
    /// [`RenderError::Encode`] when the plane was not drawn.
    pub fn into_depth_image(mut self) -> Result<DepthImage, RenderError> {
        let plane = self.depth_angstrom.take();
        self.image_of(Plane::Depth, plane)
    }

    /// Takes the normal plane as an image, without a copy.
    ///
    /// # Errors
    /// [`RenderError::Encode`] when the plane was not drawn.
    pub fn into_normal_image(mut self) -> Result<NormalImage, RenderError> {
        let plane = self.normal.take().map(Vec::into_flattened);
        self.image_of(Plane::Normal, plane)
    }

    /// Takes the atom-id plane as an image, without a copy.
    ///
    /// # Errors
    /// [`RenderError::Encode`] when the plane was not drawn.
    pub fn into_atom_id_image(mut self) -> Result<IdImage, RenderError> {
        let plane = self.atom_id.take();
        self.image_of(Plane::AtomId, plane)
    }

    fn image_of<P: image::Pixel>(
        &self,
        plane: Plane,
        pixels: Option<Vec<P::Subpixel>>,
    ) -> Result<ImageBuffer<P, Vec<P::Subpixel>>, RenderError> {
        let pixels = pixels.ok_or_else(|| RenderError::missing_plane(plane))?;
        ImageBuffer::from_raw(self.width_px, self.height_px, pixels)
            .ok_or_else(|| self.wrong_size(plane))
    }

    fn wrong_size(&self, plane: Plane) -> RenderError {
        RenderError::Encode {
            problem: format!(
                "the plane {} does not have {} x {} pixels",
                plane.name(),
                self.width_px,
                self.height_px
            ),
            remedy: "keep the planes of a frame as they were drawn".into(),
        }
    }
}

impl TryFrom<Frame> for RgbaImage {
    type Error = RenderError;

    /// Takes the colour plane, without a copy.
    fn try_from(frame: Frame) -> Result<Self, RenderError> {
        frame.into_image()
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
