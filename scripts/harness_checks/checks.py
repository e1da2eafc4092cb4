"""The checks of scripts/check-harnesses: checks.py PROGRAM WHEEL PLACE NAME,NAME,..."""

import hashlib
import json
import shutil
import subprocess
import sys
import traceback
from collections.abc import Mapping
from pathlib import Path

from counted_checks import check, end
from harness_checks.endpoint import Endpoint
from harness_checks.harnesses import HARNESSES, ROOT, EvalScope, Harness, InspectAI
from molshot import dataset

# Figures of `molshot dataset score` have two decimal places.
TOLERANCE = 0.00501
CHOICE_COLUMNS = ("T5", "T6", "T8")


def make_set(program: Path, place: Path) -> Path:
    """Three complexes, all in the test split, in two languages; with the export for EvalScope."""
    out, given = place / "misi", place / "complexes"
    if (out / "export" / "evalscope.json").exists():
        return out
    for folder in (out, given):
        shutil.rmtree(folder, ignore_errors=True)
    library = ROOT / "scenes" / "library"
    for name in ("1hvr", "7pbl"):
        shutil.copytree(library / name, given / name)
    shutil.copy(library / "1gbt.bcif.gz", given)
    split = place / "split.json"
    split.write_text(json.dumps({"train": [], "test": ["1hvr", "7pbl", "1gbt"]}))
    plan = ["--complexes", given, "--split", split, "--tiny", "--languages", "en,sw", "--size", "128x128"]
    for words in (["plan", *plan], ["generate"], ["export", "--format", "evalscope"]):
        subprocess.run([program, "dataset", *words, "--out", out, "--quiet"], check=True)
    return out


