use proptest::prelude::*;

use super::*;

fn found(name: &str, bytes: &[u8]) -> Format {
    detect(name, bytes).expect("a known format")
}

fn problem(name: &str, bytes: &[u8]) -> String {
    let error = detect(name, bytes).expect_err("no format");
    assert_eq!(error.code(), "input_format_unknown");
    error.to_string()
}

const SDF_HEAD: &[u8] = b"ATOM\n@<TRIPOS>\n\n  1  0  0  0  0  0  0  0  0  0999 V2000\n";

#[test]
fn the_content_decides_against_the_ending() {
    for (bytes, format) in [
        (&b"HEADER    HYDROLASE\n"[..], Format::Pdb),
        (b"\n\nATOM      1  N   ALA A   1\n", Format::Pdb),
        (b"ATOM  100000  N   ALA A   1\n", Format::Pdb),
        (b"HETATM100000  N   ALA A   1\n", Format::Pdb),
        (b"CRYST1   10.000\n", Format::Pdb),
        (b"# comment\n\nDATA_1ABC\nloop_\n", Format::Mmcif),
        (
            b"# comment\nGlobal_ _lib_name x\ndata_x\nATOM 1 N N GLY A 1 0 0 0\n",
            Format::Mmcif,
        ),
        (b"# comment\n@<TRIPOS>MOLECULE\n", Format::Mol2),
        (SDF_HEAD, Format::Sdf),
        (
            b"t\n\n\n  0  0  0     0  0            999 V3000  \n",
            Format::Sdf,
        ),
        (b"2\ncomment\nC 0 0 0\n", Format::Xyz),
        (b"1\nPROPERTIES=pos:R:3:species:S:1\n0 0 0 C\n", Format::Xyz),
        (b"\x83\xabdataBlocks\x90\xa7encoder\xa1x", Format::Bcif),
    ] {
        for name in ["x.pdb", "x.cif", "x.bcif", "x.sdf", "x.mol2", "x.xyz", "x"] {
            assert_eq!(
                found(name, bytes),
                format,
                "{name} {}",
                bytes.escape_ascii()
            );
        }
    }
}

#[test]
fn the_ending_decides_where_the_content_leaves_it_open() {
    let text = b"some words\nmore words\n";
    assert_eq!(found("folder.cif/x.SDF.gz", text), Format::Sdf);
    assert_eq!(found("x.ent", text), Format::Pdb);
    assert_eq!(found("x.bcif", b"\0\0"), Format::Bcif);
    assert!(problem("x.txt", text).contains("neither the content nor the file extension"));
    assert!(problem("pdb", text).contains("neither"));
}

#[test]
fn unsupported_files_are_named() {
    for (bytes, expected) in [
        (&b"\x89PNG\r\n\x1a\n...."[..], "is a PNG image; give a PDB"),
        (b"\xff\xd8\xff\xe0", "is a JPEG image"),
        (b"%PDF-1.4", "is a PDF document"),
        (b"\x7fELF\x02", "is an ELF program"),
        (b"BZh91AY", "is bzip2-compressed; decompress it first"),
        (b"PK\x03\x04", "is a ZIP archive; unpack it first"),
        (b"\xfd7zXZ\0", "is xz-compressed; decompress it first"),
        (
            b"\x28\xb5\x2f\xfd",
            "is zstd-compressed; decompress it first",
        ),
        (
            b"\xff\xfeA\0T\0",
            "is UTF-16 text; save it as UTF-8 or ASCII",
        ),
        (b"\n <!DOCTYPE HTML>", "is an HTML page"),
        (b"<?xml version", "is an XML document"),
        (b"{\"a\": 1}", "is a JSON document"),
        (b"$RXN\n", "is a reaction file"),
        (b"PSF CMAP\n", "is a PSF topology, which has no coordinates"),
        (
            b"%VERSION  VERSION_STAMP = V0001.000\n",
            "is a topology of AMBER",
        ),
        (b"AT\0OM", "is binary data of an unsupported format"),
        (b"", "is empty (0 bytes)"),
        (b" \n\t\n", "is empty (only white space)"),
        (
            b"\xde\0\x02\xabmmtfVersion\xa31.0",
            "is MMTF, which is not supported (RCSB retired the format in 2024); give mmCIF or BinaryCIF",
        ),
    ] {
        let text = problem("x.pdb", bytes);
        assert!(
            text.starts_with("x.pdb: ") && text.contains(expected),
            "{text}"
        );
    }
    let mut tar = vec![b'a'; 600];
    tar[257..262].copy_from_slice(b"ustar");
    assert!(problem("x.pdb", &tar).contains("is a tar archive"));
}

#[test]
fn gro_files_are_recognised_whatever_they_are_called() {
    let gro = "Water box\n    2\n    1SOL     OW    1   1.000   1.000  -1.000\n    1SOL    HW1    2   1.096   1.000   1.000\n   2.0 2.0 2.0\n";
    let velocities =
        "MODEL t= 0.0\r\n1\r\n 1234LIG  C123A99999  -1.00000  12.00000   0.50000  0.1234\r\n";
    for text in [gro, velocities] {
        for name in ["x.pdb", "x.gro", "x.xyz", "x"] {
            assert_eq!(found(name, text.as_bytes()), Format::Gro, "{name}");
        }
    }
    let trajectory = problem("x.pdb", b"\0\0\x07\xcb\0\0\0\x05\0\0\0\0");
    assert!(
        trajectory.contains("is a trajectory (XTC)") && trajectory.contains("beside the structure"),
        "{trajectory}"
    );
    let xyz = b"1\n1\nC 0.000 0.000 0.000\n";
    assert_eq!(found("x", xyz), Format::Xyz);
}

#[test]
fn names_of_formats_lead_back_to_them() {
    for format in Format::ALL {
        assert_eq!(Format::from_name(format.name()), Some(format));
    }
    for (path, format) in [
        ("a/b.PDB", Some(Format::Pdb)),
        ("b.ent.gz", Some(Format::Pdb)),
        ("b.pqr", Some(Format::Pdb)),
        ("b.PDBQT.gz", Some(Format::Pdb)),
        ("b.mmcif.GZ", Some(Format::Mmcif)),
        ("b.mol", Some(Format::Sdf)),
        ("b.gz", None),
        ("pdb", None),
        ("..", None),
    ] {
        assert_eq!(Format::from_path(Path::new(path)), format, "{path}");
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300), name in ".{0,8}") {
        let _ = detect(&name, &bytes);
    }
}
