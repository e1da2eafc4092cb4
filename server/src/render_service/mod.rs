//! Renders requests: structure -> scene -> job -> fair queue -> worker pool -> encoder, with
//! caches for structures, scenes and encoded images.

mod captions;
mod fair_queue;
#[cfg(debug_assertions)]
mod fault_injection;
mod health_monitor;
mod limits;
mod output;
mod pools;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use molshot_molecule::Structure;
use molshot_molecule::surface::resolution_for_atoms;
use molshot_renderer::pool::PoolOptions;
use molshot_renderer::{CancelToken, RenderError};
use molshot_scenes::build::PreparedScene;
use molshot_scenes::request::OutputRequest;
use molshot_scenes::{
    Plane, RenderJob, RenderRequest, Scene, SceneDocument, build_scene_cancellable,
};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::admission::{Admission, MemoryUser, Permit, StructureMemory};
use crate::config::Config;
use crate::error::Problem;
use crate::etag::entity_tag;
use crate::metrics::Metrics;
use crate::shared_cache::SharedCache;
use crate::structures::{self, Library, LoadedStructure, blocking};

pub(crate) use fair_queue::{FairQueue, Flow};
pub(crate) use limits::Limits;
pub(crate) use output::{OutputFile, RequestedOutputs};
use pools::Pools;

/// Scenes and jobs with more atoms times bytes of selections and commands than this are prepared on
/// blocking threads: about ten milliseconds for the slowest selections.
const INLINE_WORK: usize = 1_000_000;
/// What an atom takes without selections counts as so many bytes of them.
const BYTES_PER_ATOM: usize = 64;
/// Images whose estimated time is longer leave a thread to shorter ones.
const LONG: Duration = Duration::from_millis(10);
/// Number of the next batch.
static NEXT_BATCH: AtomicU64 = AtomicU64::new(1);

/// A number that identifies a batch within this process.
pub(crate) fn next_batch() -> u64 {
    NEXT_BATCH.fetch_add(1, Ordering::Relaxed)
}

/// How long each stage of an answer took.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct StageTimes {
    pub(crate) queue: Duration,
    pub(crate) parse: Duration,
    pub(crate) draw: Duration,
    pub(crate) encode: Duration,
    /// Whether the files came from the image cache.
    pub(crate) cached: bool,
}

/// The files of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Rendered {
    pub(crate) files: Arc<Vec<OutputFile>>,
    pub(crate) times: StageTimes,
}

impl Rendered {
    /// Size of all files.
    fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes.len() as u64).sum()
    }
}

/// Everything that is needed to render requests.
#[derive(Debug)]
pub(crate) struct RenderService {
    pub(crate) library: Library,
    pub(crate) queue: Arc<FairQueue>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) limits: Limits,
    scenes: SharedCache<[u8; 32], HeldScene>,
    images: Option<SharedCache<[u8; 32], Vec<OutputFile>>>,
    building: Arc<Semaphore>,
    /// Hash of the version, the adapter and the test image as this machine draws it.
    fingerprint: [u8; 32],
    /// Whether the last test image was correct.
    is_output_correct: AtomicBool,
}

/// A scene with what counts its memory.
#[derive(Debug)]
struct HeldScene {
    scene: Arc<Scene>,
    _loaded: Arc<LoadedStructure>,
    _memory: StructureMemory,
}

/// A request with its loaded structure and the cache key of its answer.
#[derive(Debug)]
pub(crate) struct ResolvedRequest {
    request: RenderRequest,
    loaded: Arc<LoadedStructure>,
    outputs: RequestedOutputs,
    /// Identifies the scene: the structure, and what is drawn of it.
    scene_key: [u8; 32],
    /// Identifies the answer.
    key: [u8; 32],
    parse: Duration,
}

impl ResolvedRequest {
    /// The strong entity tag of the answer.
    pub(crate) fn etag(&self) -> String {
        entity_tag(&self.key)
    }
}

/// A request with its validated job, ready to be drawn.
#[derive(Debug)]
pub(crate) struct PreparedJob {
    output: OutputRequest,
    outputs: RequestedOutputs,
    job: RenderJob,
    is_long: bool,
    scene: Arc<HeldScene>,
    parse: Duration,
}

