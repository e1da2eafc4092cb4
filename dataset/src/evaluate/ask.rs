//! One question to the endpoint, as often as need be.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::EvaluateOptions;
use crate::base64;
use crate::stored::Question;
use crate::watch::Watch;

/// First wait between two tries; each further one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Longest wait that is chosen here.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// Longest wait that an endpoint may ask for.
const LONGEST_RETRY_AFTER: Duration = Duration::from_mins(10);
/// How long nobody looks whether to stop.
const NAP: Duration = Duration::from_millis(50);
/// Letters of an endpoint's words that are told.
const TOLD: usize = 200;

/// What a model said.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) prompt_tokens: Option<u64>,
    pub(super) completion_tokens: Option<u64>,
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum Failure {
    /// To this question.
    NoAnswer(String),
    /// To any: the key is refused, or there is no such endpoint.
    Refused(String),
    /// Someone asked to stop.
    Stopped,
}

/// Asks an endpoint, from many threads.
pub(super) struct Asker<'a> {
    options: &'a EvaluateOptions,
    watch: Watch<'a>,
    agent: ureq::Agent,
    url: String,
    retries: AtomicUsize,
    /// The endpoint wants `max_completion_tokens` in place of `max_tokens`.
    counts_thoughts: AtomicBool,
    /// The endpoint takes no `temperature`.
    has_own_temperature: AtomicBool,
}

/// What an endpoint was found to want.
#[derive(Debug, Clone, Copy)]
struct Form {
    counts_thoughts: bool,
    has_own_temperature: bool,
}

/// What one try gave.
enum Try {
    Answer(Answer),
    /// Again after a while, which the endpoint may have named.
    Again(String, Option<Duration>),
    /// Again at once, in another form.
    OtherForm,
    Never(Failure),
}

