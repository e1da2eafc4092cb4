//! From inputs to files: reads the scenes of a batch and draws their pictures.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use molshot_molecule::Structure;
use molshot_renderer::pool::{
    CancelToken, Pool, PoolError, PoolOptions, RenderTask, TrySubmitErrorKind, WorkerScratch,
};
use molshot_renderer::{
    Annotator, Encoding, Frame, RenderError, files_of, open_with_threads, write_files,
};
use molshot_scenes::caption::Caption;
use molshot_scenes::{Plane, PreparedScene, RenderJob, RenderRequest, SceneDocument};

use super::super::archive::{ArchiveWriter, PictureSink};
use super::super::args::RenderArgs;
use super::super::group::{Content, Group};
use super::super::outputs::{self, is_finished};
use super::super::pictures::{BaseCamera, PictureSpec, States};
use super::super::sidecars::Sidecars;
use super::super::summary::{empty_picture_warning, is_empty, summarize};
use super::BatchRender;
use super::report::BatchReport;
use super::states::{self, SceneStates};
use crate::cli::input::print_warnings;
use crate::cli::interrupt::Writing;
use crate::cli::message::{CliError, Verbosity, output};

/// Memory for pictures that are drawn and encoded at a time.
const MAX_PICTURE_BYTES: u64 = 2 << 30;
/// A picture takes the memory of its planes, as much again where the encoder copies them, and its
/// file.
const COPIES_PER_PICTURE: u64 = 3;

/// Draws the pictures of a batch; the reading threads share it.
pub(super) struct BatchRunner<'a> {
    batch: &'a BatchRender<'a>,
    picture_bytes: u64,
    pool: OnceLock<Pool>,
    opening: Mutex<()>,
    report: &'a Arc<BatchReport>,
    /// Number of the group that is read next.
    next: AtomicUsize,
}

impl<'a> BatchRunner<'a> {
    pub(super) fn new(batch: &'a BatchRender<'a>, report: &'a Arc<BatchReport>) -> Self {
        Self {
            batch,
            picture_bytes: batch.largest_picture_bytes() * COPIES_PER_PICTURE,
            pool: OnceLock::new(),
            opening: Mutex::new(()),
            report,
            next: AtomicUsize::new(0),
        }
    }

    /// Draws the only picture of a batch on this thread: starting a pool would take longer.
    pub(super) fn run_single(&self) -> Result<(), CliError> {
        match self.next_group() {
            Some((number, inputs, request)) => {
                self.draw_group(number, inputs, request?, &CancelToken::new())
            }
            None => Ok(()),
        }
    }

    /// Reads group after group and submits their pictures: the work of a reading thread.
    pub(super) fn run(&self) {
        while !self.report.is_stopped()
            && let Some((number, inputs, request)) = self.next_group()
        {
            let cancel = CancelToken::new();
            if let Err(error) =
                request.and_then(|request| self.draw_group(number, inputs, request, &cancel))
            {
                self.report.group_failed(number, &cancel, error);
            }
        }
    }

    /// Takes the next group: its number, inputs and request.
    fn next_group(&self) -> Option<(usize, &'a [PathBuf], Result<SceneDocument, CliError>)> {
        let number = self.next.fetch_add(1, Ordering::SeqCst);
        let (inputs, request) = self.batch.groups.get(number)?;
        let request = request
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()?;
        Some((number, inputs, request))
    }

    /// Ends the pool: when everything is drawn, or at once if the batch was stopped.
    pub(super) fn close(self) {
        let Some(pool) = self.pool.into_inner() else {
            return;
        };
        if self.report.is_stopped() {
            pool.stop();
        } else {
            pool.finish();
        }
    }

    /// Returns the pool, which the first call opens: an error in a request is reported without
    /// waiting for a driver.
    fn pool(&self) -> Result<&Pool, CliError> {
        let _one = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = self.pool.get() {
            return Ok(pool);
        }
        let threads = self.batch.args.threads().min(self.batch.total());
        let pool = Pool::open(self.batch.args.adapter.choice()?, |kind| {
            PoolOptions::throughput(kind, threads)
                .within_memory(self.picture_bytes, MAX_PICTURE_BYTES)
        })?;
        Ok(self.pool.get_or_init(|| pool))
    }

