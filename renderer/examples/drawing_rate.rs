//! How many pictures a second each back end draws of a structure that turns: `drawing_rate FILE PRESET [SIZES] [SAMPLES] [BACKENDS]
//! [THREADS] [COPIES]`.
//!
//! `PRESET` is a style of the request document (`misi`, `spacefill`...); sizes and samples are lists such as `512,1024` and `1,4`;
//! back ends are of `software`, `vulkan-software` and `gpu`. `THREADS` draw each picture of the built-in back end; `COPIES` of the structure
//! stand in a row of cubes. Encoding is not counted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use glam::DQuat;
use molshot_molecule::ReadOptions;
use molshot_renderer::software::{InstructionSet, SoftwareBackend};
use molshot_renderer::{AdapterChoice, Draw, open};
use molshot_scenes::build::Prepared;
use molshot_scenes::request::{InlineFile, StructureSource};
use molshot_scenes::{
    Cylinder, Plane, Pose, RenderJob, RenderRequest, Samples, Scene, SceneParts, Sphere, View,
    Viewport,
};

/// Drawn for at least this long.
const LEAST: Duration = Duration::from_millis(1500);

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let argument = |index: usize, default: &str| {
        arguments
            .get(index)
            .cloned()
            .unwrap_or_else(|| default.to_owned())
    };
    let file = arguments.first().ok_or("name a structure file")?;
    let structure = Arc::new(molshot_molecule::read::read_file(
        std::path::Path::new(file),
        &ReadOptions::default(),
    )?);
    let mut request = RenderRequest::new(StructureSource::Files {
        // The structure is read here; the request only has to name something.
        files: vec![InlineFile {
            name: file.clone(),
            text: String::from(" "),
        }],
    });
    request.style.preset = serde_json::from_value(argument(1, "misi").into())?;
    let sizes = argument(2, "512,1024");
    let samples = argument(3, "1,4");
    let backends = argument(4, "software,vulkan-software");
    let threads: usize = argument(5, "1").parse()?;
    let copies: u32 = argument(6, "1").parse()?;
    let prepared = Prepared::new(structure, &request)?;
    for size in sizes.split(',') {
        let size: u32 = size.parse()?;
        request.output.width_px = size;
        request.output.height_px = size;
        let base = multiplied(&prepared.job()?, copies)?;
        for samples in samples.split(',') {
            let samples = Samples::from_count(samples.parse()?).ok_or("samples are 1, 4 or 16")?;
            for backend in backends.split(',') {
                let mut draw: Box<dyn Draw> = match backend.parse()? {
                    AdapterChoice::Software => Box::new(
                        SoftwareBackend::with(InstructionSet::best(), threads)
                            .ok_or("the processor's own instructions")?,
                    ),
                    choice => open(choice)?,
                };
                let mut turn = 0;
                let mut next = || {
                    turn += 1;
                    turned(&base, f64::from(turn) * 0.37, size, samples)
                };
                for _ in 0..2 {
                    let frame = draw.draw(&next()?)?;
                    draw.recycle(frame);
                }
                let (mut pictures, start) = (0, Instant::now());
                let cpu_before = cpu_seconds();
                let mut fastest = Duration::MAX;
                let mut labels = Duration::ZERO;
                while start.elapsed() < LEAST {
                    let job = next()?;
                    let before = Instant::now();
                    let frame = draw.draw(&job)?;
                    fastest = fastest.min(before.elapsed());
                    labels += frame.timings.labels;
                    draw.recycle(frame);
                    pictures += 1;
                }
                let seconds = start.elapsed().as_secs_f64();
                let cpu_ms = cpu_before
                    .zip(cpu_seconds())
                    .map_or(f64::NAN, |(before, after)| {
                        (after - before) * 1e3 / f64::from(pictures)
                    });
                eprintln!(
                    "{size} px, {} samples, {}: {:.1} pictures/s ({:.3} ms; fastest {:.3} ms; processor {cpu_ms:.3} ms), of which {:.3} ms for {} labels; {} spheres, {} cylinders",
                    samples.count(),
                    draw.adapter(),
                    f64::from(pictures) / seconds,
                    seconds * 1e3 / f64::from(pictures),
                    fastest.as_secs_f64() * 1e3,
                    labels.as_secs_f64() * 1e3 / f64::from(pictures),
                    base.scene().labels.list.len(),
                    base.scene().spheres.len(),
                    base.scene().cylinders.len(),
                );
            }
        }
    }
    Ok(())
}

/// The job with copies of its scene in a cube, seen from farther away.
fn multiplied(job: &RenderJob, copies: u32) -> Result<RenderJob, molshot_scenes::SceneError> {
    let scene = job.scene();
    let edge = (1..=1000)
        .find(|edge| edge * edge * edge >= copies)
        .unwrap_or(1);
    let size = scene.bounds.half_size() * 2.0;
    let shifts: Vec<[f32; 3]> = (0..copies)
        .map(|copy| {
            let place = [copy % edge, copy / edge % edge, copy / edge / edge];
            std::array::from_fn(|axis| (f64::from(place[axis]) * size[axis]) as f32)
        })
        .collect();
    let moved = |point: [f32; 3], shift: &[f32; 3]| -> [f32; 3] {
        std::array::from_fn(|axis| point[axis] + shift[axis])
    };
    let parts = SceneParts {
        spheres: shifts
            .iter()
            .flat_map(|shift| {
                scene.spheres.iter().map(move |sphere| Sphere {
                    center_angstrom: moved(sphere.center_angstrom, shift),
                    ..*sphere
                })
            })
            .collect(),
        cylinders: shifts
            .iter()
            .flat_map(|shift| {
                scene.cylinders.iter().map(move |cylinder| Cylinder {
                    start_angstrom: moved(cylinder.start_angstrom, shift),
                    end_angstrom: moved(cylinder.end_angstrom, shift),
                    ..*cylinder
                })
            })
            .collect(),
        lighting: scene.lighting,
        depth_cue: scene.depth_cue,
        background: scene.background,
        structure: Arc::clone(&scene.structure),
    };
    let many = Arc::new(Scene::from_parts(parts)?);
    let view = job.view();
    let away = (view.pose.position_angstrom - scene.bounds.center()) * f64::from(edge);
    let view = View {
        pose: Pose {
            position_angstrom: many.bounds.center() + away,
            ..view.pose
        },
        near_angstrom: view.near_angstrom * f64::from(edge),
        far_angstrom: view.far_angstrom * f64::from(edge),
        ..*view
    };
    RenderJob::new(
        many,
        view,
        *job.viewport(),
        job.samples(),
        job.planes().clone(),
    )
}

/// Time that this thread has spent on a processor, where the system tells it (Linux): unlike the clock's, it does not grow when other
/// programs run.
fn cpu_seconds() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanoseconds: u64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanoseconds as f64 * 1e-9)
}

/// The job from another side: the scene turns about its middle.
fn turned(
    base: &RenderJob,
    angle: f64,
    size: u32,
    samples: Samples,
) -> Result<RenderJob, molshot_scenes::SceneError> {
    let turn = DQuat::from_rotation_y(angle) * DQuat::from_rotation_x(angle * 0.31);
    let middle = base.scene().bounds.center();
    let pose = base.view().pose;
    let view = View {
        pose: Pose {
            position_angstrom: middle + turn * (pose.position_angstrom - middle),
            world_from_camera: turn * pose.world_from_camera,
        },
        ..*base.view()
    };
    RenderJob::new(
        Arc::clone(base.scene()),
        view,
        Viewport::whole(size, size),
        samples,
        [Plane::Color].into_iter().collect(),
    )
}
