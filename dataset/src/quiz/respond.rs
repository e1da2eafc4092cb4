//! The requests of the page of a quiz.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{Quiz, QuizQuestion};
use crate::error::DatasetError;
use crate::score::{PAPER, Prediction, table};
use crate::task::{OPTION_LETTERS, Task};

/// Longest body of a request, in bytes.
pub const MAX_REQUEST_BYTES: usize = 16 << 10;
/// Longest answer, in bytes.
const MAX_ANSWER_BYTES: usize = 4096;
/// Longest time of an answer, in seconds: a week.
const MAX_SECONDS: f64 = 7.0 * 86_400.0;

const JSON: &str = "application/json";

/// The files of the page.
const FILES: [(&str, &str, &[u8]); 3] = [
    (
        "/",
        "text/html; charset=utf-8",
        include_bytes!("../../page/quiz.html"),
    ),
    (
        "/assets/quiz.css",
        "text/css; charset=utf-8",
        include_bytes!("../../page/quiz.css"),
    ),
    (
        "/assets/quiz.js",
        "text/javascript; charset=utf-8",
        include_bytes!("../../page/quiz.js"),
    ),
];

/// What a request gets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct QuizResponse {
    /// HTTP status.
    pub status: u16,
    /// Media type of the body.
    pub media_type: &'static str,
    /// The body.
    pub body: Vec<u8>,
}

/// An answer as the page sends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenAnswer {
    id: String,
    /// A letter, or a text; empty for "I do not know".
    answer: String,
    /// Time for which the question was visible.
    seconds: f64,
}

impl QuizResponse {
    fn json(value: &Value) -> Self {
        Self {
            status: 200,
            media_type: JSON,
            body: value.to_string().into_bytes(),
        }
    }

    /// Refuses a request; the page shows the text.
    fn refused(status: u16, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        Self {
            status,
            ..Self::json(&json!({ "detail": detail }))
        }
    }
}

