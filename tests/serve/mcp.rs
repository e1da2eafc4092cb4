//! The Model Context Protocol: over standard input and output, and over HTTP at `/mcp`.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::client::{Server, folder, program};

/// Messages of the protocol version that all clients know.
const VERSION: &str = "2025-06-18";

fn initialize() -> Value {
    json!({
        "jsonrpc": "2.0", "id": 0, "method": "initialize",
        "params": {
            "protocolVersion": VERSION, "capabilities": {},
            "clientInfo": {"name": "test", "version": "1"},
        },
    })
}

fn call(id: u64, tool: &str, arguments: &Value) -> Value {
    json!({
        "jsonrpc": "2.0", "id": id, "method": "tools/call",
        "params": {"name": tool, "arguments": arguments},
    })
}

/// The program with a client at its standard input and output.
struct Assistant {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    next: u64,
}

impl Assistant {
    fn start(name: &str, structures: &Path) -> Self {
        let mut child = program()
            .args(["mcp", "--adapter", "software", "--structures"])
            .arg(structures)
            // A client of standard streams needs no token.
            .env("MOLSHOT_TOKENS", "secret")
            .env("MOLSHOT_UPLOADS", folder(name).join("uploads"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        let output = BufReader::new(child.stdout.take().expect("a pipe"));
        let input = child.stdin.take();
        let mut assistant = Self {
            child,
            input,
            output,
            next: 1,
        };
        assistant.send(&initialize());
        let info = assistant.receive();
        assert_eq!(info["result"]["serverInfo"]["name"], "molshot", "{info}");
        assistant.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        assistant
    }

    fn send(&mut self, message: &Value) {
        let input = self.input.as_mut().expect("open");
        writeln!(input, "{message}").expect("the program reads");
    }

    fn receive(&mut self) -> Value {
        let mut line = String::new();
        self.output
            .read_line(&mut line)
            .expect("the program answers");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.send(&call(id, tool, arguments));
        let answer = self.receive();
        assert_eq!(answer["id"], id, "{answer}");
        answer["result"].clone()
    }

    /// The text of a tool that succeeds.
    fn text(&mut self, tool: &str, arguments: &Value) -> Value {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], false, "{result}");
        let text = result["content"][0]["text"].as_str().expect("a text");
        serde_json::from_str(text).expect("JSON")
    }

    /// The message of a tool that fails.
    fn error(&mut self, tool: &str, arguments: &Value) -> String {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], true, "{result}");
        result["content"][0]["text"]
            .as_str()
            .expect("a text")
            .to_owned()
    }
}

/// The bytes of the picture that a tool returned.
fn picture(result: &Value) -> Vec<u8> {
    let content = &result["content"][0];
    assert_eq!(content["type"], "image", "{result}");
    assert_eq!(content["mimeType"], "image/png");
    BASE64_STANDARD
        .decode(content["data"].as_str().expect("base64"))
        .expect("base64")
}

fn library() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/library")
}

