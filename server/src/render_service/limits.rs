//! Limits of one request beyond its validity: lengths of texts, samples, memory.

use std::time::Duration;

use axum::http::StatusCode;
use molshot_renderer::CancelToken;
use molshot_renderer::cost::covered_samples;
use molshot_scenes::request::{
    Compression, ImageFormat, OutputRequest, StructureSource, StyleRequest, TextRequest,
};
use molshot_scenes::transforms::TransformRequest;
use molshot_scenes::{Plane, RenderJob, RenderRequest, Scene, SceneDocument, SceneError};

use super::output::RequestedOutputs;
use crate::config::Config;
use crate::error::Problem;

/// Limits of one image.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    text_bytes: usize,
    samples: u64,
    covered_samples: u64,
}

impl Limits {
    /// The limits of a configuration.
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            text_bytes: usize::try_from(config.text_max_bytes).unwrap_or(usize::MAX),
            samples: config.samples_max,
            covered_samples: config.covered_samples_max,
        }
    }

    /// Refuses texts that are too long: the cost of a selection grows with its length.
    pub(crate) fn check_document(&self, document: &SceneDocument) -> Result<(), Problem> {
        let SceneDocument {
            structure, request, ..
        } = document;
        let style = &request.style;
        let texts = style.texts.iter().enumerate();
        let transforms = request.transforms.iter().enumerate();
        let files: &[_] = match structure {
            StructureSource::Files { files } => files,
            _ => &[],
        };
        let all = [("/select".to_owned(), request.select.as_str().len())]
            .into_iter()
            .chain(
                request
                    .commands
                    .entries()
                    .iter()
                    .enumerate()
                    .map(|(i, text)| (format!("/commands/{i}"), text.len())),
            )
            .chain(
                style
                    .cartoon
                    .iter()
                    .map(|text| ("/style/cartoon".to_owned(), text.as_str().len())),
            )
            .chain(texts.map(|(i, text)| (format!("/style/texts/{i}"), longest_in_text(text))))
            .chain(
                transforms
                    .map(|(i, moved)| (format!("/transforms/{i}"), longest_in_transform(moved))),
            )
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
                    .map(|text| ("/style/residue".to_owned(), text.as_str().len())),
            )
            .chain(surface_texts(style));
        for (pointer, bytes) in all {
            if bytes > self.text_bytes {
                return Err(Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "string_too_long",
                    format!(
                        "{pointer}: the text has {bytes} bytes; give at most {}",
                        self.text_bytes
                    ),
                )
                .at(pointer));
            }
        }
        Ok(())
    }

    /// Refuses images with too many samples, or with too many bodies over them. Returns the
    /// estimated number of samples that bodies cover, summed over the bodies.
    pub(crate) fn check_job(&self, job: &RenderJob, cancel: &CancelToken) -> Result<u64, Problem> {
        let samples = pixels(job) * u64::from(job.samples().count());
        if samples > self.samples {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "picture_too_large",
                format!(
                    "/output: the image has {samples} samples (pixels times samples per pixel); give at most {}, or crop",
                    self.samples
                ),
            )
            .at("/output"));
        }
        let covered = covered_samples(job, self.covered_samples, cancel)
            .map_err(|cancelled| Problem::from(SceneError::from(cancelled)))?;
        if covered > self.covered_samples {
            return Err(Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "picture_too_costly",
                format!(
                    "/output: the atoms and bonds of the image cover about {covered} samples, added up (pixels times samples per pixel, once for each atom or bond); at most {} are allowed: draw a smaller image, fewer samples per pixel, a crop, or fewer atoms (`select`)",
                    self.covered_samples
                ),
            )
            .at("/output"));
        }
        Ok(covered)
    }
}

/// Length of the longest text in a label.
fn longest_in_text(label: &TextRequest) -> usize {
    label
        .text
        .len()
        .max(label.at.as_ref().map_or(0, |at| at.as_str().len()))
}

/// Places and lengths of the selections of surfaces and opacities.
fn surface_texts(style: &StyleRequest) -> impl Iterator<Item = (String, usize)> {
    let surface = style.surface.iter().flat_map(|surface| {
        let enclose = surface.enclose.as_ref().map(|text| ("enclose", text));
        [("select", &surface.select)].into_iter().chain(enclose)
    });
    let surface = surface.map(|(key, text)| (format!("/style/surface/{key}"), text.as_str().len()));
    let opacities = style.opacities.iter().enumerate().map(|(index, entry)| {
        let pointer = format!("/style/opacities/{index}/select");
        (pointer, entry.select.as_str().len())
    });
    surface.chain(opacities)
}

/// Length of the longest text in a transform.
fn longest_in_transform(transform: &TransformRequest) -> usize {
    let commands = transform.commands.entries().iter().map(String::len);
    commands.fold(transform.select.as_str().len(), usize::max)
}

/// Bytes of all selections that decide what is drawn.
pub(super) fn selection_bytes(request: &RenderRequest) -> usize {
    let texts = request.style.texts.iter();
    let texts = texts.filter_map(|text| Some(text.at.as_ref()?.as_str().len()));
    let transforms = request.transforms.iter();
    let transforms = transforms.map(|moved| moved.select.as_str().len());
    let surfaces = surface_texts(&request.style).map(|(_, bytes)| bytes);
    let cartoon = request.style.cartoon.as_ref();
    let cartoon = cartoon.map_or(0, |cartoon| cartoon.as_str().len());
    request.select.as_str().len()
        + cartoon
        + texts.sum::<usize>()
        + transforms.sum::<usize>()
        + surfaces.sum::<usize>()
}

