//! What a picture knows beside its planes: the job that it was drawn from, or what was pickled of
//! that.

use std::collections::BTreeMap;

use molshot::renderer::annotations::{ClassMask, ClassTable, class_mask};
use molshot::renderer::{CancelToken, annotate};
use molshot::{Frame, Plane, RenderJob};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// Where annotations and masks come from.
#[derive(Debug, Clone)]
pub(crate) enum Origin {
    /// The picture was drawn in this process.
    Job(RenderJob),
    /// The picture was pickled.
    Pickled(Pickled),
}

/// What a pickled picture keeps instead of its job.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Pickled {
    planes: Vec<Plane>,
    /// The document, if the atom ids were drawn.
    annotations: Option<String>,
    /// By name of the plane: the classes, or why there are none.
    masks: BTreeMap<String, Result<ClassTable, String>>,
}

impl Origin {
    /// The planes that were drawn.
    pub(crate) fn planes(&self) -> Vec<Plane> {
        match self {
            Self::Job(job) => job.planes().iter().copied().collect(),
            Self::Pickled(pickled) => pickled.planes.clone(),
        }
    }

    /// Whether a plane was drawn.
    pub(crate) fn has(&self, plane: Plane) -> bool {
        match self {
            Self::Job(job) => job.planes().contains(&plane),
            Self::Pickled(pickled) => pickled.planes.contains(&plane),
        }
    }

    /// The annotations of a frame with atom ids, as a JSON text.
    pub(crate) fn annotations(&self, frame: &Frame) -> Result<String, Failure> {
        match self {
            Self::Job(job) => json(&annotate(job, frame, &[])?),
            Self::Pickled(pickled) => {
                let missing = || Failure::internal("the pickled picture has no annotations");
                pickled.annotations.clone().ok_or_else(missing)
            }
        }
    }

    /// A class mask of a frame with atom ids.
    pub(crate) fn mask(&self, frame: &Frame, plane: Plane) -> Result<ClassMask, Failure> {
        match self {
            Self::Job(job) => Ok(class_mask(job, frame, plane)?),
            Self::Pickled(pickled) => {
                let ids = frame.atom_id.as_deref().unwrap_or_default();
                match pickled.masks.get(plane.name()) {
                    Some(Ok(table)) => Ok(table.mask(ids, frame.width_px, &CancelToken::new())?),
                    Some(Err(problem)) => Err(Failure::argument(problem.clone())),
                    None => Err(Failure::internal("the pickled picture has no such mask")),
                }
            }
        }
    }

    /// What is pickled of a picture, whose frame has its atom ids if these were drawn.
    pub(crate) fn pickled(&self, frame: &Frame) -> Result<Pickled, Failure> {
        let job = match self {
            Self::Job(job) => job,
            Self::Pickled(pickled) => return Ok(pickled.clone()),
        };
        let has_atoms = job.planes().contains(&Plane::AtomId);
        let table = |plane: Plane| {
            let table = ClassTable::new(&job.scene().structure, plane);
            (
                plane.name().to_owned(),
                table.map_err(|error| error.to_string()),
            )
        };
        Ok(Pickled {
            planes: self.planes(),
            annotations: has_atoms.then(|| self.annotations(frame)).transpose()?,
            masks: Plane::ALL
                .into_iter()
                .filter(|plane| plane.is_mask() && (has_atoms || self.has(*plane)))
                .map(table)
                .collect(),
        })
    }
}

/// A document as a JSON text.
pub(crate) fn json(document: &impl Serialize) -> Result<String, Failure> {
    serde_json::to_string(document).map_err(|error| Failure::internal(error.to_string()))
}
