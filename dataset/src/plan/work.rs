//! The lines of a plan, made on all processors and written in order.
//!
//! T5 shows a complex beside others: those that follow it in its side's order, which the seed
//! decides. A thread takes a few lines in a row, so that each complex is read and sketched about
//! once.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use super::finish::Draft;
use super::maker::Maker;
use super::record::ComplexPlan;
use super::sketch::Sketcher;
use super::studio::Studio;
use super::{PlanOptions, Sound, stop_if_asked};
use crate::complexes::Source;
use crate::error::DatasetError;
use crate::files::Unfinished;
use crate::layout::Layout;
use crate::task::{Split, Task};
use crate::watch::{Progress, Watch};

/// Most lines that a thread takes at a time.
const MOST_LINES: usize = 16;

/// The lines of a plan, to be made.
pub(super) struct Work<'a> {
    pub(super) source: &'a Source,
    pub(super) options: &'a PlanOptions,
    /// Side and complex of each line; lines of a side follow each other.
    pub(super) lines: &'a [(Split, String)],
    pub(super) sound: &'a BTreeMap<String, Sound>,
    pub(super) watch: Watch<'a>,
}

/// A line's number with the line as JSON.
type Made = (usize, Result<Vec<u8>, DatasetError>);

/// Complexes as a thread has them on its table, by line.
type Table = BTreeMap<usize, Studio>;

impl Work<'_> {
    /// Makes all lines and writes them in order. The threads are few lines apart: one that is far
    /// ahead waits.
    pub(super) fn write(&self, layout: &Layout) -> Result<Draft, DatasetError> {
        let draft = Draft(layout.file("plan/.complexes.draft"));
        let mut file = Unfinished::create(draft.path())?;
        let next = AtomicUsize::new(0);
        let threads = self.options.threads.max(1);
        let run = (self.lines.len() / (threads * 4)).clamp(1, MOST_LINES);
        let (sender, receiver) = sync_channel(threads * MOST_LINES);
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let sender = sender.clone();
                let next = &next;
                scope.spawn(move || self.make(next, run, &sender));
            }
            drop(sender);
            let mut waiting = BTreeMap::new();
            let mut written = 0;
            // Whoever returns early drops the receiver, which ends the threads.
            for (number, line) in receiver {
                waiting.insert(number, line?);
                while let Some(mut line) = waiting.remove(&written) {
                    line.push(b'\n');
                    file.write_all(&line)
                        .map_err(DatasetError::file(draft.path()))?;
                    written += 1;
                    (self.watch.progress)(Progress {
                        done: written,
                        total: self.lines.len(),
                    });
                }
            }
            stop_if_asked(self.watch)
        })?;
        file.finish()?;
        Ok(draft)
    }

    /// Makes runs of lines until none is left, or nobody listens.
    fn make(&self, next: &AtomicUsize, run: usize, sender: &SyncSender<Made>) {
        let mut sketcher = Sketcher::new(self.options.size);
        loop {
            let first = next.fetch_add(run, Ordering::Relaxed);
            let mut table = Table::new();
            for number in first..(first + run).min(self.lines.len()) {
                if (self.watch.stopped)() {
                    return;
                }
                let line = self.line(number, &mut sketcher, &mut table);
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

    /// Takes a line's complex from the table, or reads it.
    fn studio(
        &self,
        number: usize,
        sketcher: &Sketcher,
        table: &mut Table,
    ) -> Result<Studio, DatasetError> {
        if let Some(studio) = table.remove(&number) {
            return Ok(studio);
        }
        let id = &self.lines[number].1;
        let complex = self.source.read(id).map_err(|fault| {
            DatasetError::content(
                &self.source.path(id),
                format!("changed while it was planned: {}", fault.message),
            )
        })?;
        Studio::new(complex, sketcher)
    }

    /// The lines of the complexes that T5 shows beside a line's: the next ones of its side, in a
    /// circle.
    fn partners(&self, number: usize) -> Vec<usize> {
        let side = self.lines[number].0;
        let first = self.lines.partition_point(|(other, _)| *other < side);
        let count = self.lines[first..].partition_point(|(other, _)| *other == side);
        let wanted = Task::T5.items(side).unwrap_or(0) as usize;
        (1..=wanted.min(count - 1))
            .map(|step| first + (number - first + step) % count)
            .collect()
    }

    fn line(
        &self,
        number: usize,
        sketcher: &mut Sketcher,
        table: &mut Table,
    ) -> Result<ComplexPlan, DatasetError> {
        let (split, id) = &self.lines[number];
        let options = self.options;
        let studio = self.studio(number, sketcher, table)?;
        let mut maker = Maker {
            seed: options.seed,
            size: options.size,
            split: *split,
            sketcher,
            studio,
            pictures: Vec::new(),
            items: Vec::new(),
            dropped: Vec::new(),
            resampled: BTreeMap::new(),
        };
        for task in &options.tasks {
            match task {
                Task::T1 | Task::T2 | Task::T3 => maker.motions(*task)?,
                Task::T5 => {
                    let mut partners = Vec::new();
                    for partner in self.partners(number) {
                        let studio = self.studio(partner, maker.sketcher, table)?;
                        partners.push((partner, studio));
                    }
                    maker.carried_over(&mut partners)?;
                    // The next lines show them, too.
                    table.extend(partners);
                }
                Task::T6 => maker.carried_on()?,
                Task::T7 => maker.docking()?,
                // Together: their bonds are found once.
                Task::T4 | Task::T8 | Task::T9 => {}
            }
        }
        maker.bonds(&options.tasks)?;
        let Maker {
            pictures,
            mut items,
            dropped,
            resampled,
            ..
        } = maker;
        items.sort_by_key(|item| item.task);
        let sound = self.sound.get(id);
        Ok(ComplexPlan {
            id: id.clone(),
            split: *split,
            input_sha256: sound.map(|sound| sound.hash.clone()).unwrap_or_default(),
            cut: sound.and_then(|sound| sound.cut.clone()),
            pictures: by_scene(pictures),
            items,
            dropped,
            resampled,
        })
    }
}

/// Pictures of one scene behind each other, scenes by their first picture: each is set up once.
fn by_scene(
    pictures: Vec<(String, crate::picture::Picture)>,
) -> Vec<(String, crate::picture::Picture)> {
    let mut scenes: Vec<Vec<(String, crate::picture::Picture)>> = Vec::new();
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
