//! File formats of pictures.

use std::borrow::Cow;

pub use image::ImageFormat;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::keyword::{Keyword, words};

impl Keyword for ImageFormat {
    const KEYWORDS: &'static [(&'static str, Self)] = &[
        ("png", Self::Png),
        ("jpeg", Self::Jpeg),
        ("webp", Self::WebP),
        ("tiff", Self::Tiff),
        ("bmp", Self::Bmp),
        ("qoi", Self::Qoi),
    ];

    fn keyword(self) -> &'static str {
        let mut known = Self::KEYWORDS.iter();
        known
            .find(|(_, format)| *format == self)
            .map_or("", |(word, _)| word)
    }
}

/// The usual file extension of a format, without the dot: `jpg` for JPEG.
#[must_use]
pub fn file_extension(format: ImageFormat) -> &'static str {
    format.extensions_str().first().copied().unwrap_or_default()
}

/// The format of a file extension (any case, without the dot), if a request can name it.
#[must_use]
pub fn format_of_extension(extension: &str) -> Option<ImageFormat> {
    let extension = extension.to_ascii_lowercase();
    let mut formats = ImageFormat::KEYWORDS.iter().map(|(_, format)| *format);
    formats.find(|format| format.extensions_str().contains(&extension.as_str()))
}

/// The schema of an [`ImageFormat`].
pub(super) struct ImageFormatSchema;

impl JsonSchema for ImageFormatSchema {
    fn schema_name() -> Cow<'static, str> {
        "ImageFormat".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "enum": words::<ImageFormat>(),
            "description": "File format of a picture: png, tiff, bmp and qoi are lossless, webp is \
                            written lossless, jpeg is lossy and has no transparency.",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{ImageFormat, file_extension, format_of_extension};
    use crate::keyword::Keyword;

    #[test]
    fn extensions_and_formats_belong_together() {
        for (word, format) in ImageFormat::KEYWORDS {
            assert_eq!(format_of_extension(file_extension(*format)), Some(*format));
            assert_eq!(format_of_extension(word), Some(*format));
        }
        assert_eq!(file_extension(ImageFormat::Jpeg), "jpg");
        assert_eq!(format_of_extension("JPG"), Some(ImageFormat::Jpeg));
        assert_eq!(format_of_extension("tif"), Some(ImageFormat::Tiff));
        assert_eq!(format_of_extension("gif"), None);
    }
}
