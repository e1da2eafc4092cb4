//! Frames to files' bytes: the picture as PNG, JPEG or WebP, the other planes as PNG and NumPy arrays.

mod npy;
mod picture;
mod planes;
mod png_file;

use molshot_scenes::Plane;
use molshot_scenes::request::ImageFormat;

use crate::error::RenderError;
use crate::frame::Frame;

pub use planes::{plane_npy, plane_png};

/// IANA media type of a format.
#[must_use]
pub fn media_type(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "image/png",
        ImageFormat::Jpeg => "image/jpeg",
        ImageFormat::Webp => "image/webp",
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

/// Encodes a frame's colour plane: PNG and lossless WebP as RGB when opaque and RGBA when transparent, JPEG of quality 90 without
/// chroma subsampling.
///
/// # Errors
/// [`RenderError::Encode`] when the frame has no colour, when a transparent picture is to become a JPEG, or when the picture
/// is larger than the format allows (JPEG 65,535, WebP 16,384 pixels an edge).
pub fn picture(frame: &Frame, format: ImageFormat) -> Result<EncodedImage, RenderError> {
    let Some(rgba) = &frame.color_rgba else {
        return Err(missing(Plane::Color));
    };
    let (width, height) = (frame.width_px, frame.height_px);
    let bytes = match format {
        ImageFormat::Png => picture::png(width, height, rgba, frame.transparent),
        ImageFormat::Jpeg => picture::jpeg(width, height, rgba, frame.transparent),
        ImageFormat::Webp => picture::webp(width, height, rgba, frame.transparent),
    }?;
    Ok(EncodedImage {
        bytes,
        media_type: media_type(format),
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
