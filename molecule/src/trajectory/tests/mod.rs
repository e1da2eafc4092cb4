//! Trajectories that the tests write, whole and damaged.
#![allow(clippy::float_cmp, reason = "numbers are read exactly")]

mod damaged;
mod encode;

use self::encode::{DcdStyle, XTC_STYLE, XtcStyle, dcd, trr_frame, xtc_frame};
use super::Trajectory;
use crate::{Format, PartRole, ReadLimits, ReadOptions, Structure, TrajectoryFormat, read_bytes};

fn open(bytes: Vec<u8>) -> Trajectory {
    Trajectory::from_bytes("run", bytes, &ReadLimits::default()).expect("a trajectory")
}

fn error_of(bytes: Vec<u8>) -> String {
    Trajectory::from_bytes("run", bytes, &ReadLimits::default())
        .expect_err("not a trajectory")
        .to_string()
}

/// Positions in nanometres like those of water boxes: near neighbours, now and then a jump, all
/// multiples of 0.001 within the range.
fn walk(atoms: usize, range: f32, seed: u32) -> Vec<[f32; 3]> {
    let mut state = seed;
    let mut random = move || {
        // Numerical Recipes' linear congruential generator.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 16_777_216.0
    };
    let mut at = [0.0; 3];
    (0..atoms)
        .map(|_| {
            let jumps = random() < 0.15;
            for part in &mut at {
                *part = if jumps {
                    random() * range
                } else {
                    (*part + (random() - 0.5) * 0.4).clamp(0.0, range)
                };
            }
            at.map(|part| (part * 1000.0).round() / 1000.0)
        })
        .collect()
}

fn assert_near(found: &[[f32; 3]], nm: &[[f32; 3]]) {
    assert_eq!(found.len(), nm.len());
    for (found, nm) in found.as_flattened().iter().zip(nm.as_flattened()) {
        let expected = nm * 10.0;
        assert!(
            (found - expected).abs() <= 1e-3 + expected.abs() * 1e-6,
            "{found} {expected}"
        );
    }
}

#[test]
fn frames_of_an_xtc_file_are_read_in_any_order() {
    for count in [1, 9, 10, 11, 500] {
        let frames: Vec<_> = (0..4).map(|seed| walk(count, 5.0, seed)).collect();
        let bytes = (frames.iter().zip([0.0, 2.5, 5.0, 7.5]))
            .flat_map(|(frame, time)| xtc_frame(frame, time, XTC_STYLE))
            .collect();
        let trajectory = open(bytes);
        assert_eq!(trajectory.format(), TrajectoryFormat::Xtc);
        assert_eq!((trajectory.len(), trajectory.atoms()), (4, count));
        for number in [3, 0, 2, 1] {
            let frame = trajectory.frame(number).expect("a frame");
            assert_eq!(frame.number, number);
            assert_eq!(frame.time_ps, Some(2.5 * number as f64));
            let expected = [[30.0, 0.0, 0.0], [0.0, 40.0, 0.0], [0.0, 0.0, 50.0]];
            assert_eq!(frame.box_angstrom, Some(expected));
            assert_near(&frame.position_angstrom, &frames[number]);
        }
        let error = trajectory.frame(4).expect_err("four frames").to_string();
        assert_eq!(
            error,
            "run: there is no frame 4; choose a number from 0 to 3"
        );
    }
}

