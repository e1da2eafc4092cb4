//! Edge pixels of which the borders between the bodies are known: found by comparing neighbours,
//! and drawn from the share of the pixel that each body covers.
//!
//! A pixel is on a border where a neighbour at its left, right, top or bottom shows another
//! surface, unless the two join smoothly. What the pixel shows is body *A*; what the neighbours
//! show beside it is body *B*; either may be the background. If the neighbours show several, the
//! pixel is left to the samples. The border is taken for a straight line through the pixel (see
//! `outline`), each body is shaded once, in the middle of its share, and the colours are mixed in
//! proportion.

use fearless_simd::prelude::*;
use fearless_simd::{f32x8, u32x8};

use super::border_colors::{Mixer, Side};
use super::context::FrameContext;
use super::intersect::RayX8;
use super::primitive_id::PrimitiveId;
use super::tile::{INSIDE_COLUMNS, ROW_CHUNKS, TILE_PX, Tile, eight_from};
use crate::simd::LANES;

/// The pixels of one tile that lie on borders.
#[derive(Debug, Default)]
pub(super) struct Borders {
    /// For each row, which columns are on borders.
    pub(super) rows: [u32; TILE_PX],
    /// Pixels in which several surfaces meet, places in the tile.
    pub(super) several: Vec<u16>,
    /// Pixels with one body and the background.
    outlines: BorderList,
    /// Pixels with two bodies.
    pairs: BorderList,
}

/// Pixels on borders, and the bodies on both sides. The lists are padded to whole chunks.
#[derive(Debug, Default)]
struct BorderList {
    pixels: Vec<u16>,
    /// What the pixels' centres show; in [`Borders::outlines`] the body, wherever it is.
    a: Vec<Side>,
    b: Vec<Side>,
}

impl BorderList {
    fn clear(&mut self) {
        self.pixels.clear();
        self.a.clear();
        self.b.clear();
    }

    #[inline(always)]
    fn push(&mut self, pixel: usize, a: Side, b: Side) {
        self.pixels.push(pixel as u16);
        self.a.push(a);
        self.b.push(b);
    }

    /// Repeats the last entry up to a whole chunk; returns the number of entries before.
    fn pad(&mut self) -> usize {
        let length = self.pixels.len();
        if let (Some(pixel), Some(a), Some(b)) = (
            self.pixels.last().copied(),
            self.a.last().copied(),
            self.b.last().copied(),
        ) {
            let padded = length.next_multiple_of(LANES);
            self.pixels.resize(padded, pixel);
            self.a.resize(padded, a);
            self.b.resize(padded, b);
        }
        length
    }

    /// The rays and depths of eight entries.
    #[inline(always)]
    fn rays<S: Simd>(&self, simd: S, tile: &Tile, first: usize) -> (RayX8<S>, f32x8<S>) {
        let (mut x, mut y, mut depth) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        for (lane, pixel) in self.pixels[first..first + LANES].iter().enumerate() {
            let pixel = usize::from(*pixel);
            x[lane] = tile.xs[pixel % TILE_PX];
            y[lane] = tile.ys[pixel / TILE_PX % TILE_PX];
            depth[lane] = tile.depth[pixel];
        }
        let rays = RayX8 {
            x: f32x8::from_slice(simd, &x),
            y: f32x8::from_slice(simd, &y),
        };
        (rays, f32x8::from_slice(simd, &depth))
    }
}

impl Borders {
    /// Appends the capacities of all buffers.
    #[cfg(test)]
    pub(super) fn capacities(&self, capacities: &mut Vec<usize>) {
        capacities.push(self.several.capacity());
        for list in [&self.outlines, &self.pairs] {
            capacities.extend([list.pixels.capacity(), list.a.capacity(), list.b.capacity()]);
        }
    }

