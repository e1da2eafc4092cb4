//! Question texts: message catalogues in TOML. `messages/en.toml` is built in.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::DatasetError;
use crate::record::Item;
use crate::task::OPTION_LETTERS;
use crate::task::Task;

/// The English catalogue.
const ENGLISH: &str = include_str!("../messages/en.toml");
/// Fragments may contain other fragments, nested at most this deep.
const MAX_DEPTH: usize = 8;

/// The message catalogue of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// IETF tag, such as `en`.
    pub language: String,
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
}

/// The TOML form of a catalogue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "tables are named after the tasks")]
struct CatalogueFile {
    language: String,
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
        Self::parse(Path::new("messages/en.toml"), ENGLISH)
    }

    /// Returns the TOML text of the English catalogue, as a base for translations.
    #[must_use]
    pub fn english_text() -> &'static str {
        ENGLISH
    }

    /// Parses a catalogue and checks that it has a complete text for every kind of question.
    ///
    /// # Errors
    /// When the text is invalid or incomplete; the error names the file.
    pub fn parse(path: &Path, text: &str) -> Result<Self, DatasetError> {
        let file: CatalogueFile =
            toml::from_str(text).map_err(|error| DatasetError::content(path, error))?;
        let tasks = [
            file.T1, file.T2, file.T3, file.T4, file.T5, file.T6, file.T7, file.T8, file.T9,
        ];
        let catalogue = Self {
            language: file.language,
            fragments: file.fragments,
            words: file.words,
            tasks: Task::ALL.into_iter().zip(tasks).collect(),
        };
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
            for item in sample_items(*task) {
                catalogue
                    .question(&item)
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

    /// Builds the text of a question.
    ///
    /// # Errors
    /// When a text has a placeholder that the question has no value for.
    pub fn question(&self, item: &Item) -> Result<String, DatasetError> {
        let Some(texts) = self.tasks.get(&item.task) else {
            return Err(DatasetError::Request(format!(
                "there is no text for {}",
                item.task
            )));
        };
        let mut values = self.fragments.clone();
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
        let mut text = texts.question.trim().to_owned();
        for _ in 0..MAX_DEPTH {
            if !text.contains('{') {
                return Ok(text);
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_english_catalogue_completes_every_question() {
        let catalogue = Catalogue::english().expect("the built-in catalogue");
        for task in Task::ALL {
            let question = catalogue.question(&sample_item(task)).expect("a text");
            assert!(
                !question.contains('{') && !question.contains("\n\n"),
                "{question}"
            );
            for needed in [
                "Picture 1:",
                "black background",
                "x points to the right",
                "nswer",
            ] {
                assert!(
                    question.contains(needed),
                    "{task} lacks {needed}: {question}"
                );
            }
            let last = format!("Picture {}:", pictures_per_question(task));
            assert!(question.contains(&last), "{task} lacks {last}");
        }
        let residue = catalogue.question(&sample_item(Task::T4)).expect("a text");
        assert!(residue.contains("ARG 45 A"));
        let location = catalogue.question(&sample_item(Task::T8)).expect("a text");
        assert!(location.contains("NH2") && location.contains("D: move x 1, move y 2"));
        assert!(location.contains("Greek letters"));
        let of_chains = sample_items(Task::T9)
            .into_iter()
            .map(|item| catalogue.question(&item).expect("a text"));
        let of_chains: Vec<String> = of_chains.collect();
        assert!(of_chains[0].contains("several chains; the label"));
        assert!(of_chains[1].contains("has no name."));
        assert!(of_chains[2].contains("belong to chain A."));
        // The `?` of a chain without a name does not appear in the text.
        for task in [Task::T4, Task::T8] {
            let mut item = sample_item(task);
            item.facts.insert("residue".into(), "HIS 57 ?".into());
            let text = catalogue.question(&item).expect("a text");
            assert!(
                text.contains("HIS 57 (its name, number and, if it has one, chain)")
                    && !text.contains("HIS 57 ?"),
                "{text}"
            );
        }
    }

    #[test]
    fn an_incomplete_catalogue_is_refused_and_named() {
        let refused = |from: &str, to: &str| {
            let text = ENGLISH.replacen(from, to, 1);
            assert_ne!(text, ENGLISH);
            Catalogue::parse(Path::new("x.toml"), &text)
                .expect_err("an incomplete catalogue")
                .to_string()
        };
        assert!(refused("{axes}", "{axis}").contains("axis"));
        assert!(refused("\"top view\", ", "").contains("captions"));
        assert!(refused("[T9]", "[T10]").contains("x.toml"));
        assert!(refused("chain {chain}.", "chain {name}.").contains("T9"));
    }
}
