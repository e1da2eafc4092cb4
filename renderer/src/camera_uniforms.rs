//! One picture's camera, light and depth cue in f32: the numbers that the shaders and the built-in
//! rasteriser both read.

use glam::{DMat4, DVec3, Mat4};
use molshot_scenes::{Projection, Scene, View, Viewport};

/// The numbers behind `View` in `shaders/shared/view.wgsl`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct CameraUniforms {
    /// Scene axes (world axes about the uploaded origin) to camera axes (x right, y up, looking
    /// down -z), angstrom.
    pub(crate) camera_from_scene: Mat4,
    /// Width and height of the whole picture.
    pub(crate) picture_size_px: [f32; 2],
    /// Pixels per unit of x / depth (perspective) or per angstrom (orthographic).
    pub(crate) pixel_scale: f32,
    pub(crate) near_angstrom: f32,
    pub(crate) perspective: bool,
    /// Depth at which fading begins.
    pub(crate) cue_start_angstrom: f32,
    /// Depth at which all is background; 0 for no depth cue.
    pub(crate) cue_end_angstrom: f32,
    /// sRGB, 0 to 1.
    pub(crate) cue_color: [f32; 3],
    /// Unit direction in which the key light travels, camera axes.
    pub(crate) key_direction: [f32; 3],
    /// Intensity times diffuse reflectivity.
    pub(crate) key_diffuse: f32,
    /// As for the key light.
    pub(crate) fill_direction: [f32; 3],
    pub(crate) fill_diffuse: f32,
    /// Intensity times reflectivity.
    pub(crate) ambient: f32,
    /// Reflectivity times intensity of the key light.
    pub(crate) specular: f32,
}

impl CameraUniforms {
    /// `scene_origin` is the world point that uploaded positions refer to.
    pub(crate) fn new(
        scene: &Scene,
        scene_origin: DVec3,
        view: &View,
        viewport: &Viewport,
    ) -> Self {
        // In f64 until the last step: world coordinates can be large, what is left here is small.
        let camera_from_world = DMat4::from_quat(view.pose.world_from_camera.inverse())
            * DMat4::from_translation(-view.pose.position_angstrom);
        let light = &scene.lighting;
        let [cue_start, cue_end] = scene
            .depth_cue
            .map_or([0.0; 2], |cue| view.cue_depths_angstrom(cue));
        Self {
            camera_from_scene: (camera_from_world * DMat4::from_translation(scene_origin))
                .as_mat4(),
            picture_size_px: [viewport.width_px as f32, viewport.height_px as f32],
            pixel_scale: view.pixel_scale(viewport) as f32,
            near_angstrom: view.near_angstrom as f32,
            perspective: matches!(view.projection, Projection::Perspective { .. }),
            cue_start_angstrom: cue_start as f32,
            cue_end_angstrom: cue_end as f32,
            cue_color: scene.background.color.map(|byte| f32::from(byte) / 255.0),
            key_direction: light.key_direction,
            key_diffuse: light.key_intensity * light.diffuse_reflectivity,
            fill_direction: light.fill_direction,
            fill_diffuse: light.fill_intensity * light.diffuse_reflectivity,
            ambient: light.ambient_intensity * light.ambient_reflectivity,
            specular: light.specular_reflectivity * light.key_intensity,
        }
    }
}
