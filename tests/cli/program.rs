//! Starting the program, and looking at what it leaves.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// How a run ended.
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: String,
    pub(crate) took: Duration,
}

impl Run {
    /// Standard output as text, of a run that must have succeeded.
    pub(crate) fn text(self) -> String {
        assert_eq!(self.status, Some(0), "{}", self.stderr);
        String::from_utf8(self.stdout).expect("the output is UTF-8")
    }
}

/// A folder of a test's own, empty at its start.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("cli")
            .join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("the folder can be made");
        Self(path)
    }

    /// Writes a file and gives its name back.
    pub(crate) fn put(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        fs::write(self.0.join(name), content).expect("the file can be written");
        name.to_owned()
    }

    pub(crate) fn bytes(&self, name: &str) -> Vec<u8> {
        fs::read(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Names of all files, sorted.
    pub(crate) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .expect("the folder can be read")
            .map(|entry| {
                let name = entry.expect("an entry").file_name();
                name.to_string_lossy().into_owned()
            })
            .collect();
        names.sort();
        names
    }

    /// Runs the program in this folder.
    pub(crate) fn run<S: AsRef<str>>(&self, args: &[S]) -> Run {
        self.run_with(args, b"", |_| {})
    }

    pub(crate) fn run_with<S: AsRef<str>>(
        &self,
        args: &[S],
        input: &[u8],
        change: impl FnOnce(&mut Command),
    ) -> Run {
        let mut command = Command::new(env!("CARGO_BIN_EXE_molshot"));
        command
            .args(args.iter().map(AsRef::as_ref))
            .current_dir(&self.0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        change(&mut command);
        let start = Instant::now();
        let mut child = command.spawn().expect("the program starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let input = input.to_vec();
        let writer = std::thread::spawn(move || {
            // A program that refuses its command line does not read on.
            let _ = stdin.write_all(&input);
        });
        let output = child.wait_with_output().expect("the program ends");
        writer.join().expect("the writer ends");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!stderr.contains("panicked"), "{stderr}");
        Run {
            status: output.status.code(),
            stdout: output.stdout,
            stderr,
            took: start.elapsed(),
        }
    }

    /// Draws with software Vulkan; it must succeed.
    pub(crate) fn draw<S: AsRef<str>>(&self, args: &[S]) -> Run {
        let mut all = vec!["render", "--adapter", "vulkan-software"];
        all.extend(args.iter().map(AsRef::as_ref));
        let run = self.run(&all);
        assert_eq!(run.status, Some(0), "{all:?}: {}", run.stderr);
        run
    }

    /// Draws one small picture and gives its PNG.
    pub(crate) fn picture<S: AsRef<str>>(&self, args: &[S]) -> Vec<u8> {
        let mut all = vec!["-o", "one.png", "--size", "96x80"];
        all.extend(args.iter().map(AsRef::as_ref));
        self.draw(&all);
        self.bytes("one.png")
    }

    /// Runs what must fail: with this status, at once, with these words on standard error, and
    /// without leaving a file.
    pub(crate) fn refuse<S: AsRef<str>>(&self, status: i32, args: &[S], words: &[&str]) -> String {
        self.refuse_with(status, args, b"", words)
    }

    pub(crate) fn refuse_with<S: AsRef<str>>(
        &self,
        status: i32,
        args: &[S],
        input: &[u8],
        words: &[&str],
    ) -> String {
        let before = self.names();
        let run = self.run_with(args, input, |_| {});
        let args: Vec<String> = args
            .iter()
            .map(|arg| arg.as_ref().chars().take(80).collect())
            .collect();
        let shown: String = run.stderr.chars().take(2000).collect();
        assert_eq!(run.status, Some(status), "{args:?}: {shown}");
        assert!(run.stderr.starts_with("molshot: "), "{args:?}: {shown}");
        for word in words {
            assert!(
                run.stderr.contains(word),
                "{args:?} lacks {word:?}: {shown}"
            );
        }
        assert!(
            run.stderr.len() < 3000,
            "{args:?}: {} bytes",
            run.stderr.len()
        );
        assert!(run.stdout.is_empty(), "{args:?} prints");
        // Milliseconds, really; other tests run at the same time.
        assert!(
            run.took < Duration::from_secs(3),
            "{args:?}: {:?}",
            run.took
        );
        assert_eq!(self.names(), before, "{args:?} leaves files");
        run.stderr
    }
}

/// A file of the sample scenes.
pub(crate) fn library(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenes/library")
        .join(name)
        .to_str()
        .expect("the path is UTF-8")
        .to_owned()
}

/// A picture's pixels.
pub(crate) struct Pixels {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Bytes a pixel.
    pub(crate) channels: usize,
    pub(crate) data: Vec<u8>,
    /// The `tEXt` chunks.
    pub(crate) texts: Vec<(String, String)>,
}

impl Pixels {
    pub(crate) fn of_png(bytes: &[u8]) -> Self {
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .expect("a PNG");
        let size = reader.output_buffer_size().expect("a size");
        let mut data = vec![0; size];
        let info = reader.next_frame(&mut data).expect("whole pixels");
        Self {
            width: info.width as usize,
            height: info.height as usize,
            channels: info.line_size / info.width as usize,
            texts: reader
                .info()
                .uncompressed_latin1_text
                .iter()
                .map(|chunk| (chunk.keyword.clone(), chunk.text.clone()))
                .collect(),
            data,
        }
    }

    pub(crate) fn at(&self, x: usize, y: usize) -> &[u8] {
        let start = (y * self.width + x) * self.channels;
        &self.data[start..start + self.channels]
    }

    /// Number of pixels that are not as the corner.
    pub(crate) fn covered(&self) -> usize {
        let corner = self.at(0, 0);
        self.data
            .chunks(self.channels)
            .filter(|pixel| *pixel != corner)
            .count()
    }
}
