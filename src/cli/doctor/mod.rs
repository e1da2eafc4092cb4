//! `molshot doctor`: what this machine draws with, and why it does not draw with a GPU.

mod problems;
mod system;

use std::path::{Path, PathBuf};
use std::time::Instant;

use clap::Args;
use molshot_renderer::{
    AdapterChoice, AdapterReport, DEVICE_VARIABLE, DeviceSelector, enumerate_adapters, open, save,
    self_test,
};
use molshot_scenes::Plane;
use molshot_scenes::request::ImageFormat;
use serde_json::json;

use crate::cli::adapter::AdapterArgs;
use crate::cli::message::{CliError, output, output_json};
use problems::{Problem, problems};
use system::System;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  molshot doctor\n  molshot doctor --picture test.png\n  molshot doctor --adapter gpu --json"
)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    adapter: AdapterArgs,
    /// Write the test picture to this PNG file.
    #[arg(long, value_name = "FILE")]
    picture: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(args: &DoctorArgs) -> Result<(), CliError> {
    let system = System::look(Path::new("/"), &|name| std::env::var_os(name));
    let choice = args.adapter.choice()?;
    let adapters = enumerate_adapters(choice);
    // On other systems drivers are parts of the system.
    let may_use_gpu = cfg!(all(feature = "gpu", target_os = "linux"))
        && matches!(
            choice,
            AdapterChoice::Auto | AdapterChoice::Gpu | AdapterChoice::Device(_)
        );
    let problems = if may_use_gpu && !has_gpu(&adapters) {
        problems(&system)
    } else {
        Vec::new()
    };
    let start = Instant::now();
    let checked = open(choice).and_then(|mut backend| {
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
    let remedy = checked.is_err().then(|| remedy(choice, &system, &problems));
    if args.json {
        let report = json!({
            "version": env!("CARGO_PKG_VERSION"),
            "vulkan_driver_variable": system.overriding,
            "vulkan_driver_files": system.manifests.iter().map(|file| json!({
                "path": file.path.display().to_string(),
                "exists": file.exists,
            })).collect::<Vec<_>>(),
            "problems": problems.iter().map(|found| json!({
                "problem": found.problem,
                "fix": found.fix,
            })).collect::<Vec<_>>(),
            "adapters": adapters.iter().map(adapter_json).collect::<Vec<_>>(),
            // `right` is the former name of `passed`, kept for this version.
            "test_picture": {"passed": checked.is_ok(), "right": checked.is_ok(), "message": verdict},
            "remedy": remedy,
        });
        output_json(&report)?;
    } else {
        output(text(&system, &adapters, &problems, &verdict, remedy.as_deref()).as_bytes())?;
    }
    match checked {
        Ok(_) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn text(
    system: &System,
    adapters: &[AdapterReport],
    problems: &[Problem],
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
        lines.push(manifests_text(system));
    }
    lines.push(format!(
        "adapters: {}",
        if adapters.is_empty() { "none" } else { "" }
    ));
    for adapter in adapters {
        lines.push(format!(
            "  {} {} {} ({}, {}{}; driver {}): {}; textures to {} px, buffers {}",
            adapter
                .index
                .map_or_else(|| "-".to_owned(), |index| index.to_string()),
            if adapter.taken { "used  " } else { "unused" },
            adapter.name,
            adapter.kind,
            adapter.api,
            adapter
                .pci_address
                .as_ref()
                .map(|address| format!(", PCI {address}"))
                .unwrap_or_default(),
            or_none(&adapter.driver),
            reason(adapter),
            adapter.max_texture_px,
            match adapter.max_buffer_bytes {
                u64::MAX => "limited by memory".to_owned(),
                bytes => format!("to {} MiB", bytes >> 20),
            },
        ));
    }
    for Problem { problem, fix } in problems {
        lines.push(format!("no GPU is used: {problem}\n  to fix it: {fix}"));
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

/// Whether a driver shows a GPU.
fn has_gpu(adapters: &[AdapterReport]) -> bool {
    adapters.iter().any(|adapter| adapter.kind.ends_with("GPU"))
}

fn or_none(text: &str) -> &str {
    if text.is_empty() { "none" } else { text }
}

fn adapter_json(adapter: &AdapterReport) -> serde_json::Value {
    json!({
        "index": adapter.index,
        "pci_address": adapter.pci_address,
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

/// One line about the driver manifests.
fn manifests_text(system: &System) -> String {
    let files: Vec<String> = system
        .manifests
        .iter()
        .map(|manifest| {
            let missing = if manifest.exists { "" } else { " (missing)" };
            format!("{}{missing}", manifest.path.display())
        })
        .collect();
    let by = system
        .overriding
        .map(|name| format!(" (from {name})"))
        .unwrap_or_default();
    format!("Vulkan drivers{by}: {}", or_none(&files.join(", ")))
}

/// The command that fixes the problem on this system.
fn remedy(choice: AdapterChoice, system: &System, problems: &[Problem]) -> String {
    if !cfg!(feature = "gpu") {
        return "build molshot with the default features, or use --adapter software".to_owned();
    }
    if DeviceSelector::is_in_environment()
        && !matches!(choice, AdapterChoice::Device(_) | AdapterChoice::Software)
    {
        return format!("correct {DEVICE_VARIABLE}, or unset it");
    }
    if matches!(choice, AdapterChoice::Device(_)) {
        return "give a number or a name of the list above".to_owned();
    }
    if let Some(variable) = system.overriding {
        return format!("unset {variable}");
    }
    if let (AdapterChoice::Gpu, [first, ..]) = (choice, problems) {
        return first.fix.clone();
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
