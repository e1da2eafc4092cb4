//! Donors of hydrogen bonds: the classes of Mills & Dean in their order, then all others with a
//! hydrogen.

#![allow(
    clippy::approx_constant,
    clippy::unnecessary_wraps,
    clippy::large_enum_variant,
    reason = "some distances are near pi; rows have the form of the published tables; the table is short"
)]

use super::classes::DonorClass;
use super::complete::is_complete;
use super::criteria::{DonorTest, Tau, ThetaRow, UpsilonRow};
use super::groups::Spec::{
    Element as Of, Planar, SingleBond, Tetrahedral, TetrahedralOrHydrogen, Type,
};
use super::groups::{Node, leaf, matches_at, node};
use crate::Element;
use crate::perception::idatm::AtomType::{
    C2, C3, Cac, Car, N2, N2Plus, N3, N3Plus, NgPlus, Npl, O2, O3,
};
use crate::perception::idatm::TypedMolecule;

/// A donor and its test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Donor {
    pub(crate) atom: u32,
    pub(crate) class: DonorClass,
    pub(crate) test: DonorTest,
}

/// A row of the tables of Mills & Dean, or the place of a class without a pattern.
#[allow(clippy::large_enum_variant, reason = "the table has sixteen rows")]
enum Row {
    Pattern {
        class: DonorClass,
        pattern: Node,
        /// The donating atom: the root, or this branch.
        branch: Option<usize>,
        test: DonorTest,
    },
    Aniline,
}

const H: Node = leaf(Of(Element::H));
const TET: Node = leaf(Tetrahedral);
const SB: Node = leaf(SingleBond);
const TET_OR_H: Node = leaf(TetrahedralOrHydrogen);

const fn row(limits: [f64; 4], tau: Option<Tau>) -> UpsilonRow {
    UpsilonRow { limits, tau }
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "rows have the form of the published tables"
)]
const fn within(degrees: f64) -> Option<Tau> {
    Some(Tau::Within(degrees))
}

#[allow(
    clippy::unnecessary_wraps,
    reason = "rows have the form of the published tables"
)]
const fn at_least(degrees: f64) -> Option<Tau> {
    Some(Tau::AtLeast(degrees))
}

const fn turning(
    planar_oxygen: UpsilonRow,
    other: UpsilonRow,
    sp3_nitrogen: UpsilonRow,
    lone_pair: f64,
    symmetry: u8,
) -> DonorTest {
    DonorTest::Upsilon {
        planar_oxygen,
        other,
        sp3_nitrogen,
        lone_pair,
        symmetry,
    }
}

const fn fixed(
    planar_oxygen: ThetaRow,
    other: ThetaRow,
    phi: f64,
    sp3_nitrogen: ThetaRow,
    lone_pair: f64,
) -> DonorTest {
    DonorTest::Theta {
        planar_oxygen,
        other,
        phi,
        sp3_nitrogen,
        lone_pair,
    }
}

/// Limits of amidines and guanidinium groups.
const ENAMINE: DonorTest = turning(
    row([3.17, 90.0, 146.0, 140.0], within(30.0)),
    row([3.17, 90.0, 146.0, 140.0], within(22.5)),
    row([3.17, 113.0, 161.0, 125.0], None),
    140.0,
    4,
);

/// Limits of anilines. In `ChimeraX` the highest upsilon for sp3 nitrogen has the wrong sign, so
/// that no such bonds are found; it is the same here, for equal results.
const ANILINE: DonorTest = turning(
    row([3.30, 100.0, 146.0, 145.0], within(37.5)),
    row([3.30, 103.0, 146.0, 140.0], within(37.5)),
    row([3.42, 90.0, -161.0, 125.0], None),
    140.0,
    4,
);

const FIVE_RING: DonorTest = fixed([2.09, 146.0], [2.09, 141.0], 140.0, [2.48, 141.0], 145.0);
const SIX_RING: DonorTest = fixed([2.23, 136.0], [2.23, 141.0], 150.0, [2.48, 141.0], 145.0);

