//! Residues, chains and parts (input files).

use std::ops::Range;

use smol_str::SmolStr;

/// What a residue is, chemically.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ResidueClass {
    /// Amino acid that is part of, or can be part of, a peptide chain.
    AminoAcid,
    /// Nucleotide of DNA or RNA.
    Nucleotide,
    /// Water.
    Water,
    /// A single-atom ion (metal or halide).
    Ion,
    /// Everything else: ligands, cofactors, sugars, lipids, buffer molecules.
    Ligand,
}

impl ResidueClass {
    /// True for amino acids and nucleotides.
    #[must_use]
    pub fn is_polymer(self) -> bool {
        matches!(self, Self::AminoAcid | Self::Nucleotide)
    }
}

/// One residue: a run of atoms.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Residue {
    /// Name (`ARG`, `HOH`, `GTP`).
    pub name: SmolStr,
    /// Author's sequence number.
    pub number: i32,
    /// Insertion code; `b' '` where there is none.
    pub insertion_code: u8,
    /// Index into [`Structure::chains`].
    pub chain: u32,
    /// Atoms of this residue.
    pub atoms: Range<u32>,
    /// Chemical class.
    pub class: ResidueClass,
    /// True when the file says so (`HETATM`, `_atom_site.group_PDB`).
    pub hetero: bool,
}

/// One chain: residues of one part that carry the same author chain id. They need not be contiguous
/// (water of a chain commonly stands at the end of a file).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Chain {
    /// Author's chain id; empty where the file leaves it blank.
    pub id: SmolStr,
    /// mmCIF `label_asym_id` of the chain's first atom; equals `id` in other formats.
    pub label_id: SmolStr,
    /// Index into [`Structure::parts`].
    pub part: u32,
}

/// What an input file stands for in a scene of several files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PartRole {
    /// A whole structure; its residues are classed one by one.
    Whole,
    /// The pocket or protein of a PDBbind folder.
    Pocket,
    /// The ligand of a PDBbind folder: every residue in it is of class ligand.
    Ligand,
}

impl PartRole {
    /// What a name in the manner of `PDBbind` stands for: `x_pocket.pdb` and `x_protein.pdb` a
    /// pocket, `x_ligand.mol2` and `x_ligand.sdf` a ligand (each also `.gz`), and everything else a
    /// whole structure.
    #[must_use]
    pub fn from_file_name(name: &str) -> Self {
        let stem = name.split_once('.').map_or(name, |(stem, _)| stem);
        if stem.ends_with("_ligand") {
            Self::Ligand
        } else if stem.ends_with("_pocket") || stem.ends_with("_protein") {
            Self::Pocket
        } else {
            Self::Whole
        }
    }
}

/// One input file (a *model* in ChimeraX's words). Bonds never cross parts.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Part {
    /// File stem (`5ey0_pocket`).
    pub name: String,
    /// What the file stands for.
    pub role: PartRole,
    /// Atoms of this part.
    pub atoms: Range<u32>,
    /// Residues of this part.
    pub residues: Range<u32>,
    /// Models (PDB, mmCIF, BinaryCIF) or records (SDF, MOL2, XYZ) in the file, of which one was
    /// read; at least 1.
    pub models: usize,
}
