//! Drawing, encoding and writing through the pool, and looking at the clock.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use molshot_renderer::pool::{Pool, PoolOptions, Sequence, WorkerScratch};
use molshot_renderer::{AdapterChoice, Frame, Timings, save_bytes};
use molshot_scenes::request::ImageFormat;

use super::process;
use super::subject::Subject;
use crate::interrupt;
use crate::message::Failure;

/// Pictures a thread before any count: the scene is uploaded and buffers have grown.
const WARM_UP_A_THREAD: u32 = 2;
/// So many pictures at most are in a temporary folder; then they are removed, which is not counted.
const PICTURES_KEPT: usize = 1000;
/// Pictures a thread that are on their way at a time.
const IN_FLIGHT_A_THREAD: usize = 4;

/// How long the stages of pictures took, added up over threads.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stages {
    /// Camera and checks.
    pub(super) job: Duration,
    pub(super) upload: Duration,
    pub(super) draw: Duration,
    pub(super) read_back: Duration,
    pub(super) labels: Duration,
    pub(super) encode: Duration,
    pub(super) write: Duration,
    /// What was written.
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

/// Many pictures.
#[derive(Debug, Clone, Copy)]
pub(super) struct Repeat {
    pub(super) pictures: u32,
    /// From the first to the last, by the clock on the wall.
    pub(super) wall: Duration,
    /// Time of all processors that went to them, where the system tells.
    pub(super) processors: Option<Duration>,
    pub(super) stages: Stages,
}

/// The first picture of a backend.
#[derive(Debug, Clone, Copy)]
pub(super) struct First {
    /// Opening a backend.
    pub(super) open: Duration,
    /// Sending the scene to it.
    pub(super) upload: Duration,
    /// The whole of the picture, from its camera to its file.
    pub(super) picture: Duration,
}

/// The pool that a backend's pictures go through, as those of `molshot render` do.
pub(super) struct Crew {
    pool: Pool,
    /// Pictures that are drawn at a time.
    at_a_time: usize,
    open: Duration,
}

impl Crew {
    /// With so many threads, which draw a picture each, or one picture together.
    pub(super) fn open(
        choice: AdapterChoice,
        threads: usize,
        together: bool,
    ) -> Result<Self, Failure> {
        let start = Instant::now();
        let pool = Pool::open(choice, |kind| {
            if together {
                PoolOptions::latency(threads)
            } else {
                PoolOptions::throughput(kind, threads)
            }
        })?;
        Ok(Self {
            pool,
            at_a_time: if together { 1 } else { threads },
            open: start.elapsed(),
        })
    }

    pub(super) fn adapter(&self) -> &str {
        self.pool.adapter()
    }

    /// Draws a first picture, and then some with every thread.
    pub(super) fn warm_up(&self, subject: &Subject, folder: &Folder) -> Result<First, Failure> {
        let start = Instant::now();
        let stages = self.draw(subject, folder, 0..1)?;
        let picture = start.elapsed();
        let few = u32::try_from(self.at_a_time).unwrap_or(u32::MAX);
        self.draw(subject, folder, 0..few.saturating_mul(WARM_UP_A_THREAD))?;
        folder.clear()?;
        Ok(First {
            open: self.open,
            upload: stages.upload,
            picture,
        })
    }

    /// Draws so many pictures, each from another side.
    pub(super) fn repeat(
        &self,
        subject: &Subject,
        folder: &Folder,
        pictures: u32,
    ) -> Result<Repeat, Failure> {
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
            repeat.stages.add(&self.draw(subject, folder, first..end)?);
            repeat.wall += start.elapsed();
            let took = process::processor_time().zip(before);
            repeat.processors = repeat
                .processors
                .zip(took)
                .map(|(sum, (after, before))| sum + after.saturating_sub(before));
            folder.clear()?;
        }
        Ok(repeat)
    }

    fn draw(
        &self,
        subject: &Subject,
        folder: &Folder,
        pictures: Range<u32>,
    ) -> Result<Stages, Failure> {
        let encoding = subject.encoding;
        let window = self.at_a_time.saturating_mul(IN_FLIGHT_A_THREAD);
        let mut job_time = Duration::ZERO;
        let mut fault = None;
        let jobs = pictures.map_while(|index| {
            if interrupt::requested() {
                return None;
            }
            let start = Instant::now();
            let job = match subject.job(index) {
                Ok(job) => job,
                Err(error) => {
                    fault = Some(error);
                    return None;
                }
            };
            job_time += start.elapsed();
            let path = folder.path_of(index, encoding.format);
            let work = move |frame: &Frame, desk: &mut WorkerScratch| {
                let start = Instant::now();
                desk.encoder.encode(frame, encoding, &mut desk.bytes)?;
                let encode = start.elapsed();
                let start = Instant::now();
                save_bytes(&path, &desk.bytes)?;
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
                    bytes: desk.bytes.len() as u64,
                })
            };
            Some((job, work))
        });
        let mut stages = Stages::default();
        for (_, result) in self.pool.map(jobs, Sequence::AsReady, window) {
            stages.add(&result?);
        }
        if let Some(error) = fault {
            return Err(error.into());
        }
        if interrupt::requested() {
            return Err(Failure::Interrupted("interrupted".to_owned()));
        }
        stages.job = job_time;
        Ok(stages)
    }
}

/// Where pictures are written.
pub(super) struct Folder {
    path: PathBuf,
    /// Removed, with all that is in it, when it is no longer used.
    temporary: bool,
}

impl Folder {
    pub(super) fn open(kept: Option<&Path>) -> Result<Self, Failure> {
        let opened = match kept {
            Some(path) => std::fs::create_dir_all(path).map(|()| path.to_owned()),
            None => new_temporary(),
        };
        let path = opened.map_err(|error| {
            Failure::in_file(
                kept.unwrap_or(&std::env::temp_dir()),
                format_args!("the folder cannot be made: {error}; give --out DIR with another one"),
            )
        })?;
        Ok(Self {
            path,
            temporary: kept.is_none(),
        })
    }

    fn path_of(&self, index: u32, format: ImageFormat) -> PathBuf {
        let ending = molshot_scenes::request::file_extension(format);
        self.path.join(format!("{index}.{ending}"))
    }

    /// Removes the pictures of a temporary folder.
    fn clear(&self) -> Result<(), Failure> {
        if self.temporary {
            for entry in std::fs::read_dir(&self.path)? {
                std::fs::remove_file(entry?.path())?;
            }
        }
        Ok(())
    }
}

/// A new folder, which nobody else has.
fn new_temporary() -> std::io::Result<PathBuf> {
    let mut number = 0;
    loop {
        let path =
            std::env::temp_dir().join(format!("molshot-bench-{}-{number}", std::process::id()));
        match std::fs::create_dir(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists && number < 1000 => number += 1,
            made => return made.map(|()| path),
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.temporary {
            // What cannot be removed is left to the system's own cleaning of its temporary folder.
            let _ = std::fs::remove_dir_all(&self.path);
        }
    }
}
