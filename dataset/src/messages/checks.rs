//! Checks of catalogues: no text loses what a question is about.

use std::collections::{BTreeMap, BTreeSet};

use super::{Catalogue, LineTemplates};
use crate::error::DatasetError;
use crate::mode::Mode;
use crate::record::Item;
use crate::task::Task;

/// Number of columns of a table of coordinates.
const COLUMN_COUNT: usize = 6;

impl Catalogue {
    /// Refuses a question without a placeholder that it needs: the pictures, the facts that it asks
    /// about, and options that are texts.
    pub(super) fn check_placeholders(&self, item: &Item, mode: Mode) -> Result<(), DatasetError> {
        let (question, values) = self.values(item, mode)?;
        let used = used(question, &values);
        let mut needed = vec!["pictures"];
        if item.task == Task::T8 {
            needed.push("options");
        }
        if item.task == Task::T9 {
            needed.push("chains");
        }
        let facts = item.facts.iter().filter(|(_, value)| !value.is_empty());
        needed.extend(facts.map(|(name, _)| name.as_str()));
        let Some(missing) = needed.into_iter().find(|name| !used.contains(name)) else {
            return Ok(());
        };
        // The fragment of a chain is used by another placeholder.
        let place = if missing == "chain" {
            "one_chain"
        } else {
            "question"
        };
        Err(DatasetError::Request(format!(
            "{place} has no {{{missing}}}; give it where messages/en.toml has it"
        )))
    }
}

/// Returns the placeholders of a text, and those of what they stand for.
fn used<'a>(text: &'a str, values: &'a BTreeMap<String, String>) -> BTreeSet<&'a str> {
    let mut used = BTreeSet::new();
    let mut open = vec![text];
    while let Some(text) = open.pop() {
        for name in placeholders(text) {
            if used.insert(name)
                && let Some(value) = values.get(name)
            {
                open.push(value);
            }
        }
    }
    used
}

/// Returns the names between braces, in order.
fn placeholders(text: &str) -> impl Iterator<Item = &str> {
    let pieces = text.split('{').skip(1);
    pieces.filter_map(|piece| piece.split_once('}').map(|(name, _)| name))
}

/// Checks the lines of lists and the words of tables; the error says which is wrong.
pub(super) fn check_lines(words: &LineTemplates) -> Result<(), String> {
    let lines: [(&str, &str, &[&str]); 4] = [
        ("picture", &words.picture, &["number", "caption"]),
        ("option", &words.option, &["letter", "text"]),
        ("image", &words.image, &["number", "caption", "image"]),
        ("table", &words.table, &["number", "caption"]),
    ];
    for (key, line, names) in lines {
        let found: Vec<&str> = placeholders(line).collect();
        let is_unknown = |name: &&&str| !names.contains(*name);
        let wrong = names
            .iter()
            .find(|name| !found.contains(*name))
            .map(|name| format!("has no {{{name}}}"))
            .or_else(|| {
                let unknown = found.iter().find(is_unknown);
                unknown.map(|name| format!("has the unknown {{{name}}}"))
            });
        if let Some(wrong) = wrong {
            let names: Vec<String> = names.iter().map(|name| format!("{{{name}}}")).collect();
            let names = names.join(", ");
            return Err(format!("[words] {key} {wrong}; give a line with {names}"));
        }
    }
    let columns: Vec<&str> = words.columns.split(',').map(str::trim).collect();
    if columns.len() != COLUMN_COUNT || columns.iter().any(|name| name.is_empty()) {
        return Err(format!(
            "[words] columns is \"{}\"; give {COLUMN_COUNT} names with commas between them, such as line,atom,x,y,z,bonds",
            words.columns
        ));
    }
    if words.ligand.trim().is_empty() || words.ligand.contains('\n') {
        return Err("[words] ligand is empty or has a line feed; give one word".to_owned());
    }
    Ok(())
}
