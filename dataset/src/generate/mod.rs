//! Renders the pictures of a plan and writes its tables, shard by shard.
//!
//! The tables of a shard are written under temporary names, synced and renamed. Its manifest
//! `shards/NAME.json`, which lists them, is written last. A complete shard is never written again,
//! so the process can be killed at any moment, and `--resume` makes the remaining shards. The bytes
//! depend neither on threads, nor on time, nor on which process made which shard.

mod card;
pub mod complexes_table;
mod croissant;
mod examples;
pub mod picture_annotations;
mod questions;
mod shard;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use molshot_renderer::AdapterChoice;
use molshot_renderer::Advice;
use molshot_renderer::pool::{Pool, PoolOptions};
use serde::{Deserialize, Serialize};

use crate::card::{CARD_FILE, LICENSE_FILE, License};
use crate::error::DatasetError;
use crate::files::{hash_file, json_bytes, read_json, remove_unfinished, write_file};
use crate::layout::Layout;
use crate::messages::Catalogues;
use crate::monitor::Monitor;
use crate::plan::report::{Report, Written};
use crate::record::{Plan, ShardPlan};
use crate::tables::{Column, TableDigest};
use crate::task::{Split, Task};

pub use questions::question_columns;
pub use shard::picture_columns;

/// Memory limit of the pictures that are rendered and encoded at the same time.
const MAX_PICTURE_BYTES: u64 = 2 << 30;

/// The options of [`generate()`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GenerateOptions {
    /// Folder of the complexes; `None` for the one that the plan recorded.
    pub complexes: Option<PathBuf>,
    /// `(I, N)` makes every N-th shard, starting at shard I; `None` makes all shards.
    pub part: Option<(usize, usize)>,
    /// Names of the shards to make, such as `train-00003`; `None` for those of `part`.
    ///
    /// The other shards are not looked at, so a call costs the same in a set of any size.
    pub shards: Option<Vec<String>>,
    /// Whether to continue a set that has complete shards.
    pub resume: bool,
    /// Number of threads; the bytes do not depend on it.
    pub threads: usize,
    /// The adapter that renders.
    pub adapter: AdapterChoice,
}

impl Default for GenerateOptions {
    /// All shards of a new set, rendered by the built-in rasteriser on all processors.
    fn default() -> Self {
        Self {
            complexes: None,
            part: None,
            shards: None,
            resume: false,
            threads: PoolOptions::available_threads(),
            adapter: AdapterChoice::Software,
        }
    }
}

/// Counts of one run of [`generate()`].
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct GenerateSummary {
    /// Number of shards that this run made.
    pub shards_made: usize,
    /// Number of shards of this run's part that were complete before.
    pub shards_found: usize,
    /// Number of shards of other parts that are not complete (without those that lost a table, as
    /// long as others were not made); with [`GenerateOptions::shards`], number of all other shards.
    pub shards_left: usize,
    /// Number of pictures that this run rendered.
    pub pictures: usize,
    /// Time of rendering and encoding, summed over threads, in microseconds.
    pub rendering_us: u64,
    /// Time of annotating, summed over threads, in microseconds.
    pub annotating_us: u64,
    /// Name of the adapter that rendered.
    pub adapter: String,
}

/// Name of the description for tools that read Croissant.
pub const CROISSANT_FILE: &str = "croissant.json";

/// The manifest of a shard: `shards/NAME.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Name of the adapter that rendered.
    pub adapter: String,
    /// SHA-256 of `plan/plan.json`, in lower-case hexadecimal digits.
    pub plan_sha256: String,
    /// Its tables, by path in the set.
    pub files: BTreeMap<String, FileEntry>,
}

/// A table in the manifest of a shard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileEntry {
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal digits.
    pub sha256: String,
    /// Number of rows.
    pub rows: usize,
    /// SHA-256 of the rows: the same if another tool compressed the table.
    pub rows_sha256: String,
}

impl From<TableDigest> for FileEntry {
    fn from(table: TableDigest) -> Self {
        Self {
            bytes: table.file.bytes,
            sha256: table.file.sha256,
            rows: table.rows,
            rows_sha256: table.rows_sha256,
        }
    }
}

