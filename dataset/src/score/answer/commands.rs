//! Parses commands: `move x 3`, `roll y -15`, and similar spellings.

use std::collections::BTreeMap;

use molshot_scenes::commands::Axis;

use super::Form;
use super::command::{Parsed, command, number_of, words};
use super::denied_commands::{
    ends_sentence, is_called_wrong, is_denied, is_denied_behind, is_example_before,
};
use super::text::answer_part;
use super::words::{self as w, is_any};
use crate::step::{Step, StepKind};

/// Words of commands that are only considered.
const CONSIDERING: [&str; 13] = [
    "checked",
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
    let own_levels = levels_of(&found);
    let answers = found.iter().filter(|other| Some(other.level) == level);
    let answers: Vec<StepKind> = answers.map(|found| found.kind).collect();
    let answered = [StepKind::Move, StepKind::Roll].map(|kind| answers.contains(&kind));
    let levels: Vec<Level> = found
        .iter()
        .map(|one| {
            // What is called the answer is all of it. Otherwise each kind and axis has its own
            // level: `Turn it by roll x 75. It is on the right, so move x -14.`
            let own = own_levels.get(&place(one.kind, one.axis)).copied();
            // A kind that the answer leaves out may stand elsewhere: `move x 18 is clear. For the
            // roll, I choose roll x 90.`
            let is_answered = answered[usize::from(one.kind == StepKind::Roll)];
            let is_left_out = !is_answered && own >= Some(Level::Mentioned);
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

/// Returns the highest level of each kind and axis.
fn levels_of(found: &[Found]) -> BTreeMap<(bool, u8), Level> {
    let mut levels = BTreeMap::new();
    for one in found {
        let level = levels.entry(place(one.kind, one.axis)).or_insert(one.level);
        *level = one.level.max(*level);
    }
    levels
}

/// Returns a key of a kind and axis.
fn place(kind: StepKind, axis: Axis) -> (bool, u8) {
    (kind == StepKind::Roll, axis as u8)
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
    let mut reader = Reader::default();
    for line in text.lines() {
        reader.line(line);
    }
    reader.found
}

/// Reads a text line by line, and each line word by word.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent facts about the place in the text"
)]
struct Reader {
    found: Vec<Found>,
    retractions: usize,
    /// The level of the text behind an answer word, until an explanation begins.
    region: Option<Level>,
    /// Whether the region has a command.
    has_answer: bool,
    /// Whether an earlier motion was described: `The ligand was taken out by ...`.
    was_described: bool,
    /// The level of the sentence.
    sentence: Option<Level>,
    /// Whether the sentence gives reasons.
    explains: bool,
    /// The number of the sentence's first command.
    first: usize,
    /// Whether the rest of the line undoes the commands.
    undoes: bool,
    /// Whether the line has a word such as `final`.
    is_final: bool,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let words = words(line);
        if words.is_empty() {
            self.region = self.region.filter(|_| !self.has_answer);
            return;
        }
        let own_line = is_only_commands(line);
        self.end_sentence();
        (self.undoes, self.is_final) = (false, false);
        // The beginning of the sentence by its marks.
        let mut start = 0;
        let mut at = 0;
        // The end of the last command, and its kind if it was denied.
        let (mut last, mut denied) = (0, None);
        while at < words.len() {
            let (kind, axis, step, length) = match command(&words[at..]) {
                Parsed::Command(step, length) => (step.kind, step.axis, Some(step), length),
                Parsed::Unclear(kind, axis, length) => (kind, axis, None, length),
                Parsed::Nothing => {
                    self.word(&words, at);
                    at += 1;
                    if ends_sentence(&words[at - 1]) {
                        start = at;
                    }
                    continue;
                }
            };
            let behind = &words[at + length..];
            let goes_on = words[last..at]
                .iter()
                .all(|word| ["and", "then"].contains(&word.as_str()));
            last = at + length;
            if is_example_before(behind) {
                // `roll x 90, move x 18 was the example`
                self.found.truncate(self.first);
            } else if is_denied(&words[..at], start)
                || is_denied_behind(&words[..at], behind)
                || goes_on && denied.is_some_and(|other| other != kind)
            {
                // `not roll x 75, move x 17`
                denied = Some(kind);
            } else if !(self.undoes || is_called_wrong(behind)) {
                denied = None;
                let level = self.level(kind, axis, &words[..at + length], behind, at, own_line);
                self.found.push(Found {
                    kind,
                    axis,
                    step,
                    level,
                    retractions: self.retractions,
                });
            }
            let own = at..at + length;
            at += length;
            let end = own.clone().rev().find(|own| ends_sentence(&words[*own]));
            start = end.map_or(start, |end| end + 1);
            self.is_final |= words[own].iter().any(|word| is_any(word, w::FINAL));
            if words[at - 1].ends_with(['.', '!', '?']) {
                self.end_sentence();
            }
        }
    }

    fn end_sentence(&mut self) {
        self.sentence = None;
        (self.explains, self.first) = (false, self.found.len());
    }

    /// Reads a word that begins no command.
    fn word(&mut self, words: &[String], at: usize) {
        let word = words[at].as_str();
        let bare = word.trim_matches(|c: char| ".,!".contains(c));
        let next = words.get(at + 1).map_or("", String::as_str);
        let is_inverse = ["inverse", "reverse", "opposite"].contains(&bare);
        let is_removal = ["removed", "taken", "pulled", "undocked"].contains(&bare);
        if is_removal && at > 0 && ["was", "were"].contains(&words[at - 1].as_str()) {
            // `The ligand was removed by move x -18.`
            self.sentence = Some(Level::Considered);
        }
        self.was_described |= ["was", "were", "taken", "removed"].contains(&bare);
        let is_noun = next != "is" && next != "of";
        if is_inverse && is_noun && !self.found.is_empty() && !self.was_described {
            // `roll x 90 (reverse: roll x -90)`
            self.undoes = true;
        }
        if is_any(bare, w::CHOOSING) && !is_any(bare, &["\u{9009}\u{9879}"]) {
            self.region = Some(if self.is_final {
                Level::Final
            } else {
                Level::Answer
            });
            self.has_answer = false;
        } else if EXPLAINING.contains(&bare) {
            if self.has_answer {
                self.region = None;
            } else {
                self.explains = true;
            }
        } else if is_any(bare, w::BUT) && self.sentence == Some(Level::Considered) {
            self.sentence = None;
        } else if is_inverse && next == "is" && self.was_described {
            // `It was taken out by ... The inverse is ...`
            self.sentence = Some(Level::Concluded);
        } else if is_any(bare, w::RETRACTING) || bare == "no" && at == 0 && !next.is_empty() {
            self.retractions += 1;
            self.sentence = None;
            self.region = None;
        } else if is_any(bare, w::CONCLUDING) {
            self.sentence = Some(Level::Concluded);
        } else if is_any(bare, w::HEDGES) || CONSIDERING.contains(&bare) {
            self.sentence = Some(Level::Considered);
            self.region = self.region.filter(|_| !self.has_answer);
        }
        if word.ends_with(['.', '!', '?']) || word == ";" {
            self.end_sentence();
        }
        self.is_final |= is_any(word, w::FINAL);
    }

    /// Returns how surely a command is meant, whose words end `until`.
    fn level(
        &mut self,
        kind: StepKind,
        axis: Axis,
        until: &[String],
        behind: &[String],
        at: usize,
        own_line: bool,
    ) -> Level {
        // `move x 2, or maybe move x 3`: alternatives are equally sure.
        let mut last = until[at.saturating_sub(2)..at].iter();
        let alternative = last.any(|word| word == "or");
        let previous = self.found.last().filter(|_| alternative);
        let previous = previous.map(|found| found.level);
        let is_like = |other: &Found| other.kind == kind && other.axis == axis;
        let is_reason = self.explains && self.found[self.first..].iter().any(is_like);
        // `A turn such as roll y 30 would hide it.`
        let next = behind.first().map_or("", String::as_str);
        let supposed = is_reason
            || until[..at].ends_with(&["such".to_owned(), "as".to_owned()])
            || ["would", "could", "might"].contains(&next)
            || until.last().is_some_and(|last| last.ends_with('?'));
        let region = self.region.filter(|_| !supposed);
        self.has_answer |= region.is_some();
        match region.or(previous) {
            Some(level) => level,
            None if own_line => Level::OwnLine,
            None if supposed => Level::Considered,
            None => self.sentence.unwrap_or(Level::Mentioned),
        }
    }
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
            let is_name = [
                "z",
                "depth",
                "distance",
                "roughly",
                "about",
                "approximately",
            ]
            .contains(word);
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
