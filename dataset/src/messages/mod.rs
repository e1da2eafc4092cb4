//! Question texts: message catalogues in TOML. Those of twelve languages are built in
//! ([`builtin`]).

mod answer_words;
pub mod builtin;
mod catalogues;
mod checks;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::DatasetError;
use crate::mode::Mode;
use crate::record::Item;
use crate::task::OPTION_LETTERS;
use crate::task::Task;

pub use answer_words::AnswerWords;
use answer_words::AnswersTable;
pub use catalogues::{CatalogueText, Catalogues, QuestionRow, choose, parse_languages};

/// Fragments may contain other fragments, nested at most this deep.
const MAX_DEPTH: usize = 8;

/// The message catalogue of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// IETF tag, such as `en`.
    pub language: String,
    /// Names of the speakers of the language who checked the texts.
    pub checked_by: Vec<String>,
    /// What words of answers in this language mean.
    pub answers: AnswerWords,
    fragments: BTreeMap<String, String>,
    words: LineTemplates,
    tasks: BTreeMap<Task, TaskTexts>,
}

/// The texts of one task.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskTexts {
    pictures: Vec<String>,
    question: String,
}

/// Templates of the lines of lists.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct LineTemplates {
    picture: String,
    option: String,
    #[serde(default = "english_image_line")]
    image: String,
    /// Heading of a table of coordinates, the names of its columns, and of the ligand's section.
    table: String,
    columns: String,
    ligand: String,
}

/// Returns the line before a picture in exports, for catalogues that do not have one.
fn english_image_line() -> String {
    "Picture {number} ({caption}): {image}".to_owned()
}

/// The TOML form of a catalogue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "tables are named after the tasks")]
struct CatalogueFile {
    language: String,
    #[serde(default)]
    checked_by: Vec<String>,
    #[serde(default)]
    answers: AnswersTable,
    fragments: BTreeMap<String, String>,
    words: LineTemplates,
    T1: TaskTexts,
    T2: TaskTexts,
    T3: TaskTexts,
    T4: TaskTexts,
    T5: TaskTexts,
    T6: TaskTexts,
    T7: TaskTexts,
    T8: TaskTexts,
    T9: TaskTexts,
}

impl Catalogue {
    /// Returns the built-in English catalogue.
    ///
    /// # Errors
    /// Never in practice: a test parses the built-in text.
    pub fn english() -> Result<Self, DatasetError> {
        builtin::catalogue("en")
    }

    /// Parses a catalogue and checks that it has a complete text for every kind of question.
    ///
    /// # Errors
    /// When the text is invalid or incomplete; the error names the file.
    pub fn parse(path: &Path, text: &str) -> Result<Self, DatasetError> {
        let file: CatalogueFile =
            toml::from_str(text).map_err(|error| DatasetError::content(path, error))?;
        if !is_language_tag(&file.language) {
            return Err(DatasetError::content(
                path,
                format!(
                    "has the language \"{}\"; give a tag such as en, pt-BR or zh-Hant",
                    file.language
                ),
            ));
        }
        let answers = AnswerWords::new(&file.answers)
            .map_err(|problem| DatasetError::content(path, problem))?;
        let tasks = [
            file.T1, file.T2, file.T3, file.T4, file.T5, file.T6, file.T7, file.T8, file.T9,
        ];
        let catalogue = Self {
            language: file.language,
            checked_by: file.checked_by,
            answers,
            fragments: file.fragments,
            words: file.words,
            tasks: Task::ALL.into_iter().zip(tasks).collect(),
        };
        checks::check_lines(&catalogue.words)
            .map_err(|problem| DatasetError::content(path, problem))?;
        for (task, texts) in &catalogue.tasks {
            let needed = pictures_per_question(*task);
            if texts.pictures.len() != needed {
                return Err(DatasetError::content(
                    path,
                    format!(
                        "{task} has {} captions; give {needed}, one per picture",
                        texts.pictures.len()
                    ),
                ));
            }
            for (item, mode) in sample_rows(*task) {
                catalogue
                    .question_in(&item, mode)
                    .and_then(|_| catalogue.check_placeholders(&item, mode))
                    .map_err(|error| DatasetError::content(path, format!("{task}: {error}")))?;
            }
        }
        Ok(catalogue)
    }

