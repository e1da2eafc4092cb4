//! Several data blocks, content without atoms, and values that stand for a missing number.

use super::{bonds, read};
use crate::raw::{BondSource, RawModel};
use crate::structure::BondOrder;

/// Definition of a component, with coordinates and a bond.
const COMPONENT: &str = "data_comp_LIG
loop_
_chem_comp_atom.comp_id
_chem_comp_atom.atom_id
_chem_comp_atom.type_symbol
_chem_comp_atom.x
_chem_comp_atom.y
_chem_comp_atom.z
LIG C1 C 0 0 0
LIG O1 O 1.2 0 0
loop_
_chem_comp_bond.comp_id
_chem_comp_bond.atom_id_1
_chem_comp_bond.atom_id_2
_chem_comp_bond.value_order
LIG C1 O1 DOUB
";

const SITES: &str = "loop_
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.auth_seq_id
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
1 N N GLY A 1 0 0 0
2 C CA GLY A 1 1.46 0 0
3 C C GLY A 1 2 1.4 0
";

fn messages(model: &RawModel) -> Vec<String> {
    model.warnings.iter().map(ToString::to_string).collect()
}

fn names(model: &RawModel) -> Vec<&str> {
    model.atoms.iter().map(|atom| atom.name.as_str()).collect()
}

#[test]
fn a_structure_is_preferred_to_a_component_whatever_comes_first() {
    for text in [
        format!("{COMPONENT}#\ndata_model\n{SITES}"),
        format!("DATA_model\n{SITES}{COMPONENT}"),
        format!("data_comp_list\n_chem_comp.id LIG\n{COMPONENT}data_model\n{SITES}"),
        format!("{COMPONENT}data_model\n{SITES}").replace('\n', "\r\n"),
    ] {
        let model = read(&text).unwrap();
        assert_eq!(names(&model), ["N", "CA", "C"]);
        assert!(bonds(&model, BondSource::Component).is_empty());
        assert_eq!(
            messages(&model),
            [
                "t.cif: only data block \"model\" is read; other data blocks with coordinates are \
                 left out: \"comp_LIG\" (the definition of a chemical component)"
            ]
        );
    }
}

#[test]
fn the_first_of_several_structures_is_read_and_the_others_are_named() {
    let other = SITES.replace("CA GLY", "CB GLY");
    let empty = SITES.replace(" 0 0 0\n", " ? ? ?\n");
    let empty = &empty[..empty.find("2 C").unwrap()];
    let text = format!(
        "data_a\n{SITES}data_b\n{other}data_empty\n{empty}data_\n{other}{COMPONENT}data_f\n{other}data_g\n\
         {other}data_h\n{other}"
    );
    let model = read(&text).unwrap();
    assert_eq!(names(&model), ["N", "CA", "C"]);
    assert_eq!(
        messages(&model),
        [
            "t.cif: only data block \"a\" is read; other data blocks with coordinates are left out: \
             \"b\", without a name, \"comp_LIG\" (the definition of a chemical component), \"f\", \"g\" \
             and 1 more"
        ]
    );
}

#[test]
fn the_first_of_several_components_is_read_with_its_bonds() {
    let other = COMPONENT.replace("LIG", "OTH").replace("C1", "N1");
    let model = read(&format!("{COMPONENT}{other}")).unwrap();
    assert_eq!(names(&model), ["C1", "O1"]);
    assert_eq!(
        bonds(&model, BondSource::Component),
        [(1, 2, BondOrder::Double)]
    );
    let messages = messages(&model);
    assert!(
        messages[0].contains("only data block \"comp_LIG\" is read")
            && messages[0].contains("left out: \"comp_OTH\""),
        "{messages:?}"
    );
}

#[test]
fn blocks_without_coordinates_need_no_warning() {
    let text = format!("data_a\n_entry.id a\ndata_model\n{SITES}data_c\nloop_\n_refln.id\n1\n2\n");
    assert_eq!(messages(&read(&text).unwrap()), [""; 0]);
}

#[test]
fn a_fault_behind_the_structure_is_a_warning() {
    let model = read(&format!("data_a\n{SITES}data_b\n_cell.length_a\n")).unwrap();
    assert_eq!(names(&model), ["N", "CA", "C"]);
    assert_eq!(
        messages(&model),
        [
            "t.cif: what follows the data block with the atoms is left out: t.cif:16: \
             _cell.length_a has no value; give one after the data name; a missing value is written ?"
        ]
    );
    // Before it, the fault may concern the structure.
    assert!(read(&format!("data_b\n_cell.length_a\ndata_a\n{SITES}")).is_err());
}

