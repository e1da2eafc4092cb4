//! Compares scores of the same items: means, and intervals of the paired bootstrap.
//!
//! Each resample draws items, and takes all scores of each (percentile method, Efron 1979).

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::{COLUMNS, paper_average, percent};
use crate::random::Random;

/// Number of resamples.
pub const PAIRED_RESAMPLES: usize = 2000;

/// A mean and its 95 % interval, in percent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The mean score.
    pub score: f64,
    /// 95 % interval of the paired bootstrap over items.
    pub interval: [f64; 2],
}

/// Scores (0 to 1) of the items of a column, each with one score per alternative (such as a
/// language or an input mode).
pub type ItemScores = Vec<Vec<f64>>;

/// The means of one resample, or of all items, by alternative.
pub(super) type Means = Vec<f64>;

/// The means of a column, and those of its resamples.
pub(super) struct PairedMeans {
    mean: Means,
    resamples: Vec<Means>,
}

impl PairedMeans {
    /// Estimates a number that follows from the means.
    pub(super) fn estimate(&self, of: &dyn Fn(&Means) -> f64) -> Estimate {
        let mut values: Vec<f64> = self.resamples.iter().map(of).collect();
        values.sort_by(f64::total_cmp);
        let tail = values.len() / 40;
        let at = |index: usize| values.get(index).copied().unwrap_or(0.0);
        Estimate {
            score: percent(of(&self.mean)),
            interval: [at(tail), at((values.len().max(1)) - 1 - tail)].map(percent),
        }
    }
}

/// The means of all columns, and of the average of the paper if it has all of its tasks.
pub(super) struct PairedColumns<'a> {
    pub(super) columns: BTreeMap<&'a str, PairedMeans>,
    pub(super) average: Option<PairedMeans>,
}

impl<'a> PairedColumns<'a> {
    /// Computes means and resamples of columns whose items have `count` scores each.
    ///
    /// `what` names the random numbers.
    pub(super) fn of(what: &str, count: usize, columns: &BTreeMap<&'a str, ItemScores>) -> Self {
        let mut of_column: BTreeMap<&str, PairedMeans> = BTreeMap::new();
        for (column, items) in columns {
            let mut random = Random::new(0, &[what, column]);
            let resamples = (0..PAIRED_RESAMPLES).map(|_| {
                let drawn = (0..items.len()).map(|_| &items[random.below(items.len())]);
                means(drawn, count)
            });
            let resamples = resamples.collect();
            let mean = means(items.iter(), count);
            of_column.insert(column, PairedMeans { mean, resamples });
        }
        let averages = |of: &dyn Fn(&PairedMeans) -> &Means| -> Option<Means> {
            let average = |index| paper_average(&|column| Some(of(of_column.get(column)?)[index]));
            (0..count).map(average).collect()
        };
        let average = averages(&|column| &column.mean).map(|mean| PairedMeans {
            mean,
            resamples: (0..PAIRED_RESAMPLES)
                .filter_map(|index| averages(&|column| &column.resamples[index]))
                .collect(),
        });
        Self {
            columns: of_column,
            average,
        }
    }

    /// Describes each column and the average.
    pub(super) fn map<T>(
        &self,
        of: impl Fn(&PairedMeans) -> T,
    ) -> (BTreeMap<String, T>, Option<T>) {
        let columns = self.columns.iter();
        let columns = columns.map(|(column, means)| ((*column).to_owned(), of(means)));
        (columns.collect(), self.average.as_ref().map(&of))
    }
}

/// Returns the mean of each alternative.
fn means<'a>(items: impl Iterator<Item = &'a Vec<f64>>, count: usize) -> Means {
    let mut sums = vec![0.0; count];
    let mut items_count = 0_usize;
    for item in items {
        for (sum, score) in sums.iter_mut().zip(item) {
            *sum += score;
        }
        items_count += 1;
    }
    let count = items_count.max(1) as f64;
    sums.iter().map(|sum| sum / count).collect()
}

/// Writes the three lines of an estimate, for each column and the average.
pub(super) fn write_estimates<C>(
    text: &mut String,
    name: &str,
    columns: &BTreeMap<String, C>,
    average: Option<&C>,
    of: &dyn Fn(&C) -> Option<Estimate>,
) {
    let mut line = |name: &str, value: &dyn Fn(Estimate) -> f64| {
        let cell = |column: Option<&C>| {
            let found = column.and_then(of);
            found.map_or("-".to_owned(), |found| format!("{:.2}", value(found)))
        };
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{name:<22}");
        for column in COLUMNS {
            let _ = write!(text, "{:>9}", cell(columns.get(column)));
        }
        let _ = writeln!(text, "{:>9}", cell(average));
    };
    line(name, &|estimate| estimate.score);
    line("  95 % from", &|estimate| estimate.interval[0]);
    line("  to", &|estimate| estimate.interval[1]);
}
