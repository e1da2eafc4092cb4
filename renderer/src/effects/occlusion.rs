//! Screen-space ambient occlusion: how much of the hemisphere above each surface is occluded by
//! what the picture shows.
//!
//! The depth plane is sampled around a pixel at points on a spiral (`McGuire`, Mara and Luebke,
//! "Scalable ambient obscurance", 2012). A point that shows a surface in direction `d` at a
//! distance `r` from the pixel's own, whose normal is `n`, occludes `max(0, n.d)`, less with
//! distance. The pixels of a square of four by four sample different points of the spiral; the mean
//! over the square, of pixels at about the same depth, removes the pattern.

use molshot_scenes::{AmbientOcclusion, CropRect, Projection, RenderJob};

use super::with_margin;
use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::Frame;

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

/// The points of all spirals, in units of their radius.
#[derive(Debug)]
struct Spirals([[[f32; 2]; POINTS]; PHASES]);

impl Default for Spirals {
    fn default() -> Self {
        let mut spirals = [[[0.0; 2]; POINTS]; PHASES];
        let mut direction = [1.0, 0.0];
        for point in 0..POINTS {
            for (phase, spiral) in spirals.iter_mut().enumerate() {
                let place = point as f64 + (phase as f64 + 0.5) / PHASES as f64;
                let away = place / POINTS as f64;
                spiral[point] = direction.map(|part| (part * away) as f32);
                // By multiplication alone, so that every machine has the same points.
                let [x, y] = direction;
                direction = [x * GOLDEN[0] - y * GOLDEN[1], x * GOLDEN[1] + y * GOLDEN[0]];
            }
        }
        Self(spirals)
    }
}

/// Transforms pixels of the whole picture to camera axes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Camera {
    middle_px: [f32; 2],
    per_scale: f32,
    scale: f32,
    perspective: bool,
}

impl Camera {
    /// Makes the transform of a job's picture, magnified by `factor`.
    pub(super) fn new(job: &RenderJob, factor: u32) -> Self {
        let (view, viewport) = (job.view(), job.viewport());
        let factor = factor as f32;
        let scale = view.pixel_scale(viewport) as f32 * factor;
        let edges = [viewport.width_px, viewport.height_px];
        Self {
            middle_px: edges.map(|edge| edge as f32 * 0.5 * factor),
            scale,
            per_scale: 1.0 / scale,
            perspective: matches!(view.projection, Projection::Perspective { .. }),
        }
    }

    /// The point that the centre of a pixel shows.
    #[inline]
    pub(super) fn point(&self, x_px: u32, y_px: u32, depth: f32) -> [f32; 3] {
        let along = if self.perspective { depth } else { 1.0 } * self.per_scale;
        [
            (x_px as f32 + 0.5 - self.middle_px[0]) * along,
            (self.middle_px[1] - y_px as f32 - 0.5) * along,
            -depth,
        ]
    }

    /// Pixels per angstrom.
    fn pixels(&self, depth: f32) -> f32 {
        self.scale / if self.perspective { depth } else { 1.0 }
    }
}

/// Ambient light that reaches the pixels of a region.
#[derive(Debug, Default)]
pub(super) struct Occlusion {
    spirals: Spirals,
    /// Region of the whole picture that the values are of.
    region: Option<CropRect>,
    depth: Vec<f32>,
    /// 1 where nothing is occluded, 0 where all is; before and after smoothing.
    raw: Vec<f32>,
    light: Vec<f32>,
}

