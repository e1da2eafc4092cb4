//! The selection language: expressions that select atoms.
//!
//! The keywords are those of `PyMOL`, Mol* and `ChimeraX` where these agree. An expression consists
//! of *terms* joined by operators; keywords may be written in any case.
//!
//! | term | atoms |
//! |---|---|
//! | `all`, `*`, `none` | every atom, no atom |
//! | `chain A B`, `chain A+B`, `chain A,B` | by author chain id; `chain ""` is the blank one |
//! | `resi 45`, `resi 45-60`, `resi 45A`, `resi -5+7+50-55` | by author residue number |
//! | `resn ARG HIS` | by residue name |
//! | `name NH2`, `name O5' C*` | by atom name |
//! | `element N+O` (`elem`) | by element; `X` is the unknown one |
//! | `index 0-9` | by position in the structure, **counted from 0**, as in annotations |
//! | `serial 1-10` | by serial number in the file |
//! | `part 1` (`model`) | by input file, counted from 1 |
//! | `ligand` | parts that are ligands of a complex if there are any, else residues of class ligand |
//! | `pocket` | parts that are pockets if there are any, else the residues within 10 angstrom of the ligand |
//! | `protein`, `nucleic`, `polymer` | amino acids, nucleotides, both |
//! | `water` (`solvent`), `ion`, `metal`, `hetero` | water; single-atom ions; metal elements; `HETATM` residues |
//! | `hydrogen`, `heavy` | hydrogen; everything else |
//! | `backbone`, `sidechain` | of amino acids and nucleotides; a hydrogen goes with the atom that it is bonded to |
//! | `helix`, `strand` (`sheet`), `coil` | amino acids in helices, in strands, in neither, by the records of the file or else by the rules of DSSP |
//! | `#1/A:45-60,ARG@N,C*` | `ChimeraX`'s atom specifier: part, chains, residue numbers or names, atom names |
//!
//! | operator | meaning |
//! |---|---|
//! | `not X`, `!X`, `~X` | every other atom |
//! | `within D of X` | atoms at most D angstrom (0 to 1000) from any atom of X; those of X are among them |
//! | `byres X` | all atoms of every residue that has an atom in X |
//! | `X and Y`, `X & Y` | both |
//! | `X or Y`, <code>X &#124; Y</code> | either |
//!
//! The three prefix operators bind most tightly, then `and`, then `or`; parentheses group. Names of
//! residues, atoms and elements may be written in any case. A chain id is matched as written; where
//! no chain has exactly that id, in any case. A value in `"..."` (with `\"` and `\\` inside) is
//! used literally; without quotes a `*` at the end of a residue or atom name matches any
//! characters, and a value that is a keyword needs quotes unless it is the first of its list. A
//! residue number without insertion code selects the residue without one; a range includes the
//! insertion codes between its ends, and all codes of an end that is given without one.
//!
//! The time of an evaluation is proportional to atoms times terms; [`MAX_TERMS`],
//! [`MAX_DISTANCE_TERMS`], [`MAX_DEPTH`] and [`MAX_EXPRESSION_BYTES`] limit an expression.

mod ast;
mod classes;
mod evaluate;
mod lexer;
mod limits;
mod mask;
mod near;
mod parser;
mod specifier;
mod text;
mod values;
mod words;

#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

use crate::cancel::{CancelToken, Cancelled};
use crate::{MoleculeError, Structure};

pub(crate) use near::within;

pub use limits::{
    MAX_DEPTH, MAX_DISTANCE_ANGSTROM, MAX_DISTANCE_TERMS, MAX_EXPRESSION_BYTES, MAX_TERMS,
    POCKET_DISTANCE_ANGSTROM,
};

/// A parsed selection expression. Its text (`Display`) is an expression that parses to an equal
/// selection.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    root: ast::Expression,
}

impl Selection {
    /// Parses an expression.
    ///
    /// # Errors
    /// Returns [`MoleculeError::Selection`] with the column of the first error, in characters from
    /// 1.
    pub fn parse(expression: &str) -> Result<Self, MoleculeError> {
        parser::parse(expression).map(|root| Self { root })
    }

    /// Returns one flag per atom, in atom order.
    #[must_use]
    pub fn evaluate(&self, structure: &Structure) -> Vec<bool> {
        // Nothing cancels the token, so there are flags.
        evaluate::evaluate(&self.root, structure, &CancelToken::new()).unwrap_or_default()
    }

    /// Evaluates as [`Self::evaluate`]; looks at `cancel` before each term and again and again
    /// within distances.
    ///
    /// # Errors
    /// [`Cancelled`].
    pub fn evaluate_cancellable(
        &self,
        structure: &Structure,
        cancel: &CancelToken,
    ) -> Result<Vec<bool>, Cancelled> {
        evaluate::evaluate(&self.root, structure, cancel)
    }
}

impl fmt::Display for Selection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.root, f)
    }
}

impl FromStr for Selection {
    type Err = MoleculeError;

    fn from_str(expression: &str) -> Result<Self, Self::Err> {
        Self::parse(expression)
    }
}
