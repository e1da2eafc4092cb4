//! The structures that the server can draw: built-in samples, the served folder, uploads, and files
//! within a request.
//!
//! Parsed structures are cached. The cache key names the state of the files, so a changed file is
//! read again. Simultaneous requests for one structure parse it once.

mod case;
mod catalog;
mod files;
mod folder;
mod folder_reader;
mod listing;
mod loading;
mod names;
mod origin;
mod parsing_cost;
mod samples;
mod uploads;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use base16ct::lower::encode_string;
use molshot_molecule::ReadLimits;
use molshot_molecule::Structure;
use molshot_molecule::reading::Reading;
use molshot_scenes::request::{InlineFile, StructureSource};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::admission::{Admission, MemoryUser, StructureMemory};
use crate::config::Config;
use crate::error::Problem;
use crate::metrics::Metrics;
use crate::shared_cache::SharedCache;

use catalog::Catalog;
pub(crate) use catalog::PageRequest;
use files::hash_file;
use folder_reader::FolderReader;
use listing::ListingCache;
pub(crate) use names::check_id;
pub(crate) use origin::StructureOrigin;
pub(crate) use parsing_cost::ALWAYS_PLAUSIBLE_BYTES;
use parsing_cost::FileLimits;
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
    /// Counts the memory as long as the structure exists.
    _memory: StructureMemory,
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
    folder: FolderReader,
    listing: Arc<ListingCache>,
    left_out: listing::LeftOutLog,
    uploads: Option<Arc<Uploads>>,
    cache: SharedCache<String, LoadedStructure>,
    parsing: Arc<Semaphore>,
    limits: FileLimits,
    max_files: usize,
    admission: Arc<Admission>,
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
        admission: &Arc<Admission>,
        metrics: &Arc<Metrics>,
    ) -> Self {
        Self {
            root: config.structures.clone(),
            folder: FolderReader::new(Duration::from_secs(config.folder_seconds)),
            listing: Arc::default(),
            left_out: listing::LeftOutLog::default(),
            uploads: uploads.map(Arc::new),
            cache: SharedCache::new(config.structure_cache_bytes, |loaded: &LoadedStructure| {
                structure_bytes(&loaded.structure)
            }),
            parsing: Arc::new(Semaphore::new(threads)),
            limits: FileLimits {
                read: ReadLimits::new(
                    config.decompressed_max_bytes,
                    usize::try_from(config.atoms_max).unwrap_or(usize::MAX),
                ),
                ratio: config.decompressed_ratio_max,
                makes_copies: false,
            },
            max_files: usize::try_from(config.upload_max_files).unwrap_or(usize::MAX),
            admission: Arc::clone(admission),
            metrics: Arc::clone(metrics),
        }
    }

    /// The folder of uploads; `None` if uploads are disabled.
    pub(crate) fn uploads(&self) -> Option<&Arc<Uploads>> {
        self.uploads.as_ref()
    }

    /// Ids and origins of all structures.
    pub(crate) async fn list(&self) -> Result<Catalog, Problem> {
        let samples = SAMPLES
            .iter()
            .map(|sample| (sample.id.to_owned(), StructureOrigin::Sample));
        let mut others: Vec<(String, StructureOrigin)> = samples.collect();
        if let Some(uploads) = self.uploads.clone() {
            let ids = blocking(move || uploads.list()).await?.into_iter();
            others.extend(ids.map(|id| (id, StructureOrigin::Upload)));
        }
        others.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut catalog = Catalog {
            others,
            ..Catalog::default()
        };
        if let Some(root) = self.root.clone() {
            let cache = Arc::clone(&self.listing);
            let listing = self.folder.run("", move || cache.list(&root)).await?;
            catalog.folder = listing.map_err(|error| {
                tracing::error!(error = %error.kind(), "the served folder cannot be read");
                Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "storage_failed",
                    "the served folder cannot be read now; try again later",
                )
                .retry_after(10)
            })?;
            self.left_out.note(&catalog.folder.left_out);
        }
        Ok(catalog)
    }

    /// Logs what of the served folder is not offered, when the server starts. An unreadable folder
    /// is reported when it is used.
    pub(crate) fn log_left_out_of_folder(&self) {
        let listing = self.root.as_deref().map(|root| self.listing.list(root));
        if let Some(Ok(listing)) = listing {
            self.left_out.note(&listing.left_out);
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
        let ids = all.ids();
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
            let finding = self.folder.run(id, move || folder::find(&root, &name));
            if let Some(entry) = finding.await? {
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
        reading: &Reading,
        user: MemoryUser<'_>,
    ) -> Result<(Arc<LoadedStructure>, Duration), Problem> {
        let start = Instant::now();
        let loading = async {
            match (found.origin, &found.folder_entry) {
                (StructureOrigin::Folder, Some(entry)) => {
                    Box::pin(self.load_of_folder(&found.id, entry, reading, user)).await
                }
                (StructureOrigin::Sample, _) => {
                    let sample = samples::find(&found.id);
                    let files = sample.map_or(&[][..], |sample| sample.files);
                    let files: Vec<_> = files.iter().map(|(name, bytes)| (*name, *bytes)).collect();
                    Ok(Box::pin(self.parse_files(Arc::new(files), reading, user))
                        .await?
                        .0)
                }
                _ => Box::pin(self.load_upload(&found.id, reading, user)).await,
            }
        };
        let loaded = self.cached(key_of(&found.key, reading), loading).await?;
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
        files: Vec<InlineFile>,
        reading: &Reading,
        user: MemoryUser<'_>,
    ) -> Result<(Arc<LoadedStructure>, Duration), Problem> {
        let start = Instant::now();
        self.check_count(files.len())
            .map_err(|problem| problem.at("/structure/files"))?;
        let mut hash = Sha256::new();
        for file in &files {
            hash_file(&mut hash, file.name.as_bytes(), file.text.as_bytes());
        }
        let digest: [u8; 32] = hash.finalize().into();
        let loading = async {
            let files: Vec<_> = files
                .into_iter()
                .map(|file| (file.name, file.text.into_bytes()))
                .collect();
            Ok(Box::pin(self.parse_files(Arc::new(files), reading, user))
                .await?
                .0)
        };
        let key = format!("inline/{}", encode_string(&digest));
        let loaded = self.cached(key_of(&key, reading), loading).await?;
        Ok((loaded, start.elapsed()))
    }

    /// Loads the structure of a request. Also returns how long that took.
    pub(crate) async fn of_source(
        &self,
        source: StructureSource,
        reading: &Reading,
        user: MemoryUser<'_>,
    ) -> Result<(Arc<LoadedStructure>, Duration), Problem> {
        match source {
            StructureSource::Id { id } => self.load(&self.find(&id).await?, reading, user).await,
            StructureSource::Files { files } => self.inline(files, reading, user).await,
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
        user: MemoryUser<'_>,
    ) -> Result<(String, Arc<Vec<NamedBytes>>, Arc<LoadedStructure>), Problem> {
        self.check_count(files.len())?;
        let reading = Reading::default();
        let parsed = Box::pin(self.parse_files(Arc::new(files), &reading, user)).await;
        let (loaded, files) = parsed.map_err(|mut problem| {
            problem.pointer = None;
            problem
        })?;
        let max_bytes = self.limits.read.max_bytes;
        let hashed = Arc::clone(&files);
        let id = blocking(move || id_of(&hashed, max_bytes)).await?;
        Ok((id, files, loaded))
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
        self.cache.remove(&found.key);
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
        let (loaded, hit) = self.cache.get_or_make(key, loading).await;
        self.metrics.cache("structure", hit);
        loaded
    }
}

/// The cache key of what is read of files with the key `files`.
fn key_of(files: &str, reading: &Reading) -> String {
    if reading.is_default() {
        return files.to_owned();
    }
    format!("{files}/{reading:?}")
}

/// Runs work that uses the disk or takes long on a blocking thread.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| Problem::internal(&error))
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
