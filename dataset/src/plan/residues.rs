//! T4: has this residue a hydrogen bond with the ligand?
//!
//! Residues with a bond are nearer to the ligand than most others, and they are of other kinds. So
//! each residue with a bond is matched with one without, of the same pocket, that is about as far
//! from the ligand: first one of the same name, then one of the same kind, then any. Residues
//! without a partner have no question, and those that bond are counted as dropped. With the decoys
//! of the paper, every residue that bonds has a question, and as many others at random.
//!
//! On 57 complexes, 99 of 189 residues that bond have a partner. A classifier of name and distance
//! is right in 56 % of these questions (gradient boosting, cross-validated by complex).

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use molshot_molecule::{PartRole, ResidueClass, Structure};

use super::bonds::{AmbiguousNames, Bonds, both_visible};
use super::framing::step_back;
use super::preview_cache::{Reason, command_texts};
use super::question_builder::{QuestionBuilder, SIX_VIEWS};
use crate::complexes::{ligand_atoms, pocket_atoms, position_angstrom, residue_name};
use crate::error::DatasetError;
use crate::picture::PictureKind;
use crate::rules::Decoys;
use crate::step::Step;
use crate::task::Task;

/// How alike two residues must be to be matched, in the order in which partners are sought.
const TIERS: [(Likeness, f64); 3] = [
    (Likeness::Name, 0.5),
    (Likeness::Kind, 0.3),
    (Likeness::Distance, 0.3),
];

/// What partners have in common beside the distance, whose largest difference is in angstrom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Likeness {
    Name,
    Kind,
    Distance,
}

/// A residue of the pocket that a question may be about.
#[derive(Debug, Clone, PartialEq)]
struct Candidate {
    residue: u32,
    name: String,
    /// Shortest distance between heavy atoms of residue and ligand.
    distance_angstrom: f64,
}

/// Returns the kind of a residue by the character of its side chain.
fn kind(name: &str) -> &'static str {
    match name {
        "ARG" | "LYS" => "positive",
        "ASP" | "GLU" => "negative",
        "ASN" | "GLN" => "amide",
        "SER" | "THR" => "alcohol",
        "HIS" | "PHE" | "TRP" | "TYR" => "ring",
        "ALA" | "CYS" | "GLY" | "ILE" | "LEU" | "MET" | "PRO" | "VAL" => "hydrophobic or small",
        _ => "other",
    }
}

/// Returns the pairs of a residue with and one without a bond that may be partners, as indices into
/// both lists: by tier, then by difference of distance.
fn possible_pairs(with: &[Candidate], without: &[Candidate]) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    for (likeness, max_difference) in TIERS {
        let mut of_tier: Vec<(f64, usize, usize)> = Vec::new();
        for (i, a) in with.iter().enumerate() {
            for (j, b) in without.iter().enumerate() {
                let difference = (a.distance_angstrom - b.distance_angstrom).abs();
                let is_like = match likeness {
                    Likeness::Name => a.name == b.name,
                    Likeness::Kind => kind(&a.name) == kind(&b.name),
                    Likeness::Distance => true,
                };
                if is_like && difference <= max_difference {
                    of_tier.push((difference, i, j));
                }
            }
        }
        of_tier.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        pairs.extend(of_tier.into_iter().map(|(_, i, j)| (i, j)));
    }
    pairs
}

/// Returns the shortest distance between heavy atoms of a residue and of the ligand, in angstrom.
fn distance_angstrom(structure: &Structure, ligand: &[u32], pocket: &[u32], residue: u32) -> f64 {
    let of_residue = pocket
        .iter()
        .filter(|atom| structure.atoms().residue[**atom as usize] == residue);
    of_residue
        .flat_map(|a| {
            let a = position_angstrom(structure, *a);
            let distance = move |b: &u32| a.distance(position_angstrom(structure, *b));
            ligand.iter().map(distance)
        })
        .fold(f64::INFINITY, f64::min)
}

