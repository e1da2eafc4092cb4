//! What the fuzz targets share: the properties of every structure, and small structures to select
//! and draw from.
#![forbid(unsafe_code)]

use std::sync::Arc;

use molshot_molecule::trajectory::Trajectory;
use molshot_molecule::{
    Format, MAX_COORDINATE_ANGSTROM, PartRole, ReadLimits, ReadOptions, Structure,
    TrajectoryFormat, read_bytes,
};

/// A peptide of two residues, a ligand, water and an ion; small, yet with every class of residue
/// but nucleotides.
const SMALL_PDB: &str = include_str!("small.pdb");

/// Limits that a fuzzer's small inputs can reach.
const LIMITS: ReadLimits = ReadLimits::new(1 << 20, 10_000);

/// Reads bytes like an upload, and checks the invariants of the [`Structure`].
///
/// # Panics
/// Panics if an invariant is violated, which the fuzzer detects.
pub fn read(format: Option<Format>, bytes: &[u8]) {
    read_as("upload", format, bytes);
}

/// Reads bytes like a file of a name, and checks the invariants of the [`Structure`].
///
/// # Panics
/// Panics if an invariant is violated, which the fuzzer detects.
pub fn read_as(name: &str, format: Option<Format>, bytes: &[u8]) {
    let options = ReadOptions::default()
        .with_format(format)
        .with_limits(LIMITS);
    match read_bytes(name, bytes, PartRole::Whole, &options) {
        Ok(structure) => check(&structure),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Reads all frames of a trajectory, and checks their numbers of atoms and the memory of the index.
///
/// `extension` says the format, whose first bytes are put in front unless they are there: a fuzzer
/// that changes them would read nothing.
///
/// # Panics
/// Panics if an invariant is violated, which the fuzzer detects.
pub fn read_trajectory(extension: &str, bytes: &[u8]) {
    let magic: &[u8] = match extension {
        "xtc" => b"\0\0\x07\xcb",
        "trr" => b"\0\0\x07\xc9",
        _ => b"T\0\0\0CORD",
    };
    let bytes = match TrajectoryFormat::from_magic(bytes) {
        Some(format) if format.extension() == extension => bytes.to_vec(),
        _ => [magic, bytes].concat(),
    };
    let length = bytes.len();
    match Trajectory::from_bytes("upload", bytes, &LIMITS) {
        Ok(trajectory) => {
            assert!((1..=length).contains(&trajectory.len()));
            for number in 0..trajectory.len() {
                match trajectory.frame(number) {
                    Ok(frame) => assert_eq!(frame.position_angstrom.len(), trajectory.atoms()),
                    Err(error) => assert!(!error.to_string().is_empty()),
                }
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Checks the invariants of the columns, residues and bonds of a structure.
///
/// # Panics
/// Panics if one is violated.
pub fn check(structure: &Structure) {
    let atoms = structure.atoms();
    let count = atoms.len();
    assert!((1..=LIMITS.max_atoms).contains(&count));
    assert_eq!(atoms.element.len(), count);
    assert_eq!(atoms.name.len(), count);
    assert_eq!(atoms.residue.len(), count);
    let is_near = |x: &f32| x.abs() < MAX_COORDINATE_ANGSTROM;
    assert!(atoms.position_angstrom.iter().flatten().all(is_near));
    let mut next = 0;
    for (i, residue) in structure.residues().iter().enumerate() {
        assert_eq!(residue.atoms.start, next);
        assert!(residue.atoms.end > next);
        next = residue.atoms.end;
        for atom in residue.atoms.clone() {
            assert_eq!(atoms.residue[atom as usize] as usize, i);
        }
        assert!(structure.part_of(residue).residues.contains(&(i as u32)));
    }
    assert_eq!(next as usize, count);
    let bonds = structure.bonds();
    assert!(
        bonds
            .iter()
            .all(|bond| bond.a < bond.b && (bond.b as usize) < count)
    );
    assert!(
        bonds
            .windows(2)
            .all(|pair| (pair[0].a, pair[0].b) < (pair[1].a, pair[1].b))
    );
    let pseudobonds = structure.pseudobonds();
    assert!(
        pseudobonds
            .iter()
            .all(|bond| bond.a < bond.b && (bond.b as usize) < count)
    );
    assert!(pseudobonds.windows(2).all(|pair| pair[0] < pair[1]));
}

/// Returns the small structure for selections and commands.
///
/// # Panics
/// Panics if it cannot be read.
#[must_use]
pub fn small_structure() -> Arc<Structure> {
    let options = ReadOptions::default().with_format(Format::Pdb);
    let read = read_bytes("small.pdb", SMALL_PDB.as_bytes(), PartRole::Whole, &options);
    Arc::new(read.expect("the small structure is sound"))
}
