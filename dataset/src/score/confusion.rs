//! What answers of each task confuse: axes, signs, sizes, letters and bonds.

use std::collections::{BTreeMap, BTreeSet};

use molshot_scenes::commands::Axis;

use super::answer::AnswerBond;
use super::graded::{GradedItem, Outcome};
use super::metric::{self, Understood};
use crate::step::{Step, StepKind};
use crate::task::{OPTION_LETTERS, Task};

/// The screen axes, in order.
pub const AXES: [Axis; 3] = [Axis::X, Axis::Y, Axis::Z];

/// Counts of the answers to the questions of a task.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct TaskConfusion {
    /// Number of questions.
    pub questions: usize,
    /// Number of questions of each outcome.
    pub outcomes: BTreeMap<Outcome, usize>,
    /// Commands: one kind in T1, T2 and T3, `roll` and `move` in T7, none in other tasks.
    pub motions: BTreeMap<StepKind, MotionConfusion>,
    /// Letters: T5, T6, T8.
    pub letters: LetterConfusion,
    /// Bonds: T4, T9.
    pub bonds: BondConfusion,
}

/// Counts of commands of one kind, by what is true and what was given.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct MotionConfusion {
    /// Counts by true axis (x, y, z); then by given axis, no command, another kind of command.
    pub axes: [[usize; 5]; 3],
    /// Counts of commands of the right axis by true sign (+, -); then by given sign (+, -, zero).
    pub signs: [[usize; 3]; 2],
    /// Counts of commands of the right axis and sign by the given size minus the true one, in
    /// angstrom or degrees.
    pub size_errors: BTreeMap<i32, usize>,
}

/// Counts of letters of options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct LetterConfusion {
    /// Counts by true letter (A to D); then by given letter, no letter.
    pub letters: [[usize; 5]; 4],
}

/// Counts of hydrogen bonds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct BondConfusion {
    /// Questions by whether the reference has bonds (yes, no); then by whether the answer has
    /// (yes, no, not understood or missing).
    pub presence: [[usize; 3]; 2],
    /// Bonds of the reference that were given.
    pub found: usize,
    /// Bonds of the reference that an understood answer lacks.
    pub missed: usize,
    /// Bonds of the reference of questions without an understood answer.
    pub unanswered: usize,
    /// Bonds that were given and are not of the reference, by what is wrong with them.
    pub extra: BTreeMap<ExtraBond, usize>,
    /// Understood answers by the number of their bonds minus that of the reference.
    pub count_errors: BTreeMap<i32, usize>,
}

/// What is wrong with a bond that is not of the reference; the first that applies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ExtraBond {
    /// Only the atom of the ligand: the reference has a bond of this atom of the pocket.
    LigandAtom,
    /// Only the atom of the residue: the reference has a bond of this residue and ligand atom.
    PocketAtom,
    /// Both atoms: the reference has a bond of this residue.
    BothAtoms,
    /// The reference has no bond of this residue.
    Residue,
}

impl ExtraBond {
    /// All kinds, in order.
    pub const ALL: [Self; 4] = [
        Self::LigandAtom,
        Self::PocketAtom,
        Self::BothAtoms,
        Self::Residue,
    ];

    fn of(given: &AnswerBond, reference: &BTreeSet<AnswerBond>) -> Self {
        let of_residue: Vec<&AnswerBond> = reference
            .iter()
            .filter(|other| {
                (&other.residue, &other.number, &other.chain)
                    == (&given.residue, &given.number, &given.chain)
            })
            .collect();
        if of_residue.iter().any(|other| other.atom == given.atom) {
            Self::LigandAtom
        } else if of_residue
            .iter()
            .any(|other| other.ligand_atom == given.ligand_atom)
        {
            Self::PocketAtom
        } else if of_residue.is_empty() {
            Self::Residue
        } else {
            Self::BothAtoms
        }
    }
}

/// The confusions of all tasks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Confusions {
    /// By task.
    pub tasks: BTreeMap<Task, TaskConfusion>,
}

impl Confusions {
    /// Counts the rows of an item.
    pub fn add(&mut self, item: &GradedItem<'_>) {
        let task = self.tasks.entry(item.item.task).or_default();
        let reference = metric::reference(item.item);
        for row in &item.rows {
            task.questions += 1;
            *task.outcomes.entry(row.outcome()).or_default() += 1;
            if let Some(reference) = &reference {
                task.add(reference, row.grade.understood.as_ref());
            }
        }
    }
}

