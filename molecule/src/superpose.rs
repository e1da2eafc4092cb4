//! Superposition of two sets of points by least squares.

use crate::Structure;

/// A rigid motion: a rotation about a centre, then a shift.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Superposition {
    rotation: [[f64; 3]; 3],
    from_center: [f64; 3],
    to_center: [f64; 3],
}

/// Turns of the method of Jacobi. It converges quadratically: a matrix of 4 x 4 needs about 6.
const MAX_SWEEPS: usize = 32;

impl Superposition {
    /// Finds the rigid motion of `moving` onto `fixed` with the lowest sum of squared distances
    /// between points of the same index. Both in angstrom. `None` unless both have the same number
    /// of points, at least three, and all are finite.
    ///
    /// The rotation is the quaternion that belongs to the highest eigenvalue of a symmetric matrix
    /// of 4 x 4 (B. K. P. Horn, J. Opt. Soc. Am. A 4, 629, 1987); it is never a reflection. Of
    /// points in one line it is one of the best rotations.
    #[must_use]
    pub fn fit(moving: &[[f32; 3]], fixed: &[[f32; 3]]) -> Option<Self> {
        if moving.len() != fixed.len() || moving.len() < 3 {
            return None;
        }
        let (from_center, to_center) = (center(moving), center(fixed));
        // Sums of products of coordinates, m[i][j] of the moving i and the fixed j.
        let mut m = [[0.0_f64; 3]; 3];
        for (moving, fixed) in moving.iter().zip(fixed) {
            for i in 0..3 {
                for j in 0..3 {
                    m[i][j] += (f64::from(moving[i]) - from_center[i])
                        * (f64::from(fixed[j]) - to_center[j]);
                }
            }
        }
        if !m.as_flattened().iter().all(|x| x.is_finite()) {
            return None;
        }
        let [[xx, xy, xz], [yx, yy, yz], [zx, zy, zz]] = m;
        let key = [
            [xx + yy + zz, yz - zy, zx - xz, xy - yx],
            [yz - zy, xx - yy - zz, xy + yx, zx + xz],
            [zx - xz, xy + yx, yy - xx - zz, yz + zy],
            [xy - yx, zx + xz, yz + zy, zz - xx - yy],
        ];
        Some(Self {
            rotation: rotation_of(highest_eigenvector(key)),
            from_center,
            to_center,
        })
    }

    /// Moves a point, in angstrom.
    #[must_use]
    pub fn apply(&self, point: [f32; 3]) -> [f32; 3] {
        let from = [0, 1, 2].map(|axis| f64::from(point[axis]) - self.from_center[axis]);
        [0, 1, 2].map(|axis| {
            let row = self.rotation[axis];
            let turned = row[0] * from[0] + row[1] * from[1] + row[2] * from[2];
            (turned + self.to_center[axis]) as f32
        })
    }
}

/// Superposes structures of the same atoms on a reference, by some of the atoms.
#[derive(Debug, Clone)]
pub struct Alignment {
    atoms: Vec<usize>,
    /// Positions of these atoms in the reference.
    fixed: Vec<[f32; 3]>,
}

impl Alignment {
    /// Fewer atoms do not determine a superposition.
    pub const MIN_ATOMS: usize = 3;

    /// Creates the alignment on a reference. `selected` has one flag per atom. `None` if fewer
    /// than [`Self::MIN_ATOMS`] are selected.
    #[must_use]
    pub fn new(reference: &Structure, selected: &[bool]) -> Option<Self> {
        let atoms: Vec<usize> = (0..selected.len()).filter(|atom| selected[*atom]).collect();
        let positions = &reference.atoms().position_angstrom;
        let fixed: Option<Vec<_>> = (atoms.iter())
            .map(|atom| positions.get(*atom).copied())
            .collect();
        let fixed = fixed.filter(|fixed| fixed.len() >= Self::MIN_ATOMS)?;
        Some(Self { atoms, fixed })
    }

