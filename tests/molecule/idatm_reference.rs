//! Atom types of protein pockets and ligands compared with a table of those of `ChimeraX`.
//!
//! Needs the folder named by `MOLSHOT_TEST_DATA`: `truth/idatm_truth.tsv` and `complexes/`,
//! `truth/ligand_types.tsv.gz`, `structures/` and `difficult/`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use molshot_molecule::perception::idatm;
use molshot_molecule::{ReadOptions, read_file};

#[test]
fn types_equal_those_of_chimerax() {
    let Some(data) = super::reference::data() else {
        return;
    };
    let mut models: BTreeMap<(String, String), Vec<Vec<String>>> = BTreeMap::new();
    for row in super::reference::table(&data, "idatm_truth.tsv") {
        models
            .entry((row[0].clone(), row[1].clone()))
            .or_default()
            .push(row);
    }
    let (mut matched, mut total) = (0, 0);
    let mut differences = String::new();
    for ((id, model), rows) in models {
        let structure = super::reference::open(&data, &id, &model);
        let typed = idatm::atom_types(&structure);
        assert_eq!(rows.len(), typed.types.len(), "{id} {model}: atoms");
        for (atom, row) in rows.iter().enumerate() {
            assert_eq!(
                structure.atoms().name[atom].as_str(),
                row[7],
                "{id} {model} {atom}"
            );
            total += 1;
            if typed.types[atom].name() == row[9] {
                matched += 1;
            } else {
                writeln!(
                    differences,
                    "{id} {model} {} {} {}: {}, expected {}",
                    row[4], row[5], row[7], typed.types[atom], row[9]
                )
                .expect("a string takes everything");
            }
        }
        for warning in &typed.warnings {
            writeln!(differences, "  {warning}").expect("a string takes everything");
        }
    }
    assert!(total > 0, "the table is empty");
    eprintln!("atom types: {matched} of {total} equal");
    assert_eq!(matched, total, "atom types differ:\n{differences}");
}

/// Reads `truth/ligand_types.tsv.gz`: rows of file, record, index, atom, element, type and
/// coordinates.
fn ligand_table(data: &Path) -> Vec<Vec<String>> {
    let file = std::fs::File::open(data.join("truth/ligand_types.tsv.gz")).expect("a table");
    let text = std::io::read_to_string(flate2::read::GzDecoder::new(file)).expect("a table");
    text.lines()
        .skip(1)
        .map(|line| line.split('\t').map(ToOwned::to_owned).collect())
        .collect()
}

#[test]
fn types_of_docked_and_screened_ligands_equal_those_of_chimerax() {
    let Some(data) = super::reference::data() else {
        return;
    };
    let mut records: BTreeMap<(String, u32), Vec<Vec<String>>> = BTreeMap::new();
    for row in ligand_table(&data) {
        let record = row[1].parse().expect("a number");
        records
            .entry((row[0].clone(), record))
            .or_default()
            .push(row);
    }
    let (mut equal, ligands) = (0, records.len());
    let mut differences = String::new();
    for ((file, record), rows) in records {
        let folders = ["structures", "difficult"].map(|folder| data.join(folder).join(&file));
        let path = folders.iter().find(|path| path.exists()).expect("a file");
        let options = ReadOptions::default().with_model(record);
        let structure = read_file(path, &options).unwrap_or_else(|error| panic!("{error}"));
        let typed = idatm::atom_types(&structure);
        assert_eq!(rows.len(), typed.types.len(), "{file} {record}: atoms");
        let before = differences.len();
        // The table lists atoms residue by residue, files need not.
        let nearest = |row: &[String]| {
            let expected = [6, 7, 8].map(|i| row[i].parse::<f32>().expect("a coordinate"));
            let positions = structure.atoms().position_angstrom.iter();
            let distances = positions.map(|position| {
                let differences = [0, 1, 2].map(|axis| position[axis] - expected[axis]);
                differences.iter().map(|d| d * d).sum::<f32>().sqrt()
            });
            let nearest = distances.enumerate().min_by(|a, b| a.1.total_cmp(&b.1));
            nearest.expect("atoms")
        };
        for row in rows {
            let (atom, distance) = nearest(&row);
            assert!(distance < 0.001, "{file} {record} {} is missing", row[2]);
            if typed.types[atom].name() != row[5] {
                writeln!(
                    differences,
                    "{file} {record} {} {}: {}, expected {}",
                    row[2],
                    structure.atoms().name[atom],
                    typed.types[atom],
                    row[5]
                )
                .expect("a string takes everything");
            }
        }
        equal += usize::from(differences.len() == before);
    }
    assert!(ligands > 0, "the table is empty");
    eprintln!("ligands with equal atom types: {equal} of {ligands}");
    assert_eq!(differences, "", "atom types differ");
}
