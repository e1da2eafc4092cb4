//! Molecular structure files in, a validated [`Structure`] out.
//!
//! The road of the data through this crate, forward only: bytes -> [`mod@read`] (one parser per
//! format) -> `parsed::ParsedModel` (rows as the file gives them) -> `assemble` (alternate
//! locations, residues, chains, limits) -> `chemistry` (residue classes, bonds) -> [`Structure`]
//! (columns, behind `Arc`) -> [`selection`].
//!
//! Nothing here knows about drawing.
#![forbid(unsafe_code)]

pub mod chemistry;
pub mod element;
pub mod error;
pub mod hbonds;
pub mod read;
pub mod selection;
pub mod structure;
pub mod summary;

mod assemble;
mod parsed;
mod points;
mod residue_key;
mod tally;

pub use element::Element;
pub use error::{Location, MoleculeError, Warning};
pub use read::{Format, ReadLimits, ReadOptions};
pub use residue_key::{ResidueKey, ResidueKeyError};
pub use selection::Selection;
pub use structure::{
    Atoms, Bond, BondOrder, Chain, Part, PartRole, Pseudobond, PseudobondKind, Residue,
    ResidueClass, Structure,
};
