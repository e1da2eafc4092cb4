//! Metrics of the process, with the names that Prometheus' own libraries use. Linux shows them in
//! `/proc`; other systems have none.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Ticks per second of times in `/proc`; Linux shows every program this number.
const TICKS_PER_SECOND: f64 = 100.0;

/// The metrics of the process.
#[derive(Debug, Default)]
pub(crate) struct ProcessMetrics {
    cpu_seconds: Counter<f64, AtomicU64>,
    start_seconds: Gauge<f64, AtomicU64>,
    resident_bytes: Gauge<u64, AtomicU64>,
    virtual_bytes: Gauge<u64, AtomicU64>,
    open_files: Gauge<u64, AtomicU64>,
    max_files: Gauge<u64, AtomicU64>,
    threads: Gauge<u64, AtomicU64>,
}

/// What `/proc` says about the process.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Sample {
    cpu_seconds: f64,
    start_seconds: f64,
    resident_bytes: u64,
    virtual_bytes: u64,
    open_files: u64,
    max_files: u64,
    threads: u64,
}

impl ProcessMetrics {
    /// Registers the metrics. They are left out where they cannot be read.
    pub(crate) fn register(&self, registry: &mut Registry) {
        if Sample::take().is_none() {
            return;
        }
        registry.register(
            "process_cpu_seconds",
            "Total user and system CPU time spent in seconds",
            self.cpu_seconds.clone(),
        );
        registry.register(
            "process_start_time_seconds",
            "Start time of the process since unix epoch in seconds",
            self.start_seconds.clone(),
        );
        for (name, help, gauge) in [
            (
                "process_resident_memory_bytes",
                "Resident memory size in bytes",
                &self.resident_bytes,
            ),
            (
                "process_virtual_memory_bytes",
                "Virtual memory size in bytes",
                &self.virtual_bytes,
            ),
            (
                "process_open_fds",
                "Number of open file descriptors",
                &self.open_files,
            ),
            (
                "process_max_fds",
                "Maximum number of open file descriptors",
                &self.max_files,
            ),
            (
                "process_threads",
                "Number of threads of the process",
                &self.threads,
            ),
        ] {
            registry.register(name, help, gauge.clone());
        }
    }

    /// Reads the current values.
    pub(crate) fn update(&self) {
        let Some(sample) = Sample::take() else {
            return;
        };
        let cpu_seconds = sample.cpu_seconds - self.cpu_seconds.get();
        self.cpu_seconds.inc_by(cpu_seconds.max(0.0));
        self.start_seconds.set(sample.start_seconds);
        self.resident_bytes.set(sample.resident_bytes);
        self.virtual_bytes.set(sample.virtual_bytes);
        self.open_files.set(sample.open_files);
        self.max_files.set(sample.max_files);
        self.threads.set(sample.threads);
    }
}

impl Sample {
    fn take() -> Option<Self> {
        let read = |path: &str| std::fs::read_to_string(path).ok();
        let open_files = std::fs::read_dir("/proc/self/fd").ok()?.count() as u64;
        Self::parse(
            &read("/proc/self/stat")?,
            &read("/proc/self/status")?,
            &read("/proc/self/limits")?,
            &read("/proc/stat")?,
            // Reading the folder has opened one.
            open_files.saturating_sub(1),
        )
    }

    fn parse(
        stat: &str,
        status: &str,
        limits: &str,
        system: &str,
        open_files: u64,
    ) -> Option<Self> {
        // The second field is the program's name, which may contain blanks and brackets.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
        let value_of = |text: &str, name: &str| -> Option<u64> {
            let line = text.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse().ok()
        };
        let boot_seconds = value_of(system, "btime ")?;
        Some(Self {
            cpu_seconds: (ticks(11)? + ticks(12)?) / TICKS_PER_SECOND,
            start_seconds: boot_seconds as f64 + ticks(19)? / TICKS_PER_SECOND,
            resident_bytes: value_of(status, "VmRSS:")? * 1024,
            virtual_bytes: value_of(status, "VmSize:")? * 1024,
            threads: value_of(status, "Threads:")?,
            open_files,
            // Without a limit the word "unlimited" stands there.
            max_files: value_of(limits, "Max open files").unwrap_or(0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_proc_are_read() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 900 0 0 0 150 50 0 0 20 0 4 0 6000 99 12";
        let status = "Name:\ta\nVmSize:\t  2048 kB\nVmRSS:\t  1024 kB\nThreads:\t4\n";
        let limits =
            "Limit  Soft Limit\nMax open files            1024                 4096 files\n";
        let sample = Sample::parse(stat, status, limits, "cpu 1\nbtime 1000000\n", 9);
        assert_eq!(
            sample,
            Some(Sample {
                cpu_seconds: 2.0,
                start_seconds: 1_000_060.0,
                resident_bytes: 1 << 20,
                virtual_bytes: 2 << 20,
                open_files: 9,
                max_files: 1024,
                threads: 4,
            })
        );
    }
}
