//! The outlines of shapes on the picture: ellipses, and lines between them.
//!
//! A sphere covers an ellipse. A closed cylinder covers the convex hull of its end discs, which are
//! ellipses, too: these, and what lies between the two lines that touch both. Places are in pixels
//! of the drawn region, columns and rows as real numbers; its first pixel's centre is (0, 0).
//!
//! **The formulas.** Lines `l` that touch the outline of a sphere with the centre `c` satisfy
//! `l Q l = 0` with `Q = c c' - r^2 P` and the identity as `P`; for a disc across the axis `a`,
//! `P = 1 - a a'`. Scaled so that its last entry is 1, `Q` is `(m m' - S, m; m', 1)`, where `m` is
//! the middle of the ellipse and `S` has its squared semi-axes as eigenvalues. The entries of `S`
//! and its determinant are written so that no large numbers are subtracted.

use glam::{DVec2, DVec3};

use super::projector::Projector;

/// An ellipse by its rows: in a row `d` below its middle it holds the columns
/// `middle.x + slant d +- half_width sqrt(1 - (d / half_height)^2)`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ellipse {
    /// Column and row.
    pub(super) middle: DVec2,
    /// Half of what it holds of its middle row.
    pub(super) half_width: f64,
    /// Of its bounding box.
    pub(super) half_height: f64,
    pub(super) slant: f64,
    /// Half the width of its bounding box.
    reach: f64,
}

/// A straight piece of an outline: from one place, column and row, to another.
pub(super) type Segment = [DVec2; 2];

/// The outline of a convex shape: that of the hull of its pieces.
#[derive(Debug, Clone, Copy)]
pub(super) struct Silhouette {
    pub(super) ellipses: [Option<Ellipse>; 2],
    pub(super) segments: [Option<Segment>; 2],
    /// Pixels whose centres lie nearer to the outline than this are not decided by it.
    pub(super) error_px: f64,
}

/// How far, as a share of a shape's size on the picture, its outline as computed for a row in
/// single precision may be off.
const ROUNDING: f64 = 2e-6;
/// Allowance for the ways in which errors add up.
const SLACK: f64 = 1.25;
/// A cylinder whose axis passes the camera by less than this many radii has no outline but its
/// ends', or one that is hard to compute.
const LEAST_AXIS_DISTANCE: f64 = 1.01;
/// Sine of the angle between view and axis below which the same holds without perspective.
const LEAST_SINE: f64 = 0.02;

impl Ellipse {
    /// Outline of a sphere in front of the camera or, with `axis`, of a disc across that.
    fn new(projector: &Projector, center: DVec3, radius: f64, axis: Option<DVec3>) -> Self {
        let squared = radius * radius;
        // Depth counts forwards.
        let forwards = |v: DVec3| DVec3::new(v.x, v.y, -v.z);
        let c = forwards(center);
        // The identity is `1 - a a'` without an axis. Minors of the two differ.
        let a = axis.map_or(DVec3::ZERO, forwards);
        let minor = |along: f64| if axis.is_none() { 1.0 } else { along * along };
        let (middle, columns, rows, both, root_area) = if projector.perspective {
            let scale = 1.0 / (c.z * c.z - squared * (1.0 - a.z * a.z));
            let middle = scale * (c.truncate() * c.z + squared * a.z * a.truncate());
            let u = DVec3::new(c.z, 0.0, -c.x);
            let v = DVec3::new(0.0, c.z, -c.y);
            let (u_along, v_along) = (u.dot(a), v.dot(a));
            let outer = squared * scale * scale;
            let distance = match axis {
                None => (c.length_squared() - squared).sqrt(),
                Some(_) => c.dot(a).abs(),
            };
            (
                middle,
                (u.length_squared() - u_along * u_along - squared * minor(a.y)) * outer,
                (v.length_squared() - v_along * v_along - squared * minor(a.x)) * outer,
                (u.dot(v) - u_along * v_along + squared * a.x * a.y) * outer,
                squared * distance * scale * scale.sqrt(),
            )
        } else {
            (
                c.truncate(),
                squared * (1.0 - a.x * a.x),
                squared * (1.0 - a.y * a.y),
                -squared * a.x * a.y,
                squared * minor(a.z).sqrt(),
            )
        };
        let scale = projector.pixel_scale;
        let reach = columns.max(0.0).sqrt() * scale;
        let half_height = rows.max(0.0).sqrt() * scale;
        let ellipse = Self {
            middle: projector.place_of(middle),
            half_width: root_area * scale * scale / half_height,
            half_height,
            // Rows count downwards.
            slant: -both / rows,
            reach,
        };
        // A disc seen from its edge along a row is a line.
        let least = ROUNDING * reach;
        if half_height > least {
            ellipse
        } else {
            Self {
                half_width: reach,
                half_height: least,
                slant: 0.0,
                ..ellipse
            }
        }
    }

