//! Sends a question to a chat endpoint, with retries.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use super::EvaluateOptions;
use super::refusal::Refusal;
use crate::messages::Catalogues;
use crate::monitor::Monitor;
use crate::reader::Question;
use crate::score::ViewedPicture;

/// Wait before the first retry; it doubles with each further one.
const FIRST_WAIT: Duration = Duration::from_millis(500);
/// Longest wait without a `Retry-After` header.
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// Longest wait that is accepted from a `Retry-After` header.
const LONGEST_RETRY_AFTER: Duration = Duration::from_mins(10);
/// Waits from this length on are announced.
const ANNOUNCED_WAIT: Duration = Duration::from_secs(10);
/// Interval of checks for cancellation while waiting.
const POLL_INTERVAL: Duration = Duration::from_millis(50);
/// Characters of an endpoint's response that are quoted in errors.
const MAX_QUOTED_CHARS: usize = 200;

/// The response of a model.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) prompt_tokens: Option<u64>,
    pub(super) completion_tokens: Option<u64>,
    pub(super) finish_reason: Option<String>,
    /// The tools that it calls, as the endpoint wrote them.
    pub(super) tool_calls: Vec<Value>,
    /// What it looked at, if it could call tools.
    pub(super) views: Option<Vec<ViewedPicture>>,
}

/// The tools of a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct OfferedTools<'a> {
    /// Their definitions.
    pub(super) definitions: &'a Value,
    /// Whether the model may call them now; if not, they only explain earlier calls.
    pub(super) callable: bool,
}

/// The reason why a question has no answer.
#[derive(Debug)]
pub(super) enum AskError {
    /// This question has no answer now; it may have one later.
    NoAnswer(String),
    /// The endpoint refuses this question, and would again.
    QuestionRefused {
        /// The response.
        problem: String,
        /// Whether the response says that this question is at fault, and not the request.
        is_clear: bool,
    },
    /// No question can be answered: the key is refused, or the endpoint does not exist.
    Refused(String),
    /// The work was cancelled.
    Stopped,
}

/// A client of a chat endpoint, shared by several threads.
pub(super) struct ChatClient<'a> {
    options: &'a EvaluateOptions,
    catalogues: Catalogues,
    monitor: Monitor<'a>,
    agent: ureq::Agent,
    url: String,
    retries: AtomicUsize,
    /// The end of the longest wait that was announced: many threads wait at once.
    announced_until: Mutex<Option<Instant>>,
    /// Whether the endpoint requires `max_completion_tokens` instead of `max_tokens`.
    uses_completion_limit: AtomicBool,
    /// Whether the endpoint refuses `temperature`.
    omits_temperature: AtomicBool,
    /// Whether the endpoint refuses `tool_choice` with tools that may not be called.
    omits_uncallable_tools: AtomicBool,
}

/// The variant of the request format that the endpoint accepts, as far as is known.
#[derive(Debug, Clone, Copy)]
struct RequestFormat {
    uses_completion_limit: bool,
    omits_temperature: bool,
    omits_uncallable_tools: bool,
}

/// The outcome of one attempt.
enum Attempt {
    Answer(Answer),
    /// Retry later, after the wait that the endpoint asked for, if any.
    RetryLater(String, Option<Duration>),
    /// Retry at once in another request format.
    OtherFormat,
    /// Do not retry.
    Failed(AskError),
}

