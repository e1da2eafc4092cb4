//! The plan gets its name: lines become shards, and cuts a part of the set.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use super::account::Report;
use super::read_lines;
use super::record::{Plan, ShardPlan};
use super::{PlanOptions, tiny};
use crate::error::DatasetError;
use crate::files::{Unfinished, write_json};
use crate::layout::Layout;

/// Lines under a temporary name; removed when dropped.
pub(super) struct Draft(pub(super) PathBuf);

impl Draft {
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Cuts under a temporary name; removed when dropped.
pub(super) struct CutsDraft(PathBuf);

impl CutsDraft {
    /// Begins anew: what a killed process left is removed.
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

    /// Makes the cuts of the complexes that are in the set a part of it, in the place of an earlier
    /// plan's.
    pub(super) fn keep(self, layout: &Layout, report: &Report) -> Result<(), DatasetError> {
        let place = layout.cuts();
        if place.exists() {
            fs::remove_dir_all(&place).map_err(DatasetError::file(&place))?;
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
        fs::rename(&self.0, &place).map_err(DatasetError::file(&place))
    }
}

impl Drop for CutsDraft {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Parts the lines into shards, and gives the plan its name.
pub(super) fn finish(
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
    let mut bytes = 0;
    for complex in read_lines(draft.path())? {
        let mut complex = complex?;
        if let Some(chosen) = chosen {
            chosen.prune(&mut complex);
            if complex.pictures.is_empty() {
                continue;
            }
        }
        report.add(&complex);
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
