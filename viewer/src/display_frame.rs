//! Converts a frame to the pixels of the window, and draws the overlay.

use molshot_renderer::Frame;
use molshot_renderer::labels::LabelDrawer;
use molshot_scenes::CropRect;

/// A frame to be shown in the window, with the atom at each pixel.
#[derive(Debug, Clone)]
pub(crate) struct DisplayFrame {
    size_px: [usize; 2],
    rgba: Vec<u8>,
    transparent: bool,
    atom_id: Vec<u32>,
    crop: Option<CropRect>,
}

/// The two grey levels of the checkerboard behind a transparent picture.
const CHECKERBOARD: [u8; 2] = [0x66, 0x99];
/// Edge of a square of the checkerboard.
const SQUARE_PX: usize = 8;
/// Grey level around a picture that is smaller than the window.
const MARGIN_LEVEL: u8 = 0x20;
/// Height of a line of overlay text in logical pixels.
const LINE_PX: f64 = 18.0;
/// Colour of the border around a crop.
const BORDER: [u8; 3] = [255, 200, 80];
/// Divisor of the colours outside of a crop.
const SHADE: u8 = 3;

impl DisplayFrame {
    /// Takes what the window needs of a frame. `crop` is the part that is copied and saved, unless
    /// that is the whole picture.
    pub(crate) fn new(frame: &Frame, crop: Option<CropRect>) -> Self {
        Self {
            size_px: [frame.width_px as usize, frame.height_px as usize],
            rgba: frame.color_rgba.clone().unwrap_or_default(),
            transparent: frame.transparent,
            atom_id: frame.atom_id.clone().unwrap_or_default(),
            crop,
        }
    }

    /// Width and height in pixels.
    pub(crate) fn size_px(&self) -> [usize; 2] {
        self.size_px
    }

    /// The atom that is visible at a position.
    pub(crate) fn atom_at(&self, x_px: f64, y_px: f64) -> Option<u32> {
        let [width, height] = self.size_px;
        if !(0.0..width as f64).contains(&x_px) || !(0.0..height as f64).contains(&y_px) {
            return None;
        }
        let id = self.atom_id.get(y_px as usize * width + x_px as usize)?;
        id.checked_sub(1)
    }

    /// Writes the pixels of a window of this size, with the picture in the upper left corner if the
    /// window has just grown.
    pub(crate) fn write_to_window(&self, size_px: [usize; 2], rgba: &mut Vec<u8>) {
        let [width, height] = size_px;
        rgba.clear();
        if self.size_px == size_px {
            rgba.extend_from_slice(&self.rgba);
        } else {
            rgba.resize(width * height * 4, MARGIN_LEVEL);
            let columns = width.min(self.size_px[0]);
            for row in 0..height.min(self.size_px[1]) {
                let from = &self.rgba[row * self.size_px[0] * 4..][..columns * 4];
                rgba[row * width * 4..][..columns * 4].copy_from_slice(from);
            }
        }
        if self.transparent {
            blend_over_checkerboard(rgba, width);
        }
        if let Some(crop) = &self.crop {
            mark_crop(rgba, width, crop);
        }
    }
}

/// Darkens the pixels outside of a crop and draws a border around it; its own pixels stay.
fn mark_crop(rgba: &mut [u8], width: usize, crop: &CropRect) {
    let from = [crop.x_px, crop.y_px].map(|edge| edge as usize);
    let to = [
        from[0] + crop.width_px as usize,
        from[1] + crop.height_px as usize,
    ];
    let (pixels, _) = rgba.as_chunks_mut::<4>();
    for (at, pixel) in pixels.iter_mut().enumerate() {
        let place = [at % width.max(1), at / width.max(1)];
        let is_within = |margin| {
            (0..2).all(|axis| place[axis] + margin >= from[axis] && place[axis] < to[axis] + margin)
        };
        if is_within(0) {
            continue;
        }
        if is_within(1) {
            pixel[..3].copy_from_slice(&BORDER);
        } else {
            for channel in &mut pixel[..3] {
                *channel /= SHADE;
            }
        }
    }
}

/// Blends pixels with straight alpha over a checkerboard.
fn blend_over_checkerboard(rgba: &mut [u8], width: usize) {
    let (pixels, _) = rgba.as_chunks_mut::<4>();
    for (at, pixel) in pixels.iter_mut().enumerate() {
        let square = (at % width.max(1) / SQUARE_PX + at / width.max(1) / SQUARE_PX) % 2;
        let alpha = u32::from(pixel[3]);
        for channel in &mut pixel[..3] {
            let mixed =
                u32::from(*channel) * alpha + u32::from(CHECKERBOARD[square]) * (255 - alpha);
            *channel = ((mixed + 127) / 255) as u8;
        }
        pixel[3] = 255;
    }
}

/// Draws text over a picture, on a dark background.
#[derive(Debug, Default)]
pub(crate) struct Overlay {
    drawer: LabelDrawer,
}

impl Overlay {
    /// Draws two columns in the upper left corner: keys and their descriptions.
    pub(crate) fn table(
        &mut self,
        rgba: &mut [u8],
        size_px: [usize; 2],
        scale: f64,
        rows: &[(&str, &str)],
    ) {
        let whole = LINE_PX * scale;
        // Small windows get small letters, so that all rows are visible.
        let line = whole
            .min(size_px[1] as f64 / (rows.len() as f64 + 2.0))
            .max(6.0);
        let column = |texts: &mut dyn Iterator<Item = &str>| {
            texts
                .map(|text| LabelDrawer::width_px(text, line))
                .fold(0.0, f64::max)
        };
        let first = column(&mut rows.iter().map(|row| row.0));
        let second = column(&mut rows.iter().map(|row| row.1));
        let width = first + second + 3.0 * line;
        darken(
            rgba,
            size_px,
            [0.0, 0.0, width, line * (rows.len() as f64 + 1.0)],
        );
        for (row, (key, does)) in rows.iter().enumerate() {
            let top = line * (row as f64 + 0.5);
            let mut write = |left, color, text| {
                self.drawer
                    .write(rgba, size_px, [left, top], line, color, text);
            };
            write(line, [255, 200, 80], key);
            write(2.0 * line + first, [255; 3], does);
        }
    }

