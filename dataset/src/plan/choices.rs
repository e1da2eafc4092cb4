//! T5 translation and rotation, T6 two rotations: two motions, to be recognised among four
//! pictures.
//!
//! Three wrong options an item, one from each of the paper's schemes: both sizes changed; the first
//! motion's sign flipped and the second's size changed; the first motion's axis and the second's
//! size changed. A size is changed to another of the grid, the sign staying.

use std::collections::BTreeMap;

use molshot_scenes::commands::Axis;

use super::maker::{AXES, Maker, THREE_VIEWS, Try, amounts};
use super::motions::{DEGREES, MOST_ANGSTROM, MOST_DEGREES};
use crate::error::DatasetError;
use crate::picture::{Look, Picture};
use crate::plan::studio::{Studio, texts};
use crate::random::Random;
use crate::step::{Step, StepKind};
use crate::task::Task;

/// Letters of the options.
pub const LETTERS: [&str; 4] = ["A", "B", "C", "D"];

/// Two motions, one after the other.
type Pair = [Step; 2];

impl Maker<'_> {
    /// All items of T5; `partners` are the complexes on which motions are to be recognised, item by
    /// item and in turns.
    pub(super) fn carried_over(
        &mut self,
        partners: &mut [(usize, Studio)],
    ) -> Result<(), DatasetError> {
        let task = Task::T5;
        let mut candidates = Vec::new();
        for &first_axis in &AXES[..2] {
            for first in amounts(MOST_ANGSTROM, 1) {
                for second in rotations() {
                    candidates.push([Step::translation(first_axis, first), second]);
                }
            }
        }
        self.random(task, "pairs").shuffle(&mut candidates);
        let mut candidates = candidates.into_iter();
        let all = task.items(self.split).unwrap_or(0) as usize;
        // Others show this complex as it stands, whatever becomes of its own items.
        self.views(&Look::Complex, &THREE_VIEWS);
        for index in 0..all {
            let mut random = self.random(task, &index.to_string());
            let place = index % partners.len().max(1);
            let Some((_, target)) = partners.get_mut(place) else {
                self.drop_item(task, "no_other_complex", String::new());
                continue;
            };
            let made = self.next_of(task, &mut candidates, |maker, pair| {
                if maker.studio.alike(maker.sketcher, &[], &pair)? {
                    return Ok(Err("after_looks_like_before"));
                }
                options(target, maker.sketcher, &[], pair, &mut random)
            })?;
            let Some((pair, options, letter)) = made else {
                continue;
            };
            let mut images = self.views(&Look::Complex, &THREE_VIEWS);
            images.push(self.after(&pair));
            let (other, chains) = (target.id().to_owned(), target.has_chains());
            // These belong to the other complex, which has them in the plan, too.
            let seed = self.seed;
            images.extend(THREE_VIEWS.map(|view| {
                let picture = Picture::new(&other, Look::Complex, view, &[]);
                picture.with_chains(chains).path(&other, seed)
            }));
            let mut paths = Vec::new();
            for option in &options {
                let picture = Picture::new(&other, Look::Complex, "front", &texts(option));
                paths.push(self.picture(picture.with_chains(chains)));
            }
            images.extend(paths.iter().cloned());
            let facts = BTreeMap::from([("other".to_owned(), other)]);
            self.push(task, index, letter, paths, images, facts);
        }
        Ok(())
    }

    /// All items of T6.
    pub(super) fn carried_on(&mut self) -> Result<(), DatasetError> {
        let task = Task::T6;
        let mut candidates = Vec::new();
        for first in rotations() {
            for second in rotations() {
                if first.axis != second.axis {
                    candidates.push([first, second]);
                }
            }
        }
        self.random(task, "pairs").shuffle(&mut candidates);
        let mut candidates = candidates.into_iter();
        let all = task.items(self.split).unwrap_or(0) as usize;
        for index in 0..all {
            let mut random = self.random(task, &index.to_string());
            let made = self.next_of(task, &mut candidates, |maker, pair| {
                if maker.studio.alike(maker.sketcher, &[], &pair)? {
                    return Ok(Err("after_looks_like_before"));
                }
                let sketcher = &mut *maker.sketcher;
                options(&mut maker.studio, sketcher, &pair, pair, &mut random)
            })?;
            let Some((pair, options, letter)) = made else {
                continue;
            };
            let mut images = self.views(&Look::Complex, &THREE_VIEWS);
            images.push(self.after(&pair));
            let mut paths = Vec::new();
            for option in &options {
                paths.push(self.after(&[pair.as_slice(), option].concat()));
            }
            images.extend(paths.iter().cloned());
            self.push(task, index, letter, paths, images, BTreeMap::new());
        }
        Ok(())
    }
}

