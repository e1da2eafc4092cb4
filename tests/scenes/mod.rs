//! Requests and structures to scenes: ChimeraX's cameras, view commands, sample scenes, the schema.

mod chimerax_camera;
mod library;
mod motions;
mod schema_properties;
