import http.server
import json
import os
import pathlib
import re
import signal
import threading
from collections.abc import Iterator
from typing import Any

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
    report = tmp_path / "report"
    assert dataset.score(out, predictions, model="<oracle>", report=report, report_items=1) == {**scores, "model": "<oracle>"}
    page = (report / "index.html").read_text()
    assert "<h1>Scores of &lt;oracle&gt;</h1>" in page and list((report / "pictures").rglob("*.png"))
    half = tmp_path / "half.jsonl"
    half.write_text("".join(json.dumps(answer) + "\n" for answer in answers if "-T1-" in answer["id"]))
    compared = dataset.compare(out, predictions, half)
    assert [model["name"] for model in compared["models"]] == ["answers", "half"]
    difference = compared["columns"]["T2"]["differences"][0]
    assert difference["score"] == -100.0 and difference["only_first"] == compared["columns"]["T2"]["questions"]
    assert compared["columns"]["T1"]["differences"][0]["interval"] == [0.0, 0.0]
    with pytest.raises(molshot.DatasetError, match="none of its 1 predictions"):
        half.write_text('{"id": "x", "answer": ""}')
        dataset.compare(out, predictions, half)
    with pytest.raises(molshot.MolshotError, match="at least two"):
        dataset.compare(out, predictions)
    with pytest.raises(molshot.DatasetError, match="resume"):
        dataset.generate(out)
    assert dataset.generate(out, resume=True)["shards_made"] == 0


def test_questions_of_a_set_have_texts_pictures_and_points(complexes: pathlib.Path, tmp_path: pathlib.Path) -> None:
    out = tmp_path / "out"
    sides = {"train": ["1hvr"], "test": ["7pbl"]}
    dataset.plan(complexes, out, tasks=["T1", "T4", "T5"], size=(32, 32), split=sides, languages=["en", "sw"])
    dataset.generate(out)
    rows = list(dataset.questions(out))
    assert {row.language for row in rows} == {"en", "sw"} and {row.split for row in rows} == {"test"}
    assert {row.column for row in rows} >= {"T1", "T4+", "T4-"}
    oracle = tmp_path / "answers.jsonl"
    oracle.write_text("".join(json.dumps({"id": row.id, "answer": row.answer}) + "\n" for row in rows))
    columns = dataset.score(out, oracle)["columns"]
    assert sum(column["questions"] for column in columns.values()) == len(rows)
    for row in rows:
        pictures = row.pictures()
        assert len(pictures) == len(row.images) == len(row.labels) > 0
        assert all(picture.startswith(b"\x89PNG") for picture in pictures)
        assert row.score(row.answer).exact and not row.score("?").understood
        assert (row.column == "T4-") == (row.task == "T4" and row.answer == "No")
    files = rows[0].save_pictures(tmp_path / "pictures")
    assert [pathlib.Path(file).read_bytes() for file in files] == rows[0].pictures()
    assert rows[0].save_pictures(tmp_path / "pictures") == files
    swahili = list(dataset.questions(out, tasks="T1", languages="sw", split="train"))
    assert swahili and {(row.task, row.language, row.split) for row in swahili} == {("T1", "sw", "train")}
    for wrong in ({"tasks": "T9"}, {"languages": ["en", "fr"]}, {"split": "dev"}):
        with pytest.raises(molshot.RequestError, match="give"):
            dataset.questions(out, **wrong)


def test_the_average_of_the_paper_leaves_out_t5_and_t6() -> None:
    columns = {name: 50.0 for name in ("T1", "T2", "T3", "T7", "T8", "T9")} | {"T5": 0.0, "T6": 0.0}
    assert dataset.paper_average(columns) is None
    assert dataset.paper_average(columns | {"T4+": 20.0, "T4-": 80.0}) == 50.0
    assert dataset.paper_average(columns | {"T4-": 85.0}) == 55.0


