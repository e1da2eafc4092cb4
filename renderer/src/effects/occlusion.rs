//! Screen-space ambient occlusion: how much of the hemisphere above each surface is occluded by
//! what the picture shows.
//!
//! The depth plane is sampled around a pixel at points on a spiral (`McGuire`, Mara and Luebke,
//! "Scalable ambient obscurance", 2012). A point that shows a surface in direction `d` at a
//! distance `r` from the pixel's own, whose normal is `n`, occludes `max(0, n.d)`, less with
//! distance. The pixels of a square of four by four sample different points of the spiral; the mean
//! over the square, of pixels at about the same depth, removes the pattern.

use std::ops::Range;

use fearless_simd::prelude::*;
use fearless_simd::{dispatch, f32x8, i32x8, u32x8};
use molshot_scenes::{AmbientOcclusion, CropRect, RenderJob};

use super::camera::Camera;
use super::padded::{MARGIN_BEFORE, PaddedPlane};
use super::rows::RowThreads;
use super::with_margin;
use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::Frame;
use crate::simd::{LANES, Vec3x8, at_least_zero, dot, each_axis, successive};

/// Sample points per pixel.
const POINTS: usize = 12;
/// Edge of the square of pixels that share a spiral.
const SQUARE: usize = 4;
/// Number of spirals of a square.
const PHASES: usize = SQUARE * SQUARE;
/// Farthest point: a share of the picture's width, ...
const REACH_SHARE: u32 = 12;
/// ... and at most so many pixels, which bounds what is drawn around a crop.
const MAX_REACH_PX: u32 = 170;
/// Rows and columns around a strip of which values are needed: one for interpolation, the rest for
/// the mean over a square.
const MARGIN_PX: u32 = 1 + SQUARE as u32;
/// Cosine below which nothing is occluded: otherwise rounding would darken flat surfaces.
const LEAST_COSINE: f32 = 0.1;
/// Factor from the mean over the points to the darkness at strength 1. Points sample what is shown,
/// not all directions, so no factor is exact: this one makes the gaps between van der Waals spheres
/// about half as bright.
const GAIN: f32 = 3.0;
/// Surfaces farther apart than this are not averaged together, angstrom.
const APART_ANGSTROM: f32 = 1.0;
/// The golden angle: cosine and sine of pi (3 - sqrt 5). Neighbouring points of the spiral lie so
/// far around.
const GOLDEN: [f64; 2] = [-0.737_368_878_078_319_7, 0.675_490_294_261_523_8];

/// Distance in pixels within which other pixels affect a value.
pub(super) fn reach_px(job: &RenderJob) -> u32 {
    spiral_px(job) + MARGIN_PX
}

/// Radius of the spiral at most.
fn spiral_px(job: &RenderJob) -> u32 {
    (job.viewport().width_px / REACH_SHARE).clamp(1, MAX_REACH_PX)
}

/// The points of the spirals of eight successive pixels, in units of their radius: for each row of
/// a square and each point of a spiral, to the right and down.
#[derive(Debug)]
struct Spirals([[[[f32; LANES]; 2]; POINTS]; SQUARE]);

impl Spirals {
    /// The spirals of pixels that begin at a column of the picture.
    fn from_column(column_px: u32) -> Self {
        let mut spirals = [[[[0.0; LANES]; 2]; POINTS]; SQUARE];
        let mut direction = [1.0, 0.0];
        for point in 0..POINTS {
            for phase in 0..PHASES {
                let place = point as f64 + (phase as f64 + 0.5) / PHASES as f64;
                let away = place / POINTS as f64;
                let [right, down] = direction.map(|part| (part * away) as f32);
                let lanes = &mut spirals[phase / SQUARE][point];
                for lane in 0..LANES {
                    if (column_px as usize + lane) % SQUARE == phase % SQUARE {
                        lanes[0][lane] = right;
                        lanes[1][lane] = down;
                    }
                }
                // By multiplication alone, so that every machine has the same points.
                let [x, y] = direction;
                direction = [x * GOLDEN[0] - y * GOLDEN[1], x * GOLDEN[1] + y * GOLDEN[0]];
            }
        }
        Self(spirals)
    }
}

