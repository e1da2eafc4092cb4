use super::super::tests::{model, try_finish};
use super::ElementRules;
use crate::raw::ElementField;
use crate::structure::ResidueClass;
use crate::{Element, Structure};

fn guess(name: &str, indented: bool, residue: &str, lone: bool) -> Option<&'static str> {
    ElementRules::new(residue, lone)
        .element(name, indented)
        .map(Element::symbol)
}

#[test]
fn standard_residues_hold_light_elements_only() {
    for (name, residue, element) in [
        ("CA", "ALA", "C"),
        ("CD1", "ILE", "C"),
        ("NE2", "HIS", "N"),
        ("SG", "CYS", "S"),
        ("SE", "MSE", "Se"),
        ("HG", "SER", "H"),
        ("1HB", "ALA", "H"),
        ("HO5'", "DA", "H"),
        ("OH2", "TIP3", "O"),
        ("OP1", "G", "O"),
        ("D", "GLY", "H"),
    ] {
        for indented in [true, false] {
            assert_eq!(
                guess(name, indented, residue, false),
                Some(element),
                "{name}"
            );
        }
    }
    assert_eq!(guess("MW", false, "SOL", false), None, "a virtual site");
}

#[test]
fn calcium_needs_its_residue_or_to_stand_alone() {
    assert_eq!(guess("CA", false, "CA", true), Some("Ca"));
    assert_eq!(guess("CA", true, "CA", true), Some("Ca"));
    assert_eq!(guess("CA", false, "XYZ", true), Some("Ca"));
    assert_eq!(guess("CA", true, "XYZ", true), Some("C"));
    assert_eq!(guess("CA", false, "LIG", false), Some("C"));
    assert_eq!(guess("CAL", false, "CAL", true), Some("Ca"));
}

#[test]
fn ions_are_named_like_their_residue() {
    for (name, residue, element) in [
        ("ZN", "ZN", "Zn"),
        ("NA", "NA", "Na"),
        ("NA+", "NA+", "Na"),
        ("Cl-", "Cl-", "Cl"),
        ("FE", "FE2", "Fe"),
        ("CU", "CU1", "Cu"),
        ("HG", "HG", "Hg"),
        ("K", "K", "K"),
        ("SOD", "SOD", "Na"),
        ("CLA", "CLA", "Cl"),
        ("POT", "POT", "K"),
        ("U", "IUM", "U"),
    ] {
        assert_eq!(guess(name, true, residue, false), Some(element), "{name}");
    }
}

#[test]
fn ligands_follow_the_columns_except_for_halogens() {
    for (name, indented, element) in [
        ("CL1", false, "Cl"),
        ("CL1", true, "Cl"),
        ("CLAA", false, "Cl"),
        ("BR", true, "Br"),
        ("FE", false, "Fe"),
        ("NI", false, "Ni"),
        ("NI", true, "N"),
        ("SE1", false, "Se"),
        ("SE1", true, "S"),
        ("HG11", false, "H"),
        ("HO2", false, "H"),
        ("CD", false, "C"),
        ("OXT", true, "O"),
        ("2H5*", false, "H"),
        ("XE", false, "Xe"),
    ] {
        assert_eq!(guess(name, indented, "LIG", false), Some(element), "{name}");
    }
    for name in ["", "12", "XX", "Q1", "LP1", "DU2", "*"] {
        assert_eq!(guess(name, true, "LIG", false), None, "{name}");
    }
}

/// Builds rows whose element fields are these texts; an empty one is absent.
fn built(rows: &[(&str, &str)]) -> Structure {
    let texts: Vec<&str> = rows.iter().map(|(row, _)| *row).collect();
    let mut model = model(&texts);
    for (row, (_, field)) in model.atoms.iter_mut().zip(rows) {
        row.element = ElementField::from_symbol(field.as_bytes());
        row.position_angstrom[0] += row.serial as f32;
    }
    try_finish(model).expect("these rows are sound")
}

fn symbols(structure: &Structure) -> Vec<&'static str> {
    let elements = structure.atoms().element.iter();
    elements.map(|element| element.symbol()).collect()
}

fn warnings(structure: &Structure) -> Vec<String> {
    let all = structure.warnings().iter();
    all.map(|warning| warning.message.clone()).collect()
}

