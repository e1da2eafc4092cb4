//! Alternate locations: one conformer is kept per group of bonded residues.

use std::collections::HashMap;

use smol_str::SmolStr;

use crate::diagnostics::RepeatedWarning;
use crate::perception::bonds_by_distance;
use crate::raw::{BondSource, ElementField, RawAtom, RawModel};
use crate::{AlternateLocation, Element, Warning};

/// Mean occupancies, and mean B-factors, that differ by less are equal: files give two decimals.
const TOLERANCE: f64 = 1e-3;

/// Returns which rows to keep; `None` if the file has no alternate locations.
///
/// A residue here is all rows with the same chain, number and insertion code, with any names
/// (microheterogeneity) and in any order (atom by atom or conformer by conformer). It keeps one
/// location and all rows without a location. Atoms that exist only in other locations are dropped,
/// so that one conformer remains and not a mixture. If a row without a location has the same name
/// as a row with one (the first conformer is blank), blank is a location too.
///
/// Residues that are bonded through atoms with a location take the same one, as `ChimeraX` does:
/// the one with the highest mean occupancy over their atoms, of several that with the lowest mean
/// B-factor, and then the alphabetically first. If the residues of such a group have locations in
/// common, it is one of those. `choice` overrides this where a group has the location that it
/// names; a warning counts where it does not.
pub(super) fn kept(
    model: &RawModel,
    choice: AlternateLocation,
    file: &str,
    warnings: &mut Vec<Warning>,
) -> Option<Vec<bool>> {
    let rows = &model.atoms;
    if rows.iter().all(|row| row.altloc == b' ') {
        return None;
    }
    let mut members = members(rows);
    for residue in members.chunk_by_mut(|a, b| a.0 == b.0) {
        residue.sort_unstable_by_key(|(_, row)| (rows[*row as usize].name.as_str(), *row));
    }
    let same_name =
        |a: &(u32, u32), b: &(u32, u32)| rows[a.1 as usize].name == rows[b.1 as usize].name;
    let mut scores: Vec<Scores> = Vec::new();
    for residue in members.chunk_by(|a, b| a.0 == b.0) {
        let mut sums = Scores::default();
        for namesakes in residue.chunk_by(same_name) {
            let rows = || namesakes.iter().map(|(_, row)| &rows[*row as usize]);
            if rows().any(|row| row.altloc != b' ') {
                rows().for_each(|row| sums.add(row));
            }
        }
        scores.push(sums);
    }
    let chosen = Chooser::new(&scores, groups(model, &members, scores.len()), choice);
    let mut lacking = RepeatedWarning::default();
    let mut kept = vec![true; rows.len()];
    for residue in members.chunk_by(|a, b| a.0 == b.0) {
        let best = chosen.location(residue[0].0);
        if chosen.preferred.is_some_and(|preferred| preferred != best) {
            let row = &rows[residue[0].1 as usize];
            lacking.note(row.line, || {
                let location = char::from(chosen.preferred.unwrap_or(b' '));
                format!(
                    "{} has no alternate location {location}",
                    row.residue_label()
                )
            });
        }
        for namesakes in residue.chunk_by(same_name) {
            let in_best = namesakes
                .iter()
                .any(|(_, row)| rows[*row as usize].altloc == best);
            for (_, row) in namesakes {
                let altloc = rows[*row as usize].altloc;
                kept[*row as usize] = altloc == best || (altloc == b' ' && !in_best);
            }
        }
    }
    lacking.report(
        file,
        "the one with the highest occupancy is read instead",
        warnings,
    );
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

/// Returns the group of every residue: residues that are bonded through atoms with a location, as
/// the least residue of the group.
fn groups(model: &RawModel, members: &[(u32, u32)], residues: usize) -> Vec<u32> {
    let mut group: Vec<u32> = (0..residues as u32).collect();
    let mut residue_of_row = HashMap::new();
    // Atoms of different locations do not exist at the same time; metals and hydrogens do not bond
    // residues.
    let mut by_location: Vec<(u8, u32, u32)> = Vec::new();
    for &(residue, row) in members {
        let atom = &model.atoms[row as usize];
        if atom.altloc != b' ' {
            residue_of_row.insert(row, residue);
            by_location.push((atom.altloc, residue, row));
        }
    }
    by_location.sort_unstable();
    for location in by_location.chunk_by(|a, b| a.0 == b.0) {
        let atoms = || location.iter().map(|(.., row)| &model.atoms[*row as usize]);
        let positions: Vec<[f32; 3]> = atoms().map(|atom| atom.position_angstrom).collect();
        let elements: Vec<Element> = atoms().map(linking_element).collect();
        for [a, b] in bonds_by_distance(&positions, &elements).pairs {
            join(&mut group, location[a as usize].1, location[b as usize].1);
        }
    }
    for bond in &model.bonds {
        let ends = [bond.a, bond.b].map(|row| residue_of_row.get(&row));
        if let ([Some(a), Some(b)], true) = (ends, bond.source != BondSource::Metal) {
            join(&mut group, *a, *b);
        }
    }
    for residue in 0..residues as u32 {
        group[residue as usize] = find(&mut group, residue);
    }
    group
}

/// Returns the element by which an atom may bond another residue; unknown for others.
fn linking_element(atom: &RawAtom) -> Element {
    let element = match atom.element {
        ElementField::Known(element) => element,
        // Carbon and nitrogen differ little.
        ElementField::Absent => Element::C,
        ElementField::NotAnElement(_) => Element::UNKNOWN,
    };
    let may_link = atom.position_angstrom.iter().all(|x| x.is_finite())
        && element != Element::H
        && !element.is_metal();
    if may_link { element } else { Element::UNKNOWN }
}

/// Joins the groups of two residues.
fn join(group: &mut [u32], a: u32, b: u32) {
    let (a, b) = (find(group, a), find(group, b));
    group[a.max(b) as usize] = a.min(b);
}

/// Returns the least residue of a group, and shortens the way to it.
fn find(group: &mut [u32], residue: u32) -> u32 {
    let mut least = residue;
    while group[least as usize] != least {
        group[least as usize] = group[group[least as usize] as usize];
        least = group[least as usize];
    }
    least
}

/// Sums over the atoms of one location.
#[derive(Debug, Clone, Copy)]
struct Score {
    location: u8,
    occupancy: f64,
    b_factor: f64,
    atoms: u32,
}

/// Scores of the locations of a residue or of a group, in alphabetical order.
#[derive(Debug, Clone, Default)]
struct Scores(Vec<Score>);

impl Scores {
    fn add(&mut self, row: &RawAtom) {
        // NaN and infinity do not speak for their location.
        let finite_or =
            |value: f32, other: f32| f64::from(if value.is_finite() { value } else { other });
        self.add_score(Score {
            location: row.altloc,
            occupancy: finite_or(row.occupancy, 0.0),
            b_factor: finite_or(row.b_factor, f32::MAX),
            atoms: 1,
        });
    }

    fn add_score(&mut self, more: Score) {
        match self.0.binary_search_by_key(&more.location, |s| s.location) {
            Ok(i) => {
                let sum = &mut self.0[i];
                sum.occupancy += more.occupancy;
                sum.b_factor += more.b_factor;
                sum.atoms += more.atoms;
            }
            Err(i) => self.0.insert(i, more),
        }
    }

    fn has(&self, location: u8) -> bool {
        self.0.iter().any(|score| score.location == location)
    }

    /// Returns the best of the locations that `is_allowed` admits.
    fn best(&self, is_allowed: impl Fn(u8) -> bool) -> Option<u8> {
        let allowed = || self.0.iter().filter(|score| is_allowed(score.location));
        let occupancy = |score: &Score| score.occupancy / f64::from(score.atoms);
        let b_factor = |score: &Score| score.b_factor / f64::from(score.atoms);
        let highest = allowed().map(occupancy).fold(f64::NEG_INFINITY, f64::max);
        let best = || allowed().filter(|score| occupancy(score) > highest - TOLERANCE);
        let lowest = best().map(b_factor).fold(f64::INFINITY, f64::min);
        let mut best = best().filter(|score| b_factor(score) < lowest + TOLERANCE);
        best.next().map(|score| score.location)
    }
}

/// The locations chosen in a file.
struct Chooser<'a> {
    /// Locations of every residue.
    residues: &'a [Scores],
    /// Group of every residue.
    group: Vec<u32>,
    /// Best location of every group.
    best: HashMap<u32, u8>,
    /// The location that is preferred in the whole file.
    preferred: Option<u8>,
}

