//! What a text says about a letter in relation to others: concessions, contrasts, changes.

use super::statements::Scan;
use super::words as w;

impl Scan {
    /// Returns whether a sentence goes on with another letter that is preferred.
    ///
    /// Examples: `D is tempting, but A is better`, `While B fits the shift, D fits both`.
    pub(super) fn is_conceded(&self, at: usize) -> bool {
        let sentence = self.sentence(at);
        let other = |place: usize| {
            self.letter(place)
                .is_some_and(|letter| Some(letter) != self.letter(at))
        };
        let contrast = (at + 1..sentence.end).find(|place| self.tokens[*place].is(w::BUT));
        if let Some(contrast) = contrast
            && (contrast + 1..sentence.end).any(|place| other(place) && !self.is_denied(place))
        {
            return true;
        }
        let clause = self.clause(at);
        let concedes = self.has(Some(clause.start), w::ALTHOUGH);
        let next = clause.end + 1..sentence.end;
        concedes && !next.is_empty() && next.into_iter().any(other)
    }

    /// Returns whether a letter is supposed or said of others: `B would fit if ...`, `Many would
    /// choose B`, `A common mistake is B`, `Second choice: B`.
    pub(super) fn is_supposed(&self, at: usize) -> bool {
        let sentence = self.sentence(at);
        let clause = self.clause(at);
        let conditional = ["would", "could", "might"];
        let near = at + 1..(at + 3).min(sentence.end);
        let needs = ["have", "need", "require"];
        let supposes = self.any(at + 1..sentence.end, w::SUPPOSING)
            || self.any(at + 1..(at + 4).min(sentence.end), &needs);
        if self.any(near, &conditional) && supposes {
            return true;
        }
        let before = clause.start..at;
        if self.any(before.clone(), &conditional) && self.any(before.clone(), w::SOMEONE)
            || self.any(before.clone(), w::MISTAKES)
            || self.is_called_wrong_before(before)
        {
            return true;
        }
        // `B, perhaps, but D also fits`
        let names_other = (sentence.start..at).any(|place| self.letter(place).is_some());
        if self.has(Some(at + 1), &["also", "too"])
            && names_other
            && self.any(sentence.start..at, w::BUT)
        {
            return true;
        }
        // `compared with B`, `B as a distant second`
        let before = self.before_noun(at);
        let compares = self.has(before, &["with", "to"])
            && self.has(
                before.and_then(|place| place.checked_sub(1)),
                &["compared", "comparing"],
            );
        let near = at + 1..(at + 5).min(clause.end);
        // `Let me think about B`
        let thinks = self.has(before, &["about", "at"])
            && self.has(
                before.and_then(|place| place.checked_sub(1)),
                &["think", "thinking", "look", "looking"],
            );
        if thinks
            || compares
            || self.has(Some(at + 1), &["as"]) && self.any(near, &["second", "runner"])
        {
            return true;
        }
        let is_second = |place: usize| {
            self.has(Some(place), &["second", "2nd", "third", "3rd", "next"])
                && self.has(
                    Some(place + 1),
                    &[
                        "choice", "best", "pick", "guess", "place", "likely", "closest",
                    ],
                )
                || self.has(Some(place), &["runner", "runnerup"])
        };
        (sentence.start..at).any(is_second)
    }

    /// Returns whether what follows a letter takes it back: `B is close, but the roll is wrong`.
    pub(super) fn is_rejected_after(&self, at: usize) -> bool {
        let sentence = self.sentence(at);
        let turns = |place: &usize| {
            self.tokens[*place].is(w::BUT)
                || self.tokens[*place].is(&["although", "though", "except"])
        };
        let mut contrast = (at + 1..sentence.end).find(turns);
        let mut end = sentence.end;
        if contrast.is_none()
            && self
                .tokens
                .get(sentence.end + 1)
                .is_some_and(|next| next.is(w::BUT))
        {
            // `B. But the roll is too small.`
            contrast = Some(sentence.end + 1);
            end = self.sentence(sentence.end + 1).end;
        }
        let Some(contrast) = contrast else {
            return false;
        };
        let rest = contrast + 1..end;
        let names_other = (at + 1..end).any(|place| self.letter(place).is_some());
        let is_wrong = self.any(rest.clone(), w::WRONG_AFTER) || self.is_other_way(rest.clone());
        !names_other && is_wrong && !self.any(rest, w::DOUBTING)
    }

    /// Returns whether a letter is what an answer is changed from: `from D to A`.
    pub(super) fn is_changed_from(&self, at: usize) -> bool {
        let previous = self.before_noun(at);
        let sentence = self.sentence(at);
        self.has(previous, &["from"]) && self.any(sentence.start..at, w::CHANGING)
    }

