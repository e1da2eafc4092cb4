//! Parsing of single values: elements, numbers, residue numbers.

use super::ast::{NumberRange, ResidueEnd, ResidueRange};
use crate::Element;

/// Parses an element symbol in any case; `X` is the unknown element.
pub(super) fn element(symbol: &str) -> Option<Element> {
    if symbol.eq_ignore_ascii_case(Element::UNKNOWN.symbol()) {
        return Some(Element::UNKNOWN);
    }
    Element::from_symbol(symbol.as_bytes())
}

/// Splits a range at its `-`; either end may have a minus sign.
fn range_ends(text: &str) -> (&str, Option<&str>) {
    match text.char_indices().skip(1).find(|&(_, c)| c == '-') {
        Some((i, _)) => (&text[..i], Some(&text[i + 1..])),
        None => (text, None),
    }
}

/// Parses digits with an optional minus sign. A plus sign is a separator.
fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// Parses `N` or `N-M` with `N <= M`.
pub(super) fn number_range(text: &str) -> Option<NumberRange> {
    let (first, last) = range_ends(text);
    let first = integer(first)?;
    let last = match last {
        Some(last) => integer(last)?,
        None => first,
    };
    (first <= last).then_some(NumberRange { first, last })
}

/// Error of parsing a residue range.
#[derive(Debug)]
pub(super) enum RangeError {
    /// The text does not have the form of a range.
    Form,
    /// The first end is greater than the last.
    Descending,
}

/// Parses `N`, `NA`, `N-M` or `NA-MB`.
pub(super) fn residue_range(text: &str) -> Result<ResidueRange, RangeError> {
    let (first, last) = range_ends(text);
    let range = ResidueRange {
        first: residue_end(first).ok_or(RangeError::Form)?,
        last: match last {
            Some(last) => Some(residue_end(last).ok_or(RangeError::Form)?),
            None => None,
        },
    };
    let (first, last) = range.keys();
    if first > last {
        return Err(RangeError::Descending);
    }
    Ok(range)
}

/// Parses a residue number with or without an insertion code (a letter).
fn residue_end(text: &str) -> Option<ResidueEnd> {
    let (digits, insertion_code) = match text.as_bytes().last() {
        Some(&code) if code.is_ascii_alphabetic() => (&text[..text.len() - 1], Some(code)),
        _ => (text, None),
    };
    let number = integer(digits)?.try_into().ok()?;
    Some(ResidueEnd {
        number,
        insertion_code,
    })
}
