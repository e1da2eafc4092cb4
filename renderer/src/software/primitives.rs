//! The primitives of a scene as one camera sees them: in camera axes, with their pixel bounds and
//! their nearest depth.

use glam::{DVec3, Vec3};

use super::camera::Camera;
use super::primitive_id::PrimitiveId;
use super::scene::{SceneCylinder, SceneData};
use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::simd::widen;

/// The token is looked at once in so many bodies.
const LOOK_INTERVAL: usize = 1 << 14;
/// Bodies of a smaller radius, pixels, may lie between the pixels' centres, and borders within a
/// pixel of them are not straight.
const THIN_PX: f32 = 1.25;
/// Allowance for rounding in [`Sphere::sample_reach`], pixels.
const REACH_SLACK_PX: f32 = 0.03125;
/// Allowance for rounding in pixel bounds, pixels.
const BOUNDS_SLACK_PX: f32 = 0.0625;
/// Pixel bounds of a primitive that may cover any pixel.
const EVERYWHERE: [i16; 4] = [i16::MIN, i16::MIN, i16::MAX, i16::MAX];

/// A sphere in camera axes, angstrom.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sphere {
    pub(super) center: [f32; 3],
    pub(super) radius: f32,
    /// Greatest distance, near the sphere, between the ray of a sample and the ray of its pixel's
    /// centre.
    pub(super) sample_reach: f32,
    /// Least depth of any of its points.
    pub(super) near_depth: f32,
    /// True when the near plane may cut it, so that its far wall may be visible from inside.
    pub(super) near_clipped: bool,
}

/// A cylinder in camera axes, angstrom, with a local frame: `along` its axis, `side` perpendicular
/// to the axis and to the direction of view, `front` perpendicular to both.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cylinder {
    pub(super) front: [f32; 3],
    pub(super) side: [f32; 3],
    pub(super) along: [f32; 3],
    /// Midpoint of the axis, camera axes.
    pub(super) middle: [f32; 3],
    /// The same point in the local frame: front, side, along.
    pub(super) local_middle: [f32; 3],
    pub(super) half_length: f32,
    pub(super) radius: f32,
    pub(super) caps: u32,
    /// As [`Sphere::sample_reach`].
    pub(super) sample_reach: f32,
    /// Least depth of any of its points.
    pub(super) near_depth: f32,
    /// True when its ends may be visible or the near plane may cut it: then the near wall of the
    /// tube alone is not enough.
    pub(super) needs_caps: bool,
    /// Its pixels in the row at `y`: `x = span_px[0] + span_px[1] * y +- span_px[2]`.
    pub(super) span_px: [f32; 3],
}

impl Cylinder {
    /// 1 when its ends are flat discs, else 0.
    pub(super) fn flat(&self) -> f32 {
        f32::from(u8::from(self.caps == molshot_scenes::Cylinder::FLAT))
    }

    /// 1 when its ends are hemispheres, else 0.
    pub(super) fn round(&self) -> f32 {
        f32::from(u8::from(self.caps == molshot_scenes::Cylinder::ROUND))
    }
}

/// What shading needs of one [`PrimitiveId`], as one row of eight numbers: centre (camera axes),
/// radius, direction of the axis (zero for a sphere), and the bits of its colour. A negative radius
/// marks a cylinder that [needs caps](Cylinder::needs_caps).
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Surface(pub(super) [f32; 8]);

impl Surface {
    fn sphere(center: Vec3, radius: f32, base_color: u32) -> Self {
        let [x, y, z] = center.to_array();
        Self([x, y, z, radius, 0.0, 0.0, 0.0, f32::from_bits(base_color)])
    }

    fn cylinder(cylinder: &Cylinder, base_color: u32) -> Self {
        let ([x, y, z], [along_x, along_y, along_z]) = (cylinder.middle, cylinder.along);
        let radius = if cylinder.needs_caps {
            -cylinder.radius
        } else {
            cylinder.radius
        };
        let base_color = f32::from_bits(base_color);
        Self([x, y, z, radius, along_x, along_y, along_z, base_color])
    }
}

