//! BinaryCIF: the categories of mmCIF as encoded columns in MessagePack.

mod encoding;
mod message_pack;

use std::borrow::Cow;

use smol_str::SmolStr;

use self::encoding::{Array, Budget};
use self::message_pack::Value;
use super::cif::{
    BlockBuilder, Category, NotANumber, OtherContent, Place, Row, parse_integer, parse_real,
};
use super::options::ReadOptions;
use super::text::warning;
use crate::raw::RawModel;
use crate::{Location, MoleculeError};

/// Number of rows that even the smallest file may have.
const ROWS_OF_SMALL_FILES: usize = 65_536;

/// Values of `RunLength` arrays per atom of the limit: about two dozen columns of a row of
/// `_atom_site` are usually written so.
const EXPANDED_VALUES_PER_ATOM: usize = 32;

/// Columns of one category, in the order of its items.
struct Table<'a> {
    columns: Vec<Option<Column<'a>>>,
    rows: usize,
}

/// One decoded column.
struct Column<'a> {
    values: Array<'a>,
    /// 0 for a present value, 1 for `.`, 2 for `?`; `None` if all values are present.
    mask: Option<Vec<i32>>,
}

/// One row of a table.
struct TableRow<'t, 'a> {
    table: &'t Table<'a>,
    row: usize,
}

impl<'t, 'a> TableRow<'t, 'a> {
    /// Returns the column, unless it is absent or masked in this row.
    fn column(&self, item: usize) -> Option<&'t Array<'a>> {
        let column = self.table.columns[item].as_ref()?;
        let there = column.mask.as_ref().is_none_or(|mask| mask[self.row] == 0);
        there.then_some(&column.values)
    }
}

/// Converts a float without fraction to an integer.
fn whole(number: f64) -> Result<i64, NotANumber> {
    if number.fract() == 0.0 && number.abs() < 9e15 {
        Ok(number as i64)
    } else {
        Err(NotANumber)
    }
}

impl Row for TableRow<'_, '_> {
    fn has(&self, item: usize) -> bool {
        self.table.columns[item].is_some()
    }

    fn text(&self, item: usize) -> Option<Cow<'_, str>> {
        match self.column(item)? {
            Array::Int(values) => Some(Cow::Owned(values[self.row].to_string())),
            Array::Float(values) => Some(Cow::Owned(values[self.row].to_string())),
            Array::Text(texts) => texts
                .get(self.row)
                .filter(|text| !text.is_empty())
                .map(|text| Cow::Borrowed(text.as_str())),
            Array::Bytes(_) => None,
        }
    }

    fn name(&self, item: usize) -> Option<SmolStr> {
        match self.column(item)? {
            Array::Text(texts) => texts.get(self.row).filter(|text| !text.is_empty()).cloned(),
            _ => self.text(item).map(SmolStr::new),
        }
    }

    fn integer(&self, item: usize) -> Result<Option<i64>, NotANumber> {
        match self.column(item) {
            Some(Array::Int(values)) => Ok(Some(i64::from(values[self.row]))),
            Some(Array::Float(values)) => whole(values[self.row]).map(Some),
            _ => self
                .text(item)
                .map(|text| parse_integer(text.as_bytes()))
                .transpose(),
        }
    }

    fn real(&self, item: usize) -> Result<Option<f64>, NotANumber> {
        match self.column(item) {
            Some(Array::Int(values)) => Ok(Some(f64::from(values[self.row]))),
            Some(Array::Float(values)) => {
                let number = values[self.row];
                if number.is_finite() {
                    Ok(Some(number))
                } else {
                    Err(NotANumber)
                }
            }
            _ => self
                .text(item)
                .map(|text| parse_real(text.as_bytes()))
                .transpose(),
        }
    }

    fn place(&self) -> Place {
        Place::Row(self.row as u64 + 1)
    }
}

/// Reads the data block that [`BlockBuilder`] chooses. `file` is used only in messages.
pub(super) fn parse(
    file: &str,
    bytes: &[u8],
    options: &ReadOptions,
) -> Result<RawModel, MoleculeError> {
    let syntax = |problem: String| syntax(file, problem);
    let root = message_pack::decode(bytes)
        .map_err(|error| syntax(format!("byte {}: {}", error.offset, error.problem)))?;
    let blocks = list(&root, "dataBlocks")
        .ok_or_else(|| syntax("the top-level map has no list dataBlocks".to_owned()))?;
    // Each of the three coordinates takes at least one byte per row, so a file that declares more
    // rows is malicious.
    let mut budget = Budget::new((bytes.len() / 3).max(ROWS_OF_SMALL_FILES)).limit_expanded(
        options
            .limits
            .max_atoms
            .saturating_mul(EXPANDED_VALUES_PER_ATOM),
    );
    let mut builder = BlockBuilder::new(file, options);
    let mut warnings = Vec::new();
    for block in blocks {
        if let Err(error) = read_block(file, block, &mut budget, &mut builder) {
            // What follows the structure is not needed: a fault there does not make it unreadable.
            if !builder.has_structure() {
                return Err(error);
            }
            let message =
                format!("what follows the data block with the atoms is left out: {error}");
            warnings.push(warning(file, 0, message));
            break;
        }
    }
    let mut model = builder.finish()?;
    model.warnings.append(&mut warnings);
    Ok(model)
}

