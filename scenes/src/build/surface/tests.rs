use std::collections::BTreeSet;
use std::sync::Arc;

use molshot_molecule::{CancelToken, PartRole, ReadOptions, Structure, read_bytes};

use crate::build::{build_scene, build_scene_cancellable};
use crate::colors::{Rgb, chain_color};
use crate::request::{
    ColorScheme, OpacityRequest, Preset, RenderRequest, SurfaceKind, SurfaceRequest,
};
use crate::transforms::TransformRequest;
use crate::{Scene, SceneError};

/// A dipeptide and an alanine of another chain, a ligand, an ion and water.
const COMPLEX: &str = "\
ATOM      1  N   GLY A   1       0.000   0.000   0.000  1.00 10.00           N
ATOM      2  CA  GLY A   1       1.450   0.000   0.000  1.00 20.00           C
ATOM      3  C   GLY A   1       2.000   1.420   0.000  1.00 20.00           C
ATOM      4  O   GLY A   1       1.250   2.400   0.000  1.00 20.00           O
ATOM      5  N   ALA A   2       3.320   1.540   0.000  1.00 20.00           N
ATOM      6  CA  ALA A   2       3.970   2.840   0.000  1.00 30.00           C
ATOM      7  C   ALA A   2       5.480   2.700   0.000  1.00 30.00           C
ATOM      8  O   ALA A   2       6.030   1.590   0.000  1.00 30.00           O
ATOM      9  CB  ALA A   2       3.550   3.650  -1.220  1.00 30.00           C
TER
ATOM     10  N   ALA B   1       8.320   1.540   0.000  1.00 20.00           N
ATOM     11  CA  ALA B   1       8.970   2.840   0.000  1.00 30.00           C
ATOM     12  C   ALA B   1      10.480   2.700   0.000  1.00 30.00           C
ATOM     13  O   ALA B   1      11.030   1.590   0.000  1.00 30.00           O
ATOM     14  CB  ALA B   1       8.550   3.650  -1.220  1.00 30.00           C
TER
HETATM   15  C1  LIG A 101       0.000   5.500   1.000  1.00 30.00           C
HETATM   16  C2  LIG A 101       1.400   5.500   1.500  1.00 30.00           C
HETATM   17  O   HOH A 201      18.000   5.000   2.000  1.00 30.00           O
END
";

fn structure() -> Arc<Structure> {
    let options = ReadOptions::default();
    let read = read_bytes("x.pdb", COMPLEX.as_bytes(), PartRole::Whole, &options);
    Arc::new(read.expect("a valid file"))
}

fn scene(change: impl FnOnce(&mut RenderRequest)) -> Result<Scene, SceneError> {
    let mut request = RenderRequest::default();
    request.style.surface = Some(SurfaceRequest::default());
    change(&mut request);
    build_scene(structure(), &request)
}

/// The atoms of the mesh's corners, from 1 as in the file.
fn atoms(scene: &Scene) -> BTreeSet<u32> {
    let corners = scene.mesh.triangles.iter().flatten();
    let atom = |corner: &u32| scene.mesh.vertices[*corner as usize].atom + 1;
    corners.map(atom).collect()
}

/// Number of parts of the mesh that are not connected.
fn parts(scene: &Scene) -> usize {
    fn find(root: &mut [usize], mut index: usize) -> usize {
        while root[index] != index {
            root[index] = root[root[index]];
            index = root[index];
        }
        index
    }
    let mut root: Vec<usize> = (0..scene.mesh.vertices.len()).collect();
    for [a, b, c] in &scene.mesh.triangles {
        for other in [b, c] {
            let (a, other) = (
                find(&mut root, *a as usize),
                find(&mut root, *other as usize),
            );
            root[a] = other;
        }
    }
    (0..root.len())
        .filter(|index| root[*index] == *index)
        .count()
}

#[test]
fn each_chain_has_a_closed_surface_of_its_polymer() {
    let without = scene(|request| request.style.surface = None).expect("atoms");
    assert!(without.mesh.is_empty());
    let scene = scene(|_| ()).expect("a surface");
    assert_eq!(parts(&scene), 2);
    assert!(atoms(&scene).is_subset(&(1..=14).collect()));
    assert_eq!(scene.spheres, without.spheres);
    // The box grows by about the radius of the atoms at its ends.
    assert!(scene.bounds.max.x > without.bounds.max.x + 1.0);
    assert_eq!(scene.bounds, scene.clip_bounds);
    scene.mesh.check(17).expect("a sound mesh");
}

