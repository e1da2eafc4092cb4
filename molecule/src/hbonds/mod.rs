//! Hydrogen bonds by the criteria of Mills & Dean, J. Comput.-Aided Mol. Des. 10 (1996) 607, as in
//! the command `hbonds` of `ChimeraX`: the same donors, acceptors, tests and tolerances (0.4
//! angstrom, 20 degrees).
//!
//! Data flow: [`crate::perception::idatm`] (atom types, rings) -> `groups` (patterns of functional
//! groups) -> `donors` and `acceptors` (classes with their limits) -> `search` (near pairs) ->
//! `geometry` with `hydrogens` (tests) -> [`HydrogenBonds`] -> `format` (text and JSON).
//!
//! A bond is a pair of heavy atoms. Every pair that passes the tests is kept, so an acceptor may
//! have many bonds. Two hydroxyl groups may form two bonds, each with another donor.

mod acceptors;
mod atom_classes;
mod bond;
mod classes;
mod complete;
mod criteria;
mod donors;
mod format;
mod geometry;
mod groups;
mod hydrogens;
mod options;
mod search;
#[cfg(test)]
mod tests;

use crate::cancel::{CancelToken, Cancelled};
use crate::perception::idatm::TypedMolecule;
use crate::perception::idatm::vector::{angle_degrees, distance};
use crate::{Location, Structure, Warning};
use criteria::{SULFUR_EXTRA, Tolerances};
use geometry::Pair;

pub use atom_classes::AtomClasses;
pub use bond::{HydrogenBond, HydrogenBonds};
pub use classes::{AcceptorClass, DonorClass};
pub use format::{AtomReport, BondReport, BondSide, HydrogenBondReport};
pub use options::{HydrogenBondOptions, OptionsError, Scope, is_of_ligand};

pub(crate) use acceptors::find as find_acceptors;
pub(crate) use donors::find as find_donors;
pub(crate) use format::atom_report;
pub(crate) use hydrogens::hydrogens as hydrogens_of;
pub(crate) use search::Grid;

/// Distance of a metal to the acceptor, in angstrom, up to which it may block a bond.
const METAL_DISTANCE_ANGSTROM: f64 = 4.0;

/// Largest angle at the acceptor between donor and a metal that blocks the bond.
const METAL_ANGLE_DEGREES: f64 = 45.0;

/// Finds the hydrogen bonds of a structure, in linear time.
///
/// ```
/// use molshot_molecule::hbonds::{self, HydrogenBondOptions, Scope};
/// use molshot_molecule::{PartRole, ReadOptions, read_bytes};
/// let pdb = b"\
/// HETATM    1  O   HOH A   1       0.000   0.000   0.000  1.00  0.00           O\n\
/// HETATM    2  O   HOH A   2       2.800   0.000   0.000  1.00  0.00           O\n";
/// let water = read_bytes("water.pdb", pdb, PartRole::Whole, &ReadOptions::default())?;
/// let options = HydrogenBondOptions::default().with_scope(Scope::All);
/// // Each of the two molecules may be the donor.
/// assert_eq!(hbonds::find(&water, &options)?.bonds.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Returns an error if a tolerance is not finite, negative, or above its limit.
pub fn find(
    structure: &Structure,
    options: &HydrogenBondOptions,
) -> Result<HydrogenBonds, OptionsError> {
    match find_cancellable(structure, options, &CancelToken::new()) {
        Ok(found) => Ok(found),
        Err(FindError::Options(error)) => Err(error),
        Err(FindError::Cancelled(_)) => unreachable!("nothing cancels the token"),
    }
}

/// Why no hydrogen bonds were found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// A tolerance is not finite, negative, or above its limit.
    #[error(transparent)]
    Options(#[from] OptionsError),
    /// The caller cancelled the search.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// As [`find`]; looks at `cancel` between the steps and before each donor.
///
/// # Errors
/// As [`find`], and [`FindError::Cancelled`].
pub fn find_cancellable(
    structure: &Structure,
    options: &HydrogenBondOptions,
    cancel: &CancelToken,
) -> Result<HydrogenBonds, FindError> {
    options.check()?;
    cancel.check()?;
    find_typed(&TypedMolecule::new(structure), options, cancel)
}

/// As [`find_cancellable`], for a structure whose atoms have types.
pub(crate) fn find_typed(
    typed: &TypedMolecule<'_>,
    options: &HydrogenBondOptions,
    cancel: &CancelToken,
) -> Result<HydrogenBonds, FindError> {
    options.check()?;
    cancel.check()?;
    let sides = options::Sides::new(typed.molecule.structure, options);
    let mut warnings = typed.warnings.clone();
    let donors = wanted(donors::find(typed), |donor| sides.of(donor.atom).is_some());
    let acceptors = wanted(acceptors::find(typed), |acceptor| {
        sides.of(acceptor.atom).is_some()
    });
    let bonds = Finder {
        typed,
        sides: &sides,
        donors: &donors,
        acceptors: &acceptors,
        tolerances: Tolerances {
            distance_angstrom: f64::from(options.distance_slack_angstrom),
            angle_degrees: f64::from(options.angle_slack_degrees),
        },
    }
    .run(&mut warnings, cancel)?;
    sides.warn(typed, &donors, &acceptors, &bonds, &mut warnings);
    Ok(HydrogenBonds {
        bonds,
        donors: donors.len(),
        acceptors: acceptors.len(),
        warnings,
    })
}

fn wanted<T>(all: Vec<T>, is_wanted: impl Fn(&T) -> bool) -> Vec<T> {
    all.into_iter().filter(is_wanted).collect()
}

struct Finder<'a> {
    typed: &'a TypedMolecule<'a>,
    sides: &'a options::Sides,
    donors: &'a [donors::Donor],
    acceptors: &'a [acceptors::Acceptor],
    tolerances: Tolerances,
}

