//! Tests of hydrogen bonds.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod laws;
mod odd;
mod truth;
