//! Bonds as one to three parallel lines by their orders, all of them cylinders.
//!
//! Sizes are multiples of the stick's radius R; they are this project's choice:
//!
//! - double: two cylinders of 0.4 R at 0.6 R on both sides of the bond's axis, triple: three of
//!   0.25 R at 0.75 R and on the axis. Together they are as wide as a stick, so that their ends are
//!   inside the balls at the atoms, which are at least as thick as a stick;
//! - double in a ring of at most eight atoms: the stick and a second line of 0.3 R inside the ring,
//!   1.6 R from the axis, shortened to where it meets the lines of its neighbours, with round ends;
//! - aromatic: the same, the second line in three dashes with flat ends;
//! - aromatic outside of rings (a bond of a file without Kekulé structure): as double, one of the
//!   two lines in dashes;
//! - dative: five dashes of 0.5 R with flat ends.
//!
//! The lines of a double bond are in the plane of the sp2 group, which the neighbours of both atoms
//! give. Every line is in halves with the colours and the atoms of its ends, as a stick is.

#[cfg(test)]
mod tests;

use std::ops::Range;

use glam::{DVec3, Vec3};
use molshot_molecule::perception::BondOrders;
use molshot_molecule::{Bond, BondOrder, Neighbours, Structure};

use crate::scene::Cylinder;

/// Atoms nearer than this, in angstrom, get no stick between them: it would have no direction.
pub(crate) const SHORTEST_STICK_ANGSTROM: f32 = 1e-3;
/// Radius and distance from the axis of the lines of a double bond, in stick radii.
const DOUBLE: [f64; 2] = [0.4, 0.6];
/// The same of the outer lines of a triple bond.
const TRIPLE: [f64; 2] = [0.25, 0.75];
/// The same of the second line in a ring.
const IN_RING: [f64; 2] = [0.3, 1.6];
/// Radius of dative bonds, in stick radii.
const DATIVE: f64 = 0.5;
/// Longest ring with the second line of its double bonds inside: larger ones are not planar.
const LONGEST_RING: usize = 8;
/// Largest distance of the second line from the axis as a share of that of the ring's centre.
const LARGEST_SHARE_OF_RING: f64 = 0.6;
/// Largest part that is cut off each end of a second line, as a share of the bond.
const LARGEST_CUT: f64 = 0.4;
/// Dashes of a second line, and the share of them that is drawn.
const DASHES: u32 = 3;
const DASH_SHARE: f64 = 0.6;
/// Dashes of a dative bond, which are as long as the gaps between them.
const DATIVE_DASHES: u32 = 5;
/// How many bonds a plane is searched along, beyond atoms in a line.
const FARTHEST_NEIGHBOUR: u32 = 4;

/// The sticks of the bonds between shown atoms; with orders, the lines of each.
pub(super) fn cylinders(
    structure: &Structure,
    shown: &[bool],
    radius_angstrom: f32,
    colors: &[[u8; 4]],
    orders: Option<&BondOrders>,
) -> Vec<Cylinder> {
    let positions = &structure.atoms().position_angstrom;
    let stick = |bond: &Bond| {
        let (a, b) = (bond.a as usize, bond.b as usize);
        let length = Vec3::from_array(positions[a]).distance(Vec3::from_array(positions[b]));
        (shown[a] && shown[b] && length >= SHORTEST_STICK_ANGSTROM).then(|| Cylinder {
            start_angstrom: positions[a],
            radius_angstrom,
            end_angstrom: positions[b],
            caps: Cylinder::OPEN,
            start_color: colors[a],
            end_color: colors[b],
            start_atom: bond.a,
            end_atom: bond.b,
        })
    };
    let sticks = structure.bonds().iter().map(stick);
    let Some(orders) = orders else {
        return sticks.flatten().collect();
    };
    let lines_of = BondLines::new(structure, orders);
    let mut lines = Vec::with_capacity(structure.bonds().len());
    for (bond, stick) in sticks.enumerate() {
        if let Some(stick) = stick {
            lines_of.add(bond, stick, &mut lines);
        }
    }
    lines
}

