//! File formats, and the options and limits of reading.

use std::fmt;
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
    /// GRO of GROMACS.
    Gro,
}

impl Format {
    /// Every format, in the order in which help and messages list them.
    pub const ALL: [Self; 7] = [
        Self::Pdb,
        Self::Mmcif,
        Self::Bcif,
        Self::Sdf,
        Self::Mol2,
        Self::Xyz,
        Self::Gro,
    ];

    /// Returns the name that [`Format::from_name`] accepts.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pdb => "pdb",
            Self::Mmcif => "mmcif",
            Self::Bcif => "bcif",
            Self::Sdf => "sdf",
            Self::Mol2 => "mol2",
            Self::Xyz => "xyz",
            Self::Gro => "gro",
        }
    }

    /// Returns the name as it is written in prose, such as `BinaryCIF`.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Pdb => "PDB",
            Self::Mmcif => "mmCIF",
            Self::Bcif => "BinaryCIF",
            Self::Sdf => "SDF",
            Self::Mol2 => "MOL2",
            Self::Xyz => "XYZ",
            Self::Gro => "GRO",
        }
    }

    /// Returns the file extensions of the format, in lower case and without the dot.
    ///
    /// `pdb1` and `bio1` stand for `pdb2`, `bio2` and so on, too: PDB files of biological
    /// assemblies, as the wwPDB and Binding MOAD name them.
    #[must_use]
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Pdb => &["pdb", "ent", "pdb1", "bio1", "pdbqt", "pqr"],
            Self::Mmcif => &["cif", "mmcif"],
            Self::Bcif => &["bcif"],
            Self::Sdf => &["sdf", "sd", "mol"],
            Self::Mol2 => &["mol2"],
            Self::Xyz => &["xyz"],
            Self::Gro => &["gro"],
        }
    }

    /// Returns the names of all formats as a remedy lists them: `pdb, mmcif, ... or xyz`.
    #[must_use]
    pub fn names_text() -> String {
        alternatives(Self::name)
    }

    /// Returns the file extensions of all formats as help lists them: `.pdb .ent .cif ...`.
    #[must_use]
    pub fn extensions_text() -> String {
        let all = Self::ALL.iter().flat_map(|format| format.extensions());
        let dotted: Vec<String> = all.map(|extension| format!(".{extension}")).collect();
        dotted.join(" ")
    }

    /// Returns the format of a file extension, in any case. The extensions are those of
    /// [`Format::extensions`].
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        if assembly_number(&name).is_some() {
            return Some(Self::Pdb);
        }
        let mut all = Self::ALL.into_iter();
        all.find(|format| format.extensions().contains(&name.as_str()))
    }

    /// Returns the format of the extension of a path, without regard to `.gz`.
    #[must_use]
    pub fn from_path(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_string_lossy();
        let (_, extension) = without_gz(&name).rsplit_once('.')?;
        Self::from_name(extension)
    }
}

/// Returns the number of the biological assembly that a file extension of PDB files names: 2 for
/// `bio2` (Binding MOAD) and for `pdb2` (wwPDB). `None` for other file extensions.
#[must_use]
pub fn assembly_number(extension: &str) -> Option<u32> {
    let (head, digits) = extension.split_at_checked(3)?;
    let is_assembly = head.eq_ignore_ascii_case("bio") || head.eq_ignore_ascii_case("pdb");
    let is_number = (1..=4).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit());
    digits.parse().ok().filter(|_| is_assembly && is_number)
}