#[test]
fn a_client_of_standard_streams_turns_a_structure() {
    let mut assistant = Assistant::start("mcp_streams", &library());
    assistant.send(&json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"}));
    let listed = assistant.receive();
    let tools = listed["result"]["tools"].as_array().expect("tools");
    let names: Vec<&str> = tools
        .iter()
        .filter_map(|tool| tool["name"].as_str())
        .collect();
    assert_eq!(
        names,
        [
            "list_structures",
            "load_structure",
            "view",
            "annotate",
            "hydrogen_bonds"
        ]
    );
    let ids = assistant.text("list_structures", &json!({"prefix": "1h"}));
    assert_eq!(ids["structures"][0]["id"], "1hvr");
    let described = assistant.text("load_structure", &json!({"structure": "1hvr"}));
    assert!(
        described["summary"]["atoms"].as_u64() > Some(500),
        "{described}"
    );

    // The same bytes as `molshot render` draws.
    let out = folder("mcp_render").join("a.png");
    let commands = ["view left", "roll y 15"];
    let drawn = program()
        .args(["render", "--adapter", "software", "--size", "96x64", "-o"])
        .arg(&out)
        .args(["--style", "misi", "--commands", &commands.join("; ")])
        .arg(library().join("1hvr"))
        .status();
    assert!(drawn.expect("the program starts").success());
    let expected = std::fs::read(&out).expect("a picture");
    let view = json!({"structure": "1hvr", "commands": commands, "size": "96x64", "style": "misi"});
    assert_eq!(picture(&assistant.call("view", &view)), expected);
    let defaults = picture(&assistant.call("view", &json!({"structure": "1hvr"})));
    assert_eq!(super::client::decode(&defaults).0, 512);

    let annotated = assistant.text("annotate", &view);
    let residues = annotated["residues"].as_array().expect("residues");
    assert!(!residues.is_empty() && annotated.get("atoms").is_none());
    assert!(
        residues
            .iter()
            .all(|residue| residue["visible_fraction"].as_f64() > Some(0.0))
    );
    let bonds = assistant.text("hydrogen_bonds", &json!({"structure": "1hvr"}));
    let served = bonds["bonds"].as_array().expect("bonds").len();
    assert!(served > 0, "{bonds}");

    let files = json!({"files": [{"name": "water.xyz", "text": "3\n\nO 0 0 0\nH 0.96 0 0\nH -0.24 0.93 0\n"}]});
    let water = assistant.text("load_structure", &files);
    assert_eq!(water["summary"]["atoms"], 3);
    let id = water["id"].as_str().expect("an id").to_owned();
    picture(&assistant.call("view", &json!({"structure": id, "size": "32x32"})));

    // The end of standard input ends the program.
    drop(assistant.input.take());
    assert!(assistant.child.wait().expect("it ends").success());
}

#[test]
fn hostile_and_mistaken_calls_are_refused_with_a_remedy() {
    let served = folder("mcp_hostile");
    std::fs::write(served.join("ok.xyz"), "1\n\nO 0 0 0\n").expect("a file");
    std::fs::write(
        served.parent().expect("a folder").join("secret.xyz"),
        "1\n\nO 0 0 0\n",
    )
    .expect("a file");
    let mut assistant = Assistant::start("mcp_hostile_uploads", &served);
    for outside in [
        "../secret.xyz",
        "..",
        ".",
        "/etc/passwd",
        "..%2Fsecret.xyz",
        "ok.xyz/../../secret.xyz",
    ] {
        let error = assistant.error("view", &json!({"structure": outside}));
        assert!(error.contains("structure"), "{outside}: {error}");
    }
    for (tool, arguments, words) in [
        ("view", json!({}), &["structure", "list_structures"][..]),
        ("view", json!({"structure": 3}), &["structure", "text"]),
        (
            "view",
            json!({"structure": "none"}),
            &["does not exist; list_structures lists", "load_structure"],
        ),
        (
            "view",
            json!({"structure": "ok.xyz", "commands": vec!["roll y 1"; 9000]}),
            &["at most 65534 are allowed", "fewer"],
        ),
        (
            "view",
            json!({"structure": "ok.xyz", "size": "100000x100000"}),
            &["size"],
        ),
        (
            "view",
            json!({"structure": "ok.xyz", "stile": "misi"}),
            &["stile", "style"],
        ),
        (
            "view",
            json!({"structure": "ok.xyz", "commands": "fly"}),
            &["fly"],
        ),
        (
            "view",
            json!({"structure": "ok.xyz", "commands": ["roll y 1", {"a": 1}]}),
            &["commands"],
        ),
        (
            "view",
            json!({"structure": "ok.xyz", "size": "64x64\r\nX: 1"}),
            &["size"],
        ),
        ("load_structure", json!({}), &["structure", "files"]),
        (
            "load_structure",
            json!({"files": [{"name": "a/b.pdb", "text": ""}]}),
            &["files[0].name"],
        ),
        (
            "load_structure",
            json!({"files": [{"name": "a.pdb"}]}),
            &["files[0].text"],
        ),
        (
            "load_structure",
            json!({"files": [{"name": "a.xyz", "text": "nothing"}]}),
            &["a.xyz"],
        ),
        (
            "list_structures",
            json!({"limit": 0}),
            &["limit", "1 to 200"],
        ),
        (
            "hydrogen_bonds",
            json!({"structure": "ok.xyz", "scope": "far"}),
            &["scope"],
        ),
        (
            "annotate",
            json!({"structure": "ok.xyz", "atoms": "yes"}),
            &["atoms"],
        ),
        ("fly", json!({}), &["fly", "view"]),
    ] {
        let error = assistant.error(tool, &arguments);
        for word in words {
            assert!(error.contains(word), "{tool} {arguments}: {error}");
        }
        assert!(error.len() < 2000, "{error}");
    }
    answers_many_views(&mut assistant);
}

/// Many views at once are answered one by one, within the limits of one client.
fn answers_many_views(assistant: &mut Assistant) {
    for id in 100..400 {
        assistant.send(&call(
            id,
            "view",
            &json!({"structure": "ok.xyz", "size": "16x16"}),
        ));
    }
    let mut drawn = 0;
    for _ in 100..400 {
        let answer = assistant.receive();
        let result = &answer["result"];
        if result["isError"] == false {
            drawn += 1;
        } else {
            let text = result["content"][0]["text"].as_str().expect("a text");
            assert!(text.contains("requests") || text.contains("busy"), "{text}");
        }
    }
    assert!(drawn > 0);
    picture(&assistant.call("view", &json!({"structure": "ok.xyz", "size": "16x16"})));
}

#[test]
fn the_http_transport_has_the_access_rules_of_the_server() {
    let server = Server::start_in(
        folder("mcp_http"),
        &["--mcp"],
        &[("MOLSHOT_TOKENS", "secret")],
    );
    let post = |message: &Value, headers: &[(&str, &str)]| {
        let all = [
            &[
                ("Content-Type", "application/json"),
                ("Accept", "application/json, text/event-stream"),
                ("MCP-Protocol-Version", VERSION),
            ][..],
            headers,
        ]
        .concat();
        server.send("POST", "/mcp", &all, message.to_string().as_bytes())
    };
    let token = [("Authorization", "Bearer secret")];
    let view = call(
        1,
        "view",
        &json!({"structure": "sample-dna", "size": "32x32"}),
    );
    assert_eq!(post(&view, &[]).status, 401);
    assert_eq!(
        post(&view, &[("Authorization", "Bearer wrong")]).status,
        401
    );
    let foreign = [token[0], ("Origin", "http://evil.example")];
    assert_eq!(post(&view, &foreign).status, 403);
    let info = post(&initialize(), &token);
    assert_eq!(info.json()["result"]["serverInfo"]["name"], "molshot");
    let answer = post(&view, &token);
    assert_eq!(answer.status, 200, "{answer:?}");
    let drawn = picture(&answer.json()["result"]);
    let by_url = server.send(
        "GET",
        "/v1/structures/sample-dna/image.png?size=32x32",
        &token,
        b"",
    );
    assert_eq!(drawn, by_url.body);
    // Not JSON, and not a message.
    assert!((400..500).contains(&post(&json!([1, 2]), &token).status));
    assert!(matches!(
        server.send("GET", "/mcp", &token, b"").status,
        400..=499
    ));
    // A server without the setting has no such path.
    let plain = Server::start("mcp_off", &[]);
    assert_eq!(
        plain
            .send(
                "POST",
                "/mcp",
                &[("Content-Type", "application/json")],
                b"{}"
            )
            .status,
        404
    );
}
