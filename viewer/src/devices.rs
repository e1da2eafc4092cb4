//! Keys and wheels without the artefacts of desktops: keys held since before the window had the
//! focus, key repeats, and wheel clicks that are reported twice.

use winit::event::{ElementState, MouseScrollDelta};
use winit::keyboard::{Key, ModifiersState, NamedKey, PhysicalKey};

use crate::keys::{Action, action};

/// Logical pixels of touch pad scrolling that equal one notch of a wheel.
const PIXELS_PER_NOTCH: f64 = 40.0;

/// A reported key press.
#[derive(Debug, Clone)]
pub(crate) struct Press<'a> {
    pub(crate) key: &'a Key,
    pub(crate) physical_key: PhysicalKey,
    /// Whether it is a repeat of a held key.
    pub(crate) repeats: bool,
    /// Whether it was already down when the window got the focus.
    pub(crate) is_synthetic: bool,
}

/// The state of the keyboard.
#[derive(Debug, Default)]
pub(crate) struct Keyboard {
    pub(crate) modifiers: ModifiersState,
    /// Keys that were down when the window got the focus, and whether all events of that moment
    /// have been handled since.
    held: Vec<(PhysicalKey, bool)>,
}

impl Keyboard {
    /// Returns the action of a key press. A key that was pressed in another window has none until
    /// it is released, a held key repeats only the step to another input, and combinations with
    /// Ctrl, Alt or Super belong to the desktop.
    pub(crate) fn press(&mut self, press: &Press<'_>) -> Option<Action> {
        if press.is_synthetic {
            self.held.push((press.physical_key, false));
            return None;
        }
        let mut repeats = press.repeats;
        if let Some(at) = self
            .held
            .iter()
            .position(|held| held.0 == press.physical_key)
        {
            if self.held[at].1 {
                repeats = true;
            } else {
                // Its event was already queued when the window asked which keys are down.
                self.held.swap_remove(at);
            }
        }
        let others = ModifiersState::CONTROL | ModifiersState::ALT | ModifiersState::SUPER;
        if self.modifiers.intersects(others) {
            return None;
        }
        action_of(press.key).filter(|action| !repeats || matches!(action, Action::Step(_)))
    }

    /// Handles the release of a key.
    pub(crate) fn release(&mut self, key: PhysicalKey) {
        self.held.retain(|held| held.0 != key);
    }

    /// Handles the loss of the focus.
    pub(crate) fn focus_lost(&mut self) {
        self.held.clear();
    }

    /// Marks that all queued events have been handled.
    pub(crate) fn end_of_events(&mut self) {
        for held in &mut self.held {
            held.1 = true;
        }
    }
}

/// The action of a key.
fn action_of(key: &Key) -> Option<Action> {
    match key {
        Key::Character(text) => action(text),
        Key::Named(NamedKey::Escape) => Some(Action::CloseOverlay),
        Key::Named(NamedKey::PageDown | NamedKey::ArrowRight) => Some(Action::Step(1)),
        Key::Named(NamedKey::PageUp | NamedKey::ArrowLeft) => Some(Action::Step(-1)),
        _ => None,
    }
}

/// The state of the wheel.
///
/// On X11 a wheel whose device has only buttons, as on remote desktops, is reported both when its
/// button is pressed and when it is released, and the window's events do not distinguish the two.
/// The device's event, which comes before, does.
#[derive(Debug, Default)]
pub(crate) struct Wheel {
    /// The last device event: a wheel button and its state.
    last: Option<(u32, ElementState)>,
}

impl Wheel {
    /// Handles a button event of a device, and returns whether it is a wheel button.
    pub(crate) fn button(&mut self, button: u32, state: ElementState) -> bool {
        let is_wheel = (4..=7).contains(&button);
        if is_wheel {
            self.last = Some((button, state));
        }
        is_wheel
    }

    /// Handles a movement of the pointer: earlier device events belong to another place.
    pub(crate) fn pointer_moved(&mut self) {
        self.last = None;
    }

    /// Returns the notches of a wheel event, positive away from the user.
    pub(crate) fn turn(&mut self, delta: MouseScrollDelta, scale: f64) -> f64 {
        match delta {
            MouseScrollDelta::LineDelta(columns, lines) => {
                let is_released = |button| self.last == Some((button, ElementState::Released));
                if button_of(columns, lines).is_some_and(is_released) {
                    self.last = None;
                    return 0.0;
                }
                f64::from(lines)
            }
            MouseScrollDelta::PixelDelta(distance) => distance.y / (PIXELS_PER_NOTCH * scale),
        }
    }
}

