//! The scene that a benchmark draws, perhaps in several copies, from many directions.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use glam::DVec3;
use molshot_molecule::read_bytes;
use molshot_molecule::{PartRole, ReadOptions, Structure};
use molshot_renderer::Encoding;
use molshot_scenes::build::PreparedScene;
use molshot_scenes::commands::Axis;
use molshot_scenes::{
    Camera, Command, Cylinder, Plane, RenderJob, Samples, Scene, SceneDocument, SceneError,
    SceneParts, Sphere,
};

use crate::cli::input::{ReadArgs, RequestedStructure};
use crate::cli::message::CliError;

/// Name of the built-in pocket, which is drawn when no structure is given.
pub(super) const BUILT_IN: &str = "1hvr";

/// Files of the built-in pocket (`scenes/library/README.md` says where they come from).
const BUILT_IN_FILES: [(&str, &[u8]); 2] = [
    (
        "1hvr_pocket.pdb",
        include_bytes!("../../../scenes/library/1hvr/1hvr_pocket.pdb"),
    ),
    (
        "1hvr_ligand.mol2",
        include_bytes!("../../../scenes/library/1hvr/1hvr_ligand.mol2"),
    ),
];

/// Degrees between one view and the next, about the vertical and the horizontal screen axis: the
/// golden angle, and the fractional part of the square root of 2 in turns. So no two views are
/// equal, and any few successive views cover all directions.
const STEP_DEGREES: [f64; 2] = [137.507_764, 149.116_882];

/// Maximum number of spheres and cylinders of all copies: their memory is about 2 GB.
const MAX_PRIMITIVES: u64 = 20_000_000;

/// Distance between adjacent copies.
const GAP_ANGSTROM: f64 = 2.0;

/// Why a workload cannot be prepared.
pub(super) enum WorkloadError {
    /// The request does not fit the structure.
    Scene(SceneError),
    Other(CliError),
}

impl From<SceneError> for WorkloadError {
    fn from(error: SceneError) -> Self {
        Self::Scene(error)
    }
}

impl From<CliError> for WorkloadError {
    fn from(error: CliError) -> Self {
        Self::Other(error)
    }
}

/// A scene with the camera of its first picture.
pub(super) struct Workload {
    /// Name in reports.
    pub(super) name: String,
    pub(super) scene: Arc<Scene>,
    /// Number of atoms of all copies.
    pub(super) atoms: u64,
    pub(super) samples: Samples,
    pub(super) encoding: Encoding,
    /// Time to read the structure.
    pub(super) read: Duration,
    /// Time to build the scene.
    pub(super) build: Duration,
    /// The camera, moved by the request's commands.
    camera: Camera,
}

impl Workload {
    pub(super) fn open(
        inputs: &[PathBuf],
        read: &ReadArgs,
        document: &SceneDocument,
        copies: [u32; 3],
    ) -> Result<Self, WorkloadError> {
        let request = &document.request;
        if request.output.planes.iter().ne([&Plane::Color]) {
            return Err(CliError::flag(
                "--planes",
                "only the colour plane is measured; leave it out",
            )
            .into());
        }
        let start = Instant::now();
        let structure = match inputs {
            [] => built_in()?,
            inputs => {
                let source = RequestedStructure {
                    structure: document.structure.clone(),
                    reading: document.reading.clone(),
                };
                read.read_requested(&source, inputs)?
            }
        };
        let read = start.elapsed();
        let start = Instant::now();
        let prepared = PreparedScene::new(structure, request)?;
        let primitives = prepared.scene().spheres.len() + prepared.scene().cylinders.len();
        let copy_count: u64 = copies.iter().map(|n| u64::from(*n)).product();
        if primitives as u64 * copy_count > MAX_PRIMITIVES {
            return Err(CliError::flag(
                "--copies",
                format_args!(
                    "{copy_count} copies of {primitives} spheres and cylinders are more than {MAX_PRIMITIVES}; give fewer"
                ),
            )
            .into());
        }
        let scene = if copies == [1; 3] {
            Arc::clone(prepared.scene())
        } else {
            Arc::new(tiled(prepared.scene(), copies)?)
        };
        let build = start.elapsed();
        let output = &request.output;
        let mut camera = scene.camera(&request.camera, output.width_px, output.height_px)?;
        camera.apply(request.view_commands()?, &scene.structure)?;
        let names: Vec<String> = inputs.iter().map(|input| file_name(input)).collect();
        Ok(Self {
            name: if names.is_empty() {
                format!("{BUILT_IN} (built in)")
            } else {
                names.join(" + ")
            },
            atoms: scene.structure.atoms().len() as u64 * copy_count,
            scene,
            samples: output.samples,
            encoding: Encoding::from(output),
            read,
            build,
            camera,
        })
    }

    /// Builds the job of a picture. Equal numbers give equal views, in every process.
    pub(super) fn job(&self, index: u32) -> Result<RenderJob, SceneError> {
        let mut camera = self.camera.clone();
        let turn = |axis, step: f64| Command::Turn {
            axis,
            degrees: (f64::from(index) * step) % 360.0,
        };
        let [around, over] = STEP_DEGREES;
        camera.apply(
            &[turn(Axis::Y, around), turn(Axis::X, over)],
            &self.scene.structure,
        )?;
        RenderJob::new(
            Arc::clone(&self.scene),
            camera.view(),
            camera.viewport(),
            self.samples,
            [Plane::Color].into_iter().collect(),
        )
    }

    /// Width and height of a picture in pixels.
    pub(super) fn size_px(&self) -> [u32; 2] {
        let crop = self.camera.viewport().crop;
        [crop.width_px, crop.height_px]
    }
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || path.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    )
}

fn built_in() -> Result<Arc<Structure>, CliError> {
    let options = ReadOptions::default();
    let parts: Result<Vec<Structure>, _> = BUILT_IN_FILES
        .into_iter()
        .map(|(name, bytes)| read_bytes(name, bytes, PartRole::from_file_name(name), &options))
        .collect();
    Ok(Arc::new(Structure::merge(parts?)))
}

/// Repeats a scene side by side, without labels. All copies of an atom have its id.
fn tiled(scene: &Scene, copies: [u32; 3]) -> Result<Scene, SceneError> {
    let step = 2.0 * scene.bounds.half_size() + GAP_ANGSTROM;
    let mut parts = SceneParts {
        spheres: Vec::new(),
        cylinders: Vec::new(),
        lighting: scene.lighting,
        depth_cue: scene.depth_cue,
        background: scene.background,
        structure: Arc::clone(&scene.structure),
    };
    let [nx, ny, nz] = copies;
    for (z, y, x) in
        (0..nz).flat_map(|z| (0..ny).flat_map(move |y| (0..nx).map(move |x| (z, y, x))))
    {
        let offset = (DVec3::new(f64::from(x), f64::from(y), f64::from(z)) * step).as_vec3();
        let moved = |place: [f32; 3]| (glam::Vec3::from_array(place) + offset).to_array();
        parts
            .spheres
            .extend(scene.spheres.iter().map(|sphere| Sphere {
                center_angstrom: moved(sphere.center_angstrom),
                ..*sphere
            }));
        parts
            .cylinders
            .extend(scene.cylinders.iter().map(|cylinder| Cylinder {
                start_angstrom: moved(cylinder.start_angstrom),
                end_angstrom: moved(cylinder.end_angstrom),
                ..*cylinder
            }));
    }
    Scene::from_parts(parts)
}
