//! Blends letters over pixels in integer arithmetic, which gives the same bytes on every machine.

/// The pixels that letters are blended over.
pub(super) struct Canvas<'a> {
    /// Pixels of the drawn region, four bytes each, straight alpha.
    pub(super) rgba: &'a mut [u8],
    /// Depth of what each pixel shows, angstrom, where labels are hidden by it.
    pub(super) depth_angstrom: Option<&'a [f32]>,
    /// The region's left and top edge in the whole picture, and its size, pixels.
    pub(super) origin: [i32; 2],
    pub(super) size: [usize; 2],
    /// Whether pixels may have alpha below 255.
    pub(super) transparent: bool,
}

/// A colour and its depth.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ink {
    pub(super) rgb: [u8; 3],
    pub(super) depth_angstrom: f32,
}

impl Canvas<'_> {
    /// Blends coverage (rows of `width` from `left`, `top` of the whole picture); what lies outside
    /// of the region is left out.
    pub(super) fn blend(&mut self, left: i32, top: i32, width: usize, levels: &[u8], ink: Ink) {
        if width == 0 {
            return;
        }
        let height = levels.len() / width;
        let x = i64::from(left) - i64::from(self.origin[0]);
        let y = i64::from(top) - i64::from(self.origin[1]);
        let span = |start: i64, length: usize, whole: usize| {
            let first = (-start).clamp(0, length as i64);
            let end = (whole as i64 - start).clamp(first, length as i64);
            first as usize..end as usize
        };
        let columns = span(x, width, self.size[0]);
        if columns.is_empty() {
            return;
        }
        for row in span(y, height, self.size[1]) {
            let at = (y + row as i64) as usize * self.size[0] + (x + columns.start as i64) as usize;
            let levels = &levels[row * width..][columns.clone()];
            let (pixels, _) = self.rgba[at * 4..][..levels.len() * 4].as_chunks_mut::<4>();
            match self.depth_angstrom {
                None if !self.transparent => {
                    for (pixel, level) in pixels.iter_mut().zip(levels) {
                        over_opaque(pixel, ink.rgb, *level);
                    }
                }
                None => {
                    for (pixel, level) in pixels.iter_mut().zip(levels) {
                        over(pixel, ink.rgb, *level);
                    }
                }
                Some(depth) => {
                    let depth = &depth[at..][..levels.len()];
                    for ((pixel, level), depth) in pixels.iter_mut().zip(levels).zip(depth) {
                        if *depth >= ink.depth_angstrom {
                            over(pixel, ink.rgb, *level);
                        }
                    }
                }
            }
        }
    }
}

/// Blends a colour over an opaque pixel; `level` 0 leaves it, 255 replaces it. What lies between is
/// cut down to a whole level, as in ChimeraX. Red and blue share one multiplication.
#[inline]
fn over_opaque(pixel: &mut [u8; 4], rgb: [u8; 3], level: u8) {
    if level == 0 {
        return;
    }
    // 0 to 256, so that the division is a shift.
    let share = u32::from(level) + u32::from(level >> 7);
    let [r, g, b] = rgb.map(u32::from);
    let old = u32::from_le_bytes(*pixel);
    let red_blue = (old & 0x00ff_00ff) * (256 - share) + (r | b << 16) * share;
    let green = (old >> 8 & 0xff) * (256 - share) + g * share;
    let new = red_blue >> 8 & 0x00ff_00ff | green & 0xff00 | 0xff00_0000;
    *pixel = new.to_le_bytes();
}

