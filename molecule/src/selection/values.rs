//! The texts of single values to what they mean: elements, numbers, residue numbers.

use super::ast::{NumberRange, ResidueEnd, ResidueRange};
use crate::Element;

/// Element of a symbol in any case; `X` is the unknown one.
pub(super) fn element(symbol: &str) -> Option<Element> {
    if symbol.eq_ignore_ascii_case(Element::UNKNOWN.symbol()) {
        return Some(Element::UNKNOWN);
    }
    Element::from_symbol(symbol.as_bytes())
}

/// Splits a range at its `-`, which may also be the sign of either end.
fn range_ends(text: &str) -> (&str, Option<&str>) {
    match text.char_indices().skip(1).find(|&(_, c)| c == '-') {
        Some((i, _)) => (&text[..i], Some(&text[i + 1..])),
        None => (text, None),
    }
}

/// Digits with an optional minus sign; no plus sign, which is a separator.
fn integer(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// `N` or `N-M`, `N <= M`.
pub(super) fn number_range(text: &str) -> Option<NumberRange> {
    let (first, last) = range_ends(text);
    let first = integer(first)?;
    let last = match last {
        Some(last) => integer(last)?,
        None => first,
    };
    (first <= last).then_some(NumberRange { first, last })
}

/// Why a text is no residue range.
#[derive(Debug)]
pub(super) enum RangeFault {
    /// Not of the form of a range.
    Form,
    /// Its first end lies behind its last.
    Backwards,
}

/// `N`, `NA`, `N-M`, `NA-MB`.
pub(super) fn residue_range(text: &str) -> Result<ResidueRange, RangeFault> {
    let (first, last) = range_ends(text);
    let range = ResidueRange {
        first: residue_end(first).ok_or(RangeFault::Form)?,
        last: match last {
            Some(last) => Some(residue_end(last).ok_or(RangeFault::Form)?),
            None => None,
        },
    };
    let (first, last) = range.keys();
    if first > last {
        return Err(RangeFault::Backwards);
    }
    Ok(range)
}

/// A number that fits a residue, with an insertion code (a letter) or without.
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
