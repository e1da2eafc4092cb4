//! Elements of Sybyl types and of types of force fields.

use std::fmt::Write;

use super::{one_atom, read};
use crate::Element;
use crate::raw::RawModel;

/// A record of atoms: name, type, substructure name.
fn record(atoms: &[(&str, &str, &str)]) -> RawModel {
    let mut text = format!(
        "@<TRIPOS>MOLECULE\nx\n{} 0\nSMALL\n\n@<TRIPOS>ATOM\n",
        atoms.len()
    );
    let mut last = "";
    let mut id = 0;
    for (row, (name, kind, residue)) in atoms.iter().enumerate() {
        if *residue != last {
            id += 1;
            last = residue;
        }
        let number = row + 1;
        let _ = writeln!(
            text,
            "{number} {name} {row}.0 0 0 {kind} {id} {residue} 0.0"
        );
    }
    read(&text).expect("a sound record")
}

fn symbols(model: &RawModel) -> Vec<&str> {
    let symbol = |element: Option<Element>| element.map_or("none", Element::symbol);
    model
        .atoms
        .iter()
        .map(|atom| symbol(atom.element.known()))
        .collect()
}

fn messages(model: &RawModel) -> Vec<String> {
    model.warnings.iter().map(ToString::to_string).collect()
}

/// Elements of the types of one ligand. The atoms have the names of their expected elements.
fn check_ligand(types: &[(&str, &str)]) -> Vec<String> {
    let names: Vec<String> = types
        .iter()
        .enumerate()
        .map(|(row, (_, symbol))| format!("{symbol}{}", row + 1))
        .collect();
    let atoms: Vec<_> = types
        .iter()
        .zip(&names)
        .map(|((kind, _), name)| (name.as_str(), *kind, "LIG"))
        .collect();
    let model = record(&atoms);
    let expected: Vec<&str> = types.iter().map(|(_, symbol)| *symbol).collect();
    assert_eq!(symbols(&model), expected);
    messages(&model)
}

#[test]
fn the_type_gives_the_element() {
    let number = |kind: &str| {
        one_atom(kind, "")
            .element
            .known()
            .map(Element::atomic_number)
    };
    for (kind, expected) in [
        ("C.3", 6),
        ("C.cat", 6),
        ("N.pl3", 7),
        ("S.o2", 16),
        ("H.t3p", 1),
        ("Na", 11),
        ("NA", 11),
        ("Cl", 17),
        ("cl", 17),
        ("Na+", 11),
        ("Cl-", 17),
        ("Mg2+", 12),
        ("Co.oh", 27),
        ("Cr.th", 24),
        ("Ca", 20),
        ("D", 1),
        // Amber's general force field.
        ("ca", 6),
        ("c3", 6),
        ("os", 8),
        ("oh", 8),
        ("ho", 1),
        ("hc", 1),
        ("n4", 7),
        ("na", 7),
        ("p5", 15),
        ("s6", 16),
        ("br", 35),
        // Not elements.
        ("Du", 0),
        ("Du.C", 0),
        ("LP", 0),
        ("Any", 0),
        ("HAL", 0),
        ("Het", 0),
        ("hev", 0),
        ("X", 0),
        ("LP1", 0),
        ("EPW", 0),
    ] {
        assert_eq!(number(kind), Some(expected), "{kind}");
    }
    // The name decides.
    assert_eq!(number("Zz"), None);
    assert_eq!(number("Zz.3"), None);
}

#[test]
fn one_type_of_a_force_field_says_that_the_record_has_such_types() {
    // AMBER: a sugar and a base.
    let messages = check_ligand(&[
        ("CA", "C"),
        ("OS", "O"),
        ("NB", "N"),
        ("CT", "C"),
        ("NA", "N"),
        ("N*", "N"),
        ("HO", "H"),
        ("CD", "C"),
        ("OH", "O"),
        ("2C", "C"),
        ("P", "P"),
        ("SH", "S"),
        ("HS", "H"),
        ("Cl", "Cl"),
        ("BR", "Br"),
        ("F", "F"),
        ("I", "I"),
        ("CO", "C"),
    ]);
    assert_eq!(
        messages,
        [
            "x.mol2:10: the atom type \"CT\" is neither a Sybyl type nor an element, so the types are \
             taken as those of a force field: their first letter gives the element (13 atoms)"
        ]
    );
    // CHARMM and CGenFF.
    let messages = check_ligand(&[
        ("CG2R61", "C"),
        ("HGR61", "H"),
        ("NG311", "N"),
        ("OG2D1", "O"),
        ("CLGR1", "Cl"),
        ("BRGR1", "Br"),
        ("FGA1", "F"),
        ("SG311", "S"),
        ("PG1", "P"),
        ("CA", "C"),
        ("HB", "H"),
        ("NC2", "N"),
    ]);
    assert_eq!(messages.len(), 1);
    // UFF.
    check_ligand(&[
        ("C_R", "C"),
        ("N_2", "N"),
        ("H_", "H"),
        ("Zn3+2", "Zn"),
        ("Si3", "Si"),
    ]);
    // MMFF.
    check_ligand(&[
        ("CR", "C"),
        ("C=O", "C"),
        ("NPYL", "N"),
        ("HC", "H"),
        ("OC=O", "O"),
    ]);
}

