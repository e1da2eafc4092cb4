"""Makes all shards of a set on a cluster."""

import json
import tempfile
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from molshot import _arguments, dataset
from molshot._errors import DatasetError, RequestError
from molshot.dataset import PathText, Progress, _Meter
from molshot.ray._store import Store, complete_shards, place, plan_of, shard_name
from molshot.ray._writer import Attempts, Scratch, ShardWriter, sha256

#: Options of ``map_batches`` that follow from the other arguments.
_OWN_OPTIONS = {
    "batch_size", "compute", "fn_constructor_args", "fn_constructor_kwargs", "num_cpus",
}  # fmt: skip
#: Most failed shards that an error names.
NAMED = 5


def generate(
    out: PathText,
    *,
    plan: PathText | None = None,
    complexes: PathText | None = None,
    filesystem: Any = None,
    workers: int | None = None,
    cpus_per_worker: int = 1,
    adapter: str = "software",
    tries: int = 4,
    scratch: PathText | None = None,
    progress: Progress = None,
    options: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Makes the shards of a planned set that are outstanding, on all machines of a Ray cluster.

    A shard is complete or outstanding, never half: the call can be killed at any moment and
    repeated, and gives the same bytes as `molshot.dataset.generate`. If nothing is outstanding, Ray
    is not started.

    Parameters
    ----------
    out : path or URI
        The set: a folder that all machines share, a URI such as ``s3://BUCKET/FOLDER``, or a path
        in ``filesystem``.
    plan : path, optional
        A folder with a plan (`molshot.dataset.plan`), which is copied to a URI first.
    complexes : path or URI, optional
        Folder of the complexes on every machine, or a URI; by default as planned.
    filesystem : pyarrow.fs.FileSystem, optional
        Where ``out`` is; one of fsspec is taken, too.
    workers : int, optional
        Number of workers; by default as many as the cluster's processors allow.
    cpus_per_worker : int
        Threads of a worker, and processors that Ray reserves for it.
    adapter : str
        ``software`` gives the same bytes on every machine.
    tries : int
        Most attempts at a shard whose faults may pass: a full disk, storage that does not answer, a
        worker that is killed. Other faults are not tried again.
    scratch : path, optional
        Folder of each machine for shards that are not uploaded yet.
    progress : function of (done, total), or True
        Counts pictures.
    options : mapping, optional
        More options of ``map_batches``, such as ``{"resources": {"drawing": 1}}``.

    Returns
    -------
    dict
        ``shards_made``, ``shards_found``, ``shards``, ``pictures`` (drawn by this call), ``bytes``,
        ``seconds``, and ``attempts`` (more than ``shards_made`` if a fault passed).

    Raises
    ------
    DatasetError
        If shards failed, after all others are made. ``transient`` says whether the same call may
        make them.
    """
    start = time.monotonic()
    for keyword, value in {"cpus_per_worker": cpus_per_worker, "workers": workers, "tries": tries}.items():
        if value is None and keyword == "workers":
            continue
        _arguments.whole(keyword, value, 1)
    for option in sorted(_OWN_OPTIONS & set(options or {})):
        raise RequestError(f"options: \"{option}\" is set by molshot.ray.generate; leave it out", "argument_invalid")
    where = place(out, filesystem)
    source = None if plan is None else Path(plan)
    if isinstance(where, Store):
        if source is not None:
            upload_plan(source, where)
            if complexes is None:
                complexes = _planned_complexes(source)
    elif source is not None and source.resolve() != where.resolve():
        detail = "plan: a set in a folder has its plan there; plan into out, or copy the folder"
        raise RequestError(detail, "argument_invalid")
    writer: dict[str, Any] = {
        "complexes": None if complexes is None else _found(place(complexes, keyword="complexes")),
        "threads": cpus_per_worker,
        "adapter": adapter,
        "tries": tries,
        "scratch": scratch,
    }
    # Places are found once, here: the region of a bucket needs a request.
    target = _found(where)
    # Checks the arguments here rather than on every machine.
    ShardWriter(target, **writer)
    todo = outstanding(out, filesystem=filesystem)
    total = len(plan_of(where)["shards"])
    counts: dict[str, Any] = {"shards": total, "shards_found": total - len(todo), "shards_made": 0}
    counts |= {"pictures": 0, "bytes": 0, "attempts": 0}
    failed: list[dict[str, Any]] = []
    if todo:
        failed = _run(todo, target, writer, workers, cpus_per_worker, progress, options or {}, counts)
    left = outstanding(out, filesystem=filesystem) if todo else []
    counts["seconds"] = time.monotonic() - start
    if left:
        raise _failure(left, failed)
    describe(where, counts["shards_made"])
    counts["seconds"] = time.monotonic() - start
    return counts


def outstanding(out: PathText, *, filesystem: Any = None) -> list[dict[str, Any]]:
    """The shards of a set that are not complete: rows with ``shard`` (its name) and ``pictures``.

    >>> rows = outstanding("misi/")                                  # doctest: +SKIP
    >>> ray.data.from_items(rows).map_batches(ShardWriter, ...)      # doctest: +SKIP
    """
    where = place(out, filesystem)
    if not isinstance(where, Store):
        shards = dataset.shards(where)
        return [{"shard": s.name, "pictures": s.pictures} for s in shards if not s.complete]
    plan = plan_of(where)
    complete = complete_shards(where, sha256(where.read("plan/plan.json")))
    rows = [{"shard": shard_name(shard), "pictures": shard["pictures"]} for shard in plan["shards"]]
    return [row for row in rows if row["shard"] not in complete]


def upload_plan(source: Path, store: Store) -> None:
    """Copies a plan to a store, unless it is there. Its head comes last."""
    head = (source / "plan" / "plan.json").read_bytes() if dataset.shards(source) else b""
    there = store.find("plan/plan.json")
    if there == head:
        return
    if there is not None:
        detail = f"{store}: has another plan than {source}; give another place, or remove what is there"
        raise DatasetError(detail, "content")
    folders = [source / "plan", source / "structures"]
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()]
    for path in [source / "report.json", *files]:
        name = path.relative_to(source).as_posix()
        if name != "plan/plan.json":
            store.upload(path, name)
    store.write("plan/plan.json", head)


def describe(where: Path | Store, made: int) -> None:
    """Writes data card, metadata and report of a complete set."""
    if not isinstance(where, Store):
        dataset.describe(where)
        return
    if made == 0 and where.find("README.md") is not None and where.find("croissant.json") is not None:
        return
    with Scratch(Path(tempfile.gettempdir())) as folder:
        names = ["plan/plan.json", "report.json", *where.sizes("plan/messages"), *where.sizes("shards")]
        for name in names:
            where.download(name, folder / name)
        dataset.describe(folder)
        # The data card is last: it says that the set is described.
        for name in ["LICENSE", "report.json", "croissant.json", "README.md"]:
            if (folder / name).exists():
                where.upload(folder / name, name)


def _planned_complexes(source: Path) -> str | None:
    """Where the complexes were when the set was planned."""
    try:
        found: str = json.loads((source / "local.json").read_bytes())["complexes"]
    except FileNotFoundError:
        return None
    return found


def _found(where: Path | Store) -> Path | Store:
    """A place as workers find it: they have other working folders."""
    return where if isinstance(where, Store) else where.absolute()


def _run(
    todo: list[dict[str, Any]],
    out: Any,
    writer: dict[str, Any],
    workers: int | None,
    cpus_per_worker: int,
    progress: Progress,
    options: Mapping[str, Any],
    counts: dict[str, Any],
) -> list[dict[str, Any]]:
    """Makes shards; returns the rows of those that failed."""
    try:
        import ray
        import ray.data
    except ImportError as error:
        detail = "molshot.ray.generate needs Ray; install it with pip install 'ray[data]'"
        raise RequestError(detail, "ray_missing") from error
    if not ray.is_initialized():
        ray.init(log_to_driver=False)
    nodes: Any = ray.nodes
    of_nodes = [int(node["Resources"].get("CPU", 0)) for node in nodes() if node["Alive"]]
    most = max(of_nodes, default=0)
    if most < cpus_per_worker:
        # A cluster may grow.
        text = f"cpus_per_worker is {cpus_per_worker}, but no machine has more than {most} processors: "
        warnings.warn(text + "nothing is drawn until one joins the cluster; give less", stacklevel=3)
    if workers is None:
        workers = sum(cpus // cpus_per_worker for cpus in of_nodes)
    workers = max(1, min(workers, len(todo)))
    context = ray.data.DataContext.get_current().copy()
    context.enable_progress_bars = False
    # An error of Ray itself at one shard must not end the others.
    context.max_errored_blocks = -1
    failed = []
    with ray.data.DataContext.current(context), _Meter(progress, "pictures") as show:
        # Ray restarts workers that were killed and repeats their tasks without a limit.
        counter: Any = ray.remote(num_cpus=0)(Attempts).remote()
        # A block per shard, so that each is a task of its own.
        rows = ray.data.from_items(todo, override_num_blocks=len(todo)).map_batches(
            ShardWriter,
            fn_constructor_args=(out,),
            fn_constructor_kwargs={**writer, "attempts": counter},
            batch_size=1,
            compute=ray.data.ActorPoolStrategy(size=workers, max_tasks_in_flight_per_actor=2),
            num_cpus=cpus_per_worker,
            **options,
        )
        pictures = {row["shard"]: row["pictures"] for row in todo}
        total = sum(pictures.values())
        done = 0
        try:
            for row in rows.iter_rows():
                counts["attempts"] += int(row["attempts"])
                if row["error"]:
                    failed.append(row)
                    continue
                done += pictures[row["shard"]]
                counts["shards_made"] += int(row["made"])
                counts["pictures"] += int(row["pictures"])
                counts["bytes"] += int(row["bytes"])
                if show is not None:
                    show(done, total)
        finally:
            ray.kill(counter)
    return failed


def _failure(left: list[dict[str, Any]], failed: list[dict[str, Any]]) -> DatasetError:
    """The error of shards that are outstanding after all were tried."""
    reasons = {row["shard"]: row for row in failed}
    names = [row["shard"] for row in left]
    transient = all(reasons[name]["transient"] if name in reasons else True for name in names)
    texts = []
    for name in names[:NAMED]:
        row = reasons.get(name)
        reason = f"{row['error']} (on {row['machine']})" if row else "Ray reported no result"
        texts.append(f"{name}: {reason}")
    if len(names) > NAMED:
        texts.append(f"and {len(names) - NAMED} more")
    remedy = "the same call tries them again" if transient else "mend the cause, and call again"
    detail = f"{len(names)} shards are outstanding ({remedy}): {'; '.join(texts)}"
    return DatasetError(detail, "shards_outstanding", None, transient)
