//! Finalizes a plan: groups its lines into shards and moves files to their final names.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::PlanOptions;
use super::input_sizes::SizeMeter;
use super::mini_split::MiniSplit;
use super::read_lines;
use super::report::Report;
use crate::complexes::ComplexSource;
use crate::coordinates::{PictureTables, add_tables};
use crate::error::DatasetError;
use crate::files::{AtomicFile, write_json};
use crate::jobs::JobBuilder;
use crate::layout::Layout;
use crate::messages::CatalogueText;
use crate::record::{Plan, ShardPlan};

/// The lines of a plan under a temporary name; removed when dropped.
pub(super) struct PendingPlan(pub(super) PathBuf);

impl PendingPlan {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for PendingPlan {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// The cuts of a plan under a temporary name; removed when dropped.
pub(super) struct PendingCuts(PathBuf);

impl PendingCuts {
    /// Makes the temporary name, and removes what a killed process left there.
    pub(super) fn new(layout: &Layout) -> Result<Self, DatasetError> {
        let path = layout.file("plan/.structures.draft");
        if path.exists() {
            fs::remove_dir_all(&path).map_err(DatasetError::file(&path))?;
        }
        Ok(Self(path))
    }

    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// Replaces the cuts of an earlier plan by those of the complexes that are in the set.
    pub(super) fn keep(self, layout: &Layout, report: &Report) -> Result<(), DatasetError> {
        let cuts = layout.cuts();
        if cuts.exists() {
            fs::remove_dir_all(&cuts).map_err(DatasetError::file(&cuts))?;
        }
        if report.complexes.cut.is_empty() {
            return Ok(());
        }
        for entry in fs::read_dir(&self.0).map_err(DatasetError::file(&self.0))? {
            let entry = entry.map_err(DatasetError::file(&self.0))?;
            let name = entry.file_name();
            if !report.complexes.cut.contains_key(&*name.to_string_lossy()) {
                let path = entry.path();
                fs::remove_dir_all(&path).map_err(DatasetError::file(&path))?;
            }
        }
        fs::rename(&self.0, &cuts).map_err(DatasetError::file(&cuts))
    }
}

impl Drop for PendingCuts {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What [`finalize`] reads.
pub(super) struct PlanInputs<'a> {
    pub(super) pending: &'a PendingPlan,
    pub(super) selected: Option<&'a MiniSplit>,
    pub(super) source: &'a ComplexSource,
    pub(super) catalogues: &'a [CatalogueText],
    pub(super) options: &'a PlanOptions,
}

/// Groups the lines into shards, counts them in the report, and writes head and lines.
pub(super) fn finalize(
    inputs: &PlanInputs<'_>,
    layout: &Layout,
    head: &mut Plan,
    report: &mut Report,
) -> Result<(), DatasetError> {
    let (pending, options) = (inputs.pending, inputs.options);
    let mut sizes = SizeMeter::default();
    let mut builder = JobBuilder::new(inputs.source, head.size);
    let path = layout.complexes_file();
    let mut file = AtomicFile::create(&path)?;
    let mut shards: Vec<ShardPlan> = Vec::new();
    let mut line_number = 0;
    let mut bytes = 0;
    for complex in read_lines(pending.path())? {
        let mut complex = complex?;
        if let Some(selected) = inputs.selected {
            selected.prune(&mut complex);
            if complex.pictures.is_empty() {
                continue;
            }
        }
        report.add(&complex);
        if !sizes.is_full() {
            let mut tables = PictureTables::new();
            if head.has_tables() {
                add_tables(&mut builder, &complex, head.seed, &mut tables)?;
            }
            sizes.add(&complex, inputs.catalogues, &head.modes, &tables)?;
        }
        let new_shard = shards.last().is_none_or(|shard| {
            shard.split != complex.split
                || shard.pictures + complex.pictures.len() > options.shard_pictures
        });
        if new_shard {
            let of_split = shards.iter().filter(|shard| shard.split == complex.split);
            shards.push(ShardPlan {
                split: complex.split,
                number: of_split.count() as u32,
                first_line: line_number,
                first_byte: bytes,
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
        bytes += line.len() as u64;
    }
    report.sizes = Some(sizes.finish(head.size));
    head.shards = shards;
    head.complexes_sha256 = file.sha256();
    // A plan of another version cannot be read, so it is another plan.
    let has_tables = layout.file("shards").exists() && layout.plan_file().exists();
    if has_tables && !layout.plan().is_ok_and(|old| old == *head) {
        return Err(DatasetError::content(
            layout.root(),
            "has the tables of another plan; give another folder, or remove this one",
        ));
    }
    file.finish()?;
    write_json(&layout.plan_file(), head)?;
    Ok(())
}
