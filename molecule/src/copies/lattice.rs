//! The cell and the operators of a crystal.

use super::expand::{cause, name};
use crate::structure::MAX_COORDINATE_ANGSTROM;
use crate::symmetry::{Transform, UnitCell, operators, reduced};
use crate::{MoleculeError, Structure};

/// Images of an atom nearer than this, in angstrom, are one atom on a special position: the
/// tolerance of gemmi (Wojdyr, J. Open Source Softw. 7 (2022) 4200).
pub(super) const SPECIAL_POSITION_ANGSTROM: f64 = 0.4;

/// The cell and all operators of a crystal.
pub(super) struct Crystal {
    pub(super) cell: UnitCell,
    /// In fractions of the cell's edges; the first is the identity.
    pub(super) operators: Vec<Transform>,
}

impl Crystal {
    pub(super) fn new(source: &Structure) -> Result<Self, MoleculeError> {
        let error = |problem: String, remedy: &str| MoleculeError::Symmetry {
            file: name(source).to_owned(),
            problem,
            remedy: remedy.to_owned(),
        };
        let symmetry = source.parts.first().map(|part| &part.symmetry);
        let cell = symmetry.and_then(|symmetry| symmetry.cell);
        let Some((symmetry, cell)) = symmetry.zip(cell.filter(|cell| !cell.is_placeholder()))
        else {
            return Err(error(
                format!(
                    "the file has no unit cell{}",
                    cause(source, &["unit cell", "CRYST1"])
                ),
                "give a file with CRYST1 or _cell, of a crystal",
            ));
        };
        let mut operators = if symmetry.operators.is_empty() {
            let Some(group) = &symmetry.space_group else {
                return Err(error(
                    format!(
                        "the file names no space group and no operators{}",
                        cause(source, &["is not an operator"])
                    ),
                    "give them in CRYST1, _symmetry.space_group_name_H-M or \
                     _space_group_symop.operation_xyz",
                ));
            };
            operators(group, &cell).ok_or_else(|| {
                let group: String = group.chars().take(40).collect();
                error(
                    format!("the space group \"{}\" is not known", group.escape_debug()),
                    "give a Hermann-Mauguin symbol such as P 21 21 21, or the operators in \
                     _space_group_symop.operation_xyz or REMARK 290",
                )
            })?
        } else {
            symmetry.operators.iter().map(reduced).collect()
        };
        let is_identity = |operator: &Transform| operator.is_near(&Transform::IDENTITY);
        match operators.iter().position(is_identity) {
            Some(index) => operators.swap(0, index),
            None => operators.insert(0, Transform::IDENTITY),
        }
        Ok(Self { cell, operators })
    }
}

/// All unit cells of a block of cells, in order of c, b, a.
pub(super) fn cell_shifts(counts: [u32; 3]) -> impl Iterator<Item = [f64; 3]> {
    let [a, b, c] = counts;
    (0..c)
        .flat_map(move |k| (0..b).flat_map(move |j| (0..a).map(move |i| [i, j, k].map(f64::from))))
}

/// The error for a copy that leaves the range of coordinates.
pub(super) fn too_far(source: &Structure) -> MoleculeError {
    MoleculeError::Symmetry {
        file: name(source).to_owned(),
        problem: format!(
            "a copy would have a coordinate of {MAX_COORDINATE_ANGSTROM} angstrom or more"
        ),
        remedy: "choose fewer cells, and check the unit cell and the operators".to_owned(),
    }
}

/// Whether the corners of the structure's box leave the range of coordinates when moved.
pub(super) fn leaves_range(source: &Structure, transform: &Transform) -> bool {
    let [low, high] = box_of(&source.atoms.position_angstrom);
    (0..8).any(|corner| {
        let point = [0, 1, 2].map(|axis| {
            let side = if corner >> axis & 1 == 0 { low } else { high };
            f64::from(side[axis])
        });
        let image = transform.apply(point);
        let limit = f64::from(MAX_COORDINATE_ANGSTROM);
        !image.iter().all(|part| part.abs() < limit)
    })
}

/// Lowest and highest corner of a box of points.
pub(super) fn box_of(points: &[[f32; 3]]) -> [[f32; 3]; 2] {
    let mut corners = [[f32::INFINITY; 3], [f32::NEG_INFINITY; 3]];
    for point in points {
        for (axis, &part) in point.iter().enumerate() {
            corners[0][axis] = corners[0][axis].min(part);
            corners[1][axis] = corners[1][axis].max(part);
        }
    }
    corners
}
