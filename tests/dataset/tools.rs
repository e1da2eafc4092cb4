//! `evaluate --tools` with scripted models: what they see, what is recorded, and every bound.

use std::fs;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use super::endpoint::{Asked, Endpoint, Reply, evaluate};
use super::set::{Folder, finished};

/// Returns the lines of the predictions with tools.
pub(super) fn predictions(folder: &Folder) -> Vec<Value> {
    let text = fs::read_to_string(folder.path("out/predictions/m-tools-test.jsonl"));
    let text = text.expect("predictions");
    let lines = text.lines().map(serde_json::from_str);
    lines.collect::<Result<_, _>>().expect("JSON")
}

/// Returns width and height of a PNG in a data URL.
fn size_of(url: &str) -> (u32, u32) {
    let data = url.strip_prefix("data:image/png;base64,").expect("a PNG");
    let bytes = BASE64_STANDARD.decode(data).expect("base64");
    let edge = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
    (edge(16), edge(20))
}

#[test]
fn pictures_without_commands_are_those_of_the_set_in_every_task() {
    let folder = finished("tools_same", 6, &["--size", "192x192"]);
    let endpoint = Endpoint::start(|_, asked| {
        if asked.messages().len() > 1 {
            return Reply::answer("A");
        }
        let count = asked.pictures(0).len();
        let calls: Vec<(&str, Value)> = (1..=count)
            .map(|number| ("view", json!(json!({"picture": number}).to_string())))
            .collect();
        Reply::calls("Let me see.", &calls)
    });
    folder.ok(&evaluate(
        &endpoint.url,
        "m",
        &["--tools", "--max-views", "16"],
    ));
    let asked = endpoint.asked();
    let lines = predictions(&folder);
    assert_eq!(asked.len(), 2 * lines.len());
    let tasks = ["T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9"];
    for task in tasks {
        let of_task = |line: &&Value| line["id"].as_str().is_some_and(|id| id.contains(task));
        assert!(lines.iter().any(|line| of_task(&line)), "{task}");
    }
    let mut pictures = 0;
    for request in asked.iter().filter(|asked| asked.messages().len() > 1) {
        let last = request.messages().len() - 1;
        assert_eq!(request.messages()[last]["role"], "user");
        assert_eq!(request.messages()[1]["content"], "Let me see.");
        assert_eq!(request.pictures(last), request.pictures(0));
        pictures += request.pictures(0).len();
    }
    let views: usize = lines
        .iter()
        .map(|line| line["views"].as_array().expect("views").len())
        .sum();
    assert_eq!(views, pictures);
}

