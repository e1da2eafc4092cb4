//! The categories of PDBx/mmCIF that are read, row by row, whether they stand in text or in
//! BinaryCIF.
//!
//! A reader of either encoding finds the categories and hands every row of them, as a [`Row`], to
//! one [`Collector`]; all decisions about meaning are made here, so text and binary mean the same.
//! Item names: PDBx/mmCIF dictionary 5.4 (<https://mmcif.wwpdb.org>) and the core CIF dictionary
//! 2.4 (<https://www.iucr.org/resources/cif/dictionaries>).

mod atom_sites;
mod bonds;
mod collector;
mod component;
mod fractional;
mod number;

use std::borrow::Cow;

pub(super) use collector::Collector;
pub(super) use number::{parse_integer, parse_real};

use smol_str::SmolStr;

use crate::Element;

/// One row of a category. An item is an index into the list of names of the row's [`Category`].
pub(super) trait Row {
    /// True when the category has a column of this item at all.
    fn has(&self, item: usize) -> bool;

    /// The value as text; `None` where the column is absent or the value is missing (`?`, `.`,
    /// empty).
    fn text(&self, item: usize) -> Option<Cow<'_, str>>;

    /// The value as a name to keep; `None` as for [`Row::text`]. Rows whose texts are shared share
    /// them here too.
    fn name(&self, item: usize) -> Option<SmolStr> {
        self.text(item).map(SmolStr::new)
    }

    /// The value as an integer; `None` as for [`Row::text`].
    fn integer(&self, item: usize) -> Result<Option<i64>, NotANumber>;

    /// The value as a real number, without its standard uncertainty; finite; `None` as for
    /// [`Row::text`].
    fn real(&self, item: usize) -> Result<Option<f64>, NotANumber>;

    /// Where the row stands.
    fn place(&self) -> Place;
}

/// A value that should be a number is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NotANumber;

/// Where a row stands: text has lines, BinaryCIF only row numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Line of the row's first value, counted from 1.
    Line(u64),
    /// Row of the category, counted from 1.
    Row(u64),
}

impl Place {
    /// The line as atoms carry it; 0 where there is none.
    pub(super) fn line(self) -> u32 {
        match self {
            Self::Line(line) => u32::try_from(line).unwrap_or(u32::MAX),
            Self::Row(_) => 0,
        }
    }
}

/// Makes an enum of a category's items together with their names, in the same order.
macro_rules! items {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum $name {
            $(#[doc = concat!("`", $text, "`")] $variant,)+
        }

        impl $name {
            /// Item names; the index of a name is its variant's number.
            pub(super) const NAMES: &[&str] = &[$($text),+];
        }
    };
}

items! {
    /// Items of `_atom_site`. Those from `Label` on are core CIF's.
    AtomSite {
        Group = "group_PDB",
        Id = "id",
        Symbol = "type_symbol",
        AuthAtom = "auth_atom_id",
        LabelAtom = "label_atom_id",
        AltId = "label_alt_id",
        AuthComp = "auth_comp_id",
        LabelComp = "label_comp_id",
        AuthAsym = "auth_asym_id",
        LabelAsym = "label_asym_id",
        AuthSeq = "auth_seq_id",
        LabelSeq = "label_seq_id",
        InsCode = "pdbx_PDB_ins_code",
        X = "Cartn_x",
        Y = "Cartn_y",
        Z = "Cartn_z",
        Occupancy = "occupancy",
        BFactor = "B_iso_or_equiv",
        Charge = "pdbx_formal_charge",
        Model = "pdbx_PDB_model_num",
        Label = "label",
        FractX = "fract_x",
        FractY = "fract_y",
        FractZ = "fract_z",
        UFactor = "U_iso_or_equiv",
        DisorderGroup = "disorder_group",
        CalcFlag = "calc_flag",
    }
}

items! {
    /// Items of `_chem_comp_atom`; `x`, `y`, `z` are those of refinement libraries.
    ChemCompAtom {
        Comp = "comp_id",
        Atom = "atom_id",
        Symbol = "type_symbol",
        Charge = "charge",
        IdealX = "pdbx_model_Cartn_x_ideal",
        IdealY = "pdbx_model_Cartn_y_ideal",
        IdealZ = "pdbx_model_Cartn_z_ideal",
        ModelX = "model_Cartn_x",
        ModelY = "model_Cartn_y",
        ModelZ = "model_Cartn_z",
        X = "x",
        Y = "y",
        Z = "z",
        Ordinal = "pdbx_ordinal",
    }
}

items! {
    /// Items of `_chem_comp_bond`; `type` is that of refinement libraries.
    ChemCompBond {
        Comp = "comp_id",
        Atom1 = "atom_id_1",
        Atom2 = "atom_id_2",
        Order = "value_order",
        Type = "type",
    }
}

