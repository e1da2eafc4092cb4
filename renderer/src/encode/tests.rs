//! Every format and level: the pixels, and the use of memory.

use molshot_scenes::request::{Compression, ImageFormat};

use super::*;
use crate::frame::{Frame, Timings};

/// Formats that keep every pixel.
const LOSSLESS: [ImageFormat; 5] = [
    ImageFormat::Png,
    ImageFormat::WebP,
    ImageFormat::Tiff,
    ImageFormat::Bmp,
    ImageFormat::Qoi,
];

/// Half background, half shades; with holes when `transparent`.
fn frame(width_px: u32, height_px: u32, transparent: bool) -> Frame {
    let color = (0..width_px * height_px).flat_map(|index| {
        let (x, y) = (index % width_px, index / width_px);
        if x < width_px / 2 {
            [10, 20, 30, if transparent { 0 } else { 255 }]
        } else {
            [(x * 3 + y) as u8, (y * 5) as u8, (x + y * y) as u8, 255]
        }
    });
    Frame {
        width_px,
        height_px,
        color_rgba: Some(color.collect()),
        transparent,
        depth_angstrom: None,
        depth_units_per_angstrom: 100,
        normal: None,
        atom_id: None,
        residue_id: None,
        label_boxes: None,
        adapter: String::new(),
        timings: Timings::default(),
    }
}

fn encoding(format: ImageFormat, compression: Compression) -> Encoding {
    Encoding {
        compression,
        ..Encoding::from(format)
    }
}

/// The decoded samples of a lossless file.
fn samples(format: ImageFormat, bytes: &[u8]) -> Vec<u8> {
    if format == ImageFormat::Png {
        let input = std::io::Cursor::new(bytes);
        let mut reader = png::Decoder::new(input).read_info().expect("a header");
        let mut samples = vec![0; reader.output_buffer_size().expect("a size")];
        reader.next_frame(&mut samples).expect("pixels");
        return samples;
    }
    let image = image::load_from_memory_with_format(bytes, format).expect("an image");
    image.into_bytes()
}

#[test]
fn levels_differ_in_size_and_not_in_pixels() {
    for transparent in [false, true] {
        let frame = frame(97, 61, transparent);
        let channels = if transparent { 4 } else { 3 };
        let expected: Vec<u8> = frame
            .color_rgba
            .as_ref()
            .expect("colour")
            .chunks(4)
            .flat_map(|pixel| &pixel[..channels])
            .copied()
            .collect();
        for format in LOSSLESS {
            let [fast, small] = [Compression::Fast, Compression::Small].map(|level| {
                let image = picture(&frame, encoding(format, level)).expect("a picture");
                assert!(samples(format, &image.bytes) == expected, "{format:?}");
                image.bytes.len()
            });
            assert!(small <= fast, "{format:?}: {small} and {fast} bytes");
            assert!(small < fast || format != ImageFormat::Png);
        }
    }
}

#[test]
fn a_jpeg_is_smaller_at_the_small_level_and_at_low_quality() {
    let frame = frame(97, 61, false);
    let size = |compression, quality| {
        let encoding = encoding(ImageFormat::Jpeg, compression).with_jpeg_quality(quality);
        picture(&frame, encoding).expect("a picture").bytes.len()
    };
    assert!(size(Compression::Small, 90) < size(Compression::Fast, 90));
    assert!(size(Compression::Fast, 50) < size(Compression::Fast, 90));
    assert!(size(Compression::Fast, 90) < size(Compression::Fast, 100));
}

#[test]
fn a_jpeg_has_the_pixels_of_the_frame() {
    let frame = frame(97, 61, false);
    let bytes = picture(
        &frame,
        Encoding::from(ImageFormat::Jpeg).with_jpeg_quality(100),
    );
    let bytes = bytes.expect("a picture").bytes;
    let decoded = image::load_from_memory(&bytes).expect("a JPEG").into_rgb8();
    let expected = frame.to_image().expect("colour");
    for (pixel, expected) in decoded.pixels().zip(expected.pixels()) {
        for channel in 0..3 {
            assert!(pixel[channel].abs_diff(expected[channel]) <= 4);
        }
    }
}

