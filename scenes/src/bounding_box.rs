//! Boxes in world axes.

use glam::DVec3;

/// An axis-aligned box in world axes, angstrom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoundingBox {
    /// Lowest corner.
    pub min: DVec3,
    /// Highest corner.
    pub max: DVec3,
}

impl BoundingBox {
    /// Middle of the box.
    #[must_use]
    pub fn center(&self) -> DVec3 {
        (self.min + self.max) * 0.5
    }

    /// The box around both.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        Self {
            min: self.min.min(other.min),
            max: self.max.max(other.max),
        }
    }

    /// Half of the box's edges.
    #[must_use]
    pub fn half_size(&self) -> DVec3 {
        (self.max - self.min) * 0.5
    }
}
