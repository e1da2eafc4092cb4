//! Names and types of ions in force fields.

use smol_str::SmolStr;

use crate::Element;
use crate::perception::names::{ResidueKind, residue_kind};
use crate::raw::RawAtom;

/// Ions of CHARMM: the name of atom, type and residue, and the symbol.
const CHARMM: [(&str, &str); 10] = [
    ("SOD", "NA"),
    ("POT", "K"),
    ("CLA", "CL"),
    ("CAL", "CA"),
    ("CES", "CS"),
    ("LIT", "LI"),
    ("RUB", "RB"),
    ("CAD", "CD"),
    ("BAR", "BA"),
    ("IOD", "I"),
];

/// Ions of AMBER, whose atoms may have any name.
const AMBER: [(&str, &str); 2] = [("IP", "NA"), ("IM", "CL")];

/// Returns the element of the CHARMM name of an ion, in any case.
pub(super) fn of_charmm(name: &str) -> Option<Element> {
    let name = name.trim_end_matches(['+', '-']);
    let (_, symbol) = CHARMM
        .iter()
        .find(|(ion, _)| ion.eq_ignore_ascii_case(name))?;
    Element::from_symbol(symbol.as_bytes())
}

/// Returns the element of a symbol with its charge, which may have a number: `Na+`, `Mg2+`, `Al3+`.
pub(super) fn of_charged_symbol(kind: &[u8]) -> Option<Element> {
    let [symbol @ .., b'+' | b'-'] = kind else {
        return None;
    };
    let symbol = match symbol {
        [symbol @ .., b'1'..=b'4'] => symbol,
        _ => symbol,
    };
    Element::from_symbol(symbol)
}

/// What the types of a whole record say about ions.
#[derive(Debug, Clone, Copy)]
pub(super) struct IonRules {
    /// True if the types repeat the names of the atoms: a type `CAL` is then that of any atom with
    /// this name, such as the twelfth carbon of a ligand.
    types_repeat_names: bool,
    /// True if numbered carbons make `C0` one of them.
    carbons_are_numbered: bool,
}

impl IonRules {
    /// Looks at the names and types of all atoms of a record.
    pub(super) fn of_record(atoms: &[RawAtom], kinds: &[SmolStr]) -> Self {
        let (mut same, mut others) = (0_usize, 0_usize);
        for (atom, kind) in atoms.iter().zip(kinds) {
            let is_symbol = || Element::from_symbol(kind.as_bytes()).is_some();
            if of_charmm(kind).is_none() && !is_symbol() {
                let counter = if atom.name == *kind {
                    &mut same
                } else {
                    &mut others
                };
                *counter += 1;
            }
        }
        Self {
            types_repeat_names: same > others,
            carbons_are_numbered: kinds
                .iter()
                .any(|kind| matches!(kind.as_str(), "C1" | "C2")),
        }
    }

    /// Returns the element of an atom whose type is the name of an ion in a force field.
    /// `is_alone` is true if the atom is a residue of its own.
    pub(super) fn element(self, atom: &RawAtom, kind: &str, is_alone: bool) -> Option<Element> {
        if let Some((_, symbol)) = AMBER.iter().find(|(ion, _)| *ion == kind) {
            return Element::from_symbol(symbol.as_bytes());
        }
        if kind == "C0" {
            // Calcium of AMBER.
            let is_calcium = is_alone
                || has_name_of(atom, Element::CA)
                || (atom.name == "C0" && !self.carbons_are_numbered);
            return is_calcium.then_some(Element::CA);
        }
        let element = of_charmm(kind)?;
        let of_name = atom.name.eq_ignore_ascii_case(kind) && !self.types_repeat_names;
        let is_ion = of_name
            || is_alone
            || is_ion_of_residue(atom, element, is_alone)
            || symbol_of_name(&atom.name) == Some(element);
        is_ion.then_some(element)
    }
}

/// Tests whether the residue of an atom has the name of the ion of an element. In a residue of
/// several atoms, the atom must have such a name, too: ligands may have the name of an ion (`CAD`).
pub(super) fn is_ion_of_residue(atom: &RawAtom, element: Element, is_alone: bool) -> bool {
    let name = &atom.residue_name;
    matches!(residue_kind(name), ResidueKind::Ion)
        && of_charmm(name).or_else(|| symbol_of_name(name)) == Some(element)
        && (is_alone || has_name_of(atom, element))
}

/// Tests whether the name of an atom is that of the ion of an element.
fn has_name_of(atom: &RawAtom, element: Element) -> bool {
    of_charmm(&atom.name).or_else(|| symbol_of_name(&atom.name)) == Some(element)
}

/// Returns the element of a name of two letters or one, with a charge or number after it: `CA`,
/// `ZN2`, `MG2+`.
fn symbol_of_name(name: &str) -> Option<Element> {
    let symbol = name.trim_end_matches(|c: char| c.is_ascii_digit() || matches!(c, '+' | '-'));
    Element::from_symbol(symbol.as_bytes())
}
