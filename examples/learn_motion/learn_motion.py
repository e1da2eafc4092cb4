"""Trains a small network to answer T1, T2 and T3 of MiSI-Bench, on pictures drawn while it trains.

    python examples/learn_motion/learn_motion.py COMPLEXES [--minutes 10] [--workers 1] [--seed 0]

COMPLEXES is a folder of complexes in PDBbind layout. 40 of them are for training; the others, which
the network never sees, are the test. It sees a view before and after one motion, and says which
motion it was: `move x 3` (T1), `roll y 15` (T2) or `move z 50` (T3). Answers are texts, and
`molshot.dataset.score_answer` scores them as those of any model.

Needs PyTorch. Nothing is written to disk.
"""

import argparse
import itertools
import math
import pathlib
import random
import time
from collections.abc import Iterator
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, IterableDataset, get_worker_info

import molshot
from molshot import dataset
from molshot.torch import picture_tensor

SIZE_PX = 128
TRAINING_COMPLEXES = 40
QUESTIONS_PER_VIEW = 4
ANSWERS = {
    "T1": [f"move {axis} {size}" for axis in "xy" for size in range(-4, 5) if size],
    "T2": [f"roll {axis} {size}" for axis in "xyz" for size in range(-90, 91, 15) if size],
    "T3": [f"move z {size}" for size in range(40, 61)],
}
#: How often each task is asked in training: the difficult ones more often.
WEIGHTS = {"T1": 1, "T2": 2, "T3": 3}
ALL = [(task, answer) for task, answers in ANSWERS.items() for answer in answers]
TASKS = list(ANSWERS)
TASK_OF = torch.tensor([TASKS.index(task) for task, _ in ALL])
#: Scores of the paper's table (percent): people, the best model as it is, and one that was trained
#: on 588,000 pictures.
PAPER = {"T1": (100.0, 52.3, 99.8), "T2": (70.2, 44.2, 99.7), "T3": (30.0, 6.0, 27.1)}


class Questions(IterableDataset[dict[str, Any]]):
    """An endless stream of questions about some complexes.

    With `turned`, each begins from another orientation and distance, so that 40 complexes give
    endlessly many pictures, and the network cannot know by heart how far away each of them is.
    Motions are about the axes of the screen, so the answer does not depend on it. The test begins
    from the front, as the paper does.
    """

    def __init__(self, paths: list[pathlib.Path], seed: int, turned: bool) -> None:
        self.paths = paths
        self.seed = seed
        self.turned = turned

    def __iter__(self) -> Iterator[dict[str, Any]]:
        worker = get_worker_info()
        generator = random.Random(f"{self.seed} {worker.id if worker else 0}")
        structures = [molshot.read(path) for path in self.paths]
        weights = list(WEIGHTS.values()) if self.turned else None
        with molshot.Renderer(threads=1, adapter="software", size=SIZE_PX, labels="none") as renderer:
            while True:
                structure = generator.choice(structures)
                before = ["view front"]
                if self.turned:
                    before += [f"roll {axis} {generator.uniform(-180, 180):.1f}" for axis in "zxyz"]
                    before += [f"move z {generator.uniform(-12, 12):.1f}"]
                tasks = generator.choices(TASKS, weights, k=QUESTIONS_PER_VIEW)
                answers = [generator.choice(ANSWERS[task]) for task in tasks]
                views = [before, *([*before, answer] for answer in answers)]
                first, *others = map(picture_tensor, renderer.render_many((structure, view) for view in views))
                for task, answer, other in zip(tasks, answers, others, strict=True):
                    yield {"images": torch.stack([first, other]), "answer": ALL.index((task, answer))}


def convolutions(channels: list[int]) -> nn.Sequential:
    """Halves height and width at every step, and makes 128 numbers of what is left."""
    layers: list[nn.Module] = []
    for given, made in itertools.pairwise(channels):
        layers += [nn.Conv2d(given, made, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(made), nn.ReLU()]
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(channels[-1] * 16, 128), nn.ReLU())


