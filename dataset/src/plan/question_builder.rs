//! Builds the questions of one complex: state and helpers that all tasks share.

use std::collections::BTreeMap;

use molshot_scenes::commands::Axis;

use super::preview_cache::{PreviewCache, Reason, command_texts};
use super::thumbnail::Thumbnailer;
use crate::error::DatasetError;
use crate::picture::{PictureKind, PictureSize, PictureSpec};
use crate::random::Random;
use crate::record::{Dropped, Item};
use crate::rules::Decoys;
use crate::step::Step;
use crate::task::{Split, Task};

/// The three screen axes.
pub(super) const AXES: [Axis; 3] = [Axis::X, Axis::Y, Axis::Z];
/// Candidates that are tried for one item before it is dropped.
const MAX_ATTEMPTS: usize = 24;
/// The views of a complex before its motion.
pub(super) const THREE_VIEWS: [&str; 3] = ["front", "left", "top"];
/// The six standard views.
pub(super) const SIX_VIEWS: [&str; 6] = ["front", "left", "top", "back", "right", "bottom"];

/// Collects the pictures and items of one complex.
#[derive(Debug)]
pub(super) struct QuestionBuilder<'a> {
    pub(super) seed: u64,
    pub(super) size: PictureSize,
    pub(super) split: Split,
    pub(super) decoys: Decoys,
    pub(super) thumbnailer: &'a mut Thumbnailer,
    pub(super) preview: PreviewCache,
    pub(super) pictures: Vec<(String, PictureSpec)>,
    pub(super) items: Vec<Item>,
    pub(super) dropped: Vec<Dropped>,
    pub(super) resampled: BTreeMap<Task, BTreeMap<String, u32>>,
}

/// The result of trying a candidate: the parts of an item, or the reason of rejection.
pub(super) type Attempt<T> = Result<Result<T, Reason>, DatasetError>;

impl QuestionBuilder<'_> {
    /// Returns the id of the complex.
    pub(super) fn id(&self) -> String {
        self.preview.id().to_owned()
    }

    /// Returns the random stream of an item, or of what all items of a task share.
    pub(super) fn random_stream(&self, task: Task, what: &str) -> Random {
        Random::new(self.seed, &[self.preview.id(), task.name(), what])
    }

    /// Returns the next candidate that is accepted; rejected ones are counted by reason.
    ///
    /// Each candidate is taken from the iterator once, so the items of a complex differ. When none
    /// is accepted, the item is dropped with the reason of the last rejection.
    pub(super) fn next_accepted<C: Copy, T>(
        &mut self,
        task: Task,
        candidates: &mut impl Iterator<Item = C>,
        mut attempt: impl FnMut(&mut Self, C) -> Attempt<T>,
    ) -> Result<Option<T>, DatasetError> {
        let mut last = "no_candidate_left";
        for candidate in candidates.take(MAX_ATTEMPTS) {
            match attempt(self, candidate)? {
                Ok(made) => return Ok(Some(made)),
                Err(reason) => {
                    last = reason;
                    self.count_rejection(task, reason);
                }
            }
        }
        self.add_dropped(task, last, String::new());
        Ok(None)
    }

    /// Counts a rejected candidate.
    pub(super) fn count_rejection(&mut self, task: Task, reason: Reason) {
        let counts = self.resampled.entry(task).or_default();
        *counts.entry(reason.to_owned()).or_default() += 1;
    }

    /// Records that an item could not be made.
    pub(super) fn add_dropped(&mut self, task: Task, reason: Reason, about: String) {
        self.dropped.push(Dropped {
            task,
            reason: reason.to_owned(),
            about,
        });
    }

    /// Adds a picture to the plan, unless it is there, and returns its path.
    pub(super) fn add_picture(&mut self, picture: PictureSpec) -> String {
        let path = picture.path(self.preview.id(), self.seed);
        if !self.pictures.iter().any(|(other, _)| *other == path) {
            self.pictures.push((path.clone(), picture));
        }
        path
    }

    /// Adds pictures of several views, with further commands, and returns their paths.
    pub(super) fn add_views(
        &mut self,
        kind: &PictureKind,
        views: &[&str],
        further: &[String],
    ) -> Vec<String> {
        let id = self.id();
        let chains = self.preview.has_chains();
        views
            .iter()
            .map(|view| {
                let picture = PictureSpec::new(&id, kind.clone(), view, further);
                self.add_picture(picture.with_chains(chains))
            })
            .collect()
    }

    /// Adds a picture of the front view after steps and returns its path.
    pub(super) fn add_front_after(&mut self, steps: &[Step]) -> String {
        let further = command_texts(steps);
        let id = self.id();
        let picture = PictureSpec::new(&id, PictureKind::Complex, "front", &further);
        self.add_picture(picture.with_chains(self.preview.has_chains()))
    }

    /// Adds an item. It gets its id when the items of the complex are complete and shuffled.
    pub(super) fn add_item(
        &mut self,
        task: Task,
        answer: String,
        options: Vec<String>,
        images: Vec<String>,
        facts: BTreeMap<String, String>,
    ) {
        self.items.push(Item {
            id: String::new(),
            task,
            answer,
            options,
            images,
            facts,
        });
    }
}

/// Returns the multiples of `step` from `-max` to `max` without 0.
pub(super) fn amounts(max: i32, step: i32) -> Vec<i32> {
    (-max / step..=max / step)
        .filter(|n| *n != 0)
        .map(|n| n * step)
        .collect()
}
