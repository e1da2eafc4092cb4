//! The built-in rasteriser gives the bytes whose hashes stand in `tests/hashes.txt`: with every
//! instruction set and number of threads, in any order, on any machine.
//!
//! `BLESS=1 cargo test --test integration drawing::hashes` rewrites the file after an intended
//! change of pixels or of the encoder. A line holds a job's name, the SHA-256 of its decoded pixels
//! (and of its other planes, where it has any), and the SHA-256 of its PNG file.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;

use crate::support::library::{SCENES, sample_job};
use crate::support::meshes::generate_with_mesh;
use crate::support::scenes::{MAX_ATOMS, generate};
use crate::support::{Chance, draw, structure};
use molshot_renderer::encode;
use molshot_renderer::software::{InstructionSet, SoftwareBackend};
use molshot_scenes::request::ImageFormat;
use molshot_scenes::{
    AmbientOcclusion, Effects, Keyword, Plane, RenderJob, Samples, Scene, Silhouettes, Viewport,
};
use sha2::{Digest, Sha256};

/// Each sample scene with each number of samples, and generated scenes of all kinds: fifty with
/// one, four and sixteen samples, thirteen with nine, then each sample scene with `auto`, and with
/// all effects; then meshes.
fn jobs() -> Vec<(String, RenderJob)> {
    let settings = [Samples::One, Samples::Four, Samples::Sixteen];
    let mut jobs = Vec::new();
    for scene in SCENES {
        for samples in settings {
            let name = format!("{scene}-{}", samples.count());
            jobs.push((name, sample_job(scene, [192, 144], samples)));
        }
    }
    let structure = structure(MAX_ATOMS);
    for case in 0..50 - jobs.len() as u64 {
        let made = generate(7000 + case, case % 3 == 1, &structure);
        let samples = settings[case as usize % 3];
        let viewport = Viewport::whole(120 + case as u32, 91);
        let job = if case % 2 == 0 {
            // Colour alone: then edge pixels are not shaded at their centres.
            let planes = [Plane::Color].into_iter().collect();
            RenderJob::new(
                made.scene().clone(),
                *made.view(),
                viewport,
                samples,
                planes,
            )
            .expect("a generated view is sound")
        } else {
            crate::support::job(made.scene(), *made.view(), viewport, samples)
        };
        jobs.push((format!("generated-{case}-{}", samples.count()), job));
    }
    for scene in SCENES {
        jobs.push((
            format!("{scene}-9"),
            sample_job(scene, [192, 144], Samples::Nine),
        ));
    }
    for case in 0..63 - jobs.len() as u64 {
        let made = generate(7100 + case, case % 2 == 1, &structure);
        let viewport = Viewport::whole(120 + case as u32, 91);
        let job = crate::support::job(made.scene(), *made.view(), viewport, Samples::Nine);
        jobs.push((format!("generated-{case}-9-samples"), job));
    }
    for scene in SCENES {
        jobs.push((
            format!("{scene}-auto"),
            sample_job(scene, [320, 240], Samples::Auto),
        ));
    }
    let effects = Effects {
        silhouettes: Some(Silhouettes::DEFAULT),
        ambient_occlusion: Some(AmbientOcclusion::DEFAULT),
        shadows: true,
    };
    for scene in SCENES {
        let job = sample_job(scene, [203, 150], Samples::Four);
        let with_effects = Scene::clone(job.scene()).with_effects(effects);
        let job = RenderJob::new(
            Arc::new(with_effects.expect("numbers in range")),
            *job.view(),
            *job.viewport(),
            job.samples(),
            job.planes().clone(),
        );
        jobs.push((format!("{scene}-effects"), job.expect("a sound job")));
    }
    let meshes = [
        Samples::One,
        Samples::Four,
        Samples::Nine,
        Samples::Sixteen,
        Samples::Auto,
    ];
    for (case, samples) in (0..).zip(meshes) {
        let made = generate_with_mesh(case, case % 2 == 1, &structure);
        let viewport = Viewport::whole(120, 91);
        let job = crate::support::job(made.scene(), *made.view(), viewport, samples);
        jobs.push((format!("mesh-{}", samples.keyword()), job));
    }
    assert_eq!(jobs.len(), 63 + 2 * SCENES.len() + meshes.len());
    jobs
}

fn hex(hash: Sha256) -> String {
    hash.finalize()
        .iter()
        .fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("a String takes all text");
            text
        })
}

/// The line of a job. Its pixels are decoded from the file, so that the first hash does not depend
/// on the encoder.
fn line(backend: &mut SoftwareBackend, name: &str, job: &RenderJob) -> String {
    let frame = draw(backend, job);
    let file = encode::picture(&frame, ImageFormat::Png)
        .expect("a PNG holds every picture")
        .bytes;
    let mut reader = png::Decoder::new(std::io::Cursor::new(&file))
        .read_info()
        .expect("a PNG that was just written");
    let mut decoded = vec![0; reader.output_buffer_size().expect("a small picture")];
    reader.next_frame(&mut decoded).expect("a whole picture");
    let mut pixels = Sha256::new();
    pixels.update(&decoded);
    for depth in frame.depth_angstrom.iter().flatten() {
        pixels.update(depth.to_le_bytes());
    }
    for part in frame.normal.iter().flatten().flatten() {
        pixels.update(part.to_le_bytes());
    }
    for id in [&frame.atom_id, &frame.residue_id]
        .into_iter()
        .flatten()
        .flatten()
    {
        pixels.update(id.to_le_bytes());
    }
    let mut bytes = Sha256::new();
    bytes.update(&file);
    format!("{name} {} {}", hex(pixels), hex(bytes))
}

fn committed() -> PathBuf {
    crate::support::repository().join("tests/hashes.txt")
}

#[test]
fn every_job_gives_the_committed_bytes() {
    let jobs = jobs();
    if std::env::var_os("BLESS").is_some_and(|value| value == "1") {
        assert!(
            std::env::var_os("CI").is_none(),
            "the file is never rewritten in CI"
        );
        let mut backend = SoftwareBackend::new();
        let text: String = jobs
            .iter()
            .map(|(name, job)| line(&mut backend, name, job) + "\n")
            .collect();
        std::fs::write(committed(), text).expect("the folder of tests is writable");
    }
    let text = std::fs::read_to_string(committed()).expect("the committed hashes");
    let expected: Vec<&str> = text.lines().collect();
    assert_eq!(expected.len(), jobs.len());
    let mut chance = Chance(1);
    let mut wrong = Vec::new();
    for set in InstructionSet::ALL {
        for threads in [1, 2, 5] {
            let Some(mut backend) = SoftwareBackend::with(set, threads) else {
                continue;
            };
            // A different order each time.
            let mut order: Vec<usize> = (0..jobs.len()).collect();
            for place in (1..order.len()).rev() {
                order.swap(place, chance.below(place as u32 + 1) as usize);
            }
            for index in order {
                let (name, job) = &jobs[index];
                if line(&mut backend, name, job) != expected[index] {
                    wrong.push(format!("{name}: {}, {threads} threads", set.name()));
                }
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "bytes differ from the committed ones: {wrong:#?}"
    );
}
