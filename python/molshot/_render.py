"""Drawing: one picture, many pictures, renderers."""

import atexit
import json
import os
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeAlias

import numpy as np
import numpy.typing as npt

from molshot import _arguments, _molshot
from molshot._errors import RenderError, RequestError
from molshot._picture import Picture
from molshot._structure import Structure
from molshot._values import plain

Commands: TypeAlias = "str | Sequence[str] | None"
#: What `Renderer.render_many` takes: a structure, (structure, commands), (structure, options), or
#: (structure, commands, options).
Job: TypeAlias = "Structure | tuple[Any, ...]"


def render_options() -> dict[str, tuple[str | None, str]]:
    """Default and help of every keyword that render functions take, by name."""
    return {name: (default, text) for name, default, text in _molshot.render_options()}


class Renderer:
    """Draws pictures on all processors, or on a GPU.

    Parameters
    ----------
    threads : int, optional
        Number of threads; by default the processors that the process may use (affinity, quota).
    adapter : str
        ``auto`` (a GPU where there is one), ``software`` (the built-in rasteriser, which gives the
        same bytes everywhere), ``gpu``, or ``vulkan-software``.
    **options
        Options of every picture, such as ``size=(512, 512)``; those of a call come on top.

    May be used by several threads, and after a fork: every process has threads of its own.
    Pickling keeps the settings only. A context manager.
    """

    def __init__(self, threads: int | None = None, adapter: str = "auto", **options: Any) -> None:
        self._threads = None if threads is None else _arguments.whole("threads", threads, 1, 1024)
        self._choice = adapter
        self._options = plain(options)
        self._lock = threading.Lock()
        self._process: int | None = None
        self._inner: _molshot.Pool | None = None
        self._closed = False
        _molshot.Request(None, {key: value for key, value in self._options.items() if key != "request"})
        _renderers.add(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return _make_renderer, (self._threads, self._choice, self._options)

    def _pool(self) -> _molshot.Pool:
        process = os.getpid()
        inner = self._inner
        if inner is not None and self._process == process and not self._closed:
            return inner
        with self._lock:
            if self._closed:
                raise RenderError("the renderer is closed; make another one", "closed")
            if self._inner is None or self._process != process:
                self._inner = _molshot.Pool(self._threads, self._choice)
                self._process = process
            return self._inner

    @property
    def adapter(self) -> str:
        """Name of the adapter that draws."""
        return self._pool().adapter

    @property
    def threads(self) -> int:
        """Number of threads."""
        return self._pool().threads

    def render(self, structure: Any, commands: Commands = None, **options: Any) -> Picture:
        """Draws one picture.

        Parameters
        ----------
        structure : Structure
            Or an object that `Structure.from_object` takes.
        commands : str or list of str, optional
            View commands, such as ``view left; roll y 15``.
        **options
            The options of ``molshot render``, with ``_`` for ``-``: ``size=(512, 512)``,
            ``style="misi"``, ``planes=["color", "depth"]``; `render_options` lists them.
            ``request`` is a render request as a dict (that of scene files); keywords come on top.

        Raises
        ------
        RequestError
            If an option is wrong; ``pointer`` says which.
        """
        batch = _molshot.Batch(self._pool())
        batch.submit(0, _structure(structure)._inner, self._request(commands, options))
        return Picture(_unless_failed(batch.next()[1]))

    def render_many(
        self, jobs: Iterable[Job], *, ordered: bool = True, ahead: int | None = None, **options: Any
    ) -> Iterator[Picture]:
        """Draws pictures of a sequence of any length.

        Parameters
        ----------
        jobs : iterable
            Structures, ``(structure, commands)``, ``(structure, options)`` or
            ``(structure, commands, options)``, where options is a dict.
        ordered : bool
            Whether the pictures come in the order of the jobs, or as they are ready.
        ahead : int, optional
            Most pictures that are drawn before they are taken; by default four per thread. Jobs are
            taken from the iterable only as pictures are taken, so memory is bounded.
        **options
            Options of all pictures.

        Closing the iterator cancels what is not drawn yet. An error of a job, or of ``jobs`` itself,
        ends it after the pictures of the jobs before.
        """
        taken = self._drawn(jobs, ordered, ahead, options, planar=False)
        return (Picture(picture) for picture in taken)

    def _render_planar(
        self, jobs: Iterable[Job], ahead: int, options: Mapping[str, Any]
    ) -> Iterator[npt.NDArray[np.uint8]]:
        """The colours of `render_many` as (3, H, W), which the threads that draw make."""
        return self._drawn(jobs, True, ahead, options, planar=True)

    def _drawn(
        self,
        jobs: Iterable[Job],
        ordered: bool,
        ahead: int | None,
        options: Mapping[str, Any],
        planar: bool,
    ) -> Iterator[Any]:
        """What the extension makes of jobs: its pictures or, if planar, arrays."""
        window = None if ahead is None else _arguments.whole("ahead", ahead, 1)
        pool = self._pool()
        if window is None:
            window = 4 * pool.threads
        batch = _molshot.Batch(pool, planar)
        #: What has arrived and is not taken: pictures and exceptions, by number.
        ready: dict[int, Any] = {}
        submitted = taken = 0
        source = iter(jobs)
        more = True
        try:
            while True:
                while more and submitted - taken < window:
                    try:
                        structure, commands, own = _job(next(source))
                        request = self._request(commands, {**options, **own} if own else options)
                        batch.submit(submitted, structure._inner, request)
                    except StopIteration:
                        more = False
                        break
                    except Exception as error:
                        # Raised when the pictures before it are taken.
                        ready[submitted] = error
                        more = False
                    submitted += 1
                if taken == submitted:
                    return
                while not (taken in ready if ordered else _has_picture(ready, submitted - taken)):
                    number, drawn = batch.next()
                    ready[number] = drawn
                    more = more and not isinstance(drawn, Exception)
                # Exceptions last, if the order is free.
                number = taken if ordered else min(ready, key=lambda one: isinstance(ready[one], Exception))
                taken += 1
                yield _unless_failed(ready.pop(number))
        finally:
            batch.cancel()

    def _request(self, commands: Commands, options: Mapping[str, Any]) -> _molshot.Request:
        merged = {**self._options, **plain(options)}
        if commands is not None:
            merged["commands"] = commands
        document = merged.pop("request", None)
        try:
            text = None if document is None else json.dumps(document)
        except (TypeError, ValueError) as error:
            raise RequestError(f"request is not JSON: {error}; give a render request as a dict", "argument_invalid") from error
        return _molshot.Request(text, merged)

    def close(self) -> None:
        """Ends the threads; pictures that wait are not drawn."""
        with self._lock:
            self._closed = True
            inner, self._inner = self._inner, None
            if inner is not None and self._process == os.getpid():
                inner.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"molshot.Renderer(threads={self._threads}, adapter={self._choice!r})"


def _has_picture(ready: Mapping[int, Any], outstanding: int) -> bool:
    """Whether there is a picture to take, or nothing more will arrive."""
    return len(ready) == outstanding or any(not isinstance(one, Exception) for one in ready.values())


def _unless_failed(drawn: Any) -> Any:
    """What was drawn; raises it if it is an exception."""
    if isinstance(drawn, Exception):
        raise drawn
    return drawn


def _make_renderer(threads: int | None, adapter: str, options: dict[str, Any]) -> Renderer:
    return Renderer(threads, adapter, **options)


def _structure(given: Any) -> Structure:
    return given if isinstance(given, Structure) else Structure.from_object(given)


def _job(job: Job) -> tuple[Structure, Commands, Mapping[str, Any]]:
    if not isinstance(job, tuple):
        return _structure(job), None, {}
    structure, *rest = job
    commands: Commands = None
    options: Mapping[str, Any] = {}
    for part in rest:
        if isinstance(part, Mapping):
            options = part
        else:
            commands = part
    return _structure(structure), commands, options


_default: Renderer | None = None
_default_lock = threading.Lock()


def _default_renderer() -> Renderer:
    global _default
    with _default_lock:
        if _default is None:
            _default = Renderer()
        return _default


def render(structure: Any, commands: Commands = None, **options: Any) -> Picture:
    """Draws one picture with a renderer that the process keeps; see `Renderer.render`."""
    return _default_renderer().render(structure, commands, **options)


def render_many(
    jobs: Iterable[Job], *, ordered: bool = True, ahead: int | None = None, **options: Any
) -> Iterator[Picture]:
    """Draws pictures with a renderer that the process keeps; see `Renderer.render_many`."""
    return _default_renderer().render_many(jobs, ordered=ordered, ahead=ahead, **options)


class _Renderers:
    """The renderers of this process, to fix their locks after a fork and close them at exit."""

    def __init__(self) -> None:
        import weakref

        self._all: weakref.WeakSet[Renderer] = weakref.WeakSet()

    def add(self, renderer: Renderer) -> None:
        self._all.add(renderer)

    def after_fork(self) -> None:
        global _default_lock
        # A lock that another thread held stays held in the child.
        _default_lock = threading.Lock()
        for renderer in list(self._all):
            renderer._lock = threading.Lock()

    def close(self) -> None:
        for renderer in list(self._all):
            renderer.close()


_renderers = _Renderers()
os.register_at_fork(after_in_child=_renderers.after_fork)
atexit.register(_renderers.close)
