#![allow(clippy::needless_pass_by_value, reason = "values made in place")]
#![allow(clippy::float_cmp, reason = "the numbers compared are exact in binary")]

use std::sync::Arc;

use glam::DVec3;
use molshot_molecule::{PartRole, ReadOptions, Structure, read_bytes};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{MolViewSpec, SnapshotScene};
use crate::colors::Rgb;
use crate::error::SceneError;
use crate::request::BackgroundRequest;
use crate::scene::Cylinder;
use crate::{PreparedScene, RenderRequest};

/// Two residues of chain H (label A), a zinc ion and a water of the same chain (labels B and C).
const CIF: &str = "data_x
loop_
_atom_site.group_PDB
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.label_seq_id
_atom_site.auth_seq_id
_atom_site.auth_asym_id
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
ATOM 1 N N GLY A 1 27 H 0 0 0
ATOM 2 C CA GLY A 1 27 H 1.45 0 0
ATOM 3 C C GLY A 1 27 H 2 1.42 0
ATOM 4 O O GLY A 1 27 H 1.25 2.39 0
ATOM 5 N N ALA A 2 28 H 3.33 1.54 0
ATOM 6 C CA ALA A 2 28 H 3.97 2.85 0
ATOM 7 C CB ALA A 2 28 H 5.49 2.73 0
HETATM 8 ZN ZN ZN B . 101 H 9 0 0
HETATM 9 O O HOH C . 201 H 12 0 0
";

fn structure() -> Arc<Structure> {
    let options = ReadOptions::default();
    let read = read_bytes("x.cif", CIF.as_bytes(), PartRole::Whole, &options);
    Arc::new(read.expect("a structure"))
}

/// A node without children.
fn leaf(kind: &str, params: Value) -> Value {
    json!({"kind": kind, "params": params})
}

fn node(kind: &str, params: Value, children: Vec<Value>) -> Value {
    json!({"kind": kind, "params": params, "children": children})
}

fn document(root: Vec<Value>) -> Value {
    json!({"kind": "single", "metadata": {"version": "1.8"},
           "root": {"kind": "root", "children": root}})
}

fn file(children: Vec<Value>) -> Value {
    let structure =
        json!({"kind": "structure", "ref": "s", "params": {"type": "model"}, "children": children});
    let parse = node("parse", json!({"format": "mmcif"}), vec![structure]);
    node("download", json!({"url": "x.cif"}), vec![parse])
}

fn component(selector: Value, children: Vec<Value>) -> Value {
    node("component", json!({"selector": selector}), children)
}

fn drawn(kind: &str, children: Vec<Value>) -> Value {
    node("representation", json!({"type": kind}), children)
}

fn build(root: Vec<Value>) -> Result<SnapshotScene, SceneError> {
    build_text(document(root).to_string().as_bytes())
}

fn build_text(text: &[u8]) -> Result<SnapshotScene, SceneError> {
    let document = MolViewSpec::from_json(text)?;
    let snapshot = &document.snapshots()[0];
    let structures = vec![structure(); snapshot.files().len()];
    snapshot.build(&structures, &snapshot.request())
}

/// The atoms that a selector selects.
fn selected(selector: Value) -> Vec<u32> {
    let built = build(vec![file(vec![
        component(json!("all"), vec![drawn("line", vec![])]),
        component(selector, vec![drawn("spacefill", vec![])]),
    ])]);
    let scene = built.expect("a scene").scene;
    let balls = scene
        .spheres
        .iter()
        .filter(|ball| ball.radius_angstrom > 1.0);
    balls.map(|ball| ball.atom).collect()
}

