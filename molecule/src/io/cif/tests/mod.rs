#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
#![allow(clippy::float_cmp, reason = "the numbers compared are exact in binary")]

mod blocks;

use super::category::AtomSite;
use super::fields::element_of_symbol;
use super::*;
use crate::MoleculeError;
use crate::raw::{BondSource, RawModel};
use crate::structure::BondOrder;
use crate::{Format, ReadOptions};

/// A small entry with links and component bonds.
pub(crate) const LINKED: &str = "data_L
loop_
_struct_conn.id
_struct_conn.conn_type_id
_struct_conn.ptnr1_label_asym_id
_struct_conn.ptnr1_label_comp_id
_struct_conn.ptnr1_label_seq_id
_struct_conn.ptnr1_label_atom_id
_struct_conn.pdbx_ptnr1_label_alt_id
_struct_conn.pdbx_ptnr1_PDB_ins_code
_struct_conn.ptnr1_auth_asym_id
_struct_conn.ptnr1_auth_comp_id
_struct_conn.ptnr1_auth_seq_id
_struct_conn.ptnr1_symmetry
_struct_conn.ptnr2_label_asym_id
_struct_conn.ptnr2_label_comp_id
_struct_conn.ptnr2_label_seq_id
_struct_conn.ptnr2_label_atom_id
_struct_conn.pdbx_ptnr2_label_alt_id
_struct_conn.pdbx_ptnr2_PDB_ins_code
_struct_conn.ptnr2_auth_asym_id
_struct_conn.ptnr2_auth_comp_id
_struct_conn.ptnr2_auth_seq_id
_struct_conn.ptnr2_symmetry
_struct_conn.pdbx_value_order
d1 disulf A CYS 1 SG ? ? H CYS 7 1_555 A CYS 2 SG ? B H CYS 7 1_555 sing
m1 metalc A CYS 1 SG ? ? H CYS 7 1_555 B ZN  . ZN ? ? H ZN 9 1_555 ?
c1 covale A CYS 1 C ? ? ? ? ? ? A CYS 2 N A B ? ? ? ? ?
h1 hydrog A CYS 1 C ? ? H CYS 7 1_555 A CYS 2 N ? B H CYS 7 1_555 ?
s1 covale A CYS 1 C ? ? H CYS 7 1_555 A CYS 2 N ? B H CYS 7 3_655 ?
x1 covale A CYS 1 C ? ? H CYS 7 1_555 A CYS 2 N ? B H CYS 99 1_555 ?
loop_
_chem_comp_bond.comp_id
_chem_comp_bond.atom_id_1
_chem_comp_bond.atom_id_2
_chem_comp_bond.value_order
CYS N C SING
CYS C SG DOUB
CYS SG HG SING
ALA N C TRIP
loop_
_atom_site.id
_atom_site.type_symbol
_atom_site.label_atom_id
_atom_site.auth_atom_id
_atom_site.label_alt_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.label_seq_id
_atom_site.pdbx_PDB_ins_code
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
_atom_site.auth_seq_id
_atom_site.auth_asym_id
1 N N  N . CYS A 1 ? 0 0 0 7 H
2 C C  C . CYS A 1 ? 1 0 0 7 H
3 S SG S . CYS A 1 ? 2 0 0 7 H
4 N N  N A CYS A 2 B 3 0 0 7 H
5 N N  N B CYS A 2 B 4 0 0 7 H
6 S SG S . CYS A 2 B 5 0 0 7 H
7 ZN ZN ZN . ZN B . ? 6 0 0 9 H
";

fn read(text: &str) -> Result<RawModel, MoleculeError> {
    crate::io::parse(
        Format::Mmcif,
        "t.cif",
        text.as_bytes(),
        &ReadOptions::default(),
    )
}

