//! Plans a set: its pictures and questions are a pure function of inputs, options and seed.
//!
//! First all complexes are checked, and whole entries are cut. Then the seed assigns them to splits
//! and orders them. Then the items of each complex are made on several threads and written in that
//! order. The line of a complex depends on the seed, the complex, the options, and (for T5, which
//! shows two complexes) on the complexes that follow it in the order of its split.

pub mod bonds;
pub mod choices;
mod decoys;
pub mod docking;
mod finalize;
pub mod fingerprint;
pub mod framing;
pub mod groups;
pub mod input_sizes;
mod line_reader;
mod line_writer;
mod location;
mod mini_split;
pub mod motions;
pub mod preview_cache;
mod question_builder;
pub mod report;
mod residues;
pub mod split;
pub mod thumbnail;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use molshot_renderer::pool::PoolOptions;

pub use line_reader::{read_lines, read_shard_lines};

use finalize::{PendingCuts, PlanInputs, finalize};
use fingerprint::Fingerprint;
use line_writer::LineWriter;
use preview_cache::PreviewCache;
use report::{ComplexCounts, Report, Skipped};
use split::{SplitChoice, seeded_order, torn};
use thumbnail::Thumbnailer;

use crate::complexes::cut::{CutRecord, CutRule, EVERY_COMPLEX};
use crate::complexes::{ComplexError, ComplexSource, left_out_texts};
use crate::error::DatasetError;
use crate::files::{write_file, write_json};
use crate::layout::Layout;
use crate::messages::{CatalogueText, choose};
use crate::mode::Mode;
use crate::monitor::Monitor;
use crate::picture::PictureSize;
use crate::record::{GENERATOR, Plan, SCHEMA_VERSION};
use crate::rules::{Decoys, SplitBy};
use crate::task::{Split, Task};

/// The default licence text of a set.
pub const UNSTATED_LICENSE: &str = "not stated by the makers of the set";

/// The default share of complexes in the test split: that of the paper.
pub const DEFAULT_TEST_SHARE: f64 = 0.1227;

/// The default limit of pictures per shard.
pub const DEFAULT_SHARD_PICTURES: usize = 2000;

/// The options of a plan.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PlanOptions {
    /// Seed of all random choices.
    pub seed: u64,
    /// Size of the pictures.
    pub size: PictureSize,
    /// The tasks, sorted.
    pub tasks: Vec<Task>,
    /// How complexes are assigned to splits.
    pub split: SplitChoice,
    /// What makes complexes alike, so that they are in the same split.
    pub split_by: SplitBy,
    /// How the wrong options of T5 and T6 and the residues without bonds of T4 are chosen.
    pub decoys: Decoys,
    /// Limit of the number of complexes; the first by name are taken.
    pub limit: Option<usize>,
    /// Plans only the test split, with 50 questions for each column of the paper's table.
    pub tiny: bool,
    /// Limit of pictures per shard; a complex is never divided.
    pub shard_pictures: usize,
    /// Languages of the questions; if empty, those of `messages`, or English.
    pub languages: Vec<String>,
    /// Input modes of the questions, in the order of the tables.
    pub modes: Vec<Mode>,
    /// TOML texts of catalogues that replace the built-in ones of their languages.
    pub messages: Vec<String>,
    /// Whether each picture has annotations of its atoms and residues.
    pub annotations: bool,
    /// Whether residues and atoms that share their names get unique ones.
    pub unique_names: bool,
    /// Licence of the set: an address, an SPDX identifier, or words.
    pub license: String,
    /// The rule by which whole entries are cut.
    pub cut: CutRule,
    /// Number of threads; the result does not depend on it.
    pub threads: usize,
}

impl Default for PlanOptions {
    /// The defaults of the command line: all tasks, all complexes, pictures of 1024 x 1024 pixels.
    fn default() -> Self {
        Self {
            seed: 0,
            size: PictureSize::default(),
            tasks: Task::ALL.to_vec(),
            split: SplitChoice::Share(DEFAULT_TEST_SHARE),
            split_by: SplitBy::default(),
            decoys: Decoys::default(),
            limit: None,
            tiny: false,
            shard_pictures: DEFAULT_SHARD_PICTURES,
            languages: Vec::new(),
            modes: vec![Mode::Picture],
            messages: Vec::new(),
            annotations: true,
            unique_names: true,
            license: UNSTATED_LICENSE.to_owned(),
            cut: CutRule::default(),
            threads: PoolOptions::available_threads(),
        }
    }
}

/// A complex that passed the checks.
#[derive(Debug, Clone)]
struct UsableComplex {
    id: String,
    /// SHA-256 of its files.
    hash: String,
    /// How it was cut out of a whole entry, if it was.
    cut: Option<CutRecord>,
    /// Warnings of the readers.
    warnings: Vec<String>,
    fingerprint: Fingerprint,
}