#[test]
fn nan_is_a_missing_number() {
    for nan in ["nan", "NaN", "NAN", "-nan"] {
        let model = read(&format!("data_a\n{SITES}4 O O GLY A 1 {nan} {nan} {nan}\n")).unwrap();
        assert_eq!(names(&model), ["N", "CA", "C"]);
        assert_eq!(
            messages(&model),
            ["t.cif:15: an atom in _atom_site has no coordinates; it is ignored"]
        );
    }
    let one = read(&format!("data_a\n{SITES}4 O O GLY A 1 1 nan 1\n")).unwrap();
    assert_eq!(one.atoms.len(), 3);
    let number = read(&format!("data_a\n{SITES}4 O O GLY A nan 1 1 1\n")).unwrap();
    assert_eq!(number.atoms[3].residue_number, 2, "a number of its own");
    for text in ["inf", "nano", "na"] {
        let error = read(&format!("data_a\n{SITES}4 O O GLY A 1 {text} 0 0\n")).unwrap_err();
        assert!(error.to_string().contains("is not a number"), "{error}");
    }
    let component = read(&COMPONENT.replace("1.2 0 0", "nan nan nan")).unwrap();
    assert_eq!(names(&component), ["C1"]);
}

#[test]
fn spheres_without_atoms_are_refused_as_what_they_are() {
    let spheres = "loop_
_ihm_sphere_obj_site.id
_ihm_sphere_obj_site.asym_id
_ihm_sphere_obj_site.Cartn_x
_ihm_sphere_obj_site.Cartn_y
_ihm_sphere_obj_site.Cartn_z
_ihm_sphere_obj_site.object_radius
1 A 0 0 0 12.5
2 A 9 0 0 12.5
";
    let error = read(&format!("data_i\n{spheres}")).unwrap_err().to_string();
    assert!(
        error.contains("holds only 2 coarse-grained spheres (_ihm_sphere_obj_site) and no atoms;"),
        "{error}"
    );
    let gaussian = "loop_\n_ihm_gaussian_obj_site.id\n_ihm_gaussian_obj_site.mean_Cartn_x\n1 2\n";
    for (content, expected) in [
        (
            gaussian.to_owned(),
            "holds only 1 coarse-grained Gaussian (_ihm_gaussian_obj_site) and no atoms;",
        ),
        (
            format!("{spheres}{gaussian}"),
            "holds only 2 coarse-grained spheres (_ihm_sphere_obj_site) and 1 coarse-grained Gaussian \
             (_ihm_gaussian_obj_site) and no atoms;",
        ),
    ] {
        let error = read(&format!("data_i\n{content}")).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }
    let model = read(&format!("data_i\n{SITES}{gaussian}")).unwrap();
    assert_eq!(
        messages(&model),
        [
            "t.cif: 1 coarse-grained Gaussian (_ihm_gaussian_obj_site) is left out; only atoms are read"
        ]
    );
    let model = read(&format!("data_i\n{SITES}{spheres}")).unwrap();
    assert_eq!(
        messages(&model),
        [
            "t.cif: 2 coarse-grained spheres (_ihm_sphere_obj_site) are left out; only atoms are read"
        ]
    );
    let without_rows = &spheres[..spheres.find("1 A").unwrap()];
    assert!(messages(&read(&format!("data_i\n{without_rows}{SITES}")).unwrap()).is_empty());
}

#[test]
fn an_underscore_without_quotes_is_a_value_where_no_data_name_can_be() {
    let lone = read(&format!("data_a\n{}", SITES.replace(" A ", " _ "))).unwrap();
    assert!(lone.atoms.iter().all(|atom| atom.chain_id == "_"));
    assert!(lone.warnings.is_empty());
    let named = read(&format!("data_a\n{}", SITES.replace(" A ", " _A "))).unwrap();
    assert!(named.atoms.iter().all(|atom| atom.chain_id == "_A"));
    assert_eq!(
        messages(&named),
        [
            "t.cif:12: the value _A begins with an underscore and has no quotes; it is read as a \
             value (3 such cases, this is the first)"
        ]
    );
    // A row that is cut short is an error as before, and so is a data name inside a row.
    for end in ["4 O\n_cell_length_a 5\n", "4 O _cell.length_a 5\n"] {
        let error = read(&format!("data_a\n{SITES}{end}")).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("the last row of _atom_site has 2 value(s)"),
            "{error}"
        );
    }
}

#[test]
fn a_global_section_before_the_data_blocks_is_read_over() {
    let global = "global_\n_lib_name mon_lib\n_lib_version 5.41\nloop_\n_x.a\n_x.b\n1 2\n";
    let list = "data_comp_list\nloop_\n_chem_comp.id\n_chem_comp.three_letter_code\nLIG LIG\n";
    for text in [
        format!("{global}{list}{COMPONENT}"),
        format!("# a library\n{global}#\n{list}{COMPONENT}").replace('\n', "\r\n"),
        format!("GLOBAL_ _lib_name mon_lib\n{COMPONENT}"),
        format!("{COMPONENT}{global}"),
    ] {
        let model = read(&text).unwrap();
        assert_eq!(names(&model), ["C1", "O1"]);
        assert_eq!(model.atoms[1].position_angstrom, [1.2, 0.0, 0.0]);
        assert!(messages(&model).is_empty());
    }
    let model = read(&format!("{global}{COMPONENT}data_model\n{SITES}")).unwrap();
    assert_eq!(names(&model), ["N", "CA", "C"]);
    let error = read(&format!("data_a\n_x.name global_\n{SITES}")).unwrap_err();
    assert!(
        error.to_string().contains("put quotes around it"),
        "{error}"
    );
}
