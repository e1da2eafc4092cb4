//! T5 translation and rotation, T6 two rotations: which of four pictures shows the same motions?
//!
//! Each item has three distractors, one by each scheme of the paper: both sizes changed; the first
//! sign flipped and the second size changed; the first axis and the second size changed. A changed
//! size is another allowed size of the same sign.

use std::collections::BTreeMap;

use molshot_scenes::commands::Axis;

use super::motions::{
    MAX_ROTATION_DEGREES, MAX_TRANSLATION_ANGSTROM, ROTATION_STEP_DEGREES, rotations,
};
use super::preview_cache::{PreviewCache, command_texts};
use super::question_builder::{AXES, Attempt, QuestionBuilder, THREE_VIEWS, amounts};
use super::thumbnail::Thumbnailer;
use crate::error::DatasetError;
use crate::picture::{PictureKind, PictureSpec};
use crate::random::Random;
use crate::step::{Step, StepKind};
use crate::task::{OPTION_LETTERS, Task};

/// Two consecutive motions.
type MotionPair = [Step; 2];

impl QuestionBuilder<'_> {
    /// Adds all items of T5.
    ///
    /// `partners` are the complexes that the options show; items take them in rotation.
    pub(super) fn add_translation_rotation(
        &mut self,
        partners: &mut [(usize, PreviewCache)],
    ) -> Result<(), DatasetError> {
        let task = Task::T5;
        let mut candidates = Vec::new();
        for &first_axis in &AXES[..2] {
            for first in amounts(MAX_TRANSLATION_ANGSTROM, 1) {
                for second in rotations() {
                    candidates.push([Step::translation(first_axis, first), second]);
                }
            }
        }
        self.random_stream(task, "pairs").shuffle(&mut candidates);
        let mut candidates = candidates.into_iter();
        let all = task.items_per_complex(self.split).unwrap_or(0) as usize;
        // Items of other complexes show these views, even if this complex has no item.
        self.add_views(&PictureKind::Complex, &THREE_VIEWS);
        for index in 0..all {
            let mut random = self.random_stream(task, &index.to_string());
            let partner = index % partners.len().max(1);
            let Some((_, target)) = partners.get_mut(partner) else {
                self.add_dropped(task, "no_other_complex", String::new());
                continue;
            };
            let made = self.next_accepted(task, &mut candidates, |builder, pair| {
                if builder
                    .preview
                    .looks_alike(builder.thumbnailer, &[], &pair)?
                {
                    return Ok(Err("after_looks_like_before"));
                }
                shuffled_options(target, builder.thumbnailer, &[], pair, &mut random)
            })?;
            let Some((pair, options, letter)) = made else {
                continue;
            };
            let mut images = self.add_views(&PictureKind::Complex, &THREE_VIEWS);
            images.push(self.add_front_after(&pair));
            let (other, chains) = (target.id().to_owned(), target.has_chains());
            // These pictures are in the plan of the other complex.
            let seed = self.seed;
            images.extend(THREE_VIEWS.map(|view| {
                let picture = PictureSpec::new(&other, PictureKind::Complex, view, &[]);
                picture.with_chains(chains).path(&other, seed)
            }));
            let mut paths = Vec::new();
            for option in &options {
                let picture = PictureSpec::new(
                    &other,
                    PictureKind::Complex,
                    "front",
                    &command_texts(option),
                );
                paths.push(self.add_picture(picture.with_chains(chains)));
            }
            images.extend(paths.iter().cloned());
            let facts = BTreeMap::from([("other".to_owned(), other)]);
            self.add_item(task, index, letter, paths, images, facts);
        }
        Ok(())
    }

    /// Adds all items of T6.
    pub(super) fn add_rotation_rotation(&mut self) -> Result<(), DatasetError> {
        let task = Task::T6;
        let mut candidates = Vec::new();
        for first in rotations() {
            for second in rotations() {
                if first.axis != second.axis {
                    candidates.push([first, second]);
                }
            }
        }
        self.random_stream(task, "pairs").shuffle(&mut candidates);
        let mut candidates = candidates.into_iter();
        let all = task.items_per_complex(self.split).unwrap_or(0) as usize;
        for index in 0..all {
            let mut random = self.random_stream(task, &index.to_string());
            let made = self.next_accepted(task, &mut candidates, |builder, pair| {
                if builder
                    .preview
                    .looks_alike(builder.thumbnailer, &[], &pair)?
                {
                    return Ok(Err("after_looks_like_before"));
                }
                let thumbnailer = &mut *builder.thumbnailer;
                shuffled_options(&mut builder.preview, thumbnailer, &pair, pair, &mut random)
            })?;
            let Some((pair, options, letter)) = made else {
                continue;
            };
            let mut images = self.add_views(&PictureKind::Complex, &THREE_VIEWS);
            images.push(self.add_front_after(&pair));
            let mut paths = Vec::new();
            for option in &options {
                paths.push(self.add_front_after(&[pair.as_slice(), option].concat()));
            }
            images.extend(paths.iter().cloned());
            self.add_item(task, index, letter, paths, images, BTreeMap::new());
        }
        Ok(())
    }
}

