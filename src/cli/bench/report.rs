//! The results of a benchmark as text and as JSON.

use std::fmt::Write;
use std::time::Duration;

use molshot_renderer::pool::Health;
use molshot_scenes::{Keyword, Samples};
use serde_json::{Value, json};

use super::drive::{First, Repeat};
use super::workload::Workload;

/// Least processor time that is reported: ten steps of the system's clock.
const MIN_PROCESSOR_TIME: Duration = Duration::from_millis(100);

/// One backend and its repeats.
pub(super) struct BenchEntry {
    adapter: String,
    first: First,
    repeats: Vec<Repeat>,
    health: Health,
}

impl BenchEntry {
    pub(super) fn new(adapter: &str, first: First, repeats: Vec<Repeat>, health: Health) -> Self {
        Self {
            adapter: adapter.to_owned(),
            first,
            repeats,
            health,
        }
    }

    /// Images per second of each repeat.
    fn rates(&self) -> Vec<f64> {
        self.repeats
            .iter()
            .map(|repeat| f64::from(repeat.pictures) / repeat.wall.as_secs_f64().max(1e-9))
            .collect()
    }

    /// The median of `stage` over the repeats.
    fn median(&self, stage: impl Fn(&Repeat) -> f64) -> f64 {
        median(self.repeats.iter().map(stage).collect())
    }

    /// Name and median milliseconds per picture of each stage, for one thread.
    fn stages_ms(&self) -> [(&'static str, f64); 7] {
        let stage = |get: fn(&Repeat) -> Duration| {
            self.median(|repeat| ms(get(repeat)) / f64::from(repeat.pictures))
        };
        [
            ("job", stage(|repeat| repeat.stages.job)),
            ("upload", stage(|repeat| repeat.stages.upload)),
            ("draw", stage(|repeat| repeat.stages.draw)),
            ("read_back", stage(|repeat| repeat.stages.read_back)),
            ("labels", stage(|repeat| repeat.stages.labels)),
            ("encode", stage(|repeat| repeat.stages.encode)),
            ("write", stage(|repeat| repeat.stages.write)),
        ]
    }

    /// Processor milliseconds per picture of all threads together, unless the total is too small
    /// for the resolution of the system's clock.
    fn processor_ms(&self) -> Option<f64> {
        if self.repeats.iter().any(|repeat| {
            repeat
                .processors
                .is_some_and(|time| time < MIN_PROCESSOR_TIME)
        }) {
            return None;
        }
        self.repeats
            .iter()
            .map(|repeat| Some(ms(repeat.processors?) / f64::from(repeat.pictures)))
            .collect::<Option<Vec<f64>>>()
            .map(median)
    }

    fn bytes_per_picture(&self) -> f64 {
        self.median(|repeat| repeat.stages.bytes as f64 / f64::from(repeat.pictures))
    }
}

/// All results of a benchmark.
pub(super) struct Report<'a> {
    pub(super) workload: &'a Workload,
    pub(super) threads: usize,
    /// Whether all threads drew each picture together.
    pub(super) latency: bool,
    /// Whether pictures are written to files, not dropped.
    pub(super) writes_files: bool,
    pub(super) views: u32,
    pub(super) entries: Vec<BenchEntry>,
    pub(super) peak_memory_bytes: Option<u64>,
}

