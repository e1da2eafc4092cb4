"""Surfaces and devices that are taken away under the window."""

import pathlib

from .driver import LIBRARY, SIZE, Viewer, check, difference, options, run, wait

WIDE = f"{SIZE[0]}x{SIZE[1]}"
ANEW = "the window's surface is made anew"
PROCESSOR = "from now on the processor presents"


def losses(folder: pathlib.Path) -> None:
    """Builds for tests lose the surface with F9, the device with F10, all adapters with F11."""
    viewer = Viewer(folder, LIBRARY / "zinc_site.json", "--size", WIDE)
    first = viewer.same("surface")
    if options["present"] != "surface":
        check("the processor presents" in viewer.said(), "the processor presents")
        viewer.close()
        return
    presents = [line for line in viewer.said().splitlines() if " presents" in line]
    check("a surface of" in presents[0], f"a surface presents: {presents[0]}")
    viewer.key("F9")
    wait(lambda: viewer.said().count(ANEW) == 1, "a lost surface is made anew")
    viewer.seen_when("surface_lost", lambda picture: difference(picture, first) == 0, "and shows the picture")
    viewer.key("2")
    viewer.same("after_surface_lost")
    viewer.key("F10")
    wait(lambda: viewer.said().count(ANEW) == 2, "a lost device is opened anew")
    viewer.key("3")
    viewer.same("after_device_lost")
    # While the window is of another size.
    viewer.key("F10")
    run("xdotool", "windowsize", viewer.window, "500", "500")
    wait(lambda: viewer.seen("size").shape[:2] == (500, 500), "the window's size")
    viewer.same("after_device_lost_and_another_size")
    check(PROCESSOR not in viewer.said(), "all this leaves the surface in place")
    viewer.key("F11")
    wait(lambda: PROCESSOR in viewer.said(), "without any adapter the processor takes over")
    viewer.same("after_adapters_lost")
    viewer.key("4")
    viewer.same("and_after_that")
    check(viewer.said().count(PROCESSOR) == 1, "which is said once")
    check("panicked" not in viewer.said(), "nothing panicked")
    viewer.idles("an idle window after all that")
    viewer.close()
