//! The geometric tests. `A` is the acceptor, `D` the donor, `H` a hydrogen of the donor.

use super::acceptors::Acceptor;
use super::classes::AcceptorClass;
use super::criteria::{
    AcceptorTest, DonorTest, GENERIC_ANGLE_AT_SULFUR, GENERIC_ANGLES, GENERIC_OTHERWISE,
    HYDROGEN_BOND_LENGTH, SULFUR_EXTRA, THETA_OTHERWISE, Tau, ThetaRow, Tolerances,
    UPSILON_OTHERWISE, UpsilonRow, WATER, WATER_OTHERWISE,
};
use super::donors::Donor;
use super::hydrogens::{Hydrogen, hydrogens, hydrogens_and_lone_pairs, mirrored_lone_pairs};
use crate::Element;
use crate::perception::idatm::molecule::Molecule;
use crate::perception::idatm::vector::{
    Vec3, add, angle_degrees, cross, distance, dot, perpendicular_part, scale, sub, unit,
};

/// A pair of donor and acceptor to test.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pair<'a> {
    pub(crate) molecule: &'a Molecule<'a>,
    pub(crate) donor: &'a Donor,
    pub(crate) acceptor: &'a Acceptor,
    /// Positions of the hydrogens of the donor; may be empty.
    pub(crate) hydrogens: &'a [Hydrogen],
    pub(crate) tolerances: Tolerances,
}

/// Kind of acceptor, for the limits of a donor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    PlanarOxygen,
    /// sp3 oxygen or planar nitrogen.
    Sp3OxygenOrPlanarNitrogen,
    Sp3Nitrogen,
    Other,
}

