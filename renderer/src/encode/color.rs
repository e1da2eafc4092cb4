//! The colour plane as PNG, JPEG, WebP, TIFF, BMP or QOI.
//!
//! PNG at the level `fast` has its own writer, which is two to three times as fast as the crate
//! `png`. JPEG is written by the crate `jpeg-encoder`, which takes about half the time of the crate
//! `image` (4 and 7 ms for 512 x 512 pixels) and can optimise Huffman codes. All other formats are
//! written by the crate `image`.

use std::io::{self, Write};

#[cfg(feature = "tiff")]
use image::codecs::tiff::TiffEncoder;
use image::codecs::webp::WebPEncoder;
use image::codecs::{bmp::BmpEncoder, qoi::QoiEncoder};
use image::{ExtendedColorType, ImageEncoder};
use molshot_scenes::request::{Compression, ImageFormat};
use png::{BitDepth, ColorType};

use super::{Encoding, failed, png_file, png_writer};
use crate::error::RenderError;
use crate::frame::{Frame, RgbaView};

/// A colour plane to encode, checked against the frame's size.
#[derive(Debug)]
pub(super) struct ColorPlane<'a> {
    pixels: RgbaView<'a>,
    transparent: bool,
}

impl<'a> ColorPlane<'a> {
    pub(super) fn of(frame: &'a Frame) -> Result<Self, RenderError> {
        let pixels = frame.color_view()?;
        if pixels.is_empty() {
            return Err(RenderError::Encode {
                problem: "the picture has no pixels".into(),
                remedy: "draw at least one pixel".into(),
            });
        }
        Ok(Self {
            pixels,
            transparent: frame.transparent,
        })
    }

    fn size_px(&self) -> (u32, u32) {
        self.pixels.dimensions()
    }

    fn rgba(&self) -> &[u8] {
        self.pixels.as_raw()
    }

