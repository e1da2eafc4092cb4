//! Pictures in one tar archive: `-o out.tar`.

use std::collections::BTreeMap;
use std::fs;
use std::io::Cursor;

use super::program::{Folder, library};

/// Draws with the built-in backend; it must succeed.
fn draw(folder: &Folder, args: &[&str]) -> String {
    let all = ["render", "--adapter", "software", "--size", "40x30"];
    let run = folder.run(&[&all[..], args].concat());
    assert_eq!(run.status, Some(0), "{args:?}: {}", run.stderr);
    run.stderr
}

/// The files of an archive, which must be whole.
fn files_of(folder: &Folder, archive: &str) -> BTreeMap<String, Vec<u8>> {
    let bytes = folder.bytes(archive);
    assert!(bytes.ends_with(molshot_archive::END), "{archive}");
    let members = molshot_archive::members(&mut Cursor::new(&bytes)).expect("bytes in memory");
    let mut start = 0;
    let mut files = BTreeMap::new();
    for member in members {
        let header = &bytes[start..start + molshot_archive::BLOCK_BYTES];
        let digits = std::str::from_utf8(&header[124..135]).expect("digits");
        let size = usize::from_str_radix(digits, 8).expect("octal digits");
        let content = &bytes[start + header.len()..][..size];
        let again = files.insert(member.name, content.to_vec());
        assert!(again.is_none(), "each name once");
        start = usize::try_from(member.end_bytes).expect("a small archive");
    }
    assert_eq!(start + molshot_archive::END.len(), bytes.len());
    files
}

/// The files of a folder.
fn files_in(folder: &Folder) -> BTreeMap<String, Vec<u8>> {
    let names = folder.names().into_iter();
    names
        .map(|name| (name.clone(), folder.bytes(&name)))
        .collect()
}

#[test]
fn an_archive_holds_the_bytes_of_the_files() {
    let input = library("1hvr");
    let what = [
        input.as_str(),
        "--turntable",
        "6",
        "--planes",
        "color,depth,mask-chain",
        "--masks",
        "residue",
    ];
    let files = Folder::new("archive_files");
    let names = ["-o", "t{index}.png", "--annotations", "t{index}.json"];
    draw(&files, &[&what[..], &names].concat());
    assert_eq!(files.names().len(), 6 * 6);
    let folder = Folder::new("archive");
    let names = [
        "-o",
        "out.tar/t{index}.png",
        "--annotations",
        "out.tar/t{index}.json",
    ];
    for threads in ["1", "3"] {
        draw(
            &folder,
            &[&what[..], &names, &["--threads", threads]].concat(),
        );
        assert_eq!(folder.names(), ["out.tar"]);
        assert!(files_of(&folder, "out.tar") == files_in(&files));
    }
    // Annotations may be files of their own.
    let names = [
        "-o",
        "out.tar/t{index}.png",
        "--annotations",
        "t{index}.json",
    ];
    draw(&folder, &[&what[..], &names].concat());
    assert_eq!(folder.names().len(), 1 + 6);
    assert_eq!(files_of(&folder, "out.tar").len(), 6 * 5);
}

