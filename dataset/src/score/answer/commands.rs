//! Parses commands: `move x 3`, `roll y -15`, and similar spellings.

use molshot_scenes::commands::Axis;

use super::Form;
use super::text::answer_part;
use super::words::{self as w, is_any, is_east_asian};
use crate::step::{Step, StepKind};

/// Units of length after the number of a `move`.
const ANGSTROMS: [&str; 7] = [
    "a",
    "\u{e5}",
    "ang",
    "angstrom",
    "angstroms",
    "\u{e5}ngstr\u{f6}m",
    "\u{e5}ngstr\u{f6}ms",
];
/// Units of angle after the number of a `roll`.
const DEGREES: [&str; 4] = ["\u{b0}", "deg", "degree", "degrees"];
/// Units that make a command invalid.
const OTHER_UNITS: [&str; 16] = [
    "nm",
    "nanometer",
    "nanometers",
    "nanometre",
    "nanometres",
    "pm",
    "picometer",
    "picometers",
    "mm",
    "cm",
    "px",
    "pixel",
    "pixels",
    "rad",
    "radian",
    "radians",
];
/// Words between two numbers, which make it unclear which number is the answer.
const BETWEEN_NUMBERS: [&str; 8] = ["or", "and", "to", "-", "/", "..", "...", "through"];
/// A command after one of these words is denied.
const DENIALS: [&str; 17] = [
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
/// Words that may be between `move` and the axis.
const BEFORE_AXIS: [&str; 7] = ["along", "about", "around", "in", "on", "the", "axis"];
/// Words that may be between the axis and the number.
const BEFORE_NUMBER: [&str; 9] = [
    "axis",
    "direction",
    "by",
    "of",
    "to",
    "about",
    "approximately",
    "roughly",
    "around",
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
            own.filter(|_| level < Some(Level::Answer))
                .max(level.filter(|level| *level >= Level::Answer))
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
    for line in text.lines() {
        let words = words(line);
        if words.is_empty() {
            region = region.filter(|_| !has_answer);
            continue;
        }
        let own_line = is_only_commands(line);
        let mut sentence = Level::Mentioned;
        let mut at = 0;
        while at < words.len() {
            let word = words[at].as_str();
            let denied = words[at.saturating_sub(2)..at]
                .iter()
                .any(|word| DENIALS.contains(&word.as_str()));
            let (kind, axis, step, length) = match command(&words[at..]) {
                Parsed::Command(step, length) => (step.kind, step.axis, Some(step), length),
                Parsed::Unclear(kind, axis, length) => (kind, axis, None, length),
                Parsed::Nothing => {
                    let bare = word.trim_matches(|c: char| ".,!".contains(c));
                    let next = words.get(at + 1).map_or("", String::as_str);
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
                    }
                    at += 1;
                    continue;
                }
            };
            if !denied {
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
                let supposed = words[..at].ends_with(&["such".to_owned(), "as".to_owned()])
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
            }
        }
    }
    found
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

/// The result of parsing at one position.
enum Parsed {
    /// A command and its number of words.
    Command(Step, usize),
    /// A command that is unclear, and its number of words.
    Unclear(StepKind, Axis, usize),
    /// Not a command.
    Nothing,
}

/// Splits a text into lower-case words without punctuation.
///
/// All kinds of minus signs become hyphens, and a comma within a number becomes a decimal point.
fn words(text: &str) -> Vec<String> {
    let lower: Vec<char> = text
        .to_lowercase()
        .chars()
        .map(|c| match c {
            '\u{2212}' | '\u{2013}' | '\u{2014}' | '\u{2010}' | '\u{2011}' => '-',
            '\u{2019}' => '\'',
            c => c,
        })
        .collect();
    let is_digit = |position: Option<usize>| {
        position
            .and_then(|position| lower.get(position))
            .is_some_and(char::is_ascii_digit)
    };
    let mut spaced = String::new();
    for (position, c) in lower.iter().enumerate() {
        let within = is_digit(position.checked_sub(1)) && is_digit(Some(position + 1));
        // Words of Chinese, Japanese and Korean may stand beside a command without a space.
        let before = position
            .checked_sub(1)
            .and_then(|position| lower.get(position));
        if before.is_some_and(|before| is_east_asian(*before) != is_east_asian(*c)) {
            spaced.push(' ');
        }
        match c {
            ',' if within => spaced.push('.'),
            '/' if within => spaced.push_str(" / "),
            ';' | '\n' => spaced.push_str(" ; "),
            // A note behind a number: `move x 3 (3.0)`.
            '(' if spaced.trim_end().ends_with(|c: char| c.is_ascii_digit()) => {
                spaced.push_str(" ( ");
            }
            '?' => spaced.push_str("? "),
            '!' => spaced.push_str("! "),
            ',' | ':' | '(' | ')' | '[' | ']' | '{' | '}' | '=' | '$' | '|' | '~' | '_'
            | '\u{2248}' | '\u{300c}' | '\u{300d}' | '\u{300e}' | '\u{300f}' | '\u{3010}'
            | '\u{3011}' => spaced.push(' '),
            '*' | '`' | '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => {}
            '-' if within => spaced.push_str(" - "),
            c => spaced.push(*c),
        }
    }
    spaced.split_whitespace().map(str::to_owned).collect()
}

/// Parses a command at the beginning of a list of words.
fn command(words: &[String]) -> Parsed {
    let kind = match words[0].as_str() {
        "move" => StepKind::Move,
        "roll" | "turn" | "rotate" => StepKind::Roll,
        _ => return Parsed::Nothing,
    };
    let word = |position: usize| words.get(position).map_or("", String::as_str);
    let mut position = 1;
    while BEFORE_AXIS.contains(&word(position)) {
        position += 1;
    }
    let axis = match word(position).trim_end_matches("-axis") {
        "x" => Axis::X,
        "y" => Axis::Y,
        "z" => Axis::Z,
        _ => return Parsed::Nothing,
    };
    position += 1;
    while BEFORE_NUMBER.contains(&word(position)) {
        position += 1;
    }
    // There may be a space after a minus sign.
    let (sign, text) = match word(position) {
        "-" => {
            position += 1;
            ("-", word(position))
        }
        text => ("", text),
    };
    let end = text
        .find(|c: char| !c.is_ascii_digit() && !"+-.".contains(c))
        .unwrap_or(text.len());
    let (number, mut unit) = text.split_at(end);
    let Some(amount) = number_of(&format!("{sign}{number}")) else {
        return Parsed::Nothing;
    };
    position += 1;
    unit = unit.trim_end_matches(['.', '!', '?']);
    // The `A` of the next sentence is not a unit.
    if unit.is_empty() && !text.ends_with(['.', '!', '?']) {
        let next = word(position).trim_end_matches(['.', '!', '?']);
        if ANGSTROMS.contains(&next) || DEGREES.contains(&next) || OTHER_UNITS.contains(&next) {
            unit = next;
            position += 1;
        }
    }
    let fits = unit.is_empty()
        || match kind {
            StepKind::Move => ANGSTROMS.contains(&unit),
            StepKind::Roll => DEGREES.contains(&unit),
        };
    let next_is_number =
        |position: usize| number_of(word(position).trim_end_matches(['.', '!', '?'])).is_some();
    let another = next_is_number(position)
        || BETWEEN_NUMBERS.contains(&word(position)) && next_is_number(position + 1);
    if !fits || another || amount.fract() != 0.0 || amount.abs() >= 1e6 {
        return Parsed::Unclear(kind, axis, position);
    }
    let step = Step {
        kind,
        axis,
        amount: amount as i32,
    };
    Parsed::Command(step, position)
}

/// Parses a decimal number without an exponent.
fn number_of(text: &str) -> Option<f64> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_plain = digits
        .trim_start_matches('-')
        .starts_with(|c: char| c.is_ascii_digit());
    digits.parse().ok().filter(|_| is_plain)
}