/// Blends a colour over a pixel with straight alpha: `A over B` of Porter and Duff, "Compositing
/// digital images", 1984.
#[inline]
fn over(pixel: &mut [u8; 4], rgb: [u8; 3], level: u8) {
    let [.., alpha] = *pixel;
    if alpha == 255 || level == 0 {
        over_opaque(pixel, rgb, level);
        return;
    }
    let (level, alpha) = (u32::from(level), u32::from(alpha));
    // Shares of the letter and of what is behind, in steps of 1 / 255².
    let front = 255 * level;
    let back = alpha * (255 - level);
    let whole = front + back;
    for (channel, new) in pixel.iter_mut().zip(rgb) {
        *channel = ((2 * (u32::from(new) * front + u32::from(*channel) * back) + whole)
            / (2 * whole)) as u8;
    }
    pixel[3] = ((2 * whole + 255) / (2 * 255)) as u8;
}

/// The union of two independent coverages.
#[inline]
pub(super) fn union(a: u8, b: u8) -> u8 {
    let clear = (255 - u32::from(a)) * (255 - u32::from(b));
    (255 - (clear + 127) / 255) as u8
}

#[cfg(test)]
#[allow(
    clippy::float_cmp,
    reason = "whole numbers, which doubles hold exactly"
)]
mod tests {
    use super::*;

    #[test]
    fn no_coverage_leaves_a_pixel_and_full_coverage_replaces_it() {
        for background in [
            [0, 0, 0, 255],
            [17, 200, 255, 255],
            [9, 8, 7, 0],
            [250, 3, 90, 128],
        ] {
            let mut pixel = background;
            over(&mut pixel, [1, 128, 254], 0);
            assert_eq!(pixel, background);
            over(&mut pixel, [1, 128, 254], 255);
            assert_eq!(pixel, [1, 128, 254, 255]);
        }
    }

    #[test]
    fn blending_is_linear_and_cut_down() {
        for level in 0..=255_u8 {
            for (old, new) in [(0_u8, 255_u8), (255, 0), (30, 200), (200, 30), (77, 77)] {
                let mut pixel = [old, old, old, 255];
                over_opaque(&mut pixel, [new; 3], level);
                let mixed = |share: f64| f64::from(old) * (1.0 - share) + f64::from(new) * share;
                // Cut down from a share of 256 parts, which is off by less than half a part from
                // that of 255.
                let share = f64::from(level) + f64::from(level >> 7);
                assert_eq!(f64::from(pixel[1]), mixed(share / 256.0).floor());
                assert!((mixed(share / 256.0) - mixed(f64::from(level) / 255.0)).abs() <= 0.5);
                assert_eq!((pixel[0], pixel[2], pixel[3]), (pixel[1], pixel[1], 255));
            }
        }
    }

    #[test]
    fn over_nothing_the_colour_is_the_letters_and_the_alpha_its_coverage() {
        let mut pixel = [0, 0, 0, 0];
        over(&mut pixel, [255, 255, 255], 100);
        assert_eq!(pixel, [255, 255, 255, 100]);
        // Half over half: three quarters are covered.
        let mut pixel = [255, 0, 0, 128];
        over(&mut pixel, [0, 0, 255], 128);
        assert_eq!(pixel[3], 192);
        assert!(
            pixel[2].abs_diff(170) <= 1 && pixel[0].abs_diff(85) <= 1,
            "{pixel:?}"
        );
    }

    #[test]
    fn what_lies_outside_of_the_region_is_left_out() {
        let levels = [255; 12];
        for (left, top, expected) in [
            (-2, 0, 6),
            (0, 0, 12),
            (3, -1, 2),
            (4, 0, 0),
            (-4, 0, 0),
            (i32::MAX, i32::MIN, 0),
        ] {
            let mut rgba = [0; 4 * 4 * 4];
            let mut canvas = Canvas {
                rgba: &mut rgba,
                depth_angstrom: None,
                origin: [0, 0],
                size: [4, 4],
                transparent: false,
            };
            let ink = Ink {
                rgb: [9; 3],
                depth_angstrom: 0.0,
            };
            // Four columns, three rows.
            canvas.blend(left, top, 4, &levels, ink);
            let count = rgba.chunks(4).filter(|pixel| pixel[0] == 9).count();
            assert_eq!(count, expected, "{left} {top}");
        }
    }
}
