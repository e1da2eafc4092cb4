//! A part of a picture is that part of it: crops, regions, planes.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::support::compare::{Picture, Tolerance, assert_alike};
use crate::support::scenes::{MAX_ATOMS, generate};
use crate::support::{check_property, draw, open, structure};
use molshot_renderer::Backend;
use molshot_scenes::{CropRect, Plane, RenderJob, Samples, Viewport};
use proptest::prelude::*;

fn picture(backend: &mut dyn Backend, job: &RenderJob) -> Picture {
    Picture::from(&draw(backend, job))
}

fn with_viewport(job: &RenderJob, viewport: Viewport, samples: Samples) -> RenderJob {
    crate::support::job(job.scene(), *job.view(), viewport, samples)
}

#[test]
fn a_crop_holds_the_same_pixels_as_the_whole() {
    let structure = structure(MAX_ATOMS);
    let crop = (0..70_u32, 0..50_u32, 1..80_u32, 1..60_u32);
    let samples = prop_oneof![
        Just(Samples::One),
        Just(Samples::Four),
        Just(Samples::Nine),
        Just(Samples::Sixteen)
    ];
    check_property(
        30,
        &(any::<u64>(), any::<bool>(), crop, samples),
        |backend, case| {
            let (seed, orthographic, (x_px, y_px, width_px, height_px), samples) = case;
            let mut viewport = Viewport::whole(90, 70);
            let first = with_viewport(&generate(seed, orthographic, &structure), viewport, samples);
            let (width_px, height_px) = (width_px.min(90 - x_px), height_px.min(70 - y_px));
            viewport.crop = CropRect {
                x_px,
                y_px,
                width_px,
                height_px,
            };
            let cropped = picture(backend, &with_viewport(&first, viewport, samples));
            let whole = picture(backend, &first);
            let expected = whole.cut(x_px, y_px, width_px, height_px);
            assert_alike("crop", &cropped, &expected, None, Tolerance::NONE);
            Ok(())
        },
    );
}

/// Pictures above 2048 pixels an edge are drawn in regions, which must leave no seam.
#[test]
fn a_picture_of_several_regions_equals_its_crops() {
    let structure = structure(MAX_ATOMS);
    let mut backend = open();
    for (seed, orthographic, samples) in [(11, false, Samples::One), (12, true, Samples::Four)] {
        let mut viewport = Viewport::whole(2600, 300);
        let first = with_viewport(&generate(seed, orthographic, &structure), viewport, samples);
        let whole = picture(backend.as_mut(), &first);
        for (x_px, width_px) in [(0, 1000), (1900, 300), (2048, 552)] {
            viewport.crop = CropRect {
                x_px,
                y_px: 20,
                width_px,
                height_px: 200,
            };
            let cropped = picture(backend.as_mut(), &with_viewport(&first, viewport, samples));
            let expected = whole.cut(x_px, 20, width_px, 200);
            assert_alike("regions", &cropped, &expected, None, Tolerance::NONE);
        }
    }
}

#[test]
fn a_tall_picture_of_many_samples_equals_its_crops() {
    for samples in [Samples::Nine, Samples::Sixteen] {
        tall(samples);
    }
}

fn tall(samples: Samples) {
    let structure = structure(MAX_ATOMS);
    let mut backend = open();
    let mut viewport = Viewport::whole(40, 1100);
    let first = with_viewport(&generate(15, false, &structure), viewport, samples);
    let whole = picture(backend.as_mut(), &first);
    viewport.crop = CropRect {
        x_px: 3,
        y_px: 1000,
        width_px: 30,
        height_px: 100,
    };
    let cropped = picture(backend.as_mut(), &with_viewport(&first, viewport, samples));
    assert_alike(
        "tall",
        &cropped,
        &whole.cut(3, 1000, 30, 100),
        None,
        Tolerance::NONE,
    );
}

#[test]
fn asking_for_fewer_planes_gives_the_same_ones() {
    let structure = structure(MAX_ATOMS);
    let planes = proptest::sample::subsequence(Plane::ALL.to_vec(), 1..5);
    check_property(24, &(any::<u64>(), planes), |backend, (seed, planes)| {
        let all = generate(seed, false, &structure);
        let planes: BTreeSet<Plane> = planes.into_iter().collect();
        let some = RenderJob::new(
            Arc::clone(all.scene()),
            *all.view(),
            *all.viewport(),
            all.samples(),
            planes.clone(),
        )
        .expect("the view is valid");
        let mut expected = picture(backend, &all);
        let has = |plane| planes.contains(&plane);
        expected.rgba = expected.rgba.filter(|_| has(Plane::Color));
        expected.depth_angstrom = expected.depth_angstrom.filter(|_| has(Plane::Depth));
        expected.normal = expected.normal.filter(|_| has(Plane::Normal));
        // Masks are made from the atoms.
        let atoms = has(Plane::AtomId) || planes.iter().any(|plane| plane.is_mask());
        expected.atom_id = expected.atom_id.filter(|_| atoms);
        expected.residue_id = expected.residue_id.filter(|_| has(Plane::ResidueId));
        assert_alike(
            "fewer planes",
            &picture(backend, &some),
            &expected,
            None,
            Tolerance::NONE,
        );
        Ok(())
    });
}

/// The steps of the 16-bit depth picture follow from the view, not from what a crop happens to
/// show.
#[test]
fn a_crop_has_the_depth_steps_of_the_whole() {
    let structure = structure(MAX_ATOMS);
    let mut backend = open();
    let mut viewport = Viewport::whole(90, 70);
    let mut far = *generate(3, false, &structure).view();
    far.far_angstrom = 1000.0;
    let whole = crate::support::job(
        generate(3, false, &structure).scene(),
        far,
        viewport,
        Samples::One,
    );
    assert_eq!(draw(backend.as_mut(), &whole).depth_units_per_angstrom, 10);
    viewport.crop = CropRect {
        x_px: 0,
        y_px: 0,
        width_px: 1,
        height_px: 1,
    };
    let crop = with_viewport(&whole, viewport, Samples::One);
    assert_eq!(draw(backend.as_mut(), &crop).depth_units_per_angstrom, 10);
}

#[test]
fn planes_beyond_the_memory_ceiling_are_refused() {
    let structure = structure(MAX_ATOMS);
    let first = generate(3, false, &structure);
    let make = |planes: BTreeSet<Plane>| {
        let viewport = Viewport::whole(16_384, 16_384);
        RenderJob::new(
            Arc::clone(first.scene()),
            *first.view(),
            viewport,
            Samples::One,
            planes,
        )
    };
    assert!(make(BTreeSet::from([Plane::Color])).is_ok());
    let error = make(Plane::ALL.into_iter().collect()).expect_err("7.5 GB");
    assert!(error.to_string().contains("fewer planes"), "{error}");
}
