//! Loads structures: reserves memory, reads files and parses them, first with the limits that usual
//! files need, then with the largest ones.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use axum::http::StatusCode;
use molshot_molecule::Structure;
use molshot_molecule::copies::{AssemblyChoice, CrystalChoice};
use molshot_molecule::reading::{ModelChoice, Reading};

use super::files::{ReadError, read_files};
use super::parsing_cost::{FileLimits, FileShape, Level};
use super::{Library, LoadedStructure, blocking, folder, hide_root, structure_bytes};
use crate::admission::{MemoryUser, ParsingMemory};
use crate::error::Problem;

impl Library {
    /// Loads an upload.
    pub(super) async fn load_upload(
        &self,
        id: &str,
        reading: &Reading,
        user: MemoryUser<'_>,
    ) -> Result<Arc<LoadedStructure>, Problem> {
        let uploads = self
            .uploads
            .clone()
            .ok_or_else(|| Problem::no_structure(id))?;
        let bytes = uploads.size(id).ok_or_else(|| Problem::no_structure(id))?;
        let memory = self.admission.reserve_parsing(user, bytes).await?;
        let name = id.to_owned();
        let files = blocking(move || uploads.read(&name)).await?;
        let files = files
            .ok_or_else(|| Problem::no_structure(id))?
            .map_err(|error| {
                // The log holds no ids of structures.
                tracing::warn!(%error, "an upload cannot be read");
                Problem::no_structure(id)
            })?;
        // Parsing reserves memory for the files, too. Holding both could wait for ever.
        drop(memory);
        Ok(self.parse_files(Arc::new(files), reading, user).await?.0)
    }

    /// Loads a structure of the served folder.
    pub(super) async fn load_of_folder(
        &self,
        id: &str,
        entry: &folder::Entry,
        reading: &Reading,
        user: MemoryUser<'_>,
    ) -> Result<Arc<LoadedStructure>, Problem> {
        let root = self.root.as_deref();
        let max_bytes = self.limits.read.max_bytes;
        // Files of the operator may be compressed as well as they can be.
        let limits = FileLimits {
            ratio: u64::MAX,
            makes_copies: makes_copies(reading),
            ..self.limits
        };
        let mut level = Level::Usual;
        // Known only when the files have been read.
        let mut shapes: Option<Vec<FileShape>> = None;
        loop {
            let wanted = entry.clone();
            let plan = self
                .folder
                .run(id, move || folder::plan(&wanted, max_bytes));
            let plan = plan
                .await?
                .map_err(|error| without_root(error.into(), root))?;
            let (_, bytes) = limits.at(shapes.as_ref().unwrap_or(&plan.shapes), level);
            let memory = self.admission.reserve_parsing(user, bytes).await?;
            let wanted = entry.clone();
            let read = self
                .folder
                .run(id, move || folder::read(&wanted, plan, max_bytes));
            let content = read.await?.map_err(|error| match error {
                folder::LoadError::Structure(error) => without_root(error.into(), root),
                folder::LoadError::Changing => Problem::new(
                    StatusCode::SERVICE_UNAVAILABLE,
                    "busy",
                    "the structure's files changed while they were read; try again later",
                )
                .retry_after(1),
            })?;
            let of_content = content.shapes();
            let (limits_of_level, needed) = limits.at(&of_content, level);
            shapes = Some(of_content);
            if needed > bytes {
                // Its names say something else than its content.
                continue;
            }
            let wanted = reading.clone();
            let parsed = self
                .parse(memory, move || content.parse(limits_of_level, &wanted))
                .await?;
            match parsed {
                Ok(loaded) => return Ok(loaded),
                Err(error) if limits_of_level.may_grow_after(error.is_limit()) => {
                    level = Level::Largest;
                }
                Err(error) => return Err(without_root(error.into_problem(), root)),
            }
        }
    }

    /// Parses files in memory, first with the limits that usual files need, and returns them, too.
    pub(super) async fn parse_files<N, B>(
        &self,
        files: Arc<Vec<(N, B)>>,
        reading: &Reading,
        user: MemoryUser<'_>,
    ) -> Result<(Arc<LoadedStructure>, Arc<Vec<(N, B)>>), Problem>
    where
        N: AsRef<str> + Send + Sync + 'static,
        B: AsRef<[u8]> + Send + Sync + 'static,
    {
        let shapes = files
            .iter()
            .map(|(_, bytes)| FileShape::of_content(bytes.as_ref()));
        let shapes: Vec<FileShape> = shapes.collect();
        let file_limits = FileLimits {
            makes_copies: makes_copies(reading),
            ..self.limits
        };
        let mut level = Level::Usual;
        loop {
            let (limits, bytes) = file_limits.at(&shapes, level);
            let memory = self.admission.reserve_parsing(user, bytes).await?;
            let read = Arc::clone(&files);
            let wanted = reading.clone();
            let parsing = move || {
                let named = read
                    .iter()
                    .map(|(name, bytes)| (name.as_ref(), bytes.as_ref()));
                read_files(&named.collect::<Vec<_>>(), limits, &wanted)
            };
            match self.parse(memory, parsing).await? {
                Ok(loaded) => return Ok((loaded, files)),
                Err(error) if limits.may_grow_after(error.is_limit()) => level = Level::Largest,
                Err(error) => return Err(error.into_problem()),
            }
        }
    }

    /// Runs a reader of files in memory on one of a few blocking threads.
    async fn parse(
        &self,
        memory: ParsingMemory,
        work: impl FnOnce() -> Result<(Structure, [u8; 32]), ReadError> + Send + 'static,
    ) -> Result<Result<Arc<LoadedStructure>, ReadError>, Problem> {
        let permit = Arc::clone(&self.parsing)
            .acquire_owned()
            .await
            .map_err(|error| Problem::internal(&error))?;
        let start = Instant::now();
        let admission = Arc::clone(&self.admission);
        // Permit and memory move with the work: the thread goes on when the client disconnects.
        let result = blocking(move || {
            let loaded = work().map(|(structure, digest)| {
                let held = admission.hold_structure(structure_bytes(&structure));
                Arc::new(LoadedStructure {
                    structure: Arc::new(structure),
                    digest,
                    _memory: held,
                })
            });
            drop((memory, permit));
            loaded
        })
        .await?;
        self.metrics.stage("parse", start.elapsed());
        Ok(result)
    }
}

/// Whether a structure may have more atoms than a model of its files.
fn makes_copies(reading: &Reading) -> bool {
    matches!(reading.models, ModelChoice::Range(_))
        || reading.assembly != AssemblyChoice::None
        || reading.crystal != CrystalChoice::None
}

/// Removes the path of the served folder from a problem.
fn without_root(mut problem: Problem, root: Option<&Path>) -> Problem {
    problem.detail = hide_root(&problem.detail, root);
    problem
}
