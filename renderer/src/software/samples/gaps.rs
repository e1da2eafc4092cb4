//! Samples that see through a gap between the surfaces that the neighbouring centres hit.

use fearless_simd::f32x4;
use fearless_simd::prelude::*;

use super::{Candidates, EdgeSamples, LOOK_INTERVAL};
use crate::software::context::FrameContext;
use crate::software::edges::Edges;
use crate::software::simd::{LANES, QUAD};
use crate::software::tile::{ChunkMask, TILE_PIXELS, TILE_PX, Tile, TileRect};

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
        members: &[u32],
    ) {
        let mut gaps = std::mem::take(&mut self.gaps);
        let mut chunks = std::mem::take(&mut self.gap_candidates);
        gaps.clear();
        let farthest = simd.vectorize(
            #[inline(always)]
            || {
                let mut farthest = 0.0_f32;
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
                        farthest = farthest.max(depth);
                    }
                }
                farthest
            },
        );
        if !gaps.is_empty() {
            for (number, member) in members.iter().enumerate() {
                if number % LOOK_INTERVAL == LOOK_INTERVAL - 1 && context.cancel.is_cancelled() {
                    break;
                }
                let projected = &context.primitives.visible[*member as usize];
                if projected.near_depth - context.max_depth_inversion > farthest {
                    break;
                }
                let Some(rect) = TileRect::clip(projected.rect_px, tile.origin_px) else {
                    continue;
                };
                chunks.clear();
                for gap in &gaps {
                    let row = usize::from(gap.pixel) / TILE_PX;
                    let column = usize::from(gap.pixel) % TILE_PX;
                    // A primitive that begins nearer than the nine centres was tried in the first
                    // pass; one that begins behind the samples' hits is hidden.
                    if gap.neighborhood_depth < projected.near_depth
                        && projected.near_depth <= gap.depth
                        && (rect.top..=rect.bottom).contains(&row)
                        && (rect.left..=rect.right).contains(&column)
                    {
                        chunks.push(ChunkMask {
                            chunk: gap.pixel / LANES as u16,
                            lanes: 1 << (column % LANES),
                        });
                    }
                }
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