/// Returns the pair, its shuffled options, and the letter of the right option.
fn shuffled_options(
    target: &mut PreviewCache,
    thumbnailer: &mut Thumbnailer,
    before: &[Step],
    pair: MotionPair,
    random: &mut Random,
) -> Attempt<(MotionPair, Vec<MotionPair>, String)> {
    let mut options = vec![pair];
    options.extend(distractors(pair, random));
    let mut order = [0, 1, 2, 3];
    random.shuffle(&mut order);
    let options: Vec<MotionPair> = order.iter().map(|index| options[*index]).collect();
    let letter = order.iter().position(|index| *index == 0).unwrap_or(0);
    for (number, a) in options.iter().enumerate() {
        for b in &options[..number] {
            let [a, b] = [a, b].map(|option| [before, option].concat());
            if target.looks_alike(thumbnailer, &a, &b)? {
                return Ok(Err("two_options_look_alike"));
            }
        }
    }
    Ok(Ok((pair, options, OPTION_LETTERS[letter].to_owned())))
}

/// Returns one wrong pair by each scheme.
fn distractors([first, second]: MotionPair, random: &mut Random) -> [MotionPair; 3] {
    let other_axes: Vec<Axis> = match first.kind {
        // Motion in depth is hardly visible, so translations stay in the plane of the screen.
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

/// Returns the same motion with another size of the same sign.
fn resized(step: Step, random: &mut Random) -> Step {
    let (max, increment) = match step.kind {
        StepKind::Move => (MAX_TRANSLATION_ANGSTROM, 1),
        StepKind::Roll => (MAX_ROTATION_DEGREES, ROTATION_STEP_DEGREES),
    };
    let others: Vec<i32> = amounts(max, increment)
        .into_iter()
        .filter(|amount| amount.signum() == step.amount.signum() && *amount != step.amount)
        .collect();
    step.with_amount(random.choose(&others).copied().unwrap_or(step.amount))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distractors_follow_the_three_schemes() {
        let mut random = Random::new(1, &["distractors"]);
        for pair in [
            [Step::translation(Axis::X, 3), Step::rotation(Axis::X, -15)],
            [Step::rotation(Axis::Z, -90), Step::rotation(Axis::Y, 45)],
        ] {
            for _ in 0..50 {
                let [sizes, sign, axis] = distractors(pair, &mut random);
                assert!(sizes[0].axis == pair[0].axis && sizes[0].amount != pair[0].amount);
                assert_eq!(sizes[0].amount.signum(), pair[0].amount.signum());
                assert_eq!(sign[0], pair[0].inverse());
                assert!(axis[0].axis != pair[0].axis && axis[0].amount == pair[0].amount);
                for distractor in [sizes, sign, axis] {
                    assert!(
                        distractor[1].axis == pair[1].axis
                            && distractor[1].amount != pair[1].amount
                    );
                    assert_eq!(distractor[1].amount.signum(), pair[1].amount.signum());
                    assert!(distractor[1].amount.abs() <= 90 && distractor[1].amount % 15 == 0);
                }
            }
        }
    }
}
