//! Checks that cutting the whole entries again gives the files of the set.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::VerifyReport;
use crate::complexes::ComplexSource;
use crate::complexes::cut::{ChosenBy, CutRule, LigandName};
use crate::record::ComplexPlan;

/// Checks the files of a complex; cuts it again if it was cut and its entry exists.
pub(super) fn check(
    source: &ComplexSource,
    cuts: &Path,
    complex: &ComplexPlan,
    found: &mut VerifyReport,
) {
    match source.hash(&complex.id) {
        Ok(hash) if hash == complex.input_sha256 => {}
        Ok(_) => found.add_problem(format!(
            "the files of {} have changed since it was planned",
            complex.id
        )),
        // The check that reads the complex reports it.
        Err(_) => return,
    }
    let Some(record) = &complex.cut else {
        return;
    };
    if !source.folder.join(&record.from).exists() {
        found.uncut += 1;
        return;
    }
    let mut rule = CutRule {
        pocket_cutoff_angstrom: record.pocket_cutoff_angstrom,
        ligands: BTreeMap::new(),
    };
    if record.chosen_by == ChosenBy::List {
        let words: Vec<String> = record.ligand.split(' ').map(str::to_owned).collect();
        if let [name, number, chain] = words.as_slice() {
            let name = LigandName {
                name: name.clone(),
                number: Some(number.clone()),
                chain: Some(chain.clone()),
            };
            rule.ligands.insert(complex.id.clone(), name);
        }
    }
    match source.cut_text(&complex.id, &rule) {
        Ok(Some(cut)) => {
            let same = cut.record == *record
                && cut.files.iter().all(|(name, text)| {
                    fs::read(cuts.join(&complex.id).join(name))
                        .is_ok_and(|bytes| bytes == text.as_bytes())
                });
            if same {
                found.cut += 1;
            } else {
                found.add_problem(format!(
                    "{} cut again out of {} is another complex",
                    complex.id, record.from
                ));
            }
        }
        Ok(None) => found.add_problem(format!("{} is no longer a whole entry", complex.id)),
        Err(error) => found.add_problem(format!("{}: {}", complex.id, error.message)),
    }
}
