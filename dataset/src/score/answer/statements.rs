//! Finds what a text says about each letter: statements with a strength and a position.

use std::cell::Cell;
use std::collections::BTreeSet;

use super::tokens::{Token, tokens};
use super::words as w;
use crate::task::OPTION_LETTERS;

/// The kind of a statement, from the weakest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// A mere mention, a possibility or a question: `maybe C`, `... and so on, C`.
    Mentioned,
    /// The text, or its last line, begins with the letter: `C: ...`, `C because ...`.
    Leading,
    /// The letter is called right: `Option C shows the result`, `matches C`, `C: yes`.
    CalledRight,
    /// The letter is declared: `The answer is C`, `I choose C`, `It is C`, `C is correct`.
    Declared,
    /// A declaration that is a conclusion: `So the answer is C`, `Therefore C`.
    Concluded,
    /// A conclusion in the last sentence, or the letter alone there: `So C.`, `**C**`.
    Closing,
    /// A declared final answer: `Final answer: C`, `#### C`.
    Final,
}

/// A statement about which letter is the answer.
#[derive(Debug)]
pub(super) struct Statement {
    /// The letter, or the alternatives (`C or D`).
    pub(super) letters: Vec<&'static str>,
    /// Its kind.
    pub(super) strength: Strength,
    /// Number of the letter's token.
    pub(super) position: usize,
}

/// The statements of a text.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) tokens: Vec<Token>,
    /// Letters by token.
    pub(super) letters: Vec<Option<&'static str>>,
    /// The last word or number.
    last_word: Option<usize>,
    /// First token of each sentence.
    sentences: Vec<usize>,
    /// First token of each line.
    lines: Vec<usize>,
    /// Whether there is one word alone.
    is_one_word: bool,
    /// Whether there is one `no` alone.
    has_one_no: bool,
    /// Whether words of directions other than `right` occur.
    has_directions: bool,
    /// What is known about letters by token: whether they are denied.
    pub(super) known_denied: Vec<Cell<Option<bool>>>,
    /// The statements in order.
    pub(super) statements: Vec<Statement>,
    /// Letters that are said to be wrong.
    pub(super) denied: BTreeSet<&'static str>,
    /// Tokens that take back what was said before them.
    pub(super) retractions: Vec<usize>,
}

/// Marks that end a sentence.
const ENDS: &str = "\n.!?";
/// Marks that end a clause.
const CLAUSE_ENDS: &str = "\n.!?;,()|\u{2014}\u{2013}-[]";
/// Marks after a letter that make it a label.
pub(super) const LABEL_MARKS: &str = ":.)]-\u{2013}\u{2014}=|\u{2192}\u{21d2}>";
/// Number of tokens before a letter that are looked at for its list.
pub(super) const LONGEST_LIST: usize = 24;
/// Number of tokens of the longest sentence; what goes on without an end is cut there.
const LONGEST_SENTENCE: usize = 300;
/// Number of letters from the end of a text that may be options.
const MOST_LETTERS: usize = 200;
/// Words of directions other than `right`.
const DIRECTIONS: [&str; 7] = [
    "left",
    "up",
    "down",
    "above",
    "below",
    "upwards",
    "downwards",
];
/// Marks of what is right and wrong.
pub(super) const RIGHT_MARKS: &str = "\u{1f44d}\u{2705}\u{2714}\u{2713}\u{2611}\u{1f197}\u{1f7e2}";
pub(super) const WRONG_MARKS: &str =
    "\u{1f44e}\u{2610}\u{274c}\u{2717}\u{2718}\u{2716}\u{d7}\u{274e}\u{1f6ab}\u{1f534}";

