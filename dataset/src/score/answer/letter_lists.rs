//! Letters that are joined: `C or D`, `A, B and C`.

use super::statements::{LONGEST_LIST, Scan};
use super::words as w;

impl Scan {
    /// Returns the letters that are joined with a letter: `C or D`, `A, B and C`.
    pub(super) fn list_of(&self, at: usize) -> Vec<&'static str> {
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
    pub(super) fn joined(&self, from: usize, forward: bool) -> Option<usize> {
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
                    && !self.has(
                        Some(last + 1),
                        &["are", "were", "both", "all", "son", "sont", "sind"],
                    )
                    && !self.has(Some(last + 1), w::JOINING);
                return (joins > 0 && !starts_clause).then_some(at);
            }
            let is_word = token.is(w::JOINING) && token.text.chars().count() <= 3;
            if is_word || token.is_mark_of(",/&") {
                joins += 1;
                word |= is_word;
            } else if token.is(w::WRONG_AFTER)
                || token.is(w::RIGHT_AFTER)
                || !token.is(w::NOUNS) && !token.is(&["maybe", "perhaps", "also"])
            {
                return None;
            }
        }
        None
    }
}