    /// The pixels as files hold them: RGBA when some may be transparent, else RGB, put into `rgb`.
    fn packed<'b>(&'b self, rgb: &'b mut Vec<u8>) -> Result<&'b [u8], RenderError> {
        if self.transparent {
            return Ok(self.rgba());
        }
        let (pixels, _) = self.rgba().as_chunks::<4>();
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

/// Writes a colour plane behind what `out` holds. `rgb` is a buffer; `is_cancelled` is polled while
/// the encoder writes.
pub(super) fn encode(
    plane: &ColorPlane<'_>,
    encoding: Encoding,
    rgb: &mut Vec<u8>,
    out: &mut Vec<u8>,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<(), RenderError> {
    let poll = || {
        if is_cancelled() {
            Err(RenderError::Cancelled)
        } else {
            Ok(())
        }
    };
    poll()?;
    match encoding.format {
        ImageFormat::Png => png(plane, encoding.compression, rgb, out, is_cancelled),
        ImageFormat::Jpeg => jpeg(plane, encoding, out, is_cancelled),
        ImageFormat::WebP => {
            let writer = CancellableWriter::new(out, is_cancelled);
            by_image(WebPEncoder::new_lossless(writer), plane, rgb)
        }
        // The TIFF encoder seeks, so it gets no writer that can fail; it copies the pixels.
        #[cfg(feature = "tiff")]
        ImageFormat::Tiff => by_image(TiffEncoder::new(io::Cursor::new(&mut *out)), plane, rgb),
        #[cfg(not(feature = "tiff"))]
        ImageFormat::Tiff => Err(RenderError::Encode {
            problem: "this program was built without the feature `tiff`".into(),
            remedy: "use png, jpeg, webp, bmp or qoi".into(),
        }),
        ImageFormat::Bmp => {
            let mut writer = CancellableWriter::new(out, is_cancelled);
            by_image(BmpEncoder::new(&mut writer), plane, rgb)
        }
        ImageFormat::Qoi => {
            let writer = CancellableWriter::new(out, is_cancelled);
            by_image(QoiEncoder::new(writer), plane, rgb)
        }
        other => Err(RenderError::Encode {
            problem: format!("pictures cannot be written as {other:?}"),
            remedy: "use png, jpeg, webp, tiff, bmp or qoi".into(),
        }),
    }
    // A writer fails when it finds the picture cancelled, and the encoder passes that on.
    .map_err(|error| poll().err().unwrap_or(error))?;
    poll()
}

/// Writes with an encoder of the crate `image`.
fn by_image(
    encoder: impl ImageEncoder,
    plane: &ColorPlane<'_>,
    rgb: &mut Vec<u8>,
) -> Result<(), RenderError> {
    let (width_px, height_px) = plane.size_px();
    let color = if plane.transparent {
        ExtendedColorType::Rgba8
    } else {
        ExtendedColorType::Rgb8
    };
    encoder
        .write_image(plane.packed(rgb)?, width_px, height_px, color)
        .map_err(|error| failed(&error))
}

fn png(
    plane: &ColorPlane<'_>,
    compression: Compression,
    rgb: &mut Vec<u8>,
    out: &mut Vec<u8>,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<(), RenderError> {
    let (width_px, height_px) = plane.size_px();
    if compression == Compression::Small {
        let color = if plane.transparent {
            ColorType::Rgba
        } else {
            ColorType::Rgb
        };
        let layout = png_file::Layout {
            size_px: (width_px, height_px),
            color,
            depth: BitDepth::Eight,
            compression: png::Compression::Balanced,
            palette: None,
        };
        return png_file::encode_by_rows(&layout, plane.packed(rgb)?, out, is_cancelled);
    }
    let (rgba, transparent) = (plane.rgba(), plane.transparent);
    // The caller finds out whether the picture was cancelled.
    png_writer::write(width_px, height_px, rgba, transparent, out, is_cancelled).ok_or_else(|| {
        RenderError::Encode {
            problem: format!("{width_px} x {height_px} pixels are too many for PNG"),
            remedy: "draw a smaller picture or a crop".into(),
        }
    })
}

/// Without chroma subsampling.
fn jpeg(
    plane: &ColorPlane<'_>,
    encoding: Encoding,
    out: &mut Vec<u8>,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<(), RenderError> {
    let (width_px, height_px) = plane.size_px();
    if plane.transparent {
        return Err(RenderError::Encode {
            problem: "JPEG has no transparency".into(),
            remedy: "use png or webp, or give a background colour".into(),
        });
    }
    let (Ok(width), Ok(height)) = (u16::try_from(width_px), u16::try_from(height_px)) else {
        return Err(RenderError::Encode {
            problem: format!("{width_px} x {height_px} pixels are too many for JPEG"),
            remedy: "stay below 65,536 pixels per edge, or use png".into(),
        });
    };
    let writer = CancellableWriter::new(out, is_cancelled);
    let mut encoder = jpeg_encoder::Encoder::new(writer, encoding.jpeg_quality.clamp(1, 100));
    encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::F_1_1);
    encoder.set_optimized_huffman_tables(encoding.compression == Compression::Small);
    encoder
        .encode(plane.rgba(), width, height, jpeg_encoder::ColorType::Rgba)
        .map_err(|error| failed(&error))
}

/// Appends to a vector, and fails once the picture is cancelled.
struct CancellableWriter<'a> {
    out: &'a mut Vec<u8>,
    is_cancelled: &'a dyn Fn() -> bool,
    /// Length at which the token is polled again.
    poll_at: usize,
}

impl<'a> CancellableWriter<'a> {
    /// Some encoders write single bytes: the token is polled once for so many.
    const POLL_BYTES: usize = 1024;

    fn new(out: &'a mut Vec<u8>, is_cancelled: &'a dyn Fn() -> bool) -> Self {
        Self {
            out,
            is_cancelled,
            poll_at: 0,
        }
    }
}

impl Write for CancellableWriter<'_> {
    #[inline]
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.out.len() >= self.poll_at {
            if (self.is_cancelled)() {
                return Err(io::Error::other("cancelled"));
            }
            self.poll_at = self.out.len() + Self::POLL_BYTES;
        }
        self.out.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