impl Scan {
    /// Splits a text into sentences and finds its letters; statements are still to be found.
    pub(super) fn new(text: &str) -> Self {
        // `Option-C`, `OptionC`
        let mut text = text.replace("ption-", "ption ");
        for letter in OPTION_LETTERS {
            text = text.replace(&format!("ption{letter}"), &format!("ption {letter}"));
        }
        for (bracket, plain) in [
            ("\u{3010}", "["),
            ("\u{3011}", "]"),
            ("\u{300c}", "["),
            ("\u{300d}", "]"),
            ("\u{300e}", "["),
            ("\u{300f}", "]"),
        ] {
            text = text.replace(bracket, plain);
        }
        text = text.replace("[ ]", "\u{2610}").replace("[x]", "\u{2611}");
        while text.contains("??") {
            text = text.replace("??", "?");
        }
        let tokens = tokens(&text);
        let starts = |is_end: &dyn Fn(&Token) -> bool| -> Vec<usize> {
            let ends = tokens.iter().enumerate().filter(|(_, one)| is_end(one));
            [0].into_iter().chain(ends.map(|(at, _)| at + 1)).collect()
        };
        let count = |is_wanted: &dyn Fn(&Token) -> bool| {
            tokens
                .iter()
                .filter(|token| is_wanted(token))
                .take(2)
                .count()
        };
        let mut scan = Self {
            letters: vec![None; tokens.len()],
            last_word: tokens.iter().rposition(Token::is_word),
            lines: starts(&|token| token.is_mark_of("\n")),
            is_one_word: count(&Token::is_word) == 1,
            has_one_no: count(&|token| token.is(&["no"])) == 1,
            has_directions: count(&|token| token.is(&DIRECTIONS)) > 0,
            known_denied: vec![Cell::new(None); tokens.len()],
            tokens,
            sentences: vec![0],
            statements: Vec::new(),
            denied: BTreeSet::new(),
            retractions: Vec::new(),
        };
        scan.letters = (0..scan.tokens.len())
            .map(|at| scan.letter_at(at))
            .collect();
        let letters = scan.letters.iter_mut().rev();
        for letter in letters.filter(|one| one.is_some()).skip(MOST_LETTERS) {
            *letter = None;
        }
        let mut start = 0;
        for at in 0..scan.tokens.len() {
            let is_long = at - start >= LONGEST_SENTENCE;
            if scan.tokens[at].is_mark_of(ENDS) && !scan.is_label_stop(at) || is_long {
                start = at + 1;
                scan.sentences.push(start);
                // The token that ends a sentence does not belong to it.
                scan.letters[at] = None;
            }
        }
        scan.retractions = (0..scan.tokens.len())
            .filter(|at| scan.is_retraction(*at))
            .collect();
        scan
    }

    pub(super) fn token(&self, at: usize) -> Option<&Token> {
        self.tokens.get(at)
    }

