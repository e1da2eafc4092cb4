//! Points within a distance of a set of points.
//!
//! Two trees of bounding boxes are traversed together. Pairs of boxes that are entirely within the
//! distance or entirely beyond it are decided at once, so neither dense regions nor large distances
//! lead to comparing all pairs, and memory does not depend on the distance. (Method: Gray and
//! Moore, "N-body problems in statistical learning", NIPS 2000.)

use crate::cancel::{CancelToken, Cancelled};

/// Largest number of points in a leaf: comparing the pairs of two leaves is cheaper than dividing
/// them.
const LEAF_POINTS: usize = 8;

/// The token is looked at once in so many pairs of boxes.
const LOOK_INTERVAL: u32 = 1024;

type Point = [f32; 3];

/// Squared distance of two points, in an arithmetic in which distances of boxes are exact bounds:
/// every step is monotonic under rounding.
fn distance_squared(a: Point, b: Point) -> f64 {
    let square = |i: usize| {
        let d = f64::from(a[i]) - f64::from(b[i]);
        d * d
    };
    square(0) + square(1) + square(2)
}

/// Bounding box of some points.
#[derive(Debug, Clone, Copy)]
struct Bounds {
    min: Point,
    max: Point,
}

impl Bounds {
    fn around(points: impl Iterator<Item = Point>) -> Self {
        let mut bounds = Self {
            min: [f32::INFINITY; 3],
            max: [f32::NEG_INFINITY; 3],
        };
        for point in points {
            for (axis, &coordinate) in point.iter().enumerate() {
                bounds.min[axis] = bounds.min[axis].min(coordinate);
                bounds.max[axis] = bounds.max[axis].max(coordinate);
            }
        }
        bounds
    }

    fn at(point: Point) -> Self {
        Self {
            min: point,
            max: point,
        }
    }

    /// Returns the longest axis of the box, and its length.
    fn widest_axis(&self) -> (usize, f32) {
        let width = |axis: usize| self.max[axis] - self.min[axis];
        (0..3).fold((0, width(0)), |best, axis| {
            if width(axis) > best.1 {
                (axis, width(axis))
            } else {
                best
            }
        })
    }

    /// Returns the squares of the smallest and the largest distance between points of two boxes.
    fn distances_squared(&self, other: &Self) -> (f64, f64) {
        let mut nearest = 0.0;
        let mut farthest = 0.0;
        for axis in 0..3 {
            let below = f64::from(self.min[axis]) - f64::from(other.max[axis]);
            let above = f64::from(other.min[axis]) - f64::from(self.max[axis]);
            let gap = below.max(above).max(0.0);
            nearest += gap * gap;
            let span = below.min(above);
            farthest += span * span;
        }
        (nearest, farthest)
    }
}

/// A box of the tree and its points.
#[derive(Debug)]
struct Node {
    bounds: Bounds,
    /// Range of the points of the node, in the order of the tree.
    start: usize,
    end: usize,
    /// Index of the first child; the second follows it. `None` for a leaf.
    children: Option<usize>,
}

/// Points in the order of the leaves.
#[derive(Debug)]
struct Tree {
    /// Each point with its index in the list of the caller.
    points: Vec<(Point, u32)>,
    nodes: Vec<Node>,
}

impl Tree {
    /// `None` for no points.
    fn new(mut points: Vec<(Point, u32)>) -> Option<Self> {
        if points.is_empty() {
            return None;
        }
        let node = |points: &[(Point, u32)], start: usize| Node {
            bounds: Bounds::around(points.iter().map(|p| p.0)),
            start,
            end: start + points.len(),
            children: None,
        };
        let mut nodes = vec![node(&points, 0)];
        let mut next = 0;
        while next < nodes.len() {
            let Node {
                bounds, start, end, ..
            } = nodes[next];
            if end - start > LEAF_POINTS {
                let (axis, _) = bounds.widest_axis();
                let middle = (end - start) / 2;
                let own = &mut points[start..end];
                own.select_nth_unstable_by(middle, |a, b| a.0[axis].total_cmp(&b.0[axis]));
                let (low, high) = own.split_at(middle);
                nodes[next].children = Some(nodes.len());
                let children = [node(low, start), node(high, start + middle)];
                nodes.extend(children);
            }
            next += 1;
        }
        Some(Self { points, nodes })
    }
}

/// Returns one flag per point: true for the points of `sources`, and for `candidates` at most
/// `distance_angstrom` from any of them (computed in double precision).
pub(crate) fn within(
    points: &[Point],
    sources: &[bool],
    distance_angstrom: f64,
    candidates: impl Fn(usize) -> bool,
    cancel: &CancelToken,
) -> Result<Vec<bool>, Cancelled> {
    let mut near = sources.to_vec();
    let gather = |wanted: &dyn Fn(usize) -> bool| -> Vec<(Point, u32)> {
        (0_u32..)
            .zip(points)
            .filter(|&(i, _)| wanted(i as usize))
            .map(|(i, &point)| (point, i))
            .collect()
    };
    let Some(sources_tree) = Tree::new(gather(&|i| sources[i])) else {
        return Ok(near);
    };
    cancel.check()?;
    // Most structures are larger than the neighbourhood of a ligand: points outside of its box are
    // excluded in one pass.
    let limit = distance_angstrom * distance_angstrom;
    let reach = sources_tree.nodes[0].bounds;
    let reachable = |i: usize| {
        let point = Bounds::at(points[i]);
        !sources[i] && candidates(i) && reach.distances_squared(&point).0 <= limit
    };
    let Some(targets_tree) = Tree::new(gather(&reachable)) else {
        return Ok(near);
    };
    cancel.check()?;
    let mut traversal = Traversal {
        settled: vec![false; targets_tree.nodes.len()],
        targets: &targets_tree,
        sources: &sources_tree,
        limit,
        near: &mut near,
        cancel,
        pairs: 0,
    };
    traversal.pair(0, 0)?;
    Ok(near)
}

