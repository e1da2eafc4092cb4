//! Any bytes, gzipped or not, with the format told from them: an error or a sound structure.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| molshot_fuzz::read(None, bytes));
