//! PDBx/mmCIF and core CIF text.
//!
//! The tokens are read in one pass; rows of the categories in [`super::cif`] are passed on one at a
//! time.

mod tokenizer;

use std::borrow::Cow;

use self::tokenizer::{Token, Tokenizer};
use super::cif::{
    BlockBuilder, Category, NotANumber, OtherContent, Place, Row, parse_integer, parse_real,
};
use super::options::ReadOptions;
use super::text::warning;
use crate::MoleculeError;
use crate::diagnostics::RepeatedWarning;
use crate::raw::RawModel;

/// Largest number of items of a category.
const MAX_ITEMS: usize = 32;

/// One row of text, with cells in the order of the items of the category.
#[derive(Debug, Clone, Copy)]
struct TextRow<'a> {
    cells: [Option<&'a [u8]>; MAX_ITEMS],
    /// Bit `i` is set if the category has item `i`.
    columns: u32,
    line: u64,
}

impl TextRow<'_> {
    const EMPTY: Self = Self {
        cells: [None; MAX_ITEMS],
        columns: 0,
        line: 0,
    };

    fn value(&self, item: usize) -> Option<&[u8]> {
        self.cells[item].filter(|value| !value.is_empty())
    }
}

impl Row for TextRow<'_> {
    fn has(&self, item: usize) -> bool {
        self.columns & (1 << item) != 0
    }

    fn text(&self, item: usize) -> Option<Cow<'_, str>> {
        self.value(item).map(String::from_utf8_lossy)
    }

    fn integer(&self, item: usize) -> Result<Option<i64>, NotANumber> {
        self.value(item).map(parse_integer).transpose()
    }

    fn real(&self, item: usize) -> Result<Option<f64>, NotANumber> {
        self.value(item).map(parse_real).transpose()
    }

    fn place(&self) -> Place {
        Place::Line(self.line)
    }
}

