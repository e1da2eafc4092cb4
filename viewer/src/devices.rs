//! What keys and wheels mean, without what desktops add: keys that are held from before, repeats,
//! and clicks of a wheel that come twice.

use winit::event::{ElementState, MouseScrollDelta};
use winit::keyboard::{Key, ModifiersState, NamedKey, PhysicalKey};

use crate::keys::{Action, action};

/// Logical pixels of a touch pad's way that are one notch of a wheel.
const PIXELS_A_NOTCH: f64 = 40.0;

/// A key that goes down, or is said to be down.
#[derive(Debug, Clone)]
pub(crate) struct Press<'a> {
    pub(crate) key: &'a Key,
    pub(crate) place: PhysicalKey,
    /// It is held, and comes again.
    pub(crate) repeats: bool,
    /// It was down when the window got the keyboard.
    pub(crate) is_synthetic: bool,
}

/// The keyboard as the window has seen it.
#[derive(Debug, Default)]
pub(crate) struct Keyboard {
    pub(crate) modifiers: ModifiersState,
    /// Keys that were down when the window got the keyboard, and whether that is longer ago than
    /// the events of this moment.
    held: Vec<(PhysicalKey, bool)>,
}

impl Keyboard {
    /// What a pressed key stands for. One that was pressed in another window stands for nothing
    /// until it is released; one that is held for nothing but the next input; one with Ctrl, Alt or
    /// Super belongs to the desktop.
    pub(crate) fn press(&mut self, press: &Press<'_>) -> Option<Action> {
        if press.is_synthetic {
            self.held.push((press.place, false));
            return None;
        }
        let mut repeats = press.repeats;
        if let Some(at) = self.held.iter().position(|held| held.0 == press.place) {
            if self.held[at].1 {
                repeats = true;
            } else {
                // Its own event was on the way when the window asked which keys are down.
                self.held.swap_remove(at);
            }
        }
        let others = ModifiersState::CONTROL | ModifiersState::ALT | ModifiersState::SUPER;
        if self.modifiers.intersects(others) {
            return None;
        }
        action_of(press.key).filter(|action| !repeats || matches!(action, Action::Step(_)))
    }

    pub(crate) fn release(&mut self, place: PhysicalKey) {
        self.held.retain(|held| held.0 != place);
    }

    /// The window has lost the keyboard.
    pub(crate) fn lost(&mut self) {
        self.held.clear();
    }

    /// All events that there were are taken.
    pub(crate) fn pause(&mut self) {
        for held in &mut self.held {
            held.1 = true;
        }
    }
}

/// What a key stands for.
fn action_of(key: &Key) -> Option<Action> {
    match key {
        Key::Character(text) => action(text),
        Key::Named(NamedKey::Escape) => Some(Action::Close),
        Key::Named(NamedKey::PageDown | NamedKey::ArrowRight) => Some(Action::Step(1)),
        Key::Named(NamedKey::PageUp | NamedKey::ArrowLeft) => Some(Action::Step(-1)),
        _ => None,
    }
}

/// The wheel. On X11 a wheel whose device has buttons alone (a remote desktop's, say) is heard when
/// its button goes down and when it comes up again, and nothing in the window's event tells the one
/// from the other; the device's own event does, which comes before it.
#[derive(Debug, Default)]
pub(crate) struct Wheel {
    /// A wheel's button, and what the device last did with it.
    last: Option<(u32, ElementState)>,
}

impl Wheel {
    /// A device's button has changed; whether it is a wheel's.
    pub(crate) fn button(&mut self, button: u32, state: ElementState) -> bool {
        let is_wheel = (4..=7).contains(&button);
        if is_wheel {
            self.last = Some((button, state));
        }
        is_wheel
    }

    /// The pointer has moved: what the wheel did before was done elsewhere.
    pub(crate) fn moved(&mut self) {
        self.last = None;
    }

    /// Notches away from the user.
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
            MouseScrollDelta::PixelDelta(way) => way.y / (PIXELS_A_NOTCH * scale),
        }
    }
}

/// The button that is so many columns and lines.
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
            place: E,
            repeats,
            is_synthetic,
        };
        keyboard.press(&press).is_some()
    }

    #[test]
    fn a_key_that_was_pressed_in_another_window_does_nothing_until_it_is_released() {
        let mut keyboard = Keyboard::default();
        assert!(!press(&mut keyboard, "e", false, true), "held");
        keyboard.pause();
        assert!(!press(&mut keyboard, "e", false, false), "it comes again");
        assert!(!press(&mut keyboard, "e", true, false));
        keyboard.release(E);
        assert!(press(&mut keyboard, "e", false, false));
        // Pressed in the window, at the very moment when that gets the keyboard.
        assert!(!press(&mut keyboard, "e", false, true));
        assert!(press(&mut keyboard, "e", false, false), "its own event");
        assert!(!press(&mut keyboard, "e", false, true));
        keyboard.lost();
        keyboard.pause();
        assert!(press(&mut keyboard, "e", false, false));
    }

    #[test]
    fn a_held_key_goes_through_the_inputs_and_does_nothing_else_twice() {
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
    fn keys_with_ctrl_alt_or_super_are_the_desktops() {
        let mut keyboard = Keyboard::default();
        for (modifier, is_ours) in [
            (ModifiersState::CONTROL, false),
            (ModifiersState::ALT, false),
            (ModifiersState::SUPER | ModifiersState::SHIFT, false),
            (ModifiersState::SHIFT, true),
            (ModifiersState::empty(), true),
        ] {
            keyboard.modifiers = modifier;
            for key in ["e", "N"] {
                assert_eq!(press(&mut keyboard, key, false, false), is_ours, "{key}");
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
        // A wheel with an axis sends one event a notch, and no button.
        for _ in 0..3 {
            assert_eq!(wheel.turn(up, 1.0), 1.0);
        }
        assert_eq!(wheel.turn(MouseScrollDelta::LineDelta(0.0, 1.5), 1.0), 1.5);
        // A click outside of the window is not this one's.
        assert!(wheel.button(4, ElementState::Released));
        wheel.moved();
        assert_eq!(wheel.turn(up, 1.0), 1.0);
        assert!(!wheel.button(1, ElementState::Pressed));
    }
}
