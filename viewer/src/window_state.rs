//! The window: its size, title, presenter and input devices.

use std::sync::Arc;
use std::time::{Duration, Instant};

use glam::DVec2;
use winit::dpi::PhysicalSize;
use winit::event_loop::ActiveEventLoop;
use winit::window::Window;

use crate::devices::{Keyboard, Wheel};
use crate::display_frame::{DisplayFrame, Overlay};
#[cfg(debug_assertions)]
use crate::present::Loss;
use crate::present::{Presented, Presenter};

/// Two clicks within this time and distance in logical pixels are a double click.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);
const DOUBLE_CLICK_PX: f64 = 6.0;
/// Largest share of the screen that the window requests.
const MAX_SCREEN_SHARE: f64 = 0.9;

/// The window with its presenter and input devices; empty before the first event.
#[derive(Default)]
pub(crate) struct WindowState {
    pub(crate) window: Option<Arc<Window>>,
    pub(crate) presenter: Option<Presenter>,
    /// When to present again a picture that the window did not accept.
    retry_at: Option<Instant>,
    rgba: Vec<u8>,
    overlay: Overlay,
    title: String,
    pub(crate) is_occluded: bool,
    pub(crate) keyboard: Keyboard,
    pub(crate) wheel: Wheel,
    last_click: Option<(Instant, DVec2)>,
    pub(crate) pointer_px: DVec2,
}

impl WindowState {
    /// Whether any part of the window may be visible.
    pub(crate) fn is_visible(&self) -> bool {
        let size = self.window.as_ref().map(|window| window.inner_size());
        !self.is_occluded && size.is_some_and(|size| size.width > 0 && size.height > 0)
    }

    pub(crate) fn request_redraw(&self) {
        if let Some(window) = &self.window {
            window.request_redraw();
        }
    }

    pub(crate) fn set_title(&mut self, title: String) {
        if let Some(window) = &self.window
            && title != self.title
        {
            window.set_title(&title);
            self.title = title;
        }
    }

    /// Presents again what the window did not accept, or returns when to do so.
    pub(crate) fn retry(&mut self, now: Instant) -> Option<Instant> {
        if self.retry_at.is_some_and(|at| now >= at) {
            self.retry_at = None;
            self.request_redraw();
        }
        self.retry_at
    }

    /// Presents a picture with the help and a message over it.
    ///
    /// # Errors
    /// As [`Presenter::present`].
    pub(crate) fn present(
        &mut self,
        frame: Option<&DisplayFrame>,
        help: Option<&[(&str, &str)]>,
        message: Option<&str>,
    ) -> Result<(), String> {
        let (Some(window), Some(presenter), Some(frame)) =
            (&self.window, &mut self.presenter, frame)
        else {
            return Ok(());
        };
        let size = window.inner_size();
        if size.width == 0 || size.height == 0 {
            return Ok(());
        }
        let size_px = [size.width as usize, size.height as usize];
        frame.write_to_window(size_px, &mut self.rgba);
        let scale = window.scale_factor();
        if let Some(rows) = help {
            self.overlay.table(&mut self.rgba, size_px, scale, rows);
        }
        if let Some(text) = message {
            self.overlay.message(&mut self.rgba, size_px, scale, text);
        }
        self.retry_at = match presenter.present(&self.rgba, size.into())? {
            Presented::Now => None,
            Presented::Later(pause) => Some(Instant::now() + pause),
        };
        Ok(())
    }

    /// Physical pixels per logical pixel.
    pub(crate) fn scale(&self) -> f64 {
        self.window
            .as_ref()
            .map_or(1.0, |window| window.scale_factor())
    }

    /// Opens the window for a picture of this size, and returns the size that it requests.
    pub(crate) fn open(
        &mut self,
        event_loop: &ActiveEventLoop,
        picture_px: [u32; 2],
    ) -> Result<[u32; 2], winit::error::OsError> {
        let screen = event_loop
            .primary_monitor()
            .or_else(|| event_loop.available_monitors().next())
            .map(|monitor| monitor.size().into());
        let size_px = size_on_screen(picture_px, screen);
        let attributes = Window::default_attributes()
            .with_title("molshot")
            .with_inner_size(PhysicalSize::<u32>::from(size_px));
        // The application id, on X11 and on Wayland.
        #[cfg(target_os = "linux")]
        let attributes = winit::platform::x11::WindowAttributesExtX11::with_name(
            attributes,
            "molshot-view",
            "molshot-view",
        );
        self.window = Some(Arc::new(event_loop.create_window(attributes)?));
        Ok(size_px)
    }

    /// Requests the size of another picture. Returns the requested size and, if the window has it
    /// at once, its new size.
    pub(crate) fn request_size(
        &self,
        picture_px: [u32; 2],
    ) -> Option<([u32; 2], Option<[u32; 2]>)> {
        let window = self.window.as_ref()?;
        let screen = window.current_monitor().map(|screen| screen.size().into());
        let size_px = size_on_screen(picture_px, screen);
        let given = window.request_inner_size(PhysicalSize::<u32>::from(size_px));
        Some((size_px, given.map(Into::into)))
    }

    /// Simulates the loss of what presents, and presents again.
    #[cfg(debug_assertions)]
    pub(crate) fn simulate_loss(&mut self, loss: Loss) {
        if let Some(presenter) = &mut self.presenter {
            presenter.simulate_loss(loss);
        }
        self.request_redraw();
    }

    /// Whether a press is the second of a double click.
    pub(crate) fn is_double_click(&mut self, now: Instant) -> bool {
        let is_double = self.last_click.is_some_and(|(at, place)| {
            now.duration_since(at) <= DOUBLE_CLICK
                && place.distance(self.pointer_px) <= DOUBLE_CLICK_PX * self.scale()
        });
        self.last_click = (!is_double).then_some((now, self.pointer_px));
        is_double
    }
}

/// The size of a window for a picture: the picture's own, or on a smaller screen the largest of the
/// same shape that leaves space for the desktop.
fn size_on_screen(picture_px: [u32; 2], screen_px: Option<[u32; 2]>) -> [u32; 2] {
    let fits = screen_px
        .into_iter()
        .flat_map(|screen| [0, 1].map(|axis| f64::from(screen[axis]) / f64::from(picture_px[axis])))
        .filter(|fits| *fits > 0.0)
        .fold(1.0, f64::min);
    if fits < 1.0 {
        picture_px.map(|edge| (f64::from(edge) * fits * MAX_SCREEN_SHARE).max(1.0) as u32)
    } else {
        picture_px
    }
}

#[cfg(test)]
mod tests {
    use super::size_on_screen;

    #[test]
    fn a_window_is_as_large_as_its_picture_or_as_the_screen_allows() {
        assert_eq!(size_on_screen([640, 480], Some([1400, 1100])), [640, 480]);
        assert_eq!(
            size_on_screen([1400, 1100], Some([1400, 1100])),
            [1400, 1100]
        );
        assert_eq!(
            size_on_screen([2000, 1500], Some([1400, 1100])),
            [1260, 945]
        );
        assert_eq!(size_on_screen([10, 16_000], Some([1400, 1000])), [1, 900]);
        for unknown in [None, Some([0, 0])] {
            assert_eq!(size_on_screen([2000, 1500], unknown), [2000, 1500]);
        }
    }
}
