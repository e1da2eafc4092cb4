//! Compares the input modes of a set: the same items are asked in each.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::paired::{
    Estimate, ItemScores, PAIRED_RESAMPLES, PairedColumns, PairedMeans, write_estimates,
};
use crate::mode::Mode;

/// Scores of one column of the paper's table, or of its average, by input mode.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModeColumn {
    /// Score by mode.
    pub modes: BTreeMap<Mode, Estimate>,
    /// Differences of the scores of the same items by name: `text - picture`, `both - picture`,
    /// `both - text`.
    pub differences: BTreeMap<String, Estimate>,
}

/// Scores by input mode.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ModeScores {
    /// Modes with predictions, in the order of the plan.
    pub modes: Vec<Mode>,
    /// Modes without any prediction, which are left out here.
    pub missing: Vec<Mode>,
    /// Scores by column of the paper's table.
    pub columns: BTreeMap<String, ModeColumn>,
    /// The average of the paper, if the set has all of its tasks.
    pub average: Option<ModeColumn>,
}

/// Tokens of prompts, as an endpoint counted them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PromptTokens {
    /// Number of answers with a count.
    pub answers: usize,
    /// Sum of the counts.
    pub total: u64,
    /// Mean of the counts.
    pub mean: f64,
}

impl PromptTokens {
    /// Adds the count of an answer.
    pub fn add(&mut self, tokens: u64) {
        self.answers += 1;
        self.total += tokens;
        self.mean = super::hundredth(self.total as f64 / self.answers as f64);
    }
}

/// Returns the pairs of modes whose difference is reported: name, and places of both.
fn pairs(modes: &[Mode]) -> Vec<(String, usize, usize)> {
    let place = |mode: Mode| modes.iter().position(|other| *other == mode);
    let pairs = [
        (Mode::Text, Mode::Picture),
        (Mode::Both, Mode::Picture),
        (Mode::Both, Mode::Text),
    ];
    let found = pairs.into_iter().filter_map(|(of, less)| {
        let name = format!("{of} - {less}");
        Some((name, place(of)?, place(less)?))
    });
    found.collect()
}

/// Compares modes by the scores of the same items.
#[must_use]
pub fn compare_modes(
    modes: &[Mode],
    missing: &[Mode],
    columns: &BTreeMap<&'static str, ItemScores>,
) -> ModeScores {
    let pairs = pairs(modes);
    let column = |means: &PairedMeans| ModeColumn {
        modes: modes
            .iter()
            .enumerate()
            .map(|(place, mode)| (*mode, means.estimate(&|means| means[place])))
            .collect(),
        differences: pairs
            .iter()
            .map(|(name, of, less)| {
                let difference = means.estimate(&|means| means[*of] - means[*less]);
                (name.clone(), difference)
            })
            .collect(),
    };
    let (columns, average) = PairedColumns::of("modes", modes.len(), columns).map(column);
    ModeScores {
        modes: modes.to_vec(),
        missing: missing.to_vec(),
        columns,
        average,
    }
}

/// Formats the scores by mode as a text table.
#[must_use]
pub fn mode_table(scores: &ModeScores) -> String {
    let mut text = format!(
        "Scores by input mode, with 95 % intervals of {PAIRED_RESAMPLES} paired resamples of the items\n"
    );
    let mut rows = |name: &str, of: &dyn Fn(&ModeColumn) -> Option<Estimate>| {
        write_estimates(
            &mut text,
            name,
            &scores.columns,
            scores.average.as_ref(),
            of,
        );
    };
    for mode in &scores.modes {
        rows(mode.name(), &|column| column.modes.get(mode).copied());
    }
    for (name, ..) in pairs(&scores.modes) {
        rows(&name, &|column| column.differences.get(&name).copied());
    }
    // Writing to a `String` cannot fail.
    let _ = writeln!(
        text,
        "The columns are those of the table above, and the average without T5 and T6."
    );
    if !scores.missing.is_empty() {
        let names: Vec<&str> = scores.missing.iter().map(|mode| mode.name()).collect();
        let _ = writeln!(
            text,
            "There are no predictions in mode {}, which these rows leave out.",
            names.join(", ")
        );
    }
    text
}

/// Formats the tokens of prompts by mode as lines of text.
#[must_use]
pub fn token_lines(tokens: &BTreeMap<Mode, PromptTokens>) -> String {
    let mut text = String::new();
    for (mode, tokens) in tokens {
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            text,
            "prompt tokens in mode {mode}: {:.2} per question (mean of {}; {} in all)",
            tokens.mean, tokens.answers, tokens.total
        );
    }
    text
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "scores of these answers are exact")]
mod tests {
    use super::*;

    #[test]
    fn differences_are_of_the_same_items() {
        // Scores differ much between items; text is better by 0.25 in each, and both by 0.5 in one
        // of two.
        let items: ItemScores = (0..40)
            .map(|n| (f64::from(n % 3) * 0.25, f64::from(n % 2) * 0.5))
            .map(|(low, more)| vec![low + more, low, low + 0.25])
            .collect();
        let columns = BTreeMap::from([("T1", items)]);
        let modes = [Mode::Both, Mode::Picture, Mode::Text];
        let scores = compare_modes(&modes, &[], &columns);
        let differences = &scores.columns["T1"].differences;
        assert_eq!(
            differences["text - picture"],
            Estimate {
                score: 25.0,
                interval: [25.0, 25.0]
            }
        );
        let both = differences["both - picture"];
        assert_eq!(both.score, 25.0);
        // The share of ones in 40 draws of 0 or 0.5: standard deviation 0.25 / sqrt(40) = 0.04.
        let [from, to] = both.interval;
        assert!(
            (from - 17.5).abs() < 1.5 && (to - 32.5).abs() < 1.5,
            "{both:?}"
        );
        assert_eq!(differences["both - text"].score, 0.0);
        assert_eq!(scores.average, None);
        let text = mode_table(&scores);
        assert!(
            text.contains("both - text") && !text.contains("no predictions"),
            "{text}"
        );
    }

    #[test]
    fn a_mode_without_predictions_is_named_and_tokens_are_counted() {
        let columns = BTreeMap::from([("T1", vec![vec![1.0, 0.0]])]);
        let modes = [Mode::Picture, Mode::Text];
        let scores = compare_modes(&modes, &[Mode::Both], &columns);
        assert_eq!(
            scores.columns["T1"].differences["text - picture"].score,
            -100.0
        );
        assert!(mode_table(&scores).contains("no predictions in mode both"));
        let mut tokens = PromptTokens::default();
        for count in [10, 20, 20] {
            tokens.add(count);
        }
        assert_eq!((tokens.answers, tokens.total, tokens.mean), (3, 50, 16.67));
        let text = token_lines(&BTreeMap::from([(Mode::Both, tokens)]));
        assert!(text.contains("mode both: 16.67 per question"), "{text}");
    }
}
