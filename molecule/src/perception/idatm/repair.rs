//! Last passes: sp2 atoms without a partner, charges of nitrogens and carboxylates, and remaining
//! inconsistencies.

use std::collections::BTreeSet;

use super::by_neighbours::{
    Ambiguities, LONGEST_ALKENE, LONGEST_CARBONYL, LONGEST_PLANAR_NITROGEN, LONGEST_THIOCARBONYL,
    Recheck,
};
use super::molecule::Molecule;
use super::rings::Rings;
use super::types::AtomType::{
    C2, C3, Cac, Car, D, H, N2, N2Plus, N3, N3Plus, NgPlus, Npl, O2, O2Minus, O3, S2, S3, S3Minus,
};
use crate::Element;
use crate::structure::PseudobondKind;

/// Longest N=O bond in angstrom.
const LONGEST_NITROSO: f64 = 1.295;

/// Changes ambiguous double-bonded nitrogens to delocalised ones if the double bonds of all
/// neighbours are elsewhere, one of them in an aromatic ring.
pub(crate) fn delocalised_nitrogens(
    molecule: &mut Molecule<'_>,
    computed: &[u32],
    rings: &Rings,
    ambiguities: &Ambiguities,
) {
    for &atom in computed {
        if ambiguities.recheck[atom as usize] != Recheck::MaybeDelocalised
            || molecule.kind(atom) != N2
            || rings.contains(atom)
        {
            continue;
        }
        let is_elsewhere = |n: u32| {
            molecule.kind(n) == Car
                || molecule
                    .others(n, atom)
                    .any(|next| matches!(molecule.kind(next), O2 | S2 | O2Minus))
        };
        let neighbours = molecule.of(atom);
        if neighbours.iter().any(|&n| molecule.kind(n) == Car)
            && neighbours.iter().all(|&n| is_elsewhere(n))
        {
            molecule.set(atom, Npl);
        }
    }
}

/// Repairs sp2 carbons without an sp2 partner.
pub(crate) fn isolated_carbons(molecule: &mut Molecule<'_>, computed: &[u32]) {
    for &atom in computed {
        if molecule.kind(atom) != C2 {
            continue;
        }
        let is_partner = |n: u32| {
            let kind = molecule.kind(n);
            kind.is_planar()
                && !matches!(kind, Cac | N2Plus)
                && !(kind == Npl && molecule.degree(n) > 2 && molecule.heavy(n) > 1)
        };
        let neighbours = molecule.of(atom);
        if neighbours.iter().any(|&n| is_partner(n)) {
            continue;
        }
        if neighbours
            .iter()
            .filter(|&&n| molecule.kind(n) == Npl)
            .count()
            == 3
        {
            // The middle of a guanidinium group.
            continue;
        }
        let best = if neighbours.len() == 3 {
            best_terminal_partner(molecule, atom)
        } else {
            None
        };
        match best {
            Some(partner) => {
                let kind = match molecule.element(partner) {
                    Element::C => C2,
                    Element::O => O2,
                    Element::N => N2,
                    _ => S2,
                };
                molecule.set(partner, kind);
            }
            None => molecule.set(atom, C3),
        }
    }
}

/// Returns the terminal neighbour with the shortest bond relative to a double bond.
fn best_terminal_partner(molecule: &Molecule<'_>, carbon: u32) -> Option<u32> {
    molecule
        .of(carbon)
        .iter()
        .filter(|&&n| molecule.degree(n) == 1)
        .filter_map(|&n| {
            let longest = match molecule.element(n) {
                Element::C => LONGEST_ALKENE,
                Element::O => LONGEST_CARBONYL,
                Element::N => LONGEST_PLANAR_NITROGEN,
                Element::S => LONGEST_THIOCARBONYL,
                _ => return None,
            };
            Some((n, (molecule.length(carbon, n) / longest).powi(2)))
        })
        .min_by(|a, b| a.1.total_cmp(&b.1))
        .map(|(n, _)| n)
}

/// Assigns charges at pH 7: amines and guanidinium groups are protonated, carboxyl groups are not.
pub(crate) fn charges(molecule: &mut Molecule<'_>, computed: &[u32], rings: &Rings) {
    for &atom in computed {
        match molecule.element(atom) {
            Element::N
                if molecule.kind(atom) != N3Plus
                    && molecule.degree(atom) > 0
                    && molecule
                        .of(atom)
                        .iter()
                        .all(|&n| matches!(molecule.kind(n), C3 | H | D)) =>
            {
                molecule.set(atom, N3Plus);
            }
            Element::C if molecule.kind(atom) == C2 => guanidinium(molecule, atom, rings),
            Element::O => {
                let is_free = molecule.heavy(atom) == 1;
                if is_free && molecule.of(atom).iter().any(|&n| molecule.kind(n) == Cac) {
                    molecule.set(atom, O2Minus);
                }
            }
            _ => {}
        }
    }
}

