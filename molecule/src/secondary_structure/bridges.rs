//! Beta sheets: bridges, ladders and strands (Kabsch & Sander 1983).

use std::collections::HashMap;

use super::backbone::BackboneResidue;
use super::hydrogen_bonds::HydrogenBonds;
use crate::structure::SecondaryStructureKind;

/// Fewest residues between two that form a bridge.
const LEAST_SEPARATION: usize = 3;

/// Bulges have at most so many extra residues in one strand, and in the other (Kabsch & Sander
/// 1983: four and one).
const LONGEST_BULGE: usize = 4;
const SHORTEST_BULGE: usize = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Direction {
    Parallel,
    Antiparallel,
}

/// Successive bridges of one direction: the residues from `first` to `last` of both strands.
#[derive(Debug, Clone)]
struct Ladder {
    direction: Direction,
    lower: [usize; 2],
    upper: [usize; 2],
    bridges: usize,
}

/// Marks strands, and residues of single bridges.
pub(super) fn mark(
    backbone: &[BackboneResidue],
    bonds: &HydrogenBonds,
    kinds: &mut [SecondaryStructureKind],
) {
    let mut ladders = find_ladders(backbone, bonds);
    join_bulges(backbone, &mut ladders);
    for ladder in &ladders {
        let kind = if ladder.bridges > 1 {
            SecondaryStructureKind::Strand
        } else {
            SecondaryStructureKind::Bridge
        };
        for [first, last] in [ladder.lower, ladder.upper] {
            for marked in &mut kinds[first..=last] {
                if *marked != SecondaryStructureKind::Strand {
                    *marked = kind;
                }
            }
        }
    }
}

/// Finds the ladders, ascending by their first residue.
fn find_ladders(backbone: &[BackboneResidue], bonds: &HydrogenBonds) -> Vec<Ladder> {
    let mut ladders: Vec<Ladder> = Vec::new();
    // The ladder that ends with a bridge.
    let mut ends: HashMap<(Direction, usize, usize), usize> = HashMap::new();
    for &(i, j) in &bonds.near {
        let (i, j) = (i as usize, j as usize);
        let Some(direction) = bridge(backbone, bonds, i, j) else {
            continue;
        };
        let before = match direction {
            Direction::Parallel => j.checked_sub(1),
            Direction::Antiparallel => Some(j + 1),
        };
        let previous = i.checked_sub(1).zip(before);
        let found = previous.and_then(|(i, j)| ends.remove(&(direction, i, j)));
        let number = if let Some(number) = found {
            let ladder = &mut ladders[number];
            ladder.lower[1] = i;
            match direction {
                Direction::Parallel => ladder.upper[1] = j,
                Direction::Antiparallel => ladder.upper[0] = j,
            }
            ladder.bridges += 1;
            number
        } else {
            ladders.push(Ladder {
                direction,
                lower: [i; 2],
                upper: [j; 2],
                bridges: 1,
            });
            ladders.len() - 1
        };
        ends.insert((direction, i, j), number);
    }
    ladders.sort_by_key(|ladder| ladder.lower[0]);
    ladders
}

/// The bridge between two residues, `i < j`, each with a residue before and after it.
fn bridge(
    backbone: &[BackboneResidue],
    bonds: &HydrogenBonds,
    i: usize,
    j: usize,
) -> Option<Direction> {
    if i == 0 || j + 1 >= backbone.len() || j < i + LEAST_SEPARATION {
        return None;
    }
    let is_unbroken = |residue: usize| backbone[residue - 1].piece == backbone[residue + 1].piece;
    if !is_unbroken(i) || !is_unbroken(j) {
        return None;
    }
    let has = |donor, acceptor| bonds.has(donor, acceptor);
    if (has(i + 1, j) && has(j, i - 1)) || (has(j + 1, i) && has(i, j - 1)) {
        Some(Direction::Parallel)
    } else if (has(i + 1, j - 1) && has(j + 1, i - 1)) || (has(j, i) && has(i, j)) {
        Some(Direction::Antiparallel)
    } else {
        None
    }
}

/// Joins ladders that a bulge separates.
fn join_bulges(backbone: &[BackboneResidue], ladders: &mut Vec<Ladder>) {
    let is_unbroken = |first: usize, last: usize| backbone[first].piece == backbone[last].piece;
    let mut joined = vec![false; ladders.len()];
    for i in 0..ladders.len() {
        if joined[i] {
            continue;
        }
        for j in i + 1..ladders.len() {
            let (first, second) = (&ladders[i], &ladders[j]);
            // Ladders are ascending: all that follow are too far away, too.
            if second.lower[0] > first.lower[1] + LONGEST_BULGE + 1 {
                break;
            }
            let overlap = first.lower[1] >= second.lower[0] && first.lower[0] <= second.lower[1];
            let upper = [
                first.upper[0].min(second.upper[0]),
                first.upper[1].max(second.upper[1]),
            ];
            let last = first.lower[1].max(second.lower[1]);
            if joined[j]
                || overlap
                || first.direction != second.direction
                || !is_unbroken(first.lower[0], last)
                || !is_unbroken(upper[0], upper[1])
            {
                continue;
            }
            // Steps from the last residue of one ladder to the first of the next, in each strand.
            let lower_steps = second.lower[0].checked_sub(first.lower[1]);
            let upper_steps = match first.direction {
                Direction::Parallel => second.upper[0].checked_sub(first.upper[1]),
                Direction::Antiparallel => first.upper[0].checked_sub(second.upper[1]),
            };
            let (Some(lower_steps), Some(upper_steps)) = (lower_steps, upper_steps) else {
                continue;
            };
            let is_bulge = upper_steps <= SHORTEST_BULGE + 1
                || (upper_steps <= LONGEST_BULGE + 1 && lower_steps <= SHORTEST_BULGE + 1);
            if is_bulge {
                let bridges = second.bridges;
                let ladder = &mut ladders[i];
                ladder.lower[1] = last;
                ladder.upper = upper;
                ladder.bridges += bridges;
                joined[j] = true;
            }
        }
    }
    let mut flags = joined.into_iter();
    ladders.retain(|_| flags.next() != Some(true));
}
