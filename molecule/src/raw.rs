//! What every reader produces: rows as the file gives them, before any decision about chemistry.

use smol_str::SmolStr;

use crate::structure::BondOrder;
use crate::{Element, Warning};

/// One atom record. Coordinates may still be anything; `assemble` refuses what is not finite or too
/// far away.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RawAtom {
    /// Line of the record, counted from 1; 0 where the format has no lines.
    pub(crate) line: u32,
    pub(crate) serial: i32,
    /// Name without padding.
    pub(crate) name: SmolStr,
    /// `None` when the file has no (or no sound) element; `assemble` then guesses it from the name.
    pub(crate) element: Option<Element>,
    /// True when a PDB name begins in the second of its four columns, which says that the element
    /// has one letter. False in every other format.
    pub(crate) name_is_indented: bool,
    /// Alternate location, `b' '` for none.
    pub(crate) altloc: u8,
    pub(crate) residue_name: SmolStr,
    pub(crate) residue_number: i32,
    /// `b' '` for none.
    pub(crate) insertion_code: u8,
    pub(crate) chain_id: SmolStr,
    pub(crate) label_chain_id: SmolStr,
    pub(crate) hetero: bool,
    /// Number of chain terminators (`TER`) before this atom: residues on different sides are never
    /// joined. In mmCIF: the running number of `label_asym_id` changes.
    pub(crate) segment: u32,
    pub(crate) position_angstrom: [f32; 3],
    pub(crate) occupancy: f32,
    pub(crate) b_factor: f32,
    pub(crate) formal_charge: i8,
}

/// Where a bond of the file comes from; decides whether chemistry may overrule it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum BondSource {
    /// The format lists all bonds (MOL2, SDF): bonds are exactly these.
    Complete,
    /// Stated one by one beside derived ones (`CONECT`, `_struct_conn`).
    Extra,
    /// Stated as metal coordination (`_struct_conn` of type `metalc`).
    Metal,
    /// Stated by the chemical component (`_chem_comp_bond`): replaces the distance rule within that
    /// residue.
    Component,
}

/// One bond between two rows of [`RawModel::atoms`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RawBond {
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) order: BondOrder,
    pub(crate) source: BondSource,
}

/// One model (or one molecule record) of a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct RawModel {
    pub(crate) atoms: Vec<RawAtom>,
    pub(crate) bonds: Vec<RawBond>,
    /// True when the format states every bond (MOL2, SDF): none is then derived.
    pub(crate) bonds_complete: bool,
    /// Number of models or records in the file; 0 counts as 1.
    pub(crate) models: usize,
    pub(crate) warnings: Vec<Warning>,
}
