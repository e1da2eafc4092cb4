//! `camera` and `focus` nodes: where the scene is seen from.
//!
//! A `MolViewSpec` camera is one that just shows a sphere of radius R from the distance 2 R, and a
//! program moves it along its axis until it shows the same sphere in its own field of view (Mol*:
//! `mol-util/camera.js`). So a camera and a focus are the same: a sphere, and a direction.

use glam::DVec3;

use super::measure::{Ball, around};
use super::notes::Notes;
use super::tree::Node;
use crate::camera::ViewPoint;
use crate::error::SceneError;

/// Smallest sphere that is looked at, angstrom: as in Mol* (`mol-canvas3d/camera.js`).
const MIN_RADIUS_ANGSTROM: f64 = 0.01;

/// A `focus` node.
#[derive(Debug, Clone)]
pub(super) struct Focus {
    ball: Ball,
    direction: Option<DVec3>,
    up: Option<DVec3>,
    pointer: String,
}

impl Focus {
    /// Reads a node that looks at something within `ball`.
    pub(super) fn read(node: &Node, ball: Ball) -> Result<Self, SceneError> {
        let factor = node.size("radius_factor")?.unwrap_or(1.0);
        let extent = node.number("radius_extent")?.unwrap_or(0.0);
        let radius = node
            .size("radius")?
            .unwrap_or(ball.radius * factor + extent);
        let axis = |key: &str| match node.vector(key)? {
            Some(axis) if axis.length() < 1e-9 => Err(node.wrong(
                key,
                "a direction cannot have the length 0",
                "give a vector such as [0, 0, -1]",
            )),
            axis => Ok(axis),
        };
        Ok(Self {
            ball: Ball {
                center: ball.center,
                radius: radius.max(MIN_RADIUS_ANGSTROM),
            },
            direction: axis("direction")?,
            up: axis("up")?,
            pointer: node.pointer.clone(),
        })
    }
}

/// Where a scene is seen from: its camera, else what the focuses look at together, in the last
/// one's direction, else everything.
pub(super) fn viewpoint(
    root: &Node,
    focuses: &[Focus],
    whole: Ball,
    notes: &mut Notes,
) -> Result<ViewPoint, SceneError> {
    if let Some(camera) = root.children_of("camera").last() {
        return of_camera(camera, notes);
    }
    let mut focuses = focuses.to_vec();
    for node in root.children_of("focus") {
        focuses.push(Focus::read(node, whole)?);
    }
    let ball = around(
        focuses
            .iter()
            .map(|focus| (focus.ball.center, focus.ball.radius)),
    );
    let ball = ball.unwrap_or(whole);
    let last = focuses.last();
    let direction = last
        .and_then(|focus| focus.direction)
        .unwrap_or(DVec3::NEG_Z)
        .normalize();
    let up = last.and_then(|focus| focus.up).unwrap_or(DVec3::Y);
    let up = upright(up, direction).unwrap_or_else(|| {
        if let Some(focus) = last {
            notes.add(
                "up is along the view; another direction is up",
                &focus.pointer,
            );
        }
        direction.any_orthonormal_vector()
    });
    Ok(ViewPoint {
        target_angstrom: ball.center,
        radius_angstrom: ball.radius.max(MIN_RADIUS_ANGSTROM),
        direction,
        up,
        fits_narrow: true,
    })
}

fn of_camera(node: &Node, notes: &mut Notes) -> Result<ViewPoint, SceneError> {
    let target = node.required("target", node.vector("target")?)?;
    let position = node.required("position", node.vector("position")?)?;
    let up = node.vector("up")?.unwrap_or(DVec3::Y);
    if node.number("near")?.is_some() {
        notes.add(
            "the near plane of the camera is not applied: nothing is cut off",
            &node.pointer,
        );
    }
    let way = target - position;
    if way.length() < 1e-6 {
        return Err(node.wrong(
            "position",
            "the camera is at its target, so it has no direction",
            "give two different points",
        ));
    }
    let direction = way.normalize();
    let up = upright(up, direction).ok_or_else(|| {
        node.wrong(
            "up",
            "this is along the view",
            "give a vector across the view, such as [0, 1, 0]",
        )
    })?;
    Ok(ViewPoint {
        target_angstrom: target,
        radius_angstrom: (way.length() * 0.5).max(MIN_RADIUS_ANGSTROM),
        direction,
        up,
        fits_narrow: false,
    })
}

/// The part of `up` across a direction, as a unit vector; `None` if there is none.
fn upright(up: DVec3, direction: DVec3) -> Option<DVec3> {
    let across = up - direction * up.dot(direction);
    (across.length() > 1e-6 * up.length() && up.length() > 1e-9).then(|| across.normalize())
}
