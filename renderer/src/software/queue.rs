//! What is to be shaded, eight at a time, and the answers.

use fearless_simd::prelude::*;
use fearless_simd::{f32x4, f32x8, i32x8, mask32x4, mask32x8, u32x4, u32x8};

use super::bodies::{Bodies, Surface};
use super::intersect::{FullSticks, Rays, each_axis};
use super::shade::{Light, Lit, OPAQUE, Surfaces};
use super::tile::{LANES, Picture};

/// What is to be shaded: rays, each with the depth and the key that it meets and the place where
/// the answer goes.
#[derive(Debug, Default)]
pub(super) struct Queue {
    x: Vec<f32>,
    y: Vec<f32>,
    depth: Vec<f32>,
    key: Vec<u32>,
    slot: Vec<u32>,
    length: usize,
    /// Those of the last answer that are shaded apart.
    full: Vec<usize>,
}

impl Queue {
    /// Of all buffers.
    #[cfg(test)]
    pub(super) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.extend([
            self.x.capacity(),
            self.y.capacity(),
            self.depth.capacity(),
            self.key.capacity(),
            self.slot.capacity(),
            self.full.capacity(),
        ]);
    }

    /// Empties it, and makes room.
    pub(super) fn clear(&mut self, room: usize) {
        self.length = 0;
        // Whole chunks are stored and loaded, and the last may begin at the end.
        let room = room.next_multiple_of(LANES) + LANES;
        if self.x.len() < room {
            self.x.resize(room, 0.0);
            self.y.resize(room, 0.0);
            self.depth.resize(room, 0.0);
            self.key.resize(room, 0);
            self.slot.resize(room, 0);
        }
    }

    /// Asks for one colour.
    #[inline(always)]
    pub(super) fn push(&mut self, x: f32, y: f32, depth: f32, key: u32, slot: u32) {
        let at = self.length;
        self.x[at] = x;
        self.y[at] = y;
        self.depth[at] = depth;
        self.key[at] = key;
        self.slot[at] = slot;
        self.length += 1;
    }

    /// Asks for colours of eight neighbours of a row where `wanted`; their slots count up.
    #[inline(always)]
    pub(super) fn push_row<S: Simd>(
        &mut self,
        simd: S,
        wanted: mask32x8<S>,
        x: f32x8<S>,
        y: f32,
        depth: f32x8<S>,
        key: u32x8<S>,
        first_slot: u32,
    ) {
        const COUNT: [u32; LANES] = [0, 1, 2, 3, 4, 5, 6, 7];
        let at = self.length;
        let slots = u32x8::from_slice(simd, &COUNT) + u32x8::splat(simd, first_slot);
        f32x8::splat(simd, y).store_slice(&mut self.y[at..at + LANES]);
        x.compress(wanted).store_slice(&mut self.x[at..at + LANES]);
        depth
            .compress(wanted)
            .store_slice(&mut self.depth[at..at + LANES]);
        key.compress(wanted)
            .store_slice(&mut self.key[at..at + LANES]);
        slots
            .compress(wanted)
            .store_slice(&mut self.slot[at..at + LANES]);
        self.length += wanted.to_bitmask().count_ones() as usize;
    }

    /// Asks for up to four colours.
    #[inline(always)]
    pub(super) fn push_quad<S: Simd>(
        &mut self,
        wanted: mask32x4<S>,
        x: f32x4<S>,
        y: f32x4<S>,
        depth: f32x4<S>,
        key: u32x4<S>,
        slot: u32x4<S>,
    ) {
        let at = self.length;
        x.compress(wanted).store_slice(&mut self.x[at..at + 4]);
        y.compress(wanted).store_slice(&mut self.y[at..at + 4]);
        depth
            .compress(wanted)
            .store_slice(&mut self.depth[at..at + 4]);
        key.compress(wanted).store_slice(&mut self.key[at..at + 4]);
        slot.store_slice(&mut self.slot[at..at + 4]);
        self.length += wanted.to_bitmask().count_ones() as usize;
    }

    /// Answers everything that was asked for; `take` gets up to eight answers at a time. `PLANES`:
    /// with depths and normals. `sampled`: no answer may stand for its whole pixel, unless its
    /// surface cannot be sampled.
    pub(super) fn answer<S: Simd, const PERSPECTIVE: bool, const PLANES: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        sampled: bool,
        mut take: impl FnMut(&Answers<'_>),
    ) {
        self.fill_up();
        self.full.clear();
        simd.vectorize(
            #[inline(always)]
            || {
                let light = Light::new(simd, picture.camera);
                for first in (0..self.length).step_by(LANES) {
                    let count = LANES.min(self.length - first);
                    let surfaces = self.surfaces(simd, picture.bodies, first);
                    let ray = self.rays(simd, first);
                    let depth = f32x8::from_slice(simd, &self.depth[first..first + LANES]);
                    let normal = surfaces.normal::<PERSPECTIVE>(simd, ray, depth);
                    let lit = light.shade::<PERSPECTIVE>(simd, ray, depth, normal, surfaces.paint);
                    let mut lanes = (1_u32 << count) - 1;
                    if picture.bodies.any_full {
                        let full = surfaces.radius.simd_lt(f32x8::splat(simd, 0.0));
                        let mut full = full.to_bitmask() as u32 & lanes;
                        lanes &= !full;
                        while full != 0 {
                            self.full.push(first + full.trailing_zeros() as usize);
                            full &= full - 1;
                        }
                    }
                    let uneven = light.uneven(simd, lit.highlight, depth, surfaces.radius);
                    let uneven = if sampled {
                        lanes
                    } else {
                        uneven.to_bitmask() as u32 & lanes
                    };
                    let mut planes = Planes::default();
                    if PLANES {
                        planes = Planes::of(&lit, depth);
                    }
                    take(&Answers {
                        lanes,
                        uneven,
                        x: &self.x[first..first + LANES],
                        y: &self.y[first..first + LANES],
                        key: &self.key[first..first + LANES],
                        slot: &self.slot[first..first + LANES],
                        color: stored(lit.color),
                        planes,
                    });
                }
            },
        );
        if !self.full.is_empty() {
            self.answer_full::<S, PERSPECTIVE>(simd, picture, take);
        }
        self.length = 0;
    }

    /// Answers for sticks of which more than the near wall may be seen.
    fn answer_full<S: Simd, const PERSPECTIVE: bool>(
        &self,
        simd: S,
        picture: &Picture<'_>,
        mut take: impl FnMut(&Answers<'_>),
    ) {
        let balls = picture.bodies.balls.len();
        simd.vectorize(
            #[inline(always)]
            || {
                let light = Light::new(simd, picture.camera);
                let near = f32x8::splat(simd, picture.camera.near_angstrom);
                for entries in self.full.chunks(LANES) {
                    let (mut x, mut y) = ([0.0; LANES], [0.0; LANES]);
                    let (mut key, mut slot) = ([0; LANES], [0; LANES]);
                    for lane in 0..LANES {
                        let at = entries[lane.min(entries.len() - 1)];
                        (x[lane], y[lane]) = (self.x[at], self.y[at]);
                        (key[lane], slot[lane]) = (self.key[at], self.slot[at]);
                    }
                    let of = |lane: usize| &picture.bodies.sticks[(key[lane] as usize - balls) / 2];
                    let sticks = FullSticks {
                        middle: each_axis!(axis => gather(simd, |lane| of(lane).middle[axis])),
                        axis: each_axis!(axis => gather(simd, |lane| of(lane).along[axis])),
                        half_length: gather(simd, |lane| of(lane).half_length),
                        radius: gather(simd, |lane| of(lane).radius),
                        flat: gather(simd, |lane| of(lane).flat()),
                        round: gather(simd, |lane| of(lane).round()),
                    };
                    let paint = gather(simd, |lane| {
                        f32::from_bits(picture.upload.paint[key[lane] as usize])
                    });
                    let ray = Rays {
                        x: f32x8::from_slice(simd, &x),
                        y: f32x8::from_slice(simd, &y),
                    };
                    let hit = sticks.hit::<PERSPECTIVE>(simd, ray, near);
                    let lit = light.shade::<PERSPECTIVE>(
                        simd,
                        ray,
                        hit.depth,
                        hit.normal,
                        paint.bitcast(),
                    );
                    take(&Answers {
                        lanes: (1 << entries.len()) - 1,
                        uneven: 0,
                        x: &x,
                        y: &y,
                        key: &key,
                        slot: &slot,
                        color: stored(lit.color),
                        planes: Planes::of(&lit, hit.depth),
                    });
                }
            },
        );
    }

    /// Answers with the mean (`rounds`: half up, else cut down) over rays beside the asked ones,
    /// and sets no depth or normal. Rays that pass a surface by graze it.
    pub(super) fn answer_sampled<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        offsets_px: &[[f32; 2]],
        rounds: bool,
        mut take: impl FnMut(&Answers<'_>),
    ) {
        self.fill_up();
        let per_pixel = 1.0 / picture.camera.pixel_scale;
        // Sums of levels are whole numbers below 2^12: `(sum + more) * share >> 16` is their mean
        // over so many, without error.
        let count = offsets_px.len() as i32;
        let more = if rounds { count / 2 } else { 0 };
        let share = (1 << 16) / count + i32::from((1 << 16) % count != 0);
        simd.vectorize(
            #[inline(always)]
            || {
                let light = Light::new(simd, picture.camera);
                let byte = i32x8::splat(simd, 255);
                for first in (0..self.length).step_by(LANES) {
                    let surfaces = self.surfaces(simd, picture.bodies, first);
                    let ray = self.rays(simd, first);
                    let mut sums = [i32x8::splat(simd, more); 3];
                    for [dx, dy] in offsets_px {
                        let ray = Rays {
                            x: ray.x + f32x8::splat(simd, dx * per_pixel),
                            y: ray.y - f32x8::splat(simd, dy * per_pixel),
                        };
                        let depth = surfaces.depth::<PERSPECTIVE>(simd, ray);
                        let normal = surfaces.normal::<PERSPECTIVE>(simd, ray, depth);
                        let lit =
                            light.shade::<PERSPECTIVE>(simd, ray, depth, normal, surfaces.paint);
                        sums[0] += lit.color & byte;
                        sums[1] += (lit.color >> 8) & byte;
                        sums[2] += (lit.color >> 16) & byte;
                    }
                    let [red, green, blue] = sums.map(
                        #[inline(always)]
                        |sum| (sum * i32x8::splat(simd, share)) >> 16,
                    );
                    let color = red | green << 8 | blue << 16 | i32x8::splat(simd, OPAQUE);
                    take(&Answers {
                        lanes: (1 << LANES.min(self.length - first)) - 1,
                        uneven: 0,
                        x: &self.x[first..first + LANES],
                        y: &self.y[first..first + LANES],
                        key: &self.key[first..first + LANES],
                        slot: &self.slot[first..first + LANES],
                        color: stored(color),
                        planes: Planes::default(),
                    });
                }
            },
        );
        self.length = 0;
    }

    /// Fills the last chunk up with its last entry.
    fn fill_up(&mut self) {
        if let Some(last) = self.length.checked_sub(1) {
            for at in self.length..self.length.next_multiple_of(LANES) {
                self.x[at] = self.x[last];
                self.y[at] = self.y[last];
                self.depth[at] = self.depth[last];
                self.key[at] = self.key[last];
            }
        }
    }

    #[inline(always)]
    fn rays<S: Simd>(&self, simd: S, first: usize) -> Rays<S> {
        Rays {
            x: f32x8::from_slice(simd, &self.x[first..first + LANES]),
            y: f32x8::from_slice(simd, &self.y[first..first + LANES]),
        }
    }

    /// Surfaces of eight entries.
    #[inline(always)]
    fn surfaces<S: Simd>(&self, simd: S, bodies: &Bodies, first: usize) -> Surfaces<S> {
        let keys = &self.key[first..first + LANES];
        // Eight rows of eight numbers become columns, as four squares of four. No closures: they
        // would not be inlined.
        macro_rules! square {
            ($lane:literal, $part:literal) => {
                transposed([
                    quarter(simd, bodies, keys[$lane], $part),
                    quarter(simd, bodies, keys[$lane + 1], $part),
                    quarter(simd, bodies, keys[$lane + 2], $part),
                    quarter(simd, bodies, keys[$lane + 3], $part),
                ])
            };
        }
        let (a, b) = (square!(0, 0), square!(4, 0));
        let (c, d) = (square!(0, 4), square!(4, 4));
        Surfaces {
            middle: each_axis!(axis => a[axis].combine(b[axis])),
            radius: a[3].combine(b[3]),
            along: each_axis!(axis => c[axis].combine(d[axis])),
            paint: c[3].combine(d[3]).bitcast(),
        }
    }
}