/// Bonds as serial numbers (one above the index), in order.
fn bonds(model: &RawModel, source: BondSource) -> Vec<(u32, u32, BondOrder)> {
    let mut bonds: Vec<_> = model
        .bonds
        .iter()
        .filter(|bond| bond.source == source)
        .map(|bond| (bond.a + 1, bond.b + 1, bond.order))
        .collect();
    bonds.sort_by_key(|&(a, b, _)| (a, b));
    bonds
}

#[test]
fn links_find_their_atoms_by_author_or_label() {
    let model = read(LINKED).unwrap();
    assert_eq!(
        bonds(&model, BondSource::Extra),
        // c1 gives label identifiers only, and one alternate location.
        [(2, 4, BondOrder::Unknown), (3, 6, BondOrder::Single)]
    );
    assert_eq!(
        bonds(&model, BondSource::Metal),
        [(3, 7, BondOrder::Unknown)]
    );
    let warnings: Vec<String> = model.warnings.iter().map(ToString::to_string).collect();
    assert_eq!(
        warnings,
        [
            "t.cif:31: a link of _struct_conn names an atom that the model does not have; it is ignored"
        ]
    );
}

#[test]
fn a_link_without_alternate_location_joins_all_that_fit() {
    let model = read(&LINKED.replace("A CYS 2 N A B ?", "A CYS 2 N ? B ?")).unwrap();
    assert_eq!(
        bonds(&model, BondSource::Extra),
        [
            (2, 4, BondOrder::Unknown),
            (2, 5, BondOrder::Unknown),
            (3, 6, BondOrder::Single)
        ]
    );
    // Partners of different alternate locations are never there together.
    let text = LINKED
        .replace("2 C C  C .", "2 C C  C B")
        .replace("A CYS 2 N A B ?", "A CYS 2 N ? B ?");
    assert_eq!(
        bonds(&read(&text).unwrap(), BondSource::Extra)[0],
        (2, 5, BondOrder::Unknown)
    );
}

#[test]
fn component_bonds_join_atoms_of_one_residue() {
    let model = read(LINKED).unwrap();
    // Names are the dictionary's (SG), though the author says S; residue 7B lacks C.
    assert_eq!(
        bonds(&model, BondSource::Component),
        [(1, 2, BondOrder::Single), (2, 3, BondOrder::Double)]
    );
    // Alternate locations bind to what they share, not to each other.
    let text = LINKED.replace("6 S SG S .", "6 C C C .");
    assert_eq!(
        bonds(&read(&text).unwrap(), BondSource::Component)[2..],
        [(4, 6, BondOrder::Single), (5, 6, BondOrder::Single)]
    );
}

#[test]
fn an_absurd_definition_of_a_component_is_refused() {
    let rows: String = (0..200).fold(String::new(), |rows, i| {
        rows + &format!("BIG A B{i} SING\n")
    });
    let error = read(&LINKED.replace("ALA N C TRIP\n", &rows)).unwrap_err();
    assert!(error.to_string().contains("more than 64 bonds"), "{error}");
}

#[test]
fn residues_without_numbers_get_their_own() {
    let model = read(
        "data_x
loop_
_atom_site.label_atom_id
_atom_site.label_comp_id
_atom_site.label_asym_id
_atom_site.label_seq_id
_atom_site.Cartn_x
_atom_site.Cartn_y
_atom_site.Cartn_z
CA GLY A 5 0 0 0
O HOH B . 1 0 0
O HOH B . 2 0 0
C1 LIG C . 3 0 0
C2 LIG C . 4 0 0
",
    )
    .unwrap();
    let numbers: Vec<i32> = model.atoms.iter().map(|a| a.residue_number).collect();
    assert_eq!(numbers, [5, 6, 7, 8, 8]);
    let chains: Vec<&str> = model.atoms.iter().map(|a| a.chain_id.as_str()).collect();
    assert_eq!(chains, ["A", "B", "B", "C", "C"]);
    let segments: Vec<u32> = model.atoms.iter().map(|a| a.segment).collect();
    assert_eq!(segments, [0, 1, 1, 2, 2]);
    assert_eq!(model.atoms[4].serial, 5);
}

