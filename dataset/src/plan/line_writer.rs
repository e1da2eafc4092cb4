//! Makes the lines of a plan on several threads and writes them in order.
//!
//! T5 shows a complex together with those that follow it in the seeded order of its split. A thread
//! takes several consecutive lines, so that each complex is read and previewed about once.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use super::finalize::PendingPlan;
use super::preview_cache::PreviewCache;
use super::question_builder::QuestionBuilder;
use super::thumbnail::Thumbnailer;
use super::{PlanOptions, UsableComplex, stop_if_asked};
use crate::complexes::ComplexSource;
use crate::error::DatasetError;
use crate::files::AtomicFile;
use crate::layout::Layout;
use crate::monitor::{Monitor, Progress};
use crate::picture::PictureSpec;
use crate::random::Random;
use crate::record::{ComplexPlan, Item};
use crate::task::{Split, Task};

/// Lines that a thread takes at a time, at most.
const MAX_RUN_LINES: usize = 16;

/// Inputs of the lines of a plan.
pub(super) struct LineWriter<'a> {
    pub(super) source: &'a ComplexSource,
    pub(super) options: &'a PlanOptions,
    /// Split and complex of each line, sorted by split.
    pub(super) lines: &'a [(Split, String)],
    /// Usable complexes by id.
    pub(super) usable: &'a BTreeMap<String, UsableComplex>,
    pub(super) monitor: Monitor<'a>,
}

/// The number of a line, and the line as JSON.
type NumberedLine = (usize, Result<Vec<u8>, DatasetError>);

/// The previews that a thread keeps, by line.
type Previews = BTreeMap<usize, PreviewCache>;

impl LineWriter<'_> {
    /// Makes all lines and writes them in order.
    ///
    /// The channel is bounded, so a thread that is far ahead waits.
    pub(super) fn write(&self, layout: &Layout) -> Result<PendingPlan, DatasetError> {
        let pending = PendingPlan(layout.file("plan/.complexes.draft"));
        let mut file = AtomicFile::create(pending.path())?;
        let next = AtomicUsize::new(0);
        let threads = self.options.threads.max(1);
        let run = (self.lines.len() / (threads * 4)).clamp(1, MAX_RUN_LINES);
        let (sender, receiver) = sync_channel(threads * MAX_RUN_LINES);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let sender = sender.clone();
                let next = &next;
                scope.spawn(move || self.make_lines(next, run, &sender));
            }
            drop(sender);
            let mut waiting = BTreeMap::new();
            let mut written = 0;
            // An early return drops the receiver, which ends the threads.
            for (number, line) in receiver {
                waiting.insert(number, line?);
                while let Some(mut line) = waiting.remove(&written) {
                    line.push(b'\n');
                    file.write_all(&line)
                        .map_err(DatasetError::file(pending.path()))?;
                    written += 1;
                    (self.monitor.progress)(Progress {
                        done: written,
                        total: self.lines.len(),
                    });
                }
            }
            stop_if_asked(self.monitor)
        })?;
        file.finish()?;
        Ok(pending)
    }

    /// Makes runs of lines until none is left or the receiver is gone.
    fn make_lines(&self, next: &AtomicUsize, run: usize, sender: &SyncSender<NumberedLine>) {
        let mut thumbnailer = Thumbnailer::new(self.options.size);
        loop {
            let first = next.fetch_add(run, Ordering::Relaxed);
            let mut previews = Previews::new();
            for number in first..(first + run).min(self.lines.len()) {
                if (self.monitor.stopped)() {
                    return;
                }
                let line = self.line(number, &mut thumbnailer, &mut previews);
                let line = line.and_then(|line| {
                    serde_json::to_vec(&line)
                        .map_err(|error| DatasetError::Request(error.to_string()))
                });
                if sender.send((number, line)).is_err() {
                    return;
                }
            }
            if first + run >= self.lines.len() {
                return;
            }
        }
    }

    /// Returns the preview of a line's complex, kept or newly read.
    fn preview(
        &self,
        number: usize,
        thumbnailer: &Thumbnailer,
        previews: &mut Previews,
    ) -> Result<PreviewCache, DatasetError> {
        if let Some(preview) = previews.remove(&number) {
            return Ok(preview);
        }
        let id = &self.lines[number].1;
        let complex = self.source.read(id).map_err(|error| {
            DatasetError::content(
                &self.source.path(id),
                format!("changed while it was planned: {}", error.message),
            )
        })?;
        PreviewCache::new(complex, thumbnailer)
    }

    /// Returns the lines of the complexes that T5 combines with a line's complex.
    ///
    /// They are the following lines of the same split, continuing at its first line.
    fn partners(&self, number: usize) -> Vec<usize> {
        let split = self.lines[number].0;
        let first = self.lines.partition_point(|(other, _)| *other < split);
        let count = self.lines[first..].partition_point(|(other, _)| *other == split);
        let wanted = Task::T5.items_per_complex(split).unwrap_or(0) as usize;
        (1..=wanted.min(count - 1))
            .map(|step| first + (number - first + step) % count)
            .collect()
    }

    /// Makes one line.
    fn line(
        &self,
        number: usize,
        thumbnailer: &mut Thumbnailer,
        previews: &mut Previews,
    ) -> Result<ComplexPlan, DatasetError> {
        let (split, id) = &self.lines[number];
        let options = self.options;
        let preview = self.preview(number, thumbnailer, previews)?;
        let mut builder = QuestionBuilder {
            seed: options.seed,
            size: options.size,
            split: *split,
            decoys: options.decoys,
            thumbnailer,
            preview,
            pictures: Vec::new(),
            items: Vec::new(),
            dropped: Vec::new(),
            resampled: BTreeMap::new(),
        };
        for task in &options.tasks {
            match task {
                Task::T1 | Task::T2 | Task::T3 => builder.add_motions(*task)?,
                Task::T5 => {
                    let mut partners = Vec::new();
                    for partner in self.partners(number) {
                        let preview = self.preview(partner, builder.thumbnailer, previews)?;
                        partners.push((partner, preview));
                    }
                    builder.add_translation_rotation(&mut partners)?;
                    // The next lines need them again.
                    previews.extend(partners);
                }
                Task::T6 => builder.add_rotation_rotation()?,
                Task::T7 => builder.add_docking()?,
                // Added together below, because the bonds are found once.
                Task::T4 | Task::T8 | Task::T9 => {}
            }
        }
        builder.add_bond_items(&options.tasks)?;
        let QuestionBuilder {
            pictures,
            mut items,
            dropped,
            resampled,
            preview,
            ..
        } = builder;
        shuffle_items(&mut items, id, options.seed);
        let renamed = preview.complex().renamed.clone();
        let usable = self.usable.get(id);
        Ok(ComplexPlan {
            id: id.clone(),
            split: *split,
            input_sha256: usable.map(|usable| usable.hash.clone()).unwrap_or_default(),
            content_sha256: usable
                .map(|usable| usable.fingerprint.content_sha256.clone())
                .unwrap_or_default(),
            cut: usable.and_then(|usable| usable.cut.clone()),
            renamed,
            pictures: group_by_scene(pictures),
            items,
            dropped,
            resampled,
        })
    }
}

