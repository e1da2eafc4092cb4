//! Recursive descent parser: `or` over `and` over prefix operators.

use smol_str::SmolStr;

use super::ast::{Expression, NumberRange, Pattern};
use super::lexer::{Token, TokenKind, error_at, quoted, tokens};
use super::limits::{MAX_DEPTH, MAX_DISTANCE_ANGSTROM, MAX_DISTANCE_TERMS, MAX_TERMS};
use super::values::{RangeError, element, number_range, residue_range};
use super::words::{self, Class, Meaning, Operator, Property};
use crate::MoleculeError;

/// Result of every parsing step.
pub(super) type Result<T> = std::result::Result<T, MoleculeError>;

/// The terms, for messages.
const TERMS: &str = "a term is one of all, none, ligand, pocket, protein, nucleic, polymer, water, ion, metal, hetero, \
     hydrogen, heavy, backbone, sidechain, or chain, resi, resn, name, element, index, serial, part with values, or \
     /CHAIN:RESIDUE@ATOM";

/// Parses a whole expression.
pub(super) fn parse(expression: &str) -> Result<Expression> {
    let mut parser = Parser {
        expression,
        tokens: tokens(expression)?,
        next: 0,
        depth: 0,
        terms: 0,
        distance_terms: 0,
    };
    let root = parser.any_of()?;
    match parser.peek() {
        None => Ok(root),
        Some(token) => {
            let column = token.column;
            let (problem, remedy) = match &token.kind {
                TokenKind::Close => (
                    "this parenthesis was not opened".to_string(),
                    "remove it, or put `(` before the group".to_string(),
                ),
                TokenKind::Separator(c) => (
                    format!("`{c}` joins values of a list, not terms"),
                    "write `or` between terms".to_string(),
                ),
                kind => (
                    format!("{} follows a term without an operator", described(kind)),
                    match kind {
                        TokenKind::Word(word) => near(word).unwrap_or_else(joining),
                        _ => joining(),
                    },
                ),
            };
            Err(error_at(expression, column, problem, remedy))
        }
    }
}

fn joining() -> String {
    "write `and` or `or` between them".to_string()
}

/// Returns a suggestion for a mistyped keyword, unless the word is a keyword.
fn near(word: &str) -> Option<String> {
    if words::is_word(word) {
        return None;
    }
    words::nearest(word).map(|nearest| format!("did you mean `{nearest}`?"))
}

fn described(kind: &TokenKind) -> String {
    match kind {
        TokenKind::Open => "`(`".into(),
        TokenKind::Close => "`)`".into(),
        TokenKind::And => "`&`".into(),
        TokenKind::Or => "`|`".into(),
        TokenKind::Not => "`!`".into(),
        TokenKind::Separator(c) => format!("`{c}`"),
        TokenKind::Quoted(text) | TokenKind::Word(text) | TokenKind::Specifier(text) => {
            quoted(text)
        }
    }
}

