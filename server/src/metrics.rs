//! Metrics for Prometheus.

use std::fmt::Write;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use molshot_renderer::pool::Health;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::process_metrics::ProcessMetrics;

/// Histogram buckets of durations, seconds: from a cached answer to the deadline.
const SECONDS: [f64; 14] = [
    0.0001, 0.000_25, 0.000_5, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 30.0,
];
/// Histogram buckets of answer sizes, bytes.
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

/// Values that other modules count themselves; they are read for each scrape.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Levels {
    /// Single requests in progress.
    pub(crate) requests: u64,
    /// Batches in progress.
    pub(crate) batches: u64,
    /// Memory that is reserved for them.
    pub(crate) bytes: u64,
    /// Images that wait for the pool.
    pub(crate) waiting: u64,
    /// Size of all uploads on the disk.
    pub(crate) upload_bytes: u64,
}

type Durations<L> = Family<L, Histogram, fn() -> Histogram>;
type Level = Gauge<u64, AtomicU64>;

/// Metrics that are set for each scrape.
#[derive(Debug, Default)]
struct ScrapedMetrics {
    requests: Level,
    batches: Level,
    bytes: Level,
    waiting: Level,
    upload_bytes: Level,
    threads: Level,
    threads_ready: Level,
    drawing: Level,
    images: Family<Outcome, Counter>,
    panics: Counter,
    device_losses: Counter,
    devices_reopened: Counter,
}

/// All metrics of the server.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    /// Metrics whose names do not begin with `molshot_`.
    of_process: Registry,
    process: ProcessMetrics,
    requests: Family<Request, Counter>,
    request_seconds: Durations<Route>,
    stages: Durations<Stage>,
    answer_bytes: Histogram,
    caches: Family<CacheUse, Counter>,
    rejections: Family<Code, Counter>,
    items: Family<Outcome, Counter>,
    item_errors: Family<Code, Counter>,
    scraped: ScrapedMetrics,
}

