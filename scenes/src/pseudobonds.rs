//! Pseudobonds as dashed sticks.
//!
//! Sizes and dashes are `ChimeraX`'s (user guide, `style` and `hbonds`;
//! <https://github.com/RBVI/ChimeraX>): radius 0.075 angstrom; each half has four dashes, all as
//! long as the gaps between them, with half a gap at each end: a pseudobond of length L has eight
//! dashes of L / 16. Each dash is closed by discs. A dash belongs to no atom: the ID planes and all
//! masks show nothing there, though the plane of depths has it, and it hides what is behind it.

use glam::DVec3;
use molshot_molecule::hbonds::{self, HydrogenBond, HydrogenBondOptions};
use molshot_molecule::{PseudobondKind, Structure};
use schemars::JsonSchema;

use crate::colors::Rgb;
use crate::keyword::keywords;
use crate::scene::Cylinder;

/// Radius of the dashes, angstrom.
pub const PSEUDOBOND_RADIUS_ANGSTROM: f64 = 0.075;
/// Dashes of a whole pseudobond.
const DASHES: u32 = 8;
/// Shorter ones, in angstrom, are left out: their dashes would have no direction.
const SHORTEST_ANGSTROM: f64 = 0.01;

/// A kind of pseudobond that can be drawn without being listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, JsonSchema)]
#[schemars(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PseudobondName {
    /// Hydrogen bonds between the ligand and the rest, as [`molshot_molecule::hbonds`] finds them
    /// where the atoms are drawn.
    HydrogenBonds,
    /// A metal and the atoms that coordinate it.
    MetalCoordination,
    /// Gaps in chains.
    MissingStructure,
}

keywords!(PseudobondName { HydrogenBonds = "hydrogen-bonds", MetalCoordination = "metal-coordination", MissingStructure = "missing-structure" });

impl PseudobondName {
    /// The pairs of atoms in a structure.
    fn pairs(self, structure: &Structure) -> Vec<(u32, u32)> {
        let of_kind = |kind: PseudobondKind| {
            let bonds = structure.pseudobonds().iter();
            bonds
                .filter(|bond| bond.kind == kind)
                .map(|bond| (bond.a, bond.b))
                .collect()
        };
        match self {
            Self::MetalCoordination => of_kind(PseudobondKind::MetalCoordination),
            Self::MissingStructure => of_kind(PseudobondKind::MissingStructure),
            Self::HydrogenBonds => {
                // The default tolerances are within their limits.
                let found = hbonds::find(structure, &HydrogenBondOptions::default());
                let pair = |bond: &HydrogenBond| (bond.donor, bond.acceptor);
                found.map_or_else(
                    |_| Vec::new(),
                    |found| found.bonds.iter().map(pair).collect(),
                )
            }
        }
    }

    /// Colour of its dashes, as in `ChimeraX`.
    #[must_use]
    pub fn color(self) -> Rgb {
        match self {
            Self::HydrogenBonds => Rgb::from_hex(0x00_BF_FF),
            Self::MetalCoordination => Rgb::from_hex(0x93_70_DB),
            Self::MissingStructure => Rgb::from_hex(0xFF_FF_00),
        }
    }
}

/// Two atoms to be joined by dashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dashed {
    /// Index of an atom.
    pub a: u32,
    /// Index of another.
    pub b: u32,
    /// Colour of all dashes.
    pub color: Rgb,
}

/// The pseudobonds of some kinds that a structure has, in the kinds' order.
#[must_use]
pub fn of_structure(
    structure: &Structure,
    names: impl IntoIterator<Item = PseudobondName>,
) -> Vec<Dashed> {
    names
        .into_iter()
        .flat_map(|name| {
            let color = name.color();
            let pairs = name.pairs(structure).into_iter();
            pairs.map(move |(a, b)| Dashed { a, b, color })
        })
        .collect()
}

/// The pseudobonds that are drawn, with the places of their atoms: those between atoms for which
/// `shown` holds, at different places.
pub(crate) fn drawn<'a>(
    structure: &'a Structure,
    pseudobonds: &'a [Dashed],
    shown: impl Fn(u32) -> bool + 'a,
) -> impl Iterator<Item = (&'a Dashed, [DVec3; 2])> {
    let place = move |atom: u32| {
        let position = structure.atoms().position_angstrom.get(atom as usize)?;
        shown(atom).then(|| DVec3::from_array(position.map(f64::from)))
    };
    pseudobonds.iter().filter_map(move |bond| {
        let (start, end) = (place(bond.a)?, place(bond.b)?);
        (start.distance(end) >= SHORTEST_ANGSTROM).then_some((bond, [start, end]))
    })
}

/// The dashes of pseudobonds between atoms for which `shown` holds; those with an atom that the
/// structure lacks, or with atoms at one place, have none.
#[must_use]
pub fn dashed(
    structure: &Structure,
    pseudobonds: &[Dashed],
    shown: impl Fn(u32) -> bool,
) -> Vec<Cylinder> {
    let mut dashes = Vec::with_capacity(pseudobonds.len() * DASHES as usize);
    for (bond, [start, end]) in drawn(structure, pseudobonds, shown) {
        // A dash is a sixteenth long and begins half of that behind the gap's middle: the first one
        // goes from 1 to 3 of 32.
        let at = |part: u32| {
            let share = f64::from(part) / f64::from(4 * DASHES);
            start.lerp(end, share).as_vec3().to_array()
        };
        for dash in 0..DASHES {
            dashes.push(Cylinder {
                start_angstrom: at(4 * dash + 1),
                radius_angstrom: PSEUDOBOND_RADIUS_ANGSTROM as f32,
                end_angstrom: at(4 * dash + 3),
                caps: Cylinder::FLAT,
                start_color: bond.color.opaque(),
                end_color: bond.color.opaque(),
                start_atom: Cylinder::NO_ATOM,
                end_atom: Cylinder::NO_ATOM,
            });
        }
    }
    dashes
}
