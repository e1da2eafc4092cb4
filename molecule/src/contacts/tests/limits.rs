//! Each kind just within and just outside of its limits.

use super::super::{ContactKind, ContactRole, Stacking};
use super::{Atom, BENZENE, PHENYL, X, Y, contacts, names, ring, structure};

/// Benzene in the plane z = 0, with another ring or atoms.
fn with_benzene<'a>(others: impl IntoIterator<Item = Atom<'a>>) -> crate::Structure {
    let mut atoms = ring("LIG", 1, BENZENE, [0.0; 3], [X, Y]);
    atoms.extend(others);
    structure(&atoms)
}

#[test]
fn rings_stack_face_to_face_up_to_the_limits() {
    let stacked = |center, axes| {
        let found = with_benzene(ring("PHE", 2, PHENYL, center, axes));
        let mut found = contacts(&found, ContactKind::PiStacking);
        assert!(found.len() < 2);
        found.pop()
    };
    let found = stacked([1.5, 0.0, 3.6], [X, Y]).expect("stacked rings");
    assert_eq!(found.stacking, Some(Stacking::Parallel));
    assert!((found.offset_angstrom.expect("an offset") - 1.5).abs() < 1e-3);
    assert!((found.distance_angstrom - 3.9).abs() < 1e-3);
    assert!(found.angle_degrees.expect("an angle") < 0.1);
    // The offset, then the distance.
    assert!(stacked([1.98, 0.0, 3.6], [X, Y]).is_some());
    assert_eq!(stacked([2.02, 0.0, 3.6], [X, Y]), None);
    assert!(stacked([0.0, 0.0, 5.48], [X, Y]).is_some());
    assert_eq!(stacked([0.0, 0.0, 5.52], [X, Y]), None);
    // Tilted about the x axis.
    let tilted = |degrees: f64| {
        let (sine, cosine) = degrees.to_radians().sin_cos();
        stacked([0.0, 0.0, 5.2], [X, [0.0, cosine, sine]])
    };
    let form = |degrees| tilted(degrees).and_then(|contact| contact.stacking);
    assert_eq!(form(29.0), Some(Stacking::Parallel));
    assert_eq!(form(31.0), None);
    assert_eq!(form(59.0), None);
    assert_eq!(form(61.0), Some(Stacking::TShaped));
    assert_eq!(form(90.0), Some(Stacking::TShaped));
}

#[test]
fn a_ring_that_is_not_flat_does_not_stack() {
    let mut chair = ring("LIG", 1, BENZENE, [0.0; 3], [X, Y]);
    for (k, atom) in chair.iter_mut().enumerate() {
        // Bonds of 1.54 angstrom.
        atom.4 = atom.4.map(|x| x * 1.05);
        atom.4[2] += if k % 2 == 0 { 0.25 } else { -0.25 };
    }
    chair.extend(ring("PHE", 2, PHENYL, [0.0, 0.0, 4.0], [X, Y]));
    assert!(contacts(&structure(&chair), ContactKind::PiStacking).is_empty());
}

#[test]
fn a_cation_is_near_the_axis_of_a_ring() {
    let found = |nz: [f64; 3]| {
        let ce = [nz[0], nz[1], nz[2] + 1.49];
        let lysine = [("LYS", 2, "CE", "C", ce), ("LYS", 2, "NZ", "N", nz)];
        contacts(&with_benzene(lysine), ContactKind::PiCation)
    };
    let one = found([1.0, 0.0, 4.0]);
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].rest.role, ContactRole::Positive);
    assert_eq!(one[0].ligand.atoms.len(), 6);
    assert!((one[0].offset_angstrom.expect("an offset") - 1.0).abs() < 1e-3);
    assert_eq!(found([0.0, 0.0, 5.98]).len(), 1);
    assert_eq!(found([0.0, 0.0, 6.02]).len(), 0);
    assert_eq!(found([0.0, 1.98, 4.0]).len(), 1);
    assert_eq!(found([0.0, 2.02, 4.0]).len(), 0);
}

#[test]
fn a_salt_bridge_is_measured_between_the_centres_of_charge() {
    let found = |x: f64| {
        let atoms = structure(&[
            ("LIG", 1, "C1", "C", [-1.5, 0.0, 0.0]),
            ("LIG", 1, "C2", "C", [0.0; 3]),
            ("LIG", 1, "O1", "O", [0.62, 1.09, 0.0]),
            ("LIG", 1, "O2", "O", [0.62, -1.09, 0.0]),
            ("LYS", 2, "CE", "C", [x + 1.49, 0.0, 0.0]),
            ("LYS", 2, "NZ", "N", [x, 0.0, 0.0]),
        ]);
        let found = contacts(&atoms, ContactKind::SaltBridges);
        (names(&atoms, &found), found)
    };
    let (names, bridges) = found(4.0);
    assert_eq!(names, ["O1+O2 NZ"]);
    assert!((bridges[0].distance_angstrom - 3.38).abs() < 1e-3);
    assert_eq!(bridges[0].ligand.role, ContactRole::Negative);
    assert_eq!(found(0.62 + 5.48).1.len(), 1);
    assert_eq!(found(0.62 + 5.52).1.len(), 0);
}

