//! Run-length masks in COCO's form.
//!
//! The pixels are read column by column, each from top to bottom; the counts are lengths of runs,
//! the first of pixels that are not in the mask (it may be 0), then by turns. The string packs the
//! counts as COCO's tools do (<https://github.com/cocodataset/cocoapi>, `common/maskApi.c`): from
//! the fourth count on the difference to the one before the previous is written; five bits a
//! character from the lowest, the sixth bit says that more follow, and 48 is added. A decoder that
//! knows COCO reads `{"size": size, "counts": counts}` as it stands.

use std::collections::BTreeMap;

use molshot_scenes::Keyword;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::cancel::CancelToken;
use crate::error::RenderError;

/// What run-length masks are made of.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum MaskKind {
    /// One mask an atom.
    Atom,
    /// One mask a residue.
    Residue,
    /// One mask an element.
    Element,
    /// One mask a kind of residue, by name.
    ResidueName,
    /// One mask a chain.
    Chain,
    /// One mask a role: pocket, ligand and so on.
    Role,
}

impl Keyword for MaskKind {
    const KEYWORDS: &'static [(&'static str, Self)] = &[
        ("atom", Self::Atom),
        ("residue", Self::Residue),
        ("element", Self::Element),
        ("residue-name", Self::ResidueName),
        ("chain", Self::Chain),
        ("role", Self::Role),
    ];

    fn keyword(self) -> &'static str {
        self.name()
    }
}

impl MaskKind {
    /// The word of the command line and of the JSON form.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Atom => "atom",
            Self::Residue => "residue",
            Self::Element => "element",
            Self::ResidueName => "residue-name",
            Self::Chain => "chain",
            Self::Role => "role",
        }
    }
}

/// The pixels that show one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RunLengthMask {
    /// What it is a mask of.
    pub kind: MaskKind,
    /// Index of the atom or residue; of a class, its index in the class mask of that name.
    pub id: u32,
    /// Name of the atom, residue or class.
    pub name: String,
    /// Height and width of the drawn region.
    pub size: [u32; 2],
    /// COCO's packed run lengths, columns first.
    pub counts: String,
    /// Number of pixels.
    pub area: u64,
    /// Box around the pixels, drawn region: left, top, width, height.
    pub bbox: [u32; 4],
}

/// Runs of one value so far.
#[derive(Debug, Default)]
struct Runs {
    counts: Vec<u64>,
    /// Where the last run ended.
    end: u64,
    area: u64,
    low: [u32; 2],
    high: [u32; 2],
}

/// A value, packed counts, area, box.
type MaskOfValue = (u32, String, u64, [u32; 4]);

/// The mask of every value of a plane but 0: value, packed counts, area, box. One look at every
/// pixel. `cancel` is looked at before each column.
///
/// # Errors
/// [`RenderError::Cancelled`].
pub(super) fn masks_of(
    plane: &[u32],
    width_px: usize,
    cancel: &CancelToken,
) -> Result<Vec<MaskOfValue>, RenderError> {
    let height_px = plane.len().checked_div(width_px).unwrap_or(0);
    let mut runs: BTreeMap<u32, Runs> = BTreeMap::new();
    let mut put = |value: u32, start: u64, end: u64| {
        if value == 0 || end == start {
            return;
        }
        let runs = runs.entry(value).or_insert_with(|| Runs {
            low: [u32::MAX; 2],
            ..Runs::default()
        });
        runs.counts.extend([start - runs.end, end - start]);
        runs.end = end;
        runs.area += end - start;
        let height = height_px as u64;
        let (first, last) = (start / height, (end - 1) / height);
        // A run that continues in the next column reaches from the bottom to the top.
        let (top, bottom) = if first == last {
            (start % height, (end - 1) % height)
        } else {
            (0, height - 1)
        };
        runs.low = [runs.low[0].min(first as u32), runs.low[1].min(top as u32)];
        runs.high = [
            runs.high[0].max(last as u32),
            runs.high[1].max(bottom as u32),
        ];
    };
    let (mut value, mut start, mut at) = (0, 0_u64, 0_u64);
    for column in 0..width_px {
        cancel.check()?;
        for row in 0..height_px {
            let here = plane[row * width_px + column];
            if here != value {
                put(value, start, at);
                (value, start) = (here, at);
            }
            at += 1;
        }
    }
    put(value, start, at);
    let total = at;
    let masks = runs.into_iter().map(|(value, mut runs)| {
        if runs.end < total {
            runs.counts.push(total - runs.end);
        }
        let size = [0, 1].map(|axis| runs.high[axis] - runs.low[axis] + 1);
        let bbox = [runs.low[0], runs.low[1], size[0], size[1]];
        (value, pack(&runs.counts), runs.area, bbox)
    });
    Ok(masks.collect())
}