    /// Reads a group, and draws all of its pictures that are not finished.
    fn draw_group(
        &self,
        number: usize,
        inputs: &[PathBuf],
        document: SceneDocument,
        cancel: &CancelToken,
    ) -> Result<(), CliError> {
        let (batch, report) = (self.batch, self.report);
        let files = GroupPictures {
            batch,
            name: outputs::name_of(&inputs[0]),
            planes: document.request.output.planes.iter().copied().collect(),
        };
        if !batch
            .pictures
            .iter()
            .any(|picture| files.is_pending(&picture))
        {
            batch.pictures.iter().for_each(|_| report.progress.skip());
            return Ok(());
        }
        let first_model = match batch.pictures.states() {
            States::Models(numbers) => numbers.first().copied(),
            _ => None,
        };
        let group = Group::read(batch.args, first_model, inputs, document)?;
        let warn = |structure: &Structure| {
            let progress = &report.progress;
            progress.suspend(|| print_warnings(structure, batch.verbosity));
        };
        let from_flag = batch.args.request.has_commands();
        let request = &group.request;
        let draw = |state: usize, base: &BaseCamera<'_>, prepared: &PreparedScene| {
            self.draw_state(number, &files, request, state, base, prepared, cancel)
        };
        let skips = |state: usize| {
            let mut pictures = batch.pictures.of_state(state);
            let skips = !pictures.any(|picture| files.is_pending(&picture));
            if skips {
                let pictures = batch.pictures.of_state(state);
                pictures.for_each(|_| report.progress.skip());
            }
            skips
        };
        let count = batch.pictures.state_count();
        let is_stopped = || report.is_stopped() || cancel.is_cancelled();
        let (structure, source) = match group.content() {
            Content::Structure(structure, source) => (structure, source),
            // One thread: the warnings of a snapshot stand before those of the next one.
            Content::MolViewSpec(file) => {
                return states::for_each(count, 1, is_stopped, |state| {
                    if skips(state) {
                        return Ok(());
                    }
                    let (own, notes) = group.prepare_snapshot(batch.args, file, state, warn)?;
                    for warning in group.warnings(own.scene(), notes) {
                        report.warn_of_missing(warning);
                    }
                    let base = BaseCamera::new(&own, request, &inputs[0], from_flag)?;
                    draw(state, &base, &own)
                });
            }
        };
        warn(structure);
        let states = SceneStates::new(batch, &group, structure, source)?;
        let prepared = group.prepare(batch.args, states.first())?;
        for warning in group.missing_content(&prepared) {
            report.warn_of_missing(warning);
        }
        let base = BaseCamera::new(&prepared, request, &inputs[0], from_flag)?;
        states::for_each(count, batch.args.threads(), is_stopped, |state| {
            if state == 0 {
                return draw(0, &base, &prepared);
            }
            if skips(state) {
                return Ok(());
            }
            let structure = match states.at(state) {
                Ok(structure) => structure,
                // A damaged frame does not keep the others from being drawn.
                Err(error) if batch.frames.is_some() => {
                    report.frame_failed(number, error);
                    return Ok(());
                }
                Err(error) => return Err(error),
            };
            let shares_camera = states.shares_camera(&structure);
            let own = group.prepare(batch.args, structure)?;
            if shares_camera {
                draw(state, &base, &own)
            } else {
                let base = BaseCamera::new(&own, request, &inputs[0], from_flag)?;
                draw(state, &base, &own)
            }
        })
    }

    /// Draws the pictures of one state of a group that are not finished.
    #[allow(
        clippy::too_many_arguments,
        reason = "the parts of a group, of one of its states, and of this run"
    )]
    fn draw_state(
        &self,
        number: usize,
        pictures: &GroupPictures<'_>,
        request: &RenderRequest,
        state: usize,
        base: &BaseCamera<'_>,
        prepared: &PreparedScene,
        cancel: &CancelToken,
    ) -> Result<(), CliError> {
        let (batch, report) = (self.batch, self.report);
        // A request whose commands are wrong is refused with its first picture.
        let has_commands = request.view_commands().is_ok_and(|all| !all.is_empty());
        for picture in batch.pictures.of_state(state) {
            if report.is_stopped() || cancel.is_cancelled() {
                break;
            }
            if !pictures.is_pending(&picture) {
                report.progress.skip();
                continue;
            }
            let mut files = pictures.files_of(&picture);
            if files.sidecars.caption.is_some() {
                let filename = outputs::name_of(&files.path);
                let caption = Caption::of(
                    prepared.scene(),
                    request,
                    &filename.to_string_lossy(),
                    picture.plain_view(has_commands),
                );
                files.sidecars.caption_text = Some(match batch.pictures.states() {
                    States::Frames(numbers) => caption.with_frame(numbers[state]),
                    _ => caption,
                });
            }
            let task = PictureTask {
                job: (batch.args.annotations).job(picture.job(base, prepared)?)?,
                files,
                encoding: Encoding::from(&request.output),
                archive: batch.archive.clone(),
                verbosity: batch.verbosity,
                report: Arc::clone(report),
            };
            if batch.total() == 1 {
                task.draw(batch.args)?;
            } else if !self.submit(task, number, cancel) {
                break;
            }
        }
        Ok(())
    }

    /// Submits a picture to the pool. Returns false if no more pictures are accepted.
    fn submit(&self, task: PictureTask, number: usize, cancel: &CancelToken) -> bool {
        let pool = match self.pool() {
            Ok(pool) => pool,
            Err(error) => {
                self.report.stop(error);
                return false;
            }
        };
        let job = task.job.clone();
        let work = move |frame: &Frame, scratch: &mut WorkerScratch| {
            // Without a guard the program is about to end.
            let Some(_writing) = Writing::begin() else {
                return Ok(false);
            };
            task.save(frame, scratch)?;
            Ok(true)
        };
        let (report, group_cancel) = (Arc::clone(self.report), cancel.clone());
        let answer = move |result: Result<bool, PoolError>| match result {
            Ok(true) => report.progress.drawn(),
            Ok(false) | Err(PoolError::Cancelled | PoolError::Stopped) => {}
            Err(error) => report.group_failed(number, &group_cancel, error.into()),
        };
        match pool.submit(RenderTask::new(job, cancel, work, answer)) {
            Ok(()) => true,
            Err(refused) => {
                if refused.kind == TrySubmitErrorKind::Stopped {
                    let dead = anyhow::anyhow!("no drawing thread is left (a bug in molshot)");
                    self.report.stop(dead.into());
                }
                false
            }
        }
    }
}

