//! A server for each test, and a small HTTP/1.1 client that controls every byte it sends.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longest wait for anything.
pub(crate) const LONG: Duration = Duration::from_mins(1);

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Whether the body arrived completely.
    pub(crate) whole: bool,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers
            .iter()
            .find(|(other, _)| other == name)
            .map_or("", |(_, value)| value)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// Status, code and pointer of a problem, which must be valid.
    pub(crate) fn problem(&self) -> (u16, String, String) {
        assert_eq!(
            self.header("content-type"),
            "application/problem+json",
            "{self:?}"
        );
        let json = self.json();
        assert_eq!(json["status"], self.status);
        let code = json["code"].as_str().expect("a code").to_owned();
        assert_eq!(json["type"], format!("urn:molshot:problem:{code}"));
        assert!(
            json["detail"]
                .as_str()
                .is_some_and(|detail| detail.len() > 10)
        );
        let pointer = json["pointer"].as_str().unwrap_or("-").to_owned();
        (self.status, code, pointer)
    }

    /// The decoded PNG: width, height, RGB or RGBA bytes.
    pub(crate) fn png(&self) -> (u32, u32, Vec<u8>) {
        assert_eq!(self.status, 200, "{}", String::from_utf8_lossy(&self.body));
        decode(&self.body)
    }
}

/// Decodes a PNG: width, height, RGB or RGBA bytes.
pub(crate) fn decode(bytes: &[u8]) -> (u32, u32, Vec<u8>) {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
        .read_info()
        .expect("a PNG");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut pixels).expect("whole pixels");
    pixels.truncate(info.buffer_size());
    (info.width, info.height, pixels)
}

/// A running server.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
    /// A folder for its uploads and other files of the test.
    pub(crate) folder: PathBuf,
    log: Arc<Mutex<String>>,
    /// Reads the log until the program closes it.
    listener: Option<std::thread::JoinHandle<()>>,
    /// The server's standard output, which must stay open.
    _stdout: BufReader<ChildStdout>,
}

/// An empty folder for one test.
pub(crate) fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("serve")
        .join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).expect("the folder can be made");
    path
}

/// The program without environment variables that configure it.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_molshot"));
    for (name, _) in std::env::vars() {
        if name.starts_with("MOLSHOT_") {
            command.env_remove(name);
        }
    }
    command
}

impl Server {
    /// Starts a server with further flags; it serves the sample library unless they name a folder.
    pub(crate) fn start(name: &str, flags: &[&str]) -> Self {
        Self::start_in(folder(name), flags, &[])
    }

    /// As `start`, in an existing folder and with environment variables.
    pub(crate) fn start_in(folder: PathBuf, flags: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::launch(program(), folder, flags, variables)
    }

