//! The window: its events, and how pixels come into it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use glam::DVec2;
use winit::application::ApplicationHandler;
use winit::dpi::PhysicalSize;
use winit::event::{DeviceEvent, DeviceId, ElementState, KeyEvent, MouseButton, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, DeviceEvents};
#[cfg(debug_assertions)]
use winit::keyboard::{Key, NamedKey};
use winit::window::{Window, WindowId};

use crate::app::{App, Event, Grip};
use crate::devices::{Keyboard, Press, Wheel};
use crate::picture::{Overlay, Picture};
#[cfg(debug_assertions)]
use crate::present::Loss;
use crate::present::{Presented, Presenter};

/// Two clicks within this time and distance, logical pixels, are one double click.
const DOUBLE_CLICK: Duration = Duration::from_millis(400);
const DOUBLE_CLICK_PX: f64 = 6.0;
/// Largest share of the screen that the window takes by itself.
const SHARE_OF_SCREEN: f64 = 0.9;

/// The window with who presents in it; without one before the first event.
#[derive(Default)]
pub(crate) struct Shown {
    pub(crate) window: Option<Arc<Window>>,
    presenter: Option<Presenter>,
    /// When a picture that the window did not take is presented once more.
    again_at: Option<Instant>,
    rgba: Vec<u8>,
    overlay: Overlay,
    title: String,
    hidden: bool,
    keyboard: Keyboard,
    wheel: Wheel,
    clicked: Option<(Instant, DVec2)>,
    pointer_px: DVec2,
}