/// A primitive of either kind.
#[derive(Debug, Clone, Copy)]
pub(super) enum Primitive<'a> {
    Sphere(&'a Sphere),
    Cylinder(&'a Cylinder),
}

/// All primitives of a frame. The buffers are reused from frame to frame; entries of primitives
/// that are not in `visible` are stale.
#[derive(Debug, Default)]
pub(super) struct Primitives {
    pub(super) spheres: Vec<Sphere>,
    pub(super) cylinders: Vec<Cylinder>,
    /// One for each [`PrimitiveId`].
    pub(super) surfaces: Vec<Surface>,
    /// Half the length of the axis of each [`PrimitiveId`], angstrom; 0 for spheres.
    pub(super) half_lengths: Vec<f32>,
    /// True when a cylinder in `visible` [needs caps](Cylinder::needs_caps).
    pub(super) any_capped: bool,
    /// True when that, or a sphere in `visible` is [clipped](Sphere::near_clipped).
    pub(super) any_capped_or_clipped: bool,
    /// True when a body of the scene in front of the camera has a radius below [`THIN_PX`], may be
    /// cut by the near plane, or is a cylinder whose ends may be visible: its outline is not that
    /// of a whole body. Does not depend on which part of the image is drawn.
    pub(super) any_thin_or_open: bool,
    /// Primitives that may touch a pixel of the frame, in the order of their ids.
    pub(super) visible: Vec<ProjectedPrimitive>,
}

/// A primitive that may touch a pixel of the frame.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ProjectedPrimitive {
    /// A sphere's id, or that of a cylinder's first half.
    pub(super) id: PrimitiveId,
    /// Least depth of any of its points, angstrom.
    pub(super) near_depth: f32,
    /// First column, first row, last column and last row of the whole image that it may touch; may
    /// reach beyond the image.
    pub(super) rect_px: [i16; 4],
}

/// Extent of a sphere in the image.
#[derive(Debug, Clone, Copy)]
struct Extent {
    low_px: [f32; 2],
    high_px: [f32; 2],
}

