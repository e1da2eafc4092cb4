//! Asks a person the questions of a set.
//!
//! [`Quiz`] holds the order of the questions and the file of the answers, and
//! [`Quiz::respond`] answers the requests of its page, `dataset/page/quiz.html`. There is no
//! network code here: a program passes requests on, one at a time, so two tabs cannot answer the
//! same question twice.

mod respond;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::answers_file::AnswersFile;
use crate::error::DatasetError;
use crate::layout::Layout;
use crate::messages::Catalogues;
use crate::mode::Mode;
use crate::random::Random;
use crate::reader::{PictureReader, Question, read_questions};
use crate::score::{Prediction, Scores, score_some};
use crate::task::{Split, Task};

pub use respond::{MAX_REQUEST_BYTES, QuizResponse};

/// The options of a [`Quiz`].
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct QuizOptions {
    /// Name of the person, or of the group of people, in the name of the file.
    pub name: String,
    /// The split whose questions are asked.
    pub split: Split,
    /// The tasks whose questions are asked.
    pub tasks: Vec<Task>,
    /// Language of the questions; `None` for the first one of the set.
    pub language: Option<String>,
    /// Input mode of the questions; `None` for the first one of the set.
    pub mode: Option<Mode>,
    /// Number of questions; `None` for all.
    pub limit: Option<usize>,
    /// Seed of the order.
    pub seed: u64,
}

impl Default for QuizOptions {
    /// All questions of the test split, answered by `human`.
    fn default() -> Self {
        Self {
            name: "human".to_owned(),
            split: Split::Test,
            tasks: Task::ALL.to_vec(),
            language: None,
            mode: None,
            limit: None,
            seed: 0,
        }
    }
}

/// A question with its task.
#[derive(Debug)]
struct QuizQuestion {
    task: Task,
    question: Question,
}

/// A quiz in progress.
#[derive(Debug)]
pub struct Quiz<'a> {
    layout: &'a Layout,
    name: String,
    split: Split,
    catalogues: Catalogues,
    /// The questions in the order in which they are asked.
    questions: Vec<QuizQuestion>,
    /// Position of each question, by its id.
    positions: BTreeMap<String, usize>,
    pictures: PictureReader<'a>,
    file: AnswersFile,
    /// All answers of the file, and those of other questions, too.
    answers: BTreeMap<String, Prediction>,
}

impl<'a> Quiz<'a> {
    /// Opens a set and the file of the answers, which may have some.
    ///
    /// # Errors
    /// When the set or the file cannot be read, another process has the file open, or no question
    /// is left by the options.
    pub fn open(layout: &'a Layout, options: &QuizOptions) -> Result<Self, DatasetError> {
        let plan = layout.plan()?;
        layout.check_generated(&plan, options.split, "a quiz shows questions and pictures")?;
        let catalogues = Catalogues::read(layout, &plan)?;
        let language = match &options.language {
            None => catalogues.all().first().map(|first| first.language.clone()),
            Some(language) => Some(catalogues.get(language).map_err(|error| {
                let known = plan.languages.join(", ");
                DatasetError::Request(format!("{error}; it has {known}"))
            })?)
            .map(|catalogue| catalogue.language.clone()),
        };
        let mode = match options.mode {
            Some(mode) if !plan.modes.contains(&mode) => {
                let known: Vec<&str> = plan.modes.iter().map(|mode| mode.name()).collect();
                let known = known.join(", ");
                return Err(DatasetError::content(
                    layout.root(),
                    format!("has no questions in mode {mode}; give one of {known}"),
                ));
            }
            mode => mode.or_else(|| plan.modes.first().copied()),
        };
        let mut questions = Vec::new();
        for task in Task::ALL {
            if !options.tasks.contains(&task) {
                continue;
            }
            let shards = plan.shards.iter();
            for shard in shards.filter(|shard| shard.split == options.split) {
                let read = read_questions(layout, shard, task)?.into_iter();
                questions.extend(
                    read.filter(|question| Some(&question.language) == language.as_ref())
                        .filter(|question| Some(question.mode) == mode)
                        .map(|question| QuizQuestion { task, question }),
                );
            }
        }
        Random::new(options.seed, &["quiz"]).shuffle(&mut questions);
        questions.truncate(options.limit.unwrap_or(usize::MAX));
        if questions.is_empty() {
            let tasks: Vec<&str> = options.tasks.iter().map(|task| task.name()).collect();
            return Err(DatasetError::content(
                layout.root(),
                format!(
                    "has no question of {} in the split {}; give other tasks, or another split",
                    tasks.join(", "),
                    options.split.name()
                ),
            ));
        }
        let positions = questions.iter().enumerate();
        let positions = positions.map(|(position, asked)| (asked.question.id.clone(), position));
        let path = layout.predictions_file(&options.name, false, options.split);
        let (file, answers) = AnswersFile::open(&path)?;
        Ok(Self {
            layout,
            name: options.name.clone(),
            split: options.split,
            pictures: PictureReader::open(layout, &plan, options.split)?,
            catalogues,
            positions: positions.collect(),
            questions,
            file,
            answers,
        })
    }

    /// Returns the path of the file of the answers.
    #[must_use]
    pub fn file(&self) -> &Path {
        self.file.path()
    }

    /// Returns the number of questions.
    #[must_use]
    pub fn question_count(&self) -> usize {
        self.questions.len()
    }

    /// Returns the number of questions that have an answer.
    #[must_use]
    pub fn answered_count(&self) -> usize {
        let asked = self.positions.keys();
        asked.filter(|id| self.answers.contains_key(*id)).count()
    }

    /// Returns the scores of the asked questions; `None` before all of them have an answer.
    ///
    /// # Errors
    /// When the plan cannot be read.
    pub fn scores(&self) -> Result<Option<Scores>, DatasetError> {
        if self.answered_count() < self.questions.len() {
            return Ok(None);
        }
        let asked: BTreeSet<&str> = self.positions.keys().map(String::as_str).collect();
        let answers = self.answers.iter();
        let answers = answers
            .filter(|(id, _)| asked.contains(id.as_str()))
            .map(|(id, answer)| (id.clone(), answer.clone()))
            .collect();
        score_some(self.layout, &answers, self.split, &self.name, &asked).map(Some)
    }

    /// Returns the first question without an answer.
    fn next(&self) -> Option<usize> {
        let is_open = |asked: &QuizQuestion| !self.answers.contains_key(&asked.question.id);
        self.questions.iter().position(is_open)
    }
}
