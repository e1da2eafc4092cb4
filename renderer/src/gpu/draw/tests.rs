//! What a backend does when its device is lost or too small, or when there is nothing to draw.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeSet;
use std::mem::size_of;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use glam::{DQuat, DVec3};
use molshot_molecule::read_bytes;
use molshot_molecule::{Format, PartRole, ReadOptions};
use molshot_scenes::{
    Background, CropRect, Lighting, Plane, Pose, Projection, RenderJob, Samples, Scene, SceneParts,
    Sphere, View, Viewport,
};

use super::{GpuBackend, regions};
use crate::backend::{AdapterChoice, Backend, Begun, FramesInFlight};
use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::Frame;
use crate::gpu::scene_cache::SceneCache;
use crate::labels::LabelDrawer;

fn open() -> GpuBackend {
    GpuBackend::open(AdapterChoice::VulkanSoftware)
        .expect("these tests draw with lavapipe: install mesa-vulkan-drivers")
}

/// `count` spheres in a row in front of the camera.
fn job(count: u32) -> RenderJob {
    let options = ReadOptions::default().with_format(Format::Xyz);
    let structure = read_bytes("t.xyz", b"1\n\nC 0 0 0\n", PartRole::Whole, &options).unwrap();
    let scene = Scene::from_parts(SceneParts {
        spheres: (0..count)
            .map(|index| Sphere {
                center_angstrom: [index as f32 * 2.0, 0.0, 0.0],
                radius_angstrom: 1.5,
                color: [200, 100, 50, 255],
                atom: 0,
            })
            .collect(),
        cylinders: Vec::new(),
        lighting: Lighting::simple(),
        depth_cue: None,
        background: Background {
            color: [1, 2, 3],
            transparent: false,
        },
        structure: Arc::new(structure),
    });
    let view = View {
        pose: Pose {
            position_angstrom: DVec3::new(0.0, 0.0, 20.0),
            world_from_camera: DQuat::IDENTITY,
        },
        projection: Projection::Perspective {
            fov_x_degrees: 40.0,
        },
        near_angstrom: 1.0,
        far_angstrom: 30.0,
    };
    RenderJob::new(
        Arc::new(scene.unwrap()),
        view,
        Viewport::whole(40, 30),
        Samples::Four,
        Plane::ALL.into_iter().collect(),
    )
    .unwrap()
}

fn assert_same_pixels(one: &Frame, other: &Frame) {
    assert!(one.color_rgba == other.color_rgba);
    assert!(one.depth_angstrom == other.depth_angstrom);
    assert!(one.normal == other.normal);
    assert!(one.atom_id == other.atom_id);
    assert!(one.residue_id == other.residue_id);
}

/// The loss may be noticed before the next job or only while it is drawn; after that it must be
/// replaced.
#[test]
fn a_lost_device_is_opened_again() {
    let mut backend = open();
    let job = job(3);
    let before = backend.draw(&job).unwrap();
    for _ in 0..2 {
        backend.lose_device();
        match backend.draw(&job) {
            Ok(frame) => assert_same_pixels(&before, &frame),
            Err(error) => {
                assert!(matches!(error, RenderError::DeviceLost { .. }), "{error}");
                assert_eq!(error.code(), "device_lost");
            }
        }
        assert_same_pixels(&before, &backend.draw(&job).unwrap());
        assert!(backend.context.lost().is_none());
    }
}

#[test]
fn a_scene_that_fits_into_no_buffer_is_refused_and_leaves_the_backend_usable() {
    let mut backend = open();
    backend.context.max_buffer_bytes = 4 * size_of::<Sphere>() as u64;
    let small = job(4);
    let before = backend.draw(&small).unwrap();
    match backend.draw(&job(5)) {
        Err(RenderError::TooLarge {
            needed_bytes,
            limit_bytes,
        }) => {
            assert_eq!(needed_bytes, 5 * size_of::<Sphere>() as u64);
            assert_eq!(limit_bytes, 4 * size_of::<Sphere>() as u64);
        }
        other => panic!("{other:?}"),
    }
    assert_same_pixels(&before, &backend.draw(&small).unwrap());
}