/// Assigns types to the nitrogens of one sp2 carbon that share a positive charge, as those of
/// guanidinium groups do; those of ureas outside of rings count as such.
fn guanidinium(molecule: &mut Molecule<'_>, carbon: u32, rings: &Rings) {
    let neighbours = molecule.of(carbon).to_vec();
    let candidates: Vec<u32> = neighbours
        .iter()
        .copied()
        .filter(|&n| {
            molecule.element(n) == Element::N
                && match molecule.kind(n) {
                    Npl => true,
                    // A double bond to this carbon, not to the other neighbour of the nitrogen.
                    N2 => molecule
                        .others(n, carbon)
                        .filter(|&other| !molecule.is_hydrogen(other))
                        .all(|other| molecule.length(n, carbon) < molecule.length(n, other)),
                    _ => molecule.degree(n) == 1,
                }
        })
        .collect();
    if candidates.len() < 2 {
        return;
    }
    // A neighbouring carbonyl group takes the charge of an acylated guanidine or urea.
    let is_acyl = |n: u32| {
        molecule.element(n) == Element::C
            && molecule
                .of(n)
                .iter()
                .any(|&next| matches!(molecule.kind(next), O2 | S2))
    };
    let keeps_charge = candidates
        .iter()
        .all(|&n| !rings.contains(n) && !molecule.others(n, carbon).any(is_acyl));
    for n in candidates {
        if keeps_charge {
            molecule.set(n, NgPlus);
        } else if molecule.kind(n) != N2 {
            molecule.set(n, Npl);
        }
    }
}

/// Assigns types to the remaining nitrogens by their sp2 neighbours: a neighbour without another
/// sp2 neighbour has its double bond to the nitrogen.
pub(crate) fn unsettled_nitrogens(
    molecule: &mut Molecule<'_>,
    computed: &[u32],
    rings: &Rings,
    assigned: &BTreeSet<u32>,
) {
    let mut with_partners: Vec<(usize, u32, Vec<u32>)> = Vec::new();
    for &atom in computed {
        let kind = molecule.kind(atom);
        let is_open = match kind {
            Npl => molecule.degree(atom) == 2,
            N2 | N3 => true,
            _ => false,
        };
        if !is_open || assigned.contains(&atom) || rings.is_aromatic(molecule, atom) {
            continue;
        }
        if molecule
            .of(atom)
            .iter()
            .any(|&n| rings.is_aromatic(molecule, n))
        {
            if molecule.heavy(atom) == 1 {
                molecule.set(atom, Npl);
            }
            continue;
        }
        let partners: Vec<u32> = molecule
            .of(atom)
            .iter()
            .copied()
            .filter(|&n| molecule.kind(n).is_planar() && molecule.kind(n) != Npl)
            .collect();
        if !partners.is_empty() {
            with_partners.push((partners.len(), atom, partners));
        }
    }
    with_partners.sort_by_key(|(count, atom, _)| (*count, *atom));
    for (_, atom, partners) in with_partners {
        let is_needed = partners.iter().any(|&partner| {
            !molecule.others(partner, atom).any(|n| {
                let kind = molecule.kind(n);
                kind.is_planar() && !matches!(kind, Car | Npl)
            })
        });
        if is_needed {
            let kind = if molecule.heavy(atom) == 0 {
                N3Plus
            } else if molecule.degree(atom) > 2 {
                Npl
            } else {
                N2
            };
            molecule.set(atom, kind);
        }
    }
}

/// Repairs terminal oxygens on planar atoms without a partner, nitrite, and sulfur between metals.
pub(crate) fn leftovers(molecule: &mut Molecule<'_>, computed: &[u32], rings: &Rings) {
    for &atom in computed {
        if molecule.kind(atom) != O3 {
            continue;
        }
        let &[neighbour] = molecule.of(atom) else {
            continue;
        };
        let kind = molecule.kind(neighbour);
        if !kind.is_planar() || rings.is_aromatic(molecule, neighbour) {
            continue;
        }
        let has_partner = molecule.others(neighbour, atom).any(|n| {
            let kind = molecule.kind(n);
            kind.is_planar() && !matches!(kind, Car | Npl)
        });
        if has_partner {
            continue;
        }
        if kind == Npl {
            if molecule.length(atom, neighbour) < LONGEST_NITROSO {
                molecule.set(atom, O2);
                molecule.set(neighbour, N2Plus);
            }
        } else {
            molecule.set(atom, O2);
        }
    }
    for &atom in computed {
        if molecule.element(atom) == Element::N
            && let &[a, b] = molecule.of(atom)
            && [a, b]
                .iter()
                .all(|&n| molecule.element(n) == Element::O && molecule.degree(n) == 1)
        {
            molecule.set(atom, N2);
            molecule.set(a, O2Minus);
            molecule.set(b, O2Minus);
        }
    }
    let mut metals = std::collections::HashMap::new();
    for bond in molecule.structure.pseudobonds() {
        if bond.kind == PseudobondKind::MetalCoordination {
            for atom in [bond.a, bond.b] {
                *metals.entry(atom).or_insert(0_usize) += 1;
            }
        }
    }
    for &atom in computed {
        if molecule.kind(atom) == S3
            && molecule.degree(atom) < 2
            && metals.get(&atom).is_some_and(|&count| count > 2)
        {
            molecule.set(atom, S3Minus);
        }
    }
}
