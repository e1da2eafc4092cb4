use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// The rule, implemented without regard to speed.
fn by_definition(positions: &[[f32; 3]], elements: &[Element]) -> BTreeSet<[u32; 2]> {
    let distance = |i: usize, j: usize| squared_distance(positions[i], positions[j]).sqrt();
    let within_reach = |i: usize, j: usize| {
        let radius = |i: usize| match elements[i].symbol() {
            "Xe" => 1.4,
            _ => elements[i].covalent_radius_angstrom(),
        };
        let reach = radius(i) + radius(j) + 0.4;
        let never = |i: usize| ["X", "He"].contains(&elements[i].symbol());
        let xenon_bonds = |i: usize, j: usize| {
            elements[i].symbol() != "Xe"
                || ["C", "N", "O", "F", "Cl"].contains(&elements[j].symbol())
        };
        i != j
            && !never(i)
            && !never(j)
            && xenon_bonds(i, j)
            && xenon_bonds(j, i)
            && distance(i, j) >= 0.4
            && distance(i, j) <= reach
    };
    let is_heavy = |i: &usize| elements[*i] != Element::H;
    let all = 0..positions.len();
    let degree: Vec<usize> = all
        .clone()
        .map(|i| {
            all.clone()
                .filter(|j| is_heavy(j) && within_reach(i, *j))
                .count()
        })
        .collect();
    let mut bonds = BTreeSet::new();
    for i in all.clone() {
        let heavy = all.clone().filter(|j| is_heavy(j) && within_reach(i, *j));
        if is_heavy(&i) {
            bonds.extend(
                heavy
                    .filter(|j| degree[i] <= 16 && degree[*j] <= 16)
                    .map(|j| [i.min(j) as u32, i.max(j) as u32]),
            );
        } else if let Some(j) = heavy.min_by(|a, b| distance(i, *a).total_cmp(&distance(i, *b))) {
            bonds.insert([i.min(j) as u32, i.max(j) as u32]);
        }
    }
    bonds
}

fn symbol(text: &str) -> Element {
    Element::from_symbol(text.as_bytes()).expect("a symbol")
}

fn found(positions: &[[f32; 3]], elements: &[Element]) -> BTreeSet<[u32; 2]> {
    let bonds = bonds_by_distance(positions, elements);
    let set: BTreeSet<_> = bonds.pairs.iter().copied().collect();
    assert_eq!(set.len(), bonds.pairs.len(), "a bond was found twice");
    assert!(set.iter().all(|[a, b]| a < b));
    set
}

/// Atoms on a lattice of 1/16 angstrom, so that moving them by whole numbers rounds nothing.
fn atoms(most: usize, box_sixteenths: i16) -> impl Strategy<Value = Vec<([f32; 3], Element)>> {
    let element = prop_oneof![
        4 => Just(Element::C),
        4 => Just(Element::H),
        2 => Just(Element::O),
        1 => Just(Element::S),
        1 => Just(Element::ZN),
        1 => Just(Element::UNKNOWN),
        1 => Just(symbol("He")),
        1 => Just(symbol("Xe")),
    ];
    let place = [0..box_sixteenths, 0..box_sixteenths, 0..box_sixteenths];
    let place = place.prop_map(|p| p.map(|x| f32::from(x) / 16.0));
    prop::collection::vec((place, element), 0..most)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cells_find_what_all_pairs_find(atoms in atoms(300, 16 * 14)) {
        let (positions, elements): (Vec<_>, Vec<_>) = atoms.into_iter().unzip();
        prop_assume!(elements.len() != 2);
        prop_assert_eq!(found(&positions, &elements), by_definition(&positions, &elements));
    }

    #[test]
    fn bonds_do_not_depend_on_place_or_order(
        atoms in atoms(200, 16 * 9),
        shift in [-900_i16..900, -900_i16..900, -900_i16..900],
    ) {
        let (positions, elements): (Vec<_>, Vec<_>) = atoms.iter().copied().unzip();
        let here = found(&positions, &elements);
        let moved: Vec<[f32; 3]> = positions
            .iter()
            .map(|p| [0, 1, 2].map(|k| p[k] + f32::from(shift[k])))
            .collect();
        prop_assert_eq!(&found(&moved, &elements), &here);

        // Hydrogens with two equally near carriers take the one with the lower index, so only heavy
        // atoms here.
        let heavy: Vec<_> = atoms.iter().copied().filter(|atom| atom.1 != Element::H).collect();
        let (positions, elements): (Vec<_>, Vec<_>) = heavy.iter().copied().unzip();
        let (backward, backward_elements): (Vec<_>, Vec<_>) = heavy.iter().rev().copied().unzip();
        let last = heavy.len() as u32;
        let turned: BTreeSet<[u32; 2]> = found(&backward, &backward_elements)
            .into_iter()
            .map(|[a, b]| [last - 1 - b, last - 1 - a])
            .collect();
        prop_assert_eq!(turned, found(&positions, &elements));
    }
}

