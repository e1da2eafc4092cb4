//! Which pictures and questions a set has: a pure function of inputs, options and seed.
//!
//! All complexes are looked at first (is each one sound?), then put on a side and in an order by the seed; then each one's items are made, on
//! all processors, and written in that order. What a complex's line says depends on the seed, the complex, the options, and (for T5, which
//! shows two complexes) on which complexes are on its side.

pub mod account;
pub mod bonds;
pub mod choices;
pub mod docking;
mod lines;
mod maker;
pub mod motions;
pub mod record;
pub mod sketch;
pub mod split;
pub mod studio;
mod tiny;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::sync_channel;

pub use lines::read_lines;

use account::{Report, Skipped};
use maker::Maker;
use record::{ComplexPlan, Plan, SCHEMA_VERSION, ShardPlan};
use sketch::Sketcher;
use split::{SplitChoice, ordered};
use studio::Studio;

use crate::complexes::{Fault, Source};
use crate::error::DatasetError;
use crate::files::{Unfinished, write_file, write_json};
use crate::layout::Layout;
use crate::messages::Catalogue;
use crate::picture::PictureSize;
use crate::task::{Split, Task};
use crate::watch::{Progress, Watch};

/// What made a plan.
pub const GENERATOR: &str = concat!("molshot ", env!("CARGO_PKG_VERSION"));

/// What a set is to be.
#[derive(Debug, Clone)]
pub struct PlanOptions {
    /// Every random choice comes from it.
    pub seed: u64,
    /// Size of the pictures.
    pub size: PictureSize,
    /// Which tasks, sorted.
    pub tasks: Vec<Task>,
    /// Which side a complex is on.
    pub split: SplitChoice,
    /// At most so many complexes, the first by name.
    pub limit: Option<usize>,
    /// Only the test side, with 50 questions for each column of the paper's table.
    pub tiny: bool,
    /// Pictures of a shard, at most; a complex is never parted.
    pub shard_pictures: usize,
    /// The text of the catalogue of questions; `None` for the English one.
    pub messages: Option<String>,
    /// Whether each picture has the places of its atoms.
    pub annotations: bool,
    /// Threads; they change no byte.
    pub threads: usize,
}

/// A complex that can be used.
#[derive(Debug, Clone)]
struct Sound {
    id: String,
    hash: String,
}

