//! Draws, encodes and writes pictures with the pool, and measures the time.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use molshot_renderer::pool::{Health, Pool, PoolOptions, Sequence, WorkerScratch};
use molshot_renderer::{AdapterChoice, Frame, Timings, save_bytes};
use molshot_scenes::request::ImageFormat;

use super::workload::Workload;
use super::{losses, process};
use crate::cli::interrupt;
use crate::cli::message::CliError;

/// Number of warm-up pictures per thread: they upload the scene and grow buffers.
const WARM_UP_PER_THREAD: u32 = 2;
/// Maximum number of pictures in a temporary folder. Then they are removed, which is not measured.
const PICTURES_KEPT: usize = 1000;
/// Number of pictures per thread that are in flight at a time.
const IN_FLIGHT_PER_THREAD: usize = 4;

/// Durations of the stages of pictures, summed over threads.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stages {
    /// Camera and validation.
    pub(super) job: Duration,
    pub(super) upload: Duration,
    pub(super) draw: Duration,
    pub(super) read_back: Duration,
    pub(super) labels: Duration,
    pub(super) encode: Duration,
    pub(super) write: Duration,
    /// Number of bytes of the encoded pictures.
    pub(super) bytes: u64,
}

impl Stages {
    fn add(&mut self, other: &Self) {
        self.job += other.job;
        self.upload += other.upload;
        self.draw += other.draw;
        self.read_back += other.read_back;
        self.labels += other.labels;
        self.encode += other.encode;
        self.write += other.write;
        self.bytes += other.bytes;
    }
}

/// One repeat of the measurement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Repeat {
    pub(super) pictures: u32,
    /// Elapsed time.
    pub(super) wall: Duration,
    /// Processor time of all threads, if the system reports it.
    pub(super) processors: Option<Duration>,
    pub(super) stages: Stages,
}

/// The first picture of a backend.
#[derive(Debug, Clone, Copy)]
pub(super) struct First {
    /// Time to open the backend.
    pub(super) open: Duration,
    /// Time to upload the scene.
    pub(super) upload: Duration,
    /// Time of the whole picture, from its camera to its file.
    pub(super) picture: Duration,
}

/// A backend's pool, which is the one that `molshot render` uses.
pub(super) struct BenchPool {
    pool: Pool,
    /// Number of pictures that are drawn at a time.
    at_a_time: usize,
    open: Duration,
}

impl BenchPool {
    /// Opens a pool whose threads draw a picture each or, if `together`, one picture together. Its
    /// devices are lost `losses` times.
    pub(super) fn open(
        choice: AdapterChoice,
        threads: usize,
        together: bool,
        losses: u32,
    ) -> Result<Self, CliError> {
        let start = Instant::now();
        let options = |kind| {
            if together {
                PoolOptions::latency(threads)
            } else {
                PoolOptions::throughput(kind, threads)
            }
        };
        let pool = if losses > 0 {
            losses::open_pool(choice, losses, options)
        } else {
            Pool::open(choice, options)
        }?;
        Ok(Self {
            pool,
            at_a_time: if together { 1 } else { threads },
            open: start.elapsed(),
        })
    }

    pub(super) fn adapter(&self) -> &str {
        self.pool.adapter()
    }

    /// State of the pool.
    pub(super) fn health(&self) -> Health {
        self.pool.health()
    }

    /// Draws a first picture, and then a few with each thread.
    pub(super) fn warm_up(
        &self,
        workload: &Workload,
        destination: &Destination,
    ) -> Result<First, CliError> {
        let start = Instant::now();
        let stages = self.draw(workload, destination, 0..1)?;
        let picture = start.elapsed();
        let few = u32::try_from(self.at_a_time).unwrap_or(u32::MAX);
        self.draw(
            workload,
            destination,
            0..few.saturating_mul(WARM_UP_PER_THREAD),
        )?;
        destination.clear()?;
        Ok(First {
            open: self.open,
            upload: stages.upload,
            picture,
        })
    }

    /// Draws this many pictures, each from another direction.
    pub(super) fn repeat(
        &self,
        workload: &Workload,
        destination: &Destination,
        pictures: u32,
    ) -> Result<Repeat, CliError> {
        let mut repeat = Repeat {
            pictures,
            wall: Duration::ZERO,
            processors: Some(Duration::ZERO),
            stages: Stages::default(),
        };
        for first in (0..pictures).step_by(PICTURES_KEPT) {
            let end = pictures.min(first.saturating_add(PICTURES_KEPT as u32));
            let before = process::processor_time();
            let start = Instant::now();
            repeat
                .stages
                .add(&self.draw(workload, destination, first..end)?);
            repeat.wall += start.elapsed();
            let took = process::processor_time().zip(before);
            repeat.processors = repeat
                .processors
                .zip(took)
                .map(|(sum, (after, before))| sum + after.saturating_sub(before));
            destination.clear()?;
        }
        Ok(repeat)
    }

