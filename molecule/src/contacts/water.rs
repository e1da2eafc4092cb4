//! Water bridges: a donor on one side, an acceptor on the other, and a water molecule between.

use std::collections::{BTreeMap, HashSet};

use super::contact::Contact;
use super::criteria::{
    BRIDGES_PER_WATER, WATER_BRIDGE_ANGSTROM, WATER_BRIDGE_OMEGA_DEGREES,
    WATER_BRIDGE_PREFERRED_DEGREES, WATER_BRIDGE_THETA_DEGREES,
};
use super::kind::{ContactKind, ContactRole};
use super::site::{Pairs, Points, Site};
use crate::Element;
use crate::cancel::Cancelled;
use crate::hbonds::{find_acceptors, find_donors, hydrogens_of};
use crate::perception::idatm::molecule::Molecule;
use crate::perception::idatm::vector::{
    Vec3, add, angle_degrees, distance, perpendicular_part, scale, sub, unit,
};

/// Angle at a donor between its one heavy neighbour and a hydrogen that can rotate, in degrees.
const TETRAHEDRAL_DEGREES: f64 = 109.5;

/// Largest number of donors or acceptors around one water molecule; more are overlapping atoms. Many
/// poses of a ligand have some hundreds.
const MOST_AROUND_WATER: usize = 1024;

/// A bridge that satisfies the limits.
#[derive(Debug, Clone, Copy)]
struct Bridge {
    donor: u32,
    acceptor: u32,
    water: u32,
    theta_degrees: f64,
    omega_degrees: f64,
}

impl Bridge {
    /// Returns how far the angle at the water oxygen is from the preferred one.
    fn deviation(&self) -> f64 {
        (self.omega_degrees - WATER_BRIDGE_PREFERRED_DEGREES).abs()
    }
}

/// Finds water bridges between the ligand and the rest, and applies PLIP's rules: a donor in
/// `bonded` (with a hydrogen bond between ligand and rest) forms no bridge; of the bridges of one
/// acceptor through one water the best angle at the water is kept, and two bridges of each water.
pub(crate) fn water_bridges(
    site: &Site<'_>,
    bonded: &HashSet<u32>,
    pairs: &mut Pairs<'_>,
) -> Result<Vec<Contact>, Cancelled> {
    let molecule = &site.typed.molecule;
    let waters: Vec<u32> = (0..molecule.len())
        .filter(|&atom| site.is_water(atom) && molecule.element(atom) == Element::O)
        .collect();
    if waters.is_empty() {
        return Ok(Vec::new());
    }
    let donors: Vec<u32> = find_donors(site.typed)
        .into_iter()
        .map(|donor| donor.atom)
        .filter(|&atom| !site.is_water(atom) && !bonded.contains(&atom))
        .collect();
    let acceptors: Vec<u32> = find_acceptors(site.typed)
        .into_iter()
        .map(|acceptor| acceptor.atom)
        .filter(|&atom| !site.is_water(atom))
        .collect();
    let [nearest, farthest] = WATER_BRIDGE_ANGSTROM;
    let positions = |atoms: &[u32]| atoms.iter().map(|&a| molecule.position(a)).collect();
    let donor_points = pairs.grid(positions(&donors), farthest);
    let acceptor_points = pairs.grid(positions(&acceptors), farthest);
    let near = |water: Vec3, points: &Points, atoms: &[u32]| -> Vec<u32> {
        let mut found = Vec::new();
        points.grid.near(water, farthest, &mut found);
        found.retain(|&i| distance(points.points[i as usize], water) >= nearest);
        found.into_iter().map(|i| atoms[i as usize]).collect()
    };
    let mut kept = Vec::new();
    for water in waters {
        pairs.cancel.check()?;
        let place = molecule.position(water);
        let donors = near(place, &donor_points, &donors);
        let acceptors = near(place, &acceptor_points, &acceptors);
        if donors.len().max(acceptors.len()) > MOST_AROUND_WATER {
            pairs.crowded += 1;
            continue;
        }
        kept.extend(through(site, water, &donors, &acceptors));
    }
    Ok(kept
        .into_iter()
        .map(|bridge| contact(site, bridge))
        .collect())
}

