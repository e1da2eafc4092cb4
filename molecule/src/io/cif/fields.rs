//! Values of several categories: codes of one letter, elements, charges.

use super::row::{Row, RowContext};
use crate::raw::ElementField;
use crate::{Element, MoleculeError};

/// Name of a residue without a name in the file: the PDB name of an unknown ligand.
pub(super) const UNNAMED_RESIDUE: &str = "UNL";

/// Returns the first letter of a code, `b'?'` if it is not printable ASCII, `b' '` for an empty
/// code.
pub(super) fn one_letter(text: &str) -> u8 {
    match text.bytes().next() {
        None => b' ',
        Some(byte) if byte.is_ascii_graphic() => byte,
        Some(_) => b'?',
    }
}

/// Returns the element of a type symbol, which may have a charge (`Fe3+`, `O2-`), or of the
/// beginning of a core CIF label (`Cl1`).
pub(super) fn element_of_symbol(symbol: &str) -> Option<Element> {
    let bytes = symbol.as_bytes();
    let letters = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    Element::from_symbol(&bytes[..letters])
}

/// Reads the type symbol of an atom; `None` (`?` or `.`) is absent.
pub(super) fn element_field(symbol: Option<&str>) -> ElementField {
    let Some(symbol) = symbol else {
        return ElementField::Absent;
    };
    match element_of_symbol(symbol) {
        Some(element) => ElementField::Known(element),
        None => ElementField::not_an_element(symbol.trim_ascii().as_bytes()),
    }
}

/// Reads the formal charge; 0 if missing.
pub(super) fn formal_charge(
    context: &RowContext<'_, impl Row>,
    item: usize,
) -> Result<i8, MoleculeError> {
    let meaning = "the formal charge as an integer, -8 to 8";
    let charge = context.integer(item, meaning)?.unwrap_or(0);
    i8::try_from(charge).map_err(|_| context.bad_value(item, "too large", meaning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn symbols_are_absent_known_or_something_else() {
        let known = |symbol: &[u8]| ElementField::from_symbol(symbol);
        assert_eq!(element_field(None), ElementField::Absent);
        assert_eq!(element_field(Some("Cl")), known(b"Cl"));
        assert_eq!(element_field(Some("FE2+")), known(b"Fe"));
        assert_eq!(element_field(Some("D")), known(b"H"));
        // Unknown atoms (UNX) of the Protein Data Bank, and virtual sites.
        for text in ["X", "XX", "EP", "LP", "1"] {
            let field = element_field(Some(text));
            assert_eq!(
                field,
                ElementField::not_an_element(text.as_bytes()),
                "{text}"
            );
            assert_eq!(field.known(), None);
        }
    }
}
