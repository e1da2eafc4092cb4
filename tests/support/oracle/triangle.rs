//! Rays and triangles.

use glam::DVec3;
use molshot_scenes::MeshVertex;

use super::{Meeting, Piece, Ray, vector};

/// Solves `eye + t direction = a + u (b - a) + v (c - a)` by Cramer's rule.
pub(super) fn meet_triangle(corners: [&MeshVertex; 3], ray: Ray) -> Option<Meeting> {
    let [a, b, c] = corners.map(|corner| vector(corner.position_angstrom));
    let (ab, ac) = (b - a, c - a);
    let across = ab.cross(ac);
    let determinant = -ray.direction.dot(across);
    if determinant == 0.0 {
        return None;
    }
    let from = ray.eye - a;
    let t = from.dot(across) / determinant;
    let turned = from.cross(ray.direction);
    let u = ac.dot(turned) / determinant;
    let v = -ab.dot(turned) / determinant;
    if !(u >= 0.0 && v >= 0.0 && u + v <= 1.0) {
        return None;
    }
    let [na, nb, nc] = corners.map(|corner| vector(corner.normal));
    let outside = across * across.dot(na + nb + nc).signum();
    let front = ray.direction.dot(outside) < 0.0;
    let normal = (na * (1.0 - u - v) + nb * u + nc * v).normalize();
    let normal = if front { normal } else { -normal };
    Some((t, normal, Piece::Triangle { front }))
}

/// Shares of the three corners in a point of a triangle's plane, by areas.
pub(super) fn shares(corners: [DVec3; 3], point: DVec3) -> [f64; 3] {
    let [a, b, c] = corners;
    let whole = (b - a).cross(c - a);
    [[b, c], [c, a], [a, b]]
        .map(|[p, q]| (p - point).cross(q - point).dot(whole) / whole.length_squared())
}
