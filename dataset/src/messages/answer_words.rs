//! What the words of an answer in the language of its question mean.
//!
//! The parsers of answers know English well. So the words of a catalogue's table `[answers]` are
//! replaced by the English ones before an answer is parsed: the longest first, on word boundaries,
//! whatever their case. Marks above and below letters (as of Yoruba, which are often left out)
//! make no difference.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The English words that a catalogue may translate, with `_` for a space.
const KNOWN: [&str; 35] = [
    "about",
    "along",
    "and",
    "angstroms",
    "answer",
    "atom",
    "axis",
    "because",
    "but",
    "by",
    "chain",
    "complex",
    "correct",
    "degrees",
    "down",
    "final_answer",
    "hydrogen_bond",
    "hydrogen_bonds",
    "is",
    "left",
    "ligand",
    "move",
    "not",
    "option",
    "or",
    "picture",
    "residue",
    "result",
    "right",
    "roll",
    "shows",
    "shows_not",
    "the",
    "up",
    "wrong",
];
/// The English words that deny or doubt what is beside them.
const DENYING: [&str; 4] = ["not", "wrong", "unclear", "shows not"];
/// Residues and atoms have names of at most this many letters, all in upper case; such a name is
/// not a word (`NA` is sodium, `na` is Swahili for `and`).
const MAX_NAME_LETTERS: usize = 4;

/// The table `[answers]` of a catalogue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswersTable {
    /// Words for `Yes`, at the beginning of an answer.
    yes: Vec<String>,
    /// Words for `No`, at the beginning of an answer.
    no: Vec<String>,
    /// Beginnings of sentences that deny hydrogen bonds.
    no_bonds: Vec<String>,
    /// Words of refusals and doubts, beside which a negation denies no hydrogen bond.
    #[serde(default)]
    unsure: Vec<String>,
    /// Other words, by the English word.
    #[serde(default)]
    words: BTreeMap<String, Vec<String>>,
}

/// Where a phrase is replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    /// Wherever it stands.
    Anywhere,
    /// At the beginning of the text, a line or a clause.
    Beginning,
}

/// A phrase of a language and its English counterpart.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Phrase {
    folded: Vec<char>,
    english: String,
    place: Place,
    /// Whether it denies what follows, too: `hhayi` is `no`, and `hhayi C` is `not C`.
    is_also_not: bool,
}

/// The words of a language, ready for use.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AnswerWords {
    /// The longest first.
    phrases: Vec<Phrase>,
}

/// An answer in English.
pub(crate) struct Translated {
    /// Its text.
    pub(crate) text: String,
    /// Whether words were replaced by [`DENYING`] ones.
    pub(crate) denies: bool,
}

/// A character of a text without marks and in lower case, and its place in the text.
struct Folded {
    c: char,
    at: Range<usize>,
}

impl AnswerWords {
    /// Prepares the words of a table.
    ///
    /// # Errors
    /// When a key is not among the known English words, or a word is empty; the text says which.
    pub(super) fn new(table: &AnswersTable) -> Result<Self, String> {
        let mut phrases: Vec<Phrase> = Vec::new();
        let mut keys: BTreeMap<(Vec<char>, Place), String> = BTreeMap::new();
        let negations = table.words.get("not").map_or(&[][..], Vec::as_slice);
        let mut add = |key: &str, words: &[String], english: &str, place: Place| {
            for word in words {
                let folded: Vec<char> = folded(word).into_iter().map(|one| one.c).collect();
                if folded.iter().all(|c| !c.is_alphanumeric()) {
                    return Err(format!(
                        "[answers] {key} has a word without letters: \"{word}\""
                    ));
                }
                let other = keys.insert((folded.clone(), place), key.to_owned());
                if let Some(other) = other.filter(|other| other != key) {
                    return Err(format!(
                        "[answers] \"{word}\" is a word of {other} and of {key}; leave it in one of them"
                    ));
                }
                phrases.push(Phrase {
                    folded,
                    english: english.to_owned(),
                    place,
                    is_also_not: key == "no" && negations.contains(word),
                });
            }
            Ok(())
        };
        add("yes", &table.yes, "Yes", Place::Beginning)?;
        add("no", &table.no, "No", Place::Beginning)?;
        let denial = "There are no hydrogen bonds";
        add("no_bonds", &table.no_bonds, denial, Place::Anywhere)?;
        add("unsure", &table.unsure, "unclear", Place::Anywhere)?;
        for (key, words) in &table.words {
            if !KNOWN.contains(&key.as_str()) {
                return Err(format!(
                    "[answers.words] has the unknown key {key}; give some of {}",
                    KNOWN.join(", ")
                ));
            }
            add(key, words, &key.replace('_', " "), Place::Anywhere)?;
        }
        phrases.sort_by_key(|phrase| std::cmp::Reverse(phrase.folded.len()));
        Ok(Self { phrases })
    }

