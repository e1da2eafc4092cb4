//! Which surface, and how fine.

use std::num::NonZero;

use super::SurfaceError;

/// Radius of the probe, angstrom: a water molecule, as in `ChimeraX` (user guide, command
/// `surface`, `probeRadius`).
pub const DEFAULT_PROBE_RADIUS_ANGSTROM: f64 = 1.4;
/// Largest radius of the probe, angstrom. The time grows with its third power.
pub const MAX_PROBE_RADIUS_ANGSTROM: f64 = 10.0;
/// Spacing of the grid, angstrom, as in `ChimeraX` (user guide, command `surface`, `gridSpacing`).
pub const DEFAULT_RESOLUTION_ANGSTROM: f64 = 0.5;
/// Least spacing of the grid, angstrom.
pub const MIN_RESOLUTION_ANGSTROM: f64 = 0.1;
/// Largest spacing of the grid, angstrom: beyond it atoms fall between grid points.
pub const MAX_RESOLUTION_ANGSTROM: f64 = 3.0;

/// Atoms up to which the default spacing is used: some 8 million triangles.
const ATOMS_AT_DEFAULT_RESOLUTION: usize = 100_000;
/// Most triangles of a surface without another limit.
const DEFAULT_MAX_TRIANGLES: usize = 1 << 26;

/// The spacing of the grid for so many enclosed atoms, angstrom, where a user gives none.
///
/// It is [`DEFAULT_RESOLUTION_ANGSTROM`] up to 100,000 atoms and grows with the square root of
/// their number beyond, so that the number of triangles stays about constant.
#[must_use]
pub fn resolution_for_atoms(atoms: usize) -> f64 {
    let share = atoms as f64 / ATOMS_AT_DEFAULT_RESOLUTION as f64;
    (DEFAULT_RESOLUTION_ANGSTROM * share.max(1.0).sqrt()).min(MAX_RESOLUTION_ANGSTROM)
}

/// What a surface is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum SurfaceKind {
    /// Solvent-excluded: what the probe touches.
    #[default]
    Ses,
    /// Solvent-accessible: where the centre of the probe can be.
    Sas,
    /// A level of a sum of Gaussian densities, one for each atom; the probe has no effect.
    Gaussian,
}

/// Which surface, and how fine.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SurfaceOptions {
    /// Which surface.
    pub kind: SurfaceKind,
    /// Radius of the probe, angstrom; 0 gives the van der Waals surface.
    pub probe_radius_angstrom: f64,
    /// Spacing of the grid, angstrom.
    pub resolution_angstrom: f64,
    /// Most triangles; a surface of more is an error.
    pub max_triangles: usize,
    /// Number of threads; without it, one for each processor.
    pub threads: Option<NonZero<usize>>,
}

impl Default for SurfaceOptions {
    /// The solvent-excluded surface with `ChimeraX`'s probe and grid.
    fn default() -> Self {
        Self {
            kind: SurfaceKind::default(),
            probe_radius_angstrom: DEFAULT_PROBE_RADIUS_ANGSTROM,
            resolution_angstrom: DEFAULT_RESOLUTION_ANGSTROM,
            max_triangles: DEFAULT_MAX_TRIANGLES,
            threads: None,
        }
    }
}

impl SurfaceOptions {
    /// The same for another kind of surface.
    #[must_use]
    pub fn with_kind(mut self, kind: SurfaceKind) -> Self {
        self.kind = kind;
        self
    }

    /// The same with another radius of the probe, angstrom.
    #[must_use]
    pub fn with_probe_radius(mut self, radius_angstrom: f64) -> Self {
        self.probe_radius_angstrom = radius_angstrom;
        self
    }

    /// The same with another spacing of the grid, angstrom.
    #[must_use]
    pub fn with_resolution(mut self, spacing_angstrom: f64) -> Self {
        self.resolution_angstrom = spacing_angstrom;
        self
    }

    /// The same with at most so many triangles.
    #[must_use]
    pub fn with_max_triangles(mut self, count: usize) -> Self {
        self.max_triangles = count;
        self
    }

    /// The same with this number of threads.
    #[must_use]
    pub fn with_threads(mut self, count: NonZero<usize>) -> Self {
        self.threads = Some(count);
        self
    }

    pub(super) fn thread_count(&self) -> usize {
        let count = self
            .threads
            .or_else(|| std::thread::available_parallelism().ok());
        count.map_or(1, NonZero::get)
    }

    pub(super) fn check(&self) -> Result<(), SurfaceError> {
        let range = |what: &str, value: f64, min: f64, max: f64| {
            if (min..=max).contains(&value) {
                return Ok(());
            }
            Err(SurfaceError::Invalid {
                problem: format!("{what} of {value} angstrom is out of range"),
                remedy: format!("give {min} to {max}"),
            })
        };
        range(
            "a probe radius",
            self.probe_radius_angstrom,
            0.0,
            MAX_PROBE_RADIUS_ANGSTROM,
        )?;
        range(
            "a resolution",
            self.resolution_angstrom,
            MIN_RESOLUTION_ANGSTROM,
            MAX_RESOLUTION_ANGSTROM,
        )
    }
}
