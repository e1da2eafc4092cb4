//! The field whose contour is the surface, on the points of one brick.

use super::SurfaceKind;
use super::arcs::AccessibleSurface;
use super::contour::Contour;
use super::contour::GAUSSIAN_REACH;
use super::grid::{BrickView, SIDE, STRIDES};
use super::spheres::Spheres;

/// Decay of the Gaussian density of an atom: it is `exp(-2.3 (d^2 / r^2 - 1))` at the distance d
/// from an atom of radius r, and the surface is where the sum is 1.
///
/// It is the value of Zhang, Xu & Bajaj, Comput. Aided Geom. Des. 23 (2006) 510, with which areas
/// and volumes come close to those of solvent-excluded surfaces.
pub const GAUSSIAN_DECAY: f64 = 2.3;
/// The Gaussian field far from all atoms.
const GAUSSIAN_OUTSIDE: f64 = -1.0;

/// No ball is near.
pub(super) const NO_SPHERE: u32 = u32::MAX;
/// The distance from the accessible surface is known; unlike distances, negative.
const KNOWN: f64 = -1.0;

/// The field on the points of one brick; x runs fastest.
#[derive(Debug)]
pub(super) struct Field {
    /// Positive inside, about the distance from the surface in angstrom.
    pub(super) value: Vec<f32>,
    /// The ball whose sphere is nearest, or [`NO_SPHERE`].
    pub(super) nearest: Vec<u32>,
    /// Solvent-excluded: square of the distance from the nearest arc so far, or [`KNOWN`].
    /// Gaussian: the density.
    extra: Vec<f64>,
}

impl Field {
    pub(super) fn new() -> Self {
        let count = SIDE * SIDE * SIDE;
        Self {
            value: vec![0.0; count],
            nearest: vec![NO_SPHERE; count],
            extra: vec![0.0; count],
        }
    }

    /// Computes the field of a brick; false if the brick is all inside or all outside.
    pub(super) fn fill(
        &mut self,
        brick: &BrickView<'_>,
        spheres: &Spheres,
        accessible: Option<&AccessibleSurface>,
        contour: &Contour,
    ) -> bool {
        self.nearest.fill(NO_SPHERE);
        match contour.kind {
            SurfaceKind::Gaussian => self.fill_gaussian(brick, spheres),
            _ => self.fill_depth(brick, spheres, contour),
        }
        if let Some(accessible) = accessible {
            // Where the depth alone is above the level, the distance is so all the more.
            let inside = (contour.level + contour.margin) as f32;
            if self.value.iter().all(|depth| *depth > inside)
                || self.value.iter().all(|depth| *depth <= 0.0)
            {
                return false;
            }
            self.fill_distance(brick, spheres, accessible, contour);
        }
        let has_inside = self.value.iter().any(|value| *value > 0.0);
        has_inside && self.value.iter().any(|value| *value <= 0.0)
    }

    /// The greatest depth of a point within a ball: outside of all balls, and below accessible
    /// parts of spheres, minus the distance from the accessible surface.
    fn fill_depth(&mut self, brick: &BrickView<'_>, spheres: &Spheres, contour: &Contour) {
        self.value.fill(contour.outside() as f32);
        for index in brick.spheres {
            let sphere = &spheres.all[*index as usize];
            let reach = contour.reach(sphere.radius);
            let (low, high) = (
                sphere.center.map(|part| part - reach),
                sphere.center.map(|part| part + reach),
            );
            brick.visit_box([low, high], |point, position| {
                let offset = difference(position, sphere.center);
                let distance_squared = dot(offset, offset);
                let value = &mut self.value[point];
                let largest = sphere.radius - f64::from(*value);
                if distance_squared < largest * largest && largest > 0.0 {
                    let depth = (sphere.radius - distance_squared.sqrt()) as f32;
                    if depth > *value {
                        *value = depth;
                        self.nearest[point] = *index;
                    }
                }
            });
        }
    }

    /// Replaces depths by distances from the solvent-excluded surface.
    fn fill_distance(
        &mut self,
        brick: &BrickView<'_>,
        spheres: &Spheres,
        accessible: &AccessibleSurface,
        contour: &Contour,
    ) {
        let inside = contour.level + contour.margin;
        let mut is_open = false;
        brick.visit_all(|point, position| {
            let depth = f64::from(self.value[point]);
            let nearest = self.nearest[point];
            self.extra[point] = KNOWN;
            if depth <= 0.0 || depth > inside || nearest == NO_SPHERE {
                return;
            }
            let offset = difference(position, spheres.all[nearest as usize].center);
            let distance = dot(offset, offset).sqrt();
            let direction = if distance > 0.0 {
                offset.map(|part| part / distance)
            } else {
                [1.0, 0.0, 0.0]
            };
            if !accessible.is_accessible(spheres, nearest as usize, direction) {
                self.extra[point] = f64::INFINITY;
                is_open = true;
            }
        });
        if is_open {
            let reach = contour.arc_reach();
            for index in brick.arcs {
                let arc = &accessible.arcs[*index as usize];
                let [low, high] = arc.bounds();
                let reached = [low.map(|part| part - reach), high.map(|part| part + reach)];
                brick.visit_box(reached, |point, position| {
                    let nearest = &mut self.extra[point];
                    if *nearest > 0.0 {
                        *nearest = nearest.min(arc.distance_squared(position));
                    }
                });
            }
        }
        for (value, extra) in self.value.iter_mut().zip(&self.extra) {
            let distance = if *extra < 0.0 {
                f64::from(*value)
            } else {
                extra.sqrt()
            };
            *value = (distance.min(inside) - contour.level) as f32;
        }
    }

