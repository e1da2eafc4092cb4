//! Fields with two meanings: chains that touch numbers, and elements that contradict names.

use super::displaced::one_warned;
use super::{ZN, read, warnings, with};
use crate::Element;
use crate::raw::ElementField;

/// Chains and residue numbers of lines that differ in columns 21-27.
fn residues(fields: &[&str]) -> (Vec<(String, i32)>, Vec<String>) {
    let lines: Vec<String> = fields.iter().map(|field| with(21, field)).collect();
    let model = read(&lines.concat());
    let atoms = model.atoms.iter();
    (
        atoms
            .map(|atom| (atom.chain_id.to_string(), atom.residue_number))
            .collect(),
        warnings(&model),
    )
}

fn pairs(expected: &[(&str, i32)]) -> Vec<(String, i32)> {
    let pairs = expected.iter();
    pairs.map(|(chain, n)| ((*chain).to_owned(), *n)).collect()
}

#[test]
fn a_chain_of_two_letters_touches_numbers_of_four_digits() {
    let (found, warnings) = residues(&[" B1 999", " B11000", " B11001", " B21000", " A  12 "]);
    assert_eq!(
        found,
        pairs(&[
            ("B1", 999),
            ("B1", 1000),
            ("B1", 1001),
            ("B2", 1000),
            ("A", 12)
        ])
    );
    assert_eq!(
        warnings,
        [
            "x.pdb:1: columns 22-27 hold \"B1 999\": a chain of two letters and a residue number; \
             they are read so (4 such cases, this is the first)"
        ]
    );
    // Two letters are not the beginning of a number.
    let (found, warnings) = residues(&[" AB1000"]);
    assert_eq!(found, pairs(&[("AB", 1000)]));
    assert_eq!(warnings.len(), 1);
    // Without other chains of two letters, the number has five digits.
    assert_eq!(residues(&[" B11000"]), (pairs(&[("B", 11000)]), vec![]));
}

#[test]
fn a_number_of_five_digits_may_begin_in_the_column_of_a_chain() {
    let warned = |line| {
        format!(
            "x.pdb:{line}: columns 22-26 hold \"10000\", a residue number of five digits that \
             begins in the column of the chain; they are read as the residue number, and the chain \
             as blank"
        )
    };
    let (found, warnings) = residues(&["   9999 ", "  10000 "].map(|field| &field[1..]));
    assert_eq!(found, pairs(&[("", 9999), ("", 10000)]));
    assert_eq!(warnings, [warned(2)]);
    let (found, warnings) = residues(&[" A  12 ", " 10000 ", " 10999 ", " 11000 ", " 11000 "]);
    assert_eq!(
        found,
        pairs(&[
            ("A", 12),
            ("", 10000),
            ("", 10999),
            ("", 11000),
            ("", 11000)
        ])
    );
    assert_eq!(warnings, [warned(2) + " (4 such cases, this is the first)"]);
    // A chain that is a digit.
    for fields in [
        [" 1 999 ", " 11000 "],
        ["    12 ", " 11000 "],
        [" 1   0 ", " 11234 "],
    ] {
        let (found, warnings) = residues(&fields);
        assert_eq!(found[1].0, "1");
        assert_eq!(warnings, [""; 0]);
    }
}

#[test]
fn a_symbol_that_was_cut_off_is_completed() {
    let line = |name: &str, residue: &str, element: &str| {
        let mut line = with(13, name);
        line.replace_range(17..20, residue);
        line.replace_range(76..80, element);
        line
    };
    let elements = |text: &str| -> (Vec<&str>, Vec<String>) {
        let model = read(text);
        let known = model.atoms.iter().map(|atom| atom.element.known());
        (
            known.map(|e| e.expect("an element").symbol()).collect(),
            warnings(&model),
        )
    };
    for (name, residue, field, symbol) in [
        ("CL1 ", "LIG", " C  ", "Cl"),
        ("Br2 ", "LIG", " B  ", "Br"),
        ("FE  ", "HEM", " F  ", "Fe"),
        ("CU  ", "LIG", " C  ", "Cu"),
        ("CA  ", " CA", " C  ", "Ca"),
        ("NA  ", " NA", " N  ", "Na"),
        ("SE  ", "MSE", " S  ", "Se"),
    ] {
        let text = line(" C1 ", "LIG", " C  ") + &line(name, residue, field);
        let (found, warnings) = elements(&text);
        assert_eq!(found, ["C", symbol], "{name}");
        let name = name.trim();
        assert_eq!(
            warnings,
            [format!(
                "x.pdb:2: the element field of atom {name} of {} 5 of chain A holds \"{}\", but the \
                 name begins with {symbol}; the element is taken from the atom name",
                residue.trim(),
                field.trim()
            )]
        );
    }
    // Names that all begin in column 13 only give ions.
    let left = line("N1  ", "LIG", " N  ");
    let (found, warned) = elements(&(left.clone() + &line("CL1 ", "LIG", " C  ")));
    assert_eq!(found, ["N", "C"]);
    assert!(warned[0].ends_with("the name begins with Cl; the element field is used"));
    let (found, _) =
        elements(&(left + &line("CO1 ", "LIG", " C  ") + &line("CA  ", " CA", " C  ")));
    assert_eq!(found, ["N", "C", "Ca"]);
    // Nothing contradicts: names of four characters, other letters, names of standard residues.
    for (name, residue, field) in [
        ("CL12", "LIG", " C  "),
        ("CAB ", "LIG", " C  "),
        ("CA  ", "ALA", " C  "),
        ("CA  ", "LIG", " C  "),
        (" CL1", "LIG", " C  "),
        ("CL1 ", "LIG", "CL  "),
        ("HG21", "VAL", " H  "),
    ] {
        let (_, warnings) = elements(&line(name, residue, field));
        assert_eq!(warnings, [""; 0], "{name}");
    }
}

#[test]
fn an_amino_acid_has_no_calcium() {
    for (name, field, symbol, wrong) in [
        (" CA ", "CA", Element::C, "Ca"),
        ("CA  ", "CA", Element::C, "Ca"),
        (" CD ", "CD", Element::C, "Cd"),
    ] {
        let mut line = with(13, name);
        line.replace_range(76..80, &format!("{field}  "));
        let atom = one_warned(
            &line,
            &format!(
                "x.pdb:1: columns 77-78 hold \"{field}\", but atom {field} of ALA is not {wrong}; the \
                 element is taken from the atom name"
            ),
        );
        assert_eq!(atom.element, ElementField::Known(symbol));
    }
    let ion = super::one(&ZN.replace("ZN", "CA"));
    assert_eq!(ion.element, ElementField::from_symbol(b"CA"));
}
