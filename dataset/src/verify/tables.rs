//! Checks sizes and hashes of the tables.
//!
//! A table that another tool compressed has other bytes and the same rows, which are hashed, too.

use std::collections::BTreeSet;

use super::VerifyReport;
use crate::error::DatasetError;
use crate::files::hash_file;
use crate::generate::{FileEntry, columns_of, manifest};
use crate::layout::Layout;
use crate::record::Plan;
use crate::tables::{hash_rows, read_columns};

/// Checks sizes and hashes of all tables, and returns the paths of all pictures.
pub(super) fn check(
    layout: &Layout,
    plan: &Plan,
    found: &mut VerifyReport,
) -> Result<BTreeSet<String>, DatasetError> {
    let mut paths = BTreeSet::new();
    let head = hash_file(&layout.plan_file())?.sha256;
    for shard in &plan.shards {
        let name = shard.name();
        let Some(manifest) = manifest(layout, shard)? else {
            found.add_problem(format!(
                "the shard {name} is incomplete; resume the work to make it"
            ));
            continue;
        };
        if manifest.plan_sha256 != head {
            found.add_problem(format!(
                "plan/plan.json is not the one that the shard {name} was made with"
            ));
        }
        for (path, entry) in &manifest.files {
            match hash_file(&layout.file(path)) {
                Ok(file) if (file.bytes, &file.sha256) == (entry.bytes, &entry.sha256) => {
                    found.files += 1;
                }
                Ok(_) => match rows_are_same(layout, plan, path, entry) {
                    Ok(true) => found.recompressed += 1,
                    Ok(false) => {
                        found.add_problem(format!("{path} is not the table that was written"));
                    }
                    Err(error) => found
                        .add_problem(format!("{path} is not the table that was written: {error}")),
                },
                Err(error) => found.add_problem(error.to_string()),
            }
        }
        let table = read_columns(&layout.file(&Layout::pictures_path(&name)), &["path"]);
        match table {
            Ok(table) => {
                for row in table {
                    let path = row.and_then(|row| row.text("path"));
                    match path {
                        Ok(path) if paths.contains(&path) => {
                            found.add_problem(format!("the picture {path} is stored twice"));
                        }
                        Ok(path) => drop(paths.insert(path)),
                        Err(error) => {
                            found.add_problem(error.to_string());
                            break;
                        }
                    }
                }
            }
            Err(error) => found.add_problem(error.to_string()),
        }
    }
    found.pictures = paths.len();
    Ok(paths)
}

/// Returns whether a table whose bytes differ has the recorded rows.
fn rows_are_same(
    layout: &Layout,
    plan: &Plan,
    path: &str,
    entry: &FileEntry,
) -> Result<bool, DatasetError> {
    // "data/CONFIGURATION/SHARD.parquet"
    let configuration = path.split('/').nth(1).unwrap_or_default();
    let columns = columns_of(configuration, plan);
    Ok(hash_rows(&layout.file(path), &columns)? == entry.rows_sha256)
}
