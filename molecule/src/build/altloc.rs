//! Alternate locations: one conformer is kept per residue.

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::raw::RawAtom;

/// Mean occupancies that differ by less are equal: files give two decimals.
const OCCUPANCY_TOLERANCE: f32 = 1e-3;

/// Returns which rows to keep, with one alternate location per residue; `None` if the file has
/// none.
///
/// A residue here is all rows with the same chain, number and insertion code, with any names
/// (microheterogeneity) and in any order (atom by atom or conformer by conformer). It keeps the
/// location with the highest mean occupancy (the alphabetically first one of several) and all rows
/// without a location. Atoms that exist only in other locations are dropped, so that one conformer
/// remains and not a mixture. If a row without a location has the same name as a row with one (the
/// first conformer is blank), blank is a location too.
pub(super) fn kept(rows: &[RawAtom]) -> Option<Vec<bool>> {
    if rows.iter().all(|row| row.altloc == b' ') {
        return None;
    }
    let mut kept = vec![true; rows.len()];
    let mut members = members(rows);
    let mut scores = Scores::default();
    for group in members.chunk_by_mut(|a, b| a.0 == b.0) {
        group.sort_unstable_by_key(|(_, row)| (rows[*row as usize].name.as_str(), *row));
        let same_name =
            |a: &(u32, u32), b: &(u32, u32)| rows[a.1 as usize].name == rows[b.1 as usize].name;
        for namesakes in group.chunk_by(same_name) {
            let contested = namesakes
                .iter()
                .any(|(_, row)| rows[*row as usize].altloc != b' ');
            if contested {
                for (_, row) in namesakes {
                    let row = &rows[*row as usize];
                    scores.add(row.altloc, row.occupancy);
                }
            }
        }
        let best = scores.take_best();
        for namesakes in group.chunk_by(same_name) {
            let in_best = namesakes
                .iter()
                .any(|(_, row)| rows[*row as usize].altloc == best);
            for (_, row) in namesakes {
                let altloc = rows[*row as usize].altloc;
                kept[*row as usize] = altloc == best || (altloc == b' ' && !in_best);
            }
        }
    }
    Some(kept)
}

/// Returns `(residue, row)` for all residues with an alternate location, sorted by residue.
fn members(rows: &[RawAtom]) -> Vec<(u32, u32)> {
    type Key<'a> = (&'a SmolStr, i32, u8);
    fn key(row: &RawAtom) -> Key<'_> {
        (&row.chain_id, row.residue_number, row.insertion_code)
    }
    let mut residue_of: HashMap<Key<'_>, u32> = HashMap::new();
    for run in rows.chunk_by(|a, b| key(a) == key(b)) {
        if run.iter().any(|row| row.altloc != b' ') {
            let next = residue_of.len() as u32;
            residue_of.entry(key(&run[0])).or_insert(next);
        }
    }
    let mut members = Vec::new();
    let mut start = 0;
    for run in rows.chunk_by(|a, b| key(a) == key(b)) {
        if let Some(residue) = residue_of.get(&key(&run[0])) {
            members.extend((start..start + run.len() as u32).map(|row| (*residue, row)));
        }
        start += run.len() as u32;
    }
    members.sort_unstable();
    members
}

/// Sums of occupancies by location id within one residue.
struct Scores {
    sum: [f32; 256],
    count: [u32; 256],
}

impl Default for Scores {
    fn default() -> Self {
        Self {
            sum: [0.0; 256],
            count: [0; 256],
        }
    }
}

impl Scores {
    fn add(&mut self, altloc: u8, occupancy: f32) {
        // NaN and infinity do not count for their location.
        let occupancy = if occupancy.is_finite() {
            occupancy
        } else {
            0.0
        };
        self.sum[usize::from(altloc)] += occupancy;
        self.count[usize::from(altloc)] += 1;
    }

    /// Returns the id with the highest mean, and resets all sums.
    fn take_best(&mut self) -> u8 {
        let mut best = (b' ', f32::NEG_INFINITY);
        for altloc in 0..=255_u8 {
            let count = self.count[usize::from(altloc)];
            if count == 0 {
                continue;
            }
            let mean = self.sum[usize::from(altloc)] / count as f32;
            if mean > best.1 + OCCUPANCY_TOLERANCE {
                best = (altloc, mean);
            }
            self.count[usize::from(altloc)] = 0;
            self.sum[usize::from(altloc)] = 0.0;
        }
        best.0
    }
}
