"""Sets of questions about pictures of protein-ligand complexes: the nine tasks of MiSI-Bench.

The functions are the steps of ``molshot dataset`` (docs/dataset.md). Each takes ``progress``: a
function of (done, total), or True for a bar of tqdm where it is installed. Ctrl-C stops a step;
what is complete is kept.
"""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from molshot import _molshot
from molshot._errors import RequestError

PathText = str | os.PathLike[str]
Progress = Callable[[int, int], object] | bool | None
Split = Literal["train", "test"]

__all__ = [
    "AnswerScore",
    "Shard",
    "describe",
    "evaluate",
    "export",
    "generate",
    "plan",
    "score",
    "score_answer",
    "shards",
    "status",
    "verify",
]


@dataclass(frozen=True, slots=True)
class AnswerScore:
    """Points of one answer: ``score`` from 0 to 1, whether it is ``exact``, and whether it was
    ``understood``."""

    score: float
    exact: bool
    understood: bool


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard of a set: its name, what the plan puts into it, and whether it is complete."""

    name: str
    split: Split
    complexes: int
    pictures: int
    questions: int
    complete: bool


def plan(
    complexes: PathText,
    out: PathText,
    *,
    tasks: str | Iterable[str] | None = None,
    seed: int | None = None,
    size: tuple[int, int] | None = None,
    samples: int | None = None,
    test_share: float | None = None,
    split: Mapping[str, Iterable[str]] | None = None,
    split_by: str | None = None,
    decoys: Literal["square", "paper"] | None = None,
    limit: int | None = None,
    tiny: bool = False,
    languages: str | Iterable[str] | None = None,
    messages: PathText | Iterable[PathText] | None = None,
    license: str | None = None,
    annotations: bool = True,
    unique_names: bool = True,
    shard_pictures: int | None = None,
    pocket_cutoff_angstrom: float | None = None,
    threads: int | None = None,
    progress: Progress = None,
) -> dict[str, Any]:
    """Plans a set: decides its pictures and questions. Returns the report.

    The options are those of ``molshot dataset plan``. ``split`` is
    ``{"train": ["1a61", ...], "test": ["5ey0", ...]}``. ``languages`` are tags such as
    ``["en", "sw"]``, or ``"all"``; ``messages`` are your own catalogues.
    """
    files: list[PathText] = []
    if isinstance(messages, (str, os.PathLike)):
        files = [messages]
    elif messages is not None:
        files = list(messages)
    listed = None if split is None else _sides(split)
    options = {
        "tasks": tasks if tasks is None or isinstance(tasks, str) else ",".join(tasks),
        "seed": seed,
        "size": size,
        "samples": samples,
        "test_share": test_share,
        "split": listed,
        "split_by": split_by,
        "decoys": decoys,
        "limit": limit,
        "tiny": tiny,
        "languages": languages if languages is None or isinstance(languages, str) else ",".join(languages),
        "messages": files,
        "license": license,
        "annotations": annotations,
        "unique_names": unique_names,
        "shard_pictures": shard_pictures,
        "pocket_cutoff_angstrom": pocket_cutoff_angstrom,
        "threads": threads,
    }
    with _Meter(progress, "complexes") as show:
        return _object(_molshot.dataset_plan(complexes, out, options, show))


def generate(
    out: PathText,
    *,
    complexes: PathText | None = None,
    part: tuple[int, int] | None = None,
    shards: Iterable[str] | None = None,
    resume: bool = False,
    threads: int | None = None,
    adapter: str = "software",
    progress: Progress = None,
) -> dict[str, Any]:
    """Renders the pictures of a plan and writes its tables. Returns counts.

    ``part=(I, N)`` makes every N-th shard from shard I on, ``shards=["train-00003", ...]`` those
    shards, without a look at the others. ``resume`` keeps complete shards. The data card is written
    when no shard is left; with ``shards``, by `describe`.
    """
    names = None if shards is None else [shards] if isinstance(shards, str) else list(shards)
    with _Meter(progress, "pictures") as show:
        return _object(_molshot.dataset_generate(out, complexes, part, names, resume, threads, adapter, show))


def shards(out: PathText) -> list[Shard]:
    """The shards of a planned set, in order, and whether they are complete."""
    return [Shard(**shard) for shard in json.loads(_molshot.dataset_shards(out))]


def status(out: PathText) -> dict[str, Any]:
    """How far a set is: counts of finished, running and outstanding shards, pictures per second and
    seconds left, as ``molshot dataset status --json``."""
    return _object(_molshot.dataset_status(out))


def describe(out: PathText) -> None:
    """Writes data card, metadata and report of a set from the manifests of its shards, as
    `generate` does when it makes the last shard. The tables are not read."""
    _molshot.dataset_describe(out)


def verify(
    out: PathText,
    *,
    complexes: PathText | None = None,
    sample: int = 200,
    adapter: str = "software",
    progress: Progress = None,
) -> dict[str, Any]:
    """Checks a finished set. Returns counts, and ``problems``, a list of texts."""
    with _Meter(progress, "shards") as show:
        return _object(_molshot.dataset_verify(out, complexes, sample, adapter, show))


def export(out: PathText, format: str, *, progress: Progress = None) -> str:
    """Exports a set as ``parquet``, ``webdataset``, ``imagefolder``, ``llamafactory``, ``llava`` or
    ``vlmeval``. Returns the folder."""
    with _Meter(progress, "questions") as show:
        return os.fspath(_molshot.dataset_export(out, format, show))


def score(
    out: PathText, predictions: PathText, *, split: Split = "test", model: str = "model"
) -> dict[str, Any]:
    """Scores a JSON Lines file of ``{"id": ..., "answer": ...}``. Returns the scores by column of
    the paper's table."""
    return _object(_molshot.dataset_score(out, predictions, split, model))


