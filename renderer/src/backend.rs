//! The one trait of all backends, and the words that select one.

use std::fmt;
use std::str::FromStr;

use molshot_scenes::RenderJob;

use crate::cancel::CancelToken;
use crate::error::RenderError;
use crate::frame::Frame;

/// Draws jobs. A backend owns its device and is used by one thread at a time.
pub trait Backend: fmt::Debug + Send {
    /// Draws one picture. The scene of the last job stays on the device, so that many views of one
    /// scene need one upload. Every stage looks at `cancel` again and again, and stops with
    /// [`RenderError::Cancelled`].
    ///
    /// # Errors
    /// Any [`RenderError`] but [`RenderError::Encode`]. After an error the backend is ready for
    /// the next job.
    fn draw_cancellable(
        &mut self,
        job: &RenderJob,
        cancel: &CancelToken,
    ) -> Result<Frame, RenderError>;

    /// Draws one picture, as [`Self::draw_cancellable`] without cancellation.
    ///
    /// # Errors
    /// As [`Self::draw_cancellable`].
    fn draw(&mut self, job: &RenderJob) -> Result<Frame, RenderError> {
        self.draw_cancellable(job, &CancelToken::new())
    }

    /// Takes back a frame that is no longer needed, so that the next picture can be drawn into its
    /// memory. By default it is dropped.
    fn recycle(&mut self, frame: Frame) {
        drop(frame);
    }

    /// Name of the adapter, for display.
    fn adapter(&self) -> &str;

    /// The kind of the backend.
    fn kind(&self) -> BackendKind {
        BackendKind::Software
    }
}

/// What a backend draws with: the useful number of threads depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BackendKind {
    /// The built-in rasteriser, or another that works on the calling thread.
    Software,
    /// A software driver of Vulkan, with its own threads.
    VulkanSoftware,
    /// A GPU.
    Gpu,
}

/// Which adapter to draw with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum AdapterChoice {
    /// A GPU where there is one, else the built-in rasteriser.
    #[default]
    Auto,
    /// A GPU, or failure.
    Gpu,
    /// The built-in rasteriser, which is always available.
    Software,
    /// A software driver of Vulkan (Mesa's lavapipe), or failure.
    VulkanSoftware,
}

impl FromStr for AdapterChoice {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "auto" => Ok(Self::Auto),
            "gpu" => Ok(Self::Gpu),
            "vulkan-software" => Ok(Self::VulkanSoftware),
            "software" => Ok(Self::Software),
            _ => Err("give auto, gpu, software or vulkan-software".into()),
        }
    }
}

/// One adapter that was found, and whether a choice takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AdapterReport {
    /// The driver's name for it.
    pub name: String,
    /// `discrete GPU`, `integrated GPU`, `virtual GPU`, `software` or `unknown kind`.
    pub kind: &'static str,
    /// Graphics API.
    pub api: String,
    /// Driver's name and version.
    pub driver: String,
    /// Largest edge of a texture, pixels.
    pub max_texture_px: u32,
    /// Largest buffer, bytes.
    pub max_buffer_bytes: u64,
    /// True for the one that the choice takes.
    pub taken: bool,
    /// Why it is taken or not.
    pub reason: String,
}