/// Makes the missing shards of a plan, or of a part of it.
///
/// When all shards of the set are complete, it also writes data card, metadata and report.
///
/// # Errors
/// When there is no plan or it has no such shard, the files of a complex have changed since it was
/// planned, rendering fails, the disk cannot be written, or the work is cancelled.
pub fn generate(
    layout: &Layout,
    options: &GenerateOptions,
    monitor: Monitor<'_>,
) -> Result<GenerateSummary, DatasetError> {
    let plan = layout.plan()?;
    let source = layout.source(options.complexes.as_deref())?;
    let catalogues = Catalogues::read(layout, &plan)?;
    let (own, others) = own_and_others(layout, &plan, options)?;
    let completeness = Completeness::new(layout)?;
    let has_manifest = |shard: &ShardPlan| layout.shard_file(&shard.name()).exists();
    let complete = own.iter().filter(|shard| has_manifest(shard)).count();
    if complete > 0 && !options.resume {
        let problem =
            format!("has {complete} complete shards already; resume the work to make the others");
        let error = DatasetError::content(layout.root(), problem);
        return Err(error.advise(&[Advice::on("resume")]));
    }
    let incomplete = |shards: Vec<&ShardPlan>| {
        let mut incomplete: Vec<ShardPlan> = Vec::new();
        for shard in shards {
            if !completeness.of(shard)? {
                incomplete.push(shard.clone());
            }
        }
        Ok::<_, DatasetError>(incomplete)
    };
    let count = own.len();
    let todo = incomplete(own)?;
    let mut summary = GenerateSummary {
        shards_found: count - todo.len(),
        shards_left: match others.iter().filter(|shard| !has_manifest(shard)).count() {
            // Only the last part looks at the tables of all others: a set may have many shards.
            0 if options.shards.is_none() => incomplete(others)?.len(),
            _ if options.shards.is_some() => others.len(),
            without_manifest => without_manifest,
        },
        ..GenerateSummary::default()
    };
    if !todo.is_empty() {
        let size = plan.size;
        let picture_bytes = u64::from(size.width_px) * u64::from(size.height_px) * 4 * 3;
        let pool = Pool::open(options.adapter, |kind| {
            PoolOptions::throughput(kind, options.threads)
                .within_memory(picture_bytes, MAX_PICTURE_BYTES)
        })?;
        let mut writer =
            shard::ShardWriter::new(layout, &plan, &source, &catalogues, &pool, monitor);
        writer.total = todo.iter().map(|shard| shard.pictures).sum();
        writer.window = options.threads.max(1) * 4;
        for shard in &todo {
            // Another process may have made it in the meantime.
            if completeness.of(shard)? {
                writer.total -= shard.pictures;
                summary.shards_found += 1;
            } else {
                writer.write(shard)?;
                summary.shards_made += 1;
            }
        }
        summary.pictures = writer.done;
        summary.rendering_us = writer.rendering_us;
        summary.annotating_us = writer.annotating_us;
        pool.adapter().clone_into(&mut summary.adapter);
        pool.finish();
    }
    if summary.shards_left == 0 {
        write_summary(layout, &plan, &catalogues)?;
    }
    Ok(summary)
}

/// Divides the shards of a plan into those of this run and the others.
fn own_and_others<'a>(
    layout: &Layout,
    plan: &'a Plan,
    options: &GenerateOptions,
) -> Result<(Vec<&'a ShardPlan>, Vec<&'a ShardPlan>), DatasetError> {
    if let Some(names) = &options.shards {
        let known: BTreeSet<String> = plan.shards.iter().map(ShardPlan::name).collect();
        if let Some(name) = names.iter().find(|name| !known.contains(*name)) {
            let range = match (plan.shards.first(), plan.shards.last()) {
                (Some(first), Some(last)) => {
                    format!("its shards are {} to {}", first.name(), last.name())
                }
                _ => "it has none".to_owned(),
            };
            return Err(DatasetError::content(
                &layout.plan_file(),
                format!("has no shard \"{name}\"; {range}"),
            ));
        }
        let wanted = |shard: &&ShardPlan| names.contains(&shard.name());
        return Ok(plan.shards.iter().partition(wanted));
    }
    let (own, others): (Vec<_>, Vec<_>) =
        plan.shards
            .iter()
            .enumerate()
            .partition(|(index, _)| match options.part {
                Some((part, of)) => index % of.max(1) == part,
                None => true,
            });
    let only = |shards: Vec<(usize, &'a ShardPlan)>| shards.into_iter().map(|(_, shard)| shard);
    Ok((only(own).collect(), only(others).collect()))
}

/// A shard of a plan, and whether it is complete.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlannedShard {
    /// What the plan says of it.
    pub plan: ShardPlan,
    /// Whether it has its manifest and all of its tables.
    pub complete: bool,
}

