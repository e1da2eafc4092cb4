//! Rings that can stack: aromatic or planar, of five or six atoms.

use super::contact::ContactSide;
use super::criteria::PLANAR_RING_DEGREES;
use super::kind::ContactRole;
use super::site::centroid;
use crate::perception::idatm::TypedMolecule;
use crate::perception::idatm::molecule::Molecule;
use crate::perception::idatm::rings::Ring;
use crate::perception::idatm::vector::{
    Vec3, add, cross, distance, dot, perpendicular_part, sub, unit,
};
use crate::structure::ResidueClass;

/// A flat ring.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FlatRing {
    /// Atoms, ascending, all of one residue.
    pub(crate) atoms: Vec<u32>,
    pub(crate) center: Vec3,
    /// Unit vector.
    pub(crate) normal: Vec3,
}

impl FlatRing {
    /// Returns the distance between the axis of the ring and a point.
    pub(crate) fn offset(&self, point: Vec3) -> f64 {
        let aside = perpendicular_part(sub(point, self.center), self.normal);
        distance(aside, [0.0; 3])
    }

    /// Returns the angle between the plane of the ring and another plane, 0 to 90 degrees.
    pub(crate) fn plane_angle_degrees(&self, normal: Vec3) -> f64 {
        plane_angle_degrees(self.normal, normal)
    }

    pub(crate) fn contains(&self, atom: u32) -> bool {
        self.atoms.binary_search(&atom).is_ok()
    }

    pub(crate) fn side(&self) -> ContactSide {
        ContactSide {
            role: ContactRole::Ring,
            atoms: self.atoms.clone(),
            center_angstrom: self.center.map(|x| x as f32),
            center_atoms: self.atoms.clone(),
        }
    }
}

fn plane_angle_degrees(a: Vec3, b: Vec3) -> f64 {
    dot(a, b).abs().clamp(0.0, 1.0).acos().to_degrees()
}

/// Finds the flat rings of all residues.
///
/// As in PLIP a ring is one that is known to be aromatic (here: by its atom types), one in the side
/// chain of a standard amino acid (but proline), or one whose atoms are in a plane.
pub(crate) fn find(typed: &TypedMolecule<'_>) -> Vec<FlatRing> {
    let molecule = &typed.molecule;
    let rings = typed.rings.all.iter();
    rings
        .filter(|ring| matches!(ring.atoms.len(), 5 | 6))
        .filter_map(|ring| flat(molecule, ring))
        .collect()
}

fn flat(molecule: &Molecule<'_>, ring: &Ring) -> Option<FlatRing> {
    let positions: Vec<Vec3> = ring.atoms.iter().map(|&a| molecule.position(a)).collect();
    let residue = molecule.structure.residue_of(ring.atoms[0]);
    let is_side_chain = residue.class == ResidueClass::AminoAcid
        && ring.atoms.iter().all(|&a| molecule.kind(a).is_planar());
    if !is_side_chain && !ring.is_aromatic(molecule) && !is_planar(&positions) {
        return None;
    }
    let center = centroid(positions.iter().copied());
    // The sum over all edges is twice the area times the normal of the mean plane.
    let normal = unit(
        edges(&positions)
            .map(|[a, b]| cross(sub(a, center), sub(b, center)))
            .fold([0.0; 3], add),
    )?;
    let mut atoms = ring.atoms.clone();
    atoms.sort_unstable();
    Some(FlatRing {
        atoms,
        center,
        normal,
    })
}

fn edges(positions: &[Vec3]) -> impl Iterator<Item = [Vec3; 2]> + '_ {
    let next = positions.iter().cycle().skip(1);
    positions.iter().zip(next).map(|(&a, &b)| [a, b])
}

/// Returns whether the normals at all atoms, from their neighbours in the ring, agree.
fn is_planar(positions: &[Vec3]) -> bool {
    let count = positions.len();
    let normals: Option<Vec<Vec3>> = (0..count)
        .map(|i| {
            let [before, at, after] =
                [i + count - 1, i, i + 1].map(|place| positions[place % count]);
            unit(cross(sub(before, at), sub(after, at)))
        })
        .collect();
    normals.is_some_and(|normals| {
        normals.iter().enumerate().all(|(i, &a)| {
            let mut others = normals[i + 1..].iter();
            others.all(|&b| plane_angle_degrees(a, b) <= PLANAR_RING_DEGREES)
        })
    })
}
