//! Writes questions in each of the export formats.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write;
use std::path::{Path, PathBuf};

use base64::prelude::{BASE64_STANDARD, Engine as _};
use serde_json::{Value, json};

use super::names::Keys;
use super::question_texts::{metadata, options_of, tab_columns};
use super::{ExportFormat, with_image_placeholders, with_tables};
use crate::error::DatasetError;
use crate::files::{AtomicFile, FileDigest, write_file, write_json};
use crate::messages::Catalogues;
use crate::reader::{PictureReader, Question};
use crate::tables::{Cell, Column, ColumnKind, ImageFile, TableWriter};
use crate::task::{Split, Task};

/// Limit of pictures per file; a question is never divided.
const MAX_PICTURES_PER_FILE: usize = 5000;

/// Columns of self-contained tables.
pub(super) const COLUMNS: [Column; 13] = [
    ("id", ColumnKind::Text),
    ("item", ColumnKind::Text),
    ("language", ColumnKind::Text),
    ("mode", ColumnKind::Text),
    ("task", ColumnKind::Text),
    ("split", ColumnKind::Text),
    ("complex", ColumnKind::Text),
    ("question", ColumnKind::Text),
    ("answer", ColumnKind::Text),
    ("options", ColumnKind::Texts),
    ("captions", ColumnKind::Texts),
    ("tables", ColumnKind::LongTexts),
    ("images", ColumnKind::Images),
];

/// The files of the questions of a split and task.
#[derive(Debug)]
pub(super) struct WrittenSplit {
    pub(super) split: Split,
    pub(super) task: Task,
    /// Number of questions.
    pub(super) rows: usize,
    /// Size of the files that no other split or task uses.
    pub(super) bytes: u64,
}

/// What an export consists of.
#[derive(Debug)]
pub(super) struct WrittenExport {
    pub(super) splits: Vec<WrittenSplit>,
    /// Size and hash of all files, by path in the folder.
    pub(super) files: BTreeMap<String, FileDigest>,
}

/// The file that is being written, with its path in the folder of the export.
enum OpenFile {
    None,
    Table(String, Box<TableWriter>),
    File(String, Box<AtomicFile>),
}

/// Writes the files of an export.
pub(super) struct ExportWriter {
    format: ExportFormat,
    folder: PathBuf,
    open: OpenFile,
    /// Number of files of the current split and task, and of pictures in the last of them.
    parts: usize,
    pictures: usize,
    /// Number of questions of the current split and task, and size of their complete files.
    rows: usize,
    bytes: u64,
    /// Names of the picture files that exist.
    written: BTreeSet<String>,
    /// The complete splits of tasks.
    complete: Vec<WrittenSplit>,
    /// All complete files, by path in the folder.
    files: BTreeMap<String, FileDigest>,
    /// Keys of the samples of tar files.
    keys: Keys,
    catalogues: Catalogues,
}

impl ExportWriter {
    pub(super) fn new(
        format: ExportFormat,
        folder: &Path,
        keys: Keys,
        catalogues: Catalogues,
    ) -> Self {
        Self {
            format,
            folder: folder.to_owned(),
            open: OpenFile::None,
            parts: 0,
            pictures: 0,
            rows: 0,
            bytes: 0,
            written: BTreeSet::new(),
            complete: Vec::new(),
            files: BTreeMap::new(),
            keys,
            catalogues,
        }
    }

    fn list_name(split: Split, task: Task) -> String {
        format!("{}-{}", task.configuration(), split.name())
    }

    /// Begins the questions of a split and task.
    pub(super) fn begin(&mut self, split: Split, task: Task) -> Result<(), DatasetError> {
        self.parts = 0;
        self.rows = 0;
        self.bytes = 0;
        let name = Self::list_name(split, task);
        match self.format {
            ExportFormat::Parquet | ExportFormat::Webdataset => self.next_part(split, task),
            ExportFormat::Imagefolder => {
                self.written.clear();
                let folder = format!("{}/{}", task.configuration(), split.name());
                self.open_file(format!("{folder}/metadata.jsonl"), b"")
            }
            ExportFormat::Llamafactory | ExportFormat::Llava => {
                self.open_file(format!("{name}.json"), b"[\n")
            }
            ExportFormat::Vlmeval => {
                let head = tab_columns(task).join("\t") + "\n";
                self.open_file(format!("{name}.tsv"), head.as_bytes())
            }
            ExportFormat::Evalscope => {
                // EvalScope reads one file per subset and split, with this name.
                let name = format!("{}_{}.parquet", task.configuration(), split.name());
                self.open_table(name)
            }
        }
    }

    fn open_file(&mut self, name: String, head: &[u8]) -> Result<(), DatasetError> {
        let path = self.folder.join(&name);
        let mut file = AtomicFile::create(&path)?;
        file.write_all(head).map_err(DatasetError::file(&path))?;
        self.open = OpenFile::File(name, Box::new(file));
        Ok(())
    }

