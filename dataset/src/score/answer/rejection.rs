//! Judges whether a text says that a letter is wrong: `C is wrong`, `neither C nor D`, `C? No.`

use super::statements::{LONGEST_LIST, Scan, WRONG_MARKS};
use super::words as w;

/// Words directly behind the letter of `The answer C is wrong`, `답은 C가 아닙니다`.
const WRONG_DIRECTLY: &[&str] = &[
    "wrong",
    "incorrect",
    "아닙",
    "아니",
    "ではな",
    "ではあり",
    "じゃな",
    "でなく",
];

impl Scan {
    /// Returns whether a question about a letter is answered by no: `C? No.`
    pub(super) fn is_answered_no(&self, at: usize) -> bool {
        let sentence = self.sentence(at);
        if !self.is_mark(Some(sentence.end), "?") || self.is_in_last_sentence(at) {
            return false;
        }
        let reply = self.sentence(sentence.end + 1);
        let near = reply.start..reply.end.min(reply.start + 4);
        self.any(near.clone(), w::WRONG_AFTER)
            || self.any(
                near,
                &["doubt", "unlikely", "nein", "нет", "non", "não", "いいえ"],
            )
    }

    /// Returns whether the text says that a letter is wrong.
    pub(super) fn is_denied(&self, at: usize) -> bool {
        let known = &self.known_denied[at];
        let denied = known.get().unwrap_or_else(|| self.find_denial(at));
        known.set(Some(denied));
        denied
    }

    fn find_denial(&self, at: usize) -> bool {
        if self.is_excluded(at) {
            return true;
        }
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
            // `Unlike B, D has ...`
            let starts_clause = back + 1 == at
                && token.is_mark_of(",")
                && self.has(Some(at + 1), w::PREDICATES)
                && !self.has(
                    Some(at + 1),
                    &["are", "were", "and", "or", "nor", "all", "both"],
                );
            if starts_clause {
                break;
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
        // `A, B and C are mirrored`
        let mut last = at;
        while let Some(next) = self
            .joined(last, true)
            .filter(|next| *next < at + LONGEST_LIST)
        {
            last = next;
        }
        if last != at && self.choosing_word(at).is_none() && self.is_wrong_behind(last) {
            return true;
        }
        self.is_wrong_behind(at)
    }

    /// Returns whether the words behind a letter call it wrong.
    pub(super) fn is_wrong_behind(&self, at: usize) -> bool {
        // `C is wrong`, `C doesn't match`, `A and B are mirrored`.
        if self.choosing_word(at).is_some() {
            let directly = at + 1..(at + 3).min(self.clause(at).end);
            return self.any(directly, WRONG_DIRECTLY);
        }
        let clause = self.clause(at);
        let joins = self.has(Some(at + 1), w::JOINING) && self.joined(at, true).is_none();
        // `B: wrong roll`
        // `B, no.`
        let is_answered = self.is_mark(Some(at + 1), ",")
            && self.has(Some(at + 2), &["no", "nein", "non", "не"])
            && at + 3 == self.sentence(at).end;
        let is_labelled_wrong = is_answered
            || self.is_mark(Some(at + 1), ":=(\u{2013}\u{2014}\u{2192}")
                && self.has(Some(at + 2), w::WRONG_AFTER)
                && !self.has(Some(at + 2), &["not", "no", "without", "never"]);
        if is_labelled_wrong {
            return true;
        }
        // `A is out.`
        let is_out = self.has(Some(at + 1), w::IS)
            && self.has(Some(at + 2), &["out"])
            && clause.end == at + 3;
        if is_out {
            return true;
        }
        let negated = self.has(Some(at + 1), &["non", "não", "nicht", "не", "no"])
            && self.is_word(at + 2)
            && self.letter(at + 2).is_none();
        let verb = negated
            || self.has(Some(at + 1), w::PREDICATES) && !joins
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
}
