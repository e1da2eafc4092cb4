//! Rows of all categories of a data block to one model.

use super::atom_site::AtomSites;
use super::bonds::{ComponentBonds, Links};
use super::category::Category;
use super::cell::UnitCell;
use super::component::Component;
use super::row::{Row, RowContext};
use crate::MoleculeError;
use crate::io::options::ReadOptions;
use crate::raw::RawModel;

/// Collects the rows of one data block after another until a block has atoms.
#[derive(Debug)]
pub(crate) struct BlockBuilder<'a> {
    file: &'a str,
    options: &'a ReadOptions,
    block: Block,
    saw_reflections: bool,
    saw_component_without_coordinates: bool,
}

/// The content of the current data block.
#[derive(Debug, Default)]
struct Block {
    sites: AtomSites,
    component: Component,
    component_bonds: ComponentBonds,
    links: Links,
    cell: UnitCell,
}

impl<'a> BlockBuilder<'a> {
    /// Creates a builder without rows. `file` is used only in messages.
    pub(crate) fn new(file: &'a str, options: &'a ReadOptions) -> Self {
        Self {
            file,
            options,
            block: Block::default(),
            saw_reflections: false,
            saw_component_without_coordinates: false,
        }
    }

    /// Adds one row of the current data block.
    pub(crate) fn row(&mut self, category: Category, row: &impl Row) -> Result<(), MoleculeError> {
        let context = RowContext {
            file: self.file,
            category,
            row,
        };
        let block = &mut self.block;
        match category {
            Category::AtomSite => block.sites.push(&context, self.options),
            Category::ChemCompAtom => block.component.push(&context, self.options),
            Category::ChemCompBond => block.component_bonds.push(&context),
            Category::StructConn => {
                block.links.push(&context);
                Ok(())
            }
            Category::Cell => block.cell.set(&context),
        }
    }

    /// Notes that the file has diffraction data, for the error message if it has no atoms.
    pub(crate) fn note_reflections(&mut self) {
        self.saw_reflections = true;
    }

    /// Ends a data block and returns its model, or `None` if it has no atoms.
    pub(crate) fn finish_block(&mut self) -> Result<Option<RawModel>, MoleculeError> {
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

    /// Creates the error for a file without atoms in any block.
    pub(crate) fn no_atoms(&self) -> MoleculeError {
        let (problem, remedy) = if self.saw_reflections {
            (
                "holds diffraction data (_refln) and no atoms",
                "give the file of the model, with atoms in _atom_site, instead of the structure factors",
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
