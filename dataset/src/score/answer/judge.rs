//! Judges what a text says about a letter: denied, called right, declared, concluded.

use super::labels;
use super::statements::{RIGHT_MARKS, Scan, Strength, WRONG_MARKS};
use super::tokens::Token;
use super::verdicts;
use super::words as w;

/// Finds the statements of a text.
pub(super) fn scan(text: &str) -> Scan {
    let mut scan = Scan::new(text);
    let mut labels = labels::scan(&mut scan);
    labels.extend(verdicts::scan(&mut scan));
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
        if self.is_denied(at) || self.is_answered_no(at) || self.is_changed_from(at) {
            self.denied.insert(letter);
            return;
        }
        let list = self.list_of(at);
        let letters = if list.len() > 1 { list } else { vec![letter] };
        let Some(mut strength) = self.strength_at(at, letters.len() > 1) else {
            return;
        };
        let is_chosen = self.choosing_word(at).is_some() || self.is_called_right(at, true);
        if !is_chosen && self.is_rejected_after(at) {
            self.denied.insert(letter);
            return;
        }
        if strength < Strength::Declared && self.is_conceded(at) {
            return;
        }
        if strength >= Strength::Mentioned && self.is_changed_to(at) {
            strength = Strength::Closing;
        }
        self.state(at, letters, strength);
    }

    /// Returns the strength of the statement about a letter, if there is one.
    fn strength_at(&self, at: usize, in_list: bool) -> Option<Strength> {
        let sentence = self.sentence(at);
        let clause = self.clause(at);
        let before = sentence.start..at;
        // `if it were C`, `I can't tell whether it is C`
        let unable = ["can't", "cannot", "unable", "couldn't"];
        // `If I had to choose: D`
        let is_forced = self.any(clause.start..at, &["had", "forced", "must"]);
        if self.is_supposed(at)
            || self.any(clause.start..at, w::SUPPOSING) && !is_forced
            || self.any(clause.start..at, &unable)
        {
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
            || is_alone && self.is_last_clause(at)
            || self.is_changed_to(at)
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
        // `On second thought: D`
        let retraction = clause
            .clone()
            .rev()
            .find(|at| self.retractions.contains(at));
        let since = retraction
            .filter(|place| *place < at)
            .map_or(clause.start, |place| place + 1);
        if is_question && self.has(Some(sentence.start), w::ASKING) {
            return None;
        }
        let is_hedged = self.has(Some(at + 1), &["might", "may", "could"]);
        if is_question || is_hedged || self.any(since..at, w::HEDGES) {
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
                || token.is(w::BUT)
                || token.is(&["also", "then", "now", "on"])
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
                || self.has(
                    Some(previous),
                    &[
                        "no", "it's", "it", "is", "the", "i", "doch", "eher", "to", "must", "be",
                    ],
                )
                || self.is_mark(Some(previous), ",:-\u{2014}\u{2013}");
            if !passes {
                return false;
            }
            back = previous;
        }
        false
    }

    /// Returns the choosing word before a letter: `The answer is C`, `the correct option is C`.
    pub(super) fn choosing_word(&self, at: usize) -> Option<usize> {
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
            let goes_with = token.is(&["with", "for"])
                && self.has(
                    back.checked_sub(1),
                    &["go", "going", "went", "opt", "opting", "settle"],
                );
            let is_final = token.is(&["final"]) && self.is_mark(Some(back + 1), ":");
            if token.is(w::CHOOSING) && !is_noun_of_options(token) || goes_with || is_final {
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
        // What is wrong about the others is a reason: `D is correct because B is mirrored`.
        let reason = behind.clone().find(|at| self.tokens[*at].is(w::CAUSES));
        let own = behind.start..reason.unwrap_or(end);
        let is_partly = self.any(
            own.clone(),
            &["almost", "partly", "partially", "half", "least", "worst"],
        );
        let is_second = own.clone().any(|at| {
            self.has(Some(at), &["best", "choice"]) && self.has(Some(at - 1), &["second", "next"])
        });
        // `B is only one of two`
        let is_only = self.has(Some(at + 1), w::IS) && self.has(Some(at + 2), &["only"]);
        if is_partly
            || is_only
            || is_second
            || self.any(own, w::WRONG_AFTER)
            || self.is_mark(Some(at + 1), WRONG_MARKS)
        {
            return false;
        }
        if surely {
            let near = behind.start..(behind.start + 4).min(end);
            let is = self.any(near.clone(), w::IS);
            let compares = self.has(at.checked_sub(1), &["like", "as", "unlike", "in", "with"]);
            let is_it =
                !compares && self.has(Some(at + 1), &["it"]) && self.has(Some(at + 2), &["is"]);
            // `C is right`, not `C is shifted right`
            let is_right = near.clone().any(|place| {
                let direction = self.has(Some(place), &["right"])
                    && !self.has(place.checked_sub(1), w::IS)
                    && !self.has(
                        place.checked_sub(1),
                        &["the", "clearly", "definitely", "also"],
                    );
                self.tokens[place].is(w::SURELY_RIGHT) && !direction
            });
            return is_it || is && is_right;
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
        // `D shows this.`
        let shows_this = self.has(Some(at + 1), &["shows", "has", "does"])
            && end == at + 3
            && self.has(
                Some(at + 2),
                &["this", "that", "these", "it", "exactly", "both"],
            )
            || self.has(Some(at + 1), &["does", "do"]) && end == at + 2;
        // `D yields the right orientation`, not `the right side`
        let is_proper = behind.clone().any(|at| {
            let is_adjective = self.tokens[at].is(&["proper", "right", "required", "desired"]);
            let sides = ["side", "hand", "half", "edge", "corner", "of", "and", "by"];
            let noun = self.tokens.get(at + 1);
            is_adjective
                && self.has(at.checked_sub(1), &["the"])
                && noun.is_some_and(|noun| noun.is_word() && !noun.is(&sides))
        });
        is_like_reference
            || shows_this
            || is_proper
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
                // `D: like B it is shifted right`
                let compares = token.is(&["like", "as", "resembles"]);
                let subject = (self.sentence(at).start..back).any(|other| {
                    self.letter(other)
                        .is_some_and(|other| Some(other) != self.letter(at))
                });
                if compares && subject {
                    return false;
                }
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
    pub(super) fn has_prefix_marks(&self, at: usize) -> bool {
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
        starts && (is_reason || is_mark && !self.has_twins(at)) && !self.is_described_as_wrong(at)
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
}

/// Returns whether a word is an East Asian noun that contains a verb of choice (选项).
fn is_noun_of_options(token: &Token) -> bool {
    let rest = token
        .text
        .replace("\u{9009}\u{9879}", "")
        .replace("\u{9078}\u{629e}\u{80a2}", "");
    rest.len() < token.text.len() && !super::words::is_any(&rest, w::CHOOSING)
}
