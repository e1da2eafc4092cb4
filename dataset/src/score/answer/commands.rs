//! Parses commands: `move x 3`, `roll y -15`, and similar spellings.

use molshot_scenes::commands::Axis;

use super::bare;
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
const DENIALS: [&str; 9] = [
    "not", "never", "without", "neither", "nor", "don't", "wouldn't", "isn't", "cannot",
];
/// Words that may be between `move` and the axis.
const BEFORE_AXIS: [&str; 7] = ["along", "about", "around", "in", "on", "the", "axis"];
/// Words that may be between the axis and the number.
const BEFORE_NUMBER: [&str; 5] = ["axis", "direction", "by", "of", "to"];

/// Returns the commands of a text in order; all other words are ignored.
///
/// The list is empty if a command has several numbers (`move x 3 or 4`), a number that is not whole
/// (`move x 3,5`), or another unit (`move x 3 nm`).
#[must_use]
pub fn steps(text: &str) -> Vec<Step> {
    steps_of(&bare(text))
}

/// Does the work of [`steps`] without unwrapping the text.
pub(super) fn steps_of(text: &str) -> Vec<Step> {
    let words = words(text);
    let mut steps = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let denied = words[at.saturating_sub(2)..at]
            .iter()
            .any(|word| DENIALS.contains(&word.as_str()));
        match command(&words[at..]) {
            Parsed::Command(step, length) => {
                if !denied {
                    steps.push(step);
                }
                at += length;
            }
            Parsed::Unclear => return Vec::new(),
            Parsed::Nothing => at += 1,
        }
    }
    steps
}

/// Returns the command of a text; `None` if there is none, or there are several different ones.
#[must_use]
pub fn step(text: &str) -> Option<Step> {
    let steps = steps(text);
    let first = *steps.first()?;
    steps.iter().all(|step| *step == first).then_some(first)
}

/// The result of parsing at one position.
enum Parsed {
    /// A command and its number of words.
    Command(Step, usize),
    /// A command that is unclear.
    Unclear,
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
        match c {
            ',' if within => spaced.push('.'),
            '/' if within => spaced.push_str(" / "),
            // Lines may be numbered: `roll x 75`, `2. move x -14`.
            ';' | '\n' => spaced.push_str(" ; "),
            ',' | ':' | '(' | ')' | '[' | ']' | '{' | '}' | '=' | '!' | '?' | '$' => {
                spaced.push(' ');
            }
            '*' | '`' | '"' => {}
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
        "roll" | "turn" => StepKind::Roll,
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
    unit = unit.trim_end_matches('.');
    if unit.is_empty() {
        let next = word(position).trim_end_matches('.');
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
        |position: usize| number_of(word(position).trim_end_matches('.')).is_some();
    let another = next_is_number(position)
        || BETWEEN_NUMBERS.contains(&word(position)) && next_is_number(position + 1);
    if !fits || another || amount.fract() != 0.0 || amount.abs() >= 1e6 {
        return Parsed::Unclear;
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