/// Returns all shards of a set, in order, with their states.
///
/// # Errors
/// When there is no plan, a shard is of another plan, or its files must not be looked at.
pub fn planned_shards(layout: &Layout) -> Result<Vec<PlannedShard>, DatasetError> {
    let shards = layout.plan()?.shards.into_iter();
    let completeness = Completeness::new(layout)?;
    shards
        .map(|plan| {
            let complete = completeness.of(&plan)?;
            Ok(PlannedShard { plan, complete })
        })
        .collect()
}

/// Writes data card, metadata and report of a set from the manifests of its shards.
///
/// The tables are not read, so this also works where only plan, report and manifests are.
///
/// # Errors
/// When a shard has no manifest, or the disk cannot be written.
pub fn describe(layout: &Layout) -> Result<(), DatasetError> {
    let plan = layout.plan()?;
    let catalogues = Catalogues::read(layout, &plan)?;
    write_summary(layout, &plan, &catalogues)
}

/// Says which shards of a plan are complete.
struct Completeness<'a> {
    layout: &'a Layout,
    /// SHA-256 of the plan that the shards must be of.
    plan_sha256: String,
}

impl<'a> Completeness<'a> {
    fn new(layout: &'a Layout) -> Result<Self, DatasetError> {
        Ok(Self {
            layout,
            plan_sha256: hash_file(&layout.plan_file())?.sha256,
        })
    }

