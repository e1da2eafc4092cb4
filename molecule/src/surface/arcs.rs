//! The edges of the solvent-accessible surface: arcs of the circles in which two spheres meet.
//!
//! Angles are compared by a function that needs no trigonometry, because the results of
//! trigonometric functions differ between platforms, and meshes do not.

use super::SurfaceError;
use super::parallel;
use super::spheres::{Sphere, Spheres};
use crate::cancel::CancelToken;

/// Balls that a thread takes at a time.
const CHUNK: usize = 256;
/// Circles and arcs shorter than this have no effect, in angstrom and as a share of a turn.
const NEGLIGIBLE: f64 = 1e-9;

/// An arc that no sphere covers.
#[derive(Debug, Clone)]
pub(super) struct Arc {
    /// Centre of the circle.
    center: [f64; 3],
    /// Unit vector along the axis of the circle.
    axis: [f64; 3],
    radius: f64,
    /// Unit vector from the centre to the middle of the arc.
    middle: [f64; 3],
    /// Cosine of half of the arc's angle; below -1 for the whole circle.
    cos_half: f64,
    ends: [[f64; 3]; 2],
}

/// What is known of the accessible surface beside the spheres.
#[derive(Debug)]
pub(super) struct AccessibleSurface {
    pub(super) arcs: Vec<Arc>,
    /// For each ball with accessible parts, the balls that meet it, the nearest first; for others
    /// nothing.
    neighbours: Vec<Option<Box<[u32]>>>,
}

impl AccessibleSurface {
    pub(super) fn new(
        spheres: &Spheres,
        threads: usize,
        cancel: &CancelToken,
    ) -> Result<Self, SurfaceError> {
        let count = spheres.all.len();
        let chunks = count.div_ceil(CHUNK);
        let found = parallel::map(chunks, threads, cancel, Search::default, |search, chunk| {
            let mut arcs = Vec::new();
            for index in parallel::chunk(count, CHUNK, chunk) {
                search.arcs_of(spheres, index, &mut arcs);
            }
            Ok(arcs)
        })?;
        let mut is_accessible = vec![false; count];
        let mut arcs = Vec::with_capacity(found.iter().map(Vec::len).sum());
        for (pair, arc) in found.into_iter().flatten() {
            for sphere in pair {
                is_accessible[sphere as usize] = true;
            }
            arcs.push(arc);
        }
        let lists = parallel::map(chunks, threads, cancel, Vec::new, |list, chunk| {
            let indices = parallel::chunk(count, CHUNK, chunk);
            let mut lists = Vec::with_capacity(indices.len());
            for index in indices {
                spheres.neighbours(index, list);
                // A ball that meets no other is accessible everywhere and has no arcs.
                let is_accessible = is_accessible[index] || list.is_empty();
                lists.push(is_accessible.then(|| list.iter().map(|(_, other)| *other).collect()));
            }
            Ok(lists)
        })?;
        Ok(Self {
            arcs,
            neighbours: lists.into_iter().flatten().collect(),
        })
    }

    /// Whether the point of a sphere in this direction (a unit vector) is in no other ball.
    pub(super) fn is_accessible(
        &self,
        spheres: &Spheres,
        index: usize,
        direction: [f64; 3],
    ) -> bool {
        let Some(neighbours) = &self.neighbours[index] else {
            return false;
        };
        let this = &spheres.all[index];
        let point = at(this.center, direction, this.radius);
        neighbours.iter().all(|other| {
            let other = &spheres.all[*other as usize];
            let offset = minus(point, other.center);
            dot(offset, offset) >= other.radius * other.radius
        })
    }
}

impl Arc {
    /// Square of the distance from a point to the nearest point of the arc.
    pub(super) fn distance_squared(&self, point: [f64; 3]) -> f64 {
        let offset = minus(point, self.center);
        let height = dot(offset, self.axis);
        let in_plane = at(offset, self.axis, -height);
        let distance = dot(in_plane, in_plane).sqrt();
        if dot(in_plane, self.middle) >= self.cos_half * distance {
            let beyond = distance - self.radius;
            height * height + beyond * beyond
        } else {
            let [first, last] = self.ends.map(|end| {
                let offset = minus(point, end);
                dot(offset, offset)
            });
            first.min(last)
        }
    }

