//! One structure, one picture: formats, sizes, standard input and output.

use super::program::{Folder, Pixels, library};

#[test]
fn a_png_has_the_size_asked_for_and_shows_something() {
    let folder = Folder::new("png");
    folder.draw(&[
        library("1ubi.pdb").as_str(),
        "-o",
        "a.png",
        "--size",
        "120x90",
    ]);
    let pixels = Pixels::of_png(&folder.bytes("a.png"));
    assert_eq!((pixels.width, pixels.height, pixels.channels), (120, 90, 3));
    assert!(
        (500..9_000).contains(&pixels.covered()),
        "{}",
        pixels.covered()
    );
    assert_eq!(folder.names(), ["a.png"]);
}

/// To draw it again: the command with `--compression small`, and a program that packs PNG further.
#[test]
fn the_picture_of_the_readme_is_what_its_first_command_draws() {
    let folder = Folder::new("readme");
    let scene = library("hiv_protease_inhibitor.json");
    let run = folder.run(&["render", &scene, "-o", "a.png", "--adapter", "software"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let drawn = Pixels::of_png(&folder.bytes("a.png"));
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/first-picture.png");
    let shown = Pixels::of_png(&std::fs::read(path).expect("the README's picture"));
    assert_eq!((drawn.width, drawn.height), (shown.width, shown.height));
    assert_eq!((drawn.channels, shown.channels), (3, 3));
    let differing = drawn.data.iter().zip(&shown.data).filter(|(a, b)| a != b);
    assert_eq!(
        differing.count(),
        0,
        "docs/first-picture.png is out of date"
    );
}

#[test]
fn without_a_size_the_picture_is_1024_x_1024() {
    let folder = Folder::new("default_size");
    folder.draw(&[library("1a28_progesterone.sdf").as_str(), "-o", "a.png"]);
    let pixels = Pixels::of_png(&folder.bytes("a.png"));
    assert_eq!((pixels.width, pixels.height), (1024, 1024));
}

#[test]
fn a_jpeg_shows_what_the_png_shows() {
    let folder = Folder::new("jpeg");
    let input = library("1ubi.pdb");
    folder.draw(&[input.as_str(), "-o", "a.jpg", "--size", "100x60"]);
    folder.draw(&[input.as_str(), "-o", "a.png", "--size", "100x60"]);
    let png = Pixels::of_png(&folder.bytes("a.png"));
    let jpeg = image::load_from_memory(&folder.bytes("a.jpg")).expect("a JPEG");
    assert_eq!((jpeg.width(), jpeg.height()), (100, 60));
    let data = jpeg.as_bytes();
    assert_eq!(data.len(), png.data.len());
    let off: u64 = data
        .iter()
        .zip(&png.data)
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    let mean = off as f64 / data.len() as f64;
    assert!(mean < 6.0, "mean difference {mean}");
}

#[test]
fn a_webp_shows_exactly_what_the_png_shows() {
    let folder = Folder::new("webp");
    let input = library("1ubi.pdb");
    for (background, channels) in [("#204060", 3), ("transparent", 4)] {
        let look = ["--size", "100x60", "--background", background];
        folder.draw(&[&[input.as_str(), "-o", "a.webp"][..], &look].concat());
        folder.draw(&[&[input.as_str(), "-o", "a.png"][..], &look].concat());
        let png = Pixels::of_png(&folder.bytes("a.png"));
        let webp = image::load_from_memory(&folder.bytes("a.webp")).expect("a WebP");
        assert_eq!((webp.width(), webp.height()), (100, 60));
        assert_eq!(png.channels, channels);
        assert!(webp.as_bytes() == png.data, "{background}: other pixels");
    }
}

#[test]
fn the_background_is_the_colour_asked_for_or_nothing() {
    let folder = Folder::new("background");
    let input = library("1a28_progesterone.sdf");
    for (background, corner) in [
        ("#204060", &[0x20_u8, 0x40, 0x60][..]),
        ("white", &[255, 255, 255]),
        ("transparent", &[0, 0, 0, 0]),
    ] {
        let pixels = Pixels::of_png(&folder.picture(&[&input, "--background", background]));
        assert_eq!(pixels.at(0, 0), corner, "{background}");
        assert!(pixels.covered() > 100, "{background}");
    }
}

#[test]
fn the_format_follows_the_file_extension_unless_it_is_given() {
    let folder = Folder::new("format");
    let input = library("1a28_progesterone.sdf");
    for (out, flags, magic) in [
        ("a.JPEG", &[][..], &b"\xff\xd8\xff"[..]),
        ("a.png", &["--format", "jpeg"], b"\xff\xd8\xff"),
        ("a", &["--format", "webp"], b"RIFF"),
        ("a.webp", &[], b"RIFF"),
    ] {
        let args = [&[input.as_str(), "--size", "32x32", "-o", out][..], flags].concat();
        folder.draw(&args);
        assert!(folder.bytes(out).starts_with(magic), "{out}");
    }
}

#[test]
fn standard_input_and_output_serve_as_files() {
    let folder = Folder::new("streams");
    let input = library("1ubi.pdb");
    let text = std::fs::read(&input).expect("the sample");
    let args = [
        "render",
        "-",
        "--input-format",
        "pdb",
        "-o",
        "-",
        "--size",
        "96x80",
        "--adapter",
        "vulkan-software",
    ];
    let run = folder.run_with(&args, &text, |_| {});
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(
        run.stdout == folder.picture(&[&input]),
        "other bytes than from a file"
    );
}

#[test]
fn several_inputs_make_one_scene() {
    let folder = Folder::new("several");
    let pocket = library("1hvr/1hvr_pocket.pdb");
    let ligand = library("1hvr/1hvr_ligand.mol2");
    let both = folder.picture(&[&pocket, &ligand]);
    assert_ne!(both, folder.picture(&[&pocket]));
    assert_ne!(both, folder.picture(&[&ligand]));
    // The roles of the files are those that they have in their folder.
    assert_eq!(both, folder.picture(&[&library("1hvr")]));
}

#[test]
fn the_same_command_gives_the_same_bytes() {
    let folder = Folder::new("same");
    let input = library("1hvr");
    assert_eq!(folder.picture(&[&input]), folder.picture(&[&input]));
}

#[cfg(unix)]
#[test]
fn a_device_is_written_to_and_not_replaced() {
    use std::os::unix::fs::FileTypeExt;
    let folder = Folder::new("device");
    let input = library("1a28_progesterone.sdf");
    folder.draw(&[
        &input,
        "-o",
        "/dev/null",
        "--format",
        "png",
        "--size",
        "32x32",
    ]);
    let kind = std::fs::metadata("/dev/null")
        .expect("it is still there")
        .file_type();
    assert!(kind.is_char_device());
}
