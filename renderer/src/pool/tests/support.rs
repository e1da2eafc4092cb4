//! A backend with programmed failures, and tasks for it.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use molshot_molecule::read_bytes;
use molshot_molecule::{Format, PartRole, ReadOptions};
use molshot_scenes::build::PreparedScene;
use molshot_scenes::{Plane, RenderJob, RenderRequest, Samples, Scene, Viewport};

use crate::backend::Backend;
use crate::error::RenderError;
use crate::frame::{Frame, Timings};
use crate::pool::{CancelToken, Pool, PoolError, PoolOptions, RenderTask};

/// Far longer than anything here takes.
pub(super) const LONG: Duration = Duration::from_mins(1);

/// A row of atoms that are bonded.
pub(super) fn scene(atoms: u32) -> Arc<Scene> {
    let mut text = format!("{atoms}\n\n");
    for i in 0..atoms {
        writeln!(
            text,
            "C {:.2} {:.2} 0.0",
            f64::from(i) * 1.5,
            f64::from(i % 2)
        )
        .unwrap();
    }
    let options = ReadOptions::default().with_format(Format::Xyz);
    let structure = read_bytes("row.xyz", text.as_bytes(), PartRole::Whole, &options).unwrap();
    let request = RenderRequest::default();
    let prepared = PreparedScene::new(Arc::new(structure), &request).unwrap();
    Arc::clone(prepared.scene())
}

/// A picture with an edge of so many pixels.
pub(super) fn job(scene: &Arc<Scene>, edge_px: u32) -> RenderJob {
    let camera = molshot_scenes::request::CameraRequest::default();
    let camera = scene.camera(&camera, edge_px, edge_px).unwrap();
    RenderJob::new(
        Arc::clone(scene),
        camera.view(),
        Viewport::whole(edge_px, edge_px),
        Samples::Four,
        [Plane::Color].into_iter().collect(),
    )
    .unwrap()
}

pub(super) fn options(draw_threads: usize, queue: usize) -> PoolOptions {
    PoolOptions {
        draw_threads,
        encode_threads: 0,
        threads_per_picture: 1,
        queue,
        spare_thread: false,
        reopen_wait: Duration::ZERO,
    }
}

pub(super) type Answer = Result<usize, PoolError>;

pub(super) fn answers() -> (Sender<Answer>, Receiver<Answer>) {
    channel()
}

/// An task whose work does nothing.
pub(super) fn task(job: &RenderJob, cancel: &CancelToken, sender: &Sender<Answer>) -> RenderTask {
    let sender = sender.clone();
    RenderTask::new(
        job.clone(),
        cancel,
        |frame, _| Ok(frame.pixel_count()),
        move |result| {
            let _ = sender.send(result);
        },
    )
}

pub(super) fn wait_until(condition: impl Fn() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < LONG, "it does not come to it");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Holds drawing up until it is opened.
#[derive(Clone, Default)]
pub(super) struct Gate(Arc<(Mutex<bool>, Condvar)>);

impl Gate {
    pub(super) fn open(&self) {
        *self.0.0.lock().unwrap() = true;
        self.0.1.notify_all();
    }

    fn pass(&self) {
        let open = self.0.0.lock().unwrap();
        drop(self.0.1.wait_while(open, |open| !*open).unwrap());
    }
}

/// What happens when the picture of this width is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    Panic,
    /// The device is lost, so many times in all.
    Lost(usize),
    Timeout,
}

/// What test backends did, all of a pool together.
#[derive(Clone, Default)]
pub(super) struct Seen(Arc<Counters>);

#[derive(Default)]
struct Counters {
    opened: AtomicUsize,
    uploads: AtomicUsize,
    drawn: AtomicUsize,
    frames_made: AtomicUsize,
    alive: AtomicUsize,
    max_alive: AtomicUsize,
    losses: AtomicUsize,
}

impl Seen {
    pub(super) fn opened(&self) -> usize {
        self.0.opened.load(Ordering::SeqCst)
    }
    pub(super) fn uploads(&self) -> usize {
        self.0.uploads.load(Ordering::SeqCst)
    }
    pub(super) fn drawn(&self) -> usize {
        self.0.drawn.load(Ordering::SeqCst)
    }
    pub(super) fn frames_made(&self) -> usize {
        self.0.frames_made.load(Ordering::SeqCst)
    }
    /// Frames that were drawn and not given back, at most.
    pub(super) fn max_frames_alive(&self) -> usize {
        self.0.max_alive.load(Ordering::SeqCst)
    }
}

