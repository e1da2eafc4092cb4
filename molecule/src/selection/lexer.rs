//! Characters to tokens, each with its column.

use super::limits::MAX_EXPRESSION_BYTES;
use crate::MoleculeError;

/// A piece of the expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// Column of its first character, counted from 1 in characters.
    pub(super) column: usize,
    pub(super) kind: TokenKind,
}

/// What kind of piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum TokenKind {
    Open,
    Close,
    And,
    Or,
    Not,
    /// `+` or `,` between the values of a list.
    Separator(char),
    /// Text in quotes, without them.
    Quoted(String),
    /// A word, number or name.
    Word(String),
    /// An atom specifier: begins with `#`, `/`, `:` or `@`.
    Specifier(String),
}

/// An error that points at a column of the expression.
pub(super) fn fault(
    expression: &str,
    column: usize,
    problem: impl Into<String>,
    remedy: impl Into<String>,
) -> MoleculeError {
    MoleculeError::Selection {
        // The line that points at the column needs one line above it, without characters that move
        // the cursor.
        expression: expression.chars().map(printable).collect(),
        column,
        problem: problem.into(),
        remedy: remedy.into(),
    }
}

fn printable(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

/// A piece of the expression as it is shown in a message: printable and short.
pub(super) fn shown(text: &str) -> String {
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

/// Cuts an expression into tokens.
///
/// # Errors
/// [`MoleculeError::Selection`] for an expression that is too long and for a quotation mark without
/// its partner.
pub(super) fn tokens(expression: &str) -> Result<Vec<Token>, MoleculeError> {
    if expression.len() > MAX_EXPRESSION_BYTES {
        let start: String = expression.chars().take(60).collect();
        return Err(fault(
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
                            return Err(fault(
                                expression,
                                column,
                                "the quotation mark has no partner",
                                "put `\"` behind the name; a `\"` within it is written `\\\"`",
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
