"""A window in a headless sway session, driven by keys (wtype) and captured by grim. It has no mouse."""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

import numpy

from .driver import LIBRARY, SIZE, Viewer, check, difference, pixels_of, run, wait
from .files import changed_atom

TOOLS = ["sway", "swaymsg", "grim", "wtype"]
UNPRIVILEGED_ID = 65534
# Without borders the window is at the position of the picture.
CONFIG = """
output HEADLESS-1 mode 1000x800@60Hz scale {scale}
default_border none
default_floating_border none
for_window [app_id="molshot-view"] floating enable, resize set {width} {height}, move absolute position 0 0
focus_follows_mouse no
"""


class Sway:
    """The synthetic keyboard of a headless compositor, and screenshots of it."""

    def __init__(self, scale: float = 1.0):
        self.scale = scale

    def _windows(self) -> list[dict]:
        def below(node: dict) -> list[dict]:
            nodes = node.get("nodes", []) + node.get("floating_nodes", [])
            return ([node] if node.get("pid") else []) + [inner for one in nodes for inner in below(one)]

        tree = run("swaymsg", "-r", "-t", "get_tree", fails=True)
        return below(json.loads(tree)) if tree else []

    def find(self, viewer: Viewer) -> str | None:
        found = [node for node in self._windows() if node["pid"] == viewer.process.pid and node.get("shell") == "xdg_shell"]
        return str(found[0]["id"]) if found else None

    def focus(self, viewer: Viewer) -> None:
        run("swaymsg", f"[con_id={viewer.window}] focus", fails=True)
        wait(lambda: any(str(node["id"]) == viewer.window and node["focused"] for node in self._windows()), "the window has the focus")

        def takes_keys() -> bool:
            self.key("c")
            return viewer.out.stat().st_size > 0

        # The window binds the keyboard only once there is one.
        wait(takes_keys, "the window takes keys")
        viewer.copied("j")

    def title(self, viewer: Viewer) -> str:
        return next((node["name"] or "" for node in self._windows() if str(node["id"]) == viewer.window), "")

    def key(self, name: str) -> None:
        if name.startswith("F") and name[1:].isdigit():
            run("wtype", "-k", name)
        else:
            run("wtype", {"question": "?"}.get(name, name))

    def picture(self, viewer: Viewer, path: pathlib.Path) -> numpy.ndarray:
        node = next(node for node in self._windows() if str(node["id"]) == viewer.window)
        box = node["rect"]
        run("grim", "-s", str(self.scale), "-g", f"{box['x']},{box['y']} {box['width']}x{box['height']}", path)
        return pixels_of(path)


@contextlib.contextmanager
def session(folder: pathlib.Path, scale: float):
    """Starts a compositor; programs that are started within connect to it."""
    runtime = pathlib.Path(tempfile.mkdtemp())
    config = runtime / "sway.conf"
    width, height = (round(edge / scale) for edge in SIZE)
    config.write_text(CONFIG.format(width=width, height=height, scale=scale))
    saved = dict(os.environ)
    os.environ |= {"XDG_RUNTIME_DIR": str(runtime), "WLR_BACKENDS": "headless", "WLR_RENDERER": "pixman", "WLR_LIBINPUT_NO_DEVICES": "1"}
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "SWAYSOCK"]:
        os.environ.pop(name, None)
    command = ["sway", "--config", config]
    if os.geteuid() == 0:
        # It refuses to run as root.
        for path in [runtime, config]:
            os.chown(path, UNPRIVILEGED_ID, UNPRIVILEGED_ID)
        command = ["setpriv", f"--reuid={UNPRIVILEGED_ID}", f"--regid={UNPRIVILEGED_ID}", "--clear-groups", *command]
    with (folder / "sway.txt").open("w") as log:
        compositor = subprocess.Popen(command, stdout=log, stderr=log, cwd=runtime)
    keyboard = None
    try:
        # The compositor chooses the names of its sockets.
        wait(lambda: all(sorted(runtime.glob(name)) for name in ["wayland-*", "sway-ipc.*"]), "the compositor listens")
        sockets = [next(path for path in sorted(runtime.glob(name)) if path.suffix != ".lock") for name in ["wayland-*", "sway-ipc.*"]]
        os.environ |= {"WAYLAND_DISPLAY": sockets[0].name, "SWAYSOCK": str(sockets[1])}
        # Each wtype is a keyboard that is added and removed; one stays, so that the window can bind
        # a keyboard.
        keyboard = subprocess.Popen(["wtype", "-s", "86400000", "x"])
        yield Sway(scale)
    finally:
        if keyboard:
            keyboard.kill()
            keyboard.wait()
        compositor.terminate()
        compositor.wait()
        shutil.rmtree(runtime)
        os.environ.clear()
        os.environ.update(saved)


def wayland(folder: pathlib.Path) -> None:
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if missing:
        print(f"skipped: Wayland, because of missing {', '.join(missing)}", flush=True)
        return
    # This version of the compositor supports only integer scales, and scales windows down.
    for scale in [1.0, 2.0]:
        inner = folder / f"scale_{scale}"
        inner.mkdir()
        with session(inner, scale) as desktop:
            in_session(inner, desktop)


def in_session(folder: pathlib.Path, desktop: Sway) -> None:
    name = f"wayland_{desktop.scale}"
    text = (LIBRARY / "1a28_progesterone.sdf").read_text()
    file = folder / "changing.sdf"
    file.write_text(text)
    viewer = Viewer(folder, file, "--style", "ball-and-stick", desktop=desktop)
    wait(lambda: viewer.screenshot("size").shape[:2] == (SIZE[1], SIZE[0]), "the window's size")
    first = viewer.matches_render(f"{name}_opened")
    check(first.shape[:2] == (SIZE[1], SIZE[0]), f"scale {desktop.scale}: the picture has the window's pixels: {first.shape}")
    viewer.key("2")
    turned = viewer.matches_render(f"{name}_turned")
    check(difference(first, turned) > 0.01, "a key turns")
    viewer.key("question")
    viewer.screenshot_when(f"{name}_help", lambda picture: difference(picture, turned) > 0.02, "? shows the help")
    viewer.key("question")
    viewer.key("e")
    wait(lambda: "saved" in viewer.title(), "the picture is saved")
    check(numpy.array_equal(pixels_of(folder / "changing_1.png"), viewer.matches_render(f"{name}_saved")), "as it is shown")
    file.write_text(changed_atom(text)[0])
    wait(lambda: "reloaded" in viewer.title(), "a changed file is reloaded")
    viewer.matches_render(f"{name}_changed")
    width, height = (round(edge * 0.7 / desktop.scale) for edge in SIZE)
    run("swaymsg", f"[con_id={viewer.window}] resize set {width} {height}, move absolute position 0 0")
    wait(lambda: viewer.screenshot("size").shape[:2] != first.shape[:2], "the window's size")
    viewer.matches_render(f"{name}_resized")
    viewer.idles("an idle window")
    run("swaymsg", f"[con_id={viewer.window}] kill")
    viewer.ends("closing the window ends the program")