/// State of parsing: position in the list of tokens, and counts for the limits.
pub(super) struct Parser<'a> {
    expression: &'a str,
    tokens: Vec<Token>,
    next: usize,
    depth: usize,
    terms: usize,
    distance_terms: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get(self.next).cloned();
        self.next += usize::from(token.is_some());
        token
    }

    /// Returns the column of the next token, or the one after the expression.
    fn column(&self) -> usize {
        self.peek().map_or_else(
            || self.expression.trim_end().chars().count() + 1,
            |token| token.column,
        )
    }

    /// Creates an error at a column of the expression.
    pub(super) fn error_at(
        &self,
        column: usize,
        problem: impl Into<String>,
        remedy: impl Into<String>,
    ) -> MoleculeError {
        error_at(self.expression, column, problem, remedy)
    }

    /// Returns the operator of the next token, if it is one.
    fn operator(&self) -> Option<Operator> {
        match &self.peek()?.kind {
            TokenKind::And => Some(Operator::And),
            TokenKind::Or => Some(Operator::Or),
            TokenKind::Not => Some(Operator::Not),
            TokenKind::Word(word) => match words::meaning(word) {
                Some(Meaning::Operator(operator)) => Some(operator),
                _ => None,
            },
            _ => None,
        }
    }

    /// Parses `X or Y or ...`.
    fn any_of(&mut self) -> Result<Expression> {
        let first = self.all_of()?;
        let mut operands = vec![first];
        while self.operator() == Some(Operator::Or) {
            self.next += 1;
            operands.push(self.all_of()?);
        }
        Ok(one_or(operands, Expression::Or))
    }

    /// Parses `X and Y and ...`.
    fn all_of(&mut self) -> Result<Expression> {
        let first = self.operand()?;
        let mut operands = vec![first];
        while self.operator() == Some(Operator::And) {
            self.next += 1;
            operands.push(self.operand()?);
        }
        Ok(one_or(operands, Expression::And))
    }

    /// Parses a term, a group, or a prefix operator with its operand.
    fn operand(&mut self) -> Result<Expression> {
        let column = self.column();
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(self.error_at(
                column,
                format!("parentheses and operators are nested more than {MAX_DEPTH} deep"),
                "remove what is not needed",
            ));
        }
        let operand = match self.operator() {
            Some(Operator::Not) => {
                self.next += 1;
                Expression::Not(Box::new(self.operand()?))
            }
            Some(Operator::ByResidue) => {
                self.next += 1;
                Expression::ByResidue(Box::new(self.operand()?))
            }
            Some(Operator::Within) => self.within(column)?,
            Some(operator @ (Operator::And | Operator::Or | Operator::Of)) => {
                return Err(self.error_at(
                    column,
                    format!("`{operator}` has no term before it"),
                    TERMS,
                ));
            }
            None => self.term(column)?,
        };
        self.depth -= 1;
        Ok(operand)
    }

    /// Parses `within D of X`.
    fn within(&mut self, column: usize) -> Result<Expression> {
        const FORM: &str =
            "write a distance in angstrom from 0 to 1000, as in `within 5 of ligand`";
        self.next += 1;
        self.count_distance_term(column)?;
        let distance_column = self.column();
        let typed = match self.peek().map(|token| &token.kind) {
            Some(TokenKind::Word(word)) => word.clone(),
            Some(kind) => {
                return Err(self.error_at(
                    distance_column,
                    format!("{} is not a distance", described(kind)),
                    FORM,
                ));
            }
            None => return Err(self.error_at(distance_column, "the distance is missing", FORM)),
        };
        let distance_angstrom = match typed.parse::<f64>() {
            // Adding zero changes negative zero to zero.
            Ok(distance) if (0.0..=MAX_DISTANCE_ANGSTROM).contains(&distance) => distance + 0.0,
            Ok(_) => {
                return Err(self.error_at(
                    distance_column,
                    format!("the distance {} is out of range", quoted(&typed)),
                    FORM,
                ));
            }
            Err(_) => {
                return Err(self.error_at(
                    distance_column,
                    format!("{} is not a distance", quoted(&typed)),
                    FORM,
                ));
            }
        };
        self.next += 1;
        if self.operator() != Some(Operator::Of) {
            return Err(self.error_at(
                self.column(),
                format!("`of` is missing after `within {distance_angstrom}`"),
                format!("write `within {distance_angstrom} of` and a term"),
            ));
        }
        self.next += 1;
        Ok(Expression::Within {
            distance_angstrom,
            of: Box::new(self.operand()?),
        })
    }

    fn count_distance_term(&mut self, column: usize) -> Result<()> {
        self.distance_terms += 1;
        if self.distance_terms > MAX_DISTANCE_TERMS {
            return Err(self.error_at(
                column,
                format!("more than {MAX_DISTANCE_TERMS} terms compute distances"),
                "combine the targets with `or`, as in `within 5 of (X or Y)`",
            ));
        }
        Ok(())
    }

    /// Parses a group, a class, a property with its values, or an atom specifier.
    fn term(&mut self, column: usize) -> Result<Expression> {
        self.terms += 1;
        if self.terms > MAX_TERMS {
            return Err(self.error_at(
                column,
                format!("the expression has more than {MAX_TERMS} terms"),
                "put values into lists, as in `resi 45+47+50-55`",
            ));
        }
        let Some(token) = self.take() else {
            let problem = if self.tokens.is_empty() {
                "the expression is empty"
            } else {
                "the expression ends where a term is missing"
            };
            return Err(self.error_at(column, problem, TERMS));
        };
        match token.kind {
            TokenKind::Open => {
                let group = self.any_of()?;
                match self.peek().map(|token| &token.kind) {
                    Some(TokenKind::Close) => {
                        self.next += 1;
                        Ok(group)
                    }
                    None => Err(self.error_at(
                        column,
                        "this parenthesis is not closed",
                        "put `)` after the group",
                    )),
                    Some(TokenKind::Word(word)) => Err(self.error_at(
                        self.column(),
                        format!("{} follows a term without an operator", quoted(word)),
                        near(word).unwrap_or_else(joining),
                    )),
                    Some(kind) => Err(self.error_at(
                        self.column(),
                        format!("{} follows a term without an operator", described(kind)),
                        joining(),
                    )),
                }
            }
            TokenKind::Word(word) if word == "*" => Ok(Expression::Class(Class::All)),
            TokenKind::Word(word) => match words::meaning(&word) {
                Some(Meaning::Class(class)) => {
                    if class == Class::Pocket {
                        self.count_distance_term(column)?;
                    }
                    Ok(Expression::Class(class))
                }
                Some(Meaning::Property(property)) => self.property(property),
                _ => Err(self.unknown_word(column, &word)),
            },
            TokenKind::Specifier(text) => self.specifier(column, &text),
            TokenKind::Close if matches!(self.tokens.get(self.next.wrapping_sub(2)), Some(t) if t.kind == TokenKind::Open) => {
                Err(self.error_at(column, "there is nothing between the parentheses", TERMS))
            }
            kind => Err(self.error_at(
                column,
                format!("{} is found where a term should begin", described(&kind)),
                TERMS,
            )),
        }
    }

    fn unknown_word(&self, column: usize, word: &str) -> MoleculeError {
        let remedy = if let Some(nearest) = words::nearest(word) {
            format!("did you mean `{nearest}`?")
        } else if residue_range(word).is_ok() {
            format!("a residue number is written `resi {word}`; {TERMS}")
        } else {
            TERMS.to_string()
        };
        self.error_at(column, format!("{} is not a keyword", quoted(word)), remedy)
    }

    /// Parses the values of a property: words separated by `+`, `,` or space, up to the next
    /// keyword.
    fn property(&mut self, property: Property) -> Result<Expression> {
        let mut values = Vec::new();
        let mut separated = false;
        loop {
            let column = self.column();
            let expected = values.is_empty() || separated;
            let value = match self.peek().map(|token| &token.kind) {
                Some(TokenKind::Quoted(text)) => Some((SmolStr::new(text), true)),
                Some(TokenKind::Word(word)) => match words::meaning(word) {
                    Some(Meaning::Operator(_)) => None,
                    // A name may equal a keyword (`resn ALL` is allose): the first word and words
                    // after a separator are always values.
                    Some(_) if !expected => None,
                    _ => Some((SmolStr::new(word), false)),
                },
                _ => None,
            };
            let Some((text, quoted)) = value else {
                if expected {
                    return Err(self.missing_value(column, property));
                }
                break;
            };
            values.push(Value {
                column,
                text,
                quoted,
            });
            self.next += 1;
            separated = matches!(
                self.peek().map(|token| &token.kind),
                Some(TokenKind::Separator(_))
            );
            self.next += usize::from(separated);
        }
        self.property_of(property, values)
    }

    fn missing_value(&self, column: usize, property: Property) -> MoleculeError {
        let found = self
            .peek()
            .map_or_else(|| "the end".to_string(), |token| described(&token.kind));
        self.error_at(
            column,
            format!("`{}` needs a value, but {found} follows", property.word()),
            format!(
                "give {}; a name with other characters goes in `\"...\"`",
                property.values()
            ),
        )
    }

    /// Converts the values to the expression of the property.
    pub(super) fn property_of(&self, property: Property, values: Vec<Value>) -> Result<Expression> {
        let numbers = |lowest: i64, highest: i64| -> Result<Vec<NumberRange>> {
            values
                .iter()
                .map(|value| {
                    self.unquoted(value, property)?;
                    number_range(&value.text)
                        .filter(|range| range.first >= lowest && range.last <= highest)
                        .ok_or_else(|| self.bad_value(value, property))
                })
                .collect()
        };
        Ok(match property {
            Property::Chain => {
                Expression::Chain(values.into_iter().map(|value| value.text).collect())
            }
            Property::ResidueName => {
                Expression::ResidueName(values.iter().map(Value::pattern).collect())
            }
            Property::Name => Expression::Name(values.iter().map(Value::pattern).collect()),
            Property::ResidueNumber => Expression::ResidueNumber(
                values
                    .iter()
                    .map(|value| {
                        self.unquoted(value, property)?;
                        residue_range(&value.text).map_err(|problem| match problem {
                            RangeError::Form => self.bad_value(value, property),
                            RangeError::Descending => self.error_at(
                                value.column,
                                format!("the range {} is descending", quoted(&value.text)),
                                "give the lower residue number first",
                            ),
                        })
                    })
                    .collect::<Result<_>>()?,
            ),
            Property::Element => Expression::Element(
                values
                    .iter()
                    .map(|value| {
                        element(&value.text).ok_or_else(|| self.bad_value(value, property))
                    })
                    .collect::<Result<_>>()?,
            ),
            Property::Index => Expression::Index(numbers(0, i64::from(u32::MAX))?),
            Property::Serial => {
                Expression::Serial(numbers(i64::from(i32::MIN), i64::from(i32::MAX))?)
            }
            Property::Part => Expression::Part(numbers(1, i64::from(u32::MAX))?),
        })
    }

    fn unquoted(&self, value: &Value, property: Property) -> Result<()> {
        if value.quoted {
            return Err(self.bad_value(value, property));
        }
        Ok(())
    }

    fn bad_value(&self, value: &Value, property: Property) -> MoleculeError {
        let remedy = match near(&value.text) {
            // A mistyped operator after a list looks like one more value.
            Some(advice) if !value.quoted => advice,
            _ => format!("give {}", property.values()),
        };
        self.error_at(
            value.column,
            format!(
                "{} is not a value of `{}`",
                quoted(&value.text),
                property.word()
            ),
            remedy,
        )
    }
}

/// One value of a list.
pub(super) struct Value {
    /// Column of its first character.
    pub(super) column: usize,
    pub(super) text: SmolStr,
    /// True for a quoted value.
    pub(super) quoted: bool,
}

impl Value {
    fn pattern(&self) -> Pattern {
        match self.text.strip_suffix('*') {
            Some(start) if !self.quoted => Pattern {
                text: SmolStr::new(start),
                is_prefix: true,
            },
            _ => Pattern {
                text: self.text.clone(),
                is_prefix: false,
            },
        }
    }
}

/// Returns the only operand, or the operator with several.
pub(super) fn one_or(
    mut operands: Vec<Expression>,
    many: fn(Vec<Expression>) -> Expression,
) -> Expression {
    if operands.len() == 1 {
        operands.swap_remove(0)
    } else {
        many(operands)
    }
}