#[test]
fn atoms_without_coordinates_are_left_out_with_a_warning() {
    let model =
        read(&LINKED.replace("7 ZN ZN ZN . ZN B . ? 6", "7 ZN ZN ZN . ZN B . ? ?")).unwrap();
    assert_eq!(model.atoms.len(), 6);
    let warning = model.warnings[0].to_string();
    assert!(
        warning.starts_with("t.cif:62: an atom in _atom_site has no coordinates"),
        "{warning}"
    );
    let error = read("data_x _atom_site.label_atom_id C _atom_site.Cartn_x ? _atom_site.Cartn_y ? _atom_site.Cartn_z ?")
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("no atom of the model has coordinates")
    );
}

#[test]
fn codes_of_several_letters_are_cut_with_a_warning() {
    let model = read(&LINKED.replace("4 N N  N A CYS", "4 N N  N Alt CYS")).unwrap();
    assert_eq!(model.atoms[3].altloc, b'A');
    assert!(model.warnings[0].message.contains("not one ASCII letter"));
}

#[test]
fn a_component_is_one_residue_with_its_bonds() {
    let head = "data_LIG
loop_
_chem_comp_bond.comp_id
_chem_comp_bond.atom_id_1
_chem_comp_bond.atom_id_2
_chem_comp_bond.value_order
LIG C1 O1 DOUB
LIG C1 N1 arom
loop_
_chem_comp_atom.comp_id
_chem_comp_atom.atom_id
_chem_comp_atom.type_symbol
_chem_comp_atom.charge
_chem_comp_atom.model_Cartn_x
_chem_comp_atom.model_Cartn_y
_chem_comp_atom.model_Cartn_z
_chem_comp_atom.pdbx_model_Cartn_x_ideal
_chem_comp_atom.pdbx_model_Cartn_y_ideal
_chem_comp_atom.pdbx_model_Cartn_z_ideal
LIG C1 C 0 1 2 3 -1 -2 -3
LIG O1 O -1 4 5 6 -4 -5 -6
";
    let ideal = read(&format!("{head}LIG N1 N 1 7 8 9 -7 -8 -9\n")).unwrap();
    assert_eq!(ideal.atoms.len(), 3);
    assert_eq!(ideal.atoms[2].position_angstrom, [-7.0, -8.0, -9.0]);
    let oxygen = &ideal.atoms[1];
    assert_eq!((oxygen.formal_charge, oxygen.hetero), (-1, true));
    assert_eq!(
        (oxygen.residue_name.as_str(), oxygen.residue_number),
        ("LIG", 1)
    );
    assert_eq!(
        bonds(&ideal, BondSource::Component),
        [(1, 2, BondOrder::Double), (1, 3, BondOrder::Aromatic)]
    );
    // Ideal coordinates that are not complete give way to those of an entry.
    let model = read(&format!("{head}LIG N1 N 1 7 8 9 ? ? ?\n")).unwrap();
    assert_eq!(model.atoms[0].position_angstrom, [1.0, 2.0, 3.0]);
    // Where none is complete, the fullest counts.
    let partial = read(&format!("{head}LIG N1 N 1 ? ? ? ? ? ?\n")).unwrap();
    assert_eq!(partial.atoms.len(), 2);
    assert!(
        partial.warnings[0]
            .message
            .contains("an atom in _chem_comp_atom has no coordinates")
    );
}

