//! Texts of questions in the tables of an export.

use serde_json::{Value, json};

use crate::error::DatasetError;
use crate::messages::Catalogues;
use crate::reader::Question;
use crate::task::{OPTION_LETTERS, Split, Task};

/// Returns the columns of the tab-separated tables of a task.
///
/// `VLMEvalKit` judges a table with the columns A to D as multiple choice, so open tasks have none.
pub(super) fn tab_columns(task: Task) -> Vec<&'static str> {
    let mut columns = vec!["index", "id", "image", "image_path", "question"];
    if matches!(task, Task::T5 | Task::T6 | Task::T8) {
        columns.extend(OPTION_LETTERS);
    }
    columns.extend(["answer", "category", "item", "language", "mode"]);
    columns
}

/// Returns the texts of the options; options that are pictures are named by their number.
pub(super) fn options_of(
    catalogues: &Catalogues,
    task: Task,
    question: &Question,
) -> Result<Vec<String>, DatasetError> {
    if matches!(task, Task::T5 | Task::T6) {
        let catalogue = catalogues.get(&question.language)?;
        let first = question.captions.len().saturating_sub(OPTION_LETTERS.len());
        let options = 1..=OPTION_LETTERS.len();
        return Ok(options.map(|n| catalogue.picture_name(first + n)).collect());
    }
    Ok(question.options.clone())
}

/// Returns what the metadata of a question say.
pub(super) fn metadata(
    catalogues: &Catalogues,
    split: Split,
    task: Task,
    question: &Question,
) -> Result<Value, DatasetError> {
    Ok(json!({
        "id": question.id,
        "item": question.item,
        "language": question.language,
        "mode": question.mode,
        "task": task.name(),
        "split": split.name(),
        "complex": question.complex,
        "question": question.question,
        "answer": question.answer,
        "options": options_of(catalogues, task, question)?,
        "captions": question.captions,
        "tables": question.tables,
    }))
}
