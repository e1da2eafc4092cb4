//! Positions of hydrogens and lone pairs: from the file, or ideal ones.

use crate::Element;
use crate::perception::idatm::Geometry;
use crate::perception::idatm::molecule::Molecule;
use crate::perception::idatm::vector::{
    Vec3, add, cross, dot, perpendicular_part, scale, sub, unit,
};

/// Half the angle between two hydrogens of a tetrahedral atom, in degrees.
const HALF_TETRAHEDRAL_DEGREES: f64 = 54.75;

/// Position of a hydrogen, and its atom if it is in the file.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Hydrogen {
    pub(crate) position: Vec3,
    pub(crate) atom: Option<u32>,
}

/// Returns the positions of the hydrogens of an atom: those of the file if there are any, else
/// ideal ones if the bonds of the atom determine them. Empty if the hydrogens can rotate freely, or
/// the type of the atom is unknown.
pub(crate) fn hydrogens(molecule: &Molecule<'_>, atom: u32) -> Vec<Hydrogen> {
    let explicit: Vec<Hydrogen> = molecule
        .of(atom)
        .iter()
        .filter(|&&n| molecule.is_hydrogen(n))
        .map(|&n| Hydrogen {
            position: molecule.position(n),
            atom: Some(n),
        })
        .collect();
    if !explicit.is_empty() {
        return explicit;
    }
    let kind = molecule.kind(atom);
    let Some(geometry) = kind.geometry() else {
        return Vec::new();
    };
    if geometry.site_count() > kind.substituents() {
        return Vec::new();
    }
    let length = f64::from(
        molecule.element(atom).covalent_radius_angstrom() + Element::H.covalent_radius_angstrom(),
    );
    free_sites(molecule, atom, geometry, length)
        .into_iter()
        .map(|position| Hydrogen {
            position,
            atom: None,
        })
        .collect()
}

/// Returns the hydrogens of the file and the ideal positions of all further hydrogens and lone
/// pairs of an atom.
pub(crate) fn hydrogens_and_lone_pairs(molecule: &Molecule<'_>, atom: u32) -> Vec<Vec3> {
    let mut places: Vec<Vec3> = molecule
        .of(atom)
        .iter()
        .filter(|&&n| molecule.is_hydrogen(n))
        .map(|&n| molecule.position(n))
        .collect();
    if let Some(geometry) = molecule.kind(atom).geometry() {
        places.extend(free_sites(molecule, atom, geometry, 1.0));
    }
    places
}

/// Returns the positions of the lone pairs of a tetrahedral atom, mirrored through it, so that the
/// angle to a donor in the direction of the lone pair is 180 degrees.
pub(crate) fn mirrored_lone_pairs(molecule: &Molecule<'_>, atom: u32) -> Vec<Vec3> {
    let centre = molecule.position(atom);
    free_sites(molecule, atom, Geometry::Tetrahedral, 1.0)
        .into_iter()
        .map(|place| sub(scale(centre, 2.0), place))
        .collect()
}

/// Returns the free sites around an atom, at a distance of `length` angstrom. Empty if the bonds do
/// not determine them: no bond, or a single bond of a tetrahedral atom.
fn free_sites(molecule: &Molecule<'_>, atom: u32, geometry: Geometry, length: f64) -> Vec<Vec3> {
    let centre = molecule.position(atom);
    let bonded = molecule.of(atom);
    let places = geometry.site_count();
    if bonded.is_empty() || bonded.len() >= places {
        return Vec::new();
    }
    let Some(ways) = bonded
        .iter()
        .map(|&n| unit(sub(molecule.position(n), centre)))
        .collect::<Option<Vec<Vec3>>>()
    else {
        return Vec::new();
    };
    let directions = match (geometry, ways.as_slice()) {
        (Geometry::Linear, [a]) => vec![scale(*a, -1.0)],
        (Geometry::Planar, [a, b]) => away_from(&[*a, *b]).into_iter().collect(),
        (Geometry::Planar, [a]) => planar_pair(molecule, atom, bonded[0], *a),
        (Geometry::Tetrahedral, [a, b]) => tetrahedral_pair(*a, *b),
        (Geometry::Tetrahedral, [a, b, c]) => opposite_of_plane(*a, *b, *c).into_iter().collect(),
        _ => Vec::new(),
    };
    directions
        .into_iter()
        .map(|direction| add(centre, scale(direction, length)))
        .collect()
}

/// Returns the direction opposite to the mean of some directions.
fn away_from(ways: &[Vec3]) -> Option<Vec3> {
    let sum = ways.iter().fold([0.0; 3], |sum, &way| add(sum, way));
    unit(scale(sum, -1.0))
}

/// Returns the two free directions of a planar atom with one bond along `way`, in the plane of the
/// other bonds of the partner.
fn planar_pair(molecule: &Molecule<'_>, atom: u32, partner: u32, way: Vec3) -> Vec<Vec3> {
    let base = molecule.position(partner);
    // The first of two neighbours of the partner is on the side of the first site, the second on
    // the other side.
    let mut sides = molecule
        .others(partner, atom)
        .take(2)
        .zip([1.0, -1.0])
        .filter_map(|(n, sign)| {
            let aside = perpendicular_part(sub(molecule.position(n), base), way);
            unit(aside).map(|aside| scale(aside, sign))
        });
    let limit = if molecule.kind(partner).is_planar() {
        2
    } else {
        1
    };
    let sum = sides.by_ref().take(limit).fold([0.0; 3], add);
    let Some(aside) = unit(sum) else {
        return Vec::new();
    };
    let (sine, cosine) = 60.0_f64.to_radians().sin_cos();
    let first = add(scale(way, -cosine), scale(aside, sine));
    let mut pair = vec![first];
    pair.extend(away_from(&[way, first]));
    pair
}

fn tetrahedral_pair(a: Vec3, b: Vec3) -> Vec<Vec3> {
    let (Some(bisector), Some(normal)) = (away_from(&[a, b]), unit(cross(a, b))) else {
        return Vec::new();
    };
    let (sine, cosine) = HALF_TETRAHEDRAL_DEGREES.to_radians().sin_cos();
    [1.0, -1.0]
        .map(|sign| add(scale(bisector, cosine), scale(normal, sign * sine)))
        .to_vec()
}

fn opposite_of_plane(a: Vec3, b: Vec3, c: Vec3) -> Option<Vec3> {
    let normal = unit(cross(sub(b, a), sub(c, a)))?;
    let away = if dot(normal, a) > 0.0 { -1.0 } else { 1.0 };
    Some(scale(normal, away))
}
