//! What is counted and timed, for Prometheus.

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use molshot_renderer::pool::Health;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Media type of the metrics (`OpenMetrics` 1.0, which Prometheus reads).
pub(crate) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// Upper bounds of durations, seconds: from a cached answer to a deadline.
const SECONDS: [f64; 14] = [
    0.0001, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0,
];
/// Upper bounds of answers, bytes.
const BYTES: [f64; 7] = [1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    route: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Stage {
    stage: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct CacheUse {
    cache: &'static str,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Reason {
    reason: String,
}

/// Counts of things that the pool and the queue count themselves, read when they are asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Levels {
    /// Requests in hand.
    pub(crate) requests: u64,
    /// Batches in hand.
    pub(crate) batches: u64,
    /// Memory estimated for them.
    pub(crate) bytes: u64,
    /// Pictures that wait to be given to the pool.
    pub(crate) waiting: u64,
    /// Bytes of uploads on the disk.
    pub(crate) upload_bytes: u64,
}

type Durations = Family<Stage, Histogram, fn() -> Histogram>;

/// Everything that is counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    request_seconds: Histogram,
    stages: Durations,
    answer_bytes: Histogram,
    caches: Family<CacheUse, Counter>,
    rejections: Family<Reason, Counter>,
    items: Family<Reason, Counter>,
    levels: Family<Stage, Gauge>,
    pool: Family<Stage, Gauge<u64, AtomicU64>>,
}

impl Default for Metrics {
    fn default() -> Self {
        let durations = || Histogram::new(SECONDS);
        let mut metrics = Self {
            registry: Registry::with_prefix("molshot"),
            requests: Family::default(),
            request_seconds: durations(),
            stages: Family::new_with_constructor(durations),
            answer_bytes: Histogram::new(BYTES),
            caches: Family::default(),
            rejections: Family::default(),
            items: Family::default(),
            levels: Family::default(),
            pool: Family::default(),
        };
        let registry = &mut metrics.registry;
        let requests = metrics.requests.clone();
        registry.register("requests", "Requests answered", requests);
        let seconds = metrics.request_seconds.clone();
        registry.register("request_seconds", "Time until an answer begins", seconds);
        let stages = metrics.stages.clone();
        registry.register(
            "stage_seconds",
            "Time of pictures in each stage: queue, parse, scene, draw, encode",
            stages,
        );
        let bytes = metrics.answer_bytes.clone();
        registry.register("picture_bytes", "Sizes of encoded pictures", bytes);
        let caches = metrics.caches.clone();
        registry.register("cache_lookups", "Lookups in caches", caches);
        let rejections = metrics.rejections.clone();
        registry.register("rejections", "Requests refused, by code", rejections);
        let items = metrics.items.clone();
        registry.register("batch_items", "Items of batches, by result", items);
        let levels = metrics.levels.clone();
        registry.register("level", "What is in hand now", levels);
        let pool = metrics.pool.clone();
        registry.register(
            "pool",
            "The drawing threads: how many run, and what happened to them since the start",
            pool,
        );
        metrics
    }
}

impl Metrics {
    /// A request was answered.
    pub(crate) fn request(&self, method: &str, route: &str, status: u16, took: Duration) {
        let labels = Request {
            method: method.to_owned(),
            route: route.to_owned(),
            status,
        };
        self.requests.get_or_create(&labels).inc();
        self.request_seconds.observe(took.as_secs_f64());
    }

    /// A picture went through a stage.
    pub(crate) fn stage(&self, stage: &'static str, took: Duration) {
        self.stages
            .get_or_create(&Stage { stage })
            .observe(took.as_secs_f64());
    }

    /// A picture was encoded.
    pub(crate) fn picture(&self, bytes: usize) {
        self.answer_bytes.observe(bytes as f64);
    }

    /// Something was looked for in a cache.
    pub(crate) fn cache(&self, cache: &'static str, hit: bool) {
        let result = if hit { "hit" } else { "miss" };
        self.caches.get_or_create(&CacheUse { cache, result }).inc();
    }

    /// A request was refused.
    pub(crate) fn rejection(&self, reason: &str) {
        let reason = reason.to_owned();
        self.rejections.get_or_create(&Reason { reason }).inc();
    }

    /// An item of a batch is done.
    pub(crate) fn item(&self, result: &str) {
        let reason = result.to_owned();
        self.items.get_or_create(&Reason { reason }).inc();
    }

    /// All of it as text.
    pub(crate) fn text(&self, levels: Levels, health: &Health) -> String {
        for (stage, value) in [
            ("requests", levels.requests),
            ("batches", levels.batches),
            ("bytes", levels.bytes),
            ("waiting", levels.waiting),
            ("upload_bytes", levels.upload_bytes),
        ] {
            self.levels
                .get_or_create(&Stage { stage })
                .set(value as i64);
        }
        for (stage, value) in [
            ("threads", health.draw_threads as u64),
            ("ready", health.ready as u64),
            ("in_hand", health.in_hand as u64),
            ("done", health.done),
            ("failed", health.failed),
            ("panics", health.panics),
            ("devices_reopened", health.reopened),
        ] {
            self.pool.get_or_create(&Stage { stage }).set(value);
        }
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}
