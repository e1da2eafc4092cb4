//! The nine tasks of `MiSI-Bench` (arXiv 2512.10867): their names, forms and counts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Side of the split.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// To learn from.
    Train,
    /// To be examined with.
    Test,
}

impl Split {
    /// Both, in order.
    pub const ALL: [Self; 2] = [Self::Train, Self::Test];

    /// The word of files and columns.
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
pub enum Task {
    /// Translation.
    T1,
    /// Rotation.
    T2,
    /// Zooming.
    T3,
    /// Residue-ligand interaction.
    T4,
    /// Translation and rotation, carried over to another complex.
    T5,
    /// Two rotations, carried on.
    T6,
    /// Docking.
    T7,
    /// Interaction location.
    T8,
    /// Pocket-ligand interaction.
    T9,
}

impl Task {
    /// All, in order.
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

    /// `T1` to `T9`.
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

    /// What it is about, in words of file names.
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

    /// Name of the configuration, such as `T1-translation`.
    #[must_use]
    pub fn configuration(self) -> String {
        format!("{}-{}", self.name(), self.title())
    }

    /// True where one of four options is asked for, false where a text is.
    #[must_use]
    pub fn is_choice(self) -> bool {
        matches!(self, Self::T5 | Self::T6 | Self::T8)
    }

    /// Items of a complex; `None` where its bonds decide.
    #[must_use]
    pub fn items(self, split: Split) -> Option<u32> {
        let (train, test) = match self {
            // Two axes, and one with four.
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
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        Self::ALL
            .into_iter()
            .find(|task| {
                task.name().eq_ignore_ascii_case(text) || task.title().eq_ignore_ascii_case(text)
            })
            .ok_or_else(|| format!("\"{text}\" is no task; give T1 to T9, or all"))
    }
}

/// Reads `all`, or tasks separated by commas; sorted, each once.
///
/// # Errors
/// What is no task, and what would be right.
pub fn parse_tasks(text: &str) -> Result<Vec<Task>, String> {
    if text.trim().eq_ignore_ascii_case("all") {
        return Ok(Task::ALL.to_vec());
    }
    let mut tasks = text
        .split(',')
        .map(str::parse)
        .collect::<Result<Vec<Task>, String>>()?;
    tasks.sort_unstable();
    tasks.dedup();
    Ok(tasks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_the_papers() {
        // Complexes of the paper's splits, and its totals.
        let totals = |task: Task| {
            (
                task.items(Split::Train).map(|n| n * 3503),
                task.items(Split::Test).map(|n| n * 490),
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
    fn lists_of_tasks() {
        assert_eq!(parse_tasks("T2, t1,T2"), Ok(vec![Task::T1, Task::T2]));
        assert_eq!(parse_tasks("all").map(|tasks| tasks.len()), Ok(9));
        assert!(parse_tasks("T0").is_err_and(|error| error.contains("T1 to T9")));
    }
}