/// Four numbers of a key's surface.
#[inline(always)]
fn quarter<S: Simd>(simd: S, bodies: &Bodies, key: u32, part: usize) -> f32x4<S> {
    let Surface(row) = &bodies.surfaces[key as usize];
    f32x4::from_slice(simd, &row[part..part + 4])
}

/// Columns of four rows.
#[inline(always)]
fn transposed<S: Simd>(rows: [f32x4<S>; 4]) -> [f32x4<S>; 4] {
    let [a, b, c, d] = rows;
    let (ac, bd) = (a.zip_low(c), b.zip_low(d));
    let (ac_high, bd_high) = (a.zip_high(c), b.zip_high(d));
    [
        ac.zip_low(bd),
        ac.zip_high(bd),
        ac_high.zip_low(bd_high),
        ac_high.zip_high(bd_high),
    ]
}

/// Eight of anything.
#[inline(always)]
fn gather<S: Simd>(simd: S, of: impl Fn(usize) -> f32) -> f32x8<S> {
    let mut lanes = [0.0; LANES];
    for (lane, value) in lanes.iter_mut().enumerate() {
        *value = of(lane);
    }
    f32x8::from_slice(simd, &lanes)
}

/// Up to eight answers, and what was asked.
#[derive(Debug)]
pub(super) struct Answers<'a> {
    /// A bit for each answer there is.
    pub(super) lanes: u32,
    /// A bit for each answer that may not stand for its whole pixel.
    pub(super) uneven: u32,
    pub(super) x: &'a [f32],
    pub(super) y: &'a [f32],
    pub(super) key: &'a [u32],
    pub(super) slot: &'a [u32],
    /// Red lowest, alpha 255.
    pub(super) color: [u32; LANES],
    pub(super) planes: Planes,
}

/// What other planes than colour hold.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Planes {
    pub(super) depth: [f32; LANES],
    pub(super) normal: [[f32; LANES]; 3],
}

impl Planes {
    #[inline(always)]
    fn of<S: Simd>(lit: &Lit<S>, depth: f32x8<S>) -> Self {
        let mut planes = Self::default();
        depth.store_slice(&mut planes.depth);
        for axis in 0..3 {
            lit.normal[axis].store_slice(&mut planes.normal[axis]);
        }
        planes
    }
}

#[inline(always)]
fn stored<S: Simd>(color: i32x8<S>) -> [u32; LANES] {
    let mut lanes = [0; LANES];
    color.bitcast::<u32x8<S>>().store_slice(&mut lanes);
    lanes
}

impl Answers<'_> {
    /// Calls `take` with each lane of `lanes`.
    #[inline(always)]
    pub(super) fn each(mut lanes: u32, mut take: impl FnMut(usize)) {
        if lanes == (1 << LANES) - 1 {
            for lane in 0..LANES {
                take(lane);
            }
            return;
        }
        while lanes != 0 {
            take(lanes.trailing_zeros() as usize % LANES);
            lanes &= lanes - 1;
        }
    }
}