/// Traversal of pairs of nodes.
struct Traversal<'a> {
    targets: &'a Tree,
    sources: &'a Tree,
    /// Square of the distance.
    limit: f64,
    /// Nodes of `targets` with all points within the distance.
    settled: Vec<bool>,
    near: &'a mut [bool],
    cancel: &'a CancelToken,
    /// Number of pairs that were compared.
    pairs: u32,
}

impl Traversal<'_> {
    /// Compares a node of the targets with one of the sources. The depth of the recursion is the
    /// sum of both trees' depths, which are logarithms of their sizes.
    fn pair(&mut self, target: usize, source: usize) -> Result<(), Cancelled> {
        self.pairs = self.pairs.wrapping_add(1);
        if self.pairs.is_multiple_of(LOOK_INTERVAL) {
            self.cancel.check()?;
        }
        let (t, s) = (&self.targets.nodes[target], &self.sources.nodes[source]);
        if self.settled[target] {
            return Ok(());
        }
        let (nearest, farthest) = t.bounds.distances_squared(&s.bounds);
        if nearest > self.limit {
            return Ok(());
        }
        if farthest <= self.limit {
            self.settle(target);
            return Ok(());
        }
        let divide_target = match (t.children, s.children) {
            (None, None) => {
                self.leaves(target, source);
                return Ok(());
            }
            // A leaf cannot be divided, but its points are tighter bounds than its box.
            (Some(_), None) if self.decided_by_points(target, source) => return Ok(()),
            (None, Some(_)) if self.decided_for_points(target, source) => return Ok(()),
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (Some(_), Some(_)) => t.bounds.widest_axis().1 >= s.bounds.widest_axis().1,
        };
        if divide_target {
            let first = t.children.unwrap_or(target);
            self.pair(first, source)?;
            self.pair(first + 1, source)?;
            self.settled[target] = self.settled[first] && self.settled[first + 1];
        } else {
            let first = s.children.unwrap_or(source);
            let gap = |half: usize| {
                let bounds = &self.sources.nodes[half].bounds;
                t.bounds.distances_squared(bounds).0
            };
            // The nearer child is more likely to decide the pair.
            let order = if gap(first + 1) < gap(first) {
                [first + 1, first]
            } else {
                [first, first + 1]
            };
            for half in order {
                self.pair(target, half)?;
            }
        }
        Ok(())
    }

    /// Compares the box of the targets with each source of a leaf. Returns true if this decides the
    /// pair.
    fn decided_by_points(&mut self, target: usize, source: usize) -> bool {
        let (t, s) = (&self.targets.nodes[target], &self.sources.nodes[source]);
        let mut reached = false;
        for &(point, _) in &self.sources.points[s.start..s.end] {
            let (nearest, farthest) = t.bounds.distances_squared(&Bounds::at(point));
            reached |= nearest <= self.limit;
            if farthest <= self.limit {
                self.settle(target);
                return true;
            }
        }
        !reached
    }

    /// Compares each target of a leaf with the box of the sources. Returns true if this decides the
    /// pair.
    fn decided_for_points(&mut self, target: usize, source: usize) -> bool {
        let (t, s) = (&self.targets.nodes[target], &self.sources.nodes[source]);
        let mut open = false;
        let mut all_near = true;
        for &(point, index) in &self.targets.points[t.start..t.end] {
            let flag = &mut self.near[index as usize];
            let (nearest, farthest) = s.bounds.distances_squared(&Bounds::at(point));
            *flag |= farthest <= self.limit;
            open |= !*flag && nearest <= self.limit;
            all_near &= *flag;
        }
        self.settled[target] = all_near;
        !open
    }

    /// Marks all points of a node of the targets.
    fn settle(&mut self, target: usize) {
        let t = &self.targets.nodes[target];
        for &(_, index) in &self.targets.points[t.start..t.end] {
            self.near[index as usize] = true;
        }
        self.settled[target] = true;
    }

    /// Compares all points of two leaves.
    fn leaves(&mut self, target: usize, source: usize) {
        let (t, s) = (&self.targets.nodes[target], &self.sources.nodes[source]);
        let sources = &self.sources.points[s.start..s.end];
        let mut settled = true;
        for &(point, index) in &self.targets.points[t.start..t.end] {
            let flag = &mut self.near[index as usize];
            *flag = *flag
                || sources
                    .iter()
                    .any(|&(other, _)| distance_squared(point, other) <= self.limit);
            settled &= *flag;
        }
        self.settled[target] = settled;
    }
}