#[test]
fn a_job_without_bodies_is_background_alone() {
    let mut backend = open();
    // After another picture, so that nothing of it may be left.
    backend.draw(&job(3)).unwrap();
    let frame = backend.draw(&job(0)).unwrap();
    let (pixels, rest) = frame.color_rgba.as_ref().unwrap().as_chunks::<4>();
    assert!(rest.is_empty());
    assert_eq!(pixels.len(), frame.pixel_count());
    assert!(pixels.iter().all(|pixel| *pixel == [1, 2, 3, 255]));
    assert!(frame.atom_id.unwrap().iter().all(|id| *id == 0));
    assert!(
        frame
            .depth_angstrom
            .unwrap()
            .iter()
            .all(|depth| *depth == f32::INFINITY)
    );
}

#[test]
fn a_scene_is_uploaded_once_for_many_views() {
    let mut backend = open();
    let first = job(2);
    assert!(!backend.draw(&first).unwrap().timings.upload.is_zero());
    assert!(backend.draw(&first).unwrap().timings.upload.is_zero());
    assert!(!backend.draw(&job(2)).unwrap().timings.upload.is_zero());
}

#[test]
fn a_choice_that_nothing_fulfils_names_what_there_is() {
    if GpuBackend::open(AdapterChoice::Gpu).is_ok() {
        // This machine has a GPU: there is no error to check.
        return;
    }
    let error = GpuBackend::open(AdapterChoice::Gpu).unwrap_err();
    assert_eq!(error.code(), "no_adapter");
    assert!(error.to_string().contains("vulkan") || error.to_string().contains("software"));
}

#[test]
fn regions_cover_a_crop_once_and_stay_within_the_edge() {
    let crop = CropRect {
        x_px: 5,
        y_px: 7,
        width_px: 23,
        height_px: 17,
    };
    let mut covered = BTreeSet::new();
    for region in regions(crop, 10) {
        assert!(region.width_px <= 10 && region.height_px <= 10);
        for y in region.y_px..region.y_px + region.height_px {
            for x in region.x_px..region.x_px + region.width_px {
                assert!(covered.insert((x, y)), "{x} {y} is drawn twice");
            }
        }
    }
    assert_eq!(covered.len(), 23 * 17);
    assert_eq!(covered.first(), Some(&(5, 7)));
    assert_eq!(covered.last(), Some(&(27, 23)));
}

/// Begins a picture that must fit.
fn begin(backend: &mut GpuBackend, job: &RenderJob) {
    let begun = backend.begin(job, &CancelToken::new()).unwrap();
    assert!(matches!(begun, Begun::InFlight), "{begun:?}");
}

/// Finishes and reads the oldest picture.
fn finish(backend: &mut GpuBackend) -> Frame {
    let picture = backend.finish_oldest().unwrap();
    picture
        .read(None, &mut LabelDrawer::default(), &CancelToken::new())
        .unwrap()
}

/// One submission holds several views when the backend is a GPU's.
#[test]
fn pictures_in_flight_come_back_in_order_and_leave_room_when_they_are_read() {
    for views_per_submission in [1, 4] {
        let mut backend = open();
        backend.limits.views_per_submission = views_per_submission;
        let jobs: Vec<RenderJob> = (1..=4).map(job).collect();
        let expected: Vec<Frame> = jobs.iter().map(|job| backend.draw(job).unwrap()).collect();
        let slots = backend.limits.slots;
        for round in 0..3 {
            for picture in 0..slots {
                begin(&mut backend, &jobs[(round + picture) % jobs.len()]);
            }
            assert_eq!(backend.in_flight.len(), slots);
            let begun = backend.begin(&jobs[0], &CancelToken::new()).unwrap();
            assert!(matches!(begun, Begun::Full));
            // Drawn, but not read: there is no room yet.
            let unread = backend.finish_oldest().unwrap();
            let begun = backend.begin(&jobs[0], &CancelToken::new()).unwrap();
            assert!(matches!(begun, Begun::Full));
            let frame = unread.read(None, &mut LabelDrawer::default(), &CancelToken::new());
            assert_same_pixels(&expected[round % jobs.len()], &frame.unwrap());
            begin(&mut backend, &jobs[(round + slots) % jobs.len()]);
            for picture in 1..=slots {
                let expected = &expected[(round + picture) % jobs.len()];
                assert_same_pixels(expected, &finish(&mut backend));
            }
            assert_eq!(backend.in_flight.len(), 0);
        }
    }
}