#[test]
fn types_of_amber_that_are_all_elements_are_seen_by_the_names() {
    let atoms = [
        ("C1", "CA", "LIG"),
        ("C2", "CA", "LIG"),
        ("CA3", "CA", "LIG"),
        ("O1", "OS", "LIG"),
        ("N1", "NB", "LIG"),
        ("H1", "HO", "LIG"),
        ("CL1", "CL", "LIG"),
    ];
    let model = record(&atoms);
    assert_eq!(symbols(&model), ["C", "C", "C", "O", "N", "H", "Cl"]);
    assert_eq!(
        messages(&model),
        [
            "x.mol2:7: the atom type \"CA\" is not the element of atom C1, so the types are taken as \
             those of a force field: their first letter gives the element (6 atoms)"
        ]
    );
}

#[test]
fn lower_case_types_of_gaff_need_no_warning() {
    let messages = check_ligand(&[
        ("ca", "C"),
        ("c3", "C"),
        ("os", "O"),
        ("nb", "N"),
        ("na", "N"),
        ("hc", "H"),
        ("ho", "H"),
        ("cl", "Cl"),
        ("br", "Br"),
        ("f", "F"),
        ("i", "I"),
        ("p5", "P"),
        ("s6", "S"),
    ]);
    assert!(messages.is_empty(), "{messages:?}");
}

#[test]
fn ions_and_metals_stay_what_they_are() {
    let ligand = [
        ("C1", "CT", "LIG"),
        ("H1", "HC", "LIG"),
        ("NA", "NA", "LIG"),
    ];
    for (name, kind, residue, symbol) in [
        ("CA", "Ca", "CA", "Ca"),
        ("CA", "CA", "CA", "Ca"),
        ("CA", "C0", "CA", "Ca"),
        ("ca", "ca", "CA", "Ca"),
        ("NA", "NA", "NA", "Na"),
        ("NA", "Na+", "NA+", "Na"),
        ("NA", "IP", "SOD", "Na"),
        ("SOD", "SOD", "SOD", "Na"),
        ("CLA", "CLA", "CLA", "Cl"),
        ("CL", "IM", "CL", "Cl"),
        ("ZN", "ZN", "ZN2", "Zn"),
        ("ZN", "Zn", "ZN", "Zn"),
        ("MG", "MG", "MG", "Mg"),
        ("MG", "MG2+", "MG", "Mg"),
        ("K", "K+", "K", "K"),
        ("FE", "FE", "HEM", "Fe"),
        ("CU", "CU", "CU", "Cu"),
        ("OS", "OS", "OS", "Os"),
    ] {
        let mut atoms = ligand.to_vec();
        atoms.push((name, kind, residue));
        let model = record(&atoms);
        assert_eq!(
            symbols(&model),
            ["C", "H", "N", symbol],
            "{kind} in {residue}"
        );
    }
}

#[test]
fn ions_of_charmm_are_known_by_atom_type_or_residue() {
    let ligand = [("CA", "CT1", "LIG"), ("N", "NH1", "LIG")];
    for (name, kind, residue, symbol) in [
        // The name of the atom.
        ("SOD", "SOD", "LIG", "Na"),
        ("POT", "POT", "LIG", "K"),
        ("CAL", "CAL", "LIG", "Ca"),
        ("CES", "CES", "LIG", "Cs"),
        ("CLA", "CLA", "LIG", "Cl"),
        ("sod", "sod", "LIG", "Na"),
        ("CA", "CAL", "LIG", "Ca"),
        // The residue.
        ("X1", "POT", "POT", "K"),
        ("SOD", "NA", "SOD", "Na"),
        ("X2", "CES", "ION", "Cs"),
        ("CAL", "CA", "CAL", "Ca"),
        ("CAD", "CD", "CAD", "Cd"),
        // Calcium of AMBER.
        ("C0", "C0", "LIG", "Ca"),
        ("CA", "C0", "LIG", "Ca"),
        // Types that are not those of ions.
        ("S1", "SOD", "LIG", "S"),
        ("C7", "CAL", "LIG", "C"),
        ("C7", "C0", "LIG", "C"),
        ("AL", "Al3+", "LIG", "Al"),
    ] {
        let mut atoms = ligand.to_vec();
        atoms.push((name, kind, residue));
        let model = record(&atoms);
        assert_eq!(symbols(&model), ["C", "N", symbol], "{name} {kind}");
    }
    // A record of ions only, one of which no force field type introduces.
    let model = record(&[("LIT", "LIT", "LIT"), ("RUB", "RUB", "RUB")]);
    assert_eq!(symbols(&model), ["Li", "Rb"]);
    // A ligand with the name of an ion.
    let model = record(&[
        ("C1", "cd", "CAD"),
        ("C2", "cd", "CAD"),
        ("C3", "CD", "CAD"),
        ("C4", "CT", "CAD"),
    ]);
    assert_eq!(symbols(&model), ["C"; 4]);
    // Types that repeat the names of the atoms, as those of a ligand with lettered carbons.
    let model = record(&[
        ("CAA", "CAA", "LIG"),
        ("CAK", "CAK", "LIG"),
        ("CAL", "CAL", "LIG"),
        ("C0", "C0", "LIG"),
        ("C1", "C1", "LIG"),
    ]);
    assert_eq!(symbols(&model), ["C"; 5]);
}