    /// With the sum of densities `exp(-B (u^2 - 1))`, the field is 1 - u: of one atom, the distance
    /// from its sphere in radii.
    fn fill_gaussian(&mut self, brick: &BrickView<'_>, spheres: &Spheres) {
        self.value.fill(f32::NEG_INFINITY);
        self.extra.fill(0.0);
        for index in brick.spheres {
            let sphere = &spheres.all[*index as usize];
            let reach = GAUSSIAN_REACH * sphere.radius;
            let reached = [
                sphere.center.map(|part| part - reach),
                sphere.center.map(|part| part + reach),
            ];
            let radius_squared = sphere.radius * sphere.radius;
            brick.visit_box(reached, |point, position| {
                let offset = difference(position, sphere.center);
                let distance_squared = dot(offset, offset);
                if distance_squared >= reach * reach {
                    return;
                }
                let excess = distance_squared / radius_squared - 1.0;
                self.extra[point] += exponential(-GAUSSIAN_DECAY * excess);
                let depth = (sphere.radius - distance_squared.sqrt()) as f32;
                if depth > self.value[point] {
                    self.value[point] = depth;
                    self.nearest[point] = *index;
                }
            });
        }
        for (value, density) in self.value.iter_mut().zip(&self.extra) {
            *value = if *density > 0.0 {
                let square = 1.0 - logarithm(*density) / GAUSSIAN_DECAY;
                (1.0 - square.max(0.0).sqrt()).max(GAUSSIAN_OUTSIDE) as f32
            } else {
                GAUSSIAN_OUTSIDE as f32
            };
        }
    }

    /// Gradient at a point that is not on the outside of the brick, times two spacings.
    pub(super) fn gradient(&self, point: usize) -> [f32; 3] {
        STRIDES.map(|stride| self.value[point + stride] - self.value[point - stride])
    }
}

fn difference(a: [f64; 3], b: [f64; 3]) -> [f64; 3] {
    [a[0] - b[0], a[1] - b[1], a[2] - b[2]]
}

fn dot(a: [f64; 3], b: [f64; 3]) -> f64 {
    a[0] * b[0] + a[1] * b[1] + a[2] * b[2]
}

/// `exp(x)` for moderate x, with operations that are the same on all platforms.
fn exponential(x: f64) -> f64 {
    // exp(x) = 2^n exp(r) with |r| <= ln 2 / 2, where 12 terms of the series give 1e-15.
    let n = (x / std::f64::consts::LN_2).round();
    let r = x - n * std::f64::consts::LN_2;
    let series = (1..=12)
        .rev()
        .fold(1.0, |sum, k| 1.0 + sum * r / f64::from(k));
    let exponent = (n.clamp(-1000.0, 1000.0) as i64 + 1023) as u64;
    series * f64::from_bits(exponent << 52)
}

/// `ln(x)` for normal positive x, with operations that are the same on all platforms.
fn logarithm(x: f64) -> f64 {
    // x = 2^n m with m in [1, 2), and ln m = 2 artanh(s) with s = (m - 1) / (m + 1) <= 1/3.
    let bits = x.to_bits();
    let n = (bits >> 52) as i64 - 1023;
    let m = f64::from_bits((bits & ((1 << 52) - 1)) | (1023 << 52));
    let s = (m - 1.0) / (m + 1.0);
    let series = (0..16)
        .rev()
        .fold(0.0, |sum, k| sum * s * s + 1.0 / f64::from(2 * k + 1));
    n as f64 * std::f64::consts::LN_2 + 2.0 * s * series
}

#[cfg(test)]
mod tests {
    use super::{exponential, logarithm};

    #[test]
    fn exponential_and_logarithm_are_those_of_the_standard_library() {
        for step in -400..400 {
            let x = f64::from(step) * 0.037;
            assert!((exponential(x) / x.exp() - 1.0).abs() < 1e-13, "{x}");
            assert!(
                (logarithm(x.exp()) - x).abs() < 1e-13 * x.abs().max(1.0),
                "{x}"
            );
        }
    }
}
