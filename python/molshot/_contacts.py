"""Contacts of the ligand: salt bridges, stacking, hydrophobic contacts, water bridges and others."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from molshot._structure import Structure, _checked

ContactKind = Literal[
    "hydrogen-bonds",
    "salt-bridges",
    "pi-stacking",
    "pi-cation",
    "halogen-bonds",
    "hydrophobic-contacts",
    "water-bridges",
    "metal-coordination",
]


@dataclass(frozen=True, slots=True)
class ContactSide:
    """One side of a contact: an atom, or the atoms of a ring or charged group.

    ``residue`` says chain and residue, such as ``A/ARG 45``; ``atoms`` are indices in the structure.
    ``center_angstrom`` is the point from which distances are measured.
    """

    role: str
    residue: str
    atoms: tuple[int, ...]
    atom_names: tuple[str, ...]
    center_angstrom: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Contact:
    """A contact between the ligand and the rest. Values that its kind does not have are ``None``.

    ``stacking`` is ``parallel`` or ``t-shaped``; ``water`` is the index of the oxygen of a bridging
    water, and ``water_distances_angstrom`` are its distances to the ligand and to the rest.
    """

    kind: ContactKind
    ligand: ContactSide
    rest: ContactSide
    stacking: str | None
    water: int | None
    distance_angstrom: float
    water_distances_angstrom: tuple[float, float] | None
    angle_degrees: float | None
    second_angle_degrees: float | None
    offset_angstrom: float | None
    within_salt_bridge: bool


def contacts(structure: Structure, *, kinds: Iterable[ContactKind] | None = None) -> list[Contact]:
    """Finds contacts between the ligand and everything else, by the criteria of PLIP.

    Parameters
    ----------
    structure : Structure
    kinds : iterable of str, optional
        Kinds to find, such as ``["salt-bridges", "pi-stacking"]``; all by default. Hydrogen bonds
        are those of `hydrogen_bonds`.
    """
    wanted = [kinds] if isinstance(kinds, str) else kinds if kinds is None else list(kinds)
    found = json.loads(_checked(structure, "structure")._inner.contacts(wanted))
    return [_contact(entry) for entry in found["contacts"]]


def _contact(entry: Mapping[str, Any]) -> Contact:
    to_water = (entry["ligand_water_angstrom"], entry["rest_water_angstrom"])
    return Contact(
        kind=entry["kind"],
        ligand=_side(entry["ligand"]),
        rest=_side(entry["rest"]),
        stacking=entry["stacking"],
        water=entry["water"] and entry["water"]["index"],
        distance_angstrom=entry["distance_angstrom"],
        water_distances_angstrom=to_water if entry["water"] else None,
        angle_degrees=entry["angle_degrees"],
        second_angle_degrees=entry["second_angle_degrees"],
        offset_angstrom=entry["offset_angstrom"],
        within_salt_bridge=entry["within_salt_bridge"],
    )


def _side(side: Mapping[str, Any]) -> ContactSide:
    chain = f"{side['chain']}/" if side["chain"] else ""
    x, y, z = side["center_angstrom"]
    return ContactSide(
        role=side["role"],
        residue=f"{chain}{side['residue']} {side['number']}{side['insertion_code']}",
        atoms=tuple(side["indices"]),
        atom_names=tuple(side["atoms"]),
        center_angstrom=(x, y, z),
    )
