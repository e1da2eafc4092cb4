"""What the synchronous and the asynchronous client share: requests, answers, waits."""

from __future__ import annotations

import email.utils
import json
import os
import random
import re
import ssl
import time
from collections.abc import AsyncIterable, AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from . import _arguments
from ._errors import RequestError
from ._http_types import RETRY_STATUSES, Json, ProblemError, Structure, TransportError
from ._values import plain

MAX_WAIT = 60.0
"""Longest wait before a request is sent again, seconds."""
File = str | Path | tuple[str, bytes]
"""A file of an upload: its path, or its name and content."""
Given = str | Structure | os.PathLike[str] | Sequence[os.PathLike[str]]
"""A structure: the id of one on the server, or paths (not texts) of files to upload."""
Items = Iterable[Mapping[str, Json]]
OUTSIDE_URLS = {"planes": "planes", "format": "format"}
"""Options that image URLs do not take: keyword, and key in ``output``."""
DOCUMENTS_KEPT = 256
"""Most options whose JSON form a client keeps."""
AHEAD = 100
"""Most jobs of ``render_many`` that are taken ahead of the pictures."""


@dataclass(frozen=True)
class Settings:
    """Settings of a client."""

    base_url: str
    token: str | None
    timeout: float
    retries: int
    chunk_size: int

    def __post_init__(self) -> None:
        """Refuses what no request could pass with."""
        try:
            url = httpx.URL(self.base_url)
        except (httpx.InvalidURL, TypeError):
            url = None
        if url is None or url.scheme not in ("http", "https") or not url.host:
            raise _arguments.wrong("base_url", self.base_url, "an address such as http://127.0.0.1:8000")
        if self.token is not None and not (isinstance(self.token, str) and re.fullmatch(r"[!-~]*", self.token)):
            # Without the token, which is a secret.
            detail = "token is not a text of ASCII letters, digits and signs without blanks; give one, or None"
            raise RequestError(detail, "argument_invalid")
        _arguments.whole("retries", self.retries, 0)
        _arguments.whole("chunk_size", self.chunk_size, 1)

    def arguments(self) -> dict[str, Any]:
        """Arguments of httpx's clients."""
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {"base_url": self.base_url, "headers": headers, "timeout": self.timeout}

    def broken(self, error: Exception) -> TransportError:
        """The error of a connection."""
        detail = f"{self.base_url}: {error or type(error).__name__}"
        return TransportError(detail, transient=may_pass_later(error))


def may_pass_later(error: BaseException) -> bool:
    """Whether the same request may succeed after this error of a connection."""
    if isinstance(error, (httpx.UnsupportedProtocol, httpx.LocalProtocolError)):
        return False
    cause: BaseException | None = error
    while cause is not None:
        # A certificate that is not trusted, or a server that does not speak TLS.
        if isinstance(cause, ssl.SSLCertVerificationError):
            return False
        if isinstance(cause, ssl.SSLError) and cause.reason == "WRONG_VERSION_NUMBER":
            return False
        cause = cause.__cause__ or cause.__context__
    return True


def is_refused_for_now(response: httpx.Response) -> bool:
    """Whether the server refuses a request that it may take later. Its content has been read."""
    if response.status_code not in RETRY_STATUSES:
        return False
    # With a wrong token, waiting does not help.
    return ProblemError.of(response.status_code, response.content).code != "logins_too_many"


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


def structure_path(structure: str, rest: str = "") -> str:
    """Path of a structure's URL."""
    return f"/v1/structures/{quote(structure, safe='')}{rest}"


def parameters(options: Mapping[str, object]) -> dict[str, list[str]]:
    """Query parameters from keyword arguments: ``depth_cue`` becomes ``depth-cue``.

    A list or a tuple repeats the parameter, as ``commands``, ``transform`` and ``text`` may be.
    """
    return {
        name.replace("_", "-"): [_text(one) for one in (value if isinstance(value, (list, tuple)) else [value])]
        for name, value in plain(options).items()
        if value is not None
    }