#[test]
fn every_way_of_compression_is_read() {
    // Without runs, with long and short ones, with each size of differences, with a changing
    // index, with coordinates that take more than 64 bits as one number or are stored by axis.
    let changing = XtcStyle {
        changes_index: Some(1290),
        ..XTC_STYLE
    };
    let styles = [
        (0, 5.0, XTC_STYLE),
        (1, 5.0, XTC_STYLE),
        (3, 5.0, XTC_STYLE),
        (8, 5.0, XTC_STYLE),
        (8, 9000.0, XTC_STYLE),
        (8, 30_000.0, XTC_STYLE),
        (
            4,
            0.02,
            XtcStyle {
                small: (9, 8),
                ..XTC_STYLE
            },
        ),
        (
            8,
            50.0,
            XtcStyle {
                small: (60, 1_048_576),
                ..XTC_STYLE
            },
        ),
        (8, 5.0, changing),
        (
            8,
            5.0,
            XtcStyle {
                magic: 2023,
                ..XTC_STYLE
            },
        ),
    ];
    for (longest_run, range, style) in styles {
        let style = XtcStyle {
            longest_run,
            ..style
        };
        for seed in 0..8 {
            let frame = walk(200, range, seed);
            let trajectory = open(xtc_frame(&frame, 1.0, style));
            let read = trajectory.frame(0).expect("a frame");
            assert_near(&read.position_angstrom, &frame);
        }
    }
}

#[test]
fn trr_files_of_both_precisions_are_read() {
    let frames: Vec<Vec<[f64; 3]>> = (0..3)
        .map(|seed| {
            walk(20, 4.0, seed)
                .into_iter()
                .map(|at| at.map(f64::from))
                .collect()
        })
        .collect();
    for bytes in [4, 8] {
        let file = (frames.iter().zip([1.5, 2.5, 3.5]))
            .flat_map(|(frame, time)| trr_frame(frame, time, bytes))
            .collect();
        let trajectory = open(file);
        assert_eq!((trajectory.len(), trajectory.atoms()), (3, 20));
        let read = trajectory.frame(2).expect("a frame");
        let nm: Vec<_> = frames[2].iter().map(|at| at.map(|x| x as f32)).collect();
        assert_near(&read.position_angstrom, &nm);
        assert_eq!(read.time_ps, Some(3.5));
        let expected = [[20.0, 0.0, 0.0], [0.0, 25.0, 0.0], [0.0, 0.0, 30.0]];
        assert_eq!(read.box_angstrom, Some(expected));
    }
}

#[test]
fn a_trr_frame_without_positions_says_so() {
    let mut bytes = trr_frame(&[[1.0; 3]], 0.0, 4);
    // The lengths of positions and forces change places with velocities that are not there.
    let length = 12_i32.to_be_bytes();
    bytes[52..64].copy_from_slice(&[[0; 4], length, length].concat());
    let error = open(bytes).frame(0).expect_err("no positions").to_string();
    assert!(
        error.starts_with("run: byte 0: frame 0: it has no positions"),
        "{error}"
    );
}

#[test]
fn dcd_files_of_every_program_are_read() {
    let frames: Vec<_> = (0..3).map(|seed| walk(15, 40.0, seed)).collect();
    let namd = DcdStyle {
        is_little_endian: true,
        version: 24,
        cell: Some([10.0, 90.0, 20.0, 90.0, 90.0, 30.0]),
        ..DcdStyle::default()
    };
    let charmm = DcdStyle {
        version: 40,
        cell: Some([10.0, 0.0, 20.0, 0.0, 0.0, 30.0]),
        has_fourth: true,
        ..DcdStyle::default()
    };
    let xplor = DcdStyle::default();
    let no_cell = DcdStyle {
        cell: None,
        ..namd.clone()
    };
    let expected = [[10.0, 0.0, 0.0], [0.0, 20.0, 0.0], [0.0, 0.0, 30.0]];
    for (style, cell) in [
        (namd, Some(expected)),
        (charmm, Some(expected)),
        (xplor, None),
        (no_cell, None),
    ] {
        let trajectory = open(dcd(&frames, &style));
        assert_eq!(trajectory.format(), TrajectoryFormat::Dcd);
        assert_eq!((trajectory.len(), trajectory.atoms()), (3, 15));
        assert!(trajectory.warnings().is_empty());
        for number in [2, 0, 1] {
            let frame = trajectory.frame(number).expect("a frame");
            assert_eq!(frame.position_angstrom, frames[number]);
            let time = frame.time_ps.expect("a time");
            let steps = 100.0 + 10.0 * number as f64;
            assert!((time - steps * 2.0 * 0.048_888_21).abs() < 1e-9);
            for (found, expected) in frame.box_angstrom.iter().zip(&cell) {
                let pairs = found.as_flattened().iter().zip(expected.as_flattened());
                assert!(pairs.into_iter().all(|(a, b)| (a - b).abs() < 1e-4));
            }
            assert_eq!(frame.box_angstrom.is_some(), cell.is_some());
        }
    }
}

