#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod cancelled;
mod fixtures;
mod properties;

use self::fixtures::{Row, structure};
use super::{MAX_DEPTH, MAX_DISTANCE_TERMS, MAX_EXPRESSION_BYTES, MAX_TERMS, Selection};
use crate::MoleculeError;
use crate::structure::{PartRole, ResidueClass, Structure};

/// Indices: 0-4 ARG -5, 5-6 GLY 45, 7 ALA 45A, 8 DG 60, 9 sugar of it, 10-12 GTP, 13 MG, 14-15 HOH,
/// 16 HIS far away.
fn sample() -> Structure {
    use ResidueClass::{AminoAcid, Ion, Ligand, Nucleotide, Water};
    structure(
        &["A", "a", "B", "L"],
        &[
            (
                "ARG",
                -5,
                b' ',
                0,
                AminoAcid,
                false,
                &[
                    ("N", "N", 0.0),
                    ("CA", "C", 1.5),
                    ("NH2", "N", 5.0),
                    ("H", "H", 0.5),
                    ("HH21", "H", 5.5),
                ],
            ),
            (
                "GLY",
                45,
                b' ',
                0,
                AminoAcid,
                false,
                &[("N", "N", 3.0), ("CA", "C", 4.0)],
            ),
            ("ALA", 45, b'A', 0, AminoAcid, false, &[("CB", "C", 6.0)]),
            (
                "DG",
                60,
                b' ',
                2,
                Nucleotide,
                false,
                &[("P", "P", 7.0), ("N1", "N", 7.5)],
            ),
            (
                "GTP",
                401,
                b' ',
                3,
                Ligand,
                true,
                &[("O5'", "O", 10.0), ("C5*", "C", 11.0), ("FE", "FE", 12.0)],
            ),
            ("MG", 402, b' ', 1, Ion, true, &[("MG", "MG", 14.0)]),
            (
                "HOH",
                501,
                b' ',
                1,
                Water,
                true,
                &[("O", "O", 20.0), ("H1", "H", 20.5)],
            ),
            ("HIS", 61, b' ', 2, AminoAcid, false, &[("CA", "C", 40.0)]),
        ],
        &[(0, 3), (2, 4)],
    )
}

fn pick(structure: &Structure, expression: &str) -> Vec<usize> {
    let flags = Selection::parse(expression)
        .unwrap_or_else(|error| panic!("{error}"))
        .evaluate(structure);
    assert_eq!(flags.len(), structure.atoms().len());
    (0..flags.len()).filter(|&i| flags[i]).collect()
}

/// Problem and remedy as one text, and the column.
fn refusal(expression: &str) -> (usize, String) {
    match Selection::parse(expression).expect_err(expression) {
        MoleculeError::Selection {
            column,
            problem,
            remedy,
            ..
        } => (column, format!("{problem}; {remedy}")),
        other => panic!("another kind of error: {other}"),
    }
}

#[test]
fn every_word_selects_its_atoms() {
    let sample = sample();
    let all: Vec<usize> = (0..17).collect();
    let cases: &[(&str, &[usize])] = &[
        ("all", &all),
        ("*", &all),
        ("none", &[]),
        ("chain B", &[8, 9, 16]),
        ("chain A B", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16]),
        ("chain B+L", &[8, 9, 10, 11, 12, 16]),
        ("chain B,L", &[8, 9, 10, 11, 12, 16]),
        ("resi -5", &[0, 1, 2, 3, 4]),
        ("resi 45", &[5, 6]),
        ("resi 45A", &[7]),
        ("resi 45-60", &[5, 6, 7, 8, 9]),
        ("resi 45A-60", &[7, 8, 9]),
        ("resi -7--5+60,402 501", &[0, 1, 2, 3, 4, 8, 9, 13, 14, 15]),
        ("resn arg+HIS", &[0, 1, 2, 3, 4, 16]),
        ("resn G*", &[5, 6, 10, 11, 12]),
        ("name nh2", &[2]),
        ("name O5'", &[10]),
        ("name C5*", &[11]),
        ("name \"C5*\"", &[11]),
        ("name C*", &[1, 6, 7, 11, 16]),
        ("name \"C*\"", &[]),
        ("element n", &[0, 2, 5, 9]),
        ("elem Fe+MG", &[12, 13]),
        ("element D", &[3, 4, 15]),
        ("index 0-2 16", &[0, 1, 2, 16]),
        ("serial 101,117", &[0, 16]),
        ("part 1", &all),
        ("model 2-9", &[]),
        ("ligand", &[10, 11, 12]),
        ("protein", &[0, 1, 2, 3, 4, 5, 6, 7, 16]),
        ("nucleic", &[8, 9]),
        ("polymer", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16]),
        ("water", &[14, 15]),
        ("SOLVENT", &[14, 15]),
        ("ion", &[13]),
        ("metal", &[12, 13]),
        ("hetero", &[10, 11, 12, 13, 14, 15]),
        ("hydrogens", &[3, 4, 15]),
        ("hydrogen", &[3, 4, 15]),
        ("heavy and water", &[14]),
        ("backbone", &[0, 1, 3, 5, 6, 8, 16]),
        ("sidechain", &[2, 4, 7, 9]),
        ("within 2 of resn MG", &[12, 13]),
        ("within 1.9 of resn MG", &[13]),
        ("within 0 of index 7", &[7]),
        ("within 1000 of index 7", &all),
        ("within 5 of none", &[]),
        ("byres name NH2", &[0, 1, 2, 3, 4]),
    ];
    for (expression, wanted) in cases {
        assert_eq!(&pick(&sample, expression), wanted, "{expression}");
    }
}