    /// A box around the arc: lowest and highest corner.
    pub(super) fn bounds(&self) -> [[f64; 3]; 2] {
        let mut bounds = [[0.0; 3]; 2];
        let cos_half = self.cos_half.max(0.0);
        // Up to half a turn, the arc is in the ball around its chord.
        let ball_radius = self.radius * (1.0 - cos_half * cos_half).max(0.0).sqrt();
        let ball_center = at(self.center, self.middle, self.radius * cos_half);
        for k in 0..3 {
            let reach = self.radius * (1.0 - self.axis[k] * self.axis[k]).max(0.0).sqrt();
            let circle = [self.center[k] - reach, self.center[k] + reach];
            let ball = [ball_center[k] - ball_radius, ball_center[k] + ball_radius];
            let has_ball = self.cos_half > 0.0;
            bounds[0][k] = if has_ball {
                circle[0].max(ball[0])
            } else {
                circle[0]
            };
            bounds[1][k] = if has_ball {
                circle[1].min(ball[1])
            } else {
                circle[1]
            };
        }
        bounds
    }
}

/// A direction in the plane of a circle.
#[derive(Debug, Clone, Copy)]
struct Direction {
    x: f64,
    y: f64,
    /// Grows with the angle from the x axis, 0 to 4 for a whole turn.
    turn: f64,
}

impl Direction {
    /// Of a unit vector.
    fn new(x: f64, y: f64) -> Self {
        let share = y.abs() / (x.abs() + y.abs());
        let turn = match (x >= 0.0, y >= 0.0) {
            (true, true) => share,
            (false, true) => 2.0 - share,
            (false, false) => 2.0 + share,
            (true, false) => 4.0 - share,
        };
        Self { x, y, turn }
    }

    /// The x axis, as the start or the end of a turn.
    fn axis(turn: f64) -> Self {
        Self {
            x: 1.0,
            y: 0.0,
            turn,
        }
    }
}

/// Space for the search, kept between balls.
#[derive(Debug, Default)]
struct Search {
    neighbours: Vec<(f64, u32)>,
    covered: Vec<[Direction; 2]>,
    free: Vec<[Direction; 2]>,
}

impl Search {
    /// Adds the arcs of the circles that a ball shares with those of higher index.
    fn arcs_of(&mut self, spheres: &Spheres, index: usize, arcs: &mut Vec<([u32; 2], Arc)>) {
        spheres.neighbours(index, &mut self.neighbours);
        for rank in 0..self.neighbours.len() {
            let (distance_squared, other) = self.neighbours[rank];
            if (other as usize) < index {
                continue;
            }
            let (a, b) = (&spheres.all[index], &spheres.all[other as usize]);
            let Some(circle) = Circle::new(a, b, distance_squared) else {
                continue;
            };
            if !self.find_free(spheres, &circle, other) {
                continue;
            }
            let pair = [index as u32, other];
            arcs.extend(self.free.iter().map(|free| (pair, circle.arc(*free))));
        }
    }

    /// Finds the parts of a circle that no ball covers; false if there are none.
    fn find_free(&mut self, spheres: &Spheres, circle: &Circle, other: u32) -> bool {
        self.covered.clear();
        self.free.clear();
        for (_, third) in &self.neighbours {
            if *third == other {
                continue;
            }
            match circle.covered_by(&spheres.all[*third as usize]) {
                Cover::Nothing => {}
                Cover::Everything => return false,
                Cover::Between([start, end]) if start.turn <= end.turn => {
                    self.covered.push([start, end]);
                }
                Cover::Between([start, end]) => {
                    self.covered.push([start, Direction::axis(4.0)]);
                    self.covered.push([Direction::axis(0.0), end]);
                }
            }
        }
        self.covered
            .sort_unstable_by(|a, b| a[0].turn.total_cmp(&b[0].turn));
        let mut reached = Direction::axis(0.0);
        for [start, end] in &self.covered {
            if start.turn > reached.turn + NEGLIGIBLE {
                self.free.push([reached, *start]);
            }
            if end.turn > reached.turn {
                reached = *end;
            }
        }
        if reached.turn < 4.0 - NEGLIGIBLE {
            self.free.push([reached, Direction::axis(4.0)]);
        }
        // An arc across the start of the turn is one.
        if let [first, .., last] = self.free.as_mut_slice()
            && first[0].turn <= 0.0
            && last[1].turn >= 4.0
        {
            last[1] = first[1];
            self.free.remove(0);
        }
        !self.free.is_empty()
    }
}

