//! Parses lists of hydrogen bonds: `Yes: ARG NH2, O1B; ARG NE, O2G`, `ARG 45 NH2 A, O1B`, `No`.
//!
//! The text is split into entries, each of which is a bond, a denial, prose or unclear. The list
//! that is most surely meant as the answer counts; prose is ignored.

use std::collections::BTreeSet;

use super::Form;
use super::atoms::AnswerBond;
use super::bond::{Entry, entry, names_atom};
use super::denial::{Denial, denial, is_refusal, starts_with_yes, without_yes};
use super::parts::{split_counted, without_single_quotes};
use super::pieces::{
    begins_with_bond, retraction_within, sentences, without_bullet, without_copulas,
    without_quotes, without_sign_or_number, without_tabs, without_tuples,
};
use super::table;
use super::text::answer_part;
use super::words::{self as w, is_any};

/// Words of headings whose lists are candidates.
const CANDIDATES: [&str; 8] = [
    "candidate",
    "candidates",
    "checked",
    "considered",
    "possible",
    "potential",
    "examined",
    "pairs",
];
/// Words of headings whose lists are not bonds.
const REJECTED: [&str; 18] = [
    "misses",
    "miss",
    "missed",
    "non-bonded",
    "nonbonded",
    "non-bonding",
    "ruled",
    "dismissed",
    "not",
    "far",
    "no",
    "excluded",
    "rejected",
    "distant",
    "unlikely",
    "without",
    "non-bonds",
    "discarded",
];
/// Number of colons of a sentence behind which bonds are looked for.
const MOST_COLONS: usize = 32;
/// Beginnings of sentences that add bonds.
const ADDING: [&str; 6] = [
    "also",
    "additionally",
    "plus",
    "another",
    "furthermore",
    "moreover",
];
/// Common words of sentences of at least two letters.
const PROSE: [&str; 34] = [
    "the", "is", "are", "and", "to", "of", "with", "at", "in", "on", "for", "from", "not", "but",
    "too", "far", "it", "its", "this", "that", "by", "as", "was", "i", "we", "so", "or", "be",
    "an", "all", "has", "les", "der", "la",
];

/// How surely a list is meant as the answer, from the weakest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Candidates,
    #[default]
    Plain,
    Answer,
    Final,
}

/// Adjacent bonds of a text.
struct Group {
    level: Level,
    bonds: BTreeSet<AnswerBond>,
    /// The bonds in order.
    ordered: Vec<AnswerBond>,
    position: usize,
    paragraph: usize,
}

/// An entry that is neither a bond nor clearly prose.
struct Unclear {
    level: Level,
    paragraph: usize,
    /// Whether it has common words of sentences.
    has_words: bool,
}

/// What was found in a text.
#[derive(Default)]
struct Found {
    groups: Vec<Group>,
    /// Denials with their places and levels.
    denials: Vec<(Denial, usize, Level)>,
    /// Entries that are neither bonds nor prose.
    unclear: Vec<Unclear>,
    /// Places of retractions.
    retractions: Vec<usize>,
    says_yes: bool,
}

/// Returns the bonds of an answer to T4 or T9; an empty list if it denies any bond (`No`).
///
/// `None` means that the text is not understood: no bond and no denial, an entry that is neither a
/// bond nor prose, or a contradiction.
#[must_use]
pub fn bonds(text: &str) -> Option<Vec<AnswerBond>> {
    let text = answer_part(text, Form::Bonds).replace("**", "");
    let text = without_copulas(&text);
    let text = without_quotes(text.trim());
    let mut found = Scanner::default().scan(&text);
    // What is behind a retraction replaces what is before it.
    if let Some(last) = found.retractions.last().copied() {
        let is_new = found.groups.iter().any(|group| group.position > last)
            || found.denials.iter().any(|(_, at, _)| *at > last);
        if is_new {
            found.groups.retain(|group| group.position > last);
            found.denials.retain(|(_, at, _)| *at > last);
            found.says_yes = false;
        }
    }
    decide(&found, &text)
}

