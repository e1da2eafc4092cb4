//! Acceptors of hydrogen bonds: the classes of Mills & Dean in their order, then classes by atom
//! type.

use super::classes::AcceptorClass;
use super::complete::is_complete;
use super::criteria::{AcceptorTest, Tau, generic, phi, syn_anti, upsilon};
use super::groups::Spec::{
    AmineNitrogen, CarbonOrHydrogen, Element as Of, NotPhosphate, SingleBond, SingleBondNotAcid,
    SingleBondNotOxide, Tetrahedral, Type,
};
use super::groups::{Node, leaf, matches_at, node};
use crate::Element;
use crate::perception::idatm::AtomType::{
    C1, C2, Cac, Car, N1, N2, N2Plus, N3, Npl, Ntr, O2, O2Minus, O3, O3Minus, Pac, Pox, S2,
    S3Minus, Sac, Sar, Son, Sxd,
};
use crate::perception::idatm::TypedMolecule;

/// An acceptor and its test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Acceptor {
    pub(crate) atom: u32,
    pub(crate) class: AcceptorClass,
    pub(crate) test: AcceptorTest,
    /// Reference atoms. Syn-anti: the partner, then the atom that both are bonded to. Phi: the
    /// principal neighbours. Upsilon: the partner, or none for the lone pairs.
    pub(crate) around: [Option<u32>; 2],
}

/// Position of an atom in a pattern.
#[derive(Debug, Clone, Copy)]
enum Place {
    Root,
    Branch(usize),
}
use Place::{Branch, Root};

/// One row of the tables of Mills & Dean.
struct Row {
    class: AcceptorClass,
    pattern: Node,
    /// The accepting atoms, and the reference atoms of each.
    wanted: &'static [(Place, [Option<Place>; 2])],
    test: AcceptorTest,
}

const H: Node = leaf(Of(Element::H));
const C: Node = leaf(Of(Element::C));
const TET: Node = leaf(Tetrahedral);
const SB: Node = leaf(SingleBond);
const O3M: Node = leaf(Type(O3Minus));
const O2M: Node = leaf(Type(O2Minus));
const O2_LEAF: Node = leaf(Type(O2));

/// Two equal atoms, each of which is the partner of the other.
const PAIR: &[(Place, [Option<Place>; 2])] = &[
    (Branch(0), [Some(Branch(1)), Some(Root)]),
    (Branch(1), [Some(Branch(0)), Some(Root)]),
];
/// The first branch, with the second as partner.
const FIRST_WITH_SECOND: &[(Place, [Option<Place>; 2])] =
    &[(Branch(0), [Some(Branch(1)), Some(Root)])];
/// The first branch, bonded to the root.
const FIRST_ON_ROOT: &[(Place, [Option<Place>; 2])] = &[(Branch(0), [Some(Root), None])];
/// The root, bonded to its first branch.
const ROOT_ON_FIRST: &[(Place, [Option<Place>; 2])] = &[(Root, [Some(Branch(0)), None])];
/// The root, tested by its lone pairs or its neighbours.
const ROOT_ALONE: &[(Place, [Option<Place>; 2])] = &[(Root, [None, None])];

