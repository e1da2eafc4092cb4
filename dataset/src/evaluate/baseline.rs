//! Answers without a model: the scorer is checked from both ends.

use std::collections::BTreeMap;

use crate::error::DatasetError;
use crate::layout::Layout;
use crate::plan::choices::LETTERS;
use crate::plan::docking::turns;
use crate::plan::read_lines;
use crate::plan::record::Item;
use crate::random::Random;
use crate::task::{Split, Task};

/// Random moves of T7 go so far, angstrom: about as far as ligands do.
const MOST_MOVE: usize = 20;
/// Who answers without looking: the scorer is checked from both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// Any answer of the right form, all alike.
    Random,
    /// The same answer to all questions of a task.
    Constant,
    /// The right answer.
    Oracle,
}

/// The answers of a baseline to one side of a set.
///
/// # Errors
/// When the plan cannot be read.
pub fn baseline(
    layout: &Layout,
    split: Split,
    which: Baseline,
    seed: u64,
) -> Result<BTreeMap<String, String>, DatasetError> {
    let mut answers = BTreeMap::new();
    layout.plan()?;
    for complex in read_lines(&layout.complexes_file())? {
        let complex = complex?;
        if complex.split != split {
            continue;
        }
        for item in complex.items {
            let answer = match which {
                Baseline::Oracle => item.answer.clone(),
                Baseline::Constant => constant(item.task).to_owned(),
                Baseline::Random => any(&item, &mut Random::new(seed, &["baseline", &item.id])),
            };
            answers.insert(item.id, answer);
        }
    }
    Ok(answers)
}

fn constant(task: Task) -> &'static str {
    match task {
        Task::T1 => "move x 1",
        Task::T2 => "roll y 15",
        Task::T3 => "move z 50",
        Task::T5 | Task::T6 | Task::T8 => "A",
        Task::T7 => "roll x 15, move x 10",
        Task::T4 | Task::T9 => "No",
    }
}

/// Any answer of the task's form.
fn any(item: &Item, random: &mut Random) -> String {
    let moves: Vec<i32> = (-4..=4).filter(|n| *n != 0).collect();
    let pick = |random: &mut Random, from: &[i32]| random.choose(from).copied().unwrap_or(0);
    match item.task {
        Task::T1 => {
            let axis = if random.below(2) == 0 { "x" } else { "y" };
            format!("move {axis} {}", pick(random, &moves))
        }
        Task::T2 => random
            .choose(&turns())
            .map(ToString::to_string)
            .unwrap_or_default(),
        Task::T3 => format!("move z {}", 40 + random.below(21)),
        Task::T5 | Task::T6 | Task::T8 => LETTERS[random.below(4)].to_owned(),
        Task::T7 => {
            let turn = random
                .choose(&turns())
                .map(ToString::to_string)
                .unwrap_or_default();
            let distance = 1 + random.below(MOST_MOVE) as i32;
            let sign = if random.below(2) == 0 { 1 } else { -1 };
            format!("{turn}, move x {}", sign * distance)
        }
        Task::T4 if random.below(2) == 0 => "No".to_owned(),
        Task::T4 => "Yes: SER OG, O1".to_owned(),
        Task::T9 => "SER 1 OG A, O1".to_owned(),
    }
}
