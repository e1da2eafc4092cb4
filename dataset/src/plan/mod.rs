//! Which pictures and questions a set has: a pure function of inputs, options and seed.
//!
//! All complexes are looked at first (is each one sound? whole entries are cut), then put on a side
//! and in an order by the seed; then each one's items are made, on all processors, and written in
//! that order. What a complex's line says depends on the seed, the complex, the options, and (for
//! T5, which shows two complexes) on which complexes follow it in its side's order.

pub mod account;
pub mod bonds;
pub mod choices;
pub mod docking;
mod finish;
mod lines;
mod location;
mod maker;
pub mod motions;
pub mod record;
pub mod sketch;
pub mod split;
pub mod studio;
mod tiny;
mod work;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use lines::{read_lines, read_lines_from};

use account::{Report, Skipped};
use finish::{CutsDraft, finish};
use record::{Plan, SCHEMA_VERSION};
use sketch::Sketcher;
use split::{SplitChoice, ordered};
use studio::Studio;
use work::Work;

use crate::complexes::cut::{CutRecord, CutRule};
use crate::complexes::{Fault, Source};
use crate::error::DatasetError;
use crate::files::{write_file, write_json};
use crate::layout::Layout;
use crate::messages::Catalogue;
use crate::picture::PictureSize;
use crate::task::{Split, Task};
use crate::watch::Watch;

/// What made a plan.
pub const GENERATOR: &str = concat!("molshot ", env!("CARGO_PKG_VERSION"));

/// What is said of the licence of a set whose maker says nothing.
pub const LICENSE: &str = "not stated by whoever made the set; the structures have their own terms";

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
    /// Licence of the set: an address, an SPDX identifier, or words; [`LICENSE`] where nobody said.
    pub license: String,
    /// How whole entries are cut.
    pub cut: CutRule,
    /// Threads; they change no byte.
    pub threads: usize,
}

/// A complex that can be used.
#[derive(Debug, Clone)]
struct Sound {
    id: String,
    /// SHA-256 of its files.
    hash: String,
    /// What it was cut from, where it was.
    cut: Option<CutRecord>,
}

#[expect(clippy::too_many_lines, reason = "one road, told in order")]
/// Makes the plan and writes it to the set's folder, with `report.json`.
///
/// # Errors
/// When the folder of complexes cannot be read, nothing in it can be used, the disk refuses, the
/// work is called off, or the folder holds the tables of another plan.
pub fn plan(
    source: &Source,
    layout: &Layout,
    options: &PlanOptions,
    watch: Watch<'_>,
) -> Result<(Plan, Report), DatasetError> {
    let messages = options.messages.as_deref();
    let messages = messages.unwrap_or(Catalogue::english_text());
    let catalogue = Catalogue::parse(Path::new("the catalogue of messages"), messages)?;
    let all = source.list()?;
    let mut report = Report::default();
    let unused = options.cut.ligands.keys().filter(|id| !all.contains(id));
    report.complexes.unused_ligands = unused.count();
    let mut ids = all;
    ids.truncate(options.limit.unwrap_or(usize::MAX));
    report.complexes.found = ids.len();
    let cuts = CutsDraft::new(layout)?;
    let source = &source.clone().with_cuts(cuts.path());
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
    let sound: BTreeMap<String, Sound> = sound.into_iter().map(|c| (c.id.clone(), c)).collect();
    let mut lines = Vec::new();
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
        sound: &sound,
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
        license: options.license.clone(),
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
    cuts.keep(layout, &report)?;
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
            let result = look_at(source, id, &options.cut, &sketcher);
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
        match result? {
            Ok(complex) => sound.push(complex),
            Err(fault) => report.complexes.skipped.push(Skipped {
                id,
                reason: fault.reason.into(),
                message: fault.message,
            }),
        }
    }
    Ok(sound)
}

/// Looks at one complex: cuts it if need be, reads it, and sets its picture up.
fn look_at(
    source: &Source,
    id: &str,
    rule: &CutRule,
    sketcher: &Sketcher,
) -> Result<Result<Sound, Fault>, DatasetError> {
    let cut = match source.cut(id, rule)? {
        Ok(cut) => cut,
        Err(fault) => return Ok(Err(fault)),
    };
    let drawn = source.read(id).and_then(|complex| {
        Studio::new(complex, sketcher).map_err(|error| Fault {
            reason: "undrawable",
            message: error.to_string(),
        })
    });
    Ok(match drawn {
        Ok(_) => Ok(Sound {
            id: id.to_owned(),
            hash: source.hash(id)?,
            cut,
        }),
        Err(fault) => Err(fault),
    })
}

fn stop_if_asked(watch: Watch<'_>) -> Result<(), DatasetError> {
    if (watch.stopped)() {
        return Err(DatasetError::Interrupted(
            "interrupted: nothing was planned; the same command begins anew".into(),
        ));
    }
    Ok(())
}
