//! The environment that graphics drivers expect.
//!
//! Mesa's device-select layer for Vulkan asks for a Wayland display, whose library prints
//! `XDG_RUNTIME_DIR is invalid or not set in the environment` on standard error wherever nobody is
//! logged in at a desktop: in containers, in batch jobs, under cron. The line says nothing about
//! our work. The environment of a running process cannot be changed soundly once threads may exist,
//! so the program starts itself again, once, with the variable set.

/// Makes sure, on Linux, that `XDG_RUNTIME_DIR` is an absolute path before a driver is loaded.
/// Where it is not, the process is replaced by the same program with the same arguments and the
/// variable set to `/dev/null`, in which nobody can have planted a socket; the second time it is
/// set, so there is no third. If that fails the program goes on: all it costs is a line on standard
/// error.
#[cfg(target_os = "linux")]
pub(crate) fn prepare_for_drivers() {
    use std::os::unix::process::CommandExt;
    use std::path::Path;
    use std::process::Command;

    const VARIABLE: &str = "XDG_RUNTIME_DIR";
    let absolute = |value: std::ffi::OsString| Path::new(&value).is_absolute();
    if std::env::var_os(VARIABLE).is_some_and(absolute) {
        return;
    }
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    let mut arguments = std::env::args_os();
    let mut command = Command::new(program);
    if let Some(name) = arguments.next() {
        command.arg0(name);
    }
    // Comes back only if it fails.
    let _error = command.args(arguments).env(VARIABLE, "/dev/null").exec();
}

/// Nothing needs to be done on other systems.
#[cfg(not(target_os = "linux"))]
pub(crate) fn prepare_for_drivers() {}
