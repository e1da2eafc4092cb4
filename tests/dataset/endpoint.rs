//! A chat endpoint for tests: HTTP/1.1 on a loopback port, one thread and request per connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

/// The arguments that evaluate a model of the set `out` at an address, and further ones.
pub(crate) fn evaluate<'a>(url: &'a str, model: &'a str, further: &[&'a str]) -> Vec<&'a str> {
    let fixed = [
        "evaluate",
        "--out",
        "out",
        "--endpoint",
        url,
        "--model",
        model,
    ];
    [&fixed, further].concat()
}

/// A request that the endpoint received.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) line: String,
    pub(crate) authorization: Option<String>,
    pub(crate) body: Value,
}

impl Asked {
    /// Returns the messages.
    pub(crate) fn messages(&self) -> &[Value] {
        self.body["messages"].as_array().expect("messages")
    }

    /// Returns the addresses of the pictures of one message.
    pub(crate) fn pictures(&self, message: usize) -> Vec<&str> {
        let parts = self.messages()[message]["content"].as_array();
        let parts = parts.expect("parts").iter();
        parts
            .filter_map(|part| part["image_url"]["url"].as_str())
            .collect()
    }

    /// Returns the texts with which a tool answers.
    pub(crate) fn tool_texts(&self) -> Vec<&str> {
        let messages = self.messages().iter();
        messages
            .filter(|message| message["role"] == "tool")
            .map(|message| message["content"].as_str().expect("a text"))
            .collect()
    }

    /// Returns the question, which is the last text.
    pub(crate) fn question(&self) -> String {
        let parts = self.body["messages"][0]["content"]
            .as_array()
            .expect("parts");
        let last = parts.last().expect("a part");
        last["text"].as_str().expect("a text").to_owned()
    }
}

/// A reply of the endpoint.
#[derive(Debug, Clone)]
pub(crate) enum Reply {
    /// Status, further header lines, body.
    Http(u16, String, String),
    /// No response for some time.
    Silence(Duration),
    /// A response that is truncated.
    CutOff,
}

impl Reply {
    /// Makes a valid answer with token counts.
    pub(crate) fn answer(text: &str) -> Self {
        Self::answer_until(text, "stop")
    }

    /// Makes an answer that ended for a reason, such as `length`.
    pub(crate) fn answer_until(text: &str, finish_reason: &str) -> Self {
        let message = json!({"role": "assistant", "content": text});
        Self::message(&message, finish_reason, 1000)
    }

    /// Makes a message with a text and calls of tools: the name and the arguments of each.
    pub(crate) fn calls(text: &str, calls: &[(&str, Value)]) -> Self {
        let calls = calls.iter().enumerate().map(|(number, (name, arguments))| {
            let function = json!({"name": name, "arguments": arguments});
            json!({"id": format!("id-{number}"), "type": "function", "function": function})
        });
        let calls: Vec<Value> = calls.collect();
        let message = json!({"role": "assistant", "content": text, "tool_calls": calls});
        Self::message(&message, "tool_calls", 1000)
    }

    /// Makes a response of one message and its token counts.
    pub(crate) fn message(message: &Value, finish_reason: &str, prompt_tokens: usize) -> Self {
        let body = json!({
            "choices": [{"message": message, "finish_reason": finish_reason}],
            "usage": {"prompt_tokens": prompt_tokens, "completion_tokens": 7},
        });
        Self::Http(200, String::new(), body.to_string())
    }

    pub(crate) fn status(status: u16, headers: &str, body: &str) -> Self {
        Self::Http(status, headers.to_owned(), body.to_owned())
    }
}

/// A running endpoint, which ends with the process.
pub(crate) struct Endpoint {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    most_at_once: Arc<Mutex<(usize, usize)>>,
}

impl Endpoint {
    /// Starts an endpoint; `reply` gets the index of the request and the request.
    pub(crate) fn start(reply: impl Fn(usize, &Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/v1", listener.local_addr().expect("an address"));
        let asked = Arc::new(Mutex::new(Vec::new()));
        let most_at_once = Arc::new(Mutex::new((0, 0)));
        let reply = Arc::new(reply);
        let (log, counts) = (Arc::clone(&asked), Arc::clone(&most_at_once));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, counts, reply) =
                    (Arc::clone(&log), Arc::clone(&counts), Arc::clone(&reply));
                std::thread::spawn(move || {
                    let Some(request) = read(&stream) else {
                        return;
                    };
                    {
                        let mut counts = counts.lock().expect("no panic");
                        counts.0 += 1;
                        counts.1 = counts.1.max(counts.0);
                    }
                    let number = {
                        let mut log = log.lock().expect("no panic");
                        log.push(request.clone());
                        log.len() - 1
                    };
                    let reply = reply(number, &request);
                    counts.lock().expect("no panic").0 -= 1;
                    send(stream, reply);
                });
            }
        });
        Self {
            url,
            asked,
            most_at_once,
        }
    }

    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().expect("no panic").clone()
    }

    /// Returns the largest number of concurrent requests.
    pub(crate) fn most_at_once(&self) -> usize {
        self.most_at_once.lock().expect("no panic").1
    }
}

/// Reads a request; `None` if the connection was closed.
fn read(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let (mut length, mut authorization) = (0, None);
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim().split_once(':') else {
            break;
        };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "authorization" => authorization = Some(value.trim().to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked {
        line: line.trim().to_owned(),
        authorization,
        body: serde_json::from_slice(&body).ok()?,
    })
}

fn send(mut stream: TcpStream, reply: Reply) {
    // The client may have closed the connection.
    let _ = match reply {
        Reply::Http(status, headers, body) => write!(
            stream,
            "HTTP/1.1 {status} Any\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n{headers}\r\n{body}",
            body.len()
        ),
        Reply::Silence(time) => {
            std::thread::sleep(time);
            Ok(())
        }
        Reply::CutOff => write!(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\nConnection: close\r\n\r\n{{\"choices\""
        ),
    };
}