    /// Finds the border pixels inside the apron.
    pub(super) fn find<S: Simd>(&mut self, simd: S, context: &FrameContext<'_>, tile: &Tile) {
        self.several.clear();
        self.outlines.clear();
        self.pairs.clear();
        simd.vectorize(
            #[inline(always)]
            || {
                let mut above = 0;
                for row in 0..TILE_PX - 1 {
                    let [right, below] = differences(simd, context, tile, row);
                    let marks = (right | right << 1 | below | above) & INSIDE_COLUMNS;
                    self.rows[row] = if row == 0 { 0 } else { marks };
                    let mut marked = self.rows[row];
                    let mut pairs = TwoIdPixels::NONE;
                    let mut chunk = ROW_CHUNKS;
                    while marked != 0 {
                        let column = marked.trailing_zeros() as usize;
                        marked &= marked - 1;
                        if column / LANES != chunk {
                            chunk = column / LANES;
                            pairs = TwoIdPixels::new(simd, tile, row * TILE_PX + chunk * LANES);
                        }
                        let pixel = row * TILE_PX + column;
                        if pairs.two_ids >> (column % LANES) & 1 != 0 {
                            let other = pairs.others[column % LANES];
                            self.add(pixel, Side::of(tile.ids[pixel]), Side::of(other));
                            continue;
                        }
                        let differs = [
                            right >> column & 1,
                            right << 1 >> column & 1,
                            below >> column & 1,
                            above >> column & 1,
                        ];
                        self.classify(context, tile, pixel, differs);
                    }
                    above = below;
                }
                self.rows[TILE_PX - 1] = 0;
            },
        );
    }

    /// Adds a pixel to the list of its kind. `differs` says for the neighbours at the right, left,
    /// bottom and top whether a border lies between.
    #[inline(always)]
    fn classify(
        &mut self,
        context: &FrameContext<'_>,
        tile: &Tile,
        pixel: usize,
        differs: [u32; 4],
    ) {
        let center = tile.ids[pixel];
        let mut a = Side::of(center);
        let mut b: Option<Side> = None;
        let neighbors = [pixel + 1, pixel - 1, pixel + TILE_PX, pixel - TILE_PX];
        for (differs, neighbor) in differs.into_iter().zip(neighbors) {
            let id = tile.ids[neighbor];
            if id == center {
                continue;
            }
            let known = if differs == 0 {
                Some(&mut a)
            } else {
                b.as_mut()
            };
            let Some(known) = known else {
                b = Some(Side::of(id));
                continue;
            };
            if !known.joins(context, id) {
                self.several.push(pixel as u16);
                return;
            }
        }
        let Some(mut b) = b else {
            return;
        };
        let [left, right] = [pixel - 1, pixel + 1];
        for diagonal in [
            left - TILE_PX,
            right - TILE_PX,
            left + TILE_PX,
            right + TILE_PX,
        ] {
            let id = tile.ids[diagonal];
            if id != center && !a.joins(context, id) && !b.joins(context, id) {
                self.several.push(pixel as u16);
                return;
            }
        }
        self.add(pixel, a, b);
    }

    /// Adds a pixel with two sides, of which `a` is at its centre.
    #[inline(always)]
    fn add(&mut self, pixel: usize, a: Side, b: Side) {
        if a.shown == PrimitiveId::NONE {
            self.outlines.push(pixel, b, a);
        } else if b.shown == PrimitiveId::NONE {
            self.outlines.push(pixel, a, b);
        } else {
            self.pairs.push(pixel, a, b);
        }
    }

    /// Draws all pixels with one or two bodies: calls `write` with the pixel's place in the tile
    /// and its colour, red in the lowest byte. Without a background, alpha is the share of the
    /// pixel that is covered.
    pub(super) fn draw<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        context: &FrameContext<'_>,
        tile: &Tile,
        background: Option<u32>,
        mut write: impl FnMut(usize, u32),
    ) {
        let outlines = self.outlines.pad();
        let pairs = self.pairs.pad();
        simd.vectorize(
            #[inline(always)]
            || {
                let mixer = Mixer::new(simd, context);
                for first in (0..outlines).step_by(LANES) {
                    let (ray, _) = self.outlines.rays(simd, tile, first);
                    let sides = &self.outlines.a[first..first + LANES];
                    let colors =
                        mixer.outline_colors::<PERSPECTIVE>(simd, context, ray, sides, background);
                    for lane in 0..LANES.min(outlines - first) {
                        write(
                            usize::from(self.outlines.pixels[first + lane]),
                            colors[lane],
                        );
                    }
                }
                for first in (0..pairs).step_by(LANES) {
                    let (ray, depth) = self.pairs.rays(simd, tile, first);
                    let sides = [&self.pairs.a, &self.pairs.b].map(
                        #[inline(always)]
                        |side| &side[first..first + LANES],
                    );
                    let colors = mixer.pair_colors::<PERSPECTIVE>(simd, context, ray, depth, sides);
                    for lane in 0..LANES.min(pairs - first) {
                        write(usize::from(self.pairs.pixels[first + lane]), colors[lane]);
                    }
                }
            },
        );
    }
}