#[test]
fn an_archive_alone_names_its_files() {
    let folder = Folder::new("archive_names");
    let (a, b) = (library("1a28_progesterone.sdf"), library("1ubi.pdb"));
    let names = |archive: &str| files_of(&folder, archive).into_keys().collect::<Vec<_>>();
    draw(&folder, &[&a, "-o", "one.tar"]);
    assert_eq!(names("one.tar"), ["1a28_progesterone.png"]);
    draw(&folder, &[&a, "-o", "jpeg.tar", "--format", "jpeg"]);
    assert_eq!(names("jpeg.tar"), ["1a28_progesterone.jpg"]);
    assert!(files_of(&folder, "jpeg.tar")["1a28_progesterone.jpg"].starts_with(b"\xff\xd8"));
    draw(
        &folder,
        &[
            &a,
            "-o",
            "turn.tar",
            "--turntable",
            "2",
            "--annotations",
            "turn.tar",
        ],
    );
    let turned = ["json", "png"].map(|kind| format!("1a28_progesterone_0.{kind}"));
    assert_eq!(names("turn.tar")[..2], turned);
    draw(
        &folder,
        &[&a, &b, "--each", "--views", "top,left", "-o", "views.tar"],
    );
    let expected = [
        "1a28_progesterone_left.png",
        "1a28_progesterone_top.png",
        "1ubi_left.png",
        "1ubi_top.png",
    ];
    assert_eq!(names("views.tar"), expected);
    // A scene file says its format, and a request is printed as for a file.
    let scene = ["render", &a, "-o", "x.webp", "--print-request"];
    folder.put("scene.json", folder.run(&scene).stdout);
    draw(&folder, &["scene.json", "-o", "scene.tar"]);
    assert_eq!(names("scene.tar"), ["scene.webp"]);
    let printed = folder.run(&["render", &a, "-o", "x.tar/y.webp", "--print-request"]);
    assert!(printed.stdout == folder.bytes("scene.json"));
    // A folder may be called so.
    fs::create_dir(folder.0.join("folder.tar")).expect("a new folder");
    draw(&folder, &[&a, "-o", "folder.tar/a.png"]);
    assert!(folder.0.join("folder.tar/a.png").is_file());
}

#[test]
fn an_interrupted_archive_is_continued() {
    let input = library("1a28_progesterone.sdf");
    let what = [
        input.as_str(),
        "--turntable",
        "5",
        "--planes",
        "color,atom-id",
    ];
    let out = ["-o", "out.tar", "--threads", "1"];
    let folder = Folder::new("archive_resume");
    draw(&folder, &[&what[..], &out].concat());
    let whole = folder.bytes("out.tar");
    let files = files_of(&folder, "out.tar");
    let mut cursor = Cursor::new(&whole);
    let ends: Vec<usize> = molshot_archive::members(&mut cursor)
        .expect("bytes in memory")
        .iter()
        .map(|member| usize::try_from(member.end_bytes).expect("a small archive"))
        .collect();
    // Cut off within a file of the second picture, between its files, and behind it.
    for (length, left) in [(ends[2] + 700, 4), (ends[4], 4), (ends[5], 3)] {
        fs::remove_file(folder.0.join("out.tar")).expect("the archive is there");
        folder.put("out.tar.part", &whole[..length]);
        let said = draw(&folder, &[&what[..], &out, &["--resume"]].concat());
        assert!(said.contains(&format!("{left} pictures in ")), "{said}");
        assert_eq!(folder.names(), ["out.tar"]);
        assert!(folder.bytes("out.tar") == whole);
    }
    // A finished one gets what is missing, and stays as it is where nothing is.
    let said = draw(&folder, &[&what[..], &out, &["--resume"]].concat());
    assert!(said.contains("nothing to draw: all 5 pictures"), "{said}");
    assert!(folder.bytes("out.tar") == whole);
    let more = [
        input.as_str(),
        "--views",
        "top",
        "-o",
        "out.tar/top.png",
        "--resume",
    ];
    draw(&folder, &more);
    assert_eq!(files_of(&folder, "out.tar").len(), files.len() + 1);
    // Without --resume it is replaced.
    draw(&folder, &[&what[..], &out].concat());
    assert!(folder.bytes("out.tar") == whole);
}