#[test]
fn a_halogen_points_to_an_acceptor() {
    // C-Cl along x; the acceptor at `place`, its carbon at the given angle.
    let found = |place: [f64; 3], degrees_at_acceptor: f64| {
        let (sine, cosine) = degrees_at_acceptor.to_radians().sin_cos();
        // From the acceptor to the halogen is -x where `place` is on the x axis.
        let carbon = [place[0] - 1.23 * cosine, place[1] + 1.23 * sine, place[2]];
        let atoms = structure(&[
            ("LIG", 1, "C1", "C", [-1.74, 0.0, 0.0]),
            ("LIG", 1, "CL1", "CL", [0.0; 3]),
            ("GLY", 2, "C", "C", carbon),
            ("GLY", 2, "O", "O", place),
        ]);
        contacts(&atoms, ContactKind::HalogenBonds)
    };
    let one = found([3.2, 0.0, 0.0], 120.0);
    assert_eq!(one.len(), 1);
    assert_eq!(one[0].ligand.role, ContactRole::Halogen);
    assert!((one[0].angle_degrees.expect("an angle") - 180.0).abs() < 0.1);
    assert!((one[0].second_angle_degrees.expect("an angle") - 120.0).abs() < 0.2);
    assert_eq!(found([3.98, 0.0, 0.0], 120.0).len(), 1);
    assert_eq!(found([4.02, 0.0, 0.0], 120.0).len(), 0);
    assert_eq!(found([3.2, 0.0, 0.0], 91.0).len(), 1);
    assert_eq!(found([3.2, 0.0, 0.0], 89.0).len(), 0);
    assert_eq!(found([3.2, 0.0, 0.0], 151.0).len(), 0);
    // The halogen points 46 degrees past the acceptor.
    let (sine, cosine) = 46.0_f64.to_radians().sin_cos();
    assert_eq!(found([3.2 * cosine, 0.0, 3.2 * sine], 120.0).len(), 0);
}

#[test]
fn hydrophobic_carbons_have_no_other_neighbours() {
    let found = |x: f64, element| {
        let atoms = structure(&[
            ("LIG", 1, "C1", "C", [0.0; 3]),
            ("LIG", 1, "C2", element, [-1.45, 0.0, 0.0]),
            ("ALA", 2, "CB", "C", [x, 0.0, 0.0]),
        ]);
        contacts(&atoms, ContactKind::HydrophobicContacts).len()
    };
    assert_eq!(found(3.98, "C"), 1);
    assert_eq!(found(4.02, "C"), 0);
    assert_eq!(found(3.98, "O"), 0);
}

#[test]
fn a_water_bridge_has_a_donor_and_an_acceptor_at_its_angles() {
    // The water at the origin, the ligand's hydroxyl on x, a carbonyl at an angle in the plane.
    let found = |omega_degrees: f64, distance: f64| {
        let (sine, cosine) = omega_degrees.to_radians().sin_cos();
        let oxygen = [distance * cosine, distance * sine, 0.0];
        let carbon = [1.23 * cosine, 1.23 * sine, 0.0];
        let carbon = std::array::from_fn(|axis| oxygen[axis] + carbon[axis]);
        let atoms = structure(&[
            ("LIG", 1, "C1", "C", [3.27, 1.35, 0.0]),
            ("LIG", 1, "O1", "O", [2.8, 0.0, 0.0]),
            ("GLY", 2, "C", "C", carbon),
            ("GLY", 2, "O", "O", oxygen),
            ("HOH", 3, "O", "O", [0.0; 3]),
        ]);
        let found = contacts(&atoms, ContactKind::WaterBridges);
        (names(&atoms, &found), found)
    };
    let (names, bridges) = found(105.0, 3.0);
    assert_eq!(names, ["O1 O"]);
    let bridge = &bridges[0];
    assert_eq!(bridge.water, Some(4));
    assert_eq!(bridge.ligand.role, ContactRole::Donor);
    let [ligand, rest] = bridge.water_distances_angstrom.expect("distances");
    assert!((ligand - 2.8).abs() < 1e-3 && (rest - 3.0).abs() < 1e-3);
    assert!(bridge.angle_degrees.expect("at the hydrogen") > 150.0);
    assert!((bridge.second_angle_degrees.expect("at the water") - 105.0).abs() < 5.0);
    assert_eq!(found(60.0, 3.0).1.len(), 0);
    assert_eq!(found(150.0, 3.0).1.len(), 0);
    assert_eq!(found(105.0, 4.09).1.len(), 1);
    assert_eq!(found(105.0, 4.11).1.len(), 0);
    assert_eq!(found(105.0, 2.49).1.len(), 0);
}

#[test]
fn a_metal_binds_oxygens_with_a_lone_pair() {
    let found = |distance: f64| {
        let atoms = structure(&[
            ("LIG", 1, "C1", "C", [-1.4, 0.0, 0.0]),
            ("LIG", 1, "O1", "O", [0.0; 3]),
            (" ZN", 2, "ZN", "ZN", [distance, 0.0, 0.0]),
        ]);
        let found = contacts(&atoms, ContactKind::MetalCoordination);
        names(&atoms, &found)
    };
    assert_eq!(found(2.1), ["O1 ZN"]);
    assert_eq!(found(2.98), ["O1 ZN"]);
    assert!(found(3.02).is_empty());
}