#[test]
fn the_warning_says_what_gave_the_elements() {
    for (atoms, expected) in [
        (
            &[("C1", "opls_145", "LIG"), ("CL1", "opls_264", "LIG")][..],
            "the atom name gives the element, as the type has none (2 atoms)",
        ),
        (
            &[("C1", "CT", "LIG"), ("O1", "O", "LIG")],
            "their first letter gives the element (1 atom)",
        ),
        (
            &[
                ("C1", "CG331", "LIG"),
                ("C2", "CA", "LIG"),
                ("CL1", "CLGR1", "LIG"),
                ("SOD", "SOD", "LIG"),
                ("X1", "A9", "LIG"),
            ],
            "their first letter gives the element (2 atoms), their first two letters give it (1 atom), \
             as the name of an ion they give it (1 atom), the atom name gives it, as the type has none \
             (1 atom)",
        ),
    ] {
        let messages = messages(&record(atoms));
        assert!(messages[0].ends_with(expected), "{messages:?}");
        assert!(messages[0].contains("force field: "), "{messages:?}");
    }
}

#[test]
fn sybyl_types_and_elements_stay_without_a_warning() {
    for atoms in [
        &[
            ("C1", "C.ar", "LIG"),
            ("CA", "Ca", "CA"),
            ("HO", "Ho", "HO"),
        ][..],
        &[
            ("C1", "C", "LIG"),
            ("CL2", "CL", "LIG"),
            ("BR", "BR", "LIG"),
            ("S1", "SI", "LIG"),
        ],
        // A cluster of metals in capitals.
        &[
            ("CA1", "CA", "OEX"),
            ("MN1", "MN", "OEX"),
            ("O1", "O", "OEX"),
        ],
        &[("N1", "Na", "LIG"), ("O1", "O.3", "LIG")],
        &[("CA", "C.3", "ALA"), ("CD", "CD", "CD"), ("HG", "HG", "HG")],
    ] {
        let model = record(atoms);
        let expected: Vec<Option<Element>> = atoms
            .iter()
            .map(|(_, kind, _)| {
                Element::from_symbol(kind.split('.').next().unwrap_or(kind).as_bytes())
            })
            .collect();
        let found: Vec<_> = model
            .atoms
            .iter()
            .map(|atom| atom.element.known())
            .collect();
        assert_eq!(found, expected);
        assert!(messages(&model).is_empty(), "{:?}", messages(&model));
    }
    // Beside Sybyl types only what contradicts its name is read anew.
    let model = record(&[
        ("C1", "C.ar", "LIG"),
        ("X1", "Ca", "LIG"),
        ("H1", "HA", "LIG"),
        ("O9", "OS", "LIG"),
    ]);
    assert_eq!(symbols(&model), ["C", "Ca", "H", "O"]);
}

#[test]
fn types_without_an_element_leave_it_to_the_name() {
    let model = record(&[
        ("C1", "opls_135", "LIG"),
        ("C2", "CT", "LIG"),
        ("C3", "A", "LIG"),
    ]);
    assert_eq!(symbols(&model), ["none", "C", "none"]);
}

#[test]
fn points_without_an_element_are_unknown_with_a_warning() {
    let model = record(&[
        ("O", "OW", "WAT"),
        ("EPW", "EP", "WAT"),
        ("C3", "XX", "LIG"),
        ("H1", "LPH", "LIG"),
        ("O9", "Du", "LIG"),
        ("N9", "Any", "LIG"),
    ]);
    assert_eq!(symbols(&model), ["O", "X", "X", "X", "X", "X"]);
    assert_eq!(
        messages(&model)[1..],
        [
            "x.mol2:8: the atom type \"EP\" is not an element; the element of such atoms is unknown \
          (5 such cases, this is the first)"
        ]
    );
}

#[test]
fn types_of_chimerax_are_not_metals() {
    check_ligand(&[
        ("Car", "C"),
        ("Npl", "N"),
        ("O2-", "O"),
        ("N3+", "N"),
        ("HC", "H"),
    ]);
    let model = record(&[
        ("CA", "Car", "LIG"),
        ("PA", "Pac", "LIG"),
        ("NA", "Nar", "LIG"),
        ("SI", "Sac", "LIG"),
    ]);
    assert_eq!(symbols(&model), ["C", "P", "N", "S"]);
}

#[test]
fn the_case_of_the_name_does_not_matter() {
    for name in ["C1", "c1", "1C"] {
        let model = record(&[(name, "CA", "LIG"), ("O2", "O", "LIG")]);
        assert_eq!(symbols(&model)[0], "C", "{name}");
    }
}
