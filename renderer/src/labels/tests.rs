#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::sync::Arc;
use std::time::Instant;

use glam::{DQuat, DVec3};
use molshot_molecule::{Format, PartRole, ReadOptions, read_bytes};
use molshot_scenes::labels::{Label, LabelAlignment, LabelSize, LabelSubject, Labels, Outline};
use molshot_scenes::{
    Background, CropRect, DepthCue, Lighting, Plane, Pose, Projection, RenderJob, Samples, Scene,
    SceneParts, View, Viewport,
};
use proptest::prelude::{any, prop_assert_eq, proptest};

use super::*;

const WIDTH_PX: u32 = 160;
const HEIGHT_PX: u32 = 120;
/// Distance of the camera to the origin.
const DISTANCE_ANGSTROM: f64 = 40.0;

fn scene(labels: Labels, background: Background) -> Scene {
    let text = "HETATM    1  C1  LIG A   1       0.000   0.000   0.000  1.00  0.00           C\n";
    let options = ReadOptions::default().with_format(Format::Pdb);
    let structure = read_bytes("x.pdb", text.as_bytes(), PartRole::Whole, &options).unwrap();
    let mut scene = Scene::from_parts(SceneParts {
        spheres: Vec::new(),
        cylinders: Vec::new(),
        lighting: Lighting::simple(),
        depth_cue: Some(DepthCue::DEFAULT),
        background,
        structure: Arc::new(structure),
    })
    .unwrap();
    // Past the constructor's checks: what is drawn must be safe by itself.
    scene.labels = labels;
    scene
}

const BLACK: Background = Background {
    color: [0; 3],
    transparent: false,
};

fn label(text: &str, at: [f32; 3]) -> Label {
    Label {
        text: text.into(),
        subject: LabelSubject::Atom(0),
        anchor_angstrom: at,
        offset_angstrom: [0.0; 3],
        alignment: LabelAlignment::LowerLeft,
        size: LabelSize::Angstrom(2.0),
        color: [255; 3],
    }
}

fn labels(list: Vec<Label>) -> Labels {
    Labels {
        list,
        ..Labels::default()
    }
}

fn job_of(scene: &Arc<Scene>, crop: Option<CropRect>, planes: &[Plane]) -> RenderJob {
    let mut viewport = Viewport::whole(WIDTH_PX, HEIGHT_PX);
    viewport.crop = crop.unwrap_or(viewport.crop);
    let view = View {
        pose: Pose {
            position_angstrom: DVec3::new(0.0, 0.0, DISTANCE_ANGSTROM),
            world_from_camera: DQuat::IDENTITY,
        },
        projection: Projection::Perspective {
            fov_x_degrees: 30.0,
        },
        near_angstrom: 1.0,
        far_angstrom: 80.0,
    };
    let planes = planes.iter().copied().collect();
    RenderJob::new(Arc::clone(scene), view, viewport, Samples::One, planes).unwrap()
}

/// A frame as a backend would have drawn it: stripes, so that blending shows.
fn frame(job: &RenderJob) -> Frame {
    let crop = job.viewport().crop;
    let background = job.scene().background;
    let mut rgba = Vec::new();
    for y in crop.y_px..crop.y_px + crop.height_px {
        for x in crop.x_px..crop.x_px + crop.width_px {
            let byte = ((x * 3 + y * 5) % 200) as u8;
            let alpha = if background.transparent {
                (x * 7 + y) as u8
            } else {
                255
            };
            rgba.extend([byte, 255 - byte, byte / 2, alpha]);
        }
    }
    let count = rgba.len() / 4;
    Frame {
        width_px: crop.width_px,
        height_px: crop.height_px,
        color_rgba: Some(rgba),
        transparent: background.transparent,
        depth_angstrom: Some(vec![40.0; count]),
        depth_units_per_angstrom: 100,
        normal: None,
        atom_id: Some(vec![3; count]),
        residue_id: None,
        label_boxes: None,
        adapter: String::new(),
        timings: crate::Timings::default(),
    }
}

fn drawn(scene: Scene, crop: Option<CropRect>) -> Frame {
    let job = job_of(
        &Arc::new(scene),
        crop,
        &[Plane::Color, Plane::Depth, Plane::AtomId],
    );
    let mut frame = frame(&job);
    LabelDrawer::default()
        .overlay(&job, &mut frame, &CancelToken::new())
        .expect("not cancelled");
    frame
}

