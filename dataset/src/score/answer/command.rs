//! Parses one command: `move x 3`, `roll about the y axis by 15 degrees`, and commands in words.

use molshot_scenes::commands::Axis;

use super::words::is_east_asian;
use crate::step::{Step, StepKind};

/// Units of length after the number of a `move`.
const ANGSTROMS: [&str; 7] = [
    "a",
    "å",
    "ang",
    "angstrom",
    "angstroms",
    "ångström",
    "ångströms",
];
/// Units of angle after the number of a `roll`.
const DEGREES: [&str; 4] = ["°", "deg", "degree", "degrees"];
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
/// Words that may be between `move` and the axis.
const BEFORE_AXIS: [&str; 13] = [
    "along",
    "about",
    "around",
    "in",
    "on",
    "the",
    "axis",
    "it",
    "ligand",
    "complex",
    "molecule",
    "whole",
    "structure",
];
/// Words that may be between the axis and the number.
const BEFORE_NUMBER: [&str; 19] = [
    "um",
    "de",
    "por",
    "per",
    "von",
    "en",
    "axis",
    "direction",
    "by",
    "of",
    "to",
    "about",
    "approximately",
    "roughly",
    "around",
    "distance",
    "angle",
    "amount",
    "value",
];
/// Words that may be between a verb and a number: `move the ligand by 3`.
const OBJECTS: [&str; 25] = [
    "um",
    "de",
    "von",
    "por",
    "en",
    "den",
    "die",
    "das",
    "le",
    "la",
    "el",
    "o",
    "a",
    "it",
    "the",
    "ligand",
    "complex",
    "molecule",
    "whole",
    "everything",
    "structure",
    "by",
    "about",
    "approximately",
    "roughly",
];
/// Words before an axis behind a number.
const PREPOSITIONS: [&str; 4] = ["along", "about", "around", "in"];
/// Words for an axis, behind its letter.
const AXES: [char; 3] = ['轴', '軸', '축'];
/// Verbs of commands whose axis comes first.
const VERBS: [(&str, StepKind); 12] = [
    ("roll", StepKind::Roll),
    ("turn", StepKind::Roll),
    ("rotate", StepKind::Roll),
    ("move", StepKind::Move),
    ("旋转", StepKind::Roll),
    ("转动", StepKind::Roll),
    ("回転", StepKind::Roll),
    ("회전", StepKind::Roll),
    ("移动", StepKind::Move),
    ("平移", StepKind::Move),
    ("移動", StepKind::Move),
    ("이동", StepKind::Move),
];
/// Units of such commands, behind the number.
const UNITS: [&str; 6] = ["度", "도", "埃", "angstrom", "å", "°"];
/// Words between two numbers of such commands.
const JOINING_NUMBERS: [&str; 9] = [
    "或",
    "或者",
    "或是",
    "到",
    "至",
    "か",
    "または",
    "또는",
    "or",
];
/// Words of Japanese and Korean that deny what is before them.
const NOT_BEHIND: [&str; 6] = [
    "ではな",
    "ではありません",
    "じゃな",
    "でなく",
    "아니",
    "아닙",
];
/// Number of words of the longest such command.
const LONGEST_AXIS_FIRST: usize = 7;
/// Number of words of the longest command.
const LONGEST_COMMAND: usize = 32;
/// Directions with their axes and signs.
const DIRECTIONS: [(&str, Axis, i32); 6] = [
    ("right", Axis::X, 1),
    ("left", Axis::X, -1),
    ("up", Axis::Y, 1),
    ("upwards", Axis::Y, 1),
    ("down", Axis::Y, -1),
    ("downwards", Axis::Y, -1),
];

