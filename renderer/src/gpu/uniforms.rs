//! The uniforms as the shaders read them. The layout is that of `shaders/shared/view.wgsl`, checked
//! field by field in a test.

use bytemuck::{Pod, Zeroable};
use glam::DVec3;
use molshot_scenes::{CropRect, Scene, View, Viewport};

use crate::camera_uniforms::CameraUniforms;

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
    pub(super) rounds: u32,
    pub(super) padding: [u32; 2],
}

impl ViewUniform {
    /// The view with samples at the pixels' centres. `scene_origin` is the world point that
    /// uploaded positions refer to.
    pub(super) fn new(
        scene: &Scene,
        scene_origin: DVec3,
        view: &View,
        viewport: &Viewport,
        region: CropRect,
    ) -> Self {
        let uniforms = CameraUniforms::new(scene, scene_origin, view, viewport);
        Self {
            camera_from_scene: uniforms.camera_from_scene.to_cols_array_2d(),
            picture_size_px: uniforms.picture_size_px,
            region_origin_px: [region.x_px as f32, region.y_px as f32],
            region_size_px: [region.width_px as f32, region.height_px as f32],
            sample_offset_px: [0.0; 2],
            pixel_scale: uniforms.pixel_scale,
            near_angstrom: uniforms.near_angstrom,
            orthographic: u32::from(!uniforms.perspective),
            cue_start_angstrom: uniforms.cue_start_angstrom,
            cue_color: uniforms.cue_color,
            cue_end_angstrom: uniforms.cue_end_angstrom,
            key_direction: uniforms.key_direction,
            key_diffuse: uniforms.key_diffuse,
            fill_direction: uniforms.fill_direction,
            fill_diffuse: uniforms.fill_diffuse,
            ambient: uniforms.ambient,
            specular: uniforms.specular,
            padding: [0.0; 2],
        }
    }

    /// The same view, sampled beside the pixel's centre.
    pub(super) fn at_sample(mut self, offset_px: [f32; 2]) -> Self {
        self.sample_offset_px = offset_px;
        self
    }
}
