//! The sections of scores: the table beside the paper's, the chart, languages and input modes.

use std::fmt::Write;

use super::charts::{IntervalRow, interval_chart};
use super::html::{HtmlCell, HtmlTable, count_and_share, escape};
use crate::score::{
    COLUMNS, ColumnScore, Estimate, LanguageColumn, LanguageScores, ModeColumn, ModeScores,
    PAIRED_RESAMPLES, PAPER, Scores,
};

/// Reads one of the counts of a column.
type Count = fn(&ColumnScore) -> usize;

/// Heading of the column of the average.
const AVERAGE: &str = "average";

/// Writes the table of scores beside the paper's.
pub(super) fn table(scores: &Scores) -> String {
    let headings: Vec<&str> = COLUMNS.into_iter().chain([AVERAGE]).collect();
    let mut table = HtmlTable::new(
        "Scores in percent, with 95 % intervals; below, those of the paper on its own questions",
        "",
        &headings,
    );
    let cells = |of: &dyn Fn(&ColumnScore) -> HtmlCell, average: Option<HtmlCell>| {
        let mut cells: Vec<HtmlCell> = COLUMNS
            .iter()
            .map(|column| scores.columns.get(*column).map_or_else(absent, of))
            .collect();
        cells.push(average.unwrap_or_default());
        cells
    };
    let average = scores.average.map_or_else(absent, |average| {
        HtmlCell::text(format!("{average:.2}")).shade(average / 100.0)
    });
    let own = |column: &ColumnScore| {
        HtmlCell::with_note(format!("{:.2}", column.score), &range(column.interval))
            .shade(column.score / 100.0)
    };
    table.row("own", &scores.model, cells(&own, Some(average)));
    let exact = |column: &ColumnScore| {
        HtmlCell::with_note(
            format!("{:.2}", column.exact),
            &range(column.exact_interval),
        )
    };
    table.row("", "exact match", cells(&exact, None));
    let questions = |column: &ColumnScore| HtmlCell::text(column.questions);
    table.row("", "questions", cells(&questions, None));
    let counts: [(&str, Count); 4] = [
        ("missing", |column| column.missing),
        ("not understood", |column| column.not_understood),
        ("cut off", |column| column.cut_off),
        ("refused", |column| column.refused),
    ];
    for (name, count) in counts {
        let count =
            |column: &ColumnScore| HtmlCell::text(count_and_share(count(column), column.questions));
        table.row("", name, cells(&count, None));
    }
    for (name, values) in PAPER {
        let mut row: Vec<HtmlCell> = values
            .iter()
            .map(|value| HtmlCell::text(format!("{value:.2}")).shade(value / 100.0))
            .collect();
        row.push(HtmlCell::default());
        table.row("paper", &format!("{name} (paper)"), row);
    }
    table.html()
}

/// Draws the scores with their intervals, and those of the paper as marks.
pub(super) fn chart(scores: &Scores) -> String {
    let row = |(place, column): (usize, &&str)| {
        let own = scores.columns.get(*column)?;
        let others = PAPER.iter().map(|(name, values)| {
            let class = match *name {
                "human" => "human",
                name if name.ends_with("tuned") => "tuned",
                _ => "model",
            };
            (format!("{name} (paper)"), values[place], class)
        });
        Some(IntervalRow {
            name: (*column).to_owned(),
            score: own.score,
            interval: own.interval,
            others: others.collect(),
        })
    };
    let rows: Vec<IntervalRow> = COLUMNS.iter().enumerate().filter_map(row).collect();
    let keys = [
        ("score", "this model with its 95 % interval"),
        ("human", "human (paper)"),
        ("tuned", "Qwen2.5-VL-7B, tuned (paper)"),
        ("model", "other models (paper)"),
    ];
    let keys = keys
        .map(|(class, text)| format!("<span><span class=\"key {class}\"></span> {text}</span>"));
    let legend = format!("<p class=\"legend\">{}</p>\n", keys.join(" "));
    interval_chart("Scores by column with 95 % intervals", &rows) + &legend
}

