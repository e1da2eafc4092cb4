//! Removes the ligand from a pocket whose file still holds it.
//!
//! Pocket and ligand of a complex are separate files. If the pocket was cut without removing the
//! ligand, its atoms are drawn twice, and a picture in which the ligand was moved still shows where
//! it belongs.

use std::collections::{HashMap, HashSet};

use smol_str::SmolStr;

use crate::structure::{PartRole, Residue, ResidueClass};
use crate::{Element, Location, MoleculeError, Structure, Warning};

/// Atoms of one element within this distance are one atom. Files give three or four decimals.
const COINCIDENT_ANGSTROM: f32 = 0.1;

/// Heavy atoms of two molecules are never this near to each other: the shortest bond between heavy
/// atoms, the triple bond of nitrogen, has 1.10 angstrom.
const OVERLAP_ANGSTROM: f32 = 1.0;

/// Largest number of atoms per cell of the grid that are compared. Real molecules have at most a
/// few in a cube of 1 angstrom; the limit keeps the time for malicious files linear.
const MAX_ATOMS_OF_CELL: usize = 64;

/// Number of residues that a message lists.
const LISTED_RESIDUES: usize = 4;

/// The atoms of the ligand in cubes of [`OVERLAP_ANGSTROM`].
struct Grid<'a> {
    structure: &'a Structure,
    cells: HashMap<[i32; 3], Vec<u32>>,
    min: [f32; 3],
    max: [f32; 3],
}

/// What is at the place of an atom.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Match {
    /// An atom of the same element.
    coincides: bool,
    /// A heavy atom nearer than a bond, for heavy atoms.
    overlaps: bool,
}

impl<'a> Grid<'a> {
    /// `None` if there are no atoms.
    fn new(structure: &'a Structure, atoms: &[u32]) -> Option<Self> {
        if atoms.is_empty() {
            return None;
        }
        let (mut min, mut max) = ([f32::INFINITY; 3], [f32::NEG_INFINITY; 3]);
        let mut cells: HashMap<[i32; 3], Vec<u32>> = HashMap::new();
        for &atom in atoms {
            let at = structure.atoms.position_angstrom[atom as usize];
            for axis in 0..3 {
                min[axis] = min[axis].min(at[axis] - OVERLAP_ANGSTROM);
                max[axis] = max[axis].max(at[axis] + OVERLAP_ANGSTROM);
            }
            let cell = cells.entry(cell_of(at)).or_default();
            if cell.len() < MAX_ATOMS_OF_CELL {
                cell.push(atom);
            }
        }
        Some(Self {
            structure,
            cells,
            min,
            max,
        })
    }

    fn match_of(&self, atom: u32) -> Match {
        let atoms = &self.structure.atoms;
        let at = atoms.position_angstrom[atom as usize];
        let mut found = Match::default();
        if !(0..3).all(|axis| (self.min[axis]..=self.max[axis]).contains(&at[axis])) {
            return found;
        }
        let element = atoms.element[atom as usize];
        let [x, y, z] = cell_of(at);
        for (dx, dy, dz) in (0..27).map(|n| (n % 3 - 1, n / 3 % 3 - 1, n / 9 - 1)) {
            for &other in self
                .cells
                .get(&[x + dx, y + dy, z + dz])
                .into_iter()
                .flatten()
            {
                let other = other as usize;
                let from = atoms.position_angstrom[other];
                let squared: f32 = (0..3).map(|axis| (from[axis] - at[axis]).powi(2)).sum();
                let their = atoms.element[other];
                let is_same =
                    element == their || element == Element::UNKNOWN || their == Element::UNKNOWN;
                found.coincides |= is_same && squared <= COINCIDENT_ANGSTROM.powi(2);
                found.overlaps |= element != Element::H
                    && their != Element::H
                    && squared <= OVERLAP_ANGSTROM.powi(2);
            }
        }
        found
    }
}

fn cell_of(at: [f32; 3]) -> [i32; 3] {
    // Coordinates are below 10^6 in magnitude, so this is exact.
    at.map(|coordinate| (coordinate / OVERLAP_ANGSTROM).floor() as i32)
}

