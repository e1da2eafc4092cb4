//! What each atom may have: costs of its numbers of additional shared electron pairs, and of the
//! orders of a bond by its length.
//!
//! An atom with all its hydrogens in the file has the pairs that its valence leaves; charges cost.
//! Without hydrogens the atom type (IDATM) says which pairs an atom has: one for sp2, two for sp.
//! The costs are this project's choice: impossible valences above charges, charges above lengths.

use super::super::idatm::AtomType;
use super::super::idatm::molecule::Molecule;
use super::solve::{Cost, IMPOSSIBLE, MOST_PAIRS, UNFILLED};
use crate::Element;

/// Cost of each number of additional pairs.
pub(super) type Costs = [Cost; MOST_PAIRS + 1];

/// No additional pairs.
const NONE: Costs = [0, IMPOSSIBLE, IMPOSSIBLE, IMPOSSIBLE];

/// Covalent radii in angstrom for single, double and triple bonds (Pyykkö & Atsumi, Chem. Eur. J.
/// 15 (2009) 186 and 12770; Pyykkö, Riedel & Patzschke, Chem. Eur. J. 11 (2005) 3511).
fn radii_angstrom(element: Element) -> [f64; 3] {
    match element {
        Element::C => [0.75, 0.67, 0.60],
        Element::N => [0.71, 0.60, 0.54],
        Element::O => [0.63, 0.57, 0.53],
        Element::P => [1.11, 1.02, 0.94],
        Element::S => [1.03, 0.94, 0.95],
        Element::AS => [1.21, 1.14, 1.06],
        Element::SE => [1.16, 1.07, 1.07],
        Element::CL => [0.99, 0.95, 0.93],
        _ => [f64::NAN; 3],
    }
}

/// Costs of 0, 1 and 2 additional pairs in a bond of this length in angstrom: the squared deviation
/// from the usual length in units of 0.1 angstrom, at most 3. All are 0 for other elements.
pub(super) fn length_costs(elements: [Element; 2], length_angstrom: f64) -> [Cost; 3] {
    let [a, b] = elements.map(radii_angstrom);
    [0, 1, 2].map(|pairs| {
        let deviation = (length_angstrom - a[pairs] - b[pairs]) / 0.1;
        if deviation.is_finite() {
            (deviation.powi(2).min(3.0) * 1000.0).round() as Cost
        } else {
            0
        }
    })
}

/// Costs of an atom; `has_hydrogens` says whether its residue has all its hydrogens.
pub(super) fn costs(molecule: &Molecule<'_>, atom: u32, has_hydrogens: bool) -> Costs {
    let element = molecule.element(atom);
    // A metal is not a partner in a valence.
    let degree = molecule
        .of(atom)
        .iter()
        .filter(|&&other| !molecule.element(other).is_metal())
        .count();
    if degree == 0 {
        return NONE;
    }
    let charge = molecule.structure.atoms().formal_charge[atom as usize];
    if has_hydrogens && charge != 0 {
        let valence = match element {
            Element::C => Some(4 - i32::from(charge).abs()),
            Element::N | Element::P => Some(3 + i32::from(charge)),
            Element::O | Element::S if degree <= 2 => Some(2 + i32::from(charge)),
            _ => None,
        };
        if let Some(valence) = valence {
            return near(valence - degree as i32);
        }
    }
    match element {
        Element::C if has_hydrogens => near(4 - degree as i32),
        Element::C => untold_carbon(molecule.kind(atom), degree),
        Element::N if has_hydrogens => nitrogen(degree),
        Element::N => untold_nitrogen(molecule.kind(atom), degree),
        Element::O => oxygen(molecule.kind(atom), degree, has_hydrogens),
        Element::S | Element::SE => sulfur(molecule.kind(atom), degree, has_hydrogens),
        Element::P | Element::AS => match degree {
            4.. => [6_000, 0, IMPOSSIBLE, IMPOSSIBLE],
            3 => [0, 9_000, IMPOSSIBLE, IMPOSSIBLE],
            _ => [2_000, 0, 9_000, IMPOSSIBLE],
        },
        Element::CL | Element::BR | Element::I => match degree {
            1 => NONE,
            // Halogen oxides: chlorite, chlorate, perchlorate.
            2 => [2_000, 0, IMPOSSIBLE, IMPOSSIBLE],
            3 => [5_000, 2_000, 0, IMPOSSIBLE],
            _ => [9_000, 5_000, 2_000, 0],
        },
        _ => NONE,
    }
}

