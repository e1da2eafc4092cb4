//! A frame to the parts of an answer.

use axum::body::Bytes;
use molshot_renderer::annotations::{MaskKind, class_mask};
use molshot_renderer::encode;
use molshot_renderer::pool::{CancelToken, WorkerScratch};
use molshot_renderer::{Encoding, Frame, RenderError};
use molshot_scenes::request::OutputRequest;
use molshot_scenes::{Plane, RenderJob};

/// One file of an answer.
#[derive(Debug, Clone)]
pub(crate) struct Part {
    /// What follows the key: `png`, `depth.npy`, `json`.
    pub(crate) suffix: String,
    /// IANA media type.
    pub(crate) media_type: &'static str,
    /// Content.
    pub(crate) bytes: Bytes,
}

/// NumPy arrays have no registered type; this one is in use.
pub(crate) const NPY: &str = "application/x-npy";
/// JSON.
pub(crate) const JSON: &str = "application/json";

/// Which parts are wanted.
#[derive(Debug, Clone)]
pub(crate) struct Parts {
    /// The planes that were asked for: a job may have more.
    pub(crate) planes: Vec<Plane>,
    /// Of planes other than colour: the picture.
    pub(crate) pictures: bool,
    /// Of planes other than colour: the array, and the legend of a mask.
    pub(crate) arrays: bool,
    /// Annotations, with these masks.
    pub(crate) annotations: Option<Vec<MaskKind>>,
}

impl Parts {
    /// All that a request's planes give.
    pub(crate) fn all(output: &OutputRequest) -> Self {
        Self {
            planes: output.planes.iter().copied().collect(),
            pictures: true,
            arrays: true,
            annotations: None,
        }
    }

    /// Annotations and nothing else.
    pub(crate) fn annotations(masks: Vec<MaskKind>) -> Self {
        Self {
            planes: Vec::new(),
            pictures: false,
            arrays: false,
            annotations: Some(masks),
        }
    }

    /// A text that differs where the parts differ.
    pub(super) fn canonical(&self) -> String {
        format!("{self:?}")
    }

    /// Makes the parts. `frame` is what drawing `job` gave. Stops soon after `cancel` was called,
    /// with [`RenderError::Cancelled`].
    pub(super) fn make(
        &self,
        output: &OutputRequest,
        job: &RenderJob,
        frame: &Frame,
        desk: &mut WorkerScratch,
        cancel: &CancelToken,
    ) -> Result<Vec<Part>, RenderError> {
        let mut parts = Vec::new();
        let go_on = || {
            if cancel.is_cancelled() {
                Err(RenderError::Cancelled)
            } else {
                Ok(())
            }
        };
        for plane in self.planes.iter().copied() {
            go_on()?;
            if plane == Plane::Color {
                desk.encoder.encode_cancellable(
                    frame,
                    Encoding::from(output),
                    &mut desk.bytes,
                    cancel,
                )?;
                parts.push(Part {
                    suffix: ending(output).into(),
                    media_type: output.image_format().to_mime_type(),
                    bytes: Bytes::copy_from_slice(&desk.bytes),
                });
                continue;
            }
            let mut put = |ending: &str, media_type, bytes: Vec<u8>| {
                parts.push(Part {
                    suffix: format!("{}.{ending}", plane.name()),
                    media_type,
                    bytes: bytes.into(),
                });
            };
            if plane.is_mask() {
                let mask = class_mask(job, frame, plane)?;
                if self.pictures {
                    put("png", "image/png", mask.png()?);
                }
                if self.arrays {
                    put("json", JSON, json(&mask.legend)?);
                }
                continue;
            }
            if self.pictures {
                put("png", "image/png", encode::plane_png(frame, plane)?);
            }
            if self.arrays {
                go_on()?;
                put("npy", NPY, encode::plane_npy(frame, plane)?);
            }
        }
        if let Some(masks) = &self.annotations {
            go_on()?;
            let annotations = desk.annotator.annotate(job, frame, masks)?;
            parts.push(Part {
                suffix: "json".into(),
                media_type: JSON,
                bytes: json(&annotations)?.into(),
            });
        }
        Ok(parts)
    }
}

/// File ending of a picture.
fn ending(output: &OutputRequest) -> &'static str {
    molshot_scenes::request::file_extension(output.image_format())
}

fn json(value: &impl serde::Serialize) -> Result<Vec<u8>, RenderError> {
    let mut text = serde_json::to_vec(value).map_err(|error| RenderError::Encode {
        problem: error.to_string(),
        remedy: "report this with the structure".into(),
    })?;
    text.push(b'\n');
    Ok(text)
}