    /// As `start_in`, with a command that runs the program with the arguments after its own.
    pub(crate) fn launch(
        mut command: Command,
        folder: PathBuf,
        flags: &[&str],
        variables: &[(&str, &str)],
    ) -> Self {
        let library = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/library");
        command.args(["serve", "--adapter", "software"]);
        if !variables.iter().any(|(name, _)| *name == "MOLSHOT_LISTEN") {
            command.args(["--listen", "127.0.0.1:0"]);
        }
        if !flags.contains(&"--structures") {
            command.arg("--structures").arg(library);
        }
        let mut child = command
            .args(flags)
            .env("MOLSHOT_UPLOADS", folder.join("uploads"))
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let log = Arc::new(Mutex::new(String::new()));
        let (mut stderr, kept) = (child.stderr.take().expect("a pipe"), Arc::clone(&log));
        let listener = std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(count @ 1..) = stderr.read(&mut bytes) {
                let text = String::from_utf8_lossy(&bytes[..count]).into_owned();
                kept.lock().expect("no panic").push_str(&text);
            }
        });
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut line = String::new();
        stdout.read_line(&mut line).expect("a line");
        let address = line
            .trim()
            .strip_prefix("listening on http://")
            .unwrap_or_else(|| panic!("{line}: {}", log.lock().expect("no panic")))
            .replace("0.0.0.0", "127.0.0.1")
            .parse()
            .expect("an address");
        let server = Self {
            child,
            address,
            folder,
            log,
            listener: Some(listener),
            _stdout: stdout,
        };
        server.wait_until("it is ready", || server.get("/readyz").status == 200);
        server
    }

    pub(crate) fn wait_until(&self, what: &str, mut holds: impl FnMut() -> bool) {
        let start = Instant::now();
        while !holds() {
            assert!(
                start.elapsed() < LONG,
                "it never came to be that {what}: {}",
                self.log()
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// The value of a metric, given its name with labels; `None` if it does not exist.
    pub(crate) fn metric(&self, name: &str) -> Option<f64> {
        let text = String::from_utf8(self.get("/metrics").body).expect("text");
        text.lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
    }

    pub(crate) fn log(&self) -> String {
        self.log.lock().expect("no panic").clone()
    }

    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).expect("it accepts");
        stream.set_read_timeout(Some(LONG)).expect("a socket");
        stream.set_write_timeout(Some(LONG)).expect("a socket");
        stream
    }

    /// Sends a request with a body of known length, and reads the answer.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        use std::fmt::Write as _;
        let mut stream = self.connect();
        let mut head = format!(
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n",
            self.address
        );
        for (name, value) in headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if !body.is_empty() || method == "POST" {
            let _ = write!(head, "Content-Length: {}\r\n", body.len());
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).expect("it listens");
        // A server that refuses a body need not read it.
        let _ = stream.write_all(body);
        read_answer(&mut stream, method == "HEAD").expect("an answer")
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[], &[])
    }

    pub(crate) fn post(&self, path: &str, document: &Value) -> Answer {
        self.post_as(path, document, &[])
    }

    pub(crate) fn post_as(&self, path: &str, document: &Value, headers: &[(&str, &str)]) -> Answer {
        let headers = [&[("Content-Type", "application/json")], headers].concat();
        self.send("POST", path, &headers, document.to_string().as_bytes())
    }

    /// Uploads files.
    pub(crate) fn upload(&self, files: &[(&str, &[u8])]) -> Answer {
        let (media_type, body) = form(files);
        self.send(
            "POST",
            "/v1/structures",
            &[("Content-Type", &media_type)],
            &body,
        )
    }

    /// Sends SIGTERM.
    pub(crate) fn terminate(&self) {
        let status = Command::new("kill")
            .args(["-TERM", &self.child.id().to_string()])
            .status()
            .expect("kill is there");
        assert!(status.success());
    }

    /// Stops the server and asserts that it exits with 0 and has logged no warnings or errors.
    pub(crate) fn end(self) {
        self.end_with(&[]);
    }

    /// As `end`, but warnings and errors with these words are expected.
    pub(crate) fn end_with(mut self, expected: &[&str]) {
        self.terminate();
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            assert!(start.elapsed() < LONG, "it does not stop: {}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        };
        // The last lines may not be read yet.
        if let Some(listener) = self.listener.take() {
            listener.join().expect("no panic");
        }
        let log = self.log();
        assert_eq!(status.code(), Some(0), "{log}");
        for line in log.lines() {
            let bad = line.contains("ERROR") || line.contains("WARN") || line.contains("panicked");
            let known = expected.iter().any(|words| line.contains(words));
            assert!(!bad || known, "{line}");
        }
        assert!(log.contains("stopped"), "{log}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // After `end` it has exited already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A multipart form with files.
pub(crate) fn form(files: &[(&str, &[u8])]) -> (String, Vec<u8>) {
    let mut body = Vec::new();
    for (name, bytes) in files {
        body.extend_from_slice(
            format!(
                "--XX\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
            )
            .as_bytes(),
        );
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--XX--\r\n");
    ("multipart/form-data; boundary=XX".into(), body)
}

/// Reads an answer; `None` if the connection was closed without one.
pub(crate) fn read_answer(stream: &mut TcpStream, head_only: bool) -> Option<Answer> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let mut answer = Answer {
        status,
        headers,
        body: Vec::new(),
        whole: true,
    };
    if head_only {
        return Some(answer);
    }
    if answer.header("transfer-encoding") == "chunked" {
        answer.whole = read_chunks(&mut reader, &mut answer.body).is_some();
    } else {
        let length: u64 = answer.header("content-length").parse().unwrap_or(0);
        let read = reader.take(length).read_to_end(&mut answer.body);
        answer.whole = read.is_ok_and(|read| read as u64 == length);
    }
    Some(answer)
}

fn read_chunks(reader: &mut impl BufRead, body: &mut Vec<u8>) -> Option<()> {
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let length = u64::from_str_radix(line.trim(), 16).ok()?;
        let mut chunk = vec![0; usize::try_from(length).ok()?];
        reader.read_exact(&mut chunk).ok()?;
        reader.read_line(&mut String::new()).ok()?;
        if length == 0 {
            return Some(());
        }
        body.append(&mut chunk);
    }
}

/// Names and contents of a tar archive, which must be valid and complete.
pub(crate) fn untar(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut rest = bytes;
    loop {
        let header = &rest[..512];
        if header.iter().all(|byte| *byte == 0) {
            assert_eq!(rest, [0; 1024], "an archive ends with two empty blocks");
            return files;
        }
        let text = |range: std::ops::Range<usize>| {
            String::from_utf8_lossy(&header[range])
                .trim_matches(['\0', ' '])
                .to_owned()
        };
        let size = usize::from_str_radix(&text(124..136), 8).expect("a size");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum::<u32>()
            - header[148..156]
                .iter()
                .map(|byte| u32::from(*byte))
                .sum::<u32>()
            + 8 * u32::from(b' ');
        assert_eq!(u32::from_str_radix(&text(148..156), 8), Ok(sum));
        files.push((text(0..100), rest[512..512 + size].to_vec()));
        rest = &rest[512 + size.next_multiple_of(512)..];
    }
}

/// A small render request of a sample.
pub(crate) fn request(id: &str) -> Value {
    serde_json::json!({
        "schema_version": 1,
        "structure": { "id": id },
        "output": { "width_px": 64, "height_px": 64 },
    })
}
