//! Rows of the MOL2 sections.

use std::borrow::Cow;

use super::super::text::{Lines, fields, float, integer, quote};

/// Lines of a molecule, without comments and blank lines, with continued lines joined.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    lines: Lines<'a>,
}

impl<'a> Rows<'a> {
    pub(super) fn new(text: &'a [u8], first_line: u64) -> Self {
        Self {
            lines: Lines::new(text, first_line),
        }
    }

    /// Returns the number of the line that was read last.
    pub(super) fn number(&self) -> u64 {
        self.lines.number()
    }

    /// Returns the next row that is neither blank nor a comment, with the number of its first line.
    pub(super) fn next_row(&mut self) -> Option<(u64, Cow<'a, [u8]>)> {
        loop {
            let (number, line) = self.lines.next()?;
            let line = line.trim_ascii();
            if line.is_empty() || line.starts_with(b"#") {
                continue;
            }
            let Some(head) = line.strip_suffix(b"\\") else {
                return Some((number, Cow::Borrowed(line)));
            };
            let mut joined = head.to_vec();
            for (_, next) in self.lines.by_ref() {
                let next = next.trim_ascii();
                joined.push(b' ');
                if let Some(head) = next.strip_suffix(b"\\") {
                    joined.extend_from_slice(head);
                } else {
                    joined.extend_from_slice(next);
                    break;
                }
            }
            return Some((number, Cow::Owned(joined)));
        }
    }

    /// Returns the next line unchanged, blank or not.
    pub(super) fn next_line(&mut self) -> Option<(u64, &'a [u8])> {
        self.lines.next()
    }
}

/// The fields of an atom row up to the type.
#[derive(Debug)]
pub(super) struct AtomRow<'t> {
    pub(super) id: u64,
    pub(super) name: &'t [u8],
    pub(super) position_angstrom: [f32; 3],
    pub(super) kind: &'t [u8],
}

/// Returns true for a number, which is never an atom type: a row with a column too many would have
/// its coordinates shifted.
pub(super) fn is_number(field: &[u8]) -> bool {
    let begins_number = |c: &u8| c.is_ascii_digit() || matches!(c, b'-' | b'+' | b'.');
    field.first().is_some_and(begins_number) && float(field).is_some()
}

/// Returns the first six fields of an atom row; `None` if one is missing or cannot be right.
pub(super) fn atom_row<'t>(fields: &mut impl Iterator<Item = &'t [u8]>) -> Option<AtomRow<'t>> {
    Some(AtomRow {
        id: integer(fields.next()?)?,
        name: fields.next()?,
        position_angstrom: [
            float(fields.next()?)?,
            float(fields.next()?)?,
            float(fields.next()?)?,
        ],
        kind: fields.next().filter(|kind| !is_number(kind))?,
    })
}

/// Describes the first field that is wrong in a row that [`atom_row`] refuses.
pub(super) fn fault_of_atom_row(row: &[u8]) -> String {
    type IsSound = fn(&[u8]) -> bool;
    let expected: [(&str, IsSound, &str); 6] = [
        (
            "the id",
            |field| integer::<u64>(field).is_some(),
            "not a whole number",
        ),
        ("the name", |_| true, ""),
        ("x", |field| float(field).is_some(), "not a number"),
        ("y", |field| float(field).is_some(), "not a number"),
        ("z", |field| float(field).is_some(), "not a number"),
        ("the type", |field| !is_number(field), "a number"),
    ];
    let mut fields = fields(row);
    for (number, (what, is_sound, fault)) in (1..).zip(expected) {
        match fields.next() {
            None => return format!("field {number}, {what}, is missing"),
            Some(field) if !is_sound(field) => {
                return format!("field {number}, {what}, is {}, {fault}", quote(field));
            }
            Some(_) => {}
        }
    }
    "a field is not what it should be".to_owned()
}
