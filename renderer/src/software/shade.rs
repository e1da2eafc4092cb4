//! Colour of what is seen: `shade` in `shaders/shared/surface.wgsl`, eight at a time.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, i32x8, mask32x8};

use super::camera::Camera;
use super::intersect::{Balls, FullSticks, Rays, Sticks, Vec3x8, dot, each_axis, each_of};
use super::tile::{LANES, Picture};

/// Cosine between view and reflected light above which a highlight changes much from pixel to pixel...
const HIGHLIGHT: f32 = 0.82;
/// ...on bodies that are thinner than this, pixels: a pixel of a round body turns the reflected ray by 2 / radius, and the mean of
/// `0.3 cos^30` over a pixel then differs from its middle's by about `700 / radius^2` levels.
const HIGHLIGHT_RADIUS_PX: f32 = 24.0;

/// What is to be shaded: a ray and the key that it meets. Kept apart by kind, so that eight of one kind go together.
#[derive(Debug, Default)]
pub(super) struct Queue {
    balls: Vec<Entry>,
    sticks: Vec<Entry>,
    full: Vec<Entry>,
}

/// One ray that met something.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entry {
    x: f32,
    y: f32,
    pub(super) key: u32,
    /// Where the answer goes.
    pub(super) slot: u32,
}

impl Queue {
    /// Asks for a colour.
    #[inline(always)]
    pub(super) fn push(&mut self, picture: &Picture<'_>, x: f32, y: f32, key: u32, slot: usize) {
        let entry = Entry {
            x,
            y,
            key,
            slot: slot as u32,
        };
        let balls = picture.bodies.balls.len();
        if (key as usize) < balls {
            self.balls.push(entry);
        } else if picture.bodies.sticks[(key as usize - balls) / 2].full {
            self.full.push(entry);
        } else {
            self.sticks.push(entry);
        }
    }

    /// Answers everything that was asked for, and empties the queue.
    pub(super) fn answer<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        mut take: impl FnMut(&Entry, &Answers, usize),
    ) {
        for kind in [Kind::Ball, Kind::Stick, Kind::Full] {
            let entries = match kind {
                Kind::Ball => &mut self.balls,
                Kind::Stick => &mut self.sticks,
                Kind::Full => &mut self.full,
            };
            for eight in entries.chunks(LANES) {
                let mut padded = [eight[0]; LANES];
                padded[..eight.len()].copy_from_slice(eight);
                let answer = shade::<S, PERSPECTIVE>(simd, picture, kind, &padded);
                for (lane, entry) in eight.iter().enumerate() {
                    take(entry, &answer, lane);
                }
            }
            entries.clear();
        }
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Ball,
    Stick,
    Full,
}

/// Not inlined: one copy of it, however many ask.
fn shade<S: Simd, const PERSPECTIVE: bool>(
    simd: S,
    picture: &Picture<'_>,
    kind: Kind,
    entries: &[Entry; LANES],
) -> Answers {
    simd.vectorize(
        #[inline(always)]
        || match kind {
            Kind::Ball => balls::<S, PERSPECTIVE>(simd, picture, entries),
            Kind::Stick => sticks::<S, PERSPECTIVE>(simd, picture, entries),
            Kind::Full => full::<S, PERSPECTIVE>(simd, picture, entries),
        },
    )
}

