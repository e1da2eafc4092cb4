//! The one font: built in, so that a text looks the same on every machine.

use std::sync::LazyLock;

use ab_glyph_rasterizer::{Point, Rasterizer, point};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

use super::coverage::{self, Coverage};

/// Font units in an em.
const UNITS_PER_EM: f64 = 2048.0;
/// Height of a line in em, and of its part below the base line. ChimeraX draws text at 48 points,
/// that is 64 pixels an em, in which Arial's and Liberation Sans's ascent is 58 and the descent 14
/// whole pixels; it scales that picture to the label's height (observed).
const LINE_EM: f64 = 72.0 / 64.0;
/// Part of a line that is below the base line.
const DESCENT_SHARE: f64 = 14.0 / 72.0;
/// Size of an em in the picture of a text, texels.
const MASTER_EM_PX: f64 = coverage::MASTER_EM_PX as f64;

/// Coverage below this, of 255, is set to 0: it is invisible, and it would make ink boxes a pixel
/// larger.
const FAINTEST: u8 = 5;

static FONT: LazyLock<Option<Font>> = LazyLock::new(|| {
    let face = Face::parse(include_bytes!("../../fonts/labels.ttf"), 0).ok()?;
    let glyph_of = |c| face.glyph_index(c).map_or(0, |glyph| glyph.0);
    let ascii = std::array::from_fn(|code| glyph_of(char::from(code as u8)));
    Some(Font { face, ascii })
});

/// The built-in font.
#[derive(Debug)]
pub(super) struct Font {
    face: Face<'static>,
    /// Glyph of each ASCII character; 0 is the box for characters that the font lacks.
    ascii: [u16; 128],
}

/// A text laid out along its base line.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    /// Glyphs with the place of their origin, font units from the text's beginning. Spaces are left
    /// out.
    pub(super) glyphs: Vec<(u16, i32)>,
    /// Where the text ends, font units.
    pub(super) width_units: i32,
}

/// Letters as ChimeraX stretches them: the edges of a label lie on the centres of the outermost
/// texels of its text's picture, so that the picture without half a texel at each edge fills the
/// label (observed: so placed, letters differ by a tenth less).
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_field_names, reason = "units stand in all names")]
pub(super) struct Stretched {
    /// Size of an em along the line and across it, pixels.
    pub(super) em_px: [f64; 2],
    /// From the label's left edge to the line's beginning; below zero.
    pub(super) left_px: f64,
    /// From the label's lower edge up to the base line.
    pub(super) descent_px: f64,
}

impl Stretched {
    /// For a label's height and width, pixels.
    pub(super) fn new(line_px: f64, width_px: f64) -> Self {
        let rows = LINE_EM * MASTER_EM_PX;
        let columns = (width_px / line_px * rows).round().max(2.0);
        let row_px = line_px / (rows - 1.0);
        let column_px = width_px / (columns - 1.0);
        Self {
            em_px: [MASTER_EM_PX * column_px, MASTER_EM_PX * row_px],
            left_px: -0.5 * column_px,
            descent_px: (DESCENT_SHARE * rows - 0.5) * row_px,
        }
    }
}

/// Size of an em for a height of line, both in pixels.
pub(super) fn em_of_line(line_px: f64) -> f64 {
    line_px / LINE_EM
}

/// From the lower edge of a line up to its base line.
pub(super) fn descent_of_line(line_px: f64) -> f64 {
    line_px * DESCENT_SHARE
}

/// Font units to pixels.
pub(super) fn units_to_px(units: i32, em_px: f64) -> f64 {
    f64::from(units) * em_px / UNITS_PER_EM
}

