//! Memory and processor time of the process, as Linux reports them.

use std::time::Duration;

/// Returns the peak resident memory in bytes, or `None` on other systems: it is `VmHWM` of Linux's
/// `/proc/self/status` (manual page `proc_pid_status(5)`).
pub(super) fn peak_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

/// Returns the processor time of all threads of this process so far, in steps of 10 ms, or `None`
/// on other systems: it is `utime` and `stime` of Linux's `/proc/self/stat` (manual page
/// `proc_pid_stat(5)`), whose unit, `USER_HZ`, is a hundredth of a second.
pub(crate) fn processor_time() -> Option<Duration> {
    const TICK: Duration = Duration::from_millis(10);
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name in parentheses, which may itself contain spaces and
    // parentheses.
    let (_, fields) = stat.rsplit_once(')')?;
    // The first field after it is the third; utime and stime are the 14th and the 15th.
    let mut fields = fields.split_whitespace().skip(14 - 3);
    let ticks: u32 = fields.next()?.parse::<u32>().ok()? + fields.next()?.parse::<u32>().ok()?;
    Some(TICK * ticks)
}
