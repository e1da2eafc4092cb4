//! Values that several categories share: codes of one letter, elements, charges.

use super::row::{Row, RowContext};
use crate::{Element, MoleculeError};

/// Name of a residue that the file leaves unnamed: the PDB's name for an unknown ligand.
pub(super) const UNNAMED_RESIDUE: &str = "UNL";

/// First letter of a code, `b'?'` when it is not printable ASCII, `b' '` when there is none.
pub(super) fn one_letter(text: &str) -> u8 {
    match text.bytes().next() {
        None => b' ',
        Some(byte) if byte.is_ascii_graphic() => byte,
        Some(_) => b'?',
    }
}

/// Element of a type symbol, whose letters may be followed by a charge (`Fe3+`, `O2-`), or of a
/// core CIF label (`Cl1`, `C12A`), which begins with one.
pub(super) fn element_of_symbol(symbol: &str) -> Option<Element> {
    let bytes = symbol.as_bytes();
    let letters = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    Element::from_symbol(&bytes[..letters])
}

/// Formal charge; 0 where missing.
pub(super) fn formal_charge(
    context: &RowContext<'_, impl Row>,
    item: usize,
) -> Result<i8, MoleculeError> {
    let meaning = "the formal charge as an integer, -8 to 8";
    let charge = context.integer(item, meaning)?.unwrap_or(0);
    i8::try_from(charge).map_err(|_| context.bad_value(item, "too large", meaning))
}
