//! What is counted and timed, for Prometheus.

use std::sync::atomic::{AtomicU64, Ordering};
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
struct Route {
    route: String,
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
struct Code {
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    result: &'static str,
}

/// What the pool, the queue and the folder of uploads count themselves, read when it is asked for.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Levels {
    /// Single requests in hand.
    pub(crate) requests: u64,
    /// Batches in hand.
    pub(crate) batches: u64,
    /// Memory counted for them.
    pub(crate) bytes: u64,
    /// Pictures that wait to be given to the pool.
    pub(crate) waiting: u64,
    /// Bytes of uploads on the disk.
    pub(crate) upload_bytes: u64,
}

type Durations<L> = Family<L, Histogram, fn() -> Histogram>;
type Level = Gauge<u64, AtomicU64>;

/// Values that are set when the metrics are asked for.
#[derive(Debug, Default)]
struct Read {
    requests: Level,
    batches: Level,
    bytes: Level,
    waiting: Level,
    upload_bytes: Level,
    threads: Level,
    threads_ready: Level,
    in_hand: Level,
    pictures: Family<Outcome, Counter>,
    panics: Counter,
    device_losses: Counter,
    devices_reopened: Counter,
}

/// Everything that is counted.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Request, Counter>,
    request_seconds: Durations<Route>,
    stages: Durations<Stage>,
    answer_bytes: Histogram,
    caches: Family<CacheUse, Counter>,
    rejections: Family<Code, Counter>,
    items: Family<Outcome, Counter>,
    item_errors: Family<Code, Counter>,
    read: Read,
}

