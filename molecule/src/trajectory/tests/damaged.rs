//! Damaged and hostile files: an error or a frame, never a panic.

use proptest::prelude::*;

use super::encode::{DcdStyle, XTC_STYLE, XtcStyle, dcd, trr_frame, xtc_frame};
use super::{error_of, open, walk};
use crate::ReadLimits;
use crate::trajectory::Trajectory;

/// One file of each kind, of 12 atoms and 3 frames.
fn files() -> Vec<Vec<u8>> {
    let frames: Vec<_> = (0..3).map(|seed| walk(12, 4.0, seed)).collect();
    let doubles = |frame: &Vec<[f32; 3]>| -> Vec<[f64; 3]> {
        frame.iter().map(|at| at.map(f64::from)).collect()
    };
    let new = XtcStyle {
        magic: 2023,
        ..XTC_STYLE
    };
    let namd = DcdStyle {
        is_little_endian: true,
        version: 24,
        cell: Some([10.0, 90.0, 20.0, 90.0, 90.0, 30.0]),
        free: vec![1, 2, 5],
        ..DcdStyle::default()
    };
    let xtc = |style| -> Vec<u8> {
        let frames = frames.iter();
        frames
            .flat_map(|frame| xtc_frame(frame, 0.0, style))
            .collect()
    };
    let trr = |bytes| -> Vec<u8> {
        let frames = frames.iter();
        frames
            .flat_map(|frame| trr_frame(&doubles(frame), 0.0, bytes))
            .collect()
    };
    vec![
        xtc(XTC_STYLE),
        xtc(new),
        trr(4),
        trr(8),
        dcd(&frames, &namd),
        dcd(&frames, &DcdStyle::default()),
    ]
}

