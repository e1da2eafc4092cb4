//! Rows of a category, and errors about them.

use std::borrow::Cow;

use smol_str::SmolStr;

use super::category::Category;
use crate::{Location, MoleculeError};

/// One row of a category. An item is an index into the list of names of the row's [`Category`].
pub(crate) trait Row {
    /// True when the category has a column of this item at all.
    fn has(&self, item: usize) -> bool;

    /// The value as text; `None` where the column is absent or the value is missing (`?`, `.`,
    /// empty).
    fn text(&self, item: usize) -> Option<Cow<'_, str>>;

    /// The value as a name to keep; `None` as for [`Row::text`]. Rows whose texts are shared share
    /// them here too.
    fn name(&self, item: usize) -> Option<SmolStr> {
        self.text(item).map(SmolStr::new)
    }

    /// The value as an integer; `None` as for [`Row::text`].
    fn integer(&self, item: usize) -> Result<Option<i64>, NotANumber>;

    /// The value as a real number, without its standard uncertainty; finite; `None` as for
    /// [`Row::text`].
    fn real(&self, item: usize) -> Result<Option<f64>, NotANumber>;

    /// Where the row stands.
    fn place(&self) -> Place;
}

/// A value that should be a number is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct NotANumber;

/// Where a row stands: text has lines, BinaryCIF only row numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// Line of the row's first value, counted from 1.
    Line(u64),
    /// Row of the category, counted from 1.
    Row(u64),
}

impl Place {
    /// Text before a message that names the row where there is no line: `row 3: `, else empty.
    pub(super) fn prefix(self) -> String {
        match self {
            Self::Line(_) => String::new(),
            Self::Row(row) => format!("row {row}: "),
        }
    }

    /// The place as errors and warnings give it.
    fn location(self, file: &str) -> Location {
        match self {
            Self::Line(line) => Location::line(file, line),
            Self::Row(_) => Location::file(file),
        }
    }

    /// The line as [`crate::raw::RawAtom::line`] stores it; 0 where there is none.
    pub(crate) fn line(self) -> u32 {
        match self {
            Self::Line(line) => u32::try_from(line).unwrap_or(u32::MAX),
            Self::Row(_) => 0,
        }
    }
}

/// A row together with what messages about it need.
#[derive(Debug)]
pub(super) struct RowContext<'a, R> {
    pub(super) file: &'a str,
    pub(super) category: Category,
    pub(super) row: &'a R,
}

impl<R: Row> RowContext<'_, R> {
    /// A real number, `None` where missing. `meaning` ends the sentence "give …".
    pub(super) fn real(&self, item: usize, meaning: &str) -> Result<Option<f64>, MoleculeError> {
        self.row
            .real(item)
            .map_err(|_| self.bad_value(item, "no number", meaning))
    }

    /// An integer, `None` where missing.
    pub(super) fn integer(&self, item: usize, meaning: &str) -> Result<Option<i64>, MoleculeError> {
        self.row
            .integer(item)
            .map_err(|_| self.bad_value(item, "no integer", meaning))
    }

    /// An integer of 32 bits, `None` where missing.
    pub(super) fn integer32(
        &self,
        item: usize,
        meaning: &str,
    ) -> Result<Option<i32>, MoleculeError> {
        self.integer(item, meaning)?
            .map(|number| {
                i32::try_from(number)
                    .map_err(|_| self.bad_value(item, "no integer of 32 bits", meaning))
            })
            .transpose()
    }

    /// The error for a value that is not what its item asks for.
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

    /// An error about this row.
    pub(super) fn syntax(&self, problem: &str, remedy: &str) -> MoleculeError {
        let place = self.row.place();
        MoleculeError::Syntax {
            location: place.location(self.file),
            problem: format!("{}{problem}", place.prefix()),
            remedy: remedy.to_owned(),
        }
    }
}

/// The error for more atoms than the limit allows.
pub(super) fn too_many_atoms(file: &str, place: Place, limit: usize) -> MoleculeError {
    MoleculeError::Limit {
        location: place.location(file),
        problem: format!("{}the model has more than {limit} atoms", place.prefix()),
        remedy: "give a smaller structure or raise the limit of atoms".to_owned(),
    }
}