/// The right pair and three wrong ones in any order, with the letter of the right one.
fn options(
    target: &mut Studio,
    sketcher: &mut crate::plan::sketch::Sketcher,
    before: &[Step],
    pair: Pair,
    random: &mut Random,
) -> Try<(Pair, Vec<Pair>, String)> {
    let mut options = vec![pair];
    options.extend(decoys(pair, random));
    let mut order = [0, 1, 2, 3];
    random.shuffle(&mut order);
    let options: Vec<Pair> = order.iter().map(|place| options[*place]).collect();
    let letter = order.iter().position(|place| *place == 0).unwrap_or(0);
    for (number, a) in options.iter().enumerate() {
        for b in &options[..number] {
            let [a, b] = [a, b].map(|option| [before, option].concat());
            if target.alike(sketcher, &a, &b)? {
                return Ok(Err("two_options_look_alike"));
            }
        }
    }
    Ok(Ok((pair, options, LETTERS[letter].to_owned())))
}

fn rotations() -> Vec<Step> {
    AXES.iter()
        .flat_map(|axis| {
            amounts(MOST_DEGREES, DEGREES)
                .into_iter()
                .map(|amount| Step::rotation(*axis, amount))
        })
        .collect()
}

/// One wrong pair of each scheme.
fn decoys([first, second]: Pair, random: &mut Random) -> [Pair; 3] {
    let other_axes: Vec<Axis> = match first.kind {
        // Depth hardly shows, so translations stay in the plane of the screen.
        StepKind::Move => AXES[..2]
            .iter()
            .copied()
            .filter(|axis| *axis != first.axis)
            .collect(),
        StepKind::Roll => AXES
            .iter()
            .copied()
            .filter(|axis| *axis != first.axis && *axis != second.axis)
            .collect(),
    };
    let axis = random.choose(&other_axes).copied().unwrap_or(first.axis);
    [
        [resized(first, random), resized(second, random)],
        [first.inverse(), resized(second, random)],
        [Step { axis, ..first }, resized(second, random)],
    ]
}

/// The same motion by another size.
fn resized(step: Step, random: &mut Random) -> Step {
    let (most, grid) = match step.kind {
        StepKind::Move => (MOST_ANGSTROM, 1),
        StepKind::Roll => (MOST_DEGREES, DEGREES),
    };
    let others: Vec<i32> = amounts(most, grid)
        .into_iter()
        .filter(|amount| amount.signum() == step.amount.signum() && *amount != step.amount)
        .collect();
    step.with_amount(random.choose(&others).copied().unwrap_or(step.amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decoys_follow_the_three_schemes() {
        let mut random = Random::new(1, &["decoys"]);
        for pair in [
            [Step::translation(Axis::X, 3), Step::rotation(Axis::X, -15)],
            [Step::rotation(Axis::Z, -90), Step::rotation(Axis::Y, 45)],
        ] {
            for _ in 0..50 {
                let [sizes, sign, axis] = decoys(pair, &mut random);
                assert!(sizes[0].axis == pair[0].axis && sizes[0].amount != pair[0].amount);
                assert_eq!(sizes[0].amount.signum(), pair[0].amount.signum());
                assert_eq!(sign[0], pair[0].inverse());
                assert!(axis[0].axis != pair[0].axis && axis[0].amount == pair[0].amount);
                for decoy in [sizes, sign, axis] {
                    assert!(decoy[1].axis == pair[1].axis && decoy[1].amount != pair[1].amount);
                    assert_eq!(decoy[1].amount.signum(), pair[1].amount.signum());
                    assert!(decoy[1].amount.abs() <= 90 && decoy[1].amount % 15 == 0);
                }
            }
        }
    }
}
