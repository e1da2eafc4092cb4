//! Parses hydrogen bonds: `Yes: ARG NH2, O1B; ARG NE, O2G`, `ARG 45 NH2 A, O1B`, `No`.

use super::undecorated;

/// A bond as named in an answer, in upper case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct AnswerBond {
    /// Name of the residue.
    pub residue: String,
    /// Number of the residue with its insertion code, if given.
    pub number: Option<String>,
    /// Name of the atom of the residue.
    pub atom: String,
    /// Chain of the residue, if given; `?` means that it has no name.
    pub chain: Option<String>,
    /// Name of the atom of the ligand.
    pub ligand_atom: String,
}

/// First words of sentences; a bond begins with none of them.
const OPENERS: [&str; 20] = [
    "yes", "here", "there", "the", "these", "those", "this", "i", "based", "looking", "in", "from",
    "so", "hence", "all", "both", "they", "it", "no", "none",
];
/// Bullets of lists.
const BULLETS: &[char] = &[
    '-', '\u{2022}', '\u{2013}', '\u{2014}', '\u{b7}', '\u{25e6}', '\u{25cf}', '\u{25aa}',
];

/// Returns the bonds of an answer to T4 or T9; an empty list if it denies any bond (`No`).
///
/// `None` means that the text is not understood. Entries are separated by semicolons or line feeds
/// and may have bullets or numbers. Sentences without digits (`Here are the bonds:`,
/// `No other bonds.`) are ignored; any other text that is not a bond makes the whole answer
/// invalid.
#[must_use]
pub fn bonds(text: &str) -> Option<Vec<AnswerBond>> {
    let bare = undecorated(text, false);
    let quoted = bare
        .strip_prefix('\'')
        .and_then(|rest| rest.strip_suffix('\''));
    let bare = quoted.unwrap_or(&bare).trim();
    if denies(bare) {
        return Some(Vec::new());
    }
    let mut found = Vec::new();
    for entry in without_yes(bare).split([';', '\n']) {
        let entry = without_bullet(entry)
            .trim()
            .trim_end_matches(['.', '!'])
            .trim();
        if entry.is_empty() {
            continue;
        }
        if denies(entry) {
            // Bonds and a denial contradict each other.
            return None;
        }
        if let Some(bond) = bond(entry) {
            found.push(bond);
            continue;
        }
        let behind_words = entry
            .rsplit_once(':')
            .filter(|(words, _)| is_sentence(words) && !begins_with(words, "no"))
            .and_then(|(_, rest)| bond(rest.trim()));
        match behind_words {
            Some(bond) => found.push(bond),
            None if entry.ends_with(':') || is_sentence(entry) => {}
            None => return None,
        }
    }
    (!found.is_empty()).then_some(found)
}

fn begins_with(text: &str, word: &str) -> bool {
    let first = text.split(|c: char| !c.is_alphanumeric()).next();
    first.is_some_and(|first| first.eq_ignore_ascii_case(word))
}

/// Removes a `Yes` at the beginning.
fn without_yes(text: &str) -> &str {
    let yes = text
        .get(..3)
        .filter(|_| begins_with(text, "yes") || text.eq_ignore_ascii_case("yes"));
    match yes {
        Some(_) => text[3..]
            .trim_start_matches(|c: char| c.is_whitespace() || ":,.!-\u{2013}\u{2014}".contains(c)),
        None => text,
    }
}

/// Removes a bullet or number: `- ...`, `• ...`, `* ...`, `1. ...`, `(2) ...`, `3) ...`.
fn without_bullet(entry: &str) -> &str {
    let entry = entry.trim();
    if let Some(rest) = entry.strip_prefix("* ").or_else(|| {
        let rest = entry.strip_prefix(BULLETS)?;
        rest.starts_with(char::is_whitespace).then_some(rest)
    }) {
        return rest;
    }
    let open = entry.strip_prefix('(').unwrap_or(entry);
    let digits = open.trim_start_matches(|c: char| c.is_ascii_digit());
    let counted = digits.len() < open.len();
    let rest = digits.strip_prefix(['.', ')']);
    match rest {
        Some(rest) if counted && rest.starts_with(char::is_whitespace) => rest,
        _ => entry,
    }
}

