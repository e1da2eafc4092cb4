//! What a request may ask for, beyond what is sound in itself.

use axum::http::StatusCode;
use molshot_scenes::request::{Compression, ImageFormat, OutputRequest, StructureSource};
use molshot_scenes::{Plane, RenderJob, RenderRequest};

use super::encode::Parts;
use crate::config::Config;
use crate::error::Problem;

/// Bounds of one picture.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    text_bytes: usize,
    samples: u64,
}

impl Limits {
    /// Those of a configuration.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            text_bytes: usize::try_from(config.text_max_bytes).unwrap_or(usize::MAX),
            samples: config.samples_max,
        }
    }

    /// Refuses texts that are too long; a selection's cost grows with it.
    pub(crate) fn check_request(&self, request: &RenderRequest) -> Result<(), Problem> {
        let style = &request.style;
        let texts = style.texts.iter().enumerate();
        let transforms = request.transforms.iter().enumerate();
        let files: &[_] = match &request.structure {
            StructureSource::Files { files } => files,
            _ => &[],
        };
        let all = [("/select".to_owned(), request.select.len())]
            .into_iter()
            .chain(
                request
                    .commands
                    .iter()
                    .enumerate()
                    .map(|(i, text)| (format!("/commands/{i}"), text.len())),
            )
            .chain(texts.map(|(i, text)| (format!("/style/texts/{i}"), longest(text))))
            .chain(transforms.map(|(i, moved)| (format!("/transforms/{i}"), longest(moved))))
            .chain(
                files
                    .iter()
                    .enumerate()
                    .map(|(i, file)| (format!("/structure/files/{i}/name"), file.name.len())),
            )
            .chain(
                style
                    .residue
                    .iter()
                    .map(|text| ("/style/residue".to_owned(), text.len())),
            );
        for (pointer, bytes) in all {
            if bytes > self.text_bytes {
                return Err(Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "string_too_long",
                    format!(
                        "{pointer}: a text of {bytes} bytes; give at most {}",
                        self.text_bytes
                    ),
                )
                .at(pointer));
            }
        }
        Ok(())
    }

    /// Refuses pictures with too many samples.
    pub(crate) fn check_job(&self, job: &RenderJob) -> Result<(), Problem> {
        let samples = pixels(job) * u64::from(job.samples().count());
        if samples <= self.samples {
            return Ok(());
        }
        Err(Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "picture_too_large",
            format!(
                "/output: {samples} samples (pixels times samples a pixel) are too many; give at most {}, or crop",
                self.samples
            ),
        )
        .at("/output"))
    }
}

/// Length of the longest text of a part of a request.
fn longest(part: &impl serde::Serialize) -> usize {
    fn of(value: &serde_json::Value) -> usize {
        match value {
            serde_json::Value::String(text) => text.len(),
            serde_json::Value::Array(values) => values.iter().map(of).max().unwrap_or(0),
            serde_json::Value::Object(values) => values.values().map(of).max().unwrap_or(0),
            _ => 0,
        }
    }
    serde_json::to_value(part).map_or(0, |value| of(&value))
}

/// Pixels that are drawn.
pub(super) fn pixels(job: &RenderJob) -> u64 {
    let crop = job.viewport().crop;
    u64::from(crop.width_px) * u64::from(crop.height_px)
}

/// About what a picture takes in memory while it is made, bytes: its planes, their arrays, what
/// encoders take beside, annotations.
pub(super) fn bytes_of(job: &RenderJob, parts: &Parts, output: &OutputRequest) -> u64 {
    let planes: u64 = job
        .planes()
        .iter()
        .copied()
        .map(Plane::bytes_per_pixel)
        .sum();
    let arrays: u64 = parts
        .planes
        .iter()
        .filter(|plane| parts.arrays && **plane != Plane::Color && !plane.is_mask())
        .map(|plane| plane.bytes_per_pixel())
        .sum();
    // The pixels as files hold them, and what they become: nearly nothing of a scene, all of them
    // of noise.
    let is_repacked =
        output.image_format() != ImageFormat::Png || output.compression == Compression::Small;
    let encoding = if is_repacked { 8 } else { 4 };
    let annotations = match parts.annotations {
        Some(_) => job.scene().structure.atoms().len() as u64 * 400,
        None => 0,
    };
    pixels(job) * (planes + arrays + encoding) + effect_bytes(job) + annotations
}

/// What effects take beside, bytes: they are made strip by strip of a magnified picture.
fn effect_bytes(job: &RenderJob) -> u64 {
    /// Pixels of a strip with what is around it.
    const STRIP_PIXELS: u64 = 1 << 22;
    /// Colour, depth, normal and what the effects reckon with.
    const BYTES_PER_PIXEL: u64 = 32;
    if job.scene().effects.is_none() {
        return 0;
    }
    let magnified = pixels(job) * u64::from(job.samples().count());
    magnified.min(STRIP_PIXELS) * BYTES_PER_PIXEL
}
