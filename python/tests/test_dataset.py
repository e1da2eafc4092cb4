import json
import os
import pathlib
import signal
import threading

import pytest

import molshot
from molshot import dataset


def test_splits_are_lists_of_ids(complexes: pathlib.Path, tmp_path: pathlib.Path) -> None:
    for split, words in [({"train": "1hvr", "test": ["7pbl"]}, "list of ids"), ({"train": ["1hvr"], "test": ["1hvr"]}, "once")]:
        with pytest.raises(molshot.RequestError, match=words):
            dataset.plan(complexes, tmp_path / "out", split=split)


def test_a_set_is_planned_made_checked_exported_and_scored(complexes: pathlib.Path, tmp_path: pathlib.Path) -> None:
    out = tmp_path / "out"
    seen: list[tuple[int, int]] = []
    report = dataset.plan(
        complexes,
        out,
        tasks=["T1", "T2"],
        size=(32, 32),
        split={"train": ["1hvr"], "test": ["7pbl"]},
        progress=lambda done, total: seen.append((done, total)),
    )
    assert report["questions"]["test"]["T1"]["made"] > 0 and seen[-1][0] == seen[-1][1]
    counts = dataset.generate(out, progress=True)
    assert counts["pictures"] > 0 and counts["shards_left"] == 0
    assert dataset.verify(out, sample=5)["problems"] == []
    status = dataset.status(out)
    assert status["shards_finished"] == status["shards"] > 0 and status["outstanding_ranges"] == ""
    folder = dataset.export(out, "parquet")
    assert os.path.exists(os.path.join(folder, "README.md"))
    answers = []
    for line in (out / "plan" / "complexes.jsonl").read_text().splitlines():
        answers += [{"id": item["id"], "answer": item["answer"]} for item in json.loads(line)["items"]]
    predictions = tmp_path / "answers.jsonl"
    predictions.write_text("".join(json.dumps(answer) + "\n" for answer in answers))
    scores = dataset.score(out, predictions, model="oracle")
    assert scores["columns"]["T1"]["score"] == 100.0
    with pytest.raises(molshot.DatasetError, match="resume"):
        dataset.generate(out)
    assert dataset.generate(out, resume=True)["shards_made"] == 0


def test_wrong_options_are_refused(complexes: pathlib.Path, tmp_path: pathlib.Path) -> None:
    for options in [{"tasks": "T0"}, {"size": (1, 1)}, {"samples": 3}, {"test_share": 2}, {"split": {"dev": ["1hvr"]}}, {"decoys": "round"}]:
        with pytest.raises(molshot.MolshotError):
            dataset.plan(complexes, tmp_path / "no", **options)
    with pytest.raises(molshot.MolshotError, match="part"):
        dataset.generate(tmp_path, part=(2, 2))
    with pytest.raises(molshot.MolshotError, match="docx"):
        dataset.export(tmp_path, "docx")


def test_an_exception_of_progress_ends_the_step(complexes: pathlib.Path, tmp_path: pathlib.Path) -> None:
    dataset.plan(complexes, tmp_path / "out", tasks="T1", size=(512, 512))

    def stop(done: int, total: int) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError):
        dataset.generate(tmp_path / "out", progress=stop)


def test_ctrl_c_ends_a_step_and_it_is_resumed(complexes: pathlib.Path, tmp_path: pathlib.Path) -> None:
    out = tmp_path / "out"
    dataset.plan(complexes, out, size=(1024, 1024), shard_pictures=20)
    # Shells start background processes with Ctrl-C ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    timer = threading.Timer(0.3, lambda: os.kill(os.getpid(), signal.SIGINT))
    timer.start()
    try:
        with pytest.raises(KeyboardInterrupt):
            for _ in range(1000):
                dataset.generate(out, resume=True)
    finally:
        signal.signal(signal.SIGINT, before)
    assert dataset.generate(out, resume=True)["shards_left"] == 0
    assert dataset.verify(out, sample=2)["problems"] == []


def test_single_answers_are_scored() -> None:
    assert dataset.score_answer("T1", "move x 3", "**move x 3**").exact
    assert dataset.score_answer("T1", "move x 3", "move x 1").score == 0.75
    assert not dataset.score_answer("T5", "B", "I cannot tell").understood
    with pytest.raises(molshot.MolshotError, match="T1"):
        dataset.score_answer("T0", "", "")
