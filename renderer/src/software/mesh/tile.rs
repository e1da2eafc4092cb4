//! Draws the triangles of one tile over its spheres and cylinders.

use fearless_simd::Simd;

use super::frame::Member;
use super::raster::{Hits, NO_TRIANGLE, TileRays, TriangleForms};
use super::shade::MeshBatch;
use crate::simd::for_each_lane;
use crate::software::band::{Band, FramePlan, TileOutput};
use crate::software::camera::AxisRays;
use crate::software::edges::Edges;
use crate::software::primitive_id::PrimitiveId;
use crate::software::primitives::ProjectedPrimitive;
use crate::software::samples::EdgeSamples;
use crate::software::shading::ShadeBatch;
use crate::software::tile::{TILE_PIXELS, TILE_PX, Tile};

/// The token is looked at once in so many triangles.
const LOOK_INTERVAL: usize = 1024;
/// What an opaque sample adds to [`PixelSum::weight`].
const WHOLE: u32 = 255;

/// Where a tile lies.
#[derive(Debug, Clone, Copy)]
pub(in crate::software) struct TilePlace<'a> {
    pub(in crate::software) column: usize,
    /// The tile's first column and row in the lists of rays.
    pub(in crate::software) first_lines: [usize; 2],
    pub(in crate::software) output: TileOutput,
    /// The tile's spheres and cylinders.
    pub(in crate::software) members: &'a [ProjectedPrimitive],
}

/// Sums over the samples of one pixel.
#[derive(Debug, Clone, Copy, Default)]
struct PixelSum {
    /// Red, green and blue, each times its weight.
    rgb: [u32; 3],
    /// [`WHOLE`] for each sample that is covered, less where only transparent triangles cover it.
    weight: u32,
}

impl PixelSum {
    #[inline(always)]
    fn add(&mut self, color: u32, weight: u32) {
        for (channel, sum) in self.rgb.iter_mut().enumerate() {
            *sum += (color >> (8 * channel) & 255) * weight;
        }
        self.weight += weight;
    }

    /// The mean of `count` samples over the background, rounded half up or down.
    fn resolve(&self, count: u32, plan: &FramePlan<'_>) -> [u8; 4] {
        if self.weight == 0 {
            return plan.background.to_le_bytes();
        }
        let half = u32::from(plan.round_half_up);
        let mut bytes = [255; 4];
        if plan.transparent {
            for (byte, sum) in bytes.iter_mut().zip(self.rgb) {
                *byte = ((2 * sum + half * self.weight) / (2 * self.weight)) as u8;
            }
            bytes[3] = ((2 * self.weight + half * count) / (2 * count)) as u8;
        } else {
            let whole = WHOLE * count;
            let background = plan.background.to_le_bytes();
            for channel in 0..3 {
                let behind = (whole - self.weight) * u32::from(background[channel]);
                bytes[channel] =
                    ((2 * (self.rgb[channel] + behind) + half * whole) / (2 * whole)) as u8;
            }
        }
        bytes
    }
}

/// The buffers of one thread, reused from tile to tile.
#[derive(Debug, Default)]
pub(in crate::software) struct MeshTile {
    /// For each column of tiles the triangles of the current row of tiles that may touch it.
    by_column: Vec<Vec<Member>>,
    opaque: Hits,
    transparent: Hits,
    batch: MeshBatch,
    /// The pixels that show triangles, for which spheres and cylinders are sampled again.
    pixels: Edges,
    bodies: EdgeSamples,
    body_batch: ShadeBatch,
    sums: Vec<PixelSum>,
}

