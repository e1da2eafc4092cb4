//! Reads rows and pictures of Parquet files.

use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::column::reader::ColumnReader;
use parquet::data_type::ByteArray;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row as Fields};
use parquet::schema::types::Type;

use super::ImageFile;
use crate::error::DatasetError;

/// A row of a table.
#[derive(Debug)]
pub struct Row {
    path: PathBuf,
    fields: Fields,
}

/// Reads all rows of a table, with one row group in memory at a time.
///
/// # Errors
/// When the file cannot be opened or is not a table; each item, when its row is invalid.
pub fn read_rows(
    path: &Path,
) -> Result<impl Iterator<Item = Result<Row, DatasetError>> + use<>, DatasetError> {
    read_columns(path, &[])
}

/// Reads some columns of all rows; an empty list means all columns.
///
/// # Errors
/// As [`read_rows`].
pub fn read_columns(
    path: &Path,
    columns: &[&str],
) -> Result<impl Iterator<Item = Result<Row, DatasetError>> + use<>, DatasetError> {
    let file = File::open(path).map_err(DatasetError::file(path))?;
    let invalid = |error| invalid_table(path, &error);
    let reader = SerializedFileReader::new(file).map_err(invalid)?;
    let projection = (!columns.is_empty())
        .then(|| {
            let schema = reader.metadata().file_metadata().schema();
            let fields = schema
                .get_fields()
                .iter()
                .filter(|field| columns.contains(&field.name()))
                .cloned()
                .collect();
            Type::group_type_builder(schema.name())
                .with_fields(fields)
                .build()
        })
        .transpose()
        .map_err(invalid)?;
    let rows = RowIter::from_file_into(Box::new(reader))
        .project(projection)
        .map_err(invalid)?;
    let path = path.to_owned();
    Ok(rows.map(move |row| match row {
        Ok(fields) => Ok(Row {
            path: path.clone(),
            fields,
        }),
        Err(error) => Err(invalid_table(&path, &error)),
    }))
}

fn invalid_table(path: &Path, error: &ParquetError) -> DatasetError {
    DatasetError::content(path, format!("is not a valid table: {error}"))
}

/// Reads pictures of any rows of a table; only the pages that have them are read.
pub struct ImageColumnReader {
    path: PathBuf,
    reader: SerializedFileReader<File>,
    /// Index of the leaf column with the bytes of the pictures.
    column: usize,
    /// Index of the first row of each row group, and the number of all rows at the end.
    first_rows: Vec<usize>,
}

impl std::fmt::Debug for ImageColumnReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ImageColumnReader")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl ImageColumnReader {
    /// Opens the column `image` of a table.
    ///
    /// # Errors
    /// When the file cannot be opened or has no such column.
    pub fn open(path: &Path) -> Result<Self, DatasetError> {
        let file = File::open(path).map_err(DatasetError::file(path))?;
        let invalid = |error| invalid_table(path, &error);
        let reader = SerializedFileReader::new(file).map_err(invalid)?;
        let metadata = reader.metadata();
        let leaves = metadata.file_metadata().schema_descr();
        let column = (0..leaves.num_columns())
            .find(|index| leaves.column(*index).path().string() == "image.bytes")
            .ok_or_else(|| DatasetError::content(path, "has no column \"image\""))?;
        let mut first_rows = vec![0];
        let mut rows = 0;
        for group in metadata.row_groups() {
            rows += usize::try_from(group.num_rows()).unwrap_or(0);
            first_rows.push(rows);
        }
        Ok(Self {
            path: path.to_owned(),
            reader,
            column,
            first_rows,
        })
    }

    /// Reads the pictures of at most `count` rows, starting at `row` and within its row group.
    ///
    /// # Errors
    /// When the row does not exist or cannot be read.
    pub fn pictures(&self, row: usize, count: usize) -> Result<Vec<Vec<u8>>, DatasetError> {
        let invalid = |error| invalid_table(&self.path, &error);
        let missing = || DatasetError::content(&self.path, format!("has no row {row}"));
        let group = self.first_rows.partition_point(|first| *first <= row);
        let group = group.checked_sub(1).ok_or_else(missing)?;
        let end = *self.first_rows.get(group + 1).ok_or_else(missing)?;
        let wanted = count.min(end - row);
        let columns = self.reader.get_row_group(group).map_err(invalid)?;
        let ColumnReader::ByteArrayColumnReader(mut column) =
            columns.get_column_reader(self.column).map_err(invalid)?
        else {
            return Err(missing());
        };
        let skipped = row - self.first_rows[group];
        if column.skip_records(skipped).map_err(invalid)? != skipped {
            return Err(missing());
        }
        let mut values: Vec<ByteArray> = Vec::with_capacity(wanted);
        let mut levels = Vec::with_capacity(wanted);
        while values.len() < wanted {
            let (records, ..) = column
                .read_records(wanted - values.len(), Some(&mut levels), None, &mut values)
                .map_err(invalid)?;
            if records == 0 {
                return Err(missing());
            }
        }
        Ok(values.iter().map(|value| value.data().to_vec()).collect())
    }
}

