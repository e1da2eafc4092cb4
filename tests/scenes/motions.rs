//! View commands are screen-axis transforms of the scene and nothing else, and parts move by
//! themselves as they say.

use std::sync::Arc;

use glam::{DAffine3, DMat3, DVec3};
use molshot_molecule::{FolderOptions, read_folder};
use molshot_molecule::{PartRole, ReadOptions, Structure};
use molshot_scenes::build::PreparedScene;
use molshot_scenes::commands::{Axis, Command, ViewName};
use molshot_scenes::pseudobonds::{Dashed, PseudobondName, dashed};
use molshot_scenes::request::{LabelContent, Preset, ProjectionKind, RenderRequest};
use molshot_scenes::transforms::TransformRequest;
use molshot_scenes::{Camera, Cylinder};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

fn complex() -> Arc<Structure> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenes/library/1hvr");
    let structure = read_folder(&folder, FolderOptions::default(), &ReadOptions::default());
    Arc::new(structure.expect("the library's complex"))
}

fn request() -> RenderRequest {
    let mut request = RenderRequest::default();
    (request.output.width_px, request.output.height_px) = (800, 600);
    request
}

fn prepare(change: impl FnOnce(&mut RenderRequest)) -> PreparedScene {
    let mut request = request();
    change(&mut request);
    PreparedScene::new(complex(), &request).expect("a valid request")
}

fn motion() -> impl Strategy<Value = Command> {
    let axis = prop_oneof![Just(Axis::X), Just(Axis::Y), Just(Axis::Z)];
    prop_oneof![
        (axis.clone(), -360.0..360.0_f64)
            .prop_map(|(axis, degrees)| Command::Turn { axis, degrees }),
        (axis, -20.0..20.0_f64).prop_map(|(axis, angstrom)| Command::Move { axis, angstrom }),
    ]
}

/// What a command does to points in camera axes, by the matrices of a textbook. `center` is the
/// rotation centre in camera axes.
fn by_hand(command: &Command, center: DVec3) -> DAffine3 {
    match command {
        Command::Turn { axis, degrees } => {
            let (sin, cos) = degrees.to_radians().sin_cos();
            let turn = match axis {
                Axis::X => [[1.0, 0.0, 0.0], [0.0, cos, sin], [0.0, -sin, cos]],
                Axis::Y => [[cos, 0.0, -sin], [0.0, 1.0, 0.0], [sin, 0.0, cos]],
                Axis::Z => [[cos, sin, 0.0], [-sin, cos, 0.0], [0.0, 0.0, 1.0]],
            };
            DAffine3::from_translation(center)
                * DAffine3::from_mat3(DMat3::from_cols_array_2d(&turn))
                * DAffine3::from_translation(-center)
        }
        Command::Move { axis, angstrom } => DAffine3::from_translation(axis.unit() * *angstrom),
        other => panic!("{other} is not a motion"),
    }
}

fn inverse(commands: &[Command]) -> Vec<Command> {
    commands
        .iter()
        .rev()
        .map(|command| match command {
            Command::Turn { axis, degrees } => Command::Turn {
                axis: *axis,
                degrees: -degrees,
            },
            Command::Move { axis, angstrom } => Command::Move {
                axis: *axis,
                angstrom: -angstrom,
            },
            other => other.clone(),
        })
        .collect()
}

fn check_property<S: Strategy>(
    cases: u32,
    strategy: &S,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let tried = TestRunner::new_with_rng(config, rng).run(strategy, property);
    if let Err(error) = tried {
        panic!("{error}");
    }
}

#[test]
fn a_thousand_sequences_are_their_matrix_product_and_can_be_undone() {
    let prepared = prepare(|_| {});
    let front = prepared.camera().expect("a camera");
    let structure = complex();
    let points: Vec<DVec3> = structure
        .atoms()
        .position_angstrom
        .iter()
        .step_by(97)
        .map(|p| DVec3::from_array(p.map(f64::from)))
        .collect();
    check_property(1000, &prop::collection::vec(motion(), 1..30), |commands| {
        let mut camera = front.clone();
        let mut product = DAffine3::IDENTITY;
        for command in &commands {
            let center = camera.pose().camera_from_world(camera.rotation_center());
            product = by_hand(command, center) * product;
            camera
                .apply(std::slice::from_ref(command), &structure)
                .expect("a motion");
        }
        for point in &points {
            let expected = product.transform_point3(front.pose().camera_from_world(*point));
            let found = camera.pose().camera_from_world(*point);
            prop_assert!(found.distance(expected) < 1e-9, "{found} {expected}");
        }
        camera
            .apply(&inverse(&commands), &structure)
            .expect("motions");
        for point in &points {
            let drift = camera
                .pose()
                .camera_from_world(*point)
                .distance(front.pose().camera_from_world(*point));
            prop_assert!(drift < 1e-9, "{drift} angstrom are left");
        }
        Ok(())
    });
}

