"""Starts a program under the restrictions of a unit, as far as they are possible without systemd.

    confined.py UNIT STATE PROGRAM [ARGUMENT ...]

The program sees a read-only root, empty home folders, and the folder STATE to write to. It runs as
another user without capabilities, under the filters of SystemCallFilter, RestrictAddressFamilies,
RestrictNamespaces and MemoryDenyWriteExecute. It must be started in a mount namespace of its own
(`unshare --mount`).
"""

import errno
import os
import subprocess
import sys
from pathlib import Path

import seccomp
from seccomp import Arg

#: An id of DynamicUser.
USER = 61_234
PROT_WRITE_EXEC, PROT_EXEC = 2 | 4, 4
FAMILIES = {"AF_UNIX": 1, "AF_INET": 2, "AF_INET6": 10, "AF_NETLINK": 16}


def settings_of(unit: Path) -> dict[str, list[str]]:
    """The values of each setting of a unit, in order."""
    settings: dict[str, list[str]] = {}
    for line in unit.read_text().splitlines():
        if "=" in line and not line.startswith("#"):
            name, value = line.split("=", 1)
            settings.setdefault(name, []).append(value)
    return settings


def calls_of(group: str) -> set[str]:
    """The system calls of a group such as `@system-service`."""
    if not group.startswith("@"):
        return {group}
    text = subprocess.run(["systemd-analyze", "syscall-filter", group], capture_output=True, text=True, check=True)
    names = [line.strip() for line in text.stdout.splitlines()[1:]]
    return {call for name in names if name and not name.startswith("#") for call in calls_of(name)}


def allowed_calls(filters: list[str]) -> set[str]:
    allowed = calls_of("@default")
    for line in filters:
        for group in line.removeprefix("~").split():
            allowed = allowed - calls_of(group) if line.startswith("~") else allowed | calls_of(group)
    return allowed


def confine_files(state: str) -> None:
    for command in (
        ["mount", "--make-rprivate", "/"],
        ["mount", "--bind", state, state],
        ["mount", "-o", "remount,bind,ro", "/"],
        *(["mount", "-t", "tmpfs", "-o", "ro,mode=755", "none", home] for home in ("/root", "/home")),
    ):
        subprocess.run(command, check=True)


def confine_calls(settings: dict[str, list[str]]) -> None:
    rules = seccomp.SyscallFilter(seccomp.ALLOW)
    rules.set_attr(seccomp.Attr.CTL_NNP, 1)
    if settings["MemoryDenyWriteExecute"] == ["yes"]:
        both = Arg(2, seccomp.MASKED_EQ, PROT_WRITE_EXEC, PROT_WRITE_EXEC)
        rules.add_rule(seccomp.ERRNO(errno.EPERM), "mmap", both)
        for call in ("mprotect", "pkey_mprotect"):
            rules.add_rule(seccomp.ERRNO(errno.EPERM), call, Arg(2, seccomp.MASKED_EQ, PROT_EXEC, PROT_EXEC))
    if settings["RestrictNamespaces"] == ["yes"]:
        # Its flags are in memory, which a filter cannot read; the C library then uses `clone`.
        rules.add_rule(seccomp.ERRNO(errno.ENOSYS), "clone3")
        for call in ("unshare", "setns"):
            rules.add_rule(seccomp.ERRNO(errno.EPERM), call)
    families = {FAMILIES[name] for value in settings["RestrictAddressFamilies"] for name in value.split()}
    for family in set(range(64)) - families:
        rules.add_rule(seccomp.ERRNO(errno.EAFNOSUPPORT), "socket", Arg(0, seccomp.EQ, family))
    calls = seccomp.SyscallFilter(seccomp.ERRNO(getattr(errno, settings["SystemCallErrorNumber"][0])))
    calls.set_attr(seccomp.Attr.CTL_NNP, 1)
    for call in sorted(allowed_calls(settings["SystemCallFilter"])):
        try:
            calls.add_rule(seccomp.ALLOW, call)
        except (RuntimeError, OSError):
            pass  # Not a system call of this machine.
    rules.load()
    calls.load()


def main() -> None:
    settings = settings_of(Path(sys.argv[1]))
    confine_files(sys.argv[2])
    os.umask(int(settings["UMask"][0], 8))
    # The capabilities of root go with its id.
    os.setgroups([])
    os.setgid(USER)
    os.setuid(USER)
    confine_calls(settings)
    os.execv(sys.argv[3], sys.argv[3:])


if __name__ == "__main__":
    main()