impl Default for Metrics {
    #[allow(clippy::too_many_lines, reason = "a table, a row for each metric")]
    fn default() -> Self {
        let durations = || Histogram::new(SECONDS);
        let metrics = Self {
            registry: Registry::default(),
            of_process: Registry::default(),
            process: ProcessMetrics::default(),
            requests: Family::default(),
            request_seconds: Family::new_with_constructor(durations),
            stages: Family::new_with_constructor(durations),
            answer_bytes: Histogram::new(BYTES),
            caches: Family::default(),
            rejections: Family::default(),
            items: Family::default(),
            item_errors: Family::default(),
            scraped: ScrapedMetrics::default(),
        };
        let mut registry = Registry::with_prefix("molshot");
        let scraped = &metrics.scraped;
        registry.register(
            "build",
            "The version of the program",
            Info::new([("version", env!("CARGO_PKG_VERSION"))]),
        );
        registry.register(
            "requests",
            "Requests answered, by method, route and status",
            metrics.requests.clone(),
        );
        registry.register(
            "request_seconds",
            "Time until the response begins, by route",
            metrics.request_seconds.clone(),
        );
        registry.register(
            "stage_seconds",
            "Time of images in each stage: queue, draw, encode; parse and scene if not cached",
            metrics.stages.clone(),
        );
        registry.register(
            "picture_bytes",
            "Sizes of encoded images with all of their files",
            metrics.answer_bytes.clone(),
        );
        registry.register(
            "cache_lookups",
            "Lookups in the caches of structures, scenes and images, by result",
            metrics.caches.clone(),
        );
        registry.register(
            "rejections",
            "Requests refused because of the client, their size or the load, by the problem's code",
            metrics.rejections.clone(),
        );
        registry.register(
            "batch_items",
            "Items of batches that were processed, by result",
            metrics.items.clone(),
        );
        registry.register(
            "batch_item_errors",
            "Items of batches that failed, by the problem's code",
            metrics.item_errors.clone(),
        );
        registry.register(
            "device_losses",
            "Devices that were lost or did not respond in time",
            scraped.device_losses.clone(),
        );
        registry.register(
            "devices_reopened",
            "Devices that were reopened after a loss or a panic",
            scraped.devices_reopened.clone(),
        );
        registry.register(
            "worker_panics",
            "Panics of drawing threads, which all recovered",
            scraped.panics.clone(),
        );
        registry.register(
            "pictures",
            "Images drawn and encoded, by result; cancelled ones count as failed",
            scraped.images.clone(),
        );
        for (name, help, level) in [
            (
                "requests_in_progress",
                "Single requests that were admitted and not answered yet",
                &scraped.requests,
            ),
            (
                "batches_in_progress",
                "Batches that were admitted and not sent completely yet",
                &scraped.batches,
            ),
            (
                "pictures_in_progress",
                "Images that drawing threads are working on",
                &scraped.drawing,
            ),
            // The names of version 0.1, kept for one version.
            (
                "requests_in_hand",
                "Deprecated, the same as requests_in_progress",
                &scraped.requests,
            ),
            (
                "batches_in_hand",
                "Deprecated, the same as batches_in_progress",
                &scraped.batches,
            ),
            (
                "pictures_in_hand",
                "Deprecated, the same as pictures_in_progress",
                &scraped.drawing,
            ),
            (
                "reserved_bytes",
                "Memory reserved for requests in progress, limited by queue-max-bytes",
                &scraped.bytes,
            ),
            (
                "pictures_waiting",
                "Images that wait for a drawing thread",
                &scraped.waiting,
            ),
            (
                "draw_threads",
                "Number of running drawing threads",
                &scraped.threads,
            ),
            (
                "draw_threads_ready",
                "Drawing threads whose device is open or was not needed yet",
                &scraped.threads_ready,
            ),
            (
                "upload_bytes",
                "Size of all uploads on the disk",
                &scraped.upload_bytes,
            ),
        ] {
            registry.register(name, help, level.clone());
        }
        // A counter without a first value would be missing until it counts, and alerts on it would
        // not work.
        for result in ["done", "failed"] {
            drop(scraped.images.get_or_create(&Outcome { result }));
            drop(metrics.items.get_or_create(&Outcome { result }));
        }
        let mut of_process = Registry::default();
        metrics.process.register(&mut of_process);
        Self {
            registry,
            of_process,
            ..metrics
        }
    }
}

impl Metrics {
    /// Counts an answered request.
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

    /// Records how long an image was in a stage.
    pub(crate) fn stage(&self, stage: &'static str, took: Duration) {
        self.stages
            .get_or_create(&Stage { stage })
            .observe(took.as_secs_f64());
    }

    /// Records the size of an encoded image.
    pub(crate) fn image(&self, bytes: usize) {
        self.answer_bytes.observe(bytes as f64);
    }

    /// Counts a lookup in a cache.
    pub(crate) fn cache(&self, cache: &'static str, hit: bool) {
        let result = if hit { "hit" } else { "miss" };
        self.caches.get_or_create(&CacheUse { cache, result }).inc();
    }

    /// Counts a refused request.
    pub(crate) fn rejection(&self, code: &'static str) {
        self.rejections.get_or_create(&Code { code }).inc();
    }

    /// Counts an item of a batch, with the problem's code if the item failed.
    pub(crate) fn item(&self, error_code: Option<&'static str>) {
        let result = if error_code.is_some() {
            "failed"
        } else {
            "done"
        };
        self.items.get_or_create(&Outcome { result }).inc();
        if let Some(code) = error_code {
            self.item_errors.get_or_create(&Code { code }).inc();
        }
    }

