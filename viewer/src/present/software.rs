//! Presents by the CPU: pixels are copied into a buffer of the window system.

use std::num::NonZeroU32;
use std::sync::Arc;

use softbuffer::SoftBufferError;
use winit::window::Window;

type Surface = softbuffer::Surface<Arc<Window>, Arc<Window>>;

/// Copies pictures to a window.
pub(super) struct SoftwarePresenter {
    window: Arc<Window>,
    surface: Option<Surface>,
}

impl SoftwarePresenter {
    pub(super) fn new(window: Arc<Window>) -> Self {
        Self {
            window,
            surface: None,
        }
    }

    /// Presents a picture of the window's size. A window without pixels is skipped.
    ///
    /// # Errors
    /// The window system's. The next picture gets a new surface.
    pub(super) fn present(
        &mut self,
        rgba: &[u8],
        [width, height]: [u32; 2],
    ) -> Result<(), SoftBufferError> {
        let (Some(width), Some(height)) = (NonZeroU32::new(width), NonZeroU32::new(height)) else {
            return Ok(());
        };
        let mut surface = if let Some(surface) = self.surface.take() {
            surface
        } else {
            let context = softbuffer::Context::new(Arc::clone(&self.window))?;
            softbuffer::Surface::new(&context, Arc::clone(&self.window))?
        };
        surface.resize(width, height)?;
        let mut pixels = surface.buffer_mut()?;
        to_window_pixels(rgba, &mut pixels);
        self.window.pre_present_notify();
        pixels.present()?;
        self.surface = Some(surface);
        Ok(())
    }
}

/// Converts pixels to the format of the window system: `0x00RRGGBB`.
fn to_window_pixels(rgba: &[u8], pixels: &mut [u32]) {
    let (rgba, _) = rgba.as_chunks::<4>();
    for (pixel, [r, g, b, _]) in pixels.iter_mut().zip(rgba) {
        *pixel = u32::from(*r) << 16 | u32::from(*g) << 8 | u32::from(*b);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_converted_to_pixels_in_the_windows_order() {
        let mut pixels = vec![7; 3];
        to_window_pixels(&[1, 2, 3, 255, 0xAB, 0xCD, 0xEF, 0], &mut pixels);
        assert_eq!(pixels, [0x01_0203, 0xAB_CDEF, 7]);
    }
}
