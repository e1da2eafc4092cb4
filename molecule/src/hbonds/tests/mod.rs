//! Tests of hydrogen bonds.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod edge_cases;
mod properties;
mod reference;
