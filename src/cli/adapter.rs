//! `--adapter` and `--device`: what draws.

use clap::Args;
use molshot_renderer::{AdapterChoice, DeviceSelector};

use crate::cli::message::CliError;
use crate::cli::words;

/// The options of commands that draw with the best adapter.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct AdapterArgs {
    /// Adapter that draws: auto, gpu, software, or vulkan-software [default: auto].
    #[arg(
        long,
        alias = "backend",
        value_name = "ADAPTER",
        value_parser = words::adapter(),
        hide_possible_values = true
    )]
    adapter: Option<AdapterChoice>,
    #[command(flatten)]
    device: DeviceArgs,
}

/// The options of commands that draw with the built-in rasteriser, unless another adapter is given.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct ReproducibleAdapterArgs {
    /// Adapter that draws: auto, gpu, software, or vulkan-software. The built-in rasteriser
    /// (software) gives the same bytes on every machine; GPUs of different models may differ
    /// [default: software].
    #[arg(
        long,
        value_name = "ADAPTER",
        value_parser = words::adapter(),
        hide_possible_values = true
    )]
    adapter: Option<AdapterChoice>,
    #[command(flatten)]
    device: DeviceArgs,
}

/// The option that selects devices.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(crate) struct DeviceArgs {
    /// Graphics device that draws: its number in the list of `molshot doctor` or a part of its
    /// name; several with commas between [default: `MOLSHOT_DEVICE` where an adapter other than
    /// software draws, or the best of the adapter].
    #[arg(long, value_name = "I|NAME")]
    device: Option<DeviceSelector>,
}

impl AdapterArgs {
    /// The choice that the options make.
    ///
    /// # Errors
    /// [`CliError::Usage`] for a device of the built-in rasteriser.
    pub(crate) fn choice(self) -> Result<AdapterChoice, CliError> {
        self.device.choice(self.adapter, AdapterChoice::Auto)
    }
}

impl ReproducibleAdapterArgs {
    /// The choice that the options make.
    ///
    /// # Errors
    /// [`CliError::Usage`] for a device of the built-in rasteriser.
    pub(crate) fn choice(self) -> Result<AdapterChoice, CliError> {
        self.device.choice(self.adapter, AdapterChoice::Software)
    }

    /// Whether an adapter or a device is given that is not the built-in rasteriser.
    pub(crate) fn is_other(self) -> bool {
        self.device.device.is_some()
            || self
                .adapter
                .is_some_and(|adapter| adapter != AdapterChoice::Software)
    }
}

impl DeviceArgs {
    /// The adapter `given`, or `default`, on the selected device.
    fn choice(
        self,
        given: Option<AdapterChoice>,
        default: AdapterChoice,
    ) -> Result<AdapterChoice, CliError> {
        match (given, self.device) {
            (None, None) => Ok(default),
            // A device says what draws.
            (None, device) => AdapterChoice::Auto.with_device(device),
            (Some(adapter), device) => adapter.with_device(device),
        }
        .map_err(|error| CliError::flag("--device", &error))
    }
}
