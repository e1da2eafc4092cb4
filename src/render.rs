//! Structures and requests to pictures, one after the other.

use std::sync::Arc;

use molshot_molecule::Structure;
use molshot_renderer::{AdapterChoice, Backend, Encoding, open};
use molshot_scenes::request::OutputRequest;
use molshot_scenes::{PreparedScene, RenderJob, RenderRequest};

use crate::error::Error;
use crate::picture::Picture;

/// Draws pictures with one backend. Each thread needs a renderer of its own; [`crate::Pool`] draws
/// on all processors.
#[derive(Debug)]
pub struct Renderer {
    backend: Box<dyn Backend>,
}

impl Renderer {
    /// Opens a GPU where there is one, else the built-in rasteriser, which needs no driver.
    ///
    /// # Errors
    /// None today: the built-in rasteriser is always there.
    pub fn new() -> Result<Self, Error> {
        Self::with_adapter(AdapterChoice::Auto)
    }

    /// Opens what is chosen.
    ///
    /// # Errors
    /// [`Error::Render`] if there is no adapter of this kind, or its driver fails.
    pub fn with_adapter(choice: AdapterChoice) -> Result<Self, Error> {
        Ok(Self {
            backend: open(choice)?,
        })
    }

    /// Name of the adapter that draws.
    #[must_use]
    pub fn adapter(&self) -> &str {
        self.backend.adapter()
    }

    /// Draws one picture of a structure.
    ///
    /// # Errors
    /// [`Error::Scene`] if the request is invalid or does not fit the structure, [`Error::Render`]
    /// if drawing fails.
    pub fn render(
        &mut self,
        structure: &Arc<Structure>,
        request: &RenderRequest,
    ) -> Result<Picture, Error> {
        let job = PreparedScene::new(Arc::clone(structure), request)?.job()?;
        self.render_job(job, &request.output)
    }

    /// Draws a job: one view of a scene that was prepared before. Consecutive views of one scene
    /// upload it once. `output` says how files are encoded (`RenderRequest::output`); size, samples
    /// and planes are those of the job.
    ///
    /// # Errors
    /// [`Error::Render`].
    pub fn render_job(&mut self, job: RenderJob, output: &OutputRequest) -> Result<Picture, Error> {
        let frame = self.backend.draw(&job)?;
        Ok(Picture::new(frame, job, Encoding::from(output)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_encoded_as_its_request_says() {
        let structure = crate::read("scenes/library/1ubi.pdb").expect("a structure");
        let mut request = RenderRequest::default();
        [request.output.width_px, request.output.height_px] = [64, 64];
        request.output.jpeg_quality = 5;
        let mut renderer = Renderer::with_adapter(AdapterChoice::Software).expect("built in");
        let whole = renderer.render(&structure, &request).expect("a picture");
        let scene = PreparedScene::new(structure, &request).expect("a scene");
        let job = scene.job().expect("a job");
        let view = renderer
            .render_job(job, &request.output)
            .expect("a picture");
        let jpeg = |picture: &Picture| picture.encode(crate::ImageFormat::Jpeg).expect("a JPEG");
        assert_eq!(jpeg(&whole), jpeg(&view));
        assert!(
            whole.annotations().is_err(),
            "the plane atom-id is not named"
        );
    }

    #[test]
    fn errors_are_readable_where_main_returns_them() {
        let error = crate::read("no-such-file.pdb").expect_err("not there");
        let shown = format!("{error:?}");
        assert_eq!(shown, error.to_string());
        assert!(shown.contains("no-such-file.pdb"), "{shown}");
        assert_eq!(error.code(), "input_unreadable");
    }
}