fn rgba(frame: &Frame) -> &[[u8; 4]] {
    frame.color_rgba.as_ref().unwrap().as_chunks::<4>().0
}

/// Labels all over the picture, some beyond its edges, with every property that the numbers decide.
fn many(seed: u64, count: usize) -> Vec<Label> {
    let mut state = seed;
    let mut between = |low: f64, high: f64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        low + (high - low) * ((state >> 11) as f64 / (1_u64 << 53) as f64)
    };
    let texts = ["ARG 45", "O1'", "αβγ ′″", "GLY 117A", "j", "W漢é", " "];
    (0..count)
        .map(|_| {
            let mut label = label(texts[between(0.0, 7.0) as usize], [0.0; 3]);
            label.anchor_angstrom = [
                between(-14.0, 12.0),
                between(-10.0, 10.0),
                between(-30.0, 30.0),
            ]
            .map(|p| p as f32);
            label.offset_angstrom = [between(0.0, 1.0) as f32, 0.0, between(0.0, 3.0) as f32];
            label.size = if between(0.0, 1.0) < 0.3 {
                LabelSize::Pixels(between(1.0, 40.0) as f32)
            } else {
                LabelSize::Angstrom(between(0.2, 4.0) as f32)
            };
            label.color = [between(0.0, 255.0) as u8, 200, 90];
            label
        })
        .collect()
}

fn rect(x_px: u32, y_px: u32, width_px: u32, height_px: u32) -> CropRect {
    CropRect {
        x_px,
        y_px,
        width_px,
        height_px,
    }
}

proptest! {
    #[test]
    fn a_crop_shows_the_pixels_of_the_whole(
        seed in any::<u64>(), x in 0..WIDTH_PX - 1, y in 0..HEIGHT_PX - 1, w in 1..WIDTH_PX, h in 1..HEIGHT_PX,
        outline in any::<bool>(), transparent in any::<bool>(), on_top in any::<bool>(), declutter in any::<bool>()
    ) {
        let crop = rect(x, y, w.min(WIDTH_PX - x), h.min(HEIGHT_PX - y));
        let made = || {
            let labels = Labels {
                outline: outline.then_some(Outline { width_px: 1.5, color: [0; 3] }),
                on_top,
                declutter,
                ..labels(many(seed, 25))
            };
            scene(labels, Background { color: [0; 3], transparent })
        };
        let (whole, part) = (drawn(made(), None), drawn(made(), Some(crop)));
        for row in 0..crop.height_px {
            let from = ((crop.y_px + row) * WIDTH_PX + crop.x_px) as usize;
            let own = (row * crop.width_px) as usize;
            let width = crop.width_px as usize;
            prop_assert_eq!(&rgba(&whole)[from..][..width], &rgba(&part)[own..][..width]);
        }
    }

    #[test]
    fn the_order_of_labels_changes_no_pixel(seed in any::<u64>(), turn in 0_usize..25, declutter in any::<bool>()) {
        let list = many(seed, 25);
        let mut other = list.clone();
        other.rotate_left(turn);
        other.reverse();
        let draw = |list| drawn(scene(Labels { declutter, ..labels(list) }, BLACK), None);
        let (first, second) = (draw(list), draw(other));
        prop_assert_eq!(rgba(&first), rgba(&second));
    }

    #[test]
    fn ink_boxes_hold_exactly_what_labels_touch(seed in any::<u64>()) {
        for one in many(seed, 5) {
            // Each alone, in a colour that no pixel has, and bright at any depth.
            let mut one = one;
            one.color = [255, 0, 255];
            let mut alone = scene(labels(vec![one]), BLACK);
            alone.depth_cue = None;
            let job = job_of(&Arc::new(alone), None, &[Plane::Color]);
            let mut after = frame(&job);
            after.color_rgba.as_mut().unwrap().fill(0);
            LabelDrawer::default()
        .overlay(&job, &mut after, &CancelToken::new())
        .expect("not cancelled");
            let touched = rgba(&after).iter().enumerate().filter(|(_, p)| p[0] > 0).map(|(at, _)| {
                let (x, y) = ((at % WIDTH_PX as usize) as i32, (at / WIDTH_PX as usize) as i32);
                InkBox { left_px: x, top_px: y, right_px: x + 1, bottom_px: y + 1 }
            });
            let found = touched.reduce(InkBox::union);
            let listed = boxes(&job).first().and_then(|b| b.ink_box_px);
            let inside = listed.is_some_and(|b| b.left_px >= 0 && b.top_px >= 0 && b.right_px <= WIDTH_PX as i32 && b.bottom_px <= HEIGHT_PX as i32);
            if inside || found.is_none() && listed.is_none() {
                prop_assert_eq!(found, listed);
            }
        }
    }
}

