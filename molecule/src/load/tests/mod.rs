mod folders;
mod overlap;

use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;

const SDF: &str = "t\n  p                 3D\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n    1.0000    2.0000    3.0000 C   0  0\nM  END\n";
const MOL2: &str = "@<TRIPOS>MOLECULE\nm\n1 0 1\nSMALL\n@<TRIPOS>ATOM\n1 C7 1 2 3 C.3 1 GTP\n";
const PDB: &str =
    "ATOM      1  CA  ALA A   1       5.000   2.000   3.000  1.00  0.00           C  \nEND\n";

/// A temporary folder of one test, removed at its end.
struct Scratch(PathBuf);

impl Scratch {
    fn new(test: &str) -> Self {
        let path =
            std::env::temp_dir().join(format!("molshot-input-{}-{test}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).expect("a scratch folder");
        Self(path)
    }

    /// A folder `1abc` with these files.
    fn complex(&self, files: &[(&str, &str)]) -> PathBuf {
        let folder = self.0.join("1abc");
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir(&folder).expect("a folder");
        for (name, text) in files {
            std::fs::write(folder.join(name), text).expect("a file");
        }
        folder
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("in memory");
    encoder.finish().expect("in memory")
}

fn read(name: &str, bytes: &[u8]) -> Result<Structure, MoleculeError> {
    read_bytes(name, bytes, PartRole::Whole, &ReadOptions::default())
}

#[test]
fn gzip_of_several_members_is_undone() {
    let (head, tail) = SDF.as_bytes().split_at(30);
    let bytes = [gzip(head), gzip(tail)].concat();
    let text = decompress("x", &bytes, 1000).expect("sound");
    assert_eq!(&*text, SDF.as_bytes());
    read("x.sdf.gz", &bytes).expect("sound");
}

#[test]
fn a_gzip_bomb_is_refused_before_it_unfolds() {
    let bytes = gzip(&vec![b' '; 10_000_000]);
    let error = decompress("x.gz", &bytes, 100_000).expect_err("too large");
    assert_eq!(error.code(), "input_too_large");
    assert!(
        error
            .to_string()
            .starts_with("x.gz: grows beyond the limit of 100000 bytes")
    );
    decompress("x.gz", &bytes, 10_000_000).expect("just within the limit");
}

#[test]
fn damaged_gzip_is_refused() {
    let bytes = gzip(SDF.as_bytes());
    for damaged in [&bytes[..bytes.len() - 9], &bytes[..5]] {
        let error = decompress("x.gz", damaged, 1000).expect_err("cut off");
        assert_eq!(error.code(), "input_malformed");
        assert!(error.to_string().contains("damaged or cut off"));
    }
    let twice = gzip(&bytes);
    assert!(
        read("x", &twice)
            .expect_err("twice")
            .to_string()
            .contains("compressed twice")
    );
}

#[test]
fn bytes_beyond_the_limit_are_refused() {
    let mut options = ReadOptions::default();
    options.limits.max_bytes = 20;
    let error = read_bytes("x", SDF.as_bytes(), PartRole::Whole, &options).expect_err("too large");
    assert_eq!(error.code(), "input_too_large");
    let scratch = Scratch::new("limit");
    let path = scratch.0.join("x.sdf");
    std::fs::write(&path, SDF).expect("a file");
    let error = read_file(&path, &options).expect_err("too large");
    assert_eq!(error.code(), "input_too_large");
}

#[test]
fn marks_and_line_ends_of_other_systems_are_taken() {
    read("x.sdf", format!("\u{feff}{SDF}").as_bytes()).expect("a byte order mark");
    read("x.sdf", SDF.replace('\n', "\r").as_bytes()).expect("lone carriage returns");
    read("x.sdf", SDF.replace('\n', "\r\n").as_bytes()).expect("both");
    let error = read("x.sdf", "\u{feff}".as_bytes()).expect_err("nothing but a mark");
    assert!(error.to_string().contains("is empty"));
}

#[test]
fn a_stated_format_is_not_questioned() {
    let options = ReadOptions {
        format: Some(Format::Mol2),
        ..ReadOptions::default()
    };
    let error = read_bytes("x", SDF.as_bytes(), PartRole::Whole, &options).expect_err("no MOL2");
    assert!(error.to_string().contains("holds no molecule"));
    let error = read_bytes("x", b"", PartRole::Whole, &options).expect_err("nothing");
    assert!(error.to_string().contains("is empty (0 bytes)"));
}

#[test]
fn parts_are_named_after_the_file() {
    for (name, part) in [
        ("a/b/5ey0_pocket.pdb.gz", "5ey0_pocket"),
        ("C:\\x\\y.mol2", "y"),
        ("y.tar.sdf", "y.tar"),
        (".pdb", ".pdb"),
        ("plain", "plain"),
        ("x.gz", "x"),
        ("", ""),
        ("é", "é"),
    ] {
        assert_eq!(part_name(name), part);
    }
}

#[test]
fn what_is_no_regular_file_is_refused() {
    let scratch = Scratch::new("kinds");
    let text = read_file(&scratch.0, &ReadOptions::default())
        .expect_err("a folder")
        .to_string();
    assert!(
        text.contains("it is a folder, not a regular file"),
        "{text}"
    );
    let missing = scratch.0.join("missing.pdb");
    let error = read_input(&missing, FolderOptions::default(), &ReadOptions::default())
        .expect_err("nothing there");
    assert_eq!(error.code(), "input_unreadable");
    assert!(error.to_string().contains("missing.pdb: cannot be read"));
    #[cfg(unix)]
    {
        let text = read_file(Path::new("/dev/zero"), &ReadOptions::default())
            .expect_err("endless")
            .to_string();
        assert!(text.contains("it is a device"), "{text}");
        let socket = scratch.0.join("s.pdb");
        let _listener = std::os::unix::net::UnixListener::bind(&socket).expect("a socket");
        let text = read_file(&socket, &ReadOptions::default())
            .expect_err("a socket")
            .to_string();
        assert!(text.contains("it is a socket"), "{text}");
    }
}
