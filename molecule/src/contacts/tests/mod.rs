//! Tests of the search: each kind at its limits, the rules that reduce contacts, and reference data.

mod charged;
mod limits;
mod reference;
mod rules;

use std::fmt::Write as _;

use super::{Contact, ContactKind, ContactOptions, find};
use crate::{PartRole, ReadOptions, Structure, read_bytes};

/// One atom: residue (`LIG` is the ligand), residue number, atom name, element, position.
type Atom<'a> = (&'a str, i32, &'a str, &'a str, [f64; 3]);

/// Reads atoms as a PDB file.
fn structure(atoms: &[Atom<'_>]) -> Structure {
    let mut text = String::new();
    for (i, (residue, number, name, element, [x, y, z])) in atoms.iter().enumerate() {
        let record = if *residue == "LIG" { "HETATM" } else { "ATOM" };
        let name = if element.len() == 2 {
            format!("{name:<4}")
        } else {
            format!(" {name:<3}")
        };
        let _ = writeln!(
            text,
            "{record:<6}{:>5} {name} {residue:>3} A{number:>4}    {x:>8.3}{y:>8.3}{z:>8.3}  1.00  0.00          {element:>2}",
            i + 1
        );
    }
    read_bytes(
        "atoms.pdb",
        text.as_bytes(),
        PartRole::Whole,
        &ReadOptions::default(),
    )
    .expect("atoms")
}

/// The contacts of one kind.
fn contacts(structure: &Structure, kind: ContactKind) -> Vec<Contact> {
    find(structure, &ContactOptions::default().with_kinds([kind])).contacts
}

/// Pairs of atom names, the ligand's first.
fn names(structure: &Structure, contacts: &[Contact]) -> Vec<String> {
    let name = |&atom: &u32| structure.atoms().name[atom as usize].to_string();
    contacts
        .iter()
        .map(|contact| {
            let side = |atoms: &[u32]| atoms.iter().map(name).collect::<Vec<_>>().join("+");
            format!(
                "{} {}",
                side(&contact.ligand.atoms),
                side(&contact.rest.atoms)
            )
        })
        .collect()
}

/// A six-membered ring of carbons around `center`, spanned by two perpendicular unit vectors.
fn ring<'a>(
    residue: &'a str,
    number: i32,
    names: [&'a str; 6],
    center: [f64; 3],
    [u, v]: [[f64; 3]; 2],
) -> Vec<Atom<'a>> {
    let corner = |k: usize| {
        let (sine, cosine) = (std::f64::consts::FRAC_PI_3 * k as f64).sin_cos();
        std::array::from_fn(|axis| center[axis] + 1.39 * (cosine * u[axis] + sine * v[axis]))
    };
    let corners = names.into_iter().enumerate();
    corners
        .map(|(k, name)| (residue, number, name, "C", corner(k)))
        .collect()
}

/// The names of the ring of phenylalanine, around it.
const PHENYL: [&str; 6] = ["CG", "CD1", "CE1", "CZ", "CE2", "CD2"];
const BENZENE: [&str; 6] = ["C1", "C2", "C3", "C4", "C5", "C6"];
const X: [f64; 3] = [1.0, 0.0, 0.0];
const Y: [f64; 3] = [0.0, 1.0, 0.0];