/// Costs of an atom that wants this number of pairs.
fn near(wanted: i32) -> Costs {
    let wanted = wanted.clamp(0, 2);
    let mut costs = [IMPOSSIBLE; MOST_PAIRS + 1];
    for (pairs, cost) in (0..=wanted).zip(&mut costs) {
        *cost = Cost::from(wanted - pairs) * UNFILLED;
    }
    costs
}

/// Nitrogen with all hydrogens: neutral, else with a charge.
fn nitrogen(degree: usize) -> Costs {
    match degree {
        4.. => NONE,
        // Less than the charge of a second oxygen of a nitro group.
        3 => [0, 4_500, IMPOSSIBLE, IMPOSSIBLE],
        2 => [5_000, 0, 7_000, IMPOSSIBLE],
        _ => [20_000, 6_000, 0, IMPOSSIBLE],
    }
}

fn untold_carbon(kind: AtomType, degree: usize) -> Costs {
    match kind {
        AtomType::C2 | AtomType::Car | AtomType::Cac => {
            let without = match degree {
                0..=1 => 5_000,
                2 => 8_000,
                _ => UNFILLED,
            };
            let two = if degree <= 2 { 10_000 } else { IMPOSSIBLE };
            [without, 0, two, IMPOSSIBLE]
        }
        AtomType::C1 | AtomType::C1Minus => [15_000, 8_000, 0, IMPOSSIBLE],
        _ => NONE,
    }
}

fn untold_nitrogen(kind: AtomType, degree: usize) -> Costs {
    match kind {
        AtomType::Npl => match degree {
            3.. => [0, 7_000, IMPOSSIBLE, IMPOSSIBLE],
            // Rings are typed with every nitrogen that may lend its lone pair as planar.
            2 => [0, 1_500, IMPOSSIBLE, IMPOSSIBLE],
            _ => [0, 4_000, IMPOSSIBLE, IMPOSSIBLE],
        },
        AtomType::N2 => [
            5_000,
            0,
            if degree == 2 { 8_000 } else { IMPOSSIBLE },
            IMPOSSIBLE,
        ],
        AtomType::N2Plus | AtomType::Ntr => [8_000, 0, IMPOSSIBLE, IMPOSSIBLE],
        AtomType::NgPlus => [0, 1_500, IMPOSSIBLE, IMPOSSIBLE],
        AtomType::N1Plus => [15_000, 6_000, 0, IMPOSSIBLE],
        AtomType::N1 => [15_000, 3_000, 0, IMPOSSIBLE],
        _ => NONE,
    }
}

fn oxygen(kind: AtomType, degree: usize, has_hydrogens: bool) -> Costs {
    match degree {
        1 if has_hydrogens => [5_000, 0, 20_000, IMPOSSIBLE],
        1 => match kind {
            AtomType::O2 => [6_000, 0, IMPOSSIBLE, IMPOSSIBLE],
            AtomType::O2Minus | AtomType::O3Minus => [1_000, 0, IMPOSSIBLE, IMPOSSIBLE],
            AtomType::O1 | AtomType::O1Plus => [15_000, 3_000, 0, IMPOSSIBLE],
            _ => [0, 8_000, IMPOSSIBLE, IMPOSSIBLE],
        },
        2 if has_hydrogens || kind == AtomType::OarPlus => {
            let charged = if kind == AtomType::OarPlus { 0 } else { 15_000 };
            [0, charged, IMPOSSIBLE, IMPOSSIBLE]
        }
        _ => NONE,
    }
}

fn sulfur(kind: AtomType, degree: usize, has_hydrogens: bool) -> Costs {
    match degree {
        1 if has_hydrogens => [4_000, 0, IMPOSSIBLE, IMPOSSIBLE],
        1 => match kind {
            AtomType::S2 => [6_000, 0, IMPOSSIBLE, IMPOSSIBLE],
            AtomType::S3Minus => [1_000, 0, IMPOSSIBLE, IMPOSSIBLE],
            _ => [0, 8_000, IMPOSSIBLE, IMPOSSIBLE],
        },
        2 => [0, 12_000, 12_000, IMPOSSIBLE],
        3 => [5_000, 0, 9_000, IMPOSSIBLE],
        4 => [20_000, 8_000, 0, IMPOSSIBLE],
        _ => NONE,
    }
}