/// What a ball covers of a circle.
enum Cover {
    Nothing,
    Everything,
    /// From the first direction counterclockwise to the second.
    Between([Direction; 2]),
}

/// The circle in which two spheres meet.
#[derive(Debug)]
struct Circle {
    center: [f64; 3],
    radius: f64,
    /// Unit vectors: two in the plane of the circle and its axis.
    axes: [[f64; 3]; 3],
}

impl Circle {
    fn new(a: &Sphere, b: &Sphere, distance_squared: f64) -> Option<Self> {
        let distance = distance_squared.sqrt();
        if distance < NEGLIGIBLE {
            return None;
        }
        let w = minus(b.center, a.center).map(|part| part / distance);
        // Distance of the circle's plane from the first centre.
        let height =
            (distance_squared + a.radius * a.radius - b.radius * b.radius) / (2.0 * distance);
        let radius_squared = a.radius * a.radius - height * height;
        if radius_squared < NEGLIGIBLE * NEGLIGIBLE {
            return None;
        }
        // The coordinate axis that is farthest from w is not parallel to it.
        let least = (0..3).fold(0, |least, k| {
            if w[k].abs() < w[least].abs() {
                k
            } else {
                least
            }
        });
        let mut unit = [0.0; 3];
        unit[least] = 1.0;
        let u = at(unit, w, -w[least]);
        let length = dot(u, u).sqrt();
        let u = u.map(|part| part / length);
        let v = [
            w[1] * u[2] - w[2] * u[1],
            w[2] * u[0] - w[0] * u[2],
            w[0] * u[1] - w[1] * u[0],
        ];
        Some(Self {
            center: at(a.center, w, height),
            radius: radius_squared.sqrt(),
            axes: [u, v, w],
        })
    }

    /// A point of the circle in the unit direction e is in a ball with the centre c (relative to
    /// the circle's) and the radius R if |r e - c| < R, which is e.c > (r^2 + c^2 - R^2) / 2r.
    fn covered_by(&self, ball: &Sphere) -> Cover {
        let offset = minus(ball.center, self.center);
        let bound = (self.radius * self.radius + dot(offset, offset) - ball.radius * ball.radius)
            / (2.0 * self.radius);
        let [x, y] = [dot(offset, self.axes[0]), dot(offset, self.axes[1])];
        let length_squared = x * x + y * y;
        if bound * bound >= length_squared {
            return if bound < 0.0 {
                Cover::Everything
            } else {
                Cover::Nothing
            };
        }
        let length = length_squared.sqrt();
        let cos = bound / length;
        let sin = (1.0 - cos * cos).max(0.0).sqrt();
        let (x, y) = (x / length, y / length);
        Cover::Between([
            Direction::new(x * cos + y * sin, y * cos - x * sin),
            Direction::new(x * cos - y * sin, y * cos + x * sin),
        ])
    }

    fn arc(&self, [start, end]: [Direction; 2]) -> Arc {
        let is_whole = start.turn <= 0.0 && end.turn >= 4.0;
        // The middle of a counterclockwise arc is to the right of its chord.
        let chord = [end.x - start.x, end.y - start.y];
        let length = (chord[0] * chord[0] + chord[1] * chord[1]).sqrt();
        let (x, y) = if length > 1e-7 {
            (chord[1] / length, -chord[0] / length)
        } else if (end.turn - start.turn).rem_euclid(4.0) < 1.0 {
            (start.x, start.y)
        } else {
            (-start.x, -start.y)
        };
        let cos_half = x * start.x + y * start.y;
        Arc {
            center: self.center,
            axis: self.axes[2],
            radius: self.radius,
            middle: self.direction(x, y),
            cos_half: if is_whole { -2.0 } else { cos_half },
            ends: [start, end].map(|d| at(self.center, self.direction(d.x, d.y), self.radius)),
        }
    }

    fn direction(&self, x: f64, y: f64) -> [f64; 3] {
        let [u, v, _] = &self.axes;
        [0, 1, 2].map(|k| u[k] * x + v[k] * y)
    }
}

fn minus(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// `origin + direction * length`.
fn at(origin: [f64; 3], direction: [f64; 3], length: f64) -> [f64; 3] {
    [0, 1, 2].map(|k| origin[k] + direction[k] * length)
}