impl PreparedJob {
    /// Estimated memory for drawing and encoding, bytes.
    pub(crate) fn memory_bytes(&self) -> u64 {
        limits::estimate_bytes(&self.job, &self.outputs, &self.output)
    }
}

/// Estimated memory of preparing a scene, bytes: bodies, and the state of each atom and bond.
fn building_bytes(structure: &Structure, request: &RenderRequest) -> u64 {
    let atoms = structure.atoms().len() as u64;
    let bonds = structure.bonds().len() as u64;
    atoms * 120 + bonds * 240 + surface_bytes(atoms, request) + 4096
}

/// Estimated memory of computing a surface, bytes: triangles and corners, in parts and joined.
fn surface_bytes(atoms: u64, request: &RenderRequest) -> u64 {
    /// Exposed area of an atom in a protein; of the accessible surface, less.
    const AREA_PER_ATOM_SQUARE_ANGSTROM: f64 = 7.0;
    /// Triangles of marching cubes for each square of the grid.
    const TRIANGLES_PER_SQUARE: f64 = 3.0;
    const BYTES_PER_TRIANGLE: f64 = 70.0;
    let Some(surface) = &request.style.surface else {
        return 0;
    };
    let resolution = surface
        .resolution_angstrom
        .unwrap_or_else(|| resolution_for_atoms(atoms as usize));
    let squares = atoms as f64 * AREA_PER_ATOM_SQUARE_ANGSTROM / (resolution * resolution);
    (squares * TRIANGLES_PER_SQUARE * BYTES_PER_TRIANGLE) as u64
}

impl RenderService {
    /// Opens the backends and draws the test image.
    ///
    /// # Errors
    /// When no backend is available, or the test image is wrong.
    pub(crate) fn open(
        config: &Config,
        uploads: Option<crate::structures::Uploads>,
    ) -> Result<Self, RenderError> {
        let threads = match config.threads {
            0 => PoolOptions::available_threads(),
            threads => usize::try_from(threads).unwrap_or(usize::MAX),
        };
        let pools = Pools::open(config, threads)?;
        let mut hash = Sha256::new();
        hash.update(env!("CARGO_PKG_VERSION"));
        hash.update(pools.main.adapter());
        hash.update(pools.warm_up()?);
        let metrics = Arc::new(Metrics::default());
        let admission = Arc::new(Admission::new(config));
        Ok(Self {
            library: Library::new(config, uploads, threads, &admission, &metrics),
            queue: Arc::new(FairQueue::new(pools)),
            admission,
            limits: Limits::new(config),
            // The structure counts, too: the scene keeps it alive even after the structure cache
            // has evicted it.
            scenes: SharedCache::new(config.scene_cache_bytes, |held: &HeldScene| {
                limits::scene_bytes(&held.scene)
                    + structures::structure_bytes(&held.scene.structure)
            }),
            images: (config.picture_cache_bytes > 0).then(|| {
                SharedCache::new(config.picture_cache_bytes, |files: &Vec<OutputFile>| {
                    files.iter().map(|file| file.bytes.len() as u64 + 128).sum()
                })
            }),
            building: Arc::new(Semaphore::new(threads)),
            fingerprint: hash.finalize().into(),
            metrics,
            is_output_correct: AtomicBool::new(true),
        })
    }

    /// Loads the structure of a request and computes the keys of its scene and answer.
    pub(crate) async fn resolve(
        &self,
        document: SceneDocument,
        outputs: RequestedOutputs,
        user: MemoryUser<'_>,
    ) -> Result<ResolvedRequest, Problem> {
        self.limits.check_document(&document)?;
        let SceneDocument {
            structure,
            reading,
            request,
        } = document;
        let reading = reading.to_reading()?;
        let (loaded, parse) = self.library.of_source(structure, &reading, user).await?;
        let scene_key = scene_key(&loaded, &request);
        let view = (&request.camera, &request.commands, &request.output);
        let mut hash = Sha256::new();
        hash.update(self.fingerprint);
        hash.update(scene_key);
        hash.update(canonical_json(&view));
        hash.update(outputs.canonical());
        Ok(ResolvedRequest {
            request,
            loaded,
            outputs,
            scene_key,
            key: hash.finalize().into(),
            parse,
        })
    }

