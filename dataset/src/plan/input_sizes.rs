//! Measures how much text and how many pictures a question has, by input mode and task.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::coordinates::{PictureTables, item_tables};
use crate::error::DatasetError;
use crate::messages::CatalogueText;
use crate::mode::Mode;
use crate::picture::PictureSize;
use crate::record::ComplexPlan;
use crate::task::Task;

/// Complexes of a plan that are measured, at most: the first ones.
pub(super) const MAX_MEASURED_COMPLEXES: usize = 20;

/// How tokens are estimated from characters: the words of questions, and tables of coordinates.
///
/// Digits, signs and commas of tables are mostly tokens of their own: the vocabularies
/// `cl100k_base` and `o200k_base` have 1.46 characters per token there.
const CHARACTERS_PER_TOKEN: [f64; 2] = [4.0, 1.5];

/// The rule of the estimate, in words.
const TOKEN_RULE: &str =
    "characters / 4 of the question and characters / 1.5 of its tables; without pictures";

/// How much a model gets, measured on the first complexes of a plan.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputSizes {
    /// Number of complexes that were measured.
    pub complexes: usize,
    /// How tokens are estimated.
    pub token_rule: String,
    /// Sizes by input mode and task.
    pub modes: BTreeMap<Mode, BTreeMap<Task, InputSize>>,
}

/// Sizes of the questions of a task in a mode.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InputSize {
    /// Number of questions that were measured, in all languages.
    pub questions: usize,
    /// Pictures per question.
    pub pictures: usize,
    /// Pixels of all pictures of a question.
    pub pixels: u64,
    /// Characters of the text of a question, median.
    pub question_characters_median: usize,
    /// Characters of all tables of a question, median.
    pub table_characters_median: usize,
    /// Characters of the largest question with its tables.
    pub characters_max: usize,
    /// Estimate of the tokens of text of a question, median.
    pub text_tokens_median: usize,
}

/// The characters of a question and of its tables.
type Characters = [usize; 2];

/// Collects sizes.
#[derive(Debug, Default)]
pub(super) struct SizeMeter {
    complexes: usize,
    measured: BTreeMap<(Mode, Task), (usize, Vec<Characters>)>,
}

impl SizeMeter {
    /// Returns whether no further complex is needed.
    pub(super) fn is_full(&self) -> bool {
        self.complexes >= MAX_MEASURED_COMPLEXES
    }

    /// Measures the questions of a complex.
    pub(super) fn add(
        &mut self,
        line: &ComplexPlan,
        catalogues: &[CatalogueText],
        modes: &[Mode],
        tables: &PictureTables,
    ) -> Result<(), DatasetError> {
        self.complexes += 1;
        let characters = |text: &str| text.chars().count();
        for item in &line.items {
            for CatalogueText { catalogue, .. } in catalogues {
                let listed = if modes.iter().any(|mode| mode.has_tables()) {
                    item_tables(item, tables, catalogue)?
                } else {
                    Vec::new()
                };
                let listed: usize = listed.iter().map(|table| characters(table)).sum();
                for mode in modes {
                    let question = characters(&catalogue.question_in(item, *mode)?);
                    let measured = self.measured.entry((*mode, item.task)).or_default();
                    measured.0 = usize::from(mode.has_pictures()) * item.images.len();
                    let listed = usize::from(mode.has_tables()) * listed;
                    measured.1.push([question, listed]);
                }
            }
        }
        Ok(())
    }

    /// Returns the sizes of questions with pictures of this size.
    pub(super) fn finish(self, size: PictureSize) -> InputSizes {
        let mut sizes = InputSizes {
            complexes: self.complexes,
            token_rule: TOKEN_RULE.to_owned(),
            modes: BTreeMap::new(),
        };
        let pixels = u64::from(size.width_px) * u64::from(size.height_px);
        for ((mode, task), (pictures, measured)) in self.measured {
            let of = |value: &dyn Fn(&Characters) -> usize| measured.iter().map(value).collect();
            let size = InputSize {
                questions: measured.len(),
                pictures,
                pixels: pixels * pictures as u64,
                question_characters_median: median(of(&|[question, _]| *question)),
                table_characters_median: median(of(&|[_, tables]| *tables)),
                characters_max: measured.iter().map(|[a, b]| a + b).max().unwrap_or(0),
                text_tokens_median: median(of(&tokens)),
            };
            sizes.modes.entry(mode).or_default().insert(task, size);
        }
        sizes
    }
}

/// Estimates the tokens of a question and its tables.
fn tokens(characters: &Characters) -> usize {
    let parts = characters.iter().zip(CHARACTERS_PER_TOKEN);
    let tokens: f64 = parts
        .map(|(count, per_token)| *count as f64 / per_token)
        .sum();
    tokens.round() as usize
}

/// Returns the median; of an even number of values, the lower of the two in the middle.
fn median(mut values: Vec<usize>) -> usize {
    values.sort_unstable();
    let middle = values.len().saturating_sub(1) / 2;
    values.get(middle).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn medians_and_tokens_follow_the_stated_rule() {
        assert_eq!(median(vec![5, 1, 3]), 3);
        assert_eq!(median(vec![4, 1, 3, 2]), 2);
        assert_eq!(median(Vec::new()), 0);
        assert_eq!(tokens(&[2000, 15_000]), 500 + 10_000);
        assert!(TOKEN_RULE.contains("/ 4") && TOKEN_RULE.contains("/ 1.5 "));
    }
}
