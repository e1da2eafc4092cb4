//! Parses the letter of a multiple-choice answer.

use std::collections::BTreeSet;

use super::commands::{steps, steps_of};
use super::unwrapped;
use crate::step::{Step, StepKind};
use crate::task::OPTION_LETTERS;

/// A letter after one of these words is the answer.
const CHOOSING: [&str; 11] = [
    "answer",
    "choice",
    "choose",
    "chose",
    "choosing",
    "pick",
    "picked",
    "select",
    "selected",
    "selecting",
    "solution",
];
/// Words that may be between them and the letter.
const BETWEEN: [&str; 12] = [
    "is", "be", "would", "should", "must", "option", "choice", "picture", "letter", "the", "to",
    "correct",
];
/// Nouns that a letter may follow.
const NOUNS: [&str; 4] = ["option", "choice", "picture", "letter"];
/// A letter before `is` and one of these words is the answer.
const RIGHT: [&str; 5] = ["correct", "right", "answer", "best", "true"];
/// A letter at the beginning before one of these words is the answer, followed by its reason.
const REASONS: [&str; 8] = [
    "because", "since", "as", "for", "due", "where", "which", "given",
];

/// Returns the letter that a text chooses.
///
/// `options` are the texts of the options if these are commands; the commands of an option then
/// count as its letter. A statement is the letter alone; a letter at the beginning (`C.`, `C: ...`,
/// `Option C`, `A because ...`); one after `answer`, `choose`, ...; one before `is correct`; or
/// else a capital at the very end if no other letter is mentioned. A text with statements of two
/// letters, or with a letter and the commands of another option, has no answer.
#[must_use]
pub fn letter(text: &str, options: &[String]) -> Option<&'static str> {
    let text = unwrapped(text);
    let tokens = tokens(&text);
    let stated = stated(&tokens)?;
    let commands = sorted(steps_of(&text));
    let by_commands: Vec<&'static str> = OPTION_LETTERS
        .iter()
        .zip(options)
        .filter(|(_, option)| !commands.is_empty() && sorted(steps(option)) == commands)
        .map(|(letter, _)| *letter)
        .collect();
    match stated {
        Some(letter) => {
            let position = OPTION_LETTERS.iter().position(|other| *other == letter)?;
            let own = options.get(position).map(|option| steps(option));
            let agrees = own.is_none_or(|own| commands.iter().all(|step| own.contains(step)));
            agrees.then_some(letter)
        }
        None => by_commands.first().copied(),
    }
}

/// Sorts steps and removes duplicates.
fn sorted(mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_by_key(|step| (step.kind == StepKind::Roll, step.axis as u8, step.amount));
    steps.dedup();
    steps
}

/// A word or a punctuation mark.
#[derive(Debug, PartialEq)]
enum Token {
    Word(String),
    Mark(char),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word = String::new();
    for c in text.chars() {
        let joins = c.is_alphanumeric() || (c == '\'' && !word.is_empty() && word.len() > 1);
        if joins {
            word.push(c);
            continue;
        }
        if !word.is_empty() {
            tokens.push(Token::Word(std::mem::take(&mut word)));
        }
        // Decoration is ignored, and spaces only separate words.
        if c == '\n'
            || !(c.is_whitespace() || "*_`\"'$\u{201c}\u{201d}\u{2019}\u{2018}".contains(c))
        {
            tokens.push(Token::Mark(c));
        }
    }
    if !word.is_empty() {
        tokens.push(Token::Word(word));
    }
    tokens
}

impl Token {
    fn letter(&self) -> Option<&'static str> {
        let Self::Word(word) = self else {
            return None;
        };
        OPTION_LETTERS
            .into_iter()
            .find(|letter| word.trim_end_matches('\'').eq_ignore_ascii_case(letter))
    }

    fn is_capital(&self) -> bool {
        matches!(self, Self::Word(word) if word.chars().all(char::is_uppercase))
    }

    fn is_word(&self, of: &[&str]) -> bool {
        matches!(self, Self::Word(word) if of.iter().any(|other| word.eq_ignore_ascii_case(other)))
    }
}