impl Primitives {
    /// The primitive of an id other than [`PrimitiveId::NONE`].
    #[inline(always)]
    pub(super) fn get(&self, id: PrimitiveId) -> Primitive<'_> {
        match id.cylinder_index(self.spheres.len()) {
            None => Primitive::Sphere(&self.spheres[id.index()]),
            Some(index) => Primitive::Cylinder(&self.cylinders[index]),
        }
    }

    /// The cylinder of an id that is known to be a cylinder's.
    #[inline(always)]
    pub(super) fn cylinder(&self, id: PrimitiveId) -> &Cylinder {
        let index = id.cylinder_index(self.spheres.len());
        &self.cylinders[index.expect("the id of a cylinder")]
    }

    /// True when more than the near wall of a primitive may be visible, so that its surface may
    /// have creases and far walls: a sphere that the near plane may cut, or a cylinder whose ends
    /// may be visible.
    #[inline(always)]
    pub(super) fn is_capped_or_clipped(&self, id: PrimitiveId) -> bool {
        self.any_capped_or_clipped
            && id != PrimitiveId::NONE
            && match self.get(id) {
                Primitive::Sphere(sphere) => sphere.near_clipped,
                Primitive::Cylinder(cylinder) => cylinder.needs_caps,
            }
    }

    /// The id of the whole primitive: of a cylinder's second half that of the first.
    #[inline(always)]
    pub(super) fn whole(&self, id: PrimitiveId) -> PrimitiveId {
        if id == PrimitiveId::NONE {
            return id;
        }
        id.cylinder_index(self.spheres.len())
            .map_or(id, |index| PrimitiveId::cylinder(index, self.spheres.len()))
    }

    /// True for the two halves of one cylinder.
    #[inline(always)]
    pub(super) fn are_halves(&self, a: PrimitiveId, b: PrimitiveId) -> bool {
        let spheres = self.spheres.len();
        let cylinder = a.cylinder_index(spheres);
        cylinder.is_some() && cylinder == b.cylinder_index(spheres)
    }

    /// Appends the capacities of all buffers.
    #[cfg(test)]
    pub(super) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.extend([
            self.spheres.capacity(),
            self.cylinders.capacity(),
            self.surfaces.capacity(),
            self.visible.capacity(),
        ]);
    }

    /// Transforms and projects a scene's primitives, and culls those outside `drawn_px` (first
    /// column, first row, last column, last row). `reach_px` is the greatest distance of a sample
    /// from its pixel's centre.
    ///
    /// # Errors
    /// [`RenderError::Cancelled`]; what was projected before is of no use.
    pub(super) fn project(
        &mut self,
        scene: &SceneData,
        camera: &Camera,
        drawn_px: [i32; 4],
        reach_px: f32,
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        self.visible.clear();
        self.spheres.resize(scene.spheres.len(), Sphere::default());
        self.cylinders
            .resize(scene.cylinders.len(), Cylinder::default());
        self.surfaces.resize(scene.colors.len(), Surface::default());
        self.half_lengths.resize(scene.colors.len(), 0.0);
        self.any_capped = false;
        self.any_capped_or_clipped = false;
        self.any_thin_or_open = false;
        self.half_lengths[..scene.spheres.len()].fill(0.0);
        let (sphere_surfaces, cylinder_surfaces) = self.surfaces.split_at_mut(scene.spheres.len());
        let (sphere_colors, cylinder_colors) = scene.colors.split_at(scene.spheres.len());
        let (cylinder_surfaces, _) = cylinder_surfaces.as_chunks_mut::<2>();
        let (cylinder_colors, _) = cylinder_colors.as_chunks::<2>();
        let thin_at_1 = THIN_PX / camera.pixel_scale;
        let thin = |depth: f32| {
            if camera.perspective {
                thin_at_1 * depth
            } else {
                thin_at_1
            }
        };
        let reach_at_1 = (reach_px + REACH_SLACK_PX) / camera.pixel_scale;
        for (index, (source, sphere)) in scene.spheres.iter().zip(&mut self.spheres).enumerate() {
            if index % LOOK_INTERVAL == 0 {
                cancel.check()?;
            }
            let [x, y, z, radius] = *source;
            let center = camera.to_camera([x, y, z]);
            let depth = -center.z;
            if depth + radius < camera.near_angstrom {
                continue;
            }
            let near_depth = depth - radius;
            let near_clipped = near_depth < camera.near_angstrom;
            self.any_thin_or_open |= near_clipped || radius < thin(depth);
            let rect_px = bounds(camera, near_clipped, &[(center, radius)]);
            if outside(rect_px, drawn_px) {
                continue;
            }
            let sample_reach = reach_at_1
                * if camera.perspective {
                    depth + radius
                } else {
                    1.0
                };
            *sphere = Sphere {
                center: center.to_array(),
                radius,
                sample_reach,
                near_depth,
                near_clipped,
            };
            self.any_capped_or_clipped |= near_clipped;
            sphere_surfaces[index] = Surface::sphere(center, radius, sphere_colors[index]);
            let id = PrimitiveId::sphere(index);
            self.visible.push(ProjectedPrimitive {
                id,
                near_depth,
                rect_px,
            });
        }
        for (index, (source, cylinder)) in
            scene.cylinders.iter().zip(&mut self.cylinders).enumerate()
        {
            if index % LOOK_INTERVAL == 0 {
                cancel.check()?;
            }
            let ends = [camera.to_camera(source.start), camera.to_camera(source.end)];
            let radius = source.radius;
            let depths = [-ends[0].z, -ends[1].z];
            let (first, last) = (depths[0].min(depths[1]), depths[0].max(depths[1]));
            if last + radius < camera.near_angstrom {
                continue;
            }
            let near_depth = first - radius;
            let near_clipped = near_depth < camera.near_angstrom;
            let needs_caps =
                source.cover_radius == 0.0 || first - source.cover_radius < camera.near_angstrom;
            self.any_thin_or_open |= needs_caps || radius < thin(last);
            let rect_px = bounds(
                camera,
                near_clipped,
                &[(ends[0], radius), (ends[1], radius)],
            );
            if outside(rect_px, drawn_px) {
                continue;
            }
            let sample_reach = reach_at_1
                * if camera.perspective {
                    last + radius
                } else {
                    1.0
                };
            *cylinder = Cylinder {
                sample_reach,
                near_depth,
                needs_caps,
                span_px: if near_clipped {
                    [0.0, 0.0, f32::INFINITY]
                } else {
                    span_px(camera, ends, radius)
                },
                ..in_local_frame(camera, source, ends)
            };
            self.any_capped |= needs_caps;
            self.any_capped_or_clipped |= needs_caps;
            for half in 0..2 {
                cylinder_surfaces[index][half] =
                    Surface::cylinder(cylinder, cylinder_colors[index][half]);
                self.half_lengths[scene.spheres.len() + 2 * index + half] = cylinder.half_length;
            }
            let id = PrimitiveId::cylinder(index, scene.spheres.len());
            self.visible.push(ProjectedPrimitive {
                id,
                near_depth,
                rect_px,
            });
        }
        Ok(())
    }
}