/// Eight successive pixels: in which of them, together with the eight pixels around each, exactly
/// two ids show. Such pixels, the most by far, are classified eight at a time.
struct TwoIdPixels {
    /// A bit for each pixel, right where a neighbour shows another id than the pixel.
    two_ids: u32,
    /// The id that the pixel itself does not show.
    others: [PrimitiveId; LANES],
}

impl TwoIdPixels {
    const NONE: Self = Self {
        two_ids: 0,
        others: [PrimitiveId::NONE; LANES],
    };

    #[inline(always)]
    fn new<S: Simd>(simd: S, tile: &Tile, at: usize) -> Self {
        let numbers = PrimitiveId::numbers(tile.ids.as_slice());
        let center = u32x8::from_slice(simd, &numbers[at..at + LANES]);
        let mut around = [center; 8];
        for (ids, [down, right]) in around.iter_mut().zip(AROUND) {
            let from = (at + TILE_PX * down + right).wrapping_sub(TILE_PX + 1);
            *ids = u32x8::from_slice(simd, &eight_from(numbers, from));
        }
        let mut other = center;
        for ids in around {
            other = ids.simd_ne(center).select(ids, other);
        }
        let mut two_ids = center.simd_eq(center);
        for ids in around {
            two_ids &= ids.simd_eq(center) | ids.simd_eq(other);
        }
        let mut others = [PrimitiveId::NONE; LANES];
        other.store_slice(PrimitiveId::numbers_mut(&mut others));
        Self {
            two_ids: two_ids.to_bitmask() as u32,
            others,
        }
    }
}

/// Rows down and columns right of the pixel at the top left to the pixels around one.
const AROUND: [[usize; 2]; 8] = [
    [0, 0],
    [0, 1],
    [0, 2],
    [1, 0],
    [1, 2],
    [2, 0],
    [2, 1],
    [2, 2],
];

/// For each pixel of a row a bit where the one at its right, or below it, shows a surface that
/// does not join its own smoothly.
#[inline(always)]
fn differences<S: Simd>(simd: S, context: &FrameContext<'_>, tile: &Tile, row: usize) -> [u32; 2] {
    let numbers = PrimitiveId::numbers(tile.ids.as_slice());
    // A macro, for a closure is not always inlined.
    macro_rules! ids {
        ($from:expr) => {
            u32x8::from_slice(simd, &numbers[$from..][..LANES])
        };
    }
    let none = PrimitiveId::NONE.splat(simd);
    let first_cylinder = PrimitiveId::cylinder(0, context.scene.spheres.len()).splat(simd);
    let (mut differences, mut may_joins) = ([0; 2], [0; 2]);
    for chunk in 0..ROW_CHUNKS {
        let at = row * TILE_PX + chunk * LANES;
        let id = ids!(at);
        for (axis, step) in [1, TILE_PX].into_iter().enumerate() {
            let other = ids!(at + step);
            let differs = id.simd_ne(other);
            differences[axis] |= (differs.to_bitmask() as u32) << (chunk * LANES);
            // Two spheres never join, nor does anything join the background.
            let high = id.max(other);
            let may_join = differs & high.simd_ne(none) & high.simd_ge(first_cylinder);
            may_joins[axis] |= (may_join.to_bitmask() as u32) << (chunk * LANES);
        }
    }
    // The value at the right of the last column belongs to another row.
    differences[0] &= !(1 << (TILE_PX - 1));
    for ((differs, may_join), step) in (differences.iter_mut()).zip(may_joins).zip([1, TILE_PX]) {
        let mut left = *differs & may_join;
        while left != 0 {
            let column = left.trailing_zeros() as usize;
            left &= left - 1;
            let at = row * TILE_PX + column;
            if context
                .scene
                .joins_smoothly(tile.ids[at], tile.ids[at + step])
            {
                *differs &= !(1 << column);
            }
        }
    }
    differences
}
