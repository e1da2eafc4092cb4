//! Names, elements and residues of ligand atoms, compared with those of `ChimeraX`.
//!
//! `MOLSHOT_TEST_DATA` names the data: `truth/idatm_truth.tsv` with one atom per row,
//! `complexes/ID/ID_ligand.*`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use molshot_molecule::ReadOptions;
use molshot_molecule::read_file;

/// Atom name, element symbol, residue name, residue number, chain.
type Row = (String, String, String, String, String);

#[test]
fn ligand_atoms_are_named_as_chimerax_names_them() {
    let Some(data) = std::env::var_os("MOLSHOT_TEST_DATA").map(PathBuf::from) else {
        // Written to stderr directly, since the test harness captures output: skipped tests must be
        // visible.
        std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: MOLSHOT_TEST_DATA is not set\n",
        )
        .expect("standard error is open");
        return;
    };
    let table = std::fs::read_to_string(data.join("truth/idatm_truth.tsv")).expect("a table");
    let mut lines = table.lines();
    assert_eq!(
        lines
            .next()
            .map(|header| header.split('\t').take(9).collect::<Vec<_>>()),
        Some(vec![
            "pdbid", "model", "index", "chain", "resname", "resnum", "icode", "atom", "element"
        ])
    );
    let mut reference: BTreeMap<&str, Vec<Row>> = BTreeMap::new();
    for line in lines {
        let column: Vec<&str> = line.split('\t').collect();
        if column[1] == "ligand" {
            reference.entry(column[0]).or_default().push((
                column[7].to_owned(),
                column[8].to_owned(),
                column[4].to_owned(),
                column[5].to_owned(),
                column[3].to_owned(),
            ));
        }
    }
    assert!(reference.len() > 10, "the table is not all there");
    for (id, expected) in reference {
        let folder = data.join("complexes").join(id);
        let path = ["mol2", "sdf"]
            .map(|extension| folder.join(format!("{id}_ligand.{extension}")))
            .into_iter()
            .find(|path| path.exists())
            .expect("a ligand");
        let structure = read_file(&path, &ReadOptions::default()).expect("a sound file");
        let atoms = structure.atoms();
        let found: Vec<Row> = (0..atoms.len())
            .map(|i| {
                let residue = structure.residue_of(i as u32);
                (
                    atoms.name[i].to_string(),
                    atoms.element[i].symbol().to_owned(),
                    residue.name.to_string(),
                    residue.number.to_string(),
                    structure.chains()[residue.chain as usize].id.to_string(),
                )
            })
            .collect();
        assert_eq!(found, expected, "{id}");
    }
}
