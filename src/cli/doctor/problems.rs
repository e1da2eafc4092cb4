//! Why a GPU of this machine is not used, and the line that mends it.

use super::system::System;

/// The first version of NVIDIA's driver with Vulkan 1.3 (NVIDIA, "Vulkan driver support", January
/// 2022).
const OLDEST_NVIDIA: u32 = 510;

/// What keeps a GPU from being used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Problem {
    /// What was found.
    pub(super) problem: String,
    /// A line to type, or what to do.
    pub(super) fix: String,
}

/// The problems of a machine on which no GPU was found, the one to mend first at the beginning.
pub(super) fn problems(system: &System) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut add = |problem: String, fix: String| found.push(Problem { problem, fix });
    let gpu_manifests = [
        "nvidia", "intel", "radeon", "amd", "nouveau", "panfrost", "asahi", "dzn",
    ];
    if let Some(variable) = system.overriding
        && system.has_gpu()
        && !has_manifest(system, &gpu_manifests)
    {
        add(
            format!("{variable} names no driver of a GPU that is there"),
            format!("unset {variable}"),
        );
    } else if let Some(variable) = system.overriding {
        for manifest in &system.manifests {
            if !manifest.exists {
                add(
                    format!(
                        "{variable} names {}, which does not exist",
                        manifest.path.display()
                    ),
                    format!("unset {variable}"),
                );
            }
        }
    }
    if !system.has_loader {
        add(
            "Vulkan's loader (libvulkan.so.1) is not installed".into(),
            install("libvulkan1", "vulkan-loader"),
        );
    }
    if let Some(denied) = system.denied.first() {
        let fix = if system.is_container {
            format!(
                "start the container with `--device {0} --group-add $(stat -c %g {0})`",
                denied.display()
            )
        } else {
            "sudo usermod -aG render,video $USER   # then log in again".to_owned()
        };
        add(format!("this user may not open {}", denied.display()), fix);
    }
    if !system.nvidia_files.is_empty() {
        nvidia(system, &mut add);
    }
    for manifest in &system.manifests {
        if let Some(library) = &manifest.missing_library {
            add(
                format!(
                    "{} names the library {library}, which is not found",
                    manifest.path.display()
                ),
                "install the driver's package again, or remove the file".into(),
            );
        }
    }
    if !system.render_nodes.is_empty()
        && system.nvidia_files.is_empty()
        && system.overriding.is_none()
        && !has_manifest(
            system,
            &["intel", "radeon", "amd", "nouveau", "panfrost", "asahi"],
        )
    {
        add(
            format!(
                "there is a GPU ({}), but no Vulkan driver for it",
                system.render_nodes[0].display()
            ),
            install("mesa-vulkan-drivers", "mesa-vulkan-drivers"),
        );
    }
    if system.has_wsl_gpu
        && system.nvidia_files.is_empty()
        && system.overriding.is_none()
        && !has_manifest(system, &["dzn"])
    {
        add(
            "this is WSL, and Mesa's driver for Windows' GPU (dzn) is not installed".into(),
            install("mesa-vulkan-drivers", "mesa-vulkan-drivers"),
        );
    }
    if system.is_container && !system.has_gpu() {
        add(
            "this container has no GPU".into(),
            "if the machine has one, start the container with `--gpus all` (NVIDIA) or `--device /dev/dri`".into(),
        );
    }
    found
}