#[test]
fn only_the_colour_plane_is_touched() {
    let made = scene(labels(many(3, 20)), BLACK);
    let job = job_of(
        &Arc::new(made.clone()),
        None,
        &[Plane::Color, Plane::Depth, Plane::AtomId],
    );
    let (before, after) = (frame(&job), drawn(made, None));
    assert_ne!(rgba(&before), rgba(&after));
    assert_eq!(
        (before.depth_angstrom, before.atom_id),
        (after.depth_angstrom, after.atom_id)
    );
}

#[test]
fn nonsense_is_left_out_and_the_rest_is_drawn() {
    let sound = label("ARG 45", [-5.0, 0.0, 0.0]);
    let with = |change: &dyn Fn(&mut Label)| {
        let mut wrong = sound.clone();
        wrong.text = "wrong".into();
        change(&mut wrong);
        rgba(&drawn(
            scene(labels(vec![wrong, sound.clone()]), BLACK),
            None,
        ))
        .to_vec()
    };
    let expected = rgba(&drawn(scene(labels(vec![sound.clone()]), BLACK), None)).to_vec();
    let changes: [&dyn Fn(&mut Label); 9] = [
        &|label| label.anchor_angstrom[0] = f32::NAN,
        &|label| label.anchor_angstrom[2] = f32::INFINITY,
        &|label| label.offset_angstrom = [f32::NAN; 3],
        &|label| label.offset_angstrom[0] = f32::MAX,
        &|label| label.size = LabelSize::Angstrom(f32::NAN),
        &|label| label.size = LabelSize::Angstrom(1e30),
        &|label| label.size = LabelSize::Pixels(-4.0),
        // Behind the camera; before the near plane.
        &|label| label.anchor_angstrom[2] = 41.0,
        &|label| label.anchor_angstrom[2] = 39.5,
    ];
    for (index, change) in changes.into_iter().enumerate() {
        assert!(with(change) == expected, "change {index}");
    }
}

#[test]
fn a_hundred_thousand_labels_and_huge_ones_take_bounded_time() {
    let start = Instant::now();
    let frame = drawn(scene(labels(many(1, 100_000)), BLACK), None);
    assert!(rgba(&frame).iter().all(|pixel| pixel[3] == 255));
    let mut huge = many(2, 100_000);
    for label in &mut huge {
        label.size = LabelSize::Pixels(1000.0);
    }
    let made = Labels {
        declutter: true,
        ..labels(huge.clone())
    };
    drawn(scene(made, BLACK), None);
    drawn(scene(labels(huge), BLACK), None);
    let mut small = many(1, 100_000);
    for label in &mut small {
        label.size = LabelSize::Pixels(8.0);
    }
    let job = job_of(
        &Arc::new(scene(labels(small), BLACK)),
        None,
        &[Plane::Color],
    );
    assert!(boxes(&job).len() > 50_000);
    // Seconds on any machine; without the bounds it would be hours.
    assert!(start.elapsed().as_secs() < 120, "{:?}", start.elapsed());
}

#[test]
fn near_labels_lie_over_far_ones_and_far_ones_fade() {
    let mut near = label("█", [0.0, 0.0, 5.0]);
    near.text = "I".into();
    near.color = [255, 0, 0];
    near.size = LabelSize::Pixels(60.0);
    near.alignment = LabelAlignment::Center;
    let mut far = near.clone();
    far.anchor_angstrom[2] = -20.0;
    far.color = [0, 255, 0];
    let made = scene(labels(vec![near, far.clone()]), BLACK);
    let middle = |frame: &Frame| rgba(frame)[(HEIGHT_PX / 2 * WIDTH_PX + WIDTH_PX / 2) as usize];
    assert_eq!(middle(&drawn(made, None)), [255, 0, 0, 255]);
    // Depth 60 of near 1, far 80: 20 of the 39.5 angstrom in which the cue fades are left.
    let [_, green, ..] = middle(&drawn(scene(labels(vec![far]), BLACK), None));
    assert_eq!(green, (255.0_f64 * 20.0 / 39.5).round() as u8);
}

