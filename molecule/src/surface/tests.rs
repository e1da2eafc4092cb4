//! Tests of whole surfaces.

use std::num::NonZero;

use super::{
    SurfaceError, SurfaceKind, SurfaceMesh, SurfaceOptions, resolution_for_atoms, surface,
};
use crate::cancel::CancelToken;

const KINDS: [SurfaceKind; 3] = [SurfaceKind::Ses, SurfaceKind::Sas, SurfaceKind::Gaussian];

fn mesh_of(positions: &[[f32; 3]], radii: &[f32], options: &SurfaceOptions) -> SurfaceMesh {
    surface(positions, radii, options, &CancelToken::new()).expect("a surface")
}

/// Atoms in a lump, from a linear congruential generator.
fn lump(count: usize, edge: f32) -> (Vec<[f32; 3]>, Vec<f32>) {
    let mut state = 12_345_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 24) as f32
    };
    let positions = (0..count)
        .map(|_| [next() * edge, next() * edge, next() * edge])
        .collect();
    let radii = (0..count).map(|_| 1.4 + 0.5 * next()).collect();
    (positions, radii)
}

/// Every edge belongs to two triangles that run through it in opposite directions, and normals
/// point to the outside of triangles.
fn assert_closed(mesh: &SurfaceMesh) {
    let mut edges: Vec<(u32, u32)> = Vec::with_capacity(mesh.triangles.len() * 3);
    for [a, b, c] in &mesh.triangles {
        edges.extend([(*a, *b), (*b, *c), (*c, *a)]);
    }
    let mut opposite: Vec<(u32, u32)> = edges.iter().map(|(from, to)| (*to, *from)).collect();
    edges.sort_unstable();
    opposite.sort_unstable();
    assert!(edges.windows(2).all(|pair| pair[0] != pair[1]));
    assert!(edges == opposite && edges.iter().all(|(from, to)| from != to));
    for normal in &mesh.normal {
        let length = normal.iter().map(|part| part * part).sum::<f32>().sqrt();
        assert!((length - 1.0).abs() < 1e-5);
    }
}

fn distance(a: [f32; 3], b: [f32; 3]) -> f64 {
    let square: f64 = (0..3).map(|k| f64::from(a[k] - b[k]).powi(2)).sum();
    square.sqrt()
}

#[test]
fn one_atom_is_a_ball() {
    for (kind, radius) in KINDS.into_iter().zip([1.7, 3.1, 1.7]) {
        let options = SurfaceOptions::default()
            .with_kind(kind)
            .with_resolution(0.25);
        let mesh = mesh_of(&[[0.1, -70.3, 5.2]], &[1.7], &options);
        assert_closed(&mesh);
        for (position, normal) in mesh.position_angstrom.iter().zip(&mesh.normal) {
            let offset = [0, 1, 2].map(|k| position[k] - [0.1, -70.3, 5.2][k]);
            let from_center = distance(*position, [0.1, -70.3, 5.2]);
            assert!(
                (from_center - radius).abs() < 0.012,
                "{kind:?}: {from_center}"
            );
            let cos: f32 = (0..3).map(|k| offset[k] * normal[k]).sum();
            assert!(f64::from(cos) / from_center > 0.995, "{kind:?}: {cos}");
        }
        let area = 4.0 * std::f64::consts::PI * radius * radius;
        assert!((mesh.area_square_angstrom() / area - 1.0).abs() < 0.01);
        let volume = area * radius / 3.0;
        assert!((mesh.volume_cubic_angstrom() / volume - 1.0).abs() < 0.02);
        assert!(mesh.atom.iter().all(|atom| *atom == 0));
    }
}

#[test]
fn meshes_are_closed_in_all_kinds_and_resolutions() {
    let (positions, radii) = lump(100, 19.0);
    for kind in KINDS {
        for resolution in [0.4, 1.0, 3.0] {
            let options = SurfaceOptions::default()
                .with_kind(kind)
                .with_resolution(resolution);
            let mesh = mesh_of(&positions, &radii, &options);
            assert!(mesh.triangles.len() > 100, "{kind:?} {resolution}");
            assert_closed(&mesh);
            assert!(mesh.volume_cubic_angstrom() > 0.0);
        }
    }
}

