//! Lists that give each letter a verdict, a weight or a rank: `A ✗ B ✓`, `A: 10%`, `1. D 2. B`.
//!
//! A verdict belongs to the letter before it. Of weights, the largest chooses if it is unique.

use std::collections::BTreeSet;

use super::statements::{LABEL_MARKS, RIGHT_MARKS, Scan, Strength, WRONG_MARKS};
use super::words as w;

/// What stands behind a letter.
#[derive(Clone, Copy, PartialEq)]
enum Value {
    Right,
    Wrong,
    /// A percentage, or a number of points out of others.
    Share(f64),
    /// A number alone.
    Number(f64),
}

/// Finds the lists, adds what they state, and returns the tokens of their letters.
pub(super) fn scan(scan: &mut Scan) -> BTreeSet<usize> {
    let mut used = BTreeSet::new();
    let letters = (0..scan.count()).filter(|at| scan.letter(*at).is_some());
    let letters: Vec<usize> = letters.collect();
    let valued: Vec<(usize, Value)> = letters
        .iter()
        .filter_map(|at| Some((*at, value(scan, *at, letters[0])?)))
        .collect();
    used.extend(verdicts(scan, &valued));
    used.extend(weights(scan, &valued));
    used.extend(ranks(scan));
    used.extend(order(scan));
    used.extend(reply(scan));
    used
}

/// Returns the value behind a letter: `A: 10%`, `A (no)`, `A ✗`. `first` is the first letter.
fn value(scan: &Scan, at: usize, first: usize) -> Option<Value> {
    let mut next = at + 1;
    // `80% D, 20% B`
    let is_behind = |place: usize| scan.is_mark(place.checked_sub(1), "%") && place >= 2;
    if is_behind(first) {
        let number = scan.token(at.checked_sub(2)?)?.text.parse().ok();
        return number.filter(|_| is_behind(at)).map(Value::Share);
    }
    let is_before = |next: usize| {
        scan.is_mark(Some(next), LABEL_MARKS)
            || scan.is_mark(Some(next), "([\u{2248}~")
            || scan.has(Some(next), &["is"])
    };
    while next < at + 5 && is_before(next) {
        next += 1;
    }
    let token = scan.token(next)?;
    let is_prefix = scan.has_prefix_marks(at);
    if token.is_mark_of(RIGHT_MARKS) {
        return (!is_prefix).then_some(Value::Right);
    }
    if token.is_mark_of(WRONG_MARKS) {
        return (!is_prefix).then_some(Value::Wrong);
    }
    let ends = |at: usize| {
        scan.token(at).is_none_or(|token| {
            token.is_mark_of("\n,;.()|]\u{2014}\u{2013}-/") || token.is(&["and", "out"])
        }) || scan.letter(at).is_some()
    };
    if let Ok(number) = token.text.replace(',', ".").parse::<f64>() {
        if scan.is_mark(Some(next + 1), "%") {
            return Some(Value::Share(number));
        }
        if scan.is_mark(Some(next + 1), "/") {
            let whole = scan.token(next + 2)?.text.parse::<f64>().ok()?;
            return (whole > 0.0).then_some(Value::Share(100.0 * number / whole));
        }
        return ends(next + 1).then_some(Value::Number(number));
    }
    if next == at + 1 || !ends(next + 1) {
        return None;
    }
    if scan.is_direction(next) {
        None
    } else if token.is(w::VERDICT_WRONG) {
        Some(Value::Wrong)
    } else {
        token.is(w::VERDICT_RIGHT).then_some(Value::Right)
    }
}

fn letters_of(scan: &Scan, places: &[usize]) -> BTreeSet<&'static str> {
    places.iter().filter_map(|at| scan.letter(*at)).collect()
}

