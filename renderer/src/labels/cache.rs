//! Rasterised glyphs, kept from picture to picture.
//!
//! A glyph is kept by its width and its height, rounded to one of 64 steps per octave (so that it
//! is at most 0.8 % too large or too small), and by its origin's place in its pixel, rounded to
//! eighths (quarters can be seen beside ChimeraX's letters: they differ by half as much again).
//! What is drawn depends on these roundings alone, never on what the cache holds.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::coverage::{Coverage, MASTER_EM_PX};
use super::font::Font;
use super::sample::sample;

/// With more bytes of coverage the cache is cleared.
const CAPACITY_BYTES: usize = 16 << 20;
/// Steps of a pixel in which origins lie.
const STEPS: i64 = 8;
/// Bits of an `f32`'s significand that a rounded size drops: 64 steps per octave are left.
const DROPPED_BITS: u32 = 23 - 6;
/// Bits that a rounded size has left, its sign among them.
const SIZE_BITS: u32 = 32 - DROPPED_BITS;

/// Where a glyph lies: its origin, rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Pixel of the origin.
    pub(super) pixel: [i32; 2],
    /// Eighths of a pixel from its top left corner, 0 to 7.
    step: [u8; 2],
}

impl Place {
    /// Rounds a point of the whole picture, pixels. `None` beyond a million pixels, and for what is
    /// not a number.
    pub(super) fn new(x_px: f64, y_px: f64) -> Option<Self> {
        let mut place = Self {
            pixel: [0; 2],
            step: [0; 2],
        };
        for (axis, at) in [x_px, y_px].into_iter().enumerate() {
            if !at.is_finite() || at.abs() >= 1e6 {
                return None;
            }
            let steps = (at * STEPS as f64).round() as i64;
            place.pixel[axis] = steps.div_euclid(STEPS) as i32;
            place.step[axis] = steps.rem_euclid(STEPS) as u8;
        }
        Some(place)
    }
}

/// A glyph's coverage in the cache.
#[derive(Debug, Clone, Copy)]
struct Entry {
    left: i32,
    top: i32,
    width: u32,
    height: u32,
    start: usize,
}

/// A glyph's coverage on a picture.
#[derive(Debug, Clone, Copy)]
pub(super) struct Glyph<'a> {
    /// First column of the whole picture.
    pub(super) left: i32,
    /// First row of the whole picture.
    pub(super) top: i32,
    /// Columns.
    pub(super) width: usize,
    /// Rows of `width`, 0 to 255.
    pub(super) levels: &'a [u8],
}

/// Multiplies by an odd constant with well mixed high bits (the golden ratio's): keys are few and
/// trusted, so no better hash is needed.
#[derive(Debug, Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        let mixed = (self.0 ^ value).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        // The table takes its index from the low bits and its tag from the high ones.
        self.0 = mixed ^ mixed >> 32;
    }
}

/// Rasterised glyphs.
#[derive(Debug, Default)]
pub(super) struct Cache {
    entries: HashMap<u64, Entry, BuildHasherDefault<KeyHasher>>,
    levels: Vec<u8>,
    /// Pictures of glyphs, from which small ones are sampled.
    masters: HashMap<u16, Coverage, BuildHasherDefault<KeyHasher>>,
}

impl Cache {
    /// A glyph at a place. `em_px`, along the line and across it, is positive and at most a few
    /// thousand.
    pub(super) fn glyph(
        &mut self,
        font: &Font,
        glyph: u16,
        em_px: [f64; 2],
        place: Place,
    ) -> Glyph<'_> {
        let half_step = 1 << (DROPPED_BITS - 1);
        let [width, height] =
            em_px.map(|em| (em as f32).to_bits().saturating_add(half_step) >> DROPPED_BITS);
        let key = u64::from(glyph) << (6 + 2 * SIZE_BITS)
            | u64::from(width) << (6 + SIZE_BITS)
            | u64::from(height) << 6
            | u64::from(place.step[0]) << 3
            | u64::from(place.step[1]);
        let entry = match self.entries.get(&key) {
            Some(entry) => *entry,
            None => self.add(
                font,
                glyph,
                [width, height].map(|size| f32::from_bits(size << DROPPED_BITS)),
                place,
                key,
            ),
        };
        let length = entry.width as usize * entry.height as usize;
        Glyph {
            left: place.pixel[0].saturating_add(entry.left),
            top: place.pixel[1].saturating_add(entry.top),
            width: entry.width as usize,
            levels: &self.levels[entry.start..][..length],
        }
    }

    fn add(&mut self, font: &Font, glyph: u16, em_px: [f32; 2], place: Place, key: u64) -> Entry {
        let shift = place.step.map(|step| f32::from(step) / STEPS as f32);
        let coverage = if em_px[1] < MASTER_EM_PX {
            let picture = || font.rasterize(glyph, [MASTER_EM_PX; 2], [0.0; 2]);
            sample(
                self.masters.entry(glyph).or_insert_with(picture),
                em_px,
                shift,
            )
        } else {
            font.rasterize(glyph, em_px, shift)
        };
        if self.levels.len() + coverage.levels.len() > CAPACITY_BYTES {
            self.entries.clear();
            self.levels.clear();
        }
        let entry = Entry {
            left: coverage.left,
            top: coverage.top,
            width: coverage.width as u32,
            height: (coverage.levels.len() / coverage.width.max(1)) as u32,
            start: self.levels.len(),
        };
        self.levels.extend_from_slice(&coverage.levels);
        self.entries.insert(key, entry);
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_rounded_to_eighths() {
        let place = |x, y| Place::new(x, y).map(|p| (p.pixel, p.step));
        assert_eq!(place(3.3, -0.3), Some(([3, -1], [2, 6])));
        assert_eq!(place(2.95, 0.0), Some(([3, 0], [0, 0])));
        assert_eq!(place(f64::NAN, 0.0), None);
        assert_eq!(place(0.0, f64::INFINITY), None);
        assert_eq!(place(1e9, 0.0), None);
    }

    #[test]
    fn what_the_cache_holds_does_not_change_what_it_gives() {
        let font = Font::get().expect("the built-in font can be read");
        let place = Place::new(10.3, 20.6).expect("a point");
        let mut fresh = Cache::default();
        let expected = fresh.glyph(font, 40, [12.0; 2], place).levels.to_vec();
        let mut full = Cache::default();
        for step in 0..600_u16 {
            // Past the capacity, more than once.
            full.glyph(font, 40 + step % 50, [100.0 + f64::from(step); 2], place);
            assert!(full.levels.len() <= CAPACITY_BYTES);
        }
        assert_eq!(full.glyph(font, 40, [12.0; 2], place).levels, expected);
        // A size within the same step gives the same letters.
        assert_eq!(full.glyph(font, 40, [12.01; 2], place).levels, expected);
        assert_ne!(full.glyph(font, 40, [13.0; 2], place).levels, expected);
    }
}