fn outside(rect_px: [i16; 4], drawn_px: [i32; 4]) -> bool {
    let [left, top, right, bottom] = widen::<_, i32>(rect_px);
    left > drawn_px[2] || top > drawn_px[3] || right < drawn_px[0] || bottom < drawn_px[1]
}

/// Bounds of the pixels that the convex hull of spheres may touch.
#[inline(always)]
fn bounds<const N: usize>(
    camera: &Camera,
    near_clipped: bool,
    spheres: &[(Vec3, f32); N],
) -> [i16; 4] {
    if near_clipped && camera.perspective {
        return EVERYWHERE;
    }
    let mut low = [f32::INFINITY; 2];
    let mut high = [f32::NEG_INFINITY; 2];
    for (center, radius) in spheres {
        let extent = extent(camera, *center, *radius);
        for axis in 0..2 {
            low[axis] = low[axis].min(extent.low_px[axis]);
            high[axis] = high[axis].max(extent.high_px[axis]);
        }
    }
    [
        floor(low[0] - BOUNDS_SLACK_PX),
        floor(low[1] - BOUNDS_SLACK_PX),
        floor(high[0] + BOUNDS_SLACK_PX),
        floor(high[1] + BOUNDS_SLACK_PX),
    ]
}

/// Largest integer that is not above `x`, clamped to 16 bits. `f32::floor` is a call on processors
/// without SSE4.1.
#[inline(always)]
fn floor(x: f32) -> i16 {
    // Casts saturate, and round towards zero.
    let whole = x as i32;
    let low = whole.saturating_sub(i32::from(whole as f32 > x));
    low.clamp(i32::from(i16::MIN), i32::from(i16::MAX)) as i16
}