impl Pair<'_> {
    /// Returns true if the tests of both acceptor and donor pass.
    pub(crate) fn is_bond(&self) -> bool {
        self.acceptor_passes() && self.donor_passes()
    }

    fn d(&self) -> Vec3 {
        self.molecule.position(self.donor.atom)
    }

    fn a(&self) -> Vec3 {
        self.molecule.position(self.acceptor.atom)
    }

    fn is_within(&self, limit: f64) -> bool {
        distance(self.d(), self.a()) <= self.tolerances.distance(limit)
    }

    /// Same as [`Self::is_within`], for a limit of the acceptor.
    fn acceptor_is_within(&self, limit: f64) -> bool {
        self.is_within(limit + extra_for_sulfur(self.molecule, self.donor.atom))
    }

    /// Returns true if the angle at some hydrogen is at least the limit, or no hydrogen position is
    /// known.
    fn theta(&self, limit: f64) -> bool {
        self.hydrogens.is_empty()
            || self.hydrogens.iter().any(|h| {
                angle_degrees(self.a(), h.position, self.d()) >= self.tolerances.low(limit)
            })
    }

    fn acceptor_passes(&self) -> bool {
        match self.acceptor.test {
            AcceptorTest::SynAnti { syn, anti } => self.syn_anti(syn, anti),
            AcceptorTest::Phi {
                limits: [d, phi, theta],
            } => self.acceptor_is_within(d) && self.phi_of_acceptor(phi) && self.theta(theta),
            AcceptorTest::Upsilon {
                limits: [d, low, high, theta],
                tau,
            } => {
                self.acceptor_is_within(d)
                    && self.acceptor_upsilon(low, high)
                    && self.theta(theta)
                    && tau.is_none_or(|tau| self.aniline_tau(tau))
            }
            AcceptorTest::Generic { limits: [d, angle] } => {
                self.acceptor_is_within(d)
                    && self.molecule.of(self.acceptor.atom).iter().all(|&n| {
                        angle_degrees(self.molecule.position(n), self.a(), self.d())
                            >= self.tolerances.low(angle)
                    })
            }
        }
    }

    fn syn_anti(&self, syn: [f64; 3], anti: [f64; 3]) -> bool {
        let [Some(partner), Some(base)] = self.acceptor.around else {
            return false;
        };
        let (a, partner, base) = (
            self.a(),
            self.molecule.position(partner),
            self.molecule.position(base),
        );
        let Some(axis) = unit(sub(base, a)) else {
            return false;
        };
        let up = perpendicular_part(sub(partner, base), axis);
        let [d, phi, theta] = if dot(sub(self.d(), a), up) > 0.0 {
            syn
        } else {
            anti
        };
        self.acceptor_is_within(d) && self.phi(phi, base, [partner, base]) && self.theta(theta)
    }

    /// Tests the angle base-A-D, projected onto the plane through A and two other points.
    fn phi(&self, limit: f64, base: Vec3, plane: [Vec3; 2]) -> bool {
        let a = self.a();
        let Some(normal) = unit(cross(sub(plane[0], a), sub(plane[1], a))) else {
            // The points are collinear and do not define a plane.
            return true;
        };
        let flat = |p: Vec3| perpendicular_part(sub(p, a), normal);
        angle_degrees(flat(base), [0.0; 3], flat(self.d())) >= self.tolerances.low(limit)
    }

    /// Tests phi with the principal neighbours of the acceptor.
    fn phi_of_acceptor(&self, limit: f64) -> bool {
        let molecule = self.molecule;
        let acceptor = self.acceptor.atom;
        let around: [Option<u32>; 2] = match (self.acceptor.class, self.acceptor.test) {
            // Classes with given neighbours, which may be some of several.
            (class, AcceptorTest::Phi { .. }) if class != AcceptorClass::Water => {
                self.acceptor.around
            }
            _ => {
                let neighbours = molecule.of(acceptor);
                [neighbours.first().copied(), neighbours.get(1).copied()]
            }
        };
        match around {
            [Some(first), Some(second)] => {
                let (first, second) = (molecule.position(first), molecule.position(second));
                let base = scale(add(first, second), 0.5);
                self.phi(limit, base, [first, second])
            }
            [Some(only), None] => {
                let beyond: Vec<u32> = molecule.others(only, acceptor).take(3).collect();
                let base = molecule.position(only);
                match *beyond {
                    [] => true,
                    [g] => self.phi(limit, base, [base, molecule.position(g)]),
                    [g, h] => self.phi(limit, base, [molecule.position(g), molecule.position(h)]),
                    _ => false,
                }
            }
            _ => true,
        }
    }

    /// Tests the angle at the acceptor between its partner, or one of its lone pairs, and the
    /// donor.
    fn acceptor_upsilon(&self, low: f64, high: f64) -> bool {
        let fits = |from: Vec3| {
            let angle = angle_degrees(from, self.a(), self.d());
            (self.tolerances.low(low)..=self.tolerances.high(high)).contains(&angle)
        };
        match self.acceptor.around[0] {
            Some(partner) => fits(self.molecule.position(partner)),
            None => mirrored_lone_pairs(self.molecule, self.acceptor.atom)
                .into_iter()
                .any(fits),
        }
    }

    /// Tests the angle between the donor and the hydrogens of an aniline, without tolerance.
    fn aniline_tau(&self, tau: Tau) -> bool {
        let Some(partner) = self.acceptor.around[0] else {
            return false;
        };
        let places = hydrogens(self.molecule, self.acceptor.atom);
        Rotation {
            molecule: self.molecule,
            axis: [partner, self.acceptor.atom],
            symmetry: 4,
            places: &places,
        }
        .passes(self.d(), tau, Tolerances::NONE)
    }

    fn kind(&self) -> Kind {
        let atom = self.acceptor.atom;
        let kind = self.molecule.kind(atom);
        match self.molecule.element(atom) {
            Element::O if kind.is_planar() => Kind::PlanarOxygen,
            Element::O if kind.is_tetrahedral() => Kind::Sp3OxygenOrPlanarNitrogen,
            Element::N if kind.is_planar() => Kind::Sp3OxygenOrPlanarNitrogen,
            Element::N if kind.is_tetrahedral() => Kind::Sp3Nitrogen,
            _ => Kind::Other,
        }
    }

    fn donor_passes(&self) -> bool {
        match self.donor.test {
            DonorTest::Upsilon {
                planar_oxygen,
                other,
                sp3_nitrogen,
                lone_pair,
                symmetry,
            } => {
                if self.molecule.kind(self.acceptor.atom).geometry().is_none() {
                    return false;
                }
                let row = match self.kind() {
                    Kind::PlanarOxygen => planar_oxygen,
                    Kind::Sp3OxygenOrPlanarNitrogen => other,
                    Kind::Sp3Nitrogen if !self.lone_pair(lone_pair) => return false,
                    Kind::Sp3Nitrogen => sp3_nitrogen,
                    Kind::Other => {
                        let mut row = UPSILON_OTHERWISE;
                        row.limits[0] += extra_for_sulfur(self.molecule, self.acceptor.atom);
                        row
                    }
                };
                self.rotatable(row, symmetry)
            }
            DonorTest::Theta { .. } => self.fixed(self.donor.test, THETA_OTHERWISE),
            DonorTest::Water if self.hydrogens.is_empty() => self.bare_water(),
            DonorTest::Water => self.fixed(WATER, WATER_OTHERWISE),
            DonorTest::Generic {
                hydrogen_distance,
                distance,
            } => self.generic_donor(hydrogen_distance, distance),
        }
    }

    /// Tests whether a lone pair of the acceptor, if its position is known, points to the donor.
    fn lone_pair(&self, limit: f64) -> bool {
        self.molecule.degree(self.acceptor.atom) < 2
            || mirrored_lone_pairs(self.molecule, self.acceptor.atom)
                .into_iter()
                .any(|place| angle_degrees(place, self.a(), self.d()) >= self.tolerances.low(limit))
    }

    fn rotatable(&self, row: UpsilonRow, symmetry: u8) -> bool {
        let [d, low, high, theta] = row.limits;
        if !self.is_within(d) {
            return false;
        }
        let molecule = self.molecule;
        let mut heavy = molecule
            .of(self.donor.atom)
            .iter()
            .copied()
            .filter(|&n| !molecule.is_hydrogen(n));
        let (Some(partner), None) = (heavy.next(), heavy.next()) else {
            return false;
        };
        let upsilon = angle_degrees(molecule.position(partner), self.d(), self.a());
        if upsilon < self.tolerances.low(low)
            || upsilon > self.tolerances.high(high)
            || !self.theta(theta)
        {
            return false;
        }
        row.tau.is_none_or(|tau| {
            Rotation {
                molecule,
                axis: [partner, self.donor.atom],
                symmetry,
                places: self.hydrogens,
            }
            .passes(self.a(), tau, self.tolerances)
        })
    }

    fn fixed(&self, test: DonorTest, otherwise: ThetaRow) -> bool {
        let DonorTest::Theta {
            planar_oxygen,
            other,
            phi,
            sp3_nitrogen,
            lone_pair,
        } = test
        else {
            return false;
        };
        if self.hydrogens.is_empty() {
            return false;
        }
        let (row, passes) = match self.kind() {
            Kind::PlanarOxygen => (planar_oxygen, true),
            Kind::Sp3OxygenOrPlanarNitrogen => (other, self.donor_phi(phi)),
            Kind::Sp3Nitrogen => (sp3_nitrogen, self.lone_pair(lone_pair)),
            Kind::Other => {
                let [d, theta] = otherwise;
                let extra = extra_for_sulfur(self.molecule, self.acceptor.atom);
                ([d + extra, theta], true)
            }
        };
        passes && self.hydrogen_is_within(row[0]) && self.theta(row[1])
    }

    /// Tests phi of a donor, only for acceptors with two bonds, which define a plane.
    fn donor_phi(&self, limit: f64) -> bool {
        self.molecule.degree(self.acceptor.atom) != 2 || self.phi_of_acceptor(limit)
    }

    fn hydrogen_is_within(&self, limit: f64) -> bool {
        self.hydrogens
            .iter()
            .any(|h| distance(h.position, self.a()) <= self.tolerances.distance(limit))
    }

    /// Tests water of unknown orientation, by the distance of the heavy atoms.
    fn bare_water(&self) -> bool {
        let DonorTest::Theta {
            planar_oxygen,
            other,
            phi,
            sp3_nitrogen,
            lone_pair,
        } = WATER
        else {
            return false;
        };
        let row = match self.kind() {
            Kind::PlanarOxygen => planar_oxygen,
            Kind::Sp3OxygenOrPlanarNitrogen if !self.donor_phi(phi) => return false,
            Kind::Sp3OxygenOrPlanarNitrogen => other,
            Kind::Sp3Nitrogen if !self.lone_pair(lone_pair) => return false,
            Kind::Sp3Nitrogen => sp3_nitrogen,
            // `ChimeraX` finds none of these.
            Kind::Other => return false,
        };
        self.is_within(row[0] + HYDROGEN_BOND_LENGTH)
    }

    fn generic_donor(&self, hydrogen_distance: [f64; 3], distance: [f64; 3]) -> bool {
        let [h, d] = match self.kind() {
            Kind::PlanarOxygen => [hydrogen_distance[0], distance[0]],
            Kind::Sp3OxygenOrPlanarNitrogen => [hydrogen_distance[1], distance[1]],
            Kind::Sp3Nitrogen => [hydrogen_distance[2], distance[2]],
            Kind::Other => GENERIC_OTHERWISE,
        };
        let is_near = if self.hydrogens.is_empty() {
            self.is_within(d)
        } else {
            self.hydrogen_is_within(h)
        };
        let molecule = self.molecule;
        let [at_hydrogen, at_donor] = GENERIC_ANGLES;
        let at_donor = if molecule.element(self.acceptor.atom) == Element::S {
            GENERIC_ANGLE_AT_SULFUR
        } else {
            at_donor
        };
        is_near
            && self.theta(at_hydrogen)
            && molecule
                .of(self.donor.atom)
                .iter()
                .filter(|&&n| !molecule.is_hydrogen(n))
                .all(|&n| {
                    angle_degrees(molecule.position(n), self.d(), self.a())
                        >= self.tolerances.low(at_donor)
                })
    }
}

