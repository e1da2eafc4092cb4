//! Draws a plan's pictures and writes its tables, shard by shard.
//!
//! A shard's tables are written under temporary names, synced and renamed; last comes
//! `shards/NAME.json`, which says that the shard is finished and what it has. A finished shard is
//! never written again. So the process may be killed at any moment: what is there is whole, and
//! `--resume` makes the rest. No byte depends on threads, on time, or on which process made which
//! shard.

mod card;
mod croissant;
pub mod places;
mod shard;
pub mod structures;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use molshot_renderer::AdapterChoice;
use molshot_renderer::pool::{Pool, PoolOptions};
use serde::{Deserialize, Serialize};

use crate::error::DatasetError;
use crate::files::{read_json, write_file, write_json};
use crate::layout::Layout;
use crate::messages::Catalogue;
use crate::plan::account::{Report, Written};
use crate::plan::record::{Plan, ShardPlan};
use crate::task::Task;
use crate::watch::Watch;

pub use shard::{picture_columns, question_columns};

/// Memory for pictures that are drawn and encoded at a time.
const MOST_PICTURE_BYTES: u64 = 2 << 30;

/// How a set is made.
#[derive(Debug, Clone)]
pub struct GenerateOptions {
    /// Where the complexes are, where not as noted by the plan.
    pub complexes: Option<PathBuf>,
    /// Number of this process, counted from 0, and of all: it makes every so-many-th shard.
    pub part: Option<(usize, usize)>,
    /// Go on where an earlier process ended.
    pub resume: bool,
    /// Threads; they change no byte.
    pub threads: usize,
    /// What draws.
    pub adapter: AdapterChoice,
}

/// What a run made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Generated {
    /// Shards that this run made.
    pub made: usize,
    /// Shards of this run's part that were there.
    pub found: usize,
    /// Shards that others have to make.
    pub left: usize,
    /// Pictures that this run drew.
    pub pictures: usize,
    /// What the pictures' drawing and encoding took, summed over threads, microseconds.
    pub drawing_us: u64,
    /// What annotating the pictures took, summed over threads, microseconds.
    pub annotating_us: u64,
    /// What drew.
    pub adapter: String,
}

/// `shards/NAME.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What drew.
    pub adapter: String,
    /// The tables, by path in the set.
    pub files: BTreeMap<String, FileEntry>,
}

/// A table of a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Size.
    pub bytes: u64,
    /// SHA-256, lower-case hexadecimal digits.
    pub sha256: String,
    /// Number of rows.
    pub rows: usize,
}

/// Makes the shards of a plan that are asked for and not there, and, when all are there, the card,
/// the metadata and the account.
///
/// # Errors
/// When there is no plan, a complex's files are others than when it was planned, drawing fails, the
/// disk refuses, or the work is called off.
pub fn generate(
    layout: &Layout,
    options: &GenerateOptions,
    watch: Watch<'_>,
) -> Result<Generated, DatasetError> {
    let plan = layout.plan()?;
    let source = layout.source(options.complexes.as_deref())?;
    let catalogue = catalogue(layout)?;
    let (mine, others): (Vec<_>, Vec<_>) =
        plan.shards
            .iter()
            .enumerate()
            .partition(|(index, _)| match options.part {
                Some((part, of)) => index % of.max(1) == part,
                None => true,
            });
    let marked = |shard: &ShardPlan| layout.shard_file(&shard.name()).exists();
    let marked = mine.iter().filter(|(_, shard)| marked(shard)).count();
    if marked > 0 && !options.resume {
        return Err(DatasetError::content(
            layout.root(),
            format!("has {marked} finished shards already; add --resume to make the rest"),
        ));
    }
    let unfinished = |shards: Vec<(usize, &ShardPlan)>| {
        let mut rest: Vec<ShardPlan> = Vec::new();
        for (_, shard) in shards {
            if !is_finished(layout, shard)? {
                rest.push(shard.clone());
            }
        }
        Ok::<_, DatasetError>(rest)
    };
    let all = mine.len();
    let todo = unfinished(mine)?;
    let mut result = Generated {
        found: all - todo.len(),
        left: unfinished(others)?.len(),
        ..Generated::default()
    };
    if !todo.is_empty() {
        let size = plan.size;
        let picture_bytes = u64::from(size.width_px) * u64::from(size.height_px) * 4 * 3;
        let pool = Pool::open(options.adapter, |kind| {
            PoolOptions::throughput(kind, options.threads)
                .within_memory(picture_bytes, MOST_PICTURE_BYTES)
        })?;
        let mut work = shard::Work::new(layout, &plan, &source, &catalogue, &pool, watch);
        work.total = todo.iter().map(|shard| shard.pictures).sum();
        work.window = options.threads.max(1) * 4;
        for shard in &todo {
            work.make(shard)?;
            result.made += 1;
        }
        result.pictures = work.done;
        result.drawing_us = work.drawing_us;
        result.annotating_us = work.annotating_us;
        pool.adapter().clone_into(&mut result.adapter);
        pool.finish();
    }
    if result.left == 0 {
        conclude(layout, &plan, &catalogue)?;
    }
    Ok(result)
}

