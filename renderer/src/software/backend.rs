//! Job to frame: tiles, over one thread or several.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use fearless_simd::{Fallback, Level, Simd};
use molshot_scenes::{Plane, RenderJob, Samples};

use super::bins::{Bins, Grid};
use super::bodies::Bodies;
use super::camera::Camera;
use super::edges::Edges;
use super::level::InstructionSet;
use super::shade::{Answers, Queue};
use super::tile::{NOTHING, Picture, TILE_PX, Tile};
use super::upload::Upload;
use crate::backend::Draw;
use crate::error::RenderError;
use crate::frame::{Frame, Timings, depth_units_per_angstrom};

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
}

/// Planes for the next frame.
#[derive(Debug, Default)]
struct Spare {
    color: Vec<u8>,
    depth: Vec<f32>,
    normal: Vec<[f32; 3]>,
    atom: Vec<u32>,
    residue: Vec<u32>,
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

/// Rows of the frame's planes, as many as a row of tiles covers. A plane that is not wanted is empty.
#[derive(Debug)]
struct Band<'a> {
    row: usize,
    color: &'a mut [u8],
    depth: &'a mut [f32],
    normal: &'a mut [[f32; 3]],
    atom: &'a mut [u32],
    residue: &'a mut [u32],
}

/// What all threads share.
#[derive(Debug)]
struct Plan<'a> {
    picture: Picture<'a>,
    bins: &'a Bins,
    grid: Grid,
    width_px: usize,
    height_px: usize,
    offsets_px: &'a [[f32; 2]],
    /// True when depth, normals or ids are wanted.
    planes: bool,
    /// Colour where nothing is met, red lowest.
    background: u32,
    transparent: bool,
    residue_of: &'a [u32],
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
        }
    }

    /// The instructions it draws with.
    #[must_use]
    pub fn instruction_set(&self) -> InstructionSet {
        self.set
    }

    fn draw_job(&mut self, job: &RenderJob) -> Frame {
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
        let mut frame = self.spare.frame(job, pixels, &self.name);
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
        frame
    }
}

impl Default for SoftwareBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl Draw for SoftwareBackend {
    fn draw(&mut self, job: &RenderJob) -> Result<Frame, RenderError> {
        Ok(self.draw_job(job))
    }

    fn adapter(&self) -> &str {
        &self.name
    }

    fn recycle(&mut self, frame: Frame) {
        self.spare.keep(frame);
    }
}

/// A buffer of a length. What it held stays: every pixel is written.
fn sized<T: Clone>(spare: &mut Vec<T>, length: usize, fill: T) -> Vec<T> {
    let mut buffer = std::mem::take(spare);
    buffer.resize(length, fill);
    buffer
}

impl Spare {
    fn frame(&mut self, job: &RenderJob, pixels: usize, adapter: &str) -> Frame {
        let wants = |plane| job.planes().contains(&plane);
        let crop = job.viewport().crop;
        Frame {
            width_px: crop.width_px,
            height_px: crop.height_px,
            color_rgba: wants(Plane::Color).then(|| sized(&mut self.color, pixels * 4, 0)),
            transparent: job.scene().background.transparent,
            depth_units_per_angstrom: depth_units_per_angstrom(job.view().far_angstrom),
            depth_angstrom: wants(Plane::Depth).then(|| sized(&mut self.depth, pixels, 0.0)),
            normal: wants(Plane::Normal).then(|| sized(&mut self.normal, pixels, [0.0; 3])),
            atom_id: wants(Plane::AtomId).then(|| sized(&mut self.atom, pixels, 0)),
            residue_id: wants(Plane::ResidueId).then(|| sized(&mut self.residue, pixels, 0)),
            adapter: adapter.to_owned(),
            timings: Timings::default(),
        }
    }

    fn keep(&mut self, frame: Frame) {
        let Frame {
            color_rgba,
            depth_angstrom,
            normal,
            atom_id,
            residue_id,
            ..
        } = frame;
        if let Some(plane) = color_rgba {
            self.color = plane;
        }
        if let Some(plane) = depth_angstrom {
            self.depth = plane;
        }
        if let Some(plane) = normal {
            self.normal = plane;
        }
        if let Some(plane) = atom_id {
            self.atom = plane;
        }
        if let Some(plane) = residue_id {
            self.residue = plane;
        }
    }
}