#[test]
fn a_picture_that_is_dropped_unread_gives_its_memory_back() {
    let mut backend = open();
    let job = job(3);
    for _ in 0..20 {
        begin(&mut backend, &job);
        drop(backend.finish_oldest().unwrap());
    }
    assert!(backend.ring.slots() <= backend.limits.slots);
    let cancelled = CancelToken::new();
    cancelled.cancel();
    for _ in 0..20 {
        begin(&mut backend, &job);
        let unread = backend.finish_oldest().unwrap();
        let read = unread.read(None, &mut LabelDrawer::default(), &cancelled);
        assert!(matches!(read, Err(RenderError::Cancelled)), "{read:?}");
    }
    let expected = backend.draw(&job).unwrap();
    begin(&mut backend, &job);
    assert_same_pixels(&expected, &finish(&mut backend));
}

/// A loss may be noticed at once or a picture later. Then no picture is in flight any more.
#[test]
fn a_device_lost_in_flight_loses_all_pictures_and_is_opened_again() {
    let mut backend = open();
    let job = job(3);
    let expected = backend.draw(&job).unwrap();
    let mut losses = 0;
    for round in 0..12 {
        for _ in 0..=round % 3 {
            match backend.begin(&job, &CancelToken::new()) {
                Ok(begun) => assert!(matches!(begun, Begun::InFlight)),
                Err(error) => {
                    assert!(matches!(error, RenderError::DeviceLost { .. }), "{error}");
                    assert_eq!(backend.in_flight.len(), 0);
                    losses += 1;
                    begin(&mut backend, &job);
                }
            }
            if round % 2 == 0 {
                backend.lose_device();
            }
        }
        if round % 2 == 1 {
            backend.lose_device();
        }
        while !backend.in_flight.is_empty() {
            match backend.finish_oldest() {
                Ok(unread) => {
                    let frame = unread.read(None, &mut LabelDrawer::default(), &CancelToken::new());
                    assert_same_pixels(&expected, &frame.unwrap());
                }
                Err(error) => {
                    assert!(matches!(error, RenderError::DeviceLost { .. }), "{error}");
                    assert_eq!(backend.in_flight.len(), 0);
                    losses += 1;
                }
            }
        }
    }
    assert!(losses >= 6, "{losses}");
    assert_same_pixels(&expected, &backend.draw(&job).unwrap());
}

/// A picture that was finished before the loss is in mapped memory, and may be read or lost.
#[test]
fn a_finished_picture_survives_the_loss_or_is_lost_with_its_device() {
    let mut backend = open();
    let job = job(3);
    let expected = backend.draw(&job).unwrap();
    begin(&mut backend, &job);
    let unread = backend.finish_oldest().unwrap();
    backend.lose_device();
    match unread.read(None, &mut LabelDrawer::default(), &CancelToken::new()) {
        Ok(frame) => assert_same_pixels(&expected, &frame),
        Err(error) => assert!(matches!(error, RenderError::DeviceLost { .. }), "{error}"),
    }
    // The loss is an error once.
    let error = backend.begin(&job, &CancelToken::new()).unwrap_err();
    assert!(matches!(error, RenderError::DeviceLost { .. }), "{error}");
    begin(&mut backend, &job);
    assert_same_pixels(&expected, &finish(&mut backend));
}

#[test]
fn without_memory_fewer_pictures_are_in_flight_and_none_fails() {
    let mut backend = open();
    let job = job(3);
    let expected = backend.draw(&job).unwrap();
    let mut larger = *job.viewport();
    larger.height_px += 1;
    larger.crop.height_px += 1;
    let larger = RenderJob::new(
        Arc::clone(job.scene()),
        *job.view(),
        larger,
        job.samples(),
        job.planes().clone(),
    )
    .unwrap();
    begin(&mut backend, &job);
    // The second picture needs new memory.
    backend.context.failing_allocations.store(1, Relaxed);
    let begun = backend.begin(&larger, &CancelToken::new()).unwrap();
    assert!(matches!(begun, Begun::Full), "one of three slots is in use");
    assert_same_pixels(&expected, &finish(&mut backend));
    begin(&mut backend, &larger);
    finish(&mut backend);
    // Where only another scene can be freed for a scene, it is.
    let other = self::job(4);
    while backend.ring.shrink() {}
    backend.context.failing_allocations.store(1, Relaxed);
    let others = GpuBackend::draw(&mut backend, &other).unwrap();
    assert_same_pixels(&open().draw(&other).unwrap(), &others);
    // A device that refuses even one picture is an error, and the backend stays usable.
    backend.context.failing_allocations.store(10, Relaxed);
    let error = backend.begin(&job, &CancelToken::new()).unwrap_err();
    assert!(matches!(error, RenderError::OutOfMemory { .. }), "{error}");
    backend.context.failing_allocations.store(0, Relaxed);
    begin(&mut backend, &job);
    assert_same_pixels(&expected, &finish(&mut backend));
}

