//! The fields after the coordinates: occupancy, temperature factor, element, formal charge.

use super::fields::{charge, column, columns, decimal};
use super::numbers::split_number;
use super::pdbqt;
use crate::Element;
use crate::raw::ElementField;

/// The fields after the coordinates.
pub(super) struct Tail<'a> {
    pub(super) occupancy: &'a [u8],
    pub(super) b_factor: &'a [u8],
    /// Where the two fields above are, with the verb, for messages.
    pub(super) places: [&'static str; 2],
    pub(super) element: ElementField,
    pub(super) formal_charge: i8,
    /// First column (from 0) of the element if it is not in its columns.
    pub(super) displaced: Option<usize>,
    pub(super) is_docking_water: bool,
}

impl<'a> Tail<'a> {
    /// Reads columns 55 to 80.
    pub(super) fn in_columns(line: &'a [u8]) -> Self {
        let mut is_docking_water = false;
        let mut displaced = None;
        let (element, formal_charge) = if is_pdbqt(line) {
            let kind = columns(line, 77, 80).trim_ascii();
            is_docking_water = kind == pdbqt::WATER;
            (pdbqt::element_of_type(kind), 0)
        } else if may_be_displaced(line)
            && let Some((element, charge, start)) = displaced_element(line)
        {
            displaced = Some(start);
            (ElementField::Known(element), charge)
        } else {
            element_and_charge(line)
        };
        // Two full fields of six columns may be adjacent. If their decimal points are elsewhere, a
        // number is too wide, or these are other numbers.
        let touching = column(line, 59).is_ascii_digit() && column(line, 60).is_ascii_digit();
        let (occupancy, b_factor): (&[u8], &[u8]) =
            if touching && !(column(line, 57) == b'.' && column(line, 63) == b'.') {
                two_adjacent(columns(line, 54, line.len()))
            } else {
                (columns(line, 54, 60), columns(line, 60, 66))
            };
        Self {
            occupancy,
            b_factor,
            places: ["columns 55-60 hold", "columns 61-66 hold"],
            element,
            formal_charge,
            displaced,
            is_docking_water,
        }
    }

    /// Reads fields separated by white space: occupancy, temperature factor, ..., element with
    /// charge. The first two may be adjacent.
    pub(super) fn by_order(rest: &'a [u8]) -> Self {
        let mut tokens = rest
            .split(u8::is_ascii_whitespace)
            .filter(|token| !token.is_empty());
        let first = tokens.next().unwrap_or(&[]);
        let (occupancy, b_factor) = match two_adjacent(first) {
            ([], _) => (first, tokens.next().unwrap_or(&[])),
            both => both,
        };
        let last = tokens.next_back().unwrap_or(&[]);
        let letters = last.iter().take_while(|b| b.is_ascii_alphabetic()).count();
        let element = Element::from_symbol(&last[..letters]);
        Self {
            occupancy,
            b_factor,
            places: [
                "the first field after the coordinates holds",
                "the second field after the coordinates holds",
            ],
            element: element.map_or(ElementField::Absent, ElementField::Known),
            formal_charge: element.map_or(0, |_| charge(&last[letters..])),
            displaced: None,
            is_docking_water: false,
        }
    }
}

/// Splits occupancy and temperature factor that touch: numbers of two decimals. Returns empty
/// fields for anything else, such as charge and radius of PQR files, with four decimals.
#[cold]
fn two_adjacent(text: &[u8]) -> (&[u8], &[u8]) {
    let text = text.trim_ascii_start();
    let end = text
        .iter()
        .position(u8::is_ascii_whitespace)
        .unwrap_or(text.len());
    let text = &text[..end];
    let both = split_number(text, 2)
        .filter(|(occupancy, _)| occupancy.len() < text.len())
        .and_then(|(occupancy, rest)| {
            let (b_factor, rest) = split_number(rest, 2)?;
            rest.is_empty().then_some((occupancy, b_factor))
        });
    both.unwrap_or((&[], &[]))
}

/// Fast test for letters beside columns 77-78, where a sound line has blanks or a charge.
fn may_be_displaced(line: &[u8]) -> bool {
    column(line, 78).is_ascii_alphabetic()
        || (column(line, 75).is_ascii_alphabetic() && column(line, 77) == b' ')
}

/// Finds an element one or two columns to the right of its columns, or one to the left, with its
/// charge and its first column. Only a word of one or two letters that the atom name begins with is
/// one: segments and comments may be there, too.
#[cold]
fn displaced_element(line: &[u8]) -> Option<(Element, i8, usize)> {
    let letter = |index: usize| column(line, index).is_ascii_alphabetic();
    // A segment of four letters ends before column 77.
    let start = (75..=79).find(|i| letter(*i) && column(line, i - 1) == b' ')?;
    let end = (start..=81).find(|i| !letter(*i))?;
    let in_place = end == 78 || (start, end) == (76, 77);
    if in_place || end - start > 2 {
        return None;
    }
    let word = columns(line, start, end);
    let name = columns(line, 12, 16).trim_ascii();
    let name = &name[name.iter().take_while(|b| b.is_ascii_digit()).count()..];
    let fits = name
        .get(..word.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(word));
    let element = Element::from_symbol(word).filter(|_| fits)?;
    Some((element, charge(columns(line, end, end + 2)), start))
}

/// Tests for a line of a PDBQT file: a partial charge in columns 71-76, before an atom type in
/// columns 78-79.
fn is_pdbqt(line: &[u8]) -> bool {
    column(line, 72) == b'.' && decimal(columns(line, 66, 76)).is_some()
}

/// Reads the element of columns 77-78 and the charge of columns 79-80.
///
/// Files older than format 2.1 have an entry code and a line number in columns 73-80; without an
/// element symbol there the charge is not read either.
fn element_and_charge(line: &[u8]) -> (ElementField, i8) {
    match Element::from_symbol(columns(line, 76, 78).trim_ascii()) {
        Some(element) => (ElementField::Known(element), charge(columns(line, 78, 80))),
        None => other_element_field(line),
    }
}

/// Reads columns 77-78 if they do not hold a symbol. Text is an element field only if it has a
/// letter and is a word by itself: a segment, an entry code or a line number may reach into these
/// columns.
#[cold]
fn other_element_field(line: &[u8]) -> (ElementField, i8) {
    let field = columns(line, 76, 78).trim_ascii();
    let is_part = column(line, 75).is_ascii_graphic()
        || (column(line, 77).is_ascii_graphic() && column(line, 78).is_ascii_alphabetic());
    if is_part || !field.first().is_some_and(u8::is_ascii_alphabetic) {
        return (ElementField::Absent, 0);
    }
    // A symbol with the number of a label (`C1`), or with its charge (`N1+`).
    if let [letter, b'0'..=b'9' | b'+' | b'-'] = field
        && let Some(element) = Element::from_symbol(&[*letter])
    {
        let charge = charge(&columns(line, 76, 80).trim_ascii()[1..]);
        return (ElementField::Known(element), charge);
    }
    (ElementField::not_an_element(field), 0)
}
