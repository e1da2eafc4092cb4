"""The synchronous HTTP client."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from . import _arguments
from . import _http_requests as requests
from ._http_items import ItemReader
from ._http_picture import RemotePicture
from ._http_requests import DOCUMENTS_KEPT, File, Given, Settings, check, structure_path
from ._http_types import BatchError, Item, Json, ProblemError, Structure

__all__ = ["Client"]


class Client:
    """A client of a molshot server. Several threads may use it.

    Parameters
    ----------
    base_url : str
        Address of the server, such as ``http://127.0.0.1:8000``.
    token : str, optional
        Sent as a bearer token.
    timeout : float
        Seconds to wait for an answer.
    retries : int
        How often a request is sent again after status 429 or 503, or a connection error. What
        cannot pass is not sent again: with a wrong token, or to a server whose certificate is not
        trusted.
    chunk_size : int
        Most items in one request of a batch.

    Raises
    ------
    ProblemError
        What the server refuses, with ``code``, ``detail``, ``pointer`` and ``status``.
    TransportError
        If the server cannot be reached.
    RequestError
        If ``base_url`` is not an address or another argument is wrong.
    """

    def __init__(
        self, base_url: str, *, token: str | None = None, timeout: float = 60.0, retries: int = 5, chunk_size: int = 2000
    ) -> None:
        self._settings = Settings(base_url, token, timeout, retries, chunk_size)
        self._http = httpx.Client(**self._settings.arguments())
        self._kinds: dict[str, str] | None = None
        self._documents: dict[str, dict[str, Json]] = {}
        self._uploads: dict[tuple[Any, ...], str] = {}

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
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
                if attempt >= self._settings.retries or not requests.is_refused_for_now(response):
                    return check(response)
                retry_after = response.headers.get("retry-after")
            except httpx.TransportError as error:
                if attempt >= self._settings.retries or not requests.may_pass_later(error):
                    raise self._settings.broken(error) from error
            time.sleep(requests.wait_before(attempt, retry_after))
            attempt += 1

    def ready(self) -> bool:
        """Returns whether the server can render now."""
        try:
            return self._http.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def upload(self, *files: File) -> Structure:
        """Uploads the files of one structure. The same bytes have the same id."""
        answer = self._send("POST", "/v1/structures", files=requests.upload_form(files))
        return requests.structure_of(answer.json())

    def structure(self, id: str) -> Structure:
        """Describes a structure."""
        return requests.structure_of((self._send("GET", structure_path(id))).json())

    def structures(self) -> Iterator[str]:
        """Yields the ids of all structures."""
        after: str | None = ""
        while after is not None:
            answer = self._send("GET", "/v1/structures", params={"limit": "1000", "after": after})
            page = answer.json()
            yield from (entry["id"] for entry in page["structures"])
            after = page["next"]

    def remove(self, id: str) -> None:
        """Removes an upload."""
        self._send("DELETE", structure_path(id))

    def image(self, structure: str, format: str = "png", **options: object) -> bytes:
        """Draws an image by URL, and returns the encoded file. The options are the URL's parameters:
        ``size="512x512"``, ``commands``, ``style``...

        A list repeats a parameter: ``text=["active site => resi 25", "flap => resi 50"]``.
        """
        path = structure_path(structure, f"/image.{format}")
        return (self._send("GET", path, params=requests.parameters(options))).content

    def render(
        self, structure: Given, commands: Any = None, *, annotations: bool = False, **options: Any
    ) -> RemotePicture:
        """Draws one picture, with the arguments of `molshot.render`.

        Parameters
        ----------
        structure : str, Structure, path or list of paths
            A text is the id of a structure on the server. Files at paths (``pathlib.Path``) are
            uploaded, once.
        commands : str or list of str, optional
            View commands, such as ``view left; roll y 15``.
        annotations : bool
            Whether to ask for the annotations at once.
            Otherwise they are asked for when they are first used.
        **options
            Render options: ``size=(512, 512)``, ``style="misi"``, ``planes=["color", "depth"]``,
            ``format="webp"``. ``request`` is a render request as a dict; keywords come on top.
        """
        document = self._request(structure, commands, options)
        planes = requests.planes_of(document)
        sent = document
        if len(planes) == 1 and planes != ["color"]:
            # Of one plane other than colour the server sends one file; of two it sends all.
            sent = requests.merged(document, {"output": {"planes": [*planes, "color"]}})
        try:
            answer = self._send("POST", "/v1/render", json=sent)
        except ProblemError as problem:
            if problem.code != "structure_unknown" or requests.files_of(structure) is None:
                raise
            # The server no longer has the upload.
            self._uploads.clear()
            document = self._request(structure, commands, options)
            sent = {**sent, "structure": document["structure"]}
            answer = self._send("POST", "/v1/render", json=sent)
        files = requests.answer_files(answer)
        if planes != ["color"] and len(planes) == 1:
            files = {suffix: content for suffix, content in files.items() if suffix.startswith(planes[0])}
        if annotations:
            files["json"] = (self._send("POST", "/v1/annotations", json=document)).content
        return self._picture(files, document)

    def _picture(self, files: dict[str, bytes], document: dict[str, Json]) -> RemotePicture:
        """A picture that asks this client for what is used and did not come with it."""

        def mask_files(plane: str) -> dict[str, bytes]:
            return requests.answer_files(self._send("POST", "/v1/render", json=requests.mask_request(document, plane)))

        return RemotePicture(files, requests.planes_of(document), lambda: self.annotations(document), mask_files)

    def render_many(
        self,
        jobs: Iterable[Any],
        *,
        ordered: bool = True,
        ahead: int | None = None,
        annotations: bool = False,
        **options: Any,
    ) -> Iterator[RemotePicture]:
        """Draws pictures of a sequence of any length, with the arguments of `molshot.render_many`.

        Parameters
        ----------
        jobs : iterable
            Structures as of `render`, ``(structure, commands)``, ``(structure, options)`` or
            ``(structure, commands, options)``, where options is a dict.
        ordered : bool
            Whether the pictures come in the order of the jobs. Without, an error of a job comes
            after the other pictures of the jobs that were taken; a server sends pictures in their
            order.
        ahead : int, optional
            Most jobs that are taken ahead of the pictures; by default 100.
        annotations : bool
            Whether the pictures come with annotations.
        **options
            Options of all pictures.

        Leaving the loop cancels the rest on the server. An error of a job, or of ``jobs`` itself,
        ends it after the pictures of the jobs before.
        """
        most = requests.AHEAD if ahead is None else _arguments.whole("ahead", ahead, 1)
        for chunk in requests.chunks(jobs, min(most, self._settings.chunk_size)):
            items: list[dict[str, Json]] = []
            failure: Exception | None = None
            for number, job in enumerate(chunk):
                try:
                    structure, commands, own = requests.split_job(job)
                    document = self._request(structure, commands, {**options, **own})
                except Exception as error:
                    failure = error
                    break
                items.append({**document, "key": f"{number:06}"})
            drawn = iter(items)
            for item in self.batch(items, annotations=annotations):
                document = requests.without_key(next(drawn))
                if item.error:
                    failure = failure if failure is not None and not ordered else item.error
                    if ordered:
                        break
                    continue
                yield self._picture(item.files, document)
            if failure is not None:
                raise failure

    def _request(self, structure: Given, commands: Any, options: Mapping[str, Any]) -> dict[str, Json]:
        """The render request of the arguments of `render`."""
        files = requests.files_of(structure)
        if files is not None:
            key = requests.upload_key(files)
            if key not in self._uploads:
                self._uploads[key] = (self.upload(*files)).id
            id = self._uploads[key]
        else:
            id = structure.id if isinstance(structure, Structure) else str(structure)
        in_url, output, base = requests.split_options(options)
        if commands is None:
            commands = in_url.pop("commands", None)
        key_of_options = requests.options_key(in_url)
        document = self._documents.get(key_of_options)
        if document is None:
            if self._kinds is None:
                listed = (self._send("GET", "/v1/options")).json()
                self._kinds = {option["name"]: option["kind"] for option in listed}
            query = requests.option_parameters(self._kinds, in_url)
            document = (self._send("GET", structure_path("any", "/request.json"), params=query)).json()
            if len(self._documents) >= DOCUMENTS_KEPT:
                self._documents.clear()
            self._documents[key_of_options] = document
        request = requests.merged({"schema_version": 1, **base}, document)
        request["structure"] = {"id": id}
        if output:
            request["output"] = requests.merged(request.get("output", {}), output)
        if commands is not None:
            request["commands"] = requests.command_list(commands)
        return request

    def render_request(self, request: Mapping[str, Json], accept: str = "*/*") -> bytes:
        """Draws a render request in its JSON form, and returns the body of the answer."""
        return (self._send("POST", "/v1/render", json=request, headers={"Accept": accept})).content

    def annotations(self, request: Mapping[str, Json], masks: Sequence[str] = ()) -> dict[str, Json]:
        """Returns the annotations of a request: what the image shows, and where."""
        answer = self._send("POST", "/v1/annotations", json=request, params={"masks": ",".join(masks)})
        document: dict[str, Json] = answer.json()
        return document

    def hydrogen_bonds(self, structure: str, **options: object) -> dict[str, Json]:
        """Finds the hydrogen bonds of a structure."""
        answer = self._send("GET", structure_path(structure, "/hbonds"), params=requests.parameters(options))
        document: dict[str, Json] = answer.json()
        return document

    def contacts(self, structure: str, **options: object) -> dict[str, Json]:
        """Finds the contacts of a structure's ligand."""
        answer = self._send("GET", structure_path(structure, "/contacts"), params=requests.parameters(options))
        document: dict[str, Json] = answer.json()
        return document

    def caption(self, request: Mapping[str, Json], name: str | None = None) -> dict[str, Json]:
        """Returns the caption of a request's image; ``name`` is its ``filename``."""
        named = {} if name is None else {"name": name}
        answer = self._send("POST", "/v1/captions", json=request, params=named)
        document: dict[str, Json] = answer.json()
        return document

    def batch(
        self,
        items: Iterable[Mapping[str, Json]],
        *,
        defaults: Mapping[str, Json] | None = None,
        annotations: bool = True,
        masks: Sequence[str] = (),
    ) -> Iterator[Item]:
        """Draws many items in their JSON form, and yields them in order as they arrive.

        An item that fails has an ``error``; the others continue.
        """
        for chunk in requests.chunks(items, self._settings.chunk_size):
            attempt = 0
            while chunk:
                done, retry_after = 0, None
                try:
                    body = requests.batch_body(chunk, defaults, annotations, masks)
                    with self._http.stream("POST", "/v1/render/batch", json=body) as response:
                        if response.status_code >= 300:
                            response.read()
                            if attempt >= self._settings.retries or not requests.is_refused_for_now(response):
                                raise requests.problem_of(response)
                            retry_after = response.headers.get("retry-after")
                        else:
                            reader = ItemReader()
                            for data in response.iter_raw():
                                for item in reader.feed(data):
                                    done += 1
                                    yield item
                            if not reader.ended:
                                raise BatchError("the batch ended early")
                            break
                except (httpx.TransportError, BatchError) as error:
                    if attempt >= self._settings.retries or not requests.may_pass_later(error):
                        if isinstance(error, BatchError):
                            raise
                        raise self._settings.broken(error) from error
                # Items that have arrived are not requested again. They show progress, so the number
                # of attempts starts anew.
                chunk = chunk[done:]
                attempt = 1 if done else attempt + 1
                time.sleep(requests.wait_before(attempt, retry_after))
