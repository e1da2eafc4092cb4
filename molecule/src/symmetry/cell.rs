//! The unit cell of a crystal.

use super::transform::Transform;

/// A unit cell. Its corner is the origin, edge a lies on the x axis, and edge b in the plane of x
/// and y: the convention of the PDB (International Tables for Crystallography, volume F, chapter
/// 3.1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitCell {
    /// Lengths of the edges a, b and c.
    pub edges_angstrom: [f64; 3],
    /// Angles alpha (between b and c), beta (a and c) and gamma (a and b).
    pub angles_degrees: [f64; 3],
    cartesian_from_fractional: Transform,
    fractional_from_cartesian: Transform,
}

impl UnitCell {
    /// Creates a cell; `None` if it has no volume, or a number is not finite.
    #[must_use]
    pub fn new(edges_angstrom: [f64; 3], angles_degrees: [f64; 3]) -> Option<Self> {
        let [a, b, c] = edges_angstrom;
        let [alpha, beta, gamma] = angles_degrees.map(f64::to_radians);
        let (cos_alpha, cos_beta, cos_gamma) = (alpha.cos(), beta.cos(), gamma.cos());
        let sin_gamma = gamma.sin();
        // Height of the cell over its a-b plane, squared, for unit edges.
        let c_y = (cos_alpha - cos_beta * cos_gamma) / sin_gamma;
        let height2 = 1.0 - cos_beta * cos_beta - c_y * c_y;
        let sound = edges_angstrom
            .iter()
            .all(|edge| *edge > 0.0 && edge.is_finite());
        if !(sound && sin_gamma > 0.0 && height2 > 0.0) {
            return None;
        }
        let cartesian_from_fractional = Transform {
            rows: [
                [a, b * cos_gamma, c * cos_beta, 0.0],
                [0.0, b * sin_gamma, c * c_y, 0.0],
                [0.0, 0.0, c * height2.sqrt(), 0.0],
            ],
        };
        Some(Self {
            edges_angstrom,
            angles_degrees,
            fractional_from_cartesian: cartesian_from_fractional.inverse()?,
            cartesian_from_fractional,
        })
    }

    /// Converts fractions of the edges to Cartesian coordinates in angstrom.
    #[must_use]
    pub fn cartesian_from_fractional(&self) -> &Transform {
        &self.cartesian_from_fractional
    }

    /// Converts Cartesian coordinates in angstrom to fractions of the edges.
    #[must_use]
    pub fn fractional_from_cartesian(&self) -> &Transform {
        &self.fractional_from_cartesian
    }

    /// An operator in fractions of this cell's edges as one in Cartesian coordinates.
    #[must_use]
    pub fn to_cartesian_operator(&self, fractional: &Transform) -> Transform {
        self.cartesian_from_fractional
            .after(fractional)
            .after(&self.fractional_from_cartesian)
    }

    /// Whether the cell is the placeholder of entries without a crystal (NMR, electron
    /// microscopy): edges of 1 angstrom.
    #[must_use]
    pub fn is_placeholder(&self) -> bool {
        self.edges_angstrom
            .iter()
            .all(|edge| (edge - 1.0).abs() < 1e-6)
    }

    /// Distances between opposite faces, angstrom.
    pub(crate) fn heights_angstrom(&self) -> [f64; 3] {
        self.fractional_from_cartesian
            .rows
            .map(|[x, y, z, _]| 1.0 / (x * x + y * y + z * z).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::UnitCell;

    #[test]
    fn a_cell_converts_both_ways_and_knows_its_heights() {
        let cell = UnitCell::new([10.0, 20.0, 30.0], [70.0, 80.0, 100.0]).expect("a cell");
        let point = [0.25, 0.5, -1.5];
        let there = cell.cartesian_from_fractional().apply(point);
        let back = cell.fractional_from_cartesian().apply(there);
        for (a, b) in point.iter().zip(back) {
            assert!((a - b).abs() < 1e-12);
        }
        let cube = UnitCell::new([5.0; 3], [90.0; 3]).expect("a cube");
        assert!((cube.heights_angstrom()[1] - 5.0).abs() < 1e-9);
        assert!(!cube.is_placeholder());
    }

    #[test]
    fn cells_without_volume_are_refused() {
        for (edges, angles) in [
            ([0.0, 1.0, 1.0], [90.0; 3]),
            ([1.0; 3], [90.0, 90.0, 180.0]),
            ([1.0; 3], [130.0, 120.0, 120.0]),
            ([f64::NAN, 1.0, 1.0], [90.0; 3]),
            ([1.0; 3], [0.0; 3]),
        ] {
            assert_eq!(UnitCell::new(edges, angles), None, "{edges:?} {angles:?}");
        }
    }
}
