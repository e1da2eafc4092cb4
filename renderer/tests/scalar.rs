//! The rasteriser without vector instructions gives the bytes of `tests/hashes.txt`, too.
//!
//! Built with the feature `scalar` only, for this package alone: see `scripts/test-scalar`. The
//! test of the hashes is the one of the integration tests, which here finds one more instruction
//! set to draw with.
#![forbid(unsafe_code)]
#![allow(missing_docs, reason = "tests are documented by their names")]

#[path = "../../tests/drawing/hashes.rs"]
mod hashes;
#[path = "../../tests/support/mod.rs"]
mod support;

use molshot_renderer::software::{InstructionSet, SoftwareBackend};

#[test]
fn the_scalar_rasteriser_was_compiled() {
    assert!(SoftwareBackend::with(InstructionSet::Scalar, 1).is_some());
}