impl Shown {
    /// Whether somebody may be looking.
    pub(crate) fn is_visible(&self) -> bool {
        let size = self.window.as_ref().map(|window| window.inner_size());
        !self.hidden && size.is_some_and(|size| size.width > 0 && size.height > 0)
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

    /// Presents once more what the window did not take when that is due; when it is, otherwise.
    pub(crate) fn attend(&mut self, now: Instant) -> Option<Instant> {
        if self.again_at.is_some_and(|at| now >= at) {
            self.again_at = None;
            self.request_redraw();
        }
        self.again_at
    }

    /// Shows a picture with help and a message over it.
    ///
    /// # Errors
    /// As [`Presenter::present`].
    pub(crate) fn present(
        &mut self,
        picture: Option<&Picture>,
        help: Option<&[(&str, &str)]>,
        message: Option<&str>,
    ) -> Result<(), String> {
        let (Some(window), Some(presenter), Some(picture)) =
            (&self.window, &mut self.presenter, picture)
        else {
            return Ok(());
        };
        let size = window.inner_size();
        if size.width == 0 || size.height == 0 {
            return Ok(());
        }
        let size_px = [size.width as usize, size.height as usize];
        picture.in_window(size_px, &mut self.rgba);
        let scale = window.scale_factor();
        if let Some(rows) = help {
            self.overlay.table(&mut self.rgba, size_px, scale, rows);
        }
        if let Some(text) = message {
            self.overlay.message(&mut self.rgba, size_px, scale, text);
        }
        self.again_at = match presenter.present(&self.rgba, size.into())? {
            Presented::Now => None,
            Presented::Later(pause) => Some(Instant::now() + pause),
        };
        Ok(())
    }

    /// Logical to physical pixels.
    fn scale(&self) -> f64 {
        self.window
            .as_ref()
            .map_or(1.0, |window| window.scale_factor())
    }

    /// Opens the window for a picture of some size; the size that it is given.
    fn open(
        &mut self,
        event_loop: &ActiveEventLoop,
        wanted_px: [u32; 2],
    ) -> Result<[u32; 2], winit::error::OsError> {
        let screen = event_loop
            .primary_monitor()
            .or_else(|| event_loop.available_monitors().next())
            .map(|monitor| monitor.size().into());
        let size_px = on_screen(wanted_px, screen);
        let attributes = Window::default_attributes()
            .with_title("molshot")
            .with_inner_size(PhysicalSize::<u32>::from(size_px));
        // The name by which desktops know the program, on Wayland, too.
        #[cfg(target_os = "linux")]
        let attributes = winit::platform::x11::WindowAttributesExtX11::with_name(
            attributes,
            "molshot-view",
            "molshot-view",
        );
        self.window = Some(Arc::new(event_loop.create_window(attributes)?));
        Ok(size_px)
    }

    /// Asks for the size of another picture: the size that is asked for, and the one that the
    /// window has at once where it has it.
    pub(crate) fn wish_size(&self, wanted_px: [u32; 2]) -> Option<([u32; 2], Option<[u32; 2]>)> {
        let window = self.window.as_ref()?;
        let screen = window.current_monitor().map(|screen| screen.size().into());
        let size_px = on_screen(wanted_px, screen);
        let given = window.request_inner_size(PhysicalSize::<u32>::from(size_px));
        Some((size_px, given.map(Into::into)))
    }

    /// Takes away what presents, as drivers do, and presents again.
    #[cfg(debug_assertions)]
    fn lose(&mut self, loss: Loss) {
        if let Some(presenter) = &mut self.presenter {
            presenter.lose(loss);
        }
        self.request_redraw();
    }

    /// Whether a press is the second of a double click.
    fn is_double(&mut self, now: Instant) -> bool {
        let double = self.clicked.is_some_and(|(at, place)| {
            now.duration_since(at) <= DOUBLE_CLICK
                && place.distance(self.pointer_px) <= DOUBLE_CLICK_PX * self.scale()
        });
        self.clicked = (!double).then_some((now, self.pointer_px));
        double
    }
}

/// A window for a picture: its size, or on a screen that is too small for that the largest of its
/// shape that leaves room for the desktop.
fn on_screen(wanted_px: [u32; 2], screen_px: Option<[u32; 2]>) -> [u32; 2] {
    let fits = screen_px
        .into_iter()
        .flat_map(|screen| [0, 1].map(|axis| f64::from(screen[axis]) / f64::from(wanted_px[axis])))
        .filter(|fits| *fits > 0.0)
        .fold(1.0, f64::min);
    if fits < 1.0 {
        wanted_px.map(|edge| (f64::from(edge) * fits * SHARE_OF_SCREEN).max(1.0) as u32)
    } else {
        wanted_px
    }
}

impl ApplicationHandler<Event> for App {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        if self.shown.window.is_some() {
            return;
        }
        let wanted = self.size_px();
        let opened = self.shown.open(event_loop, wanted);
        let opened = opened.map_err(|error| format!("no window can be opened: {error}"));
        let opened = opened.map(|shown| self.fits(wanted, shown));
        if let Err(error) = opened.and_then(|()| self.open_presenter()) {
            self.failure = Some(error);
            event_loop.exit();
            return;
        }
        if let Some(window) = self.shown.window.clone() {
            self.resized(window.inner_size().into());
            self.hover();
        }
    }

    fn user_event(&mut self, _: &ActiveEventLoop, event: Event) {
        self.hear(event);
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        match event {
            WindowEvent::CloseRequested => event_loop.exit(),
            WindowEvent::RedrawRequested => self.present(),
            WindowEvent::Resized(size) => self.resized(size.into()),
            // What lies over the picture has another size.
            WindowEvent::ScaleFactorChanged { .. } => self.shown.request_redraw(),
            WindowEvent::Occluded(hidden) => {
                self.shown.hidden = hidden;
                self.shown.request_redraw();
            }
            WindowEvent::CursorLeft { .. } => {
                self.shown.wheel.moved();
                self.leave();
            }
            WindowEvent::ModifiersChanged(modifiers) => {
                self.shown.keyboard.modifiers = modifiers.state();
            }
            WindowEvent::Focused(false) => self.shown.keyboard.lost(),
            WindowEvent::CursorMoved { position, .. } => {
                let at = DVec2::new(position.x, position.y);
                self.shown.pointer_px = at;
                self.shown.wheel.moved();
                self.point(at);
            }
            WindowEvent::MouseInput { state, button, .. } => self.button(state, button),
            WindowEvent::MouseWheel { delta, .. } => {
                let scale = self.shown.scale();
                let notches = self.shown.wheel.turn(delta, scale);
                if notches != 0.0 {
                    self.wheel(notches);
                }
            }
            WindowEvent::KeyboardInput {
                event,
                is_synthetic,
                ..
            } => self.key(&event, is_synthetic),
            _ => {}
        }
        if self.ended {
            event_loop.exit();
        }
    }

