//! Frames to files' bytes: the picture as PNG, JPEG or WebP, the other planes as PNG and NumPy
//! arrays.

mod npy;
mod picture;
mod planes;
mod png_file;
mod png_writer;
#[cfg(test)]
mod tests;

use molshot_scenes::Plane;
use molshot_scenes::request::{Compression, ImageFormat, OutputRequest};

use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::Frame;

pub(crate) use planes::indexed_png;
pub use planes::{plane_npy, plane_png};

/// IANA media type of a format.
#[must_use]
pub fn media_type(format: ImageFormat) -> &'static str {
    format.to_mime_type()
}

/// The form of a picture's file. Whatever it is, the same pixels give the same bytes on every
/// machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Encoding {
    /// Kind of file.
    pub format: ImageFormat,
    /// Time against size; the pixels are the same.
    pub compression: Compression,
    /// Quality of a JPEG, 1 to 100; nothing to the others.
    pub jpeg_quality: u8,
}

impl From<ImageFormat> for Encoding {
    /// The format with every default.
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

/// The bytes of a file, and what they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodedImage {
    /// Content of the file.
    pub bytes: Vec<u8>,
    /// IANA media type.
    pub media_type: &'static str,
}

/// Encodes pictures one after the other, and keeps what memory that takes. One thread has one.
#[derive(Debug, Default)]
pub struct Encoder {
    /// Three bytes a pixel, for encoders that take no others.
    rgb: Vec<u8>,
}

impl Encoder {
    /// An encoder; it takes memory when it is used.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Writes a frame's colour plane into `out`, whose content is lost and whose memory is used
    /// again:
    ///
    /// | format | pixels | `fast` | `small` |
    /// |---|---|---|---|
    /// | PNG | RGB when the frame is opaque, else RGBA | a writer of our own; no memory is taken | the png crate's `Balanced` |
    /// | WebP, lossless | RGB when opaque, else RGBA | with prediction | with or without it, whichever is smaller |
    /// | JPEG, no chroma subsampling | opaque only | the standard's Huffman codes | Huffman codes of the picture's own |
    ///
    /// # Errors
    /// [`RenderError::Encode`] when the frame has no colour, when a transparent picture is to
    /// become a JPEG, or when the picture is larger than the format allows (JPEG 65,535, WebP
    /// 16,384 pixels an edge). [`RenderError::OutOfHostMemory`].
    pub fn encode(
        &mut self,
        frame: &Frame,
        encoding: impl Into<Encoding>,
        out: &mut Vec<u8>,
    ) -> Result<(), RenderError> {
        self.encode_while(frame, encoding.into(), out, &|| false)
    }

    /// Encodes as [`Encoder::encode`], and stops early once `cancel` is cancelled. The token is
    /// polled between rows of a PNG with `small` and whenever another encoder writes; a PNG with
    /// `fast` is not interrupted: it takes a few nanoseconds per pixel.
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
        let image = picture::Image::of(frame)?;
        let (compression, rgb) = (encoding.compression, &mut self.rgb);
        match encoding.format {
            ImageFormat::Png => picture::png(&image, compression, rgb, out, is_cancelled),
            ImageFormat::Jpeg => picture::jpeg(&image, encoding, out, is_cancelled),
            ImageFormat::WebP => picture::webp(&image, compression, rgb, out, is_cancelled),
            other => Err(RenderError::Encode {
                problem: format!("pictures in the format {other:?} cannot be written yet"),
                remedy: "use png, jpeg or webp".into(),
            }),
        }
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
        media_type: media_type(encoding.format),
    })
}

fn missing(plane: Plane) -> RenderError {
    RenderError::Encode {
        problem: format!("the plane {} was not drawn", plane.name()),
        remedy: "ask for it in the job's planes".into(),
    }
}

/// A failure of an encoder.
fn failed(error: &dyn std::error::Error) -> RenderError {
    RenderError::Encode {
        problem: error.to_string(),
        remedy: "use another format or a smaller picture".into(),
    }
}