#[test]
fn chain_ids_match_as_written_first() {
    let sample = sample();
    assert_eq!(pick(&sample, "chain a"), [13, 14, 15]);
    assert_eq!(pick(&sample, "chain b"), [8, 9, 16]);
    assert_eq!(pick(&sample, "chain l+a"), [10, 11, 12, 13, 14, 15]);
    assert_eq!(pick(&sample, "chain \"\""), [] as [usize; 0]);
    let blank = structure(
        &[""],
        &[(
            "LIG",
            1,
            b' ',
            0,
            ResidueClass::Ligand,
            true,
            &[("C1", "C", 0.0)],
        )],
        &[],
    );
    assert_eq!(pick(&blank, "chain \"\""), [0]);
}

#[test]
fn operators_bind_in_the_documented_order() {
    let sample = sample();
    let same = [
        (
            "index 0 or index 1 and none",
            "index 0 or (index 1 and none)",
        ),
        ("not index 0 and index 1", "(not index 0) and index 1"),
        (
            "within 1 of index 0 or index 7",
            "(within 1 of index 0) or index 7",
        ),
        ("byres index 0 and name N", "(byres index 0) and name N"),
        ("byres within 1 of not all", "none"),
        (
            "!chain A & ~hydrogen|ion",
            "((not chain A) and (not hydrogen)) or ion",
        ),
        (
            "NOT Chain A AND (Ligand OR Ion)",
            "not chain A and (ligand or ion)",
        ),
        ("not not ion", "ion"),
        ("byres\nname\tNH2", "byres name NH2"),
    ];
    for (one, other) in same {
        assert_eq!(pick(&sample, one), pick(&sample, other), "{one}");
    }
    assert_eq!(pick(&sample, "index 0 or index 1 and none"), [0]);
    assert_eq!(
        pick(&sample, "(index 0 or index 1) and none"),
        [] as [usize; 0]
    );
}

#[test]
fn atom_specifiers_read_like_chimerax() {
    let sample = sample();
    assert_eq!(pick(&sample, "/A:45@N"), [5]);
    assert_eq!(pick(&sample, "/A,B:45-60@CA,P"), [6, 8]);
    assert_eq!(pick(&sample, ":-5,45A,HIS"), [0, 1, 2, 3, 4, 7, 16]);
    assert_eq!(pick(&sample, "@C*"), [1, 6, 7, 11, 16]);
    assert_eq!(pick(&sample, "#1/L"), [10, 11, 12]);
    assert_eq!(pick(&sample, "#2/L"), [] as [usize; 0]);
    assert_eq!(pick(&sample, "/A:45 | :GTP@FE"), [5, 6, 12]);
}

