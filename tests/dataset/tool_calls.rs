//! `evaluate --tools`: invalid calls of the tool `view`.

use serde_json::{Value, json};

use super::endpoint::{Endpoint, Reply, evaluate};
use super::set::finished;
use super::tools::predictions;

#[test]
#[allow(clippy::too_many_lines, reason = "a table of calls")]
fn invalid_calls_get_an_error_and_are_bounded() {
    let folder = finished("tools_invalid", 3, &["--tasks", "T1"]);
    // Name, arguments, and words of the error.
    let calls: [(&str, Value, &str); 10] = [
        (
            "look",
            json!("{}"),
            "there is no tool \"look\"; there is view",
        ),
        ("view", json!("{\"picture\": 1"), "are not JSON"),
        ("view", json!("[1]"), "not an object"),
        (
            "view",
            json!("{}"),
            "picture is missing; give the number of a picture of the question, 1 to 4",
        ),
        ("view", json!("{\"picture\": 5}"), "picture is 5; give"),
        (
            "view",
            json!("{\"picture\": 1, \"comands\": []}"),
            "has no argument \"comands\" (did you mean commands?)",
        ),
        (
            "view",
            json!("{\"picture\": 1, \"commands\": [\"rotate y 3\"]}"),
            "command 1 \"rotate y 3\": \"rotate\" is not a view command",
        ),
        (
            "view",
            json!("{\"picture\": 2, \"commands\": [\"view front\", \"center resi 9999\"]}"),
            "command 2 \"center resi 9999\"",
        ),
        // The bound is reached; nothing else is drawn.
        ("view", json!("{\"picture\": 1}"), "no calls are left"),
        (
            "view",
            json!("{\"picture\": 1, \"size\": \"4000x4000\"}"),
            "no calls are left",
        ),
    ];
    let script = calls.clone();
    let endpoint = Endpoint::start(move |_, asked| {
        let done = asked
            .messages()
            .iter()
            .filter(|one| one["role"] == "assistant")
            .count();
        match script.get(done) {
            // The last two calls are in one message with text, when tools are not offered.
            Some(_) if done >= 8 => Reply::answer("move y 4"),
            Some((name, arguments, _)) if done < 7 => {
                Reply::calls("", &[(*name, arguments.clone())])
            }
            _ => {
                let rest: Vec<(&str, Value)> = script[7..]
                    .iter()
                    .map(|(name, arguments, _)| (*name, arguments.clone()))
                    .collect();
                Reply::calls("", &rest)
            }
        }
    });
    folder.ok(&evaluate(&endpoint.url, "m", &["--tools"]));
    let asked = endpoint.asked();
    let count = predictions(&folder).len();
    assert_eq!(asked.len(), 9 * count);
    for request in &asked {
        let texts = request.tool_texts();
        for (text, (_, _, words)) in texts.iter().zip(&calls) {
            assert!(
                text.starts_with("Error: ") && text.contains(words),
                "{text}"
            );
        }
        let is_last = texts.len() == calls.len();
        assert_eq!(
            request.body["tool_choice"],
            if is_last { "none" } else { "auto" }
        );
        // Endpoints refuse arguments that are not JSON, so these are not repeated.
        for message in request.messages() {
            for call in message["tool_calls"].as_array().into_iter().flatten() {
                let text = call["function"]["arguments"].as_str().expect("a text");
                assert!(serde_json::from_str::<Value>(text).is_ok(), "{text}");
            }
        }
    }
    for line in predictions(&folder) {
        assert_eq!(line["answer"], "move y 4");
        let views = line["views"].as_array().expect("views").clone();
        assert_eq!(views.len(), 8);
        for (view, (_, _, words)) in views.iter().zip(&calls) {
            assert!(
                view["error"]
                    .as_str()
                    .is_some_and(|text| text.contains(words)),
                "{view}"
            );
        }
        assert_eq!(views[7]["picture"], 2);
        assert_eq!(
            views[7]["commands"],
            json!(["view front", "center resi 9999"])
        );
    }
}

#[test]
fn sizes_and_commands_of_views_are_bounded() {
    let folder = finished("tools_sizes", 3, &["--tasks", "T1"]);
    let long = json!({"picture": 1, "commands": vec!["roll y 1"; 600]}).to_string();
    let wrong = [
        (
            "{\"picture\": 1, \"size\": \"65x64\"}".to_owned(),
            "size is \"65x64\"; give 16x16 to 64x64 pixels",
        ),
        (
            "{\"picture\": 1, \"size\": \"8x8\"}".to_owned(),
            "size is \"8x8\"",
        ),
        (
            "{\"picture\": 1, \"size\": \"big\"}".to_owned(),
            "size is \"big\"",
        ),
        (
            "{\"picture\": 1, \"size\": 64}".to_owned(),
            "give a text such as 512x512",
        ),
        (
            "{\"picture\": 1, \"commands\": [3]}".to_owned(),
            "commands is not a list of texts",
        ),
        (
            "{\"picture\": 1, \"commands\": \"center within 4 of ligand\"}".to_owned(),
            "measures distances, which questions ask for",
        ),
        (long, "commands have 4800 bytes; give at most 4096"),
    ];
    let calls: Vec<(&str, Value)> = wrong
        .iter()
        .map(|(text, _)| ("view", json!(text)))
        .collect();
    let endpoint = Endpoint::start(move |_, asked| match asked.messages().len() {
        1 => Reply::calls("", &calls),
        _ => Reply::answer("move x 1"),
    });
    folder.ok(&evaluate(&endpoint.url, "m", &["--tools"]));
    let answered = endpoint
        .asked()
        .into_iter()
        .filter(|asked| asked.messages().len() > 1);
    for request in answered {
        let texts = request.tool_texts();
        assert_eq!(texts.len(), wrong.len());
        for (text, (_, words)) in texts.iter().zip(&wrong) {
            assert!(text.contains(words), "{text}");
        }
    }
}