impl Occlusion {
    /// Estimates the light in `strip` and around it. `frame` has depths and normals of `region`.
    pub(super) fn fill(
        &mut self,
        job: &RenderJob,
        settings: AmbientOcclusion,
        region: CropRect,
        strip: CropRect,
        frame: &Frame,
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        let (Some(depth), Some(normal)) = (&frame.depth_angstrom, &frame.normal) else {
            return Ok(());
        };
        self.region = Some(region);
        for (buffer, value) in [(&mut self.depth, f32::INFINITY), (&mut self.raw, 1.0)] {
            buffer.clear();
            buffer.resize(depth.len(), value);
        }
        self.depth.copy_from_slice(depth);
        let camera = Camera::new(job, 1);
        let most = spiral_px(job) as f32;
        let wanted = with_margin(strip, MARGIN_PX, job.viewport());
        for (at, x, y) in places(wanted, region) {
            if x == wanted.x_px {
                cancel.check()?;
            }
            let own = depth[at];
            if own.is_finite() {
                let radius = (settings.radius_angstrom * camera.pixels(own)).min(most);
                let hidden = self.hidden(
                    &camera,
                    region,
                    [x, y],
                    own,
                    normal[at],
                    [radius, settings.radius_angstrom],
                );
                self.raw[at] = (1.0 - settings.strength * hidden).clamp(0.0, 1.0);
            }
        }
        self.light.clear();
        self.light.resize(depth.len(), 1.0);
        let wanted = with_margin(strip, 1, job.viewport());
        for (at, x, y) in places(wanted, region) {
            if x == wanted.x_px {
                cancel.check()?;
            }
            if depth[at].is_finite() {
                self.light[at] = self.smooth(region, [x, y], depth[at]);
            }
        }
        Ok(())
    }

    /// Share of the hemisphere above a point that is occluded.
    fn hidden(
        &self,
        camera: &Camera,
        region: CropRect,
        [x, y]: [u32; 2],
        depth: f32,
        normal: [f32; 3],
        [radius_px, radius_angstrom]: [f32; 2],
    ) -> f32 {
        let point = camera.point(x, y, depth);
        let per_square = 1.0 / (radius_angstrom * radius_angstrom);
        let phase = y as usize % SQUARE * SQUARE + x as usize % SQUARE;
        let mut sum = 0.0;
        for [right, down] in self.spirals.0[phase] {
            let column = i64::from(x) + (right * radius_px + 0.5).floor() as i64;
            let row = i64::from(y) + (down * radius_px + 0.5).floor() as i64;
            let Some((at, column, row)) = place(region, column, row) else {
                continue;
            };
            let there = self.depth[at];
            if !there.is_finite() {
                continue;
            }
            let other = camera.point(column, row, there);
            let [a, b, c]: [f32; 3] = std::array::from_fn(|axis| other[axis] - point[axis]);
            let square = a * a + b * b + c * c;
            let near = 1.0 - square * per_square;
            if near > 0.0 && square > 0.0 {
                let along = a * normal[0] + b * normal[1] + c * normal[2];
                let cosine = along / square.sqrt();
                sum += (cosine - LEAST_COSINE).max(0.0) * near;
            }
        }
        sum * (GAIN / POINTS as f32)
    }

    /// Mean over a square of pixels about as deep.
    fn smooth(&self, region: CropRect, [x, y]: [u32; 2], depth: f32) -> f32 {
        let (mut sum, mut weights) = (0.0, 0.0);
        for row in 0..SQUARE as i64 {
            for column in 0..SQUARE as i64 {
                let (column, row) = (i64::from(x) + column - 1, i64::from(y) + row - 1);
                if let Some((at, ..)) = place(region, column, row) {
                    // The background is infinitely deep and has no weight.
                    let apart = (self.depth[at] - depth).abs() * (1.0 / APART_ANGSTROM);
                    let weight = (1.0 - apart).max(0.0);
                    sum += self.raw[at] * weight;
                    weights += weight;
                }
            }
        }
        // The pixel itself has weight one.
        sum / weights
    }

    /// Darkens the pixels of `inner`, a part of the magnified picture `color` with rows of `width`.
    pub(super) fn darken(
        &self,
        shade: &Shade,
        color: &mut [[u8; 4]],
        depth: &[f32],
        width: usize,
        inner: CropRect,
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        let Some(region) = self.region else {
            return Ok(());
        };
        for row in inner.y_px..inner.y_px + inner.height_px {
            cancel.check()?;
            let first = row as usize * width;
            for column in inner.x_px..inner.x_px + inner.width_px {
                let at = first + column as usize;
                if depth[at].is_finite() {
                    let place = [shade.origin[0] + column, shade.origin[1] + row];
                    let light = self.light_at(region, place, shade.factor, depth[at]);
                    shade.apply(&mut color[at], light, depth[at]);
                }
            }
        }
        Ok(())
    }

