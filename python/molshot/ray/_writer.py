"""The worker that makes shards."""

import hashlib
import json
import os
import shutil
import socket
import stat
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from molshot import _arguments, dataset
from molshot._errors import DatasetError, MolshotError, RequestError
from molshot.dataset import PathText
from molshot.ray._store import Store, place, plan_of, shard_name

#: Longest wait before another try, in seconds.
MAX_WAIT_SECONDS = 30.0
#: Errors of the operating system that come back with every try.
PERMANENT = (FileNotFoundError, PermissionError, NotADirectoryError, IsADirectoryError)


class ShardWriter:
    """Makes shards of a planned set: a callable class for ``ray.data``'s ``map_batches``.

    Parameters
    ----------
    out : path or URI
        The set, which has its plan: a folder that all machines share, a URI such as
        ``s3://BUCKET/FOLDER``, or a path in ``filesystem``.
    filesystem : pyarrow.fs.FileSystem, optional
    complexes : path or URI, optional
        Folder of the complexes on every machine, or a URI; by default as planned.
    threads : int
        Number of threads that draw: the processors that Ray gives each worker.
    adapter : str
        ``software`` gives the same bytes on every machine.
    tries : int
        Most attempts at a shard whose faults may pass, such as a full disk. The wait between two
        doubles from a second.
    scratch : path, optional
        Folder for a shard that is not uploaded yet; by default that of temporary files.
    attempts : actor handle of Attempts, optional
        Counts attempts beyond the life of a worker, so that a shard that kills its workers ends.

    The batches have a column ``shard`` of names. Those returned have one row per shard: ``shard``,
    ``made`` (whether it was made here, or found complete), ``pictures``, ``bytes``, ``seconds``,
    ``attempts``, ``machine``, and ``error``, ``code``, ``transient`` of a shard that failed
    (else empty).
    """

    def __init__(
        self,
        out: PathText | Store,
        *,
        filesystem: Any = None,
        complexes: PathText | Store | None = None,
        threads: int = 1,
        adapter: str = "software",
        tries: int = 4,
        scratch: PathText | None = None,
        attempts: Any = None,
    ) -> None:
        _arguments.whole("tries", tries, 1)
        _arguments.whole("threads", threads, 1)
        self._where = place(out, filesystem)
        self._complexes = None if complexes is None else place(complexes, keyword="complexes")
        self._threads = threads
        self._adapter = adapter
        self._tries = tries
        self._scratch = Path(scratch) if scratch is not None else Path(tempfile.gettempdir())
        self._attempts = attempts
        self._remote: _RemoteSet | None = None
        if isinstance(self._complexes, Store) and not isinstance(self._where, Store):
            detail = "complexes: a URI needs out to be one, too; give a folder that all machines share"
            raise RequestError(detail, "argument_invalid")

    def __call__(self, batch: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        if "shard" not in batch:
            raise RequestError(f"the table has no column \"shard\", only {list(batch)}", "column_missing")
        rows = [self._row(str(name)) for name in batch["shard"]]
        return {column: np.array([row[column] for row in rows]) for column in _COLUMNS}

    def _row(self, shard: str) -> dict[str, Any]:
        start = time.monotonic()
        row: dict[str, Any] = {"shard": shard, "made": False, "pictures": 0, "bytes": 0}
        row |= {"error": "", "code": "", "transient": False, "machine": socket.gethostname()}
        while True:
            row["attempts"] = attempt = self._attempt(shard, row.get("attempts", 0))
            if attempt > self._tries:
                row |= {"attempts": self._tries, "code": "worker_killed", "transient": True}
                row["error"] = f"its worker ended in each of {self._tries} tries (killed, or out of memory)"
                break
            try:
                row |= self._make(shard)
                row |= {"error": "", "code": "", "transient": False}
                break
            except Exception as error:
                row |= error_columns(error)
                if not row["transient"] or attempt == self._tries:
                    break
                time.sleep(min(2.0 ** (attempt - 1), MAX_WAIT_SECONDS))
        row["seconds"] = time.monotonic() - start
        return row

    def _attempt(self, shard: str, before: int) -> int:
        """The number of the attempt that begins."""
        if self._attempts is None:
            return before + 1
        import ray

        try:
            number: int = ray.get(self._attempts.begin.remote(shard))
        except ray.exceptions.RayError:
            # The counter was killed, too.
            return before + 1
        return number

    def _make(self, shard: str) -> dict[str, Any]:
        """Makes a shard that is not complete."""
        if isinstance(self._where, Store):
            if self._remote is None:
                self._remote = _RemoteSet(self._where, self._complexes)
            return self._remote.make(shard, self._scratch, self._threads, self._adapter)
        counts = dataset.generate(
            self._where,
            complexes=self._complexes,  # type: ignore[arg-type]
            shards=[shard],
            resume=True,
            threads=self._threads,
            adapter=self._adapter,
        )
        manifest = json.loads((self._where / "shards" / f"{shard}.json").read_bytes())
        return _result(manifest, counts)


_COLUMNS = (
    "shard", "made", "pictures", "bytes", "seconds", "attempts", "machine", "error", "code", "transient",
)  # fmt: skip


def _result(manifest: Mapping[str, Any], counts: Mapping[str, Any]) -> dict[str, Any]:
    size = sum(entry["bytes"] for entry in manifest["files"].values())
    return {"made": counts["shards_made"] > 0, "pictures": counts["pictures"], "bytes": size}


def error_columns(error: Exception) -> dict[str, Any]:
    """An exception as columns: text, name, and whether another try may succeed."""
    if isinstance(error, MolshotError):
        return {"error": error.detail, "code": error.code, "transient": error.transient}
    transient = isinstance(error, (OSError, MemoryError)) and not isinstance(error, PERMANENT)
    text = str(error) or type(error).__name__
    return {"error": text, "code": type(error).__name__, "transient": transient}


class Attempts:
    """An actor that counts the attempts at each shard."""

    def __init__(self) -> None:
        self._begun: Counter[str] = Counter()

    def begin(self, shard: str) -> int:
        """Counts an attempt; returns its number."""
        self._begun[shard] += 1
        return self._begun[shard]


class _RemoteSet:
    """A set in a store: its shards are made in a folder of this machine and uploaded."""

    def __init__(self, store: Store, complexes: Path | Store | None) -> None:
        self._store = store
        self._complexes = complexes
        plan = plan_of(store)
        shards = plan["shards"]
        ends = [shard["first_byte"] for shard in shards[1:]] + [None]
        self._shards = {shard_name(shard): (shard, end) for shard, end in zip(shards, ends, strict=True)}
        self._plan = store.read("plan/plan.json")
        self._messages = {name: store.read(name) for name in store.sizes("plan/messages")}
        # Complexes that were cut out of whole entries are a part of the set.
        self._cuts = store.folders("structures")

    def make(self, name: str, scratch: Path, threads: int, adapter: str) -> dict[str, Any]:
        if name not in self._shards:
            raise DatasetError(f"{self._store}: the plan has no shard \"{name}\"", "content")
        marker = f"shards/{name}.json"
        with Scratch(scratch) as folder:
            self._fill(folder, name)
            complexes = self._complexes if isinstance(self._complexes, Path) else folder / "complexes"
            counts = dataset.generate(
                folder, complexes=complexes, shards=[name], threads=threads, adapter=adapter
            )
            manifest = json.loads((folder / marker).read_bytes())
            for path in manifest["files"]:
                self._store.upload(folder / path, path)
            # Last: from here on, the shard is complete.
            self._store.write(marker, (folder / marker).read_bytes())
        return _result(manifest, counts)

    def _fill(self, folder: Path, name: str) -> None:
        """Brings what a shard is made of: the plan with its lines, and its complexes."""
        shard, end_byte = self._shards[name]
        (folder / "plan" / "messages").mkdir(parents=True)
        (folder / "complexes").mkdir()
        (folder / "plan" / "plan.json").write_bytes(self._plan)
        for path, text in self._messages.items():
            (folder / path).write_bytes(text)
        lines = self._store.read_range("plan/complexes.jsonl", shard["first_byte"], end_byte)
        with open(folder / "plan" / "complexes.jsonl", "wb") as file:
            # A file with a hole instead of the lines of other shards.
            file.seek(shard["first_byte"])
            file.write(lines)
        ids = set()
        for line in lines.splitlines():
            complex_plan = json.loads(line)
            ids.add(complex_plan["id"])
            ids.update(picture["complex"] for _, picture in complex_plan["pictures"])
        for complex_id in sorted(ids):
            if complex_id in self._cuts:
                self._store.download_folder(f"structures/{complex_id}", folder / "structures" / complex_id)
            elif isinstance(self._complexes, Store):
                target = folder / "complexes" / complex_id
                if self._complexes.download_folder(complex_id, target) == 0:
                    detail = f"{self._complexes}: has no complex \"{complex_id}\"; restore it, or plan again"
                    raise DatasetError(detail, "content")


class Scratch:
    """A temporary folder. What killed processes left is removed when the next one is made."""

    def __init__(self, parent: Path) -> None:
        self._parent = parent
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._lock: Any = None

    def __enter__(self) -> Path:
        self._parent.mkdir(parents=True, exist_ok=True)
        self._sweep()
        self._folder = tempfile.TemporaryDirectory(prefix=_PREFIX, dir=self._parent)
        self._lock = _locked(Path(self._folder.name) / _LOCK)
        return Path(self._folder.name)

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            self._folder.cleanup()
        if self._lock is not None:
            self._lock.close()

    def _sweep(self) -> None:
        for folder in self._parent.glob(f"{_PREFIX}*"):
            # Without a lock file, another process is just making it.
            if _is_own_folder(folder) and (folder / _LOCK).exists():
                lock = _locked(folder / _LOCK)
                if lock is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                    lock.close()


_PREFIX = "molshot-shard-"
_LOCK = ".lock"


def _is_own_folder(path: Path) -> bool:
    """Whether a path is a folder of this user, not a link, nor one of others in a shared folder."""
    if not hasattr(os, "getuid"):
        return path.is_dir()
    try:
        status = os.lstat(path)
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.getuid()


def _locked(path: Path) -> Any:
    """The file, locked, or None if another process has locked it."""
    try:
        import fcntl
    except ImportError:
        # On Windows, what a killed process left stays.
        return None
    try:
        # Neither follows a link nor empties what is there.
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError:
        return None
    file = os.fdopen(number, "r+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return None
    return file


def sha256(data: bytes) -> str:
    """SHA-256 in lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()
