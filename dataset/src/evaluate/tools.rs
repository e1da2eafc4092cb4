//! The conversation with a model that may call the tool `view` before it answers.
//!
//! Each call is answered by a short message of the role `tool`. The pictures follow in a message
//! of the user, because many endpoints accept pictures only there. When no view is left, or too
//! many calls were invalid, tools are no longer offered, so that an answer comes.

use serde_json::{Map, Value, json};

use super::client::{Answer, AskError, ChatClient, OfferedTools, image_part};
use super::view_tool::{NAME, ViewTool, shortened};
use crate::error::DatasetError;
use crate::reader::Question;
use crate::score::ViewedPicture;

/// Invalid calls after which a model has to answer.
const MAX_INVALID_CALLS: usize = 8;
/// Most calls in one message.
const MAX_CALLS_PER_MESSAGE: usize = 32;
/// Requests that ask for the answer once no call is left.
const MAX_CLOSING_REQUESTS: usize = 2;

/// Asks a question until the model answers it without a call.
///
/// Tokens are those of all requests, and the views are in the order of the calls.
///
/// # Errors
/// The inner error says why the question has no answer; the outer one, why no picture can be drawn.
pub(super) fn ask(
    client: &ChatClient<'_>,
    tool: &ViewTool<'_>,
    question: &Question,
    message: Value,
) -> Result<Result<Answer, AskError>, DatasetError> {
    // Without pictures there is nothing to look at.
    if question.images.is_empty() {
        let answer = client.ask(&[message], None);
        return Ok(answer.map(|answer| Answer {
            views: Some(Vec::new()),
            ..answer
        }));
    }
    let definitions = tool.definitions(question);
    let mut conversation = Conversation {
        tool,
        question,
        messages: vec![message],
        views: Vec::new(),
        invalid: 0,
    };
    let (mut prompt_tokens, mut completion_tokens) = (None, None);
    let mut closing_requests = 0;
    loop {
        let callable = conversation.is_call_left();
        closing_requests += usize::from(!callable);
        let tools = OfferedTools {
            definitions: &definitions,
            callable,
        };
        // A model that still calls instead of answering gets its last request without any tool.
        let is_last = closing_requests == MAX_CLOSING_REQUESTS;
        let offered = (!is_last).then_some(tools);
        let mut answer = match client.ask(&conversation.messages, offered) {
            Ok(answer) => answer,
            Err(error) => return Ok(Err(error)),
        };
        add(&mut prompt_tokens, answer.prompt_tokens);
        add(&mut completion_tokens, answer.completion_tokens);
        let answers = !answer.text.trim().is_empty() && !callable;
        if answer.tool_calls.is_empty() || answers || is_last {
            answer.prompt_tokens = prompt_tokens;
            answer.completion_tokens = completion_tokens;
            answer.views = Some(conversation.views);
            return Ok(Ok(answer));
        }
        if answer.tool_calls.len() > MAX_CALLS_PER_MESSAGE {
            return Ok(Err(AskError::NoAnswer(format!(
                "the model made {} calls in one message; at most {MAX_CALLS_PER_MESSAGE} are answered",
                answer.tool_calls.len()
            ))));
        }
        conversation.answer_calls(&answer)?;
    }
}

/// Adds a count of tokens, which some endpoints do not give.
fn add(total: &mut Option<u64>, count: Option<u64>) {
    if let Some(count) = count {
        *total = Some(total.unwrap_or(0) + count);
    }
}

/// The messages about one question, and what was drawn.
struct Conversation<'a, 's> {
    tool: &'a ViewTool<'s>,
    question: &'a Question,
    messages: Vec<Value>,
    views: Vec<ViewedPicture>,
    invalid: usize,
}

impl Conversation<'_, '_> {
    fn drawn(&self) -> usize {
        self.views.len() - self.invalid
    }

    fn is_call_left(&self) -> bool {
        self.drawn() < self.tool.max_views && self.invalid < MAX_INVALID_CALLS
    }

    /// Answers all calls of a message.
    fn answer_calls(&mut self, answer: &Answer) -> Result<(), DatasetError> {
        let calls: Vec<ToolCall> = answer
            .tool_calls
            .iter()
            .enumerate()
            .map(|(index, call)| ToolCall::read(call, self.messages.len(), index))
            .collect();
        let echoes: Vec<&Value> = calls.iter().map(|call| &call.echo).collect();
        let content = Some(&answer.text).filter(|text| !text.is_empty());
        self.messages.push(json!({
            "role": "assistant",
            "content": content,
            "tool_calls": echoes,
        }));
        let mut pictures = Vec::new();
        for call in &calls {
            let text = match self.view(call)? {
                Ok(png) => {
                    let number = self.drawn();
                    pictures.push(json!({"type": "text", "text": format!("View {number}:")}));
                    pictures.push(image_part(&png));
                    let left = self.tool.max_views - number;
                    format!("View {number} follows in the next message; {left} more are left.")
                }
                Err(text) => format!("Error: {text}"),
            };
            self.messages
                .push(json!({"role": "tool", "tool_call_id": call.id, "content": text}));
        }
        if !self.is_call_left() {
            let text = "No calls are left. Answer the question now.";
            pictures.push(json!({"type": "text", "text": text}));
        }
        if !pictures.is_empty() {
            self.messages
                .push(json!({"role": "user", "content": pictures}));
        }
        Ok(())
    }