/// Returns whether a text is a sentence rather than a bond.
///
/// It has no digits, and no comma unless it begins with a typical first word.
fn is_sentence(text: &str) -> bool {
    if text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let opens = OPENERS.iter().any(|word| begins_with(text, word));
    opens || !text.contains(',')
}

/// Parses exactly one bond.
fn bond(entry: &str) -> Option<AnswerBond> {
    let upper = entry.to_ascii_uppercase();
    let (pocket, ligand) = upper.rsplit_once(',')?;
    let ligand = ligand.trim();
    if !is_name(ligand) {
        return None;
    }
    let mut words: Vec<&str> = pocket.split_whitespace().collect();
    // `ARG45`: the number may follow the name without a space.
    let glued = words.first().and_then(|first| {
        let at = first.find(|c: char| c.is_ascii_digit())?;
        let (name, number) = first.split_at(at);
        let has_number = words.get(1).is_some_and(|word| is_number(word));
        (name.len() >= 2
            && name.chars().all(|c| c.is_ascii_alphabetic())
            && is_number(number)
            && !has_number)
            .then_some((name, number))
    });
    if let Some((name, number)) = glued {
        words[0] = name;
        words.insert(1, number);
    }
    let (residue, number, atom, chain) = match words.as_slice() {
        [residue, number, atom, chain] if is_number(number) => {
            (residue, Some(number), atom, Some(chain))
        }
        [residue, number, atom] if is_number(number) => (residue, Some(number), atom, None),
        [residue, atom] => (residue, None, atom, None),
        _ => return None,
    };
    let is_chain = |chain: &str| is_name(chain) || chain == "?";
    if !is_name(residue) || !is_name(atom) || chain.is_some_and(|chain| !is_chain(chain)) {
        return None;
    }
    let owned = |word: &&str| (*word).to_owned();
    Some(AnswerBond {
        residue: owned(residue),
        number: number.map(owned),
        atom: owned(atom),
        chain: chain.map(owned),
        ligand_atom: ligand.to_owned(),
    })
}

/// Returns whether a word is a residue number: `45`, `-3`, `45B`.
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < digits.len() && rest.len() <= 1 && rest.chars().all(|c| c.is_ascii_alphabetic())
}

/// Returns whether a word can be the name of an atom, residue or chain.
fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 8
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "'*\"+-_".contains(c))
}

/// Returns whether a text clearly denies any bond and says nothing else.
///
/// Examples: `No`, `None`, `No hydrogen bonds`,
/// `There is no hydrogen bond between this residue and the ligand`.
fn denies(text: &str) -> bool {
    let lower = text.to_ascii_lowercase();
    let clean: String = lower
        .trim_end_matches(['.', '!', ' ', '\n'])
        .replace("h-bond", "hydrogen bond")
        .replace([',', '.', ':', '\n', '\''], " ");
    let words: Vec<&str> = clean.split_whitespace().collect();
    let mut words = words.as_slice();
    let take = |words: &mut &[&str], list: &[&str]| {
        let taken = words.first().is_some_and(|word| list.contains(word));
        if taken {
            *words = &words[1..];
        }
        taken
    };
    let mut denied = take(&mut words, &["no"]);
    if take(&mut words, &["there"]) {
        if !take(&mut words, &["is", "are"]) {
            return false;
        }
        if !take(&mut words, &["no", "none", "not"]) {
            return false;
        }
        denied = true;
    } else if take(&mut words, &["none", "no"]) {
        denied = true;
    }
    if !denied {
        return false;
    }
    take(&mut words, &["any", "a"]);
    take(&mut words, &["such", "direct"]);
    take(&mut words, &["hydrogen"]);
    take(&mut words, &["bond", "bonds", "bonding"]);
    take(&mut words, &["is", "are"]);
    take(
        &mut words,
        &[
            "there", "present", "found", "formed", "visible", "here", "seen",
        ],
    );
    match words {
        [] => true,
        // The partners of the denied bond, in any words.
        ["between", .., "ligand"] => !text.contains('?') && !text.contains(';'),
        _ => false,
    }
}
