//! Hydrogens that a file lists apart from their residue: some programs append all added hydrogens
//! at the end.

use std::collections::{HashMap, HashSet};

use smol_str::SmolStr;

use super::elements::ElementRules;
use super::residues::{residue_label, same_residue};
use crate::Element;
use crate::diagnostics::RepeatedWarning;
use crate::raw::{ElementField, RawAtom, RawModel};

/// Identity of a residue: chain, number, insertion code, name, segment.
type Key<'a> = (&'a SmolStr, i32, u8, &'a SmolStr, u32);

/// Moves rows of detached hydrogens to the end of their residue, and renumbers the bonds.
///
/// A run of rows is moved if it consists of hydrogens only, an earlier run has the same residue,
/// and that residue has none of its names yet: if residue numbers repeat (as in a large box of
/// water), equal names show that the two are different molecules. All other rows keep their order.
/// Takes linear time.
pub(super) fn regroup_detached_hydrogens(model: &mut RawModel, file: &str) {
    if !any_run_begins_with_hydrogen(&model.atoms) {
        return;
    }
    let Some((target_run, moved)) = target_runs(&model.atoms) else {
        return;
    };
    let mut order: Vec<u32> = (0..model.atoms.len() as u32).collect();
    order.sort_by_key(|row| target_run[*row as usize]);
    let mut new_index = vec![0_u32; order.len()];
    for (new, old) in order.iter().enumerate() {
        new_index[*old as usize] = new as u32;
    }
    let mut rows: Vec<(u32, RawAtom)> = new_index
        .iter()
        .copied()
        .zip(std::mem::take(&mut model.atoms))
        .collect();
    rows.sort_by_key(|(new, _)| *new);
    model.atoms = rows.into_iter().map(|(_, row)| row).collect();
    for bond in &mut model.bonds {
        for end in [&mut bond.a, &mut bond.b] {
            *end = new_index.get(*end as usize).copied().unwrap_or(*end);
        }
    }
    moved.report(
        file,
        "they are moved to it, so the order of atoms differs from the file",
        &mut model.warnings,
    );
}

/// Fast test that excludes nearly all files from the search.
fn any_run_begins_with_hydrogen(rows: &[RawAtom]) -> bool {
    rows.windows(2).any(|pair| {
        // In most files the element alone decides.
        pair[1]
            .element
            .known()
            .is_none_or(|element| element == Element::H)
            && !same_residue(&pair[0], &pair[1])
            && is_hydrogen(&pair[1])
    })
}

fn is_hydrogen(row: &RawAtom) -> bool {
    match row.element {
        ElementField::Known(element) => element == Element::H,
        ElementField::Absent => {
            ElementRules::new(&row.residue_name, false).element(&row.name, row.name_is_indented)
                == Some(Element::H)
        }
        ElementField::NotAnElement(_) => false,
    }
}

/// Returns for every row the run that it belongs to, and a warning about the moved rows; `None` if
/// all rows stay.
fn target_runs(rows: &[RawAtom]) -> Option<(Vec<u32>, RepeatedWarning)> {
    let runs: Vec<&[RawAtom]> = rows.chunk_by(same_residue).collect();
    let mut first_run: HashMap<Key<'_>, u32> = HashMap::new();
    // Names of the residues to which hydrogens move, collected when the first one does.
    let mut names: HashSet<(u32, &str)> = HashSet::new();
    let mut noted: HashSet<u32> = HashSet::new();
    let mut moved = RepeatedWarning::default();
    let mut any = false;
    let mut home = Vec::with_capacity(rows.len());
    for (index, run) in (0_u32..).zip(&runs) {
        let first = &run[0];
        let key = (
            &first.chain_id,
            first.residue_number,
            first.insertion_code,
            &first.residue_name,
            first.segment,
        );
        let target = *first_run.entry(key).or_insert(index);
        let mut place = index;
        if target != index && run.iter().all(is_hydrogen) {
            if noted.insert(target) {
                names.extend(
                    runs[target as usize]
                        .iter()
                        .map(|r| (target, r.name.as_str())),
                );
            }
            let is_new = |row: &RawAtom| !names.contains(&(target, row.name.as_str()));
            if run.iter().all(is_new) {
                names.extend(run.iter().map(|row| (target, row.name.as_str())));
                place = target;
                any = true;
                moved.note(first.line, || {
                    format!(
                        "hydrogens of {} are detached from it in the file",
                        residue_label(first)
                    )
                });
            }
        }
        home.extend(std::iter::repeat_n(place, run.len()));
    }
    any.then_some((home, moved))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{model, try_finish};
    use crate::raw::{BondSource, ElementField, RawBond, RawModel};
    use crate::structure::BondOrder;

    /// Rows whose names begin with H are hydrogens, by the element or, without it, by the name.
    fn rows(texts: &[&str], with_elements: bool) -> RawModel {
        let mut model = model(texts);
        for row in &mut model.atoms {
            let symbol = &row.name.as_bytes()[..1];
            row.element = if with_elements {
                ElementField::from_symbol(symbol)
            } else {
                ElementField::Absent
            };
        }
        model
    }

    fn serials(model: RawModel) -> (Vec<i32>, usize, usize) {
        let structure = try_finish(model).expect("these rows are sound");
        (
            structure.atoms().serial.clone(),
            structure.residues().len(),
            structure.warnings().len(),
        )
    }

    #[test]
    fn hydrogens_at_the_end_of_the_file_go_to_their_residues() {
        let texts = [
            "N _ ALA 1 1.0",
            "CA _ ALA 1 1.0",
            "N _ ALA 2 1.0",
            "CA _ ALA 2 1.0",
            "HA _ ALA 1 1.0",
            "H _ ALA 2 1.0",
            "HA _ ALA 2 1.0",
        ];
        for with_elements in [true, false] {
            let model = rows(&texts, with_elements);
            assert_eq!(serials(model), (vec![1, 2, 5, 3, 4, 6, 7], 2, 1));
        }
    }

    #[test]
    fn heavy_atoms_and_repeated_names_stay_where_they_are() {
        for last in ["CB _ ALA 1 1.0", "HA _ ALA 1 1.0", "HB _ ALA 3 1.0"] {
            let texts = ["N _ ALA 1 1.0", "HA _ ALA 1 1.0", "N _ ALA 2 1.0", last];
            assert_eq!(
                serials(rows(&texts, true)),
                (vec![1, 2, 3, 4], 3, 0),
                "{last}"
            );
        }
    }

    #[test]
    fn bonds_move_with_their_atoms() {
        let mut model = rows(
            &[
                "O _ HOH 1 1.0",
                "N _ LIG 2 1.0",
                "O _ LIG 2 1.0",
                "H1 _ HOH 1 1.0",
            ],
            true,
        );
        model.bonds.push(RawBond {
            a: 1,
            b: 2,
            order: BondOrder::Double,
            source: BondSource::Extra,
        });
        let structure = try_finish(model).expect("these rows are sound");
        assert_eq!(structure.atoms().serial, [1, 4, 2, 3]);
        let double = structure
            .bonds()
            .iter()
            .find(|bond| bond.order == BondOrder::Double)
            .expect("the stated bond is there");
        assert_eq!((double.a, double.b), (2, 3));
    }
}