class ScriptedModel(http.server.BaseHTTPRequestHandler):
    """A chat endpoint: looks at the last picture from the left, then answers."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        message: dict[str, Any] = {"role": "assistant", "content": "move x 1"}
        if "tools" in asked and len(asked["messages"]) == 1:
            arguments = json.dumps({"picture": 4, "commands": ["view left"]})
            call = {"id": "1", "type": "function", "function": {"name": "view", "arguments": arguments}}
            message = {"role": "assistant", "content": None, "tool_calls": [call]}
        body = json.dumps({"choices": [{"message": message, "finish_reason": "stop"}]}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[str]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), ScriptedModel) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()


def test_a_model_may_look_around(complexes: pathlib.Path, tmp_path: pathlib.Path, endpoint: str) -> None:
    out = tmp_path / "out"
    dataset.plan(complexes, out, tasks="T1", size=(32, 32), split={"train": ["1hvr"], "test": ["7pbl"]})
    dataset.generate(out)
    fixed = dataset.evaluate(out, endpoint, "m")
    assert fixed["answered"] > 0 and fixed["views"] == 0
    counts = dataset.evaluate(out, endpoint, "m", tools=True, max_views=2)
    assert counts["views"] == counts["answered"] == fixed["answered"]
    assert counts["scores"]["columns"] == fixed["scores"]["columns"]
    lines = (out / "predictions" / "m-tools-test.jsonl").read_text().splitlines()
    assert json.loads(lines[0])["views"] == [{"picture": 4, "commands": ["view left"]}]
    with pytest.raises(molshot.MolshotError, match="max_views"):
        dataset.evaluate(out, endpoint, "m", tools=True, max_views=0)
    with pytest.raises(molshot.MolshotError, match="nowhere"):
        dataset.evaluate(out, endpoint, "n", tools=True, complexes=tmp_path / "nowhere")


def test_questions_have_input_modes(complexes: pathlib.Path, tmp_path: pathlib.Path) -> None:
    out = tmp_path / "out"
    report = dataset.plan(complexes, out, tasks="T1", size=(32, 32), test_share=0, modes=["picture", "text"])
    sizes = report["sizes"]["modes"]
    assert sizes["picture"]["T1"]["pictures"] == 4 and sizes["text"]["T1"]["pictures"] == 0
    assert sizes["text"]["T1"]["table_characters_median"] > 1000
    dataset.generate(out)
    assert dataset.verify(out, sample=2)["problems"] == []
    with pytest.warns(UserWarning, match="mode text are left out"):
        dataset.export(out, "vlmeval")


def test_ligands_of_whole_entries_are_named(library: pathlib.Path, tmp_path: pathlib.Path) -> None:
    (tmp_path / "entries").mkdir()
    (tmp_path / "ligands.txt").write_text("1ubi HOH\n")
    os.symlink(library / "1ubi.pdb", tmp_path / "entries/1ubi.pdb")
    for ligands, text in [(None, r"list of ligands \(option ligands\) names its residue"), (tmp_path / "ligands.txt", "the list of ligands names HOH")]:
        with pytest.raises(molshot.DatasetError, match="has no usable complex"):
            dataset.plan(tmp_path / "entries", tmp_path / "out", ligands=ligands)
        report = json.loads((tmp_path / "out/report.json").read_text())
        assert re.search(text, json.dumps(report))
    with pytest.raises(molshot.DatasetError, match="nothing.txt"):
        dataset.plan(tmp_path / "entries", tmp_path / "out", ligands=tmp_path / "nothing.txt")


def test_wrong_options_are_refused(complexes: pathlib.Path, tmp_path: pathlib.Path) -> None:
    for options in [{"tasks": "T0"}, {"size": (1, 1)}, {"samples": 3}, {"test_share": 2}, {"split": {"dev": ["1hvr"]}}, {"decoys": "round"}, {"modes": "image"}]:
        with pytest.raises(molshot.MolshotError):
            dataset.plan(complexes, tmp_path / "no", **options)
    with pytest.raises(molshot.MolshotError, match="part"):
        dataset.generate(tmp_path, part=(2, 2))
    with pytest.raises(molshot.MolshotError, match="docx"):
        dataset.export(tmp_path, "docx")


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda out: dataset.plan(out, out, size=64), r"size is 64; give a pair of whole numbers from 16 to 16384, or None"),
        (lambda out: dataset.plan(out, out, size=(64, 64, 64)), r"size is \(64, 64, 64\); give a pair"),
        (lambda out: dataset.plan(out, out, size=(1, 1)), r"size is \(1, 1\); give a pair of whole numbers from 16"),
        (lambda out: dataset.plan(out, out, size="64x64"), r"size is '64x64'; give a pair"),
        (lambda out: dataset.plan(out, out, seed=-1), r"seed is -1; give a whole number from 0 to 18446744073709551615"),
        (lambda out: dataset.plan(out, out, samples=3), r"samples is 3; give 1, 4, 9 or 16"),
        (lambda out: dataset.plan(out, out, test_share="half"), r"test_share is 'half'; give a number from 0 to 1"),
        (lambda out: dataset.plan(out, out, limit=0), r"limit is 0; give a whole number from 1"),
        (lambda out: dataset.plan(out, out, pocket_cutoff_angstrom=1), r"pocket_cutoff_angstrom is 1; give a number from 2 to 50"),
        (lambda out: dataset.plan(out, out, threads=0), r"threads is 0; give a whole number from 1 to 65535"),
        (lambda out: dataset.plan(out, out, tiny="yes"), r"tiny is 'yes'; give True or False"),
        (lambda out: dataset.plan(out, out, tasks=7), r"tasks is 7; give a text or a list of texts"),
        (lambda out: dataset.plan(out, out, languages=[1]), r"languages is \[1\]; give a text or a list of texts"),
        (lambda out: dataset.plan(out, out, messages=7), r"messages is 7; give a path or a list of paths"),
        (lambda out: dataset.plan(out, out, split=["1hvr"]), r"split is \['1hvr'\]; give lists of ids"),
        (lambda out: dataset.plan(out, out, split={"test": 5}), r"split\[\"test\"\] is 5; give a list of ids"),
        (lambda out: dataset.plan(5, out), r"complexes is 5; give a path"),
        (lambda out: dataset.plan(out, None), r"out is None; give a path"),
        (lambda out: dataset.plan(out, out, progress=5), r"progress is 5; give a function"),
        (lambda out: dataset.generate(out, part=-1), r"part is -1; give a pair of whole numbers from 0 to 4294967295, or None"),
        (lambda out: dataset.generate(out, part=(-1, 2)), r"part is \(-1, 2\); give a pair"),
        (lambda out: dataset.generate(out, part=(2, 2)), r"part is \(2, 2\); give \(I, N\)"),
        (lambda out: dataset.generate(out, threads=-1), r"threads is -1; give a whole number from 1"),
        (lambda out: dataset.generate(out, shards=5), r"shards is 5; give names of shards"),
        (lambda out: dataset.generate(out, shards=[5]), r"shards is \[5\]; give a list of texts"),
        (lambda out: dataset.generate(out, adapter=5), r"adapter is 5; give a text"),
        (lambda out: dataset.verify(out, sample=-1), r"sample is -1; give a whole number from 0"),
        (lambda out: dataset.verify(out, sample=0.5), r"sample is 0\.5; give a whole number from 0"),
        (lambda out: dataset.export(out, 5), r"format is 5; give a text"),
        (lambda out: dataset.status(5), r"out is 5; give a path"),
        (lambda out: dataset.score(out, out, report_items=-1), r"report_items is -1; give a whole number from 0 to 1000000"),
        (lambda out: dataset.compare(out, 5), r"predictions is \[5\]; give a list of paths"),
        (lambda out: dataset.evaluate(out, "http://127.0.0.1:1", "m", concurrency=0), r"concurrency is 0; give a whole number from 1 to 1024"),
        (lambda out: dataset.evaluate(out, "http://127.0.0.1:1", "m", timeout_seconds=1.5), r"timeout_seconds is 1\.5; give a whole"),
        (lambda out: dataset.evaluate(out, "http://127.0.0.1:1", "m", max_views=65), r"max_views is 65; give a whole number from 1 to 64"),
        (lambda out: dataset.evaluate(out, 5, "m"), r"endpoint is 5; give a text"),
        (lambda out: dataset.score_answer("T1", "a", None), r"text is None; give a text"),
        (lambda out: dataset.score_answer("T1", "a", "b", options=5), r"options is 5; give a list of texts"),
        (lambda out: dataset.score_answer("T1", "a", "b", facts={"x": 1}), r"facts is {'x': 1}; give a dict of texts"),
        (lambda out: next(dataset.questions(5)), r"out is 5; give a path"),
    ],
)
def test_arguments_of_another_kind_are_named(call, text, tmp_path: pathlib.Path) -> None:
    with pytest.raises(molshot.RequestError, match=f"^{text}") as caught:
        call(tmp_path)
    assert caught.value.code == "argument_invalid" and isinstance(caught.value, ValueError)


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


def test_advice_is_written_as_arguments(complexes: pathlib.Path, tmp_path: pathlib.Path) -> None:
    out = tmp_path / "out"
    dataset.plan(complexes, out, tasks="T1", size=(32, 32), shard_pictures=20)
    names = [shard.name for shard in dataset.shards(out)]
    with pytest.raises(molshot.DatasetError, match=r"lacks the shard .*; generate it first \(resume=True\)$"):
        dataset.export(out, "parquet")
    assert any("is incomplete; resume the work" in problem for problem in dataset.verify(out)["problems"])
    dataset.generate(out, shards=names[:1])
    for call, text in [
        (lambda: dataset.generate(out), r"complete shards already; resume the work to make the others \(resume=True\)$"),
        (lambda: dataset.plan(out, out), r"is the folder of the complexes itself; put the set into a folder outside of .* \(out\)$"),
        (lambda: dataset.plan(complexes, tmp_path / "b", languages="tlh"), r"catalogue of your own \(messages\)$"),
        (lambda: dataset.plan(complexes, tmp_path / "b", tiny=True, split={"train": ["1hvr", "7pbl"]}), "plan a set that is not tiny"),
        (lambda: dataset.verify(tmp_path / "none"), "has no plan; plan the set first"),
    ]:
        with pytest.raises(molshot.DatasetError, match=text) as caught:
            call()
        assert "--" not in caught.value.detail
    os.remove(out / "local.json")
    with pytest.raises(molshot.DatasetError, match=r"give their folder \(complexes\)$"):
        dataset.generate(out, resume=True)


def test_ctrl_c_and_exceptions_end_a_check(complexes: pathlib.Path, tmp_path: pathlib.Path) -> None:
    out = tmp_path / "out"
    dataset.plan(complexes, out, tasks="T1", size=(64, 64), shard_pictures=20)
    dataset.generate(out)
    before = signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    try:
        with pytest.raises(KeyboardInterrupt):
            while True:
                dataset.verify(out)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)

    def stop(done: int, total: int) -> None:
        raise KeyError("enough")

    with pytest.raises(KeyError):
        dataset.verify(out, progress=stop)
    assert dataset.verify(out, sample=2)["problems"] == []


def test_single_answers_are_scored() -> None:
    assert dataset.score_answer("T1", "move x 3", "**move x 3**").exact
    assert dataset.score_answer("T1", "move x 3", "move x 1").score == 0.75
    assert not dataset.score_answer("T5", "B", "I cannot tell").understood
    with pytest.raises(molshot.MolshotError, match="T1"):
        dataset.score_answer("T0", "", "")
