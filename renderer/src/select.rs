//! Opens the backend that an [`AdapterChoice`] selects, and lists the adapters of this machine.

use crate::backend::{AdapterChoice, AdapterReport, Backend};
use crate::device::DeviceSelector;
use crate::error::RenderError;
use crate::software::{InstructionSet, SoftwareBackend};

/// Opens a backend; the built-in rasteriser draws on the calling thread alone.
///
/// # Errors
/// [`RenderError::NoAdapter`] when there is no adapter of the wanted kind, or the program was built
/// without the feature `gpu`; [`RenderError::Device`] when the driver fails.
/// [`AdapterChoice::Software`] never fails, nor does [`AdapterChoice::Auto`] where the environment
/// selects no device.
pub fn open(choice: AdapterChoice) -> Result<Box<dyn Backend>, RenderError> {
    open_with_threads(choice, 1)
}

/// Opens a backend; the built-in rasteriser draws each picture with `threads` threads (at least
/// one), which does not change a byte of it. Other backends ignore `threads`.
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
        // A device that was selected is never replaced by another in silence.
        AdapterChoice::Auto if DeviceSelector::is_in_environment() => gpu::open(choice),
        AdapterChoice::Auto => Ok(gpu::open_if_present().unwrap_or_else(|| software())),
        AdapterChoice::Gpu | AdapterChoice::VulkanSoftware | AdapterChoice::Device(_) => {
            gpu::open(choice)
        }
    }
}

/// Lists all adapters, the built-in rasteriser last, and says what `choice` does with each.
#[must_use]
pub fn enumerate_adapters(choice: AdapterChoice) -> Vec<AdapterReport> {
    let gpu_choice = match choice {
        // What `auto` takes from a driver is a GPU.
        AdapterChoice::Auto if !DeviceSelector::is_in_environment() => AdapterChoice::Gpu,
        _ => choice,
    };
    let mut reports = gpu::enumerate(gpu_choice);
    if choice == AdapterChoice::Software {
        for report in &mut reports {
            report.taken = false;
            "the built-in one is asked for".clone_into(&mut report.reason);
        }
    }
    let (taken, reason) = match choice {
        AdapterChoice::Software => (true, "asked for"),
        AdapterChoice::Auto if DeviceSelector::is_in_environment() => {
            (false, "another device is selected")
        }
        AdapterChoice::Auto if reports.iter().any(|report| report.taken) => {
            (false, "there is a GPU")
        }
        AdapterChoice::Device(_) => (false, "another device is selected"),
        AdapterChoice::Auto => (true, "there is no GPU"),
        AdapterChoice::Gpu => (false, "not a GPU"),
        AdapterChoice::VulkanSoftware => (false, "not a Vulkan driver"),
    };
    reports.push(AdapterReport {
        index: None,
        pci_address: None,
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

#[cfg(feature = "gpu")]
mod gpu {
    use std::path::Path;

    use crate::backend::{AdapterChoice, Backend};
    use crate::error::RenderError;
    use crate::gpu::GpuBackend;

    pub(super) use crate::gpu::enumerate_adapters as enumerate;

    pub(super) fn open(choice: AdapterChoice) -> Result<Box<dyn Backend>, RenderError> {
        Ok(Box::new(GpuBackend::open(choice)?))
    }

    /// A GPU, if one can be opened. Without a device file no driver can find a GPU, and asking the
    /// drivers takes longer than drawing a picture.
    pub(super) fn open_if_present() -> Option<Box<dyn Backend>> {
        if gpu_is_possible() {
            open(AdapterChoice::Gpu).ok()
        } else {
            None
        }
    }

    /// False when there can be no GPU. Costs some file system look-ups.
    fn gpu_is_possible() -> bool {
        if !cfg!(target_os = "linux") {
            return true;
        }
        // Direct rendering; NVIDIA's own driver; Windows' GPU seen from its Linux; Mali's own
        // driver.
        let files = ["/dev/nvidiactl", "/dev/nvidia0", "/dev/dxg", "/dev/mali0"];
        files.iter().any(|file| Path::new(file).exists())
            || std::fs::read_dir("/dev/dri").is_ok_and(|files| {
                files
                    .flatten()
                    .any(|file| file.file_name().to_string_lossy().starts_with("render"))
            })
    }
}

/// Without the feature `gpu` there is no adapter but the built-in one.
#[cfg(not(feature = "gpu"))]
mod gpu {
    use crate::backend::{AdapterChoice, AdapterReport, Backend};
    use crate::error::RenderError;

    pub(super) fn open(choice: AdapterChoice) -> Result<Box<dyn Backend>, RenderError> {
        Err(RenderError::NoAdapter {
            wanted: match choice {
                AdapterChoice::Gpu => "GPU",
                _ => "graphics adapter",
            },
            found: "this program was built without the feature `gpu`".into(),
            remedy: "build it with the default features, or use another adapter".into(),
        })
    }

    pub(super) fn open_if_present() -> Option<Box<dyn Backend>> {
        None
    }

    pub(super) fn enumerate(_: AdapterChoice) -> Vec<AdapterReport> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_adapter_is_listed_last_and_always_opens() {
        for choice in [AdapterChoice::Software, AdapterChoice::Auto] {
            let reports = enumerate_adapters(choice);
            assert_eq!(
                reports.last().map(|report| report.name.as_str()),
                Some("built-in")
            );
            assert_eq!(reports.iter().filter(|report| report.taken).count(), 1);
            assert!(open(choice).is_ok());
        }
    }

    #[test]
    #[cfg(not(feature = "gpu"))]
    fn without_the_feature_the_error_names_it() {
        for choice in [AdapterChoice::Gpu, AdapterChoice::VulkanSoftware] {
            let error = open(choice).expect_err("there is no GPU code");
            assert_eq!(error.code(), "no_adapter");
            assert!(
                error
                    .to_string()
                    .contains("built without the feature `gpu`")
            );
        }
    }
}