#[test]
fn six_views_are_turns_of_the_front_view() {
    let prepared = prepare(|_| {});
    let structure = complex();
    let apply = |commands: &[Command]| -> Camera {
        let mut camera = prepared.camera().expect("a camera");
        camera.apply(commands, &structure).expect("valid commands");
        camera
    };
    for name in ViewName::ALL {
        let (axis, degrees) = name.turn_from_front();
        let turned = apply(&[Command::Turn { axis, degrees }]);
        // A view forgets what was before it.
        let away = Command::Move {
            axis: Axis::Y,
            angstrom: 7.0,
        };
        let view = apply(&[away, Command::View(name)]);
        let point = DVec3::new(1.0, 2.0, 3.0);
        let difference = view
            .pose()
            .camera_from_world(point)
            .distance(turned.pose().camera_from_world(point));
        assert!(difference < 1e-12, "{}", name.name());
    }
}

fn ligand_of(prepared: &PreparedScene) -> Vec<DVec3> {
    let scene = prepared.scene();
    scene
        .spheres
        .iter()
        .filter(|sphere| {
            let residue = scene.structure.residue_of(sphere.atom);
            scene.structure.part_of(residue).role == PartRole::Ligand
        })
        .map(|sphere| DVec3::from_array(sphere.center_angstrom.map(f64::from)))
        .collect()
}

fn transform(select: &str, commands: &str) -> TransformRequest {
    TransformRequest::new(select, commands)
}

/// The mean of all atoms of the ligand, hydrogens too.
fn ligand_center() -> DVec3 {
    let structure = complex();
    let part = structure
        .parts()
        .iter()
        .find(|part| part.role == PartRole::Ligand)
        .expect("a ligand");
    let range = part.atoms.start as usize..part.atoms.end as usize;
    let count = range.len() as f64;
    let sum: DVec3 = structure.atoms().position_angstrom[range]
        .iter()
        .map(|p| DVec3::from_array(p.map(f64::from)))
        .sum();
    sum / count
}

#[test]
fn the_ligand_moves_alone_and_the_camera_stays() {
    let at_rest = prepare(|_| {});
    let moved = prepare(|request| {
        request.transforms = vec![transform("ligand", "roll x 30; move y 2; move x -14")];
    });
    let camera = |prepared: &PreparedScene| prepared.camera().expect("a camera");
    assert_eq!(camera(&at_rest).pose(), camera(&moved).pose());
    assert_eq!(
        camera(&at_rest).rotation_center(),
        camera(&moved).rotation_center()
    );
    let center = ligand_center();
    let (sin, cos) = 30.0_f64.to_radians().sin_cos();
    for (before, after) in ligand_of(&at_rest).into_iter().zip(ligand_of(&moved)) {
        let arm = before - center;
        let turned = DVec3::new(arm.x, cos * arm.y - sin * arm.z, sin * arm.y + cos * arm.z);
        let expected = center + turned + DVec3::new(-14.0, 2.0, 0.0);
        assert!(after.distance(expected) < 1e-4, "{after} {expected}");
    }
    let others = |prepared: &PreparedScene| {
        let scene = Arc::clone(prepared.scene());
        let ligand = ligand_of(prepared).len();
        let spheres = scene.spheres.len() - ligand;
        scene.spheres[..spheres].to_vec()
    };
    assert_eq!(others(&at_rest), others(&moved));
    // Sticks, labels and `center` go along.
    let scene = moved.scene();
    for stick in &scene.cylinders {
        let at = scene.structure.atoms().position_angstrom[stick.start_atom as usize];
        assert_eq!(stick.start_angstrom.map(f32::to_bits), at.map(f32::to_bits));
    }
    let commands = molshot_scenes::parse_commands("center ligand").expect("a command");
    let job = moved.job_with(&commands).expect("a job");
    let center = center + DVec3::new(-14.0, 2.0, 0.0);
    let pixel = job.view().project(job.viewport(), center);
    assert!(
        (pixel.x - 400.0).abs() < 1e-2 && (pixel.y - 300.0).abs() < 1e-2,
        "{pixel}"
    );
}

#[test]
fn what_was_moved_there_and_back_is_where_it_was() {
    let at_rest = prepare(|_| {});
    let there_and_back = prepare(|request| {
        request.transforms = vec![
            transform(
                "ligand",
                "roll x 30; move y 2; roll z -75; view left; move x 9",
            ),
            transform(
                "ligand",
                "view left; move x -9; view front; roll z 75; move y -2; roll x -30",
            ),
        ];
    });
    for (before, after) in ligand_of(&at_rest)
        .into_iter()
        .zip(ligand_of(&there_and_back))
    {
        assert!(before.distance(after) < 1e-5);
    }
}

