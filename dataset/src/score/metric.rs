//! Points for an answer, 0 to 1, by the rules of the paper; where it is silent, a choice is noted.
//!
//! - T3, T5, T6, T8: 1 if equal to the reference, else 0.
//! - T1, T2: 0 if the command or the axis is wrong, else 1 - |given - reference| / width of the
//!   range (8 angstrom, 180 degrees), at least 0.
//! - T7: half of the points for `roll` (as T2) and half for `move`: 0 if the axis or the sign is
//!   wrong, else 1 - |given - reference| / |reference|, at least 0 (the paper does not name the
//!   divisor). A single command gets its half; two different ones of a kind make the answer
//!   invalid; the order does not matter.
//! - T4, T9: the share of the reference bonds that were given; 0.5 if all were given together with
//!   wrong ones; 0 if more than twice as many were given as the reference has. T4 without bonds: 1
//!   for `No`, else 0.

use std::collections::BTreeSet;
use std::fmt;

use molshot_scenes::commands::Axis;

use super::answer::{self, AnswerBond};
use super::same_bonds::{as_compared, reference_bonds};
use crate::messages::AnswerWords;
use crate::plan::motions::{MAX_ROTATION_DEGREES, MAX_TRANSLATION_ANGSTROM};
use crate::record::Item;
use crate::step::{Step, StepKind, join_steps};
use crate::task::{OPTION_LETTERS, Task};

/// The points of one answer.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Points {
    /// Score from 0 to 1.
    pub score: f64,
    /// Whether the answer equals the reference.
    pub exact: bool,
    /// Whether the answer has the required form.
    pub understood: bool,
}

/// What was understood of an answer, or of a reference answer.
///
/// Its display form is the text of an answer: `move x 3`, `B`, `ARG NH2, O1B; ARG NE, O2G`, `No`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Understood {
    /// The command of T1, T2 or T3.
    Step(Step),
    /// The two commands of T7, of which an answer may lack one.
    Docking {
        /// The rotation.
        roll: Option<Step>,
        /// The translation.
        shift: Option<Step>,
    },
    /// The letter of an option: T5, T6, T8.
    Letter(&'static str),
    /// Bonds in the form in which they are compared: T4, T9. Empty for an answer that denies any.
    Bonds(BTreeSet<AnswerBond>),
}

impl fmt::Display for Understood {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Step(step) => step.fmt(f),
            Self::Docking { roll, shift } => {
                let steps: Vec<Step> = roll.iter().chain(shift).copied().collect();
                f.write_str(&join_steps(&steps))
            }
            Self::Letter(letter) => f.write_str(letter),
            Self::Bonds(bonds) if bonds.is_empty() => f.write_str("No"),
            Self::Bonds(bonds) => {
                let texts: Vec<String> = bonds.iter().map(AnswerBond::to_string).collect();
                f.write_str(&texts.join("; "))
            }
        }
    }
}

/// The points of an answer, and what was understood of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Grade {
    /// The points.
    pub points: Points,
    /// What the points are for; `None` if the answer does not have the required form.
    pub understood: Option<Understood>,
}

impl Grade {
    const NONE: Self = Self {
        points: Points {
            score: 0.0,
            exact: false,
            understood: false,
        },
        understood: None,
    };

    fn of(score: f64, exact: bool, understood: Understood) -> Self {
        Self {
            points: Points {
                score,
                exact,
                understood: true,
            },
            understood: Some(understood),
        }
    }
}

/// Scores the text of an answer against the reference answer of an item.
///
/// ```
/// use molshot_dataset::record::Item;
/// use molshot_dataset::score::metric::points;
///
/// let item: Item = serde_json::from_str(
///     r#"{"id": "5ey0-T1-0", "task": "T1", "answer": "move x 3", "images": []}"#,
/// )?;
/// assert_eq!(points(&item, "The answer is: move x 3").score, 1.0);
/// assert_eq!(points(&item, "move x 1").score, 0.75);
/// assert!(!points(&item, "I cannot tell.").understood);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn points(item: &Item, text: &str) -> Points {
    grade(item, text).points
}

/// Scores the text of an answer in the language of its question, or in English.
#[must_use]
pub fn points_in(item: &Item, text: &str, words: &AnswerWords) -> Points {
    grade_in(item, text, words).points
}

/// Scores the text of an answer, and returns what was understood of it.
#[must_use]
pub fn grade(item: &Item, text: &str) -> Grade {
    match item.task {
        Task::T5 | Task::T6 | Task::T8 => {
            let options: &[String] = match item.task {
                Task::T8 => &item.options,
                _ => &[],
            };
            answer::letter(text, options).map_or(Grade::NONE, |letter| {
                let exact = letter == item.answer;
                Grade::of(f64::from(exact), exact, Understood::Letter(letter))
            })
        }
        Task::T1 | Task::T2 | Task::T3 => {
            let given = answer::step(text);
            // In T3 only the number is asked for.
            let given = given.or_else(|| answer::depth(text).filter(|_| item.task == Task::T3));
            let Some((given, reference)) = given.zip(answer::step(&item.answer)) else {
                return Grade::NONE;
            };
            let exact = given == reference;
            let score = match item.task {
                Task::T3 => f64::from(exact),
                task => closeness(given, reference, width(task)),
            };
            Grade::of(score, exact, Understood::Step(given))
        }
        Task::T7 => docking(&item.answer, text),
        Task::T4 | Task::T9 => bonds(item, text),
    }
}

