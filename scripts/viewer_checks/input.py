"""Held keys, wheels, two buttons at once; unreadable inputs, warnings, and pictures larger than the screen."""

import json
import pathlib
import time

from .driver import LIBRARY, SIZE, Viewer, check, difference, pixels_of, run, wait

WIDE = f"{SIZE[0]}x{SIZE[1]}"


def park() -> None:
    """Moves the pointer outside of all windows, so that no title names an atom."""
    run("xdotool", "mousemove", "1395", "1095")


def keys_and_wheel(folder: pathlib.Path) -> None:
    other = Viewer(folder, LIBRARY / "1ubi.pdb", "--size", WIDE)
    shown = folder / "shown.pdb"
    shown.write_text((LIBRARY / "1ubi.pdb").read_text())
    viewer = Viewer(folder, shown, "--size", WIDE)
    run("xdotool", "windowraise", viewer.window)

    def saved_files(name: str = "shown") -> int:
        return len(list(folder.glob(f"{name}_*.png")))

    # A wheel click, in a window with keyboard focus and in one without.
    viewer.at(320, 240)
    viewer.key("2")
    check(viewer.copied("c") == "view left", "nothing has moved")
    run("xdotool", "click", "4")
    wait(lambda: viewer.copied("c") == "view left; zoom 1.1", "one click of the wheel is one notch")
    run("xdotool", "click", "5")
    wait(lambda: viewer.copied("c") == "view left", "and one back undoes it")
    viewer.desktop.focus(other)
    run("xdotool", "click", "4")
    viewer.desktop.focus(viewer)
    wait(lambda: viewer.copied("c") == "view left; zoom 1.1", "as does one over a window without keyboard focus")

    # The wheel during a drag, and another button that does not end the drag.
    viewer.key("2")
    viewer.desktop.button(1, True)
    viewer.at(350, 240)
    run("xdotool", "click", "4")
    viewer.at(380, 250)
    run("xdotool", "click", "3")
    viewer.desktop.button(1, True)
    viewer.at(400, 300)
    viewer.desktop.button(1, False)
    wait(lambda: "zoom 1.1" in viewer.copied("c"), "a zoom during a drag persists")
    pose = viewer.copied("c")
    viewer.at(420, 100)
    check(viewer.copied("c") == pose, "the drag has ended")
    viewer.matches_render("zoomed_in_a_drag")
    viewer.key("2")
    viewer.at(320, 240)
    viewer.desktop.button(1, True)
    viewer.at(340, 240)
    run("xdotool", "mouseup", "2")
    run("xdotool", "mouseup", "3")
    before = viewer.copied("c")
    viewer.at(400, 240)
    wait(lambda: viewer.copied("c") != before, "releasing another button does not end the drag")
    viewer.desktop.button(1, False)

    # Keys.
    run("xdotool", "keydown", "e")
    wait(lambda: saved_files() == 1, "a key is held")
    time.sleep(1.5)
    run("xdotool", "keyup", "e")
    for modifier in ["ctrl", "alt", "super"]:
        viewer.key(f"{modifier}+e")
    viewer.copied("c")
    check(saved_files() == 1, "a key that is held saves once, and none with ctrl, alt or super does")
    viewer.desktop.focus(other)
    run("xdotool", "keydown", "e")
    wait(lambda: saved_files("1ubi") == 1, "it is held in another window")
    viewer.desktop.focus(viewer)
    time.sleep(1.5)
    run("xdotool", "keyup", "e")
    viewer.copied("c")
    check(saved_files() == 1, "a key that is held in another window does nothing here")
    viewer.key("e")
    wait(lambda: saved_files() == 2, "it does when it is pressed again")
    other.desktop.focus(other)
    run("xdotool", "windowfocus", "--sync", viewer.window, "key", "e")
    wait(lambda: saved_files() == 3, "a key pressed at the moment when the window gets the focus counts")
    viewer.copied("c")
    time.sleep(0.5)
    check(saved_files() == 3, "once")
    viewer.close()
    other.desktop.focus(other)
    other.close()


