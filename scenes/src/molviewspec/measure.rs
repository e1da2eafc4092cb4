//! Boxes and spheres around atoms.

use glam::DVec3;
use molshot_molecule::Structure;

use crate::scene::BoundingBox;

/// A sphere around something.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ball {
    pub(super) center: DVec3,
    pub(super) radius: f64,
}

fn point(position: [f32; 3]) -> DVec3 {
    DVec3::from_array(position.map(f64::from))
}

/// The box around the centres of atoms; `None` without atoms.
pub(super) fn enclosing(structure: &Structure, mask: &[bool]) -> Option<BoundingBox> {
    let positions = structure.atoms().position_angstrom.iter().zip(mask);
    let points = positions
        .filter(|(_, masked)| **masked)
        .map(|(position, _)| point(*position));
    points
        .map(|point| BoundingBox {
            min: point,
            max: point,
        })
        .reduce(|a, b| a.union(&b))
}

/// A sphere around balls, each a centre and a radius, about the middle of their box; `None` without
/// any.
pub(super) fn around(balls: impl Iterator<Item = (DVec3, f64)> + Clone) -> Option<Ball> {
    let boxes = balls.clone().map(|(center, radius)| BoundingBox {
        min: center - radius,
        max: center + radius,
    });
    let center = boxes.reduce(|a, b| a.union(&b))?.center();
    let radius = balls
        .map(|(point, radius)| center.distance(point) + radius)
        .fold(0.0, f64::max);
    Some(Ball { center, radius })
}

/// A sphere around atoms with their van der Waals radii.
pub(super) fn around_atoms(structure: &Structure, mask: &[bool]) -> Option<Ball> {
    let atoms = structure.atoms();
    let masked = (0..mask.len()).filter(|atom| mask[*atom]);
    around(masked.map(|atom| {
        let radius = atoms.element[atom].vdw_radius_angstrom();
        (point(atoms.position_angstrom[atom]), f64::from(radius))
    }))
}