/// Does the work of [`grade`] in the language of the question, or in English.
#[must_use]
pub fn grade_in(item: &Item, text: &str, words: &AnswerWords) -> Grade {
    // Words are replaced in what is searched only, so that time is linear in the length.
    let text = &*answer::searched(text);
    let english = words.translated(text);
    let given = grade(item, &english.text);
    // Without its denial, a text may seem to say the opposite.
    if given.points.understood || english.denies || english.text == text {
        return given;
    }
    grade(item, text)
}

/// Returns the reference answer of an item in the form in which answers are understood.
///
/// `None` if the plan has a text that is not an answer of the task.
#[must_use]
pub fn reference(item: &Item) -> Option<Understood> {
    match item.task {
        Task::T5 | Task::T6 | Task::T8 => {
            let mut letters = OPTION_LETTERS.into_iter();
            let letter = letters.find(|letter| *letter == item.answer);
            letter.map(Understood::Letter)
        }
        Task::T1 | Task::T2 | Task::T3 => answer::step(&item.answer).map(Understood::Step),
        Task::T7 => docking(&item.answer, &item.answer).understood,
        Task::T4 | Task::T9 => {
            let bonds = reference_bonds(item);
            let bonds = bonds.iter().map(|bond| as_compared(item, bond));
            Some(Understood::Bonds(bonds.collect()))
        }
    }
}

/// Returns the width of the range of answers of T1 or T2.
fn width(task: Task) -> f64 {
    f64::from(
        2 * if task == Task::T1 {
            MAX_TRANSLATION_ANGSTROM
        } else {
            MAX_ROTATION_DEGREES
        },
    )
}

/// Scores a step by its distance from the reference.
fn closeness(given: Step, reference: Step, width: f64) -> f64 {
    if given.kind != reference.kind || given.axis != reference.axis {
        return 0.0;
    }
    (1.0 - f64::from((given.amount - reference.amount).abs()) / width).max(0.0)
}

fn docking(reference: &str, text: &str) -> Grade {
    // With several different commands of a kind, it is unclear which one is the answer.
    let one_of = |steps: &[Step], kind: StepKind| -> Result<Option<Step>, ()> {
        let mut of_kind = steps.iter().copied().filter(|step| step.kind == kind);
        let first = of_kind.next();
        let same = of_kind.all(|step| Some(step) == first);
        same.then_some(first).ok_or(())
    };
    let both = |steps: &[Step]| -> Result<_, ()> {
        Ok((
            one_of(steps, StepKind::Roll)?,
            one_of(steps, StepKind::Move)?,
        ))
    };
    let (given, reference) = (answer::steps(text), answer::steps(reference));
    let (Ok(given), Ok((Some(roll), Some(shift)))) = (both(&given), both(&reference)) else {
        return Grade::NONE;
    };
    if given == (None, None) {
        return Grade::NONE;
    }
    let (given_roll, given_move) = given;
    let roll_score = given_roll.map_or(0.0, |given| closeness(given, roll, width(Task::T2)));
    let has_right_direction =
        |given: &Step| given.axis == Axis::X && given.amount.signum() == shift.amount.signum();
    let move_score = given_move.filter(has_right_direction).map_or(0.0, |given| {
        closeness(given, shift, f64::from(shift.amount.abs()))
    });
    Grade::of(
        0.5 * roll_score + 0.5 * move_score,
        given == (Some(roll), Some(shift)),
        Understood::Docking {
            roll: given_roll,
            shift: given_move,
        },
    )
}

