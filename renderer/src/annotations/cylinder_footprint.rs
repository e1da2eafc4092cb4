//! Which pixel centres a cylinder covers when nothing else is there.
//!
//! What a cylinder covers of a row is one run of pixels, but where a ray may go in at one end and
//! out at the other. So only the pixels about the two edges of the run are looked at, from a guess
//! that the rows above give; a wrong guess costs looks, nothing else.

use glam::{DVec2, DVec3};

use super::camera_cylinder::{CameraCylinder, HitTest, Reach};
use super::footprint::{Footprint, Projector, Span};

impl Projector {
    /// Adds a cylinder without round ends, its ends in camera axes. `flat`: discs close it.
    pub(super) fn cylinder(&self, ends: [DVec3; 2], radius: f64, flat: bool, out: &mut Footprint) {
        let windows = ends.map(|end| self.window(end, radius));
        let [start, end] = ends;
        let depths = ends.map(|end| -end.z);
        if windows.iter().any(Result::is_err) {
            out.all_unsure = true;
            return;
        }
        let behind = depths
            .iter()
            .all(|depth| depth + radius < self.near_angstrom);
        if behind {
            return;
        }
        // Where both ends lie outside of the region, what is between them may not.
        let [a, b] = ends.map(|end| self.extent(end, radius));
        let window = self.clip([
            a[0].min(b[0]),
            a[1].max(b[1]),
            a[2].min(b[2]),
            a[3].max(b[3]),
        ]);
        let Some(window) = window else { return };
        if depths
            .iter()
            .any(|depth| depth - radius < self.near_angstrom)
        {
            out.all_unsure = true;
            return;
        }
        let cylinder = CameraCylinder {
            middle: (start + end) * 0.5,
            axis: (end - start).normalize_or(DVec3::Z),
            half_length: start.distance(end) * 0.5,
            radius,
            flat,
            error: ends
                .map(|end| Self::error_angstrom(end, radius))
                .into_iter()
                .fold(0.0, f64::max),
        };
        // A cylinder is the hull of the discs that close it, which is less than that of the spheres
        // about its ends.
        let window = self.narrowed(ends, &cylinder, window);
        let Some(window) = window else { return };
        out.widen(window);
        let [left, top, right, bottom] = window;
        let strip = self.strip(ends, radius);
        let whole = flat || self.sees_no_end(&cylinder, window);
        let wall = self.perspective.then(|| cylinder.wall());
        let mut tracker = EdgeTracker::default();
        for row in top..bottom {
            let y = self.ray_y(row);
            let line = wall.map(|wall| wall.row(y));
            let [low, high] = match line.map(|line| line.reach()) {
                Some(Reach::Between(x)) => x.map(|x| self.column_of(x)),
                Some(Reach::Nowhere) => continue,
                Some(Reach::Unknown) | None => strip.columns(f64::from(row)),
            };
            // Bounds are wider than what is needed by much more than the rounding of a column.
            let clamp = |at: f64| at.clamp(f64::from(left), f64::from(right)) as u32;
            let columns = [clamp(low.ceil()), clamp(high.floor() + 1.0)];
            if columns[0] >= columns[1] {
                continue;
            }
            let covers = |column| match &line {
                Some(line) => line.covers(self.ray_x(column)),
                None => cylinder.covers_parallel(self.ray_x(column), y),
            };
            if whole {
                let guess = tracker.guess(columns);
                let found =
                    guess.and_then(|guess| edges(covers, columns, guess, row, &mut out.unsure));
                let found = found.or_else(|| edges_of_all(covers, columns, row, &mut out.unsure));
                tracker.add(columns, found);
                if let Some([first, end]) = found {
                    out.spans.push(Span { row, first, end });
                }
            } else {
                runs(covers, columns, row, out);
            }
        }
    }

    /// The part of a window that the discs at a cylinder's ends, and what is between them, may
    /// touch.
    fn narrowed(
        &self,
        ends: [DVec3; 2],
        cylinder: &CameraCylinder,
        window: [u32; 4],
    ) -> Option<[u32; 4]> {
        let [a, b] = ends.map(|end| self.extent_of_disc(end, cylinder));
        let tight = self.clip([
            a[0].min(b[0]),
            a[1].max(b[1]),
            a[2].min(b[2]),
            a[3].max(b[3]),
        ])?;
        let [left, top] = [0, 1].map(|side| tight[side].max(window[side]));
        let [right, bottom] = [2, 3].map(|side| tight[side].min(window[side]));
        (left < right && top < bottom).then_some([left, top, right, bottom])
    }

