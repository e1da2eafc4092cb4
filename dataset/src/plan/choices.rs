//! T5 translation and rotation, T6 two rotations: which of four pictures shows the same motions?
//!
//! The module `decoys` chooses the wrong options.

use std::collections::BTreeMap;

use super::decoys::{self, MotionPair};
use super::motions::{MAX_TRANSLATION_ANGSTROM, rotations};
use super::preview_cache::{PreviewCache, command_texts};
use super::question_builder::{AXES, Attempt, QuestionBuilder, THREE_VIEWS, amounts};
use super::thumbnail::Thumbnailer;
use crate::error::DatasetError;
use crate::picture::{PictureKind, PictureSpec};
use crate::random::Random;
use crate::step::Step;
use crate::task::{OPTION_LETTERS, Task};

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
        self.add_views(&PictureKind::Complex, &THREE_VIEWS, &[]);
        for index in 0..all {
            let mut random = self.random_stream(task, &index.to_string());
            let partner = index % partners.len().max(1);
            let Some((_, target)) = partners.get_mut(partner) else {
                self.add_dropped(task, "no_other_complex", String::new());
                continue;
            };
            let made = self.next_accepted(task, &mut candidates, |builder, pair| {
                let options = match builder.draw_options(pair, &mut random)? {
                    Ok(options) => options,
                    Err(reason) => return Ok(Err(reason)),
                };
                let checked = check_options(target, builder.thumbnailer, &[], &options)?;
                Ok(checked.map(|()| (pair, options)))
            })?;
            let Some((pair, options)) = made else {
                continue;
            };
            let (options, letter) = shuffled(options, &mut random);
            let mut images = self.add_views(&PictureKind::Complex, &THREE_VIEWS, &[]);
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
            self.add_item(task, letter, paths, images, facts);
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
                let options = match builder.draw_options(pair, &mut random)? {
                    Ok(options) => options,
                    Err(reason) => return Ok(Err(reason)),
                };
                let thumbnailer = &mut *builder.thumbnailer;
                let checked = check_options(&mut builder.preview, thumbnailer, &pair, &options)?;
                Ok(checked.map(|()| (pair, options)))
            })?;
            let Some((pair, options)) = made else {
                continue;
            };
            let (options, letter) = shuffled(options, &mut random);
            let mut images = self.add_views(&PictureKind::Complex, &THREE_VIEWS, &[]);
            images.push(self.add_front_after(&pair));
            let mut paths = Vec::new();
            for option in &options {
                paths.push(self.add_front_after(&[pair.as_slice(), option].concat()));
            }
            images.extend(paths.iter().cloned());
            self.add_item(task, letter, paths, images, BTreeMap::new());
        }
        Ok(())
    }
}

/// Returns the shuffled options, and the letter of the first of them.
fn shuffled(options: [MotionPair; 4], random: &mut Random) -> ([MotionPair; 4], String) {
    let mut order = [0, 1, 2, 3];
    random.shuffle(&mut order);
    let letter = order.iter().position(|index| *index == 0).unwrap_or(0);
    let options = order.map(|index| options[index]);
    (options, OPTION_LETTERS[letter].to_owned())
}

/// Checks that the options look different, each applied after `before`.
fn check_options(
    target: &mut PreviewCache,
    thumbnailer: &mut Thumbnailer,
    before: &[Step],
    options: &[MotionPair; 4],
) -> Attempt<()> {
    for (number, a) in options.iter().enumerate() {
        for b in &options[..number] {
            let [a, b] = [a, b].map(|option| [before, option].concat());
            if target.looks_alike(thumbnailer, &a, &b)? {
                return Ok(Err("two_options_look_alike"));
            }
        }
    }
    Ok(Ok(()))
}

impl QuestionBuilder<'_> {
    /// Draws the options of a pair of motions.
    ///
    /// All four motions must be visible in the reference, not only the right one: otherwise the
    /// option that changes least would be wrong more often.
    fn draw_options(&mut self, pair: MotionPair, random: &mut Random) -> Attempt<[MotionPair; 4]> {
        let options = decoys::options(pair, self.decoys, random);
        for option in &options {
            if self.preview.looks_alike(self.thumbnailer, &[], option)? {
                return Ok(Err("after_looks_like_before"));
            }
        }
        Ok(Ok(options))
    }
}
