//! Checks sizes and hashes of the files of all exports.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::VerifyReport;
use crate::card::CARD_FILE;
use crate::error::DatasetError;
use crate::export::{ExportFormat, ExportManifest, card_metadata_sha256, folder, manifest_file};
use crate::files::{hash_file, read_json};
use crate::layout::Layout;

/// Reports missing, changed and additional files of each export.
pub(super) fn check(layout: &Layout, found: &mut VerifyReport) {
    for format in ExportFormat::ALL {
        let folder = folder(layout, format);
        if !folder.exists() {
            continue;
        }
        if let Err(error) = check_export(layout, format, &folder, found) {
            found.add_problem(format!(
                "{error}; export the set as {} again",
                format.name()
            ));
        }
    }
}

fn check_export(
    layout: &Layout,
    format: ExportFormat,
    folder: &Path,
    found: &mut VerifyReport,
) -> Result<(), DatasetError> {
    let manifest: ExportManifest = read_json(&manifest_file(layout, format))?;
    let name = |file: &str| format!("export/{}/{file}", format.name());
    let mut others = BTreeSet::new();
    list(folder, folder, &mut others)?;
    for (file, digest) in &manifest.files {
        others.remove(file);
        match hash_file(&folder.join(file)) {
            Ok(stored) if stored == *digest => found.exported += 1,
            Ok(_) if file == CARD_FILE && metadata_is_same(folder, &manifest) => {
                found.exported += 1;
            }
            Ok(_) => found.add_problem(format!("{} is not the file that was written", name(file))),
            Err(error) => found.add_problem(error.to_string()),
        }
    }
    for file in others {
        // Hidden files are of version control and download caches.
        if !file.split('/').any(|part| part.starts_with('.')) {
            let name = name(&file);
            found.add_problem(format!("{name} is not a file of this export; remove it"));
        }
    }
    Ok(())
}

/// Returns whether the metadata block of the card is as written.
fn metadata_is_same(folder: &Path, manifest: &ExportManifest) -> bool {
    fs::read_to_string(folder.join(CARD_FILE)).is_ok_and(|card| {
        card_metadata_sha256(&card).as_deref() == Some(&manifest.card_metadata_sha256)
    })
}

/// Collects the paths of all files below `folder`, relative to `root`.
fn list(root: &Path, folder: &Path, files: &mut BTreeSet<String>) -> Result<(), DatasetError> {
    for entry in fs::read_dir(folder).map_err(DatasetError::file(folder))? {
        let path: PathBuf = entry.map_err(DatasetError::file(folder))?.path();
        if path.is_dir() {
            list(root, &path, files)?;
        } else if let Ok(relative) = path.strip_prefix(root) {
            let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
            files.insert(parts.join("/"));
        }
    }
    Ok(())
}
