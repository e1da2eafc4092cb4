//! Pseudobonds as dashed sticks.
//!
//! Sizes and dashes are `ChimeraX`'s (user guide, `style` and `hbonds`;
//! <https://github.com/RBVI/ChimeraX>): radius 0.075 angstrom; each half has four dashes, all as
//! long as the gaps between them, with half a gap at each end: a pseudobond of length L has eight
//! dashes of L / 16. Each dash is closed by discs. A dash belongs to no atom: the ID planes and all
//! masks show nothing there, though the plane of depths has it, and it hides what is behind it. A
//! pseudobond joins two atoms, or the centres of rings and charged groups.

use glam::DVec3;
use molshot_molecule::contacts::{self, Contact, ContactKind, ContactOptions, ContactSide};
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
    /// Salt bridges between the ligand and the rest, as [`molshot_molecule::contacts`] finds them
    /// where the atoms are drawn; so are those below. They join the centres of charged groups.
    SaltBridges,
    /// Stacked aromatic rings, from centre to centre.
    PiStacking,
    /// Aromatic rings and cations, from centre to centre.
    PiCation,
    /// Halogen bonds.
    HalogenBonds,
    /// Hydrophobic contacts.
    HydrophobicContacts,
    /// Water bridges: from the ligand's atom to the water's oxygen, and from there to the other
    /// atom.
    WaterBridges,
}

keywords!(PseudobondName {
    HydrogenBonds = "hydrogen-bonds",
    MetalCoordination = "metal-coordination",
    MissingStructure = "missing-structure",
    SaltBridges = "salt-bridges",
    PiStacking = "pi-stacking",
    PiCation = "pi-cation",
    HalogenBonds = "halogen-bonds",
    HydrophobicContacts = "hydrophobic-contacts",
    WaterBridges = "water-bridges",
});

impl PseudobondName {
    /// The kind of contact that it draws; `None` for what ChimeraX finds or the structure has.
    fn contact(self) -> Option<ContactKind> {
        match self {
            Self::HydrogenBonds | Self::MetalCoordination | Self::MissingStructure => None,
            Self::SaltBridges => Some(ContactKind::SaltBridges),
            Self::PiStacking => Some(ContactKind::PiStacking),
            Self::PiCation => Some(ContactKind::PiCation),
            Self::HalogenBonds => Some(ContactKind::HalogenBonds),
            Self::HydrophobicContacts => Some(ContactKind::HydrophobicContacts),
            Self::WaterBridges => Some(ContactKind::WaterBridges),
        }
    }

    /// The pairs of ends in a structure; `contacts` are those of all wanted kinds.
    fn pairs(self, structure: &Structure, contacts: &[Contact]) -> Vec<[DashEnd; 2]> {
        let of_kind = |kind: PseudobondKind| {
            let bonds = structure.pseudobonds().iter();
            bonds
                .filter(|bond| bond.kind == kind)
                .map(|bond| [bond.a, bond.b].map(DashEnd::from))
                .collect()
        };
        match self {
            Self::MetalCoordination => of_kind(PseudobondKind::MetalCoordination),
            Self::MissingStructure => of_kind(PseudobondKind::MissingStructure),
            Self::HydrogenBonds => {
                // The default tolerances are within their limits.
                let found = hbonds::find(structure, &HydrogenBondOptions::default());
                let pair = |bond: &HydrogenBond| [bond.donor, bond.acceptor].map(DashEnd::from);
                found.map_or_else(
                    |_| Vec::new(),
                    |found| found.bonds.iter().map(pair).collect(),
                )
            }
            Self::SaltBridges
            | Self::PiStacking
            | Self::PiCation
            | Self::HalogenBonds
            | Self::HydrophobicContacts
            | Self::WaterBridges => {
                let kind = self.contact();
                let contacts = contacts.iter();
                contacts
                    .filter(|contact| Some(contact.kind) == kind)
                    .flat_map(ends)
                    .collect()
            }
        }
    }

    /// Colour of its dashes: as in `ChimeraX` for the first three. For contacts the hues are those
    /// of PLIP's `PyMOL` sessions (Salentin et al., Nucleic Acids Res. 43 (2015) W443: yellow, green,
    /// orange, green-cyan, grey, light blue), dark enough for a white background.
    #[must_use]
    pub fn color(self) -> Rgb {
        match self {
            Self::HydrogenBonds => Rgb::from_hex(0x00_BF_FF),
            Self::MetalCoordination => Rgb::from_hex(0x93_70_DB),
            Self::MissingStructure => Rgb::from_hex(0xFF_FF_00),
            Self::SaltBridges => Rgb::from_hex(0xD9_A4_00),
            Self::PiStacking => Rgb::from_hex(0x2E_8B_3D),
            Self::PiCation => Rgb::from_hex(0xFF_6A_00),
            Self::HalogenBonds => Rgb::from_hex(0x00_C0_A0),
            Self::HydrophobicContacts => Rgb::from_hex(0x80_80_80),
            Self::WaterBridges => Rgb::from_hex(0x7B_8C_FF),
        }
    }
}

/// The pairs of ends of a contact: two for a water bridge.
fn ends(contact: &Contact) -> Vec<[DashEnd; 2]> {
    let [ligand, rest] = [&contact.ligand, &contact.rest].map(DashEnd::of_side);
    match contact.water.map(DashEnd::Atom) {
        Some(water) => vec![[ligand, water.clone()], [water, rest]],
        None => vec![[ligand, rest]],
    }
}

/// What dashes lead to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum DashEnd {
    /// The atom of this index.
    Atom(u32),
    /// The centre of a ring or charge.
    Group {
        /// Indices of the atoms whose mean position is the centre.
        center: Vec<u32>,
        /// Indices of all atoms of the group: it is drawn only if all of them are.
        atoms: Vec<u32>,
    },
}

