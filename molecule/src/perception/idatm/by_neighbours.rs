//! First passes: types by the number of neighbours and their angles, and of terminal atoms by bond
//! length.
//!
//! Values: Meng & Lewis 1991, tables 3 and 4, as used by `ChimeraX`; lengths in angstrom, angles in
//! degrees.

use super::molecule::Molecule;
use super::types::AtomType::{
    C1, C1Minus, C2, C3, Cac, D, DC, H, HC, N1, N1Plus, N2, N3, N3Plus, Npl, Ntr, O1, O1Plus, O2,
    O2Minus, O3, O3Minus, P3Plus, Pac, Pox, S2, S3, S3Minus, S3Plus, Sac, Son, Sxd,
};
use crate::Element;

/// Ambiguity of an atom that a later pass resolves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Recheck {
    /// No ambiguity.
    #[default]
    No,
    /// Carbon with a tetrahedral angle: sp3, unless a bond is short.
    MaybePlanarCarbon,
    /// Nitrogen with a tetrahedral angle: sp3, unless a bond is short.
    MaybePlanarNitrogen,
    /// Carbon with a planar angle: sp2, unless all bonds are long.
    MaybeTetrahedralCarbon,
    /// Apparent sp2 nitrogen next to a carbon whose type is not known yet.
    MaybeDelocalised,
}

/// Ambiguities that the first passes leave.
#[derive(Debug, Default)]
pub(crate) struct Ambiguities {
    /// One entry for each atom.
    pub(crate) recheck: Vec<Recheck>,
}

/// Longest double bond of a terminal oxygen on carbon.
pub(crate) const LONGEST_CARBONYL: f64 = 1.30;
/// Longest double bond of a terminal sulfur on carbon.
pub(crate) const LONGEST_THIOCARBONYL: f64 = 1.76;
/// Longest bond of a terminal nitrogen to a planar carbon that is not sp3.
pub(crate) const LONGEST_PLANAR_NITROGEN: f64 = 1.38;
/// Longest bond of a terminal carbon with a double bond.
pub(crate) const LONGEST_ALKENE: f64 = 1.41;

/// Assigns types by number of neighbours: to hydrogens, and to atoms with two, three or four
/// neighbours.
pub(crate) fn by_neighbours(molecule: &mut Molecule<'_>, computed: &[u32]) -> Ambiguities {
    let mut ambiguities = Ambiguities {
        recheck: vec![Recheck::No; molecule.len() as usize],
    };
    for &atom in computed
        .iter()
        .filter(|&&i| molecule.is_hydrogen(i))
        .collect::<Vec<_>>()
    {
        let on_carbon = molecule
            .of(atom)
            .iter()
            .any(|&n| molecule.element(n) == Element::C);
        let is_deuterium = molecule.structure.atoms().name[atom as usize].starts_with(['D', 'd']);
        molecule.set(
            atom,
            match (on_carbon, is_deuterium) {
                (true, false) => HC,
                (false, false) => H,
                (true, true) => DC,
                (false, true) => D,
            },
        );
    }
    for &atom in computed {
        match molecule.degree(atom) {
            4 => type_tetravalent(molecule, atom),
            3 => type_trivalent(molecule, atom),
            2 => type_divalent(molecule, atom, &mut ambiguities),
            // Water without hydrogens, in a residue of any name.
            0 if molecule.element(atom) == Element::O => molecule.set(atom, O3),
            _ => {}
        }
    }
    ambiguities
}

fn type_tetravalent(molecule: &mut Molecule<'_>, atom: u32) {
    let free = molecule.free_oxygens(atom, false);
    let kind = match molecule.element(atom) {
        Element::C => C3,
        Element::N => N3Plus,
        Element::P if free >= 2 => Pac,
        Element::P if free == 1 => Pox,
        Element::P => P3Plus,
        Element::S if free >= 3 => Sac,
        Element::S if free >= 1 => Son,
        _ => return,
    };
    molecule.set(atom, kind);
}

