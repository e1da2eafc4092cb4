"""Objects of other libraries. scripts/check-python installs them."""

import pathlib
import subprocess
import sys
from typing import Any

import numpy as np
import pytest

import molshot


def same(structure: molshot.Structure, wanted: molshot.Structure) -> None:
    """The same atoms, residues and bonds as those that our own reader finds."""
    one, two = structure.atoms, wanted.atoms
    assert np.allclose(one["position_angstrom"], two["position_angstrom"], atol=2e-3)
    assert (one["element"] == two["element"]).all() and (one["name"] == two["name"]).all()
    for column in ["name", "number", "chain", "role"]:
        assert (structure.residues[column] == wanted.residues[column]).all(), column
    pairs = lambda of: {tuple(pair) for pair in of.bonds.tolist()}
    assert pairs(structure) == pairs(wanted)


def rdkit(path: pathlib.Path) -> Any:
    from rdkit import Chem

    return Chem.MolFromPDBFile(str(path), sanitize=False, removeHs=False)


def biotite(path: pathlib.Path) -> Any:
    from biotite.structure.io import pdb

    file = pdb.PDBFile.read(path)
    return pdb.get_structure(file, model=1, extra_fields=["b_factor", "occupancy", "charge"])


def gemmi(path: pathlib.Path) -> Any:
    import gemmi

    return gemmi.read_structure(str(path))


def mdanalysis(path: pathlib.Path) -> Any:
    import MDAnalysis

    return MDAnalysis.Universe(str(path)).atoms


@pytest.mark.parametrize("read", [rdkit, biotite, gemmi, mdanalysis])
@pytest.mark.filterwarnings("ignore")
def test_a_protein_is_the_one_of_the_file(read: Any, library: pathlib.Path, ubiquitin: molshot.Structure) -> None:
    structure = molshot.Structure.from_object(read(library / "1ubi.pdb"))
    if read is rdkit:
        # RDKit's own bonds: those of residues that it knows, without water.
        assert len(structure) == len(ubiquitin)
        assert (structure.atoms["name"] == ubiquitin.atoms["name"]).all()
    else:
        same(structure, ubiquitin)
    picture = molshot.render(structure, size=32)
    assert picture.color.any()


@pytest.mark.filterwarnings("ignore")
def test_orders_of_bonds_are_kept(library: pathlib.Path) -> None:
    from rdkit import Chem

    path = library / "1a28_progesterone.sdf"
    molecule = Chem.MolFromMolFile(str(path), removeHs=False, sanitize=False)
    structure, wanted = molshot.Structure.from_object(molecule), molshot.read(path)
    same(structure, wanted)
    assert sorted(structure.bond_orders) == sorted(wanted.bond_orders)


def test_a_molecule_without_conformer_is_refused() -> None:
    from rdkit import Chem

    with pytest.raises(molshot.InputError, match="conformer"):
        molshot.render(Chem.MolFromSmiles("CCO"))


def test_ase_atoms_are_drawn() -> None:
    from ase.build import molecule

    structure = molshot.Structure.from_object(molecule("C6H6"))
    assert len(structure) == 12 and len(structure.bonds) == 12
    assert molshot.render(molecule("C6H6"), size=32).color.any()


@pytest.mark.filterwarnings("ignore")
def test_several_models_are_refused(library: pathlib.Path) -> None:
    array = biotite(library / "1ubi.pdb")
    import biotite.structure as structure

    with pytest.raises(molshot.InputError, match="stack"):
        molshot.Structure.from_object(structure.stack([array, array]))


def test_the_libraries_are_not_imported() -> None:
    code = "import sys, molshot; print([m for m in ('rdkit', 'biotite', 'gemmi', 'ase', 'MDAnalysis') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