impl<'a> ChatClient<'a> {
    pub(super) fn new(
        options: &'a EvaluateOptions,
        catalogues: Catalogues,
        monitor: Monitor<'a>,
    ) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(options.timeout))
            .http_status_as_error(false)
            .build();
        Self {
            options,
            catalogues,
            monitor,
            agent: agent.into(),
            url: format!(
                "{}/chat/completions",
                options.endpoint.trim_end_matches('/')
            ),
            retries: AtomicUsize::new(0),
            announced_until: Mutex::new(None),
            uses_completion_limit: AtomicBool::new(false),
            omits_temperature: AtomicBool::new(false),
            omits_uncallable_tools: AtomicBool::new(false),
        }
    }

    /// Returns the number of retries of all questions.
    pub(super) fn retries(&self) -> usize {
        self.retries.load(Ordering::Relaxed)
    }

    /// Builds the message of a question: of each picture its caption, the picture and its table of
    /// coordinates (or one of both, by the question's mode), then the question.
    pub(super) fn message(&self, question: &Question, images: &[Arc<Vec<u8>>]) -> Value {
        let mut content = Vec::new();
        for (number, caption) in question.captions.iter().enumerate() {
            if let Some(image) = images.get(number) {
                let label = self.catalogues.get(&question.language).map_or_else(
                    |_| caption.clone(),
                    |catalogue| catalogue.picture_label(number + 1, caption),
                );
                content.push(json!({"type": "text", "text": label}));
                content.push(image_part(image));
            }
            if let Some(table) = question.tables.get(number) {
                content.push(json!({"type": "text", "text": table}));
            }
        }
        content.push(json!({"type": "text", "text": question.question}));
        json!({"role": "user", "content": content})
    }

    /// Builds a chat request.
    fn body(
        &self,
        format: RequestFormat,
        messages: &[Value],
        tools: Option<OfferedTools<'_>>,
    ) -> String {
        let mut body = json!({"model": self.options.model, "messages": messages});
        if let Some(tools) = tools.filter(|tools| tools.callable || !format.omits_uncallable_tools)
        {
            body["tools"] = tools.definitions.clone();
            body["tool_choice"] = json!(if tools.callable { "auto" } else { "none" });
        }
        let limit = if format.uses_completion_limit {
            "max_completion_tokens"
        } else {
            "max_tokens"
        };
        body[limit] = json!(self.options.max_tokens);
        if !format.omits_temperature {
            body["temperature"] = json!(0);
        }
        body.to_string()
    }

    /// Sends messages until there is an answer or no retry is left.
    pub(super) fn ask(
        &self,
        messages: &[Value],
        tools: Option<OfferedTools<'_>>,
    ) -> Result<Answer, AskError> {
        let answer = self.ask_patiently(messages, tools);
        match answer {
            // Only at the first message of a question can no earlier call be at fault.
            Err(
                AskError::NoAnswer(problem)
                | AskError::Refused(problem)
                | AskError::QuestionRefused { problem, .. },
            ) if tools.is_some() && messages.len() == 1 && names_tools(&problem) => {
                Err(AskError::Refused(format!(
                    "it does not accept tools ({problem}); start it with tool calls (vLLM: --enable-auto-tool-choice), give another model, or leave the tools out"
                )))
            }
            answer => answer,
        }
    }

    fn ask_patiently(
        &self,
        messages: &[Value],
        tools: Option<OfferedTools<'_>>,
    ) -> Result<Answer, AskError> {
        let mut wait = FIRST_WAIT;
        let mut attempts = 0;
        loop {
            let format = self.format();
            let body = self.body(format, messages, tools);
            let (problem, requested_wait) = match self.send_once(format, &body, tools) {
                Attempt::Answer(answer) => return Ok(answer),
                Attempt::Failed(failure) => return Err(failure),
                Attempt::OtherFormat => continue,
                Attempt::RetryLater(problem, requested_wait) => (problem, requested_wait),
            };
            attempts += 1;
            if attempts >= self.options.tries.max(1) {
                return Err(AskError::NoAnswer(problem));
            }
            self.retries.fetch_add(1, Ordering::Relaxed);
            let this_wait = requested_wait.map_or(wait, |wait| wait.min(LONGEST_RETRY_AFTER));
            self.announce(this_wait, requested_wait, &problem);
            self.sleep(this_wait)?;
            wait = (wait * 2).min(LONGEST_WAIT);
        }
    }

    /// Says what a long wait is for, unless another thread has said so.
    fn announce(&self, wait: Duration, requested: Option<Duration>, problem: &str) {
        let end = Instant::now() + wait;
        let mut until = self
            .announced_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if wait < ANNOUNCED_WAIT || until.is_some_and(|until| end < until + ANNOUNCED_WAIT) {
            return;
        }
        *until = Some(end);
        let requested = match requested {
            Some(requested) if requested > wait => format!(
                ", not the {} s that the endpoint asks for, and then trying again",
                requested.as_secs()
            ),
            _ => ", and then trying again".to_owned(),
        };
        let seconds = wait.as_secs();
        (self.monitor.notice)(&format!("{problem}; waiting {seconds} s{requested}"));
    }

    /// Waits, unless the work is cancelled.
    fn sleep(&self, wait: Duration) -> Result<(), AskError> {
        let end = Instant::now() + wait;
        loop {
            if (self.monitor.stopped)() {
                return Err(AskError::Stopped);
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(POLL_INTERVAL));
        }
    }

    /// Sends a request once.
    fn send_once(
        &self,
        format: RequestFormat,
        body: &str,
        tools: Option<OfferedTools<'_>>,
    ) -> Attempt {
        let mut request = self
            .agent
            .post(&self.url)
            .header("Content-Type", "application/json");
        if let Some(key) = &self.options.key {
            request = request.header("Authorization", &format!("Bearer {key}"));
        }
        let mut response = match request.send(body) {
            Ok(response) => response,
            // An invalid address or key stays invalid.
            Err(error @ (ureq::Error::BadUri(_) | ureq::Error::Http(_))) => {
                return Attempt::Failed(AskError::Refused(self.quoted(&error.to_string())));
            }
            Err(error) => return Attempt::RetryLater(self.quoted(&error.to_string()), None),
        };
        let status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get("retry-after")
            .and_then(|value| value.to_str().ok()?.trim().parse::<f64>().ok())
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
        let text = match response.body_mut().read_to_string() {
            Ok(text) => text,
            Err(error) => return Attempt::RetryLater(self.quoted(&error.to_string()), retry_after),
        };
        if status == 200 {
            return match read_answer(&text) {
                Ok(answer) => Attempt::Answer(answer),
                Err(problem) => {
                    Attempt::RetryLater(self.quoted(&format!("{problem}: {text}")), retry_after)
                }
            };
        }
        let problem = self.quoted(&format!("HTTP {status}: {text}"));
        let is_clear = match Refusal::of(status, &text) {
            None => return Attempt::RetryLater(problem, retry_after),
            Some(Refusal::All) => return Attempt::Failed(AskError::Refused(problem)),
            Some(Refusal::Question) => true,
            Some(Refusal::Unclear) => {
                if matches!(status, 400 | 422) && self.changes_format(format, &text, tools) {
                    return Attempt::OtherFormat;
                }
                false
            }
        };
        Attempt::Failed(AskError::QuestionRefused { problem, is_clear })
    }

    /// Returns the request format that is known to be needed so far.
    fn format(&self) -> RequestFormat {
        RequestFormat {
            uses_completion_limit: self.uses_completion_limit.load(Ordering::Relaxed),
            omits_temperature: self.omits_temperature.load(Ordering::Relaxed),
            omits_uncallable_tools: self.omits_uncallable_tools.load(Ordering::Relaxed),
        }
    }

    /// Adapts the request format if a refusal names a parameter that can be omitted or renamed.
    ///
    /// Returns whether the next request will differ from the refused one.
    fn changes_format(
        &self,
        format: RequestFormat,
        text: &str,
        tools: Option<OfferedTools<'_>>,
    ) -> bool {
        let parts = [
            (
                "max_completion_tokens",
                format.uses_completion_limit,
                &self.uses_completion_limit,
            ),
            (
                "temperature",
                format.omits_temperature,
                &self.omits_temperature,
            ),
        ];
        let mut changed = false;
        if tools.is_some_and(|tools| !tools.callable)
            && !format.omits_uncallable_tools
            && names_tools(text)
        {
            self.omits_uncallable_tools.store(true, Ordering::Relaxed);
            changed = true;
        }
        for (word, was, flag) in parts {
            if text.contains(word) && !was {
                flag.store(true, Ordering::Relaxed);
                changed = true;
            }
        }
        changed
    }

    /// Returns the first characters of a response on one line, without the key and with control
    /// characters escaped.
    fn quoted(&self, text: &str) -> String {
        let text = match &self.options.key {
            Some(key) if !key.is_empty() => text.replace(key.as_str(), "(key)"),
            _ => text.to_owned(),
        };
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut quoted = String::new();
        for c in words.join(" ").chars().take(MAX_QUOTED_CHARS) {
            if c.is_control() {
                quoted.extend(c.escape_default());
            } else {
                quoted.push(c);
            }
        }
        quoted
    }
}

