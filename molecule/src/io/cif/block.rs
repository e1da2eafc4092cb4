//! Rows of all categories of the data blocks of a file to one model.

use super::atom_site::{self, AtomSites};
use super::bonds::{ComponentBonds, Links};
use super::category::{Category, OtherContent};
use super::cell::CellRow;
use super::component::{self, Component};
use super::row::{Row, RowContext};
use super::secondary::SecondaryRows;
use super::symmetry::SymmetryRows;
use crate::io::options::ReadOptions;
use crate::io::text::{counted, warning};
use crate::raw::RawModel;
use crate::{MoleculeError, Warning};

/// Largest number of data blocks that a warning names.
const MOST_NAMES: usize = 5;

/// Collects the rows of one data block after another, and chooses the block to read: the first one
/// with atoms in `_atom_site`, or, in a file without any, the first one with the definition of a
/// chemical component. Other blocks with coordinates are named in a warning.
#[derive(Debug)]
pub(crate) struct BlockBuilder<'a> {
    file: &'a str,
    options: &'a ReadOptions,
    /// Name of the current data block.
    name: String,
    block: Block,
    chosen: Option<Chosen>,
    /// Descriptions of the first data blocks that are left out, and the number of all of them.
    left_out: Vec<String>,
    left_out_count: u64,
    saw_reflections: bool,
    saw_component_without_coordinates: bool,
    sphere_count: u64,
    gaussian_count: u64,
}

/// The model that is returned unless a later data block is preferred.
#[derive(Debug)]
struct Chosen {
    block_name: String,
    kind: Kind,
    model: RawModel,
}

/// What the coordinates of a data block describe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A structure (`_atom_site`).
    Structure,
    /// The definition of a chemical component (`_chem_comp_atom`).
    Component,
}

/// The content of the current data block.
#[derive(Debug, Default)]
struct Block {
    sites: AtomSites,
    component: Component,
    component_bonds: ComponentBonds,
    links: Links,
    secondary: SecondaryRows,
    cell: CellRow,
    symmetry: SymmetryRows,
    /// Coordinates of a block after the one with the structure, whose rows are not kept.
    unread: Option<Kind>,
}

impl<'a> BlockBuilder<'a> {
    /// Creates a builder without rows. `file` is used only in messages.
    pub(crate) fn new(file: &'a str, options: &'a ReadOptions) -> Self {
        Self {
            file,
            options,
            name: String::new(),
            block: Block::default(),
            chosen: None,
            left_out: Vec::new(),
            left_out_count: 0,
            saw_reflections: false,
            saw_component_without_coordinates: false,
            sphere_count: 0,
            gaussian_count: 0,
        }
    }

    /// Returns true once a data block with a structure has ended: later blocks change only the
    /// warnings.
    pub(crate) fn has_structure(&self) -> bool {
        matches!(&self.chosen, Some(chosen) if chosen.kind == Kind::Structure)
    }

    /// Begins a data block. The block before it must have been finished.
    pub(crate) fn begin_block(&mut self, name: &[u8]) {
        let name = String::from_utf8_lossy(&name[..name.len().min(200)]);
        self.name = name.chars().take(40).collect();
    }

