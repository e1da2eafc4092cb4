//! Samples that see through a gap between the surfaces that the neighbouring centres hit.

use fearless_simd::f32x4;
use fearless_simd::prelude::*;

use super::{Candidates, EdgeSamples, LOOK_INTERVAL};
use crate::simd::{LANES, QUAD};
use crate::software::context::FrameContext;
use crate::software::edges::Edges;
use crate::software::primitives::ProjectedPrimitive;
use crate::software::tile::{PixelMask, TILE_PIXELS, TILE_PX, Tile, TileRect};

/// A pixel with a sample that hits something behind the nine centres of the pixel and its
/// neighbours.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    pixel: u16,
    /// Greatest depth of the nine centres.
    neighborhood_depth: f32,
    /// Greatest depth of the samples.
    depth: f32,
}

/// The gap pixels of a tile, row by row, so that those in a rectangle are found without a look at
/// the others.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    /// In the order of their pixels.
    list: Vec<Gap>,
    /// For each row of the tile a bit for each column with a gap.
    columns: [u32; TILE_PX],
    /// For each row the place in the list of its first gap.
    row_starts: [u16; TILE_PX],
    /// Rows with gaps, from the first to the last.
    rows: Option<[usize; 2]>,
    /// All columns with gaps, a bit each.
    all_columns: u32,
    /// Least depth of the nine centres of any gap.
    nearest: f32,
    /// Greatest depth of the samples of any gap.
    farthest: f32,
}

impl Gaps {
    fn clear(&mut self) {
        self.list.clear();
        self.columns = [0; TILE_PX];
        self.rows = None;
        self.all_columns = 0;
        self.nearest = f32::INFINITY;
        self.farthest = 0.0;
    }

    /// Adds the gap that follows all others.
    #[inline(always)]
    fn push(&mut self, gap: Gap) {
        let (row, column) = gap.place();
        if self.columns[row] == 0 {
            self.row_starts[row] = self.list.len() as u16;
        }
        self.columns[row] |= 1 << column;
        self.all_columns |= 1 << column;
        let first = self.rows.map_or(row, |[first, _]| first);
        self.rows = Some([first, row]);
        self.nearest = self.nearest.min(gap.neighborhood_depth);
        self.farthest = self.farthest.max(gap.depth);
        self.list.push(gap);
    }

    /// Calls `visit` with the gaps of a rectangle, row by row.
    #[inline(always)]
    fn for_each_in(&self, rect: TileRect, mut visit: impl FnMut(&Gap)) {
        let Some([first, last]) = self.rows else {
            return;
        };
        let below = |count: usize| (1_u64 << count) as u32;
        let inside = below(rect.right + 1).wrapping_sub(below(rect.left));
        if self.all_columns & inside == 0 {
            return;
        }
        for row in rect.top.max(first)..rect.bottom.min(last) + 1 {
            let columns = self.columns[row];
            let mut wanted = columns & inside;
            while wanted != 0 {
                let before = columns & (wanted & wanted.wrapping_neg()).wrapping_sub(1);
                wanted &= wanted - 1;
                let at = usize::from(self.row_starts[row]) + before.count_ones() as usize;
                visit(&self.list[at]);
            }
        }
    }
}

impl Gap {
    /// Row and column in the tile.
    #[inline(always)]
    fn place(&self) -> (usize, usize) {
        let pixel = usize::from(self.pixel);
        (pixel / TILE_PX, pixel % TILE_PX)
    }
}

/// Limits by which no primitive is hidden.
static NO_OCCLUDER: [f32; TILE_PIXELS] = [f32::INFINITY; TILE_PIXELS];

impl EdgeSamples {
    /// Casts the rays of gap pixels again, against every primitive of the tile's list that may show
    /// through the gap. The first pass skipped those behind the nine centres as hidden, which they
    /// are not where a sample sees past all nine.
    pub(super) fn resample_gaps<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        context: &FrameContext<'_>,
        tile: &Tile,
        edges: &Edges,
        members: &[ProjectedPrimitive],
    ) {
        let mut gaps = std::mem::take(&mut self.gaps);
        let mut chunks = std::mem::take(&mut self.gap_candidates);
        gaps.clear();
        simd.vectorize(
            #[inline(always)]
            || {
                for (slot, pixel) in edges.pixels.iter().enumerate() {
                    let neighborhood_depth = edges.neighborhood_depth[usize::from(*pixel)];
                    let mut most = f32x4::splat(simd, 0.0);
                    for quad in (0..self.stride).step_by(QUAD) {
                        let from = slot * self.stride + quad;
                        most = most.max(f32x4::from_slice(simd, &self.depth[from..from + QUAD]));
                    }
                    let depth = most.reduce_max();
                    if depth > neighborhood_depth {
                        gaps.push(Gap {
                            pixel: *pixel,
                            neighborhood_depth,
                            depth,
                        });
                    }
                }
            },
        );
        if gaps.rows.is_some() {
            for (number, projected) in members.iter().enumerate() {
                if number % LOOK_INTERVAL == LOOK_INTERVAL - 1 && context.cancel.is_cancelled() {
                    break;
                }
                if projected.near_depth - context.max_depth_inversion > gaps.farthest {
                    break;
                }
                // A primitive that begins nearer than the nine centres was tried in the first
                // pass; one that begins behind the samples' hits is hidden.
                if projected.near_depth <= gaps.nearest {
                    continue;
                }
                let Some(rect) = TileRect::clip(projected.rect_px, tile.origin_px) else {
                    continue;
                };
                chunks.clear();
                gaps.for_each_in(
                    rect,
                    #[inline(always)]
                    |gap| {
                        if gap.neighborhood_depth < projected.near_depth
                            && projected.near_depth <= gap.depth
                        {
                            chunks.push(PixelMask {
                                first: gap.pixel / LANES as u16 * LANES as u16,
                                lanes: 1 << (usize::from(gap.pixel) % LANES),
                            });
                        }
                    },
                );
                if !chunks.is_empty() {
                    let candidates = Candidates {
                        chunks: &chunks,
                        max_depth: &NO_OCCLUDER,
                        near_depth: projected.near_depth,
                    };
                    simd.vectorize(
                        #[inline(always)]
                        || {
                            self.rasterize_primitive::<S, PERSPECTIVE>(
                                simd,
                                context,
                                candidates,
                                projected.id,
                            );
                        },
                    );
                }
            }
        }
        self.gaps = gaps;
        self.gap_candidates = chunks;
    }
}
