//! Data sets: the steps of `molshot dataset`, with progress and Ctrl-C.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use molshot::AdapterChoice;
use molshot_dataset::complexes::ComplexSource;
use molshot_dataset::evaluate::MAX_VIEWS;
use molshot_dataset::export::left_out_modes;
use molshot_dataset::messages::{Catalogue, parse_languages};
use molshot_dataset::plan::split::SplitChoice;
use molshot_dataset::{
    EvaluateOptions, ExportFormat, GenerateOptions, Layout, Monitor, PictureSize, PlanOptions,
    Progress, Split, ToolOptions, VerifyOptions, describe, evaluate, export, generate, parse_modes,
    parse_tasks, plan, planned_shards, status, verify,
};
use pyo3::exceptions::PyUserWarning;
use pyo3::prelude::*;
use serde_json::json;

use crate::failure::Failure;
use crate::interrupt;

/// How far the work on another thread is, and whether it should stop.
#[derive(Debug, Default)]
struct Shared {
    done: AtomicUsize,
    total: AtomicUsize,
    stopped: AtomicBool,
}

/// Runs a step on a thread of its own and calls `progress(done, total)` when the counts change.
/// After an exception or Ctrl-C, the step is told to stop and waited for, so that its files are
/// complete.
fn run<T: Send + 'static>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(Monitor<'_>) -> Result<T, Failure> + Send + 'static,
) -> PyResult<T> {
    let shared = Arc::new(Shared::default());
    let of_work = Arc::clone(&shared);
    let step = move || {
        let report = |progress: Progress| {
            of_work.total.store(progress.total, Ordering::Relaxed);
            of_work.done.fetch_max(progress.done, Ordering::Relaxed);
        };
        work(Monitor {
            progress: &report,
            stopped: &|| of_work.stopped.load(Ordering::Relaxed),
        })
    };
    let mut shown = 0;
    let mut show = || -> PyResult<()> {
        let done = shared.done.load(Ordering::Relaxed);
        if let Some(progress) = progress.filter(|_| done != shown) {
            shown = done;
            progress.call1((done, shared.total.load(Ordering::Relaxed)))?;
        }
        Ok(())
    };
    // The first exception: that of `progress`, or `KeyboardInterrupt`.
    let mut raised = None;
    let result = interrupt::run_to_its_end(py, step, |py| {
        if raised.is_some() {
            return;
        }
        if let Err(error) = py.check_signals().and_then(|()| show()) {
            shared.stopped.store(true, Ordering::Relaxed);
            raised = Some(error);
        }
    });
    if let Some(error) = raised {
        return Err(error);
    }
    let result = result?;
    show()?;
    Ok(result)
}

pub(crate) fn text(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::internal(error.to_string()))
}

pub(crate) fn split_named(name: &str) -> Result<Split, Failure> {
    Split::ALL
        .into_iter()
        .find(|split| split.name() == name)
        .ok_or_else(|| Failure::argument(format!("split: \"{name}\"; give train or test")))
}

fn adapter_named(name: &str) -> Result<AdapterChoice, Failure> {
    name.parse()
        .map_err(|error| Failure::argument(format!("adapter: {error}")))
}

/// The options of a plan; `None` stands for the default.
#[derive(FromPyObject)]
pub(crate) struct PlanArguments {
    #[pyo3(item)]
    tasks: Option<String>,
    #[pyo3(item)]
    seed: Option<u64>,
    #[pyo3(item)]
    size: Option<(u32, u32)>,
    #[pyo3(item)]
    samples: Option<u32>,
    #[pyo3(item)]
    test_share: Option<f64>,
    #[pyo3(item)]
    split: Option<BTreeMap<String, String>>,
    #[pyo3(item)]
    split_by: Option<String>,
    #[pyo3(item)]
    decoys: Option<String>,
    #[pyo3(item)]
    limit: Option<usize>,
    #[pyo3(item)]
    tiny: Option<bool>,
    #[pyo3(item)]
    languages: Option<String>,
    #[pyo3(item)]
    modes: Option<String>,
    #[pyo3(item)]
    messages: Vec<PathBuf>,
    #[pyo3(item)]
    license: Option<String>,
    #[pyo3(item)]
    annotations: Option<bool>,
    #[pyo3(item)]
    unique_names: Option<bool>,
    #[pyo3(item)]
    shard_pictures: Option<usize>,
    #[pyo3(item)]
    pocket_cutoff_angstrom: Option<f32>,
    #[pyo3(item)]
    threads: Option<usize>,
}

