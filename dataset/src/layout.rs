//! Where things are in a set's folder.
//!
//! ```text
//! README.md  croissant.json  report.json     card, metadata, account
//! plan/plan.json  plan/complexes.jsonl        what the set is made of
//! data/pictures/train-00000.parquet           each picture once
//! data/complexes/train-00000.parquet          names of atoms and residues, once a complex
//! data/T1-translation/train-00000.parquet     the questions of a task
//! shards/train-00000.json                     written last: this shard is finished
//! structures/ID/ID_pocket.pdb  ID_ligand.mol2  complexes that were cut out of whole entries
//! local.json                                  where the complexes are on this machine; no part of the set
//! ```

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::complexes::Source;
use crate::error::DatasetError;
use crate::files::{read_json, write_json};
use crate::plan::record::{Plan, SCHEMA_VERSION};
use crate::task::Task;

/// A set's folder.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

/// What this machine alone knows.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Local {
    complexes: PathBuf,
}

impl Layout {
    /// Of a folder, which need not be there.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// The folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// A file by its path in the set.
    #[must_use]
    pub fn file(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// The plan's head.
    #[must_use]
    pub fn plan_file(&self) -> PathBuf {
        self.file("plan/plan.json")
    }

    /// The plan's lines.
    #[must_use]
    pub fn complexes_file(&self) -> PathBuf {
        self.file("plan/complexes.jsonl")
    }

    /// The account.
    #[must_use]
    pub fn report_file(&self) -> PathBuf {
        self.file("report.json")
    }

    /// Folder of the complexes that were cut out of whole entries.
    #[must_use]
    pub fn cuts(&self) -> PathBuf {
        self.file("structures")
    }

    /// What says that a shard is finished.
    #[must_use]
    pub fn shard_file(&self, shard: &str) -> PathBuf {
        self.file(&format!("shards/{shard}.json"))
    }

    /// Path in the set of a shard's pictures.
    #[must_use]
    pub fn pictures_path(shard: &str) -> String {
        format!("data/pictures/{shard}.parquet")
    }

    /// Path in the set of what a shard's annotations refer to.
    #[must_use]
    pub fn complexes_path(shard: &str) -> String {
        format!("data/complexes/{shard}.parquet")
    }

    /// Path in the set of a shard's questions of a task.
    #[must_use]
    pub fn questions_path(task: Task, shard: &str) -> String {
        format!("data/{}/{shard}.parquet", task.configuration())
    }

    /// Reads the plan's head.
    ///
    /// # Errors
    /// When there is no plan, or one of another version.
    pub fn plan(&self) -> Result<Plan, DatasetError> {
        let path = self.plan_file();
        if !path.exists() {
            return Err(DatasetError::content(
                &self.root,
                "holds no plan; make one with `molshot dataset plan --complexes DIR --out OUT`",
            ));
        }
        let plan: Plan = read_json(&path)?;
        if plan.schema_version != SCHEMA_VERSION {
            return Err(DatasetError::content(
                &path,
                format!(
                    "is a plan of version {}, and this program knows version {SCHEMA_VERSION}; plan anew",
                    plan.schema_version
                ),
            ));
        }
        Ok(plan)
    }

    /// Notes where the complexes are.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remember(&self, source: &Source) -> Result<(), DatasetError> {
        let complexes =
            std::fs::canonicalize(&source.folder).map_err(DatasetError::file(&source.folder))?;
        write_json(&self.file("local.json"), &Local { complexes })?;
        Ok(())
    }

    /// Where the complexes are: as given, else as noted; those that were cut are in the set itself.
    ///
    /// # Errors
    /// When neither is there, and the set has no cuts.
    pub fn source(&self, given: Option<&Path>) -> Result<Source, DatasetError> {
        let folder = if let Some(folder) = given {
            folder.to_owned()
        } else {
            let path = self.file("local.json");
            match read_json::<Local>(&path) {
                Ok(local) => local.complexes,
                Err(_) if self.cuts().is_dir() => self.cuts(),
                Err(_) => {
                    return Err(DatasetError::content(
                        &path,
                        "does not say where the complexes are; give --complexes DIR",
                    ));
                }
            }
        };
        Ok(Source::new(&folder).with_cuts(&self.cuts()))
    }
}