impl TaskConfusion {
    /// Counts an answer; `given` is what was understood of it.
    fn add(&mut self, reference: &Understood, given: Option<&Understood>) {
        match reference {
            Understood::Step(reference) => {
                let given = match given {
                    Some(Understood::Step(given)) => Some(*given),
                    _ => None,
                };
                self.motion(*reference).add(*reference, given);
            }
            Understood::Docking { roll, shift } => {
                let (given_roll, given_shift) = match given {
                    Some(Understood::Docking { roll, shift }) => (*roll, *shift),
                    _ => (None, None),
                };
                for (reference, given) in [(roll, given_roll), (shift, given_shift)] {
                    if let Some(reference) = *reference {
                        self.motion(reference).add(reference, given);
                    }
                }
            }
            Understood::Letter(reference) => {
                let place = |letter: &str| OPTION_LETTERS.iter().position(|other| *other == letter);
                let given = match given {
                    Some(Understood::Letter(given)) => place(given),
                    _ => None,
                };
                if let Some(reference) = place(reference) {
                    let given = given.unwrap_or(OPTION_LETTERS.len());
                    self.letters.letters[reference][given] += 1;
                }
            }
            Understood::Bonds(reference) => {
                let given = match given {
                    Some(Understood::Bonds(given)) => Some(given),
                    _ => None,
                };
                self.bonds.add(reference, given);
            }
        }
    }

    fn motion(&mut self, reference: Step) -> &mut MotionConfusion {
        self.motions.entry(reference.kind).or_default()
    }
}

impl MotionConfusion {
    fn add(&mut self, reference: Step, given: Option<Step>) {
        let place = |axis: Axis| AXES.iter().position(|other| *other == axis).unwrap_or(0);
        let axis = place(reference.axis);
        let Some(given) = given else {
            self.axes[axis][3] += 1;
            return;
        };
        if given.kind != reference.kind {
            self.axes[axis][4] += 1;
            return;
        }
        self.axes[axis][place(given.axis)] += 1;
        if given.axis != reference.axis {
            return;
        }
        let sign = match given.amount.signum() {
            1 => 0,
            -1 => 1,
            _ => 2,
        };
        let true_sign = usize::from(reference.amount < 0);
        self.signs[true_sign][sign] += 1;
        if sign == true_sign {
            let error = given.amount.saturating_abs() - reference.amount.saturating_abs();
            *self.size_errors.entry(error).or_default() += 1;
        }
    }
}

impl LetterConfusion {
    /// Returns how often each letter is right, and how often each one was given.
    #[must_use]
    pub fn positions(&self) -> [[usize; 4]; 2] {
        let right = self.letters.map(|row| row.iter().sum());
        let given = [0, 1, 2, 3].map(|place| self.letters.iter().map(|row| row[place]).sum());
        [right, given]
    }
}

