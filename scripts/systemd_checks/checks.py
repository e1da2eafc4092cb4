"""The checks of `scripts/check-systemd`."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from booted import booted
from confined import USER, settings_of
from counted_checks import check, end

ROOT = Path(__file__).parents[2]
UNIT = ROOT / "deploy" / "systemd" / "molshot.service"
README = UNIT.with_name("README.md")
PICTURE = "/v1/structures/sample-dna/image.png?size=256x256"
LIMIT_SECONDS = 60
UNITS = {"": 1, "M": 1 << 20, "G": 1 << 30, "MiB": 1 << 20, "GiB": 1 << 30, "KiB": 1 << 10}

def size(text: str) -> int:
    number, unit = re.fullmatch(r'"?(\d+)(\w*)"?', text).groups()  # type: ignore[union-attr]
    return int(number) * UNITS[unit]


def analysis(program: Path, place: Path) -> None:
    unit = place / UNIT.name
    unit.write_text(UNIT.read_text().replace("/usr/local/bin/molshot", str(program)))
    run = subprocess.run(["systemd-analyze", "verify", str(unit)], capture_output=True, text=True)
    text = run.stdout + run.stderr
    check(run.returncode == 0 and text == "", f"systemd-analyze verify says nothing: {text!r}")
    run = subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", "--no-pager", str(UNIT)], capture_output=True, text=True
    )
    found = re.search(r"exposure level for molshot.service: ([\d.]+)", run.stdout)
    exposure = found[1] if found else "none"
    stated = re.search(r"exposure level of ([\d.]+)", " ".join(README.read_text().split()))
    check(found is not None and float(exposure) <= 1.5, f"systemd-analyze security: exposure level {exposure}")
    check(stated is not None and stated[1] == exposure, f"README.md states it: {stated and stated[1]}")


def figures(program: Path) -> None:
    """The figures of the unit follow from the default settings."""
    unit = {name: values[-1] for name, values in settings_of(UNIT).items()}
    run = subprocess.run([program, "serve", "--print-config"], capture_output=True, text=True, check=True)
    pairs = [re.match(r'([a-z-]+) = ("[^"]*"|\S+)', line) for line in run.stdout.splitlines()]
    settings = {pair[1]: pair[2] for pair in pairs if pair}
    caches = sum(size(settings[f"{name}-cache-bytes"]) for name in ("structure", "scene", "picture"))
    memory = size(settings["queue-max-bytes"]) * 9 // 8 + caches + (256 << 20)
    threads = (size(unit["MemoryMax"]) - memory) // (128 << 20)
    check(f"enough for {threads} threads" in UNIT.read_text(), f"MemoryMax is enough for {threads} threads")
    connections = int(settings["connections-max"])
    check(int(unit["LimitNOFILE"]) >= connections + 128, f"LimitNOFILE: {connections} connections, and files")
    seconds = int(settings["shutdown-seconds"])
    check(int(unit["TimeoutStopSec"]) > seconds, f"TimeoutStopSec: longer than {seconds}")
    flags = re.findall(r"--[a-z-]+", unit["ExecStart"])
    text = subprocess.run([program, "serve", "--help"], capture_output=True, text=True, check=True).stdout
    check(all(f"{flag} " in text for flag in flags), f"the program has the flags {flags}")
    check("MOLSHOT_TOKENS_FILE=%d/tokens" in UNIT.read_text() and "--tokens-file" in text, "the file of tokens")


def confined(state: Path, *command: str | Path) -> list[str]:
    script = str(Path(__file__).with_name("confined.py"))
    return ["unshare", "--mount", sys.executable, script, str(UNIT), str(state), *map(str, command)]


#: What a program tries that the unit forbids; each must fail.
PROBE = """
import ctypes, mmap, os, socket
def tries(name, action):
    try:
        action()
        print(name, "works")
    except (OSError, ValueError):
        print(name, "fails")