    /// Returns a structure of the same atoms, all moved so that the selected ones are nearest to
    /// those of the reference. `None` if it lacks some of them, or moves out of the range of
    /// coordinates.
    #[must_use]
    pub fn apply(&self, structure: &Structure) -> Option<Structure> {
        let positions = &structure.atoms().position_angstrom;
        let moving: Option<Vec<_>> = (self.atoms.iter())
            .map(|atom| positions.get(*atom).copied())
            .collect();
        let fit = Superposition::fit(&moving?, &self.fixed)?;
        structure.with_positions(positions.iter().map(|at| fit.apply(*at)).collect())
    }
}

fn center(points: &[[f32; 3]]) -> [f64; 3] {
    let mut sum = [0.0; 3];
    for point in points {
        for axis in 0..3 {
            sum[axis] += f64::from(point[axis]);
        }
    }
    sum.map(|sum| sum / points.len() as f64)
}

/// The rotation matrix of a unit quaternion, whose scalar part is first.
fn rotation_of([w, x, y, z]: [f64; 4]) -> [[f64; 3]; 3] {
    [
        [
            w * w + x * x - y * y - z * z,
            2.0 * (x * y - w * z),
            2.0 * (x * z + w * y),
        ],
        [
            2.0 * (x * y + w * z),
            w * w - x * x + y * y - z * z,
            2.0 * (y * z - w * x),
        ],
        [
            2.0 * (x * z - w * y),
            2.0 * (y * z + w * x),
            w * w - x * x - y * y + z * z,
        ],
    ]
}

/// The unit eigenvector of the highest eigenvalue of a symmetric matrix, by the method of Jacobi.
fn highest_eigenvector(mut a: [[f64; 4]; 4]) -> [f64; 4] {
    // Its columns become the eigenvectors.
    let mut vectors = [[0.0; 4]; 4];
    for (i, row) in vectors.iter_mut().enumerate() {
        row[i] = 1.0;
    }
    for _ in 0..MAX_SWEEPS {
        let mut is_diagonal = true;
        for p in 0..3 {
            for q in p + 1..4 {
                let scale = a[p][p].abs() + a[q][q].abs();
                if a[p][q].abs() <= f64::EPSILON * scale || a[p][q] == 0.0 {
                    continue;
                }
                is_diagonal = false;
                let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let cosine = 1.0 / (t * t + 1.0).sqrt();
                let sine = t * cosine;
                for row in &mut a {
                    let (at_p, at_q) = (row[p], row[q]);
                    row[p] = cosine * at_p - sine * at_q;
                    row[q] = sine * at_p + cosine * at_q;
                }
                for column in 0..4 {
                    let (at_p, at_q) = (a[p][column], a[q][column]);
                    a[p][column] = cosine * at_p - sine * at_q;
                    a[q][column] = sine * at_p + cosine * at_q;
                }
                for row in &mut vectors {
                    let (at_p, at_q) = (row[p], row[q]);
                    row[p] = cosine * at_p - sine * at_q;
                    row[q] = sine * at_p + cosine * at_q;
                }
            }
        }
        if is_diagonal {
            break;
        }
    }
    let mut best = 0;
    for i in 1..4 {
        if a[i][i] > a[best][best] {
            best = i;
        }
    }
    vectors.map(|row| row[best])
}

#[cfg(test)]
mod tests {
    use super::*;

    const POINTS: [[f32; 3]; 5] = [
        [1.0, 2.0, 3.0],
        [-4.0, 0.5, 2.0],
        [7.0, -3.0, 1.0],
        [0.0, 0.0, 9.0],
        [2.0, 8.0, -5.0],
    ];

    fn turned(degrees: f64, axis: [f64; 3], shift: [f64; 3]) -> Vec<[f32; 3]> {
        let (sine, cosine) = (degrees.to_radians() / 2.0).sin_cos();
        let rotation = rotation_of([cosine, sine * axis[0], sine * axis[1], sine * axis[2]]);
        let motion = Superposition {
            rotation,
            from_center: [0.0; 3],
            to_center: shift,
        };
        POINTS.map(|point| motion.apply(point)).to_vec()
    }

