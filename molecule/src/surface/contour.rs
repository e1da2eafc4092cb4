//! Which surface is the contour of the field.

use super::spheres::Spheres;
use super::{SurfaceKind, SurfaceOptions};

/// Distance at which a Gaussian density is cut off, in radii: there it is 1e-6.
pub(super) const GAUSSIAN_REACH: f64 = 2.65;

/// Which contour is taken, and how far from it the field has to be right.
#[derive(Debug, Clone, Copy)]
pub(super) struct Contour {
    pub(super) kind: SurfaceKind,
    pub(super) spacing: f64,
    /// Distance of the surface from the accessible surface, inwards.
    pub(super) level: f64,
    /// Distance from the surface up to which the field is exact: the ends of an edge that crosses
    /// the surface are at most one spacing away, and their neighbours, of which normals are made,
    /// two.
    pub(super) margin: f64,
}

impl Contour {
    pub(super) fn new(options: &SurfaceOptions, spheres: &Spheres) -> Self {
        let spacing = options.resolution_angstrom;
        let level = match options.kind {
            SurfaceKind::Ses => options.probe_radius_angstrom,
            SurfaceKind::Sas | SurfaceKind::Gaussian => 0.0,
        };
        debug_assert!(spheres.largest_radius >= level || spheres.all.is_empty());
        Self {
            kind: options.kind,
            spacing,
            level,
            margin: 2.05 * spacing,
        }
    }

    /// Whether the surface is the boundary of the union of all balls.
    pub(super) fn is_union(&self) -> bool {
        self.kind != SurfaceKind::Gaussian && self.level <= 0.0
    }

    /// Distance from its centre up to which a ball of this radius has an effect.
    pub(super) fn reach(&self, radius: f64) -> f64 {
        match self.kind {
            SurfaceKind::Gaussian => GAUSSIAN_REACH * radius,
            _ => radius - self.outside(),
        }
    }

    /// Distance from an arc up to which it has an effect.
    pub(super) fn arc_reach(&self) -> f64 {
        self.level + self.margin
    }

    /// Signed distance from the accessible surface beyond which a point is outside for certain.
    pub(super) fn outside(&self) -> f64 {
        -(self.margin - self.level).max(0.0)
    }
}