fn decide(found: &Found, text: &str) -> Option<Vec<AnswerBond>> {
    let level = found.groups.iter().map(|group| group.level).max();
    let denial = found.denials.iter().map(|(_, _, level)| *level).max();
    let Some(level) = level else {
        // Unclear entries are reasons for the denial.
        let is_bare = found.denials.iter().any(|(kind, ..)| *kind == Denial::Bare);
        let denies = denial.is_some() && !found.says_yes && (is_bare || !is_refusal(text));
        return denies.then(Vec::new);
    };
    let whole = found
        .denials
        .iter()
        .filter(|(kind, ..)| *kind != Denial::OfAtoms);
    if whole.map(|(_, _, level)| *level).max() > Some(level) {
        return Some(Vec::new());
    }
    let last = found.groups.iter().map(|group| group.position).max();
    let contradicts = |(kind, at, denied): &(Denial, usize, Level)| {
        let is_general = *kind == Denial::Sentence && Some(*at) > last;
        *denied >= level && (*kind == Denial::Bare || is_general)
    };
    // A sentence in a paragraph before the bonds is reasoning.
    let first = found.groups.iter().filter(|group| group.level == level);
    let paragraph = first.map(|group| group.paragraph).min();
    let is_part = |other: &Unclear| {
        other.level >= level && !(other.has_words && Some(other.paragraph) < paragraph)
    };
    if found.denials.iter().any(contradicts) || found.unclear.iter().any(is_part) {
        return None;
    }
    let mut groups = found.groups.iter().filter(|group| group.level == level);
    let first = groups.next()?;
    let (mut all, mut ordered) = (first.bonds.clone(), first.ordered.clone());
    for group in groups {
        if group.bonds.is_disjoint(&all) {
            all.extend(group.bonds.iter().cloned());
            ordered.extend(group.ordered.iter().cloned());
        } else if group.bonds.is_subset(&all) || group.bonds.is_superset(&all) {
            // The list is given once more, or narrowed down.
            all.clone_from(&group.bonds);
            ordered.clone_from(&group.ordered);
        } else {
            return None;
        }
    }
    Some(ordered)
}

/// Reads a text line by line.
#[derive(Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "they are independent facts about the place in the text"
)]
struct Scanner {
    found: Found,
    /// Level of the current region.
    level: Level,
    /// Whether the region has bonds.
    has_bonds: bool,
    /// Whether the current heading rejects its list.
    rejects: bool,
    /// Whether words on the current line reject its bonds.
    rejects_line: bool,
    position: usize,
    paragraph: usize,
    group_is_open: bool,
}

impl Scanner {
    fn scan(mut self, text: &str) -> Found {
        let lines: Vec<&str> = text.lines().collect();
        let mut at = 0;
        while at < lines.len() {
            let (rows, bonds, denies) = table::bonds(&lines[at..]);
            if rows > 0 && (rows > 1 || denies || !bonds.is_empty()) {
                self.position += 1;
                if denies {
                    let denial = (Denial::OfAtoms, self.position, self.level);
                    self.found.denials.push(denial);
                }
                for bond in bonds {
                    self.add(bond);
                }
                self.group_is_open = false;
                at += rows;
                continue;
            }
            self.line(lines[at]);
            at += 1;
        }
        self.found
    }

    fn line(&mut self, line: &str) {
        let line = line.trim();
        if line.starts_with("```") || line.is_empty() {
            self.paragraph += usize::from(line.is_empty());
            if self.has_bonds && line.is_empty() {
                // An answer ends at an empty line.
                self.level = Level::Plain;
                self.has_bonds = false;
                self.group_is_open = false;
            }
            return;
        }
        self.rejects_line = false;
        // `ASP 29 A N | O2`
        let is_pair = line.matches('|').count() == 1;
        let line = if is_pair {
            line.replace(" | ", ", ")
        } else {
            without_tabs(line)
        };
        let line = without_single_quotes(&line);
        let line = without_tuples(without_sign_or_number(&split_counted(&line)));
        let line = without_bullet(&line);
        for part in line.split(';') {
            for sentence in sentences(part) {
                self.position += 1;
                self.sentence(sentence.trim());
            }
        }
    }

