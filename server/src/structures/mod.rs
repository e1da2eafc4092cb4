//! The structures that the server can draw: built-in samples, the served folder, uploads, and files
//! within a request.
//!
//! Parsed structures are cached. The cache key names the state of the files, so a changed file is
//! read again. Simultaneous requests for one structure parse it once.

mod case;
mod files;
mod folder;
mod names;
mod samples;
mod uploads;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use base16ct::lower::encode_string;
use moka::future::Cache;
use molshot_molecule::ReadLimits;
use molshot_molecule::Structure;
use molshot_scenes::request::{InlineFile, StructureSource};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::config::Config;
use crate::error::Problem;
use crate::metrics::Metrics;

pub(crate) use files::ALWAYS_PLAUSIBLE_BYTES;
use files::{FileLimits, options, read_files};
pub(crate) use names::check_id;
pub(crate) use samples::SAMPLES;
pub(crate) use uploads::{NamedBytes, StoreError, Uploads};
use uploads::{id_of, is_upload_id};

/// A parsed structure with the hash of its files.
#[derive(Debug)]
pub(crate) struct LoadedStructure {
    /// The structure.
    pub(crate) structure: Arc<Structure>,
    /// Hash of the names and bytes of its files.
    pub(crate) digest: [u8; 32],
}

/// Where a structure comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StructureOrigin {
    /// Built into the program.
    Sample,
    /// The served folder.
    Folder,
    /// An upload.
    Upload,
}

impl StructureOrigin {
    /// The origin with a name.
    pub(crate) fn of_name(name: &str) -> Option<Self> {
        let all = [Self::Sample, Self::Folder, Self::Upload];
        all.into_iter().find(|origin| origin.name() == name)
    }

    /// Its name in JSON.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Sample => "sample",
            Self::Folder => "folder",
            Self::Upload => "upload",
        }
    }
}

/// A structure that exists, though it may not be parsed yet.
#[derive(Debug, Clone)]
pub(crate) struct StructureEntry {
    /// The id.
    pub(crate) id: String,
    /// Where the structure comes from.
    pub(crate) origin: StructureOrigin,
    /// Cache key; it changes with the content.
    pub(crate) key: String,
    folder_entry: Option<folder::Entry>,
}

/// All structures of the server, and the cache of parsed ones.
#[derive(Debug)]
pub(crate) struct Library {
    root: Option<PathBuf>,
    left_out: folder::LeftOutLog,
    uploads: Option<Arc<Uploads>>,
    cache: Cache<String, Arc<LoadedStructure>>,
    parsing: Arc<Semaphore>,
    limits: FileLimits,
    max_files: usize,
    metrics: Arc<Metrics>,
}

/// Estimated memory of a structure, bytes.
pub(crate) fn structure_bytes(structure: &Structure) -> u64 {
    // Columns and name of an atom, a bond, a residue, and the text of a warning.
    (structure.atoms().len() * 80
        + structure.bonds().len() * 16
        + structure.residues().len() * 64
        + structure.warnings().len() * 200
        + 1024) as u64
}

impl Library {
    /// The library that a configuration describes.
    pub(crate) fn new(
        config: &Config,
        uploads: Option<Uploads>,
        threads: usize,
        metrics: &Arc<Metrics>,
    ) -> Self {
        Self {
            root: config.structures.clone(),
            left_out: folder::LeftOutLog::default(),
            uploads: uploads.map(Arc::new),
            cache: Cache::builder()
                .max_capacity(config.structure_cache_bytes)
                .weigher(|_: &String, loaded: &Arc<LoadedStructure>| {
                    u32::try_from(structure_bytes(&loaded.structure)).unwrap_or(u32::MAX)
                })
                .build(),
            parsing: Arc::new(Semaphore::new(threads)),
            limits: FileLimits {
                read: ReadLimits::new(
                    config.decompressed_max_bytes,
                    usize::try_from(config.atoms_max).unwrap_or(usize::MAX),
                ),
                ratio: config.decompressed_ratio_max,
            },
            max_files: usize::try_from(config.upload_max_files).unwrap_or(usize::MAX),
            metrics: Arc::clone(metrics),
        }
    }

    /// The folder of uploads; `None` if uploads are disabled.
    pub(crate) fn uploads(&self) -> Option<&Arc<Uploads>> {
        self.uploads.as_ref()
    }