    /// Light at a pixel of the picture magnified `factor` times: between the pixels around it, of
    /// those about as deep most.
    fn light_at(&self, region: CropRect, place_px: [u32; 2], factor: u32, depth: f32) -> f32 {
        let near = |at: u32| {
            // Twice the distance from the middle of the first pixel, in magnified pixels.
            let twice = i64::from(2 * at + 1) - i64::from(factor);
            let whole = i64::from(2 * factor);
            let first = twice.div_euclid(whole);
            (first, twice.rem_euclid(whole) as f32 / whole as f32)
        };
        let [(x, right), (y, down)] = place_px.map(near);
        let (mut sum, mut weights) = (0.0, 0.0);
        for (row, tall) in [(y, 1.0 - down), (y + 1, down)] {
            for (column, wide) in [(x, 1.0 - right), (x + 1, right)] {
                let share = tall * wide;
                if share > 0.0
                    && let Some((at, ..)) = place(region, column, row)
                    && self.depth[at].is_finite()
                {
                    let apart = self.depth[at] - depth;
                    let weight = share / (0.01 + apart * apart);
                    sum += self.light[at] * weight;
                    weights += weight;
                }
            }
        }
        if weights > 0.0 { sum / weights } else { 1.0 }
    }
}

/// Darkens the pixels of a magnified picture.
#[derive(Debug)]
pub(super) struct Shade {
    factor: u32,
    /// Of the magnified region.
    origin: [u32; 2],
    /// Depths at which fading begins and ends; none without a depth cue.
    cue: Option<[f32; 2]>,
    background: [f32; 3],
}

impl Shade {
    /// `origin` is the left top corner of the region in the magnified picture.
    pub(super) fn new(job: &RenderJob, factor: u32, origin: [u32; 2]) -> Self {
        let scene = job.scene();
        let cue = scene.depth_cue;
        Self {
            factor,
            origin,
            cue: cue.map(|cue| {
                job.view()
                    .cue_depths_angstrom(cue)
                    .map(|depth| depth as f32)
            }),
            background: scene.background.color.map(f32::from),
        }
    }

    /// Darkens what is lit, and not what the depth cue has mixed in.
    #[inline]
    fn apply(&self, pixel: &mut [u8; 4], light: f32, depth: f32) {
        let faded = self.cue.map_or(0.0, |[start, end]| {
            ((depth - start) / (end - start)).clamp(0.0, 1.0)
        });
        for (level, background) in pixel.iter_mut().zip(self.background) {
            let cue = background * faded;
            // What is drawn is at least the cue's part of it, up to rounding.
            let lit = (f32::from(*level) - cue).max(0.0);
            *level = (lit * light + cue + 0.5) as u8;
        }
    }
}

/// Index in `region` and place in the whole picture of a pixel of it.
#[inline]
fn place(region: CropRect, column: i64, row: i64) -> Option<(usize, u32, u32)> {
    let x = u32::try_from(column - i64::from(region.x_px)).ok()?;
    let y = u32::try_from(row - i64::from(region.y_px)).ok()?;
    (x < region.width_px && y < region.height_px).then(|| {
        let at = y as usize * region.width_px as usize + x as usize;
        (at, column as u32, row as u32)
    })
}

/// All pixels of `part`: index in `region`, column and row in the whole picture.
fn places(part: CropRect, region: CropRect) -> impl Iterator<Item = (usize, u32, u32)> {
    (part.y_px..part.y_px + part.height_px).flat_map(move |y| {
        (part.x_px..part.x_px + part.width_px)
            .filter_map(move |x| place(region, i64::from(x), i64::from(y)))
    })
}
