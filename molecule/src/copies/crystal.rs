//! Structures of unit cells and of neighbours in a crystal.

use std::rc::Rc;

use super::expand::{Copy, check_count, expand, name, only_part};
use super::lattice::{
    Crystal, SPECIAL_POSITION_ANGSTROM, box_of, cell_shifts, leaves_range, too_far,
};
use super::packing;
use crate::selection::within;
use crate::structure::MAX_COORDINATE_ANGSTROM;
use crate::symmetry::Transform;
use crate::{CancelToken, MoleculeError, Structure};

/// Largest number of unit cells along an edge.
pub const MOST_CELLS: u32 = 100;
/// Largest distance at which copies are looked for, angstrom.
pub const MOST_MATE_ANGSTROM: f64 = 1000.0;
/// Largest number of places of copies that are looked at for neighbours.
const MOST_PLACES: f64 = 1e6;

/// Reads numbers of unit cells along the edges a, b and c, such as `2x2x1`. `None` for other texts,
/// and for numbers that are not from 1 to [`MOST_CELLS`].
#[must_use]
pub fn cells_from_name(text: &str) -> Option<[u32; 3]> {
    let counts = text.split(['x', 'X']).map(|count| {
        let count = count.parse::<u32>().ok();
        count.filter(|count| (1..=MOST_CELLS).contains(count))
    });
    let counts: Option<Vec<u32>> = counts.collect();
    counts?.try_into().ok()
}

/// Which part of a crystal is made of a file's atoms.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[non_exhaustive]
pub enum CrystalChoice {
    /// The atoms as they are in the file.
    #[default]
    None,
    /// Whole unit cells along the edges a, b and c, each number from 1 to 100.
    Cells([u32; 3]),
    /// The atoms of the file, and each copy by symmetry that has an atom within this distance of
    /// them, angstrom.
    Mates(f64),
}

impl Structure {
    /// Makes a part of the crystal. The structure must have one part, as one that was read from a
    /// file has. Chains of the second and later copies have ids such as `A-2`.
    ///
    /// Copies of a polymer's file are whole: with unit cells, the mean position of each is in a
    /// cell. Other files are taken as small molecules or minerals: an atom that its operators map
    /// onto itself (a special position) is there once, bonds are derived anew between all copies by
    /// distance, and with unit cells every molecule is whole and has its mean position in a cell;
    /// atoms of networks that have no end are within the cell.
    ///
    /// # Errors
    /// [`MoleculeError::Symmetry`] if the file has no unit cell, or neither operators nor a known
    /// space group, and [`MoleculeError::Limit`] if the result has more than `max_atoms` atoms.
    pub fn with_crystal(
        self,
        choice: CrystalChoice,
        max_atoms: usize,
    ) -> Result<Self, MoleculeError> {
        if choice == CrystalChoice::None {
            return Ok(self);
        }
        let crystal = Crystal::new(&self)?;
        only_part(&self)?;
        match choice {
            CrystalChoice::None => Ok(self),
            CrystalChoice::Cells(counts) => {
                let counts = counts.map(|count| count.clamp(1, MOST_CELLS));
                let mut made = if is_polymer(&self) {
                    polymer_cells(&self, &crystal, counts, max_atoms)
                } else {
                    packing::cells(&self, &crystal, counts, max_atoms)
                }?;
                if let Some(part) = made.parts.first_mut() {
                    part.cells = Some(counts);
                }
                Ok(made)
            }
            CrystalChoice::Mates(distance_angstrom) => {
                mates(&self, &crystal, distance_angstrom, max_atoms)
            }
        }
    }
}

/// Whether a structure has a residue of a polymer.
fn is_polymer(source: &Structure) -> bool {
    let mut residues = source.residues.iter();
    residues.any(|residue| residue.class.is_polymer())
}

/// The atoms of a structure, moved; `None` if one leaves the range of coordinates.
fn moved(source: &Structure, transform: &Transform) -> Option<Vec<[f32; 3]>> {
    let positions = source.atoms.position_angstrom.iter();
    let moved: Vec<[f32; 3]> = positions.map(|at| transform.apply_f32(*at)).collect();
    let limit = MAX_COORDINATE_ANGSTROM;
    // This comparison is false for NaN, too.
    let sound = moved.as_flattened().iter().all(|part| part.abs() < limit);
    sound.then_some(moved)
}

/// Unit cells with whole copies of all atoms.
fn polymer_cells(
    source: &Structure,
    crystal: &Crystal,
    counts: [u32; 3],
    max_atoms: usize,
) -> Result<Structure, MoleculeError> {
    let cells: usize = counts.iter().map(|count| *count as usize).product();
    let copies = cells.saturating_mul(crystal.operators.len());
    let count = copies.saturating_mul(source.atoms.len());
    check_count(source, count, max_atoms)?;
    let to_fractions = crystal.cell.fractional_from_cartesian();
    let positions = &source.atoms.position_angstrom;
    let mut sum = [0.0_f64; 3];
    for position in positions {
        for (sum, part) in sum.iter_mut().zip(position) {
            *sum += f64::from(*part);
        }
    }
    let mean = to_fractions.apply(sum.map(|sum| sum / positions.len().max(1) as f64));
    let all: Rc<[u32]> = (0..source.atoms.len() as u32).collect();
    let mut made: Vec<Transform> = Vec::with_capacity(copies);
    for shift in cell_shifts(counts) {
        for operator in &crystal.operators {
            let image = operator.apply(mean);
            let by = [0, 1, 2].map(|axis| shift[axis] - image[axis].floor());
            let operator = Transform::translation(by).after(operator);
            made.push(crystal.cell.to_cartesian_operator(&operator));
        }
    }
    if made.iter().any(|transform| leaves_range(source, transform)) {
        return Err(too_far(source));
    }
    let copies = made.iter().zip(1_u32..).map(|(transform, number)| Copy {
        number,
        atoms: Rc::clone(&all),
        position_angstrom: positions
            .iter()
            .map(|at| transform.apply_f32(*at))
            .collect(),
    });
    Ok(expand(source, count, copies))
}

