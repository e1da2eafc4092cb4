//! Helpers that make sets and read their files.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use sha2::{Digest, Sha256};

/// A folder for one test, empty at its start.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new(name: &str) -> Self {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
            .join("dataset")
            .join(name);
        let _ = fs::remove_dir_all(&path);
        fs::create_dir_all(&path).expect("the folder can be made");
        Self(path)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("the file can be written");
        fs::write(path, content).expect("the file can be written");
    }

    /// Prepares `molshot dataset ...` in this folder, without keys and job numbers in the
    /// environment.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_molshot"));
        command
            .arg("dataset")
            .args(args)
            .current_dir(&self.0)
            .env_remove("OPENAI_API_KEY")
            .env_remove("SLURM_ARRAY_TASK_ID")
            .env_remove("JOB_COMPLETION_INDEX")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the program and checks that it does not panic.
    pub(crate) fn run(&self, args: &[&str]) -> Output {
        let output = self.command(args).output().expect("the program starts");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
        output
    }

    /// Runs a command that must succeed; returns standard output.
    pub(crate) fn ok(&self, args: &[&str]) -> String {
        let output = self.run(args);
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{args:?}: {stderr}");
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Runs a command that must fail with a status and these words; returns standard error.
    pub(crate) fn refuse(&self, status: i32, args: &[&str], words: &[&str]) -> String {
        let output = self.run(args);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{args:?}: {stderr}");
        for word in words {
            assert!(stderr.contains(word), "{args:?} lacks {word}: {stderr}");
        }
        stderr
    }

    pub(crate) fn json(&self, name: &str) -> Value {
        let bytes = fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Returns the lines of a plan.
    pub(crate) fn lines(&self, out: &str) -> Vec<Value> {
        let text = fs::read_to_string(self.path(&format!("{out}/plan/complexes.jsonl")));
        let text = text.expect("a plan");
        let line = |line: &str| serde_json::from_str(line).expect("JSON");
        text.lines().map(line).collect()
    }

    /// Returns the hash of each file below a folder, without `local.json`.
    pub(crate) fn tree(&self, name: &str) -> BTreeMap<String, String> {
        let mut files = BTreeMap::new();
        walk(&self.path(name), "", &mut files);
        files.remove("local.json");
        files
    }
}

fn walk(folder: &Path, prefix: &str, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            walk(&entry.path(), &format!("{name}/"), files);
        } else {
            let bytes = fs::read(entry.path()).expect("a file");
            files.insert(name, format!("{:x?}", Sha256::digest(&bytes)));
        }
    }
}

pub(crate) fn library(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenes/library")
        .join(name)
}

/// Copies a folder with all of its files.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("the file can be written");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("the file can be written");
        }
    }
}

/// Copies a sample complex under another name.
pub(crate) fn copy_complex(from: &str, folder: &Path, id: &str) {
    let target = folder.join(id);
    fs::create_dir_all(&target).expect("the file can be written");
    for file in ["pocket.pdb", "ligand.mol2"] {
        let source = library(from).join(format!("{from}_{file}"));
        fs::copy(source, target.join(format!("{id}_{file}"))).expect("a library file");
    }
}

/// Makes the folder `in` with complexes `a0`, `b1`, `a2`, ... and `split.json`.
///
/// The complexes are copies of 1HVR and 7PBL in turn; every third one is in the test split.
pub(crate) fn complexes(folder: &Folder, count: usize) {
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for number in 0..count {
        let (from, letter) = [("1hvr", 'a'), ("7pbl", 'b')][number % 2];
        let id = format!("{letter}{number}");
        copy_complex(from, &folder.path("in"), &id);
        if number % 3 == 2 {
            &mut test
        } else {
            &mut train
        }
        .push(id);
    }
    let split = serde_json::json!({"train": train, "test": test});
    folder.write("split.json", split.to_string());
}

/// Plans the complexes of `in`, by default with 64 x 64 pixels.
pub(crate) fn plan(folder: &Folder, out: &str, further: &[&str]) -> String {
    let mut args = vec!["plan", "--complexes", "in", "--out", out, "--samples", "1"];
    if !further.contains(&"--size") {
        args.extend(["--size", "64x64"]);
    }
    args.extend(further);
    folder.ok(&args)
}

/// Makes a complete set of all tasks.
pub(crate) fn finished(name: &str, count: usize, further: &[&str]) -> Folder {
    let folder = Folder::new(name);
    complexes(&folder, count);
    plan(
        &folder,
        "out",
        &[&["--split", "split.json"], further].concat(),
    );
    folder.ok(&["generate", "--out", "out"]);
    folder
}