    fn rmsd(a: &[[f32; 3]], b: &[[f32; 3]]) -> f64 {
        let squares = a.as_flattened().iter().zip(b.as_flattened());
        let sum: f64 = squares.map(|(a, b)| f64::from(a - b).powi(2)).sum();
        (sum / a.len() as f64).sqrt()
    }

    #[test]
    fn a_quarter_turn_about_z_takes_x_to_y() {
        let quarter = turned(90.0, [0.0, 0.0, 1.0], [0.0; 3]);
        let [x, y, z] = quarter[0];
        assert!((x + 2.0).abs() < 1e-6 && (y - 1.0).abs() < 1e-6 && (z - 3.0).abs() < 1e-6);
    }

    #[test]
    fn known_rotations_and_shifts_are_found() {
        let diagonal = [1.0 / 3.0_f64.sqrt(); 3];
        for degrees in [0.0, 1e-4, 30.0, 90.0, 120.0, 179.9, 180.0] {
            for axis in [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], diagonal] {
                for shift in [[0.0; 3], [100.0, -50.0, 3.0]] {
                    let moved = turned(degrees, axis, shift);
                    let fit = Superposition::fit(&moved, &POINTS).expect("five points");
                    let back: Vec<_> = moved.iter().map(|point| fit.apply(*point)).collect();
                    let distance = rmsd(&back, &POINTS);
                    assert!(distance < 1e-4, "{degrees} {axis:?} {shift:?}: {distance}");
                }
            }
        }
    }

    #[test]
    fn a_mirror_image_is_not_reflected() {
        let mirrored = POINTS.map(|[x, y, z]| [-x, y, z]);
        let fit = Superposition::fit(&mirrored, &POINTS).expect("five points");
        let back = mirrored.map(|point| fit.apply(point));
        assert!(rmsd(&back, &POINTS) > 1.0);
        let [a, b, c] = fit.rotation;
        let determinant = a[0] * (b[1] * c[2] - b[2] * c[1]) - a[1] * (b[0] * c[2] - b[2] * c[0])
            + a[2] * (b[0] * c[1] - b[1] * c[0]);
        assert!((determinant - 1.0).abs() < 1e-9, "{determinant}");
    }

    #[test]
    fn no_small_turn_or_shift_is_nearer() {
        let mut moving = turned(40.0, [0.0, 0.6, 0.8], [1.0, 2.0, 3.0]);
        moving[2][0] += 1.5;
        moving[4][1] -= 2.0;
        let fit = Superposition::fit(&moving, &POINTS).expect("five points");
        let distance = |motion: &Superposition| {
            let at: Vec<_> = moving.iter().map(|point| motion.apply(*point)).collect();
            rmsd(&at, &POINTS)
        };
        let best = distance(&fit);
        for axis in 0..3 {
            for sign in [-1.0, 1.0] {
                let mut shifted = fit;
                shifted.to_center[axis] += sign * 0.05;
                assert!(distance(&shifted) > best);
                let mut small = [0.0; 4];
                small[0] = 0.999_f64;
                small[1 + axis] = sign * (1.0 - 0.999_f64 * 0.999).sqrt();
                let turn = rotation_of(small);
                let mut turned = fit;
                for (i, row) in turned.rotation.iter_mut().enumerate() {
                    for (j, value) in row.iter_mut().enumerate() {
                        *value = (0..3).map(|k| turn[i][k] * fit.rotation[k][j]).sum();
                    }
                }
                assert!(distance(&turned) > best);
            }
        }
    }

    #[test]
    fn too_few_points_and_ones_that_are_not_finite_have_no_fit() {
        assert_eq!(Superposition::fit(&POINTS[..2], &POINTS[..2]), None);
        assert_eq!(Superposition::fit(&POINTS[..4], &POINTS), None);
        let mut broken = POINTS;
        broken[1][1] = f32::NAN;
        assert_eq!(Superposition::fit(&broken, &POINTS), None);
        // All in one place: any rotation is best.
        assert!(Superposition::fit(&[[1.0; 3]; 4], &[[2.0; 3]; 4]).is_some());
    }
}
