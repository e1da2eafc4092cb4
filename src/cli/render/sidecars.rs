//! Files that accompany a picture: annotations, class masks and captions.

use std::path::{Path, PathBuf};

use clap::Args;
use molshot_renderer::annotations::{MaskKind, class_mask};
use molshot_renderer::{Annotator, Frame, RenderError, write_masks};
use molshot_scenes::caption::Caption;
use molshot_scenes::{Plane, RenderJob, SceneError};
use serde::Serialize;

use super::archive::{ArchiveName, PictureSink};
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
    /// Write a caption of each picture as JSON, with the fields of pdb-images: file name,
    /// alternative text, description (HTML), and the same as plain text. The name takes the
    /// placeholders of OUT.
    #[arg(long, value_name = "FILE", conflicts_with = "print_request")]
    caption: Option<PathBuf>,
}

impl AnnotationArgs {
    /// The name of the annotation files, which may have placeholders.
    pub(super) fn file(&self) -> Result<Option<&Path>, CliError> {
        if self.annotations.as_deref() == Some(Path::new("-")) {
            return Err(CliError::flag("--annotations", "give the name of a file"));
        }
        Ok(self.annotations.as_deref())
    }

    /// The name of the caption files, which may have placeholders.
    pub(super) fn caption_file(&self) -> Result<Option<&Path>, CliError> {
        const FLAG: &str = "--caption";
        match self.caption.as_deref() {
            Some(file) if file == Path::new("-") => {
                Err(CliError::flag(FLAG, "give the name of a file"))
            }
            Some(file) if ArchiveName::of(file).is_some() => Err(CliError::flag(
                FLAG,
                "captions do not go into archives; give a name without .tar",
            )),
            file => Ok(file),
        }
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
    /// Whether annotations do not go into the archive of the pictures.
    pub(super) annotations_apart: bool,
    pub(super) masks: Vec<MaskKind>,
    /// The file of the caption, if it is requested. It does not go into an archive.
    pub(super) caption: Option<PathBuf>,
    /// The caption.
    pub(super) caption_text: Option<Caption>,
}

impl Sidecars {
    /// Writes class masks next to `path`, the annotations and the caption.
    pub(super) fn write(
        &self,
        job: &RenderJob,
        frame: &Frame,
        path: &Path,
        annotator: &mut Annotator,
        sink: &mut PictureSink<'_>,
    ) -> Result<(), RenderError> {
        write_masks(
            self.planes.iter().copied(),
            path,
            |plane| class_mask(job, frame, plane),
            |path, bytes| sink.put(path, bytes),
        )?;
        if let Some(file) = &self.annotations {
            let annotations = annotator.annotate(job, frame, &self.masks)?;
            let text = json_line(&annotations)?;
            if self.annotations_apart {
                sink.put_apart(file.clone(), &text)?;
            } else {
                sink.put(file.clone(), &text)?;
            }
        }
        if let (Some(file), Some(caption)) = (&self.caption, &self.caption_text) {
            sink.put_apart(file.clone(), &json_line(caption)?)?;
        }
        Ok(())
    }
}

/// A document as one line of JSON.
fn json_line(document: &impl Serialize) -> Result<Vec<u8>, RenderError> {
    let mut text = serde_json::to_vec(document).map_err(|error| RenderError::Encode {
        problem: error.to_string(),
        remedy: "report this with the structure".into(),
    })?;
    text.push(b'\n');
    Ok(text)
}
