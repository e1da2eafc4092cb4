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


def pdb_file(path: pathlib.Path, rows: list[str]) -> pathlib.Path:
    """A PDB file of rows ``NAME ALTLOC RESIDUE NUMBER X Y OCCUPANCY B_FACTOR``, and of other lines."""
    lines = []
    for serial, row in enumerate(rows, 1):
        fields = row.split()
        if len(fields) != 8:
            lines.append(row)
            continue
        name, altloc, residue, number, x, y, occupancy, b_factor = fields
        altloc = altloc.replace(".", " ")
        lines.append(
            f"ATOM  {serial:5}  {name:<3}{altloc}{residue} A{number:>4}    {float(x):8.3f}{float(y):8.3f}{0:8.3f}"
            f"{float(occupancy):6.2f}{float(b_factor):6.2f}          {name[0]:>2}"
        )
    path.write_text("\n".join([*lines, "END", ""]))
    return path


# Residue 1 alone would take A; bonded to residue 2, both take B (means of 0.44 and 0.56). Residue 9
# has equal occupancies, so its lower B-factor decides.
DISORDERED = [
    "N . SER 1 0 0 1.0 10",
    "CA A SER 1 1.4 0 0.55 10",
    "CA B SER 1 1.4 0.3 0.45 10",
    "C A SER 1 2.9 0 0.55 10",
    "C B SER 1 2.9 0.3 0.45 10",
    "O . SER 1 3.4 1.2 1.0 10",
    "N A GLY 2 4.2 0 0.33 10",
    "N B GLY 2 4.2 0.3 0.67 10",
    "CA A GLY 2 5.6 0 0.33 10",
    "CA B GLY 2 5.6 0.3 0.67 10",
    "C . GLY 2 7.0 0 1.0 10",
    "CA A ALA 9 20 0 0.5 30",
    "CA B ALA 9 20 0.6 0.5 20",
    "CB . ALA 9 21.4 0 1.0 20",
]


def every_location(library: str, path: pathlib.Path) -> Any:
    """What a library reads of all alternate locations."""
    if library == "rdkit":
        from rdkit import Chem

        return Chem.MolFromPDBFile(str(path), sanitize=False, removeHs=False, flavor=1)
    if library == "biotite":
        from biotite.structure.io import pdb

        fields = ["b_factor", "occupancy"]
        return pdb.get_structure(pdb.PDBFile.read(path), model=1, altloc="all", extra_fields=fields)
    if library == "ase":
        import ase.io

        return ase.io.read(path)
    return {"gemmi": gemmi, "mdanalysis": mdanalysis}[library](path)


@pytest.mark.parametrize("library", ["rdkit", "biotite", "gemmi", "mdanalysis", "ase"])
@pytest.mark.filterwarnings("ignore")
def test_alternate_locations_are_those_of_the_file(library: str, tmp_path: pathlib.Path) -> None:
    path = pdb_file(tmp_path / "alt.pdb", DISORDERED)
    structure, wanted = molshot.Structure.from_object(every_location(library, path)), molshot.read(path)
    if library == "ase":
        # Without letters, residues 1 and 2 cannot be told to have two conformers in common.
        assert len(structure) == len(wanted) == 9
        assert structure.atoms["name"].tolist() == wanted.atoms["name"].tolist()
        assert structure.atoms["position_angstrom"][-2:, 1].tolist() == pytest.approx([0.6, 0.0])
        return
    assert wanted.atoms["position_angstrom"][:, 1].tolist() == pytest.approx([0, 0.3, 0.3, 1.2, 0.3, 0.3, 0, 0.6, 0])
    if library == "rdkit":
        # RDKit's own bonds.
        assert (structure.atoms["position_angstrom"] == wanted.atoms["position_angstrom"]).all()
    else:
        same(structure, wanted)


def test_hydrogens_without_residue_are_in_that_of_their_atom(library: pathlib.Path) -> None:
    from rdkit import Chem

    molecule = Chem.AddHs(Chem.MolFromPDBFile(str(library / "1ubi.pdb")), addCoords=True)
    structure = molshot.Structure.from_object(molecule)
    assert len(structure) == molecule.GetNumAtoms() > 602
    assert len(structure.residues["name"]) == 76 and set(structure.residues["role"]) == {"polymer"}
    first, last = structure.residues["name"][[0, 75]]
    assert (first, last) == ("MET", "GLY")
    # A methionine at the N terminus: 8 heavy atoms and 10 hydrogens, if neutral.
    assert structure.residues["atom_count"][0] == 18


