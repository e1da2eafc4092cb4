//! Data sets: the steps of `molshot dataset`, with progress and Ctrl-C.

use std::ffi::CString;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use molshot::AdapterChoice;
use molshot_dataset::complexes::ComplexSource;
use molshot_dataset::evaluate::MAX_VIEWS;
use molshot_dataset::export::left_out_modes;
use molshot_dataset::{
    EvaluateOptions, ExportFormat, GenerateOptions, Layout, Monitor, Progress, ToolOptions,
    VerifyOptions, describe, evaluate, export, generate, plan, planned_shards, status, verify,
};
use pyo3::exceptions::PyUserWarning;
use pyo3::prelude::*;
use serde_json::json;

use crate::argument::{Given, U32_MAX, Whole, given};
use crate::failure::Failure;
use crate::interrupt::{self, AfterException};
use crate::plan_arguments::{PlanArguments, Threads, split_named};

/// How far the work on another thread is, and whether it should stop.
#[derive(Debug, Default)]
struct Shared {
    done: AtomicUsize,
    total: AtomicUsize,
    stopped: AtomicBool,
}

/// Runs a step that writes files, on a thread of its own, and calls `progress(done, total)` when
/// the counts change. After an exception or Ctrl-C, the step is told to stop and waited for, so
/// that its files are complete.
fn run<T: Send + 'static>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    work: impl FnOnce(Monitor<'_>) -> Result<T, Failure> + Send + 'static,
) -> PyResult<T> {
    run_step(py, progress, AfterException::Wait, work)
}

fn run_step<T: Send + 'static>(
    py: Python<'_>,
    progress: Option<&Bound<'_, PyAny>>,
    after: AfterException,
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
            ..Monitor::NONE
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
    let result = interrupt::run_watched(py, step, after, |py| {
        let seen = py.check_signals().and_then(|()| show());
        seen.inspect_err(|_| shared.stopped.store(true, Ordering::Relaxed))
    })?;
    show()?;
    Ok(result)
}

pub(crate) fn text(value: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string(value).map_err(|error| Failure::internal(error.to_string()))
}

fn adapter_named(name: &str) -> Result<AdapterChoice, Failure> {
    name.parse()
        .map_err(|error| Failure::argument(format!("adapter: {error}")))
}

/// Plans a set; returns the report as a JSON text.
#[pyfunction]
pub(crate) fn dataset_plan(
    py: Python<'_>,
    complexes: Given<PathBuf>,
    out: Given<PathBuf>,
    options: PlanArguments,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    given!(complexes, out);
    let options = options.options()?;
    run(py, progress, move |monitor| {
        let source = ComplexSource::new(&complexes);
        let (_, report) = plan(&source, &Layout::new(&out), &options, monitor)?;
        text(&report)
    })
}

type PartNumber = Whole<usize, 0, U32_MAX>;

/// Renders the pictures of a plan; returns counts as a JSON text.
#[pyfunction]
#[pyo3(signature = (out, complexes, part, shards, resume, threads, adapter, progress))]
#[allow(
    clippy::too_many_arguments,
    reason = "one for each option of the command"
)]
pub(crate) fn dataset_generate(
    py: Python<'_>,
    out: Given<PathBuf>,
    complexes: Given<Option<PathBuf>>,
    part: Given<Option<(PartNumber, PartNumber)>>,
    shards: Given<Option<Vec<String>>>,
    resume: Given<bool>,
    threads: Given<Option<Threads>>,
    adapter: Given<String>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    given!(out, complexes, part, shards, resume, threads, adapter);
    let part = part.map(|(Whole(index), Whole(count))| (index, count));
    let mut options = GenerateOptions::default();
    options.complexes = complexes;
    if let Some((index, count)) = part
        && index >= count
    {
        let detail = format!("part is ({index}, {count}); give (I, N) with I from 0 to N - 1");
        return Err(Failure::argument(detail).into());
    }
    if part.is_some() && shards.is_some() {
        return Err(Failure::argument("shards: give either part or shards").into());
    }
    options.part = part;
    options.shards = shards;
    options.resume = resume;
    options.threads = threads.map_or(options.threads, |count| count.0);
    options.adapter = adapter_named(&adapter)?;
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
pub(crate) fn dataset_shards(py: Python<'_>, out: Given<PathBuf>) -> PyResult<String> {
    given!(out);
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
pub(crate) fn dataset_status(py: Python<'_>, out: Given<PathBuf>) -> PyResult<String> {
    given!(out);
    interrupt::run(py, move || text(&status(&Layout::new(&out))?.json()))
}

/// Writes data card, metadata and report of a set whose shards are complete.
#[pyfunction]
pub(crate) fn dataset_describe(py: Python<'_>, out: Given<PathBuf>) -> PyResult<()> {
    given!(out);
    interrupt::run(py, move || Ok(describe(&Layout::new(&out))?))
}

/// Checks a set; returns counts and problems as a JSON text.
#[pyfunction]
pub(crate) fn dataset_verify(
    py: Python<'_>,
    out: Given<PathBuf>,
    complexes: Given<Option<PathBuf>>,
    sample: Given<Whole<usize, 0, U32_MAX>>,
    adapter: Given<String>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    given!(out, complexes, sample, adapter);
    let mut options = VerifyOptions::default();
    options.complexes = complexes;
    options.sample = sample.0;
    options.adapter = adapter_named(&adapter)?;
    // Verification only reads, so it need not be waited for after an exception or Ctrl-C.
    run_step(py, progress, AfterException::Leave, move |monitor| {
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
    out: Given<PathBuf>,
    format: Given<String>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<PathBuf> {
    given!(out, format);
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
    out: Given<PathBuf>,
    file: Given<PathBuf>,
    endpoint: Given<String>,
    model: Given<String>,
    key: Given<Option<String>>,
    split: Given<String>,
    concurrency: Given<Whole<usize, 1, 1024>>,
    tries: Given<Whole<usize, 1, 65_535>>,
    timeout_seconds: Given<Whole<u64, 1, 86_400>>,
    max_tokens: Given<Whole<u32, 0, U32_MAX>>,
    retry_refused: Given<bool>,
    tools: Given<bool>,
    max_views: Given<Whole<usize, 1, { MAX_VIEWS as u64 }>>,
    complexes: Given<Option<PathBuf>>,
    progress: Option<&Bound<'_, PyAny>>,
) -> PyResult<String> {
    given!(
        out,
        file,
        endpoint,
        model,
        key,
        split,
        concurrency,
        tries,
        timeout_seconds
    );
    given!(max_tokens, retry_refused, tools, max_views, complexes);
    let mut options = EvaluateOptions::new(&endpoint, &model);
    options.tools = tools.then(|| {
        let mut tools = ToolOptions::default();
        tools.max_views = max_views.0;
        tools.complexes = complexes;
        tools
    });
    options.key = key;
    options.split = split_named(&split)?;
    options.concurrency = concurrency.0;
    options.tries = tries.0;
    options.timeout = Duration::from_secs(timeout_seconds.0);
    options.max_tokens = max_tokens.0;
    options.retry_refused = retry_refused;
    run(py, progress, move |monitor| {
        let summary = evaluate(&Layout::new(&out), &options, &file, monitor)?;
        text(&json!({
            "answered": summary.answered,
            "found": summary.found,
            "refused": summary.refused,
            "first_refusal": summary.first_refusal,
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