#[test]
fn views_that_differ_by_noise_are_equal_bit_for_bit() {
    let structure = complex();
    for projection in [ProjectionKind::Perspective, ProjectionKind::Orthographic] {
        let prepared = prepare(|request| request.camera.projection = projection);
        let front = prepared.camera().expect("a camera");
        check_property(1000, &prop::collection::vec(motion(), 1..30), |commands| {
            let mut camera = front.clone();
            let round = [commands.clone(), inverse(&commands)].concat();
            camera.apply(&round, &structure).expect("motions");
            prop_assert_eq!(camera.view(), front.view());
            let settled = camera.view().pose.position_angstrom;
            prop_assert!(settled.distance(front.pose().position_angstrom) < 1e-7);
            Ok(())
        });
        // A whole turn in steps changes the quaternion's sign, and zooms go by factors that have no
        // exact inverse.
        let way = "roll y 120; roll y 120; roll y 120; zoom 1.3; zoom 0.7; zoom 1.0989010989010988";
        let commands = molshot_scenes::parse_commands(way).expect("commands");
        let mut camera = front.clone();
        camera.apply(&commands, &structure).expect("motions");
        assert_ne!(camera.pose(), front.pose(), "there is noise");
        assert_eq!(camera.view(), front.view());
    }
}

#[test]
fn hiding_a_part_of_what_was_transformed_changes_no_clip_plane() {
    let out = |request: &mut RenderRequest| {
        request.transforms = vec![transform("ligand", "move z 30; move x 9")];
    };
    let of = |change: &dyn Fn(&mut RenderRequest)| {
        let prepared = prepare(|request| {
            out(request);
            change(request);
        });
        *prepared.job().expect("a job").view()
    };
    let whole = of(&|_| {});
    for select in ["ligand", "pocket", "/A"] {
        assert_eq!(of(&|request| request.select = select.into()), whole);
    }
    for preset in [Preset::MisiPocket, Preset::MisiLigand] {
        assert_eq!(of(&|request| request.style.preset = preset), whole);
    }
    let at_rest = *prepare(|_| {}).job().expect("a job").view();
    assert!(whole.near_angstrom < at_rest.near_angstrom);
}

#[test]
fn what_is_moved_far_is_not_cut_off() {
    let far = prepare(|request| {
        request.transforms = vec![transform("ligand", "move z 30")];
    });
    let job = far.job().expect("a job");
    for atom in ligand_of(&far) {
        let depth = job.view().project(job.viewport(), atom).z;
        assert!(depth > job.view().near_angstrom, "{depth}");
    }
}

#[test]
fn transforms_that_mean_nothing_are_refused() {
    let refuse = |transforms: Vec<TransformRequest>| {
        let mut request = request();
        request.transforms = transforms;
        PreparedScene::new(complex(), &request).expect_err("it means nothing")
    };
    let error = refuse(vec![transform("resname XYZ", "move x 1")]);
    assert_eq!(error.pointer(), Some("/transforms/0/select"));
    let error = refuse(vec![
        transform("ligand", "move x 1"),
        transform("ligand", "zoom 2"),
    ]);
    assert_eq!(error.pointer(), Some("/transforms/1/commands"));
    let far = (0..4)
        .map(|_| transform("ligand", "move x 90000"))
        .collect();
    assert_eq!(refuse(far).pointer(), Some("/transforms"));
    let many = (0..101).map(|_| transform("ligand", "move x 1")).collect();
    assert_eq!(refuse(many).pointer(), Some("/transforms"));
}

#[test]
fn picture_types_show_their_subject_through_the_complexs_camera() {
    let whole = prepare(|_| {});
    let of = |preset: Preset| prepare(|request| request.style.preset = preset);
    let (pocket, ligand) = (of(Preset::MisiPocket), of(Preset::MisiLigand));
    for part in [&pocket, &ligand] {
        let camera = |prepared: &PreparedScene| prepared.camera().expect("a camera");
        assert_eq!(camera(part), camera(&whole));
        assert!(
            part.scene()
                .spheres
                .iter()
                .all(|sphere| whole.scene().spheres.contains(sphere))
        );
    }
    let all = whole.scene().spheres.len();
    assert_eq!(ligand.scene().spheres.len(), ligand_of(&whole).len());
    assert_eq!(
        pocket.scene().spheres.len() + ligand.scene().spheres.len(),
        all
    );
    assert!(ligand_of(&pocket).is_empty());
}

