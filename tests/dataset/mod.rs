//! End-to-end tests of `molshot dataset`: plan, generate, verify, export, score and evaluate.
//!
//! They also kill the program, tamper with its files, and let endpoints fail. The complexes are the
//! structures of the sample scenes and variants of them. Pictures are small and rendered by the
//! built-in rasteriser.

mod comparisons;
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
mod modes;
mod names;
mod plans;
#[cfg(feature = "serve")]
mod quiz;
mod refusals;
mod reports;
mod scores;
mod set;
mod status;
mod tamper;
mod tool_calls;
mod tools;
mod wide_names;
