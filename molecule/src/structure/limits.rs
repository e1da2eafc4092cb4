//! The limits that every structure keeps.

/// Largest magnitude of a coordinate, in angstrom.
///
/// Beyond it an `f32` no longer resolves 0.01 angstrom. The largest structures of the Protein Data
/// Bank span a few thousand angstrom.
pub const MAX_COORDINATE_ANGSTROM: f32 = 100_000.0;
