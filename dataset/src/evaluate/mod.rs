//! Gets predictions from a model behind an OpenAI-compatible chat endpoint.
//!
//! Each answer is appended to the predictions file as soon as it arrives; a truncated last line is
//! removed, and answered questions are not asked again. Requests with a temporary failure (no
//! connection, timeout, HTTP 408, 409, 425, 429 or 5xx, an invalid response) are retried after
//! `Retry-After`, or with exponential backoff. A refused key, a missing endpoint, or many
//! consecutive failures end the work.

mod client;
mod tools;
mod view_tool;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use molshot_renderer::pool::PoolOptions;

use crate::answers_file::AnswersFile;
use crate::error::DatasetError;
use crate::layout::Layout;
use crate::messages::Catalogues;
use crate::mode::Mode;
use crate::monitor::{Monitor, Progress};
use crate::reader::{PictureReader, read_questions};
use crate::score::{Prediction, PromptTokens, read_predictions};
use crate::task::{Split, Task};

use client::{Answer, AskError, ChatClient};
use view_tool::ViewTool;

/// Consecutive questions without an answer that end the work; at least twice the concurrency.
const MAX_CONSECUTIVE_FAILURES: usize = 16;

/// The options of [`evaluate()`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct EvaluateOptions {
    /// Base of the endpoint, such as `http://localhost:8000/v1`.
    pub endpoint: String,
    /// Name of the model at the endpoint.
    pub model: String,
    /// Key that is sent as a bearer token.
    pub key: Option<String>,
    /// The split whose questions are asked.
    pub split: Split,
    /// Number of concurrent requests.
    pub concurrency: usize,
    /// Attempts per question before it is given up.
    pub tries: usize,
    /// Time limit of a request.
    pub timeout: Duration,
    /// Limit of tokens per answer.
    pub max_tokens: u32,
    /// The tool `view`; `None` for questions with fixed pictures only.
    pub tools: Option<ToolOptions>,
}

/// Most pictures that a question's model may be allowed to have drawn ([`ToolOptions::max_views`]).
pub const MAX_VIEWS: usize = 64;

/// The options of the tool `view`, which draws a question's pictures from other sides.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ToolOptions {
    /// Number of pictures that a model may have drawn before it answers, 1 to [`MAX_VIEWS`].
    pub max_views: usize,
    /// Folder of the complexes; `None` for the one that the plan recorded.
    pub complexes: Option<PathBuf>,
    /// Number of drawing threads.
    pub threads: usize,
}

impl Default for ToolOptions {
    /// Eight views, drawn on all processors from the folder that the plan recorded.
    fn default() -> Self {
        Self {
            max_views: 8,
            complexes: None,
            threads: PoolOptions::available_threads(),
        }
    }
}

impl EvaluateOptions {
    /// Makes the default options for a model: the test split, four concurrent requests.
    #[must_use]
    pub fn new(endpoint: &str, model: &str) -> Self {
        Self {
            endpoint: endpoint.to_owned(),
            model: model.to_owned(),
            key: None,
            split: Split::Test,
            concurrency: 4,
            tries: 6,
            timeout: Duration::from_mins(10),
            max_tokens: 4096,
            tools: None,
        }
    }
}

/// Counts of one run of [`evaluate()`].
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct EvaluateSummary {
    /// Number of questions that this run answered.
    pub answered: usize,
    /// Number of questions that were answered before.
    pub found: usize,
    /// Number of questions without an answer.
    pub failed: usize,
    /// Id of the first question without an answer, and the reason.
    pub first_failure: Option<String>,
    /// Tokens of all answered questions, including earlier runs, as counted by the endpoint.
    pub prompt_tokens: u64,
    /// The same by input mode.
    pub prompt_tokens_by_mode: BTreeMap<Mode, PromptTokens>,
    /// Tokens of all answers, including earlier runs.
    pub completion_tokens: u64,
    /// Number of answers, including earlier runs, that were cut off at the limit of tokens.
    pub cut_off: usize,
    /// Number of pictures, including earlier runs, that the tool `view` drew.
    pub views: usize,
    /// Number of retries.
    pub retries: usize,
}

