//! Rows of a Parquet file.

use std::fs::File;
use std::path::{Path, PathBuf};

use parquet::column::reader::ColumnReader;
use parquet::data_type::ByteArray;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::reader::RowIter;
use parquet::record::{Field, Row as Fields};
use parquet::schema::types::Type;

use super::Picture;
use crate::error::DatasetError;

/// A row that was read.
#[derive(Debug)]
pub struct Row {
    path: PathBuf,
    fields: Fields,
}

/// Reads all rows of a table, one group of them in memory at a time.
///
/// # Errors
/// When it cannot be opened or is no table; each row, when it cannot be read.
pub fn rows(
    path: &Path,
) -> Result<impl Iterator<Item = Result<Row, DatasetError>> + use<>, DatasetError> {
    rows_of(path, &[])
}

/// As [`rows`], with some columns alone; none named means all.
///
/// # Errors
/// As [`rows`].
pub fn rows_of(
    path: &Path,
    columns: &[&str],
) -> Result<impl Iterator<Item = Result<Row, DatasetError>> + use<>, DatasetError> {
    let file = File::open(path).map_err(DatasetError::file(path))?;
    let fault = |error| DatasetError::content(path, format!("is no sound table: {error}"));
    let reader = SerializedFileReader::new(file).map_err(fault)?;
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
        .map_err(fault)?;
    let rows = RowIter::from_file_into(Box::new(reader))
        .project(projection)
        .map_err(fault)?;
    let path = path.to_owned();
    Ok(rows.map(move |row| match row {
        Ok(fields) => Ok(Row {
            path: path.clone(),
            fields,
        }),
        Err(error) => Err(DatasetError::content(
            &path,
            format!("is no sound table: {error}"),
        )),
    }))
}

/// A table that pictures are taken from, wherever they stand: only the pages that have them are
/// read.
pub struct PictureFile {
    path: PathBuf,
    reader: SerializedFileReader<File>,
    /// Number of the column with the pictures' bytes among those of a group.
    column: usize,
    /// Number of the first row of each group, and of all rows at the end.
    first_rows: Vec<usize>,
}

impl std::fmt::Debug for PictureFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PictureFile")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

impl PictureFile {
    /// Opens the column `image` of a table.
    ///
    /// # Errors
    /// When it cannot be opened, or has no such column.
    pub fn open(path: &Path) -> Result<Self, DatasetError> {
        let file = File::open(path).map_err(DatasetError::file(path))?;
        let fault = |error| DatasetError::content(path, format!("is no sound table: {error}"));
        let reader = SerializedFileReader::new(file).map_err(fault)?;
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

    /// The pictures of at most `count` rows from one on, as far as its group goes.
    ///
    /// # Errors
    /// When there is no such row, or it cannot be read.
    pub fn pictures(&self, row: usize, count: usize) -> Result<Vec<Vec<u8>>, DatasetError> {
        let fault =
            |error| DatasetError::content(&self.path, format!("is no sound table: {error}"));
        let missing = || DatasetError::content(&self.path, format!("has no row {row}"));
        let group = self.first_rows.partition_point(|first| *first <= row);
        let group = group.checked_sub(1).ok_or_else(missing)?;
        let end = *self.first_rows.get(group + 1).ok_or_else(missing)?;
        let wanted = count.min(end - row);
        let columns = self.reader.get_row_group(group).map_err(fault)?;
        let ColumnReader::ByteArrayColumnReader(mut column) =
            columns.get_column_reader(self.column).map_err(fault)?
        else {
            return Err(missing());
        };
        let skipped = row - self.first_rows[group];
        if column.skip_records(skipped).map_err(fault)? != skipped {
            return Err(missing());
        }
        let mut values: Vec<ByteArray> = Vec::with_capacity(wanted);
        let mut levels = Vec::with_capacity(wanted);
        while values.len() < wanted {
            let (records, ..) = column
                .read_records(wanted - values.len(), Some(&mut levels), None, &mut values)
                .map_err(fault)?;
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
            format!("the column \"{name}\" holds something else than it should"),
        )
    }

    /// A text.
    ///
    /// # Errors
    /// When the column is missing or holds something else; so for all others.
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

    /// A list of texts.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn texts(&self, name: &str) -> Result<Vec<String>, DatasetError> {
        self.list(name, |field| match field {
            Field::Str(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// A list of numbers.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn floats(&self, name: &str) -> Result<Vec<f32>, DatasetError> {
        self.list(name, |field| match field {
            Field::Float(number) => Some(*number),
            _ => None,
        })
    }

    /// A list of whole numbers.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn numbers(&self, name: &str) -> Result<Vec<u32>, DatasetError> {
        self.list(name, |field| match field {
            Field::Int(number) => u32::try_from(*number).ok(),
            _ => None,
        })
    }

    /// A picture.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn image(&self, name: &str) -> Result<Picture, DatasetError> {
        picture(self.field(name)?).ok_or_else(|| self.wrong(name))
    }

    /// A list of pictures.
    ///
    /// # Errors
    /// As [`Self::text`].
    pub fn images(&self, name: &str) -> Result<Vec<Picture>, DatasetError> {
        self.list(name, picture)
    }
}

fn picture(field: &Field) -> Option<Picture> {
    let Field::Group(group) = field else {
        return None;
    };
    let mut made = Picture::default();
    for (name, field) in group.get_column_iter() {
        match (name.as_str(), field) {
            ("bytes", Field::Bytes(bytes)) => made.bytes = bytes.data().to_vec(),
            ("path", Field::Str(path)) => made.path.clone_from(path),
            _ => return None,
        }
    }
    Some(made)
}