impl Quiz<'_> {
    /// Answers a request of the page; `path` has no query.
    pub fn respond(&mut self, is_post: bool, path: &str, body: &[u8]) -> QuizResponse {
        if let Some((_, media_type, body)) = FILES.iter().find(|(name, ..)| *name == path)
            && !is_post
        {
            return QuizResponse {
                status: 200,
                media_type,
                body: body.to_vec(),
            };
        }
        let response = match (is_post, path) {
            (false, "/next") => self.next_question(),
            (false, "/scores") => self.final_scores(),
            (true, "/answers") => self.keep(body),
            (false, path) => self.picture(path),
            _ => Ok(QuizResponse::refused(404, "there is no such page")),
        };
        response.unwrap_or_else(|error| QuizResponse::refused(500, error.to_string()))
    }

    /// Describes the first question without an answer, without anything that tells the right one.
    fn next_question(&self) -> Result<QuizResponse, DatasetError> {
        let position = self.next();
        let question = position
            .map(|position| self.described(position, &self.questions[position]))
            .transpose()?;
        Ok(QuizResponse::json(&json!({
            "name": self.name,
            "answered": self.answered_count(),
            "total": self.questions.len(),
            "question": question,
        })))
    }

    fn described(&self, position: usize, asked: &QuizQuestion) -> Result<Value, DatasetError> {
        let question = &asked.question;
        let catalogue = self.catalogues.get(&question.language)?;
        let captions = question.captions.iter().take(question.images.len());
        let pictures: Vec<Value> = captions
            .enumerate()
            .map(|(index, caption)| {
                let number = index + 1;
                json!({
                    "label": catalogue.picture_label(number, caption),
                    "url": format!("pictures/{position}/{number}.png"),
                })
            })
            .collect();
        let letters: &[&str] = if asked.task.is_choice() {
            &OPTION_LETTERS
        } else {
            &[]
        };
        Ok(json!({
            "id": question.id,
            "language": question.language,
            "text": question.question,
            "letters": letters,
            "form": form(asked.task),
            "pictures": pictures,
            "tables": question.tables,
        }))
    }

    /// Returns a picture of a question: `/pictures/POSITION/NUMBER.png`.
    fn picture(&mut self, path: &str) -> Result<QuizResponse, DatasetError> {
        let place = path.strip_prefix("/pictures/").and_then(|rest| {
            let (position, number) = rest.strip_suffix(".png")?.split_once('/')?;
            let index = number.parse::<usize>().ok()?.checked_sub(1)?;
            let asked = self.questions.get(position.parse::<usize>().ok()?)?;
            asked.question.images.get(index)
        });
        let Some(place) = place else {
            return Ok(QuizResponse::refused(404, "there is no such page"));
        };
        let bytes = self.pictures.get(place)?;
        Ok(QuizResponse {
            status: 200,
            media_type: "image/png",
            body: bytes.to_vec(),
        })
    }

    /// Keeps an answer, unless its question has one.
    fn keep(&mut self, body: &[u8]) -> Result<QuizResponse, DatasetError> {
        if body.len() > MAX_REQUEST_BYTES {
            return Ok(QuizResponse::refused(413, "the request is too large"));
        }
        let given: GivenAnswer = match serde_json::from_slice(body) {
            Ok(given) => given,
            Err(error) => {
                return Ok(QuizResponse::refused(
                    400,
                    format!(
                        "the request is not {{\"id\", \"answer\", \"seconds\"}} in JSON: {error}"
                    ),
                ));
            }
        };
        let Some(position) = self.positions.get(&given.id) else {
            return Ok(QuizResponse::refused(
                404,
                "the quiz has no such question; load the page again",
            ));
        };
        let answer = given.answer.trim();
        if let Some(problem) = problem_of(self.questions[*position].task, answer, given.seconds) {
            return Ok(QuizResponse::refused(400, problem));
        }
        if self.answers.contains_key(&given.id) {
            return Ok(QuizResponse::refused(
                409,
                "this question has an answer, perhaps from another tab; the first one is kept",
            ));
        }
        let line = Prediction {
            // A tenth is more precise than a person.
            seconds: Some((given.seconds * 10.0).round() / 10.0),
            ..Prediction::new(given.id.clone(), answer)
        };
        self.file.append(&line)?;
        self.answers.insert(given.id, line);
        Ok(QuizResponse::json(&json!({
            "answered": self.answered_count(),
            "total": self.questions.len(),
        })))
    }

    /// Returns the scores once every question has an answer.
    fn final_scores(&self) -> Result<QuizResponse, DatasetError> {
        let Some(scores) = self.scores()? else {
            return Ok(QuizResponse::refused(
                409,
                "scores are shown when all questions have an answer",
            ));
        };
        let paper = PAPER.iter().find(|(name, _)| *name == "human");
        Ok(QuizResponse::json(&json!({
            "columns": scores.columns,
            "average": scores.average,
            "paper": paper.map(|(_, values)| {
                let columns = crate::score::COLUMNS.iter().zip(values);
                columns.map(|(column, value)| ((*column).to_owned(), json!(value)))
                    .collect::<serde_json::Map<_, _>>()
            }),
            "table": table(&scores),
            "file": self.file().display().to_string(),
        })))
    }
}

/// Returns why an answer cannot be kept.
fn problem_of(task: Task, answer: &str, seconds: f64) -> Option<String> {
    if answer.len() > MAX_ANSWER_BYTES {
        return Some(format!(
            "the answer has {} bytes; give at most {MAX_ANSWER_BYTES}",
            answer.len()
        ));
    }
    if task.is_choice() && !answer.is_empty() && !OPTION_LETTERS.contains(&answer) {
        return Some("the answer is not a letter from A to D".to_owned());
    }
    let is_time = (0.0..=MAX_SECONDS).contains(&seconds);
    (!is_time).then(|| format!("seconds are not a time from 0 to {MAX_SECONDS}"))
}

/// Returns the form of an answer, which the text field shows.
fn form(task: Task) -> &'static str {
    match task {
        Task::T1 => "move x 3",
        Task::T2 => "roll y 15",
        Task::T3 => "move z 50",
        Task::T4 => "No, or Yes: ARG NH2, O1B; ARG NE, O2G",
        Task::T5 | Task::T6 | Task::T8 => "",
        Task::T7 => "roll x 75, move x -14",
        Task::T9 => "ARG 45 NH2 A, O1B; LYS 47 NZ A, O1A",
    }
}
