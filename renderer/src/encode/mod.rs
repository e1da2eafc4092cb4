//! Frames to the bytes of files: the picture as PNG, JPEG, WebP, TIFF, BMP or QOI, the other planes
//! as PNG and as NumPy arrays.

mod color;
mod npy;
mod planes;
mod png_file;
mod png_writer;
#[cfg(test)]
mod tests;

use molshot_scenes::request::{Compression, ImageFormat, OutputRequest};

use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::Frame;

pub(crate) use planes::indexed_png;
pub use planes::{plane_npy, plane_npy_cancellable, plane_png, plane_png_cancellable};

/// How a picture is encoded. With any setting the same pixels give the same bytes on every
/// machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Encoding {
    /// File format.
    pub format: ImageFormat,
    /// Speed or size, with the same pixels. It affects PNG and JPEG.
    pub compression: Compression,
    /// Quality of a JPEG, 1 to 100; other formats ignore it.
    pub jpeg_quality: u8,
}

impl Encoding {
    /// The same with another compression level.
    #[must_use]
    pub fn with_compression(self, compression: Compression) -> Self {
        Self {
            compression,
            ..self
        }
    }

    /// The same with another quality of a JPEG, 1 to 100.
    #[must_use]
    pub fn with_jpeg_quality(self, jpeg_quality: u8) -> Self {
        Self {
            jpeg_quality,
            ..self
        }
    }
}

impl From<ImageFormat> for Encoding {
    /// The format with default settings.
    fn from(format: ImageFormat) -> Self {
        Self {
            format,
            ..Self::from(&OutputRequest::default())
        }
    }
}

impl From<&OutputRequest> for Encoding {
    fn from(output: &OutputRequest) -> Self {
        Self {
            format: output.image_format(),
            compression: output.compression,
            jpeg_quality: output.jpeg_quality,
        }
    }
}

/// The bytes of a file and their media type.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct EncodedImage {
    /// Content of the file.
    pub bytes: Vec<u8>,
    /// IANA media type.
    pub media_type: &'static str,
}

/// Encodes pictures one after the other and keeps its memory. Each thread needs its own.
#[derive(Debug, Default)]
pub struct Encoder {
    /// RGB pixels, for encoders that read no others.
    rgb: Vec<u8>,
}

impl Encoder {
    /// Makes an encoder; it allocates memory when it is used.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Encodes a frame's colour plane into `out`, whose content is replaced and whose memory is
    /// reused:
    ///
    /// | format | pixels | `fast` | `small` |
    /// |---|---|---|---|
    /// | PNG | RGB when the frame is opaque, else RGBA | molshot's own writer, without further memory | the level `Balanced` of the crate `png` |
    /// | WebP (lossless), TIFF, BMP, QOI | RGB when opaque, else RGBA | the crate `image` | the same |
    /// | JPEG, no chroma subsampling | opaque only | the standard's Huffman codes | Huffman codes optimised for the picture |
    ///
    /// # Errors
    /// [`RenderError::Encode`] when the frame has no colour, when a transparent picture is to
    /// become a JPEG, or when the picture is larger than the format allows (JPEG 65,535, WebP
    /// 16,384 pixels per edge). [`RenderError::OutOfHostMemory`].
    pub fn encode(
        &mut self,
        frame: &Frame,
        encoding: impl Into<Encoding>,
        out: &mut Vec<u8>,
    ) -> Result<(), RenderError> {
        self.encode_while(frame, encoding.into(), out, &|| false)
    }

    /// Encodes as [`Encoder::encode`], and stops early once `cancel` is cancelled. The token is
    /// looked at between rows of a PNG and whenever another encoder writes. A lossless WebP and a
    /// TIFF are looked at before and after only: the crate `image` has no place to stop.
    ///
    /// # Errors
    /// As [`Encoder::encode`], and [`RenderError::Cancelled`].
    pub fn encode_cancellable(
        &mut self,
        frame: &Frame,
        encoding: impl Into<Encoding>,
        out: &mut Vec<u8>,
        cancel: &CancelToken,
    ) -> Result<(), RenderError> {
        self.encode_while(frame, encoding.into(), out, &|| cancel.is_cancelled())
    }

    fn encode_while(
        &mut self,
        frame: &Frame,
        encoding: Encoding,
        out: &mut Vec<u8>,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<(), RenderError> {
        out.clear();
        let plane = color::ColorPlane::of(frame)?;
        color::encode(&plane, encoding, &mut self.rgb, out, is_cancelled)
    }
}

/// Encodes one frame's colour plane, as [`Encoder::encode`] does.
///
/// # Errors
/// As [`Encoder::encode`].
pub fn picture(frame: &Frame, encoding: impl Into<Encoding>) -> Result<EncodedImage, RenderError> {
    let encoding = encoding.into();
    let mut bytes = Vec::new();
    Encoder::new().encode(frame, encoding, &mut bytes)?;
    Ok(EncodedImage {
        bytes,
        media_type: encoding.format.to_mime_type(),
    })
}

/// A failure of an encoder.
fn failed(error: &dyn std::error::Error) -> RenderError {
    RenderError::Encode {
        problem: error.to_string(),
        remedy: "use another format or a smaller picture".into(),
    }
}
