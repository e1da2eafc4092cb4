//! Grid for finding near points.

use std::collections::HashMap;

use crate::perception::idatm::vector::{Vec3, squared_distance};

/// Largest number of points in one cell; more are overlapping atoms, not a molecule, and not many
/// poses of a ligand either: in ice, a cube with an edge of 4.3 angstrom holds three oxygens. Large
/// tolerances make cells of up to 6 angstrom.
const MOST_PER_CELL: usize = 512;

/// Points sorted into cubic cells.
#[derive(Debug)]
pub(crate) struct Grid {
    edge: f64,
    cells: HashMap<[i32; 3], Vec<u32>>,
    positions: Vec<Vec3>,
    /// Number of points that are excluded because too many others are in their cell.
    pub(crate) crowded: usize,
}

impl Grid {
    /// Sorts points into cells with edges of `reach` angstrom.
    pub(crate) fn new(positions: Vec<Vec3>, reach: f64) -> Self {
        let edge = reach.max(1.0);
        let mut cells: HashMap<[i32; 3], Vec<u32>> = HashMap::with_capacity(positions.len());
        let mut crowded = 0;
        for (i, &position) in positions.iter().enumerate() {
            let cell = cells.entry(cell(position, edge)).or_default();
            if cell.len() < MOST_PER_CELL {
                cell.push(i as u32);
            } else {
                crowded += 1;
            }
        }
        Self {
            edge,
            cells,
            positions,
            crowded,
        }
    }

    /// Finds the indices of the points within `reach` (at most that of the grid) of a position,
    /// ascending.
    pub(crate) fn near(&self, place: Vec3, reach: f64, found: &mut Vec<u32>) {
        found.clear();
        let [x, y, z] = cell(place, self.edge);
        for dx in -1..=1 {
            for dy in -1..=1 {
                for dz in -1..=1 {
                    let Some(points) = self.cells.get(&[x + dx, y + dy, z + dz]) else {
                        continue;
                    };
                    found.extend(points.iter().copied().filter(|&i| {
                        squared_distance(self.positions[i as usize], place) <= reach * reach
                    }));
                }
            }
        }
        found.sort_unstable();
    }
}

fn cell(position: Vec3, edge: f64) -> [i32; 3] {
    position.map(|x| (x / edge).floor() as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_points_are_found_across_cells() {
        let points: Vec<Vec3> = (0..200)
            .map(|i| {
                [
                    f64::from(i) * 0.7 - 70.0,
                    f64::from(i % 7),
                    f64::from(i % 5),
                ]
            })
            .collect();
        let grid = Grid::new(points.clone(), 4.0);
        let mut found = Vec::new();
        for &place in &points {
            grid.near(place, 4.0, &mut found);
            let expected: Vec<u32> = (0..200)
                .filter(|&i| squared_distance(points[i as usize], place) <= 16.0)
                .collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn an_overfull_cell_is_limited_and_counted() {
        let grid = Grid::new(vec![[0.5; 3]; 1000], 4.0);
        assert_eq!(grid.crowded, 1000 - MOST_PER_CELL);
        let mut found = Vec::new();
        grid.near([0.5; 3], 4.0, &mut found);
        assert_eq!(found.len(), MOST_PER_CELL);
    }
}
