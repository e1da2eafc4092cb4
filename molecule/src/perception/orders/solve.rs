//! The cheapest assignment of double and triple bonds, by dynamic programming along the molecule.
//!
//! Every bond may have 0, 1 or 2 additional shared electron pairs; every atom has a cost for each
//! sum over its bonds. The bonds of a connected system are visited in breadth-first order from one
//! of its ends. A state is the sums of the atoms whose bonds are not all visited; of equal states
//! only the cheapest is kept. Molecules have few such atoms at a time, so that the result is the
//! exact minimum; in systems where there are many (graphene), the cheapest states are kept.

use std::collections::VecDeque;

/// Cost in thousandths; the unit is that of [`super::demand`].
pub(super) type Cost = i64;

/// Cost of what is impossible.
pub(super) const IMPOSSIBLE: Cost = 1_000_000;

/// Least cost of an atom whose valence is not filled: it has no valid structure.
pub(super) const UNFILLED: Cost = 12_000;

/// Largest sum of additional pairs of one atom (the chlorine of a perchlorate).
pub(super) const MOST_PAIRS: usize = 3;

/// Largest number of states that are kept after one bond, and in all bonds of a system together:
/// some 30 MB.
const MOST_STATES: usize = 4096;
const MOST_STATES_IN_ALL: usize = 2_000_000;

/// Atoms that can be open at a time: two bits of a key each.
const MOST_OPEN: u32 = 64;

/// One bond whose order is unknown.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edge {
    /// Atoms, as indices into [`Problem::atoms`].
    pub(super) ends: [u32; 2],
    /// Cost of 0, 1 and 2 additional pairs.
    pub(super) cost: [Cost; 3],
}

/// Atoms and bonds of unknown order.
#[derive(Debug, Clone, Default)]
pub(super) struct Problem {
    /// Cost of each sum of additional pairs.
    pub(super) atoms: Vec<[Cost; MOST_PAIRS + 1]>,
    pub(super) edges: Vec<Edge>,
}

/// A partial assignment.
#[derive(Debug, Clone, Copy)]
struct State {
    /// Sums of the open atoms, two bits for each slot.
    key: u128,
    cost: Cost,
    /// Index into the history.
    step: u32,
}

impl Problem {
    /// Returns the number of additional pairs of each edge, and for each atom whether its sum
    /// fills its valence.
    pub(super) fn solve(&self) -> (Vec<u8>, Vec<bool>) {
        let incident = self.incident();
        let mut pairs = vec![0_u8; self.edges.len()];
        let mut position = vec![u32::MAX; self.atoms.len()];
        for start in 0..self.atoms.len() as u32 {
            if position[start as usize] != u32::MAX || incident[start as usize].is_empty() {
                continue;
            }
            // The atom that is reached last is at an end of the system.
            let reached = self.walk(start, &incident, &mut position);
            for &atom in &reached {
                position[atom as usize] = u32::MAX;
            }
            let end = reached.last().copied().unwrap_or(start);
            let order = self.walk(end, &incident, &mut position);
            self.system(&order, &incident, &position, &mut pairs);
        }
        let mut sums = vec![0_usize; self.atoms.len()];
        for (edge, &count) in self.edges.iter().zip(&pairs) {
            for end in edge.ends {
                sums[end as usize] += usize::from(count);
            }
        }
        let is_sound = sums
            .iter()
            .zip(&self.atoms)
            .map(|(&sum, cost)| cost.get(sum).is_some_and(|&cost| cost < UNFILLED))
            .collect();
        (pairs, is_sound)
    }

    /// Edges of each atom.
    fn incident(&self) -> Vec<Vec<u32>> {
        let mut incident = vec![Vec::new(); self.atoms.len()];
        for (index, edge) in self.edges.iter().enumerate() {
            for end in edge.ends {
                incident[end as usize].push(index as u32);
            }
        }
        incident
    }

