import importlib.util
import multiprocessing
import os
import pathlib
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import molshot
from molshot import _errors

SMALL = {"size": (64, 48), "adapter": "software"}


@pytest.fixture(scope="module")
def renderer() -> molshot.Renderer:
    return molshot.Renderer(threads=2, adapter="software", size=(64, 48))


def test_bytes_are_those_of_the_command(
    library: pathlib.Path, program: str, tmp_path: pathlib.Path
) -> None:
    for given, commands, options, flags in [
        ("1hvr", "view left; roll y 15", {}, []),
        ("1ubi.pdb", None, {"style": "spacefill", "background": "white"}, ["--style", "spacefill", "--background", "white"]),
        ("1hvr", "move x 3", {"labels": "none", "samples": 1}, ["--labels", "none", "--samples", "1"]),
    ]:
        out = tmp_path / "out.png"
        command = [program, "render", str(library / given), "-o", str(out), "--size", "128x96", "--adapter", "software", "-q", *flags]
        if commands:
            command += ["--commands", commands]
        subprocess.run(command, check=True)
        with molshot.Renderer(threads=1, adapter="software") as renderer:
            picture = renderer.render(molshot.read(library / given), commands, size=(128, 96), **options)
        assert picture.png() == out.read_bytes()


def test_planes_are_arrays_without_a_copy(renderer: molshot.Renderer, ubiquitin: molshot.Structure) -> None:
    planes = ["color", "depth", "normal", "atom-id", "residue-id", "mask-role"]
    picture = renderer.render(ubiquitin, planes=planes)
    assert picture.size == (64, 48) and sorted(picture.planes) == sorted(planes)
    assert picture.color.shape == (48, 64, 3) and picture.rgba.shape == (48, 64, 4)
    assert picture.color.dtype == np.uint8
    assert picture.color.base is not None and np.shares_memory(picture.color, picture.rgba)
    assert picture.depth.shape == (48, 64) and picture.depth.dtype == np.float32
    drawn = picture.atom_id > 0
    assert drawn.any() and (np.isfinite(picture.depth) == drawn).all()
    assert np.allclose(np.linalg.norm(picture.normal[drawn], axis=1), 1, atol=1e-4)
    assert picture.residue_id.max() <= 76
    mask, legend = picture.mask("role")
    assert ((mask > 0) == drawn).all() and legend["classes"][0]["name"] == "polymer"
    assert len(picture.annotations["atoms"]) == len(ubiquitin)
    assert (np.asarray(picture) == picture.color).all()
    assert np.array(picture, dtype=np.float32).dtype == np.float32
    assert np.from_dlpack(picture).shape == (48, 64, 3)
    with pytest.raises(ValueError, match="copy"):
        np.asarray(picture, dtype=np.float32, copy=False)


def test_what_is_written_to_the_array_is_encoded(renderer: molshot.Renderer, ubiquitin: molshot.Structure) -> None:
    picture = renderer.render(ubiquitin)
    before = picture.png()
    assert picture.png() == before
    picture.color[:] = 0
    black = picture.png()
    assert black != before and len(black) < len(before)


def test_a_transparent_background_has_four_channels(renderer: molshot.Renderer, ubiquitin: molshot.Structure) -> None:
    picture = renderer.render(ubiquitin, background="transparent")
    assert picture.color.shape == (48, 64, 4) and picture.color[0, 0, 3] == 0


def test_planes_that_were_not_drawn_say_so(renderer: molshot.Renderer, ubiquitin: molshot.Structure) -> None:
    picture = renderer.render(ubiquitin)
    for name in ["depth", "normal", "atom_id", "residue_id", "annotations"]:
        with pytest.raises(molshot.MolshotError, match="was not drawn"):
            getattr(picture, name)
    with pytest.raises(molshot.MolshotError, match="not a mask"):
        picture.mask("colour")


def test_files_have_the_format_of_their_extension(
    renderer: molshot.Renderer, ubiquitin: molshot.Structure, tmp_path: pathlib.Path
) -> None:
    picture = renderer.render(ubiquitin, planes=["color", "depth"])
    files = picture.save(tmp_path / "a.png")
    assert [os.path.basename(file) for file in files] == ["a.png", "a.depth.png", "a.depth.npy"]
    assert (np.load(tmp_path / "a.depth.npy") == picture.depth).all()
    assert picture.jpeg()[:2] == b"\xff\xd8" and picture.webp()[:4] == b"RIFF"
    assert picture._repr_png_() == picture.png()
    with pytest.raises(molshot.MolshotError, match="extension"):
        picture.save(tmp_path / "a.docx")


