#![allow(
    clippy::float_cmp,
    reason = "radii and coordinates are handed on unchanged, so they are equal to the last bit"
)]

use std::sync::Arc;

use molshot_molecule::{CancelToken, PartRole, ReadOptions, Structure, read_bytes};

use super::{PreparedScene, build_scene, build_scene_cancellable};
use crate::commands::parse_commands;
use crate::request::{ColorScheme, Preset, RenderRequest};
use crate::{Cylinder, Scene, SceneError};

/// Two residues in a row (hydrogens on the first nitrogen only), a zinc ion, a water.
const POCKET: &str = "\
ATOM      1  N   GLY A   1       0.000   0.000   0.000  1.00 10.00           N
ATOM      2  H   GLY A   1      -0.500   0.800   0.000  1.00 10.00           H
ATOM      3  CA  GLY A   1       1.450   0.000   0.000  1.00 20.00           C
ATOM      4  C   GLY A   1       2.000   1.420   0.000  1.00 20.00           C
ATOM      5  O   GLY A   1       1.250   2.400   0.000  1.00 20.00           O
ATOM      6  N   ALA A   2       3.320   1.540   0.000  1.00 20.00           N
ATOM      7  CA  ALA A   2       3.970   2.840   0.000  1.00 30.00           C
ATOM      8  C   ALA A   2       5.480   2.700   0.000  1.00 30.00           C
ATOM      9  O   ALA A   2       6.030   1.590   0.000  1.00 30.00           O
ATOM     10  CB  ALA A   2       3.550   3.650  -1.220  1.00 30.00           C
HETATM   11 ZN    ZN A 101      10.000   5.000   2.000  1.00 30.00          ZN
HETATM   12  O   HOH A 201      15.000   5.000   2.000  1.00 30.00           O
END
";

fn structure(text: &str, role: PartRole) -> Arc<Structure> {
    let options = ReadOptions::default();
    Arc::new(read_bytes("x_pocket.pdb", text.as_bytes(), role, &options).expect("a valid file"))
}

fn request() -> RenderRequest {
    RenderRequest::default()
}

fn scene(change: impl FnOnce(&mut RenderRequest)) -> Result<Scene, SceneError> {
    let mut request = request();
    change(&mut request);
    build_scene(structure(POCKET, PartRole::Pocket), &request)
}

fn names(scene: &Scene) -> Vec<&str> {
    let names = &scene.structure.atoms().name;
    scene
        .spheres
        .iter()
        .map(|sphere| names[sphere.atom as usize].as_str())
        .collect()
}

fn color_of(scene: &Scene, atom: u32) -> [u8; 4] {
    scene
        .spheres
        .iter()
        .find(|sphere| sphere.atom == atom)
        .expect("shown")
        .color
}

#[test]
fn misi_draws_heavy_atoms_as_sticks_without_water() {
    let scene = scene(|_| ()).expect("valid");
    assert_eq!(
        names(&scene),
        ["N", "CA", "C", "O", "N", "CA", "C", "O", "CB", "ZN"]
    );
    assert_eq!(scene.cylinders.len(), 8);
    assert!(
        scene
            .cylinders
            .iter()
            .all(|c| c.caps == Cylinder::OPEN && c.radius_angstrom == 0.2)
    );
    let (ion, sticks) = scene.spheres.split_last().expect("atoms");
    assert!(sticks.iter().all(|sphere| sphere.radius_angstrom == 0.2));
    assert!(ion.radius_angstrom > 0.3, "a lone ion is a visible ball");
}

#[test]
fn carbons_alternate_and_the_rest_goes_by_element() {
    let scene = scene(|_| ()).expect("valid");
    assert_eq!(color_of(&scene, 2), [0xBF, 0x99, 0xF2, 255]);
    assert_eq!(color_of(&scene, 6), [0xF2, 0xB3, 0x66, 255]);
    assert_eq!(color_of(&scene, 4), [0xFF, 0x0D, 0x0D, 255]);
    // The peptide bond: one half in each atom's colour.
    let peptide = scene
        .cylinders
        .iter()
        .find(|c| (c.start_atom, c.end_atom) == (3, 5))
        .expect("bond");
    assert_eq!(peptide.start_color, [0xBF, 0x99, 0xF2, 255]);
    assert_eq!(peptide.end_color, [0x30, 0x50, 0xF8, 255]);
}

