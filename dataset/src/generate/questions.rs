//! Columns and rows of the tables of questions.

use crate::coordinates::{PictureTables, item_tables};
use crate::error::DatasetError;
use crate::messages::QuestionRow;
use crate::record::{ComplexPlan, Item};
use crate::tables::{Cell, Column, ColumnKind};

/// Returns the columns of the questions of a task.
#[must_use]
pub fn question_columns() -> Vec<Column> {
    vec![
        ("id", ColumnKind::Text),
        ("item", ColumnKind::Text),
        ("language", ColumnKind::Text),
        ("mode", ColumnKind::Text),
        ("task", ColumnKind::Text),
        ("split", ColumnKind::Text),
        ("complex", ColumnKind::Text),
        ("question", ColumnKind::Text),
        ("answer", ColumnKind::Text),
        ("options", ColumnKind::Texts),
        ("images", ColumnKind::Texts),
        ("captions", ColumnKind::Texts),
        ("tables", ColumnKind::LongTexts),
    ]
}

/// Returns the row of a question, with the columns of [`question_columns`].
pub(super) fn question_row(
    line: &ComplexPlan,
    item: &Item,
    question: QuestionRow<'_>,
    tables: &PictureTables,
) -> Result<Vec<Cell>, DatasetError> {
    let QuestionRow {
        id,
        catalogue,
        mode,
    } = question;
    let images = if mode.has_pictures() {
        item.images.clone()
    } else {
        Vec::new()
    };
    let coordinates = if mode.has_tables() {
        item_tables(item, tables, catalogue)?
    } else {
        Vec::new()
    };
    Ok(vec![
        Cell::Text(id),
        Cell::Text(item.id.clone()),
        Cell::Text(catalogue.language.clone()),
        Cell::Text(mode.name().to_owned()),
        Cell::Text(item.task.name().to_owned()),
        Cell::Text(line.split.name().to_owned()),
        Cell::Text(line.id.clone()),
        Cell::Text(catalogue.question_in(item, mode)?),
        Cell::Text(item.answer.clone()),
        Cell::Texts(item.options.clone()),
        Cell::Texts(images),
        Cell::Texts(catalogue.captions(item.task).to_vec()),
        Cell::Texts(coordinates),
    ])
}