    /// Draws the picture of a call; the inner error is the text for the model.
    fn view(&mut self, call: &ToolCall) -> Result<Result<Vec<u8>, String>, DatasetError> {
        if !self.is_call_left() {
            return Ok(Err(
                "no calls are left; answer the question with the pictures that you have".to_owned(),
            ));
        }
        let (mut record, read) = self.tool.read(self.question, &call.name, &call.arguments);
        let drawn = match read {
            Ok(call) => self.tool.draw(self.question, &call)?,
            Err(error) => Err(error),
        };
        if let Err(error) = &drawn {
            record.error = Some(error.clone());
            self.invalid += 1;
        }
        self.views.push(record);
        Ok(drawn)
    }
}

/// A call as an endpoint wrote it.
struct ToolCall {
    id: String,
    name: String,
    /// The arguments, or why they are none.
    arguments: Result<Map<String, Value>, String>,
    /// The call as the next request repeats it.
    echo: Value,
}

impl ToolCall {
    /// Reads the call at an index of a message.
    ///
    /// The repeated call has an id and arguments in JSON in any case: endpoints refuse others.
    fn read(call: &Value, message: usize, index: usize) -> Self {
        let id = call["id"].as_str().filter(|id| !id.is_empty());
        let id = id.map_or_else(|| format!("call_{message}_{index}"), str::to_owned);
        let function = &call["function"];
        let name = function["name"].as_str().unwrap_or_default().to_owned();
        let arguments = arguments_of(&function["arguments"]);
        let repeated = arguments.as_ref().map_or_else(
            |_| "{}".to_owned(),
            |map| Value::Object(map.clone()).to_string(),
        );
        let mut echo = match call {
            Value::Object(_) => call.clone(),
            _ => json!({}),
        };
        echo["id"] = json!(id);
        echo["type"] = json!("function");
        echo["function"] = json!({"name": name, "arguments": repeated});
        Self {
            id,
            name,
            arguments,
            echo,
        }
    }
}

/// Reads the arguments of a call: an object, or its text in JSON.
fn arguments_of(value: &Value) -> Result<Map<String, Value>, String> {
    let parsed = match value {
        Value::String(text) if text.trim().is_empty() => Value::Object(Map::new()),
        Value::String(text) => serde_json::from_str(text).map_err(|error| {
            format!(
                "the arguments of {NAME} are not JSON ({error}): {}; give such as {{\"picture\": 1, \"commands\": [\"roll y 30\"]}}",
                shortened(text)
            )
        })?,
        Value::Null => Value::Object(Map::new()),
        other => other.clone(),
    };
    match parsed {
        Value::Object(map) => Ok(map),
        other => Err(format!(
            "the arguments of {NAME} are {}, not an object; give such as {{\"picture\": 1, \"commands\": [\"roll y 30\"]}}",
            shortened(&other.to_string())
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_repeated_with_an_id_and_arguments_in_json() {
        let call =
            json!({"function": {"name": "view", "arguments": "{\"picture\": 1"}, "index": 0});
        let read = ToolCall::read(&call, 1, 2);
        assert_eq!(read.id, "call_1_2");
        let error = read.arguments.expect_err("half an object");
        assert!(
            error.contains("not JSON") && error.contains("{\"picture\": 1"),
            "{error}"
        );
        let echo = json!({
            "index": 0, "id": "call_1_2", "type": "function",
            "function": {"name": "view", "arguments": "{}"},
        });
        assert_eq!(read.echo, echo);
        // Signatures, which some endpoints want back, stay.
        let signature = json!({"google": {"thought_signature": "abc"}});
        let call =
            json!({"id": "x", "extra_content": signature, "function": {"arguments": {"a": 1}}});
        let read = ToolCall::read(&call, 1, 0);
        assert_eq!((read.id.as_str(), read.name.as_str()), ("x", ""));
        assert_eq!(read.echo["extra_content"], signature);
        assert_eq!(read.echo["function"]["arguments"], "{\"a\":1}");
        // Anything else is a call, too, and gets an answer.
        assert_eq!(ToolCall::read(&json!("view"), 3, 0).id, "call_3_0");
    }

    #[test]
    fn arguments_are_an_object_or_its_text() {
        for value in [json!("{\"picture\": 2}"), json!({"picture": 2})] {
            assert_eq!(arguments_of(&value).expect("an object")["picture"], 2);
        }
        for value in [json!(""), json!(null), json!("{}")] {
            assert_eq!(arguments_of(&value), Ok(Map::new()));
        }
        for value in [
            json!("[1]"),
            json!("2"),
            json!(["roll"]),
            json!("{'picture': 2}"),
        ] {
            let error = arguments_of(&value).expect_err("not an object");
            assert!(error.contains("give such as"), "{error}");
        }
    }
}