#[test]
fn selectors_select_by_every_condition() {
    for (selector, atoms) in [
        (json!("all"), &[0, 1, 2, 3, 4, 5, 6, 7, 8][..]),
        (json!("polymer"), &[0, 1, 2, 3, 4, 5, 6]),
        (json!("protein"), &[0, 1, 2, 3, 4, 5, 6]),
        (json!("nucleic"), &[]),
        (json!("ion"), &[7]),
        (json!("water"), &[8]),
        (json!("ligand"), &[]),
        (json!("branched"), &[]),
        (json!({"label_asym_id": "B"}), &[7]),
        (json!({"label_asym_id": "H"}), &[]),
        (json!({"auth_asym_id": "H", "auth_seq_id": 28}), &[4, 5, 6]),
        (json!({"label_seq_id": 1}), &[0, 1, 2, 3]),
        (json!({"label_seq_id": 27}), &[]),
        (
            json!({"beg_auth_seq_id": 28, "end_auth_seq_id": 101}),
            &[4, 5, 6, 7],
        ),
        (json!({"beg_label_seq_id": 2}), &[4, 5, 6]),
        (json!({"label_comp_id": "ALA", "auth_atom_id": "CB"}), &[6]),
        (json!({"label_atom_id": "CA"}), &[1, 5]),
        (json!({"type_symbol": "zn"}), &[7]),
        (json!({"atom_id": 9}), &[8]),
        (json!({"atom_index": 0}), &[0]),
        (json!({"residue_index": 2}), &[7]),
        (json!({"pdbx_PDB_ins_code": "", "auth_seq_id": 101}), &[7]),
        (json!({"pdbx_PDB_ins_code": "A"}), &[]),
        (json!([{"atom_index": 0}, {"label_asym_id": "C"}]), &[0, 8]),
        (json!([]), &[]),
        (json!({}), &[0, 1, 2, 3, 4, 5, 6, 7, 8]),
        (json!({"label_entity_id": "1"}), &[]),
        (json!({"label_asym_id": null, "atom_id": 1.0}), &[0]),
    ] {
        assert_eq!(selected(selector.clone()), atoms, "{selector}");
    }
}

#[test]
fn colours_apply_in_order_and_the_rest_is_white() {
    let colors = vec![
        leaf("color", json!({"color": "tomato", "selector": "polymer"})),
        leaf(
            "color",
            json!({"color": "#00f", "selector": {"atom_index": 1}}),
        ),
    ];
    let built = build(vec![file(vec![component(
        json!("all"),
        vec![drawn("ball_and_stick", colors)],
    )])]);
    let SnapshotScene { scene, notes, .. } = built.expect("a scene");
    assert_eq!(notes, [""; 0]);
    let color = |atom: usize| scene.spheres[atom].color;
    assert_eq!(color(0), Rgb([0xFF, 0x63, 0x47]).opaque());
    assert_eq!(color(1), Rgb([0, 0, 255]).opaque());
    assert_eq!(color(8), Rgb([255; 3]).opaque());
    assert_eq!(scene.cylinders.len(), scene.structure.bonds().len());
    assert_eq!(scene.cylinders[0].start_color, color(0));
    assert_eq!(scene.cylinders[0].end_color, color(1));
    let radii = (
        scene.spheres[7].radius_angstrom,
        scene.cylinders[0].radius_angstrom,
    );
    assert_eq!(radii, (0.5, 0.25));
}

#[test]
fn what_is_not_drawn_is_noted_once_with_its_place() {
    let cartoon = drawn("cartoon", vec![]);
    let ball = node(
        "representation",
        json!({"type": "spacefill"}),
        vec![
            leaf("opacity", json!({"opacity": 0.3})),
            leaf(
                "color_from_source",
                json!({"schema": "atom", "category_name": "x"}),
            ),
        ],
    );
    let parts = vec![
        component(
            json!("polymer"),
            vec![
                cartoon.clone(),
                cartoon,
                leaf("tooltip", json!({"text": "t"})),
            ],
        ),
        component(json!("ion"), vec![ball]),
        leaf(
            "label_from_uri",
            json!({"uri": "x", "format": "json", "schema": "atom"}),
        ),
        leaf("sparkle", json!({})),
    ];
    let built = build(vec![file(parts)]).expect("a scene");
    let place = concat!("/root", "/children/0/children/0/children/0/children");
    let has = |pointer: &str, words: &str| {
        let found = built
            .notes
            .iter()
            .any(|note| note.starts_with(&format!("{place}{pointer}: ")) && note.contains(words));
        assert!(found, "{words}: {:#?}", built.notes);
    };
    has("/0/children/0", "type cartoon are not drawn");
    has("/0/children/0", "(2 nodes; this is the first)");
    has("/0/children/2", "tooltips");
    has("/1/children/0", "opacity");
    has("/1/children/0/children/1", "annotations");
    has("/2", "labels from annotations");
    has("/3", "\"sparkle\"");
    assert_eq!(built.notes.len(), 6, "{:#?}", built.notes);
    assert_eq!(built.scene.spheres.len(), 1);
}

