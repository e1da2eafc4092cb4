//! Data sets from outside: the program plans, makes, checks, exports and scores them, and is
//! killed, lied to and kept waiting.
//!
//! The complexes are the sample scenes' structures and what the tests make of them. Pictures are
//! small and drawn by the built-in rasteriser.

mod endings;
mod endpoint;
mod entries;
mod evaluate;
mod flags;
mod forms;
mod full;
mod plans;
mod scores;
mod set;
mod tamper;