/// Finds the bridges through one water molecule.
fn through(site: &Site<'_>, water: u32, donors: &[u32], acceptors: &[u32]) -> Vec<Bridge> {
    let molecule = &site.typed.molecule;
    let place = molecule.position(water);
    let mut of_acceptor: BTreeMap<u32, Bridge> = BTreeMap::new();
    for &donor in donors {
        for hydrogen in hydrogens(molecule, donor, place) {
            let theta_degrees = angle_degrees(molecule.position(donor), hydrogen, place);
            if theta_degrees <= WATER_BRIDGE_THETA_DEGREES {
                continue;
            }
            for &acceptor in acceptors {
                let omega_degrees = angle_degrees(molecule.position(acceptor), place, hydrogen);
                let [low, high] = WATER_BRIDGE_OMEGA_DEGREES;
                if site.is_ligand(donor) == site.is_ligand(acceptor)
                    || omega_degrees <= low
                    || omega_degrees >= high
                {
                    continue;
                }
                let bridge = Bridge {
                    donor,
                    acceptor,
                    water,
                    theta_degrees,
                    omega_degrees,
                };
                let best = of_acceptor.entry(acceptor).or_insert(bridge);
                if bridge.deviation() < best.deviation() {
                    *best = bridge;
                }
            }
        }
    }
    let mut found: Vec<Bridge> = of_acceptor.into_values().collect();
    found.sort_by(|a, b| a.deviation().total_cmp(&b.deviation()));
    found.truncate(BRIDGES_PER_WATER);
    found
}

/// Returns the positions of the hydrogens of a donor: those of the file or ideal ones. A hydrogen
/// that can rotate is placed where it points best to the water.
fn hydrogens(molecule: &Molecule<'_>, donor: u32, water: Vec3) -> Vec<Vec3> {
    let known = hydrogens_of(molecule, donor);
    if !known.is_empty() {
        return known
            .into_iter()
            .map(|hydrogen| hydrogen.position)
            .collect();
    }
    let at = molecule.position(donor);
    let Some(to_water) = unit(sub(water, at)) else {
        return Vec::new();
    };
    let direction = match *molecule.of(donor) {
        [] => to_water,
        [neighbour] => {
            let Some(axis) = unit(sub(molecule.position(neighbour), at)) else {
                return Vec::new();
            };
            let Some(aside) = unit(perpendicular_part(to_water, axis)) else {
                return Vec::new();
            };
            let (sine, cosine) = TETRAHEDRAL_DEGREES.to_radians().sin_cos();
            add(scale(axis, cosine), scale(aside, sine))
        }
        _ => return Vec::new(),
    };
    let length =
        molecule.element(donor).covalent_radius_angstrom() + Element::H.covalent_radius_angstrom();
    vec![add(at, scale(direction, f64::from(length)))]
}

fn contact(site: &Site<'_>, bridge: Bridge) -> Contact {
    let position = |atom| site.typed.molecule.position(atom);
    let donor = site.atom_side(ContactRole::Donor, bridge.donor);
    let acceptor = site.atom_side(ContactRole::Acceptor, bridge.acceptor);
    let (ligand, rest) = if site.is_ligand(bridge.donor) {
        (donor, acceptor)
    } else {
        (acceptor, donor)
    };
    let (water, ends) = (position(bridge.water), [ligand.atoms[0], rest.atoms[0]]);
    let to_water = ends.map(|atom| distance(position(atom), water) as f32);
    let d = distance(position(ends[0]), position(ends[1]));
    Contact {
        water: Some(bridge.water),
        water_distances_angstrom: Some(to_water),
        angle_degrees: Some(bridge.theta_degrees as f32),
        second_angle_degrees: Some(bridge.omega_degrees as f32),
        ..Contact::new(ContactKind::WaterBridges, ligand, rest, d)
    }
}