#[expect(clippy::too_many_lines, reason = "one road, told in order")]
/// Makes the plan and writes it to the set's folder, with `report.json`.
///
/// # Errors
/// When the folder of complexes cannot be read, nothing in it can be used, the disk refuses, the work is called off, or the folder holds the
/// tables of another plan.
pub fn plan(
    source: &Source,
    layout: &Layout,
    options: &PlanOptions,
    watch: Watch<'_>,
) -> Result<(Plan, Report), DatasetError> {
    let messages = options.messages.as_deref();
    let messages = messages.unwrap_or(Catalogue::english_text());
    let catalogue = Catalogue::parse(Path::new("the catalogue of messages"), messages)?;
    let mut ids = source.list()?;
    ids.truncate(options.limit.unwrap_or(usize::MAX));
    let mut report = Report::default();
    report.complexes.found = ids.len();
    let sound = examine(source, &ids, options, watch, &mut report)?;
    let names: Vec<String> = sound.iter().map(|complex| complex.id.clone()).collect();
    let (sides, missing) = options.split.sides(&names, options.seed);
    for id in missing {
        if !report
            .complexes
            .skipped
            .iter()
            .any(|skipped| skipped.id == id)
        {
            let message = "the split names it, but it is not there".to_owned();
            report.complexes.skipped.push(Skipped {
                id,
                reason: "not_there".into(),
                message,
            });
        }
    }
    for id in names.iter().filter(|id| !sides.contains_key(*id)) {
        report.complexes.skipped.push(Skipped {
            id: id.clone(),
            reason: "on_no_side".into(),
            message: "the split does not name it".into(),
        });
    }
    report.complexes.skipped.sort_by(|a, b| a.id.cmp(&b.id));
    let hashes: BTreeMap<String, String> = sound.into_iter().map(|c| (c.id, c.hash)).collect();
    let mut lines = Vec::new();
    let mut by_side = BTreeMap::new();
    for side in Split::ALL {
        let on_side: Vec<String> = sides
            .iter()
            .filter(|(_, other)| **other == side)
            .map(|(id, _)| id.clone())
            .collect();
        if !options.tiny || side == Split::Test {
            let ordered = ordered(&on_side, options.seed, "order");
            lines.extend(ordered.into_iter().map(|id| (side, id)));
        }
        by_side.insert(side, on_side);
    }
    if lines.is_empty() {
        return Err(DatasetError::content(
            &source.folder,
            format!(
                "has no complex that can be used: {} were looked at, {} left out{}; see {}",
                report.complexes.found,
                report.complexes.skipped.len(),
                if options.tiny {
                    " (--tiny takes the test side alone)"
                } else {
                    ""
                },
                "`molshot info` for what is wrong with one",
            ),
        ));
    }
    let work = Work {
        source,
        options,
        lines: &lines,
        by_side: &by_side,
        hashes: &hashes,
        watch,
    };
    let planned = work.write(layout)?;
    let chosen = if options.tiny {
        Some(tiny::choose(planned.path(), options.seed)?)
    } else {
        None
    };
    let mut head = Plan {
        schema_version: SCHEMA_VERSION,
        generator: GENERATOR.into(),
        seed: options.seed,
        size: options.size,
        tasks: options.tasks.clone(),
        tiny: options.tiny,
        language: catalogue.language,
        annotations: options.annotations,
        complexes_sha256: String::new(),
        shards: Vec::new(),
    };
    finish(
        &planned,
        chosen.as_ref(),
        layout,
        options,
        &mut head,
        &mut report,
    )?;
    write_file(&layout.file("plan/messages.toml"), messages.as_bytes())?;
    write_json(&layout.report_file(), &report)?;
    layout.remember(source)?;
    Ok((head, report))
}

/// Looks at all complexes: which can be used?
fn examine(
    source: &Source,
    ids: &[String],
    options: &PlanOptions,
    watch: Watch<'_>,
    report: &mut Report,
) -> Result<Vec<Sound>, DatasetError> {
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    let look = || {
        let sketcher = Sketcher::new(options.size);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(id) = ids.get(number).filter(|_| !(watch.stopped)()) else {
                return;
            };
            let result = source
                .read(id)
                .and_then(|complex| {
                    Studio::new(complex, &sketcher).map_err(|error| Fault {
                        reason: "undrawable",
                        message: error.to_string(),
                    })
                })
                .map(|_| source.hash(id));
            found
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((number, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(look);
        }
    });
    stop_if_asked(watch)?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(number, _)| *number);
    let mut sound = Vec::new();
    for (number, result) in found {
        let id = ids[number].clone();
        match result {
            Ok(hash) => sound.push(Sound { id, hash: hash? }),
            Err(fault) => report.complexes.skipped.push(Skipped {
                id,
                reason: fault.reason.into(),
                message: fault.message,
            }),
        }
    }
    Ok(sound)
}

fn stop_if_asked(watch: Watch<'_>) -> Result<(), DatasetError> {
    if (watch.stopped)() {
        return Err(DatasetError::Interrupted(
            "interrupted: nothing was planned; the same command begins anew".into(),
        ));
    }
    Ok(())
}

/// The lines of a plan, to be made.
struct Work<'a> {
    source: &'a Source,
    options: &'a PlanOptions,
    lines: &'a [(Split, String)],
    by_side: &'a BTreeMap<Split, Vec<String>>,
    hashes: &'a BTreeMap<String, String>,
    watch: Watch<'a>,
}

/// Lines under a temporary name; removed when dropped.
struct Draft(std::path::PathBuf);

