//! The path of a ribbon: strands smoothed, and a cubic spline through the guide points.

use std::ops::Range;

use glam::DVec3;

/// How far the path goes beyond the first and last point, as a share of a segment (`ChimeraX`).
const OVERHANG: f64 = 0.3;

/// A point of a path, and the unit direction of the path there.
#[derive(Debug, Clone, Copy)]
pub(super) struct PathPoint {
    pub(super) place: DVec3,
    pub(super) tangent: DVec3,
}

/// Replaces the points of a strand, and moves the points beside them along: each by the mean of
/// itself, counted twice, and its neighbours; the first and last by the opposite of what their
/// neighbour moves, so that the strand does not get shorter (`ChimeraX`).
pub(super) fn smooth_strand(
    points: &mut [DVec3],
    mut side_points: Option<&mut Vec<DVec3>>,
    strand: Range<usize>,
) {
    let (first, last) = (strand.start, strand.end - 1);
    if strand.len() < 3 {
        return;
    }
    let old: Vec<DVec3> = points[strand.clone()].to_vec();
    let mut shifts: Vec<DVec3> = vec![DVec3::ZERO; old.len()];
    for (shift, triple) in shifts[1..].iter_mut().zip(old.windows(3)) {
        *shift = (triple[1] * 2.0 + triple[0] + triple[2]) / 4.0 - triple[1];
    }
    // Three points would end up on a line, whose plane is undefined.
    let share = if old.len() == 3 { 0.99 } else { 1.0 };
    let end = old.len() - 1;
    shifts[0] = shifts[1] * -share;
    shifts[end] = shifts[end - 1] * -share;
    for (index, shift) in (first..=last).zip(shifts) {
        points[index] += shift;
        if let Some(sides) = side_points.as_deref_mut() {
            sides[index] += shift;
        }
    }
}

/// A cubic polynomial for each segment between two points.
#[derive(Debug, Clone)]
pub(super) struct Spline {
    /// Coefficients of 1, t, t^2 and t^3 for t from 0 to 1.
    segments: Vec<[DVec3; 4]>,
}

impl Spline {
    /// Interpolates two or more points. Before the first and after the last, a point is added that
    /// continues the line. The slopes solve the equations of a natural cubic spline
    /// (<https://mathworld.wolfram.com/CubicSpline.html>), but for the first one: its right side is
    /// a third of what it would be, as in `ChimeraX`, whose ribbons start a little closer.
    pub(super) fn through(points: &[DVec3]) -> Self {
        let (Some(&first), Some(&last)) = (points.first(), points.last()) else {
            return Self {
                segments: Vec::new(),
            };
        };
        let count = points.len();
        let second = points.get(1).copied().unwrap_or(first);
        let before_last = points[count.saturating_sub(2)];
        let mut all = Vec::with_capacity(count + 2);
        all.push(first * 2.0 - second);
        all.extend_from_slice(points);
        all.push(last * 2.0 - before_last);
        let slopes = slopes(&all);
        let segments = (1..count)
            .map(|i| {
                let step = all[i + 1] - all[i];
                let (start, end) = (slopes[i], slopes[i + 1]);
                [
                    all[i],
                    start,
                    step * 3.0 - start * 2.0 - end,
                    start + end - step * 2.0,
                ]
            })
            .collect();
        Self { segments }
    }

    /// The point at `t` of a segment, which may be beyond its ends.
    fn at(&self, segment: usize, t: f64) -> PathPoint {
        let [start, linear, square, cubic] = self.segments[segment];
        let slope = linear + t * (2.0 * square + 3.0 * t * cubic);
        PathPoint {
            place: start + t * (linear + t * (square + t * cubic)),
            tangent: slope.normalize_or(DVec3::X),
        }
    }

    /// Unit direction of the path at each point.
    pub(super) fn tangents(&self) -> Vec<DVec3> {
        let last = self.segments.len() - 1;
        (0..self.segments.len())
            .map(|segment| self.at(segment, 0.0).tangent)
            .chain([self.at(last, 1.0).tangent])
            .collect()
    }

    /// Number of segments.
    pub(super) fn len(&self) -> usize {
        self.segments.len()
    }

    /// `divisions + 1` points from the start to the end of a segment.
    pub(super) fn segment(&self, segment: usize, divisions: usize) -> Vec<PathPoint> {
        let step = 1.0 / divisions as f64;
        (0..=divisions)
            .map(|i| self.at(segment, i as f64 * step))
            .collect()
    }

    /// Points of the path before its first point, which is the last of them.
    pub(super) fn before(&self, divisions: usize) -> Vec<PathPoint> {
        let step = OVERHANG / divisions as f64;
        (0..=divisions)
            .map(|i| self.at(0, i as f64 * step - OVERHANG))
            .collect()
    }

    /// Points of the path after its last point, which is the first of them.
    pub(super) fn after(&self, divisions: usize) -> Vec<PathPoint> {
        let step = OVERHANG / divisions as f64;
        let last = self.segments.len() - 1;
        (0..=divisions)
            .map(|i| self.at(last, 1.0 + i as f64 * step))
            .collect()
    }
}

/// Solves the tridiagonal equations for the slopes (Thomas's algorithm).
fn slopes(points: &[DVec3]) -> Vec<DVec3> {
    let count = points.len();
    let mut diagonal = vec![4.0; count];
    diagonal[0] = 2.0;
    diagonal[count - 1] = 2.0;
    let mut right: Vec<DVec3> = (0..count)
        .map(|i| {
            if i == 0 {
                points[1] - points[0]
            } else {
                3.0 * (points[(i + 1).min(count - 1)] - points[i - 1])
            }
        })
        .collect();
    for i in 1..count {
        let factor = 1.0 / diagonal[i - 1];
        diagonal[i] -= factor;
        let before = right[i - 1];
        right[i] -= before * factor;
    }
    let mut slopes = vec![DVec3::ZERO; count];
    slopes[count - 1] = right[count - 1] / diagonal[count - 1];
    for i in (0..count - 1).rev() {
        slopes[i] = (right[i] - slopes[i + 1]) / diagonal[i];
    }
    slopes
}
