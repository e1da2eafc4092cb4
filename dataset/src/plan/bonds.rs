//! T4, T8, T9: hydrogen bonds between pocket and ligand.

use std::collections::{BTreeMap, BTreeSet};

use glam::DVec3;
use molshot_molecule::hbonds::{self, HydrogenBondOptions, HydrogenBonds};
use molshot_molecule::{PartRole, ResidueClass, Structure};
use molshot_scenes::commands::Axis;
use molshot_scenes::{Camera, Projection};

use super::choices::LETTERS;
use super::location;
use super::maker::{Maker, SIX_VIEWS};
use crate::complexes::{ligand_atoms, pocket_atoms};
use crate::error::DatasetError;
use crate::picture::Look;
use crate::plan::studio::{Reason, chains};
use crate::step::{Step, join};
use crate::task::Task;

/// What is known of a complex's bonds.
#[derive(Debug)]
pub struct Bonds {
    found: HydrogenBonds,
    /// Pocket atom, ligand atom.
    pairs: Vec<(u32, u32)>,
}

impl Bonds {
    /// Finds them, by the criteria of `docs/hydrogen-bonds.md`.
    ///
    /// # Errors
    /// None for the default tolerances, which are used here.
    pub fn of(structure: &Structure) -> Result<Self, DatasetError> {
        let found = hbonds::find(structure, &HydrogenBondOptions::default())
            .map_err(|error| DatasetError::Request(error.to_string()))?;
        let pairs = found.pocket_ligand_pairs(structure);
        Ok(Self { found, pairs })
    }

    /// The answer of T9.
    #[must_use]
    pub fn answer(&self, structure: &Structure) -> String {
        self.found.answer(structure)
    }

    /// The answer of T4 for a residue.
    #[must_use]
    pub fn answer_for_residue(&self, structure: &Structure, residue: u32) -> String {
        self.found.answer_for_residue(structure, residue)
    }

    /// Pocket atom and ligand atom of each bond.
    #[must_use]
    pub fn pairs(&self) -> &[(u32, u32)] {
        &self.pairs
    }
}

/// A residue as requests and questions name it: `ARG 45 A`, a blank chain as `?`.
#[must_use]
pub fn residue_name(structure: &Structure, residue: u32) -> String {
    let residue = &structure.residues()[residue as usize];
    let chain = structure.chains()[residue.chain as usize].id.as_str();
    let code = match residue.insertion_code {
        b' ' => String::new(),
        code => char::from(code).to_string(),
    };
    format!(
        "{} {}{code} {}",
        residue.name,
        residue.number,
        if chain.is_empty() { "?" } else { chain }
    )
}

/// Centre of two atoms, world axes.
#[must_use]
pub fn centroid(structure: &Structure, pair: (u32, u32)) -> DVec3 {
    let at = |atom: u32| {
        DVec3::from_array(structure.atoms().position_angstrom[atom as usize].map(f64::from))
    };
    (at(pair.0) + at(pair.1)) * 0.5
}

/// Names that stand for several things, so that an answer or a question with them could mean
/// either: residues, atoms of a residue, atoms of the ligand.
struct Ambiguous {
    residues: BTreeSet<u32>,
    /// Drawn atoms whose residue, or whose ligand, has another drawn one of the same name.
    atoms: BTreeSet<u32>,
}

impl Ambiguous {
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
        // A ligand of several residues is labelled by atom names alone, and so is one for this.
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

    /// Whether a bond's residue or one of its atoms is one of several of its name.
    fn names(&self, structure: &Structure, (pocket, ligand): (u32, u32)) -> bool {
        let residue = structure.atoms().residue[pocket as usize];
        self.atoms.contains(&pocket)
            || self.atoms.contains(&ligand)
            || self.residues.contains(&residue)
    }
}

/// What T9's text and its scorer must know of chains: the name of the only one (empty where it has
/// none), and residues that only their chain tells apart.
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

