//! Atom types of PDBQT files (`AutoDock` 4 and its forks).

use crate::Element;
use crate::raw::{ElementField, RawAtom};

/// Atom type of water in hydrated docking (Forli & Olson, J. Med. Chem. 55 (2012) 623). It is not
/// tungsten, for which `AutoDock` has no type.
pub(super) const WATER: &[u8] = b"W";

/// Name of the residue of such a water.
const WATER_RESIDUE: &str = "HOH";

/// Reads an `AutoDock` 4 atom type: `A` is aromatic carbon; `NA`, `OA`, `SA` accept hydrogen bonds,
/// `HD` is donated in one; `G`, `GA`, `J`, `Q` and `CG0` to `CG9` are the carbons at the ends of an
/// opened ring.
///
/// `Z` marks the atom of a covalent ligand that is bonded to the receptor: any element, which the
/// name gives. The centres `G0` to `G9` of opened rings and `TZ` around a zinc are not atoms.
pub(super) fn element_of_type(kind: &[u8]) -> ElementField {
    let element = match kind {
        b"A" | b"G" | b"GA" | b"J" | b"Q" | [b'C', b'G', b'0'..=b'9'] => Element::C,
        b"NA" | b"NS" | b"NX" => Element::N,
        b"OA" | b"OS" | b"OX" | WATER => Element::O,
        b"SA" => Element::S,
        b"HD" | b"HS" => Element::H,
        b"Z" => return ElementField::Absent,
        other => return ElementField::from_symbol(other),
    };
    ElementField::Known(element)
}

/// Moves the waters of hydrated docking behind all other atoms, each as a residue of its own. They
/// are in `lines`, ascending. Within the ligand's residue they would be part of its molecule.
pub(super) fn separate_waters(atoms: &mut Vec<RawAtom>, lines: &[u32]) {
    if lines.is_empty() {
        return;
    }
    let is_water = |atom: &RawAtom| lines.binary_search(&atom.line).is_ok();
    let (mut waters, others): (Vec<_>, Vec<_>) =
        std::mem::take(atoms).into_iter().partition(is_water);
    let mut segment = others.iter().map(|atom| atom.segment).max().unwrap_or(0);
    for water in &mut waters {
        segment = segment.saturating_add(1);
        water.segment = segment;
        water.residue_name = WATER_RESIDUE.into();
        water.hetero = true;
    }
    *atoms = others;
    atoms.append(&mut waters);
}