@pytest.mark.parametrize(
    ("options", "pointer", "text"),
    [
        ({"size": (0, 5)}, "/output/width_px", "1 to 16384"),
        ({"size": "big"}, "/output", "1024x768"),
        ({"sise": 3}, None, 'did you mean "size"'),
        ({"samples": True}, None, "samples is a bool; give a number"),
        ({"samples": 5}, "/output/samples", "4"),
        ({"style": "foo"}, "/style/preset", "licorice"),
        ({"commands": ["roll x 3", "rool x 3"]}, "/commands/1", "roll"),
        ({"planes": ["colour"]}, "/output/planes", "color"),
        ({"select": "nameof CA"}, "/select", "name"),
        ({"fov": object()}, None, "fov is a object"),
        ({"request": {"style": {"labels": 3}}}, "/style/labels", "labels"),
    ],
)
def test_wrong_options_say_where(renderer, ubiquitin, options, pointer, text) -> None:
    with pytest.raises(molshot.RequestError, match=text) as caught:
        renderer.render(ubiquitin, **options)
    assert (caught.value.pointer or None) is None if pointer is None else caught.value.pointer.startswith(pointer)
    assert caught.value.code


def test_values_may_be_numbers_texts_and_numpy(renderer: molshot.Renderer, ubiquitin: molshot.Structure) -> None:
    one = renderer.render(ubiquitin, ["view left", "roll y 15"], size=(np.int64(32), 32), fov=np.float64(20.0))
    two = renderer.render(ubiquitin, "view left; roll y 15", size="32x32", fov="20")
    document = {"commands": ["view left", "roll y 15"], "output": {"width_px": 32, "height_px": 32}, "camera": {"fov_degrees": 20}}
    three = molshot.Renderer(threads=1, adapter="software").render(ubiquitin, request=document)
    assert one.png() == two.png() == three.png()


def test_scalars_of_numpy_are_values(ubiquitin: molshot.Structure) -> None:
    plain = {"size": 64, "shadows": True, "samples": 1, "fov": 20.0, "label_offset": (0, 0.5, -1)}
    numpy = {
        "size": np.int64(64),
        "shadows": np.bool_(True),
        "samples": np.uint8(1),
        "fov": np.array(20.0),
        "label_offset": (np.int32(0), np.float64(0.5), np.int64(-1)),
    }
    document = {"style": {"preset": "licorice"}, "camera": {"fov_degrees": np.float64(20)}}
    with molshot.Renderer(threads=np.int64(2), adapter="software", size=np.array([32, 48])) as renderer:  # type: ignore[arg-type]
        assert renderer.threads == 2 and renderer.render(ubiquitin).size == (32, 48)
        assert renderer.render(ubiquitin, **numpy).png() == renderer.render(ubiquitin, **plain).png()
        assert renderer.render(ubiquitin, request=document, size=np.int64(16)).size == (16, 16)
        with pytest.raises(molshot.RequestError, match="samples is a bool; give a number"):
            renderer.render(ubiquitin, samples=np.bool_(True))
        with pytest.raises(molshot.RequestError, match="shadows is a int; give True or False"):
            renderer.render(ubiquitin, shadows=np.int64(1))
    for threads in (True, np.bool_(True), np.float64(2), np.int64(0)):
        with pytest.raises(molshot.RequestError, match="give a whole number from 1"):
            molshot.Renderer(threads=threads)


def test_the_client_takes_scalars_of_numpy() -> None:
    pytest.importorskip("httpx")
    from molshot import _http_requests as requests

    options = {"size": np.int64(64), "shadows": np.bool_(True), "fov": np.float32(20), "planes": np.array(["color"])}
    in_url, output, _ = requests.split_options(options)
    assert output == {"planes": ["color"]}
    kinds = {"size": "size", "shadows": "switch", "fov": "number"}
    assert requests.option_parameters(kinds, in_url) == {"size": ["64x64"], "shadows": ["true"], "fov": ["20.0"]}
    assert requests.parameters({"shadows": np.bool_(False)}) == {"shadows": ["false"]}


def test_many_pictures_keep_their_order(renderer: molshot.Renderer, ubiquitin: molshot.Structure) -> None:
    commands = [f"roll y {n}" for n in range(40)]
    single = [renderer.render(ubiquitin, text).png() for text in commands]
    many = [picture.png() for picture in renderer.render_many((ubiquitin, text) for text in commands)]
    assert many == single and len(set(single)) == 40
    unordered = [picture.png() for picture in renderer.render_many(((ubiquitin, text) for text in commands), ordered=False)]
    assert sorted(unordered) == sorted(single)
    own = list(renderer.render_many([(ubiquitin, {"size": 16}), ubiquitin, (ubiquitin, "roll x 3", {"size": 20})]))
    assert [picture.size for picture in own] == [(16, 16), (64, 48), (20, 20)]


