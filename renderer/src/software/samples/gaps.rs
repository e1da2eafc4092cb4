//! What samples see through gaps between the surfaces that their neighbours meet.

use fearless_simd::f32x4;
use fearless_simd::prelude::*;

use super::{Part, QUAD, Samples};
use crate::software::edges::Edges;
use crate::software::tile::{LANES, Picture, TILE_PIXELS, TILE_PX, Tile, Touch, Window};

/// A pixel of which a sample sees something behind the nine centres about it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Gap {
    pixel: u16,
    /// Of the nine centres.
    deepest: f32,
    /// Of its samples, the greatest.
    depth: f32,
}

/// Nothing is hidden.
static ANYWHERE: [f32; TILE_PIXELS] = [f32::INFINITY; TILE_PIXELS];

impl Samples {
    /// Looks again where a sample sees something behind the nine centres about its pixel, through a
    /// gap between the surfaces that they meet: there nothing is hidden, and everything is tried
    /// that may be seen in the tile.
    pub(super) fn see_gaps<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        picture: &Picture<'_>,
        tile: &Tile,
        edges: &Edges,
        members: &[u32],
    ) {
        let mut gaps = std::mem::take(&mut self.gaps);
        let mut touches = std::mem::take(&mut self.gap_touches);
        gaps.clear();
        let farthest = simd.vectorize(
            #[inline(always)]
            || {
                let mut farthest = 0.0_f32;
                for (slot, pixel) in edges.pixels.iter().enumerate() {
                    let deepest = edges.deepest[usize::from(*pixel)];
                    let mut most = f32x4::splat(simd, 0.0);
                    for quad in (0..self.room).step_by(QUAD) {
                        let from = slot * self.room + quad;
                        most = most.max(f32x4::from_slice(simd, &self.depth[from..from + QUAD]));
                    }
                    let depth = most.reduce_max();
                    if depth > deepest {
                        gaps.push(Gap {
                            pixel: *pixel,
                            deepest,
                            depth,
                        });
                        farthest = farthest.max(depth);
                    }
                }
                farthest
            },
        );
        if !gaps.is_empty() {
            for member in members {
                let seen = &picture.bodies.seen[*member as usize];
                if seen.near - picture.disorder > farthest {
                    break;
                }
                let Some(window) = Window::of(seen.rect, tile.origin_px) else {
                    continue;
                };
                touches.clear();
                for gap in &gaps {
                    let row = usize::from(gap.pixel) / TILE_PX;
                    let column = usize::from(gap.pixel) % TILE_PX;
                    // What begins nearer than its neighbours was tried, what begins behind what it
                    // shows is hidden.
                    if gap.deepest < seen.near
                        && seen.near <= gap.depth
                        && (window.top..=window.bottom).contains(&row)
                        && (window.left..=window.right).contains(&column)
                    {
                        touches.push(Touch {
                            chunk: gap.pixel / LANES as u16,
                            lanes: 1 << (column % LANES),
                        });
                    }
                }
                if !touches.is_empty() {
                    let part = Part {
                        touches: &touches,
                        before: &ANYWHERE,
                        near: seen.near,
                    };
                    simd.vectorize(
                        #[inline(always)]
                        || self.see_body::<S, PERSPECTIVE>(simd, picture, part, seen.body),
                    );
                }
            }
        }
        self.gaps = gaps;
        self.gap_touches = touches;
    }
}