    /// Least and largest x, least and largest y of the rays that meet the disc at a cylinder's end;
    /// endless where it may reach the camera's plane.
    fn extent_of_disc(&self, center: DVec3, cylinder: &CameraCylinder) -> [f64; 4] {
        let radius = cylinder.radius + 2.0 * cylinder.error;
        let axis = cylinder.axis;
        let ends = |at: f64, along: f64| {
            if !self.perspective {
                let half = radius * (1.0 - along * along).max(0.0).sqrt();
                return [at - half, at + half];
            }
            // A plane through the camera, of all rays with this x, touches the disc where its
            // distance from the middle is the disc's reach across it: (c.x + x c.z)^2 = r^2 (1 +
            // x^2 - (a.x + x a.z)^2).
            let squared = radius * radius;
            let square = center.z * center.z - squared * (1.0 - axis.z * axis.z);
            if square < 1e-6 * center.z * center.z {
                return [f64::NEG_INFINITY, f64::INFINITY];
            }
            let linear = at * center.z + squared * along * axis.z;
            let constant = at * at - squared * (1.0 - along * along);
            let root = (linear * linear - square * constant).max(0.0).sqrt();
            [(-linear - root) / square, (-linear + root) / square]
        };
        let [left, right] = ends(center.x, axis.x);
        let [bottom, top] = ends(center.y, axis.y);
        [left, right, bottom, top]
    }

    /// Whether no ray through a window passes a cylinder's axis at so small an angle that it may go
    /// in at one end and out at the other. What such a cylinder covers is what a closed one would
    /// cover, which is convex.
    fn sees_no_end(&self, cylinder: &CameraCylinder, [left, top, right, bottom]: [u32; 4]) -> bool {
        let ray = |column: f64, row: f64| {
            let x = (self.origin_px.x + column - self.middle_px.x) / self.pixel_scale;
            let y = (self.middle_px.y - self.origin_px.y - row) / self.pixel_scale;
            DVec3::new(x, y, -1.0).normalize()
        };
        let [left, top, right, bottom] = [left, top, right, bottom].map(f64::from);
        let (axis, apart) = if self.perspective {
            let middle = ray((left + right) * 0.5, (top + bottom) * 0.5);
            let corners = [(left, top), (right, top), (left, bottom), (right, bottom)];
            let corners = corners.map(|(column, row)| middle.angle_between(ray(column, row)));
            (middle, corners.into_iter().fold(0.0, f64::max))
        } else {
            (DVec3::NEG_Z, 0.0)
        };
        let angle = axis.dot(cylinder.axis).abs().min(1.0).acos() - apart;
        angle > 0.0 && cylinder.radius < 0.9 * cylinder.half_length * angle.tan()
    }

    /// The strip of the picture that holds a cylinder.
    fn strip(&self, ends: [DVec3; 2], radius: f64) -> Strip {
        let at = ends.map(|end| {
            let scale = if self.perspective { 1.0 / -end.z } else { 1.0 };
            DVec2::new(self.column_of(end.x * scale), self.row_of(end.y * scale))
        });
        let width = ends.map(|end| {
            if !self.perspective {
                return radius * self.pixel_scale;
            }
            // Radius of a circle about the projected centre that holds the sphere's outline: tan(a
            // + b) - tan(a).
            let tan_b = radius / (end.length_squared() - radius * radius).max(1e-12).sqrt();
            let tan_a = end.truncate().length() / -end.z;
            let denominator = 1.0 - tan_a * tan_b;
            if denominator < 1e-3 {
                f64::INFINITY
            } else {
                self.pixel_scale * tan_b * (1.0 + tan_a * tan_a) / denominator
            }
        });
        let step = at[1] - at[0];
        let length = step.length();
        if step.y.abs() < 0.05 * length || length < 1e-3 || !length.is_finite() {
            return Strip {
                start: 0.0,
                slope: 0.0,
                half: f64::INFINITY,
            };
        }
        let slope = step.x / step.y;
        Strip {
            start: at[0].x - slope * at[0].y,
            slope,
            half: (width[0].max(width[1]) + 1.0) * length / step.y.abs(),
        }
    }
}

/// Columns of a row: `start + slope row +- half`.
#[derive(Debug, Clone, Copy)]
struct Strip {
    start: f64,
    slope: f64,
    half: f64,
}

impl Strip {
    fn columns(self, row: f64) -> [f64; 2] {
        let middle = self.start + self.slope * row;
        [middle - self.half, middle + self.half]
    }
}

/// How far from its guess an edge is looked for before the whole row is looked at.
const FAR_PX: u32 = 8;

