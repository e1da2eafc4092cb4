//! The texts of a scene.

use glam::DVec3;
use smol_str::SmolStr;

use super::notes::Notes;
use crate::colors::Rgb;
use crate::labels::{Label, LabelAlignment, LabelSize, LabelSubject, MAX_TEXT_CHARACTERS};
use crate::request::LabelStyle;

/// Most labels of a scene.
const MAX_LABELS: usize = 10_000;

/// The texts of a scene.
#[derive(Debug)]
pub(super) struct Texts {
    pub(super) list: Vec<Label>,
    /// Size and colour that a request gives to all of them.
    size: Option<LabelSize>,
    color: Option<[u8; 3]>,
}

impl Texts {
    pub(super) fn new(style: &LabelStyle) -> Self {
        Self {
            list: Vec::new(),
            size: match (style.size_px, style.size_angstrom) {
                (Some(size_px), _) => Some(LabelSize::Pixels(size_px as f32)),
                (None, size) => size.map(|size| LabelSize::Angstrom(size as f32)),
            },
            color: style.color.map(|color| color.0),
        }
    }

    /// Adds a line of text of a height in angstrom, centred at a point that is moved towards the
    /// viewer.
    #[allow(
        clippy::too_many_arguments,
        reason = "what a label is made of, once each"
    )]
    pub(super) fn add(
        &mut self,
        text: &str,
        at: DVec3,
        size: f64,
        towards: f64,
        color: Rgb,
        notes: &mut Notes,
        pointer: &str,
    ) {
        let mut line: String = text
            .chars()
            .map(|letter| if letter.is_control() { ' ' } else { letter })
            .collect();
        if line.trim().is_empty() || size <= 0.0 {
            return;
        }
        if let Some((end, _)) = line.char_indices().nth(MAX_TEXT_CHARACTERS) {
            notes.add(
                format!("texts are cut after {MAX_TEXT_CHARACTERS} characters"),
                pointer,
            );
            line.truncate(end);
        }
        if self.list.len() >= MAX_LABELS {
            notes.add(
                format!("only the first {MAX_LABELS} labels are drawn"),
                pointer,
            );
            return;
        }
        self.list.push(Label {
            text: SmolStr::new(line.trim()),
            subject: LabelSubject::Text(self.list.len() as u32),
            anchor_angstrom: at.as_vec3().to_array(),
            offset_angstrom: [0.0, 0.0, towards as f32],
            alignment: LabelAlignment::Center,
            size: self.size.unwrap_or(LabelSize::Angstrom(size as f32)),
            color: self.color.unwrap_or(color.0),
        });
    }
}
