//! A set in the forms that other tools load, below `export/FORMAT/` of the set.
//!
//! Pictures keep their names, which tell nothing of what they show. Files are written under
//! temporary names and renamed.

mod writers;

use std::fmt::Write;
use std::path::PathBuf;
use std::str::FromStr;

use crate::error::DatasetError;
use crate::layout::Layout;
use crate::stored::{Pictures, Question, questions};
use crate::task::{Split, Task};
use crate::watch::{Progress, Watch};

use writers::Writer;

/// A form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Parquet with each question's pictures in its row.
    Parquet,
    /// Tar files of samples: `KEY.0.png`, ..., `KEY.json` (`WebDataset`).
    Webdataset,
    /// Folders of pictures with `metadata.jsonl` (Hugging Face `imagefolder`).
    Imagefolder,
    /// LLaMA-Factory: sharegpt with images, and `dataset_info.json`.
    Llamafactory,
    /// `LLaVA`'s conversations.
    Llava,
    /// `VLMEvalKit`: tab-separated, pictures within.
    Vlmeval,
}

impl Format {
    /// The word of the command line and of the folder.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Webdataset => "webdataset",
            Self::Imagefolder => "imagefolder",
            Self::Llamafactory => "llamafactory",
            Self::Llava => "llava",
            Self::Vlmeval => "vlmeval",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        [
            Self::Parquet,
            Self::Webdataset,
            Self::Imagefolder,
            Self::Llamafactory,
            Self::Llava,
            Self::Vlmeval,
        ]
        .into_iter()
        .find(|format| format.name() == text)
        .ok_or_else(|| {
            "give parquet, webdataset, imagefolder, llamafactory, llava or vlmeval".to_owned()
        })
    }
}

/// Writes a finished set in a form; returns the folder.
///
/// # Errors
/// When the set is not finished, cannot be read, the disk refuses, or the work is called off.
pub fn export(layout: &Layout, format: Format, watch: Watch<'_>) -> Result<PathBuf, DatasetError> {
    let plan = layout.plan()?;
    if let Some(shard) = plan
        .shards
        .iter()
        .find(|shard| !layout.shard_file(&shard.name()).exists())
    {
        return Err(DatasetError::content(
            layout.root(),
            format!(
                "lacks the shard {}; run generate with --resume first",
                shard.name()
            ),
        ));
    }
    let folder = layout.file(&format!("export/{}", format.name()));
    let total = plan
        .shards
        .iter()
        .flat_map(|shard| shard.questions.values())
        .sum();
    let mut done = 0;
    let mut writer = Writer::new(format, &folder);
    for split in Split::ALL {
        let mut pictures = Pictures::open(layout, &plan, split)?;
        let shards: Vec<_> = plan
            .shards
            .iter()
            .filter(|shard| shard.split == split)
            .collect();
        for task in Task::ALL {
            let mut any = false;
            for shard in &shards {
                for question in questions(layout, shard, task)? {
                    if !any {
                        writer.begin(split, task)?;
                        any = true;
                    }
                    writer.add(split, task, &question, &mut pictures)?;
                    done += 1;
                    (watch.progress)(Progress { done, total });
                    if (watch.stopped)() {
                        return Err(DatasetError::Interrupted(
                            "interrupted: the export is not finished; the same command begins anew"
                                .into(),
                        ));
                    }
                }
            }
            if any {
                writer.end(split, task)?;
            }
        }
    }
    writer.finish()?;
    Ok(folder)
}

/// The question with a mark before it for each picture.
fn with_marks(question: &Question, mark: &str) -> String {
    let mut text = String::new();
    for (number, caption) in question.captions.iter().enumerate() {
        // Writing to a string does not fail.
        let _ = writeln!(text, "Picture {} ({caption}): {mark}", number + 1);
    }
    text + &question.question
}