impl Row {
    fn field(&self, name: &str) -> Result<&Field, DatasetError> {
        self.fields
            .get_column_iter()
            .find(|(column, _)| *column == name)
            .map(|(_, field)| field)
            .ok_or_else(|| DatasetError::content(&self.path, format!("has no column \"{name}\"")))
    }

    fn wrong(&self, name: &str) -> DatasetError {
        DatasetError::content(
            &self.path,
            format!("the column \"{name}\" has another type than expected"),
        )
    }

    /// Returns a text.
    ///
    /// # Errors
    /// When the column is missing or has another type, as for all columns.
    pub fn text(&self, name: &str) -> Result<String, DatasetError> {
        match self.field(name)? {
            Field::Str(text) => Ok(text.clone()),
            _ => Err(self.wrong(name)),
        }
    }

    fn list<T>(
        &self,
        name: &str,
        element: impl Fn(&Field) -> Option<T>,
    ) -> Result<Vec<T>, DatasetError> {
        match self.field(name)? {
            Field::ListInternal(list) => list
                .elements()
                .iter()
                .map(element)
                .collect::<Option<Vec<T>>>()
                .ok_or_else(|| self.wrong(name)),
            _ => Err(self.wrong(name)),
        }
    }

    /// Returns a list of texts.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn texts(&self, name: &str) -> Result<Vec<String>, DatasetError> {
        self.list(name, |field| match field {
            Field::Str(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// Returns a list of floating-point numbers.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn floats(&self, name: &str) -> Result<Vec<f32>, DatasetError> {
        self.list(name, |field| match field {
            Field::Float(number) => Some(*number),
            _ => None,
        })
    }

    /// Returns a list of whole numbers.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn numbers(&self, name: &str) -> Result<Vec<u32>, DatasetError> {
        self.list(name, |field| match field {
            Field::Int(number) => u32::try_from(*number).ok(),
            _ => None,
        })
    }

    /// Returns a picture.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn image(&self, name: &str) -> Result<ImageFile, DatasetError> {
        picture(self.field(name)?).ok_or_else(|| self.wrong(name))
    }

    /// Returns a list of pictures.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn images(&self, name: &str) -> Result<Vec<ImageFile>, DatasetError> {
        self.list(name, picture)
    }
}

fn picture(field: &Field) -> Option<ImageFile> {
    let Field::Group(group) = field else {
        return None;
    };
    let mut image = ImageFile::default();
    for (name, field) in group.get_column_iter() {
        match (name.as_str(), field) {
            ("bytes", Field::Bytes(bytes)) => image.bytes = bytes.data().to_vec(),
            ("path", Field::Str(path)) => image.path.clone_from(path),
            _ => return None,
        }
    }
    Some(image)
}
