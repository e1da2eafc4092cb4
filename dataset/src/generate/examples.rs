//! The table `data/examples`: a few questions of each task with their pictures in the row.
//!
//! The other tables store each picture once and refer to it by path, which viewers of data sets do
//! not follow. This one is the configuration that is loaded and shown where no name is given. Only
//! the first shard of a split has it, so that it stays small and needs no other shard.

use std::collections::BTreeSet;

use super::questions::{question_columns, question_row};
use super::{FileEntry, Manifest};
use crate::coordinates::PictureTables;
use crate::error::DatasetError;
use crate::layout::Layout;
use crate::messages::Catalogues;
use crate::mode::Mode;
use crate::reader::PictureReader;
use crate::record::{ComplexPlan, Item, ShardPlan};
use crate::score::COLUMNS;
use crate::tables::{Cell, Column, ColumnKind, ImageFile, TableWriter};
use crate::task::Split;

/// Name of the configuration.
pub(super) const CONFIGURATION: &str = "examples";
/// Limit of questions per column of the paper's table, each of another complex.
const PER_COLUMN: usize = 2;

/// Returns the columns: those of questions, with the pictures instead of their paths.
pub(super) fn columns() -> Vec<Column> {
    let mut columns = question_columns();
    for (name, kind) in &mut columns {
        if *name == "images" {
            *kind = ColumnKind::Images;
        }
    }
    columns
}

/// Returns the splits that have examples; sets of earlier versions have none.
pub(super) fn splits(manifests: &[Manifest]) -> Vec<Split> {
    let has = |split: &Split| {
        let start = format!("data/{CONFIGURATION}/{}-", split.name());
        let mut files = manifests.iter().flat_map(|manifest| manifest.files.keys());
        files.any(|path| path.starts_with(&start))
    };
    Split::ALL.into_iter().filter(has).collect()
}

/// Writes the examples of a shard whose pictures are written; `None` if it has none.
pub(super) fn write(
    layout: &Layout,
    shard: &ShardPlan,
    lines: &[ComplexPlan],
    tables: &PictureTables,
    catalogues: &Catalogues,
) -> Result<Option<(String, FileEntry)>, DatasetError> {
    let chosen = choose(lines);
    let mut modes = layout.plan()?.modes.into_iter();
    if shard.number > 0 || chosen.is_empty() || !modes.any(Mode::has_pictures) {
        return Ok(None);
    }
    let name = format!("data/{CONFIGURATION}/{}.parquet", shard.name());
    let mut table = TableWriter::create(&layout.file(&name), &columns())?;
    let mut pictures = PictureReader::open_shards(layout, [shard.name()])?;
    for (line, item) in chosen {
        let mut rows = catalogues.rows(item);
        let Some(question) = rows.find(|question| question.mode.has_pictures()) else {
            continue;
        };
        let mut row = question_row(line, item, question, tables)?;
        let mut shown = Vec::new();
        for path in &item.images {
            shown.push(ImageFile {
                bytes: pictures.get(path)?.to_vec(),
                path: path.clone(),
            });
        }
        for (cell, (_, kind)) in row.iter_mut().zip(columns()) {
            if kind == ColumnKind::Images {
                *cell = Cell::Images(std::mem::take(&mut shown));
            }
        }
        table.push(row)?;
    }
    Ok(Some((name, FileEntry::from(table.finish()?))))
}

/// Chooses the first question of each column of the first complexes, whose pictures are all in this
/// shard.
fn choose(lines: &[ComplexPlan]) -> Vec<(&ComplexPlan, &Item)> {
    let pictures = lines.iter().flat_map(|line| &line.pictures);
    let here: BTreeSet<&String> = pictures.map(|(path, _)| path).collect();
    let of_column = |column: &'static str| {
        let firsts = lines.iter().filter_map(|line| {
            let fits = |item: &&Item| {
                item.column() == column && item.images.iter().all(|path| here.contains(path))
            };
            line.items.iter().find(fits).map(|item| (line, item))
        });
        firsts.take(PER_COLUMN).collect::<Vec<_>>()
    };
    COLUMNS
        .iter()
        .flat_map(|column| of_column(column))
        .collect()
}
