//! A failure affects only its own task.

use std::time::Duration;

use super::support::{Failure, LONG, TestBackend, answers, job, options, scene, task};
use crate::error::RenderError;
use crate::pool::{CancelToken, PoolError, PoolOptions, RenderTask};

#[test]
fn a_panic_is_the_error_of_its_own_order() {
    let (backend, seen) = TestBackend::new();
    let pool = backend.with(13, Failure::Panic).pool(options(2, 100));
    let scene = scene(1);
    let (sender, receiver) = answers();
    for width in 5..25 {
        pool.submit(task(&job(&scene, width), &CancelToken::new(), &sender))
            .unwrap();
    }
    let mut failed = Vec::new();
    for _ in 5..25 {
        failed.extend(receiver.recv_timeout(LONG).unwrap().err());
    }
    assert_eq!(failed.len(), 1);
    let PoolError::Panicked { message } = &failed[0] else {
        panic!("{failed:?}");
    };
    assert_eq!(message, "failure of width 13");
    assert_eq!(failed[0].code(), "internal");
    // Both workers are there, the one with a new backend.
    for _ in 0..20 {
        pool.submit(task(&job(&scene, 5), &CancelToken::new(), &sender))
            .unwrap();
        receiver.recv_timeout(LONG).unwrap().unwrap();
    }
    let health = pool.health();
    assert_eq!((health.draw_threads, health.ready), (2, 2));
    assert_eq!((health.panics, health.failed, health.done), (1, 1, 39));
    assert!(health.reopened <= 1);
    assert!(seen.opened() <= 3);
}

#[test]
fn work_that_fails_counts_as_failed() {
    let (backend, _) = TestBackend::new();
    let pool = backend.pool(options(1, 100));
    let scene = scene(1);
    let (sender, receiver) = answers();
    for i in 0..5 {
        let sender = sender.clone();
        pool.submit(RenderTask::new(
            job(&scene, 8),
            &CancelToken::new(),
            move |_, _| match i {
                0 | 3 => Err(RenderError::Internal {
                    reason: "a full disk".into(),
                }),
                _ => Ok(i),
            },
            move |result| sender.send(result).unwrap(),
        ))
        .unwrap();
    }
    let failed = (0..5).filter(|_| receiver.recv_timeout(LONG).unwrap().is_err());
    assert_eq!(failed.count(), 2);
    let health = pool.health();
    assert_eq!((health.done, health.failed), (3, 2));
}

#[test]
fn a_panic_in_the_work_or_the_answer_affects_no_other_task() {
    for encode_threads in [0, 1] {
        let (backend, _) = TestBackend::new();
        let pool = backend.pool(PoolOptions {
            encode_threads,
            ..options(1, 100)
        });
        let scene = scene(1);
        let (sender, receiver) = answers();
        for i in 0..30 {
            let sender = sender.clone();
            pool.submit(RenderTask::new(
                job(&scene, 8),
                &CancelToken::new(),
                move |_, _| {
                    assert!(i % 3 > 0, "work {i}");
                    Ok(i)
                },
                move |result| {
                    sender.send(result).unwrap();
                    assert!(i % 3 != 1, "answer {i}");
                },
            ))
            .unwrap();
        }
        let results: Vec<_> = (0..30)
            .map(|_| receiver.recv_timeout(LONG).unwrap())
            .collect();
        assert_eq!(results.iter().filter(|result| result.is_ok()).count(), 20);
        for error in results.iter().filter_map(|result| result.as_ref().err()) {
            assert!(
                matches!(error, PoolError::Panicked { message } if message.starts_with("work"))
            );
        }
        let health = pool.health();
        assert_eq!(
            (health.draw_threads, health.encode_threads),
            (1, encode_threads)
        );
    }
}

