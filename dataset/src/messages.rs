//! Question texts, from catalogues: TOML files of the form of `messages/en.toml`, which is built
//! in.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use crate::error::DatasetError;
use crate::plan::choices::LETTERS;
use crate::plan::record::Item;
use crate::task::Task;

/// The English catalogue.
const ENGLISH: &str = include_str!("../messages/en.toml");
/// A fragment may stand in another one, so deep.
const MOST_DEPTH: usize = 8;

/// Texts of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalogue {
    /// IETF tag, such as `en`.
    pub language: String,
    fragments: BTreeMap<String, String>,
    words: Words,
    tasks: BTreeMap<Task, TaskTexts>,
}

/// Texts of one task.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct TaskTexts {
    pictures: Vec<String>,
    question: String,
}

/// Lines of lists.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    picture: String,
    option: String,
}

/// A catalogue as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(non_snake_case, reason = "tables are named after the tasks")]
struct Form {
    language: String,
    fragments: BTreeMap<String, String>,
    words: Words,
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
    /// The English one.
    ///
    /// # Errors
    /// None: a test reads it.
    pub fn english() -> Result<Self, DatasetError> {
        Self::parse(Path::new("messages/en.toml"), ENGLISH)
    }

    /// Its text, for whoever translates it.
    #[must_use]
    pub fn english_text() -> &'static str {
        ENGLISH
    }

    /// Reads a catalogue and makes sure that every question can be asked with it.
    ///
    /// # Errors
    /// What is wrong, with the file.
    pub fn parse(path: &Path, text: &str) -> Result<Self, DatasetError> {
        let form: Form =
            toml::from_str(text).map_err(|error| DatasetError::content(path, error))?;
        let tasks = [
            form.T1, form.T2, form.T3, form.T4, form.T5, form.T6, form.T7, form.T8, form.T9,
        ];
        let catalogue = Self {
            language: form.language,
            fragments: form.fragments,
            words: form.words,
            tasks: Task::ALL.into_iter().zip(tasks).collect(),
        };
        for (task, texts) in &catalogue.tasks {
            let needed = pictures_of(*task);
            if texts.pictures.len() != needed {
                return Err(DatasetError::content(
                    path,
                    format!(
                        "{task} has {} captions; give {needed}, one a picture",
                        texts.pictures.len()
                    ),
                ));
            }
            for item in samples(*task) {
                catalogue
                    .question(&item)
                    .map_err(|error| DatasetError::content(path, format!("{task}: {error}")))?;
            }
        }
        Ok(catalogue)
    }

    /// What each picture of a task shows.
    #[must_use]
    pub fn captions(&self, task: Task) -> &[String] {
        self.tasks
            .get(&task)
            .map_or(&[], |texts| texts.pictures.as_slice())
    }

    /// The words of a question.
    ///
    /// # Errors
    /// When a text names something that the question does not have.
    pub fn question(&self, item: &Item) -> Result<String, DatasetError> {
        let Some(texts) = self.tasks.get(&item.task) else {
            return Err(DatasetError::Request(format!(
                "there is no text for {}",
                item.task
            )));
        };
        let mut values = self.fragments.clone();
        values.extend(item.facts.clone());
        // A chain without a name is not spoken of.
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
        let options: Vec<String> = LETTERS
            .iter()
            .zip(&item.options)
            .map(|(letter, text)| fill(&self.words.option, &[("letter", letter), ("text", text)]))
            .collect();
        values.insert("options".into(), options.join("\n"));
        let mut text = texts.question.trim().to_owned();
        for _ in 0..MOST_DEPTH {
            if !text.contains('{') {
                return Ok(text);
            }
            for (name, value) in &values {
                let mark = format!("{{{name}}}");
                if text.contains(&mark) {
                    text = text.replace(&mark, value.trim());
                }
            }
        }
        let from = text.find('{').unwrap_or(0);
        let rest: String = text[from..].chars().take(30).collect();
        Err(DatasetError::Request(format!(
            "nothing is known for \"{rest}\"; the names that may stand in braces are in the head of messages/en.toml"
        )))
    }
}

/// Pictures of a question of a task.
#[must_use]
pub fn pictures_of(task: Task) -> usize {
    match task {
        Task::T1 | Task::T2 | Task::T3 => 4,
        Task::T4 | Task::T8 | Task::T9 => 6,
        Task::T5 => 11,
        Task::T6 => 8,
        Task::T7 => 7,
    }
}

fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut text = text.to_owned();
    for (name, value) in values {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    text
}

/// Questions of a task, with all that its texts may name: T9 has a text for each way in which
/// chains are named.
fn samples(task: Task) -> Vec<Item> {
    let mut samples = vec![sample(task)];
    if task == Task::T9 {
        for chain in ["", "A"] {
            let mut item = sample(task);
            item.facts.insert("chain".to_owned(), chain.to_owned());
            samples.push(item);
        }
    }
    samples
}

/// A question of a task.
fn sample(task: Task) -> Item {
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
        options: LETTERS.map(|_| "move x 1, move y 2".to_owned()).to_vec(),
        images: vec![String::new(); pictures_of(task)],
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
    fn english_asks_all_questions_in_full() {
        let catalogue = Catalogue::english().expect("the built-in catalogue");
        for task in Task::ALL {
            let question = catalogue.question(&sample(task)).expect("a text");
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
            let last = format!("Picture {}:", pictures_of(task));
            assert!(question.contains(&last), "{task} lacks {last}");
        }
        let residue = catalogue.question(&sample(Task::T4)).expect("a text");
        assert!(residue.contains("ARG 45 A"));
        let location = catalogue.question(&sample(Task::T8)).expect("a text");
        assert!(location.contains("NH2") && location.contains("D: move x 1, move y 2"));
        assert!(location.contains("Greek letters"));
        let of_chains = samples(Task::T9)
            .into_iter()
            .map(|item| catalogue.question(&item).expect("a text"));
        let of_chains: Vec<String> = of_chains.collect();
        assert!(of_chains[0].contains("several chains; the label"));
        assert!(of_chains[1].contains("has no name."));
        assert!(of_chains[2].contains("are of chain A."));
        // A chain without a name leaves no mark in the text.
        for task in [Task::T4, Task::T8] {
            let mut item = sample(task);
            item.facts.insert("residue".into(), "HIS 57 ?".into());
            let text = catalogue.question(&item).expect("a text");
            assert!(
                text.contains("HIS 57 (name") && !text.contains("HIS 57 ?"),
                "{text}"
            );
        }
    }

    #[test]
    fn a_catalogue_with_a_gap_is_refused_with_its_place() {
        let refused = |from: &str, to: &str| {
            let text = ENGLISH.replacen(from, to, 1);
            assert_ne!(text, ENGLISH);
            Catalogue::parse(Path::new("x.toml"), &text)
                .expect_err("a gap")
                .to_string()
        };
        assert!(refused("{axes}", "{axis}").contains("axis"));
        assert!(refused("\"top view\", ", "").contains("captions"));
        assert!(refused("[T9]", "[T10]").contains("x.toml"));
        assert!(refused("chain {chain}.", "chain {name}.").contains("T9"));
    }
}
