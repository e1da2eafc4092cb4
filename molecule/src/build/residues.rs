//! Rows to residues, chains and columns.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroI32;

use smol_str::SmolStr;

use super::elements::{ElementGuesses, ElementRules};
use crate::diagnostics::RepeatedWarning;
use crate::raw::{ElementField, RawAtom};
use crate::structure::{Atoms, Chain, Residue, ResidueClass};

/// True when two rows belong to one residue, provided that they are neighbours in the file.
pub(super) fn same_residue(a: &RawAtom, b: &RawAtom) -> bool {
    a.residue_number == b.residue_number
        && a.insertion_code == b.insertion_code
        && a.segment == b.segment
        && a.residue_name == b.residue_name
        && a.chain_id == b.chain_id
}

/// Tests for a residue `DUM` of the database OPM and the PPM server, whose names N and O stand for
/// the two surfaces of a membrane, and for a residue `STP` of fpocket, whose polar and apolar
/// spheres fill a pocket. None of these is an atom.
pub(super) fn is_marker(rows: &[RawAtom]) -> bool {
    let all = |names: &[&str]| rows.iter().all(|row| names.contains(&row.name.as_str()));
    rows.first()
        .is_some_and(|first| match first.residue_name.as_str() {
            "DUM" => all(&["N", "O", "C"]),
            "STP" => all(&["POL", "APOL", "O", "C"]),
            _ => false,
        })
}

/// Up to this number of rows, comparing all names is faster than hashing them.
const FEW_ROWS: usize = 24;

/// Notes the first atom name that occurs twice in a residue. `names` is scratch memory.
pub(super) fn note_repeated_name<'a>(
    residue: &'a [RawAtom],
    names: &mut HashSet<&'a str>,
    repeated: &mut RepeatedWarning,
) {
    let second = if residue.len() <= FEW_ROWS {
        (1..residue.len()).find(|&i| {
            residue[..i]
                .iter()
                .any(|other| other.name == residue[i].name)
        })
    } else {
        names.clear();
        residue.iter().position(|row| !names.insert(&row.name))
    };
    if let Some(second) = second {
        let row = &residue[second];
        repeated.note(row.line, || {
            format!(
                "{} has the atom name {} twice",
                row.residue_label(),
                row.name
            )
        });
    }
}

/// The columns of a structure under construction.
pub(super) struct Columns {
    pub(super) atoms: Atoms,
    pub(super) residues: Vec<Residue>,
    pub(super) residue_segment: Vec<u32>,
    pub(super) chains: Vec<Chain>,
    chain_of_id: HashMap<SmolStr, u32>,
}

impl Columns {
    /// Allocates columns for `atoms` rows. The number is that of rows that were read, not one that
    /// a file declares.
    pub(super) fn new(atoms: usize) -> Self {
        Self {
            atoms: Atoms::with_capacity(atoms),
            residues: Vec::new(),
            residue_segment: Vec::new(),
            chains: Vec::new(),
            chain_of_id: HashMap::new(),
        }
    }

    /// Appends the rows of one residue, at least one.
    pub(super) fn push_residue(&mut self, rows: &[RawAtom], elements: &mut ElementGuesses) {
        let Some(first) = rows.first() else { return };
        let index = self.residues.len() as u32;
        let start = self.atoms.len() as u32;
        let mut rules = None;
        let is_marker = is_marker(rows);
        for row in rows {
            let element = match row.element {
                _ if is_marker => elements.of_marker(row),
                ElementField::Known(element) => element,
                _ => elements.guess(
                    row,
                    rules.get_or_insert_with(|| {
                        ElementRules::new(&first.residue_name, first.hetero && rows.len() == 1)
                    }),
                ),
            };
            let atoms = &mut self.atoms;
            atoms.position_angstrom.push(row.position_angstrom);
            atoms.element.push(element);
            atoms.name.push(row.name.clone());
            atoms.serial.push(row.serial);
            atoms.residue.push(index);
            atoms.altloc.push(row.altloc);
            atoms.occupancy.push(row.occupancy);
            atoms.b_factor.push(row.b_factor);
            atoms.formal_charge.push(row.formal_charge);
        }
        let chain = self.chain(first);
        self.residues.push(Residue {
            name: first.residue_name.clone(),
            number: first.residue_number,
            insertion_code: first.insertion_code,
            chain,
            label_chain_id: first.label_chain_id.clone(),
            label_number: first.label_number.map(NonZeroI32::get),
            atoms: start..self.atoms.len() as u32,
            // Perception sets the class; this is the one of unknown residues.
            class: ResidueClass::Ligand,
            hetero: first.hetero,
            secondary_structure: None,
        });
        self.residue_segment.push(first.segment);
    }

    /// Returns the chain of a row by its author id, and creates a new one if needed.
    fn chain(&mut self, row: &RawAtom) -> u32 {
        if let Some(last) = self.residues.last()
            && self.chains[last.chain as usize].id == row.chain_id
        {
            return last.chain;
        }
        let chains = &mut self.chains;
        *self
            .chain_of_id
            .entry(row.chain_id.clone())
            .or_insert_with(|| {
                chains.push(Chain {
                    id: row.chain_id.clone(),
                    label_id: row.label_chain_id.clone(),
                    part: 0,
                    copy: 1,
                });
                chains.len() as u32 - 1
            })
    }
}
