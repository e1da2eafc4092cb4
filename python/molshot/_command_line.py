"""The script ``molshot``: the command line of the program, in this process."""

import os
import signal
import sys

from molshot import _molshot

#: Variables of glibc, which reads them when a process starts: large blocks go back to the system
#: when they are freed, and so does the free end of an arena. A server that runs for months needs
#: that.
_ALLOCATOR = {"MALLOC_MMAP_THRESHOLD_": "4194304", "MALLOC_TRIM_THRESHOLD_": "8388608"}


def main() -> int:
    """Runs the command line of this process, and returns the exit status."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["serve"] and sys.platform == "linux":
        configured = {*_ALLOCATOR, "GLIBC_TUNABLES", "LD_PRELOAD"}
        if not configured & os.environ.keys() and sys.executable:
            environment = {**os.environ, **_ALLOCATOR}
            os.execve(sys.executable, [sys.executable, "-m", "molshot", *arguments], environment)
    if sys.platform == "linux" and not os.path.isabs(os.environ.get("XDG_RUNTIME_DIR", "")):
        # Else Vulkan's loader prints a warning where there is no desktop session.
        os.environ["XDG_RUNTIME_DIR"] = "/dev/null"
    # Without a handler of the command, Ctrl-C ends the process at once, as it ends the program.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _molshot.run_command_line(["molshot", *arguments])
