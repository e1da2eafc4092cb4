"""Measures how fast pictures follow the mouse, and how soon the window responds meanwhile."""

import pathlib
import re
import statistics
import time

from .driver import Viewer, options, wait


def measure(folder: pathlib.Path, file: pathlib.Path) -> None:
    """Rotates a structure by sixty steps of the mouse in a window of 1024 x 1024 pixels."""
    viewer = Viewer(folder, file, "--size", "1024x1024")
    wait(lambda: "(Full)" in viewer.stderr_text(), "the first picture")
    viewer.at(512, 512)
    viewer.desktop.button(1, True)
    responses = []
    for step in range(60):
        viewer.at(512 + 4 * step, 512 + 2 * step)
        if step % 10 == 5:
            begin = time.monotonic()
            viewer.copied("c")
            responses.append(1e3 * (time.monotonic() - begin))
    viewer.desktop.button(1, False)
    wait(lambda: "(Full)" in viewer.stderr_text().rstrip().splitlines()[-1], "the picture at rest")

    def milliseconds(quality: str) -> str:
        times = [float(text) for text in re.findall(rf"\({quality}\) in ([0-9.]+) ms", viewer.stderr_text())]
        return f"{len(times)} pictures, median {statistics.median(times):.1f} ms ({min(times):.1f} to {max(times):.1f})"

    print(f"{file.name}, --adapter {options['adapter']} --present {options['present']}")
    print(f"  while rotating: {milliseconds('Quick')}")
    print(f"  at rest: {milliseconds('Full')}")
    print(f"  a key is responded to within {min(responses):.0f} to {max(responses):.0f} ms, including the start of xdotool", flush=True)
    viewer.close()
