//! Structures with copies by symmetry: biological assemblies and parts of crystals.
//!
//! Data flow: `assembly`, `crystal` and `packing` choose copies by what the file says
//! ([`crate::symmetry`]); `expand` makes the structure of them. `lattice` is what `crystal` and
//! `packing` share.

mod assembly;
mod crystal;
mod expand;
mod lattice;
mod packing;
#[cfg(test)]
mod tests;

pub use assembly::AssemblyChoice;
pub use crystal::{CrystalChoice, MOST_CELLS, MOST_MATE_ANGSTROM, cells_from_name};