#[test]
fn a_lost_device_is_reopened_and_the_order_tried_once_more() {
    for (losses, drawn) in [(1, true), (2, false)] {
        let (backend, seen) = TestBackend::new();
        let pool = backend.with(9, Failure::Lost(losses)).pool(options(1, 10));
        let scene = scene(1);
        let (sender, receiver) = answers();
        pool.submit(task(&job(&scene, 9), &CancelToken::new(), &sender))
            .unwrap();
        let result = receiver.recv_timeout(LONG).unwrap();
        assert_eq!(result.is_ok(), drawn, "{result:?}");
        if let Err(error) = result {
            assert_eq!(error.code(), "device_lost");
        }
        // The next is drawn in any case.
        pool.submit(task(&job(&scene, 9), &CancelToken::new(), &sender))
            .unwrap();
        receiver.recv_timeout(LONG).unwrap().unwrap();
        assert_eq!(seen.opened(), 1 + losses);
        let health = pool.health();
        assert_eq!(
            (health.reopened, health.lost),
            (losses as u64, losses as u64)
        );
    }
}

#[test]
fn a_device_that_does_not_answer_is_given_up() {
    let (backend, seen) = TestBackend::new();
    let pool = backend.with(9, Failure::Timeout).pool(options(1, 10));
    let scene = scene(1);
    let (sender, receiver) = answers();
    for width in [9, 8] {
        pool.submit(task(&job(&scene, width), &CancelToken::new(), &sender))
            .unwrap();
    }
    let error = receiver.recv_timeout(LONG).unwrap().unwrap_err();
    assert_eq!(error.code(), "device_timeout");
    receiver.recv_timeout(LONG).unwrap().unwrap();
    assert_eq!((seen.opened(), pool.health().lost), (2, 1));
}

#[test]
fn a_backend_that_cannot_be_opened_is_told_at_once() {
    let (backend, _) = TestBackend::new();
    let error = backend.failing(0, 1).try_pool(options(3, 10)).unwrap_err();
    assert!(matches!(error, RenderError::NoAdapter { .. }));
}

#[test]
fn workers_without_backend_leave_the_orders_to_the_others() {
    let (backend, _) = TestBackend::new();
    let pool = backend.failing(1, 1_000_000).pool(options(3, 100));
    let scene = scene(1);
    let (sender, receiver) = answers();
    for _ in 0..100 {
        pool.submit(task(&job(&scene, 8), &CancelToken::new(), &sender))
            .unwrap();
    }
    for _ in 0..100 {
        receiver.recv_timeout(LONG).unwrap().unwrap();
    }
    let health = pool.health();
    assert_eq!(health.draw_threads, 3);
    assert!(health.ready >= 1);
}

#[test]
fn with_no_backend_left_orders_fail_and_recover() {
    let (backend, _) = TestBackend::new();
    let pool = backend
        .with(13, Failure::Panic)
        .failing(1, 3)
        .pool(options(1, 100));
    let scene = scene(1);
    let (sender, receiver) = answers();
    for (width, code) in [
        (13, Some("internal")),
        (8, Some("no_adapter")),
        (8, Some("no_adapter")),
        (8, None),
    ] {
        pool.submit(task(&job(&scene, width), &CancelToken::new(), &sender))
            .unwrap();
        let result = receiver.recv_timeout(LONG).unwrap();
        assert_eq!(result.err().as_ref().map(PoolError::code), code);
    }
    assert_eq!(pool.health().ready, 1);
}

#[test]
fn a_lost_device_is_waited_for() {
    for (wait, code) in [
        (Duration::from_mins(1), None),
        (Duration::ZERO, Some("device_lost")),
    ] {
        let (backend, _) = TestBackend::new();
        let pool = backend
            .with(9, Failure::Lost(1))
            .failing(1, 2)
            .pool(options(1, 10).with_reopen_wait(wait));
        let scene = scene(1);
        let (sender, receiver) = answers();
        pool.submit(task(&job(&scene, 9), &CancelToken::new(), &sender))
            .unwrap();
        let result = receiver.recv_timeout(LONG).unwrap();
        assert_eq!(result.err().as_ref().map(PoolError::code), code);
    }
}
