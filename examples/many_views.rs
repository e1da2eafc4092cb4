//! Many views of one structure, drawn and encoded on all processors, in order:
//! `cargo run --release --example many_views -- INPUT FOLDER`
//!
//! The scene is made once; each view is a camera. At most 16 pictures are in memory at a time,
//! however many there are.
#![forbid(unsafe_code)]
#![allow(clippy::print_stdout, reason = "it prints what it wrote")]

use std::path::PathBuf;

use molshot::{
    AdapterChoice, ImageFormat, Pool, PoolOptions, PreparedScene, RenderRequest, Sequence,
    WorkerScratch, parse_commands,
};

fn main() -> Result<(), molshot::Error> {
    let mut args = std::env::args().skip(1);
    let input = args.next().unwrap_or("scenes/library/1hvr".into());
    let folder = PathBuf::from(args.next().unwrap_or(".".into()));

    let mut request = RenderRequest::default();
    [request.output.width_px, request.output.height_px] = [256, 256];
    let scene = PreparedScene::new(molshot::read(input)?, &request)?;

    let threads = PoolOptions::available_threads();
    let pool = Pool::open(AdapterChoice::Auto, |kind| {
        PoolOptions::throughput(kind, threads)
    })?;
    let jobs = (0..12).map(|step| {
        let commands = parse_commands(&format!("view left; roll y {}", 30 * step))?;
        scene.job_with(&commands)
    });
    let jobs = jobs.collect::<Result<Vec<_>, _>>()?;
    let work = |job| {
        // Runs on a worker, after drawing.
        let encode = |frame: &molshot::Frame, scratch: &mut WorkerScratch| {
            scratch
                .encoder
                .encode(frame, ImageFormat::Png, &mut scratch.bytes)?;
            Ok(scratch.bytes.clone())
        };
        (job, encode)
    };
    for (number, png) in pool.map(jobs.into_iter().map(work), Sequence::InOrder, 16) {
        let path = folder.join(format!("view_{number:02}.png"));
        molshot::renderer::save_bytes(&path, &png?)?;
        println!("{}", path.display());
    }
    Ok(())
}