/// Points of the accessible surface, dense enough that the nearest one is within 0.03 angstrom of
/// the nearest point of the surface.
fn accessible_points(positions: &[[f32; 3]], radii: &[f32], probe: f32) -> Vec<[f32; 3]> {
    const COUNT: usize = 6_000;
    let mut points = Vec::new();
    for (center, radius) in positions.iter().zip(radii) {
        for n in 0..COUNT {
            // A spiral of equal areas.
            let z = 1.0 - (2.0 * n as f64 + 1.0) / COUNT as f64;
            let angle = n as f64 * std::f64::consts::PI * (3.0 - 5.0_f64.sqrt());
            let flat = (1.0 - z * z).sqrt();
            let direction = [flat * angle.cos(), flat * angle.sin(), z];
            let reach = f64::from(radius + probe);
            let point = [0, 1, 2].map(|k| (f64::from(center[k]) + direction[k] * reach) as f32);
            let is_free = positions
                .iter()
                .zip(radii)
                .all(|(other, radius)| distance(point, *other) > f64::from(radius + probe) - 1e-5);
            if is_free {
                points.push(point);
            }
        }
    }
    points
}

#[test]
fn the_excluded_surface_is_a_probe_radius_from_the_accessible_one() {
    let (positions, radii) = lump(16, 7.0);
    let points = accessible_points(&positions, &radii, 1.4);
    let mesh = mesh_of(
        &positions,
        &radii,
        &SurfaceOptions::default().with_resolution(0.3),
    );
    assert_closed(&mesh);
    let mut errors: Vec<f64> = mesh
        .position_angstrom
        .iter()
        .map(|vertex| {
            let distances = points.iter().map(|point| distance(*vertex, *point));
            (distances.fold(f64::INFINITY, f64::min) - 1.4).abs()
        })
        .collect();
    errors.sort_by(f64::total_cmp);
    let at = |share: f64| errors[((errors.len() - 1) as f64 * share) as usize];
    // Only at cusps is the field not smooth within a cell.
    assert!(at(0.5) < 0.01, "{}", at(0.5));
    assert!(at(0.99) < 0.05, "{}", at(0.99));
    assert!(at(1.0) < 0.2, "{}", at(1.0));
}

#[test]
fn two_atoms_are_joined_by_a_torus() {
    // Two atoms of 1.5 angstrom, 4 apart: the neck in the middle is 1.4 from the circle on which
    // the centre of the probe runs, of radius sqrt(2.9^2 - 2^2) = 2.1.
    let positions = [[-2.0, 0.0, 0.0], [2.0, 0.0, 0.0]];
    let mesh = mesh_of(
        &positions,
        &[1.5; 2],
        &SurfaceOptions::default().with_resolution(0.2),
    );
    assert_closed(&mesh);
    let neck = mesh.position_angstrom.iter().filter(|p| p[0].abs() < 0.05);
    let (mut least, mut most) = (f32::INFINITY, 0.0_f32);
    for [_, y, z] in neck {
        let radius = y.hypot(*z);
        (least, most) = (least.min(radius), most.max(radius));
    }
    assert!(least > 0.68 && most < 0.73, "{least} to {most}");
}

#[test]
fn a_corner_belongs_to_the_atom_with_the_nearest_sphere() {
    let (positions, radii) = lump(60, 14.0);
    for kind in KINDS {
        let options = SurfaceOptions::default().with_kind(kind);
        let mesh = mesh_of(&positions, &radii, &options);
        let beyond = |atom: usize, point: [f32; 3]| {
            distance(point, positions[atom]) - f64::from(radii[atom])
        };
        for (position, atom) in mesh.position_angstrom.iter().zip(&mesh.atom) {
            let nearest = (0..positions.len())
                .map(|atom| beyond(atom, *position))
                .fold(f64::INFINITY, f64::min);
            assert!(
                beyond(*atom as usize, *position) < nearest + 0.05,
                "{kind:?}"
            );
        }
    }
}

#[test]
fn the_mesh_does_not_depend_on_the_number_of_threads() {
    let (positions, radii) = lump(200, 34.0);
    for kind in KINDS {
        let meshes = [1, 2, 5].map(|threads| {
            let threads = NonZero::new(threads).expect("not zero");
            let options = SurfaceOptions::default()
                .with_kind(kind)
                .with_threads(threads);
            mesh_of(&positions, &radii, &options)
        });
        assert!(meshes[0] == meshes[1] && meshes[0] == meshes[2], "{kind:?}");
    }
}

#[test]
fn degenerate_atoms_have_no_effect() {
    let options = SurfaceOptions::default();
    let one = mesh_of(&[[1.0, 2.0, 3.0]], &[1.5], &options);
    let coincident = mesh_of(&vec![[1.0, 2.0, 3.0]; 3000], &[1.5; 3000], &options);
    assert_eq!(one.position_angstrom, coincident.position_angstrom);
    let inside = mesh_of(&[[1.0, 2.1, 3.0], [1.0, 2.0, 3.0]], &[1.0, 1.5], &options);
    assert_eq!(one.position_angstrom, inside.position_angstrom);
    assert!(inside.atom.iter().all(|atom| *atom == 1));
    assert!(mesh_of(&[], &[], &options).triangles.is_empty());
    // Symmetric atoms: four circles meet in each point.
    let square = [
        [0.0, 0.0, 0.0],
        [2.0, 0.0, 0.0],
        [2.0, 2.0, 0.0],
        [0.0, 2.0, 0.0],
    ];
    for kind in KINDS {
        assert_closed(&mesh_of(
            &square,
            &[1.5; 4],
            &options.clone().with_kind(kind),
        ));
    }
}

