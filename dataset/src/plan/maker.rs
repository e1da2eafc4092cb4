//! What the makers of items share: the complex's lines in the plan, tries, and pictures.

use std::collections::BTreeMap;

use molshot_scenes::commands::Axis;

use crate::error::DatasetError;
use crate::picture::{Look, Picture, PictureSize};
use crate::plan::record::{Dropped, Item};
use crate::plan::sketch::Sketcher;
use crate::plan::studio::{Reason, Studio};
use crate::random::Random;
use crate::step::Step;
use crate::task::{Split, Task};

/// Three axes.
pub(super) const AXES: [Axis; 3] = [Axis::X, Axis::Y, Axis::Z];
/// Most tries of an item.
const MOST_TRIES: usize = 24;
/// The views that show a complex before its motion.
pub(super) const THREE_VIEWS: [&str; 3] = ["front", "left", "top"];
/// All views.
pub(super) const SIX_VIEWS: [&str; 6] = ["front", "left", "top", "back", "right", "bottom"];

/// Makes the items of one complex.
#[derive(Debug)]
pub(super) struct Maker<'a> {
    pub(super) seed: u64,
    pub(super) size: PictureSize,
    pub(super) split: Split,
    pub(super) sketcher: &'a mut Sketcher,
    pub(super) studio: Studio,
    pub(super) pictures: Vec<(String, Picture)>,
    pub(super) items: Vec<Item>,
    pub(super) dropped: Vec<Dropped>,
    pub(super) resampled: BTreeMap<Task, BTreeMap<String, u32>>,
}

/// What a try gives: the item's parts, or why it is none.
pub(super) type Try<T> = Result<Result<T, Reason>, DatasetError>;

impl Maker<'_> {
    pub(super) fn id(&self) -> String {
        self.studio.id().to_owned()
    }

    /// The stream of an item, or of something that all items of a task share.
    pub(super) fn random(&self, task: Task, what: &str) -> Random {
        Random::new(self.seed, &[self.studio.id(), task.name(), what])
    }

    /// The next candidate of a group of items that passes; those that fail are counted. All
    /// candidates of a group come in an order of their own, and each is taken once: items of a
    /// complex differ.
    pub(super) fn next_of<C: Copy, T>(
        &mut self,
        task: Task,
        candidates: &mut impl Iterator<Item = C>,
        mut attempt: impl FnMut(&mut Self, C) -> Try<T>,
    ) -> Result<Option<T>, DatasetError> {
        let mut last = "no_candidate_left";
        for candidate in candidates.take(MOST_TRIES) {
            match attempt(self, candidate)? {
                Ok(made) => return Ok(Some(made)),
                Err(reason) => {
                    last = reason;
                    self.count(task, reason);
                }
            }
        }
        self.drop_item(task, last, String::new());
        Ok(None)
    }

    pub(super) fn count(&mut self, task: Task, reason: Reason) {
        let counts = self.resampled.entry(task).or_default();
        *counts.entry(reason.to_owned()).or_default() += 1;
    }

    pub(super) fn drop_item(&mut self, task: Task, reason: Reason, about: String) {
        self.dropped.push(Dropped {
            task,
            reason: reason.to_owned(),
            about,
        });
    }

    /// Takes a picture into the plan, once, and returns its path.
    pub(super) fn picture(&mut self, picture: Picture) -> String {
        let path = picture.path(self.studio.id(), self.seed);
        if !self.pictures.iter().any(|(other, _)| *other == path) {
            self.pictures.push((path.clone(), picture));
        }
        path
    }

    /// Pictures of views.
    pub(super) fn views(&mut self, look: &Look, views: &[&str]) -> Vec<String> {
        let id = self.id();
        let chains = self.studio.has_chains();
        views
            .iter()
            .map(|view| {
                let picture = Picture::new(&id, look.clone(), view, &[]);
                self.picture(picture.with_chains(chains))
            })
            .collect()
    }

    /// The front view after steps.
    pub(super) fn after(&mut self, steps: &[Step]) -> String {
        let further: Vec<String> = steps.iter().map(Step::to_string).collect();
        let id = self.id();
        let picture = Picture::new(&id, Look::Complex, "front", &further);
        self.picture(picture.with_chains(self.studio.has_chains()))
    }

    /// Adds an item with the next number of its task.
    pub(super) fn push(
        &mut self,
        task: Task,
        index: usize,
        answer: String,
        options: Vec<String>,
        images: Vec<String>,
        facts: BTreeMap<String, String>,
    ) {
        self.items.push(Item {
            id: format!("{}-{}-{index}", self.studio.id(), task.name()),
            task,
            answer,
            options,
            images,
            facts,
        });
    }
}

/// Steps from `-most` to `most`, not 0.
pub(super) fn amounts(most: i32, step: i32) -> Vec<i32> {
    (-most / step..=most / step)
        .filter(|n| *n != 0)
        .map(|n| n * step)
        .collect()
}
