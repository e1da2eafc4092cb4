//! Assemblies and unit cells as gemmi makes them.
//!
//! `assemblies.tsv` and `unit_cells.tsv` hold what gemmi 0.7 gives for files of the test
//! data: `Structure.transform_to_assembly` and `SmallStructure.get_all_unit_cell_sites`. Left out
//! are 1M4X (16 million atoms) and 2BTV (2.9 million), for the time that they take; 4ZJK, of whose
//! alternate residues gemmi removes more; and an indium atom that shares its place with tin.

use std::collections::BTreeMap;

use molshot_molecule::copies::{AssemblyChoice, CrystalChoice};
use molshot_molecule::{ReadOptions, Structure, read_file};

use crate::support::test_data;

const ASSEMBLIES: &str = include_str!("assemblies.tsv");
const UNIT_CELLS: &str = include_str!("unit_cells.tsv");
/// Other alternate locations move the mean position of a small structure by less.
const MEAN_TOLERANCE_ANGSTROM: f64 = 0.1;

fn rows(table: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = table.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split('\t').collect())
}

fn number(text: &str) -> f64 {
    text.parse().unwrap_or_else(|_| panic!("{text}"))
}

fn mean(structure: &Structure) -> [f64; 3] {
    let positions = &structure.atoms().position_angstrom;
    let mut sum = [0.0; 3];
    for position in positions {
        for (sum, part) in sum.iter_mut().zip(position) {
            *sum += f64::from(*part) / positions.len() as f64;
        }
    }
    sum
}

#[test]
fn assemblies_have_the_atoms_of_gemmi_at_the_same_mean_position() {
    let Some(data) = test_data() else { return };
    let most = ReadOptions::default().limits.max_atoms;
    let mut checked = 0;
    for row in rows(ASSEMBLIES) {
        let [file, id, count, x, y, z] = row[..] else {
            panic!("{row:?}");
        };
        let read = read_file(&data.join(file), &ReadOptions::default());
        let choice = AssemblyChoice::Id(id.to_owned());
        let made = read.and_then(|structure| structure.with_assembly(&choice, most));
        let made = made.unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(made.atoms().len().to_string(), count, "{file} {id}");
        for (own, gemmi) in mean(&made).iter().zip([x, y, z].map(number)) {
            let difference = (own - gemmi).abs();
            assert!(
                difference < MEAN_TOLERANCE_ANGSTROM,
                "{file} {id}: {difference}"
            );
        }
        checked += 1;
    }
    assert_eq!(checked, 74);
}

#[test]
fn unit_cells_have_the_atoms_of_gemmi() {
    let Some(data) = test_data() else { return };
    let mut wanted: BTreeMap<&str, Vec<(&str, [f64; 3])>> = BTreeMap::new();
    for row in rows(UNIT_CELLS) {
        let [file, element, x, y, z] = row[..] else {
            panic!("{row:?}");
        };
        let site = (element, [x, y, z].map(number));
        wanted.entry(file).or_default().push(site);
    }
    assert_eq!(wanted.len(), 3);
    for (file, sites) in wanted {
        let path = data.join(format!("difficult/{file}.cif"));
        let read = read_file(&path, &ReadOptions::default()).expect("a structure");
        let made = read
            .with_crystal(CrystalChoice::Cells([1; 3]), 10_000)
            .expect("a cell");
        assert_eq!(made.atoms().len(), sites.len(), "{file}");
        let cell = made.parts()[0].symmetry.cell.expect("a cell");
        let atoms = made.atoms();
        for (position, element) in atoms.position_angstrom.iter().zip(&atoms.element) {
            let to_fractions = cell.fractional_from_cartesian();
            let own = to_fractions.apply(position.map(f64::from));
            let is_equal = |(symbol, fraction): &(&str, [f64; 3])| {
                // To within whole edges.
                let near = |axis: usize| {
                    let difference = own[axis] - fraction[axis];
                    (difference - difference.round()).abs() < 1e-4
                };
                *symbol == element.symbol() && (0..3).all(near)
            };
            let equal = sites.iter().filter(|site| is_equal(site)).count();
            assert_eq!(equal, 1, "{file}: {} at {own:?}", element.symbol());
        }
    }
}