#[test]
fn a_cavity_has_a_surface_and_no_volume() {
    // Atoms on a sphere of 8 angstrom, dense enough to close it.
    let shell: Vec<[f32; 3]> = (0..300)
        .map(|n| {
            let z = 1.0 - (2.0 * n as f32 + 1.0) / 300.0;
            let angle = n as f32 * 2.399_963;
            let flat = (1.0 - z * z).sqrt();
            [8.0 * flat * angle.cos(), 8.0 * flat * angle.sin(), 8.0 * z]
        })
        .collect();
    let mesh = mesh_of(&shell, &[1.5; 300], &SurfaceOptions::default());
    assert_closed(&mesh);
    let inner = mesh
        .position_angstrom
        .iter()
        .filter(|p| distance(**p, [0.0; 3]) < 8.0);
    assert!(inner.count() > 1000);
    let ball = |radius: f64| 4.0 / 3.0 * std::f64::consts::PI * radius.powi(3);
    let expected = ball(9.5) - ball(6.5);
    assert!((mesh.volume_cubic_angstrom() / expected - 1.0).abs() < 0.1);
}

#[test]
fn a_smaller_probe_gives_less_volume_and_0_the_van_der_waals_surface() {
    let (positions, radii) = lump(40, 10.0);
    let of = |probe: f64| {
        let options = SurfaceOptions::default().with_probe_radius(probe);
        let mesh = mesh_of(&positions, &radii, &options);
        assert_closed(&mesh);
        mesh
    };
    let volumes = [0.0, 0.3, 1.4, 5.0, 10.0].map(|probe| of(probe).volume_cubic_angstrom());
    assert!(volumes.is_sorted(), "{volumes:?}");
    let spheres = of(0.0);
    for (position, atom) in spheres.position_angstrom.iter().zip(&spheres.atom) {
        let beyond =
            distance(*position, positions[*atom as usize]) - f64::from(radii[*atom as usize]);
        assert!(beyond.abs() < 0.01, "{beyond}");
    }
}

#[test]
fn values_out_of_range_are_errors() {
    let refused = |positions: &[[f32; 3]], radii: &[f32], options: &SurfaceOptions| match surface(
        positions,
        radii,
        options,
        &CancelToken::new(),
    ) {
        Err(SurfaceError::Invalid { problem, remedy }) => format!("{problem}; {remedy}"),
        other => panic!("{other:?}"),
    };
    let options = SurfaceOptions::default();
    for wrong in [-0.1, 10.1, f64::NAN, f64::INFINITY] {
        let text = refused(
            &[[0.0; 3]],
            &[1.0],
            &options.clone().with_probe_radius(wrong),
        );
        assert!(text.ends_with("give 0 to 10"), "{text}");
        let text = refused(&[[0.0; 3]], &[1.0], &options.clone().with_resolution(wrong));
        assert!(text.ends_with("give 0.1 to 3"), "{text}");
        let position = [f32::INFINITY * wrong as f32, 0.0, 0.0];
        refused(&[position], &[1.0], &options);
    }
    for radius in [0.0, -1.0, f32::NAN, 10.5] {
        refused(&[[0.0; 3]], &[radius], &options);
    }
    refused(&[[0.0; 3]], &[], &options);
}

#[test]
fn limits_are_errors_that_name_a_remedy() {
    let too_large = |positions: &[[f32; 3]], options: &SurfaceOptions| {
        let radii = vec![1.5; positions.len()];
        match surface(positions, &radii, options, &CancelToken::new()) {
            Err(SurfaceError::TooLarge { problem, remedy }) => format!("{problem}; {remedy}"),
            other => panic!("{:?}", other.map(|mesh| mesh.triangles.len())),
        }
    };
    let options = SurfaceOptions::default();
    let text = too_large(&[[0.0; 3]], &options.clone().with_max_triangles(100));
    assert!(
        text.contains("more than 100 triangles") && text.contains("coarser"),
        "{text}"
    );
    let far = [[-1e5, 0.0, 0.0], [1e5, 0.0, 0.0]];
    let text = too_large(&far, &options.clone().with_resolution(0.1));
    assert!(text.contains("too long"), "{text}");
    // Far apart is not too large by itself: empty parts of the grid cost nothing.
    assert_closed(&mesh_of(&far, &[1.5; 2], &options));
    let (mut crowd, _) = lump(30_000, 1.0);
    crowd.dedup();
    let text = too_large(&crowd, &options);
    assert!(text.contains("too many for the space"), "{text}");
}

