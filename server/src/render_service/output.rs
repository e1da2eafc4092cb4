//! Turns a frame into the files of an answer.

use axum::body::Bytes;
use molshot_renderer::annotations::{MaskKind, class_mask_cancellable};
use molshot_renderer::encode;
use molshot_renderer::pool::{CancelToken, WorkerScratch};
use molshot_renderer::{Encoding, Frame, RenderError};
use molshot_scenes::request::{OutputRequest, file_extension};
use molshot_scenes::{Plane, RenderJob};

use crate::media_types::{JSON, NPY};

/// One file of an answer.
#[derive(Debug, Clone)]
pub(crate) struct OutputFile {
    /// What follows the item's key in the file name: `png`, `depth.npy`, `json`.
    pub(crate) suffix: String,
    /// IANA media type.
    pub(crate) media_type: &'static str,
    /// Content.
    pub(crate) bytes: Bytes,
}

/// Which files a request asks for.
#[derive(Debug, Clone)]
pub(crate) struct RequestedOutputs {
    /// The requested planes; a job may have more.
    pub(crate) planes: Vec<Plane>,
    /// Whether planes other than colour are sent as images.
    pub(crate) images: bool,
    /// Whether planes other than colour are sent as arrays, and masks with their legend.
    pub(crate) arrays: bool,
    /// Whether annotations are sent, and with which masks.
    pub(crate) annotations: Option<Vec<MaskKind>>,
}

impl RequestedOutputs {
    /// Every file of the requested planes.
    pub(crate) fn all(output: &OutputRequest) -> Self {
        Self {
            planes: output.planes.iter().copied().collect(),
            images: true,
            arrays: true,
            annotations: None,
        }
    }

    /// Annotations only.
    pub(crate) fn annotations(masks: Vec<MaskKind>) -> Self {
        Self {
            planes: Vec::new(),
            images: false,
            arrays: false,
            annotations: Some(masks),
        }
    }

    /// A text for cache keys that differs whenever the outputs differ.
    pub(super) fn canonical(&self) -> String {
        format!("{self:?}")
    }

    /// Encodes the files of `frame`, which is the result of drawing `job`. Soon after `cancel` is
    /// cancelled this stops with [`RenderError::Cancelled`].
    pub(super) fn encode(
        &self,
        output: &OutputRequest,
        job: &RenderJob,
        frame: &Frame,
        scratch: &mut WorkerScratch,
        cancel: &CancelToken,
    ) -> Result<Vec<OutputFile>, RenderError> {
        let mut files = Vec::new();
        for plane in self.planes.iter().copied() {
            cancel.check()?;
            if plane == Plane::Color {
                let format = output.image_format();
                scratch.encoder.encode_cancellable(
                    frame,
                    Encoding::from(output),
                    &mut scratch.bytes,
                    cancel,
                )?;
                files.push(OutputFile {
                    suffix: file_extension(format).into(),
                    media_type: format.to_mime_type(),
                    bytes: Bytes::copy_from_slice(&scratch.bytes),
                });
                continue;
            }
            let mut add = |extension: &str, media_type, bytes: Vec<u8>| {
                files.push(OutputFile {
                    suffix: format!("{}.{extension}", plane.name()),
                    media_type,
                    bytes: bytes.into(),
                });
            };
            if plane.is_mask() {
                let mask = class_mask_cancellable(job, frame, plane, cancel)?;
                if self.images {
                    add("png", "image/png", mask.png()?);
                }
                if self.arrays {
                    add("json", JSON, json(&mask.legend)?);
                }
                continue;
            }
            if self.images {
                let bytes = encode::plane_png_cancellable(frame, plane, cancel)?;
                add("png", "image/png", bytes);
            }
            if self.arrays {
                let bytes = encode::plane_npy_cancellable(frame, plane, cancel)?;
                add("npy", NPY, bytes);
            }
        }
        if let Some(masks) = &self.annotations {
            let annotator = &mut scratch.annotator;
            let annotations = annotator.annotate_cancellable(job, frame, masks, cancel)?;
            cancel.check()?;
            files.push(OutputFile {
                suffix: "json".into(),
                media_type: JSON,
                bytes: json(&annotations)?.into(),
            });
        }
        Ok(files)
    }
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, RenderError> {
    let mut text = serde_json::to_vec(value).map_err(|error| RenderError::Encode {
        problem: error.to_string(),
        remedy: "report this with the structure".into(),
    })?;
    text.push(b'\n');
    Ok(text)
}
