//! Small parts of entries of lists of bonds: numbers of bonds, quotation marks, hydrogens.

use super::atoms::AnswerBond;

/// Words before the number of a bond, in lower case.
const NUMBERED: [&str; 12] = [
    "hydrogen bond",
    "h-bond",
    "h bond",
    "hbond",
    "bond",
    "interaction",
    "contact",
    "pair",
    "\u{6c22}\u{952e}",
    "wasserstoffbr\u{fc}cke",
    "liaison",
    "enlace",
];
/// Counts in front of entries, within brackets.
const ROMAN: [&str; 10] = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"];
/// Dashes between an atom and its hydrogen.
const DASHES: [char; 4] = ['-', '\u{2013}', '\u{2014}', '\u{2010}'];
/// Dots of a hydrogen bond.
const DOTS: [&str; 5] = ["\u{2026}", "\u{b7}\u{b7}\u{b7}", "...", "\u{22ef}", ".."];

/// Splits a text behind a numbered name of a bond: `Bond 1`, `H-bond #2`.
fn split_number(text: &str) -> Option<&str> {
    let lower = text.to_lowercase();
    let word = NUMBERED.iter().find(|word| lower.starts_with(*word))?;
    let rest = text.get(word.len()..)?.trim_start();
    let rest = rest.strip_prefix('#').unwrap_or(rest);
    let behind = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    (behind.len() < rest.len()).then_some(behind)
}

/// Removes a number in front of an entry: `Bond 1: ...`, `1: ...`, `a) ...`, `(ii) ...`.
pub(super) fn without_count(text: &str) -> &str {
    let text = text.trim_start();
    if let Some(rest) = split_number(text) {
        let rest = rest.trim_start();
        let behind = rest.trim_start_matches([':', '.', ')', '-', '\u{2013}', '\u{2014}', '=']);
        return if behind.len() < rest.len() {
            behind.trim_start()
        } else {
            text
        };
    }
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    if digits.len() < text.len()
        && let Some(rest) = digits
            .trim_start()
            .strip_prefix(':')
            .or_else(|| digits.strip_prefix("/ "))
    {
        return rest.trim_start();
    }
    let open = text.strip_prefix('(').unwrap_or(text);
    let Some((count, rest)) = open.split_once(')') else {
        return text;
    };
    let is_letter = count.len() == 1 && count.chars().all(|c| c.is_ascii_lowercase());
    if is_letter || ROMAN.contains(&count) {
        return rest.trim_start();
    }
    text
}

/// Returns an empty text for a field that only numbers the bond: `H-bond 1`.
pub(super) fn without_number(field: &str) -> &str {
    let is_number = split_number(field.trim()).is_some_and(|rest| rest.trim().is_empty());
    if is_number { "" } else { field }
}

/// Splits entries on one line that are counted: `a) ... b) ...`, `1) ... 2) ...`.
pub(super) fn split_counted(line: &str) -> String {
    let mut split = line.to_owned();
    let open = line.trim_start().trim_start_matches('(');
    let starts = |count: &str| open.starts_with(&format!("{count})"));
    let counts: Vec<String> = if starts("a") {
        ('b'..='h').map(String::from).collect()
    } else if starts("1") {
        (2..10).map(|count| count.to_string()).collect()
    } else {
        return split;
    };
    for count in counts {
        for open in ["", "("] {
            let pattern = format!(" {open}{count}) ");
            split = split.replacen(&pattern, &format!("; {count}) "), 1);
        }
    }
    split
}

/// Removes single quotation marks around entries, but not the primes of names: `'TYR OH, O3''`.
pub(super) fn without_single_quotes(line: &str) -> String {
    let chars: Vec<char> = line.chars().collect();
    let mut removed = vec![false; chars.len()];
    let mut at = 0;
    // Whether there may be closing marks further on.
    let mut may_close = true;
    while at < chars.len() && may_close {
        let opens = chars[at] == '\''
            && (at == 0 || chars[at - 1].is_whitespace() || "([:,;".contains(chars[at - 1]))
            && chars.get(at + 1).is_some_and(char::is_ascii_alphabetic);
        if opens {
            let closes = (at + 1..chars.len()).find(|end| {
                let next = chars.get(end + 1);
                chars[*end] == '\'' && next.is_none_or(|c| ".;)]".contains(*c))
            });
            may_close = closes.is_some();
            if let Some(end) = closes {
                (removed[at], removed[end]) = (true, true);
                at = end;
            }
        }
        at += 1;
    }
    let kept = chars.iter().zip(removed);
    kept.filter(|(_, is_removed)| !is_removed)
        .map(|(c, _)| *c)
        .collect()
}

/// Removes the hydrogen of `NZ-H\u{2026}O5`.
pub(super) fn without_hydrogens(text: &str) -> String {
    let mut text = text.to_owned();
    for dash in DASHES {
        for dots in DOTS {
            for space in ["", " "] {
                let pattern = format!("{dash}H{space}{dots}");
                text = text.replace(&pattern, " , ");
            }
        }
    }
    text
}

/// Returns the residues that a text names with their numbers: `GLU 199`, `Glu199`.
pub(super) fn residues(text: &str) -> Vec<String> {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let is_code = |word: &str| {
        word.len() == 3
            && word.starts_with(|c: char| c.is_ascii_uppercase())
            && word.chars().all(|c| c.is_ascii_alphabetic())
    };
    let is_number = |word: &str| word.chars().all(|c| c.is_ascii_digit());
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).copied().unwrap_or_default();
        if is_code(word) && !next.is_empty() && is_number(next) {
            found.push(format!("{} {next}", word.to_ascii_uppercase()));
        } else if word.len() > 3 && word.is_ascii() && is_code(&word[..3]) && is_number(&word[3..])
        {
            found.push(format!("{} {}", word[..3].to_ascii_uppercase(), &word[3..]));
        }
    }
    found
}

/// Returns whether a note is about another residue than some bonds.
pub(super) fn names_other_residue(note: &str, bonds: &[AnswerBond]) -> bool {
    let own: Vec<String> = bonds
        .iter()
        .map(|bond| {
            format!(
                "{} {}",
                bond.residue,
                bond.number.as_deref().unwrap_or_default()
            )
        })
        .collect();
    residues(note).iter().any(|residue| !own.contains(residue))
}
