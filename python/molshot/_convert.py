"""Objects of other libraries to structures. None of the libraries is imported."""

import itertools
import math
import string
from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np

from molshot._errors import InputError
from molshot._structure import Role, Structure


def convert(molecule: Any, role: Role) -> Structure:
    """Builds a structure of an object, by the methods and attributes that it has."""
    # Single atoms of these libraries have none of these attributes.
    if hasattr(molecule, "GetConformer") and hasattr(molecule, "GetAtoms"):
        return _rdkit(molecule, role)
    if hasattr(molecule, "get_annotation_categories"):
        return _biotite(molecule, role)
    if type(molecule).__module__.split(".")[0] == "gemmi":
        return _gemmi(molecule, role)
    if hasattr(molecule, "get_chemical_symbols"):
        return _ase(molecule, role)
    if hasattr(molecule, "atoms") and hasattr(molecule, "universe"):
        return _mdanalysis(molecule, role)
    raise InputError(
        f"{type(molecule).__module__}.{type(molecule).__qualname__} is not a structure; give a molshot.Structure, an RDKit Mol, "
        "a Biotite AtomArray, a gemmi Structure, ASE Atoms or an MDAnalysis AtomGroup",
        "argument_invalid",
    )


def _structure(
    what: str, positions: Any, elements: Sequence[str] | None, columns: dict[str, Any], *, name: str, role: Role
) -> Structure:
    """Builds a structure of columns, of which those without values are None."""
    count = len(positions)
    if count == 0:
        raise InputError(f"the {what} has no atoms; give one with atoms", "array_invalid")
    columns = _without_none(columns)
    for column, default in [("occupancies", 1.0), ("b_factors", 0.0)]:
        if column in columns:
            columns[column] = _numbers_or(columns[column], default)
    if "alternate_locations" in columns:
        # Files write a missing letter as a dot or a question mark, gemmi as a zero.
        letters = [str(letter).strip(" \0.?") for letter in columns["alternate_locations"]]
        columns["alternate_locations"] = letters
    return Structure.from_arrays(positions, elements, name=name, role=role, **columns)


def _numbers_or(values: Any, default: float) -> list[float]:
    """A column of numbers, with the value that files have by default where there is none."""
    given = (math.nan if value is None else float(value) for value in values)
    return [value if math.isfinite(value) else default for value in given]


def _rdkit(molecule: Any, role: Role) -> Structure:
    if molecule.GetNumConformers() == 0:
        raise InputError("the RDKit molecule has no conformer; embed one (AllChem.EmbedMolecule)", "array_invalid")
    # RDKit's bond types are 1, 2, 3 and 12 (aromatic).
    orders = {1: 1, 2: 2, 3: 3, 12: 4}
    atoms = list(molecule.GetAtoms())
    bonds = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in molecule.GetBonds()]
    kinds = [orders.get(int(bond.GetBondType()), 0) for bond in molecule.GetBonds()]
    columns: dict[str, Any] = {
        "formal_charges": [atom.GetFormalCharge() for atom in atoms],
        "bonds": bonds,
        "bond_orders": kinds,
    }
    own = [atom.GetPDBResidueInfo() for atom in atoms]
    residues = _residues_by_bonds(own, bonds)
    if any(info is not None for info in own):

        def column(value: Callable[[Any], Any], default: Any) -> list[Any]:
            return [default if info is None else value(info) for info in residues]

        # An atom without a name is named by its element.
        columns["names"] = ["" if info is None else info.GetName() for info in own]
        columns["residue_names"] = column(lambda info: info.GetResidueName(), "UNL")
        columns["residue_numbers"] = column(lambda info: info.GetResidueNumber(), 1)
        columns["insertion_codes"] = column(lambda info: info.GetInsertionCode(), "")
        columns["chain_ids"] = column(lambda info: info.GetChainId(), "")
        columns["hetero"] = column(lambda info: info.GetIsHeteroAtom(), True)
        columns["occupancies"] = column(lambda info: info.GetOccupancy(), 1.0)
        columns["b_factors"] = column(lambda info: info.GetTempFactor(), 0.0)
        columns["alternate_locations"] = column(lambda info: info.GetAltLoc(), "")
    return _structure(
        "RDKit molecule",
        molecule.GetConformer().GetPositions(),
        [atom.GetSymbol() for atom in atoms],
        columns,
        name=_title(molecule, "rdkit"),
        role=role,
    )