impl From<u32> for DashEnd {
    fn from(atom: u32) -> Self {
        Self::Atom(atom)
    }
}

impl DashEnd {
    fn of_side(side: &ContactSide) -> Self {
        match side.atoms[..] {
            [atom] => Self::Atom(atom),
            _ => Self::Group {
                center: side.center_atoms.clone(),
                atoms: side.atoms.clone(),
            },
        }
    }

    /// The atom, or the first one of the group.
    #[must_use]
    pub fn first_atom(&self) -> Option<u32> {
        match self {
            Self::Atom(atom) => Some(*atom),
            Self::Group { atoms, .. } => atoms.first().copied(),
        }
    }

    /// The place that dashes lead to; `None` if an atom is missing or not shown.
    fn place(&self, structure: &Structure, shown: impl Fn(u32) -> bool) -> Option<DVec3> {
        let position = |&atom: &u32| {
            let position = structure.atoms().position_angstrom.get(atom as usize)?;
            Some(DVec3::from_array(position.map(f64::from)))
        };
        // An atom that the structure lacks has no index for `shown`.
        let is_shown = |atom: &u32| (*atom as usize) < structure.atoms().len() && shown(*atom);
        match self {
            Self::Atom(atom) => is_shown(atom).then(|| position(atom))?,
            Self::Group { center, atoms } => {
                if center.is_empty() || !atoms.iter().all(is_shown) {
                    return None;
                }
                let sum: DVec3 = center.iter().map(position).sum::<Option<DVec3>>()?;
                Some(sum / center.len() as f64)
            }
        }
    }
}

/// Two atoms or groups to be joined by dashes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dashed {
    /// One end.
    pub a: DashEnd,
    /// The other.
    pub b: DashEnd,
    /// Colour of all dashes.
    pub color: Rgb,
}

/// The pseudobonds of some kinds that a structure has, in the kinds' order.
#[must_use]
pub fn of_structure(
    structure: &Structure,
    names: impl IntoIterator<Item = PseudobondName>,
) -> Vec<Dashed> {
    let names: Vec<PseudobondName> = names.into_iter().collect();
    let kinds: Vec<ContactKind> = names.iter().filter_map(|name| name.contact()).collect();
    let contacts = if kinds.is_empty() {
        Vec::new()
    } else {
        contacts::find(structure, &ContactOptions::default().with_kinds(kinds)).contacts
    };
    names
        .into_iter()
        .flat_map(|name| {
            let color = name.color();
            let pairs = name.pairs(structure, &contacts).into_iter();
            pairs.map(move |[a, b]| Dashed { a, b, color })
        })
        .collect()
}

/// The pseudobonds that are drawn, with the places of their ends: those between atoms and groups for
/// all of whose atoms `shown` holds, at different places.
pub(crate) fn drawn<'a>(
    structure: &'a Structure,
    pseudobonds: &'a [Dashed],
    shown: impl Fn(u32) -> bool + 'a,
) -> impl Iterator<Item = (&'a Dashed, [DVec3; 2])> {
    pseudobonds.iter().filter_map(move |bond| {
        let start = bond.a.place(structure, &shown)?;
        let end = bond.b.place(structure, &shown)?;
        (start.distance(end) >= SHORTEST_ANGSTROM).then_some((bond, [start, end]))
    })
}

/// The dashes of pseudobonds between atoms and groups for all of whose atoms `shown` holds; those
/// with an atom that the structure lacks, or with both ends at one place, have none.
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use molshot_molecule::{PartRole, ReadOptions, read_bytes};

    use super::*;
    use crate::keyword::Keyword;

    /// A carboxylate of a ligand, a lysine's end, and a water between.
    const BRIDGE: &str = "\
HETATM    1  C1  LIG A   1      -1.500   0.000   0.000  1.00  0.00           C
HETATM    2  C2  LIG A   1       0.000   0.000   0.000  1.00  0.00           C
HETATM    3  O1  LIG A   1       0.620   1.090   0.000  1.00  0.00           O
HETATM    4  O2  LIG A   1       0.620  -1.090   0.000  1.00  0.00           O
ATOM      5  CE  LYS A   2       5.500   0.000   0.000  1.00  0.00           C
ATOM      6  NZ  LYS A   2       4.000   0.000   0.000  1.00  0.00           N
END
";

    #[test]
    fn a_salt_bridge_joins_the_centres_of_groups_that_are_all_drawn() {
        let read = read_bytes(
            "a.pdb",
            BRIDGE.as_bytes(),
            PartRole::Whole,
            &ReadOptions::default(),
        );
        let structure = Arc::new(read.expect("atoms"));
        let found = of_structure(&structure, [PseudobondName::SaltBridges]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].a.first_atom(), Some(2));
        assert_eq!(found[0].b, DashEnd::Atom(5));
        let all: Vec<_> = drawn(&structure, &found, |_| true).collect();
        let [start, end] = all[0].1;
        assert!(start.distance(DVec3::new(0.62, 0.0, 0.0)) < 1e-6);
        assert!(end.distance(DVec3::new(4.0, 0.0, 0.0)) < 1e-6);
        // One oxygen of the carboxylate is hidden.
        assert_eq!(drawn(&structure, &found, |atom| atom != 3).count(), 0);
        assert_eq!(drawn(&structure, &found, |atom| atom != 1).count(), 1);
    }

    #[test]
    fn every_kind_has_a_colour_of_its_own() {
        let names = PseudobondName::KEYWORDS.iter();
        let colors: BTreeSet<[u8; 4]> = names.map(|(_, name)| name.color().opaque()).collect();
        assert_eq!(colors.len(), PseudobondName::KEYWORDS.len());
    }
}
