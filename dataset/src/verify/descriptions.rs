//! Checks the files that describe the set: data card, licence and metadata.

use std::fs;

use super::VerifyReport;
use crate::card::{CARD_FILE, metadata_block};
use crate::error::DatasetError;
use crate::generate::{descriptions, manifests};
use crate::layout::Layout;
use crate::messages::Catalogues;
use crate::plan::report::Report;
use crate::record::Plan;

/// Reports each file that is missing or differs from what the set says.
///
/// Of the data card, only the metadata block is compared: people may edit the text after it.
pub(super) fn check(
    layout: &Layout,
    plan: &Plan,
    report: &Report,
    catalogues: &Catalogues,
    found: &mut VerifyReport,
) {
    // A set without all shards has no description yet; `tables` reports it.
    let is_incomplete = |shard: &_| !layout.shard_file(shard).exists();
    if plan.shards.iter().any(|shard| is_incomplete(&shard.name())) {
        return;
    }
    let files = manifests(layout, plan)
        .and_then(|manifests| descriptions(plan, report, catalogues, &manifests));
    let files = match files {
        Ok(files) => files,
        Err(error) => return found.add_problem(error.to_string()),
    };
    for (name, wanted) in files {
        let path = layout.file(name);
        let stored = match fs::read(&path).map_err(DatasetError::file(&path)) {
            Ok(stored) => stored,
            Err(error) => {
                found.add_problem(format!("{error}; resume the work to write it"));
                continue;
            }
        };
        let is_same = if name == CARD_FILE {
            let block = |bytes| std::str::from_utf8(bytes).ok().and_then(metadata_block);
            block(&stored) == block(&wanted)
        } else {
            stored == wanted
        };
        if !is_same {
            let what = if name == CARD_FILE {
                "the metadata block of "
            } else {
                ""
            };
            found.add_problem(format!(
                "{what}{name} is not as written; resume the work to write it again"
            ));
        }
    }
}