/// Mills & Dean 1996, acceptors, in the order in which a class claims an atom.
const ROWS: [Row; 22] = [
    Row {
        class: AcceptorClass::PhosphateEnd,
        pattern: node(Type(Pac), &[O3M, O3M, O3M, SB]),
        wanted: FIRST_WITH_SECOND,
        test: syn_anti([3.03, 110.0, 145.0], [3.03, 110.0, 135.0]),
    },
    Row {
        class: AcceptorClass::Phosphate,
        pattern: node(
            Type(Pac),
            &[O3M, O3M, leaf(SingleBondNotOxide), leaf(SingleBondNotOxide)],
        ),
        wanted: PAIR,
        test: syn_anti([3.03, 110.0, 145.0], [3.03, 110.0, 135.0]),
    },
    Row {
        class: AcceptorClass::Carboxylate,
        pattern: node(Type(Cac), &[O2M, O2M, SB]),
        wanted: PAIR,
        test: syn_anti([3.17, 90.0, 145.0], [3.17, 110.0, 145.0]),
    },
    Row {
        class: AcceptorClass::Thiocarbonyl,
        pattern: node(Type(S2), &[C]),
        wanted: ROOT_ON_FIRST,
        test: phi(3.73, 90.0, 145.0),
    },
    Row {
        class: AcceptorClass::CarboxylicAcid,
        pattern: node(
            Of(Element::C),
            &[node(Type(O2), &[]), node(Type(O3), &[H]), SB],
        ),
        wanted: FIRST_WITH_SECOND,
        test: syn_anti([3.17, 110.0, 130.0], [3.17, 110.0, 135.0]),
    },
    Row {
        class: AcceptorClass::Amide,
        pattern: node(Type(C2), &[O2_LEAF, leaf(Type(Npl)), SB]),
        wanted: FIRST_WITH_SECOND,
        test: syn_anti([3.30, 110.0, 135.0], [3.30, 110.0, 130.0]),
    },
    Row {
        class: AcceptorClass::Ketone,
        pattern: node(Type(C2), &[O2_LEAF, C, leaf(CarbonOrHydrogen)]),
        wanted: FIRST_ON_ROOT,
        test: phi(3.30, 110.0, 130.0),
    },
    Row {
        class: AcceptorClass::Ester,
        pattern: node(Type(C2), &[O2_LEAF, node(Type(O3), &[TET]), C]),
        wanted: FIRST_ON_ROOT,
        test: phi(3.17, 110.0, 135.0),
    },
    Row {
        class: AcceptorClass::Nitro,
        pattern: node(Type(Ntr), &[O2M, O2M, SB]),
        wanted: PAIR,
        test: syn_anti([3.42, 90.0, 145.0], [3.53, 110.0, 130.0]),
    },
    Row {
        class: AcceptorClass::Sulfone,
        pattern: node(Type(Son), &[O2_LEAF, O2_LEAF, SB, SB]),
        wanted: PAIR,
        test: syn_anti([3.30, 110.0, 130.0], [3.30, 120.0, 135.0]),
    },
    Row {
        class: AcceptorClass::PhosphateBridge,
        pattern: node(Type(Pac), &[leaf(Type(O3)), O3M, O3M, SB]),
        wanted: FIRST_ON_ROOT,
        test: upsilon(3.03, 103.0, 146.0, 145.0),
    },
    Row {
        class: AcceptorClass::PhosphineOxide,
        pattern: node(Type(O2), &[leaf(Type(Pox))]),
        wanted: ROOT_ON_FIRST,
        test: upsilon(3.03, 109.0, 180.0, 145.0),
    },
    Row {
        class: AcceptorClass::Sulfoxide,
        pattern: node(Type(O2), &[leaf(Type(Sxd))]),
        wanted: ROOT_ON_FIRST,
        test: upsilon(3.03, 100.0, 180.0, 145.0),
    },
    Row {
        class: AcceptorClass::PrimaryAmine,
        pattern: node(Type(N3), &[TET, H, H]),
        wanted: ROOT_ON_FIRST,
        test: upsilon(3.03, 103.0, 180.0, 155.0),
    },
    Row {
        class: AcceptorClass::Hydroxyl,
        pattern: node(Type(O3), &[leaf(SingleBondNotAcid), H]),
        wanted: ROOT_ON_FIRST,
        test: upsilon(3.03, 100.0, 161.0, 145.0),
    },
    Row {
        class: AcceptorClass::SulfateBridge,
        pattern: node(
            Type(Sac),
            &[O3M, O3M, node(Type(O3), &[leaf(NotPhosphate)]), SB],
        ),
        wanted: &[(Branch(2), [Some(Root), None])],
        test: upsilon(3.17, 103.0, 180.0, 150.0),
    },
    Row {
        class: AcceptorClass::TertiaryAmine,
        pattern: node(Type(N3), &[TET, TET, TET]),
        wanted: ROOT_ALONE,
        test: upsilon(3.17, 153.0, 180.0, 145.0),
    },
    Row {
        class: AcceptorClass::Nitrile,
        pattern: node(Type(N1), &[leaf(Type(C1))]),
        wanted: ROOT_ON_FIRST,
        test: upsilon(3.30, 153.0, 180.0, 150.0),
    },
    Row {
        class: AcceptorClass::SecondaryAmine,
        pattern: node(Type(N3), &[TET, TET, H]),
        wanted: ROOT_ALONE,
        test: upsilon(3.30, 153.0, 180.0, 150.0),
    },
    Row {
        class: AcceptorClass::Phenol,
        pattern: node(Type(O3), &[leaf(Type(Car)), H]),
        wanted: ROOT_ON_FIRST,
        test: upsilon(3.17, 100.0, 153.0, 150.0),
    },
    Row {
        class: AcceptorClass::Aniline,
        pattern: node(AmineNitrogen, &[leaf(Type(Car)), H, H]),
        wanted: ROOT_ON_FIRST,
        test: AcceptorTest::Upsilon {
            limits: [3.42, 90.0, 137.0, 140.0],
            tau: Some(Tau::AtLeast(37.5)),
        },
    },
    Row {
        class: AcceptorClass::Water,
        pattern: node(Of(Element::O), &[H, H]),
        wanted: ROOT_ALONE,
        test: phi(3.03, 120.0, 145.0),
    },
];

