//! Tests of cartoons.
