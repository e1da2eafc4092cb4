//! The letter of a choice.

use std::collections::BTreeSet;

use super::commands::{steps, steps_of};
use super::unwrapped;
use crate::plan::choices::LETTERS;
use crate::step::{Step, StepKind};

/// A letter behind one of these is the one that is meant.
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
/// Words that may stand between them and the letter.
const BETWEEN: [&str; 12] = [
    "is", "be", "would", "should", "must", "option", "choice", "picture", "letter", "the", "to",
    "correct",
];
/// Nouns for what a letter names.
const NOUNS: [&str; 4] = ["option", "choice", "picture", "letter"];
/// A letter before `is` and one of these is meant.
const RIGHT: [&str; 5] = ["correct", "right", "answer", "best", "true"];
/// A letter at the beginning, before one of these, is the answer, and what follows says why.
const REASONS: [&str; 8] = [
    "because", "since", "as", "for", "due", "where", "which", "given",
];

/// The letter that a text chooses; `options` are the texts of a question whose options are
/// commands, which stand for their letters.
///
/// A statement is the letter alone; a letter at the beginning (`C.`, `C: ...`, `Option C`,
/// `A because ...`); one behind `answer`, `choose`, ...; one before `is correct`; where there is
/// none of these, a capital at the very end, if no other letter is named. Statements of two
/// letters, and a letter beside commands of another option, are no answer.
#[must_use]
pub fn letter(text: &str, options: &[String]) -> Option<&'static str> {
    let text = unwrapped(text);
    let tokens = tokens(&text);
    let stated = stated(&tokens)?;
    let said = sorted(steps_of(&text));
    let by_commands: Vec<&'static str> = LETTERS
        .iter()
        .zip(options)
        .filter(|(_, option)| !said.is_empty() && sorted(steps(option)) == said)
        .map(|(letter, _)| *letter)
        .collect();
    match stated {
        Some(letter) => {
            let place = LETTERS.iter().position(|other| *other == letter)?;
            let own = options.get(place).map(|option| steps(option));
            let agrees = own.is_none_or(|own| said.iter().all(|step| own.contains(step)));
            agrees.then_some(letter)
        }
        None => by_commands.first().copied(),
    }
}

fn sorted(mut steps: Vec<Step>) -> Vec<Step> {
    steps.sort_by_key(|step| (step.kind == StepKind::Roll, step.axis as u8, step.amount));
    steps.dedup();
    steps
}

/// A word, or a mark between words.
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
        // Decoration is nothing, and a space parts words, no more.
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
        LETTERS
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

/// The letter that is stated, if any; the outer `None` where two are.
#[expect(
    clippy::option_option,
    reason = "no statement and a contradiction are different things"
)]
fn stated(tokens: &[Token]) -> Option<Option<&'static str>> {
    let words: Vec<usize> = (0..tokens.len())
        .filter(|place| matches!(tokens[*place], Token::Word(_)))
        .collect();
    let mut claims = BTreeSet::new();
    for (number, &place) in words.iter().enumerate() {
        let Some(letter) = tokens[place].letter() else {
            continue;
        };
        let before = &words[..number];
        let after = &words[number + 1..];
        let is_claim = words.len() == 1
            || begins(tokens, place, before, after)
            || is_chosen(tokens, place, before, after)
            || is_called_right(tokens, place, after);
        if is_claim {
            // `A or B` names both.
            if in_list(tokens, place) {
                return None;
            }
            claims.insert(letter);
        }
    }
    if claims.is_empty() {
        // An article cannot end a sentence; beside other letters it would be a guess.
        let capitals: BTreeSet<&str> = words
            .iter()
            .filter(|place| tokens[**place].is_capital())
            .filter_map(|place| tokens[*place].letter())
            .collect();
        let last = words.last().map(|place| &tokens[*place]);
        let ending = last
            .filter(|token| token.is_capital() && capitals.len() == 1)
            .and_then(Token::letter);
        let denied = words
            .iter()
            .rev()
            .nth(1)
            .is_some_and(|place| tokens[*place].is_word(&["not", "than", "or", "and"]));
        claims.extend(ending.filter(|_| !denied));
    }
    match claims.len() {
        0 => Some(None),
        1 => Some(claims.pop_first()),
        _ => None,
    }
}

/// `C.`, `(C)`, `C: ...`, `Option C`, `A because ...`
fn begins(tokens: &[Token], place: usize, before: &[usize], after: &[usize]) -> bool {
    let named = before.len() == 1 && tokens[before[0]].is_word(&NOUNS);
    if !before.is_empty() && !named {
        return false;
    }
    if !tokens[place].is_capital() && !named {
        // `a) ...`
        return matches!(tokens.get(place + 1), Some(Token::Mark(')' | ']')));
    }
    match tokens.get(place + 1) {
        None | Some(Token::Mark(_)) => true,
        Some(word) => {
            word.is_word(&REASONS)
                || is_called_right(tokens, place, after)
                || (word.is_word(&["or", "and"])
                    && tokens.get(place + 2).is_some_and(|t| t.letter().is_some()))
        }
    }
}

/// `The answer is C`, `I choose (c)`, `the correct option is C`
fn is_chosen(tokens: &[Token], place: usize, before: &[usize], after: &[usize]) -> bool {
    if !tokens[place].is_capital() {
        // `The answer is a complex` chooses nothing.
        if matches!(tokens.get(place + 1), Some(Token::Word(_))) {
            return false;
        }
    }
    let is = tokens
        .get(place + 1)
        .is_some_and(|token| token.is_word(&["is"]));
    if is && !is_called_right(tokens, place, after) {
        return false;
    }
    let mut seen_is = false;
    let mut seen_noun = false;
    for &earlier in before.iter().rev() {
        // What is said before a full stop or a line's end is said of something else, unless it is a
        // title (`Answer:`).
        let parted = tokens[earlier + 1..place]
            .iter()
            .any(|token| matches!(token, Token::Mark('.' | ';' | ',' | '!' | '?')));
        if parted {
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

/// `A is correct`, `C is the right option`
fn is_called_right(tokens: &[Token], place: usize, after: &[usize]) -> bool {
    let adjacent = after.first() == Some(&(place + 1));
    let mut after = after.iter().map(|place| &tokens[*place]);
    let is = after.next().is_some_and(|token| token.is_word(&["is"]));
    let next = after.next();
    let next = if next.is_some_and(|token| token.is_word(&["the"])) {
        after.next()
    } else {
        next
    };
    adjacent && is && next.is_some_and(|token| token.is_word(&RIGHT))
}

/// Whether a letter is one of several that are joined by `or`, `and`, `/`, `,` or `&`.
fn in_list(tokens: &[Token], place: usize) -> bool {
    let own = tokens[place].letter();
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
    let skip = usize::from(noun(tokens.get(place + 2)));
    let after = joins(tokens.get(place + 1)) && is_other(tokens.get(place + 2 + skip));
    let back = |steps: usize| place.checked_sub(steps).and_then(|place| tokens.get(place));
    let skip = usize::from(noun(back(1)));
    let before = joins(back(1 + skip)) && is_other(back(2 + skip));
    after || before
}
