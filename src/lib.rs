//! Molecular images from structure files.
//!
//! - [`input`]: structure files, folders, scene files and standard input, as the programs `molshot`
//!   and `molshot-view` read them.
#![forbid(unsafe_code)]

#[doc(hidden)]
pub mod cli;
pub mod input;
