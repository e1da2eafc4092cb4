//! Silhouettes: lines where the depth jumps.

use crate::cancel::CancelToken;
use crate::error::RenderError;

/// Finds and draws lines; keeps its buffers from picture to picture.
#[derive(Debug, Default)]
pub(super) struct Silhouettes {
    /// For each pixel the least depth within the lines' width.
    nearest: Vec<f32>,
    /// Of one row the least depths within 0, 1, 2 ... columns.
    within: Vec<f32>,
    next: Vec<f32>,
}

impl Silhouettes {
    /// Colours every pixel within `radius_px` (at least one) of which there is one that is nearer
    /// by more than `jump_angstrom`. `size` is width and height; depths are angstrom, infinite
    /// where nothing is.
    #[allow(
        clippy::too_many_arguments,
        reason = "one call; a struct for it would only repeat the names"
    )]
    pub(super) fn draw(
        &mut self,
        color: &mut [[u8; 4]],
        depth: &[f32],
        [width, height]: [usize; 2],
        radius_px: f32,
        jump_angstrom: f32,
        [red, green, blue]: [u8; 3],
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        self.find_nearest(depth, [width, height], radius_px, cancel)?;
        for ((pixel, depth), nearest) in color.iter_mut().zip(depth).zip(&self.nearest) {
            // Where both are infinite, the difference is not a number, and not greater.
            if depth - nearest > jump_angstrom {
                *pixel = [red, green, blue, 255];
            }
        }
        Ok(())
    }

    /// Computes the least depth within a disc for each pixel: for each row, windows grow by one
    /// column at a time, and each is merged into the rows in which the disc has that width.
    fn find_nearest(
        &mut self,
        depth: &[f32],
        [width, height]: [usize; 2],
        radius_px: f32,
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        let radius = radius_px.max(1.0);
        let reach = radius as usize;
        // Half of the disc's width, `away` rows from its middle.
        let half = |away: usize| {
            let away = away as f32;
            (radius * radius - away * away).max(0.0).sqrt() as usize
        };
        self.nearest.clear();
        self.nearest.resize(depth.len(), f32::INFINITY);
        for row in 0..height {
            cancel.check()?;
            let own = &depth[row * width..][..width];
            if own.iter().all(|depth| depth.is_infinite()) {
                continue;
            }
            self.within.clear();
            self.within.extend_from_slice(own);
            for wide in 0..=reach {
                for away in (0..=reach).filter(|away| half(*away) == wide) {
                    let below = (row + away < height).then_some(row + away);
                    let above = row.checked_sub(away).filter(|_| away > 0);
                    for row in [below, above].into_iter().flatten() {
                        let nearest = &mut self.nearest[row * width..][..width];
                        for (nearest, depth) in nearest.iter_mut().zip(&self.within) {
                            *nearest = nearest.min(*depth);
                        }
                    }
                }
                if wide < reach {
                    self.widen(own, wide + 1);
                }
            }
        }
        Ok(())
    }

    /// Widens the window to `wide` columns on either side.
    fn widen(&mut self, own: &[f32], wide: usize) {
        std::mem::swap(&mut self.within, &mut self.next);
        self.within.clear();
        self.within.extend_from_slice(&self.next);
        let Some(length) = own.len().checked_sub(wide) else {
            return;
        };
        for (least, right) in self.within[..length].iter_mut().zip(&own[wide..]) {
            *least = least.min(*right);
        }
        for (least, left) in self.within[wide..].iter_mut().zip(&own[..length]) {
            *least = least.min(*left);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_where_a_search_of_every_disc_finds_something_nearer() {
        let mut random = 5_u32;
        let mut below = |end: u32| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) % end
        };
        for case in 0..60 {
            let (width, height) = (1 + below(23) as usize, 1 + below(17) as usize);
            let depth: Vec<f32> = (0..width * height)
                .map(|_| match below(6) {
                    0 => 10.0 + below(5) as f32,
                    _ => f32::INFINITY,
                })
                .collect();
            let radius = [1.0, 1.5, 2.0, 3.0, 4.0, 7.5][case % 6];
            let mut color = vec![[9, 9, 9, 0]; depth.len()];
            let mut lines = Silhouettes::default();
            let token = CancelToken::new();
            lines
                .draw(
                    &mut color,
                    &depth,
                    [width, height],
                    radius,
                    1.5,
                    [1, 2, 3],
                    &token,
                )
                .expect("not cancelled");
            for (at, pixel) in color.iter().enumerate() {
                let (x, y) = (at % width, at / width);
                let wanted = depth.iter().enumerate().any(|(other, nearer)| {
                    let (dx, dy) = (x.abs_diff(other % width), y.abs_diff(other / width));
                    (dx * dx + dy * dy) as f32 <= radius * radius && depth[at] - nearer > 1.5
                });
                let expected = if wanted { [1, 2, 3, 255] } else { [9, 9, 9, 0] };
                assert_eq!(*pixel, expected, "case {case}, {x} {y}");
            }
        }
    }
}
