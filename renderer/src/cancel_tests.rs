//! Every phase looks at its token, often enough, and stops.

use std::sync::Arc;

use molshot_scenes::colors::Rgb;
use molshot_scenes::request::{CameraRequest, Compression, ImageFormat};
use molshot_scenes::{
    AmbientOcclusion, Effects, Plane, RenderJob, Samples, Scene, Silhouettes, View,
};

use crate::annotations::{MaskKind, class_mask_cancellable};
use crate::effects::BAND_ROWS;
use crate::encode::{plane_npy_cancellable, plane_png_cancellable};
use crate::software::SoftwareBackend;
use crate::{Annotator, Backend, CancelToken, Encoder, Encoding, Frame, RenderError, cost};

/// More looks than any work here takes.
const MANY: u64 = u64::MAX / 2;
const EDGE_PX: u32 = 200;

/// Number of looks at the token that `work` takes. Cancelled at any of them, it fails.
fn looks(mut work: impl FnMut(&CancelToken) -> Result<(), RenderError>) -> u64 {
    let token = CancelToken::after_looks(MANY);
    work(&token).expect("not cancelled");
    let looks = MANY - token.looks_left().expect("counted");
    assert!(looks > 0);
    let step = (looks / 23).max(1);
    for stopped_at in (0..looks).step_by(step as usize).chain([looks - 1]) {
        let outcome = work(&CancelToken::after_looks(stopped_at));
        assert!(
            matches!(outcome, Err(RenderError::Cancelled)),
            "{stopped_at} of {looks}: {outcome:?}"
        );
    }
    looks
}

fn job_of(scene: Scene, samples: Samples, planes: &[Plane]) -> RenderJob {
    let camera = scene
        .camera(&CameraRequest::default(), EDGE_PX, EDGE_PX)
        .expect("a fitted camera");
    job_in(scene, camera.view(), samples, planes)
}

fn job_in(scene: Scene, view: View, samples: Samples, planes: &[Plane]) -> RenderJob {
    RenderJob::new(
        Arc::new(scene),
        view,
        molshot_scenes::Viewport::whole(EDGE_PX, EDGE_PX),
        samples,
        planes.iter().copied().collect(),
    )
    .expect("a valid job")
}

/// Balls and sticks that fill most of the picture.
fn scene(labels: usize, effects: Effects) -> Scene {
    let mut builder = Scene::builder().effects(effects);
    for index in 0..100 {
        let center = [(index % 10) as f32, (index / 10) as f32, (index % 3) as f32];
        builder = builder.sphere(center, 0.7, Rgb([200, 100, index as u8]));
        let end = [center[0] + 1.0, center[1] + 0.3, 0.0];
        builder = builder.cylinder(center, end, 0.2, Rgb([9, 200, 40]));
    }
    for index in 0..labels {
        let at = [(index % 7) as f32, (index / 7) as f32, 1.0];
        builder = builder.label("ab", at, 0.5, Rgb([255; 3]));
    }
    builder.build().expect("a valid scene")
}

fn drawing_looks(job: &RenderJob) -> u64 {
    let looks = looks(|token| {
        let mut backend = SoftwareBackend::new();
        backend.draw_cancellable(job, token).map(drop)
    });
    // A backend whose pictures were cancelled draws as a new one.
    let mut backend = SoftwareBackend::new();
    for stopped_at in [0, 1, 5, looks / 3, looks / 2] {
        let outcome = backend.draw_cancellable(job, &CancelToken::after_looks(stopped_at));
        assert!(matches!(outcome, Err(RenderError::Cancelled)));
    }
    let after = backend.draw(job).expect("a picture");
    assert!(after.color_rgba == frame_of(job).color_rgba);
    looks
}

fn frame_of(job: &RenderJob) -> Frame {
    SoftwareBackend::new().draw(job).expect("a picture")
}

#[test]
fn drawing_looks_at_every_tile_and_label() {
    for samples in [Samples::One, Samples::Four] {
        let tiles = 40;
        let planes = [Plane::Color, Plane::AtomId];
        let plain = drawing_looks(&job_of(scene(0, Effects::default()), samples, &planes));
        assert!(plain > tiles, "{plain}");
        let labelled = drawing_looks(&job_of(scene(40, Effects::default()), samples, &planes));
        assert!(labelled >= plain + 2 * 40, "{labelled} {plain}");
    }
}

