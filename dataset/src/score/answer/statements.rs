//! Finds what a text says about each letter: statements with a strength and a position.

use std::collections::BTreeSet;

use super::tokens::{Token, tokens};
use super::words as w;

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
    tokens: Vec<Token>,
    /// Letters by token.
    letters: Vec<Option<&'static str>>,
    /// First token of each sentence.
    sentences: Vec<usize>,
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
/// Marks of what is right and wrong.
const RIGHT_MARKS: &str = "\u{2705}\u{2714}\u{2713}\u{2611}\u{1f197}\u{1f7e2}";
const WRONG_MARKS: &str = "\u{274c}\u{2717}\u{2718}\u{2716}\u{d7}\u{274e}\u{1f6ab}\u{1f534}";

impl Scan {
    /// Scans a text.
    pub(super) fn of(text: &str) -> Self {
        let tokens = tokens(text);
        let mut scan = Self {
            letters: vec![None; tokens.len()],
            tokens,
            sentences: vec![0],
            statements: Vec::new(),
            denied: BTreeSet::new(),
            retractions: Vec::new(),
        };
        scan.letters = (0..scan.tokens.len()).map(|at| scan.letter_at(at)).collect();
        for at in 0..scan.tokens.len() {
            if scan.tokens[at].is_mark_of(ENDS) && !scan.is_label_stop(at) {
                scan.sentences.push(at + 1);
            }
        }
        scan.retractions = (0..scan.tokens.len())
            .filter(|at| scan.is_retraction(*at))
            .collect();
        let labels = super::labels::scan(&mut scan);
        for at in 0..scan.tokens.len() {
            if scan.letters[at].is_some() && !labels.contains(&at) {
                scan.judge(at);
            }
        }
        scan.drop_lists_of_lines();
        scan.statements.sort_by_key(|statement| statement.position);
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
        let is_end = |token: &Token| token.is_mark_of("\n");
        let before = &self.tokens[..at.min(self.tokens.len())];
        let start = before.iter().rposition(is_end).map_or(0, |end| end + 1);
        let rest = self.tokens.iter().skip(at);
        let end = rest.take_while(|token| !is_end(token)).count();
        start..at + end
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
        let letters: BTreeSet<&str> = self.letters[self.line(at)].iter().flatten().copied().collect();
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
        let end = self.sentences.get(number).map_or(self.tokens.len(), |next| next - 1);
        start..end
    }

    /// Returns whether no words follow the sentence of a token.
    pub(super) fn is_in_last_sentence(&self, at: usize) -> bool {
        let end = self.sentence(at).end;
        !self.tokens[end..].iter().any(Token::is_word)
    }

    fn has(&self, at: Option<usize>, words: &[&str]) -> bool {
        at.and_then(|at| self.tokens.get(at)).is_some_and(|token| token.is(words))
    }

    fn is_mark(&self, at: Option<usize>, marks: &str) -> bool {
        at.and_then(|at| self.tokens.get(at)).is_some_and(|token| token.is_mark_of(marks))
    }

    fn is_word(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(Token::is_word)
    }

    /// Returns the letter that a token is, rather than an article, a unit or a name.
    fn letter_at(&self, at: usize) -> Option<&'static str> {
        let token = &self.tokens[at];
        let letter = token.letter()?;
        let previous = at.checked_sub(1);
        let is_whole = self.tokens.iter().filter(|token| token.is_word()).count() == 1;
        let after_noun = self.has(previous, w::NOUNS);
        let after_number = previous.is_some_and(|at| {
            let text = &self.tokens[at].text;
            text.starts_with(|c: char| c.is_ascii_digit())
        });
        if after_number || self.names_something_else(at) {
            return None;
        }
        let next_word = self.is_word(at + 1);
        let is_latin = next_word && self.tokens[at + 1].text.chars().all(|c| u32::from(c) < 0x250);
        let predicate = self.has(Some(at + 1), w::PREDICATES)
            || self.tokens.get(at + 1).is_some_and(|token| token.letter().is_some());
        if token.is_capital() {
            // The article `A` is followed by other words than the letter.
            let is_article = letter == "A" && is_latin && !predicate && !after_noun;
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
        let stands = is_whole
            || token.is_bracketed()
            || introduced && !next_word
            || after_noun && predicate;
        stands.then_some(letter)
    }