/// Checks that a text is the base URL of an endpoint.
///
/// # Errors
/// When it is not; the text says what would be right.
pub fn check_endpoint(endpoint: &str) -> Result<(), String> {
    let uri = endpoint.parse::<ureq::http::Uri>().ok();
    let is_url = uri.is_some_and(|uri| {
        matches!(uri.scheme_str(), Some("http" | "https"))
            && uri.host().is_some_and(|host| !host.is_empty())
    });
    if is_url {
        return Ok(());
    }
    Err(format!(
        "\"{endpoint}\" is not the URL of an endpoint; give it with http:// or https://, such as http://localhost:8000/v1"
    ))
}

/// Returns whether a refusal is about tools.
fn names_tools(problem: &str) -> bool {
    problem.to_lowercase().contains("tool")
}

/// Builds the part of a message that shows a picture, a PNG.
pub(super) fn image_part(png: &[u8]) -> Value {
    let url = format!("data:image/png;base64,{}", BASE64_STANDARD.encode(png));
    json!({"type": "image_url", "image_url": {"url": url}})
}

/// Reads the answer from a response.
fn read_answer(text: &str) -> Result<Answer, String> {
    let value: Value = serde_json::from_str(text)
        .map_err(|error| format!("the response is not JSON ({error})"))?;
    let message = &value["choices"][0]["message"];
    // A message may consist of several parts; one that was refused, or truncated while reasoning,
    // has no content.
    let text = match &message["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts
            .iter()
            .filter_map(|part| part["text"].as_str())
            .collect(),
        Value::Null if message.is_object() => {
            message["refusal"].as_str().unwrap_or_default().to_owned()
        }
        _ => return Err("the response has no choices[0].message.content".into()),
    };
    Ok(Answer {
        text,
        prompt_tokens: value["usage"]["prompt_tokens"].as_u64(),
        completion_tokens: value["usage"]["completion_tokens"].as_u64(),
        finish_reason: value["choices"][0]["finish_reason"]
            .as_str()
            .map(str::to_owned),
        tool_calls: message["tool_calls"]
            .as_array()
            .cloned()
            .unwrap_or_default(),
        views: None,
    })
}

#[cfg(test)]
mod tests {
    use super::check_endpoint;

    #[test]
    fn endpoints_are_urls() {
        for url in [
            "http://localhost:8000/v1",
            "http://127.0.0.1:18820",
            "http://[::1]:8000/v1/",
            "https://api.openai.com/v1",
        ] {
            assert_eq!(check_endpoint(url), Ok(()));
        }
        for text in [
            "",
            "localhost:18820",
            "localhost",
            "/v1",
            "ftp://a/v1",
            "http://",
            "not a URL",
        ] {
            let error = check_endpoint(text).expect_err(text);
            assert!(
                error.contains("such as http://localhost:8000/v1"),
                "{error}"
            );
        }
    }
}
