//! CONECT records.

use super::{CA, N, ZN, read, read_model, warnings, with};
use crate::raw::BondSource;
use crate::structure::BondOrder;

fn bonds(text: &str) -> Vec<(u32, u32, BondOrder)> {
    read(text)
        .bonds
        .iter()
        .map(|bond| {
            assert_eq!(bond.source, BondSource::Extra);
            (bond.a, bond.b, bond.order)
        })
        .collect()
}

#[test]
fn conect_records_become_bonds_once() {
    use BondOrder::{Double, Triple, Unknown};
    let atoms = format!("{N}{CA}{ZN}");
    let all = atoms.clone() + "CONECT    1    2    3\nCONECT    2    1\nCONECT    3    1\n";
    assert_eq!(bonds(&all), [(0, 1, Unknown), (0, 2, Unknown)]);
    // A partner named twice or three times in one record is a double or triple bond, whichever end
    // says so.
    let orders = atoms.clone() + "CONECT    1    2    3    3    3\nCONECT    2    1    1\n";
    assert_eq!(bonds(&orders), [(0, 1, Double), (0, 2, Triple)]);
    // The same record twice is not.
    let again = atoms.clone() + "CONECT    1    2\nCONECT    1    2\n";
    assert_eq!(bonds(&again), [(0, 1, Unknown)]);
    // White space instead of columns; nothing; itself.
    let free = atoms + "CONECT 1 2 3\nCONECT\nCONECT    1\nCONECT    2    2\n";
    assert_eq!(bonds(&free), [(0, 1, Unknown), (0, 2, Unknown)]);
}

#[test]
fn conect_with_large_serials() {
    let hybrid = with(7, "A0000") + &with(7, "A0001") + "CONECTA0000A0001\n";
    assert_eq!(bonds(&hybrid).len(), 1);
    let wide = with(6, "100000") + &with(6, "100001") + "CONECT100000100001\n";
    assert_eq!(bonds(&wide).len(), 1);
}

#[test]
fn conect_that_cannot_be_resolved_is_told_once() {
    let text = format!("{N}{CA}{CA}CONECT    1    2    9\nCONECT    8    1\nCONECT    1    x\n");
    let model = read(&text);
    assert_eq!(model.bonds, []);
    assert_eq!(
        warnings(&model),
        [
            "x.pdb:6: the CONECT record holds something other than serial numbers; the record is ignored",
            "x.pdb:4: CONECT names serial 9, which no atom has; the bond is ignored \
             (2 such cases, this is the first)",
            "x.pdb:4: CONECT names serial 2, which several atoms have; \
             the bond is left to the distance between atoms",
        ]
    );
}

#[test]
fn conect_means_the_atoms_just_above_it() {
    let text = format!(
        "{N}{CA}CONECT    1    2\nEND\n{ZN}{CA}{}CONECT    2    3\n",
        with(7, "    4")
    );
    // Serial 2 occurs twice; each block has its own.
    let model = read(&text);
    let pairs: Vec<(u32, u32)> = model.bonds.iter().map(|b| (b.a, b.b)).collect();
    assert_eq!(pairs, [(0, 1), (2, 3)]);
}

#[test]
fn conect_after_all_models_means_the_one_read() {
    let text = format!("MODEL 1\n{N}{CA}ENDMDL\nMODEL 2\n{N}{CA}ENDMDL\nCONECT    1    2\n");
    assert_eq!(bonds(&text).len(), 1);
    assert_eq!(read_model(&text, 2).unwrap().bonds.len(), 1);
}
