//! Bond counts of protein pockets and ligands compared with a table of those of `ChimeraX`.
//!
//! Needs the folder named by `MOLSHOT_TEST_DATA`: `truth/bonds_truth.tsv` and
//! `complexes/ID/ID_pocket.pdb`, `ID_ligand.mol2` (or `.sdf`).

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use molshot_molecule::{PseudobondKind, ReadOptions, Structure, read_file};

/// Test data folder, or `None` with a printed reason.
fn data() -> Option<PathBuf> {
    let folder = std::env::var_os("MOLSHOT_TEST_DATA").map(PathBuf::from);
    if folder.is_none() {
        // Written to stderr directly, since the test harness captures output: skipped tests must be
        // visible.
        std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: MOLSHOT_TEST_DATA is not set\n",
        )
        .expect("standard error is open");
    }
    folder
}

fn open(complexes: &Path, id: &str, model: &str) -> Structure {
    let folder = complexes.join(id);
    let path = ["pdb", "mol2", "sdf"]
        .iter()
        .map(|extension| folder.join(format!("{id}_{model}.{extension}")))
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("{id} has no {model}"));
    read_file(&path, &ReadOptions::default())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn counts_equal_those_of_chimerax() {
    let Some(data) = data() else { return };
    let table = std::fs::read_to_string(data.join("truth/bonds_truth.tsv")).expect("the table");
    let mut differences = String::new();
    let mut compared = 0;
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split('\t').collect();
        let [id, model, counts @ ..] = fields.as_slice() else {
            panic!("short line {line:?}")
        };
        let expected: Vec<usize> = counts
            .iter()
            .take(5)
            .map(|count| count.parse().expect("a count"))
            .collect();
        let structure = open(&data.join("complexes"), id, model);
        let of_kind = |kind| {
            structure
                .pseudobonds()
                .iter()
                .filter(|bond| bond.kind == kind)
                .count()
        };
        let found = vec![
            structure.atoms().len(),
            structure.bonds().len(),
            structure.residues().len(),
            of_kind(PseudobondKind::MissingStructure),
            of_kind(PseudobondKind::MetalCoordination),
        ];
        compared += 1;
        if found != expected {
            writeln!(
                differences,
                "{id} {model}: {found:?}, expected {expected:?}"
            )
            .expect("a string takes everything");
        }
    }
    assert!(compared > 0, "the table is empty");
    assert!(
        differences.is_empty(),
        "atoms, bonds, residues, gaps, coordination differ:\n{differences}"
    );
}
