//! Paths of the files in the folder of a set.
//!
//! ```text
//! README.md  croissant.json  report.json     data card, metadata, counts
//! LICENSE                                     words of a licence that has no address
//! plan/plan.json  plan/complexes.jsonl        head, and one line per complex
//! plan/messages/en.toml                       texts of the questions, one file per language
//! data/pictures/train-00000.parquet           each picture, stored once
//! data/complexes/train-00000.parquet          names of atoms and residues per complex
//! data/T1-translation/train-00000.parquet     the questions of one task
//! shards/train-00000.json                     written last: this shard is complete
//! structures/ID/ID_pocket.pdb  ID_ligand.mol2  complexes cut out of whole entries (or .cif)
//! local.json                                  path of the complexes; not part of the set
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use molshot_renderer::Advice;
use serde::{Deserialize, Serialize};

use crate::complexes::ComplexSource;
use crate::error::DatasetError;
use crate::files::{read_json, write_json};
use crate::picture::path_component;
use crate::record::{Plan, SCHEMA_VERSION};
use crate::task::{Split, Task};

/// Advice for a folder that is in the wrong place.
const OTHER_OUT: &[Advice] = &[Advice::other("out")];

/// The folder of a set.
#[derive(Debug, Clone)]
pub struct Layout {
    root: PathBuf,
}

/// The content of `local.json`, which is valid on this machine only.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Local {
    complexes: PathBuf,
}