#[test]
fn what_no_archive_can_hold_is_refused() {
    let folder = Folder::new("archive_refused");
    let input = library("1a28_progesterone.sdf");
    let refuse = |status, args: &[&str], words: &[&str]| {
        folder.refuse(status, &[&["render", &input], args].concat(), words);
        assert!(!folder.names().iter().any(|name| name.contains(".part")));
    };
    refuse(
        2,
        &["-o", "{name}.tar"],
        &["--output", "one archive", "'out.tar/{name}.png'"],
    );
    refuse(
        2,
        &["-o", "out.tar/../a.png"],
        &["leads out of the archive"],
    );
    let long = format!("out.tar/{}.png", "n".repeat(97));
    refuse(
        2,
        &["-o", &long],
        &["too long for a tar archive", "100 bytes"],
    );
    refuse(
        2,
        &["-o", "out.tar/a.png", "--turntable", "2"],
        &["include {index}"],
    );
    refuse(
        2,
        &["-o", "a.png", "--annotations", "b.tar"],
        &["--annotations", "that archive"],
    );
    refuse(
        2,
        &["-o", "a.tar", "--annotations", "b.tar"],
        &["--annotations", "that archive"],
    );
    let same = ["-o", "a.tar/x.png", "--annotations", "a.tar/x.png"];
    refuse(2, &same, &["--annotations", "two pictures", "a.tar/x.png"]);
    refuse(1, &["-o", "no/such/out.tar"], &["no folder no/such"]);
    folder.put("other.tar", "something else");
    refuse(
        1,
        &["-o", "other.tar", "--resume"],
        &["not an archive that molshot wrote"],
    );
    assert_eq!(folder.bytes("other.tar"), b"something else");
    // Devices, and links to them, are not replaced.
    #[cfg(unix)]
    {
        let link = folder.0.join("link.tar");
        std::os::unix::fs::symlink("/dev/null", &link).expect("a new link");
        refuse(1, &["-o", "link.tar"], &["give the name of a file"]);
        assert!(!std::path::Path::new("/dev/null").is_file());
        fs::remove_file(link).expect("the link is there");
    }
    folder.put("bad.sdf", "nothing of a structure\n");
    folder.refuse(1, &["render", "bad.sdf", "-o", "bad.tar"], &["bad.sdf"]);
    assert_eq!(folder.names(), ["bad.sdf", "other.tar"]);
}

#[test]
fn no_picture_is_appended_twice() {
    let folder = Folder::new("archive_twice");
    let input = library("1hvr");
    let what = [input.as_str(), "--turntable", "4"];
    let draw_into = |archive: &str, more: &[&str]| {
        let name = format!("{archive}/t{{index}}.png");
        draw(&folder, &[&what[..], &["-o", &name], more].concat())
    };
    // Other planes or annotations than before are refused, and change nothing.
    draw_into("a.tar", &[]);
    let before = folder.bytes("a.tar");
    for more in [
        &["--annotations", "a.tar/t{index}.json"][..],
        &["--planes", "color,depth"],
    ] {
        let refused = folder.refuse(
            1,
            &[
                &["render", "--adapter", "software", "--size", "40x30"],
                &what[..],
                &["-o", "a.tar/t{index}.png", "--resume"],
                more,
            ]
            .concat(),
            &["a.tar: it holds t0.png without t0", "--resume"],
        );
        assert!(!refused.contains("finished before"), "{refused}");
        assert!(folder.bytes("a.tar") == before);
    }
    // A file beside the archive that is missing is written alone.
    let apart = ["--annotations", "t{index}.json"];
    draw_into("b.tar", &apart);
    let (archive, one) = (folder.bytes("b.tar"), folder.bytes("t2.json"));
    fs::remove_file(folder.0.join("t2.json")).expect("it is there");
    draw_into("b.tar", &[&apart[..], &["--resume"]].concat());
    assert!(folder.bytes("b.tar") == archive && folder.bytes("t2.json") == one);
    // An archive that ends within its first file begins anew.
    for length in [130, 700] {
        fs::write(folder.0.join("c.tar.part"), &archive[..length]).expect("writable");
        draw_into("c.tar", &["--resume"]);
        assert_eq!(files_of(&folder, "c.tar").len(), 4, "{length}");
        fs::remove_file(folder.0.join("c.tar")).expect("it is there");
    }
}