    /// Adds one row of the current data block.
    pub(crate) fn row(&mut self, category: Category, row: &impl Row) -> Result<(), MoleculeError> {
        if self.has_structure() {
            self.row_after_structure(category, row);
            return Ok(());
        }
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
            Category::StructConf | Category::SheetRange => {
                block.secondary.push(category, row);
                Ok(())
            }
            Category::Cell => block.cell.set(&context),
            _ => block.symmetry.push(&context),
        }
    }

    /// Notes whether a row has coordinates that are left out. Its values are not checked.
    #[cold]
    fn row_after_structure(&mut self, category: Category, row: &impl Row) {
        let unread = &mut self.block.unread;
        match category {
            Category::AtomSite
                if *unread != Some(Kind::Structure) && atom_site::has_coordinates(row) =>
            {
                *unread = Some(Kind::Structure);
            }
            Category::ChemCompAtom if unread.is_none() && component::has_coordinates(row) => {
                *unread = Some(Kind::Component);
            }
            _ => {}
        }
    }

    /// Notes rows of a category that is not read, for the messages.
    pub(crate) fn note_other(&mut self, content: OtherContent, rows: u64) {
        let count = match content {
            OtherContent::Reflections => {
                self.saw_reflections = true;
                return;
            }
            OtherContent::Spheres => &mut self.sphere_count,
            OtherContent::Gaussians => &mut self.gaussian_count,
        };
        *count = count.saturating_add(rows);
    }

    /// Describes the coarse-grained content with its number of bodies; `None` without any.
    fn coarse_grained(&self) -> Option<(String, u64)> {
        let parts: Vec<String> = [
            (self.sphere_count, "sphere", "_ihm_sphere_obj_site"),
            (self.gaussian_count, "Gaussian", "_ihm_gaussian_obj_site"),
        ]
        .into_iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, what, category)| {
            let what = format!("coarse-grained {what}");
            format!("{} ({category})", counted(count, &what))
        })
        .collect();
        let count = self.sphere_count.saturating_add(self.gaussian_count);
        (count > 0).then(|| (parts.join(" and "), count))
    }

    /// Ends a data block.
    pub(crate) fn finish_block(&mut self) -> Result<(), MoleculeError> {
        let block = std::mem::take(&mut self.block);
        if let Some(kind) = block.unread {
            self.leave_out(&self.name.clone(), kind);
        }
        if self.has_structure() {
            return Ok(());
        }
        if let Some((mut model, labels)) =
            block.sites.finish(self.file, self.options, &block.cell)?
        {
            block
                .component_bonds
                .add_to(&mut model, |atom| labels.name(atom));
            block.links.add_to(&mut model, &labels, self.file);
            model.secondary_structure = block.secondary.finish(self.file, &mut model.warnings);
            model.symmetry = block.symmetry.finish(
                self.file,
                block.cell.cell(),
                model.symmetry.has_fractional_coordinates,
                &mut model.warnings,
            );
            if let Some(component) = self.chosen.take() {
                self.leave_out(&component.block_name, component.kind);
            }
            self.choose(Kind::Structure, model);
            return Ok(());
        }
        self.saw_component_without_coordinates |= block.component.lacks_coordinates();
        let Some(mut model) = block.component.finish(self.file) else {
            return Ok(());
        };
        if self.chosen.is_some() {
            self.leave_out(&self.name.clone(), Kind::Component);
            return Ok(());
        }
        block.component_bonds.add_to(&mut model, |_| None);
        self.choose(Kind::Component, model);
        Ok(())
    }

    fn choose(&mut self, kind: Kind, model: RawModel) {
        self.chosen = Some(Chosen {
            block_name: self.name.clone(),
            kind,
            model,
        });
    }

    fn leave_out(&mut self, block_name: &str, kind: Kind) {
        self.left_out_count += 1;
        if self.left_out.len() < MOST_NAMES {
            let of = match kind {
                Kind::Structure => "",
                Kind::Component => " (the definition of a chemical component)",
            };
            self.left_out.push(format!("{}{of}", shown(block_name)));
        }
    }

    /// Returns the chosen model with warnings about what is left out, or the error for a file
    /// without atoms in any block.
    pub(crate) fn finish(mut self) -> Result<RawModel, MoleculeError> {
        let Some(mut chosen) = self.chosen.take() else {
            return Err(self.no_atoms());
        };
        let warnings = &mut chosen.model.warnings;
        warnings.extend(self.left_out_warning(&chosen.block_name));
        if let Some((what, count)) = self.coarse_grained() {
            let are = if count == 1 { "is" } else { "are" };
            warnings.push(warning(
                self.file,
                0,
                format!("{what} {are} left out; only atoms are read"),
            ));
        }
        Ok(chosen.model)
    }

    fn left_out_warning(&self, read: &str) -> Option<Warning> {
        if self.left_out_count == 0 {
            return None;
        }
        let more = match self.left_out_count - self.left_out.len() as u64 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        Some(warning(
            self.file,
            0,
            format!(
                "only data block {} is read; other data blocks with coordinates are left out: {}{more}",
                shown(read),
                self.left_out.join(", ")
            ),
        ))
    }

    /// Creates the error for a file without atoms in any block.
    fn no_atoms(&self) -> MoleculeError {
        let (problem, remedy) = if let Some((what, _)) = self.coarse_grained() {
            (
                format!("holds only {what} and no atoms"),
                "give a model with atoms in _atom_site; a body that stands for whole residues has no \
                 element and no bonds",
            )
        } else if self.saw_reflections {
            (
                "holds diffraction data (_refln) and no atoms".to_owned(),
                "give the file of the model, with atoms in _atom_site, instead of the structure factors",
            )
        } else if self.saw_component_without_coordinates {
            (
                "defines a chemical component whose atoms have no coordinates".to_owned(),
                "give a definition with pdbx_model_Cartn_x_ideal or model_Cartn_x in _chem_comp_atom",
            )
        } else {
            (
                "holds no atoms: no data block has rows in _atom_site".to_owned(),
                "give a file with the category _atom_site, or a chemical component with _chem_comp_atom",
            )
        };
        MoleculeError::Format {
            file: self.file.to_owned(),
            problem,
            remedy: remedy.to_owned(),
        }
    }
}

/// Returns the name of a data block for a message; it may be empty.
fn shown(block_name: &str) -> String {
    if block_name.is_empty() {
        "without a name".to_owned()
    } else {
        format!("\"{}\"", block_name.escape_debug())
    }
}