    /// Draws a message along the lower edge, in as many lines as necessary.
    pub(crate) fn message(&mut self, rgba: &mut [u8], size_px: [usize; 2], scale: f64, text: &str) {
        let line = LINE_PX * scale;
        let [width, height] = size_px.map(|edge| edge as f64);
        let lines = wrap(text, line, width - 2.0 * line);
        let top = height - line * (lines.len() as f64 + 1.0);
        darken(rgba, size_px, [0.0, top, width, height]);
        for (row, text) in lines.iter().enumerate() {
            let at = [line, top + line * (row as f64 + 0.5)];
            self.drawer
                .write(rgba, size_px, at, line, [255, 170, 150], text);
        }
    }
}

/// Wraps a text at spaces into lines of this width.
fn wrap(text: &str, line_px: f64, width_px: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if LabelDrawer::width_px(&format!("{line} {word}"), line_px) <= width_px => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Darkens a rectangle: left, top, right, bottom.
fn darken(rgba: &mut [u8], [width, height]: [usize; 2], edges_px: [f64; 4]) {
    let [left, top, right, bottom] = edges_px.map(|edge| edge.max(0.0) as usize);
    for row in top..bottom.min(height) {
        for column in left..right.min(width) {
            let at = (row * width + column) * 4;
            for channel in &mut rgba[at..at + 3] {
                *channel /= 6;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(size_px: [usize; 2], transparent: bool) -> DisplayFrame {
        let count = size_px[0] * size_px[1];
        DisplayFrame {
            size_px,
            rgba: (0..count).flat_map(|at| [at as u8, 2, 3, 255]).collect(),
            transparent,
            atom_id: (0..count as u32).collect(),
            crop: None,
        }
    }

    #[test]
    fn a_frame_of_the_windows_size_is_shown_unchanged() {
        let picture = frame([3, 2], false);
        let mut rgba = Vec::new();
        picture.write_to_window([3, 2], &mut rgba);
        assert_eq!(rgba, picture.rgba);
    }

    #[test]
    fn a_crop_has_a_border_and_its_surroundings_are_darkened() {
        let mut picture = frame([6, 5], false);
        picture.crop = Some(CropRect {
            x_px: 2,
            y_px: 0,
            width_px: 2,
            height_px: 2,
        });
        let mut rgba = Vec::new();
        picture.write_to_window([6, 5], &mut rgba);
        for y in 0..5 {
            for x in 0..6 {
                let at = (y * 6 + x) * 4;
                let (seen, drawn) = (&rgba[at..at + 3], &picture.rgba[at..at + 3]);
                let shaded: Vec<u8> = drawn.iter().map(|channel| channel / SHADE).collect();
                match (x, y) {
                    (2..=3, 0..=1) => assert_eq!(seen, drawn, "{x} {y}"),
                    (1..=4, 0..=2) => assert_eq!(seen, BORDER, "{x} {y}"),
                    _ => assert_eq!(seen, shaded, "{x} {y}"),
                }
            }
        }
    }

    #[test]
    fn any_window_takes_any_frame() {
        for window in [[1, 1], [5, 1], [1, 5], [7, 9], [2, 2]] {
            let mut rgba = Vec::new();
            frame([3, 4], true).write_to_window(window, &mut rgba);
            assert_eq!(rgba.len(), window[0] * window[1] * 4);
            assert_eq!(rgba[..3], [0, 2, 3]);
            let mut overlay = Overlay::default();
            overlay.message(
                &mut rgba,
                window,
                2.0,
                "the file does not exist; give another one",
            );
            overlay.table(&mut rgba, window, 1.0, &[("a", "b"), ("c", "d")]);
        }
    }

    #[test]
    fn the_atom_under_the_pointer_is_that_of_the_id_plane() {
        let picture = frame([3, 2], false);
        assert_eq!(picture.atom_at(0.5, 0.5), None, "id 0 means background");
        assert_eq!(picture.atom_at(2.9, 1.1), Some(4));
        for (x, y) in [(-0.1, 0.0), (3.0, 0.0), (0.0, 2.0), (f64::NAN, 0.0)] {
            assert_eq!(picture.atom_at(x, y), None, "{x} {y}");
        }
    }

    #[test]
    fn transparent_pixels_show_the_checkerboard() {
        let mut rgba = vec![0; 2 * SQUARE_PX * 4];
        blend_over_checkerboard(&mut rgba, 2 * SQUARE_PX);
        assert_eq!(
            (rgba[0], rgba[SQUARE_PX * 4]),
            (CHECKERBOARD[0], CHECKERBOARD[1])
        );
    }

    #[test]
    fn long_messages_are_wrapped_at_spaces() {
        let text = "one two three four five six";
        let lines = wrap(text, 10.0, 50.0);
        assert!(lines.len() > 1, "{lines:?}");
        assert_eq!(lines.join(" "), text);
        assert!(
            lines
                .iter()
                .all(|line| LabelDrawer::width_px(line, 10.0) <= 50.0)
        );
    }
}
