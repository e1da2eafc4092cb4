//! Writes rows to Parquet files.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parquet::basic::{Compression, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DataType, FloatType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use parquet::schema::types::ColumnPath;
use serde_json::json;

use super::rows::RowsHash;
use super::{Cell, Column, ColumnKind, features, schema};
use crate::error::DatasetError;
use crate::files::{AtomicFile, FileDigest};
use crate::record::GENERATOR;

/// Limit of bytes per row group; readers keep one group in memory.
const GROUP_BYTES: usize = 32 << 20;
/// Limit of rows per row group.
const GROUP_ROWS: usize = 1000;

/// Writes a table; the file gets its final name when it is complete.
#[derive(Debug)]
pub struct TableWriter {
    path: PathBuf,
    columns: Vec<Column>,
    writer: Option<SerializedFileWriter<AtomicFile>>,
    rows: Vec<Vec<Cell>>,
    bytes: usize,
    /// Number and hash of all rows.
    count: usize,
    hash: RowsHash,
}

/// Size and hashes of a complete table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableDigest {
    /// Size and hash of the file.
    pub file: FileDigest,
    /// Number of rows.
    pub rows: usize,
    /// SHA-256 of the rows, the same for any compression of the file (see [`super::hash_rows`]).
    pub rows_sha256: String,
}

impl TableWriter {
    /// Creates a table.
    ///
    /// # Errors
    /// When the disk cannot be written.
    pub fn create(path: &Path, columns: &[Column]) -> Result<Self, DatasetError> {
        Self::create_compressed(path, columns, Compression::UNCOMPRESSED)
    }

    /// Creates a table whose pages are compressed.
    pub(super) fn create_compressed(
        path: &Path,
        columns: &[Column],
        compression: Compression,
    ) -> Result<Self, DatasetError> {
        let invalid = |error| DatasetError::table(path, error);
        let schema = parse_message_type(&schema(columns)).map_err(invalid)?;
        let info = json!({"info": {"features": features(columns)}}).to_string();
        let mut properties = WriterProperties::builder()
            .set_created_by(GENERATOR.to_owned())
            .set_compression(compression)
            .set_statistics_enabled(EnabledStatistics::None)
            .set_offset_index_disabled(true)
            .set_key_value_metadata(Some(vec![KeyValue::new("huggingface".to_owned(), info)]));
        for (name, kind) in columns {
            // A picture is stored once, so a dictionary of pictures would be useless.
            let leaf: &[&str] = match kind {
                ColumnKind::Image => &["bytes"],
                ColumnKind::Images => &["list", "element", "bytes"],
                ColumnKind::Floats | ColumnKind::LongTexts => &["list", "element"],
                _ => continue,
            };
            let mut path = vec![(*name).to_owned()];
            path.extend(leaf.iter().map(|part| (*part).to_owned()));
            let path = ColumnPath::new(path);
            if *kind == ColumnKind::LongTexts {
                let level = Compression::ZSTD(ZstdLevel::default());
                properties = properties.set_column_compression(path.clone(), level);
            }
            properties = properties.set_column_dictionary_enabled(path, false);
        }
        let file = AtomicFile::create(path)?;
        let writer =
            SerializedFileWriter::new(file, Arc::new(schema), Arc::new(properties.build()))
                .map_err(invalid)?;
        Ok(Self {
            path: path.to_owned(),
            columns: columns.to_vec(),
            writer: Some(writer),
            rows: Vec::new(),
            bytes: 0,
            count: 0,
            hash: RowsHash::default(),
        })
    }

    /// Adds a row: one cell per column, of the column's kind.
    ///
    /// # Errors
    /// When the disk cannot be written.
    pub fn push(&mut self, row: Vec<Cell>) -> Result<(), DatasetError> {
        self.bytes += row.iter().map(size).sum::<usize>();
        self.count += 1;
        self.hash.add(&row);
        self.rows.push(row);
        if self.bytes >= GROUP_BYTES || self.rows.len() >= GROUP_ROWS {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), DatasetError> {
        if self.rows.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.rows);
        self.bytes = 0;
        let mut columns: Vec<Vec<Cell>> = self.columns.iter().map(|_| Vec::new()).collect();
        for row in rows {
            for (column, cell) in columns.iter_mut().zip(row) {
                column.push(cell);
            }
        }
        let written = self.writer.as_mut().map_or(Ok(()), |writer| {
            let mut group = writer.next_row_group()?;
            for column in columns {
                write_column(&mut group, column)?;
            }
            group.close()?;
            Ok(())
        });
        written.map_err(|error| DatasetError::table(&self.path, error))
    }

    /// Writes the remaining rows and gives the file its final name.
    ///
    /// # Errors
    /// When the disk cannot be written.
    pub fn finish(mut self) -> Result<TableDigest, DatasetError> {
        self.flush()?;
        let Some(writer) = self.writer.take() else {
            return Err(DatasetError::content(&self.path, "is already complete"));
        };
        let file = writer
            .into_inner()
            .map_err(|error| DatasetError::table(&self.path, error))?
            .finish()?;
        Ok(TableDigest {
            file,
            rows: self.count,
            rows_sha256: self.hash.finish(),
        })
    }
}