impl Maker<'_> {
    /// All items of those of T4, T8 and T9 that are asked for.
    pub(super) fn bonds(&mut self, tasks: &[Task]) -> Result<(), DatasetError> {
        let bonds = Bonds::of(self.studio.structure())?;
        let ambiguous = Ambiguous::of(self.studio.structure());
        if tasks.contains(&Task::T4) {
            self.residues(&bonds, &ambiguous)?;
        }
        if !tasks.contains(&Task::T8) && !tasks.contains(&Task::T9) {
            return Ok(());
        }
        if bonds.pairs.is_empty() {
            for task in [Task::T8, Task::T9] {
                if tasks.contains(&task) {
                    self.drop_item(task, "no_hydrogen_bonds", String::new());
                }
            }
            return Ok(());
        }
        let visible = self
            .studio
            .visible(self.sketcher, self.size, &Look::Complex, |visible| {
                bonds.pairs.iter().all(|pair| both(visible, *pair))
            })?;
        let hidden = |pair: (u32, u32)| !both(&visible, pair);
        if tasks.contains(&Task::T8) {
            for (index, pair) in bonds.pairs.iter().enumerate() {
                self.location(index, *pair, &ambiguous, hidden(*pair));
            }
        }
        if tasks.contains(&Task::T9) {
            let structure = self.studio.structure();
            let is_ambiguous = bonds
                .pairs
                .iter()
                .any(|pair| ambiguous.names(structure, *pair));
            let answer = bonds.answer(structure);
            if is_ambiguous {
                self.drop_item(Task::T9, "ambiguous_names", String::new());
            } else if bonds.pairs.iter().copied().any(hidden) {
                self.drop_item(Task::T9, "atom_not_visible", String::new());
            } else {
                let facts = chain_facts(structure);
                let images = self.views(&Look::Complex, &SIX_VIEWS);
                self.push(Task::T9, 0, answer, Vec::new(), images, facts);
            }
        }
        Ok(())
    }

    /// T4: every residue that bonds, and as many that do not, at least one.
    fn residues(&mut self, bonds: &Bonds, ambiguous: &Ambiguous) -> Result<(), DatasetError> {
        let complex = self.studio.complex().clone();
        let structure = &*complex.structure;
        let bonding: BTreeSet<u32> = bonds
            .pairs
            .iter()
            .map(|(pocket, _)| structure.atoms().residue[*pocket as usize])
            .collect();
        let mut others: Vec<u32> = (0..structure.residues().len() as u32)
            .filter(|index| {
                let residue = &structure.residues()[*index as usize];
                structure.part_of(residue).role != PartRole::Ligand
                    && matches!(
                        residue.class,
                        ResidueClass::AminoAcid | ResidueClass::Nucleotide
                    )
                    && !bonding.contains(index)
            })
            .collect();
        self.random(Task::T4, "others").shuffle(&mut others);
        let wanted_others = bonding.len().max(1);
        let mut index = 0;
        let mut made_others = 0;
        for residue in bonding.iter().copied().chain(others) {
            let bonds_here = bonding.contains(&residue);
            if !bonds_here && made_others == wanted_others {
                break;
            }
            let name = residue_name(structure, residue);
            let look = Look::Residue(name.clone());
            let pairs: Vec<(u32, u32)> = bonds
                .pairs
                .iter()
                .copied()
                .filter(|(pocket, _)| structure.atoms().residue[*pocket as usize] == residue)
                .collect();
            let fault = if ambiguous.residues.contains(&residue)
                || pairs.iter().any(|pair| ambiguous.names(structure, *pair))
            {
                Some("ambiguous_names")
            } else {
                self.residue_fault(&look, residue, &pairs)?
            };
            match fault {
                Some(reason) if bonds_here => {
                    self.count(Task::T4, reason);
                    self.drop_item(Task::T4, reason, name);
                }
                // Another that does not bond takes its place.
                Some(reason) => self.count(Task::T4, reason),
                None => {
                    let answer = bonds.answer_for_residue(structure, residue);
                    let images = self.views(&look, &SIX_VIEWS);
                    let facts = BTreeMap::from([("residue".to_owned(), name)]);
                    self.push(Task::T4, index, answer, Vec::new(), images, facts);
                    index += 1;
                    made_others += usize::from(!bonds_here);
                }
            }
        }
        Ok(())
    }

    /// Why a residue's six pictures do not tell: an atom of a bond, or the residue as a whole, is
    /// in none of them.
    fn residue_fault(
        &mut self,
        look: &Look,
        residue: u32,
        pairs: &[(u32, u32)],
    ) -> Result<Option<Reason>, DatasetError> {
        let atoms = self.studio.structure().residues()[residue as usize]
            .atoms
            .clone();
        let any = |visible: &[bool]| atoms.clone().any(|atom| visible[atom as usize]);
        let all_bonds = |visible: &[bool]| pairs.iter().all(|pair| both(visible, *pair));
        let enough = |visible: &[bool]| any(visible) && all_bonds(visible);
        let visible = match self.studio.visible(self.sketcher, self.size, look, enough) {
            Ok(visible) => visible,
            // A residue of hydrogen alone, say.
            Err(DatasetError::Scene { .. }) => return Ok(Some("residue_not_drawable")),
            Err(error) => return Err(error),
        };
        Ok(if !all_bonds(&visible) {
            Some("atom_not_visible")
        } else if !any(&visible) {
            Some("residue_not_visible")
        } else {
            None
        })
    }

    /// T8: one bond.
    fn location(&mut self, index: usize, pair: (u32, u32), ambiguous: &Ambiguous, is_hidden: bool) {
        let structure = self.studio.structure();
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
        let front = self.studio.front();
        let seen = front.pose().camera_from_world(centroid(structure, pair));
        let truth = [-seen.x, -seen.y].map(|part| part.round() as i32);
        let reach = half_picture_angstrom(front, -seen.z).map(|part| part.floor() as i32);
        let mut random = self.random(Task::T8, &index.to_string());
        let options = location::options(truth, reach, &mut random);
        let reason = if ambiguous.names(structure, pair) {
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
            self.count(Task::T8, reason);
            self.drop_item(Task::T8, reason, about);
            return;
        };
        let mut order = [0, 1, 2, 3];
        random.shuffle(&mut order);
        let letter = order.iter().position(|place| *place == 0).unwrap_or(0);
        let texts = order
            .iter()
            .map(|place| {
                let [x, y] = options[*place];
                join(&[Step::translation(Axis::X, x), Step::translation(Axis::Y, y)])
            })
            .collect();
        let images = self.views(&Look::Complex, &SIX_VIEWS);
        self.push(
            Task::T8,
            index,
            LETTERS[letter].to_owned(),
            texts,
            images,
            facts,
        );
    }
}

/// Whether both atoms of a bond are seen.
fn both(visible: &[bool], (pocket, ligand): (u32, u32)) -> bool {
    visible[pocket as usize] && visible[ligand as usize]
}

/// Half of what the picture shows at a depth, along x and y, angstrom.
fn half_picture_angstrom(front: &Camera, depth_angstrom: f64) -> [f64; 2] {
    let viewport = front.viewport();
    let fov = match front.view().projection {
        Projection::Perspective { fov_x_degrees } => fov_x_degrees,
        Projection::Orthographic { .. } => 30.0,
    };
    let half = depth_angstrom * (fov.to_radians() * 0.5).tan();
    let aspect = f64::from(viewport.height_px) / f64::from(viewport.width_px);
    [half, half * aspect]
}
