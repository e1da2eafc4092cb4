//! T1 translation, T2 rotation, T3 zooming: one motion, seen before and after.

use std::collections::BTreeMap;

use molshot_scenes::commands::Axis;

use super::maker::{AXES, Maker, THREE_VIEWS, Try, amounts};
use crate::error::DatasetError;
use crate::picture::Look;
use crate::plan::studio::LEAST_ATOMS;
use crate::step::Step;
use crate::task::Task;

/// Largest translation of T1, angstrom.
pub const MOST_ANGSTROM: i32 = 4;
/// Largest rotation of T2, degrees.
pub const MOST_DEGREES: i32 = 90;
/// Rotations are multiples of this, degrees.
pub const DEGREES: i32 = 15;
/// T3's range, angstrom.
pub const ZOOM_ANGSTROM: std::ops::RangeInclusive<i32> = 40..=60;

impl Maker<'_> {
    /// All items of T1, T2 or T3.
    pub(super) fn motions(&mut self, task: Task) -> Result<(), DatasetError> {
        let groups: Vec<Vec<Step>> = match task {
            Task::T1 => group(&AXES[..2], |axis| {
                let amounts = amounts(MOST_ANGSTROM, 1).into_iter();
                amounts
                    .map(|amount| Step::translation(axis, amount))
                    .collect()
            }),
            Task::T2 => group(&AXES, |axis| {
                let amounts = amounts(MOST_DEGREES, DEGREES).into_iter();
                amounts.map(|amount| Step::rotation(axis, amount)).collect()
            }),
            _ => group(&AXES[2..], |axis| {
                ZOOM_ANGSTROM
                    .map(|amount| Step::translation(axis, amount))
                    .collect()
            }),
        };
        let all = task.items(self.split).unwrap_or(0) as usize;
        let each = all / groups.len();
        let mut index = 0;
        for (number, mut candidates) in groups.into_iter().enumerate() {
            self.random(task, &format!("group {number}"))
                .shuffle(&mut candidates);
            let mut candidates = candidates.into_iter();
            for _ in 0..each {
                let made = self.next_of(task, &mut candidates, |maker, step| {
                    maker.motion(task, step)
                })?;
                if let Some(step) = made {
                    let mut images = self.views(&Look::Complex, &THREE_VIEWS);
                    images.push(self.after(&[step]));
                    self.push(
                        task,
                        index,
                        step.to_string(),
                        Vec::new(),
                        images,
                        BTreeMap::new(),
                    );
                }
                index += 1;
            }
        }
        Ok(())
    }

    /// Whether a motion can be told from its picture.
    fn motion(&mut self, task: Task, step: Step) -> Try<Step> {
        if self.studio.atoms_in_frame(&[step]) < LEAST_ATOMS {
            return Ok(Err("too_few_atoms_in_frame"));
        }
        if self.studio.alike(self.sketcher, &[], &[step])? {
            return Ok(Err("after_looks_like_before"));
        }
        let grid = if task == Task::T2 { DEGREES } else { 1 };
        for neighbour in [step.amount - grid, step.amount + grid] {
            let other = step.with_amount(neighbour);
            if neighbour != 0 && self.studio.alike(self.sketcher, &[other], &[step])? {
                return Ok(Err("neighbouring_answer_looks_alike"));
            }
        }
        Ok(Ok(step))
    }
}

fn group(axes: &[Axis], candidates: impl Fn(Axis) -> Vec<Step>) -> Vec<Vec<Step>> {
    axes.iter().map(|axis| candidates(*axis)).collect()
}
