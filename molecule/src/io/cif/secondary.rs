//! Helices and strands of a data block: `_struct_conf` and `_struct_sheet_range`.

use smol_str::SmolStr;

use super::category::{Category, SheetRange, StructConf};
use super::fields::one_letter;
use super::row::Row;
use crate::Warning;
use crate::diagnostics::RepeatedWarning;
use crate::raw::{RawElement, RawRange, RawSecondaryStructure};
use crate::structure::SecondaryStructureKind;

/// Rows of both categories.
#[derive(Debug, Default)]
pub(super) struct SecondaryRows {
    helices: Vec<RawElement>,
    strands: Vec<RawElement>,
    incomplete: RepeatedWarning,
}

/// Items of the first residue: chain, number in the sequence, author's chain, author's number,
/// insertion code; then those of the last one.
type Items = [[usize; 5]; 2];

const CONF: Items = [
    [
        StructConf::BegLabelAsym as usize,
        StructConf::BegLabelSeq as usize,
        StructConf::BegAuthAsym as usize,
        StructConf::BegAuthSeq as usize,
        StructConf::BegInsCode as usize,
    ],
    [
        StructConf::EndLabelAsym as usize,
        StructConf::EndLabelSeq as usize,
        StructConf::EndAuthAsym as usize,
        StructConf::EndAuthSeq as usize,
        StructConf::EndInsCode as usize,
    ],
];

const SHEET: Items = [
    [
        SheetRange::BegLabelAsym as usize,
        SheetRange::BegLabelSeq as usize,
        SheetRange::BegAuthAsym as usize,
        SheetRange::BegAuthSeq as usize,
        SheetRange::BegInsCode as usize,
    ],
    [
        SheetRange::EndLabelAsym as usize,
        SheetRange::EndLabelSeq as usize,
        SheetRange::EndAuthAsym as usize,
        SheetRange::EndAuthSeq as usize,
        SheetRange::EndInsCode as usize,
    ],
];

impl SecondaryRows {
    /// Adds one row. What cannot be read is reported by [`Self::finish`]: only cartoons need it.
    pub(super) fn push(&mut self, category: Category, row: &impl Row) {
        let (items, kind) = if category == Category::StructConf {
            let type_id = row.text(StructConf::Type as usize);
            let class = row.integer(StructConf::HelixClass as usize);
            let kind = kind_of(type_id.as_deref().unwrap_or(""), class.ok().flatten());
            (CONF, kind)
        } else {
            (SHEET, Some(SecondaryStructureKind::Strand))
        };
        let Some(kind) = kind else { return };
        let line = row.place().line();
        let range = |chain: usize, number: usize, insertion: Option<usize>| {
            let end = |items: [usize; 5]| {
                let chain = row.name(items[chain])?;
                let value = row.integer(items[number]).ok().flatten()?;
                let code = insertion.and_then(|insertion| row.text(items[insertion]));
                let code = code.map_or(b' ', |code| one_letter(&code));
                Some((chain, (i32::try_from(value).ok()?, code)))
            };
            let [first, last] = items.map(end);
            let ((chain_id, first), (other, last)): ((SmolStr, _), (SmolStr, _)) = (first?, last?);
            (chain_id == other).then_some(RawRange {
                chain_id,
                first,
                last,
            })
        };
        let label = range(0, 1, None);
        let author = range(2, 3, Some(4));
        if label.is_none() && author.is_none() {
            self.incomplete.note(line, || {
                format!(
                    "a row of _{} does not name two residues of one chain",
                    category.name()
                )
            });
            return;
        }
        let element = RawElement {
            kind,
            author,
            label,
            line,
        };
        if kind.is_strand() {
            self.strands.push(element);
        } else {
            self.helices.push(element);
        }
    }

    /// Returns what the block says, helices first, and adds warnings.
    pub(super) fn finish(
        mut self,
        file: &str,
        warnings: &mut Vec<Warning>,
    ) -> RawSecondaryStructure {
        self.incomplete.report(file, "it is left out", warnings);
        self.helices.append(&mut self.strands);
        RawSecondaryStructure {
            elements: self.helices,
            is_sorted_by_residue: false,
        }
    }
}

/// The kind of a `conf_type_id` (PDBx/mmCIF dictionary, `_struct_conf_type.id`); `None` for turns,
/// bends and other rows that name neither a helix nor a strand. `HELX_P` is a helix of the class of
/// the PDB format.
fn kind_of(type_id: &str, class: Option<i64>) -> Option<SecondaryStructureKind> {
    let type_id = type_id.trim().to_ascii_uppercase();
    Some(match type_id.as_str() {
        "HELX_RH_3T_P" => SecondaryStructureKind::Helix310,
        "HELX_RH_PI_P" => SecondaryStructureKind::PiHelix,
        "HELX_LH_PP_P" => SecondaryStructureKind::PolyprolineHelix,
        "HELX_P" => match class {
            Some(3) => SecondaryStructureKind::PiHelix,
            Some(5) => SecondaryStructureKind::Helix310,
            Some(2 | 4 | 6..=9) => SecondaryStructureKind::OtherHelix,
            Some(10) => SecondaryStructureKind::PolyprolineHelix,
            _ => SecondaryStructureKind::AlphaHelix,
        },
        "HELX_RH_AL_P" => SecondaryStructureKind::AlphaHelix,
        other if other.starts_with("HELX") && other.ends_with("_P") => {
            SecondaryStructureKind::OtherHelix
        }
        other if other.starts_with("STRN") => SecondaryStructureKind::Strand,
        _ => return None,
    })
}
