//! Kinds of secondary structure, and what a file says about a residue.

/// Secondary structure of one residue: the states of DSSP (Kabsch & Sander, Biopolymers 22 (1983)
/// 2577), and those that files name in addition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SecondaryStructureKind {
    /// Alpha helix: hydrogen bonds from each residue to the fourth before it (`H`).
    AlphaHelix,
    /// 3-10 helix: hydrogen bonds to the third residue before (`G`).
    Helix310,
    /// Pi helix: hydrogen bonds to the fifth residue before (`I`).
    PiHelix,
    /// Helix of another kind that a file names: omega, gamma, left-handed.
    OtherHelix,
    /// Extended helix without hydrogen bonds, which is not counted among the helices (`P`).
    PolyprolineHelix,
    /// Strand of a beta sheet (`E`).
    Strand,
    /// Single pair of residues with the hydrogen bonds of a beta sheet (`B`).
    Bridge,
    /// Turn with a hydrogen bond (`T`).
    Turn,
    /// Bend of the chain by more than 70 degrees (`S`).
    Bend,
    /// None of these (`C`).
    #[default]
    Coil,
}

impl SecondaryStructureKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::AlphaHelix,
        Self::Helix310,
        Self::PiHelix,
        Self::OtherHelix,
        Self::PolyprolineHelix,
        Self::Strand,
        Self::Bridge,
        Self::Turn,
        Self::Bend,
        Self::Coil,
    ];

    /// Returns true for helices with hydrogen bonds inside, which cartoons draw as helices.
    #[must_use]
    pub fn is_helix(self) -> bool {
        matches!(
            self,
            Self::AlphaHelix | Self::Helix310 | Self::PiHelix | Self::OtherHelix
        )
    }

    /// Returns true for strands, which cartoons draw as arrows.
    #[must_use]
    pub fn is_strand(self) -> bool {
        self == Self::Strand
    }

    /// Returns the letter of DSSP; `H` for other helices, `C` for what DSSP leaves blank.
    #[must_use]
    pub fn letter(self) -> char {
        match self {
            Self::AlphaHelix | Self::OtherHelix => 'H',
            Self::Helix310 => 'G',
            Self::PiHelix => 'I',
            Self::PolyprolineHelix => 'P',
            Self::Strand => 'E',
            Self::Bridge => 'B',
            Self::Turn => 'T',
            Self::Bend => 'S',
            Self::Coil => 'C',
        }
    }

    /// Returns the name in words.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::AlphaHelix => "alpha helix",
            Self::Helix310 => "3-10 helix",
            Self::PiHelix => "pi helix",
            Self::OtherHelix => "other helix",
            Self::PolyprolineHelix => "polyproline helix",
            Self::Strand => "strand",
            Self::Bridge => "bridge",
            Self::Turn => "turn",
            Self::Bend => "bend",
            Self::Coil => "coil",
        }
    }
}

/// What a file says about the secondary structure of a residue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct FileSecondaryStructure {
    /// Kind of the helix or strand.
    pub kind: SecondaryStructureKind,
    /// Number of the record, different for adjacent helices and strands of a file.
    pub record: u32,
}