impl Default for Metrics {
    #[allow(clippy::too_many_lines, reason = "a table, a row for each metric")]
    fn default() -> Self {
        let durations = || Histogram::new(SECONDS);
        let metrics = Self {
            registry: Registry::with_prefix("molshot"),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(durations),
            stages: Family::new_with_constructor(durations),
            answer_bytes: Histogram::new(BYTES),
            caches: Family::default(),
            rejections: Family::default(),
            items: Family::default(),
            item_errors: Family::default(),
            read: Read::default(),
        };
        let mut registry = Registry::with_prefix("molshot");
        let read = &metrics.read;
        registry.register(
            "requests",
            "Requests answered, by method, route and status",
            metrics.requests.clone(),
        );
        registry.register(
            "request_seconds",
            "Time until an answer begins, by route",
            metrics.request_seconds.clone(),
        );
        registry.register(
            "stage_seconds",
            "Time of pictures in each stage: queue, draw, encode; parse, scene where it was not in the cache",
            metrics.stages.clone(),
        );
        registry.register(
            "picture_bytes",
            "Sizes of encoded pictures with all of their parts",
            metrics.answer_bytes.clone(),
        );
        registry.register(
            "cache_lookups",
            "Lookups in the caches of structures, scenes and pictures, by result",
            metrics.caches.clone(),
        );
        registry.register(
            "rejections",
            "Requests refused for who asks, how much is asked, or how much is in hand, by the problem's code",
            metrics.rejections.clone(),
        );
        registry.register(
            "batch_items",
            "Items of batches, by result",
            metrics.items.clone(),
        );
        registry.register(
            "batch_item_errors",
            "Items of batches that failed, by the problem's code",
            metrics.item_errors.clone(),
        );
        registry.register(
            "device_losses",
            "Devices that were lost, or did not answer in time",
            read.device_losses.clone(),
        );
        registry.register(
            "devices_reopened",
            "Devices that were opened anew after a loss or a panic",
            read.devices_reopened.clone(),
        );
        registry.register(
            "worker_panics",
            "Panics of drawing threads, each survived",
            read.panics.clone(),
        );
        registry.register(
            "pictures",
            "Pictures drawn and encoded, by result; those called off count as failed",
            read.pictures.clone(),
        );
        for (name, help, level) in [
            (
                "requests_in_hand",
                "Single requests that were let in and not answered yet",
                &read.requests,
            ),
            (
                "batches_in_hand",
                "Batches that were let in and not sent to their end yet",
                &read.batches,
            ),
            (
                "reserved_bytes",
                "Memory counted for requests in hand; queue-max-bytes bounds it",
                &read.bytes,
            ),
            (
                "pictures_waiting",
                "Pictures that wait for a drawing thread",
                &read.waiting,
            ),
            (
                "pictures_in_hand",
                "Pictures that drawing threads have in hand",
                &read.in_hand,
            ),
            ("draw_threads", "Drawing threads that run", &read.threads),
            (
                "draw_threads_ready",
                "Drawing threads whose device is open, or was not needed yet",
                &read.threads_ready,
            ),
            ("upload_bytes", "Uploads on the disk", &read.upload_bytes),
        ] {
            registry.register(name, help, level.clone());
        }
        // Without a first value a counter that never counted would not be there to be watched.
        for result in ["done", "failed"] {
            drop(read.pictures.get_or_create(&Outcome { result }));
            drop(metrics.items.get_or_create(&Outcome { result }));
        }
        Self {
            registry,
            ..metrics
        }
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
        let route = Route {
            route: labels.route,
        };
        self.request_seconds
            .get_or_create(&route)
            .observe(took.as_secs_f64());
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
    pub(crate) fn rejection(&self, code: &'static str) {
        self.rejections.get_or_create(&Code { code }).inc();
    }

    /// An item of a batch is done; its problem's code if it failed.
    pub(crate) fn item(&self, fault: Option<&'static str>) {
        let result = if fault.is_some() { "failed" } else { "done" };
        self.items.get_or_create(&Outcome { result }).inc();
        if let Some(code) = fault {
            self.item_errors.get_or_create(&Code { code }).inc();
        }
    }

    /// All of it as text.
    pub(crate) fn text(&self, levels: Levels, health: &Health) -> String {
        let read = &self.read;
        for (level, value) in [
            (&read.requests, levels.requests),
            (&read.batches, levels.batches),
            (&read.bytes, levels.bytes),
            (&read.waiting, levels.waiting),
            (&read.upload_bytes, levels.upload_bytes),
            (&read.threads, health.draw_threads as u64),
            (&read.threads_ready, health.ready as u64),
            (&read.in_hand, health.in_progress as u64),
        ] {
            level.set(value);
        }
        for (counter, value) in [
            (&read.panics, health.panics),
            (&read.device_losses, health.lost),
            (&read.devices_reopened, health.reopened),
        ] {
            counter.inner().store(value, Ordering::Relaxed);
        }
        for (result, value) in [("done", health.done), ("failed", health.failed)] {
            let counter = read.pictures.get_or_create(&Outcome { result });
            counter.inner().store(value, Ordering::Relaxed);
        }
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_has_a_name_and_a_help() {
        let metrics = Metrics::default();
        metrics.request("GET", "/", 200, Duration::from_millis(3));
        metrics.item(Some("not_found"));
        metrics.stage("draw", Duration::from_millis(1));
        metrics.cache("scene", true);
        metrics.rejection("busy");
        metrics.picture(1000);
        let text = metrics.text(
            Levels::default(),
            &molshot_renderer::pool::Health::default(),
        );
        let types = text
            .lines()
            .filter(|line| line.starts_with("# TYPE"))
            .count();
        let helps: Vec<&str> = text
            .lines()
            .filter(|line| line.starts_with("# HELP"))
            .collect();
        assert_eq!(types, helps.len());
        assert!(types == 20, "{text}");
        for help in helps {
            assert!(help.split(' ').count() > 4 && help.ends_with('.'), "{help}");
        }
        assert!(
            text.contains("molshot_pictures_total{result=\"done\"} 0"),
            "{text}"
        );
        assert!(text.contains("molshot_batch_item_errors_total{code=\"not_found\"} 1"));
        assert!(text.ends_with("# EOF\n"));
    }
}
