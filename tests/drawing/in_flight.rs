//! Several pictures in flight on one device: the bytes are those of pictures that are drawn one
//! after the other, and each job is answered once, whatever is lost or cancelled in between.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use molshot_renderer::backend::{Begun, FramesInFlight, UnreadPicture};
use molshot_renderer::pool::{Health, Pool, PoolError, PoolOptions, RenderTask, Sequence};
use molshot_renderer::{AdapterChoice, Backend, BackendKind, CancelToken, Frame, RenderError};
use molshot_scenes::{CropRect, Plane, RenderJob, Samples};

use crate::support::library::{SCENES, sample_job};
use crate::support::{Chance, draw, open};

/// Longest wait for an answer; the machine may be loaded.
const LONG: Duration = Duration::from_mins(2);

/// What must be equal: everything but the times.
fn planes(frame: &Frame) -> Frame {
    let mut planes = frame.clone();
    planes.timings = molshot_renderer::Timings::default();
    planes
}

/// The sample scenes with all planes, in colour alone, and a crop of each.
fn jobs() -> Vec<RenderJob> {
    let samples = [Samples::Four, Samples::One, Samples::Nine];
    let mut jobs = Vec::new();
    for (index, scene) in SCENES.into_iter().enumerate() {
        let job = sample_job(scene, [96, 80], samples[index % samples.len()]);
        let mut cropped = *job.viewport();
        cropped.crop = CropRect {
            x_px: 11,
            y_px: 7,
            width_px: 50,
            height_px: 61,
        };
        let crop = RenderJob::new(
            Arc::clone(job.scene()),
            *job.view(),
            cropped,
            job.samples(),
            job.planes().clone(),
        );
        let color = job.with_planes([Plane::Color].into_iter().collect());
        jobs.extend([
            crop.expect("a part of a picture is valid"),
            color.expect("a plane of a picture is valid"),
            job,
        ]);
    }
    jobs
}

#[test]
fn pictures_in_flight_have_the_bytes_of_pictures_one_by_one() {
    let jobs = jobs();
    let mut one = open();
    let expected: Vec<Frame> = jobs
        .iter()
        .map(|job| planes(&draw(one.as_mut(), job)))
        .collect();
    let mut options = PoolOptions::throughput(BackendKind::VulkanSoftware, 2);
    options.draw_threads = 1;
    options.encode_threads = 1;
    let pool = Pool::open(AdapterChoice::VulkanSoftware, |_| options)
        .expect("these tests draw with lavapipe: install mesa-vulkan-drivers");
    let work = |frame: &Frame, _: &mut _| Ok(planes(frame));
    for round in 0..2 {
        let queued = jobs.iter().map(|job| (job.clone(), work));
        for (number, drawn) in pool.map(queued, Sequence::InOrder, 16) {
            let drawn = drawn.expect("a sample scene can be drawn");
            assert!(drawn == expected[number], "round {round}, job {number}");
        }
    }
    let health = idle(&pool);
    assert!(health.most_in_flight >= 3, "{health:?}");
    assert_eq!((health.done, health.failed), (2 * jobs.len() as u64, 0));
}