impl PlanArguments {
    fn options(self) -> Result<PlanOptions, Failure> {
        let mut options = PlanOptions::default();
        if let Some(tasks) = self.tasks {
            options.tasks = parse_tasks(&tasks)?;
        }
        options.seed = self.seed.unwrap_or(options.seed);
        if let Some((width_px, height_px)) = self.size {
            let most = molshot::scenes::job::MAX_EDGE_PX;
            if ![width_px, height_px]
                .iter()
                .all(|edge| (16..=most).contains(edge))
            {
                let detail = format!("size: give 16 to {most} pixels per edge");
                return Err(Failure::argument(detail));
            }
            let samples = options.size.samples;
            options.size = PictureSize {
                width_px,
                height_px,
                samples,
            };
        }
        if let Some(samples) = self.samples {
            if molshot::Samples::from_count(samples).is_none() {
                return Err(Failure::argument("samples: give 1, 4, 9 or 16"));
            }
            options.size.samples = samples;
        }
        if let Some(share) = self.test_share {
            if !(0.0..=1.0).contains(&share) {
                return Err(Failure::argument("test_share: give 0 to 1"));
            }
            options.split = SplitChoice::Share(share);
        }
        if let Some(split) = self.split {
            let listed = split
                .into_iter()
                .map(|(id, name)| Ok((id, split_named(&name)?)));
            options.split = SplitChoice::Listed(listed.collect::<Result<_, Failure>>()?);
        }
        if let Some(text) = self.split_by {
            options.split_by = text.parse()?;
        }
        if let Some(text) = self.decoys {
            options.decoys = text.parse()?;
        }
        options.limit = self.limit;
        options.tiny = self.tiny.unwrap_or(options.tiny);
        if let Some(languages) = self.languages {
            options.languages = parse_languages(&languages)?;
        }
        if let Some(modes) = self.modes {
            options.modes = parse_modes(&modes)?;
        }
        for path in self.messages {
            let read = std::fs::read_to_string(&path);
            let text = read.map_err(|error| {
                Failure::argument(format!("messages: {}: {error}", path.display()))
            })?;
            Catalogue::parse(&path, &text)?;
            options.messages.push(text);
        }
        if let Some(license) = self.license {
            options.license = license;
        }
        options.annotations = self.annotations.unwrap_or(options.annotations);
        options.unique_names = self.unique_names.unwrap_or(options.unique_names);
        options.shard_pictures = self.shard_pictures.unwrap_or(options.shard_pictures).max(1);
        if let Some(cutoff) = self.pocket_cutoff_angstrom {
            if !(2.0..=50.0).contains(&cutoff) {
                return Err(Failure::argument("pocket_cutoff_angstrom: give 2 to 50"));
            }
            options.cut.pocket_cutoff_angstrom = cutoff;
        }
        options.threads = self.threads.unwrap_or(options.threads).max(1);
        Ok(options)
    }
}

/// Plans a set; returns the report as a JSON text.
#[pyfunction]
pub(crate) fn dataset_plan(
    py: Python<'_>,
    complexes: PathBuf,
    out: PathBuf,
    options: PlanArguments,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    let options = options.options()?;
    run(py, progress, move |monitor| {
        let source = ComplexSource::new(&complexes);
        let (_, report) = plan(&source, &Layout::new(&out), &options, monitor)?;
        text(&report)
    })
}

/// Renders the pictures of a plan; returns counts as a JSON text.
#[pyfunction]
#[pyo3(signature = (out, complexes, part, shards, resume, threads, adapter, progress))]
#[allow(
    clippy::too_many_arguments,
    reason = "one for each option of the command"
)]
pub(crate) fn dataset_generate(
    py: Python<'_>,
    out: PathBuf,
    complexes: Option<PathBuf>,
    part: Option<(usize, usize)>,
    shards: Option<Vec<String>>,
    resume: bool,
    threads: Option<usize>,
    adapter: &str,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    let mut options = GenerateOptions::default();
    options.complexes = complexes;
    if let Some((index, count)) = part
        && index >= count
    {
        return Err(Failure::argument("part: give (I, N) with I from 0 to N - 1").into());
    }
    if part.is_some() && shards.is_some() {
        return Err(Failure::argument("shards: give either part or shards").into());
    }
    options.part = part;
    options.shards = shards;
    options.resume = resume;
    options.threads = threads.unwrap_or(options.threads).max(1);
    options.adapter = adapter_named(adapter)?;
    run(py, progress, move |monitor| {
        let summary = generate(&Layout::new(&out), &options, monitor)?;
        text(&json!({
            "shards_made": summary.shards_made,
            "shards_found": summary.shards_found,
            "shards_left": summary.shards_left,
            "pictures": summary.pictures,
            "adapter": summary.adapter,
        }))
    })
}

