//! The templates of standard residues are chemistry that everybody agrees on: perception from
//! coordinates has to find the same types, within the precision of protein coordinates.
//!
//! Needs the folder named by `MOLSHOT_TEST_DATA`.

use std::collections::BTreeMap;

use super::super::{Molecule, TypedMolecule};
use crate::perception::idatm::AtomType;
use crate::{ReadOptions, read_file};

#[test]
fn perception_comes_to_the_types_of_the_templates() {
    let Some(data) = std::env::var_os("MOLSHOT_TEST_DATA").map(std::path::PathBuf::from) else {
        // Past the capture of the test harness: a reader of the log, and the count of tests, must
        // see it.
        std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: MOLSHOT_TEST_DATA is not set\n",
        )
        .expect("standard error is open");
        return;
    };
    let (mut same, mut total) = (0_usize, 0_usize);
    let mut differences: BTreeMap<String, usize> = BTreeMap::new();
    for id in ["1ia1", "1of6", "1s3v", "1uou"] {
        let path = data.join(format!("complexes_other/{id}/{id}_protein.pdb"));
        let structure = read_file(&path, &ReadOptions::default()).expect("a sound file");
        let expected = TypedMolecule::new(&structure).molecule;
        let computed = TypedMolecule::perceive(
            Molecule::new(&structure),
            &vec![false; structure.residues().len()],
        )
        .molecule;
        for atom in 0..expected.len() {
            // Histidine is typed by rule, not by its hydrogens; single atoms have no geometry.
            let residue = structure.residue_of(atom);
            if expected.is_computed[atom as usize]
                || residue.name == "HIS"
                || residue.atoms.len() == 1
            {
                continue;
            }
            total += 1;
            let [e, c] = [expected.kind(atom), computed.kind(atom)];
            if e == c || (e, c) == (AtomType::O2, AtomType::O3) && computed.degree(atom) == 0 {
                same += 1;
            } else {
                *differences
                    .entry(format!(
                        "{} {} {c} for {e}",
                        residue.name,
                        structure.atoms().name[atom as usize]
                    ))
                    .or_default() += 1;
            }
        }
    }
    eprintln!("perceived like the templates: {same} of {total}");
    assert!(total > 5000);
    assert!(
        same as f64 >= 0.99 * total as f64,
        "{same} of {total}: {differences:#?}"
    );
}
