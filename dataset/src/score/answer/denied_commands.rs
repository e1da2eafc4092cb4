//! Judges whether words around a command deny it: `not move y 2`, `roll x 75 is not enough`.

use super::command::{denies, number_of};
use super::words::is_east_asian;

/// A command after one of these words is denied.
const DENIALS: [&str; 18] = [
    "than",
    "not",
    "never",
    "without",
    "neither",
    "nor",
    "don't",
    "wouldn't",
    "isn't",
    "cannot",
    "nicht",
    "pas",
    "n\u{e3}o",
    "\u{43d}\u{435}",
    "\u{4e0d}\u{662f}",
    "\u{800c}\u{4e0d}\u{662f}",
    "\u{644}\u{64a}\u{633}",
    "non",
];
/// Number of words before a command among which `for example` is looked for.
const FAR_WORDS: usize = 200;

/// Returns whether words behind a command deny it: `move x 9 ではなく move y -1`,
/// `no move x 9 sino move y -1`.
pub(super) fn is_denied_behind(before: &[String], behind: &[String]) -> bool {
    let near = behind.iter().take(2);
    let directly = near.take_while(|word| word.starts_with(is_east_asian));
    let no = before.iter().rev().take(2).any(|word| word == "no");
    let contrasts = behind.iter().take(FAR_WORDS).any(|word| word == "sino");
    directly.into_iter().any(|word| denies(word)) || no && contrasts
}

/// Returns whether the words behind a command say that it is an example.
pub(super) fn is_example_before(behind: &[String]) -> bool {
    let nouns = ["example", "example.", "example;"];
    let mut near = behind.iter().take(4);
    let is = behind
        .first()
        .is_some_and(|word| ["was", "is"].contains(&word.as_str()));
    is && near.any(|word| nouns.contains(&word.as_str()))
}

/// Returns whether the words behind a command call it wrong: `roll x 75 is not enough`.
pub(super) fn is_called_wrong(behind: &[String]) -> bool {
    let word = |at: usize| behind.get(at).map_or("", String::as_str);
    let wrong = ["not", "too", "wrong", "insufficient"];
    ["is", "was"].contains(&word(0)) && wrong.contains(&word(1)) || word(0) == "isn't"
}

/// Returns whether a word ends a sentence.
pub(super) fn ends_sentence(word: &str) -> bool {
    word.ends_with(['.', '!', '?']) && !word.starts_with("e.g")
}

/// Returns whether a command behind some words is an example: `For example: move x 3`.
///
/// `before` are the last words of the sentence before it.
fn is_example(before: &[String]) -> bool {
    let words = before.iter();
    let words = words.map(|word| word.trim_end_matches([':', '.']));
    let words: Vec<&str> = words.collect();
    words.contains(&"e.g")
        || ["example", "instance"].iter().any(|noun| {
            let place = words.iter().position(|word| word == noun);
            place.is_some_and(|place| place > 0 && words[place - 1] == "for")
        })
}

/// Returns whether a command behind some words is denied, undone, or an example.
///
/// `start` is the first word of the sentence.
pub(super) fn is_denied(before: &[String], start: usize) -> bool {
    let last = |count: usize| &before[before.len().saturating_sub(count)..];
    let has = |count: usize, list: &[&str]| {
        let mut words = last(count)
            .iter()
            .map(|word| word.trim_end_matches([':', '.', '(']));
        words.any(|word| list.contains(&word))
    };
    // `roll x 90 (not 75), move x 18`
    let is_of_number = before.last().is_some_and(|word| number_of(word).is_some());
    has(2, &DENIALS) && !is_of_number
        || has(3, &["undo", "undone", "undoes", "revert", "reverted"])
        || is_example(&before[start.max(before.len().saturating_sub(FAR_WORDS))..])
        || has(1, &["of"]) && has(2, &["instead", "inverse", "opposite", "reverse"])
}