/// Finds all acceptors, sorted by class and atom.
pub(crate) fn find(typed: &TypedMolecule<'_>) -> Vec<Acceptor> {
    let molecule = &typed.molecule;
    let mut finder = Finder {
        typed,
        claimed: vec![false; molecule.len() as usize],
        found: Vec::new(),
    };
    for row in &ROWS {
        finder.by_row(row);
    }
    finder.chains_and_rings();
    finder.by_type();
    let mut found = finder.found;
    found.sort_by_key(|acceptor| (acceptor.class, acceptor.atom));
    found
}

struct Finder<'a> {
    typed: &'a TypedMolecule<'a>,
    claimed: Vec<bool>,
    found: Vec<Acceptor>,
}

impl Finder<'_> {
    /// Returns the N, O and S atoms without a class.
    fn open(&self) -> Vec<u32> {
        let molecule = &self.typed.molecule;
        (0..molecule.len())
            .filter(|&i| {
                !self.claimed[i as usize]
                    && matches!(molecule.element(i), Element::N | Element::O | Element::S)
            })
            .collect()
    }

    fn claim(
        &mut self,
        atom: u32,
        class: AcceptorClass,
        test: AcceptorTest,
        around: [Option<u32>; 2],
    ) {
        if !self.claimed[atom as usize] && is_complete(&self.typed.molecule, atom) {
            self.claimed[atom as usize] = true;
            self.found.push(Acceptor {
                atom,
                class,
                test,
                around,
            });
        }
    }

    fn by_row(&mut self, row: &Row) {
        let molecule = &self.typed.molecule;
        for root in 0..molecule.len() {
            for found in matches_at(molecule, &row.pattern, root) {
                let at = |place: Place| match place {
                    Root => Some(found.root),
                    Branch(i) => found.at_branch.get(i).copied().flatten(),
                };
                for (wanted, around) in row.wanted {
                    if let Some(atom) = at(*wanted) {
                        self.claim(
                            atom,
                            row.class,
                            row.test,
                            around.map(|place| place.and_then(at)),
                        );
                    }
                }
            }
        }
    }

    /// Finds ethers and imines, and nitrogen and oxygen in rings.
    fn chains_and_rings(&mut self) {
        use AcceptorClass as Class;
        let typed = self.typed;
        let molecule = &typed.molecule;
        for atom in self.open() {
            if molecule.is_at_gap[atom as usize] {
                continue;
            }
            let &[a, b] = molecule.of(atom) else { continue };
            if typed.rings.contains(atom)
                || [a, b].iter().any(|&n| molecule.element(n) != Element::C)
            {
                continue;
            }
            let (class, test) = match molecule.kind(atom) {
                O3 => (Class::Ether, phi(3.42, 140.0, 140.0)),
                N2 => (Class::Imine, phi(3.42, 140.0, 140.0)),
                _ => continue,
            };
            self.claim(atom, class, test, [Some(a), Some(b)]);
        }
        for atom in self.open() {
            if molecule.is_at_gap[atom as usize] {
                continue;
            }
            let found = match molecule.element(atom) {
                Element::N => ring_nitrogen(typed, atom),
                Element::O => typed
                    .rings
                    .of(atom)
                    .find(|ring| ring.atoms.len() == 5)
                    .and_then(|ring| ring.around(atom))
                    .map(|around| (Class::FiveRingOxygen, phi(3.42, 150.0, 135.0), around)),
                _ => None,
            };
            if let Some((class, test, around)) = found {
                self.claim(atom, class, test, around.map(Some));
            }
        }
    }

    /// Finds acceptors by atom type among the remaining atoms.
    fn by_type(&mut self) {
        for atom in self.open() {
            if let Some((test, around)) = generic_acceptor(self.typed, atom) {
                self.claim(atom, AcceptorClass::Generic, test, around);
            }
        }
    }
}