impl Font {
    /// The font. `None` never happens: a test reads the built-in bytes.
    pub(super) fn get() -> Option<&'static Self> {
        FONT.as_ref()
    }

    /// Whether the font has a glyph for a character, which is otherwise drawn as a box.
    pub(super) fn has(&self, character: char) -> bool {
        self.glyph(character) != 0
    }

    fn glyph(&self, character: char) -> u16 {
        let code = character as usize;
        match self.ascii.get(code) {
            Some(glyph) => *glyph,
            None => self.face.glyph_index(character).map_or(0, |glyph| glyph.0),
        }
    }

    fn kerning(&self, left: u16, right: u16) -> i32 {
        let (left, right) = (GlyphId(left), GlyphId(right));
        let tables = self.face.tables().kern.iter();
        tables
            .flat_map(|kern| kern.subtables)
            .filter(|table| table.horizontal && !table.variable)
            .find_map(|table| table.glyphs_kerning(left, right))
            .map_or(0, i32::from)
    }

    /// Lays a text out, with pair kerning.
    pub(super) fn lay_out(&self, text: &str) -> Line {
        let mut line = Line::default();
        let mut before = None;
        for character in text.chars() {
            let glyph = self.glyph(character);
            if let Some(before) = before {
                line.width_units = line.width_units.saturating_add(self.kerning(before, glyph));
            }
            if !character.is_whitespace() {
                line.glyphs.push((glyph, line.width_units));
            }
            let advance = self.face.glyph_hor_advance(GlyphId(glyph)).unwrap_or(0);
            line.width_units = line.width_units.saturating_add(i32::from(advance));
            before = Some(glyph);
        }
        line
    }

    /// Coverage of a glyph, `em_px` wide and high, whose origin lies `shift_px` (0 to 1; right,
    /// down) from a pixel's top left corner.
    pub(super) fn rasterize(&self, glyph: u16, em_px: [f32; 2], shift_px: [f32; 2]) -> Coverage {
        let scale = em_px.map(|em| em / UNITS_PER_EM as f32);
        let Some(bounds) = self.face.glyph_bounding_box(GlyphId(glyph)) else {
            return Coverage::default();
        };
        let at = |x: i16, y: i16| {
            [
                f32::from(x) * scale[0] + shift_px[0],
                shift_px[1] - f32::from(y) * scale[1],
            ]
        };
        let [left, top] = at(bounds.x_min, bounds.y_max).map(|edge| edge.floor() as i32);
        let [right, bottom] = at(bounds.x_max, bounds.y_min).map(|edge| edge.ceil() as i32);
        let (width, height) = (
            (right - left).max(0) as usize,
            (bottom - top).max(0) as usize,
        );
        if width == 0 || height == 0 {
            return Coverage::default();
        }
        let mut pen = Pen {
            rasterizer: Rasterizer::new(width, height),
            scale,
            shift: [shift_px[0] - left as f32, shift_px[1] - top as f32],
            start: point(0.0, 0.0),
            last: point(0.0, 0.0),
        };
        self.face.outline_glyph(GlyphId(glyph), &mut pen);
        let mut levels = vec![0; width * height];
        pen.rasterizer.for_each_pixel(|at, share| {
            let level = (share.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
            levels[at] = if level < FAINTEST { 0 } else { level };
        });
        Coverage {
            left,
            top,
            width,
            levels,
        }
        .trimmed()
    }
}

/// Takes an outline into a rasteriser.
struct Pen {
    rasterizer: Rasterizer,
    scale: [f32; 2],
    shift: [f32; 2],
    start: Point,
    last: Point,
}

impl Pen {
    fn at(&self, x: f32, y: f32) -> Point {
        point(
            x * self.scale[0] + self.shift[0],
            self.shift[1] - y * self.scale[1],
        )
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.start = self.at(x, y);
        self.last = self.start;
    }

    fn line_to(&mut self, x: f32, y: f32) {
        let end = self.at(x, y);
        self.rasterizer.draw_line(self.last, end);
        self.last = end;
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let (control, end) = (self.at(x1, y1), self.at(x, y));
        self.rasterizer.draw_quad(self.last, control, end);
        self.last = end;
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        let (first, second, end) = (self.at(x1, y1), self.at(x2, y2), self.at(x, y));
        self.rasterizer.draw_cubic(self.last, first, second, end);
        self.last = end;
    }

    fn close(&mut self) {
        self.rasterizer.draw_line(self.last, self.start);
        self.last = self.start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn font() -> &'static Font {
        Font::get().expect("the built-in font can be read")
    }

    #[test]
    fn every_letter_of_names_is_there() {
        let greek = ('Α'..='Ω').filter(|c| *c != '\u{3a2}').chain('α'..='ω');
        for character in (' '..='~').chain(greek).chain("′″Åå°–’".chars()) {
            assert_ne!(font().glyph(character), 0, "{character}");
        }
        assert_eq!(font().glyph('漢'), 0);
    }

    #[test]
    fn letters_are_as_wide_as_arials_and_pairs_are_kerned() {
        // Arial's advances: A 1366, B 1366, space 569; A and V overlap by 152 (units of 1/2048 em).
        let line = font().lay_out("A B");
        let [first, second] = line.glyphs[..] else {
            panic!("{line:?}");
        };
        assert_eq!((first.1, second.1), (0, 1366 - 113 + 569));
        assert_eq!(line.width_units, 1366 - 113 + 569 + 1366);
        assert_eq!(font().lay_out("AV").width_units, 2 * 1366 - 152);
        assert_eq!(font().lay_out("").width_units, 0);
    }

    #[test]
    fn coverage_adds_up_to_the_letters_area_wherever_it_lies() {
        // The letter I is a bar of 191 x 1409 units (191 wide: 1/2048 em from 189 to 380).
        let area = |shift| {
            let coverage = font().rasterize(font().glyph('I'), [40.0; 2], shift);
            coverage.levels.iter().map(|l| f64::from(*l)).sum::<f64>() / 255.0
        };
        let expected = 191.0 * 1409.0 * (40.0_f64 / 2048.0).powi(2);
        for shift in [[0.0, 0.0], [0.25, 0.5], [0.75, 0.75]] {
            let found = area(shift);
            assert!(
                (found - expected).abs() < 0.02 * expected,
                "{found} {expected}"
            );
        }
    }

    #[test]
    fn coverage_has_no_empty_edges() {
        let coverage = font().rasterize(font().glyph('O'), [12.0; 2], [0.5, 0.25]);
        let rows: Vec<&[u8]> = coverage.levels.chunks(coverage.width).collect();
        assert!(rows.first().expect("a row").iter().any(|l| *l > 0));
        assert!(rows.last().expect("a row").iter().any(|l| *l > 0));
        assert!(rows.iter().any(|row| row[0] > 0));
        assert!(rows.iter().any(|row| row[coverage.width - 1] > 0));
    }
}