#[test]
fn a_document_of_which_nothing_is_drawn_is_an_error_that_says_why() {
    let error = build(vec![file(vec![component(
        json!("all"),
        vec![drawn("cartoon", vec![])],
    )])]);
    let error = error.expect_err("only a cartoon");
    assert_eq!(error.code(), "scene_empty");
    assert!(error.to_string().contains("cartoon"), "{error}");
    let error = build(vec![]).expect_err("an empty tree").to_string();
    assert!(error.contains("no representation"), "{error}");
}

#[test]
fn transforms_and_instances_move_copies() {
    let quarter = json!([0, 1, 0, -1, 0, 0, 0, 0, 1]);
    let parts = vec![
        leaf("transform", json!({"translation": [10, 0, 0]})),
        leaf("instance", json!({})),
        leaf(
            "instance",
            json!({"rotation": quarter, "translation": [0, 0, 5]}),
        ),
        component(
            json!("ion"),
            vec![
                leaf(
                    "transform",
                    json!({"rotation": quarter, "rotation_center": "centroid", "translation": [0, 0, 1]}),
                ),
                drawn("spacefill", vec![]),
            ],
        ),
        component(json!("water"), vec![drawn("spacefill", vec![])]),
    ];
    let SnapshotScene { scene, .. } = build(vec![file(parts)]).expect("a scene");
    let centers: Vec<[f32; 3]> = scene
        .spheres
        .iter()
        .map(|ball| ball.center_angstrom)
        .collect();
    let expected = [
        [19.0, 0.0, 1.0],
        [0.0, 19.0, 6.0],
        [22.0, 0.0, 0.0],
        [0.0, 22.0, 5.0],
    ];
    for (center, expected) in centers.iter().zip(expected) {
        let difference = center
            .iter()
            .zip(expected)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f32::max);
        assert!(difference < 1e-5, "{centers:?}");
    }
    // Two copies of the structure, and the two in which only the ion moved.
    assert_eq!(scene.structure.atoms().len(), 36);
    let ids: Vec<u32> = scene.spheres.iter().map(|ball| ball.atom).collect();
    assert_eq!(ids, [18 + 7, 27 + 7, 8, 17]);
}

#[test]
fn labels_stand_in_the_middle_in_the_colour_of_the_representation() {
    let parts = vec![
        component(
            json!({"label_asym_id": "A"}),
            vec![drawn(
                "ball_and_stick",
                vec![leaf("color", json!({"color": "navy"}))],
            )],
        ),
        component(
            json!([{"atom_id": 8}, {"atom_id": 9}]),
            vec![leaf("label", json!({"text": "site\n2"}))],
        ),
    ];
    let built = build(vec![file(parts)]).expect("a scene");
    let label = &built.scene.labels.list[0];
    assert_eq!(label.text, "site 2");
    assert_eq!(label.anchor_angstrom, [10.5, 0.0, 0.0]);
    assert_eq!(label.color, [0, 0, 0x80]);
    assert!(built.scene.labels.outline.is_some());
}

