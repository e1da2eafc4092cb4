//! The grid, in bricks: cubes of cells that are worked on one by one.

use super::SurfaceError;
use super::arcs::AccessibleSurface;
use super::contour::Contour;
use super::spheres::Spheres;
use crate::cancel::CancelToken;

/// Cells along an edge of a brick.
pub(super) const CELLS: usize = 32;
/// Points along an edge of a brick: the corners of its cells and one more on each side, for
/// gradients.
pub(super) const SIDE: usize = CELLS + 3;
/// Steps between neighbouring points along x, y and z.
pub(super) const STRIDES: [usize; 3] = [1, SIDE, SIDE * SIDE];

/// Bits of one coordinate in the key of a point or brick.
const KEY_BITS: u32 = 20;
/// Most grid points, those of all bricks with atoms: some minutes of work.
const MAX_POINTS: u64 = 1 << 31;
/// Most pairs of a brick and a ball, or of a brick and an arc.
const MAX_ENTRIES: u64 = 1 << 27;

/// All bricks that balls reach, in the order of z, y and x.
#[derive(Debug)]
pub(super) struct Bricks {
    spacing: f64,
    /// Number of the grid's first point, so that point n of the first brick is at
    /// `(first + n) * spacing`.
    first: [i64; 3],
    all: Vec<Brick>,
    spheres: Vec<u32>,
    arcs: Vec<u32>,
}

#[derive(Debug)]
struct Brick {
    coordinate: [u32; 3],
    spheres: std::ops::Range<usize>,
    arcs: std::ops::Range<usize>,
}

/// A brick with what reaches it.
#[derive(Debug)]
pub(super) struct BrickView<'a> {
    pub(super) spheres: &'a [u32],
    pub(super) arcs: &'a [u32],
    /// Number of the brick's first point in the grid of all bricks, the one for gradients
    /// included: its first cell is at 1 after it.
    first: [i64; 3],
    spacing: f64,
}

impl Bricks {
    pub(super) fn new(
        spheres: &Spheres,
        accessible: Option<&AccessibleSurface>,
        contour: &Contour,
        cancel: &CancelToken,
    ) -> Result<Self, SurfaceError> {
        let spacing = contour.spacing;
        let mut low = [f64::INFINITY; 3];
        let mut high = [f64::NEG_INFINITY; 3];
        for sphere in &spheres.all {
            let reach = contour.reach(sphere.radius);
            for k in 0..3 {
                low[k] = low[k].min(sphere.center[k] - reach);
                high[k] = high[k].max(sphere.center[k] + reach);
            }
        }
        if spheres.all.is_empty() {
            (low, high) = ([0.0; 3], [0.0; 3]);
        }
        let first = low.map(|part| (part / spacing).floor() as i64 - 2);
        let longest = (0..3).map(|k| (high[k] / spacing).ceil() as i64 - first[k]);
        if longest.max().unwrap_or(0) >= (1 << KEY_BITS) - 2 * SIDE as i64 {
            return Err(too_large(
                "the box around the atoms is too long for this resolution",
            ));
        }
        let mut bricks = Self {
            spacing,
            first,
            all: Vec::new(),
            spheres: Vec::new(),
            arcs: Vec::new(),
        };
        let balls = spheres.all.iter().map(|sphere| {
            let reach = contour.reach(sphere.radius);
            [
                sphere.center.map(|part| part - reach),
                sphere.center.map(|part| part + reach),
            ]
        });
        let of_spheres = bricks.entries(balls, cancel)?;
        let reach = contour.arc_reach();
        let arcs = accessible.map_or([].as_slice(), |accessible| &accessible.arcs);
        let arcs = arcs.iter().map(|arc| {
            let [low, high] = arc.bounds();
            [low.map(|part| part - reach), high.map(|part| part + reach)]
        });
        let of_arcs = bricks.entries(arcs, cancel)?;
        bricks.collect(&of_spheres, &of_arcs);
        let points = bricks.len() as u64 * (CELLS * CELLS * CELLS) as u64;
        if points > MAX_POINTS {
            return Err(too_large(&format!(
                "the surface needs {points} grid points, and the limit is {MAX_POINTS}"
            )));
        }
        Ok(bricks)
    }

