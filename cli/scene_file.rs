//! Scene files as inputs.

pub(crate) use molshot::input::{is_scene_file, read_scene_file as read};
