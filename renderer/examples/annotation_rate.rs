//! Compares the time of annotating a picture with that of drawing it:
//! `annotation_rate INPUT [SIZES [PICTURES]]`, with `INPUT` a file or a folder in `PDBbind`'s
//! layout, sizes a list such as `512,1024`, and 200 pictures of each size by default.
//! One thread and the built-in rasteriser; every picture is a new rotation.

use std::sync::Arc;
use std::time::{Duration, Instant};

use glam::DQuat;
use molshot_molecule::ReadOptions;
use molshot_molecule::{FolderOptions, read_input};
use molshot_renderer::software::SoftwareBackend;
use molshot_renderer::{Annotator, Backend};
use molshot_scenes::build::PreparedScene;
use molshot_scenes::{Plane, Pose, RenderJob, RenderRequest, View};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let input = arguments.next().ok_or("name an input")?;
    let sizes = arguments.next().unwrap_or_else(|| "512,1024".into());
    let pictures: u32 = arguments.next().map_or(Ok(200), |text| text.parse())?;
    if pictures == 0 {
        return Err("ask for one picture at least".into());
    }
    let structure = Arc::new(read_input(
        std::path::Path::new(&input),
        FolderOptions::default(),
        &ReadOptions::default(),
    )?);
    for size in sizes.split(',') {
        let mut request = RenderRequest::default();
        request.output.width_px = size.parse()?;
        request.output.height_px = size.parse()?;
        request.output.planes = [Plane::Color, Plane::AtomId].into_iter().collect();
        let base = PreparedScene::new(Arc::clone(&structure), &request)?.job()?;
        let mut backend = SoftwareBackend::new();
        let mut annotator = Annotator::default();
        let (mut drawing, mut writing) = (Duration::ZERO, Duration::ZERO);
        let mut annotating = Vec::new();
        let mut bytes = 0;
        for picture in 0..pictures {
            let job = turned(&base, f64::from(picture) * 0.37)?;
            let start = Instant::now();
            let frame = backend.draw(&job)?;
            drawing += start.elapsed();
            let start = Instant::now();
            let annotations = annotator.annotate(&job, &frame, &[])?;
            annotating.push(start.elapsed());
            let start = Instant::now();
            bytes = serde_json::to_vec(&annotations)?.len();
            writing += start.elapsed();
            backend.recycle(frame);
        }
        annotating.sort_unstable();
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        let mean = |time: Duration| milliseconds(time) / f64::from(pictures);
        eprintln!(
            "{size} px, {} atoms drawn: drawing {:.2} ms, annotating {:.2} ms (median; mean {:.2}), JSON of {bytes} bytes {:.2} ms",
            base.scene().spheres.len(),
            mean(drawing),
            milliseconds(annotating[annotating.len() / 2]),
            mean(annotating.iter().sum()),
            mean(writing),
        );
    }
    Ok(())
}

/// The job's camera, turned about the middle of what is drawn.
fn turned(job: &RenderJob, angle: f64) -> Result<RenderJob, molshot_scenes::SceneError> {
    let turn = DQuat::from_euler(glam::EulerRot::YXZ, angle, angle * 0.6, angle * 0.3);
    let (pose, middle) = (job.view().pose, job.scene().bounds.center());
    let view = View {
        pose: Pose {
            position_angstrom: middle + turn * (pose.position_angstrom - middle),
            world_from_camera: turn * pose.world_from_camera,
        },
        ..*job.view()
    };
    RenderJob::new(
        Arc::clone(job.scene()),
        view,
        *job.viewport(),
        job.samples(),
        job.planes().clone(),
    )
}
