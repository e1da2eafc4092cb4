"""Views for PyTorch. scripts/check-python --all installs it."""

import pathlib
import pickle
import random
import subprocess
import sys
from typing import Any

import pytest
import torch
from torch.utils.data import DataLoader

from molshot import MolshotError, Picture, Renderer, read
from molshot.torch import ViewDataset, ViewStream, collate_with_processor, picture_tensor


def turn(generator: random.Random, index: int) -> tuple[str, dict[str, Any]]:
    angle = generator.randrange(-180, 180)
    return f"roll y {angle}", {"angle": angle, "structure": index}


def paths(library: pathlib.Path) -> list[str]:
    return [str(library / "1ubi.pdb"), str(library / "1hvr")]


def test_samples_are_functions_of_seed_and_number(library: pathlib.Path) -> None:
    one = ViewDataset(paths(library), turn, 20, seed=3, size=(32, 24))
    two = pickle.loads(pickle.dumps(one))
    assert len(one) == 20
    for number in [0, 7, 19]:
        a, b = one[number], two[number]
        assert a["angle"] == b["angle"] and a["structure"] == b["structure"]
        assert a["image"].shape == (3, 24, 32) and a["image"].dtype == torch.uint8
        assert (a["image"] == b["image"]).all()
    assert {one[n]["structure"] for n in range(20)} == {0, 1}
    assert ViewDataset(paths(library), turn, 20, seed=4, size=8)[0]["angle"] != one[0]["angle"]
    with pytest.raises(IndexError):
        one[20]
    with pytest.raises(ValueError, match="structures"):
        ViewDataset([], turn, 1)


def test_batches_are_those_samples(library: pathlib.Path) -> None:
    data = ViewDataset(paths(library), turn, 12, seed=5, size=(20, 12))
    numbers = [3, 0, 11, 3]
    batch = data.__getitems__(numbers)
    assert [sample["angle"] for sample in batch] == [data[number]["angle"] for number in numbers]
    for number, sample in zip(numbers, batch, strict=True):
        assert (sample["image"] == data[number]["image"]).all()
    with pytest.raises(IndexError, match="12 of 12"):
        data.__getitems__([3, 12])
    # What the threads that draw make is what is made of a picture.
    other = ViewDataset(paths(library), turn, 12, seed=5, size=(20, 12), transform=lambda picture: picture_tensor(picture))
    assert (other[3]["image"] == data[3]["image"]).all()
    picture = read(library / "1hvr")
    drawn = Renderer(threads=1, adapter="software").render(picture, size=(20, 12), background="transparent")
    assert (picture_tensor(drawn).numpy() == drawn.rgba[:, :, :3].transpose(2, 0, 1)).all()
    with pytest.raises(MolshotError, match="color was not drawn"):
        ViewDataset(paths(library), turn, 1, size=8, planes=["depth"])[0]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("workers", [0, 2])
def test_batches_of_workers_have_the_same_bytes(workers: int, library: pathlib.Path) -> None:
    data = ViewDataset(paths(library), turn, 10, seed=6, size=(70, 50))
    wanted = torch.stack([data[number]["image"] for number in range(10)])
    found = list(DataLoader(data, batch_size=4, num_workers=workers))
    assert [len(batch["image"]) for batch in found] == [4, 4, 2]
    images = torch.cat([batch["image"] for batch in found])
    assert images.dtype == torch.uint8 and (images == wanted).all()
    # A batch is the process's own: it can be written to, and outlives the workers.
    found[0]["image"][:] = 0
    assert (found[1]["image"] == wanted[4:8]).all()
    # Pictures that are not bytes are collated as torch does.
    floats = ViewDataset(paths(library), turn, 4, size=8, transform=lambda picture: picture_tensor(picture) / 255)
    batch = next(iter(DataLoader(floats, batch_size=4, num_workers=workers)))
    assert batch["image"].dtype == torch.float32 and batch["image"].shape == (4, 3, 8, 8)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_workers_share_the_numbers(method: str, library: pathlib.Path) -> None:
    alone = iter(ViewStream(paths(library), turn, seed=1, size=16))
    wanted = [next(alone)["angle"] for _ in range(32)]
    stream = ViewStream(paths(library), turn, seed=1, size=16)
    # Fork after use: the parent has drawn.
    next(iter(stream))
    loader = DataLoader(stream, batch_size=4, num_workers=2, multiprocessing_context=method)
    found: list[int] = []
    for batch in loader:
        assert batch["image"].shape == (4, 3, 16, 16)
        found += batch["angle"].tolist()
        if len(found) == 32:
            break
    # Batches alternate between the workers, whose numbers are the even and the odd ones.
    assert sorted(found) == sorted(wanted)


def test_ranks_share_the_numbers(library: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def first(count: int, **options: Any) -> list[int]:
        stream = iter(ViewStream(paths(library), turn, seed=2, size=8, **options))
        return [next(stream)["angle"] for _ in range(count)]

    alone = first(12)
    assert first(6, rank=0, world_size=2) == alone[0::2]
    assert first(6, rank=1, world_size=2) == alone[1::2]
    assert first(4, start=8) == alone[8:]
    monkeypatch.setenv("RANK", "1")
    monkeypatch.setenv("WORLD_SIZE", "3")
    assert first(4) == alone[1::3]
    with pytest.raises(ValueError, match="rank"):
        first(1, rank=3, world_size=3)


def test_pictures_become_tensors(library: pathlib.Path) -> None:
    import molshot

    picture = molshot.render(read(library / "1ubi.pdb"), size=(20, 10))
    assert picture_tensor(picture).is_contiguous()
    assert (torch.from_dlpack(picture) == torch.from_numpy(picture.color)).all()
    view = ViewDataset(paths(library), turn, 1, size=8, transform=Picture.to_pil)[0]
    assert view["image"].size == (8, 8)


def test_a_processor_makes_batches(library: pathlib.Path) -> None:
    class Tokenizer:
        pad_token_id = 0

    class Processor:
        """What processors of transformers have in common."""

        tokenizer = Tokenizer()

        def apply_chat_template(self, messages: list[dict[str, Any]], add_generation_prompt: bool) -> str:
            return " ".join(part.get("text", "<image>") for message in messages for part in message["content"])

        def __call__(self, text: list[str], images: list[list[Any]], return_tensors: str, padding: bool) -> dict[str, Any]:
            assert return_tensors == "pt" and padding and all(len(own) == 1 for own in images)
            longest = max(map(len, text))
            return {"input_ids": torch.tensor([[ord(c) for c in line] + [0] * (longest - len(line)) for line in text])}

    samples = [{"image": None, "question": "Which?", "answer": "x" * n} for n in (1, 3)]
    batch = collate_with_processor(Processor())(samples)
    assert batch["labels"][0].tolist()[-2:] == [-100, -100] and (batch["labels"][1] > 0).all()
    assert "labels" not in collate_with_processor(Processor(), answer=None)(samples)


@pytest.mark.parametrize("workers", [0, 2])
def test_the_interpreter_may_exit_in_a_stream(workers: int, library: pathlib.Path) -> None:
    code = f"""
import warnings
from torch.utils.data import DataLoader
from molshot.torch import ViewStream

def turn(generator, index):
    return f"roll y {{generator.randrange(360)}}", {{}}

stream = ViewStream([{str(library / "1ubi.pdb")!r}], turn, size=256)
next(iter(stream))
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Python warns of threads at a fork
    batches = iter(DataLoader(stream, batch_size=4, num_workers={workers}))
    assert next(batches)["image"].shape == (4, 3, 256, 256)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
