//! Marks residues with the helices and strands that a file names.

use std::collections::HashMap;
use std::ops::RangeInclusive;

use smol_str::SmolStr;

use crate::diagnostics::RepeatedWarning;
use crate::raw::{RawElement, RawRange, RawSecondaryStructure};
use crate::structure::{FileSecondaryStructure, ResidueClass};
use crate::{Structure, Warning};

/// All records together mark each residue at most so often on average: records of real files hardly
/// overlap, and without a limit the time would be the product of records and residues.
const MOST_MARKS_PER_RESIDUE: usize = 16;

/// Number of records with an end that does not exist whose other residues are looked for; each
/// costs as much as its chain is long.
const MOST_CUT_RECORDS: usize = 1000;

/// Marks the amino acids of a structure of one part. A later helix or strand replaces an earlier
/// one, and a strand replaces a helix, as in ChimeraX.
pub(super) fn mark(structure: &mut Structure, file: &str, stated: &RawSecondaryStructure) {
    if stated.elements.is_empty() {
        return;
    }
    let residues = Residues::of(structure);
    let mut missing = RepeatedWarning::default();
    let mut cut = RepeatedWarning::default();
    let mut found: Vec<(RangeInclusive<usize>, &RawElement)> = Vec::new();
    let mut cut_left = MOST_CUT_RECORDS;
    for element in &stated.elements {
        let ranges = [(&element.label, true), (&element.author, false)];
        let place = ranges.into_iter().find_map(|(range, is_label)| {
            let range = range.as_ref()?;
            Some((residues.find(range, is_label, &mut cut_left)?, range))
        });
        let Some((place, range)) = place else {
            missing.note(element.line, || {
                format!("{} names residues that do not exist", described(element))
            });
            continue;
        };
        if !place.is_whole {
            cut.note(element.line, || {
                format!(
                    "{} begins or ends at a residue that does not exist (chain {}, {} to {})",
                    described(element),
                    range.chain_id,
                    range.first.0,
                    range.last.0
                )
            });
        }
        found.push((place.order, element));
    }
    // Helices first; the order of each kind is kept unless the format says otherwise.
    let sorted = stated.is_sorted_by_residue;
    found.sort_by_key(|(order, element)| {
        let is_strand = element.kind.is_strand();
        let place = (sorted && is_strand).then(|| (*order.start(), *order.end()));
        (is_strand, place)
    });
    let mut marks_left = residues
        .indices
        .len()
        .saturating_mul(MOST_MARKS_PER_RESIDUE);
    let mut too_many = RepeatedWarning::default();
    for (record, (order, element)) in (0..).zip(found) {
        let members = &residues.indices[order];
        let Some(left) = marks_left.checked_sub(members.len()) else {
            too_many.note(element.line, || {
                format!("{} overlaps with many others", described(element))
            });
            continue;
        };
        marks_left = left;
        for &index in members {
            structure.residues[index as usize].secondary_structure = Some(FileSecondaryStructure {
                kind: element.kind,
                record,
            });
        }
        if let Some(part) = structure.parts.first_mut() {
            part.has_secondary_structure = true;
        }
    }
    let warnings: &mut Vec<Warning> = &mut structure.warnings;
    missing.report(file, "it is left out", warnings);
    cut.report(file, "the residues between are used", warnings);
    too_many.report(file, "it is left out", warnings);
}

/// Names a helix or strand in a message.
fn described(element: &RawElement) -> String {
    format!(
        "the secondary structure record of a {}",
        element.kind.name()
    )
}

/// Chain, number and insertion code; the chain is `label_asym_id` if the flag is true.
type Key = (bool, SmolStr, i32, u8);

/// The amino acids, ordered by chain and then as in the file.
struct Residues {
    indices: Vec<u32>,
    /// Positions in `indices` of the residues of a chain.
    chains: HashMap<(bool, SmolStr), RangeInclusive<usize>>,
    /// Position in `indices` of the first residue with a key.
    positions: HashMap<Key, usize>,
    /// Number and insertion code of each of `indices`.
    numbers: Vec<(i32, u8)>,
    label_numbers: Vec<Option<i32>>,
}

/// Where a helix or strand is.
struct Place {
    order: RangeInclusive<usize>,
    /// False if its first or last residue does not exist.
    is_whole: bool,
}

impl Residues {
    fn of(structure: &Structure) -> Self {
        let residues = &structure.residues;
        let mut indices: Vec<u32> = (0..residues.len() as u32)
            .filter(|index| residues[*index as usize].class == ResidueClass::AminoAcid)
            .collect();
        indices.sort_by_key(|index| residues[*index as usize].chain);
        let mut all = Self {
            numbers: Vec::with_capacity(indices.len()),
            label_numbers: Vec::with_capacity(indices.len()),
            chains: HashMap::new(),
            positions: HashMap::with_capacity(2 * indices.len()),
            indices,
        };
        for (position, index) in all.indices.iter().enumerate() {
            let residue = &residues[*index as usize];
            let author = (false, structure.chains[residue.chain as usize].id.clone());
            let label = (true, residue.label_chain_id.clone());
            let author_key = (
                author.0,
                author.1.clone(),
                residue.number,
                residue.insertion_code,
            );
            all.positions.entry(author_key).or_insert(position);
            if let Some(number) = residue.label_number {
                let key = (true, label.1.clone(), number, b' ');
                all.positions.entry(key).or_insert(position);
            }
            for chain in [author, label] {
                let extent = all.chains.entry(chain).or_insert(position..=position);
                *extent = *extent.start()..=position;
            }
            all.numbers.push((residue.number, residue.insertion_code));
            all.label_numbers.push(residue.label_number);
        }
        all
    }

    /// Finds the residues of a range: those from the first to the last in the order of the file,
    /// or, if one of them does not exist, those with numbers between; `None` without any.
    fn find(&self, range: &RawRange, is_label: bool, cut_left: &mut usize) -> Option<Place> {
        let key = |(number, code): (i32, u8)| (is_label, range.chain_id.clone(), number, code);
        let ends = [range.first, range.last].map(|end| self.positions.get(&key(end)).copied());
        if let [Some(first), Some(last)] = ends {
            return (first <= last).then_some(Place {
                order: first..=last,
                is_whole: true,
            });
        }
        let extent = self.chains.get(&(is_label, range.chain_id.clone()))?;
        *cut_left = cut_left.checked_sub(1)?;
        let is_inside = |position: usize| {
            if is_label {
                let number = self.label_numbers[position];
                number.is_some_and(|number| (range.first.0..=range.last.0).contains(&number))
            } else {
                (range.first..=range.last).contains(&self.numbers[position])
            }
        };
        // The nearest residues inside; the search costs no more than the chain is long.
        let first = ends[0].or_else(|| extent.clone().find(|position| is_inside(*position)))?;
        let last = match ends[1] {
            Some(last) => last,
            None => extent.clone().rev().find(|position| is_inside(*position))?,
        };
        (first <= last).then_some(Place {
            order: first..=last,
            is_whole: false,
        })
    }
}
