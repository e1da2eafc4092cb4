//! Alternate locations: one conformer per residue.

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::raw::RawAtom;

/// Means of occupancies closer than this are equal: files give two decimals.
const OCCUPANCY_TOLERANCE: f32 = 1e-3;

/// Which rows stay when each residue keeps one alternate location; `None` when no row has one.
///
/// A residue here is what shares chain, number and insertion code, whatever its names
/// (microheterogeneity) and wherever its rows stand (atom by atom or conformer by conformer). It
/// keeps the location with the highest mean occupancy, ties going to the alphabetically first, and
/// all rows without a location. Atoms that exist in other locations only are dropped, so that what
/// remains is one conformer and not a mixture. Where a row without a location repeats the name of
/// one with (the first conformer left blank), blank competes as a location too.
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

/// `(residue, row)` of all residues with an alternate location, ordered by residue.
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

/// Occupancy by location id within one residue.
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
        // What is no number says nothing for its location.
        let occupancy = if occupancy.is_finite() {
            occupancy
        } else {
            0.0
        };
        self.sum[usize::from(altloc)] += occupancy;
        self.count[usize::from(altloc)] += 1;
    }

    /// The id with the highest mean; begins anew.
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
