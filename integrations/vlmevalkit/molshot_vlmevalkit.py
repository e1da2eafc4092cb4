"""VLMEvalKit with the data sets `MiSI` (all tasks) and `MiSI_T1` to `MiSI_T9`.

    MOLSHOT_SET=misi python molshot_vlmevalkit.py --data MiSI --model MODEL --base-url URL --key KEY

This is the command line of VLMEvalKit; its own data sets remain. `MOLSHOT_SET` names the folder of
a finished set of `molshot dataset`, and `MOLSHOT_LANGUAGE` chooses one language of a set with
several. Prompts have the content of `molshot dataset evaluate`, and molshot scores the answers, so
no model is needed as a judge.
"""

import json
import os
from pathlib import Path
from typing import Any

# Cells of the default, Excel, hold 32,767 characters only.
os.environ.setdefault("PRED_FORMAT", "tsv")

import pandas  # noqa: E402
import vlmeval.dataset  # noqa: E402
from molshot import dataset as molshot_dataset  # noqa: E402
from vlmeval.dataset.image_base import ImageBaseDataset  # noqa: E402
from vlmeval.smp import LMUDataRoot  # noqa: E402

NAMES = {"MiSI": None} | {f"MiSI_T{number}": f"T{number}" for number in range(1, 10)}


class MolshotDataset(ImageBaseDataset):  # type: ignore[misc]
    """The questions of a set, or of one of its tasks, in its test split."""

    TYPE = "VQA"
    DEFAULT_JUDGE = "molshot"

    @classmethod
    def supported_datasets(cls) -> list[str]:
        return list(NAMES)

    def load_data(self, dataset: str) -> pandas.DataFrame:
        """The table of questions; the pictures are written when they are asked for."""
        folder = os.environ.get("MOLSHOT_SET")
        if not folder:
            raise ValueError("MOLSHOT_SET is not set; give the folder of a set that `molshot dataset generate` has made")
        language = os.environ.get("MOLSHOT_LANGUAGE") or None
        rows = molshot_dataset.questions(folder, tasks=NAMES[dataset], languages=language)
        self.questions = {row.id: row for row in rows}
        columns = ("id", "task", "column", "language", "question", "answer")
        table = [{name: getattr(row, name) for name in columns} for row in self.questions.values()]
        return pandas.DataFrame([{"index": number, **row} for number, row in enumerate(table)])

    def dump_image(self, line: Any) -> list[str]:
        """The paths of a question's pictures."""
        folder = os.path.join(LMUDataRoot(), "images", "MiSI")
        return self.questions[line["id"]].save_pictures(folder)

    def build_prompt(self, line: Any) -> list[dict[str, str]]:
        """Each picture after its label, then the question."""
        line = self.data.iloc[line] if isinstance(line, int) else line
        question = self.questions[line["id"]]
        parts = []
        for label, path in zip(question.labels, self.dump_image(line), strict=True):
            parts += [{"type": "text", "value": label}, {"type": "image", "value": path}]
        return [*parts, {"type": "text", "value": question.question}]

    def evaluate(self, eval_file: str, **judge_kwargs: Any) -> dict[str, float]:
        """Scores a table of predictions: percentages by column of the paper's table. The points of
        each answer are written beside it."""
        points: dict[str, list[float]] = {}
        with Path(eval_file).with_suffix(".points.jsonl").open("w", encoding="utf-8") as out:
            for row in _predictions(eval_file):
                question = self.questions[row["id"]]
                score = question.score(row["prediction"])
                points.setdefault(question.column, []).append(100 * score.score)
                told = {"score": score.score, "exact": score.exact, "understood": score.understood}
                out.write(json.dumps({"id": question.id, "answer": row["prediction"], **told}) + "\n")
        means = {name: sum(of) / len(of) for name, of in sorted(points.items())}
        average = molshot_dataset.paper_average(means)
        overall = sum(means.values()) / len(means) if average is None else average
        return {**means, "Overall": overall}


def _predictions(file: str) -> list[dict[str, str]]:
    """The rows of a table of predictions. VLMEvalKit's own reader takes the answers `None`, `NA`
    and `null` for missing ones."""
    if file.endswith(".json"):
        rows: list[dict[str, str]] = json.loads(Path(file).read_text(encoding="utf-8"))
        return rows
    as_text = {"dtype": str, "keep_default_na": False}
    table = pandas.read_csv(file, sep="\t", **as_text) if file.endswith(".tsv") else pandas.read_excel(file, **as_text)
    found: list[dict[str, str]] = table.to_dict("records")
    return found


vlmeval.dataset.DATASET_CLASSES.append(MolshotDataset)
vlmeval.dataset.SUPPORTED_DATASETS.extend(NAMES)

if __name__ == "__main__":
    from vlmeval.run import main

    main()
