//! Residue classes and bonds.

use crate::Structure;

/// What the bond rules need beside the finished columns.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct FileBonds {
    /// Bonds of the file between atom indices of the finished columns.
    pub(crate) bonds: Vec<crate::parsed::BondRecord>,
    /// True when they are all there are.
    pub(crate) complete: bool,
    /// Chain segment of every residue (see `AtomRecord::segment`).
    pub(crate) residue_segment: Vec<u32>,
}

/// Classes the residues and finds the bonds of a structure of one part: called once by `assemble`, at its end.
/// `structure.residues[..].class` and `structure.bonds`, `.pseudobonds` are set here.
pub(crate) fn perceive(_structure: &mut Structure, _file: &str, _file_bonds: FileBonds) {}