#[test]
fn the_style_none_draws_the_surface_alone_and_fits_the_camera_to_it() {
    let alone = scene(|request| request.style.preset = Preset::None).expect("a surface");
    assert!(alone.spheres.is_empty() && alone.cylinders.is_empty());
    assert!(alone.labels.list.is_empty());
    assert_eq!(Some(alone.bounds), alone.mesh.bounds());
    let error = scene(|request| {
        request.style.preset = Preset::None;
        request.style.surface = None;
    });
    let error = error.expect_err("nothing to draw");
    assert_eq!(error.pointer(), Some("/style/preset"));
    let hidden = scene(|request| {
        request.style.preset = Preset::None;
        request.select = "resn LIG".into();
    });
    let hidden = hidden.expect_err("nothing to draw");
    assert_eq!(hidden.pointer(), Some("/select"));
    assert!(
        error.to_string().contains("add the option surface"),
        "{error}"
    );
}

#[test]
fn a_part_of_the_surface_is_a_patch_of_the_whole() {
    let whole = scene(|_| ()).expect("a surface");
    let patch = scene(|request| {
        request.style.surface = Some(SurfaceRequest::of("within 3.5 of resn LIG"));
    });
    let patch = patch.expect("a patch");
    let of_ligand = [15, 16].into_iter().collect();
    let near: BTreeSet<u32> = atoms(&patch).difference(&of_ligand).copied().collect();
    assert!(!near.is_empty() && near.len() < 14, "{near:?}");
    let positions = |scene: &Scene| -> BTreeSet<[u32; 3]> {
        let polymer = scene.mesh.vertices.iter().filter(|vertex| vertex.atom < 14);
        polymer
            .map(|vertex| vertex.position_angstrom.map(f32::to_bits))
            .collect()
    };
    assert!(positions(&patch).is_subset(&positions(&whole)));
}

#[test]
fn selecting_atoms_hides_the_rest_of_the_surface_and_keeps_the_camera() {
    let whole = scene(|_| ()).expect("a surface");
    let part = scene(|request| request.select = "chain B".into()).expect("a surface");
    assert!(atoms(&part).iter().all(|atom| (10..=14).contains(atom)));
    assert_eq!(part.bounds, whole.bounds);
}

#[test]
fn atoms_that_are_enclosed_together_have_one_surface() {
    let one = scene(|request| {
        let mut surface = SurfaceRequest::of("all");
        surface.enclose = Some("polymer".into());
        request.style.surface = Some(surface);
    });
    let one = one.expect("a surface");
    assert_eq!(parts(&one), 1);
    assert!(atoms(&one).is_subset(&(1..=14).collect()));
}

#[test]
fn ligands_have_surfaces_on_request_and_water_only_where_it_is_drawn() {
    let of = |select: &str, solvent: bool| {
        let scene = scene(|request| {
            request.style.surface = Some(SurfaceRequest::of(select));
            request.style.solvent = solvent;
        });
        atoms(&scene.expect("a surface"))
    };
    assert_eq!(of("resn LIG", false), [15, 16].into_iter().collect());
    assert!(!of("all", false).contains(&17));
    assert!(of("all", true).contains(&17));
    let error = scene(|request| request.style.surface = Some(SurfaceRequest::of("water")));
    let error = error.expect_err("no atom");
    assert_eq!(error.pointer(), Some("/style/surface/select"));
}

