//! Reads every file and folder of a test data set and compares what comes out with what is expected to fail.
//!
//! `MOLSHOT_TEST_DATA` names the data: folders `complexes/` and `complexes_other/` of folders in PDBbind layout,
//! `structures/` and `difficult/` of single files. `MOLSHOT_OUTCOMES`, if set, names a file for the table.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use molshot_molecule::read::{FolderOptions, read_input};
use molshot_molecule::{ReadOptions, Structure};

/// Files that cannot be read, and a part of what is said about each.
const EXPECTED_FAILURES: [(&str, &str); 17] = [
    // MMTF is not read.
    ("structures/4w93.mmtf", "is MMTF, which is not read"),
    ("structures/biopython_1A8O.mmtf", "give mmCIF or BinaryCIF"),
    ("structures/biopython_4CUP.mmtf", "is MMTF"),
    ("structures/mda_173D.mmtf", "is MMTF"),
    ("structures/mda_5KIH.mmtf.gz", "is MMTF"),
    ("structures/pymol_1x8x.mmtf.gz", "is MMTF"),
    // Without `_atom_site`: test files for headers and line ends.
    ("difficult/biopython_1MOM_min.cif", "holds no atoms"),
    ("difficult/biopython_4Q9R_min.cif", "holds no atoms"),
    ("difficult/gemmi_eol-test.cif", "holds no atoms"),
    ("difficult/gemmi_misc.cif", "holds no atoms"),
    // Headers without atoms, and no PDB file at all.
    (
        "difficult/biopython_d256ba_.ent",
        "there is no ATOM or HETATM record",
    ),
    (
        "difficult/biopython_header.pdb",
        "there is no ATOM or HETATM record",
    ),
    (
        "difficult/gemmi_5moo_header.pdb",
        "there is no ATOM or HETATM record",
    ),
    (
        "difficult/plip_non-pdb.pdb",
        "there is no ATOM or HETATM record",
    ),
    // Declares 49 atoms and has none.
    (
        "difficult/mda_BrokenMolecule.mol2",
        "mda_BrokenMolecule.mol2:13: the molecule declares 49 atoms, but its ATOM section holds 0",
    ),
    // A tar archive whose name says bzip2, and one that is bzip2.
    (
        "difficult/mda_model_then_cryst.pdb.bz2",
        "is a tar archive; unpack it first",
    ),
    (
        "difficult/mda_surface.pdb.bz2",
        "is bzip2-compressed; decompress it first",
    ),
];

/// What became of one input.
struct Outcome {
    name: String,
    result: Result<Structure, String>,
    milliseconds: f64,
}

impl Outcome {
    fn row(&self) -> String {
        let (kind, counts, first_message) = match &self.result {
            Ok(structure) => (
                if structure.warnings().is_empty() {
                    "ok".to_owned()
                } else {
                    format!("{} warnings", structure.warnings().len())
                },
                format!(
                    "{} {} {} {}",
                    structure.atoms().len(),
                    structure.residues().len(),
                    structure.chains().len(),
                    structure.bonds().len()
                ),
                structure
                    .warnings()
                    .first()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            ),
            Err(message) => ("error".to_owned(), "- - - -".to_owned(), message.clone()),
        };
        format!(
            "{} | {kind} | {counts} | {first_message} | {:.1}",
            self.name, self.milliseconds
        )
    }
}

/// The data's folder, or `None` with a word about it.
fn test_data() -> Option<PathBuf> {
    let data = std::env::var_os("MOLSHOT_TEST_DATA").map(PathBuf::from);
    if data.is_none() {
        eprintln!("skipped: MOLSHOT_TEST_DATA is not set");
    }
    data
}

/// Paths in a folder, by name.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .collect();
    paths.sort();
    paths
}

fn read_all(data: &Path) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    for set in ["complexes", "complexes_other", "structures", "difficult"] {
        for path in entries(&data.join(set)) {
            let name = path
                .strip_prefix(data)
                .expect("a path in the data")
                .display()
                .to_string();
            let start = Instant::now();
            let result = read_input(&path, FolderOptions::default(), &ReadOptions::default())
                .map_err(|error| error.to_string());
            outcomes.push(Outcome {
                name,
                result,
                milliseconds: start.elapsed().as_secs_f64() * 1000.0,
            });
        }
    }
    outcomes
}

