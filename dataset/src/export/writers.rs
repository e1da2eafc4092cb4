//! One question after the other, in each form.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::{Format, with_marks};
use crate::base64;
use crate::error::DatasetError;
use crate::files::{Unfinished, write_file, write_json};
use crate::picture::plain;
use crate::plan::choices::LETTERS;
use crate::stored::{Pictures, Question};
use crate::tables::{Cell, Column, Kind, Picture, TableWriter};
use crate::task::{Split, Task};

/// Pictures of a file; a question is never parted.
const MOST_PICTURES: usize = 5000;

/// Columns of the self-contained tables.
const COLUMNS: [Column; 9] = [
    ("id", Kind::Text),
    ("task", Kind::Text),
    ("split", Kind::Text),
    ("complex", Kind::Text),
    ("question", Kind::Text),
    ("answer", Kind::Text),
    ("options", Kind::Texts),
    ("captions", Kind::Texts),
    ("images", Kind::Images),
];

/// What is being written.
enum Open {
    Nothing,
    Table(Box<TableWriter>),
    File(Box<Unfinished>),
}

/// Writes a form.
pub(super) struct Writer {
    format: Format,
    folder: PathBuf,
    open: Open,
    /// Files of this side and task, and pictures of the last of them.
    parts: usize,
    pictures: usize,
    /// Entries of a JSON list that were written.
    entries: usize,
    /// Pictures that are files already.
    written: BTreeSet<String>,
    /// Names of finished lists, for LLaMA-Factory.
    lists: Vec<String>,
    row: usize,
}

impl Writer {
    pub(super) fn new(format: Format, folder: &Path) -> Self {
        Self {
            format,
            folder: folder.to_owned(),
            open: Open::Nothing,
            parts: 0,
            pictures: 0,
            entries: 0,
            written: BTreeSet::new(),
            lists: Vec::new(),
            row: 0,
        }
    }

    fn list_name(split: Split, task: Task) -> String {
        format!("{}-{}", task.configuration(), split.name())
    }

    /// Begins the questions of a side and task.
    pub(super) fn begin(&mut self, split: Split, task: Task) -> Result<(), DatasetError> {
        self.parts = 0;
        self.entries = 0;
        self.row = 0;
        let name = Self::list_name(split, task);
        match self.format {
            Format::Parquet | Format::Webdataset => self.next_part(split, task),
            Format::Imagefolder => {
                let path = self.folder.join(task.configuration()).join(split.name());
                self.written.clear();
                self.open_file(&path.join("metadata.jsonl"), b"")
            }
            Format::Llamafactory | Format::Llava => {
                self.open_file(&self.folder.join(format!("{name}.json")), b"[\n")
            }
            Format::Vlmeval => self.open_file(
                &self.folder.join(format!("{name}.tsv")),
                b"index\tid\timage\timage_path\tquestion\tA\tB\tC\tD\tanswer\tcategory\n",
            ),
        }
    }

    fn open_file(&mut self, path: &Path, head: &[u8]) -> Result<(), DatasetError> {
        let mut file = Unfinished::create(path)?;
        file.write_all(head).map_err(DatasetError::file(path))?;
        self.open = Open::File(Box::new(file));
        Ok(())
    }

    /// Begins the next of several files.
    fn next_part(&mut self, split: Split, task: Task) -> Result<(), DatasetError> {
        self.close(b"")?;
        self.pictures = 0;
        let (part, side, name) = (self.parts, split.name(), task.configuration());
        self.parts += 1;
        if self.format == Format::Parquet {
            let path = self.folder.join(format!("{name}/{side}-{part:05}.parquet"));
            self.open = Open::Table(Box::new(TableWriter::create(&path, &COLUMNS)?));
            return Ok(());
        }
        self.open_file(
            &self.folder.join(format!("{name}-{side}-{part:06}.tar")),
            b"",
        )
    }