/// Edges of the rows above, from which those of the next are guessed.
#[derive(Debug, Default)]
struct EdgeTracker {
    /// Of the last rows, the newest first: first column, one past the last.
    rows: [Option<[u32; 2]>; 3],
    /// Whether the newest row's edges were the bounds of its columns.
    bound: [bool; 2],
}

impl EdgeTracker {
    /// First and last covered column of a row, most likely. `None` when nothing is known.
    fn guess(&self, columns: [u32; 2]) -> Option<[u32; 2]> {
        let newest = self.rows[0]?;
        let edge = |side: usize| {
            if self.bound[side] {
                return columns[side];
            }
            let newest = i64::from(newest[side]);
            let step = match (self.rows[1], self.rows[2]) {
                (_, Some(old)) => (newest - i64::from(old[side])) / 2,
                (Some(old), None) => newest - i64::from(old[side]),
                _ => 0,
            };
            (newest + step).clamp(i64::from(columns[0]), i64::from(columns[1])) as u32
        };
        let last = columns[1] - 1;
        let first = edge(0).min(last);
        Some([first, edge(1).saturating_sub(1).clamp(first, last)])
    }

    fn add(&mut self, columns: [u32; 2], found: Option<[u32; 2]>) {
        let Some(found) = found else {
            *self = Self::default();
            return;
        };
        self.bound = [0, 1].map(|side| found[side] == columns[side]);
        self.rows = [Some(found), self.rows[0], self.rows[1]];
    }
}

/// The covered run of a row, looked for about a guess of its first and last column; what is unsure
/// beside it goes to `unsure`. `None`, and nothing more unsure, when it is not there.
fn edges(
    covers: impl Fn(u32) -> HitTest,
    columns: [u32; 2],
    guess: [u32; 2],
    row: u32,
    unsure: &mut Vec<[u32; 2]>,
) -> Option<[u32; 2]> {
    let before = unsure.len();
    // The first covered column, inwards from the guess; then outwards, as long as nothing is surely
    // missed.
    let mut first = guess[0];
    let at_guess = covers(first);
    let mut answer = at_guess;
    while answer != HitTest::Yes {
        if answer == HitTest::Unsure {
            unsure.push([first, row]);
        }
        first += 1;
        if first >= columns[1] || first > guess[0] + FAR_PX {
            unsure.truncate(before);
            return None;
        }
        answer = covers(first);
    }
    if at_guess != HitTest::No {
        for column in (columns[0]..guess[0]).rev() {
            match covers(column) {
                HitTest::Yes => first = column,
                HitTest::Unsure => unsure.push([column, row]),
                HitTest::No => break,
            }
        }
    }
    // The last one likewise; it is not before the first.
    let start = guess[1].max(first);
    let mut last = start;
    let at_start = covers(last);
    let mut answer = at_start;
    while answer != HitTest::Yes && last > first {
        if answer == HitTest::Unsure {
            unsure.push([last, row]);
        }
        last -= 1;
        answer = covers(last);
    }
    if at_start != HitTest::No {
        for column in start + 1..columns[1] {
            match covers(column) {
                HitTest::Yes => last = column,
                HitTest::Unsure => unsure.push([column, row]),
                HitTest::No => break,
            }
        }
    }
    Some([first, last + 1])
}

/// The covered run of a row of which nothing is known: every column is looked at up to the first
/// covered one, and down to the last.
fn edges_of_all(
    covers: impl Fn(u32) -> HitTest,
    columns: [u32; 2],
    row: u32,
    unsure: &mut Vec<[u32; 2]>,
) -> Option<[u32; 2]> {
    let mut covered = |column: &u32| match covers(*column) {
        HitTest::Yes => true,
        HitTest::Unsure => {
            unsure.push([*column, row]);
            false
        }
        HitTest::No => false,
    };
    let first = (columns[0]..columns[1]).find(&mut covered)?;
    let last = (first + 1..columns[1]).rev().find(&mut covered);
    Some([first, last.unwrap_or(first) + 1])
}

/// The covered runs of a row, every column looked at.
fn runs(covers: impl Fn(u32) -> HitTest, columns: [u32; 2], row: u32, out: &mut Footprint) {
    let mut run: Option<u32> = None;
    for column in columns[0]..columns[1] {
        match covers(column) {
            HitTest::Yes => {
                run.get_or_insert(column);
                continue;
            }
            HitTest::Unsure => out.unsure.push([column, row]),
            HitTest::No => {}
        }
        if let Some(first) = run.take() {
            let end = column;
            out.spans.push(Span { row, first, end });
        }
    }
    if let Some(first) = run {
        let end = columns[1];
        out.spans.push(Span { row, first, end });
    }
}
