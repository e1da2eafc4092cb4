//! Vector algebra for atom types and hydrogen bonds: `[f64; 3]` in angstrom, angles in degrees.

/// A point or a direction.
pub(crate) type Vec3 = [f64; 3];

pub(crate) fn sub(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

pub(crate) fn add(a: Vec3, b: Vec3) -> Vec3 {
    [a[0] + b[0], a[1] + b[1], a[2] + b[2]]
}

pub(crate) fn scale(a: Vec3, factor: f64) -> Vec3 {
    a.map(|x| x * factor)
}

pub(crate) fn dot(a: Vec3, b: Vec3) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

pub(crate) fn cross(a: Vec3, b: Vec3) -> Vec3 {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}

pub(crate) fn squared_length(a: Vec3) -> f64 {
    dot(a, a)
}

pub(crate) fn squared_distance(a: Vec3, b: Vec3) -> f64 {
    squared_length(sub(a, b))
}

pub(crate) fn distance(a: Vec3, b: Vec3) -> f64 {
    squared_distance(a, b).sqrt()
}

/// Normalises a vector; `None` for a vector of (almost) zero length.
pub(crate) fn unit(a: Vec3) -> Option<Vec3> {
    let length = squared_length(a).sqrt();
    (length > 1e-9).then(|| scale(a, 1.0 / length))
}

/// Returns the angle a-b-c in degrees, 0 to 180; 0 if two of the points coincide.
pub(crate) fn angle_degrees(a: Vec3, b: Vec3, c: Vec3) -> f64 {
    match (unit(sub(a, b)), unit(sub(c, b))) {
        (Some(to_a), Some(to_c)) => dot(to_a, to_c).clamp(-1.0, 1.0).acos().to_degrees(),
        _ => 0.0,
    }
}

/// Returns the component of `a` perpendicular to the unit vector `axis`.
pub(crate) fn perpendicular_part(a: Vec3, axis: Vec3) -> Vec3 {
    sub(a, scale(axis, dot(a, axis)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn angles_of_known_triangles() {
        let o = [0.0; 3];
        let near = |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9);
        near(angle_degrees([1.0, 0.0, 0.0], o, [0.0, 5.0, 0.0]), 90.0);
        near(angle_degrees([1.0, 0.0, 0.0], o, [-2.0, 0.0, 0.0]), 180.0);
        near(angle_degrees([1.0, 1.0, 0.0], o, [3.0, 0.0, 0.0]), 45.0);
        near(angle_degrees(o, o, [3.0, 0.0, 0.0]), 0.0);
        assert_eq!(unit(o), None);
        let left = perpendicular_part([1.0, 2.0, 3.0], [0.0, 0.0, 1.0]);
        near(distance(left, [1.0, 2.0, 0.0]), 0.0);
    }
}