#[test]
fn drawing_looks_again_and_again_within_a_tile() {
    let mut builder = Scene::builder();
    for index in 0..400 {
        // Each a little nearer than the one before.
        builder = builder.sphere([0.0, 0.0, index as f32 * 1e-4], 1.0, Rgb([9; 3]));
    }
    let scene = builder.build().expect("a valid scene");
    for samples in [Samples::One, Samples::Four] {
        let looks = drawing_looks(&job_of(scene.clone(), samples, &[Plane::Color]));
        // About seven by seven tiles, 400 balls in most of them.
        assert!(looks > 30 * 400 / 32, "{looks}");
    }
}

#[test]
fn projection_looks_even_where_nothing_is_seen() {
    let mut builder = Scene::builder();
    for index in 0..100_000 {
        builder = builder.sphere([0.0, index as f32, 0.0], 0.1, Rgb([9; 3]));
    }
    let scene = builder.build().expect("a valid scene");
    let fitted = scene
        .camera(&CameraRequest::default(), EDGE_PX, EDGE_PX)
        .expect("a fitted camera");
    let mut view = fitted.view();
    view.pose.position_angstrom.x += 1e6;
    let looks = drawing_looks(&job_in(scene, view, Samples::One, &[Plane::Color]));
    assert!(looks > 10, "{looks}");
}

#[test]
fn every_effect_looks_every_few_rows() {
    let bands = |rows: u32| u64::from(rows.div_ceil(BAND_ROWS as u32));
    // Of the picture, and of the one that is twice as high.
    let (once, magnified) = (bands(EDGE_PX), bands(2 * EDGE_PX));
    let draw = |effects| drawing_looks(&job_of(scene(0, effects), Samples::Four, &[Plane::Color]));
    let mut effects = Effects {
        silhouettes: Some(Silhouettes {
            width_px: 1.0,
            depth_jump: 0.03,
            color: [0; 3],
        }),
        ..Effects::default()
    };
    let lines = draw(effects);
    // For what is nearest, for the lines, and for the means.
    assert!(lines > 2 * magnified + once, "{lines}");
    effects.ambient_occlusion = Some(AmbientOcclusion {
        radius_angstrom: 4.0,
        strength: 1.0,
    });
    let occluded = draw(effects);
    // For the light, for its means, and for the magnified picture.
    assert!(
        occluded > lines + 2 * once + magnified,
        "{occluded} {lines}"
    );
    effects.shadows = true;
    let shaded = draw(effects);
    assert!(shaded > occluded + magnified, "{shaded} {occluded}");
}

#[test]
fn annotations_and_masks_look_at_every_atom_label_and_column() {
    // Without colours, whose frame would have the places of labels already.
    let job = job_of(
        scene(10, Effects::default()),
        Samples::One,
        &[Plane::AtomId],
    );
    let frame = frame_of(&job);
    let annotate = |masks: &[MaskKind]| {
        looks(|token| {
            let mut annotator = Annotator::default();
            let annotations = annotator.annotate_cancellable(&job, &frame, masks, token);
            annotations.map(drop)
        })
    };
    let plain = annotate(&[]);
    assert!(plain > 100 + 10, "{plain}");
    let masked = annotate(&[MaskKind::Atom, MaskKind::Element]);
    assert!(masked >= plain + 2 * u64::from(EDGE_PX), "{masked} {plain}");
    let mask =
        looks(|token| class_mask_cancellable(&job, &frame, Plane::MaskElement, token).map(drop));
    assert!(mask > u64::from(EDGE_PX), "{mask}");
}