fn syntax(file: &str, problem: String) -> MoleculeError {
    MoleculeError::Syntax {
        location: Location::file(file),
        problem,
        remedy: "give a whole BinaryCIF file, or the entry as mmCIF text".to_owned(),
    }
}

/// Passes the rows of one data block to the builder.
fn read_block(
    file: &str,
    block: &Value<'_>,
    budget: &mut Budget,
    builder: &mut BlockBuilder<'_>,
) -> Result<(), MoleculeError> {
    let syntax = |problem: String| syntax(file, problem);
    let header = block.get("header").and_then(Value::as_text);
    builder.begin_block(header.unwrap_or_default().as_bytes());
    let categories = list(block, "categories")
        .ok_or_else(|| syntax("a data block has no list categories".to_owned()))?;
    for category in categories {
        let Some(name) = category.get("name").and_then(Value::as_text) else {
            return Err(syntax("a category has no name".to_owned()));
        };
        if let Some(content) = OtherContent::from_name(name.as_bytes()) {
            let rows = category.get("rowCount").and_then(Value::as_integer);
            let rows = rows.and_then(|rows| u64::try_from(rows).ok());
            builder.note_other(content, rows.unwrap_or(0));
        }
        let Some(wanted) = Category::from_name(name.as_bytes()) else {
            continue;
        };
        let table = table(category, wanted, budget)
            .map_err(|problem| syntax(format!("_{}{problem}", wanted.name())))?;
        for row in 0..table.rows {
            builder.row(wanted, &TableRow { table: &table, row })?;
        }
    }
    builder.finish_block()
}

fn list<'v, 'a>(value: &'v Value<'a>, key: &str) -> Option<&'v [Value<'a>]> {
    value.get(key).and_then(Value::as_array)
}

/// Decodes the columns of a category that are read. The error text follows the name of the
/// category.
fn table<'a>(
    value: &Value<'a>,
    category: Category,
    budget: &mut Budget,
) -> Result<Table<'a>, String> {
    let columns = list(value, "columns").ok_or(" has no list columns")?;
    let row_count = value
        .get("rowCount")
        .and_then(Value::as_integer)
        .ok_or(" has no rowCount")?;
    let mut table = Table {
        columns: category.items().iter().map(|_| None).collect(),
        rows: 0,
    };
    for column in columns {
        let name = column
            .get("name")
            .and_then(Value::as_text)
            .ok_or(" has a column without name")?;
        let Some(item) = category.item(name.as_bytes()) else {
            continue;
        };
        let decoded =
            decode_column(column, budget).map_err(|problem| format!(".{name}: {problem}"))?;
        let rows = decoded.values.len();
        if i64::try_from(rows) != Ok(row_count) {
            return Err(format!(
                ".{name}: it has {rows} values, but the category's rowCount is {row_count}"
            ));
        }
        if table.columns[item].replace(decoded).is_some() {
            return Err(format!(".{name}: the column is given twice"));
        }
        table.rows = rows;
    }
    Ok(table)
}

fn decode_column<'a>(column: &Value<'a>, budget: &mut Budget) -> Result<Column<'a>, String> {
    let data = column.get("data").ok_or("the column has no data")?;
    let values = encoding::decode(data, budget)?;
    if matches!(values, Array::Bytes(_)) {
        return Err("the column has no encoding".to_owned());
    }
    let mask = match column.get("mask") {
        None | Some(Value::Nil) => None,
        Some(mask) => match encoding::decode(mask, budget)? {
            Array::Int(mask) if mask.len() == values.len() => Some(mask),
            Array::Int(mask) => {
                return Err(format!(
                    "the mask has {} values for {} rows",
                    mask.len(),
                    values.len()
                ));
            }
            _ => return Err("the mask is not a list of integers".to_owned()),
        },
    };
    Ok(Column { values, mask })
}

#[cfg(test)]
mod tests;
