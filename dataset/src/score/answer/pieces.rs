//! Takes the text of a list of bonds apart: sentences, bullets, quotation marks, tuples, tabs.

use super::bond::{Entry, entry};
use super::parts::without_count;

/// Bullets of lists.
const BULLETS: &[char] = &[
    '-', '•', '–', '—', '·', '◦', '●', '▪', '+', '#', '>', '✅', '✔', '👉',
];
/// Words that end Japanese and Korean sentences, directly behind a name.
const COPULAS: [&str; 10] = [
    "です",
    " です",
    "である",
    "だ",
    "でしょう",
    "입니다",
    " 입니다",
    "이다",
    "예요",
    "이에요",
];
/// Length in bytes of the longest tuple.
const LONGEST_TUPLE: usize = 400;

/// Removes quotation marks, but not apostrophes of names (`O3'`).
pub(super) fn without_quotes(text: &str) -> String {
    let apostrophe = if text.contains('\u{2018}') { "" } else { "'" };
    let text = text.replace('\u{2018}', "").replace('\u{2019}', apostrophe);
    let marks = ['`', '"', '“', '”', '„', '«', '»', '「', '」'];
    let text = text.replace(marks, "");
    let quoted = text
        .trim()
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    quoted.unwrap_or(&text).to_owned()
}

/// Removes words at the end of Japanese and Korean sentences from names: `O1Bです`.
pub(super) fn without_copulas(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let is_name = plain.ends_with(|c: char| c.is_ascii_alphanumeric() || "'*?)\"`".contains(c));
        let behind = COPULAS.iter().filter(|_| is_name);
        let behind = behind.filter_map(|word| rest.strip_prefix(*word));
        // `...ですか` asks.
        let mut ends = behind.filter(|behind| !behind.starts_with(char::is_alphanumeric));
        if let Some(behind) = ends.next() {
            rest = behind;
            continue;
        }
        plain.push(c);
        rest = &rest[c.len_utf8()..];
    }
    plain
}

/// Returns whether a text begins like a bond: `ARG 45 NH2 A, O1B is ...`.
pub(super) fn begins_with_bond(sentence: &str) -> bool {
    let words: Vec<&str> = sentence.split_whitespace().take(6).collect();
    let end = words.iter().position(|word| word.ends_with(','));
    end.is_some_and(|end| {
        let text = words[..words.len().min(end + 2)].join(" ");
        matches!(entry(&text), Entry::Bonds(_))
    })
}

/// Returns the place of a retraction behind a comma: `No, wait: ...`.
pub(super) fn retraction_within(sentence: &str) -> Option<usize> {
    let lower = sentence.to_ascii_lowercase();
    [", wait", ", actually", " — wait", ", sorry"]
        .iter()
        .filter_map(|mark| Some(lower.find(mark)? + mark.find(|c: char| c.is_ascii_alphabetic())?))
        .filter(|at| sentence.is_char_boundary(*at))
        .map(|at| {
            // The mark has a space of one byte, or a dash of three, before its word.
            sentence[..at].trim_end_matches([' ', ',', '—']).len()
        })
        .min()
}

/// Splits a text at full stops and the like between words; not in `2.9` or `1. ARG`.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut from = 0;
    let mut depth = 0_i32;
    for (at, c) in text.char_indices() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        let follows = text[at + c.len_utf8()..].chars().next();
        let ends = matches!(c, '.' | '!' | '?') && follows.is_none_or(char::is_whitespace);
        let is_count = || text[from..at].trim().chars().all(|c| c.is_ascii_digit());
        let ends_arrow = text[..at].ends_with('.');
        // `NZ ? -> O5`: a chain without a name.
        let is_chain = c == '?' && text[..at].ends_with(' ');
        if ends && !is_chain && depth <= 0 && !is_count() && !ends_arrow {
            parts.push(&text[from..=at]);
            from = at + 1;
        }
    }
    parts.push(&text[from..]);
    parts.retain(|part| !part.trim().is_empty());
    parts
}

/// Removes a bullet or number: `- ...`, `• ...`, `* ...`, `1. ...`, `(2) ...`, `3) ...`.
pub(super) fn without_bullet(entry: &str) -> &str {
    without_count(without_sign_or_number(entry))
}

/// Removes bullets and counts with a full stop or bracket.
pub(super) fn without_sign_or_number(entry: &str) -> &str {
    let mut entry = entry.trim();
    while let Some(rest) = entry.strip_prefix("* ").or_else(|| {
        let rest = entry.strip_prefix(BULLETS)?;
        (rest.starts_with(char::is_whitespace) || rest.starts_with('#')).then_some(rest)
    }) {
        entry = rest.trim_start();
    }
    let open = entry.strip_prefix('(').unwrap_or(entry);
    let digits = open.trim_start_matches(|c: char| c.is_ascii_digit());
    let counted = digits.len() < open.len();
    let rest = digits.strip_prefix(['.', ')']);
    match rest {
        Some(rest) if counted && rest.starts_with(char::is_whitespace) => rest.trim_start(),
        _ => entry,
    }
}

/// Writes tuples as entries: `(ASN OD1, O3), (ASN OD1, O4)`, `Yes (TYR OH, O7)`.
pub(super) fn without_tuples(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some(start) = rest.find(['(', '[']) {
        let close = if rest[start..].starts_with('(') {
            ')'
        } else {
            ']'
        };
        let Some(length) = rest[start..].find(close) else {
            break;
        };
        let before = rest[..start].trim_end();
        let is_start = before.is_empty() && plain.is_empty()
            || before.ends_with([',', ';', ':', '[', '('])
            || before.is_empty() && plain.ends_with(';')
            || before.to_lowercase().ends_with("yes");
        let inner = &rest[start + 1..start + length];
        let is_short = inner.len() <= LONGEST_TUPLE;
        if is_start && is_short && inner.contains(',') && matches!(entry(inner), Entry::Bonds(_)) {
            let before = before.trim_end_matches([',', '[']);
            plain.push_str(before);
            plain.push_str(if before.ends_with([':', ';']) || before.is_empty() {
                " "
            } else {
                ": "
            });
            plain.push_str(inner);
            plain.push(';');
        } else if inner.contains('(') {
            // The bracket around a list of tuples.
            plain.push_str(&rest[..start]);
            rest = &rest[start + 1..];
            continue;
        } else {
            plain.push_str(&rest[..=start + length]);
        }
        rest = &rest[start + length + 1..];
    }
    plain.push_str(rest);
    plain
}

/// Writes rows whose fields are separated by tabs as bonds.
pub(super) fn without_tabs(line: &str) -> String {
    let fields: Vec<&str> = line.split('\t').map(str::trim).collect();
    if let Some((ligand, pocket)) = fields.split_last()
        && !pocket.is_empty()
        && !line.contains(',')
    {
        let row = format!("{}, {ligand}", pocket.join(" "));
        if matches!(entry(&row), Entry::Bonds(_)) {
            return row;
        }
    }
    line.to_owned()
}