    fn open_table(&mut self, name: String) -> Result<(), DatasetError> {
        let table = TableWriter::create(&self.folder.join(&name), &COLUMNS)?;
        self.open = OpenFile::Table(name, Box::new(table));
        Ok(())
    }

    /// Begins the next file of the split and task.
    fn next_part(&mut self, split: Split, task: Task) -> Result<(), DatasetError> {
        self.close(b"")?;
        self.pictures = 0;
        let (part, split_name, name) = (self.parts, split.name(), task.configuration());
        self.parts += 1;
        if self.format == ExportFormat::Parquet {
            return self.open_table(format!("{name}/{split_name}-{part:05}.parquet"));
        }
        self.open_file(format!("{name}-{split_name}-{part:06}.tar"), b"")
    }

    fn close(&mut self, tail: &[u8]) -> Result<(), DatasetError> {
        match std::mem::replace(&mut self.open, OpenFile::None) {
            OpenFile::None => {}
            OpenFile::Table(name, table) => {
                let digest = table.finish()?.file;
                self.bytes += digest.bytes;
                self.files.insert(name, digest);
            }
            OpenFile::File(name, mut file) => {
                let put = |file: &mut AtomicFile| {
                    if self.format == ExportFormat::Webdataset {
                        molshot_archive::finish(file)?;
                    }
                    file.write_all(tail)
                };
                put(&mut file).map_err(DatasetError::file(&self.folder))?;
                let digest = file.finish()?;
                self.bytes += digest.bytes;
                self.files.insert(name, digest);
            }
        }
        Ok(())
    }

