"""Objects of other libraries to structures. None of the libraries is imported."""

from typing import Any

import numpy as np

from molshot._errors import InputError
from molshot._structure import Role, Structure


def convert(molecule: Any, role: Role) -> Structure:
    """Builds a structure of an object, by the methods and attributes that it has."""
    module = type(molecule).__module__.split(".")[0]
    if module == "rdkit" or hasattr(molecule, "GetConformer"):
        return _rdkit(molecule, role)
    if module == "biotite" or hasattr(molecule, "get_annotation_categories"):
        return _biotite(molecule, role)
    if module == "gemmi":
        return _gemmi(molecule, role)
    if module == "ase" or hasattr(molecule, "get_chemical_symbols"):
        return _ase(molecule, role)
    if module == "MDAnalysis" or hasattr(molecule, "universe"):
        return _mdanalysis(molecule, role)
    raise InputError(
        f"{type(molecule).__module__}.{type(molecule).__qualname__} is not a structure; give a molshot.Structure, an RDKit Mol, "
        "a Biotite AtomArray, a gemmi Structure, ASE Atoms or an MDAnalysis AtomGroup",
        "argument_invalid",
    )


def _rdkit(molecule: Any, role: Role) -> Structure:
    if molecule.GetNumConformers() == 0:
        raise InputError("the RDKit molecule has no conformer; embed one (AllChem.EmbedMolecule)", "array_invalid")
    # RDKit's bond types are 1, 2, 3 and 12 (aromatic).
    orders = {1: 1, 2: 2, 3: 3, 12: 4}
    atoms = list(molecule.GetAtoms())
    bonds = [(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()) for bond in molecule.GetBonds()]
    kinds = [orders.get(int(bond.GetBondType()), 0) for bond in molecule.GetBonds()]
    columns: dict[str, Any] = {}
    residues = [atom.GetPDBResidueInfo() for atom in atoms]
    if all(info is not None for info in residues):
        columns = {
            "names": [info.GetName() for info in residues],
            "residue_names": [info.GetResidueName() for info in residues],
            "residue_numbers": [info.GetResidueNumber() for info in residues],
            "insertion_codes": [info.GetInsertionCode() for info in residues],
            "chain_ids": [info.GetChainId() for info in residues],
            "hetero": [info.GetIsHeteroAtom() for info in residues],
            "occupancies": [info.GetOccupancy() for info in residues],
            "b_factors": [info.GetTempFactor() for info in residues],
        }
    return Structure.from_arrays(
        molecule.GetConformer().GetPositions(),
        [atom.GetSymbol() for atom in atoms],
        formal_charges=[atom.GetFormalCharge() for atom in atoms],
        bonds=bonds,
        bond_orders=kinds,
        name=_title(molecule, "rdkit"),
        role=role,
        **columns,
    )


def _title(molecule: Any, default: str) -> str:
    return molecule.GetProp("_Name") or default if molecule.HasProp("_Name") else default


def _biotite(array: Any, role: Role) -> Structure:
    coordinates = np.asarray(array.coord)
    if coordinates.ndim != 2:
        raise InputError("the AtomArrayStack has several models; give one, such as stack[0]", "array_invalid")
    known = set(array.get_annotation_categories())

    def column(name: str) -> Any:
        return getattr(array, name) if name in known else None

    columns: dict[str, Any] = {
        "names": column("atom_name"),
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
    return Structure.from_arrays(
        coordinates, [symbol.capitalize() for symbol in array.element], name="biotite", role=role, **columns
    )


def _gemmi(given: Any, role: Role) -> Structure:
    name = getattr(given, "name", "") or "gemmi"
    # A Structure is a sequence of models.
    if hasattr(given, "cell") and hasattr(given, "entities"):
        if len(given) == 0:
            raise InputError("the gemmi structure has no models; give one with atoms", "array_invalid")
        given = given[0]
    if not hasattr(given, "all"):
        raise InputError("give a gemmi Structure or Model", "argument_invalid")
    rows = []
    chosen: dict[tuple[Any, ...], str] = {}
    for site in given.all():
        atom, residue = site.atom, site.residue
        # One alternate location per atom: the first.
        key = (site.chain.name, str(residue.seqid), residue.name, atom.name)
        location = chosen.setdefault(key, atom.altloc)
        if location == atom.altloc:
            rows.append((site.chain.name, residue, atom))
    return Structure.from_arrays(
        [atom.pos.tolist() for _, _, atom in rows],
        [atom.element.name for _, _, atom in rows],
        names=[atom.name for _, _, atom in rows],
        residue_names=[residue.name for _, residue, _ in rows],
        residue_numbers=[residue.seqid.num for _, residue, _ in rows],
        insertion_codes=[residue.seqid.icode for _, residue, _ in rows],
        chain_ids=[chain for chain, _, _ in rows],
        hetero=[residue.het_flag == "H" for _, residue, _ in rows],
        occupancies=[atom.occ for _, _, atom in rows],
        b_factors=[atom.b_iso for _, _, atom in rows],
        formal_charges=[atom.charge for _, _, atom in rows],
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
    return Structure.from_arrays(
        atoms.get_positions(), atoms.get_chemical_symbols(), name="ase", role=role, **columns
    )


def _mdanalysis(group: Any, role: Role) -> Structure:
    group = group.atoms

    def column(name: str) -> Any:
        return getattr(group, name) if hasattr(group, name) else None

    columns: dict[str, Any] = {
        "names": column("names"),
        "residue_names": column("resnames"),
        "residue_numbers": column("resids"),
        "insertion_codes": column("icodes"),
        "chain_ids": column("chainIDs") if column("chainIDs") is not None else column("segids"),
        "occupancies": column("occupancies"),
        "b_factors": column("tempfactors"),
    }
    if column("record_types") is not None:
        columns["hetero"] = [kind == "HETATM" for kind in group.record_types]
    elements = column("elements")
    if elements is not None:
        elements = [symbol.capitalize() for symbol in elements]
    if elements is None and columns["names"] is None:
        raise InputError("the AtomGroup has neither elements nor names; add a topology that has them", "array_invalid")
    return Structure.from_arrays(group.positions, elements, name="mdanalysis", role=role, **columns)
