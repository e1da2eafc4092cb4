//! Any bytes read as xyz or pdb: the hydrogen bonds of the resulting molecule are found, with valid
//! values.
#![no_main]

use libfuzzer_sys::fuzz_target;
use molshot_molecule::hbonds::{HydrogenBondOptions, Scope, find};
use molshot_molecule::{Format, PartRole, ReadLimits, ReadOptions, read_bytes};

fuzz_target!(|bytes: &[u8]| {
    let format = if bytes.first().is_some_and(u8::is_ascii_digit) {
        Format::Xyz
    } else {
        Format::Pdb
    };
    let options = ReadOptions::default()
        .with_format(format)
        .with_limits(ReadLimits::new(1 << 20, 10_000));
    let Ok(structure) = read_bytes("upload", bytes, PartRole::Whole, &options) else {
        return;
    };
    let all = HydrogenBondOptions::default().with_scope(Scope::All);
    let found = find(&structure, &all).expect("the options are sound");
    for bond in &found.bonds {
        assert_ne!(bond.donor, bond.acceptor);
        assert!((0.0..5.0).contains(&bond.distance_angstrom));
    }
    assert_eq!(found.report(&structure).bonds.len(), found.bonds.len());
});