#[test]
fn a_complex_has_its_ligand_and_pocket_by_part() {
    use ResidueClass::{AminoAcid, Ligand};
    let of = |role, row: Row<'_>| {
        let mut part = structure(&["A"], &[row], &[]);
        part.parts[0].role = role;
        part
    };
    let complex = Structure::merge(vec![
        of(
            PartRole::Pocket,
            ("GLY", 1, b' ', 0, AminoAcid, false, &[("CA", "C", 50.0)]),
        ),
        of(
            PartRole::Ligand,
            ("UNK", 1, b' ', 0, Ligand, true, &[("C1", "C", 0.0)]),
        ),
        // A buffer molecule of class ligand, and a residue near the ligand: neither belongs to a
        // named part.
        of(
            PartRole::Whole,
            ("GOL", 2, b' ', 0, Ligand, true, &[("O1", "O", 3.0)]),
        ),
        of(
            PartRole::Whole,
            ("ALA", 3, b' ', 0, AminoAcid, false, &[("CB", "C", 4.0)]),
        ),
    ]);
    assert_eq!(pick(&complex, "ligand"), [1]);
    assert_eq!(pick(&complex, "pocket"), [0]);
    assert_eq!(pick(&complex, "part 1+3"), [0, 2]);
    assert_eq!(pick(&complex, "#2"), [1]);
}

#[test]
fn a_pocket_is_what_has_a_heavy_atom_within_10_angstrom_of_the_ligand() {
    let sample = sample();
    // The heavy atoms of the ligand are at 10, 11 and 12, so N of ARG at 0 is just near enough; HIS
    // at 40 is not, and the ligand is not part of its pocket.
    assert_eq!(
        pick(&sample, "pocket"),
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 15]
    );
    let by_hydrogen = structure(
        &["A"],
        &[
            (
                "LIG",
                1,
                b' ',
                0,
                ResidueClass::Ligand,
                true,
                &[("C1", "C", 0.0), ("H1", "H", 1.0)],
            ),
            (
                "SER",
                2,
                b' ',
                0,
                ResidueClass::AminoAcid,
                false,
                &[("OG", "O", 10.5), ("HG", "H", 9.5)],
            ),
        ],
        &[],
    );
    assert_eq!(pick(&by_hydrogen, "pocket"), [] as [usize; 0]);
}