    /// Returns whether a letter is what an answer is changed to.
    pub(super) fn is_changed_to(&self, at: usize) -> bool {
        let previous = self.before_noun(at);
        let sentence = self.sentence(at);
        self.has(previous, &["to"]) && self.any(sentence.start..at, w::CHANGING)
    }

    /// Returns the token before a letter and the nouns before it.
    pub(super) fn before_noun(&self, at: usize) -> Option<usize> {
        (0..at)
            .rev()
            .find(|place| !self.has(Some(*place), w::NOUNS))
    }

    /// Returns whether signs or words before a letter exclude it: `¬A`, `!A`, `anything but A`.
    pub(super) fn is_excluded(&self, at: usize) -> bool {
        let previous = at.checked_sub(1);
        let starts = at < 2 || self.is_mark(at.checked_sub(2), "\n:,;(");
        if self.is_mark(previous, "\u{ac}") || self.is_mark(previous, "!") && starts {
            return true;
        }
        let before = self.before_noun(at);
        let away = self.has(before, &["from"])
            && self.has(before.and_then(|place| place.checked_sub(1)), &["away"]);
        if away || self.is_listed_as_rejected(at) {
            return true;
        }
        let but = [
            "but",
            "except",
            "au\u{df}er",
            "menos",
            "sauf",
            "tranne",
            "meno",
            "exceto",
        ];
        self.has(before, &but) && self.has(before.and_then(|place| place.checked_sub(1)), w::ALL)
    }

    /// Returns whether words before a letter call it wrong: `The wrong one is B`.
    fn is_called_wrong_before(&self, before: std::ops::Range<usize>) -> bool {
        let names_other = before.clone().any(|place| self.letter(place).is_some());
        let denies =
            self.any(before.clone(), w::CONCLUDING) || self.any(before.clone(), w::DENYING);
        !names_other && !denies && self.any(before.clone(), w::REJECTED) && self.any(before, w::IS)
    }

    /// Returns whether the description of a letter calls it wrong: `B: the roll is missing`.
    pub(super) fn is_described_as_wrong(&self, at: usize) -> bool {
        let negations = ["not", "no", "without", "never", "nicht", "pas", "não", "не"];
        let clause = self.clause((at + 2).min(self.count().saturating_sub(1)));
        let places = (at + 2).max(clause.start)..clause.end;
        self.is_mark(Some(at + 1), ":=\u{2013}\u{2014}")
            && !self.any(places.clone(), &negations)
            && !places.clone().any(|place| self.letter(place).is_some())
            && self.any(places, w::WRONG_AFTER)
    }

    /// Returns whether a range says `the other way` or the like.
    fn is_other_way(&self, range: std::ops::Range<usize>) -> bool {
        range.into_iter().any(|at| {
            self.has(Some(at), &["other"])
                && self.has(Some(at + 1), &["way", "direction", "side", "sign"])
        })
    }

    /// Returns whether a letter is in a list such as `Rejected: A, B`, `Wrong options: C`.
    fn is_listed_as_rejected(&self, at: usize) -> bool {
        let sentence = self.sentence(at);
        let passes = |place: &usize| {
            self.letter(*place).is_some()
                || self.is_mark(Some(*place), ",/&(")
                || self.has(Some(*place), w::JOINING)
                || self.has(Some(*place), w::NOUNS)
        };
        let colon = (sentence.start..at).rev().find(|place| !passes(place));
        if !self.is_mark(colon, ":") {
            return false;
        }
        let heading = sentence.start..colon.unwrap_or(sentence.start);
        heading.len() <= 3 && self.any(heading, w::REJECTED)
    }

    /// Returns whether a word is `right` in a text about directions: `A: left, B: right`.
    pub(super) fn is_direction(&self, at: usize) -> bool {
        self.has(Some(at), &["right"]) && self.has_directions()
    }

    /// Returns whether a letter alone ends the text behind other clauses: `B would fit if ...; D.`
    pub(super) fn is_last_clause(&self, at: usize) -> bool {
        let clause = self.clause(at);
        let sentence = self.sentence(at);
        let separator = clause.start.checked_sub(1);
        let is_list = self.is_mark(separator, ",")
            && !(clause.start..at)
                .any(|place| self.is_word(place) && !self.has(Some(place), w::NOUNS))
            && separator.is_some_and(|place| {
                let before = place.checked_sub(1);
                before.is_some_and(|at| self.letter(at).is_some() && !self.is_denied(at))
            });
        clause.start > sentence.start
            && clause.end == sentence.end
            && self.is_in_last_sentence(at)
            && !is_list
            && (self.is_mark(separator, ";,)\u{2014}\u{2013}") || self.has(separator, w::BUT))
    }
}