#[test]
fn primitives_are_sticks_without_atoms() {
    let group = json!({"kind": "primitives", "params": {"color": "red", "label_color": "blue"}, "children": [
        leaf("primitive", json!({"kind": "tube", "start": {"atom_id": 1}, "end": [0, 0, 5], "radius": 0.3, "dash_length": 0.5})),
        leaf("primitive", json!({"kind": "distance_measurement", "color": "lime", "start": [0, 0, 0],
            "end": {"structure_ref": "s", "expressions": [{"label_asym_id": "B"}]}, "label_template": "d = {{distance}}"})),
        leaf("primitive", json!({"kind": "label", "position": [1, 2, 3], "text": "here", "label_size": 2, "label_offset": 4})),
        leaf("primitive", json!({"kind": "ellipsoid", "center": [5, 5, 5], "radius": 1.5})),
        leaf("primitive", json!({"kind": "ellipsoid", "center": [5, 5, 5], "radius": [1, 2, 1]})),
        leaf("primitive", json!({"kind": "box", "center": [0, 0, 0], "extent": [2, 2, 2], "show_edges": true, "show_faces": false})),
        leaf("primitive", json!({"kind": "lines", "vertices": [0, 0, 0, 1, 0, 0, 1, 1, 0], "indices": [0, 1, 1, 2]})),
        leaf("primitive", json!({"kind": "angle_measurement", "a": [1, 0, 0], "b": [0, 0, 0], "c": [0, 1, 0]})),
        leaf("primitive", json!({"kind": "arrow", "start": [0, 0, 0], "direction": [0, 0, 2], "show_end_cap": true})),
        leaf("primitive", json!({"kind": "mesh", "vertices": [], "indices": []})),
        leaf("primitive", json!({"kind": "tube", "start": {"atom_id": 77}, "end": [0, 0, 5]})),
    ]});
    let built = build(vec![file(vec![group])]).expect("a scene");
    let sticks = &built.scene.cylinders;
    assert!(
        sticks
            .iter()
            .all(|stick| stick.start_atom == Cylinder::NO_ATOM)
    );
    // Five angstrom in dashes of 0.5 are five dashes and four gaps.
    let lengths: Vec<f64> = sticks
        .iter()
        .map(|stick| {
            let [a, b] = [stick.start_angstrom, stick.end_angstrom]
                .map(|end| DVec3::from_array(end.map(f64::from)));
            a.distance(b)
        })
        .collect();
    assert_eq!(sticks.len(), 5 + 1 + 1 + 12 + 2 + 2 + 1);
    assert!(
        lengths[..5]
            .iter()
            .all(|length| (length - 5.0 / 9.0).abs() < 1e-6),
        "{lengths:?}"
    );
    assert_eq!(sticks[0].start_color, [255, 0, 0, 255]);
    assert_eq!((sticks[5].start_color, lengths[5]), ([0, 255, 0, 255], 9.0));
    assert_eq!(
        (sticks[6].radius_angstrom, sticks[6].caps),
        (1.5, Cylinder::ROUND)
    );
    let texts: Vec<&str> = built
        .scene
        .labels
        .list
        .iter()
        .map(|label| &*label.text)
        .collect();
    assert_eq!(texts, ["d = 9.00 \u{c5}", "here", "90.00\u{b0}"]);
    assert_eq!(built.scene.labels.list[1].offset_angstrom, [0.0, 0.0, 4.0]);
    for words in [
        "other than balls",
        "without its head",
        "section",
        "kind mesh",
        "without atoms",
    ] {
        assert!(
            built.notes.iter().any(|note| note.contains(words)),
            "{words}: {:#?}",
            built.notes
        );
    }
}

#[test]
fn the_camera_keeps_the_framing_of_the_reference_camera() {
    let camera = leaf(
        "camera",
        json!({"target": [1, 0, 0], "position": [1, 0, 20], "up": [1, 0, 1]}),
    );
    let ions = component(json!("ion"), vec![drawn("spacefill", vec![])]);
    let built = build(vec![file(vec![ions.clone()]), camera]).expect("a scene");
    assert_eq!(built.view.target_angstrom, DVec3::X);
    assert!((built.view.radius_angstrom - 10.0).abs() < 1e-12);
    assert_eq!(
        (built.view.direction, built.view.up),
        (DVec3::NEG_Z, DVec3::X)
    );
    // Mol* with 45 degrees stands at 20 / (2 sin 22.5).
    let request = RenderRequest {
        camera: crate::request::CameraRequest {
            fov_degrees: 45.0,
            ..Default::default()
        },
        ..Default::default()
    };
    let mut request = request;
    [request.output.width_px, request.output.height_px] = [100, 100];
    let prepared = PreparedScene::of_scene(Arc::new(built.scene), &request)
        .expect("a scene")
        .seen_from(built.view);
    let pose = prepared.camera().expect("a camera").pose();
    assert!((pose.position_angstrom.z - 10.0 / 22.5_f64.to_radians().sin()).abs() < 1e-9);

    let focus = leaf(
        "focus",
        json!({"direction": [0, 1, 0], "up": [0, 0, 1], "radius_extent": 2}),
    );
    let with_focus = component(json!("ion"), vec![focus]);
    let built = build(vec![file(vec![ions, with_focus])]).expect("a scene");
    assert_eq!(built.view.target_angstrom, DVec3::new(9.0, 0.0, 0.0));
    assert_eq!((built.view.direction, built.view.up), (DVec3::Y, DVec3::Z));
    let zinc = f64::from(built.scene.spheres[0].radius_angstrom);
    assert!((built.view.radius_angstrom - zinc - 2.0).abs() < 1e-6);
}

