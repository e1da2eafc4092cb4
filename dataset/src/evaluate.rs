//! Answers from a model behind an OpenAI-compatible chat endpoint, or from a baseline, as lines of a predictions file.
//!
//! Each answer is a line as soon as it is there; a line that was cut off is made anew, and what is there is not asked again. Requests that
//! fail for a while (no connection, 408, 429, 5xx) are tried again, each time after twice as long.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};

use crate::base64;
use crate::error::DatasetError;
use crate::layout::Layout;
use crate::plan::choices::LETTERS;
use crate::plan::docking::turns;
use crate::plan::read_lines;
use crate::plan::record::Item;
use crate::random::Random;
use crate::score::Prediction;
use crate::stored::{Pictures, Question, questions};
use crate::task::{Split, Task};
use crate::watch::{Progress, Watch};

/// Random moves of T7 go so far, angstrom: about as far as ligands do.
const MOST_MOVE: usize = 20;
/// Longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_mins(1);

/// Who answers without looking: the scorer is checked from both ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Baseline {
    /// Any answer of the right form, all alike.
    Random,
    /// The same answer to all questions of a task.
    Constant,
    /// The right answer.
    Oracle,
}

/// The answers of a baseline to one side of a set.
///
/// # Errors
/// When the plan cannot be read.
pub fn baseline(
    layout: &Layout,
    split: Split,
    which: Baseline,
    seed: u64,
) -> Result<BTreeMap<String, String>, DatasetError> {
    let mut answers = BTreeMap::new();
    layout.plan()?;
    for complex in read_lines(&layout.complexes_file())? {
        let complex = complex?;
        if complex.split != split {
            continue;
        }
        for item in complex.items {
            let answer = match which {
                Baseline::Oracle => item.answer.clone(),
                Baseline::Constant => constant(item.task).to_owned(),
                Baseline::Random => any(&item, &mut Random::new(seed, &["baseline", &item.id])),
            };
            answers.insert(item.id, answer);
        }
    }
    Ok(answers)
}

fn constant(task: Task) -> &'static str {
    match task {
        Task::T1 => "move x 1",
        Task::T2 => "roll y 15",
        Task::T3 => "move z 50",
        Task::T5 | Task::T6 | Task::T8 => "A",
        Task::T7 => "roll x 15, move x 10",
        Task::T4 | Task::T9 => "No",
    }
}

