//! The colour plane as PNG, JPEG or WebP.

use molshot_scenes::Plane;
use molshot_scenes::request::Compression;
use png::{BitDepth, ColorType};

use super::{Encoding, failed, missing, png_file, png_writer};
use crate::error::RenderError;
use crate::frame::Frame;

/// A picture to encode: as many pixels as its size says, four bytes each.
#[derive(Debug)]
pub(super) struct Image<'a> {
    width_px: u32,
    height_px: u32,
    rgba: &'a [u8],
    transparent: bool,
}

impl<'a> Image<'a> {
    pub(super) fn of(frame: &'a Frame) -> Result<Self, RenderError> {
        let rgba = frame
            .color_rgba
            .as_deref()
            .ok_or_else(|| missing(Plane::Color))?;
        if rgba.is_empty() || rgba.len() / 4 != frame.pixel_count() || !rgba.len().is_multiple_of(4)
        {
            return Err(RenderError::Encode {
                problem: format!(
                    "{} x {} pixels cannot have {} bytes of colour",
                    frame.width_px,
                    frame.height_px,
                    rgba.len()
                ),
                remedy: "give four bytes a pixel, and at least one pixel".into(),
            });
        }
        Ok(Self {
            width_px: frame.width_px,
            height_px: frame.height_px,
            rgba,
            transparent: frame.transparent,
        })
    }

    /// The pixels as files hold them: RGBA when some may be transparent, else RGB, put into `rgb`.
    fn packed<'b>(&'b self, rgb: &'b mut Vec<u8>) -> Result<&'b [u8], RenderError> {
        if self.transparent {
            return Ok(self.rgba);
        }
        let (pixels, _) = self.rgba.as_chunks::<4>();
        let length = pixels.len() * 3;
        rgb.clear();
        rgb.try_reserve_exact(length)
            .map_err(|_| RenderError::OutOfHostMemory {
                needed_bytes: length as u64,
            })?;
        rgb.resize(length, 0);
        let (targets, _) = rgb.as_chunks_mut::<3>();
        for (target, [r, g, b, _]) in targets.iter_mut().zip(pixels) {
            *target = [*r, *g, *b];
        }
        Ok(rgb)
    }
}

pub(super) fn png(
    image: &Image<'_>,
    compression: Compression,
    rgb: &mut Vec<u8>,
    out: &mut Vec<u8>,
    is_called_off: &dyn Fn() -> bool,
) -> Result<(), RenderError> {
    let (width_px, height_px) = (image.width_px, image.height_px);
    match compression {
        Compression::Fast => {
            png_writer::write(width_px, height_px, image.rgba, image.transparent, out).ok_or_else(
                || RenderError::Encode {
                    problem: format!("{width_px} x {height_px} pixels are too many for PNG"),
                    remedy: "draw a smaller picture or a crop".into(),
                },
            )
        }
        Compression::Small => {
            let color = if image.transparent {
                ColorType::Rgba
            } else {
                ColorType::Rgb
            };
            let form = png_file::Form {
                size_px: (width_px, height_px),
                color,
                depth: BitDepth::Eight,
                compression: png::Compression::Balanced,
                palette: None,
            };
            png_file::encode_by_rows(&form, image.packed(rgb)?, out, is_called_off)
        }
    }
}

pub(super) fn jpeg(
    image: &Image<'_>,
    encoding: Encoding,
    out: &mut Vec<u8>,
    is_called_off: &dyn Fn() -> bool,
) -> Result<(), RenderError> {
    let (width_px, height_px) = (image.width_px, image.height_px);
    if image.transparent {
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
    // The encoder writes as it goes, and ends when it cannot.
    let writer = Unless {
        out: &mut *out,
        is_called_off,
    };
    let mut encoder = jpeg_encoder::Encoder::new(writer, encoding.jpeg_quality.clamp(1, 100));
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
    encoder.set_optimized_huffman_tables(encoding.compression == Compression::Small);
    encoder
        .encode(image.rgba, width, height, jpeg_encoder::ColorType::Rgba)
        .map_err(|error| {
            if is_called_off() {
                RenderError::Cancelled
            } else {
                failed(&error)
            }
        })
}

/// Refuses what is written once the picture was called off.
struct Unless<'a> {
    out: &'a mut Vec<u8>,
    is_called_off: &'a dyn Fn() -> bool,
}

impl std::io::Write for Unless<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if (self.is_called_off)() {
            return Err(std::io::Error::other("called off"));
        }
        self.out.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

pub(super) fn webp(
    image: &Image<'_>,
    compression: Compression,
    rgb: &mut Vec<u8>,
    out: &mut Vec<u8>,
    is_called_off: &dyn Fn() -> bool,
) -> Result<(), RenderError> {
    let color = if image.transparent {
        image_webp::ColorType::Rgba8
    } else {
        image_webp::ColorType::Rgb8
    };
    let data = image.packed(rgb)?;
    let encode = |prediction: bool, out: &mut Vec<u8>| {
        if is_called_off() {
            return Err(RenderError::Cancelled);
        }
        let mut parameters = image_webp::EncoderParams::default();
        parameters.use_predictor_transform = prediction;
        let mut encoder = image_webp::WebPEncoder::new(out);
        encoder.set_params(parameters);
        encoder
            .encode(data, image.width_px, image.height_px, color)
            .map_err(|error| failed(&error))
    };
    encode(true, out)?;
    if compression == Compression::Small {
        // Neither is the smaller one of every picture.
        let mut other = Vec::new();
        encode(false, &mut other)?;
        if other.len() < out.len() {
            *out = other;
        }
    }
    Ok(())
}