/// Makes backends that draw nothing.
#[derive(Clone, Default)]
pub(super) struct TestBackend {
    seen: Seen,
    gate: Option<Gate>,
    failures: Vec<(u32, Failure)>,
    /// Opening fails from this time on, counted from 0, and before the other.
    fails: Option<(usize, usize)>,
}

impl TestBackend {
    pub(super) fn new() -> (Self, Seen) {
        let new = Self::default();
        let seen = new.seen.clone();
        (new, seen)
    }

    /// Nothing is drawn before the gate is open.
    pub(super) fn gate(&mut self) -> Gate {
        self.gate.get_or_insert_default().clone()
    }

    pub(super) fn with(mut self, width_px: u32, failure: Failure) -> Self {
        self.failures.push((width_px, failure));
        self
    }

    /// Opening fails the times `from` to `to - 1`, counted from 0.
    pub(super) fn failing(mut self, from: usize, to: usize) -> Self {
        self.fails = Some((from, to));
        self
    }

    pub(super) fn open(&self) -> Result<Box<dyn Backend>, RenderError> {
        let time = self.seen.0.opened.fetch_add(1, Ordering::SeqCst);
        if self
            .fails
            .is_some_and(|(from, to)| (from..to).contains(&time))
        {
            return Err(RenderError::NoAdapter {
                wanted: "test",
                found: "none".into(),
                remedy: "none".into(),
            });
        }
        Ok(Box::new(Open {
            making: self.clone(),
            holds: None,
            spare: None,
        }))
    }

    pub(super) fn try_pool(self, options: PoolOptions) -> Result<Pool, RenderError> {
        Pool::with_backends(move || self.open(), options)
    }

    pub(super) fn pool(self, options: PoolOptions) -> Pool {
        self.try_pool(options).unwrap()
    }
}

struct Open {
    making: TestBackend,
    holds: Option<Arc<Scene>>,
    spare: Option<Frame>,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Open")
    }
}

impl Backend for Open {
    fn draw_cancellable(&mut self, job: &RenderJob, _: &CancelToken) -> Result<Frame, RenderError> {
        let making = &self.making;
        let counters = &making.seen.0;
        if let Some(gate) = &making.gate {
            gate.pass();
        }
        if !self
            .holds
            .as_ref()
            .is_some_and(|held| Arc::ptr_eq(held, job.scene()))
        {
            self.holds = Some(Arc::clone(job.scene()));
            counters.uploads.fetch_add(1, Ordering::SeqCst);
        }
        let width_px = job.viewport().width_px;
        let failure = making.failures.iter().find(|(width, _)| *width == width_px);
        match failure.map(|(_, failure)| *failure) {
            Some(Failure::Panic) => panic!("failure of width {width_px}"),
            Some(Failure::Lost(times))
                if counters.losses.fetch_add(1, Ordering::SeqCst) < times =>
            {
                return Err(RenderError::DeviceLost {
                    reason: "test".into(),
                });
            }
            Some(Failure::Timeout) => return Err(RenderError::Timeout { seconds: 1 }),
            _ => {}
        }
        counters.drawn.fetch_add(1, Ordering::SeqCst);
        let alive = counters.alive.fetch_add(1, Ordering::SeqCst) + 1;
        counters.max_alive.fetch_max(alive, Ordering::SeqCst);
        Ok(self.spare.take().unwrap_or_else(|| {
            counters.frames_made.fetch_add(1, Ordering::SeqCst);
            Frame {
                width_px,
                height_px: width_px,
                color_rgba: Some(vec![0; (width_px * width_px * 4) as usize]),
                transparent: false,
                depth_angstrom: None,
                depth_units_per_angstrom: 100,
                normal: None,
                atom_id: None,
                residue_id: None,
                label_boxes: None,
                adapter: String::new(),
                timings: Timings::default(),
            }
        }))
    }

    fn recycle(&mut self, frame: Frame) {
        self.making.seen.0.alive.fetch_sub(1, Ordering::SeqCst);
        self.spare = Some(frame);
    }

    fn adapter(&self) -> &'static str {
        "test"
    }
}
