//! The nearest triangle on each ray of a tile.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, u32x8};

use super::frame::{MeshFrame, ProjectedCorner};
use super::scene::SceneMesh;
use crate::simd::LANES;
use crate::software::tile::TILE_PX;

/// The id of a ray that hits no triangle.
pub(super) const NO_TRIANGLE: u32 = u32::MAX;

/// A triangle as linear forms of rays: for the ray of x and y the weight of corner `i` is
/// `(x_factor[i] * x + y_factor[i] * y + constant[i]) / sum of the three`, and the triangle is hit
/// where no form is negative. The weights are barycentric in space, not in the image.
///
/// With perspective a ray has the direction `d = (x, y, -1)`, and the form of corner `i` is the
/// determinant of `d` and the other two corners; without it is twice the area of the ray's place
/// and the other two corners. Two triangles with a common edge have forms of exactly opposite sign
/// there, so that no ray passes between them.
#[derive(Debug, Clone, Copy)]
pub(super) struct TriangleForms {
    pub(super) x_factor: [f32; 3],
    pub(super) y_factor: [f32; 3],
    pub(super) constant: [f32; 3],
    pub(super) depth: [f32; 3],
    /// 1 where the side of the normals is seen, -1 where the other one.
    pub(super) side: f32,
}

impl TriangleForms {
    /// `None` for a triangle that is seen from its edge or has no area.
    #[inline(always)]
    pub(super) fn new<const PERSPECTIVE: bool>(
        frame: &MeshFrame,
        mesh: &SceneMesh,
        triangle: u32,
    ) -> Option<Self> {
        let [a, b, c] = mesh.triangles[triangle as usize];
        Self::of::<PERSPECTIVE>([
            &frame.corners[a as usize],
            &frame.corners[b as usize],
            &frame.corners[c as usize],
        ])
    }

    /// As [`Self::new`], of three corners.
    #[inline(always)]
    pub(super) fn of<const PERSPECTIVE: bool>([a, b, c]: [&ProjectedCorner; 3]) -> Option<Self> {
        // The side: the plane's normal, (b - a) x (c - a), against the line of sight.
        let (u, v) = (between(a, b), between(a, c));
        let normal_z = u[0] * v[1] - u[1] * v[0];
        let towards = if PERSPECTIVE {
            let normal_x = u[1] * v[2] - u[2] * v[1];
            let normal_y = u[2] * v[0] - u[0] * v[2];
            normal_z * a.depth - (normal_x * a.x + normal_y * a.y)
        } else {
            normal_z
        };
        let side = if towards > 0.0 {
            1.0
        } else if towards < 0.0 {
            -1.0
        } else {
            return None;
        };
        let mut forms = Self {
            x_factor: [0.0; 3],
            y_factor: [0.0; 3],
            constant: [0.0; 3],
            depth: [a.depth, b.depth, c.depth],
            side,
        };
        for (corner, [p, q]) in [[b, c], [c, a], [a, b]].into_iter().enumerate() {
            let (x, y, constant) = if PERSPECTIVE {
                // det((x, y, -1), p, q), with p.z = -p.depth, and the sign of the area.
                (
                    p.y * q.depth - p.depth * q.y,
                    p.depth * q.x - p.x * q.depth,
                    p.x * q.y - p.y * q.x,
                )
            } else {
                (p.y - q.y, q.x - p.x, p.x * q.y - p.y * q.x)
            };
            forms.x_factor[corner] = x * side;
            forms.y_factor[corner] = y * side;
            forms.constant[corner] = constant * side;
        }
        Some(forms)
    }
}

#[inline(always)]
fn between(a: &ProjectedCorner, b: &ProjectedCorner) -> [f32; 3] {
    [b.x - a.x, b.y - a.y, a.depth - b.depth]
}

/// True where the ray of x and y hits a triangle at the near plane or behind it: what
/// [`Hits::cast`] computes of eight rays.
pub(super) fn is_hit(forms: &TriangleForms, [x, y]: [f32; 2], near_angstrom: f32) -> bool {
    let form = |corner: usize| {
        forms.x_factor[corner] * x + forms.y_factor[corner] * y + forms.constant[corner]
    };
    let (a, b, c) = (form(0), form(1), form(2));
    let sum = a + b + c;
    let depth = (a * forms.depth[0] + b * forms.depth[1] + c * forms.depth[2]) / sum;
    a >= 0.0 && b >= 0.0 && c >= 0.0 && sum > 0.0 && depth >= near_angstrom
}

