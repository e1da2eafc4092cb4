//! Light and colours of points on triangles, eight at a time.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, i32x8};

use super::frame::MeshFrame;
use super::raster::TriangleForms;
use super::scene::{SceneCorner, SceneMesh};
use crate::simd::{LANES, Vec3x8, add_scaled, dot, each_axis, gather};
use crate::software::camera::Camera;
use crate::software::intersect::RayX8;
use crate::software::lighting::Light;
use crate::software::shading::to_array;

/// Points on triangles: rays, each with its triangle and a slot that the caller chooses.
#[derive(Debug, Default)]
pub(super) struct MeshBatch {
    x: Vec<f32>,
    y: Vec<f32>,
    triangles: Vec<u32>,
    slots: Vec<u32>,
}

/// How far a normal that points away from the viewer is turned back, as the sine of its angle with
/// the plane across the line of sight: beyond rounding, so that [`Light::shade`] does not reverse
/// it.
const TOWARDS_VIEWER: f32 = 1e-4;

/// What eight points show.
#[derive(Debug)]
pub(super) struct MeshResults<'a> {
    /// Number of points.
    pub(super) count: usize,
    pub(super) slots: &'a [u32],
    /// sRGB bytes, red lowest, alpha 255.
    pub(super) color: [u32; LANES],
    pub(super) depth: [f32; LANES],
    pub(super) normal: [[f32; LANES]; 3],
    /// Atom of the nearest corner.
    pub(super) atoms: [u32; LANES],
}

impl MeshBatch {
    /// Appends the capacities of all buffers.
    #[cfg(test)]
    pub(super) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.extend([self.x.capacity(), self.triangles.capacity()]);
    }

    pub(super) fn clear(&mut self) {
        self.x.clear();
        self.y.clear();
        self.triangles.clear();
        self.slots.clear();
    }

    /// Adds a point.
    #[inline(always)]
    pub(super) fn push(&mut self, x: f32, y: f32, triangle: u32, slot: u32) {
        self.x.push(x);
        self.y.push(y);
        self.triangles.push(triangle);
        self.slots.push(slot);
    }

    /// Shades all points and removes them.
    pub(super) fn shade<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        camera: &Camera,
        mesh: &SceneMesh,
        frame: &MeshFrame,
        mut consume: impl FnMut(&MeshResults<'_>),
    ) {
        simd.vectorize(
            #[inline(always)]
            || {
                let light = Light::new(simd, camera);
                for first in (0..self.x.len()).step_by(LANES) {
                    let count = LANES.min(self.x.len() - first);
                    let at = |lane: usize| first + lane.min(count - 1);
                    let ray = RayX8 {
                        x: gather(simd, |lane| self.x[at(lane)]),
                        y: gather(simd, |lane| self.y[at(lane)]),
                    };
                    let triangles = EightTriangles::load::<PERSPECTIVE>(mesh, frame, |lane| {
                        self.triangles[at(lane)]
                    });
                    let weights = triangles.weights(simd, ray);
                    let depth = triangles.depth(simd, weights);
                    let normal = triangles.normal::<_, PERSPECTIVE>(simd, camera, weights, ray);
                    let base_color = triangles.color(simd, weights);
                    let lit = light.shade::<PERSPECTIVE>(simd, ray, depth, normal, base_color);
                    let mut results = MeshResults {
                        count,
                        slots: &self.slots[first..first + count],
                        color: to_array(lit.color),
                        depth: [0.0; LANES],
                        normal: [[0.0; LANES]; 3],
                        atoms: triangles.atoms(weights),
                    };
                    depth.store_slice(&mut results.depth);
                    for axis in 0..3 {
                        lit.normal[axis].store_slice(&mut results.normal[axis]);
                    }
                    consume(&results);
                }
            },
        );
        self.clear();
    }
}

