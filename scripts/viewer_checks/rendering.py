"""Mouse, keys, sizes, crops, several inputs, two windows: the window equals what molshot renders."""

import json
import pathlib
import shutil

import numpy

from .driver import LIBRARY, SIZE, TOLERANCE, Viewer, check, difference, pixel_of_stick, pixels_of, render, run, wait

POCKET = LIBRARY / "hiv_protease_inhibitor.json"
WIDE = f"{SIZE[0]}x{SIZE[1]}"


def views_and_keys(folder: pathlib.Path) -> None:
    viewer = Viewer(folder, POCKET, "--size", WIDE)
    views = [viewer.matches_render("opened")]
    viewer.drag(1, (320, 240), (360, 250), (420, 300))
    views.append(viewer.matches_render("turned"))
    viewer.drag(3, (320, 240), (300, 200), (270, 190))
    views.append(viewer.matches_render("moved"))
    viewer.desktop.wheel(4)
    views.append(viewer.matches_render("zoomed"))
    run("xdotool", "keydown", "shift")
    viewer.drag(1, (320, 240), (330, 260))
    run("xdotool", "keyup", "shift")
    views.append(viewer.matches_render("moved_with_shift"))
    hovers_and_centres(viewer, views)
    for key in ["p", "s", "l", "b", "g", "h"]:
        viewer.key(key)
        views.append(viewer.matches_render(f"key_{key}"))
    viewer.key("0")
    for key in "123456":
        viewer.key(key)
        views.append(viewer.matches_render(f"view_{key}"))
    alike = [(a, b) for a in range(len(views)) for b in range(a) if difference(views[a], views[b]) == 0]
    check(not alike, f"every step changes the picture {alike or ''}")
    saves(viewer)
    shows_help(viewer, views[-1])
    sizes(viewer)
    viewer.idles("an idle window")
    viewer.at(*pixel_of_stick(viewer.screenshot("still")))
    wait(lambda: " of " in viewer.title(), "the title names the atom")
    viewer.idles("a window with the pointer on an atom")
    viewer.close()


