//! The workers that draw, and the pictures that are on their way.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use molshot::molecule::Structure as MoleculeStructure;
use molshot::renderer::CancelToken;
use molshot::renderer::pool::{PoolOptions, RenderTask, TrySubmitErrorKind};
use molshot::scenes::Camera;
use molshot::{AdapterChoice, Pool as WorkerPool, PreparedScene, RenderJob, RenderRequest};
use numpy::{IntoPyArray, PyArrayMethods};
use pyo3::prelude::*;

use crate::argument::{Given, Whole, given};
use crate::failure::Failure;
use crate::interrupt::{self, Mailbox};
use crate::picture::{Picture, planar_rgb};
use crate::request::Request;
use crate::structure::Structure;

/// Scenes that are kept for further views.
const KEPT_SCENES: usize = 8;
/// Limit of threads, as on the command line.
const MAX_THREADS: u64 = 1024;
/// Wait for a free place in the queue.
const FULL_QUEUE_WAIT: Duration = Duration::from_millis(1);

/// A scene and its fitted camera, before any view command.
struct KeptScene {
    structure: Arc<MoleculeStructure>,
    /// The request without its commands.
    request: RenderRequest,
    scene: Arc<(PreparedScene, Camera)>,
}

/// Worker threads that draw.
#[pyclass(frozen, module = "molshot._molshot")]
pub(crate) struct Pool {
    workers: Mutex<Option<Arc<WorkerPool>>>,
    scenes: Mutex<VecDeque<KeptScene>>,
    /// The process that started the threads. A child made by `fork` has none of them.
    process: u32,
    threads: usize,
    adapter: String,
}

impl Drop for Pool {
    fn drop(&mut self) {
        if std::process::id() != self.process {
            // The threads of another process cannot be joined, and their locks may be held.
            std::mem::forget(self.workers.get_mut().map(Option::take));
        }
    }
}

impl Pool {
    /// Refuses calls in a child process: the threads are in the one that started them.
    fn check_process(&self) -> Result<(), Failure> {
        if std::process::id() == self.process {
            Ok(())
        } else {
            Err(Failure::other_process())
        }
    }

    fn open_pool(&self) -> Result<Arc<WorkerPool>, Failure> {
        self.check_process()?;
        let pool = self.workers.lock().unwrap_or_else(PoisonError::into_inner);
        pool.clone().ok_or_else(Failure::closed)
    }

    /// The job of a picture. Views of one scene share it.
    fn job(
        &self,
        structure: &Arc<MoleculeStructure>,
        request: &RenderRequest,
    ) -> Result<RenderJob, Failure> {
        let commands = request.view_commands()?;
        let mut key = request.clone();
        key.commands.clear();
        let lock = || self.scenes.lock().unwrap_or_else(PoisonError::into_inner);
        let kept = lock()
            .iter()
            .find(|kept| Arc::ptr_eq(&kept.structure, structure) && kept.request == key)
            .map(|kept| Arc::clone(&kept.scene));
        let scene = if let Some(scene) = kept {
            scene
        } else {
            let prepared = PreparedScene::new(Arc::clone(structure), &key)?;
            let camera = prepared.camera()?;
            let scene = Arc::new((prepared, camera));
            let mut scenes = lock();
            if scenes.len() == KEPT_SCENES {
                scenes.pop_front();
            }
            scenes.push_back(KeptScene {
                structure: Arc::clone(structure),
                request: key,
                scene: Arc::clone(&scene),
            });
            scene
        };
        let (prepared, fitted) = &*scene;
        let mut camera = fitted.clone();
        camera.apply(commands, &prepared.scene().structure)?;
        Ok(prepared.job_from(&camera)?)
    }
}

#[pymethods]
impl Pool {
    /// Starts `threads` threads (None for all processors that the process may use).
    #[new]
    #[pyo3(signature = (threads, adapter))]
    fn new(
        py: Python<'_>,
        threads: Given<Option<Whole<usize, 1, MAX_THREADS>>>,
        adapter: Given<String>,
    ) -> PyResult<Self> {
        given!(threads, adapter);
        let choice = adapter
            .parse::<AdapterChoice>()
            .map_err(|error| Failure::argument(format!("adapter: {error}")))?;
        let threads = threads.map_or_else(PoolOptions::available_threads, |count| count.0);
        let pool = interrupt::run(py, move || {
            Ok(WorkerPool::open(choice, |kind| {
                PoolOptions::throughput(kind, threads)
            })?)
        })?;
        Ok(Self {
            adapter: pool.adapter().to_owned(),
            workers: Mutex::new(Some(Arc::new(pool))),
            scenes: Mutex::new(VecDeque::new()),
            process: std::process::id(),
            threads,
        })
    }

