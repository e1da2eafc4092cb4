"""Compares the copied URL and curl command with a server of the same structures."""

import contextlib
import gzip
import json
import pathlib
import shutil
import subprocess
import urllib.request

from .driver import LIBRARY, PROGRAMS, SIZE, Viewer, check, options, wait

WIDE = f"{SIZE[0]}x{SIZE[1]}"
# Style options beyond those that keys of the window change.
STYLED = {
    "silhouettes": {"width_px": 2.0},
    "shadows": True,
    "ambient_occlusion": {"strength": 2.0, "radius_angstrom": 3.0},
    "labels": "residues",
    "label_style": {"size_px": 14, "color": "#ffff00", "outline_px": 1.5, "alignment": "center", "offset_angstrom": [0, 0.5, 0], "chains": True},
    "texts": [{"text": "active site", "at": "resi 25"}],
}


@contextlib.contextmanager
def server(folder: pathlib.Path):
    """Starts a server and yields its address. It uses the window's adapter, because other backends may round edges differently."""
    log = folder / "server.txt"
    command = [PROGRAMS / "molshot", "serve", "--listen", "127.0.0.1:0", "--structures", folder / "served"]
    command += ["--uploads", folder / "uploads", "--adapter", options["adapter"]]
    with log.open("w") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)

    def listening() -> str | None:
        lines = [line for line in log.read_text().splitlines() if line.startswith("listening on ")]
        return lines[0].removeprefix("listening on ") if lines else None

    try:
        yield wait(listening, "the server listens")
    finally:
        process.terminate()
        process.wait()


def copies(folder: pathlib.Path) -> None:
    served = folder / "served"
    served.mkdir()
    shutil.copytree(LIBRARY / "1hvr", served / "1hvr")
    shutil.copy(LIBRARY / "hiv_protease_inhibitor.json", served)
    shutil.copy(LIBRARY / "1ubi.pdb", served)
    with server(folder) as address:
        viewer = Viewer(folder, served / "hiv_protease_inhibitor.json", "--size", WIDE, "--server", address)
        viewer.drag(1, (320, 240), (360, 250), (420, 300))
        agree(viewer, "hiv_protease_inhibitor", "scene")
        for key in ["s", "p", "l", "h", "b", "g"]:
            viewer.key(key)
        agree(viewer, "hiv_protease_inhibitor", "scene_restyled")
        viewer.close()
        # Every option that a URL can have.
        scene = json.loads((LIBRARY / "hiv_protease_inhibitor.json").read_text())
        scene["style"] |= STYLED
        scene["transforms"] = [{"select": "ligand", "commands": ["move x 2", "roll y 10"]}]
        (served / "styled.json").write_text(json.dumps(scene))
        viewer = Viewer(folder, served / "styled.json", "--size", WIDE, "--server", address)
        agree(viewer, "styled", "styled")
        url = viewer.copied("u")
        names = ["silhouette-width", "shadows", "ambient-occlusion-strength", "label-size", "label-color", "label-alignment", "label-offset", "transform", "text"]
        missing = [name for name in names if f"&{name}=" not in url]
        check(not missing, f"the URL has effects, label styling, transforms and texts {missing or ''}")
        wait(lambda: "copied" in viewer.title() or "printed" in viewer.title(), "the title reports the copy")
        check("cannot express" not in viewer.title(), f"the URL leaves nothing out: {viewer.title()}")
        viewer.close()
        viewer = Viewer(folder, served / "1ubi.pdb", "--size", WIDE, "--server", address + "/")
        viewer.at(320, 240)
        viewer.desktop.wheel(3)
        agree(viewer, "1ubi", "file")
        viewer.close()
        # A scene of two files has no id on a server: the files are uploaded.
        pocket = [served / "1hvr/1hvr_pocket.pdb", served / "1hvr/1hvr_ligand.mol2"]
        viewer = Viewer(folder, *pocket, "--size", WIDE, "--server", address)
        viewer.copied("u")
        wait(lambda: "no server knows" in viewer.title(), "the title reports that no URL names two files")
        agree(viewer, "1hvr_pocket", "uploaded", with_url=False)
        viewer.close()


def standard_input(folder: pathlib.Path) -> None:
    """Standard input is copied with its text, gzipped or not, small or large."""
    (folder / "served").mkdir()
    text = (LIBRARY / "1ubi.pdb").read_bytes()
    remarks = b"REMARK   1 it's \"$HOME\" `and` \\back                                             \n" * 40_000
    with server(folder) as address:
        for what, given in [("packed", gzip.compress(text)), ("large", remarks + text)]:
            viewer = Viewer(folder, "-", "--input-format", "pdb", "--size", WIDE, "--server", address, standard_input=given)
            agree(viewer, "molecule", what, with_url=False)
            viewer.close()
        viewer = Viewer(folder, "-", "--input-format", "pdb", "--size", WIDE, standard_input=b"REMARK \xc5\xff\n" + text)
        for key in ["j", "k"]:
            size = viewer.out.stat().st_size
            viewer.key(key)
            wait(lambda: "cannot be copied" in viewer.title(), f"{key}: copying binary input is refused with a message")
            check(viewer.out.stat().st_size == size, "and nothing is printed")
            viewer.at(100, 100)
            viewer.at(101, 100)
            wait(lambda: "cannot be copied" not in viewer.title(), "moving the mouse clears the message")
        viewer.close()
        # A scene file that contains its structure.
        scene = {"schema_version": 1, "structure": {"files": [{"name": "x.pdb", "text": (remarks + text).decode()}]}}
        (folder / "inline.json").write_text(json.dumps(scene))
        viewer = Viewer(folder, folder / "inline.json", "--size", WIDE, "--server", address)
        agree(viewer, "inline", "inline", with_url=False)
        viewer.close()


def agree(viewer: Viewer, name: str, what: str, with_url: bool = True) -> None:
    """Checks that the server returns the bytes that the window saves."""
    viewer.matches_render(what)
    before = set(viewer.folder.glob(f"{name}_*.png"))
    viewer.key("e")
    saved = wait(lambda: "saved" in viewer.title() and set(viewer.folder.glob(f"{name}_*.png")) - before, "the picture is saved")
    bytes_saved = saved.pop().read_bytes()
    if with_url:
        url = viewer.copied("u")
        with urllib.request.urlopen(url, timeout=90) as answer:
            check(answer.read() == bytes_saved, f"{what}: the URL gives the saved bytes: {url}")
    target = viewer.folder / f"{name}.png"
    target.unlink(missing_ok=True)
    command = viewer.copied("k")
    ran = subprocess.run(["sh"], input=command + "\n", cwd=viewer.folder, capture_output=True, text=True, timeout=90)
    same = target.exists() and target.read_bytes() == bytes_saved
    check(ran.returncode == 0 and same, f"{what}: the curl command gives the saved bytes {ran.stderr.strip()}")
