//! Structures and requests to pictures, one after the other.

use std::sync::Arc;

use molshot_molecule::Structure;
use molshot_renderer::{AdapterChoice, Backend, Encoding, open};
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
        self.draw(job, Encoding::from(&request.output))
    }

    /// Draws a job: one view of a scene that was prepared before. Consecutive views of one scene
    /// upload it once.
    ///
    /// # Errors
    /// [`Error::Render`].
    pub fn render_job(&mut self, job: RenderJob) -> Result<Picture, Error> {
        self.draw(job, Encoding::from(&RenderRequest::default().output))
    }

    fn draw(&mut self, job: RenderJob, encoding: Encoding) -> Result<Picture, Error> {
        let frame = self.backend.draw(&job)?;
        Ok(Picture::new(frame, job, encoding))
    }
}
