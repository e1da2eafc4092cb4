//! Job to frame: tiles, over one thread or several.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use fearless_simd::Level;
use molshot_scenes::{Plane, RenderJob, Samples};

use super::band::{Plan, bands};
use super::bins::{Bins, Grid};
use super::bodies::Bodies;
use super::camera::{Camera, Lines};
use super::level::InstructionSet;
use super::spare::Spare;
use super::tile::{Picture, TILE_PX};
use super::upload::Upload;
use super::worker::Worker;
use crate::backend::Backend;
use crate::cancel::CancelToken;
use crate::effects::{BaseRenderer, EffectsPass};
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
    /// Of columns and rows.
    lines: [Lines; 2],
    workers: Vec<Worker>,
    /// Planes of a frame that was given back.
    spare: Spare,
    /// Planes of parts that effects are made from.
    spare_part: Spare,
    effects: EffectsPass,
    labels: LabelDrawer,
}

impl SoftwareBackend {
    /// A backend with the processor's best instructions that draws with the calling thread alone:
    /// for one picture a thread.
    #[must_use]
    pub fn new() -> Self {
        let set = InstructionSet::best();
        Self::build(set, set.level().unwrap_or(Level::fallback()), 1)
    }

    /// A backend with an instruction set and with `threads` threads (at least one) for each
    /// picture. `None` when the processor lacks the set.
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
            lines: Default::default(),
            workers,
            spare: Spare::default(),
            spare_part: Spare::default(),
            effects: EffectsPass::default(),
            labels: LabelDrawer::default(),
        }
    }

    /// The instructions it draws with.
    #[must_use]
    pub fn instruction_set(&self) -> InstructionSet {
        self.set
    }

    /// Of all buffers.
    #[cfg(test)]
    fn capacities(&self) -> Vec<usize> {
        let mut capacities = Vec::new();
        self.bodies.capacities(&mut capacities);
        self.bins.capacities(&mut capacities);
        self.spare.capacities(&mut capacities);
        for worker in &self.workers {
            worker.capacities(&mut capacities);
        }
        capacities
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
        let reach_px = (job.samples().offsets_px().iter())
            .map(|[x, y]| (x * x + y * y).sqrt())
            .fold(0.0, f32::max);
        self.bodies.look(&upload, &camera, drawn, reach_px);
        self.bins.fill(&self.bodies.seen, &grid);

        let offsets_px = if antialiased {
            job.samples().offsets_px()
        } else {
            &[]
        };
        for (axis, tiles) in [grid.columns, grid.rows].into_iter().enumerate() {
            let first = grid.origin_px[axis] - grid.apron_px;
            self.lines[axis].fill(&camera, axis, first, tiles * step + 2 * apron, offsets_px);
        }

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
            offsets_px,
            rounds: job.samples().rounds(),
            lines: &self.lines,
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
        let bands = Mutex::new(bands(&mut frame, &plan));
        let next = || bands.lock().unwrap_or_else(PoisonError::into_inner).next();
        let level = self.level;
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

impl BaseRenderer for SoftwareBackend {
    fn draw_base(&mut self, job: &RenderJob) -> Result<Frame, RenderError> {
        self.draw_job(job)
    }

    fn draw_part(&mut self, job: &RenderJob) -> Result<Frame, RenderError> {
        std::mem::swap(&mut self.spare, &mut self.spare_part);
        let frame = self.draw_job(job);
        std::mem::swap(&mut self.spare, &mut self.spare_part);
        frame
    }

    fn recycle_part(&mut self, frame: Frame) {
        self.spare_part.keep(frame);
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

#[cfg(test)]
mod tests {
    use molshot_scenes::{
        Background, Lighting, Plane, Pose, Projection, Samples, Scene, SceneParts, Sphere, View,
        Viewport,
    };

    use super::*;

    /// Balls in a square, seen from a turn of the camera about the view's axis.
    fn job(scene: &std::sync::Arc<Scene>, turn: f64) -> RenderJob {
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
            Samples::Four,
            planes,
        )
        .expect("a sound job")
    }

    #[test]
    fn buffers_stay_from_picture_to_picture() {
        let text = b"HETATM    1  C1  LIG A   1       0.000   0.000   0.000  1.00  0.00           C\nEND\n";
        let options = molshot_molecule::ReadOptions {
            format: Some(molshot_molecule::Format::Pdb),
            ..Default::default()
        };
        let role = molshot_molecule::PartRole::Whole;
        let structure =
            molshot_molecule::read::read_bytes("one.pdb", text, role, &options).expect("one atom");
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
                let job = job(&scene, f64::from(turn) * 0.157);
                let frame = backend.draw(&job).expect("a small picture");
                backend.recycle(frame);
            }
        };
        turns(&mut backend);
        // Debug output shows capacities of nothing, so they are asked for one by one.
        let first = backend.capacities();
        assert!(first.iter().sum::<usize>() > 1000, "{first:?}");
        for _ in 0..3 {
            turns(&mut backend);
        }
        assert_eq!(backend.capacities(), first);
    }
}
