//! Limits of expressions.

/// Longest expression in bytes.
///
/// It is below 64 KiB, because the column of an error is also the width of the line that marks it,
/// and [`std::fmt`] limits widths to 65535.
pub const MAX_EXPRESSION_BYTES: usize = 65_000;
/// Deepest nesting of parentheses and prefix operators.
pub const MAX_DEPTH: usize = 100;
/// Largest number of terms in an expression; a list of values is one term.
pub const MAX_TERMS: usize = 1_000;
/// Largest number of terms that compute distances (`within`, `pocket`).
pub const MAX_DISTANCE_TERMS: usize = 32;
/// Largest distance of `within`, in angstrom.
pub const MAX_DISTANCE_ANGSTROM: f64 = 1_000.0;
/// Largest distance of heavy atoms between ligand and pocket residues, in angstrom: the rule of
/// `PDBbind` (<https://www.pdbbind-plus.org.cn>) for pocket files.
pub const POCKET_DISTANCE_ANGSTROM: f64 = 10.0;
