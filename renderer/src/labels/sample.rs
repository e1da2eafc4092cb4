//! Small letters the way ChimeraX gets them: from a picture of the letter at 64 pixels an em, read
//! with linear interpolation at nine points of each pixel.
//!
//! Exact coverage is smoother, but differs from ChimeraX's letters by a fifth more (measured beside
//! its picture of 5EY0).

use super::coverage::{Coverage, MASTER_EM_PX};

/// Points along each edge of a pixel.
const POINTS: usize = 3;
/// Weights of the two texels between which a point lies add up to this.
const WHOLE: u32 = 16;

/// Coverage below this, of 255, is none: ChimeraX's letters, whose edges are mixed with transparent
/// black, end sooner than coverage does.
const FAINTEST: u8 = 3;

/// Texel and weight on both sides of a point, for each point of a pixel, along one axis.
type Taps = [[(usize, u32); 2]; POINTS];

/// One axis of a pixel grid over the picture's texels.
struct Axis {
    /// First pixel.
    first: i32,
    taps: Vec<Taps>,
}

impl Axis {
    /// `from` is the first of `count` texels, relative to the glyph's origin; the origin lies
    /// `shift_px` behind a pixel's edge, and a texel is `texel_px` wide.
    fn new(from: i32, count: usize, shift_px: f32, texel_px: f32) -> Self {
        let edge = |texel: i32| texel as f32 * texel_px + shift_px;
        // Interpolation reaches half a texel out of the picture.
        let first = edge(from - 1).floor() as i32;
        let end = edge(from + count as i32 + 1).ceil() as i32;
        let tap = |texel: i32, weight: u32| {
            let texel = texel - from;
            if (0..count as i32).contains(&texel) {
                (texel as usize, weight)
            } else {
                (0, 0)
            }
        };
        let point = |pixel: i32, index: usize| {
            let at_px = pixel as f32 + (index as f32 + 0.5) / POINTS as f32;
            let at = (at_px - shift_px) / texel_px - 0.5;
            let (texel, whole) = floor(at);
            let second = ((at - whole) * WHOLE as f32 + 0.5) as u32;
            [tap(texel, WHOLE - second), tap(texel + 1, second)]
        };
        let taps = (first..end).map(|pixel| std::array::from_fn(|index| point(pixel, index)));
        Self {
            first,
            taps: taps.collect(),
        }
    }
}

/// The greatest whole number that is not above `at`, in both forms. The library's own is a call
/// where the processor's instruction may not be there.
#[inline]
fn floor(at: f32) -> (i32, f32) {
    let whole = at as i32 - i32::from(at < (at as i32) as f32);
    (whole, whole as f32)
}

/// The coverage of a glyph from its picture (at [`MASTER_EM_PX`], origin on a pixel's corner),
/// `em_px` wide and high, its origin `shift_px` (right, down) from a pixel's top left corner.
pub(super) fn sample(master: &Coverage, em_px: [f32; 2], shift_px: [f32; 2]) -> Coverage {
    if master.width == 0 {
        return Coverage::default();
    }
    let texel_px = em_px.map(|em| em / MASTER_EM_PX);
    let height = master.levels.len() / master.width;
    let columns = Axis::new(master.left, master.width, shift_px[0], texel_px[0]);
    let rows = Axis::new(master.top, height, shift_px[1], texel_px[1]);
    // Nine points, each of weight WHOLE squared.
    let whole = (POINTS * POINTS) as u32 * WHOLE * WHOLE;
    let mut levels = Vec::with_capacity(columns.taps.len() * rows.taps.len());
    // First along columns, all of a row at once, then along the row: a sixth of the products that
    // each pixel by itself would take.
    let mut texel_sums = vec![0_u32; master.width];
    for row in &rows.taps {
        texel_sums.fill(0);
        for (y, weight) in row.as_flattened().iter().filter(|(_, weight)| *weight > 0) {
            let texels = &master.levels[y * master.width..][..master.width];
            for (sum, texel) in texel_sums.iter_mut().zip(texels) {
                *sum += u32::from(*texel) * weight;
            }
        }
        for column in &columns.taps {
            let taps = column.as_flattened().iter();
            let sum: u32 = taps.map(|(x, weight)| texel_sums[*x] * weight).sum();
            // Cut down, as ChimeraX cuts the mean of its nine samples.
            let level = (sum / whole) as u8;
            levels.push(if level < FAINTEST { 0 } else { level });
        }
    }
    Coverage {
        left: columns.first,
        top: rows.first,
        width: columns.taps.len(),
        levels,
    }
    .trimmed()
}

#[cfg(test)]
mod tests {
    use super::super::font::Font;
    use super::*;

    #[test]
    fn a_sampled_letter_covers_what_the_exact_one_covers() {
        let font = Font::get().expect("the built-in font can be read");
        for glyph in [40, 50, 60] {
            let master = font.rasterize(glyph, [MASTER_EM_PX; 2], [0.0; 2]);
            for (em_px, shift) in [
                (9.0, [0.25, 0.5]),
                (14.5, [0.0, 0.0]),
                (30.0, [0.875, 0.125]),
            ] {
                let area = |c: &Coverage| c.levels.iter().map(|l| f64::from(*l)).sum::<f64>();
                let (sampled, exact) = (
                    sample(&master, [em_px; 2], shift),
                    font.rasterize(glyph, [em_px; 2], shift),
                );
                let ratio = area(&sampled) / area(&exact);
                assert!((0.93..1.07).contains(&ratio), "{glyph} {em_px}: {ratio}");
                assert!(
                    sampled.left.abs_diff(exact.left) <= 1 && sampled.top.abs_diff(exact.top) <= 1
                );
            }
        }
    }

    #[test]
    fn at_its_own_size_a_letter_is_its_picture_smoothed() {
        let master = Coverage {
            left: 0,
            top: 0,
            width: 1,
            levels: vec![255],
        };
        let sampled = sample(&master, [MASTER_EM_PX; 2], [0.0; 2]);
        assert_eq!((sampled.left, sampled.top, sampled.width), (-1, -1, 3));
        let [corner, edge, _, _, middle, ..] = sampled.levels[..] else {
            panic!("{sampled:?}");
        };
        // Along an axis the points of the middle have 2/3, 1, 2/3 of the texel, those beside it 1/3
        // at one point.
        let along = |a: f64| (a * 255.0).round();
        assert!(
            (f64::from(middle) - along((7.0_f64 / 9.0).powi(2))).abs() < 8.0,
            "{middle}"
        );
        assert!(corner < edge && edge < middle, "{sampled:?}");
    }
}
