//! What one camera sees: every primitive in camera axes, with its pixels and its nearest depth.

use glam::{DVec3, Vec3};
use molshot_scenes::Cylinder;

use super::camera::Camera;
use super::tile::wide;
use super::upload::{StickSource, Upload};

/// Room for rounding in [`Ball::reach`], pixels.
const REACH_SLACK_PX: f32 = 0.03125;
/// Room for rounding in bounds, pixels.
const BOUNDS_SLACK_PX: f32 = 0.0625;
/// Pixel bounds of what cannot be bounded.
const EVERYWHERE: [i16; 4] = [i16::MIN, i16::MIN, i16::MAX, i16::MAX];

/// A ball in camera axes.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Ball {
    pub(super) center: [f32; 3],
    pub(super) radius: f32,
    /// How far the ray of a sample passes from the ray of its pixel's centre, at most, where it
    /// passes the ball; angstrom.
    pub(super) reach: f32,
    /// Least depth of any point of it.
    pub(super) near: f32,
    /// True when the near plane may cut it.
    pub(super) cut: bool,
}

/// A cylinder in camera axes, with axes of its own: `along` it, `side` across it and across the
/// view, `front` across both.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stick {
    pub(super) front: [f32; 3],
    pub(super) side: [f32; 3],
    pub(super) along: [f32; 3],
    /// Middle of the axis, camera axes.
    pub(super) middle: [f32; 3],
    /// The same in the stick's axes: front, side, along.
    pub(super) own_middle: [f32; 3],
    pub(super) half_length: f32,
    pub(super) radius: f32,
    pub(super) caps: u32,
    /// As [`Ball::reach`].
    pub(super) reach: f32,
    /// Least depth of any point of it.
    pub(super) near: f32,
    /// True when its ends may be seen or the near plane may cut it.
    pub(super) full: bool,
    /// Its pixels in a row: `x = span[0] + span[1] * y +- span[2]`, pixels.
    pub(super) span: [f32; 3],
}

impl Stick {
    /// 1 when its ends are flat discs, else 0.
    pub(super) fn flat(&self) -> f32 {
        f32::from(u8::from(self.caps == Cylinder::FLAT))
    }

    /// 1 when its ends are half balls, else 0.
    pub(super) fn round(&self) -> f32 {
        f32::from(u8::from(self.caps == Cylinder::ROUND))
    }
}

/// What shading needs of one key, as one row of eight numbers: middle (camera axes), radius,
/// direction of the axis (zero for a ball), and the paint's bits. The radius of a stick that is not
/// simply a tube's near wall is negative; see [`Stick::full`].
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Surface(pub(super) [f32; 8]);

impl Surface {
    fn ball(center: Vec3, radius: f32, paint: u32) -> Self {
        let [x, y, z] = center.to_array();
        Self([x, y, z, radius, 0.0, 0.0, 0.0, f32::from_bits(paint)])
    }

    fn stick(stick: &Stick, paint: u32) -> Self {
        let ([x, y, z], [along_x, along_y, along_z]) = (stick.middle, stick.along);
        let radius = if stick.full {
            -stick.radius
        } else {
            stick.radius
        };
        let paint = f32::from_bits(paint);
        Self([x, y, z, radius, along_x, along_y, along_z, paint])
    }
}

/// All of a picture's primitives; the buffers stay from picture to picture. Entries of what is not
/// in `seen` are stale.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    pub(super) balls: Vec<Ball>,
    pub(super) sticks: Vec<Stick>,
    /// One for each key; see [`Upload`].
    pub(super) surfaces: Vec<Surface>,
    /// True when a stick that may be seen is [`Stick::full`].
    pub(super) any_full: bool,
    /// True when that, or a ball that may be seen is [`Ball::cut`].
    pub(super) any_open: bool,
    /// What may be seen.
    pub(super) seen: Vec<Seen>,
}

/// A primitive that may be seen.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    /// Index among the spheres, or number of spheres + index among the cylinders.
    pub(super) body: u32,
    /// Least depth, angstrom.
    pub(super) near: f32,
    /// First column, first row, last column, last row of the whole picture that it may touch; may
    /// lie outside the picture.
    pub(super) rect: [i16; 4],
}

/// Extent of a ball on the picture.
#[derive(Debug, Clone, Copy)]
struct Extent {
    low_px: [f32; 2],
    high_px: [f32; 2],
}

