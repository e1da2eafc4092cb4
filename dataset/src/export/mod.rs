//! Exports a set in the formats of other tools, to `export/FORMAT/` in the folder of the set.
//!
//! Pictures keep their names, which do not reveal what they show. Files are written under temporary
//! names and renamed.

mod card;
mod names;
mod question_texts;
mod writers;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;

use molshot_renderer::Advice;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::card::{CARD_FILE, LICENSE_FILE, License, metadata_block};
use crate::error::DatasetError;
use crate::files::{FileDigest, hex, write_file, write_json};
use crate::layout::Layout;
use crate::messages::{Catalogue, Catalogues};
use crate::mode::Mode;
use crate::monitor::{Monitor, Progress};
use crate::reader::{PictureReader, Question, read_questions};
use crate::task::{Split, Task};

use names::Keys;
use writers::{ExportWriter, WrittenExport};

/// A format of exports.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExportFormat {
    /// Parquet with each question's pictures in its row.
    Parquet,
    /// Tar files of samples: `KEY.00.png`, ..., `KEY.json` (`WebDataset`).
    Webdataset,
    /// Folders of pictures with `metadata.jsonl` (Hugging Face `imagefolder`).
    Imagefolder,
    /// LLaMA-Factory: conversations in the sharegpt form, and `dataset_info.json`.
    Llamafactory,
    /// Conversations in the form of `LLaVA`.
    Llava,
    /// Tab-separated tables of `VLMEvalKit` with the pictures in base64.
    Vlmeval,
    /// Tables of `EvalScope`'s `general_vmcq`, of the tasks with options only.
    Evalscope,
}

impl ExportFormat {
    /// All formats, in the order of [`Self::NAMES`].
    pub const ALL: [Self; 7] = [
        Self::Parquet,
        Self::Webdataset,
        Self::Imagefolder,
        Self::Llamafactory,
        Self::Llava,
        Self::Vlmeval,
        Self::Evalscope,
    ];

    /// The names of all formats.
    pub const NAMES: [&str; 7] = [
        "parquet",
        "webdataset",
        "imagefolder",
        "llamafactory",
        "llava",
        "vlmeval",
        "evalscope",
    ];

    /// Returns whether the format has room for questions without pictures.
    ///
    /// `VLMEvalKit` and the loader of folders need pictures in every row, and the samples of a tar
    /// file must have the same members.
    #[must_use]
    pub fn holds_text(self) -> bool {
        matches!(self, Self::Parquet | Self::Llamafactory | Self::Llava)
    }

    /// Returns the name in the command line and of the folder.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// Returns whether an export has the questions of a task.
    #[must_use]
    pub fn has(self, task: Task) -> bool {
        self != Self::Evalscope || task.is_choice()
    }
}

impl FromStr for ExportFormat {
    type Err = DatasetError;

    fn from_str(text: &str) -> Result<Self, DatasetError> {
        Self::ALL
            .into_iter()
            .find(|format| format.name() == text)
            .ok_or_else(|| {
                let names =
                    "parquet, webdataset, imagefolder, llamafactory, llava, vlmeval or evalscope";
                DatasetError::Request(format!("\"{text}\" is not a format; give {names}"))
            })
    }
}

/// The manifest of an export: `export/FORMAT.json`, beside its folder, so that no loader sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportManifest {
    /// Size and hash of all files, by path in the folder of the export.
    pub files: BTreeMap<String, FileDigest>,
    /// SHA-256 of the metadata block of the card; people may edit the text after it.
    pub card_metadata_sha256: String,
}

/// Returns the SHA-256 of the metadata block of a card; `None` if it has none.
#[must_use]
pub fn card_metadata_sha256(card: &str) -> Option<String> {
    metadata_block(card).map(|block| hex(&Sha256::digest(block)))
}

/// Returns the folder of an export.
#[must_use]
pub fn folder(layout: &Layout, format: ExportFormat) -> PathBuf {
    layout.file(&format!("export/{}", format.name()))
}

/// Returns the path of the [`ExportManifest`] of an export.
#[must_use]
pub fn manifest_file(layout: &Layout, format: ExportFormat) -> PathBuf {
    layout.file(&format!("export/{}.json", format.name()))
}

