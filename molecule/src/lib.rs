//! Molecular structure files in, a validated [`Structure`] out.
#![forbid(unsafe_code)]

pub mod element;
pub mod error;
pub mod hbonds;
pub mod perception;
pub mod selection;
pub mod structure;
pub mod suggest;
pub mod summary;

mod build;
mod diagnostics;
mod io;
mod load;
mod raw;
mod residue_key;

pub use diagnostics::{Location, Warning};
pub use element::Element;
pub use error::MoleculeError;
pub use io::options::{Format, ReadLimits, ReadOptions};
pub use load::{FolderOptions, format_of_content, read_bytes, read_file, read_folder, read_input};
pub use residue_key::{ResidueKey, ResidueKeyError};
pub use selection::Selection;
pub use structure::{
    Atoms, Bond, BondOrder, Chain, MAX_COORDINATE_ANGSTROM, Neighbours, Part, PartRole, Pseudobond,
    PseudobondKind, Residue, ResidueClass, Structure,
};
