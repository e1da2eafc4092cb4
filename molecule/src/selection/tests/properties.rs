//! Properties that hold for every expression and every structure.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use proptest::prelude::*;

use super::fixtures::structure;
use crate::Structure;
use crate::selection::near::within;
use crate::selection::{MAX_DISTANCE_TERMS, Selection};
use crate::structure::ResidueClass;

fn near(points: &[[f32; 3]], sources: &[bool], distance: f64) -> Vec<bool> {
    within(
        points,
        sources,
        distance,
        |_| true,
        &crate::CancelToken::new(),
    )
    .unwrap()
}

fn near_by_all_pairs(points: &[[f32; 3]], sources: &[bool], distance: f64) -> Vec<bool> {
    let squared = |a: [f32; 3], b: [f32; 3]| -> f64 {
        (0..3)
            .map(|i| (f64::from(a[i]) - f64::from(b[i])).powi(2))
            .sum()
    };
    points
        .iter()
        .map(|&p| {
            points
                .iter()
                .zip(sources)
                .any(|(&q, &source)| source && squared(p, q) <= distance * distance)
        })
        .collect()
}

/// Points of three kinds: on a coarse lattice (many equal distances and equal places), close
/// together, and far apart.
fn points() -> impl Strategy<Value = Vec<([f32; 3], bool)>> {
    let lattice = prop::array::uniform3((-3_i8..4).prop_map(f32::from));
    let close = prop::array::uniform3(-2.0_f32..2.0);
    let far = prop::array::uniform3(-99_999.0_f32..99_999.0);
    let point = prop_oneof![3 => lattice, 3 => close, 1 => far];
    prop::collection::vec((point, any::<bool>()), 0..120)
}

/// Expressions of every word, by the language's own rules.
fn expressions() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "all",
        "none",
        "*",
        "ligand",
        "pocket",
        "protein",
        "nucleic",
        "polymer",
        "water",
        "solvent",
        "ion",
        "metal",
        "hetero",
        "hydrogen",
        "heavy",
        "backbone",
        "sidechain",
        "part 1",
        "/A:1-3,ALA@C*",
        "@CA",
        ":2A",
        "#1/B",
    ])
    .prop_map(String::from);
    let names = prop::collection::vec(
        "[A-Ca-c]{1,2}[0-9]?'?\\*?|\"[ -~&&[^\"\\\\]]{0,4}\"|\"\\\\[\"\\\\]\"",
        1..4,
    );
    let lists = (
        prop::sample::select(vec!["chain", "resn", "name"]),
        names,
        prop::sample::select(vec![" ", "+", ",", " , "]),
    )
        .prop_map(|(word, names, joint)| format!("{word} {}", names.join(joint)));
    let numbers = (
        prop::sample::select(vec!["resi", "serial"]),
        -4_i32..4,
        0_i32..4,
    )
        .prop_map(|(word, first, more)| format!("{word} {first}-{}", first + more));
    let elements = prop::sample::subsequence(vec!["C", "n", "X", "D", "Fe"], 1..5)
        .prop_map(|symbols| format!("element {}", symbols.join("+")));
    let leaf = prop_oneof![words, lists, numbers, elements];
    leaf.prop_recursive(5, 24, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|x| format!("not ({x})")),
            inner.clone().prop_map(|x| format!("byres ({x})")),
            (0_u16..400, inner.clone())
                .prop_map(|(d, x)| format!("within {} of ({x})", f32::from(d) / 8.0)),
            prop::collection::vec(inner.clone(), 2..4)
                .prop_map(|all| format!("({})", all.join(" and "))),
            prop::collection::vec(inner, 2..4).prop_map(|all| format!("({})", all.join(" | "))),
        ]
    })
    .prop_filter("few enough distances", |x| {
        x.matches("within").count() + x.matches("pocket").count() <= MAX_DISTANCE_TERMS / 2
    })
}

fn sample() -> Structure {
    use ResidueClass::{AminoAcid, Ion, Ligand, Nucleotide, Water};
    structure(
        &["A", "b", "B"],
        &[
            (
                "ALA",
                1,
                b' ',
                0,
                AminoAcid,
                false,
                &[("CA", "C", 0.0), ("HA", "H", 1.0), ("CB", "C", 1.5)],
            ),
            (
                "ALA",
                2,
                b'A',
                0,
                AminoAcid,
                false,
                &[("N", "N", 3.0), ("A1", "C", 4.0)],
            ),
            (
                "A",
                -2,
                b' ',
                2,
                Nucleotide,
                false,
                &[("P", "P", 8.0), ("C1'", "C", 9.0)],
            ),
            (
                "BC",
                3,
                b' ',
                1,
                Ligand,
                true,
                &[("C1", "C", 15.0), ("B1", "X", 16.0)],
            ),
            ("FE", 3, b' ', 1, Ion, true, &[("FE", "FE", 25.0)]),
            ("HOH", 4, b' ', 2, Water, true, &[("O", "O", 45.0)]),
        ],
        &[(0, 1)],
    )
}

fn flags(expression: &str) -> Vec<bool> {
    Selection::parse(expression)
        .unwrap_or_else(|error| panic!("{error}"))
        .evaluate(&sample())
}

