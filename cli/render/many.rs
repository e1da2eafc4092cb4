//! Many pictures: threads that read and build scenes, a pool that draws, encodes and writes, and an
//! account of what came of it.
//!
//! All of it overlaps, and all of it is bounded: a reading thread holds one scene and waits while
//! the pool's queue is full.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use molshot_renderer::pool::{
    CancelToken, Pool, PoolError, PoolOptions, RenderTask, TrySubmitErrorKind, WorkerScratch,
};
use molshot_renderer::{Encoding, save_with};
use molshot_scenes::{Plane, RenderRequest};

use super::outputs::{self, OutputName, is_finished};
use super::pictures::{Picture, Pictures, Start};
use super::progress::{Progress, pictures};
use super::truth::Truth;
use super::{RenderArgs, lacks, nothing_shown, prepare, read_group, report, shows_nothing};
use crate::Verbosity;
use crate::input::print_warnings;
use crate::interrupt::{self, Writing};
use crate::message::Failure;

/// Memory for pictures that are drawn and encoded at a time.
const MOST_PICTURE_BYTES: u64 = 2 << 30;
/// A picture takes its planes, as many bytes again where the encoder copies them, and its file.
const COPIES_OF_A_PICTURE: u64 = 3;
/// So many warnings of pictures that show nothing, and of scenes that lack something, are printed;
/// the rest is counted.
const WARNINGS_SHOWN: usize = 5;
/// So many inputs that failed are named at the end.
const FAILURES_NAMED: usize = 10;

/// A scene's request, until it is taken; or what is wrong with it.
pub(super) type Asked = Mutex<Option<Result<RenderRequest, Failure>>>;

/// What is to be done.
pub(super) struct Many<'a> {
    pub(super) args: &'a RenderArgs,
    /// The inputs of each scene, with the request; whoever reads the scene takes it.
    pub(super) groups: Vec<(&'a [PathBuf], Asked)>,
    pub(super) pictures: Pictures,
    pub(super) name: OutputName,
    /// The name of the annotations, where they are wanted.
    pub(super) truth_name: Option<OutputName>,
    pub(super) verbosity: Verbosity,
}

/// What every thread tells of its work.
struct Journal {
    progress: Progress,
    /// Pictures that show nothing.
    blank: AtomicUsize,
    /// Warnings of scenes that lack something.
    lacking: AtomicUsize,
    /// Set when nothing more is to be begun.
    over: AtomicBool,
    state: Mutex<Account>,
}

#[derive(Default)]
struct Account {
    /// Numbers of the groups that failed.
    failed: Vec<usize>,
    /// What ends all of the work.
    fatal: Option<Failure>,
}

impl Journal {
    fn account(&self) -> MutexGuard<'_, Account> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all of the work.
    fn stop(&self, failure: Failure) {
        self.account().fatal.get_or_insert(failure);
        self.over.store(true, Ordering::SeqCst);
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst) || interrupt::requested()
    }

    /// A group failed. Its first failure is told, the rest of its pictures called off.
    fn group_failed(&self, number: usize, cancel: &CancelToken, failure: Failure) {
        if matches!(failure, Failure::Usage(_) | Failure::Silent) {
            self.stop(failure);
            return;
        }
        cancel.cancel();
        let mut account = self.account();
        if account.failed.contains(&number) {
            return;
        }
        account.failed.push(number);
        drop(account);
        self.progress.say(failure);
    }

    fn warn_of_lack(&self, warning: String) {
        if self.lacking.fetch_add(1, Ordering::Relaxed) < WARNINGS_SHOWN {
            self.progress.say(warning);
        }
    }

    fn warn_of_blank(&self, warning: String) {
        if self.blank.fetch_add(1, Ordering::Relaxed) < WARNINGS_SHOWN {
            self.progress.say(warning);
        }
    }
}

/// Draws all of it.
pub(super) fn run(many: &Many<'_>) -> Result<(), Failure> {
    let total = many.groups.len() * many.pictures.len();
    let journal = Arc::new(Journal {
        progress: Progress::new(total, many.verbosity),
        blank: AtomicUsize::new(0),
        lacking: AtomicUsize::new(0),
        over: AtomicBool::new(false),
        state: Mutex::default(),
    });
    let told = Arc::clone(&journal);
    interrupt::listen(move || {
        told.progress.say(
            "interrupted: finishing the pictures that are begun; press Ctrl-C again to quit at once",
        );
    });
    let workplace = Workplace {
        many,
        options: many.options_for(total),
        pool: OnceLock::new(),
        opening: Mutex::new(()),
        journal: &journal,
        next: AtomicUsize::new(0),
    };
    let readers = many.args.threads().min(many.groups.len());
    if readers < 2 {
        workplace.read();
    } else {
        std::thread::scope(|scope| {
            for _ in 0..readers {
                scope.spawn(|| workplace.read());
            }
        });
    }
    if let Some(pool) = workplace.pool.into_inner() {
        if journal.is_over() {
            pool.stop();
        } else {
            pool.finish();
        }
    }
    conclude(many, &journal)
}