    /// The entity tag of something that is computed from a structure; `what` identifies it.
    pub(crate) fn etag(&self, loaded: &LoadedStructure, what: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(self.fingerprint);
        hash.update(loaded.digest);
        hash.update(what);
        entity_tag(&hash.finalize().into())
    }

    /// Renders a single request, or takes its files from the cache. Equal requests at the same
    /// time are drawn once. The permit then holds the memory of the answer.
    pub(crate) async fn single(
        &self,
        resolved: ResolvedRequest,
        permit: &Arc<Permit>,
    ) -> Result<Rendered, Problem> {
        let rendered = self.cached_or_drawn(resolved, permit).await?;
        permit.hold_answer(rendered.bytes())?;
        Ok(rendered)
    }

    async fn cached_or_drawn(
        &self,
        resolved: ResolvedRequest,
        permit: &Arc<Permit>,
    ) -> Result<Rendered, Problem> {
        let (parse, key) = (resolved.parse, resolved.key);
        let Some(cache) = &self.images else {
            return Box::pin(self.draw_single(resolved, permit)).await;
        };
        let mut times = None;
        let making = async {
            let rendered = Box::pin(self.draw_single(resolved, permit)).await?;
            times = Some(rendered.times);
            Ok(rendered.files)
        };
        let (files, _) = cache.get_or_make(key, making).await;
        self.metrics.cache("picture", times.is_none());
        Ok(Rendered {
            files: files?,
            times: times.unwrap_or(StageTimes {
                parse,
                cached: true,
                ..StageTimes::default()
            }),
        })
    }

    async fn draw_single(
        &self,
        resolved: ResolvedRequest,
        permit: &Arc<Permit>,
    ) -> Result<Rendered, Problem> {
        let user = MemoryUser::single(permit.client());
        let job = self.prepare(resolved, user).await?;
        permit.reserve_image(job.memory_bytes())?;
        // The permit stays with the drawing thread, which may go on for a moment when the client
        // disconnects.
        let held = Arc::clone(permit);
        self.draw(Flow::Singles(permit.client()), job, held).await
    }

    /// The scene of a request, from the cache if possible. Requests that differ only in the view
    /// share one scene.
    async fn scene(
        &self,
        resolved: &ResolvedRequest,
        user: MemoryUser<'_>,
    ) -> Result<Arc<HeldScene>, Problem> {
        let request = &resolved.request;
        let structure = &resolved.loaded.structure;
        let making = async {
            let building = self
                .admission
                .reserve_parsing(user, building_bytes(structure, request))
                .await?;
            let (loaded, request) = (Arc::clone(&resolved.loaded), request.clone());
            let admission = Arc::clone(&self.admission);
            let is_small = request.style.surface.is_none()
                && work(structure, limits::selection_bytes(&request)) < INLINE_WORK;
            let start = Instant::now();
            let making = move |cancel: &CancelToken| {
                let structure = Arc::clone(&loaded.structure);
                let scene = build_scene_cancellable(structure, &request, cancel)?;
                let held = admission.hold_structure(limits::scene_bytes(&scene));
                drop(building);
                Ok::<_, Problem>(Arc::new(HeldScene {
                    scene: Arc::new(scene),
                    _loaded: loaded,
                    _memory: held,
                }))
            };
            let scene = Box::pin(self.build(is_small, making)).await?;
            self.metrics.stage("scene", start.elapsed());
            scene
        };
        let (held, hit) = self.scenes.get_or_make(resolved.scene_key, making).await;
        self.metrics.cache("scene", hit);
        held
    }

    /// Prepares the job of a request.
    pub(crate) async fn prepare(
        &self,
        resolved: ResolvedRequest,
        user: MemoryUser<'_>,
    ) -> Result<PreparedJob, Problem> {
        let held = self.scene(&resolved, user).await?;
        let request = &resolved.request;
        let structure = &resolved.loaded.structure;
        let annotated = resolved.outputs.annotations.is_some();
        let is_small = work(structure, limits::command_bytes(request)) < INLINE_WORK;
        let (request, limits) = (request.clone(), self.limits);
        let scene = Arc::clone(&held.scene);
        let (job, covered_samples) = self
            .build(is_small, move |cancel| {
                let job = job_of(scene, &request, annotated, cancel)?;
                let covered_samples = limits.check_job(&job, cancel)?;
                Ok::<_, Problem>((job, covered_samples))
            })
            .await??;
        let (output, outputs) = (resolved.request.output, resolved.outputs);
        let time = limits::estimate_time(&job, &outputs, &output, covered_samples);
        Ok(PreparedJob {
            output,
            outputs,
            is_long: time > LONG,
            job,
            scene: held,
            parse: resolved.parse,
        })
    }

