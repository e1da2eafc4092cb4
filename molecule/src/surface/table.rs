//! The table of marching cubes, made from its rules.
//!
//! The corners of a cell are numbered by bits: 1 along x, 2 along y, 4 along z. On each face, the
//! surface runs between the edges of the cell whose ends differ. Where all four edges of a face do,
//! the two inside corners are separated; as the two cells at a face have the same corners there,
//! they agree, and the mesh is closed (the ambiguity of Dürst, Comput. Graph. 22 (1988) 72). The
//! lines on the faces make loops, which are cut into triangles by diagonals that are not on a face:
//! so each edge of the mesh belongs to two triangles.

use std::sync::OnceLock;

/// Triangles for each of the 256 cases of inside corners.
#[derive(Debug)]
pub(super) struct Table {
    triangles: Vec<Vec<[u8; 3]>>,
}

/// The one table.
pub(super) fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| Table {
        triangles: (0..256)
            .map(|case| loops(case).iter().flat_map(|l| cut(l)).collect())
            .collect(),
    })
}

impl Table {
    /// Triangles of a case, counterclockwise as seen from outside, with edges as corners.
    pub(super) fn triangles(&self, case: usize) -> &[[u8; 3]] {
        &self.triangles[case]
    }

    /// Corner and axis of an edge: it runs from this corner along the axis.
    pub(super) fn edge(edge: u8) -> (usize, usize) {
        (usize::from(edge) & 7, usize::from(edge) >> 3)
    }
}

/// Number of the edge between two corners.
fn edge_between(a: usize, b: usize) -> u8 {
    let axis = (a ^ b).trailing_zeros() as usize;
    (a.min(b) | axis << 3) as u8
}

/// The corners of the six faces, counterclockwise as seen from outside.
fn faces() -> [[usize; 4]; 6] {
    std::array::from_fn(|face| {
        let (axis, side) = (face / 2, face % 2);
        let (u, v) = (1 << ((axis + 1) % 3), 1 << ((axis + 2) % 3));
        let corners = if side == 1 {
            [0, u, u | v, v]
        } else {
            [0, v, u | v, u]
        };
        corners.map(|corner| corner | side << axis)
    })
}

/// The loops of edges that the surface runs through, clockwise as seen from outside.
fn loops(case: usize) -> Vec<Vec<u8>> {
    const NONE: u8 = u8::MAX;
    let mut next = [NONE; 24];
    for face in faces() {
        let is_inside = |n: usize| case >> face[n % 4] & 1 == 1;
        let edge = |n: usize| edge_between(face[n % 4], face[(n + 1) % 4]);
        for n in 0..4 {
            // The line starts where a run of inside corners ends, and goes back to its start.
            if is_inside(n) && !is_inside(n + 1) {
                let back = (1..4).find(|back| !is_inside(n + 4 - back)).unwrap_or(0);
                next[edge(n) as usize] = edge(n + 4 - back);
            }
        }
    }
    let mut found = Vec::new();
    for start in 0..next.len() {
        let mut edges = Vec::new();
        let mut edge = start;
        while next[edge] != NONE {
            edges.push(edge as u8);
            edge = usize::from(std::mem::replace(&mut next[edge], NONE));
        }
        if !edges.is_empty() {
            found.push(edges);
        }
    }
    found
}

/// Cuts a loop into triangles with the fewest diagonals on faces, which is none in all cases.
fn cut(edges: &[u8]) -> Vec<[u8; 3]> {
    let count = edges.len();
    // Cost and place of the best cut of the part from i to j.
    let mut best = vec![vec![(0, 0); count]; count];
    let cost = |i: usize, j: usize| {
        let is_diagonal = j - i > 1 && j - i < count - 1;
        usize::from(is_diagonal && are_on_a_face(edges[i], edges[j]))
    };
    for length in 2..count {
        for i in 0..count - length {
            let j = i + length;
            let cuts = (i + 1..j).map(|k| {
                let parts = best[i][k].0 + best[k][j].0;
                (parts + cost(i, k) + cost(k, j), k)
            });
            best[i][j] = cuts.min().unwrap_or((0, 0));
        }
    }
    let mut triangles = Vec::with_capacity(count - 2);
    let mut parts = vec![(0, count - 1)];
    while let Some((i, j)) = parts.pop() {
        if j - i >= 2 {
            let k = best[i][j].1;
            triangles.push([edges[i], edges[j], edges[k]]);
            parts.push((k, j));
            parts.push((i, k));
        }
    }
    triangles
}

/// Whether two edges are edges of one face.
fn are_on_a_face(a: u8, b: u8) -> bool {
    let ends = |edge: u8| {
        let (corner, axis) = Table::edge(edge);
        [corner, corner | 1 << axis]
    };
    let [a, b] = [a, b].map(ends);
    faces().iter().any(|face| {
        let corners = a.iter().chain(&b);
        corners.into_iter().all(|corner| face.contains(corner))
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Table, are_on_a_face, loops, table};

    #[test]
    fn every_changing_edge_is_in_one_loop_and_no_diagonal_is_on_a_face() {
        for case in 0..256 {
            let loops = loops(case);
            let mut edges: Vec<u8> = loops.concat();
            edges.sort_unstable();
            let changes = (0..24_u8).filter(|edge| {
                let (corner, axis) = Table::edge(*edge);
                corner >> axis & 1 == 0 && (case >> corner ^ case >> (corner | 1 << axis)) & 1 == 1
            });
            assert_eq!(edges, changes.collect::<Vec<_>>(), "case {case}");
            let mut sides: BTreeMap<(u8, u8), i32> = BTreeMap::new();
            for [a, b, c] in table().triangles(case) {
                for (from, to) in [(*a, *b), (*b, *c), (*c, *a)] {
                    *sides.entry((from.min(to), from.max(to))).or_default() += 1;
                }
            }
            for ((a, b), count) in sides {
                // On faces there are sides of one triangle only, inside the cell of two.
                assert_eq!(
                    count == 1,
                    are_on_a_face(a, b),
                    "case {case}: {a} {b} {count}"
                );
                assert!(count <= 2);
            }
        }
    }
}