/// What the lines of all bonds are made from.
struct BondLines<'a> {
    structure: &'a Structure,
    orders: &'a BondOrders,
    neighbours: Neighbours,
}

impl<'a> BondLines<'a> {
    /// `orders` are those of the structure's bonds; the structure may have moved since.
    fn new(structure: &'a Structure, orders: &'a BondOrders) -> Self {
        Self {
            structure,
            orders,
            neighbours: structure.neighbours(),
        }
    }

    /// Adds the lines of a bond, which without its order would be this stick.
    fn add(&self, bond: usize, stick: Cylinder, lines: &mut Vec<Cylinder>) {
        let Some(assigned) = self.orders.bonds.get(bond) else {
            return lines.push(stick);
        };
        let ring = self.orders.ring(bond);
        let ring = ring.filter(|ring| assigned.is_aromatic || ring.len() <= LONGEST_RING);
        let line = Line::new(stick);
        match (assigned.order, ring) {
            (_, Some(ring)) => {
                lines.push(stick);
                if let Some(second) = self.in_ring(&line, ring) {
                    if assigned.is_aromatic {
                        lines.extend((0..DASHES).map(|dash| second.dash(dash)));
                    } else {
                        lines.push(second.whole(Cylinder::ROUND));
                    }
                }
            }
            (BondOrder::Double, None) => {
                let [radius, distance] = DOUBLE;
                let side = self.side(&stick) * distance;
                let both = [-1.0, 1.0].map(|sign| line.beside(side * sign, radius));
                lines.extend(both.map(|line| line.whole(Cylinder::OPEN)));
            }
            (BondOrder::Triple, None) => {
                let [radius, distance] = TRIPLE;
                let side = self.side(&stick) * distance;
                let all = [-1.0, 0.0, 1.0].map(|sign| line.beside(side * sign, radius));
                lines.extend(all.map(|line| line.whole(Cylinder::OPEN)));
            }
            (BondOrder::Aromatic, None) => {
                let [radius, distance] = DOUBLE;
                let side = self.side(&stick) * distance;
                lines.push(line.beside(-side, radius).whole(Cylinder::OPEN));
                let dashed = line.beside(side, radius);
                lines.extend((0..DASHES).map(|dash| dashed.dash(dash)));
            }
            (BondOrder::Dative, None) => {
                let dashed = line.beside(DVec3::ZERO, DATIVE);
                let part = 1.0 / f64::from(2 * DATIVE_DASHES - 1);
                lines.extend((0..DATIVE_DASHES).map(|dash| {
                    let start = f64::from(2 * dash) * part;
                    dashed.part(start..start + part, Cylinder::FLAT)
                }));
            }
            _ => lines.push(stick),
        }
    }

    fn place(&self, atom: u32) -> DVec3 {
        DVec3::from_array(self.structure.atoms().position_angstrom[atom as usize].map(f64::from))
    }

    /// The second line of a bond inside its ring, shortened at both ends alike; `None` where the
    /// ring has no inside.
    fn in_ring(&self, line: &Line, ring: &[u32]) -> Option<Line> {
        let sum: DVec3 = ring.iter().map(|atom| self.place(*atom)).sum();
        let center = sum / ring.len() as f64;
        let axis = (line.end - line.start).try_normalize()?;
        let inwards = (center - line.start).reject_from_normalized(axis);
        let side = inwards.try_normalize()?;
        let [radius, distance] = IN_RING;
        let distance =
            (distance * line.stick_radius()).min(LARGEST_SHARE_OF_RING * inwards.length());
        let atoms = [line.stick.start_atom, line.stick.end_atom];
        let cut = |atom: u32, other: u32| {
            let place = ring.iter().position(|member| *member == atom)?;
            let around = [ring.len() - 1, 1].map(|step| ring[(place + step) % ring.len()]);
            let next = around.into_iter().find(|next| *next != other)?;
            let here = self.place(atom);
            let half = (self.place(other) - here).angle_between(self.place(next) - here) / 2.0;
            Some(distance / half.tan())
        };
        let [first, second] = [cut(atoms[0], atoms[1])?, cut(atoms[1], atoms[0])?];
        let length = line.start.distance(line.end);
        let cut = first.max(second).clamp(0.0, LARGEST_CUT * length);
        let mut inner = line.beside(side * (distance / line.stick_radius()), radius);
        inner.start += axis * cut;
        inner.end -= axis * cut;
        Some(inner)
    }

