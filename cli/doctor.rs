//! `molshot doctor`

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use molshot_renderer::{AdapterChoice, AdapterReport, check, open, save, survey};
use molshot_scenes::Plane;
use molshot_scenes::request::ImageFormat;
use serde_json::json;

use crate::message::{Failure, output};

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  molshot doctor\n  molshot doctor --picture test.png\n  molshot doctor --adapter gpu --json"
)]
pub(crate) struct DoctorArgs {
    /// Judge this choice: auto, gpu, software, or vulkan-software.
    #[arg(long, value_name = "ADAPTER", default_value = "auto")]
    adapter: AdapterChoice,
    /// Write the test picture to this PNG file.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Where Vulkan's loader looks for drivers on Linux (Vulkan-Loader documentation, "Driver Discovery on Linux").
const DRIVER_FOLDERS: [&str; 3] = [
    "/usr/share/vulkan/icd.d",
    "/usr/local/share/vulkan/icd.d",
    "/etc/vulkan/icd.d",
];

pub(crate) fn run(args: &DoctorArgs) -> Result<(), Failure> {
    let drivers = driver_files();
    let adapters = survey(args.adapter);
    let start = Instant::now();
    let checked = open(args.adapter).and_then(|mut draw| {
        let opened = start.elapsed();
        let frame = check::test_picture(draw.as_mut())?;
        Ok((opened, start.elapsed(), frame))
    });
    let verdict = match &checked {
        Ok((opened, all, frame)) => {
            if let Some(path) = &args.picture {
                save(frame, [Plane::Color], path, ImageFormat::Png)?;
            }
            format!(
                "right, drawn by {} (device open after {:.0} ms, picture after {:.0} ms)",
                frame.adapter,
                opened.as_secs_f64() * 1e3,
                all.as_secs_f64() * 1e3
            )
        }
        Err(error) => error.to_string(),
    };
    let remedy = checked.is_err().then(|| remedy(args.adapter));
    if args.json {
        let report = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "vulkan_driver_files": drivers,
            "adapters": adapters.iter().map(adapter_json).collect::<Vec<_>>(),
            "test_picture": {"right": checked.is_ok(), "message": verdict},
            "remedy": remedy,
        });
        let mut text = serde_json::to_string_pretty(&report)?;
        text.push('\n');
        output(text.as_bytes())?;
    } else {
        output(text(&drivers, &adapters, &verdict, remedy).as_bytes())?;
    }
    match checked {
        Ok(_) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn text(
    drivers: &[String],
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
    if cfg!(target_os = "linux") {
        lines.push(format!("Vulkan drivers: {}", or_none(&drivers.join(", "))));
    }
    lines.push(format!(
        "adapters: {}",
        if adapters.is_empty() { "none" } else { "" }
    ));
    for adapter in adapters {
        lines.push(format!(
            "  {} {} ({}, {}; driver {}): {}; textures to {} px, buffers to {} MiB",
            if adapter.taken { "taken  " } else { "refused" },
            adapter.name,
            adapter.kind,
            adapter.api,
            or_none(&adapter.driver),
            adapter.reason,
            adapter.max_texture_px,
            adapter.max_buffer_bytes >> 20,
        ));
    }
    lines.push(format!("test picture: {verdict}"));
    if let Some(remedy) = remedy {
        lines.push(format!("to mend it: {remedy}"));
    }
    lines.push(String::new());
    lines.join("\n")
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

/// Driver manifests that the Vulkan loader can find.
fn driver_files() -> Vec<String> {
    let named = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"]
        .into_iter()
        .filter_map(std::env::var_os)
        .flat_map(|value| std::env::split_paths(&value).collect::<Vec<_>>());
    let mut found: Vec<PathBuf> = DRIVER_FOLDERS
        .into_iter()
        .filter_map(|folder| Path::new(folder).read_dir().ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|ending| ending == "json"))
        .collect();
    found.sort();
    named
        .chain(found)
        .map(|path| path.display().to_string())
        .collect()
}

/// The exact command that helps on this system.
fn remedy(choice: AdapterChoice) -> &'static str {
    match choice {
        AdapterChoice::Gpu => {
            "install the GPU's Vulkan driver (on Debian: apt-get install nvidia-driver or mesa-vulkan-drivers), or use --adapter auto"
        }
        _ if Path::new("/usr/bin/apt-get").exists() => "apt-get install -y mesa-vulkan-drivers",
        _ if Path::new("/usr/bin/dnf").exists() => "dnf install -y mesa-vulkan-drivers",
        _ if Path::new("/usr/bin/pacman").exists() => "pacman -S vulkan-swrast",
        _ => "install a Vulkan driver, such as Mesa's lavapipe",
    }
}
