//! The section of tokens: what questions and answers cost, as counted by the endpoint.

use std::collections::BTreeMap;

use super::html::{HtmlCell, HtmlTable};
use crate::score::{COLUMNS, GradedItem};

/// Tokens of the predictions, by column of the paper's table.
#[derive(Debug, Default)]
pub(super) struct TokenCounts {
    columns: BTreeMap<&'static str, [Sum; 2]>,
}

/// Sum of the counts of some predictions.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    tokens: u64,
    /// Number of predictions with a count.
    counted: u64,
}

impl Sum {
    fn add(&mut self, tokens: Option<u64>) {
        if let Some(tokens) = tokens {
            self.tokens = self.tokens.saturating_add(tokens);
            self.counted += 1;
        }
    }
}

impl TokenCounts {
    /// Counts the tokens of an item's predictions.
    pub(super) fn add(&mut self, item: &GradedItem<'_>) {
        let [prompt, completion] = self.columns.entry(item.item.column()).or_default();
        for prediction in item.rows.iter().filter_map(|row| row.prediction) {
            prompt.add(prediction.prompt_tokens);
            completion.add(prediction.completion_tokens);
        }
    }

    /// Writes the section; empty if no prediction has counts.
    pub(super) fn section(&self) -> String {
        let counted = |sums: &[Sum; 2]| sums.iter().any(|sum| sum.counted > 0);
        if !self.columns.values().any(counted) {
            return String::new();
        }
        let columns: Vec<&str> = COLUMNS.into_iter().chain(["all"]).collect();
        let mut table = HtmlTable::new(
            "Mean tokens per question; below, the number of predictions with a count",
            "",
            &columns,
        );
        for (place, name) in ["of the question", "of the answer"].into_iter().enumerate() {
            let of = |column: &&str| self.columns.get(column).map(|sums| sums[place]);
            let mut all = Sum::default();
            for sum in COLUMNS.iter().filter_map(of) {
                all.tokens = all.tokens.saturating_add(sum.tokens);
                all.counted += sum.counted;
            }
            let cells = COLUMNS.iter().map(of).chain([Some(all)]).map(|sum| {
                sum.filter(|sum| sum.counted > 0).map_or_else(
                    || HtmlCell::text("-"),
                    |sum| {
                        let mean = sum.tokens as f64 / sum.counted as f64;
                        HtmlCell::with_note(format!("{mean:.0}"), &sum.counted.to_string())
                    },
                )
            });
            table.row("", name, cells.collect());
        }
        format!(
            "<section id=\"tokens\"><h2>Tokens</h2>\n{}</section>\n",
            table.html()
        )
    }
}