/// Whether a shard's tables are there, each with its size. What was lost behind its back is made
/// anew; `verify` compares hashes, too.
fn is_finished(layout: &Layout, shard: &ShardPlan) -> Result<bool, DatasetError> {
    let Some(manifest) = manifest(layout, shard)? else {
        return Ok(false);
    };
    Ok(manifest.files.iter().all(|(path, entry)| {
        fs::metadata(layout.file(path))
            .is_ok_and(|file| file.is_file() && file.len() == entry.bytes)
    }))
}

/// The catalogue that the plan was made with.
///
/// # Errors
/// When it is missing or damaged.
pub fn catalogue(layout: &Layout) -> Result<Catalogue, DatasetError> {
    let path = layout.file("plan/messages.toml");
    let text = fs::read_to_string(&path).map_err(DatasetError::file(&path))?;
    Catalogue::parse(&path, &text)
}

/// What all shards have.
///
/// # Errors
/// When a shard is not finished.
pub fn manifests(layout: &Layout, plan: &Plan) -> Result<Vec<Manifest>, DatasetError> {
    plan.shards
        .iter()
        .map(|shard| read_json(&layout.shard_file(&shard.name())))
        .collect()
}

/// Writes what is known when all shards are there.
fn conclude(layout: &Layout, plan: &Plan, catalogue: &Catalogue) -> Result<(), DatasetError> {
    let manifests = manifests(layout, plan)?;
    let mut report: Report = read_json(&layout.report_file())?;
    let mut adapters: Vec<&str> = manifests.iter().map(|m| m.adapter.as_str()).collect();
    adapters.sort_unstable();
    adapters.dedup();
    report.written = Some(Written {
        files: manifests.iter().map(|manifest| manifest.files.len()).sum(),
        bytes: manifests
            .iter()
            .flat_map(|manifest| manifest.files.values())
            .map(|file| file.bytes)
            .sum(),
        adapter: adapters.join(", "),
    });
    let card = card::card(plan, &report, catalogue)?;
    let metadata = croissant::croissant(plan, &report, &manifests);
    write_json(&layout.report_file(), &report)?;
    write_file(&layout.file("README.md"), card.as_bytes())?;
    write_json(&layout.file("croissant.json"), &metadata)?;
    Ok(())
}

/// Configurations that have files, with the sides of each.
fn configurations(plan: &Plan) -> Vec<(String, Vec<crate::task::Split>)> {
    let sides = |has: &dyn Fn(&ShardPlan) -> bool| -> Vec<crate::task::Split> {
        crate::task::Split::ALL
            .into_iter()
            .filter(|side| {
                plan.shards
                    .iter()
                    .any(|shard| shard.split == *side && has(shard))
            })
            .collect()
    };
    let mut all: Vec<(String, Vec<crate::task::Split>)> = Task::ALL
        .into_iter()
        .map(|task| {
            let has = |shard: &ShardPlan| shard.questions.contains_key(&task);
            (task.configuration(), sides(&has))
        })
        .collect();
    all.push(("pictures".to_owned(), sides(&|_| true)));
    all.push(("complexes".to_owned(), sides(&|_| true)));
    all.retain(|(_, sides)| !sides.is_empty());
    all
}

/// Columns of a configuration.
fn columns_of(configuration: &str, plan: &Plan) -> Vec<crate::tables::Column> {
    match configuration {
        "pictures" => picture_columns(plan.annotations),
        "complexes" => structures::COLUMNS.to_vec(),
        _ => question_columns(),
    }
}

/// Reads a shard's manifest, if it is finished.
///
/// # Errors
/// When the file is damaged.
pub fn manifest(layout: &Layout, shard: &ShardPlan) -> Result<Option<Manifest>, DatasetError> {
    let path: &Path = &layout.shard_file(&shard.name());
    path.exists().then(|| read_json(path)).transpose()
}