    fn close(&mut self, tail: &[u8]) -> Result<(), DatasetError> {
        match std::mem::replace(&mut self.open, Open::Nothing) {
            Open::Nothing => {}
            Open::Table(table) => drop(table.finish()?),
            Open::File(mut file) => {
                let put = |file: &mut Unfinished| {
                    if self.format == Format::Webdataset {
                        molshot_archive::finish(file)?;
                    }
                    file.write_all(tail)
                };
                put(&mut file).map_err(DatasetError::file(&self.folder))?;
                file.finish()?;
            }
        }
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), DatasetError> {
        match &mut self.open {
            Open::File(file) => file
                .write_all(bytes)
                .map_err(DatasetError::file(&self.folder)),
            _ => Ok(()),
        }
    }

    /// Adds a question.
    pub(super) fn add(
        &mut self,
        split: Split,
        task: Task,
        question: &Question,
        pictures: &mut Pictures<'_>,
    ) -> Result<(), DatasetError> {
        match self.format {
            Format::Parquet | Format::Webdataset => {
                if self.pictures + question.images.len() > MOST_PICTURES {
                    self.next_part(split, task)?;
                }
                self.pictures += question.images.len();
                if self.format == Format::Parquet {
                    self.table_row(split, task, question, pictures)
                } else {
                    self.sample(split, task, question, pictures)
                }
            }
            Format::Imagefolder => {
                let folder = self.folder.join(task.configuration()).join(split.name());
                let names = self.picture_files(&folder, "", question, pictures)?;
                let mut entry = about(split, task, question);
                entry["images_file_names"] = json!(names);
                self.put(format!("{entry}\n").as_bytes())
            }
            Format::Llamafactory => {
                let folder = self.folder.clone();
                let names = self.picture_files(&folder, "images/", question, pictures)?;
                self.entry(&json!({
                    "messages": [
                        {"role": "user", "content": with_marks(question, "<image>")},
                        {"role": "assistant", "content": question.answer},
                    ],
                    "images": names,
                }))
            }
            Format::Llava => {
                let folder = self.folder.clone();
                let names = self.picture_files(&folder, "images/", question, pictures)?;
                self.entry(&json!({
                    "id": question.id,
                    "image": names,
                    "conversations": [
                        {"from": "human", "value": with_marks(question, "<image>")},
                        {"from": "gpt", "value": question.answer},
                    ],
                }))
            }
            Format::Vlmeval => self.tab_row(task, question, pictures),
        }
    }

    /// Adds an entry to a JSON list.
    fn entry(&mut self, entry: &Value) -> Result<(), DatasetError> {
        let comma = if self.entries == 0 { "" } else { ",\n" };
        self.entries += 1;
        self.put(format!("{comma}{entry}").as_bytes())
    }

    /// Writes a question's pictures as files, each once; their paths relative to `folder`.
    fn picture_files(
        &mut self,
        folder: &Path,
        prefix: &str,
        question: &Question,
        pictures: &mut Pictures<'_>,
    ) -> Result<Vec<String>, DatasetError> {
        let mut names = Vec::new();
        for path in &question.images {
            let name = format!("{prefix}{path}");
            if self.written.insert(name.clone()) {
                write_file(&folder.join(&name), &pictures.get(path)?)?;
            }
            names.push(name);
        }
        Ok(names)
    }

    fn table_row(
        &mut self,
        split: Split,
        task: Task,
        question: &Question,
        pictures: &mut Pictures<'_>,
    ) -> Result<(), DatasetError> {
        let mut images = Vec::new();
        for path in &question.images {
            images.push(Picture {
                bytes: pictures.get(path)?.to_vec(),
                path: path.clone(),
            });
        }
        if let Open::Table(table) = &mut self.open {
            table.push(vec![
                Cell::Text(question.id.clone()),
                Cell::Text(task.name().to_owned()),
                Cell::Text(split.name().to_owned()),
                Cell::Text(question.complex.clone()),
                Cell::Text(question.question.clone()),
                Cell::Text(question.answer.clone()),
                Cell::Texts(options_of(task, question)),
                Cell::Texts(question.captions.clone()),
                Cell::Images(images),
            ])?;
        }
        Ok(())
    }

