//! Pictures from and to PNG files.

use std::fs;
use std::path::{Path, PathBuf};

use super::compare::Picture;

/// Reads an 8-bit RGB or RGBA file; a picture without alpha is opaque.
pub(crate) fn read(path: &Path) -> Picture {
    let named = |error: &dyn std::fmt::Display| -> ! { panic!("{}: {error}", path.display()) };
    let file = fs::File::open(path).unwrap_or_else(|error| named(&error));
    let mut reader = png::Decoder::new(std::io::BufReader::new(file))
        .read_info()
        .unwrap_or_else(|error| named(&error));
    let mut bytes = vec![0; reader.output_buffer_size().expect("a small picture")];
    let info = reader
        .next_frame(&mut bytes)
        .unwrap_or_else(|error| named(&error));
    bytes.truncate(info.buffer_size());
    let rgba = match (info.color_type, info.bit_depth) {
        (png::ColorType::Rgb, png::BitDepth::Eight) => bytes
            .as_chunks::<3>()
            .0
            .iter()
            .map(|[r, g, b]| [*r, *g, *b, 255])
            .collect(),
        (png::ColorType::Rgba, png::BitDepth::Eight) => bytes.as_chunks::<4>().0.to_vec(),
        other => named(&format!("{other:?} is neither RGB nor RGBA of 8 bits")),
    };
    Picture {
        width_px: info.width,
        height_px: info.height,
        rgba: Some(rgba),
        ..Picture::default()
    }
}

/// Where a test leaves a picture to look at: `name` in cargo's folder for test output.
pub(crate) fn output_file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("{}.png", name.replace([' ', '/'], "-")))
}

/// Writes pictures of one size side by side.
pub(crate) fn write_sheet(path: &Path, width_px: u32, height_px: u32, pictures: &[Vec<[u8; 3]>]) {
    let width = width_px as usize;
    let rows: Vec<u8> = (0..height_px as usize)
        .flat_map(|row| {
            pictures
                .iter()
                .map(move |part| &part[row * width..][..width])
        })
        .flat_map(|row| row.as_flattened().to_vec())
        .collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, width_px * pictures.len() as u32, height_px);
    encoder.set_color(png::ColorType::Rgb);
    encoder
        .write_header()
        .and_then(|mut writer| writer.write_image_data(&rows))
        .expect("pictures side by side are a picture");
    fs::create_dir_all(path.parent().expect("a file in a folder"))
        .and_then(|()| fs::write(path, bytes))
        .expect("cargo's folder for test output can be written");
}
