import pathlib
import pickle

import numpy as np
import pytest

import molshot

WATER = ([[0.0, 0, 0], [0.96, 0, 0], [-0.24, 0.93, 0]], ["O", "H", "H"])


def test_files_folders_and_bytes_are_read(library: pathlib.Path) -> None:
    path = library / "1ubi.pdb"
    one = molshot.read(path)
    assert len(one) == 602
    assert len(molshot.read(path.read_bytes(), name="1ubi.pdb")) == 602
    assert len(molshot.read(path.read_bytes(), format="pdb")) == 602
    complex_ = molshot.read(library / "1hvr")
    assert set(complex_.residues["role"]) == {"pocket", "ligand"}
    assert len(molshot.read([path, library / "1a28_progesterone.sdf"])) > 602
    assert "602 atoms" in repr(one)


def test_roles_do_not_depend_on_how_the_files_are_given(library: pathlib.Path, tmp_path: pathlib.Path) -> None:
    pocket, ligand = library / "1hvr/1hvr_pocket.pdb", library / "1hvr/1hvr_ligand.mol2"
    (tmp_path / "A_POCKET.PDB").write_bytes(pocket.read_bytes())
    folder = molshot.read(library / "1hvr")
    for files in ([pocket, ligand], (str(pocket), str(ligand)), [tmp_path / "A_POCKET.PDB", ligand]):
        listed = molshot.read(files)
        assert (listed.residues["role"] == folder.residues["role"]).all()
        assert set(listed.residues["role"]) == {"pocket", "ligand"}
    assert molshot.hydrogen_bonds(molshot.read([pocket, ligand])) == molshot.hydrogen_bonds(folder)
    again = pickle.loads(pickle.dumps(molshot.read([pocket, ligand])))
    assert (again.residues["role"] == folder.residues["role"]).all()
    # A single file is a whole structure, whatever its name.
    assert set(molshot.read([pocket]).residues["role"]) == set(molshot.read(pocket).residues["role"]) == {"polymer"}


def test_a_ligand_that_the_pocket_file_holds_is_removed(library: pathlib.Path, tmp_path: pathlib.Path) -> None:
    ligand = tmp_path / "x_ligand.xyz"
    ligand.write_text("2\n\nC 0 0 0\nO 1.2 0 0\n")
    atom = "HETATM{:>5}  {}1  {} A{:>4}    {:8.3f}   0.000   0.000  1.00  0.00           {}\n"
    rows = [(1, "C", "LIG", 1, 0, "C"), (2, "O", "LIG", 1, 1.2, "O"), (3, "N", "NH3", 2, 9, "N")]
    both = tmp_path / "x_pocket.pdb"
    both.write_text("".join(atom.format(*row) for row in rows) + "END\n")
    complex_ = molshot.read([both, ligand])
    assert list(complex_.atoms["element"]) == ["N", "C", "O"]
    assert any("still holds the ligand" in warning for warning in complex_.warnings)


def test_a_missing_or_wrong_file_names_itself(tmp_path: pathlib.Path) -> None:
    with pytest.raises(molshot.InputError, match="nothing.pdb") as caught:
        molshot.read(tmp_path / "nothing.pdb")
    assert caught.value.code == "input_unreadable"
    with pytest.raises(ValueError, match="bytes"):
        molshot.read(b"no structure")
    with pytest.raises(molshot.MolshotError, match="pdb"):
        molshot.read(b"", format="docx")
    error = pickle.loads(pickle.dumps(caught.value))
    assert (error.code, str(error)) == (caught.value.code, str(caught.value))


def test_columns_are_arrays(ubiquitin: molshot.Structure) -> None:
    atoms, residues = ubiquitin.atoms, ubiquitin.residues
    assert atoms["position_angstrom"].shape == (602, 3)
    assert atoms["position_angstrom"].dtype == np.float32
    assert {len(column) for column in atoms.values()} == {602}
    assert residues["name"][0] == "MET" and residues["number"][75] == 76
    assert residues["atom_count"].sum() == 602
    assert residues["name"][atoms["residue"][-1]] == "GLY"
    assert ubiquitin.bonds.shape == (len(ubiquitin.bond_orders), 2)
    types = ubiquitin.atom_types
    assert types["atom_type"][0] == "N3+" and types["donor"][0] is not None


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"model": -1}, r"model is -1; give a whole number from 1 to 4294967295, or None"),
        ({"model": 2**70}, r"model is 1180591620717411303424; give a whole number"),
        ({"model": 1.0}, r"model is 1\.0; give a whole number"),
        ({"model": True}, r"model is True; give a whole number"),
        ({"model": "2"}, r"model is '2'; give a whole number"),
        ({"format": 5}, r"format is 5; give a text, or None"),
        ({"altloc": b"A"}, r"altloc is b'A'; give a text, or None"),
    ],
)
def test_arguments_of_another_kind_are_named(library, arguments, text) -> None:
    for source in (library / "1ubi.pdb", (library / "1ubi.pdb").read_bytes()):
        with pytest.raises(molshot.RequestError, match=f"^{text}") as caught:
            molshot.read(source, **arguments)
        assert caught.value.code == "argument_invalid" and isinstance(caught.value, ValueError)
    assert len(molshot.read(library / "1ubi.pdb", model=np.int64(1))) == 602


