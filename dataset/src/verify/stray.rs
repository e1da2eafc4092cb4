//! Files below `data/` that no shard wrote: whoever loads the set by its patterns would load them,
//! too.

use std::collections::BTreeSet;
use std::fs;

use super::Verified;
use crate::error::DatasetError;
use crate::generate::manifest;
use crate::layout::Layout;
use crate::plan::record::Plan;

/// Tells of every such file.
pub(super) fn check(
    layout: &Layout,
    plan: &Plan,
    found: &mut Verified,
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
    // Nothing is written yet.
    let Ok(folders) = fs::read_dir(&data) else {
        return Ok(());
    };
    for folder in folders {
        let folder = folder.map_err(DatasetError::file(&data))?;
        let place = folder.path();
        let name = folder.file_name();
        if !place.is_dir() {
            found.fault(format!(
                "data/{} is no file of this set; remove it",
                name.to_string_lossy()
            ));
            continue;
        }
        let files = fs::read_dir(&place).map_err(DatasetError::file(&place))?;
        for file in files {
            let file = file.map_err(DatasetError::file(&place))?.file_name();
            let path = format!("data/{}/{}", name.to_string_lossy(), file.to_string_lossy());
            if path.ends_with(".parquet") && !known.contains(&path) {
                found.fault(format!("{path} is no file of this set; remove it"));
            }
        }
    }
    Ok(())
}
