//! Single pixels of a picture of a few bodies, without the picture.
//!
//! A [`Probe`] answers what the built-in rasteriser would show at the centres of some pixels if
//! nothing but these bodies were drawn. The formulas are the rasteriser's own, so that the answers
//! are, too, to the last bit: a test compares them with pictures.

use fearless_simd::prelude::*;
use fearless_simd::{Level, dispatch, f32x8};
use glam::DVec3;
use molshot_scenes::{Cylinder, RenderJob, Sphere};

use super::camera::{Camera, relative_to};
use super::intersect::{CappedCylinderX8, RayX8, SphereQuadratic, SphereX8};
use super::mesh;
use super::primitives::{self, in_local_frame};
use super::scene::SceneCylinder;
use crate::simd::LANES;

/// Casts rays through the centres of single pixels of a job's picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Probe {
    level: Level,
    camera: Camera,
    /// World point that positions refer to.
    origin: DVec3,
    /// Left top corner of the drawn region.
    corner_px: [u32; 2],
    /// Its size.
    size_px: [u32; 2],
}

impl Probe {
    pub(crate) fn new(job: &RenderJob) -> Self {
        let origin = job.scene().bounds.center();
        let crop = job.viewport().crop;
        Self {
            level: Level::new(),
            camera: Camera::new(job, origin),
            origin,
            corner_px: [crop.x_px, crop.y_px],
            size_px: [crop.width_px, crop.height_px],
        }
    }

    /// Passes to `take` the pixels (column and row of the drawn region) that show a triangle, whose
    /// corners are in world axes, when it is all.
    pub(crate) fn shown_of_triangle(
        &self,
        corners_angstrom: [[f32; 3]; 3],
        take: impl FnMut([u32; 2]),
    ) {
        let corners = corners_angstrom.map(|corner| relative_to(self.origin, corner));
        mesh::for_each_pixel(&self.camera, corners, self.corner_px, self.size_px, take);
    }

    /// Passes to `take` those of `pixels` (column and row of the drawn region) that show one of the
    /// bodies when these are all. The ends of the cylinders are seen: they are open, flat or round.
    pub(crate) fn shown(
        &self,
        spheres: &[Sphere],
        cylinders: &[Cylinder],
        pixels: &[[u32; 2]],
        mut take: impl FnMut([u32; 2]),
    ) {
        for pixels in pixels.chunks(LANES) {
            let mut shown = dispatch!(self.level, simd => if self.camera.perspective {
                self.cast::<_, true>(simd, spheres, cylinders, pixels)
            } else {
                self.cast::<_, false>(simd, spheres, cylinders, pixels)
            });
            shown &= (1 << pixels.len()) - 1;
            while shown != 0 {
                take(pixels[shown.trailing_zeros() as usize]);
                shown &= shown - 1;
            }
        }
    }