#[test]
fn a_hydrogen_is_bonded_once_to_the_nearest() {
    let positions = [[0.0; 3], [1.1, 0.0, 0.0], [2.05, 0.0, 0.0], [1.1, 0.5, 0.0]];
    let elements = [Element::C, Element::H, Element::O, Element::H];
    // The oxygen at 0.95 is nearer than the carbon at 1.1; the other hydrogen is nearer to the
    // oxygen too.
    assert_eq!(
        found(&positions, &elements),
        BTreeSet::from([[1, 2], [2, 3]])
    );
}

#[test]
fn hydrogens_bond_each_other_only_as_molecular_hydrogen() {
    let positions = [[0.0; 3], [0.74, 0.0, 0.0]];
    assert_eq!(
        found(&positions, &[Element::H; 2]),
        BTreeSet::from([[0, 1]])
    );
    assert!(found(&[[0.0; 3], [1.2, 0.0, 0.0]], &[Element::H; 2]).is_empty());
    let three = [[0.0; 3], [0.74, 0.0, 0.0], [1.48, 0.0, 0.0]];
    assert!(found(&three, &[Element::H; 3]).is_empty());
}

#[test]
fn the_limit_is_the_sum_of_the_radii_and_four_tenths() {
    let at = |x| [[0.0; 3], [x, 0.0, 0.0]];
    // Carbon and sulfur: 0.68 + 1.02 + 0.4.
    assert_eq!(found(&at(2.09), &[Element::C, Element::S]).len(), 1);
    assert!(found(&at(2.11), &[Element::C, Element::S]).is_empty());
    assert!(found(&at(0.3), &[Element::C, Element::S]).is_empty());
    assert!(found(&at(1.0), &[Element::C, Element::UNKNOWN]).is_empty());
}

#[test]
fn overlapping_atoms_take_linear_time_and_are_counted() {
    let start = Instant::now();
    let same = bonds_by_distance(&vec![[1.0, 2.0, 3.0]; 100_000], &vec![Element::C; 100_000]);
    assert_eq!((same.pairs.len(), same.crowded), (0, 100_000));
    // Two sets of overlapping atoms within bonding distance, of heavy atoms and hydrogens.
    let positions: Vec<_> = (0..100_000_u32)
        .map(|i| [(i % 2) as f32, 0.0, 0.0])
        .collect();
    let elements: Vec<_> = (0..100_000)
        .map(|i| if i % 2 == 0 { Element::C } else { Element::H })
        .collect();
    let two = bonds_by_distance(&positions, &elements);
    assert!(two.pairs.len() <= 100_000);
    assert!(two.crowded > 0);
    // All pairs would take minutes.
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn an_atom_with_too_many_neighbours_stays_alone() {
    // Seventeen atoms on a circle around one; the circle's own neighbours are 0.57 apart and reach
    // several each.
    let mut positions = vec![[0.0; 3]];
    let mut elements = vec![Element::ZN];
    for k in 0..17_u8 {
        let angle = f32::from(k) * std::f32::consts::TAU / 17.0;
        positions.push([2.2 * angle.cos(), 2.2 * angle.sin(), 0.0]);
        elements.push(Element::F);
    }
    let bonds = bonds_by_distance(&positions, &elements);
    assert_eq!(bonds.crowded, 1);
    assert!(bonds.pairs.iter().all(|pair| pair[0] != 0));
    assert!(!bonds.pairs.is_empty());
}

#[test]
fn noble_gases_have_only_the_bonds_of_their_compounds() {
    let bonded = |a: &str, b: &str, distance: f32| {
        let positions = [[0.0; 3], [distance, 0.0, 0.0]];
        !found(&positions, &[symbol(a), symbol(b)]).is_empty()
    };
    for (a, b, distance) in [
        ("Xe", "F", 1.98),
        ("F", "Kr", 1.88),
        ("Xe", "O", 1.76),
        ("Xe", "N", 2.02),
        ("Xe", "C", 2.09),
        ("Xe", "Cl", 2.31),
        ("Rn", "F", 2.08),
    ] {
        assert!(bonded(a, b, distance), "{a}-{b}");
    }
    for (a, b, distance) in [
        ("He", "He", 3.0),
        ("He", "He", 1.0),
        ("Ne", "C", 1.5),
        ("Ar", "Ar", 3.4),
        ("Ar", "F", 2.0),
        ("Kr", "Kr", 3.3),
        ("Xe", "Xe", 3.0),
        ("Xe", "C", 2.9),
        ("Xe", "O", 2.6),
        ("Xe", "H", 1.7),
        ("Xe", "Fe", 2.6),
    ] {
        assert!(!bonded(a, b, distance), "{a}...{b}");
    }
}