/// States the letters with a good verdict, if there are verdicts on several letters.
fn verdicts(scan: &mut Scan, valued: &[(usize, Value)]) -> Vec<usize> {
    let has = |wanted: Value| -> Vec<usize> {
        let with = valued.iter().filter(|(_, value)| *value == wanted);
        with.map(|(at, _)| *at).collect()
    };
    let (right, wrong) = (has(Value::Right), has(Value::Wrong));
    let all = [right.clone(), wrong.clone()].concat();
    if letters_of(scan, &all).len() < 2 {
        // `B: no`
        let letters = letters_of(scan, &wrong);
        scan.denied.extend(letters);
        return wrong;
    }
    for at in wrong {
        let letter = scan.letter(at);
        scan.denied.extend(letter);
    }
    for at in right {
        let letter = scan.letter(at);
        scan.state(at, letter.into_iter().collect(), Strength::CalledRight);
    }
    all
}

/// States the letter with the largest weight.
fn weights(scan: &mut Scan, valued: &[(usize, Value)]) -> Vec<usize> {
    let shares = valued.iter().filter_map(|(at, value)| match value {
        Value::Share(share) => Some((*at, *share)),
        _ => None,
    });
    let mut weights: Vec<(usize, f64)> = shares.collect();
    let numbers = valued.iter().filter_map(|(at, value)| match value {
        Value::Number(number) => Some((*at, *number)),
        _ => None,
    });
    let numbers: Vec<(usize, f64)> = numbers.collect();
    let sum: f64 = numbers.iter().map(|(_, number)| number).sum();
    // Other numbers may be distances.
    let are_shares = numbers.iter().all(|(_, number)| *number >= 0.0)
        && ((sum - 1.0).abs() < 0.06
            || (sum - 100.0).abs() < 6.0
            || scan.any(
                0..scan.count(),
                &["score", "scores", "rating", "ratings", "confidence"],
            ));
    if weights.is_empty() && are_shares {
        weights.clone_from(&numbers);
    }
    let places: Vec<usize> = weights.iter().map(|(at, _)| *at).collect();
    let zero = weights
        .iter()
        .chain(&numbers)
        .filter(|(_, weight)| *weight == 0.0);
    let rejected: Vec<usize> = zero.map(|(at, _)| *at).collect();
    let is_one = letters_of(scan, &places).len() < 2;
    if is_one {
        // `A: 0`
        let letters = letters_of(scan, &rejected);
        scan.denied.extend(letters);
        return rejected;
    }
    let largest = weights
        .iter()
        .map(|(_, weight)| *weight)
        .fold(0.0, f64::max);
    let best = weights.iter().filter(|(_, weight)| *weight >= largest);
    let best: Vec<usize> = best.map(|(at, _)| *at).collect();
    let letters: Vec<&str> = letters_of(scan, &best).into_iter().collect();
    if let Some(first) = best.first() {
        scan.state(*first, letters, Strength::CalledRight);
    }
    places
}

/// States the first letter of a numbered ranking: `1st: D, 2nd: B`, `1. D 2. B 3. A 4. C`.
fn ranks(scan: &mut Scan) -> Vec<usize> {
    let mut ranked: Vec<usize> = Vec::new();
    let mut is_ordinal = false;
    for at in 0..scan.count() {
        let rank = ranked.len();
        let ordinals: &[&str] = match rank {
            0 => &["1st", "first"],
            1 => &["2nd", "second"],
            2 => &["3rd", "third"],
            _ => &["4th", "fourth"],
        };
        let number = (rank + 1).to_string();
        let is_rank = scan.has(Some(at), ordinals) || scan.has(Some(at), &[number.as_str()]);
        if !is_rank {
            continue;
        }
        let mut next = at + 1;
        while next < at + 5
            && (scan.is_mark(Some(next), ".):-\u{2013}\u{2014}")
                || scan.has(Some(next), w::NOUNS)
                || scan.has(Some(next), &["place", "pick", "guess", "rank"]))
        {
            next += 1;
        }
        let is_bare = scan.token(next + 1).is_none_or(|token| token.is_mark)
            || scan
                .token(next + 1)
                .is_some_and(|token| token.text.starts_with(|c: char| c.is_ascii_digit()));
        let before: Vec<&'static str> = ranked.iter().filter_map(|at| scan.letter(*at)).collect();
        let letter = scan.letter(next).filter(|letter| !before.contains(letter));
        if letter.is_some() && is_bare && next > at + 1 {
            is_ordinal |= scan.has(Some(at), ordinals);
            ranked.push(next);
        }
    }
    let letters: Vec<&str> = ranked.iter().filter_map(|at| scan.letter(*at)).collect();
    let is_sorted = letters.windows(2).all(|pair| pair[0] < pair[1]);
    let is_said = is_ordinal || scan.any(0..scan.count(), &["rank", "ranking", "ranked", "likely"]);
    if ranked.len() < 2 || is_sorted && !is_said {
        return Vec::new();
    }
    let first = letters[0];
    let first = crate::task::OPTION_LETTERS
        .into_iter()
        .find(|other| *other == first);
    scan.state(ranked[0], first.into_iter().collect(), Strength::Declared);
    ranked
}

