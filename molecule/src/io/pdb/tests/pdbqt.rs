//! Atom types of `AutoDock`.

use super::{N, one, read};
use crate::raw::ElementField;
use crate::{Element, PartRole, ReadOptions, ResidueClass};

fn line(kind: &str) -> String {
    format!("{}    -0.123 {kind:<2}\n", &N[..66])
}

#[test]
fn atom_types_give_the_elements() {
    for (kind, symbol) in [
        ("A", "C"),
        ("C", "C"),
        ("N", "N"),
        ("OA", "O"),
        ("NA", "N"),
        ("NS", "N"),
        ("OS", "O"),
        ("SA", "S"),
        ("HD", "H"),
        ("HS", "H"),
        ("Cl", "Cl"),
        ("CL", "Cl"),
        ("Br", "Br"),
        ("Zn", "Zn"),
        ("P", "P"),
        ("G", "C"),
        ("GA", "C"),
        ("J", "C"),
        ("Q", "C"),
        ("CG0", "C"),
    ] {
        let text = format!(
            "ROOT\n{}ENDROOT\nBRANCH   1   2\nENDBRANCH   1   2\nTORSDOF 1\n",
            line(kind)
        );
        assert_eq!(
            one(&text).element,
            ElementField::from_symbol(symbol.as_bytes()),
            "{kind}"
        );
    }
    // The element of a covalent ligand's end is that of its name.
    assert_eq!(one(&line("Z")).element, ElementField::Absent);
    for pseudo in ["G0", "G3", "TZ"] {
        let field = one(&line(pseudo)).element;
        assert_eq!(field, ElementField::from_symbol(pseudo.as_bytes()));
        assert_eq!(field.known(), None, "{pseudo}");
    }
}

#[test]
fn w_is_water_of_hydrated_docking() {
    let text = "\
ROOT
HETATM    1  C1  LIG L   1       0.000   0.000   0.000  1.00  0.00     0.000 C 
HETATM    2  W1  LIG L   1       3.000   0.000   0.000  1.00  0.00     0.000 W 
HETATM    3  W2  LIG L   1      -3.000   0.000   0.000  1.00  0.00     0.000 W 
HETATM    4  N1  LIG L   1       1.400   0.000   0.000  1.00  0.00     0.000 NA
ENDROOT
TORSDOF 0
";
    let raw = read(text);
    assert_eq!(raw.warnings.len(), 1);
    assert_eq!(
        raw.warnings[0].to_string(),
        "x.pdb:3: the AutoDock type W is water of hydrated docking, not tungsten; it is read as \
         the oxygen of a water molecule (HOH), behind all other atoms (2 such cases, this is the \
         first)"
    );
    let options = ReadOptions::default();
    let structure = crate::read_bytes("x.pdbqt", text.as_bytes(), PartRole::Whole, &options)
        .expect("the file is sound");
    let elements = &structure.atoms().element;
    assert_eq!(*elements, [Element::C, Element::N, Element::O, Element::O]);
    let classes: Vec<_> = structure.residues().iter().map(|r| r.class).collect();
    assert_eq!(
        classes,
        [
            ResidueClass::Ligand,
            ResidueClass::Water,
            ResidueClass::Water
        ]
    );
    assert_eq!(
        (structure.bonds().len(), structure.pseudobonds().len()),
        (1, 0)
    );
}
