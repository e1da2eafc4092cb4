//! Parses commands: `move x 3`, `roll y -15`, and similar spellings.

use molshot_scenes::commands::Axis;

use super::Form;
use super::command::{Parsed, command, number_of, words};
use super::text::answer_part;
use super::words::{self as w, is_any};
use crate::step::{Step, StepKind};

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
/// Words of commands that are only considered.
const CONSIDERING: [&str; 12] = [
    "considered",
    "considering",
    "compared",
    "compare",
    "comparing",
    "between",
    "try",
    "tried",
    "trying",
    "would",
    "candidate",
    "candidates",
];

/// Words that begin an explanation, which ends the region of an answer.
const EXPLAINING: [&str; 25] = [
    "as",
    "whereas",
    "while",
    "because",
    "since",
    "explanation",
    "explanations",
    "reason",
    "reasoning",
    "reasons",
    "note",
    "rationale",
    "justification",
    "instead",
    "rather",
    "解释",
    "理由",
    "因为",
    "原因",
    "이유",
    "porque",
    "explication",
    "begründung",
    "weil",
    "объяснение",
];
/// Words that may stand beside commands on a line that consists of commands.
const BESIDE_COMMANDS: [&str; 16] = [
    "and", "then", "first", "next", "-", "\u{2022}", ".", ";", "(", ")", ">", "->", "step",
    "second", "#", "\u{2192}",
];

/// How surely a text means a command, from the weakest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    /// A possibility: `maybe move x 2`, `I compared move x 2`.
    Considered,
    /// Within other text.
    Mentioned,
    /// In a sentence that concludes: `so move x 2`.
    Concluded,
    /// On a line of its own.
    OwnLine,
    /// Behind a word such as `answer`.
    Answer,
    /// Behind `final answer`.
    Final,
}

/// A command in a text.
struct Found {
    kind: StepKind,
    axis: Axis,
    /// The command; `None` if it is unclear, such as `move x 3 or 4`.
    step: Option<Step>,
    level: Level,
    /// Number of retractions (`Actually, ...`) before it.
    retractions: usize,
}

/// Returns the commands that a text gives as its answer, in order; all other words are ignored.
///
/// The list is empty if a command has several numbers (`move x 3 or 4`), a number that is not whole
/// (`move x 3,5`), or another unit (`move x 3 nm`). Of the commands, only those count that the
/// text means most surely, and those behind the last retraction.
#[must_use]
pub fn steps(text: &str) -> Vec<Step> {
    steps_of(&answer_part(text, Form::Commands))
}

/// Does the work of [`steps`] without unwrapping the text.
pub(super) fn steps_of(text: &str) -> Vec<Step> {
    let mut found = scan(text);
    let retractions = found.iter().map(|found| found.retractions).max();
    let since = |found: &Found| Some(found.retractions) == retractions;
    let strongest = |found: &mut dyn Iterator<Item = &Found>| found.map(|found| found.level).max();
    // A retraction takes back what was said at most as surely as what follows it.
    let level = strongest(&mut found.iter().filter(|found| since(found)));
    if level >= Some(Level::Mentioned) {
        found.retain(|found| since(found) || Some(found.level) > level);
    }
    let level = strongest(&mut found.iter());
    let levels: Vec<Level> = found
        .iter()
        .map(|one| {
            // What is called the answer is all of it. Otherwise each kind and axis has its own
            // level: `Turn it by roll x 75. It is on the right, so move x -14.`
            let like = |other: &&Found| other.kind == one.kind && other.axis == one.axis;
            let own = strongest(&mut found.iter().filter(like));
            // A kind that the answer leaves out may stand elsewhere: `move x 18 is clear. For the
            // roll, I choose roll x 90.`
            let mut answers = found.iter().filter(|other| Some(other.level) == level);
            let is_left_out =
                answers.all(|other| other.kind != one.kind) && own >= Some(Level::Mentioned);
            own.filter(|_| level < Some(Level::Answer) || is_left_out)
                .or(level.filter(|level| *level >= Level::Answer))
        })
        .map(|level| level.unwrap_or(Level::Considered))
        .collect();
    let is_only_considered = level == Some(Level::Considered);
    let mut steps = Vec::new();
    for (found, level) in found.iter().zip(levels) {
        let counts = level > Level::Considered || is_only_considered;
        if found.level != level || !counts {
            continue;
        }
        let Some(step) = found.step else {
            return Vec::new();
        };
        steps.push(step);
    }
    steps
}