fn type_trivalent(molecule: &mut Molecule<'_>, atom: u32) {
    let &[a, b, c] = molecule.of(atom) else {
        return;
    };
    let mean =
        (molecule.angle(a, atom, b) + molecule.angle(a, atom, c) + molecule.angle(b, atom, c))
            / 3.0;
    let kind = match molecule.element(atom) {
        Element::C => {
            let shortest = [a, b, c]
                .map(|n| molecule.length(atom, n))
                .into_iter()
                .fold(f64::INFINITY, f64::min);
            let is_sp3 = mean < 113.5
                || (mean < 116.5 && (shortest > 1.53 || (shortest > 1.42 && mean < 115.0)));
            if is_sp3 {
                C3
            } else if molecule.free_oxygens(atom, true) >= 2 {
                Cac
            } else {
                C2
            }
        }
        Element::N if mean < 115.0 => N3,
        Element::N if molecule.free_oxygens(atom, false) >= 2 => Ntr,
        Element::N => Npl,
        Element::S if [a, b, c].iter().any(|&n| molecule.element(n) == Element::O) => Sxd,
        Element::S => S3Plus,
        _ => return,
    };
    molecule.set(atom, kind);
}

fn type_divalent(molecule: &mut Molecule<'_>, atom: u32, ambiguities: &mut Ambiguities) {
    let &[a, b] = molecule.of(atom) else { return };
    let angle = molecule.angle(a, atom, b);
    let recheck = &mut ambiguities.recheck[atom as usize];
    let kind = match molecule.element(atom) {
        Element::C if angle < 115.0 => {
            *recheck = Recheck::MaybePlanarCarbon;
            C3
        }
        Element::C if angle < 160.0 => {
            *recheck = Recheck::MaybeTetrahedralCarbon;
            C2
        }
        Element::C => C1,
        Element::N if angle < 115.0 => {
            *recheck = Recheck::MaybePlanarNitrogen;
            N3
        }
        Element::N if angle < 160.0 => {
            let mut is_double = false;
            for n in [a, b] {
                if may_have_double_bond(molecule, atom, n) {
                    is_double = true;
                    if molecule.element(n) == Element::C && molecule.is_untyped(n) {
                        *recheck = Recheck::MaybeDelocalised;
                    }
                }
            }
            if is_double { N2 } else { Npl }
        }
        Element::N => N1Plus,
        Element::O => O3,
        Element::S => S3,
        _ => return,
    };
    molecule.set(atom, kind);
}

/// Returns whether the bond of a nitrogen to one of its two neighbours is short enough for a double
/// bond, and the neighbour has no other double bond.
fn may_have_double_bond(molecule: &Molecule<'_>, nitrogen: u32, neighbour: u32) -> bool {
    let length = molecule.length(nitrogen, neighbour);
    match molecule.element(neighbour) {
        Element::N => length <= 1.32,
        Element::C if length <= 1.38 => match molecule.kind(neighbour) {
            Cac => false,
            kind if kind == C2 || molecule.is_untyped(neighbour) => {
                !molecule.others(neighbour, nitrogen).any(|n| {
                    let longest = match molecule.element(n) {
                        Element::O => LONGEST_CARBONYL,
                        Element::S => LONGEST_THIOCARBONYL,
                        _ => return false,
                    };
                    molecule.degree(n) == 1 && molecule.length(neighbour, n) <= longest
                })
            }
            _ => true,
        },
        _ => false,
    }
}

/// Assigns types to atoms with one neighbour, by that neighbour and the bond length.
pub(crate) fn terminal(
    molecule: &mut Molecule<'_>,
    computed: &[u32],
    ambiguities: &mut Ambiguities,
) {
    for &atom in computed {
        let &[neighbour] = molecule.of(atom) else {
            continue;
        };
        let length = molecule.length(atom, neighbour);
        match molecule.element(atom) {
            Element::C => terminal_carbon(molecule, atom, neighbour, length),
            Element::N => terminal_nitrogen(molecule, atom, neighbour, length),
            Element::O => terminal_oxygen(molecule, atom, neighbour, length, ambiguities),
            Element::S => terminal_sulfur(molecule, atom, neighbour, length, ambiguities),
            _ => {}
        }
    }
}