/// Problems of machines with NVIDIA's kernel driver.
fn nvidia(system: &System, add: &mut impl FnMut(String, String)) {
    if let Some(version) = &system.nvidia_version
        && version
            .split('.')
            .next()
            .and_then(|major| major.parse::<u32>().ok())
            .is_some_and(|major| major < OLDEST_NVIDIA)
    {
        add(
            format!("NVIDIA's driver {version} is older than {OLDEST_NVIDIA}, and may be too old"),
            format!("install version {OLDEST_NVIDIA} or later of NVIDIA's driver"),
        );
    }
    if !system.has_nvidia_library {
        if system.is_container {
            let given = system
                .nvidia_capabilities
                .as_ref()
                .map(|value| format!(" (NVIDIA_DRIVER_CAPABILITIES={value})"))
                .unwrap_or_default();
            add(
                format!("an NVIDIA GPU is in this container without its graphics driver{given}"),
                "start the container with `-e NVIDIA_DRIVER_CAPABILITIES=graphics,compute,utility`"
                    .into(),
            );
        } else {
            add(
                "NVIDIA's kernel driver is loaded, but its Vulkan driver (libGLX_nvidia.so.0) is not installed"
                    .into(),
                install("nvidia-vulkan-icd", "nvidia-driver-libs"),
            );
        }
    } else if !has_manifest(system, &["nvidia"]) && system.overriding.is_none() {
        add(
            "NVIDIA's Vulkan driver is installed, but no manifest names it".into(),
            r#"sudo mkdir -p /etc/vulkan/icd.d && echo '{"file_format_version":"1.0.0","ICD":{"library_path":"libGLX_nvidia.so.0","api_version":"1.3.0"}}' | sudo tee /etc/vulkan/icd.d/nvidia_icd.json"#
                .into(),
        );
    }
}

fn has_manifest(system: &System, names: &[&str]) -> bool {
    system.manifests.iter().any(|manifest| {
        let name = manifest.path.file_name().unwrap_or_default();
        let name = name.to_string_lossy().to_lowercase();
        manifest.exists && names.iter().any(|wanted| name.contains(wanted))
    })
}

