"""Trains a small network to answer T1, T2 and T3 of MiSI-Bench, on pictures drawn while it trains.

    python examples/learn_motion/learn_motion.py COMPLEXES [--minutes 6] [--workers 1] [--seed 0]

COMPLEXES is a folder of complexes in PDBbind layout. 40 of them are for training; the others, which
the network never sees, are the test. It sees the front view before and after one motion, and says
which motion it was: `move x 3` (T1), `roll y 15` (T2) or `move z 50` (T3). Answers are texts, and
`molshot.dataset.score_answer` scores them as those of any model.

Needs PyTorch. Nothing is written to disk.
"""

import argparse
import pathlib
import random
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

import molshot
from molshot import dataset

SIZE_PX = 128
TRAINING_COMPLEXES = 40
ANSWERS = {
    "T1": [f"move {axis} {size}" for axis in "xy" for size in range(-4, 5) if size],
    "T2": [f"roll {axis} {size}" for axis in "xyz" for size in range(-90, 91, 15) if size],
    "T3": [f"move z {size}" for size in range(40, 61)],
}
ALL = [(task, answer) for task, answers in ANSWERS.items() for answer in answers]
#: Which of all answers are those of each task.
OF_TASK = {task: torch.tensor([other == task for other, _ in ALL]) for task in ANSWERS}
TASKS = list(ANSWERS)
#: Scores of the paper's table (percent): people, the best model as it is, and one that was trained
#: on 588,000 pictures.
PAPER = {"T1": (100.0, 52.3, 99.8), "T2": (70.2, 44.2, 99.7), "T3": (30.0, 6.0, 27.1)}


class Questions(IterableDataset[dict[str, Any]]):
    """An endless stream of questions about some complexes.

    With `turned`, each begins from another orientation, so that 40 complexes give endlessly many
    pictures and the network cannot know them by heart. Motions are about the axes of the screen, so
    the answer does not depend on it. The test begins from the front, as the paper does.
    """

    def __init__(self, paths: list[pathlib.Path], seed: int, turned: bool) -> None:
        self.paths = paths
        self.seed = seed
        self.turned = turned

    def __iter__(self) -> Iterator[dict[str, Any]]:
        worker = get_worker_info()
        generator = random.Random(f"{self.seed} {worker.id if worker else 0}")
        structures = [molshot.read(path) for path in self.paths]
        with molshot.Renderer(threads=1, adapter="software", size=SIZE_PX, samples=1, labels="none") as renderer:
            while True:
                structure = generator.choice(structures)
                task = generator.choice(TASKS)
                answer = generator.choice(ANSWERS[task])
                before = ["view front"]
                if self.turned:
                    before += [f"roll {axis} {generator.uniform(-180, 180):.1f}" for axis in "xyz"]
                views = renderer.render_many([(structure, before), (structure, [*before, answer])])
                pictures = [picture.color.mean(axis=2) for picture in views]
                yield {
                    "image": np.stack(pictures).astype(np.float32) / 255,
                    "task": TASKS.index(task),
                    "answer": ALL.index((task, answer)),
                }


def network() -> nn.Module:
    """Convolutions over both views, then two layers over what they found in every place."""
    layers: list[nn.Module] = []
    channels = 2
    for wider in [32, 48, 64, 96, 128]:
        layers += [nn.Conv2d(channels, wider, 3, stride=2, padding=1), nn.BatchNorm2d(wider), nn.ReLU()]
        channels = wider
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(128 * 16, 256), nn.ReLU(), nn.Linear(256, len(ALL)))


def logits(model: nn.Module, batch: dict[str, torch.Tensor]) -> torch.Tensor:
    """Scores of all answers; those of other tasks are minus infinity."""
    allowed = torch.stack([OF_TASK[TASKS[task]] for task in batch["task"].tolist()])
    return model(batch["image"]).masked_fill(~allowed, -torch.inf)


def test(model: nn.Module, loader: DataLoader[Any], count: int) -> dict[str, list[float]]:
    """Scores of `count` questions, by task."""
    model.eval()
    scores: dict[str, list[float]] = {task: [] for task in TASKS}
    with torch.no_grad():
        for batch in loader:
            for guess, answer in zip(logits(model, batch).argmax(dim=1).tolist(), batch["answer"].tolist(), strict=True):
                task, text = ALL[answer]
                scores[task].append(dataset.score_answer(task, text, ALL[guess][1]).score)
            if sum(map(len, scores.values())) >= count:
                return scores
    return scores


def chance(task: str) -> float:
    """The best score of one constant answer."""
    answers = ANSWERS[task]
    mean = lambda text: sum(dataset.score_answer(task, answer, text).score for answer in answers) / len(answers)
    return max(map(mean, answers))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("complexes", type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=6)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--questions", type=int, default=1500, help="number of test questions")
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)

    paths = sorted(path for path in arguments.complexes.iterdir() if path.is_dir())
    random.Random(arguments.seed).shuffle(paths)
    train, unseen = paths[:TRAINING_COMPLEXES], paths[TRAINING_COMPLEXES:]
    if not unseen:
        raise SystemExit(f"{arguments.complexes} has {len(paths)} complexes; give more than {TRAINING_COMPLEXES}")
    print(f"{len(train)} complexes for training, {len(unseen)} unseen ones for the test")

    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), lr=2e-3)
    loader = DataLoader(Questions(train, arguments.seed, turned=True), batch_size=64, num_workers=arguments.workers)
    start, seen, waited, shown = time.monotonic(), 0, 0.0, 0.0
    limit = arguments.minutes * 60
    batches = iter(loader)
    while (elapsed := time.monotonic() - start) < limit:
        for group in optimizer.param_groups:
            group["lr"] = 2e-3 * max(0.02, 1 - elapsed / limit)
        before = time.monotonic()
        batch = next(batches)
        waited += time.monotonic() - before
        loss = nn.functional.cross_entropy(logits(model, batch), batch["answer"])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen += len(batch["answer"])
        if elapsed - shown > 30:
            shown = elapsed
            print(f"{elapsed:4.0f} s, {seen} questions, loss {loss.item():.2f}, {100 * waited / elapsed:.0f} % waiting for pictures", flush=True)
    del batches
    print(f"{seen} questions, {2 * seen} pictures, {2 * seen / (time.monotonic() - start):.0f} pictures a second")

    scores = test(model, DataLoader(Questions(unseen, arguments.seed + 1, turned=False), batch_size=64), arguments.questions)
    print("task  questions  this network  best constant | paper: people  best model  trained model")
    for task, points in scores.items():
        people, best, trained = PAPER[task]
        score = 100 * sum(points) / len(points)
        print(
            f"{task}    {len(points):9}  {score:12.1f}  {100 * chance(task):13.1f} |"
            f"        {people:6.1f}  {best:10.1f}  {trained:13.1f}"
        )


if __name__ == "__main__":
    main()
