//! Splits a text into words, numbers and marks.

use super::words::{is_any_lower, is_east_asian};
use crate::task::OPTION_LETTERS;

/// A word, a number or a punctuation mark, with its neighbours.
#[derive(Debug, Clone)]
pub(super) struct Token {
    /// Text of the word or number, or the mark.
    pub(super) text: String,
    /// The text in lower case, with straight apostrophes.
    lower: String,
    /// Whether it is a punctuation mark or line feed.
    pub(super) is_mark: bool,
    /// Character directly before it.
    before: char,
    /// Characters directly behind it.
    after: [char; 2],
}

/// Decoration that is ignored.
const DECORATION: &str = "*`\"$\u{201c}\u{201d}\u{201e}\u{ab}\u{bb}\\";
/// Single quotes and apostrophes.
const APOSTROPHES: &str = "'\u{2019}\u{2018}";

#[derive(Clone, Copy, PartialEq)]
enum Script {
    Spaced,
    EastAsian,
    None,
}

fn script(c: char) -> Script {
    if is_east_asian(c) {
        Script::EastAsian
    } else if c.is_alphanumeric() || matches!(c, '\u{900}'..='\u{963}' | '\u{966}'..='\u{97f}') {
        Script::Spaced
    } else {
        Script::None
    }
}

/// Splits a text into tokens.
pub(super) fn tokens(text: &str) -> Vec<Token> {
    let chars: Vec<char> = text.chars().filter(|c| !DECORATION.contains(*c)).collect();
    let at = |position: usize| chars.get(position).copied().unwrap_or(' ');
    let mut tokens = Vec::new();
    let mut start = 0;
    while start < chars.len() {
        let kind = script(chars[start]);
        let mut end = start + 1;
        if kind != Script::None {
            while end < chars.len() && script(chars[end]) == kind || joins(&chars, start, end) {
                end += 1;
            }
        }
        let is_mark = kind == Script::None;
        let c = chars[start];
        let is_space = c != '\n' && (c.is_whitespace() || c == '_') || APOSTROPHES.contains(c);
        if !(is_mark && is_space) {
            let text: String = chars[start..end].iter().collect();
            tokens.push(Token {
                lower: text.to_lowercase().replace('\u{2019}', "'"),
                text,
                is_mark,
                before: if start == 0 { ' ' } else { at(start - 1) },
                after: [at(end), at(end + 1)],
            });
        }
        start = end;
    }
    tokens
}

/// Returns whether the mark at a position joins both sides to one word: `2.9`, `isn't`.
fn joins(chars: &[char], start: usize, position: usize) -> bool {
    let (Some(mark), Some(next)) = (chars.get(position), chars.get(position + 1)) else {
        return false;
    };
    let before = chars[position - 1];
    if matches!(mark, '.' | ',') {
        return before.is_ascii_digit() && next.is_ascii_digit();
    }
    if !APOSTROPHES.contains(*mark) || !next.is_alphabetic() {
        return false;
    }
    // A letter with an apostrophe is a word of its own: `C's`, `D'après`; `I'd` is not.
    position - start > 1 || before == 'I'
}

impl Token {
    /// Returns whether it is one of some words, in any case.
    pub(super) fn is(&self, words: &[&str]) -> bool {
        !self.is_mark && is_any_lower(&self.lower, words)
    }

    /// Returns whether it is one of some marks.
    pub(super) fn is_mark_of(&self, marks: &str) -> bool {
        self.is_mark && marks.contains(self.text.as_str())
    }

    /// Returns whether it is a word.
    pub(super) fn is_word(&self) -> bool {
        !self.is_mark
    }

    /// Returns the letter of an option that it may be, in any case.
    pub(super) fn letter(&self) -> Option<&'static str> {
        if self.is_mark || self.is_part_of_name() {
            return None;
        }
        // Cyrillic capitals that look the same.
        let text = match self.text.as_str() {
            "\u{410}" => "A",
            "\u{412}" => "B",
            "\u{421}" => "C",
            text => text,
        };
        let mut letters = OPTION_LETTERS.into_iter();
        letters.find(|letter| text.eq_ignore_ascii_case(letter))
    }

    /// Returns whether it is a capital of the Latin alphabet.
    pub(super) fn is_capital(&self) -> bool {
        self.text.chars().all(|c| c.is_ascii_uppercase())
    }

    /// Returns whether it is written in capitals of any alphabet.
    pub(super) fn is_upper(&self) -> bool {
        self.text.chars().all(char::is_uppercase)
    }

    /// Returns whether a closing bracket follows directly: `c)`.
    pub(super) fn is_bracketed(&self) -> bool {
        matches!(self.after[0], ')' | ']')
    }

    /// Returns whether marks directly beside it make it a part of a name or formula.
    ///
    /// Examples: `C-terminal`, `A–D`, `D'après`, `C=O`, `°C`.
    fn is_part_of_name(&self) -> bool {
        let [first, second] = self.after;
        let is_dash =
            |c: char| matches!(c, '-' | '\u{2013}' | '\u{2010}' | '\u{2011}' | '\u{2261}');
        let elided = APOSTROPHES.contains(first)
            && second.is_alphabetic()
            && !(second == 's' || second == 'S');
        elided
            || is_dash(first) && second.is_alphanumeric()
            || first == '=' && second.is_uppercase()
            || is_dash(self.before) && !is_dash(first)
            || APOSTROPHES.contains(self.before) && !APOSTROPHES.contains(first)
            || matches!(self.before, '\u{b0}' | '\u{2261}')
    }
}