    /// Returns the atoms of a system in breadth-first order and sets their positions.
    fn walk(&self, start: u32, incident: &[Vec<u32>], position: &mut [u32]) -> Vec<u32> {
        let mut order = Vec::new();
        let mut queue = VecDeque::from([start]);
        position[start as usize] = 0;
        let mut next = 1;
        while let Some(atom) = queue.pop_front() {
            order.push(atom);
            for &edge in &incident[atom as usize] {
                for other in self.edges[edge as usize].ends {
                    if position[other as usize] == u32::MAX {
                        position[other as usize] = next;
                        next += 1;
                        queue.push_back(other);
                    }
                }
            }
        }
        order
    }

    /// Assigns the edges of one system.
    fn system(&self, order: &[u32], incident: &[Vec<u32>], position: &[u32], pairs: &mut [u8]) {
        // An edge is visited when the later of its atoms is reached.
        let mut edges: Vec<u32> = Vec::new();
        for &atom in order {
            let before = edges.len();
            edges.extend(incident[atom as usize].iter().filter(|&&edge| {
                let ends = self.edges[edge as usize].ends;
                ends.iter()
                    .all(|&end| position[end as usize] <= position[atom as usize])
            }));
            edges[before..].sort_unstable_by_key(|&edge| {
                let [a, b] = self.edges[edge as usize].ends;
                position[a as usize].min(position[b as usize])
            });
        }
        let most = (MOST_STATES_IN_ALL / edges.len().max(1)).clamp(16, MOST_STATES);
        let mut open = Open::new(order.len());
        let mut history: Vec<(u32, u8)> = Vec::new();
        let mut states = vec![State {
            key: 0,
            cost: 0,
            step: u32::MAX,
        }];
        for &edge in &edges {
            let Edge { ends, cost } = self.edges[edge as usize];
            let places = ends.map(|end| position[end as usize] as usize);
            let slots = places.map(|place| open.slot(place));
            // With more open atoms than a key holds, the bond stays single.
            let fits = slots.iter().all(Option::is_some);
            let done = open.visit(places, ends, incident);
            let mut next = Vec::with_capacity(states.len() * 2);
            for state in &states {
                for (count, &edge_cost) in (0_u8..).zip(&cost) {
                    if edge_cost >= IMPOSSIBLE || (count > 0 && !fits) {
                        continue;
                    }
                    let mut key = state.key;
                    let mut total = state.cost + edge_cost;
                    let mut is_possible = true;
                    for ((end, slot), done) in ends.into_iter().zip(slots).zip(done) {
                        let Some(slot) = slot else { continue };
                        let sum = (key >> (2 * slot) & 3) as usize + usize::from(count);
                        // What has no valid end is not carried on.
                        let costs = &self.atoms[end as usize];
                        let is_hopeless = |cost: &Cost| *cost >= IMPOSSIBLE;
                        if sum > MOST_PAIRS || costs[sum..].iter().all(is_hopeless) {
                            is_possible = false;
                            break;
                        }
                        key &= !(3 << (2 * slot));
                        if done {
                            total += costs[sum];
                        } else {
                            key |= (sum as u128) << (2 * slot);
                        }
                    }
                    if is_possible {
                        next.push((key, total, state.step, count));
                    }
                }
            }
            // Stable sorts: of equal ones the first is kept.
            next.sort_by_key(|&(key, cost, ..)| (key, cost));
            next.dedup_by_key(|&mut (key, ..)| key);
            if next.len() > most {
                next.sort_by_key(|&(key, cost, ..)| (cost, key));
                next.truncate(most);
            }
            states.clear();
            for (key, cost, step, count) in next {
                states.push(State {
                    key,
                    cost,
                    step: history.len() as u32,
                });
                history.push((step, count));
            }
        }
        let mut step = states.first().map_or(u32::MAX, |state| state.step);
        for &edge in edges.iter().rev() {
            let Some(&(before, count)) = history.get(step as usize) else {
                return;
            };
            pairs[edge as usize] = count;
            step = before;
        }
    }
}

/// Slots of the open atoms of a system, by position.
struct Open {
    slot: Vec<Option<u32>>,
    /// Number of visited edges of each atom.
    visited: Vec<u32>,
    free: Vec<u32>,
}

impl Open {
    fn new(atoms: usize) -> Self {
        Self {
            slot: vec![None; atoms],
            visited: vec![0; atoms],
            free: (0..MOST_OPEN).rev().collect(),
        }
    }

