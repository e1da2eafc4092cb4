//! Job to frame: tiles, over one thread or several.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use fearless_simd::{Fallback, Level, Simd};
use molshot_scenes::{Plane, RenderJob, Samples};

use super::band::{Band, Part, Plan, bands};
use super::bins::{Bins, Grid};
use super::bodies::Bodies;
use super::camera::Camera;
use super::edges::Edges;
use super::level::InstructionSet;
use super::shade::Queue;
use super::spare::Spare;
use super::tile::{NOTHING, Picture, TILE_PX, Tile};
use super::upload::Upload;
use crate::backend::Draw;
use crate::error::RenderError;
use crate::frame::{Frame, Timings};
use crate::labels::{self, LabelDrawer};

/// The built-in rasteriser.
#[derive(Debug)]
pub struct SoftwareBackend {
    set: InstructionSet,
    level: Level,
    name: String,
    upload: Option<Upload>,
    bodies: Bodies,
    bins: Bins,
    workers: Vec<Worker>,
    /// Planes of a frame that was given back.
    spare: Spare,
    labels: LabelDrawer,
}

/// What one thread works with.
#[derive(Debug, Default)]
struct Worker {
    tile: Tile,
    edges: Edges,
    queue: Queue,
    /// Colours of the samples of a tile's edges, then of its highlights.
    colors: Vec<u32>,
    /// Pixels whose shading is to be sampled.
    highlights: Vec<u16>,
}

impl SoftwareBackend {
    /// A back end with the processor's best instructions that draws with the calling thread alone: for one picture a thread.
    #[must_use]
    pub fn new() -> Self {
        let set = InstructionSet::best();
        Self::build(set, set.level().unwrap_or(Level::fallback()), 1)
    }

    /// A back end with an instruction set and with `threads` threads (at least one) for each picture. `None` when the processor lacks
    /// the set.
    #[must_use]
    pub fn with(set: InstructionSet, threads: usize) -> Option<Self> {
        Some(Self::build(set, set.level()?, threads))
    }

    fn build(set: InstructionSet, level: Level, threads: usize) -> Self {
        let mut workers = Vec::new();
        workers.resize_with(threads.max(1), Worker::default);
        Self {
            set,
            level,
            name: format!("built-in software ({})", set.name()),
            upload: None,
            bodies: Bodies::default(),
            bins: Bins::default(),
            workers,
            spare: Spare::default(),
            labels: LabelDrawer::default(),
        }
    }

    /// The instructions it draws with.
    #[must_use]
    pub fn instruction_set(&self) -> InstructionSet {
        self.set
    }

    fn draw_job(&mut self, job: &RenderJob) -> Result<Frame, RenderError> {
        let mut timings = Timings::default();
        let start = Instant::now();
        let upload = match self.upload.take() {
            Some(upload) if upload.holds(job.scene()) => upload,
            _ => {
                let upload = Upload::new(job.scene());
                timings.upload = start.elapsed();
                upload
            }
        };
        let start = Instant::now();
        let camera = Camera::new(job, upload.origin);
        let crop = job.viewport().crop;
        let wants = |plane| job.planes().contains(&plane);
        let antialiased = wants(Plane::Color) && job.samples() != Samples::One;
        let apron = usize::from(antialiased);
        let step = TILE_PX - 2 * apron;
        let grid = Grid {
            origin_px: [crop.x_px as i32, crop.y_px as i32],
            step_px: step as i32,
            apron_px: apron as i32,
            columns: (crop.width_px as usize).div_ceil(step),
            rows: (crop.height_px as usize).div_ceil(step),
        };
        let drawn = [
            grid.origin_px[0] - 1,
            grid.origin_px[1] - 1,
            grid.origin_px[0] + crop.width_px as i32,
            grid.origin_px[1] + crop.height_px as i32,
        ];
        self.bodies.look(&upload, &camera, drawn);
        self.bins.fill(&self.bodies.seen, &grid);

        let width = crop.width_px as usize;
        let pixels = width * crop.height_px as usize;
        let mut frame = self.spare.frame(job, pixels, &self.name)?;
        let background = job.scene().background;
        let [red, green, blue] = background.color;
        let plan = Plan {
            picture: Picture {
                camera: &camera,
                upload: &upload,
                bodies: &self.bodies,
                disorder: self.bins.disorder,
            },
            bins: &self.bins,
            grid,
            width_px: width,
            height_px: crop.height_px as usize,
            offsets_px: if antialiased {
                job.samples().offsets_px()
            } else {
                &[]
            },
            planes: job.planes().iter().any(|plane| *plane != Plane::Color),
            background: u32::from_le_bytes([
                red,
                green,
                blue,
                if background.transparent { 0 } else { 255 },
            ]),
            transparent: background.transparent,
            residue_of: &job.scene().structure.atoms().residue,
        };
        let bands = Mutex::new(bands(&mut frame, &plan));
        let next = || bands.lock().unwrap_or_else(PoisonError::into_inner).next();
        let level = self.level;
        if let [worker] = self.workers.as_mut_slice() {
            while let Some(band) = next() {
                draw_band(level, &plan, worker, band);
            }
        } else {
            std::thread::scope(|scope| {
                for worker in &mut self.workers {
                    scope.spawn(|| {
                        while let Some(band) = next() {
                            draw_band(level, &plan, worker, band);
                        }
                    });
                }
            });
        }
        drop(bands);
        timings.draw = start.elapsed();
        frame.timings = timings;
        self.upload = Some(upload);
        Ok(frame)
    }
}