#[test]
fn ligand_files_keep_gray_carbons() {
    let ligand = structure(POCKET, PartRole::Ligand);
    let scene = build_scene(ligand, &request()).expect("valid");
    let carbons = scene
        .spheres
        .iter()
        .filter(|s| scene.structure.atoms().element[s.atom as usize].symbol() == "C");
    assert!(
        carbons.clone().count() == 5 && carbons.clone().all(|s| s.color == [0x90, 0x90, 0x90, 255])
    );
}

#[test]
fn hydrogens_and_water_on_request() {
    let scene = scene(|r| {
        r.style.hydrogens = true;
        r.style.solvent = true;
    })
    .expect("valid");
    assert_eq!(scene.spheres.len(), 12);
    assert_eq!(scene.cylinders.len(), 9);
    assert!(
        (scene.bounds.max.x - 15.375).abs() < 1e-6,
        "{:?}",
        scene.bounds
    );
}

#[test]
fn selecting_hides_without_moving_the_box() {
    let whole = scene(|_| ()).expect("valid");
    let part = scene(|r| r.select = "resname ALA".into()).expect("valid");
    assert_eq!(names(&part), ["N", "CA", "C", "O", "CB"]);
    assert_eq!(part.cylinders.len(), 4);
    assert_eq!(part.bounds, whole.bounds);
    assert_eq!(color_of(&part, 6), color_of(&whole, 6));
}

#[test]
fn presets_have_their_sizes() {
    let balls = scene(|r| r.style.preset = Preset::BallAndStick).expect("valid");
    // Without its two hydrogens the alpha carbon stands for them, too.
    assert_eq!(balls.spheres[1].radius_angstrom, 0.25 * 1.88);
    assert_eq!(balls.cylinders.len(), 8);
    let filled = scene(|r| r.style.preset = Preset::Spacefill).expect("valid");
    assert_eq!(filled.spheres[1].radius_angstrom, 1.88);
    assert_eq!(filled.spheres[2].radius_angstrom, 1.7);
    assert!(filled.cylinders.is_empty());
    assert_eq!(filled.spheres[1].color, [0x90, 0x90, 0x90, 255]);
    let thick = scene(|r| r.style.stick_radius_angstrom = Some(0.6)).expect("valid");
    assert!(thick.spheres.iter().all(|s| s.radius_angstrom >= 0.6));
    assert!((thick.bounds.min.x - -0.6).abs() < 1e-6);
}

#[test]
fn colour_schemes_differ_from_each_other() {
    let colors = |scheme| {
        let scene = scene(|r| {
            r.style.colors = Some(scheme);
            r.style.color =
                (scheme == ColorScheme::Uniform).then_some(crate::colors::Rgb([1, 2, 3]));
        })
        .expect("valid");
        scene.spheres.iter().map(|s| s.color).collect::<Vec<_>>()
    };
    let b_factor = colors(ColorScheme::BFactor);
    assert_eq!(
        (b_factor[0], b_factor[1], b_factor[8]),
        ([0, 0, 255, 255], [255; 4], [255, 0, 0, 255])
    );
    assert!(
        colors(ColorScheme::Uniform)
            .iter()
            .all(|c| *c == [1, 2, 3, 255])
    );
    let residue = colors(ColorScheme::Residue);
    assert_ne!(residue[1], residue[6]);
    let chain = colors(ColorScheme::Chain);
    assert!(chain.iter().all(|c| *c == chain[0]));
}