def option_parameters(kinds: Mapping[str, str], options: Mapping[str, object]) -> dict[str, list[str]]:
    """Query parameters of the keywords of ``render``, which takes values as `Renderer` does.

    ``kinds`` has the kind of each option by name, from ``/v1/options``.
    """
    found = {}
    for keyword, value in plain(options).items():
        if value is None:
            continue
        name = keyword.replace("_", "-")
        kind = kinds.get(name)
        many = [_text(one) for one in value] if isinstance(value, (list, tuple)) and kind != "texts" else None
        if kind == "size" and many is not None:
            found[name] = ["x".join(many)]
        elif kind == "size" and isinstance(value, int):
            found[name] = [f"{value}x{value}"]
        elif name == "supercell" and many is not None:
            found[name] = ["x".join(many)]
        elif kind in ("offset", "keywords", "colors") and many is not None:
            found[name] = [",".join(many)]
        elif kind == "texts" and isinstance(value, (list, tuple)):
            pairs = [one if isinstance(one, str) else " => ".join(map(str, one)) for one in value]
            found[name] = pairs
        else:
            found[name] = many if many is not None else [_text(value)]
    return found


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def upload_form(files: Sequence[File]) -> list[tuple[str, tuple[str, bytes]]]:
    """The parts of an upload."""
    named = [file if isinstance(file, tuple) else (Path(file).name, Path(file).read_bytes()) for file in files]
    return [("file", file) for file in named]


def structure_of(document: Mapping[str, Json]) -> Structure:
    """A structure from its JSON form."""
    return Structure(document["id"], document["source"], document["summary"])


def files_of(given: Given) -> list[Path] | None:
    """The files that a structure is to be uploaded from; ``None`` if it is on the server."""
    if isinstance(given, (str, Structure)):
        return None
    if isinstance(given, os.PathLike):
        return [Path(given)]
    if isinstance(given, Sequence) and given and all(isinstance(path, os.PathLike) for path in given):
        return [Path(path) for path in given]
    raise TypeError(
        f"{type(given).__name__} is not a structure on a server; give its id (a text), what upload() "
        "returned, or paths (pathlib.Path) of files to upload"
    )


def upload_key(files: Sequence[Path]) -> tuple[Any, ...]:
    """What tells whether files were uploaded already: paths, sizes and times."""
    for path in files:
        if path.is_dir():
            raise IsADirectoryError(f"{path} is a folder; give its files, such as [pocket.pdb, ligand.mol2]")
    stats = [path.stat() for path in files]
    return tuple((str(path), stat.st_size, stat.st_mtime_ns) for path, stat in zip(files, stats, strict=True))


def options_key(options: Mapping[str, object]) -> str:
    """A text that is equal for equal options."""
    return json.dumps(dict(sorted(options.items())), default=str)


def split_job(job: Any) -> tuple[Given, Any, Mapping[str, object]]:
    """Structure, commands and options of a job of ``render_many``."""
    # A tuple of paths is a structure in several files.
    if not isinstance(job, tuple) or (job and all(isinstance(path, os.PathLike) for path in job)):
        return job, None, {}
    structure, *rest = job
    commands, options = None, {}
    for part in rest:
        if isinstance(part, Mapping):
            options = dict(part)
        else:
            commands = part
    return structure, commands, options


def split_options(options: Mapping[str, object]) -> tuple[dict[str, Any], dict[str, Any], Mapping[str, Any]]:
    """Splits keywords into those of URLs, those of ``output``, and the request below them."""
    options = plain(options)
    in_url = {name: value for name, value in options.items() if name not in OUTSIDE_URLS and name != "request"}
    output: dict[str, Any] = {}
    for name, key in OUTSIDE_URLS.items():
        value = options.get(name)
        if value is not None:
            is_list = name == "planes"
            output[key] = [part.strip() for part in value.split(",")] if is_list and isinstance(value, str) else value
            if is_list:
                output[key] = list(output[key])
    request = options.get("request")
    return in_url, output, request if isinstance(request, Mapping) else {}


