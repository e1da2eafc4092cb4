"""The synchronous and the asynchronous client. The functions before them build requests for both."""

from __future__ import annotations

import asyncio
import email.utils
import random
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

import httpx

from ._tar import ItemReader
from ._types import BatchError, Item, Json, ProblemError, Structure

RETRY_STATUSES = frozenset({429, 503})
"""Statuses after which a request is sent again."""
MAX_WAIT = 60.0
"""Longest wait before a request is sent again, seconds."""
File = str | Path | tuple[str, bytes]
"""A file of an upload: its path, or its name and content."""


@dataclass(frozen=True)
class _Settings:
    """Settings of a client."""

    base_url: str
    token: str | None
    timeout: float
    retries: int
    chunk_size: int

    def arguments(self) -> dict[str, Any]:
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"base_url": self.base_url, "headers": headers, "timeout": self.timeout}


def wait_before(attempt: int, retry_after: str | None) -> float:
    """Seconds to wait before sending again.

    This is the value of ``Retry-After`` (RFC 9110, section 10.2.3), or without one an exponential
    backoff. Both have a random part.
    """
    seconds = _seconds_of(retry_after) if retry_after else None
    if seconds is not None:
        # The random part spreads clients that were refused at the same time.
        return min(max(seconds, 0.0), MAX_WAIT) + random.uniform(0, 0.25)
    return min(0.1 * 2.0 ** min(attempt, 20), MAX_WAIT) * random.uniform(0.5, 1.0)


def _seconds_of(retry_after: str) -> float | None:
    """The value of ``Retry-After`` in seconds; ``None`` if it is malformed."""
    if retry_after.strip().isdecimal():
        return float(retry_after)
    try:
        return email.utils.parsedate_to_datetime(retry_after).timestamp() - time.time()
    except ValueError:
        return None


def _image_path(structure: str, format: str) -> str:
    return f"/v1/structures/{quote(structure, safe='')}/image.{format}"


def _parameters(options: Mapping[str, object]) -> dict[str, list[str]]:
    """Query parameters from keyword arguments: ``depth_cue`` becomes ``depth-cue``.

    A list or a tuple repeats the parameter, as ``commands``, ``transform`` and ``text`` may be.
    """
    return {
        name.replace("_", "-"): [_text(one) for one in (value if isinstance(value, (list, tuple)) else [value])]
        for name, value in options.items()
        if value is not None
    }


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _upload(files: Sequence[File]) -> list[tuple[str, tuple[str, bytes]]]:
    named = [file if isinstance(file, tuple) else (Path(file).name, Path(file).read_bytes()) for file in files]
    return [("file", file) for file in named]


def _structure(document: Mapping[str, Json]) -> Structure:
    return Structure(document["id"], document["source"], document["summary"])


def _batch_body(
    items: Sequence[Mapping[str, Json]], defaults: Mapping[str, Json] | None, annotations: bool, masks: Sequence[str]
) -> dict[str, Json]:
    return {"defaults": dict(defaults or {}), "items": list(items), "annotations": annotations, "masks": list(masks)}


