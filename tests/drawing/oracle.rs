//! The backend against the oracle, on generated scenes in both projections; and the comparer
//! against itself.

use std::time::Instant;

use crate::support::compare::{Figures, Picture, Tolerance, assert_alike, assert_differ};
use crate::support::oracle::cast;
use crate::support::scenes::{MAX_ATOMS, generate};
use crate::support::{BLACK, camera_above, draw, job, open, scene, structure};
use molshot_renderer::Backend;
use molshot_renderer::software::SoftwareBackend;
use molshot_scenes::{Cylinder, Projection, Samples, Viewport};

const CASES: u64 = 100;

/// What f32 and an octahedral normal of two times 16 bits must hold.
const PLANES: Tolerance = Tolerance {
    levels: 0,
    depth_angstrom: 1e-3,
    depth_share: 0.0,
    normal: 2e-3,
    outliers: 0,
};
const COLOR: Tolerance = Tolerance {
    levels: 1,
    ..Tolerance::NONE
};

/// The built-in rasteriser shades the inside of a surface once a pixel: on bodies of a few pixels
/// (these pictures are some 40 wide) that may differ by so much from the mean of their samples. At
/// edges it takes all samples.
const INSIDE: Tolerance = Tolerance {
    levels: 12,
    ..Tolerance::NONE
};

fn hold_against_oracle(orthographic: bool, mut backend: Box<dyn Backend>, antialiased: Tolerance) {
    let structure = structure(MAX_ATOMS);
    let start = Instant::now();
    let (mut planes, mut color) = (Figures::default(), Figures::default());
    let (mut pixels, mut hits) = (0, 0);
    for case in 0..CASES {
        let name = format!(
            "{}-{case}",
            if orthographic {
                "orthographic"
            } else {
                "perspective"
            }
        );
        let job = generate(
            case + 1000 * u64::from(orthographic),
            orthographic,
            &structure,
        );
        let truth = cast(&job);
        let frame = draw(backend.as_mut(), &job);
        let size = (frame.width_px, frame.height_px);
        let actual = Picture::from(&frame);
        let residue_of = |atom: u32| structure.atoms().residue[atom as usize];
        pixels += frame.pixel_count();
        hits += truth.pixels.iter().flatten().count();
        planes = planes.and(assert_alike(
            &format!("{name}-planes"),
            &actual.clone().without_color(),
            &Picture::planes_of(&truth, size, residue_of),
            Some(&truth.sure),
            PLANES,
        ));
        color = color.and(assert_alike(
            &format!("{name}-color"),
            &actual.color_only(),
            &Picture::color_of(&truth, size),
            Some(&truth.color_sure),
            if job.samples() == Samples::One {
                COLOR
            } else {
                antialiased
            },
        ));
    }
    eprintln!(
        "orthographic {orthographic}: {pixels} pixels, {hits} hits, left out as edges: planes {:.2} %, colour {:.2} %; \
         worst depth {:.2e} angstrom, normal {:.2e}, colour {} levels; {:.1} s",
        100.0 * (1.0 - planes.pixels as f64 / pixels as f64),
        100.0 * (1.0 - color.pixels as f64 / pixels as f64),
        planes.worst_depth_angstrom,
        planes.worst_normal,
        color.worst_levels,
        start.elapsed().as_secs_f64(),
    );
    assert!(
        hits * 4 > pixels,
        "the generated cameras look past the molecules"
    );
    assert!(
        planes.pixels * 100 > pixels * 98,
        "too many pixels were left out as edges"
    );
}

#[test]
fn perspective_pictures_are_those_of_the_oracle() {
    hold_against_oracle(false, open(), COLOR);
}

#[test]
fn orthographic_pictures_are_those_of_the_oracle() {
    hold_against_oracle(true, open(), COLOR);
}

#[test]
fn software_perspective_pictures_are_those_of_the_oracle() {
    hold_against_oracle(false, Box::new(SoftwareBackend::new()), INSIDE);
}

#[test]
fn software_orthographic_pictures_are_those_of_the_oracle() {
    hold_against_oracle(true, Box::new(SoftwareBackend::new()), INSIDE);
}