impl<'a> Chooser<'a> {
    fn new(residues: &'a [Scores], group: Vec<u32>, choice: AlternateLocation) -> Self {
        let mut all = Scores::default();
        let mut sums: HashMap<u32, (Scores, u32)> = HashMap::new();
        // Number of residues of a group with a location.
        let mut owners: HashMap<(u32, u8), u32> = HashMap::new();
        for (scores, group) in residues.iter().zip(&group) {
            let (sum, residues) = sums.entry(*group).or_default();
            *residues += 1;
            for score in &scores.0 {
                all.add_score(*score);
                sum.add_score(*score);
                *owners.entry((*group, score.location)).or_default() += 1;
            }
        }
        let best = sums.iter().map(|(group, (scores, residues))| {
            let is_common = |location| owners.get(&(*group, location)) == Some(residues);
            let best = scores.best(is_common).or_else(|| scores.best(|_| true));
            (*group, best.unwrap_or(b' '))
        });
        Self {
            best: best.collect(),
            preferred: match choice {
                AlternateLocation::Highest => None,
                AlternateLocation::AllHighest => all.best(|_| true),
                AlternateLocation::Id(location) => Some(location),
            },
            residues,
            group,
        }
    }

    /// Returns the location of a residue.
    fn location(&self, residue: u32) -> u8 {
        let scores = &self.residues[residue as usize];
        let of_group = self.best.get(&self.group[residue as usize]).copied();
        [self.preferred, of_group]
            .into_iter()
            .flatten()
            .find(|location| scores.has(*location))
            .or_else(|| scores.best(|_| true))
            .unwrap_or(b' ')
    }
}

