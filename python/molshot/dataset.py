"""Sets of questions about pictures of protein-ligand complexes: the nine tasks of MiSI-Bench.

The functions are the steps of ``molshot dataset`` (docs/dataset.md). Each takes ``progress``: a
function of (done, total), or True for a bar of tqdm where it is installed. Ctrl-C stops a step;
what is complete is kept.
"""

import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from molshot import _arguments, _molshot
from molshot._errors import RequestError

PathText = str | os.PathLike[str]
Progress = Callable[[int, int], object] | bool | None
Split = Literal["train", "test"]

__all__ = [
    "AnswerScore",
    "Question",
    "Shard",
    "compare",
    "describe",
    "evaluate",
    "export",
    "generate",
    "paper_average",
    "plan",
    "questions",
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
class Question:
    """A question of a set.

    ``column`` is the column of the paper's table: the task, or ``T4+`` (with bonds) and ``T4-``.
    ``labels`` say what each picture shows (``Picture 1: front view``), ``images`` are the paths of
    the pictures in the tables, ``tables`` texts with coordinates, one per picture (none in the mode
    ``picture``; in the mode ``text`` there are no pictures), ``options`` those of A to D (texts, or paths of pictures), and
    ``facts`` what the scorer knows besides.
    """

    id: str
    item: str
    language: str
    mode: str
    task: str
    column: str
    split: str
    complex: str
    question: str
    answer: str
    options: tuple[str, ...]
    facts: Mapping[str, str]
    labels: tuple[str, ...]
    images: tuple[str, ...]
    tables: tuple[str, ...]
    _reader: _molshot.QuestionReader = field(repr=False, compare=False)

    def pictures(self) -> list[bytes]:
        """The PNG files of its pictures, in order."""
        return [self._reader.picture(path) for path in self.images]

    def save_pictures(self, folder: PathText) -> list[str]:
        """Writes its pictures below a folder, each picture of a set once. Returns their paths, in
        order. The folder may be shared by sets."""
        files = [os.path.join(folder, self._reader.plan_hash(), path) for path in self.images]
        for path, file in zip(self.images, files, strict=True):
            if not os.path.exists(file):
                os.makedirs(os.path.dirname(file), exist_ok=True)
                part = f"{file}.{os.getpid()}.{threading.get_ident()}"
                with open(part, "wb") as out:
                    out.write(self._reader.picture(path))
                os.replace(part, file)
        return files

    def score(self, text: str) -> AnswerScore:
        """Scores what a model wrote, as ``molshot dataset score`` does."""
        return AnswerScore(
            *self._reader.score(self.task, self.answer, text, list(self.options), dict(self.facts), self.language)
        )


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
    modes: str | Iterable[str] | None = None,
    messages: PathText | Iterable[PathText] | None = None,
    license: str | None = None,
    annotations: bool = True,
    unique_names: bool = True,
    shard_pictures: int | None = None,
    ligands: PathText | None = None,
    pocket_cutoff_angstrom: float | None = None,
    threads: int | None = None,
    progress: Progress = None,
) -> dict[str, Any]:
    """Plans a set: decides its pictures and questions. Returns the report.

    The options are those of ``molshot dataset plan``. ``split`` is
    ``{"train": ["1a61", ...], "test": ["5ey0", ...]}``. ``languages`` are tags such as
    ``["en", "sw"]``, or ``"all"``; ``messages`` are your own catalogues. ``modes`` are what a model
    gets: ``picture``, ``text`` (tables of coordinates and bonds) or ``both``, or several of them.
    ``ligands`` is a file that names the ligands of whole entries.
    """
    files: list[PathText] = []
    if isinstance(messages, os.PathLike):
        files = [messages]
    elif messages is not None:
        files = _arguments.listed("messages", messages, "a path or a list of paths")
    listed = None if split is None else _sides(split)
    options = {
        "tasks": _arguments.joined("tasks", tasks),
        "seed": seed,
        "size": size,
        "samples": samples,
        "test_share": test_share,
        "split": listed,
        "split_by": split_by,
        "decoys": decoys,
        "limit": limit,
        "tiny": tiny,
        "languages": _arguments.joined("languages", languages),
        "modes": _arguments.joined("modes", modes),
        "messages": files,
        "license": license,
        "annotations": annotations,
        "unique_names": unique_names,
        "shard_pictures": shard_pictures,
        "ligands": ligands,
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
    names = None if shards is None else _arguments.listed("shards", shards, "names of shards")
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
    """Exports a set as ``parquet``, ``webdataset``, ``imagefolder``, ``llamafactory``, ``llava``,
    ``vlmeval`` or ``evalscope`` (T5, T6 and T8). Returns the folder."""
    with _Meter(progress, "questions") as show:
        return os.fspath(_molshot.dataset_export(out, format, show))


def score(
    out: PathText,
    predictions: PathText,
    *,
    split: Split = "test",
    model: str = "model",
    report: PathText | None = None,
    report_items: int | None = None,
) -> dict[str, Any]:
    """Scores a JSON Lines file of ``{"id": ..., "answer": ...}``. Returns the scores by column of
    the paper's table.

    With ``report``, the folder also gets a page with the scores, what the answers confuse, and a
    browser of items: ``index.html``. ``report_items`` limits the items that it shows per task.
    """
    return _object(_molshot.dataset_score(out, predictions, split, model, report, report_items))


def compare(out: PathText, *predictions: PathText, split: Split = "test") -> dict[str, Any]:
    """Compares files of predictions for the same questions, each with the first one.

    Returns scores and differences by column of the paper's table, with paired 95 % intervals, and
    how many questions both, one or none of two models answer exactly. Questions without a
    prediction count as wrong.
    """
    return _object(_molshot.dataset_compare(out, list(predictions), split))


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
    texts = _arguments.listed("options", options, "a list of texts")
    known = dict(_arguments.mapping("facts", facts, "a dict of texts"))
    return AnswerScore(*_molshot.score_answer(task, answer, text, texts, known, language))


def questions(
    out: PathText,
    *,
    split: Split = "test",
    tasks: str | Iterable[str] | None = None,
    languages: str | Iterable[str] | None = None,
    modes: str | Iterable[str] = "picture",
) -> Iterator[Question]:
    """The questions of a finished set, task by task. Without ``tasks`` (``T1`` to ``T9``) or
    ``languages``, all of them, in the given input modes; a picture is read when it is asked for."""
    reader = _molshot.QuestionReader(out, split)
    chosen = _chosen("tasks", tasks, reader.tasks())
    spoken = _chosen("languages", languages, reader.languages())
    given = _chosen("modes", modes, reader.modes())
    return _questions(reader, chosen, set(spoken), set(given))


def _chosen(name: str, given: str | Iterable[str] | None, known: list[str]) -> list[str]:
    """What is given, or all that the set has."""
    chosen = known if given is None else _arguments.listed(name, given, "a text or a list of texts")
    for word in chosen:
        if word not in known:
            detail = f'{name}: the set has no "{word}"; give some of {", ".join(known)}'
            raise RequestError(detail, "argument_invalid")
    return chosen


def _questions(
    reader: _molshot.QuestionReader, tasks: list[str], languages: set[str], modes: set[str]
) -> Iterator[Question]:
    for task in tasks:
        for shard in reader.shards():
            for row in json.loads(reader.questions(shard, task)):
                if row["language"] in languages and row["mode"] in modes:
                    for name in ("options", "labels", "images", "tables"):
                        row[name] = tuple(row[name])
                    yield Question(**row, _reader=reader)


def paper_average(columns: Mapping[str, float]) -> float | None:
    """The average of the paper: of all tasks but T5 and T6, with T4 as the mean of ``T4+`` and
    ``T4-``. ``columns`` are the scores by `Question.column`; None if a task is missing."""
    t4 = [columns[name] for name in ("T4+", "T4-") if name in columns]
    names = ("T1", "T2", "T3", "T7", "T8", "T9")
    if not t4 or any(name not in columns for name in names):
        return None
    return (sum(columns[name] for name in names) + sum(t4) / len(t4)) / 7


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
    retry_refused: bool = False,
    tools: bool = False,
    max_views: int = 8,
    complexes: PathText | None = None,
    progress: Progress = None,
) -> dict[str, Any]:
    """Asks a model behind an OpenAI-compatible endpoint and scores its answers.

    ``key`` is by default the environment variable ``OPENAI_API_KEY``. Answers are kept in
    ``OUT/predictions``; the same call again asks only what has no answer, and with
    ``retry_refused`` what the endpoint refused, because it was too long, for example. With
    ``tools``, the model may have up to ``max_views`` pictures per question drawn from other sides,
    from the complexes of the set (``complexes`` is their folder if it is not where it was planned
    from). Returns counts, and ``scores``.
    """
    file = _molshot.predictions_file(out, model, tools, split)
    key = key if key is not None else os.environ.get("OPENAI_API_KEY") or None
    with _Meter(progress, "questions") as show:
        counts = _object(
            _molshot.dataset_evaluate(
                out,
                file,
                endpoint,
                model,
                key,
                split,
                concurrency,
                tries,
                timeout_seconds,
                max_tokens,
                retry_refused,
                tools,
                max_views,
                complexes,
                show,
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
    wanted = 'lists of ids: {"train": [...], "test": [...]}'
    for side, names in _arguments.mapping("split", split, wanted).items():
        if isinstance(names, str):
            detail = f'split: "{side}" is the text "{names}"; give a list of ids'
            raise RequestError(detail, "argument_invalid")
        if not isinstance(names, Iterable):
            raise _arguments.wrong(f'split["{side}"]', names, "a list of ids")
        for name in map(str, names):
            if sides.setdefault(name, side) != side:
                detail = f'split: "{name}" is in {sides[name]} and {side}; name it once'
                raise RequestError(detail, "argument_invalid")
    return sides


class _Meter:
    """Progress as a function of (done, total), or None."""

    def __init__(self, progress: Progress, unit: str) -> None:
        if not (progress is None or isinstance(progress, bool) or callable(progress)):
            raise _arguments.wrong("progress", progress, "a function of (done, total), True or None")
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
