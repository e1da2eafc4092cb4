//! Checks the tables of questions against the plan, row by row.

use super::{Checker, VerifyReport};
use crate::coordinates::{PictureTables, item_tables};
use crate::error::DatasetError;
use crate::layout::Layout;
use crate::messages::QuestionRow;
use crate::record::{ComplexPlan, Item};
use crate::tables::{Row, read_rows};
use crate::task::Task;

/// Checks the questions of a task in a shard; `tables` are those of coordinates, made again.
pub(super) fn check(
    checker: &Checker<'_>,
    shard: &str,
    task: Task,
    items: Vec<(&ComplexPlan, &Item)>,
    tables: &PictureTables,
    found: &mut VerifyReport,
) -> Result<(), DatasetError> {
    let rows = items.into_iter().flat_map(|(complex, item)| {
        let rows = checker.catalogues.rows(item);
        rows.map(move |row| (complex, item, row))
    });
    let rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return Ok(());
    }
    let table = checker.layout.file(&Layout::questions_path(task, shard));
    let mut count = 0;
    for (stored, (complex, item, row)) in read_rows(&table)?.zip(&rows) {
        count += 1;
        if !is_same(&stored?, complex, item, row, tables)? {
            found.add_problem(format!("{} is stored otherwise than planned", row.id));
        }
        let is_missing = |image: &&String| !checker.paths.contains(*image);
        for image in item.images.iter().filter(is_missing) {
            found.add_problem(format!("{} shows {image}, which is missing", row.id));
        }
        found.questions += 1;
    }
    if count != rows.len() {
        found.add_problem(format!(
            "{} has {count} questions, not {}",
            table.display(),
            rows.len()
        ));
    }
    Ok(())
}

/// Returns whether a stored row is the planned one.
fn is_same(
    stored: &Row,
    complex: &ComplexPlan,
    item: &Item,
    QuestionRow {
        id,
        catalogue,
        mode,
    }: &QuestionRow<'_>,
    tables: &PictureTables,
) -> Result<bool, DatasetError> {
    let images = stored.texts("images")?;
    let is_shown = if mode.has_pictures() {
        images == item.images
    } else {
        images.is_empty()
    };
    let coordinates = stored.texts("tables")?;
    let is_listed = if mode.has_tables() {
        coordinates == item_tables(item, tables, catalogue)?
    } else {
        coordinates.is_empty()
    };
    Ok(is_shown
        && is_listed
        && stored.text("id")? == *id
        && stored.text("item")? == item.id
        && stored.text("language")? == catalogue.language
        && stored.text("mode")? == mode.name()
        && stored.text("task")? == item.task.name()
        && stored.texts("captions")? == catalogue.captions(item.task)
        && stored.text("answer")? == item.answer
        && stored.texts("options")? == item.options
        && stored.text("complex")? == complex.id
        && stored.text("split")? == complex.split.name()
        && stored.text("question")? == catalogue.question_in(item, *mode)?)
}
