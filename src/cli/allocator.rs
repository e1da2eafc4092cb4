//! The allocator of the C library for a server that runs for months.
//!
//! glibc keeps freed blocks of up to 32 MiB for each of its arenas, which adds up to more than a
//! gibibyte after a few large structures. It reads the variables that change this only when a
//! process starts, so the program replaces itself once.

/// Variables of glibc and their values: larger blocks go back to the system when they are freed,
/// and so does the free end of an arena from this size on.
const VARIABLES: &[(&str, &str)] = &[
    ("MALLOC_MMAP_THRESHOLD_", "4194304"),
    ("MALLOC_TRIM_THRESHOLD_", "8388608"),
];

/// Environment variables, with values, with which a server has to be started so that freed memory
/// goes back to the system. None if the environment configures the allocator already, or the C
/// library gives freed memory back by itself.
#[must_use]
pub fn missing_variables() -> &'static [(&'static str, &'static str)] {
    let mut known = VARIABLES.iter().map(|(name, _)| *name);
    let others = ["GLIBC_TUNABLES", "LD_PRELOAD"];
    let is_set = |name: &str| std::env::var_os(name).is_some();
    if cfg!(all(target_os = "linux", target_env = "gnu"))
        && !known.any(is_set)
        && !others.into_iter().any(is_set)
    {
        VARIABLES
    } else {
        &[]
    }
}

/// Starts this program again with variables that let freed memory go back to the system, unless
/// none is missing. If that fails, the program goes on without.
#[cfg(unix)]
pub(crate) fn give_freed_memory_back() {
    use std::os::unix::process::CommandExt;
    let missing = missing_variables();
    let Ok(program) = std::env::current_exe() else {
        return;
    };
    if missing.is_empty() {
        return;
    }
    let mut arguments = std::env::args_os();
    let mut command = std::process::Command::new(&program);
    command.arg0(arguments.next().unwrap_or_else(|| program.into()));
    // This returns only if it fails. The process keeps its id, its files and its working folder.
    let _ = command.args(arguments).envs(missing.iter().copied()).exec();
}

/// Other C libraries give freed memory back.
#[cfg(not(unix))]
pub(crate) fn give_freed_memory_back() {}
