"""Drives a preview window from outside, and compares it with rendered pictures.

Nothing here waits for a fixed time: conditions are polled for up to `TIMEOUT_S` seconds, so that a slow machine only takes longer."""

import json
import os
import pathlib
import subprocess
import time

import numpy
from PIL import Image

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROGRAMS = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug"
LIBRARY = ROOT / "scenes/library"
SIZE = (640, 480)
TIMEOUT_S = 90.0
# Share of pixels that may differ by more than three levels: two GPUs round differently at edges.
# The software backends do not differ.
TOLERANCE = 0.0005

counts = {"passed": 0, "failed": 0}
# The --adapter and --present of the programs.
options = {"adapter": "auto", "present": "auto"}


class TimedOut(Exception):
    """A condition that the following steps need was not met in time."""


def check(holds: bool, what: str) -> bool:
    print(("ok      " if holds else "FAILED  ") + what, flush=True)
    counts["passed" if holds else "failed"] += 1
    return bool(holds)


def wait(condition, what: str, seconds: float = TIMEOUT_S):
    """Polls `condition`, and returns its first true value."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise TimedOut(f"{what} within {seconds:.0f} s")
        time.sleep(0.05)


def difference(a: numpy.ndarray, b: numpy.ndarray) -> float:
    """Returns the share of pixels that differ by more than three levels in a channel; 1 for different sizes."""
    if a.shape != b.shape:
        return 1.0
    return float((abs(a.astype(int) - b.astype(int)).max(axis=2) > 3).mean())


def pixels_of(path: pathlib.Path) -> numpy.ndarray:
    return numpy.asarray(Image.open(path).convert("RGB"))


def render(request: pathlib.Path, picture: pathlib.Path) -> None:
    command = [PROGRAMS / "molshot", "render", request, "-o", picture, "--quiet", "--adapter", options["adapter"]]
    subprocess.run(command, check=True)


def run(*command: str | pathlib.Path, fails: bool = False) -> str:
    return subprocess.run(command, check=not fails, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


class X11:
    """The synthetic mouse and keyboard of an X server, and screenshots of its windows."""

    def find(self, viewer: "Viewer") -> str | None:
        found = run("xdotool", "search", "--all", "--onlyvisible", "--pid", str(viewer.process.pid), "--name", "molshot", fails=True)
        return found.split()[0] if found.split() else None

    def focus(self, viewer: "Viewer") -> None:
        """Gives the window the keyboard focus, because there is no window manager."""

        def has_it() -> bool:
            run("xdotool", "windowfocus", viewer.window, fails=True)
            return run("xdotool", "getwindowfocus", fails=True).strip() == viewer.window

        wait(has_it, "the window has the keyboard focus")

    def title(self, viewer: "Viewer") -> str:
        return run("xdotool", "getwindowname", viewer.window, fails=True).strip()

    def at(self, viewer: "Viewer", x: int, y: int) -> None:
        run("xdotool", "mousemove", "--window", viewer.window, str(x), str(y))

    def button(self, number: int, down: bool) -> None:
        run("xdotool", "mousedown" if down else "mouseup", str(number))

    def double_click(self) -> None:
        run("xdotool", "click", "--repeat", "2", "--delay", "30", "1")

    def wheel(self, notches: int) -> None:
        run("xdotool", "click", "--repeat", str(notches), "--delay", "5", "4")

    def key(self, name: str) -> None:
        run("xdotool", "key", name)

    def picture(self, viewer: "Viewer", path: pathlib.Path) -> numpy.ndarray:
        # A window that is being resized or mapped cannot be captured for a moment.
        wait(lambda: subprocess.run(["import", "-silent", "-window", viewer.window, path], stderr=subprocess.DEVNULL).returncode == 0, "a screenshot")
        return pixels_of(path)


class Viewer:
    """A running molshot-view with its window."""

    number = 0
    all: list["Viewer"] = []

    def __init__(self, folder: pathlib.Path, *arguments: str | pathlib.Path, desktop=None, environment: dict[str, str] | None = None, standard_input: bytes | None = None):
        Viewer.number += 1
        self.desktop = desktop or X11()
        self.folder = folder
        self.out = folder / f"out_{Viewer.number}.txt"
        self.err = folder / f"err_{Viewer.number}.txt"
        command = [PROGRAMS / "molshot-view", "--verbose", "--adapter", options["adapter"], "--present", options["present"], *arguments]
        given = folder / f"in_{Viewer.number}"
        given.write_bytes(standard_input or b"")
        with self.out.open("w") as out, self.err.open("w") as err, given.open("rb") as given_file:
            self.process = subprocess.Popen(command, stdin=given_file, stdout=out, stderr=err, cwd=folder, env={**os.environ, **(environment or {})})
        Viewer.all.append(self)
        self.window = wait(self._window, "a window")
        # The window is mapped shortly before the program handles its events, and would miss an
        # earlier focus event.
        wait(lambda: " presents" in self.stderr_text(), "a window that is set up")
        self.desktop.focus(self)

    def _window(self) -> str | None:
        if self.process.poll() is not None:
            raise TimedOut("molshot-view ended: " + self.stderr_text())
        return self.desktop.find(self)

    def stderr_text(self) -> str:
        return self.err.read_text()

    def title(self) -> str:
        return self.desktop.title(self)

    def at(self, x: int, y: int) -> None:
        self.desktop.at(self, x, y)

    def drag(self, button: int, *way: tuple[int, int]) -> None:
        self.at(*way[0])
        self.desktop.button(button, True)
        for x, y in way[1:]:
            self.at(x, y)
        self.desktop.button(button, False)

    def key(self, name: str) -> None:
        self.desktop.key(name)

    def screenshot(self, name: str) -> numpy.ndarray:
        """Captures the window."""
        return self.desktop.picture(self, self.folder / f"{name}.png")

    def screenshot_when(self, name: str, holds, what: str, seconds: float = TIMEOUT_S) -> numpy.ndarray:
        """Captures the window until the picture meets a condition."""
        end = time.monotonic() + seconds
        while True:
            picture = self.screenshot(name)
            if holds(picture):
                check(True, what)
                return picture
            if time.monotonic() > end:
                check(False, what)
                return picture
            time.sleep(0.1)

    def copied(self, key: str) -> str:
        """Presses a key and returns what it prints. Events are handled in order, so the text shows the state after all previous steps."""
        size = self.out.stat().st_size

        def printed() -> str | None:
            text = self.out.read_text()[size:]
            if not text.endswith("\n"):
                return None
            # A here-document ends with its delimiter.
            if "<<'" in text and not text.rstrip("\n").endswith("\n" + text.split("<<'")[1].split("'")[0]):
                return None
            if key == "j":
                try:
                    json.loads(text)
                except json.JSONDecodeError:
                    return None
            return text.rstrip("\n")

        self.key(key)
        return wait(printed, f"key {key} prints")

    def request(self, name: str) -> pathlib.Path:
        """Writes the copied JSON to a file."""
        path = self.folder / f"{name}.json"
        path.write_text(self.copied("j"))
        return path

    def rendered(self, name: str) -> numpy.ndarray:
        """Renders the copied JSON with molshot."""
        path = self.folder / f"{name}_rendered.png"
        render(self.request(name), path)
        return pixels_of(path)

    def matches_render(self, name: str) -> numpy.ndarray:
        """Captures the window until it equals what molshot renders of the copied JSON."""
        rendered = self.rendered(name)
        best = 1.0

        def holds(picture: numpy.ndarray) -> bool:
            nonlocal best
            best = min(best, difference(picture, rendered))
            return best <= TOLERANCE

        end = time.monotonic() + TIMEOUT_S
        while True:
            picture = self.screenshot(name)
            if holds(picture) or time.monotonic() > end:
                break
            time.sleep(0.1)
        check(best <= TOLERANCE, f"{name}: the window equals the rendered picture ({best:.4%} of the pixels differ)")
        return picture

    def processor_seconds(self) -> float:
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def idles(self, what: str) -> None:
        """Checks that it uses no processor time for some seconds."""
        before = self.processor_seconds()
        time.sleep(5)
        used = self.processor_seconds() - before
        check(used <= 0.02, f"{what} uses no processor time ({used:.2f} s in 5 s)")

    def ends(self, what: str, seconds: float = TIMEOUT_S) -> None:
        try:
            check(self.process.wait(seconds) == 0, f"{what}, with 0")
        except subprocess.TimeoutExpired:
            self.process.kill()
            check(False, what)

    def close(self) -> None:
        self.key("q")
        self.ends("q ends the program")


def pixel_of_stick(picture: numpy.ndarray) -> tuple[int, int]:
    """Returns a pixel inside a stick, several pixels away from the background."""
    drawn = picture.max(axis=2) > 40
    inside = drawn.copy()
    for shift in range(-3, 4):
        inside &= numpy.roll(drawn, shift, axis=0) & numpy.roll(drawn, shift, axis=1)
    # Exclude the edges, where numpy.roll wraps around.
    inside[:20], inside[-20:], inside[:, :20], inside[:, -20:] = False, False, False, False
    # Labels are white or grey; the sticks of the pocket are coloured.
    spread = picture.max(axis=2).astype(int) - picture.min(axis=2)
    rows, columns = numpy.nonzero(inside & (spread > 40))
    return int(columns[len(columns) // 2]), int(rows[len(rows) // 2])
