mod folders;
mod overlap;

use std::fmt::Write as _;
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

#[cfg(unix)]
#[test]
fn only_regular_files_within_the_limit_are_read() {
    let scratch = Scratch::new("regular");
    let path = |name: &str| scratch.0.join(name);
    std::fs::write(path("a.xyz"), "1\n\nO 0 0 0\n").expect("a file");
    std::fs::write(path("large.xyz"), "").expect("a file");
    let text = |name: &str, max_bytes| {
        crate::read_regular_file(&path(name), max_bytes)
            .expect_err("an error")
            .to_string()
    };
    assert_eq!(
        crate::read_regular_file(&path("a.xyz"), 11)
            .expect("a file")
            .len(),
        11
    );
    assert!(text("a.xyz", 10).contains("has 11 bytes, more than the limit of 10"));
    // A sparse file of 1 TiB is refused by its size; reading it would take minutes.
    let sparse = std::fs::OpenOptions::new()
        .write(true)
        .open(path("large.xyz"));
    sparse
        .expect("a file")
        .set_len(1 << 40)
        .expect("a sparse file");
    assert!(text("large.xyz", 1 << 30).contains("more than the limit"));
    std::os::unix::fs::symlink("/dev/zero", path("zero.xyz")).expect("a link");
    assert!(text("zero.xyz", 10).contains("it is a device, not a regular file"));
    std::os::unix::net::UnixListener::bind(path("s.xyz")).expect("a socket");
    assert!(text("s.xyz", 10).contains("it is a socket, not a regular file"));
    assert!(text(".", 10).contains("it is a folder, not a regular file"));
    let made = std::process::Command::new("mkfifo")
        .arg(path("p.xyz"))
        .status();
    if made.is_ok_and(|status| status.success()) {
        assert!(text("p.xyz", 10).contains("it is a pipe, not a regular file"));
    }
}

#[test]
fn the_limits_hold_for_every_row_that_takes_memory() {
    let limits = crate::ReadLimits::new(1 << 30, 2);
    let options = ReadOptions::default().with_limits(limits);
    let refused = |name: &str, text: &str| {
        read_bytes(name, text.as_bytes(), PartRole::Whole, &options)
            .expect_err("an error")
            .to_string()
    };
    let atom = PDB.lines().next().expect("a line");
    let three = [atom, atom, atom].join("\n");
    assert!(refused("x.pdb", &three).contains("x.pdb:3: holds more atoms than the limit of 2"));
    let pairs = format!(
        "{atom}\n{}",
        "CONECT    1    2    3    4    5\n".repeat(250_002)
    );
    assert!(refused("x.pdb", &pairs).contains("more than 1000004 pairs of atoms"));
    let mut bonds = "data_x\nloop_\n_chem_comp_bond.comp_id\n_chem_comp_bond.atom_id_1\n_chem_comp_bond.atom_id_2\n".to_owned();
    for number in 0..=250_000 {
        // Writing to a string does not fail.
        let _ = writeln!(bonds, "LIG A{number} B{number}");
    }
    assert!(refused("x.cif", &bonds).contains("more than 250000 rows"));
}

#[cfg(unix)]
#[test]
fn a_part_of_a_complex_that_is_not_a_regular_file_is_not_read() {
    let scratch = Scratch::new("parts");
    let folder = scratch.complex(&[("1abc_pocket.pdb", PDB), ("1abc_ligand.sdf", SDF)]);
    std::os::unix::fs::symlink("/dev/zero", folder.join("1abc_ligand.mol2")).expect("a link");
    let read = || read_folder(&folder, FolderOptions::default(), &ReadOptions::default());
    let structure = read().expect("the SD file is read");
    let warnings = structure.warnings();
    assert!(
        warnings[0]
            .message
            .contains("1abc_ligand.mol2 cannot be read"),
        "{warnings:?}"
    );
    assert!(
        warnings[0]
            .message
            .contains("it is a device, not a regular file")
    );
    std::fs::remove_file(folder.join("1abc_pocket.pdb")).expect("a file");
    std::os::unix::fs::symlink("/dev/zero", folder.join("1abc_pocket.pdb")).expect("a link");
    assert!(
        read()
            .expect_err("no pocket")
            .to_string()
            .contains("it is a device")
    );
}