def test_arguments_of_functions_of_structures_are_named(ubiquitin: molshot.Structure) -> None:
    for name, value, wanted in [
        ("distance_slack_angstrom", "x", "a number from 0 to 2"),
        ("distance_slack_angstrom", float("nan"), "a number from 0 to 2"),
        ("angle_slack_degrees", -1, "a number from 0 to 90"),
        ("water", 1, "True or False"),
        ("scope", 3, "a text"),
    ]:
        with pytest.raises(molshot.RequestError, match=f"^{name} is .*; give {wanted}$"):
            molshot.hydrogen_bonds(ubiquitin, **{name: value})
    with pytest.raises(molshot.RequestError, match="^expression is 5; give a text$"):
        ubiquitin.select(5)
    with pytest.raises(molshot.RequestError, match="^name is 5; give a text$"):
        molshot.Structure.from_arrays(*WATER, name=5)
    assert molshot.hydrogen_bonds(ubiquitin, scope="all", distance_slack_angstrom=np.float32(0.4), angle_slack_degrees=20)


def test_selections_are_masks(ubiquitin: molshot.Structure) -> None:
    mask = ubiquitin.select("name CA")
    assert mask.dtype == np.bool_ and mask.sum() == 76
    for wrong in ("nameof CA", "within 5 of"):
        with pytest.raises(molshot.RequestError, match="column") as caught:
            ubiquitin.select(wrong)
        assert caught.value.code == "selection_invalid"


def test_arrays_become_structures() -> None:
    water = molshot.Structure.from_arrays(*WATER)
    assert list(water.atoms["name"]) == ["O1", "H1", "H2"]
    assert water.bonds.tolist() == [[0, 1], [0, 2]]
    given = molshot.Structure.from_arrays(*WATER, bonds=[(0, 1)], bond_orders=[1])
    assert given.bonds.tolist() == [[0, 1]] and given.bond_orders.tolist() == [1]
    named = molshot.Structure.from_arrays(
        np.zeros((1, 3), dtype=np.float64),
        names=np.array(["CA"]),
        residue_names=["GLY"],
        residue_numbers=np.array([7]),
        chain_ids=["B"],
    )
    assert (named.residues["name"][0], named.residues["number"][0], named.residues["chain"][0]) == ("GLY", 7, "B")
    assert named.atoms["element"][0] == "C"
    both = molshot.Structure.merge([water, named])
    assert len(both) == 4 and len(set(both.residues["part"])) == 1


@pytest.mark.parametrize(
    ("coordinates", "elements", "more", "text"),
    [
        ([[0, 0]], ["C"], {}, r"\(n, 3\)"),
        ([], [], {}, "shape"),
        ([[0, 0, 0]], ["C", "C"], {}, "elements has 2 values for 1 atoms"),
        ([[0, 0, 0]], ["Qq"], {}, r"elements\[0\]"),
        ([[0, 0, float("nan")]], ["C"], {}, "coordinate"),
        ([[0, 0, 0]], None, {}, "elements or names"),
        ([[0, 0, 0], [1, 0, 0]], ["C", "C"], {"bonds": [[0, 2]]}, "of 2, from 0"),
        ([[0, 0, 0], [1, 0, 0]], ["C", "C"], {"bonds": [[0, -1]]}, "whole numbers from 0"),
        ([[0, 0, 0], [1, 0, 0]], ["C", "C"], {"bonds": [[0, 1]], "bond_orders": [9]}, r"bond_orders\[0\] is 9; give 1, 2, 3, 4"),
        ([[0, 0, 0]], ["C"], {"role": "lid"}, "role"),
        ("abc", ["C"], {}, r"\(n, 3\)"),
        ([[0, 0, 0], [1, 0]], ["C", "C"], {}, r"coordinates has rows of different lengths.*\(n, 3\)"),
        ([[0, 0, "x"]], ["C"], {}, r"coordinates\[0, 2\] is 'x'; give a number"),
        ([[0, 0, None]], ["C"], {}, r"coordinates\[0, 2\] is None; give a number"),
        ([[0, 0, 1e300]], ["C"], {}, "coordinate"),
    ],
)
def test_wrong_arrays_say_what_is_wrong(coordinates, elements, more, text) -> None:
    with pytest.raises(molshot.MolshotError, match=text):
        molshot.Structure.from_arrays(coordinates, elements, **more)