#[test]
fn the_symmetric_box_of_charmm_is_taken_as_it_is() {
    let style = DcdStyle {
        version: 40,
        cell: Some([30.0, -2.0, 31.0, 1.0, 3.0, 32.0]),
        ..DcdStyle::default()
    };
    let frame = open(dcd(&[walk(3, 4.0, 1)], &style))
        .frame(0)
        .expect("a frame");
    let expected = [[30.0, -2.0, 1.0], [-2.0, 31.0, 3.0], [1.0, 3.0, 32.0]];
    assert_eq!(frame.box_angstrom, Some(expected));
}

#[test]
fn fixed_atoms_of_a_dcd_file_stay_where_the_first_frame_has_them() {
    let frames: Vec<_> = (0..3).map(|seed| walk(6, 40.0, seed)).collect();
    let style = DcdStyle {
        is_little_endian: true,
        version: 24,
        free: vec![1, 4],
        ..DcdStyle::default()
    };
    let trajectory = open(dcd(&frames, &style));
    assert_eq!((trajectory.len(), trajectory.atoms()), (3, 6));
    for number in [2, 0, 1] {
        let found = trajectory.frame(number).expect("a frame").position_angstrom;
        for atom in 0..6 {
            let moves = [1, 4].contains(&atom);
            let expected = frames[if moves { number } else { 0 }][atom];
            assert_eq!(found[atom], expected, "frame {number}, atom {atom}");
        }
    }
}

#[test]
fn titles_of_a_wrong_marker_are_read_by_their_number() {
    let mut bytes = dcd(&[walk(3, 4.0, 1)], &DcdStyle::default());
    // One title; both markers say two.
    for at in [92, 92 + 4 + 84] {
        assert_eq!(bytes[at..at + 4], 84_i32.to_be_bytes());
        bytes[at..at + 4].copy_from_slice(&164_i32.to_be_bytes());
    }
    assert_eq!(open(bytes).atoms(), 3);
}

#[test]
fn frames_move_the_atoms_of_a_structure_and_keep_its_bonds() {
    let options = ReadOptions::default().with_format(Format::Xyz);
    let text = b"3\n\nO 0 0 0\nH 0.96 0 0\nH -0.24 0.93 0\n";
    let water: Structure = read_bytes("water.xyz", text, PartRole::Whole, &options).expect("water");
    let far = [[0.0; 3], [5.0, 0.0, 0.0], [0.0, 5.0, 0.0]];
    let trajectory = open(xtc_frame(&far, 0.0, XTC_STYLE));
    let moved = trajectory.structure(0, &water).expect("three atoms");
    assert_eq!(moved.bonds(), water.bonds());
    assert_eq!(moved.bonds().len(), 2);
    assert_eq!(moved.atoms().position_angstrom[1], [50.0, 0.0, 0.0]);

    let four = open(xtc_frame(&[[0.0; 3]; 4], 0.0, XTC_STYLE));
    let error = four
        .structure(0, &water)
        .expect_err("four atoms")
        .to_string();
    assert!(
        error.starts_with("run: its frames have 4 atoms, but the structure water has 3; give"),
        "{error}"
    );
    let infinite = open(xtc_frame(&[[f32::INFINITY; 3]; 3], 0.0, XTC_STYLE));
    let error = infinite
        .structure(0, &water)
        .expect_err("infinite")
        .to_string();
    assert!(
        error.contains("frame 0: a coordinate is not finite"),
        "{error}"
    );
}
