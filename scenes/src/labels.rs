//! Labels of a scene: short texts that face the camera, each anchored at a point of the world.
//!
//! Which texts there are, and where their anchors are, is decided here; how wide a text is and
//! which pixels it covers, where it is drawn (the renderer owns the font). The conventions are
//! `ChimeraX`'s (user guide, `label`; observed in its pictures): a label is a flat rectangle as
//! high as a line of text, in world units (0.7 angstrom), so that perspective makes far ones
//! smaller; its lower left corner is at the anchor plus an offset in screen axes; it is drawn over
//! everything; it fades with depth as atoms do.

use schemars::JsonSchema;
use smol_str::SmolStr;

use crate::error::SceneError;
use crate::keyword::keywords;
use crate::ranges::LABEL_OUTLINE_PX;

/// Height of a line of text, angstrom.
pub const LABEL_SIZE_ANGSTROM: f64 = 0.7;
/// How far from the middle of its atom's ball a label begins: the ball's radius plus this, to the
/// right, angstrom.
pub const ATOM_GAP_ANGSTROM: f32 = 0.2;
/// How far in front of its atom a label is anchored, angstrom.
pub const ATOM_LIFT_ANGSTROM: f32 = 0.5;
/// With `labels` set to `auto` a scene of more drawn residues than this has no labels: they would
/// hide the picture. Pockets have fewer.
pub const MAX_AUTO_RESIDUES: usize = 150;
/// Longest text of a label, in characters.
pub const MAX_TEXT_CHARACTERS: usize = 200;

/// What a label is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum LabelSubject {
    /// The atom of this index.
    Atom(u32),
    /// The residue of this index.
    Residue(u32),
    /// The distance between the atoms of these indices, which a pseudobond joins. If it joins rings
    /// or charged groups, the distance is that of their centres, and these are their first atoms.
    Distance([u32; 2]),
    /// Free text: its index in the request's `texts`.
    Text(u32),
}

/// How high a line of text is, from the lowest descender to the highest ascender.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LabelSize {
    /// In the world: perspective applies.
    Angstrom(f32),
    /// In the picture.
    Pixels(f32),
}

/// Which point of a label is at its anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LabelAlignment {
    /// Its lower left corner.
    #[default]
    LowerLeft,
    /// Its middle.
    Center,
}

keywords!(LabelAlignment { LowerLeft = "lower-left", Center = "center" });

/// One label.
#[derive(Debug, Clone, PartialEq)]
pub struct Label {
    /// What it says, in one line.
    pub text: SmolStr,
    /// What it is about.
    pub subject: LabelSubject,
    /// Its anchor, world axes, angstrom.
    pub anchor_angstrom: [f32; 3],
    /// From the anchor, in screen axes (x right, y up, z towards the viewer), angstrom.
    pub offset_angstrom: [f32; 3],
    /// Which point of it is at the anchor.
    pub alignment: LabelAlignment,
    /// Height of its line.
    pub size: LabelSize,
    /// sRGB colour, before the depth cue.
    pub color: [u8; 3],
}

/// A rim around the letters, to set them off from what is behind.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Outline {
    /// Width in pixels, above 0 and at most [`Outline::MAX_WIDTH_PX`].
    pub width_px: f32,
    /// sRGB colour, before the depth cue.
    pub color: [u8; 3],
}

impl Outline {
    /// Widest rim.
    pub const MAX_WIDTH_PX: f32 = LABEL_OUTLINE_PX.max as f32;
}

/// All labels of a scene, and what holds for all of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Labels {
    /// The labels, in the order of the structure, distances and free texts last. Their order
    /// changes no pixel: what is farther away is drawn first.
    pub list: Vec<Label>,
    /// A rim around the letters.
    pub outline: Option<Outline>,
    /// True: drawn over everything. False: a label's pixel is not drawn where the middle of the
    /// pixel shows something nearer than the label.
    pub on_top: bool,
    /// True: a label whose box would touch that of a nearer one is left out.
    pub declutter: bool,
}

impl Default for Labels {
    /// None, on top.
    fn default() -> Self {
        Self {
            list: Vec::new(),
            outline: None,
            on_top: true,
            declutter: false,
        }
    }
}

impl Labels {
    /// Checks positions, sizes and the outline.
    pub(crate) fn check(&self) -> Result<(), SceneError> {
        for (index, label) in self.list.iter().enumerate() {
            let (LabelSize::Angstrom(size) | LabelSize::Pixels(size)) = label.size;
            let mut numbers = label.anchor_angstrom.iter().chain(&label.offset_angstrom);
            if !(numbers.all(|number| number.is_finite()) && size.is_finite() && size > 0.0) {
                return Err(SceneError::invalid(
                    format!("/labels/{index}"),
                    format!(
                        "no label can be at {:?} + {:?} with the size {size}",
                        label.anchor_angstrom, label.offset_angstrom
                    ),
                    "give finite positions and a positive size".into(),
                ));
            }
        }
        if let Some(outline) = self.outline
            && !(outline.width_px > 0.0 && outline.width_px <= Outline::MAX_WIDTH_PX)
        {
            return Err(SceneError::invalid(
                "/labels/outline",
                format!("an outline of {} pixels is out of range", outline.width_px),
                format!("give more than 0 and at most {}", Outline::MAX_WIDTH_PX),
            ));
        }
        Ok(())
    }
}