    /// Key of a brick and index of a box, for all boxes and the bricks that they reach; sorted.
    fn entries(
        &self,
        boxes: impl Iterator<Item = [[f64; 3]; 2]> + Clone,
        cancel: &CancelToken,
    ) -> Result<Vec<(u64, u32)>, SurfaceError> {
        let ranges = |[low, high]: [[f64; 3]; 2]| {
            [0, 1, 2].map(|k| {
                let low = (low[k] / self.spacing).ceil() as i64 - self.first[k];
                let high = (high[k] / self.spacing).floor() as i64 - self.first[k];
                let cells = CELLS as i64;
                // A brick has the points from one before its cells to one after them.
                (low - cells - 1 + cells - 1).div_euclid(cells)..=(high + 1).div_euclid(cells)
            })
        };
        let lengths = boxes.clone().map(|boxed| {
            let counts = ranges(boxed).map(|range| (range.end() - range.start() + 1).max(0) as u64);
            counts.iter().product::<u64>()
        });
        let mut total: u64 = 0;
        for length in lengths {
            total += length;
            if total > MAX_ENTRIES {
                return Err(too_large(&format!(
                    "the atoms reach more than {MAX_ENTRIES} parts of the grid"
                )));
            }
        }
        let mut entries = Vec::with_capacity(total as usize);
        for (index, boxed) in boxes.enumerate() {
            if index.is_multiple_of(4096) {
                cancel.check()?;
            }
            let [xs, ys, zs] = ranges(boxed);
            for z in zs {
                for y in ys.clone() {
                    for x in xs.clone() {
                        // Boxes of arcs may begin before the first brick.
                        if x >= 0 && y >= 0 && z >= 0 {
                            entries.push((key([x, y, z].map(|part| part as u32)), index as u32));
                        }
                    }
                }
            }
        }
        entries.sort_unstable();
        Ok(entries)
    }

    fn collect(&mut self, of_spheres: &[(u64, u32)], of_arcs: &[(u64, u32)]) {
        let mut arcs = of_arcs;
        let mut first_arc = 0;
        for of_brick in of_spheres.chunk_by(|a, b| a.0 == b.0) {
            let key = of_brick[0].0;
            let start = self.spheres.len();
            self.spheres
                .extend(of_brick.iter().map(|(_, index)| *index));
            let skipped = arcs.partition_point(|arc| arc.0 < key);
            let count = arcs[skipped..].partition_point(|arc| arc.0 == key);
            first_arc += skipped;
            self.all.push(Brick {
                coordinate: coordinate(key),
                spheres: start..self.spheres.len(),
                arcs: first_arc..first_arc + count,
            });
            first_arc += count;
            arcs = &arcs[skipped + count..];
        }
        self.arcs = of_arcs.iter().map(|(_, index)| *index).collect();
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn view(&self, index: usize) -> BrickView<'_> {
        let brick = &self.all[index];
        let first = |k: usize| self.first[k] + i64::from(brick.coordinate[k]) * CELLS as i64 - 1;
        BrickView {
            spheres: &self.spheres[brick.spheres.clone()],
            arcs: &self.arcs[brick.arcs.clone()],
            first: [0, 1, 2].map(first),
            spacing: self.spacing,
        }
    }

    /// A number for the point at a corner of a brick's cells, counted from its first cell, that is
    /// the same in all bricks.
    pub(super) fn point_key(&self, brick: usize, corner: [usize; 3]) -> u64 {
        let brick = &self.all[brick].coordinate;
        key([0, 1, 2].map(|k| brick[k] * CELLS as u32 + corner[k] as u32))
    }
}

impl BrickView<'_> {
    /// Position of a point, which may be between grid points, angstrom.
    pub(super) fn position(&self, point: [f64; 3]) -> [f64; 3] {
        [0, 1, 2].map(|k| (self.first[k] as f64 + point[k]) * self.spacing)
    }

    /// Visits all points.
    pub(super) fn visit_all(&self, visit: impl FnMut(usize, [f64; 3])) {
        self.visit([[0; 3], [SIDE as i64 - 1; 3]], visit);
    }

    /// Visits the points within a box, given by its lowest and highest corner, angstrom.
    pub(super) fn visit_box(&self, [low, high]: [[f64; 3]; 2], visit: impl FnMut(usize, [f64; 3])) {
        let low = [0, 1, 2].map(|k| {
            let part = (low[k] / self.spacing).ceil() as i64 - self.first[k];
            part.max(0)
        });
        let high = [0, 1, 2].map(|k| {
            let part = (high[k] / self.spacing).floor() as i64 - self.first[k];
            part.min(SIDE as i64 - 1)
        });
        self.visit([low, high], visit);
    }

    fn visit(&self, [low, high]: [[i64; 3]; 2], mut visit: impl FnMut(usize, [f64; 3])) {
        let place = |k: usize, part: i64| (self.first[k] + part) as f64 * self.spacing;
        for z in low[2]..=high[2] {
            let position_z = place(2, z);
            for y in low[1]..=high[1] {
                let position_y = place(1, y);
                let row = (z as usize * SIDE + y as usize) * SIDE;
                for x in low[0]..=high[0] {
                    visit(row + x as usize, [place(0, x), position_y, position_z]);
                }
            }
        }
    }
}

fn key([x, y, z]: [u32; 3]) -> u64 {
    (u64::from(z) << (2 * KEY_BITS)) | (u64::from(y) << KEY_BITS) | u64::from(x)
}

fn coordinate(key: u64) -> [u32; 3] {
    [0, 1, 2].map(|k| (key >> (k * KEY_BITS)) as u32 & ((1 << KEY_BITS) - 1))
}

fn too_large(problem: &str) -> SurfaceError {
    SurfaceError::TooLarge {
        problem: problem.to_owned(),
        remedy: "use a coarser resolution or a smaller selection".to_owned(),
    }
}
