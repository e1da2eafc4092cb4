//! The direction in which a ribbon is wide: at each residue, and along the path between.

use std::f64::consts::PI;

use glam::{DQuat, DVec3};

use super::polymer::{Polymer, Shape};
use super::spline::{PathPoint, Spline};

/// If a ribbon would turn by more than this between two residues, the other side of the second one
/// is taken as its front (`ChimeraX`).
const FLIP_RADIANS: f64 = 0.6 * PI;
/// Steepness of the sigmoid by which a turn is spread over a segment (`ChimeraX`).
const TURN_STEEPNESS: f64 = 8.0;

/// A point of a ribbon: path and unit direction of the width, across the path.
#[derive(Debug, Clone, Copy)]
pub(super) struct FramePoint {
    pub(super) path: PathPoint,
    pub(super) normal: DVec3,
}

/// All points of a ribbon: `divisions` for each residue, around the middle of which its guide point
/// is, and one more at the end.
pub(super) fn frames(polymer: &Polymer, divisions: usize) -> Vec<FramePoint> {
    let mut points = polymer.points.clone();
    let mut side_points = polymer.side_points.clone();
    for strand in &polymer.strands {
        super::spline::smooth_strand(&mut points, side_points.as_mut(), strand.clone());
    }
    let spline = Spline::through(&points);
    let tangents = spline.tangents();
    let mut normals = plane_normals(&points, &tangents);
    if let Some(sides) = &side_points {
        for (index, member) in polymer.members.iter().enumerate() {
            if matches!(member.shape, Shape::Nucleic | Shape::Strand) {
                let across = orthogonal(sides[index] - points[index], tangents[index]);
                if let Some(across) = across.try_normalize() {
                    normals[index] = across;
                }
            }
        }
    }
    along(&spline, &normals, divisions)
}

/// The part of a vector that is orthogonal to a unit vector.
fn orthogonal(vector: DVec3, unit: DVec3) -> DVec3 {
    vector - unit * vector.dot(unit)
}

/// Any unit vector that is orthogonal to another one.
fn any_orthogonal(unit: DVec3) -> DVec3 {
    unit.any_orthonormal_vector()
}

/// At each point, the normal of the plane of it and its two neighbours: along the axis of a helix.
/// A normal that points away from the one before is turned round; where three points are on a line,
/// it lies between the nearest others.
fn plane_normals(points: &[DVec3], tangents: &[DVec3]) -> Vec<DVec3> {
    let count = points.len();
    let raw = |index: usize| {
        let index = index.clamp(1, count.saturating_sub(2).max(1));
        match points.get(index - 1..index + 2) {
            Some([before, here, after]) => (*before - *here).cross(*after - *here),
            _ => DVec3::ZERO,
        }
    };
    let mut normals: Vec<Option<DVec3>> = Vec::with_capacity(count);
    let mut last: Option<DVec3> = None;
    for (index, tangent) in tangents.iter().enumerate() {
        let normal = orthogonal(raw(index), *tangent).try_normalize();
        let normal = normal.map(|normal| match last {
            Some(last) if normal.dot(last) < 0.0 => -normal,
            _ => normal,
        });
        last = normal.or(last);
        normals.push(normal);
    }
    fill_missing(&mut normals, tangents);
    std::iter::zip(normals, tangents)
        .map(|(normal, tangent)| normal.unwrap_or_else(|| any_orthogonal(*tangent)))
        .collect()
}

/// Fills runs of missing normals between the nearest ones.
fn fill_missing(normals: &mut [Option<DVec3>], tangents: &[DVec3]) {
    let mut start = 0;
    while start < normals.len() {
        if normals[start].is_some() {
            start += 1;
            continue;
        }
        let length = normals[start..].iter().take_while(|n| n.is_none()).count();
        let end = start + length;
        let before = start.checked_sub(1).and_then(|index| normals[index]);
        let after = normals.get(end).copied().flatten();
        for index in start..end {
            let share = (index + 1 - start) as f64 / (length + 1) as f64;
            let between = match (before, after) {
                (Some(before), Some(after)) => before.lerp(after, share),
                (Some(only), None) | (None, Some(only)) => only,
                (None, None) => continue,
            };
            normals[index] = orthogonal(between, tangents[index]).try_normalize();
        }
        start = end;
    }
}

/// Carries the normals of the residues along the path, with as little turning as possible, and
/// spreads the turn to the next residue's normal over the segment.
fn along(spline: &Spline, normals: &[DVec3], divisions: usize) -> Vec<FramePoint> {
    let segments = spline.len();
    let mut frames: Vec<FramePoint> = Vec::with_capacity((segments + 1) * divisions + 1);
    let mut lead = spline.before(divisions / 2);
    lead.reverse();
    frames.extend(transported(&lead, normals[0]).into_iter().rev());
    let mut start = normals[0];
    for segment in 0..segments {
        let path = spline.segment(segment, divisions);
        let mut points = transported(&path, start);
        let mut end = normals[segment + 1];
        let last = points[divisions];
        if signed_angle(last.normal, end, last.path.tangent).abs() > FLIP_RADIANS {
            end = -end;
        }
        let turn = signed_angle(last.normal, end, last.path.tangent);
        for (index, point) in points.iter_mut().enumerate().skip(1) {
            let share = index as f64 / divisions as f64;
            let angle = turn / (1.0 + (-TURN_STEEPNESS * (share - 0.5)).exp());
            point.normal = DQuat::from_axis_angle(point.path.tangent, angle) * point.normal;
        }
        // The last point is the first of the next segment.
        frames.pop();
        frames.extend(points);
        start = end;
    }
    frames.pop();
    frames.extend(transported(&spline.after(divisions - divisions / 2), start));
    frames
}

/// Carries a normal along a path by the rotations that take each tangent to the next one.
fn transported(path: &[PathPoint], normal: DVec3) -> Vec<FramePoint> {
    let mut normal = normal;
    let mut last: Option<DVec3> = None;
    path.iter()
        .map(|point| {
            if let Some(last) = last {
                let axis = last.cross(point.tangent);
                let (sine, cosine) = (axis.length(), last.dot(point.tangent));
                if let Some(axis) = axis.try_normalize() {
                    normal = DQuat::from_axis_angle(axis, sine.atan2(cosine)) * normal;
                }
            }
            last = Some(point.tangent);
            FramePoint {
                path: *point,
                normal,
            }
        })
        .collect()
}

/// Angle by which `from` turns to `to` about an axis, -pi to pi.
fn signed_angle(from: DVec3, to: DVec3, axis: DVec3) -> f64 {
    let (from, to) = (orthogonal(from, axis), orthogonal(to, axis));
    axis.dot(from.cross(to)).atan2(from.dot(to))
}