impl MeshTile {
    /// Appends the capacities of the large buffers.
    #[cfg(test)]
    pub(in crate::software) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.extend([self.opaque.depth.capacity(), self.sums.capacity()]);
        capacities.extend(self.by_column.iter().map(Vec::capacity));
        self.batch.capacities(capacities);
        self.bodies.capacities(capacities);
        self.body_batch.capacities(capacities);
    }

    /// Lists the triangles of each tile of a row.
    pub(in crate::software) fn begin_row(&mut self, plan: &FramePlan<'_>, row: usize) {
        let columns = plan.grid.columns;
        if self.by_column.len() < columns {
            self.by_column.resize_with(columns, Vec::new);
        }
        for list in &mut self.by_column {
            list.clear();
        }
        let step = plan.grid.step_px as usize;
        for member in plan.mesh.of_row(row) {
            let column = |px: u16| usize::from(px) / step;
            for list in &mut self.by_column[column(member.rect_px[0])..=column(member.rect_px[2])] {
                list.push(*member);
            }
        }
    }

    /// True when triangles may touch a tile of the row.
    pub(in crate::software) fn touches(&self, column: usize) -> bool {
        !self.by_column[column].is_empty()
    }

    /// Draws the triangles of a tile over what was drawn before. `tile` has the hits of the rays
    /// through the pixels' centres.
    pub(in crate::software) fn draw<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        plan: &FramePlan<'_>,
        place: TilePlace<'_>,
        tile: &Tile,
        band: &mut Band<'_>,
    ) {
        if plan.planes {
            let rays = rays_of(plan.axis_rays, place.first_lines, 1);
            self.cast::<S, PERSPECTIVE>(simd, plan, place, rays, band.row);
            self.draw_planes::<S, PERSPECTIVE>(simd, plan, place, tile, band);
        }
        if plan.colors {
            let count = plan.offsets_px.len().max(1);
            let stride = if plan.offsets_px.is_empty() {
                1
            } else {
                count.next_multiple_of(4)
            };
            let rays = rays_of(plan.axis_rays, place.first_lines, stride);
            self.cast::<S, PERSPECTIVE>(simd, plan, place, rays, band.row);
            self.draw_colors::<S, PERSPECTIVE>(simd, plan, place, tile, rays, count, band);
        }
    }

    /// Finds the nearest opaque and the nearest transparent triangle of all rays.
    fn cast<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        plan: &FramePlan<'_>,
        place: TilePlace<'_>,
        rays: TileRays<'_>,
        row: usize,
    ) {
        let mesh = &plan.context.scene.mesh;
        self.opaque.clear(simd, rays.stride);
        if mesh.is_transparent() {
            self.transparent.clear(simd, rays.stride);
        }
        let step = plan.grid.step_px as usize;
        let apron = plan.grid.apron_px as usize;
        let [left, top] = [place.column * step, row * step];
        let last = [place.output.columns - 1, place.output.rows - 1];
        let near = plan.context.camera.near_angstrom;
        let members = &self.by_column[place.column];
        let (opaque, transparent) = (&mut self.opaque, &mut self.transparent);
        for members in members.chunks(LOOK_INTERVAL) {
            if plan.context.cancel.is_cancelled() {
                return;
            }
            simd.vectorize(
                #[inline(always)]
                || {
                    for member in members {
                        let triangle = member.triangle;
                        let Some(forms) =
                            TriangleForms::new::<PERSPECTIVE>(plan.mesh, mesh, triangle)
                        else {
                            continue;
                        };
                        let [x0, y0, x1, y1] = member.rect_px;
                        let rect = [
                            usize::from(x0).saturating_sub(left) + apron,
                            usize::from(y0).saturating_sub(top) + apron,
                            (usize::from(x1) - left).min(last[0]) + apron,
                            (usize::from(y1) - top).min(last[1]) + apron,
                        ];
                        let hits = if (triangle as usize) < mesh.opaque {
                            &mut *opaque
                        } else {
                            &mut *transparent
                        };
                        hits.cast(simd, rays, rect, near, triangle, &forms);
                    }
                },
            );
        }
    }

    /// Depths, normals and ids of pixels whose centres show an opaque triangle. Transparent ones
    /// are not in these planes.
    fn draw_planes<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        plan: &FramePlan<'_>,
        place: TilePlace<'_>,
        tile: &Tile,
        band: &mut Band<'_>,
    ) {
        let apron = plan.grid.apron_px as usize;
        self.batch.clear();
        let inside = inside(&place.output, apron);
        for row in apron..apron + place.output.rows {
            for_each_column(self.opaque.columns[row] & inside, |column| {
                let at = row * TILE_PX + column;
                let visible = self.opaque.depth[at] < tile.depth[at];
                if let Some(index) = place.output.index(at, apron).filter(|_| visible) {
                    let triangle = self.opaque.triangles[at];
                    let (x, y) = (tile.xs[column], tile.ys[row]);
                    self.batch.push(x, y, triangle, index as u32);
                }
            });
        }
        let context = &plan.context;
        let mesh = &context.scene.mesh;
        (self.batch).shade::<S, PERSPECTIVE>(simd, context.camera, mesh, plan.mesh, |results| {
            for lane in 0..results.count {
                let [x, y, z] = &results.normal;
                band.write_hit(
                    plan,
                    results.slots[lane] as usize,
                    results.depth[lane],
                    [x[lane], y[lane], z[lane]],
                    results.atoms[lane],
                );
            }
        });
    }

    /// Colours of pixels in which a ray shows a triangle.
    #[allow(clippy::too_many_arguments, reason = "the parts of one stage")]
    fn draw_colors<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        plan: &FramePlan<'_>,
        place: TilePlace<'_>,
        tile: &Tile,
        rays: TileRays<'_>,
        count: usize,
        band: &mut Band<'_>,
    ) {
        let context = &plan.context;
        let mesh = &context.scene.mesh;
        let stride = rays.stride;
        let apron = plan.grid.apron_px as usize;
        let transparent = mesh.is_transparent() && self.transparent.any;
        let mut rows = self.opaque.columns;
        if transparent {
            for (row, more) in rows.iter_mut().zip(self.transparent.columns) {
                *row |= more;
            }
        }
        let inside = inside(&place.output, apron);
        for (row, columns) in rows.iter_mut().enumerate() {
            let is_inside = (apron..apron + place.output.rows).contains(&row);
            *columns &= if is_inside { inside } else { 0 };
        }
        let sampled = stride > 1 && !place.members.is_empty();
        self.pixels.set_all(rows);
        if sampled {
            self.bodies.rasterize::<S, PERSPECTIVE>(
                simd,
                context,
                tile,
                &self.pixels,
                place.members,
                plan.axis_rays,
                place.first_lines,
                count,
            );
        }
        self.batch.clear();
        self.body_batch.clear(self.pixels.pixels.len() * count);
        self.sums.clear();
        self.sums.resize(TILE_PIXELS, PixelSum::default());
        // What is kept of `pixels`: those that show a triangle.
        let mut shown = 0;
        for slot in 0..self.pixels.pixels.len() {
            let pixel = self.pixels.pixels[slot];
            let at = usize::from(pixel);
            let body = |sample: usize| match (sampled, stride) {
                (true, _) => {
                    let at = slot * self.bodies.stride + sample;
                    (self.bodies.depth[at], self.bodies.ids[at])
                }
                (false, 1) => (tile.depth[at], tile.ids[at]),
                (false, _) => (f32::INFINITY, PrimitiveId::NONE),
            };
            let front = |sample: usize| {
                if transparent {
                    self.transparent.depth[at * stride + sample]
                } else {
                    f32::INFINITY
                }
            };
            let shows = (0..count).any(|sample| {
                self.opaque.depth[at * stride + sample].min(front(sample)) < body(sample).0
            });
            if !shows {
                continue;
            }
            for sample in 0..count {
                let (body_depth, body_id) = body(sample);
                let ray = at * stride + sample;
                let x = rays.xs[at % TILE_PX * stride + sample];
                let y = rays.ys[at / TILE_PX * stride + sample];
                let triangle = self.opaque.triangles[ray];
                let is_triangle = triangle != NO_TRIANGLE && self.opaque.depth[ray] < body_depth;
                let behind = body_depth.min(self.opaque.depth[ray]);
                let mut weight = WHOLE;
                if transparent && front(sample) < behind {
                    let triangle = self.transparent.triangles[ray];
                    let corner = mesh.triangles[triangle as usize][0];
                    let opacity = mesh.corners[corner as usize].color >> 24;
                    self.batch.push(x, y, triangle, slot_of(at, opacity));
                    weight -= opacity;
                }
                if is_triangle {
                    self.batch.push(x, y, triangle, slot_of(at, weight));
                } else if body_id != PrimitiveId::NONE {
                    let slot = slot_of(at, weight);
                    self.body_batch.enqueue(x, y, body_depth, body_id, slot);
                }
            }
            self.pixels.pixels[shown] = pixel;
            shown += 1;
        }
        self.pixels.pixels.truncate(shown);
        let sums = &mut self.sums;
        (self.batch).shade::<S, PERSPECTIVE>(simd, context.camera, mesh, plan.mesh, |results| {
            for lane in 0..results.count {
                let (pixel, weight) = of_slot(results.slots[lane]);
                sums[pixel].add(results.color[lane], weight);
            }
        });
        (self.body_batch).shade::<S, PERSPECTIVE, false>(simd, context, false, |results| {
            for_each_lane(results.lanes, |lane| {
                let (pixel, weight) = of_slot(results.slots[lane]);
                sums[pixel].add(results.color[lane], weight);
            });
        });
        let pixels = band.pixels();
        for pixel in &self.pixels.pixels {
            let at = usize::from(*pixel);
            if let Some(index) = place.output.index(at, apron)
                && let Some(pixel) = pixels.get_mut(index)
            {
                *pixel = self.sums[at].resolve(count as u32, plan);
            }
        }
    }
}