/// The triangles of eight points.
struct EightTriangles<'a> {
    forms: [TriangleForms; LANES],
    corners: [[&'a SceneCorner; 3]; LANES],
}

/// Barycentric weights of eight points in their triangles.
type Weights<S> = [f32x8<S>; 3];

impl<'a> EightTriangles<'a> {
    #[inline(always)]
    fn load<const PERSPECTIVE: bool>(
        mesh: &'a SceneMesh,
        frame: &MeshFrame,
        triangle_of: impl Fn(usize) -> u32,
    ) -> Self {
        let none = TriangleForms {
            x_factor: [0.0; 3],
            y_factor: [0.0; 3],
            constant: [0.0; 3],
            depth: [0.0; 3],
            side: 1.0,
        };
        let mut forms = [none; LANES];
        let first = &mesh.corners[0];
        let mut corners = [[first; 3]; LANES];
        for lane in 0..LANES {
            let triangle = triangle_of(lane);
            if lane > 0 && triangle == triangle_of(lane - 1) {
                forms[lane] = forms[lane - 1];
                corners[lane] = corners[lane - 1];
                continue;
            }
            if let Some(found) = TriangleForms::new::<PERSPECTIVE>(frame, mesh, triangle) {
                forms[lane] = found;
            }
            let [a, b, c] = mesh.triangles[triangle as usize];
            corners[lane] = [
                &mesh.corners[a as usize],
                &mesh.corners[b as usize],
                &mesh.corners[c as usize],
            ];
        }
        Self { forms, corners }
    }

    #[inline(always)]
    fn weights<S: Simd>(&self, simd: S, ray: RayX8<S>) -> Weights<S> {
        let form = |corner: usize| {
            gather(simd, |lane| self.forms[lane].x_factor[corner]) * ray.x
                + gather(simd, |lane| self.forms[lane].y_factor[corner]) * ray.y
                + gather(simd, |lane| self.forms[lane].constant[corner])
        };
        let forms = each_axis!(corner => form(corner));
        let sum = forms[0] + forms[1] + forms[2];
        each_axis!(corner => forms[corner] / sum)
    }

    #[inline(always)]
    fn depth<S: Simd>(&self, simd: S, weights: Weights<S>) -> f32x8<S> {
        let of = |corner: usize| gather(simd, |lane| self.forms[lane].depth[corner]);
        weights[0] * of(0) + weights[1] * of(1) + weights[2] * of(2)
    }

    /// Normal in camera axes, of any length, on the side that is seen. An interpolated normal that
    /// points away from the viewer on the side that is seen, near an outline, is turned until it is
    /// perpendicular to the line of sight.
    #[inline(always)]
    fn normal<S: Simd, const PERSPECTIVE: bool>(
        &self,
        simd: S,
        camera: &Camera,
        weights: Weights<S>,
        ray: RayX8<S>,
    ) -> Vec3x8<S> {
        let side = gather(simd, |lane| self.forms[lane].side);
        let of = |corner: usize, axis: usize| {
            gather(simd, |lane| self.corners[lane][corner].normal[axis])
        };
        let in_scene = each_axis!(axis => {
            (weights[0] * of(0, axis) + weights[1] * of(1, axis) + weights[2] * of(2, axis)) * side
        });
        let normal = camera.rotate(simd, in_scene);
        let direction = ray.direction::<PERSPECTIVE>(simd);
        let zero = f32x8::splat(simd, 0.0);
        let away = dot(normal, direction);
        let length = dot(direction, direction);
        let margin = f32x8::splat(simd, TOWARDS_VIEWER) * (dot(normal, normal) * length).sqrt();
        let excess = away.simd_gt(zero).select((away + margin) / length, zero);
        add_scaled(normal, -excess, direction)
    }

    /// sRGB bytes, interpolated and rounded.
    #[inline(always)]
    fn color<S: Simd>(&self, simd: S, weights: Weights<S>) -> i32x8<S> {
        let half = f32x8::splat(simd, 0.5);
        let mut color = i32x8::splat(simd, 0);
        for channel in [0_u32, 1, 2] {
            let of = |corner: usize| {
                gather(simd, |lane| {
                    (self.corners[lane][corner].color >> (8 * channel) & 255) as f32
                })
            };
            let value = weights[0] * of(0) + weights[1] * of(1) + weights[2] * of(2);
            color |= i32x8::truncate_from(value + half) << (8 * channel);
        }
        color
    }

    /// The atom of the corner with the greatest weight, the first of equals.
    #[inline(always)]
    fn atoms<S: Simd>(&self, weights: Weights<S>) -> [u32; LANES] {
        let mut lanes = [[0.0; LANES]; 3];
        for corner in 0..3 {
            weights[corner].store_slice(&mut lanes[corner]);
        }
        let mut atoms = [0; LANES];
        for (lane, atom) in atoms.iter_mut().enumerate() {
            let [a, b, c] = [lanes[0][lane], lanes[1][lane], lanes[2][lane]];
            let nearest = if a >= b && a >= c {
                0
            } else if b >= c {
                1
            } else {
                2
            };
            *atom = self.corners[lane][nearest].atom;
        }
        atoms
    }
}