/// Ambient light that reaches the pixels of a region.
#[derive(Debug, Default)]
pub(super) struct Occlusion {
    /// Region of the whole picture that the values are of.
    pub(super) region: Option<CropRect>,
    /// Infinite in the margin.
    pub(super) depth: PaddedPlane,
    /// 1 where nothing is occluded, 0 where all is; before smoothing ...
    raw: PaddedPlane,
    /// ... and after it.
    pub(super) light: PaddedPlane,
}

impl Occlusion {
    /// Estimates the light in `strip` and around it. `frame` has depths and normals of `region`.
    pub(super) fn fill(
        &mut self,
        job: &RenderJob,
        settings: AmbientOcclusion,
        [region, strip]: [CropRect; 2],
        frame: &Frame,
        threads: RowThreads,
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        let (Some(depth), Some(normal)) = (&frame.depth_angstrom, &frame.normal) else {
            return Ok(());
        };
        self.region = Some(region);
        let size = [region.width_px as usize, region.height_px as usize];
        self.depth.copy(depth, size, f32::INFINITY);
        self.raw.fill(size, 1.0);
        self.light.fill(size, 1.0);

        let wanted = with_margin(strip, MARGIN_PX, job.viewport());
        let estimate = Estimate {
            camera: Camera::new(job, 1),
            settings,
            most_px: spiral_px(job) as f32,
            spirals: Spirals::from_column(wanted.x_px),
            region,
            depth: &self.depth,
            normal,
        };
        let stride = self.raw.stride;
        let first = (wanted.y_px - region.y_px) as usize;
        let rows = self.raw.rows_mut(first, wanted.height_px as usize);
        threads.for_each_band(rows, stride, cancel, |row, rows| {
            dispatch!(threads.level, simd => estimate.fill_rows(simd, wanted, first + row, rows));
        })?;

        let wanted = with_margin(strip, 1, job.viewport());
        let first = (wanted.y_px - region.y_px) as usize;
        let start = (wanted.x_px - region.x_px) as usize;
        let columns = start..start + wanted.width_px as usize;
        let rows = self.light.rows_mut(first, wanted.height_px as usize);
        let planes = [&self.raw, &self.depth];
        threads.for_each_band(rows, stride, cancel, |row, rows| {
            dispatch!(threads.level, simd => smooth(simd, planes, &columns, first + row, rows));
        })
    }
}

/// What the estimates of all pixels are made from.
struct Estimate<'a> {
    camera: Camera,
    settings: AmbientOcclusion,
    /// Radius of the spiral at most.
    most_px: f32,
    spirals: Spirals,
    region: CropRect,
    depth: &'a PaddedPlane,
    normal: &'a [[f32; 3]],
}

