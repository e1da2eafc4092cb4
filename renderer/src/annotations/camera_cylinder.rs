//! Which rays meet a cylinder, in double precision.

use glam::DVec3;

/// Squared sine between ray and axis below which a cylinder is seen end on, and everything about it
/// is left unsure.
const END_ON: f64 = 1e-6;

/// Whether a ray meets a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HitTest {
    Yes,
    No,
    /// Too close to say.
    Unsure,
}

/// A cylinder in camera axes.
#[derive(Debug, Clone, Copy)]
pub(super) struct CameraCylinder {
    pub(super) middle: DVec3,
    /// Unit.
    pub(super) axis: DVec3,
    pub(super) half_length: f64,
    pub(super) radius: f64,
    /// Discs close it.
    pub(super) flat: bool,
    /// How far single precision may misplace a ray beside it.
    pub(super) error: f64,
}

/// A ray beside the endless cylinder, all that counts of it.
#[derive(Debug, Clone, Copy)]
struct ClosestApproach {
    /// Distance from the axis, squared.
    miss_squared: f64,
    /// Place along the axis where it is nearest.
    place: f64,
    /// Tangent of the angle to the plane across the axis.
    steep: f64,
}

impl CameraCylinder {
    /// Whether a ray along the view meets the wall or, if it is closed, a disc; `x` and `y` are the
    /// ray's place.
    pub(super) fn covers_parallel(&self, x: f64, y: f64) -> HitTest {
        let origin = DVec3::new(x, y, 0.0) - self.middle;
        let direction = DVec3::NEG_Z;
        let origin_along = origin.dot(self.axis);
        let direction_along = direction.dot(self.axis);
        let across_origin = origin - origin_along * self.axis;
        let across_direction = direction - direction_along * self.axis;
        let across_squared = across_direction.length_squared();
        if across_squared < END_ON {
            return self.end_on(origin, direction);
        }
        let closest = -across_origin.dot(across_direction) / across_squared;
        self.answer(ClosestApproach {
            miss_squared: (across_origin + closest * across_direction).length_squared(),
            place: origin_along + closest * direction_along,
            steep: direction_along.abs() / across_squared.sqrt(),
        })
    }

    /// Of rays that are nearly parallel to the axis only those far enough beside it surely miss it.
    fn end_on(&self, origin: DVec3, direction: DVec3) -> HitTest {
        let miss = origin.cross(direction).length() / direction.length();
        if miss > self.reach() {
            HitTest::No
        } else {
            HitTest::Unsure
        }
    }

    /// No ray that passes the axis by more than this is anything but a miss.
    fn reach(&self) -> f64 {
        self.radius + self.half_length * (2.0 * END_ON).sqrt() + self.error
    }

    fn answer(&self, pass: ClosestApproach) -> HitTest {
        let miss = pass.miss_squared.max(0.0).sqrt();
        if miss > self.radius + self.error {
            return HitTest::No;
        }
        let ClosestApproach { place, steep, .. } = pass;
        let half_across = (self.radius * self.radius - miss * miss).max(0.0).sqrt();
        let half = half_across * steep;
        let chord = [place - half, place + half];
        if miss > self.radius - self.error {
            // At the outline: unsure, if it is an outline of this part of the endless cylinder.
            let slack = self.error * (1.0 + steep)
                + (2.0 * self.radius * self.error + self.error * self.error).sqrt() * 2.0 * steep;
            let beside =
                chord[0] > self.half_length + slack || chord[1] < -self.half_length - slack;
            return if beside { HitTest::No } else { HitTest::Unsure };
        }
        let slack = self.error * (1.0 + steep * (1.0 + self.radius / half_across));
        let within = |place: f64| {
            if place.abs() <= self.half_length - slack {
                HitTest::Yes
            } else if place.abs() >= self.half_length + slack {
                HitTest::No
            } else {
                HitTest::Unsure
            }
        };
        let walls = chord.map(within);
        if walls.contains(&HitTest::Yes) {
            return HitTest::Yes;
        }
        if walls.contains(&HitTest::Unsure) {
            return HitTest::Unsure;
        }
        let through = chord[0] < 0.0 && chord[1] > 0.0;
        if through && self.flat {
            return HitTest::Yes;
        }
        HitTest::No
    }

    /// Whether surely no ray goes in at one end and out at the other.
    pub(super) fn shows_no_way_through(&self, perspective: bool) -> bool {
        let Self { axis, radius, .. } = *self;
        // From end to end such a ray comes no farther than from rim to rim.
        let half_length = 0.9 * self.half_length;
        if perspective {
            let along = self.middle.dot(axis);
            let across = (self.middle - along * axis).length();
            // The camera's distance from the plane of the end that faces it.
            let before = along.abs() - self.half_length;
            before <= 0.0 || half_length * (across - radius) > radius * before
        } else {
            half_length * axis.truncate().length() > radius * axis.z.abs()
        }
    }

    /// What rays from the camera have in common.
    pub(super) fn wall(&self) -> Wall<'_> {
        let origin = -self.middle;
        let origin_along = origin.dot(self.axis);
        Wall {
            cylinder: self,
            origin_along,
            origin_across_squared: (origin - origin_along * self.axis).length_squared(),
        }
    }
}

/// A cylinder seen from the camera, which stands in the origin.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wall<'a> {
    cylinder: &'a CameraCylinder,
    /// The camera's place along the axis, from the middle, and its squared distance from the axis.
    origin_along: f64,
    origin_across_squared: f64,
}

impl<'a> Wall<'a> {
    /// Rays through one row: `(x, y, -1)` of any x.
    pub(super) fn row(self, y: f64) -> WallRow<'a> {
        let (axis, origin) = (self.cylinder.axis, -self.cylinder.middle);
        let along = axis.y * y - axis.z;
        WallRow {
            wall: self,
            y,
            along,
            squared: y * y + 1.0,
            // Product of the parts across the axis of the camera's place and of the ray: this plus
            // `turn` times x.
            product: origin.y * y - origin.z - self.origin_along * along,
            turn: origin.x - self.origin_along * axis.x,
        }
    }
}

/// Numbers of one row, so that a ray takes few more.
#[derive(Debug, Clone, Copy)]
pub(super) struct WallRow<'a> {
    wall: Wall<'a>,
    y: f64,
    along: f64,
    squared: f64,
    product: f64,
    turn: f64,
}

impl WallRow<'_> {
    /// Whether a ray meets the wall or, if it is closed, a disc.
    pub(super) fn covers(&self, x: f64) -> HitTest {
        let Wall {
            cylinder,
            origin_along,
            origin_across_squared,
        } = self.wall;
        let along = self.along + x * cylinder.axis.x;
        let squared = self.squared + x * x;
        let across_squared = squared - along * along;
        if across_squared < END_ON * squared {
            return cylinder.end_on(-cylinder.middle, DVec3::new(x, self.y, -1.0));
        }
        let product = self.product + x * self.turn;
        let most = cylinder.radius + cylinder.error;
        // Most rays miss, and that takes no division. Equality is left to the rest.
        let miss = origin_across_squared * across_squared - product * product;
        if miss > most * most * across_squared * (1.0 + 1e-9) {
            return HitTest::No;
        }
        let closest = -product / across_squared;
        cylinder.answer(ClosestApproach {
            miss_squared: miss / across_squared,
            place: origin_along + closest * along,
            steep: along.abs() / across_squared.sqrt(),
        })
    }
}
