//! Atom types of protein pockets and ligands compared with a table of those of `ChimeraX`.
//!
//! Needs the folder named by `MOLSHOT_TEST_DATA`: `truth/idatm_truth.tsv` and `complexes/`.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use molshot_molecule::perception::idatm;

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