@pytest.mark.parametrize(
    ("column", "values", "text"),
    [
        ("residue_numbers", [2**40, 1], r"residue_numbers\[0\] is 1099511627776; give a whole number from -2147483648"),
        ("residue_numbers", [1, 2**70], r"residue_numbers\[1\] is 1180591620717411303424"),
        ("residue_numbers", [1.0, 2.2], r"residue_numbers\[1\] is 2.2; give a whole number"),
        ("residue_numbers", [1, None], r"residue_numbers\[1\] is None"),
        ("residue_numbers", [1, float("nan")], r"residue_numbers\[1\] is nan"),
        ("residue_numbers", [[1, 2]], r"residue_numbers has the shape \(1, 2\)"),
        ("residue_numbers", np.ma.array([1, 2], mask=[False, True]), "masked"),
        ("formal_charges", [300, 0], r"formal_charges\[0\] is 300; give a whole number from -128 to 127"),
        ("formal_charges", [0.5, -0.5], r"formal_charges\[0\] is 0.5"),
        ("formal_charges", ["1", "2"], r"formal_charges\[0\] is '1'"),
        ("bond_orders", np.array([257]), r"bond_orders\[0\] is 257; give 1, 2, 3, 4 for aromatic"),
        ("bond_orders", [257], r"bond_orders\[0\] is 257"),
        ("bond_orders", [1.5], r"bond_orders\[0\] is 1.5"),
        ("chain_ids", [None, None], r"chain_ids\[0\] is None; give a text"),
        ("residue_names", ["ALA", float("nan")], r"residue_names\[1\] is nan; give a text"),
        ("names", 5, "names is a int; give a sequence of texts"),
        ("names", [b"CA", b"\xff"], r"names\[1\] is not UTF-8"),
        ("occupancies", [None, 1], r"occupancies\[0\] is None; give a number"),
        ("b_factors", [1, float("inf")], r"b_factors\[1\] is inf; give a finite number"),
        ("hetero", ["False", "True"], r"hetero\[0\] is 'False'; give True or False"),
        ("hetero", [0, 2], r"hetero\[1\] is 2; give True or False"),
    ],
)
def test_no_value_is_changed_in_silence(column, values, text) -> None:
    bonds = {"bonds": [[0, 1]]} if column == "bond_orders" else {}
    with pytest.raises(molshot.InputError, match=text):
        molshot.Structure.from_arrays([[0, 0, 0], [1.5, 0, 0]], ["C", "C"], **{column: values}, **bonds)


def test_orders_without_bonds_are_refused() -> None:
    with pytest.raises(molshot.InputError, match="bond_orders without bonds; give bonds"):
        molshot.Structure.from_arrays([[0, 0, 0], [1.5, 0, 0]], ["C", "C"], bond_orders=[1])


def test_whole_floats_and_numbers_as_texts_are_values() -> None:
    structure = molshot.Structure.from_arrays(
        [[0, 0, 0], [1.5, 0, 0]],
        ["C", "N"],
        residue_names=[b"ALA", "ALA"],
        residue_numbers=np.array([7.0, 7.0]),
        chain_ids=[1, np.int64(1)],
        formal_charges=np.array([-1, 2], dtype=object),
        hetero=[0, True],
        bonds=[(0, 1)],
        bond_orders=np.array([2.0]),
    )
    assert set(structure.residues["number"]) == {7} and set(structure.residues["chain"]) == {"1"}
    assert structure.atoms["formal_charge"].tolist() == [-1, 2] and structure.bond_orders.tolist() == [2]


def test_what_is_not_a_structure_is_named() -> None:
    water = molshot.Structure.from_arrays(*WATER)
    with pytest.raises(molshot.RequestError, match="structure is a str; give a molshot.Structure"):
        molshot.hydrogen_bonds("1ubi.pdb")  # type: ignore[arg-type]
    with pytest.raises(molshot.RequestError, match=r"structures\[1\] is a int; give a molshot.Structure"):
        molshot.Structure.merge([water, 5])  # type: ignore[list-item]
    for wrong in (water, 5, "abc"):
        with pytest.raises(molshot.RequestError, match="give a list of molshot.Structure"):
            molshot.Structure.merge(wrong)  # type: ignore[arg-type]


def test_no_files_are_no_structure() -> None:
    for empty in ([], ()):
        with pytest.raises(molshot.InputError, match="empty list; give at least one path"):
            molshot.read(empty)


def test_structures_are_pickled(ubiquitin: molshot.Structure, library: pathlib.Path) -> None:
    ligand = molshot.read((library / "1a28_progesterone.sdf").read_bytes(), name="1a28_ligand.sdf")
    for structure in [ubiquitin, ligand, molshot.Structure.from_arrays(*WATER), molshot.Structure.merge([ubiquitin, ligand])]:
        again = pickle.loads(pickle.dumps(structure))
        assert (again.atoms["position_angstrom"] == structure.atoms["position_angstrom"]).all()
        assert (again.residues["role"] == structure.residues["role"]).all()