impl BondConfusion {
    fn add(&mut self, reference: &BTreeSet<AnswerBond>, given: Option<&BTreeSet<AnswerBond>>) {
        let presence = &mut self.presence[usize::from(reference.is_empty())];
        let Some(given) = given else {
            presence[2] += 1;
            self.unanswered += reference.len();
            return;
        };
        presence[usize::from(given.is_empty())] += 1;
        let found = given.intersection(reference).count();
        self.found += found;
        self.missed += reference.len() - found;
        for bond in given.difference(reference) {
            let kind = ExtraBond::of(bond, reference);
            *self.extra.entry(kind).or_default() += 1;
        }
        let error = given.len() as i32 - reference.len() as i32;
        *self.count_errors.entry(error).or_default() += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Item;

    /// Counts texts as answers to questions of a task: reference, text.
    fn confusion(task: Task, answers: &[(&str, &str)]) -> TaskConfusion {
        let mut confusion = TaskConfusion::default();
        for (reference, text) in answers {
            let item = Item {
                id: String::new(),
                task,
                answer: (*reference).to_owned(),
                options: Vec::new(),
                images: Vec::new(),
                facts: BTreeMap::new(),
            };
            let reference = metric::reference(&item).expect("an answer of the task");
            let given = metric::grade(&item, text).understood;
            confusion.add(&reference, given.as_ref());
        }
        confusion
    }

    #[test]
    fn axes_signs_and_sizes_are_counted_apart() {
        let counts = confusion(
            Task::T2,
            &[
                ("roll y 30", "roll y 30"),
                ("roll y 30", "roll y 75"),
                ("roll y -60", "roll y -15"),
                ("roll y 30", "roll y -30"),
                ("roll y 30", "roll y 0"),
                ("roll y 30", "roll x 30"),
                ("roll z 30", "move z 3"),
                ("roll x 30", "I cannot tell."),
            ],
        );
        let rolls = &counts.motions[&StepKind::Roll];
        assert_eq!(counts.motions.len(), 1);
        assert_eq!(
            rolls.axes,
            [[0, 0, 0, 1, 0], [1, 5, 0, 0, 0], [0, 0, 0, 0, 1]]
        );
        assert_eq!(rolls.signs, [[2, 1, 1], [0, 1, 0]]);
        // 30 -> 75 is 45 too large, and -60 -> -15 is 45 too small.
        assert_eq!(
            rolls.size_errors,
            BTreeMap::from([(-45, 1), (0, 1), (45, 1)])
        );
    }

    #[test]
    fn docking_counts_both_commands_and_a_lacking_one() {
        let counts = confusion(
            Task::T7,
            &[
                ("roll x 75, move x -14", "roll z 75, move x -10"),
                ("roll x 75, move x -14", "move x 14"),
                ("roll x 75, move x -14", "no idea"),
            ],
        );
        let rolls = &counts.motions[&StepKind::Roll];
        assert_eq!(rolls.axes[0], [0, 0, 1, 2, 0]);
        let moves = &counts.motions[&StepKind::Move];
        assert_eq!(moves.axes[0], [2, 0, 0, 1, 0]);
        assert_eq!(moves.signs, [[0, 0, 0], [1, 1, 0]]);
        assert_eq!(moves.size_errors, BTreeMap::from([(-4, 1)]));
    }

    #[test]
    fn letters_are_counted_by_place() {
        let counts = confusion(
            Task::T5,
            &[("A", "A"), ("B", "A"), ("D", "A"), ("D", "D"), ("C", "?")],
        );
        let letters = &counts.letters;
        assert_eq!(letters.letters[3], [1, 0, 0, 1, 0]);
        assert_eq!(letters.letters[2], [0, 0, 0, 0, 1]);
        assert_eq!(letters.positions(), [[1, 1, 1, 2], [3, 0, 0, 1]]);
    }

    #[test]
    fn bonds_are_found_missed_or_extra_by_what_is_wrong() {
        let reference = "ARG 45 NH2 A, O1B; LYS 47 NZ A, O1A";
        let counts = confusion(
            Task::T9,
            &[
                (reference, reference),
                (reference, "ARG 45 NH2 A, O9"),
                (reference, "ARG 45 NE A, O1B"),
                (
                    reference,
                    "LYS 47 N A, O9; LYS 47 NZ A, O1A; ASP 9 N A, O1A",
                ),
                (reference, "No"),
                (reference, "I cannot tell."),
            ],
        );
        let bonds = &counts.bonds;
        assert_eq!(bonds.presence, [[4, 1, 1], [0, 0, 0]]);
        assert_eq!((bonds.found, bonds.missed, bonds.unanswered), (3, 7, 2));
        assert_eq!(
            bonds.extra,
            BTreeMap::from(ExtraBond::ALL.map(|kind| (kind, 1)))
        );
        assert_eq!(
            bonds.count_errors,
            BTreeMap::from([(-2, 1), (-1, 2), (0, 1), (1, 1)])
        );
    }

    #[test]
    fn answers_about_one_residue_say_whether_it_bonds() {
        let counts = confusion(
            Task::T4,
            &[
                ("Yes: ARG NH2, O1B", "Yes: ARG NH1, O1B"),
                ("No", "Yes: ARG NH1, O1B"),
                ("No", "No"),
            ],
        );
        let bonds = &counts.bonds;
        assert_eq!(bonds.presence, [[1, 0, 0], [1, 1, 0]]);
        assert_eq!(bonds.extra[&ExtraBond::PocketAtom], 1);
        assert_eq!(bonds.extra[&ExtraBond::Residue], 1);
    }
}