/// Reads the data block that [`BlockBuilder`] chooses. `file` is used only in messages.
pub(super) fn parse(
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<RawModel, MoleculeError> {
    Parser {
        file,
        tokens: Tokenizer::new(file, bytes),
        builder: BlockBuilder::new(file, options),
        singles: [TextRow::EMPTY; Category::ALL.len()],
        in_block: false,
        in_frame: false,
        unquoted: RepeatedWarning::default(),
    }
    .run()
}

struct Parser<'a> {
    file: &'a str,
    tokens: Tokenizer<'a>,
    builder: BlockBuilder<'a>,
    /// Rows outside of loops, item by item, one for each category.
    singles: [TextRow<'a>; Category::ALL.len()],
    in_block: bool,
    /// True inside a save frame, which holds a definition instead of data.
    in_frame: bool,
    /// Values that begin with an underscore and have no quotes.
    unquoted: RepeatedWarning,
}

impl<'a> Parser<'a> {
    fn run(mut self) -> Result<RawModel, MoleculeError> {
        let mut warnings = Vec::new();
        if let Err(error) = self.read_blocks() {
            // What follows the structure is not needed: a fault there does not make it unreadable.
            if !self.builder.has_structure() {
                return Err(error);
            }
            warnings.push(warning(
                self.file,
                0,
                format!("what follows the data block with the atoms is left out: {error}"),
            ));
        }
        self.unquoted
            .report(self.file, "it is read as a value", &mut warnings);
        let mut model = self.builder.finish()?;
        model.warnings.append(&mut warnings);
        Ok(model)
    }

    fn read_blocks(&mut self) -> Result<(), MoleculeError> {
        let mut token = self.tokens.next()?;
        loop {
            token = match token {
                Token::End => return self.finish_block(),
                Token::Data(_) | Token::Global => {
                    // A section `global_` of older libraries holds their name and version. It is
                    // read as a data block: the values that it sets for all others are not needed.
                    let name = match token {
                        Token::Data(name) => name,
                        _ => b"global_",
                    };
                    self.finish_block()?;
                    self.builder.begin_block(name);
                    self.in_block = true;
                    self.in_frame = false;
                    self.tokens.next()?
                }
                Token::Save(name) => {
                    self.in_frame = !name.is_empty();
                    self.tokens.next()?
                }
                Token::Loop => self.read_loop()?,
                Token::Tag(tag) => self.single(tag)?,
                Token::Value(value) => return Err(self.stray(value)),
            };
        }
    }

    /// Ends a block, and passes on the rows outside of loops.
    fn finish_block(&mut self) -> Result<(), MoleculeError> {
        for category in Category::ALL {
            let row = std::mem::replace(&mut self.singles[category as usize], TextRow::EMPTY);
            if row.columns != 0 {
                self.builder.row(category, &row)?;
            }
        }
        self.builder.finish_block()
    }

    /// Returns category and item of a data name, if it is read.
    fn wanted(&mut self, tag: &[u8]) -> Result<Option<(Category, usize)>, MoleculeError> {
        if !self.in_block {
            return Err(self.tokens.error(
                self.tokens.token_line(),
                "data before the first data block",
                "begin the file with a line like data_1ABC",
            ));
        }
        if self.in_frame {
            return Ok(None);
        }
        Ok(Category::from_tag(tag))
    }

    /// Returns the value of a data name that stands where only a value can be: within a line, after
    /// other values of its row. `None` if it may be a data name.
    #[cold]
    fn unquoted_value(&mut self, token: Token<'a>) -> Option<&'a [u8]> {
        let Token::Tag(word) = token else {
            return None;
        };
        if word.contains(&b'.') || self.tokens.begins_line(word) {
            return None;
        }
        let line = u32::try_from(self.tokens.token_line()).unwrap_or(u32::MAX);
        self.unquoted.note(line, || {
            format!(
                "the value {} begins with an underscore and has no quotes",
                show(word)
            )
        });
        Some(word)
    }

    /// Reads a data name and its value.
    fn single(&mut self, tag: &'a [u8]) -> Result<Token<'a>, MoleculeError> {
        let line = self.tokens.token_line();
        let wanted = self.wanted(tag)?;
        let value = match self.tokens.next()? {
            Token::Value(value) => value,
            other => match self.unquoted_value(other) {
                Some(word) => Some(word),
                None => {
                    return Err(self.tokens.error(
                        line,
                        format!("{} has no value", show(tag)),
                        "give one after the data name; a missing value is written ?",
                    ));
                }
            },
        };
        if wanted.is_none()
            && let Some(content) = OtherContent::from_name(tag)
        {
            // One row is counted at its id, however many items it has.
            let is_id = tag
                .rsplit(|byte| *byte == b'.')
                .next()
                .is_some_and(|item| item.eq_ignore_ascii_case(b"id"));
            self.builder.note_other(content, u64::from(is_id));
        }
        if let Some((category, item)) = wanted {
            let row = &mut self.singles[category as usize];
            if row.has(item) {
                return Err(self.given_twice(line, tag));
            }
            if row.columns == 0 {
                row.line = line;
            }
            row.columns |= 1 << item;
            row.cells[item] = value;
        }
        self.tokens.next()
    }

    /// Reads a loop: data names, then rows of values. Returns the token after it.
    fn read_loop(&mut self) -> Result<Token<'a>, MoleculeError> {
        let loop_line = self.tokens.token_line();
        // Item of each column. The category of a loop is that of its first data name that is read.
        let mut slots: Vec<Option<usize>> = Vec::new();
        let mut category = None;
        let mut other_content = None;
        let mut row = TextRow::EMPTY;
        let mut token = self.tokens.next()?;
        while let Token::Tag(tag) = token {
            other_content = other_content.or_else(|| OtherContent::from_name(tag));
            let slot = match self.wanted(tag)? {
                Some((found, item)) if found == *category.get_or_insert(found) => {
                    if row.has(item) {
                        return Err(self.given_twice(self.tokens.token_line(), tag));
                    }
                    row.columns |= 1 << item;
                    Some(item)
                }
                _ => None,
            };
            slots.push(slot);
            token = self.tokens.next()?;
        }
        if slots.is_empty() {
            return Err(self.tokens.error(
                loop_line,
                "loop_ is not followed by data names",
                "list the loop's data names, then its values",
            ));
        }
        loop {
            row.line = self.tokens.token_line();
            for (column, slot) in slots.iter().enumerate() {
                let value = match token {
                    Token::Value(value) => value,
                    _ if column == 0 => {
                        return Ok(token);
                    }
                    _ => {
                        let Some(word) = self.unquoted_value(token) else {
                            let columns = slots.len();
                            return Err(
                                self.cut_short(row.line, loop_line, column, columns, category)
                            );
                        };
                        Some(word)
                    }
                };
                if let Some(item) = slot {
                    row.cells[*item] = value;
                }
                token = self.tokens.next()?;
            }
            if let Some(category) = category {
                self.builder.row(category, &row)?;
            } else if let Some(content) = other_content {
                self.builder.note_other(content, 1);
            }
        }
    }

    fn cut_short(
        &self,
        line: u64,
        loop_line: u64,
        have: usize,
        columns: usize,
        category: Option<Category>,
    ) -> MoleculeError {
        let of = category.map_or(String::new(), |c| format!(" of _{}", c.name()));
        self.tokens.error(
            line,
            format!(
                "the last row{of} has {have} value(s), but the loop of line {loop_line} has {columns} data names"
            ),
            format!("give {columns} values in every row; a missing one is written ?"),
        )
    }

    fn given_twice(&self, line: u64, tag: &[u8]) -> MoleculeError {
        self.tokens.error(
            line,
            format!("{} is given twice in the data block", show(tag)),
            "give each data name once, in a loop if it has several values",
        )
    }

    fn stray(&self, value: Option<&[u8]>) -> MoleculeError {
        self.tokens.error(
            self.tokens.token_line(),
            format!(
                "the value \"{}\" has no data name",
                show(value.unwrap_or(b"?"))
            ),
            "write a data name before it, or put quotes around a value with spaces",
        )
    }
}

/// Truncates a name or value for a message.
fn show(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(60)]);
    text.chars().take(40).collect()
}

#[cfg(test)]
mod tests;
