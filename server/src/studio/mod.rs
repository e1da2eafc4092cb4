//! A request in, the parts of its answer out: structure, scene, job, queue, pool, encoder. Caches
//! on the way.

mod encode;
#[cfg(debug_assertions)]
mod fault;
mod limits;
mod pools;
mod schedule;
mod watch;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use moka::future::Cache;
use molshot_renderer::RenderError;
use molshot_renderer::pool::PoolOptions;
use molshot_scenes::build::PreparedScene;
use molshot_scenes::request::{OutputRequest, StructureSource};
use molshot_scenes::{Plane, RenderJob, RenderRequest, Scene, build_scene};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::admission::{Admission, Pass};
use crate::config::Config;
use crate::error::Problem;
use crate::metrics::Metrics;
use crate::structures::{self, Library, Loaded, blocking, hex};

pub(crate) use encode::{JSON, NPY, Part, Parts};
pub(crate) use limits::Limits;
use pools::Pools;
pub(crate) use schedule::{Flow, Schedule};

/// Structures with more atoms times commands than this are prepared off the threads that serve.
const INLINE_WORK: usize = 200_000;
/// Numbers of batches.
static BATCHES: AtomicU64 = AtomicU64::new(1);

/// A number for a batch of its own.
pub(crate) fn next_batch() -> u64 {
    BATCHES.fetch_add(1, Ordering::Relaxed)
}

/// How long the stages of an answer took.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Times {
    pub(crate) queue: Duration,
    pub(crate) parse: Duration,
    pub(crate) draw: Duration,
    pub(crate) encode: Duration,
    /// Whether the parts were here already.
    pub(crate) cached: bool,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) parts: Arc<Vec<Part>>,
    pub(crate) times: Times,
}

/// Everything that makes pictures.
#[derive(Debug)]
pub(crate) struct Studio {
    pub(crate) library: Library,
    pub(crate) schedule: Arc<Schedule>,
    pub(crate) admission: Arc<Admission>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) limits: Limits,
    scenes: Cache<[u8; 32], Arc<Scene>>,
    pictures: Option<Cache<[u8; 32], Arc<Vec<Part>>>>,
    building: Arc<Semaphore>,
    /// Names the version, what draws, and how the test picture looks here.
    fingerprint: [u8; 32],
    /// Whether the last test picture was right.
    is_right: AtomicBool,
}

/// A request whose structure is at hand, and what names its answer.
#[derive(Debug)]
pub(crate) struct Located {
    request: RenderRequest,
    loaded: Arc<Loaded>,
    parts: Parts,
    key: [u8; 32],
    parse: Duration,
}

impl Located {
    /// The strong entity tag of the answer.
    pub(crate) fn etag(&self) -> String {
        format!("\"{}\"", hex(&self.key[..16]))
    }
}

/// A request that can be drawn.
#[derive(Debug)]
pub(crate) struct Ready {
    output: OutputRequest,
    parts: Parts,
    job: RenderJob,
    parse: Duration,
}

impl Ready {
    /// About what its answer takes in memory while it is made.
    pub(crate) fn bytes(&self) -> u64 {
        limits::bytes_of(&self.job, &self.parts, &self.output)
    }
}

/// About what a scene takes in memory. It keeps its structure alive, be that in the cache of
/// structures or not.
fn bytes_of(scene: &Scene) -> u64 {
    let own = scene.spheres.len() * 40 + scene.cylinders.len() * 80 + scene.labels.list.len() * 160;
    own as u64 + 2048 + structures::bytes_of(&scene.structure)
}