def baseline(program: Path, out: Path, kind: str) -> dict[str, str]:
    """The answers of a baseline by id."""
    words = ["evaluate", "--out", out, "--baseline", kind, "--quiet"]
    subprocess.run([program, "dataset", *words], check=True, stdout=subprocess.DEVNULL)
    file = next((out / "predictions").glob(f"*{kind}*.jsonl"))
    lines = (json.loads(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {line["id"]: line["answer"] for line in lines}


def scripted(questions: list[dataset.Question], wrong: Mapping[str, str]) -> dict[str, str]:
    """Right, wrong and malformed answers in the styles of models; each question has one of them.

    Those to questions with options are understood by EvalScope's own parser as by molshot's.
    """
    answers = {}
    for row in questions:
        # Every language of an item has another style.
        style = int(hashlib.sha256(row.id.encode()).hexdigest(), 16) % 10
        right = row.answer
        answers[row.id] = [
            right,
            f"The answer is: {right}",
            f"<think>\nMaybe move x 1, or B.\n</think>\n{right}",
            f"**{right}**",
            f"Final answer: {right}",
            f"The pictures differ in one way only.\n\n{right}",
            wrong[row.id],
            "i cannot tell.",
            wrong[row.id] if row.column in CHOICE_COLUMNS else "None",
            right if row.column in CHOICE_COLUMNS else f"{right}; ",
        ][style]
    return answers


def molshot_scores(program: Path, out: Path, place: Path, model: str, answers: Mapping[str, str]) -> dict[str, float]:
    """The figures of `molshot dataset score` by column, and the average."""
    file = place / f"{model}.jsonl"
    lines = (json.dumps({"id": name, "answer": text}) for name, text in answers.items())
    file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    words = ["score", "--out", out, "--predictions", file, "--format", "json"]
    told = json.loads(subprocess.run([program, "dataset", *words], check=True, capture_output=True, text=True).stdout)
    return {name: column["score"] for name, column in told["columns"].items()} | {"average": told["average"]}


def check_figures(what: str, found: Mapping[str, float], wanted: Mapping[str, float], columns: set[str]) -> None:
    """Checks that figures are those of `molshot dataset score`."""
    missing = columns - found.keys()
    differ = {name: (found[name], wanted[name]) for name in columns - missing if abs(found[name] - wanted[name]) > TOLERANCE}
    check(not missing and not differ, f"{what}: the figures of molshot dataset score {missing or ''} {differ or ''}")


def check_prompts(harness: Harness, endpoint: Endpoint, questions: list[dataset.Question], model: str) -> None:
    """Checks that every question was asked, with the content that `dataset evaluate` sends."""
    asked = endpoint.asked[(harness.name, model)]
    wanted = [row for row in questions if harness.asks_as_evaluate or row.column in CHOICE_COLUMNS]
    check({row.id for row in wanted} == asked.keys(), f"{harness.name}: {model} is asked {len(wanted)} questions")
    rows = [row for row in wanted if row.id in asked]
    if harness.asks_as_evaluate:
        differ = [row.id for row in rows if asked[row.id].texts != [*row.labels, row.question]]
        check(not differ, f"{harness.name}: the texts of molshot dataset evaluate {differ[:3] or ''}")
        differ = [row.id for row in rows if asked[row.id].order != "tp" * len(row.images) + "t"]
        check(not differ, f"{harness.name}: each picture after its label {differ[:3] or ''}")


def check_harness(harness: Harness, endpoint: Endpoint, questions: list[dataset.Question], scores: Mapping[str, Mapping[str, float]]) -> None:
    """Checks a harness with all models."""
    url = endpoint.url(harness.name)
    for model, wanted in scores.items():
        columns = set(CHOICE_COLUMNS) if isinstance(harness, EvalScope) else set(wanted) - {"average"}
        found = harness.figures(model, url)
        if "average" in found:
            columns.add("average")
        print(f"   {harness.name} {model}: " + ", ".join(f"{name} {found[name]:.2f}" for name in sorted(found)), flush=True)
        check_figures(f"{harness.name}: {model}", found, wanted, columns)
        check_prompts(harness, endpoint, questions, model)
        if isinstance(harness, EvalScope):
            check_figures(f"{harness.name}: {model} with general_vmcq itself", harness.bare(model, url), wanted, set(CHOICE_COLUMNS))
        if isinstance(harness, InspectAI) and model == "scripted":
            single = {name: value for figures in harness.single(model, url).values() for name, value in figures.items()}
            check_figures(f"{harness.name}: t1 to t9 by themselves", single, wanted, columns - {"average"})


def main() -> None:
    program, wheel, place = (Path(word) for word in sys.argv[1:4])
    out = make_set(program, place)
    questions = list(dataset.questions(out))
    drawn = baseline(program, out, "random")
    models = {"oracle": baseline(program, out, "oracle"), "random": drawn, "scripted": scripted(questions, drawn)}
    scores = {model: molshot_scores(program, out, place, model, answers) for model, answers in models.items()}
    check(set(scores["oracle"].values()) == {100.0}, "molshot dataset score: the oracle has 100")
    choice = [row for row in questions if row.column in CHOICE_COLUMNS]
    right = sum(drawn[row.id] == row.answer for row in choice)
    # Four standard deviations of a binomial distribution.
    near = 4 * (len(choice) * 0.25 * 0.75) ** 0.5
    check(abs(right - len(choice) / 4) < near, f"random: {right} of {len(choice)} questions with options are right")
    average = scores["scripted"]["average"]
    check(30 < average < 95, f"scripted: right and wrong answers, average {average}")
    for name in sys.argv[4].split(","):
        harness = HARNESSES[name](place, out)
        with Endpoint(str(out), models) as endpoint:
            try:
                print(f"== {name}: pip install {' '.join(harness.packages)}", flush=True)
                harness.install(Path(sys.executable), wheel)
                check_harness(harness, endpoint, questions, scores)
            except Exception as error:  # noqa: BLE001: the other harnesses are checked, too
                traceback.print_exc()
                check(False, f"{name}: {error}")
            check(not endpoint.unknown, f"{name}: every request is a question of the set {endpoint.unknown[:2] or ''}")
            endpoint.shutdown()
    end()


main()
