//! Compares the languages of a set: the same items are asked in each.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::paired::{
    Estimate, ItemScores, Means, PAIRED_RESAMPLES, PairedColumns, PairedMeans, write_estimates,
};
use crate::messages::builtin::{HIGH_RESOURCE, LOW_RESOURCE};

/// Scores of one column of the paper's table, or of its average, by language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LanguageColumn {
    /// Score by language.
    pub languages: BTreeMap<String, Estimate>,
    /// Mean of the languages with much text on the web.
    pub high_resource: Option<Estimate>,
    /// Mean of the languages with little text on the web.
    pub low_resource: Option<Estimate>,
    /// The first mean minus the second one.
    pub gap: Option<Estimate>,
}

/// Scores by language.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LanguageScores {
    /// Languages with predictions, in the order of the plan.
    pub languages: Vec<String>,
    /// Languages without any prediction, which are left out here.
    pub missing: Vec<String>,
    /// Scores by column of the paper's table.
    pub columns: BTreeMap<String, LanguageColumn>,
    /// The average of the paper, if the set has all of its tasks.
    pub average: Option<LanguageColumn>,
}

/// Compares languages by the scores of the same items.
#[must_use]
pub fn compare_languages(
    languages: &[String],
    missing: &[String],
    columns: &BTreeMap<&'static str, ItemScores>,
) -> LanguageScores {
    let groups = Groups::of(languages);
    let paired = PairedColumns::of("languages", languages.len(), columns);
    let (columns, average) = paired.map(|means| groups.column(languages, means));
    LanguageScores {
        languages: languages.to_vec(),
        missing: missing.to_vec(),
        columns,
        average,
    }
}

/// Places of the languages of both groups.
struct Groups {
    high: Vec<usize>,
    low: Vec<usize>,
}

impl Groups {
    fn of(languages: &[String]) -> Self {
        let places = |group: &[&str]| {
            let is_in = |(place, language): (usize, &String)| {
                group.contains(&language.as_str()).then_some(place)
            };
            languages.iter().enumerate().filter_map(is_in).collect()
        };
        Self {
            high: places(&HIGH_RESOURCE),
            low: places(&LOW_RESOURCE),
        }
    }

    /// Makes the estimates of a column from its means and those of its resamples.
    fn column(&self, languages: &[String], means: &PairedMeans) -> LanguageColumn {
        let of_group = |group: &[usize], means: &Means| {
            let sum: f64 = group.iter().map(|place| means[*place]).sum();
            sum / group.len().max(1) as f64
        };
        let group = |group: &[usize]| {
            (!group.is_empty()).then(|| means.estimate(&|means| of_group(group, means)))
        };
        let has_both = !self.high.is_empty() && !self.low.is_empty();
        LanguageColumn {
            languages: languages
                .iter()
                .enumerate()
                .map(|(place, language)| (language.clone(), means.estimate(&|means| means[place])))
                .collect(),
            high_resource: group(&self.high),
            low_resource: group(&self.low),
            gap: has_both.then(|| {
                means.estimate(&|means| of_group(&self.high, means) - of_group(&self.low, means))
            }),
        }
    }
}

/// Formats the scores by language as a text table.
#[must_use]
pub fn language_table(scores: &LanguageScores) -> String {
    let mut text = format!(
        "Scores by language, with 95 % intervals of {PAIRED_RESAMPLES} paired resamples of the items\n"
    );
    let mut rows = |name: &str, of: &dyn Fn(&LanguageColumn) -> Option<Estimate>| {
        write_estimates(
            &mut text,
            name,
            &scores.columns,
            scores.average.as_ref(),
            of,
        );
    };
    for language in &scores.languages {
        rows(language, &|column| column.languages.get(language).copied());
    }
    rows("high-resource", &|column| column.high_resource);
    rows("low-resource", &|column| column.low_resource);
    rows("gap", &|column| column.gap);
    let names = |group: &[&str]| {
        let is_in = |language: &&String| group.contains(&language.as_str());
        let found = scores.languages.iter().filter(is_in);
        let names: Vec<&str> = found.map(String::as_str).collect();
        if names.is_empty() {
            return "none".to_owned();
        }
        names.join(" ")
    };
    let _ = writeln!(
        text,
        "The columns are those of the table above, and the average without T5 and T6. High-resource languages: {}; low-resource languages: {}.",
        names(&HIGH_RESOURCE),
        names(&LOW_RESOURCE)
    );
    if !scores.missing.is_empty() {
        let _ = writeln!(
            text,
            "There are no predictions in {}, which these rows leave out.",
            scores.missing.join(", ")
        );
    }
    text
}