    fn draw(
        &self,
        workload: &Workload,
        destination: &Destination,
        pictures: Range<u32>,
    ) -> Result<Stages, CliError> {
        let encoding = workload.encoding;
        let window = self.at_a_time.saturating_mul(IN_FLIGHT_PER_THREAD);
        let mut job_time = Duration::ZERO;
        let mut job_error = None;
        let jobs = pictures.map_while(|index| {
            if interrupt::requested() {
                return None;
            }
            let start = Instant::now();
            let job = match workload.job(index) {
                Ok(job) => job,
                Err(error) => {
                    job_error = Some(error);
                    return None;
                }
            };
            job_time += start.elapsed();
            let path = destination.path_of(index, encoding.format);
            let work = move |frame: &Frame, scratch: &mut WorkerScratch| {
                let start = Instant::now();
                scratch
                    .encoder
                    .encode(frame, encoding, &mut scratch.bytes)?;
                let encode = start.elapsed();
                let start = Instant::now();
                if let Some(path) = &path {
                    save_bytes(path, &scratch.bytes)?;
                }
                let Timings {
                    upload,
                    draw,
                    read_back,
                    labels,
                } = frame.timings;
                Ok(Stages {
                    job: Duration::ZERO,
                    upload,
                    draw,
                    read_back,
                    labels,
                    encode,
                    write: start.elapsed(),
                    bytes: scratch.bytes.len() as u64,
                })
            };
            Some((job, work))
        });
        let mut stages = Stages::default();
        for (_, result) in self.pool.map(jobs, Sequence::AsReady, window) {
            stages.add(&result?);
        }
        if let Some(error) = job_error {
            return Err(error.into());
        }
        if interrupt::requested() {
            return Err(CliError::Interrupted("interrupted".to_owned()));
        }
        stages.job = job_time;
        Ok(stages)
    }
}

/// Where encoded pictures go.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Destination {
    /// Nowhere: they are dropped.
    Memory,
    /// To files in a folder that is kept.
    Kept(PathBuf),
    /// To files in a folder that is removed, with its contents, when it is no longer used.
    Temporary(PathBuf),
}

impl Destination {
    /// Creates the folder that is to be kept, or a temporary one.
    pub(super) fn folder(kept: Option<&Path>) -> Result<Self, CliError> {
        let opened = match kept {
            Some(path) => std::fs::create_dir_all(path).map(|()| Self::Kept(path.to_owned())),
            None => new_temporary().map(Self::Temporary),
        };
        opened.map_err(|error| {
            CliError::in_file(
                kept.unwrap_or(&std::env::temp_dir()),
                format_args!(
                    "the folder cannot be created: {error}; give another one with --out DIR"
                ),
            )
        })
    }

    /// The file of a picture, if it is written.
    fn path_of(&self, index: u32, format: ImageFormat) -> Option<PathBuf> {
        let (Self::Kept(folder) | Self::Temporary(folder)) = self else {
            return None;
        };
        let extension = molshot_scenes::request::file_extension(format);
        Some(folder.join(format!("{index}.{extension}")))
    }

    /// Removes the pictures of a temporary folder; others are kept.
    fn clear(&self) -> Result<(), CliError> {
        if let Self::Temporary(folder) = self {
            for entry in std::fs::read_dir(folder)? {
                std::fs::remove_file(entry?.path())?;
            }
        }
        Ok(())
    }
}

/// Creates a new temporary folder.
fn new_temporary() -> std::io::Result<PathBuf> {
    let mut number = 0;
    loop {
        let path =
            std::env::temp_dir().join(format!("molshot-bench-{}-{number}", std::process::id()));
        match std::fs::create_dir(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < 1000 => number += 1,
            created => return created.map(|()| path),
        }
    }
}

impl Drop for Destination {
    fn drop(&mut self) {
        if let Self::Temporary(folder) = self {
            // The system cleans up temporary files that cannot be removed here.
            let _ = std::fs::remove_dir_all(folder);
        }
    }
}