def test_jobs_are_taken_as_pictures_are(renderer: molshot.Renderer, ubiquitin: molshot.Structure) -> None:
    taken = []

    def jobs():
        for n in range(10**9):
            taken.append(n)
            yield ubiquitin, f"roll y {n % 360}"

    pictures = renderer.render_many(jobs(), ahead=3)
    assert taken == []
    next(pictures)
    assert len(taken) <= 3
    next(pictures)
    pictures.close()
    assert len(taken) <= 4


def test_an_error_of_a_job_ends_the_sequence(renderer: molshot.Renderer, ubiquitin: molshot.Structure) -> None:
    pictures = renderer.render_many([(ubiquitin, "roll y 3"), (ubiquitin, "rool"), ubiquitin], ahead=1)
    next(pictures)
    with pytest.raises(molshot.RequestError, match="rool"):
        next(pictures)
    with pytest.raises(StopIteration):
        next(pictures)


def test_pictures_before_an_error_are_taken_first(renderer: molshot.Renderer, ubiquitin: molshot.Structure) -> None:
    def jobs(last: Exception | None) -> Iterator[Any]:
        yield from [(ubiquitin, f"roll y {n}") for n in range(5)]
        if last is not None:
            raise last
        # Known only when it is drawn.
        yield ubiquitin, "center resi 999"
        yield from [ubiquitin] * 5

    for ordered in (True, False):
        for error in (OSError("the disk is gone"), None):
            pictures = renderer.render_many(jobs(error), size=16, ordered=ordered)
            taken = 0
            with pytest.raises(OSError if error else molshot.RequestError):
                for _ in pictures:
                    taken += 1
            assert taken == 5 if ordered else taken >= 5
            assert list(pictures) == []


@pytest.mark.parametrize(
    "planes",
    [
        ["color"],
        ["color", "depth", "normal", "atom-id", "residue-id"],
        ["depth", "mask-role"],
    ],
)
@pytest.mark.parametrize("protocol", [2, 5])
def test_pictures_are_pickled(renderer: molshot.Renderer, library: pathlib.Path, tmp_path: pathlib.Path, planes: list[str], protocol: int) -> None:
    structure = molshot.read(library / "1hvr")
    picture = renderer.render(structure, "roll y 15", planes=planes, background="transparent", compression="small")
    if "color" in planes:
        picture.rgba[0, 0] = (1, 2, 3, 4)
    again = pickle.loads(pickle.dumps(picture, protocol))
    twice = pickle.loads(pickle.dumps(again, protocol))
    for other in (again, twice):
        assert (other.size, other.planes, other.adapter) == (picture.size, picture.planes, picture.adapter)
        assert repr(other) == repr(picture)
        arrays = {"color": ["color", "rgba"], "atom-id": ["atom_id"], "residue-id": ["residue_id"]}
        for plane in planes:
            for name in arrays.get(plane, [] if plane.startswith("mask") else [plane]):
                here, there = getattr(picture, name), getattr(other, name)
                assert here.dtype == there.dtype and here.shape == there.shape and np.array_equal(here, there), name
        if "color" in planes:
            assert other.png() == picture.png() and other.webp() == picture.webp()
        if "atom-id" in picture.planes:
            assert other.annotations == picture.annotations
            for name in ["element", "residue", "chain", "role"]:
                (here, legend), (there, same) = picture.mask(name), other.mask(name)
                assert np.array_equal(here, there) and here.dtype == there.dtype and legend == same
        else:
            with pytest.raises(molshot.RequestError, match="atom-id was not drawn"):
                other.annotations
        files = {pathlib.Path(file).name: pathlib.Path(file).read_bytes() for file in picture.save(tmp_path / "a.png")}
        assert files == {pathlib.Path(file).name: pathlib.Path(file).read_bytes() for file in other.save(tmp_path / "a.png")}
    # The arrays are the memory of the picture, as before.
    if "color" in planes:
        again.color[:] = 0
        assert again.png() != picture.png()
    with pytest.raises(molshot.RequestError, match="another version"):
        molshot._molshot.Picture.unpickled("{}", (None,) * 5)


def test_pictures_come_out_of_other_processes(library: pathlib.Path) -> None:
    with multiprocessing.get_context("spawn").Pool(1) as workers:
        there = workers.apply(_draw, (str(library / "1hvr"),))
    here = _draw(str(library / "1hvr"))
    assert there.png() == here.png() and np.array_equal(there.atom_id, here.atom_id)
    assert there.annotations == here.annotations


def _draw(path: str) -> molshot.Picture:
    with molshot.Renderer(threads=1, adapter="software") as renderer:
        return renderer.render(molshot.read(path), size=(40, 30), planes=["color", "atom-id"])


