//! The mesh of a surface, and what can be measured on it.

/// Triangles with shared corners. The mesh is closed, but for cuts by [`Self::retain_triangles`]:
/// every edge belongs to two triangles, which run through it in opposite directions.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct SurfaceMesh {
    /// Corners, angstrom.
    pub position_angstrom: Vec<[f32; 3]>,
    /// One unit normal for each corner, pointing away from the atoms.
    pub normal: Vec<[f32; 3]>,
    /// For each corner the index of the atom with the nearest van der Waals sphere.
    pub atom: Vec<u32>,
    /// Three corners each, counterclockwise as seen from outside.
    pub triangles: Vec<[u32; 3]>,
}

impl SurfaceMesh {
    /// Sum of the triangles' areas, square angstrom. Surfaces of cavities count.
    #[must_use]
    pub fn area_square_angstrom(&self) -> f64 {
        let areas = self.corners().map(|[a, b, c]| {
            let normal = cross(difference(b, a), difference(c, a));
            dot(normal, normal).sqrt() * 0.5
        });
        areas.sum()
    }

    /// The enclosed volume, cubic angstrom: without cavities, if the mesh is closed.
    #[must_use]
    pub fn volume_cubic_angstrom(&self) -> f64 {
        // Relative to one corner, for precision far from the origin (divergence theorem).
        let Some(first) = self.position_angstrom.first() else {
            return 0.0;
        };
        let origin = first.map(f64::from);
        let volumes = self.corners().map(|[a, b, c]| {
            let [a, b, c] = [a, b, c].map(|corner| difference(corner, origin));
            dot(a, cross(b, c)) / 6.0
        });
        volumes.sum()
    }

    /// Lowest and highest corner of the box around all triangles; none without triangles.
    #[must_use]
    pub fn bounds_angstrom(&self) -> Option<[[f32; 3]; 2]> {
        let mut bounds = [[f32::INFINITY; 3], [f32::NEG_INFINITY; 3]];
        for corner in self.triangles.iter().flatten() {
            let position = self.position_angstrom[*corner as usize];
            for axis in 0..3 {
                bounds[0][axis] = bounds[0][axis].min(position[axis]);
                bounds[1][axis] = bounds[1][axis].max(position[axis]);
            }
        }
        (!self.triangles.is_empty()).then_some(bounds)
    }

    /// Removes triangles, and the corners that no other triangle uses. `keep` has the three atoms
    /// of a triangle's corners.
    pub fn retain_triangles(&mut self, mut keep: impl FnMut([u32; 3]) -> bool) {
        const UNUSED: u32 = u32::MAX;
        let atom = &self.atom;
        self.triangles
            .retain(|triangle| keep(triangle.map(|corner| atom[corner as usize])));
        let mut moved = vec![UNUSED; self.atom.len()];
        for corner in self.triangles.iter().flatten() {
            moved[*corner as usize] = 0;
        }
        let used = moved.iter_mut().filter(|target| **target != UNUSED);
        for (next, target) in (0..).zip(used) {
            *target = next;
        }
        let is_used = |index: &mut usize| {
            *index += 1;
            moved[*index - 1] != UNUSED
        };
        let mut index = 0;
        self.position_angstrom.retain(|_| is_used(&mut index));
        index = 0;
        self.normal.retain(|_| is_used(&mut index));
        index = 0;
        self.atom.retain(|_| is_used(&mut index));
        for corner in self.triangles.iter_mut().flatten() {
            *corner = moved[*corner as usize];
        }
    }

    fn corners(&self) -> impl Iterator<Item = [[f64; 3]; 3]> {
        let position = |corner: u32| self.position_angstrom[corner as usize].map(f64::from);
        self.triangles
            .iter()
            .map(move |triangle| triangle.map(position))
    }
}

fn difference(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

fn cross(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [
        a[1] * b[2] - a[2] * b[1],
        a[2] * b[0] - a[0] * b[2],
        a[0] * b[1] - a[1] * b[0],
    ]
}
