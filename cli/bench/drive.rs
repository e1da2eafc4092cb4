//! Drawing, encoding and writing with several threads, each with a back end of its own, and looking at the clock.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use molshot_renderer::{AdapterChoice, Draw, Encoder, open};
use molshot_scenes::request::ImageFormat;

use super::process;
use super::subject::Subject;
use crate::message::Failure;

/// How long the stages of pictures took, added up over threads.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stages {
    /// Camera and checks.
    pub(super) job: Duration,
    pub(super) upload: Duration,
    pub(super) draw: Duration,
    pub(super) read_back: Duration,
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

/// The first picture of a back end.
#[derive(Debug, Clone, Copy)]
pub(super) struct First {
    /// Opening one back end.
    pub(super) open: Duration,
    /// Sending the scene to it.
    pub(super) upload: Duration,
    /// The whole of the picture, from its camera to its file.
    pub(super) picture: Duration,
}

/// What one thread works with.
struct Worker {
    draw: Box<dyn Draw>,
    encoder: Encoder,
    bytes: Vec<u8>,
}

/// Threads' back ends.
pub(super) struct Crew {
    workers: Vec<Worker>,
    open: Duration,
}

impl Crew {
    pub(super) fn open(choice: AdapterChoice, threads: usize) -> Result<Self, Failure> {
        let start = Instant::now();
        let mut workers = Vec::new();
        let mut first = None;
        for _ in 0..threads {
            workers.push(Worker {
                draw: open(choice)?,
                encoder: Encoder::new(),
                bytes: Vec::new(),
            });
            first.get_or_insert_with(|| start.elapsed());
        }
        Ok(Self {
            workers,
            open: first.unwrap_or_default(),
        })
    }

    pub(super) fn adapter(&self) -> &str {
        self.workers
            .first()
            .map_or("", |worker| worker.draw.adapter())
    }

    /// Draws a picture with each thread's back end, and a second one.
    pub(super) fn warm_up(&mut self, subject: &Subject, folder: &Folder) -> Result<First, Failure> {
        let mut first = None;
        for worker in &mut self.workers {
            for index in 0..2 {
                let start = Instant::now();
                let stages = worker.picture(subject, folder, index)?;
                first.get_or_insert_with(|| First {
                    open: self.open,
                    upload: stages.upload,
                    picture: start.elapsed(),
                });
            }
        }
        first.ok_or_else(|| Failure::usage("--threads: give at least 1"))
    }

    /// Draws so many pictures, each from another side. A thread that is ready takes the next one.
    pub(super) fn repeat(
        &mut self,
        subject: &Subject,
        folder: &Folder,
        pictures: u32,
    ) -> Result<Repeat, Failure> {
        let next = AtomicU32::new(0);
        let before = process::processor_time();
        let start = Instant::now();
        let work = |worker: &mut Worker| {
            let mut stages = Stages::default();
            loop {
                let index = next.fetch_add(1, Ordering::Relaxed);
                if index >= pictures {
                    return Ok(stages);
                }
                stages.add(&worker.picture(subject, folder, index)?);
            }
        };
        let done: Vec<Result<Stages, Failure>> = std::thread::scope(|scope| {
            let threads: Vec<_> = self
                .workers
                .iter_mut()
                .map(|worker| scope.spawn(|| work(worker)))
                .collect();
            threads
                .into_iter()
                .map(|thread| {
                    thread.join().unwrap_or_else(|_| {
                        Err(Failure::Work(anyhow::anyhow!(
                            "a thread panicked (a fault of molshot, please report it)"
                        )))
                    })
                })
                .collect()
        });
        let wall = start.elapsed();
        let mut stages = Stages::default();
        for thread in done {
            stages.add(&thread?);
        }
        Ok(Repeat {
            pictures,
            wall,
            processors: process::processor_time()
                .zip(before)
                .map(|(after, before)| after.saturating_sub(before)),
            stages,
        })
    }
}

impl Worker {
    fn picture(
        &mut self,
        subject: &Subject,
        folder: &Folder,
        index: u32,
    ) -> Result<Stages, Failure> {
        let start = Instant::now();
        let job = subject.job(index)?;
        let job_time = start.elapsed();
        let start = Instant::now();
        let frame = self.draw.draw(&job)?;
        let drawn = start.elapsed();
        let start = Instant::now();
        self.encoder
            .encode(&frame, subject.encoding, &mut self.bytes)?;
        let encode = start.elapsed();
        let timings = frame.timings;
        self.draw.recycle(frame);
        let start = Instant::now();
        folder.write(index, subject.encoding.format, &self.bytes)?;
        Ok(Stages {
            job: job_time,
            upload: timings.upload,
            // What the back end does around its own clock belongs to drawing, too.
            draw: drawn.saturating_sub(timings.upload + timings.read_back),
            read_back: timings.read_back,
            encode,
            write: start.elapsed(),
            bytes: self.bytes.len() as u64,
        })
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
        let path = kept.map_or_else(
            || std::env::temp_dir().join(format!("molshot-bench-{}", std::process::id())),
            Path::to_owned,
        );
        std::fs::create_dir_all(&path).map_err(|error| {
            Failure::in_file(
                &path,
                format_args!("the folder cannot be made: {error}; give --out DIR with another one"),
            )
        })?;
        Ok(Self {
            path,
            temporary: kept.is_none(),
        })
    }

    /// Writes under a temporary name, and renames, as `molshot render` does.
    fn write(&self, index: u32, format: ImageFormat, bytes: &[u8]) -> Result<(), Failure> {
        let ending = match format {
            ImageFormat::Png => "png",
            ImageFormat::Jpeg => "jpg",
            ImageFormat::Webp => "webp",
        };
        let path = self.path.join(format!("{index}.{ending}"));
        let part = self
            .path
            .join(format!(".{index}.{}.part", std::process::id()));
        std::fs::write(&part, bytes)
            .and_then(|()| std::fs::rename(&part, &path))
            .map_err(|error| {
                Failure::in_file(
                    &path,
                    format_args!("cannot be written: {error}; give --out DIR with another folder"),
                )
            })
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