proptest! {
    #[test]
    fn any_text_is_answered_and_never_panics(text in "\\PC{0,60}") {
        if let Err(error) = Selection::parse(&text) {
            prop_assert!(!error.to_string().is_empty());
        }
    }

    #[test]
    fn any_jumble_of_tokens_is_answered(pieces in prop::collection::vec(prop::sample::select(vec![
        "all", "chain", "A", "resi", "45", "-5", "5-", "--", "(", ")", "and", "or", "not", "within", "of", "byres", "&", "|",
        "!", "~", "+", ",", "\"", "\\", "/A", ":", "@", "#", "*", "é", "/A:5@CA", "name", "element", "\n", "\0",
    ]), 0..30)) {
        for joint in ["", " "] {
            let text = pieces.join(joint);
            match Selection::parse(&text) {
                Ok(selection) => {
                    let sample = sample();
                    prop_assert_eq!(selection.evaluate(&sample).len(), sample.atoms().len());
                    prop_assert_eq!(Selection::parse(&selection.to_string()).unwrap(), selection);
                }
                Err(error) => {
                    let crate::MoleculeError::Selection { column, .. } = &error else {
                        return Err(TestCaseError::fail("another kind of error"));
                    };
                    prop_assert!((1..=text.chars().count() + 1).contains(column));
                    prop_assert!(error.to_string().ends_with('^'));
                }
            }
        }
    }

    #[test]
    fn the_display_form_means_the_same(expression in expressions()) {
        let selection = Selection::parse(&expression).unwrap_or_else(|error| panic!("{error}"));
        let shown = selection.to_string();
        let again = Selection::parse(&shown).unwrap_or_else(|error| panic!("{expression} -> {error}"));
        prop_assert_eq!(&again, &selection, "{} -> {}", expression, shown);
        prop_assert_eq!(again.to_string(), shown);
    }

    #[test]
    fn de_morgan(x in expressions(), y in expressions()) {
        prop_assert_eq!(flags(&format!("not ({x} and {y})")), flags(&format!("not ({x}) or not ({y})")));
        prop_assert_eq!(flags(&format!("!(({x}) | ({y}))")), flags(&format!("!({x}) & !({y})")));
    }

    #[test]
    fn a_selection_is_within_its_neighbourhood_and_its_residues(x in expressions()) {
        let inner = flags(&x);
        for outer in [flags(&format!("within 0 of ({x})")), flags(&format!("byres ({x})"))] {
            prop_assert!(inner.iter().zip(outer).all(|(&i, o)| !i || o));
        }
        prop_assert_eq!(flags(&format!("byres byres ({x})")), flags(&format!("byres ({x})")));
    }

    #[test]
    fn within_equals_the_comparison_of_all_pairs(
        points in points(),
        distance in prop_oneof![
            Just(0.0), (0_u8..8).prop_map(f64::from), Just(3.0_f64.sqrt()), 0.0..10.0, Just(1000.0),
        ],
    ) {
        let (points, sources): (Vec<_>, Vec<_>) = points.into_iter().unzip();
        prop_assert_eq!(near(&points, &sources, distance), near_by_all_pairs(&points, &sources, distance));
    }
}

/// Point sets for which comparing all pairs would take minutes: two sets of equal points just
/// beyond the distance, a shell around equal points, and a lattice as large as the largest
/// distance.
#[test]
fn within_stays_fast_in_crowds() {
    let count = 100_000_usize;
    let half = |i: usize| i < count / 2;
    let sources: Vec<bool> = (0..count).map(half).collect();
    let clusters: Vec<[f32; 3]> = (0..count)
        .map(|i| if half(i) { [0.0; 3] } else { [5.001, 0.0, 0.0] })
        .collect();
    assert_eq!(near(&clusters, &sources, 5.0), sources);
    let shell: Vec<[f32; 3]> = (0..count)
        .map(|i| {
            if half(i) {
                // Spiral over a sphere of radius 100.
                let z = 1.0 - 4.0 * i as f32 / count as f32;
                let (sin, cos) = (i as f32 * 2.399_963).sin_cos();
                let r = (1.0 - z * z).max(0.0).sqrt();
                [100.0 * r * cos, 100.0 * r * sin, 100.0 * z]
            } else {
                let small = |n: usize| (i % n) as f32 * 1e-4;
                [small(7), small(11), small(13)]
            }
        })
        .collect();
    let others: Vec<bool> = sources.iter().map(|&source| !source).collect();
    assert_eq!(near(&shell, &sources, 99.9), sources);
    assert_eq!(near(&shell, &others, 99.9), others);
    assert!(near(&shell, &sources, 100.1).iter().all(|&flag| flag));
    let lattice: Vec<[f32; 3]> = (0..count)
        .map(|i| {
            [
                (i % 100) as f32 * 10.0,
                (i / 100 % 100) as f32 * 10.0,
                (i / 10_000) as f32,
            ]
        })
        .collect();
    let every_third: Vec<bool> = (0..count).map(|i| i % 3 == 0).collect();
    for distance in [0.5, 10.0, 50.0, 1000.0] {
        let near = near(&lattice, &every_third, distance);
        assert_eq!(near.iter().all(|&flag| flag), distance > 0.9, "{distance}");
    }
}
