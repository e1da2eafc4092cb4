//! What a refusal of an endpoint is about: one question, or all of them.

use serde_json::Value;

/// What a response with an error status, which a retry does not mend, is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// All questions: the key, the account, the model or the address is wrong.
    All,
    /// The question that was sent: it is too large for the model or the endpoint.
    Question,
    /// The question, if the endpoint answers others; else all questions.
    Unclear,
}

/// Words about the key or the account.
const ACCOUNT: [&str; 8] = [
    "api key",
    "api_key",
    "apikey",
    "authentication",
    "billing",
    "credit balance",
    "insufficient",
    "quota",
];
/// Words about a question with more tokens than the model takes.
const TOO_LONG: [&str; 15] = [
    "context length",
    "context size",
    "context window",
    "context_length",
    "input is too long",
    "input length",
    "input token",
    "max_model_len",
    "maximum context",
    "maximum input",
    "prompt is too long",
    "prompt length",
    "prompt too long",
    "request_too_large",
    "too many tokens",
];
/// Words about a model that the endpoint does not have, beside the word `model`.
const UNKNOWN_MODEL: [&str; 6] = [
    "invalid model",
    "no such model",
    "not a valid model",
    "not exist",
    "not found",
    "unknown model",
];

impl Refusal {
    /// Reads what a response is about; `None` if it may be a temporary failure.
    pub(super) fn of(status: u16, text: &str) -> Option<Self> {
        let words = error_words(text);
        let has = |list: &[&str]| list.iter().any(|word| words.contains(word));
        match status {
            401..=405 => Some(Self::All),
            413 => Some(Self::Question),
            // Some servers fail where others refuse.
            400 | 422 | 500 if has(&TOO_LONG) => Some(Self::Question),
            408 | 409 | 425 | 429 | 500.. => None,
            400..=499 if has(&ACCOUNT) => Some(Self::All),
            400..=499 if words.contains("model") && has(&UNKNOWN_MODEL) => Some(Self::All),
            _ => Some(Self::Unclear),
        }
    }
}

/// Returns what a response says about the error, in lower case.
///
/// Some responses repeat the request, whose words say nothing about the error.
fn error_words(text: &str) -> String {
    fn collect(value: &Value, is_message: bool, words: &mut Vec<String>) {
        const KEYS: [&str; 8] = [
            "error", "errors", "message", "msg", "detail", "code", "type", "param",
        ];
        match value {
            Value::String(text) if is_message => words.push(text.to_lowercase()),
            Value::Array(values) => {
                for value in values {
                    collect(value, is_message, words);
                }
            }
            Value::Object(map) => {
                for (key, value) in map {
                    if KEYS.contains(&key.as_str()) {
                        collect(value, true, words);
                    }
                }
            }
            _ => {}
        }
    }
    let Ok(value @ (Value::Object(_) | Value::Array(_))) = serde_json::from_str(text) else {
        return text.to_lowercase();
    };
    let mut words = Vec::new();
    collect(&value, false, &mut words);
    words.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn responses_of_known_servers_are_about_what_they_say() {
        let all = Some(Refusal::All);
        let question = Some(Refusal::Question);
        let unclear = Some(Refusal::Unclear);
        for (status, text, wanted) in [
            (401, "", all),
            (402, "Insufficient Balance", all),
            (403, "", all),
            (
                404,
                r#"{"error": {"message": "The model `x` does not exist."}}"#,
                all,
            ),
            (405, "", all),
            // DeepSeek, Mistral, Ollama.
            (400, r#"{"error": {"message": "Model Not Exist"}}"#, all),
            (
                400,
                r#"{"object": "error", "message": "Invalid model: x", "code": "1500"}"#,
                all,
            ),
            (400, r#"{"error": "model 'x' not found"}"#, all),
            // Google, Anthropic.
            (
                400,
                r#"[{"error": {"message": "API key not valid. Please pass a valid API key."}}]"#,
                all,
            ),
            (
                400,
                r#"{"error": {"message": "Your credit balance is too low"}}"#,
                all,
            ),
            // OpenAI, vLLM, llama.cpp, Anthropic, Google.
            (
                400,
                r#"{"error": {"message": "This model's maximum context length is 8192 tokens. However, your messages resulted in 20000 tokens.", "code": "context_length_exceeded"}}"#,
                question,
            ),
            (
                400,
                r#"{"message": "'max_tokens' or 'max_completion_tokens' is too large: 4096. This model's maximum context length is 8192 tokens and your request has 6000 input tokens"}"#,
                question,
            ),
            (
                400,
                r#"{"error": {"message": "the request exceeds the available context size"}}"#,
                question,
            ),
            (
                500,
                r#"{"error": {"message": "context size has been exceeded"}}"#,
                question,
            ),
            (
                400,
                r#"{"error": {"message": "prompt is too long: 210000 tokens > 200000 maximum"}}"#,
                question,
            ),
            (
                400,
                "The input token count (1200000) exceeds the maximum number of tokens allowed",
                question,
            ),
            (413, "<html>413 Request Entity Too Large</html>", question),
            (
                422,
                r#"{"error": "Input validation error: `inputs` tokens + `max_new_tokens` must be <= 4096"}"#,
                unclear,
            ),
            (400, "too many images", unclear),
            // A limit of answers is the same for all questions.
            (
                400,
                "max_tokens is too large: 100000. This model supports at most 16384 completion tokens",
                unclear,
            ),
            // The request that is repeated is not read.
            (
                422,
                r#"{"detail": [{"msg": "Input should be a valid string", "input": "model not found, API key, context length"}]}"#,
                unclear,
            ),
            (
                429,
                r#"{"error": {"message": "You exceeded your current quota"}}"#,
                None,
            ),
            (500, "oops", None),
            (503, "", None),
        ] {
            assert_eq!(Refusal::of(status, text), wanted, "{status} {text}");
        }
    }
}