class Network(nn.Module):
    """Compares two views in two coordinate systems: that of the picture, and a logarithmic polar
    one, in which a turn about the line of sight and a change of size are shifts.

    In each, it looks at both views together, and at their correlation at every shift.
    """

    def __init__(self) -> None:
        super().__init__()
        self.plain = convolutions([24, 48, 64, 96, 96])
        self.polar = convolutions([6, 32, 48, 64, 96])
        self.plain_shifts = convolutions([6, 32, 48, 64, 96])
        self.polar_shifts = convolutions([6, 32, 48, 64, 96])
        self.answer = nn.Sequential(nn.Linear(4 * 128, 256), nn.ReLU(), nn.Linear(256, len(ALL)))
        angle = torch.arange(64) / 64 * 2 * math.pi
        radius = torch.exp(torch.linspace(math.log(3 / 64), 0, 64))[:, None]
        grid = torch.stack([radius * angle.cos(), radius * angle.sin()], dim=-1)
        self.register_buffer("grid", grid[None])

    @staticmethod
    def shifts(views: Tensor) -> Tensor:
        """Correlation of two views at every shift, (N, 2, 3, 64, 64) to (N, 6, 64, 64): of the
        colours as they are, and with all frequencies equally strong."""
        spectrum = torch.fft.rfft2(views - views.mean(dim=(-2, -1), keepdim=True))
        product = spectrum[:, 1] * spectrum[:, 0].conj()
        power = spectrum.abs().square().mean(dim=(-2, -1), keepdim=True).prod(dim=1)
        both = torch.cat([product / (power + 1e-6).sqrt() / 8, product / (product.abs() + 1e-3)], dim=1)
        return 4 * torch.fft.fftshift(torch.fft.irfft2(both, s=views.shape[-2:]), dim=(2, 3))

    def forward(self, images: Tensor) -> Tensor:
        with torch.no_grad():
            views = images.float() / 255
            flat = views.flatten(0, 1)
            half = functional.avg_pool2d(flat, 2).unflatten(0, (-1, 2))
            grid = self.grid.expand(len(flat), -1, -1, -1)
            polar = functional.grid_sample(flat, grid, align_corners=False).unflatten(0, (-1, 2))
            # Every 2 x 2 pixels are one place with four times the channels.
            plain = functional.pixel_unshuffle(views.flatten(1, 2), 2)
            inputs = [plain, polar.flatten(1, 2), self.shifts(half), self.shifts(polar)]
        parts = [self.plain, self.polar, self.plain_shifts, self.polar_shifts]
        found = [
            part(given.contiguous(memory_format=torch.channels_last))
            for part, given in zip(parts, inputs, strict=True)
        ]
        return self.answer(torch.cat(found, dim=1))


def logits(model: nn.Module, batch: dict[str, Tensor]) -> Tensor:
    """Scores of all answers; those of other tasks are impossible."""
    with torch.autocast("cpu", torch.bfloat16):
        scores = model(batch["images"]).float()
    return scores.masked_fill(TASK_OF != TASK_OF[batch["answer"]][:, None], -1e4)


def targets() -> Tensor:
    """For every answer, the probabilities that training aims for: also some for its neighbours,
    so that the network learns which answers are near to each other."""
    width = {"T1": 0.3, "T2": 6.0, "T3": 1.5}
    size = torch.tensor([float(answer.split()[2]) for _, answer in ALL])
    widths = torch.tensor([width[task] for task, _ in ALL])
    distance = (size - size[:, None]) / widths[:, None]
    kinds = [answer.rsplit(" ", 1)[0] + task for task, answer in ALL]
    same = torch.tensor([[kind == other for other in kinds] for kind in kinds])
    return (-distance.square() / 2).masked_fill(~same, -1e4).softmax(dim=1)


def points() -> Tensor:
    """The score of every answer (column) to every question (row), of 1."""
    rows = [
        [dataset.score_answer(task, right, answer).score if task == other else 0.0 for other, answer in ALL]
        for task, right in ALL
    ]
    return torch.tensor(rows)


