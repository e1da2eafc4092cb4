"""Trajectories as structures."""

import pickle
import struct
from pathlib import Path

import numpy as np
import pytest

import molshot

WATER = "3\n\nO 0 0 0\nH 0.96 0 0\nH -0.24 0.93 0\n"


def write(folder: Path, frames: list[np.ndarray]) -> tuple[Path, Path]:
    """A topology, and an XTC file of up to nine atoms, which is not compressed."""
    topology, trajectory = folder / "water.xyz", folder / "water.xtc"
    topology.write_text(WATER)
    with trajectory.open("wb") as out:
        for number, positions in enumerate(frames):
            count = len(positions)
            out.write(struct.pack(">3if", 1995, count, number, 2.0 * number))
            out.write(struct.pack(">9f", 3, 0, 0, 0, 4, 0, 0, 0, 5))
            out.write(struct.pack(">i", count))
            out.write((positions / 10).astype(">f4").tobytes())
    return topology, trajectory


def frames() -> list[np.ndarray]:
    base = np.array([[0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0]], dtype=np.float64)
    return [base + [number, 0, 0] for number in range(5)]


def test_frames_are_structures(tmp_path: Path) -> None:
    topology, file = write(tmp_path, frames())
    trajectory = molshot.read_trajectory(topology, file)
    assert len(trajectory) == 5
    for index, structure in enumerate(trajectory):
        assert np.allclose(structure.atoms["position_angstrom"], frames()[index], atol=1e-4)
        assert structure.bonds.tolist() == [[0, 1], [0, 2]]
    assert np.allclose(trajectory[-1].atoms["position_angstrom"], frames()[4], atol=1e-4)
    assert trajectory.time_ps(3) == 6.0
    assert trajectory.box_angstrom(0).tolist() == [[30, 0, 0], [0, 40, 0], [0, 0, 50]]
    with pytest.raises(IndexError, match="frame 5 of 5"):
        trajectory[5]
    some = trajectory[1::2]
    assert (len(some), list(some.numbers)) == (2, [1, 3])
    assert np.allclose(some[1].atoms["position_angstrom"], frames()[3], atol=1e-4)
    picture = molshot.render(trajectory[2], size=(32, 32))
    assert picture.color.shape[:2] == (32, 32)


def test_frames_and_trajectories_are_pickled(tmp_path: Path) -> None:
    trajectory = molshot.read_trajectory(*write(tmp_path, frames()))
    again = pickle.loads(pickle.dumps(trajectory[1:]))
    assert len(again) == 4
    frame = pickle.loads(pickle.dumps(trajectory[3]))
    assert np.allclose(frame.atoms["position_angstrom"], frames()[3], atol=1e-4)


def test_frames_are_superposed_on_the_first(tmp_path: Path) -> None:
    turned = [positions @ np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]]) for positions in frames()]
    files = write(tmp_path, [frames()[0], *turned])
    trajectory = molshot.read_trajectory(*files, align="all")
    for structure in trajectory:
        assert np.allclose(structure.atoms["position_angstrom"], frames()[0], atol=1e-3)
    with pytest.raises(molshot.MolshotError, match="fewer than 3 atoms"):
        molshot.read_trajectory(*files, align="element O")


def test_errors_name_what_is_wrong(tmp_path: Path) -> None:
    topology, file = write(tmp_path, [positions[:2] for positions in frames()])
    with pytest.raises(molshot.InputError, match="frames have 2 atoms, but the structure water has 3"):
        molshot.read_trajectory(topology, file)
    with pytest.raises(molshot.InputError, match="is not a trajectory"):
        molshot.read_trajectory(topology, topology)
