//! The categories of PDBx/mmCIF that are read, row by row, whether they stand in text or in
//! BinaryCIF.
//!
//! A reader of either encoding finds the categories and hands every row of them, as a [`Row`], to
//! one [`Collector`]; all decisions about meaning are made here, so text and binary mean the same.
//! Item names: PDBx/mmCIF dictionary 5.4 (<https://mmcif.wwpdb.org>) and the core CIF dictionary
//! 2.4 (<https://www.iucr.org/resources/cif/dictionaries>).

mod atom_site;
mod block;
mod bonds;
mod category;
mod cell;
mod component;
mod fields;
mod number;
mod row;

pub(super) use block::BlockBuilder;
pub(super) use category::{Category, is_reflection};
pub(super) use number::{parse_integer, parse_real};
pub(super) use row::{NotANumber, Place, Row};

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) use tests::LINKED;