/// Returns the size of a cell in bytes.
fn size(cell: &Cell) -> usize {
    match cell {
        Cell::Text(text) => text.len(),
        Cell::Texts(texts) => texts.iter().map(String::len).sum(),
        Cell::Floats(numbers) => numbers.len() * 4,
        Cell::Numbers(numbers) => numbers.len() * 4,
        Cell::Image(image) => image.bytes.len(),
        Cell::Images(images) => images.iter().map(|image| image.bytes.len()).sum(),
    }
}

/// Values of one leaf column, with the levels that assign them to lists.
struct Leaf<T> {
    values: Vec<T>,
    /// Definition and repetition levels; `None` for a column without lists.
    levels: Option<(Vec<i16>, Vec<i16>)>,
}

impl<T> Leaf<T> {
    /// Makes a column of optional values, nested `depth` levels deep, that are all present.
    fn all_present(values: Vec<T>, depth: i16) -> Self {
        let levels = Some((vec![depth; values.len()], vec![0; values.len()]));
        Self { values, levels }
    }

    fn flat(values: Vec<T>) -> Self {
        Self {
            values,
            levels: None,
        }
    }

    fn lists(lists: impl IntoIterator<Item = Vec<T>>) -> Self {
        Self::lists_of(lists, 0, 1)
    }

    /// Makes a column of lists, given the levels of an empty list and of a value.
    fn lists_of(lists: impl IntoIterator<Item = Vec<T>>, empty: i16, present: i16) -> Self {
        let (mut values, mut definition, mut repetition) = (Vec::new(), Vec::new(), Vec::new());
        for list in lists {
            if list.is_empty() {
                definition.push(empty);
                repetition.push(0);
            }
            for (index, value) in list.into_iter().enumerate() {
                definition.push(present);
                repetition.push(i16::from(index > 0));
                values.push(value);
            }
        }
        Self {
            values,
            levels: Some((definition, repetition)),
        }
    }
}

type Group<'a> = SerializedRowGroupWriter<'a, AtomicFile>;

fn write_leaf<T: DataType>(group: &mut Group<'_>, leaf: &Leaf<T::T>) -> Result<(), ParquetError> {
    let Some(mut column) = group.next_column()? else {
        return Err(ParquetError::General(
            "the schema has no such column".into(),
        ));
    };
    let (definition, repetition) = match &leaf.levels {
        Some((definition, repetition)) => {
            (Some(definition.as_slice()), Some(repetition.as_slice()))
        }
        None => (None, None),
    };
    column
        .typed::<T>()
        .write_batch(&leaf.values, definition, repetition)?;
    column.close()
}

/// Writes the cells of one column of a row group; they are all of one kind.
fn write_column(group: &mut Group<'_>, cells: Vec<Cell>) -> Result<(), ParquetError> {
    let text = |text: String| ByteArray::from(text.into_bytes());
    match cells.first() {
        None => Ok(()),
        Some(Cell::Text(_)) => {
            let values = cells.into_iter().filter_map(|cell| match cell {
                Cell::Text(value) => Some(text(value)),
                _ => None,
            });
            write_leaf::<ByteArrayType>(group, &Leaf::flat(values.collect()))
        }
        Some(Cell::Texts(_)) => {
            let lists = cells.into_iter().filter_map(|cell| match cell {
                Cell::Texts(values) => Some(values.into_iter().map(text).collect()),
                _ => None,
            });
            write_leaf::<ByteArrayType>(group, &Leaf::lists(lists))
        }
        Some(Cell::Floats(_)) => {
            let lists = cells.into_iter().filter_map(|cell| match cell {
                Cell::Floats(values) => Some(values),
                _ => None,
            });
            write_leaf::<FloatType>(group, &Leaf::lists(lists))
        }
        Some(Cell::Numbers(_)) => {
            let lists = cells.into_iter().filter_map(|cell| match cell {
                Cell::Numbers(values) => Some(values.into_iter().map(|n| n as i32).collect()),
                _ => None,
            });
            write_leaf::<Int32Type>(group, &Leaf::lists(lists))
        }
        Some(Cell::Image(_)) => {
            let (bytes, paths): (Vec<ByteArray>, Vec<ByteArray>) = cells
                .into_iter()
                .filter_map(|cell| match cell {
                    Cell::Image(image) => Some((ByteArray::from(image.bytes), text(image.path))),
                    _ => None,
                })
                .unzip();
            write_leaf::<ByteArrayType>(group, &Leaf::all_present(bytes, 2))?;
            write_leaf::<ByteArrayType>(group, &Leaf::all_present(paths, 2))
        }
        Some(Cell::Images(_)) => {
            let (bytes, paths): (Vec<Vec<ByteArray>>, Vec<Vec<ByteArray>>) = cells
                .into_iter()
                .filter_map(|cell| match cell {
                    Cell::Images(images) => Some(
                        images
                            .into_iter()
                            .map(|image| (ByteArray::from(image.bytes), text(image.path)))
                            .unzip(),
                    ),
                    _ => None,
                })
                .unzip();
            write_leaf::<ByteArrayType>(group, &Leaf::lists_of(bytes, 1, 4))?;
            write_leaf::<ByteArrayType>(group, &Leaf::lists_of(paths, 1, 4))
        }
    }
}