    /// Ids and origins of all structures, sorted by id.
    pub(crate) async fn list(&self) -> Result<Vec<(String, StructureOrigin)>, Problem> {
        let mut ids: Vec<(String, StructureOrigin)> = SAMPLES
            .iter()
            .map(|sample| (sample.id.to_owned(), StructureOrigin::Sample))
            .collect();
        if let Some(uploads) = self.uploads.clone() {
            let uploads = blocking(move || uploads.list()).await?.into_iter();
            ids.extend(uploads.map(|id| (id, StructureOrigin::Upload)));
        }
        if let Some(root) = self.root.clone() {
            let listing = blocking(move || folder::list(&root)).await?;
            let listing = listing.map_err(|error| {
                tracing::error!(error = %error.kind(), "the served folder cannot be read");
                Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "storage_failed",
                    "the served folder cannot be read now; try again later",
                )
                .retry_after(10)
            })?;
            self.left_out.note(listing.left_out);
            let names = listing.ids.into_iter();
            ids.extend(names.map(|id| (id, StructureOrigin::Folder)));
        }
        // The sort is stable, so that of several structures with one id the one is listed that
        // `find` returns.
        ids.sort_by(|a, b| a.0.cmp(&b.0));
        ids.dedup_by(|a, b| a.0 == b.0);
        Ok(ids)
    }

    /// Logs what of the served folder is not offered, when the server starts. An unreadable folder
    /// is reported when it is used.
    pub(crate) fn log_left_out_of_folder(&self) {
        let listing = self.root.as_deref().map(folder::list);
        if let Some(Ok(listing)) = listing {
            self.left_out.note(listing.left_out);
        }
    }

    /// Finds the structure with an id. If there is none, the only one whose id differs in the case
    /// of letters is found.
    pub(crate) async fn find(&self, id: &str) -> Result<StructureEntry, Problem> {
        check_id(id)?;
        if let Some(found) = self.find_exactly(id).await? {
            return Ok(found);
        }
        let all = self.list().await?;
        let ids = all.iter().map(|(id, _)| id.as_str());
        let found = match case::in_other_case(ids, id)? {
            Some(other) => self.find_exactly(other).await?,
            None => None,
        };
        found.ok_or_else(|| Problem::no_structure(id))
    }

    /// Finds the structure with exactly this id.
    async fn find_exactly(&self, id: &str) -> Result<Option<StructureEntry>, Problem> {
        let found = |origin, key, folder_entry| StructureEntry {
            id: id.to_owned(),
            origin,
            key,
            folder_entry,
        };
        if samples::find(id).is_some() {
            let key = format!("sample/{id}");
            return Ok(Some(found(StructureOrigin::Sample, key, None)));
        }
        if let Some(uploads) = self.uploads.clone().filter(|_| is_upload_id(id)) {
            let name = id.to_owned();
            if blocking(move || uploads.contains(&name)).await? {
                let key = format!("upload/{id}");
                return Ok(Some(found(StructureOrigin::Upload, key, None)));
            }
        }
        if let Some(root) = self.root.clone() {
            let name = id.to_owned();
            if let Some(entry) = blocking(move || folder::find(&root, &name)).await? {
                let key = format!("folder/{id}/{}", entry.stamp);
                return Ok(Some(found(StructureOrigin::Folder, key, Some(entry))));
            }
        }
        Ok(None)
    }

    /// Loads a structure, from the cache if possible. Also returns how long that took.
    pub(crate) async fn load(
        &self,
        found: &StructureEntry,
    ) -> Result<(Arc<LoadedStructure>, Duration), Problem> {
        let start = Instant::now();
        let loading = async {
            let found = found.clone();
            let root = self.root.clone();
            let uploads = self.uploads.clone();
            let limits = self.limits;
            self.parse(move || {
                let loaded = match (found.origin, &found.folder_entry) {
                    (StructureOrigin::Folder, Some(entry)) => {
                        folder::load(entry, &options(limits.read)).map_err(|error| {
                            match error {
                        folder::LoadError::Structure(error) => {
                            without_root(error.into(), root.as_deref())
                        }
                        folder::LoadError::Changing => Problem::new(
                            StatusCode::SERVICE_UNAVAILABLE,
                            "busy",
                            "the structure's files changed while they were read; try again later",
                        )
                        .retry_after(1),
                    }
                        })
                    }
                    (StructureOrigin::Sample, _) => {
                        let sample = samples::find(&found.id);
                        let files = sample.map_or(&[][..], |sample| sample.files);
                        let files: Vec<(&str, &[u8])> = files.to_vec();
                        read_files(&files, limits)
                    }
                    _ => {
                        let files = uploads.and_then(|uploads| uploads.read(&found.id));
                        let files = files
                            .ok_or_else(|| Problem::no_structure(&found.id))?
                            .map_err(|error| {
                                // The log holds no ids of structures.
                                tracing::warn!(%error, "an upload cannot be read");
                                Problem::no_structure(&found.id)
                            })?;
                        let files: Vec<(&str, &[u8])> = files
                            .iter()
                            .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
                            .collect();
                        read_files(&files, limits)
                    }
                };
                loaded.map(|(structure, digest)| {
                    Arc::new(LoadedStructure {
                        structure: Arc::new(structure),
                        digest,
                    })
                })
            })
            .await
        };
        let loaded = self.cached(found.key.clone(), loading).await?;
        if found.origin == StructureOrigin::Upload
            && let Some(uploads) = &self.uploads
        {
            uploads.touch(&found.id);
        }
        Ok((loaded, start.elapsed()))
    }

    /// Loads a structure whose files are part of the request.
    pub(crate) async fn inline(
        &self,
        files: &[InlineFile],
    ) -> Result<(Arc<LoadedStructure>, Duration), Problem> {
        let start = Instant::now();
        self.check_count(files.len())
            .map_err(|problem| problem.at("/structure/files"))?;
        let mut hash = Sha256::new();
        for file in files {
            for part in [&file.name, &file.text] {
                hash.update((part.len() as u64).to_le_bytes());
                hash.update(part);
            }
        }
        let digest: [u8; 32] = hash.finalize().into();
        let loading = async {
            let files = files.to_vec();
            let limits = self.limits;
            self.parse(move || {
                let files: Vec<(&str, &[u8])> = files
                    .iter()
                    .map(|file| (file.name.as_str(), file.text.as_bytes()))
                    .collect();
                let (structure, _) = read_files(&files, limits)?;
                Ok(Arc::new(LoadedStructure {
                    structure: Arc::new(structure),
                    digest,
                }))
            })
            .await
        };
        let loaded = self
            .cached(format!("inline/{}", encode_string(&digest)), loading)
            .await?;
        Ok((loaded, start.elapsed()))
    }

    /// Loads the structure of a request. Also returns how long that took.
    pub(crate) async fn of_source(
        &self,
        source: &StructureSource,
    ) -> Result<(Arc<LoadedStructure>, Duration), Problem> {
        match source {
            StructureSource::Id { id } => self.load(&self.find(id).await?).await,
            StructureSource::Files { files } => self.inline(files).await,
            _ => Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "value_invalid",
                "paths are allowed in scene files only; give {\"id\": ID}, or {\"files\": [...]} with the text of each file",
            )
            .at("/structure/paths")),
        }
    }

    /// Parses the files of an upload and refuses invalid ones. Returns the upload's id, the files
    /// and the structure.
    pub(crate) async fn check_upload(
        &self,
        files: Vec<NamedBytes>,
    ) -> Result<(String, Vec<NamedBytes>, Arc<LoadedStructure>), Problem> {
        self.check_count(files.len())?;
        let limits = self.limits;
        self.parse(move || {
            let named: Vec<(&str, &[u8])> = files
                .iter()
                .map(|(name, bytes)| (name.as_str(), bytes.as_slice()))
                .collect();
            let (structure, digest) = read_files(&named, limits).map_err(|mut problem| {
                problem.pointer = None;
                problem
            })?;
            let structure = Arc::new(structure);
            let id = id_of(&files, limits.read.max_bytes);
            Ok((id, files, Arc::new(LoadedStructure { structure, digest })))
        })
        .await
    }

    /// Removes an upload, also from the cache.
    pub(crate) async fn remove(&self, found: &StructureEntry) -> Result<(), Problem> {
        let uploads = self
            .uploads
            .clone()
            .filter(|_| found.origin == StructureOrigin::Upload);
        let Some(uploads) = uploads else {
            return Err(Problem::new(
                StatusCode::FORBIDDEN,
                "structure_read_only",
                "this structure is not an upload; only uploads can be removed",
            ));
        };
        let id = found.id.clone();
        let removed = blocking(move || uploads.remove(&id)).await?;
        let removed = removed.map_err(|error| {
            tracing::error!(error = %error.kind(), "an upload cannot be removed");
            Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "storage_failed",
                "the upload cannot be removed from the disk, so it is still there; the operator has to make the folder of uploads writable",
            )
        })?;
        self.cache.invalidate(&found.key).await;
        if removed {
            Ok(())
        } else {
            Err(Problem::no_structure(&found.id))
        }
    }

    fn check_count(&self, files: usize) -> Result<(), Problem> {
        if files <= self.max_files {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "upload_invalid",
            format!(
                "{files} files are too many for one structure; give at most {}",
                self.max_files
            ),
        ))
    }

    /// The cached structure of a key, or the result of `loading`. Simultaneous calls with one key
    /// share one loading.
    async fn cached(
        &self,
        key: String,
        loading: impl Future<Output = Result<Arc<LoadedStructure>, Problem>>,
    ) -> Result<Arc<LoadedStructure>, Problem> {
        let mut hit = true;
        let loaded = self
            .cache
            .try_get_with(key, async {
                hit = false;
                loading.await
            })
            .await
            .map_err(|problem: Arc<Problem>| (*problem).clone());
        self.metrics.cache("structure", hit);
        loaded
    }

    /// Runs a reader on one of a few blocking threads.
    async fn parse<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let permit = Arc::clone(&self.parsing)
            .acquire_owned()
            .await
            .map_err(|error| Problem::internal(&error))?;
        let start = Instant::now();
        // The permit moves with the work: the thread stays occupied when the client disconnects.
        let result = blocking(move || {
            let result = work();
            drop(permit);
            result
        })
        .await?;
        self.metrics.stage("parse", start.elapsed());
        result
    }
}

/// Runs work that uses the disk or takes long on a blocking thread.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Problem::internal(&error))
}

/// Removes the path of the served folder from a problem.
fn without_root(mut problem: Problem, root: Option<&Path>) -> Problem {
    problem.detail = hide_root(&problem.detail, root);
    problem
}

/// Removes the path of the served folder from a text.
pub(crate) fn hide_root(text: &str, root: Option<&Path>) -> String {
    match root {
        Some(root) => text.replace(&format!("{}/", root.display()), ""),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
