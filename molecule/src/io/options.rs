//! File formats, and the options and limits of reading.

use std::path::Path;

use super::gzip::without_gz;

/// A file format that this crate reads.
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
    /// XYZ: number of atoms, comment, elements and coordinates.
    Xyz,
}

impl Format {
    /// Returns the format of a file extension, in any case: `pdb`, `ent`, `cif`, `mmcif`, `bcif`,
    /// `sdf`, `sd`, `mol`, `mol2`, `xyz`.
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

    /// Returns the format of the extension of a path, without regard to `.gz`.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy();
        let (_, extension) = without_gz(&name).rsplit_once('.')?;
        Self::from_name(extension)
    }

    /// Returns the name that [`Format::from_name`] accepts.
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

/// Limits of one input. Counts that a file declares are not trusted: memory grows only with the
/// actual content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct ReadLimits {
    /// Largest size after decompression, in bytes.
    pub max_bytes: u64,
    /// Largest number of atoms in the selected model.
    pub max_atoms: usize,
}

impl ReadLimits {
    /// Creates limits of bytes after decompression and of atoms.
    #[must_use]
    pub const fn new(max_bytes: u64, max_atoms: usize) -> Self {
        Self {
            max_bytes,
            max_atoms,
        }
    }
}

impl Default for ReadLimits {
    /// Returns limits of 4 GiB and 20 million atoms.
    fn default() -> Self {
        Self {
            max_bytes: 4 << 30,
            max_atoms: 20_000_000,
        }
    }
}

/// Options of reading one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ReadOptions {
    /// The format; `None` detects it from the content, then from the file extension.
    pub format: Option<Format>,
    /// Model to read: the model number in PDB and mmCIF, the record counted from 1 in SDF, MOL2 and
    /// XYZ. `None` takes the first.
    pub model: Option<u32>,
    /// Limits of size.
    pub limits: ReadLimits,
}

impl ReadOptions {
    /// Sets the format; `None` leaves it to the content and the file extension.
    #[must_use]
    pub fn with_format(mut self, format: impl Into<Option<Format>>) -> Self {
        self.format = format.into();
        self
    }

    /// Sets the model or record; `None` takes the first.
    #[must_use]
    pub fn with_model(mut self, model: impl Into<Option<u32>>) -> Self {
        self.model = model.into();
        self
    }

    /// Sets the limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: ReadLimits) -> Self {
        self.limits = limits;
        self
    }
}