#[test]
fn nothing_to_draw_says_why() {
    let problem = |change: fn(&mut RenderRequest)| match scene(change) {
        Err(SceneError::Empty {
            problem, remedy, ..
        }) => (problem, remedy),
        other => panic!("{other:?}"),
    };
    assert!(
        problem(|r| r.select = "resname TRP".into())
            .0
            .contains("matches no atom")
    );
    let (hidden, remedy) = problem(|r| r.select = "resname HOH".into());
    assert!(
        hidden.contains("are hidden") && remedy.contains("option solvent"),
        "{hidden}; {remedy}"
    );
    let water = POCKET
        .lines()
        .last()
        .map(|_| POCKET.lines().nth(11).expect("water"))
        .expect("lines");
    let error = build_scene(structure(water, PartRole::Whole), &request()).expect_err("water only");
    assert!(
        error.to_string().contains("turn on the option solvent"),
        "{error}"
    );
    let error =
        build_scene(Arc::new(Structure::merge(Vec::new())), &request()).expect_err("no atoms");
    assert!(error.to_string().contains("no atoms"), "{error}");
}

#[test]
fn coincident_atoms_get_no_stick() {
    let text = POCKET.replace("   3.550   3.650  -1.220", "   3.970   2.840   0.000");
    let scene = build_scene(structure(&text, PartRole::Pocket), &request()).expect("valid");
    assert!(
        scene
            .cylinders
            .iter()
            .all(|c| c.start_angstrom != c.end_angstrom)
    );
}

#[test]
fn one_scene_serves_many_views() {
    let mut request = request();
    request.commands = "view left".into();
    let prepared =
        PreparedScene::new(structure(POCKET, PartRole::Pocket), &request).expect("valid");
    let plain = prepared.job().expect("valid");
    let turned = prepared
        .job_with(&parse_commands("roll y 15; crop 0 0 50% 50%").expect("valid"))
        .expect("valid");
    assert!(Arc::ptr_eq(plain.scene(), turned.scene()));
    assert_ne!(plain.view(), turned.view());
    assert_eq!(turned.viewport().crop.width_px, 512);
    let error = prepared
        .job_with(&parse_commands("center resname TRP").expect("valid"))
        .expect_err("no such residue");
    assert_eq!(error.pointer(), Some("/commands"));
    assert!(
        matches!(error, SceneError::Command { number: 2, .. }),
        "{error}"
    );
}

#[test]
fn a_command_that_fits_no_structure_points_to_its_entry() {
    let mut wrong = request();
    wrong.commands = vec!["view left; zoom 2".into(), "center resname TRP".into()].into();
    let prepared = PreparedScene::new(structure(POCKET, PartRole::Pocket), &wrong).expect("valid");
    let error = prepared.job().expect_err("no such residue");
    assert!(
        matches!(error, SceneError::Command { number: 3, .. }),
        "{error}"
    );
    assert_eq!(error.pointer(), Some("/commands/1"));
}

#[test]
fn center_uses_the_centroid_of_the_selection() {
    let prepared =
        PreparedScene::new(structure(POCKET, PartRole::Pocket), &request()).expect("valid");
    let mut camera = prepared.camera().expect("valid");
    camera
        .apply(
            &parse_commands("center name ZN").expect("valid"),
            &prepared.scene().structure,
        )
        .expect("an ion");
    assert!(
        camera
            .rotation_center()
            .distance(glam::DVec3::new(10.0, 5.0, 2.0))
            < 1e-6
    );
}

/// Number of looks at the token that `work` takes. Cancelled at any of them, it fails.
fn looks(work: impl Fn(&CancelToken) -> Result<(), SceneError>) -> u64 {
    const MANY: u64 = u64::MAX / 2;
    let token = CancelToken::after_looks(MANY);
    work(&token).expect("not cancelled");
    let looks = MANY - token.looks_left().expect("counted");
    for stopped_at in 0..looks {
        let outcome = work(&CancelToken::after_looks(stopped_at));
        assert!(
            matches!(outcome, Err(SceneError::Cancelled(_))),
            "{stopped_at} of {looks}: {outcome:?}"
        );
    }
    looks
}

