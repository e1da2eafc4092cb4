//! What is known of a picture: where its atoms and residues are, and how much of each is seen.
//!
//! The figures are those of `molshot render --annotations`, as columns: lists with one entry a
//! drawn atom, and lists with one a residue with a drawn atom. Pixels are kept to a hundredth and
//! lengths to a thousandth, which is as good as the single precision of the columns.

use molshot_renderer::{Annotations, Annotator, Frame, RenderError};
use molshot_scenes::RenderJob;

use crate::error::DatasetError;
use crate::tables::{Cell, Column, Kind, Row};

/// Columns, in the order of [`Places::cells`].
pub(super) const COLUMNS: [Column; 11] = [
    ("atom", Kind::Numbers),
    ("x_px", Kind::Floats),
    ("y_px", Kind::Floats),
    ("depth_angstrom", Kind::Floats),
    ("visible_fraction", Kind::Floats),
    ("residue", Kind::Numbers),
    ("residue_left_px", Kind::Numbers),
    ("residue_top_px", Kind::Numbers),
    ("residue_width_px", Kind::Numbers),
    ("residue_height_px", Kind::Numbers),
    ("residue_visible_fraction", Kind::Floats),
];

/// Where a picture's drawn atoms and residues are.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Places {
    /// Index of each drawn atom in the structure.
    atom: Vec<u32>,
    /// Not a number for an atom behind the camera; so is `y_px`.
    x_px: Vec<f32>,
    y_px: Vec<f32>,
    depth_angstrom: Vec<f32>,
    visible_fraction: Vec<f32>,
    residue: Vec<u32>,
    /// Box of what is seen of it: left, top, width, height. All 0 where nothing is.
    residue_box_px: [Vec<u32>; 4],
    residue_visible_fraction: Vec<f32>,
}

impl Places {
    /// Of a frame that was drawn from a job with its atom-id plane.
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

    /// Whether a row of the table says the same.
    ///
    /// # Errors
    /// When the table has no such columns.
    pub fn are_in(&self, row: &Row) -> Result<bool, DatasetError> {
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

    /// A row's cells.
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

impl From<&Annotations> for Places {
    fn from(annotations: &Annotations) -> Self {
        let mut places = Self::default();
        let pixel =
            |value: Option<f64>| value.map_or(f32::NAN, |v| ((v * 100.0).round() / 100.0) as f32);
        for atom in &annotations.atoms {
            places.atom.push(atom.index);
            places.x_px.push(pixel(atom.x_px));
            places.y_px.push(pixel(atom.y_px));
            let depth = (atom.depth_angstrom * 1000.0).round() / 1000.0;
            places.depth_angstrom.push(depth as f32);
            places.visible_fraction.push(atom.visible_fraction as f32);
        }
        for residue in &annotations.residues {
            places.residue.push(residue.index);
            let bounds = residue.box_px.unwrap_or_default();
            for (column, value) in places.residue_box_px.iter_mut().zip(bounds) {
                column.push(value);
            }
            places
                .residue_visible_fraction
                .push(residue.visible_fraction as f32);
        }
        places
    }
}
