"""Trajectories: the frames of XTC, TRR and DCD files as structures."""

import operator
import os
from collections.abc import Iterator, Sequence
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from molshot import _molshot
from molshot._errors import InputError
from molshot._structure import PathText, Structure, read


class Trajectory(Sequence[Structure]):
    """Frames of a trajectory: ``t[i]`` is the structure at a frame, ``t[0:1000:10]`` are others.

    Made by `read_trajectory`. The file stays on disk; each frame is read when it is needed, and all
    have the bonds of the topology.
    """

    __slots__ = ("_inner", "_range", "_source")

    def __init__(self, inner: _molshot.Trajectory, source: tuple[Any, ...], numbers: range) -> None:
        self._inner = inner
        self._source = source
        self._range = numbers

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (*self._source, self._range)

    def __len__(self) -> int:
        return len(self._range)

    def __repr__(self) -> str:
        return f"<molshot.Trajectory of {len(self)} frames of {self._inner.atoms} atoms>"

    @overload
    def __getitem__(self, index: int) -> Structure: ...
    @overload
    def __getitem__(self, index: slice) -> "Trajectory": ...
    def __getitem__(self, index: int | slice) -> "Structure | Trajectory":
        """The structure at a frame, or the frames of a slice."""
        if isinstance(index, slice):
            return Trajectory(self._inner, self._source, self._range[index])
        number = self._number(index)
        return Structure(self._inner.structure(number), ("frame", (*self._source, number)))

    def __iter__(self) -> Iterator[Structure]:
        return (self[index] for index in range(len(self)))

    def _number(self, index: int) -> int:
        try:
            return self._range[operator.index(index)]
        except IndexError:
            raise IndexError(f"frame {index} of {len(self)}") from None

    @property
    def numbers(self) -> range:
        """Numbers of the frames in the file, counted from 0."""
        return self._range

    @property
    def warnings(self) -> list[str]:
        """What is unusual about the file, such as that its last frame is cut off."""
        return self._inner.warnings()

    def time_ps(self, index: int) -> float | None:
        """Time of a frame in picoseconds; None if the file has none."""
        return self._inner.time_and_box(self._number(index))[0]

    def box_angstrom(self, index: int) -> npt.NDArray[np.float32] | None:
        """Vectors of the periodic box of a frame, in rows, in angstrom; None if it has none."""
        box = self._inner.time_and_box(self._number(index))[1]
        return None if box is None else np.array(box, dtype=np.float32)


def read_trajectory(
    topology: Structure | PathText | Sequence[PathText],
    trajectory: PathText,
    *,
    align: str | None = None,
) -> Trajectory:
    """Opens a trajectory.

    Parameters
    ----------
    topology : Structure, path, or list of paths
        The structure of the trajectory's atoms, in the order of its file, such as the GRO or PDB
        file that the simulation was started with; paths are read as by `read`.
    trajectory : path
        A file of GROMACS (XTC, TRR), or of NAMD, CHARMM, X-PLOR or LAMMPS (DCD).
    align : str, optional
        A selection by whose atoms every frame is superposed on the first one of the file, by least
        squares, such as ``name CA``.

    Raises
    ------
    InputError
        If a file cannot be read, is damaged, or the numbers of atoms differ.
    """
    structure = topology if isinstance(topology, Structure) else read(topology)
    if not isinstance(trajectory, (str, os.PathLike)):
        detail = f"trajectory is a {type(trajectory).__name__}; give a path"
        raise InputError(detail, "argument_invalid")
    source = (structure, os.path.abspath(trajectory), align)
    inner = _molshot.Trajectory(structure._inner, os.fspath(trajectory), align)
    return Trajectory(inner, source, range(len(inner)))


def _rebuild(topology: Structure, path: str, align: str | None, numbers: range) -> Trajectory:
    whole = read_trajectory(topology, path, align=align)
    return Trajectory(whole._inner, whole._source, numbers)
