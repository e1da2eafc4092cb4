"""The script ``molshot``: the command line of the program, in this process."""

import os
import signal
import sys

from molshot import _molshot


def main() -> int:
    """Runs the command line of this process, and returns the exit status."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["serve"] and sys.executable:
        # The C library reads these when a process starts.
        missing = dict(_molshot.missing_allocator_variables())
        if missing:
            command = [sys.executable, "-m", "molshot", *arguments]
            os.execve(sys.executable, command, {**os.environ, **missing})
    if sys.platform == "linux" and not os.path.isabs(os.environ.get("XDG_RUNTIME_DIR", "")):
        # Without it, Vulkan's loader prints a warning outside of desktop sessions.
        os.environ["XDG_RUNTIME_DIR"] = "/dev/null"
    # Without a handler of the command, Ctrl-C ends the process at once, as it ends the program.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _molshot.run_command_line(["molshot", *arguments])
