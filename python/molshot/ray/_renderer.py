"""Draws the rows of a table."""

import json
import os
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import numpy as np

from molshot._errors import InputError, RequestError
from molshot._picture import Picture
from molshot._render import Renderer as Drawer
from molshot._structure import Structure, read
from molshot.ray._writer import error_columns

Format = Literal["png", "jpeg", "webp", "array"]

#: Longest path that an error names whole, characters.
MAX_NAMED = 200
#: Number of structures that a worker keeps.
MAX_STRUCTURES = 64


class Renderer:
    """Draws the rows of any table: a callable class for ``ray.data``'s ``map_batches``.

    Parameters
    ----------
    structure : str
        Column of the structures: a path on every machine (a file, or a folder in PDBbind layout),
        or the bytes of a file.
    request : str, optional
        Column of the requests: JSON text or a dict, as in a scene file; empty or None for the
        defaults. Without the name, a column ``request`` is used if there is one.
    commands : str, optional
        Column of view commands, such as ``roll y 15``. As ``request``.
    structure_format : str, optional
        Format of structures that are given as bytes, such as ``pdb``.
    image : str
        What the column ``image`` gets: the bytes of a file (``png``, ``jpeg``, ``webp``), or
        ``array``, (H, W, 3) uint8.
    annotations : bool
        Whether to add a column ``annotations``: JSON texts of `Picture.annotations`.
    keep : list of str, optional
        Columns to keep; by default all but that of the structures.
    threads : int
        Number of threads that draw: the processors that Ray gives each worker.
    adapter : str
        ``software`` gives the same bytes on every machine.
    **options
        Render options of all pictures, such as ``size=(224, 224)``. Those of a row come on top.

    A row that cannot be drawn raises nothing: its ``error`` says why and ``code`` names the kind
    (both are empty else), and its image is empty.

    >>> table.map_batches(molshot.ray.Renderer, concurrency=8, num_cpus=1,
    ...     fn_constructor_kwargs={"size": (224, 224)})           # doctest: +SKIP
    """

    def __init__(
        self,
        structure: str = "structure",
        request: str | None = None,
        commands: str | None = None,
        *,
        structure_format: str | None = None,
        image: Format = "png",
        annotations: bool = False,
        keep: list[str] | None = None,
        threads: int = 1,
        adapter: str = "software",
        **options: Any,
    ) -> None:
        if image not in ("png", "jpeg", "webp", "array"):
            detail = f"image: \"{image}\"; give png, jpeg, webp or array"
            raise RequestError(detail, "argument_invalid")
        if "planes" in options:
            detail = "planes: the rows get colours and annotations; draw other planes with molshot.Renderer"
            raise RequestError(detail, "argument_invalid")
        self._structure = structure
        self._request = request
        self._commands = commands
        self._format = structure_format
        self._image = image
        self._annotations = annotations
        self._keep = keep
        self._options = dict(options)
        if annotations:
            self._options["planes"] = ["color", "atom-id"]
        self._threads = threads
        self._drawer = Drawer(threads, adapter, **self._options)
        self._structures: OrderedDict[Any, Structure] = OrderedDict()

    def __call__(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        structures = _column(batch, self._structure)
        requests = self._optional(batch, self._request, "request")
        commands = self._optional(batch, self._commands, "commands")
        rows = range(len(structures))

        def draw(row: int) -> dict[str, Any]:
            return self._row(
                structures[row],
                None if requests is None else requests[row],
                None if commands is None else commands[row],
            )

        if self._threads > 1:
            with ThreadPoolExecutor(self._threads) as threads:
                drawn = list(threads.map(draw, rows))
        else:
            drawn = [draw(row) for row in rows]
        names = [name for name in batch if name != self._structure] if self._keep is None else self._keep
        result = {name: _column(batch, name) for name in names}
        images = [row["image"] for row in drawn]
        result["image"] = _stacked(images) if self._image == "array" else _objects(images)
        for name in ["width_px", "height_px"]:
            result[name] = np.array([row[name] for row in drawn], dtype=np.int32)
        if self._annotations:
            result["annotations"] = _objects([row["annotations"] for row in drawn])
        for name in ["error", "code"]:
            result[name] = _objects([row[name] for row in drawn])
        return result

    def _optional(self, batch: Mapping[str, Any], named: str | None, usual: str) -> Any:
        if named is not None:
            return _column(batch, named)
        return batch.get(usual)

    def _row(self, structure: Any, request: Any, commands: Any) -> dict[str, Any]:
        empty: Any = np.zeros((0, 0, 3), np.uint8) if self._image == "array" else b""
        row = {"image": empty, "width_px": 0, "height_px": 0, "annotations": "", "error": "", "code": ""}
        try:
            options = {}
            document = _document(request)
            if document:
                options["request"] = document
            drawing = self._drawer.render(self._read(structure), _text_or_none(commands), **options)
            row["image"] = self._encoded(drawing)
            row["width_px"], row["height_px"] = drawing.size
            if self._annotations:
                row["annotations"] = json.dumps(drawing.annotations)
        except Exception as error:
            found = error_columns(error)
            row |= {"image": empty, "width_px": 0, "height_px": 0, "annotations": ""}
            row |= {"error": found["error"], "code": found["code"]}
        return row

    def _encoded(self, drawing: Picture) -> Any:
        if self._image == "array":
            return np.ascontiguousarray(drawing.color)
        data: bytes = getattr(drawing, self._image)()
        return data

    def _read(self, given: Any) -> Structure:
        """Reads a structure, or finds it among those read last."""
        if isinstance(given, Structure):
            return given
        if isinstance(given, (bytes, str)):
            key = given
        elif isinstance(given, (bytearray, memoryview)):
            key = bytes(given)
        elif given is None:
            raise InputError("the row has no structure; give a path, or the bytes of a file", "structure_missing")
        else:
            return Structure.from_object(given)
        found = self._structures.pop(key, None)
        if found is None:
            if isinstance(key, bytes):
                found = read(key, format=self._format)
            elif "\0" not in key and os.path.exists(key):
                found = read(key, format=self._format)
            else:
                name = key if len(key) <= MAX_NAMED else f"{key[:MAX_NAMED]!r}..."
                remedy = "give a path that all machines share, or the bytes of a file"
                raise InputError(f"{name}: there is no such file on this machine; {remedy}", "file")
        self._structures[key] = found
        if len(self._structures) > MAX_STRUCTURES:
            self._structures.popitem(last=False)
        return found


def _column(batch: Mapping[str, Any], name: str) -> Any:
    try:
        return batch[name]
    except KeyError:
        detail = f"the table has no column \"{name}\", only {', '.join(batch)}"
        raise RequestError(detail, "column_missing") from None


def _text_or_none(value: Any) -> Any:
    """View commands; a list of them comes as an array."""
    if value is None or (isinstance(value, str) and not value):
        return None
    return value if isinstance(value, str) else [str(command) for command in value]


def _document(request: Any) -> dict[str, Any] | None:
    """A request as a dict."""
    if request is None:
        return None
    if isinstance(request, (str, bytes)):
        if not request:
            return None
        try:
            request = json.loads(request)
        except ValueError as error:
            raise RequestError(f"the request is not JSON: {error}", "json_invalid") from error
    if not isinstance(request, Mapping):
        raise RequestError(f"the request is {type(request).__name__}; give JSON text or a dict", "argument_invalid")
    document: dict[str, Any] = _without_none(request)
    return document


def _without_none(value: Any) -> Any:
    """Without keys that are None: in a column of dicts, each has the keys of all."""
    if isinstance(value, Mapping):
        return {key: _without_none(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, np.ndarray):
        value = value.tolist()
    if isinstance(value, list):
        return [_without_none(inner) for inner in value]
    return value.item() if isinstance(value, np.generic) else value


def _objects(values: list[Any]) -> Any:
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def _stacked(images: list[Any]) -> Any:
    """One array, or an array of arrays if their sizes differ."""
    if len({image.shape for image in images}) == 1:
        return np.stack(images)
    array = np.empty(len(images), dtype=object)
    for index, image in enumerate(images):
        array[index] = image
    return array