/// The button that reports a scroll of these columns and lines.
fn button_of(columns: f32, lines: f32) -> Option<u32> {
    [(0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0)]
        .iter()
        .position(|delta| *delta == (columns, lines))
        .map(|at| 4 + at as u32)
}

#[cfg(test)]
mod tests {
    use winit::keyboard::{KeyCode, SmolStr};

    use super::*;

    const E: PhysicalKey = PhysicalKey::Code(KeyCode::KeyE);

    fn press(keyboard: &mut Keyboard, text: &str, repeats: bool, is_synthetic: bool) -> bool {
        let key = Key::Character(SmolStr::new(text));
        let press = Press {
            key: &key,
            physical_key: E,
            repeats,
            is_synthetic,
        };
        keyboard.press(&press).is_some()
    }

    #[test]
    fn a_key_that_was_pressed_in_another_window_does_nothing_until_it_is_released() {
        let mut keyboard = Keyboard::default();
        assert!(!press(&mut keyboard, "e", false, true), "held");
        keyboard.end_of_events();
        assert!(!press(&mut keyboard, "e", false, false), "it repeats");
        assert!(!press(&mut keyboard, "e", true, false));
        keyboard.release(E);
        assert!(press(&mut keyboard, "e", false, false));
        // Pressed at the very moment when the window gets the focus.
        assert!(!press(&mut keyboard, "e", false, true));
        assert!(press(&mut keyboard, "e", false, false), "its own event");
        assert!(!press(&mut keyboard, "e", false, true));
        keyboard.focus_lost();
        keyboard.end_of_events();
        assert!(press(&mut keyboard, "e", false, false));
    }

    #[test]
    fn a_held_key_repeats_only_the_step_to_another_input() {
        let mut keyboard = Keyboard::default();
        for key in ["e", "s", "?", "j", "q"] {
            assert!(press(&mut keyboard, key, false, false), "{key}");
            assert!(!press(&mut keyboard, key, true, false), "{key}");
        }
        for key in ["n", "N"] {
            assert!(press(&mut keyboard, key, true, false), "{key}");
        }
    }

    #[test]
    fn keys_with_ctrl_alt_or_super_belong_to_the_desktop() {
        let mut keyboard = Keyboard::default();
        for (modifier, acts) in [
            (ModifiersState::CONTROL, false),
            (ModifiersState::ALT, false),
            (ModifiersState::SUPER | ModifiersState::SHIFT, false),
            (ModifiersState::SHIFT, true),
            (ModifiersState::empty(), true),
        ] {
            keyboard.modifiers = modifier;
            for key in ["e", "N"] {
                assert_eq!(press(&mut keyboard, key, false, false), acts, "{key}");
            }
        }
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "numbers that are passed on, not computed")]
    fn a_click_of_a_wheel_counts_once() {
        let mut wheel = Wheel::default();
        let up = MouseScrollDelta::LineDelta(0.0, 1.0);
        let down = MouseScrollDelta::LineDelta(0.0, -1.0);
        let mut turn = |state, button, delta| {
            assert!(wheel.button(button, state));
            wheel.turn(delta, 1.0)
        };
        for _ in 0..3 {
            assert_eq!(turn(ElementState::Pressed, 4, up), 1.0);
            assert_eq!(turn(ElementState::Released, 4, up), 0.0);
            assert_eq!(turn(ElementState::Pressed, 5, down), -1.0);
            assert_eq!(turn(ElementState::Released, 5, down), 0.0);
        }
        // A wheel with an axis sends one event per notch, and no button events.
        for _ in 0..3 {
            assert_eq!(wheel.turn(up, 1.0), 1.0);
        }
        assert_eq!(wheel.turn(MouseScrollDelta::LineDelta(0.0, 1.5), 1.0), 1.5);
        // A click outside of the window does not count.
        assert!(wheel.button(4, ElementState::Released));
        wheel.pointer_moved();
        assert_eq!(wheel.turn(up, 1.0), 1.0);
        assert!(!wheel.button(1, ElementState::Pressed));
    }
}
