//! T8, T9: questions about hydrogen bonds between pocket and ligand; T4 is in `residues`.

use std::collections::{BTreeMap, BTreeSet};

use glam::DVec3;
use molshot_molecule::hbonds::{self, HydrogenBondOptions, HydrogenBonds};
use molshot_molecule::{PartRole, Structure};
use molshot_scenes::Camera;
use molshot_scenes::commands::Axis;

use super::framing::tan_half_fov_x;
use super::location;
use super::preview_cache::chains;
use super::question_builder::{QuestionBuilder, SIX_VIEWS};
use crate::complexes::{ligand_atoms, pocket_atoms, position_angstrom, residue_name};
use crate::error::DatasetError;
use crate::picture::PictureKind;
use crate::step::{Step, join_steps};
use crate::task::{OPTION_LETTERS, Task};

/// The hydrogen bonds of a complex.
#[derive(Debug)]
pub struct Bonds {
    found: HydrogenBonds,
    /// Pocket atom and ligand atom of each bond.
    pairs: Vec<(u32, u32)>,
}

impl Bonds {
    /// Finds the bonds by the criteria of `docs/hydrogen-bonds.md`.
    ///
    /// # Errors
    /// Never in practice: the default tolerances, which are used here, are valid.
    pub fn of(structure: &Structure) -> Result<Self, DatasetError> {
        let found = hbonds::find(structure, &HydrogenBondOptions::default())
            .map_err(|error| DatasetError::Request(error.to_string()))?;
        let pairs = found.pocket_ligand_pairs(structure);
        Ok(Self { found, pairs })
    }

    /// Returns the reference answer of T9.
    #[must_use]
    pub fn answer(&self, structure: &Structure) -> String {
        self.found.answer(structure)
    }

    /// Returns the reference answer of T4 for a residue.
    #[must_use]
    pub fn answer_for_residue(&self, structure: &Structure, residue: u32) -> String {
        self.found.answer_for_residue(structure, residue)
    }

    /// Returns the pocket atom and ligand atom of each bond.
    #[must_use]
    pub fn pairs(&self) -> &[(u32, u32)] {
        &self.pairs
    }

    /// Returns the pairs of one residue.
    pub(super) fn of_residue(
        &self,
        structure: &Structure,
        residue: u32,
    ) -> impl Iterator<Item = (u32, u32)> {
        let is_here =
            move |pair: &(u32, u32)| structure.atoms().residue[pair.0 as usize] == residue;
        self.pairs.iter().copied().filter(is_here)
    }
}

/// Returns the midpoint of two atoms in world axes, in angstrom.
#[must_use]
pub fn midpoint(structure: &Structure, pair: (u32, u32)) -> DVec3 {
    (position_angstrom(structure, pair.0) + position_angstrom(structure, pair.1)) * 0.5
}

/// Residues and atoms that share their name with another, so questions cannot refer to them.
pub(super) struct AmbiguousNames {
    pub(super) residues: BTreeSet<u32>,
    /// Drawn atoms whose residue or ligand has another drawn atom of the same name.
    atoms: BTreeSet<u32>,
}

impl AmbiguousNames {
    fn of(structure: &Structure) -> Self {
        let mut residues: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
        for index in 0..structure.residues().len() as u32 {
            let residue = &structure.residues()[index as usize];
            if structure.part_of(residue).role != PartRole::Ligand {
                let name = residue_name(structure, index);
                residues.entry(name).or_default().insert(index);
            }
        }
        let atoms = structure.atoms();
        // Labels of the ligand are atom names alone, so all of its residues count as one owner.
        let mut names: BTreeMap<(Option<u32>, &str), Vec<u32>> = BTreeMap::new();
        let of_residue = |atom: &u32| Some(atoms.residue[*atom as usize]);
        let of_pocket = pocket_atoms(structure)
            .into_iter()
            .map(|atom| (of_residue(&atom), atom));
        let of_ligand = ligand_atoms(structure).into_iter().map(|atom| (None, atom));
        for (owner, atom) in of_pocket.chain(of_ligand) {
            let name = atoms.name[atom as usize].as_str();
            names.entry((owner, name)).or_default().push(atom);
        }
        let several = |same: &Vec<u32>| same.len() > 1;
        Self {
            residues: residues
                .into_values()
                .filter(|same| same.len() > 1)
                .flatten()
                .collect(),
            atoms: names.into_values().filter(several).flatten().collect(),
        }
    }

    /// Returns whether the residue or an atom of a bond shares its name with another.
    pub(super) fn include(&self, structure: &Structure, (pocket, ligand): (u32, u32)) -> bool {
        let residue = structure.atoms().residue[pocket as usize];
        self.atoms.contains(&pocket)
            || self.atoms.contains(&ligand)
            || self.residues.contains(&residue)
    }

    /// Returns whether a picture that labels the atoms of the ligand, but not those of the pocket,
    /// leaves open which bond is meant: an atom of the pocket got a name of its own.
    fn include_without_labels(&self, structure: &Structure, pair: (u32, u32)) -> bool {
        let name = structure.atoms().name[pair.0 as usize].as_str();
        self.include(structure, pair) || structure.name_in_file(pair.0) != name
    }
}

