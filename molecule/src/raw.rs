//! The output of every reader: rows as in the file, before any interpretation of their chemistry.

use std::num::NonZeroI32;

use smol_str::SmolStr;

use crate::structure::{BondOrder, SecondaryStructureKind};
use crate::symmetry::Symmetry;
use crate::{Element, Warning};

/// The element field of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ElementField {
    /// No such field, or an empty one: `build` derives the element from the atom name.
    Absent,
    /// The field holds an element. Readers set [`Element::UNKNOWN`] for atoms whose format says
    /// that they have none, about which there is nothing to report.
    Known(Element),
    /// The field holds something else (`EP`, `X`): `build` derives the element from the atom name
    /// only if the field begins its symbol. The first bytes of the field, filled up with blanks.
    NotAnElement([u8; 6]),
}

impl ElementField {
    /// Reads a symbol in any case; a field of white space is absent.
    pub(crate) fn from_symbol(field: &[u8]) -> Self {
        let field = field.trim_ascii();
        match Element::from_symbol(field) {
            Some(element) => Self::Known(element),
            None => Self::not_an_element(field),
        }
    }

    /// Creates the value for text that is known not to be a symbol; without text it is absent.
    #[cold]
    pub(crate) fn not_an_element(field: &[u8]) -> Self {
        if field.is_empty() {
            return Self::Absent;
        }
        let mut text = [b' '; 6];
        for (to, from) in text.iter_mut().zip(field) {
            *to = if from.is_ascii_graphic() { *from } else { b'?' };
        }
        Self::NotAnElement(text)
    }

    /// Returns the element if the field holds one.
    pub(crate) fn known(self) -> Option<Element> {
        match self {
            Self::Known(element) => Some(element),
            Self::Absent | Self::NotAnElement(_) => None,
        }
    }
}

/// One atom row. Its coordinates may have any value; `build` rejects those that are not finite or
/// too large.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RawAtom {
    /// Line of the row, counted from 1; 0 if the format has no lines.
    pub(crate) line: u32,
    pub(crate) serial: i32,
    /// Name without padding.
    pub(crate) name: SmolStr,
    pub(crate) element: ElementField,
    /// True if a PDB name begins in the second of its four columns, as names of elements with one
    /// letter do. False in every other format.
    pub(crate) name_is_indented: bool,
    /// Alternate location, `b' '` for none.
    pub(crate) altloc: u8,
    pub(crate) residue_name: SmolStr,
    pub(crate) residue_number: i32,
    /// `b' '` for none.
    pub(crate) insertion_code: u8,
    pub(crate) chain_id: SmolStr,
    pub(crate) label_chain_id: SmolStr,
    /// mmCIF `label_seq_id`, which counts from 1; `None` where a file or its format gives none.
    pub(crate) label_number: Option<NonZeroI32>,
    pub(crate) hetero: bool,
    /// Number of chain terminators (`TER`) before this atom; in mmCIF, of changes of
    /// `label_asym_id`. Residues of different segments are never joined.
    pub(crate) segment: u32,
    pub(crate) position_angstrom: [f32; 3],
    pub(crate) occupancy: f32,
    pub(crate) b_factor: f32,
    pub(crate) formal_charge: i8,
}

impl RawAtom {
    /// Formats the residue for a message: `ALA 12B of chain A`.
    pub(crate) fn residue_label(&self) -> String {
        let insertion = match self.insertion_code {
            b' ' => String::new(),
            code => (code as char).to_string(),
        };
        let chain = if self.chain_id.is_empty() {
            String::new()
        } else {
            format!(" of chain {}", self.chain_id)
        };
        format!(
            "{} {}{insertion}{chain}",
            self.residue_name, self.residue_number
        )
    }
}

/// Origin of a bond in the file, which decides how it combines with derived bonds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum BondSource {
    /// The format lists all bonds (MOL2, SDF): exactly these are used.
    Complete,
    /// Single bonds in addition to derived ones (`CONECT`, `_struct_conn`).
    Extra,
    /// Metal coordination (`_struct_conn` of type `metalc`).
    Metal,
    /// Bond of the chemical component (`_chem_comp_bond`), which replaces the distance rule within
    /// the residue.
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

/// The first and last residue of a helix or strand: number and insertion code, `b' '` for none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawRange {
    pub(crate) chain_id: SmolStr,
    pub(crate) first: (i32, u8),
    pub(crate) last: (i32, u8),
}

/// One helix or strand that a file names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RawElement {
    pub(crate) kind: SecondaryStructureKind,
    /// Residues by chain and number of the author.
    pub(crate) author: Option<RawRange>,
    /// Residues by `label_asym_id` and `label_seq_id`, which are unique, unlike those of the
    /// author.
    pub(crate) label: Option<RawRange>,
    pub(crate) line: u32,
}

/// All helices and strands of a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct RawSecondaryStructure {
    pub(crate) elements: Vec<RawElement>,
    /// True if strands that overlap count in the order of their residues, as in PDB files; else in
    /// the order of the file. A later one replaces an earlier one.
    pub(crate) is_sorted_by_residue: bool,
}

/// One model (or one molecule record) of a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct RawModel {
    pub(crate) atoms: Vec<RawAtom>,
    pub(crate) bonds: Vec<RawBond>,
    /// True if the format lists every bond (MOL2, SDF); no bonds are derived then.
    pub(crate) bonds_complete: bool,
    /// Number of models or records in the file; 0 counts as 1.
    pub(crate) models: usize,
    /// What the file says about copies of its atoms.
    pub(crate) symmetry: Symmetry,
    /// What the file says about helices and strands.
    pub(crate) secondary_structure: RawSecondaryStructure,
    /// The numbers of the models, where they have their own (PDB, mmCIF); else they count from 1.
    pub(crate) model_numbers: Vec<u32>,
    pub(crate) warnings: Vec<Warning>,
}

/// The longest file has millions of rows: no field is wider than it must be.
const _: () = assert!(std::mem::size_of::<RawAtom>() <= 152);
