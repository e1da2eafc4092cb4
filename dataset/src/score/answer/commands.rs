//! Commands in a text: `move x 3`, `roll y -15`, and what comes near to them.

use molshot_scenes::commands::Axis;

use super::bare;
use crate::step::{Step, StepKind};

/// Words of length that may stand behind a number of `move`, and of angle behind one of `roll`.
const ANGSTROMS: [&str; 7] = [
    "a",
    "\u{e5}",
    "ang",
    "angstrom",
    "angstroms",
    "\u{e5}ngstr\u{f6}m",
    "\u{e5}ngstr\u{f6}ms",
];
const DEGREES: [&str; 4] = ["\u{b0}", "deg", "degree", "degrees"];
/// Units that make a number another one.
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
/// Words between two numbers that leave open which of them is meant.
const BETWEEN_NUMBERS: [&str; 8] = ["or", "and", "to", "-", "/", "..", "...", "through"];
/// A command behind one of these is denied.
const DENIALS: [&str; 9] = [
    "not", "never", "without", "neither", "nor", "don't", "wouldn't", "isn't", "cannot",
];
/// Words that may stand between `move` and the axis, and between the axis and the number.
const BEFORE_AXIS: [&str; 7] = ["along", "about", "around", "in", "on", "the", "axis"];
const BEFORE_NUMBER: [&str; 5] = ["axis", "direction", "by", "of", "to"];

/// The commands of a text, in order; what is no command is passed over. None at all where a command
/// leaves open which number it means (`move x 3 or 4`), or has a number that is not whole
/// (`move x 3,5`) or of another unit (`move x 3 nm`).
#[must_use]
pub fn steps(text: &str) -> Vec<Step> {
    steps_of(&bare(text))
}

/// As [`steps`], of all of a text.
pub(super) fn steps_of(text: &str) -> Vec<Step> {
    let words = words(text);
    let mut steps = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let denied = words[at.saturating_sub(2)..at]
            .iter()
            .any(|word| DENIALS.contains(&word.as_str()));
        match command(&words[at..]) {
            Read::Command(step, length) => {
                if !denied {
                    steps.push(step);
                }
                at += length;
            }
            Read::Unclear => return Vec::new(),
            Read::Nothing => at += 1,
        }
    }
    steps
}

/// The one command of a text; none where there are several different ones.
#[must_use]
pub fn step(text: &str) -> Option<Step> {
    let steps = steps(text);
    let first = *steps.first()?;
    steps.iter().all(|step| *step == first).then_some(first)
}

/// What stands at a place.
enum Read {
    /// A command of so many words.
    Command(Step, usize),
    /// A command that cannot be told.
    Unclear,
    /// No command.
    Nothing,
}

/// Words in lower case, without the marks between them; minus signs of all kinds are hyphens, a
/// comma within a number is a decimal one.
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
    let is_digit = |place: Option<usize>| {
        place
            .and_then(|place| lower.get(place))
            .is_some_and(char::is_ascii_digit)
    };
    let mut spaced = String::new();
    for (place, c) in lower.iter().enumerate() {
        let within = is_digit(place.checked_sub(1)) && is_digit(Some(place + 1));
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

fn command(words: &[String]) -> Read {
    let kind = match words[0].as_str() {
        "move" => StepKind::Move,
        "roll" | "turn" => StepKind::Roll,
        _ => return Read::Nothing,
    };
    let word = |place: usize| words.get(place).map_or("", String::as_str);
    let mut place = 1;
    while BEFORE_AXIS.contains(&word(place)) {
        place += 1;
    }
    let axis = match word(place).trim_end_matches("-axis") {
        "x" => Axis::X,
        "y" => Axis::Y,
        "z" => Axis::Z,
        _ => return Read::Nothing,
    };
    place += 1;
    while BEFORE_NUMBER.contains(&word(place)) {
        place += 1;
    }
    // A minus sign may stand apart.
    let (sign, text) = match word(place) {
        "-" => {
            place += 1;
            ("-", word(place))
        }
        text => ("", text),
    };
    let end = text
        .find(|c: char| !c.is_ascii_digit() && !"+-.".contains(c))
        .unwrap_or(text.len());
    let (number, mut unit) = text.split_at(end);
    let Some(amount) = number_of(&format!("{sign}{number}")) else {
        return Read::Nothing;
    };
    place += 1;
    unit = unit.trim_end_matches('.');
    if unit.is_empty() {
        let next = word(place).trim_end_matches('.');
        if ANGSTROMS.contains(&next) || DEGREES.contains(&next) || OTHER_UNITS.contains(&next) {
            unit = next;
            place += 1;
        }
    }
    let fits = unit.is_empty()
        || match kind {
            StepKind::Move => ANGSTROMS.contains(&unit),
            StepKind::Roll => DEGREES.contains(&unit),
        };
    let next_is_number = |place: usize| number_of(word(place).trim_end_matches('.')).is_some();
    let another = next_is_number(place)
        || BETWEEN_NUMBERS.contains(&word(place)) && next_is_number(place + 1);
    if !fits || another || amount.fract() != 0.0 || amount.abs() >= 1e6 {
        return Read::Unclear;
    }
    let step = Step {
        kind,
        axis,
        amount: amount as i32,
    };
    Read::Command(step, place)
}

fn number_of(text: &str) -> Option<f64> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_plain = digits
        .trim_start_matches('-')
        .starts_with(|c: char| c.is_ascii_digit());
    digits.parse().ok().filter(|_| is_plain)
}
