//! `molshot doctor`

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use molshot_renderer::{AdapterChoice, AdapterReport, enumerate_adapters, open, save, self_test};
use molshot_scenes::Plane;
use molshot_scenes::request::ImageFormat;
use serde_json::json;

use crate::cli::message::{CliError, output, output_json};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  molshot doctor\n  molshot doctor --picture test.png\n  molshot doctor --adapter gpu --json"
)]
pub(crate) struct DoctorArgs {
    /// Adapter to verify: auto, gpu, software, or vulkan-software.
    #[arg(long, value_name = "ADAPTER", default_value = "auto", value_parser = crate::cli::words::adapter(), hide_possible_values = true)]
    adapter: AdapterChoice,
    /// Write the test picture to this PNG file.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

/// Folders in which Vulkan's loader searches for driver manifests on Linux (Vulkan-Loader
/// documentation, "Driver Discovery on Linux").
const DRIVER_FOLDERS: [&str; 3] = [
    "/usr/share/vulkan/icd.d",
    "/usr/local/share/vulkan/icd.d",
    "/etc/vulkan/icd.d",
];

pub(crate) fn run(args: &DoctorArgs) -> Result<(), CliError> {
    let drivers = Drivers::find();
    let adapters = enumerate_adapters(args.adapter);
    let start = Instant::now();
    let checked = open(args.adapter).and_then(|mut backend| {
        let opened = start.elapsed();
        let frame = self_test::run(backend.as_mut())?;
        Ok((opened, start.elapsed(), frame))
    });
    let verdict = match &checked {
        Ok((opened, all, frame)) => {
            if let Some(path) = &args.picture {
                save(frame, [Plane::Color], path, ImageFormat::Png)?;
            }
            format!(
                "correct, drawn by {} (device open after {:.0} ms, picture after {:.0} ms)",
                frame.adapter,
                opened.as_secs_f64() * 1e3,
                all.as_secs_f64() * 1e3
            )
        }
        Err(error) => error.to_string(),
    };
    let remedy = checked.is_err().then(|| remedy(args.adapter, &drivers));
    if args.json {
        let report = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "vulkan_driver_variable": drivers.variable,
            "vulkan_driver_files": drivers.files.iter().map(|file| json!({
                "path": file.path.display().to_string(),
                "exists": file.exists,
            })).collect::<Vec<_>>(),
            "adapters": adapters.iter().map(adapter_json).collect::<Vec<_>>(),
            // `right` is the former name of `passed`, kept for this version.
            "test_picture": {"passed": checked.is_ok(), "right": checked.is_ok(), "message": verdict},
            "remedy": remedy,
        });
        output_json(&report)?;
    } else {
        output(text(&drivers, &adapters, &verdict, remedy.as_deref()).as_bytes())?;
    }
    match checked {
        Ok(_) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn text(
    drivers: &Drivers,
    adapters: &[AdapterReport],
    verdict: &str,
    remedy: Option<&str>,
) -> String {
    let mut lines = vec![format!(
        "molshot {} on {} {}",
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH
    )];
    if !cfg!(feature = "gpu") {
        lines.push(
            "graphics drivers: not used, because this molshot was built without the feature `gpu`"
                .to_owned(),
        );
    } else if cfg!(target_os = "linux") {
        lines.push(drivers.text());
    }
    lines.push(format!(
        "adapters: {}",
        if adapters.is_empty() { "none" } else { "" }
    ));
    for adapter in adapters {
        lines.push(format!(
            "  {} {} ({}, {}; driver {}): {}; textures to {} px, buffers {}",
            if adapter.taken { "used  " } else { "unused" },
            adapter.name,
            adapter.kind,
            adapter.api,
            or_none(&adapter.driver),
            reason(adapter),
            adapter.max_texture_px,
            match adapter.max_buffer_bytes {
                u64::MAX => "limited by memory".to_owned(),
                bytes => format!("to {} MiB", bytes >> 20),
            },
        ));
    }
    lines.push(format!("test picture: {verdict}"));
    if let Some(remedy) = remedy {
        lines.push(format!("to fix it: {remedy}"));
    }
    lines.push(String::new());
    lines.join("\n")
}

/// Why an adapter is used or not. A build without support of GPUs does not search for any.
fn reason(adapter: &AdapterReport) -> &str {
    if !cfg!(feature = "gpu") && adapter.taken {
        "the only one of this build"
    } else {
        &adapter.reason
    }
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

fn adapter_json(adapter: &AdapterReport) -> serde_json::Value {
    json!({
        "name": adapter.name,
        "kind": adapter.kind,
        "api": adapter.api,
        "driver": adapter.driver,
        "max_texture_px": adapter.max_texture_px,
        "max_buffer_bytes": adapter.max_buffer_bytes,
        "taken": adapter.taken,
        "reason": adapter.reason,
    })
}

/// A driver manifest, and whether the file exists.
struct DriverFile {
    path: PathBuf,
    exists: bool,
}

/// The driver manifests that the Vulkan loader reads, and the variable that overrides its search.
struct Drivers {
    variable: Option<&'static str>,
    files: Vec<DriverFile>,
}

impl Drivers {
    /// Finds the manifests as the loader does: either variable replaces the search in folders, and
    /// the newer name takes precedence (Vulkan-Loader documentation, "Driver Discovery").
    fn find() -> Self {
        let overriding = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"]
            .into_iter()
            .find_map(|name| Some((name, std::env::var_os(name).filter(|v| !v.is_empty())?)));
        let (variable, mut paths) = match overriding {
            Some((name, value)) => (
                Some(name),
                std::env::split_paths(&value).collect::<Vec<_>>(),
            ),
            None => (None, manifests_in_folders()),
        };
        paths.retain(|path| !path.as_os_str().is_empty());
        let files = paths
            .into_iter()
            .map(|path| DriverFile {
                exists: path.exists(),
                path,
            })
            .collect();
        Self { variable, files }
    }

    /// One line of text.
    fn text(&self) -> String {
        let files: Vec<String> = self
            .files
            .iter()
            .map(|file| {
                let missing = if file.exists { "" } else { " (missing)" };
                format!("{}{missing}", file.path.display())
            })
            .collect();
        let by = self
            .variable
            .map(|name| format!(" (from {name})"))
            .unwrap_or_default();
        format!("Vulkan drivers{by}: {}", or_none(&files.join(", ")))
    }
}

fn manifests_in_folders() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = DRIVER_FOLDERS
        .into_iter()
        .filter_map(|folder| Path::new(folder).read_dir().ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "json")
        })
        .collect();
    found.sort();
    found
}

/// The command that fixes the problem on this system.
fn remedy(choice: AdapterChoice, drivers: &Drivers) -> String {
    if !cfg!(feature = "gpu") {
        return "build molshot with the default features, or use --adapter software".to_owned();
    }
    if let Some(variable) = drivers.variable {
        return format!("unset {variable}");
    }
    let command = match choice {
        AdapterChoice::Gpu => {
            "install the GPU's Vulkan driver (on Debian: apt-get install nvidia-driver or mesa-vulkan-drivers), or use --adapter auto"
        }
        _ if Path::new("/usr/bin/apt-get").exists() => "apt-get install -y mesa-vulkan-drivers",
        _ if Path::new("/usr/bin/dnf").exists() => "dnf install -y mesa-vulkan-drivers",
        _ if Path::new("/usr/bin/pacman").exists() => "pacman -S vulkan-swrast",
        _ => "install a Vulkan driver, such as Mesa's lavapipe",
    };
    command.to_owned()
}
