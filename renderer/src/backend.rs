//! The one trait of all backends, and the words that select one.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use molshot_scenes::RenderJob;

use crate::cancel::CancelToken;
use crate::device::{DeviceKind, DeviceSelector};
use crate::error::RenderError;
use crate::frame::Frame;
use crate::labels::LabelDrawer;

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

    /// Draws several pictures at a time, if the device works beside the calling thread.
    fn frames_in_flight(&mut self) -> Option<&mut dyn FramesInFlight> {
        None
    }

    /// Ends the device as a driver's failure does, to test the recovery from it. The built-in
    /// rasteriser has no device and ignores it.
    fn lose_device(&mut self) {}

    /// Name of the adapter, for display.
    fn adapter(&self) -> &str;

    /// The kind of the backend.
    fn kind(&self) -> BackendKind {
        BackendKind::Software
    }
}

/// Keeps a device busy: a picture is begun before the ones before it are finished. Each needs a
/// slot, which has the memory of one picture on the device.
pub trait FramesInFlight {
    /// Begins a picture, if a slot is free.
    ///
    /// # Errors
    /// As [`Backend::draw_cancellable`]. After [`RenderError::DeviceLost`] the pictures in flight
    /// are lost, too.
    fn begin(&mut self, job: &RenderJob, cancel: &CancelToken) -> Result<Begun, RenderError>;

    /// Waits for the oldest picture in flight. Its pixels are still in memory that belongs to the
    /// device, so that another thread can copy them.
    ///
    /// # Errors
    /// As [`Backend::draw_cancellable`], for this picture. [`RenderError::DeviceLost`] ends all
    /// pictures in flight. [`RenderError::Internal`] when none is in flight.
    fn finish_oldest(&mut self) -> Result<Box<dyn UnreadPicture>, RenderError>;

    /// Waits until a finished picture has been read or dropped, which frees its slot, for `timeout`
    /// at most.
    fn wait_for_slot(&mut self, timeout: Duration);
}

/// What [`FramesInFlight::begin`] did.
#[allow(
    clippy::large_enum_variant,
    reason = "one value a picture, which is matched at once"
)]
#[derive(Debug)]
pub enum Begun {
    /// The picture is in flight.
    InFlight,
    /// The picture needs several steps with the processor between them, and was drawn at once.
    Drawn(Frame),
    /// No slot is free: a picture must be finished, or one that was finished must be read.
    Full,
}

/// A picture that a device has drawn and that was not copied yet. Dropping it gives its memory back
/// to the device's backend.
pub trait UnreadPicture: fmt::Debug + Send {
    /// Copies the pixels and draws the labels over them. `memory` is a frame whose memory may be
    /// used again.
    ///
    /// # Errors
    /// [`RenderError::DeviceLost`], [`RenderError::OutOfHostMemory`], [`RenderError::Cancelled`].
    fn read(
        self: Box<Self>,
        memory: Option<Frame>,
        labels: &mut LabelDrawer,
        cancel: &CancelToken,
    ) -> Result<Frame, RenderError>;
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
    /// These devices, or failure. With any other choice but [`Self::Software`] the environment
    /// variable `MOLSHOT_DEVICE` selects among the devices of that kind.
    Device(DeviceSelector),
}

impl AdapterChoice {
    /// This choice among the devices that are selected, where any are.
    ///
    /// # Errors
    /// With [`Self::Software`], which draws with no device.
    pub fn with_device(self, device: Option<DeviceSelector>) -> Result<Self, String> {
        let Some(device) = device else {
            return Ok(self);
        };
        let kind = match self {
            Self::Auto => DeviceKind::Any,
            Self::Gpu => DeviceKind::Gpu,
            Self::VulkanSoftware => DeviceKind::Software,
            Self::Device(other) => other.kind(),
            Self::Software => {
                return Err(
                    "the built-in rasteriser draws with no device; choose another adapter, or no device"
                        .into(),
                );
            }
        };
        Ok(Self::Device(device.of_kind(kind)))
    }

    /// The choice of worker `worker`, counted from 0: workers take several devices in turns.
    #[must_use]
    pub fn of_worker(self, worker: usize) -> Self {
        match self {
            Self::Device(devices) => Self::Device(devices.of_worker(worker)),
            other => other,
        }
    }
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
    /// Number by which it is selected; `None` for the built-in rasteriser.
    pub index: Option<usize>,
    /// Address on the PCI bus, such as `0000:01:00.0`, where the driver tells it.
    pub pci_address: Option<String>,
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
