"""The clients against the real server (``MOLSHOT`` names its program)."""

from __future__ import annotations

import asyncio
import os
import pickle
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from molshot_client import AsyncClient, Client, MolshotError, ProblemError, TransportError

XYZ = ("water.xyz", b"3\n\nO 0 0 0\nH 0.96 0 0\nH -0.24 0.93 0\n")
DEFAULTS: dict[str, Any] = {
    "schema_version": 1,
    "structure": {"id": "sample-hiv-protease"},
    "output": {"width_px": 64, "height_px": 64},
}


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = os.environ.get("MOLSHOT")
    if not program:
        pytest.skip("MOLSHOT does not name the program")
    uploads = tmp_path_factory.mktemp("uploads")
    server = subprocess.Popen(
        [program, "serve", "--listen", "127.0.0.1:0", "--uploads", str(uploads), "--adapter", "software"],
        env={**os.environ, "MOLSHOT_TOKENS": "secret"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert server.stdout is not None
    yield server.stdout.readline().split()[-1]
    server.terminate()
    assert server.wait(30) == 0


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with Client(address, token="secret", chunk_size=7) as client:
        yield client


def test_structures_and_pictures(client: Client, tmp_path: Path) -> None:
    assert client.ready()
    structure = client.upload(XYZ)
    assert structure.source == "upload" and structure.summary["atoms"] == 3
    path = tmp_path / "other.xyz"
    path.write_bytes(XYZ[1])
    assert client.upload(path).id == structure.id
    assert structure.id in list(client.structures())
    picture = client.image(structure.id, size="32x32", solvent=True, hydrogens=True, style="spacefill")
    assert picture.startswith(b"\x89PNG")
    assert client.image("sample-dna", "webp", size="32x32")[8:12] == b"WEBP"
    assert client.render_request(DEFAULTS, accept="image/jpeg").startswith(b"\xff\xd8")
    assert client.annotations(DEFAULTS, masks=["residue"])["atoms"]
    assert "bonds" in client.hydrogen_bonds("sample-hiv-protease", scope="ligand")
    contacts = client.contacts("sample-ruvb", kinds="salt-bridges")
    assert [entry["kind"] for entry in contacts["counts"]] == ["salt-bridges"]
    request = {"schema_version": 1, "structure": {"id": "sample-dna"}}
    assert client.caption(request, name="dna")["filename"] == "dna"
    client.remove(structure.id)
    with pytest.raises(ProblemError) as caught:
        client.structure(structure.id)
    assert (caught.value.status, caught.value.code) == (404, "structure_unknown")


def test_lists_repeat_a_parameter(client: Client) -> None:
    texts = ["first => resi 1", "second => resi 2"]
    both = client.image("sample-dna", size="64x64", text=texts)
    assert both not in [client.image("sample-dna", size="64x64", text=text) for text in texts]
    assert client.image("sample-dna", "bmp", size="32x32").startswith(b"BM")


def test_problems_say_where(client: Client, address: str) -> None:
    with pytest.raises(ProblemError) as caught:
        client.image("sample-dna", size="big")
    assert (caught.value.status, caught.value.parameter) == (400, "size")
    with pytest.raises(ProblemError) as caught:
        client.render_request({**DEFAULTS, "commands": ["fly"]})
    assert (caught.value.status, caught.value.pointer) == (422, "/commands/0")
    with Client(address, token="wrong") as stranger, pytest.raises(ProblemError) as caught:
        stranger.image("sample-dna")
    assert caught.value.status == 401


def test_batches_keep_their_order_over_chunks(client: Client) -> None:
    items = ({"key": f"k{n}", "commands": [f"roll y {n}"] if n != 5 else ["fly"]} for n in range(20))
    found = list(client.batch(items, defaults=DEFAULTS))
    assert [item.key for item in found] == [f"k{n}" for n in range(20)]
    assert all(item.image for item in found if item.key != "k5")
    assert found[0].annotations is not None and found[0].annotations["atoms"]
    error = found[5].error
    assert error is not None and error.pointer == "/commands/0" and found[5].image is None
    plain = list(client.batch([{"key": "a"}], defaults=DEFAULTS, annotations=False))
    assert list(plain[0].files) == ["png"]
    with pytest.raises(ProblemError):
        list(client.batch([{"key": "a"}], defaults={"key": "b"}))


def test_items_arrive_before_the_batch_ends(client: Client) -> None:
    endless = ({"key": f"k{n}"} for n in range(10**9))
    batch = client.batch(endless, defaults=DEFAULTS)
    assert [next(batch).key for _ in range(10)] == [f"k{n}" for n in range(10)]
    batch.close()  # type: ignore[attr-defined]
    assert client.ready()


def test_the_asynchronous_client_does_the_same(address: str, client: Client) -> None:
    async def work() -> list[str]:
        async with AsyncClient(address, token="secret", chunk_size=3) as other:
            assert await other.ready()
            structure = await other.upload(XYZ)
            assert (await other.structure(structure.id)).id == structure.id
            assert structure.id in [id async for id in other.structures()]
            pictures = await asyncio.gather(*(other.image("sample-dna", size=f"{32 + n}x32") for n in range(8)))
            assert all(picture.startswith(b"\x89PNG") for picture in pictures)
            assert await other.render_request(DEFAULTS) == client.render_request(DEFAULTS)
            assert await other.annotations(DEFAULTS) == client.annotations(DEFAULTS)
            assert "bonds" in await other.hydrogen_bonds("sample-ruvb")
            await other.remove(structure.id)
            return [item.key async for item in other.batch([{"key": f"k{n}"} for n in range(8)], defaults=DEFAULTS)]

    assert asyncio.run(work()) == [f"k{n}" for n in range(8)]


def test_render_has_the_arguments_of_the_package(client: Client, tmp_path: Path) -> None:
    import numpy as np

    options: dict[str, Any] = {"size": (48, 32), "text": [("first", "resi 1")], "background": "transparent"}
    picture = client.render("sample-dna", "roll y 15", **options)
    assert picture.png() == client.image(
        "sample-dna", size="48x32", text="first => resi 1", background="transparent", commands="roll y 15"
    )
    assert (picture.size, picture.color.shape, picture.planes) == ((48, 32), (32, 48, 4), ["color"])
    assert len(picture.annotations["residues"]) == 22
    planes = ["color", "depth", "normal", "atom-id", "residue-id", "mask-role"]
    picture = client.render("sample-dna", size=32, planes=planes, format="webp", annotations=True)
    assert picture.webp()[8:12] == b"WEBP" and picture.color.shape == (32, 32, 3)
    assert picture.depth.dtype == np.float32 and picture.normal.shape == (32, 32, 3)
    drawn = picture.atom_id > 0
    assert drawn.any() and (np.isfinite(picture.depth) == drawn).all() and ((picture.residue_id > 0) == drawn).all()
    mask, legend = picture.mask("role")
    assert ((mask > 0) == drawn).all() and [entry["name"] for entry in legend["classes"]] == ["polymer"]
    with pytest.raises(MolshotError, match='format="jpeg"'):
        picture.jpeg()
    # Of a picture with atom ids, the server makes a mask when it is used.
    chains, legend = picture.mask("chain")
    assert chains.dtype == np.uint8 and ((chains > 0) == drawn).all()
    assert [entry["name"] for entry in legend["classes"]] == ["B", "C"]
    assert sum(entry["pixels"] for entry in legend["classes"]) == drawn.sum()
    assert picture.mask("element")[1]["plane"] == "mask-element"
    with pytest.raises(MolshotError, match="name is 'colour'; give one of element, residue, chain, role"):
        picture.mask("colour")
    again = pickle.loads(pickle.dumps(picture))
    assert again.files == picture.files and again.planes == picture.planes
    assert np.array_equal(again.mask("chain")[0], chains) and again.annotations == picture.annotations
    with pytest.raises(MolshotError, match='"mask-residue"'):
        again.mask("residue")
    with pytest.raises(MolshotError, match='"mask-chain"'):
        client.render("sample-dna", size=32).mask("chain")
    names = [Path(path).name for path in picture.save(tmp_path / "dna.webp")]
    assert names[0] == "dna.webp" and "dna.depth.npy" in names and "dna.mask-role.json" in names
    assert all((tmp_path / name).stat().st_size for name in names)
    with pytest.raises(MolshotError, match="the server sent webp"):
        picture.save(tmp_path / "dna.png")
    depth = client.render("sample-dna", size=32, planes=["depth"])
    assert list(depth.files) == ["depth.png", "depth.npy"] and depth.size == (32, 32)
    request = {"style": {"preset": "spacefill"}, "commands": ["roll y 30"], "output": {"width_px": 32, "height_px": 32}}
    assert client.render("sample-dna", request=request).png() == client.image(
        "sample-dna", size="32x32", style="spacefill", commands="roll y 30"
    )


def test_files_are_uploaded_once_and_again_if_the_server_lost_them(client: Client, tmp_path: Path) -> None:
    path = tmp_path / "water.xyz"
    path.write_bytes(b"3\n\nO 0 0 0\nH 0.97 0 0\nH -0.24 0.93 0\n")
    first = client.render(path, size=32)
    id = client.upload(path).id
    client.remove(id)
    assert client.render([path], size=32).png() == first.png()
    assert client.structure(id).summary["atoms"] == 3
    with pytest.raises(IsADirectoryError, match="give its files"):
        client.render(tmp_path)
    for wrong in (3, ["a.pdb"], None):
        with pytest.raises(TypeError, match="give its id"):
            client.render(wrong)  # type: ignore[arg-type]


def test_render_many_draws_jobs_of_every_form(client: Client) -> None:
    jobs: list[Any] = ["sample-dna", ("sample-dna", "roll y 5"), ("sample-dna", {"style": "spacefill"})]
    jobs.append(("sample-ruvb", ["roll x 5"], {"size": (16, 8)}))
    pictures = list(client.render_many(jobs, size=(32, 32), annotations=True))
    assert [picture.size for picture in pictures] == [(32, 32)] * 3 + [(16, 8)]
    assert pictures[1].png() == client.image("sample-dna", size="32x32", commands="roll y 5")
    assert pictures[2].png() == client.image("sample-dna", size="32x32", style="spacefill")
    assert pictures[0].annotations["atoms"]
    many = client.render_many((("sample-dna", f"roll y {n}") for n in range(10**9)), size=16)
    assert all(next(many).png() for _ in range(250))
    many.close()  # type: ignore[attr-defined]
    with pytest.raises(ProblemError) as caught:
        list(client.render_many([("sample-dna", "fly")], size=16))
    assert caught.value.pointer == "/commands/0"
    with pytest.raises(ProblemError) as caught:
        client.render("sample-dna", stile="misi")
    assert caught.value.parameter == "stile" and "style" in caught.value.detail


def test_pictures_before_an_error_come_first(address: str, client: Client) -> None:
    def jobs() -> Iterator[Any]:
        yield from ["sample-dna", ("sample-dna", "fly"), ("sample-dna", "roll y 5")]
        raise KeyError("no more")

    def pictures_and_error(**options: Any) -> tuple[list[bytes], Exception]:
        pictures = []
        with pytest.raises(Exception) as caught:
            for picture in client.render_many(jobs(), size=16, **options):
                pictures.append(picture.png())
        return pictures, caught.value

    wanted = [client.render("sample-dna", size=16).png(), client.render("sample-dna", "roll y 5", size=16).png()]
    pictures, error = pictures_and_error()
    assert pictures == wanted[:1] and isinstance(error, ProblemError) and error.pointer == "/commands/0"
    pictures, error = pictures_and_error(ordered=False)
    assert pictures == wanted and isinstance(error, ProblemError)
    with pytest.raises(KeyError):
        list(client.render_many((job for job in jobs() if job != ("sample-dna", "fly")), size=16, ahead=2))
    # What a client makes of a job is wrong.
    taken = client.render_many(["sample-dna", 3], size=16)
    assert next(taken).png() == wanted[0]
    with pytest.raises(TypeError, match="give its id"):
        next(taken)
    with pytest.raises(ValueError, match="ahead is 0; give a whole number from 1"):
        list(client.render_many(["sample-dna"], ahead=0))

    async def work() -> list[bytes]:
        async with AsyncClient(address, token="secret") as other:
            found = []
            with pytest.raises(ProblemError):
                async for picture in other.render_many(jobs(), size=16, ordered=False):
                    found.append(picture.png())
            return found

    assert asyncio.run(work()) == wanted


def test_many_pictures_have_masks_and_annotations(client: Client) -> None:
    pictures = list(client.render_many([("sample-dna", f"roll y {n}") for n in (0, 40)], size=32, planes=["color", "atom-id"]))
    for picture in pictures:
        mask, legend = picture.mask("chain")
        assert ((mask > 0) == (picture.atom_id > 0)).all() and legend["plane"] == "mask-chain"
        assert picture.annotations["atoms"]
    assert not (pictures[0].mask("chain")[0] == pictures[1].mask("chain")[0]).all()


def test_exceptions_are_those_of_the_package() -> None:
    problem = ProblemError({"code": "value_invalid", "detail": "wrong", "pointer": "/a"}, 422)
    assert isinstance(problem, MolshotError) and str(problem) == "wrong"
    again = pickle.loads(pickle.dumps(problem))
    assert (again.code, again.pointer, again.status) == ("value_invalid", "/a", 422)
    with Client("http://127.0.0.1:1", retries=0) as client, pytest.raises(TransportError) as caught:
        client.image("a")
    assert caught.value.code == "connection_failed" and "127.0.0.1:1" in caught.value.detail


def test_the_asynchronous_client_draws_the_same(address: str, client: Client) -> None:
    async def work() -> None:
        async with AsyncClient(address, token="secret") as other:
            one = await other.render("sample-dna", "roll y 5", size=32, annotations=True)
            assert one.png() == client.render("sample-dna", "roll y 5", size=32).png() and one.annotations["atoms"]
            jobs = (("sample-dna", f"roll y {n}") for n in range(5))
            many = [picture.png() async for picture in other.render_many(jobs, size=32)]
            assert len(many) == 5 and len(set(many)) == 5

    asyncio.run(work())


def in_progress(client: Client, what: str) -> float:
    """A gauge of the server's metrics."""
    text = client._http.get("/metrics").text
    return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"molshot_{what}_in_progress "))


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end, "the condition is never true"
        time.sleep(0.05)


