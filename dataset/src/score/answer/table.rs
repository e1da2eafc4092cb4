//! Reads bonds from Markdown tables.

use super::atoms::{AnswerBond, with_marked_chain};
use super::bond::{Entry, entry};

/// What a column holds.
#[derive(Clone, Copy, PartialEq)]
enum Column {
    Chain,
    Residue,
    Number,
    Atom,
    Ligand,
    Ignored,
}

/// Reads the table at the beginning of some lines: its number of lines, and its bonds.
///
/// Both are zero if the lines do not begin with a table. Rows without a bond are ignored; the third
/// value says whether rows say that there is none.
pub(super) fn bonds(lines: &[&str]) -> (usize, Vec<AnswerBond>, bool) {
    let rows: Vec<Vec<&str>> = lines.iter().map_while(|line| cells(line)).collect();
    let Some(header) = rows.first() else {
        return (0, Vec::new(), false);
    };
    if rows.len() == 1 && !lines[0].trim().starts_with('|') {
        return (0, Vec::new(), false);
    }
    let columns: Vec<Column> = header.iter().map(|cell| column(cell)).collect();
    let is_known = columns.contains(&Column::Ligand);
    let (mut bonds, mut denies) = (Vec::new(), false);
    for row in &rows[usize::from(is_known)..] {
        if row
            .iter()
            .all(|cell| cell.chars().all(|c| "-: ".contains(c)))
        {
            continue;
        }
        let is_denied = |(cell, column): (&&str, &Column)| {
            let verdict = cell.trim_matches(|c: char| !c.is_alphanumeric() && c.is_ascii());
            let verdict = verdict.to_lowercase();
            *column == Column::Ignored
                && ["no", "false", "\u{274c}", "\u{2717}", "\u{2718}"].contains(&verdict.as_str())
        };
        if is_known && row.iter().zip(&columns).any(is_denied) {
            denies = true;
            continue;
        }
        let text = if is_known {
            arranged(row, &columns)
        } else {
            row.join(" , ")
        };
        match entry(&text) {
            Entry::Bonds(found) => bonds.extend(found),
            Entry::Rejected => denies = true,
            Entry::Other => {}
        }
    }
    (rows.len(), bonds, denies)
}

/// Splits a row; `None` if a line is not one.
fn cells(line: &str) -> Option<Vec<&str>> {
    let line = line.trim();
    let is_row = line.starts_with('|') || line.matches('|').count() >= 2;
    let inner = line.strip_prefix('|').unwrap_or(line);
    let inner = inner.strip_suffix('|').unwrap_or(inner);
    is_row.then(|| inner.split('|').map(str::trim).collect())
}

/// Returns what a column holds by its heading.
fn column(heading: &str) -> Column {
    let lower = heading.to_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if has(&["dist", "\u{c5}", "type", "angle", "note", "comment", "role"]) || lower == "#" {
        Column::Ignored
    } else if has(&["ligand", "lig"]) {
        Column::Ligand
    } else if has(&["atom", "donor"]) {
        Column::Atom
    } else if has(&["chain"]) && !has(&["residue"]) {
        Column::Chain
    } else if has(&["number", "no.", "resid ", "num", "seq"]) && !has(&["name"]) {
        Column::Number
    } else if has(&["res", "amino", "protein", "pocket"]) {
        Column::Residue
    } else {
        Column::Ignored
    }
}

/// Puts the cells of a row into the order of a bond.
fn arranged(row: &[&str], columns: &[Column]) -> String {
    let of = |wanted: Column| {
        let cells = row
            .iter()
            .zip(columns)
            .filter(|(_, column)| **column == wanted);
        let cells: Vec<&str> = cells.map(|(cell, _)| *cell).collect();
        cells.join(" ")
    };
    let chain = of(Column::Chain);
    let residue = with_marked_chain(&of(Column::Residue));
    let has_chain = !chain.is_empty() && chain != "-";
    let chain = if has_chain {
        format!("chain {chain}")
    } else {
        String::new()
    };
    format!(
        "{} {} {} {chain}, {}",
        residue,
        of(Column::Number),
        of(Column::Atom),
        of(Column::Ligand)
    )
}
