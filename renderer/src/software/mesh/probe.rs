//! Pixels whose centres show one triangle when nothing else is drawn.

use super::frame::{project, rect_px};
use super::raster::{TriangleForms, is_hit};
use crate::software::camera::Camera;

/// Calls `take` with each pixel (column and row of the drawn region, whose left top corner and size
/// are given) whose centre shows the triangle with these corners, in scene axes.
pub(in crate::software) fn for_each_pixel(
    camera: &Camera,
    corners: [[f32; 3]; 3],
    corner_px: [u32; 2],
    size_px: [u32; 2],
    mut take: impl FnMut([u32; 2]),
) {
    let [a, b, c] = corners.map(|corner| project(camera, corner));
    let corners = [&a, &b, &c];
    let origin_px = corner_px.map(|at| at as i32);
    let last_px = size_px.map(|size| size as i32 - 1);
    let Some([left, top, right, bottom]) = rect_px(corners, camera, origin_px, last_px) else {
        return;
    };
    let forms = if camera.perspective {
        TriangleForms::of::<true>(corners)
    } else {
        TriangleForms::of::<false>(corners)
    };
    let Some(forms) = forms else {
        return;
    };
    for row in u32::from(top)..=u32::from(bottom) {
        let y = camera.ray_y((corner_px[1] + row) as f32 + 0.5);
        for column in u32::from(left)..=u32::from(right) {
            let x = camera.ray_x((corner_px[0] + column) as f32 + 0.5);
            if is_hit(&forms, [x, y], camera.near_angstrom) {
                take([column, row]);
            }
        }
    }
}
