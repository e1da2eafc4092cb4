//! What decides whether a GPU of this machine can be used, as the files and the environment say.

use std::ffi::OsString;
use std::fs::OpenOptions;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Folders in which Vulkan's loader searches for driver manifests on Linux (Vulkan-Loader
/// documentation, "Driver Discovery on Linux").
const MANIFEST_FOLDERS: [&str; 3] = [
    "usr/share/vulkan/icd.d",
    "usr/local/share/vulkan/icd.d",
    "etc/vulkan/icd.d",
];

/// Folders in which the system's linker searches for libraries, on the distributions in use.
const LIBRARY_FOLDERS: [&str; 8] = [
    "usr/lib/x86_64-linux-gnu",
    "usr/lib/aarch64-linux-gnu",
    "usr/lib64",
    "usr/lib",
    "usr/local/lib",
    "usr/local/nvidia/lib64",
    "usr/lib/wsl/lib",
    "run/opengl-driver/lib",
];

/// Vulkan's loader.
const LOADER: &str = "libvulkan.so.1";
/// The library with NVIDIA's Vulkan driver.
const NVIDIA_LIBRARY: &str = "libGLX_nvidia.so.0";

/// A driver manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest {
    pub(super) path: PathBuf,
    pub(super) exists: bool,
    /// The library that it names and that is not found.
    pub(super) missing_library: Option<String>,
}

/// What was found on a machine.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Debug, Clone, Default)]
pub(super) struct System {
    /// Device files of GPUs: NVIDIA's own, render nodes, and that of Windows' GPU in WSL.
    pub(super) nvidia_files: Vec<PathBuf>,
    pub(super) render_nodes: Vec<PathBuf>,
    pub(super) has_wsl_gpu: bool,
    /// Those of the files that this user may not open.
    pub(super) denied: Vec<PathBuf>,
    /// Version of NVIDIA's kernel driver.
    pub(super) nvidia_version: Option<String>,
    pub(super) has_loader: bool,
    pub(super) has_nvidia_library: bool,
    pub(super) manifests: Vec<Manifest>,
    /// The variable that replaces the search for manifests.
    pub(super) overriding: Option<&'static str>,
    pub(super) is_container: bool,
    /// `NVIDIA_DRIVER_CAPABILITIES`, with which NVIDIA's container runtime chooses libraries.
    pub(super) nvidia_capabilities: Option<String>,
}

impl System {
    /// Looks at the machine whose files lie under `root`. `variable` reads the environment.
    pub(super) fn look(root: &Path, variable: &dyn Fn(&str) -> Option<OsString>) -> Self {
        let given = |name: &str| variable(name).filter(|value| !value.is_empty());
        let exists = |path: &str| root.join(path).exists();
        let libraries: Vec<PathBuf> = LIBRARY_FOLDERS
            .iter()
            .map(|folder| root.join(folder))
            .chain(
                given("LD_LIBRARY_PATH")
                    .iter()
                    .flat_map(std::env::split_paths),
            )
            .collect();
        let has_library = |name: &str| libraries.iter().any(|folder| folder.join(name).exists());
        let nvidia_files: Vec<PathBuf> = files(&root.join("dev"), "nvidia")
            .into_iter()
            .filter(|path| is_nvidia_device(path))
            .collect();
        let render_nodes = files(&root.join("dev/dri"), "renderD");
        let denied = nvidia_files
            .iter()
            .chain(&render_nodes)
            .filter(|path| is_denied(path))
            .cloned()
            .collect();
        // Either variable replaces the search in folders, and the newer name takes precedence.
        let overriding = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"]
            .into_iter()
            .find_map(|name| Some((name, given(name)?)));
        let paths = if let Some((_, value)) = &overriding {
            std::env::split_paths(value)
                .filter(|path| !path.as_os_str().is_empty())
                .collect()
        } else {
            let mut found: Vec<PathBuf> = MANIFEST_FOLDERS
                .iter()
                .flat_map(|folder| files(&root.join(folder), ""))
                .filter(|path| path.extension().is_some_and(|end| end == "json"))
                .collect();
            found.sort();
            found
        };
        Self {
            nvidia_files,
            render_nodes,
            has_wsl_gpu: exists("dev/dxg"),
            denied,
            nvidia_version: std::fs::read_to_string(root.join("proc/driver/nvidia/version"))
                .ok()
                .and_then(|text| nvidia_version(&text)),
            has_loader: has_library(LOADER),
            has_nvidia_library: has_library(NVIDIA_LIBRARY),
            manifests: paths
                .into_iter()
                .map(|path| manifest(root, path, &has_library))
                .collect(),
            overriding: overriding.map(|(name, _)| name),
            is_container: exists(".dockerenv")
                || exists("run/.containerenv")
                || given("KUBERNETES_SERVICE_HOST").is_some()
                || given("APPTAINER_CONTAINER").is_some()
                || given("SINGULARITY_CONTAINER").is_some(),
            nvidia_capabilities: variable("NVIDIA_DRIVER_CAPABILITIES")
                .map(|value| value.to_string_lossy().into_owned()),
        }
    }

    /// Whether there is a device file of any GPU.
    pub(super) fn has_gpu(&self) -> bool {
        !self.nvidia_files.is_empty() || !self.render_nodes.is_empty() || self.has_wsl_gpu
    }
}

/// Files of a folder whose names begin with `start`, in order.
fn files(folder: &Path, start: &str) -> Vec<PathBuf> {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let mut found: Vec<PathBuf> = entries
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(start))
        .map(|entry| entry.path())
        .collect();
    found.sort();
    found
}

/// `nvidia0` and so on, and the control device; not the helpers beside them.
fn is_nvidia_device(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let rest = name.strip_prefix("nvidia").unwrap_or_default();
    rest == "ctl" || rest.parse::<u32>().is_ok()
}

fn is_denied(path: &Path) -> bool {
    let opened = OpenOptions::new().read(true).write(true).open(path);
    opened.is_err_and(|error| error.kind() == ErrorKind::PermissionDenied)
}

/// The version in the text of the kernel driver: `NVRM version: NVIDIA UNIX x86_64 Kernel Module
/// 550.54.15  Tue Mar ...`.
fn nvidia_version(text: &str) -> Option<String> {
    let line = text.lines().find(|line| line.starts_with("NVRM version"))?;
    line.split_whitespace()
        .find(|word| word.contains('.') && word.split('.').all(|part| part.parse::<u32>().is_ok()))
        .map(str::to_owned)
}

fn manifest(root: &Path, path: PathBuf, has_library: &dyn Fn(&str) -> bool) -> Manifest {
    let library = std::fs::read(&path)
        .ok()
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok())
        .and_then(|json| json["ICD"]["library_path"].as_str().map(str::to_owned));
    let is_found = |library: &str| {
        let named = Path::new(library);
        if named.is_absolute() {
            return named
                .strip_prefix("/")
                .is_ok_and(|within| root.join(within).exists());
        }
        // With a folder it is relative to the manifest (Vulkan-Loader documentation).
        if named.components().count() > 1 {
            path.parent()
                .is_some_and(|folder| folder.join(named).exists())
        } else {
            has_library(library)
        }
    };
    Manifest {
        exists: path.exists(),
        missing_library: library.filter(|library| !is_found(library)),
        path,
    }
}