fn terminal_carbon(molecule: &mut Molecule<'_>, atom: u32, neighbour: u32, length: f64) {
    let element = molecule.element(neighbour);
    let kind = match molecule.kind(neighbour) {
        C1 if length <= 1.22 => C1,
        _ if element == Element::N && molecule.degree(neighbour) < 3 && length <= 1.20 => {
            molecule.set(neighbour, N1Plus);
            C1
        }
        // Isonitrile: the carbon is sp, unless the triple bond of the nitrogen leads to its other
        // neighbour.
        N1Plus => {
            let far = molecule.others(neighbour, atom).next();
            match far {
                Some(far) if molecule.length(neighbour, far) < length => C3,
                _ => C1,
            }
        }
        _ if element == Element::C && length <= LONGEST_ALKENE => C2,
        _ if element == Element::N && length <= 1.37 => C2,
        _ if element == Element::O && molecule.degree(neighbour) == 1 && length <= 1.17 => C1Minus,
        _ => C3,
    };
    molecule.set(atom, kind);
}

fn terminal_nitrogen(molecule: &mut Molecule<'_>, atom: u32, neighbour: u32, length: f64) {
    let element = molecule.element(neighbour);
    let neighbour_kind = molecule.kind(neighbour);
    let is_nitrile_by_degree = neighbour_kind == C1
        && molecule
            .others(neighbour, atom)
            .any(|far| molecule.degree(far) > 2);
    let kind = if is_nitrile_by_degree
        || neighbour_kind == N1Plus
        || (length <= 1.20 && (neighbour_kind == C1 || element == Element::N))
        || (length < 1.21 && element == Element::O)
    {
        N1
    } else if (length > LONGEST_PLANAR_NITROGEN && matches!(neighbour_kind, C2 | C3))
        || (length > 1.43 && neighbour_kind == N3)
        || (length > 1.41 && neighbour_kind == Npl)
    {
        N3
    } else if matches!(element, Element::C | Element::N) {
        Npl
    } else {
        N3
    };
    molecule.set(atom, kind);
}

fn terminal_oxygen(
    molecule: &mut Molecule<'_>,
    atom: u32,
    neighbour: u32,
    length: f64,
    ambiguities: &mut Ambiguities,
) {
    let element = molecule.element(neighbour);
    let neighbour_is_terminal = molecule.degree(neighbour) == 1;
    let kind = match molecule.kind(neighbour) {
        Cac | Ntr | N1Plus => O2Minus,
        Pac if is_hydroxyl_of_phosphate(molecule, atom, neighbour, length) => O3,
        Pac | Sac | N3Plus | Pox | Son | Sxd => O3Minus,
        _ if element == Element::C && neighbour_is_terminal && length <= 1.17 => O1Plus,
        _ if element == Element::C && length <= LONGEST_CARBONYL => {
            molecule.set(neighbour, C2);
            ambiguities.recheck[neighbour as usize] = Recheck::No;
            O2
        }
        _ if element == Element::AS && length <= 1.685 => O2,
        _ if element == Element::O && neighbour_is_terminal && length <= 1.338 => O2,
        _ if element == Element::N && neighbour_is_terminal && length <= 1.21 => O1,
        _ => O3,
    };
    molecule.set(atom, kind);
}

/// Returns true for a terminal oxygen of a phosphate with three or more whose bond is at least 0.05
/// longer than all others: its hydrogen is not in the file.
fn is_hydroxyl_of_phosphate(
    molecule: &Molecule<'_>,
    atom: u32,
    phosphorus: u32,
    length: f64,
) -> bool {
    let rivals: Vec<f64> = molecule
        .others(phosphorus, atom)
        .filter(|&n| molecule.element(n) == Element::O && molecule.degree(n) == 1)
        .map(|n| molecule.length(phosphorus, n))
        .collect();
    rivals.len() >= 2 && rivals.iter().all(|rival| length >= rival + 0.05)
}

