//! What a backend does when its device is lost or too small, or when there is nothing to draw.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use std::collections::BTreeSet;
use std::mem::size_of;
use std::sync::Arc;

use glam::{DQuat, DVec3};
use molshot_molecule::read_bytes;
use molshot_molecule::{Format, PartRole, ReadOptions};
use molshot_scenes::{
    Background, CropRect, Lighting, Plane, Pose, Projection, RenderJob, Samples, Scene, SceneParts,
    Sphere, View, Viewport,
};

use super::{GpuBackend, regions};
use crate::backend::{AdapterChoice, Backend};
use crate::error::RenderError;
use crate::frame::Frame;

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
        backend.context.device.destroy();
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
