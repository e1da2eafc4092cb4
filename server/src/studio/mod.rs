//! A request in, the parts of its answer out: structure, scene, job, queue, pool, encoder. Caches on the way.

mod encode;
mod limits;
mod schedule;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use moka::future::Cache;
use molshot_renderer::RenderError;
use molshot_renderer::check::{judge, test_job};
use molshot_renderer::pool::{Pool, PoolOptions};
use molshot_scenes::build::Prepared;
use molshot_scenes::request::StructureSource;
use molshot_scenes::{Plane, RenderJob, RenderRequest, Scene, build_scene};
use sha2::{Digest, Sha256};
use tokio::sync::Semaphore;

use crate::admission::{Admission, Pass};
use crate::config::Config;
use crate::error::Problem;
use crate::metrics::Metrics;
use crate::structures::{Library, Loaded, blocking, hex};

pub(crate) use encode::{JSON, NPY, Part, Parts};
pub(crate) use limits::Limits;
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
    building: Semaphore,
    /// Names the version, what draws, and how the test picture looks here.
    fingerprint: [u8; 32],
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

    /// About what its answer takes in memory while it is made.
    fn bytes(&self, job: &RenderJob) -> u64 {
        limits::bytes_of(job, self.parts.annotations.is_some())
    }
}

/// About what a scene takes in memory.
fn bytes_of(scene: &Scene) -> u64 {
    (scene.spheres.len() * 40 + scene.cylinders.len() * 80 + scene.labels.list.len() * 160 + 2048)
        as u64
}

impl Studio {
    /// Opens the back ends, draws the test picture, and is ready.
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
        let mut most = threads;
        let pool = Pool::open(config.adapter, |kind| {
            let options = PoolOptions::throughput(kind, threads);
            most = options.draw_threads + options.encode_threads;
            PoolOptions {
                // All that the schedule hands over fits, whoever cancels.
                queue: most * 2 + 1,
                ..options
            }
        })?;
        let mut hash = Sha256::new();
        hash.update(env!("CARGO_PKG_VERSION"));
        hash.update(pool.adapter());
        hash.update(warm_up(&pool)?);
        let metrics = Arc::new(Metrics::default());
        Ok(Self {
            library: Library::new(config, uploads, threads, &metrics),
            schedule: Arc::new(Schedule::new(pool, most)),
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
            building: Semaphore::new(threads),
            fingerprint: hash.finalize().into(),
            metrics,
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

    /// A single answer: from the cache, or drawn now. Those who ask for the same at the same time get the same.
    pub(crate) async fn single(
        &self,
        located: Located,
        pass: &mut Pass,
    ) -> Result<Answer, Problem> {
        let parse = located.parse;
        let flow = Flow::Singles(pass.client());
        let Some(cache) = &self.pictures else {
            let job = self.job(&located).await?;
            pass.take(located.bytes(&job))?;
            return self.draw(flow, located, job).await;
        };
        let mut times = None;
        let key = located.key;
        let parts = cache
            .try_get_with(key, async {
                let job = self.job(&located).await?;
                pass.take(located.bytes(&job))?;
                let answer = self.draw(flow, located, job).await?;
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

    /// An item of a batch. It waits for its share of memory, and passes the cache by: a batch would sweep it out.
    pub(crate) async fn item(&self, located: Located, batch: u64) -> Result<Answer, Problem> {
        let job = self.job(&located).await?;
        let _memory = self.admission.item(located.bytes(&job)).await?;
        self.draw(Flow::Batch(batch), located, job).await
    }

    /// The job of a request; its scene is built once.
    async fn job(&self, located: &Located) -> Result<RenderJob, Problem> {
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
                let _permit = self.building.acquire().await;
                let start = Instant::now();
                let (structure, request) = (Arc::clone(structure), request.clone());
                let scene = if structure.atoms().len() < INLINE_WORK / 20 {
                    build_scene(structure, &request)
                } else {
                    blocking(move || build_scene(structure, &request)).await?
                };
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
        let job = if work < INLINE_WORK {
            job_of(scene, request, annotated)?
        } else {
            let request = request.clone();
            let _permit = self.building.acquire().await;
            blocking(move || job_of(scene, &request, annotated)).await??
        };
        self.limits.check_job(&job)?;
        Ok(job)
    }

    async fn draw(&self, flow: Flow, located: Located, job: RenderJob) -> Result<Answer, Problem> {
        let (output, wanted) = (located.request.output, located.parts);
        let own_job = job.clone();
        let done = self
            .schedule
            .draw(flow, job, move |frame, desk| {
                wanted.make(&output, &own_job, frame, desk)
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
                parse: located.parse,
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
    let job = Prepared::of_scene(scene, request)?.job()?;
    if !annotated || job.planes().contains(&Plane::AtomId) {
        return Ok(job);
    }
    let mut planes = job.planes().clone();
    planes.insert(Plane::AtomId);
    Ok(job.with_planes(planes)?)
}

/// Draws the test picture by the pool. Returns a hash of its pixels.
fn warm_up(pool: &Pool) -> Result<[u8; 32], RenderError> {
    use molshot_renderer::pool::{CancelToken, Order};
    let job = test_job()?;
    let own = job.clone();
    let (sender, receiver) = std::sync::mpsc::channel();
    let order = Order::new(
        job,
        &CancelToken::new(),
        move |frame, _| {
            judge(frame, &own)?;
            Ok(Sha256::digest(frame.color_rgba.as_deref().unwrap_or_default()).into())
        },
        move |result| {
            // The one who waits is this function.
            let _ = sender.send(result);
        },
    );
    let fault = |reason: String| RenderError::Internal { reason };
    pool.submit(order)
        .map_err(|refusal| fault(refusal.to_string()))?;
    match receiver.recv() {
        Ok(Ok(hash)) => Ok(hash),
        Ok(Err(molshot_renderer::pool::PoolError::Render(error))) => Err(error),
        Ok(Err(error)) => Err(fault(error.to_string())),
        Err(error) => Err(fault(error.to_string())),
    }
}

/// Runs one answer's work within its time.
pub(crate) async fn within<T>(
    seconds: u64,
    work: impl Future<Output = Result<T, Problem>>,
) -> Result<T, Problem> {
    tokio::time::timeout(Duration::from_secs(seconds), work)
        .await
        .unwrap_or_else(|_| Err(Problem::deadline(seconds)))
}

/// 406.
pub(crate) fn not_acceptable(offers: &str) -> Problem {
    Problem::new(
        StatusCode::NOT_ACCEPTABLE,
        "accept_unsatisfied",
        format!("no form of the answer is acceptable; accept {offers}"),
    )
}