def hovers_and_centres(viewer: Viewer, views: list[numpy.ndarray]) -> None:
    viewer.at(*pixel_of_stick(views[-1]))
    title = wait(lambda: " of " in viewer.title() and viewer.title(), "the title names the atom")
    check("pixel" in title and "depth" in title, f"the title says where the atom is: {title}")
    viewer.desktop.double_click()
    wait(lambda: "center" in viewer.copied("c"), "a double click centres on the atom")
    views.append(viewer.matches_render("centred"))
    # The title gives the pixel of the atom's centre, which is now the centre of the picture.
    viewer.at(SIZE[0] // 2, SIZE[1] // 2)
    middle = wait(lambda: " of " in viewer.title() and viewer.title(), "the title names the atom in the middle")
    x, y = (float(word) for word in middle.split("pixel ")[1].split(",")[0].split())
    check(abs(x - SIZE[0] / 2) < 0.1 and abs(y - SIZE[1] / 2) < 0.1, f"the centred atom is in the middle: {x} {y}")


def saves(viewer: Viewer) -> None:
    viewer.key("e")
    saved = viewer.folder / "hiv_protease_inhibitor_1.png"
    wait(lambda: "saved" in viewer.title(), "the picture is saved")
    seen = viewer.matches_render("still")
    check(numpy.array_equal(seen, pixels_of(saved)), "the saved picture equals the window")
    rendered = viewer.folder / "again.png"
    render(viewer.request("again"), rendered)
    check(saved.read_bytes() == rendered.read_bytes(), "the saved file equals that of molshot render, byte by byte")


def shows_help(viewer: Viewer, before: numpy.ndarray) -> None:
    viewer.key("question")
    viewer.screenshot_when("help", lambda picture: difference(picture, before) > 0.02, "? shows the help")
    viewer.key("question")
    viewer.screenshot_when("help_gone", lambda picture: numpy.array_equal(picture, before), "? hides the help")


def sizes(viewer: Viewer) -> None:
    for width, height in [(500, 700), (40, 30), (1, 1), SIZE]:
        run("xdotool", "windowsize", viewer.window, str(width), str(height))
        wait(lambda: viewer.screenshot("size").shape[:2] == (height, width), "the window's size")
        viewer.matches_render(f"size_{width}x{height}")
    for step in range(60):
        run("xdotool", "windowsize", viewer.window, str(300 + 9 * (step % 31)), str(300 + 7 * (step % 13)))
    run("xdotool", "windowsize", viewer.window, str(SIZE[0]), str(SIZE[1]))
    wait(lambda: viewer.screenshot("size").shape[:2] == (SIZE[1], SIZE[0]), "the window's size")
    viewer.matches_render("after_sixty_sizes")
    run("xdotool", "windowunmap", viewer.window)
    wait(lambda: viewer.desktop.find(viewer) is None, "the window is unmapped")
    run("xdotool", "windowmap", viewer.window)
    wait(lambda: viewer.desktop.find(viewer), "the window is mapped again")
    viewer.desktop.focus(viewer)
    viewer.matches_render("mapped_again")


def high_dpi(folder: pathlib.Path) -> None:
    widths = []
    for scale in ["1", "1.5", "2"]:
        environment = {"WINIT_X11_SCALE_FACTOR": scale}
        viewer = Viewer(folder, POCKET, "--size", "900x1050", environment=environment)
        before = viewer.matches_render(f"scale_{scale}")
        check(before.shape == (1050, 900, 3), f"scale {scale}: the picture has the pixels that were asked for")
        viewer.drag(1, (450, 525), (500, 580))
        turned = viewer.matches_render(f"scale_{scale}_turned")
        viewer.at(*pixel_of_stick(turned))
        title = wait(lambda: " of " in viewer.title() and viewer.title(), "the title names the atom")
        viewer.desktop.double_click()
        commands = wait(lambda: "chain" in viewer.copied("c") and viewer.copied("c"), "a double click centres on the atom")
        name, residue = title.split(" - ")[1].split(" at ")[0].split(" of ")
        _, number, chain = residue.split()
        centre = f'center chain "{chain}" and resi {number} and name "{name}"'
        check(commands.startswith(centre), f"scale {scale}: a double click centres on the atom that the title names: {centre}")
        centred = viewer.matches_render(f"scale_{scale}_centred")
        viewer.key("question")
        shown = viewer.screenshot_when(f"scale_{scale}_help", lambda picture: difference(picture, centred) > 0.02, f"scale {scale}: help")
        changed = abs(shown.astype(int) - centred.astype(int)).max(axis=2) > 3
        widths.append(int(numpy.nonzero(changed.any(axis=0))[0].max()) + 1)
        viewer.close()
    grows = all(abs(width / widths[0] - scale) < 0.1 for width, scale in zip(widths, [1, 1.5, 2]))
    check(grows, f"the help's width grows with the scale: {widths}")


def crops(folder: pathlib.Path) -> None:
    scene = json.loads(POCKET.read_text())
    shutil.copytree(LIBRARY / "1hvr", folder / "1hvr")
    scene["output"] |= {"width_px": SIZE[0], "height_px": SIZE[1]}
    scene["commands"].append("crop 200 120 240 200")
    file = folder / "cropped.json"
    file.write_text(json.dumps(scene))
    viewer = Viewer(folder, file)
    crop_is(viewer, "crop", (200, 120, 240, 200))
    check(viewer.copied("c").endswith("; crop 200 120 240 200"), "the crop is copied as it was opened")
    viewer.drag(1, (320, 240), (360, 250), (420, 300))
    turned = crop_is(viewer, "crop_turned", (200, 120, 240, 200))
    viewer.key("e")
    wait(lambda: "saved" in viewer.title(), "the picture is saved")
    saved = pixels_of(folder / "cropped_1.png")
    check(numpy.array_equal(saved, turned[120:320, 200:440]), "what is saved is the crop")
    run("xdotool", "windowsize", viewer.window, "800", "600")
    wait(lambda: viewer.screenshot("size").shape[:2] == (600, 800), "the window's size")
    crop_is(viewer, "crop_larger", (250, 150, 300, 250))
    viewer.key("x")
    check("crop" not in viewer.copied("c"), "x switches the crop of copied requests off")
    viewer.matches_render("not_cropped")
    viewer.key("x")
    crop_is(viewer, "cropped_again", (250, 150, 300, 250))
    viewer.close()


def crop_is(viewer: Viewer, name: str, rectangle: tuple[int, int, int, int]) -> numpy.ndarray:
    """Checks that the window shows the whole picture, darkened outside of the crop, and that the crop equals what molshot renders."""
    x, y, width, height = rectangle
    rendered = viewer.rendered(name)
    check(rendered.shape == (height, width, 3), f"{name}: the rendered picture is the crop")
    inside = (slice(y, y + height), slice(x, x + width))

    def is_marked(picture: numpy.ndarray) -> bool:
        """Whether the crop has a border, and its surroundings are darkened."""
        outside = picture.copy()
        outside[y - 1 : y + height + 1, x - 1 : x + width + 1] = 0
        border = picture[y - 1, x - 1 : x + width + 1]
        return bool((border == [255, 200, 80]).all()) and 40 < outside.max() <= 85

    # A window that does not show the crop yet has the same pixels within it.
    seen = viewer.screenshot_when(
        name,
        lambda picture: difference(picture[inside], rendered) <= TOLERANCE and is_marked(picture),
        f"{name}: the window's crop equals the rendered picture",
    )
    check(is_marked(seen), f"{name}: it has a border, and its surroundings are darkened")
    return seen


def several(folder: pathlib.Path) -> None:
    viewer = Viewer(folder, LIBRARY / "zinc_site.json", LIBRARY / "dna.json", "--size", WIDE)
    first = viewer.matches_render("input_1")
    viewer.key("n")
    wait(lambda: viewer.title().startswith("dna"), "n goes to the next input")
    check(difference(viewer.matches_render("input_2"), first) > 0.02, "it is another picture")
    viewer.key("N")
    wait(lambda: viewer.title().startswith("zinc_site"), "N goes back")
    viewer.screenshot_when("input_1_again", lambda picture: difference(picture, first) == 0, "to the first picture")

    # An unreadable input shows its error until it can be read.
    broken = folder / "broken.pdb"
    broken.write_text("nothing of use\n")
    other = Viewer(folder, LIBRARY / "zinc_site.json", broken, "--each", "--size", WIDE)
    shown = other.matches_render("before_broken")
    other.key("n")
    wait(lambda: "broken.pdb" in other.stderr_text(), "the broken input is named")
    other.screenshot_when("broken_input", lambda picture: difference(picture, shown) > 0.01, "its error is shown over the last picture")
    other.key("u")
    wait(lambda: "there is nothing to copy" in other.title(), "the previous input is not copied instead")
    broken.write_text((LIBRARY / "1ubi.pdb").read_text())
    wait(lambda: other.title() == "broken - molshot", "the repaired input is opened")
    check("broken.pdb/" in other.copied("u"), "and copied")
    check("commands" not in other.copied("u"), "with its own view")
    check(difference(other.matches_render("mended_input"), shown) > 0.02, "and shown")

    # Two windows: one covers the other, which then draws nothing.
    viewer.desktop.focus(viewer)
    def covers() -> bool:
        # A covered window cannot be captured itself.
        run("xdotool", "windowraise", viewer.window)
        run("import", "-silent", "-window", "root", folder / "root.png")
        return difference(pixels_of(folder / "root.png")[: SIZE[1], : SIZE[0]], first) == 0

    wait(covers, "one window covers the other")
    viewer.drag(1, (320, 240), (360, 250), (420, 300))
    viewer.matches_render("the_covering_one")
    other.desktop.focus(other)
    before = other.stderr_text().count("picture")
    run("xdotool", "windowsize", other.window, "600", "440")
    other.key("1")
    run("xdotool", "windowsize", other.window, "610", "440")
    wait(lambda: "size=610x440" in other.copied("u"), "the covered window takes its size")
    other.idles("a covered window of another size")
    check(other.stderr_text().count("picture") == before, "and draws nothing")
    run("xdotool", "windowraise", other.window)
    other.matches_render("uncovered")
    other.close()
    viewer.desktop.focus(viewer)
    viewer.close()


def ends_while_drawing(folder: pathlib.Path) -> None:
    scene = {"schema_version": 1, "structure": {"paths": [str(LIBRARY / "1ubi.pdb")]}, "style": {"preset": "spacefill"}}
    scene["output"] = {"width_px": 1200, "height_px": 900, "samples": 16, "format": "png", "planes": ["color"]}
    file = folder / "slow.json"
    file.write_text(json.dumps(scene))
    viewer = Viewer(folder, file, "--threads", "1")
    viewer.at(600, 450)
    viewer.desktop.wheel(10)
    for key in ["e", "2", "e", "q"]:
        viewer.key(key)
    viewer.ends("q ends the program while it draws and saves")
    saved_files = [folder / f"slow_{number}.png" for number in [1, 2]]
    whole = all(saved.exists() and pixels_of(saved).shape == (900, 1200, 3) for saved in saved_files)
    check(whole, "the saved files are complete")
    check(whole and difference(*map(pixels_of, saved_files)) > 0.02, "two pictures, each of its view")
    check("panicked" not in viewer.stderr_text(), "without a panic")
