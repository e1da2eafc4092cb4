//! Points for an answer, 0 to 1: the paper's rules, and our own where it leaves a gap.
//!
//! - T3 and choices: 1 if equal.
//! - T1, T2: 0 if the command or the axis is wrong, else 1 - |given - true| / width of the range (8 angstrom, 180 degrees), not below 0.
//! - T7: half for `roll` (as T2), half for `move`: 0 if the axis or the sign is wrong, else 1 - |given - true| / |true|, not below 0 (the
//!   paper does not say by what it divides). One of each must be there; their order is not judged.
//! - T4, T9: share of the true bonds that were given; 0.5 when all are, but false ones, too; 0 when more than twice as many are given as
//!   are true. T4 without bonds: 1 for `No`, else 0.

use molshot_scenes::commands::Axis;

use super::answer;
use crate::plan::motions::{MOST_ANGSTROM, MOST_DEGREES};
use crate::plan::record::Item;
use crate::step::{Step, StepKind};
use crate::task::Task;

/// What an answer is worth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Points {
    /// By the rules above.
    pub score: f64,
    /// Whether it says exactly what is true.
    pub exact: bool,
    /// Whether it says anything in the form that was asked for.
    pub understood: bool,
}

impl Points {
    const NONE: Self = Self {
        score: 0.0,
        exact: false,
        understood: false,
    };

    fn all_or_nothing(given: Option<bool>) -> Self {
        Self {
            score: f64::from(given == Some(true)),
            exact: given == Some(true),
            understood: given.is_some(),
        }
    }
}

/// Points of a text.
#[must_use]
pub fn points(item: &Item, text: &str) -> Points {
    match item.task {
        Task::T5 | Task::T6 | Task::T8 => {
            let given = answer::letter(
                text,
                if item.task == Task::T8 {
                    &item.options
                } else {
                    &[]
                },
            );
            Points::all_or_nothing(given.map(|letter| letter == item.answer))
        }
        Task::T1 | Task::T2 | Task::T3 => {
            let Some((given, truth)) = answer::step(text).zip(answer::step(&item.answer)) else {
                return Points::NONE;
            };
            let exact = given == truth;
            let score = match item.task {
                Task::T3 => f64::from(exact),
                task => near(given, truth, width(task)),
            };
            Points {
                score,
                exact,
                understood: true,
            }
        }
        Task::T7 => docking(&item.answer, text),
        Task::T4 | Task::T9 => bonds(item, text),
    }
}

fn width(task: Task) -> f64 {
    f64::from(
        2 * if task == Task::T1 {
            MOST_ANGSTROM
        } else {
            MOST_DEGREES
        },
    )
}

fn near(given: Step, truth: Step, width: f64) -> f64 {
    if given.kind != truth.kind || given.axis != truth.axis {
        return 0.0;
    }
    (1.0 - f64::from((given.amount - truth.amount).abs()) / width).max(0.0)
}

fn docking(truth: &str, text: &str) -> Points {
    let one_of = |steps: &[Step], kind: StepKind| {
        let mut of_kind = steps.iter().copied().filter(|step| step.kind == kind);
        let first = of_kind.next()?;
        of_kind.all(|step| step == first).then_some(first)
    };
    let (given, truth) = (answer::steps(text), answer::steps(truth));
    let both = |steps: &[Step]| one_of(steps, StepKind::Roll).zip(one_of(steps, StepKind::Move));
    let Some(((given_roll, given_move), (roll, shift))) = both(&given).zip(both(&truth)) else {
        return Points::NONE;
    };
    let right_way =
        given_move.axis == Axis::X && given_move.amount.signum() == shift.amount.signum();
    let moved = if right_way {
        near(given_move, shift, f64::from(shift.amount.abs()))
    } else {
        0.0
    };
    Points {
        score: 0.5 * near(given_roll, roll, width(Task::T2)) + 0.5 * moved,
        exact: given_roll == roll && given_move == shift,
        understood: true,
    }
}

fn bonds(item: &Item, text: &str) -> Points {
    let whole_names = item.task == Task::T9;
    let truth = answer::bonds(&item.answer, whole_names).unwrap_or_default();
    let Some(given) = answer::bonds(text, whole_names) else {
        return Points::NONE;
    };
    let hits = given.intersection(&truth).count();
    let exact = given == truth;
    let score = if truth.is_empty() {
        f64::from(given.is_empty())
    } else if given.len() > 2 * truth.len() {
        0.0
    } else if hits == truth.len() && given.len() > truth.len() {
        0.5
    } else {
        hits as f64 / truth.len() as f64
    };
    Points {
        score,
        exact,
        understood: true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn score(task: Task, truth: &str, text: &str) -> f64 {
        let item = Item {
            id: "x".into(),
            task,
            answer: truth.into(),
            options: Vec::new(),
            images: Vec::new(),
            facts: BTreeMap::new(),
        };
        points(&item, text).score
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "all of these are exact in binary")]
    fn the_papers_rules() {
        assert_eq!(score(Task::T1, "move x 3", "move x 3"), 1.0);
        assert_eq!(score(Task::T1, "move x 3", "move x 1"), 0.75);
        assert_eq!(score(Task::T1, "move x 3", "move y 3"), 0.0);
        assert_eq!(score(Task::T1, "move x 4", "move x -400"), 0.0);
        assert_eq!(score(Task::T2, "roll y 90", "roll y 0"), 0.5);
        assert_eq!(score(Task::T2, "roll y 90", "move y 90"), 0.0);
        assert_eq!(score(Task::T3, "move z 50", "move z 51"), 0.0);
        assert_eq!(
            score(Task::T7, "roll x 75, move x -14", "roll x 75, move x -14"),
            1.0
        );
        assert_eq!(
            score(Task::T7, "roll x 75, move x -14", "roll x 75, move x 14"),
            0.5
        );
        assert_eq!(
            score(Task::T7, "roll x 75, move x -14", "roll y 75, move x -7"),
            0.25
        );
        assert_eq!(score(Task::T7, "roll x 75, move x -14", "roll x 75"), 0.0);
        let truth = "Yes: ARG NH2, O1B; ARG NE, O2G";
        assert_eq!(score(Task::T4, truth, "Yes: ARG NE, O2G"), 0.5);
        assert_eq!(
            score(Task::T4, truth, "Yes: ARG NE, O2G; ARG NH2, O1B; ARG N, O1"),
            0.5
        );
        assert_eq!(score(Task::T4, truth, "No"), 0.0);
        assert_eq!(score(Task::T4, "No", "no"), 1.0);
        assert_eq!(score(Task::T4, "No", truth), 0.0);
        let many = "Yes: ARG NH2, O1B; ARG NE, O2G; ARG A, A; ARG B, B; ARG C, C";
        assert_eq!(score(Task::T4, truth, many), 0.0);
        assert_eq!(
            score(Task::T9, "ARG 45 NH2 A, O1B", "ARG 45 NH2 A, O1B"),
            1.0
        );
        assert_eq!(
            score(Task::T9, "ARG 45 NH2 A, O1B", "ARG 44 NH2 A, O1B"),
            0.0
        );
        assert_eq!(score(Task::T5, "C", "Option C"), 1.0);
    }
}
