//! What mmCIF and BinaryCIF share: the categories of PDBx/mmCIF and their meaning.
//!
//! A reader of either encoding passes every row of a category, as a [`Row`], to a [`BlockBuilder`].
//! All interpretation is done here, so that both encodings mean the same. Item names: PDBx/mmCIF
//! dictionary 5.4 (<https://mmcif.wwpdb.org>) and the core CIF dictionary 2.4
//! (<https://www.iucr.org/resources/cif/dictionaries>).

mod atom_site;
mod block;
mod bonds;
mod category;
mod cell;
mod component;
mod fields;
mod number;
mod row;
mod secondary;
mod symmetry;

pub(super) use block::BlockBuilder;
pub(super) use category::{Category, OtherContent};
pub(super) use number::{parse_integer, parse_real};
pub(super) use row::{NotANumber, Place, Row};

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) use tests::LINKED;