/// Returns the additional distance of the other atom if this one is sulfur.
fn extra_for_sulfur(molecule: &Molecule<'_>, atom: u32) -> f64 {
    if molecule.element(atom) == Element::S {
        SULFUR_EXTRA
    } else {
        0.0
    }
}

/// Rotation of an atom about its one bond.
struct Rotation<'a> {
    molecule: &'a Molecule<'a>,
    /// The bond: distant atom, rotating atom.
    axis: [u32; 2],
    /// Number of equivalent positions in a full rotation.
    symmetry: u8,
    /// Hydrogens of the rotating atom.
    places: &'a [Hydrogen],
}

impl Rotation<'_> {
    /// Tests the angle between `target` and the reference points, projected along the axis.
    fn passes(&self, target: Vec3, tau: Tau, tolerances: Tolerances) -> bool {
        let [far, near] = self.axis;
        let references: Vec<Vec3> = if self.symmetry == 4 && self.places.len() == 2 {
            self.places.iter().map(|h| h.position).collect()
        } else {
            let mut around = hydrogens_and_lone_pairs(self.molecule, far);
            around.extend(
                self.molecule
                    .others(far, near)
                    .filter(|&n| !self.molecule.is_hydrogen(n))
                    .map(|n| self.molecule.position(n)),
            );
            around
        };
        if references.is_empty() {
            return true;
        }
        if references.len() * 2 != usize::from(self.symmetry) {
            return false;
        }
        let origin = self.molecule.position(near);
        let Some(axis) = unit(sub(origin, self.molecule.position(far))) else {
            return false;
        };
        let flat = |p: Vec3| perpendicular_part(sub(p, origin), axis);
        let target = flat(target);
        let mut angles = references
            .into_iter()
            .map(|p| angle_degrees(target, [0.0; 3], flat(p)));
        match tau {
            Tau::Within(limit) => angles.any(|angle| angle <= tolerances.high(limit)),
            Tau::AtLeast(limit) => angles.all(|angle| angle >= tolerances.low(limit)),
        }
    }
}
