//! The table of answers in the styles of twenty models, with the score that a fair reader gives.
//!
//! The first lines of `answers.jsonl` are questions, the others answers to them. A score of `null`
//! means that the text is not an answer: it gives none, or several. `reads` is the letter that a
//! wrong answer gives. The fair scores were written before the answers were parsed.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use super::letter;
use crate::record::Item;
use crate::score::metric::points;
use crate::task::Task;

const TABLE: &str = include_str!("../answers.jsonl");

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Line {
    Question {
        item: String,
        task: Task,
        answer: String,
        #[serde(default)]
        options: Vec<String>,
        #[serde(default)]
        facts: BTreeMap<String, String>,
    },
    Answer {
        of: String,
        style: String,
        score: Option<f64>,
        /// The letter of a wrong answer.
        #[serde(default)]
        reads: Option<String>,
        text: String,
    },
}

#[test]
fn scores_are_those_of_a_fair_reader() {
    let mut questions: BTreeMap<String, Item> = BTreeMap::new();
    let (mut answers, mut not_understood) = (0, Vec::new());
    let (mut misread, mut styles) = (Vec::new(), BTreeSet::new());
    let mut by_task: BTreeMap<Task, usize> = BTreeMap::new();
    for line in TABLE.lines() {
        match serde_json::from_str(line).expect(line) {
            Line::Question {
                item,
                task,
                answer,
                options,
                facts,
            } => {
                let question = Item {
                    id: item.clone(),
                    task,
                    answer,
                    options,
                    images: Vec::new(),
                    facts,
                };
                assert!(questions.insert(item, question).is_none(), "{line}");
            }
            Line::Answer {
                of,
                style,
                score,
                reads,
                text,
            } => {
                let item = &questions[&of];
                let found = points(item, &text);
                styles.insert(style);
                *by_task.entry(item.task).or_default() += 1;
                answers += usize::from(score.is_some());
                let letter = letter(&text, &item.options).map(str::to_owned);
                if reads.is_some() && found.understood && letter != reads {
                    misread.push(format!("{letter:?} {line}"));
                }
                match (score, found.understood) {
                    (Some(_), false) => not_understood.push(line),
                    (Some(fair), true) if (found.score - fair).abs() > 1e-9 => {
                        misread.push(format!("{} {line}", found.score));
                    }
                    (None, true) => misread.push(format!("{} {line}", found.score)),
                    _ => {}
                }
            }
        }
    }
    assert!(
        misread.is_empty(),
        "misread: {}\nnot understood: {}",
        misread.join("\n"),
        not_understood.join("\n")
    );
    let share = not_understood.len() as f64 / f64::from(answers as u32);
    assert!(
        share < 0.01,
        "not understood: {}",
        not_understood.join("\n")
    );
    assert!(
        answers >= 1_800 && styles.len() == 20,
        "{answers} answers, {styles:?}"
    );
    assert!(
        by_task.len() == 9 && by_task.values().all(|count| *count >= 14),
        "{by_task:?}"
    );
}
