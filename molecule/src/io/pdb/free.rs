//! Atom lines whose fields are separated by white space instead of columns: PQR files, tables with
//! tabs, and lines whose runs of blanks have collapsed to single ones.

use super::atom::AtomReader;
use super::fields::{charge, decimal, integer, text};
use super::identity::is_standard;
use super::numbers::{decimals, split_number};
use super::pdbqt;
use crate::Element;
use crate::raw::{ElementField, RawAtom};

/// Largest number of numbers after the residue number: x, y, z, occupancy, temperature factor and
/// the partial charge of PDBQT.
const MOST_NUMBERS: usize = 6;

/// Largest number of words before x: serial, name, residue, chain, residue number.
const MOST_WORDS: usize = 5;

impl AtomReader {
    /// Reads `ATOM serial name residue [chain] number x y z [occupancy B [charge]] [segment]
    /// [element]`, or, of PQR files, charge and radius after the coordinates.
    ///
    /// Returns `None` if the fields could have another meaning: nothing is guessed.
    pub(super) fn read_free(&mut self, number: u32, line: &[u8], segment: u32) -> Option<RawAtom> {
        let hetero = line.starts_with(b"HETATM");
        let body = line.get(if hetero { 6 } else { 4 }..)?;
        let mut tokens = body
            .split(u8::is_ascii_whitespace)
            .filter(|t| !t.is_empty())
            .peekable();
        // A residue number has no decimal point, a coordinate has one.
        let mut words: [&[u8]; MOST_WORDS] = [&[]; MOST_WORDS];
        let mut count = 0;
        while let Some(word) = tokens.next_if(|t| !(count >= 3 && begins_number(t))) {
            *words.get_mut(count)? = word;
            count += 1;
        }
        let identity = Identity::of(&words[..count])?;
        let mut numbers: [&[u8]; MOST_NUMBERS] = [&[]; MOST_NUMBERS];
        let mut found = 0;
        while let Some(token) = tokens.next_if(|t| begins_number(t)) {
            let mut rest = token;
            while !rest.is_empty() {
                let (value, after) = split_number(rest, if found < 3 { 3 } else { 2 })?;
                *numbers.get_mut(found)? = value;
                found += 1;
                rest = after;
            }
        }
        let numbers = &numbers[..found];
        if !are_coordinates_clear(numbers) {
            return None;
        }
        let values: Vec<f32> = numbers.iter().filter_map(|n| decimal(n)).collect();
        let &[x, y, z, ref more @ ..] = values.as_slice() else {
            return None;
        };
        let ends: Vec<&[u8]> = tokens.collect();
        let is_pdbqt = more.len() == 3;
        let (element, formal_charge) = match ends.as_slice() {
            [] => (ElementField::Absent, 0),
            [kind] if is_pdbqt => {
                if *kind == pdbqt::WATER {
                    self.note_docking_water(number);
                }
                (pdbqt::element_of_type(kind), 0)
            }
            [.., last] if !is_pdbqt && ends.len() <= 3 => element(last, &identity, ends.len()),
            _ => return None,
        };
        // Occupancy and temperature factor have two decimals, charge and radius of PQR files more.
        let is_pdb = !self.is_pqr && numbers[3..].iter().take(2).all(|n| decimals(n) <= 2);
        let serial = self.serial(number, identity.serial);
        Some(RawAtom {
            line: number,
            serial,
            name: text(identity.name),
            element,
            name_is_indented: false,
            altloc: identity.altloc,
            residue_name: text(identity.residue),
            residue_number: identity.number,
            insertion_code: identity.insertion_code,
            chain_id: text(identity.chain),
            label_chain_id: text(identity.chain),
            hetero,
            segment,
            position_angstrom: [x, y, z],
            occupancy: more.first().copied().filter(|_| is_pdb).unwrap_or(1.0),
            b_factor: more.get(1).copied().filter(|_| is_pdb).unwrap_or(0.0),
            formal_charge,
        })
    }
}

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

/// Tests that the first three of the numbers are the coordinates: none is missing. That is
/// certain if the three have as many decimals, and if the two after them are complete.
fn are_coordinates_clear(numbers: &[&[u8]]) -> bool {
    match numbers {
        [_, _, _] | [_, _, _, _, _] | [_, _, _, _, _, _] => true,
        // Occupancy without temperature factor, or two coordinates with both.
        [x, y, z, more] => {
            let same = decimals(x) == decimals(y) && decimals(y) == decimals(z);
            same && decimals(z) != decimals(more)
        }
        _ => false,
    }
}

/// Tests for a sign or digit, and a decimal point later.
fn begins_number(token: &[u8]) -> bool {
    token.contains(&b'.')
        && matches!(token[0], b'0'..=b'9' | b'-' | b'+' | b'.')
        && token.iter().any(u8::is_ascii_digit)
}

/// The fields before the coordinates.
struct Identity<'a> {
    serial: &'a [u8],
    name: &'a [u8],
    altloc: u8,
    residue: &'a [u8],
    chain: &'a [u8],
    number: i32,
    insertion_code: u8,
}

impl<'a> Identity<'a> {
    fn of(words: &[&'a [u8]]) -> Option<Self> {
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

/// Reads the last word of a line, of `words` after the numbers, as the element. A segment may be
/// there, too: a single word that does not fit the name is not an element.
fn element(word: &[u8], identity: &Identity<'_>, words: usize) -> (ElementField, i8) {
    let letters = word.iter().take_while(|b| b.is_ascii_alphabetic()).count();
    let (symbol, rest) = word.split_at(letters);
    let name = identity.name;
    let name = &name[name.iter().take_while(|b| b.is_ascii_digit()).count()..];
    let fits = name
        .get(..letters)
        .is_some_and(|head| head.eq_ignore_ascii_case(symbol));
    match Element::from_symbol(symbol) {
        Some(element) if fits || words > 1 => (ElementField::Known(element), charge(rest)),
        None if letters == 2 && rest.is_empty() && word != identity.chain => {
            (ElementField::not_an_element(word), 0)
        }
        _ => (ElementField::Absent, 0),
    }
}