    /// Returns the slot of an atom, a new one if it has none; `None` if none is free.
    fn slot(&mut self, place: usize) -> Option<u32> {
        if self.slot[place].is_none() {
            self.slot[place] = self.free.pop();
        }
        self.slot[place]
    }

    /// Counts an edge; returns which of its atoms have no further one, and frees their slots.
    fn visit(&mut self, places: [usize; 2], ends: [u32; 2], incident: &[Vec<u32>]) -> [bool; 2] {
        let mut done = [false; 2];
        for ((place, end), done) in places.into_iter().zip(ends).zip(&mut done) {
            self.visited[place] += 1;
            *done = self.visited[place] as usize == incident[end as usize].len();
            if *done {
                self.free.extend(self.slot[place].take());
            }
        }
        done
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy, prop_assert_eq, proptest};

    use super::{Cost, Edge, IMPOSSIBLE, MOST_PAIRS, Problem};

    /// The cost of an assignment; `None` if it is impossible.
    fn cost_of(problem: &Problem, pairs: &[u8]) -> Option<Cost> {
        let mut sums = vec![0_usize; problem.atoms.len()];
        let mut total = 0;
        for (edge, &count) in problem.edges.iter().zip(pairs) {
            total += edge.cost[usize::from(count)];
            for end in edge.ends {
                sums[end as usize] += usize::from(count);
            }
        }
        for (atom, sum) in problem.atoms.iter().zip(sums) {
            total += atom.get(sum)?;
        }
        Some(total)
    }

    fn cheapest(problem: &Problem) -> Option<Cost> {
        let count = 3_usize.pow(problem.edges.len() as u32);
        (0..count)
            .filter_map(|mut code| {
                let pairs: Vec<u8> = (0..problem.edges.len())
                    .map(|_| {
                        let digit = (code % 3) as u8;
                        code /= 3;
                        digit
                    })
                    .collect();
                cost_of(problem, &pairs)
            })
            .min()
    }

    fn problems() -> impl Strategy<Value = Problem> {
        use proptest::collection::vec;
        let atoms = vec(proptest::array::uniform4(0..9_i64), 6);
        let edges = vec(
            ((0..6_u32, 1..6_u32), proptest::array::uniform3(0..9_i64)),
            0..8,
        );
        (atoms, edges).prop_map(|(atoms, edges)| {
            let mut seen = std::collections::BTreeSet::new();
            let edges = edges.into_iter().filter_map(|((a, step), cost)| {
                let b = (a + step) % 6;
                seen.insert([a.min(b), a.max(b)])
                    .then_some(Edge { ends: [a, b], cost })
            });
            Problem {
                atoms,
                edges: edges.collect(),
            }
        })
    }

    proptest! {
        #[test]
        fn the_assignment_is_the_cheapest_of_all(problem in problems()) {
            let (pairs, _) = problem.solve();
            prop_assert_eq!(cost_of(&problem, &pairs), cheapest(&problem));
        }
    }

    #[test]
    fn a_large_sheet_of_hexagons_gets_double_bonds_at_nearly_all_atoms() {
        // A brick wall of 40 x 40 atoms: every inner atom has three neighbours.
        let wanted: [Cost; MOST_PAIRS + 1] = [1000, 0, IMPOSSIBLE, IMPOSSIBLE];
        let (columns, rows) = (40_u32, 40_u32);
        let mut problem = Problem {
            atoms: vec![wanted; (columns * rows) as usize],
            edges: Vec::new(),
        };
        let cost = [0, 0, IMPOSSIBLE];
        for row in 0..rows {
            for column in 0..columns {
                let atom = row * columns + column;
                if column + 1 < columns {
                    problem.edges.push(Edge {
                        ends: [atom, atom + 1],
                        cost,
                    });
                }
                if row + 1 < rows && (row + column) % 2 == 0 {
                    problem.edges.push(Edge {
                        ends: [atom, atom + columns],
                        cost,
                    });
                }
            }
        }
        let (pairs, is_sound) = problem.solve();
        assert!(is_sound.iter().all(|sound| *sound));
        let doubles = pairs.iter().map(|count| usize::from(*count)).sum::<usize>();
        assert!(doubles * 2 >= 1600 * 98 / 100, "{doubles}");
    }
}