/// Says what came of it.
fn conclude(many: &Many<'_>, journal: &Journal) -> Result<(), Failure> {
    let progress = &journal.progress;
    let blank = journal.blank.load(Ordering::Relaxed);
    if blank > WARNINGS_SHOWN && !many.verbosity.quiet {
        progress.say(format_args!(
            "warning: {} more show nothing",
            pictures(blank - WARNINGS_SHOWN)
        ));
    }
    let lacking = journal.lacking.load(Ordering::Relaxed);
    if lacking > WARNINGS_SHOWN && !many.verbosity.quiet {
        progress.say(format_args!(
            "warning: {} more of what was asked for and is not there",
            lacking - WARNINGS_SHOWN
        ));
    }
    progress.finish();
    let mut account = journal.account();
    if let Some(fatal) = account.fatal.take() {
        return Err(fatal);
    }
    let mut failed = std::mem::take(&mut account.failed);
    failed.sort_unstable();
    let (done, skipped) = (progress.done(), progress.skipped());
    if interrupt::requested() && done + skipped < progress.total() {
        return Err(Failure::Interrupted(format!(
            "interrupted with {} of {} finished; the same command with --resume draws the rest",
            done + skipped,
            pictures(progress.total())
        )));
    }
    if failed.is_empty() {
        return Ok(());
    }
    if many.groups.len() == 1 {
        return Err(Failure::Work(anyhow::anyhow!(
            "{done} of {} were drawn",
            pictures(progress.total() - skipped)
        )));
    }
    let were_drawn = format!(
        "{} {} drawn",
        pictures(done),
        if done == 1 { "was" } else { "were" }
    );
    let mut names: Vec<String> = failed
        .iter()
        .take(FAILURES_NAMED)
        .map(|number| many.groups[*number].0[0].display().to_string())
        .collect();
    if failed.len() > FAILURES_NAMED {
        names.push(format!("{} more", failed.len() - FAILURES_NAMED));
    }
    Err(Failure::Work(anyhow::anyhow!(
        "{} of {} inputs failed; {were_drawn}; failed: {}",
        failed.len(),
        many.groups.len(),
        names.join(", ")
    )))
}

impl Many<'_> {
    /// Threads and bounds for so many pictures.
    fn options_for(&self, total: usize) -> Sizes {
        let largest = self
            .groups
            .iter()
            .filter_map(|(_, request)| {
                let request = request.lock().unwrap_or_else(PoisonError::into_inner);
                let output = &request.as_ref()?.as_ref().ok()?.output;
                let pixels = u64::from(output.width_px) * u64::from(output.height_px);
                let bytes: u64 = output.planes.iter().map(|p| p.bytes_per_pixel()).sum();
                Some(pixels * bytes)
            })
            .max();
        Sizes {
            threads: self.args.threads(),
            total,
            picture_bytes: largest.unwrap_or(0) * COPIES_OF_A_PICTURE,
        }
    }
}

/// What decides the pool's options.
#[derive(Debug, Clone, Copy)]
struct Sizes {
    threads: usize,
    total: usize,
    picture_bytes: u64,
}

/// What the reading threads share.
struct Workplace<'a> {
    many: &'a Many<'a>,
    options: Sizes,
    pool: OnceLock<Pool>,
    opening: Mutex<()>,
    journal: &'a Arc<Journal>,
    /// Number of the group that is read next.
    next: AtomicUsize,
}

