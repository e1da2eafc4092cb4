//! The program from outside: it is started as a user starts it, and judged by its exit status, its
//! messages and its files.
//!
//! The input is the sample scenes' structures; drawing is done by software Vulkan, and a test that
//! finds none fails.

mod annotations;
mod archives;
mod assemblies;
mod bad_files;
mod bad_flags;
mod bad_outputs;
mod bad_scenes;
mod bench;
mod captions;
mod contacts;
mod devices;
mod environment;
mod hbonds;
mod info;
mod lacking;
mod many;
mod models;
mod molviewspec;
mod options;
mod pictures;
mod planes;
mod program;
mod resume;
mod scene_files;
mod schema;
mod texts;
mod trajectories;