/// Exact extent of a sphere that lies in front of the near plane.
///
/// In perspective each axis is treated apart: the sphere projects onto the plane of that axis and
/// the direction of view as a disc, and the tangents from the eye to the disc, the lines
/// `x = s depth`, satisfy `(x - s depth)^2 = radius^2 (1 + s^2)`.
#[inline(always)]
fn extent(camera: &Camera, center: Vec3, radius: f32) -> Extent {
    let depth = -center.z;
    let [x, y] = if camera.perspective {
        // Not zero: the near plane lies between the eye and the sphere.
        let square = depth * depth - radius * radius;
        let per_square = 1.0 / square;
        let ends = |at: f32| {
            let (middle, half) = (at * depth, radius * (at * at + square).sqrt());
            [(middle - half) * per_square, (middle + half) * per_square]
        };
        [ends(center.x), ends(center.y)]
    } else {
        let ends = |at: f32| [at - radius, at + radius];
        [ends(center.x), ends(center.y)]
    };
    let scale = camera.pixel_scale;
    Extent {
        low_px: [
            camera.center_px[0] + x[0] * scale,
            camera.center_px[1] - y[1] * scale,
        ],
        high_px: [
            camera.center_px[0] + x[1] * scale,
            camera.center_px[1] - y[0] * scale,
        ],
    }
}

/// The strip of the image that holds a cylinder wholly in front of the near plane; see
/// [`Cylinder::span_px`].
fn span_px(camera: &Camera, ends: [Vec3; 2], radius: f32) -> [f32; 3] {
    let scale_at = |end: Vec3| camera.pixel_scale / if camera.perspective { -end.z } else { 1.0 };
    let at = ends.map(|end| {
        [
            camera.center_px[0] + end.x * scale_at(end),
            camera.center_px[1] - end.y * scale_at(end),
        ]
    });
    let width = ends.map(|end| outline_radius_px(camera, end, radius));
    let [dx, dy] = [at[1][0] - at[0][0], at[1][1] - at[0][1]];
    let length = (dx * dx + dy * dy).sqrt();
    if dy.abs() < 0.05 * length || length < 1e-3 || !length.is_finite() {
        return [0.0, 0.0, f32::INFINITY];
    }
    let slope = dx / dy;
    [
        at[0][0] - slope * at[0][1],
        slope,
        (width[0].max(width[1]) + 2.0) * length / dy.abs() + slope.abs(),
    ]
}

/// Radius of a circle about the projected centre that encloses a sphere's outline; see
/// `outline_of_ball` in `shaders/shared/view.wgsl`.
fn outline_radius_px(camera: &Camera, center: Vec3, radius: f32) -> f32 {
    if !camera.perspective {
        return radius * camera.pixel_scale;
    }
    let tan_b = radius
        / (center.length_squared() - radius * radius)
            .max(1e-12)
            .sqrt();
    let tan_a = center.truncate().length() / -center.z;
    let denominator = 1.0 - tan_a * tan_b;
    if denominator < 1e-3 {
        return f32::INFINITY;
    }
    camera.pixel_scale * tan_b * (1.0 + tan_a * tan_a) / denominator
}

/// A cylinder in camera axes, with what follows from its ends alone.
pub(super) fn in_local_frame(camera: &Camera, source: &SceneCylinder, ends: [Vec3; 2]) -> Cylinder {
    let [start, end] = ends.map(Vec3::as_dvec3);
    let middle = (start + end) * 0.5;
    let length = (end - start).length();
    let along = if length > 0.0 {
        (end - start) / length
    } else {
        DVec3::Z
    };
    // Perspective: rays start at the origin, so with `side` perpendicular to the plane of eye and
    // axis the midpoint has no component along it. Orthographic: `side` is perpendicular to the
    // direction of view.
    let towards = if camera.perspective { middle } else { DVec3::Z };
    let side = along
        .cross(towards)
        .try_normalize()
        .unwrap_or_else(|| along.any_orthonormal_vector());
    let front = side.cross(along);
    let array = |v: DVec3| v.as_vec3().to_array();
    Cylinder {
        front: array(front),
        side: array(side),
        along: array(along),
        middle: array(middle),
        local_middle: array(DVec3::new(
            middle.dot(front),
            middle.dot(side),
            middle.dot(along),
        )),
        half_length: (length * 0.5) as f32,
        radius: source.radius,
        caps: source.caps,
        ..Cylinder::default()
    }
}
