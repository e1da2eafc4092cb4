//! The view as the shaders read it. One contract with `shaders/shared/view.wgsl`, checked field by field in a test.

use bytemuck::{Pod, Zeroable};
use glam::{DMat4, DVec3};
use molshot_scenes::{CropRect, Projection, Scene, View, Viewport};

/// WGSL's `View`.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct ViewUniform {
    pub(super) camera_from_scene: [[f32; 4]; 4],
    pub(super) picture_size_px: [f32; 2],
    pub(super) region_origin_px: [f32; 2],
    pub(super) region_size_px: [f32; 2],
    pub(super) sample_offset_px: [f32; 2],
    pub(super) pixel_scale: f32,
    pub(super) near_angstrom: f32,
    pub(super) orthographic: u32,
    pub(super) cue_start_angstrom: f32,
    pub(super) cue_color: [f32; 3],
    pub(super) cue_end_angstrom: f32,
    pub(super) key_direction: [f32; 3],
    pub(super) key_diffuse: f32,
    pub(super) fill_direction: [f32; 3],
    pub(super) fill_diffuse: f32,
    pub(super) ambient: f32,
    pub(super) specular: f32,
    pub(super) padding: [f32; 2],
}

/// WGSL's `Resolve`.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct ResolveUniform {
    pub(super) background: [u32; 4],
    pub(super) samples: u32,
    pub(super) padding: [u32; 3],
}

impl ViewUniform {
    /// Everything but the sample's place in the pixel. `scene_origin` is the world point that uploaded positions refer to.
    pub(super) fn new(
        scene: &Scene,
        scene_origin: DVec3,
        view: &View,
        viewport: &Viewport,
        region: CropRect,
    ) -> Self {
        // In f64 until the last step: world coordinates can be large, what is left here is small.
        let camera_from_world = DMat4::from_quat(view.pose.world_from_camera.inverse())
            * DMat4::from_translation(-view.pose.position_angstrom);
        let camera_from_scene = camera_from_world * DMat4::from_translation(scene_origin);
        let light = &scene.lighting;
        let span = view.far_angstrom - view.near_angstrom;
        let (cue_start, cue_end) = scene.depth_cue.map_or((0.0, 0.0), |cue| {
            (
                view.near_angstrom + f64::from(cue.start) * span,
                view.near_angstrom + f64::from(cue.end) * span,
            )
        });
        Self {
            camera_from_scene: camera_from_scene.as_mat4().to_cols_array_2d(),
            picture_size_px: [viewport.width_px as f32, viewport.height_px as f32],
            region_origin_px: [region.x_px as f32, region.y_px as f32],
            region_size_px: [region.width_px as f32, region.height_px as f32],
            sample_offset_px: [0.0; 2],
            pixel_scale: view.pixel_scale(viewport) as f32,
            near_angstrom: view.near_angstrom as f32,
            orthographic: u32::from(matches!(view.projection, Projection::Orthographic { .. })),
            cue_start_angstrom: cue_start as f32,
            cue_color: scene.background.color.map(|byte| f32::from(byte) / 255.0),
            cue_end_angstrom: cue_end as f32,
            key_direction: light.key_direction,
            key_diffuse: light.key_intensity * light.diffuse_reflectivity,
            fill_direction: light.fill_direction,
            fill_diffuse: light.fill_intensity * light.diffuse_reflectivity,
            ambient: light.ambient_intensity * light.ambient_reflectivity,
            specular: light.specular_reflectivity * light.key_intensity,
            padding: [0.0; 2],
        }
    }

    /// The same view, sampled beside the pixel's centre.
    pub(super) fn at_sample(mut self, offset_px: [f32; 2]) -> Self {
        self.sample_offset_px = offset_px;
        self
    }
}