/// Makes a plan and writes it, with `report.json`, to the folder of the set.
///
/// # Errors
/// When the folder of complexes cannot be read, has no usable complex, the disk cannot be written,
/// the work is cancelled, or the folder of the set has the tables of another plan.
pub fn plan(
    source: &ComplexSource,
    layout: &Layout,
    options: &PlanOptions,
    monitor: Monitor<'_>,
) -> Result<(Plan, Report), DatasetError> {
    let catalogues = choose(&options.languages, &options.messages)?;
    if options.modes.is_empty() {
        let problem = "a plan needs an input mode; give picture, text or both";
        return Err(DatasetError::Request(problem.into()));
    }
    layout.check_apart_from(&source.folder)?;
    let all = source.list()?;
    let mut report = Report::default();
    let listed = options.cut.ligands.keys();
    let unused = listed.filter(|id| *id != EVERY_COMPLEX && !all.contains(id));
    report.complexes.unused_ligands = unused.count();
    report.complexes.left_out_files = source.left_out()?.to_vec();
    let mut ids = all;
    ids.truncate(options.limit.unwrap_or(usize::MAX));
    report.complexes.found = ids.len();
    let cuts = PendingCuts::new(layout)?;
    let source = &source
        .clone()
        .with_cuts(cuts.path())
        .with_unique_names(options.unique_names);
    let usable = check_complexes(source, &ids, options, monitor, &mut report.complexes)?;
    let lines = assign_lines(&usable, options, &mut report.complexes);
    if lines.is_empty() {
        return Err(nothing_left(
            source,
            layout,
            options,
            usable.len(),
            &report,
        )?);
    }
    let in_plan: BTreeSet<&str> = lines.iter().map(|(_, id)| id.as_str()).collect();
    report.complexes.warnings = usable
        .iter()
        .filter(|complex| !complex.warnings.is_empty() && in_plan.contains(complex.id.as_str()))
        .map(|complex| (complex.id.clone(), complex.warnings.clone()))
        .collect();
    let usable: BTreeMap<String, UsableComplex> =
        usable.into_iter().map(|c| (c.id.clone(), c)).collect();
    let writer = LineWriter {
        source,
        options,
        lines: &lines,
        usable: &usable,
        monitor,
    };
    let pending = writer.write(layout)?;
    let selected = if options.tiny {
        Some(mini_split::select(pending.path(), options.seed)?)
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
        split_by: options.split_by,
        decoys: options.decoys,
        split_listed: matches!(options.split, SplitChoice::Listed(_)),
        languages: catalogues
            .iter()
            .map(|one| one.catalogue.language.clone())
            .collect(),
        modes: options.modes.clone(),
        annotations: options.annotations,
        unique_names: options.unique_names,
        license: options.license.clone(),
        complexes_sha256: String::new(),
        shards: Vec::new(),
    };
    let inputs = PlanInputs {
        pending: &pending,
        selected: selected.as_ref(),
        source,
        catalogues: &catalogues,
        options,
    };
    finalize(&inputs, layout, &mut head, &mut report)?;
    cuts.keep(layout, &report)?;
    write_messages(layout, &catalogues)?;
    write_json(&layout.report_file(), &report)?;
    layout.save_source(source)?;
    Ok((head, report))
}

/// Writes the texts of the questions, and removes those of an older plan.
fn write_messages(layout: &Layout, catalogues: &[CatalogueText]) -> Result<(), DatasetError> {
    let folder = layout.file("plan/messages");
    if folder.exists() {
        fs::remove_dir_all(&folder).map_err(DatasetError::file(&folder))?;
    }
    for one in catalogues {
        let path = layout.messages_file(&one.catalogue.language);
        write_file(&path, one.text.as_bytes())?;
    }
    Ok(())
}

/// Writes the report of a plan without complexes, and returns the error that says why, by reason.
/// The report of an older plan stays.
fn nothing_left(
    source: &ComplexSource,
    layout: &Layout,
    options: &PlanOptions,
    usable: usize,
    report: &Report,
) -> Result<DatasetError, DatasetError> {
    let counts = &report.complexes;
    let mut lines = vec![format!(
        "has no usable complex: {} of {} are left out",
        counts.skipped.len(),
        counts.found
    )];
    let reasons = counts.skipped_by_reason();
    lines.extend(reasons.iter().map(|reason| format!("  {reason}")));
    if options.tiny && counts.skipped.len() < counts.found {
        lines[0] = format!(
            "has no complex for a tiny set, which takes the test split only: {} of {} are left out",
            counts.skipped.len(),
            counts.found
        );
        lines.push(format!(
            "  {usable} could be used, but none is in the test split; give a larger test share, or name complexes in \"test\" of the split, or plan a set that is not tiny"
        ));
    }
    let is_one_complex = counts
        .skipped
        .iter()
        .any(|skipped| skipped.id.ends_with("_pocket") || skipped.id.ends_with("_protein"));
    if is_one_complex {
        lines.push(
            "  this looks like the folder of one complex; give the folder that it is in".to_owned(),
        );
    }
    let files = left_out_texts(&counts.left_out_files);
    lines.extend(files.into_iter().map(|text| format!("  {text}")));
    if !layout.plan_file().exists() {
        let path = layout.report_file();
        write_json(&path, report)?;
        lines.push(format!("  {} lists all of them", path.display()));
    }
    Ok(DatasetError::content(&source.folder, lines.join("\n")))
}

