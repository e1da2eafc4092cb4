//! Rows of all categories in, one model out.

use super::atom_sites::AtomSites;
use super::bonds::{ComponentBonds, Links};
use super::component::Component;
use super::fractional::UnitCell;
use super::{Category, Place, Row};
use crate::parsed::ParsedModel;
use crate::read::ReadOptions;
use crate::{Location, MoleculeError, Warning};

/// Gathers the rows of one data block after another until a block holds atoms.
#[derive(Debug)]
pub(in crate::read) struct Collector<'a> {
    file: &'a str,
    options: &'a ReadOptions,
    block: Block,
    saw_reflections: bool,
    saw_component_without_coordinates: bool,
}

/// What the current data block has given so far.
#[derive(Debug, Default)]
struct Block {
    sites: AtomSites,
    component: Component,
    component_bonds: ComponentBonds,
    links: Links,
    cell: UnitCell,
}

impl<'a> Collector<'a> {
    /// A collector before the first row. `file` stands in messages only.
    pub(in crate::read) fn new(file: &'a str, options: &'a ReadOptions) -> Self {
        Self {
            file,
            options,
            block: Block::default(),
            saw_reflections: false,
            saw_component_without_coordinates: false,
        }
    }

    /// Takes one row of the current data block.
    pub(in crate::read) fn row(
        &mut self,
        category: Category,
        row: &impl Row,
    ) -> Result<(), MoleculeError> {
        let reader = Reader {
            file: self.file,
            category,
            row,
        };
        let block = &mut self.block;
        match category {
            Category::AtomSite => block.sites.push(&reader, self.options),
            Category::ChemCompAtom => block.component.push(&reader, self.options),
            Category::ChemCompBond => block.component_bonds.push(&reader),
            Category::StructConn => {
                block.links.push(&reader);
                Ok(())
            }
            Category::Cell => block.cell.set(&reader),
        }
    }

    /// Notes that the file has diffraction data, for the message when it has no atoms.
    pub(in crate::read) fn note_reflections(&mut self) {
        self.saw_reflections = true;
    }

    /// Ends a data block: its model, or `None` when it held no atoms and the next block may.
    pub(in crate::read) fn finish_block(&mut self) -> Result<Option<ParsedModel>, MoleculeError> {
        let block = std::mem::take(&mut self.block);
        if let Some((mut model, labels)) =
            block.sites.finish(self.file, self.options, &block.cell)?
        {
            block
                .component_bonds
                .add_to(&mut model, |atom| labels.name(atom));
            block.links.add_to(&mut model, &labels, self.file);
            return Ok(Some(model));
        }
        self.saw_component_without_coordinates |= block.component.lacks_coordinates();
        let Some(mut model) = block.component.finish(self.file) else {
            return Ok(None);
        };
        block.component_bonds.add_to(&mut model, |_| None);
        Ok(Some(model))
    }

    /// The error for a file none of whose blocks held atoms.
    pub(in crate::read) fn no_atoms(&self) -> MoleculeError {
        let (problem, remedy) = if self.saw_reflections {
            (
                "holds diffraction data (_refln) and no atoms",
                "give the file of the model, whose atoms stand in _atom_site, not its structure factors",
            )
        } else if self.saw_component_without_coordinates {
            (
                "defines a chemical component whose atoms have no coordinates",
                "give a definition with pdbx_model_Cartn_x_ideal or model_Cartn_x in _chem_comp_atom",
            )
        } else {
            (
                "holds no atoms: no data block has rows in _atom_site",
                "give a file with the category _atom_site, or a chemical component with _chem_comp_atom",
            )
        };
        MoleculeError::Format {
            file: self.file.to_owned(),
            problem: problem.to_owned(),
            remedy: remedy.to_owned(),
        }
    }
}

/// A row together with what messages about it need.
#[derive(Debug)]
pub(super) struct Reader<'a, R> {
    pub(super) file: &'a str,
    pub(super) category: Category,
    pub(super) row: &'a R,
}

impl<R: Row> Reader<'_, R> {
    /// A real number, `None` where missing. `meaning` ends the sentence "give …".
    pub(super) fn real(&self, item: usize, meaning: &str) -> Result<Option<f64>, MoleculeError> {
        self.row
            .real(item)
            .map_err(|_| self.bad_value(item, "no number", meaning))
    }

    /// An integer, `None` where missing.
    pub(super) fn integer(&self, item: usize, meaning: &str) -> Result<Option<i64>, MoleculeError> {
        self.row
            .integer(item)
            .map_err(|_| self.bad_value(item, "no integer", meaning))
    }

    /// An integer of 32 bits, `None` where missing.
    pub(super) fn integer32(
        &self,
        item: usize,
        meaning: &str,
    ) -> Result<Option<i32>, MoleculeError> {
        self.integer(item, meaning)?
            .map(|number| {
                i32::try_from(number)
                    .map_err(|_| self.bad_value(item, "no integer of 32 bits", meaning))
            })
            .transpose()
    }

    /// The error for a value that is not what its item asks for.
    pub(super) fn bad_value(&self, item: usize, fault: &str, meaning: &str) -> MoleculeError {
        let value = self.row.text(item).unwrap_or_default();
        let shown: String = value.chars().take(40).collect();
        let dots = if shown.len() < value.len() { "…" } else { "" };
        let name = self.category.items()[item];
        self.syntax(
            &format!(
                "_{}.{name} holds \"{shown}{dots}\", which is {fault}",
                self.category.name()
            ),
            &format!("give {meaning}"),
        )
    }

    /// An error about this row.
    pub(super) fn syntax(&self, problem: &str, remedy: &str) -> MoleculeError {
        let (location, row) = locate(self.file, self.row.place());
        MoleculeError::Syntax {
            location,
            problem: format!("{row}{problem}"),
            remedy: remedy.to_owned(),
        }
    }
}

/// A place as a location, and as words before the message where the place is a row.
pub(super) fn locate(file: &str, place: Place) -> (Location, String) {
    match place {
        Place::Line(line) => (Location::line(file, line), String::new()),
        Place::Row(row) => (Location::file(file), format!("row {row}: ")),
    }
}

/// Counts an oddity that may come up in every row, so that one warning tells of all.
#[derive(Debug, Default)]
pub(super) struct Oddity {
    first: Option<Place>,
    count: u64,
}

impl Oddity {
    /// Notes one case.
    pub(super) fn note(&mut self, place: Place) {
        self.first.get_or_insert(place);
        self.count += 1;
    }

    /// Adds the warning, when there was a case; `message` gets the number of cases.
    pub(super) fn warn(
        &self,
        file: &str,
        warnings: &mut Vec<Warning>,
        message: impl FnOnce(u64) -> String,
    ) {
        if let Some(place) = self.first {
            let (location, row) = locate(file, place);
            warnings.push(Warning {
                location,
                message: format!("{row}{}", message(self.count)),
            });
        }
    }
}

/// The error for more atoms than the limit allows.
pub(super) fn too_many_atoms(file: &str, place: Place, limit: usize) -> MoleculeError {
    let (location, row) = locate(file, place);
    MoleculeError::Limit {
        location,
        problem: format!("{row}the model has more than {limit} atoms"),
        remedy: "give a smaller structure or raise the limit of atoms".to_owned(),
    }
}