def merged(base: Mapping[str, Json], over: Mapping[str, Json]) -> dict[str, Json]:
    """A request with the members of another on top; objects are merged key by key."""
    result = dict(base)
    for key, value in over.items():
        old = result.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping) and key != "structure":
            result[key] = merged(old, value)
        else:
            result[key] = value
    return result


def planes_of(request: Mapping[str, Json]) -> list[str]:
    """Names of the planes of a request."""
    return list(request.get("output", {}).get("planes", ["color"]))


def command_list(commands: Any) -> list[str]:
    """View commands as the list of a request."""
    return [commands] if isinstance(commands, str) else list(commands)


def batch_body(
    items: Sequence[Mapping[str, Json]], defaults: Mapping[str, Json] | None, annotations: bool, masks: Sequence[str]
) -> dict[str, Json]:
    """The body of a batch."""
    return {"defaults": dict(defaults or {}), "items": list(items), "annotations": annotations, "masks": list(masks)}


def chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of at most ``size`` items. An error of the iterable comes after the items before it."""
    iterator = iter(items)
    while True:
        chunk: list[Any] = []
        try:
            chunk.extend(islice(iterator, size))
        except Exception:
            if chunk:
                yield chunk
            raise
        if not chunk:
            return
        yield chunk


async def async_chunks(items: Iterable[Any] | AsyncIterable[Any], size: int) -> AsyncIterator[list[Any]]:
    """Lists of at most ``size`` items, of an iterable of either kind."""
    if isinstance(items, AsyncIterable):
        chunk: list[Any] = []
        try:
            async for item in items:
                chunk.append(item)
                if len(chunk) == size:
                    yield chunk
                    chunk = []
        except Exception:
            if chunk:
                yield chunk
            raise
        if chunk:
            yield chunk
    else:
        for chunk in chunks(items, size):
            yield chunk


def check(response: httpx.Response) -> httpx.Response:
    """Raises the problem that a response reports."""
    if response.status_code >= 300:
        raise problem_of(response)
    return response


def problem_of(response: httpx.Response) -> ProblemError:
    """The problem that a response reports, whose content has been read."""
    if response.status_code < 400:
        place = response.headers.get("location", "another address")
        detail = f"the server answered {response.status_code} and points to {place}; give its address as base_url"
        return ProblemError({"code": "redirected", "detail": detail}, response.status_code)
    return ProblemError.of(response.status_code, response.content)


def without_key(item: Mapping[str, Json]) -> dict[str, Json]:
    """The render request of an item of a batch."""
    return {name: value for name, value in item.items() if name != "key"}


def mask_request(request: Mapping[str, Json], plane: str) -> dict[str, Json]:
    """The request of a class mask of the same picture.

    Of one plane other than colour the server sends one file, and the legend is another one; so it
    is asked for two planes.
    """
    other = "mask-role" if plane == "mask-element" else "mask-element"
    return merged(request, {"output": {"planes": [plane, other]}})


def answer_files(response: httpx.Response) -> dict[str, bytes]:
    """The files of an answer to a render request, by suffix: ``png``, ``depth.npy``."""
    kind = response.headers.get("content-type", "")
    if not kind.startswith("multipart/mixed"):
        subtype = kind.partition(";")[0].rpartition("/")[2]
        return {{"jpeg": "jpg", "x-qoi": "qoi"}.get(subtype, subtype): response.content}
    boundary = b"--" + kind.partition("boundary=")[2].strip('"').encode()
    files = {}
    body = response.content
    at = 0
    while (start := body.find(boundary, at)) >= 0 and body[start + len(boundary) :][:2] != b"--":
        end = body.index(b"\r\n\r\n", start) + 4
        headers = {}
        for line in body[start:end].decode().split("\r\n")[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        name = headers["content-disposition"].partition("filename=")[2].strip('"')
        at = end + int(headers["content-length"])
        files[name.removeprefix("color.")] = body[end:at]
    return files