/// States the best letter of an order: `D > B > A > C`, `A < D`, `B \u{2192} D` (a change).
fn order(scan: &mut Scan) -> Vec<usize> {
    for (mark, last_wins) in [
        (">\u{226b}\u{227b}", false),
        ("<\u{226a}\u{227a}", true),
        ("\u{2192}", true),
    ] {
        let is_link = |at: usize| {
            let next = scan.letter(at + 2);
            scan.letter(at).is_some()
                && scan.is_mark(Some(at + 1), mark)
                && next.is_some_and(|next| Some(next) != scan.letter(at))
        };
        let Some(first) = (0..scan.count()).find(|at| is_link(*at)) else {
            continue;
        };
        let mut places = vec![first];
        let mut at = first;
        while is_link(at) {
            at += 2;
            places.push(at);
        }
        let best = if last_wins { at } else { first };
        let letter = scan.letter(best);
        scan.state(best, letter.into_iter().collect(), Strength::Declared);
        return places;
    }
    listed_order(scan)
}

/// States the first letter of `Ranking: D, B, A, C`, `Most likely D, then B, then A`.
fn listed_order(scan: &mut Scan) -> Vec<usize> {
    for start in scan.sentence_starts().to_vec() {
        let sentence = scan.sentence(start);
        let said = [
            "ranking",
            "ranked",
            "order",
            "likely",
            "likeliest",
            "descending",
        ];
        if !scan.any(sentence.clone(), &said)
            || scan.any(
                sentence.clone(),
                &["least", "worst", "ascending", "alphabetical"],
            )
        {
            continue;
        }
        let places: Vec<usize> = sentence.filter(|at| scan.letter(*at).is_some()).collect();
        let is_between = |at: usize| {
            scan.letter(at).is_some()
                || scan.is_mark(Some(at), ",;")
                || scan.has(Some(at), &["then", "and", "next", "finally", "last"])
        };
        if places.len() < 3
            || letters_of(scan, &places).len() < places.len()
            || !(places[0]..=places[places.len() - 1]).all(is_between)
        {
            continue;
        }
        let letter = scan.letter(places[0]);
        scan.state(places[0], letter.into_iter().collect(), Strength::Declared);
        return places;
    }
    Vec::new()
}

/// Reads `A: D`, in which `A` stands for `answer`.
fn reply(scan: &mut Scan) -> Vec<usize> {
    let places: Vec<usize> = (0..scan.count())
        .filter(|at| scan.letter(*at).is_some())
        .collect();
    let [first, second] = places.as_slice() else {
        return Vec::new();
    };
    let starts = *first == 0 || scan.is_mark(first.checked_sub(1), "\n?");
    let ends = !(second + 1..scan.count()).any(|at| scan.is_word(at));
    let is_reply = scan.letter(*first) == Some("A")
        && starts
        && ends
        && scan.is_mark(Some(first + 1), ":")
        && *second == first + 2;
    if !is_reply {
        return Vec::new();
    }
    let letter = scan.letter(*second);
    scan.state(*second, letter.into_iter().collect(), Strength::Declared);
    places
}
