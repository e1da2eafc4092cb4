//! Reads the letter of a multiple-choice answer.
//!
//! `judge` finds what a text says about each letter, with a strength; here the strongest
//! statements decide.

use std::collections::BTreeSet;

use super::Form;
use super::commands::{is_only_commands, steps_of, written_steps};
use super::judge::scan;
use super::statements::{Scan, Statement, Strength};
use super::text::answer_part;
use crate::step::{Step, StepKind};
use crate::task::OPTION_LETTERS;

/// Returns the letter that a text chooses.
///
/// `options` are the texts of the options if these are commands; the commands of an option then
/// count as its letter. The strongest statements decide (see `docs/dataset.md`); if they name two
/// letters, or a letter and the commands of another option, there is no answer.
#[must_use]
pub fn letter(text: &str, options: &[String]) -> Option<&'static str> {
    let text = answer_part(text, Form::Letter);
    let scan = scan(&text);
    let chosen = match decide(&scan) {
        Decision::Letter(letter, position) => {
            let line = scan.line_text(position);
            let own = OPTION_LETTERS.iter().position(|other| *other == letter)?;
            let own = options.get(own).map(|option| written_steps(option));
            let agrees = own.is_none_or(|own| {
                let said = commands_beside(&text, &line, &scan, position);
                said.iter().all(|step| own.contains(step))
            });
            return agrees.then_some(letter);
        }
        Decision::Unclear => return None,
        Decision::Nothing => sorted(steps_of(&text)),
    };
    let mut fitting = OPTION_LETTERS
        .iter()
        .zip(options)
        .filter(|(_, option)| !chosen.is_empty() && sorted(written_steps(option)) == chosen);
    fitting.next().map(|(letter, _)| *letter)
}

/// Returns the commands that a text says beside the letter that it states.
///
/// These are the commands on its line, if the line names no other letter, and those of the lines
/// that consist of commands.
fn commands_beside(text: &str, line: &str, scan: &Scan, position: usize) -> Vec<Step> {
    let mut said = Vec::new();
    if scan.letters_on_line(position) == 1 {
        said.extend(written_steps(line));
    }
    if scan.mentioned().len() == 1 {
        for line in text.lines().filter(|line| is_only_commands(line)) {
            said.extend(written_steps(line));
        }
    }
    said
}

/// Sorts steps and removes duplicates.
fn sorted(mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_by_key(|step| (step.kind == StepKind::Roll, step.axis as u8, step.amount));
    steps.dedup();
    steps
}

/// What the statements of a text come to.
enum Decision {
    /// A letter and the number of the token that states it.
    Letter(&'static str, usize),
    /// Statements that contradict each other.
    Unclear,
    /// There is no statement.
    Nothing,
}

/// Lets the strongest statements decide.
fn decide(scan: &Scan) -> Decision {
    let statements = since_retraction(scan);
    let Some(strongest) = statements.iter().map(|statement| statement.strength).max() else {
        return by_elimination(scan);
    };
    let mut left: BTreeSet<&str> = OPTION_LETTERS.into_iter().collect();
    let mut last = None;
    for statement in statements
        .iter()
        .filter(|other| other.strength == strongest)
    {
        // `C or D ... D` narrows the choice down, `C ... D` contradicts itself.
        left.retain(|letter| statement.letters.contains(letter));
        last = Some(statement);
    }
    match (left.pop_first(), left.is_empty(), last) {
        (Some(letter), true, Some(last)) => {
            let letter = OPTION_LETTERS.into_iter().find(|other| *other == letter);
            letter.map_or(Decision::Unclear, |letter| {
                Decision::Letter(letter, last.position)
            })
        }
        _ => Decision::Unclear,
    }
}

/// Returns the statements behind the last retraction (`Actually, ...`) that is followed by one.
fn since_retraction(scan: &Scan) -> Vec<&Statement> {
    let all: Vec<&Statement> = scan.statements.iter().collect();
    for retraction in scan.retractions.iter().rev() {
        let after = all.iter().copied();
        let after = after.filter(|statement| statement.position > *retraction);
        let mut new = after.clone();
        if new.any(|statement| statement.strength >= Strength::Declared) {
            return after.collect();
        }
    }
    all
}

/// If three letters are denied and nothing is stated, the fourth is the answer.
fn by_elimination(scan: &Scan) -> Decision {
    let denied = &scan.denied;
    let mut left = OPTION_LETTERS
        .into_iter()
        .filter(|letter| !denied.contains(letter));
    match (left.next(), left.next()) {
        (Some(letter), None) => Decision::Letter(letter, scan.last_position()),
        _ => Decision::Nothing,
    }
}