impl Finder<'_> {
    fn run(
        &self,
        warnings: &mut Vec<Warning>,
        cancel: &CancelToken,
    ) -> Result<Vec<HydrogenBond>, Cancelled> {
        let molecule = &self.typed.molecule;
        let reach = self
            .acceptors
            .iter()
            .map(|acceptor| {
                self.tolerances
                    .distance(acceptor.test.reach() + SULFUR_EXTRA)
            })
            .fold(0.0, f64::max);
        let positions = self
            .acceptors
            .iter()
            .map(|acceptor| molecule.position(acceptor.atom))
            .collect();
        let grid = Grid::new(positions, reach);
        let metals: Vec<u32> = (0..molecule.len())
            .filter(|&i| molecule.element(i).is_metal())
            .collect();
        let metal_grid = Grid::new(
            metals.iter().map(|&i| molecule.position(i)).collect(),
            METAL_DISTANCE_ANGSTROM,
        );
        if grid.crowded > 0 {
            warnings.push(Warning {
                location: Location::file(molecule.structure.parts()[0].name.clone()),
                message: format!(
                    "{} acceptors are too crowded to be real; they are ignored",
                    grid.crowded
                ),
            });
        }
        let mut bonds = Vec::new();
        let (mut near, mut near_metals) = (Vec::new(), Vec::new());
        for donor in self.donors {
            cancel.check()?;
            let position = molecule.position(donor.atom);
            let mut hydrogens = None;
            grid.near(position, reach, &mut near);
            for &i in &near {
                let acceptor = &self.acceptors[i as usize];
                if acceptor.atom == donor.atom || !self.sides.joins(donor.atom, acceptor.atom) {
                    continue;
                }
                let hydrogens =
                    hydrogens.get_or_insert_with(|| hydrogens::hydrogens(molecule, donor.atom));
                let mut pair = Pair {
                    molecule,
                    donor,
                    acceptor,
                    hydrogens,
                    tolerances: self.tolerances,
                };
                if !pair.is_bond() {
                    continue;
                }
                metal_grid.near(
                    molecule.position(acceptor.atom),
                    METAL_DISTANCE_ANGSTROM,
                    &mut near_metals,
                );
                let is_blocked = near_metals
                    .iter()
                    .map(|&m| metals[m as usize])
                    .any(|metal| {
                        self.sides.same_part(metal, acceptor.atom)
                            && molecule.angle(donor.atom, acceptor.atom, metal)
                                < METAL_ANGLE_DEGREES
                    });
                if is_blocked {
                    continue;
                }
                let is_relaxed = self.tolerances != Tolerances::NONE;
                pair.tolerances = Tolerances::NONE;
                bonds.push(describe(&pair, !is_relaxed || pair.is_bond()));
            }
        }
        bonds.sort_by_key(|bond| (self.sides.part(bond.donor), self.sides.part(bond.acceptor)));
        Ok(bonds)
    }
}

/// Computes the values of a bond.
fn describe(pair: &Pair<'_>, strict: bool) -> HydrogenBond {
    let molecule = pair.molecule;
    let (donor, acceptor) = (pair.donor.atom, pair.acceptor.atom);
    let (d, a) = (molecule.position(donor), molecule.position(acceptor));
    let best = pair
        .hydrogens
        .iter()
        .map(|h| (angle_degrees(d, h.position, a), h))
        .max_by(|x, y| x.0.total_cmp(&y.0));
    HydrogenBond {
        donor,
        hydrogen: best.and_then(|(_, h)| h.atom),
        acceptor,
        distance_angstrom: distance(d, a) as f32,
        hydrogen_distance_angstrom: best.map(|(_, h)| distance(h.position, a) as f32),
        angle_degrees: best.map(|(angle, _)| angle as f32),
        donor_class: pair.donor.class,
        acceptor_class: pair.acceptor.class,
        strict,
    }
}