impl Bodies {
    /// Of all buffers.
    #[cfg(test)]
    pub(super) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.extend([
            self.balls.capacity(),
            self.sticks.capacity(),
            self.surfaces.capacity(),
            self.seen.capacity(),
        ]);
    }

    /// Looks at a scene. `drawn` is what will be drawn: first column, first row, last column, last
    /// row; `reach_px` is how far a sample may lie from its pixel's centre.
    pub(super) fn look(
        &mut self,
        upload: &Upload,
        camera: &Camera,
        drawn: [i32; 4],
        reach_px: f32,
    ) {
        self.seen.clear();
        self.balls.resize(upload.spheres.len(), Ball::default());
        self.sticks.resize(upload.sticks.len(), Stick::default());
        self.surfaces.resize(upload.paint.len(), Surface::default());
        self.any_full = false;
        self.any_open = false;
        let (ball_surfaces, stick_surfaces) = self.surfaces.split_at_mut(upload.spheres.len());
        let (ball_paint, stick_paint) = upload.paint.split_at(upload.spheres.len());
        let (stick_surfaces, _) = stick_surfaces.as_chunks_mut::<2>();
        let (stick_paint, _) = stick_paint.as_chunks::<2>();
        let reach_at_1 = (reach_px + REACH_SLACK_PX) / camera.pixel_scale;
        for (body, (sphere, ball)) in (0..).zip(upload.spheres.iter().zip(&mut self.balls)) {
            let [x, y, z, radius] = *sphere;
            let center = camera.to_camera([x, y, z]);
            let depth = -center.z;
            if depth + radius < camera.near_angstrom {
                continue;
            }
            let near = depth - radius;
            let cut = near < camera.near_angstrom;
            let rect = bounds(camera, cut, &[(center, radius)]);
            if outside(rect, drawn) {
                continue;
            }
            let reach = reach_at_1
                * if camera.perspective {
                    depth + radius
                } else {
                    1.0
                };
            *ball = Ball {
                center: center.to_array(),
                radius,
                reach,
                near,
                cut,
            };
            self.any_open |= cut;
            ball_surfaces[body as usize] = Surface::ball(center, radius, ball_paint[body as usize]);
            self.seen.push(Seen { body, near, rect });
        }
        let first_stick = upload.spheres.len() as u32;
        for (index, (source, stick)) in upload.sticks.iter().zip(&mut self.sticks).enumerate() {
            let ends = [camera.to_camera(source.start), camera.to_camera(source.end)];
            let radius = source.radius;
            let depths = [-ends[0].z, -ends[1].z];
            let (first, last) = (depths[0].min(depths[1]), depths[0].max(depths[1]));
            if last + radius < camera.near_angstrom {
                continue;
            }
            let near = first - radius;
            let cut = near < camera.near_angstrom;
            let rect = bounds(camera, cut, &[(ends[0], radius), (ends[1], radius)]);
            if outside(rect, drawn) {
                continue;
            }
            let full =
                source.cover_radius == 0.0 || first - source.cover_radius < camera.near_angstrom;
            let reach = reach_at_1
                * if camera.perspective {
                    last + radius
                } else {
                    1.0
                };
            *stick = Stick {
                reach,
                near,
                full,
                span: if cut {
                    [0.0, 0.0, f32::INFINITY]
                } else {
                    span(camera, ends, radius)
                },
                ..in_own_axes(camera, source, ends)
            };
            self.any_full |= full;
            self.any_open |= full;
            for half in 0..2 {
                stick_surfaces[index][half] = Surface::stick(stick, stick_paint[index][half]);
            }
            let body = first_stick + index as u32;
            self.seen.push(Seen { body, near, rect });
        }
    }
}

fn outside(rect: [i16; 4], drawn: [i32; 4]) -> bool {
    let [left, top, right, bottom] = wide::<_, i32>(rect);
    left > drawn[2] || top > drawn[3] || right < drawn[0] || bottom < drawn[1]
}

/// Pixels that the hull of balls may touch.
#[inline(always)]
fn bounds<const N: usize>(camera: &Camera, cut: bool, balls: &[(Vec3, f32); N]) -> [i16; 4] {
    if cut && camera.perspective {
        return EVERYWHERE;
    }
    let mut low = [f32::INFINITY; 2];
    let mut high = [f32::NEG_INFINITY; 2];
    for (center, radius) in balls {
        let extent = extent(camera, *center, *radius);
        for axis in 0..2 {
            low[axis] = low[axis].min(extent.low_px[axis]);
            high[axis] = high[axis].max(extent.high_px[axis]);
        }
    }
    [
        floor(low[0] - BOUNDS_SLACK_PX),
        floor(low[1] - BOUNDS_SLACK_PX),
        floor(high[0] + BOUNDS_SLACK_PX),
        floor(high[1] + BOUNDS_SLACK_PX),
    ]
}

