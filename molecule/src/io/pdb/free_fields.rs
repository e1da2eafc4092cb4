//! Fields of an atom line that is separated by white space: those before the coordinates, and what
//! is wrong with the coordinates.

use super::fields::{integer, text};
use super::numbers::split_number;
use super::residue_names::is_standard;

/// Largest number of words before x: serial, name, residue, chain, residue number.
pub(super) const MOST_WORDS: usize = 5;

/// Describes the first coordinate that is wrong in a line whose fields are separated by white
/// space, and names its axis. Returns `None` if the fields before the coordinates are wrong.
pub(super) fn wrong_coordinate(line: &[u8]) -> Option<(String, &'static str)> {
    let body = line.get(if line.starts_with(b"HETATM") { 6 } else { 4 }..)?;
    let tokens: Vec<&[u8]> = body
        .split(u8::is_ascii_whitespace)
        .filter(|t| !t.is_empty())
        .collect();
    let words = [MOST_WORDS, MOST_WORDS - 1]
        .into_iter()
        .find(|count| tokens.get(..*count).and_then(Identity::of).is_some())?;
    let mut fields = tokens[words..].iter().copied();
    let mut rest: &[u8] = &[];
    for axis in ["x", "y", "z"] {
        if rest.is_empty() {
            let Some(field) = fields.next() else {
                let problem = format!(
                    "the line ends before the {axis} coordinate (its fields are read in their \
                     order, as separated by blanks)"
                );
                return Some((problem, axis));
            };
            rest = field;
        }
        let number = begins_number(rest).then(|| split_number(rest, 3)).flatten();
        let Some((_, after)) = number else {
            let problem = format!(
                "the field \"{}\" is in the place of the {axis} coordinate, but is not a number with \
                 a decimal point (the fields of the line are read in their order, as separated by \
                 blanks)",
                text(rest)
            );
            return Some((problem, axis));
        };
        rest = after;
    }
    let problem = "the fields of the line are read in their order, as separated by blanks, but \
                   those from the coordinates on have no clear meaning: one may be missing, or one \
                   too many"
        .to_owned();
    Some((problem, "x, y and z"))
}

/// Tests for a sign or digit, and a decimal point later.
pub(super) fn begins_number(token: &[u8]) -> bool {
    token.contains(&b'.')
        && matches!(token[0], b'0'..=b'9' | b'-' | b'+' | b'.')
        && token.iter().any(u8::is_ascii_digit)
}

/// The fields before the coordinates.
pub(super) struct Identity<'a> {
    pub(super) serial: &'a [u8],
    pub(super) name: &'a [u8],
    pub(super) altloc: u8,
    pub(super) residue: &'a [u8],
    pub(super) chain: &'a [u8],
    pub(super) number: i32,
    pub(super) insertion_code: u8,
}

impl<'a> Identity<'a> {
    pub(super) fn of(words: &[&'a [u8]]) -> Option<Self> {
        let (serial, name, residue, chain, number) = match *words {
            [serial, name, residue, number] => {
                // A chain and a number of four digits touch.
                let letters = number
                    .iter()
                    .take_while(|b| b.is_ascii_alphabetic())
                    .count();
                (
                    serial,
                    name,
                    residue,
                    &number[..letters],
                    &number[letters..],
                )
            }
            [serial, name, residue, chain, number] => (serial, name, residue, chain, number),
            _ => return None,
        };
        let is_serial = serial
            .iter()
            .all(|b| b.is_ascii_digit() || matches!(b, b'-' | b'*'));
        let names_fit = name.len() <= 5
            && residue.len() <= 5
            && chain.len() <= 4
            && name.iter().any(u8::is_ascii_alphabetic);
        if !is_serial || !names_fit {
            return None;
        }
        let (digits, insertion_code) = match number {
            [digits @ .., letter] if letter.is_ascii_alphabetic() => (digits, *letter),
            all => (all, b' '),
        };
        let (altloc, residue) = match residue {
            [altloc @ (b'A' | b'B'), standard @ ..] if is_standard(standard) => (*altloc, standard),
            all => (b' ', all),
        };
        Some(Self {
            serial,
            name,
            altloc,
            residue,
            chain,
            number: integer(digits)?,
            insertion_code,
        })
    }
}
