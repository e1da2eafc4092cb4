//! Which groups have a charge.

use super::super::charges::find;
use super::{Atom, structure};
use crate::perception::idatm::TypedMolecule;

/// The groups of some atoms: sign, and names of the atoms.
fn groups(atoms: &[Atom<'_>]) -> Vec<String> {
    let structure = structure(atoms);
    let typed = TypedMolecule::new(&structure);
    let name = |&atom: &u32| structure.atoms().name[atom as usize].to_string();
    find(&typed)
        .iter()
        .map(|group| {
            let sign = if group.is_positive { "+" } else { "-" };
            let names: Vec<String> = group.atoms.iter().map(name).collect();
            format!("{sign}{}", names.join(" "))
        })
        .collect()
}

/// The end of a side chain: a carbon with three neighbours at 120 degrees.
fn fork<'a>(residue: &'a str, names: [&'a str; 4], ends: [&'a str; 3]) -> Vec<Atom<'a>> {
    vec![
        (residue, 1, names[0], "C", [0.0; 3]),
        (residue, 1, names[1], ends[0], [-1.45, 0.0, 0.0]),
        (residue, 1, names[2], ends[1], [0.66, 1.14, 0.0]),
        (residue, 1, names[3], ends[2], [0.66, -1.14, 0.0]),
    ]
}

#[test]
fn carboxylates_and_guanidinium_groups_are_charged() {
    let carboxylate = ["C2", "C1", "O1", "O2"];
    assert_eq!(
        groups(&fork("LIG", carboxylate, ["C", "O", "O"])),
        ["-O1 O2"]
    );
    let aspartate = ["CG", "CB", "OD1", "OD2"];
    assert_eq!(
        groups(&fork("ASP", aspartate, ["C", "O", "O"])),
        ["-OD1 OD2"]
    );
    let arginine = ["CZ", "NE", "NH1", "NH2"];
    assert_eq!(
        groups(&fork("ARG", arginine, ["N", "N", "N"])),
        ["+NE NH1 NH2"]
    );
    let guanidine = ["C1", "N1", "N2", "N3"];
    assert_eq!(
        groups(&fork("LIG", guanidine, ["N", "N", "N"])),
        ["+N1 N2 N3"]
    );
    let amidine = ["C2", "C1", "N1", "N2"];
    assert_eq!(groups(&fork("LIG", amidine, ["C", "N", "N"])), ["+N1 N2"]);
}

#[test]
fn amides_esters_and_ureas_are_not_charged() {
    let mut ester = fork("LIG", ["C2", "C1", "O1", "O2"], ["C", "O", "O"]);
    ester.push(("LIG", 1, "C3", "C", [2.08, -1.14, 0.0]));
    assert_eq!(groups(&ester), [""; 0]);
    assert_eq!(
        groups(&fork("ASN", ["CG", "CB", "OD1", "ND2"], ["C", "O", "N"])),
        [""; 0]
    );
    assert_eq!(
        groups(&fork("LIG", ["C1", "O1", "N1", "N2"], ["O", "N", "N"])),
        [""; 0]
    );
}

#[test]
fn an_acid_with_its_hydrogen_is_not_charged() {
    let mut acid = fork("LIG", ["C2", "C1", "O1", "O2"], ["C", "O", "O"]);
    acid.push(("LIG", 1, "H1", "H", [1.62, -1.1, 0.0]));
    assert_eq!(groups(&acid), [""; 0]);
}

#[test]
fn phosphates_have_the_charge_at_phosphorus() {
    let phosphate = [
        ("LIG", 1, "P1", "P", [0.0; 3]),
        ("LIG", 1, "O1", "O", [0.89, 0.89, 0.89]),
        ("LIG", 1, "O2", "O", [-0.87, -0.87, 0.87]),
        ("LIG", 1, "O3", "O", [-0.87, 0.87, -0.87]),
        ("LIG", 1, "O4", "O", [0.87, -0.87, -0.87]),
    ];
    assert_eq!(groups(&phosphate), ["-P1 O1 O2 O3 O4"]);
    let structure = structure(&phosphate);
    let typed = TypedMolecule::new(&structure);
    assert_eq!(find(&typed)[0].side().center_atoms, [0]);
}

/// The backbone nitrogen of an amino acid with so many hydrogens.
fn chain_start(hydrogens: usize) -> Vec<String> {
    let places = [[-0.5, 0.9, 0.0], [-0.5, -0.45, 0.8], [-0.5, -0.45, -0.8]];
    let mut atoms = vec![
        ("ALA", 1, "N", "N", [0.0; 3]),
        ("ALA", 1, "CA", "C", [1.49, 0.0, 0.0]),
        ("ALA", 1, "CB", "C", [2.0, 1.4, 0.0]),
        ("ALA", 1, "C", "C", [2.0, -0.7, 1.25]),
    ];
    for (name, place) in ["H1", "H2", "H3"].iter().zip(places).take(hydrogens) {
        atoms.push(("ALA", 1, name, "H", place));
    }
    groups(&atoms)
}

#[test]
fn a_backbone_nitrogen_is_charged_only_with_three_hydrogens() {
    assert_eq!(chain_start(0), [""; 0]);
    assert_eq!(chain_start(2), [""; 0]);
    assert_eq!(chain_start(3), ["+N"]);
}

#[test]
fn histidine_is_charged_unless_its_name_says_otherwise() {
    let imidazole = |residue| {
        groups(&[
            (residue, 1, "CG", "C", [0.0, 1.15, 0.0]),
            (residue, 1, "ND1", "N", [-1.1, 0.35, 0.0]),
            (residue, 1, "CE1", "C", [-0.68, -0.93, 0.0]),
            (residue, 1, "NE2", "N", [0.68, -0.93, 0.0]),
            (residue, 1, "CD2", "C", [1.1, 0.35, 0.0]),
        ])
    };
    assert_eq!(imidazole("HIS"), ["+ND1 NE2"]);
    assert_eq!(imidazole("HIP"), ["+ND1 NE2"]);
    assert_eq!(imidazole("HID"), [""; 0]);
    assert_eq!(imidazole("HIE"), [""; 0]);
}