/// Largest whole number that is not above `x`, within 16 bits. The library's own is a call where
/// the processor may be an old one.
#[inline(always)]
fn floor(x: f32) -> i16 {
    // Casts saturate, and round towards zero.
    let whole = x as i32;
    let low = whole.saturating_sub(i32::from(whole as f32 > x));
    low.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

/// Exact extent of a ball that lies before the camera.
///
/// Perspective, for each axis apart: the ball's shadow on the plane of that axis and the view is a
/// disc, and the eye's tangents to it, the lines `x = s depth`, obey
/// `(x - s depth)^2 = radius^2 (1 + s^2)`.
#[inline(always)]
fn extent(camera: &Camera, center: Vec3, radius: f32) -> Extent {
    let depth = -center.z;
    let [x, y] = if camera.perspective {
        // Not zero: the near plane lies between eye and ball.
        let square = depth * depth - radius * radius;
        let per_square = 1.0 / square;
        let ends = |at: f32| {
            let (middle, half) = (at * depth, radius * (at * at + square).sqrt());
            [(middle - half) * per_square, (middle + half) * per_square]
        };
        [ends(center.x), ends(center.y)]
    } else {
        let ends = |at: f32| [at - radius, at + radius];
        [ends(center.x), ends(center.y)]
    };
    let scale = camera.pixel_scale;
    Extent {
        low_px: [
            camera.middle_px[0] + x[0] * scale,
            camera.middle_px[1] - y[1] * scale,
        ],
        high_px: [
            camera.middle_px[0] + x[1] * scale,
            camera.middle_px[1] - y[0] * scale,
        ],
    }
}

/// The strip of the picture in which a stick lies that is wholly in front of the near plane.
fn span(camera: &Camera, ends: [Vec3; 2], radius: f32) -> [f32; 3] {
    let scale_at = |end: Vec3| camera.pixel_scale / if camera.perspective { -end.z } else { 1.0 };
    let at = ends.map(|end| {
        [
            camera.middle_px[0] + end.x * scale_at(end),
            camera.middle_px[1] - end.y * scale_at(end),
        ]
    });
    let width = ends.map(|end| outline_radius_px(camera, end, radius));
    let [dx, dy] = [at[1][0] - at[0][0], at[1][1] - at[0][1]];
    let length = (dx * dx + dy * dy).sqrt();
    if dy.abs() < 0.05 * length || length < 1e-3 || !length.is_finite() {
        return [0.0, 0.0, f32::INFINITY];
    }
    let slope = dx / dy;
    [
        at[0][0] - slope * at[0][1],
        slope,
        (width[0].max(width[1]) + 2.0) * length / dy.abs() + slope.abs(),
    ]
}

/// Radius of a circle about the projected centre that holds a ball's outline; see `outline_of_ball`
/// in `shaders/shared/view.wgsl`.
fn outline_radius_px(camera: &Camera, center: Vec3, radius: f32) -> f32 {
    if !camera.perspective {
        return radius * camera.pixel_scale;
    }
    let tan_b = radius
        / (center.length_squared() - radius * radius)
            .max(1e-12)
            .sqrt();
    let tan_a = center.truncate().length() / -center.z;
    let denominator = 1.0 - tan_a * tan_b;
    if denominator < 1e-3 {
        return f32::INFINITY;
    }
    camera.pixel_scale * tan_b * (1.0 + tan_a * tan_a) / denominator
}

fn in_own_axes(camera: &Camera, source: &StickSource, ends: [Vec3; 2]) -> Stick {
    let [start, end] = ends.map(Vec3::as_dvec3);
    let middle = (start + end) * 0.5;
    let length = (end - start).length();
    let along = if length > 0.0 {
        (end - start) / length
    } else {
        DVec3::Z
    };
    // Perspective: the ray comes from the origin, so with `side` across the plane of eye and axis
    // the middle has no part along it. Orthographic: `side` is across the view's direction.
    let towards = if camera.perspective { middle } else { DVec3::Z };
    let side = along
        .cross(towards)
        .try_normalize()
        .unwrap_or_else(|| along.any_orthonormal_vector());
    let front = side.cross(along);
    let array = |v: DVec3| v.as_vec3().to_array();
    Stick {
        front: array(front),
        side: array(side),
        along: array(along),
        middle: array(middle),
        own_middle: array(DVec3::new(
            middle.dot(front),
            middle.dot(side),
            middle.dot(along),
        )),
        half_length: (length * 0.5) as f32,
        radius: source.radius,
        caps: source.caps,
        ..Stick::default()
    }
}
