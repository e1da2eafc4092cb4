//! One scene on the device.

use std::sync::{Arc, Weak};

use bytemuck::{Pod, Zeroable};
use glam::DVec3;
use molshot_scenes::{Cylinder, Scene, Sphere};

use super::context::Context;
use crate::error::RenderError;
use crate::mesh::DrawnTriangles;

/// Instance buffers of one scene.
#[derive(Debug)]
pub(super) struct SceneBuffers {
    /// Known by its address; the scene itself need not be kept.
    scene: Weak<Scene>,
    bytes: u64,
    /// World point that the uploaded positions refer to.
    pub(super) origin: DVec3,
    pub(super) spheres: Option<Instances>,
    pub(super) cylinders: Option<Instances>,
    /// Opaque triangles, then transparent ones.
    pub(super) triangles: Option<Instances>,
    /// Number of opaque triangles.
    pub(super) opaque_triangles: u32,
}

/// A triangle of a mesh on the device.
#[derive(Debug, Clone, Copy, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub(super) struct TriangleInstance {
    /// Corners in scene axes, angstrom; counterclockwise when seen from the side of the normals.
    pub(super) corner_0: [f32; 3],
    pub(super) corner_1: [f32; 3],
    pub(super) corner_2: [f32; 3],
    /// Normals at the corners.
    pub(super) normal_0: [f32; 3],
    pub(super) normal_1: [f32; 3],
    pub(super) normal_2: [f32; 3],
    /// sRGB colours of the corners; the fourth byte is the opacity.
    pub(super) color_0: [u8; 4],
    pub(super) color_1: [u8; 4],
    pub(super) color_2: [u8; 4],
    /// Atoms of the corners.
    pub(super) atoms: [u32; 3],
}

/// A buffer and how many records it holds.
#[derive(Debug)]
pub(super) struct Instances {
    pub(super) buffer: wgpu::Buffer,
    pub(super) count: u32,
}

impl SceneBuffers {
    /// Uploads a scene. Positions are made relative to the centre of the scene's box in f64, so
    /// that f32 on the device resolves them at any distance of the molecule from the world's
    /// origin.
    pub(super) fn upload(context: &Context, scene: &Arc<Scene>) -> Result<Self, RenderError> {
        #[cfg(test)]
        context.fail_allocation_if_injected()?;
        let origin = scene.bounds.center();
        let relative = |p: [f32; 3]| {
            (DVec3::from_array(p.map(f64::from)) - origin)
                .as_vec3()
                .to_array()
        };
        let spheres: Vec<Sphere> = scene
            .spheres
            .iter()
            .map(|sphere| Sphere {
                center_angstrom: relative(sphere.center_angstrom),
                ..*sphere
            })
            .collect();
        let cylinders: Vec<Cylinder> = scene
            .cylinders
            .iter()
            .map(|cylinder| Cylinder {
                start_angstrom: relative(cylinder.start_angstrom),
                end_angstrom: relative(cylinder.end_angstrom),
                ..*cylinder
            })
            .collect();
        let drawn = DrawnTriangles::of(&scene.mesh);
        let triangles: Vec<TriangleInstance> = drawn
            .triangles
            .iter()
            .map(|triangle| {
                let [a, b, c] = triangle.map(|corner| scene.mesh.vertices[corner as usize]);
                TriangleInstance {
                    corner_0: relative(a.position_angstrom),
                    corner_1: relative(b.position_angstrom),
                    corner_2: relative(c.position_angstrom),
                    normal_0: a.normal,
                    normal_1: b.normal,
                    normal_2: c.normal,
                    color_0: a.color,
                    color_1: b.color,
                    color_2: c.color,
                    atoms: [a.atom, b.atom, c.atom],
                }
            })
            .collect();
        Ok(Self {
            scene: Arc::downgrade(scene),
            bytes: Self::bytes_of(scene),
            origin,
            spheres: instances(context, "spheres", &spheres)?,
            cylinders: instances(context, "cylinders", &cylinders)?,
            triangles: instances(context, "triangles", &triangles)?,
            opaque_triangles: drawn.opaque as u32,
        })
    }

    /// Size of a scene on the device.
    pub(super) fn bytes_of(scene: &Scene) -> u64 {
        let bodies =
            size_of_val(scene.spheres.as_slice()) + size_of_val(scene.cylinders.as_slice());
        (bodies + scene.mesh.triangles.len() * size_of::<TriangleInstance>()) as u64
    }

    /// True with triangles that are not opaque.
    pub(super) fn is_transparent(&self) -> bool {
        self.triangles
            .as_ref()
            .is_some_and(|triangles| self.opaque_triangles < triangles.count)
    }

    /// Size on the device.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// True when this is `scene` itself, not only an equal one.
    pub(super) fn holds(&self, scene: &Arc<Scene>) -> bool {
        // The address is not used again while there is a `Weak`.
        std::ptr::eq(self.scene.as_ptr(), Arc::as_ptr(scene))
    }
}

fn instances<T: Pod>(
    context: &Context,
    label: &str,
    records: &[T],
) -> Result<Option<Instances>, RenderError> {
    if records.is_empty() {
        return Ok(None);
    }
    let bytes: &[u8] = bytemuck::cast_slice(records);
    let limit_bytes = context.max_buffer_bytes;
    if bytes.len() as u64 > limit_bytes {
        return Err(RenderError::TooLarge {
            needed_bytes: bytes.len() as u64,
            limit_bytes,
        });
    }
    let buffer = context.device.create_buffer(&wgpu::BufferDescriptor {
        label: Some(label),
        size: bytes.len() as u64,
        usage: wgpu::BufferUsages::VERTEX | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    });
    context.queue.write_buffer(&buffer, 0, bytes);
    Ok(Some(Instances {
        buffer,
        count: records.len() as u32,
    }))
}
