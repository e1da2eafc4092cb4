"""Where a set is: a folder of this machine, or a place in a file system of pyarrow.

A store of objects has no rename and no lock. There, the manifest of a shard is the marker of its
completion: it is written last, and a shard without a valid one is outstanding. Objects appear when
they are complete, and two writers of one shard write the same bytes.
"""

import json
import os
import posixpath
import shutil
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from molshot._errors import DatasetError, RequestError
from molshot.dataset import PathText, shards

#: Number of objects that are read at the same time.
READERS = 32
#: Number of bytes that are copied at a time.
COPY_BYTES = 8 << 20
#: File systems whose objects appear when they are complete.
OBJECT_STORES = ("s3", "gcs", "abfs")


class Store:
    """Files under a root in a file system of pyarrow. Can be pickled."""

    def __init__(self, filesystem: Any, root: str) -> None:
        self.filesystem = filesystem
        self.root = root.rstrip("/")
        base = filesystem
        while hasattr(base, "base_fs"):
            base = base.base_fs
        self._has_objects = base.type_name in OBJECT_STORES

    def __str__(self) -> str:
        return f"{self.filesystem.type_name}:{self.root}"

    def path(self, name: str) -> str:
        """The path of a file of the set, within the file system."""
        return posixpath.join(self.root, name)

    def read(self, name: str) -> bytes:
        """The bytes of a file."""
        with self.filesystem.open_input_stream(self.path(name)) as stream:
            data: bytes = stream.read()
        return data

    def read_range(self, name: str, first_byte: int, end_byte: int | None) -> bytes:
        """Some of the bytes of a file; to its end if ``end_byte`` is None."""
        with self.filesystem.open_input_file(self.path(name)) as file:
            end_byte = file.size() if end_byte is None else end_byte
            data: bytes = file.read_at(end_byte - first_byte, first_byte)
        return data

    def find(self, name: str) -> bytes | None:
        """The bytes of a file, or None if there is none."""
        try:
            return self.read(name)
        except FileNotFoundError:
            return None

    def sizes(self, folder: str, recursive: bool = False) -> dict[str, int]:
        """Sizes in bytes of the files of a folder, by path in the set."""
        return {name: size for name, size in self._entries(folder, recursive) if size is not None}

    def folders(self, folder: str) -> set[str]:
        """Names of the folders in a folder."""
        entries = self._entries(folder, False)
        return {posixpath.basename(name) for name, size in entries if size is None}

    def _entries(self, folder: str, recursive: bool) -> Iterator[tuple[str, int | None]]:
        from pyarrow.fs import FileSelector, FileType  # type: ignore[import-untyped,import-not-found,unused-ignore]

        selector = FileSelector(self.path(folder), recursive=recursive, allow_not_found=True)
        for info in self.filesystem.get_file_info(selector):
            name = posixpath.relpath(info.path, self.root)
            if info.type == FileType.File:
                yield name, info.size
            elif info.type == FileType.Directory:
                yield name, None

    def write(self, name: str, data: bytes) -> None:
        """Writes a file; it appears when it is complete."""
        with self._target(name) as (path, filesystem), filesystem.open_output_stream(path) as to:
            to.write(data)

    def upload(self, source: Path, name: str) -> None:
        """Copies a file of this machine; it appears when it is complete."""
        with self._target(name) as (path, filesystem), open(source, "rb") as file:
            with filesystem.open_output_stream(path) as to:
                shutil.copyfileobj(file, to, COPY_BYTES)

    def download(self, name: str, target: Path) -> None:
        """Copies a file to this machine."""
        target.parent.mkdir(parents=True, exist_ok=True)
        with self.filesystem.open_input_stream(self.path(name)) as stream, open(target, "wb") as to:
            shutil.copyfileobj(stream, to, COPY_BYTES)

    def download_folder(self, folder: str, target: Path) -> int:
        """Copies the files of a folder to this machine; returns how many there are."""
        names = self.sizes(folder)
        for name in names:
            self.download(name, target / posixpath.basename(name))
        return len(names)

    def _target(self, name: str) -> "_Target":
        return _Target(self.filesystem, self.path(name), self._has_objects)


