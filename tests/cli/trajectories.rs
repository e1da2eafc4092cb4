//! Frames of a trajectory, and models, as pictures.
#![allow(
    clippy::format_collect,
    reason = "a test may build its file as it likes"
)]

use super::program::{Folder, Pixels};

/// Alanine in the plane, with its atoms apart enough to bond.
const PEPTIDE: [(&str, [f32; 3]); 5] = [
    ("N", [0.0, 0.0, 0.0]),
    ("CA", [1.46, 0.0, 0.0]),
    ("C", [2.01, 1.42, 0.0]),
    ("O", [1.25, 2.40, 0.0]),
    ("CB", [1.99, -0.77, -1.2]),
];

fn pdb(positions: &[[f32; 3]]) -> String {
    let rows = PEPTIDE.iter().zip(positions).zip(1..);
    rows.map(|(((name, _), [x, y, z]), serial)| {
        format!(
            "ATOM  {serial:5}  {name:<3} ALA A   1    {x:8.3}{y:8.3}{z:8.3}  1.00  0.00          {:>2}\n",
            &name[..1]
        )
    })
    .collect()
}

fn start() -> Vec<[f32; 3]> {
    PEPTIDE.iter().map(|(_, position)| *position).collect()
}

/// An XTC file of up to nine atoms, which is not compressed.
pub(super) fn xtc(frames: &[Vec<[f32; 3]>]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (frame, time) in frames.iter().zip(0_u8..) {
        let count = frame.len() as i32;
        let mut put = |value: [u8; 4]| bytes.extend(value);
        for value in [1995, count, i32::from(time)] {
            put(value.to_be_bytes());
        }
        let time = f32::from(time);
        for value in [time, 3.0, 0.0, 0.0, 0.0, 3.0, 0.0, 0.0, 0.0, 3.0] {
            put(value.to_be_bytes());
        }
        put(count.to_be_bytes());
        for position in frame.as_flattened() {
            put((position / 10.0).to_be_bytes());
        }
    }
    bytes
}

/// The peptide, then turned more and more about y and moved to the side.
fn turning(count: usize) -> Vec<Vec<[f32; 3]>> {
    let frame = |number: usize| {
        let (sine, cosine) = (number as f32 * 0.4).sin_cos();
        let turn = |[x, y, z]: [f32; 3]| {
            [
                x * cosine + z * sine + number as f32 * 0.3,
                y,
                z * cosine - x * sine,
            ]
        };
        start().into_iter().map(turn).collect()
    };
    (0..count).map(frame).collect()
}

/// A folder with the peptide and 12 frames of it.
fn folder(name: &str) -> Folder {
    let folder = Folder::new(name);
    folder.put("a.pdb", pdb(&start()));
    folder.put("a.xtc", xtc(&turning(12)));
    folder
}

/// Number of pixels that differ.
fn differing(a: &[u8], b: &[u8]) -> usize {
    let (a, b) = (Pixels::of_png(a), Pixels::of_png(b));
    let chunks = a.data.chunks(a.channels).zip(b.data.chunks(b.channels));
    chunks.filter(|(a, b)| a != b).count()
}

#[test]
fn frames_are_pictures_seen_from_the_first_ones_camera() {
    let folder = folder("frames");
    let size = ["--size", "96x96"];
    let args = [
        "a.pdb",
        "a.xtc",
        "-o",
        "f{frame}_{index}.png",
        "--frames",
        "0:11:5",
    ];
    folder.draw(&[&args[..], &size].concat());
    assert_eq!(
        folder.names(),
        ["a.pdb", "a.xtc", "f00_0.png", "f05_1.png", "f10_2.png"]
    );
    folder.draw(&[&["a.pdb", "-o", "static.png"][..], &size].concat());
    assert_eq!(folder.bytes("f00_0.png"), folder.bytes("static.png"));
    for (a, b) in [("f00_0.png", "f05_1.png"), ("f05_1.png", "f10_2.png")] {
        assert!(differing(&folder.bytes(a), &folder.bytes(b)) > 100);
    }
    // Frames from the end alone are seen from another camera.
    folder.draw(
        &[
            &["a.xtc", "a.pdb", "-o", "last.png", "--frames", "10"][..],
            &size,
        ]
        .concat(),
    );
    assert_ne!(folder.bytes("last.png"), folder.bytes("f10_2.png"));
}

#[test]
fn without_frames_the_first_is_drawn_with_a_note() {
    let folder = folder("first_frame");
    let run = folder.draw(&["a.pdb", "a.xtc", "-o", "a_{frame}.png", "--size", "32x32"]);
    assert!(
        run.stderr.contains("holds 12 frames; the first is drawn"),
        "{}",
        run.stderr
    );
    assert_eq!(folder.names(), ["a.pdb", "a.xtc", "a_0.png"]);
}

