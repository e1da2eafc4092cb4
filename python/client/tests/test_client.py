"""The clients against the real server (``MOLSHOT`` names its program), and against one that misbehaves."""

from __future__ import annotations

import asyncio
import json
import os
import pickle
import re
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest

from molshot_client import AsyncClient, Client, MolshotError, ProblemError, TransportError
from molshot_client._http_items import ItemReader
from molshot_client._http_requests import wait_before

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


def serve(answers: list[bytes]) -> tuple[str, list[bytes]]:
    """Starts a server that sends these answers, one per connection, and records the requests."""
    listener = socket.create_server(("127.0.0.1", 0))
    requests: list[bytes] = []

    def run() -> None:
        for answer in answers:
            connection, _ = listener.accept()
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(65536)
            head, _, body = request.partition(b"\r\n\r\n")
            length = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
            while length and len(body) < int(length[0].split(b":")[1]):
                body += connection.recv(65536)
            requests.append(body)
            connection.sendall(answer)
            connection.close()
        listener.close()

    threading.Thread(target=run, daemon=True).start()
    return "http://127.0.0.1:%d" % listener.getsockname()[1], requests


def member(name: str, content: bytes) -> bytes:
    import io
    import tarfile

    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        info = tarfile.TarInfo(name)
        info.size = len(content)
        archive.addfile(info, io.BytesIO(content))
    return data.getvalue()[: 512 + -(-len(content) // 512) * 512]


def test_a_refused_request_is_sent_again_after_retry_after() -> None:
    refused = b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    good = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nDONE"
    address, requests = serve([refused, b"", refused, good])
    with Client(address) as client:
        assert client.image("a") == b"DONE"
    assert len(requests) == 4
    address, _ = serve([refused] * 3)
    with Client(address, retries=2) as client, pytest.raises(ProblemError):
        client.image("a")


@pytest.mark.parametrize("kind", [Client, AsyncClient])
@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"base_url": "127.0.0.1:8000"}, "base_url is '127.0.0.1:8000'; give an address such as http://127.0.0.1:8000"),
        ({"base_url": "localhost"}, "base_url is 'localhost'"),
        ({"base_url": "ftp://localhost"}, "base_url is 'ftp://localhost'"),
        ({"base_url": "http://"}, "base_url is 'http://'"),
        ({"base_url": "http://[::1"}, "base_url is"),
        ({"base_url": 5}, "base_url is 5"),
        ({"base_url": "http://a", "token": "s\u00e9cret"}, "token is not a text of ASCII"),
        ({"base_url": "http://a", "token": "secret\n"}, "token is not a text of ASCII"),
        ({"base_url": "http://a", "retries": -1}, "retries is -1; give a whole number from 0"),
        ({"base_url": "http://a", "chunk_size": 0}, "chunk_size is 0; give a whole number from 1"),
    ],
)
def test_wrong_arguments_are_refused_at_once(kind: Any, arguments: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}") as caught:
        kind(**arguments)
    assert isinstance(caught.value, MolshotError) and caught.value.code == "argument_invalid"
    assert "cret" not in str(caught.value)


def test_what_cannot_pass_is_sent_once() -> None:
    def answer(status: str, code: str) -> bytes:
        body = json.dumps({"code": code, "detail": "no"}).encode()
        return b"HTTP/1.1 %s\r\nRetry-After: 0\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % (status.encode(), len(body)) + body

    calls: list[Callable[[Client], object]] = [
        lambda client: client.image("a"),
        lambda client: list(client.batch([{"key": "a"}])),
    ]
    for refused, code in [
        (answer("401 Unauthorized", "token_missing"), "token_missing"),
        (answer("429 Too Many Requests", "logins_too_many"), "logins_too_many"),
        (answer("404 Not Found", "structure_unknown"), "structure_unknown"),
        (answer("422 Unprocessable Content", "value_invalid"), "value_invalid"),
        (b"HTTP/1.1 301 Moved\r\nLocation: https://b/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n", "redirected"),
    ]:
        for call in calls:
            address, requests = serve([refused] * 2)
            with Client(address) as client, pytest.raises(ProblemError) as caught:
                call(client)
            assert caught.value.code == code and len(requests) == 1


