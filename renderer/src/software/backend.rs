//! The backend: from a render job to a frame, with one thread or several.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use fearless_simd::Level;
use molshot_scenes::{Plane, RenderJob, Samples};

use super::band::{Band, FramePlan, bands};
use super::binning::{Bins, TileGrid};
use super::camera::{AxisRays, Camera};
use super::context::FrameContext;
use super::frame_pool::FramePool;
use super::instruction_set::InstructionSet;
use super::mesh::MeshFrame;
use super::primitives::Primitives;
use super::scene::SceneData;
use super::tile::TILE_PX;
use super::worker::Worker;
use crate::backend::Backend;
use crate::cancel::CancelToken;
use crate::effects::{BaseRenderer, EffectsPass, RowThreads};
use crate::error::RenderError;
use crate::frame::{Frame, Timings};
use crate::labels::{self, LabelDrawer};

/// The built-in rasteriser, which needs no graphics driver.
///
/// It keeps the data of the last scene and all of its buffers, so that further views of one scene
/// start quickly and allocate nothing.
#[derive(Debug)]
pub struct SoftwareBackend {
    set: InstructionSet,
    level: Level,
    name: String,
    scene: Option<SceneData>,
    primitives: Primitives,
    bins: Bins,
    mesh: MeshFrame,
    /// Rays of columns and of rows.
    axis_rays: [AxisRays; 2],
    workers: Vec<Worker>,
    /// Planes of a recycled frame.
    frame_pool: FramePool,
    /// Planes of a recycled part frame, from which effects are computed.
    part_frame_pool: FramePool,
    effects: EffectsPass,
    labels: LabelDrawer,
}

impl SoftwareBackend {
    /// Creates a backend with the fastest instruction set that draws with the calling thread alone.
    ///
    /// It suits programs that draw many frames at once, with one backend per thread.
    #[must_use]
    pub fn new() -> Self {
        let set = InstructionSet::best();
        Self::build(set, set.level().unwrap_or(Level::fallback()), 1)
    }