def test(model: nn.Module, loader: DataLoader[Any], count: int) -> dict[str, list[float]]:
    """Scores of `count` questions, by task. Of what it thinks possible, the network gives the
    answer with the highest expected score."""
    model.eval()
    table = points()
    scores: dict[str, list[float]] = {task: [] for task in TASKS}
    with torch.no_grad():
        for batch in loader:
            guesses = (logits(model, batch).softmax(dim=1) @ table).argmax(dim=1)
            for guess, answer in zip(guesses.tolist(), batch["answer"].tolist(), strict=True):
                task, text = ALL[answer]
                scores[task].append(dataset.score_answer(task, text, ALL[guess][1]).score)
            if sum(map(len, scores.values())) >= count:
                break
    return scores


def chance(task: str) -> float:
    """The best score of one constant answer."""
    own = TASK_OF == TASKS.index(task)
    return points()[own][:, own].mean(dim=0).max().item()


def train(model: nn.Module, loader: DataLoader[Any], limit_seconds: float) -> None:
    """Trains until the time is over; the learning rate rises for a twelfth of it, then falls."""
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.02)
    aims = targets()
    batches = iter(loader)
    start = time.monotonic()
    seen, waited, shown, average = 0, 0.0, 0.0, 0.0
    while (elapsed := time.monotonic() - start) < limit_seconds:
        part = elapsed / limit_seconds
        falling = (1 + math.cos(math.pi * (12 * part - 1) / 11)) / 2
        optimizer.param_groups[0]["lr"] = 2e-3 * (12 * part if part < 1 / 12 else falling) + 1e-5
        batch = next(batches)
        waited += time.monotonic() - start - elapsed
        loss = functional.cross_entropy(logits(model, batch), aims[batch["answer"]])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen += len(batch["answer"])
        average = 0.95 * average + 0.05 * loss.item() if average else loss.item()
        if elapsed - shown > 30:
            shown = elapsed
            print(f"{elapsed:4.0f} s, {seen} questions, loss {average:.2f}, {100 * waited / elapsed:.0f} % waiting for pictures", flush=True)
    pictures = seen * (QUESTIONS_PER_VIEW + 1) // QUESTIONS_PER_VIEW
    print(f"{seen} questions, {pictures} pictures, {pictures / limit_seconds:.0f} pictures a second")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("complexes", type=pathlib.Path)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--threads", type=int, default=1, help="threads of the network; more help only if no other job runs")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--questions", type=int, default=3000, help="number of test questions")
    arguments = parser.parse_args()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)

    paths = sorted(path for path in arguments.complexes.iterdir() if path.is_dir())
    random.Random(arguments.seed).shuffle(paths)
    training, unseen = paths[:TRAINING_COMPLEXES], paths[TRAINING_COMPLEXES:]
    if not unseen:
        raise SystemExit(f"{arguments.complexes} has {len(paths)} complexes; give more than {TRAINING_COMPLEXES}")
    print(f"{len(training)} complexes for training, {len(unseen)} unseen ones for the test")

    model = Network().to(memory_format=torch.channels_last)
    questions = Questions(training, arguments.seed, turned=True)
    loader = DataLoader(questions, batch_size=64, num_workers=arguments.workers, prefetch_factor=4 if arguments.workers else None)
    train(model, loader, arguments.minutes * 60)

    scores = test(model, DataLoader(Questions(unseen, arguments.seed + 1, turned=False), batch_size=100), arguments.questions)
    print("task  questions  this network  best constant | paper: people  best model  trained model")
    for task, own in scores.items():
        people, best, trained = PAPER[task]
        print(
            f"{task}    {len(own):9}  {100 * sum(own) / len(own):12.1f}  {100 * chance(task):13.1f} |"
            f"        {people:6.1f}  {best:10.1f}  {trained:13.1f}"
        )


if __name__ == "__main__":
    main()