/// Removes from the pocket the atoms that are at the places of the ligand's atoms, with a warning.
///
/// A residue most of whose heavy atoms coincide with atoms of the ligand is removed with its
/// hydrogens, and so is another conformation of the ligand at the same place (the same compound, a
/// quarter of whose heavy atoms are nearer than a bond to those of the ligand); of other residues
/// (those that a covalent ligand is bonded to) only the coincident atoms are. Pocket and ligand are
/// the parts with these roles; `pocket_file` is named in messages.
///
/// # Errors
/// When nothing remains of the pocket.
pub fn remove_ligand_from_pocket(
    mut structure: Structure,
    pocket_file: &str,
) -> Result<Structure, MoleculeError> {
    let role = |residue: &Residue| structure.part_of(residue).role;
    let of_role = |wanted: PartRole| {
        structure
            .residues
            .iter()
            .filter(move |residue| role(residue) == wanted)
    };
    let ligand: Vec<u32> = of_role(PartRole::Ligand)
        .flat_map(|residue| residue.atoms.clone())
        .collect();
    let Some(grid) = Grid::new(&structure, &ligand) else {
        return Ok(structure);
    };
    let ligand_forms = LigandForms::new(&structure, &ligand);
    let mut keep = vec![true; structure.atoms.len()];
    let mut removal = Removal::default();
    for residue in of_role(PartRole::Pocket) {
        removal.check(&structure, &grid, &ligand_forms, residue, &mut keep);
    }
    if removal.is_empty() {
        return Ok(structure);
    }
    removal.remove_hydrogens(&structure, &mut keep);
    let remains = of_role(PartRole::Pocket)
        .flat_map(|residue| residue.atoms.clone())
        .any(|atom| keep[atom as usize]);
    if !remains {
        return Err(MoleculeError::Format {
            file: pocket_file.to_owned(),
            problem: "every atom of this file is also an atom of the ligand, so there is no pocket"
                .to_owned(),
            remedy: "give the residues around the ligand in this file".to_owned(),
        });
    }
    let messages = removal.messages();
    structure.retain_atoms(&keep);
    structure
        .warnings
        .extend(messages.into_iter().map(|message| Warning {
            location: Location::file(pocket_file),
            message,
        }));
    Ok(structure)
}

/// Merges the structures of files, which have the roles of their names (see
/// [`PartRole::of_file`]), and removes the ligand from a pocket whose file still holds it, as
/// [`remove_ligand_from_pocket`] does. Inputs that are not files have the name "".
///
/// # Errors
/// When nothing remains of the pocket.
pub fn merge_files<'a>(
    structures: Vec<Structure>,
    names: impl IntoIterator<Item = &'a str>,
) -> Result<Structure, MoleculeError> {
    let files = structures.len();
    let merged = Structure::merge(structures);
    let pocket = names
        .into_iter()
        .find(|name| PartRole::of_file(name, files) == PartRole::Pocket);
    match pocket {
        Some(name) => remove_ligand_from_pocket(merged, name),
        None => Ok(merged),
    }
}

/// By what another conformation of the ligand is recognised: names and compositions.
struct LigandForms {
    names: HashSet<SmolStr>,
    compositions: HashSet<Vec<u8>>,
}

impl LigandForms {
    fn new(structure: &Structure, ligand: &[u32]) -> Self {
        let mut names = HashSet::new();
        let mut compositions = HashSet::from([composition(structure, ligand.iter().copied())]);
        let residues = structure.residues.iter();
        for residue in residues.filter(|r| structure.part_of(r).role == PartRole::Ligand) {
            names.insert(residue.name.clone());
            compositions.insert(composition(structure, residue.atoms.clone()));
        }
        Self {
            names,
            compositions,
        }
    }

    fn has(&self, structure: &Structure, residue: &Residue) -> bool {
        self.names.contains(&residue.name)
            || self
                .compositions
                .contains(&composition(structure, residue.atoms.clone()))
    }
}

/// Returns the atomic numbers of the heavy atoms, sorted.
fn composition(structure: &Structure, atoms: impl Iterator<Item = u32>) -> Vec<u8> {
    let mut numbers: Vec<u8> = atoms
        .map(|atom| structure.atoms.element[atom as usize])
        .filter(|element| *element != Element::H)
        .map(Element::atomic_number)
        .collect();
    numbers.sort_unstable();
    numbers
}

/// What is removed from the pocket.
#[derive(Debug, Default)]
struct Removal {
    /// Whole residues, and the number of their atoms.
    copies: Vec<String>,
    copied_atoms: usize,
    /// Residues at the place of the ligand in another conformation, and the number of their atoms.
    conformations: Vec<String>,
    conformation_atoms: usize,
    /// Residues of which some atoms are removed, with the names of these.
    partial: Vec<String>,
    partial_atoms: Vec<u32>,
}

impl Removal {
    fn is_empty(&self) -> bool {
        self.copies.is_empty() && self.conformations.is_empty() && self.partial.is_empty()
    }