    fn device_event(&mut self, event_loop: &ActiveEventLoop, _: DeviceId, event: DeviceEvent) {
        // Other systems number buttons in another way, and have no such clicks.
        if cfg!(target_os = "linux")
            && let DeviceEvent::Button { button, state } = event
            && self.shown.wheel.button(button, state)
        {
            // A wheel turns the window that it is over, be the keyboard there or not.
            event_loop.listen_device_events(DeviceEvents::Always);
        }
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        self.shown.keyboard.pause();
        let wake = self.attend();
        event_loop.set_control_flow(wake.map_or(ControlFlow::Wait, ControlFlow::WaitUntil));
    }

    fn exiting(&mut self, _: &ActiveEventLoop) {
        // A picture that is being drawn or saved is finished, but nobody need look at a window that
        // no longer answers.
        self.shown = Shown::default();
    }
}

impl App {
    /// Finds out who presents.
    fn open_presenter(&mut self) -> Result<(), String> {
        let Some(window) = self.shown.window.clone() else {
            return Ok(());
        };
        let presenter = self.presenter_for(window)?;
        self.shown.presenter = Some(presenter);
        Ok(())
    }

    fn button(&mut self, state: ElementState, button: MouseButton) {
        if state == ElementState::Released {
            self.release(button);
            return;
        }
        match button {
            MouseButton::Left if self.shown.is_double(Instant::now()) => self.center(),
            MouseButton::Left if self.shown.keyboard.modifiers.shift_key() => {
                self.grab(Grip::Shift, button);
            }
            MouseButton::Left => self.grab(Grip::Turn, button),
            MouseButton::Right | MouseButton::Middle => self.grab(Grip::Shift, button),
            _ => {}
        }
    }

    fn key(&mut self, event: &KeyEvent, is_synthetic: bool) {
        if event.state == ElementState::Released {
            self.shown.keyboard.release(event.physical_key);
            return;
        }
        let action = self.shown.keyboard.press(&Press {
            key: &event.logical_key,
            place: event.physical_key,
            repeats: event.repeat,
            is_synthetic,
        });
        if let Some(action) = action {
            self.act(action);
        }
        #[cfg(debug_assertions)]
        if let Some(loss) = loss_of(&event.logical_key).filter(|_| !is_synthetic) {
            self.shown.lose(loss);
        }
    }
}

/// What a key of builds for tests takes away.
#[cfg(debug_assertions)]
fn loss_of(key: &Key) -> Option<Loss> {
    match key {
        Key::Named(NamedKey::F9) => Some(Loss::Surface),
        Key::Named(NamedKey::F10) => Some(Loss::Device),
        Key::Named(NamedKey::F11) => Some(Loss::Adapters),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::on_screen;

    #[test]
    fn a_window_is_as_large_as_its_picture_or_as_the_screen_allows() {
        assert_eq!(on_screen([640, 480], Some([1400, 1100])), [640, 480]);
        assert_eq!(on_screen([1400, 1100], Some([1400, 1100])), [1400, 1100]);
        assert_eq!(on_screen([2000, 1500], Some([1400, 1100])), [1260, 945]);
        assert_eq!(on_screen([10, 16_000], Some([1400, 1000])), [1, 900]);
        for unknown in [None, Some([0, 0])] {
            assert_eq!(on_screen([2000, 1500], unknown), [2000, 1500]);
        }
    }
}
