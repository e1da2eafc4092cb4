//! Rows of a category, and errors about them.

use std::borrow::Cow;

use smol_str::SmolStr;

use super::category::Category;
use crate::{Location, MoleculeError};

/// One row of a category. An item is an index into the list of item names of the [`Category`].
pub(crate) trait Row {
    /// Returns true if the category has a column of this item.
    fn has(&self, item: usize) -> bool;

    /// Returns the value as text; `None` if the column is absent or the value is missing (`?`, `.`,
    /// empty).
    fn text(&self, item: usize) -> Option<Cow<'_, str>>;

    /// Returns the value as a name to store; `None` as for [`Row::text`]. Shared texts stay shared.
    fn name(&self, item: usize) -> Option<SmolStr> {
        self.text(item).map(SmolStr::new)
    }

    /// Returns the value as an integer; `None` as for [`Row::text`].
    fn integer(&self, item: usize) -> Result<Option<i64>, NotANumber>;

    /// Returns the value as a finite real number without its standard uncertainty; `None` as for
    /// [`Row::text`].
    fn real(&self, item: usize) -> Result<Option<f64>, NotANumber>;

    /// Returns the place of the row, for messages.
    fn place(&self) -> Place;
}

/// Error: the value is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotANumber;

/// Place of a row: text has lines, BinaryCIF only row numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Line of the row's first value, counted from 1.
    Line(u64),
    /// Row of the category, counted from 1.
    Row(u64),
}

impl Place {
    /// Returns the beginning of a message: `row 3: ` if the place has no line, else an empty text.
    pub(super) fn prefix(self) -> String {
        match self {
            Self::Line(_) => String::new(),
            Self::Row(row) => format!("row {row}: "),
        }
    }

    /// Returns the location for errors.
    fn location(self, file: &str) -> Location {
        match self {
            Self::Line(line) => Location::line(file, line),
            Self::Row(_) => Location::file(file),
        }
    }

    /// Returns the line in the form of [`crate::raw::RawAtom::line`]; 0 if there is none.
    pub(crate) fn line(self) -> u32 {
        match self {
            Self::Line(line) => u32::try_from(line).unwrap_or(u32::MAX),
            Self::Row(_) => 0,
        }
    }
}

/// A row with its file and category, for messages.
#[derive(Debug)]
pub(super) struct RowContext<'a, R> {
    pub(super) file: &'a str,
    pub(super) category: Category,
    pub(super) row: &'a R,
}

impl<R: Row> RowContext<'_, R> {
    /// Returns a real number, `None` if missing. `meaning` completes the remedy "give …".
    pub(super) fn real(&self, item: usize, meaning: &str) -> Result<Option<f64>, MoleculeError> {
        self.row
            .real(item)
            .or_else(|_| self.missing_or_bad(item, "not a number", meaning))
    }

    /// Returns an integer, `None` if missing.
    pub(super) fn integer(&self, item: usize, meaning: &str) -> Result<Option<i64>, MoleculeError> {
        self.row
            .integer(item)
            .or_else(|_| self.missing_or_bad(item, "not an integer", meaning))
    }

    /// Returns `None` for `nan`, which some programs write for a missing number instead of `?`, and
    /// the error of [`RowContext::bad_value`] for any other value.
    #[cold]
    fn missing_or_bad<T>(
        &self,
        item: usize,
        fault: &str,
        meaning: &str,
    ) -> Result<Option<T>, MoleculeError> {
        let is_nan = self.row.text(item).is_some_and(|value| {
            value
                .trim_start_matches(['-', '+'])
                .eq_ignore_ascii_case("nan")
        });
        if is_nan {
            return Ok(None);
        }
        Err(self.bad_value(item, fault, meaning))
    }

    /// Returns an integer of 32 bits, `None` if missing.
    pub(super) fn integer32(
        &self,
        item: usize,
        meaning: &str,
    ) -> Result<Option<i32>, MoleculeError> {
        self.integer(item, meaning)?
            .map(|number| {
                i32::try_from(number)
                    .map_err(|_| self.bad_value(item, "not an integer of 32 bits", meaning))
            })
            .transpose()
    }

    /// Creates the error for a value that its item does not allow.
    pub(super) fn bad_value(&self, item: usize, fault: &str, meaning: &str) -> MoleculeError {
        let value = self.row.text(item).unwrap_or_default();
        let shown: String = value.chars().take(40).collect();
        let dots = if shown.len() < value.len() { "…" } else { "" };
        let name = self.category.items()[item];
        self.syntax(
            &format!(
                "_{}.{name} holds \"{shown}{dots}\", which is {fault}",
                self.category.name()
            ),
            &format!("give {meaning}"),
        )
    }

    /// Creates a syntax error about this row.
    pub(super) fn syntax(&self, problem: &str, remedy: &str) -> MoleculeError {
        let place = self.row.place();
        MoleculeError::Syntax {
            location: place.location(self.file),
            problem: format!("{}{problem}", place.prefix()),
            remedy: remedy.to_owned(),
        }
    }

    /// Creates an error about a limit that this row exceeds.
    pub(super) fn limit(&self, problem: &str, remedy: &str) -> MoleculeError {
        let place = self.row.place();
        MoleculeError::Limit {
            location: place.location(self.file),
            problem: format!("{}{problem}", place.prefix()),
            remedy: remedy.to_owned(),
        }
    }
}

/// Creates the error for more atoms than the limit.
pub(super) fn too_many_atoms(file: &str, place: Place, limit: usize) -> MoleculeError {
    MoleculeError::Limit {
        location: place.location(file),
        problem: format!("{}the model has more than {limit} atoms", place.prefix()),
        remedy: "give a smaller structure or raise the limit of atoms".to_owned(),
    }
}
