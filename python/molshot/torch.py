"""Pictures and questions for PyTorch, drawn while a model trains: nothing on disk.

`ViewDataset` has a fixed number of samples; `ViewStream` is endless. Both draw in the worker
processes of a `torch.utils.data.DataLoader`, with any start method, and give every worker and rank
its own share. PyTorch is imported when this module is.
"""

import collections
import hashlib
import itertools
import os
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import torch
from torch.utils.data import Dataset, IterableDataset, get_worker_info
from torch.utils.data._utils.collate import collate, default_collate_fn_map

from molshot import _arguments
from molshot._picture import Picture
from molshot._render import Job, Renderer
from molshot._structure import Structure, read

__all__ = ["ViewDataset", "ViewStream", "collate_with_processor", "picture_tensor"]

#: Makes a sample of a random number generator and the index of a structure: view commands, and
#: what the sample has beside its picture (a label, a question and its answer, ...).
ViewFunction = Callable[[random.Random, int], tuple[Sequence[str] | str, Mapping[str, Any]]]

#: Most samples that a process draws before they are taken: as many as `Renderer.render_many`.
_AHEAD = 4


def picture_tensor(picture: Picture) -> torch.Tensor:
    """Colours as a tensor (3, H, W) uint8, contiguous."""
    return torch.from_numpy(picture._inner.planar())


class _Sample(dict[str, Any]):
    """A sample, of a type of its own so that `default_collate` makes batches by `_collate`."""


def _collate(samples: Sequence[_Sample], *, collate_fn_map: Any = None) -> dict[str, Any]:
    """What `default_collate` makes of dicts, with other memory for the pictures."""
    batch: dict[str, Any] = {}
    for key in samples[0]:
        values = [sample[key] for sample in samples]
        stacked = _shared_stack(values) if key == "image" and get_worker_info() else None
        batch[key] = collate(values, collate_fn_map=collate_fn_map) if stacked is None else stacked
    return batch


default_collate_fn_map[_Sample] = _collate


def _shared_stack(images: Sequence[Any]) -> torch.Tensor | None:
    """Stacks pictures of a worker in memory that it shares with the process that trains.

    `torch.stack` into shared memory stops at every page of 4 KiB until the system has made it. To
    write the same bytes to a file in memory costs half of that. None if it cannot be done.
    """
    first = images[0]
    # What a worker of torch uses to take shared memory that it is sent.
    from_file = getattr(torch.UntypedStorage, "_new_shared_fd_cpu", None)
    if from_file is None or not hasattr(os, "memfd_create"):
        return None
    if not all(_is_plain(image) and image.shape == first.shape for image in images):
        return None
    with open(os.memfd_create("molshot"), "wb") as file:
        for image in images:
            file.write(image.numpy())
        file.flush()
        storage = from_file(file.fileno(), len(images) * first.numel())
    return torch.empty(0, dtype=torch.uint8).set_(storage).view(len(images), *first.shape)


def _is_plain(image: Any) -> bool:
    """Whether it is a tensor of bytes one after the other."""
    return (
        type(image) is torch.Tensor
        and image.dtype == torch.uint8
        and image.device.type == "cpu"
        and image.is_contiguous()
    )


class _Views:
    """What both data sets share: structures, how to draw them, and a renderer per process."""

    def __init__(
        self,
        structures: Sequence[Any],
        view: ViewFunction,
        seed: int,
        transform: Callable[[Picture], Any] | None,
        options: Mapping[str, Any],
    ) -> None:
        if not structures:
            raise ValueError("no structures; give at least one")
        self.structures = list(structures)
        self.view = view
        self.seed = seed
        self.transform = None if transform is picture_tensor else transform
        self.options = dict(options)
        # One thread per worker process: the workers are what runs at the same time.
        self.renderer = Renderer(threads=1, adapter=self.options.pop("adapter", "software"))

    def structure(self, index: int) -> Structure:
        """Structures may be given as paths; each is read once per process."""
        given = self.structures[index]
        if not isinstance(given, Structure):
            is_path = isinstance(given, (str, os.PathLike))
            given = read(given) if is_path else Structure.from_object(given)
            self.structures[index] = given
        return given

    def samples(self, numbers: Iterable[int], ahead: int) -> Iterator[dict[str, Any]]:
        """The samples of numbers: the same in every process and on every machine. The next ones
        are drawn while one is in use."""
        labels: collections.deque[Mapping[str, Any]] = collections.deque()

        def jobs() -> Iterator[Job]:
            for number in numbers:
                digest = hashlib.sha256(f"{self.seed} {number}".encode()).digest()
                generator = random.Random(digest)
                index = generator.randrange(len(self.structures))
                commands, label = self.view(generator, index)
                labels.append(label)
                yield self.structure(index), commands

        images: Iterator[Any]
        if self.transform is None:
            arrays = self.renderer._render_planar(jobs(), ahead, self.options)
            images = map(torch.from_numpy, arrays)
        else:
            pictures = self.renderer.render_many(jobs(), ahead=ahead, **self.options)
            images = map(self.transform, pictures)
        for image in images:
            yield _Sample({"image": image, **labels.popleft()})