/// The state of the pool once its workers have counted what they answered.
fn idle(pool: &Pool) -> Health {
    let start = Instant::now();
    loop {
        let health = pool.health();
        if health.in_progress == 0 {
            return health;
        }
        assert!(start.elapsed() < LONG, "{health:?}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// A number below `limit`.
fn below(chance: &Mutex<Chance>, limit: u32) -> u64 {
    u64::from(chance.lock().expect("no panic holds it").below(limit))
}

/// A backend whose device is lost before some pictures are begun or finished.
#[derive(Debug)]
struct LosingBackend {
    inner: Box<dyn Backend>,
    chance: Arc<Mutex<Chance>>,
    losses_left: Arc<AtomicUsize>,
}

impl LosingBackend {
    fn lose_by_chance(&mut self) {
        let is_lost = below(&self.chance, 15) == 0
            && self
                .losses_left
                .fetch_update(Ordering::AcqRel, Ordering::Acquire, |left| {
                    left.checked_sub(1)
                })
                .is_ok();
        if is_lost {
            self.inner.lose_device();
        }
    }

    fn inner(&mut self) -> &mut dyn FramesInFlight {
        self.inner
            .frames_in_flight()
            .expect("wgpu draws beside the thread")
    }
}

impl Backend for LosingBackend {
    fn draw_cancellable(
        &mut self,
        job: &RenderJob,
        cancel: &CancelToken,
    ) -> Result<Frame, RenderError> {
        self.inner.draw_cancellable(job, cancel)
    }

    fn frames_in_flight(&mut self) -> Option<&mut dyn FramesInFlight> {
        Some(self)
    }

    fn adapter(&self) -> &str {
        self.inner.adapter()
    }

    fn kind(&self) -> BackendKind {
        self.inner.kind()
    }
}

impl FramesInFlight for LosingBackend {
    fn begin(&mut self, job: &RenderJob, cancel: &CancelToken) -> Result<Begun, RenderError> {
        self.lose_by_chance();
        self.inner().begin(job, cancel)
    }

    fn finish_oldest(&mut self) -> Result<Box<dyn UnreadPicture>, RenderError> {
        self.lose_by_chance();
        self.inner().finish_oldest()
    }

    fn wait_for_slot(&mut self, timeout: Duration) {
        self.inner().wait_for_slot(timeout);
    }
}

#[test]
fn fifty_lost_devices_and_fifty_cancelled_jobs_lose_no_answer() {
    const LOSSES: usize = 50;
    const CANCELLED: usize = 50;
    let jobs: Vec<RenderJob> = SCENES[..3]
        .iter()
        .map(|scene| sample_job(scene, [64, 48], Samples::Four))
        .collect();
    let mut one = open();
    let expected: Vec<Frame> = jobs
        .iter()
        .map(|job| planes(&draw(one.as_mut(), job)))
        .collect();
    drop(one);
    let chance = Arc::new(Mutex::new(Chance(22)));
    let losses_left = Arc::new(AtomicUsize::new(LOSSES));
    let open_losing = {
        let (chance, losses_left) = (Arc::clone(&chance), Arc::clone(&losses_left));
        move || {
            Ok(Box::new(LosingBackend {
                inner: molshot_renderer::open(AdapterChoice::VulkanSoftware)?,
                chance: Arc::clone(&chance),
                losses_left: Arc::clone(&losses_left),
            }) as Box<dyn Backend>)
        }
    };
    let mut options = PoolOptions::throughput(BackendKind::VulkanSoftware, 2);
    options.draw_threads = 1;
    options.encode_threads = 1;
    options.queue = 8;
    let pool = Pool::with_backends(open_losing, options)
        .expect("these tests draw with lavapipe: install mesa-vulkan-drivers");
    let (sender, receiver) = channel();
    let mut answers = Vec::new();
    let mut submitted = 0;
    let mut cancelled = 0;
    // Until all devices are lost and all jobs are cancelled that are to be.
    while losses_left.load(Ordering::Acquire) > 0 || cancelled < CANCELLED {
        let cancel = CancelToken::new();
        let number = submitted % jobs.len();
        let sender = sender.clone();
        let index = submitted;
        let task = RenderTask::new(
            jobs[number].clone(),
            &cancel,
            |frame, _| Ok(planes(frame)),
            move |result: Result<Frame, PoolError>| {
                sender.send((index, result)).expect("the test waits");
            },
        );
        pool.submit(task)
            .map_err(|error| error.kind)
            .expect("the pool runs");
        submitted += 1;
        let pause = below(&chance, 2000);
        std::thread::sleep(Duration::from_micros(pause));
        if cancelled < CANCELLED && pause.is_multiple_of(3) {
            cancel.cancel();
            cancelled += 1;
        }
        answers.extend(receiver.try_iter());
        assert!(submitted < 20_000, "{losses_left:?} losses are left");
    }
    while answers.len() < submitted {
        answers.push(receiver.recv_timeout(LONG).expect("each job is answered"));
    }
    let mut seen = vec![false; submitted];
    let mut drawn = 0;
    for (index, answer) in answers {
        assert!(
            !std::mem::replace(&mut seen[index], true),
            "{index} was answered twice"
        );
        match answer {
            Ok(frame) => {
                assert!(frame == expected[index % jobs.len()], "job {index}");
                drawn += 1;
            }
            // A job that is lost twice fails.
            Err(error) => assert!(
                ["cancelled", "device_lost"].contains(&error.code()),
                "{error}"
            ),
        }
    }
    let health = idle(&pool);
    assert!(drawn > submitted / 2, "{drawn} of {submitted}");
    assert_eq!((health.panics, health.waiting), (0, 0));
    // Some are noticed together.
    assert!(health.lost >= LOSSES as u64 / 2, "{health:?}");
    pool.finish();
}
