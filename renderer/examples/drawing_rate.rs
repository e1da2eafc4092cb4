//! How many pictures a second each back end draws of a structure that turns: `drawing_rate FILE PRESET [SIZES] [SAMPLES] [BACKENDS]`.
//!
//! `PRESET` is a style of the request document (`misi`, `spacefill`...); sizes and samples are lists such as `512,1024` and `1,4`;
//! back ends are of `software`, `vulkan-software` and `gpu`. One thread draws; encoding is not counted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use glam::DQuat;
use molshot_molecule::ReadOptions;
use molshot_renderer::{AdapterChoice, open};
use molshot_scenes::build::Prepared;
use molshot_scenes::request::{InlineFile, StructureSource};
use molshot_scenes::{Plane, Pose, RenderJob, RenderRequest, Samples, View, Viewport};

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
    let prepared = Prepared::new(structure, &request)?;
    for size in sizes.split(',') {
        let size: u32 = size.parse()?;
        request.output.width_px = size;
        request.output.height_px = size;
        for samples in samples.split(',') {
            let samples = Samples::from_count(samples.parse()?).ok_or("samples are 1, 4 or 16")?;
            for backend in backends.split(',') {
                let mut draw = open(backend.parse::<AdapterChoice>()?)?;
                let base = prepared.job()?;
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
                eprintln!(
                    "{size} px, {} samples, {}: {:.1} pictures/s ({:.3} ms; fastest {:.3} ms), of which {:.3} ms for {} labels; {} spheres, {} cylinders",
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