impl QuestionBuilder<'_> {
    /// Adds the items of T4.
    pub(super) fn add_residue_items(
        &mut self,
        bonds: &Bonds,
        ambiguous: &AmbiguousNames,
    ) -> Result<(), DatasetError> {
        let complex = self.preview.complex().clone();
        let structure = &*complex.structure;
        let [ligand, pocket] = [ligand_atoms(structure), pocket_atoms(structure)];
        let bonding: BTreeSet<u32> = bonds
            .pairs()
            .iter()
            .map(|(pocket, _)| structure.atoms().residue[*pocket as usize])
            .collect();
        let candidate = |residue: u32| Candidate {
            residue,
            name: structure.residues()[residue as usize].name.to_string(),
            distance_angstrom: distance_angstrom(structure, &ligand, &pocket, residue),
        };
        let with: Vec<Candidate> = bonding.iter().copied().map(candidate).collect();
        let mut without: Vec<Candidate> = (0..structure.residues().len() as u32)
            .filter(|index| {
                let residue = &structure.residues()[*index as usize];
                structure.part_of(residue).role != PartRole::Ligand
                    && matches!(
                        residue.class,
                        ResidueClass::AminoAcid | ResidueClass::Nucleotide
                    )
                    && !bonding.contains(index)
            })
            .map(candidate)
            .collect();
        self.random_stream(Task::T4, "others").shuffle(&mut without);
        match self.decoys {
            Decoys::Square => self.add_matched(bonds, ambiguous, &with, &without),
            Decoys::Paper => self.add_unmatched(bonds, ambiguous, &with, &without),
        }
    }

    /// Adds residues with a bond that have a partner, and their partners.
    fn add_matched(
        &mut self,
        bonds: &Bonds,
        ambiguous: &AmbiguousNames,
        with: &[Candidate],
        without: &[Candidate],
    ) -> Result<(), DatasetError> {
        let mut checked: BTreeMap<u32, Result<Vec<Step>, Reason>> = BTreeMap::new();
        let mut used = BTreeSet::new();
        for (i, j) in possible_pairs(with, without) {
            let pair = [with[i].residue, without[j].residue];
            if pair.iter().any(|residue| used.contains(residue)) {
                continue;
            }
            for residue in pair {
                if let Entry::Vacant(entry) = checked.entry(residue) {
                    let result = self.check_residue(bonds, ambiguous, residue)?;
                    if let Err(reason) = result {
                        self.count_rejection(Task::T4, reason);
                    }
                    entry.insert(result);
                }
            }
            if let [Some(Ok(a)), Some(Ok(b))] = pair.map(|residue| checked.get(&residue)) {
                used.extend(pair);
                self.add_residue_item(bonds, pair[0], a);
                self.add_residue_item(bonds, pair[1], b);
            }
        }
        for candidate in with.iter().filter(|c| !used.contains(&c.residue)) {
            let reason = match checked.get(&candidate.residue) {
                Some(Err(reason)) => reason,
                _ if self.is_ambiguous(bonds, ambiguous, candidate.residue) => "ambiguous_names",
                _ => "no_matching_residue",
            };
            let name = residue_name(self.preview.structure(), candidate.residue);
            self.add_dropped(Task::T4, reason, name);
        }
        Ok(())
    }

    /// Adds every residue with a bond, and as many without, at least one.
    fn add_unmatched(
        &mut self,
        bonds: &Bonds,
        ambiguous: &AmbiguousNames,
        with: &[Candidate],
        without: &[Candidate],
    ) -> Result<(), DatasetError> {
        for candidate in with {
            match self.check_residue(bonds, ambiguous, candidate.residue)? {
                Ok(back) => self.add_residue_item(bonds, candidate.residue, &back),
                Err(reason) => {
                    self.count_rejection(Task::T4, reason);
                    let name = residue_name(self.preview.structure(), candidate.residue);
                    self.add_dropped(Task::T4, reason, name);
                }
            }
        }
        let mut wanted = with.len().max(1);
        for candidate in without {
            if wanted == 0 {
                break;
            }
            match self.check_residue(bonds, ambiguous, candidate.residue)? {
                Ok(back) => {
                    self.add_residue_item(bonds, candidate.residue, &back);
                    wanted -= 1;
                }
                // Another residue takes its place.
                Err(reason) => self.count_rejection(Task::T4, reason),
            }
        }
        Ok(())
    }

    /// Adds the item of one residue; its cameras step back as given.
    fn add_residue_item(&mut self, bonds: &Bonds, residue: u32, back: &[Step]) {
        let structure = self.preview.structure();
        let name = residue_name(structure, residue);
        let answer = bonds.answer_for_residue(structure, residue);
        let kind = PictureKind::Residue(name.clone());
        let images = self.add_views(&kind, &SIX_VIEWS, &command_texts(back));
        let facts = BTreeMap::from([("residue".to_owned(), name)]);
        self.add_item(Task::T4, answer, Vec::new(), images, facts);
    }

    /// Returns whether the residue or an atom of one of its bonds shares its name with another.
    fn is_ambiguous(&self, bonds: &Bonds, ambiguous: &AmbiguousNames, residue: u32) -> bool {
        let structure = self.preview.structure();
        ambiguous.residues.contains(&residue)
            || bonds
                .of_residue(structure, residue)
                .any(|pair| ambiguous.include(structure, pair))
    }

    /// Checks that the residue has a unique name and that its six pictures show it and all atoms of
    /// its bonds.
    ///
    /// Returns how far the cameras of its pictures step back, or the reason of rejection.
    fn check_residue(
        &mut self,
        bonds: &Bonds,
        ambiguous: &AmbiguousNames,
        residue: u32,
    ) -> Result<Result<Vec<Step>, Reason>, DatasetError> {
        if self.is_ambiguous(bonds, ambiguous, residue) {
            return Ok(Err("ambiguous_names"));
        }
        let structure = self.preview.structure();
        let pairs: Vec<(u32, u32)> = bonds.of_residue(structure, residue).collect();
        let kind = PictureKind::Residue(residue_name(structure, residue));
        let atoms = structure.residues()[residue as usize].atoms.clone();
        let any = |visible: &[bool]| atoms.clone().any(|atom| visible[atom as usize]);
        let all_bonds = |visible: &[bool]| pairs.iter().all(|pair| both_visible(visible, *pair));
        let enough = |visible: &[bool]| any(visible) && all_bonds(visible);
        let retreat = match self.preview.retreat_angstrom(self.size, &kind, &SIX_VIEWS) {
            Ok(retreat) => retreat,
            // For example a residue with hydrogens only.
            Err(DatasetError::Scene { .. }) => return Ok(Err("residue_not_drawable")),
            Err(error) => return Err(error),
        };
        let back = step_back(retreat);
        let visible =
            self.preview
                .visible_atoms(self.thumbnailer, self.size, &kind, &back, enough)?;
        Ok(if !all_bonds(&visible) {
            Err("atom_not_visible")
        } else if !any(&visible) {
            Err("residue_not_visible")
        } else {
            Ok(back)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn candidates(of: &[(&str, f64)]) -> Vec<Candidate> {
        let candidate = |(index, (name, distance_angstrom)): (usize, &(&str, f64))| Candidate {
            residue: index as u32,
            name: (*name).to_owned(),
            distance_angstrom: *distance_angstrom,
        };
        of.iter().enumerate().map(candidate).collect()
    }

    #[test]
    fn partners_have_the_same_name_or_kind_or_only_the_distance() {
        let with = candidates(&[("ARG", 2.8), ("SER", 3.0)]);
        let without = candidates(&[
            ("ARG", 3.25),
            ("ARG", 3.4),
            ("LYS", 2.9),
            ("THR", 3.3),
            ("LEU", 2.81),
            ("SER", 4.0),
        ]);
        // By name: ARG at 3.25. By kind: LYS for ARG, THR for SER. By distance: LEU, then LYS.
        assert_eq!(
            possible_pairs(&with, &without),
            [
                (0, 0),
                (0, 2),
                (1, 3),
                (0, 4),
                (0, 2),
                (1, 2),
                (1, 4),
                (1, 0),
                (1, 3)
            ]
        );
        assert_eq!(possible_pairs(&with, &[]), []);
    }
}