    /// All metrics in the `OpenMetrics` text format.
    pub(crate) fn text(&self, levels: Levels, health: &Health) -> String {
        let scraped = &self.scraped;
        for (level, value) in [
            (&scraped.requests, levels.requests),
            (&scraped.batches, levels.batches),
            (&scraped.bytes, levels.bytes),
            (&scraped.waiting, levels.waiting),
            (&scraped.upload_bytes, levels.upload_bytes),
            (&scraped.threads, health.draw_threads as u64),
            (&scraped.threads_ready, health.ready as u64),
            (&scraped.drawing, health.in_progress as u64),
        ] {
            level.set(value);
        }
        for (counter, value) in [
            (&scraped.panics, health.panics),
            (&scraped.device_losses, health.lost),
            (&scraped.devices_reopened, health.reopened),
        ] {
            counter.inner().store(value, Ordering::Relaxed);
        }
        for (result, value) in [("done", health.done), ("failed", health.failed)] {
            let counter = scraped.images.get_or_create(&Outcome { result });
            counter.inner().store(value, Ordering::Relaxed);
        }
        self.process.update();
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode_registry(&mut text, &self.registry)
            .and_then(|()| encode_registry(&mut text, &self.of_process))
            .and_then(|()| encode_eof(&mut text));
        text
    }
}

/// Converts metrics from `OpenMetrics` to the older text format of Prometheus (version 0.0.4), in
/// which the names of counters end in `_total` also in comments, and the type `info` is missing.
pub(crate) fn to_plain_text(open_metrics: &str) -> String {
    let mut text = String::with_capacity(open_metrics.len());
    let mut help: Option<(&str, &str)> = None;
    for line in open_metrics.lines() {
        if let Some(named) = line.strip_prefix("# HELP ") {
            help = named.split_once(' ');
            continue;
        }
        let metric = line
            .strip_prefix("# TYPE ")
            .and_then(|named| named.split_once(' '));
        let Some((name, kind)) = metric else {
            // Units are part of the names already.
            if !line.starts_with('#') {
                text.push_str(line);
                text.push('\n');
            }
            continue;
        };
        let (suffix, kind) = match kind {
            "counter" => ("_total", "counter"),
            "info" => ("_info", "gauge"),
            "unknown" => ("", "untyped"),
            kind => ("", kind),
        };
        if let Some((_, help)) = help.take().filter(|(of, _)| *of == name) {
            // Writing to a string does not fail.
            let _ = writeln!(text, "# HELP {name}{suffix} {help}");
        }
        let _ = writeln!(text, "# TYPE {name}{suffix} {kind}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_a_type_and_a_help_text() {
        let metrics = Metrics::default();
        metrics.request("GET", "/", 200, Duration::from_millis(3));
        metrics.item(Some("not_found"));
        metrics.stage("draw", Duration::from_millis(1));
        metrics.cache("scene", true);
        metrics.rejection("busy");
        metrics.image(1000);
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
        let of_process = if cfg!(target_os = "linux") { 7 } else { 0 };
        assert_eq!(types, 24 + of_process, "{text}");
        for help in helps {
            assert!(help.split(' ').count() > 4 && help.ends_with('.'), "{help}");
        }
        assert!(
            text.contains("molshot_pictures_total{result=\"done\"} 0"),
            "{text}"
        );
        assert!(text.contains("molshot_batch_item_errors_total{code=\"not_found\"} 1"));
        assert!(text.contains(concat!(
            "molshot_build_info{version=\"",
            env!("CARGO_PKG_VERSION"),
            "\"} 1"
        )));
        assert!(text.ends_with("# EOF\n"));
    }

    #[test]
    fn the_older_format_has_its_own_names_and_types() {
        let open = "# HELP a_b Help text.\n# TYPE a_b counter\na_b_total{c=\"d\"} 1\n\
            # HELP i Info.\n# TYPE i info\ni_info{v=\"1\"} 1\n\
            # HELP h_seconds Time.\n# TYPE h_seconds histogram\n# UNIT h_seconds seconds\nh_seconds_sum 2\n# EOF\n";
        assert_eq!(
            to_plain_text(open),
            "# HELP a_b_total Help text.\n# TYPE a_b_total counter\na_b_total{c=\"d\"} 1\n\
             # HELP i_info Info.\n# TYPE i_info gauge\ni_info{v=\"1\"} 1\n\
             # HELP h_seconds Time.\n# TYPE h_seconds histogram\nh_seconds_sum 2\n"
        );
    }
}
