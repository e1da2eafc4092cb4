#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

mod failures;
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use molshot_scenes::request::ImageFormat;
use support::{TestBackend, answers, job, options, scene};

use super::*;
use crate::encode;
use crate::frame::Frame;
use crate::software::SoftwareBackend;

/// Real pictures, of two scenes in turns.
fn real_jobs() -> Vec<molshot_scenes::RenderJob> {
    let scenes = [scene(3), scene(8)];
    (0..24)
        .map(|i| job(&scenes[i / 2 % 2], 40 + i as u32))
        .collect()
}

fn real_pool(workers: usize, encoders: usize) -> Pool {
    Pool::with_backends(
        || Ok(Box::new(SoftwareBackend::new())),
        PoolOptions {
            encode_threads: encoders,
            ..options(workers, 8)
        },
    )
    .unwrap()
}

fn png(frame: &Frame, _: &mut WorkerScratch) -> Result<Vec<u8>, RenderError> {
    Ok(encode::picture(frame, ImageFormat::Png)?.bytes)
}

#[test]
fn any_number_of_workers_gives_the_same_bytes() {
    let jobs = real_jobs();
    let mut backend = SoftwareBackend::new();
    let expected: Vec<Vec<u8>> = jobs
        .iter()
        .map(|job| png(&backend.draw(job).unwrap(), &mut WorkerScratch::default()).unwrap())
        .collect();
    for (workers, encoders) in [(1, 0), (2, 0), (5, 0), (1, 1), (2, 3)] {
        let pool = real_pool(workers, encoders);
        let with_work = || jobs.iter().map(|job| (job.clone(), png));
        let in_order: Vec<_> = pool.map(with_work(), Sequence::InOrder, 7).collect();
        assert!(in_order.iter().map(|(number, _)| *number).eq(0..jobs.len()));
        let mut as_ready: Vec<_> = pool.map(with_work(), Sequence::AsReady, 7).collect();
        as_ready.sort_by_key(|(number, _)| *number);
        for results in [in_order, as_ready] {
            assert_eq!(results.len(), jobs.len());
            for (number, result) in results {
                assert!(result.unwrap() == expected[number], "{workers} {number}");
            }
        }
        // The other way round.
        let turned = jobs.iter().rev().map(|job| (job.clone(), png));
        for (number, result) in pool.map(turned, Sequence::AsReady, 100) {
            assert!(result.unwrap() == expected[jobs.len() - 1 - number]);
        }
        assert_eq!(pool.health().done, 3 * jobs.len() as u64);
    }
}

#[test]
fn a_worker_keeps_to_the_scene_that_it_holds() {
    let (mut backend, seen) = TestBackend::new();
    let gate = backend.gate();
    let pool = backend.pool(options(1, 64));
    let scenes = [scene(1), scene(2)];
    let (sender, receiver) = answers();
    for i in 0..20 {
        pool.submit(support::task(
            &job(&scenes[i % 2], 8),
            &CancelToken::new(),
            &sender,
        ))
        .unwrap();
    }
    gate.open();
    for _ in 0..20 {
        receiver.recv().unwrap().unwrap();
    }
    assert_eq!(
        seen.uploads(),
        2,
        "scenes come in turns, and are drawn in turns"
    );
    pool.finish();
}

#[test]
fn no_scene_starves_behind_another() {
    let (mut backend, _) = TestBackend::new();
    let gate = backend.gate();
    let pool = backend.pool(options(1, 300));
    let (favoured, other) = (scene(1), scene(2));
    let place = Arc::new(AtomicUsize::new(0));
    let (sender, receiver) = answers();
    for i in 0..200 {
        let scene = if i == 1 { &other } else { &favoured };
        let (place, sender) = (Arc::clone(&place), sender.clone());
        pool.submit(RenderTask::new(
            job(scene, 8),
            &CancelToken::new(),
            move |_, _| Ok((i, place.fetch_add(1, Ordering::SeqCst))),
            move |result| {
                sender
                    .send(result.map(|(i, place)| i * 1000 + place))
                    .unwrap();
            },
        ))
        .unwrap();
    }
    gate.open();
    let places: Vec<usize> = (0..200)
        .map(|_| receiver.recv().unwrap().unwrap())
        .collect();
    let place = places.iter().find(|p| **p / 1000 == 1).unwrap() % 1000;
    assert!(
        place > 1 && place < 70,
        "the other scene was drawn as number {place}"
    );
}

#[test]
fn a_full_queue_refuses_and_waits() {
    let (mut backend, _) = TestBackend::new();
    let gate = backend.gate();
    let pool = backend.pool(options(1, 3));
    let (sender, receiver) = answers();
    let scene = scene(1);
    let token = CancelToken::new();
    let task = || support::task(&job(&scene, 8), &token, &sender);
    pool.submit(task()).unwrap();
    support::wait_until(|| pool.health().in_progress == 1);
    for _ in 0..3 {
        pool.try_submit(task()).unwrap();
    }
    let error = pool.try_submit(task()).unwrap_err();
    assert_eq!(error.kind, TrySubmitErrorKind::Full { waiting: 3 });
    let health = pool.health();
    assert_eq!(
        (health.waiting, health.queue, health.in_progress),
        (3, 3, 1)
    );

    // A waiting submitter proceeds when a picture is done, and gives up when it is cancelled.
    let cancelled = CancelToken::new();
    std::thread::scope(|scope| {
        let impatient = scope.spawn(|| {
            let task = support::task(&job(&scene, 8), &cancelled, &sender);
            pool.submit(task).unwrap_err().kind
        });
        cancelled.cancel();
        assert_eq!(impatient.join().unwrap(), TrySubmitErrorKind::Cancelled);
        let patient = scope.spawn(|| pool.submit(*error.task).is_ok());
        gate.open();
        assert!(patient.join().unwrap());
    });
    let results: Vec<_> = (0..6)
        .map(|_| receiver.recv_timeout(support::LONG).unwrap())
        .collect();
    // A refused task that is dropped is answered, too.
    assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 5);
    assert!(matches!(results[0], Err(PoolError::Stopped)));
}

