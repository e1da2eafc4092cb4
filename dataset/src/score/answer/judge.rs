//! Judges what a text says about a letter: denied, called right, declared, concluded.

use super::labels;
use super::statements::{LONGEST_LIST, RIGHT_MARKS, Scan, Strength, WRONG_MARKS};
use super::tokens::Token;
use super::words as w;

/// Finds the statements of a text.
pub(super) fn scan(text: &str) -> Scan {
    let mut scan = Scan::new(text);
    let labels = labels::scan(&mut scan);
    for at in 0..scan.count() {
        if scan.letter(at).is_some() && !labels.contains(&at) {
            scan.judge(at);
        }
    }
    scan.drop_lists_of_lines();
    scan.statements.sort_by_key(|statement| statement.position);
    scan
}

impl Scan {
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
        // `if it were C`, `I can't tell whether it is C`
        let unable = ["can't", "cannot", "unable", "couldn't"];
        if self.any(clause.start..at, w::SUPPOSING) || self.any(clause.start..at, &unable) {
            return None;
        }
        let concludes = self.any(before.clone(), w::CONCLUDING);
        let is_alone = self.is_alone(&clause, at);
        let retracted = self.is_directly_retracting(at);
        let chosen = self.choosing_word(at);
        let mut strength = if let Some(word) = chosen {
            let is_final = self.any(self.sentence(word).start..at, w::FINAL);
            if is_final {
                Strength::Final
            } else {
                Strength::Declared
            }
        } else if self.is_heading(&sentence) && is_alone {
            Strength::Final
        } else if is_alone && (concludes || clause == sentence)
            || retracted
            || self.is_identified(at)
            || self.is_called_right(at, true)
        {
            Strength::Declared
        } else if self.is_called_right(at, false) || self.is_preceded_by_right(at) {
            Strength::CalledRight
        } else if !in_list && self.begins_text(at) {
            Strength::Leading
        } else if at + 1 == sentence.end && self.is_mark(at.checked_sub(1), ":\u{2192}")
            || !in_list && self.is_last_word(at)
        {
            Strength::Mentioned
        } else {
            return None;
        };
        let is_question = self.is_mark(Some(sentence.end), "?");
        if is_question && !self.is_in_last_sentence(at) {
            // `D? Yes.`
            let reply = self.sentence(sentence.end + 1);
            let is_right = self.any(reply.start..(reply.start + 1).min(reply.end), &["yes"]);
            return Some(if is_right {
                Strength::CalledRight
            } else {
                Strength::Mentioned
            });
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

    /// Returns whether a range has no words but the letter, a noun and words of conclusion.
    fn is_alone(&self, range: &std::ops::Range<usize>, at: usize) -> bool {
        let mut others = range
            .clone()
            .filter(|other| *other != at && self.is_word(*other));
        others.all(|other| {
            let token = &self.tokens[other];
            let counts = token.text.chars().all(|c| c.is_ascii_digit());
            token.is(w::CONCLUDING)
                || token.is(w::NOUNS)
                || token.is(w::COPULAS)
                || counts && other < at
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
                return !self.is_word(at + 1) || self.has(Some(at + 1), w::REASONS);
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
            let passes = noun || token.is(w::BETWEEN) || token.is(w::CONCLUDING);
            if !passes || self.letter(back).is_some() {
                break;
            }
            seen_is |= token.is(w::IS);
            if token.is(w::RIGHT_OPTION) {
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
                return (self.sentence(at).start..previous)
                    .any(|before| self.letter(before).is_some() && self.is_denied(before));
            }
            if token.is(w::IDENTIFYING) {
                let next = self.tokens.get(at + 1);
                let ends = next.is_none_or(|token| token.is_mark || token.is(w::REASONS))
                    || next
                        .is_some_and(|token| token.text.chars().all(super::words::is_east_asian));
                return ends && !self.any(self.clause(at).start..at, w::WRONG_AFTER);
            }
            let passes = token.is(w::NOUNS)
                || token.is(&[
                    "the", "la", "l", "el", "die", "a", "o", "clearly", "\u{304c}",
                ]) && self.letter(previous).is_none()
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
            let is = self.any(near.clone(), w::IS);
            let is_it = self.has(Some(at + 1), &["it"]) && self.has(Some(at + 2), &["is"]);
            return is_it || is && self.any(near, w::SURELY_RIGHT);
        }
        // `D is the one that ...`
        let is_the_one = self.has(Some(at + 1), &["is"])
            && self.has(Some(at + 2), &["the"])
            && self.has(Some(at + 3), &["one"]);
        // `rotated as in the reference`
        let is_like_reference = behind.clone().any(|at| {
            self.tokens[at].is(&["reference"])
                && self.any(at.saturating_sub(3)..at, &["as", "like", "with", "same"])
        });
        is_like_reference
            || is_the_one
            || self.any(behind, w::RIGHT_AFTER)
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
                // `as in option D`, but not `A, as B is mirrored`
                return !token.is(&["as"]) || self.has(Some(back + 1), &["in", "shown", "seen"]);
            }
            let passes = self.letter(back).is_none() && token.is(w::RIGHT_BETWEEN)
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
        let starts =
            (0..at).all(|before| !self.is_word(before) || self.has(Some(before), w::NOUNS));
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
            self.letter(other)
                .is_some_and(|letter| Some(letter) != self.letter(at))
                && form(other) == form(at)
                && !matches!(form(other), ' ' | '\n' | ')' | ',')
                && !self.is_denied(other)
                && (self.clause(other).start..other).all(|before| self.has(Some(before), w::NOUNS))
        })
    }

    /// Returns whether a letter is the last word and no other letter is mentioned.
    fn is_last_word(&self, at: usize) -> bool {
        let ends = !self.tokens.iter().skip(at + 1).any(Token::is_word);
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
        for back in (0..at).rev().take(LONGEST_LIST) {
            let token = &self.tokens[back];
            if token.is(w::DENYING) {
                // `No, C`, `No: C` deny something else.
                return !self.is_mark(Some(back + 1), ",:.;\u{2014}");
            }
            let is_list =
                token.is(w::JOINING) || token.is_mark_of(",/&") || self.letter(back).is_some();
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
        let joins = self.has(Some(at + 1), w::JOINING) && self.joined(at, true).is_none();
        let verb = self.has(Some(at + 1), w::PREDICATES) && !joins
            || self
                .tokens
                .get(at + 1)
                .is_some_and(|token| !token.text.is_ascii());
        let reason = [
            "because", "since", "as", "for", "due", "given", "not", "rather", "over", "where",
        ];
        // What is said about the next letter does not count, except in `A and B are mirrored`.
        let is_next = |other: &usize| {
            let joined = self.has(other.checked_sub(1), w::JOINING)
                || self.is_mark(other.checked_sub(1), ",/&")
                || self.has(other.checked_sub(1), w::NOUNS);
            self.letter(*other).is_some() && !joined
        };
        let end = (at + 8).min(clause.end);
        let end = (at + 1..end).find(is_next).unwrap_or(end);
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
        while let Some(next) = self.joined(from, true).filter(|_| from - at < LONGEST_LIST) {
            add(self.letters[next].unwrap_or_default());
            from = next;
        }
        from = at;
        while let Some(next) = self
            .joined(from, false)
            .filter(|_| at - from < LONGEST_LIST)
        {
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
            let at = if forward {
                from + distance
            } else {
                from.checked_sub(distance)?
            };
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
}

/// Returns whether a word is an East Asian noun that contains a verb of choice (选项).
fn is_noun_of_options(token: &Token) -> bool {
    let rest = token
        .text
        .replace("\u{9009}\u{9879}", "")
        .replace("\u{9078}\u{629e}\u{80a2}", "");
    rest.len() < token.text.len() && !super::words::is_any(&rest, w::CHOOSING)
}
