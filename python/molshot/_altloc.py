"""Alternate locations of objects of other libraries: one is kept, as the readers of files do."""

import math
from collections.abc import Hashable, Iterable, Sequence
from typing import Any

import numpy as np

from molshot._structure import Structure

#: Mean occupancies, and mean B-factors, that differ by less are equal.
TOLERANCE = 1e-3
#: Elements that may bond residues: metals and hydrogens do not.
_LINKING = {"B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "As", "Se", "Br", "Te", "I"}


class _Scores:
    """Sums of occupancies and B-factors, and numbers of atoms, by location."""

    def __init__(self) -> None:
        self.sums: dict[str, list[float]] = {}

    def add(self, location: str, occupancy: float, b_factor: float, atoms: float = 1) -> None:
        total = self.sums.setdefault(location, [0.0, 0.0, 0.0])
        for index, value in enumerate((occupancy, b_factor, atoms)):
            total[index] += value

    def best(self, allowed: Iterable[str]) -> str | None:
        """The location with the highest mean occupancy, then the lowest mean B-factor, then the
        first letter."""
        means = {
            location: (total[0] / total[2], total[1] / total[2])
            for location, total in self.sums.items()
            if location in allowed
        }
        if not means:
            return None
        highest = max(occupancy for occupancy, _ in means.values())
        means = {key: mean for key, mean in means.items() if mean[0] > highest - TOLERANCE}
        lowest = min(b_factor for _, b_factor in means.values())
        return min(key for key, mean in means.items() if mean[1] < lowest + TOLERANCE)


def kept(
    positions: Any,
    elements: Sequence[str] | None,
    names: Sequence[str],
    residues: Sequence[Hashable],
    locations: Sequence[str],
    occupancies: Sequence[float],
    b_factors: Sequence[float],
) -> list[int] | None:
    """Indices of the atoms to keep; None if none has an alternate location.

    ``residues`` has what tells residues apart (chain, number, insertion code), ``locations`` the
    letter of each atom, "" without one. The choice is that of files: residues that are bonded
    through atoms with a location take the same one, see molecule/src/build/altloc.rs.
    """
    if not any(locations):
        return None
    pairs = zip(residues, locations, strict=True)
    disordered = {residue for residue, location in pairs if location}
    members: dict[Hashable, dict[str | int, list[int]]] = {residue: {} for residue in disordered}
    for atom, residue in enumerate(residues):
        if residue in disordered:
            # Atoms without a name, such as hydrogens that were added, are different ones.
            members[residue].setdefault(names[atom] or atom, []).append(atom)
    scores: dict[Hashable, _Scores] = {}
    for residue, namesakes in members.items():
        score = scores[residue] = _Scores()
        for atoms in namesakes.values():
            if any(locations[atom] for atom in atoms):
                for atom in atoms:
                    score.add(locations[atom], occupancies[atom], b_factors[atom])
    best = _of_groups(scores, _groups(positions, elements, residues, locations))
    dropped = set()
    for residue, namesakes in members.items():
        location = best[residue]
        for atoms in namesakes.values():
            has_best = any(locations[atom] == location for atom in atoms)
            for atom in atoms:
                if locations[atom] != location and (locations[atom] or has_best):
                    dropped.add(atom)
    return [atom for atom in range(len(names)) if atom not in dropped]


def _of_groups(
    scores: dict[Hashable, _Scores], group: dict[Hashable, Hashable]
) -> dict[Hashable, str]:
    """The location of every residue."""
    sums: dict[Hashable, _Scores] = {}
    common: dict[Hashable, set[str]] = {}
    for residue, score in scores.items():
        head = group[residue]
        total = sums.setdefault(head, _Scores())
        for location, (occupancy, b_factor, atoms) in score.sums.items():
            total.add(location, occupancy, b_factor, atoms)
        common[head] = common.get(head, set(score.sums)) & set(score.sums)
    best = {head: total.best(common[head] or total.sums) for head, total in sums.items()}
    chosen = {}
    for residue, score in scores.items():
        of_group = best[group[residue]]
        of_residue = of_group if of_group in score.sums else score.best(score.sums)
        chosen[residue] = of_residue or ""
    return chosen


def _groups(
    positions: Any,
    elements: Sequence[str] | None,
    residues: Sequence[Hashable],
    locations: Sequence[str],
) -> dict[Hashable, Hashable]:
    """For every residue with locations, a residue that is the same for all that are bonded to it
    through atoms with a location."""
    parent: dict[Hashable, Hashable] = {}

    def find(residue: Hashable) -> Hashable:
        while parent[residue] != residue:
            parent[residue] = parent[parent[residue]]
            residue = parent[residue]
        return residue

    by_location: dict[str, list[int]] = {}
    for atom, location in enumerate(locations):
        if not location:
            continue
        parent[residues[atom]] = residues[atom]
        # Without an element: carbon and nitrogen differ little.
        if (elements is None or elements[atom] in _LINKING) and np.isfinite(positions[atom]).all():
            by_location.setdefault(location, []).append(atom)
    # Atoms of different locations do not exist at the same time.
    for atoms in by_location.values():
        kinds = ["C" if elements is None else elements[atom] for atom in atoms]
        part = Structure.from_arrays(np.asarray(positions)[atoms], kinds)
        for one, two in part.bonds.tolist():
            parent[find(residues[atoms[one]])] = find(residues[atoms[two]])
    return {residue: find(residue) for residue in parent}


def of_repeats(
    names: Sequence[str], residues: Sequence[Hashable], occupancies: Sequence[float]
) -> list[str]:
    """Locations where a library dropped the letters: atoms of a residue that have the same name,
    and occupancies that are 1 together at most.

    The location is the occupancy where it tells such atoms apart, and otherwise their order.
    """
    locations = [""] * len(names)
    start = 0
    while start < len(names):
        end = start
        while end < len(names) and residues[end] == residues[start]:
            end += 1
        namesakes: dict[str, list[int]] = {}
        for atom in range(start, end):
            namesakes.setdefault(names[atom], []).append(atom)
        repeated = [atoms for atoms in namesakes.values() if len(atoms) > 1]
        shared = [sum(occupancies[atom] for atom in atoms) for atoms in repeated]
        if repeated and all(0 < total <= 1.01 for total in shared):
            told_apart = all(
                len({occupancies[atom] for atom in atoms}) == len(atoms) for atoms in repeated
            )
            for atoms in namesakes.values():
                for order, atom in enumerate(atoms):
                    if told_apart and occupancies[atom] < 1:
                        locations[atom] = f"{occupancies[atom]:.4f}"
                    elif len(atoms) > 1:
                        locations[atom] = f"{order:06}"
        start = end
    return locations


def numbers_or(values: Any, default: float, count: int) -> list[float]:
    """A column of numbers, with the value that files have by default where there is none."""
    if values is None:
        return [default] * count
    given = (math.nan if value is None else float(value) for value in values)
    return [value if math.isfinite(value) else default for value in given]
