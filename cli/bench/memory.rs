//! How much memory the process took.

/// The most memory that was resident at once, bytes. `None` where the system does not say: it is `VmHWM` of Linux's
/// `/proc/self/status` (manual page `proc_pid_status(5)`).
pub(super) fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}
