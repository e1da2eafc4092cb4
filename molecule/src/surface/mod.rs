//! Molecular surfaces as triangle meshes: solvent-excluded, solvent-accessible and Gaussian.
//!
//! The surface is the zero contour of a field on a regular grid, which is positive inside:
//!
//! - [`SurfaceKind::Sas`], the solvent-accessible surface of Lee & Richards (J. Mol. Biol. 55
//!   (1971) 379), where the centre of a rolling probe can be: the boundary of the union of all
//!   atoms, each with its van der Waals radius and that of the probe.
//! - [`SurfaceKind::Ses`], the solvent-excluded surface of Richards (Annu. Rev. Biophys. Bioeng. 6
//!   (1977) 151) and Connolly (J. Appl. Cryst. 16 (1983) 548), which the probe itself touches: all
//!   points inside the accessible surface whose distance from it is the radius of the probe. Grid
//!   methods (Xu & Zhang, `PLoS` ONE 4 (2009) e8140; the command `surface` of `ChimeraX`) take that
//!   distance from a discretised accessible surface. Here it is exact: the nearest point of the
//!   accessible surface is the foot of the perpendicular on a sphere, where that is accessible, and
//!   otherwise on an accessible arc of a circle in which two spheres meet (`arcs`). Contact,
//!   toroidal and reentrant patches, cusps and cavities follow from that.
//! - [`SurfaceKind::Gaussian`], a level of a sum of Gaussian densities (Blinn, ACM Trans. Graph. 1
//!   (1982) 235), with the decay of [`GAUSSIAN_DECAY`].
//!
//! The contour is taken by marching cubes (Lorensen & Cline, Comput. Graph. 21 (1987) 163) with
//! ambiguous faces resolved by a rule of the face alone, so that meshes are closed (`table`). Work
//! is done in bricks of the grid (`brick`), each by itself: memory follows the size of the mesh,
//! not of the box, and the mesh does not depend on the number of threads.
//!
//! ```
//! use molshot_molecule::CancelToken;
//! use molshot_molecule::surface::{SurfaceKind, SurfaceOptions, surface};
//!
//! let options = SurfaceOptions::default().with_kind(SurfaceKind::Sas);
//! let mesh = surface(&[[0.0; 3]], &[1.6], &options, &CancelToken::new())?;
//! // The surface of a ball of 1.6 + 1.4 angstrom.
//! let expected = 4.0 * std::f64::consts::PI * 9.0;
//! assert!((mesh.area_square_angstrom() / expected - 1.0).abs() < 0.01);
//! # Ok::<(), molshot_molecule::surface::SurfaceError>(())
//! ```

mod arcs;
mod brick;
mod contour;
mod field;
mod grid;
mod march;
mod mesh;
mod options;
mod parallel;
mod spheres;
mod table;
#[cfg(test)]
mod tests;

use crate::cancel::{CancelToken, Cancelled};

pub use field::GAUSSIAN_DECAY;
pub use mesh::SurfaceMesh;
pub use options::{
    DEFAULT_PROBE_RADIUS_ANGSTROM, DEFAULT_RESOLUTION_ANGSTROM, MAX_PROBE_RADIUS_ANGSTROM,
    MAX_RESOLUTION_ANGSTROM, MIN_RESOLUTION_ANGSTROM, SurfaceKind, SurfaceOptions,
    resolution_for_atoms,
};

/// Why a surface cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SurfaceError {
    /// A position, radius or option is out of its range.
    #[error("surface: {problem}; {remedy}")]
    Invalid {
        /// What is wrong.
        problem: String,
        /// What would be right.
        remedy: String,
    },
    /// The surface would need too many grid points or triangles.
    #[error("surface: {problem}; {remedy}")]
    TooLarge {
        /// What is too large, and the limit.
        problem: String,
        /// How to make it smaller.
        remedy: String,
    },
    /// The caller cancelled the work.
    #[error(transparent)]
    Cancelled(#[from] Cancelled),
}

/// Computes the surface around atoms: balls with these centres and van der Waals radii, angstrom.
///
/// Without atoms the mesh is empty. Atoms inside of others, coincident ones too, have no effect.
/// The mesh is the same for any number of threads. Looks at `cancel` in every loop over atoms and
/// bricks.
///
/// # Errors
/// [`SurfaceError::Invalid`] for a position or radius that is not finite, a radius that is not
/// positive, and options out of range; [`SurfaceError::TooLarge`] beyond the limits of grid points
/// and triangles; [`SurfaceError::Cancelled`].
pub fn surface(
    position_angstrom: &[[f32; 3]],
    radius_angstrom: &[f32],
    options: &SurfaceOptions,
    cancel: &CancelToken,
) -> Result<SurfaceMesh, SurfaceError> {
    options.check()?;
    let spheres = spheres::Spheres::new(position_angstrom, radius_angstrom, options)?;
    let threads = options.thread_count();
    let contour = contour::Contour::new(options, &spheres);
    let accessible = match options.kind {
        SurfaceKind::Ses if options.probe_radius_angstrom > 0.0 => {
            Some(arcs::AccessibleSurface::new(&spheres, threads, cancel)?)
        }
        _ => None,
    };
    let bricks = grid::Bricks::new(&spheres, accessible.as_ref(), &contour, cancel)?;
    let pieces = parallel::map(bricks.len(), threads, cancel, brick::Workspace::new, {
        let limit = march::TriangleLimit::new(options.max_triangles);
        let (bricks, spheres) = (&bricks, &spheres);
        let (accessible, contour) = (accessible.as_ref(), &contour);
        move |workspace, index| {
            let piece = workspace.polygonise(bricks, index, spheres, accessible, contour);
            limit.count(piece.triangles.len(), options)?;
            Ok(piece)
        }
    })?;
    march::join(&pieces, &bricks, cancel)
}
