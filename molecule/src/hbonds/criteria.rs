//! Limits of the geometric tests, and tolerances.
//!
//! Source of the tests and of most limits: Mills & Dean, "Three-dimensional hydrogen-bond geometry
//! and probability information from a crystal survey", J. Comput.-Aided Mol. Des. 10 (1996) 607.
//! Distances in angstrom, angles in degrees.

/// Tolerances of distance and angle beyond the limits of Mills & Dean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Tolerances {
    pub(crate) distance_angstrom: f64,
    pub(crate) angle_degrees: f64,
}

impl Tolerances {
    /// No tolerance.
    pub(crate) const NONE: Self = Self {
        distance_angstrom: 0.0,
        angle_degrees: 0.0,
    };

    /// The default tolerances.
    #[cfg(test)]
    pub(crate) const DEFAULT: Self = Self {
        distance_angstrom: 0.4,
        angle_degrees: 20.0,
    };

    /// Returns the longest distance allowed.
    pub(crate) fn distance(self, limit: f64) -> f64 {
        limit + self.distance_angstrom
    }

    /// Returns the smallest angle allowed.
    pub(crate) fn low(self, limit: f64) -> f64 {
        (limit - self.angle_degrees).max(0.0)
    }

    /// Returns the largest angle allowed.
    pub(crate) fn high(self, limit: f64) -> f64 {
        (limit + self.angle_degrees).min(180.0)
    }
}

/// Limit of the dihedral angle about the bond of the donor between the acceptor and reference
/// points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Tau {
    /// At most this angle from at least one reference point.
    Within(f64),
    /// At least this angle from all reference points.
    AtLeast(f64),
}

/// Geometric test of an acceptor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum AcceptorTest {
    /// Different limits on the side of a partner atom (syn) and on the opposite side (anti):
    /// distance, phi, theta.
    SynAnti { syn: [f64; 3], anti: [f64; 3] },
    /// Donor near the plane of the acceptor: distance, phi, theta.
    Phi { limits: [f64; 3] },
    /// Donor at an angle to a partner or lone pair: distance, lowest and highest upsilon, theta.
    Upsilon {
        limits: [f64; 4],
        /// Aniline: angle between the donor and the hydrogens, about the bond.
        tau: Option<Tau>,
    },
    /// Distance, and smallest angle between the donor and bonded atoms.
    Generic { limits: [f64; 2] },
}

pub(crate) const fn syn_anti(syn: [f64; 3], anti: [f64; 3]) -> AcceptorTest {
    AcceptorTest::SynAnti { syn, anti }
}

pub(crate) const fn phi(distance: f64, phi: f64, theta: f64) -> AcceptorTest {
    AcceptorTest::Phi {
        limits: [distance, phi, theta],
    }
}

pub(crate) const fn upsilon(distance: f64, low: f64, high: f64, theta: f64) -> AcceptorTest {
    AcceptorTest::Upsilon {
        limits: [distance, low, high, theta],
        tau: None,
    }
}

pub(crate) const fn generic(distance: f64, angle: f64) -> AcceptorTest {
    AcceptorTest::Generic {
        limits: [distance, angle],
    }
}

impl AcceptorTest {
    /// Returns the longest distance that can pass the test.
    pub(crate) fn reach(self) -> f64 {
        match self {
            Self::SynAnti { syn, anti } => f64::max(syn[0], anti[0]),
            Self::Phi { limits } => limits[0],
            Self::Upsilon { limits, .. } => limits[0],
            Self::Generic { limits } => limits[0],
        }
    }
}

/// Limits of a donor with rotatable hydrogens: distance, lowest and highest upsilon, theta; tau.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct UpsilonRow {
    pub(crate) limits: [f64; 4],
    pub(crate) tau: Option<Tau>,
}

/// Limits of a donor with a known hydrogen position: distance of hydrogen and acceptor, theta.
pub(crate) type ThetaRow = [f64; 2];

/// Geometric test of a donor, with limits for each kind of acceptor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum DonorTest {
    /// The hydrogens of the donor can rotate about its one bond.
    Upsilon {
        planar_oxygen: UpsilonRow,
        other: UpsilonRow,
        sp3_nitrogen: UpsilonRow,
        /// Smallest angle between the donor and a lone pair of an sp3 nitrogen.
        lone_pair: f64,
        /// Number of equivalent positions in a full rotation: 2, 4 or 6.
        symmetry: u8,
    },
    /// The position of the hydrogen is known.
    Theta {
        planar_oxygen: ThetaRow,
        other: ThetaRow,
        /// Smallest phi at an sp3 oxygen or planar nitrogen.
        phi: f64,
        sp3_nitrogen: ThetaRow,
        lone_pair: f64,
    },
    /// Water: as `Theta` with hydrogens, else the distance of the heavy atoms.
    Water,
    /// No class: distance of hydrogen and acceptor with hydrogens, else of the heavy atoms; for sp2
    /// oxygen, for sp3 oxygen or planar nitrogen, for sp3 nitrogen.
    Generic {
        hydrogen_distance: [f64; 3],
        distance: [f64; 3],
    },
}

/// Limits of [`DonorTest::Upsilon`] for other acceptors (sulfur, sp nitrogen).
pub(crate) const UPSILON_OTHERWISE: UpsilonRow = UpsilonRow {
    limits: [3.42, 90.0, 161.0, 125.0],
    tau: None,
};

/// Limits of [`DonorTest::Theta`] for such acceptors.
pub(crate) const THETA_OTHERWISE: ThetaRow = [2.48, 132.0];

/// Limits of [`DonorTest::Generic`] for such acceptors: distance of the hydrogen, of the donor.
pub(crate) const GENERIC_OTHERWISE: [f64; 2] = [2.48, 3.42];

/// Smallest angles in [`DonorTest::Generic`]: at the hydrogen, and at the donor between its bonds
/// and the acceptor.
pub(crate) const GENERIC_ANGLES: [f64; 2] = [130.0, 90.0];

/// The second of [`GENERIC_ANGLES`] for sulfur as acceptor, as in `ChimeraX`.
pub(crate) const GENERIC_ANGLE_AT_SULFUR: f64 = 81.0;

/// Additional distance for sulfur, in angstrom, which is larger than the atoms of the tables. As in
/// `ChimeraX` it extends the distance of the acceptor if the donor is sulfur, and the distances of
/// [`UPSILON_OTHERWISE`], [`THETA_OTHERWISE`] and [`WATER_OTHERWISE`] if the acceptor is sulfur.
pub(crate) const SULFUR_EXTRA: f64 = 0.35;

/// Length of an N-H or O-H bond in the tables: the sum of the covalent radii.
pub(crate) const HYDROGEN_BOND_LENGTH: f64 = 0.91;

/// Limits of water with hydrogens.
pub(crate) const WATER: DonorTest = DonorTest::Theta {
    planar_oxygen: [2.36, 146.0],
    other: [2.23, 146.0],
    phi: 140.0,
    sp3_nitrogen: [2.23, 146.0],
    lone_pair: 150.0,
};

/// Limits of water with hydrogens, for other acceptors.
pub(crate) const WATER_OTHERWISE: ThetaRow = [2.36, 146.0];
