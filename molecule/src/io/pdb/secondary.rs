//! HELIX and SHEET records.

use super::fields::{code, column, columns, hybrid36, text};
use crate::Warning;
use crate::diagnostics::RepeatedWarning;
use crate::raw::{RawElement, RawRange, RawSecondaryStructure};
use crate::structure::SecondaryStructureKind;

/// Collects the records before the atoms.
#[derive(Debug, Default)]
pub(super) struct SecondaryRecords {
    elements: Vec<RawElement>,
    unreadable: RepeatedWarning,
}

/// Columns, counted from 0, of the chain of the first and of the last residue. The second column of
/// a chain of two letters is the one of wwPDB format 3.3; number and insertion code follow.
struct Layout {
    first_chain: usize,
    last_chain: usize,
    /// Blanks between chain and number.
    gap: usize,
}

const HELIX: Layout = Layout {
    first_chain: 19,
    last_chain: 31,
    gap: 1,
};

const SHEET: Layout = Layout {
    first_chain: 21,
    last_chain: 32,
    gap: 0,
};

impl SecondaryRecords {
    /// Reads a line if it is one of these records.
    pub(super) fn read(&mut self, number: u32, line: &[u8]) {
        let (layout, kind) = if line.starts_with(b"HELIX ") {
            (HELIX, helix_kind(columns(line, 38, 40)))
        } else if line.starts_with(b"SHEET ") {
            (SHEET, SecondaryStructureKind::Strand)
        } else {
            return;
        };
        let chain_at = |column_at: usize| {
            let has_two_letters = column(line, column_at - 1).is_ascii_alphanumeric();
            let start = column_at - usize::from(has_two_letters);
            text(columns(line, start, column_at + 1))
        };
        let number_at = |chain: usize| {
            let start = chain + 1 + layout.gap;
            let value = hybrid36(columns(line, start, start + 4), 4)?;
            Some((value, code(column(line, start + 4))))
        };
        let ends = [layout.first_chain, layout.last_chain].map(number_at);
        let [Some(first), Some(last)] = ends else {
            self.unreadable.note(number, || {
                format!(
                    "the {} record does not hold two residue numbers in its columns",
                    text(columns(line, 0, 6))
                )
            });
            return;
        };
        let chain_id = chain_at(layout.first_chain);
        if chain_at(layout.last_chain) != chain_id {
            self.unreadable.note(number, || {
                format!(
                    "the {} record begins and ends in different chains",
                    text(columns(line, 0, 6))
                )
            });
            return;
        }
        self.elements.push(RawElement {
            kind,
            author: Some(RawRange {
                chain_id,
                first,
                last,
            }),
            label: None,
            line: number,
        });
    }

    /// Returns what the file says, and adds a warning about what could not be read.
    pub(super) fn finish(self, file: &str, warnings: &mut Vec<Warning>) -> RawSecondaryStructure {
        self.unreadable
            .report(file, "the record is left out", warnings);
        RawSecondaryStructure {
            elements: self.elements,
            is_sorted_by_residue: true,
        }
    }
}

/// The kind of a helix class of wwPDB format 3.3, section HELIX; 1 is also what programs write for
/// helices of an unknown kind.
fn helix_kind(class: &[u8]) -> SecondaryStructureKind {
    match class.trim_ascii() {
        b"3" => SecondaryStructureKind::PiHelix,
        b"5" => SecondaryStructureKind::Helix310,
        b"2" | b"4" | b"6" | b"7" | b"8" | b"9" => SecondaryStructureKind::OtherHelix,
        b"10" => SecondaryStructureKind::PolyprolineHelix,
        _ => SecondaryStructureKind::AlphaHelix,
    }
}
