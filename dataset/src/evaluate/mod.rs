//! Gets predictions from a model behind an OpenAI-compatible chat endpoint.
//!
//! Each answer is appended to the predictions file as soon as it arrives; a truncated last line is
//! removed, and answered questions are not asked again. Requests with a temporary failure (no
//! connection, timeout, HTTP 408, 409, 425, 429 or 5xx, an invalid response) are retried after
//! `Retry-After`, or with exponential backoff. A refused key, a missing endpoint, an unknown model,
//! or many consecutive failures end the work. A question that the endpoint refuses, because it is
//! too long for the model, is recorded as refused and not asked again.

mod client;
mod refusal;
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
use crate::reader::{PictureReader, Question, read_questions};
use crate::record::Plan;
use crate::score::{Prediction, PromptTokens, read_predictions};
use crate::task::{Split, Task};

pub use client::check_endpoint;
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
    /// Whether questions that the endpoint refused in earlier runs are asked again.
    pub retry_refused: bool,
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
            retry_refused: false,
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
    /// Number of questions, including earlier runs, that the endpoint refused; they count as wrong.
    pub refused: usize,
    /// Id of the first refused question, and the response of the endpoint.
    pub first_refusal: Option<String>,
    /// Number of questions without an answer, which the next run asks again.
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
/// Questions that the endpoint refused have a line, too, and are asked again only if the options
/// say so.
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
    check_endpoint(&options.endpoint).map_err(DatasetError::Request)?;
    let plan = layout.plan()?;
    layout.check_generated(
        &plan,
        options.split,
        "a model is shown questions and pictures",
    )?;
    let (out, answered) = AnswersFile::open(file)?;
    let Questions {
        todo,
        modes,
        summary,
    } = Questions::read(layout, &plan, options, &answered)?;
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
        unclear: Vec::new(),
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
    if let Some((id, problem)) = state.unclear.first() {
        summary.failed += state.unclear.len();
        let about = format!("{id}: {problem}");
        summary.first_failure.get_or_insert(about);
    }
    match state.fatal {
        Some(error) => Err(error),
        None if (monitor.stopped)() => Err(DatasetError::Interrupted(format!(
            "interrupted: {} answers are kept in {}; run the same command again for the others",
            summary.answers(),
            file.display()
        ))),
        None => {
            summary.prompt_tokens_by_mode = tokens_by_mode(file, &modes)?;
            Ok(summary)
        }
    }
}

/// The questions of a split.
#[derive(Default)]
struct Questions {
    /// Those that are asked.
    todo: Vec<Question>,
    /// The mode of each question, by id.
    modes: BTreeMap<String, Mode>,
    /// Counts of those that have a line.
    summary: EvaluateSummary,
}

impl Questions {
    fn read(
        layout: &Layout,
        plan: &Plan,
        options: &EvaluateOptions,
        answered: &BTreeMap<String, Prediction>,
    ) -> Result<Self, DatasetError> {
        let mut read = Self::default();
        for task in Task::ALL {
            let shards = plan.shards.iter();
            for shard in shards.filter(|shard| shard.split == options.split) {
                for question in read_questions(layout, shard, task)? {
                    read.modes.insert(question.id.clone(), question.mode);
                    let known = answered
                        .get(&question.id)
                        .filter(|known| !(known.is_refused() && options.retry_refused));
                    match known {
                        Some(known) => read.summary.count_known(known),
                        None => read.todo.push(question),
                    }
                }
            }
        }
        Ok(read)
    }
}

/// State that the threads share.
struct State {
    out: AnswersFile,
    summary: EvaluateSummary,
    done: usize,
    /// Refused questions and the responses, while no question has an answer: the endpoint may
    /// refuse all questions.
    unclear: Vec<(String, String)>,
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
                for (id, problem) in std::mem::take(&mut self.unclear) {
                    self.out.append(&summary.refuse(id, problem))?;
                }
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
                    endpoint_error: None,
                    seconds: None,
                };
                summary.views += line.drawn_views();
                summary.cut_off += usize::from(line.is_cut_off());
                self.out.append(&line)
            }
            Err(AskError::Refused(problem)) => Err(DatasetError::Request(format!(
                "the endpoint refuses all questions: {problem}; {} answers are kept in {}",
                summary.answers(),
                self.out.path().display()
            ))),
            Err(AskError::QuestionRefused { problem, is_clear })
                if is_clear || summary.answers() > 0 =>
            {
                self.out.append(&summary.refuse(id, problem))
            }
            Err(AskError::QuestionRefused { problem, .. }) => {
                let about = format!("{id}: {problem}");
                self.unclear.push((id, problem));
                self.count_failure(&about, max_failures)
            }
            Err(AskError::NoAnswer(problem)) => {
                summary.failed += 1;
                let about = format!("{id}: {problem}");
                self.count_failure(&about, max_failures)?;
                self.summary.first_failure.get_or_insert(about);
                Ok(())
            }
            Err(AskError::Stopped) => Ok(()),
        }
    }

    /// Counts a question without an answer; too many of them in a row end the work.
    fn count_failure(&mut self, about: &str, max_failures: usize) -> Result<(), DatasetError> {
        self.consecutive_failures += 1;
        if self.consecutive_failures < max_failures {
            return Ok(());
        }
        Err(DatasetError::Request(format!(
            "{} consecutive questions have no answer, the last: {about}; {} answers are kept in {}; run the same command again for the others",
            self.consecutive_failures,
            self.summary.answers(),
            self.out.path().display()
        )))
    }
}

impl EvaluateSummary {
    /// Counts a line of an earlier run.
    fn count_known(&mut self, known: &Prediction) {
        if let Some(problem) = &known.endpoint_error {
            self.count_refusal(&known.id, problem);
            return;
        }
        self.found += 1;
        self.cut_off += usize::from(known.is_cut_off());
        self.views += known.drawn_views();
        self.prompt_tokens += known.prompt_tokens.unwrap_or(0);
        self.completion_tokens += known.completion_tokens.unwrap_or(0);
    }

    fn count_refusal(&mut self, id: &str, problem: &str) {
        self.refused += 1;
        self.first_refusal
            .get_or_insert_with(|| format!("{id}: {problem}"));
    }

    /// Counts a refused question; returns its line.
    fn refuse(&mut self, id: String, problem: String) -> Prediction {
        self.count_refusal(&id, &problem);
        Prediction::refused(id, problem)
    }

    /// Returns the number of answered questions, including earlier runs.
    #[must_use]
    pub fn answers(&self) -> usize {
        self.answered + self.found
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