/// Where the pictures of a group go.
struct GroupPictures<'a> {
    batch: &'a BatchRender<'a>,
    /// The group's part in names.
    name: OsString,
    planes: Vec<Plane>,
}

impl GroupPictures<'_> {
    fn files_of(&self, picture: &PictureSpec) -> PictureFiles {
        let batch = self.batch;
        PictureFiles {
            path: batch.name.path(picture, &self.name),
            sidecars: Sidecars {
                planes: self.planes.clone(),
                annotations: batch
                    .annotations_name
                    .as_ref()
                    .map(|annotations| annotations.path(picture, &self.name)),
                annotations_apart: batch.annotations_apart,
                masks: batch.args.annotations.masks(),
                caption: batch
                    .caption_name
                    .as_ref()
                    .map(|caption| caption.path(picture, &self.name)),
                caption_text: None,
            },
        }
    }

    /// Whether a picture is to be drawn: all are, unless the run goes on with an earlier one.
    fn is_pending(&self, picture: &PictureSpec) -> bool {
        let batch = self.batch;
        !(batch.args.resume
            && self
                .files_of(picture)
                .are_finished(batch.archive.as_deref()))
    }
}

/// The files of one picture.
struct PictureFiles {
    path: PathBuf,
    sidecars: Sidecars,
}

