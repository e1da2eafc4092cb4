//! Grades predictions: the rows of each item of a split, in the order of the plan.

use std::collections::{BTreeMap, BTreeSet};

use super::Prediction;
use super::metric::{self, Grade};
use crate::error::DatasetError;
use crate::layout::Layout;
use crate::messages::Catalogues;
use crate::mode::Mode;
use crate::plan::read_lines;
use crate::record::{ComplexPlan, Item};
use crate::task::Split;

/// What became of a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The answer equals the reference.
    Right,
    /// The answer has some of the points.
    Partly,
    /// The answer has no points.
    Wrong,
    /// The answer does not have the required form.
    NotUnderstood,
    /// The answer was cut off at the limit of tokens, before it had the required form.
    CutOff,
    /// The endpoint refused the question.
    Refused,
    /// There is no prediction.
    Missing,
}

impl Outcome {
    /// All outcomes, in order.
    pub const ALL: [Self; 7] = [
        Self::Right,
        Self::Partly,
        Self::Wrong,
        Self::NotUnderstood,
        Self::CutOff,
        Self::Refused,
        Self::Missing,
    ];

    /// Returns the words for it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Partly => "partly right",
            Self::Wrong => "wrong",
            Self::NotUnderstood => "not understood",
            Self::CutOff => "cut off",
            Self::Refused => "refused",
            Self::Missing => "missing",
        }
    }
}

/// A question with its grade.
#[derive(Debug)]
pub struct GradedRow<'a> {
    /// Id of the question.
    pub id: String,
    /// Its language.
    pub language: &'a str,
    /// Its input mode.
    pub mode: Mode,
    /// Its prediction, if there is one.
    pub prediction: Option<&'a Prediction>,
    /// Points of the prediction, and what was understood of it.
    pub grade: Grade,
}

impl GradedRow<'_> {
    /// Returns whether the answer was cut off at the limit of tokens.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        self.prediction.is_some_and(Prediction::is_cut_off)
    }

    /// Returns whether the endpoint refused the question.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.prediction.is_some_and(Prediction::is_refused)
    }

    /// Returns what became of the question.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let points = self.grade.points;
        if self.prediction.is_none() {
            Outcome::Missing
        } else if self.is_refused() {
            Outcome::Refused
        } else if points.exact {
            Outcome::Right
        } else if points.score > 0.0 {
            Outcome::Partly
        } else if points.understood {
            Outcome::Wrong
        } else if self.is_cut_off() {
            Outcome::CutOff
        } else {
            Outcome::NotUnderstood
        }
    }
}

/// The graded rows of an item, in the order of the languages and modes of the plan.
#[derive(Debug)]
pub struct GradedItem<'a> {
    /// The complex of the item.
    pub complex: &'a ComplexPlan,
    /// The item.
    pub item: &'a Item,
    /// Its rows.
    pub rows: Vec<GradedRow<'a>>,
}

/// How predictions fit to a set.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Matched {
    /// Number of predictions for questions of the split.
    pub in_split: usize,
    /// Number of predictions for questions of the other split.
    pub in_other_split: usize,
    /// Number of predictions for questions that the set does not have.
    pub unknown: usize,
}

/// Grades the predictions of a split, and shows each item to `visit`.
///
/// # Errors
/// When the plan cannot be read.
pub fn grade_items(
    layout: &Layout,
    predictions: &BTreeMap<String, Prediction>,
    split: Split,
    visit: &mut dyn FnMut(&GradedItem<'_>),
) -> Result<Matched, DatasetError> {
    let mut seen = BTreeSet::new();
    let mut in_split = 0;
    let catalogues = Catalogues::read(layout, &layout.plan()?)?;
    for complex in read_lines(&layout.complexes_file())? {
        let complex = complex?;
        for item in &complex.items {
            let mut rows = Vec::new();
            for question in catalogues.rows(item) {
                let prediction = predictions.get(&question.id);
                if complex.split == split {
                    let answered = prediction.filter(|given| !given.is_refused());
                    let text = answered.map_or("", |given| given.answer.as_str());
                    rows.push(GradedRow {
                        id: question.id.clone(),
                        language: &question.catalogue.language,
                        mode: question.mode,
                        prediction,
                        grade: metric::grade_in(item, text, &question.catalogue.answers),
                    });
                    in_split += usize::from(prediction.is_some());
                }
                if prediction.is_some() {
                    seen.insert(question.id);
                }
            }
            if complex.split == split {
                visit(&GradedItem {
                    complex: &complex,
                    item,
                    rows,
                });
            }
        }
    }
    Ok(Matched {
        in_split,
        in_other_split: seen.len() - in_split,
        unknown: predictions.len() - seen.len(),
    })
}
