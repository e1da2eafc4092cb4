//! The section of confusions: what the answers of each task mix up.

use std::fmt::Write;

use molshot_scenes::commands::Axis;

use super::charts::{Bins, histogram};
use super::html::{HtmlCell, HtmlTable, count_and_share, escape, share};
use crate::score::Outcome;
use crate::score::confusion::{
    AXES, BondConfusion, Confusions, ExtraBond, LetterConfusion, MotionConfusion, TaskConfusion,
};
use crate::step::StepKind;
use crate::task::{OPTION_LETTERS, Task};

/// Writes a part for each task of the set.
pub(super) fn section(confusions: &Confusions) -> String {
    let mut html = String::new();
    for (task, counts) in &confusions.tasks {
        // Writing to a `String` cannot fail.
        let _ = write!(
            html,
            "<section class=\"task\" id=\"{0}\"><h3>{0}: {1}</h3>\n<p>{2}</p>\n<div class=\"parts\">\n",
            task.name(),
            escape(&task.title().replace('-', " ")),
            escape(&outcomes(counts)),
        );
        for (kind, motion) in &counts.motions {
            html += &motion_parts(*task, *kind, motion);
        }
        if task.is_choice() {
            html += &letter_parts(&counts.letters);
        }
        if matches!(task, Task::T4 | Task::T9) {
            html += &bond_parts(&counts.bonds);
        }
        html += "</div></section>\n";
    }
    html
}

/// Lists how many questions have each outcome.
fn outcomes(counts: &TaskConfusion) -> String {
    let listed: Vec<String> = Outcome::ALL
        .iter()
        .filter_map(|outcome| {
            let count = counts.outcomes.get(outcome)?;
            let count = count_and_share(*count, counts.questions);
            Some(format!("{}: {count}", outcome.name()))
        })
        .collect();
    format!("{} questions. {}.", counts.questions, listed.join(", "))
}

/// Writes a matrix of counts, shaded by their share of the row; cells on the diagonal are right.
fn matrix(caption: &str, rows: &[&str], columns: &[&str], counts: &[&[usize]]) -> String {
    let mut table = HtmlTable::new(caption, "true \\ given", columns);
    for (place, (name, counts)) in rows.iter().zip(counts).enumerate() {
        let total: usize = counts.iter().sum();
        if total == 0 {
            continue;
        }
        let cells = counts.iter().enumerate().map(|(column, count)| {
            let part = share(*count, total);
            let cell = HtmlCell::with_note(count, &format!("{:.0} %", part * 100.0)).shade(part);
            if column == place {
                cell.class("right")
            } else {
                cell
            }
        });
        table.row("", name, cells.collect());
    }
    part(&table.html())
}

fn part(html: &str) -> String {
    format!("<div class=\"part\">{html}</div>\n")
}

fn motion_parts(task: Task, kind: StepKind, counts: &MotionConfusion) -> String {
    let (word, other, unit) = match kind {
        StepKind::Move => ("move", "roll", "angstrom"),
        StepKind::Roll => ("roll", "move", "degrees"),
    };
    let axes = AXES.map(Axis::name);
    let columns = [axes[0], axes[1], axes[2], "none", other];
    // Both kinds of commands are asked for in T7, so that neither stands for the other.
    let columns = &columns[..if task == Task::T7 { 4 } else { 5 }];
    let rows: Vec<&[usize]> = counts
        .axes
        .iter()
        .map(|row| &row[..columns.len()])
        .collect();
    let mut html = matrix(&format!("Axis of {word}"), &axes, columns, &rows);
    if task != Task::T3 {
        let rows: Vec<&[usize]> = counts.signs.iter().map(<[usize; 3]>::as_slice).collect();
        let caption = format!("Sign of {word}, where the axis is right");
        html += &matrix(&caption, &["+", "-"], &["+", "-", "zero"], &rows);
    }
    let total: usize = counts.size_errors.values().sum();
    let heading = format!("Size of {word}: given minus true, where axis and sign are right");
    if total == 0 {
        let none = format!("<h4>{heading}</h4><p>There are no such answers.</p>");
        return html + &part(&none);
    }
    let errors = || counts.size_errors.iter();
    let sum: f64 = errors()
        .map(|(error, n)| f64::from(*error) * *n as f64)
        .sum();
    let absolute: f64 = errors()
        .map(|(error, n)| f64::from(error.saturating_abs()) * *n as f64)
        .sum();
    let right = counts.size_errors.get(&0).copied().unwrap_or(0);
    let bins = match (task, kind) {
        (_, StepKind::Roll) => Bins {
            width: 15,
            per_side: 6,
        },
        (Task::T1, _) => Bins {
            width: 1,
            per_side: 6,
        },
        _ => Bins {
            width: 1,
            per_side: 20,
        },
    };
    html += &part(&format!(
        "<h4>{heading}</h4>{}<p>{total} answers; right: {}; mean error {:+.2} {unit}, mean absolute error {:.2} {unit}</p>",
        histogram(&heading, unit, &counts.size_errors, bins),
        count_and_share(right, total),
        sum / total as f64,
        absolute / total as f64,
    ));
    html
}