/// The atoms of the file, and the copies that are near.
fn mates(
    source: &Structure,
    crystal: &Crystal,
    distance_angstrom: f64,
    max_atoms: usize,
) -> Result<Structure, MoleculeError> {
    let originals = &source.atoms.position_angstrom;
    let to_fractions = crystal.cell.fractional_from_cartesian();
    let fractions: Vec<[f64; 3]> = originals
        .iter()
        .map(|at| to_fractions.apply(at.map(f64::from)))
        .collect();
    let [low, high] = range_of(fractions.iter().copied());
    let heights = crystal.cell.heights_angstrom();
    let reach = heights.map(|height| distance_angstrom / height);
    let once = !is_polymer(source);
    let all: Rc<[u32]> = (0..source.atoms.len() as u32).collect();
    let mut copies = vec![Copy {
        number: 1,
        atoms: Rc::clone(&all),
        position_angstrom: originals.clone(),
    }];
    let mut count = source.atoms.len();
    // Atoms that are there already, for special positions.
    let mut placed = originals.clone();
    for operator in &crystal.operators {
        let [image_low, image_high] = range_of(fractions.iter().map(|at| operator.apply(*at)));
        let first = [0, 1, 2].map(|i| (low[i] - reach[i] - image_high[i]).ceil());
        let last = [0, 1, 2].map(|i| (high[i] + reach[i] - image_low[i]).floor());
        let places: f64 = (0..3)
            .map(|i| (last[i] - first[i] + 1.0).max(0.0))
            .product();
        if places > MOST_PLACES {
            return Err(MoleculeError::Symmetry {
                file: name(source).to_owned(),
                problem: format!("{places:e} copies may be within {distance_angstrom} angstrom"),
                remedy: "choose a shorter distance, and check the unit cell".to_owned(),
            });
        }
        let counts = [0, 1, 2].map(|i| (last[i] - first[i] + 1.0).max(0.0) as u32);
        for shift in cell_shifts(counts) {
            let by = [0, 1, 2].map(|i| first[i] + shift[i]);
            let operator = Transform::translation(by).after(operator);
            if operator.is_near(&Transform::IDENTITY) {
                continue;
            }
            let transform = crystal.cell.to_cartesian_operator(&operator);
            let image = moved(source, &transform).ok_or_else(|| too_far(source))?;
            if !boxes_are_near(originals, &image, distance_angstrom)
                || !any_within(&image, originals, distance_angstrom)
            {
                continue;
            }
            let number = copies.len() as u32 + 1;
            let (atoms, position_angstrom) = if once {
                let there = within_flags(&image, &placed, SPECIAL_POSITION_ANGSTROM);
                let new = |i: &usize| !there[*i];
                let kept: Vec<usize> = (0..image.len()).filter(new).collect();
                (
                    kept.iter().map(|i| *i as u32).collect(),
                    kept.iter().map(|i| image[*i]).collect(),
                )
            } else {
                (Rc::clone(&all), image)
            };
            if atoms.is_empty() {
                continue;
            }
            count += atoms.len();
            check_count(source, count, max_atoms)?;
            if once {
                placed.extend_from_slice(&position_angstrom);
            }
            copies.push(Copy {
                number,
                atoms,
                position_angstrom,
            });
        }
    }
    let mut made = expand(source, count, copies.into_iter());
    if once {
        packing::derive_bonds(&mut made);
    }
    Ok(made)
}

fn range_of(points: impl Iterator<Item = [f64; 3]>) -> [[f64; 3]; 2] {
    let mut corners = [[f64::INFINITY; 3], [f64::NEG_INFINITY; 3]];
    for point in points {
        for (axis, part) in point.into_iter().enumerate() {
            corners[0][axis] = corners[0][axis].min(part);
            corners[1][axis] = corners[1][axis].max(part);
        }
    }
    corners
}

fn boxes_are_near(a: &[[f32; 3]], b: &[[f32; 3]], distance: f64) -> bool {
    let ([low_a, high_a], [low_b, high_b]) = (box_of(a), box_of(b));
    let mut gap_squared = 0.0;
    for axis in 0..3 {
        let gap = f64::from(low_a[axis] - high_b[axis]).max(f64::from(low_b[axis] - high_a[axis]));
        gap_squared += gap.max(0.0).powi(2);
    }
    gap_squared <= distance * distance
}

fn any_within(points: &[[f32; 3]], of: &[[f32; 3]], distance: f64) -> bool {
    within_flags(points, of, distance).contains(&true)
}

/// For each point, whether one of the others is within a distance, angstrom.
pub(super) fn within_flags(points: &[[f32; 3]], of: &[[f32; 3]], distance: f64) -> Vec<bool> {
    let all: Vec<[f32; 3]> = points.iter().chain(of).copied().collect();
    let sources: Vec<bool> = (0..all.len()).map(|i| i >= points.len()).collect();
    let near = within(&all, &sources, distance, |_| true, &CancelToken::new());
    // The token of this call is never cancelled.
    let mut near = near.unwrap_or_default();
    near.truncate(points.len());
    near
}