#[test]
fn aligned_frames_of_a_rigid_molecule_look_alike() {
    let folder = folder("align");
    let args = |out: &'static str| {
        [
            "a.pdb", "a.xtc", "-o", out, "--frames", "::11", "--size", "96x96",
        ]
    };
    folder.draw(&args("free_{frame}.png"));
    folder.draw(&[&args("fixed_{frame}.png")[..], &["--align", "protein"]].concat());
    assert_eq!(folder.bytes("free_00.png"), folder.bytes("fixed_00.png"));
    let free = differing(&folder.bytes("free_00.png"), &folder.bytes("free_11.png"));
    let fixed = differing(&folder.bytes("fixed_00.png"), &folder.bytes("fixed_11.png"));
    assert!(free > 1000 && fixed < free / 10, "{free} {fixed}");
    let refused = args("x_{frame}.png");
    let wrong = [&["render"], &refused[..], &["--align", "name CA"]].concat();
    folder.refuse(2, &wrong, &["--align", "matches 1 of", "at least 3"]);
    let wrong = [&["render"], &refused[..], &["--align", "nmae CA"]].concat();
    folder.refuse(2, &wrong, &["--align"]);
}

#[test]
fn frames_go_with_views_archives_and_resuming() {
    let folder = folder("frames_views");
    let all = ["a.pdb", "a.xtc", "--frames", ":3", "--size", "24x24"];
    let views = ["--views", "front,left", "-o", "{view}_{frame}.png"];
    folder.draw(&[&all[..], &views].concat());
    assert_eq!(folder.names().len(), 2 + 6);
    assert_ne!(folder.bytes("left_1.png"), folder.bytes("left_2.png"));
    let left = folder.bytes("left_1.png");
    std::fs::remove_file(folder.0.join("left_1.png")).expect("it is there");
    folder.put("front_0.png", "kept");
    let run = folder.draw(&[&all[..], &views, &["--resume"]].concat());
    assert_eq!(folder.bytes("left_1.png"), left);
    assert_eq!(folder.bytes("front_0.png"), b"kept", "{}", run.stderr);
    folder.draw(&[&all[..], &["-o", "all.tar"]].concat());
    let names = |name: &str| {
        let mut file = std::fs::File::open(folder.0.join(name)).expect("an archive");
        let members = molshot_archive::members(&mut file).expect("members");
        let mut names: Vec<_> = members.into_iter().map(|member| member.name).collect();
        names.sort();
        names
    };
    assert_eq!(names("all.tar"), ["a_0.png", "a_1.png", "a_2.png"]);
}

#[test]
fn a_damaged_frame_does_not_keep_the_others_from_being_drawn() {
    let folder = folder("frames_damaged");
    let mut bytes = xtc(&turning(3));
    let frame = bytes.len() / 3;
    // A coordinate of the second frame, behind its header.
    bytes[frame + 56..frame + 60].copy_from_slice(&f32::NAN.to_be_bytes());
    folder.put("a.xtc", &bytes);
    let all = ["render", "a.pdb", "a.xtc", "-o", "{frame}.png"];
    let args = [&all[..], &["--frames", ":", "--size", "24x24"]].concat();
    let fails = |args: &[&str], words: &[&str]| {
        let run = folder.run_with(args, b"", |_| {});
        assert_eq!(run.status, Some(1), "{}", run.stderr);
        for word in words {
            assert!(run.stderr.contains(word), "{word}: {}", run.stderr);
        }
    };
    fails(&args, &["frame 1", "2 of 3 pictures were drawn"]);
    let drawn = folder.bytes("2.png");
    assert!(!folder.names().contains(&"1.png".to_owned()));
    fails(
        &[&args[..], &["--resume"]].concat(),
        &["frame 1", "0 of 1 picture"],
    );
    assert_eq!(folder.bytes("2.png"), drawn);
}

