//! The syntax tree of an expression, and its text.

use std::fmt;

use smol_str::SmolStr;

use super::words::{self, Class};
use crate::Element;

/// A term, or an operator with its operands. Chains of the same operator are one flat node, so the
/// depth of the tree is the nesting of the expression, and recursion is safe.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expression {
    /// A keyword for a set of atoms.
    Class(Class),
    /// Author chain ids.
    Chain(Vec<SmolStr>),
    /// Author residue numbers.
    ResidueNumber(Vec<ResidueRange>),
    /// Residue names.
    ResidueName(Vec<Pattern>),
    /// Atom names.
    Name(Vec<Pattern>),
    /// Elements.
    Element(Vec<Element>),
    /// Atom indices, counted from 0.
    Index(Vec<NumberRange>),
    /// Serial numbers in the file.
    Serial(Vec<NumberRange>),
    /// Parts (input files), counted from 1.
    Part(Vec<NumberRange>),
    /// Atoms that are not in the operand.
    Not(Box<Self>),
    /// Atoms near those of the operand.
    Within {
        /// Largest distance in angstrom, 0 to [`super::limits::MAX_DISTANCE_ANGSTROM`].
        distance_angstrom: f64,
        /// Atoms from which it is measured.
        of: Box<Self>,
    },
    /// Whole residues.
    ByResidue(Box<Self>),
    /// Atoms in all operands; two or more.
    And(Vec<Self>),
    /// Atoms in any operand; two or more.
    Or(Vec<Self>),
}

/// A name or name prefix in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pattern {
    /// The name, without the `*`.
    pub(super) text: SmolStr,
    /// True for a prefix, which any characters may follow.
    pub(super) is_prefix: bool,
}

/// Numbers from `first` to `last`, both included; `first <= last`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NumberRange {
    pub(super) first: i64,
    pub(super) last: i64,
}

/// Position of a residue in its chain: number, then insertion code.
pub(super) type ResidueKey = (i32, u8);

/// A single residue number or a range of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ResidueRange {
    pub(super) first: ResidueEnd,
    /// `None` for a single residue.
    pub(super) last: Option<ResidueEnd>,
}

/// A residue number with or without insertion code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ResidueEnd {
    pub(super) number: i32,
    pub(super) insertion_code: Option<u8>,
}

impl ResidueRange {
    /// Returns the first and last residue, inclusive.
    pub(super) fn keys(self) -> (ResidueKey, ResidueKey) {
        let ResidueEnd {
            number,
            insertion_code,
        } = self.first;
        match self.last {
            None => {
                let key = (number, insertion_code.unwrap_or(b' '));
                (key, key)
            }
            Some(last) => (
                (number, insertion_code.unwrap_or(0)),
                (last.number, last.insertion_code.unwrap_or(u8::MAX)),
            ),
        }
    }
}

impl Expression {
    /// Writes the node as the operand of a prefix operator, with parentheses around `and` and `or`.
    fn fmt_tight(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(_) | Self::Or(_) => write!(f, "({self})"),
            _ => fmt::Display::fmt(self, f),
        }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Class(class) => f.write_str(class.word()),
            Self::Chain(ids) => list(f, "chain", ids, |f, id| text(f, id)),
            Self::ResidueNumber(ranges) => list(f, "resi", ranges, |f, v| write!(f, "{v}")),
            Self::ResidueName(names) => list(f, "resn", names, |f, v| write!(f, "{v}")),
            Self::Name(names) => list(f, "name", names, |f, v| write!(f, "{v}")),
            Self::Element(elements) => list(f, "element", elements, |f, e| f.write_str(e.symbol())),
            Self::Index(ranges) => list(f, "index", ranges, |f, v| write!(f, "{v}")),
            Self::Serial(ranges) => list(f, "serial", ranges, |f, v| write!(f, "{v}")),
            Self::Part(ranges) => list(f, "part", ranges, |f, v| write!(f, "{v}")),
            Self::Not(operand) => {
                f.write_str("not ")?;
                operand.fmt_tight(f)
            }
            Self::Within {
                distance_angstrom,
                of,
            } => {
                write!(f, "within {distance_angstrom} of ")?;
                of.fmt_tight(f)
            }
            Self::ByResidue(operand) => {
                f.write_str("byres ")?;
                operand.fmt_tight(f)
            }
            Self::And(operands) => joined(f, " and ", operands, Self::fmt_tight),
            Self::Or(operands) => joined(f, " or ", operands, |operand, f| match operand {
                Self::Or(_) => write!(f, "({operand})"),
                _ => fmt::Display::fmt(operand, f),
            }),
        }
    }
}

/// Writes a keyword and its values, joined by `+`.
fn list<T>(
    f: &mut fmt::Formatter<'_>,
    keyword: &str,
    values: &[T],
    value: impl Fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    f.write_str(keyword)?;
    for (i, item) in values.iter().enumerate() {
        f.write_str(if i == 0 { " " } else { "+" })?;
        value(f, item)?;
    }
    Ok(())
}

fn joined(
    f: &mut fmt::Formatter<'_>,
    operator: &str,
    operands: &[Expression],
    operand: impl Fn(&Expression, &mut fmt::Formatter<'_>) -> fmt::Result,
) -> fmt::Result {
    for (i, item) in operands.iter().enumerate() {
        if i > 0 {
            f.write_str(operator)?;
        }
        operand(item, f)?;
    }
    Ok(())
}

/// Writes a value, in quotes unless it parses to the same value without them.
fn text(f: &mut fmt::Formatter<'_>, value: &str) -> fmt::Result {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '\'' | '-' | '.');
    if !value.is_empty() && value.chars().all(plain) && !words::is_word(value) {
        return f.write_str(value);
    }
    f.write_str("\"")?;
    for c in value.chars() {
        if matches!(c, '"' | '\\') {
            f.write_str("\\")?;
        }
        write!(f, "{c}")?;
    }
    f.write_str("\"")
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_prefix {
            // A prefix comes from a value without quotes and does not need any.
            write!(f, "{}*", self.text)
        } else {
            text(f, &self.text)
        }
    }
}

impl fmt::Display for NumberRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.first == self.last {
            write!(f, "{}", self.first)
        } else {
            write!(f, "{}-{}", self.first, self.last)
        }
    }
}

impl fmt::Display for ResidueEnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number)?;
        match self.insertion_code {
            Some(code) => write!(f, "{}", char::from(code)),
            None => Ok(()),
        }
    }
}

impl fmt::Display for ResidueRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last {
            Some(last) => write!(f, "{}-{last}", self.first),
            None => write!(f, "{}", self.first),
        }
    }
}