    /// Returns whether a letter belongs to a name: `chain A`, `chains A and B`, `C atom`.
    fn names_something_else(&self, at: usize) -> bool {
        if self.has(Some(at + 1), w::OTHER_NOUNS_AFTER) {
            return true;
        }
        let mut back = at;
        while let Some(previous) = back.checked_sub(1) {
            if self.has(Some(previous), w::OTHER_NOUNS) {
                return true;
            }
            let in_list = self.has(Some(previous), w::JOINING) && !self.has(Some(previous), w::NOUNS)
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
        let starts_line = (0..label)
            .rev()
            .take_while(|before| !self.tokens[*before].is_mark_of("\n"))
            .all(|before| !self.is_word(before) || self.has(Some(before), w::NOUNS));
        let is_number = self.tokens[label].text.chars().all(|c| c.is_ascii_digit());
        starts_line && (self.letters[label].is_some() || is_number)
    }

    /// Returns whether a token begins a retraction.
    fn is_retraction(&self, at: usize) -> bool {
        let starts = at == 0 || self.is_mark(at.checked_sub(1), "\n.!?,;:-\u{2014}\u{2013}(");
        let is_no = self.tokens[at].is(&["no"]) && self.is_mark(Some(at + 1), ",:");
        let after_no = self.has(at.checked_sub(1), &["no", "oh", "but"]);
        (starts || after_no) && self.tokens[at].is(w::RETRACTING)
            || at > 0 && starts && is_no && self.is_mark(at.checked_sub(1), "\n.!?")
    }

    /// Judges what the text says about the letter at a token that is not a label.
    fn judge(&mut self, at: usize) {
        let Some(letter) = self.letter(at) else {
            return;
        };
        if self.is_denied(at) || self.is_answered_no(at) {
            self.denied.insert(letter);
            return;
        }
        let list = self.list_of(at);
        let letters = if list.len() > 1 { list } else { vec![letter] };
        let Some(strength) = self.strength_at(at, letters.len() > 1) else {
            return;
        };
        self.state(at, letters, strength);
    }

    /// Returns the strength of the statement about a letter, if there is one.
    fn strength_at(&self, at: usize, in_list: bool) -> Option<Strength> {
        let sentence = self.sentence(at);
        let clause = self.clause(at);
        let before = sentence.start..at;
        if self.any(clause.start..at, w::SUPPOSING) {
            return None;
        }
        let concludes = self.any(before.clone(), w::CONCLUDING);
        let is_alone = self.is_alone(&clause, at);
        let retracted = self.is_directly_retracting(at);
        let chosen = self.choosing_word(at);
        let mut strength = if let Some(word) = chosen {
            let is_final = self.any(self.sentence(word).start..at, w::FINAL);
            if is_final { Strength::Final } else { Strength::Declared }
        } else if self.is_heading(&sentence) && is_alone {
            Strength::Final
        } else if is_alone && (concludes || clause == sentence) || retracted {
            Strength::Declared
        } else if self.is_identified(at) || self.is_called_right(at, true) {
            Strength::Declared
        } else if self.is_called_right(at, false) || self.is_preceded_by_right(at) {
            Strength::CalledRight
        } else if !in_list && self.begins_text(at) {
            Strength::Leading
        } else if !in_list && self.is_last_word(at) {
            Strength::Mentioned
        } else {
            return None;
        };
        let is_question = self.is_mark(Some(sentence.end), "?");
        if is_question && !self.is_in_last_sentence(at) {
            // `D? Yes.`
            let reply = self.sentence(sentence.end + 1);
            let is_right = self.any(reply.start..(reply.start + 1).min(reply.end), &["yes"]);
            return Some(if is_right { Strength::CalledRight } else { Strength::Mentioned });
        }
        if is_question || self.any(clause.start..at, w::HEDGES) {
            return Some(Strength::Mentioned);
        }
        let closes = self.is_in_last_sentence(at);
        if strength == Strength::CalledRight && concludes {
            strength = Strength::Declared;
        }
        if strength == Strength::Declared {
            if closes && (concludes || is_alone && clause == sentence) {
                strength = Strength::Closing;
            } else if concludes {
                strength = Strength::Concluded;
            }
        }
        Some(strength)
    }

    pub(super) fn any(&self, range: std::ops::Range<usize>, words: &[&str]) -> bool {
        range.into_iter().any(|at| self.tokens[at].is(words))
    }

    /// Returns whether one of some marks is in a range.
    pub(super) fn any_mark(&self, range: std::ops::Range<usize>, right: bool) -> bool {
        let marks = if right { RIGHT_MARKS } else { WRONG_MARKS };
        range.into_iter().any(|at| self.tokens[at].is_mark_of(marks))
    }

    /// Returns the clause around a token.
    fn clause(&self, at: usize) -> std::ops::Range<usize> {
        let sentence = self.sentence(at);
        let ends = |token: &Token| token.is_mark_of(CLAUSE_ENDS);
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

    /// Returns whether a range has no words but the letter, a noun and words of conclusion.
    fn is_alone(&self, range: &std::ops::Range<usize>, at: usize) -> bool {
        let mut others = range.clone().filter(|other| *other != at && self.is_word(*other));
        others.all(|other| {
            let token = &self.tokens[other];
            let counts = token.text.chars().all(|c| c.is_ascii_digit());
            token.is(w::CONCLUDING) || token.is(w::NOUNS) || token.is(&["the"]) || counts && other < at
        })
    }

    /// Returns whether a sentence begins with `####`.
    fn is_heading(&self, sentence: &std::ops::Range<usize>) -> bool {
        let marks = self.tokens[sentence.clone()].iter();
        marks.take_while(|token| token.is_mark_of("#")).count() >= 4
    }

    /// Returns whether a letter follows a retracting word: `Actually, B`, `Wait, no, option B`.
    fn is_directly_retracting(&self, at: usize) -> bool {
        let mut back = at;
        while let Some(previous) = back.checked_sub(1) {
            if self.retractions.contains(&previous) {
                return !(self.is_word(at + 1) && !self.has(Some(at + 1), w::REASONS));
            }
            let passes = self.has(Some(previous), w::NOUNS)
                || self.has(Some(previous), &["no", "it's", "it", "is", "the"])
                || self.is_mark(Some(previous), ",:-\u{2014}\u{2013}");
            if !passes {
                return false;
            }
            back = previous;
        }
        false
    }

    /// Returns the choosing word before a letter: `The answer is C`, `the correct option is C`.
    fn choosing_word(&self, at: usize) -> Option<usize> {
        // `The answer is A rotation` chooses nothing; `the answer C is wrong` denies.
        let mut seen_is = false;
        for back in (0..at).rev() {
            let token = &self.tokens[back];
            if token.is_mark {
                if token.is_mark_of(".;,!?|") {
                    break;
                }
                continue;
            }
            if token.is(w::CHOOSING) && !is_noun_of_options(token) {
                return Some(back);
            }
            let noun = token.is(w::NOUNS);
            if seen_is && noun {
                return Some(back);
            }
            if !noun && !token.is(w::BETWEEN) {
                break;
            }
            seen_is |= token.is(&["is", "be", "est", "ist", "es", "\u{e9}", "\u{e8}", "\u{662f}", "\u{306f}"]);
            let right = ["correct", "right", "\u{6b63}\u{786e}", "\u{6b63}\u{3057}", "\u{938}\u{939}\u{940}"];
            if token.is(&right) {
                return Some(back);
            }
        }
        None
    }

    /// Returns whether a letter ends its clause behind `it is` or a similar word.
    fn is_identified(&self, at: usize) -> bool {
        let mut back = at;
        while let Some(previous) = back.checked_sub(1) {
            let token = &self.tokens[previous];
            if token.is(w::CONTRASTING) {
                // `It is not A but C`
                return (self.sentence(at).start..previous).any(|before| {
                    self.letter(before).is_some() && self.is_denied(before)
                });
            }
            if token.is(w::IDENTIFYING) {
                let next = self.tokens.get(at + 1);
                let ends = next.is_none_or(|token| token.is_mark || token.is(w::REASONS))
                    || next.is_some_and(|token| token.text.chars().all(super::words::is_east_asian));
                return ends && !self.any(self.clause(at).start..at, w::WRONG_AFTER);
            }
            let passes = token.is(w::NOUNS)
                || token.is(&["the", "la", "l", "clearly", "\u{304c}"])
                || token.is_mark_of(":");
            if !passes || token.is_mark_of(":") && previous == 0 {
                return false;
            }
            back = previous;
        }
        false
    }

    /// Returns whether the words behind a letter in its clause call it right.
    ///
    /// `surely`: only `C is correct`, `C is the answer` and the like.
    fn is_called_right(&self, at: usize, surely: bool) -> bool {
        let end = self.clause(at).end;
        let behind = at + 1..end;
        if self.any(behind.clone(), w::WRONG_AFTER) || self.is_mark(Some(at + 1), WRONG_MARKS) {
            return false;
        }
        if surely {
            let near = behind.start..(behind.start + 4).min(end);
            let is = self.any(near.clone(), &["is", "est", "es", "ist", "\u{e9}", "\u{e8}", "it"]);
            return is
                && (self.any(near, &["correct", "right", "answer", "best", "true", "richtig", "correcta", "correcte", "correta", "corretta", "r\u{e9}ponse"])
                    || self.has(Some(at + 1), &["it"]) && self.has(Some(at + 2), &["is"]));
        }
        self.any(behind, w::RIGHT_AFTER)
            || self.is_mark(Some(at + 1), RIGHT_MARKS) && !self.has_prefix_marks(at)
    }

    /// Returns whether a letter follows words that call it right: `matches option D`, `only in D`.
    fn is_preceded_by_right(&self, at: usize) -> bool {
        if self.has_prefix_marks(at) && self.is_mark(at.checked_sub(1), RIGHT_MARKS) {
            return true;
        }
        let clause = self.clause(at);
        if self.any(clause.start..at, w::WRONG_AFTER) {
            return false;
        }
        // `D shows ...` may say anything, `matches D less than ...` too.
        for back in (0..at).rev() {
            let token = &self.tokens[back];
            if token.is(w::RIGHT_BEFORE) {
                return true;
            }
            let passes = token.is(w::RIGHT_BETWEEN)
                || token.is(w::NOUNS)
                || token.is_mark_of(":\n\u{2192}\u{1f449}>#(");
            if !passes {
                return token.is_mark_of("\u{1f449}");
            }
        }
        false
    }

    /// Returns whether the marks of a line stand before its letters: `❌ A ✅ B`.
    fn has_prefix_marks(&self, at: usize) -> bool {
        let line = self.line(at);
        let is_verdict = |at: &usize| {
            self.tokens[*at].is_mark_of(RIGHT_MARKS) || self.tokens[*at].is_mark_of(WRONG_MARKS)
        };
        let first_mark = line.clone().find(is_verdict);
        let first_letter = line.clone().find(|at| self.letter(*at).is_some());
        first_mark.is_some_and(|mark| Some(mark) < first_letter)
    }

    /// Returns whether a letter begins the text: `C.`, `(C)`, `Option C`, `C because ...`.
    fn begins_text(&self, at: usize) -> bool {
        let starts = (0..at).all(|before| !self.is_word(before) || self.has(Some(before), w::NOUNS));
        let next = self.tokens.get(at + 1);
        let is_reason = next.is_some_and(|token| token.is(w::REASONS));
        let is_mark = next.is_none_or(|token| token.is_mark);
        let is_said = next.is_some_and(|token| token.is(w::PREDICATES));
        let is_right = !self.any(at + 1..self.clause(at).end, w::WRONG_AFTER);
        starts && (is_reason || (is_mark || is_said && is_right) && !self.has_twins(at))
    }

    /// Returns whether another letter begins a clause in the same form: `A: left, B: far`.
    fn has_twins(&self, at: usize) -> bool {
        let form = |at: usize| {
            let token = self.tokens.get(at + 1);
            token.map_or(' ', |token| match token.text.chars().next() {
                Some(first) if token.is_mark => first,
                _ => 'a',
            })
        };
        (at + 1..self.tokens.len()).any(|other| {
            self.letter(other).is_some_and(|letter| Some(letter) != self.letter(at))
                && form(other) == form(at)
                && !matches!(form(other), ' ' | '\n' | ')' | ',')
                && !self.is_denied(other)
                && (self.clause(other).start..other).all(|before| self.has(Some(before), w::NOUNS))
        })
    }

    /// Returns whether a letter is the last word and no other letter is mentioned.
    fn is_last_word(&self, at: usize) -> bool {
        let ends = !self.tokens[at + 1..].iter().any(Token::is_word);
        ends && self.mentioned().len() == 1
    }

    /// Returns whether a question about a letter is answered by no: `C? No.`
    fn is_answered_no(&self, at: usize) -> bool {
        let sentence = self.sentence(at);
        if !self.is_mark(Some(sentence.end), "?") || self.is_in_last_sentence(at) {
            return false;
        }
        let reply = self.sentence(sentence.end + 1);
        self.any(reply.start..reply.end.min(reply.start + 4), w::WRONG_AFTER)
    }

    /// Returns whether the text says that a letter is wrong.
    fn is_denied(&self, at: usize) -> bool {
        if self.is_mark(Some(at + 1), WRONG_MARKS) && !self.has_prefix_marks(at)
            || self.is_mark(at.checked_sub(1), WRONG_MARKS) && self.has_prefix_marks(at)
        {
            return true;
        }
        let mut passed_list = false;
        let mut passed_words = false;
        for back in (0..at).rev() {
            let token = &self.tokens[back];
            if token.is(w::DENYING) {
                // `No, C`, `No: C` deny something else.
                return !self.is_mark(Some(back + 1), ",:.;\u{2014}");
            }
            let is_list = token.is(w::JOINING)
                || token.is_mark_of(",/&")
                || self.letter(back).is_some();
            let is_between = token.is(w::DENIED_BETWEEN);
            let is_noun = token.is(w::NOUNS) || token.is(w::PLURAL_NOUNS);
            if is_list && !passed_words {
                passed_list = true;
            } else if is_noun {
            } else if is_between && !passed_list {
                passed_words = true;
            } else if !(is_between && self.has(back.checked_sub(1), w::DENYING)) {
                break;
            }
        }
        // `C is wrong`, `C doesn't match`, `A and B are mirrored`.
        if self.choosing_word(at).is_some() {
            let directly = at + 1..(at + 3).min(self.clause(at).end);
            return self.any(directly, &["wrong", "incorrect"]);
        }
        let clause = self.clause(at);
        let verb = self.has(Some(at + 1), w::PREDICATES)
            || self.tokens.get(at + 1).is_some_and(|token| !token.text.is_ascii());
        let reason = ["because", "since", "as", "for", "due", "given", "not", "rather", "over", "where"];
        let end = (at + 8).min(clause.end);
        verb && !self.has(Some(at + 1), &reason) && self.any(at + 1..end, w::WRONG_AFTER)
    }

    /// Returns the letters that are joined with a letter: `C or D`, `A, B and C`.
    fn list_of(&self, at: usize) -> Vec<&'static str> {
        let mut letters: Vec<&'static str> = self.letter(at).into_iter().collect();
        let mut add = |letter: &'static str| {
            if !letters.contains(&letter) {
                letters.push(letter);
            }
        };
        let mut from = at;
        while let Some(next) = self.joined(from, true) {
            add(self.letters[next].unwrap_or_default());
            from = next;
        }
        from = at;
        while let Some(next) = self.joined(from, false) {
            add(self.letters[next].unwrap_or_default());
            from = next;
        }
        letters
    }