    fn sentence(&mut self, sentence: &str) {
        let mut sentence = self.without_answer_words(without_bullet(sentence));
        let first = sentence
            .split(|c: char| !c.is_alphanumeric())
            .next()
            .unwrap_or("");
        if is_any(first, w::RETRACTING) {
            self.found.retractions.push(self.position);
            self.position += 1;
            sentence = sentence[first.len()..].trim_start_matches([',', ':', ' ', '-']);
            self.level = Level::Plain;
        } else if let Some(at) = retraction_within(sentence) {
            self.sentence(&sentence[..at]);
            self.position += 1;
            self.found.retractions.push(self.position);
            self.position += 1;
            let rest = sentence[at..].trim_start_matches([',', ' ']);
            let rest = rest
                .split_once([',', ':', ' '])
                .map_or("", |(_, rest)| rest);
            sentence = rest.trim();
        }
        if starts_with_yes(sentence) && sentence.ends_with('?') {
            return;
        }
        if starts_with_yes(sentence) {
            self.found.says_yes = true;
            self.level = self.level.max(Level::Answer);
            sentence = without_yes(sentence);
        }
        let sentence = sentence.trim().trim_end_matches(['.', '!']).trim();
        if sentence.is_empty() {
            return;
        }
        let whole = entry(sentence);
        let is_heading = sentence.ends_with(':');
        let denied = denial(sentence).filter(|_| whole == Entry::Other && !is_heading);
        if let Some(kind) = denied {
            // `Not bonded: GLU 199 OE1, O3; GLU 199 OE2, O4`
            self.rejects_line |= bonds_of(sentence) == Entry::Rejected;
            self.found.denials.push((kind, self.position, self.level));
            self.group_is_open = false;
            return;
        }
        let found = if whole == Entry::Other {
            bonds_of(sentence)
        } else {
            whole
        };
        match found {
            // Atoms alone are an answer only behind `Yes` or beside bonds.
            Entry::Bonds(bonds)
                if self.level < Level::Answer
                    && !self.has_bonds
                    && bonds.iter().any(|bond| bond.residue.is_empty()) =>
            {
                self.other(sentence);
            }
            Entry::Bonds(bonds) => {
                for bond in bonds {
                    self.add(bond);
                }
            }
            Entry::Rejected => self.reject(sentence),
            Entry::Other => self.other(sentence),
        }
    }

    /// Notes that the bonds of a sentence are none: `GLU OE1, O3: too far`, `Rejected: ...`.
    fn reject(&mut self, sentence: &str) {
        self.rejects_line |= entry(sentence) == Entry::Other;
        self.found
            .denials
            .push((Denial::OfAtoms, self.position, self.level));
    }