def _residues_by_bonds(own: list[Any], bonds: list[tuple[int, int]]) -> list[Any]:
    """Residue information of every atom; one without any, such as a hydrogen of AddHs, takes that
    of an atom that it is bonded to, over several bonds if need be."""
    found = list(own)
    neighbours: dict[int, list[int]] = {}
    for one, two in bonds:
        neighbours.setdefault(one, []).append(two)
        neighbours.setdefault(two, []).append(one)
    ready = [atom for atom, info in enumerate(own) if info is not None]
    for atom in ready:
        for other in neighbours.get(atom, []):
            if found[other] is None:
                found[other] = found[atom]
                ready.append(other)
    return found


def _title(molecule: Any, default: str) -> str:
    return molecule.GetProp("_Name") or default if molecule.HasProp("_Name") else default


def _biotite(array: Any, role: Role) -> Structure:
    coordinates = np.asarray(array.coord)
    if coordinates.ndim != 2:
        raise InputError("an AtomArrayStack is a sequence of models; give one, such as stack[0]", "array_invalid")
    known = set(array.get_annotation_categories())

    def column(name: str) -> Any:
        return getattr(array, name) if name in known else None

    columns: dict[str, Any] = {
        "names": column("atom_name"),
        "alternate_locations": column("altloc_id"),
        "residue_names": column("res_name"),
        "residue_numbers": column("res_id"),
        "insertion_codes": column("ins_code"),
        "chain_ids": column("chain_id"),
        "hetero": column("hetero"),
        "occupancies": column("occupancy"),
        "b_factors": column("b_factor"),
        "formal_charges": column("charge"),
    }
    # Biotite's bond types: 1 to 4 for single to quadruple, 5 to 7 and 9 for aromatic ones, 8 for
    # coordination.
    if array.bonds is not None:
        table = np.asarray(array.bonds.as_array())
        kinds = table[:, 2]
        table = table[kinds != 8]
        orders = {1: 1, 2: 2, 3: 3, 5: 4, 6: 4, 7: 4, 9: 4}
        columns["bonds"] = table[:, :2]
        columns["bond_orders"] = [orders.get(int(kind), 0) for kind in table[:, 2]]
    elements = [symbol.capitalize() for symbol in array.element]
    return _structure("AtomArray", coordinates, elements, columns, name="biotite", role=role)


def _gemmi(given: Any, role: Role) -> Structure:
    name = getattr(given, "name", "") or "gemmi"
    # A Structure is a sequence of models.
    if hasattr(given, "cell") and hasattr(given, "entities"):
        if len(given) == 0:
            raise InputError("the gemmi structure has no models; give one with atoms", "array_invalid")
        given = given[0]
    if not hasattr(given, "all"):
        raise InputError("give a gemmi Structure or Model", "argument_invalid")
    sites = list(given.all())
    atoms, residues = [site.atom for site in sites], [site.residue for site in sites]
    columns: dict[str, Any] = {
        "names": [atom.name for atom in atoms],
        "alternate_locations": [atom.altloc for atom in atoms],
        "residue_names": [residue.name for residue in residues],
        "residue_numbers": [residue.seqid.num for residue in residues],
        "insertion_codes": [residue.seqid.icode for residue in residues],
        "chain_ids": [site.chain.name for site in sites],
        "hetero": [residue.het_flag == "H" for residue in residues],
        "occupancies": [atom.occ for atom in atoms],
        "b_factors": [atom.b_iso for atom in atoms],
        "formal_charges": [atom.charge for atom in atoms],
    }
    return _structure(
        "gemmi model",
        [atom.pos.tolist() for atom in atoms],
        [atom.element.name for atom in atoms],
        columns,
        name=name,
        role=role,
    )


def _ase(atoms: Any, role: Role) -> Structure:
    columns: dict[str, Any] = {}
    arrays = atoms.arrays
    for column, name in [
        ("names", "atomtypes"),
        ("residue_names", "residuenames"),
        ("residue_numbers", "residuenumbers"),
        ("occupancies", "occupancy"),
        ("b_factors", "bfactor"),
    ]:
        if name in arrays:
            columns[column] = arrays[name]
    if {"names", "residue_names", "residue_numbers", "occupancies"} <= set(columns):
        # ASE drops the letters of locations.
        columns["occupancies"] = _numbers_or(columns["occupancies"], 1.0)
        residues = list(zip(columns["residue_names"], columns["residue_numbers"], strict=True))
        columns["alternate_locations"] = _repeats(columns["names"], residues, columns["occupancies"])
    symbols = atoms.get_chemical_symbols()
    return _structure("ASE object", atoms.get_positions(), symbols, columns, name="ase", role=role)


