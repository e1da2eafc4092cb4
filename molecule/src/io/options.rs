//! Formats, and what a reader is asked for.

use std::path::Path;

use super::gzip::without_gz;

/// A file format that can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Format {
    /// Protein Data Bank format, wwPDB version 3.3.
    Pdb,
    /// PDBx/mmCIF.
    Mmcif,
    /// BinaryCIF.
    Bcif,
    /// MDL molfile and SD file, V2000 and V3000.
    Sdf,
    /// Tripos MOL2.
    Mol2,
    /// XYZ: count, comment, element and coordinates.
    Xyz,
}

impl Format {
    /// Format of a name as options give it, which is that of a file ending: `pdb`, `ent`, `cif`,
    /// `mmcif`, `bcif`, `sdf`, `sd`, `mol`, `mol2`, `xyz`, in any case.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "pdb" | "ent" => Some(Self::Pdb),
            "cif" | "mmcif" => Some(Self::Mmcif),
            "bcif" => Some(Self::Bcif),
            "sdf" | "sd" | "mol" => Some(Self::Sdf),
            "mol2" => Some(Self::Mol2),
            "xyz" => Some(Self::Xyz),
            _ => None,
        }
    }

    /// Format of a path's ending, `.gz` left aside.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy();
        let (_, ending) = without_gz(&name).rsplit_once('.')?;
        Self::from_name(ending)
    }

    /// Name as [`Format::from_name`] takes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Pdb => "pdb",
            Self::Mmcif => "mmcif",
            Self::Bcif => "bcif",
            Self::Sdf => "sdf",
            Self::Mol2 => "mol2",
            Self::Xyz => "xyz",
        }
    }
}

/// Ceilings for one input. Declared counts are never believed: memory grows with what is really
/// there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadLimits {
    /// Largest size of the text after decompression, in bytes.
    pub max_bytes: u64,
    /// Largest number of atoms of the chosen model.
    pub max_atoms: usize,
}

impl Default for ReadLimits {
    /// 4 GiB of text and 20 million atoms.
    fn default() -> Self {
        Self {
            max_bytes: 4 << 30,
            max_atoms: 20_000_000,
        }
    }
}

/// How to read one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ReadOptions {
    /// The format; `None` decides by content, then by the file's ending.
    pub format: Option<Format>,
    /// Model (PDB, mmCIF: the model's number; SDF, MOL2, XYZ: the record, counted from 1); `None`
    /// takes the first.
    pub model: Option<u32>,
    /// Ceilings.
    pub limits: ReadLimits,
}
