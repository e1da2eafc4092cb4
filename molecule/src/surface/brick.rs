//! Marching cubes over one brick.

use super::arcs::AccessibleSurface;
use super::contour::Contour;
use super::field::{Field, NO_SPHERE};
use super::grid::{BrickView, Bricks, CELLS, SIDE, STRIDES};
use super::march::Piece;
use super::spheres::{Spheres, distance_squared};
use super::table::{Table, table};

/// Corners along an edge of a brick.
const CORNERS: usize = CELLS + 1;
/// The edge of the grid has no corner of the mesh yet.
const NO_VERTEX: u32 = u32::MAX;
/// A corner of the mesh is at least this share of an edge away from its ends, for triangles with
/// some area where the surface meets a grid point.
const LEAST_SHARE: f32 = 0.01;

/// Space for a brick, kept between bricks.
#[derive(Debug)]
pub(super) struct Workspace {
    field: Field,
    /// For each corner of cells and each axis, the vertex on the edge from there.
    vertices: Vec<[u32; 3]>,
    table: &'static Table,
}

impl Workspace {
    pub(super) fn new() -> Self {
        Self {
            field: Field::new(),
            vertices: vec![[NO_VERTEX; 3]; CORNERS * CORNERS * CORNERS],
            table: table(),
        }
    }

    /// The triangles of one brick.
    pub(super) fn polygonise(
        &mut self,
        bricks: &Bricks,
        index: usize,
        spheres: &Spheres,
        accessible: Option<&AccessibleSurface>,
        contour: &Contour,
    ) -> Piece {
        let brick = bricks.view(index);
        let mut piece = Piece::default();
        if !self.field.fill(&brick, spheres, accessible, contour) {
            return piece;
        }
        self.vertices.fill([NO_VERTEX; 3]);
        let corner_steps: [usize; 8] =
            std::array::from_fn(|c| (0..3).map(|k| (c >> k & 1) * STRIDES[k]).sum());
        for z in 0..CELLS {
            for y in 0..CELLS {
                let row = ((z + 1) * SIDE + y + 1) * SIDE + 1;
                for x in 0..CELLS {
                    let mut case = 0;
                    for (corner, step) in corner_steps.iter().enumerate() {
                        case |= usize::from(self.field.value[row + x + step] > 0.0) << corner;
                    }
                    if case == 0 || case == 255 {
                        continue;
                    }
                    for triangle in self.table.triangles(case) {
                        let corners = triangle.map(|edge| {
                            let (corner, axis) = Table::edge(edge);
                            let base = [0, 1, 2].map(|k| [x, y, z][k] + (corner >> k & 1));
                            self.vertex(
                                bricks, index, &brick, spheres, contour, base, axis, &mut piece,
                            )
                        });
                        piece.triangles.push(corners);
                    }
                }
            }
        }
        piece
    }

    /// The vertex on the edge from a corner of the brick's cells along an axis.
    #[allow(
        clippy::too_many_arguments,
        reason = "all are parts of one place in the grid"
    )]
    fn vertex(
        &mut self,
        bricks: &Bricks,
        index: usize,
        brick: &BrickView<'_>,
        spheres: &Spheres,
        contour: &Contour,
        base: [usize; 3],
        axis: usize,
        piece: &mut Piece,
    ) -> u32 {
        let corner = (base[2] * CORNERS + base[1]) * CORNERS + base[0];
        let known = &mut self.vertices[corner][axis];
        if *known != NO_VERTEX {
            return *known;
        }
        let vertex = piece.position.len() as u32;
        *known = vertex;
        let point = ((base[2] + 1) * SIDE + base[1] + 1) * SIDE + base[0] + 1;
        let ends = [point, point + STRIDES[axis]];
        let [start, end] = ends.map(|end| self.field.value[end]);
        let mut place = base.map(|part| part as f64 + 1.0);
        let share = if contour.is_union() {
            let starts_inside = start > 0.0;
            let mut inside = place;
            inside[axis] += if starts_inside { 0.0 } else { 1.0 };
            let along = if starts_inside { 1.0 } else { -1.0 };
            let inside = brick.position(inside);
            let length = self.length_inside(spheres, ends, inside, axis, along);
            let length = (length / contour.spacing) as f32;
            if starts_inside { length } else { 1.0 - length }
        } else {
            start / (start - end)
        };
        let share = share.clamp(LEAST_SHARE, 1.0 - LEAST_SHARE);
        place[axis] += f64::from(share);
        let position = brick.position(place);
        let [at_start, at_end] = ends.map(|end| self.field.gradient(end));
        // The field falls outwards.
        let mut normal = [0, 1, 2].map(|k| -(at_start[k] * (1.0 - share) + at_end[k] * share));
        let length = normal.iter().map(|part| part * part).sum::<f32>().sqrt();
        if length > f32::MIN_POSITIVE {
            normal = normal.map(|part| part / length);
        } else {
            normal = [0.0; 3];
            normal[axis] = if start > end { 1.0 } else { -1.0 };
        }
        piece.position.push(position.map(|part| part as f32));
        piece.normal.push(normal);
        piece.atom.push(self.nearest_atom(spheres, ends, position));
        // Neighbouring bricks have vertices on a common face.
        let is_shared = (0..3).any(|k| k != axis && (base[k] == 0 || base[k] == CELLS));
        if is_shared {
            let key = bricks.point_key(index, base) << 2 | axis as u64;
            piece.shared.push((vertex, key));
        }
        vertex
    }

    /// Length of an edge that is in balls, from its inside end on, in the direction `along` (1 or
    /// -1): exact also where two spheres meet between the ends, and interpolation is not.
    fn length_inside(
        &self,
        spheres: &Spheres,
        ends: [usize; 2],
        inside: [f64; 3],
        axis: usize,
        along: f64,
    ) -> f64 {
        let mut length: f64 = 0.0;
        // A second ball may begin where the first one ends.
        for _ in 0..3 {
            for index in self.nearest_around(ends) {
                let sphere = &spheres.all[index as usize];
                let offset = [0, 1, 2].map(|k| sphere.center[k] - inside[k]);
                let middle = offset[axis] * along;
                let square: f64 = offset.iter().map(|part| part * part).sum();
                // Half of the chord that the ball cuts out of the line of the edge.
                let half = sphere.radius * sphere.radius - (square - middle * middle);
                let half = half.max(0.0).sqrt();
                if half > 0.0 && middle - half <= length {
                    length = length.max(middle + half);
                }
            }
        }
        length
    }

    /// The balls nearest to the ends of an edge and to their neighbours.
    fn nearest_around(&self, ends: [usize; 2]) -> impl Iterator<Item = u32> {
        let around = ends.into_iter().flat_map(|end| {
            let steps = STRIDES.into_iter();
            steps.flat_map(move |step| [end - step, end, end + step])
        });
        let mut last = NO_SPHERE;
        around
            .map(|point| self.field.nearest[point])
            .filter(move |index| {
                let is_new = *index != NO_SPHERE && *index != last;
                last = *index;
                is_new
            })
    }

    /// The atom with the nearest sphere, among those nearest to the ends of an edge and to their
    /// neighbours.
    fn nearest_atom(&self, spheres: &Spheres, ends: [usize; 2], position: [f64; 3]) -> u32 {
        let mut best = (f64::INFINITY, u32::MAX);
        for index in self.nearest_around(ends) {
            let sphere = &spheres.all[index as usize];
            let distance = distance_squared(sphere.center, position).sqrt() - sphere.radius;
            if (distance, sphere.atom) < best {
                best = (distance, sphere.atom);
            }
        }
        best.1
    }
}
