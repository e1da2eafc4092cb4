//! Residues whose atoms are in several places of a file: added hydrogens at its end or beginning,
//! and the pockets of programs that sort atoms by distance.

use std::collections::{HashMap, HashSet};

use smol_str::SmolStr;

use super::elements::ElementRules;
use crate::Element;
use crate::diagnostics::RepeatedWarning;
use crate::raw::{ElementField, RawAtom, RawModel};

/// Parts of one residue are nearer to each other than this, in angstrom: the longest amino acid has
/// 9 from end to end, and atoms between the parts may be missing.
const NEAR_ANGSTROM: f32 = 8.0;

/// Largest number of different residues with one name, number and chain that a run is compared
/// with; large boxes of water reuse numbers.
const MOST_NAMESAKES: usize = 16;

/// Up to these numbers of ascending sequences of a chain, and of chains in a segment, the fast test
/// for repeated residues is used.
const MOST_SEQUENCES: usize = 8;
const MOST_CHAINS: usize = 64;

/// Identity of a residue: chain, number, insertion code, name, segment.
type Key<'a> = (&'a SmolStr, i32, u8, &'a SmolStr, u32);

/// Name of an atom: residue, name and alternate location.
type Name<'a> = (u32, &'a str, u8);

fn name_in(group: u32, row: &RawAtom) -> Name<'_> {
    (group, &row.name, row.altloc)
}

/// Moves all rows of a residue to one place, and renumbers the bonds.
///
/// Two runs of rows with the same chain, number, insertion code, name and segment are parts of one
/// residue if they are near each other and have no atom in common, by name and alternate location:
/// where residue numbers repeat (as in a large box of water), equal names show that the two are
/// different molecules; conformers in blocks of their own differ in their location. The
/// place is that of the first run with a heavy atom. All other rows keep their order. Takes linear
/// time.
///
/// `kept` says which rows will stay in the structure (all of them without it) and moves with the
/// rows; there are warnings only if the order of those rows changes. Returns the former place of
/// every row, if any moved.
pub(super) fn regroup_scattered_residues(
    model: &mut RawModel,
    kept: &mut Option<Vec<bool>>,
    file: &str,
) -> Option<Vec<u32>> {
    if !may_repeat(&model.atoms) {
        return None;
    }
    let mut parts = Parts::default();
    parts.find(&model.atoms);
    let target_run = parts.target_runs(&model.atoms)?;
    let mut order: Vec<u32> = (0..model.atoms.len() as u32).collect();
    order.sort_by_key(|row| target_run[*row as usize]);
    let is_kept = |row: u32| kept.as_ref().is_none_or(|kept| kept[row as usize]);
    let is_noticed = !order.iter().filter(|row| is_kept(**row)).is_sorted();
    if let Some(kept) = kept {
        *kept = order.iter().map(|row| kept[*row as usize]).collect();
    }
    let mut new_index = vec![0_u32; order.len()];
    for (new, old) in order.iter().enumerate() {
        new_index[*old as usize] = new as u32;
    }
    let mut rows: Vec<(u32, RawAtom)> = new_index
        .iter()
        .copied()
        .zip(std::mem::take(&mut model.atoms))
        .collect();
    rows.sort_by_key(|(new, _)| *new);
    model.atoms = rows.into_iter().map(|(_, row)| row).collect();
    for bond in &mut model.bonds {
        for end in [&mut bond.a, &mut bond.b] {
            *end = new_index.get(*end as usize).copied().unwrap_or(*end);
        }
    }
    if !is_noticed {
        return Some(order);
    }
    parts.hydrogens.report(
        file,
        "they are moved to it, so the order of atoms differs from the file",
        &mut model.warnings,
    );
    parts.scattered.report(
        file,
        "its atoms are put together, so the order of atoms differs from the file",
        &mut model.warnings,
    );
    Some(order)
}

/// True when two rows are at one place of the chain; of several residues there (microheterogeneity)
/// the alternate location decides later.
fn same_place(a: &RawAtom, b: &RawAtom) -> bool {
    a.residue_number == b.residue_number
        && a.insertion_code == b.insertion_code
        && a.segment == b.segment
        && a.chain_id == b.chain_id
}

