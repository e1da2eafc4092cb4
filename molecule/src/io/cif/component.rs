//! `_chem_comp_atom`: the definition of a chemical component, read as one residue.

use smol_str::SmolStr;

use super::category::ChemCompAtom;
use super::fields::{UNNAMED_RESIDUE, element_field, formal_charge};
use super::row::{Place, Row, RowContext, too_many_atoms};
use crate::MoleculeError;
use crate::diagnostics::RepeatedWarning;
use crate::io::options::ReadOptions;
use crate::raw::{RawAtom, RawModel};

/// Coordinate columns in order of preference: idealised, from a PDB entry, and of refinement
/// libraries.
const COORDINATE_SETS: [[ChemCompAtom; 3]; 3] = [
    [
        ChemCompAtom::IdealX,
        ChemCompAtom::IdealY,
        ChemCompAtom::IdealZ,
    ],
    [
        ChemCompAtom::ModelX,
        ChemCompAtom::ModelY,
        ChemCompAtom::ModelZ,
    ],
    [ChemCompAtom::X, ChemCompAtom::Y, ChemCompAtom::Z],
];

/// Returns true if an atom of a component's definition has coordinates of any set.
pub(super) fn has_coordinates(row: &impl Row) -> bool {
    COORDINATE_SETS
        .iter()
        .any(|set| set.iter().all(|item| row.text(*item as usize).is_some()))
}

/// Collects the atoms of the first component of a block.
#[derive(Debug, Default)]
pub(super) struct Component {
    atoms: Vec<RawAtom>,
    /// Coordinates in angstrom of every atom, by set.
    positions: [Vec<Option<[f32; 3]>>; 3],
    other_components: RepeatedWarning,
    rows_without_columns: bool,
}

impl Component {
    /// Adds one row.
    pub(super) fn push(
        &mut self,
        context: &RowContext<'_, impl Row>,
        options: &ReadOptions,
    ) -> Result<(), MoleculeError> {
        let row = context.row;
        let complete = |set: &[ChemCompAtom; 3]| set.iter().all(|item| row.has(*item as usize));
        if !COORDINATE_SETS.iter().any(complete) {
            // Entries list the atoms of their components without coordinates.
            self.rows_without_columns = true;
            return Ok(());
        }
        let residue_name = row
            .name(ChemCompAtom::Comp as usize)
            .unwrap_or(SmolStr::new_static(UNNAMED_RESIDUE));
        if let Some(first) = self.atoms.first()
            && first.residue_name != residue_name
        {
            self.other_components.note(row.place().line(), || {
                format!(
                    "{}an atom in _chem_comp_atom is of a further component",
                    row.place().prefix()
                )
            });
            return Ok(());
        }
        if self.atoms.len() >= options.limits.max_atoms.min(u32::MAX as usize) {
            return Err(too_many_atoms(
                context.file,
                row.place(),
                options.limits.max_atoms,
            ));
        }
        let Some(name) = row.name(ChemCompAtom::Atom as usize) else {
            return Err(
                context.syntax("the atom has no name", "give it in _chem_comp_atom.atom_id")
            );
        };
        for (set, positions) in COORDINATE_SETS.iter().zip(&mut self.positions) {
            positions.push(position(context, *set)?);
        }
        let serial = row
            .integer(ChemCompAtom::Ordinal as usize)
            .ok()
            .flatten()
            .and_then(|number| i32::try_from(number).ok())
            .unwrap_or_else(|| i32::try_from(self.atoms.len() + 1).unwrap_or(i32::MAX));
        self.atoms.push(RawAtom {
            line: row.place().line(),
            serial,
            name,
            element: element_field(row.text(ChemCompAtom::Symbol as usize).as_deref()),
            name_is_indented: false,
            altloc: b' ',
            residue_name,
            residue_number: 1,
            insertion_code: b' ',
            chain_id: SmolStr::default(),
            label_chain_id: SmolStr::default(),
            label_number: None,
            hetero: true,
            segment: 0,
            position_angstrom: [0.0; 3],
            occupancy: 1.0,
            b_factor: 0.0,
            formal_charge: formal_charge(context, ChemCompAtom::Charge as usize)?,
        });
        Ok(())
    }

    /// Returns true if there are atoms, but no coordinates at all.
    pub(super) fn lacks_coordinates(&self) -> bool {
        self.rows_without_columns
            || (!self.atoms.is_empty() && self.positions.iter().flatten().all(Option::is_none))
    }

    /// Returns the component as a model, with the first complete set of coordinates, else with the
    /// set of most atoms and only these atoms. `None` if no atom has coordinates.
    pub(super) fn finish(self, file: &str) -> Option<RawModel> {
        let known = |set: &Vec<Option<[f32; 3]>>| set.iter().flatten().count();
        // Reversed because `max_by_key` returns the last of equal elements.
        let set = self.positions.iter().rev().max_by_key(|set| known(set))?;
        if known(set) == 0 {
            return None;
        }
        let mut without_coordinates = RepeatedWarning::default();
        let mut model = RawModel::default();
        for (mut atom, position) in self.atoms.into_iter().zip(set) {
            if let Some(position) = position {
                atom.position_angstrom = *position;
                model.atoms.push(atom);
            } else {
                let place = match atom.line {
                    0 => Place::Row(atom.serial.unsigned_abs().into()),
                    line => Place::Line(line.into()),
                };
                without_coordinates.note(place.line(), || {
                    format!(
                        "{}an atom in _chem_comp_atom has no coordinates",
                        place.prefix()
                    )
                });
            }
        }
        without_coordinates.report(file, "it is ignored", &mut model.warnings);
        self.other_components.report(
            file,
            "only the first component of the block is read",
            &mut model.warnings,
        );
        Some(model)
    }
}

/// Reads the coordinates of one set; `None` if one is absent or missing.
fn position(
    context: &RowContext<'_, impl Row>,
    set: [ChemCompAtom; 3],
) -> Result<Option<[f32; 3]>, MoleculeError> {
    let mut position = [0.0; 3];
    for (value, item) in position.iter_mut().zip(set) {
        match context.real(item as usize, "the coordinate in angstrom")? {
            Some(number) => *value = number as f32,
            None => return Ok(None),
        }
    }
    Ok(Some(position))
}