/// Mills & Dean 1996, donors, in the order in which a class claims an atom.
const ROWS: [Row; 16] = [
    Row::Pattern {
        class: DonorClass::CarboxylicAcid,
        pattern: node(Type(O3), &[leaf(Type(Cac)), H]),
        branch: None,
        test: turning(
            row([2.87, 103.0, 128.0, 140.0], within(30.0)),
            row([2.87, 103.0, 128.0, 155.0], within(30.0)),
            row([2.87, 103.0, 128.0, 140.0], within(30.0)),
            150.0,
            2,
        ),
    },
    Row::Pattern {
        class: DonorClass::PrimaryEnamine,
        pattern: node(Type(Npl), &[node(Type(C2), &[SB, SB]), H, H]),
        branch: None,
        test: ENAMINE,
    },
    Row::Pattern {
        class: DonorClass::Guanidinium,
        pattern: node(Type(NgPlus), &[leaf(Type(C2)), H, H]),
        branch: None,
        test: ENAMINE,
    },
    Row::Pattern {
        class: DonorClass::PrimaryAmmonium,
        pattern: node(Type(N3Plus), &[TET, H, H, H]),
        branch: None,
        test: turning(
            row([3.17, 90.0, 136.0, 140.0], at_least(20.0)),
            row([3.17, 90.0, 132.0, 150.0], at_least(25.0)),
            row([3.17, 90.0, 124.0, 155.0], at_least(15.0)),
            150.0,
            6,
        ),
    },
    Row::Pattern {
        class: DonorClass::Hydroxyl,
        pattern: node(Type(O3), &[TET, H]),
        branch: None,
        test: turning(
            row([3.17, 90.0, 141.0, 130.0], None),
            row([3.03, 90.0, 141.0, 135.0], None),
            row([3.03, 100.0, 132.0, 145.0], None),
            150.0,
            6,
        ),
    },
    Row::Pattern {
        class: DonorClass::PrimaryAmide,
        pattern: node(
            Type(C2),
            &[leaf(Type(O2)), node(Of(Element::N), &[H, H]), SB],
        ),
        branch: Some(1),
        test: turning(
            row([3.30, 103.0, 153.0, 135.0], within(45.0)),
            row([3.30, 109.0, 141.0, 140.0], within(30.0)),
            row([3.30, 113.0, 161.0, 125.0], within(30.0)),
            145.0,
            4,
        ),
    },
    Row::Aniline,
    Row::Pattern {
        class: DonorClass::Phenol,
        pattern: node(Type(O3), &[leaf(Type(Car)), H]),
        branch: None,
        test: turning(
            row([3.03, 103.0, 136.0, 145.0], within(37.5)),
            row([3.03, 103.0, 136.0, 150.0], within(45.0)),
            row([2.87, 109.0, 128.0, 145.0], within(52.5)),
            150.0,
            4,
        ),
    },
    Row::Pattern {
        class: DonorClass::PrimaryAmine,
        pattern: node(Type(N3), &[TET, H, H]),
        branch: None,
        test: turning(
            row([3.30, 90.0, 128.0, 150.0], at_least(30.0)),
            row([3.42, 90.0, 124.0, 155.0], at_least(25.0)),
            row([3.42, 90.0, 132.0, 155.0], at_least(20.0)),
            140.0,
            6,
        ),
    },
    Row::Pattern {
        class: DonorClass::SecondaryEnamine,
        pattern: node(Type(Npl), &[TET, node(Planar, &[TET_OR_H, TET_OR_H]), H]),
        branch: None,
        test: fixed([1.92, 146.0], [1.92, 153.0], 150.0, [2.48, 141.0], 145.0),
    },
    Row::Pattern {
        class: DonorClass::SecondaryAmmonium,
        pattern: node(Type(N3Plus), &[TET, TET, H, H]),
        branch: None,
        test: fixed([2.09, 141.0], [2.09, 141.0], 155.0, [2.48, 141.0], 145.0),
    },
    Row::Pattern {
        class: DonorClass::Water,
        pattern: node(Of(Element::O), &[H, H]),
        branch: None,
        test: DonorTest::Water,
    },
    Row::Pattern {
        class: DonorClass::SecondaryAmide,
        pattern: node(
            Type(C2),
            &[leaf(Type(O2)), node(Of(Element::N), &[TET, H]), SB],
        ),
        branch: Some(1),
        test: fixed([2.23, 146.0], [2.23, 146.0], 140.0, [2.36, 141.0], 145.0),
    },
    Row::Pattern {
        class: DonorClass::TertiaryAmmonium,
        pattern: node(Type(N3Plus), &[TET, TET, TET, H]),
        branch: None,
        test: fixed([1.92, 146.0], [2.09, 146.0], 140.0, [2.48, 141.0], 145.0),
    },
    Row::Pattern {
        class: DonorClass::Imine,
        pattern: node(Type(N2), &[leaf(Planar), H]),
        branch: None,
        test: fixed([2.23, 132.0], [2.36, 146.0], 140.0, [2.48, 141.0], 145.0),
    },
    Row::Pattern {
        class: DonorClass::SecondaryAmine,
        pattern: node(Type(N3), &[TET, TET, H]),
        branch: None,
        test: fixed([2.36, 141.0], [2.48, 146.0], 150.0, [2.48, 153.0], 155.0),
    },
];