#[cfg(test)]
#[allow(clippy::float_cmp, reason = "scores of these answers are exact")]
mod tests {
    use super::*;

    #[test]
    fn a_group_without_languages_is_named_and_a_gap_of_nothing_has_no_sign() {
        let scores = LanguageScores {
            languages: vec!["en".to_owned(), "de".to_owned()],
            ..LanguageScores::default()
        };
        let text = language_table(&scores);
        assert!(
            text.contains("High-resource languages: en de; low-resource languages: none."),
            "{text}"
        );
        assert_eq!(format!("{:.2}", crate::score::percent(-1e-9)), "0.00");
    }

    fn tags(tags: &[&str]) -> Vec<String> {
        tags.iter().map(|tag| (*tag).to_owned()).collect()
    }

    #[test]
    fn means_and_gaps_are_those_of_the_items() {
        // Four items: en 1 1 1 0, sw 1 0 0 0, zu 1 0 1 0.
        let items = vec![
            vec![1.0, 1.0, 1.0],
            vec![1.0, 0.0, 0.0],
            vec![1.0, 0.0, 1.0],
            vec![0.0, 0.0, 0.0],
        ];
        let columns = BTreeMap::from([("T1", items)]);
        let scores = compare_languages(&tags(&["en", "sw", "zu"]), &tags(&["yo"]), &columns);
        let column = &scores.columns["T1"];
        assert_eq!(column.languages["en"].score, 75.0);
        assert_eq!(column.languages["sw"].score, 25.0);
        assert_eq!(column.high_resource.expect("a mean").score, 75.0);
        assert_eq!(column.low_resource.expect("a mean").score, 37.5);
        assert_eq!(column.gap.expect("a gap").score, 37.5);
        assert_eq!(scores.average, None);
        let text = language_table(&scores);
        assert!(
            text.contains("no predictions in yo") && text.contains("37.50"),
            "{text}"
        );
        assert_eq!(
            scores,
            compare_languages(&tags(&["en", "sw", "zu"]), &tags(&["yo"]), &columns)
        );
    }

    #[test]
    fn a_constant_gap_has_an_interval_of_width_zero_because_items_are_paired() {
        // The scores differ much between items, but the gap of each item is 0.25.
        let items: ItemScores = (0..40)
            .map(|n| f64::from(n % 4) * 0.25)
            .map(|low| vec![low + 0.25, low])
            .collect();
        let columns = BTreeMap::from([("T2", items)]);
        let scores = compare_languages(&tags(&["fr", "wo"]), &[], &columns);
        let column = &scores.columns["T2"];
        assert_eq!(column.gap.expect("a gap").interval, [25.0, 25.0]);
        let [from, to] = column.languages["fr"].interval;
        assert!(to - from > 10.0);
    }

    #[test]
    fn intervals_are_those_of_the_binomial_distribution() {
        // 100 items of which 50 are right: the number of right ones in a resample is binomial with
        // n = 100 and p = 0.5, whose quantiles of 2.5 and 97.5 % are 40 and 60.
        let items: ItemScores = (0..100).map(|n| vec![f64::from(n % 2), 0.5]).collect();
        let columns = BTreeMap::from([("T3", items)]);
        let scores = compare_languages(&tags(&["de", "zu"]), &[], &columns);
        let column = &scores.columns["T3"];
        for estimate in [
            column.languages["de"],
            column.high_resource.expect("a mean"),
        ] {
            assert_eq!(estimate.score, 50.0);
            let [from, to] = estimate.interval;
            assert!(
                (from - 40.0).abs() <= 1.0 && (to - 60.0).abs() <= 1.0,
                "{from} {to}"
            );
        }
        // The other language is constant, so the gap varies as the first one does.
        let [from, to] = column.gap.expect("a gap").interval;
        assert!(
            (from + 10.0).abs() <= 1.0 && (to - 10.0).abs() <= 1.0,
            "{from} {to}"
        );
    }

    #[test]
    fn one_group_alone_has_no_gap() {
        let columns = BTreeMap::from([("T1", vec![vec![1.0, 0.0]])]);
        let column = &compare_languages(&tags(&["en", "fr"]), &[], &columns).columns["T1"];
        assert_eq!((column.low_resource, column.gap), (None, None));
        assert_eq!(column.high_resource.expect("a mean").score, 50.0);
    }
}