    /// Replaces the words of the language in an answer by the English ones.
    #[must_use]
    pub fn in_english(&self, answer: &str) -> String {
        self.translated(answer).text
    }

    /// Does what [`Self::in_english`] does, and tells whether words of denial were replaced.
    pub(crate) fn translated(&self, answer: &str) -> Translated {
        if self.phrases.is_empty() {
            return Translated {
                text: answer.to_owned(),
                denies: false,
            };
        }
        let mut denies = false;
        let text = folded(answer);
        let mut english = String::with_capacity(answer.len());
        let mut index = 0;
        // End of what was taken over.
        let mut copied = 0;
        while index < text.len() {
            let first = text[index].c;
            let fits =
                |phrase: &&Phrase| phrase.folded[0] == first && is_at(phrase, &text, index, answer);
            let Some(phrase) = self.phrases.iter().find(fits) else {
                index += 1;
                continue;
            };
            let last = index + phrase.folded.len() - 1;
            english.push_str(&answer[copied..text[index].at.start]);
            if english.ends_with(char::is_alphanumeric) {
                english.push(' ');
            }
            english.push_str(&phrase.english);
            denies |= DENYING.contains(&phrase.english.as_str());
            copied = text[last].at.end;
            if answer[copied..].starts_with(char::is_alphanumeric)
                || phrase.folded.ends_with(&['-'])
            {
                english.push(' ');
            }
            index = last + 1;
        }
        english.push_str(&answer[copied..]);
        Translated {
            text: english,
            denies,
        }
    }
}

/// Returns whether a phrase is at a place of a text.
fn is_at(phrase: &Phrase, text: &[Folded], index: usize, answer: &str) -> bool {
    let end = index + phrase.folded.len();
    let Some(found) = text.get(index..end) else {
        return false;
    };
    if found.iter().zip(&phrase.folded).any(|(a, b)| a.c != *b) {
        return false;
    }
    let own = &answer[found[0].at.start..found[found.len() - 1].at.end];
    let is_name = own
        .chars()
        .all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    if is_name && own.len() <= MAX_NAME_LETTERS && phrase.place == Place::Anywhere {
        return false;
    }
    let before = index.checked_sub(1).map(|index| text[index].c);
    let after = text.get(end).map(|one| one.c);
    let (first, last) = (phrase.folded[0], phrase.folded[phrase.folded.len() - 1]);
    if !is_boundary(before, first) || !is_boundary(after, last) {
        return false;
    }
    match phrase.place {
        Place::Anywhere => true,
        Place::Beginning => {
            let follows = text.get(end + 1).is_some_and(|one| one.c.is_alphanumeric());
            let denies = phrase.is_also_not && after == Some(' ') && follows;
            begins(&text[..index]) && !after.is_some_and(is_unspaced) && !denies
        }
    }
}

/// Returns whether a word may end between two characters.
///
/// Chinese, Japanese and Korean have no spaces between words, or endings at words.
fn is_boundary(outer: Option<char>, inner: char) -> bool {
    !inner.is_alphanumeric()
        || is_unspaced(inner)
        || outer.is_none_or(|outer| !outer.is_alphanumeric() || is_unspaced(outer))
}

/// Returns whether a text ends where an answer can begin.
fn begins(before: &[Folded]) -> bool {
    let mut rest = before.iter().rev().map(|one| one.c);
    let last = rest.find(|c| *c == '\n' || !c.is_whitespace() && !"*_\"'`".contains(*c));
    last.is_none_or(|c| !c.is_alphanumeric() && !",-/".contains(c))
}

/// Returns whether a character is of a script without spaces between words.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{2e80}'..='\u{2fff}' | '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}'
        | '\u{1100}'..='\u{11ff}' | '\u{f900}'..='\u{faff}')
}

/// Returns the characters of a text without marks, in lower case.
fn folded(text: &str) -> Vec<Folded> {
    let mut all: Vec<Folded> = Vec::new();
    for (start, c) in text.char_indices() {
        let end = start + c.len_utf8();
        if is_combining_mark(c) {
            // A mark belongs to the letter before it.
            if let Some(last) = all.last_mut() {
                last.at.end = end;
            }
            continue;
        }
        let c = match c {
            '\u{2019}' | '\u{2018}' => '\'',
            '\u{2010}' | '\u{2011}' => '-',
            '\u{a0}' | '\u{202f}' => ' ',
            c => c,
        };
        // Marks of Japanese and the letters of Korean syllables are not left out.
        let base = if is_unspaced(c) {
            c
        } else {
            std::iter::once(c).nfd().next().unwrap_or(c)
        };
        let lower = base.to_lowercase().next().unwrap_or(base);
        all.push(Folded {
            c: lower,
            at: start..end,
        });
    }
    all
}
