//! What is written beside a picture and is no plane of it: annotations and class masks.

use std::path::{Path, PathBuf};

use clap::Args;
use molshot_renderer::annotations::MaskKind;
use molshot_renderer::{Annotator, Frame, RenderError, save_bytes, save_masks};
use molshot_scenes::{Plane, RenderJob, SceneError};

use super::outputs::OutputName;
use super::request::word;
use crate::message::Failure;
use crate::words::Words;

const MASKS: &[&str] = &[
    "atom",
    "residue",
    "element",
    "residue-name",
    "chain",
    "role",
];

/// Exact labels of pictures.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Annotations")]
pub(crate) struct TruthArgs {
    /// Write what each picture shows as JSON: of every atom, residue and label where it is, and of
    /// atoms and residues how much of them is seen. Takes the placeholders of OUT.
    /// `molshot schema --annotations` prints the form.
    #[arg(long, value_name = "FILE", conflicts_with = "print_request")]
    annotations: Option<PathBuf>,
    /// Add run-length masks (COCO's) of what is seen to the annotations, separated by commas: atom,
    /// residue, element, residue-name, chain, role.
    #[arg(long, value_name = "KINDS", value_delimiter = ',', requires = "annotations",
          value_parser = Words::new(MASKS, word::<MaskKind>), hide_possible_values = true)]
    masks: Vec<MaskKind>,
}

impl TruthArgs {
    /// The name of the annotations, with its placeholders.
    pub(super) fn name(&self) -> Result<Option<OutputName>, Failure> {
        let Some(file) = &self.annotations else {
            return Ok(None);
        };
        if file == Path::new("-") {
            return Err(Failure::flag("--annotations", "give the name of a file"));
        }
        OutputName::new("--annotations", file).map(Some)
    }

    /// The job with the planes that annotations are made from.
    pub(super) fn job(&self, job: RenderJob) -> Result<RenderJob, SceneError> {
        match self.annotations {
            Some(_) => job.with_plane(Plane::AtomId),
            None => Ok(job),
        }
    }

    /// The run-length masks that are wanted, each once.
    pub(super) fn masks(&self) -> Vec<MaskKind> {
        let mut masks = self.masks.clone();
        masks.sort_unstable();
        masks.dedup();
        masks
    }
}

/// What a picture's job is accompanied by.
#[derive(Debug, Clone)]
pub(super) struct Truth {
    /// The planes that were asked for: a job may have more.
    pub(super) planes: Vec<Plane>,
    /// The file of annotations.
    pub(super) annotations: Option<PathBuf>,
    pub(super) masks: Vec<MaskKind>,
}

impl Truth {
    /// Writes class masks beside `path`, and the annotations. Returns what was written.
    pub(super) fn write(
        &self,
        job: &RenderJob,
        frame: &Frame,
        path: &Path,
        annotator: &mut Annotator,
    ) -> Result<Vec<PathBuf>, RenderError> {
        let mut written = save_masks(job, frame, self.planes.iter().copied(), path)?;
        if let Some(file) = &self.annotations {
            let annotations = annotator.annotate(job, frame, &self.masks)?;
            let mut text =
                serde_json::to_vec(&annotations).map_err(|error| RenderError::Encode {
                    problem: error.to_string(),
                    remedy: "report this with the structure".into(),
                })?;
            text.push(b'\n');
            save_bytes(file, &text)?;
            written.push(file.clone());
        }
        Ok(written)
    }
}