#[test]
fn formats_that_no_request_can_name_are_refused() {
    let error = picture(&frame(2, 2, false), ImageFormat::Gif).expect_err("not supported");
    assert_eq!(error.code(), "encode_failed");
}

#[test]
fn a_frame_becomes_an_image_with_the_same_pixels() {
    let frame = frame(5, 3, true);
    let rgba = frame.color_rgba.clone().expect("colour");
    let place = frame.color_rgba.as_ref().map(Vec::as_ptr);
    assert_eq!(frame.to_image().expect("an image").into_raw(), rgba);
    assert_eq!(
        frame
            .clone()
            .into_depth_image()
            .expect_err("not drawn")
            .code(),
        "encode_failed"
    );
    let image = image::RgbaImage::try_from(frame).expect("an image");
    assert_eq!(image.dimensions(), (5, 3));
    assert_eq!(Some(image.as_ptr()), place, "the pixels were copied");
    assert_eq!(image.into_raw(), rgba);
}

#[test]
fn an_encoder_is_used_again() {
    let frames = [
        frame(40, 30, false),
        frame(9, 70, true),
        frame(64, 64, false),
    ];
    let mut encoder = Encoder::new();
    let mut out = vec![1; 5];
    for format in LOSSLESS {
        for compression in [Compression::Fast, Compression::Small] {
            for frame in &frames {
                let encoding = encoding(format, compression);
                encoder
                    .encode(frame, encoding, &mut out)
                    .expect("a picture");
                assert_eq!(out, picture(frame, encoding).expect("a picture").bytes);
            }
        }
    }
    let problem = encoder.encode(&frames[1], ImageFormat::Jpeg, &mut out);
    assert_eq!(
        problem.expect_err("a transparent JPEG").code(),
        "encode_failed"
    );
}

#[test]
fn a_frame_whose_colour_has_another_size_is_refused() {
    for (width_px, bytes) in [(0, 0), (2, 7), (2, 12), (3, 8)] {
        let mut wrong = frame(1, 1, false);
        wrong.width_px = width_px;
        wrong.color_rgba = Some(vec![0; bytes]);
        for format in LOSSLESS.into_iter().chain([ImageFormat::Jpeg]) {
            let error = picture(&wrong, format).expect_err("no picture");
            assert_eq!(error.code(), "encode_failed");
        }
    }
}

#[test]
fn a_cancelled_picture_is_not_finished() {
    use std::cell::Cell;

    // Large enough for a file to be written in several pieces.
    let frame = frame(97, 61, false);
    for (format, compression) in [
        (ImageFormat::Png, Compression::Small),
        (ImageFormat::Jpeg, Compression::Fast),
        (ImageFormat::Jpeg, Compression::Small),
        (ImageFormat::WebP, Compression::Fast),
        (ImageFormat::Bmp, Compression::Fast),
        (ImageFormat::Qoi, Compression::Fast),
        (ImageFormat::Tiff, Compression::Fast),
    ] {
        let encoding = encoding(format, compression);
        let asked = Cell::new(0);
        let ask = |most: u32| {
            asked.set(asked.get() + 1);
            asked.get() > most
        };
        let mut out = Vec::new();
        let mut encoder = Encoder::new();
        let mut encode = |most: u32| {
            asked.set(0);
            let done = encoder.encode_while(&frame, encoding, &mut out, &|| ask(most));
            (done.map_err(|error| error.code()), asked.get(), out.clone())
        };
        let (whole, times, bytes) = encode(u32::MAX);
        assert_eq!(whole, Ok(()), "{format:?}");
        assert_eq!(
            bytes,
            picture(&frame, encoding).expect("a valid picture").bytes
        );
        assert!(times >= 2, "{format:?} asks {times} times");
        let (stopped, asked_until, _) = encode(1);
        assert_eq!(stopped, Err("cancelled"), "{format:?}");
        // The encoder polls once more to find the reason for the writer's failure.
        assert!(asked_until <= 4, "{format:?} went on");
    }
}