/// Assigns usable complexes to splits and orders them; those without a split are skipped.
fn assign_lines(
    usable: &[UsableComplex],
    options: &PlanOptions,
    counts: &mut ComplexCounts,
) -> Vec<(Split, String)> {
    let ids: Vec<String> = usable.iter().map(|complex| complex.id.clone()).collect();
    let fingerprints = usable
        .iter()
        .map(|complex| (complex.id.clone(), complex.fingerprint.clone()))
        .collect();
    let all_groups = groups::group(&fingerprints, options.split_by);
    let (splits, missing) = options.split.assign(&all_groups, options.seed);
    counts.torn_groups = torn(&all_groups, &splits).into_iter().cloned().collect();
    for group in &mut counts.torn_groups {
        group.members.retain(|id| splits.contains_key(id));
    }
    counts.groups = all_groups
        .into_iter()
        .filter(|group| group.members.len() > 1)
        .collect();
    for id in missing {
        if !counts.skipped.iter().any(|skipped| skipped.id == id) {
            counts.skipped.push(Skipped {
                id,
                reason: "not_there".into(),
                message: "the split names it, but it is not among the complexes; remove it from the split, or see whether the limit is too small".into(),
            });
        }
    }
    for id in ids.iter().filter(|id| !splits.contains_key(*id)) {
        counts.skipped.push(Skipped {
            id: id.clone(),
            reason: "on_no_side".into(),
            message: "the split does not name it; name it in \"train\" or in \"test\"".into(),
        });
    }
    counts.skipped.sort_by(|a, b| a.id.cmp(&b.id));
    let mut lines = Vec::new();
    for split in Split::ALL {
        let in_split: Vec<String> = splits
            .iter()
            .filter(|(_, other)| **other == split)
            .map(|(id, _)| id.clone())
            .collect();
        if !options.tiny || split == Split::Test {
            let ordered = seeded_order(&in_split, options.seed, "order");
            lines.extend(ordered.into_iter().map(|id| (split, id)));
        }
    }
    lines
}

/// Checks all complexes and returns the usable ones; the others are counted as skipped.
fn check_complexes(
    source: &ComplexSource,
    ids: &[String],
    options: &PlanOptions,
    monitor: Monitor<'_>,
    counts: &mut ComplexCounts,
) -> Result<Vec<UsableComplex>, DatasetError> {
    let next = AtomicUsize::new(0);
    let checked = Mutex::new(Vec::new());
    let work = || {
        let thumbnailer = Thumbnailer::new(options.size);
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(id) = ids.get(number).filter(|_| !(monitor.stopped)()) else {
                return;
            };
            let result = check_complex(source, id, &options.cut, &thumbnailer);
            checked
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((number, result));
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            scope.spawn(work);
        }
    });
    stop_if_asked(monitor)?;
    let mut checked = checked.into_inner().unwrap_or_else(PoisonError::into_inner);
    checked.sort_by_key(|(number, _)| *number);
    let mut usable = Vec::new();
    for (number, result) in checked {
        match result? {
            Ok(complex) => usable.push(complex),
            Err(error) => counts.skipped.push(Skipped {
                id: ids[number].clone(),
                reason: error.reason.into(),
                message: error.message,
            }),
        }
    }
    Ok(usable)
}

/// Checks one complex: cuts it if necessary, reads it, and prepares its scene.
///
/// The inner error says why the complex cannot be used; the outer one is that of the disk.
fn check_complex(
    source: &ComplexSource,
    id: &str,
    rule: &CutRule,
    thumbnailer: &Thumbnailer,
) -> Result<Result<UsableComplex, ComplexError>, DatasetError> {
    let cut = match source.write_cut(id, rule)? {
        Ok(cut) => cut,
        Err(error) => return Ok(Err(error)),
    };
    let prepared = source.read(id).and_then(|complex| {
        let mut warnings = cut
            .as_ref()
            .map_or_else(Vec::new, |cut| cut.warnings.clone());
        warnings.extend(source.warnings(&complex));
        PreviewCache::new(complex, thumbnailer)
            .map(|preview| (warnings, Fingerprint::of(preview.structure())))
            .map_err(|error| ComplexError {
                reason: "undrawable",
                message: error.to_string(),
            })
    });
    Ok(prepared.and_then(|(warnings, fingerprint)| {
        // A file that is not read but belongs to the complex may be unreadable, too.
        let hash = source.hash(id).map_err(|error| ComplexError {
            reason: "unreadable",
            message: error.to_string(),
        })?;
        Ok(UsableComplex {
            id: id.to_owned(),
            hash,
            cut: cut.map(|cut| cut.record),
            warnings,
            fingerprint,
        })
    }))
}

/// Returns an error if the work is to stop.
fn stop_if_asked(monitor: Monitor<'_>) -> Result<(), DatasetError> {
    if (monitor.stopped)() {
        return Err(DatasetError::Interrupted(
            "interrupted: nothing was planned; run the same command again".into(),
        ));
    }
    Ok(())
}
