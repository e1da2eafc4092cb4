//! Unit cells of small molecules and minerals: special positions, whole molecules, bonds across
//! copies.

use super::crystal::{Crystal, cell_shifts, too_far};
use super::expand::{Copy, check_count, expand};
use crate::perception::bonds_by_distance;
use crate::structure::{Bond, BondOrder, MAX_COORDINATE_ANGSTROM};
use crate::{Element, MoleculeError, Structure};

/// Images of an atom nearer than this, in angstrom, are one atom on a special position: the
/// tolerance of gemmi (Wojdyr, J. Open Source Softw. 7 (2022) 4200).
pub(super) const SPECIAL_POSITION_ANGSTROM: f64 = 0.4;

/// The longest bond that is derived by distance, in angstrom: two atoms of the largest radius.
const LONGEST_BOND_ANGSTROM: f64 = 4.5;

/// One atom of the unit cell.
#[derive(Clone, Copy)]
struct Site {
    /// Index in the source.
    atom: u32,
    /// Index of the operator that makes it.
    operator: u32,
    /// Position in fractions of the edges.
    fraction: [f64; 3],
}

/// Unit cells with every molecule whole.
pub(super) fn cells(
    source: &Structure,
    crystal: &Crystal,
    counts: [u32; 3],
    max_atoms: usize,
) -> Result<Structure, MoleculeError> {
    let cell_count: usize = counts.iter().map(|count| *count as usize).product();
    let most = source.atoms.len().saturating_mul(crystal.operators.len());
    check_count(source, most, max_atoms)?;
    let mut sites = sites(source, crystal);
    let count = sites.len().saturating_mul(cell_count);
    check_count(source, count, max_atoms)?;
    gather_molecules(source, crystal, &mut sites);
    sites.sort_by_key(|site| (site.operator, site.atom));
    let to_cartesian = crystal.cell.cartesian_from_fractional();
    let operators = crystal.operators.len() as u32;
    let mut copies = Vec::new();
    for (shift, cell) in cell_shifts(counts).zip(0_u32..) {
        for same in sites.chunk_by(|a, b| a.operator == b.operator) {
            let position = |site: &Site| {
                let at = [0, 1, 2].map(|axis| site.fraction[axis] + shift[axis]);
                to_cartesian.apply(at).map(|part| part as f32)
            };
            copies.push(Copy {
                number: cell * operators + same[0].operator + 1,
                atoms: same.iter().map(|site| site.atom).collect(),
                position_angstrom: same.iter().map(position).collect(),
            });
        }
    }
    let limit = MAX_COORDINATE_ANGSTROM;
    let mut positions = copies.iter().flat_map(|copy| &copy.position_angstrom);
    if !positions.all(|at| at.iter().all(|part| part.abs() < limit)) {
        return Err(too_far(source));
    }
    let mut made = expand(source, count, copies.into_iter());
    derive_bonds(&mut made);
    Ok(made)
}

/// The atoms of one unit cell, each once, with fractions from 0 up to 1.
fn sites(source: &Structure, crystal: &Crystal) -> Vec<Site> {
    let to_fractions = crystal.cell.fractional_from_cartesian();
    let mut sites = Vec::with_capacity(source.atoms.len() * crystal.operators.len());
    for (atom, position) in (0_u32..).zip(&source.atoms.position_angstrom) {
        let at = to_fractions.apply(position.map(f64::from));
        let first = sites.len();
        for (operator, transform) in (0_u32..).zip(&crystal.operators) {
            let fraction = transform.apply(at).map(wrapped);
            let images: &[Site] = &sites[first..];
            let is_there = images.iter().any(|other| {
                distance(crystal, other.fraction, fraction) < SPECIAL_POSITION_ANGSTROM
            });
            if !is_there {
                sites.push(Site {
                    atom,
                    operator,
                    fraction,
                });
            }
        }
    }
    sites
}

/// The part of a number from 0 up to 1; what is 1 but for rounding is 0.
fn wrapped(part: f64) -> f64 {
    let part = part.rem_euclid(1.0);
    if part > 1.0 - 1e-6 { 0.0 } else { part }
}

/// Distance of two points to within whole edges, angstrom. Exact for distances below half the
/// smallest height of the cell.
fn distance(crystal: &Crystal, a: [f64; 3], b: [f64; 3]) -> f64 {
    let difference = [0, 1, 2].map(|axis| {
        let part = a[axis] - b[axis];
        part - part.round()
    });
    let [x, y, z] = crystal.cell.cartesian_from_fractional().apply(difference);
    (x * x + y * y + z * z).sqrt()
}