/// Returns the stated letter, if any; the outer `None` means that two are stated.
#[expect(
    clippy::option_option,
    reason = "a missing statement differs from a contradiction"
)]
fn stated(tokens: &[Token]) -> Option<Option<&'static str>> {
    let words: Vec<usize> = (0..tokens.len())
        .filter(|position| matches!(tokens[*position], Token::Word(_)))
        .collect();
    let mut claims = BTreeSet::new();
    for (number, &position) in words.iter().enumerate() {
        let Some(letter) = tokens[position].letter() else {
            continue;
        };
        let before = &words[..number];
        let after = &words[number + 1..];
        let is_claim = words.len() == 1
            || begins(tokens, position, before, after)
            || is_chosen(tokens, position, before, after)
            || is_called_right(tokens, position, after);
        if is_claim {
            // `A or B` states both.
            if in_list(tokens, position) {
                return None;
            }
            claims.insert(letter);
        }
    }
    if claims.is_empty() {
        // A capital A at the end of a sentence cannot be an article. If other letters are
        // mentioned, it is unclear which one is the answer.
        let capitals: BTreeSet<&str> = words
            .iter()
            .filter(|position| tokens[**position].is_capital())
            .filter_map(|position| tokens[*position].letter())
            .collect();
        let last = words.last().map(|position| &tokens[*position]);
        let final_letter = last
            .filter(|token| token.is_capital() && capitals.len() == 1)
            .and_then(Token::letter);
        let denied = words
            .iter()
            .rev()
            .nth(1)
            .is_some_and(|position| tokens[*position].is_word(&["not", "than", "or", "and"]));
        claims.extend(final_letter.filter(|_| !denied));
    }
    match claims.len() {
        0 => Some(None),
        1 => Some(claims.pop_first()),
        _ => None,
    }
}

/// Returns whether a letter begins the text as an answer: `C.`, `(C)`, `Option C`, `A because ...`.
fn begins(tokens: &[Token], position: usize, before: &[usize], after: &[usize]) -> bool {
    let named = before.len() == 1 && tokens[before[0]].is_word(&NOUNS);
    if !before.is_empty() && !named {
        return false;
    }
    if !tokens[position].is_capital() && !named {
        // `a) ...`
        return matches!(tokens.get(position + 1), Some(Token::Mark(')' | ']')));
    }
    match tokens.get(position + 1) {
        None | Some(Token::Mark(_)) => true,
        Some(word) => {
            word.is_word(&REASONS)
                || is_called_right(tokens, position, after)
                || (word.is_word(&["or", "and"])
                    && tokens
                        .get(position + 2)
                        .is_some_and(|t| t.letter().is_some()))
        }
    }
}

/// Returns whether a letter is chosen: `The answer is C`, `the correct option is C`.
fn is_chosen(tokens: &[Token], position: usize, before: &[usize], after: &[usize]) -> bool {
    if !tokens[position].is_capital() {
        // `The answer is a complex` chooses nothing.
        if matches!(tokens.get(position + 1), Some(Token::Word(_))) {
            return false;
        }
    }
    let is = tokens
        .get(position + 1)
        .is_some_and(|token| token.is_word(&["is"]));
    if is && !is_called_right(tokens, position, after) {
        return false;
    }
    let mut seen_is = false;
    let mut seen_noun = false;
    for &earlier in before.iter().rev() {
        // Words before a full stop or comma belong to another statement.
        let is_separated = tokens[earlier + 1..position]
            .iter()
            .any(|token| matches!(token, Token::Mark('.' | ';' | ',' | '!' | '?')));
        if is_separated {
            return false;
        }
        if tokens[earlier].is_word(&CHOOSING) {
            return true;
        }
        if seen_is && tokens[earlier].is_word(&NOUNS) {
            return true;
        }
        if !tokens[earlier].is_word(&BETWEEN) {
            return false;
        }
        seen_is |= tokens[earlier].is_word(&["is", "be"]);
        seen_noun |= tokens[earlier].is_word(&NOUNS);
    }
    // `The correct option: C`
    seen_noun
        && before
            .iter()
            .any(|earlier| tokens[*earlier].is_word(&["correct"]))
}

/// Returns whether a letter is called right: `A is correct`, `C is the right option`.
fn is_called_right(tokens: &[Token], position: usize, after: &[usize]) -> bool {
    let adjacent = after.first() == Some(&(position + 1));
    let mut after = after.iter().map(|position| &tokens[*position]);
    let is = after.next().is_some_and(|token| token.is_word(&["is"]));
    let next = after.next();
    let next = if next.is_some_and(|token| token.is_word(&["the"])) {
        after.next()
    } else {
        next
    };
    adjacent && is && next.is_some_and(|token| token.is_word(&RIGHT))
}

/// Returns whether a letter is one of several, joined by `or`, `and`, `/`, `,` or `&`.
fn in_list(tokens: &[Token], position: usize) -> bool {
    let own = tokens[position].letter();
    let is_other = |token: Option<&Token>| {
        token.is_some_and(|token| {
            token.is_capital() && token.letter().is_some_and(|l| Some(l) != own)
        })
    };
    let joins = |token: Option<&Token>| {
        token.is_some_and(|token| {
            token.is_word(&["or", "and"]) || matches!(token, Token::Mark('/' | ',' | '&'))
        })
    };
    let noun = |token: Option<&Token>| token.is_some_and(|token| token.is_word(&NOUNS));
    let skip = usize::from(noun(tokens.get(position + 2)));
    let after = joins(tokens.get(position + 1)) && is_other(tokens.get(position + 2 + skip));
    let back = |steps: usize| {
        position
            .checked_sub(steps)
            .and_then(|position| tokens.get(position))
    };
    let skip = usize::from(noun(back(1)));
    let before = joins(back(1 + skip)) && is_other(back(2 + skip));
    after || before
}