#[test]
fn the_surface_has_the_colours_of_its_atoms_or_its_own() {
    let colors = |scene: &Scene| -> BTreeSet<[u8; 4]> {
        let vertices = scene.mesh.vertices.iter();
        vertices.map(|vertex| vertex.color).collect()
    };
    let chains = |number| [chain_color(number).opaque()];
    let by_chain = scene(|request| request.style.colors = Some(ColorScheme::Chain));
    let by_chain = colors(&by_chain.expect("a surface"));
    assert_eq!(by_chain, chains(0).into_iter().chain(chains(1)).collect());
    let own = scene(|request| {
        let surface = request.style.surface.as_mut().expect("a surface");
        surface.colors = Some(ColorScheme::Chain);
    });
    let own = own.expect("a surface");
    assert_eq!(colors(&own), by_chain);
    let atom = own.spheres[0].color;
    assert!(!by_chain.contains(&atom));
    let uniform = scene(|request| {
        let surface = request.style.surface.as_mut().expect("a surface");
        surface.color = Some(Rgb([1, 2, 3]));
    });
    let uniform = colors(&uniform.expect("a surface"));
    assert_eq!(uniform, [[1, 2, 3, 255]].into_iter().collect());
}

#[test]
fn opacities_are_those_of_the_last_entry_that_names_an_atom() {
    let scene = scene(|request| {
        request.style.opacities = vec![
            OpacityRequest::new("all", 0.5),
            OpacityRequest::new("chain B", 0.0),
        ];
    });
    for vertex in &scene.expect("a surface").mesh.vertices {
        assert_eq!(vertex.color[3], if vertex.atom < 9 { 128 } else { 0 });
    }
}

#[test]
fn a_moved_chain_takes_its_surface_with_it_and_the_camera_stays() {
    let still = scene(|_| ()).expect("a surface");
    let moved = scene(|request| {
        request.transforms = vec![TransformRequest::new("chain B", "move x 20")];
    });
    let moved = moved.expect("a surface");
    assert_eq!(moved.bounds, still.bounds);
    let right = moved.mesh.bounds().expect("triangles").max.x;
    assert!((right - still.bounds.max.x - 20.0).abs() < 0.1, "{right}");
    assert!(moved.clip_bounds.max.x >= right);
}

#[test]
fn kinds_and_probes_differ_in_size() {
    let width = |kind: SurfaceKind, probe: f64| {
        let scene = scene(|request| {
            request.style.preset = Preset::None;
            let surface = request.style.surface.as_mut().expect("a surface");
            surface.kind = kind;
            surface.probe_radius_angstrom = probe;
        });
        scene.expect("a surface").bounds.half_size().x
    };
    let excluded = width(SurfaceKind::Ses, 1.4);
    assert!((width(SurfaceKind::Sas, 1.4) - excluded - 1.4).abs() < 0.05);
    assert!((width(SurfaceKind::Sas, 2.0) - excluded - 2.0).abs() < 0.05);
    assert!((width(SurfaceKind::Gaussian, 1.4) - excluded).abs() < 0.5);
}

#[test]
fn wrong_values_are_errors_with_their_place() {
    let place = |change: &dyn Fn(&mut RenderRequest)| {
        let error = scene(change).expect_err("wrong");
        error.pointer().map(str::to_owned).unwrap_or_default()
    };
    let surface = |change: &dyn Fn(&mut SurfaceRequest)| {
        place(&|request| change(request.style.surface.as_mut().expect("a surface")))
    };
    assert_eq!(
        surface(&|s| s.select = "nonsense (".into()),
        "/style/surface/select"
    );
    let wrong = || Some("(".into());
    assert_eq!(surface(&|s| s.enclose = wrong()), "/style/surface/enclose");
    let wrong = surface(&|s| s.probe_radius_angstrom = -1.0);
    assert_eq!(wrong, "/style/surface/probe_radius_angstrom");
    let wrong = surface(&|s| s.resolution_angstrom = Some(0.01));
    assert_eq!(wrong, "/style/surface/resolution_angstrom");
    let wrong = surface(&|s| s.colors = Some(ColorScheme::Uniform));
    assert_eq!(wrong, "/style/surface/color");
    let opacity = place(&|request| {
        request.style.opacities = vec![OpacityRequest::new("all", 1.5)];
    });
    assert_eq!(opacity, "/style/opacities/0/opacity");
}

#[test]
fn a_cancelled_surface_ends() {
    let mut request = RenderRequest::default();
    request.style.surface = Some(SurfaceRequest::default());
    let token = CancelToken::after_looks(9);
    let result = build_scene_cancellable(structure(), &request, &token);
    assert!(matches!(result, Err(SceneError::Cancelled(_))));
}
