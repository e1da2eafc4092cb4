//! The structures of one scene that are drawn after each other: frames of a trajectory, or models.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use molshot_molecule::Structure;

use super::super::frames::FramesOf;
use super::super::group::Group;
use super::super::pictures::States;
use super::BatchRender;
use crate::cli::input::RequestedStructure;
use crate::cli::message::CliError;

/// Where the structures of a scene come from.
pub(super) struct SceneStates<'a> {
    batch: &'a BatchRender<'a>,
    group: &'a Group<'a>,
    structure: &'a Arc<Structure>,
    source: &'a RequestedStructure,
    frames: Option<FramesOf<'a>>,
}

impl<'a> SceneStates<'a> {
    /// Checks that a trajectory is of the structure of the group, which was read from `source`.
    pub(super) fn new(
        batch: &'a BatchRender<'a>,
        group: &'a Group<'a>,
        structure: &'a Arc<Structure>,
        source: &'a RequestedStructure,
    ) -> Result<Self, CliError> {
        let frames = match &batch.frames {
            Some(frames) => Some(frames.of(structure)?),
            None => None,
        };
        Ok(Self {
            batch,
            group,
            structure,
            source,
            frames,
        })
    }

    /// The structure that is drawn first.
    pub(super) fn first(&self) -> Arc<Structure> {
        let frames = self.frames.as_ref();
        Arc::clone(frames.map_or(self.structure, |frames| &frames.first))
    }

    /// The structure of a frame or model, by its place among those that are drawn.
    pub(super) fn at(&self, state: usize) -> Result<Arc<Structure>, CliError> {
        if let Some(frames) = &self.frames {
            return frames.at(state);
        }
        match self.batch.pictures.states() {
            States::Models(numbers) => {
                let (args, number) = (self.batch.args, numbers[state]);
                self.group.model(args, self.source, number)
            }
            _ => Ok(self.first()),
        }
    }

    /// Whether a structure is drawn from the camera of the first: it has the same atoms, in other
    /// places. Models of other atoms are other molecules, each of which has its own camera.
    pub(super) fn shares_camera(&self, structure: &Structure) -> bool {
        self.frames.is_some() || self.structure.atoms().name == structure.atoms().name
    }
}

/// Does the work of all states with several threads, which build scenes while others are drawn.
/// Returns the first failure, after which no other state is begun.
pub(super) fn for_each(
    states: usize,
    threads: usize,
    is_stopped: impl Fn() -> bool + Sync,
    work: impl Fn(usize) -> Result<(), CliError> + Sync,
) -> Result<(), CliError> {
    let next = AtomicUsize::new(0);
    let failed: Mutex<Option<CliError>> = Mutex::new(None);
    let has_failed = || {
        let failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
        failed.is_some()
    };
    let run = || {
        while !is_stopped() && !has_failed() {
            let state = next.fetch_add(1, Ordering::Relaxed);
            if state >= states {
                break;
            }
            if let Err(error) = work(state) {
                let mut failed = failed.lock().unwrap_or_else(PoisonError::into_inner);
                failed.get_or_insert(error);
            }
        }
    };
    let threads = threads.min(states);
    if threads < 2 {
        run();
    } else {
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(run);
            }
        });
    }
    failed
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .map_or(Ok(()), Err)
}