@pytest.mark.filterwarnings("ignore")
def test_added_hydrogens_are_kept_beside_alternate_locations(tmp_path: pathlib.Path) -> None:
    from rdkit import Chem

    path = pdb_file(tmp_path / "alt.pdb", DISORDERED[-3:])
    molecule = Chem.RWMol(Chem.MolFromPDBFile(str(path), sanitize=False, removeHs=False, flavor=1))
    for bond in list(molecule.GetBonds()):
        molecule.RemoveBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
    # CB is bonded to CA in both locations.
    molecule.AddBond(0, 2, Chem.BondType.SINGLE)
    molecule.AddBond(1, 2, Chem.BondType.SINGLE)
    molecule.UpdatePropertyCache(strict=False)
    structure = molshot.Structure.from_object(Chem.AddHs(molecule, addCoords=True))
    # Of two times three hydrogens at CA those of one location, and two at CB.
    assert sorted(structure.atoms["element"]) == ["C", "C", *["H"] * 5]
    assert len(structure.bonds) == 6 and len(structure.residues["name"]) == 1


def test_a_part_without_residues_is_a_residue_of_its_own() -> None:
    from rdkit import Chem
    from rdkit.Chem import AllChem

    protein = Chem.MolFromSequence("G")
    both = Chem.CombineMols(protein, Chem.MolFromSmiles("CO"))
    AllChem.EmbedMolecule(both, randomSeed=1)
    structure = molshot.Structure.from_object(both)
    assert sorted(zip(structure.residues["name"], structure.residues["atom_count"], strict=True)) == [("GLY", 5), ("UNL", 2)]


@pytest.mark.filterwarnings("ignore")
def test_bonds_and_charges_of_mdanalysis_are_kept() -> None:
    import MDAnalysis
    from MDAnalysis.core.topologyattrs import Bonds

    universe = MDAnalysis.Universe.empty(4, atom_resindex=[0] * 4, trajectory=True)
    universe.add_TopologyAttr("elements", ["C", "O", "N", "C"])
    universe.add_TopologyAttr("names", ["C1", "O1", "N1", "C2"])
    universe.add_TopologyAttr("formalcharges", [0, -1, 1, 0])
    # Too far for a bond by distance.
    universe.atoms.positions = [[0, 0, 0], [2.5, 0, 0], [0, 2.5, 0], [0, 0, 2.5]]
    universe.add_TopologyAttr(Bonds([(0, 1), (0, 2), (3, 0)], order=["2", "ar", "am"]))
    structure = molshot.Structure.from_object(universe)
    orders = {tuple(pair): order for pair, order in zip(structure.bonds.tolist(), structure.bond_orders, strict=True)}
    assert orders == {(0, 1): 2, (0, 2): 4, (0, 3): 1}
    assert structure.atoms["formal_charge"].tolist() == [0, -1, 1, 0]
    part = molshot.Structure.from_object(universe.atoms[[2, 0]])
    assert part.bonds.tolist() == [[0, 1]] and part.bond_orders.tolist() == [4]


@pytest.mark.filterwarnings("ignore")
def test_bonds_of_a_few_atoms_do_not_replace_the_others(tmp_path: pathlib.Path) -> None:
    path = pdb_file(tmp_path / "conect.pdb", [*DISORDERED, "CONECT   13   14"])
    group = mdanalysis(path)
    assert len(group.bonds) == 1
    structure, wanted = molshot.Structure.from_object(group), molshot.read(path)
    same(structure, wanted)
    assert len(structure.bonds) == 7


@pytest.mark.filterwarnings("ignore")
def test_what_has_no_atoms_or_is_one_atom_is_refused(library: pathlib.Path, tmp_path: pathlib.Path) -> None:
    import ase
    import gemmi as gemmi_
    import biotite.structure as biotite_
    from rdkit import Chem

    with pytest.raises(molshot.InputError, match="gemmi model has no atoms; give one with atoms"):
        molshot.render(gemmi_.Model(1))
    with pytest.raises(molshot.InputError, match="no models"):
        molshot.render(gemmi_.Structure())
    with pytest.raises(molshot.InputError, match="ASE object has no atoms"):
        molshot.render(ase.Atoms())
    atoms = [
        biotite_.Atom([0, 0, 0], element="C"),
        ase.Atom("C"),
        mdanalysis(library / "1ubi.pdb")[0],
        Chem.MolFromSmiles("C").GetAtomWithIdx(0),
    ]
    for atom in atoms:
        with pytest.raises(molshot.InputError, match=r"Atom is not a structure; give a molshot.Structure"):
            molshot.render(atom)