#[test]
fn scenes_and_commands_look_at_every_selection() {
    let structure = structure(POCKET, PartRole::Pocket);
    let build = |request: &RenderRequest| {
        looks(|token| build_scene_cancellable(Arc::clone(&structure), request, token).map(drop))
    };
    let mut request = request();
    let plain = build(&request);
    request.style.preset = Preset::MisiPocket;
    let of_pocket = build(&request);
    assert!(of_pocket > plain, "{of_pocket} {plain}");
    request.style.texts = (0..20)
        .map(|number| crate::request::TextRequest {
            text: number.to_string(),
            at: Some("resi 1 or resi 2".into()),
            position_angstrom: None,
        })
        .collect();
    let labelled = build(&request);
    // Each text, and each term of its selection.
    assert!(labelled >= of_pocket + 20 * 3, "{labelled} {of_pocket}");
    request.transforms = vec![crate::transforms::TransformRequest::new("resi 1", "roll x 5"); 9];
    assert!(build(&request) >= labelled + 9);

    let job = |commands: String| {
        request.commands = commands.as_str().into();
        let prepared = PreparedScene::new(Arc::clone(&structure), &request).expect("a scene");
        looks(|token| prepared.job_cancellable(token).map(drop))
    };
    let mut job = job;
    assert!(job("roll x 1;".repeat(50)) >= 50);
    assert!(job("center resi 1 or resi 2;".repeat(50)) >= 50 * 3);
}

/// The pocket of [`POCKET`] with another column of temperature factors.
fn with_b_factors(value: &str) -> Arc<Structure> {
    let lines: Vec<String> = POCKET
        .lines()
        .map(|line| match line.get(60..66) {
            Some(_) => format!("{}{value:>6}{}", &line[..60], &line[66..]),
            None => line.to_owned(),
        })
        .collect();
    structure(&lines.join("\n"), PartRole::Pocket)
}

#[test]
fn plddt_colours_need_confidences() {
    let mut request = request();
    request.style.colors = Some(ColorScheme::Plddt);
    let draw = |value: &str| build_scene(with_b_factors(value), &request);
    let scene = draw("92.50").expect("confidences");
    assert_eq!(color_of(&scene, 0), [0x00, 0x53, 0xD6, 255]);
    for (wrong, problem) in [
        ("104.00", "104 of GLY 1 N is not a pLDDT"),
        ("-1.00", "-1 of GLY 1 N"),
        ("0.00", "above 1"),
        ("0.93", "above 1"),
    ] {
        let error = draw(wrong).expect_err(wrong);
        assert_eq!(error.pointer(), Some("/style/colors"));
        assert!(error.to_string().contains(problem), "{error}");
    }
}

#[test]
fn hydrophobicity_colours_amino_acids_and_leaves_the_rest() {
    let scene = scene(|r| r.style.colors = Some(ColorScheme::Hydrophobicity)).expect("valid");
    // Alanine is hydrophobic: more red than blue; glycine is slightly polar.
    let [red, _, blue, _] = color_of(&scene, 6);
    assert!(red == 255 && blue < 255);
    let [red, _, blue, _] = color_of(&scene, 0);
    assert!(red < 255 && blue == 255);
    let element = crate::colors::Rgb(molshot_molecule::Element::ZN.color_rgb()).opaque();
    assert_eq!(color_of(&scene, 10), element);
}

#[test]
fn palettes_colour_chains_and_models_in_turn() {
    let palette = [0x11_22_33, 0x44_55_66].map(crate::colors::Rgb::from_hex);
    let whole = structure(POCKET, PartRole::Pocket);
    let two = Structure::merge(vec![(*whole).clone(), (*whole).clone(), (*whole).clone()]);
    let count = whole.atoms().len() as u32;
    let mut request = request();
    request.style.palette = palette.to_vec();
    for scheme in [ColorScheme::Model, ColorScheme::Chain] {
        request.style.colors = Some(scheme);
        let scene = build_scene(Arc::new(two.clone()), &request).expect("valid");
        let colors = [0, count, 2 * count].map(|atom| color_of(&scene, atom));
        let [first, second] = palette.map(crate::colors::Rgb::opaque);
        assert_eq!(colors, [first, second, first]);
    }
    request.style.colors = Some(ColorScheme::Element);
    let error = build_scene(Arc::clone(&whole), &request).expect_err("not used");
    assert_eq!(error.pointer(), Some("/style/palette"));
}