    /// Runs `work`: on this thread if it is short, else on one of a few blocking threads. Its token
    /// is cancelled when the caller stops waiting.
    pub(crate) async fn build<T: Send + 'static>(
        &self,
        is_short: bool,
        work: impl FnOnce(&CancelToken) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let cancel = CancelToken::new();
        if is_short {
            return Ok(work(&cancel));
        }
        let _cancelled_with_this_future = cancel.cancel_on_drop();
        let permit = Arc::clone(&self.building)
            .acquire_owned()
            .await
            .map_err(|error| Problem::internal(&error))?;
        // The permit moves with the work: the thread stays occupied when the client disconnects.
        blocking(move || {
            let result = work(&cancel);
            drop(permit);
            result
        })
        .await
    }

    /// Draws and encodes a job when its turn comes. `memory` is what counts its memory; it is kept
    /// until the job is drawn, also if nothing waits for the result any longer.
    pub(crate) async fn draw(
        &self,
        flow: Flow,
        prepared: PreparedJob,
        memory: impl Send + 'static,
    ) -> Result<Rendered, Problem> {
        let PreparedJob {
            output,
            outputs,
            job,
            is_long,
            scene,
            parse,
        } = prepared;
        let drawn_job = job.clone();
        let done = self
            .queue
            .draw(flow, job, is_long, move |frame, scratch, cancel| {
                let _held = (scene, memory);
                outputs.encode(&output, &drawn_job, frame, scratch, cancel)
            })
            .await?;
        for (stage, took) in [
            ("queue", done.queue),
            ("draw", done.draw),
            ("encode", done.encode),
        ] {
            self.metrics.stage(stage, took);
        }
        self.metrics
            .image(done.value.iter().map(|file| file.bytes.len()).sum());
        Ok(Rendered {
            files: Arc::new(done.value),
            times: StageTimes {
                queue: done.queue,
                parse,
                draw: done.draw,
                encode: done.encode,
                cached: false,
            },
        })
    }
}

/// A measure of the time that preparing a structure takes, with so many bytes of selections or
/// commands.
fn work(structure: &Structure, bytes: usize) -> usize {
    let atoms = structure.atoms().len();
    atoms.saturating_mul(bytes.saturating_add(BYTES_PER_ATOM))
}

/// The cache key of a scene: a hash of the structure's files and of the part of the request that
/// decides what is drawn, but not from where.
fn scene_key(loaded: &LoadedStructure, request: &RenderRequest) -> [u8; 32] {
    let appearance = (&request.style, &request.select, &request.transforms);
    let mut hash = Sha256::new();
    hash.update(loaded.digest);
    hash.update(canonical_json(&appearance));
    hash.finalize().into()
}

/// A part of a request as JSON. The order of members is that of the types, so that equal requests
/// give equal bytes.
fn canonical_json(part: &impl serde::Serialize) -> Vec<u8> {
    // A request that was read from JSON can always be written as JSON.
    serde_json::to_vec(part).unwrap_or_default()
}

/// The job of a request. Annotations need the atom ids of all pixels.
fn job_of(
    scene: Arc<Scene>,
    request: &RenderRequest,
    annotated: bool,
    cancel: &CancelToken,
) -> Result<RenderJob, Problem> {
    let job = PreparedScene::of_scene(scene, request)?.job_cancellable(cancel)?;
    if !annotated || job.planes().contains(&Plane::AtomId) {
        return Ok(job);
    }
    let mut planes = job.planes().clone();
    planes.insert(Plane::AtomId);
    Ok(job.with_planes(planes)?)
}

/// Runs `work`, or fails when it takes longer than `time`.
pub(crate) async fn with_deadline<T>(
    time: Duration,
    work: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    tokio::time::timeout(time, work)
        .await
        .unwrap_or_else(|_| Err(Problem::deadline()))
}
