//! Files that accompany a picture: annotations and class masks.

use std::path::{Path, PathBuf};

use clap::Args;
use molshot_renderer::annotations::MaskKind;
use molshot_renderer::{Annotator, Frame, RenderError, save_bytes, save_masks};
use molshot_scenes::{Plane, RenderJob, SceneError};

use super::outputs::OutputName;
use crate::cli::message::CliError;
use crate::cli::words::{KeywordParser, word};

const MASKS: &[&str] = &[
    "atom",
    "residue",
    "element",
    "residue-name",
    "chain",
    "role",
];

/// Annotations of pictures, exact to the pixel.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Annotations")]
pub(crate) struct AnnotationArgs {
    /// Write the annotations of each picture as JSON: the positions of atoms, residues and labels,
    /// and how much of each atom and residue is visible. The name takes the placeholders of OUT.
    /// `molshot schema --annotations` prints the schema.
    #[arg(long, value_name = "FILE", conflicts_with = "print_request")]
    annotations: Option<PathBuf>,
    /// Add run-length-encoded masks (COCO RLE) of the visible pixels to the annotations, separated
    /// by commas: atom, residue, element, residue-name, chain, role.
    #[arg(long, value_name = "KINDS", value_delimiter = ',', requires = "annotations",
          value_parser = KeywordParser::new(MASKS, word::<MaskKind>), hide_possible_values = true)]
    masks: Vec<MaskKind>,
}

impl AnnotationArgs {
    /// The name of the annotation files, with its placeholders.
    pub(super) fn name(&self) -> Result<Option<OutputName>, CliError> {
        let Some(file) = &self.annotations else {
            return Ok(None);
        };
        if file == Path::new("-") {
            return Err(CliError::flag("--annotations", "give the name of a file"));
        }
        OutputName::new("--annotations", file).map(Some)
    }

    /// Adds the plane that annotations are computed from to a job.
    pub(super) fn job(&self, job: RenderJob) -> Result<RenderJob, SceneError> {
        match self.annotations {
            Some(_) => job.with_plane(Plane::AtomId),
            None => Ok(job),
        }
    }

    /// The requested masks, each once.
    pub(super) fn masks(&self) -> Vec<MaskKind> {
        let mut masks = self.masks.clone();
        masks.sort_unstable();
        masks.dedup();
        masks
    }
}

/// The files that accompany a picture.
#[derive(Debug, Clone)]
pub(super) struct Sidecars {
    /// The requested planes: the job may have more.
    pub(super) planes: Vec<Plane>,
    /// The file of annotations, if they are requested.
    pub(super) annotations: Option<PathBuf>,
    pub(super) masks: Vec<MaskKind>,
}

impl Sidecars {
    /// Writes class masks next to `path`, and the annotations. Returns the written files.
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