fn terminal_sulfur(
    molecule: &mut Molecule<'_>,
    atom: u32,
    neighbour: u32,
    length: f64,
    ambiguities: &mut Ambiguities,
) {
    let kind = match molecule.element(neighbour) {
        Element::P => S3Minus,
        _ if molecule.kind(neighbour) == N1Plus => S2,
        Element::C if length <= LONGEST_THIOCARBONYL => {
            molecule.set(neighbour, C2);
            ambiguities.recheck[neighbour as usize] = Recheck::No;
            S2
        }
        Element::AS if length <= 2.11 => S2,
        _ => S3,
    };
    molecule.set(atom, kind);
}

/// Resolves ambiguities of atoms with two neighbours, now that their neighbours have types.
pub(crate) fn recheck(molecule: &mut Molecule<'_>, computed: &[u32], ambiguities: &Ambiguities) {
    for &atom in computed {
        let near = |element: Element, longest: f64| {
            molecule
                .of(atom)
                .iter()
                .any(|&n| molecule.element(n) == element && molecule.length(atom, n) <= longest)
        };
        let far = |element: Element, shortest: f64| {
            molecule
                .of(atom)
                .iter()
                .any(|&n| molecule.element(n) == element && molecule.length(atom, n) > shortest)
        };
        let kind = match ambiguities.recheck[atom as usize] {
            Recheck::MaybePlanarCarbon if near(Element::C, 1.42) || near(Element::N, 1.41) => C2,
            Recheck::MaybePlanarNitrogen if near(Element::C, 1.38) || near(Element::N, 1.32) => {
                if molecule.heavy(atom) < 2 {
                    N2
                } else {
                    Npl
                }
            }
            Recheck::MaybeTetrahedralCarbon
                if !near(Element::C, 1.42)
                    && !near(Element::N, 1.41)
                    && (far(Element::C, 1.45)
                        || far(Element::N, 1.46)
                        || far(Element::O, 1.44)) =>
            {
                C3
            }
            _ => continue,
        };
        molecule.set(atom, kind);
    }
}

/// Changes planar nitrogens with two heavy neighbours and short bonds to sp2 nitrogens with a
/// double bond.
pub(crate) fn short_bonds_of_nitrogens(molecule: &mut Molecule<'_>, computed: &[u32]) {
    for &atom in computed {
        if molecule.kind(atom) != Npl || molecule.heavy(atom) != 2 {
            continue;
        }
        let &[a, b] = molecule.of(atom) else { continue };
        let ratio =
            |n: u32| criterion(molecule, n).map(|longest| molecule.length(atom, n) / longest);
        let (Some(ratio_a), Some(ratio_b)) = (ratio(a), ratio(b)) else {
            continue;
        };
        if ratio_a * ratio_b >= 1.0 {
            continue;
        }
        let best = [(a, ratio_a), (b, ratio_b)]
            .into_iter()
            .filter(|&(n, ratio)| ratio < 1.0 && can_take_double_bond(molecule, n, atom))
            .min_by(|x, y| x.1.total_cmp(&y.1));
        let Some((partner, _)) = best else { continue };
        molecule.set(atom, N2);
        let kind = match molecule.element(partner) {
            Element::C => C2,
            Element::N => N2,
            _ => O2,
        };
        molecule.set(partner, kind);
    }
}

/// Length in angstrom below which a bond of nitrogen to this atom is more likely double than
/// single.
fn criterion(molecule: &Molecule<'_>, neighbour: u32) -> Option<f64> {
    match molecule.element(neighbour) {
        Element::C => Some(1.3629),
        Element::N => Some(1.3337),
        Element::O if molecule.degree(neighbour) == 1 => Some(1.3485),
        _ => None,
    }
}

fn can_take_double_bond(molecule: &Molecule<'_>, atom: u32, nitrogen: u32) -> bool {
    use super::types::{AtomType::Car, Geometry};
    molecule.kind(atom) != Car
        && !(molecule.element(atom) == Element::N && molecule.degree(atom) > 2)
        && !molecule.others(atom, nitrogen).any(|n| {
            molecule.degree(n) == 1
                && matches!(
                    molecule.kind(n).geometry(),
                    Some(Geometry::Linear | Geometry::Planar)
                )
        })
}
