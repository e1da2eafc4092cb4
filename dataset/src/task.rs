//! The nine tasks of `MiSI-Bench` (arXiv 2512.10867): names, forms of answer, and counts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::error::DatasetError;

/// Letters of the options of a multiple-choice question.
pub const OPTION_LETTERS: [&str; 4] = ["A", "B", "C", "D"];

/// One of the two splits of a set.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Split {
    /// For training.
    Train,
    /// For evaluation.
    Test,
}

impl Split {
    /// Both splits, in order.
    pub const ALL: [Self; 2] = [Self::Train, Self::Test];

    /// Returns the name in files and columns: `train` or `test`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Train => "train",
            Self::Test => "test",
        }
    }
}

/// One of the nine tasks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Task {
    /// Translation.
    T1,
    /// Rotation.
    T2,
    /// Zooming.
    T3,
    /// Residue-ligand interaction.
    T4,
    /// Translation and rotation, applied to another complex.
    T5,
    /// Two rotations, applied once more.
    T6,
    /// Docking.
    T7,
    /// Interaction location.
    T8,
    /// Pocket-ligand interaction.
    T9,
}

impl Task {
    /// All tasks, in order.
    pub const ALL: [Self; 9] = [
        Self::T1,
        Self::T2,
        Self::T3,
        Self::T4,
        Self::T5,
        Self::T6,
        Self::T7,
        Self::T8,
        Self::T9,
    ];

    /// Returns the short name: `T1` to `T9`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::T1 => "T1",
            Self::T2 => "T2",
            Self::T3 => "T3",
            Self::T4 => "T4",
            Self::T5 => "T5",
            Self::T6 => "T6",
            Self::T7 => "T7",
            Self::T8 => "T8",
            Self::T9 => "T9",
        }
    }

    /// Returns the descriptive name in file names, such as `translation`.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::T1 => "translation",
            Self::T2 => "rotation",
            Self::T3 => "zooming",
            Self::T4 => "residue-ligand-interaction",
            Self::T5 => "translation-rotation",
            Self::T6 => "rotation-rotation",
            Self::T7 => "docking",
            Self::T8 => "interaction-location",
            Self::T9 => "pocket-ligand-interaction",
        }
    }

    /// Returns the name of the data set configuration, such as `T1-translation`.
    #[must_use]
    pub fn configuration(self) -> String {
        format!("{}-{}", self.name(), self.title())
    }

    /// Returns whether the answer is one of four options; otherwise it is a text.
    #[must_use]
    pub fn is_choice(self) -> bool {
        matches!(self, Self::T5 | Self::T6 | Self::T8)
    }

    /// Returns the number of items per complex; `None` where it depends on hydrogen bonds.
    #[must_use]
    pub fn items_per_complex(self, split: Split) -> Option<u32> {
        let (train, test) = match self {
            // T1: two axes with two each; T3: one axis with four.
            Self::T1 | Self::T3 => (4, 2),
            Self::T2 | Self::T5 | Self::T6 | Self::T7 => (6, 3),
            Self::T4 | Self::T8 | Self::T9 => return None,
        };
        Some(match split {
            Split::Train => train,
            Split::Test => test,
        })
    }
}

impl fmt::Display for Task {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Task {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        let text = text.trim();
        Self::ALL
            .into_iter()
            .find(|task| {
                task.name().eq_ignore_ascii_case(text) || task.title().eq_ignore_ascii_case(text)
            })
            .ok_or_else(|| {
                let problem = format!("\"{text}\" is not a task; give T1 to T9, or all");
                DatasetError::Request(problem)
            })
    }
}

/// Parses `all`, or task names separated by commas, into a sorted list without duplicates.
///
/// # Errors
/// When a name is not a task.
pub fn parse_tasks(text: &str) -> Result<Vec<Task>, DatasetError> {
    if text.trim().eq_ignore_ascii_case("all") {
        return Ok(Task::ALL.to_vec());
    }
    let mut tasks = text
        .split(',')
        .map(str::parse)
        .collect::<Result<Vec<Task>, DatasetError>>()?;
    tasks.sort_unstable();
    tasks.dedup();
    Ok(tasks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_match_the_paper() {
        // The paper has 3,503 complexes for training and 490 for tests.
        let totals = |task: Task| {
            (
                task.items_per_complex(Split::Train).map(|n| n * 3503),
                task.items_per_complex(Split::Test).map(|n| n * 490),
            )
        };
        assert_eq!(totals(Task::T1), (Some(14_012), Some(980)));
        assert_eq!(totals(Task::T2), (Some(21_018), Some(1_470)));
        assert_eq!(totals(Task::T3), (Some(14_012), Some(980)));
        for task in [Task::T5, Task::T6, Task::T7] {
            assert_eq!(totals(task), (Some(21_018), Some(1_470)));
        }
    }

    #[test]
    fn lists_of_tasks_are_parsed() {
        assert_eq!(
            parse_tasks("T2, t1,T2").expect("two tasks"),
            [Task::T1, Task::T2]
        );
        assert_eq!(parse_tasks("all").expect("all tasks").len(), 9);
        assert!(parse_tasks("T0").is_err_and(|error| error.to_string().contains("T1 to T9")));
    }
}
