//! What is printed about a drawn picture.

use std::path::{Path, PathBuf};

use molshot_renderer::Frame;

/// Whether a picture shows nothing: no plane has a hit, or all pixels have the first one's colour.
///
/// A molecule that fills the picture in one colour is possible only with few pixels, so smaller
/// pictures are not judged by their colour.
pub(super) fn is_empty(frame: &Frame) -> bool {
    const MIN_PIXELS: usize = 64;
    /// Pixels are sampled before all are compared. The step is odd, so that it visits all columns
    /// of a picture whose width is even.
    const SAMPLE_STEP_PX: usize = 61;
    if let Some(ids) = frame.atom_id.as_ref().or(frame.residue_id.as_ref()) {
        return ids.iter().all(|id| *id == 0);
    }
    if let Some(depth) = &frame.depth_angstrom {
        return depth.iter().all(|depth| depth.is_infinite());
    }
    let Some(color) = &frame.color_rgba else {
        return false;
    };
    let (pixels, _) = color.as_chunks::<4>();
    pixels.len() >= MIN_PIXELS
        && pixels
            .iter()
            .step_by(SAMPLE_STEP_PX)
            .all(|pixel| *pixel == pixels[0])
        && pixels.iter().all(|pixel| *pixel == pixels[0])
}

/// The warning about a picture that [`is_empty`].
pub(super) fn empty_picture_warning(path: &Path) -> String {
    format!(
        "warning: {} shows nothing: the molecule is outside of the view or smaller than a pixel",
        path.display()
    )
}

/// Lines that say what was written and how long drawing took, for `--verbose`.
pub(super) fn summarize(frame: &Frame, written: &[PathBuf]) -> Vec<String> {
    let mut lines: Vec<String> = written
        .iter()
        .map(|path| format!("wrote {}", path.display()))
        .collect();
    lines.push(format!(
        "{} x {} pixels by {}: upload {:.1} ms, draw {:.1} ms, read back {:.1} ms",
        frame.width_px,
        frame.height_px,
        frame.adapter,
        frame.timings.upload.as_secs_f64() * 1e3,
        frame.timings.draw.as_secs_f64() * 1e3,
        frame.timings.read_back.as_secs_f64() * 1e3,
    ));
    lines
}
