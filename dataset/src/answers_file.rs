//! A file of predictions that grows by one line per answer.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use crate::error::DatasetError;
use crate::score::{Prediction, predictions_from};

/// The file of one model's or person's answers, open for one process at a time.
#[derive(Debug)]
pub(crate) struct AnswersFile {
    path: PathBuf,
    file: File,
}

impl AnswersFile {
    /// Opens the file, or makes it, and reads its answers after removing a truncated last line.
    ///
    /// # Errors
    /// When another process has it open, it has an invalid line, or the disk cannot be written.
    pub(crate) fn open(path: &Path) -> Result<(Self, BTreeMap<String, Prediction>), DatasetError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(DatasetError::file(folder))?;
        }
        let mut file = fs::OpenOptions::new()
            .create(true)
            .read(true)
            .append(true)
            .open(path)
            .map_err(DatasetError::file(path))?;
        // Two processes would answer the same questions. Not every file system has locks.
        if let Err(TryLockError::WouldBlock) = file.try_lock() {
            return Err(DatasetError::content(
                path,
                "another process is adding answers to it; wait until that one ends, or answer under another name",
            ));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)
            .map_err(DatasetError::file(path))?;
        let complete = bytes
            .iter()
            .rposition(|byte| *byte == b'\n')
            .map_or(0, |last| last + 1);
        if complete < bytes.len() {
            file.set_len(complete as u64)
                .map_err(DatasetError::file(path))?;
            bytes.truncate(complete);
        }
        let answers = predictions_from(path, bytes.as_slice())?;
        let path = path.to_owned();
        Ok((Self { path, file }, answers))
    }

    /// Appends an answer.
    ///
    /// # Errors
    /// When the disk cannot be written.
    pub(crate) fn append(&mut self, answer: &Prediction) -> Result<(), DatasetError> {
        let line = serde_json::to_string(answer)
            .map_err(|error| DatasetError::Request(error.to_string()))?;
        // One call, so that a killed process leaves a whole line or a truncated one.
        self.file
            .write_all((line + "\n").as_bytes())
            .map_err(DatasetError::file(&self.path))
    }

    /// Returns the path of the file.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_process_at_a_time_appends_whole_lines() {
        let path = std::env::temp_dir()
            .join(format!("molshot-answers-{}", std::process::id()))
            .join("m.jsonl");
        let (mut file, answers) = AnswersFile::open(&path).expect("a new file");
        assert!(answers.is_empty());
        let error = AnswersFile::open(&path).expect_err("it is open");
        assert!(error.to_string().contains("another process"), "{error}");
        file.append(&Prediction::new("a", "move x 1"))
            .expect("written");
        drop(file);
        let whole = fs::read_to_string(&path).expect("a file");
        fs::write(&path, format!("{whole}{{\"id\": \"b\", \"ans")).expect("written");
        let (mut file, answers) = AnswersFile::open(&path).expect("a file");
        assert_eq!(answers.keys().collect::<Vec<_>>(), ["a"]);
        file.append(&Prediction::new("b", "")).expect("written");
        drop(file);
        let text = fs::read_to_string(&path).expect("a file");
        assert_eq!(text, format!("{whole}{{\"id\":\"b\",\"answer\":\"\"}}\n"));
        fs::remove_dir_all(path.parent().expect("a folder")).expect("the test made it");
    }
}