/// Classifies a nitrogen in exactly one ring, of five or six atoms, with a lone pair in the plane
/// of the ring.
fn ring_nitrogen(
    typed: &TypedMolecule<'_>,
    atom: u32,
) -> Option<(AcceptorClass, AcceptorTest, [u32; 2])> {
    use AcceptorClass as Class;
    let molecule = &typed.molecule;
    let mut rings = typed.rings.of(atom);
    let ring = rings.next()?;
    if rings.next().is_some() {
        return None;
    }
    let accepts = match molecule.kind(atom) {
        N2 => true,
        // Either nitrogen of an imidazole may be the one without the hydrogen.
        Npl | N2Plus => {
            ring.atoms.len() == 5
                && molecule.degree(atom) == 2
                && ring
                    .atoms
                    .iter()
                    .any(|&other| other != atom && molecule.element(other) == Element::N)
        }
        _ => false,
    };
    if !accepts {
        return None;
    }
    let around = ring.around(atom)?;
    let next = around.map(|n| {
        ring.around(n)
            .and_then(|pair| pair.into_iter().find(|&other| other != atom))
            .map(|other| molecule.element(other))
    });
    let is_symmetric =
        molecule.element(around[0]) == molecule.element(around[1]) && next[0] == next[1];
    let (class, test) = match (ring.atoms.len(), is_symmetric) {
        (6, true) => (Class::SixRingNitrogenSymmetric, phi(3.17, 150.0, 145.0)),
        (5, true) => (Class::FiveRingNitrogenSymmetric, phi(3.30, 140.0, 155.0)),
        (6, false) => (Class::SixRingNitrogen, phi(3.30, 140.0, 140.0)),
        (5, false) => (Class::FiveRingNitrogen, phi(3.30, 150.0, 135.0)),
        _ => return None,
    };
    Some((class, test, around))
}

/// Returns the limits by atom type that `ChimeraX` uses for atoms without a class.
fn generic_acceptor(
    typed: &TypedMolecule<'_>,
    atom: u32,
) -> Option<(AcceptorTest, [Option<u32>; 2])> {
    let molecule = &typed.molecule;
    let neighbours = molecule.of(atom);
    let first = neighbours.first().copied();
    let two = [first, neighbours.get(1).copied()];
    // The angle to a lone pair is measured where there is more than one neighbour.
    let partner = [if neighbours.len() > 1 { None } else { first }, None];
    Some(match molecule.kind(atom) {
        O2Minus | O3Minus => {
            if molecule.kind(first?).is_planar() {
                (phi(3.53, 90.0, 130.0), two)
            } else {
                (generic(3.53, 90.0), two)
            }
        }
        O2 => {
            let neighbour_kind = molecule.kind(first?);
            if neighbour_kind.is_planar() {
                (phi(3.30, 110.0, 130.0), two)
            } else if neighbour_kind.is_tetrahedral() {
                (upsilon(3.03, 100.0, 180.0, 145.0), partner)
            } else {
                (generic(3.53, 90.0), two)
            }
        }
        O3 => match neighbours.len() {
            0 => (generic(3.53, 90.0), two),
            1 => (upsilon(3.17, 100.0, 161.0, 145.0), partner),
            2 => (phi(3.42, 120.0, 135.0), two),
            _ => return None,
        },
        N2 => (phi(3.42, 140.0, 135.0), two),
        N3 => match molecule.heavy(atom) {
            0 => (generic(3.42, 90.0), two),
            1 => (upsilon(3.13, 98.0, 180.0, 150.0), partner),
            _ => (upsilon(3.30, 153.0, 180.0, 145.0), partner),
        },
        N1 => (upsilon(3.40, 136.0, 180.0, 145.0), partner),
        S2 => (phi(3.83, 85.0, 140.0), two),
        Sar | S3Minus => (generic(3.83, 85.0), two),
        _ if molecule.element(atom) == Element::O => (generic(3.53, 90.0), two),
        _ => return None,
    })
}
