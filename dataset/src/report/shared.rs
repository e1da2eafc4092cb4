//! Values that many questions of the page have in common: each is stored once, and questions refer
//! to it by its index.
//!
//! An item in several languages and modes has the same pictures, options and rows of coordinates
//! in each; a task has the same text in many items.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

/// Lines at the beginning of a table of coordinates: heading and names of the columns.
const HEAD_LINES: usize = 2;

/// The values, in the order of their indices.
#[derive(Debug, Default)]
pub(super) struct SharedValues {
    values: Vec<Value>,
    /// Index of each value, by its JSON.
    indices: BTreeMap<String, usize>,
}

impl SharedValues {
    /// Returns the index of a value, which is stored if it is a new one.
    pub(super) fn add(&mut self, value: Value) -> usize {
        let next = self.values.len();
        let index = *self.indices.entry(value.to_string()).or_insert(next);
        if index == next {
            self.values.push(value);
        }
        index
    }

    /// Returns the index of the tables of a question, each a list of the indices of its parts.
    ///
    /// The heading of the ligand is a word of the language, as are the first lines; the rows
    /// between them are the same in all languages.
    pub(super) fn add_tables(&mut self, tables: &[String], ligand: &str) -> usize {
        let tables: Vec<Vec<usize>> = tables
            .iter()
            .map(|table| {
                let parts = parts(table, ligand).into_iter();
                parts.map(|part| self.add(json!(part))).collect()
            })
            .collect();
        self.add(json!(tables))
    }
}

impl Serialize for SharedValues {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.values.serialize(serializer)
    }
}

/// Divides a table before and after what is in words of a language.
fn parts<'a>(table: &'a str, ligand: &str) -> Vec<&'a str> {
    let heading = format!("{ligand}:");
    let mut parts = Vec::new();
    let (mut start, mut end) = (0, 0);
    for (number, line) in table.split_inclusive('\n').enumerate() {
        let is_heading = number >= HEAD_LINES && line.trim_end() == heading;
        if (is_heading || number == HEAD_LINES) && start < end {
            parts.push(&table[start..end]);
            start = end;
        }
        end += line.len();
        if is_heading {
            parts.push(&table[start..end]);
            start = end;
        }
    }
    if start < end {
        parts.push(&table[start..end]);
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_tables_are_stored_once_for_all_languages() {
        let english = "Table 1 (front view):\nline,atom,x,y,z,bonds\nASN 170:\n1,N N,7.2,5.1,1.3,2\nligand:\n2,C,0.0,1.0,2.0,";
        let swahili = english
            .replace("Table 1 (front view)", "Jedwali 1 (mwonekano wa mbele)")
            .replace("line,atom,x,y,z,bonds", "mstari,atomu,x,y,z,bondi")
            .replace("ligand:", "ligandi:");
        assert_eq!(parts(english, "ligand").concat(), english);
        assert_eq!(parts(english, "ligand").len(), 4);
        // Without a ligand, or nothing but the head.
        assert_eq!(parts(english, "other").len(), 2);
        assert_eq!(parts("a\nb", "b"), ["a\nb"]);
        assert!(parts("", "ligand").is_empty());
        let mut shared = SharedValues::default();
        let first = shared.add_tables(&[english.to_owned()], "ligand");
        assert_eq!(first, shared.add_tables(&[english.to_owned()], "ligand"));
        assert_eq!(shared.values.len(), 5);
        let second = shared.add_tables(std::slice::from_ref(&swahili), "ligandi");
        // New are the first lines, the heading of the ligand, and the list of the parts.
        assert_eq!(shared.values.len(), 8);
        let parts = shared.values[second][0].as_array().expect("a list").clone();
        let text = |part: &Value| {
            let index = part.as_u64().expect("an index") as usize;
            shared.values[index].as_str().expect("a text").to_owned()
        };
        assert_eq!(parts.iter().map(text).collect::<String>(), swahili);
    }
}