impl Default for SoftwareBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl Draw for SoftwareBackend {
    fn draw(&mut self, job: &RenderJob) -> Result<Frame, RenderError> {
        let mut frame = self.draw_job(&labels::underlay(job))?;
        self.labels.overlay(job, &mut frame);
        Ok(frame)
    }

    fn adapter(&self) -> &str {
        &self.name
    }

    fn recycle(&mut self, frame: Frame) {
        self.spare.keep(frame);
    }
}

fn draw_band(level: Level, plan: &Plan<'_>, worker: &mut Worker, band: Band<'_>) {
    match level {
        #[cfg(target_arch = "aarch64")]
        Level::Neon(simd) => draw_band_with(simd, plan, worker, band),
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Level::Sse2(simd) => draw_band_with(simd, plan, worker, band),
        #[cfg(any(target_arch = "x86", target_arch = "x86_64"))]
        Level::Avx2(simd) => draw_band_with(simd, plan, worker, band),
        _ => draw_band_with(Fallback::new(), plan, worker, band),
    }
}

fn draw_band_with<S: Simd>(simd: S, plan: &Plan<'_>, worker: &mut Worker, mut band: Band<'_>) {
    if plan.picture.camera.perspective {
        worker.draw_band::<_, true>(simd, plan, &mut band);
    } else {
        worker.draw_band::<_, false>(simd, plan, &mut band);
    }
}

