//! Helpers of the line-based readers: numbered lines, fields, numbers, errors.

use smol_str::SmolStr;

use super::options::ReadOptions;
use crate::{Location, MoleculeError, Warning};

/// Lines of a text, numbered from 1. A line ends with `\n` or `\r\n`; the last one may have no line
/// end.
#[derive(Debug, Clone)]
pub(super) struct Lines<'a> {
    rest: &'a [u8],
    number: u64,
}

impl<'a> Lines<'a> {
    /// Iterates over the lines of `text`; the first one has the number `first`.
    pub(super) fn new(text: &'a [u8], first: u64) -> Self {
        Self {
            rest: text,
            number: first.saturating_sub(1),
        }
    }

    /// Returns the number of the line that was returned last, or one less than the first number.
    pub(super) fn number(&self) -> u64 {
        self.number
    }
}

impl<'a> Iterator for Lines<'a> {
    type Item = (u64, &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let (line, rest) = match memchr::memchr(b'\n', self.rest) {
            Some(end) => (&self.rest[..end], &self.rest[end + 1..]),
            None => (self.rest, &self.rest[self.rest.len()..]),
        };
        self.rest = rest;
        self.number += 1;
        Some((self.number, line.strip_suffix(b"\r").unwrap_or(line)))
    }
}

/// Splits a line at white space.
pub(super) fn fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace)
        .filter(|field| !field.is_empty())
}

/// Returns the columns `start..end` (counted from 0) without surrounding white space; empty beyond
/// the end of the line.
pub(super) fn columns(line: &[u8], start: usize, end: usize) -> &[u8] {
    let end = end.min(line.len());
    line.get(start..end).unwrap_or_default().trim_ascii()
}

/// Parses a number in decimal or exponent form without white space. Infinity and NaN are accepted
/// here and rejected by `build`.
pub(super) fn float(field: &[u8]) -> Option<f32> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// Parses an integer without white space.
pub(super) fn integer<T: std::str::FromStr>(field: &[u8]) -> Option<T> {
    std::str::from_utf8(field).ok()?.parse().ok()
}

/// Quotes text of a file for a message: escaped and truncated to 40 characters.
pub(super) fn quote(field: &[u8]) -> String {
    let text = String::from_utf8_lossy(&field[..field.len().min(200)]);
    let mut short: String = text.chars().take(40).collect();
    if short.len() < text.len() || field.len() > 200 {
        short.push_str("...");
    }
    format!("{short:?}")
}

/// Converts a name to text; invalid UTF-8 becomes replacement characters.
pub(super) fn name(field: &[u8]) -> SmolStr {
    SmolStr::new(String::from_utf8_lossy(field))
}

/// Converts a line number to the type of [`crate::raw::RawAtom::line`].
pub(super) fn line_u32(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

/// Creates a syntax error at a line.
pub(super) fn syntax(
    file: &str,
    line: u64,
    problem: impl Into<String>,
    remedy: impl Into<String>,
) -> MoleculeError {
    MoleculeError::Syntax {
        location: Location::line(file, line.max(1)),
        problem: problem.into(),
        remedy: remedy.into(),
    }
}

/// Creates a syntax error of the whole file.
pub(super) fn syntax_file(
    file: &str,
    problem: impl Into<String>,
    remedy: impl Into<String>,
) -> MoleculeError {
    MoleculeError::Syntax {
        location: Location::file(file),
        problem: problem.into(),
        remedy: remedy.into(),
    }
}

/// Creates a warning; `line` 0 means the whole file.
pub(super) fn warning(file: &str, line: u64, message: impl Into<String>) -> Warning {
    Warning {
        location: Location {
            file: file.to_owned(),
            line: (line > 0).then_some(line),
        },
        message: message.into(),
    }
}

/// Returns a number with the name of what is counted, for a message: `1 atom`, `2 atoms`.
pub(super) fn counted(count: impl Into<u64>, what: &str) -> String {
    let count = count.into();
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {what}{ending}")
}

/// Returns a number with `is` or `are`.
pub(super) fn number_are(count: impl Into<u64>) -> String {
    match count.into() {
        1 => "1 is".to_owned(),
        count => format!("{count} are"),
    }
}

/// Returns an error if one more atom would exceed the limit. `count` is the number of atoms so far.
pub(super) fn check_atom_limit(
    file: &str,
    line: u64,
    count: usize,
    options: &ReadOptions,
) -> Result<(), MoleculeError> {
    let limit = options.limits.max_atoms.min(u32::MAX as usize);
    if count < limit {
        return Ok(());
    }
    Err(MoleculeError::Limit {
        location: Location::line(file, line.max(1)),
        problem: format!("holds more atoms than the limit of {limit}"),
        remedy: "give a smaller structure or raise the limit on atoms".to_owned(),
    })
}

/// The selected record of a file, and the number of records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct SelectedRecord<'a> {
    /// Bytes of the record.
    pub(super) text: &'a [u8],
    /// Number of the record's first line.
    pub(super) first_line: u64,
    /// Number of records in the file.
    pub(super) count: usize,
}