/// Large in the picture, so that a gap between a wall and its cap, or between two halves, would be
/// met by some ray.
#[test]
fn sticks_seen_close_have_no_cracks() {
    let structure = structure(2);
    let mut backend = open();
    for (caps, angle) in [
        (Cylinder::ROUND, 0.3),
        (Cylinder::ROUND, 1.2),
        (Cylinder::FLAT, 0.8),
    ] {
        let (sin, cos) = f32::sin_cos(angle);
        let stick = Cylinder {
            start_angstrom: [-cos, -0.2, -sin],
            radius_angstrom: 0.7,
            end_angstrom: [cos, 0.3, sin],
            caps,
            start_color: [255, 0, 0, 255],
            end_color: [0, 0, 255, 255],
            start_atom: 0,
            end_atom: 1,
        };
        let scene = scene(&structure, vec![], vec![stick], BLACK);
        let view = camera_above(
            9.0,
            Projection::Perspective {
                fov_x_degrees: 22.0,
            },
        );
        let job = job(&scene, view, Viewport::whole(900, 600), Samples::One);
        let truth = cast(&job);
        let actual = Picture::from(&draw(backend.as_mut(), &job)).without_color();
        let expected = Picture::planes_of(&truth, (900, 600), |_| 0);
        assert_alike("close stick", &actual, &expected, Some(&truth.sure), PLANES);
    }
}

/// A picture of the oracle's that has something in it.
fn sample() -> Picture {
    let structure = structure(MAX_ATOMS);
    let job = generate(7, false, &structure);
    let truth = cast(&job);
    let crop = job.viewport().crop;
    let size = (crop.width_px, crop.height_px);
    Picture {
        rgba: Some(truth.rgba.clone()),
        ..Picture::planes_of(&truth, size, |atom| atom / 3)
    }
}

#[test]
fn the_comparer_accepts_a_picture_against_itself() {
    let picture = sample();
    let figures = assert_alike("same", &picture, &picture, None, Tolerance::NONE);
    assert_eq!(figures.outliers, 0);
    assert_eq!(
        figures.pixels,
        picture.width_px as usize * picture.height_px as usize
    );
}

#[test]
fn the_comparer_refuses_a_shift_by_one_pixel() {
    let picture = sample();
    let (width, height) = (picture.width_px - 1, picture.height_px);
    let (left, right) = (
        picture.cut(0, 0, width, height),
        picture.cut(1, 0, width, height),
    );
    assert_differ("shifted", &left, &right, PLANES);
    assert_differ("shifted", &left.color_only(), &right.color_only(), COLOR);
}

#[test]
fn the_comparer_refuses_a_colour_five_levels_off() {
    let picture = sample().color_only();
    let mut off = picture.clone();
    for pixel in off.rgba.iter_mut().flatten() {
        pixel[1] = pixel[1].wrapping_add(5);
    }
    assert_differ("five levels", &picture, &off, COLOR);
}

#[test]
fn the_comparer_refuses_one_wrong_pixel_in_any_plane() {
    let picture = sample();
    let mut others = vec![picture.clone(); 5];
    others[0].atom_id.as_mut().expect("has ids")[5] += 1;
    others[1].residue_id.as_mut().expect("has ids")[5] += 1;
    others[2].depth_angstrom.as_mut().expect("has depth")[5] = 0.5;
    others[3].normal.as_mut().expect("has normals")[5] = [f32::NAN; 3];
    others[4].rgba.as_mut().expect("has colour")[5][3] ^= 0x80;
    for other in others {
        assert_differ(
            "one pixel",
            &picture,
            &other,
            Tolerance {
                levels: 1,
                ..PLANES
            },
        );
    }
}

#[test]
#[should_panic(expected = "the sizes differ")]
fn the_comparer_refuses_another_size() {
    let picture = sample();
    let smaller = picture.cut(0, 0, picture.width_px, picture.height_px - 1);
    assert_alike("smaller", &smaller, &picture, None, Tolerance::NONE);
}

#[test]
#[should_panic(expected = "the planes differ")]
fn the_comparer_refuses_a_missing_plane() {
    let picture = sample();
    assert_alike(
        "no colour",
        &picture.clone().without_color(),
        &picture,
        None,
        Tolerance::NONE,
    );
}

#[test]
#[should_panic(expected = "should differ")]
fn the_comparer_notices_that_nothing_changed() {
    let picture = sample();
    assert_differ("same", &picture, &picture, Tolerance::NONE);
}

#[test]
#[should_panic(expected = "pixels differ")]
fn the_comparer_fails_a_test_and_writes_a_sheet() {
    let picture = sample();
    let mut off = picture.clone();
    off.atom_id.as_mut().expect("has ids")[0] += 1;
    assert_alike("comparer-sheet", &off, &picture, None, Tolerance::NONE);
}