impl Worker {
    fn draw_band<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        plan: &Plan<'_>,
        band: &mut Band<'_>,
    ) {
        for column in 0..plan.grid.columns {
            let members = plan.bins.members(column, band.row);
            if members.is_empty() {
                band.fill(plan, column);
            } else {
                self.draw_tile::<S, PERSPECTIVE>(simd, plan, column, members, band);
            }
        }
    }

    fn draw_tile<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        plan: &Plan<'_>,
        column: usize,
        members: &[u32],
        band: &mut Band<'_>,
    ) {
        let (grid, picture) = (&plan.grid, &plan.picture);
        let apron = grid.apron_px as usize;
        let origin = [
            grid.origin_px[0] + column as i32 * grid.step_px - grid.apron_px,
            grid.origin_px[1] + band.row as i32 * grid.step_px - grid.apron_px,
        ];
        self.tile.turn_to(picture.camera, origin);
        self.edges.pixels.clear();
        let samples = plan.offsets_px.len();
        if samples == 0 {
            self.tile
                .see::<S, PERSPECTIVE>(simd, picture, members, false);
        } else {
            self.tile
                .see::<S, PERSPECTIVE>(simd, picture, members, true);
            self.edges.find(simd, &self.tile);
            self.edges
                .see::<S, PERSPECTIVE>(simd, picture, members, &self.tile, plan.offsets_px);
        }
        let part = Part::of(plan, column, band);

        // Shading: once a pixel, once a sample at edges.
        band.fill(plan, column);
        let highlights = &mut self.highlights;
        highlights.clear();
        for row in 0..part.rows {
            let at = (row + apron) * TILE_PX + apron;
            // With planes all centres are shaded; else those of edges are left to their samples.
            let left_out = if plan.planes || samples == 0 {
                0
            } else {
                self.edges.rows[row + apron] >> apron
            };
            let y = self.tile.ys[row + apron];
            let keys = &self.tile.key[at..at + part.columns];
            let xs = &self.tile.xs[apron..apron + part.columns];
            for (column, (key, x)) in keys.iter().zip(xs).enumerate() {
                if *key != NOTHING && left_out >> column & 1 == 0 {
                    self.queue.push(picture, *x, y, *key, at + column);
                }
            }
        }
        let edge_rows = &self.edges.rows;
        self.queue
            .answer::<S, PERSPECTIVE>(simd, picture, |entry, answers, lane| {
                let at = entry.slot as usize;
                let (row, column) = (at / TILE_PX - apron, at % TILE_PX - apron);
                if plan.planes {
                    band.put(plan, &part, [row, column], entry.key, answers, lane);
                }
                band.set_color(&part, row, column, answers.color[lane]);
                if samples > 0
                    && answers.highlight >> lane & 1 == 1
                    && edge_rows[at / TILE_PX] >> (at % TILE_PX) & 1 == 0
                {
                    highlights.push(at as u16);
                }
            });
        if samples > 0 {
            self.sample::<S, PERSPECTIVE>(simd, plan, &part, band);
        }
    }

    /// Shades the samples of edges and of highlights, and sets the pixels' means.
    fn sample<S: Simd, const PERSPECTIVE: bool>(
        &mut self,
        simd: S,
        plan: &Plan<'_>,
        part: &Part,
        band: &mut Band<'_>,
    ) {
        let picture = &plan.picture;
        let samples = plan.offsets_px.len();
        let edges = self.edges.pixels.len();
        let count = (edges + self.highlights.len()) * samples;
        self.colors.clear();
        self.colors.resize(count, 0);
        // A pixel outside of the part is not shown: no need to shade it.
        for (edge, pixel) in self.edges.pixels.iter().enumerate() {
            if part.place(usize::from(*pixel), 1).is_some() {
                for sample in edge * samples..(edge + 1) * samples {
                    let key = self.edges.key[sample];
                    if key != NOTHING {
                        let (x, y) = (self.edges.xs[sample], self.edges.ys[sample]);
                        self.queue.push(picture, x, y, key, sample);
                    }
                }
            }
        }
        for (highlight, pixel) in self.highlights.iter().enumerate() {
            let at = usize::from(*pixel);
            let key = self.tile.key[at];
            let (x_px, y_px) = (
                self.tile.columns_px[at % TILE_PX],
                self.tile.rows_px[at / TILE_PX],
            );
            let slot = (edges + highlight) * samples;
            for (sample, [dx, dy]) in plan.offsets_px.iter().enumerate() {
                let x = picture.camera.ray_x(x_px + dx);
                let y = picture.camera.ray_y(y_px + dy);
                self.queue.push(picture, x, y, key, slot + sample);
            }
        }
        let colors = &mut self.colors;
        self.queue
            .answer::<S, PERSPECTIVE>(simd, picture, |entry, answers, lane| {
                colors[entry.slot as usize] = answers.color[lane];
            });
        for (group, pixel) in self.edges.pixels.iter().chain(&self.highlights).enumerate() {
            if let Some((row, column)) = part.place(usize::from(*pixel), 1) {
                let colors = &self.colors[group * samples..][..samples];
                band.set_color(part, row, column, mean(plan, colors));
            }
        }
    }
}

/// `shaders/resolve.wgsl`: the mean of whole numbers, rounded half up. A sample that met nothing is 0.
#[inline(always)]
fn mean(plan: &Plan<'_>, colors: &[u32]) -> u32 {
    let samples = colors.len() as u32;
    let (mut sum, mut covered) = ([0_u32; 3], 0);
    for color in colors {
        sum[0] += color & 255;
        sum[1] += color >> 8 & 255;
        sum[2] += color >> 16 & 255;
        covered += color >> 31;
    }
    if covered == 0 {
        return plan.background;
    }
    let background = [
        plan.background & 255,
        plan.background >> 8 & 255,
        plan.background >> 16 & 255,
    ];
    let mut bytes = [0, 0, 0, 255];
    if plan.transparent {
        for channel in 0..3 {
            bytes[channel] = ((2 * sum[channel] + covered) / (2 * covered)) as u8;
        }
        bytes[3] = ((2 * 255 * covered + samples) / (2 * samples)) as u8;
    } else {
        for channel in 0..3 {
            let whole = sum[channel] + (samples - covered) * background[channel];
            bytes[channel] = ((2 * whole + samples) / (2 * samples)) as u8;
        }
    }
    u32::from_le_bytes(bytes)
}
