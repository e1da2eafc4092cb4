//! The same entry as mmCIF text, as BinaryCIF and in PDB format is the same structure.
//!
//! `MOLSHOT_TEST_DATA` names the data: folders `structures/` and `difficult/` of single files.

use std::path::Path;

use molshot_molecule::read_file;
use molshot_molecule::{ReadOptions, Structure};

/// Pairs of files of one entry, text first.
const TEXT_AND_BINARY: [(&str, &str); 2] = [
    (
        "structures/molstar_1cbs_updated.cif",
        "structures/molstar_1cbs_full.bcif",
    ),
    (
        "difficult/biopython_3JQH.cif",
        "structures/biopython_3jqh.bcif.gz",
    ),
];

/// Pairs of files of one entry, mmCIF first.
const MMCIF_AND_PDB: [(&str, &str); 7] = [
    ("structures/1LVZ.cif.gz", "structures/1LVZ.pdb.gz"),
    ("structures/3PQR.cif.gz", "structures/3pqr.pdb"),
    (
        "structures/biopython_1A8O.cif",
        "structures/biopython_1A8O.pdb",
    ),
    (
        "structures/biopython_1LCD.cif.gz",
        "structures/biopython_1LCD.pdb",
    ),
    (
        "structures/chimerax_1a0m.cif",
        "structures/chimerax_1a0m.pdb",
    ),
    ("structures/mda_1BD2.cif.gz", "structures/mda_1BD2.pdb.gz"),
    (
        "structures/pdbtbx_1yyf.cif.gz",
        "difficult/pdbtbx_1yyf.pdb.gz",
    ),
];

/// Everything about an atom that two formats share, as text.
fn atoms(structure: &Structure) -> Vec<String> {
    let columns = structure.atoms();
    (0..columns.len())
        .map(|i| {
            let residue = structure.residue_of(i as u32);
            format!(
                "{} {}{} {} {} {} {} {:?} occupancy {} b {}",
                structure.chains()[residue.chain as usize].id,
                residue.number,
                char::from(residue.insertion_code),
                residue.name,
                columns.name[i],
                columns.element[i].symbol(),
                char::from(columns.altloc[i]),
                columns.position_angstrom[i],
                columns.occupancy[i],
                columns.b_factor[i],
            )
        })
        .collect()
}

fn read(data: &Path, name: &str) -> Structure {
    read_file(&data.join(name), &ReadOptions::default()).unwrap_or_else(|error| panic!("{error}"))
}

/// Bonds by the texts of their atoms, sorted.
fn bonds(structure: &Structure, atoms: &[String]) -> Vec<String> {
    let mut bonds: Vec<String> = structure
        .bonds()
        .iter()
        .map(|bond| {
            let mut pair = [bond.a, bond.b].map(|atom| atoms[atom as usize].as_str());
            pair.sort_unstable();
            pair.join(" - ")
        })
        .collect();
    bonds.sort_unstable();
    bonds
}

/// Returns the first entry that only one of two sorted lists has.
fn difference<'a>(a: &'a [String], b: &'a [String]) -> Option<&'a String> {
    let only = |a: &'a [String], b: &[String]| a.iter().find(|x| b.binary_search(x).is_err());
    only(a, b).or_else(|| only(b, a))
}

fn compare(pairs: &[(&str, &str)]) {
    let Some(data) = std::env::var_os("MOLSHOT_TEST_DATA") else {
        // Written to stderr directly, since the test harness captures output: skipped tests must be
        // visible.
        std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: MOLSHOT_TEST_DATA is not set\n",
        )
        .expect("standard error is open");
        return;
    };
    let mut faults = Vec::new();
    for (first_name, second_name) in pairs {
        let first = read(Path::new(&data), first_name);
        let second = read(Path::new(&data), second_name);
        let (mut a, mut b) = (atoms(&first), atoms(&second));
        let (bonds_a, bonds_b) = (bonds(&first, &a), bonds(&second, &b));
        // Formats differ in the position of the water of a chain.
        a.sort_unstable();
        b.sort_unstable();
        for (what, a, b) in [("atoms", &a, &b), ("bonds", &bonds_a, &bonds_b)] {
            if a != b {
                faults.push(format!(
                    "{first_name} has {} {what}, {second_name} {}; only in one: {:?}",
                    a.len(),
                    b.len(),
                    difference(a, b),
                ));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn binary_files_mean_what_text_files_mean() {
    compare(&TEXT_AND_BINARY);
}

#[test]
fn mmcif_files_mean_what_pdb_files_mean() {
    compare(&MMCIF_AND_PDB);
}

#[test]
fn components_and_small_molecules_are_read() {
    let Some(data) = std::env::var_os("MOLSHOT_TEST_DATA") else {
        // Written to stderr directly, since the test harness captures output: skipped tests must be
        // visible.
        std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: MOLSHOT_TEST_DATA is not set\n",
        )
        .expect("standard error is open");
        return;
    };
    // The counts are those of gemmi 0.7, less one in 4003024: its indium shares a site with tin, as
    // the lesser of two disorder groups.
    for (name, atoms, warning) in [
        ("difficult/gemmi_HEN.cif", 45, None),
        (
            "difficult/gemmi_1011031.cif",
            2,
            Some("symmetry is not applied"),
        ),
        (
            "difficult/gemmi_4003024.cif",
            3,
            Some("symmetry is not applied"),
        ),
        (
            "difficult/pymol_1519159.cif",
            26,
            Some("symmetry is not applied"),
        ),
        ("difficult/biopython_1SSU_mod.cif", 2, None),
    ] {
        let structure = read(Path::new(&data), name);
        assert_eq!(structure.atoms().len(), atoms, "{name}");
        if let Some(expected) = warning {
            assert!(
                structure
                    .warnings()
                    .iter()
                    .any(|w| w.message.contains(expected)),
                "{name}: {:?}",
                structure.warnings()
            );
        }
    }
    let component = read(Path::new(&data), "difficult/gemmi_HEN.cif");
    assert_eq!(component.residues().len(), 1);
    assert_eq!(
        component.bonds().len(),
        45,
        "one for each row of _chem_comp_bond"
    );
}
