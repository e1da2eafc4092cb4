//! All pictures of one command: threads that read inputs and build scenes, and a pool that draws,
//! encodes and writes. A single picture takes the same path without these threads.
//!
//! Reading, drawing and writing overlap, and memory is bounded: a reading thread holds one scene
//! and waits while the pool's queue is full.

mod report;
mod runner;
mod states;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use molshot_scenes::SceneDocument;

use super::archive::ArchiveWriter;
use super::args::RenderArgs;
use super::frames::DrawnFrames;
use super::outputs::OutputName;
use super::pictures::Pictures;
use super::progress::count_pictures;
use crate::cli::interrupt;
use crate::cli::message::{CliError, Verbosity};
use report::BatchReport;
use runner::BatchRunner;

/// At most this many failed inputs are named at the end.
const FAILURES_NAMED: usize = 10;

/// A scene's request, until the thread that reads the scene takes it; or what is wrong with it.
pub(super) type PendingRequest = Mutex<Option<Result<SceneDocument, CliError>>>;

/// All pictures that one command draws.
pub(super) struct BatchRender<'a> {
    pub(super) args: &'a RenderArgs,
    /// The inputs of each scene, with its request.
    pub(super) groups: Vec<(&'a [PathBuf], PendingRequest)>,
    pub(super) pictures: Pictures,
    /// The frames of the trajectory, if one is given.
    pub(super) frames: Option<Arc<DrawnFrames>>,
    pub(super) name: OutputName,
    /// The name of the annotations, if they are requested.
    pub(super) annotations_name: Option<OutputName>,
    /// The name of the captions, if they are requested.
    pub(super) caption_name: Option<OutputName>,
    /// The archive that the pictures go into; `None` where each is a file.
    pub(super) archive: Option<Arc<ArchiveWriter>>,
    /// Whether annotations do not go into the archive.
    pub(super) annotations_apart: bool,
    pub(super) verbosity: Verbosity,
}

impl BatchRender<'_> {
    /// The number of pictures.
    fn total(&self) -> usize {
        self.groups.len() * self.pictures.len()
    }

    /// Ends the archive, if there is one.
    fn finish_archive(&self) -> Result<(), CliError> {
        self.archive
            .as_ref()
            .map_or(Ok(()), |archive| archive.finish())
    }

    /// The size in bytes of the largest picture's planes.
    fn largest_picture_bytes(&self) -> u64 {
        self.groups
            .iter()
            .filter_map(|(_, request)| {
                let request = request.lock().unwrap_or_else(PoisonError::into_inner);
                let output = &request.as_ref()?.as_ref().ok()?.request.output;
                let pixels = u64::from(output.width_px) * u64::from(output.height_px);
                let bytes: u64 = output.planes.iter().map(|p| p.bytes_per_pixel()).sum();
                Some(pixels * bytes)
            })
            .max()
            .unwrap_or(0)
    }
}

/// Draws all pictures.
pub(super) fn run(batch: &BatchRender<'_>) -> Result<(), CliError> {
    let report = Arc::new(BatchReport::new(batch.total(), batch.verbosity));
    let runner = BatchRunner::new(batch, &report);
    if batch.total() == 1 {
        runner.run_single()?;
        return batch.finish_archive();
    }
    let listener = Arc::clone(&report);
    interrupt::listen(move || {
        listener.progress.say(
            "interrupted: finishing the pictures in progress; press Ctrl-C again to quit at once",
        );
    });
    let readers = batch.args.threads().min(batch.groups.len());
    if readers < 2 {
        runner.run();
    } else {
        std::thread::scope(|scope| {
            for _ in 0..readers {
                scope.spawn(|| runner.run());
            }
        });
    }
    runner.close();
    conclude(batch, &report)
}

/// Prints the summary, and returns what the batch as a whole came to.
fn conclude(batch: &BatchRender<'_>, report: &BatchReport) -> Result<(), CliError> {
    let progress = &report.progress;
    report.count_hidden_warnings();
    progress.finish();
    let (fatal, failed, is_permanent) = report.take_outcomes();
    if let Some(fatal) = fatal {
        return Err(fatal);
    }
    let (done, skipped) = (progress.done(), progress.skipped());
    if interrupt::requested() && done + skipped < progress.total() {
        return Err(CliError::Interrupted(format!(
            "interrupted with {} of {} finished; the same command with --resume draws the rest",
            done + skipped,
            count_pictures(progress.total())
        )));
    }
    // With failures that no retry mends, too: what was drawn is there, as it is in files. Else the
    // archive goes on where it ended.
    if failed.is_empty() || is_permanent {
        batch.finish_archive()?;
    }
    if failed.is_empty() {
        return Ok(());
    }
    let kind = if is_permanent {
        CliError::Work
    } else {
        CliError::Transient
    };
    if batch.groups.len() == 1 {
        return Err(kind(anyhow::anyhow!(
            "{done} of {} were drawn",
            count_pictures(progress.total() - skipped)
        )));
    }
    let were_drawn = format!(
        "{} {} drawn",
        count_pictures(done),
        if done == 1 { "was" } else { "were" }
    );
    let mut names: Vec<String> = failed
        .iter()
        .take(FAILURES_NAMED)
        .map(|number| batch.groups[*number].0[0].display().to_string())
        .collect();
    if failed.len() > FAILURES_NAMED {
        names.push(format!("{} more", failed.len() - FAILURES_NAMED));
    }
    Err(kind(anyhow::anyhow!(
        "{} of {} inputs failed; {were_drawn}; failed: {}",
        failed.len(),
        batch.groups.len(),
        names.join(", ")
    )))
}