#[test]
fn work_stops_at_each_look_at_the_token() {
    let (positions, radii) = lump(40, 20.0);
    let threads = NonZero::new(1).expect("not zero");
    let options = SurfaceOptions::default().with_threads(threads);
    let all = CancelToken::after_looks(1_000_000);
    surface(&positions, &radii, &options, &all).expect("enough looks");
    let looks = 1_000_000 - all.looks_left().expect("a number");
    assert!(looks > 10);
    for looks in 0..looks {
        let token = CancelToken::after_looks(looks);
        let result = surface(&positions, &radii, &options, &token);
        assert!(
            matches!(result, Err(SurfaceError::Cancelled(_))),
            "after {looks}"
        );
    }
}

#[test]
fn triangles_that_are_left_out_take_their_corners_with_them() {
    let positions = [[0.0, 0.0, 0.0], [3.0, 0.0, 0.0]];
    let mut mesh = mesh_of(&positions, &[1.5; 2], &SurfaceOptions::default());
    let whole = mesh.clone();
    mesh.retain_triangles(|atoms| atoms == [1; 3]);
    assert!(!mesh.triangles.is_empty() && mesh.triangles.len() < whole.triangles.len());
    assert!(mesh.atom.iter().all(|atom| *atom == 1));
    assert_eq!(mesh.atom.len(), mesh.position_angstrom.len());
    assert_eq!(mesh.atom.len(), mesh.normal.len());
    let [low, _] = mesh.bounds_angstrom().expect("triangles");
    assert!(low[0] > 1.0);
    mesh.retain_triangles(|_| false);
    assert_eq!(mesh.bounds_angstrom(), None);
    assert_eq!(mesh, SurfaceMesh::default());
}

#[test]
fn the_default_resolution_is_coarser_for_many_atoms() {
    assert!((resolution_for_atoms(60_000) - 0.5).abs() < 1e-9);
    assert!((resolution_for_atoms(400_000) - 1.0).abs() < 1e-9);
    assert!((resolution_for_atoms(usize::MAX) - 3.0).abs() < 1e-9);
}

/// Boxes of `ChimeraX`'s surfaces, one for each chain, from `reference_ribbon/cameras.tsv`.
#[test]
fn surfaces_have_the_boxes_of_those_of_chimerax() {
    let Some(data) = std::env::var_os("MOLSHOT_TEST_DATA").map(std::path::PathBuf::from) else {
        // Past the capture of the test harness, which shows nothing of a test that passes.
        let text = b"skipped: MOLSHOT_TEST_DATA is not set\n";
        let _ = std::io::Write::write_all(&mut std::io::stderr(), text);
        return;
    };
    let table = std::fs::read_to_string(data.join("reference_ribbon/cameras.tsv"));
    let mut compared = 0;
    for row in table.expect("the table of cameras").lines() {
        let fields: Vec<&str> = row.split('\t').collect();
        let &[name, "surface", low, high, ..] = fields.as_slice() else {
            continue;
        };
        let folder = data.join("structures");
        let files =
            ["cif", "pdb", "cif.gz", "pdb.gz"].map(|end| folder.join(format!("{name}.{end}")));
        let Some(file) = files.iter().find(|file| file.exists()) else {
            continue;
        };
        let structure =
            crate::read_file(file, &crate::ReadOptions::default()).expect("a structure");
        let all_radii = crate::perception::vdw_radii_angstrom(&structure);
        let mut chains = vec![(Vec::new(), Vec::new()); structure.chains().len()];
        for (atom, position) in structure.atoms().position_angstrom.iter().enumerate() {
            let residue = structure.residue_of(atom as u32);
            if residue.class.is_polymer() {
                let (positions, radii) = &mut chains[residue.chain as usize];
                positions.push(*position);
                radii.push(all_radii[atom]);
            }
        }
        let mut bounds = [[f32::INFINITY; 3], [f32::NEG_INFINITY; 3]];
        for (positions, radii) in &chains {
            let mesh = mesh_of(positions, radii, &SurfaceOptions::default());
            let Some([low, high]) = mesh.bounds_angstrom() else {
                continue;
            };
            for k in 0..3 {
                bounds[0][k] = bounds[0][k].min(low[k]);
                bounds[1][k] = bounds[1][k].max(high[k]);
            }
        }
        for (text, corner) in [(low, bounds[0]), (high, bounds[1])] {
            for (expected, measured) in text.split(',').zip(corner) {
                let expected: f32 = expected.parse().expect("a number");
                assert!(
                    (measured - expected).abs() < 0.05,
                    "{name}: {measured} for {expected}"
                );
            }
        }
        compared += 1;
    }
    assert!(compared > 0);
}