impl Report<'_> {
    /// The rates of the first backend divided by those of the second, pair by pair.
    fn ratios(&self) -> Option<Vec<f64>> {
        let [one, other] = self.entries.as_slice() else {
            return None;
        };
        Some(
            std::iter::zip(one.rates(), other.rates())
                .map(|(one, other)| one / other)
                .collect(),
        )
    }

    pub(super) fn json(&self) -> Value {
        let workload = self.workload;
        let [width_px, height_px] = workload.size_px();
        let results: Vec<Value> = self
            .entries
            .iter()
            .map(|entry| {
                let stages: serde_json::Map<String, Value> = entry
                    .stages_ms()
                    .into_iter()
                    .map(|(name, ms)| (name.to_owned(), rounded(ms)))
                    .collect();
                json!({
                    "adapter": entry.adapter,
                    "images_per_second": rounded(median(entry.rates())),
                    "images_per_second_of_repeats": entry.rates().into_iter().map(rounded).collect::<Vec<_>>(),
                    "ms_per_picture_and_thread": stages,
                    "processor_ms_per_picture": entry.processor_ms().map(rounded),
                    "bytes_per_picture": entry.bytes_per_picture().round() as u64,
                    "open_ms": rounded(ms(entry.first.open)),
                    "first_picture_ms": rounded(ms(entry.first.picture)),
                    "first_upload_ms": rounded(ms(entry.first.upload)),
                    "most_in_flight": entry.health.most_in_flight,
                    "devices_lost": entry.health.lost,
                })
            })
            .collect();
        json!({
            "molshot": env!("CARGO_PKG_VERSION"),
            "structure": workload.name,
            "atoms": workload.atoms,
            "spheres": workload.scene.spheres.len(),
            "cylinders": workload.scene.cylinders.len(),
            "width_px": width_px,
            "height_px": height_px,
            "samples": match workload.samples {
                Samples::Auto => json!(Samples::Auto.keyword()),
                samples => json!(samples.count()),
            },
            "format": Keyword::keyword(workload.encoding.format),
            "compression": workload.encoding.compression,
            "threads": self.threads,
            "threads_per_picture": if self.latency { self.threads } else { 1 },
            "views": self.views,
            "output": if self.writes_files { "files" } else { "memory" },
            "read_ms": rounded(ms(workload.read)),
            "scene_build_ms": rounded(ms(workload.build)),
            "results": results,
            "ratios": self.ratios().map(|ratios| ratios.into_iter().map(rounded).collect::<Vec<_>>()),
            "median_ratio": self.ratios().map(|ratios| rounded(median(ratios))),
            "peak_memory_bytes": self.peak_memory_bytes,
        })
    }

    pub(super) fn text(&self) -> String {
        let workload = self.workload;
        let [width_px, height_px] = workload.size_px();
        let mut text = format!(
            "{}: {} atoms, drawn as {} spheres and {} cylinders; read in {:.1} ms, scene built in {:.1} ms\n\
             {width_px} x {height_px} pixels, samples {}, {} thread{}{}, {} picture{} per repeat{}\n",
            workload.name,
            workload.atoms,
            workload.scene.spheres.len(),
            workload.scene.cylinders.len(),
            ms(workload.read),
            ms(workload.build),
            workload.samples.keyword(),
            self.threads,
            plural(u64::try_from(self.threads).unwrap_or(u64::MAX)),
            if self.latency {
                " for each picture"
            } else {
                ""
            },
            self.views,
            plural(self.views.into()),
            if self.writes_files {
                ""
            } else {
                ", which are not written"
            },
        );
        for entry in &self.entries {
            let rates = entry.rates();
            let least = rates.iter().copied().fold(f64::INFINITY, f64::min);
            let most = rates.iter().copied().fold(0.0, f64::max);
            let stages = entry.stages_ms();
            let total: f64 = stages.iter().map(|(_, ms)| ms).sum();
            // Writing to a string cannot fail.
            let _ = writeln!(
                text,
                "\n{}: {:.1} images/s (median of {}, {least:.1} to {most:.1}), {:.1} kB per picture",
                entry.adapter,
                median(rates.clone()),
                rates.len(),
                entry.bytes_per_picture() / 1e3,
            );
            if let Some(ms) = entry.processor_ms() {
                let _ = writeln!(text, "  {ms:.2} ms of processor time per picture");
            }
            let _ = writeln!(
                text,
                "  first picture {:.1} ms after {:.1} ms to open",
                ms(entry.first.picture),
                ms(entry.first.open)
            );
            for (name, ms) in stages {
                let _ = writeln!(
                    text,
                    "  {:<10}{ms:>10.3} ms {:>5.1} %",
                    name.replace('_', " "),
                    100.0 * ms / total.max(1e-9)
                );
            }
        }
        if let Some(ratios) = self.ratios() {
            let pairs: Vec<String> = ratios.iter().map(|ratio| format!("{ratio:.2}")).collect();
            let _ = writeln!(
                text,
                "\nthe first is {:.2} times as fast as the second (pairs: {})",
                median(ratios),
                pairs.join(", ")
            );
        }
        if let Some(bytes) = self.peak_memory_bytes {
            let _ = writeln!(text, "\npeak memory {:.1} MB", bytes as f64 / 1e6);
        }
        text
    }
}

fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// Rounds to four decimals, which is beyond the resolution of any clock.
fn rounded(value: f64) -> Value {
    json!((value * 1e4).round() / 1e4)
}

/// The median: the middle value, or the mean of the two middle values.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => 0.0,
        count if count % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

/// The plural suffix for a count.
fn plural(count: u64) -> &'static str {
    if count == 1 { "" } else { "s" }
}

#[cfg(test)]
mod tests {
    use super::median;

    #[test]
    #[allow(clippy::float_cmp, reason = "small whole numbers and halves are exact")]
    fn the_median_is_in_the_middle() {
        assert_eq!(median(vec![]), 0.0);
        assert_eq!(median(vec![3.0]), 3.0);
        assert_eq!(median(vec![9.0, 1.0, 2.0]), 2.0);
        assert_eq!(median(vec![4.0, 1.0, 2.0, 100.0]), 3.0);
    }
}
