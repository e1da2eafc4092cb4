//! Affine transforms: operators of assemblies and of space groups.

/// A rotation, mirror or other linear map followed by a translation: three rows of a matrix of
/// three rows and four columns, the last of which is the translation. In angstrom for Cartesian
/// operators, in fractions of cell edges for those of a space group.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transform {
    /// Rows of the matrix.
    pub rows: [[f64; 4]; 3],
}

impl Transform {
    /// Leaves every point where it is.
    pub const IDENTITY: Self = Self {
        rows: [
            [1.0, 0.0, 0.0, 0.0],
            [0.0, 1.0, 0.0, 0.0],
            [0.0, 0.0, 1.0, 0.0],
        ],
    };

    /// A translation.
    #[must_use]
    pub fn translation(by: [f64; 3]) -> Self {
        let mut transform = Self::IDENTITY;
        for (row, part) in transform.rows.iter_mut().zip(by) {
            row[3] = part;
        }
        transform
    }

    /// The image of a point.
    #[must_use]
    pub fn apply(&self, point: [f64; 3]) -> [f64; 3] {
        self.rows
            .map(|[x, y, z, shift]| x * point[0] + y * point[1] + z * point[2] + shift)
    }

    /// The image of an atom's position, rounded to single precision at the end.
    #[must_use]
    pub fn apply_f32(&self, point: [f32; 3]) -> [f32; 3] {
        self.apply(point.map(f64::from)).map(|part| part as f32)
    }

    /// The transform that applies `first`, then `self`.
    #[must_use]
    pub fn after(&self, first: &Self) -> Self {
        let rows = self.rows.map(|row| {
            let mut product = [0.0; 4];
            for (column, value) in product.iter_mut().enumerate() {
                *value = (0..3).map(|k| row[k] * first.rows[k][column]).sum();
            }
            product[3] += row[3];
            product
        });
        Self { rows }
    }

    /// The inverse; `None` if the linear part is not invertible.
    #[must_use]
    pub fn inverse(&self) -> Option<Self> {
        let m = &self.rows;
        let cofactor = |i: usize, j: usize| {
            let at = |row: usize, column: usize| m[(i + row) % 3][(j + column) % 3];
            at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)
        };
        let determinant = self.determinant();
        if !determinant.is_finite() || determinant.abs() < 1e-12 {
            return None;
        }
        let mut rows = [[0.0; 4]; 3];
        for (i, row) in rows.iter_mut().enumerate() {
            for (j, value) in row.iter_mut().take(3).enumerate() {
                *value = cofactor(j, i) / determinant;
            }
            row[3] = -(0..3).map(|k| row[k] * m[k][3]).sum::<f64>();
        }
        Some(Self { rows })
    }

    /// Whether both have the same image of every point within about 1e-3, as files round them.
    #[must_use]
    pub fn is_near(&self, other: &Self) -> bool {
        let rows = self.rows.iter().zip(&other.rows);
        rows.flat_map(|(a, b)| a.iter().zip(b).enumerate())
            .all(|(column, (a, b))| (a - b).abs() < if column == 3 { 1e-2 } else { 1e-4 })
    }

    /// Whether every number is finite, and the linear part keeps volumes, as operators of symmetry
    /// do: its determinant is 1 or -1 within the rounding of files.
    pub(crate) fn is_sound(&self) -> bool {
        let mut parts = self.rows.iter().flatten();
        parts.all(|part| part.is_finite()) && (self.determinant().abs() - 1.0).abs() < 0.05
    }

    /// Determinant of the linear part.
    fn determinant(&self) -> f64 {
        let [a, b, c] = &self.rows;
        a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
            + a[2] * (b[0] * c[1] - b[1] * c[0])
    }
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "the numbers are exact or rounded")]
mod tests {
    use super::Transform;

    #[test]
    fn a_transform_and_its_inverse_are_the_identity() {
        let transform = Transform {
            rows: [
                [0.0, -1.0, 0.0, 3.0],
                [1.0, 0.0, 0.0, -2.0],
                [0.0, 0.0, 1.0, 0.5],
            ],
        };
        let inverse = transform.inverse().expect("a rotation");
        assert!(inverse.after(&transform).is_near(&Transform::IDENTITY));
        assert_eq!(transform.apply([1.0, 2.0, 3.0]), [1.0, -1.0, 3.5]);
        let twice = transform.after(&transform);
        assert_eq!(
            twice.apply([1.0, 2.0, 3.0]),
            transform.apply([1.0, -1.0, 3.5])
        );
        let flat = Transform {
            rows: [[0.0; 4]; 3],
        };
        assert_eq!(flat.inverse(), None);
    }
}
