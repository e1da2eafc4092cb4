//! Rows with a column too many or too few.

use super::{error, read};

/// A record of two atoms; the first row is given.
fn with_row(row: &str) -> String {
    format!(
        "@<TRIPOS>MOLECULE\nx\n 2 1 1\nSMALL\nNO_CHARGES\n\n@<TRIPOS>ATOM\n{row}\n\
         2 O1 11.4 20.0 30.0 O.3 1 LIG 0.0\n@<TRIPOS>BOND\n1 1 2 1\n"
    )
}

#[test]
fn a_row_that_does_not_fit_names_the_field() {
    for (row, expected) in [
        // A column too many before the coordinates, and a name with a blank.
        (
            "1 C1 1 10.0 20.0 30.0 C.3 1 LIG 0.0",
            "field 6, the type, is \"30.0\", a number;",
        ),
        (
            "1 C 1 10.0 20.0 30.0 C.3",
            "field 6, the type, is \"30.0\", a number;",
        ),
        (
            "1 C1 10.0 20.0 30.0 0.5 C.3 1 LIG",
            "field 6, the type, is \"0.5\", a number;",
        ),
        (
            "1 C1 10.0 20.0 30.0 1 LIG 0.0",
            "field 6, the type, is \"1\", a number;",
        ),
        (
            "1 C1 10.0 20.0 30.0 -1.5e3",
            "field 6, the type, is \"-1.5e3\", a number;",
        ),
        (
            "1 C1 10.0 20.0 C.3 1 LIG 0.0",
            "field 5, z, is \"C.3\", not a number;",
        ),
        (
            "1 10.0 20.0 30.0 C.3 1 LIG 0.0",
            "field 5, z, is \"C.3\", not a number;",
        ),
        (
            "1 C1 A 10.0 20.0 30.0 C.3 1 LIG",
            "field 3, x, is \"A\", not a number;",
        ),
        (
            "C1 10.0 20.0 30.0 C.3",
            "field 1, the id, is \"C1\", not a whole number;",
        ),
        ("1 C1 10.0 20.0 30.0", "field 6, the type, is missing;"),
        ("1 C1", "field 3, x, is missing;"),
        (
            "1 C1 10.0 20.0 30.0 C.3 LIG 1 0.0 0.0",
            "field 7, the id of the substructure, is \"LIG\", not a whole number;",
        ),
        (
            "1 C1 10.0 20.0 30.0 C.3 1.5 LIG 0.0",
            "field 7, the id of the substructure, is \"1.5\", not a whole number;",
        ),
    ] {
        let found = error(&with_row(row));
        assert!(found.starts_with("x.mol2:8: "), "{found}");
        assert!(found.contains(expected), "{found}");
    }
}

#[test]
fn columns_that_are_missing_at_the_end_are_reported() {
    for (row, name, warning) in [
        ("1 C1 10.0 20.0 30.0 C.3", "UNL", None),
        ("1 C1 10.0 20.0 30.0 C.3 1", "UNL", None),
        ("1 C1 10.0 20.0 30.0 C.3 0.125", "UNL", None),
        ("1 C1 10.0 20.0 30.0 C.3 **** LIG 0.0", "LIG", None),
        ("1 C1 10.0 20.0 30.0 C.3 1 <0> 0.0", "UNL", None),
        (
            "1 C1 10.0 20.0 30.0 C.3 LIG 0.0",
            "LIG",
            Some(
                "x.mol2:8: field 7, the id of the substructure, is \"LIG\"; it is read as the name",
            ),
        ),
        (
            "1 C1 10.0 20.0 30.0 C.3 1 -0.125",
            "UNL",
            Some(
                "x.mol2:8: field 8, the name of the substructure, is the number \"-0.125\"; the \
                 substructure is taken as one without a name",
            ),
        ),
    ] {
        let model = read(&with_row(row)).expect(row);
        assert_eq!(model.atoms[0].residue_name, name, "{row}");
        let found: Vec<String> = model.warnings.iter().map(ToString::to_string).collect();
        assert_eq!(
            found,
            warning.map(str::to_owned).into_iter().collect::<Vec<_>>()
        );
    }
}