/// Returns all commands of a text in order, apart from denied ones.
pub(super) fn written_steps(text: &str) -> Vec<Step> {
    scan(text)
        .into_iter()
        .filter_map(|found| found.step)
        .collect()
}

/// Returns whether a line consists of commands.
pub(super) fn is_only_commands(line: &str) -> bool {
    let words = words(line);
    let mut at = 0;
    let mut any = false;
    while at < words.len() {
        match command(&words[at..]) {
            Parsed::Command(_, length) => {
                any = true;
                at += length;
            }
            Parsed::Unclear(.., length) => at += length,
            Parsed::Nothing => {
                let word = words[at].trim_end_matches(['.', ')']);
                let is_count = word.chars().all(|c| c.is_ascii_digit());
                if !is_count && !BESIDE_COMMANDS.contains(&word) {
                    return false;
                }
                at += 1;
            }
        }
    }
    any
}

/// Finds the commands of a text with their levels.
fn scan(text: &str) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut retractions = 0;
    // The level of the text behind an answer word, until an explanation begins.
    let mut region = None;
    let mut has_answer = false;
    let mut was_described = false;
    for line in text.lines() {
        let words = words(line);
        if words.is_empty() {
            region = region.filter(|_| !has_answer);
            continue;
        }
        let own_line = is_only_commands(line);
        let mut sentence = Level::Mentioned;
        // Whether the sentence gives reasons, and the number of its first command.
        let (mut explains, mut first) = (false, found.len());
        let mut undoes = false;
        let mut at = 0;
        while at < words.len() {
            let word = words[at].as_str();
            let denied = undoes || is_denied(&words[..at]);
            let (kind, axis, step, length) = match command(&words[at..]) {
                Parsed::Command(step, length) => (step.kind, step.axis, Some(step), length),
                Parsed::Unclear(kind, axis, length) => (kind, axis, None, length),
                Parsed::Nothing => {
                    let bare = word.trim_matches(|c: char| ".,!".contains(c));
                    let next = words.get(at + 1).map_or("", String::as_str);
                    let is_inverse = ["inverse", "reverse", "opposite"].contains(&bare);
                    let is_removal = ["removed", "taken", "pulled", "undocked"].contains(&bare);
                    if is_removal && at > 0 && ["was", "were"].contains(&words[at - 1].as_str()) {
                        // `The ligand was removed by move x -18.`
                        sentence = Level::Considered;
                    }
                    was_described |= ["was", "were", "taken", "removed"].contains(&bare);
                    if is_inverse && next != "is" && next != "of" && found.len() > first {
                        // `roll x 90 (reverse: roll x -90)`
                        undoes = true;
                    }
                    if is_any(bare, w::CHOOSING) && !is_any(bare, &["\u{9009}\u{9879}"]) {
                        let is_final = words[..at].iter().any(|word| is_any(word, w::FINAL));
                        region = Some(if is_final {
                            Level::Final
                        } else {
                            Level::Answer
                        });
                        has_answer = false;
                    } else if EXPLAINING.contains(&bare) && has_answer {
                        region = None;
                    } else if EXPLAINING.contains(&bare) {
                        explains = true;
                    } else if is_any(bare, w::BUT) && sentence == Level::Considered {
                        sentence = Level::Mentioned;
                    } else if is_inverse && next == "is" && was_described {
                        // `It was taken out by ... The inverse is ...`
                        sentence = Level::Concluded;
                    } else if is_any(bare, w::RETRACTING)
                        || bare == "no" && at == 0 && !next.is_empty()
                    {
                        retractions += 1;
                        sentence = Level::Mentioned;
                        region = None;
                    } else if is_any(bare, w::CONCLUDING) {
                        sentence = Level::Concluded;
                    } else if is_any(bare, w::HEDGES) || CONSIDERING.contains(&bare) {
                        sentence = Level::Considered;
                        region = region.filter(|_| !has_answer);
                    }
                    if word.ends_with(['.', '!', '?']) || word == ";" {
                        sentence = Level::Mentioned;
                        (explains, first) = (false, found.len());
                    }
                    at += 1;
                    continue;
                }
            };
            let behind = &words[at + length..];
            let was_example = behind
                .iter()
                .take(4)
                .any(|word| ["example", "example.", "example;"].contains(&word.as_str()))
                && ["was", "is"].contains(&behind[0].as_str());
            let is_insufficient = behind.len() > 1
                && (["is", "was"].contains(&behind[0].as_str())
                    && ["not", "too", "wrong", "insufficient"].contains(&behind[1].as_str())
                    || behind[0] == "isn't");
            if is_insufficient {
                // `roll x 75 is not enough`
            } else if was_example {
                // `roll x 90, move x 18 was the example`
                found.truncate(first);
            } else if !denied {
                // `move x 2, or maybe move x 3`: alternatives are equally sure.
                let alternative = words[at.saturating_sub(2)..at]
                    .iter()
                    .any(|word| word == "or");
                let previous = found
                    .last()
                    .filter(|_| alternative)
                    .map(|found: &Found| found.level);
                // `A turn such as roll y 30 would hide it.`
                let next = words.get(at + length).map_or("", String::as_str);
                let is_like = |other: &Found| other.kind == kind && other.axis == axis;
                let is_reason = explains && found[first..].iter().any(is_like);
                let supposed = is_reason
                    || words[..at].ends_with(&["such".to_owned(), "as".to_owned()])
                    || ["would", "could", "might"].contains(&next)
                    || words[at + length - 1].ends_with('?');
                let region = region.filter(|_| !supposed);
                let sentence = if supposed {
                    Level::Considered
                } else {
                    sentence
                };
                let level = match region.or(previous) {
                    Some(level) => level,
                    None if own_line => Level::OwnLine,
                    None => sentence,
                };
                has_answer |= region.is_some();
                found.push(Found {
                    kind,
                    axis,
                    step,
                    level,
                    retractions,
                });
            }
            at += length;
            if words[at - 1].ends_with(['.', '!', '?']) {
                sentence = Level::Mentioned;
                (explains, first) = (false, found.len());
            }
        }
    }
    found
}

