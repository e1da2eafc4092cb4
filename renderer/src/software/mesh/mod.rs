//! Triangle meshes: which triangles may touch which rows of tiles, and their drawing.
//!
//! A mesh is drawn over the spheres and cylinders of a tile. Each pixel in which a ray hits a
//! triangle that is not hidden is drawn anew from all of its rays; all other pixels stay as they
//! are. What a pixel shows thus depends on the pixel and the scene alone, not on the tile.
//!
//! - `frame`: the corners in camera axes, and lists of triangles for each row of tiles.
//! - `probe`: single pixels that one triangle covers.
//! - `raster`: the nearest triangle on each ray of a tile.
//! - `shade`: light and colours of points on triangles.
//! - `tile`: one tile's drawing, with the spheres and cylinders that may stand before it.

mod frame;
mod probe;
mod raster;
mod scene;
mod shade;
mod tile;

pub(super) use frame::MeshFrame;
pub(super) use probe::for_each_pixel;
pub(super) use scene::SceneMesh;
pub(super) use tile::{MeshTile, TilePlace};
