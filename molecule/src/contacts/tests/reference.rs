//! PLIP.
