//! Each stage by itself, on the sample scenes: `cargo bench`. `molshot bench` measures the whole.
#![forbid(unsafe_code)]
#![allow(missing_docs, reason = "the groups' names say what is measured")]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use molshot_molecule::{FolderOptions, read_input};
use molshot_molecule::{ReadOptions, Structure};
use molshot_renderer::{AdapterChoice, Encoder, Encoding, open};
use molshot_scenes::build::PreparedScene;
use molshot_scenes::commands::Axis;
use molshot_scenes::request::{Compression, ImageFormat, Preset};
use molshot_scenes::{Command, RenderJob, RenderRequest, Samples};

fn library(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("scenes/library")
        .join(name)
}

fn structure(name: &str) -> Structure {
    let folder = FolderOptions::default();
    read_input(&library(name), folder, &ReadOptions::default()).expect("a sample is read")
}

fn request(preset: Preset, edge_px: u32, samples: Samples) -> RenderRequest {
    let mut request = RenderRequest::default();
    request.style.preset = preset;
    (request.output.width_px, request.output.height_px) = (edge_px, edge_px);
    request.output.samples = samples;
    request
}

/// A picture of a sample from 32 sides.
fn jobs(name: &str, preset: Preset, edge_px: u32, samples: Samples) -> Vec<RenderJob> {
    let prepared = PreparedScene::new(
        Arc::new(structure(name)),
        &request(preset, edge_px, samples),
    )
    .expect("a scene");
    (0..32)
        .map(|index| {
            let turn = |axis| Command::Turn {
                axis,
                degrees: f64::from(index) * 137.5 % 360.0,
            };
            prepared
                .job_with(&[turn(Axis::Y), turn(Axis::X)])
                .expect("a job")
        })
        .collect()
}

fn read(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("read");
    for name in ["1hvr", "1ubi.pdb", "1lcd_dna.cif", "1gbt.bcif.gz"] {
        group.bench_function(name, |b| b.iter(|| structure(black_box(name))));
    }
}

fn scene(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("scene");
    for (name, preset) in [
        ("1hvr", Preset::Misi),
        ("1hvr", Preset::BallAndStick),
        ("1gbt.bcif.gz", Preset::Spacefill),
    ] {
        let structure = Arc::new(structure(name));
        let request = request(preset, 512, Samples::Four);
        group.bench_function(format!("{name} {preset:?}"), |b| {
            b.iter(|| PreparedScene::new(Arc::clone(black_box(&structure)), &request));
        });
    }
}

fn draw(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("draw");
    group
        .measurement_time(Duration::from_secs(2))
        .sample_size(20);
    for choice in [
        AdapterChoice::Software,
        AdapterChoice::Gpu,
        AdapterChoice::VulkanSoftware,
    ] {
        // Those that this machine has.
        let Ok(mut backend) = open(choice) else {
            continue;
        };
        for (edge_px, samples) in [
            (512, Samples::One),
            (512, Samples::Four),
            (512, Samples::Sixteen),
            (1024, Samples::Four),
        ] {
            let jobs = jobs("1hvr", Preset::Misi, edge_px, samples);
            let mut turns = jobs.iter().cycle();
            let name = format!("{} {edge_px} px {samples:?}", backend.adapter());
            group.bench_function(name, |b| {
                b.iter(|| {
                    let job = turns.next().expect("a cycle has no end");
                    let frame = backend.draw(job).expect("a picture");
                    backend.recycle(black_box(frame));
                });
            });
        }
    }
}

fn encode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("encode");
    group.sample_size(20);
    let mut backend = open(AdapterChoice::Software).expect("it is always there");
    for edge_px in [512, 1024] {
        let job = jobs("1hvr", Preset::Misi, edge_px, Samples::Four).swap_remove(1);
        let frame = backend.draw(&job).expect("a picture");
        let (mut encoder, mut bytes) = (Encoder::new(), Vec::new());
        for format in [
            ImageFormat::Png,
            ImageFormat::WebP,
            ImageFormat::Jpeg,
            ImageFormat::Tiff,
            ImageFormat::Bmp,
            ImageFormat::Qoi,
        ] {
            for compression in [Compression::Fast, Compression::Small] {
                let encoding = Encoding::from(format).with_compression(compression);
                group.bench_function(format!("{format:?} {compression:?} {edge_px} px"), |b| {
                    b.iter(|| {
                        encoder
                            .encode(black_box(&frame), encoding, &mut bytes)
                            .expect("a file");
                    });
                });
            }
        }
    }
}

criterion_group!(stages, read, scene, draw, encode);
criterion_main!(stages);
