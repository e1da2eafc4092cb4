//! Letters that label a description: `A: to the left`, `- Option B: ...`, rows of tables.
//!
//! Labels of several letters walk through the options, so none of them is a statement by itself.

use std::collections::BTreeSet;

use super::statements::{Scan, Strength};
use super::words as w;

/// A label with the tokens of its description.
struct Label {
    at: usize,
    letter: &'static str,
    description: std::ops::Range<usize>,
}

/// Finds labels, adds what they state, and returns their tokens.
pub(super) fn scan(scan: &mut Scan) -> BTreeSet<usize> {
    let mut labels: Vec<Label> = Vec::new();
    for start in scan.sentence_starts().to_vec() {
        let Some((at, from)) = label_at(scan, start) else {
            continue;
        };
        if let Some(last) = labels.last_mut() {
            last.description.end = last.description.end.min(start);
        }
        let description = from..scan.line(at).end;
        if let Some(letter) = scan.letter(at) {
            labels.push(Label {
                at,
                letter,
                description,
            });
        }
    }
    if has_lone_first(scan, &labels) {
        labels.remove(0);
    }
    let letters: BTreeSet<&str> = labels.iter().map(|label| label.letter).collect();
    if letters.len() < 2 {
        // A single label is judged like other letters.
        return BTreeSet::new();
    }
    let mut right: Vec<&Label> = Vec::new();
    for label in &labels {
        let range = label.description.clone();
        let is_wrong =
            scan.any(range.clone(), w::WRONG_AFTER) || scan.any_mark(range.clone(), false);
        let is_right = scan.any(range.clone(), w::RIGHT_AFTER)
            || scan.any_mark(range, true)
            || ends_with_verdict(scan, label);
        if is_wrong {
            scan.denied.insert(label.letter);
        } else if is_right {
            right.push(label);
        }
    }
    for label in right {
        scan.state(label.at, vec![label.letter], Strength::CalledRight);
    }
    labels.into_iter().map(|label| label.at).collect()
}

/// Returns whether a description ends with a verdict: `C: move x 3 – right`, `D: ... (good)`.
fn ends_with_verdict(scan: &Scan, label: &Label) -> bool {
    let words = label.description.clone().rev();
    let last = words.into_iter().find(|at| scan.is_word(*at));
    last.is_some_and(|last| {
        scan.has(Some(last), w::VERDICT_RIGHT)
            && !scan.is_direction(last)
            && scan.is_mark(last.checked_sub(1), "(,;:\u{2014}\u{2013}-[=>\u{2192}")
    })
}

/// Returns whether the first label begins the text and is not part of the list of the others.
///
/// Example: `D. It is on the left.`, then `Why not the others: A: ..., B: ...`.
fn has_lone_first(scan: &Scan, labels: &[Label]) -> bool {
    let [first, second, ..] = labels else {
        return false;
    };
    let begins = (0..first.at).all(|at| {
        scan.token(at)
            .is_some_and(|token| token.is_mark || token.is(w::NOUNS))
    });
    let line_end = scan.line(first.at).end;
    let has_heading = (line_end..second.at).any(|at| {
        let is = |at: usize, mark: &str| scan.token(at).is_some_and(|token| token.is_mark_of(mark));
        is(at, ":") && is(at + 1, "\n")
    });
    begins && (first.letter > second.letter || has_heading)
}

/// Returns the letter that labels a sentence and the first token of the description.
fn label_at(scan: &Scan, start: usize) -> Option<(usize, usize)> {
    let mut at = start;
    // Bullets, numbers and nouns may precede it.
    while scan.letter(at).is_none() {
        let token = scan.token(at)?;
        let counts = token.text.chars().all(|c| c.is_ascii_digit());
        let passes = token.is_mark && !token.is_mark_of("\n") || counts || token.is(w::NOUNS);
        if !passes || at > start + 8 {
            return None;
        }
        at += 1;
    }
    let mut from = at + 1;
    let mut marks = 0;
    while scan
        .token(from)
        .is_some_and(|token| token.is_mark_of(super::statements::LABEL_MARKS))
    {
        from += 1;
        marks += 1;
    }
    let verdict = scan.any_mark(from..(from + 1).min(scan.count()), true)
        || scan.any_mark(from..(from + 1).min(scan.count()), false);
    let line = scan.line(at);
    let has_text = from < line.end;
    // East Asian suffix: `选项A：`, `A项错误`.
    (has_text && (marks > 0 || verdict)).then_some((at, from))
}