#[cfg(test)]
mod tests {
    use super::super::build;
    use super::super::tests::model;
    use crate::AlternateLocation;
    use crate::raw::{BondSource, ElementField, RawBond, RawModel};
    use crate::structure::{BondOrder, PartRole};
    use crate::{Element, ReadOptions, Structure};

    /// Rows `NAME ALTLOC RESIDUE NUMBER OCCUPANCY B_FACTOR X`, on one line in space.
    fn on_a_line(rows: &[&str]) -> RawModel {
        let mut model = model(rows);
        for (atom, row) in model.atoms.iter_mut().zip(rows) {
            let number = |field| {
                row.split_whitespace()
                    .nth(field)
                    .expect("sound rows")
                    .parse()
                    .expect("sound rows")
            };
            atom.b_factor = number(5);
            atom.position_angstrom = [number(6), 0.0, 0.0];
            if atom.name == "N" {
                atom.element = ElementField::Known(Element::N);
            }
        }
        model
    }

    fn read(model: RawModel, altloc: AlternateLocation) -> Structure {
        let options = ReadOptions::default().with_altloc(altloc);
        build(model, "x", "x.pdb", PartRole::Whole, &options).expect("sound rows")
    }

    fn kept(model: RawModel) -> Vec<i32> {
        read(model, AlternateLocation::Highest).atoms.serial
    }

    #[test]
    fn of_equal_occupancies_the_lower_b_factor_wins() {
        let rows = |a, b| {
            [
                format!("CB A SER 1 0.5 {a} 0"),
                format!("CB B SER 1 0.5 {b} 1"),
            ]
        };
        let of = |a, b| {
            let rows = rows(a, b);
            kept(on_a_line(&[&rows[0], &rows[1]]))
        };
        assert_eq!(of(40, 20), [2]);
        assert_eq!(of(20, 40), [1]);
        assert_eq!(of(20, 20), [1]);
        // Occupancy decides before the B-factor.
        let rows = ["CB A SER 1 0.6 90 0", "CB B SER 1 0.4 10 1"];
        assert_eq!(kept(on_a_line(&rows)), [1]);
    }

