//! A view: the pose of the camera, its projection, and the pixels that are drawn.

use glam::{DQuat, DVec3};

use crate::scene::DepthCue;

/// Position and orientation of the camera. Camera axes: x right, y up, z towards the viewer; the
/// camera looks along -z.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pose {
    /// Position in world axes, angstrom.
    pub position_angstrom: DVec3,
    /// Rotation that takes camera axes to world axes.
    pub world_from_camera: DQuat,
}

impl Pose {
    /// World coordinates to camera coordinates, angstrom (what ChimeraX's `getcrd screen` prints).
    #[must_use]
    pub fn camera_from_world(&self, world: DVec3) -> DVec3 {
        self.world_from_camera.inverse() * (world - self.position_angstrom)
    }
}

/// How camera coordinates become pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Projection {
    /// Central projection.
    Perspective {
        /// Horizontal field of view, degrees.
        fov_x_degrees: f64,
    },
    /// Parallel projection.
    Orthographic {
        /// Width of the picture, angstrom.
        width_angstrom: f64,
    },
}

/// One camera with its clip planes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct View {
    /// Where the camera stands.
    pub pose: Pose,
    /// How it projects.
    pub projection: Projection,
    /// Depth of the near plane along the view axis, angstrom; positive. Nothing nearer is drawn.
    pub near_angstrom: f64,
    /// Depth of the far plane along the view axis, angstrom; above `near_angstrom`. The depth cue
    /// refers to it; nothing is cut there.
    pub far_angstrom: f64,
}

/// A rectangle of pixels, top-left origin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CropRect {
    /// Left edge.
    pub x_px: u32,
    /// Top edge.
    pub y_px: u32,
    /// Width, at least 1.
    pub width_px: u32,
    /// Height, at least 1.
    pub height_px: u32,
}

/// The whole picture's size and the part of it that is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Viewport {
    /// Width of the whole picture.
    pub width_px: u32,
    /// Height of the whole picture.
    pub height_px: u32,
    /// The part that is drawn; inside the whole picture.
    pub crop: CropRect,
}

impl Viewport {
    /// A viewport without crop.
    #[must_use]
    pub fn whole(width_px: u32, height_px: u32) -> Self {
        Self {
            width_px,
            height_px,
            crop: CropRect {
                x_px: 0,
                y_px: 0,
                width_px,
                height_px,
            },
        }
    }
}

impl View {
    /// Pixels of the whole picture per unit of `x / depth` (perspective) or per angstrom
    /// (orthographic).
    ///
    /// Perspective: `k = (W / 2) / tan(fov / 2)`; orthographic: `k = W / width`.
    #[must_use]
    pub fn pixel_scale(&self, viewport: &Viewport) -> f64 {
        let width = f64::from(viewport.width_px);
        match self.projection {
            Projection::Perspective { fov_x_degrees } => {
                width * 0.5 / (fov_x_degrees.to_radians() * 0.5).tan()
            }
            Projection::Orthographic { width_angstrom } => width / width_angstrom,
        }
    }

    /// Depths at which a cue begins to fade and has faded to its colour alone, angstrom.
    #[must_use]
    pub fn cue_depths_angstrom(&self, cue: DepthCue) -> [f64; 2] {
        let span = self.far_angstrom - self.near_angstrom;
        [cue.start, cue.end].map(|share| self.near_angstrom + f64::from(share) * span)
    }

    /// Where a world point falls: x and y in pixels of the whole picture (top-left origin; the
    /// centre of the first pixel is 0.5, 0.5) and depth in angstrom along the view axis (positive
    /// in front of the camera).
    #[must_use]
    pub fn project(&self, viewport: &Viewport, world: DVec3) -> DVec3 {
        let c = self.pose.camera_from_world(world);
        let k = self.pixel_scale(viewport);
        let depth = -c.z;
        let scale = match self.projection {
            Projection::Perspective { .. } => k / depth,
            Projection::Orthographic { .. } => k,
        };
        DVec3::new(
            f64::from(viewport.width_px) * 0.5 + c.x * scale,
            f64::from(viewport.height_px) * 0.5 - c.y * scale,
            depth,
        )
    }
}