    /// Name of the adapter.
    #[getter]
    fn adapter(&self) -> &str {
        &self.adapter
    }

    /// Number of threads.
    #[getter]
    fn threads(&self) -> usize {
        self.threads
    }

    /// Ends the threads once the pictures that are being drawn are complete.
    fn close(&self, py: Python<'_>) {
        if std::process::id() != self.process {
            return;
        }
        let pool = self
            .workers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // Dropping the pool waits for its threads.
        py.detach(|| drop(pool));
    }
}

/// What a batch makes of a frame.
#[derive(Debug)]
enum Drawn {
    Picture(Box<Picture>),
    /// Red, green and blue, each (height, width): what networks take.
    Planar {
        rgb: Vec<u8>,
        shape: [usize; 3],
    },
}

type Numbered = (usize, Result<Drawn, Failure>);

/// Pictures on their way: submitted with a number, and taken as they are ready.
#[pyclass(frozen, module = "molshot._molshot")]
pub(crate) struct Batch {
    pool: Py<Pool>,
    results: Arc<Mailbox<Numbered>>,
    cancel: CancelToken,
    planar: bool,
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

#[pymethods]
impl Batch {
    /// A planar batch makes arrays (3, height, width) on the threads that draw, and no pictures.
    #[new]
    #[pyo3(signature = (pool, planar = false))]
    fn new(pool: Py<Pool>, planar: bool) -> Self {
        Self {
            pool,
            results: Mailbox::new(),
            cancel: CancelToken::new(),
            planar,
        }
    }

    /// Queues a picture.
    fn submit(
        &self,
        py: Python<'_>,
        number: usize,
        structure: &Structure,
        request: &Request,
    ) -> PyResult<()> {
        let pool = self.pool.get();
        let workers = pool.open_pool()?;
        let structure = &structure.structure;
        let (job, output) = (&request.request, request.request.output.clone());
        let job = py.detach(|| pool.job(structure, job))?;
        let results = Arc::clone(&self.results);
        let drawn = job.clone();
        let planar = self.planar;
        let mut task = RenderTask::new(
            job,
            &self.cancel,
            move |frame, _| match frame.color_rgba.as_deref() {
                Some(rgba) if planar => Ok(Drawn::Planar {
                    rgb: planar_rgb(rgba),
                    shape: [3, frame.height_px as usize, frame.width_px as usize],
                }),
                _ => Ok(Drawn::Picture(Box::new(Picture::new(
                    frame.clone(),
                    drawn,
                    &output,
                )))),
            },
            move |result| results.put((number, result.map_err(Failure::from))),
        );
        loop {
            match py.detach(|| workers.try_submit(task)) {
                Ok(()) => return Ok(()),
                Err(error) if matches!(error.kind, TrySubmitErrorKind::Full { .. }) => {
                    task = *error.task;
                }
                Err(error) => {
                    error.complete();
                    return Ok(());
                }
            }
            py.detach(|| std::thread::sleep(FULL_QUEUE_WAIT));
            if let Err(error) = py.check_signals() {
                self.cancel.cancel();
                return Err(error);
            }
        }
    }

    /// Waits for the next picture. Returns its number, and the picture, the array (3, height,
    /// width) of a planar batch, or the exception of a picture that failed.
    fn next(&self, py: Python<'_>) -> PyResult<(usize, Py<PyAny>)> {
        // It would wait for ever: the pictures arrive in the parent.
        self.pool.get().check_process()?;
        let (number, result) = self
            .results
            .wait(py)
            .inspect_err(|_| self.cancel.cancel())?;
        let drawn = match result {
            Ok(Drawn::Picture(_)) if self.planar => Err(Failure::argument(
                "the plane color was not drawn; add \"color\" to planes",
            )
            .into()),
            Ok(Drawn::Picture(picture)) => Py::new(py, *picture).map(Py::into_any),
            Ok(Drawn::Planar { rgb, shape }) => {
                let array = rgb.into_pyarray(py).reshape(shape);
                array.map(|array| array.into_any().unbind())
            }
            Err(failure) => Err(PyErr::from(failure)),
        };
        let drawn = drawn.unwrap_or_else(|error| error.into_value(py).into_any());
        Ok((number, drawn))
    }

    /// Cancels what is not drawn yet.
    fn cancel(&self) {
        self.cancel.cancel();
    }
}
