"""Files that change, break, disappear and return while they are shown; errors at the start."""

import os
import pathlib
import subprocess

from .driver import LIBRARY, PROGRAMS, SIZE, Viewer, check, difference, wait

WIDE = f"{SIZE[0]}x{SIZE[1]}"


def changed_atom(text: str) -> tuple[str, str]:
    """Returns the SDF with its first carbon replaced by nitrogen, and the same truncated there."""
    lines = text.splitlines()
    carbon = next(number for number, line in enumerate(lines) if line[31:33] == "C ")
    lines[carbon] = lines[carbon][:31] + "N " + lines[carbon][33:]
    return "\n".join(lines) + "\n", "\n".join(lines[: carbon + 1]) + "\n"


def change_files(folder: pathlib.Path) -> None:
    text = (LIBRARY / "1a28_progesterone.sdf").read_text()
    changed_text, broken_text = changed_atom(text)
    file = folder / "changing.sdf"
    file.write_text(text)
    viewer = Viewer(folder, file, "--style", "ball-and-stick", "--size", WIDE)
    viewer.drag(1, (320, 240), (380, 300))
    before = viewer.matches_render("before_change")
    pose = viewer.copied("c")

    # By a rename, as editors do: the picture changes slightly, the camera does not.
    other = folder / "other.part"
    other.write_text(changed_text)
    other.rename(file)
    wait(lambda: "reloaded" in viewer.title(), "the changed file is reloaded")
    changed = viewer.matches_render("changed")
    share = difference(before, changed)
    check(0 < share < 0.05, f"only the changed atom differs ({share:.4%} of the pixels)")
    check(viewer.copied("c") == pose, "the camera stays")

    file.write_text(broken_text)
    wait(lambda: "changing.sdf" in viewer.title(), "the broken file is named")
    broken = viewer.screenshot_when("broken", lambda picture: difference(picture, changed) > 0.01, "the error is shown over the picture")
    kept = slice(0, SIZE[1] * 2 // 3)
    check(difference(broken[kept], changed[kept]) == 0, "the last good picture stays")
    check(viewer.copied("c") == pose, "keys work while the file is broken")

    file.unlink()
    wait(lambda: viewer.stderr_text().count("changing.sdf") >= 2, "the missing file is named")
    file.write_text(text)
    wait(lambda: "reloaded" in viewer.title(), "the restored file is reloaded")
    check(difference(viewer.matches_render("restored"), before) == 0, "the first picture is shown again")
    viewer.close()


def links_and_folders(folder: pathlib.Path) -> None:
    text = (LIBRARY / "1a28_progesterone.sdf").read_text()
    changed_text, _ = changed_atom(text)
    for name, content in [("one", text), ("two", changed_text)]:
        (folder / name).mkdir()
        (folder / name / "x.sdf").write_text(content)
    (folder / "now").mkdir()
    link = folder / "now/x.sdf"
    link.symlink_to(folder / "one/x.sdf")
    viewer = Viewer(folder, link, "--style", "ball-and-stick", "--size", WIDE)
    first = viewer.matches_render("link")
    part = folder / "now/part"
    part.symlink_to(folder / "two/x.sdf")
    part.rename(link)
    viewer.screenshot_when("link_replaced", lambda picture: 0 < difference(picture, first) < 0.05, "a replaced link is reloaded")
    (folder / "two/x.sdf").write_text(text)
    viewer.screenshot_when("target_changed", lambda picture: difference(picture, first) == 0, "and so is one whose target changes")
    link.unlink()
    (folder / "now").rmdir()
    wait(lambda: "x.sdf" in viewer.title() and "sdf" in viewer.stderr_text(), "a removed folder is reported")
    (folder / "now").mkdir()
    link.write_text(changed_text)
    wait(lambda: "reloaded" in viewer.title(), "a folder that is created again is read")
    check(0 < difference(viewer.matches_render("folder_again"), first) < 0.05, "and its file is shown")
    viewer.close()


def scene_files(folder: pathlib.Path) -> None:
    """A scene file that names a structure which does not exist yet."""
    scene = folder / "scene.json"
    (folder / "a.sdf").write_text((LIBRARY / "1a28_progesterone.sdf").read_text())
    request = '{"schema_version": 1, "structure": {"paths": ["%s"]}, "style": {"preset": "%s"}}'
    scene.write_text(request % ("a.sdf", "licorice"))
    viewer = Viewer(folder, scene, "--size", WIDE)
    first = viewer.matches_render("scene")
    scene.write_text(request % ("a.sdf", "spacefill"))
    viewer.screenshot_when("scene_changed", lambda picture: difference(picture, first) > 0.02, "a changed scene file is reloaded")
    scene.write_text(request % ("b.pdb", "licorice"))
    wait(lambda: "b.pdb" in viewer.title(), "the missing structure is named")
    (folder / "b.pdb").write_text((LIBRARY / "1ubi.pdb").read_text())
    wait(lambda: "reloaded" in viewer.title(), "it is read once it exists")
    viewer.matches_render("scene_completed")
    scene.write_text('{"schema_version": 1, "structure": }')
    wait(lambda: "scene.json" in viewer.title() and "line" in viewer.title(), "invalid JSON is reported with its line")
    viewer.close()


def starts(folder: pathlib.Path) -> None:
    """Errors at the start are reported on standard error and by the exit code."""
    good = str(LIBRARY / "1ubi.pdb")
    (folder / "broken.pdb").write_text("nothing of use\n")
    (folder / "crop.json").write_text(
        '{"schema_version": 1, "structure": {"paths": ["%s"]}, "commands": ["crop 0 0 2000 10"]}' % good
    )
    none = {"DISPLAY": "", "WAYLAND_DISPLAY": "", "WAYLAND_SOCKET": ""}
    no_driver = {name: "/nonexistent.json" for name in ["VK_ICD_FILENAMES", "VK_DRIVER_FILES"]}
    cases = [
        ("no display", [good], none, 1, "DISPLAY"),
        ("a display that does not respond", [good], none | {"DISPLAY": ":4711"}, 1, "window"),
        ("no such file", ["missing.pdb"], {}, 1, "missing.pdb"),
        ("a broken file", ["broken.pdb"], {}, 1, "broken.pdb"),
        ("a broken file without a display", ["broken.pdb"], none, 1, "broken.pdb"),
        ("a crop of more than there is", ["crop.json"], {}, 1, "crop 0 0 2000 10"),
        ("a wrong option", [good, "--present", "paper"], {}, 2, "surface or software"),
        ("no input", [], {}, 2, "INPUT"),
        ("an unknown command", [good, "--commands", "zorp"], none, 2, "molshot-view: --commands: "),
        ("a size beyond the limits", [good, "--size", "99999x99999"], none, 2, "molshot-view: --size: "),
        ("a style without its residue", [good, "--style", "misi-residue"], none, 2, "molshot-view: --style: "),
        ("a residue that does not exist", [good, "--style", "misi-residue", "--residue", "ARG 999"], none, 2, "molshot-view: --residue: "),
        ("an empty selection", [good, "--commands", "center resn ZZZ"], none, 2, "molshot-view: --commands: "),
        ("standard input without a format", ["-"], none, 2, "molshot-view: --input-format: "),
        ("only unreadable inputs", ["missing.pdb", "broken.pdb", "--each"], {}, 1, "missing.pdb"),
        ("no adapter for a surface", [good, "--adapter", "software", "--present", "surface"], no_driver, 1, "--present auto"),
    ]
    for what, arguments, environment, code, words in cases:
        ended = subprocess.run(
            [PROGRAMS / "molshot-view", *arguments], env={**os.environ, **environment}, cwd=folder, capture_output=True, text=True, timeout=90
        )
        fits = ended.returncode == code and words in ended.stderr and "panicked" not in ended.stderr
        check(fits, f"{what}: exit code {ended.returncode}, {ended.stderr.strip().splitlines()[0] if ended.stderr.strip() else 'no message'}")
    help_text = subprocess.run([PROGRAMS / "molshot-view", "--help"], capture_output=True, text=True, timeout=90)
    check(help_text.returncode == 0 and "--present" in help_text.stdout and "Examples:" in help_text.stdout, "--help")
    # The name of a compositor that no longer runs does not prevent the use of X11.
    viewer = Viewer(folder, good, "--size", WIDE, environment={"WAYLAND_DISPLAY": "wayland-gone"})
    viewer.matches_render("left_over_name")
    viewer.close()
