//! Equal jobs give equal bytes: twice in a row, on a fresh device, after other work, from several
//! threads.

use crate::support::scenes::{MAX_ATOMS, generate};
use crate::support::{draw, open, structure};
use molshot_renderer::Backend;
use molshot_renderer::encode::{plane_npy, plane_png};
use molshot_scenes::request::ImageFormat;
use molshot_scenes::{Plane, RenderJob, Samples, Viewport};

/// Every file that a job can become.
fn files(backend: &mut dyn Backend, job: &RenderJob) -> Vec<Vec<u8>> {
    let frame = draw(backend, job);
    let mut files = vec![
        molshot_renderer::encode::picture(&frame, ImageFormat::Png)
            .expect("a PNG holds every picture")
            .bytes,
    ];
    for plane in Plane::ALL.into_iter().filter(|plane| !plane.is_mask()) {
        files.push(plane_png(&frame, plane).expect("asked for"));
        if plane != Plane::Color {
            files.push(plane_npy(&frame, plane).expect("asked for"));
        }
    }
    files
}

/// Jobs of several sizes, samples and scenes.
fn jobs() -> Vec<RenderJob> {
    let structure = structure(MAX_ATOMS);
    let samples = [Samples::One, Samples::Four, Samples::Nine, Samples::Sixteen];
    (0..samples.len())
        .map(|case: usize| {
            let job = generate(500 + case as u64, case == 1, &structure);
            let viewport = Viewport::whole(101 + case as u32, 77);
            crate::support::job(job.scene(), *job.view(), viewport, samples[case])
        })
        .collect()
}

#[test]
fn the_same_job_twice_gives_equal_bytes() {
    let mut backend = open();
    for job in jobs() {
        let first = files(backend.as_mut(), &job);
        assert!(first == files(backend.as_mut(), &job));
    }
}

#[test]
fn a_fresh_device_and_fifty_other_jobs_change_no_byte() {
    let jobs = jobs();
    let mut used = open();
    let first: Vec<_> = jobs.iter().map(|job| files(used.as_mut(), job)).collect();
    let structure = structure(MAX_ATOMS);
    for other in 0..50 {
        draw(
            used.as_mut(),
            &generate(2000 + other, other % 2 == 0, &structure),
        );
    }
    let mut fresh = open();
    // In another order as well, so that what is kept from job to job differs.
    for (job, first) in jobs.iter().zip(&first).rev() {
        assert!(
            *first == files(used.as_mut(), job),
            "after fifty other jobs"
        );
        assert!(*first == files(fresh.as_mut(), job), "on a fresh device");
    }
}

#[test]
fn four_threads_draw_what_one_draws() {
    let jobs = jobs();
    let mut one = open();
    let expected: Vec<_> = jobs.iter().map(|job| files(one.as_mut(), job)).collect();
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (jobs, expected) = (&jobs, &expected);
            scope.spawn(move || {
                let mut backend = open();
                for turn in 0..jobs.len() {
                    let job = (turn + thread) % jobs.len();
                    assert!(expected[job] == files(backend.as_mut(), &jobs[job]));
                }
            });
        }
    });
}
