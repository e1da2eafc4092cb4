//! T1 translation, T2 rotation, T3 zooming: one motion, shown before and after.

use std::collections::BTreeMap;

use molshot_scenes::commands::Axis;

use super::preview_cache::MIN_ATOMS_IN_FRAME;
use super::question_builder::{AXES, Attempt, QuestionBuilder, THREE_VIEWS, amounts};
use crate::error::DatasetError;
use crate::picture::PictureKind;
use crate::step::Step;
use crate::task::Task;

/// Largest translation of T1, in angstrom.
pub const MAX_TRANSLATION_ANGSTROM: i32 = 4;
/// Largest rotation of T2, in degrees.
pub const MAX_ROTATION_DEGREES: i32 = 90;
/// Rotations are multiples of this, in degrees.
pub const ROTATION_STEP_DEGREES: i32 = 15;
/// Range of translations along z in T3, in angstrom.
pub const ZOOM_RANGE_ANGSTROM: std::ops::RangeInclusive<i32> = 40..=60;

/// Returns the rotations about one axis that answers may have.
fn rotations_about(axis: Axis) -> Vec<Step> {
    amounts(MAX_ROTATION_DEGREES, ROTATION_STEP_DEGREES)
        .into_iter()
        .map(|amount| Step::rotation(axis, amount))
        .collect()
}

/// Returns all rotations that answers may have.
#[must_use]
pub fn rotations() -> Vec<Step> {
    AXES.into_iter().flat_map(rotations_about).collect()
}

impl QuestionBuilder<'_> {
    /// Adds all items of T1, T2 or T3.
    pub(super) fn add_motions(&mut self, task: Task) -> Result<(), DatasetError> {
        let groups: Vec<Vec<Step>> = match task {
            Task::T1 => group(&AXES[..2], |axis| {
                let amounts = amounts(MAX_TRANSLATION_ANGSTROM, 1).into_iter();
                amounts
                    .map(|amount| Step::translation(axis, amount))
                    .collect()
            }),
            Task::T2 => group(&AXES, rotations_about),
            _ => group(&AXES[2..], |axis| {
                ZOOM_RANGE_ANGSTROM
                    .map(|amount| Step::translation(axis, amount))
                    .collect()
            }),
        };
        let all = task.items_per_complex(self.split).unwrap_or(0) as usize;
        let each = all / groups.len();
        for (number, mut candidates) in groups.into_iter().enumerate() {
            self.random_stream(task, &format!("group {number}"))
                .shuffle(&mut candidates);
            let mut candidates = candidates.into_iter();
            for _ in 0..each {
                let made = self.next_accepted(task, &mut candidates, |builder, step| {
                    builder.check_motion(task, step)
                })?;
                if let Some(step) = made {
                    let mut images = self.add_views(&PictureKind::Complex, &THREE_VIEWS, &[]);
                    images.push(self.add_front_after(&[step]));
                    self.add_item(task, step.to_string(), Vec::new(), images, BTreeMap::new());
                }
            }
        }
        Ok(())
    }

    /// Checks that a motion can be recognised from its picture.
    fn check_motion(&mut self, task: Task, step: Step) -> Attempt<Step> {
        if self.preview.atoms_in_frame(&[step]) < MIN_ATOMS_IN_FRAME {
            return Ok(Err("too_few_atoms_in_frame"));
        }
        if self.preview.looks_alike(self.thumbnailer, &[], &[step])? {
            return Ok(Err("after_looks_like_before"));
        }
        let increment = if task == Task::T2 {
            ROTATION_STEP_DEGREES
        } else {
            1
        };
        for neighbour in [step.amount - increment, step.amount + increment] {
            let other = step.with_amount(neighbour);
            if neighbour != 0
                && self
                    .preview
                    .looks_alike(self.thumbnailer, &[other], &[step])?
            {
                return Ok(Err("neighbouring_answer_looks_alike"));
            }
        }
        Ok(Ok(step))
    }
}

/// Makes one group of candidates per axis.
fn group(axes: &[Axis], candidates: impl Fn(Axis) -> Vec<Step>) -> Vec<Vec<Step>> {
    axes.iter().map(|axis| candidates(*axis)).collect()
}