#[test]
#[allow(clippy::too_many_lines, reason = "one set with several checks")]
fn a_model_looks_from_other_sides_and_its_views_are_recorded() {
    let folder = finished("tools_views", 4, &["--tasks", "T1"]);
    let endpoint = Endpoint::start(|_, asked| {
        if asked.body.get("tools").is_none() {
            return Reply::answer("move x 1");
        }
        let view = |arguments: Value| Reply::calls("", &[("view", json!(arguments.to_string()))]);
        match asked.messages().len() {
            1 => view(json!({"picture": 2, "commands": ["roll y 30", "move z 2"]})),
            4 => view(json!({"picture": 1, "commands": "view left", "size": "32x24"})),
            _ => Reply::answer("move x 2"),
        }
    });
    let count = folder
        .lines("out")
        .iter()
        .filter(|line| line["split"] == "test")
        .count()
        * 2;
    folder.ok(&evaluate(&endpoint.url, "m", &[]));
    assert_eq!(endpoint.asked().len(), count);
    let run = || {
        folder.run(&evaluate(
            &endpoint.url,
            "m",
            &["--tools", "--max-views", "5"],
        ))
    };
    let output = run();
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{stderr}");
    assert!(
        stderr.contains(&format!(", {} views", 2 * count)),
        "{stderr}"
    );
    assert!(
        stderr.contains(&format!("{} prompt tokens", 3000 * count)),
        "{stderr}"
    );
    // Both scores are shown.
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    for words in [
        "\nm  ",
        "\nm with tools ",
        "\n  minus the first ",
        "views per question: 2.00\n",
    ] {
        assert!(stdout.contains(words), "{words:?}: {stdout}");
    }
    let with_tools: Vec<Asked> = endpoint.asked().split_off(count);
    assert_eq!(with_tools.len(), 3 * count);
    for request in &with_tools {
        let function = &request.body["tools"][0]["function"];
        assert_eq!(request.body["tool_choice"], "auto");
        assert_eq!(function["name"], "view");
        assert_eq!(
            function["parameters"]["properties"]["picture"]["maximum"],
            4
        );
        assert!(
            function["description"]
                .as_str()
                .is_some_and(|text| text.contains("At most 5 calls"))
        );
        let messages = request.messages();
        if messages.len() < 7 {
            continue;
        }
        let roles: Vec<&str> = messages
            .iter()
            .filter_map(|one| one["role"].as_str())
            .collect();
        assert_eq!(
            roles,
            [
                "user",
                "assistant",
                "tool",
                "user",
                "assistant",
                "tool",
                "user"
            ]
        );
        assert_eq!(
            messages[2]["tool_call_id"],
            messages[1]["tool_calls"][0]["id"]
        );
        assert_eq!(
            request.tool_texts(),
            [
                "View 1 follows in the next message; 4 more are left.",
                "View 2 follows in the next message; 3 more are left."
            ]
        );
        let (first, second) = (request.pictures(3)[0], request.pictures(6)[0]);
        assert_eq!(size_of(first), (64, 64));
        assert_eq!(size_of(second), (32, 24));
        assert!(!request.pictures(0).contains(&first), "another side");
    }
    let lines = predictions(&folder);
    assert_eq!(lines.len(), count);
    for line in &lines {
        assert_eq!(line["answer"], "move x 2");
        assert_eq!(
            (&line["prompt_tokens"], &line["completion_tokens"]),
            (&json!(3000), &json!(21))
        );
        assert_eq!(
            line["views"],
            json!([
                {"picture": 2, "commands": ["roll y 30", "move z 2"]},
                {"picture": 1, "commands": ["view left"], "size": "32x24"},
            ])
        );
    }
    // The tool's messages do not have the answer, which is the command of a picture.
    for line in folder.lines("out") {
        for item in line["items"].as_array().expect("items") {
            let answer = item["answer"].as_str().expect("an answer");
            for request in &with_tools {
                assert!(
                    !request.body["tools"].to_string().contains(answer),
                    "{answer}"
                );
                assert!(
                    request
                        .tool_texts()
                        .iter()
                        .all(|text| !text.contains(answer))
                );
            }
        }
    }
    // The same command again asks nothing and counts what it finds.
    let stderr = String::from_utf8_lossy(&run().stderr).into_owned();
    assert!(
        stderr.contains(&format!("0 questions answered, {count} answered before")),
        "{stderr}"
    );
    assert!(
        stderr.contains(&format!(", {} views", 2 * count)),
        "{stderr}"
    );
    assert_eq!(endpoint.asked().len(), 4 * count);
    // Programs that do not know views read the file.
    folder.ok(&[
        "score",
        "--out",
        "out",
        "--predictions",
        "out/predictions/m-tools-test.jsonl",
    ]);
}

#[test]
fn a_model_that_never_stops_calling_has_to_answer() {
    let folder = finished("tools_endless", 3, &["--tasks", "T1"]);
    let endpoint = Endpoint::start(|_, _| {
        let call = ("view", json!({"picture": 3, "commands": ["roll x 5"]}));
        Reply::calls("", &[call.clone(), call.clone(), call])
    });
    folder.ok(&evaluate(
        &endpoint.url,
        "m",
        &["--tools", "--max-views", "4", "--concurrency", "1"],
    ));
    let lines = predictions(&folder);
    let asked = endpoint.asked();
    // Two messages use up the views, one request forbids calls, and the last one has no tools.
    assert_eq!(asked.len(), 4 * lines.len());
    for requests in asked.chunks(4) {
        let choices: Vec<&Value> = requests
            .iter()
            .map(|one| &one.body["tool_choice"])
            .collect();
        assert_eq!(
            choices,
            [&json!("auto"), &json!("auto"), &json!("none"), &Value::Null]
        );
        assert!(requests[3].body.get("tools").is_none());
        assert_eq!(requests[2].pictures(10).len(), 1);
        assert!(requests[2].tool_texts()[4].contains("no calls are left"));
    }
    for line in &lines {
        assert_eq!(line["answer"], "");
        assert_eq!(line["finish_reason"], "tool_calls");
        assert_eq!(line["views"].as_array().map(Vec::len), Some(4));
    }
    // Far too many calls in one message are not answered.
    let flood =
        Endpoint::start(|_, _| Reply::calls("", &vec![("view", json!("{\"picture\": 1}")); 33]));
    fs::remove_file(folder.path("out/predictions/m-tools-test.jsonl")).expect("a file");
    let words = ["the model made 33 calls in one message; at most 32 are answered"];
    folder.refuse(1, &evaluate(&flood.url, "m", &["--tools"]), &words);
}