#[test]
fn snapshots_have_their_own_canvas_and_sources() {
    let root = |color: &str, model: u32| {
        let mut file = file(vec![component(json!("all"), vec![drawn("line", vec![])])]);
        file["children"][0]["children"][0]["params"]["model_index"] = model.into();
        json!({"root": {"kind": "root", "children": [leaf("canvas", json!({"background_color": color})), file]},
               "metadata": {"linger_duration_ms": 1000}})
    };
    let text = json!({"kind": "multiple", "metadata": {"version": "1"}, "snapshots": [root("black", 0), root("gold", 2)]});
    let document = MolViewSpec::from_json(text.to_string().as_bytes()).expect("a document");
    let [first, second] = document.snapshots() else {
        panic!("two snapshots")
    };
    assert_eq!(
        first.request().style.background,
        BackgroundRequest::Color(Rgb::BLACK)
    );
    assert_eq!(
        second.request().style.background,
        BackgroundRequest::Color(Rgb([0xFF, 0xD7, 0]))
    );
    assert_eq!(
        (first.files()[0].model, second.files()[0].model),
        (None, Some(3))
    );
    assert_eq!(
        second.files()[0].url_pointer,
        "/snapshots/1/root/children/1/params/url"
    );
}

#[test]
fn errors_name_the_place_of_the_node() {
    let parts = |part: Value| vec![file(vec![part])];
    for (root, pointer) in [
        (vec![leaf("component", json!({}))], "/root/children/0"),
        (
            vec![leaf("download", json!({}))],
            "/root/children/0/params/url",
        ),
        (
            vec![leaf("canvas", json!({"background_color": "reddish"}))],
            "/root/children/0/params/background_color",
        ),
        (vec![json!({"params": {}})], "/root/children/0/kind"),
        (
            vec![json!({"kind": "canvas", "children": 1})],
            "/root/children/0/children",
        ),
        (
            parts(component(json!("protien"), vec![])),
            "/children/0/children/0/children/0/params/selector",
        ),
        (
            parts(component(json!({"chain": "A"}), vec![])),
            "/params/selector/chain",
        ),
        (
            parts(component(json!([{"atom_id": 1}, {"atom_id": "x"}]), vec![])),
            "/params/selector/1/atom_id",
        ),
        (
            parts(component(json!("all"), vec![drawn("ball", vec![])])),
            "/children/0/params/type",
        ),
        (
            parts(component(json!("all"), vec![leaf("label", json!({}))])),
            "/children/0/params/text",
        ),
        (
            parts(leaf("transform", json!({"rotation": [1, 2, 3]}))),
            "/params/rotation",
        ),
        (
            parts(leaf("instance", json!({"matrix": [1]}))),
            "/params/matrix",
        ),
        (
            parts(leaf(
                "transform",
                json!({"translation": [99999, 0, 0], "rotation_center": 3}),
            )),
            "/params/rotation_center",
        ),
        (
            vec![leaf(
                "camera",
                json!({"target": [0, 0, 0], "position": [0, 0, 0]}),
            )],
            "/params/position",
        ),
        (
            vec![node(
                "primitives",
                json!({}),
                vec![leaf(
                    "primitive",
                    json!({"kind": "tube", "start": {"atom_id": 1}, "end": [0, 0, 0]}),
                )],
            )],
            "/params/start",
        ),
        (
            vec![node(
                "primitives",
                json!({}),
                vec![leaf(
                    "primitive",
                    json!({"kind": "tube", "start": [0, 0, 0], "end": [0, 0, 90000], "dash_length": 1e-9}),
                )],
            )],
            "/params/dash_length",
        ),
    ] {
        let mut root = root;
        // Something to draw, so that the camera is looked at.
        root.push(node(
            "primitives",
            json!({}),
            vec![leaf(
                "primitive",
                json!({"kind": "label", "text": "x", "position": [0, 0, 0]}),
            )],
        ));
        let error = build(root.clone()).expect_err(pointer);
        let found = error.pointer().unwrap_or_default();
        assert!(found.ends_with(pointer), "{found} for {pointer}: {error}");
    }
}

#[test]
fn what_is_no_document_is_refused() {
    for text in [
        "",
        "[]",
        "{",
        "{\"root\": 3}",
        "{\"kind\": \"multiple\"}",
        "{\"kind\": \"multiple\", \"snapshots\": []}",
    ] {
        assert!(MolViewSpec::from_json(text.as_bytes()).is_err(), "{text}");
    }
    let later = json!({"metadata": {"version": "2.0"}, "root": {"kind": "root"}}).to_string();
    assert!(MolViewSpec::from_json(later.as_bytes()).is_err());
}