/// Joins a text of every format: `a, b or c`.
pub(super) fn alternatives(text: fn(Format) -> &'static str) -> String {
    let texts = Format::ALL.map(text);
    match texts.split_last() {
        Some((last, [])) => (*last).to_owned(),
        Some((last, others)) => format!("{} or {last}", others.join(", ")),
        None => String::new(),
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

impl ReadLimits {
    /// Largest number of pairs of atoms in CONECT records. Programs that write all bonds write up
    /// to two pairs of an atom; small files may repeat theirs.
    pub(crate) const fn max_conect_pairs(&self) -> usize {
        self.max_atoms.saturating_mul(2).saturating_add(1_000_000)
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

/// Which alternate location is read of disordered atoms.
///
/// One is read per group of residues that are bonded through atoms with alternate locations, so
/// that neighbours never come from two conformers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AlternateLocation {
    /// For each group the one with the highest mean occupancy; of several the one with the lowest
    /// mean B-factor, then the alphabetically first.
    #[default]
    Highest,
    /// One for the whole file, chosen in the same way over all atoms; groups that lack it are read
    /// as [`Self::Highest`] says, with a warning.
    AllHighest,
    /// The location with this identifier; groups that lack it are read as [`Self::Highest`] says,
    /// with a warning.
    Id(u8),
}

impl AlternateLocation {
    /// The words that [`Self::from_name`] accepts beside identifiers.
    pub const WORDS: [&'static str; 2] = ["highest", "all-highest"];

    /// Returns the choice of a text: one of [`Self::WORDS`], or an identifier of one printable
    /// ASCII character. `None` for other texts.
    #[must_use]
    pub fn from_name(text: &str) -> Option<Self> {
        match text.as_bytes() {
            b"highest" => Some(Self::Highest),
            b"all-highest" => Some(Self::AllHighest),
            [id] if id.is_ascii_graphic() => Some(Self::Id(*id)),
            _ => None,
        }
    }
}

impl fmt::Display for AlternateLocation {
    /// Writes what [`Self::from_name`] reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Highest => f.write_str("highest"),
            Self::AllHighest => f.write_str("all-highest"),
            Self::Id(id) => write!(f, "{}", char::from(*id)),
        }
    }
}

/// Options of reading one input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ReadOptions {
    /// The format; `None` detects it from the content, then from the file extension.
    pub format: Option<Format>,
    /// Model to read: the model number in PDB and mmCIF, the record counted from 1 in SDF, MOL2,
    /// XYZ and GRO. `None` takes the first.
    pub model: Option<u32>,
    /// Alternate location of disordered atoms.
    pub altloc: AlternateLocation,
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

    /// Sets the alternate location.
    #[must_use]
    pub const fn with_altloc(mut self, altloc: AlternateLocation) -> Self {
        self.altloc = altloc;
        self
    }

    /// Sets the limits.
    #[must_use]
    pub const fn with_limits(mut self, limits: ReadLimits) -> Self {
        self.limits = limits;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternate_locations_are_words_or_one_character() {
        let choice = AlternateLocation::from_name;
        assert_eq!(choice("highest"), Some(AlternateLocation::Highest));
        assert_eq!(choice("all-highest"), Some(AlternateLocation::AllHighest));
        assert_eq!(choice("B"), Some(AlternateLocation::Id(b'B')));
        for text in ["highest", "all-highest", "B"] {
            let written = choice(text).map(|choice| choice.to_string());
            assert_eq!(written.as_deref(), Some(text));
        }
        for text in ["", " ", "AB", "\n", "\u{e9}", "lowest"] {
            assert_eq!(choice(text), None, "{text:?}");
        }
    }

    #[test]
    fn every_format_has_its_name_and_extensions() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
            for extension in format.extensions() {
                assert_eq!(Format::from_name(&extension.to_uppercase()), Some(format));
            }
        }
        assert_eq!(
            Format::names_text(),
            "pdb, mmcif, bcif, sdf, mol2, xyz or gro"
        );
        assert_eq!(
            Format::extensions_text(),
            ".pdb .ent .pdb1 .bio1 .pdbqt .pqr .cif .mmcif .bcif .sdf .sd .mol .mol2 .xyz .gro"
        );
    }

    #[test]
    fn files_of_biological_assemblies_are_pdb_files() {
        for name in ["10gs.bio1", "10gs.BIO2", "a/1abc.pdb12.gz", "1abc.bio1.GZ"] {
            assert_eq!(
                Format::from_path(Path::new(name)),
                Some(Format::Pdb),
                "{name}"
            );
        }
        for name in ["x.bio", "x.pdbx", "x.pdb1a", "x.bio12345", "x.cif1", "bio1"] {
            assert_eq!(Format::from_path(Path::new(name)), None, "{name}");
        }
        assert_eq!(assembly_number("bio12"), Some(12));
        assert_eq!(assembly_number("pdb"), None);
    }
}