    /// Decides on one residue of the pocket.
    fn check(
        &mut self,
        structure: &Structure,
        grid: &Grid<'_>,
        forms: &LigandForms,
        residue: &Residue,
        keep: &mut [bool],
    ) {
        let matches: Vec<(u32, Match)> = residue
            .atoms
            .clone()
            .map(|atom| (atom, grid.match_of(atom)))
            .collect();
        if matches.iter().all(|(_, found)| *found == Match::default()) {
            return;
        }
        let is_heavy = |atom: u32| structure.atoms.element[atom as usize] != Element::H;
        let has_heavy = residue.atoms.clone().any(is_heavy);
        // Of a residue of hydrogens alone, the hydrogens decide.
        let deciding = || {
            matches
                .iter()
                .filter(|(atom, _)| is_heavy(*atom) || !has_heavy)
        };
        let all = deciding().count();
        let coincident = deciding().filter(|(_, found)| found.coincides).count();
        let overlapping = deciding().filter(|(_, found)| found.overlaps).count();
        let is_copy = coincident * 2 > all;
        let is_conformation = all > 1
            && overlapping * 4 >= all
            && residue.class == ResidueClass::Ligand
            && forms.has(structure, residue);
        if is_copy || is_conformation {
            for atom in residue.atoms.clone() {
                keep[atom as usize] = false;
            }
            let label = label(structure, residue);
            if is_copy {
                self.copies.push(label);
                self.copied_atoms += residue.atoms.len();
            } else {
                self.conformations.push(label);
                self.conformation_atoms += residue.atoms.len();
            }
        } else if coincident > 0 {
            let mut names = Vec::new();
            for (atom, _) in matches.iter().filter(|(_, found)| found.coincides) {
                keep[*atom as usize] = false;
                names.push(structure.atoms.name[*atom as usize].as_str());
                self.partial_atoms.push(*atom);
            }
            self.partial.push(format!(
                "{} of {}",
                names.join(", "),
                label(structure, residue)
            ));
        }
    }

    /// Removes the hydrogens of atoms that were removed without the rest of their residue.
    fn remove_hydrogens(&mut self, structure: &Structure, keep: &mut [bool]) {
        let carriers: HashSet<u32> = self.partial_atoms.iter().copied().collect();
        let atoms = &structure.atoms;
        for bond in &structure.bonds {
            for (carrier, atom) in [(bond.a, bond.b), (bond.b, bond.a)] {
                let at = atom as usize;
                if keep[at]
                    && atoms.element[at] == Element::H
                    && carriers.contains(&carrier)
                    && atoms.residue[at] == atoms.residue[carrier as usize]
                {
                    keep[at] = false;
                    self.partial_atoms.push(atom);
                }
            }
        }
    }

    /// Returns one message for each kind of removal.
    fn messages(&self) -> Vec<String> {
        let mut messages = Vec::new();
        if !self.copies.is_empty() {
            messages.push(format!(
                "the file of the pocket still holds the ligand: most atoms of {} are where the ligand has the same atoms; {} left out of the pocket ({})",
                listed(&self.copies),
                if self.copies.len() == 1 { "it is" } else { "they are" },
                counted(self.copied_atoms)
            ));
        }
        if !self.conformations.is_empty() {
            messages.push(format!(
                "the file of the pocket still holds the ligand in another conformation: atoms of {} are within {OVERLAP_ANGSTROM} angstrom of atoms of the ligand; {} left out of the pocket ({})",
                listed(&self.conformations),
                if self.conformations.len() == 1 { "it is" } else { "they are" },
                counted(self.conformation_atoms)
            ));
        }
        if !self.partial.is_empty() {
            messages.push(format!(
                "pocket and ligand share atoms, as with a covalent ligand: {}; the shared atoms belong to the ligand and are left out of the pocket ({})",
                listed(&self.partial),
                counted(self.partial_atoms.len())
            ));
        }
        messages
    }
}

fn counted(atoms: usize) -> String {
    format!("{atoms} atom{}", if atoms == 1 { "" } else { "s" })
}

/// Lists the first residues and the number of further ones.
fn listed(labels: &[String]) -> String {
    let mut text: Vec<&str> = labels
        .iter()
        .take(LISTED_RESIDUES)
        .map(String::as_str)
        .collect();
    let more = format!(
        "{} more residues",
        labels.len().saturating_sub(LISTED_RESIDUES)
    );
    if labels.len() > LISTED_RESIDUES {
        text.push(&more);
    }
    text.join("; ")
}

/// Formats a residue as `XK2 263 A`.
fn label(structure: &Structure, residue: &Residue) -> String {
    let insertion = match residue.insertion_code {
        b' ' => String::new(),
        code => char::from(code).to_string(),
    };
    let chain = &structure.chains[residue.chain as usize].id;
    let text = format!("{} {}{insertion} {chain}", residue.name, residue.number);
    text.trim_end().to_owned()
}