def test_the_server_cancels_an_abandoned_batch(address: str, client: Client) -> None:
    large = {**DEFAULTS, "output": {"width_px": 512, "height_px": 512}}
    items = [{"key": f"k{n}"} for n in range(2000)]
    with Client(address, token="secret") as other:
        for item in other.batch(items, defaults=large):
            assert item.image
            break
    wait_for(lambda: in_progress(client, "batches") == 0)

    async def cancelled() -> int:
        async with AsyncClient(address, token="secret") as other:
            seen = 0

            async def work() -> None:
                nonlocal seen
                async for item in other.batch(items, defaults=large):
                    assert item.image
                    seen += 1

            task = asyncio.create_task(work())
            while not seen:
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert await other.ready()
            return seen

    assert asyncio.run(cancelled()) < 2000
    wait_for(lambda: in_progress(client, "batches") == 0)


def test_asynchronous_items_and_many_at_once(address: str) -> None:
    async def work() -> list[list[str]]:
        async def items(name: str) -> AsyncIterator[dict[str, Any]]:
            for number in range(5):
                await asyncio.sleep(0)
                yield {"key": f"{name}{number}"}

        async with AsyncClient(address, token="secret", chunk_size=2) as other:

            async def keys(name: str) -> list[str]:
                return [item.key async for item in other.batch(items(name), defaults=DEFAULTS)]

            return await asyncio.gather(*(keys(name) for name in "abc"))

    assert asyncio.run(work()) == [[f"{name}{number}" for number in range(5)] for name in "abc"]
