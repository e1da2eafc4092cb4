//! All tests of the whole program in one binary, which links once.
//!
//! - `architecture`: what crates, modules and files must look like.
//! - `drawing`: pictures, compared with an independent ray caster, with each other and with files.
//! - `molecule`, `scenes`: what is read and laid out, compared with ChimeraX's own figures.
//! - `cli`, `serve`, `dataset`: the program from outside, started as a user starts it.
#![forbid(unsafe_code)]
#![allow(missing_docs, reason = "tests are documented by their names")]

mod architecture;
mod cli;
mod dataset;
mod drawing;
mod examples;
mod molecule;
mod options;
mod scenes;
mod serve;
mod support;
