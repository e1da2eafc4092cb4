//! What all data cards have in common: the metadata block that the Hugging Face Hub reads (licence,
//! size, configurations, columns), and the citation of the paper.

pub(crate) mod features;
mod license;

use std::fmt::{self, Write};

use serde_json::Value;

use crate::task::Split;

use features::NamedFeature;
pub(crate) use license::{LICENSE_FILE, License};

/// Name of a data card.
pub(crate) const CARD_FILE: &str = "README.md";

/// Returns the metadata block of a card, which tools read; the text after it is for people.
pub(crate) fn metadata_block(card: &str) -> Option<&str> {
    let end = card.strip_prefix("---\n")?.find("\n---\n")?;
    Some(&card[..end + "---\n\n---\n".len()])
}

/// The paper that defines the tasks.
pub(crate) const CITATION: &str = "\
@misc{li2025misibench,
  title = {From Macro to Micro: Benchmarking Microscopic Spatial Intelligence on Molecules via Vision-Language Models},
  author = {Li, Zongzhao and Kong, Xiangzhe and Su, Jiahui and Ma, Zongyang and Li, Mingze and Li, Songyou and Zhang, Yuelin and Rong, Yu and Xu, Tingyang and Zhao, Deli and Huang, Wenbing},
  year = {2025},
  eprint = {2512.10867},
  archivePrefix = {arXiv},
  url = {https://arxiv.org/abs/2512.10867}
}";

/// The part of a data set that is loaded under one name.
#[derive(Debug)]
pub(crate) struct Configuration {
    /// Its name, such as `T1-translation`.
    pub(crate) name: String,
    /// Its splits.
    pub(crate) splits: Vec<SplitFiles>,
    /// Its columns.
    pub(crate) features: Vec<NamedFeature>,
}

/// The files of a split of a configuration.
#[derive(Debug)]
pub(crate) struct SplitFiles {
    pub(crate) split: Split,
    /// Pattern of the paths.
    pub(crate) path: String,
    /// Number of rows.
    pub(crate) rows: usize,
    /// Size of the files.
    pub(crate) bytes: u64,
}

/// Values of the metadata block.
#[derive(Debug)]
pub(crate) struct FrontMatter<'a> {
    pub(crate) languages: &'a [String],
    pub(crate) license: &'a License,
    /// Number of questions.
    pub(crate) questions: usize,
    /// The first one is loaded where no name is given.
    pub(crate) configurations: &'a [Configuration],
}

/// Returns the size category of the Hugging Face Hub.
fn size_category(questions: usize) -> &'static str {
    match questions {
        0..1_000 => "n<1K",
        1_000..10_000 => "1K<n<10K",
        10_000..100_000 => "10K<n<100K",
        _ => "100K<n<1M",
    }
}

impl FrontMatter<'_> {
    /// Writes the block with the lines `---` around it.
    pub(crate) fn write(&self, out: &mut String) -> fmt::Result {
        writeln!(out, "---\npretty_name: Microscopic spatial intelligence")?;
        writeln!(out, "language:")?;
        for language in self.languages {
            writeln!(out, "- {}", quoted(language))?;
        }
        self.license.write_metadata(out)?;
        writeln!(out, "task_categories:\n- visual-question-answering")?;
        writeln!(
            out,
            "tags:\n- chemistry\n- biology\n- molecules\n- spatial-reasoning\n- arxiv:2512.10867"
        )?;
        writeln!(out, "size_categories:\n- {}", size_category(self.questions))?;
        writeln!(out, "configs:")?;
        for (number, configuration) in self.configurations.iter().enumerate() {
            let name = &configuration.name;
            writeln!(out, "- config_name: {name}")?;
            if number == 0 {
                writeln!(out, "  default: true")?;
            }
            writeln!(out, "  data_files:")?;
            for files in &configuration.splits {
                let split = files.split.name();
                writeln!(out, "  - split: {split}\n    path: {}", quoted(&files.path))?;
            }
        }
        writeln!(out, "dataset_info:")?;
        for configuration in self.configurations {
            writeln!(out, "- config_name: {}\n  features:", configuration.name)?;
            features::write(out, &configuration.features, "  ")?;
            writeln!(out, "  splits:")?;
            for files in &configuration.splits {
                writeln!(
                    out,
                    "  - name: {}\n    num_bytes: {}\n    num_examples: {}",
                    files.split.name(),
                    files.bytes,
                    files.rows
                )?;
            }
            let bytes: u64 = configuration.splits.iter().map(|files| files.bytes).sum();
            writeln!(out, "  download_size: {bytes}\n  dataset_size: {bytes}")?;
        }
        writeln!(out, "---\n")
    }
}

/// Returns a text as a YAML string: JSON strings are YAML strings.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

/// Writes the last sections of a card: licence and citation.
pub(crate) fn write_license_and_citation(out: &mut String, license: &License) -> fmt::Result {
    writeln!(
        out,
        "## Licence\n\n{} The structures have the terms of their sources (such as PDBbind or the wwPDB).\n",
        license.sentence()
    )?;
    writeln!(
        out,
        "## Citation\n\nThe tasks are those of MiSI-Bench:\n\n```bibtex\n{CITATION}\n```"
    )
}