/// Eight answers.
pub(super) struct Answers {
    /// Red lowest, alpha 255.
    pub(super) color: [u32; LANES],
    pub(super) depth: [f32; LANES],
    pub(super) normal: [[f32; LANES]; 3],
    /// A bit for each lane: one ray may not stand for its pixel.
    pub(super) highlight: u32,
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

#[inline(always)]
fn rays_of<S: Simd>(simd: S, entries: &[Entry; LANES]) -> Rays<S> {
    Rays {
        x: gather(simd, |lane| entries[lane].x),
        y: gather(simd, |lane| entries[lane].y),
    }
}

#[inline(always)]
fn paint_of<S: Simd>(simd: S, picture: &Picture<'_>, entries: &[Entry; LANES]) -> i32x8<S> {
    let mut lanes = [0; LANES];
    for (lane, entry) in lanes.iter_mut().zip(entries) {
        *lane = picture.upload.paint[entry.key as usize].cast_signed();
    }
    i32x8::from_slice(simd, &lanes)
}

#[inline(always)]
fn balls<S: Simd, const PERSPECTIVE: bool>(
    simd: S,
    picture: &Picture<'_>,
    entries: &[Entry; LANES],
) -> Answers {
    let mut parts = [[0.0; LANES]; 4];
    for (lane, entry) in entries.iter().enumerate() {
        let ball = &picture.bodies.balls[entry.key as usize];
        for axis in 0..3 {
            parts[axis][lane] = ball.center[axis];
        }
        parts[3][lane] = ball.radius;
    }
    let balls = Balls {
        center: each_axis!(axis => f32x8::from_slice(simd, &parts[axis])),
        radius: f32x8::from_slice(simd, &parts[3]),
    };
    let rays = rays_of(simd, entries);
    let mut pass = balls.pass::<PERSPECTIVE>(simd, rays);
    pass.half_chord_squared = not_negative(simd, pass.half_chord_squared);
    let near = f32x8::splat(simd, picture.camera.near_angstrom);
    let (wall, _) = pass.wall::<true>(simd, near);
    let direction = rays.direction::<PERSPECTIVE>(simd);
    let normal = each_axis!(axis => pass.offset[axis] + wall * direction[axis]);
    light::<S, PERSPECTIVE>(
        simd,
        picture.camera,
        direction,
        pass.closest + wall,
        normal,
        paint_of(simd, picture, entries),
        balls.radius,
    )
}

#[inline(always)]
fn sticks<S: Simd, const PERSPECTIVE: bool>(
    simd: S,
    picture: &Picture<'_>,
    entries: &[Entry; LANES],
) -> Answers {
    let balls = picture.bodies.balls.len();
    let mut parts = [[0.0; LANES]; 14];
    for (lane, entry) in entries.iter().enumerate() {
        let stick = &picture.bodies.sticks[(entry.key as usize - balls) / 2];
        for axis in 0..3 {
            parts[axis][lane] = stick.front[axis];
            parts[3 + axis][lane] = stick.side[axis];
            parts[6 + axis][lane] = stick.along[axis];
            parts[9 + axis][lane] = stick.own_middle[axis];
        }
        parts[12][lane] = stick.half_length;
        parts[13][lane] = stick.radius;
    }
    let sticks = Sticks {
        front: each_axis!(axis => f32x8::from_slice(simd, &parts[axis])),
        side: each_axis!(axis => f32x8::from_slice(simd, &parts[3 + axis])),
        along: each_axis!(axis => f32x8::from_slice(simd, &parts[6 + axis])),
        own_middle: each_axis!(axis => f32x8::from_slice(simd, &parts[9 + axis])),
        half_length: f32x8::from_slice(simd, &parts[12]),
        radius: f32x8::from_slice(simd, &parts[13]),
    };
    let rays = rays_of(simd, entries);
    let mut pass = sticks.pass::<PERSPECTIVE>(simd, rays);
    pass.half_chord_squared = not_negative(simd, pass.half_chord_squared);
    light::<S, PERSPECTIVE>(
        simd,
        picture.camera,
        rays.direction::<PERSPECTIVE>(simd),
        pass.closest - pass.half_chord(),
        pass.normal(&sticks),
        paint_of(simd, picture, entries),
        sticks.radius,
    )
}

#[inline(always)]
fn full<S: Simd, const PERSPECTIVE: bool>(
    simd: S,
    picture: &Picture<'_>,
    entries: &[Entry; LANES],
) -> Answers {
    let balls = picture.bodies.balls.len();
    let of = |lane: usize| &picture.bodies.sticks[(entries[lane].key as usize - balls) / 2];
    let sticks = FullSticks {
        middle: each_axis!(axis => gather(simd, |lane| of(lane).middle[axis])),
        axis: each_axis!(axis => gather(simd, |lane| of(lane).along[axis])),
        half_length: gather(simd, |lane| of(lane).half_length),
        radius: gather(simd, |lane| of(lane).radius),
        flat: gather(simd, |lane| of(lane).flat()),
        round: gather(simd, |lane| of(lane).round()),
    };
    let rays = rays_of(simd, entries);
    let near = f32x8::splat(simd, picture.camera.near_angstrom);
    let hit = sticks.hit::<PERSPECTIVE>(simd, rays, near);
    light::<S, PERSPECTIVE>(
        simd,
        picture.camera,
        rays.direction::<PERSPECTIVE>(simd),
        hit.depth,
        hit.normal,
        paint_of(simd, picture, entries),
        sticks.radius,
    )
}

#[inline(always)]
fn not_negative<S: Simd>(simd: S, x: f32x8<S>) -> f32x8<S> {
    let zero = f32x8::splat(simd, 0.0);
    x.simd_gt(zero).select(x, zero)
}

#[inline(always)]
fn at_most_one<S: Simd>(simd: S, x: f32x8<S>) -> f32x8<S> {
    let one = f32x8::splat(simd, 1.0);
    x.simd_lt(one).select(x, one)
}

/// Lighting and depth cue.
#[inline(always)]
fn light<S: Simd, const PERSPECTIVE: bool>(
    simd: S,
    camera: &Camera,
    direction: Vec3x8<S>,
    depth: f32x8<S>,
    normal: Vec3x8<S>,
    paint: i32x8<S>,
    radius: f32x8<S>,
) -> Answers {
    let number = |x: f32| f32x8::splat(simd, x);
    let three = |v: [f32; 3]| each_of!(v, part => number(part));
    let one = number(1.0);
    let normal_length = dot(normal, normal).sqrt();
    let mut normal = each_of!(normal, part => part / normal_length);
    let away: mask32x8<S> = dot(normal, direction).simd_gt(number(0.0));
    normal = each_of!(normal, part => away.select(-part, part));
    let towards_hit = if PERSPECTIVE {
        let length = dot(direction, direction).sqrt();
        each_of!(direction, part => part / length)
    } else {
        direction
    };
    let key_direction = three(camera.key_direction);
    let key = dot(normal, key_direction);
    let fill = dot(normal, three(camera.fill_direction));
    let diffuse = number(camera.key_diffuse) * not_negative(simd, -key)
        + number(camera.fill_diffuse) * not_negative(simd, -fill);
    let twice = number(2.0) * key;
    let reflected = each_axis!(axis => key_direction[axis] - twice * normal[axis]);
    let mirror = not_negative(simd, -dot(reflected, towards_hit));
    let m2 = mirror * mirror;
    let m4 = m2 * m2;
    let m8 = m4 * m4;
    let m16 = m8 * m8;
    let highlight = number(camera.specular) * (m16 * m8 * m4 * m2);
    let lit = number(camera.ambient) + diffuse;
    let kept = if camera.cue_end_angstrom > 0.0 {
        let share = (number(camera.cue_end_angstrom) - depth)
            / number(camera.cue_end_angstrom - camera.cue_start_angstrom);
        at_most_one(simd, not_negative(simd, share))
    } else {
        one
    };
    let cue = three(camera.cue_color);
    let byte = i32x8::splat(simd, 255);
    let mut color = i32x8::splat(simd, 0xff00_0000_u32.cast_signed());
    for channel in [0_u32, 1, 2] {
        let base = f32x8::float_from((paint >> (8 * channel)) & byte) / number(255.0);
        // May exceed 1 here: what is too bright fades with depth before it is cut off.
        let mut value = base * lit + highlight;
        if camera.cue_end_angstrom > 0.0 {
            value = cue[channel as usize] * (one - kept) + value * kept;
        }
        value = at_most_one(simd, value);
        let level = i32x8::truncate_from(value * number(255.0) + number(0.5));
        color |= level << (8 * channel);
    }
    let thick =
        number(HIGHLIGHT_RADIUS_PX / camera.pixel_scale) * if PERSPECTIVE { depth } else { one };
    let highlights = mirror.simd_gt(number(HIGHLIGHT)) & radius.simd_lt(thick);
    let mut answers = Answers {
        color: [0; LANES],
        depth: [0.0; LANES],
        normal: [[0.0; LANES]; 3],
        highlight: highlights.to_bitmask() as u32,
    };
    let mut lanes = [0; LANES];
    color.store_slice(&mut lanes);
    for (answer, lane) in answers.color.iter_mut().zip(lanes) {
        *answer = lane.cast_unsigned();
    }
    depth.store_slice(&mut answers.depth);
    for axis in 0..3 {
        normal[axis].store_slice(&mut answers.normal[axis]);
    }
    answers
}