#[test]
fn names_that_are_words_can_be_selected() {
    let allose = structure(
        &["all", "ion"],
        &[
            (
                "ALL",
                1,
                b' ',
                0,
                ResidueClass::Ligand,
                true,
                &[("C1", "C", 0.0)],
            ),
            (
                "ION",
                1,
                b' ',
                1,
                ResidueClass::Ligand,
                true,
                &[("a\"b", "C", 0.0)],
            ),
        ],
        &[],
    );
    assert_eq!(pick(&allose, "resn ALL"), [0]);
    assert_eq!(pick(&allose, "resn ALL+ION"), [0, 1]);
    assert_eq!(pick(&allose, "chain \"ion\" \"all\""), [0, 1]);
    assert_eq!(pick(&allose, r#"name "a\"b""#), [1]);
    assert_eq!(refusal("resn X ion").0, 8);
}

#[test]
fn faults_are_shown_where_they_are_with_advice() {
    let cases = [
        ("", 1, "empty"),
        ("   ", 1, "empty"),
        ("chian A", 1, "did you mean `chain`?"),
        ("chain A and lignad", 13, "did you mean `ligand`?"),
        ("frobnicate", 1, "a term is one of"),
        ("45", 1, "resi 45"),
        ("chain A resi 5", 9, "write `and` or `or`"),
        ("resi 5 nad chain A", 8, "did you mean `and`?"),
        ("chain", 6, "chain ids"),
        ("chain and resi 4", 7, "chain ids"),
        ("chain A+", 9, "chain ids"),
        ("chain +A", 7, "chain ids"),
        ("resi x", 6, "residue numbers"),
        ("resi 4+5+9-", 10, "residue numbers"),
        ("resi \"4\"", 6, "residue numbers"),
        ("resi 60-45", 6, "descending"),
        ("resi 99999999999", 6, "residue numbers"),
        ("element Qq", 9, "element symbols"),
        ("index -1", 7, "counted from 0"),
        ("part 0", 6, "counted from 1"),
        ("serial 1-", 8, "serial numbers"),
        ("within of ligand", 8, "`of` is not a distance"),
        ("within", 7, "the distance is missing"),
        ("within -1 of ligand", 8, "out of range"),
        ("within nan of ligand", 8, "out of range"),
        ("within inf of ligand", 8, "out of range"),
        ("within 1001 of ligand", 8, "out of range"),
        ("within 5 ligand", 10, "`of` is missing"),
        ("within 5 of", 12, "ends where a term is missing"),
        ("not", 4, "ends where a term is missing"),
        ("and ligand", 1, "has no term before it"),
        ("ligand and or ion", 12, "has no term before it"),
        ("(ligand", 1, "not closed"),
        ("ligand)", 7, "was not opened"),
        ("(ligand ion)", 9, "without an operator"),
        ("()", 2, "nothing between the parentheses"),
        ("ligand + ion", 8, "write `or`"),
        ("ligand \"A\"", 8, "without an operator"),
        ("\"A\"", 1, "where a term should begin"),
        ("name \"A", 6, "not closed"),
        ("name \"A\\\"", 6, "not closed"),
        ("chain Ä and chian B", 13, "did you mean"),
        ("/A:", 4, "missing"),
        ("/A,:5", 4, "missing"),
        ("@CA:5", 4, "out of order"),
        ("/A:60-45", 4, "descending"),
        ("/A:5,~wat*", 6, "not"),
        ("#x/A", 2, "counted from 1"),
    ];
    for (expression, column, text) in cases {
        let (found, message) = refusal(expression);
        assert_eq!(found, column, "{expression}: {message}");
        assert!(message.contains(text), "{expression}: {message}");
    }
}

#[test]
fn the_mark_is_below_the_error() {
    let error = Selection::parse("chain A\n\x1b[2J and chian B").expect_err("a mistyped word");
    let message = error.to_string();
    let lines: Vec<&str> = message.lines().collect();
    assert_eq!(lines.len(), 3, "{message}");
    assert!(message.chars().all(|c| c == '\n' || !c.is_control()));
    let error = Selection::parse("chain A and chian B")
        .expect_err("a mistyped word")
        .to_string();
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines[2].find('^'), lines[1].find("chian"));
}

#[test]
fn excess_is_refused() {
    let nested = |n: usize| format!("{}all{}", "(".repeat(n), ")".repeat(n));
    assert!(Selection::parse(&nested(MAX_DEPTH - 1)).is_ok());
    assert!(refusal(&nested(MAX_DEPTH)).1.contains("nested"));
    assert!(
        refusal(&"(".repeat(MAX_EXPRESSION_BYTES))
            .1
            .contains("nested")
    );
    assert!(
        refusal(&"!".repeat(MAX_EXPRESSION_BYTES))
            .1
            .contains("nested")
    );
    assert!(
        refusal(&" ".repeat(MAX_EXPRESSION_BYTES + 1))
            .1
            .contains("at most")
    );
    // The column after the longest expression can still be printed.
    let longest = format!("chain A{}chian", " ".repeat(MAX_EXPRESSION_BYTES - 12));
    assert!(Selection::parse(&longest).is_ok());
    let (column, _) = refusal(&format!(
        "resi {}",
        "1,".repeat((MAX_EXPRESSION_BYTES - 5) / 2)
    ));
    assert!(column >= MAX_EXPRESSION_BYTES);
    let error = Selection::parse(&format!(
        "resi {}",
        "1,".repeat((MAX_EXPRESSION_BYTES - 5) / 2)
    ));
    assert!(
        error
            .expect_err("a missing value")
            .to_string()
            .ends_with('^')
    );
    let many = |term: &str, n: usize| vec![term; n].join("|");
    assert!(Selection::parse(&many("all", MAX_TERMS)).is_ok());
    assert!(refusal(&many("all", MAX_TERMS + 1)).1.contains("terms"));
    assert!(Selection::parse(&many("pocket", MAX_DISTANCE_TERMS)).is_ok());
    assert!(
        refusal(&many("within 1 of all", MAX_DISTANCE_TERMS + 1))
            .1
            .contains("distances")
    );
    // A list is one term, however long.
    assert!(Selection::parse(&format!("resi 1{}", "+2".repeat(20_000))).is_ok());
}

#[test]
fn nothing_is_selected_of_nothing() {
    let empty = structure(&[], &[], &[]);
    for expression in [
        "all",
        "pocket",
        "backbone",
        "within 5 of all",
        "byres not chain A",
        "/A:1",
    ] {
        assert!(pick(&empty, expression).is_empty());
    }
}
