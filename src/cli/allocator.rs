//! The allocator of the C library for a server that runs for months.
//!
//! glibc keeps freed blocks of up to 32 MiB for each of its arenas, which adds up to more than a
//! gibibyte after a few large structures. It reads the variables that change this only when a
//! process starts, so the program replaces itself once.

/// Variables of glibc and their values: larger blocks go back to the system when they are freed,
/// and so does the free end of an arena from this size on.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const VARIABLES: [(&str, &str); 2] = [
    ("MALLOC_MMAP_THRESHOLD_", "4194304"),
    ("MALLOC_TRIM_THRESHOLD_", "8388608"),
];

/// Starts this program again with variables that let freed memory go back to the system, unless the
/// environment configures the allocator already. If that fails, the program goes on without.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn give_freed_memory_back() {
    use std::os::unix::process::CommandExt;
    let is_configured = VARIABLES
        .iter()
        .map(|(name, _)| *name)
        .chain(["GLIBC_TUNABLES", "LD_PRELOAD"])
        .any(|name| std::env::var_os(name).is_some());
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    if is_configured {
        return;
    }
    let mut arguments = std::env::args_os();
    let mut command = std::process::Command::new(&program);
    command.arg0(arguments.next().unwrap_or_else(|| program.into()));
    // This returns only if it fails. The process keeps its id, its files and its working folder.
    let _ = command.args(arguments).envs(VARIABLES).exec();
}

/// Other C libraries give freed memory back.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
pub(crate) fn give_freed_memory_back() {}