class ViewDataset(Dataset[dict[str, Any]]):
    """A fixed number of random views (map style).

    Parameters
    ----------
    structures : sequence of Structure, path, or object of another library
    view : function of (random.Random, index of the structure)
        Returns view commands, and a mapping that is added to the sample.
    length : int
        Number of samples.
    seed : int
        Sample number n is a function of the seed and n.
    transform : function of Picture, optional
        Makes ``sample["image"]``; by default `picture_tensor`.
    **options
        Render options, such as ``size=(224, 224)``.
    """

    def __init__(
        self,
        structures: Sequence[Any],
        view: ViewFunction,
        length: int,
        *,
        seed: int = 0,
        transform: Callable[[Picture], Any] | None = None,
        **options: Any,
    ) -> None:
        self._views = _Views(structures, view, seed, transform, options)
        self._length = _arguments.whole("length", length, 0)

    def __len__(self) -> int:
        return self._length

    def __getitem__(self, number: int) -> dict[str, Any]:
        if not 0 <= number < self._length:
            raise IndexError(f"sample {number} of {self._length}")
        return next(self._views.samples([number], 1))

    def __getitems__(self, numbers: Sequence[int]) -> list[dict[str, Any]]:
        """A batch of samples, for ``torch.utils.data.DataLoader``."""
        for number in numbers:
            if not 0 <= number < self._length:
                raise IndexError(f"sample {number} of {self._length}")
        return list(self._views.samples(numbers, _AHEAD))


class ViewStream(IterableDataset[dict[str, Any]]):
    """An endless stream of random views, seeded, without repeats between workers and ranks.

    Parameters
    ----------
    structures, view, seed, transform, **options
        As of `ViewDataset`.
    rank, world_size : int, optional
        Of distributed training; by default those of ``torch.distributed``, if it is initialised,
        or of the environment variables ``RANK`` and ``WORLD_SIZE``.
    start : int
        Number of the first sample of the whole stream, to continue one.
    """

    def __init__(
        self,
        structures: Sequence[Any],
        view: ViewFunction,
        *,
        seed: int = 0,
        transform: Callable[[Picture], Any] | None = None,
        rank: int | None = None,
        world_size: int | None = None,
        start: int = 0,
        **options: Any,
    ) -> None:
        self._views = _Views(structures, view, seed, transform, options)
        found_rank, found_size = _rank()
        self._rank = found_rank if rank is None else rank
        self._world_size = found_size if world_size is None else world_size
        if not 0 <= self._rank < self._world_size:
            raise ValueError(f"rank {self._rank} of {self._world_size}; give 0 to world_size - 1")
        self._start = _arguments.whole("start", start, 0)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        worker = get_worker_info()
        workers = 1 if worker is None else worker.num_workers
        own = 0 if worker is None else worker.id
        numbers = itertools.count(
            self._start + self._rank * workers + own, self._world_size * workers
        )
        return self._views.samples(numbers, _AHEAD)


def _rank() -> tuple[int, int]:
    """Rank and number of processes of distributed training."""
    if torch.distributed.is_available() and torch.distributed.is_initialized():
        return torch.distributed.get_rank(), torch.distributed.get_world_size()
    return int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))


def collate_with_processor(
    processor: Any, *, question: str = "question", answer: str | None = "answer", image: str = "image"
) -> Callable[[Sequence[Mapping[str, Any]]], Any]:
    """Makes a collate function for a processor of transformers.

    The samples have a picture (``transform=Picture.to_pil``) and texts. The function returns what
    the processor makes of chat messages, with ``labels`` where ``answer`` names a key.
    """

    def collate(samples: Sequence[Mapping[str, Any]]) -> Any:
        texts = []
        for sample in samples:
            content = [{"type": "image"}, {"type": "text", "text": sample[question]}]
            messages = [{"role": "user", "content": content}]
            if answer is not None:
                reply = [{"type": "text", "text": sample[answer]}]
                messages.append({"role": "assistant", "content": reply})
            texts.append(processor.apply_chat_template(messages, add_generation_prompt=answer is None))
        batch = processor(
            text=texts, images=[[sample[image]] for sample in samples], return_tensors="pt", padding=True
        )
        if answer is not None:
            labels = batch["input_ids"].clone()
            padding = getattr(processor.tokenizer, "pad_token_id", None)
            if padding is not None:
                labels[labels == padding] = -100
            batch["labels"] = labels
        return batch

    return collate
