//! The corners of a mesh as one camera sees them, and the triangles of each row of tiles.

use std::ops::Range;

use super::scene::SceneMesh;
use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::software::binning::TileGrid;
use crate::software::camera::Camera;

/// The token is looked at once in so many corners or triangles.
const LOOK_INTERVAL: usize = 1 << 14;
/// Allowance for rounding in pixel bounds, pixels.
const BOUNDS_SLACK_PX: f32 = 0.0625;

/// A corner in camera axes and in the image.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct ProjectedCorner {
    /// Camera axes, angstrom; x right, y up.
    pub(super) x: f32,
    pub(super) y: f32,
    /// Distance along the direction of view, angstrom.
    pub(super) depth: f32,
    /// Place in the image, pixels; not a number for a corner before the near plane of a camera with
    /// perspective.
    px: [f32; 2],
}

/// A triangle in a list.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Member {
    /// Place in [`SceneMesh::triangles`].
    pub(super) triangle: u32,
    /// First column, first row, last column, last row of the image that it may touch, relative to
    /// the first drawn pixel and clipped to the drawn ones.
    pub(super) rect_px: [u16; 4],
}

/// A mesh as one camera sees it. The buffers are reused from frame to frame.
#[derive(Debug, Default)]
pub(in crate::software) struct MeshFrame {
    pub(super) corners: Vec<ProjectedCorner>,
    /// Triangles that may touch a drawn pixel, in the order of their ids.
    visible: Vec<Member>,
    /// The triangles of each row of tiles, in the order of their ids.
    members: Vec<Member>,
    /// Where the list of each row of tiles starts in `members`, and where the last one ends.
    starts: Vec<usize>,
}

impl MeshFrame {
    /// Appends the capacities of all buffers.
    #[cfg(test)]
    pub(in crate::software) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.extend([
            self.corners.capacity(),
            self.visible.capacity(),
            self.members.capacity(),
            self.starts.capacity(),
        ]);
    }

    /// Projects a mesh, and lists the triangles of each row of tiles of a frame of `size_px`.
    ///
    /// # Errors
    /// [`RenderError::Cancelled`].
    pub(in crate::software) fn project(
        &mut self,
        mesh: &SceneMesh,
        camera: &Camera,
        grid: &TileGrid,
        size_px: [usize; 2],
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        self.corners.clear();
        self.visible.clear();
        self.members.clear();
        self.starts.clear();
        self.starts.resize(grid.rows + 1, 0);
        if mesh.is_empty() {
            return Ok(());
        }
        self.corners.reserve(mesh.corners.len());
        for corners in mesh.corners.chunks(LOOK_INTERVAL) {
            cancel.check()?;
            let projected = corners
                .iter()
                .map(|corner| project(camera, corner.position));
            self.corners.extend(projected);
        }
        let last_px = size_px.map(|size| size as i32 - 1);
        for (chunk, triangles) in mesh.triangles.chunks(LOOK_INTERVAL).enumerate() {
            cancel.check()?;
            for (index, triangle) in triangles.iter().enumerate() {
                let [a, b, c] = *triangle;
                let [a, b, c] = [a, b, c].map(|corner| &self.corners[corner as usize]);
                let Some(rect_px) = rect_px([a, b, c], camera, grid.origin_px, last_px) else {
                    continue;
                };
                self.visible.push(Member {
                    triangle: (chunk * LOOK_INTERVAL + index) as u32,
                    rect_px,
                });
            }
        }
        let rows = |member: &Member| {
            let row = |px: u16| usize::from(px) / grid.step_px as usize;
            row(member.rect_px[1])..row(member.rect_px[3]) + 1
        };
        // Each start is where the list before it ends, once the lists are filled.
        for member in &self.visible {
            for count in &mut self.starts[rows(member)] {
                *count += 1;
            }
        }
        let mut sum = 0;
        for start in &mut self.starts {
            sum += std::mem::replace(start, sum);
        }
        self.members.resize(sum, Member::default());
        for members in self.visible.chunks(LOOK_INTERVAL) {
            cancel.check()?;
            for member in members {
                for start in &mut self.starts[rows(member)] {
                    self.members[*start] = *member;
                    *start += 1;
                }
            }
        }
        self.starts.copy_within(0..grid.rows, 1);
        self.starts[0] = 0;
        Ok(())
    }

    /// The triangles that may touch a row of tiles.
    pub(super) fn of_row(&self, row: usize) -> &[Member] {
        let range: Range<usize> = self.starts[row]..self.starts[row + 1];
        &self.members[range]
    }
}

#[inline(always)]
pub(super) fn project(camera: &Camera, position: [f32; 3]) -> ProjectedCorner {
    let point = camera.to_camera(position);
    let depth = -point.z;
    let per_depth = if !camera.perspective {
        camera.pixel_scale
    } else if depth >= camera.near_angstrom {
        camera.pixel_scale / depth
    } else {
        f32::NAN
    };
    ProjectedCorner {
        x: point.x,
        y: point.y,
        depth,
        px: [
            camera.center_px[0] + point.x * per_depth,
            camera.center_px[1] - point.y * per_depth,
        ],
    }
}

/// Bounds of the drawn pixels that a triangle may touch; `None` where it touches none.
#[inline(always)]
pub(super) fn rect_px(
    corners: [&ProjectedCorner; 3],
    camera: &Camera,
    origin_px: [i32; 2],
    last_px: [i32; 2],
) -> Option<[u16; 4]> {
    let [a, b, c] = corners;
    if a.depth.max(b.depth).max(c.depth) < camera.near_angstrom {
        return None;
    }
    let mut rect = [0, 0, last_px[0] as u16, last_px[1] as u16];
    let behind = a.px[0].is_nan() || b.px[0].is_nan() || c.px[0].is_nan();
    if !behind {
        for axis in 0..2 {
            let low = a.px[axis].min(b.px[axis]).min(c.px[axis]) - BOUNDS_SLACK_PX;
            let high = a.px[axis].max(b.px[axis]).max(c.px[axis]) + BOUNDS_SLACK_PX;
            let origin = origin_px[axis];
            // Casts saturate.
            let low = (low.floor() as i32).saturating_sub(origin);
            let high = (high.floor() as i32).saturating_sub(origin);
            if high < 0 || low > last_px[axis] {
                return None;
            }
            rect[axis] = low.max(0) as u16;
            rect[axis + 2] = high.min(last_px[axis]) as u16;
        }
    }
    Some(rect)
}
