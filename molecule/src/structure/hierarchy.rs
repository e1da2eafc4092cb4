//! Residues, chains and parts (input files).

use std::ops::Range;

use smol_str::SmolStr;

use super::secondary::FileSecondaryStructure;
use crate::symmetry::Symmetry;

/// Chemical class of a residue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResidueClass {
    /// Amino acid, in a peptide chain or alone.
    AminoAcid,
    /// Nucleotide of DNA or RNA.
    Nucleotide,
    /// Water.
    Water,
    /// Ion of a single atom (metal or halide).
    Ion,
    /// Everything else: ligands, cofactors, sugars, lipids, buffer molecules.
    Ligand,
    /// Not a molecule: no atom has a known element, as in the markers of a membrane's surfaces or
    /// of a cavity.
    Marker,
}

impl ResidueClass {
    /// Returns true for amino acids and nucleotides.
    #[must_use]
    pub fn is_polymer(self) -> bool {
        matches!(self, Self::AminoAcid | Self::Nucleotide)
    }
}

/// One residue: a contiguous range of atoms.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Residue {
    /// Name (`ARG`, `HOH`, `GTP`).
    pub name: SmolStr,
    /// Residue number given by the author of the file.
    pub number: i32,
    /// Insertion code; `b' '` if it has none.
    pub insertion_code: u8,
    /// Index into [`Structure::chains`](super::Structure::chains).
    pub chain: u32,
    /// mmCIF `label_asym_id`, which differs between a polymer and its ligands; the chain id in
    /// other formats. The same for all copies by symmetry.
    pub label_chain_id: SmolStr,
    /// mmCIF `label_seq_id`, the position in the polymer's sequence from 1; `None` for other
    /// molecules and in other formats.
    pub label_number: Option<i32>,
    /// Atoms of this residue.
    pub atoms: Range<u32>,
    /// Chemical class.
    pub class: ResidueClass,
    /// True for a hetero residue in the file (`HETATM`, `_atom_site.group_PDB`).
    pub hetero: bool,
    /// The helix or strand in which the file places an amino acid (`HELIX` and `SHEET`,
    /// `_struct_conf` and `_struct_sheet_range`); `None` where it names none.
    pub secondary_structure: Option<FileSecondaryStructure>,
}

/// One chain: the residues of one part with the same author chain id. They need not be contiguous:
/// the water of a chain is often at the end of a file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Chain {
    /// Chain id given by the author of the file; empty if it is blank.
    pub id: SmolStr,
    /// mmCIF `label_asym_id` of the chain's first atom; equals `id` in other formats.
    pub label_id: SmolStr,
    /// Index into [`Structure::parts`](super::Structure::parts).
    pub part: u32,
    /// Number of the copy that the chain belongs to, from 1, in the order in which copies by
    /// symmetry were made; 1 for all chains as they are in a file.
    pub copy: u32,
}

/// Role of an input file in a structure of several files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartRole {
    /// A whole structure; its residues are classified one by one.
    Whole,
    /// The pocket or protein of a PDBbind folder.
    Pocket,
    /// The ligand of a PDBbind folder; all its residues are of class ligand.
    Ligand,
}

impl PartRole {
    /// Returns the role of a file name in `PDBbind` style: `x_pocket.pdb` and `x_protein.pdb` are
    /// pockets, `x_ligand.mol2` and `x_ligand.sdf` are ligands (each also with `.gz`, and in any
    /// case), everything else is a whole structure. Folders before the name do not count.
    #[must_use]
    pub fn from_file_name(name: &str) -> Self {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name);
        let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
        let stem = stem.to_ascii_lowercase();
        if stem.ends_with("_ligand") {
            Self::Ligand
        } else if stem.ends_with("_pocket") || stem.ends_with("_protein") {
            Self::Pocket
        } else {
            Self::Whole
        }
    }

    /// Returns the role of one of the files of a structure: that of its name
    /// ([`Self::from_file_name`]) if there are several. A single file is a whole structure,
    /// whatever its name.
    #[must_use]
    pub fn of_file(name: &str, files: usize) -> Self {
        if files == 1 {
            Self::Whole
        } else {
            Self::from_file_name(name)
        }
    }
}

/// One input file (a *model* in ChimeraX). No bond connects two parts.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// File name without folder and extension (`5ey0_pocket`).
    pub name: String,
    /// Role of the file.
    pub role: PartRole,
    /// Atoms of this part.
    pub atoms: Range<u32>,
    /// Residues of this part.
    pub residues: Range<u32>,
    /// Models (PDB, mmCIF, BinaryCIF) or records (SDF, MOL2, XYZ) in the file, of which one was
    /// read; at least 1.
    pub models: usize,
    /// The numbers by which [`ReadOptions::model`](crate::ReadOptions::model) chooses among them,
    /// in the order of the file.
    pub model_numbers: Vec<u32>,
    /// The number of the model that was read.
    pub model: u32,
    /// The number of the model, where several of a file are parts
    /// ([`Structure::merge_models`](crate::Structure::merge_models)); `None` elsewhere. Different
    /// models do not see each other: there are no hydrogen bonds between them.
    pub overlay_model: Option<u32>,
    /// Atoms of the file in alternate locations that were not chosen; they are not in the structure
    /// (see [`AlternateLocation`](crate::AlternateLocation)).
    pub alternates_left_out: usize,
    /// What the file says about copies of its atoms.
    pub symmetry: Symmetry,
    /// True if the file names helices or strands of this part: a residue without either is coil.
    pub has_secondary_structure: bool,
    /// The biological assembly that the part was made to be: its id in the file, or `all`; `None`
    /// for other parts.
    pub assembly: Option<String>,
    /// Number of unit cells along the edges a, b and c that the part was made to fill; `None` for
    /// other parts.
    pub cells: Option<[u32; 3]>,
}