/// The rays of a tile: `stride` of them for each pixel.
#[derive(Debug, Clone, Copy)]
pub(super) struct TileRays<'a> {
    pub(super) stride: usize,
    /// The x of the rays of each column, and the y of those of each row: `stride` each.
    pub(super) xs: &'a [f32],
    pub(super) ys: &'a [f32],
}

/// The nearest hit of each ray of a tile, pixel by pixel.
#[derive(Debug, Default)]
pub(super) struct Hits {
    pub(super) depth: Vec<f32>,
    pub(super) triangles: Vec<u32>,
    /// For each row of the tile a bit for each column with a hit.
    pub(super) columns: [u32; TILE_PX],
    /// True when a bit is set.
    pub(super) any: bool,
}

impl Hits {
    pub(super) fn clear<S: Simd>(&mut self, simd: S, stride: usize) {
        let length = TILE_PX * TILE_PX * stride;
        if self.depth.len() < length {
            self.depth.resize(length, 0.0);
            self.triangles.resize(length, NO_TRIANGLE);
        }
        self.columns = [0; TILE_PX];
        self.any = false;
        simd.vectorize(
            #[inline(always)]
            || {
                let far = f32x8::splat(simd, f32::INFINITY);
                let none = u32x8::splat(simd, NO_TRIANGLE);
                for at in (0..length).step_by(LANES) {
                    far.store_slice(&mut self.depth[at..at + LANES]);
                    none.store_slice(&mut self.triangles[at..at + LANES]);
                }
            },
        );
    }

    /// Casts the rays of a rectangle of pixels (first column, first row, last column, last row in
    /// the tile) against a triangle. Rays of pixels beside the rectangle may be cast, too.
    #[inline(always)]
    pub(super) fn cast<S: Simd>(
        &mut self,
        simd: S,
        rays: TileRays<'_>,
        rect: [usize; 4],
        near_angstrom: f32,
        triangle: u32,
        forms: &TriangleForms,
    ) {
        let number = |x: f32| f32x8::splat(simd, x);
        let stride = rays.stride;
        let [left, top, right, bottom] = rect;
        let zero = number(0.0);
        let near = number(near_angstrom);
        let id = u32x8::splat(simd, triangle);
        let depths = forms.depth.map(number);
        let (first, end) = (left * stride / LANES * LANES, (right + 1) * stride);
        for row in top..bottom + 1 {
            let row_ys = &rays.ys[row * stride..(row + 1) * stride];
            for from in (first..end).step_by(LANES) {
                let x = f32x8::from_slice(simd, &rays.xs[from..from + LANES]);
                let y = ys_from(simd, row_ys, from);
                let form = |corner: usize| {
                    number(forms.x_factor[corner]) * x
                        + number(forms.y_factor[corner]) * y
                        + number(forms.constant[corner])
                };
                let (a, b, c) = (form(0), form(1), form(2));
                let sum = a + b + c;
                let inside =
                    a.simd_ge(zero) & b.simd_ge(zero) & c.simd_ge(zero) & sum.simd_gt(zero);
                if !inside.any_true() {
                    continue;
                }
                let depth = (a * depths[0] + b * depths[1] + c * depths[2]) / sum;
                let at = row * TILE_PX * stride + from;
                let current = f32x8::from_slice(simd, &self.depth[at..at + LANES]);
                let current_id = u32x8::from_slice(simd, &self.triangles[at..at + LANES]);
                let nearer = inside
                    & depth.simd_ge(near)
                    & (depth.simd_lt(current) | (depth.simd_eq(current) & id.simd_lt(current_id)));
                let mut lanes = nearer.to_bitmask() as u32;
                if lanes == 0 {
                    continue;
                }
                self.any = true;
                nearer
                    .select(depth, current)
                    .store_slice(&mut self.depth[at..at + LANES]);
                nearer
                    .select(id, current_id)
                    .store_slice(&mut self.triangles[at..at + LANES]);
                while lanes != 0 {
                    let lane = lanes.trailing_zeros() as usize;
                    lanes &= lanes - 1;
                    self.columns[row] |= 1 << ((from + lane) / stride % TILE_PX);
                }
            }
        }
    }
}

/// The y of eight rays of a row from the `from`th on; those of each pixel are `row_ys`.
#[inline(always)]
fn ys_from<S: Simd>(simd: S, row_ys: &[f32], from: usize) -> f32x8<S> {
    if let [y] = row_ys {
        return f32x8::splat(simd, *y);
    }
    let mut ys = [0.0; LANES];
    for quad in 0..2 {
        let at = (from + quad * 4) % row_ys.len();
        ys[quad * 4..quad * 4 + 4].copy_from_slice(&row_ys[at..at + 4]);
    }
    f32x8::from_slice(simd, &ys)
}
