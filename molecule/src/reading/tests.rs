//! Tests of the choice of models and copies.

use super::{ModelChoice, Reading};
use crate::copies::{AssemblyChoice, CrystalChoice};
use crate::{MoleculeError, PartRole, ReadLimits, ReadOptions, Structure, read_bytes};

const MODELS: &str = "\
CRYST1   10.000   10.000   10.000  90.00  90.00  90.00 P 1           1
MODEL        4
ATOM      1  CA  GLY A   1       0.000   0.000   0.000  1.00 10.00           C
ENDMDL
MODEL        7
ATOM      1  CA  GLY A   1       1.000   0.000   0.000  1.00 10.00           C
ENDMDL
END
";
const SINGLE: &str = "\
ATOM      1  CA  ALA B   1       5.000   0.000   0.000  1.00 10.00           C
END
";

fn read(reading: &Reading, texts: &[&str]) -> Result<Vec<Structure>, MoleculeError> {
    read_with(reading, texts, ReadOptions::default())
}

fn read_with(
    reading: &Reading,
    texts: &[&str],
    options: ReadOptions,
) -> Result<Vec<Structure>, MoleculeError> {
    reading.read(texts.len(), options, |file, options| {
        let name = format!("f{file}.pdb");
        read_bytes(&name, texts[file].as_bytes(), PartRole::Whole, options)
    })
}

fn models(text: &str) -> Reading {
    Reading {
        models: ModelChoice::from_name(text).expect(text),
        ..Reading::default()
    }
}

#[test]
fn a_choice_is_a_number_a_range_or_all() {
    let choice = ModelChoice::from_name;
    assert_eq!(choice("3"), Some(ModelChoice::One(3)));
    assert_eq!(choice("2-5"), Some(ModelChoice::Range(2..=5)));
    assert_eq!(choice("4-4").map(|choice| choice.range()), Some(4..=4));
    assert_eq!(
        choice("ALL").map(|choice| choice.range()),
        Some(0..=u32::MAX)
    );
    for text in ["3", "2-5", "4-4", "all"] {
        assert_eq!(
            choice(text).map(|choice| choice.to_string()).as_deref(),
            Some(text)
        );
    }
    for wrong in ["", "0", "-1", "5-2", "0-3", "1-", "1-2-3", "1,2", "first"] {
        assert_eq!(choice(wrong), None, "{wrong:?}");
    }
}

#[test]
fn a_number_applies_to_files_with_several_models() {
    let x =
        |structures: &[Structure], file: usize| structures[file].atoms().position_angstrom[0][0];
    let both = read(&models("7"), &[MODELS, SINGLE]).expect("model 7");
    assert_eq!((x(&both, 0), x(&both, 1)), (1.0, 5.0));
    let all = read(&models("all"), &[MODELS, SINGLE]).expect("models");
    assert_eq!(all[0].atoms().len(), 2);
    assert_eq!(all[0].parts().len(), 2);
    let error = read(&models("5"), &[MODELS]).expect_err("no model 5");
    assert!(error.to_string().contains("no model 5"), "{error}");
}

#[test]
fn a_range_without_a_model_names_the_file_and_its_models() {
    let error = read(&models("8-9"), &[MODELS]).expect_err("no model");
    let text = "f0: it has no model from 8 to 9; choose from 4 to 7";
    assert_eq!(error.to_string(), text);
    assert_eq!(error.code(), "model_unavailable");
    let error = read(&models("8-9"), &[SINGLE, MODELS]).expect_err("no model");
    assert!(error.to_string().starts_with("f1: "), "{error}");
    let error = read(&models("5-6"), &[MODELS]).expect_err("no model");
    assert!(error.to_string().contains("from 5 to 6"), "{error}");
}

#[test]
fn copies_are_made_of_each_file_that_can_have_some() {
    let cells = Reading {
        crystal: CrystalChoice::Cells([2, 1, 1]),
        ..Reading::default()
    };
    let made = read(&cells, &[MODELS, SINGLE]).expect("cells");
    assert_eq!(made.iter().map(|one| one.atoms().len()).sum::<usize>(), 3);
    assert!(made[1].warnings()[0].message.contains("no unit cell"));
    let assembly = Reading {
        assembly: AssemblyChoice::All,
        ..Reading::default()
    };
    let error = read(&assembly, &[SINGLE]).expect_err("no assembly");
    assert_eq!(error.code(), "symmetry_unavailable");
}

#[test]
fn the_atoms_of_all_models_and_copies_count_against_the_limit() {
    let options = ReadOptions::default().with_limits(ReadLimits::new(1 << 20, 3));
    let mut reading = models("all");
    assert!(read_with(&reading, &[MODELS], options).is_ok());
    reading.crystal = CrystalChoice::Cells([2, 1, 1]);
    let error = read_with(&reading, &[MODELS], options).expect_err("4 atoms");
    assert_eq!(error.code(), "input_too_large");
}
