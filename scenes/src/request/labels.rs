//! The keys of a request for labels.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::colors::Rgb;
use crate::error::SceneError;
use crate::keyword::keywords;
use crate::labels::{LabelAlignment, MAX_TEXT_CHARACTERS};
use crate::ranges;
use crate::texts::SelectionText;

/// Most free texts of a picture.
const MAX_TEXTS: usize = 1000;
/// Farthest that an offset leads, angstrom.
const MAX_OFFSET_ANGSTROM: f64 = 1000.0;
/// Farthest from the origin that a text is anchored, angstrom: as far as atoms may be.
const MAX_POSITION_ANGSTROM: f64 = 100_000.0;

/// What is labelled. Only what is drawn has a label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LabelContent {
    /// As the preset has it: `misi` labels residues and ligand atoms where at most 150 residues are
    /// drawn; the others label nothing.
    #[default]
    Auto,
    /// Nothing.
    None,
    /// Every residue by name and number, ligands too.
    Residues,
    /// Every ligand atom by its name.
    LigandAtoms,
    /// Ligand atoms by name, every other residue by name and number.
    ResiduesAndLigandAtoms,
    /// Every atom by its name.
    Atoms,
}

keywords!(LabelContent { Auto = "auto", None = "none", Residues = "residues", LigandAtoms = "ligand-atoms", ResiduesAndLigandAtoms = "residues-and-ligand-atoms", Atoms = "atoms" });

/// How labels look.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
#[non_exhaustive]
pub struct LabelStyle {
    /// Height of a line of text in the scene, angstrom: far labels are smaller. Without it, and
    /// without `size_px`, 0.7.
    pub size_angstrom: Option<f64>,
    /// Height of a line of text in the picture, pixels; not beside `size_angstrom`.
    pub size_px: Option<f64>,
    /// Colour; without it white on a dark background, black on a light one.
    pub color: Option<Rgb>,
    /// Width of a rim around the letters, black around light letters and white around dark ones,
    /// pixels; 0 is none.
    pub outline_px: f64,
    /// Draw labels over everything. If false, what is nearer than a label hides it, pixel by pixel.
    pub on_top: bool,
    /// Leave out labels whose box would touch a nearer label's.
    pub declutter: bool,
    /// Name the chain of residues, too: `ARG 45 A`.
    pub chains: bool,
    /// Which point of a label is at its anchor.
    pub alignment: LabelAlignment,
    /// From the anchor, in screen axes (right, up, towards the viewer), angstrom. Without it atoms'
    /// labels are set off to the right by 0.2 and the ball's radius and forward by 0.5, all others
    /// not at all.
    pub offset_angstrom: Option<[f64; 3]>,
}

impl Default for LabelStyle {
    fn default() -> Self {
        Self {
            size_angstrom: None,
            size_px: None,
            color: None,
            outline_px: 0.0,
            on_top: true,
            declutter: false,
            chains: false,
            alignment: LabelAlignment::default(),
            offset_angstrom: None,
        }
    }
}

/// A custom label.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TextRequest {
    /// What it says, in one line of at most 200 characters.
    pub text: String,
    /// Its anchor: the mean position of the atoms of this selection. Shown where one of them is
    /// drawn.
    #[serde(default)]
    pub at: Option<SelectionText>,
    /// Its anchor instead, scene coordinates, angstrom.
    #[serde(default)]
    pub position_angstrom: Option<[f64; 3]>,
}

impl TextRequest {
    /// A text at the mean position of the atoms of a selection.
    #[must_use]
    pub fn at_selection(text: impl Into<String>, at: impl Into<SelectionText>) -> Self {
        Self {
            text: text.into(),
            at: Some(at.into()),
            position_angstrom: None,
        }
    }

    /// A text at a point in scene coordinates, angstrom.
    #[must_use]
    pub fn at_position(text: impl Into<String>, position_angstrom: [f64; 3]) -> Self {
        Self {
            text: text.into(),
            at: None,
            position_angstrom: Some(position_angstrom),
        }
    }
}

impl LabelStyle {
    /// Checks sizes.
    pub(super) fn validate(&self) -> Result<(), SceneError> {
        let sizes = [
            (
                "size_angstrom",
                self.size_angstrom,
                ranges::LABEL_SIZE_ANGSTROM,
            ),
            ("size_px", self.size_px, ranges::LABEL_SIZE_PX),
            (
                "outline_px",
                Some(self.outline_px),
                ranges::LABEL_OUTLINE_PX,
            ),
        ];
        for (key, size, range) in sizes {
            if let Some(size) = size {
                range.check(&format!("/style/label_style/{key}"), size)?;
            }
        }
        if self.size_angstrom.is_some() && self.size_px.is_some() {
            return Err(SceneError::invalid(
                "/style/label_style/size_px",
                "labels have one size".into(),
                "give size_angstrom or size_px, not both".into(),
            ));
        }
        check_point(
            "/style/label_style/offset_angstrom",
            self.offset_angstrom,
            MAX_OFFSET_ANGSTROM,
        )
    }
}

/// Checks the free texts.
pub(super) fn validate_texts(texts: &[TextRequest]) -> Result<(), SceneError> {
    if texts.len() > MAX_TEXTS {
        return Err(SceneError::invalid(
            "/style/texts",
            format!("{} texts are too many", texts.len()),
            format!("give at most {MAX_TEXTS}"),
        ));
    }
    for (index, text) in texts.iter().enumerate() {
        let place = |key: &str| format!("/style/texts/{index}{key}");
        if text.text.trim().is_empty()
            || text.text.chars().count() > MAX_TEXT_CHARACTERS
            || text.text.contains(char::is_control)
        {
            return Err(SceneError::invalid(
                place("/text"),
                "this is not a line of text".into(),
                format!("give one line of 1 to {MAX_TEXT_CHARACTERS} characters"),
            ));
        }
        if text.at.is_some() == text.position_angstrom.is_some() {
            return Err(SceneError::invalid(
                place(""),
                "the text has no place, or two".into(),
                "give \"at\" (a selection) or \"position_angstrom\"".into(),
            ));
        }
        check_point(
            &place("/position_angstrom"),
            text.position_angstrom,
            MAX_POSITION_ANGSTROM,
        )?;
        if let Some(at) = &text.at {
            at.at(|| place("/at"))?;
        }
    }
    Ok(())
}

fn check_point(pointer: &str, point: Option<[f64; 3]>, most: f64) -> Result<(), SceneError> {
    // Written so that not-a-number fails, too.
    match point {
        Some(point) if !point.iter().all(|part| part.abs() <= most) => Err(SceneError::invalid(
            pointer,
            format!("{point:?} is out of range"),
            format!("give three numbers of magnitude {most} or less"),
        )),
        _ => Ok(()),
    }
}