    /// Two residues with two conformers each, whose C and N are `distance` apart.
    fn neighbours(distance: f32) -> RawModel {
        let second = 1.5 + distance;
        let rows = [
            "CA A SER 1 0.7 10 0".to_owned(),
            "CA B SER 1 0.3 10 0.1".to_owned(),
            "C A SER 1 0.7 10 1.5".to_owned(),
            "C B SER 1 0.3 10 1.6".to_owned(),
            format!("N A GLY 2 0.2 10 {second}"),
            format!("N B GLY 2 0.4 10 {}", second + 0.1),
            format!("CA A GLY 2 0.2 10 {}", second + 1.5),
            format!("CA B GLY 2 0.4 10 {}", second + 1.6),
        ];
        on_a_line(&rows.each_ref().map(String::as_str))
    }

    #[test]
    fn bonded_residues_take_the_same_location() {
        // Means of 0.45 and 0.35.
        assert_eq!(kept(neighbours(1.3)), [1, 3, 5, 7]);
        assert_eq!(kept(neighbours(3.5)), [1, 3, 6, 8]);
    }

    #[test]
    fn bonds_of_the_file_join_groups_too() {
        let with_bond = |source| {
            let mut model = neighbours(3.5);
            model.bonds.push(RawBond {
                a: 2,
                b: 4,
                order: BondOrder::Single,
                source,
            });
            kept(model)
        };
        assert_eq!(with_bond(BondSource::Extra), [1, 3, 5, 7]);
        assert_eq!(with_bond(BondSource::Metal), [1, 3, 6, 8]);
    }

    #[test]
    fn a_group_takes_a_location_that_all_its_residues_have() {
        // B has the highest mean, but the second residue has A and C only.
        let rows = [
            "C A SER 1 0.3 10 0",
            "C B SER 1 0.7 10 0.1",
            "N A GLY 2 0.4 10 1.3",
            "N C GLY 2 0.6 10 1.4",
        ];
        assert_eq!(kept(on_a_line(&rows)), [1, 3]);
    }

    #[test]
    fn atoms_of_different_locations_bond_nothing() {
        // Waters that exclude each other do not form a group: each keeps its best.
        let rows = [
            "O A HOH 1 0.6 10 0",
            "O B HOH 1 0.4 10 5",
            "O A HOH 2 0.3 10 6.3",
            "O B HOH 2 0.7 10 1.3",
        ];
        assert_eq!(kept(on_a_line(&rows)), [1, 4]);
    }

    #[test]
    fn a_location_can_be_chosen() {
        let of = |choice| {
            let structure = read(neighbours(3.5), choice);
            assert_eq!(structure.parts[0].alternates_left_out, 4);
            (structure.atoms.serial, structure.warnings.len())
        };
        assert_eq!(of(AlternateLocation::Id(b'A')), (vec![1, 3, 5, 7], 0));
        assert_eq!(of(AlternateLocation::Id(b'B')), (vec![2, 4, 6, 8], 0));
        assert_eq!(of(AlternateLocation::AllHighest), (vec![1, 3, 5, 7], 0));
        let rows = [
            "CB A SER 1 0.4 10 0",
            "CB B SER 1 0.6 10 1",
            "CB A SER 9 0.7 10 20",
            "CB D SER 9 0.3 10 21",
        ];
        let structure = read(on_a_line(&rows), AlternateLocation::Id(b'D'));
        assert_eq!(structure.atoms.serial, [2, 4]);
        assert_eq!(
            structure.warnings[0].message,
            "SER 1 of chain A has no alternate location D; the one with the highest occupancy is read instead"
        );
        // No location, no choice, no warning.
        let plain = read(
            on_a_line(&["CB _ SER 1 1 10 0"]),
            AlternateLocation::Id(b'D'),
        );
        assert!(plain.warnings.is_empty());
    }
}
