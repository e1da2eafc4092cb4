//! Finds files in `data/` that no shard wrote; loading the set by file patterns would include them.

use std::collections::BTreeSet;
use std::fs;

use super::VerifyReport;
use crate::error::DatasetError;
use crate::generate::manifest;
use crate::layout::Layout;
use crate::record::Plan;

/// Reports every such file.
pub(super) fn check(
    layout: &Layout,
    plan: &Plan,
    found: &mut VerifyReport,
) -> Result<(), DatasetError> {
    let mut known = BTreeSet::new();
    for shard in &plan.shards {
        known.extend(
            manifest(layout, shard)?
                .into_iter()
                .flat_map(|m| m.files.into_keys()),
        );
    }
    let data = layout.file("data");
    // No shard is written yet.
    let Ok(folders) = fs::read_dir(&data) else {
        return Ok(());
    };
    for folder in folders {
        let folder = folder.map_err(DatasetError::file(&data))?;
        let folder_path = folder.path();
        let name = folder.file_name();
        if !folder_path.is_dir() {
            found.add_problem(format!(
                "data/{} is not a file of this set; remove it",
                name.to_string_lossy()
            ));
            continue;
        }
        let files = fs::read_dir(&folder_path).map_err(DatasetError::file(&folder_path))?;
        for file in files {
            let file = file.map_err(DatasetError::file(&folder_path))?.file_name();
            let path = format!("data/{}/{}", name.to_string_lossy(), file.to_string_lossy());
            if path.ends_with(".parquet") && !known.contains(&path) {
                found.add_problem(format!("{path} is not a file of this set; remove it"));
            }
        }
    }
    Ok(())
}