/// Writes the section of the languages.
pub(super) fn languages(scores: &LanguageScores) -> String {
    let mut html = String::from("<section id=\"languages\"><h2>Languages</h2>\n");
    if let Some(average) = &scores.average {
        let rows: Vec<IntervalRow> = scores
            .languages
            .iter()
            .filter_map(|language| {
                let found = average.languages.get(language)?;
                Some(IntervalRow {
                    name: language.clone(),
                    score: found.score,
                    interval: found.interval,
                    others: Vec::new(),
                })
            })
            .collect();
        html += "<h3>Average without T5 and T6</h3>\n";
        html += &interval_chart("Average by language with 95 % intervals", &rows);
    }
    let headings: Vec<&str> = COLUMNS.into_iter().chain([AVERAGE]).collect();
    let caption =
        format!("Scores by language, with 95 % intervals of {PAIRED_RESAMPLES} paired resamples");
    let mut table = HtmlTable::new(&caption, "", &headings);
    let mut row = |class: &str, name: &str, of: &dyn Fn(&LanguageColumn) -> Option<Estimate>| {
        let columns = COLUMNS.iter().map(|column| scores.columns.get(*column));
        let cells = columns.chain([scores.average.as_ref()]).map(|column| {
            column.and_then(of).map_or_else(absent, |found| {
                let cell =
                    HtmlCell::with_note(format!("{:.2}", found.score), &range(found.interval));
                if name == "gap" {
                    cell
                } else {
                    cell.shade(found.score / 100.0)
                }
            })
        });
        table.row(class, name, cells.collect());
    };
    for language in &scores.languages {
        row("", language, &|column| {
            column.languages.get(language).copied()
        });
    }
    row("own", "high-resource", &|column| column.high_resource);
    row("own", "low-resource", &|column| column.low_resource);
    row("own", "gap", &|column| column.gap);
    html += &table.html();
    if !scores.missing.is_empty() {
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            html,
            "<p>There are no predictions in {}, which this section leaves out.</p>",
            escape(&scores.missing.join(", "))
        );
    }
    html + "</section>\n"
}

/// Writes the section of the input modes.
pub(super) fn modes(scores: &ModeScores) -> String {
    let mut html = String::from("<section id=\"modes\"><h2>Input modes</h2>\n");
    let headings: Vec<&str> = COLUMNS.into_iter().chain([AVERAGE]).collect();
    let caption = format!(
        "Scores by input mode and their differences, with 95 % intervals of {PAIRED_RESAMPLES} paired resamples"
    );
    let mut table = HtmlTable::new(&caption, "", &headings);
    let mut row = |class: &str, name: &str, of: &dyn Fn(&ModeColumn) -> Option<Estimate>| {
        let columns = COLUMNS.iter().map(|column| scores.columns.get(*column));
        let cells = columns.chain([scores.average.as_ref()]).map(|column| {
            column.and_then(of).map_or_else(absent, |found| {
                let cell =
                    HtmlCell::with_note(format!("{:.2}", found.score), &range(found.interval));
                if class.is_empty() {
                    cell.shade(found.score / 100.0)
                } else {
                    cell
                }
            })
        });
        table.row(class, name, cells.collect());
    };
    for mode in &scores.modes {
        row("", mode.name(), &|column| column.modes.get(mode).copied());
    }
    let mut differences: Vec<&String> = scores
        .columns
        .values()
        .flat_map(|column| column.differences.keys())
        .collect();
    differences.sort_unstable();
    differences.dedup();
    for name in differences {
        row("own", name, &|column| column.differences.get(name).copied());
    }
    html += &table.html();
    if !scores.missing.is_empty() {
        let missing: Vec<&str> = scores.missing.iter().map(|mode| mode.name()).collect();
        let missing = missing.join(", ");
        html += "<p>There are no predictions in mode ";
        html += &missing;
        html += ", which this section leaves out.</p>\n";
    }
    html + "</section>\n"
}

fn absent() -> HtmlCell {
    HtmlCell::text("-")
}

fn range([from, to]: [f64; 2]) -> String {
    format!("{from:.1} to {to:.1}")
}
