//! `transform` and `instance` nodes: where structures and components stand.

use glam::{DMat3, DMat4, DVec3};
use serde_json::Value;

use super::tree::{Node, vector};
use crate::error::SceneError;

/// Orthonormal to this much: matrices are written with few digits.
const ROTATION_TOLERANCE: f64 = 1e-2;

/// One motion of atoms.
#[derive(Debug, Clone, Copy)]
pub(super) struct Motion {
    matrix: DMat4,
    /// The rotation of `matrix` is about the atoms' own centroid.
    about_centroid: bool,
}

impl Motion {
    pub(super) const NONE: Self = Self {
        matrix: DMat4::IDENTITY,
        about_centroid: false,
    };

    /// Reads a `transform` or `instance` node.
    pub(super) fn read(node: &Node) -> Result<Self, SceneError> {
        if let Some(numbers) = node.numbers("matrix")? {
            return Ok(Self {
                matrix: matrix(&numbers).ok_or_else(|| {
                    node.wrong(
                        "matrix",
                        "this is not the matrix of an affine transformation",
                        "give 16 numbers, column by column, whose last row is 0 0 0 1",
                    )
                })?,
                about_centroid: false,
            });
        }
        let rotation = match node.numbers("rotation")? {
            None => DMat3::IDENTITY,
            Some(numbers) => rotation(&numbers).ok_or_else(|| {
                node.wrong(
                    "rotation",
                    "this is not a rotation matrix",
                    "give 9 numbers, column by column, of orthogonal unit vectors",
                )
            })?,
        };
        let shift = DMat4::from_translation(node.vector("translation")?.unwrap_or(DVec3::ZERO));
        let turn = DMat4::from_mat3(rotation);
        let (turn, about_centroid) = match node.param("rotation_center") {
            None => (turn, false),
            Some(Value::String(word)) if word == "centroid" => (turn, true),
            Some(value) => {
                let center = vector(value).ok_or_else(|| {
                    node.wrong(
                        "rotation_center",
                        "this is not a point",
                        "give three numbers, or \"centroid\"",
                    )
                })?;
                let about =
                    DMat4::from_translation(center) * turn * DMat4::from_translation(-center);
                (about, false)
            }
        };
        Ok(Self {
            matrix: shift * turn,
            about_centroid,
        })
    }

    /// Moves points.
    pub(super) fn apply(&self, points: &mut [[f32; 3]]) {
        let mut matrix = self.matrix;
        if self.about_centroid && !points.is_empty() {
            let sum: DVec3 = points
                .iter()
                .map(|point| DVec3::from_array(point.map(f64::from)))
                .sum();
            let center = sum / points.len() as f64;
            matrix = DMat4::from_translation(center) * matrix * DMat4::from_translation(-center);
        }
        for point in points {
            *point = moved(&matrix, *point);
        }
    }
}

/// A point moved by a matrix.
fn moved(matrix: &DMat4, point: [f32; 3]) -> [f32; 3] {
    let point = DVec3::from_array(point.map(f64::from));
    matrix.transform_point3(point).as_vec3().to_array()
}

/// The affine matrix of 16 numbers, column by column.
fn matrix(numbers: &[f64]) -> Option<DMat4> {
    let numbers: &[f64; 16] = numbers.try_into().ok()?;
    let matrix = DMat4::from_cols_array(numbers);
    let last = matrix.row(3);
    (last.truncate().abs().max_element() < 1e-6 && (last.w - 1.0).abs() < 1e-6).then_some(matrix)
}

/// A list of affine matrices.
pub(super) fn instances(value: &Value) -> Option<Vec<DMat4>> {
    let of_one = |value: &Value| {
        let numbers: Option<Vec<f64>> = value.as_array()?.iter().map(Value::as_f64).collect();
        matrix(&numbers?)
    };
    value.as_array()?.iter().map(of_one).collect()
}

/// The rotation of 9 numbers, column by column, with its columns made orthogonal.
fn rotation(numbers: &[f64]) -> Option<DMat3> {
    let numbers: &[f64; 9] = numbers.try_into().ok()?;
    let matrix = DMat3::from_cols_array(numbers);
    let difference = matrix.transpose() * matrix - DMat3::IDENTITY;
    let far = difference
        .to_cols_array()
        .into_iter()
        .any(|part| part.abs() > ROTATION_TOLERANCE);
    if far || matrix.determinant() < 0.0 {
        return None;
    }
    let x = matrix.x_axis.normalize();
    let z = x.cross(matrix.y_axis).normalize();
    Some(DMat3::from_cols(x, z.cross(x), z))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rotations_are_checked_and_matrices_are_affine() {
        let quarter = [0.0, 1.0, 0.0, -1.0, 0.0, 0.0, 0.0, 0.0, 1.0];
        let turn = rotation(&quarter).expect("a rotation");
        assert!((turn * DVec3::X - DVec3::Y).length() < 1e-12);
        assert!(rotation(&[2.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0]).is_none());
        assert!(rotation(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, -1.0]).is_none());
        assert!(rotation(&quarter[..8]).is_none());
        let mut numbers = DMat4::from_translation(DVec3::X).to_cols_array();
        assert!(matrix(&numbers).is_some());
        numbers[3] = 0.5;
        assert!(matrix(&numbers).is_none());
    }
}
