//! The unit cell, and the conversion of fractional to Cartesian coordinates.

use super::category::Cell;
use super::row::{Row, RowContext};
use crate::{Location, MoleculeError};

/// Edges in angstrom and angles in degrees, if the file gives them.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct UnitCell {
    edges_angstrom: [Option<f64>; 3],
    angles_degrees: [Option<f64>; 3],
}

impl UnitCell {
    /// Reads the row of `_cell`.
    pub(super) fn set(&mut self, context: &RowContext<'_, impl Row>) -> Result<(), MoleculeError> {
        let edges = [Cell::A, Cell::B, Cell::C];
        for (edge, item) in self.edges_angstrom.iter_mut().zip(edges) {
            *edge = context.real(item as usize, "the cell edge in angstrom")?;
        }
        let angles = [Cell::Alpha, Cell::Beta, Cell::Gamma];
        for (angle, item) in self.angles_degrees.iter_mut().zip(angles) {
            *angle = context.real(item as usize, "the cell angle in degrees")?;
        }
        Ok(())
    }

    /// Converts fractional to Cartesian coordinates in angstrom: x along edge a, y in the plane of
    /// a and b (the convention of the PDB; International Tables for Crystallography, volume F,
    /// chapter 3.1). A missing angle is 90 degrees, by the core CIF dictionary.
    pub(super) fn to_cartesian(
        self,
        file: &str,
        fractional: &[[f64; 3]],
    ) -> Result<impl Iterator<Item = [f32; 3]>, MoleculeError> {
        let error = |problem: &str| {
            MoleculeError::Syntax {
            location: Location::file(file),
            problem: format!("small-molecule CIF with fractional coordinates, but {problem}"),
            remedy: "give _cell_length_a, _b, _c in angstrom and _cell_angle_alpha, _beta, _gamma in degrees, \
                     or Cartesian coordinates in _atom_site.Cartn_x, Cartn_y, Cartn_z"
                .to_owned(),
        }
        };
        let [Some(a), Some(b), Some(c)] = self.edges_angstrom else {
            return Err(error("an edge of the unit cell is missing"));
        };
        let [alpha, beta, gamma] = self
            .angles_degrees
            .map(|angle| angle.unwrap_or(90.0).to_radians());
        let (cos_alpha, cos_beta, cos_gamma) = (alpha.cos(), beta.cos(), gamma.cos());
        let sin_gamma = gamma.sin();
        // Height of the cell over its a-b plane, squared, for unit edges.
        let c_y = (cos_alpha - cos_beta * cos_gamma) / sin_gamma;
        let height2 = 1.0 - cos_beta * cos_beta - c_y * c_y;
        let sound = [a, b, c].iter().all(|edge| *edge > 0.0) && sin_gamma > 0.0 && height2 > 0.0;
        if !sound {
            return Err(error("the unit cell has no volume"));
        }
        let c_z = height2.sqrt();
        let positions: Vec<[f32; 3]> = fractional
            .iter()
            .map(|&[u, v, w]| {
                [
                    (a * u + b * cos_gamma * v + c * cos_beta * w) as f32,
                    (b * sin_gamma * v + c * c_y * w) as f32,
                    (c * c_z * w) as f32,
                ]
            })
            .collect();
        Ok(positions.into_iter())
    }
}