/// Limits of planar nitrogen without a class, with more than one heavy neighbour.
const OTHER_SECONDARY_PLANAR: DonorTest =
    fixed([2.23, 136.0], [2.23, 141.0], 140.0, [2.46, 136.0], 140.0);

/// Limits of planar nitrogen without a class, with one heavy neighbour.
const OTHER_PRIMARY_PLANAR: DonorTest = turning(
    row([3.30, 90.0, 153.0, 135.0], within(45.0)),
    row([3.30, 90.0, 146.0, 140.0], within(37.5)),
    row([3.40, 108.0, 166.0, 125.0], within(35.0)),
    140.0,
    4,
);

#[allow(clippy::approx_constant, reason = "a distance in angstrom")]
const OTHER_OXYGEN: DonorTest = DonorTest::Generic {
    hydrogen_distance: [2.41, 2.28, 2.28],
    distance: [3.27, 3.14, 3.14],
};
const OTHER_NITROGEN: DonorTest = DonorTest::Generic {
    hydrogen_distance: [2.36, 2.48, 2.48],
    distance: [3.30, 3.42, 3.42],
};
const OTHER_SULFUR: DonorTest = DonorTest::Generic {
    hydrogen_distance: [2.42; 3],
    distance: [3.65; 3],
};

/// Finds all donors, sorted by class and atom.
pub(crate) fn find(typed: &TypedMolecule<'_>) -> Vec<Donor> {
    let count = typed.molecule.len();
    let mut finder = Finder {
        typed,
        claimed: vec![false; count as usize],
        found: Vec::new(),
    };
    for row in &ROWS {
        match row {
            Row::Pattern {
                class,
                pattern,
                branch,
                test,
            } => finder.by_pattern(*class, pattern, *branch, *test),
            Row::Aniline => finder.anilines(),
        }
    }
    finder.rings();
    finder.others();
    let mut found = finder.found;
    found.sort_by_key(|donor| (donor.class, donor.atom));
    found
}

struct Finder<'a> {
    typed: &'a TypedMolecule<'a>,
    claimed: Vec<bool>,
    found: Vec<Donor>,
}

