"""``molshot.Client``: the same calls on a server as in this process, with the same pictures."""

import inspect
import os
import pathlib
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import molshot

pytest.importorskip("httpx")


@pytest.fixture(scope="module")
def client(library: pathlib.Path) -> Iterator[molshot.Client]:
    script = pathlib.Path(sysconfig.get_path("scripts")) / "molshot"
    server = subprocess.Popen(
        [script, "serve", "--listen", "127.0.0.1:0", "--adapter", "software", "--structures", library],
        env={**os.environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout is not None
    address = server.stdout.readline().split()[-1]
    with molshot.Client(address) as client:
        yield client
    server.terminate()
    assert server.wait(60) == 0
    server.stdout.close()


@pytest.mark.parametrize(
    "options",
    [
        {"size": (64, 48)},
        {"size": 64, "style": "spacefill", "background": "transparent"},
        {"size": 64, "planes": ["color", "depth", "normal", "atom-id", "residue-id"], "labels": "none"},
        {"size": 64, "labels": "residues", "label_offset": (0, 0.5, -1), "text": [("here", "resi 5")]},
        {"size": 64, "request": {"style": {"preset": "licorice"}}, "depth_cue": False},
    ],
)
def test_pictures_equal_those_of_this_process(
    client: molshot.Client, ubiquitin: molshot.Structure, options: dict[str, Any]
) -> None:
    with molshot.Renderer(adapter="software") as renderer:
        here = renderer.render(ubiquitin, "view left; roll y 15", **options)
    there = client.render("1ubi.pdb", "view left; roll y 15", **options)
    assert there.png() == here.png() and there.planes == here.planes
    for name in ("color", "depth", "normal", "atom_id", "residue_id"):
        if name.replace("_", "-") in here.planes:
            assert np.array_equal(getattr(there, name), getattr(here, name)), name
            assert getattr(there, name).dtype == getattr(here, name).dtype


def test_masks_equal_those_of_this_process(client: molshot.Client, library: pathlib.Path) -> None:
    options: dict[str, Any] = {"size": 64, "planes": ["color", "atom-id"], "select": "not water"}
    files = [library / "1hvr/1hvr_pocket.pdb", library / "1hvr/1hvr_ligand.mol2"]
    with molshot.Renderer(adapter="software") as renderer:
        here = renderer.render(molshot.read(files), "roll y 15", **options)
    there = client.render(files, "roll y 15", **options)
    many = next(client.render_many([(files, "roll y 15")], ordered=False, **options))
    for name in ("element", "residue", "chain", "role"):
        for picture in (there, many):
            (mask, legend), (wanted, names) = picture.mask(name), here.mask(name)
            assert np.array_equal(mask, wanted) and mask.dtype == wanted.dtype and legend == names


def test_both_clients_have_the_same_methods() -> None:
    def methods(kind: type) -> dict[str, list[str]]:
        public = {name: getattr(kind, name) for name in vars(kind) if not name.startswith("_")}
        return {name: list(inspect.signature(method).parameters) for name, method in public.items()}

    assert methods(molshot.Client) == methods(molshot.AsyncClient)
    assert {"render", "render_many", "batch"} <= methods(molshot.Client).keys()
    here, there = inspect.signature(molshot.render_many), inspect.signature(molshot.Client.render_many)
    for name in here.parameters:
        assert there.parameters[name].default == here.parameters[name].default, name


def test_render_many_takes_the_same_jobs(client: molshot.Client, ubiquitin: molshot.Structure) -> None:
    def jobs(structure: Any) -> list[Any]:
        return [structure, (structure, "roll y 5"), (structure, {"style": "misi"}), (structure, "roll x 5", {"fov": 20})]

    with molshot.Renderer(adapter="software") as renderer:
        here = [picture.png() for picture in renderer.render_many(jobs(ubiquitin), size=48)]
    there = [picture.png() for picture in client.render_many(jobs("1ubi.pdb"), size=48)]
    assert here == there


def test_errors_have_the_same_fields(client: molshot.Client, ubiquitin: molshot.Structure) -> None:
    for commands, pointer in [("fly", "/commands/0")]:
        with pytest.raises(molshot.MolshotError) as here:
            molshot.render(ubiquitin, commands, size=32)
        with pytest.raises(molshot.MolshotError) as there:
            client.render("1ubi.pdb", commands, size=32)
        assert (here.value.code, here.value.pointer) == (there.value.code, there.value.pointer)
        assert there.value.pointer == pointer


def test_httpx_is_imported_only_when_used() -> None:
    code = "import sys, molshot; assert 'httpx' not in sys.modules; molshot.Client; assert 'httpx' in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