impl<'a> Asker<'a> {
    pub(super) fn new(options: &'a EvaluateOptions, watch: Watch<'a>) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(options.timeout))
            .http_status_as_error(false)
            .build();
        Self {
            options,
            watch,
            agent: agent.into(),
            url: format!(
                "{}/chat/completions",
                options.endpoint.trim_end_matches('/')
            ),
            retries: AtomicUsize::new(0),
            counts_thoughts: AtomicBool::new(false),
            has_own_temperature: AtomicBool::new(false),
        }
    }

    /// Tries that were made again.
    pub(super) fn retries(&self) -> usize {
        self.retries.load(Ordering::Relaxed)
    }

    /// The chat request: each picture behind its caption, then the question.
    fn body(&self, form: Form, question: &Question, images: &[Arc<Vec<u8>>]) -> String {
        let mut content = Vec::new();
        for (number, (image, caption)) in images.iter().zip(&question.captions).enumerate() {
            let url = format!("data:image/png;base64,{}", base64::encode(image));
            content.push(
                json!({"type": "text", "text": format!("Picture {}: {caption}", number + 1)}),
            );
            content.push(json!({"type": "image_url", "image_url": {"url": url}}));
        }
        content.push(json!({"type": "text", "text": question.question}));
        let mut body = json!({
            "model": self.options.model,
            "messages": [{"role": "user", "content": content}],
        });
        let most = if form.counts_thoughts {
            "max_completion_tokens"
        } else {
            "max_tokens"
        };
        body[most] = json!(self.options.max_tokens);
        if !form.has_own_temperature {
            body["temperature"] = json!(0);
        }
        body.to_string()
    }

    /// Asks until there is an answer.
    pub(super) fn ask(
        &self,
        question: &Question,
        images: &[Arc<Vec<u8>>],
    ) -> Result<Answer, Failure> {
        let mut wait = FIRST_WAIT;
        let mut tries = 0;
        loop {
            let form = self.form();
            let body = self.body(form, question, images);
            let (problem, asked) = match self.once(form, &body) {
                Try::Answer(answer) => return Ok(answer),
                Try::Never(failure) => return Err(failure),
                Try::OtherForm => continue,
                Try::Again(problem, asked) => (problem, asked),
            };
            tries += 1;
            if tries >= self.options.tries.max(1) {
                return Err(Failure::NoAnswer(problem));
            }
            self.retries.fetch_add(1, Ordering::Relaxed);
            self.sleep(asked.map_or(wait, |asked| asked.min(LONGEST_RETRY_AFTER)))?;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    fn sleep(&self, wait: Duration) -> Result<(), Failure> {
        let end = Instant::now() + wait;
        loop {
            if (self.watch.stopped)() {
                return Err(Failure::Stopped);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(NAP));
        }
    }

    fn once(&self, form: Form, body: &str) -> Try {
        let mut request = self
            .agent
            .post(&self.url)
            .header("Content-Type", "application/json");
        if let Some(key) = &self.options.key {
            request = request.header("Authorization", &format!("Bearer {key}"));
        }
        let mut response = match request.send(body) {
            Ok(response) => response,
            // An address or key that is no such thing will not become one.
            Err(error @ (ureq::Error::BadUri(_) | ureq::Error::Http(_))) => {
                return Try::Never(Failure::Refused(self.told(&error.to_string())));
            }
            Err(error) => return Try::Again(self.told(&error.to_string()), None),
        };
        let status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.trim().parse::<f64>().ok())
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let text = match response.body_mut().read_to_string() {
            Ok(text) => text,
            Err(error) => return Try::Again(self.told(&error.to_string()), retry_after),
        };
        if status == 200 {
            return match read_answer(&text) {
                Ok(answer) => Try::Answer(answer),
                Err(problem) => Try::Again(self.told(&format!("{problem}: {text}")), retry_after),
            };
        }
        let problem = self.told(&format!("HTTP {status}: {text}"));
        match status {
            400 | 422 if self.changes_form(form, &text) => Try::OtherForm,
            401 | 403 | 404 | 405 => Try::Never(Failure::Refused(problem)),
            408 | 409 | 425 | 429 | 500.. => Try::Again(problem, retry_after),
            _ => Try::Never(Failure::NoAnswer(problem)),
        }
    }

    /// The form of a request that is made now.
    fn form(&self) -> Form {
        Form {
            counts_thoughts: self.counts_thoughts.load(Ordering::Relaxed),
            has_own_temperature: self.has_own_temperature.load(Ordering::Relaxed),
        }
    }

    /// Whether a refusal names a part of a request that can be left out or named otherwise, and was
    /// not.
    fn changes_form(&self, form: Form, text: &str) -> bool {
        let parts = [
            (
                "max_completion_tokens",
                form.counts_thoughts,
                &self.counts_thoughts,
            ),
            (
                "temperature",
                form.has_own_temperature,
                &self.has_own_temperature,
            ),
        ];
        let mut changed = false;
        for (word, was, flag) in parts {
            if text.contains(word) && !was {
                flag.store(true, Ordering::Relaxed);
                changed = true;
            }
        }
        changed
    }

    /// The first letters of an endpoint's words, on one line. The key is never among them.
    fn told(&self, text: &str) -> String {
        let text = match &self.options.key {
            Some(key) if !key.is_empty() => text.replace(key.as_str(), "(key)"),
            _ => text.to_owned(),
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        words.join(" ").chars().take(TOLD).collect()
    }
}

fn read_answer(text: &str) -> Result<Answer, String> {
    let value: Value =
        serde_json::from_str(text).map_err(|error| format!("the answer is no JSON ({error})"))?;
    let message = &value["choices"][0]["message"];
    // A message may come in parts; one that was refused or cut off within the thoughts has no
    // content.
    let text = match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part["text"].as_str())
            .collect(),
        Value::Null if message.is_object() => {
            message["refusal"].as_str().unwrap_or_default().to_owned()
        }
        _ => return Err("the answer has no choices[0].message.content".into()),
    };
    Ok(Answer {
        text,
        prompt_tokens: value["usage"]["prompt_tokens"].as_u64(),
        completion_tokens: value["usage"]["completion_tokens"].as_u64(),
    })
}