    /// Returns the captions of the pictures of a task.
    #[must_use]
    pub fn captions(&self, task: Task) -> &[String] {
        self.tasks
            .get(&task)
            .map_or(&[], |texts| texts.pictures.as_slice())
    }

    /// Returns the name of a picture, as the question's list of pictures has it: `Picture 8`.
    #[must_use]
    pub fn picture_name(&self, number: usize) -> String {
        let line = self.words.picture.split("{caption}").next();
        let line = line
            .unwrap_or_default()
            .replace("{number}", &number.to_string());
        line.trim_end_matches([':', '\u{ff1a}', ' ', '\u{a0}'])
            .to_owned()
    }

    /// Returns what stands before each picture of a chat message: `Picture 1: front view`.
    #[must_use]
    pub fn picture_label(&self, number: usize, caption: &str) -> String {
        let number = number.to_string();
        let line = fill(
            &self.words.picture,
            &[("number", &number), ("caption", caption)],
        );
        line.trim_end_matches(['.', '\u{3002}']).to_owned()
    }

    /// Returns the line of a picture in exports: `Picture 1 (front view): <image>`.
    #[must_use]
    pub fn image_line(&self, number: usize, caption: &str, image: &str) -> String {
        let number = number.to_string();
        fill(
            &self.words.image,
            &[("number", &number), ("caption", caption), ("image", image)],
        )
    }

    /// Returns the first two lines of a table of coordinates: heading and names of columns.
    #[must_use]
    pub fn table_head(&self, number: usize, caption: &str) -> String {
        let number = number.to_string();
        let heading = fill(
            &self.words.table,
            &[("number", &number), ("caption", caption)],
        );
        format!("{heading}\n{}", self.words.columns)
    }

    /// Returns the heading of the ligand's section of a table of coordinates.
    #[must_use]
    pub fn ligand_word(&self) -> &str {
        &self.words.ligand
    }

    /// Builds the text of a question with pictures.
    ///
    /// # Errors
    /// When a text has a placeholder that the question has no value for.
    pub fn question(&self, item: &Item) -> Result<String, DatasetError> {
        self.question_in(item, Mode::Picture)
    }

    /// Changes what the text says about looks, labels and axes to what is true in a mode.
    fn fit_to_mode(&self, mode: Mode, values: &mut BTreeMap<String, String>) {
        let own = |name: &str| self.fragments.get(name).map_or("", |text| text.trim());
        if mode.has_tables() {
            let axes = format!("{} {{table_origin}}", own("axes"));
            values.insert("axes".into(), axes);
        }
        match mode {
            Mode::Picture => {}
            Mode::Both => {
                let looks = format!("{} {{tables_too}} {{table_lines}}", own("look"));
                values.insert("look".into(), looks);
            }
            Mode::Text => {
                values.insert("look".into(), "{tables_only} {table_lines}".into());
                for name in ["labels", "atom_labels"] {
                    values.insert(name.into(), String::new());
                }
            }
        }
    }

    /// Returns the template of a question, and what its placeholders stand for.
    fn values(
        &self,
        item: &Item,
        mode: Mode,
    ) -> Result<(&str, BTreeMap<String, String>), DatasetError> {
        let Some(texts) = self.tasks.get(&item.task) else {
            return Err(DatasetError::Request(format!(
                "there is no text for {}",
                item.task
            )));
        };
        let mut values = self.fragments.clone();
        self.fit_to_mode(mode, &mut values);
        values.extend(item.facts.clone());
        // A chain without a name is left out of the text.
        if let Some(residue) = values.get_mut("residue")
            && let Some(named) = residue.strip_suffix(" ?")
        {
            *residue = named.to_owned();
        }
        if item.task == Task::T9 {
            let fragment = match item.facts.get("chain").map(String::as_str) {
                None => "several_chains",
                Some("") => "unnamed_chain",
                Some(_) => "one_chain",
            };
            values.insert("chains".into(), format!("{{{fragment}}}"));
        }
        let pictures: Vec<String> = texts
            .pictures
            .iter()
            .enumerate()
            .map(|(index, caption)| {
                let number = (index + 1).to_string();
                fill(
                    &self.words.picture,
                    &[("number", &number), ("caption", caption)],
                )
            })
            .collect();
        values.insert("pictures".into(), pictures.join("\n"));
        let options: Vec<String> = OPTION_LETTERS
            .iter()
            .zip(&item.options)
            .map(|(letter, text)| fill(&self.words.option, &[("letter", letter), ("text", text)]))
            .collect();
        values.insert("options".into(), options.join("\n"));
        Ok((&texts.question, values))
    }