items! {
    /// Items of `_struct_conn`, the second partner's after the first's and in the same order.
    StructConn {
        Type = "conn_type_id",
        Order = "pdbx_value_order",
        LabelAsym1 = "ptnr1_label_asym_id",
        LabelComp1 = "ptnr1_label_comp_id",
        LabelSeq1 = "ptnr1_label_seq_id",
        LabelAtom1 = "ptnr1_label_atom_id",
        AltId1 = "pdbx_ptnr1_label_alt_id",
        InsCode1 = "pdbx_ptnr1_PDB_ins_code",
        AuthAsym1 = "ptnr1_auth_asym_id",
        AuthComp1 = "ptnr1_auth_comp_id",
        AuthSeq1 = "ptnr1_auth_seq_id",
        Symmetry1 = "ptnr1_symmetry",
        LabelAsym2 = "ptnr2_label_asym_id",
        LabelComp2 = "ptnr2_label_comp_id",
        LabelSeq2 = "ptnr2_label_seq_id",
        LabelAtom2 = "ptnr2_label_atom_id",
        AltId2 = "pdbx_ptnr2_label_alt_id",
        InsCode2 = "pdbx_ptnr2_PDB_ins_code",
        AuthAsym2 = "ptnr2_auth_asym_id",
        AuthComp2 = "ptnr2_auth_comp_id",
        AuthSeq2 = "ptnr2_auth_seq_id",
        Symmetry2 = "ptnr2_symmetry",
    }
}

items! {
    /// Items of `_cell`.
    Cell {
        A = "length_a",
        B = "length_b",
        C = "length_c",
        Alpha = "angle_alpha",
        Beta = "angle_beta",
        Gamma = "angle_gamma",
    }
}

/// A category that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Category {
    /// Atoms: [`AtomSite`].
    AtomSite,
    /// Atoms of a component's definition: [`ChemCompAtom`].
    ChemCompAtom,
    /// Bonds of a component's definition: [`ChemCompBond`].
    ChemCompBond,
    /// Links between atoms of the structure: [`StructConn`].
    StructConn,
    /// The unit cell: [`Cell`].
    Cell,
}

impl Category {
    /// Every category; the place of one here is its number.
    pub(super) const ALL: [Self; 5] = [
        Self::AtomSite,
        Self::ChemCompAtom,
        Self::ChemCompBond,
        Self::StructConn,
        Self::Cell,
    ];

    /// Name without the leading underscore.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::AtomSite => "atom_site",
            Self::ChemCompAtom => "chem_comp_atom",
            Self::ChemCompBond => "chem_comp_bond",
            Self::StructConn => "struct_conn",
            Self::Cell => "cell",
        }
    }

    /// Names of the items that are read.
    pub(super) fn items(self) -> &'static [&'static str] {
        match self {
            Self::AtomSite => AtomSite::NAMES,
            Self::ChemCompAtom => ChemCompAtom::NAMES,
            Self::ChemCompBond => ChemCompBond::NAMES,
            Self::StructConn => StructConn::NAMES,
            Self::Cell => Cell::NAMES,
        }
    }

    /// Index of an item by its name in any case.
    pub(super) fn item(self, name: &[u8]) -> Option<usize> {
        self.items()
            .iter()
            .position(|item| item.as_bytes().eq_ignore_ascii_case(name))
    }

    /// Category of a name such as `_atom_site`, in any case.
    pub(super) fn from_name(name: &[u8]) -> Option<Self> {
        let name = name.strip_prefix(b"_").unwrap_or(name);
        Self::ALL
            .into_iter()
            .find(|category| category.name().as_bytes().eq_ignore_ascii_case(name))
    }

    /// Category and item of a data name: `_atom_site.Cartn_x`, or core CIF's `_atom_site_fract_x`;
    /// in any case.
    pub(super) fn from_tag(tag: &[u8]) -> Option<(Self, usize)> {
        let tag = tag.strip_prefix(b"_")?;
        Self::ALL.into_iter().find_map(|category| {
            let name = category.name().as_bytes();
            let (head, rest) = tag.split_at_checked(name.len())?;
            let (separator, item) = rest.split_first()?;
            if !matches!(separator, b'.' | b'_') || !head.eq_ignore_ascii_case(name) {
                return None;
            }
            Some((category, category.item(item)?))
        })
    }
}

/// True for the data names and categories that only diffraction data have (`_refln.…`,
/// `_diffrn_refln.…`).
pub(super) fn is_reflection(name: &[u8]) -> bool {
    let name = name.strip_prefix(b"_").unwrap_or(name);
    [b"refln".as_slice(), b"diffrn_refln"].iter().any(|prefix| {
        name.split_at_checked(prefix.len())
            .is_some_and(|(head, rest)| {
                head.eq_ignore_ascii_case(prefix)
                    && matches!(rest.first(), None | Some(b'.' | b'_'))
            })
    })
}

/// Element of a type symbol, whose letters may be followed by a charge (`Fe3+`, `O2-`), or of a
/// core CIF label (`Cl1`, `C12A`), which begins with one.
fn element_of_symbol(symbol: &str) -> Option<Element> {
    let bytes = symbol.as_bytes();
    let letters = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_alphabetic())
        .count();
    Element::from_symbol(&bytes[..letters])
}

#[cfg(test)]
mod tests;
#[cfg(test)]
pub(super) use tests::LINKED;
