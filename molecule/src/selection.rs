//! The selection language.

use crate::{MoleculeError, Structure};

/// A parsed selection expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {}

impl Selection {
    /// Parses an expression.
    pub fn parse(_expression: &str) -> Result<Self, MoleculeError> {
        Ok(Self {})
    }

    /// One flag an atom, in atom order.
    #[must_use]
    pub fn evaluate(&self, structure: &Structure) -> Vec<bool> {
        vec![true; structure.atoms().len()]
    }
}
