//! What drawing a picture costs, estimated before it is drawn.

use glam::{DMat3, Mat3, Vec3};
use molshot_scenes::{Cylinder, Projection, RenderJob, Scene};

use crate::cancel::{CancelToken, Cancelled};
use crate::software::find_duplicates;

/// The token is looked at once in so many bodies.
const LOOK_INTERVAL: usize = 1 << 14;
/// Of the rectangle around a slanted cylinder the share that costs as much as what it covers.
const EMPTY_RECT_SHARE: f32 = 1.0 / 16.0;

/// Samples (pixels times samples per pixel) that the bodies of a picture may cover, summed over the
/// bodies: the time of drawing grows with them wherever bodies are about equally deep. It is an
/// estimate by rectangles around the bodies, mostly somewhat too high.
///
/// Where the sum is above `limit`, bodies that coincide with an earlier one are not counted,
/// because the built-in rasteriser does not draw them.
///
/// # Errors
/// [`Cancelled`].
pub fn covered_samples(
    job: &RenderJob,
    limit: u64,
    cancel: &CancelToken,
) -> Result<u64, Cancelled> {
    let scene = job.scene();
    let lens = Lens::new(job);
    let all = lens.covered_samples(scene, |_| false, |_| false, cancel)?;
    if all <= limit {
        return Ok(all);
    }
    let spheres = hidden(scene.spheres.len(), |at| {
        let sphere = &scene.spheres[at];
        let [x, y, z] = sphere.center_angstrom;
        [x, y, z, sphere.radius_angstrom].map(f32::to_bits)
    });
    cancel.check()?;
    let cylinders = hidden(scene.cylinders.len(), |at| {
        let cylinder = &scene.cylinders[at];
        let ([a, b, c], [d, e, f]) = (cylinder.start_angstrom, cylinder.end_angstrom);
        let [a, b, c, d, e, f, radius] =
            [a, b, c, d, e, f, cylinder.radius_angstrom].map(f32::to_bits);
        [a, b, c, d, e, f, radius, cylinder.caps]
    });
    lens.covered_samples(scene, |at| spheres[at], |at| cylinders[at], cancel)
}

/// For each body whether it coincides with an earlier one.
fn hidden<const N: usize>(count: usize, shape: impl Fn(usize) -> [u32; N]) -> Vec<bool> {
    let mut hidden = vec![false; count];
    find_duplicates(count, shape, |at| hidden[at] = true);
    hidden
}

/// From world axes to pixels.
struct Lens {
    camera_from_world: Mat3,
    position: Vec3,
    perspective: bool,
    scale: f32,
    near: f32,
    middle_px: [f32; 2],
    low_px: [f32; 2],
    high_px: [f32; 2],
    samples: f64,
}

/// Extent in the image, clipped to what is drawn; empty where the last is not above the first.
#[derive(Clone, Copy)]
struct Rect {
    low: [f32; 2],
    high: [f32; 2],
}

impl Rect {
    /// The rectangle around both.
    fn union(self, other: Self) -> Self {
        Self {
            low: [0, 1].map(|axis| self.low[axis].min(other.low[axis])),
            high: [0, 1].map(|axis| self.high[axis].max(other.high[axis])),
        }
    }
}

impl Lens {
    fn new(job: &RenderJob) -> Self {
        let (view, viewport) = (job.view(), job.viewport());
        let crop = viewport.crop;
        let low_px = [crop.x_px, crop.y_px].map(|at| at as f32);
        Self {
            camera_from_world: DMat3::from_quat(view.pose.world_from_camera)
                .transpose()
                .as_mat3(),
            position: view.pose.position_angstrom.as_vec3(),
            perspective: matches!(view.projection, Projection::Perspective { .. }),
            scale: view.pixel_scale(viewport) as f32,
            near: view.near_angstrom as f32,
            middle_px: [viewport.width_px, viewport.height_px].map(|edge| edge as f32 * 0.5),
            low_px,
            high_px: [
                low_px[0] + crop.width_px as f32,
                low_px[1] + crop.height_px as f32,
            ],
            samples: f64::from(job.samples().count()),
        }
    }