def score_answer(
    task: str,
    answer: str,
    text: str,
    *,
    options: Iterable[str] = (),
    facts: Mapping[str, str] | None = None,
    language: str = "en",
) -> AnswerScore:
    """Scores one text.

    Parameters
    ----------
    task : str
        ``T1`` to ``T9``.
    answer : str
        The reference answer, such as ``move x 3``, ``B`` or ``Yes: ARG NH2, O1B``.
    text : str
        What a model wrote.
    options : iterable of str
        Texts of the options A to D (T8).
    facts : mapping, optional
        Facts of the item in ``plan/complexes.jsonl``.
    language : str
        The language of the question, whose words are understood besides English: one of those of
        ``molshot dataset plan --languages``.

    >>> score_answer("T1", "move x 3", "The ligand went right: move x 3").score
    1.0
    """
    return AnswerScore(*_molshot.score_answer(task, answer, text, list(options), dict(facts or {}), language))


def evaluate(
    out: PathText,
    endpoint: str,
    model: str,
    *,
    key: str | None = None,
    split: Split = "test",
    concurrency: int = 4,
    tries: int = 6,
    timeout_seconds: int = 600,
    max_tokens: int = 4096,
    progress: Progress = None,
) -> dict[str, Any]:
    """Asks a model behind an OpenAI-compatible endpoint and scores its answers.

    ``key`` is by default the environment variable ``OPENAI_API_KEY``. Answers are kept in
    ``OUT/predictions``; the same call again asks only what has no answer. Returns counts, and
    ``scores``.
    """
    file = _molshot.predictions_file(os.fspath(out), model, split)
    key = key if key is not None else os.environ.get("OPENAI_API_KEY") or None
    with _Meter(progress, "questions") as show:
        counts = _object(
            _molshot.dataset_evaluate(
                out, file, endpoint, model, key, split, concurrency, tries, timeout_seconds, max_tokens, show
            )
        )
    counts["scores"] = score(out, file, split=split, model=model)
    return counts


def _object(text: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(text)
    return value


def _sides(split: Mapping[str, Iterable[str]]) -> dict[str, str]:
    """The side of each complex that a split lists."""
    sides: dict[str, str] = {}
    for side, names in split.items():
        if isinstance(names, str):
            detail = f'split: "{side}" is the text "{names}"; give a list of ids'
            raise RequestError(detail, "argument_invalid")
        for name in map(str, names):
            if sides.setdefault(name, side) != side:
                detail = f'split: "{name}" is in {sides[name]} and {side}; name it once'
                raise RequestError(detail, "argument_invalid")
    return sides


class _Meter:
    """Progress as a function of (done, total), or None."""

    def __init__(self, progress: Progress, unit: str) -> None:
        self._progress = progress
        self._unit = unit
        self._bar: Any = None

    def __enter__(self) -> Callable[[int, int], object] | None:
        if callable(self._progress):
            return self._progress
        if not self._progress:
            return None
        try:
            from tqdm.auto import tqdm  # type: ignore[import-untyped,unused-ignore]
        except ImportError:
            return None
        self._bar = tqdm(unit=f" {self._unit}")
        return self._update

    def _update(self, done: int, total: int) -> None:
        self._bar.total = total
        self._bar.update(done - self._bar.n)

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()