impl Draft {
    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Work<'_> {
    /// Makes all lines and writes them in order. The threads are few lines apart: one that is far ahead waits.
    fn write(&self, layout: &Layout) -> Result<Draft, DatasetError> {
        let draft = Draft(layout.file("plan/.complexes.draft"));
        let mut file = Unfinished::create(draft.path())?;
        let next = AtomicUsize::new(0);
        let threads = self.options.threads.max(1);
        let (sender, receiver) = sync_channel(threads * 4);
        let make = |sender: std::sync::mpsc::SyncSender<_>| {
            let mut sketcher = Sketcher::new(self.options.size);
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some((side, id)) = self.lines.get(number).filter(|_| !(self.watch.stopped)())
                else {
                    return;
                };
                let line = self.line(*side, id, &mut sketcher).and_then(|line| {
                    serde_json::to_vec(&line)
                        .map_err(|error| DatasetError::Request(error.to_string()))
                });
                if sender.send((number, line)).is_err() {
                    return;
                }
            }
        };
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let sender = sender.clone();
                scope.spawn(|| make(sender));
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

    fn line(
        &self,
        split: Split,
        id: &str,
        sketcher: &mut Sketcher,
    ) -> Result<ComplexPlan, DatasetError> {
        let read = |id: &str, sketcher: &Sketcher| -> Result<Studio, DatasetError> {
            let complex = self.source.read(id).map_err(|fault| {
                DatasetError::content(
                    &self.source.path(id),
                    format!("changed while it was planned: {}", fault.message),
                )
            })?;
            Studio::new(complex, sketcher)
        };
        let options = self.options;
        let studio = read(id, sketcher)?;
        let for_partners = Sketcher::new(options.size);
        let mut maker = Maker {
            seed: options.seed,
            size: options.size,
            split,
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
                    let others: Vec<&String> = self.by_side[&split]
                        .iter()
                        .filter(|other| *other != id)
                        .collect();
                    let mut fault = None;
                    maker.carried_over(|index| {
                        let name = ["partner", &index.to_string()].join(" ");
                        let mut random =
                            crate::random::Random::new(options.seed, &[id, "T5", &name]);
                        let other = random.choose(&others)?;
                        read(other, &for_partners)
                            .map_err(|error| fault = Some(error))
                            .ok()
                    })?;
                    if let Some(fault) = fault {
                        return Err(fault);
                    }
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
        Ok(ComplexPlan {
            id: id.to_owned(),
            split,
            input_sha256: self.hashes.get(id).cloned().unwrap_or_default(),
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

/// Parts the lines into shards, and gives the plan its name.
fn finish(
    draft: &Draft,
    chosen: Option<&tiny::Chosen>,
    layout: &Layout,
    options: &PlanOptions,
    head: &mut Plan,
    report: &mut Report,
) -> Result<(), DatasetError> {
    let path = layout.complexes_file();
    let mut file = Unfinished::create(&path)?;
    let mut shards: Vec<ShardPlan> = Vec::new();
    let mut line_number = 0;
    for complex in read_lines(draft.path())? {
        let mut complex = complex?;
        if let Some(chosen) = chosen {
            chosen.prune(&mut complex);
            if complex.pictures.is_empty() {
                continue;
            }
        }
        report.add(&complex, |_| true);
        let new_shard = shards.last().is_none_or(|shard| {
            shard.split != complex.split
                || shard.pictures + complex.pictures.len() > options.shard_pictures
        });
        if new_shard {
            let of_side = shards.iter().filter(|shard| shard.split == complex.split);
            shards.push(ShardPlan {
                split: complex.split,
                number: of_side.count() as u32,
                first_line: line_number,
                complexes: 0,
                pictures: 0,
                questions: BTreeMap::new(),
            });
        }
        if let Some(shard) = shards.last_mut() {
            shard.complexes += 1;
            shard.pictures += complex.pictures.len();
            for item in &complex.items {
                *shard.questions.entry(item.task).or_default() += 1;
            }
        }
        let mut line =
            serde_json::to_vec(&complex).map_err(|error| DatasetError::content(&path, error))?;
        line.push(b'\n');
        file.write_all(&line).map_err(DatasetError::file(&path))?;
        line_number += 1;
    }
    head.shards = shards;
    head.complexes_sha256 = file.sha256();
    let has_tables = layout.file("shards").exists();
    if has_tables && layout.plan().is_ok_and(|old| old != *head) {
        return Err(DatasetError::content(
            layout.root(),
            "holds the tables of another plan; give another folder, or remove this one",
        ));
    }
    file.finish()?;
    write_json(&layout.plan_file(), head)?;
    Ok(())
}
