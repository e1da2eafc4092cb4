//! Limits of distances and angles.
//!
//! The source of each number is the configuration of PLIP 3.0.1 (`plip/basic/config.py`; Salentin et
//! al., Nucleic Acids Res. 43 (2015) W443; Adasme et al., Nucleic Acids Res. 49 (2021) W530), with
//! the name that it has there and the publication that PLIP derives it from. Distances in angstrom,
//! angles in degrees. A limit itself is outside of the range, except those of water bridges.

/// Two things nearer than this are not in contact but overlap: `MIN_DIST`.
pub(crate) const NEAREST_ANGSTROM: f64 = 0.5;

/// Hydrophobic carbons: `HYDROPH_DIST_MAX`.
pub(crate) const HYDROPHOBIC_ANGSTROM: f64 = 4.0;

/// Centres of two charged groups: `SALTBRIDGE_DIST_MAX`, from Barlow & Thornton, J. Mol. Biol. 168
/// (1983) 867, + 1.5.
pub(crate) const SALT_BRIDGE_ANGSTROM: f64 = 5.5;

/// Centres of two stacked rings: `PISTACK_DIST_MAX`, from `McGaughey` et al., J. Biol. Chem.
/// 273 (1998) 15458.
pub(crate) const STACKING_ANGSTROM: f64 = 5.5;

/// Largest deviation of two ring planes from parallel or perpendicular: `PISTACK_ANG_DEV`.
pub(crate) const STACKING_DEGREES: f64 = 30.0;

/// Largest offset between the axis of a ring and the centre of another ring or charge:
/// `PISTACK_OFFSET_MAX`, the radius of benzene + 0.5.
pub(crate) const OFFSET_ANGSTROM: f64 = 2.0;

/// Centre of a ring and of a positive charge: `PICATION_DIST_MAX`, from Gallivan & Dougherty, Proc.
/// Natl. Acad. Sci. USA 96 (1999) 9459.
pub(crate) const PI_CATION_ANGSTROM: f64 = 6.0;

/// Largest angle between a ring and the plane of the three substituents of a tertiary amine, in the
/// search of PLIP for cations: a larger one has a substituent between nitrogen and ring.
pub(crate) const TERTIARY_AMINE_DEGREES: f64 = 30.0;

/// Largest angle between the normals at two atoms of a planar ring: `AROMATIC_PLANARITY`.
pub(crate) const PLANAR_RING_DEGREES: f64 = 5.0;

/// Halogen and acceptor: `HALOGEN_DIST_MAX`, from Auffinger et al., Proc. Natl. Acad. Sci. USA 101
/// (2004) 16789, + 0.5.
pub(crate) const HALOGEN_ANGSTROM: f64 = 4.0;

/// Angle at the acceptor of a halogen bond: `HALOGEN_ACC_ANGLE`, from Auffinger et al.
pub(crate) const HALOGEN_ACCEPTOR_DEGREES: f64 = 120.0;

/// Angle at the halogen: `HALOGEN_DON_ANGLE`, from Auffinger et al.
pub(crate) const HALOGEN_DONOR_DEGREES: f64 = 165.0;

/// Largest deviation from both angles of halogen bonds: `HALOGEN_ANGLE_DEV`.
pub(crate) const HALOGEN_DEVIATION_DEGREES: f64 = 30.0;

/// Water oxygen and polar atom: `WATER_BRIDGE_MINDIST` and `WATER_BRIDGE_MAXDIST`, from Jiang et
/// al., Proteins 58 (2005) 893, - 0.1 and + 0.5.
pub(crate) const WATER_BRIDGE_ANGSTROM: [f64; 2] = [2.5, 4.1];

/// Angle acceptor, water oxygen, donor's hydrogen: `WATER_BRIDGE_OMEGA_MIN` and
/// `WATER_BRIDGE_OMEGA_MAX`, from Jiang et al., - 9 and + 0.
pub(crate) const WATER_BRIDGE_OMEGA_DEGREES: [f64; 2] = [71.0, 140.0];

/// The angle at the water oxygen that is preferred among several bridges of one water molecule, in
/// PLIP's refinement of water bridges.
pub(crate) const WATER_BRIDGE_PREFERRED_DEGREES: f64 = 110.0;

/// Smallest angle donor, hydrogen, water oxygen: `WATER_BRIDGE_THETA_MIN`, from Jiang et al.
pub(crate) const WATER_BRIDGE_THETA_DEGREES: f64 = 100.0;

/// Largest number of bridges through one water molecule, in PLIP's refinement of water bridges.
pub(crate) const BRIDGES_PER_WATER: usize = 2;

/// Metal and coordinating atom: `METAL_DIST_MAX`, from Harding, Acta Cryst. D57 (2001) 401.
pub(crate) const METAL_ANGSTROM: f64 = 3.0;

/// Returns whether a distance is above [`NEAREST_ANGSTROM`] and below `limit`.
pub(crate) fn is_contact(distance_angstrom: f64, limit: f64) -> bool {
    distance_angstrom > NEAREST_ANGSTROM && distance_angstrom < limit
}