#[test]
fn text_that_is_not_an_element_is_no_element_of_the_name() {
    let structure = built(&[
        ("O _ HOH 1 1.0", "O"),
        ("DOH2 _ HOH 1 1.0", "EP"),
        ("OM _ HOH 1 1.0", "EP"),
        ("POL _ LIG 2 1.0", "Ve"),
        ("C1 _ LIG 2 1.0", "C"),
        ("NX _ LIG 2 1.0", "X"),
        ("H1 _ LIG 2 1.0", "VS"),
        ("CM _ LIG 2 1.0", "LP"),
    ]);
    assert_eq!(
        symbols(&structure),
        ["O", "X", "X", "X", "C", "X", "X", "X"]
    );
    assert_eq!(structure.bonds().len(), 0);
    assert_eq!(
        warnings(&structure),
        [
            "the element field of atom DOH2 of HOH 1 of chain A holds \"EP\", which is not an \
             element; the element is taken as unknown: such an atom gets no bonds by distance, no \
             atom type and no hydrogen bonds (6 such cases, this is the first)"
        ]
    );
}

#[test]
fn a_cut_off_symbol_is_completed_from_the_name() {
    let structure = built(&[
        ("ZN _ ZN 1 1.0", "Z"),
        ("MG _ MG 2 1.0", "m"),
        ("MG _ MG 3 1.0", "x"),
    ]);
    assert_eq!(symbols(&structure), ["Zn", "Mg", "X"]);
    assert_eq!(
        warnings(&structure)[0],
        "the element field of atom ZN of ZN 1 of chain A holds \"Z\", which is not an element; the \
         element that begins with it is taken from the atom name (2 such cases, this is the first)"
    );
    assert_eq!(warnings(&structure).len(), 2);
}

#[test]
fn an_unknown_atom_has_no_part_in_templates() {
    let known = built(&[("N _ ALA 1 1.0", "N"), ("CA _ ALA 1 1.0", "C")]);
    assert_eq!(known.bonds().len(), 1);
    let unknown = built(&[("N _ ALA 1 1.0", "N"), ("CA _ ALA 1 1.0", "X")]);
    assert_eq!(unknown.bonds().len(), 0);
    let types = crate::perception::idatm::atom_types(&unknown);
    let typed = crate::perception::idatm::atom_types(&known);
    assert_ne!(types.types[1], typed.types[1]);
}

#[test]
fn markers_of_a_membrane_are_neither_atoms_nor_ligands() {
    // With element fields or without.
    for field in ["O", ""] {
        let structure = built(&[
            ("CA _ GLY 1 1.0", "C"),
            ("O _ DUM 7 1.0", field),
            ("O _ DUM 8 1.0", field),
        ]);
        assert_eq!(symbols(&structure), ["C", "X", "X"]);
        assert_eq!(structure.residues()[1].class, ResidueClass::Marker);
        assert_eq!(
            warnings(&structure),
            [
                "DUM 7 of chain A marks a surface of the membrane (as in OPM files) and is not an \
                 atom; it is kept without element, bonds and hydrogen bonds, and is not a ligand \
                 (2 such cases, this is the first)"
            ]
        );
    }
    // A ligand may have this name.
    let ligand = built(&[("C1 _ DUM 7 1.0", "C"), ("O _ DUM 7 1.0", "O")]);
    assert_eq!(symbols(&ligand), ["C", "O"]);
    assert_eq!(ligand.residues()[0].class, ResidueClass::Ligand);
}

#[test]
fn spheres_of_fpocket_are_neither_atoms_nor_ligands() {
    for names in [["POL", "APOL"], ["O", "C"]] {
        for field in ["Ve", "", "C"] {
            let rows = names.map(|name| format!("{name} _ STP 7 1.0"));
            let structure = built(&[
                ("CA _ GLY 1 1.0", "C"),
                (&rows[0], field),
                (&rows[1], field),
                (&rows[1], field),
            ]);
            assert_eq!(symbols(&structure), ["C", "X", "X", "X"]);
            assert_eq!(structure.residues()[1].class, ResidueClass::Marker);
            assert_eq!(
                warnings(&structure),
                [
                    "STP 7 of chain A marks a pocket with spheres (as in fpocket files) and is not \
                     a molecule; it is kept without elements, bonds and hydrogen bonds, and is not \
                     a ligand (3 such cases, this is the first)"
                ]
            );
        }
    }
    let ligand = built(&[("C1 _ STP 7 1.0", "C"), ("O _ STP 7 1.0", "O")]);
    assert_eq!(symbols(&ligand), ["C", "O"]);
}
