//! Evaluation looks at its token and stops.

use crate::{CancelToken, Cancelled, Selection, Structure};

const MANY: u64 = u64::MAX / 2;

/// Number of looks of an evaluation. Cancelled at any of them, it fails.
fn looks(text: &str, structure: &Structure) -> u64 {
    let selection = Selection::parse(text).unwrap();
    let token = CancelToken::after_looks(MANY);
    let flags = selection.evaluate_cancellable(structure, &token).unwrap();
    assert_eq!(flags, selection.evaluate(structure));
    let looks = MANY - token.looks_left().unwrap();
    for stopped_at in (0..looks).step_by((looks / 13).max(1) as usize) {
        let token = CancelToken::after_looks(stopped_at);
        let outcome = selection.evaluate_cancellable(structure, &token);
        assert_eq!(outcome, Err(Cancelled), "{text}: {stopped_at} of {looks}");
    }
    looks
}

#[test]
fn every_term_and_many_pairs_of_a_distance_look() {
    let mut random = 3_u32;
    let mut coordinate = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as f32 * 1e-5
    };
    let points = (0..20_000).map(|_| [coordinate(), coordinate(), coordinate()]);
    let structure = Structure::from_points(points.collect());
    assert!(looks("all", &structure) >= 1);
    assert!(looks("index 1 or index 2 or not (index 3 and all)", &structure) >= 7);
    let near = looks("within 1 of index 0-9999", &structure);
    assert!(near > 30, "{near}");
}