/// Asks all questions of a split that have no answer in `file`, and appends the answers to it.
///
/// # Errors
/// When the set cannot be read, the file cannot be written, no question can be answered, or the
/// work is cancelled.
pub fn evaluate(
    layout: &Layout,
    options: &EvaluateOptions,
    file: &Path,
    monitor: Monitor<'_>,
) -> Result<EvaluateSummary, DatasetError> {
    let plan = layout.plan()?;
    let (out, answered) = AnswersFile::open(file)?;
    let mut todo = Vec::new();
    let mut summary = EvaluateSummary::default();
    let mut modes: BTreeMap<String, Mode> = BTreeMap::new();
    for task in Task::ALL {
        for shard in plan
            .shards
            .iter()
            .filter(|shard| shard.split == options.split)
        {
            for question in read_questions(layout, shard, task)? {
                modes.insert(question.id.clone(), question.mode);
                if let Some(known) = answered.get(&question.id) {
                    summary.found += 1;
                    summary.cut_off += usize::from(known.is_cut_off());
                    summary.views += known.drawn_views();
                    summary.prompt_tokens += known.prompt_tokens.unwrap_or(0);
                    summary.completion_tokens += known.completion_tokens.unwrap_or(0);
                } else {
                    todo.push(question);
                }
            }
        }
    }
    let source = match &options.tools {
        Some(tools) => Some(layout.source(tools.complexes.as_deref())?),
        None => None,
    };
    let tool = match (&options.tools, &source) {
        (Some(tools), Some(source)) if !todo.is_empty() => {
            Some(ViewTool::open(layout, &plan, source, tools, &todo)?)
        }
        _ => None,
    };
    let client = ChatClient::new(options, Catalogues::read(layout, &plan)?, monitor);
    let total = todo.len();
    let queue = Mutex::new(todo.into_iter());
    let pictures = Mutex::new(PictureReader::open(layout, &plan, options.split)?);
    let state = Mutex::new(State {
        out,
        summary,
        done: 0,
        consecutive_failures: 0,
        fatal: None,
    });
    let work = || loop {
        let question = lock(&queue).next();
        let Some(question) = question.filter(|_| !(monitor.stopped)()) else {
            return;
        };
        if lock(&state).fatal.is_some() {
            return;
        }
        let images: Result<Vec<_>, DatasetError> = question
            .images
            .iter()
            .map(|path| lock(&pictures).get(path))
            .collect();
        let answer = images.and_then(|images| {
            let message = client.message(&question, &images);
            match &tool {
                Some(tool) => tools::ask(&client, tool, &question, message),
                None => Ok(client.ask(&[message], None)),
            }
        });
        let mut state = lock(&state);
        if let Err(error) = answer.and_then(|answer| {
            let max_failures = MAX_CONSECUTIVE_FAILURES.max(2 * options.concurrency);
            state.record(question.id, answer, max_failures)
        }) {
            state.fatal.get_or_insert(error);
            return;
        }
        state.done += 1;
        (monitor.progress)(Progress {
            done: state.done,
            total,
        });
    };
    std::thread::scope(|scope| {
        for _ in 0..options.concurrency.max(1) {
            scope.spawn(work);
        }
    });
    let state = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    let mut summary = state.summary;
    summary.retries = client.retries();
    match state.fatal {
        Some(error) => Err(error),
        None if (monitor.stopped)() => Err(DatasetError::Interrupted(format!(
            "interrupted: {} answers are kept in {}; run the same command again for the others",
            summary.answered + summary.found,
            file.display()
        ))),
        None => {
            summary.prompt_tokens_by_mode = tokens_by_mode(file, &modes)?;
            Ok(summary)
        }
    }
}

/// State that the threads share.
struct State {
    out: AnswersFile,
    summary: EvaluateSummary,
    done: usize,
    consecutive_failures: usize,
    fatal: Option<DatasetError>,
}

impl State {
    /// Records the result of a question; an error ends the work.
    fn record(
        &mut self,
        id: String,
        answer: Result<Answer, AskError>,
        max_failures: usize,
    ) -> Result<(), DatasetError> {
        let summary = &mut self.summary;
        match answer {
            Ok(answer) => {
                self.consecutive_failures = 0;
                summary.answered += 1;
                summary.prompt_tokens += answer.prompt_tokens.unwrap_or(0);
                summary.completion_tokens += answer.completion_tokens.unwrap_or(0);
                let line = Prediction {
                    id,
                    answer: answer.text,
                    prompt_tokens: answer.prompt_tokens,
                    completion_tokens: answer.completion_tokens,
                    finish_reason: answer.finish_reason,
                    views: answer.views,
                    seconds: None,
                };
                summary.views += line.drawn_views();
                summary.cut_off += usize::from(line.is_cut_off());
                self.out.append(&line)
            }
            Err(AskError::Refused(problem)) => Err(DatasetError::Request(format!(
                "the endpoint refuses all questions: {problem}; {} answers are kept in {}",
                summary.answered + summary.found,
                self.out.path().display()
            ))),
            Err(AskError::NoAnswer(problem)) => {
                summary.failed += 1;
                self.consecutive_failures += 1;
                let about = format!("{id}: {problem}");
                if self.consecutive_failures >= max_failures {
                    return Err(DatasetError::Request(format!(
                        "{} consecutive questions have no answer, the last: {about}; {} answers are kept in {}; run the same command again for the others",
                        self.consecutive_failures,
                        summary.answered + summary.found,
                        self.out.path().display()
                    )));
                }
                summary.first_failure.get_or_insert(about);
                Ok(())
            }
            Err(AskError::Stopped) => Ok(()),
        }
    }
}

/// Sums the tokens of the prompts of all questions that a file answers, by mode.
fn tokens_by_mode(
    file: &Path,
    modes: &BTreeMap<String, Mode>,
) -> Result<BTreeMap<Mode, PromptTokens>, DatasetError> {
    let mut counts: BTreeMap<Mode, PromptTokens> = BTreeMap::new();
    for (id, prediction) in read_predictions(file)? {
        if let (Some(mode), Some(tokens)) = (modes.get(&id), prediction.prompt_tokens) {
            counts.entry(*mode).or_default().add(tokens);
        }
    }
    Ok(counts)
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