    /// Builds the text of a question in an input mode, without the tables themselves.
    ///
    /// # Errors
    /// As [`Self::question`].
    pub fn question_in(&self, item: &Item, mode: Mode) -> Result<String, DatasetError> {
        let (question, values) = self.values(item, mode)?;
        let mut text = question.trim().to_owned();
        for _ in 0..MAX_DEPTH {
            if !text.contains('{') {
                // A fragment that a mode leaves out leaves a blank at the end of its line.
                let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
                return Ok(lines.join("\n"));
            }
            for (name, value) in &values {
                let placeholder = format!("{{{name}}}");
                if text.contains(&placeholder) {
                    text = text.replace(&placeholder, value.trim());
                }
            }
        }
        let from = text.find('{').unwrap_or(0);
        let rest: String = text[from..].chars().take(30).collect();
        Err(DatasetError::Request(format!(
            "\"{rest}\" has an unknown placeholder; the head of messages/en.toml lists the known ones"
        )))
    }
}

/// Returns whether a text is a language tag: a language, perhaps a script, perhaps a region.
///
/// Tags are parts of file names and of the ids of questions, which end with a task and a number.
#[must_use]
pub fn is_language_tag(text: &str) -> bool {
    let mut parts = text.split('-').peekable();
    let is_language =
        |part: &str| (2..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_lowercase());
    let is_script = |part: &str| {
        part.len() == 4
            && part.starts_with(|c: char| c.is_ascii_uppercase())
            && part[1..].bytes().all(|b| b.is_ascii_lowercase())
    };
    let is_region = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_uppercase());
    parts.next().is_some_and(is_language)
        && {
            parts.next_if(|part| is_script(part));
            parts.next_if(|part| is_region(part));
            true
        }
        && parts.next().is_none()
}

/// Returns the number of pictures of a question.
#[must_use]
pub fn pictures_per_question(task: Task) -> usize {
    match task {
        Task::T1 | Task::T2 | Task::T3 => 4,
        Task::T4 | Task::T8 | Task::T9 => 6,
        Task::T5 => 11,
        Task::T6 => 8,
        Task::T7 => 7,
    }
}

/// Replaces `{name}` by its value.
fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// Makes sample questions that need every text of a task.
///
/// T9 has one text for each way in which chains are named.
fn sample_items(task: Task) -> Vec<Item> {
    let mut items = vec![sample_item(task)];
    if task == Task::T9 {
        for chain in ["", "A"] {
            let mut item = sample_item(task);
            item.facts.insert("chain".to_owned(), chain.to_owned());
            items.push(item);
        }
    }
    items
}

/// Makes the sample questions of a task in each mode.
fn sample_rows(task: Task) -> impl Iterator<Item = (Item, Mode)> {
    let items = sample_items(task).into_iter();
    items.flat_map(|item| Mode::ALL.map(|mode| (item.clone(), mode)))
}

/// Makes a sample question of a task.
fn sample_item(task: Task) -> Item {
    let facts: &[(&str, &str)] = match task {
        Task::T4 => &[("residue", "ARG 45 A")],
        Task::T8 => &[
            ("residue", "ARG 45 A"),
            ("pocket_atom", "NH2"),
            ("ligand_atom", "O1B"),
        ],
        _ => &[],
    };
    Item {
        id: String::new(),
        task,
        answer: String::new(),
        options: OPTION_LETTERS
            .map(|_| "move x 1, move y 2".to_owned())
            .to_vec(),
        images: vec![String::new(); pictures_per_question(task)],
        facts: facts
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    }
}