/// Puts the items of each task in a random order and numbers them in it.
///
/// They are made residue by residue and axis by axis, and that order would reveal answers: the
/// residues of T4 with a bond come first.
fn shuffle_items(items: &mut Vec<Item>, complex: &str, seed: u64) {
    for task in Task::ALL {
        let mut of_task: Vec<Item> = Vec::new();
        items.retain(|item| {
            let other = item.task != task;
            if !other {
                of_task.push(item.clone());
            }
            other
        });
        Random::new(seed, &[complex, task.name(), "order"]).shuffle(&mut of_task);
        for (index, mut item) in of_task.into_iter().enumerate() {
            item.id = format!("{complex}-{}-{index}", task.name());
            items.push(item);
        }
    }
}

/// Groups pictures by scene, so that each scene is prepared once.
///
/// Scenes and their pictures are in the order of their paths, which are random.
fn group_by_scene(mut pictures: Vec<(String, PictureSpec)>) -> Vec<(String, PictureSpec)> {
    pictures.sort();
    let mut scenes: Vec<Vec<(String, PictureSpec)>> = Vec::new();
    for (path, picture) in pictures {
        match scenes
            .iter_mut()
            .find(|scene| scene[0].1.same_scene(&picture))
        {
            Some(scene) => scene.push((path, picture)),
            None => scenes.push(vec![(path, picture)]),
        }
    }
    scenes.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::PictureKind;

    fn item(task: Task, answer: &str) -> Item {
        Item {
            id: String::new(),
            task,
            answer: answer.to_owned(),
            options: Vec::new(),
            images: Vec::new(),
            facts: BTreeMap::new(),
        }
    }

    #[test]
    fn the_order_of_items_tells_nothing() {
        let mut yes_at = [0; 4];
        for seed in 0..400 {
            let mut items = vec![
                item(Task::T4, "Yes: ARG NH2, O1B"),
                item(Task::T4, "Yes: ARG NH1, O2B"),
                item(Task::T1, "move x 1"),
                item(Task::T4, "No"),
                item(Task::T4, "No"),
            ];
            shuffle_items(&mut items, "5ey0", seed);
            let ids: Vec<&str> = items.iter().map(|item| item.id.as_str()).collect();
            assert_eq!(
                ids,
                [
                    "5ey0-T1-0",
                    "5ey0-T4-0",
                    "5ey0-T4-1",
                    "5ey0-T4-2",
                    "5ey0-T4-3"
                ]
            );
            for (count, item) in yes_at.iter_mut().zip(&items[1..]) {
                *count += u32::from(item.answer != "No");
            }
        }
        // 200 each; the standard deviation is 10.
        assert!(
            yes_at.iter().all(|count| count.abs_diff(200) < 50),
            "{yes_at:?}"
        );
    }

    #[test]
    fn pictures_are_in_the_order_of_their_paths_by_scene() {
        let of_kind = |path: &str, kind: PictureKind| {
            (path.to_owned(), PictureSpec::new("x", kind, "front", &[]))
        };
        let pictures = vec![
            of_kind("d", PictureKind::Complex),
            of_kind("b", PictureKind::Pocket),
            of_kind("c", PictureKind::Pocket),
            of_kind("a", PictureKind::Complex),
        ];
        let sorted = group_by_scene(pictures);
        let paths: String = sorted.into_iter().map(|(path, _)| path).collect();
        assert_eq!(paths, "adbc");
    }
}
