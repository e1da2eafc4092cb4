//! What holds for any bytes, and for files from outside.

use std::io::Read;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use super::super::fields::{decimal, hybrid36, integer};
use super::super::parse;
use super::{CA, N, ZN};
use crate::Structure;
use crate::build::build;
use crate::io::options::ReadOptions;
use crate::structure::PartRole;

/// Parses and builds a structure, and checks its invariants.
fn read_whole(bytes: &[u8]) -> Option<Structure> {
    let options = ReadOptions::default();
    let model = parse("x.pdb", bytes, &options).ok()?;
    let rows = model.atoms.len() as u32;
    assert!(model.bonds.iter().all(|b| b.a < b.b && b.b < rows));
    let structure = build(
        model,
        "x",
        "x.pdb",
        PartRole::Whole,
        &ReadOptions::default(),
    )
    .ok()?;
    let atoms = structure.atoms();
    assert_eq!(atoms.residue.len(), atoms.len());
    let mut next = 0;
    for (i, residue) in structure.residues().iter().enumerate() {
        assert_eq!(residue.atoms.start, next);
        assert!(residue.atoms.end > next);
        next = residue.atoms.end;
        assert!((residue.chain as usize) < structure.chains().len());
        for atom in residue.atoms.clone() {
            assert_eq!(atoms.residue[atom as usize] as usize, i);
        }
    }
    assert_eq!(next as usize, atoms.len());
    Some(structure)
}

proptest! {
    #[test]
    fn any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = read_whole(&bytes);
    }

    #[test]
    fn any_field_in_a_sound_record(
        start in 0_usize..80,
        field in "[-+ .*0-9A-Za-z\t\u{e9}]{0,12}",
        record in 0_usize..7,
        cut in 0_usize..90,
    ) {
        let records = [N, CA, ZN, "CONECT    1    2    3\n", "MODEL        1\n", "TER\n", "END\n"];
        let mut line = records[record].trim_end().as_bytes().to_vec();
        line.resize(80.max(line.len()), b' ');
        line.splice(start..(start + field.len()).min(80), field.bytes());
        line.truncate(cut);
        let mut text = [N, CA].concat().into_bytes();
        text.extend(line);
        text.extend(b"\nEND\n");
        text.extend(ZN.bytes());
        text.extend(b"CONECT    2    3\n");
        let _ = read_whole(&text);
    }

    #[test]
    fn records_in_any_order(picks in proptest::collection::vec(0_usize..9, 0..40)) {
        let records = [
            N, CA, ZN, "CONECT    1    2    3\n", "MODEL        1\n", "ENDMDL\n", "TER\n", "END\n",
            "ATOM      2  CA BALA A   5      11.639   6.071  -5.147  0.40 21.00           C  \n",
        ];
        let text: String = picks.iter().map(|i| records[*i]).collect();
        let atoms = picks.iter().any(|i| matches!(i, 0..=2 | 8));
        prop_assert_eq!(read_whole(text.as_bytes()).is_some(), atoms);
    }

    #[test]
    fn decimals_equal_the_standard_library(text in "[-+]?[0-9]{0,6}(\\.[0-9]{0,6})?") {
        let expected = text.parse::<f32>().ok().filter(|x| x.is_finite());
        prop_assert_eq!(decimal(text.as_bytes()).map(f32::to_bits), expected.map(f32::to_bits));
    }

    #[test]
    fn hybrid36_counts_on(number in -999_i32..2_436_111) {
        let (this, next) = (encode(number), encode(number + 1));
        prop_assert_eq!(hybrid36(this.as_bytes(), 4), Some(number));
        prop_assert_eq!(hybrid36(next.as_bytes(), 4), Some(number + 1));
    }

    #[test]
    fn integers_are_plain(number in -999_999_999_i32..=999_999_999) {
        prop_assert_eq!(integer(format!(" {number} ").as_bytes()), Some(number));
    }
}

/// Hybrid-36 of four columns, by counting digits: independent of the decoder's formula.
fn encode(number: i32) -> String {
    if number < 10_000 {
        return format!("{number:>4}");
    }
    let block = 26 * 36 * 36 * 36;
    let count = number - 10_000;
    let (digits, mut rest): (&[u8; 36], i32) = if count < block {
        (b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", count)
    } else {
        (b"0123456789abcdefghijklmnopqrstuvwxyz", count - block)
    };
    rest += 10 * 36 * 36 * 36;
    let mut text = Vec::new();
    for _ in 0..4 {
        text.push(digits[(rest % 36) as usize] as char);
        rest /= 36;
    }
    text.iter().rev().collect()
}

fn find(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            find(&path, found);
            continue;
        }
        let name = path.display().to_string();
        let name = name.trim_end_matches(".gz");
        if [".pdb", ".ent", ".pdbqt", ".pqr"]
            .iter()
            .any(|e| name.ends_with(e))
        {
            found.push(path);
        }
    }
}

#[test]
fn files_from_outside_read_or_have_no_atoms() {
    let Some(root) = std::env::var_os("MOLSHOT_TEST_DATA") else {
        // Past the capture of the test harness: a reader of the log, and the count of tests, must
        // see it.
        std::io::Write::write_all(
            &mut std::io::stderr(),
            b"skipped: MOLSHOT_TEST_DATA is not set\n",
        )
        .expect("standard error is open");
        return;
    };
    let mut found = Vec::new();
    find(Path::new(&root), &mut found);
    assert!(!found.is_empty(), "no PDB file in MOLSHOT_TEST_DATA");
    for path in found {
        let mut bytes = std::fs::read(&path).unwrap();
        if bytes.starts_with(b"\x1f\x8b") {
            let mut plain = Vec::new();
            flate2::read::MultiGzDecoder::new(&*bytes)
                .read_to_end(&mut plain)
                .unwrap();
            bytes = plain;
        }
        let has_atoms = bytes
            .split(|b| *b == b'\n')
            .any(|line| line.starts_with(b"ATOM ") || line.starts_with(b"HETATM"));
        match read_whole(&bytes) {
            Some(structure) => assert!(structure.warnings().len() < 12, "{}", path.display()),
            None => assert!(!has_atoms, "{} cannot be read", path.display()),
        }
    }
}