/// Residue numbers of one chain within a segment, as ascending sequences.
struct Numbers<'a> {
    chain: &'a SmolStr,
    /// First and last number of the sequences before the current one.
    before: Vec<(i32, i32)>,
    first: i32,
    last: (i32, u8),
}

impl Numbers<'_> {
    /// Adds the number of the next residue. Returns false if it may have been there before.
    fn add(&mut self, number: i32, insertion_code: u8) -> bool {
        if (number, insertion_code) <= self.last {
            self.before.push((self.first, self.last.0));
            self.first = number;
        }
        self.last = (number, insertion_code);
        let is_new = |&(first, last): &(i32, i32)| number < first || number > last;
        self.before.len() <= MOST_SEQUENCES && self.before.iter().all(is_new)
    }
}

/// Fast test that excludes nearly all files from the search: without repeats, the numbers of each
/// chain ascend, in a few sequences (polymer, ligands, water).
fn may_repeat(rows: &[RawAtom]) -> bool {
    let mut chains: Vec<Numbers<'_>> = Vec::new();
    let mut current = 0;
    for (index, row) in rows.iter().enumerate() {
        if let Some(last) = index.checked_sub(1).map(|last| &rows[last]) {
            // Between atoms of polymers the chain changes with the number or the segment: comparing
            // it for every atom takes time.
            let is_same = last.residue_number == row.residue_number
                && last.insertion_code == row.insertion_code
                && last.segment == row.segment
                && (!row.hetero || last.chain_id == row.chain_id);
            if is_same {
                continue;
            }
            if last.segment != row.segment {
                chains.clear();
            }
        }
        let is_of = |chain: &Numbers<'_>| *chain.chain == row.chain_id;
        if !chains.get(current).is_some_and(is_of) {
            current = chains.iter().position(is_of).unwrap_or(chains.len());
        }
        if let Some(numbers) = chains.get_mut(current) {
            if !numbers.add(row.residue_number, row.insertion_code) {
                return true;
            }
        } else if chains.len() < MOST_CHAINS {
            chains.push(Numbers {
                chain: &row.chain_id,
                before: Vec::new(),
                first: row.residue_number,
                last: (row.residue_number, row.insertion_code),
            });
        } else {
            return true;
        }
    }
    false
}

fn is_hydrogen(row: &RawAtom) -> bool {
    match row.element {
        ElementField::Known(element) => element == Element::H,
        ElementField::Absent => {
            ElementRules::new(&row.residue_name, false).element(&row.name, row.name_is_indented)
                == Some(Element::H)
        }
        ElementField::NotAnElement(_) => false,
    }
}

/// Smallest box around some atoms, in angstrom.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    low: [f32; 3],
    high: [f32; 3],
}

impl Bounds {
    fn of(rows: &[RawAtom]) -> Self {
        let mut bounds = Self {
            low: [f32::INFINITY; 3],
            high: [f32::NEG_INFINITY; 3],
        };
        for row in rows {
            bounds.add(row.position_angstrom, row.position_angstrom);
        }
        bounds
    }

    fn add(&mut self, low: [f32; 3], high: [f32; 3]) {
        for axis in 0..3 {
            self.low[axis] = self.low[axis].min(low[axis]);
            self.high[axis] = self.high[axis].max(high[axis]);
        }
    }

    fn squared_distance(&self, other: &Self) -> f32 {
        (0..3)
            .map(|axis| {
                let gap =
                    (self.low[axis] - other.high[axis]).max(other.low[axis] - self.high[axis]);
                gap.max(0.0).powi(2)
            })
            .sum()
    }
}

/// One residue: the runs that belong together.
#[derive(Debug)]
struct Group {
    /// Run at whose place the residue is.
    place: u32,
    has_heavy: bool,
    bounds: Bounds,
    /// Rows of the first run, until their names are collected for a comparison.
    unnamed: Option<std::ops::Range<usize>>,
    /// True once the residue is counted as scattered.
    is_counted: bool,
}

