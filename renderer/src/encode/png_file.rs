//! PNG by the crate `png`: for kinds of pixels that the own writer does not support, and where size
//! matters more than time.

use std::io::Write;

use png::{BitDepth, ColorType, Compression};

use super::failed;
use crate::error::RenderError;

/// Size, kind of pixels and compression of a PNG.
#[derive(Debug)]
pub(super) struct Layout {
    /// Width and height.
    pub(super) size_px: (u32, u32),
    pub(super) color: ColorType,
    pub(super) depth: BitDepth,
    pub(super) compression: Compression,
    /// Colours of an indexed picture, three bytes each.
    pub(super) palette: Option<Vec<u8>>,
}

/// Encodes rows of samples and appends the file to `out`. `text` becomes one `tEXt` chunk.
pub(super) fn encode(
    layout: &Layout,
    text: Option<(&str, String)>,
    data: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), RenderError> {
    let mut encoder = encoder(layout, data, out);
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

/// An encoder that appends to `out`.
fn encoder<'a>(
    layout: &'a Layout,
    data: &[u8],
    out: &'a mut Vec<u8>,
) -> png::Encoder<'a, &'a mut Vec<u8>> {
    // Pictures of molecules compress to about a tenth: one allocation is mostly enough.
    out.reserve(data.len() / 8 + 1024);
    let (width_px, height_px) = layout.size_px;
    let mut encoder = png::Encoder::new(out, width_px, height_px);
    encoder.set_color(layout.color);
    encoder.set_depth(layout.depth);
    encoder.set_compression(layout.compression);
    if let Some(palette) = &layout.palette {
        encoder.set_palette(palette.as_slice());
        // Neighbouring indices are unrelated numbers: filters would only hide the runs.
        encoder.set_filter(png::Filter::NoFilter);
    }
    encoder
}

/// Size of a chunk when a file is written row by row.
const CHUNK_BYTES: usize = 1 << 20;

/// Encodes as [`encode`], row by row. `is_cancelled` is polled before each row and stops it with
/// [`RenderError::Cancelled`].
pub(super) fn encode_by_rows(
    layout: &Layout,
    data: &[u8],
    out: &mut Vec<u8>,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<(), RenderError> {
    let row_bytes = data.len() / layout.size_px.1.max(1) as usize;
    let mut writer = encoder(layout, data, out)
        .write_header()
        .map_err(|error| failed(&error))?;
    let mut rows = writer
        .stream_writer_with_size(CHUNK_BYTES)
        .map_err(|error| failed(&error))?;
    for row in data.chunks(row_bytes.max(1)) {
        if is_cancelled() {
            return Err(RenderError::Cancelled);
        }
        rows.write_all(row).map_err(|error| failed(&error))?;
    }
    rows.finish().map_err(|error| failed(&error))?;
    writer.finish().map_err(|error| failed(&error))
}