    /// Returns the next letter of a list in a direction.
    fn joined(&self, from: usize, forward: bool) -> Option<usize> {
        let mut joins = 0;
        let mut word = false;
        for distance in 1..5 {
            let at = if forward { from + distance } else { from.checked_sub(distance)? };
            let token = self.tokens.get(at)?;
            if self.letters[at].is_some() {
                // `D, A is mirrored` is not a list.
                let last = at.max(from);
                let starts_clause = !word
                    && self.is_mark(Some(last - 1), ",")
                    && self.has(Some(last + 1), w::PREDICATES)
                    && !self.has(Some(last + 1), w::JOINING);
                return (joins > 0 && !starts_clause).then_some(at);
            }
            let is_word = token.is(w::JOINING) && token.text.chars().count() <= 3;
            if is_word || token.is_mark_of(",/&") {
                joins += 1;
                word |= is_word;
            } else if !token.is(w::NOUNS) && !token.is(&["maybe", "perhaps", "also"]) {
                return None;
            }
        }
        None
    }

    /// Drops letters that stand alone on lines below each other, which are a list of the options.
    fn drop_lists_of_lines(&mut self) {
        let alone: Vec<(usize, &'static str)> = (0..self.tokens.len())
            .filter(|at| {
                let line = self.line(*at);
                line.filter(|other| self.is_word(*other)).count() == 1
            })
            .filter_map(|at| Some((at, self.letter(at)?)))
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

/// Returns whether a word is an East Asian noun that contains a verb of choice (选项).
fn is_noun_of_options(token: &Token) -> bool {
    let rest = token.text.replace("\u{9009}\u{9879}", "").replace("\u{9078}\u{629e}\u{80a2}", "");
    rest.len() < token.text.len() && !super::words::is_any(&rest, w::CHOOSING)
}