    /// Returns whether a shard has its manifest and all of its tables in the recorded sizes.
    ///
    /// A shard that lost a table, or whose manifest is damaged, is made again. `verify` also
    /// compares hashes.
    ///
    /// # Errors
    /// When the shard was made of another plan, or its files must not be looked at.
    fn of(&self, shard: &ShardPlan) -> Result<bool, DatasetError> {
        let path = self.layout.shard_file(&shard.name());
        let Some(text) = if_found(&path, fs::read(&path))? else {
            return Ok(false);
        };
        let Ok(manifest) = serde_json::from_slice::<Manifest>(&text) else {
            return Ok(false);
        };
        if manifest.plan_sha256 != self.plan_sha256 {
            return Err(DatasetError::content(
                &path,
                "is a shard of another plan; restore plan/ as it was, or remove shards/ and data/, or give another folder",
            ));
        }
        for (name, entry) in &manifest.files {
            let path = self.layout.file(name);
            let found = if_found(&path, fs::metadata(&path))?;
            if !found.is_some_and(|file| file.is_file() && file.len() == entry.bytes) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Returns what was read of a file, or `None` if there is no such file.
fn if_found<T>(path: &Path, found: std::io::Result<T>) -> Result<Option<T>, DatasetError> {
    use std::io::ErrorKind::{NotADirectory, NotFound};
    match found {
        Ok(found) => Ok(Some(found)),
        Err(error) if matches!(error.kind(), NotFound | NotADirectory) => Ok(None),
        Err(error) => Err(DatasetError::file(path)(error)),
    }
}

/// Reads the manifests of all shards.
///
/// # Errors
/// When a shard is not complete.
pub fn manifests(layout: &Layout, plan: &Plan) -> Result<Vec<Manifest>, DatasetError> {
    plan.shards
        .iter()
        .map(|shard| read_json(&layout.shard_file(&shard.name())))
        .collect()
}

/// Writes data card, metadata and report of a complete set.
fn write_summary(
    layout: &Layout,
    plan: &Plan,
    catalogues: &Catalogues,
) -> Result<(), DatasetError> {
    // If a process was killed while another one finished the same shard, that shard is not written
    // again, which would remove what is left.
    for folder in layout.shard_folders() {
        remove_unfinished(&folder, None);
    }
    let manifests = manifests(layout, plan)?;
    let mut report: Report = read_json(&layout.report_file())?;
    report.written = Some(written(&manifests));
    let path = layout.report_file();
    write_changed(&path, &json_bytes(&path, &report)?)?;
    for (name, bytes) in descriptions(plan, &report, catalogues, &manifests)? {
        write_changed(&layout.file(name), &bytes)?;
    }
    Ok(())
}

/// Writes a file, unless it has these bytes: a complete set may be on a disk that is read only.
fn write_changed(path: &Path, bytes: &[u8]) -> Result<(), DatasetError> {
    if fs::read(path).is_ok_and(|found| found == bytes) {
        return Ok(());
    }
    write_file(path, bytes).map(|_| ())
}

fn written(manifests: &[Manifest]) -> Written {
    let mut adapters: Vec<&str> = manifests.iter().map(|m| m.adapter.as_str()).collect();
    adapters.sort_unstable();
    adapters.dedup();
    Written {
        files: manifests.iter().map(|manifest| manifest.files.len()).sum(),
        bytes: manifests
            .iter()
            .flat_map(|manifest| manifest.files.values())
            .map(|file| file.bytes)
            .sum(),
        adapter: adapters.join(", "),
    }
}

/// Returns the files that describe a complete set, by name: data card, licence and metadata.
///
/// # Errors
/// When a text of the catalogue is invalid.
pub fn descriptions(
    plan: &Plan,
    report: &Report,
    catalogues: &Catalogues,
    manifests: &[Manifest],
) -> Result<Vec<(&'static str, Vec<u8>)>, DatasetError> {
    let card = card::card(plan, report, catalogues, manifests)?;
    let metadata = croissant::croissant(plan, report, manifests);
    let mut files = vec![
        (CARD_FILE, card.into_bytes()),
        (
            CROISSANT_FILE,
            json_bytes(Path::new(CROISSANT_FILE), &metadata)?,
        ),
    ];
    if let Some(text) = License::of(&plan.license).file() {
        files.push((LICENSE_FILE, text.as_bytes().to_vec()));
    }
    Ok(files)
}

/// Returns the configurations that have files, with the splits of each; the first one is loaded
/// where no name is given.
fn configurations(plan: &Plan, manifests: &[Manifest]) -> Vec<(String, Vec<Split>)> {
    let splits = |has: &dyn Fn(&ShardPlan) -> bool| -> Vec<Split> {
        Split::ALL
            .into_iter()
            .filter(|split| {
                plan.shards
                    .iter()
                    .any(|shard| shard.split == *split && has(shard))
            })
            .collect()
    };
    let mut all = vec![(
        examples::CONFIGURATION.to_owned(),
        examples::splits(manifests),
    )];
    all.extend(Task::ALL.into_iter().map(|task| {
        let has = |shard: &ShardPlan| shard.questions.contains_key(&task);
        (task.configuration(), splits(&has))
    }));
    all.push(("pictures".to_owned(), splits(&|_| true)));
    all.push(("complexes".to_owned(), splits(&|_| true)));
    all.retain(|(_, splits)| !splits.is_empty());
    all
}

/// Returns the columns of a configuration.
#[must_use]
pub fn columns_of(configuration: &str, plan: &Plan) -> Vec<Column> {
    match configuration {
        examples::CONFIGURATION => examples::columns(),
        "pictures" => picture_columns(plan.annotations),
        "complexes" => complexes_table::COLUMNS.to_vec(),
        _ => question_columns(),
    }
}

/// Reads the manifest of a shard; `None` if the shard is not complete.
///
/// # Errors
/// When the manifest is invalid.
pub fn manifest(layout: &Layout, shard: &ShardPlan) -> Result<Option<Manifest>, DatasetError> {
    let path: &Path = &layout.shard_file(&shard.name());
    path.exists().then(|| read_json(path)).transpose()
}
