//! Who draws: the one trait of all back ends, and the choice between them.

use std::fmt;
use std::str::FromStr;

use molshot_scenes::RenderJob;

use crate::error::RenderError;
use crate::frame::Frame;
use crate::gpu::GpuBackend;

/// Draws jobs. A back end owns its device and belongs to one thread at a time.
pub trait Draw: fmt::Debug + Send {
    /// Draws one picture. The scene of the last job stays on the device, so that many views of one scene cost one upload.
    ///
    /// # Errors
    /// Any [`RenderError`] but [`RenderError::Encode`]. After an error the back end is ready for the next job.
    fn draw(&mut self, job: &RenderJob) -> Result<Frame, RenderError>;

    /// Name of the adapter, for people.
    fn adapter(&self) -> &str;
}

/// Which adapter to draw with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AdapterChoice {
    /// A GPU where there is one, else software.
    #[default]
    Auto,
    /// A GPU, or failure.
    Gpu,
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
            "software" => Err(
                "the built-in software back end comes with the next version; use auto or vulkan-software".into(),
            ),
            _ => Err("give auto, gpu or vulkan-software".into()),
        }
    }
}

/// One adapter that was found, and whether it was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// Why it was taken or refused.
    pub reason: String,
}

/// Opens the back end of a choice.
///
/// # Errors
/// [`RenderError::NoAdapter`] when there is none of the kind, [`RenderError::Device`] when its driver fails.
pub fn open(choice: AdapterChoice) -> Result<Box<dyn Draw>, RenderError> {
    Ok(Box::new(GpuBackend::open(choice)?))
}

/// Lists all adapters and says what `choice` does with each.
#[must_use]
pub fn survey(choice: AdapterChoice) -> Vec<AdapterReport> {
    crate::gpu::survey(choice)
}