/// Returns the facts about chains that the text and the scorer of T9 need.
///
/// `chain` is the name of the pocket's only chain (empty if it has no name); `twins` lists residues
/// that differ only by chain.
fn chain_facts(structure: &Structure) -> BTreeMap<String, String> {
    let mut facts = BTreeMap::new();
    let mut all = chains(structure);
    if all.len() == 1 {
        facts.extend(all.pop_first().map(|name| ("chain".to_owned(), name)));
        return facts;
    }
    let mut places: BTreeMap<String, BTreeSet<u32>> = BTreeMap::new();
    for atom in pocket_atoms(structure) {
        let index = structure.atoms().residue[atom as usize];
        let name = residue_name(structure, index);
        let (residue, _) = name.rsplit_once(' ').unwrap_or((name.as_str(), ""));
        places.entry(residue.to_owned()).or_default().insert(index);
    }
    let twins: Vec<String> = places
        .into_iter()
        .filter(|(_, same)| same.len() > 1)
        .map(|(name, _)| name)
        .collect();
    if !twins.is_empty() {
        facts.insert("twins".to_owned(), twins.join("; "));
    }
    facts
}

impl QuestionBuilder<'_> {
    /// Adds all items of T4, T8 and T9, as far as these are among `tasks`.
    pub(super) fn add_bond_items(&mut self, tasks: &[Task]) -> Result<(), DatasetError> {
        let bonds = Bonds::of(self.preview.structure())?;
        let ambiguous = AmbiguousNames::of(self.preview.structure());
        if tasks.contains(&Task::T4) {
            self.add_residue_items(&bonds, &ambiguous)?;
        }
        if !tasks.contains(&Task::T8) && !tasks.contains(&Task::T9) {
            return Ok(());
        }
        if bonds.pairs.is_empty() {
            for task in [Task::T8, Task::T9] {
                if tasks.contains(&task) {
                    self.add_dropped(task, "no_hydrogen_bonds", String::new());
                }
            }
            return Ok(());
        }
        let visible = self.preview.visible_atoms(
            self.thumbnailer,
            self.size,
            &PictureKind::Complex,
            &[],
            |visible| bonds.pairs.iter().all(|pair| both_visible(visible, *pair)),
        )?;
        let hidden = |pair: (u32, u32)| !both_visible(&visible, pair);
        if tasks.contains(&Task::T8) {
            for (index, pair) in bonds.pairs.iter().enumerate() {
                self.add_location_item(index, *pair, &ambiguous, hidden(*pair));
            }
        }
        if tasks.contains(&Task::T9) {
            let structure = self.preview.structure();
            let is_ambiguous = bonds
                .pairs
                .iter()
                .any(|pair| ambiguous.include_without_labels(structure, *pair));
            let answer = bonds.answer(structure);
            if is_ambiguous {
                self.add_dropped(Task::T9, "ambiguous_names", String::new());
            } else if bonds.pairs.iter().copied().any(hidden) {
                self.add_dropped(Task::T9, "atom_not_visible", String::new());
            } else {
                let facts = chain_facts(structure);
                let images = self.add_views(&PictureKind::Complex, &SIX_VIEWS, &[]);
                self.add_item(Task::T9, answer, Vec::new(), images, facts);
            }
        }
        Ok(())
    }

    /// Adds the item of T8 for one bond.
    fn add_location_item(
        &mut self,
        index: usize,
        pair: (u32, u32),
        ambiguous: &AmbiguousNames,
        is_hidden: bool,
    ) {
        let structure = self.preview.structure();
        let names = &structure.atoms().name;
        let residue = residue_name(structure, structure.atoms().residue[pair.0 as usize]);
        let facts = BTreeMap::from([
            ("residue".to_owned(), residue.clone()),
            ("pocket_atom".to_owned(), names[pair.0 as usize].to_string()),
            ("ligand_atom".to_owned(), names[pair.1 as usize].to_string()),
        ]);
        let about = format!(
            "{residue} {}, {}",
            names[pair.0 as usize], names[pair.1 as usize]
        );
        let front = self.preview.front_camera();
        let center = front.pose().camera_from_world(midpoint(structure, pair));
        let correct = [-center.x, -center.y].map(|part| part.round() as i32);
        let max_size = half_picture_angstrom(front, -center.z).map(|part| part.floor() as i32);
        let mut random = self.random_stream(Task::T8, &index.to_string());
        let options = location::options(correct, max_size, &mut random);
        let reason = if ambiguous.include_without_labels(structure, pair) {
            Some("ambiguous_names")
        } else if is_hidden {
            Some("atom_not_visible")
        } else if options.is_none() {
            Some("bond_is_at_the_centre")
        } else {
            None
        };
        let (None, Some(options)) = (reason, options) else {
            let reason = reason.unwrap_or("bond_is_at_the_centre");
            self.count_rejection(Task::T8, reason);
            self.add_dropped(Task::T8, reason, about);
            return;
        };
        let mut order = [0, 1, 2, 3];
        random.shuffle(&mut order);
        let letter = order.iter().position(|index| *index == 0).unwrap_or(0);
        let texts = order
            .iter()
            .map(|index| {
                let [x, y] = options[*index];
                join_steps(&[Step::translation(Axis::X, x), Step::translation(Axis::Y, y)])
            })
            .collect();
        let images = self.add_views(&PictureKind::Complex, &SIX_VIEWS, &[]);
        self.add_item(
            Task::T8,
            OPTION_LETTERS[letter].to_owned(),
            texts,
            images,
            facts,
        );
    }
}

/// Returns whether both atoms of a bond are visible.
pub(super) fn both_visible(visible: &[bool], (pocket, ligand): (u32, u32)) -> bool {
    visible[pocket as usize] && visible[ligand as usize]
}

/// Returns half of the width and height of the picture at a depth, in angstrom.
fn half_picture_angstrom(front: &Camera, depth_angstrom: f64) -> [f64; 2] {
    let viewport = front.viewport();
    let half = depth_angstrom * tan_half_fov_x(front);
    let aspect = f64::from(viewport.height_px) / f64::from(viewport.width_px);
    [half, half * aspect]
}
