//! Scores of one model with fixed pictures beside those with the tool `view`.

use std::fmt::Write;

use super::{COLUMNS, Scores};

/// Formats two scores of a model and their difference, for the columns that both have.
///
/// `views_per_question` is the mean number of pictures that the model had drawn with the tool.
#[must_use]
pub fn side_by_side(fixed: &Scores, with_tools: &Scores, views_per_question: f64) -> String {
    let columns: Vec<[String; 4]> = COLUMNS
        .into_iter()
        .filter_map(|column| {
            let of = |scores: &Scores| scores.columns.get(column).map(|column| column.score);
            let (fixed, with_tools) = (of(fixed)?, of(with_tools)?);
            Some([
                column.to_owned(),
                format!("{fixed:.2}"),
                format!("{with_tools:.2}"),
                format!("{:+.2}", with_tools - fixed),
            ])
        })
        .collect();
    let rows = ["", &fixed.model, &with_tools.model, "  difference"];
    let width = rows
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0)
        .max(22);
    let mut text = String::new();
    for (row, name) in rows.iter().enumerate() {
        // Writing to a `String` cannot fail.
        let _ = write!(text, "{name:<width$}");
        for column in &columns {
            let _ = write!(text, "{:>9}", column[row]);
        }
        text.push('\n');
    }
    let _ = writeln!(text, "views per question: {views_per_question:.2}");
    let missing = |scores: &Scores| -> usize {
        let columns = scores.columns.values();
        columns.map(|column| column.missing).sum()
    };
    let (without, with) = (missing(fixed), missing(with_tools));
    if without + with > 0 {
        let _ = writeln!(
            text,
            "questions without an answer count as wrong: {without} with fixed pictures, {with} with tools"
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::ColumnScore;

    #[test]
    fn scores_are_in_columns_with_their_difference() {
        let scores = |model: &str, columns: &[(&str, f64, usize)]| {
            let columns = columns.iter().map(|(name, score, missing)| {
                let column = ColumnScore {
                    score: *score,
                    missing: *missing,
                    ..ColumnScore::default()
                };
                ((*name).to_owned(), column)
            });
            Scores {
                model: model.to_owned(),
                columns: columns.collect(),
                ..Scores::default()
            }
        };
        let fixed = scores("m", &[("T1", 40.0, 0), ("T9", 2.5, 0)]);
        let with_tools = scores("m with tools", &[("T1", 38.5, 0), ("T9", 12.5, 0)]);
        let text = side_by_side(&fixed, &with_tools, 2.25);
        let words: Vec<Vec<&str>> = text
            .lines()
            .map(|line| line.split_whitespace().collect())
            .collect();
        assert_eq!(words[0], ["T1", "T9"]);
        assert_eq!(words[1], ["m", "40.00", "2.50"]);
        assert_eq!(words[2], ["m", "with", "tools", "38.50", "12.50"]);
        assert_eq!(words[3], ["difference", "-1.50", "+10.00"]);
        assert_eq!(words[4], ["views", "per", "question:", "2.25"]);
        assert_eq!(words.len(), 5);
        let partial = scores("m", &[("T1", 40.0, 3)]);
        let text = side_by_side(&partial, &with_tools, 0.0);
        assert!(
            text.contains("3 with fixed pictures, 0 with tools"),
            "{text}"
        );
    }
}