/// The line that installs a package.
fn install(debian: &str, fedora: &str) -> String {
    if std::path::Path::new("/usr/bin/dnf").exists() {
        format!("sudo dnf install -y {fedora}")
    } else {
        format!("sudo apt-get install -y {debian}")
    }
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use super::super::system::System;
    use super::*;

    /// A machine of files, in a folder that is removed at the end.
    struct Machine(PathBuf);

    impl Machine {
        fn new(name: &str, files: &[(&str, &str)]) -> Self {
            let root =
                std::env::temp_dir().join(format!("molshot-doctor-{}-{name}", std::process::id()));
            for (path, text) in files {
                let path = root.join(path);
                std::fs::create_dir_all(path.parent().expect("in a folder")).expect("temporary");
                std::fs::write(path, text).expect("temporary");
            }
            Self(root)
        }

        fn problems(&self, variables: &[(&str, &str)]) -> Vec<Problem> {
            let system = System::look(&self.0, &|name| {
                let found = variables.iter().find(|(variable, _)| *variable == name);
                found.map(|(_, value)| (*value).into())
            });
            problems(&system)
        }
    }

    impl Drop for Machine {
        fn drop(&mut self) {
            drop(std::fs::remove_dir_all(&self.0));
        }
    }

    const LOADER: (&str, &str) = ("usr/lib/x86_64-linux-gnu/libvulkan.so.1", "");
    const LIBRARY: (&str, &str) = ("usr/lib/x86_64-linux-gnu/libGLX_nvidia.so.0", "");
    const NVIDIA: [(&str, &str); 3] = [
        ("dev/nvidia0", ""),
        ("dev/nvidiactl", ""),
        (
            "proc/driver/nvidia/version",
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar 5\nGCC version: 12\n",
        ),
    ];
    const MANIFEST: (&str, &str) = (
        "usr/share/vulkan/icd.d/nvidia_icd.json",
        r#"{"ICD":{"library_path":"libGLX_nvidia.so.0"}}"#,
    );

    fn only(problems: &[Problem]) -> &Problem {
        assert_eq!(problems.len(), 1, "{problems:?}");
        &problems[0]
    }

    #[test]
    fn a_complete_machine_has_no_problem() {
        let files = [&NVIDIA[..], &[LOADER, LIBRARY, MANIFEST]].concat();
        assert_eq!(Machine::new("complete", &files).problems(&[]), []);
        // A machine without a GPU has none either: there is nothing to mend.
        assert_eq!(Machine::new("plain", &[LOADER]).problems(&[]), []);
    }

    #[test]
    fn a_container_without_graphics_is_told_the_variable() {
        let files = [&NVIDIA[..], &[LOADER, (".dockerenv", "")]].concat();
        let found = Machine::new("compute", &files)
            .problems(&[("NVIDIA_DRIVER_CAPABILITIES", "compute,utility")]);
        let Problem { problem, fix } = only(&found);
        assert!(problem.contains("compute,utility"), "{problem}");
        assert!(fix.contains("NVIDIA_DRIVER_CAPABILITIES=graphics"), "{fix}");
        let empty = Machine::new("empty", &[LOADER, ("run/.containerenv", "")]).problems(&[]);
        assert!(only(&empty).fix.contains("--gpus all"));
    }

    #[test]
    fn missing_manifests_libraries_and_loaders_are_told() {
        let files = [&NVIDIA[..], &[LOADER, LIBRARY]].concat();
        let found = Machine::new("manifest", &files).problems(&[]);
        assert!(
            only(&found)
                .fix
                .contains("/etc/vulkan/icd.d/nvidia_icd.json")
        );
        let files = [&NVIDIA[..], &[LOADER]].concat();
        let found = Machine::new("library", &files).problems(&[]);
        assert!(only(&found).problem.contains("libGLX_nvidia.so.0"));
        let files = [&NVIDIA[..], &[LIBRARY, MANIFEST]].concat();
        let found = Machine::new("loader", &files).problems(&[]);
        assert!(only(&found).problem.contains("libvulkan.so.1"));
        let gone = (
            "etc/vulkan/icd.d/lvp_icd.json",
            r#"{"ICD":{"library_path":"/usr/lib/libvulkan_lvp.so"}}"#,
        );
        let found = Machine::new("gone", &[LOADER, gone]).problems(&[]);
        assert!(only(&found).problem.contains("/usr/lib/libvulkan_lvp.so"));
    }

    #[test]
    fn an_old_driver_a_foreign_variable_and_other_gpus_are_told() {
        let old = (
            "proc/driver/nvidia/version",
            "NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.256.02  Thu May 2\n",
        );
        let files = [NVIDIA[0], old, LOADER, LIBRARY, MANIFEST];
        let found = Machine::new("old", &files).problems(&[]);
        assert!(only(&found).problem.contains("470.256.02"));
        let files = [&NVIDIA[..], &[LOADER, LIBRARY, MANIFEST]].concat();
        let found = Machine::new("variable", &files)
            .problems(&[("VK_DRIVER_FILES", "/nowhere/nvidia_icd.json")]);
        assert_eq!(only(&found).fix, "unset VK_DRIVER_FILES");
        let files = [LOADER, ("dev/dri/renderD128", ""), ("lvp.json", "{}")];
        let other = Machine::new("other", &files);
        let manifest = other.0.join("lvp.json");
        let found = other.problems(&[("VK_DRIVER_FILES", manifest.to_str().expect("text"))]);
        assert_eq!(found[0].fix, "unset VK_DRIVER_FILES");
        let found = Machine::new("node", &[LOADER, ("dev/dri/renderD128", "")]).problems(&[]);
        assert!(only(&found).fix.contains("mesa-vulkan-drivers"));
        let found = Machine::new("wsl", &[LOADER, ("dev/dxg", "")]).problems(&[]);
        assert!(only(&found).problem.contains("WSL"));
    }

    #[test]
    fn a_file_without_permission_is_told_with_the_group() {
        let mut system = System {
            has_loader: true,
            render_nodes: vec!["/dev/dri/renderD128".into()],
            denied: vec!["/dev/dri/renderD128".into()],
            ..System::default()
        };
        let fix = |system: &System| problems(system)[0].fix.clone();
        assert!(fix(&system).contains("usermod -aG render"));
        system.is_container = true;
        assert!(fix(&system).contains("--group-add"));
        let own = System::look(Path::new("/"), &|name| std::env::var_os(name));
        // Whatever this machine is, looking at it does not fail.
        problems(&own);
    }
}