    /// A bit for each of up to [`LANES`] pixels that is shown, and any for the other lanes.
    #[inline(always)]
    fn cast<S: Simd, const PERSPECTIVE: bool>(
        &self,
        simd: S,
        spheres: &[Sphere],
        cylinders: &[Cylinder],
        pixels: &[[u32; 2]],
    ) -> u32 {
        simd.vectorize(
            #[inline(always)]
            || {
                let camera = &self.camera;
                let (mut xs, mut ys) = ([0.0; LANES], [0.0; LANES]);
                let (mut x_squares, mut y_squares) = ([0.0; LANES], [0.0; LANES]);
                for (lane, [column, row]) in pixels.iter().enumerate() {
                    let place = |at: u32, axis: usize| (self.corner_px[axis] + at) as f32 + 0.5;
                    xs[lane] = camera.ray_x(place(*column, 0));
                    ys[lane] = camera.ray_y(place(*row, 1));
                    (x_squares[lane], _) = camera.ray_squares(xs[lane], 0.0);
                    (_, y_squares[lane]) = camera.ray_squares(0.0, ys[lane]);
                }
                let eight = |numbers: &[f32; LANES]| f32x8::from_slice(simd, numbers);
                let rays = RayX8 {
                    x: eight(&xs),
                    y: eight(&ys),
                };
                let length = eight(&y_squares) + eight(&x_squares);
                let near = f32x8::splat(simd, camera.near_angstrom);
                let mut shown = 0;
                for sphere in spheres {
                    let center = camera.to_camera(relative_to(self.origin, sphere.center_angstrom));
                    let radius = sphere.radius_angstrom;
                    let depth = -center.z;
                    if depth + radius < camera.near_angstrom {
                        continue;
                    }
                    let sphere = primitives::Sphere {
                        center: center.to_array(),
                        radius,
                        ..primitives::Sphere::default()
                    };
                    let hit = if depth - radius < camera.near_angstrom {
                        let approach = SphereX8::splat(simd, &sphere)
                            .closest_approach::<PERSPECTIVE>(simd, rays);
                        approach.visible_wall(simd, near).1
                    } else {
                        let form = SphereQuadratic::new(camera, &sphere);
                        let distance = form.distances(simd, rays.x, rays.y);
                        let square = f32x8::splat(simd, form.radius_squared) * length - distance;
                        square.simd_ge(f32x8::splat(simd, 0.0))
                    };
                    shown |= hit.to_bitmask() as u32;
                }
                for cylinder in cylinders {
                    let ends = [cylinder.start_angstrom, cylinder.end_angstrom]
                        .map(|end| relative_to(self.origin, end));
                    let source = SceneCylinder {
                        start: ends[0],
                        end: ends[1],
                        radius: cylinder.radius_angstrom,
                        caps: cylinder.caps,
                        cover_radius: 0.0,
                    };
                    let ends = ends.map(|end| camera.to_camera(end));
                    if (-ends[0].z).max(-ends[1].z) + source.radius < camera.near_angstrom {
                        continue;
                    }
                    let cylinder = in_local_frame(camera, &source, ends);
                    let hit = CappedCylinderX8::splat(simd, &cylinder)
                        .hit::<PERSPECTIVE>(simd, rays, near)
                        .hit;
                    shown |= hit.to_bitmask() as u32;
                }
                shown
            },
        )
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use molshot_scenes::{
        Background, Lighting, Plane, Pose, Projection, Samples, Scene, SceneParts, View, Viewport,
    };

    use super::*;
    use crate::backend::Backend;
    use crate::software::SoftwareBackend;

    const SIZE_PX: [u32; 2] = [90, 70];

    fn scene(spheres: Vec<Sphere>, cylinders: Vec<Cylinder>) -> Arc<Scene> {
        let text = b"HETATM    1  C1  LIG A   1       0.000   0.000   0.000  1.00  0.00           C\nEND\n";
        let options =
            molshot_molecule::ReadOptions::default().with_format(molshot_molecule::Format::Pdb);
        let role = molshot_molecule::PartRole::Whole;
        let structure =
            molshot_molecule::read_bytes("one.pdb", text, role, &options).expect("one atom");
        let parts = SceneParts {
            spheres,
            cylinders,
            lighting: Lighting::simple(),
            depth_cue: None,
            background: Background {
                color: [0; 3],
                transparent: false,
            },
            structure: Arc::new(structure),
        };
        Arc::new(Scene::from_parts(parts).expect("sound parts"))
    }

    fn job(scene: &Arc<Scene>, projection: Projection) -> RenderJob {
        let view = View {
            pose: Pose {
                position_angstrom: DVec3::new(0.3, -0.2, 9.0),
                world_from_camera: glam::DQuat::from_rotation_z(0.4),
            },
            projection,
            near_angstrom: 7.0,
            far_angstrom: 20.0,
        };
        let viewport = Viewport::whole(SIZE_PX[0], SIZE_PX[1]);
        let planes = BTreeSet::from([Plane::AtomId]);
        RenderJob::new(Arc::clone(scene), view, viewport, Samples::One, planes)
            .expect("a sound job")
    }

    /// Pictures of one body each, some of them cut by the near plane, against single pixels.
    #[test]
    fn single_pixels_are_those_of_a_picture() {
        let mut state = 11_u64;
        let mut number = |low: f32, high: f32| {
            state = (state.wrapping_mul(6_364_136_223_846_793_005)).wrapping_add(1);
            low + (high - low) * (state >> 40) as f32 / (1_u64 << 24) as f32
        };
        let mut point = || [number(-3.0, 3.0), number(-2.0, 2.0), number(-4.0, 2.5)];
        let color = [255; 4];
        let mut backend = SoftwareBackend::new();
        let (mut shown, mut cut) = (0, 0);
        for body in 0..60_u32 {
            let (center, end) = (point(), point());
            let radius_angstrom = 0.1 + 0.02 * body as f32;
            let (spheres, cylinders) = if body % 2 == 0 {
                let sphere = Sphere {
                    center_angstrom: center,
                    radius_angstrom,
                    color,
                    atom: 0,
                };
                (vec![sphere], vec![])
            } else {
                let cylinder = Cylinder {
                    start_angstrom: center,
                    radius_angstrom,
                    end_angstrom: end,
                    caps: body / 2 % 3,
                    start_color: color,
                    end_color: color,
                    start_atom: 0,
                    end_atom: 0,
                };
                (vec![], vec![cylinder])
            };
            let scene = scene(spheres.clone(), cylinders.clone());
            for projection in [
                Projection::Perspective {
                    fov_x_degrees: 40.0,
                },
                Projection::Orthographic {
                    width_angstrom: 7.0,
                },
            ] {
                let job = job(&scene, projection);
                let frame = backend.draw(&job).expect("a small picture");
                let ids = frame.atom_id.as_deref().expect("ids");
                let pixels: Vec<[u32; 2]> = (0..SIZE_PX[0] * SIZE_PX[1])
                    .map(|at| [at % SIZE_PX[0], at / SIZE_PX[0]])
                    .collect();
                let mut found = vec![0; ids.len()];
                Probe::new(&job).shown(&spheres, &cylinders, &pixels, |[column, row]| {
                    found[(row * SIZE_PX[0] + column) as usize] = 1;
                });
                assert!(found == ids, "body {body}, {projection:?}");
                shown += found.iter().filter(|id| **id == 1).count();
                cut += usize::from(center[2].max(end[2]) + radius_angstrom > 2.0);
                backend.recycle(frame);
            }
        }
        assert!(shown > 20_000 && cut > 20, "{shown} pixels, {cut} cut");
    }
}
