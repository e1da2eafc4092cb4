//! What the rows of an item differ in: language and input mode.
//!
//! The rows of one language are averaged over the modes, and those of one mode over the languages.
//! Languages and modes without any prediction are left out of both.

use std::collections::BTreeMap;

use super::languages::{LanguageScores, compare_languages};
use super::modes::{ModeScores, PromptTokens, compare_modes};
use super::paired::ItemScores;
use super::{Graded, mean};
use crate::mode::Mode;
use crate::record::Plan;

/// Points by column of the paper's table: the items, each with its rows.
pub(super) type ColumnPoints = BTreeMap<&'static str, Vec<Vec<Graded>>>;

/// The rows of all items. The row of a language and mode is at `language * modes + mode`.
pub(super) struct Axes<'a> {
    plan: &'a Plan,
    points: &'a ColumnPoints,
    /// Places of the languages and of the modes that have a prediction.
    languages: Vec<usize>,
    modes: Vec<usize>,
}

impl<'a> Axes<'a> {
    pub(super) fn new(plan: &'a Plan, points: &'a ColumnPoints) -> Self {
        let modes = plan.modes.len();
        let has_answers = |is_meant: &dyn Fn(usize) -> bool| {
            points.values().flatten().any(|rows| {
                let mut rows = rows.iter().enumerate();
                rows.any(|(row, graded)| is_meant(row) && !graded.is_missing)
            })
        };
        Self {
            plan,
            points,
            languages: (0..plan.languages.len())
                .filter(|place| has_answers(&|row| row / modes == *place))
                .collect(),
            modes: (0..modes)
                .filter(|place| has_answers(&|row| row % modes == *place))
                .collect(),
        }
    }

    /// Returns the scores of the items, with one score for each list of rows.
    fn scores(&self, rows: &[Vec<usize>]) -> BTreeMap<&'static str, ItemScores> {
        let of_item = |item: &Vec<Graded>| -> Vec<f64> {
            let of_rows = |rows: &Vec<usize>| {
                let scores = rows.iter().filter_map(|row| item.get(*row));
                mean(&scores.map(|row| row.points.score).collect::<Vec<_>>())
            };
            rows.iter().map(of_rows).collect()
        };
        let columns = self.points.iter();
        columns
            .map(|(column, items)| (*column, items.iter().map(of_item).collect()))
            .collect()
    }

    fn row(&self, language: usize, mode: usize) -> usize {
        language * self.plan.modes.len() + mode
    }

    /// Compares the languages that have predictions, if the set has several.
    pub(super) fn by_language(&self) -> Option<LanguageScores> {
        let all = &self.plan.languages;
        let rows: Vec<Vec<usize>> = self
            .languages
            .iter()
            .map(|language| {
                self.modes
                    .iter()
                    .map(|mode| self.row(*language, *mode))
                    .collect()
            })
            .collect();
        let (found, missing) = divided(all, &self.languages);
        (all.len() > 1).then(|| compare_languages(&found, &missing, &self.scores(&rows)))
    }

    /// Compares the modes that have predictions, if the set has several.
    pub(super) fn by_mode(&self) -> Option<ModeScores> {
        let all = &self.plan.modes;
        let rows: Vec<Vec<usize>> = self
            .modes
            .iter()
            .map(|mode| {
                self.languages
                    .iter()
                    .map(|language| self.row(*language, *mode))
                    .collect()
            })
            .collect();
        let (found, missing) = divided(all, &self.modes);
        (all.len() > 1).then(|| compare_modes(&found, &missing, &self.scores(&rows)))
    }

    /// Returns the tokens of prompts by mode, where the endpoint counted them.
    pub(super) fn prompt_tokens(&self) -> BTreeMap<Mode, PromptTokens> {
        let mut counts: BTreeMap<Mode, PromptTokens> = BTreeMap::new();
        for rows in self.points.values().flatten() {
            for (graded, mode) in rows.iter().zip(self.plan.modes.iter().cycle()) {
                if let Some(tokens) = graded.prompt_tokens {
                    counts.entry(*mode).or_default().add(tokens);
                }
            }
        }
        counts
    }
}

/// Divides values into those at these places, and the others.
fn divided<T: Clone>(all: &[T], places: &[usize]) -> (Vec<T>, Vec<T>) {
    let (found, others): (Vec<_>, Vec<_>) = all
        .iter()
        .cloned()
        .enumerate()
        .partition(|(place, _)| places.contains(place));
    let values = |of: Vec<(usize, T)>| of.into_iter().map(|(_, value)| value).collect();
    (values(found), values(others))
}
