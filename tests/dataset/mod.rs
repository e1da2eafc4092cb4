//! End-to-end tests of `molshot dataset`: plan, generate, verify, export, score and evaluate.
//!
//! They also kill the program, tamper with its files, and let endpoints fail. The complexes are the
//! structures of the sample scenes and variants of them. Pictures are small and rendered by the
//! built-in rasteriser.

mod complete;
mod endpoint;
mod entries;
mod evaluate;
mod exports;
mod flags;
mod interruptions;
mod languages;
mod leaks;
mod left_out;
mod names;
mod plans;
mod scores;
mod set;
mod status;
mod tamper;
mod wide_names;