#[test]
fn small_molecules_are_converted_with_the_cell() {
    let text = "data_1
_cell_length_a 4.0(1)
_cell_length_b 6
_cell_length_c 10
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 120
loop_
_atom_site_label
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_U_iso_or_equiv
_atom_site_disorder_group
_atom_site_calc_flag
Cl1A 0.25(1) 0 0 0.05 . d
C1 0 0.5 0.1 ? 2 d
Q1 0 0 0 ? . dum
";
    let model = read(text).unwrap();
    assert_eq!(model.atoms.len(), 2);
    let [chlorine, carbon] = &model.atoms[..] else {
        panic!("two atoms")
    };
    assert_eq!(chlorine.element.known().unwrap().symbol(), "Cl");
    assert_eq!(chlorine.position_angstrom, [1.0, 0.0, 0.0]);
    // 8 pi^2 0.05
    assert!((chlorine.b_factor - 3.947_842).abs() < 1e-5);
    assert_eq!(carbon.altloc, b'2');
    // b makes 120 degrees with a: b / 2 = 3 (cos 120, sin 120).
    for (found, expected) in carbon.position_angstrom.iter().zip([-1.5, 2.598_076, 1.0]) {
        assert!((found - expected).abs() < 1e-5, "{found} {expected}");
    }
    assert!(
        model.warnings[0]
            .message
            .contains("symmetry is not applied")
    );

    let error = read(&text.replace("_cell_length_b 6\n", "")).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("small-molecule CIF with fractional coordinates")
    );
    let error = read(&text.replace("gamma 120", "gamma 180")).unwrap_err();
    assert!(error.to_string().contains("has no volume"), "{error}");
}

#[test]
fn a_skew_cell_keeps_lengths_and_angles() {
    let text = "data_1 _cell_length_a 5 _cell_length_b 7 _cell_length_c 9
_cell_angle_alpha 70 _cell_angle_beta 80 _cell_angle_gamma 100
loop_ _atom_site_label _atom_site_fract_x _atom_site_fract_y _atom_site_fract_z
C1 1 0 0 C2 0 1 0 C3 0 0 1";
    let model = read(text).unwrap();
    let [a, b, c] = [0, 1, 2].map(|i| model.atoms[i].position_angstrom.map(f64::from));
    let dot = |u: [f64; 3], v: [f64; 3]| u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
    for (u, v, expected) in [
        (a, a, 25.0),
        (b, b, 49.0),
        (c, c, 81.0),
        (b, c, 63.0 * 70_f64.to_radians().cos()),
        (a, c, 45.0 * 80_f64.to_radians().cos()),
        (a, b, 35.0 * 100_f64.to_radians().cos()),
    ] {
        assert!((dot(u, v) - expected).abs() < 1e-4);
    }
}

#[test]
fn names_find_their_category_and_item() {
    assert_eq!(
        Category::from_tag(b"_Atom_Site.CARTN_X"),
        Some((Category::AtomSite, AtomSite::X as usize))
    );
    assert_eq!(
        Category::from_tag(b"_atom_site_fract_z"),
        Some((Category::AtomSite, AtomSite::FractZ as usize))
    );
    for other in [
        b"_atom_site_anisotrop.id".as_slice(),
        b"_atom_site_aniso_label",
        b"_atom_sites.entry_id",
        b"_chem_comp.id",
        b"_atom_site",
        b"atom_site.id",
        b"_",
    ] {
        assert_eq!(Category::from_tag(other), None);
    }
    for category in Category::ALL {
        assert_eq!(
            Category::from_name(category.name().as_bytes()),
            Some(category)
        );
        assert!(category.items().len() <= 32);
    }
    for name in [
        b"_refln.F_meas".as_slice(),
        b"_refln",
        b"_diffrn_refln.id",
        b"_refln_index_h",
    ] {
        assert_eq!(
            OtherContent::from_name(name),
            Some(OtherContent::Reflections)
        );
    }
    for name in [
        b"_reflns.number".as_slice(),
        b"_refine.id",
        b"_diffrn_reflns_av",
    ] {
        assert_eq!(OtherContent::from_name(name), None);
    }
}

#[test]
fn elements_are_read_from_symbols_with_charges() {
    for (symbol, expected) in [("FE", "Fe"), ("Fe3+", "Fe"), ("O2-", "O"), ("D", "H")] {
        assert_eq!(element_of_symbol(symbol).unwrap().symbol(), expected);
    }
    assert_eq!(element_of_symbol("Xx"), None);
    assert_eq!(element_of_symbol(""), None);
}
