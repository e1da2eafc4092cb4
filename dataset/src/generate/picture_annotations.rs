//! Annotations of a picture: where its atoms and residues are, and how much of each is visible.
//!
//! The values are those of `molshot render --annotations`, as columns: lists with one entry per
//! drawn atom, and lists with one entry per residue with a drawn atom. Pixels are rounded to
//! hundredths and lengths to thousandths, close to the single precision of the columns.

use molshot_renderer::{Annotations, Annotator, Frame, RenderError};
use molshot_scenes::RenderJob;

use crate::error::DatasetError;
use crate::tables::{Cell, Column, ColumnKind, Row};

/// Columns, in the order of [`PictureAnnotations::cells`].
pub(super) const COLUMNS: [Column; 11] = [
    ("atom", ColumnKind::Numbers),
    ("x_px", ColumnKind::Floats),
    ("y_px", ColumnKind::Floats),
    ("depth_angstrom", ColumnKind::Floats),
    ("visible_fraction", ColumnKind::Floats),
    ("residue", ColumnKind::Numbers),
    ("residue_left_px", ColumnKind::Numbers),
    ("residue_top_px", ColumnKind::Numbers),
    ("residue_width_px", ColumnKind::Numbers),
    ("residue_height_px", ColumnKind::Numbers),
    ("residue_visible_fraction", ColumnKind::Floats),
];

/// Positions and visibility of the drawn atoms and residues of a picture.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct PictureAnnotations {
    /// Index of each drawn atom in the structure.
    atom: Vec<u32>,
    /// NaN for an atom behind the camera, as is `y_px`.
    x_px: Vec<f32>,
    y_px: Vec<f32>,
    depth_angstrom: Vec<f32>,
    visible_fraction: Vec<f32>,
    residue: Vec<u32>,
    /// Bounding box of the visible pixels: left, top, width, height; all 0 if none is visible.
    residue_box_px: [Vec<u32>; 4],
    residue_visible_fraction: Vec<f32>,
}

impl PictureAnnotations {
    /// Annotates a frame, which must have an atom-id plane.
    ///
    /// # Errors
    /// When the frame has no such plane.
    pub fn of(
        job: &RenderJob,
        frame: &Frame,
        annotator: &mut Annotator,
    ) -> Result<Self, RenderError> {
        let annotations = annotator.annotate(job, frame, &[])?;
        Ok(Self::from(&annotations))
    }

    /// Returns whether a row of the table has the same values.
    ///
    /// # Errors
    /// When the table lacks a column.
    pub fn equal_row(&self, row: &Row) -> Result<bool, DatasetError> {
        let same = |a: &[f32], b: &[f32]| {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.to_bits() == b.to_bits())
        };
        let [left, top, width, height] = &self.residue_box_px;
        let numbers = [
            ("atom", &self.atom),
            ("residue", &self.residue),
            ("residue_left_px", left),
            ("residue_top_px", top),
            ("residue_width_px", width),
            ("residue_height_px", height),
        ];
        let floats = [
            ("x_px", &self.x_px),
            ("y_px", &self.y_px),
            ("depth_angstrom", &self.depth_angstrom),
            ("visible_fraction", &self.visible_fraction),
            ("residue_visible_fraction", &self.residue_visible_fraction),
        ];
        for (name, values) in numbers {
            if row.numbers(name)? != *values {
                return Ok(false);
            }
        }
        for (name, values) in floats {
            if !same(&row.floats(name)?, values) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Returns the cells of a row, in the order of the columns.
    #[must_use]
    pub fn cells(self) -> [Cell; 11] {
        let [left, top, width, height] = self.residue_box_px;
        [
            Cell::Numbers(self.atom),
            Cell::Floats(self.x_px),
            Cell::Floats(self.y_px),
            Cell::Floats(self.depth_angstrom),
            Cell::Floats(self.visible_fraction),
            Cell::Numbers(self.residue),
            Cell::Numbers(left),
            Cell::Numbers(top),
            Cell::Numbers(width),
            Cell::Numbers(height),
            Cell::Floats(self.residue_visible_fraction),
        ]
    }
}

impl From<&Annotations> for PictureAnnotations {
    fn from(annotations: &Annotations) -> Self {
        let mut columns = Self::default();
        let pixel =
            |value: Option<f64>| value.map_or(f32::NAN, |v| ((v * 100.0).round() / 100.0) as f32);
        for atom in &annotations.atoms {
            columns.atom.push(atom.index);
            columns.x_px.push(pixel(atom.x_px));
            columns.y_px.push(pixel(atom.y_px));
            let depth = (atom.depth_angstrom * 1000.0).round() / 1000.0;
            columns.depth_angstrom.push(depth as f32);
            columns.visible_fraction.push(atom.visible_fraction as f32);
        }
        for residue in &annotations.residues {
            columns.residue.push(residue.index);
            let bounds = residue.box_px.unwrap_or_default();
            for (column, value) in columns.residue_box_px.iter_mut().zip(bounds) {
                column.push(value);
            }
            columns
                .residue_visible_fraction
                .push(residue.visible_fraction as f32);
        }
        columns
    }
}