#[test]
fn what_is_in_front_hides_labels_that_are_not_on_top() {
    let at = |z| {
        let mut list = vec![label("ARG 45", [-5.0, 0.0, z])];
        list[0].color = [255, 0, 255];
        let hidden = Labels {
            on_top: false,
            ..labels(list)
        };
        let scene = scene(hidden, BLACK);
        let before = frame(&job_of(&Arc::new(scene.clone()), None, &[Plane::Color]));
        rgba(&drawn(scene, None)) != rgba(&before)
    };
    // All pixels are 40 deep, as is the origin.
    assert!(at(0.1));
    assert!(!at(-0.1));
}

#[test]
fn the_depth_plane_that_labels_need_is_not_handed_out() {
    let hidden = Labels {
        on_top: false,
        ..labels(vec![label("N", [0.0; 3])])
    };
    let made = Arc::new(scene(hidden, BLACK));
    let job = job_of(&made, None, &[Plane::Color]);
    let under = underlay(&job);
    assert!(under.planes().contains(&Plane::Depth));
    let mut drawn = frame(&under);
    LabelDrawer::default()
        .overlay(&job, &mut drawn, &CancelToken::new())
        .expect("not cancelled");
    assert_eq!(drawn.depth_angstrom, None);
    // Where it is asked for, or no colour is, nothing changes.
    let asked = job_of(&made, None, &[Plane::Color, Plane::Depth]);
    let mut drawn = frame(&asked);
    LabelDrawer::default()
        .overlay(&asked, &mut drawn, &CancelToken::new())
        .expect("not cancelled");
    assert!(drawn.depth_angstrom.is_some());
    let uncolored = job_of(&made, None, &[Plane::AtomId]);
    assert_eq!(underlay(&uncolored).planes().len(), 1);
}

#[test]
fn decluttered_labels_do_not_touch_and_the_nearest_stays() {
    let mut list = many(9, 300);
    list[7].anchor_angstrom = [0.0, 0.0, 32.0];
    list[7].text = "near".into();
    list[7].size = LabelSize::Pixels(12.0);
    for rim_px in [0.0_f32, 3.0] {
        let made = Labels {
            declutter: true,
            outline: (rim_px > 0.0).then_some(Outline {
                width_px: rim_px,
                color: [0; 3],
            }),
            ..labels(list.clone())
        };
        let job = job_of(&Arc::new(scene(made, BLACK)), None, &[Plane::Color]);
        let found = boxes(&job);
        assert!(
            found.len() > 5 && found.iter().any(|label| label.index == 7),
            "{}",
            found.len()
        );
        // Neither do their rims.
        let gap = 2.0 * f64::from(rim_px);
        for (index, a) in found.iter().enumerate() {
            for b in &found[..index] {
                let ([l, t, r, d], [left, top, right, down]) = (a.line_box_px, b.line_box_px);
                let apart = r + gap < left || right + gap < l || d + gap < top || down + gap < t;
                assert!(apart, "{a:?} {b:?}");
            }
        }
    }
}

#[test]
fn an_outline_is_a_rim_around_the_letters() {
    let plain = labels(vec![label("ARG", [-5.0, 0.0, 0.0])]);
    let rimmed = Labels {
        outline: Some(Outline {
            width_px: 2.0,
            color: [1, 2, 3],
        }),
        ..plain.clone()
    };
    let transparent = Background {
        color: [0; 3],
        transparent: true,
    };
    let clear = |labels: Labels| {
        let job = job_of(&Arc::new(scene(labels, transparent)), None, &[Plane::Color]);
        let mut frame = frame(&job);
        frame.color_rgba.as_mut().unwrap().fill(0);
        LabelDrawer::default()
            .overlay(&job, &mut frame, &CancelToken::new())
            .expect("not cancelled");
        rgba(&frame).to_vec()
    };
    let (plain, rimmed) = (clear(plain), clear(rimmed));
    let covered = |pixels: &[[u8; 4]]| pixels.iter().filter(|pixel| pixel[3] > 0).count();
    assert!(
        covered(&rimmed) > 2 * covered(&plain),
        "{} {}",
        covered(&rimmed),
        covered(&plain)
    );
    let rim = rimmed
        .iter()
        .zip(&plain)
        .filter(|(rim, plain)| plain[3] == 0 && rim[3] > 0);
    assert!(rim.clone().count() > 0 && rim.clone().all(|(rim, _)| rim[..3] == [1, 2, 3]));
    // Full letters stay as they are.
    assert!(
        plain
            .iter()
            .zip(&rimmed)
            .all(|(plain, rim)| plain[3] < 255 || plain == rim)
    );
}