impl Estimate<'_> {
    /// Estimates the columns of `wanted` in padded rows from `first`, counted from the region's.
    #[inline(always)]
    fn fill_rows<S: Simd>(&self, simd: S, wanted: CropRect, first: usize, rows: &mut [f32]) {
        let width = self.region.width_px as usize;
        let start = (wanted.x_px - self.region.x_px) as usize;
        let end = start + wanted.width_px as usize;
        simd.vectorize(
            #[inline(always)]
            || {
                let one = f32x8::splat(simd, 1.0);
                let strength = f32x8::splat(simd, self.settings.strength);
                let far = f32x8::splat(simd, f32::INFINITY);
                for (row, values) in (first..).zip(rows.chunks_exact_mut(self.depth.stride)) {
                    for column in (start..end).step_by(LANES) {
                        let depth = self.depth.load(simd, self.depth.index(column, row));
                        let seen = depth.simd_lt(far);
                        if !seen.any_true() {
                            continue;
                        }
                        let mut normals = [[0.0; LANES]; 3];
                        for lane in 0..LANES {
                            // Beyond the row nothing is seen.
                            let normal = self.normal[row * width + (column + lane).min(width - 1)];
                            for axis in 0..3 {
                                normals[axis][lane] = normal[axis];
                            }
                        }
                        let normal = each_axis!(axis => f32x8::from_slice(simd, &normals[axis]));
                        let hidden = self.hidden(simd, [column, row], depth, normal);
                        let light = (one - strength * hidden).min(one);
                        let light = seen.select(at_least_zero(simd, light), one);
                        light.store_slice(&mut values[MARGIN_BEFORE + column..][..LANES]);
                    }
                }
            },
        );
    }

    /// Share of the hemispheres above eight successive points that is occluded. Column and row are
    /// those of the first, counted from the region's.
    #[inline(always)]
    fn hidden<S: Simd>(
        &self,
        simd: S,
        [column, row]: [usize; 2],
        depth: f32x8<S>,
        normal: Vec3x8<S>,
    ) -> f32x8<S> {
        let number = |x: f32| f32x8::splat(simd, x);
        let (zero, half, one) = (number(0.0), number(0.5), number(1.0));
        let radius_angstrom = self.settings.radius_angstrom;
        let per_square = number(1.0 / (radius_angstrom * radius_angstrom));
        let radius_px = number(radius_angstrom) * self.camera.pixels_per_angstrom(simd, depth);
        let radius_px = radius_px.min(number(self.most_px));
        let origin = [self.region.x_px as f32, self.region.y_px as f32].map(number);
        let x = successive(simd, self.region.x_px + column as u32);
        let y_px = self.region.y_px + row as u32;
        let y = number(y_px as f32);
        let point = self.camera.points(simd, [x, y], depth);
        // Places beyond the region are moved into its margin, where nothing is seen.
        let last = [self.region.width_px as f32, self.region.height_px as f32].map(number);
        let before = number(-(MARGIN_BEFORE as f32));
        let margin = i32x8::splat(simd, MARGIN_BEFORE as i32);
        let stride = i32x8::splat(simd, self.depth.stride as i32);
        let mut sum = zero;
        for [right, down] in &self.spirals.0[y_px as usize % SQUARE] {
            let (right, down) = (
                f32x8::from_slice(simd, right),
                f32x8::from_slice(simd, down),
            );
            let there = [
                x + (right * radius_px + half).floor(),
                y + (down * radius_px + half).floor(),
            ];
            let inside = [
                (there[0] - origin[0]).min(last[0]).max(before),
                (there[1] - origin[1]).min(last[1]).max(before),
            ];
            let index = (i32x8::truncate_from(inside[1]) + margin) * stride
                + (i32x8::truncate_from(inside[0]) + margin);
            let mut indices = [0; LANES];
            index.bitcast::<u32x8<S>>().store_slice(&mut indices);
            let other = self
                .camera
                .points(simd, there, self.depth.gather(simd, &indices));
            let away = each_axis!(axis => other[axis] - point[axis]);
            let square = dot(away, away);
            let near = one - square * per_square;
            // Of infinite depths, `near` is minus infinity or not a number.
            let counts = near.simd_gt(zero) & square.simd_gt(zero);
            let cosine = dot(away, normal) / square.sqrt();
            let occludes = at_least_zero(simd, cosine - number(LEAST_COSINE)) * near;
            sum += counts.select(occludes, zero);
        }
        sum * number(GAIN / POINTS as f32)
    }
}

/// Writes padded rows from `first`: in these columns the mean over a square of pixels about as
/// deep.
#[inline(always)]
fn smooth<S: Simd>(
    simd: S,
    [raw, depth]: [&PaddedPlane; 2],
    columns: &Range<usize>,
    first: usize,
    rows: &mut [f32],
) {
    simd.vectorize(
        #[inline(always)]
        || {
            let number = |x: f32| f32x8::splat(simd, x);
            let (zero, one, far) = (number(0.0), number(1.0), number(f32::INFINITY));
            let per_apart = number(1.0 / APART_ANGSTROM);
            for (row, values) in (first..).zip(rows.chunks_exact_mut(depth.stride)) {
                for column in columns.clone().step_by(LANES) {
                    let at = depth.index(column, row);
                    let own = depth.load(simd, at);
                    let seen = own.simd_lt(far);
                    if !seen.any_true() {
                        continue;
                    }
                    let (mut sum, mut weights) = (zero, zero);
                    for down in 0..SQUARE {
                        for right in 0..SQUARE {
                            // The square begins one row above and one column left of the pixel.
                            let at = at + down * depth.stride + right - depth.stride - 1;
                            let apart = (depth.load(simd, at) - own).abs() * per_apart;
                            // The background is infinitely deep and has no weight.
                            let weight = at_least_zero(simd, one - apart);
                            sum += raw.load(simd, at) * weight;
                            weights += weight;
                        }
                    }
                    // The pixel itself has weight one.
                    let light = seen.select(sum / weights, one);
                    light.store_slice(&mut values[MARGIN_BEFORE + column..][..LANES]);
                }
            }
        },
    );
}
