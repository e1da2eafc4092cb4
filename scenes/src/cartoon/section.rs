//! Profiles of ribbons.

use super::polymer::{Member, Shape};

/// Half of the width and of the thickness of helices, strands and nucleic acids, angstrom
/// (`ChimeraX`, command `cartoon style`: `width 2`, `thickness 0.4`).
const HALF_WIDTH_ANGSTROM: f32 = 1.0;
const HALF_THICKNESS_ANGSTROM: f32 = 0.2;
/// Half of the width of an arrowhead where it is widest, angstrom (`arrowScale 2`).
const HALF_ARROW_ANGSTROM: f32 = 2.0;

/// The profile of half a residue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    /// A circle.
    Coil,
    /// An ellipse.
    Helix,
    /// A rectangle.
    Strand,
    /// A rectangle whose width shrinks to that of a coil.
    Arrow,
    /// A rectangle, thin in the direction of the base.
    Nucleic,
}

impl Section {
    /// The profiles of the two halves of a residue: between the one before and it, and between it
    /// and the next.
    pub(super) fn of(member: &Member) -> [Self; 2] {
        let own = match member.shape {
            Shape::Coil => Self::Coil,
            Shape::Nucleic => Self::Nucleic,
            Shape::Helix => Self::Helix,
            Shape::Strand => Self::Strand,
        };
        let front = match own {
            _ if member.is_first => Self::Coil,
            Self::Strand if member.is_last => Self::Arrow,
            own => own,
        };
        [front, if member.is_last { Self::Coil } else { own }]
    }

    /// Half extents in the direction of the width and across it, at a share of the way from the
    /// start to the end of the half residue.
    pub(super) fn half_extents(self, share: f32) -> [f32; 2] {
        let thin = HALF_THICKNESS_ANGSTROM;
        match self {
            Self::Coil => [thin, thin],
            Self::Helix | Self::Strand => [HALF_WIDTH_ANGSTROM, thin],
            Self::Arrow => [
                HALF_ARROW_ANGSTROM + (thin - HALF_ARROW_ANGSTROM) * share,
                thin,
            ],
            Self::Nucleic => [thin, HALF_WIDTH_ANGSTROM],
        }
    }

    /// Returns true for profiles with sharp edges.
    pub(super) fn is_square(self) -> bool {
        matches!(self, Self::Strand | Self::Arrow | Self::Nucleic)
    }
}
