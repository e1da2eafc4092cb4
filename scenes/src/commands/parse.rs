//! Text to commands.

use molshot_molecule::Selection;

use super::{
    Axis, Command, Crop, Extent, MAX_COMMANDS, MAX_DEGREES, MAX_MOVE_ANGSTROM, MAX_ZOOM, MIN_ZOOM,
    Target, ViewName,
};
use crate::colors::shorten;
use crate::error::SceneError;
use crate::keyword::{self, Keyword};
use crate::suggest::give_one_of;

/// What is wrong and what would be right; the caller adds which command it is about.
type ProblemAndRemedy = (String, String);

const VERBS: [&str; 7] = ["view", "roll", "turn", "move", "zoom", "center", "crop"];
/// Where a request holds its commands.
pub(crate) const COMMANDS_POINTER: &str = "/commands";

/// Reads commands separated by `;` or new lines; empty ones are passed over.
///
/// # Errors
/// [`SceneError::Command`] for the first command that cannot be understood, is out of range, or is
/// a second `crop`. Its pointer is `/commands`: the text need not stem from a request's list.
pub fn parse_commands(text: &str) -> Result<Vec<Command>, SceneError> {
    parse_pieces(pieces([text]).map(|(_, piece)| (COMMANDS_POINTER.to_owned(), piece)))
}

/// As [`parse_commands`], for the entries of a request's list; commands are numbered through, and a
/// an error points to its entry (`/commands/0`).
pub fn parse_list<'a>(
    texts: impl IntoIterator<Item = &'a str>,
) -> Result<Vec<Command>, SceneError> {
    parse_pieces(pieces(texts).map(|(entry, piece)| (format!("{COMMANDS_POINTER}/{entry}"), piece)))
}

/// The single commands of several texts, trimmed, each with the index of its text; empty ones are
/// passed over.
pub(crate) fn pieces<'a>(
    texts: impl IntoIterator<Item = &'a str>,
) -> impl Iterator<Item = (usize, &'a str)> {
    texts
        .into_iter()
        .enumerate()
        .flat_map(|(entry, text)| text.split([';', '\n']).map(move |piece| (entry, piece)))
        .map(|(entry, piece)| (entry, piece.trim()))
        .filter(|(_, piece)| !piece.is_empty())
}

/// Reads single commands; each comes with its JSON pointer.
fn parse_pieces<'a>(
    pieces: impl Iterator<Item = (String, &'a str)>,
) -> Result<Vec<Command>, SceneError> {
    let mut commands: Vec<Command> = Vec::new();
    let mut cropped = false;
    for (pointer, piece) in pieces {
        let number = commands.len() + 1;
        let refuse = |(problem, remedy): ProblemAndRemedy| SceneError::Command {
            number,
            pointer: pointer.clone(),
            command: shorten(piece),
            problem,
            remedy,
        };
        if commands.len() == MAX_COMMANDS {
            return Err(refuse((
                "there are too many commands".into(),
                format!("give at most {MAX_COMMANDS}"),
            )));
        }
        let command = parse_one(piece).map_err(refuse)?;
        if matches!(command, Command::Crop(_)) {
            if cropped {
                return Err(refuse(second_crop()));
            }
            cropped = true;
        }
        commands.push(command);
    }
    Ok(commands)
}

/// Why there may be one crop only.
pub(crate) fn second_crop() -> ProblemAndRemedy {
    (
        "the picture is cropped already".into(),
        "give one crop; it counts in pixels of the uncropped picture".into(),
    )
}

fn parse_one(piece: &str) -> Result<Command, ProblemAndRemedy> {
    let (verb, rest) = piece
        .split_once(char::is_whitespace)
        .map_or((piece, ""), |(verb, rest)| (verb, rest.trim()));
    let words: Vec<&str> = rest.split_whitespace().collect();
    match verb.to_ascii_lowercase().as_str() {
        "view" => view(&words),
        "roll" | "turn" => {
            let (axis, degrees) = axis_and_number(&words, "an angle in degrees", MAX_DEGREES)
                .map_err(|problem| {
                    (
                        problem,
                        "write roll AXIS DEGREES, such as roll y 15, with at most a million degrees"
                            .into(),
                    )
                })?;
            Ok(Command::Turn { axis, degrees })
        }
        "move" => {
            let (axis, angstrom) =
                axis_and_number(&words, "a distance in angstrom", MAX_MOVE_ANGSTROM).map_err(
                    |problem| {
                        (
                    problem,
                    "write move AXIS ANGSTROM, such as move x -3, with at most 100000 angstrom"
                        .into(),
                )
                    },
                )?;
            Ok(Command::Move { axis, angstrom })
        }
        "zoom" => zoom(&words),
        "center" | "centre" => center(rest),
        "crop" => crop(&words),
        _ => Err((
            format!("\"{}\" is not a view command", shorten(verb)),
            give_one_of(verb, &VERBS),
        )),
    }
}