/// The assignment of runs to residues.
#[derive(Debug, Default)]
struct Parts {
    groups: Vec<Group>,
    /// Residue of every run.
    group_of_run: Vec<u32>,
    is_any_moved: bool,
    hydrogens: RepeatedWarning,
    scattered: RepeatedWarning,
}

impl Parts {
    fn find(&mut self, rows: &[RawAtom]) {
        let mut namesakes: HashMap<Key<'_>, Vec<u32>> = HashMap::new();
        let mut names: HashSet<Name<'_>> = HashSet::new();
        let mut start = 0;
        for (index, run) in (0_u32..).zip(rows.chunk_by(same_place)) {
            let first = &run[0];
            let range = start..start + run.len();
            start = range.end;
            let bounds = Bounds::of(run);
            let has_heavy = !run.iter().all(is_hydrogen);
            // With several residues at one place, alternate locations are mixed.
            let is_uniform = run.iter().all(|row| row.residue_name == first.residue_name);
            let key = (
                &first.chain_id,
                first.residue_number,
                first.insertion_code,
                &first.residue_name,
                first.segment,
            );
            let same = namesakes.entry(key).or_default();
            let found = if is_uniform && !same.is_empty() && same.len() <= MOST_NAMESAKES {
                for &group in &*same {
                    if let Some(range) = self.groups[group as usize].unnamed.take() {
                        names.extend(rows[range].iter().map(|row| name_in(group, row)));
                    }
                }
                self.nearest(same, run, &bounds, &names)
            } else {
                None
            };
            let group = if let Some(group) = found {
                self.add(group, index, run, has_heavy, bounds);
                names.extend(run.iter().map(|row| name_in(group, row)));
                group
            } else {
                let group = self.groups.len() as u32;
                self.groups.push(Group {
                    place: index,
                    has_heavy,
                    bounds,
                    unnamed: Some(range),
                    is_counted: false,
                });
                if is_uniform {
                    same.push(group);
                }
                group
            };
            self.group_of_run.push(group);
        }
    }

    /// Finds the nearest of some residues that has none of the names of a run.
    fn nearest(
        &self,
        groups: &[u32],
        run: &[RawAtom],
        bounds: &Bounds,
        names: &HashSet<Name<'_>>,
    ) -> Option<u32> {
        groups
            .iter()
            .map(|&group| {
                let distance = self.groups[group as usize].bounds.squared_distance(bounds);
                (distance, group)
            })
            .filter(|&(distance, group)| {
                distance <= NEAR_ANGSTROM * NEAR_ANGSTROM
                    && run.iter().all(|row| !names.contains(&name_in(group, row)))
            })
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, group)| group)
    }

    fn add(&mut self, group: u32, index: u32, run: &[RawAtom], has_heavy: bool, bounds: Bounds) {
        let first = &run[0];
        let group = &mut self.groups[group as usize];
        if !(group.has_heavy && has_heavy) {
            self.hydrogens.note(first.line, || {
                format!(
                    "hydrogens of {} are detached from it in the file",
                    first.residue_label()
                )
            });
        } else if !group.is_counted {
            group.is_counted = true;
            self.scattered.note(first.line, || {
                format!("{} is in several places of the file", first.residue_label())
            });
        }
        if !group.has_heavy && has_heavy {
            group.place = index;
            group.has_heavy = true;
        }
        group.bounds.add(bounds.low, bounds.high);
        self.is_any_moved = true;
    }

    /// Returns for every row the run at whose place it is; `None` if all rows stay.
    fn target_runs(&self, rows: &[RawAtom]) -> Option<Vec<u32>> {
        if !self.is_any_moved {
            return None;
        }
        let mut targets = Vec::with_capacity(rows.len());
        for (run, group) in rows.chunk_by(same_place).zip(&self.group_of_run) {
            let place = self.groups[*group as usize].place;
            targets.extend(std::iter::repeat_n(place, run.len()));
        }
        Some(targets)
    }
}

#[cfg(test)]
mod tests;
