//! Pictures and their PNG files, to compare with other decoders:
//! `png_stream COUNT [SCENE_FOLDER...] > stream`.
//!
//! `COUNT` pictures of random content and size, and then as many of each folder (in PDBbind layout)
//! or structure file, turned. Each record is, in 32-bit little-endian numbers, width, height,
//! whether it is transparent and the file's length; then RGBA pixels; then the file.
//! `scripts/check-png` reads them.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use molshot_molecule::ReadOptions;
use molshot_molecule::{FolderOptions, read_input};
use molshot_renderer::{AdapterChoice, Encoder, Frame, open};
use molshot_scenes::build::PreparedScene;
use molshot_scenes::commands::Axis;
use molshot_scenes::request::{BackgroundRequest, Compression, ImageFormat, Preset};
use molshot_scenes::{Command, RenderRequest};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let count: u32 = arguments.first().ok_or("say how many")?.parse()?;
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let mut encoder = Encoder::new();
    let mut file = Vec::new();
    let mut draw = open(AdapterChoice::Software)?;
    let mut put = |frame: &Frame| -> Result<(), Box<dyn std::error::Error>> {
        encoder.encode(frame, ImageFormat::Png, &mut file)?;
        let pixels = frame.color_rgba.as_deref().unwrap_or_default();
        for number in [
            frame.width_px,
            frame.height_px,
            u32::from(frame.transparent),
            file.len() as u32,
        ] {
            out.write_all(&number.to_le_bytes())?;
        }
        out.write_all(pixels)?;
        out.write_all(&file)?;
        Ok(())
    };
    let mut random = Random(0x006d_6f6c_7368_6f74);
    let nothing = "HETATM    1  O   HOH A   1       0.000   0.000   0.000";
    let water = molshot_molecule::read_bytes(
        "water.pdb",
        nothing.as_bytes(),
        molshot_molecule::PartRole::Whole,
        &ReadOptions::default(),
    )?;
    let mut request = RenderRequest::default();
    request.style.solvent = true;
    request.output.compression = Compression::Fast;
    // Only drawing makes a frame; its content is replaced.
    let mut frame = draw.draw(&PreparedScene::new(Arc::new(water), &request)?.job()?)?;
    for _ in 0..count {
        random.fill(&mut frame);
        put(&frame)?;
    }
    for input in &arguments[1..] {
        let structure = Arc::new(read_input(
            Path::new(input),
            FolderOptions::default(),
            &ReadOptions::default(),
        )?);
        for index in 0..count {
            let size = 64 + random.below(200) as u32;
            (request.output.width_px, request.output.height_px) = (size, size + index % 7);
            request.style.preset =
                [Preset::Misi, Preset::Spacefill, Preset::BallAndStick][random.below(3) as usize];
            request.style.background = match random.below(3) {
                0 => BackgroundRequest::Transparent,
                1 => BackgroundRequest::Color("white".parse()?),
                _ => BackgroundRequest::default(),
            };
            let turns = [Axis::X, Axis::Y].map(|axis| Command::Turn {
                axis,
                degrees: random.below(360) as f64,
            });
            let job = PreparedScene::new(Arc::clone(&structure), &request)?.job_with(&turns)?;
            let frame = draw.draw(&job)?;
            put(&frame)?;
            draw.recycle(frame);
        }
    }
    out.flush()?;
    Ok(())
}

/// Random numbers (xorshift64*), the same on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }

    /// Noise of few or many values, in runs of any length.
    fn fill(&mut self, frame: &mut Frame) {
        (frame.width_px, frame.height_px) = (1 + self.below(300) as u32, 1 + self.below(60) as u32);
        frame.transparent = self.below(2) == 0;
        let values = 1 + self.below(256);
        let longest = [1, 3, 90, 20_000][self.below(4) as usize];
        let mut pixels = Vec::new();
        while pixels.len() < frame.pixel_count() {
            let mut pixel = [0; 4].map(|_| self.below(values) as u8);
            if !frame.transparent {
                pixel[3] = 255;
            }
            let run = 1 + self.below(longest) as usize;
            pixels.extend(std::iter::repeat_n(pixel, run));
        }
        pixels.truncate(frame.pixel_count());
        frame.color_rgba = Some(pixels.concat());
    }
}
