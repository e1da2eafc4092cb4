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
use crate::record::ComplexPlan;
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
        items.sort_by_key(|item| item.task);
        let renamed = preview.complex().renamed.clone();
        let usable = self.usable.get(id);
        Ok(ComplexPlan {
            id: id.clone(),
            split: *split,
            input_sha256: usable.map(|usable| usable.hash.clone()).unwrap_or_default(),
            cut: usable.and_then(|usable| usable.cut.clone()),
            renamed,
            pictures: group_by_scene(pictures),
            items,
            dropped,
            resampled,
        })
    }
}

/// Groups pictures by scene, so that each scene is prepared once.
///
/// Scenes are in the order of their first pictures.
fn group_by_scene(pictures: Vec<(String, PictureSpec)>) -> Vec<(String, PictureSpec)> {
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
