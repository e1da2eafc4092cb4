//! Any bytes read as gro: an error or a valid structure.
#![no_main]

use libfuzzer_sys::fuzz_target;
use molshot_molecule::Format;

fuzz_target!(|bytes: &[u8]| molshot_fuzz::read(Some(Format::Gro), bytes));
