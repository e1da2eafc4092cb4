//! The one place that writes PNG streams.

use png::{BitDepth, ColorType, Compression};

use super::failed;
use crate::error::RenderError;

/// Encodes rows of samples. `text` becomes one `tEXt` chunk.
pub(super) fn encode(
    (width_px, height_px): (u32, u32),
    color: ColorType,
    depth: BitDepth,
    text: Option<(&str, String)>,
    data: &[u8],
) -> Result<Vec<u8>, RenderError> {
    // Pictures of molecules compress to about a tenth: one allocation serves nearly all.
    let mut bytes = Vec::with_capacity(data.len() / 8 + 1024);
    let mut encoder = png::Encoder::new(&mut bytes, width_px, height_px);
    encoder.set_color(color);
    encoder.set_depth(depth);
    encoder.set_compression(Compression::Fast);
    if let Some((key, value)) = text {
        encoder
            .add_text_chunk(key.to_owned(), value)
            .map_err(|error| failed(&error))?;
    }
    let mut writer = encoder.write_header().map_err(|error| failed(&error))?;
    writer
        .write_image_data(data)
        .map_err(|error| failed(&error))?;
    writer.finish().map_err(|error| failed(&error))?;
    Ok(bytes)
}
