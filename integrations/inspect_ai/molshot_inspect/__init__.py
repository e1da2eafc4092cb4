"""Tasks of Inspect AI on a set made by ``molshot dataset``: all questions, or those of one task.

    inspect eval molshot_inspect/misi -T out=misi --model openai/MODEL
    inspect eval molshot_inspect/t1 molshot_inspect/t7 -T out=misi --model openai/MODEL

Prompts have the content of ``molshot dataset evaluate``: each picture after its label, then the
question. Answers are scored by molshot; the metrics are percentages as in the table of
``molshot dataset score``.
"""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from inspect_ai import Task, task
from inspect_ai.dataset import MemoryDataset, Sample
from inspect_ai.model import ChatMessageUser, Content, ContentImage, ContentText, GenerateConfig
from inspect_ai.scorer import Metric, SampleScore, Score, Scorer, Target, metric, scorer
from inspect_ai.solver import TaskState, generate
from molshot import dataset
from platformdirs import user_cache_path

__all__ = ["misi", "misi_scorer", "t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"]


@cache
def _questions(out: str, split: dataset.Split, name: str | None) -> dict[str, dataset.Question]:
    """The questions of a task by id; those of all tasks without a name."""
    return {row.id: row for row in dataset.questions(out, split=split, tasks=name)}


def _content(question: dataset.Question) -> Iterator[Content]:
    """Each picture after its label, then the question. Pictures are files, because all samples of a
    task are in memory."""
    files = question.save_pictures(user_cache_path("molshot_inspect"))
    for label, file in zip(question.labels, files, strict=True):
        yield ContentText(text=label)
        yield ContentImage(image=file)
    yield ContentText(text=question.question)


def _task(name: str | None, out: str, split: dataset.Split, language: str | None) -> Task:
    known = sorted({row.language for row in _questions(out, split, name).values()})
    if language is not None and language not in known:
        message = f'language: the set has no questions in "{language}"; give one of {", ".join(known)}'
        raise ValueError(message)
    samples = [
        Sample(
            id=row.id,
            input=[ChatMessageUser(content=list(_content(row)))],
            target=row.answer,
            metadata={"task": row.task, "column": row.column, "language": row.language, "complex": row.complex},
        )
        for row in _questions(out, split, name).values()
        if language in (None, row.language)
    ]
    return Task(
        dataset=MemoryDataset(samples, name=f"{Path(out).name}-{name or 'all'}-{split}"),
        solver=generate(),
        scorer=misi_scorer(out, split, name),
        config=GenerateConfig(temperature=0, max_tokens=4096),
    )


@metric
def columns() -> Metric:
    """Mean score by column of the paper's table, and its average without T5 and T6, in percent."""

    def compute(scores: list[SampleScore]) -> dict[str, float]:
        points: dict[str, list[float]] = {}
        for one in scores:
            points.setdefault((one.sample_metadata or {})["column"], []).append(one.score.as_float())
        means = {name: 100 * sum(of) / len(of) for name, of in sorted(points.items())}
        average = dataset.paper_average(means)
        return means if average is None else means | {"average": average}

    return compute


@scorer(metrics=[columns()])
def misi_scorer(out: str, split: dataset.Split = "test", name: str | None = None) -> Scorer:
    """Scores answers by the rules of the paper, as `molshot dataset score` does."""

    async def score(state: TaskState, target: Target) -> Score:
        text = state.output.completion
        points = _questions(out, split, name)[str(state.sample_id)].score(text)
        told = {"exact": points.exact, "understood": points.understood}
        return Score(value=points.score, answer=text, metadata=told)

    return score


def _make(name: str | None, title: str) -> Callable[..., Task]:
    def build(out: str, split: dataset.Split = "test", language: str | None = None) -> Task:
        return _task(name, out, split, language)

    build.__name__ = build.__qualname__ = title
    build.__doc__ = f"The questions of {name or 'all tasks'} of the set in the folder `out`."
    return task(name=title)(build)


misi = _make(None, "misi")
t1, t2, t3, t4, t5, t6, t7, t8, t9 = (_make(f"T{number}", f"t{number}") for number in range(1, 10))
