//! Cuts: are the files in the set what the whole entries give today?

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::Verified;
use crate::complexes::Source;
use crate::complexes::cut::{ChosenBy, CutRule, LigandName};
use crate::plan::record::ComplexPlan;

/// Cuts a complex anew, if it was cut and its entry is there.
pub(super) fn check(source: &Source, cuts: &Path, complex: &ComplexPlan, found: &mut Verified) {
    match source.hash(&complex.id) {
        Ok(hash) if hash == complex.input_sha256 => {}
        Ok(_) => found.fault(format!(
            "the files of {} are others than when it was planned",
            complex.id
        )),
        // Whoever reads it says so.
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
                found.fault(format!(
                    "{} cut anew out of {} is another complex",
                    complex.id, record.from
                ));
            }
        }
        Ok(None) => found.fault(format!("{} is no whole entry any more", complex.id)),
        Err(fault) => found.fault(format!("{}: {}", complex.id, fault.message)),
    }
}
