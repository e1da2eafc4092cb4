//! Structures that tests of selections are tried on, built without a file.
#![allow(clippy::unwrap_used, reason = "a test may fail loudly")]

use crate::Element;
use crate::structure::{
    Atoms, Bond, BondOrder, Chain, Part, PartRole, Residue, ResidueClass, Structure,
};

/// One residue of [`structure`]: name, number, insertion code, chain, class, hetero, atoms (name
/// and x in angstrom).
pub(super) type Row<'a> = (
    &'a str,
    i32,
    u8,
    u32,
    ResidueClass,
    bool,
    &'a [(&'a str, &'a str, f32)],
);

/// Builds a structure of one whole part with the chains given; y and z are 0, serials count from
/// 101.
pub(super) fn structure(chains: &[&str], rows: &[Row<'_>], bonds: &[(u32, u32)]) -> Structure {
    let mut atoms = Atoms::default();
    let mut residues = Vec::new();
    for (i, &(name, number, insertion_code, chain, class, hetero, own)) in rows.iter().enumerate() {
        let start = atoms.len() as u32;
        for &(atom, element, x) in own {
            atoms.serial.push(101 + atoms.len() as i32);
            atoms.position_angstrom.push([x, 0.0, 0.0]);
            atoms
                .element
                .push(Element::from_symbol(element.as_bytes()).unwrap_or_default());
            atoms.name.push(atom.into());
            atoms.residue.push(i as u32);
            atoms.altloc.push(b' ');
            atoms.occupancy.push(1.0);
            atoms.b_factor.push(0.0);
            atoms.formal_charge.push(0);
        }
        residues.push(Residue {
            name: name.into(),
            number,
            insertion_code,
            chain,
            label_chain_id: chains[chain as usize].into(),
            label_number: None,
            atoms: start..atoms.len() as u32,
            class,
            hetero,
            secondary_structure: None,
        });
    }
    let parts = vec![Part {
        name: "test".into(),
        role: PartRole::Whole,
        atoms: 0..atoms.len() as u32,
        residues: 0..residues.len() as u32,
        models: 1,
        model_numbers: vec![1],
        model: 1,
        overlay_model: None,
        alternates_left_out: 0,
        symmetry: crate::symmetry::Symmetry::default(),
        has_secondary_structure: false,
        assembly: None,
        cells: None,
    }];
    Structure {
        atoms,
        residues,
        chains: chains
            .iter()
            .map(|&id| Chain {
                id: id.into(),
                label_id: id.into(),
                copy: 1,
                part: 0,
            })
            .collect(),
        parts,
        bonds: bonds
            .iter()
            .map(|&(a, b)| Bond {
                a,
                b,
                order: BondOrder::Unknown,
            })
            .collect(),
        pseudobonds: Vec::new(),
        warnings: Vec::new(),
        names_in_file: std::collections::BTreeMap::new(),
        file_rows: crate::structure::FileRows::default(),
    }
}
