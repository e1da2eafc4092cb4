//! Text of a program over a picture, in the labels' font: help, messages. No request asks for
//! it, and no job draws it.

use super::LabelDrawer;
use super::blend::{Canvas, Ink};
use super::cache::Place;
use super::font::{Font, descent_of_line, em_of_line, units_to_px};

impl LabelDrawer {
    /// Writes a line of text over `rgba` (rows from top to bottom of `size_px`, four bytes per
    /// pixel, opaque). `left_top_px` is the upper left corner of the line, `line_px` its height.
    /// Letters outside of the picture are left out; so is all of it where `rgba` is not of that
    /// size.
    pub fn write(
        &mut self,
        rgba: &mut [u8],
        size_px: [usize; 2],
        left_top_px: [f64; 2],
        line_px: f64,
        color: [u8; 3],
        text: &str,
    ) {
        let wanted = size_px[0]
            .checked_mul(size_px[1])
            .and_then(|pixels| pixels.checked_mul(4));
        let (Some(font), true) = (Font::get(), wanted == Some(rgba.len())) else {
            return;
        };
        let em_px = em_of_line(line_px);
        let [left, top] = left_top_px;
        let base = top + line_px - descent_of_line(line_px);
        let mut canvas = Canvas {
            rgba,
            depth_angstrom: None,
            origin: [0, 0],
            size: size_px,
            transparent: false,
        };
        let ink = Ink {
            rgb: color,
            depth_angstrom: 0.0,
        };
        for (glyph, at) in font.lay_out(text).glyphs {
            let Some(place) = Place::new(left + units_to_px(at, em_px), base) else {
                continue;
            };
            let glyph = self.cache.glyph(font, glyph, [em_px; 2], place);
            canvas.blend(glyph.left, glyph.top, glyph.width, glyph.levels, ink);
        }
    }

    /// How wide a text is in lines of this height, pixels.
    #[must_use]
    pub fn width_px(text: &str, line_px: f64) -> f64 {
        Font::get().map_or(0.0, |font| {
            units_to_px(font.lay_out(text).width_units, em_of_line(line_px))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_written_where_it_is_wanted_and_nowhere_else() {
        let mut rgba = vec![0; 64 * 32 * 4];
        let mut drawer = LabelDrawer::default();
        drawer.write(&mut rgba, [64, 32], [8.0, 4.0], 20.0, [255, 128, 0], "Hg");
        let width = LabelDrawer::width_px("Hg", 20.0);
        assert!((15.0..30.0).contains(&width), "{width}");
        let mut inked = 0;
        for (at, pixel) in rgba.chunks(4).enumerate() {
            let (x, y) = ((at % 64) as f64, at / 64);
            if pixel[0] > 0 {
                inked += 1;
                assert!(
                    (7.0..9.0 + width).contains(&x) && (4..25).contains(&y),
                    "{x} {y}"
                );
            }
        }
        assert!(inked > 60, "{inked}");
    }

    #[test]
    fn a_picture_of_another_size_is_left_alone() {
        let mut rgba = vec![7; 10];
        LabelDrawer::default().write(&mut rgba, [64, 32], [0.0; 2], 20.0, [255; 3], "Hg");
        assert_eq!(rgba, [7; 10]);
    }
}
