//! Baselines: predictions without a model, which show what scores mean and check the scorer.

use std::collections::BTreeMap;

use crate::error::DatasetError;
use crate::layout::Layout;
use crate::messages::Catalogues;
use crate::plan::motions::rotations;
use crate::plan::read_lines;
use crate::random::Random;
use crate::record::Item;
use crate::score::Prediction;
use crate::task::OPTION_LETTERS;
use crate::task::{Split, Task};

/// Largest random translation of T7, in angstrom: about as far as ligands are moved.
const MAX_MOVE_ANGSTROM: usize = 20;

/// How a baseline answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Baseline {
    /// A random answer of the right form.
    Random,
    /// The same answer to every question of a task.
    Constant,
    /// The reference answer.
    Oracle,
}

/// Returns the answers of a baseline to the questions of one split, by question id.
///
/// # Errors
/// When the plan cannot be read.
pub fn baseline(
    layout: &Layout,
    split: Split,
    which: Baseline,
    seed: u64,
) -> Result<BTreeMap<String, Prediction>, DatasetError> {
    let mut answers = BTreeMap::new();
    let catalogues = Catalogues::read(layout, &layout.plan()?)?;
    for complex in read_lines(&layout.complexes_file())? {
        let complex = complex?;
        if complex.split != split {
            continue;
        }
        for item in &complex.items {
            for row in catalogues.rows(item) {
                let id = row.id;
                let answer = match which {
                    Baseline::Oracle => item.answer.clone(),
                    Baseline::Constant => constant_answer(item.task).to_owned(),
                    Baseline::Random => {
                        random_answer(item, &mut Random::new(seed, &["baseline", &id]))
                    }
                };
                answers.insert(id.clone(), Prediction::new(id, answer));
            }
        }
    }
    Ok(answers)
}

fn constant_answer(task: Task) -> &'static str {
    match task {
        Task::T1 => "move x 1",
        Task::T2 => "roll y 15",
        Task::T3 => "move z 50",
        Task::T5 | Task::T6 | Task::T8 => "A",
        Task::T7 => "roll x 15, move x 10",
        Task::T4 | Task::T9 => "No",
    }
}

/// Draws an answer of the task's form.
fn random_answer(item: &Item, random: &mut Random) -> String {
    let moves: Vec<i32> = (-4..=4).filter(|n| *n != 0).collect();
    let pick = |random: &mut Random, from: &[i32]| random.choose(from).copied().unwrap_or(0);
    match item.task {
        Task::T1 => {
            let axis = if random.below(2) == 0 { "x" } else { "y" };
            format!("move {axis} {}", pick(random, &moves))
        }
        Task::T2 => random
            .choose(&rotations())
            .map(ToString::to_string)
            .unwrap_or_default(),
        Task::T3 => format!("move z {}", 40 + random.below(21)),
        Task::T5 | Task::T6 | Task::T8 => OPTION_LETTERS[random.below(4)].to_owned(),
        Task::T7 => {
            let rotation = random
                .choose(&rotations())
                .map(ToString::to_string)
                .unwrap_or_default();
            let distance = 1 + random.below(MAX_MOVE_ANGSTROM) as i32;
            let sign = if random.below(2) == 0 { 1 } else { -1 };
            format!("{rotation}, move x {}", sign * distance)
        }
        Task::T4 if random.below(2) == 0 => "No".to_owned(),
        Task::T4 => "Yes: SER OG, O1".to_owned(),
        Task::T9 => "SER 1 OG A, O1".to_owned(),
    }
}
