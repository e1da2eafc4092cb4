//! The environment that graphics drivers expect.
//!
//! Mesa's device-select layer for Vulkan looks for a Wayland display. Its library prints
//! `XDG_RUNTIME_DIR is invalid or not set in the environment` on standard error wherever there is
//! no desktop session: in containers, in batch jobs, under cron. The message is irrelevant to
//! rendering. The environment of a running process cannot be changed soundly once threads may
//! exist, so the program replaces itself, once, with the variable set.

/// Makes sure, on Linux, that `XDG_RUNTIME_DIR` is an absolute path before a driver is loaded.
///
/// If it is not, the process is replaced by the same program with the same arguments and the
/// variable set to `/dev/null`, which cannot contain a socket. The new process finds the variable
/// set, so this happens once. If the replacement fails the program goes on: the only cost is the
/// message on standard error.
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
    // Returns only if it fails.
    let _error = command.args(arguments).env(VARIABLE, "/dev/null").exec();
}

/// Does nothing: other systems need no preparation.
#[cfg(not(target_os = "linux"))]
pub(crate) fn prepare_for_drivers() {}