def test_hydrogen_bonds_are_those_of_the_command(library: pathlib.Path, program: str) -> None:
    import json
    import subprocess

    structure = molshot.read(library / "1hvr")
    found = molshot.hydrogen_bonds(structure)
    command = [program, "hbonds", str(library / "1hvr"), "--format", "json"]
    wanted = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["bonds"]
    assert len(found) == len(wanted) > 0
    assert [(bond.donor, bond.acceptor) for bond in found] == [
        (bond["donor"]["index"], bond["acceptor"]["index"]) for bond in wanted
    ]
    with pytest.raises(molshot.MolshotError, match="^distance_slack_angstrom is -1; give a number from 0 to 2$"):
        molshot.hydrogen_bonds(structure, distance_slack_angstrom=-1)
    with pytest.raises(molshot.MolshotError, match="scope"):
        molshot.hydrogen_bonds(structure, scope="each")  # type: ignore[arg-type]


def test_contacts_are_those_of_the_command(library: pathlib.Path, program: str) -> None:
    import json
    import subprocess

    structure = molshot.read(library / "1hvr")
    found = molshot.contacts(structure)
    command = [program, "contacts", str(library / "1hvr"), "--format", "json"]
    wanted = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["contacts"]
    assert len(found) == len(wanted) > 0
    assert [(contact.kind, list(contact.ligand.atoms), list(contact.rest.atoms)) for contact in found] == [
        (contact["kind"], contact["ligand"]["indices"], contact["rest"]["indices"]) for contact in wanted
    ]
    for kind in ["hydrogen-bonds", "hydrophobic-contacts"]:
        of_kind = [contact for contact in found if contact.kind == kind]
        assert molshot.contacts(structure, kinds=[kind]) == of_kind != []  # type: ignore[list-item]
    assert molshot.contacts(structure, kinds=[]) == []
    bonds = molshot.hydrogen_bonds(structure)
    assert len(molshot.contacts(structure, kinds=["hydrogen-bonds"])) == len(bonds)
    with pytest.raises(molshot.MolshotError, match="kinds: give some of hydrogen-bonds, salt-bridges"):
        molshot.contacts(structure, kinds=["salt"])  # type: ignore[list-item]


def test_an_unknown_object_is_refused() -> None:
    with pytest.raises(molshot.InputError, match="RDKit"):
        molshot.Structure.from_object({"C": 1})


def test_one_alternate_location_is_kept() -> None:
    coordinates = [[0, 0, 0], [1.5, 0, 0], [1.6, 0.3, 0]]
    columns = {"names": ["CA", "CB", "CB"], "alternate_locations": ["", "A", "B"], "occupancies": [1, 0.3, 0.7]}
    structure = molshot.Structure.from_arrays(coordinates, ["C"] * 3, **columns, bonds=[(0, 1), (0, 2)])
    assert structure.atoms["serial"].tolist() == [1, 3]
    assert structure.bonds.tolist() == [[0, 1]]
    with pytest.raises(molshot.InputError, match=r'alternate_locations\[1\]: "AB" is not one ASCII letter'):
        molshot.Structure.from_arrays(coordinates, ["C"] * 3, **{**columns, "alternate_locations": ["", "AB", "B"]})


def test_copies_by_symmetry_are_made_of_one_file(library: pathlib.Path) -> None:
    structure = molshot.read(SALT, name="salt.cif")
    cell = structure.with_copies(unit_cell=True)
    assert len(cell) == 8
    assert len(structure.with_copies(supercell=(2, 1, 1))) == 16
    assert len(structure.with_copies(symmetry_mates=3.0)) > 2
    assert len(pickle.loads(pickle.dumps(cell))) == 8
    assert molshot.render(cell, size=(64, 64)).color.any()
    with pytest.raises(molshot.MolshotError, match="lists no biological assembly"):
        structure.with_copies(assembly="1")
    with pytest.raises(molshot.MolshotError, match="give one of"):
        structure.with_copies()
    with pytest.raises(molshot.MolshotError, match="lists no biological assembly"):
        molshot.read(library / "1hvr").with_copies(assembly="all")
    with pytest.raises(molshot.MolshotError, match="of one file"):
        molshot.Structure.merge([structure, structure]).with_copies(unit_cell=True)


SALT = b"""\
data_salt
_cell_length_a 5.64
_cell_length_b 5.64
_cell_length_c 5.64
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_space_group_name_H-M_alt 'F m -3 m'
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
Na1 Na 0 0 0
Cl1 Cl 0.5 0.5 0.5
"""