#[test]
fn endpoints_that_refuse_tools_are_named_and_those_that_refuse_a_choice_get_none() {
    let folder = finished("tools_refused", 3, &["--tasks", "T1"]);
    for (status, body) in [
        (
            400,
            "\"auto\" tool choice requires --enable-auto-tool-choice",
        ),
        (404, "No endpoints found that support tool use"),
        (422, "extra fields: tools"),
    ] {
        let endpoint = Endpoint::start(move |_, _| Reply::status(status, "", body));
        let args = evaluate(&endpoint.url, "m", &["--tools", "--concurrency", "1"]);
        folder.refuse(
            1,
            &args,
            &["it does not accept tools", body, "or leave the tools out"],
        );
        assert_eq!(endpoint.asked().len(), 1);
    }
    let endpoint = Endpoint::start(|_, asked| {
        if asked.body["tool_choice"] == "none" {
            return Reply::status(400, "", "tool_choice: none is not supported");
        }
        if asked.body.get("tools").is_some() {
            return Reply::calls("", &[("view", json!("{\"picture\": 1}"))]);
        }
        Reply::answer("move x 1")
    });
    folder.ok(&evaluate(
        &endpoint.url,
        "m",
        &["--tools", "--max-views", "1", "--concurrency", "1"],
    ));
    let lines = predictions(&folder);
    assert!(lines.iter().all(|line| line["answer"] == "move x 1"));
    // The refusal is met once.
    assert_eq!(endpoint.asked().len(), 2 * lines.len() + 1);
}

#[test]
fn complexes_are_needed_and_may_have_moved() {
    let folder = finished("tools_moved", 3, &["--tasks", "T1"]);
    fs::rename(folder.path("in"), folder.path("elsewhere")).expect("a folder");
    let endpoint = Endpoint::start(|_, asked| match asked.messages().len() {
        1 => Reply::calls("", &[("view", json!("{\"picture\": 1}"))]),
        _ => Reply::answer("move x 1"),
    });
    let words = ["is missing; the tool draws", "(--complexes)"];
    folder.refuse(1, &evaluate(&endpoint.url, "m", &["--tools"]), &words);
    fs::create_dir(folder.path("empty")).expect("a folder");
    let words = ["empty: has no complex a2", "(--complexes)"];
    folder.refuse(
        1,
        &evaluate(&endpoint.url, "m", &["--tools", "--complexes", "empty"]),
        &words,
    );
    assert!(endpoint.asked().is_empty(), "nothing is asked before");
    folder.ok(&evaluate(
        &endpoint.url,
        "m",
        &["--tools", "--complexes", "elsewhere"],
    ));
    // Other files than those of the plan would give other pictures.
    let ligand = folder.path("elsewhere/a2/a2_ligand.mol2");
    let text = fs::read_to_string(&ligand).expect("a file");
    fs::write(&ligand, text + "\n").expect("a file");
    fs::remove_file(folder.path("out/predictions/m-tools-test.jsonl")).expect("a file");
    let words = ["have changed since the set was planned"];
    folder.refuse(
        1,
        &evaluate(&endpoint.url, "m", &["--tools", "--complexes", "elsewhere"]),
        &words,
    );
    // Flags of tools mean nothing without them.
    for flag in [["--max-views", "3"], ["--complexes", "elsewhere"]] {
        folder.refuse(2, &evaluate(&endpoint.url, "m", &flag), &["--tools"]);
    }
    for wrong in ["0", "65", "-1"] {
        let args = evaluate(&endpoint.url, "m", &["--tools", "--max-views", wrong]);
        folder.refuse(2, &args, &["--max-views", "64"]);
    }
}
