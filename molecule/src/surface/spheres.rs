//! The balls of a surface, and a search for those near a point.

use super::{SurfaceError, SurfaceKind, SurfaceOptions};

/// Largest radius of an atom, angstrom: beyond it the search for neighbours is quadratic.
const MAX_RADIUS_ANGSTROM: f32 = 10.0;

/// Most pairs of balls in a cell of the search, all cells together. A million atoms of a protein
/// make some 40 million with the default probe.
const MAX_PAIRS: u64 = 1 << 29;

/// A ball that can be seen: not inside of another one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sphere {
    pub(super) center: [f64; 3],
    /// Radius with the probe's, angstrom; in a Gaussian surface the atom's alone.
    pub(super) radius: f64,
    /// Index of the atom.
    pub(super) atom: u32,
}

/// All balls that are not inside of another one, in the order of their atoms, with cells for the
/// search of neighbours.
#[derive(Debug)]
pub(super) struct Spheres {
    pub(super) all: Vec<Sphere>,
    pub(super) largest_radius: f64,
    cells: Cells,
}

impl Spheres {
    pub(super) fn new(
        positions: &[[f32; 3]],
        radii: &[f32],
        options: &SurfaceOptions,
    ) -> Result<Self, SurfaceError> {
        let invalid = |problem: String, remedy: &str| SurfaceError::Invalid {
            problem,
            remedy: remedy.to_owned(),
        };
        if positions.len() != radii.len() {
            return Err(invalid(
                format!("{} positions and {} radii", positions.len(), radii.len()),
                "give one radius for each position",
            ));
        }
        let probe = match options.kind {
            SurfaceKind::Gaussian => 0.0,
            _ => options.probe_radius_angstrom,
        };
        let mut all = Vec::with_capacity(positions.len());
        for (atom, (position, radius)) in positions.iter().zip(radii).enumerate() {
            let radius_is_sound = *radius > 0.0 && *radius <= MAX_RADIUS_ANGSTROM;
            if !radius_is_sound || !position.iter().all(|part| part.is_finite()) {
                return Err(invalid(
                    format!("atom {atom} cannot be at {position:?} with the radius {radius}"),
                    "give finite positions and radii above 0 and up to 10 angstrom",
                ));
            }
            all.push(Sphere {
                center: position.map(f64::from),
                radius: f64::from(*radius) + probe,
                atom: atom as u32,
            });
        }
        let mut spheres = Self::of(all);
        spheres.cells.check()?;
        // A Gaussian density adds up: there every atom counts.
        if options.kind != SurfaceKind::Gaussian {
            let kept: Vec<Sphere> = (0..spheres.all.len())
                .filter(|index| !spheres.is_inside_another(*index))
                .map(|index| spheres.all[index])
                .collect();
            if kept.len() < spheres.all.len() {
                spheres = Self::of(kept);
            }
        }
        Ok(spheres)
    }

    fn of(all: Vec<Sphere>) -> Self {
        let largest_radius = all.iter().fold(0.0, |most: f64, s| most.max(s.radius));
        let cells = Cells::new(&all, (2.0 * largest_radius).max(1e-3));
        Self {
            all,
            largest_radius,
            cells,
        }
    }

    fn is_inside_another(&self, index: usize) -> bool {
        let this = self.all[index];
        self.near(this.center).any(|other| {
            let sphere = self.all[other as usize];
            let excess = sphere.radius - this.radius;
            let distance = distance_squared(this.center, sphere.center);
            // Of equal balls the first stays.
            let comes_first = excess > 0.0 || (other as usize) < index;
            excess >= 0.0 && distance <= excess * excess && comes_first
        })
    }

    /// All balls with a centre within twice the largest radius of a point, and some others.
    fn near(&self, point: [f64; 3]) -> impl Iterator<Item = u32> {
        let [x, y, z] = self.cells.cell_of(point);
        let rows = (z - 1..=z + 1).flat_map(move |z| (y - 1..=y + 1).map(move |y| [x - 1, y, z]));
        // The cells of a row follow each other in the sorted list.
        rows.flat_map(|row| self.cells.row(row, 3))
            .map(|entry| entry.1)
    }

    /// The balls that meet this one, the nearest centre first.
    pub(super) fn neighbours(&self, index: usize, found: &mut Vec<(f64, u32)>) {
        found.clear();
        let this = self.all[index];
        for other in self.near(this.center) {
            let sphere = self.all[other as usize];
            let distance = distance_squared(this.center, sphere.center);
            let reach = this.radius + sphere.radius;
            if other as usize != index && distance < reach * reach {
                found.push((distance, other));
            }
        }
        found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    }
}

/// Balls sorted by the cell of their centre.
#[derive(Debug)]
struct Cells {
    edge: f64,
    /// Cell (z, y, x) and ball, sorted.
    entries: Vec<([i64; 3], u32)>,
}

impl Cells {
    fn new(spheres: &[Sphere], edge: f64) -> Self {
        let mut cells = Self {
            edge,
            entries: Vec::new(),
        };
        cells.entries = spheres
            .iter()
            .enumerate()
            .map(|(index, sphere)| {
                let [x, y, z] = cells.cell_of(sphere.center);
                ([z, y, x], index as u32)
            })
            .collect();
        cells.entries.sort_unstable();
        cells
    }

    /// Refuses atoms so close together that the search for neighbours would not end in time.
    fn check(&self) -> Result<(), SurfaceError> {
        let cells = self.entries.chunk_by(|a, b| a.0 == b.0);
        let pairs: u64 = cells.map(|cell| (cell.len() as u64).pow(2)).sum();
        if pairs <= MAX_PAIRS {
            return Ok(());
        }
        Err(SurfaceError::TooLarge {
            problem: format!(
                "{} atoms are too many for the space they fill: {pairs} pairs are within {:.1} \
                 angstrom, and the limit is {MAX_PAIRS}",
                self.entries.len(),
                self.edge
            ),
            remedy: "use a smaller selection or a smaller probe".to_owned(),
        })
    }

    fn cell_of(&self, point: [f64; 3]) -> [i64; 3] {
        point.map(|part| (part / self.edge).floor() as i64)
    }

    /// The balls of so many cells from this one on, along x.
    fn row(&self, [x, y, z]: [i64; 3], count: i64) -> &[([i64; 3], u32)] {
        let start = self.entries.partition_point(|e| e.0 < [z, y, x]);
        let rest = &self.entries[start..];
        let length = rest.partition_point(|e| e.0 < [z, y, x + count]);
        &rest[..length]
    }
}

pub(super) fn distance_squared(a: [f64; 3], b: [f64; 3]) -> f64 {
    let [x, y, z] = [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
    x * x + y * y + z * z
}
