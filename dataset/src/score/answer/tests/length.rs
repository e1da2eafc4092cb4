//! Tests of answers of great length: time is linear in it, and the end decides.
//!
//! The answers have 200,000 bytes, at which a parser whose time grows with the square of the
//! length took minutes. No time is measured.

use std::collections::BTreeMap;

use super::super::text::{SEARCHED_BYTES, searched};
use crate::messages::builtin;
use crate::record::Item;
use crate::score::metric::{grade_in, points};
use crate::task::Task;

const BYTES: usize = 200_000;

/// Pieces of degenerate answers.
const PIECES: &[&str] = &[
    "A B C D ",
    "A",
    "a b c d ",
    "A, B, C and D, ",
    "A\n",
    "A: no\nB: yes\n",
    "A ✗ B ✓ ",
    "A. ",
    "1. option ",
    "Wait, actually A. ",
    "no, A, ",
    "not A but B, ",
    "A is better but B, while C would fit if D, ",
    "the answer is option ",
    "answer: ",
    "final answer ",
    "move x 3 ",
    "move x ",
    "shift ",
    "for example move x 3 ",
    "because move y 4 ",
    "not roll x 15 ",
    "e.g. ",
    "[{\"x\": ",
    "{\"a\": 1} ",
    "[[1], ",
    "[",
    "(",
    "((a, b) ",
    "ARG 45 NH2 A, O1B; ",
    "ARG 45 NH2 A, O1B ",
    "ARG NH2, O1B and ",
    "Yes: ARG NH2, ",
    "No, wait, ",
    "'a ",
    "| A | B |\n",
    ": ",
    "1",
    "- ",
    "<a1></a1> ",
    "<think> ",
    "<answer> ",
    "\\boxed{",
    "\\text{",
    "~~A~~ ",
    "$O_7$ ",
    "<|a",
    "\n",
    " ",
    "答案是C，",
    "选项",
    "水素結合",
];

/// Pieces with words of Zulu.
const ZULU: &[&str] = &["hhayi C kodwa ", "ngu-", "A "];

fn item(task: Task, answer: &str) -> Item {
    Item {
        id: String::new(),
        task,
        answer: answer.to_owned(),
        options: Vec::new(),
        images: Vec::new(),
        facts: BTreeMap::from([("residue".to_owned(), "ARG 45 A".to_owned())]),
    }
}

#[test]
fn degenerate_answers_are_scored() {
    let words = |language: &str| builtin::catalogue(language).expect("a catalogue").answers;
    let (english, zulu) = (words("en"), words("zu"));
    let pieces = PIECES.iter().map(|piece| (piece, &english));
    for (piece, words) in pieces.chain(ZULU.iter().map(|piece| (piece, &zulu))) {
        let text = piece.repeat(BYTES / piece.len());
        for (task, answer) in [
            (Task::T1, "move z 1"),
            (Task::T5, "E"),
            (Task::T9, "A 1 N ?, O1"),
        ] {
            let grade = grade_in(&item(task, answer), &text, words);
            assert!(grade.points.score < 1.0, "{piece} {task}");
        }
    }
}

#[test]
fn the_end_of_a_long_answer_decides() {
    let words = builtin::catalogue("en").expect("a catalogue").answers;
    let reasoning = "The pocket is wide, and the ligand lies deep in it. ".repeat(5000);
    for (task, answer, end) in [
        (Task::T1, "move x 3", "The answer is move x 3."),
        (Task::T5, "C", "The answer is C."),
        (
            Task::T9,
            "ARG 45 NH2 A, O1B",
            "Final answer: ARG 45 NH2 A, O1B",
        ),
    ] {
        let item = item(task, answer);
        for text in [
            format!("{reasoning}\n{end}"),
            format!("<think>{reasoning}</think>{end}"),
            format!("<answer>{answer}</answer> {reasoning}"),
            format!("\\boxed{{{answer}}} {reasoning}"),
            format!("{}\n{end}", "A B C D ".repeat(100_000)),
        ] {
            let points = grade_in(&item, &text, &words).points;
            assert!(points.exact, "{task} {}", &text[text.len() - 60..]);
        }
        // What is before the searched end does not count.
        assert!(
            !points(&item, &format!("{end}\n\n{reasoning}")).understood,
            "{task}"
        );
    }
    // Shorter answers are searched as a whole.
    let rest = "The pocket is wide. ".repeat(SEARCHED_BYTES / 20 - 10);
    let text = format!("The answer is C.\n{rest}");
    assert!(text.len() <= SEARCHED_BYTES);
    assert!(points(&item(Task::T5, "C"), &text).exact);
    let own = searched("C");
    assert_eq!((own.as_ref(), searched(&text).len()), ("C", text.len()));
    let many = "\u{7b54}".repeat(SEARCHED_BYTES);
    assert!(searched(&many).len() <= SEARCHED_BYTES && !searched(&many).is_empty());
}