/// `FILE...: what is wrong; what would be right`, on one line.
fn is_well_formed(message: &str, path: &Path) -> bool {
    let Some(rest) = message.strip_prefix(&path.display().to_string()) else {
        return false;
    };
    let Some((place, text)) = rest.split_once(": ") else {
        return false;
    };
    let Some((problem, remedy)) = text.split_once("; ") else {
        return false;
    };
    // The place is what follows in the path (a folder's file) and the line.
    !place.contains(' ') && !problem.is_empty() && !remedy.is_empty() && !message.contains('\n')
}

/// What every structure promises, seen from outside.
fn check_promises(name: &str, structure: &Structure) {
    let atoms = structure.atoms();
    let count = atoms.len();
    assert!(count > 0, "{name}: no atoms");
    for length in [
        atoms.element.len(),
        atoms.name.len(),
        atoms.serial.len(),
        atoms.residue.len(),
        atoms.altloc.len(),
        atoms.occupancy.len(),
        atoms.b_factor.len(),
        atoms.formal_charge.len(),
    ] {
        assert_eq!(length, count, "{name}: a column of another length");
    }
    assert!(
        atoms
            .position_angstrom
            .iter()
            .flatten()
            .all(|x| x.is_finite()),
        "{name}: a coordinate that is not finite"
    );
    let mut next = 0;
    for (index, residue) in structure.residues().iter().enumerate() {
        assert_eq!(
            residue.atoms.start, next,
            "{name}: residues do not follow each other"
        );
        assert!(residue.atoms.end > next, "{name}: an empty residue");
        next = residue.atoms.end;
        assert!(
            residue
                .atoms
                .clone()
                .all(|atom| atoms.residue[atom as usize] as usize == index),
            "{name}: an atom of another residue"
        );
        assert!(
            (residue.chain as usize) < structure.chains().len(),
            "{name}: no such chain"
        );
    }
    assert_eq!(next as usize, count, "{name}: atoms without a residue");
    assert!(
        structure
            .bonds()
            .windows(2)
            .all(|pair| (pair[0].a, pair[0].b) < (pair[1].a, pair[1].b)),
        "{name}: bonds are not sorted or not unique"
    );
    assert!(
        structure
            .bonds()
            .iter()
            .all(|bond| bond.a < bond.b && (bond.b as usize) < count),
        "{name}: a bond out of range"
    );
    for warning in structure.warnings() {
        let text = warning.to_string();
        assert!(
            text.starts_with('/') || text.contains(": "),
            "{name}: {text}"
        );
        assert!(!text.contains('\n'), "{name}: {text}");
    }
}

#[test]
fn every_file_of_the_test_data_is_read_or_refused_in_words() {
    let Some(data) = test_data() else { return };
    let outcomes = read_all(&data);
    assert!(outcomes.len() > 100, "the data is not all there");
    let mut table =
        String::from("file | outcome | atoms residues chains bonds | first message | ms\n");
    for outcome in &outcomes {
        writeln!(table, "{}", outcome.row()).expect("a string takes all");
    }
    match std::env::var_os("MOLSHOT_OUTCOMES") {
        Some(path) => std::fs::write(&path, &table).expect("a writable path"),
        None => eprint!("{table}"),
    }
    let slowest = outcomes
        .iter()
        .max_by(|a, b| a.milliseconds.total_cmp(&b.milliseconds))
        .expect("there are outcomes");
    eprintln!("slowest: {} {:.1} ms", slowest.name, slowest.milliseconds);

    let mut faults = Vec::new();
    for outcome in &outcomes {
        let expected = EXPECTED_FAILURES
            .iter()
            .find(|(name, _)| *name == outcome.name)
            .map(|(_, fragment)| *fragment);
        match (&outcome.result, expected) {
            (Ok(structure), None) => check_promises(&outcome.name, structure),
            (Ok(_), Some(fragment)) => faults.push(format!(
                "{} is read, though it should say \"{fragment}\"",
                outcome.name
            )),
            (Err(message), None) => faults.push(format!("not expected to fail: {message}")),
            (Err(message), Some(fragment)) => {
                if !message.contains(fragment) {
                    faults.push(format!("\"{fragment}\" is not in: {message}"));
                }
            }
        }
        if let Err(message) = &outcome.result
            && !is_well_formed(message, &data.join(&outcome.name))
        {
            faults.push(format!("not of the form FILE: problem; remedy: {message}"));
        }
    }
    for (name, _) in EXPECTED_FAILURES {
        if !outcomes.iter().any(|outcome| outcome.name == name) {
            faults.push(format!("{name} is listed as a failure, but is not there"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}