impl Layout {
    /// Makes the layout of a folder, which need not exist.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// Returns the folder of the set.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Returns the path of a file, given its path in the set.
    #[must_use]
    pub fn file(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Returns the path of the head of the plan.
    #[must_use]
    pub fn plan_file(&self) -> PathBuf {
        self.file("plan/plan.json")
    }

    /// Returns the path of the lines of the plan, one per complex.
    #[must_use]
    pub fn complexes_file(&self) -> PathBuf {
        self.file("plan/complexes.jsonl")
    }

    /// Returns the path of the texts of the questions in a language.
    #[must_use]
    pub fn messages_file(&self, language: &str) -> PathBuf {
        self.file(&format!("plan/messages/{language}.toml"))
    }

    /// Returns the path of `report.json`.
    #[must_use]
    pub fn report_file(&self) -> PathBuf {
        self.file("report.json")
    }

    /// Returns the folder of the complexes that were cut out of whole entries.
    #[must_use]
    pub fn cuts(&self) -> PathBuf {
        self.file("structures")
    }

    /// Returns the path of the manifest of a shard, which exists when the shard is complete.
    #[must_use]
    pub fn shard_file(&self, shard: &str) -> PathBuf {
        self.file(&format!("shards/{shard}.json"))
    }

    /// Returns the folders with the files of shards that exist now.
    pub(crate) fn shard_folders(&self) -> Vec<PathBuf> {
        let mut folders = vec![self.file("shards")];
        if let Ok(entries) = fs::read_dir(self.file("data")) {
            folders.extend(entries.flatten().map(|entry| entry.path()));
        }
        folders
    }

    /// Returns the path in the set of a shard's table of pictures.
    #[must_use]
    pub fn pictures_path(shard: &str) -> String {
        format!("data/pictures/{shard}.parquet")
    }

    /// Returns the path in the set of the table that a shard's annotations refer to.
    #[must_use]
    pub fn complexes_path(shard: &str) -> String {
        format!("data/complexes/{shard}.parquet")
    }

    /// Returns the path in the set of a shard's table of questions of one task.
    #[must_use]
    pub fn questions_path(task: Task, shard: &str) -> String {
        format!("data/{}/{shard}.parquet", task.configuration())
    }

    /// Returns the path of the answers of a model, or of its answers with the tool `view`.
    #[must_use]
    pub fn predictions_file(&self, model: &str, with_tools: bool, split: Split) -> PathBuf {
        let tools = if with_tools { "-tools" } else { "" };
        let (name, split) = (path_component(model), split.name());
        self.file(&format!("predictions/{name}{tools}-{split}.jsonl"))
    }

    /// Refuses a set of which a shard of a split is not made yet; `need` says what for.
    pub(crate) fn check_generated(
        &self,
        plan: &Plan,
        split: Split,
        need: &str,
    ) -> Result<(), DatasetError> {
        let mut shards = plan.shards.iter().filter(|shard| shard.split == split);
        let Some(shard) = shards.find(|shard| !self.shard_file(&shard.name()).exists()) else {
            return Ok(());
        };
        let problem = format!(
            "{need}, but {} is not made yet; generate the missing shards first",
            shard.name()
        );
        Err(DatasetError::content(&self.root, problem).advise(&[Advice::on("resume")]))
    }

    /// Reads the head of the plan.
    ///
    /// # Errors
    /// When there is no plan, or its version is not supported.
    pub fn plan(&self) -> Result<Plan, DatasetError> {
        let path = self.plan_file();
        if !path.exists() {
            let problem = "has no plan; plan the set first, or give the folder of a set";
            return Err(DatasetError::content(&self.root, problem));
        }
        // The version comes first, because a plan of another version may have other fields.
        let head: serde_json::Value = read_json(&path)?;
        let version = head
            .get("schema_version")
            .and_then(serde_json::Value::as_u64);
        if let Some(version) = version.filter(|version| *version != u64::from(SCHEMA_VERSION)) {
            return Err(DatasetError::content(
                &path,
                format!(
                    "is a plan of version {version}, but this program reads version {SCHEMA_VERSION}; plan again, or use the version of the program that made it"
                ),
            ));
        }
        read_json(&path)
    }

    /// Checks that neither the folder of the set is inside the folder of complexes, whose next
    /// listing would take it for a complex, nor the complexes inside what the set replaces.
    ///
    /// # Errors
    /// When it is.
    pub fn check_apart_from(&self, complexes: &Path) -> Result<(), DatasetError> {
        let input = fs::canonicalize(complexes).map_err(DatasetError::file(complexes))?;
        let output = absolute(&self.root)?;
        if output.starts_with(&input) {
            let place = if output == input {
                "is the folder of the complexes itself"
            } else {
                "is inside the folder of the complexes, where it would be taken for a complex"
            };
            let problem = format!(
                "{place}; put the set into a folder outside of {}",
                complexes.display()
            );
            return Err(DatasetError::content(&self.root, problem).advise(OTHER_OUT));
        }
        let replaced = ["data", "export", "plan", "shards", "structures"];
        if replaced
            .iter()
            .any(|name| input.starts_with(output.join(name)))
        {
            let problem = format!(
                "is a part of the set {}, which a new plan would replace; put the set into another folder",
                self.root.display()
            );
            return Err(DatasetError::content(complexes, problem).advise(OTHER_OUT));
        }
        Ok(())
    }

    /// Records in `local.json` where the complexes are.
    ///
    /// # Errors
    /// When the disk cannot be written.
    pub fn save_source(&self, source: &ComplexSource) -> Result<(), DatasetError> {
        let complexes =
            fs::canonicalize(&source.folder).map_err(DatasetError::file(&source.folder))?;
        write_json(&self.file("local.json"), &Local { complexes })?;
        Ok(())
    }

    /// Returns the source of complexes.
    ///
    /// It is the given folder, else the recorded one, else the cuts of the set. Names are unique if
    /// the plan says so.
    ///
    /// # Errors
    /// When none of the three exists, or there is no plan.
    pub fn source(&self, given: Option<&Path>) -> Result<ComplexSource, DatasetError> {
        let folder = if let Some(folder) = given {
            folder.to_owned()
        } else {
            let path = self.file("local.json");
            match read_json::<Local>(&path) {
                Ok(local) => local.complexes,
                Err(_) if self.cuts().is_dir() => self.cuts(),
                Err(_) => {
                    let problem = "does not say where the complexes are; give their folder";
                    let error = DatasetError::content(&path, problem);
                    return Err(error.advise(&[Advice::other("complexes")]));
                }
            }
        };
        let source = ComplexSource::new(&folder).with_cuts(&self.cuts());
        Ok(source.with_unique_names(self.plan()?.unique_names))
    }
}

/// Returns the path without links and `..`; its last components need not exist.
fn absolute(path: &Path) -> Result<PathBuf, DatasetError> {
    let mut existing = std::path::absolute(path).map_err(DatasetError::file(path))?;
    let mut missing = Vec::new();
    loop {
        if let Ok(found) = fs::canonicalize(&existing) {
            return Ok(missing
                .iter()
                .rev()
                .fold(found, |path, name| path.join(name)));
        }
        match (existing.file_name(), existing.parent()) {
            (Some(name), Some(parent)) => {
                missing.push(name.to_owned());
                existing = parent.to_owned();
            }
            // `a/../b`, where `a` does not exist.
            _ => return std::path::absolute(path).map_err(DatasetError::file(path)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_inside_its_input_is_refused() {
        let folder = std::env::temp_dir().join(format!("molshot-apart-{}", std::process::id()));
        let input = folder.join("in");
        fs::create_dir_all(input.join("1abc")).expect("a folder");
        fs::create_dir_all(folder.join("set/structures")).expect("a folder");
        let check = |out: &str, complexes: &Path| {
            Layout::new(&folder.join(out))
                .check_apart_from(complexes)
                .map_err(|error| error.to_string())
        };
        for out in ["in", "in/out", "in/new/out", "in/1abc", "set/../in/out"] {
            let error = check(out, &input).expect_err("a set inside its input");
            assert!(error.contains("folder of the complexes"), "{error}");
        }
        for out in ["out", "in2", "new/out", "in/../out"] {
            assert_eq!(check(out, &input), Ok(()), "{out}");
        }
        let cuts = folder.join("set/structures");
        let error = check("set", &cuts).expect_err("the cuts of the set");
        assert!(error.contains("a part of the set"), "{error}");
        assert_eq!(check("other", &cuts), Ok(()));
        fs::remove_dir_all(folder).expect("the test made this folder");
    }
}