impl Finder<'_> {
    fn claim(&mut self, atom: u32, class: DonorClass, test: DonorTest) {
        if !self.claimed[atom as usize] && is_complete(&self.typed.molecule, atom) {
            self.claimed[atom as usize] = true;
            self.found.push(Donor { atom, class, test });
        }
    }

    fn by_pattern(
        &mut self,
        class: DonorClass,
        pattern: &Node,
        branch: Option<usize>,
        test: DonorTest,
    ) {
        let molecule = &self.typed.molecule;
        for root in 0..molecule.len() {
            for found in matches_at(molecule, pattern, root) {
                let atom = match branch {
                    None => Some(root),
                    Some(i) => found.at_branch.get(i).copied().flatten(),
                };
                if let Some(atom) = atom {
                    self.claim(atom, class, test);
                }
            }
        }
    }

    /// Finds planar nitrogens on one aromatic carbon.
    fn anilines(&mut self) {
        let molecule = &self.typed.molecule;
        for atom in 0..molecule.len() {
            if molecule.kind(atom) != Npl || self.typed.rings.is_aromatic(molecule, atom) {
                continue;
            }
            let neighbours = molecule.of(atom);
            let carbons = neighbours
                .iter()
                .filter(|&&n| molecule.element(n) == Element::C)
                .count();
            let is_aniline = carbons == 1
                && neighbours.iter().any(|&n| molecule.kind(n) == Car)
                && neighbours
                    .iter()
                    .all(|&n| molecule.is_hydrogen(n) || matches!(molecule.kind(n), Car | C3));
            if is_aniline {
                self.claim(atom, DonorClass::Aniline, ANILINE);
            }
        }
    }

    /// Finds nitrogens in exactly one ring. The double-bonded nitrogens of the ring get the same
    /// class as the nitrogen with the hydrogen.
    fn rings(&mut self) {
        let typed = self.typed;
        let molecule = &typed.molecule;
        for size in [5, 6] {
            for atom in 0..molecule.len() {
                if !matches!(molecule.kind(atom), Npl | N2Plus) {
                    continue;
                }
                let mut rings = typed.rings.of(atom);
                let (Some(ring), None) = (rings.next(), rings.next()) else {
                    continue;
                };
                if ring.atoms.len() != size || (size == 6 && !ring.is_aromatic(molecule)) {
                    continue;
                }
                let has_hydrogen = molecule.degree(atom) == 2
                    || (molecule.degree(atom) == 3
                        && molecule.of(atom).iter().any(|&n| molecule.is_hydrogen(n)));
                if !has_hydrogen || molecule.is_at_gap[atom as usize] {
                    continue;
                }
                let (class, test) = if size == 5 {
                    (DonorClass::FiveRingNitrogen, FIVE_RING)
                } else {
                    (DonorClass::SixRingNitrogen, SIX_RING)
                };
                self.claim(atom, class, test);
                for &other in &ring.atoms {
                    if molecule.kind(other) == N2 && typed.rings.of(other).count() == 1 {
                        self.claim(other, class, test);
                    }
                }
            }
        }
    }

    /// Finds the remaining atoms that have a hydrogen or can have one.
    fn others(&mut self) {
        let molecule = &self.typed.molecule;
        for atom in 0..molecule.len() {
            let element = molecule.element(atom);
            if self.claimed[atom as usize]
                || !matches!(element, Element::N | Element::O | Element::S)
            {
                continue;
            }
            let kind = molecule.kind(atom);
            let degree = molecule.degree(atom);
            let has_hydrogen = molecule.of(atom).iter().any(|&n| molecule.is_hydrogen(n));
            if (degree >= kind.substituents() && !has_hydrogen)
                || (kind == Npl && degree == 2 && has_hydrogen)
            {
                continue;
            }
            let test = match element {
                Element::O => OTHER_OXYGEN,
                Element::S => OTHER_SULFUR,
                _ if !matches!(kind, Npl | N2Plus) => OTHER_NITROGEN,
                _ if molecule.heavy(atom) > 1 => OTHER_SECONDARY_PLANAR,
                _ => OTHER_PRIMARY_PLANAR,
            };
            self.claim(atom, DonorClass::Generic, test);
        }
    }
}
