//! Helices, turns and bends (Kabsch & Sander 1983; priorities of DSSP 4).

use super::backbone::{BackboneResidue, Point};
use super::hydrogen_bonds::HydrogenBonds;
use crate::structure::SecondaryStructureKind as Kind;

/// A bend turns the chain by more than this angle.
const BEND_DEGREES: f64 = 70.0;

/// Marks helices over what is marked already, then turns and bends where nothing is. Residues that
/// begin another helix than the one before, of the same kind, are marked in `begins`.
///
/// Alpha helices replace strands. 3-10 helices are marked only where nothing else is; pi helices
/// replace alpha helices, too, as DSSP does from version 4 on.
pub(super) fn mark(
    backbone: &[BackboneResidue],
    bonds: &HydrogenBonds,
    kinds: &mut [Kind],
    begins: &mut [bool],
) {
    let turns = [3, 4, 5].map(|stride| turn_starts(backbone, bonds, stride));
    let [three, four, five] = &turns;
    mark_helices(four, 4, Kind::AlphaHelix, |_| true, kinds, begins);
    let is_free = |kind: Kind| matches!(kind, Kind::Coil | Kind::Helix310);
    mark_helices(three, 3, Kind::Helix310, is_free, kinds, begins);
    let is_free = |kind: Kind| matches!(kind, Kind::Coil | Kind::PiHelix | Kind::AlphaHelix);
    mark_helices(five, 5, Kind::PiHelix, is_free, kinds, begins);
    for index in 1..kinds.len().saturating_sub(1) {
        if kinds[index] != Kind::Coil {
            continue;
        }
        let is_turn = [3, 4, 5]
            .into_iter()
            .zip(&turns)
            .any(|(stride, starts)| (1..stride).any(|step| index >= step && starts[index - step]));
        if is_turn {
            kinds[index] = Kind::Turn;
        } else if is_bend(backbone, index) {
            kinds[index] = Kind::Bend;
        }
    }
}

/// One flag per residue: the residue `stride` later donates a hydrogen bond to it.
fn turn_starts(backbone: &[BackboneResidue], bonds: &HydrogenBonds, stride: usize) -> Vec<bool> {
    (0..backbone.len())
        .map(|first| {
            let last = first + stride;
            last < backbone.len()
                && backbone[first].piece == backbone[last].piece
                && bonds.has(last, first)
        })
        .collect()
}

/// Two successive turns make a helix of `stride` residues, which begins with the second.
fn mark_helices(
    starts: &[bool],
    stride: usize,
    kind: Kind,
    is_free: impl Fn(Kind) -> bool,
    kinds: &mut [Kind],
    begins: &mut [bool],
) {
    // One after the last residue of the helix before.
    let mut end = 0;
    for first in 1..starts.len().saturating_sub(stride) {
        if !(starts[first - 1] && starts[first]) {
            continue;
        }
        let members = first..first + stride;
        if kinds[members.clone()].iter().all(|kind| is_free(*kind)) {
            if first >= end {
                begins[first] = true;
            }
            end = members.end;
            kinds[members].fill(kind);
        }
    }
}

/// Tests the angle between the directions from the alpha carbon two residues before, and to the one
/// two residues after.
fn is_bend(backbone: &[BackboneResidue], index: usize) -> bool {
    let (Some(before), Some(after)) = (
        index.checked_sub(2).and_then(|index| backbone.get(index)),
        backbone.get(index + 2),
    ) else {
        return false;
    };
    if before.piece != after.piece {
        return false;
    }
    let here = backbone[index].alpha_carbon;
    let into = difference(here, before.alpha_carbon);
    let out = difference(after.alpha_carbon, here);
    let lengths = (dot(into, into) * dot(out, out)).sqrt();
    lengths > 0.0 && dot(into, out) / lengths < BEND_DEGREES.to_radians().cos()
}

fn difference(a: Point, b: Point) -> Point {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn dot(a: Point, b: Point) -> f64 {
    std::iter::zip(a, b).map(|(a, b)| a * b).sum()
}
