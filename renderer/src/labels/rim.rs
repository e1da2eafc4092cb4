//! The outline around a label's letters.

use super::blend::{Canvas, Ink, union};
use super::cache::Glyph;

/// Coverage of one label's letters together.
#[derive(Debug, Default)]
pub(super) struct Mask {
    left: i32,
    top: i32,
    width: usize,
    levels: Vec<u8>,
    rim: Vec<u8>,
}

impl Mask {
    /// Nothing is covered.
    pub(super) fn clear(&mut self) {
        self.width = 0;
        self.levels.clear();
    }

    /// Adds a glyph's coverage.
    pub(super) fn add(&mut self, glyph: Glyph<'_>) {
        if glyph.width == 0 {
            return;
        }
        let height = glyph.levels.len() / glyph.width;
        self.hold(glyph.left, glyph.top, glyph.width, height);
        let (dx, dy) = (
            (glyph.left - self.left) as usize,
            (glyph.top - self.top) as usize,
        );
        for (row, levels) in glyph.levels.chunks_exact(glyph.width).enumerate() {
            let own = &mut self.levels[(dy + row) * self.width + dx..][..glyph.width];
            for (own, level) in own.iter_mut().zip(levels) {
                *own = union(*own, *level);
            }
        }
    }

    /// Grows the rectangle so that it holds another.
    fn hold(&mut self, left: i32, top: i32, width: usize, height: usize) {
        if self.width == 0 {
            (self.left, self.top, self.width) = (left, top, width);
            self.levels.resize(width * height, 0);
            return;
        }
        let own_height = self.levels.len() / self.width;
        let new_left = self.left.min(left);
        let new_top = self.top.min(top);
        let right = (self.left + self.width as i32).max(left + width as i32);
        let bottom = (self.top + own_height as i32).max(top + height as i32);
        let new_width = (right - new_left) as usize;
        let new_height = (bottom - new_top) as usize;
        if (new_width, new_height) == (self.width, own_height) {
            return;
        }
        let mut levels = vec![0; new_width * new_height];
        let (dx, dy) = (
            (self.left - new_left) as usize,
            (self.top - new_top) as usize,
        );
        for (row, old) in self.levels.chunks_exact(self.width).enumerate() {
            levels[(dy + row) * new_width + dx..][..self.width].copy_from_slice(old);
        }
        (self.left, self.top, self.width, self.levels) = (new_left, new_top, new_width, levels);
    }

    /// Blends the letters, dilated by `width_px`, in the outline's colour: each pixel takes the
    /// greatest coverage within a disc around it, whose own edge is soft by a pixel.
    pub(super) fn blend_rim(&mut self, canvas: &mut Canvas<'_>, width_px: f32, ink: Ink) {
        if self.width == 0 {
            return;
        }
        let reach = (width_px + 0.5).floor() as i32;
        let pad = reach as usize;
        let height = self.levels.len() / self.width;
        let width = self.width + 2 * pad;
        self.rim.clear();
        self.rim.resize(width * (height + 2 * pad), 0);
        for dy in -reach..=reach {
            for dx in -reach..=reach {
                let distance = ((dx * dx + dy * dy) as f32).sqrt();
                let weight = ((width_px + 0.5 - distance).clamp(0.0, 1.0) * 256.0) as u32;
                if weight == 0 {
                    continue;
                }
                for (row, levels) in self.levels.chunks_exact(self.width).enumerate() {
                    let y = (row as i32 + reach + dy) as usize;
                    let x = (reach + dx) as usize;
                    let rim = &mut self.rim[y * width + x..][..self.width];
                    for (rim, level) in rim.iter_mut().zip(levels) {
                        *rim = (*rim).max(((u32::from(*level) * weight) >> 8) as u8);
                    }
                }
            }
        }
        canvas.blend(self.left - reach, self.top - reach, width, &self.rim, ink);
    }
}