/// A bit for each column of a tile that lies in the frame, and not in the apron.
#[inline(always)]
fn inside(output: &TileOutput, apron: usize) -> u32 {
    (((1_u64 << output.columns) - 1) << apron) as u32
}

/// The slot of a point that adds to a pixel with a weight.
#[inline(always)]
fn slot_of(pixel: usize, weight: u32) -> u32 {
    pixel as u32 | weight << 16
}

/// Pixel and weight of a slot.
#[inline(always)]
fn of_slot(slot: u32) -> (usize, u32) {
    ((slot & 0xffff) as usize, slot >> 16)
}

/// Calls `visit` with the number of each set bit.
#[inline(always)]
fn for_each_column(mut columns: u32, mut visit: impl FnMut(usize)) {
    while columns != 0 {
        visit(columns.trailing_zeros() as usize);
        columns &= columns - 1;
    }
}

/// The rays of a tile: through the centres of its pixels (a stride of 1), or through the samples.
fn rays_of(axis_rays: &[AxisRays; 2], first_lines: [usize; 2], stride: usize) -> TileRays<'_> {
    let [xs, ys] = [0, 1].map(|axis| {
        let rays = &axis_rays[axis];
        let rays = if stride == 1 {
            &rays.rays
        } else {
            &rays.sample_rays
        };
        &rays[first_lines[axis] * stride..(first_lines[axis] + TILE_PX) * stride]
    });
    TileRays { stride, xs, ys }
}