/// Reads all frames; an error must have a text.
fn read_all(bytes: Vec<u8>) {
    let limits = ReadLimits::new(1 << 20, 10_000);
    match Trajectory::from_bytes("run", bytes, &limits) {
        Ok(trajectory) => {
            for number in 0..trajectory.len() {
                match trajectory.frame(number) {
                    Ok(frame) => assert_eq!(frame.position_angstrom.len(), trajectory.atoms()),
                    Err(error) => assert!(error.to_string().starts_with("run: "), "{error}"),
                }
            }
        }
        Err(error) => assert!(error.to_string().starts_with("run: "), "{error}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn damaged_files_are_errors_or_frames(
        which in 0..6_usize,
        at in 0.0..1.0_f64,
        replaced in 0..9_usize,
        by in proptest::collection::vec(prop_oneof![Just(0_u8), Just(0xff), Just(0x7f), any::<u8>()], 0..9),
        cut in proptest::option::of(0.0..1.0_f64),
    ) {
        let mut bytes = files().swap_remove(which);
        let start = (at * bytes.len() as f64) as usize;
        let end = (start + replaced).min(bytes.len());
        bytes.splice(start..end, by);
        if let Some(cut) = cut {
            bytes.truncate((cut * bytes.len() as f64) as usize);
        }
        read_all(bytes);
    }

    #[test]
    fn any_bytes_are_errors_or_frames(
        head in prop_oneof![
            Just(&b"\0\0\x07\xcb"[..]),
            Just(&b"\0\0\x07\xe7"[..]),
            Just(&b"\0\0\x07\xc9"[..]),
            Just(&b"T\0\0\0CORD"[..]),
            Just(&b""[..]),
        ],
        rest in proptest::collection::vec(any::<u8>(), 0..300),
    ) {
        read_all([head, &rest].concat());
    }
}

#[test]
fn a_file_that_is_cut_off_keeps_its_whole_frames() {
    for bytes in files() {
        let whole = open(bytes.clone());
        let second = whole.frame(1).expect("a frame");
        for left_out in [1, 5, 30] {
            let cut = open(bytes[..bytes.len() - left_out].to_vec());
            assert_eq!(cut.len(), 2, "{:?} without {left_out}", cut.format());
            assert_eq!(cut.frame(1).expect("a frame"), second);
            let warning = cut.warnings().last().expect("a warning").to_string();
            assert!(
                warning.contains("the frame 2 is cut off by the end of the file; the 2 before it"),
                "{warning}"
            );
        }
    }
}

#[test]
fn errors_name_the_frame_and_the_byte() {
    let mut xtc = xtc_frame(&walk(12, 4.0, 1), 0.0, XTC_STYLE);
    let length = xtc.len();
    xtc.extend(xtc_frame(&walk(12, 4.0, 2), 0.0, XTC_STYLE));
    let mut wrong = xtc.clone();
    wrong[length + 3] = 0;
    let error = error_of(wrong);
    let start = format!(
        "run: byte {length}: frame 1: a frame begins with 1995 or 2023, but here is 1792; give"
    );
    assert!(error.starts_with(&start), "{error}");

    let mut other = xtc_frame(&walk(12, 4.0, 1), 0.0, XTC_STYLE);
    other.extend(xtc_frame(&walk(13, 4.0, 2), 0.0, XTC_STYLE));
    let error = error_of(other);
    assert!(
        error.contains("frame 1: it has 13 atoms, but frame 0 has 12"),
        "{error}"
    );

    // Fewer compressed bytes than the atoms need.
    let mut short = xtc.clone();
    short[88..92].copy_from_slice(&4_i32.to_be_bytes());
    short.truncate(96);
    let error = open(short).frame(0).expect_err("too short").to_string();
    assert!(
        error.contains("frame 0: the compressed coordinates end before"),
        "{error}"
    );

    let dcd = dcd(&[walk(12, 4.0, 1), walk(12, 4.0, 2)], &DcdStyle::default());
    let mut wrong = dcd.clone();
    let at = wrong.len() - 4;
    wrong[at] = 1;
    let error = open(wrong)
        .frame(1)
        .expect_err("a wrong marker")
        .to_string();
    assert!(
        error.contains("frame 1: the record of the z coordinates has a marker of"),
        "{error}"
    );
}

#[test]
fn a_number_of_atoms_takes_no_memory_that_is_not_there() {
    let mut xtc = xtc_frame(&walk(12, 4.0, 1), 0.0, XTC_STYLE);
    for at in [4, 52] {
        xtc[at..at + 4].copy_from_slice(&i32::MAX.to_be_bytes());
    }
    let limits = ReadLimits::new(1 << 30, usize::MAX);
    let trajectory = Trajectory::from_bytes("run", xtc, &limits).expect("headers");
    assert!(trajectory.frame(0).is_err());
    assert_eq!(
        error_of(trr_frame(&[[1.0; 3]; 4], 0.0, 4)[..100].to_vec()),
        "run: the file has no whole frame; give the whole file; it may have been cut off"
    );
}

#[test]
fn other_files_are_refused_with_what_is_wrong() {
    assert!(error_of(b"ATOM      1".to_vec()).contains("is not a trajectory in the format XTC"));
    assert!(error_of(Vec::new()).contains("is not a trajectory"));
    assert!(error_of(b"\x1f\x8b\x08\0\0\0\0\0".to_vec()).contains("decompress it first"));
    assert!(error_of(b"T\0\0\0\0\0\0\0CORD".to_vec()).contains("record markers of 64 bits"));
    assert!(error_of(b"T\0\0\0VELD....".to_vec()).contains("a DCD file of velocities"));
    let limits = ReadLimits::new(1 << 20, 3);
    let bytes = xtc_frame(&walk(4, 4.0, 1), 0.0, XTC_STYLE);
    let error = Trajectory::from_bytes("run", bytes, &limits).expect_err("four atoms");
    assert!(
        error
            .to_string()
            .contains("4 atoms are more than the limit of 3")
    );
}

#[test]
fn a_declared_number_of_frames_that_is_wrong_is_a_warning() {
    let style = DcdStyle {
        declared: Some(5),
        ..DcdStyle::default()
    };
    let frames = [walk(3, 4.0, 1), walk(3, 4.0, 2)];
    let trajectory = open(dcd(&frames, &style));
    assert_eq!(trajectory.len(), 2);
    let warning = trajectory.warnings()[0].to_string();
    assert!(
        warning.contains("the header declares 5 frames, but the file holds 2"),
        "{warning}"
    );
}
