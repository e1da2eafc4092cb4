//! A camera that shows a sphere from a direction.

use glam::{DMat3, DQuat, DVec3};

use super::Camera;
use crate::error::SceneError;
use crate::view::{Pose, Projection};

/// Where a scene is seen from: from a direction, at the distance at which a sphere just fits into
/// the picture's height.
///
/// This is how `MolViewSpec` and Mol* state cameras, so that programs with different fields of view
/// show the same.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ViewPoint {
    /// Centre of the sphere, which comes to the picture's centre; world axes, angstrom.
    pub target_angstrom: DVec3,
    /// Radius of the sphere, angstrom.
    pub radius_angstrom: f64,
    /// Unit vector from the camera to the target.
    pub direction: DVec3,
    /// Unit vector across `direction` that points up in the picture.
    pub up: DVec3,
    /// Whether the sphere fits into the width of a picture that is higher than wide, too.
    pub fits_narrow: bool,
}

impl Camera {
    /// The camera moved to a view point; `view NAME` still gives the views that were fitted.
    ///
    /// # Errors
    /// [`SceneError::Invalid`] where that is out of every reasonable distance of the scene.
    pub fn seen_from(mut self, view: &ViewPoint) -> Result<Self, SceneError> {
        let aspect = f64::from(self.viewport.width_px) / f64::from(self.viewport.height_px);
        let narrow = if view.fits_narrow {
            aspect.min(1.0)
        } else {
            1.0
        };
        let radius = view.radius_angstrom / narrow;
        let distance = match &mut self.projection {
            Projection::Perspective { fov_x_degrees } => {
                let tan_y = (fov_x_degrees.to_radians() * 0.5).tan() / aspect;
                radius / tan_y.atan().sin()
            }
            Projection::Orthographic { width_angstrom } => {
                *width_angstrom = 2.0 * radius * aspect;
                2.0 * radius
            }
        };
        let back = -view.direction;
        let right = view.up.cross(back);
        self.pose = Pose {
            position_angstrom: view.target_angstrom + back * distance,
            world_from_camera: DQuat::from_mat3(&DMat3::from_cols(right, view.up, back))
                .normalize(),
        };
        self.rotation_center = view.target_angstrom;
        self.check()
            .map_err(|(problem, remedy)| SceneError::invalid("/camera", problem, remedy))?;
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{CameraRequest, ProjectionKind};
    use crate::scene::BoundingBox;

    /// The sphere's rim, seen from the camera, touches the picture's upper edge.
    #[test]
    fn the_sphere_fits_into_the_height() {
        let bounds = BoundingBox {
            min: DVec3::splat(-5.0),
            max: DVec3::splat(5.0),
        };
        let view = ViewPoint {
            target_angstrom: DVec3::new(1.0, 2.0, 3.0),
            radius_angstrom: 4.0,
            direction: DVec3::X,
            up: DVec3::Z,
            fits_narrow: true,
        };
        for projection in [ProjectionKind::Perspective, ProjectionKind::Orthographic] {
            for (width, height, narrow) in [(800, 400, 1.0), (400, 800, 0.5)] {
                let request = CameraRequest {
                    projection,
                    fov_degrees: 50.0,
                    ..CameraRequest::default()
                };
                let camera = Camera::fit(&bounds, &request, width, height).expect("a camera");
                let camera = camera.seen_from(&view).expect("a view");
                let (settled, viewport) = (camera.view(), camera.viewport());
                let middle = settled.project(&viewport, view.target_angstrom);
                assert!((middle.x - f64::from(width) * 0.5).abs() < 1e-3);
                assert!((middle.y - f64::from(height) * 0.5).abs() < 1e-3);
                let radius = view.radius_angstrom / narrow;
                // Where the tangent from the camera touches the sphere.
                let distance = camera
                    .pose()
                    .position_angstrom
                    .distance(view.target_angstrom);
                let share = match projection {
                    ProjectionKind::Perspective => radius / distance,
                    ProjectionKind::Orthographic => 0.0,
                };
                let touch = view.target_angstrom - DVec3::X * (radius * share)
                    + DVec3::Z * (radius * (1.0 - share * share).sqrt());
                let edge = settled.project(&viewport, touch);
                assert!(edge.y.abs() < 1e-2, "{projection:?} {width}: {edge}");
                assert!((edge.x - middle.x).abs() < 1e-3);
            }
        }
    }
}
