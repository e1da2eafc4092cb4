//! Silhouettes: lines where the depth jumps.

use fearless_simd::dispatch;
use fearless_simd::prelude::*;

use super::rows::RowThreads;
use crate::cancel::CancelToken;
use crate::error::RenderError;

/// Finds and draws lines; keeps its buffers from picture to picture.
#[derive(Debug, Default)]
pub(super) struct Silhouettes {
    /// For each pixel the least depth within the lines' width.
    nearest: Vec<f32>,
}

/// How lines look.
#[derive(Debug, Clone, Copy)]
pub(super) struct LineStyle {
    /// Pixels within this distance are coloured; at least one.
    pub(super) radius_px: f32,
    /// Difference of depths that makes a line, angstrom.
    pub(super) jump_angstrom: f32,
    pub(super) color: [u8; 3],
}

impl Silhouettes {
    /// Colours every pixel within the radius of which there is one that is nearer by more than the
    /// jump. `size` is width and height; depths are angstrom, infinite where nothing is.
    ///
    /// # Errors
    /// [`RenderError::Cancelled`].
    pub(super) fn draw(
        &mut self,
        (color, depth): (&mut [[u8; 4]], &[f32]),
        size: [usize; 2],
        style: LineStyle,
        threads: RowThreads,
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        let [width, _] = size;
        self.nearest.clear();
        self.nearest.resize(depth.len(), f32::INFINITY);
        let disc = Disc::new(style.radius_px);
        threads.for_each_band(&mut self.nearest, width, cancel, |first, rows| {
            let mut windows = Windows::default();
            dispatch!(threads.level, simd => simd.vectorize(
                #[inline(always)]
                || windows.find_nearest(depth, size, &disc, (first, rows)),
            ));
        })?;
        let nearest = &self.nearest;
        let [red, green, blue] = style.color;
        threads.for_each_band(color, width, cancel, |first, rows| {
            let from = first * width..first * width + rows.len();
            let planes = depth[from.clone()].iter().zip(&nearest[from]);
            for (pixel, (depth, nearest)) in rows.iter_mut().zip(planes) {
                // Where both are infinite, the difference is not a number, and not greater.
                if depth - nearest > style.jump_angstrom {
                    *pixel = [red, green, blue, 255];
                }
            }
        })
    }
}

/// The pixels within a distance of a pixel.
struct Disc {
    /// Half of the width of each row, from the middle one outwards.
    half_widths: Vec<usize>,
}

impl Disc {
    fn new(radius_px: f32) -> Self {
        let radius = radius_px.max(1.0);
        let half = |away: usize| {
            let away = away as f32;
            (radius * radius - away * away).max(0.0).sqrt() as usize
        };
        Self {
            half_widths: (0..=radius as usize).map(half).collect(),
        }
    }
}

/// Of one row the least depths within 0, 1, 2 ... columns.
#[derive(Default)]
struct Windows {
    within: Vec<f32>,
    next: Vec<f32>,
}

impl Windows {
    /// Computes the least depth within a disc for each pixel of a band of rows, which begins at
    /// `first`: for each row near the band, windows grow by one column at a time, and each is
    /// merged into the rows in which the disc has that width.
    #[inline(always)]
    fn find_nearest(
        &mut self,
        depth: &[f32],
        [width, height]: [usize; 2],
        disc: &Disc,
        (first, rows): (usize, &mut [f32]),
    ) {
        let reach = disc.half_widths.len() - 1;
        let end = first + rows.len() / width;
        for row in first.saturating_sub(reach)..(end + reach).min(height) {
            let own = &depth[row * width..][..width];
            if own.iter().all(|depth| depth.is_infinite()) {
                continue;
            }
            self.within.clear();
            self.within.extend_from_slice(own);
            for wide in 0..=reach {
                for (away, _) in (disc.half_widths.iter().enumerate())
                    .filter(|(_, half_width)| **half_width == wide)
                {
                    let above = row.checked_sub(away).filter(|_| away > 0);
                    for row in [Some(row + away), above].into_iter().flatten() {
                        if !(first..end).contains(&row) {
                            continue;
                        }
                        let nearest = &mut rows[(row - first) * width..][..width];
                        for (nearest, depth) in nearest.iter_mut().zip(&self.within) {
                            *nearest = least(*nearest, *depth);
                        }
                    }
                }
                if wide < reach {
                    self.widen(own, wide + 1);
                }
            }
        }
    }

    /// Widens the window to `wide` columns on either side.
    #[inline(always)]
    fn widen(&mut self, own: &[f32], wide: usize) {
        std::mem::swap(&mut self.within, &mut self.next);
        self.within.clear();
        self.within.extend_from_slice(&self.next);
        let Some(length) = own.len().checked_sub(wide) else {
            return;
        };
        for (window, right) in self.within[..length].iter_mut().zip(&own[wide..]) {
            *window = least(*window, *right);
        }
        for (window, left) in self.within[wide..].iter_mut().zip(&own[..length]) {
            *window = least(*window, *left);
        }
    }
}

/// The smaller of two depths, none of which is NaN: one instruction, unlike `f32::min`.
#[inline(always)]
fn least(a: f32, b: f32) -> f32 {
    if b < a { b } else { a }
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
            let (width, height) = (1 + below(23) as usize, 1 + below(40) as usize);
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
            let style = LineStyle {
                radius_px: radius,
                jump_angstrom: 1.5,
                color: [1, 2, 3],
            };
            let threads = RowThreads::new(fearless_simd::Level::new(), 1 + case % 3);
            lines
                .draw(
                    (&mut color, &depth),
                    [width, height],
                    style,
                    threads,
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