/// The result of parsing at one position.
pub(super) enum Parsed {
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
pub(super) fn words(text: &str) -> Vec<String> {
    // `1) roll x 90 2) move x 18`
    let is_counted = text.trim_start().trim_start_matches('(').starts_with("1)");
    let is_count = |word: &str| {
        let digits = word.trim_start_matches('(').strip_suffix(')');
        digits.is_some_and(|digits| is_counted && digits.len() == 1 && digits.parse::<u8>().is_ok())
    };
    let parts = text
        .split(' ')
        .map(|word| if is_count(word) { ";" } else { word });
    let text = parts.collect::<Vec<_>>().join(" ");
    let lower: Vec<char> = text
        .to_lowercase()
        .chars()
        .map(|c| match c {
            '\u{2212}' | '–' | '—' | '\u{2010}' | '\u{2011}' => '-',
            '\u{2019}' | '\u{2018}' => '\'',
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
            ',' | ':' | '(' | ')' | '[' | ']' | '{' | '}' | '=' | '$' | '|' | '~' | '_' | '≈'
            | '「' | '」' | '『' | '』' | '【' | '】' => {
                if !spaced.ends_with(' ') {
                    spaced.push(' ');
                }
            }
            '*' | '`' | '"' | '“' | '”' | '„' | '«' | '»' => {}
            '-' if within => spaced.push_str(" - "),
            c => spaced.push(*c),
        }
    }
    let words = spaced.split_whitespace();
    let words = words.map(|word| word.trim_matches('\'').to_owned());
    words.filter(|word| !word.is_empty()).collect()
}

/// Parses a command at the beginning of a list of words.
pub(super) fn command(words: &[String]) -> Parsed {
    let kind = match words[0].as_str() {
        "move" | "translate" => StepKind::Move,
        "roll" | "turn" | "rotate" => StepKind::Roll,
        // `shift x 18` is not a command, so that it is unclear what is meant.
        "shift" => {
            let near = &words[1..words.len().min(LONGEST_COMMAND)];
            return match command(&[&["move".to_owned()], near].concat()) {
                Parsed::Command(step, length) if is_axis(&words[1]) => {
                    Parsed::Unclear(step.kind, step.axis, length)
                }
                _ => Parsed::Nothing,
            };
        }
        _ => return axis_first(words),
    };
    if let Some((step, length)) = in_words(kind, words) {
        return Parsed::Command(step, length);
    }
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

/// Returns whether a word names an axis.
fn is_axis(word: &str) -> bool {
    axis_of(word).is_some()
}

fn axis_of(word: &str) -> Option<Axis> {
    match word
        .trim_end_matches(['.', '!', '?', ';'])
        .trim_end_matches("-axis")
    {
        "x" => Some(Axis::X),
        "y" => Some(Axis::Y),
        "z" => Some(Axis::Z),
        _ => None,
    }
}

/// Parses a command whose number comes first: `turn the ligand by 90 degrees about x`,
/// `move it 18 Å to the right`.
fn in_words(kind: StepKind, words: &[String]) -> Option<(Step, usize)> {
    let word = |position: usize| words.get(position).map_or("", String::as_str);
    let mut at = 1;
    while OBJECTS.contains(&word(at)) {
        at += 1;
    }
    // `move left by 4 Å`
    let direction = DIRECTIONS.into_iter().find(|(name, ..)| *name == word(at));
    let direction = direction.filter(|_| kind == StepKind::Move);
    if direction.is_some() {
        at += 1;
        at += usize::from(word(at) == "by");
    }
    let units: &[&str] = match kind {
        StepKind::Move => &ANGSTROMS,
        StepKind::Roll => &DEGREES,
    };
    let end = word(at).find(|c: char| !c.is_ascii_digit() && !"+-.".contains(c));
    let (number, unit) = word(at).split_at(end.unwrap_or(word(at).len()));
    let amount = number_of(number).filter(|amount| amount.fract() == 0.0 && amount.abs() < 1e6)?;
    at += 1;
    if unit.is_empty() {
        at += usize::from(units.contains(&word(at)));
    } else if !units.contains(&unit) {
        return None;
    }
    let mut sign = 1;
    let axis = if let Some((_, axis, towards)) = direction {
        sign = towards;
        axis
    } else if PREPOSITIONS.contains(&word(at)) {
        at += 1;
        while ["the", "axis", "die", "der", "den"].contains(&word(at)) {
            at += 1;
        }
        let axis = axis_of(word(at))?;
        at += 1 + usize::from(word(at + 1).trim_end_matches(['.', ';']) == "axis");
        axis
    } else if kind == StepKind::Move {
        if word(at) == "to" && word(at + 1) == "the" {
            at += 2;
        }
        let named = word(at).trim_end_matches(['.', '!', ';']);
        let (_, axis, direction) = DIRECTIONS.into_iter().find(|(name, ..)| *name == named)?;
        sign = direction;
        at += 1;
        axis
    } else {
        return None;
    };
    let amount = amount as i32 * sign;
    Some((Step { kind, axis, amount }, at))
}

/// Parses a command of East Asian languages, in which the axis comes first and the verb may come
/// last: `y 轴旋转 60 度`, `y軸まわりに60度回転`.
fn axis_first(words: &[String]) -> Parsed {
    let word = |at: usize| words.get(at).map_or("", String::as_str);
    let Some(axis) = axis_of(word(0)).filter(|_| word(1).starts_with(AXES)) else {
        return Parsed::Nothing;
    };
    let (mut kind, mut number) = (None, None);
    for at in 1..LONGEST_AXIS_FIRST {
        let text = word(at);
        let mut verbs = VERBS.into_iter();
        let verb = verbs.find(|(verb, _)| {
            text == *verb || !verb.is_ascii() && text.contains(verb) && !denies(text)
        });
        let is_unit = ANGSTROMS.contains(&text) || text == "°";
        match (verb, number_of(text)) {
            (Some((_, found)), _) if kind.is_none() => kind = Some(found),
            (_, Some(amount)) if number.is_none() => number = Some(amount),
            (_, Some(_)) => return Parsed::Nothing,
            _ if is_unit || text.starts_with(is_east_asian) => {}
            _ => return Parsed::Nothing,
        }
        let (Some(kind), Some(amount)) = (kind, number) else {
            continue;
        };
        let mut end = at + 1;
        end += usize::from(UNITS.iter().any(|unit| word(end).starts_with(unit)));
        let is_another = !word(end).is_empty() && number_of(word(end + 1)).is_some();
        let is_another = is_another && JOINING_NUMBERS.contains(&word(end));
        if is_another || amount.fract() != 0.0 || amount.abs() >= 1e6 {
            return Parsed::Unclear(kind, axis, end);
        }
        let amount = amount as i32;
        return Parsed::Command(Step { kind, axis, amount }, end);
    }
    Parsed::Nothing
}

/// Returns whether a word of Japanese or Korean denies what is before it.
pub(super) fn denies(word: &str) -> bool {
    NOT_BEHIND.iter().any(|negation| word.contains(negation))
}

/// Parses a decimal number without an exponent.
pub(super) fn number_of(text: &str) -> Option<f64> {
    let text = text.strip_suffix('.').unwrap_or(text);
    let digits = text.strip_prefix('+').unwrap_or(text);
    let is_plain = digits
        .trim_start_matches('-')
        .starts_with(|c: char| c.is_ascii_digit());
    digits.parse().ok().filter(|_| is_plain)
}
