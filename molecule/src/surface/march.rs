//! The pieces of a mesh, one for each brick, and how they become one.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::grid::Bricks;
use super::mesh::SurfaceMesh;
use super::{SurfaceError, SurfaceOptions};
use crate::cancel::CancelToken;

/// The triangles of a brick.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) position: Vec<[f32; 3]>,
    pub(super) normal: Vec<[f32; 3]>,
    pub(super) atom: Vec<u32>,
    pub(super) triangles: Vec<[u32; 3]>,
    /// Vertices that other bricks have, too, with the key of their edge of the grid.
    pub(super) shared: Vec<(u32, u64)>,
}

/// Counts the triangles of all bricks.
#[derive(Debug)]
pub(super) struct TriangleLimit {
    counted: AtomicUsize,
    limit: usize,
}

impl TriangleLimit {
    pub(super) fn new(limit: usize) -> Self {
        Self {
            counted: AtomicUsize::new(0),
            limit,
        }
    }

    pub(super) fn count(
        &self,
        triangles: usize,
        options: &SurfaceOptions,
    ) -> Result<(), SurfaceError> {
        let total = self.counted.fetch_add(triangles, Ordering::Relaxed) + triangles;
        if total <= self.limit {
            return Ok(());
        }
        Err(SurfaceError::TooLarge {
            problem: format!(
                "the surface has more than {} triangles at a resolution of {} angstrom",
                self.limit, options.resolution_angstrom
            ),
            remedy: "use a coarser resolution or a smaller selection".to_owned(),
        })
    }
}

/// Joins the pieces in the order of their bricks; vertices on common faces become one.
pub(super) fn join(
    pieces: &[Piece],
    bricks: &Bricks,
    cancel: &CancelToken,
) -> Result<SurfaceMesh, SurfaceError> {
    debug_assert_eq!(pieces.len(), bricks.len());
    let mut mesh = SurfaceMesh::default();
    let mut known: HashMap<u64, u32> = HashMap::new();
    let mut moved = Vec::new();
    for piece in pieces {
        cancel.check()?;
        moved.clear();
        let mut shared = piece.shared.iter().peekable();
        for vertex in 0..piece.position.len() {
            let next = mesh.position_angstrom.len() as u32;
            let target = match shared.next_if(|(index, _)| *index as usize == vertex) {
                Some((_, key)) => *known.entry(*key).or_insert(next),
                None => next,
            };
            if target == next {
                mesh.position_angstrom.push(piece.position[vertex]);
                mesh.normal.push(piece.normal[vertex]);
                mesh.atom.push(piece.atom[vertex]);
            }
            moved.push(target);
        }
        let triangles = piece.triangles.iter();
        mesh.triangles
            .extend(triangles.map(|triangle| triangle.map(|corner| moved[corner as usize])));
    }
    Ok(mesh)
}