    /// The unit vector perpendicular to a bond in the plane of the groups at its ends.
    fn side(&self, stick: &Cylinder) -> DVec3 {
        let [a, b] = [stick.start_atom, stick.end_atom];
        let axis = (self.place(b) - self.place(a)).normalize_or(DVec3::X);
        // Beyond atoms in a line, as at nitriles, the next ones give the plane.
        let mut ends = [(a, b), (b, a)].map(|(atom, from)| vec![(atom, from)]);
        for _ in 0..FARTHEST_NEIGHBOUR {
            let mut sum = DVec3::ZERO;
            let mut further = [Vec::new(), Vec::new()];
            for (end, further) in ends.iter().zip(&mut further) {
                for &(atom, from) in end {
                    for &next in self
                        .neighbours
                        .of(atom)
                        .iter()
                        .filter(|next| **next != from)
                    {
                        further.push((next, atom));
                        let direction = self.place(next) - self.place(atom);
                        let aside = direction.reject_from_normalized(axis);
                        // Both sides of a plane count alike.
                        let sign = if aside.dot(sum) < 0.0 { -1.0 } else { 1.0 };
                        if aside.length() > 0.1 * direction.length() {
                            sum += aside.normalize_or_zero() * sign;
                        }
                    }
                }
            }
            if let Some(side) = sum.try_normalize() {
                return side;
            }
            if further.iter().map(Vec::len).sum::<usize>() > 16 {
                break;
            }
            ends = further;
        }
        axis.any_orthonormal_vector()
    }
}

/// A line in the halves of a stick.
#[derive(Debug, Clone, Copy)]
struct Line {
    stick: Cylinder,
    start: DVec3,
    end: DVec3,
    radius_angstrom: f64,
}

impl Line {
    fn new(stick: Cylinder) -> Self {
        Self {
            stick,
            start: DVec3::from_array(stick.start_angstrom.map(f64::from)),
            end: DVec3::from_array(stick.end_angstrom.map(f64::from)),
            radius_angstrom: f64::from(stick.radius_angstrom),
        }
    }

    fn stick_radius(&self) -> f64 {
        f64::from(self.stick.radius_angstrom)
    }

    /// The line moved by a vector and with a radius, both in stick radii.
    fn beside(&self, by: DVec3, radius: f64) -> Self {
        let by = by * self.stick_radius();
        Self {
            start: self.start + by,
            end: self.end + by,
            radius_angstrom: self.stick_radius() * radius,
            ..*self
        }
    }

    fn whole(&self, caps: u32) -> Cylinder {
        self.part(0.0..1.0, caps)
    }

    /// A dash of the second line.
    fn dash(&self, number: u32) -> Cylinder {
        let middle = (f64::from(number) + 0.5) / f64::from(DASHES);
        let half = DASH_SHARE / f64::from(2 * DASHES);
        self.part(middle - half..middle + half, Cylinder::FLAT)
    }

    /// A part of the line, of which the middle is in one half or the middle of the line.
    fn part(&self, shares: Range<f64>, caps: u32) -> Cylinder {
        let middle = f64::midpoint(shares.start, shares.end);
        let [start, end] = [shares.start, shares.end]
            .map(|share| self.start.lerp(self.end, share).as_vec3().to_array());
        let mut part = Cylinder {
            start_angstrom: start,
            end_angstrom: end,
            radius_angstrom: self.radius_angstrom as f32,
            caps,
            ..self.stick
        };
        // The middle dash has both halves; rounding must not move it into one of them.
        if middle < 0.5 - 1e-6 {
            part.end_color = part.start_color;
            part.end_atom = part.start_atom;
        } else if middle > 0.5 + 1e-6 {
            part.start_color = part.end_color;
            part.start_atom = part.end_atom;
        }
        part
    }
}
