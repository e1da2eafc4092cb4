//! Shared by the tests that compare with tables of `ChimeraX`: the test data folder and its
//! complexes.
use std::path::{Path, PathBuf};

use molshot_molecule::{ReadOptions, Structure, read_file};

/// Test data folder, or `None` with a printed reason.
pub(crate) fn data() -> Option<PathBuf> {
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

/// One model of a complex, `pocket` or `ligand`: PDB, else MOL2, else SDF.
pub(crate) fn open(data: &Path, id: &str, model: &str) -> Structure {
    let folder = data.join("complexes").join(id);
    let path = ["pdb", "mol2", "sdf"]
        .iter()
        .map(|extension| folder.join(format!("{id}_{model}.{extension}")))
        .find(|path| path.exists())
        .unwrap_or_else(|| panic!("{id} has no {model}"));
    read_file(&path, &ReadOptions::default())
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Rows of a table of the test data, without the heading.
pub(crate) fn table(data: &Path, name: &str) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(data.join("truth").join(name))
        .unwrap_or_else(|error| panic!("{name}: {error}"));
    text.lines()
        .skip(1)
        .map(|line| line.split('\t').map(ToOwned::to_owned).collect())
        .collect()
}