/// The shards of a set and their states, as a JSON text.
#[pyfunction]
pub(crate) fn dataset_shards(py: Python<'_>, out: PathBuf) -> PyResult<String> {
    interrupt::run(py, move || {
        let states = planned_shards(&Layout::new(&out))?;
        let shards = states.iter().map(|state| {
            json!({
                "name": state.plan.name(),
                "split": state.plan.split.name(),
                "complexes": state.plan.complexes,
                "pictures": state.plan.pictures,
                "questions": state.plan.questions.values().sum::<usize>(),
                "complete": state.complete,
            })
        });
        text(&shards.collect::<Vec<_>>())
    })
}

/// How far a set is, as JSON.
#[pyfunction]
pub(crate) fn dataset_status(py: Python<'_>, out: PathBuf) -> PyResult<String> {
    interrupt::run(py, move || text(&status(&Layout::new(&out))?.json()))
}

/// Writes data card, metadata and report of a set whose shards are complete.
#[pyfunction]
pub(crate) fn dataset_describe(py: Python<'_>, out: PathBuf) -> PyResult<()> {
    interrupt::run(py, move || Ok(describe(&Layout::new(&out))?))
}

/// Checks a set; returns counts and problems as a JSON text.
#[pyfunction]
pub(crate) fn dataset_verify(
    py: Python<'_>,
    out: PathBuf,
    complexes: Option<PathBuf>,
    sample: usize,
    adapter: &str,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    let mut options = VerifyOptions::default();
    options.complexes = complexes;
    options.sample = sample;
    options.adapter = adapter_named(adapter)?;
    run(py, progress, move |monitor| {
        let found = verify(&Layout::new(&out), &options, monitor)?;
        text(&json!({
            "files": found.files,
            "recompressed": found.recompressed,
            "exported": found.exported,
            "questions": found.questions,
            "derived": found.derived,
            "pictures": found.pictures,
            "rendered_again": found.rendered_again,
            "cut": found.cut,
            "uncut": found.uncut,
            "problems": found.problems,
        }))
    })
}

/// Exports a set; returns the folder.
#[pyfunction]
pub(crate) fn dataset_export(
    py: Python<'_>,
    out: PathBuf,
    format: &str,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<PathBuf> {
    let format: ExportFormat = format.parse().map_err(Failure::from)?;
    let (folder, left_out) = run(py, progress, move |monitor| {
        let layout = Layout::new(&out);
        Ok((
            export(&layout, format, monitor)?,
            left_out_modes(&layout, format)?,
        ))
    })?;
    for mode in left_out {
        let text = format!(
            "the questions of mode {mode} are left out: {} has no room for questions without pictures; parquet, llamafactory and llava have",
            format.name()
        );
        let text = CString::new(text)?;
        PyErr::warn(py, &py.get_type::<PyUserWarning>(), &text, 1)?;
    }
    Ok(folder)
}

/// Asks a model behind an endpoint; returns counts as a JSON text.
#[pyfunction]
#[allow(
    clippy::too_many_arguments,
    reason = "one for each option of the command"
)]
pub(crate) fn dataset_evaluate(
    py: Python<'_>,
    out: PathBuf,
    file: PathBuf,
    endpoint: &str,
    model: &str,
    key: Option<String>,
    split: &str,
    concurrency: usize,
    tries: usize,
    timeout_seconds: u64,
    max_tokens: u32,
    tools: bool,
    max_views: usize,
    complexes: Option<PathBuf>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    let mut options = EvaluateOptions::new(endpoint, model);
    if !(1..=MAX_VIEWS).contains(&max_views) {
        return Err(Failure::argument(format!("max_views: give 1 to {MAX_VIEWS}")).into());
    }
    options.tools = tools.then(|| {
        let mut tools = ToolOptions::default();
        tools.max_views = max_views;
        tools.complexes = complexes;
        tools
    });
    options.key = key;
    options.split = split_named(split)?;
    options.concurrency = concurrency.max(1);
    options.tries = tries.max(1);
    options.timeout = Duration::from_secs(timeout_seconds.max(1));
    options.max_tokens = max_tokens;
    run(py, progress, move |monitor| {
        let summary = evaluate(&Layout::new(&out), &options, &file, monitor)?;
        text(&json!({
            "answered": summary.answered,
            "found": summary.found,
            "failed": summary.failed,
            "first_failure": summary.first_failure,
            "prompt_tokens": summary.prompt_tokens,
            "prompt_tokens_by_mode": summary.prompt_tokens_by_mode,
            "completion_tokens": summary.completion_tokens,
            "cut_off": summary.cut_off,
            "views": summary.views,
            "retries": summary.retries,
        }))
    })
}