/// Returns whether a command behind some words is an example: `For example: move x 3`.
fn is_example(before: &[String]) -> bool {
    let is_end = |word: &String| word.ends_with(['.', '!', '?']) && !word.starts_with("e.g");
    let since = before.iter().rposition(is_end).map_or(0, |end| end + 1);
    let words = before[since..]
        .iter()
        .map(|word| word.trim_end_matches([':', '.']));
    let words: Vec<&str> = words.collect();
    words.contains(&"e.g")
        || ["example", "instance"].iter().any(|noun| {
            let place = words.iter().position(|word| word == noun);
            place.is_some_and(|place| place > 0 && words[place - 1] == "for")
        })
}

/// Returns whether a command behind some words is denied, undone, or an example.
fn is_denied(before: &[String]) -> bool {
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
        || is_example(before)
        || has(1, &["of"]) && has(2, &["instead", "inverse", "opposite", "reverse"])
}

/// Returns the depth that an answer to T3 gives as a number alone: `47`, `47 Å`, `Answer: 47`.
#[must_use]
pub fn depth(text: &str) -> Option<Step> {
    let text = answer_part(text, Form::Commands);
    let is_unit = |word: &str| ["a", "\u{e5}", "angstrom", "angstroms"].contains(&word);
    let words = words(&text);
    let mut others = words
        .iter()
        .map(|word| {
            word.trim_end_matches(['.', '!'])
                .trim_end_matches(['\u{e5}', 'a'])
        })
        .filter(|word| {
            let is_beside = is_any(word, w::CHOOSING) || is_any(word, w::BETWEEN);
            let is_name = ["z", "depth", "distance"].contains(word);
            !(word.is_empty() || is_name || is_beside || is_any(word, w::FINAL) || is_unit(word))
        });
    let number = number_of(others.next()?).filter(|number| number.fract() == 0.0)?;
    let is_alone = others.next().is_none() && number.abs() < 1e6;
    is_alone.then(|| Step::translation(Axis::Z, number as i32))
}

/// Returns the command of a text; `None` if there is none, or there are several different ones.
#[must_use]
pub fn step(text: &str) -> Option<Step> {
    let text = answer_part(text, Form::Commands);
    let found = scan(&text);
    let level = found.iter().map(|found| found.level).max();
    let surest = |step: &Step| {
        let mut found = found.iter().filter(|found| Some(found.level) == level);
        found.any(|found| found.step == Some(*step))
    };
    let mut steps = steps_of(&text);
    // Commands of different axes are different answers, so that only the surest count.
    if steps.iter().any(|step| Some(step) != steps.first()) && steps.iter().any(surest) {
        steps.retain(surest);
    }
    let first = *steps.first()?;
    steps.iter().all(|step| *step == first).then_some(first)
}
