//! What the mouse does.

use std::time::Instant;

use glam::DVec2;
use molshot_scenes::SceneError;
use winit::event::MouseButton;

use super::App;
use crate::document::Document;
use crate::orbit::{Orbit, arcball};

/// So much larger or smaller is the scene after one notch of the wheel.
const ZOOM_A_NOTCH: f64 = 1.1;

/// What a pressed button does with the pointer's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grip {
    /// Turns.
    Turn,
    /// Moves.
    Shift,
}

/// A button that is held.
#[derive(Debug, Clone)]
pub(super) struct Drag {
    grip: Grip,
    button: MouseButton,
    start_px: DVec2,
    start: Orbit,
}

impl App {
    /// A button is pressed.
    pub(crate) fn grab(&mut self, grip: Grip, button: MouseButton) {
        let start = self.document.as_ref().map(Document::orbit);
        match start {
            Some(Ok(start)) => {
                self.drag = Some(Drag {
                    grip,
                    button,
                    start_px: self.pointer_px,
                    start,
                });
            }
            Some(Err(error)) => self.say(error.to_string()),
            None => {}
        }
    }

    /// A button is let go, be it the one that drags or not.
    pub(crate) fn release(&mut self, button: MouseButton) {
        if self.drag.as_ref().is_some_and(|drag| drag.button == button) {
            self.drag = None;
        }
        self.hover();
    }

    /// The pointer is at another place.
    pub(crate) fn point(&mut self, at_px: DVec2) {
        self.pointer_px = at_px;
        // What was said stays until the user goes on.
        self.status.clear();
        let Some(drag) = self.drag.clone() else {
            self.hover();
            return;
        };
        let size = DVec2::from(self.size_px.map(f64::from));
        self.moving(|document| match drag.grip {
            Grip::Turn => document.turn(&drag.start, arcball(drag.start_px, at_px, size)),
            Grip::Shift => document.shift(&drag.start, at_px - drag.start_px),
        });
    }

    /// The pointer is outside of the window.
    pub(crate) fn leave(&mut self) {
        if self.drag.is_none() {
            self.pointer_px = DVec2::NEG_INFINITY;
            self.hover();
        }
    }

    /// The wheel is turned by so many notches, away from the user.
    pub(crate) fn wheel(&mut self, notches: f64) {
        self.moving(|document| document.zoom(ZOOM_A_NOTCH.powf(notches)));
        // A drag goes on from here: its next step would undo the zoom.
        if let Some(drag) = self.drag.take() {
            self.grab(drag.grip, drag.button);
        }
    }

    /// A double click.
    pub(crate) fn center(&mut self) {
        self.drag = None;
        if let Some(atom) = self.atom_under_pointer() {
            self.moving(|document| document.center(atom));
        }
    }

    fn moving(&mut self, act: impl FnOnce(&mut Document) -> Result<(), SceneError>) {
        let Some(document) = &mut self.document else {
            return;
        };
        match act(document) {
            Ok(()) => {
                self.hovered = None;
                self.pacer.changed(true, Instant::now());
                // Where it still waits, behind a picture that is saved.
                if let Some(full) = self.full.take() {
                    full.cancel();
                }
            }
            Err(error) => self.say(error.to_string()),
        }
    }

    fn atom_under_pointer(&self) -> Option<u32> {
        let picture = self.picture.as_ref()?;
        // A picture of another view has other atoms there.
        let fits = picture.size_px().map(|edge| edge as u32) == self.size_px;
        (fits && self.pacer.is_current())
            .then(|| picture.atom_at(self.pointer_px.x, self.pointer_px.y))
            .flatten()
    }

    /// Says in the title what the pointer is on.
    pub(crate) fn hover(&mut self) {
        let atom = self.atom_under_pointer();
        if atom != self.hovered || self.drag.is_none() {
            self.hovered = atom;
            self.title();
        }
    }
}
