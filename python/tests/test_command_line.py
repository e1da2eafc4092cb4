"""The script ``molshot`` of the package: the command line of the program."""

import os
import pathlib
import signal
import subprocess
import sys
import sysconfig
import time

import pytest

SCRIPT = pathlib.Path(sysconfig.get_path("scripts")) / "molshot"


def run(*arguments: str, module: bool = False) -> subprocess.CompletedProcess[str]:
    start = [sys.executable, "-m", "molshot"] if module else [str(SCRIPT)]
    return subprocess.run([*start, *arguments], capture_output=True, text=True, timeout=120)


def test_it_is_the_program(program: str, library: pathlib.Path, tmp_path: pathlib.Path) -> None:
    assert run("--version").stdout == subprocess.run([program, "--version"], capture_output=True, text=True).stdout
    assert run("--help").stdout == subprocess.run([program, "--help"], capture_output=True, text=True).stdout
    paths = [tmp_path / "script.png", tmp_path / "program.png", tmp_path / "module.png"]
    flags = ["--size", "96x64", "--style", "spacefill", "--adapter", "software"]
    given = str(library / "1ubi.pdb")
    assert run("render", given, "-o", str(paths[0]), *flags).returncode == 0
    subprocess.run([program, "render", given, "-o", str(paths[1]), *flags], check=True, timeout=120)
    assert run("render", given, "-o", str(paths[2]), *flags, module=True).returncode == 0
    first, second, third = [path.read_bytes() for path in paths]
    assert first == second == third


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["info", "nothere.pdb"], 1, "nothere.pdb"),
        (["rendr"], 2, "render"),
        (["info"], 2, "INPUT"),
        (["schema"], 0, ""),
    ],
)
def test_exit_statuses_are_those_of_the_program(arguments: list[str], status: int, words: str) -> None:
    ended = run(*arguments)
    assert ended.returncode == status, ended.stderr
    assert words.lower() in ended.stderr.lower() and "Traceback" not in ended.stderr


def test_ctrl_c_ends_it(library: pathlib.Path) -> None:
    started = subprocess.Popen(
        [str(SCRIPT), "serve", "--listen", "127.0.0.1:0", "--adapter", "software"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert started.stdout is not None
    line = started.stdout.readline()
    assert line.startswith("listening on http://127.0.0.1:"), line
    started.send_signal(signal.SIGINT)
    _, errors = started.communicate(timeout=60)
    assert started.returncode == 0 and "stopped" in errors, errors
    # A command without a handler ends as the program does. It waits for its standard input.
    waiting = subprocess.Popen(
        [str(SCRIPT), "info", "-", "--input-format", "pdb"], stdin=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert waiting.stdin is not None and waiting.stderr is not None
    # The extension module is mapped when the command line begins.
    maps = pathlib.Path(f"/proc/{waiting.pid}/maps")
    while waiting.poll() is None and maps.exists() and "_molshot" not in maps.read_text():
        time.sleep(0.01)
    time.sleep(0.2)
    waiting.send_signal(signal.SIGINT)
    waiting.communicate(timeout=60)
    assert waiting.returncode in (-signal.SIGINT, 130)


def test_a_closed_pipe_is_not_an_error(library: pathlib.Path) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    ended = subprocess.run(
        [str(SCRIPT), "schema"], stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60
    )
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (0, "")
