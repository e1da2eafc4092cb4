//! The events of the window.

use std::time::Instant;

use glam::DVec2;
use winit::application::ApplicationHandler;
use winit::event::{DeviceEvent, DeviceId, ElementState, KeyEvent, MouseButton, WindowEvent};
use winit::event_loop::{ActiveEventLoop, ControlFlow, DeviceEvents};
#[cfg(debug_assertions)]
use winit::keyboard::{Key, NamedKey};
use winit::window::WindowId;

use crate::app::{App, DragMode, Event};
use crate::devices::Press;
#[cfg(debug_assertions)]
use crate::present::Loss;
use crate::window_state::WindowState;

impl ApplicationHandler<Event> for App {
    fn resumed(&mut self, event_loop: &ActiveEventLoop) {
        if self.window_state.window.is_some() {
            return;
        }
        let wanted = self.picture_size_px();
        let opened = self.window_state.open(event_loop, wanted);
        let opened = opened.map_err(|error| format!("no window can be opened: {error}"));
        let opened = opened.map(|size_px| self.window_sized_for(wanted, size_px));
        if let Err(error) = opened.and_then(|()| self.open_presenter()) {
            self.window_error = Some(error);
            event_loop.exit();
            return;
        }
        if let Some(window) = self.window_state.window.clone() {
            self.resized(window.inner_size().into());
            self.update_hover();
        }
    }

    fn user_event(&mut self, _: &ActiveEventLoop, event: Event) {
        self.handle(event);
    }

    fn window_event(&mut self, event_loop: &ActiveEventLoop, _: WindowId, event: WindowEvent) {
        match event {
            WindowEvent::CloseRequested => event_loop.exit(),
            WindowEvent::RedrawRequested => self.present(),
            WindowEvent::Resized(size) => self.resized(size.into()),
            // The overlay changes its size.
            WindowEvent::ScaleFactorChanged { .. } => self.window_state.request_redraw(),
            WindowEvent::Occluded(hidden) => {
                self.window_state.is_occluded = hidden;
                self.window_state.request_redraw();
            }
            WindowEvent::CursorLeft { .. } => {
                self.window_state.wheel.pointer_moved();
                self.pointer_left();
            }
            WindowEvent::ModifiersChanged(modifiers) => {
                self.window_state.keyboard.modifiers = modifiers.state();
            }
            WindowEvent::Focused(false) => self.window_state.keyboard.focus_lost(),
            WindowEvent::CursorMoved { position, .. } => {
                let at = DVec2::new(position.x, position.y);
                self.window_state.pointer_px = at;
                self.window_state.wheel.pointer_moved();
                self.pointer_moved(at);
            }
            WindowEvent::MouseInput { state, button, .. } => self.button(state, button),
            WindowEvent::MouseWheel { delta, .. } => {
                let scale = self.window_state.scale();
                let notches = self.window_state.wheel.turn(delta, scale);
                if notches != 0.0 {
                    self.zoom(notches);
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
        // Other systems number the buttons differently and do not report such clicks.
        if cfg!(target_os = "linux")
            && let DeviceEvent::Button { button, state } = event
            && self.window_state.wheel.button(button, state)
        {
            // The wheel acts on the window under the pointer, with or without keyboard focus.
            event_loop.listen_device_events(DeviceEvents::Always);
        }
    }

    fn about_to_wait(&mut self, event_loop: &ActiveEventLoop) {
        self.window_state.keyboard.end_of_events();
        let wake = self.advance();
        event_loop.set_control_flow(wake.map_or(ControlFlow::Wait, ControlFlow::WaitUntil));
    }

    fn exiting(&mut self, _: &ActiveEventLoop) {
        // Pictures in progress are finished without a window, because it no longer responds.
        self.window_state = WindowState::default();
    }
}

impl App {
    /// Opens the presenter of the window.
    fn open_presenter(&mut self) -> Result<(), String> {
        let Some(window) = self.window_state.window.clone() else {
            return Ok(());
        };
        let presenter = self.presenter_for(window)?;
        self.window_state.presenter = Some(presenter);
        Ok(())
    }

    fn button(&mut self, state: ElementState, button: MouseButton) {
        if state == ElementState::Released {
            self.end_drag(button);
            return;
        }
        match button {
            MouseButton::Left if self.window_state.is_double_click(Instant::now()) => {
                self.center_on_atom();
            }
            MouseButton::Left if self.window_state.keyboard.modifiers.shift_key() => {
                self.start_drag(DragMode::Move, button);
            }
            MouseButton::Left => self.start_drag(DragMode::Rotate, button),
            MouseButton::Right | MouseButton::Middle => self.start_drag(DragMode::Move, button),
            _ => {}
        }
    }

    fn key(&mut self, event: &KeyEvent, is_synthetic: bool) {
        if event.state == ElementState::Released {
            self.window_state.keyboard.release(event.physical_key);
            return;
        }
        let action = self.window_state.keyboard.press(&Press {
            key: &event.logical_key,
            physical_key: event.physical_key,
            repeats: event.repeat,
            is_synthetic,
        });
        if let Some(action) = action {
            self.perform(action);
        }
        #[cfg(debug_assertions)]
        if let Some(loss) = loss_for(&event.logical_key).filter(|_| !is_synthetic) {
            self.window_state.simulate_loss(loss);
        }
    }
}

/// The loss that a key of debug builds simulates.
#[cfg(debug_assertions)]
fn loss_for(key: &Key) -> Option<Loss> {
    match key {
        Key::Named(NamedKey::F9) => Some(Loss::Surface),
        Key::Named(NamedKey::F10) => Some(Loss::Device),
        Key::Named(NamedKey::F11) => Some(Loss::Adapters),
        _ => None,
    }
}