#[test]
fn a_residue_and_the_ligand_fill_their_own_picture() {
    let structure = complex();
    let residue = structure
        .residues()
        .iter()
        .find(|residue| residue.name == "ASP" && residue.number == 25)
        .expect("the catalytic residue");
    let chain = &structure.chains()[residue.chain as usize].id;
    let whole = prepare(|_| {});
    let part = prepare(|request| {
        request.style.preset = Preset::MisiResidue;
        request.style.residue = Some(format!("asp 25 {chain}").into());
    });
    let drawn = &part.scene().spheres;
    assert_eq!(drawn.len(), ligand_of(&whole).len() + 8);
    let distance = |prepared: &PreparedScene| {
        let camera = prepared.camera().expect("a camera");
        camera
            .pose()
            .position_angstrom
            .distance(camera.rotation_center())
    };
    assert!(distance(&part) < 0.8 * distance(&whole));
    // Every drawn atom is labelled by its name.
    assert_eq!(part.scene().labels.list.len(), drawn.len());
    let none = prepare(|request| {
        request.style.preset = Preset::MisiResidue;
        request.style.residue = Some(format!("ASP 25 {chain}").into());
        request.style.labels = LabelContent::None;
    });
    assert!(none.scene().labels.list.is_empty());
    assert!(distance(&none) < distance(&part), "labels take space");
}

#[test]
fn residues_that_are_not_there_or_not_wanted_are_refused() {
    let refuse = |preset: Preset, residue: Option<&str>| {
        let mut request = request();
        request.style.preset = preset;
        request.style.residue = residue.map(Into::into);
        let error = PreparedScene::new(complex(), &request).expect_err("no such picture");
        assert_eq!(error.pointer(), Some("/style/residue"));
        error.to_string()
    };
    assert!(refuse(Preset::MisiResidue, None).contains("needs a residue"));
    assert!(refuse(Preset::Misi, Some("ASP 25 A")).contains("not be used"));
    assert!(refuse(Preset::MisiResidue, Some("ASP")).contains("does not name a residue"));
    assert!(refuse(Preset::MisiResidue, Some("ASP x")).contains("does not name a residue"));
    assert!(refuse(Preset::MisiResidue, Some("TRP 25 A")).contains("residue of the structure"));
    // The protease has two chains.
    assert!(refuse(Preset::MisiResidue, Some("ASP 25")).contains("several"));
}

#[test]
fn dashes_fill_half_of_a_pseudobond_and_belong_to_the_nearer_atom() {
    let structure = complex();
    let position = |atom: usize| {
        let p = structure.atoms().position_angstrom[atom];
        DVec3::from_array(p.map(f64::from))
    };
    let color = PseudobondName::HydrogenBonds.color();
    let bond = Dashed {
        a: 3.into(),
        b: 200.into(),
        color,
    };
    let bonds = [bond.clone()];
    let dashes = dashed(&structure, &bonds, |_| true);
    assert_eq!(dashes.len(), 8);
    let (start, end) = (position(3), position(200));
    let length = start.distance(end);
    let mut sum = 0.0;
    for dash in &dashes {
        let [from, to] =
            [dash.start_angstrom, dash.end_angstrom].map(|p| DVec3::from_array(p.map(f64::from)));
        sum += from.distance(to);
        assert_eq!([dash.start_atom, dash.end_atom], [Cylinder::NO_ATOM; 2]);
        assert_eq!(dash.caps, Cylinder::FLAT);
        assert!((dash.radius_angstrom - 0.075).abs() < 1e-6);
        assert_eq!(dash.start_color, color.opaque());
    }
    assert!((sum - length / 2.0).abs() < 1e-4);
    let first = DVec3::from_array(dashes[0].start_angstrom.map(f64::from));
    assert!((first.distance(start) - length / 32.0).abs() < 1e-4);
    assert!(dashed(&structure, &bonds, |atom| atom != 200).is_empty());
    let odd = [
        Dashed {
            b: u32::MAX.into(),
            ..bond.clone()
        },
        Dashed {
            b: 3.into(),
            ..bond
        },
    ];
    assert!(dashed(&structure, &odd, |_| true).is_empty());
}

#[test]
fn pseudobonds_are_drawn_only_on_request() {
    let without = prepare(|_| {});
    let with = prepare(|request| {
        request
            .style
            .pseudobonds
            .insert(PseudobondName::HydrogenBonds);
    });
    let dashes = with.scene().cylinders.len() - without.scene().cylinders.len();
    assert!(dashes > 0 && dashes.is_multiple_of(8), "{dashes}");
    assert_eq!(with.scene().bounds, without.scene().bounds);
    let extra = Dashed {
        a: 0.into(),
        b: 50.into(),
        color: PseudobondName::MissingStructure.color(),
    };
    let own = PreparedScene::with_pseudobonds(complex(), &request(), &[extra]).expect("a scene");
    assert_eq!(
        own.scene().cylinders.len(),
        without.scene().cylinders.len() + 8
    );
}
