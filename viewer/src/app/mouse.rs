//! Mouse actions.

use std::time::Instant;

use glam::DVec2;
use molshot_scenes::SceneError;
use winit::event::MouseButton;

use super::App;
use crate::document::Document;
use crate::orbit::{Orbit, arcball};

/// Zoom factor of one notch of the wheel.
const ZOOM_PER_NOTCH: f64 = 1.1;

/// What dragging with a pressed button does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum DragMode {
    /// Rotates the scene.
    Rotate,
    /// Moves the scene in the plane of the picture.
    Move,
}

/// A drag with a button that is held.
#[derive(Debug, Clone)]
pub(super) struct Drag {
    mode: DragMode,
    button: MouseButton,
    start_px: DVec2,
    start: Orbit,
}

impl App {
    /// Starts a drag.
    pub(crate) fn start_drag(&mut self, mode: DragMode, button: MouseButton) {
        let start = self.document.as_ref().map(Document::orbit);
        match start {
            Some(Ok(start)) => {
                self.drag = Some(Drag {
                    mode,
                    button,
                    start_px: self.pointer_px,
                    start,
                });
            }
            Some(Err(error)) => self.set_status(error.to_string()),
            None => {}
        }
    }

    /// Handles the release of a button, which ends the drag if it is the drag's button.
    pub(crate) fn end_drag(&mut self, button: MouseButton) {
        if self.drag.as_ref().is_some_and(|drag| drag.button == button) {
            self.drag = None;
        }
        self.update_hover();
    }

    /// Handles a movement of the pointer.
    pub(crate) fn pointer_moved(&mut self, at_px: DVec2) {
        self.pointer_px = at_px;
        // A status message stays until the mouse moves.
        self.status.clear();
        let Some(drag) = self.drag.clone() else {
            self.update_hover();
            return;
        };
        let size = DVec2::from(self.size_px.map(f64::from));
        self.move_camera(|document| match drag.mode {
            DragMode::Rotate => document.rotate(&drag.start, arcball(drag.start_px, at_px, size)),
            DragMode::Move => document.pan(&drag.start, at_px - drag.start_px),
        });
    }

    /// Handles the pointer leaving the window.
    pub(crate) fn pointer_left(&mut self) {
        if self.drag.is_none() {
            self.pointer_px = DVec2::NEG_INFINITY;
            self.update_hover();
        }
    }

    /// Zooms by notches of the wheel, positive away from the user.
    pub(crate) fn zoom(&mut self, notches: f64) {
        self.move_camera(|document| document.zoom(ZOOM_PER_NOTCH.powf(notches)));
        // Restart the drag from here, because its next step would undo the zoom.
        if let Some(drag) = self.drag.take() {
            self.start_drag(drag.mode, drag.button);
        }
    }

    /// Centres on the atom under the pointer.
    pub(crate) fn center_on_atom(&mut self) {
        self.drag = None;
        if let Some(atom) = self.atom_under_pointer() {
            self.move_camera(|document| document.center(atom));
        }
    }

    /// Moves the camera, and draws in quick quality until the mouse is at rest.
    fn move_camera(&mut self, act: impl FnOnce(&mut Document) -> Result<(), SceneError>) {
        let Some(document) = &mut self.document else {
            return;
        };
        match act(document) {
            Ok(()) => {
                self.hovered = None;
                self.pacer.changed(true, Instant::now());
                // It may still be queued behind a picture that is being saved.
                if let Some(cancel) = self.full_cancel.take() {
                    cancel.cancel();
                }
            }
            Err(error) => self.set_status(error.to_string()),
        }
    }

    fn atom_under_pointer(&self) -> Option<u32> {
        let frame = self.frame.as_ref()?;
        // A picture of another view has other atoms at the pointer.
        let fits = frame.size_px().map(|edge| edge as u32) == self.size_px;
        (fits && self.pacer.is_current())
            .then(|| frame.atom_at(self.pointer_px.x, self.pointer_px.y))
            .flatten()
    }

    /// Shows the atom under the pointer in the title.
    pub(crate) fn update_hover(&mut self) {
        let atom = self.atom_under_pointer();
        if atom != self.hovered || self.drag.is_none() {
            self.hovered = atom;
            self.update_title();
        }
    }
}
