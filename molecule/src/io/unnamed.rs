//! Atoms of formats that name neither atoms nor residues (SDF, XYZ).

use std::collections::HashMap;

use smol_str::{SmolStr, format_smolstr};

use super::text;
use crate::Element;
use crate::raw::{ElementField, RawAtom};

/// Residue name of atoms that have none, as in ChimeraX.
pub(crate) const UNNAMED_RESIDUE: &str = "UNL";

/// Returns the next number of an element, from 1.
pub(crate) fn next_number(numbers: &mut HashMap<Element, u32>, element: Element) -> u32 {
    let number = numbers.entry(element).or_insert(0);
    *number += 1;
    *number
}

/// Creates an atom named element + number, in residue `UNL` 1 without chain, as ChimeraX does for
/// SD files.
pub(super) fn unnamed_ligand_atom(
    line: u64,
    row: usize,
    element: Element,
    number: u32,
    position_angstrom: [f32; 3],
    formal_charge: i8,
) -> RawAtom {
    RawAtom {
        line: text::line_u32(line),
        serial: i32::try_from(row + 1).unwrap_or(i32::MAX),
        name: format_smolstr!("{}{number}", element.symbol()),
        element: ElementField::Known(element),
        name_is_indented: false,
        altloc: b' ',
        residue_name: SmolStr::new_static(UNNAMED_RESIDUE),
        residue_number: 1,
        insertion_code: b' ',
        chain_id: SmolStr::default(),
        label_chain_id: SmolStr::default(),
        label_number: None,
        hetero: true,
        segment: 0,
        position_angstrom,
        occupancy: 1.0,
        b_factor: 0.0,
        formal_charge,
    }
}
