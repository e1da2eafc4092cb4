//! Splits an expression into tokens with columns.

use super::limits::MAX_EXPRESSION_BYTES;
use crate::MoleculeError;

/// A token of the expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Column of its first character, counted from 1 in characters.
    pub(super) column: usize,
    pub(super) kind: TokenKind,
}

/// Kind of token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    Open,
    Close,
    And,
    Or,
    Not,
    /// `+` or `,` between the values of a list.
    Separator(char),
    /// Quoted text, without the quotes.
    Quoted(String),
    /// A word, number or name.
    Word(String),
    /// An atom specifier: begins with `#`, `/`, `:` or `@`.
    Specifier(String),
}

/// Creates an error at a column of the expression.
pub(super) fn error_at(
    expression: &str,
    column: usize,
    problem: impl Into<String>,
    remedy: impl Into<String>,
) -> MoleculeError {
    MoleculeError::Selection {
        // The expression is shown in one line above the mark of the column, so control characters
        // are replaced.
        expression: expression.chars().map(printable).collect(),
        column,
        problem: problem.into(),
        remedy: remedy.into(),
    }
}

fn printable(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

/// Formats a part of the expression for a message: printable and short.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut short: String = text.chars().take(LONGEST).map(printable).collect();
    if text.chars().nth(LONGEST).is_some() {
        short.push('…');
    }
    format!("`{short}`")
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '&' | '|' | '!' | '"' | '+' | ',')
}

fn ends_specifier(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '&' | '|' | '!' | '"' | '+')
}

/// Splits an expression into tokens.
///
/// # Errors
/// Returns [`MoleculeError::Selection`] for an expression that is too long and for a missing
/// closing quotation mark.
pub(super) fn tokens(expression: &str) -> Result<Vec<Token>, MoleculeError> {
    if expression.len() > MAX_EXPRESSION_BYTES {
        let start: String = expression.chars().take(60).collect();
        return Err(error_at(
            &start,
            1,
            format!("the expression has {} bytes", expression.len()),
            format!("give at most {MAX_EXPRESSION_BYTES}"),
        ));
    }
    let mut tokens = Vec::new();
    let mut characters = (1..).zip(expression.chars()).peekable();
    while let Some((column, c)) = characters.next() {
        let mut word = |ends: fn(char) -> bool| {
            let mut text = String::from(c);
            while let Some((_, next)) = characters.next_if(|&(_, next)| !ends(next)) {
                text.push(next);
            }
            text
        };
        let kind = match c {
            _ if c.is_whitespace() => continue,
            '(' => TokenKind::Open,
            ')' => TokenKind::Close,
            '&' => TokenKind::And,
            '|' => TokenKind::Or,
            '!' | '~' => TokenKind::Not,
            '+' | ',' => TokenKind::Separator(c),
            '#' | '/' | ':' | '@' => TokenKind::Specifier(word(ends_specifier)),
            '"' => {
                let mut text = String::new();
                loop {
                    match characters.next() {
                        Some((_, '"')) => break,
                        Some((_, '\\')) => text.extend(characters.next().map(|(_, c)| c)),
                        Some((_, c)) => text.push(c),
                        None => {
                            return Err(error_at(
                                expression,
                                column,
                                "the quotation mark is not closed",
                                "put `\"` after the name; a `\"` within it is written `\\\"`",
                            ));
                        }
                    }
                }
                TokenKind::Quoted(text)
            }
            _ => TokenKind::Word(word(ends_word)),
        };
        tokens.push(Token { column, kind });
    }
    Ok(tokens)
}
