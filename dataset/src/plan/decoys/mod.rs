//! The four options of T5 and T6: the right pair of motions and three wrong ones.
//!
//! By default they are a square: both motions right, the first changed, the second changed, both
//! changed. A changed motion has another axis, the opposite sign, or another size. Each change is
//! as probable as its reverse, so of all questions with the same four options, each option is right
//! in a quarter: no rule on the options alone beats chance.
//!
//! The schemes of the paper are an alternative: both sizes changed; the first sign flipped and the
//! second size changed; the first axis and the second size changed. All four second sizes differ,
//! and the right one is as often the smallest as the largest.

use molshot_scenes::commands::Axis;

use super::motions::{MAX_ROTATION_DEGREES, MAX_TRANSLATION_ANGSTROM, ROTATION_STEP_DEGREES};
use super::question_builder::{AXES, amounts};
use crate::random::Random;
use crate::rules::Decoys;
use crate::step::{Step, StepKind};

/// Two consecutive motions.
pub(super) type MotionPair = [Step; 2];

/// A changed size differs by at least this many increments (1 angstrom, 15 degrees).
///
/// One increment is visible, but it is the hardest difference to see.
const MIN_INCREMENTS: i32 = 2;

/// Returns the four options, the right one first.
pub(super) fn options(right: MotionPair, decoys: Decoys, random: &mut Random) -> [MotionPair; 4] {
    match decoys {
        Decoys::Square => square(right, random),
        Decoys::Paper => paper(right, random),
    }
}

/// Returns the largest size and the increment of a kind of motion.
fn range(kind: StepKind) -> (i32, i32) {
    match kind {
        StepKind::Move => (MAX_TRANSLATION_ANGSTROM, 1),
        StepKind::Roll => (MAX_ROTATION_DEGREES, ROTATION_STEP_DEGREES),
    }
}

/// How a motion is changed in a square.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Axis,
    Sign,
    Size,
}

const CHANGES: [Change; 3] = [Change::Axis, Change::Sign, Change::Size];

/// Returns the square of options.
fn square([first, second]: MotionPair, random: &mut Random) -> [MotionPair; 4] {
    let draw = |random: &mut Random| CHANGES[random.below(CHANGES.len())];
    let is_two_turns = first.kind == second.kind;
    let mut changes = [draw(random), draw(random)];
    // Both turns on the third axis would be one turn.
    while is_two_turns && changes == [Change::Axis; 2] {
        changes = [draw(random), draw(random)];
    }
    let other_first = changed(first, changes[0], &axes_for(first, second), random);
    let other_second = changed(second, changes[1], &axes_for(second, first), random);
    [
        [first, second],
        [other_first, second],
        [first, other_second],
        [other_first, other_second],
    ]
}

/// Returns the other axes that a motion may have beside the other motion of its pair.
fn axes_for(step: Step, other: Step) -> Vec<Axis> {
    let is_allowed = |axis: Axis| {
        axis != step.axis
            && match (step.kind, other.kind) {
                // Motion in depth is hardly visible, so translations stay in the screen's plane.
                (StepKind::Move, _) => axis != Axis::Z,
                (StepKind::Roll, StepKind::Roll) => axis != other.axis,
                (StepKind::Roll, StepKind::Move) => true,
            }
    };
    AXES.into_iter().filter(|axis| is_allowed(*axis)).collect()
}

/// Changes a motion.
///
/// Every size is drawn with the same probability; the sign is flipped if the drawn one is too near.
/// So a size is changed into another as often as the other into it.
fn changed(step: Step, change: Change, axes: &[Axis], random: &mut Random) -> Step {
    match change {
        Change::Axis => Step {
            axis: random.choose(axes).copied().unwrap_or(step.axis),
            ..step
        },
        Change::Sign => step.inverse(),
        Change::Size => {
            let (_, increment) = range(step.kind);
            match random.choose(&other_amounts(step)) {
                Some(amount) if (amount - step.amount).abs() >= MIN_INCREMENTS * increment => {
                    step.with_amount(*amount)
                }
                _ => step.inverse(),
            }
        }
    }
}

/// Returns the other allowed amounts of the same sign.
fn other_amounts(step: Step) -> Vec<i32> {
    let (max, increment) = range(step.kind);
    amounts(max, increment)
        .into_iter()
        .filter(|amount| amount.signum() == step.amount.signum() && *amount != step.amount)
        .collect()
}

/// Returns the right pair and one wrong pair by each scheme of the paper.
fn paper([first, second]: MotionPair, random: &mut Random) -> [MotionPair; 4] {
    let resized = random
        .choose(&other_amounts(first))
        .map_or(first, |amount| first.with_amount(*amount));
    let axis = random
        .choose(&axes_for(first, second))
        .copied()
        .unwrap_or(first.axis);
    // Drawn without replacement: of four different sizes, each is right equally often.
    let mut sizes = other_amounts(second);
    random.shuffle(&mut sizes);
    let mut seconds = sizes.into_iter().map(|amount| second.with_amount(amount));
    let mut next = || seconds.next().unwrap_or(second);
    [
        [first, second],
        [resized, next()],
        [first.inverse(), next()],
        [Step { axis, ..first }, next()],
    ]
}

#[cfg(test)]
mod tests;
