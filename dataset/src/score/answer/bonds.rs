//! Hydrogen bonds in a text: `Yes: ARG NH2, O1B; ARG NE, O2G`, `ARG 45 NH2 A, O1B`, `No`.

use super::undecorated;

/// A bond as a text names it, in capitals.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bond {
    /// Residue's name.
    pub residue: String,
    /// Its number, with the insertion code, where it is told.
    pub number: Option<String>,
    /// Name of its atom.
    pub atom: String,
    /// Its chain, where it is told; `?` says that it has no name.
    pub chain: Option<String>,
    /// Name of the ligand's atom.
    pub ligand_atom: String,
}

/// A sentence begins with one of these, and a bond does not.
const OPENERS: [&str; 20] = [
    "yes", "here", "there", "the", "these", "those", "this", "i", "based", "looking", "in", "from",
    "so", "hence", "all", "both", "they", "it", "no", "none",
];
/// Marks of lists.
const BULLETS: &[char] = &[
    '-', '\u{2022}', '\u{2013}', '\u{2014}', '\u{b7}', '\u{25e6}', '\u{25cf}', '\u{25aa}',
];

/// Bonds of T4 or T9; none where the text says that there is none (`No`). `None` where it has
/// neither the form nor a clear no.
///
/// Entries stand between semicolons or in lines, as a list with bullets or numbers if they like;
/// sentences without digits (`Here are the bonds:`, `No other bonds.`) are passed over; anything
/// else that is no bond makes the whole text one that is not understood.
#[must_use]
pub fn bonds(text: &str) -> Option<Vec<Bond>> {
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
            // Bonds and none: which?
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

/// What stands behind a `Yes` at the beginning.
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

/// `- ...`, `• ...`, `* ...`, `1. ...`, `(2) ...`, `3) ...`
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

/// Words that name nothing: without digits, and without a comma unless it begins as sentences do.
fn is_sentence(text: &str) -> bool {
    if text.contains(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let opens = OPENERS.iter().any(|word| begins_with(text, word));
    opens || !text.contains(',')
}

/// One bond and nothing else.
fn bond(entry: &str) -> Option<Bond> {
    let upper = entry.to_ascii_uppercase();
    let (pocket, ligand) = upper.rsplit_once(',')?;
    let ligand = ligand.trim();
    if !is_name(ligand) {
        return None;
    }
    let mut words: Vec<&str> = pocket.split_whitespace().collect();
    // `ARG45`: a number may stand directly behind the name where none follows.
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
    Some(Bond {
        residue: owned(residue),
        number: number.map(owned),
        atom: owned(atom),
        chain: chain.map(owned),
        ligand_atom: ligand.to_owned(),
    })
}

/// `45`, `-3`, `45B`.
fn is_number(word: &str) -> bool {
    let digits = word.strip_prefix('-').unwrap_or(word);
    let rest = digits.trim_start_matches(|c: char| c.is_ascii_digit());
    rest.len() < digits.len() && rest.len() <= 1 && rest.chars().all(|c| c.is_ascii_alphabetic())
}

/// A name of an atom, residue or chain: no spaces, nothing that parts words.
fn is_name(word: &str) -> bool {
    !word.is_empty()
        && word.len() <= 8
        && word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "'*\"+-_".contains(c))
}

/// A clear no: `No`, `None`, `No hydrogen bonds`,
/// `There is no hydrogen bond between this residue and the ligand`, and nothing else.
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
        // Who does not bond, in whatever words.
        ["between", .., "ligand"] => !text.contains('?') && !text.contains(';'),
        _ => false,
    }
}
