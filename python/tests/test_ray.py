"""Data sets and tables on Ray. scripts/check-ray installs what they need, and checks more."""

import errno
import io
import json
import os
import pathlib
import pickle
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import molshot
from molshot import DatasetError, RequestError, dataset

ray = pytest.importorskip("ray", reason="ray is not installed; pip install 'ray[data]'")
pytest.importorskip("ray.data", reason="ray.data is not installed; pip install 'ray[data]'")

from molshot.ray import Renderer, ShardWriter, generate, outstanding  # noqa: E402
from molshot.ray._store import Store, place  # noqa: E402
from molshot.ray._writer import Attempts, Scratch, error_columns  # noqa: E402

pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    # Workers of Ray have the niceness 15; the tests wait for them.
    os.environ.setdefault("RAY_worker_niceness", "0")
    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    yield
    ray.shutdown()


@pytest.fixture(scope="module")
def planned(complexes: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    """A plan of two shards."""
    out = tmp_path_factory.mktemp("planned") / "set"
    split = {"train": ["1hvr"], "test": ["7pbl"]}
    dataset.plan(complexes, out, tasks=["T1", "T5"], size=(32, 32), samples=1, split=split)
    assert [shard.name for shard in dataset.shards(out)] == ["train-00000", "test-00000"]
    return out


@pytest.fixture(scope="module")
def reference(planned: pathlib.Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The set as one process makes it."""
    out = tmp_path_factory.mktemp("reference") / "set"
    shutil.copytree(planned, out)
    dataset.generate(out, threads=1)
    return files(out)


def files(folder: pathlib.Path) -> dict[str, bytes]:
    paths = [path for path in folder.rglob("*") if path.is_file() and path.name != "local.json"]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def copied(planned: pathlib.Path, tmp_path: pathlib.Path) -> pathlib.Path:
    return pathlib.Path(shutil.copytree(planned, tmp_path / "set"))


def test_importing_the_package_does_not_import_ray() -> None:
    code = "import sys, molshot, molshot.ray; sys.exit('ray' in sys.modules or 'pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_shards_are_made_by_name(planned: pathlib.Path, reference: dict[str, bytes], tmp_path: pathlib.Path) -> None:
    out = copied(planned, tmp_path)
    counts = dataset.generate(out, shards=["test-00000"])
    assert counts["shards_made"] == 1 and counts["shards_left"] == 1
    assert {shard.name: shard.complete for shard in dataset.shards(out)} == {"train-00000": False, "test-00000": True}
    assert not (out / "README.md").exists()
    with pytest.raises(DatasetError, match="train-00007.*train-00000 to test-00000"):
        dataset.generate(out, shards=["train-00007"])
    with pytest.raises(DatasetError, match="resume"):
        dataset.generate(out, shards=["test-00000"])
    with pytest.raises(RequestError, match="part or shards"):
        dataset.generate(out, part=(0, 2), shards=["test-00000"])
    assert dataset.generate(out, shards="train-00000")["shards_left"] == 1
    with pytest.raises(DatasetError, match="no plan"):
        dataset.shards(tmp_path)
    dataset.describe(out)
    assert files(out) == reference


def test_a_cluster_makes_the_bytes_of_one_process(
    cluster: None, planned: pathlib.Path, reference: dict[str, bytes], tmp_path: pathlib.Path
) -> None:
    out = copied(planned, tmp_path)
    assert [row["shard"] for row in outstanding(out)] == ["train-00000", "test-00000"]
    seen: list[tuple[int, int]] = []
    counts = generate(out, workers=2, progress=lambda done, total: seen.append((done, total)))
    assert files(out) == reference
    assert counts["shards_made"] == counts["attempts"] == counts["shards"] == 2
    assert counts["pictures"] == seen[-1][0] == seen[-1][1] > 0
    again = generate(out)
    assert again["shards_found"] == 2 and again["pictures"] == 0
    (out / "shards" / "test-00000.json").unlink()
    assert generate(out)["shards_made"] == 1
    assert files(out) == reference


def test_a_permanent_fault_is_tried_once_and_the_others_are_made(
    cluster: None, planned: pathlib.Path, library: pathlib.Path, tmp_path: pathlib.Path
) -> None:
    out = copied(planned, tmp_path)
    few = tmp_path / "few"
    few.mkdir()
    os.symlink(library / "7pbl", few / "7pbl")
    # T5 of the test split needs the other complex, too.
    with pytest.raises(DatasetError, match="train-00000.*1hvr") as raised:
        generate(out, complexes=few)
    assert raised.value.code == "shards_outstanding" and not raised.value.transient
    row = ShardWriter(out, complexes=few)({"shard": ["train-00000"]})
    assert row["attempts"][0] == 1 and "1hvr" in row["error"][0] and not row["transient"][0]
    assert generate(out)["shards_made"] >= 1


def test_a_transient_fault_is_tried_again(
    planned: pathlib.Path, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = copied(planned, tmp_path)
    faults = [DatasetError("the disk is full", "file", None, True), OSError(errno.EIO, "no answer")]
    make = dataset.generate

    def failing(*given: Any, **options: Any) -> dict[str, Any]:
        if faults:
            raise faults.pop(0)
        return make(*given, **options)

    waits: list[float] = []
    monkeypatch.setattr("molshot.ray._writer.dataset.generate", failing)
    monkeypatch.setattr("molshot.ray._writer.time.sleep", waits.append)
    row = ShardWriter(out)({"shard": ["test-00000"]})
    assert row["attempts"][0] == 3 and row["made"][0] and row["error"][0] == "" and waits == [1.0, 2.0]
    faults += [DatasetError("the disk is full", "file", None, True)] * 2
    row = ShardWriter(out, tries=2)({"shard": ["train-00000"]})
    assert row["attempts"][0] == 2 and row["transient"][0] and row["error"][0] == "the disk is full"
    assert not error_columns(FileNotFoundError(errno.ENOENT, "gone"))["transient"]
    assert error_columns(OSError(errno.ENOSPC, "full"))["transient"]
    assert error_columns(MemoryError())["transient"]
    assert not error_columns(TypeError("a bug"))["transient"]
    error = pickle.loads(pickle.dumps(DatasetError("the disk is full", "file", None, True)))
    assert error.transient and error.code == "file"


def test_two_processes_may_make_one_shard(
    planned: pathlib.Path, reference: dict[str, bytes], tmp_path: pathlib.Path
) -> None:
    out = copied(planned, tmp_path)
    code = "import sys; from molshot.ray import ShardWriter; print(ShardWriter(sys.argv[1])({'shard': ['train-00000', 'test-00000']})['error'])"
    command = [sys.executable, "-c", code, str(out)]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate()[0].strip() for process in both] == ["['' '']"] * 2
    dataset.describe(out)
    assert files(out) == reference


def test_a_shard_that_ends_its_workers_is_given_up(cluster: None, planned: pathlib.Path, tmp_path: pathlib.Path) -> None:
    counter = ray.remote(num_cpus=0)(Attempts).remote()
    for number in [1, 2]:
        assert ray.get(counter.begin.remote("test-00000")) == number
    row = ShardWriter(copied(planned, tmp_path), tries=2, attempts=counter)({"shard": ["test-00000", "train-00000"]})
    assert row["code"].tolist() == ["worker_killed", ""] and row["transient"].tolist() == [True, False]
    assert row["made"].tolist() == [False, True]


def test_wrong_arguments_are_refused(planned: pathlib.Path, tmp_path: pathlib.Path) -> None:
    for options, words in [
        ({"workers": 0}, "workers is 0"),
        ({"cpus_per_worker": 0}, "cpus_per_worker is 0"),
        ({"tries": 0}, "tries is 0"),
        ({"plan": tmp_path / "else"}, "plan"),
        ({"complexes": "s3://bucket/pdbbind?region=us-east-1"}, "complexes"),
    ]:
        with pytest.raises(RequestError, match=words):
            generate(planned, **options)
    with pytest.raises(RequestError, match="s3://BUCKET"):
        generate("nowhere://bucket/x")
    with pytest.raises(DatasetError, match="no plan"):
        generate(tmp_path)
    with pytest.raises(RequestError, match='no column "shard"'):
        ShardWriter(planned)({"name": ["a"]})


def test_scratch_of_killed_processes_is_removed(tmp_path: pathlib.Path) -> None:
    code = "import os, sys, pathlib; from molshot.ray._writer import Scratch\nwith Scratch(pathlib.Path(sys.argv[1])): os._exit(1)"
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert len(list(tmp_path.iterdir())) == 1
    with Scratch(tmp_path) as one:
        assert list(tmp_path.iterdir()) == [one]
        with Scratch(tmp_path) as two:
            assert sorted(tmp_path.iterdir()) == sorted([one, two])
    assert list(tmp_path.iterdir()) == []


def test_a_file_system_of_pyarrow(
    cluster: None, planned: pathlib.Path, reference: dict[str, bytes], tmp_path: pathlib.Path
) -> None:
    from pyarrow import fs

    # Not a folder of this machine to `place`, and it renames.
    filesystem = fs.SubTreeFileSystem(str(tmp_path), fs.LocalFileSystem())
    with pytest.raises(DatasetError, match="plan=FOLDER"):
        generate("set", filesystem=filesystem)
    counts = generate("set", filesystem=filesystem, plan=planned, workers=2)
    assert counts["shards_made"] == 2
    assert files(tmp_path / "set") == reference
    # Half a marker, as a file system leaves it that has no rename.
    marker = tmp_path / "set" / "shards" / "test-00000.json"
    marker.write_bytes(marker.read_bytes()[:40])
    assert [row["shard"] for row in outstanding("set", filesystem=filesystem)] == ["test-00000"]
    assert generate("set", filesystem=filesystem, plan=planned)["shards_made"] == 1
    # A table of another size, and one that is missing.
    table = tmp_path / "set" / "data" / "pictures" / "train-00000.parquet"
    table.write_bytes(b"PAR1")
    (tmp_path / "set" / "data" / "complexes" / "test-00000.parquet").unlink()
    assert len(outstanding("set", filesystem=filesystem)) == 2
    assert generate("set", filesystem=filesystem, plan=planned)["shards_made"] == 2
    assert generate("set", filesystem=filesystem)["shards_found"] == 2
    assert files(tmp_path / "set") == reference
    # A plan of another seed is not mixed in.
    other = tmp_path / "other"
    dataset.plan(json.loads((planned / "local.json").read_text())["complexes"], other, tasks="T1", size=(32, 32), seed=9)
    with pytest.raises(DatasetError, match="another plan"):
        generate("set", filesystem=filesystem, plan=other)
    text = marker.read_text().replace('"plan_sha256": "', '"plan_sha256": "0')
    marker.write_text(text)
    with pytest.raises(DatasetError, match="shard of another plan"):
        generate("set", filesystem=filesystem)
    assert isinstance(place("set", pickle.loads(pickle.dumps(filesystem))), Store)
    assert place(f"file://{tmp_path}/set") == tmp_path / "set"


def test_a_store_of_objects(
    cluster: None, planned: pathlib.Path, complexes: pathlib.Path, reference: dict[str, bytes]
) -> None:
    server = pytest.importorskip("moto.server", reason="moto is not installed; pip install 'moto[server]'")
    from pyarrow import fs

    moto = server.ThreadedMotoServer(port=0)
    moto.start()
    try:
        _, port = moto.get_host_and_port()
        filesystem = fs.S3FileSystem(
            access_key="key", secret_key="secret", region="us-east-1", scheme="http",
            endpoint_override=f"127.0.0.1:{port}", allow_bucket_creation=True,
        )  # fmt: skip
        filesystem.create_dir("bucket")
        for path in sorted(complexes.glob("*/*")):
            with filesystem.open_output_stream(f"bucket/in/{path.parent.name}/{path.name}") as to:
                to.write(path.read_bytes())
        # The inputs come from the store, too: no folder is shared.
        uri = f"s3://key:secret@bucket/in?region=us-east-1&scheme=http&endpoint_override=127.0.0.1:{port}"
        counts = generate("bucket/set", filesystem=filesystem, plan=planned, complexes=uri, workers=2)
        assert counts["shards_made"] == 2
        found = {}
        for info in filesystem.get_file_info(fs.FileSelector("bucket/set", recursive=True)):
            if info.type == fs.FileType.File:
                with filesystem.open_input_stream(info.path) as stream:
                    found[info.path.removeprefix("bucket/set/")] = stream.read()
        assert found == reference
        filesystem.delete_file("bucket/set/shards/test-00000.json")
        assert generate("bucket/set", filesystem=filesystem, complexes=uri)["shards_made"] == 1
        assert generate("bucket/set", filesystem=filesystem)["shards_found"] == 2
    finally:
        moto.stop()


def rows(library: pathlib.Path) -> list[dict[str, Any]]:
    return [
        {"key": "a", "structure": str(library / "1ubi.pdb"), "request": "", "commands": "view left"},
        {"key": "b", "structure": str(library / "1hvr"), "request": json.dumps({"style": {"preset": "spacefill"}}), "commands": ""},
        {"key": "c", "structure": str(library / "gone.pdb"), "request": "", "commands": ""},
        {"key": "d", "structure": str(library / "1ubi.pdb"), "request": "{", "commands": ""},
        {"key": "e", "structure": str(library / "1ubi.pdb"), "request": "", "commands": "turn around"},
    ]


def batch(library: pathlib.Path) -> dict[str, Any]:
    table = rows(library)
    return {name: np.array([row[name] for row in table], dtype=object) for name in table[0]}


@pytest.mark.parametrize("threads", [1, 3])
def test_rows_are_drawn_and_errors_are_values(library: pathlib.Path, threads: int) -> None:
    drawn = Renderer(size=(48, 32), threads=threads, annotations=True)(batch(library))
    assert list(drawn["key"]) == ["a", "b", "c", "d", "e"] and "structure" not in drawn
    with molshot.Renderer(1, "software", size=(48, 32)) as renderer:
        assert drawn["image"][0] == renderer.render(molshot.read(library / "1ubi.pdb"), "view left").png()
        assert drawn["image"][1] == renderer.render(molshot.read(library / "1hvr"), style="spacefill").png()
    assert [bool(error) for error in drawn["error"]] == [False, False, True, True, True]
    assert "gone.pdb" in drawn["error"][2] and drawn["code"][2] == "file"
    assert "JSON" in drawn["error"][3] and drawn["code"][3] == "json_invalid"
    assert "turn" in drawn["error"][4]
    assert drawn["width_px"].tolist() == [48, 48, 0, 0, 0] and drawn["image"][2] == b""
    assert json.loads(drawn["annotations"][0])["atoms"] and drawn["annotations"][3] == ""


def test_tables_of_ray_are_drawn(cluster: None, library: pathlib.Path, tmp_path: pathlib.Path) -> None:
    from PIL import Image

    table = ray.data.from_items(rows(library), override_num_blocks=3)
    drawn = table.map_batches(
        Renderer, concurrency=2, num_cpus=1, batch_size=2, fn_constructor_kwargs={"size": (24, 16), "image": "png"}
    )
    found = {row["key"]: row for row in drawn.take_all()}
    assert {key for key, row in found.items() if not row["error"]} == {"a", "b"}
    assert Image.open(io.BytesIO(found["a"]["image"])).size == (24, 16)
    drawn.write_parquet(str(tmp_path / "drawn"))
    assert ray.data.read_parquet(str(tmp_path / "drawn")).count() == 5
    arrays = table.map_batches(
        Renderer, concurrency=1, num_cpus=1, batch_size=2, fn_constructor_kwargs={"size": (24, 16), "image": "array"}
    )
    shapes = {row["key"]: row["image"].shape for row in arrays.take_all()}
    assert shapes["a"] == (16, 24, 3) and shapes["c"] == (0, 0, 3)


def test_structures_are_bytes_and_requests_are_dicts(library: pathlib.Path) -> None:
    data = (library / "1ubi.pdb").read_bytes()
    # A column of dicts: each has the keys of all, and None for those it lacks.
    requests = [{"style": {"preset": "licorice"}, "select": None}, None]
    given = {"s": [data, bytearray(data)], "q": requests, "id": [1, 2]}
    drawn = Renderer("s", "q", image="array", keep=["id"], size=(20, 20))(given)
    assert drawn["image"].shape == (2, 20, 20, 3) and drawn["image"].dtype == np.uint8
    assert list(drawn["id"]) == [1, 2] and "q" not in drawn and drawn["error"].tolist() == ["", ""]
    with molshot.Renderer(1, "software", size=(20, 20)) as renderer:
        assert (drawn["image"][0] == renderer.render(molshot.read(data), style="licorice").color).all()
    assert Renderer("s", size=8)({"s": [None]})["code"][0] == "structure_missing"
    with pytest.raises(RequestError, match='no column "s", only structure'):
        Renderer("s", size=8)({"structure": [data]})
    with pytest.raises(RequestError, match="no column"):
        Renderer("s", "q", size=8)({"s": [data]})
    with pytest.raises(RequestError, match="png, jpeg"):
        Renderer(image="gif")  # type: ignore[arg-type]
    with pytest.raises(RequestError, match="planes"):
        Renderer(planes=["depth"])
    with pytest.raises(RequestError):
        Renderer(size=0)