def bad_inputs(folder: pathlib.Path) -> None:
    park()
    good = folder / "good.pdb"
    text = (LIBRARY / "1ubi.pdb").read_text()
    good.write_text(text)
    viewer = Viewer(folder, folder / "nothing.pdb", good, LIBRARY / "dna.json", "--each", "--size", WIDE)
    wait(lambda: viewer.title().startswith("good - skipped an input") and "nothing.pdb" in viewer.title(), "an unreadable first input is skipped")
    check("nothing.pdb" in viewer.stderr_text(), "and named on standard error")
    over = viewer.screenshot("skipped")
    viewer.key("Escape")
    viewer.screenshot_when("notice_gone", lambda picture: difference(picture, over) > 0.01, "Esc hides the message")
    viewer.matches_render("good")
    viewer.key("N")
    wait(lambda: viewer.title().startswith("nothing - ") and "nothing.pdb" in viewer.title(), "N goes to it")
    size = viewer.out.stat().st_size
    viewer.key("j")
    wait(lambda: "there is nothing to copy: it cannot be read" in viewer.title(), "copying it is refused with a message")
    viewer.key("e")
    wait(lambda: "there is nothing to save: it cannot be read" in viewer.title(), "and so is saving it")
    check(viewer.out.stat().st_size == size and not list(folder.glob("*_1.png")), "nothing is printed or written")
    viewer.key("Next")
    wait(lambda: viewer.title().startswith("good"), "PageDown goes to the next input")
    # While an error is shown, the title reports actions.
    good.write_text("nothing of use\n")
    wait(lambda: "good.pdb" in viewer.title(), "a file that breaks is named")
    viewer.key("c")
    wait(lambda: "copied" in viewer.title() or "printed" in viewer.title(), "a copy is reported while the error is shown")
    viewer.key("e")
    wait(lambda: "saved good_1.png" in viewer.title(), "and so is a saved file")
    # A file that grows: the camera stays even though it was not moved.
    good.write_text(text)
    wait(lambda: "reloaded" in viewer.title(), "the repaired file is reloaded")
    before = viewer.matches_render("before_far")
    far = "HETATM 9999  O   FAR Z 999     250.000   0.000   0.000  1.00  0.00           O\n"
    good.write_text(text.replace("END", far + "END") if "\nEND" in text else text + far)
    wait(lambda: "reloaded" in viewer.title(), "a file with an atom far away is read")
    after = viewer.matches_render("with_far_atom")
    # The pixels that are drawn stay; their colours change with the depth cue, which the far atom
    # affects.
    moved = float(((before.max(axis=2) > 16) != (after.max(axis=2) > 16)).mean())
    check(moved < 0.002, f"the camera stays ({moved:.3%} of the pixels changed between drawn and background)")
    viewer.key("0")
    viewer.screenshot_when("fitted", lambda picture: difference(picture, before) > 0.02, "0 fits the camera again")
    viewer.close()


def warnings(folder: pathlib.Path) -> None:
    park()
    text = (LIBRARY / "1ubi.pdb").read_text()
    atom = next(line for line in text.splitlines() if line.startswith("ATOM"))
    file = folder / "models.pdb"
    file.write_text(f"MODEL        1\n{text.split('END')[0]}ENDMDL\nMODEL        2\n{atom}\nENDMDL\nEND\n")
    viewer = Viewer(folder, file, "--size", WIDE)
    wait(lambda: "warning" in viewer.title() and "standard error" in viewer.title(), "the title mentions warnings")
    check("molshot-view: warning: " in viewer.stderr_text(), "they are on standard error: " + viewer.stderr_text().splitlines()[0])
    viewer.close()


def small_screen(folder: pathlib.Path) -> None:
    scene = {"schema_version": 1, "structure": {"paths": [str(LIBRARY / "1ubi.pdb")]}}
    file = folder / "large.json"

    def write(width: int, height: int) -> None:
        file.write_text(json.dumps(scene | {"output": {"width_px": width, "height_px": height}}))

    park()
    write(2000, 1500)
    viewer = Viewer(folder, file)
    wait(lambda: "the window is 1260x945, the picture 2000x1500" in viewer.title(), "the title reports a picture larger than the screen")
    viewer.drag(1, (600, 500), (640, 520))
    check(viewer.rendered("large").shape == (1500, 2000, 3), "the request's size is copied")
    viewer.key("e")
    wait(lambda: "saved large_1.png" in viewer.title(), "it is saved")
    saved = pixels_of(folder / "large_1.png")
    check(difference(saved, pixels_of(folder / "large_rendered.png")) == 0, "at full size, as rendered")
    run("xdotool", "windowsize", viewer.window, "800", "500")
    wait(lambda: "size=800x500" in viewer.copied("u"), "from then on the window decides the size")
    wait(lambda: "800x500 as the window, not 2000x1500" in viewer.title(), "which the title reports")
    viewer.matches_render("resized")
    write(640, 480)
    wait(lambda: viewer.screenshot("small").shape == (480, 640, 3), "the window takes the new size of the scene file")
    viewer.matches_render("small")
    write(4000, 3000)
    wait(lambda: viewer.screenshot("larger").shape == (945, 1260, 3), "or as much of it as the screen allows")
    wait(lambda: "size=4000x3000" in viewer.copied("u"), "and copies the full size")
    viewer.close()
