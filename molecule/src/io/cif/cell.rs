//! The unit cell, and the conversion of fractional to Cartesian coordinates.

use super::category::Cell;
use super::row::{Row, RowContext};
use crate::symmetry::UnitCell;
use crate::{Location, MoleculeError};

/// Edges in angstrom and angles in degrees, if the file gives them.
#[derive(Debug, Default, Clone, Copy, PartialEq)]
pub(super) struct CellRow {
    edges_angstrom: [Option<f64>; 3],
    angles_degrees: [Option<f64>; 3],
}

impl CellRow {
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

    /// Returns the cell, if all edges are there and it has a volume. A missing angle is 90 degrees,
    /// by the core CIF dictionary.
    pub(super) fn cell(&self) -> Option<UnitCell> {
        let [Some(a), Some(b), Some(c)] = self.edges_angstrom else {
            return None;
        };
        let angles = self.angles_degrees.map(|angle| angle.unwrap_or(90.0));
        UnitCell::new([a, b, c], angles)
    }

    /// Converts fractional to Cartesian coordinates in angstrom.
    pub(super) fn to_cartesian(
        self,
        file: &str,
        fractional: &[[f64; 3]],
    ) -> Result<impl Iterator<Item = [f32; 3]>, MoleculeError> {
        let Some(cell) = self.cell() else {
            let problem = if self.edges_angstrom.contains(&None) {
                "an edge of the unit cell is missing"
            } else {
                "the unit cell has no volume"
            };
            return Err(MoleculeError::Syntax {
                location: Location::file(file),
                problem: format!("small-molecule CIF with fractional coordinates, but {problem}"),
                remedy: "give _cell_length_a, _b, _c in angstrom and _cell_angle_alpha, _beta, \
                         _gamma in degrees, or Cartesian coordinates in _atom_site.Cartn_x, \
                         Cartn_y, Cartn_z"
                    .to_owned(),
            });
        };
        let positions: Vec<[f32; 3]> = fractional
            .iter()
            .map(|at| cell.cartesian_from_fractional().apply(*at))
            .map(|at| at.map(|part| part as f32))
            .collect();
        Ok(positions.into_iter())
    }
}