    fn put(&mut self, bytes: &[u8]) -> Result<(), DatasetError> {
        match &mut self.open {
            OpenFile::File(_, file) => file
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
        pictures: &mut PictureReader<'_>,
    ) -> Result<(), DatasetError> {
        self.write(split, task, question, pictures)?;
        self.rows += 1;
        Ok(())
    }

    fn write(
        &mut self,
        split: Split,
        task: Task,
        question: &Question,
        pictures: &mut PictureReader<'_>,
    ) -> Result<(), DatasetError> {
        match self.format {
            ExportFormat::Parquet | ExportFormat::Webdataset => {
                if self.pictures + question.images.len() > MAX_PICTURES_PER_FILE {
                    self.next_part(split, task)?;
                }
                self.pictures += question.images.len();
                if self.format == ExportFormat::Parquet {
                    let asked = question.question.clone();
                    self.write_table_row(split, task, question, asked, pictures)
                } else {
                    self.write_sample(split, task, question, pictures)
                }
            }
            ExportFormat::Imagefolder => {
                let folder = format!("{}/{}/", task.configuration(), split.name());
                let names = self.write_picture_files(&folder, "", question, pictures)?;
                let mut entry = metadata(&self.catalogues, split, task, question)?;
                entry["images_file_names"] = json!(names);
                self.put(format!("{entry}\n").as_bytes())
            }
            ExportFormat::Llamafactory => {
                let names = self.write_picture_files("", "images/", question, pictures)?;
                let catalogue = self.catalogues.get(&question.language)?;
                let asked = with_image_placeholders(question, catalogue, "<image>");
                self.write_entry(&json!({
                    "messages": [
                        {"role": "user", "content": asked},
                        {"role": "assistant", "content": question.answer},
                    ],
                    "images": names,
                }))
            }
            ExportFormat::Llava => {
                let names = self.write_picture_files("", "images/", question, pictures)?;
                let catalogue = self.catalogues.get(&question.language)?;
                let asked = with_image_placeholders(question, catalogue, "<image>");
                let mut entry = json!({
                    "id": question.id,
                    "image": names,
                    "conversations": [
                        {"from": "human", "value": asked},
                        {"from": "gpt", "value": question.answer},
                    ],
                });
                // LLaVA takes every entry with this key as one with pictures.
                if !question.mode.has_pictures() {
                    entry.as_object_mut().map(|entry| entry.remove("image"));
                }
                self.write_entry(&entry)
            }
            ExportFormat::Vlmeval => self.write_tab_row(task, question, pictures),
            ExportFormat::Evalscope => {
                let catalogue = self.catalogues.get(&question.language)?;
                let asked = with_image_placeholders(question, catalogue, "<image {number}>");
                self.write_table_row(split, task, question, asked, pictures)
            }
        }
    }

    /// Adds an entry to a JSON list.
    fn write_entry(&mut self, entry: &Value) -> Result<(), DatasetError> {
        let comma = if self.rows == 0 { "" } else { ",\n" };
        self.put(format!("{comma}{entry}").as_bytes())
    }

    /// Writes the pictures of a question as files, each once; returns their paths within `folder`,
    /// which is a path in the folder of the export and ends with `/` or is empty.
    fn write_picture_files(
        &mut self,
        folder: &str,
        prefix: &str,
        question: &Question,
        pictures: &mut PictureReader<'_>,
    ) -> Result<Vec<String>, DatasetError> {
        let mut names = Vec::new();
        for path in &question.images {
            let name = format!("{prefix}{path}");
            if self.written.insert(name.clone()) {
                let file = format!("{folder}{name}");
                let digest = write_file(&self.folder.join(&file), &pictures.get(path)?)?;
                if self.format == ExportFormat::Imagefolder {
                    self.bytes += digest.bytes;
                }
                self.files.insert(file, digest);
            }
            names.push(name);
        }
        Ok(names)
    }

    /// Writes a row of a Parquet table; `asked` is the text of the question there.
    fn write_table_row(
        &mut self,
        split: Split,
        task: Task,
        question: &Question,
        asked: String,
        pictures: &mut PictureReader<'_>,
    ) -> Result<(), DatasetError> {
        let mut images = Vec::new();
        for path in &question.images {
            images.push(ImageFile {
                bytes: pictures.get(path)?.to_vec(),
                path: path.clone(),
            });
        }
        let options = options_of(&self.catalogues, task, question)?;
        if let OpenFile::Table(_, table) = &mut self.open {
            table.push(vec![
                Cell::Text(question.id.clone()),
                Cell::Text(question.item.clone()),
                Cell::Text(question.language.clone()),
                Cell::Text(question.mode.name().to_owned()),
                Cell::Text(task.name().to_owned()),
                Cell::Text(split.name().to_owned()),
                Cell::Text(question.complex.clone()),
                Cell::Text(asked),
                Cell::Text(question.answer.clone()),
                Cell::Texts(options),
                Cell::Texts(question.captions.clone()),
                Cell::Texts(question.tables.clone()),
                Cell::Images(images),
            ])?;
        }
        Ok(())
    }

    /// Writes a sample of a tar file.
    fn write_sample(
        &mut self,
        split: Split,
        task: Task,
        question: &Question,
        pictures: &mut PictureReader<'_>,
    ) -> Result<(), DatasetError> {
        let key = self.keys.key(question);
        let mut files = Vec::new();
        for (number, path) in question.images.iter().enumerate() {
            files.push((format!("{key}.{number:02}.png"), pictures.get(path)?));
        }
        let entry = metadata(&self.catalogues, split, task, question)?.to_string();
        let OpenFile::File(_, out) = &mut self.open else {
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

    /// Writes a row of a tab-separated table.
    fn write_tab_row(
        &mut self,
        task: Task,
        question: &Question,
        pictures: &mut PictureReader<'_>,
    ) -> Result<(), DatasetError> {
        let mut images = Vec::new();
        let mut names = Vec::new();
        for path in &question.images {
            images.push(BASE64_STANDARD.encode(&*pictures.get(path)?));
            names.push(path.clone());
        }
        let options = options_of(&self.catalogues, task, question)?;
        // Texts are quoted as in CSV files, because they may have line feeds and quotes.
        let quoted = |text: &str| match text {
            "" => String::new(),
            text => format!("\"{}\"", text.replace('\t', " ").replace('"', "\"\"")),
        };
        let list = |texts: &[String]| quoted(&json!(texts).to_string());
        let mut cells = vec![
            self.rows.to_string(),
            quoted(&question.id),
            list(&images),
            list(&names),
            quoted(&with_tables(question)),
        ];
        cells.extend(options.iter().map(|option| quoted(option)));
        cells.extend([
            quoted(&question.answer),
            task.configuration(),
            quoted(&question.item),
            quoted(&question.language),
            quoted(question.mode.name()),
        ]);
        self.put((cells.join("\t") + "\n").as_bytes())
    }

    /// Ends the questions of a split and task.
    pub(super) fn end(&mut self, split: Split, task: Task) -> Result<(), DatasetError> {
        let tail: &[u8] = match self.format {
            ExportFormat::Llamafactory | ExportFormat::Llava => b"\n]\n",
            _ => b"",
        };
        self.close(tail)?;
        self.complete.push(WrittenSplit {
            split,
            task,
            rows: self.rows,
            bytes: self.bytes,
        });
        Ok(())
    }

    /// Writes the file that describes the export, where the format has one; returns what was
    /// written.
    pub(super) fn finish(mut self) -> Result<WrittenExport, DatasetError> {
        if self.format == ExportFormat::Llamafactory {
            let entry = |written: &WrittenSplit| {
                let name = Self::list_name(written.split, written.task);
                let entry = json!({
                    "file_name": format!("{name}.json"),
                    "formatting": "sharegpt",
                    "columns": {"messages": "messages", "images": "images"},
                    "tags": {
                        "role_tag": "role", "content_tag": "content",
                        "user_tag": "user", "assistant_tag": "assistant",
                    },
                });
                (name, entry)
            };
            let info: serde_json::Map<String, Value> = self.complete.iter().map(entry).collect();
            let name = "dataset_info.json";
            let digest = write_json(&self.folder.join(name), &info)?;
            self.files.insert(name.to_owned(), digest);
        }
        Ok(WrittenExport {
            splits: self.complete,
            files: self.files,
        })
    }
}