/// Cuts a frame into bands, one a row of tiles.
fn bands<'a>(frame: &'a mut Frame, plan: &Plan<'_>) -> impl Iterator<Item = Band<'a>> + use<'a> {
    let step = plan.grid.step_px as usize;
    let (width, height) = (plan.width_px, plan.height_px);
    let mut color = frame.color_rgba.as_deref_mut().unwrap_or_default();
    let mut depth = frame.depth_angstrom.as_deref_mut().unwrap_or_default();
    let mut normal = frame.normal.as_deref_mut().unwrap_or_default();
    let mut atom = frame.atom_id.as_deref_mut().unwrap_or_default();
    let mut residue = frame.residue_id.as_deref_mut().unwrap_or_default();
    (0..plan.grid.rows).map(move |row| {
        let pixels = width * step.min(height - row * step);
        Band {
            row,
            color: cut(&mut color, pixels * 4),
            depth: cut(&mut depth, pixels),
            normal: cut(&mut normal, pixels),
            atom: cut(&mut atom, pixels),
            residue: cut(&mut residue, pixels),
        }
    })
}

/// The first `count` of a slice, which loses them; nothing of an empty one.
#[allow(clippy::mut_mut, reason = "the slice itself moves on")]
fn cut<'a, T>(rest: &mut &'a mut [T], count: usize) -> &'a mut [T] {
    let whole = std::mem::take(rest);
    let (first, last) = whole.split_at_mut(count.min(whole.len()));
    *rest = last;
    first
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

/// The pixels of a tile that lie in the frame.
#[derive(Debug, Clone, Copy)]
struct Part {
    /// Column of the frame of the first.
    left: usize,
    columns: usize,
    rows: usize,
    width: usize,
}

impl Part {
    #[inline(always)]
    fn of(plan: &Plan<'_>, column: usize, band: &Band<'_>) -> Self {
        let step = plan.grid.step_px as usize;
        Self {
            left: column * step,
            columns: step.min(plan.width_px - column * step),
            rows: step.min(plan.height_px - band.row * step),
            width: plan.width_px,
        }
    }

    /// Row and column in the part of a place in the tile.
    #[inline(always)]
    fn place(&self, at: usize, apron: usize) -> Option<(usize, usize)> {
        let (row, column) = (at / TILE_PX - apron, at % TILE_PX - apron);
        (row < self.rows && column < self.columns).then_some((row, column))
    }
}

impl Band<'_> {
    /// Nothing is seen in a tile.
    fn fill(&mut self, plan: &Plan<'_>, column: usize) {
        fn fill<T: Copy>(plane: &mut [T], part: &Part, value: T) {
            if !plane.is_empty() {
                for row in 0..part.rows {
                    plane[row * part.width + part.left..][..part.columns].fill(value);
                }
            }
        }
        let part = Part::of(plan, column, self);
        let (color, _) = self.color.as_chunks_mut::<4>();
        fill(color, &part, plan.background.to_le_bytes());
        fill(self.depth, &part, f32::INFINITY);
        fill(self.normal, &part, [0.0; 3]);
        fill(self.atom, &part, 0);
        fill(self.residue, &part, 0);
    }

    #[inline(always)]
    fn set_color(&mut self, part: &Part, row: usize, column: usize, color: u32) {
        let (pixels, _) = self.color.as_chunks_mut::<4>();
        // Empty when no colour is wanted.
        if let Some(pixel) = pixels.get_mut(row * part.width + part.left + column) {
            *pixel = color.to_le_bytes();
        }
    }

    /// Sets all planes but colour.
    #[inline(always)]
    fn put(
        &mut self,
        plan: &Plan<'_>,
        part: &Part,
        [row, column]: [usize; 2],
        key: u32,
        answers: &Answers,
        lane: usize,
    ) {
        let at = row * part.width + part.left + column;
        if let Some(depth) = self.depth.get_mut(at) {
            *depth = answers.depth[lane];
        }
        if let Some(normal) = self.normal.get_mut(at) {
            let [x, y, z] = &answers.normal;
            *normal = [x[lane], y[lane], z[lane]];
        }
        let atom = plan.picture.upload.atoms[key as usize];
        if let Some(id) = self.atom.get_mut(at) {
            *id = atom + 1;
        }
        if let Some(id) = self.residue.get_mut(at) {
            *id = plan.residue_of[atom as usize] + 1;
        }
    }
}