#[test]
fn cancelled_orders_are_dropped_and_the_running_one_is_finished() {
    let (mut backend, seen) = TestBackend::new();
    let gate = backend.gate();
    let pool = backend.pool(options(1, 4));
    let scene = scene(1);
    let token = CancelToken::new();
    let (sender, receiver) = answers();
    let task = |token: &CancelToken| support::task(&job(&scene, 8), token, &sender);
    pool.submit(task(&token)).unwrap();
    support::wait_until(|| pool.health().in_progress == 1);
    for _ in 0..4 {
        pool.submit(task(&token)).unwrap();
    }
    token.cancel();
    // Cancelled tasks free their places at once.
    pool.try_submit(task(&CancelToken::new())).unwrap();
    for _ in 0..4 {
        let error = receiver.recv_timeout(support::LONG).unwrap().unwrap_err();
        assert!(matches!(error, PoolError::Cancelled));
    }
    gate.open();
    for _ in 0..2 {
        receiver.recv_timeout(support::LONG).unwrap().unwrap();
    }
    assert_eq!(seen.drawn(), 2);
    assert_eq!(pool.health().failed, 4);
}

#[test]
fn a_pool_that_stops_finishes_what_it_draws_and_answers_all() {
    let (mut backend, seen) = TestBackend::new();
    let gate = backend.gate();
    let pool = backend.pool(PoolOptions {
        encode_threads: 1,
        ..options(2, 50)
    });
    let scene = scene(1);
    let (sender, receiver) = answers();
    for _ in 0..40 {
        pool.submit(support::task(&job(&scene, 8), &CancelToken::new(), &sender))
            .unwrap();
    }
    support::wait_until(|| pool.health().in_progress == 2);
    let opener = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(30));
        gate.open();
    });
    pool.stop();
    opener.join().unwrap();
    drop(sender);
    let results: Vec<_> = receiver.iter().collect();
    assert_eq!(results.len(), 40);
    let stopped = results
        .iter()
        .filter(|result| matches!(result, Err(PoolError::Stopped)))
        .count();
    assert_eq!(stopped, 38);
    assert_eq!(seen.drawn(), 2);
}

#[test]
fn a_pool_that_finishes_draws_all() {
    let (backend, seen) = TestBackend::new();
    let pool = backend.pool(PoolOptions {
        encode_threads: 2,
        ..options(2, 50)
    });
    let scene = scene(1);
    let (sender, receiver) = answers();
    for _ in 0..40 {
        pool.submit(support::task(&job(&scene, 8), &CancelToken::new(), &sender))
            .unwrap();
    }
    pool.finish();
    drop(sender);
    assert_eq!(receiver.iter().flatten().count(), 40);
    assert_eq!(seen.drawn(), 40);
}

#[test]
fn frames_come_back_and_are_few() {
    for encoders in [0, 2] {
        let (backend, seen) = TestBackend::new();
        let pool = backend.pool(PoolOptions {
            encode_threads: encoders,
            ..options(2, 8)
        });
        let scene = scene(1);
        let jobs = (0..500).map(|_| {
            (job(&scene, 16), |_: &Frame, scratch: &mut WorkerScratch| {
                scratch.bytes.clear();
                scratch.bytes.extend_from_slice(&[0; 100]);
                Ok(scratch.bytes.as_ptr() as usize)
            })
        });
        let buffers: std::collections::BTreeSet<usize> = pool
            .map(jobs, Sequence::AsReady, 16)
            .map(|(_, result)| result.unwrap())
            .collect();
        assert!(buffers.len() <= 2 + encoders, "a buffer a thread");
        // Two being drawn, as many spare, and those with the encoders.
        assert!(
            seen.frames_made() <= 4 + 2 * encoders + 2,
            "{} frames were made for 500 pictures",
            seen.frames_made()
        );
        assert!(seen.max_frames_alive() <= 4 + 2 * encoders);
    }
}

#[test]
fn a_slow_consumer_holds_the_sequence_back() {
    let (backend, seen) = TestBackend::new();
    let pool = backend.pool(options(2, 8));
    let scene = scene(1);
    let jobs = (0..1000).map(|_| (job(&scene, 8), |_: &Frame, _: &mut WorkerScratch| Ok(())));
    let mut results = pool.map(jobs, Sequence::InOrder, 5);
    for taken in 1..=20 {
        results.next().unwrap().1.unwrap();
        std::thread::sleep(Duration::from_millis(2));
        assert!(seen.drawn() <= taken + 5);
    }
    drop(results);
    pool.finish();
    assert!(seen.drawn() <= 25);
}
