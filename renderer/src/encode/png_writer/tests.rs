//! What is written is read again by the png crate, its checksums included.

use proptest::prelude::*;

use super::*;

/// Decodes a file; both checksums must be right. Gives size, channels and samples.
fn decoded(file: &[u8]) -> (u32, u32, usize, Vec<u8>) {
    let mut options = png::DecodeOptions::default();
    options.set_ignore_checksums(false);
    let mut reader = png::Decoder::new_with_options(std::io::Cursor::new(file), options)
        .read_info()
        .expect("a header");
    let mut samples = vec![0; reader.output_buffer_size().expect("a size")];
    let info = reader.next_frame(&mut samples).expect("pixels");
    reader.finish().expect("nothing after them but the end");
    (info.width, info.height, info.color_type.samples(), samples)
}

/// Writes a picture, in both forms when it is opaque, and asserts that it is read as it was.
fn check(width: u32, height: u32, rgba: &[u8]) {
    let opaque = rgba.chunks(4).all(|pixel| pixel[3] == 255);
    for transparent in [true, false] {
        if !transparent && !opaque {
            continue;
        }
        // What was there before stays.
        let mut file = b"before".to_vec();
        write(width, height, rgba, transparent, &mut file, &|| false).expect("a picture");
        assert!(file.starts_with(b"before"));
        let (w, h, channels, samples) = decoded(&file[6..]);
        assert_eq!((w, h), (width, height));
        assert_eq!(channels, if transparent { 4 } else { 3 });
        let expected: Vec<u8> = rgba
            .chunks(4)
            .flat_map(|pixel| &pixel[..channels])
            .copied()
            .collect();
        assert!(samples == expected, "{width} x {height}, {transparent}");
    }
}

/// Random numbers (xorshift64*, Marsaglia 2003 and Vigna 2016), the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }

    fn pixel(&mut self, opaque: bool) -> Pixel {
        let alpha = if opaque { 255 } else { self.below(256) as u8 };
        [
            self.below(256) as u8,
            self.below(256) as u8,
            self.below(256) as u8,
            alpha,
        ]
    }

    /// Noise, one colour, stripes of any length, or soft shapes on a ground.
    fn picture(&mut self, width: u64, height: u64) -> Vec<u8> {
        let opaque = self.below(2) == 0;
        let ground = self.pixel(opaque);
        let kind = self.below(5);
        let mut pixels = vec![ground; (width * height) as usize];
        match kind {
            0 => {}
            1 => pixels.fill_with(|| self.pixel(opaque)),
            2 => {
                let mut at = 0;
                while at < pixels.len() {
                    let end = (at + 1 + self.below(2 * width) as usize).min(pixels.len());
                    let color = self.pixel(opaque);
                    pixels[at..end].fill(color);
                    at = end;
                }
            }
            _ => {
                for _ in 0..self.below(6) {
                    let [x0, y0] = [self.below(width), self.below(height)];
                    let radius = 1 + self.below(width.min(40));
                    let color = self.pixel(opaque);
                    for (index, pixel) in pixels.iter_mut().enumerate() {
                        let [x, y] = [index as u64 % width, index as u64 / width];
                        let square = x.abs_diff(x0).pow(2) + y.abs_diff(y0).pow(2);
                        if square < radius * radius {
                            let light = 255 - square * 200 / (radius * radius);
                            *pixel = color.map(|byte| (u64::from(byte) * light / 255) as u8);
                            pixel[3] = color[3];
                        }
                    }
                }
            }
        }
        pixels.concat()
    }
}

#[test]
fn a_thousand_pictures_are_read_as_they_were() {
    let mut random = Random(0x006d_6f6c_7368_6f74);
    for index in 0..1000 {
        // Every width up to 70, and so every rest of a block.
        let width = 1 + index % 70;
        let height = 1 + random.below(40);
        let picture = random.picture(width, height);
        check(width as u32, height as u32, &picture);
    }
}

#[test]
fn runs_of_every_length_are_read_as_they_were() {
    // The second row differs from the first in one pixel; what follows it to the row's end is one
    // run, and so is what is before it.
    for width in 1..400_usize {
        let mut pixels = vec![[9, 8, 7, 255]; 2 * width];
        pixels[width + width / 3] = [1, 2, 3, 255];
        check(width as u32, 2, &pixels.concat());
    }
}

#[test]
fn alpha_that_an_opaque_picture_should_not_have_is_left_out() {
    let rgba: Vec<u8> = (0..=255).cycle().take(16 * 9 * 4).collect();
    let mut file = Vec::new();
    write(16, 9, &rgba, false, &mut file, &|| false).expect("a picture");
    let (_, _, channels, samples) = decoded(&file);
    let expected: Vec<u8> = rgba
        .chunks(4)
        .flat_map(|pixel| &pixel[..3])
        .copied()
        .collect();
    assert_eq!((channels, samples), (3, expected));
}

#[test]
fn what_is_no_picture_is_refused() {
    let refused = |width, height, bytes: usize| {
        let mut out = vec![7];
        assert_eq!(
            write(width, height, &vec![0; bytes], false, &mut out, &|| false),
            None
        );
        assert_eq!(out, [7]);
    };
    refused(0, 0, 0);
    refused(0, 3, 0);
    refused(2, 2, 15);
    refused(2, 2, 20);
    refused(u32::MAX, 1, 4);
    refused(u32::MAX, u32::MAX, 4);
}

#[test]
fn a_used_buffer_takes_no_more_memory() {
    let mut random = Random(1);
    let rgba = random.picture(200, 150);
    let mut out = Vec::new();
    write(200, 150, &rgba, true, &mut out, &|| false).expect("a picture");
    let (first, capacity, place) = (out.clone(), out.capacity(), out.as_ptr());
    for _ in 0..3 {
        out.clear();
        write(200, 150, &rgba, true, &mut out, &|| false).expect("a picture");
        assert_eq!(out, first);
        assert_eq!((out.capacity(), out.as_ptr()), (capacity, place));
    }
}

#[test]
fn the_bytes_are_these() {
    // A black square of 2 pixels: no other machine, and no later version by accident, may write
    // others.
    let mut out = Vec::new();
    write(2, 2, &[0, 0, 0, 255].repeat(4), false, &mut out, &|| false).expect("a picture");
    let hash = crc32fast::hash(&out[..out.len() - 12]);
    assert_eq!((out.len(), hash), (196, 4_087_072_222));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn any_bytes_are_read_as_they_were(width in 1_u32..71, mut bytes in prop::collection::vec(0_u8..4, 4..4000)) {
        // Few values, so that pixels repeat; at least one row.
        let row = width as usize * 4;
        bytes.resize(bytes.len().next_multiple_of(row), 255);
        check(width, (bytes.len() / row) as u32, &bytes);
    }

    #[test]
    fn any_noise_is_read_as_it_was(width in 1_u32..71, mut bytes in prop::collection::vec(any::<u8>(), 4..4000)) {
        let row = width as usize * 4;
        bytes.resize(bytes.len().next_multiple_of(row), 255);
        check(width, (bytes.len() / row) as u32, &bytes);
    }
}