#[test]
fn every_encoder_looks() {
    let planes = [Plane::Color, Plane::Depth, Plane::Normal, Plane::AtomId];
    let job = job_of(scene(0, Effects::default()), Samples::One, &planes);
    let mut frame = frame_of(&job);
    for plane in &planes[1..] {
        let png = looks(|token| plane_png_cancellable(&frame, *plane, token).map(drop));
        let npy = looks(|token| plane_npy_cancellable(&frame, *plane, token).map(drop));
        assert!(png >= 2 && npy >= 2);
    }
    // As many pixels in fewer, longer rows.
    let color = frame.color_rgba.as_mut().expect("drawn");
    *color = color.repeat(20);
    frame.height_px *= 20;
    let mut out = Vec::new();
    let mut encoder = Encoder::new();
    for (format, compression, least) in [
        (ImageFormat::Png, Compression::Fast, 10),
        (
            ImageFormat::Png,
            Compression::Small,
            20 * u64::from(EDGE_PX),
        ),
        (ImageFormat::Jpeg, Compression::Fast, 20),
        (ImageFormat::WebP, Compression::Fast, 2),
        (ImageFormat::Bmp, Compression::Fast, 100),
        (ImageFormat::Qoi, Compression::Fast, 2),
    ] {
        let encoding = Encoding::from(format).with_compression(compression);
        let looks = looks(|token| encoder.encode_cancellable(&frame, encoding, &mut out, token));
        assert!(looks >= least, "{format:?} {compression:?}: {looks}");
    }
}

#[test]
fn the_estimated_cost_grows_with_overlap_but_not_with_duplicates() {
    let balls = |count: usize, apart: f32| {
        let mut builder = Scene::builder();
        for index in 0..count {
            builder = builder.sphere([0.0, 0.0, index as f32 * apart], 1.0, Rgb([9; 3]));
        }
        let scene = builder.build().expect("a valid scene");
        job_of(scene, Samples::Four, &[Plane::Color])
    };
    let covered = |job: &RenderJob, limit: u64| {
        cost::covered_samples(job, limit, &CancelToken::new()).expect("not cancelled")
    };
    let all = u64::from(EDGE_PX * EDGE_PX) * 4;
    let one = covered(&balls(1, 0.0), 0);
    assert!((all / 2..=all).contains(&one), "{one} of {all}");
    // Below the limit duplicates are not looked for.
    let same = balls(1000, 0.0);
    assert!(covered(&same, u64::MAX).abs_diff(1000 * one) < one);
    assert!(covered(&same, 2 * all).abs_diff(one) < 10);
    let near = covered(&balls(1000, 1e-6), 2 * all);
    assert!((900 * one..1100 * one).contains(&near), "{near}");
}

#[test]
fn coincident_bodies_are_drawn_as_all_of_them_were() {
    // The first of each kind is shown; others lie a little apart, or have another radius.
    let mut builder = Scene::builder();
    let mut single = Scene::builder();
    for index in 0..60_usize {
        let kind = index % 20;
        let center = [(kind % 5) as f32, (kind / 5) as f32, 0.0];
        let radius = if index < 20 {
            0.6
        } else {
            0.6 - (index % 2) as f32 * 0.1
        };
        builder = builder.sphere(center, radius, Rgb([index as u8 * 4, 90, 200]));
        let end = [center[0] + 1.0, center[1] + 0.5, 0.4];
        builder = builder.cylinder(center, end, 0.2, Rgb([index as u8 * 4, 200, 7]));
        if index < 20 {
            single = single.sphere(center, radius, Rgb([index as u8 * 4, 90, 200]));
            single = single.cylinder(center, end, 0.2, Rgb([index as u8 * 4, 200, 7]));
        }
    }
    let (many, few) = (builder.build(), single.build());
    let (many, few) = (many.expect("a valid scene"), few.expect("a valid scene"));
    let view = few
        .camera(&CameraRequest::default(), EDGE_PX, EDGE_PX)
        .expect("a fitted camera")
        .view();
    for samples in [Samples::One, Samples::Four] {
        let planes = [Plane::Color, Plane::AtomId, Plane::Depth];
        let [many, few] =
            [&many, &few].map(|scene| frame_of(&job_in(scene.clone(), view, samples, &planes)));
        assert!(many.color_rgba == few.color_rgba, "{samples:?}");
        assert!(many.atom_id == few.atom_id, "{samples:?}");
        assert!(many.depth_angstrom == few.depth_angstrom, "{samples:?}");
    }
}
