//! Who draws: the one trait of all backends, and the choice between them.

use std::fmt;
use std::path::Path;
use std::str::FromStr;

use molshot_scenes::RenderJob;

use crate::error::RenderError;
use crate::frame::Frame;
use crate::gpu::GpuBackend;
use crate::software::{InstructionSet, SoftwareBackend};

/// Draws jobs. A backend owns its device and belongs to one thread at a time.
pub trait Backend: fmt::Debug + Send {
    /// Draws one picture. The scene of the last job stays on the device, so that many views of one
    /// scene cost one upload.
    ///
    /// # Errors
    /// Any [`RenderError`] but [`RenderError::Encode`]. After an error the backend is ready for
    /// the next job.
    fn draw(&mut self, job: &RenderJob) -> Result<Frame, RenderError>;

    /// Takes back a frame that is no longer needed: the next picture may be drawn into its memory.
    /// By default it is dropped.
    fn recycle(&mut self, frame: Frame) {
        drop(frame);
    }

    /// Name of the adapter, for people.
    fn adapter(&self) -> &str;

    /// What draws.
    fn kind(&self) -> BackendKind {
        BackendKind::Software
    }
}

/// What draws: it decides how many threads are of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BackendKind {
    /// The built-in rasteriser, or another that works on the calling thread.
    Software,
    /// A software driver of Vulkan, with threads of its own.
    VulkanSoftware,
    /// A GPU.
    Gpu,
}

/// Which adapter to draw with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum AdapterChoice {
    /// A GPU where there is one, else the built-in rasteriser.
    #[default]
    Auto,
    /// A GPU, or failure.
    Gpu,
    /// The built-in rasteriser: always there.
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

/// Opens the backend of a choice; the built-in rasteriser draws with the calling thread alone.
///
/// # Errors
/// [`RenderError::NoAdapter`] when there is none of the kind, [`RenderError::Device`] when its
/// driver fails. [`AdapterChoice::Auto`] and [`AdapterChoice::Software`] do not fail.
pub fn open(choice: AdapterChoice) -> Result<Box<dyn Backend>, RenderError> {
    open_with_threads(choice, 1)
}

/// Opens the backend of a choice; the built-in rasteriser draws each picture with `threads`
/// threads (at least one), which changes no byte of it. Other backends have their own.
///
/// # Errors
/// As [`open`].
pub fn open_with_threads(
    choice: AdapterChoice,
    threads: usize,
) -> Result<Box<dyn Backend>, RenderError> {
    let software = || {
        let set = InstructionSet::best();
        Box::new(SoftwareBackend::with(set, threads).unwrap_or_default())
    };
    match choice {
        AdapterChoice::Software => Ok(software()),
        AdapterChoice::Auto => {
            // Without a device file no driver can find a GPU, and asking them costs more than a
            // picture.
            if gpu_is_possible()
                && let Ok(backend) = GpuBackend::open(AdapterChoice::Gpu)
            {
                return Ok(Box::new(backend));
            }
            Ok(software())
        }
        AdapterChoice::Gpu | AdapterChoice::VulkanSoftware => {
            Ok(Box::new(GpuBackend::open(choice)?))
        }
    }
}

/// Lists all adapters, the built-in rasteriser last, and says what `choice` does with each.
#[must_use]
pub fn enumerate_adapters(choice: AdapterChoice) -> Vec<AdapterReport> {
    let gpu_choice = match choice {
        // What `auto` wants of a driver is a GPU.
        AdapterChoice::Auto => AdapterChoice::Gpu,
        _ => choice,
    };
    let mut reports = crate::gpu::enumerate_adapters(gpu_choice);
    if choice == AdapterChoice::Software {
        for report in &mut reports {
            report.taken = false;
            "the built-in one is asked for".clone_into(&mut report.reason);
        }
    }
    let (taken, reason) = match choice {
        AdapterChoice::Software => (true, "asked for"),
        AdapterChoice::Auto if reports.iter().any(|report| report.taken) => {
            (false, "there is a GPU")
        }
        AdapterChoice::Auto => (true, "there is no GPU"),
        AdapterChoice::Gpu => (false, "is no GPU"),
        AdapterChoice::VulkanSoftware => (false, "needs no Vulkan"),
    };
    reports.push(AdapterReport {
        name: "built-in".into(),
        kind: "software",
        api: "none".into(),
        driver: format!(
            "molshot {}, {}",
            env!("CARGO_PKG_VERSION"),
            InstructionSet::best().name()
        ),
        max_texture_px: molshot_scenes::job::MAX_EDGE_PX,
        max_buffer_bytes: u64::MAX,
        taken,
        reason: reason.into(),
    });
    reports
}

/// False when there can be no GPU. Costs some file system look-ups.
fn gpu_is_possible() -> bool {
    if !cfg!(target_os = "linux") {
        return true;
    }
    // Direct rendering; NVIDIA's own driver; Windows' GPU seen from its Linux; Mali's own driver.
    let files = ["/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg", "/dev/mali0"];
    files.iter().any(|file| Path::new(file).exists())
        || std::fs::read_dir("/dev/dri").is_ok_and(|files| {
            files
                .flatten()
                .any(|file| file.file_name().to_string_lossy().starts_with("render"))
        })
}
