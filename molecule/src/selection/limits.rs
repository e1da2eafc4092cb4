//! What an expression may ask for at most.

/// Longest expression in bytes. A little under 64 KiB, because the column of an error is also the
/// width of the line that points at it, and [`std::fmt`] refuses widths above 65535.
pub const MAX_EXPRESSION_BYTES: usize = 65_000;
/// Deepest nesting of parentheses and of operators that stand in front.
pub const MAX_DEPTH: usize = 100;
/// Largest number of terms in an expression; a list of values counts as one.
pub const MAX_TERMS: usize = 1_000;
/// Largest number of terms that measure distances (`within`, `pocket`).
pub const MAX_DISTANCE_TERMS: usize = 32;
/// Largest distance of `within`, in angstrom.
pub const MAX_DISTANCE_ANGSTROM: f64 = 1_000.0;
/// Distance between heavy atoms that makes a residue part of the pocket, in angstrom: the rule by
/// which `PDBbind` (<https://www.pdbbind-plus.org.cn>) cuts its pocket files.
pub const POCKET_DISTANCE_ANGSTROM: f64 = 10.0;