fn letter_parts(counts: &LetterConfusion) -> String {
    let [a, b, c, d] = OPTION_LETTERS;
    let rows: Vec<&[usize]> = counts.letters.iter().map(<[usize; 5]>::as_slice).collect();
    let mut html = matrix("Letter", &OPTION_LETTERS, &[a, b, c, d, "none"], &rows);
    let mut table = HtmlTable::new(
        "Places: how often each letter is right, and how often it was given",
        "",
        &OPTION_LETTERS,
    );
    for (name, counts) in ["right answer", "given"]
        .into_iter()
        .zip(counts.positions())
    {
        let total = counts.iter().sum();
        let cells = counts.map(|count| {
            let part = share(count, total);
            HtmlCell::with_note(count, &format!("{:.0} %", part * 100.0)).shade(part)
        });
        table.row("", name, cells.to_vec());
    }
    html += &part(&table.html());
    html
}

fn bond_parts(counts: &BondConfusion) -> String {
    let rows: Vec<&[usize]> = counts.presence.iter().map(<[usize; 3]>::as_slice).collect();
    let mut html = matrix(
        "Whether there are bonds",
        &["bonds", "no bond"],
        &["bonds", "no bond", "none understood"],
        &rows,
    );
    let extra: usize = counts.extra.values().sum();
    let of_reference = counts.found + counts.missed + counts.unanswered;
    let given = counts.found + extra;
    let mut table = HtmlTable::new("Bonds", "", &["number", "share"]);
    let mut row = |name: &str, count: usize, total: usize, of: &str| {
        let part = format!("{:.0} % of {of}", share(count, total) * 100.0);
        table.row("", name, vec![HtmlCell::text(count), HtmlCell::text(part)]);
    };
    row("found", counts.found, of_reference, "true bonds");
    row("missed", counts.missed, of_reference, "true bonds");
    row(
        "missed, because no answer was understood",
        counts.unanswered,
        of_reference,
        "true bonds",
    );
    row("extra", extra, given, "given bonds");
    for kind in ExtraBond::ALL {
        let name = match kind {
            ExtraBond::LigandAtom => "extra: another atom of the ligand",
            ExtraBond::PocketAtom => "extra: another atom of the residue",
            ExtraBond::BothAtoms => "extra: both atoms differ",
            ExtraBond::Residue => "extra: a residue without bonds",
        };
        let count = counts.extra.get(&kind).copied().unwrap_or(0);
        row(name, count, given, "given bonds");
    }
    html += &part(&table.html());
    if !counts.count_errors.is_empty() {
        let heading = "Number of bonds: given minus true";
        let bins = Bins {
            width: 1,
            per_side: 8,
        };
        html += &part(&format!(
            "<h4>{heading}</h4>{}",
            histogram(heading, "bonds", &counts.count_errors, bins)
        ));
    }
    html
}
