//! Hashes the rows of a table, whatever compression, pages and encodings its file has.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::{Cell, Column, ColumnKind, read_rows};
use crate::error::DatasetError;
use crate::files::hex;

/// SHA-256 of rows: of each cell, the number of its values or bytes (64 bits, little-endian), then
/// these; numbers have 32 bits, a picture is its path and its bytes.
#[derive(Debug, Default)]
pub(super) struct RowsHash(Sha256);

impl RowsHash {
    /// Adds a row.
    pub(super) fn add(&mut self, row: &[Cell]) {
        for cell in row {
            self.add_cell(cell);
        }
    }

    fn add_cell(&mut self, cell: &Cell) {
        match cell {
            Cell::Text(text) => self.add_bytes(text.as_bytes()),
            Cell::Texts(texts) => {
                self.add_length(texts.len());
                for text in texts {
                    self.add_bytes(text.as_bytes());
                }
            }
            Cell::Floats(numbers) => {
                self.add_length(numbers.len());
                for number in numbers {
                    // The bits of NaN are not kept by all tools.
                    let number = if number.is_nan() { f32::NAN } else { *number };
                    self.0.update(number.to_le_bytes());
                }
            }
            Cell::Numbers(numbers) => {
                self.add_length(numbers.len());
                for number in numbers {
                    self.0.update(number.to_le_bytes());
                }
            }
            Cell::Image(image) => {
                self.add_bytes(image.path.as_bytes());
                self.add_bytes(&image.bytes);
            }
            Cell::Images(images) => {
                self.add_length(images.len());
                for image in images {
                    self.add_bytes(image.path.as_bytes());
                    self.add_bytes(&image.bytes);
                }
            }
        }
    }

    fn add_length(&mut self, length: usize) {
        self.0.update((length as u64).to_le_bytes());
    }

    fn add_bytes(&mut self, bytes: &[u8]) {
        self.add_length(bytes.len());
        self.0.update(bytes);
    }

    /// Returns the hash in lower-case hexadecimal digits.
    pub(super) fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

/// Computes the hash of the rows of a table, that of `FileEntry::rows_sha256`.
///
/// # Errors
/// When the file is not a table with these columns.
pub fn hash_rows(path: &Path, columns: &[Column]) -> Result<String, DatasetError> {
    let mut hash = RowsHash::default();
    for row in read_rows(path)? {
        let row = row?;
        for (name, kind) in columns {
            hash.add_cell(&match kind {
                ColumnKind::Text => Cell::Text(row.text(name)?),
                ColumnKind::Texts | ColumnKind::LongTexts => Cell::Texts(row.texts(name)?),
                ColumnKind::Floats => Cell::Floats(row.floats(name)?),
                ColumnKind::Numbers => Cell::Numbers(row.numbers(name)?),
                ColumnKind::Image => Cell::Image(row.image(name)?),
                ColumnKind::Images => Cell::Images(row.images(name)?),
            });
        }
    }
    Ok(hash.finish())
}