impl Studio {
    /// Opens the backends, draws the test picture, and is ready.
    ///
    /// # Errors
    /// When nothing can be drawn with, or the test picture is wrong.
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
        Ok(Self {
            library: Library::new(config, uploads, threads, &metrics),
            schedule: Arc::new(Schedule::new(pools)),
            admission: Arc::new(Admission::new(config)),
            limits: Limits::new(config),
            scenes: Cache::builder()
                .max_capacity(config.scene_cache_bytes)
                .weigher(|_, scene: &Arc<Scene>| u32::try_from(bytes_of(scene)).unwrap_or(u32::MAX))
                .build(),
            pictures: (config.picture_cache_bytes > 0).then(|| {
                Cache::builder()
                    .max_capacity(config.picture_cache_bytes)
                    .weigher(|_, parts: &Arc<Vec<Part>>| {
                        let bytes: usize = parts.iter().map(|part| part.bytes.len() + 128).sum();
                        u32::try_from(bytes).unwrap_or(u32::MAX)
                    })
                    .build()
            }),
            building: Arc::new(Semaphore::new(threads)),
            fingerprint: hash.finalize().into(),
            metrics,
            is_right: AtomicBool::new(true),
        })
    }

    /// Finds the structure of a request, and names its answer.
    pub(crate) async fn locate(
        &self,
        mut request: RenderRequest,
        parts: Parts,
    ) -> Result<Located, Problem> {
        self.limits.check_request(&request)?;
        let (loaded, parse) = self.library.of_source(&request.structure).await?;
        // The structure is known by its content from here on, and its files need not be kept.
        request.structure = StructureSource::Id { id: String::new() };
        let mut hash = Sha256::new();
        hash.update(self.fingerprint);
        hash.update(loaded.digest);
        // A request that was read from JSON can be written as JSON.
        hash.update(serde_json::to_vec(&request).unwrap_or_default());
        hash.update(parts.canonical());
        Ok(Located {
            request,
            loaded,
            parts,
            key: hash.finalize().into(),
            parse,
        })
    }

    /// An entity tag for something else that is made of a structure.
    pub(crate) fn etag(&self, loaded: &Loaded, what: &str) -> String {
        let mut hash = Sha256::new();
        hash.update(self.fingerprint);
        hash.update(loaded.digest);
        hash.update(what);
        format!("\"{}\"", hex(&hash.finalize()[..16]))
    }

    /// A single answer: from the cache, or drawn now. Those who ask for the same at the same time
    /// get the same.
    pub(crate) async fn single(&self, located: Located, pass: &Pass) -> Result<Answer, Problem> {
        let parse = located.parse;
        let flow = Flow::Singles(pass.client());
        let Some(cache) = &self.pictures else {
            let ready = self.prepare(located).await?;
            pass.take_picture(ready.bytes())?;
            return self.draw(flow, ready).await;
        };
        let mut times = None;
        let key = located.key;
        let parts = cache
            .try_get_with(key, async {
                let ready = self.prepare(located).await?;
                pass.take_picture(ready.bytes())?;
                let answer = self.draw(flow, ready).await?;
                times = Some(answer.times);
                Ok(answer.parts)
            })
            .await
            .map_err(|problem: Arc<Problem>| (*problem).clone());
        self.metrics.cache("picture", times.is_none());
        Ok(Answer {
            parts: parts?,
            times: times.unwrap_or(Times {
                parse,
                cached: true,
                ..Times::default()
            }),
        })
    }

    /// Makes a request's job; its scene is built once.
    pub(crate) async fn prepare(&self, located: Located) -> Result<Ready, Problem> {
        let request = &located.request;
        let structure = &located.loaded.structure;
        let mut hash = Sha256::new();
        hash.update(located.loaded.digest);
        let look = (&request.style, &request.select, &request.transforms);
        hash.update(serde_json::to_vec(&look).unwrap_or_default());
        let mut hit = true;
        let scene = self
            .scenes
            .try_get_with(hash.finalize().into(), async {
                hit = false;
                let (structure, request) = (Arc::clone(structure), request.clone());
                let is_small = structure.atoms().len() < INLINE_WORK / 20;
                let start = Instant::now();
                let scene = self
                    .build(is_small, move || build_scene(structure, &request))
                    .await?;
                self.metrics.stage("scene", start.elapsed());
                Ok(Arc::new(scene?))
            })
            .await
            .map_err(|problem: Arc<Problem>| (*problem).clone());
        self.metrics.cache("scene", hit);
        let scene = scene?;
        let annotated = located.parts.annotations.is_some();
        let work = structure
            .atoms()
            .len()
            .saturating_mul(request.commands.len());
        let own = request.clone();
        let job = self
            .build(work < INLINE_WORK, move || job_of(scene, &own, annotated))
            .await??;
        self.limits.check_job(&job)?;
        Ok(Ready {
            output: located.request.output,
            parts: located.parts,
            job,
            parse: located.parse,
        })
    }

    /// Builds something: here if that is quick, else off the threads that serve, few at a time.
    async fn build<T: Send + 'static>(
        &self,
        is_quick: bool,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Problem> {
        if is_quick {
            return Ok(work());
        }
        let permit = Arc::clone(&self.building)
            .acquire_owned()
            .await
            .map_err(|error| Problem::internal(&error))?;
        // The permit goes along: a client that leaves frees no thread.
        blocking(move || {
            let done = work();
            drop(permit);
            done
        })
        .await
    }

    /// Draws.
    pub(crate) async fn draw(&self, flow: Flow, ready: Ready) -> Result<Answer, Problem> {
        let Ready {
            output,
            parts: wanted,
            job,
            parse,
        } = ready;
        let own_job = job.clone();
        let done = self
            .schedule
            .draw(flow, job, move |frame, desk, cancel| {
                wanted.make(&output, &own_job, frame, desk, cancel)
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
            .picture(done.value.iter().map(|part| part.bytes.len()).sum());
        Ok(Answer {
            parts: Arc::new(done.value),
            times: Times {
                queue: done.queue,
                parse,
                draw: done.draw,
                encode: done.encode,
                cached: false,
            },
        })
    }
}

/// The picture that a request sees of a scene.
fn job_of(
    scene: Arc<Scene>,
    request: &RenderRequest,
    annotated: bool,
) -> Result<RenderJob, Problem> {
    let job = PreparedScene::of_scene(scene, request)?.job()?;
    if annotated {
        return Ok(job.with_plane(Plane::AtomId)?);
    }
    Ok(job)
}

/// Runs one answer's work within its time.
pub(crate) async fn within<T>(
    time: Duration,
    work: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    tokio::time::timeout(time, work)
        .await
        .unwrap_or_else(|_| Err(Problem::deadline()))
}

/// 406.
pub(crate) fn not_acceptable(offers: &str) -> Problem {
    Problem::new(
        StatusCode::NOT_ACCEPTABLE,
        "accept_unsatisfied",
        format!("no form of the answer is acceptable; accept {offers}"),
    )
}
