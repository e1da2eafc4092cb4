//! Hydrogen bonds of the backbone by their electrostatic energy (Kabsch & Sander 1983).

use super::backbone::{BackboneResidue, Point, distance, squared_distance};
use crate::cancel::{CancelToken, Cancelled};

/// Partial charges 0.42 e of C=O and 0.20 e of N-H, times 332 kcal/mol angstrom / e^2.
const COUPLING_KCAL_ANGSTROM: f64 = 0.42 * 0.20 * 332.0;
/// A hydrogen bond has a lower energy than this.
const BOND_ENERGY_KCAL: f64 = -0.5;
/// Energy of atoms that touch: nearer than [`SHORTEST_ANGSTROM`].
const LOWEST_ENERGY_KCAL: f64 = -9.9;
const SHORTEST_ANGSTROM: f64 = 0.5;
/// Residues whose alpha carbons are farther apart have no hydrogen bond (DSSP 4,
/// `kMinimalCADistance`).
const REACH_ANGSTROM: f64 = 9.0;
/// Largest number of residues in a cube of that edge; proteins have five or six. More overlap, and
/// the residues beyond this number have no bonds.
const MOST_PER_CELL: usize = 128;

/// The two best acceptors of the amide group of each residue.
#[derive(Debug, Clone, Copy)]
struct Acceptors([(u32, f64); 2]);

/// No residue.
const NONE: u32 = u32::MAX;

/// Hydrogen bonds between the residues of a backbone.
#[derive(Debug)]
pub(super) struct HydrogenBonds {
    acceptors: Vec<Acceptors>,
    /// Pairs of residues with near alpha carbons, the lower index first, ascending.
    pub(super) near: Vec<(u32, u32)>,
}

impl HydrogenBonds {
    /// Finds all bonds.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub(super) fn find(
        backbone: &[BackboneResidue],
        cancel: &CancelToken,
    ) -> Result<Self, Cancelled> {
        let near = near_pairs(backbone, cancel)?;
        let mut bonds = Self {
            acceptors: vec![Acceptors([(NONE, 0.0); 2]); backbone.len()],
            near: Vec::new(),
        };
        for (count, &(i, j)) in near.iter().enumerate() {
            if count % 65536 == 0 {
                cancel.check()?;
            }
            bonds.add(backbone, i, j);
            // The carbonyl group before an amide group is part of the same peptide bond.
            if j != i + 1 {
                bonds.add(backbone, j, i);
            }
        }
        bonds.near = near;
        Ok(bonds)
    }

    fn add(&mut self, backbone: &[BackboneResidue], donor: u32, acceptor: u32) {
        let energy = energy_kcal(&backbone[donor as usize], &backbone[acceptor as usize]);
        let Acceptors([best, second]) = &mut self.acceptors[donor as usize];
        if energy < best.1 {
            *second = *best;
            *best = (acceptor, energy);
        } else if energy < second.1 {
            *second = (acceptor, energy);
        }
    }

    /// Returns true if the amide group of one residue donates to the carbonyl group of another.
    pub(super) fn has(&self, donor: usize, acceptor: usize) -> bool {
        self.acceptors[donor]
            .0
            .iter()
            .any(|(other, energy)| *other as usize == acceptor && *energy < BOND_ENERGY_KCAL)
    }
}

/// Energy of a bond, rounded to three decimals as DSSP does.
fn energy_kcal(donor: &BackboneResidue, acceptor: &BackboneResidue) -> f64 {
    if donor.is_proline {
        return 0.0;
    }
    let distances = [
        distance(donor.hydrogen, acceptor.oxygen),
        distance(donor.hydrogen, acceptor.carbon),
        distance(donor.nitrogen, acceptor.carbon),
        distance(donor.nitrogen, acceptor.oxygen),
    ];
    if distances
        .iter()
        .any(|distance| *distance < SHORTEST_ANGSTROM)
    {
        return LOWEST_ENERGY_KCAL;
    }
    let [ho, hc, nc, no] = distances;
    let energy = -COUPLING_KCAL_ANGSTROM * (1.0 / ho - 1.0 / hc + 1.0 / nc - 1.0 / no);
    ((energy * 1000.0).round() / 1000.0).max(LOWEST_ENERGY_KCAL)
}

/// Finds the pairs of residues with near alpha carbons, by cubic cells.
fn near_pairs(
    backbone: &[BackboneResidue],
    cancel: &CancelToken,
) -> Result<Vec<(u32, u32)>, Cancelled> {
    let mut cells: std::collections::HashMap<[i32; 3], Vec<u32>> = std::collections::HashMap::new();
    for (index, residue) in (0..).zip(backbone) {
        let members = cells.entry(cell(residue.alpha_carbon)).or_default();
        if members.len() < MOST_PER_CELL {
            members.push(index);
        }
    }
    let mut pairs = Vec::new();
    for (index, residue) in (0_u32..).zip(backbone) {
        if index % 4096 == 0 {
            cancel.check()?;
        }
        let first = pairs.len();
        let [x, y, z] = cell(residue.alpha_carbon);
        for neighbour in 0..27 {
            let key = [
                x + neighbour % 3 - 1,
                y + neighbour / 3 % 3 - 1,
                z + neighbour / 9 - 1,
            ];
            let members = cells.get(&key).map_or(&[][..], Vec::as_slice);
            // Members are ascending.
            let later = &members[members.partition_point(|other| *other <= index)..];
            pairs.extend(later.iter().filter_map(|&other| {
                let place = backbone[other as usize].alpha_carbon;
                (squared_distance(residue.alpha_carbon, place) <= REACH_ANGSTROM * REACH_ANGSTROM)
                    .then_some((index, other))
            }));
        }
        pairs[first..].sort_unstable();
    }
    Ok(pairs)
}

fn cell(place: Point) -> [i32; 3] {
    place.map(|coordinate| (coordinate / REACH_ANGSTROM).floor() as i32)
}