class _Target:
    """A path to write to: that of the object, or a temporary one that is renamed."""

    def __init__(self, filesystem: Any, path: str, is_object: bool) -> None:
        self._filesystem = filesystem
        self._path = path
        folder, name = posixpath.split(path)
        self._folder = folder
        self._is_object = is_object
        self._written = path if is_object else posixpath.join(folder, f".{name}.{uuid.uuid4().hex}.part")

    def __enter__(self) -> tuple[str, Any]:
        if not self._is_object:
            self._filesystem.create_dir(self._folder, recursive=True)
        return self._written, self._filesystem

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if self._is_object:
            return
        if kind is not None:
            self._filesystem.delete_file(self._written)
            return
        try:
            self._filesystem.move(self._written, self._path)
        except OSError:
            from pyarrow.fs import FileType

            found = self._filesystem.get_file_info([self._written, self._path])
            if any(info.type != FileType.File for info in found):
                raise
            # HDFS does not replace a file.
            self._filesystem.delete_file(self._path)
            self._filesystem.move(self._written, self._path)


def place(out: PathText | Store, filesystem: Any = None, keyword: str = "out") -> Path | Store:
    """A folder of this machine as a path, any other place as a store."""
    if isinstance(out, Store):
        return out
    text = os.fspath(out)
    is_uri = "://" in text
    if filesystem is None and not is_uri:
        return Path(text)
    try:
        from pyarrow import fs
    except ImportError as error:
        detail = f"{keyword}: \"{text}\" needs pyarrow; install it, or give a folder"
        raise RequestError(detail, "pyarrow_missing") from error
    if filesystem is None:
        try:
            filesystem, text = fs.FileSystem.from_uri(text)
        except ValueError as error:
            detail = f"{keyword}: \"{text}\" ({error}); give a folder, or a URI such as s3://BUCKET/FOLDER"
            raise RequestError(detail, "argument_invalid") from error
    elif is_uri:
        detail = f"{keyword}: \"{text}\" has a scheme and filesystem is given; give a path in the file system"
        raise RequestError(detail, "argument_invalid")
    if isinstance(filesystem, fs.LocalFileSystem):
        return Path(text)
    if not isinstance(filesystem, fs.FileSystem):
        # Those of fsspec have a handler in pyarrow.
        filesystem = fs.PyFileSystem(fs.FSSpecHandler(filesystem))
    return Store(filesystem, text)


def plan_of(where: Path | Store) -> dict[str, Any]:
    """The head of a plan."""
    if isinstance(where, Store):
        data = where.find("plan/plan.json")
        if data is None:
            detail = f"{where}: has no plan; make one with molshot.dataset.plan in a folder, and give plan=FOLDER"
            raise DatasetError(detail, "content")
    else:
        # Checks that there is one, and its version.
        shards(where)
        data = (where / "plan" / "plan.json").read_bytes()
    plan: dict[str, Any] = json.loads(data)
    return plan


def shard_name(shard: dict[str, Any]) -> str:
    """The name of a shard of a plan, such as ``train-00003``."""
    return f"{shard['split']}-{shard['number']:05}"


def complete_shards(store: Store, plan_sha256: str) -> set[str]:
    """Names of the complete shards of a store: a valid manifest, and all tables in its sizes."""
    markers = [name for name in store.sizes("shards") if name.endswith(".json")]
    if not markers:
        return set()
    found = store.sizes("data", recursive=True)
    with ThreadPoolExecutor(READERS) as readers:
        texts = list(readers.map(store.find, markers))
    complete = set()
    for name, text in zip(markers, texts, strict=True):
        try:
            manifest = json.loads(text or b"")
            files = {path: entry["bytes"] for path, entry in manifest["files"].items()}
            made_of = manifest["plan_sha256"]
        except (ValueError, KeyError, TypeError, AttributeError):
            # Not completely written, by a file system that shows files before they are.
            continue
        if made_of != plan_sha256:
            detail = f"{store}: {name} is a shard of another plan; give another place, or remove what is there"
            raise DatasetError(detail, "content")
        if all(found.get(path) == size for path, size in files.items()):
            complete.add(posixpath.basename(name).removesuffix(".json"))
    return complete
