"""The clients against a server that misbehaves, and what they make of its answers."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest

from molshot_client import AsyncClient, Client, MolshotError, ProblemError, TransportError
from molshot_client._http_items import ItemReader
from molshot_client._http_requests import wait_before


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
