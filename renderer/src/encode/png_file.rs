//! PNG by the png crate: what the writer for pictures has no form for, and where time does not count.

use png::{BitDepth, ColorType, Compression};

use super::failed;
use crate::error::RenderError;

/// How samples become a file.
#[derive(Debug)]
pub(super) struct Form {
    /// Width and height.
    pub(super) size_px: (u32, u32),
    pub(super) color: ColorType,
    pub(super) depth: BitDepth,
    pub(super) compression: Compression,
    /// Colours of an indexed picture, three bytes each.
    pub(super) palette: Option<Vec<u8>>,
}

/// Encodes rows of samples behind what `out` holds. `text` becomes one `tEXt` chunk.
pub(super) fn encode(
    form: &Form,
    text: Option<(&str, String)>,
    data: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), RenderError> {
    // Pictures of molecules compress to about a tenth: one allocation serves nearly all.
    out.reserve(data.len() / 8 + 1024);
    let (width_px, height_px) = form.size_px;
    let mut encoder = png::Encoder::new(out, width_px, height_px);
    encoder.set_color(form.color);
    encoder.set_depth(form.depth);
    encoder.set_compression(form.compression);
    if let Some(palette) = &form.palette {
        encoder.set_palette(palette.as_slice());
        // Neighbouring indices are no near numbers: filters would only hide the runs.
        encoder.set_filter(png::Filter::NoFilter);
    }
    if let Some((key, value)) = text {
        encoder
            .add_text_chunk(key.to_owned(), value)
            .map_err(|error| failed(&error))?;
    }
    let mut writer = encoder.write_header().map_err(|error| failed(&error))?;
    writer
        .write_image_data(data)
        .map_err(|error| failed(&error))?;
    writer.finish().map_err(|error| failed(&error))
}
