//! The colour plane as PNG, JPEG or WebP.

use std::borrow::Cow;

use png::{BitDepth, ColorType};

use super::{failed, png_file};
use crate::error::RenderError;
use crate::frame::filled;

const JPEG_QUALITY: u8 = 90;

pub(super) fn png(
    width_px: u32,
    height_px: u32,
    rgba: &[u8],
    transparent: bool,
) -> Result<Vec<u8>, RenderError> {
    let (color, data) = if transparent {
        (ColorType::Rgba, Cow::Borrowed(rgba))
    } else {
        (ColorType::Rgb, Cow::Owned(opaque(rgba)?))
    };
    png_file::encode((width_px, height_px), color, BitDepth::Eight, None, &data)
}

pub(super) fn jpeg(
    width_px: u32,
    height_px: u32,
    rgba: &[u8],
    transparent: bool,
) -> Result<Vec<u8>, RenderError> {
    if transparent {
        return Err(RenderError::Encode {
            problem: "JPEG has no transparency".into(),
            remedy: "use png or webp, or give a background colour".into(),
        });
    }
    let (Ok(width), Ok(height)) = (u16::try_from(width_px), u16::try_from(height_px)) else {
        return Err(RenderError::Encode {
            problem: format!("{width_px} x {height_px} pixels are too many for JPEG"),
            remedy: "stay below 65,536 pixels an edge, or use png".into(),
        });
    };
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, JPEG_QUALITY);
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
    encoder
        .encode(rgba, width, height, jpeg_encoder::ColorType::Rgba)
        .map_err(|error| failed(&error))?;
    Ok(bytes)
}

pub(super) fn webp(
    width_px: u32,
    height_px: u32,
    rgba: &[u8],
    transparent: bool,
) -> Result<Vec<u8>, RenderError> {
    let (color, data) = if transparent {
        (image_webp::ColorType::Rgba8, Cow::Borrowed(rgba))
    } else {
        (image_webp::ColorType::Rgb8, Cow::Owned(opaque(rgba)?))
    };
    let mut bytes = Vec::new();
    image_webp::WebPEncoder::new(&mut bytes)
        .encode(&data, width_px, height_px, color)
        .map_err(|error| failed(&error))?;
    Ok(bytes)
}

/// Three bytes a pixel of four.
fn opaque(rgba: &[u8]) -> Result<Vec<u8>, RenderError> {
    let (pixels, _) = rgba.as_chunks::<4>();
    let mut rgb = filled(pixels.len() * 3, 0)?;
    let (targets, _) = rgb.as_chunks_mut::<3>();
    for (target, [r, g, b, _]) in targets.iter_mut().zip(pixels) {
        *target = [*r, *g, *b];
    }
    Ok(rgb)
}