def test_a_server_without_tls_is_asked_once() -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    accepted = []

    def run() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            accepted.append(connection)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            connection.close()

    threading.Thread(target=run, daemon=True).start()
    with Client("https://127.0.0.1:%d" % listener.getsockname()[1]) as client, pytest.raises(TransportError) as caught:
        client.image("a")
    listener.close()
    assert len(accepted) == 1 and not caught.value.transient


def test_both_clients_wait_as_long_as_retry_after_says() -> None:
    refused = b"HTTP/1.1 429 Slow\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    good = b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nDONE"
    address, _ = serve([refused, good])
    start = time.monotonic()
    with Client(address) as client:
        assert client.image("a") == b"DONE"
    assert time.monotonic() - start >= 1
    address, _ = serve([refused, good])

    async def work() -> bytes:
        async with AsyncClient(address) as client:
            return await client.image("a")

    start = time.monotonic()
    assert asyncio.run(work()) == b"DONE"
    assert time.monotonic() - start >= 1


def test_items_are_yielded_before_the_rest_arrives() -> None:
    """The server sends the second half after the client has the first item, so reading everything first would hang."""
    go = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def run() -> None:
        connection, _ = listener.accept()
        request = b""
        while b'"items"' not in request:
            request += connection.recv(65536)
        first = member("a.png", b"A" * 5000) + member("b.png", b"B")[:512]
        rest = member("b.png", b"B")[512:] + bytes(1024)
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\nConnection: close\r\nContent-Length: %d\r\n\r\n"
        connection.sendall(head % (len(first) + len(rest)) + first)
        if go.wait(30):
            connection.sendall(rest)
        connection.close()
        listener.close()

    threading.Thread(target=run, daemon=True).start()
    with Client("http://127.0.0.1:%d" % listener.getsockname()[1], retries=0, timeout=20) as client:
        batch = client.batch([{"key": "a"}, {"key": "b"}])
        assert next(batch).key == "a"
        go.set()
        assert [item.image for item in batch] == [b"B"]


def test_a_batch_that_ends_early_is_resumed() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/x-tar\r\nConnection: close\r\n"
    two = member("a.png", b"A") + member("b.png", b"B") + member("c.png", b"C")[:300]
    broken = head + b"Content-Length: 100000\r\n\r\n" + two
    rest = member("b.png", b"B") + member("c.png", b"C") + bytes(1024)
    address, requests = serve([broken, head + b"Content-Length: %d\r\n\r\n" % len(rest) + rest])
    with Client(address) as client:
        items = list(client.batch([{"key": "a"}, {"key": "b"}, {"key": "c"}]))
    assert [(item.key, item.image) for item in items] == [("a", b"A"), ("b", b"B"), ("c", b"C")]
    # An item is known to be complete only when the next one begins.
    assert [item["key"] for item in json.loads(requests[1])["items"]] == ["b", "c"]


def test_waits() -> None:
    assert 3.0 <= wait_before(0, "3") <= 3.25
    assert 8.0 <= wait_before(0, formatdate(time.time() + 10, usegmt=True)) <= 10.5
    assert wait_before(0, "-5") <= 0.25
    assert wait_before(3, None) <= 0.8
    assert wait_before(100, None) <= 60
    for nonsense in ("soon", "nan", "inf", "1e9", ""):
        assert wait_before(0, nonsense) <= 0.1


def test_files_are_complete_for_every_chunk_size() -> None:
    stream = member("a.png", b"x" * 700) + member("a.json", b"{}") + member("b.png", b"") + bytes(1024)
    for size in (1, 511, 512, 513, len(stream)):
        reader = ItemReader()
        items = [item for at in range(0, len(stream), size) for item in reader.feed(stream[at : at + size])]
        assert reader.ended and [item.key for item in items] == ["a", "b"]
        assert items[0].files == {"png": b"x" * 700, "json": b"{}"} and items[1].image == b""