fn view(typed: &[&str]) -> Result<Command, ProblemAndRemedy> {
    let names = keyword::words::<ViewName>();
    let [word] = typed else {
        return Err((
            format!(
                "expected one word for the view, found {}",
                count_of(typed, "word")
            ),
            give_one_of("", &names),
        ));
    };
    match ViewName::from_keyword(&word.to_ascii_lowercase()) {
        Ok(name) => Ok(Command::View(name)),
        Err(_) => Err((
            format!("\"{}\" is not a view", shorten(word)),
            give_one_of(word, &names),
        )),
    }
}

/// Reads `AXIS NUMBER`; the number's magnitude is at most `limit`.
fn axis_and_number(words: &[&str], what: &str, limit: f64) -> Result<(Axis, f64), String> {
    let [axis, value] = words else {
        return Err(format!(
            "expected an axis and {what}, found {}",
            count_of(words, "word")
        ));
    };
    let axis = Axis::from_keyword(&axis.to_ascii_lowercase()).map_err(|_| {
        format!(
            "\"{}\" is not an axis ({})",
            shorten(axis),
            keyword::words::<Axis>().join(", ")
        )
    })?;
    let typed = value;
    let value = number(typed)?;
    if value.abs() > limit {
        return Err(format!("{} is out of range", shorten(typed)));
    }
    Ok((axis, value))
}

/// How many words there are, for messages about another number of them.
fn count_of(words: &[&str], noun: &str) -> String {
    match words.len() {
        0 => "nothing".into(),
        1 => format!("one {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// A finite number.
fn number(word: &str) -> Result<f64, String> {
    match word.parse::<f64>() {
        // Adding zero turns -0 into 0, so that "roll y -0" and "roll y 0" are one command.
        Ok(value) if value.is_finite() => Ok(value + 0.0),
        Ok(_) => Err(format!("\"{}\" is not finite", shorten(word))),
        Err(_) => Err(format!("\"{}\" is not a number", shorten(word))),
    }
}

fn zoom(words: &[&str]) -> Result<Command, ProblemAndRemedy> {
    let refuse = |problem: String| {
        (
            problem,
            format!("write zoom FACTOR, such as zoom 1.5, with {MIN_ZOOM} to {MAX_ZOOM}"),
        )
    };
    let [word] = words else {
        return Err(refuse(format!(
            "expected one factor, found {}",
            count_of(words, "word")
        )));
    };
    let factor = number(word).map_err(refuse)?;
    if !(MIN_ZOOM..=MAX_ZOOM).contains(&factor) {
        return Err(refuse(format!("{} is out of range", shorten(word))));
    }
    Ok(Command::Zoom { factor })
}

fn center(rest: &str) -> Result<Command, ProblemAndRemedy> {
    const REMEDY: &str = "write center SELECTION, such as center ligand";
    if rest.is_empty() {
        return Err(("expected a selection, found nothing".into(), REMEDY.into()));
    }
    let selection = Selection::parse(rest).map_err(|error| match error {
        molshot_molecule::MoleculeError::Selection {
            column,
            problem,
            remedy,
            ..
        } => (format!("selection, column {column}: {problem}"), remedy),
        other => (other.to_string(), REMEDY.into()),
    })?;
    Ok(Command::Center(Target {
        text: rest.to_owned(),
        selection,
    }))
}

fn crop(words: &[&str]) -> Result<Command, ProblemAndRemedy> {
    const REMEDY: &str = "write crop X Y WIDTH HEIGHT in whole pixels of the uncropped picture or in percent, such as \
                          crop 0 0 512 256 or crop 25% 25% 50% 50%";
    let [x, y, width, height] = words else {
        return Err((
            format!("expected four extents, found {}", count_of(words, "extent")),
            REMEDY.into(),
        ));
    };
    let extent = |word: &str| extent(word).map_err(|problem| (problem, REMEDY.to_owned()));
    let crop = Crop {
        x: extent(x)?,
        y: extent(y)?,
        width: extent(width)?,
        height: extent(height)?,
    };
    let empty = |e: Extent| matches!(e, Extent::Pixels(0)) || e == Extent::Percent(0.0);
    if empty(crop.width) || empty(crop.height) {
        return Err(("the rectangle is empty".into(), REMEDY.into()));
    }
    Ok(Command::Crop(crop))
}

fn extent(word: &str) -> Result<Extent, String> {
    if let Some(percent) = word.strip_suffix('%') {
        let value = number(percent)?;
        if !(0.0..=100.0).contains(&value) {
            return Err(format!("{} is not between 0% and 100%", shorten(word)));
        }
        return Ok(Extent::Percent(value));
    }
    word.parse()
        .map(Extent::Pixels)
        .map_err(|_| format!("\"{}\" is not a whole number of pixels", shorten(word)))
}