/// Any answer of the task's form.
fn any(item: &Item, random: &mut Random) -> String {
    let moves: Vec<i32> = (-4..=4).filter(|n| *n != 0).collect();
    let pick = |random: &mut Random, from: &[i32]| random.choose(from).copied().unwrap_or(0);
    match item.task {
        Task::T1 => {
            let axis = if random.below(2) == 0 { "x" } else { "y" };
            format!("move {axis} {}", pick(random, &moves))
        }
        Task::T2 => random
            .choose(&turns())
            .map(ToString::to_string)
            .unwrap_or_default(),
        Task::T3 => format!("move z {}", 40 + random.below(21)),
        Task::T5 | Task::T6 | Task::T8 => LETTERS[random.below(4)].to_owned(),
        Task::T7 => {
            let turn = random
                .choose(&turns())
                .map(ToString::to_string)
                .unwrap_or_default();
            let distance = 1 + random.below(MOST_MOVE) as i32;
            let sign = if random.below(2) == 0 { 1 } else { -1 };
            format!("{turn}, move x {}", sign * distance)
        }
        Task::T4 if random.below(2) == 0 => "No".to_owned(),
        Task::T4 => "Yes: SER OG, O1".to_owned(),
        Task::T9 => "SER 1 OG A, O1".to_owned(),
    }
}

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
    /// Tokens of all questions of this run, as the endpoint counts them.
    pub prompt_tokens: u64,
    /// Tokens of all answers of this run.
    pub completion_tokens: u64,
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
                if answered.contains_key(&question.id) {
                    usage.found += 1;
                } else {
                    todo.push(question);
                }
            }
        }
    }
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(options.timeout))
        .http_status_as_error(false)
        .build()
        .into();
    let total = todo.len();
    let queue = Mutex::new(todo.into_iter());
    let pictures = Mutex::new(Pictures::open(layout, &plan, options.split)?);
    let state = Mutex::new((out, usage, 0, None::<DatasetError>));
    let work = || loop {
        let question = lock(&queue).next();
        let Some(question) = question.filter(|_| !(watch.stopped)()) else {
            return;
        };
        let images: Result<Vec<_>, DatasetError> = question
            .images
            .iter()
            .map(|path| lock(&pictures).get(path))
            .collect();
        let asked = images.map(|images| {
            let body = body(options, &question, &images);
            ask(&agent, options, &body, watch)
        });
        let mut state = lock(&state);
        let (out, usage, done, fatal) = &mut *state;
        match asked {
            Ok(Ok(answer)) => {
                usage.answered += 1;
                usage.prompt_tokens += answer.prompt_tokens;
                usage.completion_tokens += answer.completion_tokens;
                let line = Prediction {
                    id: question.id,
                    answer: answer.text,
                };
                let line = serde_json::to_string(&line).unwrap_or_default() + "\n";
                if let Err(error) = out.write_all(line.as_bytes()) {
                    *fatal = Some(DatasetError::file(file)(error));
                    return;
                }
            }
            Ok(Err(problem)) => {
                usage.failed += 1;
                usage
                    .failure
                    .get_or_insert(format!("{}: {problem}", question.id));
            }
            Err(error) => {
                *fatal = Some(error);
                return;
            }
        }
        *done += 1;
        (watch.progress)(Progress { done: *done, total });
    };
    std::thread::scope(|scope| {
        for _ in 0..options.concurrency.max(1) {
            scope.spawn(work);
        }
    });
    let (_, usage, _, fatal) = state.into_inner().unwrap_or_else(PoisonError::into_inner);
    match fatal {
        Some(error) => Err(error),
        None if (watch.stopped)() => Err(DatasetError::Interrupted(format!(
            "interrupted: {} answers are kept in {}; the same command asks the rest",
            usage.answered + usage.found,
            file.display()
        ))),
        None => Ok(usage),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The answers of a file; a last line that was cut off is taken away.
fn recover(file: &Path) -> Result<BTreeMap<String, String>, DatasetError> {
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
    crate::score::read_predictions(file)
}

/// The chat request: each picture behind its caption, then the question.
fn body(
    options: &EvaluateOptions,
    question: &Question,
    images: &[std::sync::Arc<Vec<u8>>],
) -> Value {
    let mut content = Vec::new();
    for (number, (image, caption)) in images.iter().zip(&question.captions).enumerate() {
        let url = format!("data:image/png;base64,{}", base64::encode(image));
        content.push(json!({"type": "text", "text": format!("Picture {}: {caption}", number + 1)}));
        content.push(json!({"type": "image_url", "image_url": {"url": url}}));
    }
    content.push(json!({"type": "text", "text": question.question}));
    json!({
        "model": options.model,
        "messages": [{"role": "user", "content": content}],
        "temperature": 0,
        "max_tokens": options.max_tokens,
    })
}

struct Answer {
    text: String,
    prompt_tokens: u64,
    completion_tokens: u64,
}

/// Asks until there is an answer; `Err` is why there is none.
fn ask(
    agent: &ureq::Agent,
    options: &EvaluateOptions,
    body: &Value,
    watch: Watch<'_>,
) -> Result<Answer, String> {
    let url = format!(
        "{}/chat/completions",
        options.endpoint.trim_end_matches('/')
    );
    let body = body.to_string();
    let mut wait = Duration::from_millis(500);
    let mut last = String::new();
    for number in 0..options.tries.max(1) {
        if number > 0 {
            if (watch.stopped)() {
                break;
            }
            std::thread::sleep(wait);
            wait = (wait * 2).min(LONGEST_WAIT);
        }
        let mut request = agent.post(&url).header("Content-Type", "application/json");
        if let Some(key) = &options.key {
            request = request.header("Authorization", &format!("Bearer {key}"));
        }
        match request.send(body.as_str()) {
            Err(error) => last = error.to_string(),
            Ok(mut response) => {
                let status = response.status().as_u16();
                let text = response.body_mut().read_to_string().unwrap_or_default();
                if status == 200 {
                    return read_answer(&text);
                }
                last = format!(
                    "HTTP {status}: {}",
                    text.chars().take(200).collect::<String>()
                );
                if !matches!(status, 408 | 429 | 500..) {
                    break;
                }
            }
        }
    }
    Err(last)
}

fn read_answer(text: &str) -> Result<Answer, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let content = &value["choices"][0]["message"]["content"];
    // A message may come in parts.
    let text = match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part["text"].as_str())
            .collect(),
        _ => return Err("the endpoint's answer has no choices[0].message.content".into()),
    };
    Ok(Answer {
        text,
        prompt_tokens: value["usage"]["prompt_tokens"].as_u64().unwrap_or(0),
        completion_tokens: value["usage"]["completion_tokens"].as_u64().unwrap_or(0),
    })
}
