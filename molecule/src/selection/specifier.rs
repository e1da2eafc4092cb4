//! Atom specifiers of `ChimeraX` (the hierarchical part of
//! <https://www.cgl.ucsf.edu/chimerax/docs/user/commands/atomspec.html>).

use smol_str::SmolStr;

use super::ast::Expression;
use super::lexer::quoted;
use super::parser::{Parser, Result, Value, one_or};
use super::values::{RangeError, residue_range};
use super::words::Property;

impl Parser<'_> {
    /// Parses `#part/chains:residues@atoms`, each piece at most once and in this order.
    pub(super) fn specifier(&self, column: usize, text: &str) -> Result<Expression> {
        const FORM: &str = "write #PART/CHAIN:RESIDUES@ATOMS, each piece at most once and in this order, \
             as in `/A:45-60,HEM@CA`";
        let mut operands = Vec::new();
        let mut rest = text;
        let mut at = column;
        for mark in ['#', '/', ':', '@'] {
            let Some(after) = rest.strip_prefix(mark) else {
                continue;
            };
            let end = after.find(['#', '/', ':', '@']).unwrap_or(after.len());
            let (list, next) = after.split_at(end);
            let mut values = Vec::new();
            at += 1;
            for value in list.split(',') {
                if value.is_empty() {
                    return Err(self.error_at(
                        at,
                        format!("a value is missing after `{mark}` or `,`"),
                        FORM,
                    ));
                }
                // Outside of a specifier `~` means "not", so such a value could not be written
                // back.
                if value.starts_with('~') {
                    return Err(self.error_at(
                        at,
                        format!("{} begins with `~`, which means \"not\"", quoted(value)),
                        "put `~` before the whole specifier, or give the name in quotes, as in `name \"~X\"`",
                    ));
                }
                values.push(Value {
                    column: at,
                    text: SmolStr::new(value),
                    quoted: false,
                });
                at += value.chars().count() + 1;
            }
            // The last value has no comma after it.
            at -= 1;
            operands.push(match mark {
                '#' => self.property_of(Property::Part, values)?,
                '/' => self.property_of(Property::Chain, values)?,
                ':' => self.residues(values)?,
                _ => self.property_of(Property::Name, values)?,
            });
            rest = next;
        }
        if !rest.is_empty() {
            return Err(self.error_at(at, format!("{} is out of order", quoted(rest)), FORM));
        }
        Ok(one_or(operands, Expression::And))
    }

    /// Parses residue numbers and names in one list, as `ChimeraX` allows after `:`.
    fn residues(&self, values: Vec<Value>) -> Result<Expression> {
        let (numbers, names): (Vec<_>, Vec<_>) = values
            .into_iter()
            .partition(|value| !matches!(residue_range(&value.text), Err(RangeError::Form)));
        let mut operands = Vec::new();
        for (property, values) in [
            (Property::ResidueNumber, numbers),
            (Property::ResidueName, names),
        ] {
            if !values.is_empty() {
                operands.push(self.property_of(property, values)?);
            }
        }
        Ok(one_or(operands, Expression::Or))
    }
}