def _repeats(names: Sequence[str], residues: Sequence[Hashable], occupancies: Sequence[float]) -> list[str]:
    """Letters of locations where a library dropped them: for atoms of a residue that have the same
    name, and occupancies that are 1 together at most.

    Atoms of a residue get the same letter if they have the same occupancy, where occupancies tell
    such atoms apart; otherwise by their order.
    """
    letters = [""] * len(names)
    for _, run in itertools.groupby(range(len(names)), lambda atom: residues[atom]):
        namesakes: dict[str, list[int]] = {}
        for atom in run:
            namesakes.setdefault(names[atom], []).append(atom)
        repeated = [atoms for atoms in namesakes.values() if len(atoms) > 1]
        totals = [sum(occupancies[atom] for atom in atoms) for atoms in repeated]
        if not repeated or not all(0 < total <= 1.01 for total in totals):
            continue
        told_apart = all(len({occupancies[atom] for atom in atoms}) == len(atoms) for atoms in repeated)
        all_atoms = [atom for atoms in namesakes.values() for atom in atoms]
        partial = sorted({occupancies[atom] for atom in all_atoms if occupancies[atom] < 1}, reverse=True)
        for atoms in namesakes.values():
            for order, atom in enumerate(atoms):
                if told_apart and occupancies[atom] < 1:
                    letters[atom] = _letter(partial.index(occupancies[atom]))
                elif len(atoms) > 1:
                    letters[atom] = _letter(order)
    return letters


def _letter(number: int) -> str:
    """A letter of a location; beyond the alphabets a digit, and of more than 62 the last."""
    characters = string.ascii_uppercase + string.ascii_lowercase + string.digits
    return characters[min(number, len(characters) - 1)]


def _mdanalysis(group: Any, role: Role) -> Structure:
    group = group.atoms

    def column(name: str) -> Any:
        return getattr(group, name) if hasattr(group, name) else None

    columns: dict[str, Any] = {
        "names": column("names"),
        "alternate_locations": column("altLocs"),
        "residue_names": column("resnames"),
        "residue_numbers": column("resids"),
        "insertion_codes": column("icodes"),
        "chain_ids": column("chainIDs") if column("chainIDs") is not None else column("segids"),
        "occupancies": column("occupancies"),
        "b_factors": column("tempfactors"),
        "formal_charges": column("formalcharges"),
    }
    if column("record_types") is not None:
        columns["hetero"] = [kind == "HETATM" for kind in group.record_types]
    elements = column("elements")
    if elements is not None:
        elements = [symbol.capitalize() for symbol in elements]
    if elements is None and columns["names"] is None:
        raise InputError("the AtomGroup has neither elements nor names; add a topology that has them", "array_invalid")
    def build(**bonds: Any) -> Structure:
        given = {**columns, **bonds}
        return _structure("AtomGroup", group.positions, elements, given, name="mdanalysis", role=role)

    orders = _mdanalysis_bonds(group)
    derived = build()
    if not orders:
        return derived
    # The CONECT records of a PDB file are bonds of ligands and between residues only: where an
    # atom has bonds by residues and distances, but none of the topology, that is not complete.
    pairs = (derived.atoms["serial"] - 1)[derived.bonds].tolist()
    if {atom for pair in pairs for atom in pair} - {atom for pair in orders for atom in pair}:
        for one, two in pairs:
            orders.setdefault((min(one, two), max(one, two)), 0)
    return build(bonds=list(orders), bond_orders=list(orders.values()))


def _mdanalysis_bonds(group: Any) -> dict[tuple[int, int], int]:
    """Orders by pair of atoms, for bonds of the topology that are within the group."""
    if not hasattr(group, "bonds"):
        return {}
    place = {int(index): atom for atom, index in enumerate(group.indices)}
    orders: dict[Any, int] = {"1": 1, "am": 1, "2": 2, "3": 3, "ar": 4, 1: 1, 2: 2, 3: 3, 1.5: 4}
    found = {}
    for bond in group.bonds:
        one, two = (place.get(int(index)) for index in bond.indices)
        if one is not None and two is not None:
            found[min(one, two), max(one, two)] = orders.get(getattr(bond, "order", None), 0)
    return found


def _without_none(columns: dict[str, Any]) -> dict[str, Any]:
    return {column: values for column, values in columns.items() if values is not None}
