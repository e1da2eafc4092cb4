//! Any bytes, gzipped or not, with detected format: an error or a valid structure.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| molshot_fuzz::read(None, bytes));