impl PictureFiles {
    /// Whether all files exist, in the archive if there is one. A file gets its name only when it
    /// is complete.
    fn are_finished(&self, archive: Option<&ArchiveWriter>) -> bool {
        let Sidecars {
            planes,
            annotations,
            annotations_apart,
            caption,
            ..
        } = &self.sidecars;
        let pictures = match archive {
            Some(archive) => files_of(&self.path, planes.iter().copied())
                .iter()
                .all(|file| archive.has(file)),
            None => is_finished(&self.path, planes.iter().copied()),
        };
        pictures
            && annotations.iter().all(|file| match archive {
                Some(archive) if !annotations_apart => archive.has(file),
                _ => is_finished(file, [Plane::Color]),
            })
            && caption.iter().all(|file| is_finished(file, [Plane::Color]))
    }
}

/// One picture that is to be drawn, encoded and written.
struct PictureTask {
    job: RenderJob,
    files: PictureFiles,
    encoding: Encoding,
    archive: Option<Arc<ArchiveWriter>>,
    verbosity: Verbosity,
    report: Arc<BatchReport>,
}

impl PictureTask {
    /// Draws and writes the picture on this thread, which opens a backend for it.
    fn draw(&self, args: &RenderArgs) -> Result<(), CliError> {
        let mut backend = open_with_threads(
            args.adapter.choice()?,
            threads_for(&self.job, args.threads()),
        )?;
        let frame = backend.draw(&self.job)?;
        let mut scratch = WorkerScratch::default();
        if self.files.path == Path::new("-") {
            let WorkerScratch { bytes, encoder, .. } = &mut scratch;
            encoder.encode(&frame, self.encoding, bytes)?;
            output(bytes)?;
            let sink = PictureSink::new(None);
            self.save_sidecars(&frame, sink, &mut scratch.annotator)?;
        } else {
            self.save(&frame, &mut scratch)?;
        }
        Ok(())
    }

    /// Encodes and writes the picture and what accompanies it.
    fn save(&self, frame: &Frame, scratch: &mut WorkerScratch) -> Result<(), RenderError> {
        let planes = self.files.sidecars.planes.iter().copied();
        let (encoder, bytes) = (&mut scratch.encoder, &mut scratch.bytes);
        let mut sink = PictureSink::new(self.archive.as_deref());
        write_files(
            frame,
            planes,
            &self.files.path,
            self.encoding,
            encoder,
            bytes,
            |path, bytes| sink.put(path, bytes),
        )?;
        self.save_sidecars(frame, sink, &mut scratch.annotator)
    }

    /// Writes what accompanies the picture and reports on the whole.
    fn save_sidecars(
        &self,
        frame: &Frame,
        mut sink: PictureSink<'_>,
        annotator: &mut Annotator,
    ) -> Result<(), RenderError> {
        let path = &self.files.path;
        let sidecars = &self.files.sidecars;
        sidecars.write(&self.job, frame, path, annotator, &mut sink)?;
        let written = sink.finish()?;
        if !self.verbosity.quiet && is_empty(frame) {
            let place = self.archive.as_ref().map(|archive| archive.place_of(path));
            let warning = empty_picture_warning(place.as_ref().unwrap_or(path));
            self.report.warn_of_empty(warning);
        }
        if self.verbosity.verbose && !written.is_empty() {
            for line in summarize(frame, &written) {
                self.report.progress.say(line);
            }
        }
        Ok(())
    }
}

/// Number of threads that draw a picture which is drawn alone. Starting a thread takes as long as
/// drawing a few thousand pixels.
fn threads_for(job: &RenderJob, max_threads: usize) -> usize {
    const PIXELS_PER_THREAD: usize = 1 << 17;
    const PRIMITIVES_PER_THREAD: usize = 1 << 14;
    let crop = job.viewport().crop;
    let pixels = crop.width_px as usize * crop.height_px as usize;
    let scene = job.scene();
    let primitives = scene.spheres.len() + scene.cylinders.len() + scene.mesh.triangles.len() / 4;
    (pixels / PIXELS_PER_THREAD)
        .max(primitives / PRIMITIVES_PER_THREAD)
        .clamp(1, max_threads)
}