    /// Least column, greatest column, least row, greatest row.
    fn bounds(&self) -> [f64; 4] {
        let DVec2 { x, y } = self.middle;
        [
            x - self.reach,
            x + self.reach,
            y - self.half_height,
            y + self.half_height,
        ]
    }
}

impl Silhouette {
    /// The outline of a sphere, its centre in camera axes. It lies in front of the camera's plane.
    pub(super) fn sphere(projector: &Projector, center: DVec3, radius: f64) -> Self {
        let ellipse = Ellipse::new(projector, center, radius, None);
        Self {
            ellipses: [Some(ellipse), None],
            segments: [None; 2],
            error_px: error_px(projector, center, radius, &ellipse),
        }
    }

    /// An outline about the spheres at two places, which are as [`Self::sphere`] says.
    pub(super) fn spheres(projector: &Projector, centers: [DVec3; 2], radius: f64) -> Self {
        let [one, other] = centers.map(|center| Self::sphere(projector, center, radius));
        Self {
            ellipses: [one.ellipses[0], other.ellipses[0]],
            error_px: one.error_px.max(other.error_px),
            ..one
        }
    }

    /// The outline of a cylinder with its ends closed, in camera axes. The spheres about its ends
    /// lie in front of the camera's plane. `axis`: unit vector from the first end to the second.
    /// `None` for one that is seen end on.
    pub(super) fn cylinder(
        projector: &Projector,
        ends: [DVec3; 2],
        axis: DVec3,
        radius: f64,
    ) -> Option<Self> {
        // To the places on the end discs' rims where rays touch the wall.
        let touching = if projector.perspective {
            let across = ends[0] - ends[0].dot(axis) * axis;
            let distance = across.length();
            if distance < LEAST_AXIS_DISTANCE * radius {
                return None;
            }
            let cosine = radius / distance;
            let towards = across / distance;
            let sideways = axis.cross(towards) * (1.0 - cosine * cosine).sqrt();
            [sideways, -sideways].map(|sideways| (-cosine * towards - sideways) * radius)
        } else {
            let sine = axis.truncate().length();
            if sine < LEAST_SINE {
                return None;
            }
            let across = DVec3::new(-axis.y, axis.x, 0.0) * (radius / sine);
            [across, -across]
        };
        let ellipses = ends.map(|end| Ellipse::new(projector, end, radius, Some(axis)));
        let errors = [0, 1].map(|at| error_px(projector, ends[at], radius, &ellipses[at]));
        let length_px = ellipses[0].middle.distance(ellipses[1].middle);
        let segments = touching.map(|touching| {
            Some(ends.map(|end| projector.place_of(projector.ray_to(end + touching))))
        });
        Some(Self {
            ellipses: ellipses.map(Some),
            segments,
            error_px: errors[0].max(errors[1]) + ROUNDING * length_px,
        })
    }

    /// A box that holds it: least column, greatest column, least row, greatest row.
    pub(super) fn bounds(&self) -> [f64; 4] {
        let mut bounds = [
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::INFINITY,
            f64::NEG_INFINITY,
        ];
        for ellipse in self.ellipses.iter().flatten() {
            let [left, right, top, bottom] = ellipse.bounds();
            bounds = [
                bounds[0].min(left),
                bounds[1].max(right),
                bounds[2].min(top),
                bounds[3].max(bottom),
            ];
        }
        let error = self.error_px;
        [
            bounds[0] - error,
            bounds[1] + error,
            bounds[2] - error,
            bounds[3] + error,
        ]
    }
}

/// How far an outline on the picture may be off from what the rasteriser draws, pixels.
fn error_px(projector: &Projector, center: DVec3, radius: f64, ellipse: &Ellipse) -> f64 {
    let error = Projector::error_angstrom(center, radius);
    let per_angstrom = if projector.perspective {
        // A turn of the ray about the camera moves it on the picture by the ray's squared length.
        let ray = projector.ray_at(ellipse.middle).abs()
            + DVec2::new(ellipse.reach, ellipse.half_height) / projector.pixel_scale;
        projector.pixel_scale * (1.0 + ray.length_squared()).sqrt() / (-center.z - radius)
    } else {
        projector.pixel_scale
    };
    SLACK * error * per_angstrom + ROUNDING * (ellipse.reach + ellipse.half_height)
}
