//! Any bytes read as a trajectory that begins as trr does: an error or frames.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| molshot_fuzz::read_trajectory("trr", bytes));