/// Moves atoms by whole edges so that molecules are whole, and have their mean position in the
/// cell. Networks without end stay in the cell.
fn gather_molecules(source: &Structure, crystal: &Crystal, sites: &mut [Site]) {
    let neighbours = periodic_bonds(source, crystal, sites);
    let mut shifts: Vec<Option<[i32; 3]>> = vec![None; sites.len()];
    for start in 0..sites.len() {
        if shifts[start].is_some() {
            continue;
        }
        shifts[start] = Some([0; 3]);
        let mut molecule = vec![start];
        let mut has_end = true;
        let mut next = 0;
        while let Some(&site) = molecule.get(next) {
            next += 1;
            let own = shifts[site].unwrap_or_default();
            for &(other, by) in &neighbours[site] {
                let there = [0, 1, 2].map(|axis| own[axis] + by[axis]);
                match shifts[other as usize] {
                    None => {
                        shifts[other as usize] = Some(there);
                        molecule.push(other as usize);
                    }
                    Some(known) => has_end &= known == there,
                }
            }
        }
        if !has_end {
            for site in molecule {
                shifts[site] = Some([0; 3]);
            }
            continue;
        }
        let mut mean = [0.0; 3];
        for &site in &molecule {
            let shift = shifts[site].unwrap_or_default();
            for axis in 0..3 {
                mean[axis] += sites[site].fraction[axis] + f64::from(shift[axis]);
            }
        }
        let back = mean.map(|sum| (sum / molecule.len() as f64 + 1e-6).floor() as i32);
        for site in molecule {
            shifts[site] = shifts[site].map(|by| [0, 1, 2].map(|axis| by[axis] - back[axis]));
        }
    }
    for (site, shift) in sites.iter_mut().zip(shifts) {
        for (part, by) in site.fraction.iter_mut().zip(shift.unwrap_or_default()) {
            *part += f64::from(by);
        }
    }
}

/// For each site, the sites that it is bonded to, with the whole edges by which they are moved.
fn periodic_bonds(
    source: &Structure,
    crystal: &Crystal,
    sites: &[Site],
) -> Vec<Vec<(u32, [i32; 3])>> {
    let to_cartesian = crystal.cell.cartesian_from_fractional();
    let heights = crystal.cell.heights_angstrom();
    let reach = heights.map(|height| LONGEST_BOND_ANGSTROM / height);
    let around = reach.map(|reach| reach.ceil() as i32);
    let mut positions = Vec::new();
    let mut elements: Vec<Element> = Vec::new();
    let mut origin: Vec<(u32, [i32; 3])> = Vec::new();
    let element_of = |site: &Site| source.atoms.element[site.atom as usize];
    // The cell itself is first, so that its sites have their own numbers.
    let mut cells = vec![[0; 3]];
    for i in -around[0]..=around[0] {
        for j in -around[1]..=around[1] {
            for k in -around[2]..=around[2] {
                if [i, j, k] != [0; 3] {
                    cells.push([i, j, k]);
                }
            }
        }
    }
    for cell in cells {
        let is_home = cell == [0; 3];
        for (number, site) in (0_u32..).zip(sites) {
            let at = [0, 1, 2].map(|axis| site.fraction[axis] + f64::from(cell[axis]));
            let is_near =
                (0..3).all(|axis| at[axis] > -reach[axis] && at[axis] < 1.0 + reach[axis]);
            if is_home || is_near {
                positions.push(to_cartesian.apply(at).map(|part| part as f32));
                elements.push(element_of(site));
                origin.push((number, cell));
            }
        }
    }
    let mut neighbours = vec![Vec::new(); sites.len()];
    for [a, b] in bonds_by_distance(&positions, &elements).pairs {
        for (from, to) in [(a, b), (b, a)] {
            if (from as usize) < sites.len() {
                neighbours[from as usize].push(origin[to as usize]);
            }
        }
    }
    for list in &mut neighbours {
        list.sort_unstable();
    }
    neighbours
}

/// Derives all bonds by distance, also those of metals: in a crystal, coordination goes across
/// copies.
pub(super) fn derive_bonds(structure: &mut Structure) {
    let atoms = &structure.atoms;
    let found = bonds_by_distance(&atoms.position_angstrom, &atoms.element);
    let bond = |[a, b]: [u32; 2]| Bond {
        a,
        b,
        order: BondOrder::Unknown,
    };
    let mut bonds: Vec<Bond> = found.pairs.into_iter().map(bond).collect();
    bonds.sort_unstable_by_key(|bond| (bond.a, bond.b));
    // Orders that the file gives stay where the bond is within a copy.
    for bond in &mut bonds {
        let old = &structure.bonds;
        if let Ok(index) = old.binary_search_by_key(&(bond.a, bond.b), |old| (old.a, old.b)) {
            bond.order = old[index].order;
        }
    }
    structure.bonds = bonds;
    structure.pseudobonds.clear();
}