/// Bytes of all view commands.
pub(super) fn command_bytes(request: &RenderRequest) -> usize {
    request.commands.entries().iter().map(String::len).sum()
}

/// Estimated time for drawing and encoding on one processor of 2020, within a factor of about
/// three.
pub(super) fn estimate_time(
    job: &RenderJob,
    outputs: &RequestedOutputs,
    output: &OutputRequest,
    covered_samples: u64,
) -> Duration {
    /// Times of one pixel: drawing and a fast PNG; another encoder; each further file; effects.
    const PIXEL_NS: u64 = 20;
    const SLOW_ENCODER_NS: u64 = 60;
    const PLANE_NS: u64 = 20;
    const EFFECTS_NS: u64 = 200;
    /// Times of one atom or bond: preparation and projection; annotations.
    const BODY_NS: u64 = 100;
    const ANNOTATED_NS: u64 = 3000;
    /// Covered samples of which each takes a nanosecond together.
    const COVERED_PER_NS: u64 = 4;
    let scene = job.scene();
    let bodies = (scene.spheres.len() + scene.cylinders.len() + scene.mesh.triangles.len()) as u64;
    let mut of_pixel = PIXEL_NS + PLANE_NS * outputs.planes.len() as u64;
    if is_repacked(output) {
        of_pixel += SLOW_ENCODER_NS;
    }
    if !scene.effects.is_none() {
        of_pixel += EFFECTS_NS * u64::from(job.samples().count());
    }
    let of_body = match outputs.annotations {
        Some(_) => BODY_NS + ANNOTATED_NS,
        None => BODY_NS,
    };
    Duration::from_nanos(
        pixels(job) * of_pixel + bodies * of_body + covered_samples / COVERED_PER_NS,
    )
}

/// Whether the encoder copies and compresses all pixels.
fn is_repacked(output: &OutputRequest) -> bool {
    output.image_format() != ImageFormat::Png || output.compression == Compression::Small
}

/// Number of pixels that are drawn.
pub(super) fn pixels(job: &RenderJob) -> u64 {
    let crop = job.viewport().crop;
    u64::from(crop.width_px) * u64::from(crop.height_px)
}

/// Memory of the annotations of an atom and of their JSON, bytes; measured with 1.9 million atoms.
const ANNOTATION_BYTES_PER_ATOM: u64 = 1000;

/// Estimated memory for drawing and encoding, bytes: planes, their arrays, encoder buffers,
/// effects, annotations.
pub(super) fn estimate_bytes(
    job: &RenderJob,
    outputs: &RequestedOutputs,
    output: &OutputRequest,
) -> u64 {
    let planes: u64 = job
        .planes()
        .iter()
        .copied()
        .map(Plane::bytes_per_pixel)
        .sum();
    let arrays: u64 = outputs
        .planes
        .iter()
        .filter(|plane| outputs.arrays && **plane != Plane::Color && !plane.is_mask())
        .map(|plane| plane.bytes_per_pixel())
        .sum();
    // The filtered pixels and the encoded file. The file is small for a usual scene, but as large
    // as the pixels for noise.
    let encoding = if is_repacked(output) { 8 } else { 4 };
    let annotations = match outputs.annotations {
        Some(_) => job.scene().structure.atoms().len() as u64 * ANNOTATION_BYTES_PER_ATOM,
        None => 0,
    };
    pixels(job) * (planes + arrays + encoding) + effect_bytes(job) + body_bytes(job) + annotations
}

/// Estimated memory of the bodies of a scene in the picture, bytes.
fn body_bytes(job: &RenderJob) -> u64 {
    let scene = job.scene();
    // Corners in the scene and as projected, triangles and lists of them.
    let mesh = scene.mesh.vertices.len() as u64 * 60 + scene.mesh.triangles.len() as u64 * 40;
    scene.spheres.len() as u64 * 120 + scene.cylinders.len() as u64 * 200 + mesh
}

/// Estimated memory of a scene without its structure, bytes.
pub(super) fn scene_bytes(scene: &Scene) -> u64 {
    let mesh = scene.mesh.vertices.len() * 32 + scene.mesh.triangles.len() * 12;
    let own = scene.spheres.len() * 40
        + scene.cylinders.len() * 80
        + scene.labels.list.len() * 160
        + mesh;
    own as u64 + 2048
}

/// Estimated memory of effects, bytes. They are computed strip by strip of a magnified image.
fn effect_bytes(job: &RenderJob) -> u64 {
    /// Pixels of a strip with its margins.
    const STRIP_PIXELS: u64 = 1 << 22;
    /// Colour, depth, normal and intermediate values.
    const BYTES_PER_PIXEL: u64 = 32;
    if job.scene().effects.is_none() {
        return 0;
    }
    let magnified = pixels(job) * u64::from(job.samples().count());
    magnified.min(STRIP_PIXELS) * BYTES_PER_PIXEL
}
