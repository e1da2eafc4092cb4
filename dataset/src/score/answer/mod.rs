//! Parses the text of an answer: commands ([`steps`]), a letter ([`letter`]), bonds ([`bonds`]).
//!
//! The parsers are tolerant of form and strict about meaning: a text with two different answers has
//! none, and texts outside the grammar are not interpreted. `docs/dataset.md` lists the rules;
//! `tests.rs` has a table of texts for each of them.

mod bonds;
mod choice;
mod commands;
#[cfg(test)]
mod tests;

pub use bonds::{AnswerBond, bonds};
pub use choice::letter;
pub use commands::{step, steps};

/// Quotation marks around answers, which are ignored.
const QUOTES: &[char] = &[
    '`', '"', '\u{201c}', '\u{201d}', '\u{2018}', '\u{2019}', '\u{ab}', '\u{bb}',
];

/// Returns the part of a text that is the answer, without decoration.
#[must_use]
pub fn bare(text: &str) -> String {
    undecorated(text, true)
}

/// Does the work of [`bare`]; single asterisks can be kept, because names contain them (`O5*`).
fn undecorated(text: &str, drop_asterisks: bool) -> String {
    let text = unwrapped(text);
    let text = text.as_str();
    let lower = text.to_ascii_lowercase();
    let from = ["answer:", "answer is:", "answer is"]
        .iter()
        .filter_map(|mark| lower.rfind(mark).map(|at| at + mark.len()))
        .max()
        .unwrap_or(0);
    let rest = text.get(from..).unwrap_or(text).replace("**", "");
    let mut bare = String::new();
    for line in rest.lines() {
        if line.trim_start().starts_with("```") {
            continue;
        }
        let plain: String = line
            .chars()
            .filter(|c| !(QUOTES.contains(c) || drop_asterisks && *c == '*'))
            .collect();
        if !plain.trim().is_empty() {
            bare.push_str(plain.trim());
            bare.push('\n');
        }
    }
    bare.trim().trim_end_matches('.').trim().to_owned()
}

/// Returns the content of the usual wrappers of answers, or the whole text if there is none.
fn unwrapped(text: &str) -> String {
    let mut text = text.rsplit("</think>").next().unwrap_or(text).trim();
    let lower = text.to_ascii_lowercase();
    if let Some(start) = lower.rfind("<answer>") {
        let start = start + "<answer>".len();
        let end = lower[start..].find("</answer>");
        text = text[start..end.map_or(text.len(), |end| start + end)].trim();
    }
    if let Some(start) = text.rfind("\\boxed{") {
        let inner = &text[start + "\\boxed{".len()..];
        let mut depth = 1_i32;
        let end = inner.find(|c| {
            depth += i32::from(c == '{') - i32::from(c == '}');
            depth == 0
        });
        let inner = end.map_or(inner, |end| &inner[..end]);
        let inner = inner.strip_prefix("\\text{").unwrap_or(inner);
        return inner.trim_end_matches('}').to_owned();
    }
    let plain = text
        .trim_start_matches("```json")
        .trim_matches(['`', '\n', ' ']);
    if plain.starts_with('{')
        && let Ok(value) = serde_json::from_str::<serde_json::Value>(plain)
        && let Some(answer) = value["answer"].as_str()
    {
        return answer.to_owned();
    }
    text.to_owned()
}