#[test]
fn scenes_stay_on_the_device_within_a_budget_and_the_oldest_go_first() {
    let mut backend = open();
    let bytes = 4 * size_of::<Sphere>() as u64;
    backend.scenes = SceneCache::with_budget(3 * bytes);
    let jobs: Vec<RenderJob> = (0..4).map(|_| job(4)).collect();
    let mut uploads = |job: &RenderJob| !backend.draw(job).unwrap().timings.upload.is_zero();
    assert!(jobs[..3].iter().all(&mut uploads));
    // The first is now the one that was used last.
    assert!(!uploads(&jobs[0]));
    assert!(uploads(&jobs[3]), "frees the second");
    assert!(!uploads(&jobs[2]) && !uploads(&jobs[0]) && uploads(&jobs[1]));
    // A scene larger than the budget is drawn alone.
    let huge = job(20);
    assert!(uploads(&huge) && !uploads(&huge) && uploads(&jobs[0]));
}

#[test]
fn pictures_in_several_steps_are_drawn_at_once_when_nothing_is_in_flight() {
    let mut backend = open();
    let small = job(3);
    let wide = RenderJob::new(
        Arc::clone(small.scene()),
        *small.view(),
        Viewport::whole(2060, 8),
        Samples::One,
        [Plane::Color].into_iter().collect(),
    )
    .unwrap();
    let expected = backend.draw(&wide).unwrap();
    begin(&mut backend, &small);
    let begun = backend.begin(&wide, &CancelToken::new()).unwrap();
    assert!(matches!(begun, Begun::Full));
    finish(&mut backend);
    match backend.begin(&wide, &CancelToken::new()).unwrap() {
        Begun::Drawn(frame) => assert_same_pixels(&expected, &frame),
        other => panic!("{other:?}"),
    }
}

/// Packing is for GPUs behind a bus; every picture is the same with it.
#[test]
fn packed_colors_are_the_colors() {
    let mut backend = open();
    let mut packing = open();
    packing.limits.packs_colors = true;
    // Widths of every remainder, wider than a region of the next width, and with other planes.
    let mut tried = 0;
    for width_px in [1, 2, 3, 4, 5, 41, 2053] {
        for (samples, planes) in [
            (Samples::One, vec![Plane::Color]),
            (Samples::Four, vec![Plane::Color]),
            (Samples::Four, vec![Plane::Color, Plane::Depth]),
            (Samples::One, vec![Plane::AtomId]),
        ] {
            let all = job(3);
            let part = RenderJob::new(
                Arc::clone(all.scene()),
                *all.view(),
                Viewport::whole(width_px, 13),
                samples,
                planes.into_iter().collect(),
            )
            .unwrap();
            let expected = backend.draw(&part).unwrap();
            assert_same_pixels(&expected, &packing.draw(&part).unwrap());
            tried += 1;
        }
    }
    assert_eq!(tried, 28);
}

/// wgpu panics when the driver fails while it is waited for.
#[test]
fn a_driver_that_fails_loses_the_device_and_not_the_program() {
    let mut backend = open();
    let job = job(3);
    let expected = backend.draw(&job).unwrap();
    for in_flight in 1..=3 {
        for _ in 0..in_flight {
            begin(&mut backend, &job);
        }
        backend.context.fails_when_polled.store(true, Relaxed);
        let error = backend.finish_oldest().unwrap_err();
        assert!(matches!(error, RenderError::DeviceLost { .. }), "{error}");
        assert_eq!(backend.in_flight.len(), 0);
        // The lost device is not polled again, and the next picture has a new one.
        begin(&mut backend, &job);
        assert_same_pixels(&expected, &finish(&mut backend));
    }
    backend.context.fails_when_polled.store(true, Relaxed);
    let error = backend.draw(&job).unwrap_err();
    assert!(matches!(error, RenderError::DeviceLost { .. }), "{error}");
    assert_same_pixels(&expected, &backend.draw(&job).unwrap());
}
