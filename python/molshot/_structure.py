"""Structures: reading, building from arrays, columns, selections, hydrogen bonds."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, cast

import numpy as np
import numpy.typing as npt

from molshot import _arrays, _molshot
from molshot._errors import InputError, RequestError

Role = Literal["whole", "pocket", "ligand"]
PathText = str | os.PathLike[str]


class Structure:
    """Atoms, residues, chains and bonds. Immutable.

    Made by `read`, `Structure.from_arrays` and `Structure.from_object`. Pickling keeps where the
    structure came from: paths are read again, bytes and arrays are kept.
    """

    __slots__ = ("_inner", "_source")

    def __init__(self, inner: _molshot.Structure, source: tuple[str, tuple[Any, ...]]) -> None:
        self._inner = inner
        self._source = source

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, self._source

    @classmethod
    def from_arrays(
        cls,
        coordinates: npt.ArrayLike,
        elements: Sequence[str] | npt.NDArray[Any] | None = None,
        *,
        names: Sequence[str] | npt.NDArray[Any] | None = None,
        alternate_locations: Sequence[str] | npt.NDArray[Any] | None = None,
        residue_names: Sequence[str] | npt.NDArray[Any] | None = None,
        residue_numbers: npt.ArrayLike | None = None,
        insertion_codes: Sequence[str] | npt.NDArray[Any] | None = None,
        chain_ids: Sequence[str] | npt.NDArray[Any] | None = None,
        hetero: npt.ArrayLike | None = None,
        occupancies: npt.ArrayLike | None = None,
        b_factors: npt.ArrayLike | None = None,
        formal_charges: npt.ArrayLike | None = None,
        bonds: npt.ArrayLike | None = None,
        bond_orders: npt.ArrayLike | None = None,
        name: str = "arrays",
        role: Role = "whole",
    ) -> "Structure":
        """Builds a structure from columns with one value per atom.

        Parameters
        ----------
        coordinates : array (n, 3)
            Positions in angstrom.
        elements, names : sequence of n texts
            Element symbols, and atom names. One of them is enough: names are made from elements,
            or elements derived from names.
        alternate_locations : sequence of n texts
            Letters of alternate locations, "" where there is none. One of them is kept, as `read`
            does.
        residue_names, residue_numbers, insertion_codes, chain_ids, hetero
            Adjacent atoms with the same values are a residue. Without residue names, all atoms
            are in a hetero residue ``UNL`` 1.
        occupancies, b_factors, formal_charges : array (n,)
            Occupancy (0 to 1), temperature factor (square angstrom), charge (elementary charges).
        bonds : array (m, 2)
            All bonds, as indices of atoms from 0. Without it, bonds are derived from residues and
            distances, as for PDB files.
        bond_orders : array (m,)
            1, 2, 3, 4 for aromatic, 0 for unknown.
        name : str
            Name in messages.
        role : {"whole", "pocket", "ligand"}
            Role in a structure that is merged from several (see `merge`).

        Returns
        -------
        Structure
            ``atoms["serial"]`` is the number of an atom in the arrays, counted from 1.

        Raises
        ------
        InputError
            If a value is missing, of another kind or out of range; the text says which.
        """
        positions = _arrays.coordinates(coordinates)
        columns = {
            "elements": _arrays.texts("elements", elements),
            "names": _arrays.texts("names", names),
            "alternate_locations": _arrays.texts("alternate_locations", alternate_locations),
            "residue_names": _arrays.texts("residue_names", residue_names),
            "residue_numbers": _arrays.whole_numbers("residue_numbers", residue_numbers, -(2**31), 2**31 - 1),
            "insertion_codes": _arrays.texts("insertion_codes", insertion_codes),
            "chain_ids": _arrays.texts("chain_ids", chain_ids),
            "hetero": _arrays.switches("hetero", hetero),
            "occupancies": _arrays.finite_numbers("occupancies", occupancies),
            "b_factors": _arrays.finite_numbers("b_factors", b_factors),
            "formal_charges": _arrays.whole_numbers("formal_charges", formal_charges, -128, 127),
        }
        pairs = _arrays.bonds(bonds)
        orders = _arrays.bond_orders(bond_orders, pairs)
        arguments = (name, role, positions, columns, pairs, orders)
        return cls(_molshot.Structure.from_arrays(*arguments), ("arrays", arguments))

    @classmethod
    def from_object(cls, molecule: Any, *, role: Role = "whole") -> "Structure":
        """Builds a structure of an object of another library.

        RDKit ``Mol`` (with a conformer), Biotite ``AtomArray``, gemmi ``Structure`` or ``Model``,
        ASE ``Atoms``, MDAnalysis ``AtomGroup`` or ``Universe``. The libraries are not imported.

        Of alternate locations, those are kept that `read` keeps; ``atoms["serial"]`` is the number
        of an atom in the object, counted from 1.
        """
        from molshot import _convert

        return _convert.convert(molecule, role)

    @classmethod
    def merge(cls, structures: Iterable["Structure"]) -> "Structure":
        """Merges structures, such as a pocket and its ligand. No bond connects two parts."""
        if isinstance(structures, (str, bytes)) or not isinstance(structures, Iterable):
            raise RequestError(
                f"structures is a {type(structures).__name__}; give a list of molshot.Structure", "argument_invalid"
            )
        parts = [_checked(part, f"structures[{index}]") for index, part in enumerate(structures)]
        if not parts:
            raise InputError("no structures to merge; give at least one", "array_invalid")
        inner = _molshot.Structure.merge([part._inner for part in parts])
        return cls(inner, ("merge", tuple(parts)))

    def with_copies(
        self,
        *,
        assembly: str | None = None,
        unit_cell: bool = False,
        supercell: tuple[int, int, int] | None = None,
        symmetry_mates: float | None = None,
    ) -> "Structure":
        """Makes a biological assembly, or a part of the crystal, of a structure of one file.

        Chains of further copies are named ``A-2``, ``A-3``.

        Parameters
        ----------
        assembly : str, optional
            The file's id of an assembly, such as ``1``, or ``all``.
        unit_cell : bool
            Fill the unit cell.
        supercell : tuple of 3 int, optional
            Fill so many unit cells along the edges a, b and c.
        symmetry_mates : float, optional
            Add the copies that have an atom within this distance (angstrom).

        Raises
        ------
        InputError
            If the file lists no such assembly, or has no unit cell or known space group.
        """
        given = [assembly is not None, unit_cell, supercell is not None, symmetry_mates is not None]
        if sum(given) != 1:
            raise RequestError(
                "give one of assembly, unit_cell, supercell and symmetry_mates", "argument_invalid"
            )
        cells = (1, 1, 1) if unit_cell else supercell
        arguments = (assembly, cells, symmetry_mates)
        return Structure(self._inner.with_copies(*arguments), ("copies", (self, *arguments)))

    def __len__(self) -> int:
        """Number of atoms."""
        return len(self._inner)

    def __repr__(self) -> str:
        residues, chains, parts = self._inner.counts()
        return f"<molshot.Structure: {len(self)} atoms, {residues} residues, {chains} chains, {parts} parts>"

    @property
    def atoms(self) -> dict[str, npt.NDArray[Any]]:
        """Columns of atoms, a copy each time.

        ``position_angstrom`` (n, 3) float32, ``name``, ``element`` texts, ``serial`` int32,
        ``residue`` uint32 (index into `residues`), ``occupancy``, ``b_factor`` float32,
        ``formal_charge`` int8.
        """
        return _columns(self._inner.atoms())

    @property
    def atom_types(self) -> dict[str, list[str | None]]:
        """IDATM types (``atom_type``), and the classes of atoms in hydrogen bonds (``donor``,
        ``acceptor``; None for other atoms)."""
        return self._inner.atom_types()

    @property
    def residues(self) -> dict[str, npt.NDArray[Any]]:
        """Columns of residues, a copy each time.

        ``name``, ``insertion_code``, ``chain``, ``part``, ``role`` texts, ``number`` int32,
        ``first_atom``, ``atom_count`` uint32.
        """
        return _columns(self._inner.residues())

    @property
    def bonds(self) -> npt.NDArray[np.uint32]:
        """Bonds (m, 2) as indices of atoms."""
        return self._inner.bonds()[0]

    @property
    def bond_orders(self) -> npt.NDArray[np.uint8]:
        """Orders of the bonds (m,): 1, 2, 3, 4 for aromatic, 0 for unknown."""
        return self._inner.bonds()[1]

    @property
    def warnings(self) -> list[str]:
        """What was assumed or left out when the structure was read."""
        return self._inner.warnings()

    def select(self, expression: str) -> npt.NDArray[np.bool_]:
        """Evaluates a selection such as ``within 5 of ligand``.

        Returns a boolean array (n,). Raises `RequestError` if the expression is wrong.
        """
        return self._inner.select(expression)

    def _repr_png_(self) -> bytes:
        from molshot._render import render

        return render(self, size=(512, 512)).png()


def read(
    source: PathText | Sequence[PathText] | bytes,
    *,
    format: str | None = None,
    name: str | None = None,
    model: int | None = None,
    altloc: str | None = None,
) -> Structure:
    """Reads a structure.

    Parameters
    ----------
    source : path, list of paths, or bytes
        Structure files (PDB, mmCIF, BinaryCIF, SDF, MOL2, XYZ, GRO, gzipped or not), folders in PDBbind
        layout, or a scene file; several are merged, and their names say their roles:
        ``x_pocket.pdb`` and ``x_protein.pdb`` are pockets, ``x_ligand.sdf`` is a ligand, as in an
        upload to the server. Bytes are the content of one file.
    format : str, optional
        ``pdb``, ``mmcif``, ``bcif``, ``sdf``, ``mol2``, ``xyz`` or ``gro``; by default it is detected.
    name : str, optional
        Name of bytes in messages; ``x_pocket.pdb`` and ``x_ligand.sdf`` say their role.
    model : int, optional
        Model number, or record of an SDF, MOL2, XYZ or GRO file counted from 1; by default the first.
    altloc : str, optional
        Alternate location: a letter or digit, ``highest`` or ``all-highest``.

    Raises
    ------
    InputError
        If there is no such file, or it is not a structure; the text names file and line.
    """
    if isinstance(source, (bytes, bytearray, memoryview)):
        data = (name or "bytes", bytes(source), format, model, altloc)
        return Structure(_molshot.read_bytes(*data), ("bytes", data))
    if name is not None:
        raise InputError("name is for bytes; files have their own names", "argument_invalid")
    paths = [source] if isinstance(source, (str, os.PathLike)) else source
    if not isinstance(paths, Sequence) or not all(isinstance(path, (str, os.PathLike)) for path in paths):
        detail = f"source is a {type(source).__name__}; give a path, a list of paths, or bytes"
        raise InputError(detail, "argument_invalid")
    if not paths:
        raise InputError("source is an empty list; give at least one path", "argument_invalid")
    # Absolute, so that another process with another working folder reads the same files.
    given = ([os.path.abspath(path) if os.fspath(path) != "-" else "-" for path in paths], format, model, altloc)
    inner = _molshot.read_paths([os.fspath(path) for path in paths], *given[1:])
    return Structure(inner, ("paths", given))


@dataclass(frozen=True, slots=True)
class HydrogenBond:
    """A hydrogen bond. Indices are those of atoms in the structure.

    ``donor_name`` and ``acceptor_name`` say chain, residue and atom, such as ``A/ARG 45/NH2``.
    """

    donor: int
    acceptor: int
    donor_name: str
    acceptor_name: str
    hydrogen: str | None
    distance_angstrom: float
    hydrogen_distance_angstrom: float | None
    angle_degrees: float | None
    donor_class: str
    acceptor_class: str
    strict: bool
    water: bool


def hydrogen_bonds(
    structure: Structure,
    *,
    scope: Literal["ligand", "within", "all"] = "ligand",
    distance_slack_angstrom: float = 0.4,
    angle_slack_degrees: float = 20.0,
    water: bool = True,
) -> list[HydrogenBond]:
    """Finds hydrogen bonds as ChimeraX does.

    Parameters
    ----------
    structure : Structure
    scope : {"ligand", "within", "all"}
        Between the ligand and everything else, within each input file, or between any two atoms.
    distance_slack_angstrom, angle_slack_degrees : float
        Tolerances of distances (0 to 2 angstrom) and angles (0 to 90 degrees).
    water : bool
        Whether water takes part.
    """
    found = json.loads(
        _checked(structure, "structure")._inner.hydrogen_bonds(scope, distance_slack_angstrom, angle_slack_degrees, water)
    )
    return [
        HydrogenBond(
            donor=bond["donor"]["index"],
            acceptor=bond["acceptor"]["index"],
            donor_name=_atom_name(bond["donor"]),
            acceptor_name=_atom_name(bond["acceptor"]),
            hydrogen=bond["hydrogen"],
            distance_angstrom=bond["distance_angstrom"],
            hydrogen_distance_angstrom=bond["hydrogen_distance_angstrom"],
            angle_degrees=bond["angle_degrees"],
            donor_class=bond["donor_class"],
            acceptor_class=bond["acceptor_class"],
            strict=bond["strict"],
            water=bond["water"],
        )
        for bond in found["bonds"]
    ]


def _atom_name(atom: Mapping[str, Any]) -> str:
    chain = f"{atom['chain']}/" if atom["chain"] else ""
    return f"{chain}{atom['residue']} {atom['number']}{atom['insertion_code']}/{atom['atom']}"


def _checked(given: Any, argument: str) -> Structure:
    """The structure that an argument is; an error if it is something else."""
    if isinstance(given, Structure):
        return given
    raise RequestError(
        f"{argument} is a {type(given).__name__}; give a molshot.Structure, such as of molshot.read "
        "or Structure.from_object",
        "argument_invalid",
    )


def _columns(columns: dict[str, Any]) -> dict[str, npt.NDArray[Any]]:
    return {name: np.asarray(column) for name, column in columns.items()}


def _rebuild(kind: str, arguments: Any) -> Structure:
    """Makes a structure again after pickling."""
    if kind == "paths":
        inner = _molshot.read_paths(*arguments)
    elif kind == "bytes":
        inner = _molshot.read_bytes(*arguments)
    elif kind == "arrays":
        inner = _molshot.Structure.from_arrays(*arguments)
    elif kind == "copies":
        source, *chosen = arguments
        inner = source._inner.with_copies(*chosen)
    elif kind == "frame":
        from molshot._trajectory import read_trajectory

        topology, path, align, number = arguments
        frame: Structure = read_trajectory(topology, path, align=align)[number]
        return frame
    else:
        return Structure.merge(cast("tuple[Structure, ...]", arguments))
    return Structure(inner, (kind, arguments))