    fn sample(
        &mut self,
        split: Split,
        task: Task,
        question: &Question,
        pictures: &mut Pictures<'_>,
    ) -> Result<(), DatasetError> {
        // The first point parts key and ending.
        let key = plain(&question.id).replace('.', "_");
        let mut files = Vec::new();
        for (number, path) in question.images.iter().enumerate() {
            files.push((format!("{key}.{number:02}.png"), pictures.get(path)?));
        }
        let entry = about(split, task, question).to_string();
        let Open::File(out) = &mut self.open else {
            return Ok(());
        };
        let mut put = || -> std::io::Result<()> {
            for (name, bytes) in &files {
                molshot_archive::append(out, name, bytes)?;
            }
            molshot_archive::append(out, &format!("{key}.json"), entry.as_bytes())
        };
        put().map_err(DatasetError::file(&self.folder))
    }

    fn tab_row(
        &mut self,
        task: Task,
        question: &Question,
        pictures: &mut Pictures<'_>,
    ) -> Result<(), DatasetError> {
        let mut images = Vec::new();
        let mut names = Vec::new();
        for path in &question.images {
            images.push(base64::encode(&pictures.get(path)?));
            names.push(path.clone());
        }
        let options = options_of(task, question);
        let option = |place: usize| options.get(place).map_or("", String::as_str);
        let flat = |text: &str| text.replace('\t', " ").replace('"', "\"\"");
        let list = |texts: &[String]| flat(&json!(texts).to_string());
        // Texts with line feeds and lists stand in quotes, as in comma-separated files.
        let row = format!(
            "{}\t{}\t\"{}\"\t\"{}\"\t\"{}\"\t{}\t{}\t{}\t{}\t{}\t{}\n",
            self.row,
            question.id,
            list(&images),
            list(&names),
            flat(&question.question),
            option(0),
            option(1),
            option(2),
            option(3),
            question.answer,
            task.configuration(),
        );
        self.row += 1;
        self.put(row.as_bytes())
    }

    /// Ends the questions of a side and task.
    pub(super) fn end(&mut self, split: Split, task: Task) -> Result<(), DatasetError> {
        let tail: &[u8] = match self.format {
            Format::Llamafactory | Format::Llava => b"\n]\n",
            _ => b"",
        };
        self.close(tail)?;
        self.lists.push(Self::list_name(split, task));
        Ok(())
    }

    /// Writes what says how to load it.
    pub(super) fn finish(self) -> Result<(), DatasetError> {
        if self.format == Format::Llamafactory {
            let entry = |name: &String| {
                let entry = json!({
                    "file_name": format!("{name}.json"),
                    "formatting": "sharegpt",
                    "columns": {"messages": "messages", "images": "images"},
                    "tags": {
                        "role_tag": "role", "content_tag": "content",
                        "user_tag": "user", "assistant_tag": "assistant",
                    },
                });
                (name.clone(), entry)
            };
            let info: serde_json::Map<String, Value> = self.lists.iter().map(entry).collect();
            write_json(&self.folder.join("dataset_info.json"), &info)?;
        }
        Ok(())
    }
}

/// Texts of the options; those that are pictures are called by their number.
fn options_of(task: Task, question: &Question) -> Vec<String> {
    if matches!(task, Task::T5 | Task::T6) {
        let first = question.images.len() - LETTERS.len().min(question.images.len());
        return (1..=LETTERS.len())
            .map(|n| format!("Picture {}", first + n))
            .collect();
    }
    question.options.clone()
}

fn about(split: Split, task: Task, question: &Question) -> Value {
    json!({
        "id": question.id,
        "task": task.name(),
        "split": split.name(),
        "complex": question.complex,
        "question": question.question,
        "answer": question.answer,
        "options": options_of(task, question),
        "captions": question.captions,
    })
}