    fn covered_samples(
        &self,
        scene: &Scene,
        is_sphere_hidden: impl Fn(usize) -> bool,
        is_cylinder_hidden: impl Fn(usize) -> bool,
        cancel: &CancelToken,
    ) -> Result<u64, Cancelled> {
        let mut pixels = 0.0_f64;
        for (at, sphere) in scene.spheres.iter().enumerate() {
            if at % LOOK_INTERVAL == LOOK_INTERVAL - 1 {
                cancel.check()?;
            }
            if !is_sphere_hidden(at) {
                let rect = self.rect(sphere.center_angstrom, sphere.radius_angstrom);
                pixels += f64::from(self.area(rect));
            }
        }
        for (at, cylinder) in scene.cylinders.iter().enumerate() {
            if at % LOOK_INTERVAL == LOOK_INTERVAL - 1 {
                cancel.check()?;
            }
            if !is_cylinder_hidden(at) {
                pixels += f64::from(self.cylinder_area(cylinder));
            }
        }
        for (at, triangle) in scene.mesh.triangles.iter().enumerate() {
            if at % LOOK_INTERVAL == LOOK_INTERVAL - 1 {
                cancel.check()?;
            }
            let corners = triangle.map(|corner| {
                self.rect(scene.mesh.vertices[corner as usize].position_angstrom, 0.0)
            });
            pixels += f64::from(self.area(corners.into_iter().flatten().reduce(Rect::union)));
        }
        Ok((pixels * self.samples) as u64)
    }

    fn cylinder_area(&self, cylinder: &Cylinder) -> f32 {
        let radius = cylinder.radius_angstrom;
        let ends =
            [cylinder.start_angstrom, cylinder.end_angstrom].map(|end| self.rect(end, radius));
        let [Some(start), Some(end)] = ends else {
            // One end may lie behind the camera and the rest before it.
            return ends
                .into_iter()
                .map(|rect| self.area(rect))
                .fold(0.0, f32::max);
        };
        let area = self.area(Some(start.union(end)));
        let [dx, dy] = [0, 1].map(|axis| {
            (start.low[axis] + start.high[axis] - end.low[axis] - end.high[axis]) * 0.5
        });
        let thick = (start.high[0] - start.low[0]).max(end.high[0] - end.low[0]);
        let slanted = ((dx * dx + dy * dy).sqrt() + thick) * thick;
        area.min(slanted) + area * EMPTY_RECT_SHARE
    }

    /// The rectangle around a ball; `None` where it lies behind the near plane.
    #[inline]
    fn rect(&self, center: [f32; 3], radius: f32) -> Option<Rect> {
        let center = self.camera_from_world * (Vec3::from_array(center) - self.position);
        let depth = -center.z;
        if depth + radius < self.near {
            return None;
        }
        if self.perspective && depth - radius <= self.near {
            return Some(Rect {
                low: self.low_px,
                high: self.high_px,
            });
        }
        let [along, half] = if self.perspective {
            [self.scale / depth, radius * self.scale / (depth - radius)]
        } else {
            [self.scale, radius * self.scale]
        };
        let middle = [
            self.middle_px[0] + center.x * along,
            self.middle_px[1] - center.y * along,
        ];
        Some(Rect {
            low: middle.map(|at| at - half - 1.0),
            high: middle.map(|at| at + half + 1.0),
        })
    }

    /// Pixels of a rectangle that are drawn.
    #[inline]
    fn area(&self, rect: Option<Rect>) -> f32 {
        rect.map_or(0.0, |Rect { low, high }| {
            let [width, height] = [0, 1].map(|axis| {
                (high[axis].min(self.high_px[axis]) - low[axis].max(self.low_px[axis])).max(0.0)
            });
            width * height
        })
    }
}