    /// Removes words such as `Final answer:` and sets the level of what follows.
    fn without_answer_words<'a>(&mut self, sentence: &'a str) -> &'a str {
        let word_before = |text: &str, words: &[&str]| {
            text.split(|c: char| c.is_whitespace() || c == ',')
                .any(|word| is_any(word.trim_matches(|c: char| !c.is_alphanumeric()), words))
        };
        for mark in [":", " is ", " are "] {
            let Some((words, rest)) = sentence.split_once(mark) else {
                continue;
            };
            if word_before(words, w::CHOOSING) && words.len() < 80 {
                let is_final = word_before(words, w::FINAL);
                self.level = if is_final {
                    Level::Final
                } else {
                    Level::Answer
                };
                self.has_bonds = false;
                self.group_is_open = false;
                self.rejects = false;
                return rest.trim().trim_start_matches(':').trim();
            }
        }
        sentence
    }

    /// Judges a text that is not a bond.
    fn other(&mut self, sentence: &str) {
        let words: Vec<String> = sentence
            .split(|c: char| !c.is_alphanumeric() && c != '-')
            .filter(|word| !word.is_empty())
            .map(str::to_lowercase)
            .collect();
        let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
        self.group_is_open = false;
        if sentence.ends_with(':') {
            // `Too long:`
            self.rejects = has(&REJECTED) || words.len() <= 4 && has(&["too"]);
            if has(&CANDIDATES) {
                self.level = Level::Candidates;
            } else if self.level == Level::Candidates {
                self.level = Level::Plain;
            }
            return;
        }
        self.rejects = false;
        let has_digits = sentence.contains(|c: char| c.is_ascii_digit());
        let adds = words
            .first()
            .is_some_and(|first| ADDING.contains(&first.as_str()));
        let common = words
            .iter()
            .filter(|word| {
                word.len() >= 4 && word.chars().all(char::is_alphabetic)
                    || PROSE.contains(&word.as_str())
            })
            .count();
        let is_foreign = sentence
            .chars()
            .any(|c| u32::from(c) > 0x300 && c.is_alphabetic());
        let has_pair = sentence.contains([',', '\u{2192}', '|']) || sentence.contains("->");
        // A heading: `ARG 45 A`.
        let is_heading = words.len() == 2 || words.len() == 3 && words[2].len() == 1;
        let is_residue = is_heading && words[0].len() == 3 && words[1].parse::<i32>().is_ok();
        let rejects = words.iter().take(4).any(|word| {
            is_any(
                word,
                &["excluded", "rejected", "omitted", "ignored", "discarded"],
            )
        });
        let is_prose = is_residue
            || rejects && common >= 1
            || !has_digits && (!sentence.contains(',') || common >= 2)
            || !has_pair && common >= 1
            || common >= 3 && !begins_with_bond(sentence)
            || is_foreign;
        if !is_prose || adds && has_digits {
            self.found.unclear.push(Unclear {
                level: self.level,
                paragraph: self.paragraph,
                has_words: common > 0,
            });
        }
    }

    fn add(&mut self, bond: AnswerBond) {
        if self.rejects || self.rejects_line {
            return;
        }
        self.has_bonds = true;
        let open = self
            .found
            .groups
            .last_mut()
            .filter(|group| self.group_is_open && group.level == self.level);
        if let Some(group) = open {
            group.position = self.position;
            if group.bonds.insert(bond.clone()) {
                group.ordered.push(bond);
            }
        } else {
            self.found.groups.push(Group {
                level: self.level,
                bonds: BTreeSet::from([bond.clone()]),
                ordered: vec![bond],
                position: self.position,
                paragraph: self.paragraph,
            });
            self.group_is_open = true;
        }
    }
}

/// Parses a sentence as bonds, also behind words such as `Here are the bonds:`.
fn bonds_of(sentence: &str) -> Entry {
    let colons = sentence.match_indices(':').take(MOST_COLONS);
    let mut marks: Vec<usize> = colons.map(|(at, _)| at + 1).collect();
    marks.extend(
        [" are ", " is ", "between ", "bond, ", "bonds, "]
            .iter()
            .filter_map(|mark| Some(sentence.find(mark)? + mark.len())),
    );
    for at in marks {
        let words = &sentence[..at];
        let denies = words
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| is_any(word, &REJECTED) || is_any(word, &["too"]));
        if names_atom(words) {
            continue;
        }
        let behind = entry(without_yes(&sentence[at..]));
        if denies {
            let is_no = words
                .trim_end_matches(':')
                .trim()
                .eq_ignore_ascii_case("no");
            if matches!(behind, Entry::Bonds(_)) && !is_no {
                return Entry::Rejected;
            }
            continue;
        }
        if behind != Entry::Other {
            return behind;
        }
    }
    Entry::Other
}
