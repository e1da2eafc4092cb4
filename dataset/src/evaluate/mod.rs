//! Answers from a model behind an OpenAI-compatible chat endpoint, or from a baseline, as lines of
//! a predictions file.
//!
//! Each answer is a line as soon as it is there; a line that was cut off is made anew, and what is
//! there is not asked again. Requests that fail for a while (no connection, no answer in time, 408,
//! 409, 429, 5xx, an answer that is none) are tried again, each time after twice as long, or when
//! `Retry-After` says. A key that is refused, or an address that has no such endpoint, ends the
//! work at once, and so do many failures in a row.

mod ask;
mod baseline;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::error::DatasetError;
use crate::layout::Layout;
use crate::score::Prediction;
use crate::stored::{Pictures, questions};
use crate::task::{Split, Task};
use crate::watch::{Progress, Watch};

use ask::{Asker, Failure};
pub use baseline::{Baseline, baseline};

/// So many questions in a row without an answer end the work; twice the concurrency where that is
/// more.
const MOST_FAILURES: usize = 16;

/// How a model is asked.
#[derive(Debug, Clone)]
pub struct EvaluateOptions {
    /// Base of the endpoint, such as `http://localhost:8000/v1`.
    pub endpoint: String,
    /// The model's name there.
    pub model: String,
    /// Sent as a bearer token.
    pub key: Option<String>,
    /// The side that is asked.
    pub split: Split,
    /// Requests at a time.
    pub concurrency: usize,
    /// Tries of a request before it is given up.
    pub tries: usize,
    /// Longest wait for an answer.
    pub timeout: Duration,
    /// Most tokens of an answer.
    pub max_tokens: u32,
}

/// What asking took.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Usage {
    /// Questions that were answered by this run.
    pub answered: usize,
    /// Questions that had been answered before.
    pub found: usize,
    /// Questions that no try could get an answer to, with the last reason of the first of them.
    pub failed: usize,
    /// See `failed`.
    pub failure: Option<String>,
    /// Tokens of all questions that have an answer, as the endpoint counts them; of earlier runs,
    /// too.
    pub prompt_tokens: u64,
    /// Tokens of all answers.
    pub completion_tokens: u64,
    /// Tries that failed and were made again.
    pub retries: usize,
}

/// Asks all questions of a side that `file` has no answer to, and adds the answers to it.
///
/// # Errors
/// When the set cannot be read, the file not be written, or the work is called off.
pub fn evaluate(
    layout: &Layout,
    options: &EvaluateOptions,
    file: &Path,
    watch: Watch<'_>,
) -> Result<Usage, DatasetError> {
    let plan = layout.plan()?;
    let answered = recover(file)?;
    let out = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(file)
        .map_err(DatasetError::file(file))?;
    let mut todo = Vec::new();
    let mut usage = Usage::default();
    for task in Task::ALL {
        for shard in plan
            .shards
            .iter()
            .filter(|shard| shard.split == options.split)
        {
            for question in questions(layout, shard, task)? {
                if let Some(known) = answered.get(&question.id) {
                    usage.found += 1;
                    usage.prompt_tokens += known.prompt_tokens.unwrap_or(0);
                    usage.completion_tokens += known.completion_tokens.unwrap_or(0);
                } else {
                    todo.push(question);
                }
            }
        }
    }
    let asker = Asker::new(options, watch);
    let total = todo.len();
    let queue = Mutex::new(todo.into_iter());
    let pictures = Mutex::new(Pictures::open(layout, &plan, options.split)?);
    let state = Mutex::new(State {
        out,
        usage,
        done: 0,
        failures_in_a_row: 0,
        fatal: None,
    });
    let work = || loop {
        let question = lock(&queue).next();
        let Some(question) = question.filter(|_| !(watch.stopped)()) else {
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
        let asked = images.map(|images| asker.ask(&question, &images));
        let mut state = lock(&state);
        if let Err(error) = asked.and_then(|asked| {
            let most = MOST_FAILURES.max(2 * options.concurrency);
            state.take(question.id, asked, file, most)
        }) {
            state.fatal.get_or_insert(error);
            return;
        }
        state.done += 1;
        (watch.progress)(Progress {
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
    let mut usage = state.usage;
    usage.retries = asker.retries();
    match state.fatal {
        Some(error) => Err(error),
        None if (watch.stopped)() => Err(DatasetError::Interrupted(format!(
            "interrupted: {} answers are kept in {}; the same command asks the rest",
            usage.answered + usage.found,
            file.display()
        ))),
        None => Ok(usage),
    }
}

/// What the threads share.
struct State {
    out: fs::File,
    usage: Usage,
    done: usize,
    failures_in_a_row: usize,
    fatal: Option<DatasetError>,
}

impl State {
    /// Notes what became of a question; an error ends the work.
    fn take(
        &mut self,
        id: String,
        asked: Result<ask::Answer, Failure>,
        file: &Path,
        most_failures: usize,
    ) -> Result<(), DatasetError> {
        let usage = &mut self.usage;
        match asked {
            Ok(answer) => {
                self.failures_in_a_row = 0;
                usage.answered += 1;
                usage.prompt_tokens += answer.prompt_tokens.unwrap_or(0);
                usage.completion_tokens += answer.completion_tokens.unwrap_or(0);
                let line = Prediction {
                    id,
                    answer: answer.text,
                    prompt_tokens: answer.prompt_tokens,
                    completion_tokens: answer.completion_tokens,
                };
                let line = serde_json::to_string(&line)
                    .map_err(|error| DatasetError::Request(error.to_string()))?;
                // One call, so that a kill leaves a whole line or a piece without its end.
                self.out
                    .write_all((line + "\n").as_bytes())
                    .map_err(DatasetError::file(file))
            }
            Err(Failure::Refused(problem)) => Err(DatasetError::Request(format!(
                "the endpoint refuses all questions: {problem}; {} answers are kept in {}",
                usage.answered + usage.found,
                file.display()
            ))),
            Err(Failure::NoAnswer(problem)) => {
                usage.failed += 1;
                self.failures_in_a_row += 1;
                let about = format!("{id}: {problem}");
                if self.failures_in_a_row >= most_failures {
                    return Err(DatasetError::Request(format!(
                        "{} questions in a row have no answer, the last: {about}; {} answers are kept in {}, and the same command asks the rest",
                        self.failures_in_a_row,
                        usage.answered + usage.found,
                        file.display()
                    )));
                }
                usage.failure.get_or_insert(about);
                Ok(())
            }
            Err(Failure::Stopped) => Ok(()),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The answers of a file; a last line that was cut off is taken away.
fn recover(file: &Path) -> Result<BTreeMap<String, Prediction>, DatasetError> {
    let Ok(text) = fs::read(file) else {
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder).map_err(DatasetError::file(folder))?;
        }
        return Ok(BTreeMap::new());
    };
    let whole = text
        .iter()
        .rposition(|byte| *byte == b'\n')
        .map_or(0, |last| last + 1);
    if whole < text.len() {
        fs::OpenOptions::new()
            .write(true)
            .open(file)
            .and_then(|file| file.set_len(whole as u64))
            .map_err(DatasetError::file(file))?;
    }
    crate::score::read_prediction_lines(file)
}