impl Workplace<'_> {
    /// A reading thread: takes group after group.
    fn read(&self) {
        while !self.journal.is_over() {
            let number = self.next.fetch_add(1, Ordering::SeqCst);
            let Some((inputs, request)) = self.many.groups.get(number) else {
                return;
            };
            let cancel = CancelToken::new();
            let request = request
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take();
            let Some(request) = request else {
                continue;
            };
            if let Err(failure) =
                request.and_then(|request| self.draw_group(number, inputs, &request, &cancel))
            {
                self.journal.group_failed(number, &cancel, failure);
            }
        }
    }

    /// The pool, opened by whoever needs it first: a mistake in the request is told without waiting
    /// for a driver.
    fn pool(&self) -> Result<&Pool, Failure> {
        let _one = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(pool) = self.pool.get() {
            return Ok(pool);
        }
        let sizes = self.options;
        let pool = Pool::open(self.many.args.adapter, |kind| {
            let threads = sizes.threads.min(sizes.total);
            PoolOptions::throughput(kind, threads)
                .within_memory(sizes.picture_bytes, MOST_PICTURE_BYTES)
        })?;
        Ok(self.pool.get_or_init(|| pool))
    }

    /// Reads a group, and orders all of its pictures that are not finished.
    fn draw_group(
        &self,
        number: usize,
        inputs: &[PathBuf],
        request: &RenderRequest,
        cancel: &CancelToken,
    ) -> Result<(), Failure> {
        let (many, journal) = (self.many, self.journal);
        let name = outputs::name_of(&inputs[0]);
        let truth = |picture: &Picture| Truth {
            planes: request.output.planes.iter().copied().collect(),
            annotations: many.truth_name.as_ref().map(|to| to.path(picture, &name)),
            masks: many.args.truth.masks(),
        };
        let is_there = |path: &PathBuf, truth: &Truth| {
            many.args.resume
                && is_finished(path, truth.planes.iter().copied())
                && truth
                    .annotations
                    .iter()
                    .all(|file| is_finished(file, [Plane::Color]))
        };
        let mut todo = many
            .pictures
            .iter()
            .map(|picture| (many.name.path(&picture, &name), truth(&picture), picture))
            .filter(|(path, truth, _)| {
                let there = is_there(path, truth);
                if there {
                    journal.progress.skip();
                }
                !there
            })
            .peekable();
        if todo.peek().is_none() {
            return Ok(());
        }
        let group = read_group(many.args, inputs, request.clone())?;
        journal
            .progress
            .suspend(|| print_warnings(&group.structure, many.verbosity));
        let prepared = prepare(many.args, inputs, &group)?;
        if !many.verbosity.quiet {
            for warning in lacks(&prepared, inputs, &group.request) {
                journal.warn_of_lack(warning);
            }
        }
        let from_flag = many.args.request.has_commands();
        let start = Start::new(&prepared, &group.request, &inputs[0], from_flag)?;
        let format = Encoding::from(&group.request.output);
        for (path, truth, picture) in todo {
            if journal.is_over() || cancel.is_cancelled() {
                break;
            }
            let job = many.args.truth.job(picture.job(&start)?)?;
            let pool = match self.pool() {
                Ok(pool) => pool,
                Err(failure) => {
                    journal.stop(failure);
                    break;
                }
            };
            let own_job = job.clone();
            let verbosity = many.verbosity;
            let told = Arc::clone(journal);
            let work = move |frame: &molshot_renderer::Frame, desk: &mut WorkerScratch| {
                // The program is about to end.
                let Some(_writing) = Writing::begin() else {
                    return Ok(false);
                };
                let (encoder, bytes) = (&mut desk.encoder, &mut desk.bytes);
                let planes = truth.planes.iter().copied();
                let mut written = save_with(frame, planes, &path, format, encoder, bytes)?;
                written.extend(truth.write(&own_job, frame, &path, &mut desk.annotator)?);
                if shows_nothing(frame) && !verbosity.quiet {
                    told.warn_of_blank(nothing_shown(&path));
                }
                if verbosity.verbose {
                    for line in report(frame, &written) {
                        told.progress.say(line);
                    }
                }
                Ok(true)
            };
            let (told, group_cancel) = (Arc::clone(journal), cancel.clone());
            let answer = move |result: Result<bool, PoolError>| match result {
                Ok(true) => told.progress.drawn(),
                Ok(false) | Err(PoolError::Cancelled | PoolError::Stopped) => {}
                Err(error) => told.group_failed(number, &group_cancel, error.into()),
            };
            if let Err(refusal) = pool.submit(RenderTask::new(job, cancel, work, answer)) {
                if refusal.kind == TrySubmitErrorKind::Stopped {
                    let dead = anyhow::anyhow!("no drawing thread is left (a fault of molshot)");
                    journal.stop(dead.into());
                }
                break;
            }
        }
        Ok(())
    }
}