    /// Creates a backend with a given instruction set and `threads` threads (at least one) for each
    /// frame. Returns `None` when the processor lacks the set.
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
            scene: None,
            primitives: Primitives::default(),
            bins: Bins::default(),
            mesh: MeshFrame::default(),
            axis_rays: Default::default(),
            workers,
            frame_pool: FramePool::default(),
            part_frame_pool: FramePool::default(),
            effects: EffectsPass::new(RowThreads::new(level, threads.max(1))),
            labels: LabelDrawer::default(),
        }
    }

    /// Returns the instruction set that it draws with.
    #[must_use]
    pub fn instruction_set(&self) -> InstructionSet {
        self.set
    }

    /// Lists the capacities of all buffers.
    #[cfg(test)]
    fn capacities(&self) -> Vec<usize> {
        let mut capacities = Vec::new();
        self.primitives.capacities(&mut capacities);
        self.bins.capacities(&mut capacities);
        self.mesh.capacities(&mut capacities);
        self.frame_pool.capacities(&mut capacities);
        for worker in &self.workers {
            worker.capacities(&mut capacities);
        }
        capacities
    }

    fn draw_job(&mut self, job: &RenderJob, cancel: &CancelToken) -> Result<Frame, RenderError> {
        let mut timings = Timings::default();
        let start = Instant::now();
        let scene = match self.scene.take() {
            Some(scene) if scene.is_for(job.scene()) => scene,
            _ => {
                let scene = SceneData::new(job.scene(), cancel)?;
                timings.upload = start.elapsed();
                scene
            }
        };
        let scene = self.scene.insert(scene);
        let start = Instant::now();
        let camera = Camera::new(job, scene.origin);
        let crop = job.viewport().crop;
        let wants = |plane| job.planes().contains(&plane);
        let antialiased = wants(Plane::Color) && job.samples() != Samples::One;
        let apron = usize::from(antialiased);
        let step = TILE_PX - 2 * apron;
        let grid = TileGrid {
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
        // The shares that triangles cover are not computed, as on a GPU.
        let analytic = job.samples() == Samples::Auto && scene.mesh.is_empty();
        // Where samples are taken nevertheless, of highlights, four are enough.
        let samples = if analytic {
            Samples::Four
        } else {
            job.samples()
        };
        let reach_px = (samples.offsets_px().iter())
            .map(|[x, y]| (x * x + y * y).sqrt())
            .fold(0.0, f32::max);
        self.primitives
            .project(scene, &camera, drawn, reach_px, cancel)?;
        self.bins.begin(&self.primitives.visible, &grid, cancel)?;
        let size_px = [crop.width_px as usize, crop.height_px as usize];
        self.mesh
            .project(&scene.mesh, &camera, &grid, size_px, cancel)?;

        let offsets_px = if antialiased {
            samples.offsets_px()
        } else {
            &[]
        };
        for (axis, tiles) in [grid.columns, grid.rows].into_iter().enumerate() {
            let first = grid.origin_px[axis] - grid.apron_px;
            self.axis_rays[axis].fill(&camera, axis, first, tiles * step + 2 * apron, offsets_px);
        }

        let width = crop.width_px as usize;
        let pixels = width * crop.height_px as usize;
        let mut frame = self.frame_pool.take(job, pixels, &self.name)?;
        let background = job.scene().background;
        let [red, green, blue] = background.color;
        let mut bands: Vec<Band<'_>> = bands(&mut frame, grid).collect();
        let level = self.level;
        while self.bins.next_part(cancel)? {
            let plan = FramePlan {
                context: FrameContext {
                    camera: &camera,
                    scene,
                    primitives: &self.primitives,
                    max_depth_inversion: self.bins.max_depth_inversion,
                    cancel,
                },
                bins: &self.bins,
                mesh: &self.mesh,
                grid,
                width_px: width,
                height_px: crop.height_px as usize,
                offsets_px,
                round_half_up: job.samples().rounds(),
                analytic: analytic && !self.primitives.any_thin_or_open,
                axis_rays: &self.axis_rays,
                colors: wants(Plane::Color),
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
            let bands = Mutex::new(bands[self.bins.part_rows()].iter_mut());
            let next = || bands.lock().unwrap_or_else(PoisonError::into_inner).next();
            if let [worker] = self.workers.as_mut_slice() {
                while let Some(band) = next() {
                    worker.draw(level, &plan, band);
                }
            } else {
                std::thread::scope(|scope| {
                    for worker in &mut self.workers {
                        scope.spawn(|| {
                            while let Some(band) = next() {
                                worker.draw(level, &plan, band);
                            }
                        });
                    }
                });
            }
        }
        drop(bands);
        if let Err(error) = cancel.check() {
            self.frame_pool.recycle(frame);
            return Err(error.into());
        }
        timings.draw = start.elapsed();
        frame.timings = timings;
        Ok(frame)
    }
}

impl Default for SoftwareBackend {
    fn default() -> Self {
        Self::new()
    }
}

impl BaseRenderer for SoftwareBackend {
    fn draw_base(&mut self, job: &RenderJob, cancel: &CancelToken) -> Result<Frame, RenderError> {
        self.draw_job(job, cancel)
    }

    fn draw_part(&mut self, job: &RenderJob, cancel: &CancelToken) -> Result<Frame, RenderError> {
        std::mem::swap(&mut self.frame_pool, &mut self.part_frame_pool);
        let frame = self.draw_job(job, cancel);
        std::mem::swap(&mut self.frame_pool, &mut self.part_frame_pool);
        frame
    }

    fn recycle_part(&mut self, frame: Frame) {
        self.part_frame_pool.recycle(frame);
    }
}

impl Backend for SoftwareBackend {
    fn draw_cancellable(
        &mut self,
        job: &RenderJob,
        cancel: &CancelToken,
    ) -> Result<Frame, RenderError> {
        // Taken out while it borrows the backend.
        let mut effects = std::mem::take(&mut self.effects);
        let drawn = effects.draw(self, &labels::underlay(job), cancel);
        self.effects = effects;
        let mut frame = drawn?;
        self.labels.overlay(job, &mut frame, cancel)?;
        Ok(frame)
    }

    fn adapter(&self) -> &str {
        &self.name
    }

    fn recycle(&mut self, frame: Frame) {
        self.frame_pool.recycle(frame);
    }
}

#[cfg(test)]
mod tests {
    use molshot_scenes::{
        Background, Lighting, Plane, Pose, Projection, Samples, Scene, SceneParts, Sphere, View,
        Viewport,
    };

    use super::*;

    /// A view of the scene with the camera turned about its direction of view.
    fn job(scene: &std::sync::Arc<Scene>, turn: f64, samples: Samples) -> RenderJob {
        let view = View {
            pose: Pose {
                position_angstrom: glam::DVec3::new(0.0, 0.0, 40.0),
                world_from_camera: glam::DQuat::from_rotation_z(turn),
            },
            projection: Projection::Perspective {
                fov_x_degrees: 30.0,
            },
            near_angstrom: 1.0,
            far_angstrom: 80.0,
        };
        let planes = Plane::ALL.into_iter().collect();
        RenderJob::new(
            scene.clone(),
            view,
            Viewport::whole(150, 130),
            samples,
            planes,
        )
        .expect("a sound job")
    }

    #[test]
    fn buffers_are_reused_from_frame_to_frame() {
        let text = b"HETATM    1  C1  LIG A   1       0.000   0.000   0.000  1.00  0.00           C\nEND\n";
        let options =
            molshot_molecule::ReadOptions::default().with_format(molshot_molecule::Format::Pdb);
        let role = molshot_molecule::PartRole::Whole;
        let structure =
            molshot_molecule::read_bytes("one.pdb", text, role, &options).expect("one atom");
        let spheres = (0..400).map(|index| Sphere {
            center_angstrom: [(index % 20) as f32 - 10.0, (index / 20) as f32 - 10.0, 0.0],
            radius_angstrom: 0.8,
            color: [200, 100, 50, 255],
            atom: 0,
        });
        let parts = SceneParts {
            spheres: spheres.collect(),
            cylinders: Vec::new(),
            lighting: Lighting::simple(),
            depth_cue: None,
            background: Background {
                color: [0; 3],
                transparent: false,
            },
            structure: std::sync::Arc::new(structure),
        };
        let scene = std::sync::Arc::new(Scene::from_parts(parts).expect("sound parts"));
        let mut backend = SoftwareBackend::new();
        let turns = |backend: &mut SoftwareBackend| {
            for turn in 0..40 {
                for samples in [Samples::Four, Samples::Auto] {
                    let job = job(&scene, f64::from(turn) * 0.157, samples);
                    let frame = backend.draw(&job).expect("a small context");
                    backend.recycle(frame);
                }
            }
        };
        turns(&mut backend);
        // `Debug` prints no capacities, so that each buffer is asked for its own.
        let first = backend.capacities();
        assert!(first.iter().sum::<usize>() > 1000, "{first:?}");
        for _ in 0..3 {
            turns(&mut backend);
        }
        assert_eq!(backend.capacities(), first);
    }
}
