//! Parses the text of an answer: commands ([`steps`]), a letter ([`letter`]), bonds ([`bonds`]).
//!
//! The parsers are tolerant of form and strict about meaning. Each scans the text for statements,
//! which have a strength and a place; the strongest decide, and if they contradict each other,
//! there is no answer. `docs/dataset.md` lists the rules; `answers.jsonl` has answers of many forms
//! with their fair scores, and `tests.rs` a table of texts for each rule.

mod atoms;
mod bond;
mod bonds;
mod choice;
mod command;
mod commands;
mod contrast;
mod denial;
mod denied_commands;
mod json;
mod judge;
mod labels;
mod letter_lists;
mod parts;
mod pieces;
mod rejection;
mod statements;
mod table;
#[cfg(test)]
mod tests;
mod text;
mod tokens;
mod verdicts;
mod words;

pub use atoms::AnswerBond;
pub(super) use atoms::can_be_atom_or_chain;
pub use bonds::bonds;
pub use choice::letter;
pub use commands::{depth, step, steps};
pub use text::searched;

/// The form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// A letter of an option.
    Letter,
    /// One or two commands.
    Commands,
    /// A list of hydrogen bonds, or a denial.
    Bonds,
}
