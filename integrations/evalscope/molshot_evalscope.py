"""EvalScope with the benchmark `molshot_vmcq`: `general_vmcq` on an export of `molshot dataset`, with
the prompts and the scorer of molshot.

    molshot dataset export --out misi --format evalscope
    MOLSHOT_SET=misi python molshot_evalscope.py eval --datasets molshot_vmcq --model MODEL \
        --api-url URL --api-key KEY

This is the command line of EvalScope; its own benchmarks remain. `general_vmcq` itself reads the
export, too (docs/harnesses.md), but understands fewer forms of answers.
"""

import os
from typing import Any

from evalscope.api.benchmark import BenchmarkMeta
from evalscope.api.dataset import Sample
from evalscope.api.evaluator import TaskState
from evalscope.api.metric import Score
from evalscope.api.registry import register_benchmark
from evalscope.benchmarks.general_vmcq.general_vmcq_adapter import GeneralVMCQAdapter
from evalscope.constants import Tags
from molshot import dataset

SUBSETS = ["T5-translation-rotation", "T6-rotation-rotation", "T8-interaction-location"]


@register_benchmark(
    BenchmarkMeta(
        name="molshot_vmcq",
        pretty_name="MiSI, tasks with options",
        description="T5, T6 and T8 of a set of molshot: pictures of protein-ligand complexes.",
        tags=[Tags.MULTIPLE_CHOICE, Tags.MULTI_MODAL],
        dataset_id=os.path.join(os.environ.get("MOLSHOT_SET", ""), "export", "evalscope"),
        subset_list=SUBSETS,
        metric_list=["acc"],
        few_shot_num=0,
        few_shot_mode="disabled",
        eval_split="test",
        # The question says how to answer, and lists its options.
        prompt_template="{question}",
    )
)
class MolshotVMCQ(GeneralVMCQAdapter):  # type: ignore[misc]
    """Questions with four options: A to D."""

    def record_to_sample(self, record: dict[str, Any]) -> Sample:
        """The sample of a row, with what the scorer needs."""
        sample = super().record_to_sample(record)
        sample.metadata = {name: record[name] for name in ("id", "task", "language", "options")}
        return sample

    def extract_answer(self, prediction: str, task_state: TaskState) -> str:
        """The whole text: molshot parses it."""
        return prediction

    def match_score(
        self, original_prediction: str, filtered_prediction: str, reference: str, task_state: TaskState
    ) -> Score:
        """Points of an answer as `molshot dataset score` gives them."""
        row = task_state.metadata
        points = dataset.score_answer(
            row["task"], reference, original_prediction, options=row["options"], language=row["language"]
        )
        return Score(
            value={"acc": points.score},
            extracted_prediction=filtered_prediction,
            prediction=original_prediction,
            main_score_name="acc",
        )


if __name__ == "__main__":
    from evalscope.cli.cli import run_cmd

    run_cmd()