    pub(super) fn letter(&self, at: usize) -> Option<&'static str> {
        self.letters.get(at).copied().flatten()
    }

    pub(super) fn count(&self) -> usize {
        self.tokens.len()
    }

    /// Returns the first tokens of the sentences.
    pub(super) fn sentence_starts(&self) -> &[usize] {
        &self.sentences
    }

    /// Returns all letters that are mentioned.
    pub(super) fn mentioned(&self) -> BTreeSet<&'static str> {
        self.letters.iter().flatten().copied().collect()
    }

    pub(super) fn last_position(&self) -> usize {
        self.tokens.len().saturating_sub(1)
    }

    /// Returns the tokens of the line at a position.
    pub(super) fn line(&self, at: usize) -> std::ops::Range<usize> {
        // The line feed at the end of a line does not belong to it.
        let number = self.lines.partition_point(|start| *start <= at);
        let next = self.lines.get(number).map(|next| next - 1);
        self.lines[number - 1]..next.unwrap_or(self.tokens.len().max(at))
    }

    /// Returns the text of the line at a position, with spaces between tokens.
    pub(super) fn line_text(&self, at: usize) -> String {
        let words: Vec<&str> = self.tokens[self.line(at)]
            .iter()
            .map(|token| token.text.as_str())
            .collect();
        words.join(" ").replace("- ", "-")
    }

    /// Returns the number of different letters on the line at a position.
    pub(super) fn letters_on_line(&self, at: usize) -> usize {
        let letters: BTreeSet<&str> = self.letters[self.line(at)]
            .iter()
            .flatten()
            .copied()
            .collect();
        letters.len()
    }

    pub(super) fn state(&mut self, at: usize, letters: Vec<&'static str>, strength: Strength) {
        self.statements.push(Statement {
            letters,
            strength,
            position: at,
        });
    }

    /// Returns the sentence that contains a token, without its end.
    pub(super) fn sentence(&self, at: usize) -> std::ops::Range<usize> {
        let number = self.sentences.partition_point(|start| *start <= at);
        let start = self.sentences[number - 1];
        let end = self
            .sentences
            .get(number)
            .map_or(self.tokens.len(), |next| next - 1);
        start..end
    }

    /// Returns whether no words follow the sentence of a token.
    pub(super) fn is_in_last_sentence(&self, at: usize) -> bool {
        let end = self.sentence(at).end;
        self.last_word.is_none_or(|last| last < end)
    }

    pub(super) fn has(&self, at: Option<usize>, words: &[&str]) -> bool {
        at.and_then(|at| self.tokens.get(at))
            .is_some_and(|token| token.is(words))
    }

    pub(super) fn is_mark(&self, at: Option<usize>, marks: &str) -> bool {
        at.and_then(|at| self.tokens.get(at))
            .is_some_and(|token| token.is_mark_of(marks))
    }

    pub(super) fn is_word(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(Token::is_word)
    }

    /// Returns the letter that a token is, rather than an article, a unit or a name.
    fn letter_at(&self, at: usize) -> Option<&'static str> {
        let token = &self.tokens[at];
        let letter = token.letter()?;
        let previous = at.checked_sub(1);
        let after_noun = self.has(previous, w::NOUNS);
        let after_number = previous.is_some_and(|at| {
            let text = &self.tokens[at].text;
            text.starts_with(|c: char| c.is_ascii_digit())
        });
        // `A:0.02 B:0.08`
        let is_label = letter != "A" && token.is_capital() && self.is_mark(Some(at + 1), ":=");
        if after_number && !is_label || self.names_something_else(at) {
            return None;
        }
        let next_word = self.is_word(at + 1);
        let is_latin = next_word
            && self.tokens[at + 1]
                .text
                .chars()
                .all(|c| u32::from(c) < 0x250);
        let predicate = self.has(Some(at + 1), w::PREDICATES)
            || self
                .tokens
                .get(at + 1)
                .is_some_and(|token| token.letter().is_some());
        if token.is_capital() {
            // The article `A` is followed by other words than the letter; a rank is none: `A 4. C`.
            let is_rank = self.is_mark(Some(at + 2), ".)")
                && self.tokens[at + 1].text.len() == 1
                && self.tokens[at + 1].text.chars().all(|c| c.is_ascii_digit());
            let is_article = letter == "A" && is_latin && !predicate && !after_noun && !is_rank
                // Other languages have no such article behind `is`.
                && !self.has(previous, w::FOREIGN_IS);
            return (!is_article).then_some(letter);
        }
        if token.is_upper() {
            // A Cyrillic capital, which is also a preposition.
            return (!next_word).then_some(letter);
        }
        let introduced = after_noun
            || self.is_mark(previous, ":=")
            || self.has(previous, w::CHOOSING)
            || self.has(previous, w::IDENTIFYING);
        let stands = token.is_bracketed()
            || introduced && !next_word
            || after_noun && predicate
            || self.is_one_word;
        stands.then_some(letter)
    }

    /// Returns whether a letter belongs to a name: `chain A`, `chains A and B`, `C atom`.
    fn names_something_else(&self, at: usize) -> bool {
        if self.has(Some(at + 1), w::OTHER_NOUNS_AFTER) {
            return true;
        }
        let mut back = at;
        while let Some(previous) = back.checked_sub(1).filter(|_| at - back < LONGEST_LIST) {
            if self.has(Some(previous), w::OTHER_NOUNS) {
                return true;
            }
            let in_list = self.has(Some(previous), w::JOINING)
                && !self.has(Some(previous), w::NOUNS)
                || self.is_mark(Some(previous), ",/")
                || self.tokens[previous].letter().is_some();
            if !in_list {
                return false;
            }
            back = previous;
        }
        false
    }

    /// Returns whether a full stop stands behind a label: `A. The ligand ...`.
    fn is_label_stop(&self, at: usize) -> bool {
        let is_stop = self.tokens[at].is_mark_of(".");
        let follows = self.is_word(at + 1);
        let Some(label) = at.checked_sub(1).filter(|_| is_stop && follows) else {
            return false;
        };
        let is_number = self.tokens[label].text.chars().all(|c| c.is_ascii_digit());
        let is_alone = |before| !self.is_word(before) || self.has(Some(before), w::NOUNS);
        let mut before = (self.line(label).start..label).rev();
        (self.letters[label].is_some() || is_number) && before.all(is_alone)
    }

    /// Returns whether a token begins a retraction.
    fn is_retraction(&self, at: usize) -> bool {
        let starts = at == 0 || self.is_mark(at.checked_sub(1), "\n.!?,;:-\u{2014}\u{2013}(");
        let is_no = self.tokens[at].is(&["no", "nein", "non", "não", "нет"])
            && self.is_mark(Some(at + 1), ",:");
        let after_no = self.has(at.checked_sub(1), &["no", "oh", "but"]);
        // `B, no, D`
        let is_lone_no =
            is_no && at > 0 && self.is_mark(at.checked_sub(1), ",\u{2014}") && self.has_one_no;
        is_lone_no
            || self.ends_second_thought(at)
            || (starts || after_no) && self.tokens[at].is(w::RETRACTING)
            || at > 0 && starts && is_no && self.is_mark(at.checked_sub(1), "\n.!?")
    }

    /// Returns whether a token ends words such as `on second thought` or `after checking`.
    fn ends_second_thought(&self, at: usize) -> bool {
        let previous = at.checked_sub(1);
        let starts_line = previous.is_none() || self.is_mark(previous, "\n.;\u{2192}(");
        let token = &self.tokens[at];
        token.is(&["thought", "thoughts", "look", "inspection", "examination"])
            && self.has(previous, &["second", "closer"])
            && self.any(at.saturating_sub(4)..at, &["on", "upon", "after", "at"])
            || token.is(w::RECHECKING)
                && self.has(previous, &["after", "on", "upon", "by", "nach", "bei"])
            || token.is(w::REVISING)
                && starts_line
                && (self.is_mark(Some(at + 1), ":,\u{2014}-")
                    || self.has(Some(at + 1), w::CHOOSING)
                    || self.has(Some(at + 1), &["to"]))
            || token.is(&["fait"]) && self.has(previous, &["en"])
            || token.is(&["fact"]) && self.has(previous, &["in"])
            || token.is(&["on"]) && self.has(previous, &["hold"])
    }

    /// Returns whether the text has words of directions other than `right`.
    pub(super) fn has_directions(&self) -> bool {
        self.has_directions
    }

    pub(super) fn any(&self, range: std::ops::Range<usize>, words: &[&str]) -> bool {
        range.into_iter().any(|at| self.tokens[at].is(words))
    }

    /// Returns whether one of some marks is in a range.
    pub(super) fn any_mark(&self, range: std::ops::Range<usize>, right: bool) -> bool {
        let marks = if right { RIGHT_MARKS } else { WRONG_MARKS };
        range
            .into_iter()
            .any(|at| self.tokens[at].is_mark_of(marks))
    }

    /// Returns the clause around a token.
    pub(super) fn clause(&self, at: usize) -> std::ops::Range<usize> {
        let sentence = self.sentence(at);
        let ends = |token: &Token| token.is_mark_of(CLAUSE_ENDS) || token.is(w::BUT);
        let start = self.tokens[sentence.start..at].iter().rposition(ends);
        let start = start.map_or(sentence.start, |end| sentence.start + end + 1);
        let rest = &self.tokens[at..sentence.end];
        let mut length = rest.iter().position(ends).unwrap_or(rest.len());
        // `Picture 8 (option D) shows ...`
        if length == 1 && rest.get(1).is_some_and(|token| token.is_mark_of(")]")) {
            let more = rest[2..].iter().position(ends).unwrap_or(rest.len() - 2);
            length = 2 + more;
        }
        start..at + length
    }

    /// Drops letters that stand alone on lines below each other, which are a list of the options.
    pub(super) fn drop_lists_of_lines(&mut self) {
        let alone: Vec<(usize, &'static str)> = (0..self.tokens.len())
            .filter_map(|at| Some((at, self.letter(at)?)))
            .filter(|(at, _)| {
                let words = self.line(*at).filter(|other| self.is_word(*other));
                words.take(2).count() == 1
            })
            .collect();
        let mut dropped = BTreeSet::new();
        for pair in alone.windows(2) {
            let [(first, letter), (second, other)] = pair else {
                continue;
            };
            let between = &self.tokens[first + 1..*second];
            if letter != other && !between.iter().any(Token::is_word) {
                dropped.extend([*first, *second]);
            }
        }
        self.statements
            .retain(|statement| !dropped.contains(&statement.position));
    }
}
