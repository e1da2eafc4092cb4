//! The further planes, as files.

use super::program::{Folder, Pixels, library};

/// Type string, shape and data of a NumPy file.
fn npy(bytes: &[u8]) -> (String, Vec<usize>, Vec<[u8; 4]>) {
    assert_eq!(&bytes[..8], b"\x93NUMPY\x01\x00");
    let length = usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..10 + length]).expect("an ASCII header");
    assert_eq!((10 + length) % 64, 0, "data must be aligned");
    assert!(header.ends_with('\n') && header.contains("'fortran_order': False"));
    let between = |start: &str, end: &str| -> String {
        let (_, rest) = header.split_once(start).expect("a key");
        rest.split_once(end).expect("an end").0.to_owned()
    };
    let shape = between("'shape': (", ")")
        .split(',')
        .filter_map(|side| side.trim().parse().ok())
        .collect();
    let data = bytes[10 + length..].as_chunks::<4>().0.to_vec();
    (between("'descr': '", "'"), shape, data)
}

#[test]
fn all_planes_are_written_and_agree() {
    let folder = Folder::new("planes");
    let planes = "color,depth,normal,atom-id,residue-id";
    let input = library("1hvr");
    folder.draw(&[&input, "-o", "a.png", "--size", "90x70", "--planes", planes]);
    assert_eq!(
        folder.names(),
        [
            "a.atom-id.npy",
            "a.atom-id.png",
            "a.depth.npy",
            "a.depth.png",
            "a.normal.npy",
            "a.normal.png",
            "a.png",
            "a.residue-id.npy",
            "a.residue-id.png",
        ]
    );

    let (kind, shape, depth) = npy(&folder.bytes("a.depth.npy"));
    assert_eq!((kind.as_str(), shape.as_slice()), ("<f4", &[70, 90][..]));
    let depth: Vec<f32> = depth.into_iter().map(f32::from_le_bytes).collect();
    let (kind, shape, normal) = npy(&folder.bytes("a.normal.npy"));
    assert_eq!((kind.as_str(), shape.as_slice()), ("<f4", &[70, 90, 3][..]));
    let normal: Vec<f32> = normal.into_iter().map(f32::from_le_bytes).collect();
    let ids = |name: &str| -> Vec<u32> {
        let (kind, shape, ids) = npy(&folder.bytes(name));
        assert_eq!((kind.as_str(), shape.as_slice()), ("<u4", &[70, 90][..]));
        ids.into_iter().map(u32::from_le_bytes).collect()
    };
    let (atoms, residues) = (ids("a.atom-id.npy"), ids("a.residue-id.npy"));
    assert_eq!(
        (depth.len(), normal.len(), atoms.len()),
        (6300, 18_900, 6300)
    );

    let depth_png = Pixels::of_png(&folder.bytes("a.depth.png"));
    let [(key, units)] = depth_png.texts.as_slice() else {
        panic!("{:?}", depth_png.texts)
    };
    assert_eq!(key, "depth_units_per_angstrom");
    let units: f32 = units.parse().expect("a number");
    let atom_png = Pixels::of_png(&folder.bytes("a.atom-id.png"));
    let residue_png = Pixels::of_png(&folder.bytes("a.residue-id.png"));
    let normal_png = Pixels::of_png(&folder.bytes("a.normal.png"));

    let info = folder.run(&["info", &input, "--json"]).text();
    let info: serde_json::Value = serde_json::from_str(&info).expect("JSON");
    let limit = |key: &str| u32::try_from(info[key].as_u64().expect("a count")).expect("small");
    let mut seen = 0;
    for pixel in 0..6300 {
        let (x, y) = (pixel % 90, pixel / 90);
        let hit = atoms[pixel] != 0;
        seen += usize::from(hit);
        assert_eq!(hit, residues[pixel] != 0);
        assert_eq!(hit, depth[pixel].is_finite());
        assert!(atoms[pixel] <= limit("atoms") && residues[pixel] <= limit("residues"));
        let stored = depth_png.at(x, y);
        let stored = f32::from(u16::from_be_bytes([stored[0], stored[1]])) / units;
        if hit {
            assert!(
                (stored - depth[pixel]).abs() <= 0.51 / units,
                "{stored} {}",
                depth[pixel]
            );
        } else {
            assert_eq!(stored.to_bits(), 0);
        }
        for (ids, png) in [(&atoms, &atom_png), (&residues, &residue_png)] {
            let rgb = png.at(x, y);
            assert_eq!(u32::from_le_bytes([rgb[0], rgb[1], rgb[2], 0]), ids[pixel]);
        }
        let n = &normal[pixel * 3..pixel * 3 + 3];
        let length = n.iter().map(|part| part * part).sum::<f32>().sqrt();
        assert!(
            (length - if hit { 1.0 } else { 0.0 }).abs() < 1e-3,
            "normal {n:?}"
        );
        for (part, byte) in n.iter().zip(normal_png.at(x, y)) {
            let expected = if hit { (part + 1.0) * 127.5 } else { 0.0 };
            assert!((f32::from(*byte) - expected).abs() <= 0.51);
        }
    }
    assert!((300..6000).contains(&seen), "{seen} pixels are covered");
}

#[test]
fn planes_without_colour_write_no_picture() {
    let folder = Folder::new("plane_alone");
    let input = library("1a28_progesterone.sdf");
    folder.draw(&[
        &input, "-o", "a.png", "--size", "32x32", "--planes", "atom-id",
    ]);
    assert_eq!(folder.names(), ["a.atom-id.npy", "a.atom-id.png"]);
}

#[test]
fn the_colour_is_the_same_with_and_without_further_planes() {
    let folder = Folder::new("plane_color");
    let input = library("1hvr");
    let alone = folder.picture(&[&input]);
    assert!(alone == folder.picture(&[&input, "--planes", "color,depth,atom-id"]));
}

#[test]
fn a_crop_crops_every_plane() {
    let folder = Folder::new("plane_crop");
    let input = library("1hvr");
    let look = ["--size", "90x70", "--planes", "depth,atom-id"];
    folder.draw(&[&[input.as_str(), "-o", "whole.png"][..], &look].concat());
    let crop = ["-o", "crop.png", "--commands", "crop 20 10 30 40"];
    folder.draw(&[&[input.as_str()][..], &crop, &look].concat());
    for plane in ["depth", "atom-id"] {
        let (_, _, whole) = npy(&folder.bytes(&format!("whole.{plane}.npy")));
        let (_, shape, crop) = npy(&folder.bytes(&format!("crop.{plane}.npy")));
        assert_eq!(shape, [40, 30]);
        for y in 0..40 {
            let row = (10 + y) * 90 + 20;
            assert_eq!(
                crop[y * 30..(y + 1) * 30],
                whole[row..row + 30],
                "{plane} row {y}"
            );
        }
    }
}