#[test]
fn wrong_frames_and_names_are_refused() {
    let folder = folder("wrong_frames");
    let refuse = |status: i32, args: &[&str], words: &[&str]| {
        folder.refuse(status, &[&["render"], args].concat(), words);
    };
    refuse(
        2,
        &["a.pdb", "-o", "x.png", "--frames", ":"],
        &["--frames", "no INPUT is a trajectory"],
    );
    refuse(
        2,
        &["a.pdb", "-o", "x.png", "--align", "all"],
        &["--align", "no INPUT"],
    );
    refuse(
        2,
        &["a.pdb", "-o", "x_{frame}.png"],
        &["{frame} requires a trajectory"],
    );
    refuse(
        2,
        &["a.xtc", "-o", "x.png"],
        &["give the structure file of its atoms"],
    );
    refuse(
        2,
        &["a.pdb", "a.xtc", "a.xtc", "-o", "x.png"],
        &["both trajectories"],
    );
    let both = ["a.pdb", "a.xtc"];
    refuse(
        2,
        &[&both[..], &["-o", "x.png", "--each"]].concat(),
        &["--each"],
    );
    refuse(
        2,
        &[&both[..], &["-o", "x.png", "--frames", ":3"]].concat(),
        &["include {frame}"],
    );
    let turn = ["-o", "x_{frame}.png", "--frames", ":3", "--turntable", "4"];
    refuse(2, &[&both[..], &turn].concat(), &["include {index}"]);
    refuse(
        2,
        &[&both[..], &["-o", "x.png", "--frames", "12"]].concat(),
        &["none of the 12 frames"],
    );
    refuse(
        2,
        &[&both[..], &["-o", "x.png", "--frames", "1;2"]].concat(),
        &["START:STOP:STEP"],
    );
    refuse(
        2,
        &[&both[..], &["--print-request"]].concat(),
        &["--print-request", "a.xtc"],
    );
    folder.put("b.xyz", "2\n\nC 0 0 0\nO 1.2 0 0\n");
    refuse(
        1,
        &["b.xyz", "a.xtc", "-o", "x.png"],
        &["have 5 atoms", "structure b has 2"],
    );
    let cut = &xtc(&turning(3))[..300];
    folder.put("cut.xtc", cut);
    let run = folder.draw(&[
        "a.pdb",
        "cut.xtc",
        "-o",
        "{frame}.png",
        "--frames",
        ":",
        "--size",
        "9x9",
    ]);
    assert!(
        run.stderr.contains("the frame 2 is cut off"),
        "{}",
        run.stderr
    );
    folder.refuse(1, &["info", "a.xtc"], &["is a trajectory (XTC)"]);
}

#[test]
fn models_are_an_overlay_or_a_picture_each() {
    let folder = Folder::new("model_pictures");
    let models: String = (turning(11).iter().zip(1..))
        .map(|(frame, number)| format!("MODEL     {number:4}\n{}ENDMDL\n", pdb(frame)))
        .collect();
    folder.put("nmr.pdb", models);
    let size = ["--size", "64x64"];
    let draw = |args: &[&str]| folder.draw(&[&["nmr.pdb"], args, &size].concat());
    draw(&["-o", "m{model}.png", "--model", "9-11"]);
    assert_eq!(folder.names(), ["m09.png", "m10.png", "m11.png", "nmr.pdb"]);
    draw(&["-o", "nine.png", "--model", "9"]);
    assert_eq!(folder.bytes("m09.png"), folder.bytes("nine.png"));
    assert!(differing(&folder.bytes("m09.png"), &folder.bytes("m11.png")) > 50);
    draw(&[
        "-o",
        "all.png",
        "--model",
        "all",
        "--annotations",
        "all.json",
        "--planes",
        "color,atom-id",
    ]);
    let text = String::from_utf8(folder.bytes("all.json")).expect("UTF-8");
    let annotations: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(annotations["atoms"].as_array().map(Vec::len), Some(55));
    assert_eq!(annotations["residues"].as_array().map(Vec::len), Some(11));
    let info = folder.run(&["info", "nmr.pdb", "--model", "2-3"]).text();
    assert!(
        info.contains("nmr model 2 (5 atoms") && info.contains("nmr model 3"),
        "{info}"
    );
    folder.refuse(
        1,
        &["info", "nmr.pdb", "--model", "20-30"],
        &["20 to 30", "choose from 1 to 11"],
    );
    folder.refuse(
        2,
        &["info", "nmr.pdb", "--model", "3-1"],
        &["--model", "all"],
    );
    let args = ["render", "nmr.pdb", "-o", "{model}.png"];
    folder.refuse(2, &args, &["{model} requires --model"]);
}

#[test]
fn molecules_of_an_sd_file_have_a_camera_each() {
    let folder = Folder::new("sdf_models");
    let molecule = |atoms: &[(&str, f32)]| {
        let rows: String = (atoms.iter())
            .map(|(symbol, x)| format!("{x:10.4}    0.0000    0.0000 {symbol:<3} 0  0\n"))
            .collect();
        format!(
            "m\n\n\n{:3}  0  0  0  0  0  0  0  0  0999 V2000\n{rows}M  END\n$$$$\n",
            atoms.len()
        )
    };
    let far = [("C", 500.0), ("O", 501.2), ("N", 502.4)];
    let near = [("C", 0.0), ("O", 1.2)];
    folder.put("two.sdf", [molecule(&near), molecule(&far)].concat());
    let args = [
        "two.sdf",
        "-o",
        "{model}.png",
        "--model",
        "all",
        "--size",
        "64x64",
    ];
    let run = folder.draw(&args);
    assert!(!run.stderr.contains("shows nothing"), "{}", run.stderr);
    let second = folder.bytes("2.png");
    folder.draw(&["two.sdf", "-o", "2.png", "--model", "2", "--size", "64x64"]);
    assert_eq!(folder.bytes("2.png"), second);
}