def _chunks(items: Iterable[Mapping[str, Json]], size: int) -> Iterator[list[Mapping[str, Json]]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


async def _async_chunks(
    items: Iterable[Mapping[str, Json]] | AsyncIterable[Mapping[str, Json]], size: int
) -> AsyncIterator[list[Mapping[str, Json]]]:
    if isinstance(items, AsyncIterable):
        chunk: list[Mapping[str, Json]] = []
        async for item in items:
            chunk.append(item)
            if len(chunk) == size:
                yield chunk
                chunk = []
        if chunk:
            yield chunk
    else:
        for chunk in _chunks(items, size):
            yield chunk


def _check(response: httpx.Response) -> httpx.Response:
    if response.status_code >= 400:
        raise ProblemError.of(response.status_code, response.content)
    return response


class Client:
    """A synchronous client. Several threads may use it."""

    def __init__(
        self, base_url: str, *, token: str | None = None, timeout: float = 60.0, retries: int = 5, chunk_size: int = 2000
    ) -> None:
        self._settings = _Settings(base_url, token, timeout, retries, chunk_size)
        self._http = httpx.Client(**self._settings.arguments())

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Closes the connections."""
        self._http.close()

    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Sends a request, with retries. Every request of this interface is safe to repeat."""
        attempt = 0
        while True:
            retry_after = None
            try:
                response = self._http.request(method, path, **arguments)
                if response.status_code not in RETRY_STATUSES or attempt >= self._settings.retries:
                    return _check(response)
                retry_after = response.headers.get("retry-after")
            except httpx.TransportError:
                if attempt >= self._settings.retries:
                    raise
            time.sleep(wait_before(attempt, retry_after))
            attempt += 1

    def ready(self) -> bool:
        """Returns whether the server can render now."""
        try:
            return self._http.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def upload(self, *files: File) -> Structure:
        """Uploads the files of one structure. The same bytes have the same id."""
        return _structure(self._send("POST", "/v1/structures", files=_upload(files)).json())

    def structure(self, id: str) -> Structure:
        """Describes a structure."""
        return _structure(self._send("GET", f"/v1/structures/{quote(id, safe='')}").json())

    def structures(self) -> Iterator[str]:
        """Yields the ids of all structures."""
        after: str | None = ""
        while after is not None:
            page = self._send("GET", "/v1/structures", params={"limit": "1000", "after": after}).json()
            yield from (entry["id"] for entry in page["structures"])
            after = page["next"]

    def remove(self, id: str) -> None:
        """Removes an upload."""
        self._send("DELETE", f"/v1/structures/{quote(id, safe='')}")

    def image(self, structure: str, format: str = "png", **options: object) -> bytes:
        """Renders an image by URL. The options are the URL's parameters: ``size``, ``commands``, ``style``...

        A list repeats a parameter: ``text=["active site => resi 25", "flap => resi 50"]``.
        """
        return self._send("GET", _image_path(structure, format), params=_parameters(options)).content

    def render(self, request: Mapping[str, Json], accept: str = "*/*") -> bytes:
        """Renders a request and returns the response body."""
        return self._send("POST", "/v1/render", json=request, headers={"Accept": accept}).content

    def annotations(self, request: Mapping[str, Json], masks: Sequence[str] = ()) -> dict[str, Json]:
        """Returns the annotations of a request: what the image shows, and where."""
        document: dict[str, Json] = self._send(
            "POST", "/v1/annotations", json=request, params={"masks": ",".join(masks)}
        ).json()
        return document

    def hydrogen_bonds(self, structure: str, **options: object) -> dict[str, Json]:
        """Finds the hydrogen bonds of a structure."""
        path = f"/v1/structures/{quote(structure, safe='')}/hbonds"
        document: dict[str, Json] = self._send("GET", path, params=_parameters(options)).json()
        return document

    def batch(
        self,
        items: Iterable[Mapping[str, Json]],
        *,
        defaults: Mapping[str, Json] | None = None,
        annotations: bool = True,
        masks: Sequence[str] = (),
    ) -> Iterator[Item]:
        """Renders many items and yields them in order as they arrive.

        An item that fails has an ``error``; the others continue.
        """
        for chunk in _chunks(items, self._settings.chunk_size):
            attempt = 0
            while chunk:
                done, retry_after = 0, None
                try:
                    body = _batch_body(chunk, defaults, annotations, masks)
                    with self._http.stream("POST", "/v1/render/batch", json=body) as response:
                        if response.status_code in RETRY_STATUSES and attempt < self._settings.retries:
                            retry_after = response.headers.get("retry-after")
                        elif response.status_code >= 400:
                            raise ProblemError.of(response.status_code, response.read())
                        else:
                            reader = ItemReader()
                            for data in response.iter_raw():
                                for item in reader.feed(data):
                                    done += 1
                                    yield item
                            if not reader.ended:
                                raise BatchError("the batch ended early")
                            break
                except (httpx.TransportError, BatchError):
                    if attempt >= self._settings.retries:
                        raise
                # Items that have arrived are not requested again. They show progress, so the number
                # of attempts starts anew.
                chunk = chunk[done:]
                attempt = 1 if done else attempt + 1
                time.sleep(wait_before(attempt, retry_after))


class AsyncClient:
    """A client for asyncio, with the methods of :class:`Client`."""

    def __init__(
        self, base_url: str, *, token: str | None = None, timeout: float = 60.0, retries: int = 5, chunk_size: int = 2000
    ) -> None:
        self._settings = _Settings(base_url, token, timeout, retries, chunk_size)
        self._http = httpx.AsyncClient(**self._settings.arguments())

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Closes the connections."""
        await self._http.aclose()

    async def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        attempt = 0
        while True:
            retry_after = None
            try:
                response = await self._http.request(method, path, **arguments)
                if response.status_code not in RETRY_STATUSES or attempt >= self._settings.retries:
                    return _check(response)
                retry_after = response.headers.get("retry-after")
            except httpx.TransportError:
                if attempt >= self._settings.retries:
                    raise
            await asyncio.sleep(wait_before(attempt, retry_after))
            attempt += 1

    async def ready(self) -> bool:
        """Returns whether the server can render now."""
        try:
            return (await self._http.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def upload(self, *files: File) -> Structure:
        """Uploads the files of one structure. The same bytes have the same id."""
        return _structure((await self._send("POST", "/v1/structures", files=_upload(files))).json())

    async def structure(self, id: str) -> Structure:
        """Describes a structure."""
        return _structure((await self._send("GET", f"/v1/structures/{quote(id, safe='')}")).json())

    async def structures(self) -> AsyncIterator[str]:
        """Yields the ids of all structures."""
        after: str | None = ""
        while after is not None:
            page = (await self._send("GET", "/v1/structures", params={"limit": "1000", "after": after})).json()
            for entry in page["structures"]:
                yield entry["id"]
            after = page["next"]

    async def remove(self, id: str) -> None:
        """Removes an upload."""
        await self._send("DELETE", f"/v1/structures/{quote(id, safe='')}")

    async def image(self, structure: str, format: str = "png", **options: object) -> bytes:
        """Renders an image by URL. The options are the URL's parameters: ``size``, ``commands``, ``style``...

        A list repeats a parameter: ``text=["active site => resi 25", "flap => resi 50"]``.
        """
        return (await self._send("GET", _image_path(structure, format), params=_parameters(options))).content

    async def render(self, request: Mapping[str, Json], accept: str = "*/*") -> bytes:
        """Renders a request and returns the response body."""
        return (await self._send("POST", "/v1/render", json=request, headers={"Accept": accept})).content

    async def annotations(self, request: Mapping[str, Json], masks: Sequence[str] = ()) -> dict[str, Json]:
        """Returns the annotations of a request: what the image shows, and where."""
        answer = await self._send("POST", "/v1/annotations", json=request, params={"masks": ",".join(masks)})
        document: dict[str, Json] = answer.json()
        return document

    async def hydrogen_bonds(self, structure: str, **options: object) -> dict[str, Json]:
        """Finds the hydrogen bonds of a structure."""
        path = f"/v1/structures/{quote(structure, safe='')}/hbonds"
        document: dict[str, Json] = (await self._send("GET", path, params=_parameters(options))).json()
        return document

    async def batch(
        self,
        items: Iterable[Mapping[str, Json]] | AsyncIterable[Mapping[str, Json]],
        *,
        defaults: Mapping[str, Json] | None = None,
        annotations: bool = True,
        masks: Sequence[str] = (),
    ) -> AsyncIterator[Item]:
        """Renders many items and yields them in order as they arrive.

        An item that fails has an ``error``; the others continue.
        """
        async for chunk in _async_chunks(items, self._settings.chunk_size):
            attempt = 0
            while chunk:
                done, retry_after = 0, None
                try:
                    body = _batch_body(chunk, defaults, annotations, masks)
                    async with self._http.stream("POST", "/v1/render/batch", json=body) as response:
                        if response.status_code in RETRY_STATUSES and attempt < self._settings.retries:
                            retry_after = response.headers.get("retry-after")
                        elif response.status_code >= 400:
                            raise ProblemError.of(response.status_code, await response.aread())
                        else:
                            reader = ItemReader()
                            async for data in response.aiter_raw():
                                for item in reader.feed(data):
                                    done += 1
                                    yield item
                            if not reader.ended:
                                raise BatchError("the batch ended early")
                            break
                except (httpx.TransportError, BatchError):
                    if attempt >= self._settings.retries:
                        raise
                chunk = chunk[done:]
                attempt = 1 if done else attempt + 1
                await asyncio.sleep(wait_before(attempt, retry_after))