/// Counts to COCO's string.
fn pack(counts: &[u64]) -> String {
    let mut text = String::with_capacity(counts.len() * 2);
    for (index, count) in counts.iter().enumerate() {
        let mut rest = count.cast_signed();
        if index > 2 {
            rest -= counts[index - 2].cast_signed();
        }
        loop {
            let bits = (rest & 31) as u8;
            rest >>= 5;
            // The sign is that of the highest bit that is written.
            let more = if bits & 16 == 0 {
                rest != 0
            } else {
                rest != -1
            };
            text.push(char::from(48 + (bits | if more { 32 } else { 0 })));
            if !more {
                break;
            }
        }
    }
    text
}

/// COCO's string to counts; `None` for text that is not such a string.
#[must_use]
pub fn unpack(text: &str) -> Option<Vec<u64>> {
    let mut counts: Vec<u64> = Vec::new();
    let (mut value, mut shift) = (0_i64, 0_u32);
    for letter in text.bytes() {
        let bits = letter.checked_sub(48).filter(|bits| *bits < 64)?;
        if shift > 55 {
            return None;
        }
        value |= i64::from(bits & 31) << shift;
        shift += 5;
        if bits & 32 == 0 {
            if bits & 16 != 0 {
                value |= -1 << shift;
            }
            if counts.len() > 2 {
                value = value.checked_add_unsigned(counts[counts.len() - 2])?;
            }
            counts.push(u64::try_from(value).ok()?);
            (value, shift) = (0, 0);
        }
    }
    (shift == 0).then_some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with COCO's own tools: `pycocotools.mask.encode`.
    #[test]
    fn strings_are_those_of_cocos_tools() {
        assert_eq!(pack(&[6, 1, 40, 4, 5, 4, 5, 4, 21]), "61X13mN000`0");
        assert_eq!(pack(&[0, 35]), "0S1");
        assert_eq!(
            unpack("61X13mN000`0").expect("a mask"),
            [6, 1, 40, 4, 5, 4, 5, 4, 21]
        );
    }

    #[test]
    fn every_value_has_its_pixels_by_columns() {
        // Three columns, two rows.
        let plane = [
            0, 5, 7, //
            5, 5, 0,
        ];
        let masks = masks_of(&plane, 3, &CancelToken::new()).expect("not cancelled");
        assert_eq!(masks.len(), 2);
        let (value, counts, area, bbox) = &masks[0];
        assert_eq!((*value, *area, *bbox), (5, 3, [0, 0, 2, 2]));
        assert_eq!(unpack(counts).expect("a mask"), [1, 3, 2]);
        let (value, counts, area, bbox) = &masks[1];
        assert_eq!((*value, *area, *bbox), (7, 1, [2, 0, 1, 1]));
        assert_eq!(unpack(counts).expect("a mask"), [4, 1, 1]);
    }

    #[test]
    fn what_is_packed_is_unpacked() {
        let mut state = 7_u64;
        let counts: Vec<u64> = (0..500)
            .map(|_| {
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1);
                (state >> 33) >> (state >> 59)
            })
            .collect();
        assert_eq!(unpack(&pack(&counts)), Some(counts));
    }

    #[test]
    fn no_text_is_unpacked_wrongly_or_without_end() {
        assert_eq!(unpack("P"), None, "it breaks off");
        assert_eq!(unpack("!"), None, "no letter of the form");
        assert_eq!(unpack("ooooooooooooooooooooooo0"), None, "too large");
        assert_eq!(unpack("N"), None, "a run has no negative length");
        assert_eq!(unpack(""), Some(Vec::new()));
    }

    #[test]
    fn an_empty_plane_has_no_masks() {
        for (plane, width) in [(&[][..], 0), (&[0; 6], 3)] {
            let masks = masks_of(plane, width, &CancelToken::new()).expect("not cancelled");
            assert!(masks.is_empty());
        }
    }
}