/// Exports a complete set and returns the folder of the export.
///
/// # Errors
/// When the set is incomplete or cannot be read, the disk cannot be written, or the work is
/// cancelled.
pub fn export(
    layout: &Layout,
    format: ExportFormat,
    monitor: Monitor<'_>,
) -> Result<PathBuf, DatasetError> {
    let plan = layout.plan()?;
    if let Some(shard) = plan
        .shards
        .iter()
        .find(|shard| !layout.shard_file(&shard.name()).exists())
    {
        let problem = format!("lacks the shard {}; generate it first", shard.name());
        let error = DatasetError::content(layout.root(), problem);
        return Err(error.advise(&[Advice::on("resume")]));
    }
    let folder = folder(layout, format);
    let catalogues = Catalogues::read(layout, &plan)?;
    let is_held = |mode: Mode| mode.has_pictures() || format.holds_text();
    let modes = plan.modes.iter().filter(|mode| is_held(**mode)).count();
    if modes == 0 {
        return Err(DatasetError::content(
            layout.root(),
            format!(
                "has questions without pictures only (mode text), and the format {} needs pictures; give parquet, llamafactory or llava",
                format.name()
            ),
        ));
    }
    let counts = plan.shards.iter().flat_map(|shard| &shard.questions);
    let items = counts.filter(|(task, _)| format.has(**task));
    let total = items.map(|(_, count)| count).sum::<usize>() * catalogues.count() * modes;
    if total == 0 {
        return Err(DatasetError::Request(format!(
            "the set has no questions that an export for {} holds; those of evalscope are T5, T6 and T8",
            format.name()
        )));
    }
    let mut done = 0;
    let keys = Keys::of(layout, &plan)?;
    let mut writer = ExportWriter::new(format, &folder, keys, catalogues);
    for split in Split::ALL {
        let mut pictures = PictureReader::open(layout, &plan, split)?;
        let shards: Vec<_> = plan
            .shards
            .iter()
            .filter(|shard| shard.split == split)
            .collect();
        for task in Task::ALL.into_iter().filter(|task| format.has(*task)) {
            let mut is_begun = false;
            for shard in &shards {
                let questions = read_questions(layout, shard, task)?.into_iter();
                for question in questions.filter(|question| is_held(question.mode)) {
                    if !is_begun {
                        writer.begin(split, task)?;
                        is_begun = true;
                    }
                    writer.add(split, task, &question, &mut pictures)?;
                    done += 1;
                    (monitor.progress)(Progress { done, total });
                    if (monitor.stopped)() {
                        return Err(DatasetError::Interrupted(
                            "interrupted: the export is incomplete; run the same command again"
                                .into(),
                        ));
                    }
                }
            }
            if is_begun {
                writer.end(split, task)?;
            }
        }
    }
    let WrittenExport { splits, mut files } = writer.finish()?;
    let card = card::card(format, &plan, &splits);
    let digest = write_file(&folder.join(CARD_FILE), card.as_bytes())?;
    files.insert(CARD_FILE.to_owned(), digest);
    if let Some(text) = License::of(&plan.license).file() {
        let digest = write_file(&folder.join(LICENSE_FILE), text.as_bytes())?;
        files.insert(LICENSE_FILE.to_owned(), digest);
    }
    let manifest = ExportManifest {
        files,
        card_metadata_sha256: card_metadata_sha256(&card).unwrap_or_default(),
    };
    write_json(&manifest_file(layout, format), &manifest)?;
    Ok(folder)
}

/// Returns the modes of a set that a format leaves out, because it has no room for questions
/// without pictures.
///
/// # Errors
/// When there is no plan.
pub fn left_out_modes(layout: &Layout, format: ExportFormat) -> Result<Vec<Mode>, DatasetError> {
    let modes = layout.plan()?.modes.into_iter();
    Ok(modes
        .filter(|mode| !mode.has_pictures() && !format.holds_text())
        .collect())
}

/// Says for which tool a format is, as the end of a sentence.
fn tools(format: ExportFormat) -> &'static str {
    match format {
        ExportFormat::Parquet => "with the pictures of each question in its row",
        ExportFormat::Webdataset => "as tar files for the library `webdataset`",
        ExportFormat::Imagefolder => "as folders of pictures with `metadata.jsonl`",
        ExportFormat::Llamafactory => "for LLaMA-Factory: conversations in the sharegpt form",
        ExportFormat::Llava => "as conversations in the form of LLaVA",
        ExportFormat::Vlmeval => "as tab-separated tables for VLMEvalKit",
        ExportFormat::Evalscope => {
            "of the tasks with options, as tables for `general_vmcq` of EvalScope"
        }
    }
}

/// Returns the text of a question after one line per picture with a placeholder such as `<image>`,
/// in which `{number}` stands for the number of the picture, each followed by the picture's table
/// of coordinates if the question has tables.
fn with_image_placeholders(
    question: &Question,
    catalogue: &Catalogue,
    placeholder: &str,
) -> String {
    let mut text = String::new();
    for (number, caption) in question.captions.iter().enumerate() {
        if question.mode.has_pictures() {
            let placeholder = placeholder.replace("{number}", &(number + 1).to_string());
            text += &catalogue.image_line(number + 1, caption, &placeholder);
            text.push('\n');
        }
        if let Some(table) = question.tables.get(number) {
            text += table;
            text.push('\n');
        }
    }
    text + &question.question
}

/// Returns the text of a question after its tables of coordinates.
fn with_tables(question: &Question) -> String {
    let mut parts = question.tables.clone();
    parts.push(question.question.clone());
    parts.join("\n")
}