tries("state", lambda: open(STATE + "/probe", "w"))
tries("home", lambda: open("/root" + "/probe", "w"))
tries("root", lambda: open("/usr/probe", "w"))
tries("write-execute", lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC))
tries("AF_UNIX", lambda: socket.socket(socket.AF_UNIX))
tries("AF_INET", lambda: socket.socket(socket.AF_INET))
tries("priority", lambda: os.setpriority(os.PRIO_PROCESS, 0, 5))
tries("setuid", lambda: os.setuid(0))
tries("ids", lambda: None if os.getuid() == USER and os.getgroups() == [] else 1 / 0)
"""


def restrictions(state: Path) -> None:
    """The restrictions of `confined.py` are in force, so that what works under them shows something."""
    probe = PROBE.replace("STATE", repr(str(state))).replace("USER", str(USER))
    run = subprocess.run(confined(state, "/usr/bin/python3", "-c", probe), capture_output=True, text=True)
    found = dict(line.split() for line in run.stdout.splitlines())
    allowed = {"state", "AF_INET", "ids"}
    wanted = {
        name: "works" if name in allowed else "fails"
        for name in ("state", "root", "home", "write-execute", "AF_UNIX", "AF_INET", "priority", "setuid", "ids")
    }
    check(found == wanted, f"restrictions: {found} {run.stderr}")


@contextmanager
def server(command: list[str], place: Path, state: Path) -> Iterator[tuple[subprocess.Popen[str], str, Path]]:
    """A running server, its address and its log."""
    log = place / "log"
    variables = {
        "PATH": "/usr/bin:/bin",
        "STATE_DIRECTORY": str(state),
        "MOLSHOT_TOKENS_FILE": str(place / "tokens"),
    }
    with log.open("w") as file:
        process = subprocess.Popen(command, stderr=file, stdout=file, text=True, env=variables)
    try:
        end = time.monotonic() + LIMIT_SECONDS
        while not (found := re.search(r"http://127\.0\.0\.1:\d+", log.read_text())):
            if process.poll() is not None or time.monotonic() > end:
                raise RuntimeError(f"the server does not start: {log.read_text()}")
            time.sleep(0.05)
        yield process, found[0], log
    finally:
        process.kill()
        process.wait()


def ask(address: str, path: str, data: bytes | None = None, kind: str = "") -> bytes:
    headers = {"Authorization": "Bearer secret"}
    if data is not None:
        headers["Content-Type"] = kind
    with urllib.request.urlopen(urllib.request.Request(address + path, data, headers), timeout=LIMIT_SECONDS) as answer:
        content: bytes = answer.read()
        return content


def serving(program: Path, place: Path, state: Path) -> None:
    """The server works under the restrictions."""
    structures = place / "structures"
    shutil.copytree(ROOT / "scenes" / "library", structures)
    config = place / "molshot.toml"
    config.write_text(f'listen = "127.0.0.1:0"\nstructures = "{structures}"\nthreads = 2\n')
    (place / "tokens").write_text("secret\n")
    (place / "tokens").chmod(0o444)
    start = settings_of(UNIT)["ExecStart"][0].replace("/etc/molshot/molshot.toml", str(config)).split()
    command = [str(program), *start[1:]]
    open_state = place / "open"
    open_state.mkdir()
    with server(command, place, open_state) as (_, address, _log):
        wanted = [ask(address, PICTURE), ask(address, PICTURE.replace("sample-dna", "1hvr"))]
    with server(confined(state, *command), place, state) as (process, address, log):
        found = [ask(address, PICTURE), ask(address, PICTURE.replace("sample-dna", "1hvr"))]
        check(found == wanted and found[0].startswith(b"\x89PNG"), "pictures are those of a free server")
        files = "".join(
            f'--b\r\nContent-Disposition: form-data; name="file"; filename="{file.name}"\r\n\r\n{file.read_text()}\r\n'
            for file in sorted((structures / "7pbl").iterdir())
        )
        answer = ask(address, "/v1/structures", (files + "--b--\r\n").encode(), "multipart/form-data; boundary=b")
        name = json.loads(answer)["id"]
        check(ask(address, PICTURE.replace("sample-dna", name))[:4] == b"\x89PNG", "an upload is stored and drawn")
        stored = [path for path in (state / "uploads").rglob("*") if path.is_file()]
        modes = {path.stat().st_mode & 0o077 for path in stored}
        check(len(stored) >= 2 and modes == {0}, f"it is in the state folder, for its user only: {len(stored)} files")
        metrics = ask(address, "/metrics").decode()
        found_metrics = [name for name in ("cpu_seconds", "resident_memory", "open_fds") if f"process_{name}" in metrics]
        check(len(found_metrics) == 3, f"the metrics of the process are there: {found_metrics}")
        try:
            urllib.request.urlopen(address + PICTURE, timeout=LIMIT_SECONDS)
            check(False, "a request without a token is refused")
        except urllib.error.HTTPError as error:
            check(error.code == 401, f"a request without a token is refused: {error.code}")
        config.write_text(config.read_text() + "cache-seconds = 7\n")
        os.kill(process.pid, signal.SIGHUP)
        end = time.monotonic() + LIMIT_SECONDS
        age = None
        while age != "max-age=7" and time.monotonic() < end:
            request = urllib.request.Request(address + PICTURE, headers={"Authorization": "Bearer secret"})
            with urllib.request.urlopen(request) as reply:
                control = reply.headers["Cache-Control"] or ""
            age = next((part.strip() for part in control.split(",") if "max-age" in part), None)
            time.sleep(0.1)
        check(age == "max-age=7", f"ExecReload's signal reads the configuration again: {age}")
        process.terminate()
        status = process.wait(LIMIT_SECONDS)
        check(status == 0, f"SIGTERM ends it with status 0: {status}")
        words = [line for line in log.read_text().splitlines() if '"WARN"' in line or '"ERROR"' in line]
        check(not words, f"the log has no warnings: {words}")


def main() -> None:
    program, place = (Path(arg).resolve() for arg in sys.argv[1:3])
    state = place / "state"
    state.mkdir()
    os.chown(state, USER, USER)
    try:
        analysis(program, place)
        figures(program)
        restrictions(state)
        serving(program, place, state)
        if len(sys.argv) > 3:
            booted(Path(sys.argv[3]).resolve(), program)
        else:
            print("left out: systemd itself, for which a ROOT is needed")
    except Exception as error:  # What breaks is a failure, too.
        check(False, f"{type(error).__name__}: {error}")
    end()


if __name__ == "__main__":
    main()