/// Selects the record `options.model` (counted from 1; the first by default). `starts` are the byte
/// offsets at which records begin, ascending; a record ends where the next begins.
pub(super) fn select_record<'a>(
    file: &str,
    bytes: &'a [u8],
    starts: &[usize],
    what: &str,
    options: &ReadOptions,
) -> Result<SelectedRecord<'a>, MoleculeError> {
    let count = starts.len();
    let wanted = options.model.unwrap_or(1) as usize;
    let Some(start) = wanted.checked_sub(1).and_then(|i| starts.get(i)).copied() else {
        let problem = if count == 0 {
            format!("holds no {what}")
        } else {
            let plural = if count == 1 { "" } else { "s" };
            format!("{what} {wanted} was requested, but the file holds {count} {what}{plural}")
        };
        let remedy = if count == 0 {
            format!("give a file with at least one {what}")
        } else {
            format!("choose a number from 1 to {count}")
        };
        return Err(syntax_file(file, problem, remedy));
    };
    let end = starts.get(wanted).copied().unwrap_or(bytes.len());
    Ok(SelectedRecord {
        text: &bytes[start..end],
        first_line: 1 + memchr::memchr_iter(b'\n', &bytes[..start]).count() as u64,
        count,
    })
}

/// Creates a warning if a file has several records and none is selected.
pub(super) fn warn_of_several(
    file: &str,
    count: usize,
    what: &str,
    options: &ReadOptions,
) -> Option<Warning> {
    (count > 1 && options.model.is_none()).then(|| {
        warning(
            file,
            0,
            if what == "model" {
                // Models have their own numbers.
                format!("holds {count} models; the first is read; choose another by its number")
            } else {
                format!(
                    "holds {count} {what}s; the first is read; choose another by its number, 1 to {count}"
                )
            },
        )
    })
}

/// Returns the byte offsets of the lines that begin with `marker`, ascending.
pub(super) fn lines_beginning_with(bytes: &[u8], marker: &[u8]) -> Vec<usize> {
    memchr::memmem::find_iter(bytes, marker)
        .filter(|&at| at == 0 || bytes[at - 1] == b'\n')
        .collect()
}

/// Generates damaged versions of a text: a slice is replaced by random bytes, and the rest may be
/// cut off.
#[cfg(test)]
pub(super) fn mutated(text: &'static str) -> impl proptest::strategy::Strategy<Value = Vec<u8>> {
    use proptest::prelude::*;
    (
        0..text.len(),
        0..40_usize,
        proptest::collection::vec(any::<u8>(), 0..12),
        any::<bool>(),
    )
        .prop_map(move |(at, length, insert, cut)| {
            let mut bytes = text.as_bytes().to_vec();
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, insert);
            if cut {
                bytes.truncate(at + 3);
            }
            bytes
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_numbered_and_lose_their_ends() {
        let lines: Vec<_> = Lines::new(b"a\r\n\nb", 3).collect();
        assert_eq!(lines, [(3, &b"a"[..]), (4, b""), (5, b"b")]);
        assert_eq!(Lines::new(b"", 1).next(), None);
        assert_eq!(Lines::new(b"a\n", 1).count(), 1);
    }

    #[test]
    fn columns_end_with_the_line() {
        assert_eq!(columns(b"ab cd", 2, 9), b"cd");
        assert_eq!(columns(b"ab", 2, 9), b"");
        assert_eq!(columns(b"ab", 7, 9), b"");
    }

    #[test]
    fn a_quote_is_short_and_printable() {
        assert_eq!(quote(b"a\x01"), r#""a\u{1}""#);
        assert!(quote(&[b'x'; 1000]).len() < 60);
        assert!(quote(&[0xff; 1000]).len() < 200);
    }

    #[test]
    fn a_record_that_is_not_there_is_refused_with_the_number_of_those_that_are() {
        let options = |model| ReadOptions {
            model,
            ..ReadOptions::default()
        };
        let starts = [0, 2];
        let chosen = select_record("f", b"a\nb\nc\n", &starts, "molecule", &options(Some(2)));
        let chosen = chosen.expect("record 2 is there");
        assert_eq!((chosen.text, chosen.first_line), (&b"b\nc\n"[..], 2));
        for wanted in [0, 3] {
            let error = select_record("f", b"a\nb\n", &starts, "molecule", &options(Some(wanted)));
            let text = error.expect_err("no such record").to_string();
            assert!(text.contains("the file holds 2 molecules; choose a number from 1 to 2"));
        }
    }
}