def test_exceptions_are_pickled() -> None:
    classes = [value for value in vars(_errors).values() if isinstance(value, type)]
    errors: list[molshot.MolshotError] = [kind("wrong", "a_code", "/a", True) for kind in classes]
    if importlib.util.find_spec("httpx"):
        errors += [molshot.TransportError("gone"), molshot.BatchError("short")]
        errors.append(molshot.ProblemError({"detail": "busy", "code": "a_code"}, 503))
    for error in errors:
        again = pickle.loads(pickle.dumps(error))
        assert type(again) is type(error) and vars(again) == vars(error) and str(again) == str(error)
        assert again.transient and isinstance(again, molshot.MolshotError)


def test_all_names_can_be_imported_without_httpx() -> None:
    code = """
import importlib.util, inspect, sys
found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "httpx" else found(name, *rest)
sys.modules["httpx"] = None
from molshot import *
import molshot
assert Renderer is molshot.Renderer and dict(inspect.getmembers(molshot))
try:
    molshot.Client
except ImportError as error:
    assert "pip install httpx" in str(error), error
else:
    raise AssertionError
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_closed_renderer_says_so(ubiquitin: molshot.Structure) -> None:
    with molshot.Renderer(threads=1, adapter="software") as renderer:
        assert renderer.threads == 1 and renderer.adapter
        renderer.render(ubiquitin, size=16)
    with pytest.raises(molshot.RenderError, match="closed"):
        renderer.render(ubiquitin, size=16)
    renderer.close()


def test_settings_are_pickled(ubiquitin: molshot.Structure) -> None:
    renderer = molshot.Renderer(threads=1, adapter="software", size=(20, 10))
    again = pickle.loads(pickle.dumps(renderer))
    assert again.render(ubiquitin).png() == renderer.render(ubiquitin).png()
    assert again.render(ubiquitin).size == (20, 10)


def test_wrong_settings_are_refused() -> None:
    for threads in ("2", 2.5):
        with pytest.raises(molshot.RequestError, match="whole number"):
            molshot.Renderer(threads=threads)  # type: ignore[arg-type]
    for source in (5, None, [5], {"a.pdb"}):
        with pytest.raises(molshot.InputError, match="give a path"):
            molshot.read(source)  # type: ignore[arg-type]
    with pytest.raises(molshot.MolshotError, match="threads"):
        molshot.Renderer(threads=0)
    with pytest.raises(molshot.MolshotError, match="size"):
        molshot.Renderer(sise=3)
    with pytest.raises(molshot.MolshotError, match="adapter"):
        molshot.Renderer(adapter="abacus").adapter


def test_arguments_of_another_kind_are_named(renderer: molshot.Renderer, ubiquitin: molshot.Structure) -> None:
    picture = renderer.render(ubiquitin)
    for call, text in [
        (lambda: molshot.Renderer(threads=1025), "threads is 1025; give a whole number from 1 to 1024"),
        (lambda: molshot.Renderer(adapter=5).adapter, "adapter is 5; give a text"),
        (lambda: next(renderer.render_many([ubiquitin], ahead="x")), "ahead is 'x'; give a whole number from 1"),
        (lambda: next(renderer.render_many([ubiquitin], ahead=0)), "ahead is 0; give a whole number from 1"),
        (lambda: renderer.render(ubiquitin, request={"style": {1, 2}}), "request is not JSON"),
        (lambda: renderer.render(ubiquitin, fov=10**5000), "fov is a int; give a number"),
        (lambda: picture.mask(5), "name is 5; give a text"),
        (lambda: picture.save(5), "path is 5; give a path"),
    ]:
        with pytest.raises(molshot.RequestError, match=f"^{text}") as caught:
            call()
        assert caught.value.code == "argument_invalid"


def test_errors_of_adapters_name_the_argument() -> None:
    try:
        molshot.Renderer(adapter="gpu").adapter
    except molshot.RenderError as error:
        assert error.code == "no_adapter" and error.detail.endswith('or use another adapter (adapter="auto")')
        assert "--" not in error.detail
    else:
        pytest.skip("there is a GPU")


def test_64_threads_draw_at_once(renderer: molshot.Renderer, ubiquitin: molshot.Structure) -> None:
    wanted = [renderer.render(ubiquitin, f"roll y {n % 8}").png() for n in range(8)]
    wrong = []

    def work(n: int) -> None:
        for k in range(5):
            if renderer.render(ubiquitin, f"roll y {(n + k) % 8}").png() != wanted[(n + k) % 8]:
                wrong.append((n, k))

    threads = [threading.Thread(target=work, args=(n,)) for n in range(64)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    assert wrong == []


def test_options_are_listed() -> None:
    options = molshot.render_options()
    assert options["samples"][0] == "4" and "size" in options
    assert all("-" not in name for name in options)


def test_the_module_imports_nothing_heavy() -> None:
    code = "import sys, molshot; print([m for m in ('torch', 'rdkit', 'ray', 'PIL', 'tqdm', 'httpx') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