fn bonds(item: &Item, text: &str) -> Grade {
    let key = |bond: &AnswerBond| as_compared(item, bond);
    let reference = reference_bonds(item)
        .iter()
        .map(key)
        .collect::<BTreeSet<_>>();
    let given = answer::bonds(text).filter(|bonds| {
        // T9 also requires the residue number.
        match item.task {
            Task::T4 => {
                item.facts.contains_key("residue")
                    || bonds.iter().all(|bond| !bond.residue.is_empty())
            }
            _ => bonds.iter().all(|bond| bond.number.is_some()),
        }
    });
    let Some(given) = given else {
        return Grade::NONE;
    };
    let given: BTreeSet<AnswerBond> = given.iter().map(key).collect();
    let hits = given.intersection(&reference).count();
    let exact = given == reference;
    let score = if reference.is_empty() {
        f64::from(given.is_empty())
    } else if given.len() > 2 * reference.len() {
        0.0
    } else if hits == reference.len() && given.len() > reference.len() {
        0.5
    } else {
        hits as f64 / reference.len() as f64
    };
    Grade::of(score, exact, Understood::Bonds(given))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn score(task: Task, reference: &str, text: &str) -> f64 {
        let item = Item {
            id: "x".into(),
            task,
            answer: reference.into(),
            options: Vec::new(),
            images: Vec::new(),
            facts: BTreeMap::new(),
        };
        points(&item, text).score
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "these values are exact in binary")]
    fn the_rules_of_the_paper() {
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
        assert_eq!(score(Task::T7, "roll x 75, move x -14", "roll x 75"), 0.5);
        assert_eq!(score(Task::T7, "roll x 75, move x -14", "move x -14"), 0.5);
        assert_eq!(score(Task::T7, "roll x 75, move x -14", "roll y 75"), 0.0);
        assert_eq!(
            score(
                Task::T7,
                "roll x 75, move x -14",
                "roll x 75, roll y 75, move x -14"
            ),
            0.0
        );
        let reference = "Yes: ARG NH2, O1B; ARG NE, O2G";
        assert_eq!(score(Task::T4, reference, "Yes: ARG NE, O2G"), 0.5);
        assert_eq!(
            score(
                Task::T4,
                reference,
                "Yes: ARG NE, O2G; ARG NH2, O1B; ARG N, O1"
            ),
            0.5
        );
        assert_eq!(score(Task::T4, reference, "No"), 0.0);
        assert_eq!(score(Task::T4, "No", "no"), 1.0);
        assert_eq!(score(Task::T4, "No", reference), 0.0);
        let many = "Yes: ARG NH2, O1B; ARG NE, O2G; ARG A, A; ARG B, B; ARG C, C";
        assert_eq!(score(Task::T4, reference, many), 0.0);
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

    fn item(task: Task, answer: &str, facts: &[(&str, &str)]) -> Item {
        let facts = facts
            .iter()
            .map(|(key, value)| ((*key).into(), (*value).into()));
        Item {
            id: "x".into(),
            task,
            answer: answer.into(),
            options: Vec::new(),
            images: Vec::new(),
            facts: facts.collect(),
        }
    }

    #[test]
    #[expect(clippy::float_cmp, reason = "these values are exact in binary")]
    fn given_numbers_and_chains_must_be_right() {
        let residue = item(
            Task::T4,
            "Yes: MET N, N4; MET O, N7",
            &[("residue", "MET 104 A")],
        );
        for (text, score, understood) in [
            ("Yes: MET N, N4; MET O, N7", 1.0, true),
            ("Yes: MET 104 N, N4; MET104 O, N7", 1.0, true),
            ("Yes: MET 104 N A, N4; MET 104 O A, N7", 1.0, true),
            ("Yes: MET 999 N, N4; MET 999 O, N7", 0.0, true),
            ("Yes: MET 104 N B, N4; MET 104 O, N7", 0.5, true),
            ("Yes: MET N, N4*; MET O, N7", 0.5, true),
            ("Yes: MET N foo bar, N4; MET O, N7", 0.0, false),
            ("No", 0.0, true),
            ("No idea", 0.0, false),
        ] {
            let points = points(&residue, text);
            assert_eq!(
                (points.score, points.understood),
                (score, understood),
                "{text}"
            );
        }
        let reference = "ILE 50 N A, O1; ARG 45 NE A, O2";
        let twins = item(Task::T9, reference, &[("twins", "ILE 50; ASP 25")]);
        let one_chain = item(Task::T9, reference, &[("chain", "A")]);
        let unnamed = item(
            Task::T9,
            "ILE 50 N ?, O1; ARG 45 NE ?, O2",
            &[("chain", "")],
        );
        for (text, [of_twins, of_one, of_unnamed]) in [
            (reference, [1.0, 1.0, 1.0]),
            ("ILE 50 A N, O1; ARG 45 A NE, O2", [1.0, 1.0, 1.0]),
            ("ILE 50 N A, O1; ARG 45 NE, O2", [1.0, 1.0, 1.0]),
            ("ILE 50 N, O1; ARG 45 NE, O2", [0.5, 1.0, 1.0]),
            ("ILE 50 N ?, O1; ARG 45 NE ?, O2", [0.5, 1.0, 1.0]),
            ("ILE 50 N B, O1; ARG 45 NE A, O2", [0.5, 0.5, 1.0]),
            ("ILE N A, O1", [0.0, 0.0, 0.0]),
            ("ILE N, O1", [0.0, 0.0, 0.0]),
        ] {
            for (item, wanted) in [
                (&twins, of_twins),
                (&one_chain, of_one),
                (&unnamed, of_unnamed),
            ] {
                assert_eq!(points(item, text).score, wanted, "{text}, {:?}", item.facts);
            }
        }
    }
}
