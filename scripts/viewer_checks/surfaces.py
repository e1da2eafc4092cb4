"""Losses of surfaces and devices."""

import pathlib

from .driver import LIBRARY, SIZE, Viewer, check, difference, options, run, wait

WIDE = f"{SIZE[0]}x{SIZE[1]}"
RECREATED = "recreating the window's surface"
BY_CPU = "the CPU presents from now on"


def losses(folder: pathlib.Path) -> None:
    """Debug builds lose the surface with F9, the device with F10, all adapters with F11."""
    viewer = Viewer(folder, LIBRARY / "zinc_site.json", "--size", WIDE)
    first = viewer.matches_render("surface")
    if options["present"] != "surface":
        check("the CPU presents" in viewer.stderr_text(), "the CPU presents")
        viewer.close()
        return
    presents = [line for line in viewer.stderr_text().splitlines() if " presents" in line]
    check("a surface of" in presents[0], f"a surface presents: {presents[0]}")
    viewer.key("F9")
    wait(lambda: viewer.stderr_text().count(RECREATED) == 1, "a lost surface is recreated")
    viewer.screenshot_when("surface_lost", lambda picture: difference(picture, first) == 0, "and shows the picture")
    viewer.key("2")
    viewer.matches_render("after_surface_lost")
    viewer.key("F10")
    wait(lambda: viewer.stderr_text().count(RECREATED) == 2, "a lost device is opened again")
    viewer.key("3")
    viewer.matches_render("after_device_lost")
    # While the size of the window changes.
    viewer.key("F10")
    run("xdotool", "windowsize", viewer.window, "500", "500")
    wait(lambda: viewer.screenshot("size").shape[:2] == (500, 500), "the window's size")
    viewer.matches_render("after_device_lost_and_another_size")
    check(BY_CPU not in viewer.stderr_text(), "the surface still presents")
    viewer.key("F11")
    wait(lambda: BY_CPU in viewer.stderr_text(), "without any adapter the CPU presents")
    viewer.matches_render("after_adapters_lost")
    viewer.key("4")
    viewer.matches_render("and_after_that")
    check(viewer.stderr_text().count(BY_CPU) == 1, "which is reported once")
    check("panicked" not in viewer.stderr_text(), "nothing panicked")
    viewer.idles("an idle window after all that")
    viewer.close()