#[test]
fn work_and_memory_are_bounded() {
    let mut budget = super::budget::Budget::default();
    assert!(budget.spend(1 << 30, "/x").is_ok());
    let error = budget.spend(1, "/x").expect_err("the work is spent");
    assert_eq!(error.pointer(), Some("/x"));
    assert!(budget.copy(30_000_000, "/y").is_err());
    assert!(budget.draw(30_000_000, "/z").is_err());
}

/// A document with every kind of node that is looked at.
fn everything() -> Value {
    let parts = vec![
        leaf(
            "transform",
            json!({"translation": [1, 0, 0], "rotation": [1, 0, 0, 0, 1, 0, 0, 0, 1], "rotation_center": [1, 2, 3]}),
        ),
        leaf(
            "instance",
            json!({"matrix": [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 3, 1]}),
        ),
        component(
            json!([{"label_asym_id": "A", "beg_label_seq_id": 1}, {"atom_id": 8}]),
            vec![
                node(
                    "representation",
                    json!({"type": "ball_and_stick", "size_factor": 0.5, "ignore_hydrogens": true}),
                    vec![
                        leaf(
                            "color",
                            json!({"color": "red", "selector": {"type_symbol": "C"}}),
                        ),
                        leaf("opacity", json!({"opacity": 1})),
                    ],
                ),
                leaf("label", json!({"text": "A"})),
                leaf(
                    "focus",
                    json!({"direction": [0, 0, -1], "up": [0, 1, 0], "radius": 5}),
                ),
            ],
        ),
        node(
            "primitives",
            json!({"color": "blue"}),
            vec![
                leaf(
                    "primitive",
                    json!({"kind": "tube", "start": {"atom_id": 1}, "end": [1, 2, 3], "dash_length": 0.2}),
                ),
                leaf(
                    "primitive",
                    json!({"kind": "box", "center": {"structure_ref": "s", "expressions": [{}]}, "show_edges": true}),
                ),
            ],
        ),
    ];
    document(vec![
        file(parts),
        leaf(
            "camera",
            json!({"target": [0, 0, 0], "position": [0, 0, 30], "up": [0, 1, 0], "near": 1}),
        ),
        leaf("canvas", json!({"background_color": "white"})),
    ])
}

/// Replaces the `which`-th value of a document, counted in depth.
fn replace(value: &mut Value, which: &mut usize, by: &Value) {
    if *which == 0 {
        *value = by.clone();
    }
    *which = which.wrapping_sub(1);
    match value {
        Value::Array(list) => list.iter_mut().for_each(|item| replace(item, which, by)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|item| replace(item, which, by)),
        _ => {}
    }
}

/// Values that stand where others are expected.
fn odd_value() -> impl Strategy<Value = Value> {
    let list = [
        json!(null),
        json!(true),
        json!(-1),
        json!(0),
        json!(1e300),
        json!(1e-300),
        json!(4_294_967_296_u64),
        json!(""),
        json!("all"),
        json!("root"),
        json!("structure"),
        json!("representation"),
        json!([]),
        json!({}),
        json!([0, 0, 0]),
        json!([1, 1]),
        json!([[1]]),
        json!({"kind": "label"}),
        json!([1e30, -1e30, 1e30]),
        json!({"atom_index": -5}),
        json!([{}]),
        json!("\u{0}\u{fffd}"),
        json!("/../"),
    ];
    prop::sample::select(list.to_vec())
}

proptest! {
    #[test]
    fn no_mutation_of_a_document_panics(changes in prop::collection::vec((0_usize..160, odd_value()), 1..4)) {
        let mut document = everything();
        for (which, by) in changes {
            replace(&mut document, &mut which.clone(), &by);
        }
        if let Ok(built) = build_text(document.to_string().as_bytes()) {
            let request = RenderRequest::default();
            let prepared = PreparedScene::of_scene(Arc::new(built.scene), &request).expect("valid commands");
            let _ = prepared.seen_from(built.view).job();
        }
    }

    #[test]
    fn no_text_panics(text: String) {
        let _ = MolViewSpec::from_json(text.as_bytes());
    }
}

#[test]
fn the_document_of_the_mutations_is_valid() {
    let built = build_text(everything().to_string().as_bytes()).expect("a scene");
    assert!(built.scene.spheres.len() == 8 && built.scene.cylinders.len() > 12);
    let mut values = 10_000;
    replace(&mut everything(), &mut values, &Value::Null);
    assert!(
        10_000 - values > 140,
        "the mutations reach all but the last few of {}",
        10_000 - values
    );
}
